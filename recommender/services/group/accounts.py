"""Invite, disable, export and delete the members of a group. Never looks at what they rated."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender import files
from recommender.delivery.mail import group as mails
from recommender.delivery.mail import headers, sending
from recommender.errors import DeliveryError, ProfileError, StoreError
from recommender.profile import GROUP, check_name
from recommender.results.group import Account, AccountState, Erased, GroupSettings, Invitation, Invited
from recommender.services import profiles
from recommender.services.group import backups
from recommender.services.group.desk import Desk
from recommender.services.requests import NewProfile
from recommender.store import backup, group_backups, group_settings, housekeeping, removal, settings_edit
from recommender.store.group_store import GroupStore
from recommender.store.lock import alone
from recommender.store.search import unannounced
from recommender.text.lines import one_line

_MAX_NAME = 60  # characters
_PATIENCE = 30.0  # seconds for another invitation: two at once would take the same name of a profile


def create(desk: Desk, values: Mapping[str, Any]) -> tuple[GroupSettings, Path | None]:
    """Write the settings of a new group; with a proxy's header, a new secret for the proxy too.

    Args:
        values: settings by their names in TOML.

    Returns:
        The settings, and the file of the proxy's secret if there is one.

    Raises:
        ProfileError: a group is here already, or a value is wrong.
        StoreError: the file cannot be written.
    """
    headers_checked(str(values.get("from", "")))
    sending.needs_password(str(values.get("by", "")))  # raises where it is no way to send
    settings = group_settings.new(desk.home.group_settings_file, values)
    with GroupStore(desk.home.group_file, desk.home.backups_folder) as store:
        store.make_key()  # before the settings: these without a file of members are a group in trouble
    group_settings.write(desk.home.group_settings_file, values)
    if not settings.proxy_header:
        return settings, None
    group_settings.make_proxy_secret(desk.home.proxy_secret_file)
    return settings, desk.home.proxy_secret_file


def headers_checked(address: str) -> str:
    """The bare address in "ada@example.org" or "Ada <ada@example.org>", in small letters.

    Raises:
        ProfileError: it is none.
    """
    try:
        return headers.address(address, "the address").addr_spec.lower()
    except DeliveryError as error:
        raise ProfileError(str(error)) from error


def invite(desk: Desk, invitation: Invitation) -> Invited:
    """Make an account with a profile, or find it, and tell the member by mail.

    Raises:
        ProfileError: the address is none, or the profile belongs to another member.
        StoreError: the profile cannot be written.
    """
    settings = desk.settings
    address = headers_checked(invitation.address)
    with alone(_invitations(desk), "another `recommend group invite`", patience=_PATIENCE):
        account = desk.store.account(address)
        is_new = account is None
        if account is None:
            account = _new_account(desk, address, invitation)
    problem = ""
    if invitation.send and account.state is not AccountState.DISABLED:
        try:
            desk.send(mails.invitation(settings, account, desk.now), account.address)
        except (DeliveryError, ProfileError) as error:
            problem = str(error)
    return Invited(account, is_new, problem)


def _new_account(desk: Desk, address: str, invitation: Invitation) -> Account:
    profile = invitation.profile or _free_profile(desk, address)
    if check_name(profile) == GROUP:
        raise ProfileError("the profile of a member cannot be called 'group': its password would be the group's")
    name = shown_name(invitation.name) or address.partition("@")[0]
    account, _ = desk.store.invite(address, name, profile)
    try:
        if not desk.home.has(account.profile):
            _make_profile(desk, account, invitation)
    except (ProfileError, StoreError):
        desk.store.erase(account.number)  # an account without a profile would see nothing
        raise
    return account


def shown_name(text: str) -> str:
    """A member's name as others see it: one short line, each letter in its composed form; empty if nothing is left."""
    return one_line(unicodedata.normalize("NFC", text))[:_MAX_NAME].strip()


def find(desk: Desk, address: str) -> Account:
    """The account of an address.

    Raises:
        ProfileError: there is none.
    """
    account = desk.store.account(headers_checked(address))
    if account is None:
        raise ProfileError(f"{address} has no account here; `recommend group list` shows them all")
    return account


def set_disabled(desk: Desk, address: str, *, disabled: bool) -> Account:
    """Keep a member out, with all logins ended at once; or let the member in again.

    Raises:
        ProfileError: there is no such account.
    """
    account = find(desk, address)
    state = AccountState.DISABLED if disabled else AccountState.ACTIVE
    desk.store.set_state(account.number, state)
    return account._replace(state=state)


def export(desk: Desk, address: str, folder: Path) -> list[Path]:
    """Write what is stored of a member into two new files: the profile, and what the group knows.

    Raises:
        ProfileError: there is no such account.
        StoreError: a file exists already, or cannot be written.
    """
    account = find(desk, address)
    profile, known = folder / f"{account.profile}.recommend.zip", folder / f"{account.profile}.group.json"
    if known.exists():
        raise StoreError(f"{known} exists already; choose another folder")
    backup.export(desk.home, account.profile, profile)
    files.write(known, json.dumps(known_of(desk, account), ensure_ascii=False, indent=2) + "\n", private=True)
    return [profile, known]


