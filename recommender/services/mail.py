"""A list by mail: choose, write down, send, write down what became of it."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, urlencode

from recommender.delivery import remarks, wording
from recommender.delivery.mail import body, headers, letter, links
from recommender.delivery.mail.letter import Letter
from recommender.delivery.mail.links import Action, Answer, Links
from recommender.delivery.mail.receipt import OutcomeUnknown, Receipt, StoppedAtTheEnd
from recommender.errors import DeliveryError, ProfileError, SourceError, StoreError
from recommender.paper import Shortlist
from recommender.profile import MailSettings, Profile
from recommender.results.mail import MailResult, MailState
from recommender.services import ingest, offered, reading, today
from recommender.services.ingest import Candidates
from recommender.services.reader import Reader
from recommender.services.requests import ListOptions, MailOptions, Request
from recommender.store.lock import alone
from recommender.store.mail_password import mail_password
from recommender.store.outbox import Fate, Listed, Mail, NewMail
from recommender.text.short import cut

LOCK_PATIENCE = 600  # seconds to wait for another mailer of the profile
ANSWERS_FOR = timedelta(days=60)  # how long a link in a mail is good
_REMINDED = 3  # papers liked and never opened, named once a week
_RECORD_AGAIN = (2.0, 10.0)  # seconds before the second try and the third to record an accepted mail
_LONGEST_SUBJECT = 200  # characters; some gateways cut subjects at 255, and prefix them with "[EXTERNAL]"
_UNSUBSCRIBE_FOR = timedelta(days=3650)
_EXAMPLE = """\
[mail]
from = "me@example.org"
to = ["me@example.org"]
by = "smtp://me%40example.org@mail.example.org:587"    # or smtps://, sendmail:, maildir:"""
_NOBODY = MailSettings("me@localhost", ("me@localhost",), "", "me@localhost")  # for a mail that is only looked at


@dataclass(frozen=True, slots=True)
class Draft:
    """A list as a mail, not sent yet."""

    recipient: str
    shortlist: Shortlist
    basis: str  # the key of the scores it rests on
    batch: str  # fingerprint of the candidates
    message: EmailMessage
    candidates: Candidates


class MailReport(NamedTuple):
    """What became of each recipient's mail, and what the first one's list was chosen from."""

    results: list[MailResult]
    candidates: Candidates | None


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes the links of one profile's mails."""

    profile: Profile
    settings: MailSettings
    key: str
    now: datetime

    def link(self, answer: Answer) -> str:
        """A page with a button where there is a public page, else a mail to write."""
        return self.page(answer) or self.mailto(answer)

    def page(self, answer: Answer) -> str:
        """The address of a page with a button; empty where no page is public."""
        if not self.settings.page:
            return ""
        place = "u" if answer.action is Action.UNSUBSCRIBE else "a"
        return f"{self.settings.page}/{place}/{self.profile.name}/{self._token(answer)}"

    def mailto(self, answer: Answer) -> str:
        """A mail whose subject says everything, so that sending it is all there is to do; a long one in its text."""
        mark = links.marked(self.profile.name, self._token(answer))
        subject, text = f"recommend {answer.action.value} {answer.subject} {mark}", "Just send this mail as it is."
        if len(subject) > _LONGEST_SUBJECT:
            subject = f"recommend {answer.action.value} {cut(answer.subject, 60)}"
            text = f"{text}\n\n{mark}\n"
        return f"mailto:{quote(self.settings.feedback, safe='@')}?" + urlencode(
            {"subject": subject, "body": text}, quote_via=quote, safe=""
        )

    def _token(self, answer: Answer) -> str:
        valid = _UNSUBSCRIBE_FOR if answer.action is Action.UNSUBSCRIBE else ANSWERS_FOR
        return links.sign(self.key, self.profile.name, answer, self.now.date(), valid)


def settings_of(reader: Reader, to: Sequence[str] = ()) -> MailSettings:
    """How the profile's mail goes out.

    Args:
        to: recipients instead of those of the settings.

    Raises:
        ProfileError: the profile has no mail settings.
    """
    settings = reader.profile.mail
    if settings is None:
        path = reader.home.settings_place(reader.name)
        raise ProfileError(f"no address to mail to; add to {path}:\n{_EXAMPLE}")
    recipients = {recipient.lower(): recipient for recipient in reversed(to or settings.to)}  # each once
    return settings._replace(to=tuple(reversed(recipients.values())))


