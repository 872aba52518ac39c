"""A run as a scikit-learn script: MLPClassifier or MLPRegressor with the closest settings there are.

scikit-learn's gradient is that of a loss of its own: half the square error or the cross-entropy of a sample, summed
over the outputs, averaged over the batch. Where the page's gradient is a multiple of it, `_scale`, the learning rate
carries the multiple. ε and the penalty, which do not pass through the loss, are divided by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop_core.export import loop
from backprop_core.export.plan import Plan, Stretch, plan
from backprop_core.export.prediction import prediction
from backprop_core.export.source import (
    Part,
    bracketed,
    defined,
    function,
    indented,
    number,
    script,
    with_helper,
)
from backprop_core.nn.activations import ACTIVATIONS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import Config
from backprop_core.settings.spec import ConfigError
from backprop_core.training.run import Run

HIDDEN = "hidden"  # the name of the hidden units' function


@dataclass(frozen=True)
class _Task:
    """What scikit-learn is asked for.

    model : its class
    labels : whether y is one class number a row, in place of a row of targets
    outputs : an expression for the outputs (rows, k)
    same_loss : whether it trains on the page's loss, or on the cross-entropy in its place
    """

    model: str
    labels: bool
    outputs: str
    same_loss: bool = True


def sklearn(run: Run) -> str:
    """The run as a scikit-learn script.

    Raises
    ------
    ConfigError
        "export", where scikit-learn has nothing that comes close.
    """
    found = plan(run)
    _check(found)
    task = _task(found)
    settings = loop.settings(found, without=("shuffle", *(["epochs"] if len(found.stretches) > 1 else [])))
    parts = [_data(found, task), settings, _start(found), _model(found, task), _training(found, task)]
    answer = prediction(found, [f"outputs = {task.outputs.format(X='x')}"])
    made = f"Made by Backprop Playground, where the loss after epoch {found.epochs:,} is {found.loss!r}."
    title = f"{found.title}, in scikit-learn."
    return script(
        [title, f"{made} {' '.join(_differences(found, task))}"], with_helper([*parts, _result(found), answer])
    )


def _check(found: Plan) -> None:
    """Refuse what scikit-learn cannot do."""
    network = found.network
    hidden = set(network.activations)
    if len(hidden) > 1:
        raise ConfigError("export", "scikit-learn has one activation for all hidden layers.")
    if not all(ACTIVATIONS[name].sklearn for name in hidden):
        known = ", ".join(name for name, entry in ACTIVATIONS.items() if entry.sklearn)
        raise ConfigError("export", f"scikit-learn has no {network.activations[0]!r} units. It has {known}.")
    if not all(OPTIMIZERS[name].sklearn for name in found.used("optimizer")):
        known = ", ".join(name for name, entry in OPTIMIZERS.items() if entry.sklearn)
        raise ConfigError("export", f"scikit-learn has none but these optimizers: {known}.")
    if found.used("schedule") != ["constant"]:
        raise ConfigError("export", "scikit-learn has no such schedule of the learning rate.")
    if "l1" in found.penalties:
        raise ConfigError("export", "scikit-learn's networks know no L1 penalty, only L2.")
    if found.used("train_biases") != [True]:
        raise ConfigError("export", "scikit-learn always trains the biases.")


def _task(found: Plan) -> _Task:
    """Which of scikit-learn's networks does what this one does, or what comes closest."""
    network, y = found.network, found.y
    outputs, is_square = network.sizes[-1], LOSSES[network.loss].square > 0
    if network.output == "linear" and is_square:
        return _Task("MLPRegressor", False, "model.predict({X}).reshape(len({X}), -1)")
    if network.output not in ("sigmoid", "softmax"):
        raise ConfigError(
            "export",
            f"scikit-learn has no network with {network.output} outputs and the loss {network.loss!r}. It has linear "
            "outputs with a sum of squares, and sigmoid or softmax outputs with the cross-entropy.",
        )
    if not (is_square or found.fused):
        raise ConfigError("export", f"scikit-learn trains {network.output} outputs on the cross-entropy alone.")
    if not found.is_classification or not np.isin(y, (0.0, 1.0)).all():
        raise ConfigError(
            "export", f"scikit-learn has {network.output} outputs for classes only, and these are numbers."
        )
    if network.output == "sigmoid" and outputs > 1:
        return _Task("MLPClassifier", False, "model.predict_proba({X})", not is_square)
    if network.output == "softmax" and outputs == 2:
        raise ConfigError("export", "scikit-learn has one sigmoid output for two classes, not two of softmax.")
    classes = found.y.argmax(axis=1) if outputs > 1 else found.y[:, 0]
    if (outputs > 1 and (y.sum(axis=1) != 1).any()) or len(np.unique(classes)) != max(2, outputs):
        raise ConfigError("export", "scikit-learn wants one class for each training row, and a row of each class.")
    columns = "" if outputs > 1 else "[:, 1:]"
    return _Task("MLPClassifier", True, f"model.predict_proba({{X}}){columns}", not is_square)


