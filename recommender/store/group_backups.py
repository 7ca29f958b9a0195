"""Backups of a group: one zip file with accounts, votes and archive, the settings, and perhaps members' profiles.

Logins are left out: a login that was ended since, or a link that was used, must not come back to life. Secrets are left
out too, as passwords are of a profile's backup.
"""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from recommender import files
from recommender.errors import ProfileError, StoreError
from recommender.profile import GROUP, check_name
from recommender.results.group import AccountState, GroupBackup, GroupRestored
from recommender.store import backups, copies, group_settings, restoring
from recommender.store.database import advice_on
from recommender.store.group_store import GroupStore
from recommender.store.home import Home
from recommender.text.lines import one_line

_DATABASE, _SETTINGS, _NOTE, _PROFILES = "group.db", "group.toml", "group.json", "profiles/"
_LOGINS = ("session", "link", "secret")  # tables
_ALONE = ".toml.profile"  # the ending of a profile's settings without ratings, once unpacked
_DAYS = 7  # daily backups that are kept


class Unpacked(NamedTuple):
    """A backup that was read and found sound: whole copies of its parts, which may be changed."""

    source: Path
    database: Path
    settings: Path
    profiles: dict[str, Path]  # backups of profiles, by name


def folder(home: Home) -> Path:
    """Where a home's backups of its group lie."""
    return home.backups_folder / "group"


def daily_file(home: Home, day: date) -> Path:
    """The backup that a day makes by itself."""
    return folder(home) / f"group.{day}.zip"


def stored(home: Home) -> list[Path]:
    """The backups in the home's own folder, newest first."""
    return sorted(folder(home).glob("group.*.zip"), key=lambda path: (path.stat().st_mtime, path.name), reverse=True)


def drop_old(home: Home) -> None:
    """Delete the daily backups beyond the newest seven; those that a person made stay."""
    daily = sorted(folder(home).glob("group.[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].zip"))
    for path in daily[:-_DAYS]:
        path.unlink(missing_ok=True)


def forget(home: Home) -> None:
    """Delete all copies of the group's file, also those made before its schema changed: they name who is deleted."""
    for path in (*home.backups_folder.glob(f"{home.group_file.stem}.*.db"), *folder(home).glob("group.*")):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def pack(home: Home, target: Path, at: datetime, profiles: Sequence[str] = ()) -> GroupBackup:
    """Write a backup, consistent while others write, in the place of an earlier one of that path.

    Args:
        profiles: those that are to be in it; one without ratings or lists has its settings alone.

    Raises:
        StoreError: the group's file or a profile is damaged, or the backup cannot be written.
    """
    _check_target(target)
    place = target.resolve()  # what a link leads to
    with TemporaryDirectory(prefix="recommend-") as name, copies.made_aside(place) as new:
        copy = Path(name, _DATABASE)
        copies.copy_into(home.group_file, copy)
        if problems := copies.faults(copy):
            raise StoreError(f"{home.group_file} is damaged ({problems[0]}), and no backup was made", damaged=True)
        _forget_logins(copy)
        with GroupStore(copy) as store:
            members = len(store.accounts())
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            archive.write(copy, _DATABASE)
            archive.write(home.group_settings_file, _SETTINGS)
            added = sum(_add_profile(home, profile, Path(name), archive, at) for profile in profiles)
            note = {"made_at": at.isoformat(timespec="seconds"), "members": members, "profiles": added}
            archive.writestr(_NOTE, json.dumps(note))
        files.sync(new)
        files.put(new, place)
        files.sync_folder(place.parent)
    return GroupBackup(target, at, members, added)


def _add_profile(home: Home, profile: str, aside: Path, archive: zipfile.ZipFile, at: datetime) -> bool:
    """Add what there is of a profile; False: nothing."""
    if home.profile_file(profile).exists():
        packed = aside / f"{profile}.zip"
        backups.pack(home, profile, packed, at)
        archive.write(packed, f"{_PROFILES}{profile}.zip")
        packed.unlink()
    elif home.own_settings_file(profile).exists():
        archive.write(home.own_settings_file(profile), f"{_PROFILES}{profile}.toml")
    else:
        return False
    return True


def _check_target(target: Path) -> None:
    files.check(target)
    if target.exists() and target.stat().st_size:
        with unpacked(target):
            pass


