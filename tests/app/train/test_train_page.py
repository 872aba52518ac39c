"""The Train page without a browser: what every control does to the run, and what the page says about it."""

from typing import Any

import numpy as np
import pytest
from support.app_page import Page

from backprop_core import Config, Edit, Run
from backprop_core.data import DATASETS
from backprop_core.nn import OPTIMIZERS, SCHEDULES
from backprop_core.nn.initializers import Params
from backprop_core.training.presets import PRESETS
from playground.session.runs import MOST_UNDO
from playground.session.session import Mode

CONTROLS = ["preset", "dataset", "hidden_layers", "hidden_size", "activation", "output", "loss", "init", "seed"]
CONTROLS += ["learning_rate", "epochs", "optimizer", "batch_size", "train_biases"]
TRANSPORT = ["reset", "back", "play", "step", "finish", "speed", "timeline"]
READOUTS = ["epoch_shown", "train_loss", "test_loss", "accuracy"]
WITH_SETTINGS: dict[str, dict[str, Any]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "dataset": {name: dataset for name, dataset in DATASETS.items() if name != "csv"},
}
CHARTS = ["network", "learned", "weights", "gradients", "loss_curve"]


@pytest.fixture
def page() -> Page:
    return Page()


def standing(page: Page) -> tuple[int, int, str]:
    """The newest epoch, the shown epoch and the mode."""
    return page.run.epoch, page.session.shown, page.session.mode


def pretend(page: Page, mode: Mode, until: int) -> None:
    """As if playing or finishing had been going on: without a browser, the script plays to its end at once."""
    page.session.mode, page.session.until = mode, until


def type_weights(page: Page, layer: int, rows: dict[int, dict[str, float]]) -> None:
    """Edit cells of a layer's table, {row: {column: value}}."""
    page.choose("weights_way", "One by one")
    page.edit(page.app.dataframe[layer - 1], rows)


def same_bits(first: Params, second: Params) -> bool:
    return all(
        a.tobytes() == b.tobytes() for x, y in zip(first, second, strict=True) for a, b in zip(x, y, strict=True)
    )


# What stands on the page


def test_the_page_has_every_documented_key(page: Page) -> None:
    assert {*CONTROLS, *TRANSPORT, *READOUTS, *CHARTS} - page.keys_on_it() == set()


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, registry in WITH_SETTINGS.items() for name in registry]
)
def test_every_setting_of_what_is_chosen_has_a_widget(field: str, name: str) -> None:
    settings = WITH_SETTINGS[field][name].settings
    assert {*settings} - Page(**{field: name}).keys_on_it() == set()


def test_it_begins_with_the_default_preset_at_epoch_0(page: Page) -> None:
    assert page.run.config == PRESETS["xor"].recipe.config
    assert (page.session.shown, page.session.mode) == (0, "paused")
    assert page.app.button(key="back").disabled
    assert page.app.button(key="undo").disabled


def test_every_control_shows_what_the_run_has_and_explains_itself(page: Page) -> None:
    for key in CONTROLS:
        if key != "preset":
            value = {"hidden_layers": 1, "hidden_size": 2}.get(key) or getattr(page.run.config, key, None)
            assert page.widget(key).value == value, key
            assert page.widget(key).help, key


def test_readouts_are_the_numbers_of_the_shown_epoch(page: Page) -> None:
    page.choose("dataset", "moons")
    page.train(7)
    page.train(4)
    snapshot = page.run.at(4)
    for number in ("**4**", f"**{snapshot.loss:.6g}**", f"**{page.run.history.test_loss[4]:.6g}**"):
        assert number in page.text()
    assert f"**{snapshot.score:.3f} / {snapshot.test_score:.3f}**" in page.text()


def test_a_penalised_loss_says_so(page: Page) -> None:
    assert "penalty" not in page.text()
    page.choose("l2", 0.1)
    assert "penalty" in page.text()


def test_a_regression_shows_r_squared(page: Page) -> None:
    page.choose("dataset", "sine")
    assert "R²" in page.text()
    assert "Accuracy" not in page.text()


def test_every_preset_opens_explains_itself_and_trains(page: Page) -> None:
    for name, preset in PRESETS.items():
        page.choose("preset", name)
        page.press("step")
        expected = preset.run()
        expected.advance(1)
        assert page.run.config == expected.config
        assert same_bits(page.run.params, expected.params)


