"""One ranking in a process of its own: `python -m benchmarks.one_ranking FILE RUNS`; part of `benchmarks.growth`.

FILE holds the pickled arguments of `recommender.ranking.rank`. Prints the cost of each run: seconds, CPU seconds, MB.
"""

import pickle
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.processes import Cost, measure, peak, python
from recommender.paper import History, Paper
from recommender.ranking import rank


def costs(
    folder: Path, history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes], runs: int
) -> list[Cost]:
    """The cost of each of several rankings in one new process.

    Args:
        folder: for a file that is removed again.
    """
    file = folder / "ranking.pickle"
    file.write_bytes(pickle.dumps((history, papers, encoded)))
    try:
        _, printed = measure(python("-m", "benchmarks.one_ranking", str(file), str(runs)))
    finally:
        file.unlink()
    return [Cost(*map(float, line.split())) for line in printed]


def main() -> None:
    file, runs = sys.argv[1:]
    history, papers, encoded = pickle.loads(Path(file).read_bytes())  # noqa: S301 - written by `costs`
    for _ in range(int(runs)):
        start, processor = time.perf_counter(), time.process_time()
        rank(history, papers, encoded)
        print(time.perf_counter() - start, time.process_time() - processor, peak())


if __name__ == "__main__":
    main()
