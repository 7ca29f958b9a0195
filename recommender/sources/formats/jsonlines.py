"""Reads JSON lines, one paper a line, and a JSON list of papers, as crawlers of arXiv write them."""

import json
import re

from recommender import ids
from recommender.ids import paper_id
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.json_objects import read_objects
from recommender.sources.records import Record
from recommender.text.dates import leading_day
from recommender.text.encoding import decode
from recommender.text.short import shortened
from recommender.text.works import title_id

_HEAD = 64 * 1024
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(?:\[\s*+)?\{")


def recognises(data: bytes) -> bool:
    """Whether this is JSON that begins with an object and has a title in it."""
    return bool(_OPENING.match(data)) and b'"title"' in data[:_HEAD]


def read_digests(data: bytes) -> list[Digest]:
    """Parse the papers into one digest without a day, each once; a line that cannot be read is skipped."""
    papers: dict[str, Paper] = {}
    skipped: list[Skipped] = []
    for line, record in read_objects(decode(data)):
        paper = _paper(line, record)
        if isinstance(paper, Paper):
            papers.setdefault(paper.id, paper)
        else:
            skipped.append(paper)
    return [Digest(None, "", tuple(papers.values()), tuple(skipped))]


def _paper(line: int, fields: object) -> Paper | Skipped:
    if isinstance(fields, Skipped):
        return fields
    if not isinstance(fields, dict):
        return Skipped(line, f"no record but {shortened(json.dumps(fields))}")
    record = Record(fields)
    if not record.title:
        return Skipped(line, f"no title in {shortened(repr(fields))}")
    page = next(filter(None, map(ids.page, record.identifiers)), "")
    own_id = paper_id(arxiv=record.arxiv, doi=record.doi, page=page)
    if not (record.arxiv or record.doi or page):
        own_id = title_id(record.title, record.authors, record.submitted.year if record.submitted else None)
    day = record.submitted or leading_day(record.text("date"))  # in a library "date" is that of a rating
    return Paper(own_id, record.title, record.abstract, record.authors, record.categories, day, record.doi)
