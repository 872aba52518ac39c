"""One update, written plainly, with switches that introduce common mistakes.

`recompute` is forward propagation, backward propagation and one update (Rumelhart, Hinton & Williams 1986, in the form
of `backprop_core.nn.network`). With the default switches it is correct and gives the same bits as training. Many
homeworks of the same shape can be computed at once: their arrays then have a leading axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Activation, Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.losses import FUSED, LOSSES, Count

Numbers = dict[str, Array]


Slope = Literal["right", "missing", "z for a", "at a", "extra", "diagonal"]
Weights = Literal["right", "into", "same index"]


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
    rate_times : how many times the update is multiplied by the learning rate
    bias_times : how many times the bias is added to z
    other_biases : whether biases are updated although frozen, or frozen although trained
    mixed : whether a layer's gradient is summed over the rows although the loss is a mean over them, or the reverse
    weights : the weights that a hidden error comes back through. "into": those that enter the unit instead of those
        that leave it; "same index": this layer's matrix put into the formula. Only where the shape permits it
    path : the only unit of the layer above whose error comes back; None means all of them
    with_input : whether dW contains the input of its weight
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
    rate_times: int = 1
    bias_times: int = 1
    other_biases: bool = False
    mixed: bool = False
    weights: Weights = "right"
    path: int | None = None
    with_input: bool = True
    transposed: frozenset[str] = frozenset()

    def at(self, layer: int) -> bool:
        """Whether the mistake is made at this layer."""
        return self.layer in (None, layer)

    def turned(self, matrix: Array, place: str, layer: int) -> Array:
        """The matrix, transposed if it is square and the switches say so."""
        square = matrix.shape[-2] == matrix.shape[-1]
        return flipped(matrix) if square and place in self.transposed and self.at(layer) else matrix


def by_name(z: list[Array], a: list[Array], delta: list[Array], grads: Params, new: Params, losses: Array) -> Numbers:
    """The quantities of one update by name: z1, a1, delta1, dW1, db1, W1_new, b1_new, …, loss, loss_new."""
    numbers: Numbers = {}
    for layer, (z_l, a_l, delta_l, (dW, db), (W, b)) in enumerate(zip(z, a, delta, grads, new, strict=True), start=1):
        numbers |= {f"z{layer}": z_l, f"a{layer}": a_l, f"delta{layer}": delta_l}
        numbers |= {f"dW{layer}": dW, f"db{layer}": db, f"W{layer}_new": W, f"b{layer}_new": b}
    return numbers | {"loss": losses[0], "loss_new": losses[1]}


def flipped(matrix: Array) -> Array:
    """The transposed matrix, or each one of a stack."""
    return matrix.swapaxes(-1, -2)


def recompute(homework: Homework, switches: Switches, own: Mapping[str, Array] | None = None) -> Numbers:
    """One update of a homework's network, computed as the switches say.

    Returns the quantities of `by_name`: z, a and δ (N, n_l), dW and W_new (n_{l-1}, n_l), db and b_new (n_l,), and the
    losses (). If the arrays of the homework have a leading axis, so have these.

    `own` are numbers that somebody computed, by the same names; NaN where there is none. The calculation goes on with
    them, and each number it returns is what follows from those before it.
    """
    h, s, own = homework, switches, own or {}
    layers = len(h.params)
    functions = _functions(h)
    scale = _scale(h, s, "gradient")
    with np.errstate(all="ignore"):
        z, a, z_own, with_ones = _forward(h, h.params, s, own)
        delta: list[Array] = [np.empty(0)] * layers
        above = np.empty(0)
        grads: Params = list(h.params)
        new: Params = list(h.params)
        new_own: Params = list(h.params)
        for l in reversed(range(layers)):  # list index; the layer's number is l + 1
            a_own = with_ones[l + 1][..., :-1, :]
            if l == layers - 1:
                delta[l] = s.error_sign * scale * _output_delta(h, z_own[l], a_own, s)
            else:
                above_new = s.updated_above and s.at(l + 2)
                error = _error_coming_back(h, l, (new_own if above_new else h.params)[l + 1][0], above, s)
                delta[l] = _pull_back(error, z_own[l], a_own, functions[l], s.slope if s.at(l + 1) else "right")
            above = flipped(_going_on(own, f"delta{l + 1}", flipped(delta[l])))
            grads[l] = _gradients(h, l, with_ones[l], above, s)
            dW, db = (_going_on(own, f"d{name}{l + 1}", grad) for name, grad in zip("Wb", grads[l], strict=True))
            new[l] = _update(h, l, (dW, db), s)
            W, b = (_going_on(own, f"{name}{l + 1}_new", value) for name, value in zip("Wb", new[l], strict=True))
            new_own[l] = W, b
        params_after = [h.params[l] if s.stale and s.at(l + 1) else new_own[l] for l in range(layers)]
        _, _, z_after, after = _forward(h, params_after, s, {})
        outputs, outputs_after = with_ones[-1][..., :-1, :], after[-1][..., :-1, :]
        losses = np.array([_loss(h, z_own[-1], outputs), _loss(h, z_after[-1], outputs_after)]) * _scale(h, s, "loss")
    return by_name(_rows_first(z), _rows_first(a), _rows_first(delta), grads, new, losses)


def _going_on(own: Mapping[str, Array], name: str, computed: Array) -> Array:
    """The numbers that the calculation goes on with: somebody's own, or else those computed."""
    given = own.get(name)
    return computed if given is None else np.where(np.isnan(given), computed, given)


