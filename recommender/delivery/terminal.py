"""Lists, papers and what a profile learned, as text for a terminal: 80 columns, colour only when asked for."""

from collections.abc import Mapping, Sequence
from math import log
from typing import TYPE_CHECKING

from recommender.delivery import remarks, wording
from recommender.delivery.layout import Layout
from recommender.ids import abs_url
from recommender.paper import (
    SEARCH_POOL,
    Feedback,
    Giver,
    Paper,
    ReasonKind,
    Recommendation,
    Score,
    Shortlist,
    Verdict,
)
from recommender.text.lines import one_line
from recommender.text.periods import day_span, local
from recommender.text.readable import readable
from recommender.text.short import columns, counted, cut
from recommender.text.wrap import wrapped

if TYPE_CHECKING:
    from recommender.results.insights import Insights, Topic

_MARGIN = 10  # columns left of a title, for rank and match
_MAX_AUTHORS = 2  # shown by name
_MAX_UP, _MAX_DOWN = 4, 2  # papers that moved furthest
_LEAST_TITLE = 20  # columns of a title beside facts
_LABEL = 15  # columns of a label
_ORDER = {ReasonKind.MUTED: -1, ReasonKind.OTHER: 1}  # these reasons stand first and last


def list_text(
    shortlist: Shortlist,
    heading: str,
    layout: Layout,
    verdicts: Mapping[str, Verdict] | None = None,
) -> str:
    """The list with one paragraph a paper; ends without a line break.

    Args:
        verdicts: on papers of the list, by id.
    """
    lines = [dim(line, layout) for line in wrapped(heading, layout.width)]
    for item in shortlist.items:
        lines += ["", *_item(item, layout, (verdicts or {}).get(item.paper.id))]
    if shortlist.notes:
        lines += ["", *wrapped(remarks.notes(shortlist.notes), layout.width)]
    return "\n".join(lines)


def short_text(
    shortlist: Shortlist, heading: str, layout: Layout, verdicts: Mapping[str, Verdict] | None = None
) -> str:
    """The list with one line a paper: rank, match, the rating if there is one, and as much of the title as fits."""
    lines = [dim(line, layout) for line in wrapped(heading, layout.width)]
    for item in shortlist.items:
        rated = wording.verdict((verdicts or {}).get(item.paper.id))
        title = " · ".join(filter(None, (rated, readable(item.paper.title) or wording.NO_TITLE)))
        lines.append(f"{_rank(item)}{bold(cut(title, layout.width - _MARGIN), layout)}")
    if shortlist.notes:
        lines += wrapped(remarks.notes(shortlist.notes), layout.width)
    return "\n".join(lines)


def day_heading(shortlist: Shortlist) -> str:
    """The heading of a day's list: "ada · Wed 13 May 2020 · 10 of 46 papers"; of several days from when to when."""
    day = day_span(shortlist.first_day, shortlist.day, weekdays=True)
    return f"{shortlist.profile} · {day} · {len(shortlist.items)} of {wording.papers(shortlist.considered)}"


def search_heading(shortlist: Shortlist, question: str) -> str:
    """The heading of a list of search results: "ada · “image fusion” · 10 of 46 found".

    Args:
        question: what was searched for, in words.
    """
    matches = f"the {SEARCH_POOL} best" if shortlist.considered == SEARCH_POOL else f"{shortlist.considered:,}"
    return f"{shortlist.profile} · {question} · {len(shortlist.items)} of {matches} found"


def best_heading(shortlist: Shortlist) -> str:
    """The heading of a list of the best papers: "ada · best of 12,000 papers · 10"."""
    return f"{shortlist.profile} · best of {wording.papers(shortlist.considered)} · {len(shortlist.items)}"


def paper_text(paper: Paper, layout: Layout) -> str:
    """One paper in full: title, authors, id, categories, day, address and abstract."""
    lines = [bold(line, layout) for line in wrapped(readable(paper.title) or wording.NO_TITLE, layout.width)]
    lines += wrapped(", ".join(map(readable, paper.authors)), layout.width)
    facts = (paper.id, " ".join(paper.categories), paper.submitted.isoformat() if paper.submitted else "")
    lines += [*wrapped(one_line(" · ".join(filter(None, facts))), layout.width), abs_url(paper.id), ""]
    lines += wrapped(readable(paper.abstract) or "(no abstract)", layout.width)
    return "\n".join(lines)


