"""What all readers of a night have in common: the library as it stands, and the counted texts of the day."""

import shutil
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from recommender import files, ranking
from recommender.errors import SourceError, StoreError
from recommender.profile import is_mailbox
from recommender.services.history import BACKGROUND
from recommender.services.reader import PATIENCE, Network, Progress, Reader
from recommender.store.home import Home
from recommender.store.library import Encoder
from recommender.store.nights import Night
from recommender.store.still_library import StillLibrary

if TYPE_CHECKING:
    from recommender.ranking.corpus import Corpus
    from recommender.sources.client import Web
    from recommender.store.library import Library

_PREFIX = "night."  # of the folders in cache/ that hold the corpus of a night
_ABANDONED = timedelta(days=2)  # a night has ended by then, or was killed; readers' hours come within a day


class Place(NamedTuple):
    """Where a worker finds what it needs; all of it can be pickled, and is small."""

    home: Home
    night: Night
    corpus: Path  # the folder of the counted texts
    day_papers: Path  # the ids of the day's papers, a line each
    missing: tuple[str, ...]  # sources that could not be asked
    ahead: timedelta  # of the machine's clock: the caller's


class Shared(NamedTuple):
    """What a worker has open for all its readers."""

    library: StillLibrary
    corpus: "Corpus"


class Member(Reader):
    """One reader of a night. The library and the corpus are those of all; other machines were asked before.

    A reader with a mailbox as a source has the library to write to, and asks: nobody else can read that mailbox.

    Args:
        writes: whether the reader has the library to write to, where something of the own is to be saved.
    """

    def __init__(self, place: Place, name: str, progress: Progress, *, writes: bool = False) -> None:
        super().__init__(place.home, name, clock=lambda: datetime.now(UTC) + place.ahead, progress=progress)
        self._place, self._writes = place, writes
        self.corpus = opened(place).corpus

    @cached_property
    def library(self) -> "Library":
        """Every paper read so far."""
        return super().library if self._writes or self._asks else opened(self._place).library

    def network(self, *, patience: timedelta = PATIENCE) -> Network:
        """How to ask other machines: not at all, but for a mailbox."""
        if self._asks:
            return super().network(patience=patience)
        return Network(cast("Web", _Asked()), "", str, self.progress.say)

    @contextmanager
    def storing(self, loss: str = "") -> Iterator[None]:
        """Store what an answer leaves behind; a list that cannot be recorded is none."""
        yield

    @property
    def _asks(self) -> bool:
        return any(map(is_mailbox, self.profile.sources))


class _Asked:
    """A client that asks nobody."""

    def get(self, url: str, *, limit: int = 0, fresh: bool = False, accept: Collection[int] = ()) -> NoReturn:
        """Fail: it was asked before, for all readers."""
        raise SourceError(f"{url} was asked for all readers, and brought nothing")

    def keep(self, *_: Any) -> None:
        """Keep nothing: there is no answer."""


_of_thread = threading.local()  # a connection of SQLite belongs to its thread


def opened(place: Place) -> Shared:
    """What the readers of a night share, opened once in a thread.

    Raises:
        StoreError: the library or the corpus cannot be read.
    """
    before: tuple[Place, Shared] | None = getattr(_of_thread, "opened", None)
    if before and before[0] == place:
        return before[1]
    close()
    made = _open(place)
    _of_thread.opened = place, made
    return made


def close() -> None:
    """Close what this thread has open."""
    if before := getattr(_of_thread, "opened", None):
        del _of_thread.opened
        before[1].library.close()


def _open(place: Place) -> Shared:
    try:
        day_papers = place.day_papers.read_text(encoding="utf-8").split("\n")
        corpus = ranking.map_corpus(place.corpus)
    except (OSError, ValueError) as error:
        raise StoreError(f"the day's counted texts cannot be read: {files.failure(error)}") from error
    encoder = Encoder(ranking.encode, ranking.ENCODING)
    return Shared(StillLibrary(place.home.library_file, encoder, day_papers, place.missing), corpus)


@contextmanager
def counted(everybody: Reader, night: Night, missing: Collection[str]) -> Iterator[Place]:
    """Count the texts of a night, for the workers that run in the block.

    Its papers are those of its day, and the background that a list of that day has.

    Args:
        everybody: has the library and the clock.
        missing: sources that could not be asked.

    Raises:
        StoreError: they cannot be written.
    """
    home, library = everybody.home, everybody.library
    ahead = everybody.now - datetime.now(UTC)
    ids = library.announced_days(night.day, night.day)
    papers = list(library.papers(ids).values())
    background = library.background(night.day, BACKGROUND, ids)
    corpus = ranking.build_corpus([*papers, *background], library.encodings(ids))
    folder = home.root / "cache"
    try:
        files.make_private_folder(folder)
        _remove_abandoned(folder)
        own = Path(mkdtemp(prefix=_PREFIX, dir=folder))
        try:
            corpus.write(own / "corpus")
            (own / "papers").write_text("\n".join(ids), encoding="utf-8")
            yield Place(home, night, own / "corpus", own / "papers", tuple(sorted(missing)), ahead)
        finally:
            close()
            shutil.rmtree(own, ignore_errors=True)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}; the day's texts cannot be kept there") from error


def _remove_abandoned(folder: Path) -> None:
    """Remove what nights that were killed left behind."""
    oldest = time.time() - _ABANDONED.total_seconds()
    for path in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another batch removes it too
            if path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)
