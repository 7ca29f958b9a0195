"""Choose a list's papers, given their scores: maximal marginal relevance, exploration, exclusion. Pure functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from recommender import ranking
from recommender.paper import (
    Note,
    NoteKind,
    Paper,
    ReasonKind,
    Recommendation,
    Score,
    Shortlist,
    Status,
    Verdict,
    names_of,
)
from recommender.profile import Profile
from recommender.services.requests import ListOptions

if TYPE_CHECKING:
    from recommender.services.ingest import Candidates

_LOOKED_AT = 20  # papers below a list's end that may still enter it
_IDS_NAMED = 3  # new versions that a note names


class Past(NamedTuple):
    """What the reader has said and seen already."""

    verdicts: Mapping[str, Verdict]  # by paper id
    other_names: Set[str]  # DOIs and titles, as ids, of rated papers without an arXiv id
    seen: Collection[str]  # ids of papers that were shown before
    newest: date | None  # the newest day the reader had a list of


class _Open(NamedTuple):
    """A day's papers, fewer at each step."""

    unrated: list[Paper]
    unseen: list[Paper]  # of these, not shown before
    unmuted: list[Paper]  # of these, not muted


def ranked_papers(candidates: "Candidates", options: ListOptions) -> list[Paper]:
    """The papers to rank: the candidates, and new versions of earlier papers if they are asked for."""
    revised = candidates.revised if options.replacements else ()
    return list({paper.id: paper for paper in (*candidates.papers, *revised)}.values())


def select(
    profile: Profile, candidates: "Candidates", scores: Mapping[str, Score], options: ListOptions, past: Past
) -> Shortlist:
    """The best papers that are still open, with notes where the list is empty, short or unusual."""
    papers = ranked_papers(candidates, options)
    left = _open(papers, candidates, scores, options, past)
    ordered = papers if options.everything else left.unmuted
    boosted = any(nudge.weight is not None for nudge in profile.nudges)
    unknown_reader = not past.verdicts and not profile.interests and not boosted
    if not unknown_reader:
        ordered = best_first(ordered, scores)
    threshold = profile.min_match if options.min_match is None else options.min_match
    matching = [paper for paper in ordered if matches(scores[paper.id], threshold)]
    size = options.size or (len(papers) if options.everything else profile.list_size)
    variety = profile.variety if options.variety is None else options.variety
    explore = profile.explore if options.explore is None else options.explore
    items = diversify(matching, scores, size, variety, explore)
    older = past.newest is not None and candidates.day < past.newest

    notes = list(candidates.notes)
    if older and papers:
        days = {"day": candidates.day.isoformat(), "newest": past.newest.isoformat() if past.newest else ""}
        notes.append(Note(NoteKind.OLDER_DIGEST, days))
    if not papers:
        notes += _no_papers(candidates)
    elif len(items) < size:
        below = {"below": len(ordered) - len(matching), "threshold": threshold}
        notes.append(Note(NoteKind.LEFT_OUT, {"papers": len(papers), **_closed(papers, left, options), **below}))
    elif muted := _closed(papers, left, options)["muted"]:
        notes.append(Note(NoteKind.MUTED, {"papers": muted}))
    notes += _new_versions(candidates.revised, past.verdicts)
    if items and unknown_reader:
        notes.append(Note(NoteKind.UNKNOWN_READER))
    notes += _match_unknown(items, past.verdicts)
    status = _status(papers, left, ordered, items, older=older)
    return Shortlist(profile.name, candidates.day, items, len(papers), status, tuple(notes), candidates.first_day)


def diversify(
    ordered: Sequence[Paper], scores: Mapping[str, Score], size: int, variety: int, explore: int
) -> tuple[Recommendation, ...]:
    """The papers of a list: the best ones but not all alike, and at its end `explore` papers unlike all rated ones.

    The order given stays where all papers fit, or as long as nothing is known about the reader.

    Args:
        ordered: papers by falling score.
        variety: 0..10, the weight of redundancy in maximal marginal relevance.
    """
    calibrated = [paper for paper in ordered if scores[paper.id].probability is not None]
    exploring = explore if len(calibrated) == len(ordered) > size > explore else 0
    varied = _marginal_relevance(ordered, scores, size - exploring, variety)
    unfamiliar = sorted(
        (paper for paper in ordered[: size + _LOOKED_AT] if paper not in varied),
        key=lambda paper: (scores[paper.id].familiarity, paper.id),
    )
    items = [*((paper, False) for paper in varied), *((paper, True) for paper in unfamiliar[:exploring])]
    return tuple(
        Recommendation(rank, paper, scores[paper.id], explored) for rank, (paper, explored) in enumerate(items, start=1)
    )


def rated_ids(papers: Sequence[Paper], verdicts: Mapping[str, Verdict], other_names: Set[str]) -> set[str]:
    """Ids of papers that have a verdict, also one given under a journal's DOI or under the title alone."""
    if not other_names:
        return {paper.id for paper in papers if paper.id in verdicts}
    return {paper.id for paper in papers if paper.id in verdicts or not other_names.isdisjoint(names_of(paper))}


