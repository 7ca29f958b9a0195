"""What one work is: when two descriptions are of the same paper.

Ids decide: one arXiv id or one DOI is one work, two are two. A title alone joins only what nothing else tells apart:
"Introduction" and "Editorial" are the titles of thousands of works.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any, NamedTuple

from recommender.ids import arxiv_id, paper_id, plain_title, work_doi
from recommender.paper import Paper, completed
from recommender.text import persons

_YEARS_APART = 5  # a preprint may wait as long for its journal; an "Annual report" comes every year
# B^+ is not B^-, C++ is not C, and A^* is not A. A hyphen tells no titles apart, a minus does.
_SIGNS = re.compile(r"[+*#∞−⁺⁻]|(?<=\^)-|(?<=\^\{)[*+]?-")


class Work(NamedTuple):
    """What a description tells of its work."""

    title: str  # as from `title_key`
    arxiv: frozenset[str] = frozenset()
    dois: frozenset[str] = frozenset()  # without versions
    authors: frozenset[str] = frozenset()  # family names, and names in full whatever their order
    texts: frozenset[str] = frozenset()  # abstracts, where no author tells works of one title apart
    years: frozenset[int] = frozenset()


def work_of(paper: Paper, year: int | None = None) -> Work:
    """What a paper tells of its work.

    Args:
        year: of its publication, where `paper.submitted` does not tell it.
    """
    arxiv = arxiv_id(paper.id)
    doi = doi_of(paper)
    year = paper.submitted.year if paper.submitted else year
    return Work(
        title_key(paper.title),
        frozenset([arxiv] if arxiv else ()),
        frozenset([doi] if doi else ()),
        _authors_of(paper.authors),
        frozenset([plain_title(paper.abstract)] if paper.abstract and not paper.authors else ()),
        frozenset([year] if year else ()),
    )


def doi_of(paper: Paper) -> str:
    """The DOI of a paper's work, without version; empty if it has none."""
    return work_doi(paper.doi or (paper.id.removeprefix("doi:") if paper.id.startswith("doi:") else ""))


def contradict(one: Work, other: Work) -> bool:
    """Whether two descriptions cannot be of one work, whatever their titles are; symmetric."""
    return any(mine and yours and mine.isdisjoint(yours) for mine, yours in zip(one[1:5], other[1:5], strict=True)) or (
        bool(one.years and other.years)
        and min(abs(mine - yours) for mine in one.years for yours in other.years) > _YEARS_APART
    )


def fitting(works: Sequence[Work]) -> list[int]:
    """For each work those that it does not `contradict`, itself included, as the set bits of a number.

    Asks each value for its works instead of comparing each work with each: a title may be that of thousands.
    """
    everyone = (1 << len(works)) - 1
    fits = [everyone] * len(works)
    for field in ("arxiv", "dois", "authors", "texts", "years"):
        values: list[frozenset[str] | frozenset[int]] = [getattr(work, field) for work in works]
        having: dict[str | int, int] = {}
        for at, own in enumerate(values):
            for value in own:
                having[value] = having.get(value, 0) | 1 << at
        silent = everyone & ~reduce(or_, having.values(), 0)
        for at, own in enumerate(values):
            if own:
                fits[at] &= reduce(or_, (having.get(value, 0) for value in _agreeing(own)), silent)
    return fits


def rank(paper: Paper) -> tuple[Any, ...]:
    """A sort key for descriptions of one work, best first.

    The kind of id counts most (arXiv's, a DOI, an address, a title), then that there are authors and an abstract. The
    rest only makes the order always the same.
    """
    kinds = ("doi:", "http", "titl", paper.id[:4])
    kind = 0 if arxiv_id(paper.id) else kinds.index(paper.id[:4]) + 1
    return (kind, not paper.authors, not paper.abstract, *map(str, paper))


