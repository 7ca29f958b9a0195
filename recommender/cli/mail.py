"""`recommend mail`, `inbox`, `run`: the list by mail, answers to it, and both by themselves."""

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.session import Session, profile_option, show, tell
from recommender.delivery import wording
from recommender.errors import DeliveryError, ProfileError, RecommenderError, SourceError
from recommender.profile import MailSettings
from recommender.services.ingest import Candidates
from recommender.services.today import ListOptions
from recommender.text.readable import readable

if TYPE_CHECKING:
    import logging

    from recommender.services.mail import Draft, Result

_MAIL_PAPERS = 50  # more are no shortlist
_BACK = timedelta(days=14)  # how old a reply that is read may be
_PATIENCE = timedelta(minutes=10)  # nobody waits for a run
_SETTINGS = """\
[mail]
from = "me@example.org"
to = ["me@example.org"]
by = "smtp://me%40example.org@mail.example.org:587"    # or smtps://, sendmail:, maildir:"""


@click.command()
@click.argument("digests", metavar="[DIGEST]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--to", "to", multiple=True, metavar="ADDRESS", help="Instead of the settings' recipients; repeatable.")
@click.option("-n", "--number", type=click.IntRange(1, _MAIL_PAPERS), metavar="N", help="How many papers to mail.")
@click.option("--min-match", type=click.IntRange(0, 100), metavar="PERCENT", help="Leave out papers that match less.")
@click.option("--weekly", is_flag=True, help="Say that it is a week's list.")
@click.option("--offline", is_flag=True, help="Ask nobody for papers; only what is here.")
@click.option("--dry-run", is_flag=True, help="Print the whole message; nothing is sent or written down.")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE.eml", help="Write the message there instead.")
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
    """Send your list by mail, with links that like or dislike a paper.

    What came since the last mail makes one list; a paper is never mailed twice. A mail counts as sent only when the
    server took it, so a failed one is made anew the next time, with what came since. How mail goes out stands in
    the settings, in a table [mail] with from, to and by; the password comes from RECOMMEND_SMTP_PASSWORD or
    profiles/NAME.smtp-password (chmod 600).

    \b
    Examples:
      recommend mail --preview
      recommend mail
      recommend mail cs.CV.md --to ada@example.org --dry-run
    """
    only_shown = dry_run or save is not None or preview
    settings = _settings(session, to, needed=not only_shown)
    wish = ListOptions(size=number, min_match=min_match)
    arrive = _arriving(session, digests, offline=offline)
    if subscribe:
        for recipient in settings.to:
            session.outbox.subscribe(recipient)
    drafts = _drafts(session, settings, arrive, wish, weekly=weekly)
    if only_shown:
        _show_draft(next(drafts), save, preview=preview)
        return
    failed = _send(session, settings, drafts, lambda result: show(result.told))
    if failed:
        raise failed


@click.command()
@click.argument("place", required=False, type=click.Path(allow_dash=True))
@profile_option
@click.pass_obj
def inbox(session: Session, place: str | None) -> None:
    """Read the answers that links in your mails wrote, and count each once.

    PLACE is an mbox, a mail, a maildir, an imaps:// mailbox, or - for standard input; without it, `replies` of
    the table [mail] in your settings. Answers that are forged, too old or of another profile are refused and named.

    \b
    Examples:
      recommend inbox
      recommend inbox ~/Mail/answers
      recommend inbox - < reply.eml
    """
    settings = session.profile.mail
    place = place or (settings.replies if settings else "")
    if not place:
        path = session.home.settings_file(session.profile_name)
        raise ProfileError(
            f'no place to read answers from: name one, or a line replies = "imaps://…" in [mail] of {path}'
        )
    refused = _read_answers(session, place, show)
    if refused:
        tell(f"{refused} refused.")


@click.command()
@click.option("--weekly", is_flag=True, help="Say that it is a week's list.")
@profile_option
@click.pass_obj
def run(session: Session, weekly: bool) -> None:
    """Fetch, rank, mail, and read answers: what the timer of `recommend schedule` calls.

    Quiet where all went well; what it did stands in logs/NAME.log of the home. Two runs of a profile never meet, and
    a list that was mailed already is not mailed again. Ends with an error where something failed, so that the timer
    tries again.

    \b
    Example:
      recommend run -p ada
    """
    from recommender.services import search as lookup
    from recommender.store.lock import alone

    settings = _settings(session, (), needed=True)
    with _log(session) as log, alone(session.home.root / "logs" / f"{session.profile_name}.lock"):
        failures: list[RecommenderError] = []
        try:
            arrive = _arriving(session, (), offline=False, patience=_PATIENCE)
            failed = _run_mail(session, settings, arrive, log, weekly=weekly)
            failures += [failed] if failed else []
        except RecommenderError as error:
            failures.append(error)
        if settings.replies:
            try:
                _read_answers(session, settings.replies, log.info)
            except RecommenderError as error:
                failures.append(error)
        try:
            lookup.prepare(session.profile, session.library, session.memory)
        except RecommenderError as error:
            failures.append(error)
        for failure in failures:
            log.error(str(failure))
        if failures:
            raise failures[0]


