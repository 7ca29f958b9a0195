"""Homes of made-up readers that benchmarks work on, filled with real papers."""

import argparse
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import ceil
from pathlib import Path
from typing import NamedTuple

from benchmarks import data
from benchmarks.data import endless, markdown
from recommender.paper import Digest, Feedback, Paper, Verdict
from recommender.ranking import ENCODING, encode
from recommender.store.library import Encoder, Library
from recommender.store.profile_store import ProfileStore

ENCODER = Encoder(encode, ENCODING)
READER = "ada"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
START = date(2023, 1, 2)
LIKED = 20_000  # papers at the start of `Homes.source` that are only liked, never announced: the same in every library


class Sizes(NamedTuple):
    """Papers of each kind in one home."""

    library: int = 10_000  # announced on earlier days
    likes: int = 500
    day: int = 1_000  # of the new day, and of each earlier one


def parser(description: str | None, runs: int) -> argparse.ArgumentParser:
    """A command line with FOLDER, the number of runs, and the sizes of a home."""
    made = data.parser(description)
    usual = Sizes()
    for name, number, meaning in (
        ("--runs", runs, "of each command"),
        ("--papers", usual.library, "in the library"),
        ("--likes", usual.likes, "of the reader"),
        ("--day", usual.day, "papers of each day"),
    ):
        made.add_argument(name, type=int, metavar="N", default=number, help=f"{meaning} (default: {number:,})")
    return made


def parsed(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, Sizes, list[Paper]]:
    """The options that were chosen, the sizes among them, and the papers in FOLDER; a mistake ends the program."""
    arguments = parser.parse_args()
    sizes = Sizes(arguments.papers, arguments.likes, arguments.day)
    if min(*sizes, arguments.runs) < 1:
        parser.error("--runs, --papers, --likes and --day must be at least 1")
    if sizes.library % sizes.day:
        parser.error("--papers must be a multiple of --day: the library came in days of that size")
    return arguments, sizes, data.papers_of(arguments.folder)


def make(papers: list[Paper], home: Path, sizes: Sizes) -> None:
    """Fill a home: a library, a reader with likes, and the digest of a new day."""
    source = endless(papers)
    days = [NOW.date() - timedelta(days=age) for age in range(sizes.library // sizes.day, 0, -1)]
    with Library(home / "library.db", ENCODER) as library:
        for day in days:
            save(library, day, tuple(islice(source, sizes.day)))
    add_reader(home, list(islice(source, sizes.likes)), NOW)
    digests = home / "digests"
    digests.mkdir()
    write_digest(digests, NOW.date(), islice(source, sizes.day))
    (home / "profiles" / f"{READER}.toml").write_text(f'digests = "{digests}"\n', encoding="utf-8")


def save(library: Library, day: date, papers: tuple[Paper, ...]) -> None:
    """Store the papers as the digest of a day, or of a part of it."""
    library.save(
        [(day, Digest(day, "cs.CV", papers))],
        name=f"{day}",
        fingerprint=f"{day} {papers[0].id}",
        read_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def add_reader(home: Path, likes: list[Paper], now: datetime) -> None:
    """Store the reader's likes, one an hour, the first one now."""
    feedback = [Feedback(paper, Verdict.LIKE, now - timedelta(hours=age)) for age, paper in enumerate(likes)]
    with Library(home / "library.db", ENCODER) as library, ProfileStore(home / "profiles" / f"{READER}.db") as store:
        library.add(likes)
        store.import_verdicts(feedback, command="import", at=now)


def write_digest(folder: Path, day: date, papers: Iterator[Paper]) -> None:
    """Write a Markdown digest into the folder."""
    (folder / f"{day}.md").write_text(markdown(day, papers), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Case:
    """What one home holds."""

    papers: int = 10_000  # announced before the new day; liked papers come on top
    likes: int = 500  # of each profile
    day: int = 1_000  # papers of the new day
    profiles: int = 1

    def __str__(self) -> str:
        return f"{self.papers}-papers-{self.likes}-likes-{self.day}-a-day-{self.profiles}-profiles"


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes of all sizes, each made at first use."""

    papers: list[Paper]
    base: Case
    kept: Path  # folder for the homes that differ from the base in the size of the library alone
    folder: Path  # folder for all others

    @property
    def work(self) -> Path:
        """The home that commands work on."""
        return self.folder / "work"

    def of(self, case: Case) -> Path:
        """A home of this case, before its new day is read."""
        if case == replace(self.base, papers=case.papers):
            return self._with_library(case)
        home = self.folder / "varied"
        copy(self.of(self.base), home)
        self._add_readers_and_day(home, case)
        return home

    def source(self, start: int) -> Iterator[Paper]:
        """Papers without end, from number `start` on; the real ones once, then mixtures of two."""
        for number, paper in enumerate(islice(endless(self.papers), start, None), start):
            yield paper if number < len(self.papers) else mixed(paper, self.papers, random.Random(number))

    def _with_library(self, case: Case) -> Path:
        """The home with a library of this size, made from the one with a tenth of the papers if that exists."""
        home, tenth = (self.kept / str(replace(case, papers=papers)) for papers in (case.papers, case.papers // 10))
        if home.exists():
            with Library(home / "library.db", ENCODER), ProfileStore(home / "profiles" / f"{READER}.db"):
                return home  # opening migrates a home that an older version of the program made
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        stored = case.papers // 10 if tenth.exists() else 0
        if stored:
            copy(tenth, fresh)
        source, started = self.source(LIKED + stored), time.monotonic()
        with Library(fresh / "library.db", ENCODER) as library:
            for first in range(stored, case.papers, case.day):
                day = START + timedelta(days=first // case.day)
                papers = tuple(islice(source, min(case.day, case.papers - first)))
                save(library, day, papers)
                seconds = time.monotonic() - started
                report(f"{first + len(papers):,} of {case.papers:,} papers, {seconds:.0f} s")
        self._add_readers_and_day(fresh, case)
        return fresh.rename(home)  # only a complete home gets its name

    def _add_readers_and_day(self, home: Path, case: Case) -> None:
        profiles, digests = home / "profiles", home / "digests"
        for folder in (profiles, digests):
            shutil.rmtree(folder, ignore_errors=True)
        add_reader(home, list(islice(self.source(0), case.likes)), datetime.now(UTC))
        for number in range(1, case.profiles):
            shutil.copy(profiles / f"{READER}.db", profiles / f"reader-{number}.db")
        for database in list(profiles.glob("*.db")):
            database.with_suffix(".toml").write_text('digests = "../digests"\n', encoding="utf-8")
        digests.mkdir()
        day = START + timedelta(days=ceil(case.papers / self.base.day))
        write_digest(digests, day, islice(self.source(LIKED + case.papers), case.day))


def mixed(paper: Paper, papers: Sequence[Paper], draw: random.Random) -> Paper:
    """The paper with half of another one's title, and about half of the sentences of both abstracts."""
    other = papers[draw.randrange(len(papers))]
    (title, sentences), (other_title, other_sentences) = (
        (each.title.split(), each.abstract.split(". ")) for each in (paper, other)
    )
    words = [*title[: (len(title) + 1) // 2], *other_title[len(other_title) // 2 :]]
    chosen = [sentence for sentence in sentences + other_sentences if draw.random() < 0.5]
    return paper._replace(title=" ".join(words), abstract=". ".join(chosen))


def copy(home: Path, target: Path) -> None:
    """Replace the target by a copy of the home."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home, target)
    os.sync()  # else the next command that is measured waits for the disk


def report(words: str) -> None:
    """Print a line about the progress of a long run."""
    print(words, file=sys.stderr, flush=True)
