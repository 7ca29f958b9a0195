"""Readers with dated likes, and the days of papers they are replayed on.

The folder holds `digests/raw/DAY.jsonl.gz` (records with id, title, summary, authors, categories) and `likes-dev/` with
`papers.jsonl.gz`, `likes.jsonl.gz` and `users.jsonl`.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from recommender.paper import Paper, Verdict
from recommender.ranking import tokens as text

MERGED_LISTS = 3  # lists a reader of several interests is made of
MERGED_READERS = 12
MERGED_SEED = 11
_SOURCES = ("curated-list", "hf-daily-submitter")
_NEWCOMERS = (*_SOURCES, "library", "expertise-ratings", "citeulike")
UNDATED = datetime(2020, 1, 1, tzinfo=UTC)  # of likes whose time nobody knows
_LEAST_LIKES = 6
_KNOWS_IT = 4  # from this rating on, an expert counts as liking the paper


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader: when each paper was liked."""

    name: str
    likes: dict[str, datetime]  # paper id → time of the like, UTC
    merged: bool = False  # several interests: made of several lists
    interests: tuple[frozenset[str], ...] = ()  # of a merged one: the papers of each list
    dated: bool = True  # whether the times are known; else all are one


@dataclass(frozen=True)
class Data:
    """Everything a replay needs, read once."""

    folder: Path

    @cached_property
    def days(self) -> list[tuple[str, list[str]]]:
        """Each day with the ids of the papers first announced on it."""
        seen: set[str] = set()
        days = []
        for path in sorted((self.folder / "digests" / "raw").glob("*.jsonl.gz")):
            ids = [record["id"] for record in _records(path)]
            new = [paper_id for paper_id in dict.fromkeys(ids) if paper_id not in seen]
            seen.update(new)
            days.append((path.name[:10], new))
        return days

    @cached_property
    def papers(self) -> dict[str, Paper]:
        """Every announced or liked paper by id, as its digest has it; one that was only liked has no authors."""
        papers = {}
        for paper_id, record in self._liked_papers.items():
            papers[paper_id] = Paper(paper_id, record["title"] or "", record["abstract"] or "")
        for path in sorted((self.folder / "digests" / "raw").glob("*.jsonl.gz")):
            for record in _records(path):
                papers[record["id"]] = Paper(
                    record["id"],
                    record["title"],
                    " ".join(record["summary"].split()),
                    tuple(record["authors"]),
                    tuple(record["categories"]),
                )
        return papers

    @cached_property
    def encoded(self) -> dict[str, bytes]:
        """Every paper's words, as a library caches them."""
        return {paper.id: text.encode(paper) for paper in self.papers.values()}

    @cached_property
    def readers(self) -> list[Reader]:
        """Readers with likes before the 11th day and likes announced after it, then the merged ones."""
        dated = {
            source: {
                name: {paper_id: time for paper_id, time in likes.items() if time}
                for name, likes in self._likes(source).items()
            }
            for source in _SOURCES
        }
        everyone = dict(sorted((name, likes) for source in _SOURCES for name, likes in dated[source].items()))
        readers = [Reader(name, likes) for name, likes in everyone.items()]
        readers += self._merged(dated[_SOURCES[0]])
        return [reader for reader in readers if self._can_be_replayed(reader)]

    @cached_property
    def newcomers(self) -> dict[str, list[Reader]]:
        """Readers by source with six likes or more, dated or not."""
        found: dict[str, list[Reader]] = {}
        for source in _NEWCOMERS:
            found[source] = []
            for name, likes in self._likes(source).items():
                dated = all(likes.values())
                times = {paper_id: time if dated and time else UNDATED for paper_id, time in likes.items()}
                if len(times) >= _LEAST_LIKES:
                    found[source].append(Reader(name, times, dated=dated))
        return found

    @cached_property
    def verdicts(self) -> list[tuple[str, Verdict]]:
        """Papers that a reader said yes or no to, of the one who said both."""
        return [
            (_plain(like["paper"]), Verdict.LIKE if like["value"] else Verdict.DISLIKE)
            for like in self._like_records
            if self._users[like["user"]]["source"] == "scites"
        ]

    @cached_property
    def pools(self) -> dict[str, set[str]]:
        """Papers by source that its readers could have liked."""
        pools = {
            source: {
                _plain(like["paper"]) for like in self._like_records if self._users[like["user"]]["source"] == source
            }
            for source in _NEWCOMERS
        }
        for paper_id, record in self._liked_papers.items():
            if record.get("hf_day"):
                pools["hf-daily-submitter"].add(paper_id)
            if paper_id.startswith("cul:"):
                pools["citeulike"].add(paper_id)
        return pools

    def _likes(self, source: str) -> dict[str, dict[str, datetime | None]]:
        """Each reader's liked papers with the time of the first like, where it is known."""
        found: dict[str, dict[str, datetime | None]] = {}
        for like in self._like_records:
            user = self._users[like["user"]]
            unsure = like["kind"] == "rating" and (like.get("value") or 0) < _KNOWS_IT
            if user["source"] == source and not user.get("note") and not unsure:
                own = found.setdefault(like["user"], {})
                time = datetime.fromisoformat(like["time"]).astimezone(UTC) if like.get("time") else None
                known = own.get(_plain(like["paper"]))
                own[_plain(like["paper"])] = min(time, known) if time and known else time or known
        return found

    @cached_property
    def _users(self) -> dict[str, dict[str, Any]]:
        return {user["user"]: user for user in _records(self.folder / "likes-dev" / "users.jsonl")}

    @cached_property
    def _like_records(self) -> list[dict[str, Any]]:
        return list(_records(self.folder / "likes-dev" / "likes.jsonl.gz"))

    @cached_property
    def _liked_papers(self) -> dict[str, dict[str, Any]]:
        records = _records(self.folder / "likes-dev" / "papers.jsonl.gz")
        return {_plain(record["id"]): record for record in records}

    def _merged(self, lists: dict[str, dict[str, datetime]]) -> Iterator[Reader]:
        announced = {paper_id for _, ids in self.days for paper_id in ids}
        usable = sorted(name for name, own in lists.items() if len(own) < 900 and len(own.keys() & announced) >= 5)
        random = np.random.default_rng(MERGED_SEED)
        for number in range(MERGED_READERS):
            liked: dict[str, datetime] = {}
            chosen = random.choice(usable, MERGED_LISTS, replace=False)
            for name in chosen:
                for paper_id, time in lists[name].items():
                    liked[paper_id] = min(time, liked.get(paper_id, time))
            yield Reader(
                f"merged:{number:02}", liked, merged=True, interests=tuple(frozenset(lists[name]) for name in chosen)
            )

    def _can_be_replayed(self, reader: Reader) -> bool:
        start = datetime.fromisoformat(self.days[10][0]).replace(tzinfo=UTC)
        before = sum(time < start for time in reader.likes.values())
        after = sum(paper_id in reader.likes for _, ids in self.days[10:] for paper_id in ids)
        return before >= 5 and after >= 8


def _plain(paper_id: str) -> str:
    """The likes' ids name their archive, the digests' do not."""
    return paper_id.removeprefix("arxiv:")


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file:
            yield json.loads(line)
