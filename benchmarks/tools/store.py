"""What the tools share: papers in SQLite, as in arxiv-sanity-lite but uncompressed; likes and the new day as JSON."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from recommender.paper import Paper

TOP = 10
WORDS = r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b"  # arxiv-sanity-lite's token pattern


def make(folder: Path, papers: Iterable[Paper], likes: Sequence[str], day: Iterable[Paper]) -> None:
    """Write what the tools start from.

    Args:
        likes: ids, newest first.
    """
    rows = [(paper.id, f"{paper.title} {paper.abstract}", " ".join(paper.authors)) for paper in papers]
    with closing(connect(folder)) as database, database:
        database.execute("CREATE TABLE papers (id TEXT PRIMARY KEY, text TEXT, authors TEXT, today INTEGER)")
        database.executemany("INSERT INTO papers VALUES (?, ?, ?, 0)", rows)
    write_likes(folder, likes)
    records = [{"id": paper.id, "title": paper.title, "abstract": paper.abstract} for paper in day]
    (folder / "day.json").write_text(json.dumps(records), encoding="utf-8")


def connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "papers.db")


def texts(folder: Path, query: str = "SELECT id, text FROM papers", *parameters: str) -> dict[str, str]:
    """The texts of stored papers by id."""
    with closing(connect(folder)) as database:
        return dict(database.execute(query, parameters))


def new_day(folder: Path) -> dict[str, str]:
    """The texts of the new day's papers by id."""
    records = json.loads((folder / "day.json").read_text(encoding="utf-8"))
    return {record["id"]: f"{record['title']} {record['abstract']}" for record in records}


def read_likes(folder: Path) -> list[str]:
    """Ids of the liked papers, newest first."""
    likes: list[str] = json.loads((folder / "likes.json").read_text(encoding="utf-8"))
    return likes


def write_likes(folder: Path, likes: Sequence[str]) -> None:
    (folder / "likes.json").write_text(json.dumps(likes), encoding="utf-8")


def best(ids: Iterable[str], values: Iterable[float], likes: Sequence[str]) -> list[str]:
    """Ids of the ten best papers, without those liked already."""
    liked = set(likes)
    order = sorted((-value, paper_id) for paper_id, value in zip(ids, values, strict=True) if paper_id not in liked)
    return [paper_id for _, paper_id in order[:TOP]]


def main(rank: Callable[[Path], list[str]], rank_again: Callable[[Path], list[str]]) -> None:
    """Run one tool as a program: FOLDER, and --again for the same day after a new like."""
    folder, *options = sys.argv[1:]
    print(*(rank_again if "--again" in options else rank)(Path(folder)), sep="\n")
