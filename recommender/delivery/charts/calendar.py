"""A year of days: on which a list was read, missed, or could not be made."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from recommender.delivery import wording
from recommender.delivery.charts import drawing
from recommender.delivery.charts.drawing import Frame, Words, clean, hover, number, text
from recommender.results.pictures import Calendar, CalendarDay, DayState
from recommender.text.short import counted

_MARGIN, _TOP, _SIDE = 16.0, 62.0, 30.0  # _SIDE: for the names of weekdays
_LEAST_CELL, _MOST_CELL = 12.0, 22.0  # pixels of a day, with the gap to the next
_MONTH = 32.0  # pixels of a month's name
_NAMES = {
    DayState.RATED: "list shown and rated",
    DayState.LISTED: "list shown, nothing rated",
    DayState.UNREAD: "papers, but no list",
    DayState.FAILED: "the run failed",
    DayState.MISSING: "weekday without papers here",
    DayState.QUIET: "weekend",
}
_LOOKS = {  # class and attributes; each state has its own shape too, for those who see no colours
    DayState.RATED: ("c-read", 'fill="#1a7f37"'),
    DayState.LISTED: ("c-listed", 'fill="none" stroke="#1a7f37" stroke-width="2.5"'),
    DayState.UNREAD: ("c-missed", 'fill="none" stroke="#bc4c00" stroke-width="1.5"'),
    DayState.FAILED: ("c-failed", 'fill="#cf222e" stroke="#cf222e"'),
    DayState.MISSING: ("c-missing", 'fill="none" stroke="#848d97"'),
    DayState.QUIET: ("c-quiet", 'fill="currentColor" fill-opacity=".5"'),
}


def days(profile: str, calendar: Calendar, frame: Frame = drawing.FILE) -> str:
    """A column a week, a square a day, from the first day that is known; where none is, what is missing."""
    if not calendar.known:
        return drawing.empty(frame, Words("days", f"{profile}: your days", missing_days(calendar)))
    counts = Counter(day.state for day in calendar.known)
    said = [f"{_NAMES[state]}: {counts[state]}" for state in _NAMES if counts[state]]
    first, last = (wording.day(day.day) for day in (calendar.known[0], calendar.known[-1]))
    when = first if first == last else f"{first} to {last}"
    words = Words(
        "days",
        f"{profile}: {when}",
        f"Days of {when}. {'; '.join(said)}.",
    )
    grid = _Grid(calendar.known, frame)
    parts = [*grid.parts()]
    base = grid.bottom + 12
    column = (frame.width - 2 * _MARGIN) / (2 if frame.width >= 560 else 1)
    states = [state for state in _NAMES if counts[state]]
    rows = -(-len(states) // (2 if frame.width >= 560 else 1))
    for place, state in enumerate(states):
        x, y = _MARGIN + column * (place // rows), base + 20 * (place % rows)
        look, attributes = _LOOKS[state]
        parts += drawing.group(look, attributes, [_shape(state, x, y, 12)])
        parts.append(text(x + 20, y + 10, f"{_NAMES[state]}: {counted(counts[state], 'day')}"))
    return drawing.picture(frame, words, base + 20 * rows + 12, parts)


def missing_days(calendar: Calendar) -> str:
    """What the reader can do where no day is known; empty where some are."""
    if calendar.known:
        return ""
    return (
        "No day of the last year yet: `recommend today` makes the first list, and `recommend schedule` every "
        "morning's. From then on this shows which days you read, missed, or lost to a failure."
    )


class _Grid:
    """Weeks as columns, in as many rows as the width asks for."""

    def __init__(self, days: Sequence[CalendarDay], frame: Frame) -> None:
        weeks = [list(week) for _, week in groupby(days, key=lambda day: day.day.isocalendar()[:2])]
        room = frame.width - 2 * _MARGIN - _SIDE
        self._rows = 1
        while room * self._rows / len(weeks) < _LEAST_CELL:
            self._rows += 1
        self._columns = -(-len(weeks) // self._rows)
        self._cell = min(room / self._columns, _MOST_CELL)
        self._weeks, self._frame = weeks, frame

    @property
    def bottom(self) -> float:
        """The pixel below the last row."""
        return _TOP + self._rows * self._row_height

    @property
    def _row_height(self) -> float:
        return 7 * self._cell + 26

    def parts(self) -> Iterator[str]:
        """All squares by state, and the names of months and weekdays."""
        cells: dict[DayState, list[str]] = {state: [] for state in _NAMES}
        yield from self._months()
        for number_, week in enumerate(self._weeks):
            left = _MARGIN + _SIDE + (number_ % self._columns) * self._cell
            top = _TOP + (number_ // self._columns) * self._row_height
            for day in week:
                if day.state in cells:
                    cells[day.state].append(self._day(day, left, top + day.day.weekday() * self._cell))
        for row in range(self._rows):
            for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri")):
                base = _TOP + row * self._row_height + weekday * self._cell + self._cell * 0.75
                yield text(_MARGIN, base, name, "c-quiet")
        for state, shapes in cells.items():
            look, attributes = _LOOKS[state]
            yield from drawing.group(look, attributes, shapes)

    def _months(self) -> Iterator[str]:
        """The name of each month above its first week, where there is room before the next one."""
        months = [f"{week[-1].day:%b}" for week in self._weeks]
        for row in range(self._rows):
            named = list(enumerate(months[row * self._columns : (row + 1) * self._columns]))
            starts = [column for column, name in named if column == 0 or name != named[column - 1][1]]
            for column, after in zip(starts, [*starts[1:], None], strict=True):
                left = _MARGIN + _SIDE + column * self._cell
                room = self._frame.width - left if after is None else (after - column) * self._cell
                if room >= _MONTH:
                    yield text(left, _TOP + row * self._row_height - 8, named[column][1], "c-quiet")

    def _day(self, day: CalendarDay, left: float, top: float) -> str:
        shape = _shape(day.state, left, top, self._cell - 2)
        if day.state is DayState.QUIET:
            return shape
        body = f"<g>{shape}{hover(_said(day))}</g>"
        address = self._frame.day_address(day.day) if day.state in (DayState.RATED, DayState.LISTED) else ""
        return drawing.link(address, body)


def _shape(state: DayState, left: float, top: float, size: float) -> str:
    """A full square, a ring, a cross or a point, inside a square of this size."""
    x, y, side = number(left), number(top), number(size)
    if state is DayState.FAILED:
        return f'<path d="M{x} {y}l{side} {side}m0-{side}l-{side} {side}" stroke-width="2.5"/>'
    if state is DayState.QUIET:
        return f'<circle cx="{number(left + size / 2)}" cy="{number(top + size / 2)}" r="1"/>'
    if state is DayState.LISTED:
        return f'<circle cx="{number(left + size / 2)}" cy="{number(top + size / 2)}" r="{number(size / 2 - 1.25)}"/>'
    inset = 0.0 if state is DayState.RATED else 0.75
    x, y, side = number(left + inset), number(top + inset), number(size - 2 * inset)
    dashes = ' stroke-dasharray="2 2"' if state is DayState.MISSING else ""
    return f'<rect x="{x}" y="{y}" width="{side}" height="{side}" rx="2"{dashes}/>'


def _said(day: CalendarDay) -> str:
    """What became of a day, in words."""
    when = f"{day.day:%a} {wording.day(day.day)}"
    if day.state in (DayState.RATED, DayState.LISTED):
        return f"{when}: list of {counted(day.papers, 'paper')}, {day.rated} rated"
    if day.state is DayState.FAILED:
        return f"{when}: {drawing.fitting(clean(day.message), 700)}"
    return f"{when}: {_NAMES[day.state]}"
