"""The same configuration and edits give the same bits, whatever the order of operations."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.trainings import LEARNING, trainings

from backprop_core import Config, Run, Snapshot
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.training import history


@pytest.fixture(autouse=True, scope="module")
def few_keyframes() -> Iterator[None]:
    """Few keyframes, so that they are thinned after a few epochs and a replay has to train."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "MOST_KEYFRAMES", 4)
        patch.setattr(history, "FEWEST_KEYFRAMES", 2)
        yield


def trained(config: Config, epochs: int) -> Run:
    run = Run(config)
    run.advance(epochs)
    return run


def bits(snapshot: Snapshot) -> tuple[Any, ...]:
    """The complete training state, and the numbers displayed."""
    state = snapshot.state
    return snapshot.epoch, state.memory.tobytes(), state.updates, snapshot.loss


def everything(run: Run) -> tuple[Any, ...]:
    losses = run.history.loss.tobytes(), run.history.test_loss.tobytes()
    return *bits(run.at(run.epoch)), *losses, run.diverged, run.edits, run.config


@given(config=trainings(), epochs=st.integers(0, 25), data=st.data())
def test_any_past_epoch_is_exactly_as_if_stopped_there(config: Config, epochs: int, data: st.DataObject) -> None:
    run = trained(config, epochs)
    epoch = data.draw(st.integers(0, run.epoch))
    assert bits(run.at(epoch)) == bits(trained(config, epoch).at(epoch))


# Every optimizer with every way to go through the rows, and each of both with every schedule.
ORDERS = [(None, True), (4, True), (4, False)]
TRAININGS = [
    (optimizer, *order, list(SCHEDULES)[(i + j) % len(SCHEDULES)])
    for (i, optimizer), (j, order) in product(enumerate(OPTIMIZERS), enumerate(ORDERS))
]


@pytest.mark.parametrize(("optimizer", "batch_size", "shuffle", "schedule"), TRAININGS)
def test_every_past_epoch_of_every_optimizer(
    optimizer: str, batch_size: int | None, shuffle: bool, schedule: str
) -> None:
    config = Config(
        dataset="moons",
        samples=20,
        hidden=(3,),
        loss="bce",
        optimizer=optimizer,
        learning_rate=0.05,
        batch_size=batch_size,
        shuffle=shuffle,
        schedule=schedule,
        schedule_epochs=10,
    )
    run, alongside = trained(config, 30), Run(config)
    for epoch in range(31):
        assert bits(run.at(epoch)) == bits(alongside.at(epoch))
        assert run.history.loss[epoch] == run.at(epoch).loss
        alongside.advance(1)


@given(config=trainings(), first=st.integers(0, 12), second=st.integers(0, 12))
def test_advancing_twice_is_advancing_once(config: Config, first: int, second: int) -> None:
    run = trained(config, first)
    run.advance(second)
    assert everything(run) == everything(trained(config, first + second))


@given(config=trainings(), epochs=st.integers(0, 8), further=st.integers(0, 5))
def test_stepping_is_advancing(config: Config, epochs: int, further: int) -> None:
    run, advanced = Run(config), trained(config, epochs)
    while run.epoch < epochs and run.diverged is None:
        run.step()
    assert everything(run) == everything(advanced)
    run.advance(further)
    advanced.advance(further)
    assert everything(run) == everything(advanced)


@given(config=trainings(), epochs=st.integers(1, 20), data=st.data())
def test_rewinding_and_going_on_ends_at_the_same_bits(config: Config, epochs: int, data: st.DataObject) -> None:
    run = trained(config, epochs)
    before, reached = everything(run), run.epoch
    run.rewind(data.draw(st.integers(0, reached)))
    run.advance(epochs - run.epoch)
    assert everything(run) == before


@given(config=trainings(), epochs=st.integers(1, 15))
def test_no_number_is_nan_or_infinite_before_divergence(config: Config, epochs: int) -> None:
    run = trained(config, epochs)
    assert run.epoch == epochs or run.diverged == run.epoch + 1
    assert np.isfinite(run.history.loss).all()
    for epoch in range(run.epoch + 1):
        snapshot = run.at(epoch)
        assert np.isfinite(snapshot.state.memory).all()
        assert not any(np.isnan(array).any() for array in [*snapshot.z, *snapshot.a])
        if config.batch_size is None and epoch < run.epoch:  # the gradient of the next update
            assert all(np.isfinite(array).all() for pair in snapshot.grads for array in pair)


