"""Common mistakes in backpropagation by hand: each entry of the registry sets switches of `recompute`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from backprop_core.explain.homework import MOST_UNITS, Homework
from backprop_core.explain.recomputation import Switches
from backprop_core.nn.activations import OUTPUTS
from backprop_core.nn.losses import FUSED, LOSSES, Count


@dataclass(frozen=True)
class Mistake:
    """A named mistake.

    `ways` are the switches of its variants. `by_layer` means that each can also be made at a single layer, `one_layer`
    that it is only a mistake there, because made at every layer it is another one. `applies` tells whether it is
    possible in a homework and gives other numbers than the right way or another mistake.
    """

    name: str
    label: str
    explanation: str
    ways: tuple[Switches, ...]
    by_layer: bool = False
    one_layer: bool = False
    applies: Callable[[Homework], bool] = lambda homework: True

    def variants(self, homework: Homework) -> list[Switches]:
        """All switches that produce this mistake in a homework; empty if it does not apply."""
        if not self.applies(homework):
            return []
        layers = range(1, len(homework.params) + 1) if self.by_layer or self.one_layer else ()
        at_one_layer = [replace(way, layer=layer) for way in self.ways for layer in layers]
        return at_one_layer if self.one_layer else [*self.ways, *at_one_layer]


def _scaled(over: Count | None = None, factor: float = 1.0) -> tuple[Switches, ...]:
    """A wrong average or factor in both the loss and its gradient, or in only one of them."""
    both, gradient, loss = ("loss", "gradient"), ("gradient",), ("loss",)
    return tuple(Switches(over=over, factor=factor, scaled=frozenset(scaled)) for scaled in (both, gradient, loss))


def _transposed(*places: str) -> Switches:
    return Switches(transposed=frozenset(places))


def _squares(h: Homework) -> bool:
    return LOSSES[h.loss].square > 0


def _is_a_table(h: Homework) -> bool:
    """Whether averaging over rows, over outputs and over cells are three different things."""
    return min(h.y.shape[-2:]) > 1


def _has_paths(h: Homework) -> bool:
    """Whether an error comes back to a hidden unit on several paths."""
    return any(W.shape[-1] > 1 for W, _ in h.params[1:])


def _own_weights_fit(h: Homework) -> bool:
    """Whether a layer's own weights have a shape with which they can be mistaken for those of the next one."""
    shapes = [W.shape[-2:] for W, _ in h.params]
    return any(above in {own, own[::-1]} for own, above in zip(shapes[:-1], shapes[1:], strict=True))


def _mixes(h: Homework) -> bool:
    """Whether a sum and a mean over the rows differ, and there are two layers to differ in."""
    return len(h.params) > 1 and h.y.shape[-2] > 1 and LOSSES[h.loss].averages_over != "outputs"


