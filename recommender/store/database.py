"""A SQLite file: opening it, bringing its schema up to date, and wording its errors for people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar, Self

from recommender import files
from recommender.errors import StoreError

_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


class Database:
    """An open file of one kind; subclasses speak papers, and each of their public methods is one transaction.

    The file is made by the first write. Until then, reads see an empty database in memory, so looking at a profile or
    a library that does not exist leaves no file behind.

    Raises:
        StoreError: when the file is opened and on every use: locked for too long, read-only, full, damaged, written
            by a newer version, or a database of another kind.
    """

    kind: ClassVar[str]  # the word for people: "library"
    application_id: ClassVar[int]  # stands in the file's header: a foreign database is never migrated
    schema_version: ClassVar[int]  # the number of migrations that make today's schema
    synchronous: ClassVar[str] = "NORMAL"
    patience: ClassVar[float] = 5.0  # seconds to wait for another process

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: sqlite3.Connection | None = None
        self._on_disk = False
        self._unwritable: StoreError | None = None  # why the file can be read, not written
        with self._worded():
            exists = path.exists()
        if exists:
            self.create()

    def create(self) -> None:
        """Make the file unless it exists, and use it from now on."""
        if self._on_disk:
            return
        self.close()
        with self._worded():
            if not self.path.exists():
                files.make_private_folder(self.path.parent)
                files.make_private(self.path)  # SQLite gives the files beside it the same rights
        try:
            self._open(str(self.path))
        except StoreError as error:
            if not error.unwritable:
                raise
            self._open_to_read(error)
        self._on_disk = True

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened, self._on_disk, self._unwritable = None, False, None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all of the block or nothing; other writers wait from its start. Only for modules of the store."""
        self.create()
        if self._unwritable:
            raise self._unwritable
        with self._worded():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the file for all reads of the block. Only for modules of the store."""
        with self._worded():
            connection = self._connection
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def autocommit(self) -> Iterator[sqlite3.Connection]:
        """For statements that SQLite refuses inside a transaction, such as VACUUM. Only for modules of the store."""
        with self._worded():
            yield self._connection

    @property
    def _connection(self) -> sqlite3.Connection:
        """The file, or an empty database in memory as long as there is no file."""
        if not self._on_disk and self.path.exists():  # another process may have made it since
            self.create()
        if self._opened is None:
            self._open(":memory:")
        assert self._opened is not None
        return self._opened

    def _open(self, name: str) -> None:
        with self._worded():
            connection = sqlite3.connect(name, timeout=self.patience, isolation_level=None)
        try:
            with self._worded():
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._opened = connection

    def _open_to_read(self, why: StoreError) -> None:
        """Open a file whose folder takes no lock, no log and no word more: reading needs none of them.

        Args:
            why: raised by each attempt to write, and at once where the file cannot be read either.
        """
        from recommender.store import snapshot  # noqa: PLC0415 - brings tempfile, and is rarely needed

        try:
            connection = snapshot.opened(self.path)
        except (OSError, sqlite3.Error):
            raise why from None
        try:
            with self._worded():
                if self._version(connection) < self.schema_version:
                    connection = snapshot.in_memory(connection)
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._opened, self._unwritable = connection, why

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = self._version(connection)
        if version > self.schema_version:
            raise StoreError(
                f"{self.path} was written by a newer version of this program (its schema is {version}, this "
                f"version knows {self.schema_version}); upgrade with `pip install --upgrade recommender`"
            )
        if version < self.schema_version:
            self._migrate(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA synchronous = {self.synchronous}")

    def _version(self, connection: sqlite3.Connection) -> int:
        # one statement sees one state of the file, also while another process makes it
        version, application_id, tables = connection.execute(
            """
            SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
            FROM pragma_user_version, pragma_application_id
            """
        ).fetchone()
        if application_id != self.application_id and (tables or version):
            raise StoreError(f"{self.path} is a database, but not a {self.kind} of this program; move it away")
        return int(version)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Apply the missing migrations, all or none, while other processes wait."""
        from recommender.store import migrations  # noqa: PLC0415 - sqlite_utils is slow to import, and rarely needed

        self._log_ahead(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if self._version(connection) < self.schema_version:  # else another process was faster
                migrations.apply(self.kind, connection)
                connection.execute(f"PRAGMA application_id = {self.application_id}")
                connection.execute(f"PRAGMA user_version = {self.schema_version}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _log_ahead(self, connection: sqlite3.Connection) -> None:
        """Switch to a write-ahead log, so that readers go on while another process writes.

        SQLite does not wait for a process that is making the same file, whatever the time-out of the connection, and
        refuses the switch inside a transaction: https://sqlite.org/c3ref/busy_handler.html
        """
        deadline = monotonic() + self.patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                primary_code = error.sqlite_errorcode & 0xFF  # without the extended part
                if primary_code != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
            sleep(0.01)

    @contextmanager
    def _worded(self) -> Iterator[None]:
        """Turn errors of SQLite and of the file system into StoreErrors."""
        try:
            yield
        except sqlite3.Error as error:
            advice = _advice(str(error), self.kind)
            if advice is None:  # a mistake of ours, not of the file: it keeps its traceback
                raise
            unwritable = error.sqlite_errorcode & 0xFF in _UNWRITABLE  # without the extended part
            raise StoreError(f"{self.path}: {advice}", unwritable=unwritable) from error
        except OSError as error:
            message = f"{self.path}: {error.strerror or error}; set RECOMMEND_HOME to a folder you can write to"
            raise StoreError(message, unwritable=True) from error


def _advice(message: str, kind: str) -> str | None:
    """What SQLite's message means for a person, and what to do next."""
    if "locked" in message or "busy" in message:
        return "another `recommend` is writing to it right now; try again in a moment"
    if "readonly" in message:
        return "it is read-only; make the file and its folder writable, or set RECOMMEND_HOME to another folder"
    if "full" in message:
        return "the disk is full; nothing was changed, free some space and try again"
    if "not a database" in message or "malformed" in message:
        way_out = "then restore a backup" if kind == "profile" else "it is rebuilt as papers come in"
        beside = "with the files beside it that end in -wal and -shm"  # SQLite would add them to a backup
        return f"this is not a readable SQLite database ({message}); move it away, {beside}; {way_out}"
    if "unable to open" in message:
        return "it cannot be opened; check that its folder exists and may be written, or set RECOMMEND_HOME"
    if "disk I/O" in message:
        return "the disk does not take it (full, over a quota, or broken); nothing was changed"
    if "already exists" in message:
        return "the copy would overwrite a file that exists"
    return None
