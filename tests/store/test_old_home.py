"""A home that version 0.1 made: everything in it is still there, still means the same, and goes on."""

import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from pageserver import Served, ask, text
from stores import search
from support import ENCODER, REPOSITORY

from recommender import ranking
from recommender.delivery import remarks
from recommender.paper import Note, NoteKind, Nudge, NudgeKind, Reason, ReasonKind, Verdict
from recommender.profile import nudge
from recommender.store import profile_import, settings_edit
from recommender.store.blocks import Blocks, Packer
from recommender.store.home import Home
from recommender.store.outbox import Fate, Outbox

DATA = REPOSITORY / "tests" / "data"
EXPECTED = json.loads((DATA / "home-0.1.expected.json").read_text(encoding="utf-8"))
SCHEMA = 6  # of its profiles: the highest that version 0.1 reads
LINKS_ARE_GOOD = datetime(2026, 4, 1, 8, tzinfo=UTC)  # those of its mail, until the end of that month


@pytest.fixture
def old(home):
    """A copy of the home: verdicts of two days, nine lists, one mail, preferences, and packed blocks."""
    shutil.copytree(DATA / "home-0.1", home)
    return Home(home, home / "starters")


@pytest.fixture
def store(old):
    with old.profile_store("ada") as opened:
        yield opened


@pytest.fixture
def library(old):
    with old.library(ENCODER) as opened:
        yield opened


def old_reasons(number):
    """The reasons of one list as they were stored, by paper: kind, text, weight and paper; without words."""
    return {item["id"]: item["reasons"] for item in EXPECTED["lists"][number - 1]["items"]}


def test_its_verdicts_are_read_newest_first(store):
    assert {paper_id: verdict.value for paper_id, verdict in store.verdicts().items()} == EXPECTED["verdicts"]
    assert [entry.paper.id for entry in store.feedback()] == EXPECTED["history"]
    assert store.count() == (8, 3)


def test_undo_takes_its_commands_back_one_by_one(store):
    name, (change,) = store.undo(LINKS_ARE_GOOD)
    assert (name, change.paper.id, change.before, change.after) == ("like", "2504.01048", Verdict.LIKE, None)
    names = [name]
    while undone := store.undo(LINKS_ARE_GOOD):
        names.append(undone[0])
    assert names == ["like", "dislike", "import", "read", "dislike", "like", "like"]  # one was undone before
    assert store.verdicts() == {}


def test_its_last_list_is_read_with_all_reasons(store):
    shown, expected = store.last_list(), EXPECTED["last_list"]
    assert [item.paper_id for item in shown.items] == expected["ids"]
    assert (shown.kind, f"{shown.day}", shown.status.value, shown.considered, shown.notes) == (
        expected["kind"],
        expected["day"],
        expected["status"],
        expected["considered"],
        (),
    )
    for item in shown.items:
        reasons = [reason for reason in item.score.reasons if reason.kind is not ReasonKind.WORD]
        stored = old_reasons(shown.number)[item.paper_id]
        assert [(reason.weight, reason.paper_id) for reason in reasons] == [(row[2], row[3]) for row in stored]
        assert sum(reason.weight for reason in item.score.reasons) == pytest.approx(item.score.value)


def test_reasons_that_were_stored_as_sentences_are_read_by_their_subject(store):
    shown = {item.paper_id: item.score.reasons for item in store.last_list(day=store.lists(3)[1].day).items}
    kinds = Counter(reason.kind for reasons in shown.values() for reason in reasons)
    stored = Counter(row[1].split(" ")[0] for rows in old_reasons(2).values() for row in rows if row[0] == "nudge")
    assert (kinds[ReasonKind.FOLLOWED], kinds[ReasonKind.BOOSTED]) == (stored["followed"], stored["your"])
    subjects = {(reason.kind, reason.subject, reason.papers) for reasons in shown.values() for reason in reasons}
    assert {
        (ReasonKind.FOLLOWED, "Bryan Hooi", 0),
        (ReasonKind.BOOSTED, "word:diffusion", 0),
        (ReasonKind.AUTHOR, "Shouhong Ding", 3),
    } <= subjects


def test_the_note_of_a_list_is_read_as_its_text(store):
    notes = [shown.notes for shown in store.lists(3)]
    assert notes == [(), (Note(NoteKind.TEXT, {"text": "1 muted; --all shows them too."}),), ()]


def test_version_0_1_is_told_that_a_newer_one_wrote_the_file(old, store):
    """It would fail on the notes and reasons that are stored today, and it compares this number before it reads."""
    store.close()
    with closing(sqlite3.connect(old.profile_file("ada"))) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    assert version > SCHEMA


