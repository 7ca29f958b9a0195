"""Save the rows that can still be read in a damaged database, into a new one of the same kind."""

import json
import re
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from recommender.paper import Giver, Status, Verdict
from recommender.store.copies import UNREADABLE, reading
from recommender.store.full_text import index_new
from recommender.store.library import Library
from recommender.store.outbox import Fate
from recommender.store.paper_table import by_key
from recommender.store.profile_store import ProfileStore
from recommender.store.rows import contents_from_json, reasons_from_json, scores_from_json

_MAGIC = b"SQLite format 3\0"
_HEADER = 100  # bytes: https://sqlite.org/fileformat.html#the_database_header
_PAGE = 4096  # bytes; SQLite's default, and that of all files that nobody else made anew
_PAGES = {1, *(2**power for power in range(9, 16))}  # sizes as a header has them; a flipped bit makes none of another
_LOG_HEADER, _FRAME_HEADER = 32, 24  # bytes: of a log, and of each page in it
_MOST_PAGES = 2**24  # 64 GB: a number of a page above it is damage
_MOST_FAILURES = 2_000  # reads of one table that fail before the rest of it is given up
_BEYOND = 10_000  # keys above the last one known that are tried where the largest cannot be read
_COMPUTED = {"ranking", "terms", "block", "change", "_sqlite_migrations"}  # made anew by the program or a new file


def salvage_profile(damaged: Path, store: ProfileStore, backup: Path | None) -> tuple[int, int]:
    """Fill a new profile with what can be read of a damaged one, and what only the newest backup has.

    Args:
        damaged: a copy that may be changed, with its logs.
        backup: a sound database; None: there is none. One of another life of the profile counts only where nothing
            of this one can be read.

    Returns:
        The ratings, by command, that came from the damaged file, and those that came from the backup.
    """
    with store.transaction() as connection:
        _copy_rows(damaged, connection, backup)
        _mend_profile(connection)
        saved = _events(connection)
        if backup and _same_life(backup, connection):
            _copy_rows(backup, connection)
            _mend_profile(connection)
        return saved, _events(connection) - saved


def salvage_library(damaged: Path, library: Library) -> int:
    """Fill a new library with what can be read of a damaged one, and index it; returns the number of papers."""
    with library.transaction() as connection:
        _copy_rows(damaged, connection)
        connection.execute("DELETE FROM paper WHERE id = ''")
        for table in ("announced", "revised"):
            connection.execute(f"DELETE FROM {table} WHERE paper NOT IN (SELECT key FROM paper)")
        # a digest whose papers are not all here is read again where it still lies
        connection.execute(
            """
            DELETE FROM digest WHERE contents <> '' AND EXISTS (
                SELECT value FROM json_each(contents, '$[0]') WHERE value NOT IN (SELECT id FROM paper)
                UNION SELECT value FROM json_each(contents, '$[2]') WHERE value NOT IN (SELECT id FROM paper)
            )
            """
        )
        index_new(connection, -1)
        keys = [key for (key,) in connection.execute("SELECT key FROM paper")]
        encoder = library.encoder
        connection.executemany(
            "INSERT INTO terms (paper, version, encoded) VALUES (?, ?, ?)",
            ((key, encoder.version, encoder.encode(paper)) for key, paper in by_key(connection, keys).items()),
        )
        return len(keys)


