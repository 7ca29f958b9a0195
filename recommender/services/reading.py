"""The reading list: what waits to be read, what was opened, and what was liked and never opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from recommender.paper import Paper, Shortlist
from recommender.services import handles, lists, rankings
from recommender.services.reader import Reader
from recommender.services.search import BACKGROUND
from recommender.services.selection import best_first
from recommender.store.reading_list import DONE, LATER, ReadingList

_SOON, _LONG_AGO = timedelta(days=1), timedelta(days=60)
_LONGEST = 200  # papers listed at most


class Reading:
    """A reader's reading list. Each method may raise StoreError, as those of `Recommender`.

    A paper counts as opened by `recommend open`, by the keys `v` and `p` of `recommend triage`, and by the links of
    the pages of `recommend serve` where the browser runs their script. Links in mails and feeds lead straight to
    arXiv, and what is opened by them is not known.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def later(self, *papers: str | int) -> list[Paper]:
        """Put papers on the list; gives those that were not on it. Raises UnknownPaper, and then none of them is."""
        return self._put(papers, LATER)

    def done(self, *papers: str | int) -> list[Paper]:
        """Mark papers as done with, on the list or not; gives those that were not. Raises as `later`."""
        return self._put(papers, DONE)

    def opened_now(self, paper: str | int, by: str) -> Paper:
        """Record that a paper is being opened, and give it. Raises UnknownPaper.

        Args:
            by: "command", "triage" or "page".
        """
        found = handles.one(self._reader, paper)
        with self._reader.storing():
            self._store.open(found, by, self._reader.now)
        return found

    def ids(self) -> frozenset[str]:
        """The ids of the papers of the list."""
        return frozenset(self._store.waiting())

    def waiting(self, *, best: bool = False, size: int = _LONGEST, record: bool = True) -> Shortlist:
        """What waits, the oldest first.

        Args:
            best: the best first.
            size: at most so many papers.
            record: let ranks mean places in this list.
        """
        return self._list(self._store.waiting(), size, best=best, record=record)

    def opened(self, *, size: int = _LONGEST, record: bool = True) -> Shortlist:
        """What was opened, as far as it is known, the newest first."""
        return self._list(self._store.opened(), size, best=False, record=record)

    def unopened(self, *, best: bool = False, size: int = _LONGEST, record: bool = True) -> Shortlist:
        """What was liked and, as far as it is known, never opened, the newest like first; imported likes left out."""
        return self._list(self._store.unopened(), size, best=best, record=record)

    def reminder(self, most: int) -> tuple[Paper, ...]:
        """The newest papers liked and never opened: liked more than a day ago, and less than two months.

        None where not a single opening is known: papers opened by the links of mails are not seen here.

        Args:
            most: of them.
        """
        if not self._store.opened():
            return ()
        now = self._reader.now
        likes = self._store.unopened().items()
        ids = [paper for paper, at in likes if _SOON < now - at < _LONG_AGO][:most]
        papers = self._papers(ids)
        return tuple(papers[paper] for paper in ids if paper in papers)

    @property
    def _store(self) -> ReadingList:
        return ReadingList(self._reader.store)

    def _put(self, names: Sequence[str | int], state: str) -> list[Paper]:
        papers = handles.resolve(self._reader, names, by_id_alone=True)
        return self._store.put(papers, state, self._reader.now)

    def _papers(self, ids: Sequence[str]) -> dict[str, Paper]:
        return lists.papers_of(self._reader, ids)

    def _list(self, moments: Mapping[str, datetime], size: int, *, best: bool, record: bool) -> Shortlist:
        by_id = self._papers(list(moments))
        papers = [by_id[paper] for paper in moments if paper in by_id]
        ranked = papers if best else papers[: max(size, 0)]
        scores = rankings.rank(self._reader, ranked, size, BACKGROUND) if ranked else {}
        ordered = best_first(ranked, scores)[: max(size, 0)] if best else ranked
        answer = lists.Answer(ordered, scores, len(papers))
        return lists.record(self._reader, "reading", answer) if record else lists.unrecorded(self._reader, answer)
