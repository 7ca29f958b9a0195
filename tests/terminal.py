"""A terminal of a size, and a program on it: keys go in, and the screen can be read as a person sees it."""

import os
import re
import signal
import sys
import termios
import time
import unicodedata
from functools import partial
from pathlib import Path

import pexpect

SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])")

DRAWN = "\x1b[J"  # ends a whole screen


class Screen:
    """As much of a terminal as the program uses; anything else is an error. Wide letters take two cells."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.cells = self._empty()
        self.row = self.column = 0
        self.is_other = False  # the other screen, of full-screen programs
        self.cursor = True
        self.left: list[str] = []  # lines that scrolled out
        self.kept: tuple[list[list[str]], int, int] | None = None
        self.rest = ""

    def _empty(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.lines)]

    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, text: str) -> None:
        text, self.rest = self.rest + text, ""
        while text:
            if text[0] == "\x1b":
                found = SEQUENCE.match(text)
                if not found:
                    assert len(text) < 12, repr(text[:20])
                    self.rest = text
                    return
                self._obey(found[1], found[2])
                text = text[found.end() :]
                continue
            self._put(text[0])
            text = text[1:]

    def _obey(self, numbers: str, letter: str) -> None:
        match letter, numbers:
            case "H", "":
                self.row = self.column = 0
            case "K", "2":
                self.cells[self.row] = [" "] * self.columns
            case "J", "":
                self.cells[self.row][self.column :] = [" "] * (self.columns - self.column)
                for row in range(self.row + 1, self.lines):
                    self.cells[row] = [" "] * self.columns
            case "h", "?1049":
                self.kept, self.is_other = (self.cells, self.row, self.column), True
                self.cells, self.row, self.column = self._empty(), 0, 0
            case "l", "?1049":
                assert self.kept
                (self.cells, self.row, self.column), self.is_other = self.kept, False
            case (("h" | "l"), "?25"):
                self.cursor = letter == "h"
            case (("h" | "l"), "?2004"):
                pass
            case "m", _:
                pass
            case _:
                raise AssertionError(f"unknown sequence {numbers}{letter}")

    def _put(self, sign: str) -> None:
        if sign == "\r":
            self.column = 0
        elif sign == "\n":
            self.row += 1
            if self.row == self.lines:
                assert not self.is_other, "a whole screen must not scroll"
                self.left.append("".join(self.cells.pop(0)).rstrip())
                self.cells.append([" "] * self.columns)
                self.row -= 1
        elif sign == "\b":
            self.column -= 1
        elif unicodedata.category(sign) in ("Mn", "Me", "Cf"):
            pass
        else:
            width = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
            if self.column + width > self.columns:
                assert not self.is_other, f"a line is too wide: {self.text()}"
                self._put("\r")
                self._put("\n")
            self.cells[self.row][self.column : self.column + width] = [sign, *[""] * (width - 1)]
            self.column += width


class Program:
    """`recommend` on a terminal."""

    def __init__(
        self, *arguments: object, home: Path, size: tuple[int, int] = (80, 24), **environment: str | None
    ) -> None:
        columns, lines = size
        known = {**os.environ, "RECOMMEND_HOME": str(home), "TERM": "xterm-256color", **environment}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "recommender", *map(str, arguments)],
            env={name: value for name, value in known.items() if value is not None},
            encoding="utf-8",
            codec_errors="replace",
            timeout=60,
            dimensions=(lines, columns),
            preexec_fn=partial(termios.tcsetwinsize, 0, (lines, columns)),  # pexpect may be late
        )
        self.child.delaybeforesend = None
        self.child.ptyproc.delayafterclose = 0.01
        self.screen = Screen(columns, lines)
        self.output = ""

    @property
    def printed(self) -> str:
        """What came, without the lines that are shown and erased while a slow machine makes a person wait."""
        return re.sub(r"\r[^\r\n]* \.\.\.[^\r\n]*\r +\r", "", self.output)

    def wait(self, text: str, seconds: float = 60) -> str:
        """Wait until the screen has a text; gives the screen."""
        end = time.monotonic() + seconds
        while text not in self.screen.text() or self._is_drawing():
            assert time.monotonic() < end, f"no {text!r} on\n{self.screen.text()}"
            self.receive(0.02)
        if not self.screen.is_other:  # lines have no end that could be waited for
            self.settle()
        return self.screen.text()

    def _is_drawing(self) -> bool:
        """Whether a screen was begun and not ended."""
        return self.screen.is_other and not self.output.endswith(DRAWN)

    def receive(self, seconds: float) -> bool:
        """Read what comes within some time; whether something came."""
        try:
            received = self.child.read_nonblocking(65_536, seconds)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            assert self.child.flag_eof
            return False
        self.output += received
        self.screen.feed(received)
        return True

    def settle(self) -> None:
        """Read until nothing more comes."""
        while self.receive(0.05):
            pass

    def press(self, keys: str, wait: str = "") -> str:
        """Press keys, and wait for a text on the screen, else until what they draw is there; gives the screen.

        Each key draws one screen; without a text to wait for, only one key, or keys that are one, should be pressed.
        """
        drawn = self.output.count(DRAWN)
        self.child.send(keys)
        if wait:
            return self.wait(wait)
        end = time.monotonic() + 10
        while self.screen.is_other and (self.output.count(DRAWN) == drawn or self._is_drawing()):
            assert time.monotonic() < end, f"{keys!r} drew nothing on\n{self.screen.text()}"
            self.receive(0.02)
        if len(keys) > 1 or not self.screen.is_other:
            self.settle()
        return self.screen.text()

    def resize(self, columns: int, lines: int) -> None:
        self.settle()
        self.screen = Screen(columns, lines)
        self.screen.kept = (self.screen.cells, 0, 0)
        self.screen.is_other = True
        self.child.setwinsize(lines, columns)

    def end(self) -> int:
        """Wait for the end; gives the exit code."""
        while not self.child.flag_eof:
            self.receive(0.1)
        self.child.close()
        return -self.child.signalstatus if self.child.signalstatus else self.child.exitstatus

    def stop(self) -> None:
        """Kill it if it has not ended."""
        if not self.child.closed:
            self.kill()
            self.child.wait()
            self.child.close()

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.child.kill(number)
