"""Papers come in: finds digest files, loads their bytes, and hands them to the reader of their format.

A new format is one new file beside this one, and one new line in `_reader`.
"""

import gzip
import hashlib
import io
import os
import re
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path, PurePath
from typing import BinaryIO

from recommender.errors import SourceError
from recommender.paper import Digest
from recommender.sources import maildir

LIMIT = 200 * 2**20  # bytes of one unpacked digest; a busy day of all arXiv has 2 MB

_Reader = Callable[[bytes], list[Digest]]
_ENDINGS = tuple(".md .markdown .txt .eml .mbox .mail .xml .atom .rss .html .htm .jsonl .json".split())
_FORMATS = (
    "arXiv's mails (also an mbox), feeds (Atom, RSS), answers of arXiv's API and OAI-PMH, its list/…/new pages, "
    "JSON lines, and Markdown"
)
_HEAD = 8 * 1024  # bytes looked at to notice binary data
_LONG_HEAD = 64 * 1024  # bytes looked at to find the day
_CHUNK = 2**20
_GZIP = b"\x1f\x8b"
_DAY = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")


def find(place: Path, day: date | None, since: date | None = None) -> list[Path]:
    """The digest files to read, oldest first: `place` itself if it is a file, else those of one day in that folder.

    The day is `day`, or without it the newest one there, or with `since` each day after that. No file of those days
    gives an empty list. Where names of files or folders have dates, only names count and no file is opened; else
    the contents do, and what has no day or many (a feed of a journal, an mbox) is always given, as all mails of a
    Maildir are. Hidden files and linked folders are left out. Raises SourceError if `place` is missing, cannot be
    read, or is a folder without any digest.
    """
    try:
        if not place.exists():
            raise SourceError(f"{place}: no such file or folder; name a digest or a folder with digests")
        if not place.is_dir():
            return [place]
        if maildir.is_maildir(place):
            return maildir.files(place)
        days = _days(place)
    except OSError as error:
        raise SourceError(f"{error.filename or place}: {_why(error)}") from error
    if not days:
        raise SourceError(
            f"{place}: no digest in this folder; expected are files with a day in their path like 2020-05-13.cs.CV.md "
            f'or 2020-05-13/cs.CV.md, or a header like "# ArXiv cs.CV --Wed, 13 May 2020"; also {_FORMATS}, '
            f"ending with {' '.join(_ENDINGS)}, and each with .gz"
        )
    newest = max(filter(None, days.values()), default=None)

    def wanted(its: date | None) -> bool:
        if its is None:
            return True
        return its == day if day else its > since if since else its == newest

    return sorted((path for path in days if wanted(days[path])), key=lambda path: (days[path] or date.min, path))


def load(place: Path | BinaryIO) -> bytes:
    """The bytes of a file or a stream, unpacked if they are gzip, whatever the name.

    Raises SourceError if it cannot be read or unpacked, or has more than LIMIT bytes.
    """
    data = _read(place, LIMIT + 1)
    if len(data) > LIMIT:
        raise SourceError(f"{name_of(place)}: more than {LIMIT // 2**20} MB when unpacked; a digest is far smaller")
    return data


def name_of(place: Path | BinaryIO) -> str:
    """What a person calls the place."""
    return str(place) if isinstance(place, Path) else "standard input"


def parse(data: bytes, name: str) -> list[Digest]:
    """The digests in `data`, whose format its content tells; `name`, mostly a path, stands before each error message.

    Text may be UTF-8, UTF-16, what its XML declaration says, or Windows-1252. Where a digest names no day, a
    YYYY-MM-DD in `name` does. Raises SourceError for binary data, and for a text of which nothing can be read; an
    announcement without papers is a digest without papers.
    """
    try:
        digests = _read_digests(data)
    except SourceError as error:
        raise SourceError(f"{name}: {error}") from error
    skipped = [each for digest in digests for each in digest.skipped]
    if skipped and not any(digest.papers or digest.replaced for digest in digests):
        where = f", line {skipped[0].line}" if skipped[0].line else ""
        raise SourceError(f"{name}: nothing of it can be read; the first of {len(skipped)}{where}: {skipped[0].reason}")
    day = _day_of(PurePath(name))
    return [digest if digest.date else digest._replace(date=day) for digest in digests]


def fingerprint(data: bytes) -> str:
    """The SHA-256 of the bytes in hexadecimal: equal for equal content."""
    return hashlib.sha256(data).hexdigest()


def _read_digests(data: bytes) -> list[Digest]:
    if data.startswith(b"%PDF"):
        raise SourceError("looks like PDF; a digest is a text file")
    if b"\0" in data[:_HEAD]:  # UTF-16, if it is text
        from recommender.text.encoding import decode

        text = decode(data)
        if "\0" in text[:_HEAD]:
            raise SourceError("binary data; a digest is a text file")
        data = text.encode()
    return (_reader(data) or _read_markdown)(data)


