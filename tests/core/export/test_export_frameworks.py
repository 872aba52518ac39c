"""The PyTorch and scikit-learn scripts train as the run did, as far as they say so; what they cannot do is refused."""

import warnings
from typing import Any

import numpy as np
import pytest
from support.exported import assert_close, execute, imported, losses

from backprop_core import Config, ConfigError, Run, export
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.parameter import Address
from backprop_core.training.presets import PRESETS

PAIRS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]
MOONS: dict[str, Any] = dict(dataset="moons", samples=30, hidden=(3,), loss="bce", init="xavier_normal")
IRIS: dict[str, Any] = dict(dataset="iris", hidden=(4,), output="softmax", loss="cross_entropy", init="xavier_uniform")
SINE: dict[str, Any] = dict(dataset="sine", samples=30, hidden=(4,), activation="tanh", output="linear", loss="mse")
WEIGHTS: dict[Address, float] = {(1, "W", 0, 1): 0.5, (2, "b", 0): -0.25}
CLOSE = 1e-9


def trained(config: Config, epochs: int = 30, **given: Any) -> Run:
    run = Run(config, **given)
    run.advance(epochs)
    return run


def check_torch(run: Run) -> str:
    """The PyTorch script is like the run; it is executed where PyTorch is installed."""
    source = export.pytorch(run)
    assert imported(source) <= {"numpy", "torch", "base64", "math", "zlib"}
    pytest.importorskip("torch", reason="PyTorch is not installed")
    assert_close(run, execute(source), CLOSE)
    return source


def check_sklearn(run: Run, relative: float = CLOSE) -> str:
    source = export.sklearn(run)
    assert imported(source) <= {"numpy", "sklearn", "warnings", "base64", "zlib"}
    with warnings.catch_warnings():  # the script puts a filter of its own in front
        assert_close(run, execute(source), relative)
    return source


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_pytorch_activations(name: str) -> None:
    check_torch(trained(Config(activation=name, hidden=(3, 4), init="normal", learning_rate=0.05), 200))


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_pytorch_outputs_and_losses(output: str, loss: str) -> None:
    for hidden in [(), (4,)]:
        config = Config(dataset="blobs", samples=20, hidden=hidden, output=output, loss=loss, learning_rate=0.005)
        check_torch(trained(config, 10))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("train_biases", [True, False])
def test_pytorch_optimizers(name: str, train_biases: bool) -> None:
    config = Config(**MOONS, optimizer=name, learning_rate=0.01, batch_size=7, train_biases=train_biases, l1=0.001)
    source = check_torch(trained(config, 20))
    assert "torch.optim." in source


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("shuffle", [True, False])
def test_pytorch_schedules_and_batches(name: str, shuffle: bool) -> None:
    schedule: dict[str, Any] = dict(schedule=name, schedule_epochs=10, schedule_factor=0.7)
    check_torch(trained(Config(**MOONS, **schedule, batch_size=6, shuffle=shuffle, l2=0.01), 20))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_pytorch_starting_weights(name: str) -> None:
    check_torch(trained(Config(init=name, hidden=(3, 2))))


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "diverging"])
def test_pytorch_presets(name: str) -> None:
    run = PRESETS[name].run()
    run.advance(3)
    check_torch(run)


def test_pytorch_agrees_for_long() -> None:
    for config in (Config(), Config(**MOONS, optimizer="adam", learning_rate=0.01), Config(**IRIS, learning_rate=0.1)):
        check_torch(trained(config, 200))


@pytest.mark.parametrize(
    "changes",
    [
        dict(learning_rate=0.1),
        dict(momentum=0.2),
        dict(optimizer="adam", learning_rate=0.01),
        dict(batch_size=None, l1=0.01),
        dict(shuffle=False, l2=0.0),
        dict(train_biases=False),
        dict(schedule="cosine", schedule_epochs=9, train_biases=False),
        dict(schedule="step", schedule_epochs=2, optimizer="rmsprop", epsilon=0.1, rho=0.5),
    ],
    ids=str,
)
def test_pytorch_changes_made_while_training(changes: dict[str, Any]) -> None:
    run = Run(Config(**MOONS, batch_size=8, optimizer="momentum", l2=0.01, learning_rate=0.05))
    run.edit(params={(2, "b", 0): 0.125})
    for _ in range(3):
        run.advance(5)
        run.edit(params=WEIGHTS, **changes)
        changes = {"beta1": 0.5, "optimizer": "adam", "train_biases": True, "learning_rate": 0.02}
    run.advance(5)
    check_torch(run)


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_pytorch_without_momentum(optimizer: str) -> None:
    run = trained(Config(**MOONS, optimizer=optimizer, momentum=0.0))
    source = export.pytorch(run)
    run.edit(momentum=0.5)
    with pytest.raises(ConfigError, match="velocity") as caught:
        export.pytorch(run)
    assert caught.value.field == "export"
    if pytest.importorskip("torch", reason="PyTorch is not installed"):
        run.edit(momentum=0.0)
        assert_close(run, execute(source), CLOSE)


def test_pytorch_knows_everything_in_the_registries() -> None:
    assert all(entry.pytorch for registry in (OUTPUTS, LOSSES, OPTIMIZERS) for entry in registry.values())


def own_weights(config: Config) -> Run:
    return trained(config, params=[(W / 3.0, b - 0.1) for W, b in Run(config).params])


