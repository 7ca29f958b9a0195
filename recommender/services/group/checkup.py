"""What is wrong with the group of a home: its settings, file, secrets, mail, profiles and backups."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from recommender.delivery.mail import headers, sending
from recommender.errors import DeliveryError, ProfileError, StoreError
from recommender.profile import GROUP
from recommender.results.group import Account, AccountState
from recommender.results.upkeep import Finding, Level
from recommender.services import links
from recommender.services.group import agenda, week
from recommender.services.group.desk import Desk
from recommender.services.reader import Reader
from recommender.store import copies, group_backups, group_settings
from recommender.text.short import counted

_LATE = timedelta(hours=2)  # an agenda that is due for so long was not sent by an hourly timer
_BACKUP_AGE = timedelta(days=3)
_NAMED = 5  # profiles that are named, of any number


def group(reader: Reader, _fix: bool) -> Iterator[Finding]:
    """Everything about the group, if there is one. Looks at no rating, asks nobody and sends nothing."""
    home = reader.home
    if not home.group_settings_file.exists() and not home.group_file.exists():
        return
    desk = Desk(home, clock=lambda: reader.now, progress=reader.progress)
    try:
        desk.settings  # noqa: B018 - reads them
    except ProfileError as error:
        remedy = f"edit {home.group_settings_file}" if home.group_settings_file.exists() else _restore(desk)
        yield Finding("group", Level.WRONG, str(error), remedy)
        return
    try:
        yield from _checked(desk)
    finally:
        desk.close()


def _checked(desk: Desk) -> Iterator[Finding]:
    yield from _secrets(desk)
    yield from _mail(desk)
    accounts: list[Account] = []
    try:
        accounts = desk.store.accounts()
        problems = copies.faults(desk.home.group_file) if desk.home.group_file.exists() else ["it is missing"]
    except (StoreError, ValueError) as error:
        if isinstance(error, StoreError) and not error.damaged:
            raise
        problems = [str(error).partition("; ")[0]]
    if problems:
        text = f"the accounts and votes in {desk.home.group_file} are damaged or gone: {problems[0]}"
        yield Finding("group", Level.WRONG, text, _restore(desk))
        return
    states = [account.state for account in accounts]
    text = f"{counted(len(accounts), 'member')} of {desk.settings.name}"
    if disabled := states.count(AccountState.DISABLED):
        text += f", {disabled} of them disabled"
    yield Finding("group", Level.GOOD, text)
    yield from _profiles(desk, accounts)
    yield from _agenda(desk)
    yield from _backups(desk)


def _restore(desk: Desk) -> str:
    stored = group_backups.stored(desk.home)
    if stored:
        return f"recommend group restore {stored[0]}"
    settings = desk.home.group_settings_file
    away = f"move {settings} and {desk.home.group_file} away, and " if settings.exists() else ""
    return f"there is no backup: {away}recommend group init"


def _secrets(desk: Desk) -> Iterator[Finding]:
    home, settings = desk.home, desk.settings
    checks = (
        (settings.proxy_header, "proxy_header", home.proxy_secret_file, group_settings.proxy_secret),
        (settings.oidc_issuer, "oidc_issuer", home.oidc_secret_file, group_settings.oidc_secret),
    )
    for is_set, setting, file, read in checks:
        if is_set:
            try:
                read(file)
            except ProfileError as error:
                yield Finding("group", Level.WRONG, str(error), f"write a new secret into {file}, and where it is used")
        elif file.exists():
            text = f"{file} has a secret that nothing uses: {setting} is not set"
            yield Finding("group", Level.NOTE, text, "delete it")


def _mail(desk: Desk) -> Iterator[Finding]:
    """Whether mails can be sent, as far as that can be known without sending one."""
    by, path = desk.settings.by, desk.home.group_settings_file
    try:
        headers.address(desk.settings.sender, "the sender")
        if sending.needs_password(by):
            desk.home.password(GROUP, "smtp")
        fault = links.transport_fault(by)
    except (DeliveryError, ProfileError) as error:
        fault = str(error)
    if fault:
        yield Finding("group", Level.WRONG, f"links to log in and agendas cannot be mailed: {fault}", f"edit {path}")
    else:
        yield Finding("group", Level.GOOD, f"mails go out from {desk.settings.sender}")


def _profiles(desk: Desk, accounts: list[Account]) -> Iterator[Finding]:
    """Accounts without a profile, profiles without an account, and profiles that cannot be read."""
    home, names = desk.home, set(desk.home.own_names())
    for account in accounts:
        if account.profile not in names:
            text = f"{account.address} has an account, but the profile {account.profile} is not here"
            remedy = f"recommend restore -p {account.profile}, or recommend group delete {account.address}"
            yield Finding("group", Level.WRONG, text, remedy)
            continue
        database = home.profile_file(account.profile)
        try:
            with home.profile_store(account.profile) as store:
                store.version()
            problems = copies.faults(database) if database.exists() else []
        except StoreError as error:
            problems = [str(error).partition("; ")[0]]
        if problems:
            text = f"the profile of {account.address} cannot be read: {problems[0]}"
            yield Finding("group", Level.WRONG, text, f"recommend doctor --fix -p {account.profile}")
    if others := sorted(names.difference(account.profile for account in accounts)):
        named = ", ".join(others[:_NAMED]) + (", …" if len(others) > _NAMED else "")
        text = f"{counted(len(others), 'profile')} without an account: {named}"
        yield Finding("group", Level.NOTE, text, "recommend group invite ADDRESS --use PROFILE gives one an account")


def _agenda(desk: Desk) -> Iterator[Finding]:
    meeting, due = week.meeting(desk), agenda.due(desk)
    if desk.now < due + _LATE or not week.voted(desk, meeting):
        return
    if waiting := desk.votes.awaiting_agenda(meeting.number):
        text = (
            f"the agenda was to go out from {due:%A %Y-%m-%d %H:%M} on, and {counted(len(waiting), 'member')} lack it"
        )
        yield Finding("group", Level.WRONG, text, "recommend group agenda; a timer runs it each hour (docs/group.md)")


def _backups(desk: Desk) -> Iterator[Finding]:
    stored = group_backups.stored(desk.home)
    if not stored:
        yield Finding("group", Level.NOTE, "there is no backup of the group yet", "recommend group backup")
        return
    made = datetime.fromtimestamp(stored[0].stat().st_mtime, UTC)
    level = Level.NOTE if desk.now - made > _BACKUP_AGE else Level.GOOD
    text = f"the newest of {counted(len(stored), 'backup')} is of {made.astimezone():%Y-%m-%d}: {stored[0]}"
    yield Finding("group", level, text, "recommend group backup" if level is Level.NOTE else "")
