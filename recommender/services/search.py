"""The conductor of a question: which paper is meant, what is like it, what speaks for it."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING

from recommender.errors import SourceError, UnknownPaper
from recommender.ids import arxiv_id, doi
from recommender.paper import (
    Feedback,
    History,
    Insights,
    Note,
    NoteKind,
    Nudge,
    NudgeKind,
    Paper,
    ReasonKind,
    Recommendation,
    Score,
    Shortlist,
    Status,
    Verdict,
)
from recommender.profile import Profile
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

if TYPE_CHECKING:
    from recommender.store.blocks import Blocks

_RANKS = r"([0-9]{1,6})(?:-([0-9]{1,6}))?"
_NEIGHBOURS = 200  # newest papers a single paper is ranked among: a score means something only beside others
# Papers of a whole library that are ranked. Of 12,000 papers ranked so or all at once, the 100 best hold as many later
# likes (.468 and .467 of them; `python -m benchmarks.quality --candidates`), and even 250 do.
_WORTH = 1000
# Of a smaller library no more than half: a ranking needs the others, for what is not interesting. Of fewer than these
# not even half would do.
_FEWEST = 200
# Newest papers without a verdict that what was found is ranked against: half of what a day is. Replayed on every 6th
# day, nDCG@10 is .6666 with them and .6668 with twice as many, which take 30 ms more.
_BESIDE = 1000
POOL = 200  # papers that are ranked of those the full text finds: its best


def resolve(
    references: Sequence[str],
    library: Library,
    memory: ProfileStore,
    fetch: Callable[[list[str]], list[Paper]] | None = None,
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


def _ranked(memory: ProfileStore, reference: str, first: int, last: int) -> list[str]:
    shown = memory.last_list(filled=True)
    if shown is None:
        raise UnknownPaper(f"{reference!r} is a rank, but no list was shown yet; `recommend today` shows one")
    by_rank = {item.rank: item.paper_id for item in shown.items}
    if not 1 <= first <= last <= max(by_rank):
        ranks = f"the ranks 1 to {max(by_rank)}" if len(by_rank) > 1 else "one paper, rank 1"
        raise UnknownPaper(f"no rank {reference!r}: the last list shown has {ranks}")
    return [by_rank[rank] for rank in range(first, last + 1)]


def search(profile: Profile, library: Library, memory: ProfileStore, words: str, size: int, now: datetime) -> Shortlist:
    """Papers of the library with these words, the best for this reader first; `like 3` then means the third."""
    from recommender.services import today as shortlist

    found = library.search(words, POOL)
    scores = shortlist.rank(profile, library, memory, found, date.max, size, background=_BESIDE) if found else {}
    unknown = not any(memory.count()) and not profile.interests
    ordered = (
        found if unknown else shortlist.best_first(found, scores)
    )  # of an unknown reader, the full text's own order
    notes = () if found else (Note(NoteKind.NOTHING_FOUND, {"words": words, "papers": library.count()}),)
    return _shown(profile, memory, "search", ordered[:size], len(found), scores, notes, now)


def similar(
    profile: Profile, library: Library, memory: ProfileStore, paper: Paper, size: int, now: datetime
) -> Shortlist:
    """Papers of the library most like this one; `like 3` then means the third."""
    from recommender import ranking
    from recommender.services import today as shortlist

    pool = library.search_any(ranking.words(f"{paper.title} {paper.abstract}"), POOL + 1)
    pool = [other for other in pool if other.id != paper.id]
    known = {paper.id, *(other.id for other in pool)}
    unrated, encoded = shortlist.background(library, date.max, _BESIDE, known)
    encoded |= library.encodings(known)
    history = History((Feedback(paper, Verdict.LIKE, now),), tuple(unrated))
    ranked = ranking.rank(history, pool, encoded, explained=size)
    scores = {other.id: score for other, score in zip(pool, ranked, strict=True)}
    notes = () if pool else (Note(NoteKind.NOTHING_SIMILAR),)
    return _shown(profile, memory, "similar", shortlist.best_first(pool, scores)[:size], len(pool), scores, notes, now)


def best(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    size: int,
    now: datetime,
    days: tuple[date, date] | None = None,
    everything: bool = False,
    watched: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> Shortlist:
    """The papers of the whole library that suit this reader best; `like 3` then means the third.

    Of a large library those are ranked that are likely to be among the best by their words alone.

    Args:
        days: the first and the last announcement day of papers that count; None: all count.
        everything: also papers judged, shown on any day, or muted.
        watched: may show how far the packing of a library has come that was never asked for so before.
    """
    from recommender import ranking
    from recommender.services import today as shortlist

    verdicts, elsewhere = memory.verdicts(), memory.names_elsewhere()
    if Verdict.LIKE not in verdicts.values() and not profile.interests:
        return _shown(profile, memory, "best", [], 0, {}, (Note(NoteKind.BEST_UNKNOWN_READER),), now)
    seen = set() if everything else verdicts.keys() | memory.shown_on_other_days(date.max)
    catalogue = blocks_of(library)
    without, only = catalogue.keys_of(seen), catalogue.keys_announced(*days) if days else None
    history, encoded = shortlist.history_before(profile, library, memory, date.max)
    total = library.count()
    considered = total if only is None else len(only)
    most = max(size, min(_WORTH, total // 2 if total >= _FEWEST else total))
    raised: set[int] = set()
    if considered > most:
        pack(library, watched)
        raised = _raised(
            catalogue, history.nudges, most, lambda key: key not in without and (only is None or key in only)
        )
    while True:
        worth = _worth(catalogue, history, encoded, considered, most, without, only)
        papers = catalogue.by_keys([*worth, *sorted(raised.difference(without, worth))])
        encoded |= library.encodings(paper.id for paper in papers)
        scores = {paper.id: score for paper, score in zip(papers, ranking.rank(history, papers, encoded), strict=True)}
        judged = shortlist.judged_of(papers, verdicts, elsewhere)
        hidden = set() if everything else judged | {key for key, score in scores.items() if shortlist.is_muted(score)}
        wanted = [paper for paper in papers if paper.id not in hidden]
        if len(wanted) >= size or len(papers) < most:
            break
        # much is muted: what was found so far gives its place to others
        without, most = without | catalogue.keys_of(hidden), 2 * most
    ordered = shortlist.best_first(wanted, scores)
    chosen = shortlist.listed(ordered, scores, size, profile.variety, 0)
    notes: tuple[Note, ...] = ()
    if not considered:
        notes = (Note(NoteKind.NONE_IN_RANGE if days else NoteKind.EMPTY_LIBRARY),)
    elif not chosen:
        notes = (Note(NoteKind.NONE_LEFT, {"papers": considered}),)
    return _shown(profile, memory, "best", [item.paper for item in chosen], considered, scores, notes, now)


def _worth(
    catalogue: "Blocks",
    history: History,
    encoded: Mapping[str, bytes],
    considered: int,
    most: int,
    without: Collection[int],
    only: Collection[int] | None,
) -> Sequence[int]:
    """The keys of the `most` papers whose words promise most, or of all `considered` where there are no more."""
    from recommender import ranking

    def left() -> list[int]:  # of a million papers nobody wants to know
        return sorted((catalogue.keys() if only is None else set(only)).difference(without))

    if considered <= most:
        return left()
    # where nothing tells what is not liked, nothing can be told from words alone: then the newest
    return ranking.candidates(history, encoded, catalogue.blocks(), most, without, only) or left()[-most:]


def _raised(catalogue: "Blocks", nudges: Collection[Nudge], most: int, allowed: Callable[[int], bool]) -> set[int]:
    """The keys of papers that the reader wants more of: of followed authors, and of each other wish, the newest."""
    wished = [nudge for nudge in nudges if nudge.weight is not None and nudge.weight > 0]
    followed = [nudge.text for nudge in wished if nudge.kind is NudgeKind.AUTHOR]
    found = set(islice(filter(allowed, _by_authors(catalogue, followed)), most))
    for nudge in wished:
        if nudge.kind is not NudgeKind.AUTHOR:
            found.update(islice(filter(allowed, catalogue.keys_with(nudge)), most))
    return found


def _by_authors(catalogue: "Blocks", followed: Sequence[str]) -> Iterator[int]:
    """The keys of papers by one of these authors, newest first."""
    from recommender.text import names

    wanted = [(name, names.parse(name)) for name in followed if names.parse(name).family]
    families = {parsed.family for _, parsed in wanted}
    # "van der Berg" may be written "Vanderberg": the last word of a family is looked for
    words = {
        max(
            (key for key in map(names.key, re.split(r"[\W_]+", name)) if parsed.family.endswith(key)),
            key=len,
            default="",
        )
        or parsed.family
        for name, parsed in wanted
    }
    for key, authors in catalogue.authors_with(words) if words else ():
        # to take each name apart takes ten times as long as its letters do
        near = [name for name in authors if any(family in names.key(name) for family in families)]
        if near and any(names.same(parsed, names.parse(name)) for name in near for _, parsed in wanted):
            yield key


def prepare(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    papers: Sequence[Paper] | None = None,
    day: date | None = None,
) -> None:
    """Do now, where nobody waits, what the next list and `best` would do then.

    Args:
        papers, day: what the next list chooses from; None: the day ranked last, with what the reader said since.
    """
    from recommender.services import today as shortlist

    last = memory.last_list("today", "mail", filled=True)
    if papers and day:
        shortlist.score(profile, library, memory, papers, day)
    elif last:
        shortlist.score(profile, library, memory, list(library.papers(memory.last_scores()).values()), last.day)
    if blocks_of(library).has_blocks():
        pack(library)


def pack(library: Library, watched: Callable[[Sequence[int]], Iterable[int]] = iter) -> None:
    """Bring the blocks up to date that `best` looks at: 2 s for 200,000 papers the first time, then next to nothing."""
    blocks = blocks_of(library)
    for number in watched(blocks.unpacked()):
        blocks.pack(number)


def blocks_of(library: Library) -> "Blocks":
    """The library as a whole, packed as this version does it."""
    from recommender import ranking
    from recommender.store.blocks import Blocks, Packer

    return Blocks(library, Packer(ranking.pack, ranking.PACKING))


def look(profile: Profile, library: Library, memory: ProfileStore, paper: Paper) -> Score:
    """The score of one paper with all reasons: as the last list has it, as in that day's ranking, or among others."""
    from recommender.services import today as shortlist

    kept, last = memory.last_scores(), memory.last_list("today", "mail", filled=True)
    told = {item.paper_id: item.score for item in last.items} if last else {}
    score = kept.get(paper.id)
    if paper.id in told and (score is None or score.value != told[paper.id].value):
        score = told[paper.id]  # ranked anew since, or another day was: the reader asks of what is on the screen
    if score and (not score.reasons or any(reason.kind is ReasonKind.WORD for reason in score.reasons)):
        return score
    if paper.id in kept and last:
        beside, day = list(library.papers(kept).values()), last.day
    else:
        newest = {other.id: other for other in library.announced_before(date.max, _NEIGHBOURS)}
        beside, day = list({**newest, paper.id: paper}.values()), date.max
    return shortlist.rank(profile, library, memory, beside, day, len(beside))[paper.id]


def never_matches(wish: Nudge) -> bool:
    """Whether no paper can have this word: letters alone, very common and one-letter words are not looked at."""
    from recommender import ranking

    return wish.kind is NudgeKind.WORD and not ranking.words(wish.text)


def learnt(profile: Profile, library: Library, memory: ProfileStore) -> Insights:
    """What the reader's verdicts taught so far."""
    from recommender import ranking
    from recommender.services import today as shortlist

    return ranking.insights(*shortlist.history_before(profile, library, memory, date.max))


def _shown(
    profile: Profile,
    memory: ProfileStore,
    kind: str,
    papers: Sequence[Paper],
    considered: int,
    scores: dict[str, Score],
    notes: tuple[Note, ...],
    now: datetime,
) -> Shortlist:
    items = tuple(Recommendation(place, paper, scores[paper.id]) for place, paper in enumerate(papers, start=1))
    status = Status.RANKED if items else Status.NO_PAPERS
    made = Shortlist(profile.name, now.date(), items, considered, status, notes)
    if items:  # an empty answer must not take away what the ranks meant so far
        memory.record(made, kind=kind, basis="", at=now)
    return made
