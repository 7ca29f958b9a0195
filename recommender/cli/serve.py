"""`recommend serve`: a page to read and rate on, and the pages that links in mails lead to."""

import logging
import re
import socket
from contextlib import suppress

import click

from recommender.api import Recommender
from recommender.cli.session import Session, hide, profile_option, show
from recommender.errors import CannotListen, MissingExtra, ProfileError
from recommender.paper import Giver

# where to listen, and the name by which a browser on this machine reaches that
_LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "localhost", "::1": "[::1]", "0.0.0.0": "127.0.0.1", "::": "[::1]"}


def _host(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not value.strip():  # Python would listen everywhere
        raise click.BadParameter("it is empty; leave it out for this machine alone, or write 0.0.0.0 for all")
    try:
        value.encode("idna")
    except UnicodeError as error:
        raise click.BadParameter(f"no machine can have the name {value:.80}") from error
    return value


def _root_path(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    path = value.strip("/")
    if not re.fullmatch(r"[\w./~-]*", path, re.ASCII):
        raise click.BadParameter(f"{value!r} is no path like /papers")
    return f"/{path}" if path else ""


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, callback=_host, metavar="ADDRESS", help="Where to listen."
)
@click.option("--port", default=8022, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option(
    "--root-path", default="", callback=_root_path, metavar="PATH", help="URL prefix added by a reverse proxy."
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in your browser.")
@click.option("--group", "for_group", is_flag=True, help="Serve the group of this home, with logins.")
@profile_option
@click.pass_obj
def serve(session: Session, host: str, port: int, root_path: str, open_page: bool, for_group: bool) -> None:
    """Serve a page to read and rate your papers on. The links in your mails lead to it too.

    It prints an address for a browser on this machine, and runs until Ctrl-C. The address opens the page for that
    browser; no other machine and no other site can. Everything works by mouse, by the keys of `recommend triage`, and
    without JavaScript.

    A link in a mail leads to a page with a button; only the button counts, and each link counts once. For links
    from outside, put a web server with a certificate before it, and its address into your settings: a line
    page = "https://papers.example.org" in the table [mail]. It needs `pip install "recommender[web]"`.

    With --group, each member of the group that `recommend group` made logs in and has the pages of the own profile,
    and those of the group; docs/group.md says how to put it behind a web server.

    \b
    Examples:
      recommend serve --open
      recommend serve --port 8080 --root-path /papers
      recommend serve --group
    """
    if for_group and (root_path or open_page):
        raise click.UsageError("--group goes with neither --root-path nor --open: members come by the public address")
    try:
        from recommender.web import app, log, server  # noqa: PLC0415 - of the extra `web`, which may be missing
    except ModuleNotFoundError as error:
        if error.name not in ("h11", "latex2mathml", "starlette", "uvicorn"):
            raise
        raise MissingExtra("serving pages", "web") from error
    home = session.recommender.places().home
    reading: app.Reading | None = None
    if for_group:
        public, pages = app.group_app(home)
    else:
        profile = _profile(session)
        reading = app.Reading.of(profile) if profile else None
        pages = app.app(
            lambda name: Recommender(name, home=home, giver=Giver.PAGE), root_path=root_path, reading=reading
        )
    with _listening(host, port) as listening:
        port = listening.getsockname()[1]
        logging.basicConfig(handlers=[log.handler()], level=logging.WARNING, force=True)
        show(f"Serving on {host}, port {port}, until Ctrl-C.")
        if for_group:
            show(f"The group's pages, for its members: {public}/ (its web server asks this port)")
        elif reading and host in _LOOPBACK:
            address = f"http://{_LOOPBACK[host]}:{port}/?token={reading.keys.token}"
            show(f"Papers of {reading.profile}, for a browser on this machine: {address}")
            if open_page:
                click.launch(address)
        else:
            why = "" if reading is None else ": papers are shown on this machine only, without --host"
            show(f"Only the pages that links in mails lead to are served{why}.")
        with hide(), suppress(KeyboardInterrupt):  # uvicorn has answered open requests, and passes the signal on
            server.run(pages, listening)


def _profile(session: Session) -> str | None:
    """The profile whose papers are shown; None, with a line that says so, where several may be meant."""
    try:
        return session.recommender.name
    except ProfileError as error:
        if session.wanted_profile is not None:
            raise
        show(f"No papers are shown: {error}.")
        return None


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (")[0]  # Python adds the address, which is named already
        message = f"cannot listen on {host} port {port}: {why}; choose another with --host or --port"
        raise CannotListen(message) from error


COMMANDS = (serve,)
