"""Our own exports: JSON Lines, the JSON of a history, and lists of ids; also arXiv ids in any text."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from recommender.errors import SourceError
from recommender.ids import ARXIV_ID, ARXIV_SITE, arxiv_id, doi, page, paper_id, reference
from recommender.paper import Paper, Skipped
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.sources.json_objects import text_of
from recommender.sources.libraries.entry import valid_id, verdict_named
from recommender.sources.records import Record
from recommender.text.dates import leading_moment
from recommender.text.lines import one_line
from recommender.text.notes import LONGEST, cleaned
from recommender.text.short import quoted
from recommender.text.works import title_id

# In prose an id counts only with arXiv's name: "2003.07441" alone may be a price, a page or a report's number.
# Between the name and the id stand marks of Markdown and YAML: "**arXiv:** 2005.05859", 'arxiv_id: "2005.05859"'.
_ID = re.compile(
    rf"""(?: \barxiv (?:\.org)? (?:[_\s-]?id)? [\s:/=|*_`"'“\[({{]{{0,9}} | {ARXIV_SITE} | 10\.48550/arxiv\. )
         ({ARXIV_ID}) (?![\w/])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_BULLET = re.compile(r"(?:[-+*•–>|]|[0-9]{1,4}[.)])\s+(?:\[[ xX]\]\s+)?")
_COMMENT = re.compile(r"\s*+(?:#(?!.*\]\(https?://).*)?")  # but a heading of Markdown may be a link
_SEPARATOR = re.compile(r"[\s,;|]++")
_MARKS = "<>()[]{}\"'`."  # around an id: quotation marks, the brackets of a list, the end of a sentence
_WORD = re.compile(r"\w")


def read_record(fields: Mapping[str, object], line: int) -> LibraryEntry | Skipped:
    """Read one record, ours or another program's: the paper, its verdict and the date."""
    record = Record(fields)
    is_own = "verdict" in fields
    stated_id = valid_id(text_of(fields.get("id")))
    # OpenAlex and others have an address of their own as the id of a paper with a DOI
    own_id = (stated_id if is_own else "") or record.arxiv or (paper_id(doi=record.doi) if record.doi else stated_id)
    if not (own_id or record.title):
        return Skipped(line, f"neither id nor title in {quoted(str(dict(fields)))}")
    rating = text_of(fields.get("verdict"))
    verdict = verdict_named(rating) or verdict_named(text_of(fields.get("rating")))  # of others it may be a number
    if rating and not verdict:
        return Skipped(line, f"no verdict: {quoted(rating)}; there are like, dislike and read")
    if is_own:  # our own: its texts are exact
        title, abstract = one_line(text_of(fields.get("title"))), one_line(text_of(fields.get("abstract")))
        authors, categories = _texts(fields.get("authors")), _texts(fields.get("categories"))
        published, kept = doi(text_of(fields.get("doi"))) or "", fields.get("record")
    else:
        title, abstract, authors, categories = record.title, record.abstract, record.authors, record.categories
        published, kept = record.doi, record.record
    entry = LibraryEntry(
        Paper(own_id, title, abstract, authors, categories, record.submitted, published),
        leading_moment(text_of(fields.get("date")) or text_of(fields.get("given_at"))) or _created(fields),
        verdict,
        {name: text_of(value) for name, value in kept.items()} if isinstance(kept, Mapping) else {},
        cleaned(text_of(fields.get("note")))[:LONGEST].rstrip() if is_own else "",
    )
    if own_id:
        return entry
    year = record.submitted.year if record.submitted else entry.year
    return entry._replace(paper=entry.paper._replace(id=title_id(title, authors, year)))


def _created(fields: Mapping[str, object]) -> datetime | None:
    """When Paperpile got the paper, which it writes in seconds since 1970."""
    seconds = fields.get("created")
    is_moment = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 4e9
    return datetime.fromtimestamp(float(seconds), UTC) if is_moment else None  # type: ignore[arg-type]


def read_ids(text: str) -> LibraryEntries:
    """Read a list with ids in each line, or else find all arXiv ids in a text; the papers have nothing but their ids.

    In a list each line is one id or several, or begins with an id, perhaps behind a bullet, and a title follows.
    Where most lines do, the others are skipped. In any other text an id counts with arXiv's name, or where it fills a
    line.

    Raises:
        SourceError: there is no id.
    """
    all_lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1) if _WORD.search(line)]
    lines = [(number, line) for number, line in all_lines if not _COMMENT.fullmatch(line)]
    leading = [leading_ids(line) for _, line in lines]
    skipped: list[Skipped] = []
    is_list = all(leading)
    if not is_list or not leading:  # a page's address is a paper only in a list of nothing else
        leading = [[each for each in found if not page(each)] for found in leading]
        is_list = sum(map(bool, leading)) > len(lines) / 2
        if lines and not is_list:  # then "#" begins a heading
            lines, leading = all_lines, [[] for _ in all_lines]
        for at, (number, line) in enumerate(lines):
            leading[at] = (is_list and leading[at]) or ids_in(line) or _only_ids(line)
            if is_list and not leading[at]:
                skipped.append(Skipped(number, f"no arXiv id or DOI at its beginning: {quoted(line)}"))
    ids = list(dict.fromkeys(each for found in leading for each in found))
    if not ids:
        raise SourceError(
            "no arXiv id in it, nor a table with a column Title; expected ids like 2005.05859 or hep-th/9901001, or "
            "arXiv's addresses"
        )
    return LibraryEntries(
        tuple(LibraryEntry(Paper(each, "", "")) for each in ids), tuple(skipped), only_ids=not is_list
    )


def leading_ids(line: str) -> list[str]:
    """The ids that a line of a list is, or the one that it begins with; none if there is none."""
    bare = _BULLET.sub("", line, count=1)
    word = _SEPARATOR.split(bare, maxsplit=1)[0].strip(_MARKS)
    leading = reference(line) or reference(bare) or reference(word)
    if leading or not (own_id := valid_id(line) or valid_id(bare) or valid_id(word)):
        return _only_ids(line) or ([leading] if leading else [])
    return (ids_in(word) if page(own_id) else []) or [own_id]  # an archive's or a proxy's address has arXiv's in it


def _only_ids(line: str) -> list[str]:
    """The arXiv ids and DOIs of which alone a line consists; none if it has anything else."""
    words = [word.strip(_MARKS) for word in _SEPARATOR.split(_BULLET.sub("", line, count=1))]
    ids = [reference(word) or "" for word in words if word]
    return ids if all(ids) else []


def ids_in(line: str) -> list[str]:
    """The arXiv ids with arXiv's name in a line, without version."""
    return list(filter(None, (arxiv_id(match[1]) for match in _ID.finditer(line))))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(one_line, map(text_of, value)))) if isinstance(value, list) else ()
