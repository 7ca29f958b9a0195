"""What became of mails, and of the answers to them."""

from enum import Enum
from typing import NamedTuple

from recommender.errors import DeliveryError
from recommender.paper import Paper, Verdict


class MailState(Enum):
    """What became of one attempt to mail a list."""

    SENT = "sent"
    ALREADY = "already"  # this very batch was mailed before
    NOTHING = "nothing"  # no paper to mail
    FAILED = "failed"
    UNSUBSCRIBED = "unsubscribed"


class MailResult(NamedTuple):
    """What became of the mail to one recipient."""

    recipient: str
    state: MailState
    message: str  # in a sentence
    papers: int = 0
    temporary: bool = False  # FAILED only: the same attempt may work later

    @property
    def error(self) -> DeliveryError:
        """FAILED only: the failure as an error."""
        return DeliveryError(f"not mailed to {self.recipient}: {self.message}", temporary=self.temporary)


class AnswersReport(NamedTuple):
    """The result of reading answers to mails."""

    verdicts: tuple[tuple[Verdict, Paper], ...]  # that counted now
    unsubscribed: tuple[str, ...]  # recipients who want no more mails
    repeated: int  # answers that were counted before
    refused: tuple[str, ...]  # why each of the others does not count
    overruled: int = 0  # answers older than what the reader said later


class AppliedAnswer(NamedTuple):
    """What a signed answer asks for, and whether it counts this time."""

    verdict: Verdict | None  # None: it asks for no more mails
    paper: Paper | None  # the paper the verdict is on
    recipient: str  # who wants no more mails; empty where there is a verdict
    new: bool  # False: it was applied before, and nothing was changed
    overruled: bool = False  # it is older than what the reader said later, and changed nothing
