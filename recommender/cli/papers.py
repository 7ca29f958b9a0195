"""`recommend show`, `why`, `open`, `similar`, `search`, `best`: looking at papers."""

from datetime import datetime

import click

from recommender.cli.session import (
    Session,
    browse,
    check_days,
    day_type,
    json_option,
    profile_option,
    show,
    show_document,
    tell,
)
from recommender.delivery import remarks, wording
from recommender.delivery.json_output import list_json, paper_json
from recommender.delivery.terminal import best_heading, list_text, note_text, paper_text, score_text, search_heading
from recommender.ids import abs_url, pdf_url
from recommender.paper import Shortlist
from recommender.text.readable import readable

_PAPER = click.argument("handle", metavar="PAPER")
_NUMBER = click.option(
    "-n",
    "--number",
    type=click.IntRange(1, 200),
    default=10,
    show_default=True,
    help="How many papers to list.",
)


@click.command("show")
@_PAPER
@json_option
@profile_option
@click.pass_obj
def show_paper(session: Session, handle: str, as_json: bool) -> None:
    """Show a paper whole: abstract, score, every reason, your note.

    PAPER is a rank of the last list shown, an arXiv id or address, or a DOI.

    \b
    Examples:
      recommend show 3
      recommend show 2005.05839 --json
    """
    ada = session.recommender
    paper, score, verdict = ada.explain(handle)
    note = ada.notes().get(paper.id, "")
    if as_json:
        show_document(paper_json(paper, score, verdict, note))
        return
    layout = session.layout()
    show(paper_text(paper, layout))
    show("")
    if verdict:
        show(f"You {verdict.past} it.")
    if note:
        show(note_text(note, layout))
    show(score_text(score, layout))


@click.command()
@_PAPER
@json_option
@profile_option
@click.pass_obj
def why(session: Session, handle: str, as_json: bool) -> None:
    """Say why a paper has its score: every reason, strongest first.

    \b
    Examples:
      recommend why 1
      recommend why 1 --json | jq '.reasons[] | [.weight, .text]'
    """
    paper, score, verdict = session.recommender.explain(handle)
    if as_json:
        show_document(paper_json(paper, score, verdict, session.recommender.note(paper.id)))
        return
    show(wording.title(paper))
    show(score_text(score, session.layout()))


@click.command("open")
@_PAPER
@click.option("--pdf", is_flag=True, help="The PDF instead of the abstract's page.")
@click.option("--print", "only_print", is_flag=True, help="Only print the address.")
@profile_option
@click.pass_obj
def open_paper(session: Session, handle: str, pdf: bool, only_print: bool) -> None:
    """Open a paper's page on arXiv in the browser. `recommend reading --opened` lists what you opened.

    \b
    Examples:
      recommend open 3
      recommend open 3 --pdf
    """
    ada = session.recommender
    paper = ada.paper(handle) if only_print else ada.reading.opened_now(handle, "command")
    address = pdf_url(paper.id) if pdf else abs_url(paper.id)
    show(address)
    if not only_print and not browse(address):
        tell("No browser could be opened; the address is above.")


@click.command()
@_PAPER
@_NUMBER
@json_option
@profile_option
@click.pass_obj
def similar(session: Session, handle: str, number: int, as_json: bool) -> None:
    """List the papers of your library that resemble one most.

    The ranks of this list can be used at once: `recommend like 2`.

    \b
    Examples:
      recommend similar 3
      recommend similar 2005.05839 -n 5
    """
    ada = session.recommender
    paper = ada.paper(handle)
    shortlist = ada.similar(paper.id, number)
    _show_list(session, shortlist, search_heading(shortlist, f"like “{readable(paper.title)}”"), as_json)


