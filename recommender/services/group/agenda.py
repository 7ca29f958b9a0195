"""The agenda of the next meeting by mail, once to each member; and what a day needs beside it."""

from datetime import datetime, timedelta
from email.message import EmailMessage

from recommender.delivery.mail import group as mails
from recommender.delivery.mail.receipt import OutcomeUnknown
from recommender.errors import DeliveryError
from recommender.results.group import AgendaMail
from recommender.services.group import backups, week
from recommender.services.group.desk import Desk

_PATIENCE = timedelta(minutes=30)  # a sender that began longer ago has died
_OLD = timedelta(days=1)  # links and sessions that ended so long ago are forgotten


def due(desk: Desk) -> datetime:
    """When the agenda of the next meeting is to be mailed, or was."""
    return week.planned(desk) - timedelta(hours=desk.settings.notice)


def daily(desk: Desk) -> list[AgendaMail]:
    """What a timer does each day: back up, count what several like, forget what has ended, mail the agenda if due."""
    desk.votes.replan(week.planned(desk), desk.now)  # the settings may have changed
    backups.daily(desk)
    week.count_likes(desk)
    desk.logins.drop_old(desk.now - _OLD)
    return send(desk) if desk.now >= due(desk) else []


def send(desk: Desk) -> list[AgendaMail]:
    """Mail the agenda to each member who has not got it; none where nobody has voted.

    A mail is claimed before it is sent, so that two senders at once send it once. After a crash in between it is sent
    once more, with the same Message-ID.
    """
    meeting = week.meeting(desk)
    voted = week.voted(desk, meeting)
    results = []
    for account in desk.votes.awaiting_agenda(meeting.number) if voted else ():
        if not desk.votes.claim_agenda(meeting.number, account.number, desk.now, _PATIENCE):
            continue
        try:
            desk.send(
                mails.agenda(desk.settings, account, voted, week.local(desk, meeting.at), desk.now), account.address
            )
        except DeliveryError as error:
            # a mail that may have arrived is not sent again
            desk.votes.settle_agenda(
                meeting.number, account.number, accepted=isinstance(error, OutcomeUnknown) and not error.refused
            )
            results.append(AgendaMail(account.address, sent=False, message=str(error)))
            continue
        desk.votes.settle_agenda(meeting.number, account.number, accepted=True)
        results.append(AgendaMail(account.address, sent=True, message=f"Mailed the agenda to {account.address}."))
    return results


def preview(desk: Desk) -> EmailMessage | None:
    """The agenda as the first member would get it; None: nobody has voted."""
    meeting = week.meeting(desk)
    voted, accounts = week.voted(desk, meeting), desk.store.accounts()
    if not voted or not accounts:
        return None
    return mails.agenda(desk.settings, accounts[0], voted, week.local(desk, meeting.at), desk.now)
