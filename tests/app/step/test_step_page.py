"""The page of one step without a browser: the walk, predicting, proving, for every kind of run."""

import json
import re
from decimal import Decimal

import numpy as np
import pytest
from support.app_page import STEP, TRAIN, Page

from backprop_core import Config, Run
from backprop_core.explain.gradient_check import nudge
from backprop_core.explain.update import STAGES, Explanation, Quantity, explain
from backprop_core.nn.activations import ACTIVATIONS, Array
from backprop_core.settings.parameter import parameter_index
from backprop_core.training.presets import PRESETS
from playground.step.figures import HIDDEN_NUMBER, MOST_ROWS
from playground.step.page import VIEWS
from playground.step.state import Walk

WALK, PROVE = VIEWS[:2]


class StepPage(Page):
    """The page of one step, its walk and its predictions."""

    def __init__(self) -> None:
        super().__init__(STEP)

    @property
    def walk(self) -> Walk:
        return self.session.part(Walk)

    @property
    def explanation(self) -> Explanation:
        return explain(self.run.at(self.session.shown))

    @property
    def quantity(self) -> Quantity:
        """What the walk stands at."""
        return self.explanation.quantities[self.walk.position]

    def start(self, preset: str, epochs: int = 0) -> None:
        """A preset, trained for some epochs."""
        self.choose("preset", preset)
        if epochs:
            self.run.advance(epochs - 1)
            self.session.shown = epochs - 1
            self.press("step")

    def walk_to(self, kind: str, layer: int) -> None:
        """Where the quantity of a kind and a layer is shown."""
        places: list[tuple[str, int]] = [(quantity.kind, quantity.layer) for quantity in self.explanation.quantities]
        self.stand_at(places.index((kind, layer)))

    def stand_at(self, position: int) -> None:
        """As if the buttons had been pressed until there."""
        self.walk.position = position
        self.look()

    def cells(self, key: str = "step_cells") -> list[str]:
        """The texts in a heatmap's cells."""
        texts: list[str] = self.spec(key)["data"][2]["text"]
        return texts

    def click(self, key: str, row: int, column: int) -> None:
        """Click a cell of a heatmap, as the browser reports it."""
        place = self.spec(key)["data"][2]["customdata"].index([row, column])
        self.select(self.chart(key), {"curve_number": 2, "point_index": place, "customdata": [row, column]})

    def predict(self, typed: str = "", sign: str = "") -> None:
        """Guess, and reveal."""
        if typed:
            self.choose("guess", typed)
        if sign:
            self.choose("guessed_sign", sign)
        self.press("reveal")


@pytest.fixture
def page() -> StepPage:
    return StepPage()


def shown(values: Array, digits: int) -> list[str]:
    return [f"{value + 0.0:.{digits}g}" for value in values.ravel()]


# The walk


def test_it_begins_with_the_first_weighted_sums_of_epoch_0(page: StepPage) -> None:
    assert (page.session.shown, page.walk.position, page.widget("step_view").value) == (0, 0, WALK)
    assert page.cells() == shown(page.run.at(0).z[0], 6)
    assert page.app.button(key="walk_back").disabled
    assert not page.app.button(key="walk_on").disabled
    assert f"loss {page.run.history.loss[0]:.8g}" in page.text()


def test_walking_to_the_end_and_back_shows_every_array(page: StepPage) -> None:
    quantities = page.explanation.quantities
    for position, quantity in enumerate(quantities):
        assert page.walk.position == position
        assert page.cells() == shown(quantity.values, 6)
        assert f"Stage {quantity.stage + 1} of 4: {STAGES[quantity.stage]}** · {quantity.name}" in page.text()
        assert quantity.latex in page.app.latex[0].value
        if position < len(quantities) - 1:
            page.press("walk_on")
    assert page.app.button(key="walk_on").disabled
    for position in reversed(range(len(quantities) - 1)):
        page.press("walk_back")
        assert page.walk.position == position
    assert page.app.button(key="walk_back").disabled