def test_a_preset_says_what_it_is(page: Page) -> None:
    page.choose("preset", "notebook")
    assert PRESETS["notebook"].about in page.text()


def test_settings_of_ones_own_are_no_preset(page: Page) -> None:
    page.choose("learning_rate", 0.25)
    assert page.widget("preset").value is None


VIEWS = {
    "learned_view": ("Surface", "Confusion", "Units"),
    "gradients_view": ("Gradients", "Activations", "δ", "Updates"),
    "curves_view": ("Loss", "Gradient norm"),
    "scale": ("log", "linear"),
}


def test_every_view_can_be_chosen_and_stays(page: Page) -> None:
    page.choose("dataset", "moons")
    page.train(3)
    for turn in range(max(map(len, VIEWS.values()))):  # each panel has a switch of its own
        chosen = {switch: views[-1 - turn] for switch, views in VIEWS.items() if turn < len(views)}
        for switch, view in chosen.items():
            page.choose(switch, view)
        page.press("step")
        assert {switch: page.widget(switch).value for switch in chosen} == chosen


def test_units_are_drawn_as_pictures_where_there_are_two_inputs(page: Page) -> None:
    def drawn() -> list[str]:
        return [trace["type"] for trace in page.spec("network_chart")["data"]]

    assert "heatmap" not in drawn()
    page.choose("network_view", "Responses")
    assert "heatmap" in drawn()
    for dataset in ("iris", "digits"):
        page.choose("dataset", dataset)
        assert "network_view" not in page.keys_on_it()
        assert "heatmap" not in drawn()
    page.choose("dataset", "moons")
    assert page.widget("network_view").value == "Responses"
    assert "heatmap" in drawn()
    page.choose("hidden_size", 17)
    assert "heatmap" not in drawn()
    assert "no pictures: more than 16 units in a layer" in page.text()


def test_a_view_that_the_new_data_lacks_gives_way(page: Page) -> None:
    page.choose("learned_view", "Table")
    page.choose("dataset", "sine")
    assert page.widget("learned_view").value == "Curve"


# Settings


STRUCTURE = {
    "dataset": "and",
    "features": ["x1", "x2", "x1x2"],
    "activation": "tanh",
    "output": "tanh",
    "loss": "mse",
    "init": "normal",
    "seed": 3,
}


def test_data_structure_initialisation_and_seed_start_over_and_say_so(page: Page) -> None:
    for key, chosen in STRUCTURE.items():
        page.train(5)
        assert "Started over" not in page.text()
        page.choose(key, chosen)
        assert (page.run.epoch, page.session.shown, page.run.edits) == (0, 0, ())
        value = getattr(page.run.config, key)
        assert (list(value) if key == "features" else value) == chosen
        assert "Started over" in page.text()
        assert same_bits(page.run.params, Run(page.run.config).params)


@pytest.mark.parametrize(("key", "value", "hidden"), [("hidden_layers", 3, (2, 2, 2)), ("hidden_size", 5, (5,))])
def test_layers_start_over(page: Page, key: str, value: int, hidden: tuple[int, ...]) -> None:
    page.train(5)
    page.choose(key, value)
    assert (page.run.config.hidden, page.run.epoch) == (hidden, 0)
    assert "Started over" in page.text()


def test_settings_of_the_data_start_over(page: Page) -> None:
    page.choose("dataset", "moons")
    for key, value in {"samples": 60, "noise": 0.3, "test_share": 0.5, "data_seed": 4}.items():
        page.train(3)
        assert "Started over" not in page.text()
        page.choose(key, value)
        assert page.run.epoch == 0
        assert "Started over" in page.text()


@pytest.mark.parametrize(("dataset", "usual", "held_back"), [("moons", None, 50), ("csv", 0.0, 0)])
def test_a_test_share_that_is_cleared_is_the_usual_one(
    page: Page, dataset: str, usual: float | None, held_back: int
) -> None:
    if dataset == "csv":
        page.choose("preset", "mazur")
    else:
        page.choose("dataset", dataset)
    page.choose("test_share", 0.4)
    assert page.run.config.test_share == 0.4
    page.choose("test_share", None)
    assert page.widget("test_share").value == page.run.config.test_share == usual
    assert len(page.run.data.X_test) == held_back


