"""`recommend init` and `recommend profile`: making, seeing, moving and resetting profiles."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from recommender.cli.exchange import bring_library, read_library
from recommender.cli.session import Session, profile_option, show, tell
from recommender.delivery.terminal import insights_text
from recommender.errors import ProfileError
from recommender.ids import category as arxiv_category
from recommender.paper import Verdict
from recommender.profile import Profile, is_remote
from recommender.services import search as lookup
from recommender.store import settings as settings_store


@click.command()
@click.argument("name", required=False)
@click.option("--interests", metavar="WORDS", help="What you work on, in your own words.")
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
@click.option("--no-input", is_flag=True, help="Ask nothing; what was not given stays empty.")
@click.pass_obj
def init(
    session: Session,
    name: str | None,
    interests: str | None,
    categories: tuple[str, ...],
    digests: tuple[str, ...],
    starter: str | None,
    liked: str | None,
    no_input: bool,
) -> None:
    """Make a profile of your own. Asks for what was not given as an option.

    \b
    Examples:
      recommend init
      recommend init ada --interests "image fusion, infrared" --category cs.CV
      recommend init ada --category cs.RO --digests arxiv --digests ~/digests --liked library.bib
      recommend init ada --from robotics --no-input
    """
    ask = not no_input and liked != "-" and sys.stdin.isatty()
    name = name or _asked(ask, "Name of the profile", "me")
    settings = session.home.own_settings_file(name)
    if settings.exists():
        raise ProfileError(f"profile {name!r} exists already: edit {settings}, or choose another name")
    base = session.home.starter(starter) if starter else Profile(name)
    if interests is None:
        interests = base.interests or _asked(ask, "What do you work on, in a few words", "")
    if not categories:
        answer = "" if base.categories else _asked(ask, "arXiv categories, as cs.CV eess.IV (empty: all)", "")
        categories = base.categories or tuple(answer.replace(",", " ").split())
    for category in categories:
        if not arxiv_category(category):
            raise ProfileError(f"{category!r} is no arXiv category; they look like cs.CV, hep-th, eess.IV")
    if not digests and not base.digests:
        digests = (_asked(ask, "Folder or file your digests are in (empty: arXiv itself)", ""),)
    places = base.digests + tuple(
        place if is_remote(place) else str(Path(place).expanduser().absolute()) for place in digests if place
    )
    papers = read_library(session, liked) if liked else None
    made = replace(base, name=name, description="", interests=interests, categories=categories, digests=places)
    path = settings_store.create(session.home, made)
    show(f"Profile {name} is in {path}; edit it as you like.")
    for place in places:
        if not is_remote(place) and not Path(place).exists():
            tell(f"Note: {place} does not exist yet; `recommend today` will look there.")
    if liked and papers:
        session.wanted_profile = name
        bring_library(session, liked, papers, Verdict.LIKE)
    show(f"Next: `recommend today -p {name}" + ("`." if made.sources else " FILE` with a digest file."))


@click.group()
def profile() -> None:
    """See, move and reset profiles.

    \b
    Examples:
      recommend profile list
      recommend profile export ada.zip -p ada
    """


@profile.command("list")
@click.pass_obj
def list_profiles(session: Session) -> None:
    """List the profiles here, and the shipped ones to start from.

    \b
    Example:
      recommend profile list
    """
    home = session.home
    own = home.own_names()
    for name in own:
        with home.profile_store(name) as memory:
            liked, disliked = memory.count()
        show(f"{name:<18} {liked} liked, {disliked} disliked")
    for name in home.starter_names():
        if name not in own:
            show(f"{name:<18} shipped: {home.starter(name).description}")


@profile.command("show")
@profile_option
@click.pass_obj
def show_profile(session: Session) -> None:
    """Show a profile's settings, and what it learned from your verdicts.

    \b
    Example:
      recommend profile show -p example
    """
    settings = session.profile
    liked, disliked = session.memory.count()
    rows = [
        ("profile", settings.name),
        ("about", settings.description),
        ("interests", settings.interests or "none given"),
        ("categories", " ".join(settings.categories) or "all"),
        ("digests", ", ".join(settings.sources) or "none set"),
        ("follows", ", ".join(settings.follow)),
        ("muted", ", ".join(f"{wish.kind.value}:{wish.text}" for wish in settings.mute)),
        ("weights", ", ".join(f"{wish.kind.value}:{wish.text} {steps:+g}" for wish, steps in settings.steps)),
        ("list", f"{settings.list_size} papers" + _threshold(settings)),
        ("verdicts", f"{liked} liked, {disliked} disliked"),
        ("settings", str(session.home.settings_file(settings.name))),
        ("memory", str(session.home.profile_file(settings.name))),
    ]
    for label, value in rows:
        if value:
            show(f"{label:<11} {value}")
    if liked:
        learnt = lookup.learnt(settings, session.library, session.memory)
        show("\n" + insights_text(learnt, session.look()))


@profile.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@profile_option
@click.pass_obj
def export_profile(session: Session, file: Path | None) -> None:
    """Write everything of a profile into one file: settings, verdicts, lists shown.

    FILE is NAME.recommend.zip in this folder if not given. Another machine takes it in with
    `recommend profile import FILE`.

    \b
    Example:
      recommend profile export backup.zip -p ada
    """
    from recommender.store import backup

    target = file or Path(f"{session.profile_name}.recommend.zip")
    backup.export(session.home, session.profile_name, target)
    show(f"Profile {session.profile_name} is in {target}.")


@profile.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "name", metavar="NAME", help="The profile's name here.  [default: from the file's name]")
@click.pass_obj
def import_profile(session: Session, file: Path, name: str | None) -> None:
    """Take in a profile that `recommend profile export` wrote. Never overwrites one.

    \b
    Examples:
      recommend profile import ada.recommend.zip
      recommend profile import backup.zip --as ada
    """
    from recommender.store import backup

    name = name or file.name.partition(".")[0].lower()
    backup.import_(session.home, file, name)
    with session.home.profile_store(name) as memory:
        liked, disliked = memory.count()
    show(f"Profile {name} is here: {liked} liked, {disliked} disliked.")


@profile.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
@profile_option
@click.pass_obj
def reset_profile(session: Session, yes: bool) -> None:
    """Forget all verdicts and lists of a profile, after a whole copy was put aside.

    \b
    Example:
      recommend profile reset -p example
    """
    name = session.profile_name
    liked, disliked = session.memory.count()
    if not yes:
        click.confirm(f"Forget {liked} liked and {disliked} disliked papers of {name}?", abort=True, err=True)
    copy = session.home.profile_file(name).with_suffix(f".{session.now:%Y%m%d-%H%M%S}.backup")
    session.memory.reset(copy)
    show(f"Profile {name} knows nothing any more. Everything until now is in {copy};")
    show(f"copying that file back to {session.home.profile_file(name)} brings it back.")


def _asked(ask: bool, question: str, default: str) -> str:
    if not ask:
        return default
    answer: str = click.prompt(question, default=default, show_default=bool(default))
    return answer.strip()


def _threshold(settings: Profile) -> str:
    return f", that match {settings.min_match} % or more" if settings.min_match else ""


COMMANDS = (init, profile)