def test_a_stage_can_be_jumped_to(page: StepPage) -> None:
    for stage in (3, 0, 2, 1, 3):
        page.press(f"stage_{stage}")
        assert page.quantity.stage == stage
        assert page.walk.position == 0 or page.explanation.quantities[page.walk.position - 1].stage == stage - 1


def test_the_diagram_shows_where_and_which_way(page: StepPage) -> None:
    page.walk_to("a", 2)
    layout = page.spec("step_network")["layout"]
    assert layout["shapes"][0]["x0"] < 2 < layout["shapes"][0]["x1"]
    assert layout["annotations"][0]["ax"] < layout["annotations"][0]["x"]
    page.walk_to("delta", 1)
    layout = page.spec("step_network")["layout"]
    assert layout["shapes"][0]["x0"] < 1 < layout["shapes"][0]["x1"]
    assert layout["annotations"][0]["ax"] > layout["annotations"][0]["x"]


def test_sample_and_unit_can_be_chosen_and_stay_on_the_way(page: StepPage) -> None:
    page.choose("sample", 2)
    page.choose("unit", 1)
    right = page.run.at(0).z[0][2, 1]
    assert f"= {right:.6g}" in page.app.latex[1].value
    page.press("walk_on")
    assert (page.widget("sample").value, page.widget("unit").value) == (2, 1)
    frame = page.spec("step_cells")["layout"]["shapes"][0]
    assert frame["x0"] < 1 < frame["x1"]
    assert frame["y0"] < 2 < frame["y1"]


def test_where_there_are_fewer_units_the_first_is_chosen(page: StepPage) -> None:
    page.choose("unit", 1)
    page.walk_to("z", 2)
    assert page.widget("unit").value == 0


def test_an_input_can_be_chosen_for_a_weight(page: StepPage) -> None:
    page.walk_to("gradient", 1)
    page.choose("chosen_input", 2)
    assert f"= {page.run.at(0).grads[0][1][0]:.6g}" in page.app.latex[1].value


def test_a_click_on_a_cell_chooses_it(page: StepPage) -> None:
    for row, unit in ((0, 1), (3, 0)):
        page.click("step_cells", row, unit)
        assert (page.widget("sample").value, page.widget("unit").value) == (row, unit)
        assert f"= {page.run.at(0).z[0][row, unit]:.6g}" in page.app.latex[1].value


def test_a_click_on_a_slice_chooses_the_cell_that_is_there(page: StepPage) -> None:
    page.start("spirals")
    page.choose("sample", 40)
    first = int(re.findall(r"Rows (\d+) to", page.text())[0]) - 1
    page.click("step_cells", 1, 1)
    assert (page.widget("sample").value, page.widget("unit").value) == (first + 1, 1)


@pytest.mark.parametrize("digits", [3, 17])
def test_digits_are_chosen(page: StepPage, digits: int) -> None:
    page.choose("digits", digits)
    z = page.run.at(0).z[0]
    assert page.cells() == shown(z, digits)
    assert f"= {z[0, 0]:.{digits}g}" in page.app.latex[1].value
    page.press("walk_on")
    assert page.widget("digits").value == digits
    assert page.app.code[0].value.split() == shown(page.run.at(0).a[1], digits)


def test_numbers_can_be_copied_with_every_digit(page: StepPage) -> None:
    for stage in range(len(STAGES)):
        page.press(f"stage_{stage}")
        array = eval(page.app.code[1].value, {"np": np})
        np.testing.assert_array_equal(array, page.quantity.values)


# Epochs


def test_the_epoch_is_shared_with_the_train_page(page: StepPage) -> None:
    page.go(TRAIN)
    page.press("step", "step", "step", "back")
    page.go(STEP)
    assert (page.session.shown, page.widget("timeline").value) == (2, 2)
    assert "The update after epoch 2: 4 rows" in page.text()
    assert page.cells() == shown(page.run.at(2).z[0], 6)
    page.choose("timeline", 1)
    assert page.cells() == shown(page.run.at(1).z[0], 6)
    page.go(TRAIN)
    assert (page.session.shown, page.widget("timeline").value, page.run.epoch) == (1, 1, 3)


