"""What ratings changed, and why a paper has its score."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from recommender.paper import Paper, Score, Shortlist, Verdict


class Move(NamedTuple):
    """The place of one unrated paper in a day's ranking, before and after new verdicts."""

    paper: Paper
    before: int  # 1 is best
    after: int


class Command(NamedTuple):
    """A rating command or an import, as `undo` would take it back."""

    number: int
    name: str  # "like", "dislike", "read", "unmark", "import", ...
    at: datetime  # aware
    size: int  # papers that it rated
    first: Paper | None  # of them


class ListCounts(NamedTuple):
    """Where each paper announced for a day is, now: the parts add up to what was announced."""

    listed: int  # papers of the list
    further: int  # open ones that match well enough, but were not among the best
    under: int  # match less than the reader's threshold
    muted: int  # hidden by the reader's rules
    rated: int  # rated, and not of the list
    earlier: int  # shown on another day

    @property
    def announced(self) -> int:
        """All papers of the day."""
        return sum(self)


class DayList(NamedTuple):
    """The list of a day as it was recorded, and what the reader said of its papers."""

    shortlist: Shortlist  # all of it, or the part that was asked for
    listed: tuple[str, ...]  # ids of all papers of the list, the best first
    made_at: datetime  # aware
    verdicts: Mapping[str, Verdict]  # by paper id; of all papers the reader rated
    counts: ListCounts | None  # None: the day was ranked too long ago


class Explanation(NamedTuple):
    """One paper with its score and all reasons for it."""

    paper: Paper
    score: Score
    verdict: Verdict | None
