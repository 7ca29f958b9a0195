"""Reads XML of unknown origin safely, and makes plain text of HTML. Each pattern here takes linear time."""

import re
from collections.abc import Collection, Iterator
from html import unescape
from html.entities import html5
from itertools import pairwise
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from recommender.errors import SourceError
from recommender.paper import Skipped
from recommender.text.encoding import decode
from recommender.text.lines import one_line

# XML, safely


def parse(text: str, wanted: str = "a feed") -> Element:
    """Parse an XML document and return its root.

    Characters that XML forbids are dropped; signs and names that only HTML allows are accepted ("&nbsp;").

    Args:
        wanted: names the expected document in messages.

    Raises:
        SourceError: the text is a web page, declares entities, is cut off, or is no XML.
    """
    opened, error = _grow(text, wanted)
    if error:
        raise SourceError(f"the XML is {_broken(error)}; fetch it again") from error
    return opened[0]


def parse_entries(text: str, names: Collection[str], wanted: str = "a feed") -> tuple[Element, tuple[Skipped, ...]]:
    """Parse like `parse`, but keep the whole entries before the break of a broken document.

    Args:
        names: the names of elements that are entries, without namespace: "item", "entry".

    Returns:
        The root without the broken entry, and a Skipped about that entry if there is one.

    Raises:
        SourceError: as `parse`; also if no whole entry precedes the break.
    """
    opened, error = _grow(text, wanted)
    if error is None:
        return opened[0], ()
    broken = next((pair for pair in pairwise(opened) if local(pair[1]) in names), None)
    if broken:
        broken[0].remove(broken[1])
    whole = sum(local(element) in names for element in opened[0].iter()) if opened else 0
    if not whole:
        raise SourceError(f"the XML is {_broken(error)}; fetch it again") from error
    where = f"in entry {whole + 1}" if broken else f"after entry {whole}"
    return opened[0], (Skipped(error.position[0], f"the XML is {_broken(error)} {where}; fetch it again"),)


def web_page(text: str) -> str | None:
    """The title of a web page, which may be empty; None if the text is no web page."""
    if not re.match(r"<(?:!doctype\s+html|html)\b", text[(start := _prolog_end(text)) : start + 99], re.IGNORECASE):
        return None
    title = re.search(r"<title\b[^<>]*>([^<]*)", text[:100_000], re.IGNORECASE)
    return plain(title[1])[:99] if title else ""


def refuse_web_page(text: str, wanted: str) -> None:
    """Raise SourceError if `text` is a web page, such as a login in place of what was `wanted` ("a feed")."""
    title = web_page(text)
    if title is not None:
        name = f" (“{title}”)" if title else ""
        raise SourceError(f"this is a web page{name}, not {wanted}; check the address it came from")


def root_of(data: bytes) -> str:
    """The local name of the root by its tag or the document type, without parsing; empty if there is none."""
    text = decode(data[:_HEAD])
    tag = _FIRST_TAG.match(text, _prolog_end(text))
    return tag["name"] if tag else ""


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def text_of(element: Element | None) -> str:
    """All text in an element, on one line; empty if there is no element."""
    if element is None:
        return ""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    todo: list[Element | str] = [element]  # a stack, as hostile nesting is deeper than Python recurses
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
            continue
        yield node.text or ""
        if local(node) in _BLOCKS:
            todo.append(" ")
        for child in reversed(node):
            todo += (child.tail or "", child)


_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    "|&#(?:0{0,9}(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0{0,9}(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)
_NOT_XML = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,9});)(?P<name>[A-Za-z][A-Za-z0-9]{1,31};)?"
)
_HEAD = 8 * 1024  # bytes in which a root begins
_FIRST_TAG = re.compile(r"<(?:!DOCTYPE\s++)?(?:[\w.-]++:)?(?P<name>[A-Za-z][\w.-]*+)")
_SPACE = re.compile("[\ufeff \t\r\n]*")
_DOCUMENT_TYPE = re.compile(r"""<!DOCTYPE\s++[\w:.-]++(?:\s++(?:PUBLIC|SYSTEM|"[^"]*"|'[^']*'))*+\s*+>""")
_CUT_OFF = {3, 5, 6, 20}  # expat's codes: no element found, unclosed token, partial character, unclosed CDATA


def _grow(text: str, wanted: str) -> tuple[list[Element], ParseError | None]:
    """The root alone; or if the text is broken, the elements that are open at the break, root first, and the error."""
    refuse_web_page(text, wanted)
    start = _prolog_end(text)
    if text.startswith("<!", start) and not _DOCUMENT_TYPE.match(text, start) and "[" in text[start:]:
        raise SourceError(f"it declares entities of its own, which can fill any memory; {wanted} needs none")
    if not text.startswith("<", start):
        raise SourceError(f"no XML, so not {wanted}" if text.strip() else "it is empty")
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    opened: list[Element] = []
    try:
        parser.feed(_mended(text.lstrip("\ufeff \t\r\n")))
        events = cast("Iterator[tuple[str, Element]]", parser.read_events())
        for event, element in events:  # raises an error of `feed`
            if event == "start":
                opened.append(element)
            elif len(opened) > 1:
                opened.pop()
        parser.close()
    except ParseError as error:
        return opened, error
    return opened, None


