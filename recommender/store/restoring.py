"""Put a backup in the place of a profile, all or nothing, and keep what it replaces."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from recommender import files
from recommender.errors import StoreError
from recommender.store import backups, copies, settings
from recommender.store.backups import Unpacked
from recommender.store.home import Home
from recommender.store.profile_store import ProfileStore

_EMPTY = Path(":memory:")
# Mails that went out cannot be taken back: these tables keep their rows, so that no paper is mailed twice and nobody
# who unsubscribed is mailed again.
_LASTING = ("mail", "mailed", "unsubscribed")


def check(database: Path, source: Path) -> tuple[int, int]:
    """Make sure that a copy holds a sound profile, and bring its schema up to date; gives its likes and dislikes.

    Raises:
        StoreError: it is damaged, of another program, of a newer version, or has tables or triggers of somebody else.
    """
    if problems := copies.faults(database):
        raise StoreError(f"{source} is damaged ({problems[0]}); nothing was changed", damaged=True)
    try:
        with ProfileStore(database) as store, ProfileStore(_EMPTY) as empty:
            empty.create()
            with store.reading() as connection, empty.reading() as fresh:
                foreign = copies.schema(connection) ^ copies.schema(fresh)
            if foreign:
                names = ", ".join(sorted({name for _, name, _ in foreign})[:5])
                raise StoreError(f"{source} is no profile of this program: {names} in it differ; nothing was changed")
            return store.count()
    except StoreError as error:
        raise StoreError(str(error).replace(str(database), str(source)), damaged=error.damaged) from error


def restore(home: Home, name: str, backup: Unpacked, at: datetime) -> Path | None:
    """Put a checked backup in the place of a profile; gives where what was there before is kept.

    A profile that can be read is changed in one transaction, so that processes at work on it lose nothing; a damaged
    one is replaced with the logs beside it.

    Raises:
        ProfileError: the settings in the backup are wrong; nothing was changed.
        StoreError: a file cannot be written; nothing was changed.
    """
    own = home.own_settings_file(name)
    if backup.settings is None:
        return _replace(home, name, backup.database, at)
    settings.read(backup.settings, name)  # refuses wrong ones
    own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with copies.made_aside(own.resolve()) as new:  # written before anything is changed: a full disk stops it here
        shutil.copyfile(backup.settings, new)
        files.sync(new)
        kept = _replace(home, name, backup.database, at)
        files.put(new, own.resolve())
    return kept


def _replace(home: Home, name: str, database: Path, at: datetime) -> Path | None:
    stamp = f"{at.astimezone():%Y-%m-%d-%H%M%S}"
    if is_sound(home.profile_file(name)):
        kept = free_name(home.backups_folder / f"{name}.{stamp}.replaced.zip")
        _take(home, name, database, kept, at)
        return kept
    folder = set_aside(home, name, stamp)
    put(home.profile_file(name), database)
    return folder


def is_sound(database: Path) -> bool:
    """Whether a profile's database is there and can be read.

    Raises:
        StoreError: it cannot be opened for another reason than damage.
    """
    try:
        with ProfileStore(database) as store:
            return database.exists() and bool(store.count()) and not copies.faults(database)
    except StoreError as error:
        if not error.damaged:
            raise
        return False


def set_aside(home: Home, name: str, stamp: str) -> Path | None:
    """Copy a damaged profile's files, with their logs, into a folder beside the backups; None if there are none."""
    database = home.profile_file(name)
    parts = [Path(f"{database}{part}") for part in ("", *copies.LOGS)]
    parts = [part for part in [*parts, home.own_settings_file(name)] if part.is_file()]
    if not parts:
        return None
    folder = free_name(home.backups_folder / f"{name}.{stamp}.damaged")
    try:
        folder.mkdir(mode=0o700, parents=True)
        for part in parts:
            shutil.copy2(part, folder / part.name)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}; nothing was changed") from error
    return folder


def put(damaged: Path, database: Path) -> None:
    """Put a database in the place of a damaged one. At each moment the damaged or the new one is there."""
    target = damaged.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror or error}; nothing was changed") from error
    with copies.made_aside(target) as new:
        copies.copy_into(database, new)
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        for part in copies.LOGS:  # SQLite would add an old log to the new file
            Path(f"{target}{part}").unlink(missing_ok=True)
        files.put(new, target)
        files.sync_folder(target.parent)


def free_name(path: Path) -> Path:
    """The path itself, or with a number where something has it."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name.partition('.')[0]}.{number}.{path.name.partition('.')[2]}")
    return candidate


def _take(home: Home, name: str, database: Path, kept: Path, at: datetime) -> None:
    """Give a profile the rows of another database, in one transaction, after its backup at `kept`."""
    with ProfileStore(home.profile_file(name), home.backups_folder) as store:
        with store.autocommit() as connection:
            connection.execute("ATTACH DATABASE ? AS backup", (str(database),))
            connection.execute("PRAGMA foreign_keys = OFF")  # rows come and go in no order
        with store.transaction() as connection:
            try:
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"{kept.parent}: {error.strerror or error}; nothing was changed") from error
            backups.pack(home, name, kept, at)  # inside: a rating given meanwhile is in it, or comes after
            tables = [each for kind, each, _ in copies.schema(connection) if kind == "table"]
            for table in sorted(set(tables) - set(_LASTING)):
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM backup.{table}")
            _add_mails(connection)


def _add_mails(connection: sqlite3.Connection) -> None:
    """Add the mails that only the backup knows, with numbers above those that are here."""
    (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM main.mail").fetchone()
    columns = [row[1] for row in connection.execute("PRAGMA main.table_info(mail)") if row[1] != "id"]
    names = ", ".join(columns)
    known = {message for (message,) in connection.execute("SELECT message_id FROM main.mail")}
    rows = connection.execute("SELECT id, message_id FROM backup.mail ORDER BY id").fetchall()
    for number, message_id in rows:
        if message_id not in known:
            connection.execute(
                f"INSERT INTO main.mail (id, {names}) SELECT id + ?, {names} FROM backup.mail WHERE id = ?",
                (last, number),
            )
            connection.execute(
                "INSERT INTO main.mailed SELECT mail + ?, rank, paper FROM backup.mailed WHERE mail = ?", (last, number)
            )
    connection.execute("INSERT OR IGNORE INTO main.unsubscribed SELECT * FROM backup.unsubscribed")
