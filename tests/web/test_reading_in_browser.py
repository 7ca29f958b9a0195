"""The reader's pages in a real browser: by keys, by mouse, without scripts, on a phone, in the dark."""

import gzip
import json
import time

import pytest
from browser import CHROMIUM, WHY_SKIPPED
from pageserver import TODAY, Served, text
from support import make_paper

from recommender.paper import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)]

PAPERS = [
    make_paper(
        number,
        f"Image fusion {number} in $O(n^{number})$",
        f"We fuse images, part {number}. " * 30,
        authors=("Ada Lovelace", "Charles Babbage"),
    )
    for number in range(1, 21)
]
PAGES = (
    "/",
    "/best",
    "/reading",
    "/rated",
    "/you",
    "/you/map",
    "/days",
    "/search?q=fusion",
    f"/paper/{PAPERS[0].id}",
    "/nothing",
)


@pytest.fixture
def served(home):
    with Served.running(home, reading=True) as running:
        running.listed(*PAPERS)
        yield running


@pytest.fixture
def page(browser, served):
    page = browser.page(width=1000)
    page.goto(served.door)
    return page


def order(page):
    return page.evaluate("[...document.querySelectorAll('.card')].map(card => card.dataset.paper)")


def verdicts(served):
    return {entry.paper.id: entry.verdict for entry in served.feedback()}


def settled(page, text):
    """Wait until the page says what was done."""
    page.wait(f"document.querySelector('#said').textContent.includes({json.dumps(text)})")


def test_the_printed_address_opens_the_list_and_leaves_no_token_behind(page, served):
    assert page.evaluate("location.pathname + location.search") == "/"
    assert page.evaluate("document.cookie") == ""  # no script can read it


def test_a_day_is_rated_by_keys_alone_and_nothing_moves(page, served):
    papers = order(page)
    for key, verdict in (("l", "Liked"), ("d", "Disliked"), ("r", "Marked as read")):
        if key == "l":
            page.key("j")
        page.key(key)
        settled(page, verdict)
    page.key(" ")
    page.key("k")
    page.key("k")
    page.key("j")
    assert order(page) == papers
    assert verdicts(served) == {papers[0]: Verdict.LIKE, papers[1]: Verdict.DISLIKE, papers[2]: Verdict.READ}
    assert page.text("#end p").startswith("3 of 10 rated, 1 liked.")
    page.key("u")
    settled(page, "Taken back: Marked as read")
    page.key("u")
    settled(page, "Taken back: Disliked")
    assert verdicts(served) == {papers[0]: Verdict.LIKE}
    assert page.evaluate("document.querySelectorAll('.card.disliked, .card.read').length") == 0


def test_moving_never_rates(page, served):
    for key in "jjjkkjnq j ?":
        page.key(key)
    assert verdicts(served) == {}


def test_keys_do_nothing_in_fields_and_can_be_switched_off(page, served):
    page.key("/")
    for letter in "old":
        page.key(letter)
    assert page.evaluate("document.querySelector('nav input').value") == "old"
    page.key("Escape")
    page.key("?")
    page.click("#help form button")
    page.key("j")
    page.key("l")
    assert page.evaluate("document.body.dataset.keys") == "off"
    assert verdicts(served) == {}


def test_several_papers_are_selected_and_rated_together_and_undone_at_once(page, served):
    for _ in range(3):
        page.key("j")
        page.key("x")
    page.key("l")
    settled(page, "Liked: 3 papers")
    assert list(verdicts(served).values()) == [Verdict.LIKE] * 3
    page.key("u")
    settled(page, "Taken back: Liked: 3 papers")
    assert verdicts(served) == {}


