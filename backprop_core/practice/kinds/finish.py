"""Finish the update: its last stages are to be computed, in every task of this kind one more of them."""

from __future__ import annotations

import numpy as np

from backprop_core.explain.rounding import Rounding, reach, to_decimals
from backprop_core.practice.labels import label, number_fields, table
from backprop_core.practice.suitable import in_order
from backprop_core.practice.task import Draft, Task, TaskKind

STAGES = ("forward propagation", "local gradients δ", "gradients of weights and biases", "adjustment")
MOST_OFF = 0.3  # of a number: how far rounding every number on the way may lead off

_WHY = (
    "Why are the activations needed again on the way back?",
    "Why does a hidden δ contain the weights of the next layer?",
    "Why is the gradient of a weight δ times the input that it carries?",
    "Why is the gradient subtracted, and not added?",
)


def make(draft: Draft) -> Task | None:
    """The task of a draft; None if rounding on the way would blur an asked number."""
    count = -(-len(STAGES) * draft.turn // draft.of)
    names = sorted(in_order(draft.numbers), key=_stage)
    asked = [name for name in names if _stage(name) >= len(STAGES) - count]
    bounds = reach(draft.homework, dict(draft.numbers), Rounding(to_decimals(draft.assignment.digits), 0.0, {}))
    for name in asked:
        if (bounds[name] > MOST_OFF * np.abs(draft.numbers[name])).any():
            return None
    first = len(STAGES) - count
    stages = STAGES[first] if count == 1 else f"{', '.join(STAGES[first:-1])} and {STAGES[-1]}"
    return Task(
        draft.number,
        FINISH.name,
        draft.homework,
        draft.numbers,
        draft.assignment.digits,
        f"Finish the update: {stages}.",
        tuple(field for name in asked for field in number_fields(draft, name)),
        _WHY[first],
        _model(draft, first),
        tables=tuple(table(draft, name, draft.numbers[name], asked) for name in names),
    )


def _stage(name: str) -> int:
    if name.endswith("_new"):
        return 3
    if name.startswith("delta"):
        return 1
    return 2 if name.startswith("d") else 0


def _model(draft: Draft, first: int) -> str:
    h, numbers, text = draft.homework, draft.numbers, draft.text
    last = len(h.params)
    if first == 0:
        a, dW = numbers[f"a{last - 1}"], numbers[f"dW{last}"]
        return (
            f"Every weight acts on the loss by what it carries. The first weight of W{last} carries a{last - 1} = "
            f"{text(a[0, 0])} in the first row, so its gradient contains a{last - 1} · δ{last} = "
            f"{text(a[0, 0])} · {text(numbers[f'delta{last}'][0, 0])}; here dW{last}[1, 1] = {text(dW[0, 0])}."
        )
    if first == 1:
        W, above, own = h.params[last - 1][0], numbers[f"delta{last}"], numbers[f"delta{last - 1}"]
        terms = " + ".join(f"({W[0, k]:g}) · ({text(above[0, k])})" for k in range(W.shape[1]))
        return (
            f"Unit 1 acts on the loss only through the weights that leave it. Its error is {terms} = "
            f"{text(float(above[0] @ W[0]))}, and the slope f′(z{last - 1}) makes it δ{last - 1}[1, 1] = "
            f"{text(own[0, 0])}."
        )
    if first == 2:
        x, delta, dW = h.X[0, 0], numbers["delta1"][0, 0], numbers["dW1"][0, 0]
        return (
            f"A change of a weight changes z by as much as the input it carries. In row 1, W1[1, 1] carries x1 = {x:g}"
            f" and δ1 is {text(delta)}: their product is {text(x * delta)}, and dW1[1, 1] = {text(dW)}"
            f"{', summed over the rows' if len(h.X) > 1 else ''}. With an input of 0 the weight would not learn."
        )
    W, dW, new = h.params[0][0][0, 0], numbers["dW1"][0, 0], numbers["W1_new"][0, 0]
    way = "rises" if dW > 0 else "falls"
    return (
        f"The gradient says where the loss grows. {label('dW1')}[1, 1] = {text(dW)}, so the loss {way} when W1[1, 1] "
        f"grows, and the weight goes the other way: {W:g} − {h.learning_rate:g} · ({text(dW)}) = {text(new)}."
    )


FINISH = TaskKind(
    "finish",
    "Finish the update",
    "The last stages of an update are asked, in every task of this kind one more of them.",
    make,
)
