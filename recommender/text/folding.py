r"""Text in its plainest form, for finding and comparing words: Schr\"odinger, Schrödinger and Schrodinger are one.

Accents, ligatures, full-width letters, sub- and superscripts, invisible signs and TeX's ways to write them are folded.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from recommender.text.accents import accents
from recommender.text.american import american

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
}
_SIGNS = {**_GREEK, "ell": "l", "infty": "∞", "ast": "*", "star": "*"}
# The names that plain text has for a letter: "beta decay", "LambdaCDM", "infinity categories".
_NAMES = {"∞": "infinity"} | {sign: name for name, sign in _GREEK.items() if not name.startswith("var")}
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
    parentheses: re.Pattern[str]  # \(formula\)
    formula: re.Pattern[str]
    fraction: re.Pattern[str]
    command: re.Pattern[str]
    script: re.Pattern[str]
    braced: re.Pattern[str]  # a letter that a style had
    letter_script: re.Pattern[str]  # one to three letters at a single one, as TeX reads them: $N_{eff}$
    plain_script: re.Pattern[str]  # the same outside of formulas: T_c, f_NL
    named: re.Pattern[str]  # at most three signs that have a name; more are a Greek word
    not_ascii: re.Pattern[str]
    wide: re.Pattern[str]
    wide_run: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Compiled at first use: a quick command opens the library, but folds no text."""
    signs = "".join(_NAMES)
    letter = f"[a-zA-Z{signs}]"
    return _Patterns(
        re.compile(r'(?<![\w}])\\"([^"\\]*+)\\"(?![\w{])'),
        re.compile(r"(?<!\\)\\[()]"),
        re.compile(r"\$([^$]{1,300})\$"),
        re.compile(r"\\[dt]?frac\s?\{([^{}]*)\}\s?\{([^{}]*)\}"),
        re.compile(r"\\([a-zA-Z]+)(\s?)"),
        re.compile(r"[_^]\{?([0-9]{1,3}|[+*-])\}?"),
        re.compile(rf"(?<![_^])\{{({letter})\}}"),
        re.compile(rf"((?:(?<!\w)|(?<=[_^]\w)){letter})[_^](?:\{{+\s?({letter}{{1,3}})\s?\}}+|({letter}))(?=(\w)?)"),
        re.compile(rf"(?<!\w)({letter})[_^](?:\{{\s?({letter}{{1,3}})\s?\}}|({letter}{{1,3}}))(?![\w^])"),
        re.compile(rf"(?<![{signs}])[{signs}]{{1,3}}(?![{signs}])"),
        re.compile(r"[^\x00-\x7f]"),
        re.compile(rf"([{_WIDE}])"),
        re.compile(rf"[{_WIDE}]+|[^{_WIDE}]+"),
    )


def folded(text: str) -> str:
    """The text without accents, formatting and TeX, in ASCII as far as its letters have a form there.

    A change needs a new ENCODING of the ranking, and a migration that fills the full text of the library anew.
    """
    text = with_signs(text)
    return text if text.isascii() else _patterns().named.sub(_named, text)


def with_signs(text: str) -> str:
    """The text as `folded` has it, but with "β" for "beta" where it is written so, as a letter or in TeX."""
    if any(sign in text for sign in _TEX):
        patterns = _patterns()
        if '\\"' in text:
            text = patterns.quoted.sub(r'"\1"', text)
        if "\\(" in text:
            text = patterns.parentheses.sub("$", text)
        text = patterns.command.sub(_without_command, patterns.formula.sub(_formula, accents(text)))
        text = patterns.plain_script.sub(r"\1\2\3", text) if "_" in text or "^" in text else text
        text = patterns.script.sub(r"\1", text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return text if text.isascii() else _patterns().not_ascii.sub(_unless_invisible, text)


def _unless_invisible(sign: re.Match[str]) -> str:
    return "" if unicodedata.category(sign[0]) in ("Mn", "Cf") else sign[0]


def searchable(text: str) -> str:
    """The text as the full-text index has it: folded, American, each Chinese or Japanese letter a word of its own."""
    text = american(folded(text))
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
    """What a formula says in letters and digits: scripts that are short stay beside their letter."""
    patterns = _patterns()
    text = patterns.fraction.sub(r"{\1/\2}", match[1]) if "frac" in match[1] else match[1]
    text = patterns.braced.sub(r"\1", patterns.command.sub(_without_command, text))
    if "_" in text or "^" in text:
        before = match.string[max(match.start() - 2, 0) : match.start()]  # "T$_c$"
        base = before[-1:] if text[0] in "_^" and not before[:-1].isalnum() else ""
        text = patterns.letter_script.sub(_beside, base + text)[len(base) :]
    text = text.replace("{", "").replace("}", "")
    return re.sub(r"[_^](?![0-9+*-])", " ", text)


def _beside(script: re.Match[str]) -> str:
    """A letter with its script; a letter that follows begins another word."""
    base, braced, single, following = script.groups()
    return f"{base}{braced or single}{' ' if following else ''}"


def _without_command(command: re.Match[str]) -> str:
    name, space = command.groups()
    if name in _SIGNS:
        return _SIGNS[name] + space
    return "" if name in _STYLES else " "


def _named(signs: re.Match[str]) -> str:
    return "".join(_NAMES[sign] for sign in signs[0])
