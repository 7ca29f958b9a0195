"""How near the product over a whole library is to what memory can do: `python -m benchmarks.limits FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz`. Its papers, again and again up to PAPERS, are packed as the library packs them.
The product that `best` makes of each block is timed beside a dot product of plain arrays that fit into no cache:
nothing reads as many terms and their frequencies, 8 bytes each, in less.
"""

import argparse
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.taking_in import read
from recommender.ranking import encode
from recommender.ranking.retrieval import log_odds, pack, unpack

PAPERS = 200_000
BLOCK = 4_096
RUNS = 11
PLAIN = 128 * 2**20  # bytes of each of two arrays
ENTRY = 8  # bytes of one term of a paper: an int32 and a float32


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="a folder with digests/raw")
    arguments.add_argument("--papers", type=int, default=PAPERS, help=f"(default: {PAPERS:,})")
    chosen = arguments.parse_args()
    codes = islice(cycle([encode(paper) for paper in read(chosen.folder)]), chosen.papers)
    blocks = []
    while block := list(islice(codes, BLOCK)):
        blocks.append(pack(block))
    terms = [unpack(block) for block in blocks]
    weights, squares = np.abs(np.random.default_rng(0).standard_normal((2, terms[0].shape[1]), dtype=np.float32))
    entries = sum(len(each.data) for each in terms)
    left, right = np.ones((2, PLAIN // 4), dtype=np.float32)
    floor = entries * ENTRY * seconds(lambda: np.dot(left, right)) / (2 * PLAIN)
    product = seconds(lambda: [each.dot(weights) for each in terms])
    whole = seconds(lambda: [log_odds(unpack(block), weights, squares) for block in blocks])
    print(f"{chosen.papers:,} papers, {entries:,} terms, {sum(map(len, blocks)) / 2**20:.0f} MB as they are kept")
    print(f"- reading {entries * ENTRY / 2**20:.0f} MB, as plain arrays: {1000 * floor:.1f} ms")
    print(f"- the product: {1000 * product:.1f} ms, {product / floor:.1f} times that")
    print(f"- unpacked, with the length of each vector: {1000 * whole:.1f} ms, {whole / floor:.1f} times that")


def seconds(work: Callable[[], object]) -> float:
    """Median of RUNS, after a first one."""
    taken = []
    for _ in range(RUNS + 1):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return median(taken[1:])


if __name__ == "__main__":
    main()
