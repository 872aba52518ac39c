"""The Sweep page without a browser: what is asked for is swept, shown, stopped, kept, and taken to the Train page."""

import csv
import io
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest
from support.app_page import STEP, SWEEP, TRAIN, Page

from backprop_core import Config, Run, sweep
from backprop_core.settings import setting_text
from backprop_core.sweep import SWEEPS, Estimate, Result
from playground.compare.state import Pins
from playground.sweep import axis_values, workers
from playground.sweep import state as sweeps
from playground.sweep.figures import MEASURES
from playground.sweep.state import BY_FIT, BY_LOSS, BY_SCORE, FIRST_READY, NONE, Sweeps

SMALL = {"learning_rate": ["0.5", "5"], "hidden": ["1", "2", "4"]}


class SweepPage(Page):
    """The Sweep page, its form and its map."""

    may_refuse = True

    def __init__(self) -> None:
        super().__init__(SWEEP)

    @property
    def sweeps(self) -> Sweeps:
        return self.session.part(Sweeps)

    @property
    def result(self) -> Result:
        assert self.sweeps.result is not None
        return self.sweeps.result

    def form(self) -> dict[str, Any]:
        """What the form shows, by key."""
        kinds = ("selectbox", "number_input", "multiselect", "button_group")
        widgets: list[Any] = [widget for kind in kinds for widget in self.app.get(kind)]
        return {widget.key: widget.value for widget in widgets if widget.key not in ("sweep_measure", "sweep_seed")}

    def ask_for(self, axes: dict[str, list[str]], seeds: int = 3, epochs: int = 300) -> None:
        """Fill in the form."""
        for which, (name, values) in enumerate(axes.items(), start=1):
            self.choose(f"sweep_setting_{which}", name)
            self.choose(f"sweep_values_{which}", values)
        if len(axes) == 1:
            self.choose("sweep_setting_2", NONE)
        self.choose("sweep_seeds", seeds)
        self.choose("sweep_epochs", epochs)

    def start(self, axes: dict[str, list[str]], **numbers: int) -> None:
        """Fill in the form and sweep, without a browser: to the end."""
        self.ask_for(axes, **numbers)
        self.press("sweep_go")

    def click(self, i: int, j: int) -> None:
        """Click a cell of the map, as the browser reports it."""
        self.select(self.map_chart(), {"curve_number": 1, "customdata": [i, j]})

    def map_chart(self) -> Any:
        """The map: its key says which sweep it belongs to."""
        (chart,) = [self.chart(key) for key in self.charts() if "sweep_map_chart" in key]
        return chart


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workers.PROCESSES, "1")
    monkeypatch.delenv(workers.SCHEDULER, raising=False)
    monkeypatch.setattr("backprop_core.sweep.forecast.BUDGET", 0.0)


@pytest.fixture
def page() -> SweepPage:
    return SweepPage()


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """How many slices, very short ones, a run of the script trains, as if something were pressed then."""

    def train(slices: int) -> None:
        def some(current: Sweeps, draw: Callable[[], None]) -> None:
            for _ in range(slices):
                sweeps.advance()
            draw()

        monkeypatch.setattr("playground.sweep.page._train", some)

    monkeypatch.setattr("backprop_core.sweep.engine.SLICE_SECONDS", 0.0)
    return train


# What is asked for


def test_the_page_begins_with_the_first_ready_sweep(page: SweepPage) -> None:
    assert page.widget("sweep_ready").value == FIRST_READY
    assert "press **Start**" in page.text()
    assert sweeps_asked(page) == planned(FIRST_READY)


def planned(name: str) -> sweep.Grid:
    ready = SWEEPS[name]
    return sweep.plan(ready.config, ready.axes, range(ready.seeds))


def sweeps_asked(page: SweepPage) -> sweep.Grid:
    """The grid that the form asks for, read from what it shows."""
    form = page.form()
    axes = {}
    for which in (1, 2):
        name = form[f"sweep_setting_{which}"]
        if name != NONE:
            axes[name] = [setting_text.read(name, typed) for typed in form[f"sweep_values_{which}"]]
    first = form["sweep_first_seed"]
    config = page.sweeps.base.replace(epochs=form["sweep_epochs"])
    return sweep.plan(config, axes, range(first, first + form["sweep_seeds"]))


def test_a_ready_sweep_fills_the_form(page: SweepPage) -> None:
    for name in (*[name for name in SWEEPS if name != FIRST_READY], FIRST_READY):
        page.choose("sweep_ready", name)
        assert sweeps_asked(page) == planned(name)
        assert SWEEPS[name].about in page.text()
        assert f"{planned(name).runs:,} runs" in page.text()
        assert page.errors == []


