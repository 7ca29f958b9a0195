"""`recommend zotero`: likes from collections of Zotero, and into one."""

import click

from recommender.cli.session import Session, json_option, profile_option, show, show_document, tell
from recommender.delivery import reports, wording
from recommender.delivery.json_output import zotero_json
from recommender.errors import ZoteroWaits

_SHOWN = 10  # papers of each kind that a dry run names


@click.group("zotero")
def zotero() -> None:
    """Bring likes from Zotero, and into it.

    \b
    A table in your settings says which collections:
      [zotero]
      collections = ["Reading"]    # their new items become likes
      into = "Liked"               # and likes go there; it may be one of these

    Zotero on this machine is asked, and has to run; with by = "web" zotero.org is, with a key
    (https://www.zotero.org/settings/keys) in RECOMMEND_ZOTERO_PASSWORD, in a private file, or in the keyring.

    \b
    Examples:
      recommend zotero sync --dry-run
      recommend zotero allow
    """


@zotero.command()
@click.option("--dry-run", is_flag=True, help="Only say what would happen, here and there.")
@json_option
@profile_option
@click.pass_obj
def sync(session: Session, dry_run: bool, as_json: bool) -> None:
    """Like new items of your collections; put what you liked into one.

    Nothing is ever deleted there. A rating you gave here stays, whatever Zotero has; what you take out of the
    collection in Zotero stays out until you like it anew. `recommend run` does this too. If Zotero is closed, busy
    or out of reach, what is to be done waits (exit code 4). `recommend undo` takes back the likes that came.

    \b
    Examples:
      recommend zotero sync --dry-run
      recommend zotero sync
    """
    ada = session.recommender
    report = ada.sync_zotero(dry_run=dry_run)
    if as_json:
        show_document(zotero_json(ada.name, report))
    else:
        for line in reports.zotero(report):
            show(line)
        if dry_run:
            kinds = [
                ("like", [entry.paper for entry in report.liked]),
                ("create", report.created),
                ("put in", report.added),
            ]
            for what, papers in kinds:
                for paper in papers[:_SHOWN]:
                    show(f"  {what:<8} {wording.title(paper)}", 11)
                if len(papers) > _SHOWN:
                    show(f"  and {len(papers) - _SHOWN} more to {what}")
            show("Nothing was changed.")
    if report.waiting:
        raise ZoteroWaits(f"{wording.papers(len(report.waiting))} could not be written: {report.why}")


@zotero.command()
@profile_option
@click.pass_obj
def allow(session: Session) -> None:
    """Ask Zotero on this machine for permission to write. It needs Zotero 10.

    Zotero shows a dialog: choose “Always Allow”, for “Allow” is good for one change. The key it gives is kept in a
    private file beside your settings. Zotero takes it back under Settings → Advanced.

    \b
    Example:
      recommend zotero allow
    """
    tell("If Zotero runs here, it asks you now, in a window of its own ...")
    if session.recommender.allow_zotero():
        show("Allowed; `recommend zotero sync` can write from now on.")
    else:
        show("Allowed for one change only; ask again, and choose “Always Allow”, for more.")


COMMANDS = (zotero,)
