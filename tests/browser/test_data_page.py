"""The Data page in a real browser: a file, a spreadsheet's cells, a typed cell and clicks become a run to train."""

from pathlib import Path

import pytest

from browser.conftest import Open
from browser.train_page import TrainPage

pytestmark = pytest.mark.browser

MIDDLE = """(chart) => ["xaxis", "yaxis"].map((axis) => {
  const [low, high] = chart._fullLayout[axis].range;
  return (low + high) / 2;
})"""

ANIMALS = "height,weight,kind\n" + "\n".join(
    f"{0.4 + 0.05 * (i // 2):.2f},{3 + i % 5},{('cat', 'horse')[i % 2]}" for i in range(30)
)
CLICKED = """(count) => document.querySelector('.st-key-data_plane .js-plotly-plot')?.data?.[0].text.length === count"""


def data_page(page: TrainPage) -> TrainPage:
    """Go to the Data page as a visitor does: by its link, so that the session goes on."""
    expand = page.page.get_by_test_id("stExpandSidebarButton")
    link = page.page.get_by_role("link", name="Data", exact=True)
    if expand.is_visible():  # a phone has the pages' links in the sidebar
        expand.click()
    link.first.click()
    page.page.wait_for_selector(".st-key-data_way")
    page.rest()
    return page


def way(page: TrainPage, name: str) -> None:
    page.page.locator(".st-key-data_way button").filter(has_text=name).click()
    page.rest()


def train(page: TrainPage) -> None:
    page.press("data_train")
    page.page.wait_for_selector(".st-key-network .js-plotly-plot[data-frame]")
    page.wait_text("Your own data")
    page.rest()


def click_plane(page: TrainPage, x: float, y: float, count: int) -> None:
    page.click("data_plane", x, y)
    page.page.wait_for_function(CLICKED, arg=count)
    page.rest()


SIGNS = ("$x", "x*y", "a_b", "<5", "[kg]", "A&B%")


