"""`recommend group`: the members of a group on this server, for its admin. No command shows a rating."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import recommender
from recommender.cli.session import Session, confirm, file_type, json_option, show, show_document, tell
from recommender.delivery import wording
from recommender.errors import DeliveryError, ProfileError
from recommender.files import as_argument
from recommender.results.group import AccountState, AgendaMail, Invitation, NightHealth
from recommender.text.lines import escaped
from recommender.text.short import counted

if TYPE_CHECKING:
    from recommender.api_group import Group

_STATES = {
    AccountState.INVITED: "invited",
    AccountState.ACTIVE: "active",
    AccountState.DISABLED: "disabled",
}


def _door(session: Session) -> "Group":
    return recommender.Group(home=session.recommender.places().home)


@click.group()
def group() -> None:
    """A group on one server: members, votes, agendas.

    Each member has the pages of `recommend serve` for a profile of their own, and logs in by a link that is mailed.
    Ratings are private: no command here shows them. `recommend serve --group` serves the pages.

    \b
    Examples:
      recommend group init --name "Exoplanets" --page https://papers.example.org \\
        --from papers@example.org --by smtp://localhost:25
      recommend group invite ada@example.org --name "Ada Lovelace"
      recommend group list
    """


@group.command()
@click.option("--name", required=True, metavar="TEXT", help="The group's name, as its members see it.")
@click.option("--page", required=True, metavar="ADDRESS", help="Public address, like https://papers.example.org.")
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="The sender of the group's mails.")
@click.option("--by", required=True, metavar="HOW", help="What sends them: smtp://, smtps://, sendmail:, maildir:.")
@click.option("--meeting", default="friday 14:00", show_default=True, metavar="WHEN", help="The weekly meeting.")
@click.option(
    "--timezone", default="", metavar="PLACE", help="Whose clock, like Europe/Berlin. Default: this machine's."
)
@click.option("--category", "categories", multiple=True, metavar="CAT", help="Of new profiles; repeatable.")
@click.option("--digests", multiple=True, metavar="PLACE", help="Of new profiles, as in `recommend init`; repeatable.")
@click.option("--proxy-header", default="", metavar="NAME", help="Trust this header of a proxy that logs members in.")
@click.pass_obj
def init(session: Session, /, **options: Any) -> None:
    """Make the group of this home.

    With --proxy-header, a proxy that has logged somebody in names the address in this header, and adds the header
    X-Proxy-Secret with the secret that is written here. It is off without that.

    \b
    Examples:
      recommend group init --name "Exoplanets" --page https://papers.example.org \\
        --from papers@example.org --by smtp://localhost:25 --category astro-ph.EP
      recommend group init --name "Exoplanets" --page https://papers.example.org \\
        --from papers@example.org --by sendmail:/usr/sbin/sendmail \\
        --proxy-header X-Remote-User
    """
    options["from"] = options.pop("sender")
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}
    with _door(session) as door:
        settings, secret_file = door.create(values)
        show(f"The group {settings.name} is made; its settings are in {_settings_file(session)}.")
        if secret_file:
            show(f"The proxy adds X-Proxy-Secret with what {secret_file} holds.")
        show("Next: `recommend group invite ADDRESS`, then `recommend serve --group`.")


@group.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--name", default="", metavar="TEXT", help="As the other members see it. Default: from the address.")
@click.option(
    "--use", "existing", default="", metavar="PROFILE", help="A profile that exists, or the name of a new one."
)
@click.option(
    "--start", "starter", default="", metavar="STARTER", help="Start from a shipped profile (`profile list`)."
)
@click.option("--mail-lists", is_flag=True, help="The new profile mails its lists to the member.")
@click.option(
    "--no-mail", "send", is_flag=True, flag_value=False, default=True, help="Do not tell the members by mail."
)
@click.pass_obj
def invite(session: Session, /, addresses: tuple[str, ...], name: str, existing: str, **options: Any) -> None:
    """Invite readers by mail, each with a profile of their own. Who is a member already is told again.

    \b
    Examples:
      recommend group invite ada@example.org --name "Ada Lovelace" --start exoplanets
      recommend group invite ada@example.org --use ada --no-mail
    """
    if len(addresses) > 1 and (name or existing):
        raise click.UsageError("--name and --use are for one address")
    unmailed: list[str] = []

    def invited(door: "Group", address: str) -> str:
        with session.progress.busy(f"Inviting {address}"):
            made = door.invite(Invitation(address, name, existing, **options))
        account = made.account
        if made.problem:
            unmailed.append(account.address)
            tell(f"No mail to {account.address}: {made.problem}")
        what = "Invited" if made.is_new else f"Is a member already ({_STATES[account.state]})"
        return f"{what}: {account.address}, as {account.name}, with the profile {account.profile}."

    _for_each(session, addresses, invited)
    if unmailed:
        raise DeliveryError("not every invitation was mailed; the accounts are made, and this command can be repeated")


@group.command("list")
@json_option
@click.pass_obj
def list_accounts(session: Session, as_json: bool) -> None:
    """List the members.

    \b
    Examples:
      recommend group list
      recommend group list --json
    """
    with _door(session) as door:
        accounts = door.accounts()
    if as_json:
        rows = [
            {"address": each.address, "name": each.name, "profile": each.profile, "state": each.state.value}
            for each in accounts
        ]
        show_document(escaped(json.dumps({"version": 1, "members": rows}, ensure_ascii=False, indent=2)))
        return
    for each in accounts:
        show(f"{_STATES[each.state]:<9} {each.address}  {each.name}  (profile {each.profile})", 10)
    if not accounts:
        show("Nobody is invited yet: `recommend group invite ADDRESS`.")


def _for_each(session: Session, addresses: tuple[str, ...], act: Callable[["Group", str], str]) -> None:
    """Do something for each of these members; a wrong address stops it for no other."""
    wrong: list[str] = []
    with _door(session) as door:
        for address in addresses:
            try:
                show(act(door, address))
            except ProfileError as error:
                wrong.append(str(error))
    if wrong:
        raise ProfileError("; ".join(dict.fromkeys(wrong)))


@group.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.pass_obj
def disable(session: Session, addresses: tuple[str, ...]) -> None:
    """Keep members out from now on; nothing of theirs is deleted.

    \b
    Example:
      recommend group disable ada@example.org
    """
    _for_each(session, addresses, lambda door, address: f"Disabled: {door.disable(address).address}.")


@group.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.pass_obj
def enable(session: Session, addresses: tuple[str, ...]) -> None:
    """Let members in again.

    \b
    Example:
      recommend group enable ada@example.org
    """
    _for_each(session, addresses, lambda door, address: f"Enabled: {door.enable(address).address}.")


@group.command()
@click.argument("address")
@click.option(
    "--to", "folder", default=".", type=click.Path(exists=True, file_okay=False), metavar="FOLDER", help="Where to."
)
@click.pass_obj
def export(session: Session, address: str, folder: str) -> None:
    """Write what is stored of a member into two files. They are for that member: the profile, and what the group knows.

    \b
    Example:
      recommend group export ada@example.org --to /tmp
    """
    with _door(session) as door:
        for path in door.export(address, Path(folder)):
            show(f"Wrote {path}.")


@group.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(session: Session, address: str, yes: bool) -> None:
    """Delete a member wholly, with account, votes and profile. Ratings, mails, logs and backups go with the profile.

    \b
    Example:
      recommend group delete ada@example.org --yes
    """
    if not yes:
        confirm(f"Delete {address} with all ratings and backups? It cannot be undone")
    with _door(session) as door:
        erased = door.delete(address)
    show(f"Deleted: {erased.address}, the profile {erased.profile} and {counted(erased.files, 'file')} of it.")


@group.command()
@click.argument("file", type=file_type, required=False)
@click.pass_obj
def backup(session: Session, file: Path | None) -> None:
    """Write a backup of the group and its members' profiles. It has accounts, votes, past meetings and settings too.

    FILE may be a folder, and an earlier backup, which is replaced. Without it the backup lies in `backups/group` of the
    home, where `recommend group agenda` makes one of the group by itself each day, and keeps the last seven. Logins,
    secrets and passwords are not in it.

    \b
    Examples:
      recommend group backup
      recommend group backup /media/disk/group.zip
    """
    with _door(session) as door:
        made = door.back_up(file)
        what = f"{counted(made.members, 'member')}, {counted(made.profiles, 'profile')}"
        show(f"{door.settings.name}: {what}. Backed up in {made.path};")
    show(f"`recommend group restore {as_argument(made.path)}` brings it back.")


@group.command()
@click.argument("file", type=file_type, required=False)
@click.pass_obj
def restore(session: Session, file: Path | None) -> None:
    """Bring the group back as a backup has it. Without FILE, list the backups here.

    Everybody logs in anew. Who is disabled now stays so. Profiles that are here stay as they are (`recommend restore`
    brings one back); those that are not are added, so that an empty home becomes the old one. What it replaces is kept.
    Start `recommend serve --group` again afterwards.

    \b
    Examples:
      recommend group restore
      recommend group restore /media/disk/group.zip
    """
    with _door(session) as door:
        if file is None:
            for path in door.backups():
                show(str(path))
            if not door.backups():
                tell("No backup of a group is here yet; `recommend group backup` makes one.")
            return
        restored = door.restore(file)
        name = door.settings.name
    show(f"{name} is as {file} has it: {counted(restored.members, 'member')}. Everybody logs in anew.")
    if restored.profiles:
        show(f"Profiles that were not here: {', '.join(restored.profiles)}.")
    if restored.kept:
        show(f"What was there before is in {restored.kept}.")
    for address in restored.returned:
        tell(f"{address} is a member again: `recommend group delete {address}` if that is wrong.")


@group.command()
@json_option
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show the next meeting and how last night went. It tells nothing about ratings.

    \b
    Examples:
      recommend group status
      recommend group status --json
    """
    with _door(session) as door:
        health = door.health()
    if as_json:
        document = {
            "version": 1,
            "name": health.settings.name,
            "page": health.settings.page,
            "meeting": health.meeting.at.isoformat(),
            "papers_voted_for": health.votes,
            "members": [
                {
                    "address": night.account.address,
                    "state": night.account.state.value,
                    "last_list": night.listed or None,
                    "last_mail": night.mailed or None,
                    "problem": night.problem or None,
                }
                for night in health.nights
            ],
        }
        show_document(escaped(json.dumps(document, ensure_ascii=False, indent=2)))
        return
    show(f"{health.settings.name}: {health.settings.page}")
    show(f"Next meeting: {health.meeting.at:%A %Y-%m-%d %H:%M}, {wording.papers(health.votes)} with votes.")
    for night in health.nights:
        show(f"{_STATES[night.account.state]:<9} {night.account.address}: {_night(night)}", 10)


