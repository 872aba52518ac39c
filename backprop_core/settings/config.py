"""What defines a run: its configuration and its edits.

Each field of `Config` carries a `Spec`: label, help text, kind and range. Validation, the sidebar, the command line
and the documentation read the same specs, so a range is written down once. The choices of a field are the registry
itself, so that a new entry can be chosen at once.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backprop_core.data.datasets import DATASETS, TEST_SHARE
from backprop_core.data.rows import FEATURES
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.quoting import quoted

Group = Literal["data", "network", "learning", "goal"]
Address = tuple[int, str, int, int] | tuple[int, str, int]
Kind = Literal["choice", "choices", "integer", "integers", "real", "flag"]

MAX_LAYERS = 6
MAX_UNITS = 64
MAX_EPOCHS = 1_000_000


class ConfigError(ValueError):
    """A value that cannot define a run. `.field` names the field; the message is a sentence for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Spec:
    """How one field of `Config` is named, explained and checked.

    `group` decides what a change means: `data` and `network` start a run over, `learning` goes on from here as an edit,
    `goal` only says where to stop and changes no number.
    """

    label: str
    help: str
    group: Group
    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    choices: Collection[str] = ()
    optional: bool = False
    most: int = 0

    @property
    def range_text(self) -> str:
        """The range of a number, to follow a noun: " from 0 to 10"; empty for anything else."""
        if not self.kind.startswith(("integer", "real")):
            return ""
        form = ",.0f" if self.kind.startswith("integer") else ",g"
        return f" from {self.low:{form}} to {self.high:{form}}"


