"""Charts of an evaluation: bars for a terminal, and an SVG of our own, so that no plotting library is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from recommender.results.evaluation import CalibrationBin
from recommender.text.short import counted

_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a learning curve."""

    label: str  # on the axis: "30"
    value: float  # 0..1
    low: float  # ends of the value's interval
    high: float


def bars(steps: Sequence[Step], width: int) -> list[str]:
    """One line per step: its label, a bar as long as its value, and the value; at most `width` columns each."""
    margin = max((len(step.label) for step in steps), default=0)
    columns = max(width - margin - 8, 1)
    return [f"{step.label:>{margin}}  {_bar(step.value, columns)} {step.value:.2f}" for step in steps]


def svg(heading: str, measure: str, steps: Sequence[Step], bins: Sequence[CalibrationBin]) -> str:
    """The learning curve beside the reliability diagram (DeGroot and Fienberg, 1983), for light and dark pages.

    Args:
        measure: the name of the learning curve's measure, e.g. "nDCG@10".
        bins: one dot each in the reliability diagram; its area grows with the number of papers.
    """
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 380" role="img">',
            f"<title>{escape(heading)}</title>",
            _STYLE,
            '<rect class="page" width="760" height="380"/>',
            _text(30, 34, heading, "heading"),
            *_curve(_Panel(60, 90), measure, steps),
            *_reliability(_Panel(440, 90), bins),
            "</svg>",
            "",
        ]
    )


# Dark on a dark page. No CSS variables: some programs that show SVG do not support them.
_STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.heading { font-size: 16px; font-weight: 600 } .part { font-weight: 600 } .quiet { fill: #59636e }
.middle { text-anchor: middle } .end { text-anchor: end }
.page { fill: #ffffff } .grid { stroke: #d1d9e0 } .ideal { stroke: #59636e; stroke-dasharray: 4 4 }
.line { fill: none; stroke: #0969da; stroke-width: 2 } .range { fill: #0969da; fill-opacity: .15 }
.dot { fill: #0969da } .bubble { fill: #0969da; fill-opacity: .55; stroke: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet { fill: #9198a1 } .page { fill: #0d1117 } .grid { stroke: #3d444d }
.ideal { stroke: #9198a1 } .line, .bubble { stroke: #4493f8 } .range, .dot, .bubble { fill: #4493f8 }
}
</style>"""


@dataclass(frozen=True, slots=True)
class _Panel:
    """One diagram with axes from 0 to 1: its place and size in the picture, in pixels."""

    left: float
    top: float
    width: float = 290
    height: float = 220

    def x(self, share: float) -> float:
        return self.left + share * self.width

    def y(self, value: float) -> float:
        return self.top + (1 - min(max(value, 0.0), 1.0)) * self.height


def _curve(panel: _Panel, measure: str, steps: Sequence[Step]) -> list[str]:
    drawn = [
        _text(panel.left, panel.top - 22, f"{measure} by the number of ratings used", "part"),
        *_grid(panel, ["0", "0.25", "0.5", "0.75", "1"]),
        _text(panel.x(0.5), panel.y(0) + 46, "newest ratings used", "quiet middle"),
    ]
    points = [(panel.x((place + 0.5) / len(steps)), step) for place, step in enumerate(steps)]
    if points:
        outline = [f"{x:.1f},{panel.y(step.high):.1f}" for x, step in points]
        outline += [f"{x:.1f},{panel.y(step.low):.1f}" for x, step in reversed(points)]
        drawn.append(f'<polygon class="range" points="{" ".join(outline)}"/>')
        line = " ".join(f"{x:.1f},{panel.y(step.value):.1f}" for x, step in points)
        drawn.append(f'<polyline class="line" points="{line}"/>')
    for x, step in points:
        y = panel.y(step.value)
        drawn.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        drawn.append(_text(x, y - 9, f"{step.value:.2f}", "middle"))
        drawn.append(_text(x, panel.y(0) + 24, step.label, "middle"))
    return drawn


def _reliability(panel: _Panel, bins: Sequence[CalibrationBin]) -> list[str]:
    ticks = (0, 0.25, 0.5, 0.75, 1)
    drawn = [
        _text(panel.left, panel.top - 22, "Share of liked papers by match", "part"),
        *_grid(panel, ["0", "25 %", "50 %", "75 %", "100 %"]),
        *(_text(panel.x(tick), panel.y(0) + 24, f"{tick:.0%}".replace("%", " %"), "middle") for tick in ticks),
        _text(panel.x(0.5), panel.y(0) + 46, "predicted match; a larger dot is more papers", "quiet middle"),
        f'<line class="ideal" x1="{panel.x(0)}" y1="{panel.y(0)}" x2="{panel.x(1)}" y2="{panel.y(1)}"/>',
    ]
    most = max((part.papers for part in bins), default=1)
    for part in bins:
        x, y, radius = panel.x(part.predicted), panel.y(part.liked), 3 + 9 * sqrt(part.papers / most)
        papers = counted(part.papers, "paper")
        drawn.append(
            f'<circle class="bubble" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
            f"<title>match {part.predicted:.0%}, liked {part.liked:.0%} of {papers}</title></circle>"
        )
    if not bins:
        drawn.append(_text(panel.x(0.5), panel.y(0.5), "no match was predicted yet", "quiet middle"))
    return drawn


def _grid(panel: _Panel, labels: Sequence[str]) -> list[str]:
    lines = []
    for place, label in enumerate(labels):
        y = panel.y(place / (len(labels) - 1))
        lines.append(f'<line class="grid" x1="{panel.x(0)}" y1="{y}" x2="{panel.x(1)}" y2="{y}"/>')
        lines.append(_text(panel.left - 8, y + 4, label, "quiet end"))
    return lines


def _text(x: float, y: float, words: str, classes: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}">{escape(words)}</text>'


def _bar(value: float, columns: int) -> str:
    eighths = round(min(max(value, 0.0), 1.0) * columns * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
