"""Papers are scored: `rank()` is the only door. Everything that orders papers anywhere goes through it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from recommender.paper import History, Insights, Paper, Score

VERSION = 4  # grows when the same history and papers would be scored otherwise; kept rankings are then made anew

EXPLAINED = 50
PACKED = 2  # grows when `pack` would give other bytes for the same papers


@dataclass(slots=True)
class CountCache:
    """What one ranking worked out and the next one of the same papers need not; a ranking brings it up to date."""

    counts: bytes = b""  # of the terms of all papers; empty: nothing is known yet


def rank(
    history: History,
    papers: Sequence[Paper],
    encoded: Mapping[str, bytes] | None = None,
    explained: int = EXPLAINED,
    workings: CountCache | None = None,
) -> list[Score]:
    """One score for each paper, in the papers' order.

    The same input gives the same scores, in whatever order the papers, verdicts and background come. Any text, no
    history, verdicts of one kind only, and no papers at all are normal inputs. With neither verdicts nor interests
    nor nudges every value is 0. A paper that meets a muted nudge has a reason that says so, and its usual value.

    Args:
        history: what the reader said so far; `unrated` papers stand for what is not interesting.
        papers: the candidates.
        explained: of how many of the best papers the words are told one by one; of the others all words are one
            reason. The values do not depend on it.
        encoded: cached `text.encode()` of papers by id; what is not in it is encoded here.
        workings: of an earlier ranking; the scores do not depend on it.
    """
    from recommender.ranking import blend  # numpy: 60 ms, not for importing a constant

    return blend.rank(history, papers, encoded or {}, explained, workings)


def worth_ranking(
    history: History,
    encoded: Mapping[str, bytes],
    blocks: Iterable[tuple[int, bytes]],
    most: int,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> list[int]:
    """Of a whole library, the numbers of those `most` papers that `rank` is likely to put first, best first.

    By the words alone, with what the history teaches of them. Empty where it teaches nothing.

    Args:
        encoded: cached `text.encode()` of the history's papers by id; what is not in it is encoded here.
        blocks: each with the number of its first paper, and as `pack` made it.
        without, only: numbers of papers that may not be chosen, and of those that may; None: any.
    """
    from recommender.ranking import candidates as catalogue

    return catalogue.worth_ranking(history, encoded, blocks, most, without, only)


def pack(encoded: Sequence[bytes]) -> bytes:
    """Papers as `worth_ranking` takes them, numbered one after the other.

    Args:
        encoded: `text.encode()` of each; empty where there is no paper of that number.
    """
    from recommender.ranking import candidates as catalogue

    return catalogue.pack(encoded)


def learn(history: History, encoded: Mapping[str, bytes] | None = None) -> Insights:
    """What the history taught: words for and against, interests, drift; empty where there is too little to tell."""
    from recommender.ranking import insights as learnt

    return learnt.learn(history, encoded or {})
