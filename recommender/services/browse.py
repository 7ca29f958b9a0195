"""Looking at days, papers and ratings: nothing counts as shown by it, and ranks mean what they meant before."""

from collections import Counter
from datetime import date, timedelta

from recommender.paper import Shortlist, Verdict
from recommender.results.ratings import Command, DayList, DayState
from recommender.services import best, lists, search
from recommender.services.reader import Reader

WEEKS = 8  # days that a calendar shows


class Browse:
    """What a reader can look at again and again. Each method may raise StoreError, as those of `Recommender`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def day(self, day: date | None = None) -> DayList | None:
        """The list of a day as it was recorded; None if there is none.

        Args:
            day: None: the newest day with a list.
        """
        found = lists.of_day(self._reader, day)
        return DayList(found[1], found[0], self.verdicts()) if found else None

    def days(self, weeks: int = WEEKS) -> list[DayState]:
        """The days of the last weeks with papers or a list, newest first."""
        reader, verdicts = self._reader, self.verdicts()
        first = reader.today - timedelta(weeks=weeks)
        # arXiv announces by the clock of New York, where it may be another day
        last = reader.today + timedelta(days=1)
        announced = Counter(reader.library.announced_days(first, last, reader.profile.categories).values())
        shown = {each.day: [item.paper_id for item in each.items] for each in reader.store.lists(7 * weeks)}
        days = sorted({*announced, *(day for day in shown if day >= first)}, reverse=True)
        return [
            DayState(day, announced[day], len(ids := shown.get(day, [])), sum(paper in verdicts for paper in ids))
            for day in days
        ]

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
        found = self._reader.store.last_command()
        if found is None:
            return None
        number, name, ids = found
        papers = self._reader.store.papers(ids)
        return Command(number, name, tuple(papers[paper] for paper in dict.fromkeys(ids) if paper in papers))
