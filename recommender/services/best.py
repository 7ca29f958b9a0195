"""The best papers of the whole library: candidates by their words alone, then ranked like a day."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import islice
from typing import NamedTuple

from recommender import ranking, services
from recommender.paper import History, Note, NoteKind, NudgeKind, Score, Verdict
from recommender.services import history, identity, rankings
from recommender.services.lists import Answer
from recommender.services.reader import Reader
from recommender.services.selection import best_first, diversify, is_muted, rated_ids
from recommender.store.blocks import Blocks
from recommender.text import persons

# Candidates that are ranked. Among 12,000 papers, the 100 best hold .468 of the later likes this way and .467 with all
# papers ranked at once; even 250 candidates do (`python -m benchmarks.quality --candidates FOLDER`).
CANDIDATES = 1000
# A smaller library gives at most half of its papers: the others are the background. Below this size, rank everything.
SMALL = 200


class Range(NamedTuple):
    """The announcement days that count, both included."""

    first: date
    last: date


class _Library(NamedTuple):
    """The part of the library that a question is about."""

    blocks: Blocks
    without: frozenset[int]  # keys of papers that may not be candidates
    only: Set[int] | None  # keys of papers that may; None: all
    papers: int  # how many there are to choose from


def best(reader: Reader, size: int, days: Range | None = None, *, everything: bool = False) -> Answer:
    """The papers of the whole library that suit this reader best.

    Args:
        days: papers first announced on these days count; None: all papers.
        everything: include papers that were rated, shown on any day, or muted.
    """
    verdicts, rated_elsewhere = reader.store.verdicts(), reader.store.rated_elsewhere()
    if Verdict.LIKE not in verdicts.values() and not reader.profile.interests:
        return Answer([], {}, 0, (Note(NoteKind.BEST_UNKNOWN_READER),))
    seen = set() if everything else verdicts.keys() | reader.store.shown_on_other_days(date.max)
    hidden_ids = services.visible.hidden(reader) if reader.in_group else set()
    library = _library(reader.blocks, seen, days, hidden_ids)
    past, encoded = history.before(reader, date.max)
    limit = max(size, _limit(reader.library.count() - len(hidden_ids)))
    by_rules: set[int] = set()
    if library.papers > limit:
        rankings.pack(reader, "Packing terms, only the first time")
        by_rules = _by_rules(library, past, limit)
    while True:
        keys = _candidates(library, past, encoded, limit)
        papers = library.blocks.by_keys([*keys, *sorted(by_rules.difference(library.without, keys))])
        encoded |= reader.library.encodings(paper.id for paper in papers)
        scores = dict(zip((paper.id for paper in papers), ranking.rank(past, papers, encoded), strict=True))
        other_ids = set() if everything else identity.rated_ids(papers, rated_elsewhere)
        hidden = set() if everything else rated_ids(papers, verdicts, other_ids) | _muted(scores)
        left = [paper for paper in papers if paper.id not in hidden]
        if len(left) >= size or len(papers) < limit:
            break
        # too many of them are rated or muted: leave those out, and rank twice as many
        library = library._replace(without=library.without | library.blocks.keys_of(hidden))
        limit *= 2
    items = diversify(best_first(left, scores), scores, size, reader.profile.variety, 0)
    notes = () if items else (_note(library.papers, days),)
    return Answer([item.paper for item in items], scores, library.papers, notes)


def _library(blocks: Blocks, seen: Set[str], days: Range | None, hidden: Set[str]) -> _Library:
    only = blocks.keys_announced(days.first, days.last) if days else None
    papers = blocks.library.count() - len(hidden) if only is None else len(only)
    return _Library(blocks, frozenset(blocks.keys_of(seen | hidden)), only, papers)


def _limit(papers: int) -> int:
    return min(CANDIDATES, papers // 2 if papers >= SMALL else papers)


def _muted(scores: Mapping[str, Score]) -> set[str]:
    return {paper_id for paper_id, score in scores.items() if is_muted(score)}


def _note(papers: int, days: Range | None) -> Note:
    if papers:
        return Note(NoteKind.NONE_LEFT, {"papers": papers})
    return Note(NoteKind.NONE_IN_RANGE if days else NoteKind.EMPTY_LIBRARY)


def _candidates(library: _Library, past: History, encoded: Mapping[str, bytes], limit: int) -> Sequence[int]:
    """The keys of the `limit` most promising papers by their words, or of all papers where there are no more."""
    keys: list[int] = []
    if library.papers > limit:
        keys = ranking.candidates(past, encoded, library.blocks.blocks(), limit, library.without, library.only)
        if keys:
            return keys
    available = library.blocks.keys() if library.only is None else set(library.only)
    newest_last = sorted(available.difference(library.without))
    # without negatives there is no model of words: fall back to the newest papers
    return newest_last if library.papers <= limit else newest_last[-limit:]


def _by_rules(library: _Library, past: History, limit: int) -> set[int]:
    """The keys of the newest papers by followed authors, and with each boosted word or category."""

    def allowed(key: int) -> bool:
        return key not in library.without and (library.only is None or key in library.only)

    boosted = [nudge for nudge in past.nudges if nudge.weight is not None and nudge.weight > 0]
    followed = [nudge.text for nudge in boosted if nudge.kind is NudgeKind.AUTHOR]
    keys = set(islice(filter(allowed, _by_authors(library.blocks, followed)), limit))
    for nudge in boosted:
        if nudge.kind is not NudgeKind.AUTHOR:
            keys.update(islice(filter(allowed, library.blocks.keys_with(nudge)), limit))
    return keys


def _by_authors(blocks: Blocks, followed: Sequence[str]) -> Iterator[int]:
    """The keys of papers by one of these authors, newest first."""
    authors = {name: parsed for name in followed if (parsed := persons.parse(name)).family}
    families = {parsed.family for parsed in authors.values()}
    words = {_last_word(name, parsed.family) for name, parsed in authors.items()}
    for key, signed_by in blocks.authors_with(words) if words else ():
        # comparing letters first is much faster than parsing every name
        near = [persons.parse(name) for name in signed_by if any(family in persons.key(name) for family in families)]
        if any(persons.same(parsed, other) for other in near for parsed in authors.values()):
            yield key


def _last_word(name: str, family: str) -> str:
    """The longest end of a family name that is a word of its own: "van der Berg" may be written "Vanderberg"."""
    endings = [key for key in map(persons.key, re.split(r"[\W_]+", name)) if key and family.endswith(key)]
    return max(endings, key=len, default="") or family
