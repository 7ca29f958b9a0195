"""A paper as a card: its values for a template, as readable text."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from recommender.api import Recommender
from recommender.delivery import wording
from recommender.ids import abs_url, pdf_url
from recommender.paper import Paper, Reason, Recommendation, Score, Verdict
from recommender.text.lines import one_line
from recommender.text.readable import readable
from recommender.text.short import cut_at_word
from recommender.web.formulas import html

MAX_AUTHORS = 8  # shown by name
_MAX_TITLE = 1_000  # characters
_MAX_EXCERPT = 160
_MAX_TEXT = 12_000  # characters of an abstract
_MAX_NOTE = 160  # of a note in a list; its paper's page has the whole
_WHY_COLUMNS = 200  # of the line of reasons; the page wraps it


class Card(NamedTuple):
    """One paper of a list."""

    id: str
    rank: int
    address: str  # of its own page
    title: Markup
    authors: str
    match: str  # "82 %"; empty while it is not known
    why: str
    excerpt: str  # the beginning of the abstract
    abstract: Markup
    abs_url: str
    pdf_url: str
    names: tuple[str, ...]  # of authors that can be followed
    state: str  # "liked", "disliked", "read"; empty without a verdict
    later: bool = False  # on the reading list
    note: str = ""  # the reader's, its beginning, on one line


class Bar(NamedTuple):
    """One reason as a bar, from the middle to the right, or to the left where it lowers the score."""

    text: str
    weight: str  # "+0.82"
    start: float  # 0..100
    width: float


def cards(
    items: Sequence[Recommendation], verdicts: Mapping[str, Verdict], notes: Mapping[str, str] | None = None
) -> list[Card]:
    """The cards of a list, with the reader's notes by paper id."""
    listed = (
        card(item.paper, verdicts, item.score, rank=item.rank, why=wording.why_listed(item, _WHY_COLUMNS))
        for item in items
    )
    return [with_note(each, notes or {}) for each in listed]


def marked(reader: Recommender, shown: Sequence[Card]) -> list[Card]:
    """The cards, each with whether its paper is on the reading list."""
    waiting = reader.reading.ids()
    return [each._replace(later=each.id in waiting) for each in shown]


def with_note(shown: Card, notes: Mapping[str, str]) -> Card:
    """The card with the beginning of the reader's note, if there is one."""
    return shown._replace(note=cut_at_word(one_line(notes.get(shown.id, "")), _MAX_NOTE))


def card(
    paper: Paper, verdicts: Mapping[str, Verdict], score: Score | None = None, *, rank: int = 0, why: str = ""
) -> Card:
    """The card of one paper."""
    return Card(
        paper.id,
        rank,
        address(paper.id),
        html(paper.title[:_MAX_TITLE]) or Markup.escape(f"{paper.id} {wording.NO_TITLE}"),
        wording.authors(paper.authors, MAX_AUTHORS),
        wording.match(score) if score else "",
        why,
        cut_at_word(readable(paper.abstract[: 2 * _MAX_EXCERPT]), _MAX_EXCERPT),
        html(paper.abstract[:_MAX_TEXT]),
        abs_url(paper.id),
        pdf_url(paper.id),
        paper.authors[:MAX_AUTHORS],
        wording.verdict(verdicts.get(paper.id)),
    )


def address(paper_id: str) -> str:
    """The address of a paper's own page."""
    return f"/paper/{quote(paper_id, safe='/:')}"


def bars(reasons: Sequence[Reason]) -> list[Bar]:
    """All reasons for a score, the heaviest first, the longest bar half as wide as the picture."""
    heaviest = max((abs(part.weight) for part in reasons), default=0.0)
    return [Bar(wording.reason(part), signed(part.weight), *bar(part.weight, heaviest)) for part in reasons]


def signed(weight: float) -> str:
    """An effect in log-odds: "+0.82", "−0.10"."""
    return f"{weight:+.2f}".replace("-", "−")


def bar(weight: float, heaviest: float) -> tuple[float, float]:
    """Start and width of a bar from the middle of a picture that is 100 wide."""
    share = weight / (heaviest or 1.0)
    return round(50 + 50 * min(share, 0), 2), round(max(50 * abs(share), 0.5), 2)
