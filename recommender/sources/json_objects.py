"""JSON as programs write it and people join it: a list, JSON Lines, documents one after another, and broken ones."""

import json
import re
from collections.abc import Iterator
from math import isfinite

from recommender.paper import Skipped
from recommender.text.short import quoted

# A history of ours, Better BibTeX, Semantic Scholar
_WRAPPERS = ("items", "data", "papers", "results", "references")
_GAP = re.compile(r"[\s,\ufeff]*+")  # joined files have a byte order mark in the middle
_GAP_IN_LIST = re.compile(r"[\s,\ufeff\]]*+")
_NEXT = re.compile(r"\n\s*+(?=[{\[])")
_MOST_BROKEN = 1_000  # each may cost a search through a thousand brackets


def read_objects(text: str) -> Iterator[tuple[int, object]]:
    """The items of each list and all other values of a text, each with the line it begins in; 0 within a list.

    What is broken is a Skipped with its line; reading goes on at the next line that begins an object or a list. A list
    that is broken gives its whole items.
    """
    decoder = json.JSONDecoder(strict=False)  # allows line breaks inside of texts
    at = counted = broken = 0
    line = 1
    in_list = False  # a broken list, whose items are read one by one
    while True:
        gap = (_GAP_IN_LIST if in_list else _GAP).match(text, at)
        at = gap.end() if gap else at
        if at == len(text):
            return
        line += text.count("\n", counted, at)
        counted = at
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if text[at] == "[" and not in_list:
                in_list = True
                at += 1
                continue
            broken += 1
            following = _NEXT.search(text, at) if broken < _MOST_BROKEN else None
            end = following.end() if following else len(text)
            yield line, Skipped(line, f"broken JSON: {quoted(text[at:end][:200])}")
            at = end
            in_list = in_list and text[at : at + 1] != "["
            continue
        if isinstance(document, dict):
            answer = document.get("message")  # Crossref: one work, or a list of them
            document = answer if isinstance(answer, dict) else document
            document = next((document[name] for name in _WRAPPERS if isinstance(document.get(name), list)), document)
        if isinstance(document, list):
            yield from ((0, item) for item in document)
        else:
            yield line, document


def text_of(value: object) -> str:
    """A JSON value as text; empty for a list, an object, a boolean, null and what is no number."""
    if isinstance(value, float):  # pandas writes NaN for what is missing, and 2020.0 for a year in a column with gaps
        return (str(int(value)) if value.is_integer() else str(value)) if isfinite(value) else ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def first_text(value: object) -> str:
    """As `text_of`, of the first value of a list where it is one."""
    return text_of(value[0] if isinstance(value, list) and value else value)
