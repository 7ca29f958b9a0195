"""The conductor of a day: rank → choose → record."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from recommender.paper import (
    Document,
    History,
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
from recommender.store.home import Home
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

if TYPE_CHECKING:
    from recommender.services.ingest import Candidates

_EXPLORED = 20  # papers below a list that are looked at for something else
BACKGROUND = 2000  # newest papers without a verdict that stand for "not interesting"


class ListOptions(NamedTuple):
    """What the reader asks of one list."""

    size: int | None = None  # papers; None: as the profile says, or all with `everything`
    everything: bool = False  # also papers judged, shown on another day, or muted
    replacements: bool = False  # also papers of which a newer version came
    min_match: int | None = None  # percent; None: as the profile says
    variety: int | None = None  # 0..10; None: as the profile says
    explore: int | None = None  # papers; None: as the profile says


def make(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    arrived: "Candidates",
    wish: ListOptions,
    now: datetime,
    question: str = "",
) -> Shortlist:
    """Rank what arrived for this reader, and remember the list as shown.

    Args:
        question: what was asked for and where it was looked for; empty: the answer is for this time only.

    Raises:
        StoreError: a database cannot be used; then no list was remembered.
    """
    # before anything is ranked: what is said meanwhile is not in this list, and the next question is another one
    asked = _asked(profile, library, memory, wish, question) if question else ""
    shortlist, basis = choose(
        profile, library, memory, arrived, wish, memory.shown_on_other_days(arrived.day), memory.newest_day()
    )
    memory.record(shortlist, kind="today", basis=basis, at=now, asked=asked)
    return shortlist


def again(
    profile: Profile, library: Library, memory: ProfileStore, wish: ListOptions, question: str
) -> Shortlist | None:
    """The list shown last, if it answers this very question and nothing has changed since; else None."""
    last = memory.last_list()
    if last is None or last.kind != "today" or last.asked != _asked(profile, library, memory, wish, question):
        return None
    papers = library.papers(item.paper_id for item in last.items)
    if len(papers) < len(last.items):  # the library was moved away
        return None
    items = tuple(Recommendation(item.rank, papers[item.paper_id], item.score, item.exploring) for item in last.items)
    return Shortlist(profile.name, last.day, items, last.considered, last.status, last.notes)


def _asked(profile: Profile, library: Library, memory: ProfileStore, wish: ListOptions, question: str) -> str:
    """All that a list is made from, in words."""
    from recommender import ranking

    return repr((question, ranking.ENGINE, profile, wish, memory.version(), library.state()))


def choose(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    arrived: "Candidates",
    wish: ListOptions,
    seen: Collection[str],
    newest: date | None,
) -> tuple[Shortlist, str]:
    """The list of what arrived, and the fingerprint of all it depends on.

    Args:
        seen: ids of papers that were shown to the reader already.
        newest: the newest day of which the reader had a list.
    """
    again = arrived.revised if wish.replacements else ()
    papers = list({paper.id: paper for paper in (*arrived.papers, *again)}.values())
    scores, basis = score(profile, library, memory, papers, arrived.day)
    return _chosen(profile, memory, arrived, papers, scores, wish, seen, newest), basis


def moves(
    profile: Profile, library: Library, memory: ProfileStore, judged: Collection[str]
) -> list[tuple[Paper, int, int]]:
    """What verdicts just given changed on the day ranked last: each open paper with its place before and after.

    The day is ranked anew and kept, so that the next list is there at once.

    Args:
        judged: papers the verdicts were on; they are no part of either order.
    """
    last = memory.last_list("today", "mail", filled=True)
    before = memory.last_scores()
    if last is None or not before:
        return []
    papers = library.papers(before)
    as_announced = [papers[paper_id] for paper_id in before if paper_id in papers]
    after, _ = score(profile, library, memory, as_announced, last.day)
    elsewhere = {*judged, *memory.verdicts(), *memory.shown_on_other_days(last.day)}
    still_open = [papers[paper_id] for paper_id in after if paper_id not in elsewhere]
    known_before = len({score.value for score in before.values()}) > 1  # else it was the digest's own order
    ordered = best_first(still_open, before) if known_before else still_open
    places = {paper.id: place for place, paper in enumerate(ordered, start=1)}
    return [(paper, places[paper.id], place) for place, paper in enumerate(best_first(still_open, after), start=1)]


def score(
    profile: Profile, library: Library, memory: ProfileStore, papers: Sequence[Paper], day: date
) -> tuple[dict[str, Score], str]:
    """The score of each paper by id, and the fingerprint of all that the scores depend on.

    What was ranked on the same basis before is not ranked again.
    """
    history, encoded = history_before(profile, library, memory, day, papers)
    basis = _basis(history, encoded, papers, day)
    kept = memory.kept_ranking(basis)
    if kept is not None:
        return kept, basis
    from recommender import ranking

    home = Home(library.path.parent, library.path.parent)
    before = home.counts(profile.name)
    counts = ranking.CountCache(before)
    ranked = ranking.rank(history, papers, encoded, counts=counts)
    scores = {paper.id: score for paper, score in zip(papers, ranked, strict=True)}
    if counts.counts is not before:
        home.keep_counts(profile.name, counts.counts)
    memory.keep_ranking(basis, day, scores)
    return scores, basis


def rank(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    papers: Sequence[Paper],
    day: date,
    explained: int,
    background: int = BACKGROUND,
) -> dict[str, Score]:
    """The score of each paper by id, ranked afresh with what the reader said so far.

    Args:
        explained: of how many of the best papers the words are told one by one.
        background: how many papers without a verdict stand for what is not interesting.
    """
    from recommender import ranking

    history, encoded = history_before(profile, library, memory, day, papers, background)
    scores = ranking.rank(history, papers, encoded, explained)
    return {paper.id: score for paper, score in zip(papers, scores, strict=True)}


def history_before(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    day: date,
    papers: Sequence[Paper] = (),
    limit: int = BACKGROUND,
) -> tuple[History, dict[str, bytes]]:
    """All that is known of the reader before a day's papers are ranked, and the cached words of all of them."""
    _complete(library, memory)
    feedback = memory.feedback()
    known = {entry.paper.id for entry in feedback} | {paper.id for paper in papers}
    unrated, encoded = background(library, day, limit, known)
    encoded |= library.encodings(known)
    return History(feedback, tuple(unrated), profile.interests, memory.outcomes(day), profile.nudges), encoded


