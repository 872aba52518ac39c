"""The network written out in NumPy: its formulas, and the four stages of an update as functions."""

from __future__ import annotations

from backprop_core.explain.update import STAGES
from backprop_core.export.plan import Plan
from backprop_core.export.source import Part, defined, dictionary, factor, function, indented, names, renamed
from backprop_core.nn.activations import Activation
from backprop_core.nn.losses import LOSSES, MOST_BY_BLAS
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES

PENALTY = {"l1": "l1 * np.abs(w)", "l2": "0.5 * l2 * w * w"}
PENALTY_SLOPE = {"l1": "l1 * np.sign(w)", "l2": "l2 * w"}
PENALTY_LATEX = {"l1": r"\lambda_1\sum|w|", "l2": r"\tfrac12\lambda_2\sum w^2"}


def formulas(plan: Plan) -> Part:
    """The activations and the loss, each with its slope."""
    functions = _functions(plan)
    sloped = [_names(plan)[layer] for layer in _sloped(plan)]
    code = []
    for name, activation in functions.items():
        code.append(function(name, ["z"], activation.code))
        if name in sloped:
            code.append(function(f"{name}_slope", ["z", "a"], activation.code_derivative))
    output, loss = functions[plan.network.output], LOSSES[plan.network.loss]
    hidden = dict.fromkeys(functions[name].label for name in plan.network.activations)
    about = f"Hidden units: {', '.join(hidden)}. " if hidden else ""
    about += f"Outputs: {output.label}. Loss: {loss.label}, of outputs a and targets y."
    latex = [loss.latex, *(PENALTY_LATEX[name] for name in plan.penalties)]
    if plan.fused:
        code.append(function("loss", ["z", "y"], plan.fused.code))
        code.append(function("output_delta", ["a", "y"], plan.fused.code_delta))
        about += (
            " It is written with the outputs' sums z, and its slope is dL/dz at once: taken together with "
            f"{output.label}, nothing overflows."
        )
    else:
        code += [_loss(plan), function("loss_slope", ["a", "y"], loss.code_gradient)]
        if _pulls_back(plan):
            code.append(function("output_delta", ["error", "a"], output.code_pull_back))
    if "np.vdot" in "".join(code):
        about += "\nnp.vdot(e, e) is the sum of squares of all numbers of e."
    if "-709" in "".join(code):
        about += "\nexp(709) is about the largest number that float64 holds; np.maximum keeps exp from overflowing."
    return Part("Activation and loss", about, "\n".join([*code, *_penalty(plan)]), (f"L = {' + '.join(latex)}",))


def forward(plan: Plan) -> Part:
    """Stage 1."""
    below, lines = "X.T", ["z, a = {}, {}"]
    for layer, name in _names(plan).items():
        lines += [f"z[{layer}] = np.dot(W[{layer}].T, {below})", f"a[{layer}] = {name}(z[{layer}])"]
        below = f"with_ones(a[{layer}])"
    code = defined("forward", ["X"], *lines, "return z, a")
    if len(plan.layers) > 1:
        code = function("with_ones", ["a"], "np.vstack([a, np.ones(a.shape[1])])") + "\n" + code
    about = "Layer by layer: the weighted sums z of what comes from below, biases included, and the activations a."
    latex = [
        r"z_l = W_l^\top \begin{bmatrix} a_{l-1} \\ 1 \end{bmatrix},\qquad a_l = f_l(z_l),\qquad a_0 = X^\top",
        *(rf"\text{{{function.label}: }} f(z) = {function.latex}" for function in _functions(plan).values()),
    ]
    return Part(f"1. {STAGES[0]}", about, code, tuple(latex))


def local_gradients(plan: Plan) -> Part | None:
    """Stage 2; None where there is nothing to compute."""
    if not local_results(plan):
        return None
    functions, of_layer = _functions(plan), _names(plan)
    slopes = {}
    for layer in _sloped(plan):
        needed = names(functions[of_layer[layer]].code_derivative)
        slopes[layer] = f"{of_layer[layer]}_slope({', '.join(f'{name}[{layer}]' for name in 'za' if name in needed)})"
    error = f"loss_slope(a[{plan.layers[-1]}], y)"
    latex = [
        rf"\text{{{functions[name].label}: }} f'(z) = {functions[name].latex_derivative}"
        for name in dict.fromkeys(of_layer[layer] for layer in slopes)
    ]
    if plan.fused:
        lines = [f"return {dictionary(slopes)}"]
        about = "How steeply each hidden activation rises at its weighted sum, f'(z). The outputs come in stage 3."
    else:
        lines = [f"slope = {dictionary(slopes)}", f"error = {error}", "return slope, error"]
        about = "How steeply each activation rises at its weighted sum, f'(z), and the loss with each output, dL/da."
        latex.append(rf"\frac{{\partial L}}{{\partial a}} = {LOSSES[plan.network.loss].latex_gradient}")
    if not slopes:
        lines, about = [f"return {error}"], "How steeply the loss rises with each output, dL/da."
    code = defined("local_gradients", local_arguments(plan), *lines)
    return Part(f"2. {STAGES[1]}", about, code, tuple(latex))


