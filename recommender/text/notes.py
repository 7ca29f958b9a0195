"""The reader's own notes on papers: text of several lines."""

import re

from recommender.text.lines import harmless, unix_lines

LONGEST = 5_000  # characters: a form of a page takes 128 KB, and a letter up to 12 bytes in it

_LINE_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")


def cleaned(text: str) -> str:
    """The text without control and invisible characters, trailing spaces, and more than one empty line in a row."""
    plain = harmless(unix_lines(text)).replace("\t", " ")
    return _EMPTY_LINES.sub("\n\n", _LINE_ENDS.sub("", plain)).strip()
