"""Named results, expressions, claims, and numbers in sentences."""

from __future__ import annotations

import inspect

import pytest

from backprop_core import Config
from backprop_core.settings import SPECS
from backprop_core.sweep import plan
from backprop_core.training import PRESETS, Recipe
from playground.lessons import reading
from playground.lessons.language.expression import Named, claim, expression
from playground.lessons.language.quantities import QUANTITIES
from playground.lessons.language.table import LessonError
from playground.lessons.language.text import number, text
from playground.lessons.lesson import NamedRun
from playground.lessons.results import Results

VALUES = {"a.loss": 6.0, "b.loss@10": 3.0, "a.weight[1, 0, 1]": -0.5, "a.rows": 1500.0, "a.accuracy": 0.25}
VALUES |= {"a.seed": 1500.0, "z.loss": 0.0}


def value(named: Named) -> float:
    return VALUES[str(named)]


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("a.loss", 6.0),
        ("2 * a.loss", 12.0),
        ("a.loss / b.loss@10", 2.0),
        ("a.loss/b.loss@10*0.5", 1.0),
        ("a.weight[1,0,1]", -0.5),
        ("a.weight[1, 0, 1] * -2", 1.0),
    ],
)
def test_an_expression_has_a_value(written: str, result: float) -> None:
    assert expression(written).value(value) == result


@pytest.mark.parametrize(
    "written",
    ["", "a", "loss", "a.loss b.loss", "* 2", "2 *", "a.loss @ 3", "a.loss + 1", "(a.loss)", "a.loss[", "A.loss",
     "a.loss@-1", "a.weight[1, 0]", "a.weight[x, 0, 1]", "a.loss@1.5", "a.loss < 3", "a..loss", "1e5", "a.loss; x"],
)  # fmt: skip
def test_what_is_no_expression_is_refused(written: str) -> None:
    with pytest.raises(LessonError):
        expression(written)


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(LessonError, match="divides by zero"):
        expression("a.loss / z.loss").value(value)


@pytest.mark.parametrize(
    ("written", "holds"),
    [
        ("a.loss > b.loss@10", True),
        ("a.loss > 2 * b.loss@10", False),
        ("a.loss >= 2 * b.loss@10", True),
        ("a.loss == 6", True),
        ("a.loss <= 5", False),
        ("0 > a.weight[1, 0, 1]", True),
    ],
)
def test_a_claim_compares(written: str, holds: bool) -> None:
    assert claim(written).holds(value) is holds


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("It is {a.loss}.", "It is 6.00."),
        ("{a.loss / b.loss@10:1}-fold", "2-fold"),
        ("{a.accuracy:%} of {a.rows}", "25% of 1,500"),
        ("{a.weight[1, 0, 1]:2}, seed {a.seed}", "−0.50, seed 1,500"),
        ("no number", "no number"),
        ("  two\n  lines ", "two lines"),
    ],
)
def test_sentences_are_filled(written: str, filled: str) -> None:
    assert text(written).filled(value) == filled


@pytest.mark.parametrize(
    ("real", "digits", "written"),
    [
        (0.0, 3, "0"),
        (0.6931, 2, "0.69"),
        (0.9996, 3, "1.00"),
        (1234.5, 2, "1,200"),
        (-0.0881, 2, "−0.088"),
        (4.56e-5, 2, "4.6 × 10⁻⁵"),
        (-4.56e-5, 1, "−5 × 10⁻⁵"),
        (3.2e9, 2, "3.2 × 10⁹"),
        (0.29102777369, 9, "0.291027774"),
    ],
)
def test_numbers_are_written_for_people(real: float, digits: int, written: str) -> None:
    assert number(real, digits) == written


def test_no_quantity_has_the_name_of_a_setting_it_is_not() -> None:
    settings = {name for name, entry in QUANTITIES.items() if entry.of == "config"}
    assert settings == {name for name, spec in SPECS.items() if spec.kind in {"integer", "real"}}


@pytest.mark.parametrize("name", [name for name, entry in QUANTITIES.items() if entry.of != "config"])
def test_every_quantity_can_be_read(name: str) -> None:
    entry = QUANTITIES[name]
    config = Config(
        dataset="moons", samples=40, hidden=(3,), activation="tanh", loss="bce", epochs=300, learning_rate=2.0
    )
    xor = Config(dataset="and", epochs=300, learning_rate=2.0)
    mazur = PRESETS["mazur"].recipe
    runs = {
        "mistake": NamedRun("run", mazur, "updated_weights"),
        "sweep": NamedRun("run", Recipe(xor), None, plan(xor, {"hidden": [(2,)]}, 2)),
        "grid": NamedRun("run", Recipe(xor), None, plan(xor, {"hidden": [(2,)]}, 2)),
    }
    with_test_rows = name in {"test_loss", "test_accuracy", "gap", "lowest_test_loss", "best_epoch"}
    run = runs.get(entry.of) or NamedRun("run", Recipe(config if with_test_rows else xor, epochs=300))
    lesson = reading.lessons()[0]
    results = Results(type(lesson)(**{**vars(lesson), "runs": {"run": run}}))
    places = {"layer": 1}
    assert isinstance(results(Named("run", name, tuple(places.get(index, 0) for index in entry.indexes))), float)
    assert entry.about[0].islower()
    assert len(inspect.signature(entry.read).parameters) == len(entry.indexes) + (2 if entry.of == "history" else 1)


@pytest.mark.parametrize("indexes", [(0, 0, 0), (9, 0, 0), (1, 9, 0), (1, 0, 9)])
def test_an_index_outside_the_network_is_refused(indexes: tuple[int, ...]) -> None:
    lesson = reading.lessons()[0]
    with pytest.raises(LessonError, match="its run has no such thing"):
        Results(lesson)(Named("layer", "weight", indexes))


def test_a_run_that_is_not_solved_has_no_epoch_from_which_it_is() -> None:
    with pytest.raises(LessonError, match="is not a finite number"):
        Results(reading.lessons()[0])(Named("straight", "solved_from"))
