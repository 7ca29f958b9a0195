"""The nouns. Plain data: no I/O, no scoring, no third-party import."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Paper:
    """What was announced: public facts only, no score and no verdict inside."""

    id: str  # without version: "2405.01234", "hep-th/9901001"
    title: str  # one line, no HTML; LaTeX as arXiv has it
    abstract: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # primary first
    submitted: date | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """One entry of a digest that could not be read."""

    line: int  # 1-based, in the text that was read
    reason: str  # what is wrong and what stands there


@dataclass(frozen=True, slots=True)
class Digest:
    """One announced list of papers."""

    date: date | None  # the announcement day; None where the text does not say
    category: str  # "cs.CV"; empty where the text does not say
    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...] = ()


class Verdict(Enum):
    """What a reader says of a paper."""

    LIKE = "like"
    DISLIKE = "dislike"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict with the paper itself, so that a history needs no library."""

    paper: Paper
    verdict: Verdict
    given_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a paper that was shown on an earlier day."""

    value: float  # its score's value when it was shown
    liked: bool


@dataclass(frozen=True, slots=True)
class History:
    """All that a ranker may know of the past."""

    feedback: tuple[Feedback, ...] = ()
    unrated: tuple[Paper, ...] = ()  # announced or shown, never judged
    interests: str = ""  # in the reader's own words
    outcomes: tuple[Outcome, ...] = ()


class ReasonKind(Enum):
    """What a reason speaks of."""

    WORD = "word"  # a word or word pair of the paper
    LIKED = "liked"  # a liked paper it resembles
    DISLIKED = "disliked"  # a disliked paper it resembles
    INTEREST = "interest"  # words it shares with the reader's stated interests
    OTHER = "other"  # all the rest of the score in one


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score, said so that a reader can check it."""

    kind: ReasonKind
    text: str  # the word, or the title of the paper it resembles
    weight: float  # its share of the score: above 0 speaks for the paper, below 0 against
    paper_id: str | None = None  # the resembling paper's id


@dataclass(frozen=True, slots=True)
class Score:
    """How one paper fits one reader."""

    value: float  # orders papers, higher is better
    probability: float | None = None  # 0..1, calibrated: 0.82 is liked 82 times in 100; None: not known yet
    reasons: tuple[Reason, ...] = ()  # their weights add up to the value
    interval: tuple[float, float] | None = None  # where the probability lies four times in five
    familiarity: float = 0.0  # 0..1: how much it resembles the judged paper it resembles most
    alike: tuple[tuple[str, float], ...] = ()  # better papers of the same ranking it resembles, 0..1


@dataclass(frozen=True, slots=True)
class Interest:
    """Liked papers that are about one thing."""

    words: tuple[str, ...]  # what tells them from the other liked ones
    likes: int
    papers: tuple[Paper, ...]  # the most typical ones


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a history taught, for its reader to check."""

    favoured: tuple[str, ...]  # words and pairs that speak for a paper, strongest first
    unwanted: tuple[str, ...]  # ... and against it
    interests: tuple[Interest, ...]  # largest first
    drift: tuple[tuple[str, tuple[str, ...]], ...]  # "2026-03" and what was special in its likes; oldest first


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A paper at its place in a list."""

    rank: int  # 1 is best
    paper: Paper
    score: Score
    exploring: bool = False  # listed because the reader has judged nothing like it yet


class Status(Enum):
    """Why a list is as long as it is."""

    RANKED = "ranked"
    NO_PAPERS = "no-papers"  # nothing was announced, or no digest of that day is here
    ALL_JUDGED = "all-judged"  # each paper has a verdict already
    ALL_SEEN = "all-seen"  # each paper was judged, or shown on another day
    OLDER_DIGEST = "older-digest"  # nothing left, and the digest is older than the newest one listed
    BELOW_THRESHOLD = "below-threshold"  # papers are left, but none matches well enough


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What one reader is shown for one day."""

    profile: str
    day: date
    items: tuple[Recommendation, ...]
    considered: int  # how many papers were ranked
    status: Status = Status.RANKED
    note: str = ""  # the honest word on an empty, short or unusual list


# New ids: YYMM.NNNN until 2014, YYMM.NNNNN since; old ids: archive[.SC]/YYMMNNN.
# https://info.arxiv.org/help/arxiv_identifier.html
_NEW_ID = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD_ID = r"[a-z]+(?:-[a-z]+)?(?:\.[a-z]+(?:-[a-z]+)?)?/\d{2}(?:0[1-9]|1[0-2])\d{3}"
ARXIV_ID = rf"(?:{_NEW_ID}|{_OLD_ID})(?:v\d+)?"
_REFERENCE = re.compile(
    rf"""(?:arxiv\s*:\s*
          | (?:https?://)? (?:[\w-]+\.)* arxiv\.org/ (?:abs|pdf|html|format|ps)/
          | (?:https?://)? (?:dx\.)? doi\.org/10\.48550/arxiv\.
          | (?:doi:)? 10\.48550/arxiv\. )?
         (?P<id>{ARXIV_ID}) (?:\.pdf)? /? (?:[?\#].*)?""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)


def arxiv_id(text: str) -> str | None:
    """The arXiv id that `text` is, without version, or None.

    Takes "2005.05859", "arXiv:2005.05859v2", "hep-th/9901001", an abs, pdf or html URL, and arXiv's DOI.
    """
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        return None
    found = re.sub(r"v\d+$", "", match["id"].lower())
    archive, slash, number = found.partition("/")
    # math.GT/0309136 and math/0309136 are one paper: the subject class is no part of an old id
    return archive.split(".")[0] + slash + number if slash else found


def abs_url(paper_id: str) -> str:
    """The page of a paper on arXiv."""
    return f"https://arxiv.org/abs/{paper_id}"


def pdf_url(paper_id: str) -> str:
    """The PDF of a paper on arXiv."""
    return f"https://arxiv.org/pdf/{paper_id}"
