"""What is written for a reader lies where it was asked for, whole or not at all."""

import os
from pathlib import Path

from recommender.errors import StoreError


def check(path: Path) -> None:
    """Make sure that a file can be written there, before the work for it is done.

    Raises:
        StoreError: it cannot, as far as can be told without writing.
    """
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the folder {path.parent} does not exist; make it, or choose another place")


def write(path: Path, text: str) -> None:
    """Write the text, over an older one; through a link it goes where that leads.

    Raises:
        StoreError: it cannot be written; the file that was there before is there still.
    """
    check(path)
    path = path.resolve()
    # a device or a pipe is written to as it is: there is nothing to keep, and it must not become a file
    device = path.exists() and not path.is_file()
    fresh = path if device else path.with_name(f".{path.name}.new-{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8", errors="replace")
        if not device:
            fresh.replace(path)
    except OSError as error:
        if not device:
            fresh.unlink(missing_ok=True)
        raise StoreError(f"{path}: {error.strerror or error}; choose another place") from error
