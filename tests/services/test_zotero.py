"""Likes and Zotero, both ways, against a server that speaks Zotero's API as it is documented."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import documents
import pytest
from support import NOW, make_paper
from zoteroserver import KEY, ZoteroServer, hurried_syncs

from recommender import Recommender
from recommender.errors import ProfileError, SourceError, ZoteroWaits
from recommender.paper import Verdict
from recommender.store.home import Home

SETTINGS = """\
interests = "image fusion"
[zotero]
collections = {collections}
into = "{into}"
by = "{by}"
"""


class Both:
    """A reader, and the reader's Zotero."""

    def __init__(self, folder, server, monkeypatch):
        self.server = server
        self.folder = folder
        self.home = Home(folder, folder / "starters")
        self.now = NOW
        monkeypatch.setenv("RECOMMEND_ZOTERO", server.address)
        self.home.profiles_folder.mkdir(parents=True)
        self.choose()

    def choose(self, collections=("Reading",), into="Liked", by=None, more=""):
        by = by or ("local" if self.server.local else "web")
        text = SETTINGS.format(collections=json.dumps(list(collections)), into=into, by=by) + more
        self.home.own_settings_file("ada").write_text(text)

    def reader(self):
        return Recommender("ada", home=self.folder, clock=lambda: self.now)

    def sync(self, **options):
        self.now += timedelta(minutes=1)
        with self.reader() as ada:
            return ada.sync_zotero(**options)

    def rate(self, verdict, *papers):
        self.now += timedelta(minutes=1)
        with self.home.profile_store("ada") as store:
            store.judge(papers, verdict, command=verdict.value if verdict else "unmark", at=self.now)

    def undo(self):
        self.now += timedelta(minutes=1)
        with self.home.profile_store("ada") as store:
            return store.undo(self.now)

    @property
    def verdicts(self):
        with self.home.profile_store("ada") as store:
            return store.verdicts()


@pytest.fixture(params=["local", "web"])
def both(request, home, monkeypatch):
    with ZoteroServer(local=request.param == "local").running() as server:
        made = Both(home, server, monkeypatch)
        for use in ("zotero", "zotero_local"):
            made.home.keep_password("ada", use, KEY)
        yield made


@pytest.fixture
def here(home, monkeypatch):
    """Zotero on this machine, which was not asked for permission yet."""
    with ZoteroServer().running() as server:
        yield Both(home, server, monkeypatch)


@pytest.fixture
def hurried():
    """No wait is longer than a moment; gives the waits."""
    with hurried_syncs() as waits:
        yield waits


def arxiv(number):
    return {"repository": "arXiv", "archiveID": f"arXiv:2001.{number:05}", "abstractNote": f"Abstract {number}"}


PAPERS = [make_paper(number, f"Image fusion {number}", authors=("Ada Lovelace",)) for number in range(1, 8)]


def test_new_items_become_likes_and_likes_get_items(both):
    reading = both.server.collection("Reading")
    both.server.add("Radar and light", reading, **arxiv(21))
    both.rate(Verdict.LIKE, *PAPERS[:2])
    report = both.sync()
    assert [entry.paper.id for entry in report.liked] == ["2001.00021"]
    assert {paper.id for paper in report.created} == {PAPERS[0].id, PAPERS[1].id}
    assert both.verdicts["2001.00021"] is Verdict.LIKE
    (liked,) = [key for key, each in both.server.collections.items() if each["name"] == "Liked"]
    items = [both.server.items[key] for key in both.server.members(liked)]
    assert {item["archiveID"] for item in items} == {"arXiv:2001.00001", "arXiv:2001.00002"}
    assert items[0]["creators"] == [{"creatorType": "author", "lastName": "Lovelace", "firstName": "Ada"}]


def test_a_sync_that_is_repeated_does_nothing(both):
    reading = both.server.collection("Reading")
    both.server.add("Radar and light", reading, **arxiv(21))
    both.rate(Verdict.LIKE, *PAPERS[:2])
    both.sync()
    before = json.dumps([both.server.items, both.server.collections, both.server.version]), both.verdicts
    writes = len(both.server.writes)
    for _ in range(2):
        assert both.sync().changes == 0
    assert (json.dumps([both.server.items, both.server.collections, both.server.version]), both.verdicts) == before
    assert len(both.server.writes) == writes


