r"""Text in its plainest form, for finding and comparing words: Schr\"odinger, Schrödinger and Schrodinger are one.

Accents, ligatures, full-width letters, sub- and superscripts, invisible signs and TeX's ways to write them are folded.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from recommender.text.accents import accents

_TEX = "\\${_^"
_GREEK = {
    **dict(
        zip("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split(), "αβγδεζηθικλμ", strict=True)
    ),
    **dict(zip("nu xi pi rho sigma tau upsilon phi chi psi omega".split(), "νξπρστυφχψω", strict=True)),
    **dict(zip("Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(), "ΓΔΘΛΞΠΣΦΨΩ", strict=True)),
    "varepsilon": "ε",
    "vartheta": "θ",
    "varphi": "φ",
    "ell": "l",
}
_STYLES = frozenset("mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak text textrm rm bf it cal bm".split())
# Letters that Unicode does not decompose.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ı": "i",
        "ħ": "h",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "Th",
        "ŋ": "n",
        "\u2010": "-",
        "\u2011": "-",
    }
)
_WIDE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # kana and Chinese letters, written without spaces


class _Patterns(NamedTuple):
    quoted: re.Pattern[str]  # \"words\", but not M\"uller
    formula: re.Pattern[str]
    command: re.Pattern[str]
    script: re.Pattern[str]
    not_ascii: re.Pattern[str]
    wide: re.Pattern[str]
    wide_run: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Compiled at first use: a quick command opens the library, but folds no text."""
    return _Patterns(
        re.compile(r'(?<![\w}])\\"([^"\\]*+)\\"(?![\w{])'),
        re.compile(r"\$([^$]{1,300})\$"),
        re.compile(r"\\([a-zA-Z]+)\s?"),
        re.compile(r"[_^]\{?([0-9]{1,3}|[+-])\}?"),
        re.compile(r"[^\x00-\x7f]"),
        re.compile(rf"([{_WIDE}])"),
        re.compile(rf"[{_WIDE}]+|[^{_WIDE}]+"),
    )


def folded(text: str) -> str:
    """The text without accents, formatting and TeX, in ASCII as far as its letters have a form there.

    A change needs a new ENCODING of the ranking, and a migration that fills the full text of the library anew.
    """
    if any(sign in text for sign in _TEX):
        if '\\"' in text:
            text = _patterns().quoted.sub(r'"\1"', text)
        text = _patterns().command.sub(_without_command, _patterns().formula.sub(_formula, accents(text)))
        text = _patterns().script.sub(r"\1", text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return text if text.isascii() else _patterns().not_ascii.sub(_unless_invisible, text)


def _unless_invisible(sign: re.Match[str]) -> str:
    return "" if unicodedata.category(sign[0]) in ("Mn", "Cf") else sign[0]


def searchable(text: str) -> str:
    """The text as the full-text index has it: folded, each Chinese or Japanese letter a word of its own."""
    text = folded(text)
    return text if text.isascii() else _patterns().wide.sub(r" \1 ", text)


def wide_pairs(word: str) -> list[str]:
    """A word in parts: its Chinese and Japanese letters in pairs, as they have no spaces between words."""
    if word.isascii():
        return [word]
    parts: list[str] = []
    for part in _patterns().wide_run.findall(word):
        is_wide = len(part) > 2 and _patterns().wide.match(part)
        parts += [part[at : at + 2] for at in range(len(part) - 1)] if is_wide else [part]
    return parts


def _formula(match: re.Match[str]) -> str:
    """What a formula says in letters and digits: its scripts that are numbers stay beside their letter."""
    text = _patterns().command.sub(_without_command, match[1]).replace("{", "").replace("}", "")
    return re.sub(r"[_^](?![0-9+-])", " ", text)


def _without_command(command: re.Match[str]) -> str:
    name = command[1]
    return _GREEK.get(name, "" if name in _STYLES else " ")
