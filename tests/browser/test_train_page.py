"""The Train page in a real browser: everything a visitor does, on a desktop, a small laptop and a phone."""

import pytest

from backprop_core import Config, Run
from browser.conftest import Open
from browser.train_page import CHARTS, READOUTS, TRANSPORT, inside, moved
from playground.charts.theme import DARK, LIGHT

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_desktop_everything_is_on_one_screen(open_page: Open, dark: bool) -> None:
    page = open_page(1400, 1000, dark=dark)
    for key, box in page.boxes(*TRANSPORT, *READOUTS, *CHARTS).items():
        assert inside(box, 1400, 1000), key
    assert page.page.locator(".stMain").evaluate("(e) => e.scrollHeight <= e.clientHeight")
    assert page.overflow() == 0
    colour = page.chart("weights").evaluate("(chart) => chart._fullLayout.font.color")
    assert colour == (DARK if dark else LIGHT).text


def test_play_moves_every_chart_and_pause_stands_still(open_page: Open) -> None:
    page = open_page()
    panels, buttons = [*READOUTS, *CHARTS], TRANSPORT
    page.mark_charts()
    page.switch("speed", "10")
    at_rest = page.boxes(*panels), page.boxes(*buttons)
    page.press("play")
    page.wait_playing()
    before = page.epoch
    page.wait_frames(8)
    assert page.epoch > before
    playing = page.boxes(*panels), page.boxes(*buttons)
    page.press("play")
    page.wait_paused()
    paused = page.epoch
    page.press("step")  # the next epoch, and not one further: nothing went on after Pause
    page.wait_epoch(f"=== {paused + 1}")
    page.press("back")
    page.wait_epoch(f"=== {paused}")
    assert page.marked_charts() == CHARTS, "a chart was replaced by another"
    assert not moved(at_rest[0], playing[0])
    assert not moved(at_rest[0], page.boxes(*panels))
    assert not moved(at_rest[1], playing[1])


def test_on_a_small_laptop_nothing_is_cut_off_and_the_scroll_stays(open_page: Open) -> None:
    page = open_page(1280, 720)
    assert page.overflow() == 0
    main = page.page.locator(".stMain")
    main.evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    scrolled = main.evaluate("(e) => e.scrollTop")
    assert inside(page.boxes("loss_curve")["loss_curve"], 1280, 720)
    page.page.keyboard.press("p")
    page.wait_playing()
    page.wait_frames(8)
    page.page.keyboard.press("p")
    page.wait_paused()
    assert main.evaluate("(e) => e.scrollTop") == scrolled


def test_the_bar_of_pages_keeps_clear_of_what_stands_beside_it(open_page: Open) -> None:
    page = open_page(1000, 700)
    header = page.boxes("header")["header"]
    links = page.page.get_by_test_id("stTopNavLink")
    last = max(box["x"] + box["width"] for link in links.all() if (box := link.bounding_box()))
    assert 0 < last <= header["x"]
    page.page.get_by_test_id("stTopNavSection").click()
    page.page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Practice").click()
    page.page.wait_for_url("**/practice**")


def test_on_a_phone_panels_stack_and_the_transport_works(open_page: Open) -> None:
    page = open_page(390, 844)
    assert page.overflow() == 0
    boxes = page.boxes(*CHARTS)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes.values())
    tops = sorted((box["y"], box["y"] + box["height"]) for box in boxes.values())
    assert all(bottom <= top for (_, bottom), (top, _) in zip(tops[:-1], tops[1:], strict=True))
    assert all(box["x"] + box["width"] <= 390 for box in page.boxes(*TRANSPORT, *READOUTS).values())
    page.press("step")
    page.wait_epoch("=== 1")
    page.press("play")
    page.wait_playing()
    page.wait_frames(4)
    page.press("play")
    page.wait_paused()
    paused = page.epoch
    page.press("back")
    page.wait_epoch(f"=== {paused - 1}")
    page.press("finish")
    page.wait_epoch("=== 10_000")
    assert page.overflow() == 0


def test_another_dataset_and_hidden_size_train(open_page: Open) -> None:
    page = open_page()
    page.choose("dataset", "Moons")
    page.wait_text("150 train")
    page.enter("hidden_size", 5)
    page.wait_chart("network", "data?.at(-1).text?.includes('h5')")
    page.press("play")
    page.wait_playing()
    page.wait_frames(6)
    page.press("play")
    page.wait_paused()
    assert page.epoch > 0
    assert page.key("test_loss").inner_text().split()[-1] != "–"


