"""One reader's profile, stores, network, clock and progress: opened at first use, closed together."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from recommender import ranking
from recommender.errors import StoreError
from recommender.paper import Giver
from recommender.profile import Profile
from recommender.store.home import Home

if TYPE_CHECKING:
    from recommender.ranking.corpus import Corpus
    from recommender.sources.client import Web
    from recommender.store.blocks import Blocks
    from recommender.store.http_cache import HttpCache
    from recommender.store.library import Library
    from recommender.store.outbox import Outbox
    from recommender.store.profile_store import ProfileStore

PATIENCE = timedelta(seconds=30)  # a person waits no longer for a server that asks for a pause
NIGHTLY_PATIENCE = timedelta(minutes=10)  # nobody waits for a nightly run

T = TypeVar("T")


class Progress:
    """Is told about long work. This one shows nothing; a face passes its own.

    Only warnings are never dropped: here they go to the logger "recommender".
    """

    def steps(self, items: Sequence[T], label: str, least: int = 10) -> Iterator[T]:
        """Yield the items one by one; a face may draw a bar where there are at least `least` of them."""
        yield from items

    def busy(self, label: str) -> AbstractContextManager[None]:
        """Mark work of unknown length."""
        return nullcontext()

    @contextmanager
    def counter(self, label: str) -> Iterator[Callable[[int, int | None], None]]:
        """Mark work whose length is learned on the way; call the result with the steps done and their total."""
        yield lambda done, total: None

    def say(self, text: str) -> None:
        """Say what is being done, to a person who waits."""

    def warn(self, text: str) -> None:
        """Say what went wrong without stopping the work."""
        import logging  # noqa: PLC0415 - slow to import, and every face has its own way to warn

        logging.getLogger("recommender").warning(text)


class Network(NamedTuple):
    """What is needed to ask other machines."""

    client: "Web"
    mirror: str  # an address that stands in for arXiv's; empty: arXiv itself
    password: Callable[[], str]  # for a mailbox
    say: Callable[[str], None]  # shows a line to a person who waits


class Reader:
    """One reader: what a service needs to know and to reach, each part opened when it is first used.

    Args:
        home: the folder that holds everything.
        name: the profile's name; None: $RECOMMEND_PROFILE, else the only profile of the home.
        clock: gives the time now, aware.
        progress: is told about long work.
        giver: who rates by it.
    """

    corpus: "Corpus | None" = None  # texts that are counted for many readers; None: a ranking counts its own

    def __init__(
        self,
        home: Home,
        name: str | None = None,
        *,
        clock: Callable[[], datetime],
        progress: Progress | None = None,
        giver: Giver = Giver.READER,
    ) -> None:
        self.home = home
        self.giver = giver
        self.wanted = name
        self.progress = progress or Progress()
        self._clock = clock
        self._open = ExitStack()
        if home.close_to_others():
            self.progress.warn(f"Others could read {home.root}; now only you can.")

    def close(self) -> None:
        """Close every store that was opened; what is used after that is opened, or read, again."""
        self._open.close()
        self._forget("name", "profile", "library", "blocks", "store", "outbox", "_http_cache")

    @property
    def now(self) -> datetime:
        """The time by the reader's clock, aware."""
        return self._clock()

    @property
    def today(self) -> date:
        """The date where the reader is."""
        return self.now.astimezone().date()

    @cached_property
    def name(self) -> str:
        """The profile's name.

        Raises:
            ProfileError: there is no such profile, or it is not clear which one is meant.
        """
        return self.home.choose(self.wanted_name)

    @property
    def wanted_name(self) -> str | None:
        """The profile that was asked for, whether it exists or not; None: none was."""
        return self.wanted or os.environ.get("RECOMMEND_PROFILE") or None

    @property
    def asked_for(self) -> str:
        """The profile's name as it was asked for; whether there is one is not looked up."""
        return self.wanted or self.name

    @cached_property
    def profile(self) -> Profile:
        """The reader's settings."""
        return self.home.profile(self.name)

    @property
    def is_new(self) -> bool:
        """Whether there is no profile here yet, and none was asked for."""
        return self.wanted_name is None and not self.home.own_names()

    @property
    def in_group(self) -> bool:
        """Whether others read in this home who must not see what this reader is interested in."""
        return self.home.group_settings_file.exists()

    def reload(self) -> None:
        """Read the settings again at their next use: they were just changed."""
        self._forget("profile")

    def take_name(self, name: str) -> None:
        """Use another profile from now on."""
        self.close()
        self.wanted = name

    @contextmanager
    def storing(self, loss: str = "") -> Iterator[None]:
        """Store what an answer leaves behind. On a disk that takes nothing, go on: the answer is right all the same.

        Args:
            loss: what the reader has to know then; empty: nothing but time is lost.
        """
        try:
            yield
        except StoreError as error:
            if not error.unwritable:
                raise
            if loss:
                self.progress.warn(f"{error}. {loss}")

    def _forget(self, *parts: str) -> None:
        """Make these parts anew at their next use."""
        for part in parts:
            self.__dict__.pop(part, None)

    @cached_property
    def library(self) -> "Library":
        """Every paper read so far, shared by all profiles of the home."""
        from recommender.store.library import Encoder  # noqa: PLC0415 - `undo` and `history` need no library

        return self._open.enter_context(self.home.library(Encoder(ranking.encode, ranking.ENCODING)))

    @cached_property
    def blocks(self) -> "Blocks":
        """The library's papers in packed blocks, for work that looks at all of them."""
        from recommender.store.blocks import Blocks, Packer  # noqa: PLC0415 - only `best` needs it

        return Blocks(self.library, Packer(ranking.pack, ranking.PACKING))

    @cached_property
    def store(self) -> "ProfileStore":
        """The reader's verdicts and lists."""
        return self._open.enter_context(self.home.profile_store(self.name))

    @cached_property
    def outbox(self) -> "Outbox":
        """The reader's mails, in the same file and connection as the verdicts."""
        from recommender.store.outbox import Outbox  # noqa: PLC0415 - only mail needs it

        return Outbox(self.store)

    @cached_property
    def _http_cache(self) -> "HttpCache":
        return self._open.enter_context(self.home.http_cache(self.progress.warn))

    def network(self, *, patience: timedelta = PATIENCE) -> Network:
        """How to ask other machines.

        Args:
            patience: the longest wait for a server that asks for a pause.
        """
        from recommender.sources.client import Web  # noqa: PLC0415 - slow to import; quick commands ask nobody

        client = Web(
            self._http_cache,
            self.profile.contact,
            lambda: datetime.now(UTC),  # not the reader's clock: turns are taken across processes, by real time
            time.sleep,
            self.progress.warn,
            patience=patience,
        )
        mirror = os.environ.get("RECOMMEND_ARXIV", "").rstrip("/")
        return Network(client, mirror, lambda: self.home.password(self.name, "imap"), self.progress.say)
