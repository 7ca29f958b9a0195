"""The conductor of a mail: choose → write down → send → write down what became of it."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from enum import Enum

from recommender.delivery import wording
from recommender.delivery.mail import letter
from recommender.delivery.mail import links as tokens
from recommender.delivery.mail.body import MAX_PAPERS
from recommender.delivery.mail.letter import Letter
from recommender.delivery.mail.links import Action, Answer, Links
from recommender.delivery.mail.receipt import OutcomeUnknown, Receipt
from recommender.errors import DeliveryError
from recommender.paper import Shortlist
from recommender.profile import MailSettings, Profile
from recommender.services import today as shortlist
from recommender.services.ingest import Candidates
from recommender.services.today import ListOptions
from recommender.store.library import Library
from recommender.store.outbox import Fate, Outbox
from recommender.store.profile_store import ProfileStore

ANSWERS_FOR = timedelta(days=60)  # that a link in a mail is good
_UNSUBSCRIBE_FOR = timedelta(days=3650)

# What is there to choose from, for somebody who had lists of these days
Arrive = Callable[[Collection[date]], Candidates]
Send = Callable[[EmailMessage, Sequence[str]], Receipt]


class State(Enum):
    """What a try to mail came to."""

    SENT = "sent"
    ALREADY = "already"  # this very batch was mailed before
    NOTHING = "nothing"  # no paper to mail
    FAILED = "failed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Draft:
    """A list as a mail, not sent yet."""

    recipient: str
    shortlist: Shortlist
    basis: str  # what the ranking depends on
    batch: str  # fingerprint of what there was to choose from
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the mail to one recipient."""

    recipient: str
    state: State
    told: str  # in a sentence
    papers: int = 0
    temporary: bool = False  # of FAILED: the same may work later


def draft(
    profile: Profile,
    settings: MailSettings,
    library: Library,
    memory: ProfileStore,
    outbox: Outbox,
    arrive: Arrive,
    wish: ListOptions,
    recipient: str,
    now: datetime,
    *,
    weekly: bool = False,
) -> Draft:
    """The list for one recipient: of what came since the last mail, without a paper that was mailed or shown before.

    Raises:
        DeliveryError: an address is none.
    """
    had = outbox.mailed_days(recipient)
    arrived = arrive(had or memory.listed_days())
    seen = memory.shown_on_other_days(arrived.day, ("today",)) | outbox.mailed_to(recipient)
    wish = wish._replace(size=min(wish.size or profile.list_size, MAX_PAPERS))
    chosen, basis = shortlist.choose(profile, library, memory, arrived, wish, seen, max(had, default=None))
    ids = sorted(paper.id for paper in arrived.papers)
    batch = hashlib.sha256("\0".join([arrived.day.isoformat(), *ids]).encode("utf-8", "surrogatepass")).hexdigest()
    key = outbox.make_key()
    first = outbox.first_of(recipient, arrived.day) if settings.thread else None
    message = letter.compose(
        Letter(
            shortlist=chosen,
            sender=settings.sender,
            recipients=(recipient,),
            list_id=f"{profile.name}.recommender.{_domain(settings)}",
            # the same mail has the same id, so that one sent twice after a crash can be told
            message_id=_message_id(settings, key, recipient, batch, *(item.paper.id for item in chosen.items)),
            date=now,
            links={
                item.paper.id: Links(
                    *(
                        _link(profile, settings, key, Answer(action, item.paper.id), now)
                        for action in (Action.LIKE, Action.DISLIKE)
                    )
                )
                for item in chosen.items
            },
            unsubscribe_mail=_mailto(profile, settings, key, Answer(Action.UNSUBSCRIBE, recipient), now),
            unsubscribe_url=_page(profile, settings, key, Answer(Action.UNSUBSCRIBE, recipient), now),
            in_reply_to=first.message_id if first else "",
            period="week" if weekly else "day",
        )
    )
    return Draft(recipient, chosen, basis, batch, message)


def mail(
    drafts: Iterable[Draft], memory: ProfileStore, outbox: Outbox, settings: MailSettings, send: Send, now: datetime
) -> Iterator[Result]:
    """Send each draft that is new to its recipient, one after the other; what one meets is no matter to the next.

    A mail is written down before it is sent, and as accepted only after the server said so. Who is stopped in between
    sends it once more, and says so.

    Args:
        send: as `sending.send` does.
    """
    for each in drafts:
        yield _mail(each, memory, outbox, settings, send, now)