def background(
    library: Library, day: date, limit: int, without: Collection[str]
) -> tuple[list[Paper], dict[str, bytes]]:
    """The newest papers before a day, without their texts, and the cached terms by id."""
    documents = library.background(day, limit, without)
    papers = [Paper(document.id, "", "", document.authors) for document in documents]
    return papers, {document.id: document.terms for document in documents}


def _complete(library: Library, memory: ProfileStore) -> None:
    """Give judged papers the text, the authors and the categories that were not known then, once they are here."""
    waiting = {paper.id: paper for paper in memory.incomplete()}
    found = library.papers(waiting) if waiting else {}
    fuller = [
        paper
        for paper_id, paper in found.items()
        for before in [waiting[paper_id]]
        if (paper.abstract and not before.abstract)
        or (paper.authors and not before.authors)
        or (paper.categories and not before.categories)
    ]
    if fuller:
        memory.complete(fuller)


def _basis(history: History, encoded: Mapping[str, bytes], papers: Sequence[Paper], day: date) -> str:
    """A fingerprint of what a ranking of a day is given: equal ones mean equal scores."""
    import hashlib

    from recommender import ranking

    told = [(entry.paper.id, entry.verdict.value, entry.given_at.isoformat()) for entry in history.feedback]
    shown = [(outcome.value, outcome.liked) for outcome in history.outcomes]
    known = [entry.paper for entry in history.feedback]
    documents = [entry for entry in history.unrated if isinstance(entry, Document)]
    unrated = [entry for entry in history.unrated if isinstance(entry, Paper)]
    every = [*known, *unrated, *sorted(papers, key=lambda paper: paper.id)]
    parts = [
        repr((ranking.ENGINE, day, len(papers), history.interests, history.nudges, shown, told)),
        *("\x1f".join((paper.id, paper.title, *paper.authors, "", *paper.categories)) for paper in every),
        # the words of most are encoded; of the others the text itself
        *(paper.abstract for paper in every if paper.id not in encoded),
        *("\x1f".join((document.id, *document.authors)) for document in documents),
    ]
    basis = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
    terms = [*(encoded.get(paper.id, b"") for paper in every), *(document.terms for document in documents)]
    basis.update(b"\0\0\0\0".join(terms))
    return basis.hexdigest()


