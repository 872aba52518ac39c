"""The replay page: its frames hold the numbers of the run, it fits into its limit, and it asks nobody for anything."""

import functools
import html
import json
import re
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs
from support.decoding import Shown, decoded

from backprop_core import Config, Run
from backprop_core.data.rows import TableRows
from backprop_core.nn.activations import Array
from backprop_core.training.presets import PRESETS, suggested
from backprop_core.training.snapshot import Snapshot
from playground.charts.learned import plane_grid
from playground.charts.live_figure import merged
from playground.charts.theme import DARK, LIGHT, THEMES, Theme
from playground.charts.units import TILE
from playground.replay import film, page_html
from playground.replay.page_html import MOST_BYTES, Replay, replay_html
from playground.replay.scenes import MOST_POINTS, pooled

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "https://evil.example/$x$%{y}&lt;b&gt;",
)


def trained(config: Config, epochs: int, **settings: Any) -> Run:
    run = Run(config, **settings)
    run.advance(epochs)
    return run


def edited() -> Run:
    run = trained(Config(), 17)
    run.edit(learning_rate=5.0)
    run.advance(400)
    run.edit(optimizer="adam", params={(1, "W", 0, 1): 2.5})
    run.advance(200)
    return run


def hostile() -> Run:
    X = np.random.RandomState(0).randn(60, 3)
    y = (X[:, 0] > 0) + (X[:, 1] > 0).astype(float)
    return trained(suggested("iris"), 5, data=TableRows(X, y, ("<b>x</b>", "a$x$&amp;", HOSTILE[0]), HOSTILE))


def diverged() -> Run:
    return trained(PRESETS["diverging"].recipe.config, 1_000)


RUNS = {
    "xor": lambda: trained(Config(), 400),
    "spirals": lambda: trained(suggested("spirals"), 100),
    "sine": lambda: trained(suggested("sine"), 100),
    "ripple": lambda: trained(suggested("ripple"), 20),
    "blobs": lambda: trained(suggested("blobs"), 30),
    "iris": lambda: trained(suggested("iris"), 30),
    "digits": lambda: trained(suggested("digits").replace(hidden=(16,), test_share=0.8), 4),
    "parity4": lambda: trained(suggested("parity4"), 50),
    "no hidden layer": lambda: trained(Config(hidden=()), 10),
    "penalty": lambda: trained(Config(l2=0.01), 10),
    "two outputs": lambda: trained(
        Config(dataset="csv"), 5, data=(np.random.RandomState(0).randn(40, 5), np.random.RandomState(1).randn(40, 2))
    ),
    "diverged": diverged,
    "not trained": lambda: Run(Config()),
    "edited": edited,
    "hostile": hostile,
}


@functools.cache
def run_of(name: str) -> Run:
    """One of these runs, trained once: no replay changes the run it is made from, and there is a test of that."""
    return RUNS[name]()


@pytest.fixture(params=RUNS)
def run(request: pytest.FixtureRequest) -> Run:
    return run_of(request.param)


def figure_of(run: Run, most: int = 12, theme: Theme = LIGHT) -> Shown:
    """The figure after its way through JSON, in which NaN and infinity would not arrive."""
    made = Replay(run, theme)
    return from_json(made.figure(made.epochs(most)))


def from_json(figure: Shown) -> Shown:
    return dict(json.loads(to_json_plotly(figure), parse_constant=pytest.fail))


def epochs_of(figure: Shown) -> list[int]:
    return [int(frame["name"].replace(",", "")) for frame in figure["frames"]]


def at(figure: Shown, name: str) -> list[Shown]:
    """The traces as they are when a frame is shown."""
    frame = next(frame for frame in figure["frames"] if frame["name"] == name)
    changes = dict(zip(frame["traces"], frame["data"], strict=True))
    return [merged(trace, changes.get(i, {})) for i, trace in enumerate(figure["data"])]


def panel(figure: Shown, heading: str) -> str:
    """The axis of the panel with this heading."""
    notes = figure["layout"]["annotations"]
    return next(str(note["xref"]).split()[0] for note in notes if f"<b>{heading}</b>" in note["text"])