def _differences(found: Plan, task: _Task) -> list[str]:
    """What is not as on the page, for the reader to know."""
    told = []
    if not task.same_loss:
        told.append(
            f"It is another training: scikit-learn trains {found.network.output} outputs on the cross-entropy, not on "
            "squares, so the numbers are others from the first epoch on."
        )
    if found.is_shuffled:
        told.append("scikit-learn shuffles the mini-batches in an order of its own.")
    is_uneven = any(found.rows % found.batch_size(config) for config in found.configs)
    if is_uneven and (found.penalties or LOSSES[found.network.loss].averages_over == "nothing"):
        told.append("It divides by the rows of a mini-batch, so the last and smaller one of an epoch counts otherwise.")
    if "adam" in found.used("optimizer"):
        told.append("Its Adam adds ε before the means are corrected, not after: a small difference.")
    if len(found.stretches) > 1 and set(found.used("optimizer")) != {"sgd"}:
        told.append("At each change made by hand, its optimizer forgets what it remembers.")
    if not told:
        told.append("It makes the same updates here; sums are rounded in another order, so the last digits may differ.")
    return told


def _data(found: Plan, task: _Task) -> Part:
    lines = loop.rows(found, "np.array", "{}")
    if task.labels:
        several = found.network.sizes[-1] > 1
        lines.append(f"labels = {'y.argmax(axis=1)' if several else 'y[:, 0].astype(int)'}  # class numbers")
    return Part("Data", loop.about_rows(found, lines), "\n".join(lines))


def _start(found: Plan) -> Part:
    about = f"{loop.about_start(found)} They are given to the network below."
    return Part("Starting weights", about, "\n".join(loop.starting_weights(found)))


def _scale(found: Plan, config: Config) -> float:
    """How many times scikit-learn's gradient the page's is."""
    loss, rows, outputs = LOSSES[found.network.loss], found.batch_size(config), found.network.sizes[-1]
    return (2 * loss.square or 1) * rows / loss.count(rows, outputs)


def _options(found: Plan, config: Config) -> dict[str, str]:
    """The settings of scikit-learn's network under a configuration."""
    scale, rows = _scale(found, config), found.batch_size(config)
    is_adam = config.optimizer == "adam"
    options = dict(OPTIMIZERS[config.optimizer].sklearn)
    options["learning_rate_init"] = _product("learning_rate", 1 if is_adam else scale)
    if is_adam:
        options["epsilon"] = _product("epsilon", 1 / scale)
    options["alpha"] = _product("l2", rows / scale) if "l2" in found.penalties else "0.0"
    options["batch_size"] = "batch_size" if found.is_batched else "len(X)"
    options["shuffle"] = str(config.shuffle and rows < found.rows)
    return options


def _product(name: str, scale: float) -> str:
    return name if scale == 1 else f"{name} * {scale:g}" if float(f"{scale:g}") == scale else f"{name} * {scale!r}"


def _model(found: Plan, task: _Task) -> Part:
    network = found.network
    options = {"hidden_layer_sizes": repr(network.sizes[1:-1])}
    options |= {"activation": f'"{ACTIVATIONS[network.activations[0]].sklearn}"'} if network.activations else {}
    options |= _options(found, found.config)
    options |= {"random_state": "seed"} if found.is_shuffled else {}
    options |= {"n_iter_no_change": "np.inf", "warm_start": "True"}
    y, outputs = _targets(found, task), network.sizes[-1]
    classes = f", classes=np.arange({max(2, outputs)})" if task.model == "MLPClassifier" else ""
    first = f"model.partial_fit(X, {y}{classes})"
    code = [
        bracketed(f"model = {task.model}(", [f"{name}={value}" for name, value in options.items()], ")"),
        f"{first}  # makes the arrays of weights, which are replaced",
        "model.coefs_ = list(W.values())",
        "model.intercepts_ = [row[0] for row in b.values()]",
        *_weight_changes(found.stretches[0]),
        'warnings.filterwarnings("ignore", category=ConvergenceWarning)  # it is meant to stop after so many epochs',
    ]
    about = "warm_start: training goes on from the weights that are there. n_iter_no_change: it never stops early."
    scales = {_scale(found, config) for config in found.configs}
    if scales != {1}:
        about += "\nscikit-learn's gradient is that of a mean over the rows; the learning rate makes up for the factor."
    return Part("Network", about, "\n".join(code))


