"""Checks that need the inside of a store: full text against texts, newest moments, half-made files, permissions."""

import os
import re
import sqlite3
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from recommender.store import full_text, strays
from recommender.store.home import Home
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

_SAMPLE = 1_000  # papers whose words are looked up in the full text
_ABANDONED = 3600  # seconds after which a half-made file of a process that is gone is left over
_MOMENTS = {"command": "told_at", "shortlist": "made_at", "mail": "at"}


def full_text_faults(library: Library) -> list[str]:
    """Where the indexes of words and of authors differ from the papers; texts are compared for a sample of them."""
    problems = []
    with library.reading() as connection:
        for index in ("paper_fts", "author_fts"):
            missing, left_over = connection.execute(
                f"""
                SELECT (SELECT count(*) FROM paper WHERE key NOT IN (SELECT id FROM {index}_docsize)),
                    (SELECT count(*) FROM {index}_docsize WHERE id NOT IN (SELECT key FROM paper))
                """
            ).fetchone()
            if missing or left_over:
                problems.append(f"{index} lacks {missing} papers and has {left_over} that are not here")
        wrong = sum(not _found(connection, key, title) for key, title in _sample(connection))
        if wrong:
            problems.append(f"paper_fts does not find {wrong} of {_SAMPLE} papers by their titles")
    return problems


def rebuild_full_text(library: Library) -> None:
    """Make both indexes anew from the papers, and all other indexes of the file too."""
    with library.transaction() as connection:
        for index in ("paper_fts", "author_fts"):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")
        full_text.index_new(connection, -1)
        connection.execute("REINDEX")


def newest_moment(store: ProfileStore) -> datetime | None:
    """The newest moment at which anything was recorded, aware; None: nothing was."""
    with store.reading() as connection:
        rows = [
            connection.execute(f"SELECT max({column}) FROM {table}").fetchone() for table, column in _MOMENTS.items()
        ]
    moments = [datetime.fromisoformat(text) for (text,) in rows if text]
    return max((each if each.tzinfo else each.replace(tzinfo=UTC) for each in moments), default=None)


def last_fetch(library: Library, source: str) -> tuple[datetime, int] | None:
    """When a source was asked last, and how many papers it had; None: it never was."""
    with library.reading() as connection:
        row = connection.execute(
            "SELECT at, papers FROM fetched WHERE source = ? ORDER BY at DESC LIMIT 1", (source,)
        ).fetchone()
    return (datetime.fromisoformat(row[0]), int(row[1])) if row else None


def misplaced(home: Home) -> list[Path]:
    """Files that have the name of one of the home's folders."""
    folders = (home.root / name for name in ("profiles", "backups", "cache", "logs"))
    return [path for path in folders if path.exists() and not path.is_dir()]


def left_over(home: Home) -> Iterator[Path]:
    """Files that a process began to make and never finished: it is gone, and they are an hour old."""
    backups = (home.backups_folder, home.backups_folder / "group")
    for folder in (home.root, *home.profile_folders(), *backups, home.root / "cache", home.root / "logs"):
        for path in sorted(folder.glob("*")) if folder.is_dir() else []:
            process = strays.half_made(path)
            if process and not _runs(process) and time.time() - path.lstat().st_mtime > _ABANDONED:
                yield path


def open_to_others(path: Path) -> bool:
    """Whether other users of this machine may read a file, or look into a folder."""
    try:
        return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False


def close_to_others(path: Path) -> None:
    """Take other users' permissions away.

    Raises:
        OSError: the file belongs to somebody else.
    """
    path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)


def _sample(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Some papers with titles, the newest and others from all over."""
    half = _SAMPLE // 2
    (last,) = connection.execute("SELECT ifnull(max(key), 0) FROM paper").fetchone()
    step = max(last // half, 1)
    rows = connection.execute(
        "SELECT key, title FROM paper WHERE title <> '' AND (key > ? OR key % ? = 0) LIMIT ?",
        (last - half, step, _SAMPLE),
    )
    return rows.fetchall()


def _found(connection: sqlite3.Connection, key: int, title: str) -> bool:
    expression = full_text.phrase(title)
    if not re.search(r"\w", expression):  # nothing that an index could have
        return True
    found = connection.execute(
        "SELECT 1 FROM paper_fts WHERE paper_fts MATCH ? AND rowid = ?", (f"title : {expression}", key)
    )
    return found.fetchone() is not None


def _runs(process: int) -> bool:
    """Whether a process of this number runs, where the system tells without harm."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # of another user
        return True
    return True
