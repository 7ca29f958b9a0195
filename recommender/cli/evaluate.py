"""`recommend evaluate`: how well past days would have been ranked."""

import json
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from recommender import files
from recommender.cli.session import Session, profile_option, progress, show, tell
from recommender.delivery import charts as plot
from recommender.delivery import wording
from recommender.delivery.json_output import VERSION
from recommender.delivery.terminal import Layout
from recommender.services import evaluation
from recommender.services.evaluation import BM25, LINEAR, NEWEST, OURS, TOP, Calibration, Estimate, Report

_NAMES = {OURS: "this ranking", LINEAR: "logistic alone", BM25: "BM25 alone", NEWEST: "newest first"}
_MEASURES = {"ndcg": "nDCG@10", "precision": "P@10", "recall": "recall@10", "auc": "AUC"}
_NAME_WIDTH, _MEAN_WIDTH, _RANGE_WIDTH = 16, 6, 10  # columns of the table


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, 100_000),
    metavar="N",
    default=60,
    show_default=True,
    help="Only the newest N days with likes; a day takes a second or two.",
)
@click.option(
    "--plot",
    "picture",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the learning curve and the reliability of matches as an SVG.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document for programs.")
@profile_option
@click.pass_obj
def evaluate(session: Session, days: int, picture: Path | None, as_json: bool) -> None:
    """Measure how well your likes are found: past days, ranked as if each were today.

    Each day is ranked with only what was known before it, by this ranking, by its parts alone, and in the digest's
    own order (newest first). Then it is looked up where the papers stand that you like. Nothing is changed by it.

    \b
    Examples:
      recommend evaluate
      recommend evaluate --days 20 --plot evaluation.svg
      recommend evaluate --json | jq .rankers.ours.ndcg.mean
    """
    if picture:
        picture = picture.expanduser()
        files.check(picture)
    report = evaluation.replay(
        session.profile, session.library, session.memory, days, lambda asked: progress(asked, "Ranking past days", 1)
    )
    if as_json:
        show(_json(session.profile_name, report))
    elif report.enough:
        show(_text(session.profile_name, report, session.look()))
    else:
        show("\n".join(_wrapped([report.note, *_left_out(report), *_likes(report)], session.look())))
    if picture and report.enough:
        files.write(picture, _picture(session.profile_name, report))
        tell(f"The plot is in {picture}.")
    elif picture:
        tell(f"No plot was written to {picture}: there is too little to draw.")


def _text(profile: str, report: Report, look: Layout) -> str:
    """The report for a person."""
    tested = [day.day for day in report.days if day.measures]
    heading = (
        f"{profile} · {len(tested)} days, {wording.day(tested[0])} to {wording.day(tested[-1])} · "
        f"{_count(report.tested, 'like')}"
    )
    lines = _wrapped([heading], look)
    lines += ["", *_table(report, look), ""]
    says = [*_likes(report), _lead(report)]
    if report.calibration:
        says.append(_calibration(report.calibration))
    lines += _wrapped(says, look)
    steps = _steps(report)
    over = f"over the newest {_count(report.curve_days, 'day')}"
    lines += ["", *_wrapped([f"nDCG@10 by how many of your newest verdicts are known, {over}:"], look)]
    lines += [f"  {bar}" for bar in plot.bars(steps, look.width - 2)]
    return "\n".join([*lines, "", *_wrapped(_footnotes(report), look)])


def _table(report: Report, look: Layout) -> list[str]:
    """Rankers × measures: the mean, and behind it the range if there is room."""
    ranges = look.width >= _NAME_WIDTH + len(_MEASURES) * (_MEAN_WIDTH + _RANGE_WIDTH) - 2
    wide = _MEAN_WIDTH + _RANGE_WIDTH if ranges else _MEAN_WIDTH + 5
    lines = [" " * _NAME_WIDTH + "".join(f"{name:<{wide}}" for name in _MEASURES.values())]
    for ranker, estimates in report.rankers.items():
        cells = (_cell(estimates[measure], ranges) for measure in _MEASURES)
        line = f"{_NAMES[ranker]:<{_NAME_WIDTH}}" + "".join(f"{cell:<{wide}}" for cell in cells)
        lines.append(f"\x1b[1m{line.rstrip()}\x1b[0m" if look.colour and ranker == OURS else line)
    return [line.rstrip() for line in lines]


def _cell(estimate: Estimate, ranges: bool) -> str:
    return f"{estimate.mean:.2f}" + (f" {estimate.low:.2f}–{estimate.high:.2f}" if ranges else "")


def _likes(report: Report) -> list[str]:
    """Where the newest likes stood; nothing if none could be tested."""
    last = report.last_likes
    if not last.likes:
        return []
    return [
        f"Of your last {_count(last.likes, 'like')}, {last.top} {'was' if last.top == 1 else 'were'} among the "
        f"{TOP} best of their day; newest first, {last.top_newest}."
    ]


def _lead(report: Report) -> str:
    assert report.lead
    assert report.rival
    lead = report.lead
    better, worse = round(lead.low, 2) > 0, round(lead.high, 2) < 0
    clear = "clearly better" if better else "clearly worse" if worse else "no clear difference"
    return (
        f"Day by day against {_NAMES[report.rival]}: nDCG@10 {_signed(lead.mean)} "
        f"({_signed(lead.low)} to {_signed(lead.high)}), {clear}."
    )


def _calibration(found: Calibration) -> str:
    return (
        f"Among each day's {TOP} best, {_count(found.over_half, 'paper')} matched more than 50 %, and you like "
        f"{found.over_half_liked} of them. Matches are off by {found.error * 100:.0f} percentage points on average."
    )


def _footnotes(report: Report) -> list[str]:
    notes = [
        "Means over days, each with the range that holds 95 % of them when days are drawn anew. A verdict counts from "
        "the day after its paper was announced: no day knows one on a paper of its own or of a later day."
    ]
    if report.late:
        counted = f"{_count(report.late, 'verdict')} counted before you gave {'it' if report.late == 1 else 'them'}"
        notes.append(f"{counted}, as if you had judged each paper on its day.")
    if report.undated:
        notes.append(
            f"{_count(report.undated, 'like')} of papers that no digest here announced: known to days after the paper "
            "came out, tested on none."
        )
    return [*notes, *_left_out(report)]


def _left_out(report: Report) -> list[str]:
    return (
        [f"{_count(report.left_out, 'older day')} with likes left out; --days takes more."] if report.left_out else []
    )


def _steps(report: Report) -> list[plot.Step]:
    return [plot.Step(str(point.known), point.ndcg.mean, point.ndcg.low, point.ndcg.high) for point in report.curve]


def _picture(profile: str, report: Report) -> str:
    shares = report.calibration.bins if report.calibration else ()
    tested = [day.day for day in report.days if day.measures]
    return plot.svg(
        f"{profile}: {_count(report.tested, 'like')} on {len(tested)} days, {tested[0]} to {tested[-1]}",
        "nDCG@10",
        _steps(report),
        [plot.Share(share.told, share.liked, share.papers) for share in shares],
    )


def _json(profile: str, report: Report) -> str:
    record = {"version": VERSION, "profile": profile, **asdict(report)}
    return json.dumps(record, ensure_ascii=False, indent=2, default=date.isoformat)


def _wrapped(paragraphs: Iterable[str], look: Layout) -> list[str]:
    return [line for text in paragraphs for line in textwrap.wrap(text, look.width, break_on_hyphens=False)]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")  # + 0.0: never −0.00


COMMANDS = (evaluate,)
