"""After any sequence of changes on both sides and syncs, likes and collection agree, and nothing was lost."""

import json
import os
import tempfile
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support import NOW, make_paper
from zoteroserver import KEY, ZoteroServer, hurried_syncs

from recommender import Recommender
from recommender.errors import SourceError, ZoteroWaits
from recommender.paper import Verdict
from recommender.store.home import Home

PAPERS = [make_paper(number, f"On image fusion, part {number}") for number in range(1, 6)]
NUMBERS = st.sampled_from(range(1, 6))
SETTINGS = """\
[zotero]
collections = ["Liked"]
into = "Liked"
by = "{by}"
"""


class Agreement(RuleBasedStateMachine):
    """A reader here, the reader in Zotero, and syncs that may be broken off at any place."""

    def __init__(self):
        super().__init__()
        self.open = ExitStack()
        self.folder = Path(self.open.enter_context(tempfile.TemporaryDirectory()))
        self.open.enter_context(hurried_syncs())
        self.home = Home(self.folder, self.folder / "starters")
        self.now = NOW
        self.agreed: set[tuple[str, object]] = set()  # papers, each with the moment of its like, that stood there
        self.spoken_of: set[str] = set()
        self.commands: list[set[str]] = []

    @initialize(local=st.booleans())
    def start(self, local):
        self.server = self.open.enter_context(ZoteroServer(local=local).running())
        self.open.enter_context(patch.dict(os.environ, {"RECOMMEND_ZOTERO": self.server.address}))
        self.collection = self.server.collection("Liked")
        self.home.profiles_folder.mkdir(parents=True)
        self.home.own_settings_file("ada").write_text(SETTINGS.format(by="local" if local else "web"))
        for use in ("zotero", "zotero_local"):
            self.home.keep_password("ada", use, KEY)

    # The reader in Zotero

    @rule(number=NUMBERS, inside=st.booleans(), by_doi=st.booleans())
    def add(self, number, inside, by_doi):
        ids = {"DOI": f"10.48550/arXiv.2001.{number:05}"} if by_doi else {"archiveID": f"arXiv:2001.{number:05}"}
        self.server.add(PAPERS[number - 1].title, *([self.collection] if inside else []), **ids)

    @precondition(lambda self: self.server.items)
    @rule(data=st.data(), change=st.sampled_from(["put in", "take out", "trash", "restore", "delete", "edit"]))
    def change(self, data, change):
        key = data.draw(st.sampled_from(sorted(self.server.items)))
        theirs = self.server.items[key]["collections"]
        match change:
            case "put in":
                self.server.change(key, collections=list(dict.fromkeys([*theirs, self.collection])))
            case "take out":
                self.server.change(key, collections=[each for each in theirs if each != self.collection])
            case "trash" | "restore":
                self.server.change(key, deleted=int(change == "trash"))
            case "delete":
                self.server.delete(key)
            case "edit":
                self.server.change(key, extra="mine")

    # The reader here

    @rule(number=NUMBERS, verdict=st.sampled_from([*Verdict, None]))
    def rate(self, number, verdict):
        self.now += timedelta(minutes=1)
        with self.home.profile_store("ada") as store:
            store.judge([PAPERS[number - 1]], verdict, command="like", at=self.now)
        self.spoken_of.add(PAPERS[number - 1].id)

    @rule()
    def undo(self):
        with self.home.profile_store("ada") as store:
            undone = store.undo(self.now)
        self.spoken_of |= {change.paper.id for change in undone[1]} if undone else set()

    # Both

    @rule(
        faults=st.lists(st.sampled_from(["", "", "lost", "nonsense", (503, {}), (409, {}), (412, {})]), max_size=12),
        busy=st.integers(0, 3),
    )
    def sync_in_bad_weather(self, faults, busy):
        """Answers are lost, the server is busy, and somebody else changes the library at the same time."""

        def meanwhile(asked):
            nonlocal busy
            if asked.method == "POST" and busy:
                busy -= 1
                self.server.add("Something else")

        self.server.faults, self.server.meanwhile = list(faults), meanwhile
        before = self.snapshot()
        with suppress(ZoteroWaits, SourceError):
            self.sync()
        self.server.faults, self.server.meanwhile = [], lambda asked: None
        self.nothing_is_lost(before)
        likes = self.likes()
        self.agreed |= {(paper, at) for paper, at in likes.items() if paper in self.members()}

    @rule()
    def sync_in_good_weather(self):
        before, likes_before, spoken_of = self.snapshot(), self.likes(), set(self.spoken_of)
        report = self.sync()
        assert not report.waiting
        self.nothing_is_lost(before)
        likes, members = self.likes(), self.members()
        for paper, at in likes.items():
            assert paper in members or (paper, at) in self.agreed, "a like is missing there, and nobody took it out"
        for paper in members:
            assert paper in likes or paper in self.spoken_of, "an item is no like here, and nobody said otherwise"
        assert not (likes.keys() - likes_before.keys()) & spoken_of
        self.agreed |= {(paper, at) for paper, at in likes.items() if paper in members}
        after, writes = self.snapshot(), len(self.server.writes)
        assert self.sync().changes == 0
        assert (self.snapshot(), len(self.server.writes)) == (after, writes)

    def sync(self):
        self.now += timedelta(minutes=1)
        with Recommender("ada", home=self.folder, clock=lambda: self.now) as ada:
            report = ada.sync_zotero()
        self.spoken_of |= {entry.paper.id for entry in report.liked}
        return report

    def nothing_is_lost(self, before):
        """Every item is still there with all it had and in all its collections; every rating given here holds."""
        items, verdicts = before
        now = json.loads(json.dumps(self.server.items))
        for key, item in items.items():
            assert set(item["collections"]) <= set(now[key]["collections"])
            changing = {"collections": 0, "version": 0}
            assert {**item, **changing} == {**now[key], **changing}
        assert all(self.snapshot()[1].get(paper) == verdict for paper, verdict in verdicts.items())

    def snapshot(self):
        with self.home.profile_store("ada") as store:
            return json.loads(json.dumps(self.server.items)), {p: v.value for p, v in store.verdicts().items()}

    def likes(self):
        with self.home.profile_store("ada") as store:
            return {entry.paper.id: entry.given_at for entry in store.feedback() if entry.verdict is Verdict.LIKE}

    def members(self):
        items = [self.server.items[key] for key in self.server.members(self.collection)]
        texts = [f"{item.get('archiveID', '')} {item.get('DOI', '')}" for item in items]
        return {paper.id for paper in PAPERS for text in texts if paper.id in text}

    def teardown(self):
        self.open.close()


Agreement.TestCase.settings = settings(stateful_step_count=15, max_examples=min(15, settings().max_examples))
TestAgreement = pytest.mark.slow(Agreement.TestCase)
