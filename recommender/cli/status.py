"""`recommend where`, `status`, `completion`: about this installation."""

import json
import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from recommender.cli.session import Session, profile_option, show
from recommender.delivery import wording
from recommender.errors import ProfileError, RecommenderError
from recommender.store.outbox import Fate

_ERROR_FILE = "last-error.json"


@click.command()
@click.argument("what", required=False, type=click.Choice(["home", "library", "settings", "memory"]))
@profile_option
@click.pass_obj
def where(session: Session, what: str | None) -> None:
    """Print where everything lies; with WHAT only that path, for scripts.

    RECOMMEND_HOME moves the home. `memory` holds your verdicts: the one file to back up.

    \b
    Examples:
      recommend where
      cp "$(recommend where memory)" ~/backup/
    """
    home = session.home
    paths = {"home": home.root, "library": home.library_file}
    try:
        name = session.profile_name
    except ProfileError:
        if what in ("settings", "memory"):
            raise
    else:
        paths |= {"settings": home.settings_file(name), "memory": home.profile_file(name)}
    if what:
        show(str(paths[what]))
        return
    for label, path in paths.items():
        show(f"{label:<9} {path}" + ("" if path.exists() else "  (not there yet)"))


@click.command()
@profile_option
@click.pass_obj
def status(session: Session) -> None:
    """Show what is stored: papers, verdicts, the last digest, list, mail and error.

    \b
    Example:
      recommend status -p example
    """
    name = session.profile_name
    papers, digest = session.library.count(), session.library.last_digest()
    liked, disliked = session.memory.count()
    shown = session.memory.last_list("today")
    rows = [
        ("profile", name),
        ("papers", f"{papers} read so far"),
        ("verdicts", f"{liked} liked, {disliked} disliked"),
    ]
    if digest:
        what = f"{digest.category or 'no category'} of {wording.day(digest.day)}, {digest.papers} papers"
        rows.append(("last digest", f"{what}, read {_local(digest.read_at)} from {digest.name}"))
    if shown:
        what = f"{len(shown.items)} of {shown.considered} papers of {wording.day(shown.day)}"
        rows.append(("last list", f"{what}, shown {_local(shown.made_at)}"))
        if shown.notes:
            rows.append(("", wording.notes(shown.notes)))
    if sent := session.outbox.last():
        fate = {Fate.SENDING: "being sent", Fate.UNKNOWN: "may have arrived"}.get(sent.fate, sent.fate.value)
        count = f"{len(sent.papers)} papers of {wording.day(sent.day)} to {sent.recipient}"
        rows.append(("last mail", f"{count}, {fate} {_local(sent.at)}"))
        if sent.fate is not Fate.ACCEPTED and sent.told:
            rows.append(("", sent.told))
    rows.append(("last error", _last_error(session.home.root)))
    for label, value in rows:
        show(f"{label:<12} {value}")


@click.command()
@click.argument("shell", required=False, type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str | None) -> None:
    """Print the completion script of a shell (default: of $SHELL).

    \b
    Examples:
      recommend completion bash >> ~/.bashrc
      recommend completion zsh >> ~/.zshrc
      recommend completion fish > ~/.config/fish/completions/recommend.fish
    """
    from click.shell_completion import get_completion_class

    chosen = shell or Path(os.environ.get("SHELL", "")).name
    found = get_completion_class(chosen)
    if found is None:
        raise click.UsageError("say which shell: recommend completion bash, zsh or fish")
    root = click.get_current_context().find_root().command
    show(found(root, {}, "recommend", "_RECOMMEND_COMPLETE").source())


def remember_error(session: Session, error: RecommenderError) -> None:
    """Keep the error for `recommend status`; where even that cannot be written, the message on stderr must do."""
    record = {
        "at": session.now.isoformat(timespec="seconds"),
        "command": " ".join(["recommend", *sys.argv[1:]]),
        "message": str(error),
    }
    with suppress(OSError, ValueError):
        root = session.home.root
        if root.is_dir():
            (root / _ERROR_FILE).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def _last_error(root: Path) -> str:
    try:
        record = json.loads((root / _ERROR_FILE).read_text(encoding="utf-8"))
        return f"{_local(datetime.fromisoformat(record['at']))}, {record['command']}: {record['message']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "none"


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


COMMANDS = (where, status, completion)
