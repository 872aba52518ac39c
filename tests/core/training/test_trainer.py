"""Mini-batches: every row exactly once per epoch, in an order that depends only on seed and epoch."""

import numpy as np
import pytest

from backprop_core import Config, Run, Step
from backprop_core.nn.activations import Array
from backprop_core.nn.network import Network, Pass

CLOUD = Config(
    dataset="moons", samples=40, test_share=0.25, hidden=(4,), loss="mse", init="xavier_normal", learning_rate=0.3
)
ROWS = 30


def epoch_of(run: Run) -> list[Step]:
    """All steps of the next epoch."""
    steps = [run.step()]
    while run.epoch == steps[0].epoch:
        steps.append(run.step())
    return steps


def order(steps: list[Step]) -> list[int]:
    return [int(row) for step in steps for row in step.rows]


@pytest.mark.parametrize("batch_size", [1, 7, 10, 29, 30, 31, 5_000, None])
@pytest.mark.parametrize("shuffle", [True, False])
def test_every_row_is_used_exactly_once_an_epoch(batch_size: int | None, shuffle: bool) -> None:
    run = Run(CLOUD.replace(batch_size=batch_size, shuffle=shuffle))
    assert len(run.data.X) == ROWS
    size = min(batch_size or ROWS, ROWS)
    for _ in range(3):  # the last batch may be smaller, and no rows are left over for the next epoch
        steps = epoch_of(run)
        assert sorted(order(steps)) == list(range(ROWS))
        assert [len(step.rows) for step in steps] == [size] * (ROWS // size) + [ROWS % size] * (ROWS % size > 0)


def test_every_epoch_and_every_seed_has_its_own_order() -> None:
    orders = set()
    for seed in (0, 1):
        run = Run(CLOUD.replace(batch_size=7, seed=seed))
        orders |= {tuple(order(epoch_of(run))) for _ in range(10)}
    assert len(orders) == 20


@pytest.mark.parametrize("config", [CLOUD.replace(batch_size=7, shuffle=False), CLOUD, CLOUD.replace(batch_size=ROWS)])
def test_without_shuffling_rows_keep_their_order(config: Config) -> None:
    run = Run(config)
    for _ in range(3):
        assert order(epoch_of(run)) == list(range(ROWS))


def test_the_order_of_an_epoch_depends_on_nothing_that_happened_before() -> None:
    run = Run(CLOUD.replace(batch_size=7))
    orders = [order(epoch_of(run)) for _ in range(6)]
    run.rewind(2)
    assert order(epoch_of(run)) == orders[2]
    assert run.at(1).step().rows.tolist() == orders[1][:7]
    other = Run(CLOUD.replace(batch_size=11, learning_rate=0.1, data_seed=5))
    other.advance(4)
    assert order(epoch_of(other)) == orders[4]


@pytest.mark.parametrize("batch_size", [1, 7, None])
def test_an_epoch_is_plain_descent_over_its_batches(batch_size: int | None) -> None:
    run, by_hand = Run(CLOUD.replace(batch_size=batch_size)), Run(CLOUD.replace(batch_size=batch_size))
    X, y = run.data.X, run.data.y
    (W1, b1), (W2, b2) = run.params
    for epoch in range(3):
        for rows in [step.rows for step in epoch_of(by_hand)]:
            a1 = 1 / (1 + np.exp(-(X[rows] @ W1 + b1)))
            a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
            delta2 = 2 * (a2 - y[rows]) / len(rows) * a2 * (1 - a2)
            delta1 = delta2 @ W2.T * a1 * (1 - a1)
            W2, b2 = W2 - 0.3 * a1.T @ delta2, b2 - 0.3 * delta2.sum(axis=0)
            W1, b1 = W1 - 0.3 * X[rows].T @ delta1, b1 - 0.3 * delta1.sum(axis=0)
        run.advance(1)
        for (W, b), (W_by_hand, b_by_hand) in zip(run.params, [(W1, b1), (W2, b2)], strict=True):
            np.testing.assert_allclose(W, W_by_hand, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(b, b_by_hand, rtol=1e-12, atol=1e-14)
        assert run.epoch == epoch + 1


def loss_over_all_rows(run: Run) -> float:
    network: Network = run.network
    theta: Array = network.pack(run.params)
    whole = Pass(network, theta, ROWS, l1=run.config.l1, l2=run.config.l2)
    whole.load(run.data.X.T, run.data.y.T)
    whole.forward()
    return float(whole.loss())


@pytest.mark.parametrize("batch_size", [7, None])
def test_the_loss_of_an_epoch_is_over_all_training_rows_after_it(batch_size: int | None) -> None:
    run = Run(CLOUD.replace(batch_size=batch_size, l2=0.01))
    for _ in range(3):
        run.advance(1)
        assert run.history.loss[-1] == loss_over_all_rows(run)


def test_a_loss_of_a_step_is_over_its_batch_before_the_update() -> None:
    run = Run(CLOUD.replace(batch_size=7))
    for _ in range(7):
        before = Run(CLOUD, params=run.params)
        step = run.step()
        expected = np.mean((before.predict(before.data.X[step.rows]) - before.data.y[step.rows]) ** 2)
        assert step.loss == pytest.approx(expected, rel=1e-12)


def test_biases_are_updated_once_an_update() -> None:
    run = Run(CLOUD.replace(batch_size=7))
    for step in epoch_of(run):
        for (_, b), (_, b_after), delta in zip(step.params, step.params_after, step.delta, strict=True):
            np.testing.assert_allclose(b_after, b - 0.3 * delta.sum(axis=0), rtol=0, atol=1e-15)
