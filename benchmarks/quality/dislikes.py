"""What explicit dislikes add: for the one reader in the data who gave some, on papers this reader rated."""

from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.data import FolderError
from benchmarks.quality.figures import show_progress
from benchmarks.quality.intervals import mean, signed, text
from benchmarks.quality.metrics import METRICS, measure
from benchmarks.quality.readers import FOLDER_HELP, UNDATED, Data
from benchmarks.quality.tables import table
from recommender.paper import Feedback, History, Paper, Verdict
from recommender.ranking import rank

VERDICTS = (30, 100, 300)
CANDIDATES = 500
BACKGROUND = 1000
DRAWS = 10
SEED = 20200513


def dislikes(data: Data) -> dict[str, Any]:
    """Print the table, and return its figures."""
    verdicts = data.verdicts
    if len(verdicts) < VERDICTS[-1] + CANDIDATES:
        raise FolderError(f"likes-dev has {len(verdicts)} verdicts of source 'scites': too few", FOLDER_HELP)
    announced = [data.papers[paper_id] for _, ids in data.days for paper_id in ids]
    measured: dict[int, dict[str, list[float]]] = {count: {} for count in VERDICTS}
    for draw in range(DRAWS):
        random = np.random.default_rng([SEED, draw])
        order = random.permutation(len(verdicts))
        held_back = [verdicts[place] for place in order[-CANDIDATES:]]
        chosen = random.choice(len(announced), BACKGROUND, replace=False)
        background = tuple(announced[place] for place in chosen)
        for count in VERDICTS:
            given = [verdicts[place] for place in order[:count]]
            for name, history in _histories(data, given, background).items():
                show_progress(f"dislikes: draw {draw + 1}, {count} verdicts, {name}")
                scores = rank(history, [data.papers[paper_id] for paper_id, _ in held_back], data.encoded, explained=0)
                liked = np.array([verdict is Verdict.LIKE for _, verdict in held_back])
                auc = measure(np.array([score.value for score in scores]), liked)[METRICS.index("AUC")]
                measured[count].setdefault(name, []).append(auc)
    return _report(measured)


def _histories(data: Data, verdicts: list[tuple[str, Verdict]], background: tuple[Paper, ...]) -> dict[str, History]:
    feedback = tuple(
        Feedback(data.papers[paper_id], verdict, UNDATED - timedelta(seconds=place))
        for place, (paper_id, verdict) in enumerate(verdicts)
    )
    likes = tuple(entry for entry in feedback if entry.verdict is Verdict.LIKE)
    disliked = tuple(entry.paper for entry in feedback if entry.verdict is Verdict.DISLIKE)
    return {
        "likes alone": History(likes, background),
        "dislikes as background": History(likes, background + disliked),
        "likes and dislikes": History(feedback, background),
    }


def _report(measured: dict[int, dict[str, list[float]]]) -> dict[str, Any]:
    print(f"\n## Dislikes: AUC of likes against dislikes on {CANDIDATES} held-back papers of one reader\n")
    rows = []
    report: dict[str, Any] = {}
    for count, by_name in measured.items():
        alone, both = by_name["likes alone"], by_name["likes and dislikes"]
        difference = mean(np.subtract(both, alone))
        rows.append([str(count), *(text(mean(values)) for values in by_name.values()), signed(difference)])
        report[str(count)] = {name: {**mean(values)._asdict(), "draws": values} for name, values in by_name.items()}
    table(["verdicts", *measured[VERDICTS[0]], "gain"], rows)
    print(f"{DRAWS} draws of one reader, 95 % intervals over draws: they do not show how other readers differ.\n")
    return report
