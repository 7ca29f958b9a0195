"""An evaluation report as text for a terminal, as JSON, and as a picture."""

import json
from collections.abc import Iterable
from typing import Any

from recommender.delivery import charts, wording
from recommender.delivery.json_output import VERSION
from recommender.delivery.layout import Layout
from recommender.results.evaluation import (
    BM25,
    LEAST_DAYS,
    LEAST_LIKES,
    LINEAR,
    NEWEST,
    OURS,
    TOP,
    Calibration,
    Estimate,
    EvaluatedDay,
    EvaluationReport,
)
from recommender.text.lines import escaped
from recommender.text.short import counted
from recommender.text.wrap import wrapped

_NAMES = {OURS: "this ranking", LINEAR: "logistic alone", BM25: "BM25 alone", NEWEST: "newest first"}
_MEASURES = {"ndcg": "nDCG@10", "precision": "P@10", "recall": "recall@10", "auc": "AUC"}
_NAME_WIDTH, _MEAN_WIDTH, _RANGE_WIDTH = 16, 6, 10  # columns of the table


def evaluation_text(profile: str, report: EvaluationReport, layout: Layout) -> str:
    """The report for a person; where there are too few likes, what is missing."""
    if not report.enough:
        return "\n".join(_wrapped([missing(report), *_left_out(report), *_last_likes(report)], layout))
    days = report.tested_days
    heading = (
        f"{profile} · {len(days)} days, {wording.day(days[0])} to {wording.day(days[-1])} · "
        f"{counted(report.tested_likes, 'like')}"
    )
    lines = [*_wrapped([heading], layout), "", *_table(report, layout), ""]
    lines += _wrapped([*_last_likes(report), *_lead(report), *_calibration(report.calibration)], layout)
    over = f"over the newest {counted(report.curve_days, 'day')}"
    lines += ["", *_wrapped([f"nDCG@10 by the number of your newest ratings used, {over}:"], layout)]
    lines += [f"  {bar}" for bar in charts.bars(_steps(report), layout.width - 2)]
    return "\n".join([*lines, "", *_wrapped(_footnotes(report), layout)])


def evaluation_json(profile: str, report: EvaluationReport) -> str:
    """The report as one JSON document; its keys are stable, whatever the fields of the report are called."""
    last, calibration = report.last_likes, report.calibration
    record = {
        "version": VERSION,
        "profile": profile,
        "enough": report.enough,
        "note": missing(report),
        "likes": report.likes,
        "tested": report.tested_likes,
        "undated": report.unannounced_likes,
        "late": report.backdated_verdicts,
        "left_out": report.days_left_out,
        "days": [_day_record(day) for day in report.days],
        "rankers": {
            ranking: {measure: estimate._asdict() for measure, estimate in estimates.items()}
            for ranking, estimates in report.rankings.items()
        },
        "rival": report.rival,
        "lead": report.lead._asdict() if report.lead else None,
        "last_likes": last._asdict(),
        "calibration": _calibration_record(calibration) if calibration else None,
        "curve": [{"known": point.verdicts, "ndcg": point.ndcg._asdict()} for point in report.curve],
        "curve_days": report.curve_days,
    }
    return escaped(json.dumps(record, ensure_ascii=False, indent=2))


def evaluation_svg(profile: str, report: EvaluationReport) -> str:
    """The learning curve and the calibration of a report that has enough likes, as SVG."""
    days = report.tested_days
    return charts.svg(
        f"{profile}: {counted(report.tested_likes, 'like')} on {len(days)} days, {days[0]} to {days[-1]}",
        "nDCG@10",
        _steps(report),
        report.calibration.bins if report.calibration else (),
    )


def missing(report: EvaluationReport) -> str:
    """What the reader can do where there are too few likes; empty where there are enough."""
    if report.enough:
        return ""
    return (
        f"Too little to tell: {counted(report.tested_likes, 'like')} on {counted(len(report.tested_days), 'day')} can "
        f"be tested, {LEAST_LIKES} on {LEAST_DAYS} days are needed. A like is tested on the day a digest here "
        "announced its paper, if that day has other papers too and there were ratings or interests before it. Read "
        "more days with `recommend today`, and like what you find."
    )