def _functions(h: Homework) -> list[Activation]:
    return [ACTIVATIONS[h.activation]] * (len(h.params) - 1) + [OUTPUTS[h.output]]


def _forward(
    h: Homework, params: Params, s: Switches, own: Mapping[str, Array]
) -> tuple[list[Array], list[Array], list[Array], list[Array]]:
    """Z and a of every layer (n_l, N) as computed, and z and [a; 1] that it goes on with; the latter from the inputs.

    Arrays have the same memory layout as in `Pass`, so that BLAS sums in the same order.
    """
    z: list[Array] = []
    a: list[Array] = []
    z_own: list[Array] = []
    with_ones = [flipped(np.concatenate([h.X, np.ones((*h.X.shape[:-1], 1))], axis=-1))]
    for layer, ((W, b), function) in enumerate(zip(params, _functions(h), strict=True), start=1):
        times = s.bias_times if s.at(layer) else 1
        block = np.concatenate([s.turned(W, "forward", layer), times * b[..., None, :]], axis=-2)
        z.append(flipped(block) @ with_ones[-1])
        z_own.append(flipped(_going_on(own, f"z{layer}", flipped(z[-1]))))
        shape = z[-1].shape
        with_ones.append(np.ones((*shape[:-2], shape[-2] + 1, shape[-1])))
        outputs = with_ones[-1][..., :-1, :]
        function.f(z_own[-1], outputs)
        a.append(outputs)
        if f"a{layer}" in own:
            a[-1] = outputs.copy()
            outputs[:] = flipped(_going_on(own, f"a{layer}", flipped(a[-1])))
    return z, a, z_own, with_ones


def _rows_first(layers: list[Array]) -> list[Array]:
    return [flipped(layer) for layer in layers]


def _loss(h: Homework, z: Array, a: Array) -> Array:
    fused = FUSED.get((h.output, h.loss))
    return fused.value(z, flipped(h.y)) if fused else LOSSES[h.loss].value(a, flipped(h.y))


def _scale(h: Homework, s: Switches, target: str) -> float:
    """The factor by which the loss, or its gradient (`target`), is wrong."""
    if target not in s.scaled:
        return 1.0
    rows, outputs = h.y.shape[-2:]
    right = LOSSES[h.loss]
    mistaken = replace(right, averages_over=s.over or right.averages_over)
    return s.factor * right.count(rows, outputs) / mistaken.count(rows, outputs)


def _output_delta(h: Homework, z: Array, a: Array, s: Switches) -> Array:
    function, fused = OUTPUTS[h.output], FUSED.get((h.output, h.loss))
    # A student who knows the closed form of δ uses no f′ there, so a mistake in f′ "at every layer" spares that δ.
    is_mistaken = s.layer == len(h.params) or (s.layer is None and not fused) or s.slope in {"extra", "diagonal"}
    slope = s.slope if is_mistaken else "right"
    if fused and slope in {"right", "extra"}:
        delta: Array = fused.delta(a, flipped(h.y))
        return delta * function.derivative(z, a) if slope == "extra" else delta
    return _pull_back(LOSSES[h.loss].gradient(a, flipped(h.y)), z, a, function, slope)


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


def _error_coming_back(h: Homework, l: int, W: Array, above: Array, s: Switches) -> Array:
    """dL/da of a hidden layer: the δ of the layer above, brought back through its weights W."""
    if s.path is not None and s.at(l + 1):
        if s.path < W.shape[-1]:
            return W[..., s.path : s.path + 1] @ above[..., s.path : s.path + 1, :]
    elif s.weights != "right" and s.at(l + 1):
        own = h.params[l][0]
        own = flipped(own) if s.weights == "into" else own
        if own.shape == W.shape:
            return own @ above
    return s.turned(W, "backward", l + 2) @ above


def _gradients(h: Homework, l: int, with_ones: Array, delta: Array, s: Switches) -> tuple[Array, Array]:
    """DW and db of a layer, from [a; 1] of the layer below and its own δ."""
    with_input = s.with_input or not s.at(l + 1)
    gradient = (with_ones if with_input else np.ones_like(with_ones)) @ flipped(delta)
    if s.mixed and s.at(l + 1):
        rows = h.y.shape[-2]
        gradient = gradient * (rows if LOSSES[h.loss].averages_over in {"rows", "cells"} else 1 / rows)
    return s.turned(gradient[..., :-1, :], "gradient", l + 1), gradient[..., -1, :]


def _update(h: Homework, l: int, gradients: tuple[Array, Array], s: Switches) -> tuple[Array, Array]:
    (W, b), (dW, db), here = h.params[l], gradients, s.at(l + 1)
    rate = h.learning_rate**s.rate_times if here else h.learning_rate
    train_biases = h.train_biases != (s.other_biases and here)
    return s.turned(W - rate * dW, "new", l + 1), b - rate * db if train_biases else b
