"""The house stands: dependencies point downward only, siblings are strangers, start-up stays light."""

import ast
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import shape
from support import REPOSITORY, SEED, uncovered

import recommender

PACKAGE = REPOSITORY / "recommender"
NOUNS = {
    *("paper", "ids", "profile", "results"),
    *("errors", "files", "installation", "malloc", "plugins", "rows", "sockets", "untrusted"),
}
GROUND = NOUNS | {"text"}
# Each room, and which others it may import. A room not named here is a mistake.
MAY_IMPORT = {
    **dict.fromkeys(NOUNS, NOUNS),
    "text": NOUNS,
    "sources": GROUND,
    "ranking": GROUND,
    "store": GROUND,
    "delivery": GROUND,
    "scheduling": GROUND,
    "services": GROUND | {"sources", "ranking", "store", "delivery", "scheduling"},
    "api": NOUNS | {"api_home", "services", "store"},  # store: where the home lies
    "api_batch": NOUNS | {"services", "store"},
    "api_home": NOUNS | {"services"},  # a part of the door
    "api_group": NOUNS | {"services", "store"},  # the door for a group
    "web": GROUND | {"api", "api_group", "delivery"},
    "cli": GROUND | {"api", "api_group", "web", "mcp", "delivery", "scheduling"},
    "mcp": GROUND | {"api", "delivery"},
    "testing": NOUNS,
    "__main__": {"cli"},
    "__init__": NOUNS
    | {"api", "api_batch", "api_group", "services", "delivery"},  # what is promised, loaded at first use
}
# Third parties and heavy parts of the standard library, and the only rooms that may use them.
ONLY_IN = {
    "click": {"cli"},
    "sqlite3": {"store", "sources/libraries/zotero.py", "untrusted"},  # Zotero's own file is a format like any other
    "sqlite_utils": {"store"},
    "numpy": {"ranking"},
    "sklearn": {"ranking"},
    "rank_bm25": {"ranking"},
    "pylatexenc": {"text"},
    "platformdirs": {"store"},
    "keyring": {"store"},
    "tomlkit": {"store"},
    "urllib3": {"sources"},
    "bibtexparser": {"sources"},
    "jinja2": {"delivery", "web"},
    "itsdangerous": {"delivery"},
    "authlib": {"services"},
    "joserfc": {"services"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "mcp": {"mcp"},
    "pydantic": {"mcp"},
    "anyio": {"mcp"},
    "h11": {"web"},
    "urllib.request": {"sources"},
    "smtplib": {"delivery"},
    "distributed": {"services/batch/cluster.py"},
}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(module: str, name: str) -> str:
    """The module that an import statement names; a promised name of the package comes from its door."""
    if module != "recommender":
        return module
    return "recommender.api" if name in recommender.__all__ and name != "__version__" else f"recommender.{name}"


def imports_of(path: Path) -> set[str]:
    """Every module a file names in an import statement, wherever it stands."""
    names = set()
    for node in shape.nodes(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            module = node.module or ""
            names |= {imported(module, alias.name) for alias in node.names}
    return names


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_lies_below_it(path):
    room = room_of(path)
    for name in imports_of(path):
        if name.startswith("recommender."):
            other = name.split(".")[1]
            assert other in {room, "__version__"} | MAY_IMPORT[room], f"{room} must not know {other}"
        for library, rooms in ONLY_IN.items():
            if name == library or name.startswith(f"{library}."):
                place = path.relative_to(PACKAGE).as_posix()
                assert {room, place} & rooms, f"{library} belongs to {rooms}, not to {place}"


def test_nothing_below_the_faces_prints():
    for path in PACKAGE.rglob("*.py"):
        if room_of(path) not in {"cli", "delivery"}:
            calls = [node for node in shape.nodes(path.read_text(encoding="utf-8")) if isinstance(node, ast.Call)]
            assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


def test_a_place_is_expanded_in_one_way():
    """`Path.expanduser` raises RuntimeError where "~" stands before a name that no user has."""
    for path in PACKAGE.rglob("*.py"):
        assert ".expanduser(" not in path.read_text(encoding="utf-8").replace("os.path.expanduser(", ""), path


# urllib.request and xml.sax are imported by small helpers, and slow
HEAVY = (
    *("sklearn", "scipy", "numpy", "rank_bm25", "sqlite_utils", "pandas", "xml", "http", "asyncio"),
    *("email", "ssl", "urllib3", "tomlkit", "jinja2", "bibtexparser", "itsdangerous", "keyring", "starlette"),
    "webbrowser",
)


# what a command that only looks up or writes down must not wait for
FAR = (
    "sources",
    "ranking.tokens",
    *("services.ingest", "services.fetch", "services.exchange", "services.mail", "services.answers"),
    "services.evaluation",
    "delivery.charts",
)


# `python -X importtime` does not list what importlib.import_module imports, as the doors do
LISTING = """
import sys
from recommender.cli import main
try:
    main()
finally:
    print("modules:", *sys.modules, file=sys.stderr)
"""


def imported_by(*arguments: object, home: Path) -> set[str]:
    """Modules and packages that a run of the command imports."""
    environment = uncovered()
    ran = subprocess.run(
        [sys.executable, "-c", LISTING, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**environment, "RECOMMEND_HOME": str(home)},
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return set(ran.stderr.rpartition("modules:")[2].split())


@pytest.fixture
def read_once(start_after):
    return start_after(("today", "-p", "example", SEED))


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "command",
    [
        ("like", "1"),
        ("dislike", "2"),
        ("unmark", "1"),
        ("undo",),
        ("history",),
        ("today", "-p", "example", SEED),
        ("today", "-p", "example", "--json", SEED),
        ("show", "1"),
        ("open", "1", "--print"),
        ("where",),
        ("status",),
        ("profile", "list"),
        ("--help",),
    ],
    ids=lambda command: " ".join(map(str, command[:1])),
)
def test_a_quick_command_imports_nothing_heavy(read_once, command):
    assert not imported_by(*command, home=read_once) & set(HEAVY)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "command", [("like", "1"), ("undo",), ("history",), ("today", "-p", "example", SEED), ("status",)]
)
def test_a_quick_command_imports_no_room_it_does_not_enter(read_once, command):
    imported = imported_by(*command, home=read_once)
    assert not imported & {f"recommender.{name}" for name in FAR}
    assert imported & {"recommender.store.profile_store"}  # else the test sees nothing


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "command",
    [("today", "-p", "example", SEED), ("search", "image"), ("similar", "2"), ("best",)],
    ids=lambda command: command[0],
)
def test_a_ranking_needs_numpy_and_no_slower_library(read_once, run, command):
    run("like", "1")
    imported = imported_by(*command, home=read_once)
    assert {"numpy", "rank_bm25"} <= imported  # or the test would see nothing
    assert not imported & {"sklearn", "scipy", "sqlite_utils", "pandas", "numpy.ma"}


