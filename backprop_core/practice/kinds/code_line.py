"""Debug the code: a training step with one line wrong, and the numbers that it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.explain.mistakes import MISTAKES
from backprop_core.explain.recomputation import Switches
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.practice.labels import place_label, table
from backprop_core.practice.suitable import in_order
from backprop_core.practice.task import Draft, Field, Task, TaskKind

LEAST_OFF = 3  # units of the last digit by which some printed number is wrong
LONGEST_SLOPE = 24  # characters of a slope's formula; longer ones are a function's name


@dataclass(frozen=True)
class Bug:
    """A wrong line.

    key : the line, by what it computes
    text : what stands there instead
    before : if not empty, the line before which it stands, instead of in its place
    """

    key: str
    text: str
    mistake: str
    switches: Switches
    before: str = ""


def make(draft: Draft) -> Task | None:
    """The task of a draft; None if no bug shows that only one line can have made."""
    names = [name for name in in_order(draft.numbers) if name != "loss"]
    right = draft.right_digits(names)
    all_digits = draft.mistaken_digits(names)
    variants = {(mistake.name, switches): i for i, (mistake, switches, _) in enumerate(draft.mistaken)}
    lines = listing(draft.homework)
    possible = {
        bug.text: (bug, variants[bug.mistake, bug.switches])
        for bug in bugs(draft.homework, lines)
        if (bug.mistake, bug.switches) in variants
    }
    printed = {text: all_digits[i] for text, (_, i) in possible.items()}
    for text in draft.shuffled([*possible], 2):
        bug, i = possible[text]
        digits = printed[text]
        others = [printed[other] for other, (bug_2, _) in possible.items() if bug_2.key != bug.key]
        shows = np.isfinite(digits).all() and np.abs(digits - right).max() >= LEAST_OFF and np.abs(digits).max() < 1e6
        if shows and all(np.abs(other - digits).max() >= LEAST_OFF for other in others):
            return _task(draft, names, lines, bug, draft.mistaken[i][2])
    return None


def listing(h: Homework) -> dict[str, str]:
    """The lines of a training step, by what they compute. Twelve if there is one hidden layer."""
    lines: dict[str, str] = {}
    layers = len(h.params)
    for l in range(1, layers + 1):
        lines[f"z{l}"] = f"z{l} = {_below(l)} @ W{l} + b{l}"
        lines[f"a{l}"] = f"a{l} = {_function(h, l)}"
    for l in range(layers, 0, -1):
        lines[f"delta{l}"] = f"delta{l} = {_delta(h, l)}"
        lines[f"dW{l}"] = f"dW{l} = {_below(l)}.T @ delta{l}"
        lines[f"db{l}"] = f"db{l} = delta{l}.sum(axis=0)"
    for l in range(layers, 0, -1):
        lines[f"W{l}"] = _update(h, l, f"{h.learning_rate:g} * ")
    return lines


def bugs(h: Homework, lines: Mapping[str, str]) -> Iterator[Bug]:
    """The lines that can be wrong, and how."""
    layers = len(h.params)
    yield Bug(
        f"delta{layers}",
        lines[f"delta{layers}"].replace(f"a{layers} - y", f"y - a{layers}"),
        "sign",
        Switches(error_sign=-1.0),
    )
    for l in range(1, layers + 1):
        z, delta, dW, W = f"z{l}", f"delta{l}", f"dW{l}", f"W{l}"
        yield Bug(z, f"z{l} = {_below(l)} @ W{l}", "bias_left_out", Switches(bias_times=0, layer=l))
        yield Bug(
            dW, f"dW{l} = np.ones_like({_below(l)}).T @ delta{l}", "input_missing", Switches(with_input=False, layer=l)
        )
        yield Bug(
            W,
            f"W{l}, b{l} = W{l} - {h.learning_rate:g} * dW{l}, b{l}",
            "bias_frozen",
            Switches(other_biases=True, layer=l),
        )
        yield Bug(W, _update(h, l, ""), "rate_forgotten", Switches(rate_times=0, layer=l))
        fan_in, fan_out = h.params[l - 1][0].shape
        if fan_in == fan_out:
            yield Bug(dW, f"dW{l} = ({_below(l)}.T @ delta{l}).T", "transposed", _transposed("gradient", l))
            yield Bug(z, f"z{l} = {_below(l)} @ W{l}.T + b{l}", "transposed", _transposed("forward", l))
        if l == layers:
            if not FUSED.get((h.output, h.loss)):
                yield from _slopes(h, l, lines[delta])
            continue
        yield from _slopes(h, l, lines[delta])
        above = h.params[l][0].shape
        if len(set(above)) == 1:
            text = lines[delta].replace(f"W{l + 1}.T", f"W{l + 1}")
            yield Bug(delta, text, "transposed", _transposed("backward", l + 1))
        if h.params[l - 1][0].shape == above:
            text = lines[delta].replace(f"W{l + 1}.T", f"W{l}.T")
            yield Bug(delta, text, "own_weights", Switches(weights="same index", layer=l))
        yield Bug(f"W{l + 1}", lines[f"W{l + 1}"], "updated_weights", Switches(updated_above=True, layer=l + 1), delta)


def _slopes(h: Homework, l: int, line: str) -> Iterator[Bug]:
    """A δ without its slope, and with the slope of the wrong number."""
    delta, slope = f"delta{l}", _slope(h, l)
    yield Bug(delta, line.replace(f" * {slope}", ""), "slope_missing", Switches(slope="missing", layer=l))
    if f"a{l}" in slope and f"z{l}" not in slope:
        wrong = slope.replace(f"a{l}", f"z{l}")
        yield Bug(delta, line.replace(slope, wrong), "slope_of_z", Switches(slope="z for a", layer=l))
    elif f"z{l}" in slope:
        wrong = slope.replace(f"z{l}", f"a{l}")
        yield Bug(delta, line.replace(slope, wrong), "slope_at_a", Switches(slope="at a", layer=l))


def _transposed(place: str, layer: int) -> Switches:
    return Switches(transposed=frozenset({place}), layer=layer)


def _below(l: int) -> str:
    return f"a{l - 1}" if l > 1 else "X"


def _function(h: Homework, l: int) -> str:
    name = h.output if l == len(h.params) else h.activation
    return f"z{l}" if name == "linear" else f"{name}(z{l})"


def _slope(h: Homework, l: int) -> str:
    """The slope of a layer in code: its formula, or a function's name if that is long."""
    name = h.output if l == len(h.params) else h.activation
    function = OUTPUTS[name] if l == len(h.params) else ACTIVATIONS[name]
    code = function.code_derivative
    if "\n" in code or len(code) > LONGEST_SLOPE:
        return f"{name}_slope(z{l})"
    code = re.sub(r"\b[az]\b", lambda match: f"{match[0]}{l}", code)
    return code if code.endswith(")") and code.startswith("np.") else f"({code})"


