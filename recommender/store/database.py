"""A SQLite file: opening it, bringing its schema up to date, and wording its errors for people."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar, Self

from recommender import files
from recommender.errors import StoreError
from recommender.store import snapshot

UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_LARGEST_COPY = 256 * 2**20  # bytes of a library that is copied before its schema changes
_IN_MEMORY = ":memory:"  # SQLite's name for no file at all


class Database:
    """An open file of one kind; subclasses speak papers, and each of their public methods is one transaction.

    The file is made by the first write. Until then, reads see an empty database in memory, so looking at a profile or
    a library that does not exist leaves no file behind.

    Args:
        path: the file.
        copies: the folder that gets a copy of the file before an older schema is brought up to date; None: no copy.

    Raises:
        StoreError: when the file is opened and on every use: locked for too long, read-only, full, or written by a
            newer version; with `damaged`: damaged, empty, or a database of another kind.
    """

    kind: ClassVar[str]  # the word for people: "library"
    application_id: ClassVar[int]  # stands in the file's header: a foreign database is never migrated
    schema_version: ClassVar[int]  # the number of migrations that make today's schema
    synchronous: ClassVar[str] = "NORMAL"
    patience: ClassVar[float] = 5.0  # seconds to wait for another process

    def __init__(self, path: Path, copies: Path | None = None) -> None:
        self.path = path
        self.copies = copies
        self._opened: sqlite3.Connection | None = None
        self._on_disk = False
        self._unwritable: StoreError | None = None  # why the file can be read, not written
        with self._worded():
            exists = self._exists()
        if exists:
            self.create()

    def create(self) -> None:
        """Make the file unless it exists, and use it from now on."""
        if self._on_disk:
            return
        self.close()
        in_memory = str(self.path) == _IN_MEMORY
        with self._worded():
            if not in_memory and not self._exists():
                files.make_private_folder(self.path.parent)
                self._make()
        try:
            self._open(str(self.path), new=in_memory)
        except StoreError as error:
            if not error.unwritable:
                raise
            self._open_to_read(error)
        self._on_disk = True

    def _exists(self) -> bool:
        """Whether the file is there.

        Raises:
            StoreError: only its log is, which SQLite would add to any new file; or it is a pipe, or no file either.
        """
        log = Path(f"{self.path}-wal")
        if not self.path.exists() and log.exists() and not self.path.exists():  # another process may just make both
            raise StoreError(
                f"{self.path} is missing, but its log {log.name} is here; put the file back beside it, or move the log "
                "away as well",
                damaged=True,
            )
        if self.path.exists() and not self.path.is_file():
            raise StoreError(f"{self.path} is a folder, a pipe or a device, and no database; move it away")
        return self.path.is_file()

    def _make(self) -> None:
        """Make the file whole under another name first: nobody ever meets an empty or half-made one.

        So an empty file is always a damaged one.
        """
        path = self.path.resolve()
        new = path.with_name(f".{path.name}.{threading.get_ident()}.new-{os.getpid()}")
        try:
            os.close(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))  # its logs will be as private
            with closing(sqlite3.connect(new, isolation_level=None)) as connection:
                self._prepare(connection, new=True)
                # closing moves the log into the file, too, and passes over errors
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with suppress(FileExistsError):  # another process was faster
                files.take_name(new, path)
        finally:
            for left_over in ("", "-wal", "-shm", "-journal"):
                Path(f"{new}{left_over}").unlink(missing_ok=True)

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
        """Write all of the block or nothing; other writers wait from its start. Only for modules of the store.

        Inside of another such block this one is a part of it.
        """
        self.create()
        if self._unwritable:
            raise self._unwritable
        with self._worded():
            connection = self._connection
            is_part = connection.in_transaction
            if is_part:
                yield connection
                return
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
        """One unchanging view of the file for all reads of the block. Only for modules of the store.

        Raises:
            StoreError: also where the block meets a value that no version of this program wrote.
        """
        with self._worded():
            connection = self._connection
            is_part = connection.in_transaction  # of a block that writes
            if not is_part:
                connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction and not is_part:
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
            self._open(_IN_MEMORY, new=True)
        assert self._opened is not None
        return self._opened

    def _open(self, name: str, *, new: bool = False) -> None:
        with self._worded():
            log = Path(f"{name}-wal")
            if not new and not os.path.getsize(name) and log.exists() and log.stat().st_size:
                # not opened: SQLite would delete the log, which may hold the only copy of what was stored last
                message = f"{self.path} is empty, and its log {log.name} is not{self._way_back()}"
                raise StoreError(message, damaged=True)
            connection = sqlite3.connect(name, timeout=self.patience, isolation_level=None)
        try:
            with self._worded():
                self._prepare(connection, new=new)
        except BaseException:
            connection.close()
            raise
        self._opened = connection

    def _open_to_read(self, why: StoreError) -> None:
        """Open a file whose folder takes no lock, no log and no word more: reading needs none of them.

        Args:
            why: raised by each attempt to write, and at once where the file cannot be read either.
        """
        try:
            connection = snapshot.opened(self.path)
        except (OSError, sqlite3.Error):
            raise why from None
        try:
            with self._worded():
                if self._version(connection, new=False) < self.schema_version:
                    connection = snapshot.in_memory(connection)
                    self.copies = None  # a copy would find no room either, and nothing on the disk is changed
                self._prepare(connection, new=False)
        except BaseException:
            connection.close()
            raise
        self._opened, self._unwritable = connection, why

    def _prepare(self, connection: sqlite3.Connection, *, new: bool) -> None:
        """Check what this file is, and bring its schema up to date; a new one is empty, and gets its schema."""
        version = self._version(connection, new=new)
        if version > self.schema_version:
            raise StoreError(
                f"{self.path} was written by a newer version of this program (its schema is {version}, this "
                f"version knows {self.schema_version}); upgrade with `pip install --upgrade recommender`"
            )
        if version < self.schema_version:
            self._migrate(connection, new=new)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA synchronous = {self.synchronous}")

    def _version(self, connection: sqlite3.Connection, *, new: bool) -> int:
        """The number of the file's schema.

        Raises:
            StoreError: it is empty, or a database of something else.
        """
        version, application_id, tables = _header(connection)
        if not new and not (version or tables):
            with _locked(connection):  # an earlier version of this program may just be making it
                version, application_id, tables = _header(connection)
        if application_id != self.application_id and (tables or version):
            raise StoreError(
                f"{self.path} is a database, but not a {self.kind} of this program; move it away{self._way_back()}",
                damaged=True,
            )
        if not new and not (version and tables):
            message = f"{self.path} is empty, and it never is when all is well{self._way_back()}"
            raise StoreError(message, damaged=True)
        return int(version)

    def _migrate(self, connection: sqlite3.Connection, *, new: bool) -> None:
        """Apply the missing migrations, all or none, while other processes wait; an older file is copied before."""
        from recommender.store import copies, migrations  # noqa: PLC0415 - sqlite_utils is slow, and rarely needed

        self._log_ahead(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = self._version(connection, new=new)
            if version < self.schema_version:  # else another process was faster
                if version and (target := self._old_copy(version)):
                    copies.copy(self.path, target)
                migrations.apply(self.kind, connection)
                connection.execute(f"PRAGMA application_id = {self.application_id}")
                connection.execute(f"PRAGMA user_version = {self.schema_version}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _old_copy(self, version: int) -> Path | None:
        """Where to keep a copy that the version of the program which wrote this file can still read; None: nowhere.

        A large library is not copied: it would double what it takes on disk, and it can be read from digests again.
        """
        if self.copies is None or (self.kind != "profile" and self.path.stat().st_size > _LARGEST_COPY):
            return None
        target = self.copies / f"{self.path.stem}.schema-{version}.db"
        if target.exists():
            return None
        self.copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        return target

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

    def _way_back(self) -> str:
        """The end of a message about a damaged file: the command that mends it."""
        option = f" -p {self.path.stem}" if self.kind == "profile" else ""
        backups = " and the newest backup has" if option else ""
        return f"; `recommend doctor --fix{option}` saves what can be read{backups}, and keeps the damaged file"

    def _damage(self, error: sqlite3.Error) -> str:
        """SQLite's message if it means that the file is damaged, else nothing."""
        message = str(error)
        if damage := damage_in(message):
            return damage
        if isinstance(error, sqlite3.ProgrammingError):  # of Python's module, about its caller and no file
            return ""
        primary_code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        return "" if primary_code != sqlite3.SQLITE_ERROR or self._has_own_schema() else message

    def _has_own_schema(self) -> bool:
        """Whether all tables are defined as this program defines them: then a failing statement is its mistake."""
        from recommender.store import migrations  # noqa: PLC0415 - as rarely needed as elsewhere

        definitions = "SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name"
        with closing(sqlite3.connect(_IN_MEMORY, isolation_level=None)) as new:
            migrations.apply(self.kind, new)
            expected = new.execute(definitions).fetchall()
        with suppress(sqlite3.Error, UnicodeDecodeError):
            return self._opened is None or self._opened.execute(definitions).fetchall() == expected
        return False

    @contextmanager
    def _worded(self) -> Iterator[None]:
        """Turn errors of SQLite and of the file system into StoreErrors."""
        try:
            yield
        except UnicodeEncodeError:  # of a new value, and a mistake of ours
            raise
        except ValueError as error:  # a value that no version wrote; a damaged name, which sqlite3's message quotes
            is_name = isinstance(error, UnicodeDecodeError)
            what = "this is not a readable SQLite database" if is_name else f"a value in it cannot be read ({error})"
            raise StoreError(f"{self.path}: {what}{self._way_back()}", damaged=True) from error
        except sqlite3.Error as error:
            if damage := self._damage(error):
                message = f"{self.path}: this is not a readable SQLite database ({damage}){self._way_back()}"
                raise StoreError(message, damaged=True) from error
            advice = advice_on(str(error))
            if advice is None:  # a mistake of ours, not of the file: it keeps its traceback
                raise
            unwritable = getattr(error, "sqlite_errorcode", 0) & 0xFF in UNWRITABLE  # without the extended part
            raise StoreError(f"{self.path}: {advice}", unwritable=unwritable) from error
        except OSError as error:
            message = f"{self.path}: {error.strerror or error}; set RECOMMEND_HOME to a folder you can write to"
            raise StoreError(message, unwritable=True) from error


