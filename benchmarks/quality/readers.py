"""Real readers with dated likes, and the days of papers they are replayed on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import DIGESTS, FolderError, digest, digest_files, records
from recommender.paper import Paper, Verdict
from recommender.ranking import encode

FOLDER_HELP = f"""\
FOLDER must hold

  {DIGESTS}     one file per announcement day, e.g. digests/raw/2025-04-01.jsonl.gz, at least 11 days; each
                               line is a JSON object with id, title, summary, authors (a list), categories (a list)
  likes-dev/users.jsonl        one line per reader: user (a name), source ("curated-list": dated likes)
  likes-dev/likes.jsonl.gz     one line per like: user, paper ("arxiv:2405.01234"), kind ("list-add"), and time
                               (ISO 8601) where it is known
  likes-dev/papers.jsonl.gz    one line per liked paper: id ("arxiv:2405.01234"), title, abstract

To make such a folder from the papers and ratings in your own library:

  recommend fetch --since 2026-10-01
  python -m benchmarks.make_folder FOLDER"""

FIRST_DAY = 10  # the number of the first replayed day; earlier days are background only
MERGED_LISTS = 3  # lists that a reader with several interests is made of
MERGED_READERS = 12
MERGED_SEED = 11
_SOURCES = ("curated-list", "hf-daily-submitter")
_NEWCOMERS = (*_SOURCES, "library", "expertise-ratings", "citeulike")
UNDATED = datetime(2020, 1, 1, tzinfo=UTC)  # stands for an unknown time of a like
_LEAST_LIKES = 6
_LIKES_BEFORE, _LIKES_AFTER = 5, 8  # before the first replayed day, and on papers announced from it on
_LIKED_FROM = 4  # an expertise rating from which the paper counts as liked


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader: when each paper was liked."""

    name: str
    likes: dict[str, datetime]  # paper id → time of the like, UTC
    merged: bool = False  # made of several lists: a reader with several interests
    interests: tuple[frozenset[str], ...] = ()  # of a merged reader: the papers of each list
    dated: bool = True  # False: the times are unknown, and all the same


