"""Which way? Signs and sizes, told from signs alone, before any number is seen."""

from __future__ import annotations

import numpy as np

from backprop_core.nn.activations import Array
from backprop_core.practice.task import Draft, Field, Task, TaskKind

SIGNS = ("positive", "negative")
WAYS = ("larger", "smaller")
LEAST_RATIO = 1.3  # of the sizes of two inputs that are compared


def make(draft: Draft) -> Task | None:
    """The task of a draft; None if signs alone do not tell, or two inputs are of about the same size."""
    h, numbers = draft.homework, draft.numbers
    last = len(h.params)
    unit, k = draft.words[0] % h.params[-1][0].shape[0], draft.words[1] % h.y.shape[1]
    W, above = h.params[-1][0], numbers[f"delta{last}"][0]
    back = W[unit] * above
    if not (np.sign(back) == np.sign(back[0])).all() or np.sign(above[k]) != np.sign(
        numbers[f"a{last}"][0, k] - h.y[0, k]
    ):
        return None
    x = np.abs(numbers[f"a{last - 2}"][0] if last > 2 else h.X[0])
    if len(x) > 1 and max(x[0], x[1]) < LEAST_RATIO * min(x[0], x[1]):
        return None
    below, l = ("x" if last == 2 else f"a{last - 2}, unit "), last - 1
    inputs = h.X[0] if last == 2 else numbers[f"a{last - 2}"][0]
    hidden, dW = f"hidden unit {unit + 1}", numbers[f"dW{l}"]
    fields = [
        _sign("delta_out", f"δ{last} of output {k + 1}", above[k]),
        _way("w_out", f"The weight from {hidden} to output {k + 1} becomes", -numbers[f"dW{last}"][unit, k]),
        _way("b_out", f"The bias of output {k + 1} becomes", -numbers[f"db{last}"][k]),
        _sign("delta_hidden", f"δ{l} of {hidden}", back[0]),
        _way("w_hidden", f"The weight from {below}1 to {hidden} becomes", -dW[0, unit]),
    ]
    if len(x) > 1:
        options = (f"that from {below}1", f"that from {below}2")
        more = options[int(x[1] > x[0])]
        fields.append(
            Field("more", f"Which weight into {hidden} changes more", more, options, reasons=_reasons(options))
        )
    return Task(
        draft.number,
        WHICH.name,
        h,
        numbers,
        draft.assignment.digits,
        "Which way does it go? Decide from the signs alone; the update is one of plain gradient descent.",
        tuple(fields),
        f"Why does the weight from {below}1 to {hidden} go that way?",
        _model(draft, unit, k, inputs),
        facts=_facts(draft, unit, inputs, below),
        network=False,
    )


def _facts(draft: Draft, unit: int, inputs: Array, below: str) -> tuple[str, ...]:
    h, numbers = draft.homework, draft.numbers
    last = len(h.params)
    outputs, targets = numbers[f"a{last}"][0], h.y[0]
    facts = [
        f"Output {k + 1} came out {'above' if outputs[k] > targets[k] else 'below'} its target."
        for k in range(len(targets))
    ]
    facts += [f"{below}{i + 1} is {_sign_word(value)}." for i, value in enumerate(inputs[:2])]
    if len(inputs) > 1:
        larger = int(abs(inputs[1]) > abs(inputs[0]))
        facts.append(f"{below}{larger + 1} is larger in size than {below}{2 - larger}.")
    facts.append(f"Hidden unit {unit + 1} has a {_sign_word(numbers[f'a{last - 1}'][0, unit])} activation.")
    facts += [
        f"The weight from hidden unit {unit + 1} to output {k + 1} is {_sign_word(weight)}."
        for k, weight in enumerate(h.params[-1][0][unit])
    ]
    return (*facts, "Every slope f′ is positive.")


def _model(draft: Draft, unit: int, k: int, inputs: Array) -> str:
    h, numbers, text = draft.homework, draft.numbers, draft.text
    last, l = len(h.params), len(h.params) - 1
    a, y = numbers[f"a{last}"][0, k], h.y[0, k]
    W, new = h.params[l - 1][0][0, unit], numbers[f"W{l}_new"][0, unit]
    delta, out = numbers[f"delta{l}"][0, unit], numbers[f"delta{last}"][0, k]
    return (
        f"Output {k + 1} was {text(a)} and its target {y:g}, so δ{last} = {text(out)} is {_sign_word(out)}. "
        f"Back through {h.params[-1][0][unit, k]:g} and a positive slope, δ{l} = {text(delta)}. The weight carries "
        f"{inputs[0]:.4g}, its gradient is {text(numbers[f'dW{l}'][0, unit])}, and it goes the other way: from {W:g} "
        f"to {text(new)}."
    )


def _sign_word(value: float) -> str:
    return SIGNS[int(value < 0)]


def _sign(key: str, label: str, value: float) -> Field:
    return Field(key, f"{label} is", _sign_word(value), SIGNS, reasons=_reasons(SIGNS))


def _way(key: str, label: str, change: float) -> Field:
    return Field(key, label, WAYS[int(change < 0)], WAYS, reasons=_reasons(WAYS))


def _reasons(options: tuple[str, ...]) -> dict[str, str]:
    return dict.fromkeys(options, "The other way: follow the signs from the output back.")


WHICH = TaskKind(
    "which",
    "Which way?",
    "Signs, and larger or smaller, before any number is seen.",
    make,
    one_row=True,
)
