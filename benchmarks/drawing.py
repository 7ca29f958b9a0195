"""Bars and lines on logarithmic scales as SVG, for light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import floor, log10


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars."""

    name: str
    value: float  # above zero
    told: str  # at its end: "0.7 s · 88 MB"
    own: bool = False  # stands out
    group: str = ""  # rows of one group that follow each other stand under its name


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart."""

    name: str
    points: Sequence[tuple[float, float]]  # from left to right, above zero


def bars(heading: str, unit: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars with what each tells at its end; `unit` is that of the values: "s", "MB", or any other word."""
    names = max((_width(row.name) for row in rows), default=0.0)
    across = _whole([row.value for row in rows], _Span(24 + names, 440))
    y, drawn = 66.0, []
    for group, members in groupby(rows, key=lambda row: row.group):
        if group:
            drawn.append(_text(24, y + 4, group, "part"))
            y += 16
        for row in members:
            end, own = across.place(row.value), " own" if row.own else ""
            drawn += [
                _text(across.span.start - 10, y + 13, row.name, f"end{own}"),
                f'<rect class="bar{own}" x="{across.span.start:.1f}" y="{y:.1f}" '
                f'width="{end - across.span.start:.1f}" height="18"/>',
                _text(end + 8, y + 13, row.told, f"haloed{own}"),
            ]
            y += 26
        y += 18
    bottom = y - 18
    grid = _upright(across, unit, 58, bottom)
    note = _text(across.middle, bottom + 42, "each upright line is ten times the one before", "quiet middle")
    right = max([across.span.end, *(across.place(row.value) + 8 + _width(row.told) for row in rows)])
    return _picture(heading, right, bottom + 42, [*grid, note, *drawn])


def lines(heading: str, x: str, y: str, series: Sequence[Line]) -> str:
    """Lines with dots, each named to the right of all, in the order of their ends.

    `x` and `y` name the axes; behind a comma stands the unit: "papers in the library", "wait, s", "peak memory, MB".
    """
    points = [point for line in series for point in line.points]
    across = _close([point[0] for point in points], _Span(84, 480))
    up = _close([point[1] for point in points], _Span(404, -320))
    units = _unit(x), _unit(y)
    drawn = [
        *_upright(across, units[0], up.span.end, up.span.start),
        *_level(up, units[1], across.span),
        _text(24, 62, y, "quiet"),
        _text(across.middle, up.span.start + 42, x, "quiet middle"),
    ]
    for number, line in enumerate(series):
        places = [(across.place(one), up.place(other)) for one, other in line.points]
        path = " ".join(f"{left:.1f},{top:.1f}" for left, top in places)
        drawn.append(f'<polyline class="line {_colour(number)}" points="{path}"/>')
        drawn += [
            f'<circle class="dot {_colour(number)}" cx="{left:.1f}" cy="{top:.1f}" r="3.5"><title>'
            f"{escape(line.name)}: {', '.join(map(_label, point, units))}</title></circle>"
            for (left, top), point in zip(places, line.points, strict=True)
        ]
    start = across.span.end + 16
    heights = _apart([up.place(line.points[-1][1]) if line.points else up.span.start for line in series], up.span.end)
    for number, (line, height) in enumerate(zip(series, heights, strict=True)):
        drawn.append(f'<path class="line {_colour(number)}" d="M{start} {height:.1f}h22"/>')
        drawn.append(_text(start + 30, height + 4, line.name, ""))
    right = max([across.span.end + 20, *(start + 30 + _width(line.name) for line in series)])
    return _picture(heading, right, max([up.span.start + 42, *heights]), drawn)


_LIGHT = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#9a6700", "#0f7b8a", "#59636e")
_DARK = ("#4493f8", "#f0883e", "#3fb950", "#ab7df8", "#db61a2", "#d29922", "#39c5cf", "#9198a1")


def _colours(shades: Sequence[str]) -> str:
    return "\n".join(
        f".line.c{number} {{ stroke: {shade} }} .dot.c{number} {{ fill: {shade} }}"
        for number, shade in enumerate(shades)
    )


