"""Backups of a group and of its members' profiles: made once a day, or when an admin asks for one, and restored."""

from contextlib import suppress
from pathlib import Path

from recommender import files
from recommender.errors import StoreError
from recommender.results.group import GroupBackup, GroupRestored
from recommender.services.group.desk import Desk
from recommender.store import backups as profile_backups
from recommender.store import group_backups, restoring


def daily(desk: Desk) -> None:
    """Make today's backups unless they are there, and delete those beyond the newest seven; a failure is a warning."""
    home, today = desk.home, desk.now.astimezone().date()
    accounts = []
    try:
        accounts = desk.store.accounts()
        if not group_backups.daily_file(home, today).exists():
            files.make_private_folder(group_backups.folder(home))
            group_backups.pack(home, group_backups.daily_file(home, today), desk.now)
            group_backups.drop_old(home)
    except (StoreError, OSError) as error:
        desk.progress.warn(f"Today's backup of the group was not made: {files.failure(error)}")
    for account in accounts:
        _profile_of_today(desk, account.profile)


def _profile_of_today(desk: Desk, name: str) -> None:
    home = desk.home
    target = home.daily_backup(name, desk.now.astimezone().date())
    if target.exists() or not home.profile_file(name).exists():
        return
    with suppress(StoreError), home.profile_store(name) as store:  # the backup meets it again, and warns of it
        if store.version() == 0:  # nothing was ever rated: there is nothing to lose
            return
    try:
        files.make_private_folder(home.backups_folder)
        profile_backups.pack(home, name, target, desk.now)
        profile_backups.drop_old(home, name)
    except (StoreError, OSError) as error:
        desk.progress.warn(f"Today's backup of {name} was not made: {files.failure(error)}")


def make(desk: Desk, target: Path | None) -> GroupBackup:
    """Write a backup of the group with the profiles of all members.

    Args:
        target: a file, or a folder that exists; None: the home's own folder.

    Raises:
        ProfileError: there is no group, or its settings are wrong.
        StoreError: something is damaged, or the file cannot be written.
    """
    desk.settings  # noqa: B018 - reads them: without settings there is no group
    name = f"group.{desk.now.astimezone():%Y-%m-%d-%H%M%S}.zip"
    if target is None:
        try:
            files.make_private_folder(group_backups.folder(desk.home))
        except OSError as error:
            raise StoreError(f"{error.filename}: {error.strerror or error}; name another place") from error
        target = restoring.free_name(group_backups.folder(desk.home) / name)
    elif target.is_dir():
        target = restoring.free_name(target / name)
    profiles = [account.profile for account in desk.store.accounts()]
    return group_backups.pack(desk.home, target, desk.now, profiles)


def restore(desk: Desk, source: Path) -> GroupRestored:
    """Put a backup in the place of the group; profiles that are here stay as they are, others are added.

    Args:
        source: a backup, or the name of a file among the stored ones.

    Raises:
        StoreError, ProfileError: it is damaged, no backup, or of a newer version; nothing was changed.
    """
    here = group_backups.folder(desk.home) / source
    source = here if not source.exists() and here.is_file() else source
    with group_backups.unpacked(source) as backup:
        desk.close()
        return group_backups.restore(desk.home, backup, desk.now)
