"""The network written out in NumPy: its formulas, and the four stages of an update as functions."""

from __future__ import annotations

from backprop_core.explain.update import STAGES
from backprop_core.export import loop
from backprop_core.export.plan import Plan
from backprop_core.export.program import Part
from backprop_core.export.source import defined, dictionary, factor, function, indented, names, renamed
from backprop_core.nn.losses import LOSSES, MOST_BY_BLAS
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES

PENALTY = {"l1": "l1 * np.abs(w)", "l2": "0.5 * l2 * w * w"}
PENALTY_SLOPE = {"l1": "l1 * np.sign(w)", "l2": "l2 * w"}
PENALTY_LATEX = {"l1": r"\lambda_1\sum|w|", "l2": r"\tfrac12\lambda_2\sum w^2"}


def formulas(plan: Plan) -> Part:
    """The activations and the loss, each with its slope."""
    sloped = {plan.activation_names[layer] for layer in plan.sloped_layers}
    code = []
    for name, activation in plan.activations.items():
        code.append(function(name, ["z"], activation.code))
        if name in sloped:
            code.append(function(f"{name}_slope", ["z", "a"], activation.code_derivative))
    output, loss = plan.activations[plan.network.output], LOSSES[plan.network.loss]
    hidden = dict.fromkeys(plan.activations[name].label for name in plan.network.activations)
    about = f"Hidden units: {', '.join(hidden)}. " if hidden else ""
    about += f"Outputs: {output.label}. Loss: {loss.label}, of outputs a and targets y."
    if plan.fused:
        code.append(function("loss", ["z", "y"], plan.fused.code))
        code.append(function("output_delta", ["a", "y"], plan.fused.code_delta))
        about += (
            " It is written with the outputs' sums z, and its slope is dL/dz at once: taken together with "
            f"{output.label}, nothing overflows."
        )
    else:
        code += [_loss(plan), function("loss_slope", ["a", "y"], loss.code_gradient)]
        if plan.pulls_back:
            code.append(function("output_delta", ["error", "a"], output.code_pull_back))
    if "np.vdot" in "".join(code):
        about += "\nnp.vdot(e, e) is the sum of squares of all numbers of e."
    if "-709" in "".join(code):
        about += "\nexp(709) is about the largest number that float64 holds; np.maximum keeps exp from overflowing."
    latex = " + ".join([loss.latex, *(PENALTY_LATEX[name] for name in plan.penalties)])
    return Part("Activation and loss", about, "\n".join([*code, *_penalty(plan)]), (f"L = {latex}",))


def forward(plan: Plan) -> Part:
    """Stage 1."""
    lines = []
    for layer, name in plan.activation_names.items():
        lines += [f"z[{layer}] = np.dot(W[{layer}].T, {_below(layer)})", f"a[{layer}] = {name}(z[{layer}])"]
    code = defined("forward", ["X"], "z, a = {}, {}", *lines, "return z, a")
    if len(plan.layers) > 1:
        code = function("with_ones", ["a"], "np.vstack([a, np.ones(a.shape[1])])") + "\n" + code
    about = "Layer by layer: the weighted sums z of what comes from below, biases included, and the activations a."
    latex = [
        r"z_l = W_l^\top \begin{bmatrix} a_{l-1} \\ 1 \end{bmatrix},\qquad a_l = f_l(z_l),\qquad a_0 = X^\top",
        *(rf"\text{{{function.label}: }} f(z) = {function.latex}" for function in plan.activations.values()),
    ]
    return Part(f"1. {STAGES[0]}", about, code, tuple(latex))


