"""One sitting of `recommend triage`: the papers, where the reader is in them, and what was said; no input or output."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from recommender.delivery import cards, remarks
from recommender.delivery.layout import Layout
from recommender.paper import Change, Paper, Recommendation, Verdict
from recommender.text.lines import one_line
from recommender.text.periods import day_span
from recommender.text.wrap import wrapped

if TYPE_CHECKING:
    from recommender.results.day import Day


class Deck:
    """Papers to go through: cards first, then titles. The day's own deck has an end after its last paper.

    Args:
        cards: how many of the papers are cards.
        heading: what the papers are; empty: the day's own.
    """

    def __init__(self, items: tuple[Recommendation, ...], cards: int = 0, heading: str = "") -> None:
        self.items = items
        self.cards = cards
        self.heading = heading
        self.place = 0
        self.is_whole = False  # the whole abstract of the current paper is shown
        self.page = 0  # of the abstract

    @property
    def last(self) -> int:
        """The last place one can go to."""
        return len(self.items) - bool(self.heading)

    @property
    def current(self) -> Recommendation | None:
        """The current paper; None at the end."""
        return self.items[self.place] if self.place < len(self.items) else None

    @property
    def is_card(self) -> bool:
        """Whether the current paper is one of the cards, rather than one of the titles after them."""
        return self.place < self.cards

    @property
    def section(self) -> range:
        """The places of the cards, or of the titles, whichever the current paper belongs to."""
        return range(self.cards) if self.is_card else range(self.cards, len(self.items))

    def go(self, place: int) -> None:
        """Go to a place, folded."""
        self.place, self.is_whole, self.page = max(0, min(place, self.last)), False, 0


class Cover:
    """A text in the place of the cards, and what keys do while it is there.

    Args:
        key: shows it, and takes it away again.
    """

    def __init__(
        self,
        text: Callable[[Layout], Sequence[str]],
        choices: Mapping[str, Callable[[], None]] | None = None,
        key: str = "",
    ) -> None:
        self.text = text
        self.choices = choices or {}
        self.key = key
        self.page = 0


class Shown(NamedTuple):
    """What the last screen had."""

    pages: int = 1  # of its text
    first: int | None = None  # the place of the title with number 1; None: no titles
    titles: int = 0  # how many a page has room for


class Sitting:
    """The papers of a day, where the reader is in them, and what was rated.

    Args:
        notes: the reader's, by paper id.
    """

    def __init__(self, day: "Day", notes: Mapping[str, str] | None = None) -> None:
        self.day = day
        self.notes = notes or {}
        self.decks = [Deck((*day.cards, *day.under), len(day.cards))]  # the last one is on the screen
        self.verdicts: dict[str, Verdict | None] = {}  # by paper id, as far as they are needed
        self.rated: set[str] = set()  # ids of papers that were rated in this sitting
        self.seen: set[str] = set()  # ids of cards that were shown
        self.selected: dict[str, Paper] = {}  # by id
        self.cover: Cover | None = None
        self.message = remarks.notes(day.shortlist.notes)
        self.can_undo = False  # something was done in this sitting
        self.shown = Shown()
        self.is_wide = False  # the whole abstract stands beside the titles
        self._started = time.monotonic()

    @property
    def deck(self) -> Deck:
        """The papers on the screen."""
        return self.decks[-1]

    @property
    def has_more(self) -> bool:
        """Whether the text on the screen has a page after this one."""
        return (self.cover or self.deck).page + 1 < self.shown.pages

    def note(self, changes: Sequence[Change]) -> None:
        """Note what ratings are now."""
        self.verdicts |= {change.paper.id: change.after for change in changes}

    def return_to(self, ids: set[str]) -> None:
        """Go to the first of these papers, among those on the screen or of the day."""
        for number in dict.fromkeys((len(self.decks) - 1, 0)):
            for place, item in enumerate(self.decks[number].items):
                if item.paper.id in ids:
                    del self.decks[number + 1 :]
                    self.deck.go(place)
                    return

    def summary(self) -> str:
        """What was seen and rated, and where each paper of the day is, in two lines."""
        given = [verdict for paper_id in self.rated if (verdict := self.verdicts.get(paper_id))]
        seen = f"{len(self.seen):,} of {len(self.day.cards):,} seen"
        facts = (seen, cards.ratings_text(given) or "none rated", self._elapsed())
        return f"{' · '.join(facts)}\n{cards.sum_text(self.day.counts, self.day.threshold)}."

    def view(self) -> cards.View:
        """What is to be on the screen."""
        deck, section = self.deck, self.deck.section
        if deck.current and deck.is_card and not self.cover:
            self.seen.add(deck.current.paper.id)
        shortlist = self.day.shortlist
        at_end = Cover(self._end) if deck.current is None else None
        cover = self.cover or at_end
        return cards.View(
            self._head(),
            f"{shortlist.profile} · {day_span(shortlist.first_day, shortlist.day, weekdays=True)}",
            deck.items[section.start : section.stop],
            deck.place - section.start,
            cards.Marks(self.verdicts, self.selected, self.notes),
            self._keys(),
            is_list=not (deck.is_card or deck.is_whole or cover),
            is_whole=deck.is_whole,
            page=self.cover.page if self.cover else deck.page,
            text=cover.text if cover else None,
            message=one_line(self.message),
        )

    def _end(self, layout: Layout) -> list[str]:
        return [line for part in self.summary().split("\n") for line in (*wrapped(part, layout.width), "")]

    def _head(self) -> str:
        deck, section = self.deck, self.deck.section
        number = f"{deck.place - section.start + 1}/{len(section)}"
        if deck.current is None:
            number = f"end of {len(self.day.cards)}"
        elif deck.heading:
            number += f" {deck.heading}"
        elif not deck.is_card:
            number += f" under {self.day.threshold} %"
        liked = sum(self.verdicts.get(paper_id) is Verdict.LIKE for paper_id in self.rated)
        return f"{number} · {liked} liked · {self._elapsed()}"

    def _elapsed(self) -> str:
        return cards.clock(time.monotonic() - self._started)

    def _keys(self) -> list[tuple[str, str]]:
        """The five keys that matter now."""
        deck, more = self.deck, ("?", "keys")
        if self.cover and self.cover.choices:
            authors = [("o", "more authors")] if "o" in self.cover.choices else []
            return [("1-9", "follow"), *authors, ("any other", "back")]
        them = f" all {len(self.selected)}" if self.selected else ""
        rate = [("l", f"like{them}"), ("d", f"dislike{them}")]
        if self.cover:
            # on each page of a text as many keys, or its lines would have other places on the last one
            turn = [("o", "more" if self.has_more else "fold")] if self.shown.pages > 1 else []
            return [*(rate if deck.current else []), *turn, ("q", "back"), more]
        if deck.current is None:
            return [("q", "done"), ("u", "undo"), ("k", "back"), ("/", "search"), more]
        if self.selected:
            return [*rate, ("x", "select"), ("j", "next"), more]
        if self.has_more:
            third, fourth = ("j", "next"), ("o", "more")
        elif deck.is_whole and not self.is_wide:
            third, fourth = ("j", "next"), ("o", "fold")
        elif deck.is_card:
            other = ("k", "previous") if self.is_wide else ("o", "abstract")
            third, fourth = ("j", "next"), ("u", "undo") if self.can_undo and self.message else other
        else:
            third, fourth = ("1-9", "open"), ("q", "back") if deck.heading else ("A", "all seen")
        return [*rate, third, fourth, more]
