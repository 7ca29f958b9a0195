"""`recommend show`, `why`, `open`, `similar`, `search`: looking at papers."""

import click

from recommender import lookup
from recommender.cli.session import Session, profile_option, show, tell
from recommender.delivery.readable import readable
from recommender.delivery.records import list_json, paper_json
from recommender.delivery.terminal import list_text, paper_text, score_text
from recommender.errors import UnknownPaper
from recommender.paper import Paper, Shortlist, abs_url, pdf_url

_REFERENCE = click.argument("reference", metavar="REF")
_NUMBER = click.option(
    "-n",
    "--number",
    type=click.IntRange(1, 200),
    default=10,
    show_default=True,
    help="How many papers to list.",
)
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


def _one(session: Session, reference: str) -> Paper:
    papers = lookup.resolve([reference], session.library, session.memory, session.texts)
    if len(papers) > 1:
        raise UnknownPaper(f"{reference!r} means {len(papers)} papers; name one")
    return papers[0]


def _show_found(session: Session, made: Shortlist, asked: str, as_json: bool) -> None:
    verdicts = session.memory.verdicts()
    if as_json:
        show(list_json(made, verdicts))
    elif made.items:
        heading = f"{made.profile} · {asked} · {len(made.items)} of {made.considered} found"
        show(list_text(made, heading, session.look(), verdicts))
    else:
        tell(made.note)


COMMANDS = (show_paper, why, open_paper, similar, search)
