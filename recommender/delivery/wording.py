"""The words about a list, for terminal, mail, web page, feed and JSON: reasons, matches, days and counts.

Those of its notes are in `remarks`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from recommender.paper import Change, Paper, Reason, ReasonKind, Recommendation, Score, Verdict
from recommender.text.folding import folded
from recommender.text.periods import local
from recommender.text.readable import readable
from recommender.text.short import columns, counted, cut

EXPLORING = "outside your usual topics"
NO_TITLE = "(title not known yet)"  # of a paper known by its id alone, and wherever a title is empty

_WORDS_EACH_WAY = 3  # positive words on a line of reasons, and negative ones
_LEAST_WORD = 0.03  # log-odds a word must add or take to stand on the line
_LEAST_AUTHOR = 0.7  # log-odds an author must add to lead the line: more than one liked paper alone does
_LEAST_TITLE = 24  # columns of a resembled paper's title that say which paper it is ...
_LEAST_BESIDE = 36  # ... and with "like your" before it

# Reasons


def reason(part: Reason) -> str:
    """One reason as a sentence for people: 'like your “Infrared image fusion” (2005.05896)'."""
    subject = readable(part.subject)
    match part.kind:
        case ReasonKind.LIKED | ReasonKind.SIMILAR:
            whose = "your " if part.kind is ReasonKind.LIKED else ""
            return f"like {whose}“{subject}” ({part.paper_id}){_both_on(part.shared)}"
        case ReasonKind.DISLIKED:
            return f"like “{subject}” ({part.paper_id}), which you disliked{_both_on(part.shared)}"
        case ReasonKind.INTEREST:
            return f"matches your interests: {subject}"
        case ReasonKind.TOPIC if part.weight:
            return f"{_for_topic(part)}: what this topic's share of the list adds; it is no part of the match"
        case ReasonKind.TOPIC:
            return f"{_for_topic(part)}: this topic's share of the list adds nothing here"
        case _:
            return readable(reason_text(part))


def reason_text(part: Reason) -> str:
    """One reason in a few words, with LaTeX as arXiv has it: the field "text" of the JSON."""
    match part.kind:
        case ReasonKind.AUTHOR:
            return f"author {_with_liked_papers(part.subject, part.papers)}"
        case ReasonKind.FOLLOWED:
            return f"followed author {part.subject}"
        case ReasonKind.BOOSTED:
            return f"your weight on {_rule(part.subject)}"
        case ReasonKind.MUTED:
            return _muted_rule(part.subject)
        case ReasonKind.TOPIC:
            return _for_topic(part)
        case ReasonKind.OTHER:
            return "everything else"
        case _:
            return part.subject


def _both_on(shared: Sequence[str]) -> str:
    return f": both on {', '.join(map(readable, shared))}" if shared else ""


def _for_topic(part: Reason) -> str:
    return f"for {part.subject or 'one of your topics'}"


def _with_liked_papers(author: str, liked: int) -> str:
    count = {0: "papers", 1: "a paper"}.get(liked, papers(liked))
    return f"{author} of {count} you liked"


def _rule(subject: str) -> str:
    """The rule of BOOSTED in words: “fusion”, author J. Doe, cs.CY."""
    kind, _, text = subject.partition(":")
    if kind == "word":
        return f"“{text}”"
    return f"author {text}" if kind == "author" else text or subject


def _muted_rule(subject: str) -> str:
    """The rule of MUTED in words: word “fusion”, author J. Doe, category cs.CY."""
    kind = subject.partition(":")[0]
    return f"{kind} {_rule(subject)}" if kind in ("word", "category") else _rule(subject)


# The line of reasons


def why_listed(item: Recommendation, width: int) -> str:
    """Why a paper is on a list, in one line of at most `width` columns; empty if there is no reason."""
    if item.exploring:
        return _with_words(EXPLORING, _signed_words(item.score.reasons), width)
    return why(item.score.reasons, width)


def why(reasons: Sequence[Reason], width: int) -> str:
    """The strongest reasons in one line of at most `width` columns; empty if there are none.

    The topic that raised it comes first, then the reader's own rules or an author of liked papers, then the topic it
    belongs to, then a resembled paper, then words.
    """
    words = _signed_words(reasons)
    first = cut("; ".join(_leading(reasons, width // 2)), width)
    if not first:
        return _resemblance(reasons, words, width) or _fitting(words, width)
    left = width - columns(first) - 2
    resembles = _resemblance(reasons, words, left) if left >= _LEAST_BESIDE else ""
    return f"{first}; {resembles}" if resembles else _with_words(first, words, width)


def _leading(reasons: Sequence[Reason], width: int) -> list[str]:
    """What leads the line of reasons; the topic in at most `width` columns."""
    parts = filter(None, [_by_rules(reasons) or _by_author(reasons)])
    topic = [part for part in reasons if part.kind is ReasonKind.TOPIC]
    named = [cut(readable(_for_topic(part)), width) for part in topic]
    is_first = any(part.weight for part in topic) and not any(part.kind is ReasonKind.MUTED for part in reasons)
    return [*named, *parts] if is_first else [*parts, *named]


def _by_rules(reasons: Iterable[Reason]) -> str:
    """The muting rules that hide the paper, else its followed authors; empty if there are neither."""
    reasons = list(reasons)
    muted = [reason(part) for part in reasons if part.kind is ReasonKind.MUTED]
    if muted:
        return f"muted: {', '.join(muted)}"
    followed = [part.subject for part in reasons if part.kind is ReasonKind.FOLLOWED]
    return f"{by(followed)}, whom you follow" if followed else ""


def _by_author(reasons: Iterable[Reason]) -> str:
    for part in reasons:
        if part.kind is ReasonKind.AUTHOR and part.weight >= _LEAST_AUTHOR:
            return f"by {_with_liked_papers(readable(part.subject), part.papers)}"
    return ""


_RESEMBLANCES = {
    ReasonKind.LIKED: "like your",
    ReasonKind.DISLIKED: "like the disliked",
    ReasonKind.INTEREST: "matches your interests",
}


def _resemblance(reasons: Iterable[Reason], words: Sequence[str], width: int) -> str:
    """The paper or the interests it resembles most, and words if there is room; empty if it resembles nothing."""
    resembled = [part for part in reasons if part.kind in _RESEMBLANCES]
    if not resembled:
        return ""
    nearest = max(resembled, key=lambda part: abs(part.weight))
    prefix = _RESEMBLANCES[nearest.kind]
    if nearest.kind is ReasonKind.INTEREST:
        room = min(width // 2, width - len(prefix) - 2)
        shared = _fitting(readable(nearest.subject).split(", "), room, ", ")
        return _with_words(f"{prefix}: {shared}" if shared else prefix, words, width)
    title = readable(nearest.subject)
    least = max(width // 2, len(prefix) + _LEAST_TITLE)
    room = max(least, width - len(prefix) - columns("; ".join(["", " ".join(words)])) - 3)
    return _with_words(f"{prefix} “{cut(title, min(room, width - 3) - len(prefix))}”", words, width)


def _signed_words(reasons: Iterable[Reason]) -> list[str]:
    """The positive words and then the negative ones, each with its sign; the reader's own rules lead each group."""
    reasons = list(reasons)
    boosted = [(part.weight, readable(_rule(part.subject))) for part in reasons if part.kind is ReasonKind.BOOSTED]
    in_rules = {word for _, rule in boosted for word in re.findall(r"\w+", folded(rule).lower())}
    words = (part for part in reasons if part.kind is ReasonKind.WORD)
    others = [part for part in words if in_rules.isdisjoint(folded(part.subject).lower().split())]
    signed = []
    for sign, mark in ((1, "+"), (-1, "−")):
        signed += [f"{mark}{rule}" for weight, rule in boosted if sign * weight > 0]
        signed += [f"{mark}{part.subject}" for part in _strongest(others, sign)]
    return signed