def merged(papers: Iterable[Paper]) -> Paper:
    """The best description of a work, its empty fields filled from the next; the order of the papers does not count."""
    return reduce(completed, sorted(papers, key=rank))


def title_id(title: str, authors: Sequence[str], year: int | None) -> str:
    """The id of a paper that has nothing better than its title; works of one title have other authors or years."""
    family = persons.parse(authors[0]).family if authors else ""
    signs = "".join(_SIGNS.findall(title)) or ("" if title_key(title) else unicodedata.normalize("NFKC", title))
    return paper_id(title=title, told_apart_by=" ".join(filter(None, (family, str(year or ""), signs))))


def title_key(title: str) -> str:
    """Letters, digits and those signs of a title that tell works apart; empty for a title without any letter."""
    if not any(map(str.isalpha, title)):
        return ""
    if not _SIGNS.search(title):
        return plain_title(title)
    pieces: list[str] = []
    at = 0
    for sign in _SIGNS.finditer(title):
        pieces += (plain_title(title[at : sign.start()]), unicodedata.normalize("NFKC", sign[0]).replace("−", "-"))
        at = sign.end()
    return "".join(pieces) + plain_title(title[at:])


class Works:
    """Papers by what identifies their works."""

    def __init__(self, papers: Iterable[Paper] = ()) -> None:
        self._by_id: dict[str, Paper] = {}
        self._by_doi: dict[str, list[tuple[Work, Paper]]] = {}
        self._by_title: dict[str, list[tuple[Work, Paper]]] = {}
        for paper in papers:
            self.add(paper)

    def add(self, paper: Paper) -> None:
        """Add one more description of a work, known already or not."""
        work = work_of(paper)
        self._by_id.setdefault(paper.id, paper)
        for doi in work.dois:
            self._by_doi.setdefault(doi, []).append((work, paper))
        if work.title:
            self._by_title.setdefault(work.title, []).append((work, paper))

    def same(self, paper: Paper, year: int | None = None) -> Paper | None:
        """The paper here that is the same work: with its id, else its DOI, else its title where nothing contradicts.

        None also where the title fits several works, and authors, years and ids do not tell which. The order of the
        papers decides nothing.

        Args:
            year: as for `work_of`.
        """
        if paper.id in self._by_id:
            return self._by_id[paper.id]
        work = work_of(paper, year)
        of_doi = [each for doi in work.dois for each in self._by_doi.get(doi, ())]
        # two papers of arXiv may name one DOI, as part I and part II
        if of_doi and len(work.arxiv.union(*(other.arxiv for other, _ in of_doi))) < 2:
            return min((known for _, known in of_doi), key=rank)
        candidates = [
            (other, known) for other, known in self._by_title.get(work.title, ()) if not contradict(work, other)
        ]
        if any(contradict(one, other) for one, other in combinations({other for other, _ in candidates}, 2)):
            return None
        return min((known for _, known in candidates), key=rank, default=None)


def alike(papers: Iterable[Paper], others: Iterable[Paper]) -> list[Paper]:
    """Those of `papers` that have the id, the DOI or the letters of the title of one of the others.

    Much faster than comparing works, which takes all authors' names apart.
    """
    keys = {key for paper in others for key in _keys(paper)}
    return [paper for paper in papers if not keys.isdisjoint(_keys(paper))]


def _keys(paper: Paper) -> set[str]:
    doi = {paper_id(doi=paper.doi)} if paper.doi else set()
    return {paper.id, plain_title(paper.title) or paper.id} | doi


def _agreeing(values: Iterable[str | int]) -> Iterable[str | int]:
    """The values that agree with one of these: itself, and the years around a year."""
    return (
        other
        for value in values
        for other in (range(value - _YEARS_APART, value + _YEARS_APART + 1) if isinstance(value, int) else (value,))
    )


def _authors_of(authors: Iterable[str]) -> frozenset[str]:
    return frozenset(key for author in authors for key in persons.family_keys(author))