def test_a_dry_run_says_what_a_sync_then_does_and_changes_nothing(both):
    reading = both.server.collection("Reading")
    both.server.add("Radar and light", reading, **arxiv(21))
    there = both.server.add(PAPERS[0].title, **arxiv(1))
    both.rate(Verdict.LIKE, *PAPERS[:2])
    before = json.dumps([both.server.items, both.server.collections]), both.verdicts
    planned = both.sync(dry_run=True)
    assert (json.dumps([both.server.items, both.server.collections]), both.verdicts) == before
    assert both.server.writes == []
    done = both.sync()
    assert [paper.id for paper in planned.added] == [paper.id for paper in done.added] == [PAPERS[0].id]
    assert [paper.id for paper in planned.created] == [paper.id for paper in done.created] == [PAPERS[1].id]
    assert [entry.paper.id for entry in planned.liked] == [entry.paper.id for entry in done.liked]
    assert len(both.server.items) == 3
    assert len(both.server.items[there]["collections"]) == 1


def test_an_item_that_is_there_keeps_all_it_has(both):
    other = both.server.collection("Thesis")
    both.server.collection("Reading")
    key = both.server.add(PAPERS[0].title, other, extra="mine", tags=[{"tag": "good"}], **arxiv(1))
    both.rate(Verdict.LIKE, PAPERS[0])
    before = dict(both.server.items[key])
    both.sync()
    after = both.server.items[key]
    assert len(both.server.items) == 1
    assert after["collections"][0] == other
    assert len(after["collections"]) == 2
    assert {**after, "collections": 0, "version": 0} == {**before, "collections": 0, "version": 0}


def test_what_is_rated_otherwise_here_stays_so(both):
    reading = both.server.collection("Reading")
    both.rate(Verdict.DISLIKE, PAPERS[0])
    both.rate(Verdict.LIKE, PAPERS[1])
    both.rate(None, PAPERS[1])
    for number in (1, 2, 3):
        both.server.add(f"Image fusion {number}", reading, **arxiv(number))
    report = both.sync()
    assert both.verdicts == {PAPERS[0].id: Verdict.DISLIKE, PAPERS[2].id: Verdict.LIKE}
    assert report.declined == 2
    assert len(both.server.members(reading)) == 3


def test_likes_that_came_and_were_taken_back_do_not_come_again(both):
    reading = both.server.collection("Reading")
    both.server.add("Radar and light", reading, **arxiv(21))
    both.sync()
    assert both.undo()[0] == "zotero"
    assert both.sync().changes == 0
    assert both.verdicts == {}


def test_what_is_taken_out_there_stays_out_until_it_is_liked_anew(both):
    both.choose(collections=())
    both.rate(Verdict.LIKE, *PAPERS[:2])
    both.sync()
    (liked,) = both.server.collections
    first = next(key for key in both.server.members(liked) if both.server.items[key]["archiveID"].endswith("00001"))
    both.server.change(first, collections=[])
    report = both.sync()
    assert [paper.id for paper in report.left_out] == [PAPERS[0].id]
    assert both.verdicts == {PAPERS[0].id: Verdict.LIKE, PAPERS[1].id: Verdict.LIKE}
    assert len(both.server.members(liked)) == 1
    both.rate(None, PAPERS[0])
    both.rate(Verdict.LIKE, PAPERS[0])
    assert [paper.id for paper in both.sync().added] == [PAPERS[0].id]
    assert len(both.server.items) == 2


def test_a_collection_that_is_renamed_or_gone_is_no_word_on_its_likes(both):
    both.choose(collections=())
    both.rate(Verdict.LIKE, *PAPERS[:2])
    both.sync()
    (key,) = both.server.collections
    both.server.collections[key]["name"] = "Good ones"
    with pytest.raises(ProfileError, match=r"'Liked' any more; if it has another name"):
        both.sync()
    assert len(both.server.collections) == 1
    both.choose(collections=(), into="Good ones")
    report = both.sync()
    assert (report.changes, report.left_out) == (0, ())


def test_two_items_of_one_paper_are_one_like_and_no_third_item(both):
    reading = both.server.collection("Reading")
    both.server.add("Image fusion 1", reading, **arxiv(1))
    both.server.add("Image fusion 1", reading, item_type="journalArticle", DOI="10.1000/182", date="2020")
    assert len(both.sync().liked) == 1
    assert len(both.verdicts) == 1
    assert both.sync().changes == 0
    assert len(both.server.items) == 2


