"""`recommend where`, `status`, `completion`: about this installation."""

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from recommender import delivery
from recommender.cli.session import Session, json_option, profile_option, show, show_document
from recommender.delivery import wording
from recommender.text.short import counted

_FATES = {"sending": "being sent", "unknown": "may have arrived"}


@click.command()
@click.argument("what", required=False, type=click.Choice(["home", "library", "settings", "memory"]))
@json_option
@profile_option
@click.pass_obj
def where(session: Session, what: str | None, as_json: bool) -> None:
    """Print where everything is stored. With WHAT, only that path, for scripts.

    RECOMMEND_HOME moves the home. `memory` holds your ratings; `recommend backup` copies it, also while it is in use.

    \b
    Examples:
      recommend where
      recommend where settings
    """
    ada = session.recommender
    if session.wanted_profile:
        ada.name  # noqa: B018 - says that there is none of this name
    places = ada.places()
    if as_json:
        show_document(delivery.json_state.places_json(places))
        return
    if what in ("settings", "memory") and places.settings is None:
        ada.name  # noqa: B018 - says why no profile can be chosen
    paths = {"home": places.home, "library": places.library, "settings": places.settings, "memory": places.ratings}
    if what:
        show(str(paths[what]))
        return
    for label, path in paths.items():
        if path:
            remark = "" if path.exists() else "  (not there yet)"
            if label == "settings" and places.shipped:
                remark = "  (ships with the program; `recommend init` makes settings of your own)"
            show_document(f"{label:<9} {path}{remark}")  # a path is never broken


@click.command()
@json_option
@profile_option
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show what is stored, the last list and mail, and any error.

    \b
    Example:
      recommend status -p example
    """
    report = session.recommender.status()
    if as_json:
        show_document(delivery.json_state.status_json(report))
        return
    rows = [
        ("profile", report.profile),
        ("papers", f"{report.papers:,} read so far"),
        ("ratings", wording.ratings(report.liked, report.disliked)),
    ]
    if report.suggestions:
        rows.append(("", f"{counted(report.suggestions, 'rating')} by an agent to confirm: `recommend confirm`"))
    if digest := report.digest:
        what = f"{digest.category or 'no category'} of {wording.day(digest.day)}, {wording.papers(digest.papers)}"
        rows.append(("last digest", f"{what}, read {wording.moment(digest.read_at)} from {digest.name}"))
    if shown := report.shown:
        what = f"{shown.items} of {wording.papers(shown.considered)} of {wording.day(shown.day)}"
        rows.append(("last list", f"{what}, shown {wording.moment(shown.made_at)}"))
        if shown.note:
            rows.append(("", shown.note))
    if mail := report.mail:
        count = f"{wording.papers(mail.papers)} of {wording.day(mail.day)} to {mail.recipient}"
        rows.append(("last mail", f"{count}, {_FATES.get(mail.fate, mail.fate)} {wording.moment(mail.at)}"))
        if mail.fate != "accepted" and mail.message:
            rows.append(("", mail.message))
    error = report.error
    rows.append(("last error", f"{wording.moment(error.at)}, {error.command}: {error.message}" if error else "none"))
    for label, value in rows:
        show(f"{label:<12} {value}", 13)


@click.command()
@click.argument("shell", required=False, type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str | None) -> None:
    """Print the completion script of a shell. Default: that of $SHELL.

    \b
    Examples:
      recommend completion bash >> ~/.bashrc
      recommend completion zsh >> ~/.zshrc
      recommend completion fish > ~/.config/fish/completions/recommend.fish
    """
    completer = get_completion_class(shell or Path(os.environ.get("SHELL", "")).name)
    if completer is None:
        raise click.UsageError("say which shell: recommend completion bash, zsh or fish")
    root = click.get_current_context().find_root().command
    show_document(completer(root, {}, "recommend", "_RECOMMEND_COMPLETE").source())


COMMANDS = (where, status, completion)
