"""Reads JSON lines, one paper a line, and a JSON list of papers, as crawlers of arXiv write them."""

import io
import json
import re
from collections.abc import Iterator

from recommender.ids import arxiv_id, doi, paper_id
from recommender.paper import Digest, Paper, Skipped
from recommender.text import names
from recommender.text.dates import read_day
from recommender.text.encoding import decode
from recommender.text.markup import plain
from recommender.text.short import shortened

_HEAD = 64 * 1024
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(?:\[\s*+)?\{")


def recognises(data: bytes) -> bool:
    """Whether this is JSON that begins with an object and has a title in it."""
    return bool(_OPENING.match(data)) and b'"title"' in data[:_HEAD]


def read_digests(data: bytes) -> list[Digest]:
    """Parse the papers into one digest without a day, each once; a line that cannot be read is skipped."""
    papers: dict[str, Paper] = {}
    skipped: list[Skipped] = []
    for line, record in _records(decode(data)):
        paper = _paper(line, record)
        if isinstance(paper, Paper):
            papers.setdefault(paper.id, paper)
        else:
            skipped.append(paper)
    return [Digest(None, "", tuple(papers.values()), tuple(skipped))]


def _records(text: str) -> Iterator[tuple[int, object]]:
    """The object of each line with its number, or each object of a JSON list with 0; None for broken JSON."""
    if text.lstrip().startswith("["):
        document = _json(text)
        for record in document if isinstance(document, list) else [document]:
            yield 0, record
        return
    for number, line in enumerate(io.StringIO(text), start=1):
        if line.strip():
            yield number, _json(line)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _paper(line: int, record: object) -> Paper | Skipped:
    if not isinstance(record, dict):
        return Skipped(line, "no JSON record" if record is None else f"no record but {shortened(repr(record))}")
    title = plain(_text(record, "title"))
    if not title:
        return Skipped(line, f"no title in {shortened(repr(record))}")
    identifiers = [_text(record, name) for name in ("id", "arxiv_id", "abs", "url", "link", "pdf", "entry_id")]
    published = doi(_text(record, "doi")) or ""
    return Paper(
        paper_id(
            arxiv=next(filter(None, map(arxiv_id, identifiers)), ""),
            doi=published,
            page=next((text for text in identifiers if text.startswith(("http://", "https://"))), ""),
            title=title,
        ),
        title,
        plain(_text(record, "abstract") or _text(record, "summary")),
        _authors(record.get("authors")),
        _categories(record.get("categories")),
        read_day(_text(record, "submitted") or _text(record, "published") or _text(record, "created")),
        published,
    )


def _text(record: dict[str, object], name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""


def _authors(value: object) -> tuple[str, ...]:
    """The names in a list of texts, in a list of objects with a name, or in one text."""
    if isinstance(value, str):
        return names.split(plain(value))
    values = [each.get("name") if isinstance(each, dict) else each for each in value] if isinstance(value, list) else []
    return tuple(filter(None, (names.plain(plain(name)) for name in values if isinstance(name, str))))


def _categories(value: object) -> tuple[str, ...]:
    names = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))