def test_all_the_rest_is_seen_with_one_key_and_nothing_is_rated_as_in_the_terminal(page, served):
    papers = order(page)
    page.key("j")
    page.key("l")
    settled(page, "Liked")
    page.key("A")
    settled(page, "All the rest is seen; nothing was rated.")
    assert page.evaluate("document.activeElement.id") == "end"
    assert verdicts(served) == {papers[0]: Verdict.LIKE}
    page.key("u")
    assert page.evaluate("document.activeElement.dataset.paper") == papers[1]
    assert verdicts(served) == {papers[0]: Verdict.LIKE}
    page.key("u")
    settled(page, "Taken back: Liked")
    assert page.evaluate("document.activeElement.dataset.paper") == papers[0]  # undo goes back to its paper
    assert verdicts(served) == {}


def test_all_the_rest_is_marked_as_read_with_one_button(page, served):
    page.key("j")
    page.key("l")
    page.tap("#rest button")
    settled(page, "Marked as read: 9 papers")
    assert sorted(verdict.value for verdict in verdicts(served).values()) == ["like", *["read"] * 9]
    assert page.text("#end p").startswith("10 of 10 rated, 1 liked.")


def test_the_mouse_rates_without_loading_the_page(page, served):
    page.evaluate("window.same = true")
    page.tap(".card button[value=dislike]")
    settled(page, "Disliked")
    page.tap("#undo button")
    settled(page, "Taken back")
    assert page.evaluate("window.same")
    assert verdicts(served) == {}


def test_later_by_key_and_by_mouse_and_its_undo_change_the_button_in_place(page, served):
    page.evaluate("window.same = true")
    page.key("j")
    page.key("t")
    settled(page, "On the reading list")
    pressed = "document.querySelector('.card [name=list]').getAttribute('aria-pressed')"
    assert page.evaluate(pressed) == "true"
    page.tap(".card [name=list]")
    settled(page, "Off the reading list")
    assert page.evaluate(pressed) == "false"
    page.key("u")
    settled(page, "Taken back: Off the reading list")
    assert page.evaluate(pressed) == "true"
    assert page.evaluate("window.same")
    assert verdicts(served) == {}


def test_following_the_link_of_a_card_counts_as_opened(page, served):
    first = order(page)[0]
    page.evaluate("document.querySelectorAll('a.abs').forEach(link => link.href = '#there')")  # no test asks arXiv
    page.key("j")
    page.key("v")
    for _ in range(100):
        opened = text(served.ask("GET", "/reading?show=opened"))
        if first in opened:
            break
        time.sleep(0.05)
    assert first in opened


def test_everything_works_without_scripts(browser, served):
    page = browser.page(width=800, scripts=False)
    page.goto(served.door)
    papers = order(page)
    page.click(".card button[value=like]")
    assert page.evaluate("location.hash") == "#p1"
    assert order(page) == papers
    assert verdicts(served) == {papers[0]: Verdict.LIKE}
    page.click("#undo button")
    assert verdicts(served) == {}
    page.click("#rest button")
    assert set(verdicts(served).values()) == {Verdict.READ}
    page.click("#undo button")
    page.evaluate("document.querySelector('.more').open = true")
    page.click(".more .follow button")
    page.goto(served.address + "/you")
    assert "follow Ada Lovelace" in page.text()


def test_the_back_button_after_a_rating_shows_what_holds(page, served):
    page.key("j")
    page.key("l")
    settled(page, "Liked")
    page.goto(served.address + "/days")
    page.back()
    assert page.evaluate("document.querySelectorAll('.card.liked').length") == 1
    assert len(verdicts(served)) == 1


def test_two_tabs_never_rate_twice_or_undo_too_much(browser, page, served):
    page.key("j")
    page.key("l")
    settled(page, "Liked")
    cookie = page.call("Network.getAllCookies")["cookies"][0]
    other = browser.page(width=1000)
    other.call("Network.setCookie", name=cookie["name"], value=cookie["value"], url=served.address)
    other.goto(served.address)
    other.key("u")
    settled(other, "Taken back")
    page.key("u")
    settled(page, "taken back before")
    assert verdicts(served) == {}


def commands(served):
    """How many rating commands were given, those that were taken back and the undos too."""
    with served.home.profile_store("ada") as store:
        return store.version()


