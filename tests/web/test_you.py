"""The page on what steers the lists, and the note on a paper's page, as forms without a script."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from pageserver import Served, text
from support import NOW, make_paper

from recommender.api import Recommender
from recommender.paper import Giver
from recommender.profile import FOLLOWED

PAPERS = [
    make_paper(
        number,
        f"{'Image fusion' if number % 2 else 'Graph kernels'} number {number}",
        f"We {'fuse infrared images' if number % 2 else 'compare graph kernels'}, part {number}.",
        authors=("Ada Lovelace", f"Author Number{number % 3}") if number % 2 else ("Grace Hopper",),
    )
    for number in range(1, 25)
]
FIRST = PAPERS[0].id


@pytest.fixture
def served(home):
    with Served.running(home, reading=True) as running:
        running.listed(*PAPERS)
        yield running


@pytest.fixture
def taught(served):
    """The same reader with ratings to learn from."""
    with Recommender("ada", home=served.home.root, clock=lambda: NOW) as reader:
        reader.like(*(paper.id for paper in PAPERS[0:16:2]))
        reader.dislike(*(paper.id for paper in PAPERS[1:16:2]))
    return served


def settings(served: Served) -> str:
    return served.home.settings_file("ada").read_text()


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields of the first form with this action, as a browser would send them."""
    body = re.search(rf'<form method="post" action="{action}".*?</form>', page, re.DOTALL)[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        fields[name[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', body, re.DOTALL):
        fields[name] = unescape(value)
    return fields


def you(served: Served) -> str:
    answer = served.ask("GET", "/you")
    assert answer.status == 200
    return text(answer)


def send(served: Served, action: str, fields: dict[str, str], **changes: str):
    return served.ask("POST", action, [*({**fields, **changes}).items()])


def problem(answer) -> str:
    return " | ".join(map(unescape, re.findall(r'class="wrong"[^>]*>(.*?)<', text(answer), re.DOTALL)))


# Settings


def test_settings_are_shown_and_changed_by_a_form(served):
    fields = form_of(you(served), "/settings")
    assert (fields["interests"], fields["categories"], fields["list_size"]) == ("fusion", "cs.CV", "10")
    new = {"interests": "image fusion\r\ngraphs; kernels", "categories": "cs.CV, eess.IV", "min_match": "20"}
    answer = send(served, "/settings", fields, **new)
    assert (answer.status, answer.headers["Location"]) == (303, "/you#settings-saved")
    assert 'interests = "image fusion; graphs; kernels"' in settings(served)
    assert 'categories = ["cs.CV", "eess.IV"]' in settings(served)
    assert form_of(you(served), "/settings")["interests"] == "image fusion\ngraphs\nkernels"


def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(served):
    before = settings(served)
    fields = form_of(you(served), "/settings")
    typed = {"interests": "a <b>new</b> one", "categories": "cs.CV cs.XX", "list_size": "lots", "variety": "7"}
    answer = send(served, "/settings", fields, **typed)
    assert answer.status == 422
    assert settings(served) == before
    again = form_of(text(answer), "/settings")
    assert {name: again[name] for name in typed} == typed
    assert "'cs.XX' is no arXiv category" in problem(answer)
    assert "A whole number from 1 to 10,000 is needed, not “lots”." in problem(answer)
    assert text(answer).count('aria-invalid="true"') == 2
    assert send(served, "/settings", again, categories="cs.CV", list_size="9").status == 303
    assert 'interests = "a <b>new</b> one"' in settings(served)


@pytest.mark.parametrize("letter", ["a", "é", "融", "🎉", "\n"])
def test_interests_of_the_greatest_length_are_saved_and_changed_again(served, letter):
    longest = re.search(r'<textarea[^>]*maxlength="(\d+)"', you(served))[1]
    for text_of, size in ((letter * int(longest), "7"), (letter * (int(longest) - 1) + "x", "8")):
        fields = form_of(you(served), "/settings")
        typed = {"interests": text_of.replace("\n", "\r\n"), "list_size": size}
        assert send(served, "/settings", fields, **typed).status == 303
    assert "list_size = 8" in settings(served)


def test_two_tabs_do_not_overwrite_each_other(served):
    one, other = form_of(you(served), "/settings"), form_of(you(served), "/settings")
    send(served, "/settings", one, list_size="7")
    assert send(served, "/settings", other, variety="5").status == 303  # another setting
    assert ("list_size = 7" in settings(served), "variety = 5" in settings(served)) == (True, True)
    refused = send(served, "/settings", other, list_size="8")
    assert "changed elsewhere meanwhile, to “7”" in problem(refused)
    assert "list_size = 7" in settings(served)
    assert send(served, "/settings", form_of(text(refused), "/settings")).status == 303
    assert "list_size = 8" in settings(served)


def test_a_form_that_is_sent_twice_changes_settings_once(served):
    fields = form_of(you(served), "/settings") | {"list_size": "7"}
    assert [send(served, "/settings", fields).status for _ in range(2)] == [303, 303]
    assert settings(served).count("list_size") == 1


def test_settings_that_cannot_be_written_are_told(served):
    fields = form_of(you(served), "/settings")
    served.home.own_settings_file("ada").write_text("list_size = [1\n")
    answer = send(served, "/settings", fields, variety="5")
    assert (answer.status, "not valid TOML" in text(answer)) == (503, True)


# Rules, words, authors, topics


def test_a_rule_that_is_wrong_stays_in_its_field(served):
    answer = send(served, "/rules", {"back": "/you#rules", "kind": "mute", "rule": "the"})
    assert (answer.status, "No paper is ever found by 'the'" in problem(answer)) == (422, True)
    assert 'name="rule" value="the"' in text(answer)
    assert '<option value="mute" selected>' in text(answer)
    assert send(served, "/rules", {"back": "/you#rules", "kind": "follow"}).status == 422


@pytest.mark.parametrize(
    ("kind", "rule"), [("follow", "Ada Lovelace"), ("mute", "word:graph"), ("boost", "word:fusion")]
)
def test_a_rule_is_added_and_taken_out_once_however_often_its_button_is_pressed(served, caplog, kind, rule):
    before = settings(served)
    for changes in ({}, {"remove": "1"}):
        for _ in range(3):
            fields = {"kind": kind, "rule": rule, "back": "/you#rules", **changes}
            assert send(served, "/rules", fields).headers["Location"] == "/you#rules"
        assert settings(served).count(rule) == (0 if changes else 1)
    assert settings(served).strip() == before.strip()
    assert not caplog.records


def test_a_rule_that_cannot_be_taken_out_is_not_said_to_be_gone(served):
    send(served, "/rules", {"kind": "mute", "rule": "word:graph", "back": "/you"})
    before = settings(served)
    served.home.settings_file("ada").write_text(before + "\nlist_size = [1\n")
    answer = send(served, "/rules", {"kind": "mute", "rule": "word:graph", "remove": "1", "back": "/you"})
    assert (answer.status, "not valid TOML" in text(answer)) == (503, True)


def test_papers_are_raised_and_lowered_by_rules(served):
    for kind, rule in (
        ("boost", "fusion"),
        ("lower", "category:cs.CV"),
        ("follow", "Ada Lovelace"),
        ("mute", "survey"),
    ):
        assert send(served, "/rules", {"back": "/you#rules", "kind": kind, "rule": rule}).status == 303
    page = unescape(you(served))
    for told in (
        "move word “fusion” up, 1 of 3 steps",
        "move category “cs.CV” down, 1 of 3 steps",
        "follow Ada Lovelace",
        "hide word “survey”",
    ):
        assert told in page
    with Recommender("ada", home=served.home.root) as reader:
        assert {nudge.weight for nudge in reader.profile.nudges} == {FOLLOWED, 0.75, -0.75, None}


@pytest.mark.parametrize("steps", ["nan", "inf", "4", "-3.5", "x", "1e999"])
def test_steps_out_of_bounds_are_no_form_of_ours(served, steps):
    fields = {"back": "/you#words", "kind": "boost", "rule": "word:fusion", "steps": steps}
    assert send(served, "/rules", fields).status == 400


@pytest.mark.parametrize(("part", "name"), [("words", "fuse"), ("authors", "Ada Lovelace")])
def test_what_was_learned_has_its_effect_and_a_switch(taught, part, name):
    def row():
        table = you(taught).partition(f'id="{part}"')[2].partition("</table>")[0]
        return next(each for each in table.split("<tr")[2:] if f'scope="row">{name}' in each)

    before = settings(taught)
    effect = re.search(r"<td>([+−][0-9.]+)</td>", row())[1]
    assert float(effect.replace("−", "-")) > 0
    send(taught, "/rules", form_of(row(), "/rules"))
    with Recommender("ada", home=taught.home.root, clock=lambda: NOW) as reader:
        (weight,) = [nudge.weight for nudge in reader.profile.boost]
    assert weight == pytest.approx(-min(float(effect), 2.25), abs=0.01)
    assert ("Count again" in row(), 'class="out"' in row()) == (True, True)
    send(taught, "/rules", form_of(row(), "/rules"))
    assert "Take out" in row()
    assert settings(taught) == before


def test_a_name_of_a_topic_that_is_wrong_stays_in_its_field(taught):
    page = you(taught)
    name = re.search(r'name="topic" value="([^"]*)">.*?value="rename"', page, re.DOTALL)
    fields = {"back": "/you#topics", "topic": unescape(name[1]), "name": "12", "change": "rename"}
    answer = send(taught, "/topics", fields)
    assert (answer.status, "cannot be a topic" in problem(answer)) == (422, True)
    assert 'name="name" value="12"' in text(answer)
    assert send(taught, "/topics", fields, change="nonsense").status == 400


def test_a_topic_is_changed_by_its_whole_name_and_a_form_that_is_sent_twice_changes_it_once(taught):
    def names():
        with Recommender("ada", home=taught.home.root, clock=lambda: NOW) as reader:
            return [topic.name for topic in reader.topics.all()]

    name = unescape(re.search(r'name="topic" value="([^"]*)">.*?value="rename"', you(taught), re.DOTALL)[1])
    fields = {"back": "/you#topics", "topic": name, "name": "my own", "change": "rename"}
    assert [send(taught, "/topics", fields).status for _ in range(2)] == [303, 303]
    assert names().count("my own") == 1
    before = settings(taught)
    answer = send(taught, "/topics", fields, topic="my o", change="drop")
    assert (answer.status, "No topic is named “my o”" in problem(answer)) == (422, True)
    assert settings(taught) == before
    assert [send(taught, "/topics", fields, topic="my own", change="reset").status for _ in range(2)] == [303, 303]
    assert "my own" not in names()


# The map and the learning curve


def test_the_map_has_a_page_of_its_own_and_a_small_picture(taught):
    with Recommender("ada", home=taught.home.root, clock=lambda: NOW) as reader:
        drawn = reader.pictures.map()
    assert len(drawn.rated) == 16
    page, whole = you(taught), text(taught.ask("GET", "/you/map"))
    assert '<a class="map" href="/you/map">' in page
    assert ("chart-map" in page, "chart-map" in whole) == (False, True)
    assert PAPERS[0].title in whole


def test_without_a_map_both_pages_say_what_is_missing(served):
    for path in ("/you", "/you/map"):
        assert "A map needs 10" in text(served.ask("GET", path))


def test_the_learning_curve_is_measured_by_a_button_alone(taught, monkeypatch):
    monkeypatch.setattr("recommender.services.evaluation.replay", None)
    assert "is not measured yet" in you(taught)
    monkeypatch.undo()
    assert send(taught, "/evaluate", {"back": "/you#quality"}).status == 303
    assert "Learning curve measured 2026" in you(taught) or "too little to measure" in you(taught)


# Notes


def paper(served: Served, number: str = FIRST) -> str:
    return text(served.ask("GET", f"/paper/{number}"))


def notes(served: Served) -> dict[str, str]:
    with served.home.profile_store("ada") as store:
        return store.notes()


def test_a_note_is_kept_shown_and_removed_by_a_form(served):
    fields = form_of(paper(served), "/note")
    answer = send(served, "/note", fields, note="  one\r\n<b>two</b>\x1b[31m & \u202emore ")
    assert (answer.status, answer.headers["Location"]) == (303, f"/paper/{FIRST}#note-saved")
    assert notes(served) == {FIRST: "one\n<b>two</b> & more"}
    page = paper(served)
    assert form_of(page, "/note")["note"] == "one\n<b>two</b> & more"
    assert "<b>two" not in page
    for path in ("/", "/search?q=fusion"):
        assert "Note: one &lt;b&gt;two&lt;/b&gt; &amp; more" in text(served.ask("GET", path))
    send(served, "/note", form_of(page, "/note"), note="")
    assert notes(served) == {}


def test_rated_papers_show_notes_and_are_found_by_them(served):
    send(served, "/note", form_of(paper(served), "/note"), note="quintessential baseline")
    served.ask("POST", "/rate", [("paper", FIRST), ("paper", PAPERS[1].id), ("verdict", "like")])
    assert "Note: quintessential baseline" in text(served.ask("GET", "/rated"))
    assert "1 of 2 rated papers" in text(served.ask("GET", "/rated?q=quintessential"))


def test_a_note_that_was_changed_in_another_tab_is_not_overwritten(served):
    stale = form_of(paper(served), "/note")
    send(served, "/note", stale, note="from the first tab")
    refused = send(served, "/note", stale, note="from the second")
    assert (refused.status, "to: “from the first tab”" in problem(refused)) == (422, True)
    assert notes(served) == {FIRST: "from the first tab"}
    again = form_of(text(refused), "/note")
    assert again["note"] == "from the second"
    assert send(served, "/note", again).status == 303
    assert notes(served) == {FIRST: "from the second"}
    assert send(served, "/note", again).status == 303  # sent twice


def test_a_note_that_is_too_long_is_kept_in_its_field(served):
    fields = form_of(paper(served), "/note")
    answer = send(served, "/note", fields, note="é" * 5001)
    assert (answer.status, "5,001 characters" in problem(answer)) == (422, True)
    assert form_of(text(answer), "/note")["note"] == "é" * 5001
    assert notes(served) == {}
    assert send(served, "/note", fields, note="\U0001f600" * 5000).status == 303  # the largest that a form can have


def test_a_note_on_no_paper_is_refused(served):
    assert send(served, "/note", {"paper": "nonsense", "note": "x"}).status == 404
    assert send(served, "/note", {"note": "x"}).status == 404


class _Attributes(HTMLParser):
    """The attributes of a page, and of each button its label beside its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str]] = []
        self.buttons: list[list[str]] = []
        self._is_button = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.attributes += [(name, value or "") for name, value in attrs]
        self._is_button = tag == "button"
        if self._is_button:
            self.buttons.append([dict(attrs).get("aria-label") or "", ""])

    def handle_endtag(self, tag):
        self._is_button = False

    def handle_data(self, data):
        if self._is_button:
            self.buttons[-1][1] += data


def test_no_title_breaks_an_attribute_and_labels_begin_as_their_buttons_do(served):
    odd = [make_paper(900 + n, f'Fusion {n} in $O(n^2)$ of "words" & <b>', authors=('Ada "A" <b>',)) for n in range(4)]
    served.announced(*odd)
    with Recommender("ada", home=served.home.root, clock=lambda: NOW) as reader:
        reader.like(odd[0].id)
        reader.note(odd[0].id, 'a "note" <b>')
        reader.reading.later(odd[1].id)
    with Recommender("ada", home=served.home.root, clock=lambda: NOW, giver=Giver.AGENT) as agent:
        agent.like(odd[2].id)
    paths = ("/", "/best", "/rated", "/reading", "/reading?show=unopened", "/you", "/search?q=fusion")
    for path in (*paths, *(f"/paper/{each.id}" for each in odd)):
        source = text(served.ask("GET", path))
        page = _Attributes(source)
        assert all(re.fullmatch("[a-zA-Z-]+", name) for name, _ in page.attributes), path
        assert not [value for _, value in page.attributes if "<math" in value], path
        assert all(label.startswith(shown.strip()) for label, shown in page.buttons if label), path
        assert not re.findall(r"[a-z]\.[A-Z][a-z]+ ", re.sub("</?(?:a|code|strong)[^>]*>", "", source)), (
            path
        )  # no space between


# What agents rated


@pytest.fixture
def suggested(served):
    """The same reader, for whom an agent liked two papers and disliked one."""
    with Recommender("ada", home=served.home.root, clock=lambda: NOW, giver=Giver.AGENT) as agent:
        agent.like(PAPERS[0].id, PAPERS[2].id)
        agent.dislike(PAPERS[1].id)
    return served


def waiting(served: Served) -> set[str]:
    with Recommender("ada", home=served.home.root, clock=lambda: NOW) as reader:
        return {entry.paper.id for entry in reader.suggestions()}


def test_what_agents_rated_is_shown_where_the_reader_sees_what_counts(suggested):
    assert '<a href="/rated#agents">3 ratings by an agent</a> to confirm' in you(suggested)
    page = text(suggested.ask("GET", "/rated"))
    assert "Rated by an agent, to confirm" in page
    assert all(paper.title in page for paper in PAPERS[:3])
    assert "0 of 0 rated papers" in page  # they weigh nothing
    assert "by an agent" not in text(suggested.ask("GET", "/rated?q=fusion"))  # a search is in what the reader rated


def test_a_rating_by_an_agent_counts_by_a_button_is_dropped_by_another_and_both_can_be_undone(suggested):
    first, second, third = (paper.id for paper in PAPERS[:3])
    assert send(suggested, "/confirm", {"paper": first, "back": "/rated"}).headers["Location"] == "/rated"
    assert [each.paper.id for each in suggested.feedback()] == [first]
    assert waiting(suggested) == {second, third}
    assert "Let an agent" in text(suggested.ask("GET", "/rated"))  # the line of the undo
    send(suggested, "/undo", form_of(text(suggested.ask("GET", "/rated")), "/undo"))
    assert (suggested.feedback(), waiting(suggested)) == ([], {first, second, third})
    send(suggested, "/rate", {"paper": second, "verdict": "unmark", "back": "/rated"})
    assert waiting(suggested) == {first, third}
    both = [("paper", first), ("paper", third), ("back", "/rated")]
    assert suggested.ask("POST", "/confirm", both).status == 303
    assert {each.paper.id for each in suggested.feedback()} == {first, third}
    assert "by an agent" not in you(suggested)


@pytest.mark.parametrize("fields", [[], [("paper", FIRST)]])
def test_confirming_nothing_or_what_does_not_wait_changes_nothing(served, fields):
    assert served.ask("POST", "/confirm", [*fields, ("back", "/rated")]).status == 303
    assert served.feedback() == []
