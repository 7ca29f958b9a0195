"""Parse what a person types into the search: words, "phrases", `author:`, `category:`, `since:` and the like."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from recommender import ids
from recommender.store.search import Query

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_TOKEN = r'(?:([a-z]+):)?(?:"([^"]*)"|(\S+))'  # a field's name, a text in quotes, a word
_NAME_WORDS = 5  # a person's name has no more
_DAY = r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?"


def parse(text: str) -> Query:
    """The query that a text means. Every text is one: what is no condition counts as words.

    A bare arXiv id, DOI or address names a paper as `id:` does. All conditions must hold, except that a paper needs
    only one of several ids.
    """
    text = text.encode("utf-8", "replace").decode().translate(_QUOTES)
    if whole := _ids(text.strip()):  # also "arXiv: 2005.05859", which has a space in it
        return Query(ids=whole)
    query = Query()
    plain: list[str] = []  # words without a field and outside of quotes
    for match in re.finditer(_TOKEN, text, re.IGNORECASE):
        field, quoted, bare = match.groups()
        value = (bare if quoted is None else quoted).strip()
        read = _FIELDS.get((field or "").lower())
        narrower = read(query, value) if read and has_letters(value) else None
        if narrower is not None:
            query = narrower
        elif quoted is not None and not field:
            if has_letters(value):
                query = query._replace(words=(*query.words, value), phrases=(*query.phrases, value))
        elif paper_ids := _ids(match[0]):
            query = query._replace(ids=query.ids + paper_ids)
        elif has_letters(match[0]):
            query = query._replace(words=(*query.words, match[0]))
            plain.append(match[0])
    may_be_name = len(plain) == len(query.words) <= _NAME_WORDS and not any(map(str.isdigit, "".join(plain)))
    return query._replace(name=" ".join(plain)) if may_be_name else query


def has_letters(text: str) -> bool:
    """Whether any sign of the text is a letter or a digit: the full text holds no others."""
    return any(map(str.isalnum, text))


def _ids(text: str) -> tuple[str, ...]:
    """The id of the paper that the text names, as a tuple; empty if it names none."""
    if paper_id := ids.reference(text):
        return (paper_id,)
    return (text,) if re.fullmatch(r"(?:https?://|title:)\S+", text) else ()


def _author(query: Query, name: str) -> Query:
    return query._replace(authors=(*query.authors, name))


def _id(query: Query, paper_id: str) -> Query:
    return query._replace(ids=query.ids + (_ids(paper_id) or (paper_id,)))


def _category(query: Query, name: str) -> Query | None:
    if re.fullmatch(ids.CATEGORY, name, re.ASCII | re.IGNORECASE) is None:
        return None
    return query._replace(categories=(*query.categories, name))


def _since(query: Query, text: str) -> Query | None:
    days = _days(text)
    return query._replace(since=max(days[0], query.since or days[0])) if days else None


def _until(query: Query, text: str) -> Query | None:
    days = _days(text)
    return query._replace(until=min(days[1], query.until or days[1])) if days else None


def _days(text: str) -> tuple[date, date] | None:
    """The first and the last day that "2025", "2025-06" or "2025-06-30" means; None if it is no date."""
    match = re.fullmatch(_DAY, text, re.ASCII)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first
        after = date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
    except ValueError:  # no such month or day
        return None
    return first, after - timedelta(days=1)


_FIELDS: dict[str, Callable[[Query, str], Query | None]] = {
    "author": _author,
    "id": _id,
    "category": _category,
    "since": _since,
    "until": _until,
}
