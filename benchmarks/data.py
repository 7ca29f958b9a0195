"""The folder with real papers that benchmarks read, and what they say when something is missing in it."""

import argparse
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from recommender.paper import Paper

DIGESTS = "digests/raw/DAY.jsonl.gz"
FOLDER_HELP = f"""\
FOLDER must hold

  {DIGESTS}     one file per announcement day, e.g. digests/raw/2025-04-01.jsonl.gz; each line is a
                               JSON object with id, title, summary, authors (a list) and categories (a list)

To make such a folder from the papers and ratings in your own library:

  recommend fetch --since 2026-10-01
  python -m benchmarks.make_folder FOLDER"""


class FolderError(SystemExit):
    """Ends a benchmark with a message: what is missing, what FOLDER must hold, and how to make such a folder."""

    def __init__(self, problem: str, folder_help: str = FOLDER_HELP) -> None:
        super().__init__(f"error: {problem}\n\n{folder_help}")


def parser(description: str | None, folder_help: str = FOLDER_HELP) -> argparse.ArgumentParser:
    """A command line with FOLDER as its argument `folder`; its help says what the folder must hold."""
    made = argparse.ArgumentParser(
        description=description, epilog=folder_help, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("folder", type=Path, metavar="FOLDER", help="a folder with real papers, see below")
    return made


def digest_files(folder: Path, folder_help: str = FOLDER_HELP) -> list[Path]:
    """The digests of the folder, oldest first.

    Raises:
        FolderError: there are none.
    """
    paths = sorted((folder / "digests" / "raw").glob("*.jsonl.gz"))
    if not paths:
        problem = f"no {DIGESTS} in {folder}" if folder.is_dir() else f"no folder {folder}"
        raise FolderError(problem, folder_help)
    return paths


def records(path: Path, keys: Iterable[str], folder_help: str = FOLDER_HELP) -> Iterator[dict[str, Any]]:
    """The JSON objects of a .jsonl or .jsonl.gz file, one per line.

    Raises:
        FolderError: the file is missing or damaged, or a line lacks one of the keys.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                record: dict[str, Any] = json.loads(line)
                if missing := [key for key in keys if key not in record]:
                    raise FolderError(f"{path}, line {number}: no {missing[0]!r}", folder_help)
                yield record
    except FileNotFoundError:
        raise FolderError(f"no file {path}", folder_help) from None
    except (OSError, EOFError, zlib.error, ValueError, TypeError) as error:
        raise FolderError(f"{path}, line {number + 1}: {error}", folder_help) from error


def digest(path: Path, folder_help: str = FOLDER_HELP) -> list[Paper]:
    """The papers of one digest file; a paper may be in it several times."""
    keys = ("id", "title", "summary", "authors", "categories")
    return [
        Paper(
            record["id"],
            " ".join(record["title"].split()),
            " ".join(record["summary"].split()),
            tuple(record["authors"]),
            tuple(record["categories"]),
        )
        for record in records(path, keys, folder_help)
    ]


def papers_of(folder: Path) -> list[Paper]:
    """The papers of all digests in the folder, each once.

    Raises:
        FolderError: there are none.
    """
    paths = digest_files(folder)
    papers = {paper.id: paper for path in paths for paper in digest(path)}
    if not papers:
        raise FolderError(f"no paper in any {DIGESTS} in {folder}")
    return list(papers.values())


def endless(papers: list[Paper]) -> Iterator[Paper]:
    """The papers over and over, under made-up ids that are never repeated."""
    for number in count():
        paper, repetition = papers[number % len(papers)], number // len(papers)
        month, position = divmod(number, 90_000)
        yield Paper(
            f"{26 + month // 12:02}{month % 12 + 1:02}.{10_000 + position}",
            paper.title + (f" ({repetition})" if repetition else ""),
            paper.abstract,
            paper.authors,
            paper.categories,
        )


def markdown(day: date, papers: Iterable[Paper]) -> str:
    """A Markdown digest of the day."""
    entries = (
        f"### {number}.{paper.title} [ pdf ](https://arxiv.org/pdf/{paper.id}.pdf)\n>  {paper.abstract}\n"
        for number, paper in enumerate(papers, start=1)
    )
    return f"# ArXiv cs.CV --{day:%a, %d %b %Y}\n{''.join(entries)}"
