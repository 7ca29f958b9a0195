"""A hundred actions and a hundred times undo: what a profile holds is what it held before."""

import random
import re

import pytest
from pageserver import NOW, Served, text
from support import make_paper

from recommender.api import Recommender

PAPERS = [make_paper(number, f"Image fusion {number}", f"We fuse images, part {number}.") for number in range(1, 21)]
SETTINGS = """
follow = ["Ada Lovelace", "Mary Somerville"]
mute = ["word:survey"]
boost = { "word:fusion" = 2, "category:cs.RO" = -1.5 }
"""


@pytest.fixture
def served(home, impatient):
    with Served.running(home, reading=True) as running:
        running.listed(*PAPERS, likes=PAPERS[:3])
        settings = running.home.settings_file("ada")
        settings.write_text(settings.read_text() + SETTINGS, encoding="utf-8")
        yield running


def held(home):
    """What a profile holds for its reader: ratings with their times, lists, notes, and rules in any order."""
    with home.profile_store("ada") as store, Recommender("ada", home=home.root, clock=lambda: NOW) as ada:
        profile = ada.profile
        return {
            "ratings": store.feedback(),
            "records": store.records(),
            "notes": ada.notes(),
            "lists": store.lists(100),
            "offered": store.offered(""),
            "exported": ada.export("all"),
            "follow": sorted(profile.follow),
            "mute": sorted(rule.rule for rule in profile.mute),
            "boost": sorted((rule.rule, round(steps, 6)) for rule, steps in profile.steps),
            "rest": profile._replace(follow=(), mute=(), boost=()),
        }


def number_of(served):
    return re.search(r'name="number" value="([^"]*)"', text(served.ask("GET", "/")))[1]


def act(served, draw):
    """One action of any kind, as a page sends it."""
    papers = draw.sample(PAPERS, draw.choice((1, 1, 1, 2, 5)))
    chosen = [("paper", paper.id) for paper in papers]
    rule = draw.choice(("fusion", "survey", "word:images", "category:cs.RO"))
    author = draw.choice(("Ada Lovelace", "Mary Somerville", "Charles Babbage"))
    removed = [("remove", "1")] if draw.random() < 0.3 else []
    path, fields = draw.choice(
        [
            ("/rate", [("verdict", draw.choice(("like", "dislike", "read", "unmark"))), *chosen]),
            ("/rate", [("verdict", draw.choice(("like", "dislike", "read", "unmark"))), *chosen]),
            ("/rest", [("listed", paper.id) for paper in papers]),
            ("/rules", [("kind", "follow"), ("rule", author), *removed]),
            ("/rules", [("kind", "mute"), ("rule", rule), *removed]),
            ("/rules", [("kind", draw.choice(("boost", "lower"))), ("rule", rule), *removed]),
        ]
    )
    assert served.ask("POST", path, fields).status in (303, 503)  # a rule that is not there cannot be removed


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 3, *(pytest.param(seed, marks=pytest.mark.rare) for seed in range(4, 10))])
def test_undo_on_the_page_gives_back_what_the_profile_held(served, seed):
    draw, before = random.Random(seed), held(served.home)
    first = number_of(served)
    for _ in range(100):
        act(served, draw)
    assert held(served.home) != before
    for _ in range(100):
        if (number := number_of(served)) == first:  # the ratings that were there before
            break
        served.ask("POST", "/undo", [("number", number), ("back", "/")])
    assert number == first
    assert held(served.home) == before


@pytest.mark.parametrize("seed", range(3))
def test_undo_by_the_door_gives_back_what_the_profile_held(served, seed):
    draw, before = random.Random(seed), held(served.home)
    with Recommender("ada", home=served.home.root, clock=lambda: NOW) as ada:
        done = 0
        for _ in range(100):
            papers = draw.sample(PAPERS, draw.choice((1, 1, 2, 5)))
            rate = draw.choice((ada.like, ada.dislike, ada.read, ada.unmark))
            done += any(change.before is not change.after for change in rate(*[paper.id for paper in papers]))
        assert held(served.home) != before
        for _ in range(done):
            assert ada.undo() is not None
    assert held(served.home) == before


def test_an_undone_rule_that_was_removed_elsewhere_meanwhile_changes_nothing(served):
    served.ask("POST", "/rules", [("kind", "follow"), ("rule", "Charles Babbage")])
    with Recommender("ada", home=served.home.root, clock=lambda: NOW) as ada:
        ada.follow("Charles Babbage", remove=True)
    before = held(served.home)
    number = number_of(served)
    assert number.startswith("rule-")
    answer = served.ask("POST", "/undo", [("number", number)], Accept="application/json")
    assert "taken back before" in text(answer)
    assert held(served.home) == before
    assert not number_of(served).startswith("rule-")


def test_ratings_and_rules_are_taken_back_in_the_order_in_which_they_were_given(served):
    served.ask("POST", "/rate", [("verdict", "like"), ("paper", PAPERS[5].id)])
    served.ask("POST", "/rules", [("kind", "mute"), ("rule", "images")])
    served.ask("POST", "/rate", [("verdict", "read"), ("paper", PAPERS[6].id)])
    said = []
    for _ in range(3):
        answer = served.ask("POST", "/undo", [("number", number_of(served))], Accept="application/json")
        said.append(re.search(r'"text":"([^"]*)"', text(answer))[1])
    assert [each.split()[2] for each in said] == ["Marked", "Muted:", "Liked"]
