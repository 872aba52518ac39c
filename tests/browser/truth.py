"""Whether a page tells the truth about its run: it is replayed from what defines it, and compared bit for bit."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page

from backprop_core import Run
from backprop_core.training import saving
from browser.sidebar import check_settings
from browser.train_page import EPOCH, TrainPage
from playground.sidebar import links


def saved_run(visitor: TrainPage, folder: Path) -> Run:
    """The run that the page saves, replayed; it ends at the very weights that the server had."""
    page = visitor.page
    open_the_sidebar(page)
    expander = page.locator(".stSidebar summary", has_text="Save, share")
    if expander.locator("xpath=..").get_attribute("open") is None:
        expander.click()
    with page.expect_download() as download:
        visitor.press("save")
    file = folder / "run.json"
    download.value.save_as(file)
    content = file.read_text(encoding="utf-8")
    run = Run.from_json(content)
    assert saving.read(content).difference(run.params) == 0
    return run


def open_the_sidebar(page: Page) -> None:
    """Somebody may have closed it, or hidden it by presenter mode."""
    switch = page.locator(".st-key-present button:visible").first
    if "Leave" in switch.inner_text():
        switch.click()
        page.wait_for_selector(".stSidebar .st-key-preset", state="attached")
    opener = page.get_by_test_id("stExpandSidebarButton")
    if opener.is_visible():
        opener.click()


def wait_address(visitor: TrainPage) -> None:
    """Wait until the address names the shown epoch; both are written a moment after the server has finished."""
    visitor.page.wait_for_function(f"Number(new URLSearchParams(location.search).get('epoch')) === {EPOCH}")


def linked_run(visitor: TrainPage) -> Run:
    """The run of the page's address."""
    return Run.replay(links.read(dict(parse_qsl(urlsplit(visitor.page.url).query))).recipe)


def check_the_truth(visitor: TrainPage, folder: Path) -> Run:
    """Everything on the page that stands still is what a clean replay of its run gives. Returns the replay."""
    wait_address(visitor)
    run = saved_run(visitor, folder)
    snapshot = run.at(visitor.epoch)
    assert visitor.key("train_loss").locator("strong").inner_text() == f"{snapshot.loss:.6g}"
    check_settings(visitor.page, run.config_at(visitor.epoch))
    return run
