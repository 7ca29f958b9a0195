"""Text with formulas as HTML: MathML where latex2mathml can read a formula, else the readable text of other faces.

What it gives is rebuilt from a list of elements and attributes that are only mathematics: its input is from outside.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markupsafe import Markup

from recommender.text.latex import formulas
from recommender.text.readable import readable

_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle "
    "mpadded mphantom".split()
)
_ATTRIBUTES = frozenset("mathvariant stretchy fence separator accent accentunder linethickness columnalign".split())
_LONGEST = 1_000  # signs of a formula; the longest of real titles and abstracts have 300
_MOST = 4  # formulas in a row that stay on one line
# some signs of a word, but for Chinese, Japanese and Korean, whose lines end between any two
_SIGNS = r"[^\s\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]{1,12}"
_HEAD, _TAIL = re.compile(_SIGNS), re.compile(rf"{_SIGNS}\Z")
_DEEPEST = 40  # elements within one another


def html(text: str) -> Markup:
    """A title or an abstract as HTML. Never raises."""
    if "$" not in text:
        return Markup(escape(readable(text)))
    pieces: list[str] = []  # text and mathematics by turns, text first
    plain = ""
    for part, is_formula in formulas(text):
        if math := _mathml(part) if is_formula else "":
            pieces += [plain, math]
            plain = ""
        else:
            before, after = " " * part[:1].isspace(), " " * part[-1:].isspace()
            plain += f"{before}{readable(f'${part}$' if is_formula else part)}{after}"
    return Markup(_unbroken([*pieces, plain]).strip())


def _unbroken(pieces: Sequence[str]) -> str:
    """Text and mathematics by turns, text first, where no line ends between a formula and what touches it.

    Browsers break a line on both sides of a formula, also within H₂O and before a comma.
    """
    parts: list[str] = []
    group = ""  # what is on one line: a formula, and the signs before and after it
    for number, piece in enumerate(pieces):
        if number % 2:
            group += piece
            continue
        head = _HEAD.match(piece) if group else None
        rest = piece[head.end() :] if head else piece
        group += escape(head[0]) if head else ""
        if not rest and group.count("<math") < _MOST:
            continue
        parts.append(_on_one_line(group))
        tail = _TAIL.search(rest) if number + 1 < len(pieces) else None
        parts.append(escape(rest[: tail.start()] if tail else rest))
        group = escape(tail[0]) if tail else ""
    return "".join([*parts, _on_one_line(group)])


def _on_one_line(group: str) -> str:
    is_alone = group.startswith("<math") and group.endswith("</math>") and group.count("<math") == 1
    return f'<span class="one">{group}</span>' if group and not is_alone else group


@lru_cache(maxsize=2**10)
def _mathml(formula: str) -> str:
    """A formula as MathML; empty if it cannot be read."""
    if len(formula) > _LONGEST or not formula.strip():
        return ""
    try:
        return _element(ElementTree.fromstring(convert(formula)), 0)
    except Exception:  # on broken LaTeX it raises errors of its own, StopIteration, IndexError, ...
        return ""


def _element(element: ElementTree.Element, depth: int) -> str:
    """An element and all within it; a ValueError if any is not on the list, or text was not understood."""
    name = element.tag.removeprefix(_NAMESPACE)
    texts = [element.text or "", *(child.tail or "" for child in element)]
    if name not in _ELEMENTS or depth > _DEEPEST or any("\\" in text or not text.isprintable() for text in texts):
        raise ValueError(name)
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key in _ATTRIBUTES)
    inside = escape(texts[0])
    for child, tail in zip(element, texts[1:], strict=True):
        inside += _element(child, depth + 1) + escape(tail)
    return f"<{name}{attributes}>{inside}</{name}>"