def _field(default: Any, label: str, group: Group, kind: Kind, help: str, **limits: Any) -> Any:
    spec = Spec(label=label, help=help, group=group, kind=kind, **limits)
    return dataclasses.field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that defines a run, but for its edits and for data or starting weights brought by the user.

    Frozen, keyword-only and hashable; checked on creation.

    Raises
    ------
    ConfigError
        For an unknown name, a value of the wrong kind or out of range, or settings that contradict each other.
    """

    dataset: str = _field("xor", "Dataset", "data", "choice", "What the network learns.", choices=DATASETS)
    samples: int = _field(
        200, "Samples", "data", "integer", "How many points are drawn, training and test together.", low=10, high=5_000
    )
    noise: float = _field(
        0.1,
        "Noise",
        "data",
        "real",
        "Standard deviation of the noise added to the data, in units of the axes.",
        low=0.0,
        high=2.0,
    )
    test_share: float | None = _field(
        None,
        "Test share",
        "data",
        "real",
        f"Share of the rows held back to test on; the network never trains on them. By default {TEST_SHARE:g}, and "
        "none of your own rows.",
        low=0.0,
        high=0.9,
        optional=True,
    )
    data_seed: int = _field(
        0,
        "Data seed",
        "data",
        "integer",
        "Which points are drawn and which are held back. Same seed, same points.",
        low=0,
        high=2**32 - 1,
    )
    features: tuple[str, ...] = _field(
        ("x1", "x2"),
        "Input features",
        "data",
        "choices",
        "What a 2-D point is shown to the network as.",
        choices=FEATURES,
        most=len(FEATURES),
    )
    hidden: tuple[int, ...] = _field(
        (2,),
        "Hidden layers",
        "network",
        "integers",
        "Units of each hidden layer, from the input to the output.",
        low=1,
        high=MAX_UNITS,
        most=MAX_LAYERS,
    )
    activation: str | tuple[str, ...] = _field(
        "sigmoid",
        "Activation",
        "network",
        "choice",
        "The function each hidden unit applies to its weighted sum.",
        choices=ACTIVATIONS,
    )
    output: str = _field(
        "sigmoid",
        "Output",
        "network",
        "choice",
        "The function the output units apply to their weighted sums.",
        choices=OUTPUTS,
    )
    loss: str = _field(
        "half_sse",
        "Loss",
        "network",
        "choice",
        "The number that training makes small; gradients are its slopes.",
        choices=LOSSES,
    )
    init: str = _field(
        "uniform01",
        "Initial weights",
        "network",
        "choice",
        "Where the starting weights are drawn from.",
        choices=INITIALIZERS,
    )
    seed: int = _field(
        0,
        "Seed",
        "network",
        "integer",
        "Which starting weights and which batch order. Same seed, same run.",
        low=0,
        high=2**32 - 1,
    )
    train_biases: bool = _field(
        True, "Train biases", "learning", "flag", "Off: biases stay as they were drawn, as in both source programs."
    )
    optimizer: str = _field(
        "sgd",
        "Optimizer",
        "learning",
        "choice",
        "How a gradient becomes a change of the weights.",
        choices=OPTIMIZERS,
    )
    learning_rate: float = _field(
        0.5, "Learning rate", "learning", "real", "How far an update goes against the gradient.", low=1e-6, high=1_000.0
    )
    momentum: float = _field(
        0.9,
        "Momentum",
        "learning",
        "real",
        "Share of the last step kept in the next one (momentum, Nesterov).",
        low=0.0,
        high=0.999,
    )
    rho: float = _field(
        0.9, "Decay ρ", "learning", "real", "How slowly RMSProp forgets past squared gradients.", low=0.0, high=0.9999
    )
    beta1: float = _field(
        0.9, "β₁", "learning", "real", "How slowly Adam forgets past gradients.", low=0.0, high=0.9999
    )
    beta2: float = _field(
        0.999, "β₂", "learning", "real", "How slowly Adam forgets past squared gradients.", low=0.0, high=0.99999
    )
    epsilon: float = _field(
        1e-8, "ε", "learning", "real", "Keeps AdaGrad, RMSProp and Adam from dividing by zero.", low=1e-16, high=1.0
    )
    schedule: str = _field(
        "constant",
        "Schedule",
        "learning",
        "choice",
        "How the learning rate changes with the epochs.",
        choices=SCHEDULES,
    )
    schedule_epochs: int = _field(
        1_000,
        "Schedule epochs",
        "learning",
        "integer",
        "Step: the rate drops every so many epochs. Cosine: it falls to zero over so many epochs.",
        low=1,
        high=MAX_EPOCHS,
    )
    schedule_factor: float = _field(
        0.5,
        "Schedule factor",
        "learning",
        "real",
        "Step: the rate is multiplied by this at every drop.",
        low=0.0,
        high=1.0,
    )
    batch_size: int | None = _field(
        None,
        "Batch size",
        "learning",
        "integer",
        "Rows an update looks at. None: all of them (full batch).",
        low=1,
        high=5_000,
        optional=True,
    )
    shuffle: bool = _field(
        True, "Shuffle", "learning", "flag", "Mini-batches are drawn in a new order every epoch, fixed by the seed."
    )
    l1: float = _field(
        0.0, "L1", "learning", "real", "Adds l1·Σ|w| to the loss (weights only, not biases).", low=0.0, high=10.0
    )
    l2: float = _field(
        0.0, "L2", "learning", "real", "Adds ½·l2·Σw² to the loss (weights only, not biases).", low=0.0, high=10.0
    )
    epochs: int = _field(
        10_000,
        "Epochs",
        "goal",
        "integer",
        "Training stops after so many passes over the training data.",
        low=1,
        high=MAX_EPOCHS,
    )
    stop_loss: float | None = _field(
        None,
        "Stop at loss",
        "goal",
        "real",
        "Stop when the training loss falls below this. None: never.",
        low=0.0,
        high=1e6,
        optional=True,
    )
    stop_accuracy: float | None = _field(
        None,
        "Stop at accuracy",
        "goal",
        "real",
        "Stop when the training accuracy (R² for curves) reaches this. None: never.",
        low=0.0,
        high=1.0,
        optional=True,
    )

    def __post_init__(self) -> None:
        for name, spec in SPECS.items():
            object.__setattr__(self, name, _checked(name, spec, getattr(self, name)))
        _check_combination(self)

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each hidden layer."""
        if isinstance(self.activation, str):
            return (self.activation,) * len(self.hidden)
        return self.activation

    @property
    def share_held_back(self) -> float:
        """The share of the rows held back to test on: as asked for, or as usual."""
        if self.test_share is None:
            return 0.0 if self.dataset == "csv" else TEST_SHARE
        return self.test_share

    def replace(self, **changes: Any) -> Config:
        """A copy with some fields changed, checked again; unknown names raise `ConfigError`."""
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
        """The configuration of plain values; fields left out take their defaults. Raises `ConfigError`."""
        if not isinstance(values, Mapping):
            raise ConfigError("config", f"Settings are given by their names, not as {quoted(values)}.")
        for name in values:
            if name not in SPECS:
                raise ConfigError(
                    quoted(name) if not isinstance(name, str) else name,
                    f"{quoted(name)} is not a setting. Settings are: {', '.join(SPECS)}.",
                )
        return cls(**values)


