"""The text and the HTML of a mail, made from templates/; both show the same papers in the same order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recommender.delivery import remarks, wording
from recommender.delivery.mail.excerpt import first_sentences, visible_line
from recommender.delivery.mail.headers import MAX_NAME, escaped, link
from recommender.delivery.mail.links import Links
from recommender.ids import abs_url, arxiv_id, pdf_url
from recommender.paper import NoteKind, Paper, Reason, ReasonKind, Recommendation, Shortlist
from recommender.text.readable import readable
from recommender.text.short import cut_at_word
from recommender.text.wrap import wrapped

MAX_PAPERS = 50  # a mail; GMAIL_CLIPS leaves room for no more
GMAIL_CLIPS = 102_000  # bytes of HTML; Gmail hides the rest, and with it how to stop the mail, behind a link

_MAX_HTML = GMAIL_CLIPS - 4_000  # bytes; some servers count what they add, too
_EXCERPTS = (480, 240, 120, 0)  # characters of an abstract; the first that keeps the HTML below _MAX_HTML is used
_MAX_READ = 1_000  # characters of a title, name or abstract that are looked at
_MAX_TITLE, _MAX_WHY, _MAX_NOTES = 250, 140, 600  # characters
_MAX_AUTHORS = 4  # all of them are named; if there are more, one fewer is
_MAX_MARKS = 20  # marked words an abstract
_COLUMNS = 72  # of the text
# notes that say already why no paper has a match
_UNKNOWN_MATCH = (NoteKind.MATCH_NEEDS_LIKES, NoteKind.MATCH_NEEDS_PAPERS, NoteKind.UNKNOWN_READER)
_HTML_SINCE = "2312"  # arXiv has HTML of papers since December 2023: https://info.arxiv.org/about/accessible_HTML.html


@dataclass(frozen=True, slots=True)
class _Entry:
    """One paper as both templates show it; every text is on one line and short."""

    rank: int
    title: str
    page: str  # empty if no address is known
    match: str  # "82 % match"; empty if it is not known
    facts: str  # id and categories
    authors: str
    why: str
    abstract: tuple[str, ...]  # every second piece is a marked word
    places: tuple[tuple[str, str], ...]  # where to read it: name ("pdf") and address
    links: Links | None


def render(
    shortlist: Shortlist,
    links: Mapping[str, Links],
    heading: str,
    subject: str,
    unsubscribe: Sequence[str],
    unopened: Sequence[Paper] = (),
) -> tuple[str, str]:
    """The text and the HTML of a mail.

    Args:
        links: where the buttons of a paper lead, by paper id.
        unsubscribe: addresses that stop the mails.
        unopened: papers that were liked and never opened; at most three are named.
    """
    items = shortlist.items[:MAX_PAPERS]
    papers = [readable_paper(item.paper) for item in items]  # once, however often the excerpts must be cut shorter
    values = {
        "heading": heading,
        "profile": visible_line(shortlist.profile),
        "count": _count(shortlist),
        "notes": _notes(shortlist),
        "more": len(shortlist.items) - len(items),
        "wanted": min(len(shortlist.items), 10_000),
        "has_buttons": bool(links),
        "unsubscribe": unsubscribe,
        "unopened": [(paper.title, escaped(abs_url(paper.id))) for paper in map(readable_paper, unopened[:3])],
        "subject": subject,
    }

    def render_template(name: str, room: int) -> str:
        entries = [_entry(item, paper, links, room) for item, paper in zip(items, papers, strict=True)]
        return _templates.get_template(name).render(values, entries=entries)

    html = ""
    for room in _EXCERPTS:
        html = render_template("letter.html", room)
        if len(html.encode()) <= _MAX_HTML:
            break
    return render_template("letter.txt", _EXCERPTS[0]), html


def readable_paper(paper: Paper) -> Paper:
    """The paper with its title and abstract as people read them."""
    title = cut_at_word(visible_line(readable(paper.title[:_MAX_READ])), _MAX_TITLE) or wording.NO_TITLE
    abstract = visible_line(readable(paper.abstract[:_MAX_READ]))
    return paper._replace(id=visible_line(paper.id), title=title, abstract=abstract)


def _count(shortlist: Shortlist) -> str:
    """ "10 of 46 papers"; empty if there were none."""
    return f"{len(shortlist.items)} of {wording.papers(shortlist.considered)}" if shortlist.considered else ""


def _notes(shortlist: Shortlist) -> str:
    """The notes of the list, before the papers or in their place."""
    notes = cut_at_word(visible_line(remarks.notes(shortlist.notes)), _MAX_NOTES)
    if not shortlist.items:
        return notes or "Nothing to list this time."
    is_said = any(note.kind in _UNKNOWN_MATCH for note in shortlist.notes)
    if is_said or any(item.score.probability is not None for item in shortlist.items):
        return notes
    return f"{notes} How well they match is not known yet: it takes some likes and dislikes to tell.".lstrip()


def _entry(item: Recommendation, paper: Paper, links: Mapping[str, Links], room: int) -> _Entry:
    page, pdf = escaped(abs_url(paper.id)), pdf_url(paper.id)
    places = [("abs" if pdf else "page", page), ("pdf", pdf), ("html", _html_url(paper.id))]
    shown_id = "" if paper.id.startswith(("http:", "https:", "title:")) else cut_at_word(paper.id, _MAX_TITLE)
    categories = cut_at_word(visible_line(" ".join(paper.categories[:3])), MAX_NAME)
    match = wording.match(item.score)
    buttons = links.get(item.paper.id)
    return _Entry(
        rank=item.rank,
        title=paper.title,
        page=page,
        match=f"{match} match" if match else "",
        facts=" · ".join(filter(None, (shown_id, categories))),
        authors=_authors(paper.authors),
        why=_why(item),
        abstract=_marked(first_sentences(paper.abstract, room), item.score.reasons),
        places=tuple((name, address) for name, address in places if address),
        links=Links(link(buttons.like), link(buttons.dislike)) if buttons else None,
    )


def _html_url(paper_id: str) -> str:
    has_html = arxiv_id(paper_id) and "/" not in paper_id and paper_id[:4] >= _HTML_SINCE
    return f"https://arxiv.org/html/{paper_id}" if has_html else ""


def _authors(authors: Sequence[str]) -> str:
    named = _MAX_AUTHORS if len(authors) <= _MAX_AUTHORS else _MAX_AUTHORS - 1
    names = [cut_at_word(visible_line(readable(author[:_MAX_READ])), MAX_NAME) for author in authors[:named]]
    return wording.and_more(names, len(authors) - len(names))


def _why(item: Recommendation) -> str:
    reasons = tuple(reason._replace(subject=reason.subject[:_MAX_READ]) for reason in item.score.reasons)
    shorter = item._replace(score=item.score._replace(reasons=reasons))
    return cut_at_word(visible_line(wording.why_listed(shorter, _MAX_WHY)), _MAX_WHY)


def _marked(text: str, reasons: Sequence[Reason]) -> tuple[str, ...]:
    """The text in pieces; every second one is a positive word of the reasons, marked at its first place only."""
    positive = [reason for reason in reasons if reason.kind is ReasonKind.WORD and reason.weight > 0]
    words = [visible_line(reason.subject[:_MAX_TITLE]) for reason in positive[:_MAX_MARKS]]
    # a pair may be hyphenated in the text; the longest comes first, so that a pair is marked whole
    patterns = [r"[\s‐‑-]".join(map(re.escape, word.split(" "))) for word in words if word]
    if not patterns:
        return (text,)
    marked: set[str] = set()
    pieces = [""]
    either = "|".join(sorted(patterns, key=len, reverse=True))
    for number, piece in enumerate(re.split(rf"(?<!\w)({either})(?!\w)", text, flags=re.IGNORECASE)):
        if number % 2 and piece.lower() not in marked:
            marked.add(piece.lower())
            pieces += [piece, ""]
        else:
            pieces[-1] += piece
    return tuple(pieces)


def _filled(text: str, indent: int) -> str:
    """The text in lines of `_COLUMNS` columns; the template writes the indent of the first line."""
    margin = " " * indent
    return "\n".join(wrapped(text, _COLUMNS, margin, margin))[indent:]


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=lambda name: not str(name).endswith(".txt"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_templates.filters["filled"] = _filled