@pytest.mark.parametrize("hidden", [(2,), (40, 30)])
def test_own_starting_weights(hidden: tuple[int, ...]) -> None:
    config = Config(hidden=hidden, loss="bce", init="xavier_uniform")
    check_sklearn(own_weights(config))
    check_torch(own_weights(config))


ROWS = (np.random.RandomState(0).rand(20, 3), np.random.RandomState(1).rand(20, 2))
LABELS = (np.random.RandomState(0).randn(20, 3), (np.random.RandomState(1).rand(20, 2) > 0.5).astype(float))
SAME: dict[str, Config] = {
    "one sigmoid": Config(loss="bce"),
    "one sigmoid, test rows": Config(**MOONS, activation="tanh"),
    "softmax": Config(**IRIS, activation="relu", learning_rate=0.1),
    "softmax, no hidden layer": Config(**(IRIS | {"hidden": ()}), learning_rate=0.1, l2=0.01),
    "many sigmoids": Config(dataset="iris", hidden=(3,), loss="bce", activation="linear"),
    "mean square": Config(**SINE, init="xavier_uniform", learning_rate=0.1),
    "sum of squares": Config(**(SINE | {"loss": "sse"}), init="xavier_uniform", learning_rate=0.001, l2=0.1),
    "half the sum": Config(
        **(SINE | {"loss": "half_sse"}), init="normal", learning_rate=0.001, batch_size=11, shuffle=False
    ),
    "mini-batches": Config(**IRIS, batch_size=16, shuffle=False, learning_rate=0.1),
    "momentum": Config(**MOONS, optimizer="momentum", learning_rate=0.05),
    "nesterov": Config(**MOONS, optimizer="nesterov", learning_rate=0.05, l2=0.02),
}


@pytest.mark.parametrize("name", SAME)
def test_sklearn_makes_the_same_updates(name: str) -> None:
    source = check_sklearn(trained(SAME[name]))
    assert "It makes the same updates" in source


@pytest.mark.parametrize(("loss", "data"), [("mse", ROWS), ("bce", LABELS)])
def test_sklearn_trains_several_outputs(loss: str, data: Any) -> None:
    output = "linear" if loss == "mse" else "sigmoid"
    check_sklearn(trained(Config(dataset="csv", hidden=(3,), loss=loss, output=output, l2=0.01), data=data))


@pytest.mark.parametrize("config", [Config(**MOONS), Config(**SINE)], ids=["moons", "sine"])
def test_sklearn_adam_is_nearly_the_same(config: Config) -> None:
    source = check_sklearn(trained(config.replace(optimizer="adam", learning_rate=0.01)), 1e-5)
    assert "Its Adam adds ε before" in source


def test_sklearn_changes_made_while_training() -> None:
    run = trained(Config(**SINE, init="xavier_uniform", learning_rate=0.1, l2=0.01))
    for changes in (dict(learning_rate=0.05), dict(l2=0.0, batch_size=8, shuffle=False), dict(optimizer="momentum")):
        run.edit(params={place: value * run.epoch / 50 for place, value in WEIGHTS.items()}, **changes)
        run.advance(10)
    source = check_sklearn(run)
    assert "forgets" in source
    assert [epoch for epoch, _, _ in losses(execute(source))] == [0, 30, 40, 50, 60]


def test_sklearn_says_where_it_trains_on_another_loss() -> None:
    for config in (Config(), Config(**(IRIS | {"loss": "mse"}))):
        run = trained(config)
        source = export.sklearn(run)
        with warnings.catch_warnings():
            found = losses(execute(source))
        assert "It is another training" in source
        assert found[0][1] == pytest.approx(run.history.loss[0], rel=CLOSE)
        assert 0 < found[-1][1] < found[0][1]


def test_sklearn_says_that_it_shuffles_otherwise() -> None:
    run = trained(Config(**IRIS, batch_size=16))
    source = export.sklearn(run)
    with warnings.catch_warnings():
        found = losses(execute(source))
    assert "order of its own" in source
    assert found[-1][1] == pytest.approx(run.history.loss[-1], rel=0.5)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "biases": ("trains the biases", dict(train_biases=False)),
    "activation": ("no 'gelu' units", dict(activation="gelu")),
    "activations": ("one activation", dict(hidden=(2, 2), activation=("tanh", "relu"))),
    "optimizer": ("optimizers", dict(optimizer="rmsprop")),
    "schedule": ("schedule", dict(schedule="cosine")),
    "l1": ("L1", dict(l1=0.1)),
    "output": ("tanh outputs", dict(output="tanh")),
    "loss": ("cross-entropy alone", dict(loss="mae")),
    "linear loss": ("linear outputs", dict(output="linear", loss="huber")),
    "softmax of two": ("two of softmax", dict(output="softmax", loss="cross_entropy")),
    "numbers": ("these are numbers", dict(dataset="sine")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_sklearn_refuses_what_it_cannot_do(name: str) -> None:
    words, settings = REFUSED[name]
    with pytest.raises(ConfigError, match=words) as caught:
        export.sklearn(Run(Config(**settings)))
    assert caught.value.field == "export"
    assert str(caught.value).endswith(".")


def test_sklearn_refuses_a_class_without_rows() -> None:
    config = Config(dataset="csv", output="softmax", loss="cross_entropy", test_share=0.0)
    with pytest.raises(ConfigError, match="row of each class"):
        export.sklearn(Run(config, data=(np.eye(3), [0, 1, 3])))
