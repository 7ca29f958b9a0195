"""`recommend init` and `recommend profile`: making, seeing, moving and resetting profiles."""

import os
import sys
from pathlib import Path

import click

from recommender import NewProfile, delivery
from recommender.cli.exchange import import_entries, read_library
from recommender.cli.session import (
    Session,
    asking,
    confirm,
    file_type,
    json_option,
    profile_option,
    show,
    show_document,
    tell,
)
from recommender.delivery import reports, wording
from recommender.delivery.terminal import insights_text
from recommender.files import as_argument
from recommender.paper import Verdict
from recommender.profile import Profile, is_remote


@click.command()
@click.argument("name", required=False)
@click.option("--interests", metavar="WORDS", help='What you work on, in your own words; ";" begins another topic.')
@click.option("--category", "categories", multiple=True, metavar="CAT", help="An arXiv category; repeatable.")
@click.option(
    "--digests",
    multiple=True,
    metavar="PLACE",
    help='Where digests come from: "arxiv", a folder, a file, a feed or a mailbox; repeatable.  '
    "[default: arxiv for your categories]",
)
@click.option("--from", "starter", metavar="STARTER", help="Start from a shipped profile (`profile list`).")
@click.option(
    "--liked",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help="Papers you like, as `recommend import` takes them: BibTeX, arXiv ids, ...; - for standard input.",
)
@click.option(
    "--actions",
    type=file_type,
    metavar="FOLDER",
    help="Write a repository for GitHub instead, which ranks and mails every evening; no machine of yours is needed.",
)
@click.option("--no-input", is_flag=True, help="Ask nothing; options not given stay empty.")
@click.pass_obj
def init(
    session: Session,
    name: str | None,
    interests: str | None,
    categories: tuple[str, ...],
    digests: tuple[str, ...],
    starter: str | None,
    liked: str | None,
    actions: Path | None,
    no_input: bool,
) -> None:
    """Make a profile of your own. Asks for everything that was not given as an option.

    \b
    Examples:
      recommend init
      recommend init ada --interests "image fusion, infrared" --category cs.CV
      recommend init ada --interests "image fusion, infrared; graph networks"
      recommend init ada --category cs.RO --digests arxiv --digests ~/digests --liked library.bib
      recommend init ada --from robotics --no-input
      recommend init --actions papers --interests "image fusion, infrared" --category cs.CV
    """
    ada = session.recommender
    if actions and (name or liked):
        raise click.UsageError("--actions takes no name and no library: lay the library beside the settings instead")
    ask = not no_input and liked != "-" and sys.stdin.isatty()
    name = name or ("me" if actions else _ask(ask, "Name of the profile", "me"))
    new = NewProfile(name, interests, categories, digests, starter)
    base = ada.check_profile(new, elsewhere=bool(actions))
    if interests is None and not base.interests:
        new = new._replace(interests=_ask(ask, "What do you work on, in a few words (; begins another topic)", ""))
    if not categories and not base.categories:
        answer = _ask(ask, "arXiv categories to read, as cs.CV eess.IV (empty: arXiv is not asked)", "")
        new = new._replace(categories=tuple(answer.replace(",", " ").split()))
    base = ada.check_profile(new, elsewhere=bool(actions))  # a wrong category is told before the next question
    if actions:
        _write_repository(session, new, actions)
        return
    if not digests and not base.digests:
        otherwise = "arXiv itself" if base.categories else "none; you name one each time"
        new = new._replace(digests=(_ask(ask, f"Folder or file with arXiv's mails or lists (empty: {otherwise})", ""),))
    entries = read_library(session, liked) if liked else None
    profile, path = ada.create_profile(new)
    show(f"Profile {profile.name} is in {path}; edit it as you like.")
    for place in profile.digests:
        if not is_remote(place) and not os.path.exists(place):
            tell(f"Note: {place} does not exist yet; `recommend today` will look there.")
    if liked and entries:
        import_entries(session, liked, entries, Verdict.LIKE)
    if profile.sources:
        show(f"Next: `recommend today -p {profile.name}`.")
    else:
        show(f"Next: `recommend today -p {profile.name} FILE` with a file of papers, such as a mail of arXiv's;")
        show('or a line categories = ["cs.CV"] in your settings, and arXiv itself is asked.')
    if not liked:
        show(f"Papers you like already teach it most: `recommend import library.bib -p {profile.name}`.")
    if profile.mail is None:
        show("A list by mail each morning: a table [mail] in that file, then `recommend schedule install`.")


def _write_repository(session: Session, new: NewProfile, folder: Path) -> None:
    for file in session.recommender.create_repository(new, folder):
        show(str(file))
    show(f"Next: the five steps in {folder / 'README.md'}; the first is a private repository with these files.")


@click.group()
def profile() -> None:
    """See, move and reset profiles.

    \b
    Examples:
      recommend profile list
      recommend profile export ada.zip -p ada
    """


@profile.command("list")
@json_option
@click.pass_obj
def list_profiles(session: Session, as_json: bool) -> None:
    """List the profiles here, and the shipped ones to start from.

    \b
    Example:
      recommend profile list
    """
    summaries = session.recommender.profiles()
    if as_json:
        show_document(delivery.json_state.profiles_json(summaries))
        return
    for each in summaries:
        about = f"shipped: {each.description}" if each.shipped else wording.ratings(each.liked, each.disliked)
        show(f"{each.name:<18} {about if not each.problem else 'cannot be read'}", 19)
        if each.problem:
            tell(each.problem)