def test_notes_attachments_and_items_of_the_trash_are_no_papers(both):
    reading = both.server.collection("Reading")
    both.server.add("A note", reading, item_type="note")
    both.server.add("A file", reading, item_type="attachment")
    both.server.add("Thrown away", reading, deleted=1, **arxiv(21))
    assert both.sync().changes == 0
    assert both.verdicts == {}


def test_an_item_deleted_between_two_steps_is_made_anew_or_passed_over(both):
    reading = both.server.collection("Reading")
    gone = both.server.add("Radar and light", reading, **arxiv(21))
    there = both.server.add(PAPERS[0].title, **arxiv(1))
    both.rate(Verdict.LIKE, PAPERS[0])

    def meanwhile(asked):
        if "itemKey" in asked.path and gone in both.server.items:
            both.server.delete(gone)
        if asked.method == "POST" and there in both.server.items:
            both.server.delete(there)

    both.server.meanwhile = meanwhile
    report = both.sync()
    assert report.waiting == ()
    assert [item["archiveID"] for item in both.server.items.values()] == ["arXiv:2001.00001"]
    assert both.verdicts == {PAPERS[0].id: Verdict.LIKE}


def test_a_library_that_others_change_meanwhile_is_read_again(both):
    both.server.collection("Reading")
    both.rate(Verdict.LIKE, PAPERS[0])
    changed = []

    def meanwhile(asked):
        if asked.method == "POST" and len(changed) < 3:
            changed.append(both.server.add(f"Other {len(changed)}"))

    both.server.meanwhile = meanwhile
    report = both.sync()
    assert [paper.id for paper in report.created] == [PAPERS[0].id]
    assert len(both.server.items) == 4


def test_the_browser_saving_the_same_paper_meanwhile_makes_no_second_item(both):
    both.server.collection("Reading")
    both.rate(Verdict.LIKE, PAPERS[0])
    saved = []

    def meanwhile(asked):
        if asked.method == "POST" and asked.path.endswith("/items") and not saved:
            saved.append(both.server.add(PAPERS[0].title, **arxiv(1)))

    both.server.meanwhile = meanwhile
    report = both.sync()
    assert [paper.id for paper in report.added] == [PAPERS[0].id]
    assert list(both.server.items) == saved


def test_a_library_that_changes_all_the_time_lets_likes_wait(both):
    both.server.collection("Reading")
    both.server.collection("Liked")
    both.rate(Verdict.LIKE, PAPERS[0])
    both.server.meanwhile = lambda asked: both.server.add("Other") if asked.method == "POST" else None
    report = both.sync()
    assert [paper.id for paper in report.waiting] == [PAPERS[0].id]
    assert "changes all the time" in report.why
    both.server.meanwhile = lambda asked: None
    assert [paper.id for paper in both.sync().created] == [PAPERS[0].id]


def test_a_write_whose_answer_was_lost_counts_once(both, hurried):
    both.server.collection("Reading")
    both.server.collection("Liked")
    both.rate(Verdict.LIKE, *PAPERS[:3])

    def meanwhile(asked):
        if asked.method == "POST" and len(both.server.writes) == 1:
            both.server.faults = ["lost"]

    both.server.meanwhile = meanwhile
    report = both.sync()
    assert len(both.server.items) == 3
    assert report.waiting == ()
    assert both.sync().changes == 0


def test_a_sync_that_is_stopped_goes_on_where_it_was(both, hurried):
    both.server.collection("Reading")
    both.server.collection("Liked")
    many = [make_paper(number) for number in range(100, 230)]
    both.rate(Verdict.LIKE, *many)
    before = []

    def meanwhile(asked):
        if asked.method == "POST":
            before.append(asked)
            if len(before) == 2:
                raise ConnectionError("gone")

    both.server.meanwhile = meanwhile
    both.server.faults = []
    report = both.sync()
    both.server.meanwhile = lambda asked: None
    both.sync()
    assert len(both.server.items) == len(many)
    assert len({item["archiveID"] for item in both.server.items.values()}) == len(many)
    assert report.waiting == () or report.why


def test_a_busy_server_is_asked_again_and_its_backoff_is_kept(both, hurried):
    both.server.collection("Reading")
    both.rate(Verdict.LIKE, PAPERS[0])
    both.server.faults = [(503, {"Retry-After": "0"}), (429, {"Retry-After": "0"}), (200, {"Backoff": "1"})]
    assert len(both.sync().created) == 1
    assert len(hurried) > 2


