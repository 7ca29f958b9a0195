"""Reads answers of OAI-PMH in arXiv's own formats (arXiv, arXivRaw) and in Dublin Core (oai_dc).

https://info.arxiv.org/help/oa/ and https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from xml.etree.ElementTree import Element

from recommender.errors import SourceError
from recommender.ids import arxiv_id, doi
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.arxiv.calendar import announced_for, weekday_from
from recommender.text import names
from recommender.text.dates import read_day, read_moment
from recommender.text.encoding import decode
from recommender.text.markup import local, parse, parse_entries, plain, root_of, text_of

_WANTED = "an OAI-PMH answer"
_ROOTS = {"OAI-PMH", "ListRecords", "GetRecord"}
_FRESH = timedelta(days=10)  # a submission may wait that long, over holidays or held for a check


@dataclass(frozen=True, slots=True)
class Record:
    """A paper with the dates and versions of its record."""

    paper: Paper
    datestamp: date  # when the record last changed; for a new paper the day it was announced
    versions: int | None = None  # None if the format does not tell
    revised: bool = False  # has a newer version than the first
    submitted_at: datetime | None = None  # aware, of the first version; only arXivRaw has it

    @property
    def new(self) -> bool:
        """Whether the datestamp is the day of the announcement, and not of a later change."""
        created = self.paper.submitted
        return not self.revised and (created is None or self.datestamp - created <= _FRESH)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a harvest: a page of records."""

    records: tuple[Record, ...]
    token: str = ""  # requests the next page; empty on the last
    total: int | None = None  # records on all pages, if the archive tells
    deleted: int = 0
    skipped: tuple[Skipped, ...] = ()


def recognises(data: bytes) -> bool:
    """Whether this is an answer of OAI-PMH, or one record out of one."""
    root = root_of(data)
    return root in _ROOTS or (root == "record" and b"<datestamp>" in data[:8192])


def read_page(data: bytes) -> Page:
    """Parse one answer; "noRecordsMatch" is an empty page.

    Raises:
        SourceError: the archive answers with another error, or the answer is not whole.
    """
    return _page(parse(decode(data), _WANTED))


def read_digests(data: bytes) -> list[Digest]:
    """Parse the records into one digest for each datestamp, oldest first; changed papers are among the replaced.

    The whole records of a broken file are kept. Raises as `read_page` does.
    """
    root, broken = parse_entries(decode(data), {"record"}, _WANTED)
    page = _page(root)
    days: dict[date, list[Record]] = {}
    for record in page.records:
        days.setdefault(weekday_from(record.datestamp), []).append(record)
    skipped = page.skipped + broken
    if not days:
        return [Digest(None, "", (), skipped)]
    digests = [
        Digest(day, "", _papers(r for r in days[day] if r.new), replaced=_papers(r for r in days[day] if not r.new))
        for day in sorted(days)
    ]
    last = digests[-1]
    digests[-1] = Digest(last.date, "", last.papers, skipped, replaced=last.replaced)
    return digests


def announced_on(record: Record) -> date:
    """The day in whose list the paper first was, as precisely as the record tells."""
    if record.new or record.paper.submitted is None:
        return weekday_from(record.datestamp)
    if record.submitted_at:
        return announced_for(record.submitted_at)
    return weekday_from(record.paper.submitted + timedelta(days=1))


def _papers(records: Iterable[Record]) -> tuple[Paper, ...]:
    return tuple({record.paper.id: record.paper for record in records}.values())


def _page(root: Element) -> Page:
    records: list[Record] = []
    skipped: list[Skipped] = []
    deleted = 0
    token = ""
    total: int | None = None
    for element in chain((root,), root, *root):  # a record is the root, or in a list, or in the list of an answer
        match local(element):
            case "error":
                _refuse(element)
            case "record" if _header(element).get("status") == "deleted":
                deleted += 1
            case "record":
                record = _read_record(element)
                if isinstance(record, Record):
                    records.append(record)
                else:
                    skipped.append(record)
            case "resumptionToken":
                token = text_of(element)
                size = element.get("completeListSize", "")
                total = int(size) if re.fullmatch(r"[0-9]{1,12}", size) else None
    return Page(tuple(records), token, total, deleted, tuple(skipped))


