"""The learning curve of the last evaluation, kept for pages, which have no time to rank days again."""

import json
import math
from datetime import datetime

from recommender.results.evaluation import CurvePoint, Estimate, EvaluationReport, LearningCurve
from recommender.services.reader import Reader


def keep(reader: Reader, report: EvaluationReport) -> None:
    """Keep the curve of a report in the place of an older one."""
    record = {
        "made_at": reader.now.isoformat(timespec="seconds"),
        "days": report.curve_days,
        "points": [[point.verdicts, *point.ndcg] for point in report.curve] if report.enough else [],
    }
    reader.home.keep_cached(reader.name, "curve", json.dumps(record).encode("ascii"))


def kept(reader: Reader) -> LearningCurve | None:
    """The curve that was kept last; None: none, or a damaged one."""
    try:
        record = json.loads(reader.home.cached(reader.name, "curve"))
        points = tuple(
            CurvePoint(int(verdicts), Estimate(*map(_share, estimate))) for verdicts, *estimate in record["points"]
        )
        return LearningCurve(datetime.fromisoformat(record["made_at"]).astimezone(), int(record["days"]), points)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _share(value: object) -> float:
    share = float(value)  # type: ignore[arg-type]
    if not math.isfinite(share):
        raise ValueError("no share")
    return share