# A page that prefers dark shows the picture dark. No variables: not every program that shows SVG knows them.
# A halo keeps the lines of the grid off the words that stand on it.
_STYLE = f"""<style>
text {{ font: 12px system-ui, sans-serif; fill: #1f2328 }}
.heading {{ font-size: 16px; font-weight: 600 }} .part {{ font-weight: 600 }} text.quiet {{ fill: #59636e }}
.middle {{ text-anchor: middle }} .end {{ text-anchor: end }}
.haloed {{ stroke: #ffffff; stroke-width: 4; stroke-linejoin: round; paint-order: stroke }}
text.own {{ fill: #0969da; font-weight: 600 }} .bar {{ fill: #b3bac2 }} .bar.own {{ fill: #0969da }}
.page {{ fill: #ffffff }} .grid {{ stroke: #d1d9e0 }} .line {{ fill: none; stroke-width: 2 }}
.dashed {{ stroke-dasharray: 5 3 }}
{_colours(_LIGHT)}
@media (prefers-color-scheme: dark) {{
text {{ fill: #f0f6fc }} text.quiet {{ fill: #9198a1 }} .haloed {{ stroke: #0d1117 }}
text.own {{ fill: #4493f8 }} .bar {{ fill: #656c76 }} .bar.own {{ fill: #4493f8 }}
.page {{ fill: #0d1117 }} .grid {{ stroke: #3d444d }}
{_colours(_DARK)}
}}
</style>"""


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a scale lies on the page, in pixels; a negative length leads up."""

    start: float
    length: float

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic scale."""

    low: float
    high: float
    span: _Span

    def place(self, value: float) -> float:
        return self.span.start + self.span.length * log10(value / self.low) / log10(self.high / self.low)

    @property
    def middle(self) -> float:
        return self.span.start + self.span.length / 2

    def ticks(self) -> list[float]:
        """Powers of ten, or where fewer than two are in sight 1, 2 and 5 times such."""
        seen = [step for step in _round_numbers() if self.low <= step <= self.high]
        tens = [step for step in seen if log10(step).is_integer()]
        return tens if len(tens) > 1 else seen


def _round_numbers() -> list[float]:
    """1, 2 and 5 times powers of ten: from microseconds to billions of papers."""
    return [float(f"{digit}e{power}") for power in range(-7, 12) for digit in (1, 2, 5)]


def _whole(values: Sequence[float], span: _Span) -> _Scale:
    """From power of ten to power of ten; the smallest value has at least a bar of log10(2) of such a step."""
    low = floor(log10(min(values, default=2) / 2))
    high = max(low + 1, -floor(-log10(max(values, default=2))))
    return _Scale(float(f"1e{low}"), float(f"1e{high}"), span)


def _close(values: Sequence[float], span: _Span) -> _Scale:
    """From round number to round number, as close about the values as these allow."""
    steps = _round_numbers()
    low = max(step for step in steps if step <= min(values, default=1))
    return _Scale(low, min(step for step in steps if step >= max(values, default=1) and step > low), span)


def _upright(scale: _Scale, unit: str, top: float, bottom: float) -> list[str]:
    places = [(scale.place(value), _label(value, unit)) for value in scale.ticks()]
    grid = [f'<path class="grid" d="M{place:.1f} {top}V{bottom}"/>' for place, _ in places]
    return grid + [_text(place, bottom + 20, told, "quiet middle") for place, told in places]


def _level(scale: _Scale, unit: str, span: _Span) -> list[str]:
    places = [(scale.place(value), _label(value, unit)) for value in scale.ticks()]
    grid = [f'<path class="grid" d="M{span.start} {place:.1f}H{span.end}"/>' for place, _ in places]
    return grid + [_text(span.start - 10, place + 4, told, "quiet end") for place, told in places]


def _apart(heights: Sequence[float], top: float) -> list[float]:
    """The heights with at least a line of text between them, in the same order, and none above the top."""
    found, last = [0.0] * len(heights), top - 18
    for place in sorted(range(len(heights)), key=lambda place: heights[place]):
        last = found[place] = max(heights[place], last + 18)
    return found


def _colour(number: int) -> str:
    return f"c{number % len(_LIGHT)}" + (" dashed" if number >= len(_LIGHT) else "")


def _unit(axis: str) -> str:
    return axis.rpartition(", ")[2] if ", " in axis else ""


_COUNTS = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_SIZES = {
    "s": ((1.0, " s"), (1e-3, " ms"), (1e-6, " µs")),
    "MB": ((1e6, " TB"), (1e3, " GB"), (1.0, " MB"), (1e-3, " kB")),
}


def _label(value: float, unit: str) -> str:
    """As people say it: "10k", "20 ms", "1 GB"."""
    sizes = _SIZES.get(unit, _COUNTS)
    size, name = next((pair for pair in sizes if value >= pair[0]), sizes[-1])
    told = value / size
    return f"{told:,.0f}{name}" if told >= 1000 else f"{told:.3g}{name}"


def _width(words: str) -> float:
    """Pixels that words need at most: of common fonts DejaVu Sans is the widest, bold 8.4 a character."""
    return 8.4 * len(words) + 12


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>'


def _picture(heading: str, right: float, bottom: float, drawn: Sequence[str]) -> str:
    width, height = round(max(right, 24 + 1.4 * _width(heading)) + 24), round(bottom + 24)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(heading)}</title>",
            _STYLE,
            f'<rect class="page" width="{width}" height="{height}"/>',
            _text(24, 34, heading, "heading"),
            *drawn,
            "</svg>",
            "",
        ]
    )
