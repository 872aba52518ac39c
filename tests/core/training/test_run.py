"""The contract of a run: the contents of steps and snapshots, and which arguments are accepted or rejected."""

from typing import Any

import numpy as np
import pytest

from backprop_core import Config, ConfigError, Run, Snapshot, Step
from backprop_core.nn.activations import ACTIVATIONS, Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import SPECS

DEEP = Config(
    dataset="blobs",
    samples=40,
    hidden=(5, 3),
    activation=("tanh", "relu"),
    output="softmax",
    loss="cross_entropy",
    init="xavier_normal",
    learning_rate=0.1,
    l1=0.01,
    l2=0.02,
    features=("x1", "x2", "x1x2"),
)
CONFIGS = {
    "xor": Config(),
    "deep": DEEP,
    "mini-batches": DEEP.replace(batch_size=7),
    "no hidden layer": Config(dataset="sine", hidden=(), output="linear", loss="mse", samples=20),
    "one row a batch": Config(batch_size=1),
}


@pytest.fixture(params=CONFIGS)
def config(request: pytest.FixtureRequest) -> Config:
    return CONFIGS[request.param]


def flat(params: Params) -> Array:
    return np.concatenate([array.ravel() for pair in params for array in pair])


def assert_same_bits(mine: Params, other: Params) -> None:
    assert flat(mine).tobytes() == flat(other).tobytes()


def shapes(params: Params) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(W.shape, b.shape) for W, b in params]


# One step.


def test_a_step_holds_every_array_in_its_shape(config: Config) -> None:
    run = Run(config)
    sizes, fans = run.network.sizes, run.network.fans
    rows = min(config.batch_size or len(run.data.X), len(run.data.X))
    step = run.step()
    assert [a.shape for a in step.a] == [(rows, units) for units in sizes]
    assert [z.shape for z in step.z] == [delta.shape for delta in step.delta] == [(rows, units) for units in sizes[1:]]
    assert [dW.shape for dW in step.dW] == [W.shape for W in step.penalty_dW] == fans
    assert [db.shape for db in step.db] == [(units,) for _, units in fans]
    assert shapes(step.params) == shapes(step.params_after) == [(fan, fan[1:]) for fan in fans]
    assert step.rows.shape == (rows,)


