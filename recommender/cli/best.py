"""`recommend best`: what a reader missed before there was a list."""

from datetime import date, datetime

import click

from recommender import lookup
from recommender.cli.session import Session, busy, profile_option, progress, show, tell
from recommender.delivery.records import list_json
from recommender.delivery.terminal import list_text

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "-n", "--number", type=click.IntRange(1, 200), default=10, show_default=True, help="How many papers to list."
)
@click.option("--since", type=_DAY, metavar="DATE", help="Only papers announced from then on.")
@click.option("--until", type=_DAY, metavar="DATE", help="Only papers announced until then.")
@click.option("--all", "everything", is_flag=True, help="Also papers that you judged, saw in a list, or muted.")
@click.option("--why/--no-why", default=True, help="Say in a line why a paper is listed.  [default: why]")
@click.option("--plain", is_flag=True, help="No colours, also on a terminal.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for programs.")
@profile_option
@click.pass_obj
def best(
    session: Session,
    number: int,
    since: datetime | None,
    until: datetime | None,
    everything: bool,
    why: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """List the best papers of the whole library: what you missed.

    All papers read or fetched so far are looked at, also those of days you had no list of; what you judged or were
    shown is left out. `recommend fetch --since 2025-01-01` brings in what was announced since then. The first time,
    a large library takes some seconds. The ranks of this list can be used at once: `recommend like 2`.

    \b
    Examples:
      recommend best
      recommend best --since 2025-06-01 --until 2025-08-31 -n 30
    """
    first, last = since.date() if since else date.min, until.date() if until else date.max
    if last < first:
        raise click.UsageError(f"--until {last} is before --since {first}")
    with busy("Looking through the library"):
        made = lookup.best(
            session.profile,
            session.catalogue,
            session.memory,
            number,
            session.now,
            (first, last) if since or until else None,
            everything,
            lambda blocks: progress(blocks, "Packing terms, this once"),
        )
    verdicts = session.memory.verdicts() if everything or as_json else {}
    if as_json:
        show(list_json(made, verdicts))
    elif made.items:
        count = "1 paper" if made.considered == 1 else f"{made.considered:,} papers"
        heading = f"{made.profile} · best of {count} · {len(made.items)}"
        show(list_text(made, heading, session.look(why=why, plain=plain), verdicts))
    else:
        tell(made.note)


COMMANDS = (best,)
