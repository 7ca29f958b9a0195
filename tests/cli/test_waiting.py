"""Whoever waits at a terminal sees what is being done; scripts see nothing of it, and Ctrl-C loses nothing."""

import os
import pty
import random
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from support import ENCODER, make_paper

from recommender.api import Recommender
from recommender.cli import DOING, MODULES
from recommender.paper import Digest, Feedback, Verdict
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

pytestmark = pytest.mark.slow  # each test waits as a person does

MOST_SILENT = 1.0  # seconds


class Seen(NamedTuple):
    """What a command wrote to a terminal, each piece with the seconds since its start."""

    pieces: list[tuple[float, str]]
    seconds: float
    code: int

    @property
    def text(self):
        return "".join(text for _, text in self.pieces)

    @property
    def silence(self):
        """The longest time with nothing in the line that the cursor is in: neither a bar, nor a line, nor an answer."""
        longest, since, line = 0.0, 0.0, ""
        for moment, piece in [*self.pieces, (self.seconds, "")]:
            if not line.strip():
                longest = max(longest, moment - since)
            line = re.split(r"[\r\n]", line + re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", piece))[-1]
            since = moment
        return longest


def watched(arguments, *, home=None, stop_after=None, **environment):
    """Run Python on a terminal of 100 columns; with `stop_after`, press Ctrl-C after so many seconds."""
    child, terminal = pty.fork()
    if not child:
        os.environ.update({"COLUMNS": "100", "LINES": "40", "TERM": "xterm", "PAGER": "cat", **environment})
        if home:
            os.environ["RECOMMEND_HOME"] = str(home)
        os.execv(sys.executable, [sys.executable, *arguments])
    started, pieces, stopped = time.monotonic(), [], False
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the terminal has no other end any more
            break
        if not piece:
            break
        pieces.append((time.monotonic() - started, piece.decode("utf-8", "replace")))
        if stop_after and not stopped and pieces[-1][0] > stop_after:
            stopped = True
            os.kill(child, signal.SIGINT)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return Seen(pieces, time.monotonic() - started, os.waitstatus_to_exitcode(status))


@pytest.fixture(autouse=True)
def _path(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")


def script(text):
    lines = ["import time", "from recommender.cli.screen import guard", "guard()"]
    lines += ["from recommender.cli.progress import TerminalProgress, tell", "progress = TerminalProgress()"]
    return ["-c", "\n".join(lines) + "\n" + textwrap.dedent(text)]


@pytest.mark.slow
def test_long_work_is_named_with_its_seconds_and_leaves_no_trace():
    seen = watched(
        script("""
            with progress.busy("Reading a library"):
                time.sleep(3.5)
        """)
    )
    assert "Reading a library ..." in seen.text
    assert "Reading a library ... 2 s" in seen.text
    assert seen.text.rpartition("\r")[0].rpartition("\r")[2].strip() == ""


def test_quick_work_and_a_pipe_show_nothing():
    quick = script('with progress.busy("Reading"):\n    time.sleep(0.05)')
    assert watched(quick).text == ""
    slow = script('with progress.busy("Reading"):\n    time.sleep(1)')
    assert subprocess.run([sys.executable, *slow], capture_output=True, check=True).stderr == b""


def test_once_an_answer_goes_into_a_pipe_its_reader_has_the_terminal():
    answer = script("""
        from recommender.cli.session import show
        with progress.busy("Exporting"):
            time.sleep(1)
            show("An answer.")
            time.sleep(1.5)
    """)
    ours, theirs = os.openpty()
    with subprocess.Popen([sys.executable, *answer], stdout=subprocess.PIPE, stderr=theirs) as process:
        process.communicate()
    drawn = os.read(ours, 10_000).decode()
    os.close(theirs)
    os.close(ours)
    assert drawn.count("Exporting ...") == 1
    assert drawn.endswith("\r")


def test_the_innermost_work_is_named():
    seen = watched(
        script("""
            with progress.busy("Making your list"):
                with progress.busy("Reading"):
                    time.sleep(1)
                time.sleep(1)
        """)
    )
    assert seen.text.index("Reading ...") < seen.text.index("Making your list ...")


def test_other_text_takes_the_lines_place():
    seen = watched(
        script("""
            with progress.busy("Reading"):
                time.sleep(1)
                tell("A warning.")
                time.sleep(0.1)
        """)
    )
    assert re.search(r"Reading \.\.\.\r +\rA warning\.\r\n", seen.text)


@pytest.mark.slow
def test_nothing_is_drawn_behind_a_question_or_beside_a_bar():
    seen = watched(
        script("""
            import sys
            with progress.busy("Reading"):
                print("Really? ", end="", flush=True)
                time.sleep(1)
                print()
                for _ in progress.steps(range(12), "Saving"):
                    time.sleep(0.1)
        """)
    )
    assert "Reading ..." not in seen.text
    assert "Saving" in seen.text


@pytest.mark.slow
def test_a_terminal_that_cannot_draw_over_a_line_gets_it_once():
    seen = watched(script('with progress.busy("Reading"):\n    time.sleep(2.5)'), TERM="dumb")
    assert seen.text == "Reading ...\r\n"


def test_few_steps_have_a_line_in_place_of_a_bar():
    seen = watched(script('for _ in progress.steps(range(2), "Reading"):\n    time.sleep(0.5)'))
    assert "Reading ..." in seen.text
    assert "%" not in seen.text


def test_what_commands_do_is_said_of_commands_that_exist():
    assert {*DOING} <= {name for names in MODULES.values() for name in names}


# On a big home


PAPERS, LIKES, A_DAY = 12_000, 600, 600
NOW = datetime.now(UTC)
WORDS = [
    f"{start}{end}" for start in "infra visi galax neuro quant diffu robo".split() for end in "red ble tion mal".split()
]


def _paper(number):
    draw = random.Random(number)
    title, abstract = (" ".join(draw.choices(WORDS, k=size)) for size in (9, 120))
    return make_paper(number, title, abstract, authors=(f"Ada B. Lovelace{number % 900}", "Carl Friedrich Gauss"))


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A home with 12,000 papers of twenty days and a reader of 600 likes; a digest of a new day, and a library file."""
    home = tmp_path_factory.mktemp("big")
    with Recommender(home=home) as reader:
        from recommender import NewProfile

        reader.create_profile(NewProfile("ada", digests=(str(home / "digests"),)))
    start = NOW.date() - timedelta(days=PAPERS // A_DAY + 1)
    with Library(home / "library.db", ENCODER) as library, ProfileStore(home / "profiles" / "ada.db") as store:
        for first in range(0, PAPERS, A_DAY):
            day: date = start + timedelta(days=first // A_DAY)
            digest = Digest(day, "cs.CV", tuple(map(_paper, range(first, first + A_DAY))))
            library.save([(day, digest)], name=str(day), fingerprint=str(day), read_at=NOW)
        likes = [Feedback(_paper(number), Verdict.LIKE, NOW - timedelta(hours=number)) for number in range(LIKES)]
        store.import_verdicts(likes, command="import", at=NOW)
    (home / "digests").mkdir()
    new = [_paper(number) for number in range(PAPERS, PAPERS + A_DAY)]
    lines = [f'{{"id": "{paper.id}", "title": "{paper.title}", "summary": "{paper.abstract}"}}' for paper in new]
    (home / "digests" / f"{NOW.date()}.jsonl").write_text("\n".join(lines))
    entries = [
        f"@article{{k{number}, title={{{paper.title} {number}}}, author={{Gauss, Carl and Lovelace, A. B.}}, "
        f"abstract={{{paper.abstract}}}, year=2020}}\n"
        for number, paper in ((number, _paper(number)) for number in range(20_000, 25_000))
    ]
    (home / "library.bib").write_text("".join(entries))
    return home


COMMANDS = """
today --no-pager
import {home}/library.bib --offline
undo
search infrared galaxtion
best --all
similar 1
why 1
evaluate
profile show
topics
plot map -o {home}/map.svg
plot words -o {home}/words.svg
export all -o {home}/all.bib
feed {home}/feed.atom
backup {home}/ada.zip
restore {home}/ada.zip
doctor
profile export {home}/whole.zip
profile import {home}/whole.zip --as bob
fetch -p ada
mail --dry-run -p ada
run -p ada
batch
library stats
status -p ada
library prune --before 2020-01-01 --yes
""".strip().splitlines()


@pytest.mark.slow
def test_nothing_is_silent_for_more_than_a_second_on_a_big_home(big):
    silent = {}
    for number, line in enumerate(COMMANDS):
        if number % 4 == 0:  # what a busy machine takes to begin
            start = watched(["-m", "recommender", "--version"], home=big).seconds
        seen = watched(["-m", "recommender", *shlex.split(line.format(home=big))], home=big)
        assert seen.code == 0, (line, seen.text[-500:])
        crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # of programs that each processor has to run
        if seen.silence > MOST_SILENT * crowd + 2 * start:
            silent[line] = (round(seen.silence, 1), round(seen.seconds, 1))
    assert not silent


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "import {home}/library.bib --offline",
        "fetch",
        "best --all",
        *(pytest.param(line, marks=pytest.mark.rare) for line in ("plot map -o {home}/x.svg", "evaluate", "doctor")),
    ],
)
def test_ctrl_c_loses_nothing(big, line):
    def ratings():
        with ProfileStore(big / "profiles" / "ada.db") as store:
            return {(entry.paper.id, entry.verdict) for entry in store.feedback()}

    before = ratings()
    seen = watched(["-m", "recommender", *shlex.split(line.format(home=big)), "-p", "ada"], home=big, stop_after=0.5)
    if seen.code:
        assert seen.code in (130, -signal.SIGINT), seen.text[-500:]  # the latter where Python itself was loading
        assert "Stopped. What was stored before stays as it was." in seen.text
    assert before <= ratings()
    assert watched(["-m", "recommender", "doctor", "-p", "ada"], home=big).code == 0
