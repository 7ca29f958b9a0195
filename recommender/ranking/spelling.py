"""The words of a paper as they are written in it, so that a reason can name them."""

import re
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from recommender.paper import Paper
from recommender.ranking import tokens
from recommender.text.readable import readable

_PIECES = re.compile(r"(\w\w+)")  # splits a text into the words and what stands between them
_HYPHENS = frozenset("-‐‑")
_JOINTS = {" ": " ", "\n": " "} | dict.fromkeys(_HYPHENS, "-")
# A LaTeX accent with its letter, which divides a word: "L\\'epingle", "Poincar\\'e", "Poincar{\\'e}".
_ACCENT_BEFORE = re.compile(r"\w?\{?\\[^\w\s]\{?$")
_ACCENT_AFTER = re.compile(r"\{?\\[^\w\s]\{?\w?\}?")


class Word(NamedTuple):
    """A word of a paper that counts."""

    number: int
    form: str  # as it is written in the paper: "MRI", "Carleson"; without the capital that begins a sentence
    joint: str  # between it and the word before: " " or "-"; empty: anything else, or another word


def written(paper: Paper, wanted: Set[int]) -> list[Word]:
    """The words with these numbers, and what a hyphen joins to them: those of the abstract, then those of the title."""
    abstract, heading = (_PIECES.split(tokens.plain(text)) for text in (paper.abstract, paper.title))
    title = len(abstract) // 2
    gaps = [*abstract[:-1:2], f"{abstract[-1]}\n\n{heading[0]}", *heading[2::2]]
    forms = abstract[1::2] + heading[1::2]
    numbers = list(map(_number, map(str.lower, forms)))
    if "\\" in paper.title or "\\" in paper.abstract:
        _join_accents(gaps, forms, numbers)
    places = {place for place, found in enumerate(numbers) if found in wanted}
    for place in list(places):
        if gaps[place] in _HYPHENS or gaps[place + 1] in _HYPHENS:
            _add_compound(place, gaps, places)
    distinct = set(forms)
    result = []
    for place in sorted(places):
        form, gap = forms[place], gaps[place]
        if form[0].isupper() and form[1:].islower():
            begins = place == 0 or place >= title or gap.rstrip()[-1:] in (".", "?", "!", ":")
            form = form.lower() if begins or form.lower() in distinct else form
        if numbers[place]:
            joint = _JOINTS.get(gap, "") if place - 1 in places and numbers[place - 1] else ""
            result.append(Word(numbers[place], form, joint))
    return result


def _add_compound(place: int, gaps: Sequence[str], places: set[int]) -> None:
    """Add the places of the words that hyphens join to the one at this place."""
    first = last = place
    while first > 0 and gaps[first] in _HYPHENS:
        first -= 1
        places.add(first)
    while last + 2 < len(gaps) and gaps[last + 1] in _HYPHENS:
        last += 1
        places.add(last)


def spelling(words: Sequence[Word]) -> str:
    """Neighbouring words as they are written in the paper."""
    text = words[0].form + "".join([word.joint + word.form for word in words[1:]])
    return readable(text) if "\\" in text else text


def _join_accents(gaps: list[str], forms: list[str], numbers: list[int]) -> None:
    """Complete words that a LaTeX accent divides, in place: "Poincar" to "Poincar\\'e"."""
    for place, gap in enumerate(gaps):
        if "\\" not in gap:
            continue
        if 0 < place < len(forms) and _ACCENT_AFTER.fullmatch(gap):
            forms[place] = forms[place - 1] + gap + forms[place]
            numbers[place], numbers[place - 1] = numbers[place - 1] or numbers[place], 0
            gaps[place] = gaps[place - 1]
            continue
        if place and (after := _ACCENT_AFTER.match(gap)):
            forms[place - 1] += after[0]
            gaps[place] = gap = gap[after.end() :]
        if place < len(forms) and (before := _ACCENT_BEFORE.search(gap)):
            forms[place] = before[0] + forms[place]
            gaps[place] = gap[: before.start()]


@lru_cache(maxsize=2**16)
def _number(word: str) -> int:
    """The number of a word in lower case; 0 for a stop word."""
    return 0 if word in tokens.STOP_WORDS else tokens.number(word)
