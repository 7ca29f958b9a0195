"""What ratings changed, and why a paper has its score."""

from collections.abc import Mapping
from datetime import date, datetime
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
    papers: tuple[Paper, ...]


class DayList(NamedTuple):
    """The list of a day as it was recorded, and what the reader said of its papers."""

    shortlist: Shortlist
    made_at: datetime  # aware
    verdicts: Mapping[str, Verdict]  # by paper id; of all papers the reader rated


class DayState(NamedTuple):
    """How far a day was read."""

    day: date
    announced: int  # papers of the day in the library
    listed: int  # of these, papers of the day's last list; 0: there was none
    rated: int  # papers of that list with a verdict


class Explanation(NamedTuple):
    """One paper with its score and all reasons for it."""

    paper: Paper
    score: Score
    verdict: Verdict | None
