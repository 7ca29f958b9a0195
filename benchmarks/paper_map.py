"""How good, fast and still the map of rated papers is: `python -m benchmarks.paper_map FOLDER`.

A made-up reader rates real papers of FOLDER, a third of them as liked; lists of other papers follow, day after day.
Trustworthiness (Venna and Kaski, 2001, by scikit-learn) compares the neighbours of each rated paper on the map with
those by the similarity that topics are formed by. It is measured for a map of all rated papers, and for one that was
fitted to the older nine tenths, with the others placed: then it is fitted again. Times are the processor's.
"""

import random
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from sklearn.manifold import trustworthiness

from benchmarks import data
from benchmarks.homes import ENCODER, NOW, READER
from recommender import Recommender
from recommender.delivery import charts
from recommender.paper import Paper, Recommendation, Score, Shortlist, Verdict
from recommender.ranking import encode
from recommender.ranking.counts import count
from recommender.ranking.embedding import fitted
from recommender.results.pictures import Dot, PaperMap
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

RATED, LISTED, DAYS = 600, 100, 20
NEIGHBOURS = 10
OLDER = 0.9  # share of the rated papers that the second map is fitted to


def main() -> None:
    parser = data.parser(__doc__)
    for name, number, meaning in (("--rated", RATED, "rated papers"), ("--listed", LISTED, "papers of each list")):
        parser.add_argument(name, type=int, metavar="N", default=number, help=f"{meaning} (default: {number})")
    arguments = parser.parse_args()
    papers = sorted(data.papers_of(arguments.folder), key=lambda paper: paper.id)
    random.Random(0).shuffle(papers)
    if len(papers) <= arguments.rated or min(arguments.rated, 3 * arguments.listed) < 30:
        parser.error(f"--rated must be at least 30 and less than {len(papers)}, --listed at least 10")
    rated, others = papers[: arguments.rated], papers[arguments.rated :]
    with tempfile.TemporaryDirectory() as folder:
        older = round(OLDER * len(rated))
        _make(Path(folder), rated[:older], others)
        with Recommender(READER, home=folder, clock=lambda: NOW) as reader:
            first = reader.pictures.map()
            with ProfileStore(Path(folder, "profiles", f"{READER}.db")) as store:
                _rate(store, rated[older:], NOW)
            placed = reader.pictures.map(make=False)
            print(f"- fitted to {older}, {len(rated) - older} placed: {_trust(placed):.3f} trustworthiness")
            print(f"- dots that moved meanwhile: {len(_moved(first, placed))}")
            Path(folder, "cache", f"{READER}.map").unlink()
            start = process_time()
            whole = reader.pictures.map()
            print(
                f"- fitted to all {len(rated)} in {process_time() - start:.1f} s: {_trust(whole):.3f} trustworthiness"
            )
            kept = Path(folder, "cache", f"{READER}.map").stat().st_size
            durations, sizes, moved = [], [], 0
            for day in range(1, DAYS + 1):
                with ProfileStore(Path(folder, "profiles", f"{READER}.db")) as store:
                    _show(store, random.Random(day).sample(others, min(arguments.listed, len(others))), day)
                start = process_time()
                drawn = reader.pictures.map(make=False)
                svg = charts.paper_map(READER, drawn)
                durations.append(process_time() - start)
                sizes.append(len(svg.encode()))
                moved += len(_moved(whole, drawn))
            milliseconds = 1000 * median(durations)
            print(f"- a new day of {len(drawn.today)}: {milliseconds:.0f} ms, at most {max(sizes):,} bytes of SVG")
            print(f"- dots that moved in {DAYS} days: {moved}; bytes kept: {kept:,}")


def _make(home: Path, rated: Sequence[Paper], others: Sequence[Paper]) -> None:
    (home / "profiles").mkdir()
    (home / "profiles" / f"{READER}.toml").write_text('digests = "none"\n', encoding="utf-8")
    with Library(home / "library.db", ENCODER) as library, ProfileStore(home / "profiles" / f"{READER}.db") as store:
        library.add([*rated, *others])
        _rate(store, rated, NOW - timedelta(days=1))


def _rate(store: ProfileStore, papers: Sequence[Paper], at: datetime) -> None:
    for verdict, part in ((Verdict.LIKE, papers[::3]), (Verdict.DISLIKE, [*papers[1::3], *papers[2::3]])):
        store.judge(part, verdict, command=verdict.value, at=at)


def _show(store: ProfileStore, papers: Sequence[Paper], day: int) -> None:
    items = tuple(Recommendation(rank, paper, Score(1 / rank, 0.5)) for rank, paper in enumerate(papers, start=1))
    shortlist = Shortlist(READER, (NOW + timedelta(days=day)).date(), items, len(items))
    store.record(shortlist, kind="today", basis="", at=NOW + timedelta(days=day))


def _trust(drawn: PaperMap) -> float:
    _, _, vectors = fitted(count([encode(dot.paper) for dot in drawn.rated]))
    distance = np.maximum(1 - vectors.similarity(vectors), 0)
    np.fill_diagonal(distance, 0)
    spots = [(dot.x, dot.y) for dot in drawn.rated]
    return float(trustworthiness(distance, spots, n_neighbors=NEIGHBOURS, metric="precomputed"))


def _moved(before: PaperMap, after: PaperMap) -> list[Dot]:
    places = {dot.paper.id: (dot.x, dot.y) for dot in before.rated}
    return [dot for dot in after.rated if places.get(dot.paper.id, (dot.x, dot.y)) != (dot.x, dot.y)]


if __name__ == "__main__":
    main()