LEARNING: dict[str, Any] = {
    "learning_rate": 0.1,
    "optimizer": "adam",
    "l1": 0.001,
    "l2": 0.01,
    "batch_size": 2,
    "train_biases": False,
    "schedule": "cosine",
}


def test_learning_goes_on_from_here_as_an_edit(page: Page) -> None:
    expected = Run(Config())
    edits: tuple[Edit, ...] = ()
    for key, value in LEARNING.items():
        epoch = page.run.epoch + 4
        page.train(epoch)
        expected.advance(4)
        assert same_bits(page.run.params, expected.params)
        page.choose(key, value)
        expected.edit(**{key: value})
        edits = (*edits, Edit(epoch, key, value))
        assert (page.run.epoch, page.session.shown, page.run.edits) == (epoch, epoch, edits)
    page.train(page.run.epoch + 4)
    expected.advance(4)
    assert same_bits(page.run.params, expected.params)


def test_an_edit_in_the_past_starts_a_new_future_that_can_be_undone(page: Page) -> None:
    page.train(9)
    before = page.run.params
    for key, value in LEARNING.items():
        page.train(4)
        assert "new future" not in page.text()
        page.choose(key, value)
        assert (page.run.epoch, page.session.shown) == (4, 4)
        assert page.run.edits == (Edit(4, key, value),)
        assert "new future" in page.text()
        page.press("undo")
        assert standing(page) == (9, 9, "paused")
        assert not page.run.edits
        assert same_bits(page.run.params, before)
        assert page.widget(key).value == getattr(Config(), key)


@pytest.mark.parametrize(("key", "value"), [("epochs", 50), ("stop_loss", 0.2), ("stop_accuracy", 0.9)])
def test_goals_change_no_number(page: Page, key: str, value: float) -> None:
    page.train(5)
    before, run = page.run.params, page.run
    page.train(3)
    page.choose(key, value)
    assert page.run is run
    assert (page.run.epoch, page.session.shown, page.run.edits) == (5, 3, ())
    assert getattr(page.run.config, key) == value
    assert same_bits(page.run.params, before)


def test_the_sidebar_follows_the_shown_epoch_into_the_past_and_back(page: Page) -> None:
    page.train(5)
    page.choose("learning_rate", 0.1)
    page.train(8)
    assert page.widget("learning_rate").value == 0.1
    page.train(2)
    assert page.widget("learning_rate").value == 0.5
    page.train(8)
    assert page.widget("learning_rate").value == 0.1


def test_an_edit_in_the_past_changes_nothing_but_what_was_changed(page: Page) -> None:
    page.train(5)
    page.choose("learning_rate", 0.1)
    page.train(2)
    page.choose("l2", 0.01)
    assert page.run.edits == (Edit(2, "l2", 0.01),)


def test_a_new_draw_is_the_next_seed(page: Page) -> None:
    before = page.run.params
    page.press("draw")
    assert page.widget("seed").value == page.run.config.seed == 1
    assert not same_bits(page.run.params, before)


@pytest.mark.parametrize(
    ("key", "there", "gone", "steps"),
    [
        ("dataset", "moons", "xor", 2),  # samples, noise, …
        ("dataset", "xor", "parity3", 1),  # features
        ("optimizer", "momentum", "sgd", 0),  # momentum
        ("optimizer", "momentum", "sgd", 2),
        ("schedule", "step", "constant", 1),  # when and by how much
        ("batch_size", 2, None, 2),  # shuffle
        ("hidden_layers", 1, 0, 2),  # activation
    ],
)
def test_settings_that_have_left_the_page_are_not_missed(
    page: Page, key: str, there: Any, gone: Any, steps: int
) -> None:
    """However many runs of the script ago they left: Streamlit forgets the values of widgets that are not drawn."""
    page.choose(key, there)
    page.choose(key, gone)
    page.press(*["step"] * steps)
    page.choose("learning_rate", 0.25)
    page.choose(key, there)
    assert page.run.current.learning_rate == 0.25


def test_hidden_layers_can_go_and_come_back(page: Page) -> None:
    page.choose("hidden_layers", 0)
    assert page.run.network.sizes == (2, 1)
    page.press("step")
    page.choose("hidden_layers", 2)
    assert page.run.config.hidden == (2, 2)


