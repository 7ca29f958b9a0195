"""Reads a saved page of arXiv's new listings, https://arxiv.org/list/cs.AI/new, by a few marks in its HTML.

One template writes the page, so patterns suffice, each of linear time; Python's parser of HTML takes quadratic time
on a hostile page.
"""

import re
from collections.abc import Iterator
from datetime import date

from recommender.errors import SourceError
from recommender.ids import CATEGORY, arxiv_id
from recommender.paper import Digest, Paper, Skipped
from recommender.text import names
from recommender.text.dates import day_of
from recommender.text.encoding import decode
from recommender.text.markup import plain, web_page

# "Showing new listings for Friday, 12 January 2024"; before that year "New submissions for Fri, 12 Jan 24"
_DAY = re.compile(
    r"(?:lists|listings|submissions|Replacements) for \w+, "
    r"(?P<day>[0-9]{1,2}) (?P<month>[A-Za-z]{3})[a-z]* (?P<year>[0-9]{4}|[0-9]{2})\b"
)
_SHOWING = re.compile(r"\bshowing (?P<shown>[0-9]{1,9}) of (?P<total>[0-9]{1,9}) entries")
_LIST = re.compile(rf"/list/(?P<category>{CATEGORY})/(?:new|recent)\b")
_SUBJECT = re.compile(rf"\((?P<category>{CATEGORY})\)")
_MARK = re.compile(r"<(?P<tag>h3|dt)\b[^<>]*>")  # a heading or a paper begins
_ABSTRACT_PAGE = re.compile(r"""\bhref\s*=\s*["'](?:https?://arxiv\.org)?/abs/(?P<id>[^"'\s<>]+)""")
_TITLE, _AUTHORS, _SUBJECTS = (
    re.compile(rf"""<div\s+class\s*=\s*["']list-{name}\b[^<>]*>""") for name in ("title", "authors", "subjects")
)
_ABSTRACT = re.compile(r"<p\b[^<>]*>")
_AUTHOR = re.compile(r"<a\s[^<>]*>(?P<name>[^<>]*)</a>")


def recognises(data: bytes) -> bool:
    """Whether this is a page of new listings."""
    is_page = web_page(decode(data[:8192])) is not None
    return is_page and (b"Showing new listings" in data or b"list-title" in data)


def read_digests(data: bytes) -> list[Digest]:
    """Parse the listing into one digest: new and cross-listed papers, and the replaced ones apart.

    Raises:
        SourceError: a page without the sections of new listings, such as one of recent papers, which has no
            abstracts.
    """
    text = decode(data)
    day: date | None = None
    sections: dict[str, dict[str, Paper]] = {"New": {}, "Cross": {}, "Replacement": {}}
    section: dict[str, Paper] | None = None  # of the next paper
    has_sections = False
    shown = total = 0  # new and cross-listed papers, as the headings count them
    skipped: list[Skipped] = []
    line = 1  # where the part begins
    for tag, part in _parts(text):
        if tag == "h3":
            heading = plain(part.partition("</h3>")[0])
            day = day or _read_day(heading)
            if heading.startswith(("New", "Cross")) and (showing := _SHOWING.search(heading)):
                shown, total = shown + int(showing["shown"]), total + int(showing["total"])
            section = next((papers for kind, papers in sections.items() if heading.startswith(kind)), None)
            has_sections = has_sections or section is not None
        elif tag == "dt" and section is not None:
            paper = _paper(line, part)
            if isinstance(paper, Paper):
                section.setdefault(paper.id, paper)
            else:
                skipped.append(paper)
        line += part.count("\n")
    if not (has_sections or day):
        raise SourceError(f"this is a web page (“{web_page(text)}”), not arXiv's new listings; save list/…/new instead")
    if "</html" not in text[-1000:].lower():
        skipped.append(Skipped(line, "the page is cut off here; save it again"))
    new, crossed, replaced = sections.values()
    link = _LIST.search(text)
    return [
        Digest(
            day,
            link["category"] if link else "",
            tuple((new | crossed).values()),
            tuple(skipped),
            frozenset(crossed.keys() - new.keys()),
            tuple(replaced.values()),
            total if shown < total else 0,
        )
    ]


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The page cut before each heading and each paper, with the tag that begins the part."""
    tag, start = "", 0
    for mark in _MARK.finditer(text):
        yield tag, text[start : mark.start()]
        tag, start = mark["tag"], mark.start()
    yield tag, text[start:]


def _read_day(heading: str) -> date | None:
    match = _DAY.search(heading)
    return day_of(f"20{match['year']}"[-4:], match["month"], match["day"]) if match else None


def _paper(line: int, entry: str) -> Paper | Skipped:
    link = _ABSTRACT_PAGE.search(entry)
    paper_id = arxiv_id(link["id"]) if link else None
    if paper_id is None:
        return Skipped(line, f'no arXiv id in "{plain(entry[:200])[:60]}"')
    if "</dd>" not in entry:
        return Skipped(line, f"the page is cut off in the entry of {paper_id}; save it again")
    title = plain(_inside(entry, _TITLE, "</div>")).removeprefix("Title:").strip()
    if not title:
        return Skipped(line, f"no title for {paper_id}")
    authors = _inside(entry, _AUTHORS, "</div>")
    authors_linked = [plain(author["name"]) for author in _AUTHOR.finditer(authors)]
    return Paper(
        paper_id,
        title,
        plain(_inside(entry, _ABSTRACT, "</p>")),
        tuple(filter(None, authors_linked)) or names.split(plain(authors).removeprefix("Authors:")),
        tuple(_SUBJECT.findall(plain(_inside(entry, _SUBJECTS, "</div>")))),
    )


def _inside(text: str, start: re.Pattern[str], end: str) -> str:
    """The text between the first `start` and the next `end`; empty if there is none."""
    match = start.search(text)
    return text[match.end() :].partition(end)[0] if match else ""
