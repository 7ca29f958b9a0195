"""A list as it stands in a terminal: 80 columns, colour only when asked for."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import log
from typing import NamedTuple

from recommender.ids import abs_url
from recommender.paper import Feedback, Insights, Paper, Reason, ReasonKind, Recommendation, Score, Shortlist, Verdict
from recommender.text.readable import readable

_MARGIN = 10  # columns left of a title: rank and match
_TITLE_LINES = 2
_UP_TOLD, _DOWN_TOLD = 4, 2  # papers that moved furthest
_WORDS_EACH_WAY = 3  # words for a paper, and words against it, on its line
_LEAST_TOLD = 0.03  # log-odds a word must add or take to be on a line
_LEAST_AUTHOR = 0.7  # log-odds an author must add to lead a line: more than one liked paper alone does
_LEAST_TITLE = 24  # columns of a resembled paper's title that say which it is ...
_LEAST_BESIDE = 36  # ... and with "like your" before it


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
    if shortlist.note:
        lines += ["", *_wrapped(shortlist.note, look.width, "", "")]
    return "\n".join(lines)


def day_heading(shortlist: Shortlist) -> str:
    """What the list of a day is, in a line."""
    day = f"{shortlist.day:%a} {day_text(shortlist.day)}"
    return f"{shortlist.profile} · {day} · {len(shortlist.items)} of {_papers(shortlist.considered)}"


def day_text(day: date) -> str:
    """13 May 2020."""
    return f"{day.day} {day:%b %Y}"


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
    match = "match not known yet" if score.probability is None else f"match {_match(score).strip()}"
    if score.interval:
        low, high = (round(end * 100) for end in score.interval)
        match += f" (with the verdicts so far, between {low} and {high} %)"
    lines = _wrapped(f"{match}; score {_signed(score.value)}, made of", look.width, "", "")
    ordered = sorted(score.reasons, key=lambda reason: (_PLACES.get(reason.kind, 0), -abs(reason.weight)))
    for reason in ordered:
        weight = "muted" if reason.kind is ReasonKind.MUTED else _signed(reason.weight)
        lines += _wrapped(f"{weight}  {_said(reason)}", look.width, "  ", " " * 9)
    if not score.reasons:
        lines.append("  nothing known of this reader speaks for or against it")
    return "\n".join(lines)


def history_text(feedback: Sequence[Feedback], look: Layout) -> str:
    """Verdicts, a line each: when, what, which."""
    lines = []
    for entry in feedback:
        fact = f"{entry.given_at.astimezone().date()}  {entry.verdict.past:<8}  {entry.paper.id:<16}  "
        title = readable(entry.paper.title) or "(title not known yet)"
        lines.append(fact + _bold(_cut(title, look.width - len(fact)), look))
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
            *_wrapped(f"interest    {', '.join(interest.words)}: {_papers(interest.likes)}", look.width, "", ""),
        ]
        lines += [" " * 12 + _cut(readable(paper.title), look.width - 12) for paper in interest.papers]
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
    lines = [f"Of {_papers(len(moves))} left, {len(up)} moved up and {len(down)} down:"]
    # by the ratio of places: 12 → 4 matters, 40 → 32 does not
    furthest = [
        move
        for some, count in ((up, _UP_TOLD), (down, _DOWN_TOLD))
        for move in sorted(some, key=lambda move: (-abs(log(move[1] / move[2])), move[0].id))[:count]
    ]
    for paper, before, after in sorted(furthest, key=lambda move: move[2]):
        place = f"  {before:>4} → {after:<4} "
        lines.append(place + _bold(_cut(readable(paper.title), look.width - len(place)), look))
    return "\n".join(lines)


def _item(item: Recommendation, look: Layout, verdict: Verdict | None) -> list[str]:
    title = _wrapped(readable(item.paper.title), look.width - _MARGIN, "", "")
    if len(title) > _TITLE_LINES:
        title = [*title[: _TITLE_LINES - 1], _cut(" ".join(title[_TITLE_LINES - 1 :]), look.width - _MARGIN)]
    indent = " " * _MARGIN
    lines = [f"{item.rank:>3} {_match(item.score)} " + _bold(title[0] if title else "(no title)", look)]
    lines += [indent + _bold(line, look) for line in title[1:]]
    lines.append(indent + _dimmed(_cut(_facts(item.paper, verdict), look.width - _MARGIN), look))
    if look.why and (why := _why(item, look.width - _MARGIN)):
        lines.append(indent + _coloured_signs(why, look))
    return lines


def _why(item: Recommendation, width: int) -> str:
    if item.exploring:
        return _with_signs("exploring: unlike what you judged so far", _signed_words(item.score.reasons), width)
    return why_line(item.score.reasons, width)


def why_line(reasons: Sequence[Reason], width: int) -> str:
    """The strongest reasons in one line of at most `width` columns; empty if there are none.

    First what the reader asked for, then a known author, then what the paper resembles, then words.
    """
    signed = _signed_words(reasons)
    first = _cut(_asked_for(reasons) or _known_author(reasons), width)
    if not first:
        return _resemblance(reasons, signed, width) or _fitting(signed, width)
    left = width - _columns(first) - 2
    resembles = _resemblance(reasons, signed, left) if left >= _LEAST_BESIDE else ""
    return f"{first}; {resembles}" if resembles else _with_signs(first, signed, width)


def _asked_for(reasons: Sequence[Reason]) -> str:
    """That the reader muted it, or follows an author: the strongest one can say."""
    muted = [readable(reason.text) for reason in reasons if reason.kind is ReasonKind.MUTED]
    if muted:
        return f"muted: {', '.join(muted)}"
    followed = [
        readable(reason.text.removeprefix(_FOLLOWED))
        for reason in reasons
        if reason.kind is ReasonKind.NUDGE and reason.text.startswith(_FOLLOWED)
    ]
    return f"by {' and '.join(followed)}, whom you follow" if followed else ""


def _known_author(reasons: Sequence[Reason]) -> str:
    for reason in reasons:
        if reason.kind is ReasonKind.AUTHOR and reason.weight >= _LEAST_AUTHOR:
            return f"by {readable(reason.text.removeprefix('author '))}"
    return ""


def _resemblance(reasons: Sequence[Reason], signed: Sequence[str], width: int) -> str:
    """What it resembles most, and words if there is room; empty if it resembles nothing."""
    resembled = [reason for reason in reasons if reason.kind in _RESEMBLANCES]
    if not resembled:
        return ""
    nearest = max(resembled, key=lambda reason: abs(reason.weight))
    says = _RESEMBLANCES[nearest.kind]
    if nearest.kind is ReasonKind.INTEREST:
        about = _fitting(nearest.text.split(", "), width // 2, ", ")
        return _with_signs(f"{says} {about}", signed, width)
    title = readable(nearest.text)
    least = max(width // 2, len(says) + _LEAST_TITLE)
    room = max(least, width - len(says) - _columns("; ".join(["", " ".join(signed)])) - 3)
    return _with_signs(f"{says} “{_cut(title, min(room, width - 3) - len(says))}”", signed, width)


_RESEMBLANCES = {
    ReasonKind.LIKED: "like your",
    ReasonKind.DISLIKED: "like the disliked",
    ReasonKind.INTEREST: "on your interests",
}
_PLACES = {ReasonKind.MUTED: -1, ReasonKind.OTHER: 1}  # in the list of reasons; by weight otherwise
_FOLLOWED, _WEIGHED = "followed author ", "your weight on "  # how these nudges begin


def _signed_words(reasons: Sequence[Reason]) -> list[str]:
    """What speaks for it, then what speaks against it: the reader's own weights before other words."""
    weighed = [
        (reason.weight, readable(reason.text.removeprefix(_WEIGHED)))
        for reason in reasons
        if reason.kind is ReasonKind.NUDGE and reason.text.startswith(_WEIGHED)
    ]
    own = {word for _, text in weighed for word in re.findall(r"\w+", text.lower())}
    words = [reason for reason in reasons if reason.kind is ReasonKind.WORD]
    others = [reason for reason in words if not own & set(reason.text.lower().split())]
    told = []
    for sign, mark in ((1, "+"), (-1, "−")):
        told += [f"{mark}{text}" for weight, text in weighed if sign * weight > 0]
        told += [f"{mark}{reason.text}" for reason in _strongest(others, sign)]
    return told


