r"""Titles and abstracts as a person reads them in a terminal or a mail: `F$^3$Set` is F³Set."""

import re

_LIMIT = 20_000  # characters; a longer text is no title and no abstract, and stays as it is

# Patterns are compiled when a text needs them: most texts need none.
# Escape sequences of a terminal: CSI ("\x1b[31m"), OSC with its end ("\x1b]0;title\x07"), two-character ones.
_ESCAPES = r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\)|\x1b[@-Z\\-_]"
_CONTROL = r"[\x00-\x1f\x7f-\x9f]+"
# Marks that change the reading direction, and lone surrogates, which no output can encode.
_UNSEEN = r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"

_LATEX = frozenset("\\${}^~")
_QUOTED = r"``([^`']*+(?:'(?!')[^`']*+)*+)''"
_HALF_QUOTED = r"\"([^\"`']*+(?:'(?!')[^\"`']*+)*+)''"  # "In The Wild''


def readable(text: str) -> str:
    """Write a text on one line, with Unicode for LaTeX, and without anything that controls a terminal.

    A text without LaTeX stays as it is, apart from repeated spaces and ``quotes''. Never raises: a text that
    pylatexenc cannot read stays as it is.
    """
    text = _safe(text)
    if "''" in text:
        text = re.sub(_HALF_QUOTED, r'"\1"', re.sub(_QUOTED, r"“\1”", text))
    if not _LATEX.isdisjoint(text) and len(text) <= _LIMIT:
        from recommender.text import latex  # noqa: PLC0415 - slow to import, and most lists have no LaTeX

        text = _safe(latex.unicode(text)) or text
    return text


def _safe(text: str) -> str:
    if not text.isprintable():  # most texts are printable and need no search
        text = re.sub(_UNSEEN, "", re.sub(_CONTROL, " ", re.sub(_ESCAPES, "", text)))
    return " ".join(text.split())
