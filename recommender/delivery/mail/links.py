"""Signed answers: what a link in a mail asks for, as a token that nobody else can make."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import chain, product
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from recommender.errors import RecommenderError

# possessive (*+): text made to be hard would take minutes
_MARK = re.compile(r"\[\s*+([a-z0-9][a-z0-9_-]{0,63}):\s*+([\w.\-\s]{1,2000}+)\]", re.ASCII)
_CUT_MARK = re.compile(r"\[\s*([a-z0-9][a-z0-9_-]{0,63}):\s*([\w.\-\s]{1,2000})(?:\W{0,5})$", re.ASCII)
_MOST_GAPS = 7  # parts of a token between spaces that are joined in each way
_SHORTEST = 40  # characters of a token; what is shorter is another program's mark, as "[spam: high]"
_ANSWER = re.compile(r"\brecommend (?:like|dislike|unsubscribe)\b")


class Action(Enum):
    """What an answer asks for."""

    LIKE = "like"
    DISLIKE = "dislike"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reader's answer to a paper, or to the mails themselves."""

    action: Action
    subject: str  # a paper's id; for UNSUBSCRIBE the recipient's address


@dataclass(frozen=True, slots=True)
class Links:
    """Where the buttons of one paper lead: complete mailto: or http(s): addresses."""

    like: str
    dislike: str


class Refused(RecommenderError):
    """An answer does not count; str() says why."""


class Expired(Refused):
    """An answer came too late."""


def sign(key: str, profile: str, answer: Answer, day: date, valid: timedelta) -> str:
    """The answer as a token of letters, digits, "-", "_" and ".", valid until `day` + `valid`.

    Args:
        key: the profile's secret; it reads no token of another profile.
    """
    until = (day + valid).toordinal()
    token: str = _serializer(key, profile).dumps([answer.action.value, answer.subject, until])
    return token


def read(key: str, profile: str, token: str, today: date) -> Answer:
    """The answer in a token.

    Args:
        key: the profile's secret; empty if it has none yet, and then it has signed no token.

    Raises:
        Refused: the token was not signed here, is for another profile, or is too old.
    """
    try:
        if not key:  # anybody can sign with an empty one
            raise BadData("no key")
        action, subject, until = _loaded(_serializer(key, profile), token)
        answer, valid_until = Answer(Action(action), str(subject)), date.fromordinal(until)
    except BadData as error:
        raise Refused("its signature is not ours: forged, damaged, or of another profile") from error
    except (ValueError, TypeError) as error:
        raise Refused("it was written by a newer version of this program; upgrade it") from error
    if today > valid_until:
        raise Expired(f"it was valid until {valid_until}")
    return answer


def marked(profile: str, token: str) -> str:
    """The token as the subject of a mail has it: "[ada:WyJsaWtl…]"."""
    return f"[{profile}:{token}]"


def find(subject: str) -> tuple[str, str] | None:
    """The profile and the token in the subject of a mail, with anything around and between them; None: no token."""
    return next(map(_of_mark, filter(_has_token, _MARK.finditer(subject))), None)


def find_cut(subject: str, texts: Iterable[str]) -> tuple[str, str] | None:
    """The profile and the token of an answer whose subject was cut on the way: from its text, else what is left.

    Args:
        texts: the mail's texts, without any markup.
    """
    if not _ANSWER.search(subject):
        return None
    left = _CUT_MARK.search(subject)
    return next(filter(None, map(find, texts)), None) or (_of_mark(left) if left else None)


def _has_token(mark: re.Match[str]) -> bool:
    """Whether a mark holds a token, whole or damaged: signed parts have a "." between them."""
    return len(mark[2]) >= _SHORTEST and "." in mark[2]


def _of_mark(mark: re.Match[str]) -> tuple[str, str]:
    return mark[1], re.sub(r"\s+", " ", mark[2])


def _loaded(serializer: URLSafeSerializer, token: str) -> Any:
    """The content of a token, in which a header's folding put spaces, or a gateway wrote a space for each "_"."""
    parts = token.split(" ")
    gaps = product(("", "_", "__"), repeat=len(parts) - 1) if len(parts) <= _MOST_GAPS else [("",) * (len(parts) - 1)]
    error = BadData("no token")
    for between in gaps:
        try:
            return serializer.loads("".join(chain(*zip(parts, (*between, ""), strict=True))))
        except BadData as refused:
            error = refused
    raise error


def _serializer(key: str, profile: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=f"recommender answer {profile}")
