"""`recommend like`, `dislike`, `read`, `unmark`, `undo`, `history`: what the reader says of papers."""

import click

from recommender.cli.session import Session, profile_option, show, tell
from recommender.errors import SourceError
from recommender.paper import Paper, Verdict
from recommender.store.profile_store import Change
from recommender.text.readable import readable

_REFERENCES = click.argument("references", metavar="REF...", nargs=-1, required=True)
_EFFECT = click.option("--effect", is_flag=True, help="Rank the day anew at once, and say what moved.")


@click.command()
@_REFERENCES
@_EFFECT
@profile_option
@click.pass_obj
def like(session: Session, references: tuple[str, ...], effect: bool) -> None:
    """Say that papers are of interest; lists from now on rank with it.

    REF is a rank of the last list shown (3, 2-5), or an arXiv id or address.

    \b
    Examples:
      recommend like 3
      recommend like 2-5 8 --effect
      recommend like 2005.05839 https://arxiv.org/abs/hep-th/9901001v2
    """
    _judge(session, references, Verdict.LIKE, "like", effect)


@click.command()
@_REFERENCES
@_EFFECT
@profile_option
@click.pass_obj
def dislike(session: Session, references: tuple[str, ...], effect: bool) -> None:
    """Say that papers are of no interest; similar ones go down.

    REF is a rank of the last list shown (3, 2-5), or an arXiv id or address.

    \b
    Examples:
      recommend dislike 7
      recommend dislike 1 4-6
    """
    _judge(session, references, Verdict.DISLIKE, "dislike", effect)


@click.command()
@_REFERENCES
@profile_option
@click.pass_obj
def read(session: Session, references: tuple[str, ...]) -> None:
    """Say that papers are known already: they leave the lists, and teach nothing.

    \b
    Example:
      recommend read 2 4
    """
    _judge(session, references, Verdict.READ, "read")


@click.command()
@_REFERENCES
@profile_option
@click.pass_obj
def unmark(session: Session, references: tuple[str, ...]) -> None:
    """Take the verdict on papers back, as if none had been given.

    \b
    Example:
      recommend unmark 2005.05839
    """
    _judge(session, references, None, "unmark")


@click.command()
@profile_option
@click.pass_obj
def undo(session: Session) -> None:
    """Take the last like, dislike, unmark or import back; again for the one before.

    \b
    Example:
      recommend undo
    """
    undone = session.memory.undo(session.now)
    if undone is None:
        show("Nothing to undo: no verdict was given yet, or all were taken back.")
        return
    name, changes = undone
    show(f"Took back `{name}`:")
    for change in changes:
        show(f"  {_state(change.after):<8}  {_title(change.paper)}")
    show(_standing(session))


@click.command()
@click.option("-n", "--number", type=click.IntRange(1), metavar="N", help="Only the newest N.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for programs.")
@profile_option
@click.pass_obj
def history(session: Session, number: int | None, as_json: bool) -> None:
    """Show every verdict that holds, newest first.

    \b
    Examples:
      recommend history -n 20
      recommend history --json
    """
    feedback = session.memory.feedback()[:number]
    if as_json:
        from recommender.delivery.json_output import history_json

        show(history_json(session.profile_name, feedback))
    elif feedback:
        from recommender.delivery.terminal import history_text

        show(history_text(feedback, session.look()))
    else:
        tell(f"No verdicts by {session.profile_name} yet; `recommend like 3` gives one on the last list's third.")


def _judge(
    session: Session, references: tuple[str, ...], verdict: Verdict | None, command: str, effect: bool = False
) -> None:
    from recommender.services import (
        search as lookup,  # with the library: 2 ms that `undo` and `history` need not wait for
    )

    papers = lookup.resolve(references, session.library, session.memory, lambda ids: _fetched(session, ids))
    changes = session.memory.judge(papers, verdict, command=command, at=session.now)
    for change in changes:
        show(f"{_did(change)}  {_title(change.paper)}")
    if all(change.before is change.after for change in changes):
        return
    if not effect:
        show(_standing(session))
        return
    from recommender.delivery.terminal import moves_text
    from recommender.services import today as shortlist

    moved = shortlist.moves(session.profile, session.library, session.memory, {paper.id for paper in papers})
    show(moves_text(moved, session.look()))


def _fetched(session: Session, ids: list[str]) -> list[Paper]:
    """Papers never seen here, from arXiv; without network each is known by its id alone until a digest brings it."""
    try:
        return session.texts(ids)
    except SourceError as error:
        tell(f"{error}. Only the id of {', '.join(ids)} is known: it counts as soon as its text is here.")
        return [Paper(paper_id, "", "") for paper_id in ids]


def _did(change: Change) -> str:
    now = _state(change.after)
    if change.before is change.after:
        return f"{now} already" if change.after else "had no verdict"
    return f"{now}, was {_state(change.before)}" if change.before else now


def _state(verdict: Verdict | None) -> str:
    return verdict.past if verdict else "unmarked"


def _title(paper: Paper) -> str:
    return f"{readable(paper.title) or '(title not known yet)'} ({paper.id})"


def _standing(session: Session) -> str:
    liked, disliked = session.memory.count()
    return f"{session.profile_name}: {liked} liked, {disliked} disliked. The next list ranks with it."


COMMANDS = (like, dislike, read, unmark, undo, history)