def local_gradients(plan: Plan) -> Part | None:
    """Stage 2; None where there is nothing to compute."""
    if not local_results(plan):
        return None
    slopes, latex = {}, []
    for layer in plan.sloped_layers:
        name = plan.activation_names[layer]
        activation = plan.activations[name]
        arguments = [f"{value}[{layer}]" for value in "za" if value in names(activation.code_derivative)]
        slopes[layer] = f"{name}_slope({', '.join(arguments)})"
        latex.append(rf"\text{{{activation.label}: }} f'(z) = {activation.latex_derivative}")
    error = f"loss_slope(a[{plan.layers[-1]}], y)"
    if plan.fused:
        lines = [f"return {dictionary(slopes)}"]
        about = "How steeply each hidden activation rises at its weighted sum, f'(z). The outputs come in stage 3."
    elif slopes:
        lines = [f"slope = {dictionary(slopes)}", f"error = {error}", "return slope, error"]
        about = "How steeply each activation rises at its weighted sum, f'(z), and the loss with each output, dL/da."
    else:
        lines = [f"return {error}"]
        about = "How steeply the loss rises with each output, dL/da."
    if not plan.fused:
        latex.append(rf"\frac{{\partial L}}{{\partial a}} = {LOSSES[plan.network.loss].latex_gradient}")
    code = defined("local_gradients", local_arguments(plan), *lines)
    return Part(f"2. {STAGES[1]}", about, code, tuple(dict.fromkeys(latex)))


def backward(plan: Plan) -> Part:
    """Stage 3."""
    last = plan.layers[-1]
    output_delta, latex = _output_delta(plan)
    lines = [f"delta = {{{last}: {output_delta}}}"]
    lines += [
        f"delta[{layer}] = np.dot(W[{layer + 1}][:-1], delta[{layer + 1}]) * slope[{layer}]"
        for layer in reversed(plan.layers[:-1])
    ]
    gradients = dictionary({layer: f"np.dot({_below(layer)}, delta[{layer}].T)" for layer in plan.layers})
    about = (
        "From the outputs back to the inputs: delta is dL/dz, how steeply the loss rises with each weighted sum; it "
        "goes back through W without the row of biases. Gradients dW: how steeply the loss rises with each weight "
        "and, in the last row, with each bias."
    )
    if plan.penalties:
        share = " + ".join(PENALTY_SLOPE[name] for name in plan.penalties)
        penalized = indented("for layer in W:", "w = W[layer][:-1]", f"dW[layer][:-1] += {share}")
        lines += [f"dW = {gradients}", penalized, "return dW"]
        about += " The penalty adds its share for weights, not for biases."
    else:
        lines.append(f"return {gradients}")
    formulas = [
        rf"\delta_{last} = {latex}",
        *([r"\delta_l = \big(W_{l+1}\,\delta_{l+1}\big) \odot f_l'(z_l)"] if len(plan.layers) > 1 else []),
        r"dW_l = \begin{bmatrix} a_{l-1} \\ 1 \end{bmatrix} \delta_l^\top",
    ]
    return Part(f"3. {STAGES[2]}", about, defined("backward", backward_arguments(plan), *lines), tuple(formulas))


def adjustment(plan: Plan) -> Part:
    """Stage 4: a function for each optimizer and schedule that the run uses, and what it remembers."""
    schedules = [SCHEDULES[name] for name in plan.used("schedule")] if plan.is_scheduled else []
    optimizers = [OPTIMIZERS[name] for name in plan.used("optimizer")]
    latex = [
        *(rf"\text{{learning rate, {schedule.label}: }} {schedule.latex}" for schedule in schedules),
        *(rf"\text{{{optimizer.label}: }} {optimizer.latex}" for optimizer in optimizers),
    ]
    about = f"A step against the gradient, by {loop.optimizer_labels(plan)}."
    if plan.used("train_biases") == [False]:
        about += " The biases stay as they are."
    adjusting = [_adjust(plan, name) for name in plan.used("optimizer")]
    memory = "\n".join(empty_memory(plan, plan.config.optimizer))
    return Part(f"4. {STAGES[3]}", about, "\n".join([*loop.rates(plan), *adjusting, memory]), tuple(latex))


def adjust_name(plan: Plan, optimizer: str) -> str:
    """What the function that adjusts as an optimizer does is called."""
    return "adjust" if len(plan.used("optimizer")) == 1 else f"adjust_{optimizer}"


def counts(plan: Plan) -> bool:
    """Whether an optimizer counts its updates."""
    return any("t" in names(OPTIMIZERS[name].code) for name in plan.used("optimizer"))