def test_step_back_and_scrubbing_by_keyboard_and_mouse(open_page: Open) -> None:
    page = open_page()
    page.press("step")
    page.wait_epoch("=== 1")
    page.press("step")
    page.wait_epoch("=== 2")
    page.press("back")
    page.wait_epoch("=== 1")
    slider = page.page.locator(".st-key-timeline input")
    slider.press("ArrowRight")
    page.wait_epoch("=== 2")
    slider.press("End")  # ahead: trains as far
    page.wait_epoch("=== 10_000")
    page.wait_paused()
    box = page.boxes("timeline")["timeline"]
    track = page.page.locator(".st-key-timeline [role=group]").bounding_box() or box
    page.page.mouse.click(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    page.wait_epoch("< 6_000")
    page.rest()
    assert 4_000 < page.epoch < 6_000
    run = Run(Config())
    run.advance(page.epoch)
    assert page.key("train_loss").inner_text().split()[-1] == f"{run.history.loss[-1]:.6g}"
    weights = [value for row in page.cells("weights") for value in row if value is not None]
    assert run.params[0][0][0, 0] in weights
    slider.press("Home")
    page.wait_epoch("=== 0")


def test_a_weight_typed_into_the_table_is_an_edit(open_page: Open) -> None:
    page = open_page()
    page.press("step")
    page.wait_epoch("=== 1")
    page.rest()
    page.press("edit_weights")
    page.page.get_by_text("One by one").click()
    table = page.page.get_by_test_id("stDataFrame").first
    table.get_by_test_id("glide-cell-1-0").wait_for(state="attached")
    table.dblclick(position={"x": 145, "y": 52})  # the row of x1, the column of h1
    cell = page.page.locator("#portal input")
    cell.fill("2.5")
    cell.press("Enter")
    page.wait_chart("weights", "data?.[1].text?.includes('2.5')")
    run = Run(Config())
    run.advance(1)
    run.edit(params={(1, "W", 0, 0): 2.5})
    assert page.epoch == 1
    assert page.key("train_loss").inner_text().split()[-1] == f"{run.history.loss[-1]:.6g}"


def test_what_a_chart_shows_is_explained_when_it_is_asked_and_playing_goes_on(open_page: Open) -> None:
    page = open_page(query="?epochs=100000")
    page.switch("speed", "10")
    page.press("play")
    page.wait_playing()
    explained = page.page.get_by_test_id("stPopoverBody")
    page.press("explain_loss_curve")
    explained.get_by_text("The curve is the loss").wait_for()
    page.wait_frames(3)
    page.press("play")  # which also closes it
    page.wait_paused()
    explained.wait_for(state="hidden")


def test_finish_undo_and_speed(open_page: Open) -> None:
    page = open_page()
    page.press("finish")
    page.wait_epoch("=== 10_000")
    page.wait_text("All 10,000 epochs are trained")
    page.press("reset")
    page.wait_epoch("=== 0")
    page.switch("speed", "1000")
    page.press("play")
    page.wait_epoch("=== 10_000")
    page.wait_paused()
    page.press("reset")
    page.wait_epoch("=== 0")
    page.press("undo")
    page.wait_epoch("=== 10_000")


def test_shortcuts_work_but_not_while_typing(open_page: Open) -> None:
    page = open_page()
    keyboard = page.page.keyboard
    keyboard.press("s")
    page.wait_epoch("=== 1")
    keyboard.press("s")
    page.wait_epoch("=== 2")
    keyboard.press("b")
    page.wait_epoch("=== 1")
    page.rest()
    rate = page.page.locator(".st-key-learning_rate input")
    rate.click()
    keyboard.press("ControlOrMeta+a")
    keyboard.type("0.05")  # 0 is the shortcut of Reset
    keyboard.press("Enter")
    names = page.page.locator(".st-key-dataset input").first
    names.click()
    keyboard.type("spbuf0")
    keyboard.press("Escape")
    page.press("step")
    page.wait_epoch("=== 2")
    assert rate.input_value() == "0.05"
    page.key("network").click()
    keyboard.press("f")
    page.wait_epoch("=== 10_000")
    page.wait_paused()
    keyboard.press("0")
    page.wait_epoch("=== 0")
    keyboard.press("u")
    page.wait_epoch("=== 10_000")


def test_views_can_be_switched_and_hovering_tells_exact_values(open_page: Open) -> None:
    page = open_page()
    run = Run(Config())
    start = run.params[0][0][0, 0]
    column = next(i for i, value in enumerate(page.cells("weights")[0]) if value is not None)
    hint = page.point("weights", column, 0)
    assert hint.startswith("W1, b1: x1 → h1")
    assert float(hint.split()[-1]) == pytest.approx(start, rel=1e-7)
    hint = page.point("loss_curve", 0, float(run.history.loss[0]))
    assert "train at epoch 0" in hint
    assert float(hint.split()[-1]) == pytest.approx(run.history.loss[0], rel=1e-7)
    for key, views in {
        "learned_view": ("Table", "Units", "Surface"),
        "gradients_view": ("Activations", "δ", "Updates"),
        "curves_view": ("Gradient norm", "Loss"),
        "scale": ("linear",),
    }.items():
        for view in views:
            page.switch(key, view)
            page.rest()
    page.switch("network_view", "Responses")
    page.wait_chart("network", "data?.[0].type === 'heatmap'")
    page.rest()
    assert page.point("network", 1, 0.75).startswith("h1 at (")  # the picture, not a weight or a bias near it
    page.wait_chart("gradients", "data?.[1].text?.includes('<b>ΔW1, Δb1</b>')")
    page.press("step")
    page.wait_epoch("=== 1")


def test_divergence_is_explained_and_can_be_undone(open_page: Open) -> None:
    page = open_page()
    page.press("step")
    page.wait_epoch("=== 1")
    page.choose("preset", "A learning rate too high")
    page.wait_text("overshoot")
    page.press("finish")
    page.wait_text("Training diverged")
    page.wait_epoch("> 10")
    page.press("undo")
    page.wait_epoch("=== 1")