def test_a_mail_that_is_only_looked_at_needs_no_way_to_send_it(read_once):
    imported = imported_by("mail", "-p", "example", "--dry-run", SEED, home=read_once)
    assert "recommender.delivery.mail.letter" in imported  # or the test would see nothing
    assert not imported & {"ssl", "smtplib", "mailbox", "webbrowser"}


def processor_times(*commands: tuple[object, ...], home: Path) -> list[float]:
    """Seconds that each Python process computes: the least of nine runs in turn, whatever else the machine does."""
    left_out = ("COVERAGE", "PYTHONDONTWRITEBYTECODE")  # who uses the program has it compiled
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    environment |= {"RECOMMEND_HOME": str(home)}
    times = [[processor_time(command, environment) for command in commands] for _ in range(9)]
    return [min(each) for each in zip(*times, strict=True)]


def processor_time(arguments: tuple[object, ...], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *map(str, arguments)]
    subprocess.run(command, capture_output=True, env=environment, timeout=120, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


LEAST = ("-c", "import click, dataclasses, datetime, enum, json, sqlite3")  # what every command needs


# Each limit is about an eighth above what the command takes: a start slower by a third fails, a busy machine does not.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "command"),
    [
        (1.45, ("like", "1")),
        (1.45, ("undo",)),
        (1.45, ("history",)),
        (1.5, ("status",)),
        (1.6, ("today", "-p", "example", SEED)),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else "",
)
def test_a_quick_command_takes_hardly_more_than_the_least_time(read_once, limit, command):
    for _ in range(5):  # work beside it only ever makes a command look slower
        least, taken = processor_times(LEAST, ("-m", "recommender", *command), home=read_once)
        if taken < limit * least:
            return
    pytest.fail(f"{taken / least:.2f} times the least time; at most {limit} is allowed")


@pytest.mark.slow
def test_a_third_more_to_import_is_seen(read_once):
    slower = (LEAST[0], f"{LEAST[1]}, numpy")
    least, taken = processor_times(LEAST, slower, home=read_once)
    assert taken > 1.5 * least


@pytest.mark.sample(1)
@pytest.mark.parametrize("prepare", [("fetch",), ("import", "likes.bib")], ids=lambda command: command[0])
def test_what_fetch_and_import_brought_in_is_ranked_before_anybody_waits(home, run, tmp_path, monkeypatch, prepare):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "likes.bib").write_text("@article{a, title={Image Fusion}, eprint={2005.05896}, year=2020}")
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "ada.toml").write_text(f'digests = "{SEED.parent}"\ninterests = "image fusion"\n')
    if prepare[0] == "import":
        run("today")
    assert run(*prepare).code == 0
    imported = imported_by("today", home=home)
    assert not imported & {"numpy", "rank_bm25"}
    run("like", "1")
    assert {"numpy", "rank_bm25"} <= imported_by("today", home=home)  # or the test would see nothing
