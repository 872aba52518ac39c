"""A run as a scikit-learn script: MLPClassifier or MLPRegressor with the closest settings there are.

scikit-learn's gradient is that of a loss of its own: half the square error or the cross-entropy of a sample, summed
over the outputs, averaged over the batch. Where the page's gradient is a multiple of it, `_scale`, the learning rate
carries the multiple. ε and the penalty, which do not pass through the loss, are divided by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop_core.export import loop, preamble
from backprop_core.export.plan import Plan, Stretch, plan_of
from backprop_core.export.prediction import prediction, raw_rows
from backprop_core.export.program import Part, script
from backprop_core.export.source import assigned, bracketed, defined, function, indented, number
from backprop_core.nn.activations import ACTIVATIONS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import Config
from backprop_core.settings.spec import ConfigError
from backprop_core.training.run import Run


@dataclass(frozen=True)
class _Task:
    """What scikit-learn is asked for.

    model : its class
    y : an expression for the targets in its form: numbers of classes, a row per sample, or a column that is no matrix
    outputs : an expression for the outputs (rows, k)
    same_loss : whether it trains on the page's loss, or on the cross-entropy in its place
    """

    model: str
    y: str
    outputs: str
    same_loss: bool = True


def sklearn(run: Run) -> str:
    """The run as a scikit-learn script.

    Raises
    ------
    ConfigError
        "export", where scikit-learn has nothing that comes close.
    """
    plan = plan_of(run)
    _check(plan)
    task = _task(plan)
    parts = [
        _data(plan, task),
        preamble.settings(plan, without=("shuffle", *(["epochs"] if len(plan.stretches) > 1 else []))),
        _start(plan),
        _model(plan, task),
        _training(plan, task),
        _result(),
        prediction(plan, [f"outputs = {task.outputs.format(X='x')}"]),
        *raw_rows(plan),
    ]
    return script([f"{plan.title}, in scikit-learn.", f"{plan.origin} {' '.join(_differences(plan, task))}"], parts)


def _check(plan: Plan) -> None:
    """Refuse what scikit-learn cannot do."""
    network = plan.network
    hidden = set(network.activations)
    if len(hidden) > 1:
        raise ConfigError("export", "scikit-learn has one activation for all hidden layers.")
    if not all(ACTIVATIONS[name].sklearn for name in hidden):
        known = ", ".join(name for name, entry in ACTIVATIONS.items() if entry.sklearn)
        raise ConfigError("export", f"scikit-learn has no {network.activations[0]!r} units. It has {known}.")
    if not all(OPTIMIZERS[name].sklearn for name in plan.used("optimizer")):
        known = ", ".join(name for name, entry in OPTIMIZERS.items() if entry.sklearn)
        raise ConfigError("export", f"scikit-learn has none but these optimizers: {known}.")
    if plan.used("schedule") != ["constant"]:
        raise ConfigError("export", "scikit-learn has no such schedule of the learning rate.")
    if "l1" in plan.penalties:
        raise ConfigError("export", "scikit-learn's networks know no L1 penalty, only L2.")
    if plan.used("train_biases") != [True]:
        raise ConfigError("export", "scikit-learn always trains the biases.")


def _task(plan: Plan) -> _Task:
    """Which of scikit-learn's networks does what this one does, or what comes closest."""
    network, y = plan.network, plan.y
    outputs, is_square = network.sizes[-1], LOSSES[network.loss].square > 0
    if network.output == "linear" and is_square:
        return _Task("MLPRegressor", "y" if outputs > 1 else "y[:, 0]", "model.predict({X}).reshape(len({X}), -1)")
    if network.output not in ("sigmoid", "softmax"):
        raise ConfigError(
            "export",
            f"scikit-learn has no network with {network.output} outputs and the loss {network.loss!r}. It has linear "
            "outputs with a sum of squares, and sigmoid or softmax outputs with the cross-entropy.",
        )
    if not (is_square or plan.fused):
        raise ConfigError("export", f"scikit-learn trains {network.output} outputs on the cross-entropy alone.")
    if not plan.is_classification or not np.isin(y, (0.0, 1.0)).all():
        raise ConfigError(
            "export", f"scikit-learn has {network.output} outputs for classes only, and these are numbers."
        )
    if network.output == "sigmoid" and outputs > 1:
        return _Task("MLPClassifier", "y", "model.predict_proba({X})", not is_square)
    if network.output == "softmax" and outputs == 2:
        raise ConfigError("export", "scikit-learn has one sigmoid output for two classes, not two of softmax.")
    classes = plan.y.argmax(axis=1) if outputs > 1 else plan.y[:, 0]
    if (outputs > 1 and (y.sum(axis=1) != 1).any()) or len(np.unique(classes)) != max(2, outputs):
        raise ConfigError("export", "scikit-learn wants one class for each training row, and a row of each class.")
    columns = "" if outputs > 1 else "[:, 1:]"
    return _Task("MLPClassifier", "labels", f"model.predict_proba({{X}}){columns}", not is_square)