def _header(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """The file's schema version, application id and number of tables."""
    # one statement sees one state of the file, also while another process makes it
    version, application_id, tables = connection.execute(
        """
        SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
        FROM pragma_user_version, pragma_application_id
        """
    ).fetchone()
    return version, application_id, tables


@contextmanager
def _locked(connection: sqlite3.Connection) -> Iterator[None]:
    """While nobody else writes; changes nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


_DAMAGES = (
    *("not a database", "malformed", "corrupt", "no such table", "unsupported file format", "decode to UTF-8"),
    "vtable constructor",  # of a full-text index whose own tables are damaged
)


def damage_in(message: str) -> str:
    """SQLite's message if it means that the file is damaged, else nothing."""
    return message if any(words in message for words in _DAMAGES) else ""


def advice_on(message: str) -> str | None:
    """What another message of SQLite means for a person, and what to do next."""
    if "locked" in message or "busy" in message:
        return "another `recommend` is writing to it right now; try again in a moment"
    if "readonly" in message:
        return "it is read-only; make the file and its folder writable, or set RECOMMEND_HOME to another folder"
    if "full" in message:
        return "the disk is full; nothing was changed, free some space and try again"
    if "unable to open" in message:
        return "it cannot be opened; check that its folder exists and may be written, or set RECOMMEND_HOME"
    if "disk I/O" in message:
        return "the disk does not take it (full, over a quota, or broken); nothing was changed"
    if "already exists" in message:
        return "the copy would overwrite a file that exists"
    if "created in a thread" in message:
        return "another thread has opened it; make a Recommender of its own in each thread"
    return None
