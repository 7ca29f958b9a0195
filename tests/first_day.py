"""Follow the README and the tutorial literally, block after block, and say how long each command took.

    python tests/first_day.py                # in a copy of this checkout, with a new environment, by `make today`
    python tests/first_day.py --installed    # with the program of this environment: nothing is downloaded

Both begin in an empty folder with an empty home. Commands that need more than this machine are named and not run.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parent.parent
PAGES = ("README.md", "docs/tutorial.md")

# What is not run, by how it begins, and why.
NOT_RUN = {
    "make test": "takes the time of all tests",
    "pipx install": "`make today` has installed it, as the page says",
    "uvx": "a version on PyPI is needed",
    "recommend fetch": "arXiv is asked for weeks of papers",
    "recommend serve": "runs until Ctrl-C; tests/web/test_pages.py has it",
    "recommend schedule install": "would change this machine; tests/cli/test_schedule.py has it",
}
_KEYS = {"recommend triage": b"ldjuq"}  # what is pressed where a terminal is needed
_BIB = "@article{a, title={Infrared and Visible Image Fusion}, author={Ada Lovelace}, doi={10.1000/1}}\n"


class Step(NamedTuple):
    """One command of a page, and what came of it."""

    page: str
    command: str
    seconds: float
    problem: str = ""  # empty: it went as the page says
    skipped: str = ""  # why it was not run


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """The language and the content of each block of commands, in the order of the page."""
    yield from re.findall(r"^```(console|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(language: str, block: str) -> Iterator[tuple[str, str | None]]:
    """Each command of a block, and what the page says it prints; None: nothing is said."""
    if language == "sh":
        yield from ((line, None) for line in block.replace("\\\n", "").splitlines() if line and line[0] != "#")
        return
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = step.partition("\n")
        yield command, printed if printed.strip() else None


def expected(printed: str) -> str:
    """A pattern of what may be printed; a line "…" stands for any lines."""
    return "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + "\n" for line in printed.splitlines())


def follow(page: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Step]:
    """Run the commands of a page in a folder."""
    for language, block in blocks((REPOSITORY / page).read_text(encoding="utf-8")):
        for line, printed in commands(language, block):
            command = line.partition("  #")[0].strip()
            if why := next((why for start, why in NOT_RUN.items() if command.startswith(start)), ""):
                yield Step(page, command, 0, skipped=why)
                continue
            started = time.monotonic()
            code, said = run(command, folder, environment)
            problem = f"exit code {code}:\n{said}" if code else ""
            if printed is not None and not problem and not re.fullmatch(expected(printed), said):
                problem = f"it prints:\n{said}"
            yield Step(page, command, time.monotonic() - started, problem)


def run(command: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """The exit code of a command line, and what it prints: stdout, then stderr."""
    if keys := _KEYS.get(command):
        return _typed(command, keys, folder, environment)
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = "".join(f"{line.rstrip()}\n" for line in (done.stdout + done.stderr).splitlines())
    return done.returncode, said


def _typed(command: str, keys: bytes, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """The same on a terminal, on which keys are pressed one after another, each once the screen is still."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["/bin/sh", "-c", command], cwd=folder, env=dict(environment), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said, waiting = b"", list(keys)
    while process.poll() is None:
        is_readable, _, _ = select.select([ours], [], [], 1)
        if is_readable:
            try:
                said += os.read(ours, 65536)
            except OSError:
                break
        elif waiting and said:
            os.write(ours, bytes([waiting.pop(0)]))
    os.close(ours)
    return process.wait(), said.decode("utf-8", "replace")


def bare(folder: Path) -> dict[str, str]:
    """The environment of somebody who has only Python: no setting, an empty home, nothing on PATH but the system."""
    kept = {
        name: value for name, value in os.environ.items() if re.match(r"(?i)lang|lc_|.*_proxy$|ssl_|pip_|uv_", name)
    }
    python = Path(sys.executable).resolve().parent
    return {
        **kept,
        "HOME": str(folder / "home"),
        "PATH": os.pathsep.join([str(python), "/usr/local/bin", "/usr/bin", "/bin"]),
        "COLUMNS": "80",
        "PYTHONIOENCODING": "utf-8",
    }


def first_day(folder: Path, *, installed: bool, arxiv: str) -> Iterator[Step]:
    """Follow each page with a home of its own.

    Args:
        installed: run the program of this environment; else install it first, by the README's `make today`.
        arxiv: an address that stands in for arXiv's.
    """
    environment = bare(folder)
    checkout = folder / "checkout"
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True
    )
    for name in names.stdout.splitlines():
        if (REPOSITORY / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, checkout / name)
    scripts = Path(sys.executable).parent if installed else checkout / ".venv" / "bin"
    environment["PATH"] = os.pathsep.join([str(scripts), environment["PATH"]])
    if installed:
        NOT_RUN["make today"] = "it installs; without --installed it is run"
        environment["PYTHONPATH"] = str(checkout)
    environment["RECOMMEND_ARXIV"] = arxiv
    (checkout / "library.bib").write_text(_BIB, encoding="utf-8")
    for page in PAGES:
        (folder / "home").mkdir(exist_ok=True)
        yield from follow(page, checkout, environment)
        shutil.rmtree(folder / "home")  # the next page begins anew


def main() -> int:
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from faults import Server

    failed = False
    with tempfile.TemporaryDirectory() as folder, Server().running() as server:
        serve_today(server)
        page = ""
        for step in first_day(Path(folder), installed="--installed" in sys.argv, arxiv=server.url):
            if step.page != page:
                page = step.page
                print(f"\n{page}")
            print(f"  {f'{step.seconds:5.1f} s' if not step.skipped else '      –'}  {step.command}", flush=True)
            if step.skipped or step.problem:
                print(f"           {'FAILED: ' if step.problem else 'not run: '}{step.problem or step.skipped}")
            failed |= bool(step.problem)
    return int(failed)


def serve_today(server: "object") -> None:
    """Let a server answer as arXiv does today, with a few papers of cs.CV."""
    from datetime import UTC, datetime

    import answers
    from faults import Reply
    from support import make_paper

    from recommender.api import Recommender

    day = Recommender().announcement_day(datetime.now(UTC))
    papers = [make_paper(number, f"Infrared walks {number}", categories=("cs.CV",)) for number in range(1, 13)]
    server.script("/atom/cs.CV", Reply(body=answers.feed("cs.CV", day, papers)))


if __name__ == "__main__":
    sys.exit(main())
