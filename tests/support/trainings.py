"""Configurations that train quickly, of every kind of training, for Hypothesis."""

from typing import Any

from hypothesis import strategies as st

from backprop_core import Config
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.config import MAX_EPOCHS

DATASETS = ["xor", "parity3", "moons", "circles", "blobs", "sine", "plane"]
CURVES = ["sine", "plane"]

LEARNING: dict[str, st.SearchStrategy[Any]] = dict(
    train_biases=st.booleans(),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    learning_rate=st.sampled_from([1e-3, 0.03, 0.3, 3.0, 1_000.0]),
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
    rho=st.sampled_from([0.5, 0.9]),
    beta1=st.sampled_from([0.0, 0.9]),
    beta2=st.sampled_from([0.9, 0.999]),
    epsilon=st.sampled_from([1e-8, 1e-2]),
    schedule=st.sampled_from(list(SCHEDULES)),
    schedule_epochs=st.sampled_from([1, 3, 7, MAX_EPOCHS]),
    schedule_factor=st.sampled_from([0.0, 0.5, 1.0]),
    batch_size=st.sampled_from([None, 1, 4, 7, 100]),
    shuffle=st.booleans(),
    l1=st.sampled_from([0.0, 0.01]),
    l2=st.sampled_from([0.0, 0.1, 10.0]),
)


@st.composite
def trainings(draw: st.DrawFn) -> Config:
    dataset = draw(st.sampled_from(DATASETS))
    hidden = draw(st.lists(st.integers(1, 5), max_size=3).map(tuple))
    names = st.sampled_from(list(ACTIVATIONS))
    pairs = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]
    if dataset in CURVES:
        pairs = [(output, loss) for output, loss in pairs if output != "softmax" and not LOSSES[loss].outputs]
    output, loss = draw(st.sampled_from(pairs))
    learning = draw(st.fixed_dictionaries({name: LEARNING[name] for name in LEARNING}))
    return Config(
        dataset=dataset,
        samples=draw(st.integers(10, 25)),
        test_share=draw(st.sampled_from([0.0, 0.3])),
        hidden=hidden,
        activation=draw(names | st.tuples(*[names] * len(hidden))),
        output=output,
        loss=loss,
        init=draw(st.sampled_from(list(INITIALIZERS))),
        seed=draw(st.integers(0, 3)),
        **learning,
    )
