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

AT_ONCE = 2  # pages that are made at once: more would only take one another's time, and memory


class Pool:
    """A reader's recommenders, each used by one request at a time. Between requests no database is open.

    Ratings come one at a time: they wait here in turn, and not in many threads for the lock of the database. Long work,
    such as a new list that waits for the network, holds up none of them.

    Args:
        open_reader: gives a recommender of the reader, in the thread that serves a request.
        reading, long: the turns of pages and of long work; None: this pool has its own.
    """

    def __init__(self, open_reader: Open, reading: Semaphore | None = None, long: Semaphore | None = None) -> None:
        self._open = open_reader
        self._idle: deque[Recommender] = deque()
        self.reading, self.long = reading or Semaphore(AT_ONCE), long or Semaphore(1)
        self.rating = Lock()

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
