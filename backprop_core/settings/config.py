"""What defines a run: its configuration and its edits.

Each field of `Config` carries a `Spec`: label, help text, kind and range. Validation, the sidebar, the command line
and the documentation read the same specs, so each range is defined once. The choices of a field are the registry
itself, so that a new entry is available everywhere without further changes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from backprop_core.data.datasets import DATASETS, TEST_SHARE
from backprop_core.data.rows import FEATURES, DataSettings
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.parameter import Address
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError, Group, Kind, Spec, checked

MAX_LAYERS = 6
MAX_UNITS = 64
MAX_EPOCHS = 1_000_000


def _field(default: Any, group: Group, kind: Kind, label: str, help: str, **limits: Any) -> Any:
    spec = Spec(label=label, help=help, group=group, kind=kind, **limits)
    return dataclasses.field(default=default, metadata={"spec": spec})


def _choice(default: str, group: Group, choices: Collection[str], label: str, help: str) -> Any:
    return _field(default, group, "choice", label, help, choices=choices)


def _flag(default: bool, group: Group, label: str, help: str) -> Any:
    return _field(default, group, "flag", label, help)


def _whole(default: int | None, group: Group, low: int, high: int, label: str, help: str) -> Any:
    return _field(default, group, "integer", label, help, low=low, high=high, optional=default is None)


def _real(default: float | None, group: Group, low: float, high: float, label: str, help: str) -> Any:
    return _field(default, group, "real", label, help, low=low, high=high, optional=default is None)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that defines a run, except its edits and any data or starting weights that the user supplies.

    Frozen, keyword-only and hashable; validated on creation.

    Raises
    ------
    ConfigError
        For an unknown name, a value of the wrong kind or out of range, or settings that contradict each other.
    """

    dataset: str = _choice("xor", "data", DATASETS, "Dataset", "What the network learns.")
    samples: int = _whole(200, "data", 10, 5_000, "Samples", "How many points are drawn, training and test together.")
    noise: float = _real(
        0.1, "data", 0.0, 2.0, "Noise", "Standard deviation of the noise added to the data, in units of the axes."
    )
    test_share: float | None = _real(
        None,
        "data",
        0.0,
        0.9,
        "Test share",
        f"Share of the rows held back to test on; the network never trains on them. By default {TEST_SHARE:g}, and "
        "none of your own rows.",
    )
    data_seed: int = _whole(
        0, "data", 0, 2**32 - 1, "Data seed", "Which points are drawn and which are held back. Same seed, same points."
    )
    features: tuple[str, ...] = _field(
        ("x1", "x2"),
        "data",
        "choices",
        "Input features",
        "What a 2-D point is shown to the network as.",
        choices=FEATURES,
        most=len(FEATURES),
    )
    hidden: tuple[int, ...] = _field(
        (2,),
        "network",
        "integers",
        "Hidden layers",
        "Units of each hidden layer, from the input to the output.",
        low=1,
        high=MAX_UNITS,
        most=MAX_LAYERS,
    )
    activation: str | tuple[str, ...] = _choice(
        "sigmoid", "network", ACTIVATIONS, "Activation", "The function each hidden unit applies to its weighted sum."
    )
    output: str = _choice(
        "sigmoid", "network", OUTPUTS, "Output", "The function the output units apply to their weighted sums."
    )
    loss: str = _choice(
        "half_sse", "network", LOSSES, "Loss", "The number that training makes small; gradients are its slopes."
    )
    init: str = _choice(
        "uniform01", "network", INITIALIZERS, "Initial weights", "Where the starting weights are drawn from."
    )
    seed: int = _whole(
        0, "network", 0, 2**32 - 1, "Seed", "Which starting weights and which batch order. Same seed, same run."
    )
    train_biases: bool = _flag(
        True, "learning", "Train biases", "Off: biases stay as they were drawn, as in both source programs."
    )
    optimizer: str = _choice(
        "sgd", "learning", OPTIMIZERS, "Optimizer", "How a gradient becomes a change of the weights."
    )
    learning_rate: float = _real(
        0.5, "learning", 1e-6, 1_000.0, "Learning rate", "How far an update goes against the gradient."
    )
    momentum: float = _real(
        0.9, "learning", 0.0, 0.999, "Momentum", "Share of the last step kept in the next one (momentum, Nesterov)."
    )
    rho: float = _real(0.9, "learning", 0.0, 0.9999, "Decay ρ", "How slowly RMSProp forgets past squared gradients.")
    beta1: float = _real(0.9, "learning", 0.0, 0.9999, "β₁", "How slowly Adam forgets past gradients.")
    beta2: float = _real(0.999, "learning", 0.0, 0.99999, "β₂", "How slowly Adam forgets past squared gradients.")
    epsilon: float = _real(1e-8, "learning", 1e-16, 1.0, "ε", "Keeps AdaGrad, RMSProp and Adam from dividing by zero.")
    schedule: str = _choice(
        "constant", "learning", SCHEDULES, "Schedule", "How the learning rate changes with the epochs."
    )
    schedule_epochs: int = _whole(
        1_000,
        "learning",
        1,
        MAX_EPOCHS,
        "Schedule epochs",
        "Step: the rate drops every so many epochs. Cosine: it falls to zero over so many epochs.",
    )
    schedule_factor: float = _real(
        0.5, "learning", 0.0, 1.0, "Schedule factor", "Step: the rate is multiplied by this at every drop."
    )
    batch_size: int | None = _whole(
        None, "learning", 1, 5_000, "Batch size", "Rows an update looks at. None: all of them (full batch)."
    )
    shuffle: bool = _flag(
        True, "learning", "Shuffle", "Mini-batches are drawn in a new order every epoch, fixed by the seed."
    )
    l1: float = _real(0.0, "learning", 0.0, 10.0, "L1", "Adds l1·Σ|w| to the loss (weights only, not biases).")
    l2: float = _real(0.0, "learning", 0.0, 10.0, "L2", "Adds ½·l2·Σw² to the loss (weights only, not biases).")
    epochs: int = _whole(
        10_000, "goal", 1, MAX_EPOCHS, "Epochs", "Training stops after so many passes over the training data."
    )
    stop_loss: float | None = _real(
        None, "goal", 0.0, 1e6, "Stop at loss", "Stop when the training loss falls below this. None: never."
    )
    stop_accuracy: float | None = _real(
        None,
        "goal",
        0.0,
        1.0,
        "Stop at accuracy",
        "Stop when the training accuracy (R² for curves) reaches this. None: never.",
    )

    def __post_init__(self) -> None:
        for name, spec in SPECS.items():
            object.__setattr__(self, name, checked(name, spec, getattr(self, name)))
        _check_combination(self)

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each hidden layer."""
        if isinstance(self.activation, str):
            return (self.activation,) * len(self.hidden)
        return self.activation

    @property
    def share_held_back(self) -> float:
        """The share of the rows held back for testing: `test_share`, or the default if that is None."""
        if self.test_share is None:
            return 0.0 if self.dataset == "csv" else TEST_SHARE
        return self.test_share

    @property
    def data_settings(self) -> DataSettings:
        """The settings that determine the data."""
        values = {name: getattr(self, name) for name in DataSettings._fields}
        return DataSettings(**values | {"test_share": self.share_held_back})

    def replace(self, **changes: Any) -> Config:
        """A copy with some fields changed, validated again. Raises `ConfigError` for unknown names and bad values."""
        return Config.from_dict({**self.to_dict(), **changes})

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values (tuples stay tuples)."""
        return {name: getattr(self, name) for name in SPECS}

    def changes(self, since: Config | None = None) -> dict[str, Any]:
        """The fields that differ from `since` (by default: from the defaults), with this configuration's values."""
        other = DEFAULTS if since is None else since.to_dict()
        return {name: value for name, value in self.to_dict().items() if value != other[name]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Config:
        """The configuration with these values; omitted fields take their defaults. Raises `ConfigError`."""
        if not isinstance(values, Mapping):
            raise ConfigError("config", f"Settings are given by their names, not as {short_repr(values)}.")
        for name in values:
            if name not in SPECS:
                raise ConfigError(
                    short_repr(name) if not isinstance(name, str) else name,
                    f"{short_repr(name)} is not a setting. Settings are: {', '.join(SPECS)}.",
                )
        return cls(**values)


@dataclass(frozen=True)
class Edit:
    """A change made while training: after `epoch` completed epochs, `field` is set to `value`.

    `field` is a field of `Config` in the group `learning`, or the address of one parameter: `(1, "W", 0, 1)` is the
    weight from input 0 to unit 1 of layer 1, `(2, "b", 0)` the bias of unit 0 of layer 2.
    """

    epoch: int
    field: str | Address
    value: Any


SPECS: dict[str, Spec] = {field.name: field.metadata["spec"] for field in dataclasses.fields(Config)}
DEFAULTS: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(Config)}


