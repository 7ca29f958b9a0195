"""The `recommend` command: reads arguments, calls one function, shows the result.

No rule of the program lives here. Answers go to stdout, everything else to stderr.
"""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from itertools import chain

import click

from recommender import __version__
from recommender.cli import process
from recommender.cli.screen import guard
from recommender.cli.session import Session, profile_option, refuse_lost_letters, tell
from recommender.errors import RecommenderError, StoreError

INTERRUPTED = 130
CLOSED_PIPE = 141


# The commands of each module of this folder, by what a reader uses them for. Only the module of the command is
# imported: all of them together take longer than `recommend like` may.
SECTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "Each day": {
        "today": ("today",),
        "triage": ("triage",),
        "judge": ("like", "dislike", "read", "unmark", "confirm", "undo", "note", "history"),
    },
    "Papers": {
        "reading": ("later", "reading"),
        "papers": ("show", "why", "open", "similar", "search", "best"),
    },
    "Mail, page and agents": {
        "mail": ("mail", "inbox", "run"),
        "schedule": ("schedule",),
        "serve": ("serve",),
        "mcp": ("mcp",),
    },
    "Steer and understand the list": {
        "preferences": ("follow", "mute", "boost"),
        "topics": ("topics",),
        "evaluate": ("evaluate",),
        "plot": ("plot",),
    },
    "Papers in and out": {
        "fetch": ("fetch",),
        "exchange": ("import", "export", "feed"),
        "zotero": ("zotero",),
    },
    "Many readers": {
        "group": ("group",),
        "batch": ("batch",),
    },
    "Setting up and keeping": {
        "profiles": ("init", "profile"),
        "library": ("library",),
        "upkeep": ("backup", "restore", "doctor"),
        "status": ("where", "status", "completion"),
    },
}
MODULES = {module: names for modules in SECTIONS.values() for module, names in modules.items()}


# What a command does, for a person who waits; parts of it that take long say so themselves.
DOING = {
    **dict.fromkeys(("today", "triage"), "Making your list"),
    **dict.fromkeys(("like", "dislike", "read", "unmark", "undo", "confirm"), "Rating"),
    **dict.fromkeys(("show", "why", "topics"), "Looking at your papers"),
    **dict.fromkeys(("search", "similar", "best"), "Looking through the library"),
    "mail": "Making the list and mailing it",
    "run": "Doing what is set up",
    "batch": "Making the lists of all readers",
    "inbox": "Reading answers",
    "serve": "Starting",
    "fetch": "Fetching papers",
    "import": "Importing",
    "export": "Exporting",
    "feed": "Writing the feed",
    "zotero": "Bringing both sides together",
    "evaluate": "Looking at past days",
    "plot": "Drawing",
    "backup": "Writing the backup",
    "restore": "Bringing the backup back",
    "doctor": "Checking",
    "init": "Making the profile",
    "profile": "Reading the profile",
}

_OTHER_NAMES = {  # how other programs call it
    "explain": "why",
    "list": "today",
    "update": "fetch",
    "sync": "fetch",
    "config": "where settings",
    "rate": "like or dislike",
    "unlike": "unmark",
    "cron": "schedule",
    "new": "init",
    "prune": "library prune",
    "stats": "library stats",
}


class Commands(click.Group):
    """The table of commands; closes what a command opened, and ends quietly at a closed pipe (`| head`)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, section by section."""
        return [name for names in MODULES.values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with what each is for, section by section."""
        longest = max(map(len, self.list_commands(ctx)))
        for title, modules in SECTIONS.items():
            rows = [
                (name.ljust(longest), command.get_short_help_str(formatter.width - longest - 6))
                for name in chain.from_iterable(modules.values())
                if (command := self.get_command(ctx, name))
            ]
            with formatter.section(title):
                formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported when it is asked for."""
        for module, names in MODULES.items():
            if cmd_name in names:
                module_commands: tuple[click.Command, ...] = import_module(f"recommender.cli.{module}").COMMANDS
                command = next(command for command in module_commands if command.name == cmd_name)
                refuse_lost_letters(command)
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; for a name that is none, the error says which was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and only for a message

            meant = _OTHER_NAMES.get(args[0], "") or " or ".join(get_close_matches(args[0], self.list_commands(ctx), 2))
            if meant and "Did you mean" not in error.message:
                raise click.UsageError(f"{error.message} Did you mean {meant}?", ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> object:
        gc.freeze()  # modules are no garbage: neither now, nor when the process ends
        gc.set_threshold(50_000, 20, 20)  # a ranking makes 100,000 objects and no garbage
        gc.enable()  # off while modules were loaded (__main__.py)
        session = ctx.ensure_object(Session)
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            session.recommender.record_error(_command_line(), "")
        except BrokenPipeError:
            process.drop_output()
            ctx.exit(CLOSED_PIPE)
        except RecommenderError as error:
            with suppress(RecommenderError, OSError):
                session.recommender.record_error(_command_line(), str(error))
            raise
        finally:
            session.close()
            gc.freeze()
        return result


def _command_line() -> str:
    return " ".join(["recommend", *sys.argv[1:]])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First steps: `recommend today -p example`, then `recommend like 3`, then `recommend init`.",
)
@click.version_option(__version__, prog_name="recommend")
@profile_option
@click.pass_context
def commands(context: click.Context) -> None:
    """Rank each day's papers for one reader, and learn from every rating.

    Everything stays on this machine, without an account: arXiv is asked for new papers, and nothing about you is
    sent. `recommend where` prints the place.
    """
    if not process.has_clock():
        raise click.UsageError(f"TZ={os.environ.get('TZ')} is no time zone; unset it, or set one like Europe/Berlin.")
    doing = DOING.get(context.invoked_subcommand or "", "Working")
    context.with_resource(context.ensure_object(Session).progress.busy(doing))


def main() -> None:
    """Run the command line; errors become a message on stderr and an exit code (docs/reference/json.md)."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        # Threads of numpy are slow to start and to share the memory (docs/decisions/001-a-process-a-command.md). numpy
        # reads this when it is imported.
        os.environ.setdefault(name, "1")
    process.prepare()
    guard()
    try:
        code = commands.main(prog_name="recommend", standalone_mode=False)
    except RecommenderError as error:
        tell(f"Error: {error}")
        code = error.exit_code
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        code = error.exit_code
    except BrokenPipeError:
        process.drop_output()
        code = CLOSED_PIPE
    except (OSError, MemoryError) as error:
        if process.is_closed_pipe(error):
            code = CLOSED_PIPE
        else:
            tell(f"Error: {process.worded(error)}")
            code = StoreError.exit_code
    except process.Ended as end:
        process.end_by(end.number)
    except (click.Abort, KeyboardInterrupt):
        tell("Stopped. What was stored before stays as it was.")
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)
