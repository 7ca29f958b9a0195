"""`recommend today`: the day's papers as a ranked list."""

import sys
from datetime import datetime

import click

from recommender import ListOptions, delivery
from recommender.cli.session import (
    EMPTY_LIST_CODES,
    Session,
    day_type,
    json_option,
    profile_option,
    show,
    show_document,
    show_paged,
    tell,
)
from recommender.delivery import remarks
from recommender.delivery.terminal import day_heading, list_text, short_text

_TRIED = """
This day and this reader ship with the program. Try `recommend like 3`, then `recommend today` again;
`recommend init` makes a profile of your own, which reads what arXiv announces."""


@click.command()
@click.argument("digests", metavar="[DIGEST]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("-n", "--number", type=click.IntRange(1, 10_000), metavar="N", help="How many papers to list.")
@click.option("--all", "everything", is_flag=True, help="List every paper, also rated, earlier shown and muted ones.")
@click.option("--replacements", is_flag=True, help="List newer versions of earlier papers too.")
@click.option("--day", type=day_type, metavar="DATE", help="The day to list, as 2020-05-13, yesterday or friday.")
@click.option(
    "--min-match",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Leave out papers that match less; those of followed authors, and whose match is not known yet, stay.",
)
@click.option(
    "--variety",
    type=click.IntRange(0, 10),
    metavar="N",
    help="How strongly to avoid listing similar papers, 0 to 10.",
)
@click.option(
    "--explore",
    type=click.IntRange(0, 5),
    metavar="N",
    help="How many papers outside your usual topics to list at the end.",
)
@click.option("--offline", is_flag=True, help="Do not use the network.")
@click.option("--refresh", is_flag=True, help="Ask the profile's sources again, even if the day is here already.")
@click.option("--short", is_flag=True, help="One line a paper: rank, match and title.")
@click.option("--why/--no-why", default=True, help="Say in one line why a paper is listed.  [default: why]")
@click.option("--plain", is_flag=True, help="No colours, also on a terminal.")
@click.option("--no-pager", is_flag=True, help="Print a list that is longer than the terminal all at once.")
@json_option
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
    short: bool,
    why: bool,
    plain: bool,
    no_pager: bool,
    as_json: bool,
) -> None:
    """Rank a day's papers: the ten that matter first.

    Without DIGEST, the profile's own sources are read: arXiv itself for its categories, asked once a day and not
    at all if the day is here already, or the folders, feeds and mailboxes of its settings. After days away, all
    papers since the last list are included once.

    DIGEST is a file (also .gz), a folder (its newest day is taken), or - for standard input: a markdown digest,
    arXiv's mail, a feed, OAI or API answer, a listing page, or JSON lines. Several make one list, each paper once.

    On a terminal, a list that is longer than the screen goes through $PAGER, else through less.

    \b
    Examples:
      recommend today                        what arXiv announced for you
      recommend today -p example             a shipped profile and digest (without a profile: this one)
      recommend today ~/digests              the newest day of a folder
      recommend today ~/mail/arxiv.mbox      arXiv's alert mails
      recommend today cs.CV.md cs.CL.md.gz   two categories of one day
      curl -s URL | recommend today -        from standard input
      recommend today --short -n 30          thirty titles, a line each
      recommend today --json | jq '.items[0].title'
    """
    ada = session.recommender
    is_new = ada.is_new
    shortlist = ada.today(
        *digests,
        day=day.date() if day else None,
        offline=offline,
        refresh=refresh,
        anew=as_json,
        options=ListOptions(number, everything, replacements, min_match, variety, explore),
    )
    verdicts = ada.verdicts() if everything or as_json else {}
    if as_json:
        show_document(delivery.json_output.list_json(shortlist, verdicts))
    elif shortlist.items:
        layout = session.layout(why=why, plain=plain)
        as_text = short_text if short else list_text
        (show if no_pager else show_paged)(as_text(shortlist, day_heading(shortlist), layout, verdicts))
    else:
        tell(remarks.notes(shortlist.notes))
    if is_new and shortlist.items and not as_json:
        tell(_TRIED)
    sys.stdout.flush()  # the list is read while the day's backup is made
    ada.upkeep.back_up_daily()
    if not shortlist.items:
        click.get_current_context().exit(EMPTY_LIST_CODES[shortlist.status])


COMMANDS = (today,)
