"""What tests share: papers, verdicts, a moment, and the command as a process."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recommender import ranking
from recommender.cli import main
from recommender.paper import Feedback, Paper, Verdict
from recommender.profile import Profile
from recommender.services.reader import Reader
from recommender.store.home import Home
from recommender.store.library import Encoder

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("RECOMMENDER_TEST_DATA") or REPOSITORY.parent / "shared" / "data")  # real days and readers
SEED = REPOSITORY / "profiles" / "sample" / "2020-05-13.cs.CV.md"
IN_MEMORY = Path(":memory:")  # where a store is that no other process needs to see
NOBODY = "http://127.0.0.1:9"  # an address where nothing answers
ENCODER = Encoder(ranking.encode, ranking.ENCODING)
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def uncovered() -> dict[str, str]:
    """The environment for a process whose coverage is not measured: else it loads, and writes, what coverage does."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


def here(*arguments: object, home: Path) -> None:
    """Run a command that must succeed in this process, for what several tests begin with."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr(sys, "argv", ["recommend", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        patch.setenv("RECOMMEND_HOME", str(home))
        with pytest.raises(SystemExit) as stopped:
            main()
    said.seek(0)
    assert not stopped.value.code, said.read()


def recommend(
    *arguments: object, home: Path, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, as a shell would."""
    return subprocess.run(
        [sys.executable, "-m", "recommender", *map(str, arguments)],
        input=stdin.decode(),
        capture_output=True,
        text=True,
        env={"RECOMMEND_ARXIV": NOBODY, **os.environ, "RECOMMEND_HOME": str(home), **(environment or {})},
        timeout=120,
        check=False,
    )


def make_paper(number: int, title: str = "", abstract: str = "", **fields: object) -> Paper:
    """A paper with the id 2001.00001, 2001.00002, …"""
    return Paper(f"2001.{number:05}", title or f"Title {number}", abstract or f"Abstract {number}", **fields)  # type: ignore[arg-type]


def liked(*papers: Paper) -> tuple[Feedback, ...]:
    return judged(Verdict.LIKE, *papers)


def disliked(*papers: Paper) -> tuple[Feedback, ...]:
    return judged(Verdict.DISLIKE, *papers)


def judged(verdict: Verdict, *papers: Paper) -> tuple[Feedback, ...]:
    """One verdict on each paper, a day apart."""
    return tuple(Feedback(paper, verdict, NOW - timedelta(days=age)) for age, paper in enumerate(papers))


def reader_of(
    home: Path, profile: Profile | str = "ada", now: Callable[[], datetime] | datetime = NOW, **parts: object
) -> Reader:
    """A service's reader on a home.

    Args:
        profile: settings that need no file, or the name of a profile of the home.
        now: the clock, or the moment at which it stands.
        parts: stores that are open already: `library`, `store`.
    """
    clock = now if callable(now) else lambda: now
    name = profile if isinstance(profile, str) else profile.name
    reader = Reader(Home(home, REPOSITORY / "profiles"), name, clock=clock)
    if isinstance(profile, Profile):
        parts |= {"profile": profile, "name": name}
    for part, value in parts.items():
        setattr(reader, part, value)
    return reader