def test_step_makes_the_update_that_was_shown(page: StepPage) -> None:
    page.walk_to("new", 2)
    new = page.cells()
    page.press("step")
    assert (page.session.shown, page.run.epoch) == (1, 1)
    assert new == shown(np.vstack(page.run.params[1]), 6)
    page.press("back")
    assert page.session.shown == 0
    assert page.cells() == new
    assert page.app.button(key="back").disabled


def test_playing_stops_on_this_page(page: StepPage) -> None:
    page.session.mode, page.session.until = "playing", 100
    page.app.run()
    assert (page.session.mode, page.session.shown) == ("paused", 0)


def test_settings_are_changed_here_too(page: StepPage) -> None:
    page.choose("hidden_size", 3)
    assert page.run.config.hidden == (3,)
    assert len(page.cells()) == 4 * 3
    page.choose("learning_rate", 0.25)
    page.walk_to("update", 1)
    assert r"-0.25\cdot" in page.app.latex[1].value


# Predict, then reveal


def test_while_predicting_numbers_are_hidden(page: StepPage) -> None:
    before = page.app.latex[1].value
    page.choose("predict", True)
    assert set(page.cells()) == {HIDDEN_NUMBER}
    assert before not in [latex.value for latex in page.app.latex]
    assert not page.app.code
    page.press("reveal")
    assert page.cells() == shown(page.run.at(0).z[0], 6)
    assert page.app.latex[1].value == before
    page.press("walk_on")
    assert set(page.cells()) == {HIDDEN_NUMBER}, "the next number is hidden again"
    page.choose("predict", False)
    assert page.cells() == shown(page.run.at(0).a[1], 6)


@pytest.mark.parametrize("typed", ["0.44", " 4,37587e-1 "])
def test_a_right_prediction(page: StepPage, typed: str) -> None:
    page.choose("predict", True)
    page.predict(typed)
    assert len(page.app.success) == 1
    assert "Right" in page.app.success[0].value
    assert not page.app.warning


def test_a_tie_may_be_predicted_rounded_up(page: StepPage) -> None:
    page.start("mazur")
    page.choose("unit", 1)
    page.choose("predict", True)
    assert Decimal(float(page.quantity.values[0, 1])) < Decimal("0.3925")
    page.predict("0.393")
    assert page.app.success[0].value == "Right to the 3 digits given."


def test_a_wrong_prediction_is_told_by_how_much(page: StepPage) -> None:
    page.choose("predict", True)
    right = page.run.at(0).z[0][0, 0]
    page.predict("0.5")
    assert not page.app.success
    assert page.app.warning[0].value == f"Wrong: {0.5 - right:.3g} too large."


def test_what_is_no_number_is_said_to_be_none(page: StepPage) -> None:
    page.choose("predict", True)
    for typed in ("about a half", "nan", "1e999", "<b>$\\frac$"):
        page.predict(typed)
        assert not page.app.success
        assert len(page.app.warning) == 1
        page.press("walk_on")
        assert not page.app.warning


@pytest.mark.parametrize(("sign", "right"), [("+", True), ("−", False), ("0", False)])
def test_a_sign_can_be_predicted(page: StepPage, sign: str, right: bool) -> None:
    page.choose("predict", True)
    page.predict(sign=sign)
    assert (len(page.app.success), len(page.app.warning)) == (right, not right)


def test_nothing_predicted_is_neither_right_nor_wrong(page: StepPage) -> None:
    page.choose("predict", True)
    page.press("reveal")
    assert not page.app.success
    assert not page.app.warning


@pytest.mark.parametrize("move", ["walk_on", "stage_2"])
def test_a_prediction_is_forgotten_on_the_way(page: StepPage, move: str) -> None:
    page.choose("predict", True)
    page.predict("0.5")
    page.press(move)
    assert page.widget("guess").value == ""
    page.press("reveal")
    assert not page.app.success
    assert not page.app.warning


