"""`recommend follow`, `mute`, `boost`: preferences beside the ratings, kept in the profile's settings."""

import click

from recommender import delivery
from recommender.cli.session import Session, json_option, profile_option, show, show_document
from recommender.profile import MOST_STEPS
from recommender.results.profiles import RuleChange
from recommender.text.names import is_family_alone

_REMOVE = click.option("--remove", is_flag=True, help="Take it back.")


@click.command()
@click.argument("authors", nargs=-1, metavar="[AUTHOR]...")
@_REMOVE
@json_option
@profile_option
@click.pass_obj
def follow(session: Session, authors: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """Follow authors: their papers go up, and the list says why.

    A followed author counts as four steps of a boost: an average paper of a usual day gets to about the tenth place.
    The match of a paper stays as it is, and no --min-match hides it.

    Initials and accents do not matter: "Ada Lovelace" is also A. Lovelace. Without AUTHOR, show whom you follow.

    \b
    Examples:
      recommend follow "Ada Lovelace" "P. Erdős"
      recommend follow --remove "Ada Lovelace"
    """
    if not all(author.removeprefix("author:").split() for author in authors):
        raise click.UsageError("an author's name is empty")
    _show(session, "follow", session.recommender.follow(*authors, remove=remove), as_json)


@click.command()
@click.argument("rules", nargs=-1, metavar="[RULE]...")
@_REMOVE
@json_option
@profile_option
@click.pass_obj
def mute(session: Session, rules: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """Hide papers with a word, by an author or of a category. Lists say how many, and --all shows them.

    RULE is word:survey, author:"J. Doe" or category:cs.CY; a bare word is a word. Without one, show what is muted.

    \b
    Examples:
      recommend mute word:survey "word:large language model"
      recommend mute category:cs.CY
      recommend mute --remove word:survey
    """
    _show(session, "mute", session.recommender.mute(*rules, remove=remove), as_json)


@click.command()
@click.argument("rules", nargs=-1, metavar="[RULE]...")
@click.option(
    "--by",
    "steps",
    type=click.FloatRange(-MOST_STEPS, MOST_STEPS),
    default=1,
    show_default=True,
    metavar="STEPS",
    help=f"How far up, at most {MOST_STEPS}; below 0, down.",
)
@_REMOVE
@json_option
@profile_option
@click.pass_obj
def boost(session: Session, rules: tuple[str, ...], steps: float, remove: bool, as_json: bool) -> None:
    """Move papers with a word, an author or a category up or down.

    One step lifts the 20th paper of a usual day to about the tenth place. All rules together move a paper by six steps
    at most; its match stays as it is.

    RULE is word:fusion, category:cs.RO or author:"J. Doe". Without one, show all weights.

    \b
    Examples:
      recommend boost word:diffusion category:cs.RO
      recommend boost category:cs.CL --by -2
      recommend boost --remove word:diffusion
    """
    _show(session, "boost", session.recommender.boost(*rules, steps=steps, remove=remove), as_json)


def _show(session: Session, command: str, change: RuleChange, as_json: bool) -> None:
    """Print the rules that hold now, and which of them are new or removed."""
    if as_json:
        show_document(delivery.json_state.rules_json(session.recommender.name, change))
        return
    for rule in change.after:
        show(rule if rule in change.before else f"{rule}  (new)")
    for rule in change.before:
        if rule not in change.after:
            show(f"{rule}  (removed)")
    if not change.before and not change.after:
        show(f"Nothing yet; see `recommend {command} --help`.")
    elif change.before != change.after:
        show("Used in your next list; --remove takes a rule back, `recommend undo` does not.")
    for rule in sorted(set(change.after) - set(change.before)):
        name = rule.removeprefix("author:")
        name = name.rpartition(" ")[0] if command == "boost" else name  # its steps stand behind it
        if (command == "follow" or rule.startswith("author:")) and is_family_alone(name):
            show(f"“{name}” alone is nobody who signs with a given name; write an initial too, as in “J. {name}”.")
    for rule in change.wanted:
        show(f"{rule} is among your interests too: papers on it are hidden all the same.")


COMMANDS = (follow, mute, boost)
