"""One SQLite file: opened, brought to today's schema, and its errors told in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import ClassVar, Self

from recommender.errors import StoreError


class Database:
    """An open file of one kind. A child speaks papers; one public method is one transaction.

    Raises:
        StoreError: on opening and on every use: locked for too long, read-only, full, broken, of a newer
            version, or no database of this kind.
    """

    kind: ClassVar[str]  # what a person calls it: "library"
    application_id: ClassVar[int]  # written into the file's header: a foreign database is never migrated
    schema_version: ClassVar[int]  # how many migrations make today's schema
    synchronous: ClassVar[str] = "NORMAL"
    patience: ClassVar[float] = 5.0  # seconds to wait for another process

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=self.patience, isolation_level=None)
        try:
            with self._told():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        version = self._version()
        if version > self.schema_version:
            raise StoreError(
                f"{self.path} was written by a newer version of this program (its schema is {version}, this "
                f"version knows {self.schema_version}); upgrade with `pip install --upgrade recommender`"
            )
        if version < self.schema_version:
            self._migrate()
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute(f"PRAGMA synchronous = {self.synchronous}")

    def _version(self) -> int:
        # one statement sees one state of the file, also while another process makes it
        version, application_id, tables = self._connection.execute(
            """
            SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
            FROM pragma_user_version, pragma_application_id
            """
        ).fetchone()
        if application_id != self.application_id and (tables or version):
            raise StoreError(f"{self.path} is a database, but not a {self.kind} of this program; move it away")
        return int(version)

    def _migrate(self) -> None:
        """Apply what is missing, all or nothing, while other processes wait."""
        import sqlite_utils  # 130 ms: only when there is something to do

        from recommender.store.migrations import MIGRATIONS

        self._log_ahead()
        with self._transaction():
            if self._version() < self.schema_version:  # else another process was faster
                MIGRATIONS[self.kind].apply(sqlite_utils.Database(self._connection))
                self._connection.execute(f"PRAGMA application_id = {self.application_id}")
                self._connection.execute(f"PRAGMA user_version = {self.schema_version}")

    def _log_ahead(self) -> None:
        """Let readers go on while somebody writes. Not possible inside a transaction.

        SQLite does not wait with this while another process makes the same file, whatever the time-out of the
        connection: https://sqlite.org/c3ref/busy_handler.html
        """
        deadline = monotonic() + self.patience
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if (
                    error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline
                ):  # without its extension
                    raise
            sleep(0.01)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing; locked at once, so that a read stays true until the write."""
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the file for all reads of the block."""
        with self._told():
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            advice = _advice(str(error), self.kind)
            if advice is None:  # a mistake of ours, not of the file: it keeps its traceback
                raise
            raise StoreError(f"{self.path}: {advice}") from error
        except OSError as error:
            raise StoreError(
                f"{self.path}: {error.strerror or error}; set RECOMMEND_HOME to a folder you can write to"
            ) from error


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
