"""`recommend today`: from what was announced to a ranked list."""

import sys
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.session import Session, profile_option, progress, show, tell
from recommender.delivery import wording
from recommender.delivery.terminal import day_heading, list_text
from recommender.errors import ProfileError, SourceError
from recommender.paper import Shortlist, Status
from recommender.profile import is_remote
from recommender.services import today as shortlist
from recommender.services.today import ListOptions

if TYPE_CHECKING:
    from recommender.services.ingest import Candidates, ReadText

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
@click.option("--all", "everything", is_flag=True, help="List every paper, also judged, earlier shown and muted ones.")
@click.option("--replacements", is_flag=True, help="List newer versions of earlier papers too.")
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
@click.option("--offline", is_flag=True, help="Ask nobody; only what is here.")
@click.option("--refresh", is_flag=True, help="Ask the profile's sources again, whatever is here.")
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
    replacements: bool,
    day: datetime | None,
    min_match: int | None,
    variety: int | None,
    explore: int | None,
    offline: bool,
    refresh: bool,
    why: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Rank a day's papers: the ten that matter first.

    Without DIGEST, the profile's own sources are read: arXiv itself for its categories, asked once a day and not
    at all if the day is here already, or the folders, feeds and mailboxes of its settings. After days away, all
    that came since the last list is there once.

    DIGEST is a file (also .gz), a folder (its newest day is taken), or - for standard input: a markdown digest,
    arXiv's mail, a feed, OAI or API answer, a listing page, or JSON lines. Several make one list, each paper once.

    \b
    Examples:
      recommend today                        what arXiv announced for you
      recommend today -p example             a shipped profile and digest
      recommend today ~/digests              the newest day of a folder
      recommend today ~/mail/arxiv.mbox      arXiv's alert mails
      recommend today cs.CV.md cs.CL.md.gz   two categories of one day
      curl -s URL | recommend today -        from standard input
      recommend today --json | jq '.items[0].title'
    """
    wish = ListOptions(number, everything, replacements, min_match, variety, explore)
    question = "" if refresh or as_json else _question(session, digests, day)
    known = shortlist.again(session.profile, session.library, session.memory, wish, question) if question else None
    made = known or _made(session, digests, day, wish, question, offline=offline, refresh=refresh)
    verdicts = session.memory.verdicts() if everything or as_json else {}
    if as_json:
        from recommender.delivery.json_output import list_json

        show(list_json(made, verdicts))
    elif made.items:
        show(list_text(made, day_heading(made), session.look(why=why, plain=plain), verdicts))
    else:
        tell(wording.notes(made.notes))
    if not made.items:
        click.get_current_context().exit(EMPTY_LIST_CODES[made.status])


def _made(
    session: Session,
    digests: Sequence[str],
    day: datetime | None,
    wish: ListOptions,
    question: str,
    *,
    offline: bool,
    refresh: bool,
) -> Shortlist:
    """The list of what is there now."""
    found = arrived(session, digests, day.date() if day else None, offline=offline, refresh=refresh)
    if found.failures or (not session.profile.local and offline):
        question = ""  # the next time may bring more
    return shortlist.make(session.profile, session.library, session.memory, found, wish, session.now, question)


def _question(session: Session, digests: Sequence[str], day: datetime | None) -> str:
    """What is asked for, with the state of every file it may come from; empty where others are to be asked too."""
    profile = session.profile
    places = digests or [place for place in profile.sources if not is_remote(place)]
    if "-" in places:
        return ""
    current = None
    if not digests and not profile.local:
        from recommender.sources.arxiv.calendar import announcement_day

        current = announcement_day(session.now)
        wished = day.date() if day else current
        if any(session.library.awaits(source, wished, session.now) for source in profile.asked):
            return ""
    stamps = [(place, _stamp(Path(place).expanduser())) for place in places]
    # a file without a day in it counts as of today; of a named file papers of all categories are listed
    return repr((day, session.now.date(), current, bool(digests), stamps))


def _stamp(place: Path) -> tuple[int, int]:
    """Changes whenever a file, or one below a folder, may have changed."""
    import os
    import zlib

    states: list[tuple[str, tuple[int, ...]]] = []
    for path in [str(place), *(os.path.join(root, name) for root, _, names in os.walk(place) for name in names)]:
        try:
            found = os.stat(path)
            states.append((path, (found.st_size, found.st_mtime_ns, found.st_ctime_ns)))
        except OSError:  # a link to nowhere is no reason to overlook the others
            states.append((path, ()))
    return len(states), zlib.crc32(repr(sorted(states)).encode("utf-8", "surrogateescape"))


def arrived(
    session: Session,
    digests: Sequence[str],
    day: date | None,
    *,
    offline: bool,
    refresh: bool,
    listed: Collection[date] | None = None,
    patience: timedelta = timedelta(seconds=30),
) -> "Candidates":
    """What there is to choose from: of the files that are named, else of the profile's own sources.

    Args:
        listed: the days of which the reader had a list; None: as the memory knows.
        patience: how long somebody is willing to wait for a server that wants to rest.
    """
    from recommender.services import ingest as intake

    listed = session.memory.listed_days() if listed is None else listed
    if digests:
        entries = _read(session, digests, day)
        taken = intake.from_files(
            session.library, listed, entries, day, session.now, (), lambda some: progress(some, "Taking in")
        )
        _tell_skipped(entries)
        return taken
    profile = session.profile
    if not profile.sources:
        settings = session.home.settings_file(profile.name)
        raise ProfileError(
            "no digest given and none set: `recommend today FILE`, or a line like "
            f'categories = ["cs.CV"] or digests = "FOLDER" in {settings}'
        )
    from recommender.services import fetch as fetching

    network = None if offline or profile.local else session.network(patience=patience)
    brought, entries = fetching.from_profile(
        profile,
        session.library,
        listed,
        network,
        day,
        session.now,
        refresh=refresh,
        watched=lambda paths: progress(paths, "Reading"),
    )
    _tell_skipped(entries)
    return brought


def _read(session: Session, places: Sequence[str], day: date | None) -> "list[ReadText]":
    """The named texts; one that cannot be read is told, and lost only if it is the only one."""
    from recommender.services import ingest as intake

    paths = [(path, place) for place in places for path in _found(session, place, day)]
    read: list[ReadText] = []
    failed: list[SourceError] = []
    for path, place in progress(paths, "Reading"):
        try:
            read.append(intake.read(sys.stdin.buffer if path == _STANDARD_INPUT else path, session.library, place))
        except SourceError as error:
            failed.append(error)
    if failed and not read:
        raise failed[0]
    for failure in failed:
        tell(f"Left out: {failure}")
    return read


def _found(session: Session, place: str, day: date | None) -> list[Path]:
    from recommender.services import ingest as intake

    path = Path(place).expanduser()
    return [path] if path == _STANDARD_INPUT else intake.find(path, session.memory.listed_days(), day)


def _tell_skipped(entries: "Sequence[ReadText]") -> None:
    for entry in entries:
        skipped = [skip for digest in entry.digests for skip in digest.skipped]
        if not skipped:
            continue
        count = "1 entry" if len(skipped) == 1 else f"{len(skipped)} entries"
        tell(f"{entry.name}: {count} could not be read and left out:")
        for skip in skipped[:_NAMED_SKIPS]:
            tell(f"  line {skip.line}: {skip.reason}" if skip.line else f"  {skip.reason}")
        if len(skipped) > _NAMED_SKIPS:
            tell(f"  and {len(skipped) - _NAMED_SKIPS} more")


COMMANDS = (today,)
