"""`recommend triage` on a real terminal: keys, screens, and that no rating is ever lost."""

import os
import random
import re
import shutil
import signal
import sqlite3
import termios
import time
from pathlib import Path

import pytest
from support import REPOSITORY, SEED, recommend
from terminal import DRAWN, Program

from recommender import Recommender, Verdict

TRANSCRIPT = REPOSITORY / "tests" / "data" / "triage.txt"
DAY = ("--day", "2020-05-13", "--offline")
KILLS = 8


@pytest.fixture(scope="session")
def digests(tmp_path_factory):
    """Two days that were rated, and a third with 40 papers."""
    folder = tmp_path_factory.mktemp("digests")
    head, *entries = SEED.read_text().split("\n### ")
    text = "\n### ".join([head, *entries[:40]])
    for day, ids in ((11, "2003.0"), (12, "2004.0"), (13, "2005.0")):
        named = text.replace("13 May 2020", f"{day} May 2020").replace("2005.0", ids)
        (folder / f"2020-05-{day}.cs.CV.md").write_text(named)
    return folder


@pytest.fixture
def ada(start_after, digests):
    """A home where matches are known, and the third day is new."""
    return start_after(
        ("init", "ada", "--interests", "image fusion", "--category", "cs.CV", "--digests", digests, "--no-input"),
        ("fetch",),
        ("today", "--day", "2020-05-11", "-n", "40"),
        ("like", "1-4"),
        ("dislike", "20-30"),
        ("today", "--day", "2020-05-12", "-n", "40"),
        ("like", "1-5"),
        ("dislike", "30-36"),
    )


@pytest.fixture
def start(ada):
    """Start the screen on the third day, and end it with the test."""
    programs = []

    def begin(*options, size=(80, 24), **environment):
        programs.append(Program("triage", *DAY, *options, home=ada, size=size, **environment))
        programs[-1].wait("? keys")
        return programs[-1]

    yield begin
    for program in programs:
        program.stop()


def verdicts(home):
    with Recommender("ada", home=home) as ada:
        return ada.verdicts()


def commands(home):
    """Every command that is stored, as a database browser shows it."""
    with sqlite3.connect(home / "profiles" / "ada.db") as connection:
        return connection.execute("SELECT paper, verdict FROM verdict ORDER BY paper").fetchall()


def timeless(screen):
    return re.sub(r"\b\d+:\d\d\b", "0:00", screen)


def card(program, number):
    program.wait(f"{number}/")
    return re.search(r"\d{4}\.\d{5}", program.screen.text())[0]


# What it looks like


def played(program, keys):
    """The screens that keys lead to, as a person sees them."""
    screens = [("", program.screen.text()), *((key, program.press(key)) for key in keys)]
    program.press("q")
    assert program.end() == 0
    screens.append(("q", program.screen.text()))
    line = "=" * program.screen.columns
    return "".join(f"{line}\n{key}\n{line}\n{timeless(screen).rstrip()}\n" for key, screen in screens)


@pytest.mark.slow
def test_its_screens_are_those_of_the_transcript(home, digests):
    """For a reader of whom nothing is known, so that no score stands in it."""
    keys = ["l", "d", "o", "o", "j", "x", "x", "l", "u", "w", "l", "?", "j", "G", "k", "A", "u", "k"]
    text = ""
    for size in ((80, 24), (40, 20), (120, 30)):
        assert recommend("init", f"ada{size[0]}", "--interests", "", "--no-input", home=home).returncode == 0
        program = Program("triage", "-p", f"ada{size[0]}", digests / "2020-05-13.cs.CV.md", home=home, size=size)
        program.wait("? keys")
        text += played(program, keys)
    if os.environ.get("WRITE_TRANSCRIPT"):
        TRANSCRIPT.write_text(text, encoding="utf-8")
    assert text == TRANSCRIPT.read_text(encoding="utf-8"), "look at it; then WRITE_TRANSCRIPT=1 writes it"


