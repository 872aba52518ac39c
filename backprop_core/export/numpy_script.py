"""A run as a Python script that needs NumPy alone."""

from __future__ import annotations

from backprop_core.export import loop, stages
from backprop_core.export.plan import Plan, plan
from backprop_core.export.prediction import prediction
from backprop_core.export.source import Part, script, with_helper
from backprop_core.training.run import Run

ARRANGEMENT = (
    "z[layer] and a[layer], weighted sums and activations, have a row a unit and a column a sample. W[layer] has a row "
    "an input and a column a unit; its last row holds the biases, and what goes into a layer gets a last row of ones "
    "to meet them. So one product gives weights times inputs plus biases, and one gives the gradients of both. The "
    "last digits of a sum depend on the order of its terms: that is why each product is written just so."
)


def python(run: Run) -> str:
    """The run as a Python script for NumPy alone, which prints the numbers of the run to the last bit."""
    found = plan(run)
    about = [f"{found.title}: backpropagation written out in NumPy.", origin(found), ARRANGEMENT]
    return script(about, parts(found), one_thread=found.is_large)


def parts(found: Plan) -> list[Part]:
    """The parts of the script, and of the notebook."""
    made = [
        loop.data(found),
        loop.settings(found),
        loop.start(found),
        stages.formulas(found),
        stages.forward(found),
        stages.local_gradients(found),
        stages.backward(found),
        stages.adjustment(found),
        loop.training(found),
        loop.result(found),
        prediction(
            found, ["z, a = forward(np.hstack([x, np.ones((len(x), 1))]))", f"outputs = a[{found.layers[-1]}].T"]
        ),
    ]
    return with_helper([part for part in made if part])


def origin(found: Plan) -> str:
    """Where the numbers come from, and which ones should be printed."""
    text = (
        f"Made by Backprop Playground, where the loss after epoch {found.epochs:,} is {found.loss!r}. On the same "
        "machine, with the same NumPy, every digit printed here is the page's; elsewhere the last ones may differ."
    )
    if found.diverged is not None:
        text += f" In epoch {found.diverged:,} the numbers grow beyond all bounds, so it ends with the one before."
    return text
