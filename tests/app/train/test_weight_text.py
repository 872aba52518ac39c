"""A layer's weights as text: what is read, what is refused, and where it says something is wrong."""

import time

import numpy as np
import pytest

from backprop_core import Config, ConfigError, Run
from playground.train.weight_text import MOST_CHARACTERS, parse, written

WANTED = [[0.15, 0.25], [0.2, -0.3], [0.35, 1e-3]]

TEXTS = {
    "tabs": "0.15\t0.25\n0.2\t-0.3\n0.35\t1e-3",
    "tabs and decimal commas": "0,15\t0,25\r\n0,2\t-0,3\r\n0,35\t0,001\r\n",
    "semicolons and decimal commas": "0,15;0,25\n0,2;-0,3\n0,35;0,001",
    "spaces and decimal commas": "0,15 0,25\n0,2 -0,3\n0,35 0,001",
    "commas": "0.15,0.25\n0.2,-0.3\n0.35,0.001",
    "commas and spaces": "  0.15, 0.25\n\n0.2 ,  -0.3\n0.35, 0.001\n\n",
    "semicolons": "0.15;0.25\n0.2; -0.3\n0.35 ;0.001",
    "a row closed by its separator": "0.15;0.25;\n0.2;-0.3;\n0.35;0.001;",
    "NumPy": "[[ 0.15   0.25 ]\n [ 0.2   -0.3  ]\n [ 0.35   0.001]]",
    "Python": "[[0.15, 0.25], [0.2, -0.3], [0.35, 0.001]]",
    "an array": "array([[ 0.15 ,  0.25 ],\n       [ 0.2  , -0.3  ],\n       [ 0.35 ,  0.001]])",
    "an array of another type": "np.array([[0.15, 0.25], [0.2, -0.3], [0.35, 0.001]], dtype=float64)",
    "a tensor": "tensor([[0.15, 0.25],\n        [0.2, -0.3],\n        [0.35, 0.001]], requires_grad=True)",
    "a tensor on a device": "tensor([[0.15, 0.25], [0.2, -0.3], [0.35, 1e-3]], device='cuda:0', dtype=torch.float64)",
    "a parameter": "Parameter containing:\ntensor([[0.15, 0.25],\n [0.2, -0.3],\n [0.35, 0.001]], requires_grad=True)",
    "Keras": "[array([[0.15, 0.25],\n  [0.2, -0.3]], dtype=float32), array([0.35, 0.001], dtype=float32)]",
    "MATLAB": "[0.15 0.25; 0.2 -0.3; 0.35 0.001]",
    "MATLAB with commas": "W1 = [0.15, 0.25; 0.2, -0.3; 0.35, 0.001];",
    "MATLAB in lines": "W = [0.15 0.25;\n 0.2 -0.3;\n 0.35 0.001];",
    "Julia": "[0.15 0.25; 0.2 -0.3; 0.35 0.001]\n",
    "a state_dict": (
        "OrderedDict([('0.weight', tensor([[ 0.15,  0.2],\n        [ 0.25, -0.3]])), ('0.bias', tensor([0.35, 0.001])),"
        " ('2.weight', tensor([[1., 2.]])), ('2.bias', tensor([3.]))])"
    ),
    "a dict": "{'fc.weight': tensor([[0.15, 0.2],\n [0.25, -0.3]]), 'fc.bias': tensor([0.35, 1e-3])}",
    "a real minus": "0.15 0.25\n0.2 −0.3\n0.35 0.001",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_rows_of_numbers_are_read(text: str) -> None:
    np.testing.assert_array_equal(parse(text, 2, 2), WANTED)


def test_whole_numbers_with_commas_between_are_several() -> None:
    np.testing.assert_array_equal(parse("1,2,3\n4,5,6", 1, 3), [[1, 2, 3], [4, 5, 6]])


def test_one_number_a_row() -> None:
    np.testing.assert_array_equal(parse("1,5\n2", 1, 1), [[1.5], [2]])


REFUSED = {
    "": "Paste 3 rows of 2 numbers, the biases last.",
    " \n;;\n": "Paste 3 rows of 2 numbers, the biases last.",
    "1 2\n3 4": "2 rows cannot be this layer: it needs 3 rows of 2 numbers, the biases last.",
    "1 2\n3 4 5\n6 7": "Row 2 has 3 numbers: the layer needs 3 rows of 2 numbers, the biases last.",
    "1 2\n3 four\n5 6": "Row 2, number 2: “four” is not a number.",
    "1 2\n3 inf\n5 6": "Row 2, number 2: “inf” is not a number.",
    "OrderedDict([('0.weight', tensor([[1., 2.]])), ('0.bias', tensor([3.]))])": (
        "No layer of this state_dict has 2 inputs and 2 units with biases: paste the one for this layer as rows of "
        "numbers."
    ),
    "{'a.weight': tensor([[1., 2.], [3., 4.]]), 'a.bias': tensor([3., 4.]), 'b.weight': tensor([[1., 2.], [3., 4.]]), "
    "'b.bias': tensor([3., 4.])}": (
        "2 layers of this state_dict have 2 inputs and 2 units with biases: paste the one for this layer as rows of "
        "numbers."
    ),
    "[1 2; 3 4]": "2 rows cannot be this layer: it needs 3 rows of 2 numbers, the biases last.",
    "1;2\n3;;4\n5;6": "Row 2, number 2: “” is not a number.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text, 2, 2)
    assert str(refused.value) == REFUSED[text]
    assert refused.value.field == "params"


def test_a_text_that_is_far_too_long_is_not_read() -> None:
    with pytest.raises(ConfigError, match="at most 200,000"):
        parse("1 " * MOST_CHARACTERS, 2, 2)


@pytest.mark.parametrize(
    "part",
    ["[", "]", ";", " ", ",", "a", "'", ".a", "[;", "tensor(", "dtype=", "'weight':tensor([", "'a.bias'"],
)
def test_the_longest_text_is_refused_at_once(part: str) -> None:
    text = (part * MOST_CHARACTERS)[:MOST_CHARACTERS]
    start = time.process_time()
    for around in (text, f"[{text[2:]}]", f"'{text[1:]}"):
        with pytest.raises(ConfigError):
            parse(around, 2, 2)
    assert time.process_time() - start < 5


def test_what_is_written_is_read_to_the_same_bits() -> None:
    for W, b in Run(Config(hidden=(5, 3), init="normal")).params:
        assert parse(written(W, b), *W.shape).tobytes() == np.vstack([W, b]).tobytes()