def _run_mail(
    session: Session,
    settings: MailSettings,
    arrive: Callable[[Collection[date]], Candidates],
    log: "logging.Logger",
    *,
    weekly: bool,
) -> RecommenderError | None:
    """Mail what is new; the first thing that failed."""
    seen: list[Candidates] = []

    def arriving(listed: Collection[date]) -> Candidates:
        seen.append(arrive(listed))
        return seen[-1]

    def told(result: "Result") -> None:
        log.info(result.told)

    drafts = _drafts(session, settings, arriving, ListOptions(), weekly=weekly)
    failed = _send(session, settings, drafts, told)
    for arrived in seen[:1]:
        for note in arrived.notes:
            log.info(wording.note(note))
        if arrived.failures and not failed:
            return SourceError(arrived.failures[0])
        if arrived.late and not failed:
            return SourceError(wording.note(arrived.notes[0]))
    return failed


def _settings(session: Session, to: Sequence[str], *, needed: bool) -> MailSettings:
    """How mail goes out; a draft that only is looked at needs no settings."""
    settings = session.profile.mail
    if settings is None:
        if needed:
            path = session.home.settings_file(session.profile_name)
            raise ProfileError(f"no address to mail to; add to {path}:\n{_SETTINGS}")
        settings = MailSettings("me@localhost", ("me@localhost",), "", "me@localhost")
    return settings._replace(to=tuple(to)) if to else settings


def _arriving(
    session: Session, digests: Sequence[str], *, offline: bool, patience: timedelta = timedelta(seconds=30)
) -> Callable[[Collection[date]], Candidates]:
    """What there is to choose from, of the named files or of the profile's sources."""
    from recommender.cli.today import arrived

    def arrive(listed: Collection[date]) -> Candidates:
        return arrived(session, digests, None, offline=offline, refresh=False, listed=listed, patience=patience)

    return arrive


def _drafts(
    session: Session,
    settings: MailSettings,
    arrive: Callable[[Collection[date]], Candidates],
    wish: ListOptions,
    *,
    weekly: bool,
) -> Iterator["Draft"]:
    from recommender.services import mail as mailing

    for recipient in settings.to:
        yield mailing.draft(
            session.profile,
            settings,
            session.library,
            session.memory,
            session.outbox,
            arrive,
            wish,
            recipient,
            session.now,
            weekly=weekly,
        )


def _send(
    session: Session, settings: MailSettings, drafts: Iterator["Draft"], told: Callable[["Result"], None]
) -> DeliveryError | None:
    """Send all drafts; what one recipient's mail meets is no matter to the next. Gives the first failure."""
    from recommender.delivery.mail import sending as post
    from recommender.services import mail as mailing

    password = session.password("smtp") if post.needs_password(settings.by) else ""
    way = post.transport_from(settings.by, password)
    failed: DeliveryError | None = None
    for result in mailing.mail(
        drafts,
        session.memory,
        session.outbox,
        settings,
        lambda message, recipients: post.send(message, recipients, way, tell=tell),
        session.now,
    ):
        if result.state is mailing.State.FAILED:
            if failed:  # the first one is told by whoever it is given to
                tell(f"Not mailed to {result.recipient}: {result.told}")
            else:
                failed = DeliveryError(f"not mailed to {result.recipient}: {result.told}", temporary=result.temporary)
        else:
            told(result)
    return failed


def _show_draft(draft: "Draft", save: Path | None, *, preview: bool) -> None:
    if save:
        from recommender import files

        files.write(save.expanduser(), draft.message.as_string())
        tell(f"The mail is in {save}; nothing was sent.")
    elif preview:
        import tempfile
        import webbrowser

        html = draft.message.get_body(("html",))
        assert html
        with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
            file.write(html.get_content())
        show(file.name)
        if not webbrowser.open(Path(file.name).as_uri()):
            tell("No browser could be opened; the page is in the file above.")
    else:
        show(draft.message.as_string())


def _read_answers(session: Session, place: str, told: Callable[[str], None]) -> int:
    """Apply the answers of a place; how many were refused."""
    from recommender.delivery.mail.links import Refused
    from recommender.services import answers as replies
    from recommender.services.encoding import encoder

    if place == "-":
        from recommender.sources import messages

        found = replies.find(messages.messages(sys.stdin.buffer.read()))
    else:
        found = replies.find(replies.fetch(place, session.now - _BACK, session.network()))
    refused = again = 0
    with session.home.library(encoder()) as library:
        reader = replies.Reader(session.profile_name, library, session.memory, session.outbox)
        for reply in found:
            try:
                applied = replies.apply(reader, reply, session.now)
            except Refused as error:
                tell(f"An answer for {reply.profile} was refused: {error}.")
                refused += 1
                continue
            if not applied.new:
                again += 1
            elif applied.paper and applied.verdict:
                title = readable(applied.paper.title) or "(title not known yet)"
                told(f"{applied.verdict.past}  {title} ({applied.paper.id})")
            else:
                told(f"{applied.answer.subject} gets no more mails")
    if not found:
        told("No answers.")
    elif again:
        told(f"{again} {'was' if again == 1 else 'were'} counted before.")
    return refused


@contextmanager
def _log(session: Session) -> Iterator["logging.Logger"]:
    """The log of this profile: a line a thing done, at most a megabyte and three older ones."""
    import logging
    from logging.handlers import RotatingFileHandler

    path = session.home.log_file(session.profile_name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=2**20, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.Logger(f"recommend {session.profile_name}")
    log.addHandler(handler)
    try:
        yield log
    finally:
        handler.close()


COMMANDS = (mail, inbox, run)