def test_a_step_is_the_backpropagation_of_its_batch(config: Config) -> None:
    run = Run(config)
    step = run.step()
    np.testing.assert_array_equal(step.a[0], run.data.expand(run.data.X[step.rows]))
    for l, (W, b) in enumerate(step.params):
        function = run.network.functions[l]
        np.testing.assert_allclose(step.z[l], step.a[l] @ W + b, rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(step.a[l + 1].T, function.f(step.z[l].T))
        np.testing.assert_allclose(step.dW[l] - step.penalty_dW[l], step.a[l].T @ step.delta[l], atol=1e-13)
        np.testing.assert_allclose(step.db[l], step.delta[l].sum(axis=0), atol=1e-13)
        np.testing.assert_allclose(step.penalty_dW[l], config.l1 * np.sign(W) + config.l2 * W, atol=1e-15)
    for l in range(len(step.params) - 1):
        slope = run.network.functions[l].derivative(step.z[l], step.a[l + 1])
        np.testing.assert_allclose(step.delta[l], step.delta[l + 1] @ step.params[l + 1][0].T * slope, atol=1e-14)
    loss = LOSSES[config.loss].value(step.a[-1].T, run.data.y[step.rows].T)
    penalty = sum(config.l1 * np.abs(W).sum() + config.l2 / 2 * (W * W).sum() for W, _ in step.params)
    assert step.penalty == pytest.approx(penalty, rel=1e-12)
    assert step.loss == pytest.approx(loss + penalty, rel=1e-12)


def test_hidden_deltas_come_from_the_output_weights_before_their_update() -> None:
    step = Run(Config(learning_rate=5.0)).step()
    slope = step.a[1] * (1 - step.a[1])
    (_, _), (W2, _) = step.params
    (_, _), (W2_after, _) = step.params_after
    np.testing.assert_allclose(step.delta[0], step.delta[1] @ W2.T * slope, rtol=1e-12)
    assert np.abs(step.delta[0] - step.delta[1] @ W2_after.T * slope).max() > 1e-2


def test_plain_descent_changes_every_parameter_once_by_its_gradient(config: Config) -> None:
    step = Run(config).step()
    for (W, b), (W_after, b_after), dW, db in zip(step.params, step.params_after, step.dW, step.db, strict=True):
        np.testing.assert_array_equal(W_after, W - config.learning_rate * dW)
        np.testing.assert_array_equal(b_after, b - config.learning_rate * db)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_step_shows_what_the_optimizer_remembers(optimizer: str) -> None:
    run = Run(Config(optimizer=optimizer, learning_rate=0.1))
    first, second = run.step(), run.step()
    assert tuple(first.slots) == tuple(first.slots_after) == OPTIMIZERS[optimizer].slots
    for name in first.slots:
        assert shapes(first.slots[name]) == shapes(first.params)
        assert not flat(first.slots[name]).any()
        assert flat(first.slots_after[name]).all()
        assert_same_bits(first.slots_after[name], second.slots[name])
    assert_same_bits(first.params_after, second.params)


def test_steps_and_snapshots_are_not_changed_by_later_ones(config: Config) -> None:
    run = Run(config)

    def content(step: Step, snapshot: Snapshot) -> bytes:
        lists = [step.z, step.a, step.delta, step.dW, step.db, step.penalty_dW, snapshot.z, snapshot.a, snapshot.delta]
        held = [array for arrays in lists for array in arrays]
        held += [flat(params) for params in (step.params, step.params_after, snapshot.params, snapshot.grads)]
        return b"".join(array.tobytes() for array in [step.rows, *held])

    step, snapshot = run.step(), run.at(0)
    before = content(step, snapshot)
    run.step()
    run.advance(3)
    assert content(step, snapshot) == before


def test_writing_into_what_a_run_gives_does_not_change_it() -> None:
    run, untouched = Run(Config(optimizer="adam")), Run(Config(optimizer="adam"))
    untouched.step()
    step, snapshot = run.step(), run.at(1)
    for params in (run.params, step.params_after, snapshot.params, snapshot.grads, *step.slots_after.values()):
        for W, b in params:
            W[:], b[:] = 7.0, 7.0
    for array in [*step.a, *step.z, *step.delta, *snapshot.a, *snapshot.z, *snapshot.delta]:
        array[:] = 7.0
    run.advance(5)
    untouched.advance(5)
    assert_same_bits(run.params, untouched.params)


# Snapshots.


def test_a_snapshot_is_the_run_at_its_epoch(config: Config) -> None:
    run = Run(config)
    run.advance(4)
    for epoch in range(5):
        stopped = Run(config)
        stopped.advance(epoch)
        snapshot = run.at(epoch)
        assert snapshot.epoch == epoch
        assert_same_bits(snapshot.params, stopped.params)
        assert snapshot.loss == run.history.loss[epoch] == stopped.history.loss[-1]
        np.testing.assert_array_equal(snapshot.predict(run.data.X), stopped.predict(run.data.X))
        np.testing.assert_array_equal(snapshot.a[0], run.data.expand(run.data.X))
        np.testing.assert_allclose(snapshot.a[-1], snapshot.predict(run.data.X), rtol=1e-15)


def test_the_gradients_of_a_snapshot_are_those_of_a_full_batch(config: Config) -> None:
    run = Run(config)
    run.advance(2)
    snapshot, step = run.at(2), Run(config.replace(batch_size=None), params=run.params).step()
    for (dW, db), step_dW, step_db in zip(snapshot.grads, step.dW, step.db, strict=True):
        np.testing.assert_array_equal(dW, step_dW)
        np.testing.assert_array_equal(db, step_db)
    for mine, other in [(snapshot.z, step.z), (snapshot.a, step.a), (snapshot.delta, step.delta)]:
        for array, step_array in zip(mine, other, strict=True):
            np.testing.assert_array_equal(array, step_array)
    assert snapshot.loss == step.loss
    assert snapshot.penalty == step.penalty


def test_a_snapshot_foretells_the_next_update_and_changes_nothing(config: Config) -> None:
    run = Run(config)
    run.advance(3)
    foretold = run.at(3).step()
    before = run.params
    past = run.at(1).step()
    assert_same_bits(run.params, before)
    made = run.step()
    assert foretold.epoch == made.epoch == 3
    assert_same_bits(foretold.params_after, made.params_after)
    np.testing.assert_array_equal(foretold.rows, made.rows)
    if config.batch_size is None:
        assert_same_bits(past.params_after, run.at(2).params)


def test_a_snapshot_answers_for_every_unit() -> None:
    run = Run(DEEP)
    run.advance(3)
    snapshot = run.at(2)
    answers = snapshot.respond(run.data.X)
    assert [a.shape[1] for a in answers] == list(run.network.sizes[1:])
    for mine, other in zip(answers, snapshot.a[1:], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-14)
    np.testing.assert_array_equal(answers[-1], snapshot.predict(run.data.X))


def test_scores_of_training_and_test_rows() -> None:
    run = Run(DEEP)
    run.advance(5)
    snapshot, data = run.at(5), run.data
    right = snapshot.predict(data.X).argmax(axis=1) == data.y.argmax(axis=1)
    right_test = snapshot.predict(data.X_test).argmax(axis=1) == data.y_test.argmax(axis=1)
    assert snapshot.score == right.mean()
    assert snapshot.test_score == right_test.mean()
    np.testing.assert_array_equal(snapshot.test_outputs, snapshot.predict(data.X_test))
    assert Run(Config()).at(0).test_score is None


# Training and snapshots agree.


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predictions_use_the_activation_that_was_trained(activation: str) -> None:
    config = Config(hidden=(4,), activation=activation, init="normal", learning_rate=0.01, l2=0.1)
    run = Run(config)
    run.advance(5)
    (W1, b1), (W2, b2) = run.params
    for X in (run.data.X, np.array([[0.3, -2.0], [5.0, 0.1], [-1.0, -1.0]])):
        answers = {
            name: 1 / (1 + np.exp(-(function.f(X @ W1 + b1) @ W2 + b2))) for name, function in ACTIVATIONS.items()
        }
        np.testing.assert_allclose(run.predict(X), answers.pop(activation), rtol=1e-12)
        assert all(np.abs(run.predict(X) - other).max() > 1e-6 for other in answers.values())


def test_points_are_expanded_to_features_before_they_are_shown() -> None:
    run = Run(Config(dataset="circles", hidden=(), features=("x1_squared", "x2_squared"), loss="bce"))
    ((W, b),) = run.params
    X = np.array([[1.0, 2.0], [-3.0, 0.5]])
    np.testing.assert_allclose(run.predict(X), 1 / (1 + np.exp(-(X**2 @ W + b))), rtol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_shown_is_the_loss_differentiated(loss: str) -> None:
    """Its slope, measured on the losses recorded for moved weights, is the gradient shown; penalty included."""
    output = LOSSES[loss].outputs[0] if LOSSES[loss].outputs else "softmax"
    config = DEEP.replace(loss=loss, output=output, activation=("tanh", "tanh"))
    start, step = Run(config).params, 1e-5
    slopes = []
    for layer, pair in enumerate(start):
        for kind, array in enumerate(pair):
            for index in np.ndindex(array.shape):
                losses = []
                for sign in (1, -1):
                    moved = [tuple(part.copy() for part in layer_pair) for layer_pair in start]
                    moved[layer][kind][index] += sign * step
                    losses.append(Run(config, params=moved).history.loss[0])  # type: ignore[arg-type]
                slopes.append((losses[0] - losses[1]) / (2 * step))
    shown = flat(Run(config).at(0).grads)
    assert np.linalg.norm(shown - slopes) <= 1e-6 * np.linalg.norm(shown)


def test_the_test_loss_is_without_penalty() -> None:
    run = Run(DEEP)
    run.advance(2)
    expected = LOSSES["cross_entropy"].value(run.at(2).test_outputs.T, run.data.y_test.T)
    assert len(run.history.test_loss) == 3
    assert run.history.test_loss[2] == pytest.approx(expected, rel=1e-12)


# History.


def test_losses_are_recorded_at_the_start_and_after_every_epoch(config: Config) -> None:
    run = Run(config)
    assert len(run.history.loss) == 1
    assert run.advance(3) == 3
    assert (run.epoch, len(run.history.loss)) == (3, 4)
    assert len(run.history.test_loss) == (4 if len(run.data.X_test) else 0)
    with pytest.raises(ValueError, match="read-only"):
        run.history.loss[0] = 0.0


def test_gradient_norms_are_those_of_the_snapshots() -> None:
    run = Run(DEEP)
    for _ in range(3):
        run.advance(100)
        epochs, norms = run.gradient_norms()
        assert norms.shape == (len(epochs), 3)
        assert epochs[0] == 0
        assert epochs[-1] == run.epoch
        assert (np.diff(epochs) > 0).all()
        for epoch, row in zip(epochs[::20], norms[::20], strict=True):
            by_hand = [np.sqrt((dW**2).sum() + (db**2).sum()) for dW, db in run.at(int(epoch)).grads]
            np.testing.assert_allclose(row, by_hand, rtol=1e-12)


def test_gradient_norms_follow_edits_and_rewinding() -> None:
    run = Run(DEEP)
    run.advance(20)
    run.gradient_norms()
    run.rewind(10)
    run.edit(params={(1, "W", 0, 0): 3.0}, learning_rate=0.01)
    run.advance(5)
    epochs, norms = run.gradient_norms()
    assert epochs.tolist() == list(range(16))
    for epoch, row in zip(epochs, norms, strict=True):
        np.testing.assert_allclose(
            row, [np.hypot(np.linalg.norm(dW), np.linalg.norm(db)) for dW, db in run.at(int(epoch)).grads]
        )


@pytest.mark.parametrize("most", [10, 128, 1_000])
@pytest.mark.parametrize("epochs", [0, 127, 200, 300])
def test_gradient_norms_are_not_more_than_asked_for(most: int, epochs: int) -> None:
    run = Run(Config())
    run.advance(epochs)
    chosen, norms = run.gradient_norms(most)
    assert len(chosen) == len(norms) <= most
    assert chosen[-1] == epochs


# Rows and weights of the user's own.


def test_rows_brought_are_trained_on_as_those_of_the_registry_are() -> None:
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    own, registry = Run(Config(test_share=0.0), data=(X, y)), Run(Config())
    assert own.config.dataset == "csv"
    own.advance(20)
    registry.advance(20)
    assert_same_bits(own.params, registry.params)
    np.testing.assert_array_equal(own.history.loss, registry.history.loss)


def test_rows_and_weights_brought_are_copied() -> None:
    X, y, params = np.eye(2), np.array([[0.0], [1.0]]), Run(Config()).params
    run, other = (Run(Config(test_share=0.0), data=(X, y), params=params) for _ in range(2))
    run.advance(3)
    expected = run.params
    X[:], y[:] = 9.0, 9.0
    for W, b in params:
        W[:], b[:] = 9.0, 9.0
    other.advance(3)
    assert_same_bits(other.params, expected)
    assert_same_bits(other.at(0).params, Run(Config()).params)


@pytest.mark.parametrize("as_rows", [False, True])
def test_weights_brought_are_started_from(as_rows: bool) -> None:
    start = Run(Config(seed=7)).params
    given: Any = [(W.tolist(), b[None, :].tolist()) for W, b in start] if as_rows else start
    run, drawn = Run(Config(), params=given), Run(Config(seed=7))
    run.advance(10)
    drawn.advance(10)
    assert_same_bits(run.params, drawn.params)
    assert_same_bits(run.at(0).params, start)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (([[0.0, 1.0]], [0, 1]), "one target for each"),
        (([[0.0, np.nan]], [0]), "finite"),
        (([[0.0, 1.0], [2.0]], [0, 1]), None),
        (([["a", "b"]], [0]), None),
        (([[0.0, 1.0]], ["yes"]), None),
        (([[0.0, 1.0]], None), None),
        (([[0.0, 1.0]],), None),
        (5, None),
    ],
)
def test_bad_rows_are_refused(data: Any, word: str | None) -> None:
    with pytest.raises(ConfigError, match=word) as caught:
        Run(Config(), data=data)
    assert caught.value.field == "data"


