"""No read writes: neither into a file that is there, nor by making one that is not."""

import inspect
import shutil
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from support import ENCODER, NOW, REPOSITORY, make_paper

from recommender import ranking
from recommender.paper import Nudge, NudgeKind
from recommender.store import housekeeping
from recommender.store.blocks import Blocks, Packer
from recommender.store.group_logins import Logins
from recommender.store.group_store import GroupStore
from recommender.store.group_votes import Votes
from recommender.store.home import Home
from recommender.store.http_cache import HttpCache
from recommender.store.library import Library
from recommender.store.outbox import Outbox
from recommender.store.profile_store import ProfileStore
from recommender.store.reading_list import ReadingList
from recommender.store.search import Query, find
from recommender.store.zotero_links import ZoteroLinks

OLD_HOME = REPOSITORY / "tests" / "data" / "home-0.1"
DAY = date(2025, 4, 4)
IDS = ["2504.02154", "2504.00430", "none"]
ADA = "ada@example.org"

OPEN = {
    Library: lambda home: home.library(ENCODER),
    Blocks: lambda home: home.library(ENCODER),
    ProfileStore: lambda home: home.profile_store("ada"),
    Outbox: lambda home: home.profile_store("ada"),
    ReadingList: lambda home: home.profile_store("ada"),
    ZoteroLinks: lambda home: home.profile_store("ada"),
    HttpCache: lambda home: home.http_cache(),
    **dict.fromkeys((GroupStore, Logins, Votes), lambda home: GroupStore(home.group_file, home.backups_folder)),
}
WRAP = {
    Blocks: lambda library: Blocks(library, Packer(ranking.pack, ranking.PACKING)),
    **{each: each for each in (Outbox, ReadingList, Logins, Votes)},
    ZoteroLinks: lambda store: ZoteroLinks(store, "local:users/0"),
}
WRITES = {
    Library: {"save", "add", "note_fetch"},
    Blocks: {"pack"},
    ProfileStore: {
        "judge",
        "import_verdicts",
        "undo",
        "undo_agents",
        "confirm",
        "complete",
        "keep",
        "reset",
        "copy_to",
        "record",
        "offer",
        "keep_ranking",
        "keep_records",
        "write_note",
        "import_notes",
    },
    Outbox: {"begin", "accept", "fail", "make_key", "rate", "unsubscribe", "subscribe"},
    ReadingList: {"put", "open"},
    ZoteroLinks: {"keep"},
    HttpCache: {"reserve", "back_off", "keep"},
    GroupStore: {"invite", "set_state", "choose", "erase", "empty_log", "make_key"},
    Logins: {"add_link", "identify", "drop_old", "use", "start", "end", "end_number", "end_all"},
    Votes: {
        "replan",
        "keep_notes",
        "share",
        "unshare",
        "vote",
        "withdraw",
        "disown",
        "keep_several",
        "claim_agenda",
        "settle_agenda",
    },
}
FILE = {"create", "close", "transaction", "reading", "autocommit"}  # of the file itself, not of what it holds
READS = {
    Library: {
        "alike": ([make_paper(1)],),
        "announced_before": (DAY, 5, IDS),
        "announced_days": (DAY, DAY, ["cs.CV"]),
        "announced_between": (None, DAY, ["cs.CV"]),
        "awaits": ("cs.CV", DAY, NOW),
        "background": (DAY, 5, IDS),
        "count": (),
        "day_read": ("x",),
        "days_of": (IDS,),
        "digests": ("x",),
        "encodings": (IDS,),
        "fetched": ("cs.CV", DAY),
        "first_announced": (),
        "harvest": ("cs.CV", DAY, DAY),
        "having": ("authors", IDS),
        "has_list": ("cs.CV", DAY),
        "has_read": ("x",),
        "last_digest": (),
        "newest_day": (["cs.CV"],),
        "papers": (IDS,),
        "revised_between": (DAY - timedelta(days=3), DAY),
        "search_any": (["diffusion", "model"], 5),
        "state": (),
    },
    Blocks: {
        "authors_with": (["hooi"],),
        "blocks": (),
        "by_keys": ([1, 2, 99],),
        "has_blocks": (),
        "keys": (),
        "keys_announced": (DAY, DAY),
        "keys_of": (IDS,),
        "keys_with": (Nudge(NudgeKind.WORD, "diffusion", 1.0),),
        "unpacked": (),
    },
    ProfileStore: {
        "count": (),
        "daily_counts": (DAY,),
        "feedback": (),
        "kept_ranking": ("x",),
        "lacking": (),
        "last_command": (),
        "last_list": (),
        "part_of_day": (["today"], DAY, slice(0, 5)),
        "last_scores": (),
        "listed_days": (),
        "lists": (3,),
        "matches": (DAY,),
        "newest_day": (),
        "notes": (),
        "offered": ("",),
        "outcomes": (DAY,),
        "paper_ids": (),
        "papers": (IDS,),
        "rated_elsewhere": (),
        "records": (),
        "shown_on_other_days": (DAY,),
        "suggestions": (),
        "spoken_of": (),
        "verdicts": (),
        "version": (),
    },
    Outbox: {
        "answered": ("x",),
        "first_of": (ADA, DAY),
        "is_unsubscribed": (ADA,),
        "key": (),
        "known_as": (ADA,),
        "last": (),
        "mailed": (ADA, DAY, "x"),
        "mailed_days": (ADA,),
        "mailed_to": (ADA,),
        "standing": ("x", "2001.00001", NOW, NOW),
        "unsubscribed": (),
    },
    ReadingList: {"opened": (), "unopened": (), "waiting": ()},
    ZoteroLinks: {"items": (), "likes": ()},
    HttpCache: {"page": ("http://localhost/",), "resting": ("localhost",)},
    GroupStore: {"account": (ADA,), "accounts": (), "key": ()},
    Logins: {"all_of": (1, NOW), "identified": ("x", "y"), "link": ("x", "y", NOW), "whose": ("x", NOW)},
    Votes: {
        "all_votes": (1,),
        "awaiting_agenda": (1,),
        "counted_on": (),
        "disowned": (),
        "meeting": (1,),
        "meetings": (NOW,),
        "most_voted": (NOW, 5),
        "next_meeting": (NOW, NOW),
        "own_votes": (1, NOW, NOW),
        "paper_ids": (),
        "papers": (["2001.00001", "none"],),
        "several": (),
        "shared": ("x",),
        "voted": (1,),
    },
}
EVERY_READ = [(kind, name) for kind, reads in READS.items() for name in reads]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read(home, kind, name):
    """Call the method, run its iterator to the end, and return how many rows the connection changed."""
    with OPEN[kind](home) as database:
        answer = getattr(WRAP.get(kind, lambda same: same)(database), name)(*READS[kind][name])
        if isinstance(answer, Iterator):
            list(answer)
        return database._connection.total_changes


