"""A run as a PyTorch script: the same network, trained by autograd and torch.optim."""

from __future__ import annotations

from backprop_core.export import loop, stages
from backprop_core.export.plan import Plan, plan
from backprop_core.export.prediction import prediction
from backprop_core.export.source import (
    Part,
    bracketed,
    defined,
    factor,
    indented,
    number,
    script,
    with_helper,
)
from backprop_core.nn.activations import OUTPUTS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES, PyTorch
from backprop_core.settings.parameter import Address
from backprop_core.settings.spec import ConfigError
from backprop_core.training.run import Run

PENALTY = {"l1": "l1 * torch.sum(torch.abs(module.weight))", "l2": "0.5 * l2 * torch.sum(module.weight**2)"}


def pytorch(run: Run) -> str:
    """The run as a PyTorch script.

    Raises
    ------
    ConfigError
        "export", where PyTorch has nothing that does the same.
    """
    found = plan(run)
    _check(found)
    origin = (
        f"Made by Backprop Playground, where the loss after epoch {found.epochs:,} is {found.loss!r}. The starting "
        "weights, the order of the rows and every update are the same here. Sums are rounded in another order, so the "
        "last digits may differ, and where training is unstable the difference grows."
    )
    return script([f"{found.title}, in PyTorch.", origin], _parts(found))


def _check(found: Plan) -> None:
    network = found.network
    counterparts = {name: OUTPUTS[name].pytorch for name in (*network.activations, network.output)}
    counterparts[network.loss] = LOSSES[network.loss].pytorch
    lacking = [name for name, source in counterparts.items() if not source]
    lacking += [name for name in found.used("optimizer") if OPTIMIZERS[name].pytorch is None]
    if lacking:
        raise ConfigError("export", f"PyTorch has nothing that does the same as {lacking[0]!r}.")
    momenta = {config.momentum for config in found.configs if config.optimizer in ("momentum", "nesterov")}
    if 0.0 in momenta and len(momenta) > 1:
        raise ConfigError("export", "PyTorch keeps no velocity while the momentum is 0, so it cannot be raised later.")


def _parts(found: Plan) -> list[Part]:
    return with_helper(
        [
            _data(found),
            loop.settings(found),
            _model(found),
            _start(found),
            _loss(found),
            _optimizer(found),
            _training(found),
            _result(found),
            _prediction(found),
        ]
    )


def _data(found: Plan) -> Part:
    rows = loop.rows(found, "torch.tensor", "torch.from_numpy({}.copy())")
    code = ["torch.set_default_dtype(torch.float64)  # the page computes with 64 bits; PyTorch's default is 32", *rows]
    return Part("Data", loop.about_rows(found, rows), "\n".join(code))


def _model(found: Plan) -> Part:
    modules = []
    for (fan_in, fan_out), function in zip(found.network.fans, found.network.functions, strict=True):
        modules += [f"nn.Linear({fan_in}, {fan_out})", function.pytorch]
    about = ""
    if found.fused:
        modules.pop()
        about = f"The outputs' {found.network.output} is part of the loss: taken together, nothing overflows."
    elif found.network.output == "linear":
        modules.pop()
    return Part("Network", about, bracketed("model = nn.Sequential(", modules, ")"))


def _start(found: Plan) -> Part:
    copying = indented(
        "for layer, module in enumerate(linear, start=1):",
        "module.weight.copy_(torch.from_numpy(W[layer].T))",
        "module.bias.copy_(torch.from_numpy(b[layer][0]))",
    )
    lines = [
        *loop.starting_weights(found),
        "linear = [module for module in model if isinstance(module, nn.Linear)]",
        indented("with torch.no_grad():", copying, *_weight_changes(found.stretches[0].weights)),
    ]
    about = f"{loop.about_start(found)} PyTorch's matrices have a row a unit: they are W transposed."
    if found.used("train_biases") == [False]:
        lines.append(indented("for module in linear:", "module.bias.requires_grad_(False)  # biases are not trained"))
    return Part("Starting weights", about, "\n".join(lines))


def _loss(found: Plan) -> Part:
    code = [defined("loss", ["outputs", "y"], f"return {LOSSES[found.network.loss].pytorch}")]
    if found.penalties:
        share = " + ".join(PENALTY[name] for name in found.penalties)
        code.append(defined("penalty", [], f"return sum({share} for module in linear)"))
    return Part("Loss", "", "\n".join(code))


def _optimizer(found: Plan) -> Part:
    code = []
    for name in found.used("schedule") if stages.is_scheduled(found) else []:
        rate = "learning_rate" if name == "constant" else f"learning_rate * {factor(SCHEDULES[name].code)}"
        code.append(defined(stages.rate_name(found, name), ["epoch"], f"return {rate}"))
    if len(found.used("train_biases")) > 1:
        code += ["weights = [module.weight for module in linear]", "biases = [module.bias for module in linear]"]
    code.append(_new_optimizer(found, found.config.optimizer, found.config.momentum))
    labels = ", then ".join(OPTIMIZERS[name].label for name in found.used("optimizer"))
    return Part("Optimizer", f"{labels}.", "\n".join(code))


