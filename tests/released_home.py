"""Keep a home of a new schema for the tests: the newest one that is kept, brought up to date, with what is new in it.

Run it once after the schema has changed: python tests/released_home.py
"""

import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support import ENCODER, REPOSITORY

from recommender.store.home import Home
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore
from recommender.store.reading_list import DONE, LATER, ReadingList
from recommender.store.zotero_links import Placement, ZoteroLinks

HOMES = REPOSITORY / "tests" / "data" / "homes"
AT = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)


def main() -> None:
    *_, newest = sorted(HOMES.glob("*.zip"), key=lambda path: list(map(int, path.stem.split("-")[1::2])))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with zipfile.ZipFile(newest) as archive:
            archive.extractall(root)
        expected = json.loads((root / "expected.json").read_text())
        home = Home(root, root / "starters")
        with home.profile_store("ada") as store, home.library(ENCODER):
            expected |= _new(store) | {"library": Library.schema_version, "profile": ProfileStore.schema_version}
        for path in (home.profile_file("ada"), home.library_file):
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with closing(sqlite3.connect(home.profile_file("ada"))) as connection:
            rows = connection.execute("SELECT id, name, told_at, undoes FROM command WHERE counts ORDER BY id")
            expected["commands"] = [list(row) for row in rows]
        target = HOMES / f"library-{Library.schema_version}-profile-{ProfileStore.schema_version}.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("expected.json", json.dumps(expected))
            for name in ("library.db", "profiles/ada.db", "profiles/ada.toml"):
                archive.write(root / name, name)
    print(target)


def _new(store: ProfileStore) -> dict[str, object]:
    """Put in what the kept home lacks, and say what is there."""
    feedback = store.feedback()
    likes = [entry for entry in feedback if entry.verdict.value == "like"][:2]
    reading, links = ReadingList(store), ZoteroLinks(store, "local:own")
    if not reading.waiting():
        papers = [entry.paper for entry in feedback]
        reading.put(papers[:2], LATER, AT)
        reading.put(papers[:1], DONE, AT + timedelta(minutes=1))
        reading.open(papers[2], "page", AT)
        placed = {entry.paper.id: Placement(entry is likes[0], entry.given_at) for entry in likes}
        links.keep({"ABCD2345": likes[0].paper.id}, placed)
    return {"waiting": sorted(reading.waiting()), "opened": sorted(reading.opened()), "zotero": sorted(links.likes())}


if __name__ == "__main__":
    main()
