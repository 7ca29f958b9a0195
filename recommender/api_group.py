"""The door for a group of readers on one server: members, logins, votes, meetings."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from recommender import files
from recommender.results.group import (
    Account,
    AgendaMail,
    Erased,
    GroupBackup,
    GroupHealth,
    GroupRestored,
    GroupSettings,
    GroupWeek,
    Identity,
    Invitation,
    Invited,
    Login,
    Meeting,
    OidcFlow,
    Started,
    VoteChoice,
    VotedPaper,
)
from recommender.services import group
from recommender.services.group import accounts, agenda, backups, health, logins, week
from recommender.services.group.desk import Desk
from recommender.services.reader import Progress
from recommender.store import group_backups
from recommender.store.home import Home

__all__ = ["Group"]


class Group:
    """A group of readers. Its file holds members and votes; ratings stay in each reader's own file, and are private.

    Every method may raise StoreError (a database cannot be used) and ProfileError (there is no group or no such
    member, or a setting is wrong).

    Args:
        home: the folder that holds everything; None or "": $RECOMMEND_HOME, else the platform's folder for user data.
        progress: is told about what goes wrong without stopping the work.
        clock: gives the time now, aware; None: the machine's clock.
    """

    def __init__(
        self,
        *,
        home: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._desk = Desk(Home.at(home), clock=clock or (lambda: datetime.now(UTC)), progress=progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every database that was opened; what is used after that is opened, and settings are read, again."""
        self._desk.close()

    @property
    def home(self) -> Path:
        """The folder that holds everything."""
        return self._desk.home.root

    @property
    def is_here(self) -> bool:
        """Whether this home has a group."""
        return self._desk.home.group_settings_file.exists()

    # For the admin

    @property
    def settings(self) -> GroupSettings:
        """The group's settings."""
        return self._desk.settings

    def create(self, values: Mapping[str, Any]) -> tuple[GroupSettings, Path | None]:
        """Write the settings of a new group, by their names in TOML; gives them, and the file of a proxy's secret."""
        return accounts.create(self._desk, values)

    def invite(self, invitation: Invitation) -> Invited:
        """Make an account with a profile, or find it, and tell the member by mail."""
        return accounts.invite(self._desk, invitation)

    def accounts(self) -> list[Account]:
        """All members, by address."""
        return self._desk.store.accounts()

    def disable(self, address: str) -> Account:
        """Keep a member out, with all logins ended at once; nothing is deleted."""
        return accounts.set_disabled(self._desk, address, disabled=True)

    def enable(self, address: str) -> Account:
        """Let a member in again."""
        return accounts.set_disabled(self._desk, address, disabled=False)

    def export(self, address: str, folder: str | os.PathLike[str] = ".") -> list[Path]:
        """Write what is stored of a member into two new files: the profile, and what the group knows."""
        return accounts.export(self._desk, address, Path(folder))

    def known(self, account: Account) -> dict[str, Any]:
        """What the group's file has of a member, for a JSON document."""
        return accounts.known_of(self._desk, account)

    def delete(self, address: str) -> Erased:
        """Delete a member wholly: account, logins, votes, and every file of the profile."""
        return accounts.erase(self._desk, address)

    def leave_nothing_of(self, account: Account) -> None:
        """Delete what a member's request has written that ended after the member was deleted."""
        accounts.leave_nothing(self._desk, account)

    def back_up(self, target: str | os.PathLike[str] | None = None) -> GroupBackup:
        """Write a backup of accounts, votes, archive, settings and members' profiles, without logins and secrets.

        Args:
            target: a file, or a folder; None: the home's own folder.
        """
        return backups.make(self._desk, files.expanded(target) if target is not None else None)

    def backups(self) -> list[Path]:
        """The backups of the group in the home's own folder, newest first."""
        return group_backups.stored(self._desk.home)

    def restore(self, source: str | os.PathLike[str]) -> GroupRestored:
        """Put a backup in the place of the group: everybody logs in anew; profiles that are here stay as they are."""
        return backups.restore(self._desk, files.expanded(source))

    def health(self) -> GroupHealth:
        """How last night went for each member; nothing about ratings."""
        return health.health(self._desk)

    def daily(self) -> list[AgendaMail]:
        """What a timer does each day: count what several like, and mail the agenda, once, if it is time."""
        return agenda.daily(self._desk)

    def send_agenda(self) -> list[AgendaMail]:
        """Mail the next meeting's agenda now to each member who has not got it."""
        return agenda.send(self._desk)

    def preview_agenda(self) -> EmailMessage | None:
        """The next agenda, not sent; None: nobody has voted."""
        return agenda.preview(self._desk)

    def agenda_due(self) -> datetime:
        """When the next agenda goes out."""
        return agenda.due(self._desk)

    # Logging in

    def mail_link(self, address: str, browser: str, back: str = "/") -> None:
        """Mail a link to log in if the address has an account, for the browser with this secret; else do nothing."""
        logins.mail_link(self._desk, address, browser, back)

    def look_at_link(self, token: str, browser: str) -> Account:
        """The member whom a link logs in; changes nothing. Raises Refused: nobody, in this browser."""
        return logins.look(self._desk, token, browser)

    def use_link(self, token: str, browser: str, agent: str) -> Started:
        """Log a browser in by its link, once. Raises as `look_at_link`."""
        return logins.use(self._desk, token, browser, agent)

    def member(self, session: str) -> Account | None:
        """The member whose browser has this secret; None: nobody's."""
        return logins.member_of(self._desk, session)

    def member_by_proxy(self, address: str, secret: str) -> Account | None:
        """The member whom a proxy has logged in; None: no member. Raises Refused: the secret is not the proxy's."""
        return logins.member_by_proxy(self._desk, address, secret)

    def begin_oidc(self, back_address: str) -> OidcFlow:
        """Where a browser is sent to log in by the provider of OpenID Connect. Raises SourceError: it is not there."""
        return group.oidc.begin(self._desk, back_address)

    def finish_oidc(self, flow: OidcFlow, code: str, back_address: str) -> Identity:
        """The person whom the provider logged in. Raises Refused: that is not proved; SourceError: it is not there."""
        return group.oidc.finish(self._desk, flow, code, back_address)

    def log_in_by_oidc(self, identity: Identity, agent: str, back: str) -> Started:
        """Log the member in who has this identity, or this verified address. Raises Refused: it is nobody's."""
        return group.oidc.log_in(self._desk, identity, agent, back)

    def connect_oidc(self, account: Account, identity: Identity) -> None:
        """Let a member log in by this identity from now on. Raises Refused: it is another member's."""
        group.oidc.connect(self._desk, account, identity)

    def logins(self, account: Account) -> list[Login]:
        """The browsers that are logged in for a member, the newest first."""
        return logins.all_of(self._desk, account)

    def log_out(self, session: str) -> None:
        """End the login with this secret."""
        self._desk.logins.end(session)

    def end_login(self, account: Account, number: int) -> None:
        """End one of a member's own logins."""
        self._desk.logins.end_number(account.number, number)

    def end_logins(self, account: Account) -> None:
        """End all logins of a member."""
        self._desk.logins.end_all(account.number)

    # Together

    def week(self) -> GroupWeek:
        """The group's page: votes with names, counts without, members' own papers."""
        return week.week(self._desk)

    def local(self, moment: datetime) -> datetime:
        """A moment by the group's clock on the wall."""
        return week.local(self._desk, moment)

    def vote(self, account: Account, paper: str) -> VoteChoice:
        """Vote for a paper at the next meeting, if the member has a vote left. Raises UnknownPaper."""
        return week.vote(self._desk, account, paper)

    def withdraw(self, account: Account, paper: str) -> None:
        """Take a vote for the next meeting back."""
        week.withdraw(self._desk, account, paper)

    def meetings(self) -> list[Meeting]:
        """Past meetings, the newest first."""
        return self._desk.votes.meetings(self._desk.now)

    def meeting(self, number: int) -> Meeting | None:
        """A meeting by its number."""
        return self._desk.votes.meeting(number)

    def voted(self, meeting: Meeting) -> list[VotedPaper]:
        """The papers of a meeting, most votes first."""
        return week.voted(self._desk, meeting)

    def keep_notes(self, number: int, notes: str, instead_of: str | None = None) -> bool:
        """Replace the notes of a meeting; False: they are others than `instead_of` by now, and stay."""
        return week.keep_notes(self._desk, number, notes, instead_of)

    def share(self, *, on: bool) -> None:
        """Give the next meeting's list an address that anybody can read, without names; or take it away."""
        week.share(self._desk, on=on)

    def unshare(self, number: int) -> None:
        """Take the address away from a meeting's list, also of a past one."""
        self._desk.votes.unshare(number)

    def shared(self, secret: str) -> Meeting | None:
        """The meeting whose list has this address."""
        return self._desk.votes.shared(secret)

    def choose(self, account: Account, *, counted: bool, agenda: bool, authors: tuple[str, ...]) -> None:
        """Set what a member decides: whether likes are counted, whether agendas come, and the names on papers."""
        week.choose(self._desk, account, counted=counted, agenda=agenda, authors=authors)

    def disown(self, account: Account, paper: str) -> None:
        """Say that a paper with the member's name is by somebody else."""
        self._desk.votes.disown(account.number, paper)

    def start_from_votes(self, account: Account) -> int:
        """Like, for a newcomer, what the group voted for lately; gives the number of papers."""
        return week.start_from_votes(self._desk, account)