# Most common first: if a number with few digits matches several mistakes, they are listed in this order.
_ALL = (
    Mistake(
        "slope_missing",
        "f′ is missing",
        "The error coming back was not multiplied by the activation's slope f′(z).",
        (Switches(slope="missing"),),
        by_layer=True,
    ),
    Mistake(
        "sign",
        "Sign reversed",
        "The error is output minus target and the update goes against the gradient; one of these is turned around.",
        (Switches(error_sign=-1.0),),  # reversing the update instead gives the same weights
    ),
    Mistake(
        "rate_forgotten",
        "Learning rate forgotten",
        "The whole gradient was subtracted instead of the learning rate times the gradient.",
        (Switches(rate_times=0),),
        by_layer=True,
    ),
    Mistake(
        "summed",
        "Sum instead of mean",
        "This loss is a mean, and it (or its gradient) was summed without dividing by the count.",
        _scaled(over="nothing"),
        applies=lambda h: LOSSES[h.loss].averages_over != "nothing",
    ),
    Mistake(
        "averaged",
        "Mean instead of sum",
        "The loss (or its gradient) was divided by the count of all rows and outputs, and this loss is not.",
        _scaled(over="cells"),
        applies=lambda h: LOSSES[h.loss].averages_over != "cells",
    ),
    Mistake(
        "factor_missing",
        "Factor 2 is missing",
        "The loss (or its gradient) is half of what its definition gives: a 2 was left out, or a ½ put in.",
        _scaled(factor=0.5),
        applies=_squares,
    ),
    Mistake(
        "factor_double",
        "One factor 2 too many",
        "The loss (or its gradient) is twice what its definition gives: a 2 was put in, or a ½ left out.",
        _scaled(factor=2.0),
        applies=_squares,
    ),
    Mistake(
        "slope_extra",
        "f′ is there twice",
        "With this output and this loss, δ is already free of f′: multiplying by the slope again is once too often.",
        (Switches(slope="extra"),),
        applies=lambda h: (h.output, h.loss) in FUSED,
    ),
    Mistake(
        "slope_of_z",
        "f′ with z in place of a",
        "The slope's formula is written with the activation a, and the weighted sum z was put in.",
        (Switches(slope="z for a"),),
        by_layer=True,
    ),
    Mistake(
        "slope_at_a",
        "f′ taken at a instead of z",
        "The slope was taken at the activation a, as if f had been applied twice; it belongs to the weighted sum z.",
        (Switches(slope="at a"),),
        by_layer=True,
    ),
    Mistake(
        "updated_weights",
        "Weights already updated",
        "A hidden δ was computed with the new weights of the layer above; weights change only when every δ is known.",
        (Switches(updated_above=True),),
        by_layer=True,
    ),
    Mistake(
        "bias_left_out",
        "Bias left out",
        "The weighted sum z was computed without its bias.",
        (Switches(bias_times=0),),
        by_layer=True,
    ),
    Mistake(
        "bias_frozen",
        "Bias not updated",
        "The biases were kept as they were, and in this network they are trained too.",
        (Switches(other_biases=True),),
        by_layer=True,
        applies=lambda h: h.train_biases,
    ),
    Mistake(
        "bias_updated",
        "Frozen bias updated",
        "The biases were updated, and in this network they stay as they are.",
        (Switches(other_biases=True),),
        by_layer=True,
        applies=lambda h: not h.train_biases,
    ),
    Mistake(
        "transposed",
        "Rows and columns exchanged",
        "A square weight matrix or its gradient was transposed: rows are the units below, columns the units above.",
        (
            _transposed("forward"),
            _transposed("backward"),
            _transposed("gradient"),
            _transposed("new"),
            _transposed("forward", "backward", "gradient"),
        ),
        by_layer=True,
    ),
    Mistake(
        "bias_twice",
        "Bias added twice",
        "The weighted sum z contains its bias two times.",
        (Switches(bias_times=2),),
        by_layer=True,
    ),
    Mistake(
        "averaged_rows",
        "Mean over the rows only",
        "The loss (or its gradient) was divided by the number of rows, and this loss counts otherwise.",
        _scaled(over="rows"),
        applies=lambda h: _is_a_table(h) and LOSSES[h.loss].averages_over != "rows",
    ),
    Mistake(
        "averaged_outputs",
        "Mean over the outputs only",
        "The loss (or its gradient) was divided by the number of outputs, and this loss counts otherwise.",
        _scaled(over="outputs"),
        applies=_is_a_table,
    ),
    Mistake(
        "softmax_diagonal",
        "Softmax units taken one by one",
        "Every softmax output depends on all weighted sums; only the slope a(1−a) of a unit by its own z was used.",
        (Switches(slope="diagonal"),),
        applies=lambda h: OUTPUTS[h.output].pull_back is not None,
    ),
    Mistake(
        "one_path",
        "Only one path summed",
        "A hidden unit acts on several units above it, and the error of only one of them was brought back.",
        tuple(Switches(path=path) for path in range(MOST_UNITS)),
        by_layer=True,
        applies=_has_paths,
    ),
    Mistake(
        "own_weights",
        "This layer's weights instead of the next one's",
        "The error comes back to a hidden unit through the weights that leave it; those of its own layer were used.",
        (Switches(weights="into"), Switches(weights="same index")),
        by_layer=True,
        applies=_own_weights_fit,
    ),
    Mistake(
        "input_missing",
        "Input left out of dW",
        "The gradient of a weight is δ times the input that the weight carries; δ alone was taken.",
        (Switches(with_input=False),),
        by_layer=True,
    ),
    Mistake(
        "rate_twice",
        "Learning rate applied twice",
        "The gradient was multiplied by the learning rate two times.",
        (Switches(rate_times=2),),
        by_layer=True,
    ),
    Mistake(
        "mixed",
        "Sum and mean mixed between layers",
        "One layer's gradient was summed over the rows and another's averaged; the loss decides it for all of them.",
        (Switches(mixed=True),),
        one_layer=True,
        applies=_mixes,
    ),
    Mistake(
        "stale_weights",
        "Old weights after the update",
        "The loss after the update was computed with weights of a layer from before it.",
        (Switches(stale=True),),
        by_layer=True,
    ),
)

MISTAKES: dict[str, Mistake] = {mistake.name: mistake for mistake in _ALL}
