"""Finds the files of digests and loads their bytes."""

import gzip
import io
import os
import zlib
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath
from typing import BinaryIO

from recommender.errors import SourceError
from recommender.files import open_regular
from recommender.sources import FORMATS, Format, day_in_path, format_of, maildir
from recommender.text.encoding import decode
from recommender.text.lines import one_line

LIMIT = 200 * 2**20  # bytes of one unpacked digest; a busy day of all arXiv has 2 MB

_ENDINGS = tuple(".md .markdown .txt .eml .mbox .mail .xml .atom .rss .html .htm .jsonl .json".split())
_HEAD = 64 * 1024  # bytes looked at to find the day
_ENTRIES = 200_000  # files and folders below a folder: a whole disk is no folder of digests
_CHUNK = 2**20
_LATE = timedelta(days=14)  # a file that changes later is no late part of its day
_AROUND = timedelta(days=4)  # a list of Monday may have been saved on Friday, or after a holiday
_GZIP = b"\x1f\x8b"


def find(place: Path, day: date | None, since: date | None = None, changed_since: datetime | None = None) -> list[Path]:
    """Find the digests to read, oldest first: `place` itself if it is a file, else files in that folder.

    Where names of files or folders have dates, only names count and no file is opened; else the contents do. A
    file without a day or with many (a feed of a journal, an mbox) and all mails of a Maildir are always given.
    Hidden files and linked folders are left out.

    Args:
        day: the day wanted; None for the newest one there. Where no name has it, files of the days around it are
            given: some are named after the day they were saved, not after that of the announcement.
        since: without `day`, each later day is wanted.
        changed_since: files of the weeks before `since` that changed after this moment are wanted too.

    Returns:
        The files; none if there is no file of those days.

    Raises:
        SourceError: `place` is missing, cannot be read, or is a folder without any digest or with far too much in it.
    """
    try:
        if not place.exists():
            raise SourceError(f"{name_of(place)}: no such file or folder; name a digest or a folder with digests")
        if not place.is_dir():
            return [place]
        if maildir.is_maildir(place):
            return maildir.files(place)
        days = _days(place)
    except ValueError as error:
        raise SourceError(
            f"{name_of(place)}: no name of a file or folder; name a digest or a folder with digests"
        ) from error
    except OSError as error:
        raise SourceError(f"{name_of(Path(error.filename or place))}: {_system_message(error)}") from error
    if not days:
        raise SourceError(
            f"{name_of(place)}: no digest in this folder; expected are files with a day in their path like "
            '2020-05-13.cs.CV.md or 2020-05-13/cs.CV.md, or a header like "# ArXiv cs.CV --Wed, 13 May 2020"; '
            f"also {FORMATS}, ending with {' '.join(_ENDINGS)}, and each with .gz"
        )
    newest = max(filter(None, days.values()), default=None)

    def is_wanted(file_day: date | None) -> bool:
        if file_day is None:
            return True
        return file_day == day if day else file_day > since if since else file_day == newest

    def is_late(path: Path, file_day: date | None) -> bool:
        if not (since and changed_since and file_day) or day or since - file_day > _LATE:
            return False
        try:
            state = path.stat()  # a copy keeps the time of the last change, but not that of its own making
        except OSError:  # reading it says why
            return True
        return max(state.st_mtime, state.st_ctime) > changed_since.timestamp()

    found = [path for path in days if is_wanted(days[path]) or is_late(path, days[path])]
    if day and not any(days[path] for path in found):
        found += [path for path, file_day in days.items() if file_day and abs(file_day - day) <= _AROUND]
    return sorted(found, key=lambda path: (days[path] or date.min, path))


def load(place: Path | BinaryIO, *, pipes: bool = False) -> bytes:
    """Load a file or a stream, unpacked if it is gzip, whatever its name.

    Args:
        pipes: whether the path may be that of a pipe or a device: somebody who names one on the command line waits.

    Raises:
        SourceError: it cannot be read or unpacked, or has more than LIMIT bytes.
    """
    data = _read(place, LIMIT + 1, pipes=pipes)
    if len(data) > LIMIT:
        raise SourceError(f"{name_of(place)}: more than {LIMIT // 2**20} MB when unpacked; a digest is far smaller")
    return data