def within(figure: Shown, traces: list[Shown], heading: str) -> list[Shown]:
    return [trace for trace in traces if trace["xaxis"] == panel(figure, heading)]


def stacked(cells: Array, shapes: list[tuple[int, int]]) -> list[Array]:
    """The matrices in a heatmap of several, which stand side by side with two empty columns before each."""
    left, found = 0, []
    for rows, columns in shapes:
        left += 2
        found.append(cells[:rows, left : left + columns])
        left += columns
    return found


# Epochs


@pytest.mark.parametrize("epochs", [0, 1, 2, 7, 58, 59, 60, 61, 1_000, 10_000])
def test_frames_begin_at_0_and_end_at_the_newest_epoch(epochs: int) -> None:
    run = trained(Config(), epochs)
    for most in (2, 3, 12, 60):
        chosen = Replay(run, LIGHT).epochs(most)
        assert chosen[0] == 0
        assert chosen[-1] == epochs
        assert chosen == sorted(set(chosen))
        assert len(chosen) <= most
        assert len(chosen) >= min(most, epochs + 1) * 0.75


def test_early_epochs_stand_closer_together() -> None:
    chosen = Replay(trained(Config(), 10_000), LIGHT).epochs(60)
    assert chosen[:4] == [0, 1, 2, 3]
    assert sum(epoch <= 100 for epoch in chosen) >= 12
    assert max(b - a for a, b in pairwise(chosen)) < 600


def test_a_short_run_has_a_frame_for_every_epoch() -> None:
    assert Replay(trained(Config(), 40), LIGHT).epochs(60) == list(range(41))


def test_epochs_with_edits_have_a_frame() -> None:
    assert {17, 417} <= set(Replay(edited(), LIGHT).epochs(20))