def _mail(
    made: Draft, memory: ProfileStore, outbox: Outbox, settings: MailSettings, send: Send, now: datetime
) -> Result:
    recipient, papers = made.recipient, len(made.shortlist.items)
    if recipient in outbox.unsubscribed():
        return Result(recipient, State.UNSUBSCRIBED, f"{recipient} wants no more mails; --subscribe takes that back.")
    if before := outbox.accepted(recipient, made.shortlist.day, made.batch):
        when = before.at.astimezone()
        return Result(
            recipient, State.ALREADY, f"The list of {before.day} was mailed to {recipient} {when:%Y-%m-%d %H:%M}."
        )
    if not papers and not settings.empty:
        return Result(
            recipient, State.NOTHING, f"Nothing to mail to {recipient}: {wording.notes(made.shortlist.notes)}"
        )
    again = _settled(outbox, recipient, now)
    number = outbox.begin(
        recipient,
        day=made.shortlist.day,
        batch=made.batch,
        message_id=str(made.message["Message-ID"]),
        subject=str(made.message["Subject"]),
        papers=[item.paper.id for item in made.shortlist.items],
        at=now,
    )
    try:
        receipt = send(made.message, [recipient])
        if recipient not in receipt.accepted:
            raise DeliveryError(f"{recipient} was refused: {receipt.refused.get(recipient, 'no reason was given')}")
    except DeliveryError as error:
        outbox.end(number, Fate.UNKNOWN if isinstance(error, OutcomeUnknown) else Fate.FAILED, str(error), now)
        return Result(recipient, State.FAILED, str(error), papers, error.temporary)
    outbox.end(number, Fate.ACCEPTED, receipt.reply, now)
    memory.record(made.shortlist, kind="mail", basis=made.basis, at=now)
    what = f"{papers} papers of {made.shortlist.day}" if papers else f"word that {made.shortlist.day} has no papers"
    return Result(recipient, State.SENT, f"Mailed {what} to {recipient}.{again}", papers)


def _settled(outbox: Outbox, recipient: str, now: datetime) -> str:
    """A word on the last mail if nobody knows whether it arrived; from now on that is written down."""
    last = outbox.unsettled(recipient)
    if last is None:
        return ""
    if last.fate is Fate.SENDING:
        outbox.end(last.number, Fate.UNKNOWN, "the program was stopped while it was sent", now)
    return (
        f" The one of {last.at.astimezone():%Y-%m-%d %H:%M} may have arrived too: it was broken off while being sent."
    )


def _message_id(settings: MailSettings, *parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"<{digest}@{_domain(settings)}>"


def _domain(settings: MailSettings) -> str:
    return settings.feedback.rpartition("@")[2].lower()


def _token(profile: Profile, key: str, answer: Answer, now: datetime) -> str:
    valid = _UNSUBSCRIBE_FOR if answer.action is Action.UNSUBSCRIBE else ANSWERS_FOR
    return tokens.sign(key, profile.name, answer, now.date(), valid)


def _link(profile: Profile, settings: MailSettings, key: str, answer: Answer, now: datetime) -> str:
    return _page(profile, settings, key, answer, now) or _mailto(profile, settings, key, answer, now)


def _page(profile: Profile, settings: MailSettings, key: str, answer: Answer, now: datetime) -> str:
    """An answer that is a page with a button; empty where no page is public."""
    place = "u" if answer.action is Action.UNSUBSCRIBE else "a"
    return f"{settings.page}/{place}/{profile.name}/{_token(profile, key, answer, now)}" if settings.page else ""


def _mailto(profile: Profile, settings: MailSettings, key: str, answer: Answer, now: datetime) -> str:
    """An answer that is a mail: its subject says it all, so that sending it is all there is to do."""
    from urllib.parse import quote

    mark = tokens.marked(profile.name, _token(profile, key, answer, now))
    subject = f"recommend {answer.action.value} {answer.subject} {mark}"
    body = "Just send this mail as it is."
    return f"mailto:{quote(settings.feedback, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