def test_a_phone_without_network_says_so_and_sends_each_rating_once_when_it_is_back(page, served):
    papers = order(page)
    conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.call("Network.emulateNetworkConditions", offline=True, **conditions)
    for key in "jld":
        page.key(key)
    settled(page, "The server does not answer: 2 not counted yet, trying again.")
    assert verdicts(served) == {}
    assert page.evaluate("document.querySelectorAll('.card.liked, .card.disliked').length") == 0  # nothing is promised
    page.call("Network.emulateNetworkConditions", offline=False, **conditions)
    settled(page, "Disliked")
    assert verdicts(served) == {papers[0]: Verdict.LIKE, papers[1]: Verdict.DISLIKE}
    assert commands(served) == 2


def test_a_rating_or_an_undo_whose_answer_is_lost_counts_once(page, served):
    page.evaluate(
        "const real = fetch; let lost = 0; window.fetch = async (...asked) => {"
        " const answer = await real(...asked);"
        " if (lost++ % 2 === 0) throw new TypeError('lost'); return answer; }; null"
    )
    page.key("j")
    page.key("l")
    settled(page, "Liked")
    page.key("d")
    settled(page, "Disliked")
    assert commands(served) == 2
    page.key("u")
    settled(page, "taken back before")
    assert len(verdicts(served)) == 1
    assert commands(served) == 3


def test_a_double_click_rates_once_and_takes_back_once(page, served):
    def double_click(selector):
        x, y = page.evaluate(
            f"(() => {{ const r = document.querySelector('{selector}').getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for count in (1, 2):
            for kind in ("mousePressed", "mouseReleased"):
                page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)
            page.wait("!document.querySelector('#said').textContent.includes('nothing yet')")

    page.key("j")
    page.key("l")
    settled(page, "Liked")
    double_click(".card:nth-of-type(2) button[value=dislike]")
    settled(page, "Disliked")
    assert commands(served) == 2
    double_click("#undo button")
    settled(page, "Taken back: Disliked")
    assert list(verdicts(served).values()) == [Verdict.LIKE]
    assert commands(served) == 3


def test_a_server_that_was_started_anew_is_said_to_be_another(page, served):
    page.call("Network.clearBrowserCookies")
    page.key("j")
    page.key("l")
    settled(page, "Not counted: open the address that `recommend serve` printed.")
    assert verdicts(served) == {}


def test_the_key_for_the_next_paper_leads_from_one_part_of_a_long_list_to_the_next(browser, home):
    with Served.running(home, reading=True) as served:
        served.listed(*[make_paper(number, f"Image fusion {number}", "We fuse.") for number in range(1, 71)])
        settings = served.home.settings_file("ada")
        settings.write_text(settings.read_text() + "list_size = 60\n", encoding="utf-8")
        served.ask("POST", "/today", [("day", TODAY.isoformat())])
        page = browser.page(width=360)
        page.goto(served.door)
        assert len(order(page)) == 50
        for _ in range(50):
            page.key("j")
        page.key("l")
        settled(page, "Liked")
        assert page.text("#end p").startswith("1 of 60 rated, 1 liked.")
        with page.loading():
            page.key("j")
        assert len(order(page)) == 10
        assert page.text("#end p").startswith("1 of 60 rated, 1 liked.")
        assert page.overflow() <= 0


@pytest.mark.parametrize("width", [320, 1200])
def test_a_formula_that_is_wider_than_the_window_scrolls_in_its_line(browser, home, width):
    wide = make_paper(1, f"On $x = {'a+' * 200}b$", f"We show $\\begin{{matrix}}{'a & ' * 100}b\\end{{matrix}}$.")
    with Served.running(home, reading=True) as served:
        served.listed(wide)
        page = browser.page(width=width)
        page.goto(served.door)
        for path in ("/", "/best", f"/paper/{wide.id}"):
            page.goto(served.address + path)
            page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
            assert page.overflow() <= 0, path
            assert not (found := page.violations()), f"{path}: {found}"


