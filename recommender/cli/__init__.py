"""The `recommend` command: reads arguments, calls one function, shows the result.

No rule of the program lives here. Answers go to stdout, everything else to stderr.
"""

import os
import sys
from contextlib import suppress

import click

from recommender import __version__
from recommender.cli import (
    about,
    evaluate,
    exchange,
    fetch,
    look,
    mail,
    profiles,
    schedule,
    serve,
    today,
    verdicts,
    wishes,
)
from recommender.cli.session import Session, profile_option, tell
from recommender.errors import RecommenderError

INTERRUPTED = 130
CLOSED_PIPE = 141


class Commands(click.Group):
    """Closes what a command opened, and ends quietly when nobody reads on (`| head`)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a reader's day, not of the alphabet."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        session = ctx.ensure_object(Session)
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the flush at exit complains
            ctx.exit(CLOSED_PIPE)
        except RecommenderError as error:
            about.remember_error(session, error)
            raise
        finally:
            session.close()
        return result


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First steps: `recommend today -p example`, then `recommend like 3`, then `recommend init`.",
)
@click.version_option(__version__, prog_name="recommend")
@profile_option
def commands() -> None:
    """Rank each day's papers for one reader, and learn from every verdict.

    Everything stays on this machine, without an account; arXiv is asked for new papers and nothing is told to
    anybody. `recommend where` prints the place.
    """


for module in (today, verdicts, look, mail, schedule, serve, wishes, fetch, exchange, evaluate, profiles, about):
    for command in module.COMMANDS:
        commands.add_command(command)


def main() -> None:
    """Run the command line; errors become a message on stderr and an exit code (README, "Exit codes")."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        # several threads share one memory bus: a fit takes seven times as long on a busy machine of two cores,
        # and starting them costs 60 ms; numpy reads this when it is imported
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a terminal without “ ” or − must not stop the list
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = commands.main(prog_name="recommend", standalone_mode=False)
    except RecommenderError as error:
        tell(f"Error: {error}")
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        tell("Stopped. What was stored before stays as it was.")
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)
