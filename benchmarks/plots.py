"""Charts of the benchmarks, by matplotlib; the same figures give the same SVG, byte for byte."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, Formatter, LogLocator, NullLocator, PercentFormatter, StrMethodFormatter

_BLUE, _GREY = "#0969da", "#b3bac2"


class Bar(NamedTuple):
    """One bar."""

    name: str
    value: float  # above zero
    label: str  # at its end: "0.7 s · 88 MB"
    highlighted: bool = False


def bars(title: str, unit: str, groups: Mapping[str, Sequence[Bar]]) -> Figure:
    """Horizontal bars on a logarithmic axis, one panel per group.

    Args:
        unit: what the axis counts: "seconds".
        groups: the bars of each panel by its title.
    """
    heights = [max(len(group), 1) for group in groups.values()]
    figure = Figure(figsize=(9, 1.2 + 0.45 * sum(heights) + 0.4 * len(heights)), layout="constrained")
    figure.suptitle(title, fontweight="bold")
    panels = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel, (name, group) in zip(panels, groups.items(), strict=True):
        panel.set_title(name, loc="left", fontsize="medium")
        _bars(panel, group)
    _logarithmic(panels[-1].xaxis, StrMethodFormatter("{x:g}"), (1, 2, 5))
    panels[-1].set_xlabel(f"{unit} (logarithmic)")
    return figure


def _bars(panel: Axes, group: Sequence[Bar]) -> None:
    panel.set_xscale("log")
    panel.invert_yaxis()  # the first bar on top
    colours = [_BLUE if bar.highlighted else _GREY for bar in group]
    drawn = panel.barh([bar.name for bar in group], [bar.value for bar in group], color=colours)
    panel.bar_label(drawn, [bar.label for bar in group], padding=4)
    panel.margins(x=0.3)  # room for the labels
    panel.spines[["top", "right"]].set_visible(False)


def lines(title: str, x: str, y: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> Figure:
    """Lines on two logarithmic axes, with a legend in the order of the lines' ends.

    Args:
        x, y: names of the axes.
        series: the points of each line from left to right, all above zero, by the line's name.
    """
    figure = Figure(figsize=(10, 5.5), layout="constrained")
    panel = figure.subplots()
    panel.set(title=title, xlabel=x, ylabel=y, xscale="log", yscale="log")
    for number, (name, points) in enumerate(sorted(series.items(), key=_end, reverse=True)):
        panel.plot(*zip(*points, strict=True), marker="o", label=name, linestyle="-" if number < 10 else "--")
    _logarithmic(panel.xaxis, EngFormatter(sep=""), (1,))  # 10k, 1M
    _logarithmic(panel.yaxis, StrMethodFormatter("{x:g}"), (1, 2, 5))
    panel.grid(alpha=0.3)
    figure.legend(loc="outside right upper")
    return figure


def _logarithmic(axis: Axis, labels: Formatter, digits: Sequence[int]) -> None:
    """Label the axis at these digits of each power of ten."""
    axis.set_major_locator(LogLocator(subs=digits))
    axis.set_major_formatter(labels)
    axis.set_minor_locator(NullLocator())


def _end(named: tuple[str, Sequence[tuple[float, float]]]) -> float:
    return named[1][-1][1]


def reliability(title: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> Figure:
    """A reliability diagram (DeGroot and Fienberg, 1983): the share of liked papers over the predicted probability.

    Args:
        series: (mean predicted probability, share liked) of each bin, by the name of the line.
    """
    figure = Figure(figsize=(6.5, 6), layout="constrained")
    panel = figure.subplots()
    panel.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label="perfect calibration")
    for name, points in series.items():
        panel.plot(*zip(*points, strict=True), marker="o", label=name)
    panel.set(title=title, xlabel="predicted probability of a like", ylabel="share liked")
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    panel.legend()
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write the figure as SVG, with text as text; the same figure always gives the same bytes.

    Ids come from a fixed salt (matplotlib draws one at random), and there is no date and no version of matplotlib.
    """
    with rc_context({"svg.hashsalt": "recommender", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
