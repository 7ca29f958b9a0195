"""Reads answers of arXiv's query API: https://info.arxiv.org/help/api/user-manual.html"""

from xml.etree.ElementTree import Element

from recommender.errors import SourceError
from recommender.ids import arxiv_id, category, doi
from recommender.paper import Digest, Paper, Skipped
from recommender.text import names
from recommender.text.dates import read_day
from recommender.text.encoding import decode
from recommender.text.markup import local, parse, parse_entries, plain, root_of, text_of

_WANTED = "an answer of arXiv's query API"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ERRORS = "arxiv.org/api/errors"


def recognises(data: bytes) -> bool:
    """Whether this is an answer of arXiv's query API, which is Atom with elements about the search."""
    head = data[:8192]
    return root_of(data) == "feed" and b"a9.com/-/spec/opensearch" in head and b"arxiv.org/" in head


def read_answer(data: bytes) -> list[Paper]:
    """Parse the papers, in the answer's order; an answer may have none.

    Raises:
        SourceError: arXiv answers with an error, or the answer is not whole.
    """
    return [paper for paper in _read(parse(decode(data), _WANTED)) if isinstance(paper, Paper)]


def read_digests(data: bytes) -> list[Digest]:
    """Parse the papers into one digest without a day; the whole entries of a broken answer are kept.

    Raises as `read_answer` does.
    """
    root, broken = parse_entries(decode(data), {"entry"}, _WANTED)
    results = _read(root)
    papers = {paper.id: paper for paper in results if isinstance(paper, Paper)}
    skipped = tuple(paper for paper in results if isinstance(paper, Skipped))
    return [Digest(None, "", tuple(papers.values()), skipped + broken)]


def _read(root: Element) -> list[Paper | Skipped]:
    entries = [element for element in root if local(element) == "entry"]
    return [_paper(number, entry) for number, entry in enumerate(entries, start=1)]


def _paper(number: int, entry: Element) -> Paper | Skipped:
    name, title = text_of(entry.find(f"{_ATOM}id")), plain(text_of(entry.find(f"{_ATOM}title")))
    summary = plain(text_of(entry.find(f"{_ATOM}summary")))
    if _ERRORS in name:
        raise SourceError(f"arXiv answers: {summary or title}")
    paper_id = arxiv_id(name)
    if paper_id is None:
        return Skipped(0, f'entry {number}: no arXiv id in "{name[:60]}"')
    if not title:
        return Skipped(0, f"entry {number}: no title for {paper_id}")
    primary = entry.find(f"{_ARXIV}primary_category")
    categories = [each.get("term", "") for each in entry.findall(f"{_ATOM}category")]
    first = [primary.get("term", "")] if primary is not None else []
    return Paper(
        paper_id,
        title,
        summary,
        tuple(filter(None, (names.plain(text_of(each)) for each in entry.findall(f"{_ATOM}author/{_ATOM}name")))),
        tuple(filter(category, dict.fromkeys(first + categories))),  # classes of ACM and MSC are among them
        read_day(text_of(entry.find(f"{_ATOM}published"))),
        next(filter(None, map(doi, text_of(entry.find(f"{_ARXIV}doi")).split())), ""),
    )
