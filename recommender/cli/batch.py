"""`recommend batch`: many readers, one night."""

from pathlib import Path
from typing import Any

import click

import recommender
from recommender import Batch, BatchOptions, ProfileError, RecommenderError, files
from recommender.cli.session import Session, json_option, show, show_document, tell
from recommender.delivery import json_output, reports

NOT_ALL = 15  # the exit code where some readers could not be served
_NO_SOURCE = 4  # as of SourceError


@click.command()
@click.option(
    "--profiles",
    "wanted",
    multiple=True,
    metavar="FILE|GLOB",
    help="Readers to serve: a file with a name a line, a name, or a pattern like 'a*'; repeatable.  [default: all]",
)
@click.option("--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes.  [default: one for each core]")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Use Dask: tcp://HOST:PORT, or local.")
@click.option("--mail/--no-mail", default=True, help="Mail lists, or leave that to the next batch.  [default: mail]")
@click.option("--mail-rate", type=click.IntRange(1), metavar="N", help="Send at most N mails a minute.")
@click.option("--wait/--no-wait", default=True, help="Wait for readers' hours, or leave that.  [default: wait]")
@json_option
@click.pass_obj
def batch(
    session: Session,
    /,
    wanted: tuple[str, ...],
    workers: int | None,
    scheduler: str,
    as_json: bool,
    **mailing: Any,
) -> None:
    """Make and mail the lists of all readers of this home. Each is mailed as that reader's settings say.

    What is new is fetched once from each source and its words are counted once; many processes then rank it for one
    reader after another. A reader's list is made once for the papers of a day: a second `batch`, or one after a crash
    or Ctrl-C, skips what is done. A reader who cannot be served is named, and stops no other. Where the home has a
    group, its agenda is mailed too, if it is time; disabled members are left out.

    \b
    Examples:
      recommend batch
      recommend batch --profiles 'astro-*' --mail-rate 300
      recommend batch --no-mail --json
    """
    night = Batch(workers=workers, scheduler=scheduler, progress=session.progress)
    report = night.run(BatchOptions(_names(wanted), **mailing))
    if as_json:
        show_document(json_output.batch_json(report))
    else:
        show(reports.batch(report))
    unsent = _group_mails(session)
    for problem in (*report.missing, *unsent):
        tell(f"Warning: {problem}")
    if report.failures or unsent:
        raise click.exceptions.Exit(NOT_ALL)
    if report.missing:
        raise click.exceptions.Exit(_NO_SOURCE)


def _group_mails(session: Session) -> list[str]:
    """Mail the agendas of the home's group, if there is one and it is time; gives what was not mailed, and why."""
    with recommender.Group(home=session.recommender.places().home) as group:
        try:
            return [each.message for each in group.daily() if not each.sent] if group.is_here else []
        except RecommenderError as error:  # readers who failed are told by the exit code all the same
            return [f"nothing was done for the group: {error}"]


def _names(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The names and patterns; a file stands for the names in it."""
    names: list[str] = []
    for each in wanted:
        path = files.expanded(Path(each))
        if path.exists() and not path.is_dir():  # also a pipe, as of <(grep …)
            try:
                names += path.read_text(encoding="utf-8-sig").split()
            except (OSError, UnicodeDecodeError) as error:
                raise ProfileError(f"{path}: no list of profiles ({files.failure(error)})") from error
        else:
            names.append(each)
    if wanted and not names:
        raise ProfileError(f"no profile is named in {', '.join(wanted)}")
    return tuple(names)


COMMANDS = (batch,)