def test_a_server_that_wants_a_long_rest_gets_it(both, hurried):
    both.server.collection("Reading")
    both.rate(Verdict.LIKE, PAPERS[0])
    both.server.faults = [(503, {"Retry-After": "3600"})]
    with pytest.raises(ZoteroWaits, match="asks to wait"):
        both.sync()
    asked = len(both.server.asked)
    with pytest.raises(ZoteroWaits, match="asked to wait"):
        both.sync()
    assert len(both.server.asked) == asked


def test_a_new_profile_lasts_for_thousands_of_items(both):
    """The library is read once; then a sync that has nothing to do asks a handful of times."""
    reading = both.server.collection("Reading")
    for number in range(1000):
        both.server.add(f"Paper {number}", *([reading] if number % 100 == 0 else []), **arxiv(number))
    assert len(both.sync().liked) == 10
    asked = len(both.server.asked)
    assert both.sync().changes == 0
    assert len(both.server.asked) - asked <= 6


def test_reading_that_is_broken_off_is_not_done_again(both, hurried):
    both.server.collection("Reading")
    for number in range(2000):
        both.server.add(f"Paper {number}", **arxiv(number))
    both.server.meanwhile = lambda asked: both.server.faults.append((503, {})) if len(both.server.asked) > 30 else None
    with pytest.raises(ZoteroWaits):
        both.sync()
    both.server.meanwhile = lambda asked: None
    both.server.faults.clear()
    read = sum("itemKey" in asked.path for asked in both.server.asked)
    both.sync()
    again = sum("itemKey" in asked.path for asked in both.server.asked) - read
    assert again <= 40 - 20


def test_a_closed_zotero_keeps_everything_waiting(home, monkeypatch):
    with ZoteroServer().running() as server:
        pass
    both = Both(home, server, monkeypatch)
    both.rate(Verdict.LIKE, PAPERS[0])
    with pytest.raises(ZoteroWaits, match="does not run here"):
        both.sync()
    assert both.verdicts == {PAPERS[0].id: Verdict.LIKE}


def test_a_zotero_that_answers_no_programs_says_where_to_allow_it(here):
    here.server.enabled = False
    with pytest.raises(SourceError, match="Allow other applications"):
        here.sync()


def test_an_older_zotero_gives_likes_and_takes_none(here):
    here.server.modern = False
    reading = here.server.collection("Reading")
    here.server.add("Radar and light", reading, **arxiv(21))
    here.rate(Verdict.LIKE, PAPERS[0])
    report = here.sync()
    assert len(report.liked) == 1
    assert [paper.id for paper in report.waiting] == [PAPERS[0].id]
    assert "Zotero 10" in report.why
    here.server.add("Later", reading, **arxiv(22))
    assert len(here.sync().liked) == 1


def test_writing_needs_permission_which_a_dialog_gives_once_and_for_all(here, run):
    here.server.collection("Reading")
    here.rate(Verdict.LIKE, PAPERS[0])
    first = run("zotero", "sync")
    assert first.code == 4
    assert "recommend zotero allow" in first.err
    allowed = run("zotero", "allow")
    assert allowed.code == 0, allowed.err
    file = here.home.password_file("ada", "zotero_local")
    assert file.stat().st_mode & 0o077 == 0
    assert run("zotero", "sync").code == 0
    assert len(here.server.items) == 1
    assert run("zotero", "sync").out == "Zotero: nothing to do; both sides agree.\n"


def test_a_permission_for_one_write_is_used_up(here, run):
    here.server.answer_to_dialog = "allow"
    here.server.collection("Reading")
    here.rate(Verdict.LIKE, PAPERS[0])
    assert "one change only" in run("zotero", "allow").out
    ran = run("zotero", "sync")  # makes the collection, and then needs another one
    assert ran.code == 4
    assert "1 paper liked here waits" in ran.out
    here.server.answer_to_dialog = "deny"
    assert run("zotero", "allow").code == 4


def test_another_database_of_zotero_is_read_anew(here):
    here.choose(into="Reading")
    here.server.keys.add(KEY)
    here.home.keep_password("ada", "zotero_local", KEY)
    reading = here.server.collection("Reading")
    here.server.add("Radar and light", reading, **arxiv(21))
    here.sync()
    here.server.server_id, here.server.version, here.server.items = "another", 77, {}
    here.server.add("Another", reading, **arxiv(22))
    assert [entry.paper.id for entry in here.sync().liked] == ["2001.00022"]


