"""Answers to mails: what comes back by mail or by a page becomes a verdict; the reader's last word holds."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from recommender.delivery.mail import links
from recommender.delivery.mail.links import Action, Expired, Refused
from recommender.errors import ProfileError, SourceError
from recommender.files import located
from recommender.paper import Giver, Paper, Verdict
from recommender.profile import is_remote
from recommender.results.mail import AnswersReport, AppliedAnswer
from recommender.services.keys import signing_key
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT
from recommender.sources import files, imap, maildir, messages

_VERDICTS = {Action.LIKE: Verdict.LIKE, Action.DISLIKE: Verdict.DISLIKE}
_BACK = timedelta(days=14)  # older mails in a mailbox are not read
_LONG = 2**17  # bytes of a mail that are looked at where its subject was cut; a link's mail has a thousand
_LONGEST_AGO = timedelta(days=61)  # links are good for 60 days, so no answer to them was sent before


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came in."""

    profile: str  # the one it says it is for
    token: str
    message: str = ""  # fingerprint of the mail it came in; empty: it came by a page
    sent: datetime | None = None  # aware; None: now
    has_id: bool = False  # its mail has an id; without one, mails of the same words have the same fingerprint


def read(reader: Reader, place: str = "") -> AnswersReport:
    """Apply the answers among the mails of a place, each once.

    Args:
        place: an mbox, a mail, a maildir, an imaps:// mailbox, or "-" for standard input; empty: as the profile says.

    Raises:
        ProfileError: neither `place` nor the profile names one.
        SourceError: it cannot be read.
    """
    settings = reader.profile.mail
    own = settings.replies if settings else ""
    place = place or own
    if not place:
        path = reader.home.settings_place(reader.name)
        raise ProfileError(
            f'no place to read answers from: name one, or a line replies = "imaps://…" in [mail] of {path}'
        )
    verdicts: list[tuple[Verdict, Paper]] = []
    unsubscribed: list[str] = []
    refused: list[str] = []
    repeated = overruled = 0
    with reader.progress.busy("Reading answers"):
        replies = find(_mails(reader, place, reader.now - _BACK, pipes=place != own), reader.progress.warn)
    for reply in replies:
        if place == own and reply.profile != reader.asked_for and _is_read_by(reader, place, reply.profile):
            continue
        try:
            applied = apply(reader, reply)
        except Refused as error:
            if isinstance(error, Expired) and reader.outbox.answered(reply.message):  # it counted in its time
                repeated += 1
                continue
            refused.append(f"An answer for {reply.profile} was refused: {error}.")
            reader.progress.warn(refused[-1])
            continue
        if applied.overruled:
            overruled += 1
        elif not applied.new:
            repeated += 1
        elif applied.paper and applied.verdict:
            verdicts.append((applied.verdict, applied.paper))
        else:
            unsubscribed.append(applied.recipient)
    return AnswersReport(tuple(verdicts), tuple(unsubscribed), repeated, tuple(refused), overruled)


def _is_read_by(reader: Reader, place: str, profile: str) -> bool:
    """Whether another profile of this home reads its answers from the same place, and so applies its own."""
    try:
        settings = reader.home.profile(profile).mail
    except ProfileError:
        return False
    return settings is not None and settings.replies == place


def look(reader: Reader, reply: Reply) -> AppliedAnswer:
    """What an answer asks for. Changes nothing.

    Raises:
        Refused: it does not count, for example because there is no such profile; says why.
    """
    if reply.profile != reader.asked_for:
        raise Refused(f"it is for the profile {reply.profile!r}, not for {reader.asked_for!r}")
    answer = links.read(signing_key(reader.home, reply.profile), reply.profile, reply.token, reader.now.date())
    if answer.action is Action.UNSUBSCRIBE:  # counts as often as somebody subscribed again
        is_repeated = reply.has_id and reader.outbox.answered(reply.message)
        is_new = not is_repeated and not reader.outbox.is_unsubscribed(answer.subject)
        return AppliedAnswer(None, None, answer.subject, is_new)
    papers = reader.library.papers([answer.subject]) | reader.store.papers([answer.subject])
    paper = papers.get(answer.subject) or Paper(answer.subject, "", "")
    verdict = _VERDICTS[answer.action]
    if not reply.message:
        return AppliedAnswer(verdict, paper, "", reader.store.verdicts().get(paper.id) is not verdict)
    standing = reader.outbox.standing(reply.message, paper.id, _sent(reply, reader.now), reader.now)
    return AppliedAnswer(verdict, paper, "", standing.new, overruled=standing.overruled)


