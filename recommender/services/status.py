"""What is stored for a reader, and the last error."""

import json
from contextlib import suppress
from datetime import datetime
from itertools import pairwise, takewhile

from recommender import files
from recommender.delivery import remarks
from recommender.errors import StoreError
from recommender.results.profiles import DigestSummary, ErrorSummary, MailSummary, ShownSummary, StatusReport
from recommender.services.reader import Reader
from recommender.text.secrets import without_secrets


def status(reader: Reader) -> StatusReport:
    """Papers, ratings, and the last digest, list, mail and error."""
    digest, shown, sent = reader.library.last_digest(), reader.store.last_list("today", "day"), reader.outbox.last()
    liked, disliked = reader.store.count()
    return StatusReport(
        profile=reader.name,
        papers=reader.library.count(),
        liked=liked,
        disliked=disliked,
        digest=DigestSummary(without_secrets(digest.name), *digest[1:]) if digest else None,
        shown=ShownSummary(shown.day, len(shown.items), shown.considered, shown.made_at, remarks.notes(shown.notes))
        if shown
        else None,
        mail=MailSummary(sent.recipient, sent.day, len(sent.papers), sent.fate.value, sent.reply, sent.at)
        if sent
        else None,
        error=_last_error(reader),
        suggestions=len(reader.store.suggestions()),
    )


def record_error(reader: Reader, command: str, message: str) -> None:
    """Keep an error for `status`, or forget it once the command works; ignored where it cannot be written.

    Args:
        message: empty if the command worked.
    """
    path = reader.home.error_file
    if not message:
        with suppress(OSError):
            last = _last_error(reader) if path.exists() else None
            if last and _what(last.command) == _what(command):
                path.unlink()
        return
    record = {
        "at": reader.now.isoformat(timespec="seconds"),
        "command": without_secrets(command),
        "message": without_secrets(message),
    }
    with suppress(StoreError, OSError):
        if reader.home.root.is_dir():
            files.write(path, json.dumps(record, ensure_ascii=False), private=True)


def _what(command: str) -> tuple[list[str], list[str]]:
    """A command's name, and the profile it is for, without what it was given: a fault of it may be mended now."""
    words = command.split()
    name = list(takewhile(lambda word: word.isalpha(), words))[:2]
    return name, [after for word, after in pairwise(words) if word in ("-p", "--profile")]


def _last_error(reader: Reader) -> ErrorSummary | None:
    try:
        record = json.loads(reader.home.error_file.read_text(encoding="utf-8"))
        command, message = (without_secrets(str(record[key])) for key in ("command", "message"))
        return ErrorSummary(datetime.fromisoformat(record["at"]), command, message)
    except (OSError, ValueError, KeyError, TypeError):
        return None
