"""Who opens a reader's databases for a request, and how many requests have them open at once."""

from asyncio import Lock, Semaphore
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from recommender.api import Recommender

T = TypeVar("T")
Open = Callable[[], Recommender]
Turn = Lock | Semaphore

_AT_ONCE = 2  # pages that are made at once: more would only take one another's time, and memory


class Pool:
    """A reader's recommenders, each used by one request at a time. Between requests no database is open.

    Ratings come one at a time: they wait here in turn, and not in many threads for the lock of the database. Long work,
    such as a new list that waits for the network, holds up none of them.
    """

    def __init__(self, open_reader: Open) -> None:
        self._open = open_reader
        self._idle: deque[Recommender] = deque()
        self.reading, self.rating, self.long = Semaphore(_AT_ONCE), Lock(), Lock()

    async def use(self, turn: Turn, act: Callable[[Recommender], T]) -> T:
        """Do something with a recommender, in a thread, when it is its turn: one of the three kinds above."""
        async with turn:
            return await run_in_threadpool(self._call, act)

    def _call(self, act: Callable[[Recommender], T]) -> T:
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = self._open()
        try:
            with reader:
                return act(reader)
        finally:
            self._idle.append(reader)
