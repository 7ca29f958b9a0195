"""How fast Markdown digests are read: `python -m benchmarks.reading FOLDER` reads each digest file below FOLDER."""

from pathlib import Path

from benchmarks import data
from benchmarks.limits import RUNS, seconds
from recommender import sources
from recommender.errors import SourceError
from recommender.paper import Digest
from recommender.sources import files

ENDINGS = (".md", ".md.gz")
FOLDER_HELP = """\
FOLDER must hold digests that end in .md or .md.gz, in it or in folders below it. The repository has one:

  python -m benchmarks.reading profiles/sample"""


def main() -> None:
    arguments = data.parser(__doc__, FOLDER_HELP).parse_args()
    folder: Path = arguments.folder
    # other files, such as a README, are not measured
    paths = [path for path in sorted(folder.rglob("*")) if path.name.endswith(ENDINGS) and is_digest(path)]
    if not paths:
        problem = f"no digest in {folder}" if folder.is_dir() else f"no folder {folder}"
        raise data.FolderError(problem, FOLDER_HELP)
    texts = [files.load(path) for path in paths]

    def parse() -> list[Digest]:
        return [digest for path, text in zip(paths, texts, strict=True) for digest in sources.parse(text, str(path))]

    papers = sum(len(digest.papers) for digest in parse())
    if not papers:
        raise data.FolderError(f"no paper in any digest in {folder}", FOLDER_HELP)
    loading, parsing = seconds(lambda: [files.load(path) for path in paths]), seconds(parse)
    megabytes = sum(map(len, texts)) / 1e6
    print(f"{len(paths)} files, {papers:,} papers, {megabytes:.1f} MB unpacked; medians of {RUNS} runs")
    for name, duration in (
        ("read and unpack", loading),
        ("parse", parsing),
        ("together", loading + parsing),
    ):
        print(f"{name:<16} {duration:7.3f} s {papers / duration:10,.0f} papers/s")


def is_digest(path: Path) -> bool:
    """Whether the file can be read as a digest."""
    try:
        sources.parse(files.load(path), str(path))
    except SourceError:
        return False
    return True


if __name__ == "__main__":
    main()
