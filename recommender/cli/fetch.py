"""`recommend fetch`: bring papers in without listing them."""

import sys
from datetime import date, datetime, timedelta

import click

from recommender.cli.session import Session, busy, profile_option, remove_bar, show, tell
from recommender.delivery import wording
from recommender.errors import ProfileError
from recommender.services import search as lookup

_LONG = timedelta(minutes=30)  # a harvest may wait as long as the server likes


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Everything announced from then on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="... until then.  [default: today]")
@click.option("--category", "categories", multiple=True, metavar="CAT", help="Instead of the profile's; repeatable.")
@profile_option
@click.pass_obj
def fetch(session: Session, since: datetime | None, until: datetime | None, categories: tuple[str, ...]) -> None:
    """Bring papers into the library, for `today` to rank and `search` to find.

    Without --since: what the profile's sources have that is new, as `recommend today` would. With it: all of
    arXiv's categories since then, a few hundred papers a second of arXiv's patience; some thousand papers of the
    last weeks are what makes matches honest. Ctrl-C loses nothing: the same command goes on where it stopped.

    \b
    Examples:
      recommend fetch
      recommend fetch --since 2026-01-01 --category cs.CV
    """
    if since is None:
        if until or categories:
            raise click.UsageError("--until and --category need --since")
        _new(session)
        return
    first, last = since.date(), until.date() if until else session.now.date()
    if last < first:
        raise click.UsageError(f"--until {last} is before --since {first}")
    wanted = categories or session.profile.categories
    if not wanted:
        settings = session.home.settings_file(session.profile_name)
        raise ProfileError(
            f'no category: name one with --category cs.CV, or a line categories = ["cs.CV"] in {settings}'
        )
    for category in wanted:
        _harvest(session, category, first, last)
    with busy("Ranking ahead"):
        lookup.prepare(session.profile, session.library, session.memory)


def _new(session: Session) -> None:
    from recommender.services import fetch as fetching

    profile = session.profile
    if not profile.sources:
        settings = session.home.settings_file(profile.name)
        raise ProfileError(f'nothing to fetch from: add a line like categories = ["cs.CV"] to {settings}')
    before = session.library.count()
    arrived, _ = fetching.from_profile(
        profile, session.library, session.memory.listed_days(), session.network(), None, session.now, refresh=True
    )
    show(f"{session.library.count() - before} new papers; {len(arrived.papers)} to choose from on {arrived.day}.")
    for note in arrived.notes:
        tell(wording.note(note))
    with busy("Ranking ahead"):
        lookup.prepare(session.profile, session.library, session.memory, arrived.papers, arrived.day)


def _harvest(session: Session, category: str, since: date, until: date) -> None:
    from recommender.services import fetch as fetching

    before = session.library.count()
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label=f"Fetching {category}", file=sys.stderr, hidden=hidden) as bar:

        def seen(done: int, total: int | None) -> None:
            bar.length = max(total or done + 1, done)
            bar.update(done - bar.pos)

        records, skipped = fetching.harvest(
            session.library, session.network(patience=_LONG), category, since, until, session.now, seen
        )
    if not hidden:
        remove_bar()
    new = session.library.count() - before
    show(f"{category}, {since} to {until}: {records} records, {new} papers new to the library.")
    if skipped:
        tell(f"{skipped} records could not be read and were left out.")


COMMANDS = (fetch,)
