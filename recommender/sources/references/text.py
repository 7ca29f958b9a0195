"""Text as libraries hold it, made plain: encodings, HTML, names, days and moments."""

import io
import re
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape

# What Zotero writes in a title, and what publishers leave in an abstract; other words in <> are the text's own.
_TAG = re.compile(r"</?(?:jats:)?(?:a|b|i|em|strong|sub|sup|span|p|br|div|sc|code|italic|bold|sec)(?:\s[^<>]*+)?/?>")
_BREAK = re.compile(r"</?(?:jats:)?(?:p|br|div|sec)(?:\s[^<>]*+)?/?>")
_HEADING = re.compile(r"<jats:title>[^<>]*+</jats:title>")  # "Abstract"
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}[0-9]{0,2});")
# Lone surrogates go with the control characters: no file and no database can hold them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")

_DAY = re.compile(r"\s*+([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_TIME = re.compile(r"[T\s]\s*+([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]++)?)?\s*+(?:([+-])([0-9]{2}):?([0-9]{2}))?")


def decode(data: bytes) -> str:
    """The text in UTF-8, in UTF-16 with its mark, or else line by line in Windows-1252; line ends are newlines."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Line by line, so that one damaged line in UTF-8 does not garble all the others.
            text = "".join(map(_decode_line, io.BytesIO(data)))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def one_line(text: str) -> str:
    """The text without control characters and repeated spaces."""
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    return " ".join(text.split())


def without_html(text: str) -> str:
    """The text without the tags and entities that reference managers write."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", _HEADING.sub(" ", text)))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    return text


def forename_first(name: str) -> str:
    """ "Ada Lovelace" for "Lovelace, Ada", "Martin King Jr." for "King, Martin, Jr."; other names as they are."""
    family, *rest = [part.strip() for part in name.split(",")]
    given = rest[0] if rest else ""
    return one_line(" ".join([given, family, *rest[1:]]))


def shortly(text: str) -> str:
    """At most 60 characters of the text in quotation marks."""
    short = one_line(text[:200])
    return f'"{short}"' if len(short) <= 60 else f'"{short[:59]}…"'


def day(text: str) -> date | None:
    """The day that a text starts with, as in "2020-07-15" and "2020/07/15/"; None for a year or month alone."""
    match = _DAY.match(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:  # "2021-07-00", as Zotero writes July 2021
        return None


def moment(text: str) -> datetime | None:
    """When something was added, in UTC; a text that names no time zone is taken as UTC, as Zotero's are."""
    when = day(text)
    if when is None:
        return None
    at = datetime(when.year, when.month, when.day, tzinfo=UTC)
    found = _DAY.match(text)
    time = _TIME.match(text, found.end()) if found else None
    if time is None:
        return at
    try:
        at = at.replace(hour=int(time[1]), minute=int(time[2]), second=int(time[3] or 0))
        if time[4]:
            offset = timedelta(hours=int(time[5]), minutes=int(time[6]))
            at = at.replace(tzinfo=timezone(offset if time[4] == "+" else -offset)).astimezone(UTC)
    except (ValueError, OverflowError):  # 25:00, or a zone beyond the first or last year
        return None
    return at