def named(page: SweepPage) -> list[tuple[str, ...]]:
    """Identity, label and help of all widgets."""
    kinds = ("selectbox", "number_input", "multiselect", "button_group", "button")
    protos = [found.proto for kind in kinds for found in page.app.get(kind)]
    return [(proto.id, proto.label, proto.help) for proto in protos]


def test_the_time_it_will_take_is_a_range_and_part_of_no_widget(
    page: SweepPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for seeds, estimate, said in ((4, (11.0, 23.0), "10 to 25 s"), (3, (95.0, 400.0), "80 s to 8 min")):
        monkeypatch.setattr("playground.sweep.state.sweep.estimate", lambda *_, known=estimate: Estimate(*known))
        page.choose("sweep_seeds", seeds)
        assert f" epochs: {said} on 1 core, " in page.text()
        found.append(named(page))
    assert found[0] == found[1]


def test_what_is_left_is_told_from_the_pace_only_when_enough_is_done(
    page: SweepPage, interrupted: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(1)
    monkeypatch.setattr("playground.sweep.state.sweep.estimate", lambda *_: Estimate(11.0, 23.0))
    page.start(SMALL, epochs=100)
    assert page.result.done < 0.1
    assert "% · 10 to 25 s in all" in page.text()
    interrupted(60)
    page.choose("sweep_measure", "loss")
    assert 0.1 < page.result.done < 1
    assert " left" in page.text()
    assert " in all" not in page.text()


def test_changing_anything_makes_it_the_visitor_s_own(page: SweepPage) -> None:
    for key, value in {"sweep_seeds": 4, "sweep_first_seed": 7, "sweep_epochs": 50, "sweep_values_1": ["0.5"]}.items():
        page.choose("sweep_ready", FIRST_READY)
        page.choose(key, value)
        assert page.widget("sweep_ready").value is None, key
        assert page.widget(key).value == value


def test_every_setting_can_be_chosen_and_comes_with_values(page: SweepPage) -> None:
    page.choose("sweep_ready", "optimizer_rate")
    page.choose("sweep_setting_2", NONE)
    page.choose("sweep_setting_1", "l1")
    for name in axis_values.sweepable(Config(dataset="moons")):
        page.choose("sweep_setting_1", name)
        assert page.widget("sweep_values_1").value == axis_values.defaults(name)
        assert page.widget("sweep_epochs").disabled == (name == "epochs")
        if name not in {"dataset", "loss", "output"}:  # not all of these go with the rest
            assert page.errors == []


# What cannot be


def test_a_wrong_value_is_named_and_start_does_nothing(page: SweepPage) -> None:
    page.ask_for(SMALL)
    page.choose("sweep_values_1", ["0.5", "fast"])
    (error,) = page.errors
    assert (
        "Learning rate (learning_rate) = 'fast' is not a value from 1e-06 to 1,000. Write, for example, 0.5." in error
    )
    page.press("sweep_go")
    assert (page.sweeps.result, page.sweeps.going) == (None, None)
    assert len(page.errors) == 1
    page.choose("sweep_values_1", ["0.5", "1"])
    assert page.errors == []
    page.press("sweep_go")
    before = page.result
    page.choose("sweep_values_2", ["2", "70"])
    assert "from 1 to 64" in page.errors[0]
    page.press("sweep_go")
    assert page.result is before


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("sweep_values_1", [], "Learning rate (learning_rate) needs at least one value"),
        ("sweep_values_1", ["0.5", "0.50"], "each only once"),
        ("sweep_values_1", ["1e-9"], "must be a number from"),
        ("sweep_values_1", ["tcp://127.0.0.1:8786"], "is not a value"),
        ("sweep_values_2", ["2", "a-b"], "is not a value"),
        ("sweep_setting_2", "learning_rate", "Choose two different settings."),
        ("sweep_setting_2", "loss", "needs an output that is a probability"),
        ("sweep_seeds", 1_000, "This sweep has 81,000 runs. At most 20,000 are possible."),
        ("sweep_first_seed", 2**32 - 1, "from 0 to 4,294,967,295"),
    ],
)
def test_what_cannot_be_is_one_sentence(page: SweepPage, key: str, value: Any, sentence: str) -> None:
    page.choose(key, value)
    (error,) = page.errors
    assert sentence in error
    page.press("sweep_go")
    assert (page.sweeps.result, page.sweeps.going) == (None, None)
    page.choose("sweep_ready", "biases")
    assert page.errors == []