@contextmanager
def one_mailer(
    reader: Reader, tell: Callable[[str], object] = lambda text: None, patience: float | None = None
) -> Iterator[None]:
    """Hold the profile's lock: who mails waits for whoever mails already, and says so.

    Args:
        tell: is told about the wait, besides the reader.
        patience: seconds to wait; None: LOCK_PATIENCE.

    Raises:
        StoreError: another mailer is not done within that time.
    """
    holder = f"another `recommend mail` or `recommend run` of {reader.name}"

    def waiting() -> None:
        for say in (reader.progress.warn, tell):
            say(f"Waiting: {holder} is under way.")

    with alone(
        reader.home.mail_lock(reader.name),
        holder,
        patience=LOCK_PATIENCE if patience is None else patience,
        waiting=waiting,
    ):
        yield


def subscribe(reader: Reader, recipients: Sequence[str]) -> None:
    """Mail again to recipients who unsubscribed; without recipients, to all of the settings.

    Raises:
        DeliveryError: an address is none.
        ProfileError: no recipient is given, and the profile has no mail settings.
    """
    for recipient in recipients or settings_of(reader).to:
        reader.outbox.subscribe(_mailbox(recipient))


def preview(reader: Reader, request: Request, options: MailOptions) -> Draft:
    """The mail to the first recipient, neither sent nor written down; needs no mail settings."""
    settings = reader.profile.mail or _NOBODY
    settings = settings._replace(to=options.to or settings.to)
    return draft(reader, settings, request, options, settings.to[0])


def send(reader: Reader, request: Request, options: MailOptions) -> MailReport:
    """Mail each recipient what came since the last mail to them; one failure does not stop the others.

    A mail is written down before it is sent, and as accepted only after the server said so. After a crash in
    between it is sent once more, and the result says so. Mails of one profile are sent by one process at a time.

    Raises:
        ProfileError: the profile has no mail settings, or there is no password.
        SourceError: no source can be read or asked.
        StoreError: another process mails, and does not end.
    """
    settings_of(reader)  # before a lock is made for nothing
    with one_mailer(reader):
        return send_locked(reader, request, options)


def send_locked(reader: Reader, request: Request, options: MailOptions) -> MailReport:
    """Mail as `send` does, for a caller that has the lock."""
    from recommender.delivery.mail import sending  # noqa: PLC0415 - slow to import, and a preview is not sent

    settings = settings_of(reader, options.to)
    password = mail_password(reader.home, reader.name, settings.by) if sending.needs_password(settings.by) else ""
    transport = sending.transport_from(settings.by, password)
    deliver = partial(sending.send, transport=transport, tell=reader.progress.warn)
    results: list[MailResult] = []
    candidates: Candidates | None = None
    request = ingest.with_standard_input(request)
    for recipient in settings.to:
        try:
            made = draft(reader, settings, request, options, recipient)
        except (DeliveryError, SourceError) as error:
            if isinstance(error, SourceError) and not results:  # nobody can get a list
                raise
            results.append(MailResult(recipient, MailState.FAILED, str(error)))
            continue
        candidates = candidates or made.candidates
        results.append(_send(reader, settings, made, deliver))
    return MailReport(results, candidates)


def draft(reader: Reader, settings: MailSettings, request: Request, options: MailOptions, recipient: str) -> Draft:
    """The list for one recipient: what came since the last mail, without papers that were mailed or shown before.

    Raises:
        DeliveryError: an address is none.
    """
    outbox, profile = reader.outbox, reader.profile
    recipient = outbox.known_as(_mailbox(recipient))
    mailed_days = outbox.mailed_days(recipient)
    candidates = today.collect(reader, request, offered.to_recipient(reader, recipient))
    seen = reader.store.shown_on_other_days(candidates.day, ("today",)) | outbox.mailed_to(recipient)
    list_options = ListOptions(
        size=min(options.size or profile.list_size, body.MAX_PAPERS), min_match=options.min_match
    )
    shortlist, basis = today.choose(reader, candidates, list_options, seen, max(mailed_days, default=None))
    ids = [item.paper.id for item in shortlist.items]
    batch = _sha256(candidates.day.isoformat(), *sorted(paper.id for paper in candidates.papers))
    is_first_of_week = all(day.isocalendar()[:2] != candidates.day.isocalendar()[:2] for day in mailed_days)
    reminds = settings.reminder and (options.weekly or is_first_of_week)
    key = outbox.make_key()
    writer = _Writer(profile, settings, key, reader.now)
    first = outbox.first_of(recipient, candidates.day) if settings.thread else None
    message = letter.compose(
        Letter(
            shortlist=shortlist,
            sender=settings.sender,
            recipients=(recipient,),
            list_id=f"{profile.name}.recommender.{_domain(settings)}",
            # the same mail has the same id, so that one sent twice after a crash is recognised
            message_id=f"<{_sha256(key, recipient, batch, *ids)[:32]}@{_domain(settings)}>",
            date=reader.now,
            links={
                paper_id: Links(*(writer.link(Answer(action, paper_id)) for action in (Action.LIKE, Action.DISLIKE)))
                for paper_id in ids
            },
            unsubscribe_mail=writer.mailto(Answer(Action.UNSUBSCRIBE, recipient)),
            unsubscribe_url=writer.page(Answer(Action.UNSUBSCRIBE, recipient)),
            in_reply_to=first.message_id if first else "",
            period="week" if options.weekly else "day",
            unopened=reading.Reading(reader).reminder(_REMINDED) if reminds else (),
        )
    )
    return Draft(recipient, shortlist, basis, batch, message, candidates)


