"""A reliability diagram as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SIZE, MARGIN = 420, 50  # pixels
_COLOURS = ("#1b6ca8", "#7fb2d6", "#b8500f", "#e6a56f")


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the diagram."""

    name: str
    points: Sequence[tuple[float, float, int]]  # what was said, what came true, of how many papers


def reliability(series: Sequence[Series]) -> str:
    """What was said from left to right, what came true from bottom to top; the dashed line is where both agree."""
    end = MARGIN + SIZE
    whole = end + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" width="{whole}" height="{whole}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{whole}" height="{whole}" fill="white"/>',
        f'<path d="M{MARGIN} {end}L{end} {MARGIN}" stroke="#999" stroke-dasharray="4 4"/>',
        f'<path d="M{MARGIN} {MARGIN}V{end}H{end}" fill="none" stroke="black"/>',
        f'<text x="{whole / 2}" y="{whole - 10}" text-anchor="middle">said: probability of a like</text>',
        f'<text transform="translate(14 {whole / 2}) rotate(-90)" text-anchor="middle">came true: share liked</text>',
    ]
    for tenth in range(0, 11, 2):
        x, y = _place(tenth / 10, tenth / 10)
        parts.append(f'<text x="{x:.1f}" y="{end + 16}" text-anchor="middle">{tenth * 10} %</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{tenth * 10} %</text>')
    for number, one in enumerate(series):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(*_place(said, true), papers) for said, true, papers in one.points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"><title>{papers} papers</title></circle>'
            for x, y, papers in places
        ]
        top = MARGIN + 8 + 18 * number
        parts.append(f'<rect x="{MARGIN + 12}" y="{top}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{MARGIN + 30}" y="{top + 10}">{escape(one.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _place(said: float, true: float) -> tuple[float, float]:
    return MARGIN + SIZE * said, MARGIN + SIZE * (1 - true)
