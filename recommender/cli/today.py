"""`recommend today`: from a digest to a ranked list."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from recommender import shortlist, sources
from recommender.cli.session import Session, profile_option, progress, show, tell
from recommender.delivery.records import list_json
from recommender.delivery.terminal import day_heading, list_text
from recommender.errors import ProfileError, SourceError
from recommender.paper import Status
from recommender.shortlist import Announced, Wish

# A list without papers ends with its own code, so that a script can tell why; every other list ends with 0.
EMPTY_LIST_CODES = {
    Status.NO_PAPERS: 10,
    Status.ALL_JUDGED: 11,
    Status.ALL_SEEN: 12,
    Status.OLDER_DIGEST: 13,
    Status.BELOW_THRESHOLD: 14,
}

_STANDARD_INPUT = Path("-")
_NAMED_SKIPS = 5  # skipped entries a file that are named one by one


@click.command()
@click.argument("digests", metavar="[DIGEST]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("-n", "--number", type=click.IntRange(1, 10_000), metavar="N", help="How many papers to list.")
@click.option("--all", "everything", is_flag=True, help="List every paper, also judged and earlier shown ones.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day to list, as 2020-05-13.")
@click.option(
    "--min-match",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Leave out papers that match less; papers whose match is not known yet stay.",
)
@click.option(
    "--variety", type=click.IntRange(0, 10), metavar="N", help="How far alike papers make room for others, 0 to 10."
)
@click.option(
    "--explore", type=click.IntRange(0, 5), metavar="N", help="How many papers unlike all you judged, at the end."
)
@click.option("--why/--no-why", default=True, help="Say in a line why a paper is listed.  [default: why]")
@click.option("--plain", is_flag=True, help="No colours, also on a terminal.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for programs.")
@profile_option
@click.pass_obj
def today(
    session: Session,
    digests: tuple[str, ...],
    number: int | None,
    everything: bool,
    day: datetime | None,
    min_match: int | None,
    variety: int | None,
    explore: int | None,
    why: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Rank a day's papers: the ten that matter first.

    DIGEST is a file (also .gz), a folder (its newest day is taken), or - for standard input. Several
    make one list, each paper once. Without one, the digests of the profile's settings are read.

    \b
    Examples:
      recommend today -p example             a shipped profile and digest
      recommend today ~/digests              the newest day of a folder
      recommend today cs.CV.md cs.CL.md.gz   two categories of one day
      curl -s URL | recommend today -        from standard input
      recommend today --json | jq '.items[0].title'
    """
    wish = Wish(day.date() if day else None, number, everything, min_match, variety, explore)
    announced = _announced(session, digests, wish.day)
    made = shortlist.make(
        session.profile,
        session.library,
        session.memory,
        announced,
        wish,
        session.now,
        lambda entries: progress(entries, "Taking in"),
    )
    verdicts = session.memory.verdicts() if everything or as_json else {}
    if as_json:
        show(list_json(made, verdicts))
    elif made.items:
        show(list_text(made, day_heading(made), session.look(why=why, plain=plain), verdicts))
    else:
        tell(made.note)
    if not made.items:
        click.get_current_context().exit(EMPTY_LIST_CODES[made.status])


def _announced(session: Session, digests: Sequence[str], day: date | None) -> list[Announced]:
    """The digests that are asked for; one that cannot be read is told, and lost only if it is the only one."""
    profile = session.profile
    places = list(digests) or ([str(profile.digests)] if profile.digests else [])
    if not places:
        settings = session.home.settings_file(profile.name)
        raise ProfileError(
            f'no digest given and none set: `recommend today FILE`, or a line digests = "FOLDER" in {settings}'
        )
    paths = [path for place in places for path in _found(place, day)]
    read: list[Announced] = []
    failed: list[SourceError] = []
    for path in progress(paths, "Reading"):
        try:
            read.append(shortlist.read(sys.stdin.buffer if path == _STANDARD_INPUT else path))
        except SourceError as error:
            failed.append(error)
    if failed and not read:
        raise failed[0]
    for failure in failed:
        tell(f"Left out: {failure}")
    for entry in read:
        _tell_skipped(entry)
    wanted = () if digests else profile.categories
    return [entry for entry in read if not wanted or entry.digest.category in ("", *wanted)]


def _found(place: str, day: date | None) -> list[Path]:
    path = Path(place).expanduser()
    return [path] if path == _STANDARD_INPUT else sources.find(path, day)


def _tell_skipped(entry: Announced) -> None:
    skipped = entry.digest.skipped
    if not skipped:
        return
    count = "1 entry" if len(skipped) == 1 else f"{len(skipped)} entries"
    tell(f"{entry.name}: {count} could not be read and left out:")
    for skip in skipped[:_NAMED_SKIPS]:
        tell(f"  line {skip.line}: {skip.reason}")
    if len(skipped) > _NAMED_SKIPS:
        tell(f"  and {len(skipped) - _NAMED_SKIPS} more")


COMMANDS = (today,)
