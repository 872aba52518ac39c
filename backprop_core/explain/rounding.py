"""Error bounds for the quantities of one update when intermediate results are rounded.

The error of a quantity comes from the errors of the numbers it is computed from, and from rounding its own terms.
Absolute values are added, so the bound is a worst case: however the numbers were rounded, the error is no larger. There
are two uses: rounding to float64's last bit gives the noise of the right values, and rounding to a few digits gives the
errors of a hand calculation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.explain.recomputation import Numbers
from backprop_core.explain.update import Explanation, Quantity
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Activation, Array
from backprop_core.nn.losses import FUSED, LOSSES

# Relative to the sum of the terms' absolute values. In units of float64's precision, a sum of n terms is off by at most
# n/2, where n is at most 9 (8 rows, or 4 units and a bias); a function of the registries is off by at most 4.
NOISE = 16 * float(np.finfo(float).eps)
_PROBE = 1e-9  # relative: small enough for a first-order estimate, large enough for accurate differences


@dataclass(frozen=True)
class Rounding:
    """How numbers are rounded.

    unit : the largest error of numbers, element by element, after rounding them once
    stored : the relative error of the inputs, targets, weights and learning rate that the calculation starts from
    known : known errors of quantities, by name; NaN where unknown
    """

    unit: Callable[[Array], Array]
    stored: float
    known: Mapping[str, Array]

    def known_or(self, name: str, reach: Array) -> Array:
        """The error of a quantity: the known error, or the bound `reach` where it is unknown."""
        known = self.known.get(name)
        return reach if known is None else np.where(np.isnan(known), reach, known)

    def summed(self, terms: Array, axis: int) -> Array:
        """The error from rounding terms, and from rounding their sum if there are several."""
        total: Array = self.unit(terms).sum(axis=axis)
        return total + self.unit(terms.sum(axis=axis)) if terms.shape[axis] > 1 else total


def noise(homework: Homework, right: Numbers) -> Numbers:
    """Bounds for the float64 rounding errors of every quantity: a few last bits, more where large terms cancel."""
    probed = reach(homework, right, Rounding(lambda x: _PROBE * np.abs(x), _PROBE, {}))
    return {name: values * (NOISE / _PROBE) for name, values in probed.items()}


def noise_of_terms(explanation: Explanation, quantity: Quantity) -> Array:
    """Bounds for the float64 rounding errors of one quantity of any network, from the sizes of its terms."""
    step, l = explanation.step, quantity.layer
    (W, b), below, delta = step.params[l - 1], np.abs(step.a[l - 1]), np.abs(step.delta[l - 1])
    sizes = np.abs(quantity.values)
    if quantity.kind == "z":
        sizes = below @ np.abs(W) + np.abs(b)
    elif quantity.kind == "error":
        sizes = sizes + np.abs(step.a[l]) + np.abs(explanation.targets)
    elif quantity.kind == "delta" and l < len(step.params):
        sizes = (np.abs(step.delta[l]) @ np.abs(step.params[l][0]).T) * np.abs(explanation.slopes[l - 1])
    elif quantity.kind == "gradient":
        penalty = np.abs(step.penalty_dW[l - 1])
        sizes = np.vstack([below.T @ delta + penalty, delta.sum(axis=0)])
    elif quantity.kind in {"update", "new"}:
        sizes = sizes + np.abs(np.vstack([W, b]))
    return NOISE * sizes


def to_digits(digits: int, unit: float) -> Callable[[Array], Array]:
    """The largest error of numbers that are rounded like an answer, to its significant digits or its decimals.

    That is half a unit in the last of `digits` significant digits or, if larger, half the answer's last decimal
    (`unit`), where a number keeps at least two significant digits in any case.
    """

    def error(x: Array) -> Array:
        size = np.abs(x)
        first = 10.0 ** np.floor(np.log10(np.where(size > 0, size, 1.0)))  # the unit of the first digit
        return np.where(size > 0, np.maximum(first * 10.0 ** (1 - digits), np.minimum(unit, first / 10)) / 2, 0.0)

    return error


def to_decimals(decimals: int) -> Callable[[Array], Array]:
    """The largest error of numbers that are rounded to as many decimals."""
    return lambda x: np.full_like(x, 0.5 * 10.0**-decimals, dtype=float)


def reach(h: Homework, right: Numbers, rounding: Rounding) -> Numbers:
    """The error bound of every quantity, by the names and in the shapes of `right`; 0 where it is unbounded."""
    bounds: Numbers = {}
    unit, stored = rounding.unit, rounding.stored
    layers = len(h.params)
    with np.errstate(all="ignore"):
        start = [(stored * np.abs(W), stored * np.abs(b)) for W, b in h.params]
        z, a = ([right[f"{name}{l}"] for l in range(1, layers + 1)] for name in "za")
        dz, da = _forward(h, h.params, start, (z, a), rounding)
        bounds |= {f"z{l}": bound for l, bound in enumerate(dz, start=1)}
        bounds |= {f"a{l}": bound for l, bound in enumerate(da, start=1)}
        bounds["loss"] = _loss(h, a[-1], da[-1], right["loss"], rounding)
        after = list(start)
        for l in range(layers, 0, -1):
            name, delta, d_next = f"delta{l}", right[f"delta{l}"], bounds.get(f"delta{l + 1}")
            if d_next is None:
                bound = _output_delta(h, z[-1], dz[-1], a[-1], da[-1], delta, rounding)
            else:
                W, above = h.params[l][0], right[f"delta{l + 1}"]
                bound = (d_next @ np.abs(W).T) + rounding.summed(above[:, None, :] * W, 2)
                units = (z[l - 1], dz[l - 1], a[l - 1], da[l - 1])
                bound = _pull_back(above @ W.T, bound, *units, ACTIVATIONS[h.activation], rounding)
            bounds[name] = rounding.known_or(name, bound)
            below, d_below = (a[l - 2], da[l - 2]) if l > 1 else (h.X, stored * np.abs(h.X))
            bound = d_below.T @ np.abs(delta) + (np.abs(below) + d_below).T @ bounds[name]
            bound = bound + rounding.summed(below[:, :, None] * delta[:, None, :], 0)
            bounds[f"dW{l}"] = rounding.known_or(f"dW{l}", bound)
            bound = bounds[name].sum(axis=0) + (unit(right[f"db{l}"]) if len(delta) > 1 else 0.0)
            bounds[f"db{l}"] = rounding.known_or(f"db{l}", bound)
            after[l - 1] = _update(h, l, start[l - 1], right, bounds, rounding)
            bounds |= {f"W{l}_new": after[l - 1][0], f"b{l}_new": after[l - 1][1]}
        new = [(right[f"W{l}_new"], right[f"b{l}_new"]) for l in range(1, layers + 1)]
        again = Rounding(unit, stored, {})
        z, a = _values(h, new)
        _, da = _forward(h, new, after, (z, a), again)
        bounds["loss_new"] = _loss(h, a[-1], da[-1], right["loss_new"], again)
    return {name: np.where(np.isfinite(bounds[name]), bounds[name], 0.0) for name in right}


def _functions(h: Homework) -> list[tuple[str, Activation]]:
    return [(h.activation, ACTIVATIONS[h.activation])] * (len(h.params) - 1) + [(h.output, OUTPUTS[h.output])]


def _values(h: Homework, params: list[tuple[Array, Array]]) -> tuple[list[Array], list[Array]]:
    z: list[Array] = []
    a: list[Array] = []
    for (W, b), (_, function) in zip(params, _functions(h), strict=True):
        z.append((a[-1] if a else h.X) @ W + b)
        a.append(function.f(z[-1].T).T)  # the registries' functions take units first
    return z, a


def _forward(
    h: Homework,
    params: list[tuple[Array, Array]],
    errors: list[tuple[Array, Array]],
    values: tuple[list[Array], list[Array]],
    rounding: Rounding,
) -> tuple[list[Array], list[Array]]:
    """Error bounds of z and a in every layer, given the errors of the weights and biases, `errors`."""
    dz: list[Array] = []
    da: list[Array] = []
    below, d_below = h.X, rounding.stored * np.abs(h.X)
    layers = zip(params, errors, *values, _functions(h), strict=True)
    for layer, ((W, _), (dW, db), z, a, (_, function)) in enumerate(layers, start=1):
        reached = d_below @ np.abs(W) + (np.abs(below) + d_below) @ dW + db
        reached = (
            reached + rounding.summed(below[:, :, None] * W, 1) + rounding.unit(z)
        )  # the sum is rounded again when the bias is added
        dz.append(rounding.known_or(f"z{layer}", reached))
        if function.pull_back:  # softmax: every unit depends on all others
            shares = (a * dz[-1]).sum(axis=1, keepdims=True)
            reached = a * ((1 - 2 * a) * dz[-1] + shares)
        else:
            ends = [function.f(end.T).T for end in (z - dz[-1], z + dz[-1])]
            reached = np.maximum(*(np.abs(end - a) for end in ends))
        da.append(rounding.known_or(f"a{layer}", reached + 2 * rounding.unit(a)))  # 2: e^z is rounded too
        below, d_below = a, da[-1]
    return dz, da


def _error(h: Homework, a: Array, da: Array, rounding: Rounding) -> tuple[Array, Array]:
    """dL/da and its error bound. If the loss has a kink at the target, errors do not reach across it."""
    gradient = LOSSES[h.loss].gradient
    error: Array = gradient(a.T, h.y.T).T
    da = da + rounding.stored * np.abs(h.y)
    reached = rounding.unit(error)
    most = np.zeros_like(a)
    for end in (a - da, a + da):
        on_same_side = np.where(np.sign(end - h.y) == np.sign(a - h.y), end, a)
        most = np.maximum(most, np.abs(gradient(on_same_side.T, h.y.T).T - error))
    return error, reached + most


def _output_delta(h: Homework, z: Array, dz: Array, a: Array, da: Array, delta: Array, rounding: Rounding) -> Array:
    fused = FUSED.get((h.output, h.loss))
    if fused is None:
        return _pull_back(*_error(h, a, da, rounding), z, dz, a, da, OUTPUTS[h.output], rounding)
    da = da + rounding.stored * np.abs(h.y)
    ends = [fused.delta(end.T, h.y.T).T for end in (a - da, a + da)]
    return np.maximum(*(np.abs(end - delta) for end in ends)) + 2 * rounding.unit(delta)


def _pull_back(
    error: Array,
    d_error: Array,
    z: Array,
    dz: Array,
    a: Array,
    da: Array,
    function: Activation,
    rounding: Rounding,
) -> Array:
    """The error bound of dL/dz, given the error `d_error` of dL/da."""
    if function.pull_back:
        products = error * a
        d_products = d_error * a + np.abs(error) * da + rounding.unit(products)
        inner = error - products.sum(axis=1, keepdims=True)
        d_inner = d_error + d_products.sum(axis=1, keepdims=True) + rounding.unit(inner)
        return d_inner * (a + da) + np.abs(inner) * da + rounding.unit(inner * a)
    slope = function.derivative(z.T, a.T).T
    d_slope = np.zeros_like(slope)
    if not function.kinks:  # else its slope is exact on either side of the kink
        for way in (-1, 1):
            end = function.derivative((z + way * dz).T, (a + way * da).T).T
            d_slope = np.maximum(d_slope, np.abs(end - slope))
        d_slope = d_slope + rounding.unit(slope)
    return d_error * (np.abs(slope) + d_slope) + np.abs(error) * d_slope + rounding.unit(error * slope)


def _update(
    h: Homework, layer: int, start: tuple[Array, Array], right: Numbers, bounds: Numbers, rounding: Rounding
) -> tuple[Array, Array]:
    """Error bounds of a layer's new W and b, from those of the old ones (`start`) and of the gradients (`bounds`)."""
    rate, unit = h.learning_rate, rounding.unit
    pair = []
    for name, before in zip("Wb", start, strict=True):
        key, change = f"{name}{layer}_new", rate * right[f"d{name}{layer}"]
        reached = before
        if name == "W" or h.train_biases:
            stored = rounding.stored * np.abs(change)
            reached = before + rate * bounds[f"d{name}{layer}"] + stored + unit(change) + unit(right[key])
        pair.append(rounding.known_or(key, reached))
    return pair[0], pair[1]


def _loss(h: Homework, a: Array, da: Array, loss: Array, rounding: Rounding) -> Array:
    """The error bound of the loss. It is convex in each output: extremes are where all parts grow, or all shrink."""
    compare = LOSSES[h.loss]
    da = da + rounding.stored * np.abs(h.y)
    uphill = np.where(compare.gradient(a.T, h.y.T).T < 0, -1.0, 1.0)
    exact = compare.value(a.T, h.y.T)
    ends = [a + way * uphill * da for way in (-1, 1)]
    if compare.of_probabilities:
        ends = [np.clip(end, 0.0, 1.0) for end in ends]
    most = np.maximum(*(np.abs(compare.value(end.T, h.y.T) - exact) for end in ends))
    cells = compare.value(a.reshape(-1, 1, 1), h.y.reshape(-1, 1, 1))  # each cell on its own
    count = compare.count(*h.y.shape)
    # Each cell's square or logarithm is rounded, then its term, then the sum, then the mean.
    own = (2 * rounding.unit(cells).sum() + rounding.unit(cells.sum())) / count + rounding.unit(loss)
    reached: Array = most + own
    return reached
