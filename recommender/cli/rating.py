"""Rating a day's papers by keys: what each key does."""

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from recommender.api import Recommender
from recommender.cli.display import Display
from recommender.cli.keyboard import RESIZE
from recommender.cli.session import browse
from recommender.cli.sitting import Cover, Deck, Sitting
from recommender.delivery import cards, remarks, wording
from recommender.delivery.keys import TERMINAL_KEYS
from recommender.delivery.layout import Layout
from recommender.delivery.terminal import score_text
from recommender.errors import RecommenderError
from recommender.ids import abs_url, pdf_url
from recommender.paper import Change, Paper, Shortlist
from recommender.text.readable import readable
from recommender.text.wrap import wrapped

if TYPE_CHECKING:
    from recommender.results.profiles import RuleChange

_FOUND = 30  # papers of a search, and similar ones
_AUTHORS = 9  # on a page of those that digits follow
_HELP_COLUMN = 10  # where the meanings of keys begin
_OTHER_NAMES = {
    **dict.fromkeys((" ", "n", "down", "right"), "j"),
    **dict.fromkeys(("up", "left"), "k"),
    "enter": "o",
    "home": "g",
    "end": "G",
}


class Rating:
    """Shows the papers of a sitting and obeys keys, until the reader is done."""

    def __init__(self, recommender: Recommender, sitting: Sitting, display: Display) -> None:
        self._ada = recommender
        self._sitting = sitting
        self._display = display
        self._done_before: deque[Callable[[], str] | None] = deque()  # how to take back; None: the newest rating
        self._is_over = False
        self._leaves_selected = False  # q was pressed once while papers are selected
        self._actions: Mapping[str, Callable[[], None]] = {
            "l": partial(self._rate, recommender.like),
            "d": partial(self._rate, recommender.dislike),
            "r": partial(self._rate, recommender.read),
            "t": self._later,
            "u": self._undo,
            "j": partial(self._move, 1),
            "k": partial(self._move, -1),
            "g": lambda: self._deck.go(0),
            "G": lambda: self._deck.go(self._deck.last),
            "o": self._unfold,
            "page down": partial(self._turn, 1),
            "page up": partial(self._turn, -1),
            "v": partial(self._browse, abs_url),
            "p": partial(self._browse, pdf_url),
            "w": self._explain,
            "s": self._similar,
            "f": self._follow,
            "m": self._mute,
            "x": self._select,
            "A": self._see_all,
            "/": self._search,
            "?": self._help,
            "q": self._close,
            "escape": self._escape,
        }

    @property
    def _deck(self) -> Deck:
        return self._sitting.deck

    def run(self) -> None:
        """Show and obey. Raises Gone, and KeyboardInterrupt at Ctrl-C; whatever was rated is stored."""
        while not self._is_over:
            self._display.draw(self._sitting)
            for item in self._deck.items[self._deck.place + 1 :][:1]:
                cards.prepare(item)
            key = self._display.terminal.read()
            if key != RESIZE:
                self._sitting.message = ""
                self._obey(_OTHER_NAMES.get(key, key))

    def remark(self, text: str) -> None:
        """Show a remark of the program, such as a warning, with the next screen."""
        self._sitting.message = f"{self._sitting.message} {text}".strip()

    def _obey(self, key: str) -> None:
        """Do what a key asks for; an error becomes a message, and then nothing has changed."""
        try:
            if self._sitting.cover and not self._uncover(self._sitting.cover, key):
                return
            if key in self._actions:
                self._actions[key]()
            elif key.isdecimal():
                self._open(int(key))
            elif len(key) == 1 and key.isprintable():
                self._sitting.message = f"No key {key}; ? shows all keys."
        except RecommenderError as error:
            self._sitting.message = f"{error}."
            self._display.terminal.forget()  # keys typed meanwhile were meant for what did not come

    def _uncover(self, cover: Cover, key: str) -> bool:
        """Turn or take away the text that covers the cards; whether the key is still to be obeyed."""
        steps = {"o": 1, "j": 1, "page down": 1, "k": -1, "page up": -1}.get(key, 0)
        if (steps > 0 and self._sitting.has_more) or (steps < 0 and cover.page):
            cover.page += steps
            return False
        if key in ("page down", "page up"):
            return False
        self._sitting.cover = None
        if key in cover.choices:
            cover.choices[key]()
        return not cover.choices and key not in ("j", "k", "o", "q", "escape", cover.key)

    # Ratings

    def _rate(self, rate: Callable[..., list[Change]]) -> None:
        """Rate the selected papers, else the current one; it is stored before anything is shown."""
        sitting, current = self._sitting, self._deck.current
        papers = list(sitting.selected.values()) or ([current.paper] if current else [])
        if not papers:
            sitting.message = "No paper is left to rate; k goes back."
            return
        changes = rate(*(paper.id for paper in papers))
        if any(change.before is not change.after for change in changes):  # else there is nothing to take back
            self._remember(None)
        sitting.note(changes)
        sitting.rated |= {paper.id for paper in papers}
        sitting.selected, self._leaves_selected = {}, False
        said = wording.changed(changes[0]) if len(papers) == 1 else wording.state(changes[0].after)
        sitting.message = f"{said}: {_named(papers)}"
        if current and current.paper in papers:
            self._move_on()

    def _later(self) -> None:
        """Put the selected papers, else the current one, on the reading list; no rating changes."""
        sitting, current = self._sitting, self._deck.current
        papers = list(sitting.selected.values()) or ([current.paper] if current else [])
        if not papers:
            return
        if self._ada.reading.later(*(paper.id for paper in papers)):
            self._remember(None)
        sitting.selected, self._leaves_selected = {}, False
        sitting.message = f"on the reading list: {_named(papers)}"

    def _undo(self) -> None:
        """Take back what was done last in this sitting, and then what was rated before it."""
        sitting = self._sitting
        take_back = self._done_before.pop() if self._done_before else None
        sitting.can_undo = bool(self._done_before)
        if take_back:
            sitting.message = take_back()
            return
        undone = self._ada.undo()
        if undone is None:
            sitting.message = "Nothing to undo."
            return
        sitting.note(undone.changes)
        papers = [change.paper for change in undone.changes]
        sitting.message = f"Took back `{undone.command}`: {_named(papers)}"
        sitting.return_to({paper.id for paper in papers})

    def _remember(self, take_back: Callable[[], str] | None) -> None:
        self._done_before.append(take_back)
        self._sitting.can_undo = True

    def _select(self) -> None:
        if current := self._deck.current:
            if self._sitting.selected.pop(current.paper.id, None) is None:
                self._sitting.selected[current.paper.id] = current.paper
            self._move_on()

    def _see_all(self) -> None:
        """Count all the rest as seen and go to the end; in similar papers and in a search, go back."""
        if self._deck.heading:
            self._close()
            return
        sitting, place, seen = self._sitting, self._deck.place, set(self._sitting.seen)

        def take_back() -> str:
            del sitting.decks[1:]
            sitting.seen = seen
            sitting.deck.go(place)
            return "Took back A."

        self._remember(take_back)
        sitting.seen |= {item.paper.id for item in sitting.day.cards}
        self._deck.go(self._deck.last)

    # Moves

    def _move(self, steps: int) -> None:
        """Go on or back; on from the end of the day is done."""
        if steps > 0 and self._deck.current is None:
            self._finish()
        self._deck.go(self._deck.place + steps)

    def _move_on(self) -> None:
        self._deck.go(self._deck.place + 1)

    def _unfold(self) -> None:
        """Show the whole abstract, then its next page, and after the last one fold it."""
        deck = self._deck
        if deck.current is None:
            self._finish()
        elif self._sitting.has_more:
            deck.page += 1
        else:
            deck.is_whole, deck.page = not (deck.is_whole or self._sitting.is_wide), 0

    def _turn(self, pages: int) -> None:
        """Turn pages of titles, or of an abstract."""
        deck, shown = self._deck, self._sitting.shown
        if deck.current and shown.first is not None and not (deck.is_card or deck.is_whole):
            place = deck.section.start + shown.first + pages * shown.titles
            deck.go(min(max(place, deck.section.start), deck.section.stop - 1))
        elif pages > 0:
            self._unfold()
        else:
            deck.page = max(deck.page - 1, 0)

    def _open(self, number: int) -> None:
        """Open the title with this number on the screen."""
        deck, first = self._deck, self._sitting.shown.first
        place = -1 if first is None or not number else deck.section.start + first + number - 1
        if place not in deck.section:
            self._sitting.message = f"No title has the number {number} here."
            return
        deck.go(place)
        deck.is_whole = True

    def _close(self) -> None:
        """Go back to the cards, or be done."""
        if len(self._sitting.decks) > 1:
            self._sitting.decks.pop()
        else:
            self._finish()

    def _finish(self) -> None:
        """Be done; while papers are selected, at the second time."""
        if self._sitting.selected and not self._leaves_selected:
            selected = wording.papers(len(self._sitting.selected))
            self._sitting.message = f"{selected} selected and not rated: l, d or r rates them, q again leaves them."
            self._leaves_selected = True
        else:
            self._is_over = True

    def _escape(self) -> None:
        """Fold, drop the selection, or go back to the cards, whichever comes first; never be done."""
        if self._deck.is_whole:
            self._deck.go(self._deck.place)
        elif self._sitting.selected:
            self._sitting.selected = {}
        elif self._deck.heading:
            self._close()

    # Looks

    def _browse(self, address: Callable[[str], str]) -> None:
        if current := self._deck.current:
            url = address(current.paper.id)
            self._ada.reading.opened_now(current.paper.id, "triage")
            is_open = browse(url, self._display.terminal.lent)
            self._sitting.message = url if is_open else f"No browser could be opened: {url}"

    def _explain(self) -> None:
        if current := self._deck.current:
            paper, score, _ = self._ada.explain(current.paper.id)

            def text(layout: Layout) -> list[str]:
                return [*wrapped(wording.title(paper), layout.width), *score_text(score, layout).split("\n")]

            self._sitting.cover = Cover(text, key="w")

    def _similar(self) -> None:
        if current := self._deck.current:
            self._wait("Looking for similar papers ...")
            found = self._ada.browse.similar(current.paper.id, _FOUND)
            self._show(found, f"like “{readable(current.paper.title)}”")

    def _search(self) -> None:
        if words := self._display.ask(self._sitting, "Search the library for"):
            self._wait("Searching ...")
            self._show(self._ada.browse.search(words, _FOUND), f"“{words}”")

    def _show(self, found: Shortlist, heading: str) -> None:
        """Show a list of titles, until `q` goes back."""
        self._sitting.message = remarks.notes(found.notes)
        if found.items:
            self._sitting.verdicts = {**self._ada.verdicts(), **self._sitting.verdicts}
            self._sitting.decks.append(Deck(found.items, heading=heading))
        self._display.terminal.forget()  # keys typed meanwhile must rate none of these

    def _wait(self, text: str) -> None:
        self._sitting.message = text
        self._display.draw(self._sitting)
        self._sitting.message = ""

    def _help(self) -> None:
        entries = [(", ".join(key.keys), key.in_terminal) for key in TERMINAL_KEYS]
        self._sitting.cover = Cover(
            lambda layout: [
                line
                for keys, does in entries
                for line in wrapped(does, layout.width, f"{keys:<{_HELP_COLUMN}}", " " * _HELP_COLUMN)
            ],
            key="?",
        )

    # Rules

    def _follow(self, first: int = 0) -> None:
        """Ask which author to follow, a page of them at a time.

        Args:
            first: place of the first author on the page.
        """
        current = self._deck.current
        authors = current.paper.authors if current else ()
        if not authors:
            self._sitting.message = "No author of this paper is known."
            return
        choices = {
            str(digit): partial(self._add_rule, "follow", self._ada.follow, author)
            for digit, author in enumerate(authors[first : first + _AUTHORS], start=1)
        }
        names = [f"{digit}  {readable(author)}" for digit, author in enumerate(authors[first:][:_AUTHORS], start=1)]
        after = first + _AUTHORS
        if after < len(authors):
            choices |= dict.fromkeys(("o", "j"), partial(self._follow, after))
            names += ["", f"… {after} of {len(authors):,} authors"]
        self._sitting.cover = Cover(lambda _: ["Whom do you want to follow?", "", *names], choices)

    def _mute(self) -> None:
        if word := self._display.ask(self._sitting, "Mute the word or phrase"):
            self._add_rule("mute", self._ada.mute, f"word:{word}")

    def _add_rule(self, command: str, change: "Callable[..., RuleChange]", rule: str) -> None:
        """Add a rule to the settings; it is used in the next list, and this one stays as it is."""
        rules = change(rule)
        said = f"{command} {readable(rule)}"
        if rules.before == rules.after:
            self._sitting.message = f"{said}: that is in your settings already."
            return

        def take_back() -> str:
            change(rule, remove=True)
            return f"Took back `{said}`."

        self._remember(take_back)
        self._sitting.message = f"{said}: used in your next list"


def _named(papers: list[Paper]) -> str:
    return wording.title(papers[0]) if len(papers) == 1 else wording.papers(len(papers))
