"""What every reader promises about any input, beside not to crash."""

import re
from collections.abc import Iterable

from recommender.ids import arxiv_id
from recommender.paper import Digest, Paper, Skipped
from recommender.results.incoming import LibraryEntries

# Inputs in which a letter may be written by other signs: there, nothing can be looked for as it stands.
_ENCODED = re.compile(rb"&[#a-z]|\\[uU]|=\?|base64|printable|%[0-9A-Fa-f]{2}|utf-?7|iso-2022|\0|\x1b", re.IGNORECASE)
_SYNTAX = re.compile(rb"[^!-~]|[{}\"\\]")  # may be taken out, and what was beside it becomes one word
# Control characters, breaks of lines, lone surrogates, and what turns the reading direction round.
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NUMBER = re.compile(r"[0-9]{4,}")
_WORD = re.compile(r"[A-Za-z]{4,}")


class Broken(AssertionError):
    """A promise that did not hold for an input."""


def check_digests(digests: Iterable[Digest], data: bytes) -> None:
    """Each paper has a name, storable texts, and was in the data."""
    for digest in digests:
        for paper in (*digest.papers, *digest.replaced):
            check_paper(paper, data)
        _check_skipped(digest.skipped)


def check_library(library: LibraryEntries, data: bytes) -> None:
    """Each paper has a name, storable texts, and was in the data."""
    for entry in library.entries:
        check_paper(entry.paper, data)
        check_texts(*entry.record, *entry.record.values())
    _check_skipped(library.skipped)


def check_paper(paper: Paper, data: bytes) -> None:
    """The paper has a name, its texts can be stored and shown, and its id and title come from the data."""
    if not paper.id:
        raise Broken(f"a paper without an id: {paper}")
    check_texts(paper.id, paper.title, paper.abstract, paper.doi, *paper.authors, *paper.categories)
    if _ENCODED.search(data):
        return
    plain = _SYNTAX.sub(b"", data)
    invented = [number for number in _NUMBER.findall(paper.id) if number.encode() not in plain]
    if invented and arxiv_id(paper.id):
        raise Broken(f"an id that nobody wrote: {paper.id}")
    words = _WORD.findall(paper.title)
    if words and not any(word.lower().encode() in plain.lower() for word in words):
        raise Broken(f"a title that nobody wrote: {paper.title!r}")


def check_texts(*texts: str) -> None:
    """Each text is on one line, and nothing in it steers a terminal or hides."""
    for text in texts:
        if not isinstance(text, str) or _STEERING.search(text):
            raise Broken(f"not clean: {text!r}")


def _check_skipped(skipped: Iterable[Skipped]) -> None:
    for each in skipped:
        check_texts(each.reason)
        if not each.reason or each.line < 0:
            raise Broken(f"skipped without a reason or a place: {each}")
