"""`recommend library`: how large it is, and making it smaller."""

from datetime import datetime

import click

from recommender.cli.session import Session, day_type, show

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
@click.pass_obj
def stats(session: Session) -> None:
    """Show how many papers are in the library, of which days, and how much room they take.

    \b
    Example:
      recommend library stats
    """
    with session.progress.busy("Looking through the library"):
        found = session.recommender.library_stats()
    rows = [("papers", f"{found.papers:,}")]
    if found.span:
        first, last = found.span
        rows.append(("announced", f"{first} to {last}, {found.days:,} days" if found.days > 1 else f"{first}"))
    rows += [
        ("read from", "1 digest" if found.digests == 1 else f"{found.digests:,} digests"),
        ("on disk", f"{_megabytes(found.size)} in {session.recommender.places().library}"),
    ]
    rows += [
        ("", f"{_megabytes(size):>9}  {part}")
        for part, size in sorted(found.parts.items(), key=_largest_first)
        if size >= _LEAST_SHOWN
    ]
    for label, value in rows:
        show(f"{label:<11} {value}")


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
        click.confirm(f"Remove all papers announced before {before.date()}?", abort=True, err=True)
    with session.progress.busy("Removing, and giving room back"):
        report = session.recommender.prune_library(before.date())
    count = "1 paper" if report.papers == 1 else f"{report.papers:,} papers"
    show(f"{count} removed, {_megabytes(report.bytes)} given back.")


def _largest_first(part: tuple[str, int]) -> tuple[int, str]:
    return -part[1], part[0]


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


COMMANDS = (library,)
