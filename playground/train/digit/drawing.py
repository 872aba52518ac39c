"""A picture drawn by hand as a network's inputs, and the answer to it: pure functions.

The pictures of the digits were made from bitmaps of 32 × 32 by counting the inked pixels in every block of 4 × 4
(Alpaydin & Kaynak 1998). A drawing is treated in the same way, so that to a network it looks like the rows that it has
learned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop_core.nn import OUTPUTS, Array
from backprop_core.training import Run, Snapshot

BLOCK = 4  # pixels of a bitmap along each side of a pixel of the picture
WIDEST = 24 / 32  # of the bitmap's width: a digit of the data leaves the outermost columns empty


def can_draw(run: Run) -> bool:
    """Whether the inputs of a run are the pixels of a picture, and its outputs classes."""
    return run.data.picture is not None and bool(run.data.classes)


def counted(ink: Array) -> Array:
    """The inked pixels (rows, columns) in each block of a bitmap (4 · rows, 4 · columns) of booleans."""
    rows, columns = ink.shape[0] // BLOCK, ink.shape[1] // BLOCK
    return ink.reshape(rows, BLOCK, columns, BLOCK).sum(axis=(1, 3)).astype(float)


def inked(counts: Array) -> Array:
    """A bitmap whose `counted` is this picture (rows, columns), with the ink of a block near those that have more."""
    tall, wide = counts.shape
    shades = _between(_between(counts).T).T
    blocks = shades.reshape(tall, BLOCK, wide, BLOCK).swapaxes(1, 2).reshape(tall, wide, BLOCK * BLOCK)
    ranks = np.argsort(np.argsort(-blocks, axis=-1, kind="stable"), axis=-1, kind="stable")
    ink = ranks < counts[..., None]
    return ink.reshape(tall, wide, BLOCK, BLOCK).swapaxes(1, 2).reshape(tall * BLOCK, wide * BLOCK)


def fitted(ink: Array) -> Array:
    """The drawing scaled to the full height of its bitmap and centred, as the digits of the data are.

    It keeps its proportions unless it would be wider than they are.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return ink.copy()
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    tall = len(ink)
    wide = int(np.clip(round(box.shape[1] * tall / box.shape[0]), 1, WIDEST * ink.shape[1]))
    scaled = box[_nearest(box.shape[0], tall)][:, _nearest(box.shape[1], wide)]
    result = np.zeros_like(ink)
    left = (ink.shape[1] - wide) // 2
    result[:, left : left + wide] = scaled
    return result


def written(ink: Array) -> str:
    """A bitmap as a text of 0 and 1, row by row."""
    return "".join("1" if pixel else "0" for pixel in ink.ravel())


def read(text: object, shape: tuple[int, int]) -> Array | None:
    """The bitmap that a text writes; None if it writes none of this shape."""
    if not isinstance(text, str) or len(text) != shape[0] * shape[1] or set(text) - {"0", "1"}:
        return None
    return np.array([character == "1" for character in text]).reshape(shape)


@dataclass(frozen=True)
class Answer:
    """What a network answers to a picture.

    chosen : the class with the largest output
    outputs : of each class, by its name
    are_shares : whether outputs lie between 0 and 1
    """

    chosen: str
    outputs: dict[str, float]
    are_shares: bool


def answer(run: Run, snapshot: Snapshot, picture: Array) -> Answer:
    """The forward pass of a picture (rows, columns), in the units of the data, through the network of a snapshot."""
    outputs = snapshot.predict(picture.reshape(1, -1))
    classes, output = run.data.classes, run.network.output
    return Answer(
        classes[int(run.data.labels(outputs)[0])],
        dict(zip(classes, outputs[0].tolist(), strict=True)),
        output == "softmax" or OUTPUTS[output].bounds == (0, 1),
    )


def _between(values: Array) -> Array:
    """Rows (n, m) interpolated linearly to (4 n, m)."""
    places = (np.arange(len(values) * BLOCK) + 0.5) / BLOCK - 0.5
    known = np.arange(len(values))
    return np.stack([np.interp(places, known, column) for column in values.T], axis=1)


def _nearest(old: int, new: int) -> Array:
    """For each of `new` places, the nearest of `old` ones."""
    return ((np.arange(new) + 0.5) * old / new).astype(int)
