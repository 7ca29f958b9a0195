"""`recommend mcp`: serve the reader's papers to an agent."""

import click

from recommender.api import Recommender
from recommender.cli import process
from recommender.cli.session import Session, hide, profile_option
from recommender.errors import MissingExtra
from recommender.paper import Giver

_PARTS = ("anyio", "mcp", "pydantic")


@click.command()
@click.option("--write", is_flag=True, help="Let the agent pass on ratings, too; they wait until you confirm them.")
@profile_option
@click.pass_obj
def mcp(session: Session, write: bool) -> None:
    """Serve your papers to an agent by the Model Context Protocol.

    The agent starts this command itself and talks with it over standard input and output. It can list a day, search,
    and ask why a paper was chosen; nothing of that counts as shown to you. With --write it can rate; what it rates
    weighs nothing until you run `recommend confirm`, and `recommend undo --by agent` takes all of it back.

    It needs `pip install "recommender[mcp]"`.

    \b
    Example, in the settings of the agent:
      {"mcpServers": {"recommender": {"command": "recommend", "args": ["mcp"]}}}
    """
    try:
        from recommender.mcp.server import server  # noqa: PLC0415 - of the extra `mcp`, which may be missing
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PARTS:
            raise
        raise MissingExtra("serving an agent", "mcp") from error
    ada = session.recommender
    profile, home = ada.name, ada.places().home
    process.end_at_once()
    try:
        with hide():
            server(lambda: Recommender(profile, home=home, giver=Giver.AGENT), write=write).run("stdio")
    except* BrokenPipeError:
        process.drop_output()  # the agent has gone


COMMANDS = (mcp,)