def _refuse(error: Element) -> None:
    code, text = error.get("code", "error"), text_of(error)
    if code == "noRecordsMatch":
        return
    if code == "badResumptionToken":
        raise SourceError(f"the archive no longer knows where the download was ({text or code}); begin it again")
    raise SourceError(f"the archive answers {code}: {text}" if text else f"the archive answers {code}")


def _header(record: Element) -> Element:
    return next((child for child in record if local(child) == "header"), record)


def _read_record(record: Element) -> Record | Skipped:
    header = _fields(_header(record))
    metadata = next((child for child in record if local(child) == "metadata"), None)
    body = next(iter(metadata), None) if metadata is not None else None
    name = _first(header, "identifier").removeprefix("oai:arXiv.org:")
    fields = _fields(body) if body is not None else {}
    paper_id = arxiv_id(_first(fields, "id")) or arxiv_id(name)
    datestamp = read_day(_first(header, "datestamp"))
    title = plain(_first(fields, "title"))
    if paper_id is None:
        return Skipped(0, f'no arXiv id in the record "{name[:60]}"')
    if datestamp is None:
        return Skipped(0, f"no readable datestamp in the record of {paper_id}")
    if body is None or not title:
        return Skipped(0, f"no title in the record of {paper_id}")
    match local(body):
        case "arXiv":
            return _from_arxiv(fields, paper_id, title, datestamp)
        case "arXivRaw":
            return _from_raw(fields, paper_id, title, datestamp)
        case "dc":
            return _from_dublin_core(fields, paper_id, title, datestamp)
        case other:
            return Skipped(0, f"the record of {paper_id} is in the format {other}; ask for arXiv, arXivRaw or oai_dc")


def _from_arxiv(fields: dict[str, list[Element]], paper_id: str, title: str, datestamp: date) -> Record:
    authors = [_fields(author) for element in fields.get("authors", []) for author in element]
    paper = Paper(
        paper_id,
        title,
        plain(_first(fields, "abstract")),
        tuple(name for author in authors if (name := _full_name(author))),
        tuple(_first(fields, "categories").split()),
        read_day(_first(fields, "created")),
        _first_doi(_first(fields, "doi")),
    )
    return Record(paper, datestamp, revised="updated" in fields)


def _from_raw(fields: dict[str, list[Element]], paper_id: str, title: str, datestamp: date) -> Record:
    versions = fields.get("version", [])
    submitted_at = read_moment(_first(_fields(versions[0]), "date")) if versions else None
    paper = Paper(
        paper_id,
        title,
        plain(_first(fields, "abstract")),
        names.split(_first(fields, "authors")),
        tuple(_first(fields, "categories").split()),
        submitted_at.date() if submitted_at else None,
        _first_doi(_first(fields, "doi")),
    )
    return Record(paper, datestamp, len(versions) or None, len(versions) > 1, submitted_at)


def _from_dublin_core(fields: dict[str, list[Element]], paper_id: str, title: str, datestamp: date) -> Record:
    days = [day for element in fields.get("date", []) if (day := read_day(text_of(element)))]
    creators = [names.plain(text_of(element)) for element in fields.get("creator", [])]
    identifiers = [text_of(element) for element in fields.get("identifier", [])]
    paper = Paper(
        paper_id,
        title,
        plain(_first(fields, "description")),  # the second is the authors' comment
        tuple(filter(None, map(names.given_first, creators))),
        (),  # it has only names of subjects: "Mathematics - Logic"
        min(days, default=None),
        next((_first_doi(each) for each in identifiers if each.startswith("doi:")), ""),
    )
    return Record(paper, datestamp, revised=len(days) > 1)


def _fields(element: Element) -> dict[str, list[Element]]:
    """The children by their local names."""
    fields: dict[str, list[Element]] = {}
    for child in element:
        fields.setdefault(local(child), []).append(child)
    return fields


def _first(fields: dict[str, list[Element]], name: str) -> str:
    return text_of(fields[name][0]) if name in fields else ""


def _full_name(author: dict[str, list[Element]]) -> str:
    """The name, like "Ada B. King Jr."; empty if it has no letter, as the ":" after some collaborations."""
    name = names.plain(" ".join(filter(None, (_first(author, part) for part in ("forenames", "keyname", "suffix")))))
    return name if any(sign.isalpha() for sign in name) else ""


def _first_doi(text: str) -> str:
    """The first of several DOIs, which authors separate by spaces, commas or semicolons."""
    return next(filter(None, map(doi, re.split(r"[\s,;]+", text))), "")