def empty_memory(plan: Plan, optimizer: str) -> list[str]:
    """Statements that empty an optimizer's memory."""
    slots = [f"{slot} = {{layer: np.zeros_like(W[layer]) for layer in W}}" for slot in OPTIMIZERS[optimizer].slots]
    return [*slots, "t = 0  # updates so far"] if counts(plan) else slots


def local_arguments(plan: Plan) -> list[str]:
    """What `local_gradients` is given."""
    derivatives = [plan.activations[plan.activation_names[layer]].code_derivative for layer in plan.sloped_layers]
    needed = {name for code in derivatives for name in names(code)} | (set() if plan.fused else {"a", "y"})
    return [name for name in ("z", "a", "y") if name in needed]


def local_results(plan: Plan) -> list[str]:
    """What `local_gradients` returns."""
    return [*(["slope"] if plan.sloped_layers else []), *([] if plan.fused else ["error"])]


def backward_arguments(plan: Plan) -> list[str]:
    """What `backward` is given."""
    needs_a = len(plan.layers) > 1 or plan.fused or plan.pulls_back
    return ["X", *(["a"] if needs_a else []), *(["y"] if plan.fused else []), *local_results(plan)]


def adjust_arguments(plan: Plan) -> list[str]:
    """What the functions that adjust are given."""
    return ["dW", *(["eta"] if plan.is_scheduled else []), *(["t"] if counts(plan) else [])]


def _below(layer: int) -> str:
    """What goes into a layer, with a last row of ones."""
    return "X.T" if layer == 1 else f"with_ones(a[{layer - 1}])"


def _output_delta(plan: Plan) -> tuple[str, str]:
    """The outputs' δ, as code and as a formula."""
    last = plan.layers[-1]
    if plan.fused:
        return f"output_delta(a[{last}], y)", plan.fused.latex
    if plan.pulls_back:
        formula = r"a_i\,(e_i - \textstyle\sum_j e_j a_j),\quad e = \partial L/\partial a"
        return f"output_delta(error, a[{last}])", formula
    return f"error * slope[{last}]", rf"\frac{{\partial L}}{{\partial a_{last}}}\odot f_{last}'(z_{last})"


def _loss(plan: Plan) -> str:
    """The loss; long sums are taken in another way than short ones, and training and test rows may differ in that."""
    loss = LOSSES[plan.network.loss]
    is_long = {len(y) * plan.network.sizes[-1] > MOST_BY_BLAS for y in (plan.y, plan.y_test) if len(y)}
    if not loss.code_long or is_long == {False}:
        return function("loss", ["a", "y"], loss.code)
    if is_long == {True}:
        return function("loss", ["a", "y"], loss.code_long)
    choice = indented(f"if y.size > {MOST_BY_BLAS:_}:", f"return {loss.code_long}")
    return defined("loss", ["a", "y"], choice, f"return {loss.code}")


def _penalty(plan: Plan) -> list[str]:
    """The penalty, summed as the page does: with zeros in the places of the biases."""
    if not plan.penalties:
        return []
    w = "np.concatenate([np.vstack([W[layer][:-1], 0 * W[layer][-1:]]).ravel() for layer in W])"
    share = " + ".join(PENALTY[name] for name in plan.penalties)
    return [defined("penalty", [], f"w = {w}  # biases count as 0", f"return np.sum({share})")]


def _adjust(plan: Plan, name: str) -> str:
    optimizer, eta = OPTIMIZERS[name], "eta" if plan.is_scheduled else "learning_rate"
    here = {slot: f"{slot}[layer]" for slot in optimizer.slots} | {"g": "dW[layer]"}
    *lines, direction = renamed(optimizer.code, here).split("\n")
    everything = f"W[layer] -= {eta} * {factor(direction)}"
    weights = f"W[layer][:-1] -= {eta} * {factor(direction)}[:-1]"
    match plan.used("train_biases"):
        case [True]:
            lines.append(everything)
        case [False]:
            lines.append(weights)
        case _:
            lines += [indented("if train_biases:", everything), indented("else:", weights)]
    return defined(adjust_name(plan, name), adjust_arguments(plan), indented("for layer in W:", *lines))
