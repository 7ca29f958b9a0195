"""Put what can be saved of a damaged database in its place, and keep the damaged file."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from recommender.errors import ProfileError, StoreError
from recommender.store import backups, copies, restoring, salvage
from recommender.store.home import Home
from recommender.store.library import Encoder, Library
from recommender.store.profile_store import ProfileStore


class Saved(NamedTuple):
    """What was saved of a damaged database."""

    rows: int  # ratings of a profile, by command and with those taken back; papers of a library
    kept: Path | None  # where the damaged file is; None: there was none
    added: int = 0  # ratings that only the backup had
    backup: Path | None = None  # the newest sound one; None: there is none


def mend_profile(home: Home, name: str, at: datetime) -> Saved:
    """Make a profile of what can be read of its damaged database and of its newest sound backup.

    Raises:
        StoreError: a file cannot be written; nothing was changed.
    """
    with tempfile.TemporaryDirectory(prefix="recommend-") as folder_name:
        folder = Path(folder_name)
        damaged = _copied(home.profile_file(name), folder)
        backup, database = _newest_backup(home, name, folder)
        with ProfileStore(folder / "new.db") as store:
            store.create()
            saved, added = salvage.salvage_profile(damaged, store, database)
        kept = restoring.set_aside(home, name, f"{at.astimezone():%Y-%m-%d-%H%M%S}")
        restoring.put(home.profile_file(name), folder / "new.db")
    return Saved(saved, kept, added, backup)


def mend_library(home: Home, encoder: Encoder, at: datetime) -> Saved:
    """Make a library of what can be read of a damaged one.

    Raises:
        StoreError: a file cannot be written; nothing was changed.
    """
    with tempfile.TemporaryDirectory(prefix="recommend-", dir=home.root) as folder_name:  # it may be large
        folder = Path(folder_name)
        damaged = _copied(home.library_file, folder)
        with Library(folder / "new.db", encoder) as library:
            library.create()
            papers = salvage.salvage_library(damaged, library)
        kept = restoring.free_name(home.root / f"library.{at.astimezone():%Y-%m-%d-%H%M%S}.damaged")
        try:
            for part in ("", *copies.LOGS):
                if Path(f"{home.library_file}{part}").exists():
                    shutil.copy2(f"{home.library_file}{part}", f"{kept}{part}")
        except OSError as error:
            raise StoreError(f"{kept}: {error.strerror or error}; nothing was changed") from error
        restoring.put(home.library_file, folder / "new.db")
    return Saved(papers, kept)


def _copied(database: Path, folder: Path) -> Path:
    """A copy of a file and its logs that may be changed; an empty one where there is none."""
    copy = folder / "damaged.db"
    copy.touch()
    try:
        for part in ("", "-wal", "-journal"):
            if Path(f"{database}{part}").exists():
                shutil.copyfile(f"{database}{part}", f"{copy}{part}")
    except OSError as error:
        raise StoreError(f"{database}: {error.strerror or error}; nothing was changed") from error
    salvage.apply_log(copy)
    return copy


def _newest_backup(home: Home, name: str, folder: Path) -> tuple[Path | None, Path | None]:
    """The newest backup that is sound, and its database in the folder."""
    for each in backups.stored(home, name):
        try:
            with backups.unpacked(each.path) as backup:
                restoring.check(backup.database, each.path)
                shutil.copyfile(backup.database, folder / "backup.db")
                return each.path, folder / "backup.db"
        except (StoreError, ProfileError):
            continue
    return None, None
