"""The mail's HTML as Chromium shows it: on a phone and beside it, light and dark, with nothing loaded.

PYTHONPATH=tests python tests/delivery/test_letter_in_browser.py    draws the README's pictures of it again
"""

import os
import re
import subprocess
import sys
import tempfile
from base64 import b64decode
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from browser import CHROMIUM, WHY_SKIPPED, Browser, Page
from support import REPOSITORY, SEED

from recommender.delivery.mail.letter import Letter, compose
from recommender.delivery.mail.links import Links
from recommender.paper import Note, NoteKind, Reason, ReasonKind, Recommendation, Score, Shortlist
from recommender.sources.formats.markdown import read_digest

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)]

# What makes a page wide: long words and long addresses.
WIDE_NOTE = Note(NoteKind.TEXT, {"text": "W" * 300})
WIDE_REASONS = (Reason(ReasonKind.WORD, "image", 1.0), Reason(ReasonKind.LIKED, "W" * 300, 2.0, "1"))


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    html: str = body.get_content()
    return html


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A file with the HTML of a mail of the sample's papers, one of which is as wide as can be."""
    papers = read_digest(SEED.read_text(encoding="utf-8")).papers[:6]
    wide = papers[0]._replace(title="W" * 240, abstract="W" * 400, authors=("W" * 60,), categories=("w" * 60,))
    items = tuple(
        Recommendation(rank, paper, Score(1.0, 1 / rank, WIDE_REASONS))
        for rank, paper in enumerate((wide, *papers), start=1)
    )
    letter = Letter(
        Shortlist("w" * 60, date(2020, 5, 13), items, 46, notes=(WIDE_NOTE,)),
        sender="Recommender <ada@example.org>",
        recipients=("ada@example.org",),
        list_id="ada.recommender.localhost",
        message_id="<1@localhost>",
        date=datetime(2020, 5, 13, 8, 30, tzinfo=UTC),
        links={item.paper.id: Links(*("mailto:ada@example.org?subject=x" * 2,) * 2) for item in items},
        unsubscribe_mail="mailto:ada@example.org?subject=stop",
    )
    file = tmp_path / "mail.html"
    file.write_text(html_of(compose(letter)), encoding="utf-8")
    return file


def shown(browser: Browser, mail: Path, width: int, *, dark: bool = False) -> Page:
    page = browser.page(width=width, dark=dark)
    page.goto(mail.as_uri())
    return page


@pytest.mark.parametrize(("width", "dark"), [(360, True), (800, False)])
def test_the_window_has_the_width_and_the_scheme_of_the_test(browser, mail, width, dark):
    page = shown(browser, mail, width, dark=dark)
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [width, dark]


@pytest.mark.parametrize(("width", "dark"), [(320, False), (360, False), (360, True), (800, False), (800, True)])
def test_nothing_is_wider_than_the_window(browser, mail, width, dark):
    page = shown(browser, mail, width, dark=dark)
    assert page.overflow() == 0
    beyond = "[...document.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > innerWidth).length"
    assert page.evaluate(beyond) == 0


# The contrast of every text to its background: WCAG 2.2, relative luminance of sRGB.
CONTRASTS = """
(() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const shine = ([red, green, blue]) => {
    const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const background = element => {
    const colour = numbers(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? background(element.parentElement) : colour;
  };
  return [...document.body.querySelectorAll('*')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(element => {
      const colours = [numbers(getComputedStyle(element).color), background(element)];
      const [dim, bright] = colours.map(shine).sort((a, b) => a - b);
      return [(bright + 0.05) / (dim + 0.05), element.tagName + ' ' + element.className];
    });
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_background(browser, mail, dark):
    contrasts = shown(browser, mail, 360, dark=dark).evaluate(CONTRASTS)
    assert {"SPAN m", "B b", "SPAN q", "A ", "H1 "} <= {element for _, element in contrasts}
    assert [entry for entry in contrasts if entry[0] < 4.5] == []  # WCAG's AA


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_takes_the_scheme_of_its_reader(browser, mail, dark):
    background = shown(browser, mail, 800, dark=dark).evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background))) < 3 * 64) == dark


def test_buttons_and_links_have_the_size_of_a_thumb(browser, mail):
    sizes = shown(browser, mail, 360).evaluate(
        "[...document.querySelectorAll('.k a, .l a')].map(link => link.getBoundingClientRect())"
        ".map(box => [box.width, box.height])"
    )
    assert len(sizes) == 7 * 4
    assert all(width >= 30 and height >= 44 for width, height in sizes)


def test_the_mail_loads_nothing(browser, mail):
    assert shown(browser, mail, 800).requests == [f"GET {mail.as_uri()}"]


def test_a_mail_that_loads_something_would_be_noticed(browser, mail):
    mail.write_text(mail.read_text(encoding="utf-8").replace("</body>", '<img src="http://127.0.0.1:9/seen">'))
    assert shown(browser, mail, 800).requests == [f"GET {mail.as_uri()}", "GET http://127.0.0.1:9/seen"]


def draw(folder: Path, digests: Path) -> None:
    """Draw a real mail: the third day of a reader who had two days of cs.CV and rated seven papers of each."""
    days = [digests / f"2025-04-0{day}" / "cs.CV.md.gz" for day in (1, 2, 3)]
    with tempfile.TemporaryDirectory() as home:

        def run(*arguments: str | Path) -> None:
            command = [sys.executable, "-m", "recommender", *map(str, arguments)]
            subprocess.run(command, env={**os.environ, "RECOMMEND_HOME": home}, check=True, stdout=subprocess.DEVNULL)

        run("init", "ada", "--from", "example", "--no-input")
        for day in days[:2]:
            run("today", day)
            run("like", "1", "2", "3", "4")
            run("dislike", "7", "8", "9")
        file = Path(home, "mail.eml")
        run("mail", days[2], "--save", file)
        html = html_of(message_from_bytes(file.read_bytes(), policy=default))
        with Browser.running() as browser:
            for width, height in ((360, 720), (800, 640)):
                for scheme in ("light", "dark"):
                    page = browser.page(width=width, height=height, dark=scheme == "dark")
                    page.show(html)
                    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
                    picture = page.call("Page.captureScreenshot", clip=clip)["data"]
                    (folder / f"mail-{width}-{scheme}.png").write_bytes(b64decode(picture))


if __name__ == "__main__":
    data = Path(os.environ.get("RECOMMENDER_TEST_DATA") or REPOSITORY.parent / "shared" / "data")
    draw(REPOSITORY / "tests" / "data", data / "digests" / "md")
