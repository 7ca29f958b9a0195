"""Pictures as SVG of our own, for files and for pages; see `drawing` for how a page uses one."""

from recommender.delivery.charts.calendar import days, missing_days
from recommender.delivery.charts.drawing import FILE, STYLE, Frame, for_page
from recommender.delivery.charts.evaluation import (
    Step,
    bars,
    learning_curve,
    missing_calibration,
    missing_curve,
    past_lists,
    svg,
)
from recommender.delivery.charts.papers import missing_map, paper_map, small_map
from recommender.delivery.charts.taught import interests, missing_interests, missing_words, words

__all__ = [
    "FILE",
    "STYLE",
    "Frame",
    "Step",
    "bars",
    "days",
    "for_page",
    "interests",
    "learning_curve",
    "missing_calibration",
    "missing_curve",
    "missing_days",
    "missing_interests",
    "missing_map",
    "missing_words",
    "paper_map",
    "past_lists",
    "small_map",
    "svg",
    "words",
]