def test_where_training_again_takes_long_frames_stand_at_keyframes(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(Config(), 5_000)
    monkeypatch.setattr(page_html, "MOST_REPLAYED", 0)
    chosen = Replay(run, LIGHT).epochs(60)
    assert set(chosen) <= {*run.history.keyframes, run.epoch}
    assert (chosen[0], chosen[-1]) == (0, 5_000)
    assert len(chosen) > 20


# Frames


def test_every_run_has_a_figure_that_plotly_takes(run: Run) -> None:
    figure = figure_of(run)
    go.Figure(figure)
    assert epochs_of(figure) == (Replay(run, LIGHT).epochs(12) if run.epoch else [])
    for axis in (axis for name, axis in figure["layout"].items() if name[1:].startswith("axis")):
        assert np.isfinite(axis["range"]).all()
        assert 0 <= axis["domain"][0] < axis["domain"][1] <= 1


def test_a_frame_brings_the_figure_to_its_epoch_from_any_other(run: Run) -> None:
    made = Replay(run, LIGHT)
    epochs = made.epochs(6)
    figure = from_json(made.figure(epochs))
    for frame, epoch in zip(figure["frames"], epochs, strict=False):
        alone = from_json(made.figure([epoch]))
        layout = alone["layout"]
        assert at(figure, frame["name"]) == alone["data"]
        assert frame["layout"]["title"]["text"] == layout["title"]["text"]
        assert frame["layout"]["shapes"] == layout["shapes"]
        notes = frame["layout"]["annotations"]
        assert [note["text"] for note in notes] == [note["text"] for note in layout["annotations"][: len(notes)]]


def test_what_never_changes_is_in_no_frame() -> None:
    figure = figure_of(run_of("spirals"))
    for i, trace in enumerate(figure["frames"][0]["traces"]):
        assert any(frame["data"][i] != figure["frames"][0]["data"][i] for frame in figure["frames"]), trace
    rows = [i for i, trace in enumerate(figure["data"]) if trace.get("hovertemplate", "").startswith("training row")]
    assert rows
    assert not set(rows) & set(figure["frames"][0]["traces"])


@pytest.mark.parametrize("name", ["xor", "spirals", "iris", "edited", "diverged", "no hidden layer", "penalty"])
def test_weights_and_gradients_are_those_of_the_run_bit_for_bit(name: str) -> None:
    run = run_of(name)
    figure = figure_of(run)
    for frame, epoch in zip(figure["frames"], epochs_of(figure), strict=True):
        snapshot = run.at(epoch)
        for heading, pairs in (("Weights", snapshot.params), ("Gradients", snapshot.grads)):
            heatmap, _ = within(figure, at(figure, frame["name"]), heading)
            arrays = [np.vstack(pair) for pair in pairs]
            found = stacked(decoded(heatmap["z"]), [array.shape for array in arrays])
            for shown, array in zip(found, arrays, strict=True):
                np.testing.assert_array_equal(shown, array)


def test_small_networks_have_their_numbers_in_the_cells() -> None:
    run = run_of("xor")
    figure = figure_of(run)
    for heading, pairs in (("Weights", run.at(run.epoch).params), ("Gradients", run.at(run.epoch).grads)):
        texts = within(figure, at(figure, f"{run.epoch:,}"), heading)[1]["text"]
        values = np.concatenate([np.vstack(pair).ravel() for pair in pairs])
        np.testing.assert_allclose([float(text) for text in texts[-9:]], values, rtol=0.006)


@pytest.mark.parametrize("name", ["xor", "spirals", "sine", "edited", "diverged"])
def test_the_marker_stands_on_the_loss_of_the_epoch(name: str) -> None:
    run = run_of(name)
    figure, history = figure_of(run), run.history
    losses = [history.loss, history.test_loss] if len(history.test_loss) else [history.loss]
    for frame, epoch in zip(figure["frames"], epochs_of(figure), strict=True):
        *lines, dots = within(figure, at(figure, frame["name"]), "Loss")
        assert dots["x"] == [epoch] * len(losses)
        assert dots["y"] == [loss[epoch] for loss in losses]
        (marker,) = frame["layout"]["shapes"]
        assert marker["x0"] == marker["x1"] == epoch
        assert marker["xref"] == panel(figure, "Loss")
        for line, loss in zip(lines, losses, strict=True):
            np.testing.assert_array_equal(decoded(line["y"]), loss[decoded(line["x"]).astype(int)])


def said(snapshot: Snapshot) -> list[str]:
    numbers = [f"Epoch {snapshot.epoch:,}", f"{snapshot.loss:.6g}", f"{snapshot.score:.3f}"]
    return [*numbers, f"{snapshot.test_score:.3f}"] if snapshot.test_score is not None else numbers


@pytest.mark.parametrize("name", ["xor", "spirals", "sine", "iris", "edited"])
def test_the_title_says_epoch_loss_and_accuracy(name: str) -> None:
    run = run_of(name)
    figure = figure_of(run)
    for frame, epoch in zip(figure["frames"], epochs_of(figure), strict=True):
        for text in said(run.at(epoch)):
            assert text in frame["layout"]["title"]["text"]


def test_the_surface_and_the_outputs_of_a_truth_table() -> None:
    run = run_of("xor")
    figure = figure_of(run)
    for frame, epoch in zip(figure["frames"], epochs_of(figure), strict=True):
        traces = at(figure, frame["name"])
        outputs = decoded(within(figure, traces, "Outputs")[0]["z"])[:, 3]
        np.testing.assert_array_equal(outputs, run.at(epoch).a[-1][:, 0])
        surface = within(figure, traces, "Decision surface")[0]
        corner = run.at(epoch).predict([[surface["x0"], surface["y0"]]])[0, 0]
        assert decoded(surface["z"])[0, 0] == pytest.approx(corner, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("xor", ["Network", "Decision surface", "Outputs", "Loss", "Weights", "Gradients"]),
        ("sine", ["Network", "Fitted curve", "Loss", "Weights", "Gradients"]),
        ("ripple", ["Network", "Output over the inputs", "Loss", "Weights", "Gradients"]),
        ("iris", ["Network", "Confusion matrix", "Loss", "Weights", "Gradients"]),
        ("digits", ["Confusion matrix", "Loss", "Weights", "Gradients"]),
        ("parity4", ["Network", "Outputs", "Loss", "Weights", "Gradients"]),
        ("two outputs", ["Network", "Responses of units", "Loss", "Weights", "Gradients"]),
    ],
)
def test_the_panels_there_are(name: str, headings: list[str]) -> None:
    notes = figure_of(run_of(name), 2)["layout"]["annotations"]
    found = [re.match("<b>(.*)</b>  ", note["text"]) for note in notes]
    assert [match[1] for match in found if match] == headings