def name_of(place: Path | BinaryIO) -> str:
    """The name of a place in messages."""
    return one_line(str(place)) if isinstance(place, Path) else "standard input"


def _days(folder: Path) -> dict[Path, date | None]:
    """Each digest of a folder with its day, by the names or, if no name has a day, by the contents.

    What cannot be read has no day; reading it says why, and stops no other file.
    """
    files, unreadable = _files(folder)
    named: dict[Path, date | None] = {path: day for path in files if (day := day_in_path(path.relative_to(folder)))}
    if named:
        return {**named, **dict.fromkeys(unreadable)}
    from recommender.sources.formats import markdown  # noqa: PLC0415 - slow to import, and most names have a day

    days: dict[Path, date | None] = dict.fromkeys(unreadable)
    for path in files:
        try:
            head = _read(path, _HEAD)
        except SourceError:
            days[path] = None
            continue
        if recognised := format_of(head):
            if recognised is markdown:
                stated = markdown.read_days(decode(head))
                days[path] = max(stated) if len(stated) == 1 else None
            else:
                days[path] = _day_within(head, recognised)
    return days


def _day_within(head: bytes, recognised: Format) -> date | None:
    """The day that the first bytes of a file name; None if they name none, may name many, or cannot be read.

    What cannot be read is reported when the file is parsed.
    """
    if head.startswith(b"From "):  # an mbox
        return None
    try:
        return max((digest.date for digest in recognised.read_digests(head) if digest.date), default=None)
    except SourceError:
        return None


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """All files below a folder with the ending of a digest, and the folders below it that cannot be read.

    Raises:
        OSError: there is no such file, and a folder cannot be read.
        SourceError: there are more than _ENTRIES files and folders.
    """
    files: list[Path] = []
    errors: list[OSError] = []  # os.walk would silently leave out what it may not read
    entries = 0
    for root, folders, names in os.walk(folder, onerror=errors.append):
        entries += len(folders) + len(names)
        if entries > _ENTRIES:
            message = f"more than {_ENTRIES:,} files and folders are below it; name a folder with digests alone"
            raise SourceError(f"{name_of(folder)}: {message}")
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(root, name) for name in names if not name.startswith(".") and _ending(name) in _ENDINGS]
    if errors and not files:
        raise errors[0]
    return files, [Path(error.filename) for error in errors]


def _ending(name: str) -> str:
    """The ending of a file's name without ".gz": ".md" for "cs.CV.md" and "cs.CV.MD.gz"."""
    return PurePath(name.lower().removesuffix(".gz")).suffix


def _read(place: Path | BinaryIO, limit: int, *, pipes: bool = False) -> bytes:
    """Up to about `limit` bytes, unpacked; reading stops at the limit, so that a gzip bomb does no harm."""
    data = bytearray()
    try:
        with _opened(place, pipes=pipes) if isinstance(place, Path) else nullcontext(place) as opened:
            file = opened if isinstance(opened, io.BufferedReader) else io.BytesIO(opened.read(limit))
            stream = gzip.GzipFile(fileobj=file) if _is_gzip(file) else file
            while len(data) < limit and (chunk := stream.read(min(_CHUNK, limit))):
                data += chunk
    except EOFError as error:
        raise SourceError(f"{name_of(place)}: the gzip data is cut off; fetch it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(f"{name_of(place)}: the gzip data is damaged ({error}); fetch it again") from error
    except OSError as error:
        raise SourceError(f"{name_of(place)}: {_system_message(error)}; name a file that you can read") from error
    return bytes(data)


def _opened(path: Path, *, pipes: bool) -> io.BufferedReader:
    return open(path, "rb", opener=None if pipes else open_regular)


def _is_gzip(file: io.BufferedReader | io.BytesIO) -> bool:
    head = file.getbuffer() if isinstance(file, io.BytesIO) else file.peek(len(_GZIP))
    return bytes(head[: len(_GZIP)]) == _GZIP


def _system_message(error: OSError) -> str:
    """The operating system's message in small letters: "permission denied"."""
    return (error.strerror or str(error)).lower()