def apply(reader: Reader, reply: Reply) -> AppliedAnswer:
    """Do what an answer asks for, unless its mail was counted before, or the reader said something else later.

    Raises:
        Refused: it does not count; says why.
    """
    applied = look(reader, reply)
    if applied.paper and applied.verdict and reply.message:
        sent = _sent(reply, reader.now)
        standing = reader.outbox.rate(reply.message, applied.paper, applied.verdict, sent, reader.now)
        return applied._replace(new=standing.new, overruled=standing.overruled)
    if applied.paper:  # the button of a page says it once more: then it is the last word
        reader.store.judge([applied.paper], applied.verdict, command="mail", at=reader.now, by=Giver.MAIL)
    elif applied.new:
        reader.outbox.unsubscribe(applied.recipient, reader.now, reply.message)
    return applied


def _sent(reply: Reply, now: datetime) -> datetime | None:
    """The moment at which an answer was sent; None where it cannot be true: the sender's clock was wrong."""
    return reply.sent if reply.sent and now - _LONGEST_AGO <= reply.sent <= now else None


def find(mails: Iterable[bytes], warn: Callable[[str], object] = lambda text: None) -> list[Reply]:
    """The answers among mails, each mail once, in the order in which they were sent; other mail is passed over.

    Args:
        warn: called with a sentence for each mail that cannot be read; the others count all the same.
    """
    replies: dict[tuple[str, str], Reply] = {}
    for each in mails:
        try:
            reply = _reply(each)
        except Exception as error:  # anybody can send any bytes, and Python's reader of mails raises much for some
            warn(f"A mail of {len(each):,} bytes cannot be read ({type(error).__name__}), and is passed over.")
            continue
        if reply:  # a forged mail with the id of a true one does not stand in its way
            replies.setdefault((reply.message, reply.token), reply)
    # a mail without a date stays where it is among the others
    latest = datetime.min.replace(tzinfo=UTC)
    keys = {name: (latest := reply.sent or latest) for name, reply in replies.items()}
    return [replies[name] for name in sorted(replies, key=keys.__getitem__)]


def _reply(mail: bytes) -> Reply | None:
    """The answer in a mail; None: it is another mail."""
    subject = messages.subject(mail)
    mark = links.find(subject) or links.find_cut(subject, messages.texts(mail[:_LONG]))
    if not mark or messages.is_automatic(mail):  # such a reply repeats the subject, and would be a later word
        return None
    sent, message_id = messages.sent(mail), messages.message_id(mail)
    name = message_id or f"{sent.isoformat() if sent else ''} {mark[1]}"
    fingerprint = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return Reply(*mark, message=fingerprint, sent=sent, has_id=bool(message_id))


def _mails(reader: Reader, place: str, since: datetime, *, pipes: bool) -> list[bytes]:
    """The mails of a place: standard input, a mailbox on a server, a maildir, or an mbox or mail in a file or pipe."""
    if place == STANDARD_INPUT:
        return _mails_of(sys.stdin.buffer)
    if is_remote(place):
        imap.parse_address(place)  # what is wrong with it is said before a password is asked for
        password = reader.home.password(reader.name, "imap")
        return imap.read_folder(place, password, since.date(), about=imap.ANSWERS, warn=reader.progress.warn)
    path = located(place)
    if maildir.is_maildir(path):
        return list(_readable(maildir.files(path), reader.progress.warn))
    if os.path.isdir(path):  # also for a name that is too long
        raise SourceError(f"{path}: a folder, but no maildir; name a maildir, an mbox or a mail")
    return _mails_of(path, pipes=pipes)


def _mails_of(place: Path | BinaryIO, *, pipes: bool = True) -> list[bytes]:
    """The mails of an mbox, or the mail that the whole is; an empty mbox has none."""
    data = files.load(place, pipes=pipes)
    head = messages.without_bom(data[: messages.HEAD])
    if data.strip() and not (messages.is_mbox(head) or messages.is_mail(head) or messages.subject(data)):
        raise SourceError(f"{files.name_of(place)}: no mail in it; name a maildir, an mbox or a mail")
    return messages.messages(data)


def _readable(mails: Iterable[Path], warn: Callable[[str], object]) -> Iterator[bytes]:
    """The mails in these files, except those that are gone again, may not be read, or are too large for an answer."""
    for path in mails:
        try:
            if path.stat().st_size <= messages.MAIL_LIMIT:
                yield path.read_bytes()
        except FileNotFoundError:  # a mail program moved it
            continue
        except OSError as error:
            warn(f"{path}: {(error.strerror or str(error)).lower()}; this mail is passed over.")
