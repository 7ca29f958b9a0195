"""`recommend triage`: rate a day's papers by single keys, one card after another."""

import os
import sys
from datetime import datetime

import click

from recommender.cli.display import Display
from recommender.cli.keyboard import Gone, Terminal
from recommender.cli.rating import Rating
from recommender.cli.session import EMPTY_LIST_CODES, Session, day_type, profile_option, show, tell
from recommender.cli.sitting import Sitting
from recommender.delivery import remarks

_STOPPED = 130


@click.command()
@click.argument("digests", metavar="[DIGEST]...", nargs=-1, type=click.Path())
@click.option("--day", type=day_type, metavar="DATE", help="The day to go through, as 2020-05-13, yesterday or friday.")
@click.option(
    "--min-match",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Papers that match less come at the end, by title.  [default: min_match of the settings]",
)
@click.option("--offline", is_flag=True, help="Do not use the network.")
@click.option("--refresh", is_flag=True, help="Ask the profile's sources again, even if the day is here already.")
@click.option("--plain", is_flag=True, help="Line after line, for screen readers: no colours, nothing is redrawn.")
@profile_option
@click.pass_obj
def triage(
    session: Session,
    digests: tuple[str, ...],
    day: datetime | None,
    min_match: int | None,
    offline: bool,
    refresh: bool,
    plain: bool,
) -> None:
    """Clear the day: its papers one by one, rated with single keys.

    Every open paper of the day comes as a card, the best first; those under your threshold come at the end, as a
    page of titles. From 110 columns on, all titles and the whole abstract stand side by side. A rating is stored
    before the next card is shown, so that nothing is lost by Ctrl-C or a closed window. Moving never rates.

    \b
    Keys:
      l d r      like, dislike, read already; and go on
      j k        next and previous, without rating (also Space and the arrows)
      t          later: on the reading list
      u          undo, again and again, as far back as `recommend undo` goes
      o Enter    the whole abstract, and fold it again
      v p        the page on arXiv, the PDF
      w s        all reasons, similar papers
      f m        follow an author, mute a word
      x          select several; then l, d or r rates them together
      1-9        open one of the titles
      A          all the rest is seen: go to the end
      / ? q      search, all keys, done

    \b
    Examples:
      recommend triage
      recommend triage -p example
      recommend triage --day friday --min-match 10
      recommend triage --plain                  line by line, for screen readers
    """
    if "-" in digests:
        raise click.UsageError("keys come from the terminal, so a digest cannot; name a file instead of -")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("triage needs a terminal for its keys; `recommend today` prints the day's list")
    session.is_live = True
    papers = session.recommender.triage.day(
        *digests, day=day.date() if day else None, offline=offline, refresh=refresh, min_match=min_match
    )
    if not papers.shortlist.items:
        tell(remarks.notes(papers.shortlist.notes))
        click.get_current_context().exit(EMPTY_LIST_CODES[papers.shortlist.status])
    terminal = Terminal(plain=plain or os.environ.get("TERM", "dumb") == "dumb")
    sitting = Sitting(papers, session.recommender.notes())
    rating = Rating(session.recommender, sitting, Display(terminal, session.layout(plain=terminal.plain)))
    try:
        with session.progress.diverted(rating.remark), terminal:  # first no progress, then the screen
            rating.run()
    except Gone:  # nobody is there to read a summary
        _forget_output()
        click.get_current_context().exit(_STOPPED)
    except KeyboardInterrupt:
        show(sitting.summary())
        raise
    show(sitting.summary())
    session.recommender.upkeep.back_up_daily()


def _forget_output() -> None:
    """Send whatever is still printed nowhere: a write to a terminal that has gone is an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


COMMANDS = (triage,)