def _training(found: Plan, task: _Task) -> Part:
    y = _targets(found, task)
    code = [*_loss(found), *_report(found, task), ""]
    ends = [*(stretch.start for stretch in found.stretches[1:]), found.epochs]
    for i, (stretch, end) in enumerate(zip(found.stretches, ends, strict=True)):
        if i:
            code += ["", f"# Changed by hand after epoch {stretch.start:,}.", *_changes(found, i)]
        code.append(f"report({number(stretch.start)})")
        if end > stretch.start:
            epochs = number(end - stretch.start) if len(found.stretches) > 1 else "epochs"
            code.append(f"model.set_params(max_iter={epochs}).fit(X, {y})")
    if found.epochs > found.stretches[-1].start:
        code.append(f"report({number(found.epochs) if len(found.stretches) > 1 else 'epochs'})")
    about = "The loss is the page's own."
    if found.fused:
        about += (
            f" It is written with the outputs' sums z, which scikit-learn keeps to itself: taken together with "
            f"{found.network.output}, nothing overflows."
        )
    return Part("Training", about, "\n".join(code))


def _loss(found: Plan) -> list[str]:
    """The page's loss: of the outputs a, or of their sums z where output and loss are taken together."""
    if not found.fused:
        return [function("loss", ["a", "y"], LOSSES[found.network.loss].code)]
    hidden = [function(HIDDEN, ["z"], ACTIVATIONS[name].code) for name in found.network.activations[:1]]
    loop_ = indented(
        "for w, row in zip(model.coefs_[:-1], model.intercepts_[:-1]):", f"a = {HIDDEN}(np.dot(a, w) + row)"
    )
    result = "return np.dot(a, model.coefs_[-1]) + model.intercepts_[-1]"
    sums = defined("sums", ["X"], "a = X", *([loop_] if hidden else []), result)
    return [*hidden, sums, function("loss", ["z", "y"], found.fused.code)]


def _report(found: Plan, task: _Task) -> list[str]:
    penalty = " + penalty()" if found.penalties else ""
    compared = "sums({X})" if found.fused else task.outputs
    lines = [f"train_loss = float(loss({compared.format(X='X')}.T, y.T){penalty})"]
    text = "epoch {epoch:6}   loss {train_loss}"
    if found.has_test:
        lines.append(f"test_loss = float(loss({compared.format(X='X_test')}.T, y_test.T))")
        text += "   test loss {test_loss}"
    code = [defined("report", ["epoch"], *lines, f'print(f"{text}")')]
    if found.penalties:
        code.insert(0, defined("penalty", [], "return 0.5 * l2 * sum(np.sum(w * w) for w in model.coefs_)"))
    return code


def _changes(found: Plan, i: int) -> list[str]:
    """What was changed by hand at the start of a stretch."""
    before, now = found.stretches[i - 1].config, found.stretches[i].config
    lines = [f"{name} = {number(value)}" for name, value in found.changes(i).items() if name != "shuffle"]
    old, new = _options(found, before), _options(found, now)
    changed = {name for name, value in new.items() if old.get(name) != value}
    changed |= {name for name, value in new.items() if any(setting in value for setting in found.changes(i))}
    options = [f"{name}={value}" for name, value in new.items() if name in changed]
    lines += [bracketed("model.set_params(", options, ")")] if options else []
    return [*lines, *_weight_changes(found.stretches[i])]


def _targets(found: Plan, task: _Task) -> str:
    """The targets as scikit-learn wants them: one column is none."""
    if task.labels:
        return "labels"
    return "y" if found.network.sizes[-1] > 1 else "y[:, 0]"


def _weight_changes(stretch: Stretch) -> list[str]:
    return [
        f"model.{'coefs_' if kind == 'W' else 'intercepts_'}[{layer - 1}][{', '.join(map(str, index))}] = {value!r}"
        for (layer, kind, *index), value in stretch.weights
    ]


def _result(found: Plan) -> Part:
    code = indented(
        "for layer, (w, row) in enumerate(zip(model.coefs_, model.intercepts_), start=1):",
        'print(f"W{layer} =", w.tolist())',
        'print(f"b{layer} =", row.tolist())',
    )
    return Part("Result", "The weights and biases.", code)
