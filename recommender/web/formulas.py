"""Text with formulas as HTML: MathML where latex2mathml can read a formula, else the readable text of other faces.

What it gives is rebuilt from a list of elements and attributes that are only mathematics: its input is from outside.
"""

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
_DEEPEST = 40  # elements within one another


def html(text: str) -> Markup:
    """A title or an abstract as HTML. Never raises."""
    if "$" not in text:
        return Markup(escape(readable(text)))
    pieces = []
    for part, is_formula in formulas(text):
        math = _mathml(part) if is_formula else ""
        if math:
            pieces.append(math)
        else:
            before, after = " " * part[:1].isspace(), " " * part[-1:].isspace()
            pieces.append(escape(f"{before}{readable(f'${part}$' if is_formula else part)}{after}"))
    return Markup("".join(pieces).strip())


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
