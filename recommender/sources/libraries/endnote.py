"""EndNote's XML: one <record> each, its texts in <style> elements."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from recommender.paper import Skipped
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.text.dates import leading_day
from recommender.text.markup import parse_entries, text_of
from recommender.text.names import people

_NO_WORKS = frozenset({"Web Page", "Computer Program", "Blog", "Figure", "Dataset", "Artwork", "Audiovisual Material"})


def read_endnote(text: str) -> Iterator[Entry | Skipped]:
    """The records of EndNote's XML."""
    root, broken = parse_entries(text, {"record"}, "EndNote's XML")
    for number, record in enumerate(root.iter("record"), start=1):
        yield _record(record, number)
    yield from broken


def _record(record: Element, number: int) -> Entry:
    def text(path: str) -> str:
        return next((found for element in record.findall(path) if (found := text_of(element))), "")

    kind = record.find("ref-type")
    kind_name = kind.get("name", "") if kind is not None else ""
    places = (
        "urls//url notes research-notes accession-num titles/secondary-title periodical/full-title number volume pages"
    )
    details = {
        "type": kind_name,
        "journal": text("periodical/full-title") or text("titles/secondary-title"),
        "volume": text("volume"),
        "number": text("number"),
        "pages": text("pages"),
        "year": text("dates/year")[:4],
        "publisher": text("publisher"),
        "key": text("label"),
    }
    return Entry(
        0,
        text("titles/title"),
        text("abstract"),
        tuple(name for each in record.findall("contributors/authors/author") for name in people(text_of(each))),
        kind_name not in _NO_WORKS,
        leading_day(f"{text('dates/year')}-{text('dates/pub-dates/date')}"),
        text("electronic-resource-num"),
        places=tuple(text_of(element) for path in places.split() for element in record.findall(path)),
        marks=find_marks(text("notes")),
        item=number,
        record={name: value for name, value in details.items() if value},
    )
