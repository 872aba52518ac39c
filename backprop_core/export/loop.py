"""What stands around the four stages: data, settings, starting weights, the training loop and the result."""

from __future__ import annotations

from backprop_core.export import stages
from backprop_core.export.plan import Plan, Stretch, about_setting
from backprop_core.export.source import (
    Part,
    dictionary,
    function,
    indented,
    is_short,
    matrix,
    number,
    packed,
    strings,
)
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.settings.parameter import Address

MOST_OUTPUTS = 16  # rows whose outputs are printed


def data(plan: Plan) -> Part:
    """The rows that the network is shown, and its targets."""
    lines = rows(plan, "np.array", "{}")
    for X, y, count in [("X", "y", plan.rows), ("X_test", "y_test", len(plan.X_test))][: 1 + plan.has_test]:
        lines += [f"{X} = np.hstack([{X}, np.ones(({count}, 1))])", f"{y} = {y}.T.copy()"]
    arranged = "X gets a last column of ones, for the biases; y becomes a row an output, a column a sample."
    return Part("Data", f"{about_rows(plan, lines)}\n{arranged}", "\n".join(lines))


def rows(plan: Plan, make: str, unpack: str) -> list[str]:
    """Statements that make X and y, (rows, inputs) and (rows, outputs), and those to test on."""
    lines = [f"columns = {strings(plan.columns)}"] if plan.columns else []
    lines += [f"classes = {strings(plan.classes)}"] if plan.classes else []
    found = {"X": plan.X, "y": plan.y} | ({"X_test": plan.X_test, "y_test": plan.y_test} if plan.has_test else {})
    short = is_short(*found.values())
    for name, values in found.items():
        lines.append(f"{name} = {matrix(values, make)}" if short else packed(name, values, unpack))
    return lines


def about_rows(plan: Plan, lines: list[str]) -> str:
    """What the statements that make the rows hold."""
    inputs = plan.X.shape[1]
    text = f"{plan.rows:,} row{'s' * (plan.rows != 1)} of {inputs} input{'s' * (inputs != 1)}"
    text += f" to train on, {len(plan.X_test):,} to test on" if plan.has_test else ""
    text += ", as the network is shown them, and their targets."
    text += " Inputs are scaled: see Prediction, at the end." if plan.scaling else ""
    size = sum(len(line) for line in lines)
    return f"{text} Packed into {size / 1000:,.0f} kB of text." if any("packed_" in line for line in lines) else text


def settings(plan: Plan, without: tuple[str, ...] = ()) -> Part:
    """The numbers that say how to train."""
    values: dict[str, float | bool] = {"seed": plan.config.seed} if plan.is_shuffled or draws(plan) else {}
    values |= {name: value for name, value in plan.settings(plan.config).items() if name not in without}
    schedule = next((name for name in plan.used("schedule") if name != "constant"), "constant")
    lines = [
        f"{name} = {value if name == 'seed' else number(value)}{about_setting(name, schedule)}"
        for name, value in values.items()
    ]
    lines += [f"epochs = {number(plan.epochs)}"] if "epochs" not in without else []
    return Part("Settings", "", "\n".join(lines))


def start(plan: Plan) -> Part:
    """The starting weights in the blocks of the network, with what was typed in before training."""
    together = "W = {layer: np.vstack([W[layer], b[layer]]) for layer in W}"
    code = "\n".join([*starting_weights(plan), together, *weight_changes(plan.stretches[0])])
    latex = () if plan.own else (INITIALIZERS[plan.config.init].latex,)
    about = f"{about_start(plan)} The biases become the last row of W: it has a row an input and a column a unit."
    return Part("Starting weights", about, code, latex)


def about_start(plan: Plan) -> str:
    """Where the starting weights come from."""
    if plan.own:
        return "Your own."
    label = INITIALIZERS[plan.config.init].label
    return f"{label[0].upper()}{label[1:]}, from m inputs to n units; first all weights are drawn, then all biases."


def starting_weights(plan: Plan) -> list[str]:
    """Statements that make W and b, matrices by the layer: drawn by their formula, or written out if brought."""
    if plan.own:
        W = {layer: W for layer, (W, _) in zip(plan.layers, plan.params, strict=True)}
        b = {layer: b[None, :] for layer, (_, b) in zip(plan.layers, plan.params, strict=True)}
        if is_short(*W.values(), *b.values()):
            return [
                f"{name} = {dictionary({layer: matrix(values) for layer, values in arrays.items()})}"
                for name, arrays in (("W", W), ("b", b))
            ]
        both = (("W", W), ("b", b))
        lines = [packed(f"{name}{l}", values, "{}.copy()") for name, arrays in both for l, values in arrays.items()]
        return [*lines, *(f"{name} = {dictionary({layer: f'{name}{layer}' for layer in W})}" for name in "Wb")]
    initializer, fans = INITIALIZERS[plan.config.init], dict(zip(plan.layers, plan.network.fans, strict=True))
    biases = "draw(1, {})" if initializer.biases else "np.zeros((1, {}))"
    return [
        *(["rng = np.random.RandomState(seed)", ""] if draws(plan) else []),
        function("draw", ["m", "n"], initializer.code),
        f"W = {dictionary({layer: f'draw({m}, {n})' for layer, (m, n) in fans.items()})}",
        f"b = {dictionary({layer: biases.format(n) for layer, (_, n) in fans.items()})}",
    ]