WEIGHTS = [(np.ones((2, 2)), np.ones(2)), (np.ones((2, 1)), np.ones(1))]


@pytest.mark.parametrize(
    "params",
    [
        WEIGHTS[:1],
        [*WEIGHTS, WEIGHTS[1]],
        WEIGHTS[::-1],
        [(np.ones((2, 2)), np.ones(3)), WEIGHTS[1]],
        [(np.ones((2, 2)), np.array([np.nan, 0.0])), WEIGHTS[1]],
        [(np.ones((2, 2)), np.array([np.inf, 0.0])), WEIGHTS[1]],  # a saturated unit hides it from the loss
        [(np.array([[np.inf, 0.0], [0.0, 0.0]]), np.ones(2)), WEIGHTS[1]],
        [([["a", "b"], ["c", "d"]], np.ones(2)), WEIGHTS[1]],
        [(np.ones((2, 2)),), (np.ones((2, 1)),)],
        5,
    ],
    ids=str,
)
def test_bad_weights_are_refused(params: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        Run(Config(), params=params)
    assert caught.value.field == "params"


def test_your_own_data_needs_rows() -> None:
    with pytest.raises(ConfigError, match=r"needs rows: Run\(config, data=\(X, y\)\)") as caught:
        Run(Config(dataset="csv"))
    assert caught.value.field == "dataset"


def test_losses_of_probabilities_need_targets_that_are() -> None:
    with pytest.raises(ConfigError, match="targets from 0 to 1") as caught:
        Run(Config(loss="bce", test_share=0.0), data=([[0.0], [1.0]], [0.5, 1.5]))
    assert caught.value.field == "loss"
    assert Run(Config(loss="bce", test_share=0.0), data=([[0.0], [1.0]], [0.5, 0.7])).advance(1) == 1


@pytest.mark.parametrize("epoch", [-1, 4, 10**9])
def test_epochs_that_were_not_trained_are_refused(epoch: int) -> None:
    run = Run(Config())
    run.advance(3)
    for call in (run.at, run.rewind):
        with pytest.raises(ConfigError, match=f"{epoch:,}.*0 to 3") as caught:
            call(epoch)
        assert caught.value.field == "epoch"
    assert run.epoch == 3


@pytest.mark.parametrize(
    ("config", "X"),
    [
        (Config(), np.zeros((3, 3))),
        (Config(), np.zeros((3, 1))),
        (Config(), np.zeros(2)),
        (Config(), np.zeros((1, 2, 2))),
        (Config(dataset="iris", output="softmax"), np.zeros((3, 1))),
        (Config(dataset="iris", output="softmax"), np.zeros((3, 5))),
        (Config(dataset="iris", output="softmax"), np.zeros(4)),
    ],
)
def test_rows_of_another_shape_are_refused(config: Config, X: Array) -> None:
    run = Run(config)
    for predict in (run.predict, run.at(0).predict):
        with pytest.raises(ConfigError):
            predict(X)


def test_there_may_be_no_rows_to_predict() -> None:
    assert Run(Config()).predict(np.zeros((0, 2))).shape == (0, 1)


def test_every_setting_reaches_the_run() -> None:
    """Every field of the groups data, network and learning has an effect."""
    base = Config(
        dataset="moons",
        samples=40,
        hidden=(4,),
        loss="mae",
        optimizer="momentum",
        learning_rate=0.2,
        batch_size=10,
        schedule="step",
        schedule_epochs=3,
        l1=0.01,
        l2=0.01,
    )
    other: dict[str, Any] = dict(
        dataset="circles",
        samples=60,
        noise=0.3,
        test_share=0.5,
        data_seed=1,
        features=("x1", "x2", "x1x2"),
        hidden=(3,),
        activation="tanh",
        output="softmax",
        loss="mse",
        init="normal",
        seed=1,
        train_biases=False,
        optimizer="sgd",
        learning_rate=0.1,
        momentum=0.5,
        schedule="cosine",
        schedule_epochs=2,
        schedule_factor=0.1,
        batch_size=None,
        shuffle=False,
        l1=0.0,
        l2=0.0,
    )
    adaptive = dict(rho="rmsprop", beta1="adam", beta2="adam", epsilon="adam")
    assert set(other) | set(adaptive) == {name for name, spec in SPECS.items() if spec.group != "goal"}

    def outcome(config: Config) -> float:
        run = Run(config)
        run.advance(8)
        return float(run.history.loss[-1])

    for name, value in other.items():
        assert outcome(base.replace(**{name: value})) != outcome(base), name
    for name, optimizer in adaptive.items():
        config = base.replace(optimizer=optimizer)
        assert outcome(config.replace(**{name: 0.5})) != outcome(config), name
