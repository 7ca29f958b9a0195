"""Two pieces of work at the same time."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def both(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """What both return; `one` works in a thread of its own. What one of them raises is raised here.

    For work that is mostly compiled: products of matrices release the interpreter's lock. `concurrent.futures` would
    do as well, but takes half as long to import as is won (it brings logging).
    """
    returned: list[A] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            returned.append(one())
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=work)
    thread.start()
    try:
        result = other()
    finally:
        thread.join()
    if raised:
        raise raised[0]
    return returned[0], result
