"""The timer's run: read answers, fetch, rank, mail, rank and draw ahead; a failing part stops no other.

A part that the settings do not ask for is passed over: without [mail], papers are fetched and ranked ahead.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler

from recommender import files
from recommender.delivery import remarks, reports, wording
from recommender.errors import DeliveryError, ProfileError, RecommenderError, SourceError, StoreError, ZoteroWaits
from recommender.paper import NoteKind
from recommender.profile import Profile
from recommender.results.mail import MailState
from recommender.services import answers, mail, paper_map, rankings, update, upkeep, watched, zotero
from recommender.services.reader import Reader
from recommender.services.requests import MailOptions, Request
from recommender.text.lines import one_line
from recommender.text.secrets import without_secrets
from recommender.text.short import counted

_LOG_SIZE, _OLDER_LOGS = 2**20, 3


def run(reader: Reader, request: Request, *, weekly: bool = False) -> None:
    """Do everything that a timer should do for a reader; write it to logs/NAME.log, and say it to who waits.

    Raises:
        DeliveryError: a mail was not accepted.
        ProfileError: the settings name nothing to do.
        RecommenderError: the first part that failed, if it was another one; all others were done.
        StoreError: another mailer of this profile is under way, and does not end.
    """
    if not work(reader.profile):
        place = reader.home.settings_place(reader.name)
        raise ProfileError(
            f"nothing is set up that could run by itself; add categories, digests, [mail], [zotero] or watch to {place}"
        )
    failures: list[RecommenderError] = []
    with _log(reader) as log:
        try:
            with mail.one_mailer(reader, log.warning):
                for part in _parts(reader, request, log, weekly=weekly):
                    try:
                        part()
                    except RecommenderError as error:
                        failures.append(error)
        except StoreError as error:  # no part was begun
            failures.append(error)
        upkeep.Upkeep(reader).back_up_daily()
        for failure in failures:
            log.error(str(failure))
    if failures:
        raise next((failure for failure in failures if isinstance(failure, DeliveryError)), failures[0])


def work(profile: Profile) -> list[str]:
    """What a run does by these settings, in words and in its order; empty: nothing."""
    mails = profile.mail is not None
    parts = {
        "read answers": profile.mail is not None and bool(profile.mail.replies),
        "import watched files": bool(profile.watch),
        "fetch": bool(profile.sources),
        "rank and mail": mails,
        "rank ahead": bool(profile.sources) and not mails,
        "sync with Zotero": profile.zotero is not None,
    }
    return [part for part, is_set_up in parts.items() if is_set_up]


def _parts(reader: Reader, request: Request, log: logging.Logger, *, weekly: bool) -> Iterator[Callable[[], None]]:
    """What the settings ask for, in its order."""
    profile = reader.profile
    if profile.mail and profile.mail.replies:
        yield partial(_answers, reader, profile.mail.replies, log)  # first: what was liked since counts today
    yield partial(_watched, reader, log)  # likewise
    if profile.mail:
        yield partial(_mail, reader, request, log, weekly=weekly)
    elif profile.sources:
        yield partial(_fetch, reader, log)
    if profile.zotero:
        yield partial(_zotero, reader, log)  # no mail waits for another program
    yield partial(rankings.ahead, reader)
    yield partial(paper_map.prepare, reader)


def _fetch(reader: Reader, log: logging.Logger) -> None:
    """Fetch what is new, where no mail does it.

    Raises:
        SourceError: a source failed, or the day's batch is late.
    """
    report = update.update(reader)
    log.info(f"Fetched {counted(report.new, 'new paper')}; {report.candidates} to choose from on {report.day}.")
    for note in report.notes:
        log.info(remarks.note(note))
    if failed := [note for note in report.notes if note.kind in (NoteKind.LATE, NoteKind.SOURCE_FAILED)]:
        raise SourceError(remarks.notes(failed))


def _mail(reader: Reader, request: Request, log: logging.Logger, *, weekly: bool) -> None:
    """Mail what is new.

    Raises:
        DeliveryError: a mail was not accepted.
        SourceError: every mail was accepted, but a source failed or the day's batch is late.
    """
    report = mail.send_locked(reader, request, MailOptions(weekly=weekly))
    failures = [result for result in report.results if result.state is MailState.FAILED]
    for result in report.results:
        if result.state is not MailState.FAILED:
            log.info(result.message)
    for result in failures[1:]:
        reader.progress.warn(f"Not mailed to {result.recipient}: {result.message}")
    candidates = report.candidates
    for note in candidates.notes if candidates else ():
        log.info(remarks.note(note))
    if failures:
        raise failures[0].error
    if candidates and candidates.failures:
        raise SourceError(candidates.failures[0])
    if candidates and candidates.late:
        raise SourceError(remarks.notes(note for note in candidates.notes if note.kind is NoteKind.LATE))


def _answers(reader: Reader, place: str, log: logging.Logger) -> None:
    """Apply the answers of a place."""
    for line in reports.answers(answers.read(reader, place)):
        log.info(line)


def _watched(reader: Reader, log: logging.Logger) -> None:
    """Import the library files that have changed.

    Raises:
        SourceError: one of them cannot be read; the others were.
    """
    failures: list[SourceError] = []
    for place, came in watched.import_changed(reader):
        if isinstance(came, SourceError):
            failures.append(came)
        elif came.verdicts:
            log.info(f"Imported {wording.papers(len(came.verdicts))} from {place}.")
    if failures:
        raise failures[0]


def _zotero(reader: Reader, log: logging.Logger) -> None:
    """Sync with Zotero; where it is closed or out of reach, it is for the next run."""
    try:
        for line in reports.zotero(zotero.sync(reader)):
            log.info(line.strip())
    except ZoteroWaits as error:
        log.info(f"Zotero waits: {error}")


@contextmanager
def _log(reader: Reader) -> Iterator[logging.Logger]:
    """The log of this profile: one line for each thing done, at most a megabyte and three older files."""
    path = reader.home.log_file(reader.name)
    try:
        files.make_private_folder(path.parent)
        handler = _PrivateLog(path, maxBytes=_LOG_SIZE, backupCount=_OLDER_LOGS, encoding="utf-8", errors="replace")
    except OSError as error:
        place = error.filename or path  # also of the folder, where that is a file
        raise StoreError(f"{place}: {error.strerror or error}; move it away, or make it writable") from error
    handler.setFormatter(_Line("%(asctime)s %(levelname)s %(message)s"))
    log = logging.Logger(f"recommend {reader.name}")
    log.addHandler(handler)
    log.addHandler(_Said(reader.progress.say))
    try:
        yield log
    finally:
        with suppress(OSError):  # the last line did not fit on the disk
            handler.close()


class _PrivateLog(RotatingFileHandler):
    """A log that only its owner can read. A full disk costs lines of it, and never the run."""

    def _open(self) -> TextIOWrapper:
        descriptor = files.open_privately(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in logging
        """Drop the line."""


class _Said(logging.Handler):
    """Says what was done to a person who waits; what failed is said as the command's error."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.INFO:
            self._say(one_line(record.getMessage()))


class _Line(logging.Formatter):
    """One line, without passwords; no text of others begins a line of its own, or steers a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(one_line(super().format(record)))
