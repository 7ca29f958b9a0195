"""A day's papers to be rated one after another, by keys in a terminal or on a page."""

import os
from datetime import date

from recommender.paper import Note, NoteKind, Shortlist
from recommender.results.day import Day, DayCounts
from recommender.services import selection, today
from recommender.services.reader import Reader
from recommender.services.requests import ListOptions, Request, paths


class Triage:
    """A day's papers to be rated one after another."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def day(
        self,
        *files: str | os.PathLike[str],
        day: date | None = None,
        offline: bool = False,
        refresh: bool = False,
        min_match: int | None = None,
    ) -> Day:
        """Every open paper of a day, best first; takes and raises what `Recommender.today` does.

        Its ranks can be used as handles. The day's list, which feeds and later days know, is that of `today`.

        Args:
            min_match: percent; papers that match less come at the end. None: as the profile says.
        """
        request = Request(paths(files), day, offline, refresh)
        shortlist = today.today(self._reader, request, ListOptions(), whole=True)
        return divided(shortlist, self._reader.profile.min_match if min_match is None else min_match)


def divided(shortlist: Shortlist, threshold: int) -> Day:
    """The list of all open papers of a day as cards and, below the threshold, titles.

    Args:
        threshold: percent; an unknown match is below none, nor is one of a followed author's paper.
    """
    cards = tuple(item for item in shortlist.items if selection.matches(item.score, threshold))
    carded = {item.paper.id for item in cards}
    under = tuple(item for item in shortlist.items if item.paper.id not in carded)
    # A list of all papers says in this note where the others are, also when it is repeated.
    left_out = next((note for note in shortlist.notes if note.kind is NoteKind.LEFT_OUT), Note(NoteKind.LEFT_OUT))
    muted, rated, earlier = (_count(left_out, name) for name in ("muted", "rated", "shown"))
    counts = DayCounts(len(cards), len(under), muted=muted, rated=rated, earlier=earlier)
    notes = tuple(note for note in shortlist.notes if note is not left_out or not shortlist.items)
    return Day(shortlist._replace(notes=notes), cards, under, threshold, counts)


def _count(note: Note, name: str) -> int:
    figure = note.figures.get(name, 0)
    return figure if isinstance(figure, int) else 0
