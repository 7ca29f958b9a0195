"""`group.db`: the accounts of a group. `Logins` and `Votes` share its connection; ratings are in no table of it."""

import json
import sqlite3
from time import monotonic, sleep

from recommender.errors import ProfileError, StoreError
from recommender.results.group import Account, AccountState
from recommender.store.database import Database

_COLUMNS = "id, address, name, profile, state, counted, agenda, authors"
# what belongs to one account alone
_OF_ACCOUNT = ("session", "link", "identity", "vote", "agenda", "not_own")

WAY_BACK = "; `recommend group restore` lists the backups, and brings one back"


class GroupStore(Database):
    """The members of a group."""

    kind = "group"
    application_id = 0x72656367  # "recg"
    schema_version = 3
    synchronous = "FULL"  # a vote that was shown as counted is there after a power cut

    def _way_back(self) -> str:
        return WAY_BACK

    def invite(self, address: str, name: str, profile: str) -> tuple[Account, bool]:
        """Make an account, or find that of this address; and whether it is new.

        Raises:
            ProfileError: the profile belongs to another address.
        """
        with self.transaction() as connection:
            if there := _one(connection, "address", address):
                return there, False
            if taken := _one(connection, "profile", profile):
                raise ProfileError(f"the profile {profile} belongs to {taken.address}; choose another with --use")
            connection.execute(
                "INSERT INTO account (address, name, profile, state, counted, agenda, authors) "
                "VALUES (?, ?, ?, ?, 0, 1, '[]')",
                (address, name, profile, AccountState.INVITED.value),
            )
            made = _one(connection, "address", address)
            assert made
            return made, True

    def accounts(self) -> list[Account]:
        """All accounts, by address."""
        with self.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM account ORDER BY address").fetchall()
            return [account_from_row(row) for row in rows]

    def account(self, address: str) -> Account | None:
        """The account of an address in small letters."""
        with self.reading() as connection:
            return _one(connection, "address", address)

    def set_state(self, number: int, state: AccountState) -> None:
        """Set an account's state; one that is not active has no logins."""
        with self.transaction() as connection:
            connection.execute("UPDATE account SET state = ? WHERE id = ?", (state.value, number))
            if state is not AccountState.ACTIVE:
                connection.execute("DELETE FROM session WHERE account = ?", (number,))
                connection.execute("DELETE FROM link WHERE account = ?", (number,))

    def choose(self, number: int, *, counted: bool, agenda: bool, authors: tuple[str, ...]) -> None:
        """Set what the member decides."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE account SET counted = ?, agenda = ?, authors = ? WHERE id = ?",
                (counted, agenda, json.dumps(authors, ensure_ascii=False), number),
            )

    def erase(self, number: int) -> None:
        """Delete an account with all that belongs to it, also from the free pages of the file and from its log."""
        with self.autocommit() as connection:
            connection.execute("PRAGMA secure_delete = ON")
        with self.transaction() as connection:
            for table in _OF_ACCOUNT:
                connection.execute(f"DELETE FROM {table} WHERE account = ?", (number,))
            connection.execute("DELETE FROM account WHERE id = ?", (number,))
            connection.execute(
                "DELETE FROM paper WHERE id NOT IN (SELECT paper FROM vote) AND id NOT IN (SELECT paper FROM several)"
            )
        self.empty_log()

    def empty_log(self) -> None:
        """Write the log into the file, so that nothing deleted is left in it.

        Raises:
            StoreError: another process uses the file for too long.
        """
        deadline = monotonic() + self.patience
        while True:
            with self.autocommit() as connection:
                busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if monotonic() > deadline:
                raise StoreError(f"{self.path}: its log is in use; try again in a moment")
            sleep(0.05)

    def make_key(self) -> str:
        """The secret that signs login links, made when it is first needed."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO secret (id, key) SELECT 1, lower(hex(randomblob(32))) WHERE NOT EXISTS "
                "(SELECT 1 FROM secret)"
            )
        return self.key()

    def key(self) -> str:
        """The secret that signs login links; empty if there is none yet."""
        with self.reading() as connection:
            row = connection.execute("SELECT key FROM secret").fetchone()
        return str(row[0]) if row else ""


def account_from_row(row: tuple[int, str, str, str, str, int, int, str]) -> Account:
    """An account. Raises ValueError: no version of this program wrote the row."""
    number, address, name, profile, state, counted, agenda, authors = row
    names = json.loads(authors)
    if not isinstance(names, list):
        raise ValueError(f"{authors!r} is no list of names")
    return Account(number, address, name, profile, AccountState(state), bool(counted), bool(agenda), tuple(names))


def _one(connection: sqlite3.Connection, column: str, value: str) -> Account | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM account WHERE {column} = ?", (value,)).fetchone()
    return account_from_row(row) if row else None
