"""What every test may use. No test can touch a user's own home: it is moved for all of them."""

import io
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import costs
import pytest
from hypothesis import HealthCheck, settings
from support import ENCODER, NOBODY, Ran, here

from recommender.cli import main
from recommender.store.database import Database
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

if TYPE_CHECKING:
    from browser import Browser

# `make check` looks at a few examples of each property, `make test` and every CI at many; both at the same ones always
for profile, examples in {"dev": 10, "ci": 30, "thorough": 500}.items():
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
settings.load_profile(PROFILE)

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # numpy reads them when it is imported
    os.environ.setdefault(_threads, "1")  # each core has a worker; threads that wait for each other would take its time

# Homes of tests lie in memory where there is room: to sync thousands of small databases would take a disk longer than
# all else that tests do.
_MEMORY = Path("/dev/shm")
if _MEMORY.is_dir() and not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC and shutil.disk_usage(_MEMORY).free > 2**31:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

if os.name != "posix":  # whole files that drive a terminal, limits or programs that Windows lacks
    _POSIX = re.compile(r"^(?:import|from) (?:fakemachine|pexpect|resource|terminal|termios)\b", re.MULTILINE)
    collect_ignore = [
        str(path)
        for path in Path(__file__).parent.rglob("test_*.py")
        if _POSIX.search(path.read_text(encoding="utf-8"))
    ]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job, and what a test starts inherits it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as cores for `-n auto`, because tests also wait: for servers, processes, time-outs."""
    return 3 * (os.cpu_count() or 1) // 2


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rare", action="store_true", help="tests marked as rare, too")


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave rare tests out unless they are asked for, and some cases of those with `sample` for `make check`.

    These cases are spread evenly; the others are slow.
    """
    if not config.getoption("--rare"):
        rare = [item for item in items if item.get_closest_marker("rare")]
        config.hook.pytest_deselected(items=rare)
        items[:] = [item for item in items if not item.get_closest_marker("rare")]
    cases: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            cases.setdefault((item.path, item.nodeid.partition("[")[0]), []).append(item)
    for same in cases.values():
        (size,) = same[0].get_closest_marker("sample").args  # type: ignore[union-attr]
        chosen = {number * len(same) // size for number in range(size)}
        for number, item in enumerate(same):
            if number not in chosen:
                item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Add to the report what the test cost; not with more examples of each property than `make check` looks at."""
    before = costs.used()
    try:
        return (yield)
    finally:
        if PROFILE == "dev" and not item.get_closest_marker("slow") and not item.get_closest_marker("browser"):
            item.user_properties.append((costs.PROPERTY, costs.used() - before))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    if lines := list(costs.too_dear(reports)):
        terminalreporter.section(f"over {costs.MOST:.0f} s of the processor: make them faster, or mark them as slow")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no setting of whoever runs the tests."""
    for name in ("RECOMMEND_PROFILE", "NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RECOMMEND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RECOMMEND_ARXIV", NOBODY)  # no test asks arXiv
    return tmp_path / "home"


@pytest.fixture(scope="session")
def _migrate_once() -> Callable[..., None]:
    """`Database._migrate` that gives a new database a copy of the schema that the migrations made for the first one."""
    schemas: dict[tuple[str, int], bytes] = {}
    really = Database._migrate

    def migrate(self: Database, connection: sqlite3.Connection, *, new: bool) -> None:
        if not new:
            really(self, connection, new=new)
            return
        key = (self.kind, self.schema_version)
        if key not in schemas:
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as first:
                really(self, first, new=True)
                schemas[key] = first.serialize()
        self._log_ahead(connection)
        with closing(sqlite3.connect(":memory:")) as schema:
            schema.deserialize(schemas[key])
            schema.backup(connection)

    return migrate


@pytest.fixture(autouse=True)
def new_databases(monkeypatch: pytest.MonkeyPatch, _migrate_once: Callable[..., None]) -> None:
    """Make the schema of new databases quickly; tests of how one is made replace this fixture by an empty one."""
    monkeypatch.setattr(Database, "_migrate", _migrate_once)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process wait for nobody: servers of tests need no rest, and no editor is just saving settings."""
    for pause in ("_PACE", "_BACKOFF"):
        monkeypatch.setattr(f"recommender.sources.client.{pause}", timedelta(0))
    monkeypatch.setattr("recommender.store.settings_edit._CALM", 0)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium, for the tests of one module."""
    from browser import Browser  # slow to import, and most workers need none

    with Browser.running() as running:
        yield running


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A home after some commands, made once in a session, from that before the last of them."""

    @cache
    def make(*commands: tuple[object, ...]) -> Path:
        made = tmp_path_factory.mktemp("home")
        if commands:
            *before, last = commands
            shutil.copytree(make(*before), made, dirs_exist_ok=True)
            here(*last, home=made)
        return made

    return make


@pytest.fixture
def start_after(home: Path, _homes: Callable[..., Path]) -> Callable[..., Path]:
    """Begin with a copy of the home that some commands leave: `start_after(("init", "ada"), ("today", SEED))`."""

    def copy(*commands: tuple[object, ...]) -> Path:
        shutil.copytree(_homes(*commands), home)
        return home

    return copy


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], impatient: None) -> Callable[..., Ran]:
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


@pytest.fixture(scope="session")
def _empty_stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both stores as they are made: to copy a file is faster than to make its schema."""
    folder = tmp_path_factory.mktemp("empty")
    for store in (Library(folder / "library.db", ENCODER), ProfileStore(folder / "profiles" / "ada.db")):
        store.create()
        store.close()
    return folder


@pytest.fixture
def library(home: Path, _empty_stores: Path) -> Iterator[Library]:
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(_empty_stores / "library.db", home)
    with Library(home / "library.db", ENCODER) as opened:
        yield opened


@pytest.fixture
def memory(home: Path, _empty_stores: Path) -> Iterator[ProfileStore]:
    shutil.copytree(_empty_stores / "profiles", home / "profiles", dirs_exist_ok=True)
    with ProfileStore(home / "profiles" / "ada.db") as opened:
        yield opened
