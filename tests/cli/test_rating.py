"""What keys do, on a terminal that is only a list of keys: many sequences, no process."""

import json
import re
from collections import deque
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SEED

from recommender import Recommender, Verdict
from recommender.cli.display import Display
from recommender.cli.keyboard import RESIZE, Gone, keys_in
from recommender.cli.rating import Rating
from recommender.cli.sitting import Deck, Sitting
from recommender.delivery.cards import Size
from recommender.delivery.layout import Layout

KEYS = [
    *"lllldddrjjjkkuoxAGgw?3 9",
    "enter",
    "escape",
    "up",
    "down",
    "page up",
    "page down",
    RESIZE,
    "paste:lll",
    "\x1b[5;5z",
]


class Keys:
    """A terminal that types a script, and keeps what it was shown."""

    def __init__(self, keys, size=Size(), plain=False):  # noqa: B008 - it never changes
        self.plain = plain
        self.keys = deque(keys)
        self.shown = []
        self._size = size

    def read(self):
        if not self.keys:
            raise Gone
        return self.keys.popleft()

    def size(self):
        return self._size

    def forget(self):
        pass

    def draw(self, lines):
        self.shown.append("\n".join(lines))

    say = draw

    def write(self, text):
        self.shown.append(text)


@pytest.fixture(scope="module")
def sat(tmp_path_factory):
    """A reader with a day, some of it rated."""
    home = tmp_path_factory.mktemp("home")
    (home / "profiles").mkdir()
    (home / "profiles" / "ada.toml").write_text('interests = "image fusion"\n')
    with Recommender("ada", home=home) as ada:
        ada.today(SEED)
        ada.like(1, 2)
        ada.dislike(3)
        yield ada, ada.triage.day(SEED, min_match=1)


def sit(rating):
    """Let a script run to its last key, also on from the end of the day."""
    with suppress(Gone):
        while True:
            rating.run()
            rating._is_over = False


def press(sat, keys, **terminal):
    ada, day = sat
    sitting, typed = Sitting(day), Keys(keys, **terminal)
    sit(Rating(ada, sitting, Display(typed, Layout())))
    return sitting, typed


def restore(ada, verdicts):
    """Give the ratings that there were, whatever was undone."""
    while ada.undo():
        pass
    for verdict, rate in ((Verdict.LIKE, ada.like), (Verdict.DISLIKE, ada.dislike)):
        rate(*(paper for paper, given in verdicts.items() if given is verdict))


@given(st.lists(st.sampled_from(KEYS), max_size=60), st.booleans())
def test_whatever_is_pressed_the_screen_says_what_is_stored(sat, keys, plain):
    before = sat[0].verdicts()
    try:
        sitting, _ = press(sat, keys, plain=plain)
        stored = sat[0].verdicts()
        changed = {paper for paper in {*stored, *before} if stored.get(paper) is not before.get(paper)}
        assert changed <= set(sitting.verdicts)
        assert {paper: stored.get(paper) for paper in sitting.verdicts} == sitting.verdicts
    finally:
        restore(sat[0], before)


@given(st.lists(st.sampled_from([*"lldr jkxA", "o", "enter"]), max_size=40))
def test_undo_as_often_as_something_was_done_gives_the_same_ratings_again(sat, keys):
    before = sat[0].verdicts()
    try:
        press(sat, [*keys, *"u" * keys_that_did_something(sat, keys)])
        assert sat[0].verdicts() == before
    finally:
        restore(sat[0], before)


def keys_that_did_something(sat, keys):
    """How many steps there are to undo after these keys; afterwards the ratings are those before."""
    ada, day = sat
    before = ada.verdicts()
    rating = Rating(ada, Sitting(day), Display(Keys(keys), Layout()))
    sit(rating)
    restore(ada, before)
    return len(rating._done_before)


def test_a_key_that_is_none_says_where_all_are(sat):
    assert "No key z; ? shows all keys." in press(sat, "z")[1].shown[-1]


@pytest.mark.parametrize("size", [Size(40, 20), Size(80, 24), Size(140, 40), Size(20, 4)])
def test_every_page_of_a_text_can_be_turned(sat, size):
    shown = press(sat, "?jjjjjjjjkkko?" + "w" + "j" * 30 + "k", size=size)[1].shown
    helped = " ".join(" ".join(screen.split()) for screen in shown)
    assert any("back to the cards" in " ".join(screen.split()) for screen in shown) or size.lines < 9
    assert all(word in helped for word in ("similar papers", "1-9", "g, G")) or size.lines < 9


