"""Text in lines of a terminal, where wide letters take two columns."""

import re
import textwrap
import unicodedata
from collections.abc import Iterator

from recommender.text.short import columns, fitting

_LEAST = 10  # columns left for the text, however narrow the terminal is
_SPACES = re.compile(r"([ \t\n\r\f\v]+)")
_CLOSING = ("Pe", "Pf", "Po")  # categories of signs that no line begins with: 」 ” 。


def wrapped(text: str, width: int, first: str = "", later: str = "", *, whole: bool = False) -> list[str]:
    """The text in lines of at most `width` columns, broken between words and between wide letters.

    A word is broken only where it is longer than a line. No line for a blank text.

    Args:
        first, later: begin the first line and the others.
        whole: break no word at all, such as an address; one that is too long has a line of its own.
    """
    width = max(width, _LEAST + max(columns(first), columns(later)))
    if text.isascii():  # the same lines, faster
        return textwrap.wrap(
            text,
            width,
            initial_indent=first,
            subsequent_indent=later,
            break_on_hyphens=False,
            break_long_words=not whole,
        )
    lines: list[str] = []
    line, is_empty = first, True
    for space, unit in _units(text):
        for piece in [unit] if whole else _pieces(unit, width - columns(later)):
            between = "" if is_empty else space
            if not is_empty and columns(line + between + piece) > width:
                lines.append(line)
                line, between = later, ""
            line, is_empty, space = line + between + piece, False, ""
    return lines if is_empty else [*lines, line]


def _units(text: str) -> Iterator[tuple[str, str]]:
    """The parts that a line may end after, each with the space before it: words, and in words each wide letter."""
    space = ""
    for number, part in enumerate(_SPACES.split(text.strip())):
        if number % 2:
            space = " " * len(part)
            continue
        for unit in _split(part):
            yield space, unit
            space = ""


def _split(word: str) -> list[str]:
    """A word before and after each wide letter; signs that end something stay with what is before them."""
    units: list[str] = []
    for sign in word:
        joins = units and (unicodedata.category(sign) in _CLOSING or columns(sign) == 0)
        is_wide = columns(sign) == 2
        if joins or (units and not is_wide and columns(units[-1][:1]) < 2):
            units[-1] += sign
        else:
            units.append(sign)
    return units


def _pieces(unit: str, room: int) -> Iterator[str]:
    """The unit in pieces of at most `room` columns."""
    while columns(unit) > room:
        end = fitting(unit, room) or 1
        yield unit[:end]
        unit = unit[end:]
    if unit:
        yield unit
