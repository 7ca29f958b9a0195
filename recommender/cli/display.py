"""A sitting on a terminal: whole screens, or line after line for screen readers."""

from recommender.cli.keyboard import Terminal
from recommender.cli.sitting import Shown, Sitting
from recommender.delivery import cards
from recommender.delivery.layout import Layout
from recommender.text.short import cut
from recommender.text.wrap import wrapped

_TITLES = 9  # titles said together: as many as have a digit


class Display:
    """Shows a sitting on a terminal, and asks for words."""

    def __init__(self, terminal: Terminal, layout: Layout) -> None:
        self.terminal = terminal
        self._layout = layout
        self._said: tuple[object, ...] = (None,) * 4  # what plain lines said last
        self._said_keys: set[str] = set()

    def draw(self, sitting: Sitting) -> None:
        """Show the sitting as it is now. Raises Gone."""
        size = self.terminal.size()
        sitting.is_wide = size.columns >= cards.WIDE and not self.terminal.plain
        if self.terminal.plain:
            self._say(sitting, sitting.view(), self._layout._replace(width=size.columns))
            return
        for _ in range(2):  # the keys below a text depend on its pages
            before = sitting.shown
            screen = cards.screen(sitting.view(), size, self._layout)
            sitting.shown = Shown(screen.pages, screen.first, screen.titles)
            if sitting.shown.pages == before.pages:
                break
        self.terminal.draw(screen.lines)

    def ask(self, sitting: Sitting, question: str) -> str:
        """A line that the reader types; empty if it was left by Escape. Raises Gone."""
        text = ""
        if self.terminal.plain:
            self.terminal.write(f"{question}: ")
        while True:
            if not self.terminal.plain:
                sitting.message = f"{question}: {text}▏"
                self.draw(sitting)
            before, key = text, self.terminal.read()
            match key:
                case "enter" | "escape":
                    sitting.message = ""
                    self.terminal.write("\n" if self.terminal.plain else "")
                    return text.strip() if key == "enter" else ""
                case "backspace":
                    text = text[:-1]
                case "clear":
                    text = ""
                case _:
                    typed = " ".join(key.removeprefix("paste:").split()) if key.startswith("paste:") else key
                    text += typed if typed.isprintable() and (typed != key or len(key) == 1) else ""
            if self.terminal.plain:
                erased = len(before) - len(text)
                self.terminal.write("\b \b" * erased + text[len(before) :])

    def _say(self, sitting: Sitting, view: cards.View, layout: Layout) -> None:
        """Say in plain lines what is new since the last time."""
        deck = sitting.deck
        sitting.shown = Shown(first=view.place // _TITLES * _TITLES if view.is_list else None, titles=_TITLES)
        now = (deck, deck.section, view.text, deck.is_whole, view.place)
        lines = wrapped(view.message, layout.width)
        if now != self._said:
            lines += ["", *wrapped(view.head, layout.width)]
            if view.text:
                lines += view.text(layout)
            elif view.is_list:
                lines += self._titles(view, layout, now)
            else:
                item = view.items[view.place]
                lines += cards.card(item, layout, view.marks, whole=view.is_whole, drawn=False)
        keys = ", ".join(f"{key} {meaning}" for key, meaning in view.keys)
        if keys not in self._said_keys:
            lines += wrapped(f"Keys: {keys}", layout.width)
        self._said = now
        self._said_keys.add(keys)
        self.terminal.say(lines)

    def _titles(self, view: cards.View, layout: Layout, now: tuple[object, ...]) -> list[str]:
        """The current title; at the beginning of a page, or after something else, the whole page of titles."""
        first = view.place // _TITLES * _TITLES
        is_new = now[:4] != self._said[:4] or view.place == first
        places = range(first, min(first + _TITLES, len(view.items))) if is_new else [view.place]
        rows = [
            cards.title_row(
                view.items[place], place - first + 1, view.marks, is_current=place == view.place, in_words=True
            )
            for place in places
        ]
        return [cut(row, layout.width) for row in rows]
