"""`recommend serve`: the pages that links in mails lead to."""

import re
import socket
from contextlib import suppress

import click

from recommender.api import Recommender
from recommender.cli.session import Session, show
from recommender.errors import CannotListen, MissingExtra


def _root_path(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    path = value.strip("/")
    if not re.fullmatch(r"[\w./~-]*", path, re.ASCII):
        raise click.BadParameter(f"{value!r} is no path like /papers")
    return f"/{path}" if path else ""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", default=8022, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option(
    "--root-path", default="", callback=_root_path, metavar="PATH", help="URL prefix added by a reverse proxy."
)
@click.pass_obj
def serve(session: Session, host: str, port: int, root_path: str) -> None:
    """Serve the pages that links in your mails lead to, until Ctrl-C.

    A link leads to a page with a button; only the button counts, and each link counts once. For links
    from outside, put a web server with a certificate before it, and its address into your settings: a line
    page = "https://papers.example.org" in the table [mail]. It needs `pip install 'recommender[web]'`.

    \b
    Examples:
      recommend serve
      recommend serve --port 8080 --root-path /papers
    """
    try:
        import uvicorn  # late: of the extra `web`, which may be missing

        from recommender.web import app as web  # noqa: PLC0415 - needs the extra, too
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise MissingExtra("serving pages", "web") from error
    home = session.recommender.places().home
    pages = web.app(lambda profile: Recommender(profile, home=home), root_path=root_path)
    # addresses hold tokens, which must not get into a log
    config = uvicorn.Config(pages, log_level="warning", access_log=False, server_header=False, lifespan="off")
    with _listening(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        show(f"Serving http://{shown}:{listening.getsockname()[1]}{root_path}/ until Ctrl-C.")
        with suppress(KeyboardInterrupt):  # uvicorn has answered open requests, and passes the signal on
            uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (")[0]  # Python adds the address, which is named already
        message = f"cannot listen on {host} port {port}: {why}; choose another with --host or --port"
        raise CannotListen(message) from error


COMMANDS = (serve,)