def _delta(h: Homework, l: int) -> str:
    if l < len(h.params):
        return f"delta{l + 1} @ W{l + 1}.T * {_slope(h, l)}"
    fused = FUSED.get((h.output, h.loss))
    if fused and OUTPUTS[h.output].pull_back:
        return f"(a{l} - y) / len(y)"
    code = fused.code_delta if fused else LOSSES[h.loss].code_gradient
    code = re.sub(r"\ba\b", f"a{l}", code)
    if fused:
        return code
    return f"{code if code.startswith(('np.clip', 'np.sign')) or ' * (' in code else f'({code})'} * {_slope(h, l)}"


def _update(h: Homework, l: int, rate: str) -> str:
    return f"W{l}, b{l} = W{l} - {rate}dW{l}, b{l} - {rate}db{l}"


def _task(draft: Draft, names: list[str], lines: Mapping[str, str], bug: Bug, numbers: Mapping[str, Array]) -> Task:
    keys = [key for key in lines if not (bug.before and key == bug.key)]
    if bug.before:
        keys.insert(keys.index(bug.before), bug.key)
    code = tuple(bug.text if key == bug.key else lines[key] for key in keys)
    options = tuple(str(i + 1) for i in range(len(keys)))
    right = options[keys.index(bug.key)]
    also = tuple(options[keys.index(before)] for before in [bug.before] if before)
    text, mistake = draft.text, MISTAKES[bug.mistake]
    changed: Iterator[tuple[str, tuple[int, ...]]] = (
        (name, index)
        for name in names
        for index in np.ndindex(numbers[name].shape)
        if text(float(numbers[name][index])) != text(float(draft.numbers[name][index]))
    )
    name, index = next(changed)
    should = (
        f"Line {right} must come after line {''.join(also)}, which still needs the old weights."
        if bug.before
        else f"Line {right} should be “{lines[bug.key]}”."
    )
    return Task(
        draft.number,
        DEBUG.name,
        draft.homework,
        draft.numbers,
        draft.assignment.digits,
        "One line of this training step is wrong. It ran once on the network above and printed these numbers. "
        "Which line is it?",
        (
            Field(
                "line",
                "The wrong line",
                right,
                options,
                also=also,
                reasons=dict.fromkeys(options, "This line is right."),
            ),
        ),
        "Why does this line give the numbers that were printed?",
        f"{should} {mistake.explanation} {place_label(name, index)} was printed as {text(float(numbers[name][index]))} "
        f"and should be {text(float(draft.numbers[name][index]))}.",
        code=code,
        tables=tuple(table(draft, name, numbers[name]) for name in names),
    )


DEBUG = TaskKind(
    "debug",
    "Debug the code",
    "A training step in NumPy with one line wrong, and the numbers it printed: which line is it?",
    make,
    needs_mistakes=True,
)
