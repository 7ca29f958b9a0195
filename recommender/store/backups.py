"""Backups of a profile: one zip file with its database, its settings, and a note on whose it is.

`profile export` writes the same two members, so that `restore` reads its files and `profile import` reads backups.
"""

import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from recommender import files
from recommender.errors import ProfileError, StoreError
from recommender.profile import check_name
from recommender.results.upkeep import Backup
from recommender.store import copies
from recommender.store.home import Home
from recommender.store.profile_store import ProfileStore

_DATABASE, _SETTINGS, _NOTE = "profile.db", "profile.toml", "backup.json"
_SQLITE = b"SQLite format 3\0"  # https://sqlite.org/fileformat.html#magic_header_string
_PLAIN = (".db", ".sqlite", ".sqlite3", ".backup")  # names of backups that are a database alone
_LIMIT = 2 * 2**30  # unpacked bytes of a member: far above any reader's file
_DAYS = 7  # daily backups that are kept


class Unpacked(NamedTuple):
    """A backup that was read: whole copies of its parts, which may be changed."""

    database: Path
    settings: Path | None
    profile: str  # empty: it does not say whose it is


def pack(home: Home, name: str, target: Path, at: datetime) -> Backup:
    """Write a backup of a profile, consistent while others write, in the place of an earlier one of that path.

    The name says what it is: one that ends in `.db` is a copy of the database alone.

    Raises:
        StoreError: there is nothing to back up, the database is damaged, or the file is no backup or cannot be written.
    """
    database = home.profile_file(name)
    if not database.exists():
        raise StoreError(f"{name} has no ratings or lists yet; there is nothing to back up")
    _check_target(target)
    place = target.resolve()  # what a link leads to
    with _private_folder() as folder, copies.made_aside(place) as new:
        copy = folder / _DATABASE
        copies.copy_into(database, copy)
        if problems := copies.faults(copy):
            message = f"{database} is damaged ({problems[0]}), and no backup was made of it"
            raise StoreError(f"{message}; `recommend doctor --fix -p {name}` saves what can be read", damaged=True)
        with ProfileStore(copy) as store:
            liked, disliked = store.count()
        if target.suffix in _PLAIN:
            shutil.copyfile(copy, new)
        else:
            note = {"profile": name, "made_at": at.isoformat(timespec="seconds"), "liked": liked, "disliked": disliked}
            with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_NOTE, json.dumps(note))
                archive.write(copy, _DATABASE)
                if home.settings_file(name).exists():
                    archive.write(home.settings_file(name), _SETTINGS)
        files.sync(new)
        files.put(new, place)
        files.sync_folder(place.parent)
    return Backup(target, at, liked, disliked, target.stat().st_size)


def stored(home: Home, name: str) -> list[Backup]:
    """The backups of a profile in the home's own folder, newest first; files there that are none are passed over."""
    backups = []
    for path in home.backups_folder.glob(f"{check_name(name)}.*.zip"):
        try:
            with zipfile.ZipFile(path) as archive:
                note = _note(archive)
            backups.append(
                Backup(
                    path,
                    datetime.fromisoformat(note["made_at"]),
                    int(note["liked"]),
                    int(note["disliked"]),
                    path.stat().st_size,
                )
            )
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, StoreError):
            continue
    return sorted(backups, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def drop_old(home: Home, name: str) -> None:
    """Delete the daily backups of a profile beyond the newest seven; those that a person made stay."""
    daily = sorted(home.backups_folder.glob(f"{check_name(name)}.[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].zip"))
    for path in daily[:-_DAYS]:
        path.unlink(missing_ok=True)


@contextmanager
def unpacked(source: Path) -> Iterator[Unpacked]:
    """The parts of a backup, an export, or a copy of a database (with the log beside it), in a private folder.

    Raises:
        StoreError: it cannot be read, or is none of them.
    """
    if source.exists() and not source.is_file():
        raise StoreError(f"{source} is {'a folder' if source.is_dir() else 'no file'}; name a backup")
    with _private_folder() as folder:
        try:
            with source.open("rb") as file:
                start = file.read(len(_SQLITE))
            if start == _SQLITE:
                yield _from_copy(source, folder)
                return
            if zipfile.is_zipfile(source):
                yield _from_zip(source, folder)
                return
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise StoreError(f"{source} is damaged: {error}; nothing was changed") from error
        except OSError as error:
            raise StoreError(f"{source}: {error.strerror or error}; `recommend restore` alone lists backups") from error
        what = "is empty" if not start else "is no backup, no export of a profile, and no database"
        raise StoreError(f"{source} {what}; nothing was changed, `recommend restore` alone lists backups")


def _from_copy(source: Path, folder: Path) -> Unpacked:
    for part in ("", "-wal", "-journal"):
        beside = Path(f"{source}{part}")
        if beside.exists():
            shutil.copyfile(beside, folder / f"{_DATABASE}{part}")
    return Unpacked(folder / _DATABASE, None, "")


def _from_zip(source: Path, folder: Path) -> Unpacked:
    with zipfile.ZipFile(source) as archive:
        names = archive.namelist()
        if _DATABASE not in names:
            raise StoreError(f"{source} is a zip file, but no backup of a profile; nothing was changed")
        for name in (_DATABASE, _SETTINGS):
            if name in names:
                extract(archive, name, folder / name)
        note = _note(archive) if _NOTE in names else {}
    profile = str(note.get("profile", ""))
    try:
        check_name(profile or "x")
    except ProfileError as error:
        raise StoreError(f"{source} is no backup of a profile: {error}") from error
    return Unpacked(folder / _DATABASE, folder / _SETTINGS if _SETTINGS in names else None, profile)


def extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Unpack a member into a file.

    Raises:
        StoreError: it is too large.
    """
    with archive.open(name) as packed, target.open("wb") as file:
        left = _LIMIT
        while data := packed.read(2**20):
            left -= len(data)
            if left < 0:
                raise StoreError(f"{archive.filename}: {name} in it is too large to be a profile; nothing was changed")
            file.write(data)


def _note(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        note = json.loads(archive.read(_NOTE)) if archive.getinfo(_NOTE).file_size < 2**16 else None
    except (ValueError, KeyError) as error:
        raise StoreError(f"{archive.filename} is damaged: {error}") from error
    if not isinstance(note, dict):
        raise StoreError(f"{archive.filename} is damaged: its note says nothing")
    return note


def _check_target(target: Path) -> None:
    """Refuse to write over what is no backup.

    Raises:
        StoreError: the file is something else, or cannot be written.
    """
    files.check(target)
    if target.exists() and target.stat().st_size:
        with unpacked(target) as earlier:
            with copies.reading(earlier.database) as connection:
                try:
                    (mark,) = connection.execute("PRAGMA application_id").fetchone()
                except sqlite3.Error:
                    mark = 0
            if mark != ProfileStore.application_id:
                raise StoreError(f"{target} exists and is no backup; choose another name")


@contextmanager
def _private_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="recommend-") as folder:
        yield Path(folder)