def is_muted(score: Score) -> bool:
    """Whether the reader muted a word, author or category of the paper."""
    return ReasonKind.MUTED in [reason.kind for reason in score.reasons]  # thousands are asked: faster than any()


def matches(score: Score, threshold: int) -> bool:
    """Whether the match is high enough. An unknown one holds no paper back, and a low one none by a followed author."""
    if threshold <= 0:
        return True
    followed = any(reason.kind is ReasonKind.FOLLOWED for reason in score.reasons)
    return followed or (match := score.match) is None or match * 100 >= threshold


def best_first(papers: Iterable[Paper], scores: Mapping[str, Score]) -> list[Paper]:
    """Papers by falling score value; ties go by id, so a rerun never reshuffles."""
    return sorted(papers, key=lambda paper: (-scores[paper.id].value, paper.id))


def _open(
    papers: Sequence[Paper], candidates: "Candidates", scores: Mapping[str, Score], options: ListOptions, past: Past
) -> _Open:
    rated = rated_ids(papers, past.verdicts, past.other_names)
    listed_again = {paper.id for paper in candidates.revised} if options.replacements else set()
    seen = set(past.seen) - listed_again
    unrated = [paper for paper in papers if paper.id not in rated]
    unseen = [paper for paper in unrated if paper.id not in seen]
    return _Open(unrated, unseen, [paper for paper in unseen if not is_muted(scores[paper.id])])


def _closed(papers: Sequence[Paper], left: _Open, options: ListOptions) -> dict[str, int]:
    """How many papers the list leaves out, by reason; none where everything is listed."""
    if options.everything:
        return {"rated": 0, "shown": 0, "muted": 0}
    return {
        "rated": len(papers) - len(left.unrated),
        "shown": len(left.unrated) - len(left.unseen),
        "muted": len(left.unseen) - len(left.unmuted),
    }


def _marginal_relevance(ordered: Sequence[Paper], scores: Mapping[str, Score], size: int, variety: int) -> list[Paper]:
    """The `size` papers that maximal marginal relevance picks, in the order given.

    Carbonell and Goldstein, "The use of MMR" (1998), with the value in log-odds as relevance and `variety` times the
    cosine to the most similar paper picked already as redundancy.
    """
    if not variety or len(ordered) <= size:
        return list(ordered[:size])
    cosines = {frozenset((paper.id, other)): cosine for paper in ordered for other, cosine in scores[paper.id].alike}
    left = list(ordered)
    redundancy = dict.fromkeys((paper.id for paper in ordered), 0.0)
    picked: set[str] = set()
    while len(picked) < size:
        # max() takes the first of equal papers; one far below the list's end has too low a score to be picked
        best = max(left[: size + _LOOKED_AT], key=lambda paper: scores[paper.id].value - variety * redundancy[paper.id])
        left.remove(best)
        picked.add(best.id)
        for paper in left[: size + _LOOKED_AT]:
            cosine = cosines.get(frozenset((best.id, paper.id)), 0.0)
            redundancy[paper.id] = max(redundancy[paper.id], cosine)
    return [paper for paper in ordered if paper.id in picked]


def _status(
    papers: Sequence[Paper], left: _Open, ordered: Sequence[Paper], items: Sequence[Recommendation], *, older: bool
) -> Status:
    if not papers:
        return Status.NO_PAPERS
    if not ordered and not left.unrated:
        return Status.ALL_JUDGED
    if older:
        return Status.OLDER_DIGEST
    if not ordered:
        return Status.ALL_SEEN
    return Status.RANKED if items else Status.BELOW_THRESHOLD


def _no_papers(candidates: "Candidates") -> list[Note]:
    if candidates.revised:
        return [Note(NoteKind.ONLY_NEW_VERSIONS, {"day": candidates.day.isoformat()})]
    return [] if candidates.notes else [Note(NoteKind.NO_DIGEST, {"day": candidates.day.isoformat()})]


def _new_versions(revised: Sequence[Paper], verdicts: Mapping[str, Verdict]) -> list[Note]:
    """A note on liked papers that have a newer version."""
    liked = [paper.id for paper in revised if verdicts.get(paper.id) is Verdict.LIKE]
    return [Note(NoteKind.NEW_VERSIONS, {"papers": len(liked), "ids": liked[:_IDS_NAMED]})] if liked else []


def _match_unknown(items: Sequence[Recommendation], verdicts: Mapping[str, Verdict]) -> list[Note]:
    """A note on what is missing where no paper of a list has a match."""
    if not items or any(item.score.probability is not None for item in items):
        return []
    likes = sum(verdict is Verdict.LIKE for verdict in verdicts.values())
    if likes < ranking.MIN_LIKES:
        return [Note(NoteKind.MATCH_NEEDS_LIKES, {"likes": likes, "needed": ranking.MIN_LIKES})]
    return [Note(NoteKind.MATCH_NEEDS_PAPERS, {"needed": ranking.MIN_BACKGROUND})]