@contextmanager
def unpacked(source: Path) -> Iterator[Unpacked]:
    """The parts of a backup in a private folder, each of them sound.

    Raises:
        StoreError: it cannot be read, or is no backup of a group, or is of a newer version.
        ProfileError: the settings in it are wrong.
    """
    with TemporaryDirectory(prefix="recommend-") as name:
        try:
            with zipfile.ZipFile(source) as archive:
                parts = _extracted(archive, Path(name))
        except OSError as error:
            raise StoreError(f"{source}: {error.strerror or error}") from error
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
            raise StoreError(f"{source} is damaged, or no backup of a group: {error}; nothing was changed") from error
        _check(parts.database, source)
        try:
            group_settings.read(parts.settings)
        except ProfileError as error:
            raise ProfileError(str(error).replace(str(parts.settings), f"{source}: {_SETTINGS}")) from error
        yield parts


def _extracted(archive: zipfile.ZipFile, place: Path) -> Unpacked:
    names = archive.namelist()
    if _DATABASE not in names or _SETTINGS not in names:
        raise StoreError(f"{archive.filename} is a zip file, but no backup of a group; nothing was changed")
    for name in (_DATABASE, _SETTINGS):
        backups.extract(archive, name, place / name)
    profiles = {}
    for name in names:
        profile, dot, ending = name.removeprefix(_PROFILES).partition(".")
        if name.startswith(_PROFILES) and f"{dot}{ending}" in (".zip", ".toml"):
            try:
                profiles[check_name(profile)] = place / f"{profile}{dot}{ending}.profile"
            except ProfileError as error:
                raise StoreError(f"{archive.filename}: {error}; nothing was changed") from error
            backups.extract(archive, name, profiles[profile])
    return Unpacked(Path(archive.filename or ""), place / _DATABASE, place / _SETTINGS, profiles)


def _check(database: Path, source: Path) -> None:
    """Bring the schema of a copy up to date, and refuse what is not ours."""
    if problems := copies.faults(database):
        raise StoreError(f"{source} is damaged ({problems[0]}); nothing was changed", damaged=True)
    try:
        with GroupStore(database) as store, GroupStore(Path(":memory:")) as empty:
            empty.create()
            with store.reading() as connection, empty.reading() as fresh:
                foreign = copies.schema(connection) ^ copies.schema(fresh)
            for account in store.accounts():
                if check_name(account.profile) == GROUP:
                    raise ProfileError(f"{account.profile!r} cannot be the profile of a member")
                if one_line(account.address).lower() != account.address or one_line(account.name) != account.name:
                    raise ProfileError(
                        f"{account.address!r} and {account.name!r} cannot be an account's address and name"
                    )
    except StoreError as error:
        raise StoreError(str(error).replace(str(database), str(source)), damaged=True) from error
    except ProfileError as error:
        raise StoreError(f"{source} was changed by hand: {error}; nothing was changed here", damaged=True) from error
    except ValueError as error:
        raise StoreError(f"{source} is damaged ({error}); nothing was changed", damaged=True) from error
    if foreign:
        names = ", ".join(sorted({name for _, name, _ in foreign})[:5])
        raise StoreError(f"{source} is no group of this program: {names} in it differ; nothing was changed")


