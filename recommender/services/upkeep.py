"""Backups and the check of everything, for one reader; what is slow to import is imported when it is asked for."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from recommender import files, services
from recommender.errors import StoreError
from recommender.services.reader import Reader

if TYPE_CHECKING:
    from recommender.results.upkeep import Backup, HealthReport, Restored


class Upkeep:
    """The ways back of one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def back_up(self, target: str | os.PathLike[str] | None = None) -> "Backup":
        """Write a backup of the profile: ratings, lists, mails and settings, consistent while others write.

        Args:
            target: a file (one that ends in .db gets the database alone), or a folder; None: the home's own folder.

        Raises:
            StoreError: there is nothing to back up, the ratings are damaged, or the file cannot be written.
        """
        return services.backups.make(self._reader, files.expanded(target) if target is not None else None)

    def back_up_daily(self) -> None:
        """Make the backup of today unless it is there; a failure is a warning."""
        reader = self._reader
        if reader.home.daily_backup(reader.name, reader.today).exists():
            return
        with suppress(StoreError):  # which the backup will meet again, and warn of
            if reader.store.version() == 0:  # nothing was ever rated: there is nothing to lose
                return
        services.backups.daily(reader)

    def backups(self) -> "list[Backup]":
        """The backups in the home's own folder, newest first."""
        return services.backups.stored(self._reader)

    def restore(self, source: str | os.PathLike[str]) -> "Restored":
        """Put a backup in the place of the profile, all or nothing; what was there before is kept.

        Raises:
            ProfileError: it is of another profile.
            StoreError: it is damaged, no backup, or of a newer version; nothing was changed.
        """
        return services.backups.restore(self._reader, files.expanded(source))

    def check(self, *, fix: bool = False) -> "HealthReport":
        """Check each link from source to inbox.

        Args:
            fix: mend what can be mended without a decision; what is replaced is kept.
        """
        return services.doctor.check(self._reader, fix=fix)