def test_the_confusion_matrix_has_no_empty_label(run: Run) -> None:
    """plotly.js leaves a label out for one drawing when it was empty in the drawing before."""
    figure = figure_of(run)
    assert not any("" in trace.get("text", []) for frame in figure["frames"] for trace in frame["data"])


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_those_of_the_theme(theme: str) -> None:
    page = without_plotly(replay_html(run_of("iris"), THEMES[theme], frames=3))
    other = {"light": DARK, "dark": LIGHT}[theme]
    assert THEMES[theme].background in page
    assert other.text not in page
    assert other.middle not in page


def test_the_run_is_left_as_it_was() -> None:
    run = hostile()
    data, epoch = run.data, run.epoch
    replay_html(run, LIGHT, frames=3)
    assert run.data is data
    assert run.epoch == epoch
    assert run.advance(1) == 1


# Arrangement


@pytest.mark.parametrize("narrow", [False, True])
def test_panels_do_not_overlap(run: Run, narrow: bool) -> None:
    panels = Replay(run, LIGHT)._panels
    _, places, _ = film.arrangement(panels, narrow=narrow)
    names = ["", *map(str, range(2, len(panels) + 1))]
    boxes = [(places[f"xaxis{name}.domain"], places[f"yaxis{name}.domain"]) for name in names]
    for first, second in combinations(boxes, 2):
        apart = [a[1] <= b[0] or b[1] <= a[0] for a, b in zip(first, second, strict=True)]
        assert any(apart)
    for sides in boxes:
        assert all(0 <= low < high <= 1 for low, high in sides)


def test_numbers_that_would_run_into_each_other_on_a_telephone_are_left_out_there() -> None:
    for name, left_out in (("xor", False), ("sine", True)):
        panels = Replay(run_of(name), LIGHT)._panels
        looks, _, traces = film.arrangement(panels, narrow=True)
        restored, _, _ = film.arrangement(panels, narrow=False)
        assert len(looks["x"]) == len(traces) == 2
        assert [None in x for x in looks["x"]] == [left_out] * 2
        assert not any(None in list(x) for x in restored["x"])


