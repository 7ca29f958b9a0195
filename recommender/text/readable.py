r"""Titles and abstracts as a person reads them in a terminal or a mail: `F$^3$Set` is F³Set."""

import re

from recommender.text.lines import one_line

_LIMIT = 20_000  # characters; a longer text is no title and no abstract, and stays as it is

# Directions of a single place, for a list mixes texts anyway; and lone surrogates, which no output can encode.
_UNSEEN = r"[\u061c\u200e\u200f\ud800-\udfff]+"

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
    return " ".join(text.split()) if text.isprintable() else one_line(re.sub(_UNSEEN, "", text))
