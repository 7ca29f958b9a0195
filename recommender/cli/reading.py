"""`recommend later`, `reading`: the reading list."""

import click

from recommender.cli.session import Session, json_option, profile_option, show, show_document, tell
from recommender.delivery import wording
from recommender.delivery.json_output import list_json
from recommender.delivery.terminal import list_text
from recommender.paper import Shortlist

_UNSEEN = "Links in mails and feeds lead straight to arXiv: what you open there is not known here."


@click.command()
@click.argument("papers", metavar="PAPER...", nargs=-1, required=True)
@click.option("--done", is_flag=True, help="You are done with them: take them off the list.")
@profile_option
@click.pass_obj
def later(session: Session, papers: tuple[str, ...], done: bool) -> None:
    """Put papers on your reading list. Your ratings stay as they are.

    PAPER is a rank of the last list shown (3, 2-5), an arXiv id or address, or a DOI. `recommend undo` takes it back.

    \b
    Examples:
      recommend later 3 5
      recommend later 2005.05839 --done
    """
    reading = session.recommender.reading
    changed = reading.done(*papers) if done else reading.later(*papers)
    for paper in changed:
        show(f"{'done' if done else 'later'}  {wording.title(paper)}")
    if not changed:
        show("Nothing changed: you were done with that already." if done else "Nothing changed: it waits already.")
    waiting = len(reading.ids())
    show(f"{session.recommender.name}: {wording.papers(waiting)} on the reading list.")


@click.command()
@click.option("--best", is_flag=True, help="The best first, not the oldest.")
@click.option("--opened", "which", flag_value="opened", help="What you opened, the newest first.")
@click.option("--unopened", "which", flag_value="unopened", help="What you liked and never opened.")
@click.option("-n", "--number", type=click.IntRange(1, 200), default=20, show_default=True, help="How many papers.")
@json_option
@profile_option
@click.pass_obj
def reading(session: Session, best: bool, which: str | None, number: int, as_json: bool) -> None:
    """List what waits to be read, the oldest first.

    A paper counts as opened by `recommend open`, by the keys v and p of `recommend triage`, and by the links of the
    pages of `recommend serve`. Links in mails and feeds lead straight to arXiv, and are not seen here; `recommend
    later PAPER --done` says that you are done with a paper. Imported likes are left out of --unopened. The ranks
    of the list can be used at once: `recommend open 2`.

    \b
    Examples:
      recommend reading
      recommend reading --best -n 5
      recommend reading --unopened
    """
    if best and which == "opened":
        raise click.UsageError("--best is for what waits or was never opened")
    lists = session.recommender.reading
    if which == "opened":
        shortlist, what, none = lists.opened(size=number), "opened", f"Nothing was opened yet. {_UNSEEN}"
    elif which == "unopened":
        shortlist, what = lists.unopened(best=best, size=number), "liked and never opened"
        none = f"Every paper you liked was opened, or is done with. {_UNSEEN}"
    else:
        shortlist, what = lists.waiting(best=best, size=number), "on your reading list"
        none = "Nothing waits; `recommend later 3` puts the third paper of the last list on your reading list."
    _show(session, shortlist, what, none, as_json)
    if which and shortlist.items and not as_json:
        tell(_UNSEEN)


def _show(session: Session, shortlist: Shortlist, what: str, none: str, as_json: bool) -> None:
    verdicts = session.recommender.verdicts()
    if as_json:
        show_document(list_json(shortlist, verdicts))
    elif shortlist.items:
        heading = f"{shortlist.profile} · {len(shortlist.items)} of {wording.papers(shortlist.considered)} {what}"
        show(list_text(shortlist, heading, session.layout(), verdicts))
    else:
        tell(none)


COMMANDS = (later, reading)