def apply_log(damaged: Path) -> None:
    """Write the committed pages of a file's log into the file, and delete the log.

    SQLite does not where the file is empty or its first page damaged. https://sqlite.org/fileformat.html#walformat
    """
    log = Path(f"{damaged}-wal")
    content = log.read_bytes() if log.exists() else b""
    salts = content[16:24]
    size = _number(content[8:12]) if _number(content[8:12]) in _PAGES - {1} else _PAGE
    pages: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}  # of a transaction whose last page was not seen yet
    for start in range(_LOG_HEADER, len(content) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        frame = content[start : start + _FRAME_HEADER]
        if frame[8:16] != salts:  # left over from before the log was begun again
            break
        first = start + _FRAME_HEADER
        waiting[int.from_bytes(frame[:4], "big")] = content[first : first + size]
        if any(frame[4:8]):  # the size of the file after a commit
            pages |= waiting
            waiting = {}
    with damaged.open("r+b") as file:
        for number, page in pages.items():
            if 0 < number <= _MOST_PAGES:
                file.seek((number - 1) * size)
                file.write(page)
    log.unlink(missing_ok=True)


def _copy_rows(source: Path, connection: sqlite3.Connection, layout: Path | None = None) -> None:
    """Insert every row of the source that can be read and makes sense, unless its key is here.

    Args:
        layout: a database whose tables begin on the same pages; None: like the new one. It helps where the source's
            own list of its tables cannot be read.
    """
    connection.execute("PRAGMA defer_foreign_keys = ON")  # what a row refers to may be completed after it
    roots = _roots(connection)
    if layout:
        with closing(_opened(layout)) as other:
            roots |= _roots(other)
    for table, sql in _tables(connection).items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        with closing(_opened(source)) as damaged:
            there = _columns(damaged, table)
        if there:
            readable = source
        else:
            readable, there = _with_schema(source, sql, roots[table]), set(columns)
        columns = [column for column in columns if column in there]
        places = ", ".join("?" * (len(columns) + 1))
        insert = f"INSERT OR IGNORE INTO {table} (rowid, {', '.join(columns)}) VALUES ({places})"
        with closing(_opened(readable)) as damaged:
            for number, row in _rows(damaged, table, columns):
                if values := _sensible(dict(zip(columns, row, strict=True))):
                    with suppress(sqlite3.IntegrityError):  # a value of another type than the column's
                        connection.execute(insert, (number, *(values[column] for column in columns)))


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    """The SQL of each table whose rows cannot be computed, by its name."""
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'")
    return {name: sql for name, sql in rows if name not in _COMPUTED}


def _roots(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of each table's first page, by the table's name."""
    return dict(connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'"))


def _columns(damaged: sqlite3.Connection, table: str) -> set[str]:
    """The names of a table's columns; empty where the list of tables cannot be read, or lacks it."""
    try:
        return {row[1] for row in damaged.execute(f"PRAGMA table_info({table})")}
    except UNREADABLE:
        return set()


def _with_schema(source: Path, sql: str, root: int) -> Path:
    """A copy of a file whose first page says only that this table begins on that page."""
    stub, copy = source.with_suffix(".stub"), source.with_suffix(".lent")
    stub.unlink(missing_ok=True)
    with closing(sqlite3.connect(stub, isolation_level=None)) as connection:
        connection.execute(sql)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table'", (root,))
    shutil.copyfile(source, copy)
    first_page = bytearray(stub.read_bytes()[:_PAGE])
    first_page[28:32] = (copy.stat().st_size // _PAGE).to_bytes(4, "big")
    with copy.open("r+b") as file:
        file.write(first_page)
    return copy


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that reads as much as it can; where the header is damaged, it is made anew in the file."""
    with path.open("r+b") as file:
        header = file.read(_HEADER)
        pages = path.stat().st_size // _PAGE
        intact = header.startswith(_MAGIC) and header[21:24] == b"\x40\x20\x20" and _number(header[16:18]) in _PAGES
        if pages and not intact:
            file.seek(0)
            file.write(_new_header(header, pages))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA writable_schema = ON")  # reads on where the file is shorter than its header says
    return connection


def _number(field: bytes) -> int:
    return int.from_bytes(field, "big")


def _new_header(old: bytes, pages: int) -> bytes:
    """The header of a file with this many pages and no free ones, which can be read and needs no log."""
    header = bytearray(_MAGIC + b"\0" * (_HEADER - 16))
    header[16:24] = b"\x10\x00\x01\x01\x00\x40\x20\x20"
    header[24:28] = header[92:96] = (1).to_bytes(4, "big")  # the file's change counter, and that of the page count
    header[28:32] = pages.to_bytes(4, "big")
    header[44:48] = (4).to_bytes(4, "big")  # schema format
    header[56:60] = (1).to_bytes(4, "big")  # UTF-8
    header[60:64], header[68:72] = old[60:64], old[68:72]  # schema version, application id
    return bytes(header)


def _rows(connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Row id and values of every row that can be read: ranges that fail are halved, the widest first."""
    sql = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
    spans = deque([_bounds(connection, table)])
    failures = 0
    while spans and failures < _MOST_FAILURES:
        first, last = spans.popleft()
        try:
            for row in connection.execute(sql, (first, last)):
                yield row[0], row[1:]
                first = row[0] + 1
        except UNREADABLE:
            failures += 1
            if first < last:
                middle = (first + last) // 2
                spans += [(first, middle), (middle + 1, last)]


def _bounds(connection: sqlite3.Connection, table: str) -> tuple[int, int]:
    """The first and the last row id, as far as they can be read."""
    bounds = []
    for direction, fallback in (("ASC", 1), ("DESC", 0)):
        try:
            row = connection.execute(
                f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid {direction} LIMIT 1"
            ).fetchone()
            bounds.append(row[0] if row else fallback)
        except UNREADABLE:
            bounds.append(fallback if direction == "ASC" else _BEYOND)
    return bounds[0], bounds[1]


def senseless(path: Path) -> list[str]:
    """The rows of a sound file with values that no version of this program wrote: flipped bits in a text, mostly."""
    problems = []
    with reading(path) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        for table in [*_tables(connection), *({"ranking"} & _roots(connection).keys())]:
            rows = connection.execute(f"SELECT rowid, * FROM {table}")
            columns = [column[0] for column in rows.description][1:]
            for number, *values in rows:
                row = dict(zip(columns, values, strict=True))
                texts = "".join(value for value in values if isinstance(value, str))
                if _sensible(dict(row)) != row or re.search("[\udc80-\udcff]", texts):
                    problems.append(f"row {number} of {table} cannot be read")
    return problems


def _sensible(row: dict[str, Any]) -> dict[str, Any] | None:
    """The row, with what it can do without emptied where it cannot be read; None: it means nothing."""
    for column, value in row.items():
        try:
            _CHECKS.get(column, str)(value)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            if column not in _SPARE:
                return None
            row[column] = _SPARE[column]
    return row


def _moment(value: Any) -> object:
    return value and datetime.fromisoformat(value)


def _verdict(value: Any) -> object:
    return value and Verdict(value)


def _mail_or_list_status(value: Any) -> object:
    return value in {each.value for each in Fate} or Status(value)


_CHECKS: dict[str, Callable[[Any], object]] = {  # how each column is read; those not named here hold any text
    **dict.fromkeys(("told_at", "given_at", "made_at", "at", "read_at"), _moment),
    **dict.fromkeys(("day", "announced", "first_day", "submitted", "since", "until", "reached"), _moment),
    **dict.fromkeys(("authors", "categories", "fields"), json.loads),
    "verdict": _verdict,
    "giver": Giver,
    "status": _mail_or_list_status,
    "reasons": reasons_from_json,
    "scores": scores_from_json,
    "contents": lambda value: value and contents_from_json(value),
}
# what stands in the place of a value that cannot be read, where the row is worth keeping without it
_SPARE = {"authors": "[]", "categories": "[]", "submitted": None, "reasons": "[]", "contents": ""}
_SPARE |= {"status": "unknown", "giver": Giver.READER.value}


def _mend_profile(connection: sqlite3.Connection) -> None:
    """Complete what a rating needs, so that it counts, and remove what belongs to nothing."""
    connection.execute(
        """
        INSERT INTO paper (id, title, abstract, authors, categories)
        SELECT DISTINCT paper, '', '', '[]', '[]' FROM (SELECT paper FROM event UNION SELECT paper FROM reading)
        WHERE paper NOT IN (SELECT id FROM paper)
        """
    )
    connection.execute(
        """
        INSERT INTO command (id, name, told_at) SELECT command, ifnull(max(verdict), 'unmark'), max(given_at)
        FROM event WHERE command NOT IN (SELECT id FROM command) GROUP BY command
        """
    )
    connection.execute(
        """
        INSERT INTO command (id, name, told_at) SELECT command, max(state), max(at)
        FROM reading WHERE command NOT IN (SELECT id FROM command) GROUP BY command
        """
    )
    connection.execute("DELETE FROM command WHERE undoes IS NOT NULL AND undoes NOT IN (SELECT id FROM command)")
    connection.execute("UPDATE shortlist SET status = 'ranked' WHERE status = 'unknown'")
    connection.execute("DELETE FROM shown WHERE shortlist NOT IN (SELECT id FROM shortlist)")
    connection.execute("DELETE FROM mailed WHERE mail NOT IN (SELECT id FROM mail)")


def _events(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM event").fetchone()
    return int(count)


def _same_life(backup: Path, connection: sqlite3.Connection) -> bool:
    """Whether a backup is an earlier state of these rows: no command of both differs (`reset` starts anew)."""
    commands = dict(connection.execute("SELECT id, told_at FROM command"))
    with closing(_opened(backup)) as earlier:
        rows = earlier.execute("SELECT id, told_at FROM command").fetchall()
    return all(commands.get(number, told_at) == told_at for number, told_at in rows)