_BESIDE = """[...document.querySelectorAll('.card h2')].every(title => {
    const walk = document.createTreeWalker(title, NodeFilter.SHOW_TEXT), tops = [];
    for (let node = walk.nextNode(); node; node = walk.nextNode()) for (let at = 0; at < node.length; at++) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        if (/[H2O,]/.test(node.data[at])) tops.push(range.getBoundingClientRect().top);
    }
    return Math.max(...tops) - Math.min(...tops) < 20;
})"""


def test_no_line_ends_between_a_formula_and_what_touches_it(browser, home):
    papers = [make_paper(number, "a" * number + " of H$_2$O$^2$, more") for number in range(20, 40)]
    with Served.running(home, reading=True) as served:
        served.listed(*papers)
        page = browser.page(width=360)
        page.goto(served.door)
        for path in ("/", "/best"):
            page.goto(served.address + path)
            assert page.evaluate(_BESIDE), path


def test_a_text_from_the_right_begins_at_the_right(browser, home):
    hebrew = make_paper(1, "זיהוי תמונות (ResNet-50) סקירה", "תקציר בעברית עם English words.", authors=("דוד כהן",))
    with Served.running(home, reading=True) as served:
        served.listed(hebrew, make_paper(2, "Image fusion", "We fuse."))
        page = browser.page(width=800)
        page.goto(served.door)
        page.goto(f"{served.address}/paper/{hebrew.id}")
        first = """selector => {
            const node = document.querySelector(selector).firstChild, range = document.createRange();
            range.setStart(node, 0);
            range.setEnd(node, 1);
            const sign = range.getBoundingClientRect(), block = node.parentElement.getBoundingClientRect();
            return block.right - sign.right < sign.left - block.left;
        }"""
        assert page.evaluate(f"({first})('h1')")
        assert page.evaluate(f"({first})('.authors')")
        assert page.evaluate(f"({first})('.text')")
        page.goto(f"{served.address}/paper/{make_paper(2).id}")
        assert not page.evaluate(f"({first})('h1')")


# A window zoomed to 200 % has half as many CSS pixels, each of two device pixels; larger letters alone come on top.
@pytest.mark.parametrize(
    ("width", "dark", "scale", "letters"),
    [
        pytest.param(1200, False, 1, 100, id="light"),
        pytest.param(1200, True, 1, 100, id="dark"),
        pytest.param(360, False, 1, 100, id="phone light"),
        pytest.param(360, True, 1, 100, id="phone dark"),
        pytest.param(640, False, 2, 100, id="1280 zoomed to 200 %"),
        pytest.param(640, False, 1, 200, id="letters of 200 %"),
    ],
)
def test_pages_fit_and_axe_finds_nothing(browser, served, width, dark, scale, letters):
    page = browser.page(width=width, dark=dark)
    page.goto(served.door)
    page.key("j")
    page.key("l")
    settled(page, "Liked")
    page.look(width=width, dark=dark, scale=scale)
    for path in PAGES:
        page.goto(served.address + path)
        page.evaluate(f"document.documentElement.style.fontSize = '{letters}%'")
        assert page.overflow() <= 0, path
        assert not (found := page.violations()), f"{path}: {found}"
    assert not [complaint for complaint in page.complaints if "status of 404" not in complaint]
    assert all(request.split()[1].startswith(served.address) for request in page.requests)


def test_a_page_of_twenty_papers_is_small_and_does_not_jump(page, served):
    settings = served.home.settings_file("ada")
    settings.write_text(settings.read_text() + "list_size = 20\n", encoding="utf-8")
    served.ask("POST", "/today", [("day", TODAY.isoformat())])
    before = len(page.requests)
    page.goto(served.address + "/")
    loaded = page.requests[before:]
    assert len(order(page)) == 20
    assert len([request for request in loaded if "icon" not in request]) <= 3
    weight = sum(len(gzip.compress(served.ask("GET", request.split(served.address)[1]).data)) for request in loaded)
    assert weight <= 30_000
    page.evaluate(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value; })"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.key("j")
    page.key("l")
    settled(page, "Liked")
    assert page.evaluate("shift") == 0