def test_each_layer_can_have_a_size_and_an_activation_of_its_own(page: Page) -> None:
    page.choose("hidden_layers", 2)
    page.choose("per_layer", True)
    page.choose("hidden_size_2", 5)
    page.choose("activation_1", "relu")
    assert page.run.config.hidden == (2, 5)
    assert page.run.config.activations == ("relu", "sigmoid")


def test_output_and_loss_follow_each_other(page: Page) -> None:
    page.choose("output", "softmax")
    page.choose("loss", "cross_entropy")
    page.choose("output", "tanh")
    assert page.run.config.output == page.widget("output").value == "tanh"
    assert page.run.config.loss == page.widget("loss").value == "mse"


def test_what_cannot_go_together_gives_one_sentence_and_keeps_the_run(page: Page) -> None:
    page.choose("dataset", "plane")
    page.train(4)
    run = page.run
    page.choose("loss", "bce")
    assert page.run is run
    assert page.run.epoch == 4
    assert "is for classes" in page.text()
    page.choose("loss", "mae")
    assert page.run.config.loss == "mae"
    assert "is for classes" not in page.text()


def test_a_refused_setting_does_not_stand_in_the_way_of_others(page: Page) -> None:
    page.choose("dataset", "plane")
    page.choose("loss", "bce")
    page.choose("learning_rate", 0.123)
    assert page.run.current.learning_rate == 0.123


# Transport


def test_step_and_back_move_by_one_epoch(page: Page) -> None:
    page.press("step", "step", "back")
    assert (page.session.shown, page.run.epoch) == (1, 2)
    page.press("step")
    assert (page.session.shown, page.run.epoch) == (2, 2)
    page.press("back", "back")
    assert page.session.shown == 0
    assert page.app.button(key="back").disabled


def test_step_is_the_core_s_epoch(page: Page) -> None:
    page.press("step", "step", "step")
    run = Run(Config())
    run.advance(3)
    assert same_bits(page.run.params, run.params)


def test_play_goes_to_the_last_epoch_and_says_so(page: Page) -> None:
    page.choose("epochs", 30)
    page.choose("speed", "10")
    page.press("play")
    assert (page.session.shown, page.run.epoch, page.session.mode) == (30, 30, "paused")
    assert "All 30 epochs are trained" in page.text()
    assert page.widget("timeline").value == 30


@pytest.mark.parametrize(("speed", "fewest", "most"), [("1", 20, 24), ("10", 2, 6), ("100", 1, 5), ("auto", 20, 24)])
def test_speed_is_epochs_a_frame(page: Page, speed: str, fewest: int, most: int) -> None:
    page.choose("epochs", 20)
    page.choose("speed", speed)
    before = page.session.frames
    page.press("play")
    assert fewest <= page.session.frames - before <= most


def test_play_after_the_last_epoch_goes_as_far_again(page: Page) -> None:
    page.choose("epochs", 10)
    page.choose("speed", "10")
    page.press("play", "play")
    assert page.run.epoch == 20


def test_play_from_the_past_shows_what_was_trained_already(page: Page) -> None:
    page.choose("epochs", 20)
    page.train(20)
    before = page.run.params
    page.train(5)
    page.choose("speed", "10")
    page.press("play")
    assert (page.session.shown, page.run.epoch) == (20, 20)
    assert same_bits(page.run.params, before)


def test_pause_while_playing_leaves_the_epoch_where_it_is(page: Page) -> None:
    page.train(12)
    pretend(page, "playing", 10_000)
    page.press("play")
    assert standing(page) == (12, 12, "paused")
    page.look()
    assert page.run.epoch == 12


@pytest.mark.parametrize("key", ["step", "back"])
def test_step_and_back_pause_what_is_playing(page: Page, key: str) -> None:
    page.train(12)
    pretend(page, "playing", 10_000)
    page.press(key)
    assert page.session.mode == "paused"
    assert page.session.shown == {"step": 13, "back": 11}[key]


@pytest.mark.parametrize(("key", "value"), [("learning_rate", 0.1), ("epochs", 12), ("gradients_view", "δ")])
def test_a_change_while_playing_is_made_and_loses_nothing(page: Page, key: str, value: Any) -> None:
    page.choose("epochs", 24)
    page.train(6)
    pretend(page, "playing", 12)
    page.choose(key, value)
    assert page.session.mode == "paused"
    assert page.run.epoch == 12
    assert page.widget(key).value == value
    assert len(page.run.history.loss) == 13


