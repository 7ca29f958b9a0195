"""What every test may use. No test can touch a user's own home: it is moved for all of them."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from recommender.cli import main
from recommender.paper import Feedback, Paper, Verdict
from recommender.store.library import Library
from recommender.store.memory import Memory

settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("suite")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job, and what a test starts inherits it
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parent.parent
SEED = REPOSITORY / "profiles" / "sample" / "2020-05-13.cs.CV.md"
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no setting of whoever runs the tests."""
    for name in ("RECOMMEND_PROFILE", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RECOMMEND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RECOMMEND_ARXIV", "http://127.0.0.1:9")  # where nobody answers: no test asks arXiv
    return tmp_path / "home"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command in this process: `run("like", "3")`."""

    def call(*arguments: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["recommend", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(int(stopped.value.code or 0), captured.out, captured.err)

    return call


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library(home / "library.db") as opened:
        yield opened


@pytest.fixture
def memory(home: Path) -> Iterator[Memory]:
    with Memory(home / "profiles" / "ada.db") as opened:
        yield opened


def recommend(
    *arguments: object, home: Path, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, as a shell would."""
    return subprocess.run(
        [sys.executable, "-m", "recommender", *map(str, arguments)],
        input=stdin.decode(),
        capture_output=True,
        text=True,
        env={**os.environ, "RECOMMEND_HOME": str(home), **(environment or {})},
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
