"""What every reader promises about any input, beside not to crash."""

import re
import unicodedata
from collections.abc import Iterable

from recommender.ids import arxiv_id
from recommender.paper import Digest, Paper, Skipped
from recommender.results.incoming import LibraryEntries

# Inputs in which a letter may be written by other signs: there, nothing can be looked for as it stands.
_ENCODED = re.compile(rb"&[#a-z]|\\[uU]|=\?|base64|printable|%[0-9A-Fa-f]{2}|utf-?7|iso-2022|\0|\x1b", re.IGNORECASE)
_SYNTAX = re.compile(rb"[{}\"\\\s]")  # a reader removes it, and what was beside it becomes one word
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
        for text in (*entry.record, *entry.record.values()):
            _check_text(text)
    _check_skipped(library.skipped)


def check_paper(paper: Paper, data: bytes) -> None:
    """The paper has a name, its texts can be stored and shown, and its id and title come from the data."""
    if not paper.id:
        raise Broken(f"a paper without an id: {paper}")
    for text in (paper.id, paper.title, paper.doi, *paper.authors, *paper.categories):
        _check_text(text)
        if len(text.splitlines()) > 1:
            raise Broken(f"several lines in {text!r}")
    _check_text(paper.abstract)
    if _ENCODED.search(data):
        return
    plain = _SYNTAX.sub(b"", data)
    invented = [number for number in _NUMBER.findall(paper.id) if number.encode() not in plain]
    if invented and arxiv_id(paper.id):
        raise Broken(f"an id that nobody wrote: {paper.id}")
    words = _WORD.findall(paper.title)
    if words and not any(word.lower().encode() in plain.lower() for word in words):
        raise Broken(f"a title that nobody wrote: {paper.title!r}")


def _check_skipped(skipped: Iterable[Skipped]) -> None:
    for each in skipped:
        if not each.reason or each.line < 0:
            raise Broken(f"skipped without a reason or a place: {each}")


def _check_text(text: str) -> None:
    if not isinstance(text, str):
        raise Broken(f"no text: {text!r}")
    for sign in text:
        if unicodedata.category(sign) in ("Cs",):
            raise Broken(f"the sign {sign!r} in {text!r}")
