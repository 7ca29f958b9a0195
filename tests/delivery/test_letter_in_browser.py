"""The mail's HTML as Chromium shows it: on a phone and beside it, light and dark, with nothing loaded.

python tests/test_letter_in_browser.py    draws the README's pictures of it again
"""

import base64
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, SEED

from recommender.delivery.mail.letter import Letter, compose
from recommender.delivery.mail.links import Links
from recommender.paper import Note, NoteKind, Paper, Reason, ReasonKind, Recommendation, Score, Shortlist
from recommender.sources.formats.markdown import read_digest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no chromium or google-chrome on PATH to show the mail in")


class Browser:
    """A headless Chromium, spoken to in its DevTools protocol by a pipe: JSON, a NUL behind each message."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._numbers = count(1)
        self._unread = b""
        self._session = ""
        self.requested: list[str] = []  # every address since the last page was opened
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self("Network.enable")
        self("Page.enable")

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        told = {"id": number, "method": method, "params": parameters}
        os.write(self._commands, json.dumps(told | ({"sessionId": self._session} if self._session else {})).encode())
        os.write(self._commands, b"\0")
        return next(said for said in self._told() if said.get("id") == number)["result"]

    def _told(self) -> Iterator[dict[str, Any]]:
        while True:
            message, end, rest = self._unread.partition(b"\0")
            if not end:
                read = os.read(self._answers, 1 << 20)
                assert read, "chromium ended"
                self._unread += read
                continue
            self._unread = rest
            said = json.loads(message)
            if said.get("method") == "Network.requestWillBeSent":
                self.requested.append(said["params"]["request"]["url"])
            yield said

    def show(self, page: Path, width: int, *, dark: bool = False) -> None:
        """Open a page, in a window as wide as told."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self("Emulation.setEmulatedMedia", features=[scheme])
        self("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500)
        self.requested.clear()
        self("Page.navigate", url=page.as_uri())
        next(said for said in self._told() if said.get("method") == "Page.loadEventFired")

    def says(self, script: str) -> Any:
        """What a script in the page answers."""
        return self("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def picture(self, width: int, height: int) -> bytes:
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        return base64.b64decode(self("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"])


# Chromium reads commands from descriptor 3 and answers on 4.
_LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)


def _moved(descriptor: int) -> int:
    """The descriptor out of the way of 3 and 4."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


@contextmanager
def browsing() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        theirs_in, ours_out = map(_moved, os.pipe())
        ours_in, theirs_out = map(_moved, os.pipe())
        options = [
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe"),
            *(f"--user-data-dir={folder}", "--host-resolver-rules=MAP * ~NOTFOUND"),
        ]
        launched = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, str(theirs_in), str(theirs_out), str(CHROMIUM), *options],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield Browser(ours_out, ours_in)
        finally:
            os.close(ours_out)  # Chromium ends with its pipes
            os.close(ours_in)
            launched.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


def mail_page(folder: Path, sent: Letter) -> Path:
    """The mail's HTML in a file."""
    body = compose(sent).get_body(("html",))
    assert body is not None
    page = folder / "mail.html"
    page.write_text(body.get_content(), encoding="utf-8")
    return page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The sample's papers as they are announced, and what makes a page wide: long words and long addresses."""
    papers = read_digest(SEED.read_text(encoding="utf-8")).papers[:6]
    wide = replace(papers[0], title="W" * 240, abstract="W" * 400, authors=("W" * 60,), categories=("w" * 60,))
    reasons = (Reason(ReasonKind.WORD, "image", 1.0), Reason(ReasonKind.LIKED, "W" * 300, 2.0, "1"))
    items = tuple(
        Recommendation(rank, paper, Score(1.0, 1 / rank, reasons))
        for rank, paper in enumerate((wide, *papers), start=1)
    )
    return mail_page(
        tmp_path,
        letter_of(Shortlist("w" * 60, date(2020, 5, 13), items, 46, notes=(Note(NoteKind.TEXT, {"text": "W" * 300}),))),
    )


def letter_of(shortlist: Shortlist) -> Letter:
    return Letter(
        shortlist,
        sender="Recommender <ada@example.org>",
        recipients=("ada@example.org",),
        list_id="ada.recommender.localhost",
        message_id="<1@localhost>",
        date=datetime(2020, 5, 13, 8, 30, tzinfo=UTC),
        links={item.paper.id: Links(*("mailto:ada@example.org?subject=x" * 2,) * 2) for item in shortlist.items},
        unsubscribe_mail="mailto:ada@example.org?subject=stop",
    )


WIDTHS_AND_SCHEMES = pytest.mark.parametrize(
    ("width", "dark"), [(320, False), (360, False), (360, True), (800, False), (800, True)]
)


@pytest.mark.browser
@needs_chromium
def test_the_window_is_as_wide_and_as_dark_as_told(browser, page):
    for width, dark in ((360, True), (800, False)):
        browser.show(page, width, dark=dark)
        assert browser.says("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [width, dark]


@pytest.mark.browser
@needs_chromium
@WIDTHS_AND_SCHEMES
def test_nothing_is_wider_than_the_window(browser, page, width, dark):
    browser.show(page, width, dark=dark)
    assert browser.says("document.documentElement.scrollWidth") == width
    beyond = (
        "[...document.querySelectorAll('*')].filter(each => each.getBoundingClientRect().right > innerWidth).length"
    )
    assert browser.says(beyond) == 0


# Every text with its contrast to what lies behind it: WCAG 2.2, relative luminance of sRGB.
CONTRASTS = """
(() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const shine = ([red, green, blue]) => {
    const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const behind = each => {
    const colour = numbers(getComputedStyle(each).backgroundColor);
    return colour[3] === 0 ? behind(each.parentElement) : colour;
  };
  return [...document.body.querySelectorAll('*')]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(each => {
      const [dim, bright] = [numbers(getComputedStyle(each).color), behind(each)].map(shine).sort((a, b) => a - b);
      return [(bright + 0.05) / (dim + 0.05), each.tagName + ' ' + each.className];
    });
})()
"""


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_ground(browser, page, dark):
    browser.show(page, 360, dark=dark)
    contrasts = browser.says(CONTRASTS)
    assert {"SPAN m", "B b", "SPAN q", "A ", "H1 "} <= {what for _, what in contrasts}
    assert [each for each in contrasts if each[0] < 4.5] == []  # WCAG's AA


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_takes_the_scheme_of_its_reader(browser, page, dark):
    browser.show(page, 800, dark=dark)
    ground = browser.says("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 3 * 64) == dark


@pytest.mark.browser
@needs_chromium
def test_buttons_and_links_have_the_size_of_a_thumb(browser, page):
    browser.show(page, 360)
    found = browser.says(
        "[...document.querySelectorAll('.k a, .l a')].map(each => each.getBoundingClientRect())"
        ".map(box => [box.width, box.height])"
    )
    assert len(found) == 7 * 4
    assert all(width >= 30 and height >= 44 for width, height in found)


@pytest.mark.browser
@needs_chromium
def test_the_mail_asks_nobody(browser, page):
    browser.show(page, 800)
    assert browser.requested == [page.as_uri()]


@pytest.mark.browser
@needs_chromium
def test_a_page_that_asks_somebody_would_be_seen(browser, page):
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", '<img src="http://127.0.0.1:9/seen">'))
    browser.show(page, 800)
    assert browser.requested == [page.as_uri(), "http://127.0.0.1:9/seen"]


def draw(folder: Path, digests: Path) -> None:
    """Pictures of a real mail: the third day of somebody who read two days of cs.CV and judged seven papers each."""
    days = [digests / f"2025-04-0{day}" / "cs.CV.md.gz" for day in (1, 2, 3)]
    with tempfile.TemporaryDirectory() as home:

        def run(*arguments: str) -> str:
            command = [sys.executable, "-m", "recommender", *arguments]
            environment = {**os.environ, "RECOMMEND_HOME": home}
            return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

        for day in days[:2]:
            run("today", "-p", "example", str(day))
            run("like", "1", "2", "3", "4")
            run("dislike", "7", "8", "9")
        listed = json.loads(run("today", "-p", "example", "--json", str(days[2])))
        items = tuple(
            Recommendation(
                item["rank"],
                Paper(item["id"], item["title"], item["abstract"], tuple(item["authors"]), tuple(item["categories"])),
                Score(
                    item["score"],
                    item["probability"],
                    tuple(
                        Reason(ReasonKind(each["kind"]), each["subject"], each["weight"]) for each in item["reasons"]
                    ),
                ),
                item["exploring"],
            )
            for item in listed["items"]
        )
        shortlist = Shortlist("example", date.fromisoformat(listed["day"]), items, listed["considered"])
        page = mail_page(Path(home), letter_of(shortlist))
        with browsing() as browser:
            for width, height in ((360, 720), (800, 640)):
                for scheme in ("light", "dark"):
                    browser.show(page, width, dark=scheme == "dark")
                    (folder / f"mail-{width}-{scheme}.png").write_bytes(browser.picture(width, height))


if __name__ == "__main__":
    data = Path(os.environ.get("RECOMMENDER_TEST_DATA") or REPOSITORY.parent / "shared" / "data")
    draw(REPOSITORY / "tests" / "data", data / "digests" / "md")
