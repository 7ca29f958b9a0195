"""A server that says it is Zotero and answers anything: an error that says so, never a traceback or a loss."""

import os
import random
import tempfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, make_paper
from zoteroserver import KEY, ZoteroServer, hurried_syncs

from recommender import Recommender
from recommender.errors import RecommenderError
from recommender.paper import Verdict
from recommender.store.home import Home

ODD = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "x",
    [],
    {},
    [None],
    {"a": None},
    "\x00\x1b[31m",
    [[[]]],
    {"key": 1},
    {"data": {"key": 3}},
    {"success": {"9" * 5000: "x"}},
]
SETTINGS = '[zotero]\ncollections = ["Reading"]\ninto = "Liked"\ntopics = true\nby = "{by}"\n'


class Lying(ZoteroServer):
    """Half of its answers have other values, lack some, or come with odd headers and statuses."""

    chance = random.Random(0)
    lies = False

    def answer(self, asked):
        status, headers, content = super().answer(asked)
        if not self.lies or self.chance.random() < 0.5:
            return status, headers, content
        content = self.bent(content) if not isinstance(content, str) else self.chance.choice(ODD)
        if self.chance.random() < 0.2:
            headers = {name: self.chance.choice(["", "x", "-5", "9" * 30, "9" * 15, "1.5"]) for name in headers}
        if self.chance.random() < 0.1:
            status = self.chance.choice([200, 204, 301, 400, 404, 418])
        return status, headers, content

    def bent(self, value):
        if self.chance.random() < 0.12:
            return self.chance.choice(ODD)
        if isinstance(value, dict):
            return {name: self.bent(each) for name, each in value.items() if self.chance.random() > 0.05}
        return [self.bent(each) for each in value] if isinstance(value, list) else value


@pytest.mark.slow
@pytest.mark.parametrize("local", [True, False])
@given(seed=st.integers(0, 2**32))
def test_odd_answers_are_errors_and_lose_nothing(local, seed):
    with (
        tempfile.TemporaryDirectory() as folder,
        Lying(local=local).running() as server,
        hurried_syncs(),
        patch.dict(os.environ, {"RECOMMEND_ZOTERO": server.address}),
    ):
        server.chance = random.Random(seed)
        home = Home(Path(folder), Path(folder) / "starters")
        home.profiles_folder.mkdir(parents=True)
        home.own_settings_file("ada").write_text(SETTINGS.format(by="local" if local else "web"))
        for use in ("zotero", "zotero_local"):
            home.keep_password("ada", use, KEY)
        reading = server.collection("Reading")
        server.add("A paper", reading, archiveID="arXiv:2001.00021")
        server.add("A note", reading, item_type="note")
        with home.profile_store("ada") as store:
            store.judge([make_paper(1), make_paper(2)], Verdict.LIKE, command="like", at=NOW)
        before = {key: dict(item) for key, item in server.items.items()}
        server.lies = True
        for _ in range(3):
            with suppress(RecommenderError), Recommender("ada", home=home.root, clock=lambda: NOW) as ada:
                ada.sync_zotero()
        with home.profile_store("ada") as store:
            verdicts = store.verdicts()
        assert [verdicts[make_paper(number).id] for number in (1, 2)] == [Verdict.LIKE] * 2
        assert all(set(item["collections"]) <= set(server.items[key]["collections"]) for key, item in before.items())
