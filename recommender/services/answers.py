"""Answers to mails: what comes back by mail or by a page becomes a verdict; the reader's last word holds."""

import hashlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recommender.delivery.mail import links
from recommender.delivery.mail.links import Action, Refused
from recommender.errors import ProfileError, SourceError
from recommender.files import expanded
from recommender.paper import Paper, Verdict
from recommender.profile import is_remote
from recommender.results.mail import AnswersReport, AppliedAnswer
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT
from recommender.sources import files, imap, maildir, messages

_VERDICTS = {Action.LIKE: Verdict.LIKE, Action.DISLIKE: Verdict.DISLIKE}
_BACK = timedelta(days=14)  # older mails in a mailbox are not read


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came in."""

    profile: str  # the one it says it is for
    token: str
    message: str = ""  # fingerprint of the mail it came in; empty: it came by a page
    sent: datetime | None = None  # aware; None: now


def read(reader: Reader, place: str = "") -> AnswersReport:
    """Apply the answers among the mails of a place, each once.

    Args:
        place: an mbox, a mail, a maildir, an imaps:// mailbox, or "-" for standard input; empty: as the profile says.

    Raises:
        ProfileError: neither `place` nor the profile names one.
        SourceError: it cannot be read.
    """
    settings = reader.profile.mail
    place = place or (settings.replies if settings else "")
    if not place:
        path = reader.home.settings_file(reader.name)
        raise ProfileError(
            f'no place to read answers from: name one, or a line replies = "imaps://…" in [mail] of {path}'
        )
    verdicts: list[tuple[Verdict, Paper]] = []
    unsubscribed: list[str] = []
    refused: list[str] = []
    repeated = overruled = 0
    for reply in find(_mails(reader, place, reader.now - _BACK)):
        try:
            applied = apply(reader, reply)
        except Refused as error:
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


def look(reader: Reader, reply: Reply) -> AppliedAnswer:
    """What an answer asks for. Changes nothing.

    Raises:
        Refused: it does not count; says why.
        ProfileError: there is no such profile.
    """
    if not reader.home.profile_file(reader.name).exists():  # opening would make it
        raise ProfileError(f"no profile {reader.name!r}")
    if reply.profile != reader.name:
        raise Refused(f"it is for the profile {reply.profile!r}, not for {reader.name!r}")
    answer = links.read(reader.outbox.key(), reader.name, reply.token, reader.now.date())
    if answer.action is Action.UNSUBSCRIBE:  # counts as often as somebody subscribed again
        return AppliedAnswer(None, None, answer.subject, answer.subject not in reader.outbox.unsubscribed())
    papers = reader.library.papers([answer.subject]) | reader.store.papers([answer.subject])
    paper = papers.get(answer.subject) or Paper(answer.subject, "", "")
    verdict = _VERDICTS[answer.action]
    if not reply.message:
        return AppliedAnswer(verdict, paper, "", reader.store.verdicts().get(paper.id) is not verdict)
    is_new_mail = not reader.outbox.answered(reply.message)
    last_word = reader.store.last_word(paper.id)
    is_late = reply.sent is not None and last_word is not None and reply.sent < last_word
    return AppliedAnswer(verdict, paper, "", is_new_mail, overruled=is_new_mail and is_late)


def apply(reader: Reader, reply: Reply) -> AppliedAnswer:
    """Do what an answer asks for, unless its mail was counted before, or the reader said something else later.

    Raises:
        Refused: it does not count; says why.
    """
    applied = look(reader, reply)
    if not applied.new and (reply.message or not applied.paper):
        return applied  # the button of a page says it once more: then it is the last word
    if applied.paper and not applied.overruled:
        at = min(reply.sent or reader.now, reader.now)
        reader.store.judge([applied.paper], applied.verdict, command="mail", at=at)
    elif not applied.paper:
        reader.outbox.unsubscribe(applied.recipient, reader.now)
    # last: after a crash in between, the same verdict is given once more, which changes nothing
    if reply.message:
        reader.outbox.answer(reply.message, reader.now)
    return applied


def find(mails: Iterable[bytes]) -> list[Reply]:
    """The answers among mails, each mail once, in the order in which they were sent; other mail is passed over."""
    replies: dict[str, Reply] = {}
    for each in mails:
        if mark := links.find(messages.subject(each)) or links.find_cut(messages.subject(each), messages.texts(each)):
            sent, message_id = messages.sent(each), messages.message_id(each)
            name = message_id or f"{sent.isoformat() if sent else ''} {mark[1]}"
            replies.setdefault(name, Reply(*mark, message=hashlib.sha256(name.encode()).hexdigest(), sent=sent))
    # a mail without a date stays where it is among the others
    latest = datetime.min.replace(tzinfo=UTC)
    keys = {name: (latest := reply.sent or latest) for name, reply in replies.items()}
    return [replies[name] for name in sorted(replies, key=keys.__getitem__)]


def _mails(reader: Reader, place: str, since: datetime) -> list[bytes]:
    """The mails of a place: standard input, a mailbox on a server, a maildir, or an mbox or mail in a file."""
    if place == STANDARD_INPUT:
        return messages.messages(sys.stdin.buffer.read())
    if is_remote(place):
        password = reader.home.password(reader.name, "imap")
        return imap.read_folder(place, password, since.date(), about=imap.ANSWERS)
    path = expanded(place)
    if maildir.is_maildir(path):
        return [file.read_bytes() for file in maildir.files(path)]
    if os.path.isdir(path):  # also for a name that is too long
        raise SourceError(f"{path}: a folder, but no maildir; name a maildir, an mbox or a mail")
    return messages.messages(files.load(path))
