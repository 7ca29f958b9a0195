"""A profile's database from others: compared with what our own migrations make, checked value by value, and copied.

The copy is made by our migrations and filled row by row, so nothing of the foreign schema gets into it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import sqlite_utils

from recommender import files, untrusted
from recommender.errors import ProfileError
from recommender.paper import Note
from recommender.store import foreign_values, migrations
from recommender.store.profile_store import ProfileStore

# each table of a profile's database belongs to one of these; a test compares them with the schema
OF_READER = (
    *("paper", "command", "event", "record", "shortlist", "shown", "ranking", "offered", "said", "note"),
    *("reading", "opened", "zotero_item", "zotero_like"),
)
OF_MAIL = ("mail", "mailed", "answered", "unsubscribed", "secret", "night")


class MailRows(NamedTuple):
    """What a database holds that belongs to the mails."""

    mails: int
    answers: int
    has_key: bool  # that signs the links in the mails


def copy(source: Path, target: Path, *, with_mail: bool, check_note: Callable[[Note], object]) -> MailRows:
    """Copy a profile's database of others into a new file; gives what it has of mails, copied or not.

    Args:
        source: a file that may be changed.
        with_mail: copy mails, the answers to them and the key of their links, too.
        check_note: raises if a note of a list cannot be worded.

    Raises:
        ProfileError: it is no database of ours, is damaged, or a value in it is wrong.
        OSError: the copy cannot be written.
    """
    try:
        with untrusted.opened(source) as foreign:
            version = _checked_version(foreign)
            _check_schema(foreign, version)
            ((state,),) = foreign.execute("PRAGMA quick_check(1)")
            if state != "ok":
                raise ProfileError(f"the profile's database in it is damaged ({state}); export it again")
            tables = [name for name in (*OF_READER, *(OF_MAIL if with_mail else ())) if _has(foreign, name)]
            files.make_private(target)
            with closing(sqlite3.connect(target, isolation_level=None)) as new:
                _fill(new, foreign, tables, version, check_note)
            return _mail_rows(foreign)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise ProfileError(
                f"reading it takes longer than {untrusted.SECONDS:.0f} seconds; it was given up"
            ) from error
        raise ProfileError(f"the profile's database in it cannot be read ({error})") from error
    except sqlite3.Error as error:
        raise ProfileError(f"the profile's database in it cannot be read ({error})") from error


def _checked_version(foreign: sqlite3.Connection) -> int:
    ((version, application_id),) = foreign.execute(
        "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id"
    ).fetchall()
    if application_id != ProfileStore.application_id or version < 1:
        raise ProfileError("the database in it is not one of this program's profiles")
    if version > ProfileStore.schema_version:
        raise ProfileError(
            f"it was written by a newer version of this program (its schema is {version}, this version knows "
            f"{ProfileStore.schema_version}); upgrade with `pip install --upgrade recommender`"
        )
    return int(version)


def _check_schema(foreign: sqlite3.Connection, version: int) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        _migrate(ours, version)
        expected, found = _schema(ours), _schema(foreign)
    for name in sorted(expected.keys() | found.keys(), key=lambda name: (name[0] != "table", name)):
        if expected.get(name) != found.get(name):
            kind, its_name = name
            how = "is missing" if name not in found else "is not ours" if name not in expected else "is not as ours"
            raise ProfileError(f"the {kind} {its_name!r} of its database {how}; only an unchanged export is imported")


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], object]:
    """The parts of a schema by kind and name: the columns of tables, and the text of all else without its layout."""
    plain = untrusted.plain_tables(connection)
    parts: dict[tuple[str, str], object] = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if kind == "table" and name in plain:
            columns = untrusted.columns(connection, name)
            parts[kind, name] = [
                (column, declared, required, key) for _, column, declared, required, _, key, _ in columns
            ]
        else:
            parts[str(kind), str(name)] = "".join(str(sql).lower().split()).translate(
                {ord(sign): "" for sign in '"[]`'}
            )
    return {(kind, name): part for (kind, name), part in parts.items() if not name.startswith("sqlite_stat")}


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring our own database to a version of the schema."""
    database = sqlite_utils.Database(connection)
    names = [migration.name for migration in migrations.profile.pending(database)]
    done = len(migrations.profile.applied(database))
    migrations.profile.apply(database, stop_before=names[version - done :])


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return bool(untrusted.columns(connection, table))


def _fill(
    new: sqlite3.Connection,
    foreign: sqlite3.Connection,
    tables: list[str],
    version: int,
    check_note: Callable[[Note], object],
) -> None:
    """Make our database of that version, copy the rows, and bring it to today's schema."""
    new.execute("PRAGMA journal_mode = WAL")
    new.execute("BEGIN")
    _migrate(new, version)
    check = foreign_values.Check(check_note)
    for table in tables:
        names = [name for _, name, *_ in untrusted.columns(new, table)]
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        # lists are compared in the order in which their papers were shown first
        for number, row in enumerate(
            foreign.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid"), start=1
        ):
            try:
                new.execute(insert, check.row(table, dict(zip(names, row, strict=True))))
            except (foreign_values.Wrong, sqlite3.IntegrityError, ValueError, TypeError) as error:
                raise ProfileError(f"row {number} of the table {table!r} in it is wrong: {error}") from error
    if OF_MAIL[0] not in tables and "offered" in tables:
        new.execute("DELETE FROM offered WHERE audience NOT IN ('', '-')")  # what mails had to choose from
    if orphan := new.execute("PRAGMA foreign_key_check").fetchone():
        raise ProfileError(f"a row of the table {orphan[0]!r} in it belongs to no row of {orphan[2]!r}")
    _migrate(new, ProfileStore.schema_version)
    new.execute(f"PRAGMA application_id = {ProfileStore.application_id}")
    new.execute(f"PRAGMA user_version = {ProfileStore.schema_version}")
    new.execute("COMMIT")
    new.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # closing moves the log into the file too, and passes over errors


def _mail_rows(foreign: sqlite3.Connection) -> MailRows:
    mails, answers, keys = (
        foreign.execute(f"SELECT count(*) FROM {table}").fetchone()[0] if _has(foreign, table) else 0
        for table in ("mail", "answered", "secret")
    )
    return MailRows(mails, answers, bool(keys))