# Large networks


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_pooling_keeps_the_largest_number_of_every_block(rows: int, columns: int, by: int, seed: int) -> None:
    values = np.random.RandomState(seed).randn(rows, columns)
    fewer = pooled(values, by)
    assert fewer.shape == (-(-rows // by), -(-columns // by))
    for i, j in np.ndindex(fewer.shape):
        block = values[i * by : (i + 1) * by, j * by : (j + 1) * by]
        assert fewer[i, j] in block
        assert abs(fewer[i, j]) == np.abs(block).max()


LARGEST = {
    "digits 64-16-10": suggested("digits").replace(hidden=(16,), test_share=0.5),
    "digits, six layers": suggested("digits").replace(hidden=(64,) * 6, test_share=0.9),
    "spirals": suggested("spirals"),
    "5,000 rows": suggested("spirals").replace(samples=5_000),
    "5,000 rows, six layers": suggested("spirals").replace(samples=5_000, hidden=(64,) * 6),
}
EPOCHS = {"digits, six layers": 40, "5,000 rows, six layers": 4}  # the others: 70


@pytest.mark.parametrize("name", LARGEST)
def test_a_page_fits_into_its_limit(name: str) -> None:
    run = trained(LARGEST[name], EPOCHS.get(name, 70))
    page = replay_html(run, LIGHT)
    assert len(page.encode()) <= MOST_BYTES
    frames = frames_of(page)
    assert len(frames) >= min(20, run.epoch + 1)
    assert (frames[0]["name"], frames[-1]["name"]) == ("0", str(run.epoch))


def test_sizes_of_matrices_are_said_though_fewer_cells_are_drawn() -> None:
    figure = figure_of(trained(LARGEST["digits, six layers"], 1), 2)
    heatmap, texts = within(figure, figure["data"], "Weights")
    assert texts["text"][:2] == ["<b>W1, b1</b>", "65 × 64"]
    assert decoded(heatmap["z"]).shape[0] == 33
    assert heatmap["z"]["dtype"] == "f4"
    assert "the largest of every 2 × 2" in next(
        note["text"] for note in figure["layout"]["annotations"] if "<b>Weights</b>" in note["text"]
    )


def test_of_many_rows_a_fair_share_is_drawn_and_that_is_said() -> None:
    run = Run(LARGEST["5,000 rows"])
    figure = figure_of(run)
    _, train, test = within(figure, figure["data"], "Decision surface")
    points = [np.stack([decoded(rows["x"]), decoded(rows["y"])], axis=1) for rows in (train, test)]
    assert [len(rows) for rows in points] == [MOST_POINTS * 3 // 4, MOST_POINTS // 4]
    labels = {tuple(row): label for row, label in zip(run.data.X.tolist(), run.data.labels(run.data.y), strict=True)}
    assert [f"class {labels[tuple(row)]}" for row in points[0].tolist()] == train["text"]
    assert "800 of 5,000 rows drawn" in json.dumps(figure["layout"]["annotations"])


@pytest.mark.parametrize("room", [0, 40_000, 300_000])
def test_frames_are_left_out_until_the_page_fits(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of("xor")
    smallest = len(replay_html(run, LIGHT, frames=2).encode())
    monkeypatch.setattr(page_html, "MOST_BYTES", smallest + room)
    page = replay_html(run, LIGHT)
    frames = frames_of(page)
    assert len(page.encode()) <= smallest + room
    assert (frames[0]["name"], frames[-1]["name"]) == ("0", "400")
    assert room == 0 or 2 < len(frames) < 60


def test_frames_that_are_larger_than_the_first_and_the_last_are_left_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(Config())
    start = {
        (layer, kind, *place): float(array[place])
        for layer, pair in enumerate(run.params, start=1)
        for kind, array in zip("Wb", pair, strict=True)
        for place in np.ndindex(array.shape)
    }
    run.advance(100)
    run.edit(params=start)  # back to where it began, so that the two ends have next to nothing that changes
    smallest = len(replay_html(run, LIGHT, frames=2).encode())
    monkeypatch.setattr(page_html, "MOST_BYTES", smallest + 200_000)
    page = replay_html(run, LIGHT)
    assert len(page.encode()) <= smallest + 200_000
    assert 2 < len(frames_of(page)) < 60


@pytest.mark.parametrize(("inputs", "hidden", "layers"), [(5, (8, 4), 3), (5, (64,) * 6, 3), (2, (64,) * 6, 2)])
def test_responses_of_units_are_those_of_the_run(inputs: int, hidden: tuple[int, ...], layers: int) -> None:
    rng = np.random.RandomState(0)
    config = Config(dataset="csv", hidden=hidden, activation="tanh", output="linear", loss="mse", learning_rate=0.01)
    run = trained(config, 1, data=(rng.randn(75, inputs), rng.randn(75, 2)))
    figure = figure_of(run, 2)
    heatmap, texts = within(figure, at(figure, "1"), "Responses of units")
    assert texts["text"][-2:] == ["y1", "y2"]
    assert len({name.split(".")[0] for name in texts["text"] if name.startswith("h")}) == layers - 1
    found = decoded(heatmap["z"])
    answers = run.at(1).respond(plane_grid(run.data, TILE) if inputs == 2 else run.data.X)
    assert found.size <= 24_000
    for unit in range(2):
        assert np.isin(answers[-1][:, unit].astype(np.float32), found).all()
    note = next(note["text"] for note in figure["layout"]["annotations"] if "Responses" in note["text"])
    assert ("last layers" in note) == (layers < len(hidden) + 1)


# The page


def frames_of(page: str) -> list[Shown]:
    match = re.search(r"Plotly\.addFrames\('replay', (.*)\);\n", page)
    assert match
    return list(json.loads(match[1]))


def without_plotly(page: str) -> str:
    """The page without plotly.js, which holds addresses of maps that are never shown."""
    assert get_plotlyjs() in page
    return page.replace(get_plotlyjs(), "")


def test_nothing_in_the_page_is_from_elsewhere(run: Run) -> None:
    page = without_plotly(replay_html(run, LIGHT, frames=3))
    assert "//" not in re.sub(r'"bdata":"[^"]*"', "", page)
    assert not re.search(r"<\w[^>]*\s(src|href|action)\s*=|@import|url\(|MathJax\.js", page)
    assert "default-src 'none'" in page
    assert page.startswith("<!doctype html>")
    assert page.count("</script>") == page.count("<script>") == 3
    assert page.count("</html>") == 1


def test_hostile_names_are_text_to_the_browser_and_to_plotly() -> None:
    run = hostile()
    page = without_plotly(replay_html(run, LIGHT, frames=3))
    for part in ("alert(1)<", "<img", "<b>x", "evil.example/$", "onerror=alert(1)>"):
        assert part not in page
        assert part.replace("<", r"\u003c").replace(">", r"\u003e").replace("/", r"\u002f") not in page
    texts = json.dumps(figure_of(run), ensure_ascii=False)
    assert "&lt;img src=x" in texts
    assert "<img" not in texts
    assert "$" not in texts


def test_hostile_names_of_unbrought_kinds_do_not_matter() -> None:
    """A surface shows the names of inputs and classes as well."""
    X = np.random.RandomState(0).randn(30, 2)
    data = TableRows(X, (X[:, 0] > 0).astype(float), ("<i>a</i>", "javascript:b"), ("<s>no", "y$e$s"))
    figure = json.dumps(figure_of(trained(suggested("moons"), 3, data=data)), ensure_ascii=False)
    assert "&lt;i&gt;a&lt;/i&gt;" in figure
    assert "&lt;s&gt;no" in figure
    assert "<i>" not in figure
    assert "<s>" not in figure


@pytest.mark.parametrize(
    ("run", "texts"),
    [
        (Run(Config()), ["XOR, network 2-2-1, seed 0", "default settings"]),
        (Run(Config(seed=7, learning_rate=0.05)), ["seed 7", "Learning rate 0.05"]),
        (
            Run(suggested("digits").replace(hidden=())),
            ["Digits, network 64-10, seed 0", "Optimizer Adam", "Batch size 64"],
        ),
        (Run(Config(dataset="moons", hidden=(3, 2), activation=("tanh", "relu"))), ["Activation tanh-ReLU"]),
        (Run(Config(dataset="moons", features=("x1", "x2_squared"))), ["Input features x1, x2²"]),
        (PRESETS["mazur"].run(), ["Train biases no", "starting weights given"]),
        (edited(), ["from epoch 17: rate 5", "from epoch 417: W1[0, 1] = 2.5, Adam"]),
        (diverged(), [f"diverged in epoch {diverged().diverged}"]),
    ],
    ids=["default", "seed", "digits", "layers", "features", "mazur", "edited", "diverged"],
)
def test_the_page_says_what_the_run_is(run: Run, texts: list[str]) -> None:
    made = Replay(run, LIGHT)
    header = made.page([0]).split("<header>")[1].split("</header>")[0]
    assert all(html.escape(text) in header for text in texts)


def test_many_edits_are_counted() -> None:
    run = Run(Config())
    for rate in range(1, 9):
        run.advance(1)
        run.edit(learning_rate=float(rate))
    assert "rate 4 · 4 more edits" in Replay(run, LIGHT).page([0])


def test_a_batch_size_that_is_taken_back_is_told() -> None:
    run = trained(Config(dataset="moons", batch_size=8), 2)
    run.edit(batch_size=None)
    assert "from epoch 2: full batch" in Replay(run, LIGHT).page([0])
