"""Changes made while training: what is recorded, what is undone, and that both futures of an epoch stay exact."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backprop_core import Config, ConfigError, Edit, Run
from backprop_core.nn.initializers import Params
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import fields
from backprop_core.training.recipe import Recipe

CONFIG = Config(
    dataset="moons", samples=40, hidden=(3,), loss="bce", learning_rate=0.3, batch_size=8, optimizer="momentum", l2=0.01
)

# A new value for every field that may change while training.
CHANGES: dict[str, Any] = dict(
    train_biases=False,
    optimizer="adam",
    learning_rate=0.05,
    momentum=0.2,
    rho=0.5,
    beta1=0.5,
    beta2=0.5,
    epsilon=0.1,
    schedule="cosine",
    schedule_epochs=7,
    schedule_factor=0.1,
    batch_size=None,
    shuffle=False,
    l1=0.02,
    l2=0.2,
)


def bits(params: Params) -> bytes:
    return b"".join(array.tobytes() for pair in params for array in pair)


def trained(epochs: int, config: Config = CONFIG) -> Run:
    run = Run(config)
    run.advance(epochs)
    return run


def everything(run: Run) -> tuple[Any, ...]:
    snapshot = run.at(run.epoch)
    return run.epoch, run.config, run.edits, run.history.loss.tobytes(), snapshot.state.memory.tobytes(), run.diverged


class Counted(Edit):
    """An edit that counts how often its epoch is read."""

    looks = 0

    def __getattribute__(self, name: str) -> Any:
        if name == "epoch":
            Counted.looks += 1
        return super().__getattribute__(name)


def looks_of(count: int) -> tuple[int, int]:
    """How often edits are read when a run with this many is opened, and when it goes back to an epoch."""
    settings = [Counted(epoch, "learning_rate", 0.1 + epoch % 7 / 100) for epoch in range(count)]
    weights = [Counted(epoch, (1, "W", 0, 0), 0.5) for epoch in range(0, count, 3)]
    Counted.looks = 0
    run = Run.replay(Recipe(CONFIG, (*settings, *weights), count))
    opened, Counted.looks = Counted.looks, 0
    run.history._epochs[1:], run.history._states[1:] = [], []  # as if no keyframe lay on the way
    run.at(count - 1)
    return opened, Counted.looks


def test_opening_a_run_and_going_back_in_it_look_at_each_edit_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backprop_core.training.edited_config.Edit", Counted)
    few, many = looks_of(40), looks_of(160)
    assert [b / a < 6 for a, b in zip(few, many, strict=True)] == [
        True,
        True,
    ]  # linear: 4 per edit, and a little for bisection


def test_what_is_in_force_is_known_at_every_epoch_after_every_change() -> None:
    run = trained(2)
    run.edit(learning_rate=0.2)
    run.advance(2)
    run.edit(l2=0.5)
    twin = run.copy()
    run.edit(l2=0.0, epochs=77)
    twin.rewind(3)
    twin.edit(learning_rate=0.7)
    for one in (run, twin):
        for epoch in range(one.epoch + 1):
            edits = {str(edit.field): edit.value for edit in one.edits if edit.epoch <= epoch}
            assert one.config_at(epoch) == one.config.replace(**edits)
    assert (run.current.learning_rate, run.current.epochs, twin.current.learning_rate) == (0.2, 77, 0.7)


def test_every_learning_setting_is_covered_here() -> None:
    assert set(CHANGES) == set(fields("learning"))


@pytest.mark.parametrize("field", CHANGES)
def test_a_setting_changes_from_here_on(field: str) -> None:
    run, plain = trained(5), trained(10)
    run.edit(**{field: CHANGES[field]})
    assert run.edits == (Edit(5, field, CHANGES[field]),)
    assert run.config == CONFIG
    assert run.current == run.config_at(5) == run.config_at(99) == CONFIG.replace(**{field: CHANGES[field]})
    assert run.config_at(4) == CONFIG
    run.advance(5)
    for epoch in range(6):
        assert bits(run.at(epoch).params) == bits(plain.at(epoch).params)
    felt = field in {
        "optimizer",
        "momentum",
        "learning_rate",
        "batch_size",
        "shuffle",
        "l1",
        "l2",
        "train_biases",
        "schedule",
    }
    assert (bits(run.params) != bits(plain.params)) == felt


@pytest.mark.parametrize("field", CHANGES)
def test_before_training_an_edit_is_another_configuration(field: str) -> None:
    run, configured = Run(CONFIG), Run(CONFIG.replace(**{field: CHANGES[field]}))
    run.edit(**{field: CHANGES[field]})
    assert run.edits == ()
    assert run.config == configured.config
    run.advance(5)
    configured.advance(5)
    assert everything(run) == everything(configured)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_another_optimizer_begins_with_an_empty_memory(optimizer: str) -> None:
    other = "sgd" if optimizer == "adam" else "adam"
    run = trained(5, CONFIG.replace(optimizer=other))
    run.edit(optimizer=optimizer)
    fresh = Run(CONFIG.replace(optimizer=optimizer), params=run.params)
    state = run.at(5).state
    assert state.updates == 0
    assert state.memory.tobytes() == fresh.at(0).state.memory.tobytes()
    assert not any(array.any() for params in run.at(5).step().slots.values() for pair in params for array in pair)


def test_naming_the_same_optimizer_again_keeps_its_memory() -> None:
    run, plain = trained(5), trained(10)
    run.edit(optimizer="momentum", learning_rate=0.3)
    assert run.edits == ()
    run.advance(5)
    assert everything(run) == everything(plain)


@pytest.mark.parametrize("field", CHANGES)
def test_an_edit_undone_at_its_epoch_leaves_no_trace(field: str) -> None:
    run, plain = trained(5), trained(10)
    run.edit(**{field: CHANGES[field]})
    run.edit(**{field: getattr(CONFIG, field)})
    assert run.edits == ()
    run.advance(5)
    assert everything(run) == everything(plain)


def test_an_edit_undone_later_is_a_second_edit() -> None:
    run = trained(5)
    run.edit(learning_rate=0.1)
    run.advance(1)
    run.edit(learning_rate=0.3)
    assert run.edits == (Edit(5, "learning_rate", 0.1), Edit(6, "learning_rate", 0.3))
    assert run.current == CONFIG


def test_the_last_edit_of_a_field_at_an_epoch_counts() -> None:
    run, direct = trained(5), trained(5)
    for rate in (0.1, 7.0, 0.2):
        run.edit(learning_rate=rate)
    run.edit(params={(1, "b", 0): 5.0})
    run.edit(params={(1, "b", 0): 1.0, (2, "b", 0): 2.0}, l2=0.5)
    direct.edit(params={(1, "b", 0): 1.0, (2, "b", 0): 2.0}, l2=0.5, learning_rate=0.2)
    assert set(run.edits) == set(direct.edits)
    run.advance(3)
    direct.advance(3)
    assert [everything(run)[i] for i in (0, 1, 3, 4)] == [everything(direct)[i] for i in (0, 1, 3, 4)]


@pytest.mark.parametrize(
    ("address", "layer", "part", "index"),
    [
        ((1, "W", 1, 2), 0, 0, (1, 2)),
        ((1, "b", 2), 0, 1, (2,)),
        ((2, "W", 0, 0), 1, 0, (0, 0)),
        ((2, "b", 0), 1, 1, (0,)),
    ],
)
@pytest.mark.parametrize("epoch", [0, 5])
def test_one_weight_is_changed_and_no_other(epoch: int, address: Any, layer: int, part: int, index: Any) -> None:
    run = trained(epoch)
    expected = run.params
    expected[layer][part][index] = 2.5
    run.edit(params={address: 2.5})
    assert run.edits == (Edit(epoch, address, 2.5),)
    assert bits(run.params) == bits(run.at(epoch).params) == bits(expected)
    assert run.history.loss[epoch] == run.at(epoch).loss == Run(CONFIG, params=expected).history.loss[0]
    assert len(run.history.loss) == epoch + 1
    run.advance(3)
    assert bits(run.at(epoch).params) == bits(expected)


def test_an_epoch_between_keyframes_is_replayed_with_its_edits() -> None:
    run = trained(301)
    run.edit(params={(1, "W", 0, 0): 2.5}, learning_rate=0.1, optimizer="adam")
    edited, memory = run.params, run.at(301).state.memory.tobytes()
    run.advance(400)
    assert 301 not in run.history.keyframes
    assert bits(run.at(301).params) == bits(edited)
    assert run.at(301).state.memory.tobytes() == memory
    assert run.at(301).loss == run.history.loss[301]
    assert bits(run.at(300).params) == bits(trained(300).params)
    later = run.at(500)
    again = Run.replay(replace(run.recipe, epochs=500))
    assert bits(again.params) == bits(later.params)


def test_weights_edited_keep_the_optimizers_memory() -> None:
    run, plain = trained(5), trained(5)
    run.edit(params={(1, "W", 0, 0): 2.0})
    mine, theirs = run.at(5).state, plain.at(5).state
    assert mine.updates == theirs.updates
    assert mine.memory[1:].tobytes() == theirs.memory[1:].tobytes()


def test_numbers_of_numpy_are_taken_as_weights() -> None:
    run = Run(CONFIG)
    run.edit(params={(1, "b", 0): np.float64(1.5), (1, "b", 1): np.int64(2), (1, "b", 2): np.float32(0.5)})  # type: ignore[dict-item]
    np.testing.assert_array_equal(run.params[0][1], [1.5, 2.0, 0.5])
    assert all(type(edit.value) is float for edit in run.edits)


def test_frozen_biases_stay_from_here_on_and_can_be_set_by_hand() -> None:
    run = trained(5)
    run.edit(train_biases=False, params={(2, "b", 0): 0.25})
    biases = [b.tobytes() for _, b in run.params]
    run.advance(5)
    assert [b.tobytes() for _, b in run.params] == biases
    assert run.params[1][1][0] == 0.25


def test_an_edit_changes_the_penalty_in_the_loss_of_its_epoch() -> None:
    run = trained(5)
    before = run.at(5)
    run.edit(l2=0.2)
    assert run.history.loss[5] == run.at(5).loss
    assert run.at(5).penalty == pytest.approx(20 * before.penalty, rel=1e-12)
    assert run.at(5).loss - run.at(5).penalty == pytest.approx(before.loss - before.penalty, rel=1e-12)


def test_a_goal_changes_no_number() -> None:
    run, plain = trained(5), trained(10, CONFIG.replace(epochs=77))
    run.edit(epochs=77)
    assert run.edits == ()
    assert run.config == plain.config
    run.advance(5)
    assert everything(run) == everything(plain)


@pytest.mark.parametrize(
    "change",
    [
        *({field: getattr(CONFIG, field)} for field in [*fields("data"), *fields("network")]),
        {"learning_rate": 0},
        {"learning_rate": "fast"},
        {"learning_rate": 0.1, "optimizer": "newton"},
        {"no_such_setting": 1},
        *({"params": {address: 1.0}} for address in [(0, "W", 0, 0), (3, "W", 0, 0), (1, "V", 0, 0), (1, "W", 0)]),
        *({"params": {address: 1.0}} for address in [(1, "W", 2, 0), (1, "W", 0, 3), (1, "W", -1, 0), (1, "b", 3)]),
        *({"params": {address: 1.0}} for address in [(1, "b", 0, 0), (), (1,), "W1", 1, (1, "W", 0.5, 0), None]),
        *({"params": {(1, "W", 0, 0): value}} for value in [np.nan, np.inf, 1e7, -1e7, "1", None, True, [1.0], 1j]),
        {"params": {(1, "W", 0, 0): 1.0, (9, "W", 0, 0): 1.0}, "learning_rate": 0.1},
    ],
    ids=str,
)
def test_a_bad_edit_is_refused_and_changes_nothing(change: dict[str, Any]) -> None:
    run, plain = trained(5), trained(10)
    run.edit(l1=0.02)
    plain.rewind(5)
    plain.edit(l1=0.02)
    with pytest.raises(ConfigError) as caught:
        run.edit(**change)
    assert caught.value.field in change
    assert everything(run) == everything(plain)
    run.advance(3)
    plain.advance(3)
    assert everything(run) == everything(plain)


def test_an_edit_in_the_middle_of_an_epoch_is_refused() -> None:
    run = trained(5)
    run.step()
    with pytest.raises(ConfigError, match="completed epoch") as caught:
        run.edit(learning_rate=0.1)
    assert caught.value.field == "epoch"
    run.advance(1)
    run.edit(learning_rate=0.1)
    assert run.edits == (Edit(6, "learning_rate", 0.1),)


def test_weights_that_give_no_finite_loss_are_refused() -> None:
    run = Run(
        Config(hidden=(), output="linear", test_share=0.0, learning_rate=1e-6),
        data=([[1e150], [-1e150]], [0.5, 1.5]),
        params=[(np.zeros((1, 1)), np.zeros(1))],
    )
    before = everything(run)
    with pytest.raises(ConfigError, match="not a finite number") as caught:
        run.edit(params={(1, "W", 0, 0): 1e6})
    assert caught.value.field == "params"
    assert everything(run) == before


# Going back, and training on from there.


@pytest.mark.parametrize("epoch", [0, 3, 10])
def test_rewinding_is_having_stopped_there(epoch: int) -> None:
    run, stopped = trained(10), trained(epoch)
    run.rewind(epoch)
    assert everything(run) == everything(stopped)
    run.advance(10 - epoch)
    assert everything(run) == everything(trained(10))


def test_rewinding_forgets_later_edits_and_keeps_earlier_ones() -> None:
    run = trained(2)
    run.edit(learning_rate=0.1)
    run.advance(2)
    run.edit(l2=0.5, params={(1, "b", 0): 1.0})
    run.advance(2)
    run.rewind(3)
    assert run.edits == (Edit(2, "learning_rate", 0.1),)
    run.advance(3)
    expected = trained(2)
    expected.edit(learning_rate=0.1)
    expected.advance(4)
    assert everything(run) == everything(expected)


def test_rewinding_to_the_epoch_of_an_edit_keeps_it() -> None:
    run = trained(5)
    run.edit(learning_rate=0.1, params={(1, "b", 0): 1.0})
    edited = everything(run)
    run.advance(3)
    run.rewind(5)
    assert everything(run) == edited


def test_a_new_future_from_an_old_epoch_leaves_its_past_alone() -> None:
    run, plain = trained(10), trained(10)
    run.rewind(4)
    run.edit(learning_rate=0.01)
    run.advance(6)
    assert run.epoch == 10
    for epoch in range(5):
        assert bits(run.at(epoch).params) == bits(plain.at(epoch).params)
    for epoch in range(5, 11):
        assert bits(run.at(epoch).params) != bits(plain.at(epoch).params)
    other = trained(4)
    other.edit(learning_rate=0.01)
    other.advance(6)
    assert everything(run) == everything(other)


def test_an_epoch_in_hand_is_dropped_by_rewinding_and_finished_by_advancing() -> None:
    run = trained(5)
    run.step()
    run.step()
    assert run.epoch == 5
    assert bits(run.at(5).params) == bits(trained(5).params) != bits(run.params)
    assert run.advance(1) == 1
    assert everything(run) == everything(trained(6))
    run.step()
    run.rewind(6)
    assert everything(run) == everything(trained(6))
    run.advance(1)
    assert everything(run) == everything(trained(7))


def test_a_run_is_its_configuration_and_its_edits() -> None:
    run = trained(3)
    run.edit(learning_rate=0.1, optimizer="adam", params={(1, "W", 0, 0): 1.0})
    run.advance(3)
    run.edit(batch_size=None, params={(2, "b", 0): -1.0})
    run.advance(4)
    run.edit(optimizer="sgd")
    again = Run.replay(run.recipe)
    assert everything(again) == everything(run)
    run.advance(5)
    assert everything(Run.replay(replace(run.recipe, epochs=15))) == everything(run)
    run.rewind(7)
    assert everything(Run.replay(replace(run.recipe, epochs=7))) == everything(run)


def test_a_run_with_rows_and_weights_brought_is_replayed_with_them() -> None:
    own: dict[str, Any] = dict(
        data=([[0.1, 0.2], [0.3, 0.9], [0.5, 0.4]], [0.0, 1.0, 1.0]), params=Run(Config()).params
    )
    run = Run(Config(test_share=0.0), **own)
    run.advance(3)
    run.edit(params={(1, "b", 0): 0.0})
    run.advance(3)
    assert everything(Run.replay(replace(run.recipe, epochs=6))) == everything(run)
