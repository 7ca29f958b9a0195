"""How fast digests are read: `python benchmarks/reading.py FOLDER` reads each digest file below FOLDER."""

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from recommender import sources
from recommender.errors import SourceError
from recommender.paper import Digest
from recommender.sources import files

PASSES = 5
ENDINGS = (".md", ".md.gz")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="a folder with digests that end in .md or .md.gz")
    folder: Path = arguments.parse_args().folder
    # Whatever is no digest, as a README, is not measured.
    paths = [path for path in sorted(folder.rglob("*")) if path.name.endswith(ENDINGS) and is_digest(path)]
    if not paths:
        arguments.error(f"no digest in {folder}")

    def load() -> list[bytes]:
        return [files.load(path) for path in paths]

    def parse() -> list[Digest]:
        return [digest for path, data in zip(paths, loaded, strict=True) for digest in sources.parse(data, str(path))]

    loaded = load()
    papers = sum(len(digest.papers) for digest in parse())
    loading, parsing = seconds(load), seconds(parse)
    megabytes = sum(map(len, loaded)) / 1e6
    print(f"{len(paths)} files, {papers:,} papers, {megabytes:.1f} MB unpacked; medians of {PASSES} passes")
    for name, duration in (
        ("read and unpack", loading),
        ("parse", parsing),
        ("together", loading + parsing),
    ):
        print(f"{name:<16} {duration:7.3f} s {papers / duration:10,.0f} papers/s")


def is_digest(path: Path) -> bool:
    try:
        sources.parse(files.load(path), str(path))
    except SourceError:
        return False
    return True


def seconds(work: Callable[[], object]) -> float:
    """The median duration of `work`."""
    durations = []
    for _ in range(PASSES):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return median(durations)


if __name__ == "__main__":
    main()
