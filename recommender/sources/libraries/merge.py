"""Merges the entries of one work: a library has preprint and published version, and imports overlap."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import combinations

from recommender.ids import arxiv_id
from recommender.paper import Paper
from recommender.results.incoming import LibraryEntry
from recommender.text.works import Work, contradict, together, work_of

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def joined(entries: Iterable[LibraryEntry]) -> list[LibraryEntry]:
    """Merge the entries of each work into one, in the order in which each work first occurs.

    Entries are of one work if they share an id; or a DOI that does not join two arXiv ids; or a title, where all
    entries with it that share an author agree in ids, authors and years. The order of the entries decides nothing. An
    arXiv id is preferred to others, missing fields are taken from the next entry; the earliest date and the newest
    verdict stay.
    """
    entries = list(entries)
    works = [work_of(entry.paper, entry.year) for entry in entries]
    groups = _Groups(len(works))
    for same_id in _alike(entry.paper.id for entry in entries):
        groups.join(same_id)
    for same_doi in _alike(next(iter(work.dois), "") for work in works):
        if len({each for at in same_doi for other in groups.with_(at) for each in works[other].arxiv}) < 2:
            groups.join(same_doi)
    for same_title in _alike(work.title for work in works):
        for of_one_work in _of_one_work(works, groups, same_title):
            groups.join(of_one_work)
    return [_merged([entries[at] for at in group]) for group in groups.all()]


class _Groups:
    """Numbers in groups that are joined (union-find)."""

    def __init__(self, size: int) -> None:
        self._members = {at: [at] for at in range(size)}  # by the first number of each group
        self._first = list(range(size))

    def with_(self, at: int) -> list[int]:
        """All numbers in the group of this one."""
        return self._members[self._first[at]]

    def join(self, numbers: Iterable[int]) -> None:
        """Make one group of the groups of these numbers."""
        firsts = sorted({self._first[at] for at in numbers})
        together = [at for first in firsts for at in self._members.pop(first)]
        self._members[firsts[0]] = together
        for at in together:
            self._first[at] = firsts[0]

    def all(self) -> list[list[int]]:
        """The groups in the order of their first numbers, each in order."""
        return [sorted(self._members[first]) for first in sorted(self._members)]


def _alike(keys: Iterable[str]) -> list[list[int]]:
    """The places of each key that occurs more than once, in the order of the keys; empty ones do not count."""
    places: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        if key:
            places.setdefault(key, []).append(at)
    return [places[key] for key in sorted(places) if len(places[key]) > 1]


def _of_one_work(works: Sequence[Work], groups: _Groups, same_title: Sequence[int]) -> list[list[int]]:
    """The entries of one title in parts that are of one work each; those that fit several works are in no part.

    Entries without authors count as the work of the only authors there are, and as nobody's where there are several.
    """
    described = {group[0]: together([works[at] for at in group]) for group in (groups.with_(at) for at in same_title)}
    by_author: dict[str, list[int]] = {}
    for first, work in described.items():
        for author in work.authors:
            by_author.setdefault(author, []).append(first)
    parts = _Groups(len(works))
    for sharing in by_author.values():
        parts.join(sharing)
    nameless = [first for first, work in described.items() if not work.authors]
    named = {parts.with_(first)[0]: parts.with_(first) for first, work in described.items() if work.authors}
    candidates = [[*part, *nameless] for part in named.values()] if len(named) == 1 else [*named.values(), nameless]
    return [
        part
        for part in candidates
        if len(part) > 1
        and not any(contradict(one, other) for one, other in combinations({described[each] for each in part}, 2))
    ]


def _merged(group: Sequence[LibraryEntry]) -> LibraryEntry:
    if len(group) == 1:
        return group[0]
    ranked = sorted(group, key=lambda entry: _id_rank(entry.paper))
    papers = [entry.paper for entry in ranked]
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
        next((entry.record for entry in ranked if entry.record.get("journal")), ranked[0].record),
        next((entry.note for entry in ranked if entry.note), ""),
    )


def _id_rank(paper: Paper) -> int:
    """0 for an arXiv id, then a DOI, an address, a title, anything else."""
    if arxiv_id(paper.id):
        return 0
    return ("doi:", "http", "titl", paper.id[:4]).index(paper.id[:4]) + 1
