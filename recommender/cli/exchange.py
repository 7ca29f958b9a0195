"""`recommend import`, `export`, `feed`: a reader's library in, and out again."""

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click

from recommender.cli.session import Session, busy, profile_option, progress, show, tell
from recommender.delivery.bibliography import FORMATS
from recommender.paper import LibraryEntries, Verdict
from recommender.text.readable import readable

if TYPE_CHECKING:
    from recommender.services.exchange import ImportReport

_SKIPS_NAMED = 5
_SHOWN_DRY = 10
_VERDICTS = {
    "likes": (Verdict.LIKE,),
    "dislikes": (Verdict.DISLIKE,),
    "read": (Verdict.READ,),
    "all": tuple(Verdict),
}


@click.command("import")
@click.argument("sources", metavar="FILE|URL|-...", nargs=-1, required=True)
@click.option(
    "--as",
    "verdict",
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="What to take all entries for.  [default: as the file says, else like]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--offline", is_flag=True, help="Fetch no missing abstracts.")
@profile_option
@click.pass_obj
def import_(session: Session, sources: tuple[str, ...], verdict: str | None, dry_run: bool, offline: bool) -> None:
    """Take in the papers you keep elsewhere as likes, each with its date; the next list ranks with them.

    Read are BibTeX, RIS, CSL-JSON, Zotero's CSV, a copied zotero.sqlite, Zotero's own interface
    (http://localhost:23119/api/users/0/items), what `recommend export` wrote, and any text with arXiv ids or
    addresses. Missing abstracts come from arXiv; without network a paper counts by its title. What you judged here
    before stays as it is, so the same file can be imported again. `recommend undo` takes an import back.

    \b
    Examples:
      recommend import library.bib
      recommend import "My Library.csv" --dry-run
      recommend import rejected.ris --as dislike
      pbpaste | recommend import -
    """
    chosen = Verdict(verdict) if verdict else None
    for source in sources:
        with busy(f"Reading {source}"):
            references = read_library(session, source)
        bring_library(session, source, references, chosen, offline=offline, dry_run=dry_run)


def read_library(session: Session, source: str) -> LibraryEntries:
    """The entries of a file, an address or standard input."""
    from recommender.services import exchange as bookshelf

    if source == "-":
        return bookshelf.parse(sys.stdin.buffer.read(), "standard input")
    if source.startswith(("http://", "https://")):
        return bookshelf.ask(source, session.network())
    return bookshelf.read(Path(source).expanduser())


def bring_library(
    session: Session,
    source: str,
    references: LibraryEntries,
    verdict: Verdict | None,
    *,
    offline: bool = False,
    dry_run: bool = False,
) -> None:
    """Take entries in as verdicts, and say what came of it."""
    from recommender.services import exchange as bookshelf

    source = source if "://" in source else Path(source).name
    for skip in references.skipped[:_SKIPS_NAMED]:
        tell(f"{source}, line {skip.line}: {skip.reason}" if skip.line else f"{source}: {skip.reason}")
    if len(references.skipped) > _SKIPS_NAMED:
        tell(f"  and {len(references.skipped) - _SKIPS_NAMED} more left out")
    with busy("Taking in"):
        brought = bookshelf.bring(
            references,
            verdict,
            session.library,
            session.memory,
            None if offline or dry_run else session.network(),
            session.now,
            dry_run=dry_run,
            watched=lambda batches: progress(batches, "Fetching abstracts", 2),  # one every three seconds
        )
    _tell(session, source, brought, dry_run=dry_run)
    if brought.taken and not dry_run:
        from recommender.services import search as lookup

        with busy("Ranking ahead"):
            lookup.prepare(session.profile, session.library, session.memory)


def _tell(session: Session, source: str, brought: "ImportReport", *, dry_run: bool) -> None:
    """What came of it, in a few lines that add up."""
    would = "would be " if dry_run else ""
    counts = Counter(feedback.verdict for feedback in brought.taken)
    new = ", ".join(f"{count} {would}{verdict.past}" for verdict, count in counts.items()) or "nothing new"
    show(f"{source}: {_count(brought.entries, 'entry', 'entries')}, {new}.")
    left = {
        "twice there": brought.joined,
        "judged before and kept as they were": brought.judged,
        "left out": len(brought.skipped),
    }
    if told := ", ".join(f"{count} {what}" for what, count in left.items() if count):
        show(f"  {told}")
    texts = {
        "known here": brought.known,
        "fetched from arXiv": brought.fetched,
        "without an abstract": brought.without_abstract,
    }
    if told := ", ".join(f"{count} {what}" for what, count in texts.items() if count):
        show(f"  {told}")
    if brought.failure:
        tell(f"Missing abstracts were not fetched: {brought.failure}. Importing again fetches them.")
    if dry_run:
        for feedback in brought.taken[-_SHOWN_DRY:][::-1]:
            title = shorten(readable(feedback.paper.title) or feedback.paper.id, 55, placeholder=" …")
            show(f"  {feedback.given_at:%Y-%m-%d}  {feedback.verdict.past:<8}  {title}")
        if len(brought.taken) > _SHOWN_DRY:
            show(f"  and {len(brought.taken) - _SHOWN_DRY} older ones")
        show("Nothing was changed.")
    elif brought.taken:
        liked, disliked = session.memory.count()
        show(f"{session.profile_name}: {liked} liked, {disliked} disliked. `recommend today` ranks with it.")


@click.command()
@click.argument("what", type=click.Choice([*_VERDICTS, "list"]), default="likes")
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="bibtex", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write there, not to stdout.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="With `list`: of this day.")
@profile_option
@click.pass_obj
def export(session: Session, what: str, form: str, output: Path | None, day: datetime | None) -> None:
    """Give out your papers for other programs: likes, dislikes, read ones, all of them, or a day's list.

    Each format keeps verdicts and dates where `recommend import` finds them again.

    \b
    Examples:
      recommend export > likes.bib
      recommend export all -f csv -o everything.csv
      recommend export list --day 2020-05-13 -f ris
      recommend export -f ids | head
    """
    from recommender.delivery import bibliography
    from recommender.services import exchange as bookshelf

    entries = (
        bookshelf.listed(session.memory, session.library, day.date() if day else None)
        if what == "list"
        else bookshelf.given_out(session.memory, session.library, _VERDICTS[what])
    )
    if not entries:
        tell(f"Nothing to export: {session.profile_name} has no {'papers judged' if what == 'all' else what}.")
        return
    _give_out(bibliography.write(entries, form), output, _count(len(entries), "paper", "papers"))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--days", type=click.IntRange(1, 1000), default=14, show_default=True, help="The lists of how many days.")
@profile_option
@click.pass_obj
def feed(session: Session, file: Path | None, days: int) -> None:
    """Write your lists as an Atom feed, for a feed reader or a web page.

    FILE is written whole or not at all; without one the feed goes to stdout. A line in crontab after
    `recommend today` keeps it fresh.

    \b
    Example:
      recommend feed ~/public_html/papers.atom
    """
    from recommender.delivery.atom import atom
    from recommender.services import exchange as bookshelf

    lists = bookshelf.lists(session.profile_name, session.memory, session.library, days)
    _give_out(atom(session.profile_name, lists), file, _count(len(lists), "list", "lists"))


def _give_out(text: str, output: Path | None, what: str) -> None:
    if output is None:
        show(text.rstrip("\n"))
        return
    from recommender.files import write

    write(output.expanduser(), text)
    tell(f"{what} in {output}.")


def _count(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"


COMMANDS = (import_, export, feed)