def _forget_logins(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        for table in _LOGINS:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("VACUUM")


def restore(home: Home, backup: Unpacked, at: datetime) -> GroupRestored:
    """Put a backup in the place of the group, keep what it replaces, and add the profiles that are not here.

    Everybody is logged out. Members who are disabled now stay so, and an agenda that went out stays known.

    Raises:
        StoreError: a file cannot be written.
    """
    try:
        return _restore(home, backup, at)
    except sqlite3.Error as error:
        raise StoreError(f"{home.group_file}: {advice_on(str(error)) or error}") from error
    except OSError as error:
        advice = files.remedy(error, "make its folder writable")
        raise StoreError(f"{error.filename or home.root}: {error.strerror or error}; {advice}") from error


def _restore(home: Home, backup: Unpacked, at: datetime) -> GroupRestored:
    _forget_logins(backup.database)
    with GroupStore(backup.database) as store:
        store.make_key()  # at once: requests that are under way see by it that the group is another one
    profiles = tuple(name for name in sorted(backup.profiles) if not home.has(name))
    for name in profiles:
        _check_profile(backup, name)
    there = _is_sound(home.group_file)
    returned: tuple[str, ...] = ()
    kept = None
    if home.group_file.exists() and there:
        with GroupStore(home.group_file) as store, store.transaction():
            pass  # raises where nothing can be written, before anything is
        returned = _carry_over(home.group_file, backup.database)
        files.make_private_folder(folder(home))
        kept = restoring.free_name(folder(home) / f"group.{at.astimezone():%Y-%m-%d-%H%M%S}.replaced.zip")
        if home.group_settings_file.exists():
            pack(home, kept, at)
    elif home.group_file.exists():
        kept = _set_aside(home, at)
    for name in profiles:
        _add(home, name, backup.profiles[name], at)
    _put(home, backup.database, there=there)
    files.write(home.group_settings_file, backup.settings.read_bytes(), private=True, make_folder=True)
    with GroupStore(home.group_file) as store:
        members = len(store.accounts())
    return GroupRestored(members, profiles, returned, kept)


def _is_sound(database: Path) -> bool:
    try:
        with GroupStore(database) as store:
            store.accounts()
        return database.exists() and not copies.faults(database)
    except StoreError as error:
        if not error.damaged:
            raise
        return False


def _carry_over(current: Path, restored: Path) -> tuple[str, ...]:
    """Keep in a restored file who is disabled and which agendas went out; gives who is a member again."""
    with GroupStore(current) as now, GroupStore(restored) as then:
        known = {account.address: account for account in now.accounts()}
        returned = tuple(account.address for account in then.accounts() if known and account.address not in known)
        for account in then.accounts():
            if account.address in known and known[account.address].state is AccountState.DISABLED:
                then.set_state(account.number, AccountState.DISABLED)
    with closing(sqlite3.connect(restored, isolation_level=None)) as connection:
        connection.execute("ATTACH DATABASE ? AS now", (str(current),))
        connection.execute(
            """
            INSERT OR REPLACE INTO main.agenda (meeting, account, state, at)
            SELECT meeting.id, account.id, sent.state, sent.at FROM now.agenda AS sent
            JOIN now.meeting AS planned ON planned.id = sent.meeting
            JOIN now.account AS whose ON whose.id = sent.account
            JOIN main.meeting AS meeting ON meeting.at = planned.at
            JOIN main.account AS account ON account.address = whose.address
            """
        )
    return returned


def _set_aside(home: Home, at: datetime) -> Path:
    """Copy a damaged file of the group, with its logs, beside the backups."""
    place = restoring.free_name(folder(home) / f"group.{at.astimezone():%Y-%m-%d-%H%M%S}.damaged")
    files.make_private_folder(place)
    for part in ("", *copies.LOGS):
        path = Path(f"{home.group_file}{part}")
        if path.is_file():
            (place / path.name).write_bytes(path.read_bytes())
    return place


def _put(home: Home, database: Path, *, there: bool) -> None:
    """Give the group's file the rows of another one: in one transaction where it is sound, so that a server goes on."""
    if not there:
        restoring.put(home.group_file, database)
        return
    with GroupStore(home.group_file) as store:
        with store.autocommit() as connection:
            connection.execute("ATTACH DATABASE ? AS backup", (str(database),))
            connection.execute("PRAGMA foreign_keys = OFF")  # rows come and go in no order
        with store.transaction() as connection:
            for table in sorted(name for kind, name, _ in copies.schema(connection) if kind == "table"):
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM backup.{table}")


def _check_profile(backup: Unpacked, name: str) -> None:
    """Refuse a profile that could not be added, before anything is changed."""
    packed = backup.profiles[name]
    if packed.name.endswith(_ALONE):  # comes back as it was, right or wrong
        return
    try:
        with backups.unpacked(packed) as profile:
            restoring.check(profile.database, packed)
    except (ProfileError, StoreError) as error:
        raise StoreError(str(error).replace(str(packed), f"{backup.source}: {name}")) from error


def _add(home: Home, name: str, packed: Path, at: datetime) -> None:
    if packed.name.endswith(_ALONE):
        files.write(home.own_settings_file(name), packed.read_bytes(), private=True, make_folder=True)
        return
    with backups.unpacked(packed) as profile:
        restoring.check(profile.database, packed)
        restoring.restore(home, name, profile, at)
