"""One update, written plainly, with switches that introduce common mistakes.

`recompute` is forward propagation, backward propagation and one update (Rumelhart, Hinton & Williams 1986, in the form
of `backprop_core.nn.network`). With the default switches it is correct and gives the same bits as training.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Activation, Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.losses import FUSED, LOSSES, Count

Numbers = dict[str, Array]


Slope = Literal["right", "missing", "z for a", "at a", "extra", "diagonal"]


@dataclass(frozen=True)
class Switches:
    """How to compute; the defaults are correct.

    layer : the only layer where the mistake is made, from 1; None means at every layer where it is possible
    over : what the loss is averaged over; None means as its definition says
    factor : extra factor of the loss
    scaled : what `over` and `factor` apply to: "loss", "gradient" or both
    slope : which f′ the error is multiplied by. "z for a": the formula with z substituted for a; "at a": f′(a);
        "extra": a second time, in an output δ that already contains it; "diagonal": only the diagonal of softmax's
        Jacobian
    updated_above : whether a δ is computed with the already updated weights above it
    stale : whether the forward pass after the update still uses the old parameters
    error_sign : −1 reverses the sign of the output error, and so of every δ and gradient and of the update
    with_rate : whether the update is multiplied by the learning rate
    bias_times : how many times the bias is added to z
    other_biases : whether biases are updated although frozen, or frozen although trained
    transposed : where square matrices are transposed: any of "forward", "backward", "gradient" and "new"
    """

    layer: int | None = None
    over: Count | None = None
    factor: float = 1.0
    scaled: frozenset[str] = frozenset({"loss", "gradient"})
    slope: Slope = "right"
    updated_above: bool = False
    stale: bool = False
    error_sign: float = 1.0
    with_rate: bool = True
    bias_times: int = 1
    other_biases: bool = False
    transposed: frozenset[str] = frozenset()

    def at(self, layer: int) -> bool:
        """Whether the mistake is made at this layer."""
        return self.layer in (None, layer)

    def turned(self, matrix: Array, place: str, layer: int) -> Array:
        """The matrix, transposed if it is square and the switches say so."""
        square = matrix.shape[0] == matrix.shape[1]
        return matrix.T if square and place in self.transposed and self.at(layer) else matrix


def by_name(z: list[Array], a: list[Array], delta: list[Array], grads: Params, new: Params, losses: Array) -> Numbers:
    """The quantities of one update by name: z1, a1, delta1, dW1, db1, W1_new, b1_new, …, loss, loss_new."""
    numbers: Numbers = {}
    for layer, (z_l, a_l, delta_l, (dW, db), (W, b)) in enumerate(zip(z, a, delta, grads, new, strict=True), start=1):
        numbers |= {f"z{layer}": z_l, f"a{layer}": a_l, f"delta{layer}": delta_l}
        numbers |= {f"dW{layer}": dW, f"db{layer}": db, f"W{layer}_new": W, f"b{layer}_new": b}
    return numbers | {"loss": losses[0], "loss_new": losses[1]}


def recompute(homework: Homework, switches: Switches) -> Numbers:
    """One update of a homework's network, computed as the switches say.

    Returns the quantities of `by_name`: z, a and δ (N, n_l), dW and W_new (n_{l-1}, n_l), db and b_new (n_l,), and the
    losses ().
    """
    h, s = homework, switches
    layers = len(h.params)
    functions = _functions(h)
    scale = _scale(h, s, "gradient")
    with np.errstate(all="ignore"):
        z, with_ones = _forward(h, h.params, s)
        a = [layer[:-1] for layer in with_ones[1:]]
        delta: list[Array] = [np.empty(0)] * layers
        grads: Params = list(h.params)
        new: Params = list(h.params)
        for l in reversed(range(layers)):  # list index; the layer's number is l + 1
            if l == layers - 1:
                delta[l] = s.error_sign * scale * _output_delta(h, z[l], a[l], s)
            else:
                above = new if s.updated_above and s.at(l + 2) else h.params
                error = s.turned(above[l + 1][0], "backward", l + 2) @ delta[l + 1]
                delta[l] = _pull_back(error, z[l], a[l], functions[l], s.slope if s.at(l + 1) else "right")
            gradient = with_ones[l] @ delta[l].T
            grads[l] = s.turned(gradient[:-1], "gradient", l + 1), gradient[-1]
            new[l] = _update(h, l, grads[l], s)
        params_after = [h.params[l] if s.stale and s.at(l + 1) else new[l] for l in range(layers)]
        z_after, after = _forward(h, params_after, s)
        losses = np.array([_loss(h, z[-1], a[-1]), _loss(h, z_after[-1], after[-1][:-1])]) * _scale(h, s, "loss")
    return by_name(_rows_first(z), _rows_first(a), _rows_first(delta), grads, new, losses)


def _functions(h: Homework) -> list[Activation]:
    return [ACTIVATIONS[h.activation]] * (len(h.params) - 1) + [OUTPUTS[h.output]]


def _forward(h: Homework, params: Params, s: Switches) -> tuple[list[Array], list[Array]]:
    """Z of every layer (n_l, N), and [a; 1] of the inputs and every layer (n_l + 1, N).

    Arrays have the same memory layout as in `Pass`, so that BLAS sums in the same order.
    """
    z: list[Array] = []
    with_ones = [np.hstack([h.X, np.ones((len(h.X), 1))]).T]
    for layer, ((W, b), function) in enumerate(zip(params, _functions(h), strict=True), start=1):
        times = s.bias_times if s.at(layer) else 1
        block = np.vstack([s.turned(W, "forward", layer), times * b])
        z.append(block.T @ with_ones[-1])
        with_ones.append(np.ones((len(b) + 1, len(h.X))))
        function.f(z[-1], with_ones[-1][:-1])
    return z, with_ones


def _rows_first(layers: list[Array]) -> list[Array]:
    return [layer.T for layer in layers]


def _loss(h: Homework, z: Array, a: Array) -> Array:
    fused = FUSED.get((h.output, h.loss))
    return fused.value(z, h.y.T) if fused else LOSSES[h.loss].value(a, h.y.T)


def _scale(h: Homework, s: Switches, target: str) -> float:
    """The factor by which the loss, or its gradient (`target`), is wrong."""
    if target not in s.scaled:
        return 1.0
    rows, outputs = h.y.shape
    right = LOSSES[h.loss]
    mistaken = replace(right, averages_over=s.over or right.averages_over)
    return s.factor * right.count(rows, outputs) / mistaken.count(rows, outputs)


def _output_delta(h: Homework, z: Array, a: Array, s: Switches) -> Array:
    function, fused = OUTPUTS[h.output], FUSED.get((h.output, h.loss))
    # A student who knows the closed form of δ uses no f′ there, so a mistake in f′ "at every layer" spares that δ.
    is_mistaken = s.layer == len(h.params) or (s.layer is None and not fused) or s.slope in {"extra", "diagonal"}
    slope = s.slope if is_mistaken else "right"
    if fused and slope in {"right", "extra"}:
        delta: Array = fused.delta(a, h.y.T)
        return delta * function.derivative(z, a) if slope == "extra" else delta
    return _pull_back(LOSSES[h.loss].gradient(a, h.y.T), z, a, function, slope)


def _pull_back(error: Array, z: Array, a: Array, function: Activation, slope: Slope) -> Array:
    """dL/dz from dL/da: multiplied by f′(z), in its right form or one of the wrong ones."""
    if slope == "missing":
        return error
    if slope == "z for a":
        a = z
    if slope == "at a":
        z, a = a, function.f(a)
    if function.pull_back and slope != "diagonal":
        return function.pull_back(error, a)
    return error * function.derivative(z, a)


def _update(h: Homework, l: int, gradients: tuple[Array, Array], s: Switches) -> tuple[Array, Array]:
    (W, b), (dW, db) = h.params[l], gradients
    rate = h.learning_rate if s.with_rate else 1.0
    return s.turned(W - rate * dW, "new", l + 1), b - rate * db if h.train_biases != s.other_biases else b
