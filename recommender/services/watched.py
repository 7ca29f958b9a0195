"""Library files that are imported again by themselves, whenever they have changed."""

import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from recommender.errors import SourceError
from recommender.files import open_regular
from recommender.profile import is_remote
from recommender.results.incoming import ImportReport
from recommender.services import exchange
from recommender.services.reader import Reader

_CACHE = "watched"
_CALM = 2.0  # seconds without a change: a file that changed later than that may be half written
_PATIENCE = 10.0  # seconds to wait for a file to be written
_PAUSE = 0.2


def import_changed(reader: Reader) -> Iterator[tuple[str, ImportReport | SourceError]]:
    """Import each watched file that has changed since; gives what came of each, or why it could not be read.

    A file that is being written is waited for, and left to the next time where that takes long. What a file no longer
    has stays liked.
    """
    marks = _marks(reader)
    for place in reader.profile.watch:
        try:
            mark = "" if is_remote(place) else _mark(Path(place))
            if mark and marks.get(place) == mark:
                continue
            report = exchange.import_new(reader, exchange.read(reader, place))
            if not is_remote(place) and _mark(Path(place)) != mark:
                raise SourceError(f"{place} was changed while it was read; the next run reads it again")
        except SourceError as error:
            yield place, error
            continue
        marks[place] = mark
        yield place, report
    reader.home.keep_cached(reader.name, _CACHE, json.dumps(marks).encode())


def _marks(reader: Reader) -> dict[str, str]:
    """The fingerprint of each file when it was imported last; one without is imported again, and adds nothing."""
    try:
        marks = json.loads(reader.home.cached(reader.name, _CACHE))
        return {str(place): str(mark) for place, mark in marks.items()}
    except (ValueError, AttributeError):
        return {}


def _mark(path: Path) -> str:
    """The fingerprint of a file that nobody is writing.

    Raises:
        SourceError: it cannot be read, or is being written.
    """
    deadline = time.monotonic() + _PATIENCE
    try:
        while True:
            before = path.stat()
            if abs(time.time() - before.st_mtime) >= _CALM:
                with open(path, "rb", opener=open_regular) as file:
                    content = file.read()
                after = path.stat()
                if (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns):
                    return sha256(content).hexdigest()
            if time.monotonic() > deadline:
                raise SourceError(f"{path} is being written all the time; the next run reads it")
            time.sleep(_PAUSE)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}; it is watched, see `watch` in the settings") from error
