"""What the reader says about papers: `like`, `dislike`, `read`, `unmark`, `confirm`, `undo`, `note`, `history`."""

import re
import sys
from collections.abc import Callable

import click

from recommender import delivery
from recommender.cli.session import Session, json_option, profile_option, show, show_document, show_ratings, tell
from recommender.delivery import wording
from recommender.paper import Change
from recommender.text.encoding import decode
from recommender.text.lines import one_line

_PAPERS = click.argument("papers", metavar="PAPER...", nargs=-1, required=True)
_RANK = re.compile(r"[0-9]{1,6}(?:-[0-9]{1,6})?")
_LISTS = {
    "search": "the search",
    "similar": "the search",
    "best": "the best",
    "effect": "the new order",
    "reading": "the reading list",
}
_NO_RATING = """\
Nothing to undo: you have rated no paper yet, or took all ratings back.
(`follow`, `mute` and `boost` take a rule back with --remove.)"""
_NO_AGENT = "Nothing to undo: no agent rated a paper, or all of that was taken back."
_EFFECT = click.option("--effect", is_flag=True, help="Rank the day again at once, and say what moved.")


@click.command()
@_PAPERS
@_EFFECT
@profile_option
@click.pass_obj
def like(session: Session, papers: tuple[str, ...], effect: bool) -> None:
    """Rate papers as interesting; your next list uses it.

    PAPER is a rank of the last list shown (3, 2-5), an arXiv id or address, or a DOI.

    \b
    Examples:
      recommend like 3
      recommend like 2-5 8 --effect
      recommend like 2005.05839 https://arxiv.org/abs/hep-th/9901001v2
    """
    _rate(session, session.recommender.like, papers, effect=effect)


@click.command()
@_PAPERS
@_EFFECT
@profile_option
@click.pass_obj
def dislike(session: Session, papers: tuple[str, ...], effect: bool) -> None:
    """Rate papers as not interesting; similar ones go down.

    PAPER is a rank of the last list shown (3, 2-5), an arXiv id or address, or a DOI.

    \b
    Examples:
      recommend dislike 7
      recommend dislike 1 4-6
    """
    _rate(session, session.recommender.dislike, papers, effect=effect)


@click.command()
@_PAPERS
@profile_option
@click.pass_obj
def read(session: Session, papers: tuple[str, ...]) -> None:
    """Mark papers as read: they leave the lists, and teach nothing.

    \b
    Example:
      recommend read 2 4
    """
    _rate(session, session.recommender.read, papers)


@click.command()
@_PAPERS
@profile_option
@click.pass_obj
def unmark(session: Session, papers: tuple[str, ...]) -> None:
    """Take your rating of papers back, as if you had given none.

    \b
    Example:
      recommend unmark 2005.05839
    """
    _rate(session, session.recommender.unmark, papers)


