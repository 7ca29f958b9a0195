"""The words of a paper as they are written in it, so that a reason can name them."""

import re
from array import array
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache
from itertools import pairwise
from sys import intern
from typing import NamedTuple

from recommender.paper import Paper
from recommender.ranking import tokens
from recommender.text.folding import wide_pairs

_PIECES = re.compile(r"(\w\w+)")  # splits a text into the words and what stands between them
_SPACES = re.compile(r"\s+")
_WITHIN = "\u2060"  # between parts of a run of letters; those that are Chinese or Japanese share one
_JOINTS = {" ": " ", "\n": " ", "-": "-", _WITHIN: _WITHIN}
_BETWEEN = re.compile(r"[\s\-–]+|\s+(?:of|of the|and|in)\s+|" + _WITHIN)  # two words of a term


class Word(NamedTuple):
    """A word of a paper that counts."""

    number: int
    form: str  # as it is written in the paper: "MRI", "Carleson"; without the capital that begins a sentence
    joint: str  # between it and the word before, as `spelling` joins them; empty: anything else, or another word


class _Text(NamedTuple):
    """All words of a paper: those of the abstract, then those of the title."""

    forms: list[str]  # as they are written
    gaps: list[str]  # before each word, and after the last
    numbers: "array[int]"  # 0: the word does not count
    title: int  # place of the first word of the title


def written(paper: Paper, wanted: Set[int], *, exactly: bool = False) -> list[Word]:
    """The words with these numbers, and what a hyphen joins to them: those of the abstract, then those of the title.

    Args:
        exactly: with the capitals that may only begin a sentence, for words that the reader wrote.
    """
    forms, gaps, numbers, _ = _read(paper) if exactly else _lowered(paper)
    places = {place for place, found in enumerate(numbers) if found in wanted}
    for place in list(places):
        if "-" in (gaps[place], gaps[place + 1]):
            _add_compound(place, gaps, places)
    result = []
    for place in sorted(places):
        if number := numbers[place]:
            joint = _JOINTS.get(gaps[place], "") if place - 1 in places and numbers[place - 1] else ""
            result.append(Word(number, forms[place], joint))
    return result


def term(paper: Paper, numbers: Sequence[int]) -> str:
    """The first place where the words of these numbers follow one another, with what a hyphen adds; empty if none.

    Stop words between them are those that a name can have: "theory of mind".
    """
    forms, gaps, found, _ = _lowered(paper)
    if not set(numbers).issubset(found):
        return ""
    counting = [place for place, number in enumerate(found) if number]
    for start in range(len(counting) - len(numbers) + 1):
        if found[counting[start]] != numbers[0]:
            continue
        places = counting[start : start + len(numbers)]
        if [found[place] for place in places] != list(numbers):
            continue
        between = [
            gaps[left + 1] + "".join([forms[place] + gaps[place + 1] for place in range(left + 1, right)])
            for left, right in pairwise(places)
        ]
        if all(map(_BETWEEN.fullmatch, between)):
            joints = ["", *(_SPACES.sub(" ", gap) for gap in between)]
            words = [(joint, forms[place]) for joint, place in zip(joints, places, strict=True)]
            last = places[-1]
            while gaps[last + 1] == "-" and last + 1 < len(forms):
                last += 1
                words.append(("-", forms[last]))
            return _joined(words)
    return ""


def spelling(words: Sequence[Word]) -> str:
    """Neighbouring words as they are written in the paper."""
    return _joined([(word.joint, word.form) for word in words])


def _joined(words: Iterable[tuple[str, str]]) -> str:
    """The words, each after what stands before it; a part that two of them share stands once."""
    text = ""
    for joint, form in words:
        if not text:
            text = form
        elif joint == _WITHIN:
            text += form[1:] if text[-1] == form[0] else form
        elif joint != "-" or not text.lower().endswith(f"-{form.lower()}"):
            text += joint + form
    return text


@lru_cache(maxsize=1024)  # a day's papers, for many readers
def _lowered(paper: Paper) -> _Text:
    """The words of a paper, without the capitals that begin sentences."""
    text = _read_anew(paper)
    forms, gaps, _, title = text
    distinct = set(forms)
    capitals = [
        place for place, form in enumerate(forms) if form[0].isupper() and form[1:].islower() and "-" not in form
    ]
    beginning = {place for place in capitals if place >= title or _begins(gaps, place)}
    names = {forms[place] for place in capitals if place not in beginning}  # "Navier" within a sentence
    for place in capitals:
        form = forms[place]
        if form.lower() in distinct or (place in beginning and form not in names):
            forms[place] = intern(form.lower())
    return text


def _begins(gaps: Sequence[str], place: int) -> bool:
    """Whether a sentence begins at this place of the abstract."""
    return not (place or gaps[place].strip()) or gaps[place].rstrip()[-1:] in (".", "?", "!", ":")


@lru_cache(maxsize=64)  # the terms of a topic are looked up in the same papers
def _read(paper: Paper) -> _Text:
    return _read_anew(paper)


def _read_anew(paper: Paper) -> _Text:
    text = _Text([], [""], array("I"), 0)
    forms, gaps, numbers, title = text
    for part in (paper.abstract, paper.title):
        title = len(forms)
        words, between = _split(tokens.plain(part))
        gaps[-1] = f"{gaps[-1]}\n\n{between[0]}" if title else between[0]
        gaps += between[1:]
        numbers.extend([_number(word.lower()) for word in words])
        spellings = tokens.spellings(part)
        forms += map(intern, [spellings.get(word, word) for word in words] if spellings else words)  # shared by papers
        for place in range(title + 1, len(forms)) if spellings else ():
            if gaps[place] == " " and forms[place - 1].endswith(f"-{forms[place]}"):  # "Qlearning learning"
                gaps[place] = "-"
    return text._replace(title=title)


def _split(text: str) -> tuple[list[str], list[str]]:
    """The words of a text; and what stands before the first, between them and after the last."""
    pieces = _PIECES.split(text)
    if text.isascii():
        return pieces[1::2], pieces[::2]
    words, between = [], pieces[:1]
    for run, gap in zip(pieces[1::2], pieces[2::2], strict=True):
        parts = wide_pairs(run)
        words += parts
        between += [*[_WITHIN] * (len(parts) - 1), gap]
    return words, between


def _add_compound(place: int, gaps: Sequence[str], places: set[int]) -> None:
    """Add the places of the words that hyphens join to the one at this place."""
    first = last = place
    while first > 0 and gaps[first] == "-":
        first -= 1
        places.add(first)
    while last + 2 < len(gaps) and gaps[last + 1] == "-":
        last += 1
        places.add(last)


@lru_cache(maxsize=2**16)
def _number(word: str) -> int:
    """The number of a word in lower case; 0 for one that does not count."""
    return tokens.number(word) if tokens.counts(word) else 0
