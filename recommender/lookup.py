"""The conductor of a question: which paper is meant, what is like it, what speaks for it."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from recommender.errors import SourceError, UnknownPaper
from recommender.paper import (
    Feedback,
    History,
    Learnt,
    Nudge,
    NudgeKind,
    Paper,
    ReasonKind,
    Recommendation,
    Score,
    Shortlist,
    Status,
    Verdict,
    arxiv_id,
    doi,
)
from recommender.profile import Profile
from recommender.store.library import Library
from recommender.store.memory import Memory

_RANKS = r"([0-9]{1,6})(?:-([0-9]{1,6}))?"
_NEIGHBOURS = 200  # newest papers a single paper is ranked among: a score means something only beside others
_POOL = 200  # papers the full text finds that are worth ranking


def resolve(
    references: Sequence[str], library: Library, memory: Memory, fetch: Callable[[list[str]], list[Paper]] | None = None
) -> list[Paper]:
    """The papers that are meant, each once: ranks of the last list ("3", "2-5"), ids and addresses of arXiv, DOIs.

    Args:
        fetch: brings papers of arXiv that are not here; those it does not find are absent.

    Raises:
        UnknownPaper: one of the references points at nothing, or `fetch` could not ask; then none counts.
    """
    wanted: list[str] = []
    for reference in references:
        if ranks := re.fullmatch(_RANKS, reference.strip()):
            first = int(ranks[1])
            wanted += _ranked(memory, reference, first, int(ranks[2] or first))
        elif found := arxiv_id(reference):
            wanted.append(found)
        elif found := doi(reference):
            wanted.append(f"doi:{found}")
        elif reference.startswith(("title:", "http://", "https://")):  # ids of papers that have no better one
            wanted.append(reference)
        else:
            raise UnknownPaper(
                f"{reference!r} is no rank (3, 2-5), no arXiv id or address "
                "(2005.05859, hep-th/9901001, https://arxiv.org/abs/2005.05859) and no DOI"
            )
    known = memory.papers(wanted) | library.papers(wanted)
    missing = [wish for wish in wanted if wish not in known and arxiv_id(wish)]
    if fetch and missing:
        try:
            known |= {paper.id: paper for paper in fetch(missing)}
        except SourceError as error:
            raise UnknownPaper(f"no paper {missing[0]!r} here yet, and arXiv could not be asked: {error}") from error
    for wish in wanted:
        if wish not in known:
            asked = "and arXiv has none" if fetch and wish in missing else "yet"
            raise UnknownPaper(f"no paper {wish!r} here {asked}; read a digest that has it with `recommend today FILE`")
    return [known[paper_id] for paper_id in dict.fromkeys(wanted)]


def _ranked(memory: Memory, reference: str, first: int, last: int) -> list[str]:
    shown = memory.last_list()
    if shown is None or not shown.items:
        raise UnknownPaper(f"{reference!r} is a rank, but no list was shown yet; `recommend today` shows one")
    by_rank = {item.rank: item.paper_id for item in shown.items}
    if not 1 <= first <= last <= max(by_rank):
        raise UnknownPaper(f"no rank {reference!r}: the last list shown has the ranks 1 to {max(by_rank)}")
    return [by_rank[rank] for rank in range(first, last + 1)]


def search(profile: Profile, library: Library, memory: Memory, words: str, size: int, now: datetime) -> Shortlist:
    """Papers of the library with these words, the best for this reader first; `like 3` then means the third."""
    from recommender import shortlist

    found = library.search(words, _POOL)
    scores = shortlist.rank(profile, library, memory, found, date.max) if found else {}
    unknown = not any(memory.count()) and not profile.interests
    ordered = (
        found if unknown else shortlist.best_first(found, scores)
    )  # of an unknown reader, the full text's own order
    note = "" if found else f"No paper with {words!r} among the {library.count()} read so far."
    return _shown(profile, memory, "search", ordered[:size], len(found), scores, note, now)


def similar(profile: Profile, library: Library, memory: Memory, paper: Paper, size: int, now: datetime) -> Shortlist:
    """Papers of the library most like this one; `like 3` then means the third."""
    from recommender import ranking, shortlist
    from recommender.ranking import text

    pool = library.search_any(text.words(f"{paper.title} {paper.abstract}"), _POOL + 1)
    pool = [other for other in pool if other.id != paper.id]
    unrated = library.announced_before(
        date.max, shortlist.BACKGROUND, without={paper.id, *(other.id for other in pool)}
    )
    history = History((Feedback(paper, Verdict.LIKE, now),), tuple(unrated))
    encoded = library.encodings((other.id for other in (paper, *pool, *unrated)), text.VERSION)
    scores = {other.id: score for other, score in zip(pool, ranking.rank(history, pool, encoded), strict=True)}
    note = "" if pool else "No other paper here shares a word with it."
    return _shown(profile, memory, "similar", shortlist.best_first(pool, scores)[:size], len(pool), scores, note, now)


def look(profile: Profile, library: Library, memory: Memory, paper: Paper) -> Score:
    """The score of one paper with all reasons: as in the newest ranking, or among the newest papers."""
    from recommender import shortlist

    kept = memory.last_scores()
    told = [reason.kind for reason in kept[paper.id].reasons] if paper.id in kept else []
    if paper.id in kept and (not told or ReasonKind.WORD in told):
        return kept[paper.id]
    last = memory.last_list("today")
    if paper.id in kept and last:
        beside, day = list(library.papers(kept).values()), last.day
    else:
        newest = {other.id: other for other in library.announced_before(date.max, _NEIGHBOURS)}
        beside, day = list({**newest, paper.id: paper}.values()), date.max
    return shortlist.rank(profile, library, memory, beside, day, len(beside))[paper.id]


def never_matches(wish: Nudge) -> bool:
    """Whether no paper can have this word: letters alone, very common and one-letter words are not looked at."""
    from recommender.ranking import text

    return wish.kind is NudgeKind.WORD and not text.words(wish.text)


def learnt(profile: Profile, library: Library, memory: Memory) -> Learnt:
    """What the reader's verdicts taught so far."""
    from recommender import ranking, shortlist

    return ranking.learn(*shortlist.history_before(profile, library, memory, date.max))


def _shown(
    profile: Profile,
    memory: Memory,
    kind: str,
    papers: Sequence[Paper],
    considered: int,
    scores: dict[str, Score],
    note: str,
    now: datetime,
) -> Shortlist:
    items = tuple(Recommendation(place, paper, scores[paper.id]) for place, paper in enumerate(papers, start=1))
    status = Status.RANKED if items else Status.NO_PAPERS
    made = Shortlist(profile.name, now.date(), items, considered, status, note)
    if items:  # an empty answer must not take away what the ranks meant so far
        memory.record(made, kind=kind, basis="", at=now)
    return made