def test_a_collection_that_is_not_there_is_named_with_those_that_are(both):
    both.server.collection("Thesis")
    with pytest.raises(ProfileError, match=r"no collection 'Reading'; it has: Thesis"):
        both.sync()


def test_collections_in_collections_have_paths(both):
    thesis = both.server.collection("Thesis")
    part = both.server.collection("Part 2", thesis)
    both.server.add("Radar and light", part, **arxiv(21))
    both.choose(collections=["Thesis/Part 2"], into="Thesis/Good ones")
    both.rate(Verdict.LIKE, PAPERS[0])
    report = both.sync()
    assert len(report.liked) == len(report.created) == 1
    assert {each["name"]: each["parentCollection"] for each in both.server.collections.values()}["Good ones"] == thesis


@pytest.mark.parametrize("name", ["Reading ", " Reading", "Reading\u00a0"])
def test_spaces_around_a_collections_name_which_nobody_sees_do_not_count(both, name):
    both.server.add("Radar and light", both.server.collection(name), **arxiv(21))
    liked = both.server.collection(name.replace("Reading", "Liked"))
    both.choose(collections=["Reading"], into=" Liked ")
    both.rate(Verdict.LIKE, PAPERS[0])
    report = both.sync()
    assert len(report.liked) == len(report.created) == 1
    assert len(both.server.collections) == 2
    assert both.server.members(liked)


@pytest.mark.parametrize("into", ["Liked/", "/Liked", "A//B", "/"])
def test_a_collection_without_a_name_is_not_made(both, into):
    both.choose(collections=[], into=into)
    both.rate(Verdict.LIKE, PAPERS[0])
    with pytest.raises(ProfileError, match="a collection without a name"):
        both.sync()
    assert not both.server.collections


def test_a_server_may_ask_for_a_rest_of_any_length(both, hurried):
    both.server.collection("Reading")
    both.choose(into="Reading")
    both.server.faults = [(200, {"Backoff": "9" * 15})]
    both.rate(Verdict.LIKE, PAPERS[0])
    with suppress(ZoteroWaits):
        both.sync()
    assert both.verdicts == {PAPERS[0].id: Verdict.LIKE}


def test_something_else_on_that_port_is_said_to_be_none(both):
    both.server.faults = ["nonsense"] if not both.server.local else ["", "nonsense"]
    with pytest.raises(SourceError, match="not Zotero's API"):
        both.sync()


def test_a_key_without_rights_says_so(home, monkeypatch):
    with ZoteroServer(local=False).running() as server:
        both = Both(home, server, monkeypatch)
        with pytest.raises(ProfileError, match="RECOMMEND_ZOTERO_PASSWORD"):
            both.sync()
        both.home.keep_password("ada", "zotero", "wrong")
        with pytest.raises(SourceError, match="refuses the key"):
            both.sync()
        both.home.keep_password("ada", "zotero", KEY)
        server.may_write = False
        server.collection("Reading")
        both.rate(Verdict.LIKE, PAPERS[0])
        assert "may not write" in both.sync().why


def test_the_key_stands_in_no_log_and_no_message(home, monkeypatch, run):
    with ZoteroServer(local=False).running() as server:
        both = Both(home, server, monkeypatch)
        both.home.keep_password("ada", "zotero", KEY)
        both.choose(more='[mail]\nfrom = "a@b.c"\nto = ["a@b.c"]\nby = "maildir:out"\n')
        server.collection("Reading")
        both.rate(Verdict.LIKE, PAPERS[0])
        ran = run("run")
        log = both.home.log_file("ada").read_text()
        assert "created in Zotero" in log
        server.faults = [(500, {})] * 9
        assert KEY not in ran.out + ran.err + log


def test_a_run_without_zotero_is_no_failure(home, monkeypatch, run):
    with ZoteroServer().running() as server:
        pass
    both = Both(home, server, monkeypatch)
    both.choose(more='[mail]\nfrom = "a@b.c"\nto = ["a@b.c"]\nby = "maildir:out"\n')
    both.rate(Verdict.LIKE, PAPERS[0])
    run("run")
    assert "INFO Zotero waits: Zotero does not run here" in both.home.log_file("ada").read_text()


def test_without_settings_a_sync_says_what_to_write(run):
    ran = run("zotero", "sync", "-p", "example")
    assert ran.code == 5
    assert "[zotero]" in ran.err