@click.command()
@click.argument("words", nargs=-1)
@click.option("--liked", "among", flag_value="liked", help="Only among the papers you liked.")
@click.option("--later", "among", flag_value="later", help="Only on your reading list.")
@_NUMBER
@json_option
@profile_option
@click.pass_obj
def search(session: Session, words: tuple[str, ...], among: str | None, number: int, as_json: bool) -> None:
    """Search your library by words, authors, ids, categories, days.

    Papers with all of the words in the title come first, then papers with the words side by side in the abstract,
    then all others that have them; papers with only some of the words fill up a short list. What you like decides
    between titles that match equally well. Words match in any case, without accents, and by their stem: "network"
    finds "networks". An author's name, an arXiv id or address, or a DOI finds its papers. The ranks of the list can be
    used at once: `recommend like 2`.

    \b
    Conditions, which must all hold:
      '"image fusion"'       these words side by side
      author:"Yann LeCun"    also author:lecun, author:"Y. LeCun"
      category:cs.CV         category:cs means all of cs.*
      since:2025-06-30       first announced from then on
      until:2025             also until:2025-06
      id:2005.05859

    \b
    Examples:
      recommend search image fusion
      recommend search author:lecun world models since:2024 -n 20 --json
      recommend search diffusion --liked
    """
    if not "".join(words).strip() and not among:
        raise click.UsageError("Missing argument 'WORDS...'.")
    text = " ".join(map(_as_typed, words)).encode("utf-8", "replace").decode()  # a shell may pass any bytes
    shortlist = session.recommender.search(text, number, among or "all")
    where = {"liked": "among your likes", "later": "on your reading list"}.get(among or "", "")
    question = " ".join(filter(None, (f"“{text}”" if text else "", where)))
    if where and not shortlist.items and not as_json:
        tell(f"No paper {where} has “{text}”." if text else f"There is no paper {where} yet.")
        return
    _show_list(session, shortlist, search_heading(shortlist, question), as_json)


@click.command()
@_NUMBER
@click.option("--since", type=day_type, metavar="DATE", help="Only papers announced from then on.")
@click.option("--until", type=day_type, metavar="DATE", help="Only papers announced until then.")
@click.option("--all", "everything", is_flag=True, help="Also papers that you rated, saw in a list, or muted.")
@click.option("--why/--no-why", default=True, help="Say in one line why a paper is listed.  [default: why]")
@click.option("--plain", is_flag=True, help="No colours, also on a terminal.")
@json_option
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

    All papers read or fetched so far are considered, also those of days you had no list of; papers you rated or
    were shown are left out. `recommend fetch --since 2025-01-01` brings in what was announced since then. In a large
    library the thousand most promising papers (by their words) are ranked, and what you follow or boost (authors:
    among the newest 100,000 papers); the first time, that takes some seconds. The ranks of this list can be used
    at once: `recommend like 2`.

    \b
    Examples:
      recommend best
      recommend best --since 2025-06-01 --until 2025-08-31 -n 30
    """
    first, last = since.date() if since else None, until.date() if until else None
    check_days(first, last)
    with session.progress.busy("Looking through the library"):
        shortlist = session.recommender.best(number, since=first, until=last, everything=everything)
    _show_list(session, shortlist, best_heading(shortlist), as_json, why=why, plain=plain)


def _show_list(
    session: Session, shortlist: Shortlist, heading: str, as_json: bool, *, why: bool = True, plain: bool = False
) -> None:
    verdicts = session.recommender.verdicts()
    if as_json:
        show_document(list_json(shortlist, verdicts))
    elif shortlist.items:
        show(list_text(shortlist, heading, session.layout(why=why, plain=plain), verdicts))
    else:
        tell(remarks.notes(shortlist.notes))


def _as_typed(argument: str) -> str:
    """The argument with the quotes around an author's name, which a shell takes away."""
    field, colon, name = argument.partition(":")
    is_name = field.lower() == "author" and " " in name and '"' not in name
    return f'{field}{colon}"{name}"' if is_name else argument


COMMANDS = (show_paper, why, open_paper, similar, search, best)
