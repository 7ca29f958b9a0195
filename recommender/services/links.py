"""The links of the chain that belong to one reader: settings, sources, lists, mail, answers, schedule, clock."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from recommender import files, scheduling
from recommender.delivery.mail import sending
from recommender.delivery.mail.maildir import Maildir
from recommender.delivery.mail.sendmail import Sendmail
from recommender.errors import MachineError, ProfileError, RecommenderError, SourceError
from recommender.profile import ARXIV, MailSettings, is_mailbox, is_remote
from recommender.results.upkeep import Finding, Level
from recommender.services.batch.hours import due
from recommender.services.reader import Reader
from recommender.sources import imap
from recommender.store import checkup
from recommender.store.mail_password import mail_password
from recommender.store.outbox import Fate
from recommender.text.short import counted, shortened

_QUIET = timedelta(days=5)  # longer than arXiv's longest pause between two lists
_LOG_AGE = timedelta(days=8)  # a weekly run was missed
_AHEAD = timedelta(hours=26)  # a moment may be written in another zone's day, never further ahead


def settings(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether the settings can be read."""
    path = reader.home.settings_file(reader.name)
    try:
        reader.reload()
        reader.profile  # noqa: B018 - reads them
    except RecommenderError as error:
        yield Finding("settings", Level.WRONG, str(error), f"edit {path}")
    else:
        shipped = path != reader.home.own_settings_file(reader.name)
        yield Finding("settings", Level.GOOD, f"{path}{', which ships with the program' if shipped else ''}")


