"""The pages as a reader meets them: pressed in a real browser, on a phone and in the dark, without any script."""

import pytest
from browser import CHROMIUM, WHY_SKIPPED
from pageserver import Served
from support import make_paper

from recommender.delivery.mail.links import Action
from recommender.paper import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)]

PAPER = make_paper(
    1,
    "Incoherenttwentytwosyllablewordsthatnobodycanbreak: A Survey of $O(n^2)$ Fusion for Infrared and Visible Images",
    "We fuse images of two kinds. " * 40,
    authors=tuple(f"Ada Lovelace {number}" for number in range(12)),
)
RECIPIENT = "somebody.with.quite.a.long.address@department.of.a.university.example.org"


@pytest.fixture
def served(home):
    with Served.running(home) as running:
        running.announced(PAPER)
        yield running


def test_a_reader_follows_a_link_and_presses_the_button(browser, served):
    page = browser.page(width=360, scripts=False)
    page.goto(served.link(Action.LIKE, PAPER.id))
    assert served.feedback() == []
    page.click("button")
    assert "Liked. Used in your next list." in page.text()
    assert [each.verdict for each in served.feedback()] == [Verdict.LIKE]
    page.goto(served.link(Action.LIKE, PAPER.id))
    assert "Liked before." in page.text()


def test_a_reader_stops_the_mails_with_the_keyboard_alone(browser, served):
    page = browser.page(scripts=False)
    page.goto(served.link(Action.UNSUBSCRIBE, RECIPIENT))
    page.key("Tab")
    assert page.evaluate("document.activeElement.matches('button:focus-visible')")
    page.click("button:focus")
    assert "Mails stopped" in page.text("h1")
    assert served.unsubscribed() == {RECIPIENT}


@pytest.mark.parametrize("width", [320, 360, 800])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_fit_any_width_are_readable_and_load_nothing(browser, served, tmp_path, width, dark):
    page = browser.page(width=width, dark=dark)
    links = {
        "like": served.link(Action.LIKE, PAPER.id),
        "stop": served.link(Action.UNSUBSCRIBE, RECIPIENT),
        "refused": f"{served.address}/a/ada/forged",
    }
    for name, link in links.items():
        page.goto(link)
        page.screenshot(tmp_path / f"{name}-{width}-{'dark' if dark else 'light'}.png")
        assert page.overflow() <= 0
        assert contrast(page, "body") > 7
        assert contrast(page, ".quiet, .note") > 4.5
        if name != "refused":
            assert contrast(page, "button") > 4.5
            assert page.evaluate("document.querySelector('button').getBoundingClientRect().height") >= 44
            page.click("button")
            page.screenshot(tmp_path / f"{name}-done-{width}-{'dark' if dark else 'light'}.png")
            assert page.overflow() <= 0
            assert contrast(page, ".done") > 4.5
    asked = {request.split()[1] for request in page.requests}
    assert asked <= {*links.values(), f"{served.address}/favicon.ico"}
    assert not [complaint for complaint in page.complaints if "status of 40" not in complaint]


def contrast(page, selector):
    """The contrast of the text of the first element with what is behind it, as WCAG reckons: 1 to 21."""
    ink, ground = page.evaluate(
        f"""(() => {{
            const first = document.querySelector({selector!r});
            let behind = first;
            while (behind.parentElement && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
                behind = behind.parentElement;
            return [getComputedStyle(first).color, getComputedStyle(behind).backgroundColor]
                .map(colour => colour.match(/[0-9.]+/g).map(Number));
        }})()"""
    )
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
