"""Joins descriptions of one work, whatever their order."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from recommender.ids import arxiv_id
from recommender.paper import Paper
from recommender.text.works import Work, doi_of, fitting, title_key

Item = TypeVar("Item")
_Key = TypeVar("_Key", str, tuple[str, int])


def joined(
    items: Iterable[Item],
    paper_of: Callable[[Item], Paper],
    work_of: Callable[[Item], Work],
    merge: Callable[[Sequence[Item]], Item],
) -> list[Item]:
    """Merge the items of each work into one, in the order in which each work first occurs.

    Items are of one work if they share an id; or a DOI that does not join two arXiv ids; or a title, where the same
    works contradict them. So an item that fits two works which contradict each other is joined with neither. The
    order of the items decides nothing, and joining the result again changes nothing.

    Args:
        merge: of two or more items; their order must not count.
    """
    items = list(items)
    while True:
        papers = [paper_of(item) for item in items]
        parts = _of_one_id(papers)
        works = [merge([items[at] for at in part]) if len(part) > 1 else items[part[0]] for part in parts]
        titles = [{key for at in part if (key := title_key(papers[at].title))} for part in parts]
        groups = _of_one_title(works, titles, work_of, merge)
        if len(groups) == len(items):
            return items
        # what is merged tells less than its parts, so that one more round may join more
        items = [merge([works[at] for at in group]) if len(group) > 1 else works[group[0]] for group in groups]


def _of_one_id(papers: Sequence[Paper]) -> list[list[int]]:
    """The places of papers that share an id, or a DOI."""
    parts = _Groups(len(papers))
    for same_id in _alike((paper.id, at) for at, paper in enumerate(papers)):
        parts.join(same_id)
    for same_doi in _alike((doi, at) for at, paper in enumerate(papers) if (doi := doi_of(paper))):
        if len({arxiv_id(papers[other].id) for at in same_doi for other in parts.with_(at)} - {None}) < 2:
            parts.join(same_doi)
    return parts.all()


def _of_one_title(
    items: Sequence[Item],
    titles: Sequence[set[str]],  # of each item
    work_of: Callable[[Item], Work],
    merge: Callable[[Sequence[Item]], Item],
) -> list[list[int]]:
    """The places of items that share a title and fit the same works."""
    near, parts = _Groups(len(items)), _Groups(len(items))
    for same_title in _alike((title, at) for at, each in enumerate(titles) for title in each):
        near.join(same_title)  # also by a work with two titles, since what fits it must fit all of them
    for places in near.all():
        if len(places) > 1:
            works = [work_of(items[at]) for at in places]
            fits = fitting(works)
            same = _Groups(len(places))
            for alike in _alike(((title, fit), n) for n, fit in enumerate(fits) for title in titles[places[n]]):
                same.join(alike)
            groups = [group for group in same.all() if len(group) > 1]
            # the fields of several may fit a work that each of the several contradicts
            merged = [work_of(merge([items[places[n]] for n in group])) for group in groups]
            for group, fit in zip(groups, fitting([*works, *merged])[len(works) :], strict=True):
                if fit % (1 << len(works)) == fits[group[0]]:
                    parts.join(places[n] for n in group)
    return parts.all()


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


def _alike(places: Iterable[tuple[_Key, int]]) -> list[list[int]]:
    """The places of each key that occurs more than once, in the order of the keys."""
    by_key: dict[_Key, list[int]] = {}
    for key, at in places:
        by_key.setdefault(key, []).append(at)
    return [by_key[key] for key in sorted(by_key) if len(by_key[key]) > 1]
