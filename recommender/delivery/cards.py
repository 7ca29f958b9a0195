"""Papers as cards and titles on a terminal's screen: text in lines, without any input or output."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from recommender.delivery import wording
from recommender.delivery.layout import Layout
from recommender.delivery.terminal import bold, dim
from recommender.paper import Recommendation, Score, Verdict
from recommender.text.lines import one_line
from recommender.text.readable import readable
from recommender.text.short import columns, counted, cut
from recommender.text.wrap import wrapped

if TYPE_CHECKING:
    from recommender.results.day import DayCounts

WIDE = 110  # columns from which on the list and the whole paper stand side by side
_WIDEST = 100  # columns of a text: longer lines are hard to read
BETWEEN = " │ "  # titles and card
_TITLE_LINES, _ABSTRACT_LINES, _AUTHOR_LINES, _MESSAGE_LINES = 3, 2, 3, 4  # at most, of a folded card and around it
_NOTE_LINES = 4  # of the reader's note on a whole card; a folded one has one
_RESERVED = 2  # lines between cards and keys, for messages
_AIRY = 10  # lines beside head and keys from which on some may be empty
_NAMED_AUTHORS = 4  # by name, on a folded card
_BAR = 10  # cells of the bar that shows the match
_LEAST_WHY = 30  # columns of reasons beside the bar; else they have a line of their own
_DIGITS = 9  # titles of a page that a digit opens
_SIGNS = {Verdict.LIKE: "+", Verdict.DISLIKE: "−", Verdict.READ: "r"}


class Size(NamedTuple):
    """The size of a terminal."""

    columns: int = 80
    lines: int = 24


class Marks(NamedTuple):
    """What the reader did with papers, by id."""

    verdicts: Mapping[str, Verdict | None] = {}
    selected: Collection[str] = ()
    notes: Mapping[str, str] = {}


class View(NamedTuple):
    """What a screen shows: a card, a page of titles, or a text in their place; around it head, message and keys."""

    head: str
    title: str  # stands right of the head where there is room
    items: Sequence[Recommendation]  # the titles to choose from
    place: int  # of the current one among them
    marks: Marks
    keys: Sequence[tuple[str, str]]  # and what they do now
    is_list: bool = False  # titles rather than the current card
    is_whole: bool = False  # the whole abstract
    page: int = 0  # of a text that is longer than the screen
    text: Callable[[Layout], Sequence[str]] | None = None  # in the place of cards and titles
    message: str = ""


class Screen(NamedTuple):
    """The lines of a screen, and what can be turned and chosen on it."""

    lines: list[str]
    pages: int = 1  # of its text
    first: int | None = None  # the place of the title that the digit 1 opens; None: no titles are shown
    titles: int = 0  # how many a page has room for


def screen(view: View, size: Size, layout: Layout) -> Screen:
    """A whole screen, no line wider and no more lines than the terminal has."""
    width = max(size.columns, 1)
    layout = layout._replace(width=width)
    room = width - columns(view.head) - columns(view.title)
    head = [bold(view.head, layout) + (" " * room + dim(view.title, layout) if room > 1 else "")]
    message, keys = wrapped(view.message, width)[:_MESSAGE_LINES], _foot(view.keys, layout)
    room = size.lines - len(head) - len(keys)
    if room >= _AIRY:
        head, room = [*head, ""], room - 1
        message = [""] * (_RESERVED - len(message)) + message
    # titles stay where they are when a message comes: room for a usual one is kept, and a longer one covers some
    body = _body(view, layout, max(room - _RESERVED if room >= _AIRY else room - len(message), 1))
    shown = body.lines[: max(room - len(message), 0)]
    lines = [*head, *shown, *[""] * (room - len(shown) - len(message)), *message, *keys]
    return body._replace(lines=[fitted(line, width) for line in lines[: size.lines]])


def _body(view: View, layout: Layout, room: int) -> Screen:
    """What stands between head and foot, in at most `room` lines."""
    if view.text:
        return Screen(*_paged(view.text(layout._replace(width=min(layout.width, _WIDEST))), view.page, room, layout))
    item, first = view.items[view.place], view.place // room * room
    if layout.width < WIDE:
        if view.is_list:
            return Screen(titles(view, layout, room), first=first, titles=room)
        lines = card(item, layout, view.marks, whole=view.is_whole)
        return Screen(*_paged(lines, view.page, room, layout)) if view.is_whole else Screen(lines[:room])
    right = min(_WIDEST, layout.width * 58 // 100)
    left = layout.width - right - columns(BETWEEN)
    text, pages = _paged(card(item, layout._replace(width=right), view.marks, whole=True), view.page, room, layout)
    rows = titles(view, layout._replace(width=left), room)
    height = max(len(text), len(rows))
    rows += [" " * left] * (height - len(rows))
    text += [""] * (height - len(text))
    lines = [f"{row}{BETWEEN}{line}".rstrip() for row, line in zip(rows, text, strict=True)]
    return Screen(lines, pages, first, room)


def titles(view: View, layout: Layout, room: int) -> list[str]:
    """One page of titles, that of the current one; each line fills the width. Pages stay as they are while moving."""
    first = view.place // room * room
    rows = []
    for number, item in enumerate(view.items[first : first + room], start=1):
        is_current = first + number - 1 == view.place
        row = title_row(item, number, view.marks, is_current=is_current)
        row = cut(row, layout.width)
        row += " " * (layout.width - columns(row))
        rated = view.marks.verdicts.get(item.paper.id)
        rows.append(bold(row, layout) if is_current else dim(row, layout) if rated else row)
    return rows


def title_row(item: Recommendation, number: int, marks: Marks, *, is_current: bool, in_words: bool = False) -> str:
    """One paper in one line: ">3 + 82 %  Infrared image fusion"; in words, "liked" stands for the plus sign."""
    rated = marks.verdicts.get(item.paper.id)
    if item.paper.id in marks.selected:
        mark = "selected" if in_words else "x"
    else:
        mark = wording.verdict(rated) if in_words else _SIGNS[rated] if rated else " "
    digit = number if number <= _DIGITS else " "
    match = wording.match(item.score) or "–  "
    title = _readable(item.paper.title) or wording.NO_TITLE
    return f"{'>' if is_current else ' '}{digit} {mark} {match:>5}  {title}"


def card(item: Recommendation, layout: Layout, marks: Marks, *, whole: bool, drawn: bool = True) -> list[str]:
    """One paper: title, authors, facts, match with the strongest reasons, and two lines of the abstract or all.

    Args:
        drawn: with a bar for the match; a screen reader has no use for one.
    """
    paper, width = item.paper, min(layout.width, _WIDEST)
    title = wrapped(_readable(paper.title) or wording.NO_TITLE, width)
    lines = [bold(line, layout) for line in (title if whole else _shortened(title, _TITLE_LINES, width))]
    if whole:
        lines += _shortened(wrapped(", ".join(map(readable, paper.authors)), width), _AUTHOR_LINES, width)
    elif paper.authors:
        lines.append(cut(wording.authors(paper.authors, _NAMED_AUTHORS), width))
    state = "selected" if paper.id in marks.selected else wording.verdict(marks.verdicts.get(paper.id))
    day = paper.submitted.isoformat() if whole and paper.submitted else ""
    facts = " · ".join(filter(None, (paper.id, " ".join(paper.categories[:4]), day)))
    lines.append(cut(f"{state.upper()} · {facts}" if state else facts, width))
    lines += _match_and_why(item, layout._replace(width=width), drawn=drawn)
    if note := one_line(marks.notes.get(paper.id, "")):
        lines += _shortened(wrapped(f"Note: {note}", width), _NOTE_LINES if whole else 1, width)
    lines.append("")
    abstract = wrapped(_readable(paper.abstract) or "(no abstract)", width)
    return [*lines, *(abstract if whole else _shortened(abstract, _ABSTRACT_LINES, width))]


def _match_and_why(item: Recommendation, layout: Layout, *, drawn: bool) -> list[str]:
    match = wording.match(item.score)
    match = f"{_bar(item.score)} {match}" if drawn and match else f"match {match or 'not known yet'}"
    room = layout.width - columns(match) - 2
    if room < _LEAST_WHY:
        return [cut(match, layout.width), *filter(None, [wording.why_listed(item, layout.width)])]
    why = wording.why_listed(item, room)
    return [f"{match}  {why}" if why else match]


def _bar(score: Score) -> str:
    filled = round((score.match or 0) * _BAR)
    return "█" * filled + "░" * (_BAR - filled)


def prepare(item: Recommendation) -> None:
    """Convert the LaTeX of a card that is shown next, so that nobody waits for it."""
    _readable(item.paper.title)
    _readable(item.paper.abstract)


@lru_cache(256)
def _readable(text: str) -> str:
    return readable(text)


def _shortened(lines: Sequence[str], most: int, width: int) -> list[str]:
    """At most so many lines; an ellipsis ends the last one if there were more."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], cut(f"{lines[most - 1]} {lines[most]}", width)]


