"""`recommend follow`, `mute`, `boost`: wishes beside the verdicts, kept in the profile's settings."""

from collections.abc import Sequence

import click

from recommender.cli.session import Session, profile_option, show
from recommender.errors import ProfileError
from recommender.paper import Nudge
from recommender.profile import MOST_STEPS
from recommender.services import search as lookup
from recommender.store import settings

_REMOVE = click.option("--remove", is_flag=True, help="Take the wish back.")


@click.command()
@click.argument("authors", nargs=-1, metavar="[AUTHOR]...")
@_REMOVE
@profile_option
@click.pass_obj
def follow(session: Session, authors: tuple[str, ...], remove: bool) -> None:
    """Follow authors: their papers go up, and the list says why.

    Initials and accents do not matter: "Ada Lovelace" is also A. Lovelace. Without AUTHOR, show whom you follow.

    \b
    Examples:
      recommend follow "Ada Lovelace" "P. Erdős"
      recommend follow --remove "Ada Lovelace"
    """
    names = [" ".join(author.removeprefix("author:").split()) for author in authors]
    if not all(names):
        raise click.UsageError("an author's name is empty")
    before = session.profile.follow
    after = _changed(before, names, remove=remove)
    if names:
        settings.change(session.home, session.profile_name, "follow", after)
    _tell("follow", before, after)


@click.command()
@click.argument("wishes", nargs=-1, metavar="[WISH]...")
@_REMOVE
@profile_option
@click.pass_obj
def mute(session: Session, wishes: tuple[str, ...], remove: bool) -> None:
    """Hide papers with a word, of an author or of a category; lists say how many, and --all shows them.

    WISH is word:survey, author:"J. Doe" or category:cs.CY; a bare word is a word. Without one, show what is muted.

    \b
    Examples:
      recommend mute word:survey "word:large language model"
      recommend mute category:cs.CY
      recommend mute --remove word:survey
    """
    before = [_text(wish) for wish in session.profile.mute]
    after = _changed(before, [_checked(settings.rule(wish, None)) for wish in wishes], remove=remove)
    if wishes:
        settings.change(session.home, session.profile_name, "mute", after)
    _tell("mute", before, after)


@click.command()
@click.argument("wishes", nargs=-1, metavar="[WISH]...")
@click.option(
    "--by",
    type=click.FloatRange(-MOST_STEPS, MOST_STEPS),
    default=1,
    show_default=True,
    metavar="STEPS",
    help=f"How far up, at most {MOST_STEPS}; below 0, down.",
)
@_REMOVE
@profile_option
@click.pass_obj
def boost(session: Session, wishes: tuple[str, ...], by: float, remove: bool) -> None:
    """Move papers with a word, or of a category or an author, up or down.

    WISH is word:fusion, category:cs.RO or author:"J. Doe". Without one, show all weights.

    \b
    Examples:
      recommend boost word:diffusion category:cs.RO
      recommend boost category:cs.CL --by -2
      recommend boost --remove word:diffusion
    """
    before = {_text(wish): steps for wish, steps in session.profile.steps}
    named = [_checked(settings.rule(wish, by)) for wish in wishes]
    _known(before, named, remove=remove)
    after = (
        {text: steps for text, steps in before.items() if text not in named}
        if remove
        else before | dict.fromkeys(named, by)
    )
    if wishes:
        plain = {text: int(steps) if steps == int(steps) else steps for text, steps in after.items()}
        settings.change(session.home, session.profile_name, "boost", plain)
    _tell("boost", [f"{text} {steps:+g}" for text, steps in before.items()], [f"{t} {s:+g}" for t, s in after.items()])


def _changed(before: Sequence[str], named: Sequence[str], *, remove: bool) -> list[str]:
    _known(before, named, remove=remove)
    return [text for text in before if text not in named] if remove else list(dict.fromkeys([*before, *named]))


def _known(before: Sequence[str] | dict[str, float], named: Sequence[str], *, remove: bool) -> None:
    for text in named:
        if remove and text not in before:
            raise ProfileError(f"{text!r} is not among them: {', '.join(before) or 'there are none'}")


def _tell(what: str, before: Sequence[str], after: Sequence[str]) -> None:
    """What is wished now, and what is new about it."""
    for text in after:
        show(text if before == after or text in before else f"{text}  (new)")
    for text in before:
        if text not in after:
            show(f"{text}  (gone)")
    if not before and not after:
        show(f"Nothing yet; see `recommend {what} --help`.")
    elif list(before) != list(after):
        show("`recommend today` ranks with it.")


def _checked(wish: Nudge) -> str:
    if lookup.never_matches(wish):
        raise ProfileError(f"no paper is ever found by {wish.text!r}: it is too short, too common, or no word at all")
    return _text(wish)


def _text(wish: Nudge) -> str:
    return f"{wish.kind.value}:{wish.text}"


COMMANDS = (follow, mute, boost)