@profile.command("show")
@json_option
@profile_option
@click.pass_obj
def show_profile(session: Session, as_json: bool) -> None:
    """Show a profile's settings, and what it learned from your ratings.

    \b
    Example:
      recommend profile show -p example
    """
    ada = session.recommender
    settings, places, (liked, disliked) = ada.profile, ada.places(), ada.count()
    if as_json:
        insights = ada.insights() if liked else None
        show_document(delivery.json_state.profile_json(settings, places, (liked, disliked), insights))
        return
    rows = [
        ("profile", settings.name),
        ("about", settings.description),
        ("interests", settings.interests or "none given"),
        ("categories", " ".join(settings.categories) or "all"),
        ("digests", ", ".join(settings.sources) or "none set"),
        ("follows", ", ".join(settings.follow)),
        ("muted", ", ".join(rule.rule for rule in settings.mute)),
        ("weights", ", ".join(f"{rule.rule} {steps:+g}" for rule, steps in settings.steps)),
        ("list", wording.papers(settings.list_size) + _threshold(settings)),
        ("ratings", wording.ratings(liked, disliked)),
        ("settings", f"{places.settings}{', which ships with the program' if places.shipped else ''}"),
        ("memory", str(places.ratings)),
    ]
    for label, value in rows:
        if value:
            show(f"{label:<15} {value}", 16)
    if liked:
        show("\n" + insights_text(ada.insights(), session.layout()))


@profile.command("set")
@click.argument("setting")
@click.argument("value")
@profile_option
@click.pass_obj
def set_setting(session: Session, setting: str, value: str) -> None:
    """Change a setting of a profile. It can be interests, categories, list_size, min_match, variety or explore.

    "" takes interests or categories away. Other settings are changed in the file that `recommend where` names.

    \b
    Examples:
      recommend profile set interests "image fusion, infrared; graph networks"
      recommend profile set categories "cs.CV eess.IV"
      recommend profile set list_size 20
    """
    ada = session.recommender
    before = {field.key: field.text for field in ada.settings()}
    ada.change_settings({setting: value.replace(";", "\n") if setting == "interests" else value})
    text = {field.key: field.text for field in ada.settings()}[setting]
    if text == before[setting]:
        show(f"{setting} is unchanged.")
        return
    show(f"{setting}: {text.replace(chr(10), '; ') or 'none'}")
    show("Used in your next list.")


@profile.command("export")
@click.argument("file", type=file_type, required=False)
@profile_option
@click.pass_obj
def export_profile(session: Session, file: Path | None) -> None:
    """Write everything of a profile into one file. That is settings, ratings, notes and the lists shown.

    FILE is NAME.recommend.zip in this folder if not given. Another machine imports it with
    `recommend profile import FILE`.

    \b
    Example:
      recommend profile export backup.zip -p ada
    """
    with session.progress.busy("Writing everything of the profile"):
        target = session.recommender.export_profile(file)
    show(f"Profile {session.recommender.name} is in {target}.")


@profile.command("import")
@click.argument("file", type=file_type)
@click.option("--as", "name", metavar="NAME", help="The profile's name here.  [default: from the file's name]")
@click.option("--with-mail", is_flag=True, help="Import its mail settings, mailboxes, keys and mails too.")
@click.pass_obj
def import_profile(session: Session, file: Path, name: str | None, with_mail: bool) -> None:
    """Import a profile that `recommend profile export` wrote. Never overwrites one.

    What others could misuse stays out unless you ask for it: the mail settings, which may run a command, mailboxes,
    mails and answers, and the key that signs the links in mails. --with-mail is for a profile of your own.

    \b
    Examples:
      recommend profile import ada.recommend.zip --with-mail
      recommend profile import from-bob.zip --as bob
    """
    with session.progress.busy(f"Importing {file.name}"):
        brought = session.recommender.import_profile(file, name, with_mail=with_mail)
    show(f"Profile {brought.name} is here: {wording.ratings(brought.liked, brought.disliked)}.")
    for line in reports.imported(brought):
        show(line)


@profile.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
@profile_option
@click.pass_obj
def reset_profile(session: Session, yes: bool) -> None:
    """Delete all ratings, notes and lists, after saving a copy.

    \b
    Example:
      recommend profile reset -p example
    """
    ada = session.recommender
    liked, disliked = ada.count()
    if not yes:
        confirm(f"Delete {ada.name}'s ratings of {liked:,} liked and {disliked:,} disliked papers?")
    backup = ada.reset()
    show(f"Deleted all ratings, notes and lists of {ada.name}. Everything until now is in {backup};")
    show(f"`recommend restore {as_argument(backup)} -p {ada.name}` brings it back.")


def _ask(ask: bool, question: str, default: str) -> str:
    if not ask:
        return default
    with asking():
        answer: str = click.prompt(question, default=default, show_default=bool(default))
    return answer.strip()


def _threshold(settings: Profile) -> str:
    return f", that match {settings.min_match} % or more" if settings.min_match else ""


COMMANDS = (init, profile)
