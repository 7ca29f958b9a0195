"""Short texts for people: shortened, cut to a width, counted and quoted."""

import unicodedata

from recommender.text.lines import one_line

_QUOTED = 60  # characters of a foreign text that an error message repeats


def counted(count: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "1 paper", "1,234 papers", "2 entries".

    Args:
        plural: where it is not the singular with an "s".
    """
    return f"1 {singular}" if count == 1 else f"{count:,} {plural or f'{singular}s'}"


def shortened(text: str, length: int = _QUOTED) -> str:
    """The text, or its beginning with an ellipsis, in at most `length` characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def quoted(text: str, length: int = _QUOTED) -> str:
    """At most `length` characters of the text's beginning on one line, in quotation marks."""
    return f'"{shortened(one_line(text[:200]), length)}"'


def cut_at_word(text: str, length: int) -> str:
    """The text, or its first whole words with an ellipsis, in at most `length` characters.

    A word is cut where whole words would fill no more than half of the length.
    """
    if len(text) <= length:
        return text
    head = text[: length - 1]
    words = head.rpartition(" ")[0] if text[length - 1] != " " else head
    return f"{(words if len(words) > length // 2 else head).rstrip(' ,;:')}…"


def cut(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis, in at most `width` columns of a terminal."""
    if columns(text) <= width:
        return text
    return text[: fitting(text, width - 1)].rstrip(" \u200d") + "…" if width > 0 else ""


def fitting(text: str, width: int) -> int:
    """How many of the first characters take at most `width` columns, each with the combining marks that follow it."""
    if text.isascii():
        return max(width, 0)
    used = 0
    for place, sign in enumerate(text):
        used += _columns(sign)
        if used > width:
            return place
    return len(text)


def columns(text: str) -> int:
    """The width of a text in a terminal: wide characters take two columns, combining and invisible ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