def _table(report: EvaluationReport, layout: Layout) -> list[str]:
    """One row per ranking, one column per measure: the mean, and its interval if there is room."""
    ranges = layout.width >= _NAME_WIDTH + len(_MEASURES) * (_MEAN_WIDTH + _RANGE_WIDTH) - 2
    width = _MEAN_WIDTH + _RANGE_WIDTH if ranges else _MEAN_WIDTH + 5
    lines = [" " * _NAME_WIDTH + "".join(f"{name:<{width}}" for name in _MEASURES.values())]
    for ranking, estimates in report.rankings.items():
        cells = (_cell(estimates[measure], ranges) for measure in _MEASURES)
        line = f"{_NAMES[ranking]:<{_NAME_WIDTH}}" + "".join(f"{cell:<{width}}" for cell in cells)
        lines.append(f"\x1b[1m{line.rstrip()}\x1b[0m" if layout.colour and ranking == OURS else line)
    return [line.rstrip() for line in lines]


def _cell(estimate: Estimate, ranges: bool) -> str:
    return f"{estimate.mean:.2f}" + (f" {estimate.low:.2f}–{estimate.high:.2f}" if ranges else "")


def _last_likes(report: EvaluationReport) -> list[str]:
    last = report.last_likes
    if not last.likes:
        return []
    verb = "was" if last.top == 1 else "were"
    return [
        f"{last.top} of your last {counted(last.likes, 'like')} {verb} among the {TOP} best of their day; newest "
        f"first, {last.top_newest}."
    ]


def _lead(report: EvaluationReport) -> list[str]:
    if not report.lead or not report.rival:
        return []
    lead = report.lead
    better, worse = round(lead.low, 2) > 0, round(lead.high, 2) < 0
    clear = "clearly better" if better else "clearly worse" if worse else "no clear difference"
    return [
        f"Day by day against {_NAMES[report.rival]}: nDCG@10 {_signed(lead.mean)} "
        f"({_signed(lead.low)} to {_signed(lead.high)}), {clear}."
    ]


def _calibration(calibration: Calibration | None) -> list[str]:
    if not calibration:
        return []
    return [
        f"Among each day's {TOP} best, {counted(calibration.over_half, 'paper')} matched more than 50 %, and you like "
        f"{calibration.over_half_liked} of them. Matches are off by {calibration.error * 100:.0f} percentage points "
        "on average."
    ]


def _footnotes(report: EvaluationReport) -> list[str]:
    notes = [
        "Means over days; intervals are those of 95 % (days drawn with replacement). A rating counts from the day "
        "after its paper was announced: no day is ranked with ratings of its own papers or of later ones."
    ]
    if report.backdated_verdicts:
        ratings = f"{counted(report.backdated_verdicts, 'rating')} counted before you gave "
        notes.append(f"{ratings}{'it' if report.backdated_verdicts == 1 else 'them'}, as if on the paper's day.")
    if report.unannounced_likes:
        verb = "is" if report.unannounced_likes == 1 else "are"
        notes.append(
            f"{counted(report.unannounced_likes, 'like')} {verb} of papers that no digest here announced: used to rank "
            "later days, but not tested."
        )
    return [*notes, *_left_out(report)]


def _left_out(report: EvaluationReport) -> list[str]:
    if not report.days_left_out:
        return []
    return [f"{counted(report.days_left_out, 'older day')} with likes left out; a larger --days includes them."]


def _steps(report: EvaluationReport) -> list[charts.Step]:
    return [
        charts.Step(str(point.verdicts), point.ndcg.mean, point.ndcg.low, point.ndcg.high) for point in report.curve
    ]


def _day_record(day: EvaluatedDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "candidates": day.candidates,
        "known": day.verdicts,
        "measures": {ranking: measures._asdict() for ranking, measures in day.measures.items()},
        "places": day.ranks,
        "told": day.matches,
    }


def _calibration_record(calibration: Calibration) -> dict[str, Any]:
    bins = [{"papers": part.papers, "told": part.predicted, "liked": part.liked} for part in calibration.bins]
    return {**calibration._asdict(), "bins": bins}


def _wrapped(paragraphs: Iterable[str], layout: Layout) -> list[str]:
    return [line for text in paragraphs for line in wrapped(text, layout.width)]


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")  # + 0.0: never −0.00
