"""Zotero's RDF: items beside the journals and books that they are part of."""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from recommender.paper import Skipped
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.sources.libraries.zotero import WORKS
from recommender.text.dates import leading_day, leading_moment
from recommender.text.lines import one_line
from recommender.text.markup import local, parse_entries, text_of

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ITEMS = frozenset(
    {"Article", "Book", "BookSection", "Thesis", "Report", "Document", "Manuscript", "Description", "Patent"}
)


def read_rdf(text: str) -> Iterator[Entry | Skipped]:
    """The items of Zotero's RDF, without notes and attachments."""
    root, broken = parse_entries(text, _ITEMS, "Zotero's RDF")
    items = [element for element in root if _kind(element) not in ("attachment", "note", "annotation", "")]
    containers = {element.get(f"{_RDF}about", ""): element for element in root}
    uses = Counter(part.get(f"{_RDF}resource") for item in items for part in _children(item, "isPartOf"))
    for number, item in enumerate(items, start=1):
        inside = [part for holder in _children(item, "isPartOf") for part in holder]
        for holder in _children(item, "isPartOf"):
            resource = holder.get(f"{_RDF}resource", "")
            if resource in containers and uses[resource] == 1:  # else its DOI may be another item's
                inside.append(containers[resource])
        yield _item(item, inside, number)
    yield from broken


def _item(item: Element, inside: list[Element], number: int) -> Entry:
    kind = _kind(item)
    identifiers = [text_of(each) for element in (item, *inside) for each in _children(element, "identifier")]
    stated = next((text for text in identifiers if text.upper().startswith("DOI ")), "")
    container = next(iter(inside), None)
    details = {
        "type": kind,
        "journal": _text(container, "title"),
        "volume": _text(container, "volume") or _text(item, "volume"),
        "number": _text(container, "number") or _text(item, "number"),
        "pages": _text(item, "pages"),
        "year": _text(item, "date")[:4],
        "publisher": one_line(" ".join(text_of(each) for each in _children(item, "publisher"))),
        "key": _text(item, "citationKey"),
    }
    return Entry(
        0,
        _text(item, "title"),
        _text(item, "abstract"),
        tuple(_people(item)),
        kind in WORKS,
        leading_day(_text(item, "date")),
        stated,
        places=(item.get(f"{_RDF}about", ""), *identifiers, _text(item, "description"), _text(container, "title")),
        added_at=leading_moment(_text(item, "dateSubmitted")),
        marks=find_marks(_text(item, "description")),
        item=number,
        record={name: value for name, value in details.items() if value},
    )


def _kind(item: Element) -> str:
    stated = _text(item, "itemType")
    return stated or {"Article": "journalArticle", "Attachment": "attachment", "Memo": "note"}.get(local(item), "")


def _people(item: Element) -> Iterator[str]:
    for authors in (*_children(item, "authors"), *_children(item, "presenters")):
        for person in authors.iter():
            if local(person) == "Person":
                given = _text(person, "givenName") or _text(person, "givenname")
                yield f"{given} {_text(person, 'surname') or _text(person, 'name')}".strip()


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local(child) == name]


def _text(element: Element | None, name: str) -> str:
    """The text of the first child of this name; empty if there is none."""
    found = _children(element, name) if element is not None else []
    return text_of(found[0]) if found else ""
