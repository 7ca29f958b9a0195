"""Terms as they are written: words and pairs of the counts, spelled as in a paper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from recommender.paper import Paper
from recommender.ranking.spelling import term

LOOKED_AT = 5  # papers whose spellings are compared
_INSIDE = {"of", "the"}  # words that a term may have between its own; "models and code" is none


def spelled(numbers: Sequence[int], papers: Iterable[Paper]) -> str:
    """The term of these word numbers as most of the papers write it; empty if none has it.

    A pair of the counts skips stop words: "theory mind" is spelled "theory of mind".
    """
    looked_at = list(islice(papers, LOOKED_AT))
    spellings = Counter[str]()
    for left, paper in zip(range(len(looked_at) - 1, -1, -1), looked_at, strict=True):
        if found := _spelled_in(paper, numbers):
            spellings[found] += 1
        (_, most), (_, fewer) = [*spellings.most_common(2), ("", 0), ("", 0)][:2]
        if most - fewer > left:  # whatever the others write
            break
    return next((name for name, _ in spellings.most_common(1)), "")


def _spelled_in(paper: Paper, numbers: Sequence[int]) -> str:
    words = term(paper, numbers).split()
    return " ".join(words) if _INSIDE.issuperset(words[1:-1]) else ""
