"""`recommend mail`, `inbox`, `run`: the list by mail, answers to it, and both by themselves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender import MailOptions, files
from recommender.cli.session import Session, browse, profile_option, show, show_document, tell
from recommender.delivery import reports
from recommender.results.mail import MailState

if TYPE_CHECKING:
    from email.message import EmailMessage

_MOST = 50  # papers; a longer mail is no shortlist


@click.command()
@click.argument("digests", metavar="[DIGEST]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--to", "to", multiple=True, metavar="ADDRESS", help="Instead of the settings' recipients; repeatable.")
@click.option("-n", "--number", type=click.IntRange(1, _MOST), metavar="N", help="How many papers to mail.")
@click.option("--min-match", type=click.IntRange(0, 100), metavar="PERCENT", help="Leave out papers that match less.")
@click.option("--weekly", is_flag=True, help="Say that it is a week's list.")
@click.option("--offline", is_flag=True, help="Do not use the network to look for papers.")
@click.option("--dry-run", is_flag=True, help="Print the whole message; nothing is sent or recorded.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE.eml",
    help="Write the message there instead, - for standard output.",
)
@click.option("--preview", is_flag=True, help="Open the mail's HTML in the browser instead.")
@click.option("--subscribe", is_flag=True, help="Mail again to those who unsubscribed.")
@profile_option
@click.pass_obj
def mail(
    session: Session,
    digests: tuple[str, ...],
    to: tuple[str, ...],
    number: int | None,
    min_match: int | None,
    weekly: bool,
    offline: bool,
    dry_run: bool,
    save: Path | None,
    preview: bool,
    subscribe: bool,
) -> None:
    """Send your list by mail, with links that rate its papers.

    All papers since the last mail make one list; a paper is never mailed twice. A mail counts as sent only when the
    server took it, so a failed one is made again the next time, with what came since. Another `mail` or `run` of the
    profile is waited for, up to ten minutes. Mail is configured in the
    settings, in a table [mail] with from, to and by; the password comes from RECOMMEND_SMTP_PASSWORD or
    profiles/NAME.smtp-password (chmod 600).

    \b
    Examples:
      recommend mail --preview
      recommend mail
      recommend mail cs.CV.md --to ada@example.org --dry-run
    """
    ada, options = session.recommender, MailOptions(to, number, min_match, weekly)
    if subscribe:
        ada.subscribe(*to)
    if dry_run or save or preview:
        message = ada.preview_mail(*digests, offline=offline, options=options).message
        if save and str(save) != "-":
            files.write(files.expanded(save), message.as_string(), private=True)
            tell(f"The mail is in {save}; nothing was sent.")
        elif preview:
            # its links rate papers: the home is a folder that others cannot look into
            _show_in_browser(message, ada.places().home / "cache" / f"{ada.name}.preview.html")
        else:
            show_document(message.as_string())
        return
    failures = []
    for result in ada.mail(*digests, offline=offline, options=options):
        if result.state is MailState.FAILED:
            failures.append(result)
        else:
            show(result.message)
    ada.upkeep.back_up_daily()
    for result in failures[1:]:  # the first failure becomes the command's error
        tell(f"Not mailed to {result.recipient}: {result.message}")
    if failures:
        raise failures[0].error


@click.command()
@click.argument("place", required=False, type=click.Path(allow_dash=True))
@profile_option
@click.pass_obj
def inbox(session: Session, place: str | None) -> None:
    """Read the answers to your mails, and count each once.

    PLACE is an mbox, a mail, a maildir, an imaps:// mailbox, or - for standard input; without it, `replies` of
    the table [mail] in your settings. Answers that are forged, too old or of another profile are refused and named;
    a mail that cannot be read never stops the others.

    \b
    Examples:
      recommend inbox
      recommend inbox ~/Mail/answers
      recommend inbox - < reply.eml
    """
    report = session.recommender.answers(place or "")
    for line in reports.answers(report):
        show(line)
    if report.refused:
        tell(f"{len(report.refused)} refused.")


@click.command()
@click.option("--weekly", is_flag=True, help="Say that it is a week's list.")
@profile_option
@click.pass_obj
def run(session: Session, weekly: bool) -> None:
    """Read answers, fetch, rank and mail. The timer of `recommend schedule` calls it.

    It does what your settings have: answers, watched files, sources, [mail] and [zotero]; without [mail] it fetches
    and ranks ahead. It says what it did on a terminal, and in logs/NAME.log of the home; a script hears of errors
    only. Another `run` or `mail` of the profile is waited for, up to ten minutes, and a list that was mailed already
    is not mailed again. Ends with an error where something failed, so that the timer tries again.

    \b
    Example:
      recommend run -p ada
    """
    session.recommender.run(weekly=weekly)


def _show_in_browser(message: "EmailMessage", page: Path) -> None:
    html = message.get_body(("html",))
    assert html
    files.write(page, html.get_content(), private=True, make_folder=True)
    show(str(page))
    if not browse(page.as_uri()):
        tell("No browser could be opened; the page is in the file above.")


COMMANDS = (mail, inbox, run)
