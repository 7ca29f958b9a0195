"""Two computations at the same time."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

_threads = True  # whether a second thread helps


def single_threaded() -> None:
    """Call one after the other from now on: where each core has a process of its own, threads only wait."""
    global _threads
    _threads = False


def both(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """Call both at the same time and return both results; `one` runs in a thread.

    An exception of either is raised here, after the other has ended. Worth it for numpy work, which releases the
    interpreter's lock. `concurrent.futures` would do, but it imports logging, which costs half of what is gained.
    """
    if not _threads:
        return one(), other()
    results: list[A] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(one())
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=work)
    thread.start()
    try:
        result = other()
    finally:
        thread.join()
    if errors:
        raise errors[0]
    return results[0], result
