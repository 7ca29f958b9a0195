"""Make the folder that benchmarks read, from your own library: `python -m benchmarks.make_folder FOLDER`.

Writes the papers of each announcement day and, for `benchmarks.quality`, the likes of every profile. Quality figures
need at least 11 days, with 5 likes before the 11th day and 8 on papers announced from then on.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from benchmarks.homes import ENCODER
from recommender.paper import Paper, Verdict
from recommender.store.home import Home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    folder: Path = parser.parse_args().folder
    if folder.exists() and any(folder.iterdir()):
        parser.error(f"{folder} is not empty")
    papers = write(folder, Home.at())
    if not papers:
        sys.exit("error: the library holds no papers; try first: recommend fetch --since 2026-10-01")
    print(f"{papers:,} papers of {len(list((folder / 'digests' / 'raw').iterdir()))} days")


def write(folder: Path, home: Home) -> int:
    """Write digests and likes; returns the number of announced papers."""
    ids_by_day: dict[date, list[str]] = {}
    with home.library(ENCODER) as library:
        for paper_id, day in library.first_announced().items():
            ids_by_day.setdefault(day, []).append(paper_id)
        for day, ids in ids_by_day.items():
            digest = [
                {
                    "id": paper.id,
                    "title": paper.title,
                    "summary": paper.abstract,
                    "authors": paper.authors,
                    "categories": paper.categories,
                }
                for paper in library.papers(ids).values()
            ]
            _write_lines(folder / "digests" / "raw" / f"{day}.jsonl.gz", digest)
    liked: dict[str, Paper] = {}
    likes = []
    names = home.own_names()
    for name in names:
        with home.profile_store(name) as store:
            for entry in store.feedback():
                if entry.verdict is Verdict.LIKE:
                    liked[entry.paper.id] = entry.paper
                    record = {"user": name, "paper": f"arxiv:{entry.paper.id}", "kind": "list-add"}
                    likes.append({**record, "time": entry.given_at.isoformat()})
    texts = [{"id": f"arxiv:{paper.id}", "title": paper.title, "abstract": paper.abstract} for paper in liked.values()]
    _write_lines(folder / "likes-dev" / "papers.jsonl.gz", texts)
    _write_lines(folder / "likes-dev" / "likes.jsonl.gz", likes)
    _write_lines(folder / "likes-dev" / "users.jsonl", [{"user": name, "source": "curated-list"} for name in names])
    return sum(map(len, ids_by_day.values()))


def _write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Write one JSON object per line, compressed if the name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


if __name__ == "__main__":
    main()
