"""The pages that a reader reads and rates on, as forms without a script."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pageserver import TODAY, Served, ask, text
from support import make_paper

from recommender.paper import Verdict
from recommender.web.formulas import html
from recommender.web.pages.frame import Form

PAPERS = [make_paper(number, f"Image fusion {number}", f"We fuse images, part {number}.") for number in range(1, 9)]
HOSTILE = make_paper(
    9,
    "A <script>alert(1)</script> survey of $O(n^2)$ \u202efusion\u202c & \x1b[31mmore" + " very long" * 90,
    "<b>Bold</b> claims, $\\alpha<\\beta$, and $5 to $10. " * 40,
    authors=("Ada <i>Lovelace</i>", 'B. "Quote"'),
    categories=("cs.CV",),
)
DAY = f"/{TODAY.isoformat()}"


@pytest.fixture
def served(home):
    with Served.running(home, reading=True) as running:
        running.listed(*PAPERS, HOSTILE)
        yield running


def number_of(page: str) -> str:
    return re.search(r'name="number" value="([^"]*)"', page)[1]


def verdicts(served: Served) -> dict[str, Verdict]:
    return {entry.paper.id: entry.verdict for entry in served.feedback()}


def test_reading_changes_nothing(served):
    before = served.stored()
    for path in (
        "/",
        DAY,
        "/best",
        "/rated",
        "/you",
        "/you/map",
        "/reading",
        "/reading?show=unopened",
        "/reading?show=opened",
        "/days",
        "/search?q=fusion",
        f"/paper/{PAPERS[0].id}",
    ):
        for method in ("GET", "HEAD"):
            assert served.ask(method, path).status == 200, path
    assert served.stored() == before


def test_the_list_stays_where_it_is_when_papers_are_rated(served):
    def order():
        return re.findall(r'data-paper="([^"]+)"', text(served.ask("GET", "/")))

    before = order()
    assert len(before) == 9
    answer = served.ask("POST", "/rate", [("paper", before[2]), ("verdict", "like"), ("back", f"{DAY}#p3")])
    assert (answer.status, answer.headers["Location"]) == (303, f"{DAY}#p3")
    assert verdicts(served) == {before[2]: Verdict.LIKE}
    assert order() == before
    page = text(served.ask("GET", "/"))
    assert page.count('<article class="card liked"') == 1
    assert re.search(r'<strong><span id="rated"[^>]*>1</span> of 9 rated', page)


def test_a_button_pressed_twice_counts_once(served):
    fields = [("paper", PAPERS[0].id), ("verdict", "dislike")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: served.ask("POST", "/rate", fields), range(8)))
    number = number_of(text(served.ask("GET", "/")))
    with ThreadPoolExecutor(4) as pool:  # a phone that sends the same undo again
        list(pool.map(lambda _: served.ask("POST", "/undo", [("number", number)]), range(8)))
    assert verdicts(served) == {}


def test_an_undo_that_is_sent_again_takes_back_no_other_rating(served):
    for paper in PAPERS[:3]:
        served.ask("POST", "/rate", [("paper", paper.id), ("verdict", "like")])
    number = number_of(text(served.ask("GET", "/")))
    for _ in range(3):
        served.ask("POST", "/undo", [("number", number)])
    assert set(verdicts(served)) == {PAPERS[0].id, PAPERS[1].id}


@pytest.mark.slow
def test_undo_leads_back_to_the_beginning(served):
    before = verdicts(served)
    for turn in range(40):
        verdict = ("like", "dislike", "read", "unmark")[turn % 4]
        served.ask("POST", "/rate", [("paper", PAPERS[turn % 5].id), ("verdict", verdict)])
    for _ in range(100):
        number = number_of(text(served.ask("GET", "/")))
        if not number:
            break
        served.ask("POST", "/undo", [("number", number)])
    assert not number
    assert verdicts(served) == before


def test_later_puts_a_paper_on_the_reading_list_and_off_again(served):
    paper = PAPERS[0].id
    answer = served.ask("POST", "/later", [("paper", paper), ("list", "later"), ("back", DAY)])
    assert (answer.status, answer.headers["Location"]) == (303, DAY)
    assert paper in text(served.ask("GET", "/reading"))
    as_json = {"Accept": "application/json"}
    answer = served.ask("POST", "/later", [("paper", paper), ("list", "later"), ("listed", PAPERS[1].id)], **as_json)
    assert json.loads(answer.data)["later"] == [paper]
    assert "It was so already." in text(answer)
    served.ask("POST", "/later", [("paper", paper), ("list", "done")])
    assert "Nothing waits" in text(served.ask("GET", "/reading"))
    number = number_of(text(served.ask("GET", DAY)))
    served.ask("POST", "/undo", [("number", number)])
    assert paper in text(served.ask("GET", "/reading?order=best"))


def test_a_link_that_is_followed_counts_as_opened(served):
    paper = PAPERS[0].id
    served.ask("POST", "/rate", [("paper", paper), ("verdict", "like")])
    assert paper in text(served.ask("GET", "/reading?show=unopened"))
    assert served.ask("POST", "/opened", [("paper", paper)], Accept="application/json").status == 200
    assert paper in text(served.ask("GET", "/reading?show=opened"))
    assert paper not in text(served.ask("GET", "/reading?show=unopened"))
    assert served.ask("POST", "/opened", [("paper", "no such")], Accept="application/json").status == 404
    assert served.ask("GET", "/reading?show=all").status == 404


def test_several_papers_are_one_command(served):
    fields = [("verdict", "like"), *(("paper", paper.id) for paper in PAPERS[:4])]
    answer = served.ask("POST", "/rate", fields, Accept="application/json")
    document = json.loads(answer.data)
    assert document["states"] == dict.fromkeys([paper.id for paper in PAPERS[:4]], "liked")
    assert document["undo"]["text"] == "Liked: 4 papers"
    served.ask("POST", "/undo", [("number", str(document["undo"]["number"]))])
    assert verdicts(served) == {}


def test_the_rest_of_a_list_is_marked_as_read_and_ratings_stay(served):
    served.ask("POST", "/rate", [("paper", PAPERS[0].id), ("verdict", "like")])
    listed = [("listed", paper.id) for paper in PAPERS]
    served.ask("POST", "/rest", listed)
    assert verdicts(served) == {paper.id: Verdict.READ for paper in PAPERS} | {PAPERS[0].id: Verdict.LIKE}


def test_text_from_outside_is_only_text(served):
    for path in ("/", f"/paper/{HOSTILE.id}", "/search?q=survey"):
        page = text(served.ask("GET", path))
        assert "<script>alert" not in page
        assert "<b>Bold" not in page
        assert "<i>Lovelace" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page
        assert "<math" in page


def test_follow_and_mute_from_a_card_and_take_them_out_again(served):
    served.ask("POST", "/rules", [("kind", "follow"), ("rule", "Ada Lovelace"), ("back", DAY)])
    served.ask("POST", "/rules", [("kind", "mute"), ("rule", "survey")])
    page = text(served.ask("GET", "/you"))
    assert "follow Ada Lovelace" in page
    assert "hide word “survey”" in page
    served.ask("POST", "/rules", [("kind", "mute"), ("rule", "word:survey"), ("remove", "1")])
    assert "survey" not in text(served.ask("GET", "/you")).partition("Your rules")[2].partition("<footer")[0]


def test_a_new_list_has_what_is_not_rated_yet(served):
    served.ask("POST", "/rate", [("paper", PAPERS[0].id), ("verdict", "like")])
    assert served.ask("POST", "/today", [("day", TODAY.isoformat()), ("back", "/")]).status == 303
    page = text(served.ask("GET", "/"))
    assert f'data-paper="{PAPERS[0].id}"' not in page
    assert f'data-paper="{PAPERS[1].id}"' in page


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("GET", "/paper/9999.99999", [], 404),
        ("GET", "/nothing/here", [], 404),
        ("GET", "/2026-13-45", [], 404),
        ("GET", "/9999-12-31", [], 404),  # a page of it would offer to rank what cannot be ranked
        ("GET", "/0001-01-01", [], 404),
        ("POST", "/today", [("day", "0001-01-01")], 400),
        ("POST", "/today", [("day", "9999-12-31")], 400),
        ("GET", "/static/other/page.js", [], 404),
        ("POST", "/rate", [("paper", "9999.99999"), ("verdict", "like")], 404),
        ("POST", "/rate", [("paper", "2001.00001"), ("verdict", "adore")], 400),
        ("POST", "/rate", [("paper", "2001.00001"), ("verdict", "close")], 400),
        ("POST", "/undo", [("number", "-1")], 303),
        ("POST", "/undo", [("number", "9" * 4000)], 303),
        ("POST", "/rules", [("kind", "follow")], 503),
        ("POST", "/rules", [("kind", "reset"), ("rule", "x")], 400),
        ("POST", "/topics", [("topic", "x"), ("change", "close")], 400),
        ("POST", "/topics", [("topic", "9" * 5_000), ("change", "drop")], 422),
        ("POST", "/keys", [("keys", "aus; Path=/x, 日本")], 303),
        ("POST", "/today", [("day", "soon")], 400),
        ("POST", "/rate", [("paper", "x" * 140_000)], 413),
        ("POST", "/", [], 405),
        ("PUT", "/", [], 405),
    ],
)
def test_strange_requests_have_a_page_that_says_so(served, method, path, fields, status):
    before = verdicts(served)
    answer = served.ask(method, path, fields)
    assert answer.status == status, text(answer)
    assert "Traceback" not in text(answer)
    assert ("Allow" in answer.headers) == (status == 405)  # RFC 9110, 15.5.6
    assert verdicts(served) == before


@pytest.mark.parametrize(
    "paper_id",
    [
        "hep-th/9901001",
        "title:3f2a",
        "doi:10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2",
        "doi:10.1002/a?b#c%2fd&e",
        "https://example.org/paper?id=3&x=1#top",
        "https://example.org/a%2Fb%20c+d",
        "https://example.org/été/論文",
    ],
)
def test_forms_of_a_paper_lead_back_to_its_page_whatever_its_id_is(home, paper_id):
    with Served.running(home, reading=True) as served:
        served.listed(make_paper(20)._replace(id=paper_id), *PAPERS[:2])
        addresses = map(unescape, re.findall(r'<h2><a href="([^"]+)"', text(served.ask("GET", "/"))))
        for address in addresses:
            page = text(served.ask("GET", address))
            for back in set(map(unescape, re.findall(r'name="back" value="([^"]*)"', page))):
                answer = served.ask("POST", "/rate", [("paper", paper_id), ("verdict", "like"), ("back", back)])
                there = text(served.ask("GET", answer.headers["Location"].partition("#")[0]))
                assert re.search("<h1.*</h1>", there)[0] == re.search("<h1.*</h1>", page)[0]


@given(st.text())
def test_forms_lead_back_to_our_own_pages_alone(back):
    page = Form({"back": [back]}).back
    assert page.startswith("/")
    assert not page.startswith(("//", "/\\"))
    assert page.isprintable()


@given(
    st.text()
    | st.lists(
        st.sampled_from(["$", "\\", "{", "}", "^2", "_i", "<", "&", "\\frac", "\\href", "x", " ", "\\text{"])
    ).map("".join)
)
def test_any_text_is_safe_html(text):
    page = re.sub(r'<span class="one">(.*?)</span>', r"\1", html(text))  # what stays on one line
    elements = set(re.findall(r"<\s*/?\s*([^\s>/]*)", page))
    assert all(re.fullmatch(r"m[a-z]+", name) for name in elements)  # mathematics alone
    assert not re.search(r"<[^>]*\b(?:href|on\w+|style|class|src)\s*=", page)


@given(st.lists(st.sampled_from(["$x$", "$n_2$", "word", ",", "-", " ", "研究", "w" * 30, "<"])))
def test_formulas_lose_nothing_of_the_text_around_them(parts):
    text = re.sub(r"<[^>]*>", "", html("".join(parts)))
    assert "".join(text.split()) == "".join(html(re.sub(r"\$", "", "".join(parts)).replace("_", "")).split())


def test_formulas_are_mathematics_and_the_rest_is_readable():
    assert html("Learning in $O(n^2)$ time") == (
        'Learning in <math><mrow><mi>O</mi><mo stretchy="false">(</mo><msup><mi>n</mi><mn>2</mn></msup>'
        '<mo stretchy="false">)</mo></mrow></math> time'
    )
    assert html("It costs $5 and $10 <now>") == "It costs $5 and $10 &lt;now&gt;"
    assert "<math" not in html(r"$\unknown{x}$")


def test_mail_links_stay_as_they_are(served):
    from recommender.delivery.mail.links import Action

    assert ask("GET", served.link(Action.LIKE, PAPERS[0].id)).status == 200
