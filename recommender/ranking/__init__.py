"""The door to ranking: everything that orders papers goes through `rank()`.

Importing this package loads none of its modules and no third-party library, so that a command which only needs a
version or a type stays quick. Each function below imports what it needs when it is called.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.paper import LIKES_FOR_MATCH, Document, History, Paper, Score

if TYPE_CHECKING:
    from recommender.ranking import tokens as text  # noqa: F401 - for type checkers: __getattr__ below gives it
    from recommender.ranking.corpus import Corpus
    from recommender.ranking.embedding import Embedding
    from recommender.results.insights import Insights, Topic
    from recommender.results.pictures import LearnedAuthor, LearnedWords

ENCODING = 4  # raise when `encode` gives other bytes for the same paper: the terms in the library are then made anew
PACKING = 2  # raise when `pack` gives other bytes for the same papers: the blocks in the library are then made anew
_BLEND = 11  # raise when the same history and papers get other scores for any other reason

# The version of all that can change a score or a list: a kept ranking or list of another version is out of date. Two
# decimal digits each for the encoding and the packing, so 70202 is blend 7, encoding 2, packing 2.
ENGINE = (_BLEND * 100 + ENCODING) * 100 + PACKING

RANKERS = ("blend", "bm25", "linear")  # what `score_by` takes: the whole ranker, and two of its parts alone
EXPLAINED = 40  # two pages of the day
# A score has a probability from so many likes on: it was measured on such readers ...
MIN_LIKES = LIKES_FOR_MATCH
MIN_BACKGROUND = 50  # ... and so many papers without a rating, of other days


def build_corpus(texts: Iterable[Paper | Document], encoded: Mapping[str, bytes], kept: bytes = b"") -> "Corpus":
    """Count texts once, for the rankings of one reader after another; it depends on none of them.

    Args:
        texts: candidates and background; the rated papers of a reader too if the corpus is for that reader alone.
        encoded: as in `rank`.
        kept: what `Corpus.to_bytes` gave for an earlier one; used if that has the same texts.
    """
    from recommender.ranking import corpus

    return corpus.Corpus([corpus.encoded_text(text, encoded) for text in texts], kept)


def map_corpus(folder: Path) -> "Corpus":
    """A corpus that `Corpus.write` wrote, in memory that all processes of a machine share.

    Raises:
        OSError: there is none.
        ValueError: another version of the program wrote it.
    """
    from recommender.ranking import corpus

    return corpus.Corpus.map_files(folder)


def single_threaded() -> None:
    """Compute one thing after the other from now on, for a process that has a core to itself."""
    from recommender.ranking import parallel

    parallel.single_threaded()


def rank(
    history: History,
    papers: Sequence[Paper],
    encoded: Mapping[str, bytes] | None = None,
    explained: int | Set[str] = EXPLAINED,
    corpus: "Corpus | None" = None,
) -> list[Score]:
    """Score each paper for the reader of this history; the scores come in the papers' order.

    The value of a score is a sum of log-odds: logistic regression on TF-IDF (see `linear`), similarity to the nearest
    rated papers (`neighbours`), authors of liked papers (`authors`), stated interests (`interests`) and the reader's
    own rules (`preferences`). The probability of a like rests on the value without these rules.

    The same input gives the same scores, in whatever order the papers, verdicts and background come. Any text, an
    empty history, verdicts of one kind only, and no papers at all are normal inputs. Without verdicts, interests and
    nudges every value is 0. A paper that meets a muted nudge has a reason that says so, and its usual value.

    Args:
        history: what the reader said so far. `unrated` papers or documents serve as negatives.
        papers: the candidates.
        encoded: cached `encode(paper)` by paper id. Papers that are missing here are encoded now; a document brings
            its terms with it.
        explained: how many of the best papers get their words as single reasons, or the ids of those that do; for the
            others all words are one reason, and beyond the 200 best so is all but rules and topics. The values do not
            depend on it.
        corpus: texts that are counted already. The scores do not depend on it.
    """
    from recommender.ranking import blend

    return blend.rank(history, papers, encoded or {}, explained, corpus)


def score_by(
    ranker: str, history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes] | None = None
) -> list[float]:
    """The value each paper gets from one ranker, in the papers' order; for comparing the blend with its parts.

    "blend" is `rank` without the reader's nudges.

    Args:
        ranker: one of RANKERS.
        history, papers, encoded: as in `rank`.

    Raises:
        KeyError: there is no ranker of this name.
    """
    from recommender.ranking import blend

    return blend.score_by(ranker, history, papers, encoded or {})


def candidates(
    history: History,
    encoded: Mapping[str, bytes],
    blocks: Iterable[tuple[int, bytes]],
    limit: int,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> list[int]:
    """Candidate generation: numbers of the papers of a large library that `rank` will likely put first.

    The first of two stages: log-odds from single words only, for all papers of the library; `rank` then orders the
    result. Best first. Empty if the history is too small to train on.

    Args:
        encoded: cached `encode(paper)` of the history's papers by id, as in `rank`.
        blocks: each the number of its first paper and the bytes that `pack` made.
        limit: how many papers to return at most.
        without: numbers of papers to leave out.
        only: numbers of the papers to choose from; None: all.
    """
    from recommender.ranking import retrieval

    return retrieval.best(retrieval.fit_tables(history, encoded), blocks, limit, without, only)


def pack(encoded: Sequence[bytes]) -> bytes:
    """Term frequencies of papers as one block for `candidates`.

    Args:
        encoded: `encode(paper)` of each, numbered one after the other; b"" for a number without a paper.
    """
    from recommender.ranking import retrieval

    return retrieval.pack(encoded)


def insights(history: History, encoded: Mapping[str, bytes] | None = None) -> "Insights":
    """What the ranker learned: positive and negative words, topics, and how they changed from month to month.

    Each part is empty if the history is too small for it.

    Args:
        history, encoded: as in `rank`.
    """
    from recommender.ranking import inspection

    return inspection.insights(history, encoded or {})


def find_topics(history: History, encoded: Mapping[str, bytes] | None = None) -> "tuple[Topic, ...]":
    """The reader's topics as the ranker sees them, the one with the most likes first.

    Args:
        history, encoded: as in `rank`.
    """
    from recommender.ranking import inspection

    return inspection.find_topics(history, encoded or {})


def learned_words(history: History, encoded: Mapping[str, bytes] | None = None) -> "LearnedWords":
    """The words of `insights`, each with what it adds to the value of a paper.

    Args:
        history, encoded: as in `rank`.
    """
    from recommender.ranking import inspection

    return inspection.learned_words(history, encoded or {})


def learned_authors(history: History, encoded: Mapping[str, bytes] | None = None) -> "tuple[LearnedAuthor, ...]":
    """The authors of liked papers that raise other papers most, each with what it adds to the value of one.

    Args:
        history, encoded: as in `rank`.
    """
    from recommender.ranking import inspection

    return inspection.learned_authors(history, encoded or {})


def fit_map(encoded: Mapping[str, bytes], before: "Embedding | None" = None) -> "Embedding":
    """Give papers places in the plane, similar ones near each other. Takes seconds: for the background.

    Args:
        encoded: at least three papers, as `encode` gives them, by id.
        before: an older map, which the new one resembles.
    """
    from recommender.ranking import tsne

    return tsne.fit(encoded, before)


def read_map(kept: bytes) -> "Embedding | None":
    """The places that `Embedding.to_bytes` wrote; None for damaged bytes, or those of another version."""
    from recommender.ranking import embedding

    return embedding.from_bytes(kept)


def stated_interests(interests: str) -> list[str]:
    """The stated interests one by one: separated by ";" or lines, without "I study" and the like."""
    from recommender.ranking import tokens

    return list(tokens.topics(interests))


def encode(paper: Paper) -> bytes:
    """The words of a paper as CRC-32 numbers: uint32, little-endian; title, a zero, abstract."""
    from recommender.ranking import tokens

    return tokens.encode(paper)


def words(text: str) -> list[str]:
    """The words of a text that count in a ranking: lower case, without accents, stop words, LaTeX and URLs."""
    from recommender.ranking import tokens

    return tokens.words(text)


def stem(word: str) -> str:
    """The common form of a word's singular and plural, which counts as one word; `word` as `words` gives it."""
    from recommender.ranking import tokens

    return tokens.stem(word)


def interest_words(interests: str) -> list[str]:
    """The words of stated interests that count, each once: no "I study", no stop words."""
    from recommender.ranking import tokens

    return list(dict.fromkeys(tokens.words(tokens.topic(interests))))


def spelled(words: Sequence[str], papers: Iterable[Paper]) -> list[str]:
    """Words as papers write them, where `words` writes them otherwise: "K-theory" for "ktheory", "Kähler" for "kahler".

    Args:
        words: as `words` gives them.
        papers: the first that has a word says how it is written.
    """
    from recommender.ranking import tokens

    names: dict[int, str] = {}
    wanted = set(map(tokens.number, words))
    for paper in papers:
        if missing := wanted - names.keys():
            names |= tokens.names(paper, missing)
    found = [(word, names.get(tokens.number(word), word)) for word in words]
    return list(dict.fromkeys(word if name.isascii() and name.isalnum() else name for word, name in found))


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """`text`, the name of `tokens` in scripts written for older versions."""
        if name == "text":
            from recommender.ranking import tokens

            return tokens
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
