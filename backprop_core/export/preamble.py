"""What a program begins with: rows, settings and starting weights."""

from __future__ import annotations

from backprop_core.export.plan import Plan, about_setting
from backprop_core.export.program import Part
from backprop_core.export.source import dictionary, function, is_short, matrix, number, packed, strings
from backprop_core.nn.initializers import INITIALIZERS


def rows(plan: Plan, make: str, unpack: str) -> list[str]:
    """Statements that make X and y, (rows, inputs) and (rows, outputs), and those to test on."""
    lines = [f"columns = {strings(plan.columns)}"] if plan.columns else []
    lines += [f"classes = {strings(plan.classes)}"] if plan.classes else []
    matrices = {"X": plan.X, "y": plan.y} | ({"X_test": plan.X_test, "y_test": plan.y_test} if plan.has_test else {})
    short = is_short(*matrices.values())
    for name, values in matrices.items():
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
    values: dict[str, float | bool] = {"seed": plan.config.seed} if plan.is_shuffled or plan.is_drawn else {}
    values |= {name: value for name, value in plan.settings(plan.config).items() if name not in without}
    schedule = next((name for name in plan.used("schedule") if name != "constant"), "constant")
    lines = [
        f"{name} = {value if name == 'seed' else number(value)}{about_setting(name, schedule)}"
        for name, value in values.items()
    ]
    lines += [f"epochs = {number(plan.epochs)}"] if "epochs" not in without else []
    return Part("Settings", "", "\n".join(lines))


def about_start(plan: Plan) -> str:
    """Where the starting weights come from."""
    if plan.own:
        return "Your own."
    label = INITIALIZERS[plan.config.init].label
    return f"{label[0].upper()}{label[1:]}, from m inputs to n units; first all weights are drawn, then all biases."


def starting_weights(plan: Plan) -> list[str]:
    """Statements that make W and b, a matrix per layer: drawn by their formula, or the user's own numbers."""
    if plan.own:
        return _own_weights(plan)
    initializer, fans = INITIALIZERS[plan.config.init], dict(zip(plan.layers, plan.network.fans, strict=True))
    biases = "draw(1, {})" if initializer.biases else "np.zeros((1, {}))"
    return [
        *(["rng = np.random.RandomState(seed)", ""] if plan.is_drawn else []),
        function("draw", ["m", "n"], initializer.code),
        f"W = {dictionary({layer: f'draw({m}, {n})' for layer, (m, n) in fans.items()})}",
        f"b = {dictionary({layer: biases.format(n) for layer, (_, n) in fans.items()})}",
    ]


def _own_weights(plan: Plan) -> list[str]:
    """W and b as numbers: written out, or packed where there are too many to read."""
    matrices = {f"W{layer}": W for layer, (W, _) in zip(plan.layers, plan.params, strict=True)}
    matrices |= {f"b{layer}": b[None, :] for layer, (_, b) in zip(plan.layers, plan.params, strict=True)}
    short = is_short(*matrices.values())
    texts = {name: matrix(values) if short else name for name, values in matrices.items()}
    unpacking = [] if short else [packed(name, values, "{}.copy()") for name, values in matrices.items()]
    by_layer = {kind: {layer: texts[f"{kind}{layer}"] for layer in plan.layers} for kind in "Wb"}
    return [*unpacking, *(f"{kind} = {dictionary(layers)}" for kind, layers in by_layer.items())]
