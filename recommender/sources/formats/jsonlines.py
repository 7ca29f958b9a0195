"""Reads JSON lines, one paper in each, and a JSON list of papers: what crawlers of arXiv write for a day."""

import io
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
    """Whether this is JSON that begins with a record that has a title."""
    return bool(_OPENING.match(data)) and b'"title"' in data[:_HEAD]


def read_digests(data: bytes) -> list[Digest]:
    """The papers as one digest without a day, each once; a line that cannot be read is skipped."""
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
    """What stands in each line, or in the list that the whole is; a ValueError's text where it is no JSON."""
    if text.lstrip().startswith("["):
        whole = _json(text)
        for record in whole if isinstance(whole, list) else [whole]:
            yield 0, record
        return
    for number, line in enumerate(io.StringIO(text), start=1):
        if line.strip():
            yield number, _json(line)


def _json(text: str) -> object:
    import json  # 4 ms that other formats need not wait

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
    names = [_text(record, name) for name in ("id", "arxiv_id", "abs", "url", "link", "pdf", "entry_id")]
    published = doi(_text(record, "doi")) or ""
    return Paper(
        paper_id(
            arxiv=next((found for name in names if (found := arxiv_id(name))), ""),
            doi=published,
            page=next((name for name in names if name.startswith(("http://", "https://"))), ""),
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
    """The names of a list of texts, of records with a name, or of one text."""
    if isinstance(value, str):
        return names.split(plain(value))
    values = [each.get("name") if isinstance(each, dict) else each for each in value] if isinstance(value, list) else []
    return tuple(filter(None, (names.plain(plain(name)) for name in values if isinstance(name, str))))


def _categories(value: object) -> tuple[str, ...]:
    names = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))
