"""`recommend import`, `export`, `feed`: a reader's library in, and out again."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from textwrap import shorten

import click

from recommender import files
from recommender.cli.session import Session, day_type, profile_option, show, show_document, show_ratings, tell
from recommender.delivery import bibliography, reports, wording
from recommender.errors import SourceError
from recommender.paper import Verdict
from recommender.results.incoming import ImportReport, LibraryEntries
from recommender.text.lines import one_line
from recommender.text.readable import readable
from recommender.text.short import counted

_SHOWN_DRY = 10  # papers that a dry run shows


@click.command("import")
@click.argument("sources", metavar="FILE|URL|-...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--as",
    "verdict",
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="Rating for all entries.  [default: as the file says, else like]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--offline", is_flag=True, help="Fetch no missing abstracts.")
@profile_option
@click.pass_obj
def import_(session: Session, sources: tuple[str, ...], verdict: str | None, dry_run: bool, offline: bool) -> None:
    """Import the papers you keep elsewhere as likes. Each keeps its date, and your next list uses them.

    Reads BibTeX, RIS, CSL-JSON, EndNote's XML and .enw, PubMed's nbib, Web of Science and RefWorks, tables of Scopus,
    IEEE Xplore, Dimensions, Springer or your own (a column Rating may say like, dislike or read), Zotero's CSV and
    RDF, a copied zotero.sqlite, Zotero's own interface (http://localhost:23119/api/users/0/items), JSON of Crossref,
    Semantic Scholar, Paperpile and Hugging Face, what `recommend export` wrote, and any text with arXiv ids or
    addresses. Missing abstracts come from arXiv; without network a paper counts by its title. Papers you rated
    before keep their rating, and papers with a note their note, so the same file can be imported again.
    `recommend undo` takes the ratings of an import back.

    \b
    Examples:
      recommend import library.bib
      recommend import "My Library.csv" --dry-run
      recommend import rejected.ris --as dislike
      pbpaste | recommend import -
    """
    failures: list[SourceError] = []
    for source in sources:
        try:
            entries = read_library(session, source)
        except SourceError as error:  # the others can be read
            failures.append(error)
            continue
        import_entries(
            session, source, entries, Verdict(verdict) if verdict else None, offline=offline, dry_run=dry_run
        )
    is_nothing_read = len(failures) == len(sources)
    for failure in failures[is_nothing_read:]:  # the first becomes the command's error
        tell(f"Left out: {failure}")
    if is_nothing_read:
        raise failures[0]


def read_library(session: Session, source: str) -> LibraryEntries:
    """The entries of a file, an address or standard input, read with progress shown."""
    with session.progress.busy(f"Reading {source}"):
        return session.recommender.read_library(source)


def import_entries(
    session: Session,
    source: str,
    entries: LibraryEntries,
    verdict: Verdict | None,
    *,
    offline: bool = False,
    dry_run: bool = False,
) -> None:
    """Import entries, and say what came of it."""
    source = one_line(source if "://" in source else Path(source).name)
    if entries.encoding:
        tell(
            f"{source}: neither UTF-8 nor says how it is encoded; read as {entries.encoding}. "
            "If letters look wrong, save it as UTF-8 and import it again."
        )
    if entries.only_ids:
        tell(
            f"{source}: no known format, so of its text the arXiv ids count and nothing else. "
            "For other papers export the library as BibTeX, RIS, CSL-JSON or CSV."
        )
    for line in reports.skipped(source, entries.skipped):
        tell(line)
    report = session.recommender.import_library(entries, verdict, offline=offline, dry_run=dry_run)
    _show_report(source, report, dry_run=dry_run)
    if report.verdicts and not dry_run:
        show_ratings(session)


def _show_report(source: str, report: ImportReport, *, dry_run: bool) -> None:
    """Print what came of an import in a few lines whose figures add up."""
    would = "would be " if dry_run else ""
    counts = Counter(feedback.verdict for feedback in report.verdicts)
    new = ", ".join(f"{count:,} {would}{verdict.past}" for verdict, count in counts.items()) or "nothing new"
    show(f"{source}: {counted(report.entries + len(report.skipped), 'entry', 'entries')}, {new}.")
    _show_counts(
        {
            "duplicate" if report.joined == 1 else "duplicates": report.joined,
            "rated before and unchanged": report.rated,
            "left out": len(report.skipped),
        }
    )
    _show_counts(
        {
            "already in recommend's library": report.known,
            "fetched from arXiv": report.fetched,
            "without an abstract": report.without_abstract,
        }
    )
    if report.failure:
        tell(f"Missing abstracts were not fetched: {report.failure}. Importing again fetches them.")
    if dry_run:
        for feedback in report.verdicts[-_SHOWN_DRY:][::-1]:
            title = shorten(readable(feedback.paper.title) or feedback.paper.id, 55, placeholder=" …")
            show(f"  {feedback.given_at:%Y-%m-%d}  {feedback.verdict.past:<8}  {title}", 24)
        if len(report.verdicts) > _SHOWN_DRY:
            show(f"  and {len(report.verdicts) - _SHOWN_DRY:,} older ones")
        show("Nothing was changed.")


def _show_counts(counts: Mapping[str, int]) -> None:
    if parts := [f"{count:,} {what}" for what, count in counts.items() if count]:
        show(f"  {', '.join(parts)}")


@click.command()
@click.argument("what", type=click.Choice(["likes", "dislikes", "read", "all", "later", "list"]), default="likes")
@click.option("-f", "--format", "form", type=click.Choice(bibliography.FORMATS), default="bibtex", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write there, not to stdout; - is stdout too.",
)
@click.option("--day", type=day_type, metavar="DATE", help="With `list`: of this day.")
@profile_option
@click.pass_obj
def export(session: Session, what: str, form: str, output: Path | None, day: datetime | None) -> None:
    """Export your ratings, reading list or a list to other programs.

    Each format but ids keeps ratings, dates and notes where `recommend import` finds them again. Imported papers keep
    their entry type, citation key, journal, volume and pages.

    \b
    Examples:
      recommend export > likes.bib
      recommend export all -f csv -o everything.csv
      recommend export list --day 2020-05-13 -f ris
      recommend export -f ids | head
    """
    entries = session.recommender.export(what, day.date() if day else None)
    if not entries:
        kind = {"all": "papers rated", "later": "papers on the reading list"}.get(what, what)
        tell(f"Nothing to export: {session.recommender.name} has no {kind}.")
        return
    _write(bibliography.write(entries, form), output, wording.papers(len(entries)))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), required=False)
@click.option("--days", type=click.IntRange(1, 1000), default=14, show_default=True, help="The lists of how many days.")
@profile_option
@click.pass_obj
def feed(session: Session, file: Path | None, days: int) -> None:
    """Write your lists as an Atom feed, for a feed reader. A web page can show it too.

    FILE is written whole or not at all; without one, or as -, the feed goes to stdout. A line in crontab after
    `recommend today` keeps it fresh.

    \b
    Example:
      recommend feed ~/public_html/papers.atom
    """
    from recommender.delivery.atom import atom  # noqa: PLC0415 - XML; --help imports this module

    lists = session.recommender.lists(days)
    _write(atom(session.recommender.name, lists), file, counted(len(lists), "list"))


def _write(text: str, output: Path | None, what: str) -> None:
    if output is None or str(output) == "-":
        show_document(text.rstrip("\n"))
        return
    files.write(files.expanded(output), text)
    tell(f"{what} in {output}.")


COMMANDS = (import_, export, feed)