def _night(night: NightHealth) -> str:
    if night.problem:
        return night.problem
    return f"last list {night.listed or 'none'}, last mail {night.mailed or 'none'}"


@group.command()
@click.option("--now", is_flag=True, help="Mail it now, whatever the hour.")
@click.option("--dry-run", is_flag=True, help="Print it, and send nothing.")
@click.pass_obj
def agenda(session: Session, now: bool, dry_run: bool) -> None:
    """Mail the next meeting's agenda, once to each member. For a timer: it waits for the hour of the settings.

    It also counts, once a day, what several members like, and makes the day's backups.

    \b
    Examples:
      recommend group agenda
      recommend group agenda --dry-run
    """
    with _door(session) as door:
        if dry_run:
            message = door.preview_agenda()
            show(message.get_content() if message else "Nobody has voted yet: there is no agenda.")
            return
        with session.progress.busy("Mailing the agenda"):
            due = door.agenda_due()
            results = door.daily()
            if now and session.now < due:  # else it was just tried
                results += door.send_agenda()
        opening, is_empty = f"{door.local(due):%A %Y-%m-%d %H:%M}", door.preview_agenda() is None
    for each in results:
        (show if each.sent else tell)(each.message)
    if any(each.sent for each in results):
        show("Votes given from now on are on the group's page; no second agenda is mailed for this meeting.")
    elif not results and is_empty and (now or session.now >= due):
        show("Nothing to mail: nobody has voted, so there is no agenda.")
    elif not results and (now or session.now >= due):
        show("Nothing to mail: every member who wants the agenda of this meeting has it.")
    elif not results:
        show(f"Nothing to mail yet: the agenda goes out from {opening} on, if there are votes.")
    _raise_failed(results)


def _raise_failed(results: list[AgendaMail]) -> None:
    failed = [each for each in results if not each.sent]
    if failed:
        raise DeliveryError(
            f"{counted(len(failed), 'agenda')} could not be mailed; the next `recommend group agenda` tries again"
        )


def _settings_file(session: Session) -> Path:
    return session.recommender.places().home / "group.toml"


COMMANDS = (group,)
