"""A day's papers to be rated one after another, and where all the others are."""

from typing import NamedTuple

from recommender.paper import Recommendation, Shortlist


class DayCounts(NamedTuple):
    """Where each paper announced for a day is: the parts add up to what was announced."""

    shown: int  # matches well enough: one card each
    under: int  # matches less than the reader's threshold: shown by title, after the cards
    muted: int  # hidden by the reader's rules
    rated: int  # rated before this
    earlier: int  # shown on another day

    @property
    def announced(self) -> int:
        """All papers of the day."""
        return sum(self)


class Day(NamedTuple):
    """The papers of a day that are open, best first. Both parts together are the list that ranks mean."""

    shortlist: Shortlist  # every open paper of the day; its ranks go through cards and titles
    cards: tuple[Recommendation, ...]
    under: tuple[Recommendation, ...]  # below the threshold
    threshold: int  # percent
    counts: DayCounts