def sources(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether each source is there, and when it was asked last. Asks nobody."""
    profile, path = reader.profile, reader.home.settings_place(reader.name)
    if not profile.sources:
        yield Finding("sources", Level.NOTE, "none is set; `recommend today FILE` reads a file", f"edit {path}")
    for place in profile.sources:
        if place == ARXIV and not profile.categories:
            yield Finding("sources", Level.WRONG, "arxiv is to be asked, but no categories are set", f"edit {path}")
        elif not is_remote(place) and not files.expanded(place).exists():
            yield Finding("sources", Level.WRONG, f"{place} does not exist", f"make it, or edit {path}")
        elif not is_remote(place) and files.is_endless(files.expanded(place)):
            yield Finding("sources", Level.WRONG, f"{place} is a pipe or a device, and is not read", f"edit {path}")
        elif not is_remote(place):
            yield Finding("sources", Level.GOOD, place)
        elif is_mailbox(place):
            yield from _mailbox(reader, place, "sources")
    for name in profile.remote_names:
        asked = checkup.last_fetch(reader.library, name)
        if asked is None:
            yield Finding("sources", Level.NOTE, f"{name} was not asked yet", "recommend fetch")
        elif reader.now - asked[0] > _QUIET:
            yield Finding("sources", Level.NOTE, f"{name} was asked last on {_day(asked[0])}", "recommend fetch")
        else:
            yield Finding("sources", Level.GOOD, f"{name}, asked {_day(asked[0])}: {counted(asked[1], 'paper')}")


def lists(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """When there was a list last."""
    last = reader.store.last_list("today", "mail", "day")
    if last is None:
        yield Finding("lists", Level.NOTE, "there was none yet", "recommend today")
    else:
        yield Finding("lists", Level.GOOD, f"the last one of {last.day} with {counted(len(last.items), 'paper')}")


def mail(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether mail can go out, and what became of the last one. Sends nothing."""
    mail_settings = reader.profile.mail
    if mail_settings is None:
        yield Finding("mail", Level.NOTE, "lists go out by no mail: there is no [mail] in the settings")
        return
    yield from _transport(reader, mail_settings)
    for address in filter(reader.outbox.is_unsubscribed, mail_settings.to):
        remedy = f"recommend mail --subscribe --to {address}"
        yield Finding("mail", Level.NOTE, f"{address} has unsubscribed", remedy)
    last = reader.outbox.last()
    if last is None:
        yield Finding("mail", Level.NOTE, "nothing was mailed yet", "recommend mail")
    elif last.fate is Fate.ACCEPTED:
        yield Finding(
            "mail", Level.GOOD, f"the last one of {last.day} to {last.recipient} was accepted {_day(last.at)}"
        )
    elif last.fate is Fate.FAILED:
        text = f"the last one, to {last.recipient}, was not accepted: {shortened(last.reply)}"
        yield Finding("mail", Level.WRONG, text, "recommend mail")
    else:
        text = (
            f"the last one, to {last.recipient}, may have arrived: {shortened(last.reply or 'its sender was stopped')}"
        )
        yield Finding("mail", Level.NOTE, text, "recommend mail")


def answers(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether the place that answers arrive in can be read. Asks nobody."""
    replies = reader.profile.mail.replies if reader.profile.mail else ""
    if is_remote(replies):
        yield from _mailbox(reader, replies, "answers")
    elif replies and not files.expanded(replies).exists():
        yield Finding("answers", Level.NOTE, f"{replies} does not exist yet: no answer has arrived there")
    elif replies and files.is_endless(files.expanded(replies)):
        remedy = f"edit {reader.home.settings_place(reader.name)}"
        yield Finding("answers", Level.WRONG, f"{replies} is a pipe or a device, and is not read", remedy)
    elif replies:
        yield Finding("answers", Level.GOOD, replies)


def schedule(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether the machine starts `recommend run`, and when it did so last."""
    remedy = f"recommend schedule install -p {reader.name}"
    try:
        schedulers = scheduling.installed(reader.name)
    except MachineError as error:
        yield Finding("schedule", Level.NOTE, str(error))
        return
    if not schedulers:
        if reader.profile.mail:
            yield Finding("schedule", Level.NOTE, "nothing mails the list by itself", remedy)
        elif reader.profile.zotero or reader.profile.watch:
            yield Finding("schedule", Level.NOTE, "nothing syncs or imports by itself", remedy)
        return
    log = reader.home.log_file(reader.name)
    for scheduler in schedulers:
        if not scheduler.runs_for(reader.name, str(reader.home.root)):
            text = f"{scheduler.name} starts runs for another home than {reader.home.root}"
            yield Finding("schedule", Level.WRONG, text, remedy)
        elif not log.exists():
            yield Finding("schedule", Level.NOTE, f"{scheduler.name} is to start it, and has not done so yet")
        elif reader.now.timestamp() - log.stat().st_mtime > _LOG_AGE.total_seconds():
            text = f"{scheduler.name} is to start it, but the last line of {log} is over a week old"
            yield Finding("schedule", Level.WRONG, text, remedy)
        else:
            yield Finding("schedule", Level.GOOD, f"{scheduler.name}; what it did is in {log}")


def clock(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether anything was recorded later than now."""
    newest = checkup.newest_moment(reader.store)
    if newest and newest - reader.now > _AHEAD:
        text = f"it shows {_day(reader.now)}, but something was recorded on {_day(newest)}"
        yield Finding("clock", Level.WRONG, text, "set this machine's clock")
    else:
        yield Finding("clock", Level.GOOD, f"{reader.now.astimezone():%Y-%m-%d %H:%M %Z}")


def library(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Whether watched files are there, and the key for Zotero. Asks nobody."""
    path, zotero = reader.home.settings_place(reader.name), reader.profile.zotero
    for place in reader.profile.watch:
        if not is_remote(place) and not Path(place).exists():
            yield Finding("watch", Level.WRONG, f"{place} does not exist", f"make it, or edit {path}")
        elif not is_remote(place) and not Path(place).is_file():
            yield Finding("watch", Level.WRONG, f"{place} is no file, and is not read", f"edit {path}")
        else:
            yield Finding("watch", Level.GOOD, place)
    if zotero and zotero.by == "web":
        yield from _password(reader, "zotero", "zotero")
    elif zotero and zotero.into:
        finding = next(_password(reader, "zotero_local", "zotero"))
        if finding.level is Level.WRONG:
            text = "Zotero was not asked yet whether likes may go in"
            finding = Finding("zotero", Level.NOTE, text, "recommend zotero allow")
        yield finding
    elif zotero:
        yield Finding("zotero", Level.GOOD, f"likes come from {', '.join(zotero.collections)}")


LINKS = (settings, sources, library, lists, mail, answers, schedule, clock)


def _transport(reader: Reader, mail_settings: MailSettings) -> Iterator[Finding]:
    by = mail_settings.by.strip()
    if sending.needs_password(by):
        yield from _password(reader, "smtp", "mail", by)
    if fault := transport_fault(by):
        yield Finding("mail", Level.WRONG, fault, "make it, or change `by` in [mail]")
    try:
        due(mail_settings.at, reader.today, reader.now)
    except ProfileError as error:
        yield Finding("mail", Level.WRONG, str(error), f"edit {reader.home.settings_place(reader.name)}")


def transport_fault(by: str) -> str:
    """Which command or folder is not there that mail goes out by; empty if it is.

    Raises:
        ProfileError: `by` names no way to send mail.
    """
    if sending.needs_password(by):  # a mail server: it is asked when mail goes out
        return ""
    match sending.transport_from(by, ""):
        case Sendmail(command) if shutil.which(command[0]) is None:
            return f"{command[0]} is no command here"
        case Maildir(path) if not os.path.isdir(path.parent):
            return f"{path.parent} does not exist"
    return ""


def _mailbox(reader: Reader, place: str, link: str) -> Iterator[Finding]:
    try:
        imap.parse_address(place)
    except SourceError as error:
        yield Finding(link, Level.WRONG, str(error), f"edit {reader.home.settings_place(reader.name)}")
    else:
        yield from _password(reader, "imap", link)


def _password(reader: Reader, use: str, link: str, by: str = "") -> Iterator[Finding]:
    try:
        if by:
            mail_password(reader.home, reader.name, by)
        else:
            reader.home.password(reader.name, use)
    except RecommenderError as error:
        yield Finding(link, Level.WRONG, str(error))
    else:
        yield Finding(link, Level.GOOD, f"a password for {use} is here")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d}"