def _chosen(
    profile: Profile,
    memory: ProfileStore,
    arrived: "Candidates",
    papers: Sequence[Paper],
    scores: dict[str, Score],
    wish: ListOptions,
    seen: Collection[str],
    newest: date | None,
) -> Shortlist:
    """The best papers that are still open, and an honest word where the list is empty, short or unusual."""
    day = arrived.day
    verdicts = memory.verdicts()
    judged = judged_of(papers, verdicts, memory.names_elsewhere())
    again = {paper.id for paper in arrived.revised} if wish.replacements else set()  # asked for, although seen
    seen = set(seen) - again
    older = newest is not None and day < newest
    unjudged = [paper for paper in papers if paper.id not in judged]
    unseen = [paper for paper in unjudged if paper.id not in seen]
    still_open = [paper for paper in unseen if not is_muted(scores[paper.id])]
    candidates = papers if wish.everything else still_open
    nudged = any(nudge.weight is not None for nudge in profile.nudges)
    unknown_reader = not verdicts and not profile.interests and not nudged
    if not unknown_reader:
        candidates = best_first(candidates, scores)
    least = profile.min_match if wish.min_match is None else wish.min_match
    matching = [paper for paper in candidates if _matches(scores[paper.id], least)]
    size = wish.size or (len(papers) if wish.everything else profile.list_size)
    items = listed(
        matching,
        scores,
        size,
        profile.variety if wish.variety is None else wish.variety,
        profile.explore if wish.explore is None else wish.explore,
    )

    notes = list(arrived.notes)
    if older and newest and papers:
        notes.append(Note(NoteKind.OLDER_DIGEST, {"day": day.isoformat(), "newest": newest.isoformat()}))
    if not papers and arrived.revised:
        notes.append(Note(NoteKind.ONLY_NEW_VERSIONS, {"day": day.isoformat()}))
    elif not papers:
        notes += [] if arrived.notes else [Note(NoteKind.NO_DIGEST, {"day": day.isoformat()})]
    elif len(items) < size:
        figures = {
            "papers": len(papers),
            "rated": 0 if wish.everything else len(papers) - len(unjudged),
            "shown": 0 if wish.everything else len(unjudged) - len(unseen),
            "muted": 0 if wish.everything else len(unseen) - len(still_open),
            "below": len(candidates) - len(matching),
            "threshold": least,
        }
        notes.append(Note(NoteKind.LEFT_OUT, figures))
    elif len(unseen) > len(still_open) and not wish.everything:
        notes.append(Note(NoteKind.MUTED, {"papers": len(unseen) - len(still_open)}))
    notes += _new_versions(arrived.revised, verdicts)
    if items and unknown_reader:
        notes.append(Note(NoteKind.UNKNOWN_READER))
    status = _status(papers, unjudged, candidates, items, older=older)
    return Shortlist(profile.name, day, items, len(papers), status, tuple(notes))


