"""`recommend library`: how large it is, and making it smaller."""

from datetime import datetime

import click

from recommender import delivery
from recommender.cli.session import Session, confirm, day_type, json_option, show, show_document
from recommender.text.short import counted

_LEAST_SHOWN = 2**20 // 20  # bytes: less is 0.0 MB


@click.group()
def library() -> None:
    """See how large the library is, and remove old papers.

    The library is shared by all profiles. Your ratings are not in it: nothing here can lose them.

    \b
    Examples:
      recommend library stats
      recommend library prune --before 2025-01-01
    """


@library.command()
@json_option
@click.pass_obj
def stats(session: Session, as_json: bool) -> None:
    """Show how many papers there are, of which days, and their size.

    \b
    Example:
      recommend library stats
    """
    with session.progress.busy("Looking through the library"):
        library_stats = session.recommender.library_stats()
    if as_json:
        show_document(delivery.json_state.stats_json(library_stats, session.recommender.places().library))
        return
    rows = [("papers", f"{library_stats.papers:,}")]
    if library_stats.span:
        first, last = library_stats.span
        rows.append(
            ("announced", f"{first} to {last}, {library_stats.days:,} days" if library_stats.days > 1 else f"{first}")
        )
    rows += [
        ("read from", counted(library_stats.digests, "digest")),
        ("on disk", f"{_megabytes(library_stats.size)} in {session.recommender.places().library}"),
    ]
    rows += [
        ("", f"{_megabytes(size):>9}  {part}")
        for part, size in sorted(library_stats.parts.items(), key=_largest_first)
        if size >= _LEAST_SHOWN
    ]
    for label, value in rows:
        show(f"{label:<11} {value}", 12)


@library.command()
@click.option(
    "--before",
    type=day_type,
    metavar="DATE",
    required=True,
    help="Remove papers announced before that day, and not since.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def prune(session: Session, before: datetime, yes: bool) -> None:
    """Remove old papers, and give their room on the disk back.

    Papers that any profile rated or had in a list stay, and so do those that no digest announced: you imported or
    asked for them. The newest two thousand papers before each list are what it is ranked against, so keep some weeks.

    \b
    Example:
      recommend library prune --before 2025-01-01
    """
    if not yes:
        confirm(f"Remove all papers announced before {before.date()}?")
    with session.progress.busy("Removing, and giving room back"):
        report = session.recommender.prune_library(before.date())
    show(f"{counted(report.papers, 'paper')} removed, {_megabytes(report.bytes)} given back.")


def _largest_first(part: tuple[str, int]) -> tuple[int, str]:
    return -part[1], part[0]


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


COMMANDS = (library,)