def _reader(data: bytes) -> _Reader | None:
    """Who reads these bytes, by their content; Markdown is what nobody else knows.

    Imported here, as all that takes bytes apart: a text read before is told by its fingerprint alone, 30 ms sooner.
    """
    from recommender.sources.formats import feed, listing, mail, oai, query
    from recommender.sources.formats import jsonlines as records

    readers: tuple[tuple[Callable[[bytes], bool], _Reader], ...] = (
        (oai.recognises, oai.read_digests),
        (query.recognises, query.read_digests),  # before feed: it is Atom, too
        (feed.recognises, feed.read_digests),
        (listing.recognises, listing.read_digests),
        (mail.recognises, mail.read_digests),
        (records.recognises, records.read_digests),
    )
    return next((read for recognises, read in readers if recognises(data)), None)


def _read_markdown(data: bytes) -> list[Digest]:
    from recommender.sources.formats.markdown import read_digest
    from recommender.text.encoding import decode
    from recommender.text.markup import refuse_web_page

    text = decode(data)
    refuse_web_page(text, "a digest")
    if not text.strip():
        raise SourceError("it is empty; fetch it again")
    if text.lstrip().startswith("<?xml"):
        raise SourceError(f"XML of another kind; can be read: {_FORMATS}")
    try:
        return [read_digest(text)]
    except SourceError as error:
        raise SourceError(f"{error}\ncan be read: {_FORMATS}") from error


def _days(folder: Path) -> dict[Path, date | None]:
    """Each digest file of a folder with its day, by the names or, where no name has a day, by the contents."""
    files = _files(folder)
    named: dict[Path, date | None] = {path: day for path in files if (day := _day_of(path.relative_to(folder)))}
    if named:
        return named
    from recommender.sources.formats.markdown import read_date
    from recommender.text.encoding import decode

    days: dict[Path, date | None] = {}
    for path in files:
        head = _read(path, _LONG_HEAD)
        reader = _reader(head)
        day = _day_within(head, reader) if reader else read_date(decode(head))
        if reader or day:
            days[path] = day
    return days


def _day_within(head: bytes, reader: _Reader) -> date | None:
    """The day of what begins so; None where it says none, may hold many, or cannot be read, which is told later."""
    if head.startswith(b"From "):  # an mbox
        return None
    try:
        return max((digest.date for digest in reader(head) if digest.date), default=None)
    except SourceError:
        return None


def _files(folder: Path) -> list[Path]:
    """All files below a folder that end like a digest."""

    def refuse(error: OSError) -> None:  # os.walk would leave out what it may not read, and say nothing
        raise error

    found: list[Path] = []
    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(root, name) for name in names if not name.startswith(".") and _ending(name) in _ENDINGS]
    return found


def _ending(name: str) -> str:
    """ ".md" for "cs.CV.md" and "cs.CV.MD.gz"."""
    return PurePath(name.lower().removesuffix(".gz")).suffix


def _day_of(path: PurePath) -> date | None:
    """The day in the file's name, else in the nearest folder's that has one."""
    for part in reversed(path.parts):
        for match in _DAY.finditer(part):
            try:
                return date.fromisoformat(match[1])
            except ValueError:  # 2020-13-45 is no day
                continue
    return None


def _read(place: Path | BinaryIO, limit: int) -> bytes:
    """Up to about `limit` bytes, unpacked: a gzip bomb is left off when it passes the limit."""
    data = bytearray()
    try:
        with place.open("rb") if isinstance(place, Path) else nullcontext(place) as opened:
            file = opened if isinstance(opened, io.BufferedReader) else io.BytesIO(opened.read(limit))
            stream = gzip.GzipFile(fileobj=file) if _is_gzip(file) else file
            while len(data) < limit and (chunk := stream.read(min(_CHUNK, limit))):
                data += chunk
    except EOFError as error:
        raise SourceError(f"{name_of(place)}: the gzip data is cut off; fetch it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(f"{name_of(place)}: the gzip data is damaged ({error}); fetch it again") from error
    except OSError as error:
        raise SourceError(f"{name_of(place)}: {_why(error)}") from error
    return bytes(data)


def _is_gzip(file: io.BufferedReader | io.BytesIO) -> bool:
    head = file.getbuffer() if isinstance(file, io.BytesIO) else file.peek(len(_GZIP))
    return bytes(head[: len(_GZIP)]) == _GZIP


def _why(error: OSError) -> str:
    """What the system says, in lower case: "permission denied"."""
    return (error.strerror or str(error)).lower()
