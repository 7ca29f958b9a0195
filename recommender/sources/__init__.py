"""Papers come in: finds digest files, loads their bytes, and hands them to the reader of their format.

A new format is one new file beside this one, and one new line in `_READERS`.
"""

import gzip
import hashlib
import io
import os
import re
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePath
from typing import BinaryIO

from recommender.errors import SourceError
from recommender.paper import Digest
from recommender.sources.identifiers import find_ids
from recommender.sources.markdown import read_date, read_digest

__all__ = ["LIMIT", "find", "find_ids", "fingerprint", "load", "name_of", "parse"]

LIMIT = 200 * 2**20  # bytes of one unpacked digest; a busy day of all arXiv has 2 MB

_READERS: dict[str, Callable[[str], Digest]] = {
    ".md": read_digest,
    ".markdown": read_digest,
    ".txt": read_digest,
}
_HEAD = 8 * 1024  # bytes looked at to find a header or to notice binary data
_CHUNK = 2**20
_GZIP = b"\x1f\x8b"
_DAY = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")


def find(place: Path, day: date | None) -> list[Path]:
    """The digest files to read, sorted: `place` itself if it is a file, else those of one day in that folder.

    The day is `day`, or without it the newest one there; no file of `day` gives an empty list. Where names of
    files or folders have dates, only names count and no file is opened; else the headers of the files do.
    Hidden files and linked folders are left out. Raises SourceError if `place` is missing, cannot be read, or
    is a folder without any digest.
    """
    try:
        if not place.exists():
            raise SourceError(f"{place}: no such file or folder; name a digest or a folder with digests")
        if not place.is_dir():
            return [place]
        days = _days(place)
    except OSError as error:
        raise SourceError(f"{error.filename or place}: {_why(error)}") from error
    if not days:
        raise SourceError(
            f"{place}: no digest in this folder; expected are files ({', '.join(_READERS)}, also with .gz) "
            f"with a day in their path like 2020-05-13.cs.CV.md or 2020-05-13/cs.CV.md, or a header like "
            f'"# ArXiv cs.CV --Wed, 13 May 2020"'
        )
    wanted = day or max(days.values())
    return sorted(path for path, its_day in days.items() if its_day == wanted)


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


def parse(data: bytes, name: str) -> Digest:
    """The digest in `data`; `name`, mostly a path, chooses the format and stands before each error message.

    Text may be UTF-8, UTF-16 with its mark, or Windows-1252. If it names no day, a YYYY-MM-DD in `name` does.
    Raises SourceError for binary data and for a text without any paper.
    """
    if data.startswith(b"%PDF"):
        raise SourceError(f"{name}: looks like PDF; a digest is a text file")
    text = _decode(data)
    if "\0" in text[:_HEAD]:
        raise SourceError(f"{name}: binary data; a digest is a text file")
    reader = _READERS.get(_ending(name), read_digest)
    try:
        digest = reader(text)
    except SourceError as error:
        raise SourceError(f"{name}: {error}") from error
    return digest if digest.date else replace(digest, date=_day_of(PurePath(name)))


def fingerprint(data: bytes) -> str:
    """The SHA-256 of the bytes in hexadecimal: equal for equal content."""
    return hashlib.sha256(data).hexdigest()


def _days(folder: Path) -> dict[Path, date]:
    """Each digest file of a folder with its day, by the names or, where no name has a day, by the headers."""
    files = _files(folder)
    named = {path: day for path in files if (day := _day_of(path.relative_to(folder)))}
    if named:
        return named
    return {path: day for path in files if (day := read_date(_decode(_read(path, _HEAD))))}


def _files(folder: Path) -> list[Path]:
    """All files below a folder that end like a digest."""

    def refuse(error: OSError) -> None:  # os.walk would leave out what it may not read, and say nothing
        raise error

    found: list[Path] = []
    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(root, name) for name in names if not name.startswith(".") and _ending(name) in _READERS]
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


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Line by line, so that one damaged line in UTF-8 does not garble all the others.
        return "".join(map(_decode_line, io.BytesIO(data)))


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")