def score_text(score: Score, layout: Layout) -> str:
    """A score and every reason for it, strongest first, one line each."""
    match = f"match {wording.match(score)}" if wording.match(score) else "match not known yet"
    if score.match is not None and score.interval:
        low, high = (round(end * 100) for end in score.interval)
        match += f" (with your ratings so far, between {low} and {high} %)"
    value = f"score {_signed(score.value)}"
    others = {"the topic's share": score.topic_share, "your rules": score.nudged}
    apart = [f"{name} {_signed(weight)}" for name, weight in others.items() if weight]
    if apart:
        match += ", by evidence alone" if score.match is not None else ""
        value += f": evidence {' and '.join([_signed(score.evidence), *apart])}"
    lines = wrapped(f"{match}; {value}, made of", layout.width)
    for reason in sorted(score.reasons, key=lambda reason: (_ORDER.get(reason.kind, 0), -abs(reason.weight))):
        weight = "muted" if reason.kind is ReasonKind.MUTED else _signed(reason.weight)
        lines += wrapped(f"{weight}  {wording.reason(reason)}", layout.width, "  ", " " * 9)
    if not score.reasons:
        lines.append("  nothing is known for or against it yet")
    return "\n".join(lines)


def note_text(note: str, layout: Layout) -> str:
    """The reader's note below a paper."""
    first, *rest = note.split("\n")
    lines = [*wrapped(f"Your note: {first}", layout.width, "", "  ")]
    lines += [part for line in rest for part in (wrapped(line, layout.width, "  ", "  ") or [""])]
    return "\n".join(lines)


def history_text(feedback: Sequence[Feedback], layout: Layout, notes: Mapping[str, str] | None = None) -> str:
    """Verdicts in the order given, one line each: day, verdict, its giver if not all are the reader's, id, title.

    Args:
        notes: by paper id; each is in a line below its paper.
    """
    lines = []
    with_givers = any(entry.by is not Giver.READER for entry in feedback)
    for entry in feedback:
        day, paper_id = local(entry.given_at).date(), one_line(entry.paper.id)
        giver = f"{'' if entry.by is Giver.READER else entry.by.value:<8}" if with_givers else ""
        facts = f"{day}  {wording.verdict(entry.verdict):<8}  {giver}{paper_id:<16}  "
        title = readable(entry.paper.title) or wording.NO_TITLE
        lines += _beside(cut(facts, layout.width), title, layout)
        if note := (notes or {}).get(entry.paper.id):
            lines.append(f"            {dim(cut(one_line(note), max(layout.width - 12, 1)), layout)}")
    return "\n".join(lines)


def insights_text(insights: "Insights", layout: Layout) -> str:
    """What the verdicts taught: the strongest words, topics with some papers, and each month's special words."""
    lines: list[str] = []
    for label, words in (("positive words", insights.positive_terms), ("negative words", insights.negative_terms)):
        if words:
            lines += _labelled(label, ", ".join(words), layout)
    for topic in insights.topics:
        name, facts = readable(topic.name), ", ".join(topic_facts(topic))
        described = f"{name} ({readable(', '.join(topic.words))})" if topic.words else name
        lines += ["", *_labelled("topic", f"{described}: {facts}", layout)]
        lines += [" " * (_LABEL + 1) + cut(readable(paper.title), layout.width - _LABEL - 1) for paper in topic.papers]
    if insights.topics:
        lines += ["", *_labelled("", "`recommend topics` renames, merges, weighs and drops them.", layout)]
    if insights.drift:
        lines.append("")
    for month, words in insights.drift:
        lines += _labelled(month, ", ".join(words), layout)
    return "\n".join(lines)


def topic_facts(topic: "Topic") -> list[str]:
    """The facts on a topic beside its name: its likes, whether it is stated, and its weight."""
    facts = [counted(topic.likes, "like") if topic.likes else "no likes"]
    if topic.stated:
        facts.append("stated interest")
    if topic.weight == 0:
        facts.append("dropped")
    elif topic.likes < 2 and not topic.stated:
        facts.append("too few for a share")
    elif topic.weight != 1:
        facts.append(f"weight {topic.weight:g}")
    return facts