def _strongest(words: Iterable[Reason], sign: int) -> list[Reason]:
    """The words that weigh most in this direction; one that shares a word with a stronger one is left out."""
    chosen: list[Reason] = []
    for part in sorted(words, key=lambda part: (-sign * part.weight, part.subject)):
        repeated = any(set(part.subject.split()) & set(other.subject.split()) for other in chosen)
        if sign * part.weight > _LEAST_WORD and not repeated:
            chosen.append(part)
    return chosen[:_WORDS_EACH_WAY]


def _with_words(text: str, words: Sequence[str], width: int) -> str:
    return f"{text}; {shown}" if (shown := _fitting(words, width - columns(text) - 2)) else text


def _fitting(parts: Iterable[str], width: int, between: str = " ") -> str:
    """As many whole parts as fit; a shorter one may stand where a longer one did not fit."""
    text = ""
    for part in parts:
        longer = f"{text}{between}{part}" if text else part
        if columns(longer) <= width:
            text = longer
    return text


# Matches, verdicts and their changes


def match(score: Score) -> str:
    """The probability that the reader likes the paper: "82 %"; empty while it is not known."""
    return "" if score.match is None else f"{round(score.match * 100)} %"


def verdict(given: Verdict | None) -> str:
    """The state of a paper: "liked", "disliked", "read"; empty while it has no verdict."""
    return given.past if given else ""


def state(given: Verdict | None) -> str:
    """The state of a paper after a command: "liked", "disliked", "read", "unmarked"."""
    return verdict(given) or "unmarked"


def changed(change: Change) -> str:
    """The effect of a command on one paper: "liked", "liked, was disliked", "liked already", "had no rating"."""
    if change.before is change.after:
        return f"{state(change.after)} already" if change.after else "had no rating"
    return f"{state(change.after)}, was {state(change.before)}" if change.before else state(change.after)


# Titles, authors, days, counts


def title(paper: Paper) -> str:
    """ "Infrared image fusion (2005.05896)": the title and id of a paper."""
    return f"{readable(paper.title) or NO_TITLE} ({paper.id})"


def by(names: Sequence[str]) -> str:
    """ "by Ada Lovelace and Charles Babbage"."""
    return f"by {' and '.join(map(readable, names))}"


def authors(names: Sequence[str], named: int) -> str:
    """ "Ada Lovelace, Charles Babbage and 3 more": the first `named` authors, and how many others there are."""
    return and_more([readable(name) for name in names[:named]], len(names) - named)


def and_more(names: Sequence[str], others: int) -> str:
    """The names, and how many others there are if there are any."""
    return ", ".join(names) + (f" and {others:,} more" if others > 0 else "")


def day(of: date) -> str:
    """ "13 May 2020"."""
    return f"{of.day} {of:%b %Y}"


def moment(at: datetime) -> str:
    """An aware moment in local time: "2020-05-13 18:00"."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def papers(count: int) -> str:
    """ "1 paper", "1,234 papers"."""
    return counted(count, "paper")


def ratings(liked: int, disliked: int) -> str:
    """ "12 liked, 3 disliked"."""
    return f"{liked:,} liked, {disliked:,} disliked"