def to_todays_schema(home):
    home.profile_store("ada").close()
    home.library(ENCODER).close()


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A home that every test only reads."""
    root = tmp_path_factory.mktemp("old") / "home"
    shutil.copytree(OLD_HOME, root)
    home = Home(root, root / "starters")
    to_todays_schema(home)
    with home.http_cache() as cache:
        cache.keep("http://localhost/", body=b"x", etag="", last_modified="", fetched_at=NOW)
    with GroupStore(home.group_file) as group:
        ada, _ = group.invite(ADA, "Ada", "ada")
        Votes(group).vote(ada.number, make_paper(1), NOW + timedelta(days=1), NOW, 5)
    return home


@pytest.mark.parametrize("kind", READS)
def test_every_public_method_is_known_as_a_read_or_as_a_write(kind):
    public = {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}
    assert public - FILE == READS[kind].keys() | WRITES[kind]


@pytest.mark.sample(16)
@pytest.mark.parametrize(("kind", "name"), EVERY_READ)
def test_a_read_changes_no_byte_of_any_file(old, kind, name):
    before = contents(old.root)
    assert read(old, kind, name) == 0
    assert contents(old.root) == before


@pytest.mark.sample(16)
@pytest.mark.parametrize(("kind", "name"), EVERY_READ)
def test_a_read_of_what_is_not_there_makes_no_file(tmp_path, kind, name):
    home = Home(tmp_path / "new", tmp_path / "starters")
    read(home, kind, name)
    assert not home.root.exists()


def searched(library):
    return find(library, Query(("diffusion", "model"), name="Bryan Hooi", since=DAY), 5, 5)


@pytest.mark.parametrize("look", [housekeeping.stats, housekeeping.size, searched])
def test_looking_through_a_library_changes_no_byte(old, look):
    before = contents(old.root)
    with old.library(ENCODER) as library:
        look(library)
    assert contents(old.root) == before


def test_a_profile_is_looked_at_without_being_made(tmp_path):
    home = Home(tmp_path / "home", REPOSITORY / "profiles")
    assert home.profile("example").interests
    assert home.choose("example") == "example"
    assert home.cached("example", "counts") == b""
    assert (home.own_names(), home.log_file("example").exists()) == ([], False)
    assert not home.root.exists()


@pytest.mark.parametrize("command", [("status",), ("history",), ("profile", "show"), ("library", "stats"), ("where",)])
def test_a_command_that_only_looks_makes_no_file(home, run, command):
    assert run(*command, *(["-p", "example"] if command[0] != "library" else [])).code == 0
    assert not home.exists()


def test_a_store_sees_what_another_process_writes_into_a_file_that_was_not_there(tmp_path):
    home = Home(tmp_path, tmp_path)
    with home.library(ENCODER) as early, home.library(ENCODER) as other:
        assert early.count() == 0
        other.add([make_paper(1)])
        assert early.count() == 1


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("history",),
        ("history", "--json"),
        ("show", "1"),
        ("show", "1", "--json"),
        ("why", "2"),
        ("open", "1", "--print"),
        ("profile", "show"),
        ("profile", "list"),
        ("library", "stats"),
        ("where",),
        ("follow",),
        ("mute",),
        ("boost",),
        ("export", "all"),
        ("export", "list"),
        ("feed",),
    ],
    ids=" ".join,
)
def test_a_command_that_only_looks_changes_no_byte(home, run, command):
    shutil.copytree(OLD_HOME, home)
    to_todays_schema(Home(home, home / "starters"))
    before = contents(home)
    assert run(*command).code == 0
    assert contents(home) == before
