"""Backups of a profile: made when asked for and once a day, listed, and restored."""

from pathlib import Path

from recommender import files
from recommender.errors import ProfileError, StoreError
from recommender.files import as_argument
from recommender.results.upkeep import Backup, Restored
from recommender.services.reader import Reader
from recommender.store import backups, restoring


def make(reader: Reader, target: Path | None) -> Backup:
    """Write a backup of the profile; without a target into the home's own folder, beside the daily ones.

    Args:
        target: a file, or a folder that exists.

    Raises:
        StoreError: there is nothing to back up, the ratings are damaged, or the file cannot be written.
    """
    reader.store.count()  # says best what is wrong with a damaged file
    stamp = f"{reader.now.astimezone():%Y-%m-%d-%H%M%S}"
    if target is None:
        target = restoring.free_name(_folder(reader) / f"{reader.name}.{stamp}.zip")
    elif target.is_dir():
        target = restoring.free_name(target / f"{reader.name}.{stamp}.zip")
    return backups.pack(reader.home, reader.name, target, reader.now)


def daily(reader: Reader) -> None:
    """Make the backup of today, and delete the daily ones beyond the newest seven; a failure is a warning."""
    try:
        _folder(reader)
        backups.pack(reader.home, reader.name, reader.home.daily_backup(reader.name, reader.today), reader.now)
        backups.drop_old(reader.home, reader.name)
    except (StoreError, OSError) as error:
        reader.progress.warn(f"Today's backup of {reader.name} was not made: {files.failure(error)}")


def stored(reader: Reader) -> list[Backup]:
    """The backups of the profile in the home's own folder, newest first."""
    return backups.stored(reader.home, reader.wanted_name or reader.name)


def restore(reader: Reader, source: Path) -> Restored:
    """Put a backup in the place of the profile, and be that reader from now on.

    Args:
        source: a backup, an export, a copy of the database, or the name of a file among the stored backups.

    Raises:
        ProfileError: it is of another profile, or it is not clear of which one.
        StoreError: it is damaged, no profile, or of a newer version; nothing was changed.
    """
    here = reader.home.backups_folder / source
    source = here if not source.exists() and here.is_file() else source
    with backups.unpacked(source) as backup:
        liked, disliked = restoring.check(backup.database, source)
        name = _whose(reader, backup.profile, source)
        reader.close()
        kept = restoring.restore(reader.home, name, backup, reader.now)
    reader.take_name(name)
    return Restored(name, liked, disliked, backup.settings is not None, kept)


def _whose(reader: Reader, profile: str, source: Path) -> str:
    """The name of the profile that a backup is to replace."""
    wanted = reader.wanted_name
    if wanted and profile and wanted != profile:
        named = as_argument(source)
        raise ProfileError(
            f"{source} is a backup of {profile}, not of {wanted}; `recommend restore {named} -p {profile}` restores "
            f"it, `recommend profile import {named} --as {wanted}` makes a new profile of it"
        )
    return wanted or profile or reader.name


def _folder(reader: Reader) -> Path:
    folder = reader.home.backups_folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}; name another place") from error
    return folder