def _differences(plan: Plan, task: _Task) -> list[str]:
    """What is not as on the page, for the reader to know."""
    told = []
    if not task.same_loss:
        told.append(
            f"It is another training: scikit-learn trains {plan.network.output} outputs on the cross-entropy, not on "
            "squares, so the numbers are others from the first epoch on."
        )
    if plan.is_shuffled:
        told.append("scikit-learn shuffles the mini-batches in an order of its own.")
    is_uneven = any(plan.rows % plan.batch_size(config) for config in plan.configs)
    if is_uneven and (plan.penalties or LOSSES[plan.network.loss].averages_over == "nothing"):
        told.append("It divides by the rows of a mini-batch, so the last and smaller one of an epoch counts otherwise.")
    if "adam" in plan.used("optimizer"):
        told.append("Its Adam adds ε before the means are corrected, not after: a small difference.")
    if len(plan.stretches) > 1 and set(plan.used("optimizer")) != {"sgd"}:
        told.append("At each change made by hand, its optimizer forgets what it remembers.")
    if not told:
        told.append("It makes the same updates here; sums are rounded in another order, so the last digits may differ.")
    return told


def _data(plan: Plan, task: _Task) -> Part:
    lines = preamble.rows(plan, "np.array", "{}")
    if task.y == "labels":
        several = plan.network.sizes[-1] > 1
        lines.append(f"labels = {'y.argmax(axis=1)' if several else 'y[:, 0].astype(int)'}  # class numbers")
    return Part("Data", preamble.about_rows(plan, lines), "\n".join(lines))


def _start(plan: Plan) -> Part:
    about = f"{preamble.about_start(plan)} They are given to the network below."
    return Part("Starting weights", about, "\n".join(preamble.starting_weights(plan)))


def _scale(plan: Plan, config: Config) -> float:
    """How many times scikit-learn's gradient the page's is."""
    loss, rows, outputs = LOSSES[plan.network.loss], plan.batch_size(config), plan.network.sizes[-1]
    return (2 * loss.square or 1) * rows / loss.count(rows, outputs)


def _options(plan: Plan, config: Config) -> dict[str, str]:
    """The settings of scikit-learn's network under a configuration."""
    scale, rows = _scale(plan, config), plan.batch_size(config)
    is_adam = config.optimizer == "adam"
    options = dict(OPTIMIZERS[config.optimizer].sklearn)
    options["learning_rate_init"] = _product("learning_rate", 1 if is_adam else scale)
    if is_adam:
        options["epsilon"] = _product("epsilon", 1 / scale)
    options["alpha"] = _product("l2", rows / scale) if "l2" in plan.penalties else "0.0"
    options["batch_size"] = "batch_size" if plan.is_batched else "len(X)"
    options["shuffle"] = str(config.shuffle and rows < plan.rows)
    return options


def _product(name: str, scale: float) -> str:
    return name if scale == 1 else f"{name} * {scale:g}" if float(f"{scale:g}") == scale else f"{name} * {scale!r}"


def _model(plan: Plan, task: _Task) -> Part:
    network = plan.network
    options = {"hidden_layer_sizes": repr(network.sizes[1:-1])}
    options |= {"activation": f'"{ACTIVATIONS[network.activations[0]].sklearn}"'} if network.activations else {}
    options |= _options(plan, plan.config)
    options |= {"random_state": "seed"} if plan.is_shuffled else {}
    options |= {"n_iter_no_change": "np.inf", "warm_start": "True"}
    classes = f", classes=np.arange({max(2, network.sizes[-1])})" if task.model == "MLPClassifier" else ""
    code = [
        bracketed(f"model = {task.model}(", assigned(options), ")"),
        f"model.partial_fit(X, {task.y}{classes})  # makes the arrays of weights, which are replaced",
        "model.coefs_ = list(W.values())",
        "model.intercepts_ = [row[0] for row in b.values()]",
        *_weights(plan.stretches[0]),
        'warnings.filterwarnings("ignore", category=ConvergenceWarning)  # it is meant to stop after so many epochs',
    ]
    about = "warm_start: training goes on from the weights that are there. n_iter_no_change: it never stops early."
    if {_scale(plan, config) for config in plan.configs} != {1}:
        about += "\nscikit-learn's gradient is that of a mean over the rows; the learning rate makes up for the factor."
    return Part("Network", about, "\n".join(code))


