"""Looking at days, papers and ratings: nothing counts as shown by it, and ranks mean what they meant before."""

import sys
from collections import Counter
from collections.abc import Mapping, Set
from datetime import date, datetime

from recommender.paper import Note, Score, Shortlist, Verdict
from recommender.results.ratings import Command, DayList, ListCounts
from recommender.services import best, lists, search, selection, today
from recommender.services.reader import Reader
from recommender.services.requests import Request

_ALL = slice(0, sys.maxsize)


class Browse:
    """What a reader can look at again and again. Each method may raise StoreError, as those of `Recommender`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def day(self, day: date | None = None, places: slice = _ALL) -> DayList | None:
        """The list of a day as it was recorded; None if there is none.

        Args:
            day: None: the newest day with a list.
            places: of the papers that its shortlist shall have, from 0: a list may have thousands.
        """
        found = lists.of_day(self._reader, day, places)
        if found is None:
            return None
        made_at, shortlist, listed = found
        verdicts = self.verdicts()
        return DayList(shortlist, listed, made_at, verdicts, self._counts(shortlist.day, set(listed), verdicts))

    def nothing(self, day: date | None = None) -> tuple[datetime, tuple[Note, ...]] | None:
        """When the last attempt to list papers found none, and why; None if it found some.

        Args:
            day: the attempt to list this day; None: any day.
        """
        last = self._reader.store.last_list(*lists.DAILY, day=day)
        return (last.made_at, last.notes) if last and not last.items else None

    def _counts(self, day: date, listed: Set[str], verdicts: Mapping[str, Verdict]) -> ListCounts | None:
        """Where the papers are that were ranked for a list; None if another day was ranked since."""
        store = self._reader.store
        scores = store.last_scores()
        if not listed or not listed <= scores.keys():
            return None
        earlier = store.shown_on_other_days(day)
        threshold = self._reader.profile.min_match

        def place(paper: str, score: Score) -> str:
            if paper in verdicts:
                return "rated"
            if paper in earlier:
                return "earlier"
            if selection.is_muted(score):
                return "muted"
            return "further" if selection.matches(score, threshold) else "under"

        places = Counter(place(paper, score) for paper, score in scores.items() if paper not in listed)
        return ListCounts(len(listed), *(places[name] for name in ListCounts._fields[1:]))

    def today(self, day: date | None = None, *, offline: bool = False) -> Shortlist:
        """As `Recommender.today` of the profile's own sources: new papers are fetched, and none counts as shown."""
        return today.look(self._reader, Request(day=day, offline=offline))

    def search(self, words: str, size: int = 20) -> Shortlist:
        """As `Recommender.search`."""
        return lists.unrecorded(self._reader, search.search(self._reader, words, size))

    def similar(self, handle: str | int, size: int = 10) -> Shortlist:
        """As `Recommender.similar`. Raises UnknownPaper."""
        return lists.unrecorded(self._reader, search.similar(self._reader, handle, size))

    def best(self, size: int = 20) -> Shortlist:
        """As `Recommender.best`."""
        return lists.unrecorded(self._reader, best.best(self._reader, size))

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each rated paper, by id."""
        return self._reader.store.verdicts()

    def last_command(self) -> Command | None:
        """What `undo` would take back; None if nothing is left."""
        return self._reader.store.last_command()
