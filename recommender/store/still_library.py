"""A library that stands still: what many readers ask of it in one night is read once."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from recommender.errors import StoreError
from recommender.paper import Digest, Document, Paper
from recommender.store.fetch_log import Fetched
from recommender.store.library import Encoder, Library

_KEPT = 64  # answers, besides papers
_ROUNDED = 1024  # papers; so that the background of many readers is one answer

T = TypeVar("T")


class StandsStill(StoreError):
    """The library takes nothing while it stands still."""


class StillLibrary(Library):
    """The library as it is when it is opened, whatever is written to it meanwhile; it takes nothing.

    Answers that are the same for many readers are kept in memory, and papers as far as they are among `day_papers`.

    Args:
        day_papers: ids of the papers that most readers' lists choose from.
        missing: sources that were asked for the day, and failed.
    """

    def __init__(self, path: Path, encoder: Encoder, day_papers: Collection[str], missing: Collection[str]) -> None:
        super().__init__(path, encoder)
        self._day_papers, self._missing = frozenset(day_papers), frozenset(missing)
        self._answers: dict[tuple[Any, ...], Any] = {}
        with self._worded():
            self._connection.execute("BEGIN")  # one view of the file, until it is closed
            self._connection.execute("SELECT number FROM change").fetchone()

    def transaction(self) -> NoReturn:
        """Refuse to write.

        Raises:
            StandsStill: always.
        """
        raise StandsStill(f"{self.path}: nothing is saved in the library while many readers are ranked")

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The stored papers among these ids, by id."""
        return self._of_day_and_others(ids, self._papers, super().papers)

    def encodings(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The cached terms of these papers, by id."""
        return self._of_day_and_others(ids, self._encodings, super().encodings)

    def announced_days(self, first: date, last: date, categories: Collection[str] = ()) -> dict[str, date]:
        """As `Library.announced_days`."""
        key = "announced_days", first, last, tuple(categories)
        return self._once(key, lambda: super(StillLibrary, self).announced_days(first, last, categories))

    def revised_between(self, after: date | None, day: date, categories: Collection[str] = ()) -> list[Paper]:
        """As `Library.revised_between`."""
        key = "revised_between", after, day, tuple(categories)
        return self._once(key, lambda: super(StillLibrary, self).revised_between(after, day, categories))

    def newest_day(self, categories: Collection[str] = ()) -> date | None:
        """As `Library.newest_day`."""
        return self._once(("newest_day", tuple(categories)), lambda: super(StillLibrary, self).newest_day(categories))

    def has_list(self, category: str, day: date) -> bool:
        """As `Library.has_list`."""
        return self._once(("has_list", category, day), lambda: super(StillLibrary, self).has_list(category, day))

    def fetched(self, source: str, day: date) -> Fetched | None:
        """As `Library.fetched`."""
        return self._once(("fetched", source, day), lambda: super(StillLibrary, self).fetched(source, day))

    def awaits(self, source: str, day: date, now: datetime, whole_at: datetime | None = None) -> bool:
        """Whether to ask a source for a day: all were asked before, so only one that failed is missing."""
        return source in self._missing

    def background(self, day: date, limit: int, without: Collection[str]) -> list[Document]:
        """As `Library.background`."""
        most = limit + -(-len(without) // _ROUNDED) * _ROUNDED  # enough, whichever of them are left out
        newest = self._once(("background", day, most), lambda: super(StillLibrary, self).background(day, most, ()))
        excluded = frozenset(without)
        return [document for document in newest if document.id not in excluded][:limit]

    def has_read(self, fingerprint: str) -> bool:
        """As `Library.has_read`."""
        return self._once(("has_read", fingerprint), lambda: super(StillLibrary, self).has_read(fingerprint))

    def digests(self, fingerprint: str) -> list[Digest]:
        """As `Library.digests`."""
        return self._once(("digests", fingerprint), lambda: super(StillLibrary, self).digests(fingerprint))

    def state(self) -> int:
        """As `Library.state`."""
        return self._once(("state",), super().state)

    @cached_property
    def _papers(self) -> dict[str, Paper]:
        return super().papers(self._day_papers)

    @cached_property
    def _encodings(self) -> dict[str, bytes]:
        return super().encodings(self._day_papers)

    def _of_day_and_others(
        self, ids: Iterable[str], of_day: dict[str, T], read: Callable[[Iterable[str]], dict[str, T]]
    ) -> dict[str, T]:
        ids = set(ids)
        others = ids - self._day_papers
        found = {id_: of_day[id_] for id_ in ids if id_ in of_day}
        return found | read(others) if others else found

    def _once(self, key: tuple[Any, ...], read: Callable[[], T]) -> T:
        """The answer that was given before, or read now. Callers change no answer."""
        answer: T = self._answers.pop(key) if key in self._answers else read()
        self._answers[key] = answer  # the last one: the least recently used is the first
        if len(self._answers) > _KEPT:
            del self._answers[next(iter(self._answers))]
        return answer
