r"""LaTeX and its formulas as Unicode, for what a person reads.

    F$^3$Set: $\mathcal{O}(n^2)$                      becomes    F³Set: O(n²)

pylatexenc reads it, once what is LaTeX only by accident is escaped: arXiv's texts are LaTeX by habit, not by rule, and
"50% of R&D costs $5" occurs as well.
"""

import re
from functools import lru_cache


@lru_cache(maxsize=2**10)  # pages show the same titles again and again
def unicode(text: str) -> str:
    """Write LaTeX and its formulas in Unicode; a text that pylatexenc cannot read stays as it is. Never raises."""
    from recommender.text.latex_rules import convert  # noqa: PLC0415 - slow to import, and `is_balanced` needs none

    try:
        converted = convert(_escape_accidents(text))
        # A macro of pylatexenc that misses its argument leaves its template in the text.
        return text if _TEMPLATE.search(converted) and not _TEMPLATE.search(text) else converted
    except Exception:  # broken LaTeX makes pylatexenc raise IndexError, RecursionError, its own errors, ...
        return text


_TEMPLATE = re.compile(r"%(?:\([0-9]\))?s")

# Texts that look like LaTeX and are not.
_ODD_BACKSLASHES = r"(?<!\\)(?:\\\\)*+"
_ACCIDENT = re.compile(rf"({_ODD_BACKSLASHES})([%&#])")
_DOLLAR = re.compile(r"(?<!\\)\$+")
_TIE = re.compile(r"(?<=[\w.])~(?=[\w\\$])(?!(?<=[0-9]~)[0-9])")  # "Fig.~3", but neither "~5 ms" nor "3~5"
_TILDE = re.compile(r"(?<!\\)~")
_UNDERSCORE = re.compile(r"(?<!\\)_")
_ESCAPED_QUOTES = re.compile(r'(?<![\w}])\\"([^"\\]*+)\\"(?![\w{])')  # \"words\", but not M\"uller
_UNICODE = re.compile(r"\\unicode\{(?:x([0-9a-fA-F]{1,5})|([0-9]{1,6}))\}")  # MathJax: \unicode{x2014}
_HREF_ALONE = re.compile(r"\\href(\{[^{}]*+\})(?!\s*+\{)")
# TeX takes one token: in ^\text{T} it is \text with its argument, pylatexenc would take \text alone.
_ARGUMENT = r"\s*+(?:\{[^{}]*+\}|\w)"
_SCRIPT_MACRO = re.compile(
    rf"(?<!\\)([\^_])\s*+(\\[dt]?frac{_ARGUMENT}{_ARGUMENT}|\\[A-Za-z]++(?:\s*+\{{[^{{}}]*+\}})?+)"
)
_WORD = re.compile(r"(?:^|\s)[a-z]{3,}(?=[\s,;:.]|$)")
_LONGEST = 60  # characters of a formula without any macro, script or relation
_BRACE = re.compile(r"(?<!\\)[{}]")
_LONE_SCRIPT = re.compile(r"(?<!\\)\^(?=\s|$|[\^_$}])")


def _escape_accidents(text: str) -> str:
    text = _escape_lone_braces(text)
    text = _UNICODE.sub(lambda m: chr(int(m[1], 16) if m[1] else int(m[2])), text)
    text = _HREF_ALONE.sub(r"\\url\1", text)
    text = _ESCAPED_QUOTES.sub(r'"\1"', text)
    text = _ACCIDENT.sub(r"\1\\\2", text)
    text = _TILDE.sub(r"\\textasciitilde{}", _TIE.sub(" ", text))
    text = _SCRIPT_MACRO.sub(r"\1{\2}", text)
    text = _LONE_SCRIPT.sub(r"\\textasciicircum{}", text)
    return _escape_money(text)


def _escape_lone_braces(text: str) -> str:
    """Escape each brace without its other one; a group that never ends would take the words before it along."""
    lone: set[int] = set()
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            opened.pop()
        else:
            lone.add(brace.start())
    lone |= set(opened)
    return "".join(f"\\{sign}" if place in lone else sign for place, sign in enumerate(text)) if lone else text


def _escape_money(text: str) -> str:
    """Escape each dollar sign that neither opens nor closes a formula, and each _ outside of formulas."""
    return "".join(
        f"${_cells(part)}$"
        if is_formula
        else r"\$".join(_UNDERSCORE.sub(r"\_", plain) for plain in _DOLLAR.split(part))
        for part, is_formula in formulas(text)
    )


def _cells(formula: str) -> str:
    """The formula with each & that parts the cells of a matrix as it was."""
    return formula.replace(r"\&", "&") if r"\begin" in formula else formula


def formulas(text: str) -> list[tuple[str, bool]]:
    """The parts of a text in order: each formula without its dollar signs (True), and what stands between (False)."""
    parts, signs = _DOLLAR.split(text), _DOLLAR.findall(text)
    found: list[tuple[str, bool]] = []
    plain, at = parts[0], 0  # parts[at] precedes signs[at], parts[at + 1] follows it
    while at + 1 < len(parts):
        if at + 2 < len(parts) and _is_formula(parts[at + 1], parts[at + 2]):
            found += [(plain, False), (parts[at + 1], True)]
            at += 2
            plain = parts[at]
            is_double = signs[at - 2 : at] == ["$", "$$"]  # "$a$$b$": it closes one formula and opens the next
            if is_double and at + 1 < len(parts) and _is_formula(plain, parts[at + 1]):
                at -= 1
                plain, signs[at] = "", "$"
        else:
            at += 1
            plain += f"${parts[at]}"
    return [*found, (plain, False)]


def _is_formula(inside: str, after: str) -> bool:
    """Whether two dollar signs hold a formula, as in "$n^2$", or not, as in "$5 and $10"."""
    if not is_balanced(inside):
        return False
    if re.search(r"[\\^_=<>]", inside):
        return True
    starts, ends = inside[:1].isspace(), inside[-1:].isspace()
    if starts != ends and inside.lstrip()[:1].isdigit():  # "US$ 5 and US$ 10", "$5 and $10", but "$n $ papers"
        return False
    if len(inside) > _LONGEST or (
        (starts or ends) and _WORD.search(inside)
    ):  # "US$ and US$", and what stands between two formulas
        return False
    return not (inside[:1].isdigit() and after[:1].isdigit())  # "$5-$10"


def is_balanced(text: str, *, escaped: bool = False) -> bool:
    r"""Whether braces come in pairs.

    Args:
        escaped: count "\{" and "\}" too, as BibTeX does.
    """
    depth = 0
    for brace in re.findall(r"[{}]" if escaped else r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