def training(plan: Plan) -> Part:
    """The loop over the epochs, with what was changed by hand on the way."""
    body = _batches(plan) if plan.is_batched else _update(plan, "X", "y")
    loop = indented("for epoch in range(1, epochs + 1):", *body, *_changes(plan), *reports(plan))
    chosen = [f"adjust = {stages.adjust_name(plan, plan.config.optimizer)}"] if len(plan.used("optimizer")) > 1 else []
    chosen += [f"rate = {stages.rate_name(plan, plan.config.schedule)}"] if len(plan.used("schedule")) > 1 else []
    return Part("Training", about_training(plan), "\n".join([_report(plan), "", *chosen, "report(0)", loop]))


def about_training(plan: Plan) -> str:
    """What an epoch is made of."""
    if not plan.is_batched:
        return "Every epoch, one update with all rows."
    order = " in an order drawn from the seed and the epoch" if plan.is_shuffled else ""
    return f"Every epoch goes through all rows{order}, with an update for each mini-batch."


def batches(plan: Plan, update: list[str]) -> list[str]:
    """One epoch of mini-batches: the order of the rows, and an update for each batch."""
    loop = indented("for start in range(0, len(X), batch_size):", "rows = order[start : start + batch_size]", *update)
    drawn = "order = np.random.RandomState([seed, epoch - 1]).permutation(len(X))"
    if not plan.is_shuffled:
        return ["order = np.arange(len(X))", loop]
    conditions = ["shuffle"] if "shuffle" in plan.settings(plan.config) else []
    conditions += ["batch_size < len(X)"] if plan.rows in map(plan.batch_size, plan.configs) else []
    if not conditions:
        return [drawn, loop]
    return ["order = np.arange(len(X))", indented(f"if {' and '.join(conditions)}:", drawn), loop]


def reports(plan: Plan) -> list[str]:
    """The statement that prints the loss after some of the epochs."""
    if plan.every == 1:
        return ["report(epoch)"]
    return [indented(f"if epoch % {number(plan.every)} == 0 or epoch == epochs:", "report(epoch)")]


def result(plan: Plan) -> Part:
    """What was learned, every digit of it."""
    weights = indented(
        "for layer in W:",
        'print(f"W{layer} =", W[layer][:-1].tolist())',
        'print(f"b{layer} =", W[layer][-1].tolist())',
    )
    outputs = ["z, a = forward(X)", f'print("outputs =", a[{plan.layers[-1]}].T.tolist())']
    few = plan.rows <= MOST_OUTPUTS
    about = f"The weights and biases{', and what the network answers to each row' if few else ''}."
    return Part("Result", about, "\n".join([weights, *outputs] if few else [weights]))


def draws(plan: Plan) -> bool:
    """Whether the starting weights are drawn at random."""
    return not plan.own and "rng" in INITIALIZERS[plan.config.init].code


def weight_changes(stretch: Stretch) -> list[str]:
    """Statements that set the weights and biases typed in by hand."""
    return [f"{_place(address)} = {value!r}" for address, value in stretch.weights]


def _place(address: Address) -> str:
    layer, kind, *index = address
    row, unit = index if kind == "W" else (-1, *index)
    return f"W[{layer}][{row}, {unit}]"


def _update(plan: Plan, X: str, y: str) -> list[str]:
    """One update with the rows X and y."""
    given = {"X": X, "y": y, "eta": "rate(epoch - 1)"}

    def call(name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(given.get(argument, argument) for argument in arguments)})"

    results = ", ".join(stages.local_results(plan))
    return [
        call("z, a = forward", ["X"]),
        *([call(f"{results} = local_gradients", stages.local_arguments(plan))] if results else []),
        call("dW = backward", stages.backward_arguments(plan)),
        *(["t += 1"] if stages.counts(plan) else []),
        call("adjust", stages.adjust_arguments(plan)),
    ]


def _batches(plan: Plan) -> list[str]:
    return batches(plan, _update(plan, "X[rows]", "y[:, rows]"))


def _changes(plan: Plan) -> list[str]:
    """What was changed by hand after some of the epochs."""
    found = []
    for i, stretch in enumerate(plan.stretches[1:], start=1):
        before, now = plan.stretches[i - 1].config, stretch.config
        lines = [f"{name} = {number(value)}" for name, value in plan.changes(i).items()]
        if now.schedule != before.schedule:
            lines.append(f"rate = {stages.rate_name(plan, now.schedule)}")
        if now.optimizer != before.optimizer:
            lines.append(f"adjust = {stages.adjust_name(plan, now.optimizer)}")
            lines += stages.empty_memory(plan, now.optimizer)
        lines += weight_changes(stretch)
        if lines:
            found.append(indented(f"if epoch == {number(stretch.start)}:  # changed by hand", *lines))
    return found


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