def known_of(desk: Desk, account: Account) -> dict[str, Any]:
    """What the group's file has of a member, for a JSON document."""
    return {
        "address": account.address,
        "name": account.name,
        "profile": account.profile,
        "state": account.state.value,
        "likes_are_counted": account.counted,
        "agenda_by_mail": account.agenda,
        "publishes_as": list(account.authors),
        "logged_in": [
            {"browser": login.browser, "since": login.made_at.isoformat()}
            for login in desk.logins.all_of(account.number, desk.now)
        ],
        "votes": [
            {"meeting": meeting.isoformat(), "at": at.isoformat(), "paper": paper.id, "title": paper.title}
            for meeting, at, paper in desk.votes.all_votes(account.number)
        ],
    }


def erase(desk: Desk, address: str) -> Erased:
    """Delete a member wholly: account, logins, votes, and every file of the profile.

    Raises:
        ProfileError: there is no such account.
        StoreError: a file cannot be deleted; the account is disabled then, and a second call goes on.
    """
    account = find(desk, address)
    desk.store.set_state(account.number, AccountState.DISABLED)  # no request opens the profile from now on
    _forget_brought(desk, account)
    others = [each.profile for each in desk.store.accounts() if each.number != account.number]
    removed = removal.remove_profile(desk.home, account.profile, others)
    group_backups.forget(desk.home)  # while there is an account that a second call finds
    with alone(_invitations(desk), "a `recommend group invite`", patience=_PATIENCE):  # it may take the free name
        desk.store.erase(account.number)
        # a request under way has written something
        removed += removal.remove_profile(desk.home, account.profile, others)
    group_backups.forget(desk.home)
    backups.daily(desk)
    removal.forget_error(desk.home, (account.address, account.profile))
    return Erased(account.address, account.profile, removed)


def generation(desk: Desk) -> str:
    """A fingerprint of the group's file: a restored or a new one has another, even if its members are the same."""
    key = desk.store.key()
    return hashlib.sha256(key.encode()).hexdigest() if key else ""


def leave_nothing(desk: Desk, account: Account, since: str) -> None:
    """Delete what a member's request has written that ended after the member was deleted.

    An account is also gone after another group was restored: then nobody was deleted, and no file is touched. Nor is
    one of a profile that another member or a reader without an account has by now.

    Args:
        since: the group's generation when the request began.

    Raises:
        StoreError: the members cannot be read, and nothing was deleted; or a file cannot be deleted.
    """
    there = desk.store.account(account.address)
    if there is not None and there.profile == account.profile:
        return
    if not since or generation(desk) != since:
        return
    with alone(_invitations(desk), "another `recommend group invite`", patience=_PATIENCE):
        others = [each.profile for each in desk.store.accounts()]
        if account.profile not in others and not desk.home.own_settings_file(account.profile).exists():
            removal.remove_profile(desk.home, account.profile, others)


def _invitations(desk: Desk) -> Path:
    """The lock of whoever gives profiles to members."""
    return desk.home.log_file(GROUP).with_suffix(".lock")


def _forget_brought(desk: Desk, account: Account) -> None:
    """Remove the papers from the library that this member alone brought there: imported, or asked for by their ids."""
    if not desk.home.profile_file(account.profile).exists():  # never rated, or removed by a call that failed later
        return
    reader = desk.reader(account)
    try:
        brought = unannounced(reader.library, sorted(reader.store.paper_ids()))
        brought -= desk.votes.paper_ids(without=account.number)
        for name in desk.home.own_names() if brought else ():
            if name != account.profile and desk.home.profile_file(name).exists():
                with desk.home.profile_store(name) as other:
                    brought -= other.paper_ids()
        if brought:
            housekeeping.forget(reader.library, brought)
    except (StoreError, ProfileError) as error:
        desk.progress.warn(f"Papers that {account.profile} brought may be left in the library: {error}")
    finally:
        reader.close()


def _make_profile(desk: Desk, account: Account, invitation: Invitation) -> None:
    settings = desk.settings
    reader = desk.reader(account)
    try:
        new = NewProfile(
            account.profile,
            categories=settings.categories,
            digests=settings.digests,
            starter=invitation.starter or None,
        )
        _, path = profiles.create(reader, new)
        if invitation.mail_lists:
            mail = {"from": settings.sender, "to": [account.address], "by": settings.by, "page": settings.page}
            settings_edit.change(path, account.profile, "mail", lambda _: mail)
    finally:
        reader.close()


def _free_profile(desk: Desk, address: str) -> str:
    """A name for the profile of an address that no profile of the home has, and no account."""
    local = re.sub(r"[^a-z0-9_-]+", "-", address.partition("@")[0].lower()).strip("-_")[:40] or "reader"
    taken = {account.profile for account in desk.store.accounts()} | set(desk.home.starter_names()) | {GROUP}
    names = (local if number == 1 else f"{local}{number}" for number in range(1, 10_000))
    return next(name for name in names if name not in taken and not desk.home.has(name))