@pytest.mark.parametrize("key", ["sample", "unit"])
def test_another_number_is_hidden_again(page: StepPage, key: str) -> None:
    page.choose("predict", True)
    page.predict("0.44")
    page.choose(key, 1)
    assert set(page.cells()) == {HIDDEN_NUMBER}


@pytest.mark.parametrize("move", ["step", "timeline"])
def test_another_epoch_is_hidden_again(page: StepPage, move: str) -> None:
    page.press("step")
    page.choose("predict", True)
    page.predict("0.44")
    if move == "step":
        page.press("step")
    else:
        page.choose("timeline", 0)
    assert set(page.cells()) == {HIDDEN_NUMBER}
    assert not page.app.success
    assert not page.app.warning


# Proof


def test_a_gradient_is_proved(page: StepPage) -> None:
    page.choose("step_view", PROVE)
    page.choose("proved_layer", 1)
    page.choose("proved_row", 1)
    gradient = page.run.at(0).grads[1][0][1, 0]
    numbers = re.findall(r"\*\*(-?[0-9.e+-]+)\*\*", page.text())
    assert numbers[:2] == [f"{gradient:.6g}"] * 2
    assert float(numbers[2]) < 1e-6
    step = page.explanation.step
    a, delta = step.a[1][:, 1], step.delta[1][:, 0]
    assert page.cells("step_terms") == shown(np.column_stack([a, delta, a * delta]), 6)


def test_a_bias_is_proved_too(page: StepPage) -> None:
    page.choose("step_view", PROVE)
    page.choose("proved_row", 2)
    assert page.cells("step_terms")[::3] == ["1"] * 4
    assert f"**{page.run.at(0).grads[0][1][0]:.6g}**" in page.text()


def test_a_weight_to_prove_is_chosen_by_its_cell(page: StepPage) -> None:
    page.choose("step_view", PROVE)
    page.click("step_layer", 1, 1)
    assert (page.widget("proved_row").value, page.widget("proved_unit").value) == (1, 1)
    assert f"**{page.run.at(0).grads[0][0][1, 1]:.6g}**" in page.text()


def test_the_penalty_s_share_is_told_apart(page: StepPage) -> None:
    page.choose("l2", 0.1)
    page.choose("step_view", PROVE)
    share = 0.1 * page.run.params[0][0][0, 0]
    assert f"Penalty's share: **{share:.6g}**" in page.text()
    page.choose("proved_row", 2)
    assert "Penalty's share" not in page.text()


def test_all_gradients_are_checked_and_stay_so(page: StepPage) -> None:
    page.choose("step_view", PROVE)
    assert "step_errors" not in page.charts()
    page.press("check_all")
    assert "All 9 gradients checked" in page.text()
    assert float(re.findall(r"Largest relative error: \*\*([0-9.e+-]+)\*\*", page.text())[0]) < 1e-6
    assert "step_errors" in page.charts()
    page.press("step")
    assert "All 9 gradients checked" in page.text()


def prove(page: StepPage, run: Run, layer: int, row: int, unit: int) -> str:
    """What the proof of a parameter of a run says."""
    page.session.run = run
    page.session.shown = 0
    page.choose("step_view", PROVE)
    for key, value in (("proved_layer", layer - 1), ("proved_row", row), ("proved_unit", unit)):
        page.choose(key, value)
    return page.text()


@pytest.mark.parametrize(("activation", "left"), [("relu", "0"), ("leaky_relu", "0.01")])
def test_a_unit_at_a_kink_has_no_derivative_and_the_proof_says_so(page: StepPage, activation: str, left: str) -> None:
    run = Run(Config(activation=activation, init="he_uniform"))  # with biases of 0, row 1 brings every sum to 0
    text = prove(page, run, 1, 2, 1)
    label = ACTIVATIONS[activation].label
    assert "At a kink there is no derivative" in text
    assert f"Row 1: z of h2 is exactly 0, where {label} has a kink: its slope is {left} below and 1 above." in text
    assert f"Training takes {left}, the slope below." in text
    nudged = nudge(run.at(0), [parameter_index(run.network, 1, 2, 1)])
    assert f"Nudged up only: **{nudged.up[0]:.6g}**, down only: **{nudged.down[0]:.6g}**" in text
    assert "which says nothing across a kink" in text
    page.choose("proved_row", 0)
    assert "kink" not in page.text()


