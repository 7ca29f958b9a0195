"""Links to log in are mailed by a thread of their own, so that no answer waits for one and tells that there is one."""

import logging
import queue
import re
import threading
from collections.abc import Callable
from typing import NamedTuple

from recommender.api_group import Group
from recommender.errors import RecommenderError

_MOST_WAITING = 200  # requests; more are dropped, whosever they are
_log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A request for a link."""

    address: str
    browser: str  # the secret of the browser that asked
    back: str  # the page that it wanted


class Postbox:
    """Takes requests for links, and does them one after the other.

    Args:
        open_group: gives the group's door, in the thread that uses it.
    """

    def __init__(self, open_group: Callable[[], Group]) -> None:
        self._open = open_group
        self._waiting: queue.Queue[Asked] = queue.Queue(_MOST_WAITING)
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, asked: Asked) -> None:
        """Take a request; what it leads to is seen nowhere but in the mailbox."""
        try:
            self._waiting.put_nowait(asked)
        except queue.Full:
            _log.warning("links to log in are asked for faster than they can be mailed; some are left out")
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="postbox", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Wait until everything that was asked for is done."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            asked = self._waiting.get()
            try:
                with self._open() as group:
                    group.mail_link(asked.address, asked.browser, asked.back)
            except RecommenderError as error:
                # no address gets into the log, also as a mail server or the account spells it
                _log.error("a link to log in was not mailed: %s", re.sub(r"\S+@\S+", "(an address)", str(error)))
            except Exception:
                _log.exception("a link to log in was not mailed")
            finally:
                self._waiting.task_done()