def fields(group: Group) -> tuple[str, ...]:
    """Names of the fields of one group, in the order of `Config`."""
    return tuple(name for name, spec in SPECS.items() if spec.group == group)


def _check_combination(config: Config) -> None:
    task = DATASETS[config.dataset].task
    loss, output = LOSSES[config.loss], config.output
    if not isinstance(config.activation, str) and len(config.activation) != len(config.hidden):
        raise ConfigError(
            "activation",
            f"activation names {len(config.activation)} layers, hidden has "
            f"{len(config.hidden)}. Give one name, or one for each hidden layer.",
        )
    if loss.outputs and output not in loss.outputs:
        raise ConfigError(
            "loss",
            f"Loss {config.loss!r} needs an output that is a probability "
            f"({' or '.join(loss.outputs)}), not {output!r}.",
        )
    if task == "regression" and output == "softmax":
        raise ConfigError(
            "output",
            f"Output 'softmax' is for classes, and dataset {config.dataset!r} is a curve. "
            "Choose 'linear', or another output.",
        )
    if task == "regression" and loss.of_probabilities:
        raise ConfigError(
            "loss",
            f"Loss {config.loss!r} is for classes, and dataset {config.dataset!r} is a curve. "
            "Choose 'mse', or another loss.",
        )
    if config.features != DEFAULTS["features"] and not DATASETS[config.dataset].plane:
        raise ConfigError(
            "features", f"Input features can be chosen for 2-D data only, and dataset {config.dataset!r} is not."
        )
