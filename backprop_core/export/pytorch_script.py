"""A run as a PyTorch script: the same network, trained by autograd and torch.optim."""

from __future__ import annotations

from backprop_core.export import loop, preamble
from backprop_core.export.plan import Plan, Stretch, plan_of
from backprop_core.export.prediction import prediction, raw_rows
from backprop_core.export.program import Part, script
from backprop_core.export.source import assigned, bracketed, defined, indented
from backprop_core.nn.activations import OUTPUTS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, PyTorch
from backprop_core.settings.config import Config
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
    plan = plan_of(run)
    _check(plan)
    origin = (
        f"{plan.origin} The starting weights, the order of the rows and every update are the same here. Sums are "
        "rounded in another order, so the last digits may differ, and where training is unstable the difference grows."
    )
    parts = [
        _data(plan),
        preamble.settings(plan),
        _model(plan),
        _start(plan),
        _loss(plan),
        _optimizer(plan),
        _training(plan),
        _result(),
        _prediction(plan),
        *raw_rows(plan),
    ]
    return script([f"{plan.title}, in PyTorch.", origin], parts)


def _check(plan: Plan) -> None:
    network = plan.network
    counterparts = {name: OUTPUTS[name].pytorch for name in (*network.activations, network.output)}
    counterparts[network.loss] = LOSSES[network.loss].pytorch
    lacking = [name for name, source in counterparts.items() if not source]
    lacking += [name for name in plan.used("optimizer") if OPTIMIZERS[name].pytorch is None]
    if lacking:
        raise ConfigError("export", f"PyTorch has nothing that does the same as {lacking[0]!r}.")
    momenta = {config.momentum for config in plan.configs if config.optimizer in ("momentum", "nesterov")}
    if 0.0 in momenta and len(momenta) > 1:
        raise ConfigError("export", "PyTorch keeps no velocity while the momentum is 0, so it cannot be raised later.")


def _data(plan: Plan) -> Part:
    rows = preamble.rows(plan, "torch.tensor", "torch.from_numpy({}.copy())")
    code = ["torch.set_default_dtype(torch.float64)  # the page computes with 64 bits; PyTorch's default is 32", *rows]
    return Part("Data", preamble.about_rows(plan, rows), "\n".join(code))


def _model(plan: Plan) -> Part:
    modules = []
    for (fan_in, fan_out), function in zip(plan.network.fans, plan.network.functions, strict=True):
        modules += [f"nn.Linear({fan_in}, {fan_out})", function.pytorch]
    about = ""
    if plan.fused:
        modules.pop()
        about = f"The outputs' {plan.network.output} is part of the loss: taken together, nothing overflows."
    elif plan.network.output == "linear":
        modules.pop()
    return Part("Network", about, bracketed("model = nn.Sequential(", modules, ")"))


def _start(plan: Plan) -> Part:
    copying = indented(
        "for layer, module in enumerate(linear, start=1):",
        "module.weight.copy_(torch.from_numpy(W[layer].T))",
        "module.bias.copy_(torch.from_numpy(b[layer][0]))",
    )
    lines = [
        *preamble.starting_weights(plan),
        "linear = [module for module in model if isinstance(module, nn.Linear)]",
        indented("with torch.no_grad():", copying, *_weights(plan.stretches[0])),
    ]
    about = f"{preamble.about_start(plan)} PyTorch's matrices have a row a unit: they are W transposed."
    if plan.used("train_biases") == [False]:
        lines.append(indented("for module in linear:", "module.bias.requires_grad_(False)  # biases are not trained"))
    return Part("Starting weights", about, "\n".join(lines))


def _loss(plan: Plan) -> Part:
    code = [defined("loss", ["outputs", "y"], f"return {LOSSES[plan.network.loss].pytorch}")]
    if plan.penalties:
        share = " + ".join(PENALTY[name] for name in plan.penalties)
        code.append(defined("penalty", [], f"return sum({share} for module in linear)"))
    return Part("Loss", "", "\n".join(code))


