"""The conductor of answers: what came back by mail or by a page becomes a verdict, once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recommender.delivery.mail import links as tokens
from recommender.delivery.mail.links import Action, Answer, Refused
from recommender.errors import SourceError
from recommender.paper import Paper, Verdict
from recommender.profile import is_remote
from recommender.services import fetch as fetching
from recommender.sources import files
from recommender.store.library import Library
from recommender.store.outbox import Outbox
from recommender.store.profile_store import ProfileStore

_VERDICTS = {Action.LIKE: Verdict.LIKE, Action.DISLIKE: Verdict.DISLIKE}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose answers they are, and where they go."""

    profile: str
    library: Library
    memory: ProfileStore
    outbox: Outbox


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came in."""

    profile: str  # the one it says it is for
    token: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What an answer asked for, and whether it counted this time."""

    answer: Answer
    paper: Paper | None  # of a verdict
    new: bool  # False: it was applied before, and nothing was changed

    @property
    def verdict(self) -> Verdict | None:
        """What the answer says of a paper."""
        return _VERDICTS.get(self.answer.action)


def look(reader: Reader, reply: Reply, now: datetime) -> Applied:
    """What an answer asks for; changes nothing.

    Raises:
        Refused: it does not count; says why.
    """
    if reply.profile != reader.profile:
        raise Refused(f"it is for the profile {reply.profile!r}, not for {reader.profile!r}")
    key = reader.outbox.key()
    if not key:  # anybody could sign with an empty one
        raise Refused("its signature is not ours: forged, damaged, or of another profile")
    answer = tokens.read(key, reader.profile, reply.token, now.date())
    if answer.action is Action.UNSUBSCRIBE:  # counts as often as somebody subscribed again
        return Applied(answer, None, answer.subject not in reader.outbox.unsubscribed())
    known = reader.library.papers([answer.subject]) | reader.memory.papers([answer.subject])
    paper = known.get(answer.subject) or Paper(answer.subject, "", "")
    return Applied(answer, paper, not reader.outbox.answered(_trace(reply)))


def apply(reader: Reader, reply: Reply, now: datetime) -> Applied:
    """Do what an answer asks for, unless it was done before.

    Raises:
        Refused: it does not count; says why.
    """
    found = look(reader, reply, now)
    if not found.new:
        return found
    if found.paper:
        reader.memory.judge([found.paper], _VERDICTS[found.answer.action], command="mail", at=now)
    else:
        reader.outbox.unsubscribe(found.answer.subject, now)
    # last: who is stopped in between gives the same verdict once more, which changes nothing
    reader.outbox.answer(_trace(reply), now)
    return found


def fetch(place: str, since: datetime, network: fetching.Network | None) -> list[bytes]:
    """The mails of a place: a mailbox on a server, a maildir, or an mbox or mail in a file.

    Raises:
        SourceError: it cannot be read.
    """
    from recommender.sources import imap, maildir, messages

    if is_remote(place):
        if network is None:
            return []
        return imap.read_folder(place, network.password(), since.date(), about=imap.ANSWERS)
    path = Path(place).expanduser()
    if maildir.is_maildir(path):
        return [found.read_bytes() for found in maildir.files(path)]
    if path.is_dir():
        raise SourceError(f"{path}: a folder, but no maildir; name a maildir, an mbox or a mail")
    return messages.messages(files.load(path))


def find(mails: Iterable[bytes]) -> list[Reply]:
    """The answers among mails, each once, in their order; other mail is passed over."""
    from recommender.sources import messages

    found = (tokens.find(messages.subject(each)) for each in mails)
    return [Reply(profile, token) for profile, token in dict.fromkeys(each for each in found if each)]


def _trace(reply: Reply) -> str:
    """What is kept of a token that was applied."""
    return hashlib.sha256(f"{reply.profile}:{reply.token}".encode()).hexdigest()
