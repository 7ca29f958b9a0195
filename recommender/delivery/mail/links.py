"""Signed answers: what a link in a mail says, in a form that nobody else can make up."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itsdangerous import URLSafeSerializer

_MARK = re.compile(r"\[\s*([a-z0-9][a-z0-9_-]{0,63}):\s*([\w.\-\s]{1,2000})\]", re.ASCII)


class Action(Enum):
    """What an answer asks for."""

    LIKE = "like"
    DISLIKE = "dislike"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Answer:
    """One wish of a reader, on a paper or on the mails themselves."""

    action: Action
    subject: str  # a paper's id; of UNSUBSCRIBE the recipient's address


class Refused(Exception):
    """An answer does not count; str() says why."""


def sign(key: str, profile: str, answer: Answer, day: date, valid: timedelta) -> str:
    """The answer as a token of letters, digits, "-", "_" and ".", good until `day` + `valid`.

    Args:
        key: the profile's own secret; no other profile's tokens can be read with it.
    """
    until = (day + valid).toordinal()
    token: str = _signer(key, profile).dumps([answer.action.value, answer.subject, until])
    return token


def read(key: str, profile: str, token: str, today: date) -> Answer:
    """The answer in a token.

    Raises:
        Refused: the token was signed by nobody here, for another profile, or is too old.
    """
    from itsdangerous import BadData

    try:
        action, subject, until = _signer(key, profile).loads(token)
    except BadData as error:
        raise Refused("its signature is not ours: forged, damaged, or of another profile") from error
    if today.toordinal() > until:
        raise Refused(f"it was good until {date.fromordinal(until)}")
    return Answer(Action(action), subject)


def marked(profile: str, token: str) -> str:
    """The token as it stands in a mail's subject."""
    return f"[{profile}:{token}]"


def find(subject: str) -> tuple[str, str] | None:
    """The profile and the token in a mail's subject, whatever a mail program put around and between; None: none."""
    match = _MARK.search(subject)
    return (match[1], re.sub(r"\s", "", match[2])) if match else None


def _signer(key: str, profile: str) -> "URLSafeSerializer":
    from itsdangerous import URLSafeSerializer

    return URLSafeSerializer(key, salt=f"recommender answer {profile}")
