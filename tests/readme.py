"""Writes what is made from code into the documentation: help texts, tables, a manual page, a picture: `make readme`."""

import inspect
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import documents
import manpage
from click.testing import CliRunner
from test_house import MAY_IMPORT, NOUNS

from recommender import Browse, Pictures, Recommender, Topics, Triage, Upkeep
from recommender.cli import commands
from recommender.store import settings

REPOSITORY = Path(__file__).resolve().parent.parent
COMMANDS = REPOSITORY / "docs" / "reference" / "commands.md"
SETTINGS = REPOSITORY / "docs" / "reference" / "settings.md"
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"
JSON_PAGE = REPOSITORY / "docs" / "json.md"
API_PAGE = REPOSITORY / "docs" / "api.md"
PICTURE = REPOSITORY / "tests" / "data" / "today.svg"
_SECTION = re.compile(r"<!-- commands -->.*?<!-- /commands -->", re.DOTALL)
_SETTINGS = re.compile(r"<!-- settings -->.*?<!-- /settings -->", re.DOTALL)
_DOCUMENTS = re.compile(r"<!-- documents -->.*?<!-- /documents -->", re.DOTALL)
_METHODS = re.compile(r"<!-- methods -->.*?<!-- /methods -->", re.DOTALL)
_ROOMS = re.compile(r"<!-- rooms -->.*?<!-- /rooms -->", re.DOTALL)


def with_help(text: str) -> str:
    """The page of commands with every command's help text in its place."""
    blocks = "\n".join(f"## {name}\n\n```text\n{help_text}```\n" for name, help_text in help_texts())
    section = f"<!-- commands -->\n{blocks}<!-- /commands -->"
    return _SECTION.sub(lambda _: section, text)


def with_settings(text: str) -> str:
    """The page of settings with the table in its place."""
    rows = [
        f"| `{name}` | {meaning} | {f'`{default}`' if default else 'none'} |"
        for name, meaning, default in settings.documentation()
    ]
    table = "\n".join(["| setting | meaning | default |", "| --- | --- | --- |", *rows])
    return _SETTINGS.sub(lambda _: f"<!-- settings -->\n{table}\n<!-- /settings -->", text)


def with_rooms(text: str) -> str:
    """The architecture's text with the table of who may import whom in its place."""
    rows = {"nouns": set(NOUNS)} | {room: set(others) for room, others in MAY_IMPORT.items() if room not in NOUNS}
    lines = ["| room | may import |", "| --- | --- |"]
    for room, others in rows.items():
        names = ["nouns"] * (others >= NOUNS) + [f"`{name}`" for name in sorted(others - NOUNS)]
        lines.append(f"| {room if room == 'nouns' else f'`{room}`'} | {', '.join(names) or 'nothing'} |")
    table = "\n".join(lines)
    return _ROOMS.sub(lambda _: f"<!-- rooms -->\n{table}\n<!-- /rooms -->", text)


def with_documents(text: str) -> str:
    """The page on JSON with the fields of every document in their place."""
    return _DOCUMENTS.sub(lambda _: f"<!-- documents -->\n{documents.documentation()}\n<!-- /documents -->", text)


def with_methods(text: str) -> str:
    """The page on the API with every method and the first sentence of its docstring in their place."""
    lines: list[str] = []
    for name, kind in {"": Recommender, **_PARTS}.items():
        lines += [f"### {f'`reader.{name}`' if name else 'Recommender'}", "", f"{_first(kind)}", ""]
        lines += [f"- {each}" for each in _methods(kind)]
        lines.append("")
    return _METHODS.sub(lambda _: "<!-- methods -->\n" + "\n".join(lines) + "<!-- /methods -->", text)


_PARTS: dict[str, type] = {"browse": Browse, "triage": Triage, "topics": Topics, "pictures": Pictures, "upkeep": Upkeep}


def _methods(kind: type) -> Iterator[str]:
    """A line for each public method and property, in the order of the code: those of the class before its bases'."""
    for each in (base for base in kind.__mro__ if base is not object):
        for name, member in vars(each).items():
            if name.startswith("_") or name in _PARTS:
                continue
            if isinstance(member, property):
                yield f"`{name}`: {_first(member)}"
            elif inspect.isfunction(member):
                yield f"`{name}({_arguments(member)})`: {_first(member)}"


def _arguments(function: Callable[..., object]) -> str:
    """The names of the parameters, each with its default if it has a short one."""
    parts = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        star = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
        default = "" if parameter.default is inspect.Parameter.empty else f"={parameter.default!r}"
        parts.append(f"{star}{parameter.name}{default}")
    return ", ".join(parts)


def _first(documented: object) -> str:
    """The first paragraph of a docstring, as one line."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split())


def help_texts() -> Iterator[tuple[str, str]]:
    """Every command with what its --help prints at 80 columns."""
    for path in command_paths(commands, []):
        ran = CliRunner().invoke(commands, [*path, "--help"], prog_name="recommend", terminal_width=80)
        yield " ".join(["recommend", *path]), ran.output


def command_paths(group: click.Group, path: list[str]) -> Iterator[list[str]]:
    yield path
    context = click.Context(group)
    for name in list(group.commands) or group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from command_paths(command, [*path, name])
        else:
            yield [*path, name]


def draw(path: Path) -> None:
    """Draw what `recommend today` prints on a terminal, after a few verdicts, from a real run."""
    import pexpect
    from rich.console import Console
    from rich.text import Text

    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "RECOMMEND_HOME": home, "TERM": "xterm-256color", "COLUMNS": "80"}
        environment.pop("NO_COLOR", None)
        command = [sys.executable, "-m", "recommender"]
        for arguments in (["today", "-p", "example"], ["like", "2005.05594", "2005.05761"], ["dislike", "2005.05460"]):
            subprocess.run([*command, *arguments], env=environment, check=True, capture_output=True)
        today = shlex.join([*command, "today", "-n", "6"])  # without the line that says what is being done
        shown = pexpect.run(
            shlex.join(["/bin/sh", "-c", f"{today} 2> /dev/null"]),
            env=environment,
            encoding="utf-8",
            dimensions=(60, 80),
        )
    console = Console(record=True, width=80, file=open(os.devnull, "w"))  # noqa: SIM115 - the console owns it
    console.print(Text.from_ansi(shown.replace("\r\n", "\n").rstrip()))
    console.save_svg(str(path), title="recommend today")


if __name__ == "__main__":
    COMMANDS.write_text(with_help(COMMANDS.read_text(encoding="utf-8")), encoding="utf-8")
    SETTINGS.write_text(with_settings(SETTINGS.read_text(encoding="utf-8")), encoding="utf-8")
    ARCHITECTURE.write_text(with_rooms(ARCHITECTURE.read_text(encoding="utf-8")), encoding="utf-8")
    API_PAGE.write_text(with_methods(API_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    JSON_PAGE.write_text(with_documents(JSON_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    manpage.write()
    draw(PICTURE)
