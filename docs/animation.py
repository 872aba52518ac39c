"""Makes the README's picture of the running app: `python docs/animation.py http://localhost:8501`.

Plays XOR on the Train page in a headless Chromium and keeps what is on the screen, several times a second, as a GIF.
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FILE = Path(__file__).with_name("train.gif")
RUN = "?preset=xor&epochs=6000"
WIDTH, HEIGHT = 1400, 1000
SHOWN_SIZE = (980, 700)
COLOURS = 128
FRAME_MS, LAST_MS = 130, 2_500  # how long a picture is shown
PAUSE_MS = 100  # between two pictures of the playing page


def pictures(address: str) -> list[bytes]:
    """The page at the beginning, while it plays, and at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(f"{address}{RUN}")
        page.wait_for_selector(".st-key-loss_curve .js-plotly-plot[data-frame]")
        page.wait_for_selector(".stApp[data-test-script-state=notRunning]")
        page.locator(".st-key-speed button", has_text="10").first.click()
        page.wait_for_selector(".stApp[data-test-script-state=notRunning]")
        taken = [page.screenshot()]
        page.locator(".st-key-play button:visible").click()
        page.mouse.move(1, 1)
        playing = ".stApp[data-test-script-state=running]"
        page.wait_for_selector(playing)
        while page.locator(playing).count():
            taken.append(page.screenshot())
            page.wait_for_timeout(PAUSE_MS)
        taken.append(page.screenshot())
        browser.close()
    return taken


def animation(taken: list[bytes]) -> list[Image.Image]:
    """The pictures in the size and the few colours of the file; all share the colours of the last one."""
    images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in taken]
    small = [image.resize(SHOWN_SIZE, Image.Resampling.LANCZOS) for image in images]
    palette = small[-1].quantize(COLOURS)
    return [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in small]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="where the playground runs")
    first, *others = animation(pictures(parser.parse_args().address))
    durations = [*[FRAME_MS] * len(others), LAST_MS]
    first.save(FILE, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
    print(f"{FILE.name}: {1 + len(others)} pictures, {FILE.stat().st_size / 1_000:.0f} kB")


if __name__ == "__main__":
    main()
