"""The keys of the page and of the keyboard screen: one table, so that hands learn it once."""

from typing import NamedTuple


class Key(NamedTuple):
    """Keys that do the same, or two of a kind."""

    keys: tuple[str, ...]
    does: str  # on the page and in the terminal
    more_in_terminal: str = ""
    more_on_page: str = ""

    @property
    def in_terminal(self) -> str:
        """What they do in the terminal."""
        return "; ".join(filter(None, (self.does, self.more_in_terminal)))

    @property
    def on_page(self) -> str:
        """What they do on the page."""
        return "; ".join(filter(None, (self.does, self.more_on_page)))


KEYS = (
    Key(("l",), "like, and go on"),
    Key(("d",), "dislike, and go on"),
    Key(("r",), "read already, and go on: it leaves the lists and teaches nothing"),
    Key(("j", "Space"), "next, without rating", "also n and the arrows", "also n"),
    Key(("k",), "previous"),
    Key(("t",), "later: on the reading list; nothing is rated", "", "again takes it off"),
    Key(("u",), "undo, again and again"),
    Key(("o", "Enter"), "unfold the abstract, and fold it again", "a long one has pages"),
    Key(("v", "p"), "the page on arXiv, the PDF"),
    Key(("w", "s"), "all reasons for the score, similar papers"),
    Key(("f",), "follow an author"),
    Key(("m",), "mute a word"),
    Key(("x",), "select, and go on; then l, d or r rates all selected papers together"),
    Key(("A",), "all the rest is seen: go to the end; nothing is rated"),
    Key(("/",), "search the library"),
    Key(("?",), "these keys"),
    Key(("q",), "done", "in similar papers and in a search: back to the cards", "the end of the list"),
)
TERMINAL_KEYS = (
    *KEYS,
    Key(("1-9",), "open one of the titles on the screen"),
    Key(("g", "G"), "first, end; PgUp and PgDn turn pages of titles, and of an abstract"),
)
