"""A reader's ranking of a day, made once. All keys of all caches are built here.

| what | key | where | made stale by |
| --- | --- | --- | --- |
| terms of a paper | paper, ENCODING | library.db `terms` | a newer text |
| terms in blocks of 4,096 papers | block, ENCODING, PACKING | library.db `block` | a change in the block (trigger) |
| a text that was read | SHA-256 of its bytes | library.db `digest` | `library prune` |
| a ranking's corpus | ENGINE, SHA-256 of the texts | cache/NAME.counts, one a reader | a new text |
| the corpus of a night for many readers | the night, its process | cache/night.*, removed with it | never read again |
| a map's places | the ids of its papers, format | cache/NAME.map, one a reader | a tenth of new ratings |
| a map's topics | ENGINE, verdicts, interests, rules | cache/NAME.map | a verdict, a setting: at the next `run` |
| scores of a day | `scores_key` | profiles/NAME.db `ranking` | a verdict, a setting, a new paper |
| the last list | `list_key` | profiles/NAME.db `shortlist` | anything: both stores count their changes |
| a page of the web | URL, ETag | web.db | the site |
"""

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from recommender import ranking
from recommender.errors import StoreError
from recommender.paper import Document, History, Paper, Score
from recommender.services import history, lists
from recommender.services.reader import Reader
from recommender.services.requests import ListOptions

if TYPE_CHECKING:
    from recommender.ranking.corpus import Corpus


def list_key(reader: Reader, options: ListOptions, question: str) -> str:
    """The key of a list, in words: equal keys mean that the last list is still the answer.

    Args:
        question: what was asked for, and the state of every place it may come from.
    """
    state = reader.store.version(), reader.library.state()
    return repr((ranking.ENGINE, question, options, reader.profile, state))


def scores_key(past: History, encoded: Mapping[str, bytes], papers: Sequence[Paper], day: date) -> str:
    """The key of a day's scores: equal keys mean equal scores, whatever order the papers come in.

    Args:
        encoded: cached terms of the history's papers and the candidates by id.
    """
    verdicts = [(entry.paper.id, entry.verdict.value, entry.given_at.isoformat()) for entry in past.feedback]
    outcomes = [(outcome.value, outcome.liked) for outcome in past.outcomes]
    texts = [*(entry.paper for entry in past.feedback), *sorted(papers, key=lambda paper: paper.id)]
    head = repr((ranking.ENGINE, day, len(papers), past.interests, past.nudges, past.topics, outcomes, verdicts))
    parts = [head, *("\x1f".join((p.id, p.title, *p.authors, "", *p.categories)) for p in texts)]
    parts += [paper.abstract for paper in texts if paper.id not in encoded]  # terms stand for the other abstracts
    terms = [encoded.get(paper.id, b"") for paper in texts]
    for paper in past.unrated:
        if isinstance(paper, Document):
            parts.append("\x1f".join((paper.id, *paper.authors)))
            terms.append(paper.terms)
        else:
            parts.append("\x1f".join((paper.id, paper.title, paper.abstract, *paper.authors, "", *paper.categories)))
    return _sha256(parts, terms)


def score(reader: Reader, papers: Sequence[Paper], day: date) -> tuple[dict[str, Score], str]:
    """The score of each paper by id, and the key of these scores. Scores kept under the same key are not made again."""
    past, encoded = history.before(reader, day, papers)
    key = scores_key(past, encoded, papers, day)
    kept = reader.store.kept_ranking(key)
    if kept is not None:
        return kept, key
    corpus = reader.corpus or _own_corpus(reader, past, papers, encoded)
    ranked = ranking.rank(past, papers, encoded, corpus=corpus)
    scores = {paper.id: score for paper, score in zip(papers, ranked, strict=True)}
    if not corpus.was_kept:
        reader.home.keep_cached(reader.name, "counts", corpus.to_bytes())
    with reader.storing():
        reader.store.keep_ranking(key, day, scores)
    return scores, key


def _own_corpus(reader: Reader, past: History, papers: Sequence[Paper], encoded: Mapping[str, bytes]) -> "Corpus":
    """The texts of one reader's ranking."""
    # With the rated papers, so that a verdict on any of them changes nothing in it.
    texts = [*papers, *past.unrated, *(entry.paper for entry in past.feedback)]
    return ranking.build_corpus(texts, encoded, reader.home.cached(reader.name, "counts"))


def rank(
    reader: Reader,
    papers: Sequence[Paper],
    explained: int | Set[str],
    background: int = history.BACKGROUND,
    day: date = date.max,
) -> dict[str, Score]:
    """The score of each paper by id, always ranked anew.

    Args:
        explained: how many of the best papers get a reason for each word, or the ids of those that do.
        background: how many papers without a verdict stand for what is not interesting.
        day: the history before this day counts.
    """
    past, encoded = history.before(reader, day, papers, background)
    scores = ranking.rank(past, papers, encoded, explained)
    return {paper.id: score for paper, score in zip(papers, scores, strict=True)}


def ahead(reader: Reader, papers: Sequence[Paper] | None = None, day: date | None = None) -> None:
    """Do now, while nobody waits, the work of the next list and of `best`.

    What fails is left to them: an import or a download before it has succeeded, and is reported.

    Args:
        papers, day: what the next list chooses from; None: the day ranked last, with the verdicts given since.
    """
    with suppress(StoreError):
        last = reader.store.last_list(*lists.DAILY, filled=True)
        if papers and day:
            score(reader, papers, day)
        elif last:
            score(reader, list(reader.library.papers(reader.store.last_scores()).values()), last.day)
        if reader.blocks.has_blocks():
            pack(reader)


def pack(reader: Reader, label: str = "") -> None:
    """Bring the library's blocks up to date; with a label, as visible progress."""
    numbers = reader.blocks.unpacked()
    with reader.storing():  # what is not packed is packed on the way
        for number in reader.progress.steps(numbers, label) if label else numbers:
            reader.blocks.pack(number)


def _sha256(texts: Sequence[str], terms: Sequence[bytes]) -> str:
    import hashlib  # noqa: PLC0415 - brings OpenSSL along; a list that is repeated needs no hash

    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass"))
    digest.update(b"\0\0\0\0".join(terms))
    return digest.hexdigest()