def test_an_operator_s_mistake_is_one_sentence(page: SweepPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workers.PROCESSES, "many")
    page.press("sweep_go")
    (error,) = page.errors
    assert f"{workers.PROCESSES} must be a whole number from 1 to 256, not 'many'" in error
    assert page.sweeps.result is None


# What is found


def test_start_trains_every_run_to_its_end(page: SweepPage) -> None:
    page.start(SMALL)
    result = page.result
    assert page.sweeps.going is None
    assert result.finished.all()
    axes: dict[str, list[Any]] = {"learning_rate": [0.5, 5.0], "hidden": [(1,), (2,), (4,)]}
    expected = sweep.run(SWEEPS[FIRST_READY].config.replace(epochs=300), axes, range(3))
    assert result.records.tobytes() == expected.records.tobytes()
    assert f"{int(expected.solved.sum())} of 18 runs solved, in " in page.text()
    assert page.app.button(key="sweep_go").label == "Start"


def test_the_ready_sweep_of_biases_shows_what_was_counted(page: SweepPage) -> None:
    page.choose("sweep_ready", "biases")
    page.press("sweep_go")
    assert page.result.solved.sum(axis=-1).ravel().tolist() == [22, 87]
    assert page.result.success.ravel().tolist() == [0.22, 0.87]
    assert "109 of 200 runs solved, in " in page.text()


def test_seeds_count_from_the_first(page: SweepPage) -> None:
    page.ask_for({"train_biases": ["off", "on"]}, seeds=4, epochs=20)
    page.choose("sweep_first_seed", 40)
    page.press("sweep_go")
    assert page.result.grid.seeds == (40, 41, 42, 43)


def test_solved_can_mean_a_loss(page: SweepPage) -> None:
    assert page.widget("sweep_solved").options == [BY_SCORE, BY_LOSS]
    assert page.widget("sweep_below").disabled
    page.choose("sweep_solved", BY_LOSS)
    assert not page.widget("sweep_below").disabled
    page.choose("sweep_below", 0.4)
    page.start({"learning_rate": ["0.5", "5"]})
    np.testing.assert_array_equal(page.result.solved, page.result.final_loss < 0.4)
    assert 0 < page.result.solved.sum() < page.result.solved.size


def test_a_curve_is_solved_by_its_fit(page: SweepPage) -> None:
    page.go(TRAIN)
    page.choose("preset", "sine")
    page.go(SWEEP)
    page.press("sweep_base")
    assert page.widget("sweep_solved").options == [BY_FIT, BY_LOSS]
    page.start({"learning_rate": ["0.01", "0.1"]}, epochs=30)
    np.testing.assert_array_equal(page.result.solved, page.result.score >= sweep.CURVE_SOLVED)


def test_every_measure_is_shown(page: SweepPage) -> None:
    page.start({"learning_rate": ["0.5", "5"]}, epochs=20)
    for name in MEASURES:
        page.choose("sweep_measure", name)
        assert MEASURES[name].title in page.map_chart().proto.spec


def test_the_table_can_be_taken_home(page: SweepPage) -> None:
    page.start(SMALL, epochs=20)
    downloads: list[Any] = list(page.app.get("download_button"))
    (button,) = [found for found in downloads if found.key == "sweep_csv"]
    assert button.label == "CSV"
    assert len(list(csv.DictReader(io.StringIO(page.result.csv())))) == page.result.grid.runs


# Stopping, leaving and coming back


def test_stopping_keeps_what_is_there(page: SweepPage, interrupted: Callable[[int], None]) -> None:
    interrupted(1)
    page.start(SMALL, seeds=20)
    assert page.app.button(key="sweep_go").label == "Stop"
    assert "in all" in page.text()  # too early to say how much is left
    before = page.result.records.tobytes()
    page.press("sweep_go")
    assert page.sweeps.going is None
    assert page.result.begun.any()
    assert not page.result.finished.all()
    assert page.result.records.tobytes() == before
    assert "Stopped: 0 of 120 runs are finished." in page.text()
    page.click(0, 0)
    assert page.widget("sweep_seed").options[0] == "seed 0"
    assert "not solved, loss" in page.text()
    page.click(1, 2)
    assert "not begun" in page.text()


