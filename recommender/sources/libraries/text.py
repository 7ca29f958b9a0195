"""Text as libraries hold it: lines, names, days and moments."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

# Lone surrogates go with the control characters: no file and no database can hold them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")

_DAY = re.compile(r"\s*+([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_TIME = re.compile(r"[T\s]\s*+([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]++)?)?\s*+(?:([+-])([0-9]{2}):?([0-9]{2}))?")


def one_line(text: str) -> str:
    """The text without control characters and repeated spaces."""
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    return " ".join(text.split())


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
