"""`recommend library`: how large it is, and making it smaller."""

from datetime import date, datetime

import click

from recommender.cli.session import Session, busy, show
from recommender.store import housekeeping

_LEAST_TOLD = 2**20 // 20  # bytes: less is 0.0 MB


@click.group()
def library() -> None:
    """See how large the library is, and forget old papers.

    The library is shared by all profiles. Your verdicts are not in it: nothing here can lose them.

    \b
    Examples:
      recommend library stats
      recommend library prune --before 2025-01-01
    """


@library.command()
@click.pass_obj
def stats(session: Session) -> None:
    """Show how many papers are here, of which days, and how much room they take.

    \b
    Example:
      recommend library stats
    """
    with busy("Looking through the library"):
        found = housekeeping.stats(session.library)
    rows = [("papers", f"{found.papers:,}")]
    if found.span:
        first, last = found.span
        rows.append(("announced", f"{first} to {last}, {found.days:,} days" if found.days > 1 else f"{first}"))
    rows += [
        ("read from", "1 digest" if found.digests == 1 else f"{found.digests:,} digests"),
        ("on disk", f"{_megabytes(found.size)} in {session.library.path}"),
    ]
    rows += [
        ("", f"{_megabytes(size):>9}  {part}")
        for part, size in sorted(found.parts.items(), key=_largest_first)
        if size >= _LEAST_TOLD
    ]
    for label, value in rows:
        show(f"{label:<11} {value}")


@library.command()
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    required=True,
    help="Forget papers announced before that day, and not since.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def prune(session: Session, before: datetime, yes: bool) -> None:
    """Forget old papers, and give their room on the disk back.

    Papers that any profile judged or had in a list stay, and so do those that no digest announced: you imported or
    asked for them. The newest two thousand papers before each list are what it is ranked against, so keep some weeks.

    \b
    Example:
      recommend library prune --before 2025-01-01
    """
    kept: set[str] = set()
    for name in session.home.own_names():
        with session.home.profile_store(name) as memory:
            kept |= memory.verdicts().keys() | memory.shown_on_other_days(date.max)
            last = memory.last_list(filled=True)
            kept |= {item.paper_id for item in last.items} if last else set()
    if not yes:
        click.confirm(f"Forget all papers announced before {before.date()}?", abort=True, err=True)
    with busy("Forgetting, and giving room back"):
        size = housekeeping.size(session.library)
        gone = housekeeping.prune(session.library, before.date(), kept)
        freed = size - housekeeping.size(session.library)
    count = "1 paper" if gone == 1 else f"{gone:,} papers"
    show(f"{count} forgotten, {_megabytes(max(freed, 0))} given back.")


def _largest_first(part: tuple[str, int]) -> tuple[int, str]:
    return -part[1], part[0]


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


COMMANDS = (library,)