def test_its_rankings_are_read_with_all_reasons(store):
    scores = store.last_scores()
    first = EXPECTED["last_list"]["ids"][0]
    assert len(scores) == EXPECTED["last_list"]["considered"]
    assert Reason(ReasonKind.BOOSTED, "word:diffusion", 4.0) in scores[first].reasons


def test_its_settings_are_read(old):
    profile = old.profile("ada")
    assert profile.follow == ("Bryan Hooi",)
    assert profile.mute == (Nudge(NudgeKind.WORD, "survey", None),)
    assert profile.boost == (nudge("word:diffusion", 2),)
    assert (profile.list_size, profile.categories) == (8, ("cs.CV", "cs.CL"))
    assert profile.digests == (str(old.profiles_folder / "../digests"),)
    assert (profile.mail.to, profile.mail.feedback) == (("ada@example.org",), "ada@example.org")


def test_changing_a_setting_leaves_its_other_lines_alone(old):
    before = old.settings_file("ada").read_text()
    settings_edit.change(old.own_settings_file("ada"), "ada", "follow", lambda _: ["Bryan Hooi", "Ada Lovelace"])
    assert old.settings_file("ada").read_text() == before.replace('["Bryan Hooi"]', '["Bryan Hooi", "Ada Lovelace"]')


def test_its_mail_is_known_and_no_paper_of_it_is_new(store):
    outbox = Outbox(store)
    assert outbox.mailed_to("ada@example.org") == set(EXPECTED["mailed"])
    assert outbox.last().fate is Fate.ACCEPTED
    assert outbox.unsubscribed() == set()


@pytest.mark.parametrize("action", ["like", "dislike"])
def test_a_link_of_its_mail_is_answered_once(old, action):
    link = EXPECTED["tokens"][action]
    with Served.running(old.root, now=LINKS_ARE_GOOD) as served:
        for _ in range(2):
            answer = ask("POST", f"{served.address}/a/ada/{link['token']}")
            assert answer.status == 200, text(answer)
    with old.profile_store("ada") as store:
        assert store.verdicts()[link["paper"]] is Verdict(action)
        assert store.version() == 10  # one more command than before


def test_a_link_of_its_mail_does_not_count_after_its_time(old):
    day_after = datetime.fromisoformat(EXPECTED["tokens_good_until"]).replace(tzinfo=UTC) + timedelta(days=1)
    with Served.running(old.root, now=day_after) as served:
        answer = ask("POST", f"{served.address}/a/ada/{EXPECTED['tokens']['like']['token']}")
    assert answer.status == 403
    with old.profile_store("ada") as store:
        assert store.version() == 9


def test_an_export_of_it_is_imported(home):
    here = Home(home, home / "starters")
    profile_import.import_(here, DATA / "home-0.1.recommend.zip", "ada", remarks.note, with_mail=True)
    with here.profile_store("ada") as store:
        assert {paper_id: verdict.value for paper_id, verdict in store.verdicts().items()} == EXPECTED["verdicts"]
        assert [item.paper_id for item in store.last_list().items] == EXPECTED["last_list"]["ids"]
        assert store.undo(LINKS_ARE_GOOD)[0] == "like"
    assert here.profile("ada").follow == ("Bryan Hooi",)


def test_its_library_is_searched_and_its_terms_of_an_earlier_encoding_are_made_anew(library):
    assert library.count() == EXPECTED["rows"]["library.db"]["paper"]
    assert EXPECTED["last_list"]["ids"][0] in [paper.id for paper in search(library, "diffusion scaling", 5)]
    ids = EXPECTED["last_list"]["ids"]
    assert library.encodings(ids) == {}
    background = library.background(library.newest_day(), 100, set())
    assert len(background) == 22
    papers = library.papers(document.id for document in background)
    assert {document.id: document.terms for document in background} == {
        paper_id: ranking.encode(paper) for paper_id, paper in papers.items()
    }


def test_its_blocks_of_an_earlier_encoding_are_packed_anew(library):
    blocks = Blocks(library, Packer(ranking.pack, ranking.PACKING))
    assert blocks.unpacked() == [0]
    blocks.pack(0)
    assert blocks.unpacked() == []
    ((first, packed),) = blocks.blocks()
    assert (first, bool(packed)) == (0, True)


def test_a_new_list_is_made_from_it(old, run):
    made = run("today", "-p", "ada", old.root / "digests" / "2025-04-04" / "cs.CV.md", "--json")
    assert made.code == 0
    assert len(json.loads(made.out)["items"]) == 8
    assert (old.root / "cache" / "ada.counts").exists()
    assert not (old.root / "library.counts").exists()
