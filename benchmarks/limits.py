"""How near `best` is to the speed of memory: `python -m benchmarks.limits FOLDER`.

The papers in FOLDER, repeated up to --papers, are packed as the library packs them. The sparse product that `best`
makes of each block is timed beside a dot product of dense arrays that fit into no cache: nothing can read as many
terms and counts (8 bytes each) in less time.
"""

from collections.abc import Callable
from itertools import cycle, islice
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks import data
from recommender.ranking import encode, pack
from recommender.ranking.retrieval import log_odds, unpack

PAPERS = 200_000
BLOCK = 4_096
RUNS = 11
DENSE = 128 * 2**20  # bytes of each of two arrays
ENTRY = 8  # bytes of one term of a paper: an int32 and a float32


def main() -> None:
    parser = data.parser(__doc__)
    parser.add_argument("--papers", type=int, metavar="N", default=PAPERS, help=f"(default: {PAPERS:,})")
    arguments = parser.parse_args()
    if arguments.papers < 1:
        parser.error("--papers must be at least 1")
    papers = data.papers_of(arguments.folder)
    encoded = islice(cycle([encode(paper) for paper in papers]), arguments.papers)
    blocks = []
    while block := list(islice(encoded, BLOCK)):
        blocks.append(pack(block))
    counts = [unpack(block) for block in blocks]
    weights, squares = np.abs(np.random.default_rng(0).standard_normal((2, counts[0].shape[1]), dtype=np.float32))
    entries = sum(len(each.data) for each in counts)
    left, right = np.ones((2, DENSE // 4), dtype=np.float32)
    floor = entries * ENTRY * seconds(lambda: np.dot(left, right)) / (2 * DENSE)
    product = seconds(lambda: [each.dot(weights) for each in counts])
    total = seconds(lambda: [log_odds(unpack(block), weights, squares) for block in blocks])
    print(f"{arguments.papers:,} papers, {entries:,} terms, {sum(map(len, blocks)) / 2**20:.0f} MB as stored")
    print(f"- reading {entries * ENTRY / 2**20:.0f} MB as dense arrays: {1000 * floor:.1f} ms")
    print(f"- the sparse product: {1000 * product:.1f} ms, {product / floor:.1f} times that")
    print(f"- with unpacking and the vectors' lengths: {1000 * total:.1f} ms, {total / floor:.1f} times that")


def seconds(work: Callable[[], object]) -> float:
    """Median duration of RUNS, after a first one."""
    durations = []
    for _ in range(RUNS + 1):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return median(durations[1:])


if __name__ == "__main__":
    main()
