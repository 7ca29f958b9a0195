"""Maildir: a folder with one file a mail."""

import os
from pathlib import Path

from recommender.errors import SourceError


def is_maildir(folder: Path) -> bool:
    """Whether the folder is a Maildir, with mails below cur/ and new/."""
    return all(os.path.isdir(folder / name) for name in ("cur", "new"))  # also for a name that is too long


def files(folder: Path) -> list[Path]:
    """The mails of a Maildir by name, which begins with the time of delivery; without hidden files.

    Raises:
        SourceError: a folder cannot be read.
    """
    try:
        mails = [file for name in ("cur", "new") for file in (folder / name).iterdir() if file.is_file()]
    except OSError as error:
        raise SourceError(f"{error.filename or folder}: {(error.strerror or str(error)).lower()}") from error
    return sorted((file for file in mails if not file.name.startswith(".")), key=lambda file: (file.name, file))
