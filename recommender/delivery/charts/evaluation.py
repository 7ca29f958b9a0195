"""Charts of how good rankings were: of an evaluation, of past lists, and bars for a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from recommender.delivery.charts import drawing
from recommender.delivery.charts.drawing import Frame, Words, number, text
from recommender.paper import LIKES_FOR_MATCH
from recommender.results.evaluation import LEAST_DAYS, LEAST_LIKES, CalibrationBin, LearningCurve
from recommender.results.pictures import LEAST_MATCHES, MatchHistory, MonthOfLists
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
    curve = ", ".join(f"{step.value:.2f} with {step.label}" for step in steps)
    words = Words("evaluation", heading, f"{measure} by the number of ratings used: {curve or 'none'}. {_said(bins)}")
    parts = [*_curve(Panel(60, 90), measure, steps), *reliability(Panel(440, 90), bins)]
    return drawing.picture(drawing.FILE, words, 380, parts)


def learning_curve(profile: str, curve: LearningCurve | None, frame: Frame = drawing.FILE) -> str:
    """How good rankings were by the number of ratings used; or what is missing."""
    if curve is None or not curve.points:
        return drawing.empty(frame, Words("curve", f"{profile}: learning curve", missing_curve(curve)))
    steps = [Step(str(point.verdicts), *point.ndcg) for point in curve.points]
    said = ", ".join(f"{step.value:.2f} with {step.label}" for step in steps)
    words = Words(
        "curve",
        f"{profile}: the list by the number of your ratings",
        f"nDCG@10 (1: all papers you like stand first) by the number of ratings used, over the newest "
        f"{counted(curve.days, 'day')}: {said}.",
    )
    return drawing.picture(frame, words, 380, _curve(Panel(60, 90, min(460.0, frame.width - 96)), "nDCG@10", steps))


def missing_curve(curve: LearningCurve | None) -> str:
    """What the reader can do where there is no learning curve; empty where there is one."""
    if curve is None:
        return (
            "The learning curve is not measured yet: that ranks past days again with fewer ratings, as "
            "`recommend evaluate` does too."
        )
    if not curve.points:
        return (
            f"There was too little to measure: a learning curve needs {LEAST_LIKES} likes, of papers of {LEAST_DAYS} "
            "days at least, and lists of other days before them."
        )
    return ""


def past_lists(profile: str, matches: MatchHistory, frame: Frame = drawing.FILE) -> str:
    """The matches of past lists against likes, and how much of the lists was liked by month; or what is missing."""
    if matches.calibration is None:
        return drawing.empty(frame, Words("calibration", f"{profile}: matches and likes", missing_calibration(matches)))
    beside = frame.width >= 700
    first = Panel(60, 90, min(290.0, frame.width - 96))
    second = Panel(440, 90) if beside else first._replace(top=460)
    shares = [f"{_share(month):.0%} in {month.month}" for month in matches.months]
    words = Words(
        "calibration",
        f"{profile}: {counted(matches.papers, 'paper')} shown with a match",
        f"{_said(matches.calibration.bins)} Matches are off by {matches.calibration.error * 100:.0f} percentage points "
        f"on average. Liked of the ten best of each list: {', '.join(shares)}.",
    )
    parts = [*reliability(first, matches.calibration.bins), *_months(second, matches.months)]
    return drawing.picture(frame, words, 380 if beside else 750, parts)


def missing_calibration(matches: MatchHistory) -> str:
    """What the reader can do where there is no calibration of past lists; empty where there is one."""
    if matches.calibration is not None:
        return ""
    return (
        f"This compares matches with what you liked, and needs {LEAST_MATCHES} papers that lists of past days showed "
        f"with a match; there are {matches.papers}. A list has matches once you like {LIKES_FOR_MATCH} papers and it "
        "has papers of other days to compare with (`recommend today` each day). `recommend evaluate` ranks past days "
        "again instead."
    )


def _said(bins: Sequence[CalibrationBin]) -> str:
    parts = [f"{part.liked:.0%} of {counted(part.papers, 'paper')} with about {part.predicted:.0%}" for part in bins]
    return f"Share of liked papers by match: {', '.join(parts) or 'no match was predicted yet'}."


class Panel(NamedTuple):
    """One diagram with axes from 0 to 1: its place and size in the picture, in pixels."""

    left: float
    top: float
    width: float = 290
    height: float = 220

    def x(self, share: float) -> float:
        """The pixel of a place from left to right, 0 to 1."""
        return self.left + share * self.width

    def y(self, value: float) -> float:
        """The pixel of a value from below to above, 0 to 1."""
        return self.top + (1 - min(max(value, 0.0), 1.0)) * self.height


def _curve(panel: Panel, measure: str, steps: Sequence[Step]) -> list[str]:
    drawn = [
        text(panel.left, panel.top - 22, f"{measure} by the number of ratings used", bold=12),
        *_grid(panel, ["0", "0.25", "0.5", "0.75", "1"]),
        text(panel.x(0.5), panel.y(0) + 46, "newest ratings used", "c-quiet", anchor="middle"),
    ]
    points = [(panel.x((place + 0.5) / len(steps)), step) for place, step in enumerate(steps)]
    if points:
        outline = [f"{x:.1f},{panel.y(step.high):.1f}" for x, step in points]
        outline += [f"{x:.1f},{panel.y(step.low):.1f}" for x, step in reversed(points)]
        drawn.append(f'<polygon class="c-range" fill="#0969da" fill-opacity=".15" points="{" ".join(outline)}"/>')
        line = " ".join(f"{x:.1f},{panel.y(step.value):.1f}" for x, step in points)
        drawn.append(f'<polyline class="c-line" fill="none" stroke="#0969da" stroke-width="2" points="{line}"/>')
    for x, step in points:
        y = panel.y(step.value)
        drawn.append(f'<circle class="c-dot" fill="#0969da" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        drawn.append(text(x, y - 9, f"{step.value:.2f}", anchor="middle"))
        drawn.append(text(x, panel.y(0) + 24, step.label, anchor="middle"))
    return drawn


def reliability(panel: Panel, bins: Sequence[CalibrationBin]) -> list[str]:
    """Share of liked papers by their match; a larger dot is more papers."""
    ticks = (0, 0.25, 0.5, 0.75, 1)
    drawn = [
        text(panel.left, panel.top - 22, "Share of liked papers by match", bold=12),
        *_grid(panel, _PERCENT),
        *(
            text(panel.x(tick), panel.y(0) + 24, name, anchor="middle")
            for tick, name in zip(ticks, _PERCENT, strict=True)
        ),
        text(panel.x(0.5), panel.y(0) + 46, "predicted match; a larger dot is more papers", "c-quiet", anchor="middle"),
        f'<line class="c-ideal" stroke="#6e7781" stroke-dasharray="4 4" x1="{panel.x(0)}" y1="{panel.y(0)}" '
        f'x2="{panel.x(1)}" y2="{panel.y(1)}"/>',
    ]
    most = max((part.papers for part in bins), default=1)
    for part in bins:
        x, y, radius = panel.x(part.predicted), panel.y(part.liked), 3 + 9 * sqrt(part.papers / most)
        papers = counted(part.papers, "paper")
        drawn.append(
            f'<circle class="c-bubble" fill="#0969da" fill-opacity=".55" stroke="#0969da" cx="{x:.1f}" cy="{y:.1f}" '
            f'r="{radius:.1f}"><title>match {part.predicted:.0%}, liked {part.liked:.0%} of {papers}</title></circle>'
        )
    if not bins:
        drawn.append(text(panel.x(0.5), panel.y(0.5), "no match was predicted yet", "c-quiet", anchor="middle"))
    return drawn


_PERCENT = ("0 %", "25 %", "50 %", "75 %", "100 %")


def _months(panel: Panel, months: Sequence[MonthOfLists]) -> list[str]:
    """A bar a month: how many of the ten best papers of each list were liked."""
    drawn = [text(panel.left, panel.top - 22, "Liked of the ten best of each list", bold=12), *_grid(panel, _PERCENT)]
    step = panel.width / max(len(months), 1)
    for place, month in enumerate(months):
        left, top = panel.left + place * step, panel.y(_share(month))
        bar = min(step * 0.7, 40)
        said = f"{month.month}: {month.liked} of {counted(month.papers, 'paper')}"
        drawn += [
            f'<rect class="c-up" fill="#0969da" x="{number(left + (step - bar) / 2)}" y="{number(top)}" '
            f'width="{number(bar)}" height="{number(panel.y(0) - top)}"><title>{said}</title></rect>',
            text(left + step / 2, top - 6, f"{_share(month):.0%}".replace("%", " %"), anchor="middle")
            if step > 36
            else "",
        ]
        if place % (1 + int(60 / step)) == 0:
            drawn.append(text(left + step / 2, panel.y(0) + 24, month.month, anchor="middle"))
    caption = "month; a paper without a rating is not liked"
    return [*drawn, text(panel.x(0.5), panel.y(0) + 46, caption, "c-quiet", anchor="middle")]


def _grid(panel: Panel, labels: Sequence[str]) -> list[str]:
    lines = []
    for place, label in enumerate(labels):
        y = number(panel.y(place / (len(labels) - 1)))
        line = f'x1="{number(panel.x(0))}" y1="{y}" x2="{number(panel.x(1))}" y2="{y}"'
        lines.append(f'<line class="c-grid" stroke="currentColor" stroke-opacity=".2" {line}/>')
        lines.append(text(panel.left - 8, panel.y(place / (len(labels) - 1)) + 4, label, "c-quiet", anchor="end"))
    return lines


def _share(month: MonthOfLists) -> float:
    return month.liked / max(month.papers, 1)


def _bar(value: float, columns: int) -> str:
    eighths = round(min(max(value, 0.0), 1.0) * columns * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
