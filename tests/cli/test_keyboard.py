"""Keys as terminals send them, also those of Windows, and one table of keys for the page and the terminal."""

import importlib.util
import io
import re
import sys
from collections import deque
from types import SimpleNamespace

import click
import pytest
from click import _compat, _termui_impl
from support import REPOSITORY

import recommender.cli.keyboard
import recommender.web
from recommender.cli.display import Display
from recommender.cli.rating import _OTHER_NAMES, Rating
from recommender.cli.triage import triage
from recommender.delivery.cards import fitted, without_colour
from recommender.delivery.keys import KEYS, TERMINAL_KEYS
from recommender.text.short import columns

LETTERS = {"Space": " ", "Enter": "enter"}


@pytest.mark.parametrize("given", ["", "abc", "-4", "0", "9" * 5_000, "²"])
def test_a_size_in_the_environment_that_is_none_is_passed_over(monkeypatch, given):
    for name in ("COLUMNS", "LINES"):
        monkeypatch.setenv(name, given)
    monkeypatch.setattr(recommender.cli.keyboard.os, "get_terminal_size", lambda _: (_ for _ in ()).throw(OSError))
    assert recommender.cli.keyboard.Terminal(plain=True).size() == (80, 24)


def test_titles_and_card_stay_side_by_side_on_a_terminal_that_has_only_ascii(monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    texts = (
        "Infrared image fusion " * 4,
        "红外图像融合" * 9,
        "👩\u200d🔬 🔥",
        "e\u0301 Z\u0335 ½ … → ﬁ",
        "हिन्दी",
        "\x1b[1mbold …\x1b[0m",
    )
    for text in texts:
        left = fitted(text, 40)
        recommender.cli.keyboard.Terminal(plain=True).draw(
            [f"{left}{' ' * (40 - columns(without_colour(left)))} │ {text}"]
        )
    drawn = [without_colour(line) for line in re.findall(r"\x1b\[2K(.*?)\x1b\[J", out.getvalue().decode("ascii"))]
    assert [line.find(" | ") for line in drawn] == [40] * len(texts)


def letters(table):
    """Every key of a table, as `Terminal.read` gives it."""
    return {LETTERS.get(key, key) for entry in table for key in entry.keys if key != "1-9"}


def test_the_terminal_obeys_the_keys_of_the_table_and_no_other():
    actions = Rating(SimpleNamespace(like=None, dislike=None, read=None), None, Display(None, None))._actions
    assert {*actions, *_OTHER_NAMES} - letters(TERMINAL_KEYS) == {
        *("up", "down", "left", "right", "n", "home", "end", "page down", "page up", "escape")
    }
    assert letters(TERMINAL_KEYS) <= {*actions, *_OTHER_NAMES}


def test_the_page_obeys_the_keys_of_the_table_and_no_other():
    script = (REPOSITORY / "recommender" / "web" / "static" / "page.js").read_text()
    does = re.search(r"const does = \{\n(.*?)\n\};", script, re.DOTALL)[1]
    named = re.findall(r"""(?:^|, ?|\n) *(?:"(.)"|(\w+)): """, does)
    keys = {(quoted or bare).replace("Enter", "enter") for quoted, bare in named}
    assert keys - letters(KEYS) == {"n"}
    assert letters(KEYS) <= keys


GUIDE = (REPOSITORY / "docs" / "how-to" / "triage.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [triage.help, GUIDE], ids=["--help", "guide"])
def test_help_and_guide_name_every_key(text):
    table = text[text.index("Keys:") :] if text is triage.help else text[text.index("| key | what it does |") :]
    named = set(re.sub(r"[`|]", " ", table.partition("Examples" if text is triage.help else "\n\n")[0]).split())
    assert {key for entry in TERMINAL_KEYS for key in entry.keys} - named <= {"1-9", "g", "G"}


class Console:
    """The module `msvcrt`: a special key is two characters."""

    def __init__(self, *keys):
        self.typed = deque("".join(keys))

    def kbhit(self):
        return bool(self.typed)

    def getwch(self):
        return self.typed.popleft()

    getwche = getwch


def loaded(monkeypatch, module, name):
    """A copy of a module as it is on Windows, where some modules are missing."""
    for missing in ("termios", "tty", "fcntl", "pwd"):
        monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(sys, "platform", "win32")
    spec = importlib.util.spec_from_file_location(name, module.__file__)
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


@pytest.fixture
def windows(monkeypatch):
    """Start a terminal on Windows with keys that are typed after its beginning."""
    console = Console()
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    monkeypatch.setattr(_compat, "WIN", True)
    getchar = loaded(monkeypatch, _termui_impl, "click._termui_impl_of_windows").getchar
    keyboard = loaded(monkeypatch, recommender.cli.keyboard, "keyboard_of_windows")
    monkeypatch.setattr(click, "getchar", lambda: getchar(echo=False))

    def begin(*keys):
        with keyboard.Terminal(plain=False) as terminal:
            assert terminal.plain
            console.typed.extend("".join(keys))
            return terminal

    return begin


SPECIAL = {"H": "up", "P": "down", "K": "left", "M": "right", "G": "home", "O": "end", "I": "page up", "Q": "page down"}


def test_on_windows_keys_have_the_same_names(windows):
    typed = {
        **{f"{first}{code}": name for first in "\x00\xe0" for code, name in SPECIAL.items()},
        "\r": "enter",
        "\x1b": "escape",
        "\b": "backspace",
        " ": " ",
        "l": "l",
        "A": "A",
        "\x04": "q",
        "\x1a": "q",
        "é": "é",
        "深": "深",
        "\x15": "clear",
    }
    terminal = windows(*typed)
    assert [terminal.read() for _ in typed] == list(typed.values())


def test_on_windows_special_keys_are_no_letters_that_rate(windows):
    # Alt and F5, Ctrl and the left arrow, Ctrl and End, F1, Delete: their second characters are letters
    typed = ["\x00l", "\xe0s", "\xe0u", "\x00;", "\xe0S", "\x00d"]
    terminal = windows(*typed)
    assert [terminal.read() for _ in typed] == typed
    assert not set(typed) & letters(TERMINAL_KEYS)


def test_on_windows_ctrl_c_interrupts(windows):
    terminal = windows("\x03")
    with pytest.raises(KeyboardInterrupt):
        terminal.read()


def test_on_windows_keys_typed_ahead_are_dropped_where_they_would_meet_something_else(windows):
    terminal = windows("lll")
    terminal.forget()
    sys.modules["msvcrt"].typed.extend("d")
    assert terminal.read() == "d"
    with terminal.lent():
        sys.modules["msvcrt"].typed.extend("l")  # typed into another program
    sys.modules["msvcrt"].typed.extend("j")
    assert terminal.read() == "j"