def test_kinks_of_the_loss_and_of_the_penalty_are_named(page: StepPage) -> None:
    run = Run(Config(hidden=(), output="linear", loss="mae", l1=0.1, init="zeros"))
    text = prove(page, run, 1, 2, 0)
    assert "Rows 1, 4: y minus its target is exactly 0, where the mean absolute loss has a kink" in text
    assert "Training takes 0, a value between the two." in text
    page.choose("proved_row", 0)
    text = page.text()
    assert "This weight is exactly 0, where the L1 penalty has a kink: its slope is -0.1 below and 0.1 above." in text


def test_near_a_kink_the_proof_says_that_the_nudges_reach_across(page: StepPage) -> None:
    params = [(np.array([[0.8, 0.7], [0.6, -0.9]]), np.array([1e-7, 0.3])), (np.array([[1.1], [-0.4]]), np.zeros(1))]
    text = prove(page, Run(Config(activation="relu"), params=params), 1, 2, 0)
    assert "A kink lies between the nudges." in text
    assert "no derivative" not in text
    assert "Row 1: z of h1 is so near 0, the kink of ReLU, that the nudges reach across." in text
    assert "Training takes the slope on its own side." in text


def test_the_check_leaves_out_what_is_at_a_kink_and_says_why(page: StepPage) -> None:
    page.session.run = Run(Config(activation="relu", init="he_uniform"))
    page.choose("step_view", PROVE)
    page.press("check_all")
    text = page.text()
    assert "7 of 9 gradients checked." in text
    assert float(re.findall(r"Largest relative error: \*\*([0-9.e+-]+)\*\*", text)[0]) < 1e-6
    assert "Left out (×): 2, whose nudges reach across a kink of ReLU" in text
    assert "W1, b1: bias → h1: across a kink of ReLU, not checked" in json.dumps(
        page.spec("step_errors")["data"], ensure_ascii=False
    )


def test_where_every_parameter_is_at_a_kink_nothing_is_compared(page: StepPage) -> None:
    page.session.run = Run(Config(hidden=(), output="linear", loss="mae", l1=0.1, init="zeros"))
    page.choose("step_view", PROVE)
    page.press("check_all")
    assert "0 of 3 gradients checked." in page.text()
    assert "Largest relative error" not in page.text()
    assert "a kink (the mean absolute loss: 3, the L1 penalty: 2)" in page.text()


# Every kind of run


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_explained_to_the_end(page: StepPage, preset: str) -> None:
    """In a few strides: of deep networks not every array is looked at."""
    page.start(preset, 2)
    assert page.session.shown == page.run.epoch == 2
    for kind, layer in (("slope", 1), ("delta", 1)):
        page.walk_to(kind, layer) if layer < len(page.run.network.sizes) - 1 else page.press("stage_2")
    page.stand_at(len(page.explanation.quantities) - 1)
    assert page.app.button(key="walk_on").disabled
    assert page.cells()[0] == f"{page.quantity.values[0, 0]:.6g}"
    page.choose("step_view", PROVE)
    page.press("check_all")
    assert "gradients checked" in page.text() or "too large" in page.text()


def test_a_large_array_is_shown_in_slices_which_say_so(page: StepPage) -> None:
    page.start("digits", 1)
    assert "the first of" in page.text()
    assert f"Rows 1 to {MOST_ROWS} of" in page.text()
    rows = len(page.explanation.step.rows)
    page.choose("sample", rows - 1)
    page.choose("unit", page.explanation.network.sizes[1] - 1)
    assert f"Rows {rows - MOST_ROWS + 1} to {rows} of {rows}" in page.text()
    z = page.explanation.step.z[0]
    assert page.cells()[-1] == f"{z[-1, -1]:.6g}"
    assert r"\dots" in page.app.latex[1].value
    page.walk_to("gradient", 1)
    assert f"of {page.explanation.network.sizes[0] + 1}, columns" in page.text()
    page.choose("step_view", PROVE)
    assert "The first" in page.text()