def _training(plan: Plan, task: _Task) -> Part:
    """The calls of `fit`, from one change made by hand to the next."""
    is_changed = len(plan.stretches) > 1
    code = [*_loss(plan), *_report(plan, task), ""]
    ends = [*(stretch.start for stretch in plan.stretches[1:]), plan.epochs]
    for i, (stretch, end) in enumerate(zip(plan.stretches, ends, strict=True)):
        if i:
            code += ["", f"# Changed by hand after epoch {stretch.start:,}.", *_changes(plan, i)]
        code.append(f"report({number(stretch.start)})")
        if end > stretch.start:
            epochs = number(end - stretch.start) if is_changed else "epochs"
            code.append(f"model.set_params(max_iter={epochs}).fit(X, {task.y})")
    if plan.epochs > plan.stretches[-1].start:
        code.append(f"report({number(plan.epochs) if is_changed else 'epochs'})")
    about = "The loss is the page's own."
    if plan.fused:
        about += (
            f" It is written with the outputs' sums z, which scikit-learn keeps to itself: taken together with "
            f"{plan.network.output}, nothing overflows."
        )
    return Part("Training", about, "\n".join(code))


def _loss(plan: Plan) -> list[str]:
    """The page's loss: of the outputs a, or of their sums z where output and loss are taken together."""
    if not plan.fused:
        return [function("loss", ["a", "y"], LOSSES[plan.network.loss].code)]
    hidden, lines = [], ["a = X"]
    if plan.network.activations:
        hidden = [function("hidden", ["z"], ACTIVATIONS[plan.network.activations[0]].code)]
        layers = "for w, row in zip(model.coefs_[:-1], model.intercepts_[:-1]):"
        lines.append(indented(layers, "a = hidden(np.dot(a, w) + row)"))
    sums = defined("sums", ["X"], *lines, "return np.dot(a, model.coefs_[-1]) + model.intercepts_[-1]")
    return [*hidden, sums, function("loss", ["z", "y"], plan.fused.code)]


def _report(plan: Plan, task: _Task) -> list[str]:
    compared = "sums({X})" if plan.fused else task.outputs
    plus_penalty, code = "", []
    if plan.penalties:
        plus_penalty = " + penalty()"
        code = [defined("penalty", [], "return 0.5 * l2 * sum(np.sum(w * w) for w in model.coefs_)")]
    lines = [f"train_loss = float(loss({compared.format(X='X')}.T, y.T){plus_penalty})"]
    if plan.has_test:
        lines.append(f"test_loss = float(loss({compared.format(X='X_test')}.T, y_test.T))")
    return [*code, defined("report", ["epoch"], *lines, loop.print_losses(plan))]


def _changes(plan: Plan, i: int) -> list[str]:
    """What was changed by hand at the start of a stretch."""
    settings = plan.changes(i)
    old, new = (_options(plan, plan.stretches[j].config) for j in (i - 1, i))
    changed = {
        name: value
        for name, value in new.items()
        if old.get(name) != value or any(setting in value for setting in settings)
    }
    return [
        *loop.assignments({name: value for name, value in settings.items() if name != "shuffle"}),
        *([bracketed("model.set_params(", assigned(changed), ")")] if changed else []),
        *_weights(plan.stretches[i]),
    ]


def _weights(stretch: Stretch) -> list[str]:
    """Statements that set the weights and biases typed in by hand."""
    return [
        f"model.{'coefs_' if kind == 'W' else 'intercepts_'}[{layer - 1}][{', '.join(map(str, index))}] = {value!r}"
        for (layer, kind, *index), value in stretch.weights
    ]


def _result() -> Part:
    code = indented(
        "for layer, (w, row) in enumerate(zip(model.coefs_, model.intercepts_), start=1):",
        'print(f"W{layer} =", w.tolist())',
        'print(f"b{layer} =", row.tolist())',
    )
    return Part("Result", "The weights and biases.", code)