def _with_signs(said: str, signed: Sequence[str], width: int) -> str:
    signs = _fitting(signed, width - _columns(said) - 2)
    return f"{said}; {signs}" if signs else said


def _fitting(parts: Iterable[str], width: int, between: str = " ") -> str:
    """As many of the parts as fit whole; a shorter one may stand where a longer one did not fit."""
    text = ""
    for part in parts:
        longer = f"{text}{between}{part}" if text else part
        if _columns(longer) <= width:
            text = longer
    return text


def _strongest(words: Iterable[Reason], sign: int) -> list[Reason]:
    """The words that say most in this direction; one that shares a word with a stronger one is not told."""
    chosen: list[Reason] = []
    for reason in sorted(words, key=lambda reason: (-sign * reason.weight, reason.text)):
        repeated = any(set(reason.text.split()) & set(other.text.split()) for other in chosen)
        if sign * reason.weight > _LEAST_TOLD and not repeated:
            chosen.append(reason)
    return chosen[:_WORDS_EACH_WAY]


def _facts(paper: Paper, verdict: Verdict | None) -> str:
    authors = ", ".join(map(readable, paper.authors[:2]))
    if len(paper.authors) > 2:
        authors += f" and {len(paper.authors) - 2} more"
    judged = verdict.past if verdict else ""
    return " · ".join(fact for fact in (judged, paper.id, " ".join(paper.categories[:3]), authors) if fact)


def _said(reason: Reason) -> str:
    match reason.kind:
        case ReasonKind.LIKED:
            return f"like your “{readable(reason.text)}” ({reason.paper_id})"
        case ReasonKind.DISLIKED:
            return f"like “{readable(reason.text)}” ({reason.paper_id}), which you disliked"
        case ReasonKind.INTEREST:
            return f"your interests: {reason.text}"
        case ReasonKind.AUTHOR | ReasonKind.NUDGE | ReasonKind.MUTED:
            return readable(reason.text)
        case _:
            return reason.text


def _match(score: Score) -> str:
    return "  –  " if score.probability is None else f"{round(score.probability * 100):>3} %"


def _signed(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "−")


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count} papers"


def _columns(text: str) -> int:
    """How wide a terminal shows it: wide characters take two columns, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _cut(text: str, width: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if _columns(text) <= width:
        return text
    text = text[: max(width - 1, 0)]  # no more characters than columns fit, but for combining ones
    while text and _columns(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


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