@dataclass(frozen=True)
class Edit:
    """A change made while training: from the state after `epoch` epochs on, `field` has this value.

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


def _checked(name: str, spec: Spec, value: Any) -> Any:
    if value is None:
        if spec.optional:
            return None
        raise ConfigError(name, f"{spec.label} ({name}) needs a value.")
    if name == "activation" and not isinstance(value, str):
        return tuple(_choice(name, spec, item) for item in _sequence(name, spec, value))
    match spec.kind:
        case "choice":
            return _choice(name, spec, value)
        case "choices":
            chosen = tuple(_choice(name, spec, item) for item in _sequence(name, spec, value))
            if not chosen or len(set(chosen)) != len(chosen) or len(chosen) > spec.most:
                raise ConfigError(
                    name,
                    f"{spec.label} ({name}) must be one or more of {', '.join(spec.choices)}, "
                    f"each once, not {quoted(value)}.",
                )
            return tuple(choice for choice in spec.choices if choice in chosen)
        case "integers":
            numbers_ = tuple(_number(name, spec, item, whole=True) for item in _sequence(name, spec, value))
            if len(numbers_) > spec.most:
                raise ConfigError(name, f"{spec.label} ({name}) can be at most {spec.most}, not {len(numbers_)}.")
            return numbers_
        case "flag":
            if isinstance(value, bool) or type(value).__name__ == "bool":
                return bool(value)
            raise ConfigError(name, f"{spec.label} ({name}) must be true or false, not {quoted(value)}.")
        case "integer":
            return _number(name, spec, value, whole=True)
        case "real":
            return _number(name, spec, value, whole=False)


def _choice(name: str, spec: Spec, value: Any) -> str:
    if isinstance(value, str) and value in spec.choices:
        return value
    raise ConfigError(
        name, f"{spec.label} ({name}) = {quoted(value)} is unknown. Choose one of {', '.join(spec.choices)}."
    )


def _sequence(name: str, spec: Spec, value: Any) -> tuple[Any, ...]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(value)
    raise ConfigError(name, f"{spec.label} ({name}) must be a list, not {quoted(value)}.")


def _number(name: str, spec: Spec, value: Any, *, whole: bool) -> int | float:
    kind: Any
    kind, noun, form = (numbers.Integral, "a whole number", ",.0f") if whole else (numbers.Real, "a number", ",g")
    if isinstance(value, bool) or not isinstance(value, kind) or not _within(value, spec):
        raise ConfigError(
            name,
            f"{spec.label} ({name}) = {quoted(value)} is not allowed. "
            f"It must be {noun} from {spec.low:{form}} to {spec.high:{form}}.",
        )
    return int(value) if whole else float(value)


def _within(value: Any, spec: Spec) -> bool:
    """Whether a number lies in its range, both as it is and as the float64 it will be."""
    return bool(spec.low <= value <= spec.high and spec.low <= float(value) <= spec.high)


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