def _send(
    reader: Reader, settings: MailSettings, made: Draft, deliver: Callable[[EmailMessage, list[str]], Receipt]
) -> MailResult:
    outbox, recipient, papers = reader.outbox, made.recipient, len(made.shortlist.items)
    if outbox.is_unsubscribed(recipient):
        message = f"{recipient} wants no more mails; `recommend mail --subscribe` takes that back."
        return MailResult(recipient, MailState.UNSUBSCRIBED, message)
    if before := outbox.mailed(recipient, made.shortlist.day, made.batch):
        return _already(before)
    if not papers and not settings.empty:
        note = remarks.notes(made.shortlist.notes)
        return MailResult(recipient, MailState.NOTHING, f"Nothing to mail to {recipient}: {note}")
    new = NewMail(
        recipient,
        made.shortlist.day,
        made.batch,
        message_id=str(made.message["Message-ID"]),
        subject=str(made.message["Subject"]),
        papers=[item.paper.id for item in made.shortlist.items],
    )
    begun = outbox.begin(new, reader.now)
    if begun.mailed:
        return _already(begun.mailed)
    try:
        with reader.progress.busy(f"Mailing {recipient}"):
            receipt = deliver(made.message, [recipient])
        if recipient not in receipt.accepted:
            raise DeliveryError(f"{recipient} was refused: {receipt.refused.get(recipient, 'no reason was given')}")
    except DeliveryError as error:
        is_unknown = isinstance(error, OutcomeUnknown) and not error.refused
        outbox.fail(begun.number, Fate.UNKNOWN if is_unknown else Fate.FAILED, str(error), reader.now)
        return MailResult(recipient, MailState.FAILED, str(error), papers, error.temporary)
    except KeyboardInterrupt as stop:
        is_unknown = isinstance(stop, StoppedAtTheEnd)
        outbox.fail(begun.number, Fate.UNKNOWN if is_unknown else Fate.FAILED, "stopped", reader.now)
        raise
    _record(reader, made, begun.number, receipt.reply)
    day = made.shortlist.day
    what = f"{wording.papers(papers)} of {day}" if papers else f"word that {day} has no papers"
    return MailResult(recipient, MailState.SENT, f"Mailed {what} to {recipient}.{_repeated(begun.broken_off)}", papers)


def _record(reader: Reader, made: Draft, number: int, reply: str) -> None:
    """Record an accepted mail with its list; a file that is locked is tried again, or the mail would be sent again.

    Raises:
        StoreError: it cannot be recorded.
    """
    listed = Listed(made.shortlist, made.basis, made.candidates.day, made.candidates.announced)
    for wait in (*_RECORD_AGAIN, None):
        try:
            reader.outbox.accept(number, reply, listed, reader.now)
            break
        except StoreError as error:
            if wait is None:
                problem = f"the mail to {made.recipient} was accepted, but this cannot be written down"
                raise StoreError(f"{problem}, so it will be sent once more: {error}") from error
            time.sleep(wait)


def _already(mail: Mail) -> MailResult:
    """The result where a mail was sent before, and is not sent again."""
    message = f"The list of {mail.day} was mailed to {mail.recipient} {wording.moment(mail.at)}."
    if mail.fate is not Fate.ACCEPTED:
        message += " It is not sent again, though nobody said that it was accepted: look whether it arrived."
    return MailResult(mail.recipient, MailState.ALREADY, message)


def _repeated(last: Mail | None) -> str:
    """Words for the recipient's next mail after one of which nobody knows whether it arrived."""
    if last is None:
        return ""
    return f" The one of {wording.moment(last.at)} may have arrived too: it was broken off while being sent."


def _mailbox(recipient: str) -> str:
    """The address alone of a recipient who may be given with a name."""
    return headers.address(recipient, "the recipient").addr_spec


def _domain(settings: MailSettings) -> str:
    return settings.feedback.rpartition("@")[2].lower()


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
