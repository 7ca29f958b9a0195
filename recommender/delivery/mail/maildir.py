"""Deliver a mail into a maildir, a folder that mail programs read."""

import mailbox
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from recommender.delivery.mail.receipt import Envelope, Receipt, StoppedAtTheEnd
from recommender.errors import DeliveryError, ProfileError
from recommender.files import expanded

EXAMPLE = "maildir:/home/ada/Mail"
_PARTS = {"tmp", "new", "cur"}
_ALONE = Lock()


@dataclass(frozen=True, slots=True)
class Maildir:
    """A maildir on this machine."""

    path: Path

    def __str__(self) -> str:
        return f"maildir:{self.path}"


def parse(path: str) -> Maildir:
    """The maildir that stands after "maildir:" in an address.

    Raises:
        ProfileError: it is no absolute path.
    """
    folder = expanded(path)
    if not folder.is_absolute():
        raise ProfileError(f"maildir: must be followed by a folder's full path, like {EXAMPLE}")
    return Maildir(folder)


def deliver(envelope: Envelope, transport: Maildir) -> Receipt:
    """Add a mail, for the owner alone, to a maildir, which is made if the folder is empty or does not exist.

    Raises:
        DeliveryError: the folder cannot be written or is no maildir.
    """
    path = transport.path
    try:
        with _ALONE:
            # a mail's links rate papers, and `mailbox` leaves it to the umask, the whole process's, who may read them
            umask = os.umask(0o077)
            try:
                _make(path)
                key = mailbox.Maildir(path, create=False).add(envelope.local)
            finally:
                os.umask(umask)
    except KeyboardInterrupt as stop:
        raise StoppedAtTheEnd from stop
    except (OSError, mailbox.Error) as error:
        incomplete = path.is_dir() and not all((path / part).is_dir() for part in _PARTS)
        reason = "no tmp, new and cur in it" if incomplete else getattr(error, "strerror", None) or str(error)
        raise DeliveryError(
            f"{transport}: {reason}; name a maildir, or a folder that is empty or does not exist yet, to write in"
        ) from error
    return Receipt(envelope.recipients, {}, f"kept as {key}")


def _make(path: Path) -> None:
    """Make a maildir of a folder that is missing, empty, or half made: by another sender, just now.

    Raises:
        OSError: it cannot be made.
    """
    path.mkdir(exist_ok=True)
    if {entry.name for entry in path.iterdir()} <= _PARTS:
        for part in _PARTS:
            (path / part).mkdir(exist_ok=True)