def test_names_with_signs_are_drawn_as_they_are_typed(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "signs.csv"
    lines = [
        ",".join([*(f"{i * (k + 1) % 11}.5" for k in range(len(SIGNS))), "<b>" if i % 2 else "$1"]) for i in range(30)
    ]
    file.write_text("\n".join([",".join([*SIGNS, "kind"]), *lines]), encoding="utf-8")
    page = data_page(open_page())
    page.page.locator(".st-key-data_file input[type=file]").set_input_files(file)
    page.wait_text("signs.csv: 30 rows, 7 columns")
    assert [name for name in SIGNS if name not in page.key("data_inputs").inner_text()] == []
    page.wait_text("2 classes: $1 (15), <b> (15)")
    train(page)
    for chart, names in (("network", SIGNS), ("weights", SIGNS), ("learned", ("$1", "<b>"))):
        drawn = page.chart(chart).locator("text").all_text_contents()
        assert [name for name in names if name not in drawn] == []


def test_an_uploaded_file_is_trained_and_its_names_are_in_the_charts(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "animals.csv"
    file.write_text(ANIMALS, encoding="utf-8")
    page = data_page(open_page())
    page.page.locator(".st-key-data_file input[type=file]").set_input_files(file)
    page.wait_text("animals.csv: 30 rows, 3 columns")
    page.choose("data_target", "weight")
    page.wait_text("The target “weight”")
    page.choose("data_target", "kind")
    page.wait_text("2 classes: cat (15), horse (15)")
    page.page.wait_for_function(
        "document.querySelector('.st-key-data_inputs').innerText.includes('height')"
        " && document.querySelector('.st-key-data_inputs').innerText.includes('weight')"
    )
    page.rest()
    train(page)
    assert "height" in page.point("learned", *page.chart("learned").evaluate(MIDDLE))
    names = page.chart("network").evaluate("(chart) => chart.data.at(-1).text")
    assert names[:2] == ["height", "weight"]
    page.press("play")
    page.wait_playing()
    page.wait_frames(4)
    page.press("play")
    page.wait_paused()
    assert page.epoch > 0


def test_pasted_cells_are_trained_on_and_undone(open_page: Open) -> None:
    page = open_page()
    page.press("step")
    page.wait_epoch("=== 1")
    data_page(page)
    way(page, "Paste")
    page.page.locator(".st-key-data_text textarea").fill("a\tb\ty\n0,5\t1\tno\n1,5\t2\tyes\n2,5\t1\tno\n0,1\t7\tyes")
    page.press("data_read")
    page.wait_text("decimals by a comma")
    page.rest()
    train(page)
    page.wait_epoch("=== 0")
    page.press("undo")
    page.wait_epoch("=== 1")
    data_page(page)
    assert page.page.locator(".st-key-data_text textarea").input_value().startswith("a\tb\ty")


def test_clicked_points_stay_in_the_same_chart_and_are_trained_on(open_page: Open) -> None:
    page = data_page(open_page())
    way(page, "Click")
    page.page.wait_for_selector(".st-key-data_plane .js-plotly-plot[data-frame]")
    page.chart("data_plane").evaluate("(chart) => { chart.mark = true; }")
    click_plane(page, -1.5, 1.5, 1)
    page.switch("data_class", "B")
    page.rest()
    click_plane(page, 1.5, 1.5, 2)
    click_plane(page, 0.0, -1.5, 3)
    assert page.chart("data_plane").evaluate("(chart) => chart.mark"), "the chart was replaced by another"
    assert page.chart("data_plane").evaluate("(chart) => chart.data[0].text") == ["A", "B", "B"]
    page.press("data_undo_click")
    page.page.wait_for_function(CLICKED, arg=2)
    page.rest()
    click_plane(page, 0.0, -1.5, 3)  # at the very place that was selected last
    page.switch("data_class", "C")
    page.rest()
    click_plane(page, 0.0, -1.5, 3)
    page.wait_chart("data_plane", "data?.[0].text?.join('') === 'ABC'")
    train(page)
    page.wait_chart("network", "data?.at(-1).text?.length > 7")


def test_a_typed_cell_stays_when_the_page_is_left(open_page: Open) -> None:
    page = data_page(open_page())
    way(page, "Type")
    editor = page.page.get_by_test_id("stDataFrame").first
    editor.get_by_test_id("glide-cell-2-0").wait_for(state="attached")
    editor.dblclick(position={"x": 470, "y": 52})  # the first row of y
    cell = page.page.locator("#portal textarea, #portal input").first
    cell.fill("7")
    cell.press("Enter")
    page.wait_text("a number")
    page.page.wait_for_function("document.body.innerText.includes('7 (1)') || document.body.innerText.includes('to 7')")
    page.rest()
    page.page.get_by_role("link", name="Train", exact=True).first.click()
    page.page.wait_for_selector(".st-key-network .js-plotly-plot[data-frame]")
    data_page(page)
    page.page.wait_for_function("document.body.innerText.includes('7 (1)') || document.body.innerText.includes('to 7')")


@pytest.mark.parametrize(("width", "height", "dark"), [(1400, 1000, False), (1280, 720, True), (390, 844, False)])
def test_nothing_is_cut_off_at_any_width(open_page: Open, tmp_path: Path, width: int, height: int, dark: bool) -> None:
    file = tmp_path / "animals.csv"
    file.write_text(ANIMALS, encoding="utf-8")
    page = data_page(open_page(width, height, dark=dark))
    if width < 640:
        page.page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
    page.page.locator(".st-key-data_file input[type=file]").set_input_files(file)
    page.wait_text("animals.csv: 30 rows")
    assert page.overflow() == 0
    for name in ("Paste", "Type", "Click"):
        way(page, name)
        assert page.overflow() == 0


def test_weights_pasted_as_a_block_are_the_starting_weights(open_page: Open) -> None:
    page = open_page()
    page.press("edit_weights")
    page.page.get_by_text("Paste starting weights").click()
    area = page.page.locator("[class*='st-key-block_1'] textarea").first
    area.fill("0.15\t0.25\n0.2\t0.3")
    page.press("use_block_1")
    page.wait_text("2 rows cannot be this layer")
    area.fill("0.15\t0.25\n0.2\t0.3\n0.35\t0.45")
    page.press("use_block_1")
    page.wait_chart("weights", "data?.[1].text?.includes('0.45')")


def test_the_table_is_downloaded_when_it_is_asked_for(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "animals.csv"
    file.write_text(ANIMALS, encoding="utf-8")
    page = data_page(open_page())
    page.page.locator(".st-key-data_file input[type=file]").set_input_files(file)
    page.wait_text("animals.csv: 30 rows, 3 columns")
    with page.page.expect_download() as started:
        page.press("data_csv")
    assert started.value.path().read_text(encoding="utf-8-sig").split() == ANIMALS.split()