def test_finish_trains_to_the_end_as_the_core_does(page: Page) -> None:
    page.press("finish")
    run = Run(Config())
    run.advance(10_000)
    assert (page.run.epoch, page.session.shown) == (10_000, 10_000)
    assert same_bits(page.run.params, run.params)


def test_finishing_can_be_stopped(page: Page) -> None:
    page.train(8)
    pretend(page, "finishing", 10_000)
    page.press("play")
    assert standing(page) == (8, 8, "paused")


def test_scrubbing_back_shows_the_exact_past(page: Page) -> None:
    page.press("finish")
    page.train(1_234)
    run = Run(Config())
    run.advance(1_234)
    assert page.session.shown == 1_234
    assert page.run.epoch == 10_000
    assert same_bits(page.run.at(page.session.shown).params, run.params)
    assert f"**{run.history.loss[-1]:.6g}**" in page.text()


@pytest.mark.parametrize(("key", "value"), [("stop_loss", 0.5), ("stop_accuracy", 0.75)])
def test_a_stop_condition_stops_and_play_goes_on(page: Page, key: str, value: float) -> None:
    page.choose(key, value)
    page.press("finish")
    stopped = page.run.epoch
    assert 0 < stopped < 10_000
    assert "Stop condition met" in page.text()
    page.press("finish")
    assert page.run.epoch > stopped


def test_reset_goes_back_to_epoch_0_with_the_settings_in_force(page: Page) -> None:
    page.train(5)
    page.choose("learning_rate", 0.1)
    page.train(8)
    page.press("reset")
    assert (page.run.epoch, page.session.shown) == (0, 0)
    assert page.run.current.learning_rate == page.widget("learning_rate").value == 0.1


def test_undo_brings_back_what_was_there_before_starting_over(page: Page) -> None:
    page.train(6)
    page.choose("learning_rate", 0.1)
    page.train(9)
    before, edits = page.run.params, page.run.edits
    for key, value in {"preset": "sine", "dataset": "blobs", "seed": 5, "hidden_size": 4, "reset": None}.items():
        if key == "reset":
            page.press("reset")
        else:
            page.choose(key, value)
        page.press("undo")
        assert (page.run.epoch, page.session.shown, page.run.edits) == (9, 9, edits)
        assert same_bits(page.run.params, before)
        assert page.widget("dataset").value == "xor"
        assert page.widget("learning_rate").value == 0.1
        assert page.app.button(key="undo").disabled


def test_many_steps_can_be_undone_but_not_without_end(page: Page) -> None:
    for seed in range(1, MOST_UNDO + 3):
        page.run.advance(1)
        page.choose("seed", seed)
    assert len(page.session.undo) == MOST_UNDO
    page.press("undo", "undo")
    assert page.run.config.seed == MOST_UNDO


# Weights by hand


def test_the_tables_hold_the_exact_weights_of_the_shown_epoch(page: Page) -> None:
    page.train(6)
    page.train(4)
    assert not page.app.dataframe  # until it is said that they are wanted
    page.choose("weights_way", "One by one")
    for table, (W, b) in zip(page.app.dataframe, page.run.at(4).params, strict=True):
        np.testing.assert_array_equal(table.value.iloc[:, 1:].to_numpy(), np.vstack([W, b]))


def test_a_weight_typed_in_is_an_edit(page: Page) -> None:
    page.train(3)
    type_weights(page, 1, {0: {"h2": 2.0}})
    assert page.run.edits == (Edit(3, (1, "W", 0, 1), 2.0),)
    assert page.run.params[0][0][0, 1] == 2.0
    assert f"**{page.run.history.loss[3]:.6g}**" in page.text()


def test_biases_can_be_typed_in_the_output_bias_too(page: Page) -> None:
    type_weights(page, 2, {2: {"y": -0.25}})
    type_weights(page, 1, {2: {"h1": 0.5, "h2": 0.75}})
    assert page.run.params[1][1].tolist() == [-0.25]
    assert page.run.params[0][1].tolist() == [0.5, 0.75]


