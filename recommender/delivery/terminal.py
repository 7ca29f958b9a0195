"""A list as it stands in a terminal: 80 columns, colour only when asked for."""

import textwrap
from collections.abc import Mapping, Sequence
from math import log
from typing import NamedTuple

from recommender.delivery import wording
from recommender.ids import abs_url
from recommender.paper import Feedback, Insights, Paper, ReasonKind, Recommendation, Score, Shortlist, Verdict
from recommender.text.readable import readable
from recommender.text.short import cut

_MARGIN = 10  # columns left of a title: rank and match
_TITLE_LINES = 2
_AUTHORS = 2  # named; the others are counted
_UP_TOLD, _DOWN_TOLD = 4, 2  # papers that moved furthest
_PLACES = {ReasonKind.MUTED: -1, ReasonKind.OTHER: 1}  # of kinds of reasons that stand first and last


class Layout(NamedTuple):
    """How a text is laid out."""

    width: int = 80  # columns
    colour: bool = False
    why: bool = True  # with a line of reasons


def list_text(shortlist: Shortlist, heading: str, look: Layout, verdicts: Mapping[str, Verdict] | None = None) -> str:
    """The list with one paragraph a paper; ends without a line break."""
    lines = [*_wrapped(heading, look.width, "", "")]
    if look.colour:
        lines = [_dim(line) for line in lines]
    for item in shortlist.items:
        lines += ["", *_item(item, look, (verdicts or {}).get(item.paper.id))]
    if shortlist.notes:
        lines += ["", *_wrapped(wording.notes(shortlist.notes), look.width, "", "")]
    return "\n".join(lines)


def day_heading(shortlist: Shortlist) -> str:
    """What the list of a day is, in a line."""
    day = f"{shortlist.day:%a} {wording.day(shortlist.day)}"
    return f"{shortlist.profile} · {day} · {len(shortlist.items)} of {wording.papers(shortlist.considered)}"


def paper_text(paper: Paper, look: Layout) -> str:
    """One paper whole: title, where it is from, and the abstract."""
    lines = [_bold(line, look) for line in _wrapped(readable(paper.title), look.width, "", "")]
    authors = ", ".join(map(readable, paper.authors))
    lines += _wrapped(authors, look.width, "", "") if authors else []
    facts = [paper.id, " ".join(paper.categories), paper.submitted.isoformat() if paper.submitted else ""]
    lines += [" · ".join(fact for fact in facts if fact), abs_url(paper.id), ""]
    lines += _wrapped(readable(paper.abstract) or "(no abstract)", look.width, "", "")
    return "\n".join(lines)


def score_text(score: Score, look: Layout) -> str:
    """A score and every reason for it, strongest first, a line each."""
    match = "match not known yet" if score.probability is None else f"match {wording.match(score)}"
    if score.interval:
        low, high = (round(end * 100) for end in score.interval)
        match += f" (with your ratings so far, between {low} and {high} %)"
    lines = _wrapped(f"{match}; score {_signed(score.value)}, made of", look.width, "", "")
    ordered = sorted(score.reasons, key=lambda reason: (_PLACES.get(reason.kind, 0), -abs(reason.weight)))
    for reason in ordered:
        weight = "muted" if reason.kind is ReasonKind.MUTED else _signed(reason.weight)
        lines += _wrapped(f"{weight}  {wording.reason(reason)}", look.width, "  ", " " * 9)
    if not score.reasons:
        lines.append("  nothing is known for or against it yet")
    return "\n".join(lines)


def history_text(feedback: Sequence[Feedback], look: Layout) -> str:
    """Verdicts, a line each: when, what, which."""
    lines = []
    for entry in feedback:
        fact = f"{entry.given_at.astimezone().date()}  {wording.verdict(entry.verdict):<8}  {entry.paper.id:<16}  "
        title = readable(entry.paper.title) or "(title not known yet)"
        lines.append(fact + _bold(cut(title, look.width - len(fact)), look))
    return "\n".join(lines)


