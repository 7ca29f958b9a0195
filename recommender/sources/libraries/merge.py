"""Merges the entries of one paper: a library has preprint and published version, and imports overlap."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from recommender.ids import arxiv_id, plain_title
from recommender.paper import Paper
from recommender.results.incoming import LibraryEntry

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def joined(entries: Iterable[LibraryEntry]) -> list[LibraryEntry]:
    """Merge the entries of each paper into one, in the order in which each paper first occurs.

    Entries are of one paper if they share an id, a DOI or a title; but a title alone does not join different arXiv
    ids or different DOIs, for many papers are called "Introduction". An arXiv id is preferred to others, missing
    fields are taken from the next entry; the earliest date and the newest verdict stay.
    """
    groups: list[list[LibraryEntry]] = []
    by_title: dict[str, list[LibraryEntry]] = {}
    for group in _by_identity(list(entries)):
        titles = {plain_title(entry.paper.title): None for entry in group if entry.paper.title}
        same = next((by_title[title] for title in titles if title in by_title), None)
        if same is not None and _can_be_one([*same, *group]):
            same += group
            continue
        groups.append(group)
        for title in titles:
            by_title.setdefault(title, group)
    return [_merged(group) for group in groups]


def _by_identity(entries: Sequence[LibraryEntry]) -> list[list[LibraryEntry]]:
    """The entries in groups that share an id or a DOI, directly or by way of others (union-find)."""
    first = list(range(len(entries)))  # for each entry an earlier one of its group, or itself

    def first_of(at: int) -> int:
        while first[at] != at:
            first[at] = first[first[at]]
            at = first[at]
        return at

    seen: dict[str, int] = {}
    for at, entry in enumerate(entries):
        for key in (entry.paper.id, f"doi:{entry.paper.doi}"):
            if key != "doi:":
                one, other = sorted((first_of(at), first_of(seen.setdefault(key, at))))
                first[other] = one
    groups: dict[int, list[LibraryEntry]] = {}
    for at, entry in enumerate(entries):
        groups.setdefault(first_of(at), []).append(entry)
    return list(groups.values())


def _can_be_one(group: Iterable[LibraryEntry]) -> bool:
    papers = [entry.paper for entry in group]
    dois = {paper.doi for paper in papers if paper.doi}
    return len(dois) < 2 and len({paper.id for paper in papers if arxiv_id(paper.id)}) < 2


def _merged(group: Sequence[LibraryEntry]) -> LibraryEntry:
    if len(group) == 1:
        return group[0]
    papers = sorted((entry.paper for entry in group), key=_id_rank)
    rated = [entry for entry in group if entry.verdict]
    paper = Paper(
        papers[0].id,
        next((paper.title for paper in papers if paper.title), ""),
        next((paper.abstract for paper in papers if paper.abstract), ""),
        next((paper.authors for paper in papers if paper.authors), ()),
        next((paper.categories for paper in papers if paper.categories), ()),
        next((paper.submitted for paper in papers if paper.submitted), None),
        next((paper.doi for paper in papers if paper.doi), ""),
    )
    return LibraryEntry(
        paper,
        min((entry.added_at for entry in group if entry.added_at), default=None),
        max(rated, key=lambda entry: entry.added_at or _LONG_AGO).verdict if rated else None,
    )


def _id_rank(paper: Paper) -> int:
    """0 for an arXiv id, then a DOI, an address, a title, anything else."""
    if arxiv_id(paper.id):
        return 0
    return ("doi:", "http", "titl", paper.id[:4]).index(paper.id[:4]) + 1