def _paged(lines: Sequence[str], page: int, room: int, layout: Layout) -> tuple[list[str], int]:
    """One page of a long text, and how many pages there are; each page but the last says that there is more."""
    if len(lines) <= room or room < 2:
        return list(lines[:room]), 1
    room -= 1
    pages = -(-len(lines) // room)
    page = min(page, pages - 1)
    more = f"… page {page + 1} of {pages}"
    return [*lines[page * room : (page + 1) * room], dim(more, layout)], pages


def _foot(keys: Sequence[tuple[str, str]], layout: Layout) -> list[str]:
    """The keys that matter now, in as many lines as they need."""
    lines: list[str] = []
    width = 0
    for key, meaning in keys:
        part = f"{key} {meaning}"
        separator = " · " if lines else ""
        if lines and width + columns(separator + part) <= layout.width:
            lines[-1] += f"{dim(separator, layout)}{bold(key, layout)} {meaning}"
            width += columns(separator + part)
        else:
            lines.append(f"{bold(key, layout)} {meaning}")
            width = columns(part)
    return lines


def fitted(line: str, width: int) -> str:
    """The line, or its beginning without colours, in at most `width` columns."""
    plain = without_colour(line)
    return line if columns(plain) <= width else cut(plain, width)


def without_colour(text: str) -> str:
    """The text without the colours that `bold` and `dim` gave it."""
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m"):
        text = text.replace(code, "")
    return text


# Sums


def clock(seconds: float) -> str:
    """A duration: "1:08", "1:02:08"."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def ratings_text(verdicts: Collection[Verdict]) -> str:
    """How many papers were rated in each way: "6 liked, 3 disliked, 1 read"; empty if none was."""
    given = [(verdict, list(verdicts).count(verdict)) for verdict in Verdict]
    return ", ".join(f"{count:,} {wording.verdict(verdict)}" for verdict, count in given if count)


def sum_text(counts: "DayCounts", threshold: int) -> str:
    """Where each announced paper of a day is: "260 announced = 40 shown + 120 muted + 94 under your threshold ...".

    Args:
        threshold: percent.
    """
    parts = [
        f"{counts.shown:,} shown",
        *(
            f"{count:,} {cause}"
            for count, cause in (
                (counts.muted, "muted"),
                (counts.under, f"under your threshold of {threshold} %"),
                (counts.rated, "rated before"),
                (counts.earlier, "shown on another day"),
            )
            if count
        ),
    ]
    return f"{counted(counts.announced, 'paper')} announced = {' + '.join(parts)}"