def test_json_says_the_same(both, run):
    reading = both.server.collection("Reading")
    both.server.add("Radar and light", reading, **arxiv(21))
    both.rate(Verdict.LIKE, PAPERS[0])
    planned = json.loads(run("zotero", "sync", "--dry-run", "--json").out)
    assert planned["dry_run"]
    done = json.loads(run("zotero", "sync", "--json").out)
    assert [each["id"] for each in done["liked"]] == ["2001.00021"]
    assert {**planned, "dry_run": False} == done
    assert both.server.items
    for document in (planned, done):
        assert list(documents.validator("zotero-sync").iter_errors(document)) == []


def test_its_json_is_what_the_schema_says_whatever_a_sync_meets(both, run):
    def synced():
        document = json.loads(run("zotero", "sync", "--json").out)
        assert list(documents.validator("zotero-sync").iter_errors(document)) == []
        return {name for name, value in document.items() if value}

    reading = both.server.collection("Reading")
    both.server.add("Radar and light", reading, **arxiv(21))
    both.server.add("Image fusion 2", reading, **arxiv(2))
    there = both.server.add("Image fusion 3", **arxiv(3))
    both.rate(Verdict.LIKE, PAPERS[0], PAPERS[2])
    both.rate(Verdict.DISLIKE, PAPERS[1])
    assert synced() >= {"liked", "created", "added", "declined"}
    both.server.change(there, collections=[])
    assert "left_out" in synced()


def test_its_json_says_what_waits_and_why(here, run):
    here.server.modern = False
    here.server.collection("Reading")
    here.rate(Verdict.LIKE, PAPERS[0])
    document = json.loads(run("zotero", "sync", "--json").out)
    assert list(documents.validator("zotero-sync").iter_errors(document)) == []
    assert [each["id"] for each in document["waiting"]] == [PAPERS[0].id]
    assert "Zotero 10" in document["why"]


def test_collections_are_topics_if_asked_and_what_the_reader_decided_stays(both):
    fusion, graphs = both.server.collection("Fusion"), both.server.collection("Graphs")
    for number in range(1, 4):
        both.server.add(f"On image fusion {number}", fusion, **arxiv(number))
        both.server.add(f"On graph colouring {number}", graphs, **arxiv(10 + number))
    both.choose(collections=["Fusion", "Graphs"], into="", more="topics = true\n")
    both.sync()
    with both.reader() as ada:
        assert {topic.name for topic in ada.topics.all()} == {"Fusion", "Graphs"}
        ada.topics.rename("Graphs", "Colourings")
        ada.topics.weigh("Fusion", 2)
    both.server.add("On graph colouring 4", graphs, **arxiv(14))
    both.sync()
    rules = both.home.profile("ada").topics
    assert {(rule.name, len(rule.papers), rule.weight) for rule in rules} == {
        ("Fusion", 3, 2.0),
        ("Colourings", 4, 1.0),
    }
    before = both.home.own_settings_file("ada").read_bytes()
    both.sync()
    assert both.home.own_settings_file("ada").read_bytes() == before


@pytest.mark.slow
def test_a_sync_killed_at_any_request_loses_and_doubles_nothing(here):
    """Kill the process at its first request, its second, and so on; then let one sync end."""
    here.home.keep_password("ada", "zotero_local", KEY)
    here.server.keys.add(KEY)
    reading = here.server.collection("Reading")
    for number in range(30, 33):
        here.server.add(f"Radar {number}", reading, **arxiv(number))
    here.rate(Verdict.LIKE, *PAPERS)
    environment = {**os.environ, "RECOMMEND_HOME": str(here.folder)}
    for last in range(1, 13):
        running = subprocess.Popen(
            [sys.executable, "-m", "recommender", "zotero", "sync", "-p", "ada"], env=environment
        )
        before = len(here.server.asked)

        def meanwhile(_asked, running=running, last=last, before=before):
            if len(here.server.asked) - before == last:
                running.kill()

        here.server.meanwhile = meanwhile
        running.wait(60)
    here.server.meanwhile = lambda asked: None
    here.sync()
    assert set(here.verdicts) == {paper.id for paper in PAPERS} | {f"2001.{number:05}" for number in range(30, 33)}
    ids = [item["archiveID"] for item in here.server.items.values()]
    assert len(ids) == len(set(ids)) == 10
    assert here.sync().changes == 0