@click.command()
@click.argument("papers", metavar="[PAPER]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Confirm all that agents rated.")
@json_option
@profile_option
@click.pass_obj
def confirm(session: Session, papers: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Let ratings by an agent count. Without PAPER, show those that wait.

    An agent is a program that uses `recommend mcp --write`. What it rates weighs nothing until you confirm it here
    or rate the paper yourself; `recommend undo --by agent` takes all of it back.

    \b
    Examples:
      recommend confirm
      recommend confirm 2005.05839
      recommend confirm --all
    """
    if papers and everything:
        raise click.UsageError("name papers, or use --all")
    if as_json and (papers or everything):
        raise click.UsageError("--json is for what waits alone: `recommend confirm --json`")
    ada = session.recommender
    waiting = ada.suggestions()
    if as_json:
        show_document(delivery.json_output.history_json(ada.name, waiting, ada.notes()))
    elif not waiting:
        show("No rating by an agent waits to be confirmed.")
    elif papers or everything:
        changes = ada.confirm(*papers)
        for change in changes:
            show(f"{wording.changed(change)}  {wording.title(change.paper)}")
        if not changes:
            raise click.UsageError("no agent rated any of these papers; `recommend confirm` shows what waits")
        show_ratings(session)
    else:
        for entry in waiting:
            show(
                f"{wording.verdict(entry.verdict):<8}  {one_line(entry.paper.id):<16}  {wording.title(entry.paper)}", 28
            )
        tell(
            "They weigh nothing yet. `recommend confirm --all` lets them count; `recommend undo --by agent` drops them."
        )


@click.command()
@click.option("--by", type=click.Choice(["agent"]), help="Take back all that agents rated, confirmed or not.")
@profile_option
@click.pass_obj
def undo(session: Session, by: str | None) -> None:
    """Take back the last change of your ratings or reading list. Again for the one before.

    Rules of `follow`, `mute` and `boost` are none of these, and stay; each takes a rule back with --remove.

    \b
    Examples:
      recommend undo
      recommend undo --by agent
    """
    undone = session.recommender.undo_agents() if by else session.recommender.undo()
    if undone is None:
        show(_NO_AGENT if by else _NO_RATING)
        return
    if undone.command in ("import", "zotero"):
        show(f"Took back `{undone.command}` of {wording.papers(len(undone.changes))}.")
    elif undone.command in ("later", "done"):
        show(f"Took back `{'later --done' if undone.command == 'done' else 'later'}`:")
        for change in undone.changes:
            show(f"  {wording.title(change.paper)}")
    else:
        show("Took back what agents rated:" if by else f"Took back `{undone.command}`:")
        for change in undone.changes:
            show(f"  {wording.state(change.after):<8}  {wording.title(change.paper)}", 12)
    show_ratings(session)


@click.command()
@click.argument("paper", required=False)
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("--remove", is_flag=True, help="Remove the note.")
@json_option
@profile_option
@click.pass_obj
def note(session: Session, paper: str | None, words: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """Keep a note of your own on a paper. Without TEXT, show it; without PAPER, show all notes.

    A note may have 5,000 characters and several lines; - reads it from standard input. It takes the place of an
    earlier one. Exports have it, `recommend show` shows it, and `recommend undo` leaves it alone.

    \b
    Examples:
      recommend note 3 "compare with our section 4"
      recommend note 2005.05839
      recommend note 2005.05839 --remove
    """
    if remove and words:
        raise click.UsageError("--remove takes no text")
    ada = session.recommender
    if as_json:
        if words or remove:
            raise click.UsageError("--json shows notes and changes none")
        notes = [(ada.paper(name), text) for name, text in ada.notes().items()]
        wanted = ada.paper(paper).id if paper else ""
        chosen = [each for each in notes if not wanted or each[0].id == wanted]
        show_document(delivery.json_state.notes_json(ada.name, chosen))
        return
    if paper is None:
        _show_notes(session)
        return
    text = decode(sys.stdin.buffer.read()) if words == ("-",) else " ".join(words)
    if words and not text.strip():
        raise click.UsageError("the note is empty; --remove removes one")
    before = ada.notes()
    kept = ada.note(paper, text if text or remove else None)
    now = ada.notes()
    replaced = next((one_line(old) for paper_id, old in before.items() if now.get(paper_id) != old), "")
    if remove:
        show("Removed the note." if replaced else "There was no note.")
    elif kept:
        show(kept)
        if replaced:
            tell(f"In the place of: {replaced}")
    else:
        tell(f'No note on this paper yet; `recommend note {paper} "..."` keeps one.')


@click.command()
@click.option("-n", "--number", type=click.IntRange(1), metavar="N", help="Only the newest N.")
@json_option
@profile_option
@click.pass_obj
def history(session: Session, number: int | None, as_json: bool) -> None:
    """Show your ratings and notes, newest first. Before them come an agent's ratings that wait.

    \b
    Examples:
      recommend history -n 20
      recommend history --json
    """
    ada = session.recommender
    feedback, waiting = ada.history(number), ada.suggestions()[:number]
    if as_json:
        show_document(delivery.json_output.history_json(ada.name, feedback, ada.notes(), waiting))
    elif feedback or waiting:
        if waiting:
            show(delivery.terminal.history_text(waiting, session.layout()))
            show("These wait for `recommend confirm`, and weigh nothing yet.\n")
        if feedback:
            show(delivery.terminal.history_text(feedback, session.layout(), ada.notes()))
    else:
        tell(f"No ratings by {ada.name} yet; `recommend like 3` likes the third paper of the last list.")


def _show_notes(session: Session) -> None:
    ada = session.recommender
    notes = ada.notes()
    for paper_id, text in notes.items():
        show(wording.title(ada.paper(paper_id)))
        for line in text.split("\n"):
            show(f"  {line}")
    if not notes:
        tell('No notes yet; `recommend note 3 "..."` keeps one on the third paper of the last list.')


def _rate(
    session: Session, rate: Callable[..., list[Change]], papers: tuple[str, ...], *, effect: bool = False
) -> None:
    meant = session.recommender.ranked_list() if any(map(_RANK.fullmatch, papers)) else None
    changes = rate(*papers)
    for change in changes:
        show(f"{wording.changed(change)}  {wording.title(change.paper)}")
    if meant:
        show(f"Ranks are those of {_LISTS.get(meant[0], 'the list')} of {wording.day(meant[1])}.")
    if all(change.before is change.after for change in changes):
        return
    if not effect:
        show_ratings(session)
        return
    moves = session.recommender.moves(changes)
    show(delivery.terminal.moves_text(moves, session.layout()))
    if moves:
        show("From now on a rank means a place in this new order.")


COMMANDS = (like, dislike, read, unmark, confirm, undo, note, history)
