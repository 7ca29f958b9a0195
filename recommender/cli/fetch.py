"""`recommend fetch`: bring papers in without listing them."""

from datetime import datetime

import click

from recommender.cli.session import Session, check_days, day_type, profile_option, show, tell
from recommender.delivery import remarks, wording
from recommender.text.short import counted


@click.command()
@click.option("--since", type=day_type, metavar="DATE", help="Everything announced from then on.")
@click.option("--until", type=day_type, metavar="DATE", help="... until then.  [default: today]")
@click.option("--category", "categories", multiple=True, metavar="CAT", help="Instead of the profile's; repeatable.")
@profile_option
@click.pass_obj
def fetch(session: Session, since: datetime | None, until: datetime | None, categories: tuple[str, ...]) -> None:
    """Bring papers into the library for `today` and `search`.

    Without --since: what the profile's sources have that is new, as `recommend today` would. With it: everything in
    arXiv's categories since then, a few hundred papers per request; a few thousand recent papers make the match
    percentages reliable. Ctrl-C loses nothing: the same command goes on where it stopped.

    \b
    Examples:
      recommend fetch
      recommend fetch --since 2026-01-01 --category cs.CV
    """
    ada = session.recommender
    if since is None:
        if until or categories:
            raise click.UsageError("--until and --category need --since")
        report = ada.fetch()
        show(f"{counted(report.new, 'new paper')}; {report.candidates} to choose from on {report.day}.")
        for note in report.notes:
            tell(remarks.note(note))
        return
    first, last = since.date(), until.date() if until else session.now.date()
    if not until and first > last:
        raise click.UsageError(f"--since {first} is a day to come; the last one is {last}")
    check_days(first, last)
    for part in ada.download(first, last, categories):
        records = counted(part.records, "record")
        show(f"{part.category}, {first} to {last}: {records}, {wording.papers(part.new)} new to the library.")
        if part.skipped:
            tell(f"{counted(part.skipped, 'record')} could not be read and left out.")


COMMANDS = (fetch,)