def backward(plan: Plan) -> Part:
    """Stage 3."""
    last = plan.layers[-1]
    output, latex = _output_delta(plan)
    lines = [f"delta = {{{last}: {output}}}"]
    lines += [
        f"delta[{layer}] = np.dot(W[{layer + 1}][:-1], delta[{layer + 1}]) * slope[{layer}]"
        for layer in reversed(plan.layers[:-1])
    ]
    below = {layer: "X.T" if layer == 1 else f"with_ones(a[{layer - 1}])" for layer in plan.layers}
    gradients = dictionary({layer: f"np.dot({below[layer]}, delta[{layer}].T)" for layer in plan.layers})
    about = (
        "From the outputs back to the inputs: delta is dL/dz, how steeply the loss rises with each weighted sum; it "
        "goes back through W without the row of biases. Gradients dW: how steeply the loss rises with each weight "
        "and, in the last row, with each bias."
    )
    if plan.penalties:
        share = " + ".join(PENALTY_SLOPE[name] for name in plan.penalties)
        loop = indented("for layer in W:", "w = W[layer][:-1]", f"dW[layer][:-1] += {share}")
        lines += [f"dW = {gradients}", loop, "return dW"]
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
    code, latex = [], []
    for name in plan.used("schedule") if is_scheduled(plan) else []:
        rate = "learning_rate" if name == "constant" else f"learning_rate * {factor(SCHEDULES[name].code)}"
        code.append(defined(rate_name(plan, name), ["epoch"], f"return {rate}"))
        latex.append(rf"\text{{learning rate, {SCHEDULES[name].label}: }} {SCHEDULES[name].latex}")
    for name in plan.used("optimizer"):
        code.append(_adjust(plan, name))
        latex.append(rf"\text{{{OPTIMIZERS[name].label}: }} {OPTIMIZERS[name].latex}")
    labels = ", then ".join(OPTIMIZERS[name].label for name in plan.used("optimizer"))
    about = f"A step against the gradient, by {labels}."
    if plan.used("train_biases") == [False]:
        about += " The biases stay as they are."
    memory = "\n".join(empty_memory(plan, plan.config.optimizer))
    return Part(f"4. {STAGES[3]}", about, "\n".join([*code, memory]), tuple(latex))


def adjust_name(plan: Plan, optimizer: str) -> str:
    """What the function that adjusts as an optimizer does is called."""
    return "adjust" if len(plan.used("optimizer")) == 1 else f"adjust_{optimizer}"


def rate_name(plan: Plan, schedule: str) -> str:
    """What the function that gives a schedule's learning rate is called."""
    return "rate" if len(plan.used("schedule")) == 1 else f"rate_{schedule}"


def counts(plan: Plan) -> bool:
    """Whether an optimizer counts its updates."""
    return any("t" in names(OPTIMIZERS[name].code) for name in plan.used("optimizer"))


def is_scheduled(plan: Plan) -> bool:
    """Whether the learning rate changes with the epochs."""
    return plan.used("schedule") != ["constant"]


def empty_memory(plan: Plan, optimizer: str) -> list[str]:
    """Statements that empty an optimizer's memory."""
    slots = [f"{slot} = {{layer: np.zeros_like(W[layer]) for layer in W}}" for slot in OPTIMIZERS[optimizer].slots]
    return [*slots, "t = 0  # updates so far"] if counts(plan) else slots


def local_arguments(plan: Plan) -> list[str]:
    """What `local_gradients` is given."""
    functions, of_layer = _functions(plan), _names(plan)
    needed = {name for layer in _sloped(plan) for name in names(functions[of_layer[layer]].code_derivative)}
    needed |= set() if plan.fused else {"a", "y"}
    return [name for name in ("z", "a", "y") if name in needed]


def local_results(plan: Plan) -> list[str]:
    """What `local_gradients` returns."""
    return [*(["slope"] if _sloped(plan) else []), *([] if plan.fused else ["error"])]


def backward_arguments(plan: Plan) -> list[str]:
    """What `backward` is given."""
    needs_a = len(plan.layers) > 1 or plan.fused or _pulls_back(plan)
    return ["X", *(["a"] if needs_a else []), *(["y"] if plan.fused else []), *local_results(plan)]


def adjust_arguments(plan: Plan) -> list[str]:
    """What the functions that adjust are given."""
    return ["dW", *(["eta"] if is_scheduled(plan) else []), *(["t"] if counts(plan) else [])]


def _output_delta(plan: Plan) -> tuple[str, str]:
    """The outputs' δ, as code and as a formula."""
    last = plan.layers[-1]
    if plan.fused:
        return f"output_delta(a[{last}], y)", plan.fused.latex
    if _pulls_back(plan):
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
    optimizer, eta = OPTIMIZERS[name], "eta" if is_scheduled(plan) else "learning_rate"
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


def _names(plan: Plan) -> dict[int, str]:
    """The name of each layer's activation."""
    return dict(zip(plan.layers, [*plan.network.activations, plan.network.output], strict=True))


def _functions(plan: Plan) -> dict[str, Activation]:
    """The activations, each once."""
    return dict(zip(_names(plan).values(), plan.network.functions, strict=True))


def _pulls_back(plan: Plan) -> bool:
    """Whether the outputs' δ needs all of a sample's outputs."""
    return plan.fused is None and plan.network.functions[-1].pull_back is not None


def _sloped(plan: Plan) -> range:
    """The layers whose f'(z) is needed."""
    return plan.layers[:-1] if plan.fused or _pulls_back(plan) else plan.layers
