"""`recommend show`, `why`, `open`, `similar`, `search`, `best`: looking at papers."""

from datetime import date, datetime

import click

from recommender.cli.session import Session, busy, profile_option, progress, show, tell
from recommender.delivery import wording
from recommender.delivery.json_output import list_json, paper_json
from recommender.delivery.terminal import list_text, paper_text, score_text
from recommender.errors import UnknownPaper
from recommender.ids import abs_url, pdf_url
from recommender.paper import Paper, Shortlist
from recommender.services import search as lookup
from recommender.text.readable import readable

_REFERENCE = click.argument("reference", metavar="REF")
_NUMBER = click.option(
    "-n",
    "--number",
    type=click.IntRange(1, 200),
    default=10,
    show_default=True,
    help="How many papers to list.",
)
_DAY = click.DateTime(["%Y-%m-%d"])
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document for programs.")


@click.command("show")
@_REFERENCE
@_JSON
@profile_option
@click.pass_obj
def show_paper(session: Session, reference: str, as_json: bool) -> None:
    """Show a paper whole: abstract, score, and every reason for the score.

    REF is a rank of the last list shown, or an arXiv id or address.

    \b
    Examples:
      recommend show 3
      recommend show 2005.05839 --json
    """
    paper = _one(session, reference)
    score = lookup.look(session.profile, session.library, session.memory, paper)
    verdict = session.memory.verdicts().get(paper.id)
    if as_json:
        show(paper_json(paper, score, verdict))
        return
    look = session.look()
    show(paper_text(paper, look))
    show("")
    if verdict:
        show(f"You {verdict.past} it.")
    show(score_text(score, look))


@click.command()
@_REFERENCE
@profile_option
@click.pass_obj
def why(session: Session, reference: str) -> None:
    """Say why a paper has its score: every reason, strongest first.

    \b
    Example:
      recommend why 1
    """
    paper = _one(session, reference)
    show(f"{readable(paper.title)} ({paper.id})")
    show(score_text(lookup.look(session.profile, session.library, session.memory, paper), session.look()))


@click.command("open")
@_REFERENCE
@click.option("--pdf", is_flag=True, help="The PDF instead of the abstract's page.")
@click.option("--print", "only_print", is_flag=True, help="Only print the address.")
@profile_option
@click.pass_obj
def open_paper(session: Session, reference: str, pdf: bool, only_print: bool) -> None:
    """Open a paper's page on arXiv in the browser.

    \b
    Examples:
      recommend open 3
      recommend open 3 --pdf
    """
    paper = _one(session, reference)
    address = pdf_url(paper.id) if pdf else abs_url(paper.id)
    show(address)
    if only_print:
        return
    import webbrowser

    if not webbrowser.open(address):
        tell("No browser could be opened; the address is above.")


@click.command()
@_REFERENCE
@_NUMBER
@_JSON
@profile_option
@click.pass_obj
def similar(session: Session, reference: str, number: int, as_json: bool) -> None:
    """List the papers read so far that are most like this one.

    The ranks of this list can be used at once: `recommend like 2`.

    \b
    Examples:
      recommend similar 3
      recommend similar 2005.05839 -n 5
    """
    paper = _one(session, reference)
    made = lookup.similar(session.profile, session.library, session.memory, paper, number, session.now)
    _show_found(session, made, f"like “{readable(paper.title)}”", as_json)


@click.command()
@click.argument("words", nargs=-1, required=True)
@_NUMBER
@_JSON
@profile_option
@click.pass_obj
def search(session: Session, words: tuple[str, ...], number: int, as_json: bool) -> None:
    """Search title and abstract of all papers read so far, ranked for this reader.

    Papers with all of the words are found (in any form: "fusing" finds "fusion"), else papers with any.
    The ranks of the list can be used at once: `recommend like 2`.

    \b
    Examples:
      recommend search image fusion
      recommend search diffusion -n 20 --json
    """
    asked = " ".join(words).encode("utf-8", "replace").decode()  # a shell may hand over any bytes
    made = lookup.search(session.profile, session.library, session.memory, asked, number, session.now)
    _show_found(session, made, f"“{asked}”", as_json)


@click.command()
@_NUMBER
@click.option("--since", type=_DAY, metavar="DATE", help="Only papers announced from then on.")
@click.option("--until", type=_DAY, metavar="DATE", help="Only papers announced until then.")
@click.option("--all", "everything", is_flag=True, help="Also papers that you judged, saw in a list, or muted.")
@click.option("--why/--no-why", default=True, help="Say in a line why a paper is listed.  [default: why]")
@click.option("--plain", is_flag=True, help="No colours, also on a terminal.")
@_JSON
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
    shown is left out. `recommend fetch --since 2025-01-01` brings in what was announced since then. Of a large
    library the thousand papers are ranked whose words promise most, and what you follow or boost (authors: among the
    newest 100,000 papers); the first time, that takes some seconds. The ranks of this list can be used at once:
    `recommend like 2`.

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
            session.library,
            session.memory,
            number,
            session.now,
            (first, last) if since or until else None,
            everything,
            lambda blocks: progress(blocks, "Packing terms, this once"),
        )
    count = "1 paper" if made.considered == 1 else f"{made.considered:,} papers"
    heading = f"{made.profile} · best of {count} · {len(made.items)}"
    _show_list(session, made, heading, as_json, why=why, plain=plain)


def _one(session: Session, reference: str) -> Paper:
    papers = lookup.resolve([reference], session.library, session.memory, session.texts)
    if len(papers) > 1:
        raise UnknownPaper(f"{reference!r} means {len(papers)} papers; name one")
    return papers[0]


def _show_found(session: Session, made: Shortlist, asked: str, as_json: bool) -> None:
    found = f"the {made.considered} best" if made.considered == lookup.POOL else f"{made.considered}"
    _show_list(session, made, f"{made.profile} · {asked} · {len(made.items)} of {found} found", as_json)


def _show_list(
    session: Session, made: Shortlist, heading: str, as_json: bool, *, why: bool = True, plain: bool = False
) -> None:
    verdicts = session.memory.verdicts()
    if as_json:
        show(list_json(made, verdicts))
    elif made.items:
        show(list_text(made, heading, session.look(why=why, plain=plain), verdicts))
    else:
        tell(wording.notes(made.notes))


COMMANDS = (show_paper, why, open_paper, similar, search, best)
