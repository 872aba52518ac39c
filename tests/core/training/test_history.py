"""What a run stores: everything it needs, within the memory limits."""

import tracemalloc

import numpy as np
import pytest

from backprop_core.training.history import FEWEST_KEYFRAMES, MOST_KEYFRAMES, History, State

MILLION = 1_000_000


def state(epoch: int, parameters: int = 9, slots: int = 2) -> State:
    return State(np.full((1 + slots, parameters), float(epoch)), updates=epoch)


def trained(epochs: int, *, parameters: int = 9, test: bool = False) -> History:
    """A history filled as a run fills it: from keyframe to keyframe."""
    history = History()
    history.extend([0.0], [0.0] if test else [], state(0, parameters))
    epoch = 0
    while epoch < epochs:
        until = min(history.next_keyframe, epochs)
        losses = [float(number) for number in range(epoch + 1, until + 1)]
        epoch = until
        history.extend(losses, losses if test else [], state(epoch, parameters))
    return history


# The parameters of XOR's 2-2-1, and of the largest network there is: 64 inputs, six layers of 64, 64 outputs. Adam
# stores two more numbers for each.
@pytest.mark.parametrize("parameters", [9, 7 * 65 * 64])
def test_a_million_epochs_stay_under_50_megabytes(parameters: int) -> None:
    tracemalloc.start()
    try:
        history = trained(MILLION, parameters=parameters, test=True)
        size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(history.loss) == len(history.test_loss) == MILLION + 1
    assert 8 * 2 * MILLION < size <= peak < 50_000_000


@pytest.mark.parametrize("epochs", [0, 1, 255, 256, 257, 5_000, 100_003])
def test_keyframes_are_thinned_evenly(epochs: int) -> None:
    history = trained(epochs)
    keyframes = history.keyframes
    assert keyframes[0] == 0
    assert len(keyframes) <= MOST_KEYFRAMES
    assert len(keyframes) > min(epochs, MOST_KEYFRAMES // 2 - 1)
    gaps = set(np.diff(keyframes))
    assert len(gaps) <= 1
    assert epochs - keyframes[-1] < max(gaps, default=1)


def test_large_states_are_kept_less_often_but_not_too_rarely() -> None:
    large = trained(5_000, parameters=100_000)
    assert FEWEST_KEYFRAMES // 2 <= len(large.keyframes) <= FEWEST_KEYFRAMES < len(trained(5_000).keyframes)


def test_the_next_keyframe_lies_ahead_and_is_kept() -> None:
    history = trained(700)
    ahead = history.next_keyframe
    assert ahead > 700
    history.extend([0.0] * (ahead - 700), [], state(ahead))
    assert history.keyframes[-1] == ahead


def test_nearest_is_the_last_keyframe_at_or_before() -> None:
    history = trained(3_000)
    for epoch in (0, 1, 15, 16, 17, 2_999, 3_000, 10_000):
        found, kept = history.nearest(epoch)
        assert found == max(keyframe for keyframe in history.keyframes if keyframe <= epoch)
        assert kept.updates == found
        np.testing.assert_array_equal(kept.memory, state(found).memory)


def test_states_come_and_go_as_copies() -> None:
    history, mine = History(), state(0)
    history.extend([1.0], [], mine)
    mine.memory[:] = -1.0
    _, first = history.nearest(0)
    first.memory[:] = -2.0
    _, second = history.nearest(0)
    np.testing.assert_array_equal(second.memory, state(0).memory)


def test_losses_are_a_read_only_series() -> None:
    history = trained(2_000, test=True)
    for series in (history.loss, history.test_loss):
        np.testing.assert_array_equal(series, np.arange(2_001.0))
        with pytest.raises(ValueError, match="read-only"):
            series[0] = 1.0
    assert len(trained(10).test_loss) == 0


@pytest.mark.parametrize("epoch", [0, 1, 999, 1_000, 3_000])
def test_rewinding_forgets_what_came_after(epoch: int) -> None:
    history = trained(3_000, test=True)
    before = history.keyframes
    history.rewind(epoch)
    np.testing.assert_array_equal(history.loss, np.arange(epoch + 1.0))
    np.testing.assert_array_equal(history.test_loss, np.arange(epoch + 1.0))
    assert history.keyframes == [keyframe for keyframe in before if keyframe <= epoch]


def test_after_rewinding_the_series_goes_on() -> None:
    history = trained(3_000)
    history.rewind(1_000)
    history.extend([-1.0], [], None)
    np.testing.assert_array_equal(history.loss[-2:], [1_000.0, -1.0])
    assert history.keyframes[-1] <= 1_000