def test_a_weight_typed_into_the_past_starts_a_new_future_that_can_be_undone(page: Page) -> None:
    page.train(9)
    before = page.run.params
    page.train(4)
    type_weights(page, 1, {1: {"h1": -1.5}})
    assert (page.run.epoch, page.run.edits) == (4, (Edit(4, (1, "W", 1, 0), -1.5),))
    page.press("undo")
    assert same_bits(page.run.params, before)


def test_weights_typed_in_at_epoch_0_survive_a_reset(page: Page) -> None:
    type_weights(page, 1, {0: {"h1": 2.5}})
    page.train(4)
    page.press("reset")
    assert page.run.params[0][0][0, 0] == 2.5


def test_weights_typed_in_at_epoch_0_are_not_lost_by_choosing_a_preset(page: Page) -> None:
    type_weights(page, 1, {0: {"h1": 2.5}})
    page.choose("preset", "sine")
    page.press("undo")
    assert page.run.params[0][0][0, 0] == 2.5


@pytest.mark.parametrize("shown", [3, 6])
def test_a_weight_out_of_range_gives_one_sentence_and_keeps_the_run(page: Page, shown: int) -> None:
    page.train(6)
    before = page.run.params
    page.train(shown)
    type_weights(page, 1, {0: {"h1": 1e7}})
    assert "must be a number from" in page.text()
    assert (page.run.epoch, page.session.shown, page.run.edits) == (6, shown, ())
    assert same_bits(page.run.params, before)


def test_an_emptied_cell_gives_one_sentence_and_keeps_the_run(page: Page) -> None:
    page.train(2)
    type_weights(page, 1, {0: {"h1": None}})  # type: ignore[dict-item]
    assert "must be a number from" in page.text()
    assert page.run.edits == ()


# Divergence


@pytest.fixture
def diverged(page: Page) -> Page:
    page.choose("preset", "diverging")
    page.press("finish")
    return page


def test_a_diverged_run_keeps_its_last_sound_epoch_and_says_why(diverged: Page) -> None:
    assert diverged.run.diverged == diverged.run.epoch + 1
    assert diverged.session.shown == diverged.run.epoch > 0
    assert "Training diverged" in diverged.text()
    assert "smaller learning rate" in diverged.text()
    assert all(np.isfinite(W).all() and np.isfinite(b).all() for W, b in diverged.run.params)


@pytest.mark.parametrize("key", ["play", "step", "finish"])
def test_training_a_diverged_run_says_why_again_and_loses_nothing(diverged: Page, key: str) -> None:
    epoch = diverged.run.epoch
    diverged.press(key)
    assert (diverged.run.epoch, diverged.session.mode) == (epoch, "paused")
    assert "Training diverged" in diverged.text()


def test_a_diverged_run_can_be_mended_earlier(diverged: Page) -> None:
    diverged.train(3)
    diverged.choose("learning_rate", 0.01)
    diverged.choose("epochs", 40)
    diverged.press("finish")
    assert (diverged.run.epoch, diverged.run.diverged) == (40, None)
    assert "diverged" not in diverged.text()


def test_what_was_said_about_the_last_epoch_is_not_said_about_another(diverged: Page) -> None:
    assert "You see the last sound epoch" in diverged.text()
    diverged.press("back")
    assert "You see the last sound epoch" not in diverged.text()


def test_every_view_of_a_diverged_run_is_shown(diverged: Page) -> None:
    for view in ("Surface", "Units"):
        diverged.choose("learned_view", view)
    for view in VIEWS["gradients_view"]:
        diverged.choose("gradients_view", view)
    diverged.choose("curves_view", "Gradient norm")


# A browser that is behind


def test_old_values_that_come_with_a_press_change_nothing(page: Page) -> None:
    spirals = PRESETS["spirals"].recipe.config
    page.choose("learning_rate", 0.25)
    page.choose("preset", "spirals")
    page.widget("learning_rate").set_value(0.25)  # what it showed before the preset was there
    page.press("step")
    assert (page.run.current, page.run.epoch, page.run.edits) == (spirals, 1, ())
    assert page.widget("learning_rate").value == spirals.learning_rate
    page.choose("learning_rate", 0.25)  # the visitor's own, now that it comes alone
    assert page.run.current == spirals.replace(learning_rate=0.25)
