"""A run as a Python script that needs NumPy alone."""

from __future__ import annotations

from backprop_core.export import loop, preamble, stages
from backprop_core.export.plan import Plan, Stretch, plan_of
from backprop_core.export.prediction import prediction, raw_rows
from backprop_core.export.program import Part, script
from backprop_core.export.source import indented
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.settings.config import Config
from backprop_core.training.run import Run

ARRANGEMENT = (
    "z[layer] and a[layer], weighted sums and activations, have a row a unit and a column a sample. W[layer] has a row "
    "an input and a column a unit; its last row holds the biases, and what goes into a layer gets a last row of ones "
    "to meet them. So one product gives weights times inputs plus biases, and one gives the gradients of both. The "
    "last digits of a sum depend on the order of its terms: that is why each product is written just so."
)

MOST_OUTPUTS = 16  # rows whose outputs are printed


def python(run: Run) -> str:
    """The run as a Python script for NumPy alone, which prints the numbers of the run to the last bit."""
    plan = plan_of(run)
    about = [f"{plan.title}: backpropagation written out in NumPy.", origin(plan), ARRANGEMENT]
    return script(about, parts(plan), one_thread=plan.is_large)


def parts(plan: Plan) -> list[Part]:
    """The parts of the script, and of the notebook."""
    answers = ["z, a = forward(np.hstack([x, np.ones((len(x), 1))]))", f"outputs = a[{plan.layers[-1]}].T"]
    everything = [
        _data(plan),
        preamble.settings(plan),
        _start(plan),
        stages.formulas(plan),
        stages.forward(plan),
        stages.local_gradients(plan),
        stages.backward(plan),
        stages.adjustment(plan),
        _training(plan),
        _result(plan),
        prediction(plan, answers),
        *raw_rows(plan),
    ]
    return [part for part in everything if part]


def origin(plan: Plan) -> str:
    """Where the numbers come from, and which ones should be printed."""
    text = (
        f"{plan.origin} On the same machine, with the same NumPy, every digit printed here is the page's; elsewhere "
        "the last ones may differ."
    )
    if plan.diverged is not None:
        text += f" In epoch {plan.diverged:,} the numbers grow beyond all bounds, so it ends with the one before."
    return text


def _data(plan: Plan) -> Part:
    """The rows that the network is shown, and its targets."""
    lines = preamble.rows(plan, "np.array", "{}")
    for X, y, count in [("X", "y", plan.rows), ("X_test", "y_test", len(plan.X_test))][: 1 + plan.has_test]:
        lines += [f"{X} = np.hstack([{X}, np.ones(({count}, 1))])", f"{y} = {y}.T.copy()"]
    arranged = "X gets a last column of ones, for the biases; y becomes a row an output, a column a sample."
    return Part("Data", f"{preamble.about_rows(plan, lines)}\n{arranged}", "\n".join(lines))


def _start(plan: Plan) -> Part:
    """The starting weights in the blocks of the network, with what was typed in before training."""
    together = "W = {layer: np.vstack([W[layer], b[layer]]) for layer in W}"
    code = "\n".join([*preamble.starting_weights(plan), together, *_weight_changes(plan.stretches[0])])
    latex = () if plan.own else (INITIALIZERS[plan.config.init].latex,)
    about = (
        f"{preamble.about_start(plan)} The biases become the last row of W: it has a row an input and a column a unit."
    )
    return Part("Starting weights", about, code, latex)


def _training(plan: Plan) -> Part:
    """The loop over the epochs, with what was changed by hand on the way."""

    def change_optimizer(before: Config, now: Config, _: loop.Settings) -> list[str]:
        if now.optimizer == before.optimizer:
            return []
        return [f"adjust = {stages.adjust_name(plan, now.optimizer)}", *stages.empty_memory(plan, now.optimizer)]

    chosen = [f"adjust = {stages.adjust_name(plan, plan.config.optimizer)}"] if len(plan.used("optimizer")) > 1 else []
    body = [
        *loop.updates(plan, _update(plan, "X", "y"), _update(plan, "X[rows]", "y[:, rows]")),
        *loop.changes(plan, change_optimizer, _weight_changes),
    ]
    return loop.training(plan, [_report(plan), "", *chosen], body)


def _update(plan: Plan, X: str, y: str) -> list[str]:
    """One update with the rows X and y."""
    here = {"X": X, "y": y, "eta": "rate(epoch - 1)"}

    def call(name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(here.get(argument, argument) for argument in arguments)})"

    results = ", ".join(stages.local_results(plan))
    return [
        call("z, a = forward", ["X"]),
        *([call(f"{results} = local_gradients", stages.local_arguments(plan))] if results else []),
        call("dW = backward", stages.backward_arguments(plan)),
        *(["t += 1"] if stages.counts(plan) else []),
        call("adjust", stages.adjust_arguments(plan)),
    ]


def _report(plan: Plan) -> str:
    outputs = f"{'z' if plan.fused else 'a'}[{plan.layers[-1]}]"
    value = f"float(loss({outputs}, y){' + penalty()' if plan.penalties else ''})"
    if not plan.has_test:
        return indented("def report(epoch):", "z, a = forward(X)", f'print(f"epoch {{epoch:6}}   loss {{{value}}}")')
    return indented(
        "def report(epoch):",
        "z, a = forward(X)",
        f"train_loss = {value}",
        "z, a = forward(X_test)",
        f"test_loss = float(loss({outputs}, y_test))",
        'print(f"epoch {epoch:6}   loss {train_loss}   test loss {test_loss}")',
    )


def _result(plan: Plan) -> Part:
    """What was learned, every digit of it."""
    lines = [
        "for layer in W:",
        '    print(f"W{layer} =", W[layer][:-1].tolist())',
        '    print(f"b{layer} =", W[layer][-1].tolist())',
    ]
    if plan.rows > MOST_OUTPUTS:
        return Part("Result", "The weights and biases.", "\n".join(lines))
    lines += ["z, a = forward(X)", f'print("outputs =", a[{plan.layers[-1]}].T.tolist())']
    return Part("Result", "The weights and biases, and what the network answers to each row.", "\n".join(lines))


def _weight_changes(stretch: Stretch) -> list[str]:
    """Statements that set the weights and biases typed in by hand."""
    lines = []
    for (layer, kind, *index), value in stretch.weights:
        row, unit = index if kind == "W" else (-1, *index)
        lines.append(f"W[{layer}][{row}, {unit}] = {value!r}")
    return lines
