"""Formats with a tag before each field: PubMed's nbib, Web of Science, RefWorks, and EndNote's .enw (refer)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from recommender.paper import Skipped
from recommender.sources.libraries.entry import Entry
from recommender.text.dates import day_of, leading_day
from recommender.text.lines import one_line
from recommender.text.names import people


@dataclass(frozen=True, slots=True)
class Style:
    """How a format writes entries, and the tags of its fields."""

    first: re.Pattern[str]  # a line that only this format has, and that begins its entries
    line: re.Pattern[str]  # a tag and its text; other lines continue the text before
    title: Sequence[str]
    abstract: Sequence[str]
    authors: Sequence[str]  # the first of these tags that the entry has
    date: Sequence[str]
    doi: Sequence[str]
    places: Sequence[str]
    kind: Sequence[str]
    record: dict[str, str]  # tags by BibTeX's names of what they hold
    own_lines: Sequence[str] = ()  # tags whose continuation lines are values of their own


_NBIB = Style(
    re.compile(r"^PMID ?- ?\d", re.MULTILINE),
    re.compile(r"([A-Z]{2,4}) *- (.*)"),
    ("TI", "BTI"),
    ("AB", "OAB"),
    ("FAU", "AU", "CN"),
    ("DP", "DEP"),
    ("LID", "AID", "SO"),
    ("LID", "AID", "SO"),
    ("PT",),
    {"JT": "journal", "VI": "volume", "IP": "number", "PG": "pages", "DP": "year", "PMID": "pmid"},
)
_WEB_OF_SCIENCE = Style(
    re.compile(r"^PT [A-Z]\b", re.MULTILINE),
    re.compile(r"([A-Z][A-Z0-9])(?: (.*)|)"),
    ("TI",),
    ("AB",),
    ("AF", "AU"),
    ("PD", "PY"),
    ("DI", "D2"),
    ("DL", "BN"),
    ("PT",),
    {"SO": "journal", "VL": "volume", "IS": "number", "BP": "pages", "PY": "year", "PU": "publisher"},
    ("AF", "AU"),
)
_REFWORKS = Style(
    re.compile(r"^RT [A-Z]", re.MULTILINE),
    re.compile(r"([A-Z][A-Z0-9])(?: (.*)|)"),
    ("T1", "TI"),
    ("AB",),
    ("A1", "AU"),
    ("FD", "YR"),
    ("DO",),
    ("UL", "LK", "NO"),
    ("RT",),
    {"JF": "journal", "VO": "volume", "IS": "number", "SP": "pages", "YR": "year", "PB": "publisher"},
)
_REFER = Style(
    re.compile(r"^%0 [A-Z]", re.MULTILINE),
    re.compile(r"%(\S)(?: (.*)|)"),
    ("T",),
    ("X",),
    ("A",),
    ("8", "D"),
    ("R",),
    ("U", "R", "Z", "J", "1", "2"),
    ("0",),
    {
        "J": "journal",
        "B": "booktitle",
        "V": "volume",
        "N": "number",
        "P": "pages",
        "D": "year",
        "I": "publisher",
        "F": "key",
    },
)
_STYLES = (_NBIB, _WEB_OF_SCIENCE, _REFWORKS, _REFER)
_NEXT_LINE = re.compile(r"[^\n]*+\n(?:[ \t]*+\n)*+([^\n]*+)")
_NO_WORKS = re.compile(r"(?:web ?page|computer program|electronic source|blog|figure|dataset|S$)", re.IGNORECASE)
_DAY = re.compile(
    r"(?:(?P<year>[0-9]{4}) )?(?P<month>[A-Za-z]{3})[a-z]*(?: (?P<day>[0-9]{1,2}))?(?: (?P<last>[0-9]{4}))?"
)


def find_style(text: str) -> tuple[int, Style] | None:
    """Where the first entry of one of these formats begins, and the format; None if there is none.

    Another tag must follow: "RT PCR was performed" is a line of an abstract.
    """
    found = ((at, style) for style in _STYLES if (at := _first_entry(text, style)) >= 0)
    return min(found, key=lambda each: each[0], default=None)


def _first_entry(text: str, style: Style) -> int:
    """The position of the first entry; -1 if there is none."""
    for first in style.first.finditer(text):
        line = _NEXT_LINE.match(text, first.end())
        if line and style.line.fullmatch(line[1].rstrip()):
            return first.start()
    return -1


def read_tagged(text: str, style: Style) -> Iterator[Entry | Skipped]:
    """The entries in the order of the text."""
    fields: dict[str, list[str]] = {}
    begun, tag = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        match = None if line.startswith((" ", "\t")) else style.line.fullmatch(line.rstrip())
        if match and style.first.match(line):
            if fields:
                yield _entry(begun, fields, style)
            fields, begun = {}, number
        if match and begun:
            tag = match[1]
            fields.setdefault(tag, []).append(match[2] or "")
        elif line.strip() and begun and tag in style.own_lines:
            fields[tag].append(line)
        elif line.strip() and begun and fields.get(tag):
            fields[tag][-1] += f"\n{line}"
    if fields:
        yield _entry(begun, fields, style)


def _entry(line: int, fields: dict[str, list[str]], style: Style) -> Entry:
    def values(tags: Sequence[str]) -> list[str]:
        return [value for tag in tags for each in fields.get(tag, ()) if (value := one_line(each))]

    authors = next((names for tag in style.authors if (names := values([tag]))), [])
    record = {name: one_line(fields[tag][0]) for tag, name in style.record.items() if tag in fields}
    record["year"] = next(iter(re.findall(r"[0-9]{4}", record.get("year", ""))), "")
    return Entry(
        line,
        " ".join(values(style.title)[:1]).removesuffix("."),  # PubMed ends each title with one
        " ".join(values(style.abstract)[:1]),
        tuple(name for author in authors for name in people(author)),
        not any(map(_NO_WORKS.match, values(style.kind))),
        _day(values(style.date), record["year"]),
        next((value for value in values(style.doi) if re.search(r"\b10\.[0-9]{4}", value)), ""),
        places=tuple(values(style.places)),
        record={name: value for name, value in record.items() if value},
    )


def _day(texts: Sequence[str], year: str) -> date | None:
    """The day of "2020 May 13", "MAY 13" with a year elsewhere, "13 May 2020" or "2020-05-13"; None for less."""
    for text in texts:
        if day := leading_day(text):
            return day
        match = _DAY.fullmatch(text)
        if match and match["day"]:
            return day_of(match["year"] or match["last"] or year, match["month"], match["day"])
    return None