def test_mazur_s_numbers_can_be_read(page: StepPage) -> None:
    page.start("mazur")
    page.choose("digits", 9)
    assert page.cells()[0] == "0.3775"
    page.press("walk_on")
    assert page.cells() == ["0.593269992", "0.596884378"]
    page.walk_to("gradient", 2)
    assert page.cells()[0] == "0.0821670406"
    page.walk_to("update", 2)
    page.choose("chosen_input", 2)
    assert "biases are not trained" in page.app.latex[1].value


def test_what_an_optimizer_remembers_is_shown(page: StepPage) -> None:
    page.run.edit(batch_size=3)
    for optimizer in ("momentum", "nesterov", "adagrad", "rmsprop", "adam"):
        page.run.edit(optimizer=optimizer)
        page.press("step")
        page.walk_to("slot", 1)
        assert "the first of 2 mini-batches, 3 rows" in page.text()
        for params in page.explanation.step.slots_after.values():
            assert page.quantity.kind == "slot"
            assert page.cells() == shown(np.vstack(params[0]), 6)
            page.press("walk_on")


def test_rows_of_a_mini_batch_have_the_numbers_they_have_in_the_data(page: StepPage) -> None:
    page.choose("batch_size", 2)
    rows = page.explanation.step.rows
    titles = page.spec("step_cells")["data"][1]["text"]
    assert titles[2:] == [f"<b>row {row + 1}</b>" for row in rows]


def test_the_penalty_s_share_is_a_step_of_its_own(page: StepPage) -> None:
    page.run.edit(l1=0.01, l2=0.1)
    page.press("stage_3")
    assert page.quantity.kind == "penalty"
    assert page.cells() == shown(page.quantity.values, 6)


@pytest.mark.parametrize(("dataset", "layers"), [("sine", 0), ("iris", 0), ("moons", 3), ("plane", 1)])
def test_any_number_of_layers(page: StepPage, dataset: str, layers: int) -> None:
    page.choose("dataset", dataset)
    page.choose("hidden_layers", layers)
    page.press("stage_2")
    assert (page.quantity.kind, page.quantity.layer) == ("delta", layers + 1)
    page.choose("step_view", PROVE)
    page.press("check_all")
    assert "gradients checked" in page.text()


def test_a_stage_without_numbers_cannot_be_jumped_to(page: StepPage) -> None:
    """Softmax with cross-entropy and no hidden layer: δ has a closed form, there are no local gradients to show."""
    page.choose("dataset", "iris")
    page.choose("hidden_layers", 0)
    assert page.explanation.stage(1) == []
    assert page.app.button(key="stage_1").disabled


def test_a_smaller_network_leaves_the_walk_where_it_can_stand(page: StepPage) -> None:
    page.choose("hidden_layers", 3)
    page.walk.position = len(page.explanation.quantities) - 1
    page.choose("hidden_layers", 0)
    assert page.walk.position == len(page.explanation.quantities) - 1
    page.choose("step_view", PROVE)
    page.choose("hidden_layers", 2)
    page.choose("proved_layer", 2)
    page.choose("hidden_layers", 0)
    assert page.widget("proved_layer").value == 0


def test_a_run_about_to_diverge_is_explained(page: StepPage) -> None:
    page.go(TRAIN)
    page.choose("preset", "diverging")
    page.press("finish")
    assert page.run.diverged is not None
    page.may_refuse = True  # the divergence is said in a box
    page.go(STEP)
    for position in range(len(page.explanation.quantities)):
        page.stand_at(position)
    page.choose("step_view", PROVE)
    page.press("check_all")
