"""Draws each page as the documentation shows it: `make pictures`. Wants Chromium on PATH.

python tests/screenshots.py [FOLDER]    # docs/pictures, where no folder is named
"""

import sys
import tempfile
from base64 import b64decode
from pathlib import Path

import demo
from browser import CHROMIUM, WHY_SKIPPED, Browser, Page
from pageserver import Served

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDTHS = {360: 780, 1200: 800}  # CSS pixels of a phone and of a laptop, and how much of a page is shown
PAGES = {
    "day": "/",
    "paper": "/paper/2505.09829",
    "search": "/search?q=segmentation",
    "best": "/best",
    "reading": "/reading",
    "rated": "/rated",
    "you": "/you",
    "map": "/you/map",
    "days": "/days",
}
QUALITY = 82  # of WebP, in percent: letters stay sharp


def names() -> list[str]:
    """The file names of all pictures."""
    return [f"{page}-{width}-{colours}.webp" for page in PAGES for width in WIDTHS for colours in ("light", "dark")]


def draw(folder: Path) -> None:
    """Write all pictures into a folder."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        demo.make(home)
        with Served.running(home, now=demo.NOW, reading=True) as served, Browser.running() as browser:
            for width, height in WIDTHS.items():
                for dark in (False, True):
                    page = browser.page(width=width, height=height, dark=dark)
                    page.goto(served.door)
                    for name, path in PAGES.items():
                        page.goto(served.address + path)
                        _shoot(page, folder / f"{name}-{width}-{'dark' if dark else 'light'}.webp")


def _shoot(page: Page, file: Path) -> None:
    shot = page.call("Page.captureScreenshot", format="webp", quality=QUALITY)
    file.write_bytes(b64decode(shot["data"]))


if __name__ == "__main__":
    if not CHROMIUM:
        sys.exit(f"Pictures of pages: {WHY_SKIPPED}.")
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    target.mkdir(parents=True, exist_ok=True)
    draw(target)