def _new_optimizer(found: Plan, name: str, momentum: float) -> str:
    counterpart = _counterpart(name)
    without_velocity = name == "nesterov" and momentum == 0  # PyTorch refuses this Nesterov, which is plain SGD
    options = {} if without_velocity else counterpart.options
    trained = "model.parameters()"
    if found.used("train_biases") == [False]:
        trained = "[module.weight for module in linear]"
    elif len(found.used("train_biases")) > 1:
        trained = '[{"params": weights}, {"params": biases}]'
    arguments = [trained, "lr=learning_rate", *(f"{option}={value}" for option, value in options.items())]
    return bracketed(f"optimizer = torch.optim.{counterpart.name}(", arguments, ")")


def _counterpart(name: str) -> PyTorch:
    counterpart = OPTIMIZERS[name].pytorch
    assert counterpart is not None, "_check refuses optimizers without one"
    return counterpart


def _training(found: Plan) -> Part:
    update = _update(found, "X", "y")
    if found.is_batched:
        update = loop.batches(found, _update(found, "X[rows]", "y[rows]"))
    body = [*_rates(found), *update, *_changes(found), *loop.reports(found)]
    code = [_report(found), ""]
    code += [f"rate = {stages.rate_name(found, found.config.schedule)}"] if len(found.used("schedule")) > 1 else []
    code += ["report(0)", indented("for epoch in range(1, epochs + 1):", *body)]
    return Part("Training", loop.about_training(found), "\n".join(code))


def _update(found: Plan, X: str, y: str) -> list[str]:
    penalty = " + penalty()" if found.penalties else ""
    backward = f"(loss(model({X}), {y}){penalty}).backward()" if penalty else f"loss(model({X}), {y}).backward()"
    return ["optimizer.zero_grad()", backward, "optimizer.step()"]


def _rates(found: Plan) -> list[str]:
    """Statements that set the learning rate of an epoch, where it is not the same in all."""
    rate = "rate(epoch - 1)" if stages.is_scheduled(found) else "learning_rate"
    if len(found.used("train_biases")) > 1:
        return [
            f'optimizer.param_groups[0]["lr"] = {rate}',
            f'optimizer.param_groups[1]["lr"] = {rate} if train_biases else 0.0',
        ]
    if stages.is_scheduled(found) or len(found.used("learning_rate")) > 1:
        return [f'optimizer.param_groups[0]["lr"] = {rate}']
    return []


def _changes(found: Plan) -> list[str]:
    """What was changed by hand after some of the epochs."""
    blocks = []
    for i, stretch in enumerate(found.stretches[1:], start=1):
        before, now, changes = found.stretches[i - 1].config, stretch.config, found.changes(i)
        lines = [f"{name} = {number(value)}" for name, value in changes.items()]
        if now.schedule != before.schedule:
            lines.append(f"rate = {stages.rate_name(found, now.schedule)}")
        if now.optimizer != before.optimizer:
            lines.append(_new_optimizer(found, now.optimizer, now.momentum))
        elif set(OPTIMIZERS[now.optimizer].settings) & set(changes):
            options = ", ".join(f"{option}={value}" for option, value in _counterpart(now.optimizer).options.items())
            groups = "for group in optimizer.param_groups:"
            lines.append(indented(groups, f"group.update({options})"))
        if stretch.weights:
            lines.append(indented("with torch.no_grad():", *_weight_changes(stretch.weights)))
        if lines:
            blocks.append(indented(f"if epoch == {number(stretch.start)}:  # changed by hand", *lines))
    return blocks


def _weight_changes(weights: tuple[tuple[Address, float], ...]) -> list[str]:
    lines = []
    for (layer, kind, *index), value in weights:
        place = f"weight[{index[-1]}, {index[0]}]" if kind == "W" else f"bias[{index[0]}]"
        lines.append(f"linear[{layer - 1}].{place} = {value!r}")
    return lines


def _report(found: Plan) -> str:
    value = f"loss(model(X), y){' + penalty()' if found.penalties else ''}"
    value = f"({value}).item()" if found.penalties else f"{value}.item()"
    lines = [f"train_loss = {value}"]
    text = "epoch {epoch:6}   loss {train_loss}"
    if found.has_test:
        lines.append("test_loss = loss(model(X_test), y_test).item()")
        text += "   test loss {test_loss}"
    return defined("report", ["epoch"], indented("with torch.no_grad():", *lines), f'print(f"{text}")')


def _prediction(found: Plan) -> Part:
    answer = f"{found.network.functions[-1].pytorch}(model(x))" if found.fused else "model(x)"
    return prediction(found, [indented("with torch.no_grad():", f"outputs = {answer}")], library="torch")


def _result(found: Plan) -> Part:
    code = indented(
        "for layer, module in enumerate(linear, start=1):",
        'print(f"W{layer} =", module.weight.T.tolist())',
        'print(f"b{layer} =", module.bias.tolist())',
    )
    return Part("Result", "The weights and biases, in the page's arrangement.", code)
