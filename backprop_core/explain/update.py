"""One parameter update in four stages, with every number, so that a student can check it by hand.

The stages are those of the textbook: forward propagation, local gradients, backward propagation of errors, adjustment
of weights and biases. All arrays come from the `Step` that training would make next; slopes f'(z) come from the same
registry that training uses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from backprop_core.nn.activations import OUTPUTS, Array
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.nn.network import Network
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import Config
from backprop_core.training.snapshot import Snapshot, Step

STAGES = (
    "Forward propagation",
    "Local gradients",
    "Backward propagation of errors",
    "Adjustment of weights and biases",
)

PART, _LINE = r",\quad", r" \\ "  # separators of the parts of an optimizer's rule: on one line, and on several

Kind = Literal["z", "a", "error", "slope", "delta", "gradient", "penalty", "slot", "update", "new"]


@dataclass(frozen=True, eq=False)
class Quantity:
    """One array of one stage.

    values : (N, n_l), one row per sample; or, if `of_weights`, (n_{l-1} + 1, n_l), one row per input and the bias last
    latex : the general formula
    """

    stage: int
    kind: Kind
    layer: int
    name: str
    latex: str
    values: Array
    of_weights: bool = False


@dataclass(frozen=True, eq=False)
class Explanation:
    """An update, divided into stages. `quantities` are in the order in which they are computed.

    updates : the number of this update since the optimizer's slots were empty, from 1
    batch : number of rows in the batch
    slopes : f'(z), (N, n_l) per layer
    targets : (N, k)
    error : dL/da of the outputs (N, k); None if output and loss have a fused δ
    """

    network: Network
    config: Config
    updates: int
    batch: int
    step: Step
    quantities: tuple[Quantity, ...]
    slopes: tuple[Array, ...]
    targets: Array
    error: Array | None

    def stage(self, number: int) -> list[Quantity]:
        """The quantities of one stage, 0 to 3."""
        return [quantity for quantity in self.quantities if quantity.stage == number]


@dataclass(frozen=True, eq=False)
class Chain:
    """The chain-rule product of one weight or bias: dL/dw = Σ a · δ over the samples, and the penalty's share.

    a, delta, products : (N,), one entry per sample; a is 1 for a bias
    """

    a: Array
    delta: Array
    products: Array
    total: float
    penalty: float

    @property
    def gradient(self) -> float:
        """The gradient, penalty included."""
        return self.total + self.penalty


def explain(snapshot: Snapshot) -> Explanation:
    """The update that training makes next from a snapshot, in four stages."""
    step, network = snapshot.step(), snapshot.network
    optimizer, fused = OPTIMIZERS[snapshot.config.optimizer], (network.output, network.loss) in FUSED
    function = OUTPUTS[network.output]
    closed = fused or function.pull_back is not None
    layers = range(1, len(network.sizes))
    slopes = tuple(
        activation.derivative(z, a) for activation, z, a in zip(network.functions, step.z, step.a[1:], strict=True)
    )
    error = None if fused else LOSSES[network.loss].gradient(step.a[-1].T, _targets(snapshot, step).T).T
    rule = rf"\begin{{gathered}} {optimizer.latex.replace(PART, _LINE)} \end{{gathered}}"
    found = []
    for l in layers:
        found.append(Quantity(0, "z", l, f"z{l}", rf"z_{l} = a_{l - 1}\,W_{l} + b_{l}", step.z[l - 1]))
        formula = network.functions[l - 1].latex
        found.append(Quantity(0, "a", l, f"a{l}", rf"a_{l} = f_{l}(z_{l}),\quad f(z) = {formula}", step.a[l]))
    for l in layers:
        if l == layers[-1] and closed:
            continue
        formula = network.functions[l - 1].latex_derivative
        found.append(Quantity(1, "slope", l, f"f'{l}", rf"f_{l}'(z_{l}) = {formula}", slopes[l - 1]))
    if error is not None:
        formula = LOSSES[network.loss].latex_gradient
        found.append(Quantity(1, "error", layers[-1], "dL/da", rf"\partial L/\partial a = {formula}", error))
    for l in reversed(layers):
        found.append(Quantity(2, "delta", l, f"δ{l}", _delta_latex(network, l), step.delta[l - 1]))
        latex = rf"dW_{l} = a_{l - 1}^\top\delta_{l},\quad db_{l} = \textstyle\sum\delta_{l}"
        share = step.penalty_dW[l - 1]
        pure = _stacked(step.dW[l - 1] - share, step.db[l - 1])
        found.append(Quantity(2, "gradient", l, f"dW{l}, db{l}", latex, pure, of_weights=True))
    for l, (_, b) in enumerate(step.params, start=1):
        W_new, b_new = step.params_after[l - 1]
        if step.penalty:
            share = _stacked(step.penalty_dW[l - 1], np.zeros_like(b))
            latex = rf"\lambda_1\operatorname{{sign}}W_{l} + \lambda_2 W_{l}"
            found.append(Quantity(3, "penalty", l, f"penalty's dW{l}", latex, share, of_weights=True))
        for slot, params in step.slots_after.items():
            name = f"{slot} of W{l}, b{l}"
            found.append(Quantity(3, "slot", l, name, rule, _stacked(*params[l - 1]), of_weights=True))
        update = _stacked(*step.change[l - 1])
        latex = rf"\begin{{gathered}} \Delta W_{l} = W_{l}^{{new}} - W_{l} \\ {rule} \end{{gathered}}"
        found.append(Quantity(3, "update", l, f"ΔW{l}, Δb{l}", latex, update, of_weights=True))
        new = _stacked(W_new, b_new)
        latex = rf"W_{l}^{{new}} = W_{l} + \Delta W_{l}"
        found.append(Quantity(3, "new", l, f"new W{l}, b{l}", latex, new, of_weights=True))
    return Explanation(
        network=network,
        config=snapshot.config,
        updates=snapshot.state.updates + 1,
        batch=len(step.rows),
        step=step,
        quantities=tuple(found),
        slopes=slopes,
        targets=_targets(snapshot, step),
        error=error,
    )


def of_sample(explanation: Explanation, sample: int) -> Explanation:
    """The first three stages for one sample of the batch: its row of every array, its share a · δ of the gradients.

    The fourth stage is left out, because the weights are adjusted by the whole batch; so is the penalty, which belongs
    to no sample.
    """
    step, row = explanation.step, slice(sample, sample + 1)
    shares = [
        np.outer(np.append(a[sample], 1.0), delta[sample]) for a, delta in zip(step.a[:-1], step.delta, strict=True)
    ]
    alone = replace(
        step,
        rows=step.rows[row],
        z=[z[row] for z in step.z],
        a=[a[row] for a in step.a],
        delta=[delta[row] for delta in step.delta],
        dW=[share[:-1] for share in shares],
        db=[share[-1] for share in shares],
        penalty_dW=[np.zeros_like(dW) for dW in step.penalty_dW],
    )
    quantities = tuple(
        replace(quantity, values=shares[quantity.layer - 1] if quantity.of_weights else quantity.values[row])
        for quantity in explanation.quantities
        if quantity.stage < len(STAGES) - 1
    )
    return replace(
        explanation,
        step=alone,
        quantities=quantities,
        slopes=tuple(slope[row] for slope in explanation.slopes),
        targets=explanation.targets[row],
        error=None if explanation.error is None else explanation.error[row],
    )


def chain(explanation: Explanation, layer: int, row: int, unit: int) -> Chain:
    """The chain-rule product of the weight from `row` to `unit` of a layer; the row after the last one is the bias."""
    step = explanation.step
    below, delta = step.a[layer - 1], step.delta[layer - 1][:, unit]
    is_bias = row == below.shape[1]
    a = np.ones(len(below)) if is_bias else below[:, row]
    penalty = 0.0 if is_bias else float(step.penalty_dW[layer - 1][row, unit])
    gradient = step.db[layer - 1][unit] if is_bias else step.dW[layer - 1][row, unit]
    return Chain(a, delta, a * delta, float(gradient) - penalty, penalty)


def _targets(snapshot: Snapshot, step: Step) -> Array:
    return snapshot.data.y[step.rows]


def _stacked(W: Array, b: Array) -> Array:
    return np.vstack([W, b])


def _delta_latex(network: Network, l: int) -> str:
    if l < len(network.sizes) - 1:
        return rf"\delta_{l} = (\delta_{l + 1}\,W_{l + 1}^\top)\odot f_{l}'(z_{l})"
    if fused := FUSED.get((network.output, network.loss)):
        return rf"\delta_{l} = {fused.latex}"
    if OUTPUTS[network.output].pull_back:
        return rf"\delta_{{{l},i}} = a_i\,(e_i - \textstyle\sum_j e_j a_j),\quad e = \partial L/\partial a"
    return rf"\delta_{l} = \partial L/\partial a_{l}\odot f_{l}'(z_{l})"