class Session(RuleBasedStateMachine):
    """A user at the page plays, steps, scrubs, edits and branches. An epoch looks the same at every visit."""

    def __init__(self) -> None:
        super().__init__()
        config = Config(
            dataset="moons", samples=16, hidden=(3,), activation="tanh", init="normal", optimizer="adam", batch_size=5
        )
        self.run = Run(config)
        self.seen: dict[int, tuple[Any, ...]] = {}
        self.look_at(0)

    def look_at(self, epoch: int) -> None:
        shown = bits(self.run.at(epoch))
        assert self.seen.setdefault(epoch, shown) == shown

    def edit(self, **changes: Any) -> None:
        self.run.edit(**changes)
        self.seen.pop(self.run.epoch)
        self.look_at(self.run.epoch)

    @rule(epochs=st.integers(0, 9))
    def advance(self, epochs: int) -> None:
        before = self.run.epoch
        assert self.run.advance(epochs) == self.run.epoch - before
        assert self.run.epoch == before + epochs or self.run.diverged is not None or self.run.goal_reached
        self.look_at(self.run.epoch)

    @rule()
    def step(self) -> None:
        before = self.run.epoch
        assert self.run.step().epoch == before
        self.look_at(self.run.epoch)

    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        self.look_at(data.draw(st.integers(0, self.run.epoch)))

    @rule(data=st.data())
    def rewind(self, data: st.DataObject) -> None:
        epoch = data.draw(st.integers(0, self.run.epoch))
        self.run.rewind(epoch)
        self.seen = {known: what for known, what in self.seen.items() if known <= epoch}
        self.look_at(epoch)

    @rule(data=st.data(), field=st.sampled_from(list(LEARNING)))
    def change_a_setting(self, data: st.DataObject, field: str) -> None:
        self.drop_what_was_begun()
        self.edit(**{field: data.draw(LEARNING[field])})

    @rule(optimizer=LEARNING["optimizer"])
    def change_the_optimizer(self, optimizer: str) -> None:
        self.drop_what_was_begun()
        self.edit(optimizer=optimizer)

    @rule(
        address=st.sampled_from([(1, "W", 0, 0), (1, "W", 1, 2), (1, "b", 1), (2, "W", 2, 0), (2, "b", 0)]),
        value=st.sampled_from([-2.0, 0.0, 0.5, 1.0]),
    )
    def change_a_weight(self, address: Any, value: float) -> None:
        self.drop_what_was_begun()
        self.edit(params={address: value})

    @rule(loss=st.sampled_from([None, 0.5, 1.5]))
    def change_the_goal(self, loss: float | None) -> None:
        self.drop_what_was_begun()
        self.edit(stop_loss=loss)

    def drop_what_was_begun(self) -> None:
        """Discard the batches of an incomplete epoch, because an edit needs a completed one."""
        self.run.rewind(self.run.epoch)

    @invariant()
    def losses_are_those_of_the_epochs(self) -> None:
        assert len(self.run.history.loss) == len(self.run.history.test_loss) == self.run.epoch + 1
        assert self.run.history.loss[-1] == self.seen[self.run.epoch][-1]

    def teardown(self) -> None:
        run = self.run
        again = Run.replay(run.recipe)
        assert bits(again.at(run.epoch)) == bits(run.at(run.epoch))
        assert set(again.edits) == set(run.edits)
        assert again.history.loss.tobytes() == run.history.loss.tobytes()
        assert again.history.test_loss.tobytes() == run.history.test_loss.tobytes()


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=50, stateful_step_count=30, report_multiple_bugs=False)


@given(config=trainings(), epochs=st.integers(0, 12), further=st.integers(0, 12), other=st.integers(0, 12))
def test_a_copy_is_the_run_and_goes_its_own_way(config: Config, epochs: int, further: int, other: int) -> None:
    run = trained(config, epochs)
    twin = run.copy()
    assert everything(twin) == everything(run)
    run.advance(further)
    if run.diverged is None:
        run.edit(params={(1, "b", 0): 0.25})
        run.advance(2)
    run.rewind(run.epoch // 2)
    assert everything(twin) == everything(trained(config, epochs))
    twin.advance(other)
    alone = trained(config, epochs)
    alone.advance(other)
    assert everything(twin) == everything(alone)
    epoch = twin.epoch // 2
    assert bits(twin.at(epoch)) == bits(alone.at(epoch))


def test_a_copy_in_the_middle_of_an_epoch_finishes_it() -> None:
    config = Config(dataset="moons", samples=40, batch_size=7)
    run = trained(config, 3)
    run.step()
    twin = run.copy()
    for each in (run, twin):
        each.advance(2)
        assert everything(each) == everything(trained(config, 5))
