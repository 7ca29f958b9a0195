"""Papers are scored: `rank()` is the only door. Everything that orders papers anywhere goes through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.paper import History, Learnt, Paper, Score

VERSION = 4  # grows when the same history and papers would be scored otherwise; kept rankings are then made anew

EXPLAINED = 50


@dataclass(slots=True)
class Workings:
    """What one ranking worked out and the next one of the same papers need not; a ranking brings it up to date."""

    counts: bytes = b""  # of the terms of all papers; empty: nothing is known yet


def rank(
    history: History,
    papers: Sequence[Paper],
    encoded: Mapping[str, bytes] | None = None,
    explained: int = EXPLAINED,
    workings: Workings | None = None,
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


def learn(history: History, encoded: Mapping[str, bytes] | None = None) -> Learnt:
    """What the history taught: words for and against, interests, drift; empty where there is too little to tell."""
    from recommender.ranking import learnt

    return learnt.learn(history, encoded or {})