@pytest.mark.parametrize("plain", [False, True])
def test_pages_of_titles_are_turned_as_a_whole(sat, plain):
    ada, day = sat
    sitting = Sitting(day)
    sitting.decks.append(Deck(day.shortlist.items, heading="all"))
    places = []

    class Watched(Keys):
        def read(self):
            places.append(sitting.deck.place)
            return super().read()

    keys = Watched(["page down", "j", "page down", "page up", *["page up"] * 3, *["page down"] * 9], plain=plain)
    sit(Rating(ada, sitting, Display(keys, Layout())))
    rows = 9 if plain else 19
    last = len(day.shortlist.items) - 1
    assert places[:5] == [0, rows, rows + 1, min(2 * rows, last), rows]
    assert places[7] == 0
    assert places[-1] == last


def test_pages_of_an_abstract_are_turned_back(sat):
    shown = press(sat, ["o", "page down", "page up", "page down"], size=Size(40, 12))[1].shown
    assert [re.search(r"page \d", screen)[0] for screen in shown[1:5]] == ["page 1", "page 2", "page 1", "page 2"]


def test_what_covers_the_cards_says_which_keys_still_do_something(sat):
    reasons, keys, card = press(sat, "w??")[1].shown[1:4]
    assert reasons.endswith("l like · d dislike · q back · ? keys")
    assert "read already" in keys
    assert "made of" in press(sat, "?w")[1].shown[2]
    assert "o abstract" in card


@pytest.mark.usefixtures("impatient")
def test_every_author_of_a_paper_can_be_followed(tmp_path):
    authors = [f"Author {number:02}" for number in range(1, 21)]
    (tmp_path / "d.jsonl").write_text(json.dumps({"id": "2006.00001", "title": "T", "authors": authors}))
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ada.toml").write_text("")
    with Recommender("ada", home=tmp_path) as ada:
        day = ada.triage.day(tmp_path / "d.jsonl")
        shown = press((ada, day), ["f", "o", "j", "2", "f", "o", "l"])[1].shown
        assert "1-9 follow · o more authors · any other back" in shown[1]
        assert "3  Author 12" in shown[2]
        assert "… 18 of 20 authors" in shown[2]
        assert "1-9 follow · any other back" in shown[3]
        assert ada.profile.follow == ("Author 20",)
        assert ada.verdicts() == {}  # a key that is no digit leaves, and rates nothing


def test_the_head_counts_and_the_end_sums_up(sat):
    sitting, typed = press(sat, "ljA")
    assert typed.shown[1].startswith("2/")
    assert "1 liked" in typed.shown[1]
    assert "46 papers announced = " in typed.shown[-1]
    assert sitting.summary().startswith(f"{len(sitting.day.cards)} of {len(sitting.day.cards)} seen · 1 liked")
    sat[0].undo()


# Keys as terminals send them

SEQUENCES = {
    "a": "a", "\r": "enter", "\x7f": "backspace", "\x1b[A": "up", "\x1bOB": "down", "\x1b[1;5C": "\x1b[1;5C",
    "\x1b[5~": "page up", "\x1b[200~ll d\x1b[201~": "paste:ll d", "\x1bl": "\x1bl", "é": "é", "深": "深", "\x04": "q",
}  # fmt: skip


@given(st.lists(st.sampled_from(sorted(SEQUENCES)), max_size=12), st.data())
def test_keys_are_the_same_however_their_bytes_arrive(sent, data):
    text, keys = "".join(sent), []
    rest = ""
    while text:
        end = data.draw(st.integers(1, len(text)))
        found, rest = keys_in(rest + text[:end])
        keys += found
        text = text[end:]
    assert keys == [SEQUENCES[each] for each in sent]
    assert rest == ""


@given(st.text(st.sampled_from("\x1b[O~;0123ld\x7f"), max_size=30))
def test_any_bytes_end_in_keys_or_wait_for_more(text):
    keys, rest = keys_in(text)
    assert all(keys)
    assert not rest or rest.startswith("\x1b")
