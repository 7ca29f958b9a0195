"""Settings, rules and notes in a real browser: with and without scripts, on a phone, and for a screen reader."""

import pytest
from browser import CHROMIUM, WHY_SKIPPED
from pageserver import Served
from support import NOW, make_paper

from recommender.api import Recommender
from recommender.paper import Giver

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)]

PAPERS = [
    make_paper(
        number,
        f"{'Image fusion' if number % 2 else 'Graph kernels'} number {number}",
        f"We {'fuse infrared images' if number % 2 else 'compare graph kernels'}, part {number}.",
        authors=("Ada Lovelace",) if number % 2 else ("Grace Hopper",),
    )
    for number in range(1, 41)
]
FIRST = PAPERS[0].id


@pytest.fixture
def served(home):
    with Served.running(home, reading=True) as running:
        running.listed(*PAPERS)
        with Recommender("ada", home=home, clock=lambda: NOW) as reader:
            reader.like(*(paper.id for paper in PAPERS[0:24:2]))
            reader.dislike(*(paper.id for paper in PAPERS[1:24:2]))
            reader.mute("word:survey")
            reader.pictures.map()
        yield running


def open_page(browser, served, path, **look):
    page = browser.page(**look)
    page.goto(served.door)
    page.goto(served.address + path)
    return page


def fill(page, selector, text):
    page.evaluate(f"document.querySelector({selector!r}).value = {text!r}")


@pytest.mark.parametrize("scripts", [True, False])
def test_settings_and_notes_are_saved_and_said_to_be(browser, served, scripts):
    page = open_page(browser, served, "/you", width=360, scripts=scripts)
    fill(page, "#list_size", "7")
    page.click(".stack button")
    assert page.evaluate("location.pathname + location.hash") == "/you#settings-saved"
    assert "Saved; used in your next list." in page.text()
    assert "list_size = 7" in served.home.settings_file("ada").read_text()
    page.goto(f"{served.address}/paper/{FIRST}")
    assert "Saved." not in page.text()
    fill(page, "textarea", "one\ntwo")
    page.click("#note button")
    assert "Saved." in page.text()
    assert page.evaluate("document.querySelector('textarea').value") == "one\ntwo"
    page.goto(f"{served.address}/rated")
    assert "Note: one two" in page.text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mistake_has_the_focus_and_all_that_was_typed_is_there(browser, served, scripts):
    page = open_page(browser, served, "/you", width=360, scripts=scripts)
    fill(page, "#interests", "something new")
    fill(page, "#variety", "eleven")
    page.click(".stack button")
    assert page.status == 422
    assert page.evaluate("document.activeElement.id") == "variety"
    assert page.evaluate("document.querySelector('#interests').value") == "something new"
    assert "A whole number from 0 to 10 is needed, not “eleven”." in page.text()
    fill(page, "#variety", "9")
    page.click(".stack button")
    assert page.status == 200
    assert 'interests = "something new"' in served.home.settings_file("ada").read_text()


def test_keys_do_nothing_while_a_note_is_written(browser, served):
    page = open_page(browser, served, f"/paper/{FIRST}", width=1000)
    before = served.feedback()
    page.evaluate("document.querySelector('textarea').focus()")
    for letter in "old dlru":
        page.key(letter)
    assert page.evaluate("document.querySelector('textarea').value") == "old dlru"
    assert served.feedback() == before


def test_a_word_is_taken_out_and_counted_again_by_buttons(browser, served):
    page = open_page(browser, served, "/you", width=1000)
    button = "#words ~ table tbody tr:first-child button"
    page.click(button)
    assert page.text(button) == "Count again"
    page.click(button)
    assert page.text(button) == "Take out"


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (360, True)])
def test_pages_with_mistakes_fit_and_axe_finds_nothing(browser, served, tmp_path, width, dark):
    page = open_page(browser, served, "/you", width=width, dark=dark)

    def check(name):
        page.screenshot(tmp_path / f"{name}-{width}-{'dark' if dark else 'light'}.png")
        assert page.overflow() <= 0, name
        assert not (found := page.violations()), f"{name}: {found}"

    check("learned")
    fill(page, "#categories", "cs.XX")
    page.click(".stack button")
    check("settings")
    page.goto(served.address + "/you")
    fill(page, "input[name=rule]:not([type=hidden])", "the")
    page.click(".rule label + button")
    check("rule")
    page.goto(served.address + "/you/map")
    check("map")
    page.goto(f"{served.address}/paper/{FIRST}")
    page.evaluate("document.querySelector('textarea').removeAttribute('maxlength')")
    fill(page, "textarea", "x" * 5001)
    page.click("#note button")
    check("note")
    assert not [complaint for complaint in page.complaints if "422" not in complaint]
    assert all(request.split()[1].startswith(served.address) for request in page.requests)


@pytest.mark.parametrize(("width", "dark", "scripts"), [(1200, False, True), (360, True, False)])
def test_ratings_of_an_agent_are_confirmed_and_dropped_by_buttons(browser, served, tmp_path, width, dark, scripts):
    with Recommender("ada", home=served.home.root, clock=lambda: NOW, giver=Giver.AGENT) as agent:
        agent.like(PAPERS[30].id, PAPERS[32].id)
    page = open_page(browser, served, "/you", width=width, dark=dark, scripts=scripts)
    page.click("a[href='/rated#agents']")
    page.screenshot(tmp_path / f"agents-{width}-{'dark' if dark else 'light'}.png")
    if scripts:  # axe is one
        assert page.overflow() <= 0
        assert page.violations() == []
    page.click("article form[action='/confirm'] button")
    assert "Let an agent’s rating count" in page.text().replace("'", "’")
    page.click("article form[action='/confirm'] button[formaction]")
    assert "Rated by an agent" not in page.text()
    assert {PAPERS[30].id, PAPERS[32].id} & {each.paper.id for each in served.feedback()}
    assert len(served.feedback()) == 25


def test_the_page_is_light_whatever_was_learned(browser, served):
    assert len(served.ask("GET", "/you").data) <= 70_000
