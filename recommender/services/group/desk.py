"""One group: its settings, its file, its mail and its clock, each part opened when it is first used."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property

from recommender.delivery.mail import sending
from recommender.errors import StoreError
from recommender.profile import GROUP
from recommender.results.group import Account, GroupSettings
from recommender.services.reader import Progress, Reader
from recommender.store import group_settings
from recommender.store.group_logins import Logins
from recommender.store.group_store import WAY_BACK, GroupStore
from recommender.store.group_votes import Votes
from recommender.store.home import Home


class Desk:
    """What a service for a group needs to know and to reach.

    Args:
        home: the folder that holds everything.
        clock: gives the time now, aware.
        progress: is told what went wrong without stopping the work.
    """

    def __init__(self, home: Home, *, clock: Callable[[], datetime], progress: Progress | None = None) -> None:
        self.home = home
        self.clock = clock
        self.progress = progress or Progress()
        self._open = ExitStack()

    def close(self) -> None:
        """Close what was opened; what is used after that is opened, or read, again."""
        self._open.close()
        for part in ("settings", "store", "logins", "votes"):
            self.__dict__.pop(part, None)

    @property
    def now(self) -> datetime:
        """The time by the group's clock, aware."""
        return self.clock()

    @cached_property
    def settings(self) -> GroupSettings:
        """The group's settings. Raises ProfileError: there is no group, or they are wrong."""
        return group_settings.read(self.home.group_settings_file)

    @cached_property
    def store(self) -> GroupStore:
        """The members.

        Raises:
            ProfileError: there is no group.
            StoreError: its file is damaged or gone. A new one in its place would be a group without members.
        """
        if not self.home.group_file.exists():
            self.settings  # noqa: B018 - reads them, and raises where there is no group
            raise StoreError(f"{self.home.group_file} is missing{WAY_BACK}", damaged=True)
        return self._open.enter_context(GroupStore(self.home.group_file, self.home.backups_folder))

    @cached_property
    def logins(self) -> Logins:
        """Links and sessions."""
        return Logins(self.store)

    @cached_property
    def votes(self) -> Votes:
        """Votes and meetings."""
        return Votes(self.store)

    def reader(self, account: Account) -> Reader:
        """A member as a reader; to be closed. Only what this member asked for may use it."""
        return Reader(self.home, account.profile, clock=self.clock, progress=self.progress)

    def send(self, message: EmailMessage, address: str) -> None:
        """Send a mail of the group, without waiting for a server that asks to try again.

        Raises:
            DeliveryError: it was not accepted.
            ProfileError: the settings name no way to send, or there is no password.
        """
        by = self.settings.by
        password = self.home.password(GROUP, "smtp") if sending.needs_password(by) else ""
        transport = sending.transport_from(by, password)
        sending.send(message, [address], transport, sleep=lambda seconds: None, tell=self.progress.warn)
