"""Papers come in: recognises the format of a text and parses it.

`files` finds and loads digests; `client`, `imap` and `arxiv` fetch them; `formats` has one file a format, and
`libraries` reads a reader's own library, which can be ranked like a digest. A new format is one new file in `formats`
and one new line in `_formats`.
"""

import hashlib
import re
from contextlib import suppress
from datetime import date
from pathlib import PurePath
from typing import Protocol

from recommender.errors import SourceError
from recommender.paper import Digest, Skipped
from recommender.sources import clean
from recommender.text.encoding import decode, is_binary
from recommender.text.periods import day_from
from recommender.text.xml_documents import documents

FORMATS = (
    "arXiv's mails (also an mbox), feeds (Atom, RSS), answers of arXiv's API and OAI-PMH, its list/…/new pages, "
    "JSON lines, Markdown, and libraries with titles (BibTeX, RIS, CSL-JSON, CSV)"
)
_DAY = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")


class Format(Protocol):
    """What each module in `formats` offers."""

    def recognises(self, data: bytes) -> bool:
        """Whether the data, or its first 64 kB, is of this format."""

    def read_digests(self, data: bytes) -> list[Digest]:
        """Parse the data. Raises SourceError if nothing can be read."""


def parse(data: bytes, name: str) -> list[Digest]:
    """Parse the digests in `data`, whose content tells the format.

    Text may be UTF-8, UTF-16, in the encoding of its XML declaration, or Windows-1252. An announcement without papers
    is a digest without papers.

    Args:
        name: mostly a path; precedes each error message. Where a digest names no day, a YYYY-MM-DD in it does.

    Raises:
        SourceError: binary data, or a text of which nothing can be read.
    """
    try:
        digests = _read_digests(data)
    except SourceError as error:
        raise SourceError(f"{name}: {error}") from error
    digests = [clean.digest(digest) for digest in digests]
    skipped = [each for digest in digests for each in digest.skipped]
    if skipped and not any(digest.papers or digest.replaced for digest in digests):
        where = f", line {skipped[0].line}" if skipped[0].line else ""
        raise SourceError(f"{name}: nothing of it can be read; the first of {len(skipped)}{where}: {skipped[0].reason}")
    day = day_in_path(PurePath(name))
    return [digest if digest.date else digest._replace(date=day) for digest in digests]


def fingerprint(data: bytes) -> str:
    """The SHA-256 of the bytes in hexadecimal: equal for equal content."""
    return hashlib.sha256(data).hexdigest()


def format_of(data: bytes) -> Format | None:
    """The format of these bytes by their content, or None; 64 kB are enough."""
    return next((each for each in _formats() if each.recognises(data)), None)


def day_in_path(path: PurePath) -> date | None:
    """The YYYY-MM-DD in a file's name, else in the nearest folder that has one; None if none has."""
    for part in reversed(path.parts):
        for match in _DAY.finditer(part):
            with suppress(ValueError):  # 2020-13-45
                return day_from(match[1])
    return None


def _formats() -> tuple[Format, ...]:
    """All formats in the order in which they are tried; the last is the fallback for other texts."""
    from recommender.sources.formats import (  # noqa: PLC0415 - slow to import, and a text read before needs none
        feed,
        jsonlines,
        listing,
        mail,
        markdown,
        oai,
        query,
    )

    return (oai, query, feed, listing, mail, jsonlines, markdown)  # query before feed: it is Atom, too


def _read_digests(data: bytes) -> list[Digest]:
    if data.startswith(b"%PDF"):
        raise SourceError("looks like PDF; a digest is a text file")
    if b"\0" in data:  # UTF-16, or a text with some damage, if it is text
        text = decode(data)
        if is_binary(text):
            raise SourceError("binary data; a digest is a text file")
        data = text.replace("\0", "\ufffd").encode("utf-8", "replace")  # taken out, it would join what it parts
    pieces = documents(decode(data)) if data.count(b"<?xml") > 1 else []
    if len(pieces) > 1:
        return _read_joined(pieces)
    if recognised := format_of(data):
        return recognised.read_digests(data)
    try:
        return _formats()[-1].read_digests(data)
    except SourceError:
        from recommender.sources.formats import library  # noqa: PLC0415 - slow to import, and rarely a digest

        if digest := library.read_digest(data):
            return [digest]
        raise


def _read_joined(documents: list[str]) -> list[Digest]:
    """The digests of XML documents in one file; one that cannot be read harms no other."""
    digests: list[Digest] = []
    for number, document in enumerate(documents, start=1):
        data = document.encode("utf-8", "replace")
        try:
            digests += (format_of(data) or _formats()[-1]).read_digests(data)
        except SourceError as error:
            digests.append(Digest(None, "", (), (Skipped(0, f"document {number} in it: {error}"),)))
    return digests
