"""RIS: one field a line; "TY  - " begins an entry and "ER  - " ends it."""

import re
from collections.abc import Iterator, Sequence

from recommender.paper import Skipped
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.text.dates import leading_day
from recommender.text.lines import one_line
from recommender.text.names import given_first
from recommender.text.short import quoted

_LINE = re.compile(r"([A-Z][A-Z0-9])\s{1,2}-(?:\s(.*))?")
_WORKS = frozenset(
    "ABST BOOK CHAP CONF CPAPER EBOOK ECHAP EDBOOK EJOUR INPR JFULL JOUR MANSCPT MGZN RPRT SER THES UNPB UNPD".split()
)
_PLACES = ("UR", "L1", "L2", "AN", "ID", "JO", "JF", "JA", "J2", "T2", "M1", "M2", "M3", "N1", "PB", "C1", "C7")
_MARKED = ("N1", "M1", "M2", "RN")


def read_ris(text: str) -> Iterator[Entry | Skipped]:
    """The entries in the order of the text; a line without a tag continues the field before it."""
    fields: list[tuple[str, list[str]]] = []  # each tag with the lines of its text
    begun = 0  # the line that began the entry; 0 between entries
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.fullmatch(line.strip())
        tag, value = (match[1], match[2] or "") if match else ("", line)
        if tag in ("TY", "ER") and begun:
            yield _entry(begun, fields)
            begun = 0
        if tag == "TY":
            fields, begun = [], number
        if begun and tag:
            fields.append((tag, [value]))
        elif begun:
            fields[-1][1].append(line)
        elif tag and tag != "ER":
            yield Skipped(number, f'"TY  - " is missing before {quoted(line)}')
    if begun:
        yield _entry(begun, fields)


def _entry(line: int, lines: Sequence[tuple[str, list[str]]]) -> Entry:
    fields: dict[str, list[str]] = {}
    for tag, parts in lines:
        fields.setdefault(tag, []).append(one_line(" ".join(parts)))

    def values(*tags: str) -> list[str]:
        return [value for tag in tags for value in fields.get(tag, ()) if value]

    return Entry(
        line,
        next(iter(values("TI", "T1", "CT", "BT")), ""),
        next(iter(values("AB", "N2")), ""),
        tuple(map(given_first, values("A1", "AU"))),
        not _WORKS.isdisjoint(values("TY")),
        next((submitted for value in values("DA", "Y1", "PY") if (submitted := leading_day(value))), None),
        next(iter(values("DO", "DI")), ""),
        places=tuple(values(*_PLACES)),
        marks=find_marks(" ".join(values(*_MARKED))),
    )
