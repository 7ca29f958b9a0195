"""What every test may use. No test can touch a user's own home: it is moved for all of them."""

import io
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import Ran

from recommender.cli import main
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("suite")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job, and what a test starts inherits it
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
def memory(home: Path) -> Iterator[ProfileStore]:
    with ProfileStore(home / "profiles" / "ada.db") as opened:
        yield opened