@pytest.mark.slow
def test_the_line_of_a_slow_start_is_gone_before_the_screen_comes(start, tmp_path):
    slow = "from recommender.cli import waiting\nwaiting._PATIENCE, waiting._PAUSE = 0, 0.001\n"  # all is slow to it
    (tmp_path / "sitecustomize.py").write_text(slow)
    program = start(PYTHONPATH=f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    program.press("q")
    assert program.end() == 0
    assert "Making your list ..." in program.output
    assert " ..." not in program.screen.text()


@pytest.mark.slow
def test_it_follows_the_size_of_the_terminal(start):
    program = start()
    for columns, lines in ((40, 20), (200, 50), (110, 24), (109, 24), (60, 7), (40, 4), (80, 24)):
        program.resize(columns, lines)
        screen = program.wait("1/40")
        assert (" │ " in screen) == (columns >= 110)
    assert program.press("q") is not None
    assert program.end() == 0


@pytest.mark.slow
def test_it_needs_no_colour_and_no_unicode(start):
    program = start(NO_COLOR="1")
    program.press("l")
    assert not re.search(r"\x1b\[[0-9;]*m", program.output)
    program = start(PYTHONIOENCODING="latin-1")
    assert "#" in program.press("l")
    assert program.output.isascii()


@pytest.mark.slow
@pytest.mark.parametrize(("options", "environment"), [(["--plain"], {}), ([], {"TERM": "dumb"}), ([], {"TERM": None})])
def test_in_plain_lines_nothing_is_redrawn(start, ada, options, environment):
    program = start(*options, **environment)
    first = card(program, 1)
    program.press("l", "liked: ")
    program.press("o")
    program.press("u", "Took back")
    program.press("d", "disliked: ")
    program.press("q")
    assert program.end() == 0
    assert "\x1b" not in program.output
    assert verdicts(ada)[first] is Verdict.DISLIKE
    assert "1 disliked" in program.screen.text()


# What keys do


def test_forty_papers_take_at_most_45_keys_and_the_parts_add_up(start, ada):
    before = set(verdicts(ada))
    program = start("--min-match", "50")
    pressed = 0
    while "all seen" not in program.screen.text():
        program.press(random.Random(pressed).choice("ldr"))
        pressed += 1
    while "under your threshold" not in program.screen.text():
        program.press("d")
        pressed += 1
    program.press("q")
    assert program.end() == 0
    assert pressed + 1 <= 45
    assert len(set(verdicts(ada)) - before) == 40
    total, *parts = map(
        int, re.findall(r"(\d+) (?:papers announced|shown|muted|under|rated before)", program.screen.text())
    )
    assert total == sum(parts) == 40


def test_the_rest_of_the_day_is_seen_with_one_key_and_nothing_is_rated(start, ada):
    before = commands(ada)
    program = start("--min-match", "50")
    assert "under your threshold" in program.press("A")
    assert "1/" in program.press("u", "Took back A")
    program.press("A")
    program.press("q")
    assert program.end() == 0
    assert commands(ada) == before


@pytest.mark.slow
def test_moving_never_rates_and_k_leads_back(start, ada):
    before = commands(ada)
    program = start()
    first = card(program, 1)
    program.press("j n", "4/40")
    program.press("\x1b[B\x1b[A\x1bOB", "5/40")
    program.press("kkkk", "1/40")
    assert card(program, 1) == first
    program.press("G", "end of 40")
    program.press("g", "1/40")
    program.press("o", "page 1 of")
    program.press("j", "2/40")
    assert commands(ada) == before


def test_undo_goes_back_beyond_the_start_as_the_command_does(start, ada):
    program = start()
    program.press("ldr", "4/40")
    program.press("u", "3/40")
    program.press("u", "2/40")
    program.press("u", "1/40")
    for command in ("dislike", "like", "dislike", "like"):
        program.press("u", f"Took back `{command}`")
    assert commands(ada) == []
    program.press("u", "Nothing to undo")
    assert "Nothing to undo" in recommend("undo", home=ada).stdout


@pytest.mark.slow
def test_a_rating_is_changed_and_changes_that_are_none_are_not_undone(start, ada):
    program = start()
    first = card(program, 1)
    program.press("l", "2/40")
    program.press("k", "LIKED")
    program.press("l", "liked already")
    program.press("kd", "disliked, was liked")
    program.press("u", "LIKED")
    assert verdicts(ada)[first] is Verdict.LIKE
    program.press("u", "Took back `like`")
    assert first not in verdicts(ada)


@pytest.mark.slow
def test_a_paper_is_put_on_the_reading_list_and_taken_back(start, ada):
    before = verdicts(ada)
    screen = start()
    screen.press("t", "on the reading list:")
    screen.press("l", "liked:")
    with Recommender("ada", home=ada) as reader:
        assert len(reader.reading.ids()) == 1
    screen.press("u", "Took back `like`")
    screen.press("u", "Took back `later`")
    with Recommender("ada", home=ada) as reader:
        assert not reader.reading.ids()
    assert verdicts(ada) == before


@pytest.mark.slow
def test_selected_papers_are_rated_together_and_undone_together(start, ada):
    before = commands(ada)
    program = start()
    program.press("xxjx", "like all 3")
    program.press("l", "liked: 3 papers")
    assert len(commands(ada)) == len(before) + 3
    program.press("u", "Took back `like`: 3 papers")
    assert commands(ada) == before


@pytest.mark.slow
def test_similar_papers_and_a_search_are_lists_of_titles_that_can_be_rated(start, ada):
    program = start()
    program.press("s", "q back")
    number = len(commands(ada))
    program.press("2", "2005.0" if "2005.0" in program.screen.text() else "200")
    program.press("r", "read")
    program.press("q", "1/40")
    program.press("/", "Search the library for")
    program.press("infrared fuzion\x7f\x7f\x7f\x7fsion\r", "“infrared fusion”")
    program.press("\x1b", "1/40")
    program.press("/", "Search the library for")
    program.press("\x1b", "o abstract")
    assert len(commands(ada)) >= number


@pytest.mark.slow
def test_keys_typed_before_the_first_card_came_rate_nothing(ada):
    before = commands(ada)
    program = Program("triage", *DAY, home=ada)
    program.child.send("lll")
    program.wait("? keys")
    assert "1/40" in program.screen.text()
    program.press("q")
    assert program.end() == 0
    assert commands(ada) == before


@pytest.mark.slow
def test_keys_typed_before_a_list_came_rate_nothing_of_it(start, ada):
    before = commands(ada)
    program = start()
    program.press("sll", "q back")
    assert commands(ada) == before


@pytest.mark.slow
def test_selected_papers_are_not_left_unrated_without_a_word(start):
    program = start()
    program.press("xx")
    program.press("q", "2 papers selected and not rated")
    program.press("q")
    assert program.end() == 0


@pytest.mark.slow
def test_an_author_is_followed_and_a_word_muted_until_undo(ada, start, tmp_path):
    settings = (ada / "profiles" / "ada.toml").read_text()
    (tmp_path / "d.jsonl").write_text(
        '{"id": "2006.00001", "title": "T", "abstract": "A", "authors": ["Ada Lovelace", "P. Erdős"]}'
    )
    program = Program("triage", tmp_path / "d.jsonl", home=ada)
    program.wait("? keys")
    program.press("f", "2  P. Erdős")
    program.press("l", "1/1")  # any other key: nobody is followed, and nothing rated
    program.press("f", "2  P. Erdős")
    program.press("2", "follow P. Erdős: used in your next list")
    program.press("m", "Mute the word")
    program.press("survey\r", "mute word:survey")
    with Recommender("ada", home=ada) as door:
        assert door.profile.follow == ("P. Erdős",)
        assert door.profile.mute
    program.press("u", "Took back `mute word:survey`")
    program.press("u", "Took back `follow P. Erdős`")
    program.press("q")
    assert program.end() == 0
    with Recommender("ada", home=ada) as door:
        assert not door.profile.nudges
    assert "interests" in settings


@pytest.mark.slow
def test_the_pages_of_a_paper_open_in_the_browser(start, tmp_path):
    opened = tmp_path / "opened"
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    script.chmod(0o755)
    program = start(BROWSER=f"{script} %s")
    paper = card(program, 1)
    program.press("v", f"arxiv.org/abs/{paper}")
    program.press("p", f"arxiv.org/pdf/{paper}")
    assert opened.read_text().split() == [f"https://arxiv.org/abs/{paper}", f"https://arxiv.org/pdf/{paper}"]


@pytest.mark.slow
def test_a_browser_that_runs_in_the_terminal_gets_it_and_gives_it_back(start, ada, tmp_path):
    script = tmp_path / "browser"
    script.write_text('#!/bin/sh\nstty -a | grep -q -- " echo " && echo "reads $1"\nread line\n')
    script.chmod(0o755)
    before = commands(ada)
    program = start(BROWSER=f"{script} %s")
    paper = card(program, 1)
    program.press("v", f"reads https://arxiv.org/abs/{paper}")
    assert not program.screen.is_other
    assert program.screen.cursor
    program.press("l\n", "1/40")  # typed into the browser
    assert program.screen.is_other
    assert not termios.tcgetattr(program.child.child_fd)[3] & termios.ECHO
    assert commands(ada) == before
    program.press("l", "2/40")


@pytest.mark.slow
def test_without_any_browser_the_address_is_on_the_screen(start):
    program = start(BROWSER=None, DISPLAY=None, WAYLAND_DISPLAY=None, PATH="/nowhere")
    paper = card(program, 1)
    program.press("p", f"No browser could be opened: https://arxiv.org/pdf/{paper}")


@pytest.mark.sample(1)
@pytest.mark.parametrize("typed", ["\x1b[200~llld\x1b[201~", "\x1bl\x1bd", "\x1b[1;5l", "zZ7", "\x1b"])
def test_a_paste_and_unknown_keys_rate_nothing(start, ada, typed):
    before = commands(ada)
    program = start()
    program.press(typed)
    assert "1/40" in program.screen.text()
    assert commands(ada) == before


@pytest.mark.slow
def test_a_paste_that_comes_in_pieces_rates_nothing(start, ada):
    before = commands(ada)
    program = start()
    for piece in ("\x1b[20", "0~l", "\x1b[A", "ld\x1b[20"):
        program.child.send(piece)
        while program.receive(0.1):  # it draws nothing, in more time than a split key has
            pass
    assert "1/40" in program.press("1~?", "these keys")
    assert commands(ada) == before


@pytest.mark.slow
def test_a_rating_that_cannot_be_stored_is_not_shown_as_given(start, ada):
    program = start()
    first = card(program, 1)
    with sqlite3.connect(ada / "profiles" / "ada.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        program.press("lll", "is writing to it")
        assert "1/40" in program.screen.text()
        other.execute("ROLLBACK")
    program.press("l", "2/40")
    assert verdicts(ada)[first] is Verdict.LIKE


# Nothing is lost


def interrupt(program):
    program.press("\x03")


ENDINGS = {
    "Ctrl-C": (interrupt, 130),
    "hang up": (lambda program: program.kill(signal.SIGHUP), 130),
    "terminate": (lambda program: program.kill(signal.SIGTERM), 130),
    "end of input": (lambda program: program.press("\x04"), 0),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize(("end", "code"), ENDINGS.values(), ids=ENDINGS)
def test_however_it_ends_ratings_are_stored_and_the_terminal_is_as_before(start, ada, end, code):
    program = start()
    first = card(program, 1)
    assert program.screen.is_other
    program.press("l", "2/40")
    attributes = termios.tcgetattr(program.child.child_fd)
    assert not attributes[3] & termios.ECHO
    end(program)
    assert program.end() == code
    assert not program.screen.is_other
    assert program.screen.cursor
    assert verdicts(ada)[first] is Verdict.LIKE
    assert "Traceback" not in program.output


def test_a_closed_window_loses_nothing(start, ada):
    program = start()
    first = card(program, 1)
    program.press("l", "2/40")
    program.child.ptyproc.fileobj.close()
    end = time.monotonic() + 20
    while not os.waitpid(program.child.pid, os.WNOHANG)[0]:
        assert time.monotonic() < end, "it goes on without a terminal"
        time.sleep(0.02)
    program.child.closed = program.child.ptyproc.closed = True
    assert verdicts(ada)[first] is Verdict.LIKE


@pytest.mark.slow
def test_stopped_and_continued_it_gives_the_terminal_back_and_takes_it_again(start, ada):
    program = start()
    program.press("l", "2/40")
    program.press("\x1a")
    program.settle()
    assert not program.screen.is_other
    assert termios.tcgetattr(program.child.child_fd)[3] & termios.ECHO
    program.kill(signal.SIGCONT)
    program.wait("2/40")
    assert program.screen.is_other
    program.press("d", "3/40")


SAID = re.compile(r"^(liked|disliked|read): [^(]*\((\d{4}\.\d{5})\)", re.MULTILINE)


def killed(program, moment):
    """Rate as fast as cards come until the process is killed; gives every rating that a screen showed as given."""
    given, number = {}, 1
    end = time.monotonic() + moment
    while time.monotonic() < end and number < 39:
        program.child.send("ldr"[number % 3])
        number += 1
        while time.monotonic() < end and f"{number}/40" not in program.screen.text():
            program.receive(0.005)
            given |= {paper: said for said, paper in SAID.findall(program.screen.text())}
    program.kill(signal.SIGKILL)
    program.settle()
    return given | {paper: said for said, paper in SAID.findall(program.screen.text())}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(int(os.environ.get("KILLS", KILLS))))
def test_killed_at_a_random_moment_it_has_stored_every_rating_that_it_showed(start, ada, number):
    given = killed(start(), random.Random(number).uniform(0, 0.6))
    stored = verdicts(ada)
    assert {paper: stored[paper].past for paper in given} == given


# How fast it is


@pytest.mark.slow
def test_the_next_card_comes_at_once(start):
    program = start("--min-match", "0")
    times = []
    for number in range(2, 40):
        begun = time.perf_counter()
        program.child.send("l")
        while not (f"{number}/40" in program.screen.text() and program.output.endswith(DRAWN)):
            program.receive(1)
            assert time.perf_counter() < begun + 20, (program.screen.text(), program.output[-300:])
        times.append(time.perf_counter() - begun)
    times.sort()
    print(f"next card: median {times[len(times) // 2] * 1000:.1f} ms, longest {times[-1] * 1000:.1f} ms")
    assert times[len(times) // 2] < 0.1  # a busy machine may hold up a few; docs/decisions has the figures


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="the processor time of a process that goes on")
def test_the_first_card_takes_hardly_more_than_the_list(ada, tmp_path):
    def seconds(command, text):
        """Processor time, whatever else the machine does, until a text is on the screen, for a day not listed yet."""
        home = tmp_path / "home-of-one"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(ada, home)
        program = Program(command, *DAY, home=home, size=(80, 60))
        while text not in program.screen.text():
            program.receive(1)
        *_, user, system = Path(f"/proc/{program.child.pid}/stat").read_text().rpartition(")")[2].split()[:13]
        program.stop()
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    pairs = [(seconds("today", " 10 "), seconds("triage", "? keys")) for _ in range(7)]
    lists, cards = map(min, zip(*pairs, strict=True))
    print(f"processor time: list {lists:.2f} s, first card {cards:.2f} s")
    assert cards < 1.2 * lists + 0.02


# Bad input


def test_without_a_terminal_it_says_what_to_do_instead(ada, run):
    ran = run("triage")
    assert (ran.code, "recommend today" in ran.err) == (2, True)
    assert run("triage", "-").code == 2


def test_an_empty_day_ends_as_the_list_does(ada):
    program = Program("triage", "--day", "2020-05-01", "--offline", home=ada)
    assert program.end() == recommend("today", "--day", "2020-05-01", "--offline", home=ada).returncode == 10


@pytest.mark.slow
def test_strange_papers_fit_the_screen(ada, tmp_path):
    import json

    strange = [
        {
            "title": "深度学习方法用于红外图像融合的综述与展望：一种多尺度注意力机制" * 3,
            "abstract": "我们提出一种新的方法。" * 50,
        },
        {"title": "A title that goes on " * 43, "abstract": "x" * 900},
        {"title": "F$^3$Set: $\\mathcal{O}(n^2)$ \u202egnirts\u202c \x1b[31mred\x1b[0m", "abstract": ""},
        {
            "title": "<b>bold</b> & \u0000 nul",
            "abstract": "$\\frac{a$ broken",
            "authors": [f"Author {n}" for n in range(3000)],
        },
    ]
    lines = [
        json.dumps({"id": f"2006.{number:05}", "categories": ["cs.CV"], **paper})
        for number, paper in enumerate(strange, 1)
    ]
    (tmp_path / "d.jsonl").write_text("\n".join(lines))
    for size in ((40, 20), (80, 24), (130, 24), (40, 5)):
        program = Program("triage", tmp_path / "d.jsonl", home=ada, size=size)
        program.wait("1/4")
        for key in "ojojojojokw kfkk":
            program.press(key)
        program.press("q")
        program.press("q")
        assert program.end() == 0
        assert "Traceback" not in program.output


# `today` on a terminal


@pytest.fixture
def pager(tmp_path):
    """A pager that says that it was there."""
    script = tmp_path / "pager"
    script.write_text("#!/bin/sh\necho paged; cat\n")
    script.chmod(0o755)
    return str(script)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "lines", "is_paged"),
    [([], 24, True), (["--no-pager"], 24, False), ([], 90, False), (["-n", "3"], 24, False), (["--json"], 24, False)],
)
def test_a_list_longer_than_the_terminal_goes_through_the_pager(ada, pager, options, lines, is_paged):
    program = Program("today", *DAY, *options, home=ada, size=(80, lines), PAGER=pager)
    program.screen.feed = lambda text: None
    assert program.end() == 0
    assert program.printed.startswith("paged") == is_paged


@pytest.mark.slow
def test_less_keeps_the_list_and_its_colours_on_the_screen(ada, tmp_path):
    less = tmp_path / "less"
    less.write_text('#!/bin/sh\necho "LESS=$LESS"; cat\n')
    less.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    program = Program("today", *DAY, home=ada, PATH=path, PAGER=None, LESS=None)
    program.screen.feed = lambda text: None
    assert program.end() == 0
    assert program.printed.startswith("LESS=-FRX")
    assert "\x1b[1m" in program.output


def test_a_short_list_has_one_line_a_paper(ada, run):
    lines = run("today", *DAY, "--short", "-n", "12").out.splitlines()
    assert [int(line.split()[0]) for line in lines[1:13]] == list(range(1, 13))
    assert all(len(line) <= 80 for line in lines)
    assert " % " in lines[1]
    first = run("today", *DAY, "-n", "1").out.splitlines()[2]
    assert lines[1].split()[3:6] == first.split()[3:6]


@pytest.mark.slow
def test_a_short_list_says_what_was_rated(ada, run):
    run("today", *DAY)
    run("like", "1")
    assert "liked · " in run("today", *DAY, "--short", "--all").out