def _broken(error: ParseError) -> str:
    line = error.position[0]
    if error.code in _CUT_OFF:
        return f"cut off (line {line})"
    return f"damaged (line {line}: {str(error).partition(':')[0]})"


def _prolog_end(text: str) -> int:
    """The position of the first tag or document type, after declarations and comments."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        ending = "?>" if text.startswith("<?", at) else "-->" if text.startswith("<!--", at) else ""
        end = text.find(ending, at) if ending else -1
        if end < 0:
            return at
        at = end + len(ending)


def _mended(text: str) -> str:
    """The text without common violations of XML; CDATA keeps its "&"."""
    first, *others = _FORBIDDEN.sub("", text).split("<![CDATA[")
    mended = [_NOT_XML.sub(_reference, first)]
    for piece in others:
        inside, end, outside = piece.partition("]]>")
        mended.append(inside + end + _NOT_XML.sub(_reference, outside))
    return "<![CDATA[".join(mended)


def _reference(sign: re.Match[str]) -> str:
    """Write a bare "&" as "&amp;", and "&nbsp;" by its number."""
    name = sign["name"] or ""
    if name in html5:
        return "".join(f"&#{ord(character)};" for character in html5[name])
    return f"&amp;{name}"


# HTML made plain

# Only tags of HTML and of its relatives in feeds: "<think>", "<s>" and "a <b, c>" are words of a title. A tag with
# more than its name must have an attribute, so "x <b and y> z" is none.
_ATTRIBUTES = r"(?:\s[^<>=]*+=[^<>]*+|\s*+/?)"
_BLOCKS = frozenset(
    "br p div li ul ol tr td th table section article blockquote h1 h2 h3 h4 h5 h6 hr sec title".split()
)
_ANCHOR = re.compile(rf"<a(?P<attributes>{_ATTRIBUTES})>(?P<text>[^<>]*+)</a\s*+>")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLACEHOLDER = re.compile(r"\s*this \S+ URL\s*", re.IGNORECASE)  # arXiv writes "this https URL" for each address
_BREAK = re.compile(rf"</?(?:\w+:)?(?:{'|'.join(sorted(_BLOCKS))}){_ATTRIBUTES}>")
_HTML = "a b i u em strong sub sup SUB SUP span code tt small font cite img figure"
_JATS = (
    "bold italic sc scp monospace roman sans-serif underline overline ext-link uri xref named-content styled-content "
    "inline-formula disp-formula tex-math alternatives inline-graphic graphic"
)
_MATHML = (
    "math mi mo mn ms mtext mrow msup msub msubsup mfrac msqrt mroot mover munder munderover mfenced mtable mtr mtd "
    "mspace mstyle mpadded mphantom menclose mmultiscripts mprescripts semantics annotation annotation-xml"
)
_TAGS = "|".join(f"{_HTML} {_JATS} {_MATHML}".split())
_TAG = re.compile(rf"</?(?:(?:{_TAGS})|[a-z]+:[a-z-]+){_ATTRIBUTES}>")
# What a formula has beside itself: as TeX in MathML, or as MathML beside TeX.
_FORMULA_TWICE = re.compile(r"<(?P<tag>(?:\w+:)?(?:annotation(?:-xml)?|alternatives))\b[^<>]*+>", re.IGNORECASE)
_TEX = re.compile(r"<(?:\w+:)?tex-math\b[^<>]*+>(?P<formula>[^<>]*+)</")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));")


def plain(text: str) -> str:
    """The text on one line, without HTML, control characters and repeated spaces."""
    if "<" in text:
        text = _formulas_once(text)
        text = _ANCHOR.sub(_address, text)
        text = _BREAK.sub(" ", text)
        text = _TAG.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    return one_line(text)


def _formulas_once(text: str) -> str:
    """The text with each formula in one form, where a publisher wrote it as TeX and as MathML."""
    parts: list[str] = []
    at = 0
    while tag := _FORMULA_TWICE.search(text, at):
        end = text.find(f"</{tag['tag']}>", tag.end())
        if end < 0:
            break
        inside = text[tag.end() : end]
        formula = _TEX.search(inside)
        is_annotation = "annotation" in tag["tag"].lower()
        parts += [text[at : tag.start()], "" if is_annotation else formula["formula"] if formula else inside]
        at = end + len(tag["tag"]) + 3
    return "".join([*parts, text[at:]])


def blocks(text: str) -> list[str]:
    """The paragraphs, headings and lines of HTML as plain texts; those without any text are left out."""
    return list(filter(None, map(plain, _BREAK.split(text))))


def _address(anchor: re.Match[str]) -> str:
    href = _HREF.search(anchor["attributes"])
    if href and _PLACEHOLDER.fullmatch(anchor["text"]):
        return href[1] or href[2] or anchor["text"]
    return anchor["text"]


def _character(entity: re.Match[str]) -> str:
    # unescape alone accepts prefixes, too, and makes "¬it;" of "&notit;"
    is_entity = entity["name"] is None or f"{entity['name']};" in html5
    return unescape(entity[0]) if is_entity else entity[0]