def test_a_sweep_goes_on_where_it_was_after_other_pages(page: SweepPage, interrupted: Callable[[int], None]) -> None:
    interrupted(2)
    page.ask_for(SMALL, seeds=20)
    page.choose("sweep_solved", BY_LOSS)
    page.choose("sweep_below", 0.3)
    page.press("sweep_go")
    form, result, done = page.form(), page.result, page.result.done
    page.choose("sweep_measure", "epochs")
    assert 0 < done < page.result.done < 1
    done = page.result.done
    for address in (TRAIN, STEP):
        page.go(address)
        assert page.result.done == done
    page.go(SWEEP)
    assert page.form() == form
    assert page.widget("sweep_measure").value == "epochs"
    assert page.result is result
    assert done < result.done < 1
    assert page.app.button(key="sweep_go").label == "Stop"


def test_leaving_and_coming_back_keeps_form_result_and_cell(page: SweepPage) -> None:
    page.start(SMALL)
    page.click(1, 2)
    form, result = page.form(), page.result
    said = page.text()
    for address in (TRAIN, SWEEP, STEP, SWEEP):
        page.go(address)
    assert page.form() == form
    assert page.result is result
    assert page.text() == said


def test_a_sweep_takes_as_long_as_it_was_looked_at(
    page: SweepPage, interrupted: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(1)
    page.start(SMALL, seeds=20)
    now = time.perf_counter()
    monkeypatch.setattr("playground.sweep.state.time.perf_counter", lambda: now + 3_600.0)
    page.choose("sweep_measure", "loss")
    assert 0 < page.sweeps.seconds < 60


def test_stopping_waits_for_a_slice_that_is_being_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit answers what is pressed while the last run of the script is still in a slice."""
    current, began, goes_on = Sweeps(), threading.Event(), threading.Event()

    def slices() -> Generator[Result]:
        began.set()
        goes_on.wait()
        yield Result(planned("biases"))

    current.going = slices()
    monkeypatch.setattr(sweeps, "sweeps", lambda: current)
    monkeypatch.setattr(sweeps, "press", lambda: None)
    last_run, callback = threading.Thread(target=sweeps.advance), threading.Thread(target=sweeps.stop)
    last_run.start()
    began.wait()
    callback.start()
    callback.join(0.1)
    assert callback.is_alive()  # an exception in a thread would fail the test, too
    goes_on.set()
    last_run.join()
    callback.join()
    assert current.going is None


# The settings on Train


def test_the_settings_on_train_are_taken_over(page: SweepPage) -> None:
    page.go(TRAIN)
    page.choose("preset", "spirals")
    page.choose("seed", 123)
    page.choose("epochs", 77)
    page.choose("l2", 0.01)
    config = page.run.config_at(page.session.shown)
    page.go(SWEEP)
    page.choose("sweep_values_1", ["0.2", "0.4"])
    page.press("sweep_base")
    assert page.sweeps.base == config
    assert page.widget("sweep_ready").value is None
    assert page.widget("sweep_values_1").value == ["0.2", "0.4"]  # a setting that can be swept stays, with its values
    assert "Spirals, " in page.text()
    assert "l2 0.01" in page.text()
    page.choose("sweep_setting_2", NONE)
    page.choose("sweep_seeds", 2)
    page.press("sweep_go")
    assert page.result.config(0, 0, 0) == config.replace(learning_rate=0.2)
    assert page.result.config(1, 0, 1) == config.replace(learning_rate=0.4, seed=124)


def test_what_cannot_be_swept_there_makes_way(page: SweepPage) -> None:
    page.choose("sweep_ready", "noise_size")
    page.press("sweep_base")  # XOR, which has no noise
    assert page.sweeps.base.dataset == "xor"
    assert page.widget("sweep_setting_1").value == "learning_rate"
    assert page.widget("sweep_setting_2").value == "hidden"
    assert page.errors == []


def test_the_largest_seed_can_be_swept(page: SweepPage) -> None:
    page.go(TRAIN)
    page.choose("seed", 2**32 - 1)
    page.go(SWEEP)
    page.press("sweep_base")
    assert page.widget("sweep_first_seed").value == 2**32 - 1
    assert "from 0 to" in page.errors[0]
    page.choose("sweep_seeds", 1)
    assert page.errors == []


def test_rows_of_the_visitor_s_own_are_swept(page: SweepPage) -> None:
    rng = np.random.RandomState(0)
    rows = (rng.randn(12, 3), rng.randint(0, 2, 12).astype(float))
    page.session.run = Run(Config(dataset="csv", epochs=5), data=rows)
    page.press("sweep_base")
    assert "dataset" not in page.widget("sweep_setting_1").options
    page.start({"learning_rate": ["0.1", "3"]}, seeds=2, epochs=5)
    expected = sweep.run(Config(dataset="csv", epochs=5), {"learning_rate": [0.1, 3.0]}, range(2), data=rows)
    assert page.result.records.tobytes() == expected.records.tobytes()
    page.click(1, 0)
    page.press("sweep_open")
    assert page.run.history.loss[-1] == expected.final_loss[1, 0, 0]


# A cell and its runs


def test_choosing_a_cell_shows_its_runs(page: SweepPage) -> None:
    page.start(SMALL)
    assert "Choose a cell to see its runs." in page.text()
    page.click(1, 2)
    assert page.sweeps.chosen == (1, 2)
    assert "Learning rate **5**, Hidden layers **4**" in page.text()
    for s, option in enumerate(page.widget("sweep_seed").options):
        assert option == f"seed {s}"
        page.choose("sweep_seed", s)
        assert f"loss {page.result.final_loss[1, 2, s]:.4g}" in page.text()
        assert ("not solved, loss" in page.text()) != page.result.solved[1, 2, s]
    page.choose("sweep_seed", 2)
    assert '"width":3.5' in page.chart("sweep_bundle").proto.spec
    page.select(page.map_chart())  # the browser says so when a chosen cell is clicked again
    assert page.sweeps.chosen == (1, 2)


def test_another_sweep_forgets_the_cell(page: SweepPage) -> None:
    page.start(SMALL, epochs=20)
    page.click(1, 2)
    key = page.map_chart().proto.id
    page.press("sweep_go")
    assert page.sweeps.chosen is None
    assert page.map_chart().proto.id != key  # or the browser would keep the cell selected


def test_runs_that_diverged_say_where(page: SweepPage) -> None:
    page.go(TRAIN)
    page.choose("preset", "diverging")
    page.go(SWEEP)
    page.press("sweep_base")
    page.start({"learning_rate": ["0.001", "900"]}, epochs=300)
    page.click(1, 0)
    diverged = page.result.diverged[1, 0]
    assert (diverged > 0).all()
    for s, epoch in enumerate(diverged):
        page.choose("sweep_seed", s)
        assert f"diverged at epoch {epoch:,}" in page.text()
    page.choose("sweep_seed", 0)
    page.press("sweep_open")
    assert page.run.diverged == diverged[0]


@pytest.mark.parametrize("place", [(0, 1, 0), (1, 2, 2)])
def test_a_run_is_opened_on_train_and_undo_brings_the_old_one_back(
    page: SweepPage, place: tuple[int, int, int]
) -> None:
    page.go(TRAIN)
    page.choose("timeline", 40)
    old = page.run
    page.go(SWEEP)
    page.start(SMALL)
    page.click(*place[:2])
    page.choose("sweep_seed", place[2])
    page.press("sweep_open")
    assert page.run is not old
    assert page.run.config == page.result.config(*place)
    assert page.run.epoch == page.session.shown == 300
    assert page.run.history.loss[-1] == page.result.final_loss[place]
    assert page.app.button(key="play") is not None  # on the Train page
    page.go(TRAIN)
    page.press("undo")
    assert page.run.config == old.config
    assert page.run.epoch == page.session.shown == 40
    np.testing.assert_array_equal(page.run.history.loss, old.history.loss)


@pytest.mark.parametrize("place", [(0, 1, 0), (1, 2, 2)])
def test_a_run_is_pinned_for_compare(page: SweepPage, place: tuple[int, int, int]) -> None:
    page.start(SMALL)
    page.click(*place[:2])
    page.choose("sweep_seed", place[2])
    old = page.run
    page.press("sweep_pin")
    (pin,) = page.session.part(Pins).at.values()
    config = page.result.config(*place)
    assert pin.run.config == config
    assert pin.run.history.loss[-1] == page.result.final_loss[place]
    hidden = setting_text.write("hidden", config.hidden)
    assert pin.name == f"rate {config.learning_rate:g}, hidden {hidden}, seed {config.seed}"
    assert page.run is old


def test_a_run_of_a_stopped_sweep_is_opened_as_far_as_it_was(
    page: SweepPage, interrupted: Callable[[int], None]
) -> None:
    interrupted(1)
    page.start(SMALL, seeds=20)
    page.press("sweep_go")
    epochs = int(page.result.records["epochs"][0, 0, 1])
    assert 0 < epochs < 300
    page.click(0, 0)
    page.choose("sweep_seed", 1)
    page.press("sweep_open")
    assert page.run.epoch == page.session.shown == epochs
    assert page.run.history.loss[-1] == page.result.final_loss[0, 0, 1]
    page.go(SWEEP)
    page.click(1, 2)
    page.press("sweep_open")  # not begun
    assert page.run.epoch == 0
    assert page.run.config == page.result.config(1, 2, 1)
