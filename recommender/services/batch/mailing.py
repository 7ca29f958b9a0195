"""What a worker does after a night's ranking: mail to readers, and read their answers."""

from collections.abc import Callable

from recommender.results.mail import MailState
from recommender.services import answers, mail
from recommender.services.batch.shared import Member
from recommender.services.batch.work import Job, Outcome, State, each
from recommender.services.requests import MailOptions, Request
from recommender.store.nights import Night, Nights, Stage

_MAILER_PATIENCE = 60.0  # seconds for another mailer of the profile: the workers have others to serve


def send(job: Job, stopped: Callable[[], bool] = lambda: False) -> list[Outcome]:
    """Mail to readers whose mail of the night waits, and read the answers to earlier mails.

    Args:
        stopped: whether to end before the next reader.
    """
    return each(job, _send, stopped)


def _send(member: Member, nights: Nights, night: Night) -> Outcome:
    settings = mail.settings_of(member)
    with mail.one_mailer(member, patience=_MAILER_PATIENCE):
        if nights.stage(night) is not Stage.RANKED:  # another process was faster
            return Outcome(member.name, State.ALREADY)
        results = mail.send_locked(member, Request(), MailOptions()).results
        failed = [result.message for result in results if result.state is MailState.FAILED]
        mails = sum(result.state is MailState.SENT for result in results)
        if not failed:
            nights.settle(night, member.now, mail_waits=False)
        if settings.replies:
            answers.read(member, settings.replies)
    if failed:
        return Outcome(member.name, State.FAILED, mails, f"not mailed: {'; '.join(failed)}")
    return Outcome(member.name, State.MAILED, mails)