def _optimizer(plan: Plan) -> Part:
    code = loop.rates(plan)
    if len(plan.used("train_biases")) > 1:
        code += ["weights = [module.weight for module in linear]", "biases = [module.bias for module in linear]"]
    code.append(_new_optimizer(plan, plan.config))
    return Part("Optimizer", f"{loop.optimizer_labels(plan)}.", "\n".join(code))


def _new_optimizer(plan: Plan, config: Config) -> str:
    counterpart = _counterpart(config)
    without_velocity = config.optimizer == "nesterov" and config.momentum == 0  # PyTorch refuses this; it is plain SGD
    trained = "model.parameters()"
    if plan.used("train_biases") == [False]:
        trained = "[module.weight for module in linear]"
    elif len(plan.used("train_biases")) > 1:
        trained = '[{"params": weights}, {"params": biases}]'
    arguments = [trained, "lr=learning_rate", *([] if without_velocity else assigned(counterpart.options))]
    return bracketed(f"optimizer = torch.optim.{counterpart.name}(", arguments, ")")


def _counterpart(config: Config) -> PyTorch:
    counterpart = OPTIMIZERS[config.optimizer].pytorch
    assert counterpart is not None, "_check refuses optimizers without one"
    return counterpart


def _training(plan: Plan) -> Part:
    def change_optimizer(before: Config, now: Config, settings: loop.Settings) -> list[str]:
        if now.optimizer != before.optimizer:
            return [_new_optimizer(plan, now)]
        if not set(OPTIMIZERS[now.optimizer].settings) & set(settings):
            return []
        options = ", ".join(assigned(_counterpart(now).options))
        return [indented("for group in optimizer.param_groups:", f"group.update({options})")]

    def change_weights(stretch: Stretch) -> list[str]:
        return [indented("with torch.no_grad():", *_weights(stretch))] if stretch.weights else []

    body = [
        *_rates(plan),
        *loop.updates(plan, _update(plan, "X", "y"), _update(plan, "X[rows]", "y[rows]")),
        *loop.changes(plan, change_optimizer, change_weights),
    ]
    return loop.training(plan, [_report(plan), ""], body)


def _update(plan: Plan, X: str, y: str) -> list[str]:
    return ["optimizer.zero_grad()", f"{_penalized_loss(plan, X, y)}.backward()", "optimizer.step()"]


def _penalized_loss(plan: Plan, X: str, y: str) -> str:
    loss = f"loss(model({X}), {y})"
    return f"({loss} + penalty())" if plan.penalties else loss


def _rates(plan: Plan) -> list[str]:
    """Statements that set the learning rate of an epoch, where it is not the same in all."""
    rate = "rate(epoch - 1)" if plan.is_scheduled else "learning_rate"
    lines = [f'optimizer.param_groups[0]["lr"] = {rate}']
    if len(plan.used("train_biases")) > 1:
        return [*lines, f'optimizer.param_groups[1]["lr"] = {rate} if train_biases else 0.0']
    return lines if plan.is_scheduled or len(plan.used("learning_rate")) > 1 else []


def _weights(stretch: Stretch) -> list[str]:
    """Statements that set the weights and biases typed in by hand."""
    lines = []
    for (layer, kind, *index), value in stretch.weights:
        place = f"weight[{index[-1]}, {index[0]}]" if kind == "W" else f"bias[{index[0]}]"
        lines.append(f"linear[{layer - 1}].{place} = {value!r}")
    return lines


def _report(plan: Plan) -> str:
    lines = [f"train_loss = {_penalized_loss(plan, 'X', 'y')}.item()"]
    lines += ["test_loss = loss(model(X_test), y_test).item()"] if plan.has_test else []
    return defined("report", ["epoch"], indented("with torch.no_grad():", *lines), loop.print_losses(plan))


def _prediction(plan: Plan) -> Part:
    answer = f"{plan.network.functions[-1].pytorch}(model(x))" if plan.fused else "model(x)"
    return prediction(plan, [indented("with torch.no_grad():", f"outputs = {answer}")], library="torch")


def _result() -> Part:
    code = indented(
        "for layer, module in enumerate(linear, start=1):",
        'print(f"W{layer} =", module.weight.T.tolist())',
        'print(f"b{layer} =", module.bias.tolist())',
    )
    return Part("Result", "The weights and biases, in the page's arrangement.", code)
