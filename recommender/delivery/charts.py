"""How good a ranking was, as a picture: bars for a terminal, an SVG for everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a learning curve."""

    label: str  # what was known: "30"
    value: float  # 0..1
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """What came true of one probability."""

    told: float  # 0..1
    true: float  # 0..1
    papers: int


def bars(steps: Sequence[Step], width: int) -> list[str]:
    """One bar a step: its label, a block as long as its value, and the value; at most `width` columns each."""
    margin = max((len(step.label) for step in steps), default=0)
    room = max(width - margin - 8, 1)
    return [f"{step.label:>{margin}}  {_bar(step.value, room)} {step.value:.2f}" for step in steps]


def svg(heading: str, measure: str, steps: Sequence[Step], shares: Sequence[Share]) -> str:
    """The learning curve beside the reliability diagram (DeGroot and Fienberg, 1983), for light and dark pages."""
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 380" role="img">',
            f"<title>{escape(heading)}</title>",
            _STYLE,
            '<rect class="page" width="760" height="380"/>',
            _text(30, 34, heading, "heading"),
            *_curve(_Panel(60, 90), measure, steps),
            *_reliability(_Panel(440, 90), shares),
            "</svg>",
            "",
        ]
    )


# A page that prefers dark shows the picture dark. No variables: not every program that shows SVG knows them.
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
    """A square with axes from 0 to 1, and where it lies."""

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
        _text(panel.left, panel.top - 22, f"{measure} by how many verdicts were known", "part"),
        *_grid(panel, ["0", "0.25", "0.5", "0.75", "1"]),
        _text(panel.x(0.5), panel.y(0) + 46, "newest verdicts known", "quiet middle"),
    ]
    at = [(panel.x((place + 0.5) / len(steps)), step) for place, step in enumerate(steps)]
    if at:
        edge = [f"{x:.1f},{panel.y(step.high):.1f}" for x, step in at]
        edge += [f"{x:.1f},{panel.y(step.low):.1f}" for x, step in reversed(at)]
        drawn.append(f'<polygon class="range" points="{" ".join(edge)}"/>')
        line = " ".join(f"{x:.1f},{panel.y(step.value):.1f}" for x, step in at)
        drawn.append(f'<polyline class="line" points="{line}"/>')
    for x, step in at:
        y = panel.y(step.value)
        drawn.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        drawn.append(_text(x, y - 9, f"{step.value:.2f}", "middle"))
        drawn.append(_text(x, panel.y(0) + 24, step.label, "middle"))
    return drawn


def _reliability(panel: _Panel, shares: Sequence[Share]) -> list[str]:
    drawn = [
        _text(panel.left, panel.top - 22, "Liked, of papers with such a match", "part"),
        *_grid(panel, ["0", "25 %", "50 %", "75 %", "100 %"]),
        *(
            _text(panel.x(share), panel.y(0) + 24, f"{share:.0%}".replace("%", " %"), "middle")
            for share in (0, 0.25, 0.5, 0.75, 1)
        ),
        _text(panel.x(0.5), panel.y(0) + 46, "match that was told; a larger dot is more papers", "quiet middle"),
        f'<line class="ideal" x1="{panel.x(0)}" y1="{panel.y(0)}" x2="{panel.x(1)}" y2="{panel.y(1)}"/>',
    ]
    most = max((share.papers for share in shares), default=1)
    for share in shares:
        x, y, radius = panel.x(share.told), panel.y(share.true), 3 + 9 * sqrt(share.papers / most)
        papers = "1 paper" if share.papers == 1 else f"{share.papers} papers"
        drawn.append(
            f'<circle class="bubble" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
            f"<title>told {share.told:.0%}, liked {share.true:.0%} of {papers}</title></circle>"
        )
    if not shares:
        drawn.append(_text(panel.x(0.5), panel.y(0.5), "no match was told yet", "quiet middle"))
    return drawn


def _grid(panel: _Panel, labels: Sequence[str]) -> list[str]:
    lines = []
    for place, label in enumerate(labels):
        y = panel.y(place / (len(labels) - 1))
        lines.append(f'<line class="grid" x1="{panel.x(0)}" y1="{y}" x2="{panel.x(1)}" y2="{y}"/>')
        lines.append(_text(panel.left - 8, y + 4, label, "quiet end"))
    return lines


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>'


def _bar(value: float, room: int) -> str:
    eighths = round(min(max(value, 0.0), 1.0) * room * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