def learnt_text(learnt: Insights, look: Layout) -> str:
    """What a profile learned: words, interests with their papers, drift."""
    lines: list[str] = []
    for label, words in (("speaks for", learnt.favoured), ("against", learnt.unwanted)):
        if words:
            lines += _wrapped(f"{label:<11} {', '.join(words)}", look.width, "", " " * 12)
    for interest in learnt.interests:
        lines += [
            "",
            *_wrapped(f"interest    {', '.join(interest.words)}: {wording.papers(interest.likes)}", look.width, "", ""),
        ]
        lines += [" " * 12 + cut(readable(paper.title), look.width - 12) for paper in interest.papers]
    if learnt.drift:
        lines.append("")
    for month, words in learnt.drift:
        lines += _wrapped(f"{month:<11} {', '.join(words)}", look.width, "", " " * 12)
    return "\n".join(lines)


def moves_text(moves: Sequence[tuple[Paper, int, int]], look: Layout) -> str:
    """What verdicts changed on the day: how many papers moved each way, and the ones that moved most.

    Args:
        moves: each open paper with its place before and after.
    """
    up = [move for move in moves if move[2] < move[1]]
    down = [move for move in moves if move[2] > move[1]]
    if not up and not down:
        return "No other paper of the day moved."
    lines = [f"Of {wording.papers(len(moves))} left, {len(up)} moved up and {len(down)} down:"]
    # by the ratio of places: 12 → 4 matters, 40 → 32 does not
    furthest = [
        move
        for some, count in ((up, _UP_TOLD), (down, _DOWN_TOLD))
        for move in sorted(some, key=lambda move: (-abs(log(move[1] / move[2])), move[0].id))[:count]
    ]
    for paper, before, after in sorted(furthest, key=lambda move: move[2]):
        place = f"  {before:>4} → {after:<4} "
        lines.append(place + _bold(cut(readable(paper.title), look.width - len(place)), look))
    return "\n".join(lines)


def _item(item: Recommendation, look: Layout, verdict: Verdict | None) -> list[str]:
    title = _wrapped(readable(item.paper.title), look.width - _MARGIN, "", "")
    if len(title) > _TITLE_LINES:
        title = [*title[: _TITLE_LINES - 1], cut(" ".join(title[_TITLE_LINES - 1 :]), look.width - _MARGIN)]
    indent = " " * _MARGIN
    lines = [f"{item.rank:>3} {_match(item.score)} " + _bold(title[0] if title else "(no title)", look)]
    lines += [indent + _bold(line, look) for line in title[1:]]
    lines.append(indent + _dimmed(cut(_facts(item.paper, verdict), look.width - _MARGIN), look))
    if look.why and (why := wording.why_listed(item, look.width - _MARGIN)):
        lines.append(indent + _coloured_signs(why, look))
    return lines


def _facts(paper: Paper, verdict: Verdict | None) -> str:
    authors = wording.authors(paper.authors, _AUTHORS)
    facts = (wording.verdict(verdict), paper.id, " ".join(paper.categories[:3]), authors)
    return " · ".join(fact for fact in facts if fact)


def _match(score: Score) -> str:
    """The match in a column of its own."""
    return f"{wording.match(score) or '–  ':>5}"


def _signed(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "−")


def _wrapped(text: str, width: int, first: str, later: str) -> list[str]:
    return textwrap.wrap(text, max(width, 20), initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def _bold(text: str, look: Layout) -> str:
    return f"\x1b[1m{text}\x1b[0m" if look.colour else text


def _dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m"


def _dimmed(text: str, look: Layout) -> str:
    return _dim(text) if look.colour else text


def _coloured_signs(text: str, look: Layout) -> str:
    """The line of reasons with what speaks for a paper in green, and against it in red."""
    if not look.colour:
        return text
    said, mark, signs = text.rpartition("; ")
    if not signs.startswith(("+", "−")):
        return text
    up, minus, down = signs.partition("−")
    green = f"\x1b[32m{up}\x1b[0m" if up else ""
    return said + mark + green + (f"\x1b[31m{minus}{down}\x1b[0m" if minus else "")