def moves_text(moves: Sequence[tuple[Paper, int, int]], layout: Layout) -> str:
    """How verdicts changed the ranking of the day: how many papers moved each way, and those that moved furthest.

    Args:
        moves: each unrated paper with its place before and after; 1 is best.
    """
    up = [move for move in moves if move[2] < move[1]]
    down = [move for move in moves if move[2] > move[1]]
    if not up and not down:
        return "No other paper of the day moved."
    lines = [f"Of {wording.papers(len(moves))} left, {len(up)} moved up and {len(down)} down:"]
    furthest = [*_furthest(up)[:_MAX_UP], *_furthest(down)[:_MAX_DOWN]]
    for paper, before, after in sorted(furthest, key=lambda move: move[2]):
        places = f"  {before:>4} → {after:<4} "
        lines += _beside(places, readable(paper.title), layout)
    return "\n".join(lines)


def _beside(facts: str, title: str, layout: Layout) -> list[str]:
    """Facts and a title in one line, or in two where hardly any of the title would fit."""
    room = layout.width - columns(facts)
    if room >= _LEAST_TITLE:
        return [facts + bold(cut(title, room), layout)]
    return [facts.rstrip(), f"  {bold(cut(title, layout.width - 2), layout)}"]


def _furthest(moves: Sequence[tuple[Paper, int, int]]) -> list[tuple[Paper, int, int]]:
    """The moves by falling ratio of places: 12 → 4 matters, 40 → 32 does not."""
    return sorted(moves, key=lambda move: (-abs(log(move[1] / move[2])), move[0].id))


def _item(item: Recommendation, layout: Layout, verdict: Verdict | None) -> list[str]:
    """The lines of one paper of a list: title, facts and reasons."""
    width, indent = layout.width - _MARGIN, " " * _MARGIN
    text = readable(item.paper.title) or wording.NO_TITLE
    title = wrapped(text, width)
    if len(title) > 2:
        title = [title[0], cut(text[len(title[0]) :].strip(), width)]
    lines = [_rank(item) + bold(title[0], layout)]
    lines += [indent + bold(line, layout) for line in title[1:]]
    lines.append(indent + dim(cut(_facts(item.paper, verdict), width), layout))
    if layout.why and (why := wording.why_listed(item, width)):
        lines.append(indent + _coloured_signs(why, layout))
    return lines


def _rank(item: Recommendation) -> str:
    """What stands left of a title, in `_MARGIN` columns."""
    return f"{item.rank:>3} {wording.match(item.score) or '–  ':>5} "


def _facts(paper: Paper, verdict: Verdict | None) -> str:
    authors = wording.authors(paper.authors, _MAX_AUTHORS)
    facts = (wording.verdict(verdict), paper.id, " ".join(paper.categories[:3]), authors)
    return one_line(" · ".join(filter(None, facts)))


def _signed(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "−")


def _labelled(label: str, text: str, layout: Layout) -> list[str]:
    """A label and its text in lines, the text in a column of its own."""
    return wrapped(f"{label:<{_LABEL}} {text}", layout.width, "", " " * (_LABEL + 1))


def bold(text: str, layout: Layout) -> str:
    """The text in bold type, where colours are allowed."""
    return f"\x1b[1m{text}\x1b[0m" if layout.colour else text


def dim(text: str, layout: Layout) -> str:
    """The text in faint type, where colours are allowed."""
    return f"\x1b[2m{text}\x1b[0m" if layout.colour else text


def _coloured_signs(text: str, layout: Layout) -> str:
    """The line of reasons with its positive words in green and its negative words in red."""
    if not layout.colour:
        return text
    before, separator, words = text.rpartition("; ")
    if not words.startswith(("+", "−")):
        return text
    positive, minus, negative = words.partition("−")
    green = f"\x1b[32m{positive}\x1b[0m" if positive else ""
    red = f"\x1b[31m{minus}{negative}\x1b[0m" if minus else ""
    return before + separator + green + red