@dataclass(frozen=True)
class Data:
    """The folder's content, each file read at first use.

    Raises:
        FolderError: on first use, where something is missing or damaged.
    """

    folder: Path

    @cached_property
    def days(self) -> list[tuple[str, list[str]]]:
        """Each day with the ids of the papers first announced on it."""
        seen: set[str] = set()
        days = []
        for path, papers in self._digests.items():
            new = [paper_id for paper_id in dict.fromkeys(paper.id for paper in papers) if paper_id not in seen]
            seen.update(new)
            days.append((path.name[:10], new))
        return days

    @cached_property
    def _digests(self) -> dict[Path, list[Paper]]:
        """The papers of each digest, oldest first."""
        return {path: digest(path, FOLDER_HELP) for path in digest_files(self.folder, FOLDER_HELP)}

    @cached_property
    def papers(self) -> dict[str, Paper]:
        """Every announced or liked paper by id; one that no digest announced has no authors."""
        papers = {}
        for paper_id, record in self._liked_papers.items():
            papers[paper_id] = Paper(paper_id, record["title"] or "", record["abstract"] or "")
        for announced in self._digests.values():
            papers |= {paper.id: paper for paper in announced}
        return papers

    @cached_property
    def encoded(self) -> dict[str, bytes]:
        """Every paper, encoded as a library caches it."""
        return {paper.id: encode(paper) for paper in self.papers.values()}

    @cached_property
    def readers(self) -> list[Reader]:
        """Readers with enough likes before and after the 11th day; the merged ones last."""
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
        if len(self.days) <= FIRST_DAY:
            raise FolderError(f"only {len(self.days)} days of digests: more than {FIRST_DAY} are needed", FOLDER_HELP)
        chosen = [reader for reader in readers if self._can_be_replayed(reader)]
        if not chosen:
            raise FolderError(
                f"no reader in likes-dev has {_LIKES_BEFORE} likes before day {FIRST_DAY + 1} and {_LIKES_AFTER} on "
                "papers announced from then on",
                FOLDER_HELP,
            )
        return chosen

    @cached_property
    def newcomers(self) -> dict[str, list[Reader]]:
        """Readers with six likes or more by source, dated or not."""
        newcomers: dict[str, list[Reader]] = {}
        for source in _NEWCOMERS:
            newcomers[source] = []
            for name, likes in self._likes(source).items():
                dated = all(likes.values())
                times = {paper_id: time if dated and time else UNDATED for paper_id, time in likes.items()}
                if len(times) >= _LEAST_LIKES:
                    newcomers[source].append(Reader(name, times, dated=dated))
        return newcomers

    @cached_property
    def verdicts(self) -> list[tuple[str, Verdict]]:
        """The verdicts of the one reader who gave likes and dislikes."""
        return [
            (_plain(like["paper"]), Verdict.LIKE if like.get("value") else Verdict.DISLIKE)
            for like in self._like_records
            if self._users[like["user"]]["source"] == "scites"
        ]

    @cached_property
    def pools(self) -> dict[str, set[str]]:
        """Ids of the papers that the readers of each source could have liked."""
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
        """Each reader's liked papers with the time of the first like; None: unknown."""
        likes: dict[str, dict[str, datetime | None]] = {}
        for like in self._like_records:
            user = self._users[like["user"]]
            unsure = like["kind"] == "rating" and (like.get("value") or 0) < _LIKED_FROM
            if user["source"] == source and not user.get("note") and not unsure:
                liked = likes.setdefault(like["user"], {})
                time = datetime.fromisoformat(like["time"]).astimezone(UTC) if like.get("time") else None
                earlier = liked.get(_plain(like["paper"]))
                liked[_plain(like["paper"])] = min(time, earlier) if time and earlier else time or earlier
        return likes

    @cached_property
    def _users(self) -> dict[str, dict[str, Any]]:
        path = self.folder / "likes-dev" / "users.jsonl"
        return {user["user"]: user for user in records(path, ("user", "source"), FOLDER_HELP)}

    @cached_property
    def _like_records(self) -> list[dict[str, Any]]:
        path = self.folder / "likes-dev" / "likes.jsonl.gz"
        likes = list(records(path, ("user", "paper", "kind"), FOLDER_HELP))
        if unknown := {like["user"] for like in likes} - self._users.keys():
            raise FolderError(f"{path}: user {min(unknown)!r} is not in users.jsonl", FOLDER_HELP)
        if unknown := {_plain(like["paper"]) for like in likes} - self._liked_papers.keys():
            raise FolderError(f"{path}: paper {min(unknown)!r} is not in papers.jsonl.gz", FOLDER_HELP)
        return likes

    @cached_property
    def _liked_papers(self) -> dict[str, dict[str, Any]]:
        path = self.folder / "likes-dev" / "papers.jsonl.gz"
        return {_plain(record["id"]): record for record in records(path, ("id", "title", "abstract"), FOLDER_HELP)}

    def _merged(self, lists: dict[str, dict[str, datetime]]) -> Iterator[Reader]:
        announced = {paper_id for _, ids in self.days for paper_id in ids}
        usable = sorted(
            name for name, likes in lists.items() if len(likes) < 900 and len(likes.keys() & announced) >= 5
        )
        if len(usable) < MERGED_LISTS:
            return
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
        start = datetime.fromisoformat(self.days[FIRST_DAY][0]).replace(tzinfo=UTC)
        before = sum(time < start for time in reader.likes.values())
        after = sum(paper_id in reader.likes for _, ids in self.days[FIRST_DAY:] for paper_id in ids)
        return before >= _LIKES_BEFORE and after >= _LIKES_AFTER


def _plain(paper_id: str) -> str:
    """The id as in digests; likes have a prefix for the archive."""
    return paper_id.removeprefix("arxiv:")