def listed(
    ordered: Sequence[Paper], scores: Mapping[str, Score], size: int, variety: int, explore: int
) -> tuple[Recommendation, ...]:
    """The papers of a list: the best ones, but not all alike, and at the end some unlike all judged ones.

    Where all papers fit, or as long as nothing is known of the reader, it is just the order given.
    """
    known = [paper for paper in ordered if scores[paper.id].probability is not None]
    exploring = explore if len(known) == len(ordered) > size > explore else 0
    chosen = _varied(ordered, scores, size - exploring, variety)
    unseen = sorted(
        (paper for paper in ordered[: size + _EXPLORED] if paper not in chosen),
        key=lambda paper: (scores[paper.id].familiarity, paper.id),
    )
    listed = [*((paper, False) for paper in chosen), *((paper, True) for paper in unseen[:exploring])]
    return tuple(
        Recommendation(place, paper, scores[paper.id], new) for place, (paper, new) in enumerate(listed, start=1)
    )


def _varied(ordered: Sequence[Paper], scores: Mapping[str, Score], size: int, variety: int) -> list[Paper]:
    """The `size` papers that maximal marginal relevance picks, in the order given.

    Carbonell and Goldstein, "The use of MMR" (1998), with the value in log-odds as relevance and `variety` times the
    cosine to the most alike paper picked already as redundancy.
    """
    if not variety or len(ordered) <= size:
        return list(ordered[:size])
    likeness = {frozenset((paper.id, other)): cosine for paper in ordered for other, cosine in scores[paper.id].alike}
    left = list(ordered)
    redundancy = dict.fromkeys((paper.id for paper in ordered), 0.0)
    picked: set[str] = set()
    while len(picked) < size:
        # the order given settles ties, and papers beyond the first few that are not alike need no look
        best = max(left[: size + _EXPLORED], key=lambda paper: scores[paper.id].value - variety * redundancy[paper.id])
        left.remove(best)
        picked.add(best.id)
        for paper in left[: size + _EXPLORED]:
            alike = likeness.get(frozenset((best.id, paper.id)), 0.0)
            redundancy[paper.id] = max(redundancy[paper.id], alike)
    return [paper for paper in ordered if paper.id in picked]


def _status(
    papers: Sequence[Paper],
    unjudged: Sequence[Paper],
    candidates: Sequence[Paper],
    items: Sequence[Recommendation],
    *,
    older: bool,
) -> Status:
    if not papers:
        return Status.NO_PAPERS
    if not candidates and not unjudged:
        return Status.ALL_JUDGED
    if older:
        return Status.OLDER_DIGEST
    if not candidates:
        return Status.ALL_SEEN
    return Status.RANKED if items else Status.BELOW_THRESHOLD


def judged_of(papers: Sequence[Paper], verdicts: Mapping[str, Verdict], elsewhere: Set[str]) -> set[str]:
    """Ids of papers that have a verdict, also one given under a journal's DOI or under the title alone."""
    if not elsewhere:
        return {paper.id for paper in papers if paper.id in verdicts}
    return {paper.id for paper in papers if paper.id in verdicts or not elsewhere.isdisjoint(names_of(paper))}


def is_muted(score: Score) -> bool:
    """Whether a nudge says that the reader does not want to see it."""
    return any(reason.kind is ReasonKind.MUTED for reason in score.reasons)


def _new_versions(revised: Sequence[Paper], verdicts: Mapping[str, Verdict]) -> list[Note]:
    """A note on liked papers that have a newer version, if there are any."""
    liked = [paper.id for paper in revised if verdicts.get(paper.id) is Verdict.LIKE]
    return [Note(NoteKind.NEW_VERSIONS, {"papers": len(liked), "ids": liked})] if liked else []


def best_first(papers: Iterable[Paper], scores: Mapping[str, Score]) -> list[Paper]:
    """By falling value; ties go by id, so a rerun never reshuffles."""
    return sorted(papers, key=lambda paper: (-scores[paper.id].value, paper.id))


def _matches(score: Score, least: int) -> bool:
    """Whether the match is high enough; as long as it is not known, nothing is held back."""
    return score.probability is None or score.probability * 100 >= least
