"""What a night for many readers costs: `python -m benchmarks.batch [--papers FOLDER] [--readers N …] [--workers N …]`.

Makes a home of so many readers, each with LIKES ratings, lists of earlier days and categories of arXiv, and runs
`recommend batch` on it, without a network and without mail. Papers are made up, or those in FOLDER.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.homes import ENCODER, save
from recommender.paper import Feedback, Paper, Verdict
from recommender.sources.arxiv.calendar import announcement_day, weekdays
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

LIKES, DAY, BACKGROUND = 200, 1000, 2000
DISTINCT = 200  # readers; the others are copies of them
TOPICS = 40
CATEGORY = "cs.CV"
SEED = 20261127
_ABSENCE = timedelta(days=35)
_SYLLABLES = "ba co di fu ga he ki lo mi nu pa re si to vu wa xe yo za tri".split()


class Costs(NamedTuple):
    """One run of `recommend batch`."""

    readers: int
    workers: int
    seconds: float  # of ranking alone
    whole: float  # of the command
    megabytes: float  # of the largest worker's own memory

    @property
    def per_hour(self) -> float:
        """Readers per hour of a core."""
        return 3600 * self.readers / (self.seconds * self.workers)


def made_up(seed: int) -> Iterator[Paper]:
    """Papers without end: words of a topic among words that all topics have."""
    draw = random.Random(seed)

    def words(count: int) -> list[str]:
        return ["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) for _ in range(count)]

    common, of_topic = words(3000), [words(400) for _ in range(TOPICS)]
    ranks = [1 / (rank + 3) for rank in range(3000)]
    number = 0
    while True:
        topic = draw.randrange(TOPICS)
        own = of_topic[topic]

        def text(length: int, own: list[str] = own) -> str:
            general = draw.choices(common, ranks, k=length)
            special = draw.choices(own, ranks[: len(own)], k=length)
            return " ".join(special[at] if draw.random() < 0.35 else general[at] for at in range(length))

        month, position = divmod(number, 90_000)
        yield Paper(
            f"{26 + month // 12:02}{month % 12 + 1:02}.{10_000 + position}",
            text(9).capitalize(),
            f"{text(70).capitalize()}. {text(70).capitalize()}.",
            tuple(f"{draw.choice(own)} {draw.choice(common)}".title() for _ in range(4)),
            (CATEGORY, f"topic.{topic}"),
        )
        number += 1


def make(home: Path, papers: Iterator[Paper], now: datetime) -> None:
    """Make a home with a library and DISTINCT readers, whose sources were all asked a moment ago."""
    today = announcement_day(now)
    days = weekdays(today - _ABSENCE, today)
    with Library(home / "library.db", ENCODER) as library:
        for day in days[:-1]:
            save(library, day, tuple(islice(papers, -(-BACKGROUND // 4))))
        save(library, days[-1], tuple(islice(papers, DAY)))
        for day in days:
            library.note_fetch(CATEGORY, day, DAY, now)
        background = library.announced_between(days[0], days[-2])
        elsewhere = list(islice(papers, 40 * LIKES))
        library.add(elsewhere)
    pool: dict[str, list[Paper]] = {}
    for paper in (*elsewhere, *background):
        pool.setdefault(paper.categories[-1] if paper.categories else "", []).append(paper)
    for number in range(DISTINCT):
        add_reader(home, f"reader-{number:05}", pool, now)


def add_reader(home: Path, name: str, pool: dict[str, list[Paper]], now: datetime) -> None:
    """Add a reader of one to three topics."""
    draw = random.Random(name)
    shares = draw.choice([(1.0,), (0.7, 0.3), (0.6, 0.3, 0.1)])
    topics = draw.sample(sorted(pool), min(len(shares), len(pool)))
    likes = [
        paper
        for topic, share in zip(topics, shares, strict=False)
        for paper in draw.sample(pool[topic], min(len(pool[topic]), round(share * LIKES)))
    ]
    draw.shuffle(likes)
    feedback = [Feedback(paper, Verdict.LIKE, now - timedelta(hours=5 * age)) for age, paper in enumerate(likes)]
    with ProfileStore(home / "profiles" / f"{name}.db") as store:
        store.import_verdicts(feedback, command="import", at=now)
    (home / "profiles" / f"{name}.toml").write_text(f'categories = ["{CATEGORY}"]\n', encoding="utf-8")


def with_readers(template: Path, home: Path, readers: int) -> None:
    """Copy a home, with so many readers."""
    shutil.rmtree(home, ignore_errors=True)
    (home / "profiles").mkdir(parents=True)
    shutil.copy(template / "library.db", home / "library.db")
    for number in range(readers):
        for ending in ("db", "toml"):
            source = template / "profiles" / f"reader-{number % DISTINCT:05}.{ending}"
            shutil.copy(source, home / "profiles" / f"reader-{number:05}.{ending}")
    os.sync()


def night(home: Path, *options: str) -> dict[str, object]:
    """Run `recommend batch --json`; its document, with the seconds of the whole command."""
    environment = {**os.environ, "RECOMMEND_HOME": str(home), "RECOMMEND_ARXIV": "http://127.0.0.1:9"}
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "recommender", "batch", "--json", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"recommend batch ended with {ran.returncode}: {ran.stderr[-2000:]}")
    document: dict[str, object] = json.loads(ran.stdout)
    return {**document, "whole": time.monotonic() - started}
