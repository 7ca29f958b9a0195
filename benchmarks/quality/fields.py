"""Authors of all fields as readers: their papers are what they like, and each next one is to be found."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.data import records
from benchmarks.quality.readers import Reader
from benchmarks.quality.replay import LEAST_HISTORY, Question
from recommender.paper import Feedback, History, Paper, Verdict

FEW = 10  # newest likes; each question is asked with these alone too
CANDIDATES, BACKGROUND = 400, 2000
PERIODS = 8  # before a question, whose papers are its background


def questions(folder: Path) -> Iterator[Question]:
    """What each author writes next, among the papers of the field in that period; nothing without `fields-dev/`."""
    folder /= "fields-dev"
    if not folder.is_dir():
        return
    groups = json.loads((folder / "groups.json").read_text(encoding="utf-8"))
    made = {record["id"]: record for record in records(folder / "papers.jsonl.gz", ("id", "title", "abstract"))}
    papers = {
        paper_id: Paper(paper_id, record["title"], record["abstract"], (), tuple(record["categories"]))
        for paper_id, record in made.items()
    }
    members = {
        name: [record for record in made.values() if set(group["categories"]) & set(record["categories"])]
        for name, group in groups.items()
    }
    for reader in records(folder / "readers.jsonl", ("id", "groups", "likes", "queries")):
        own = {paper_id: datetime.fromisoformat(day).replace(tzinfo=UTC) for paper_id, day in reader["likes"]}
        for number, query in enumerate(sorted(reader["queries"], key=lambda query: query["start"])):
            start = datetime.fromisoformat(query["start"]).replace(tzinfo=UTC)
            candidates, background = set(query["truth"]), set()
            for name in reader["groups"]:
                since = date.fromisoformat(query["start"]) - timedelta(weeks=PERIODS * groups[name]["weeks"])
                for record in members[name]:
                    if query["start"] <= record["created"] < query["end"]:
                        candidates.add(record["id"])
                    elif since.isoformat() <= record["created"] < query["start"] and record["id"] not in own:
                        background.add(record["id"])
            others = sorted(candidates - set(query["truth"]), key=_draw)
            chosen = sorted([*query["truth"], *others[: CANDIDATES - len(query["truth"])]])
            unrated = tuple(papers[paper_id] for paper_id in sorted(sorted(background, key=_draw)[:BACKGROUND]))
            before = sorted((time, paper_id) for paper_id, time in own.items() if time < start)
            for likes in {len(before), FEW} if len(before) > FEW else {len(before)}:
                if likes < LEAST_HISTORY:
                    continue
                feedback = tuple(Feedback(papers[paper_id], Verdict.LIKE, time) for time, paper_id in before[-likes:])
                yield Question(
                    Reader(f"{reader['id']}, {'few' if likes == FEW else 'all'} likes", own),
                    number,
                    History(feedback, unrated),
                    tuple(papers[paper_id] for paper_id in chosen),
                    np.array([paper_id in query["truth"] for paper_id in chosen]),
                )


def _draw(paper_id: str) -> int:
    return zlib.crc32(paper_id.encode())
