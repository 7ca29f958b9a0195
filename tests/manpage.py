"""The manual page `recommend.1`, made from the commands like the page of commands, and click's completion scripts.

`make readme` writes them into docs/share, and the wheel has them where pipx and package managers look for them.

click-man makes one page for each command, shortens what they say and does not see commands that are imported when
they are asked for; Sphinx's builder for manual pages keeps help texts as blocks, too wide for most windows.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
from click.testing import CliRunner

from recommender import __version__
from recommender.cli import commands

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "share"
PAGE = FOLDER / "man" / "man1" / "recommend.1"
COMPLETIONS = {
    "bash": "bash-completion/completions/recommend",
    "zsh": "zsh/site-functions/_recommend",
    "fish": "fish/vendor_completions.d/recommend.fish",
}
_CODES = Path(__file__).resolve().parent.parent / "docs" / "reference" / "json.md"
_SPECIAL = {"\\": "\\e", "-": "\\-", "~": "\\(ti", "^": "\\(ha", "'": "\\(aq", "`": "\\(ga"}


def page() -> str:
    """The whole page: every command with its text and options, exit codes and places, as roff for `man`."""
    context = click.Context(commands, info_name="recommend", **commands.context_settings)
    return "\n".join(
        [
            f'.TH RECOMMEND 1 "" "recommender {__version__}" "User Commands"',
            ".nh",  # no hyphens in names of commands, which are copied
            ".ad l",
            ".SH NAME",
            f"recommend, recommender \\- {_roff(_summary(commands))}",
            ".SH SYNOPSIS",
            _usage(context),
            ".SH DESCRIPTION",
            *_text(cleandoc(commands.help or "").partition("\n\n")[2]),
            ".PP",
            _roff(commands.epilog or ""),
            ".SH OPTIONS",
            *_options(context),
            ".SH COMMANDS",
            *_commands(context),
            ".SH EXIT STATUS",
            *_exit_codes(),
            ".SH FILES",
            _roff("`recommend where` prints the folder that holds everything; $RECOMMEND_HOME moves it."),
            ".SH SEE ALSO",
            _roff("`recommend COMMAND --help` says the same of one command."),
            "",
        ]
    )


def _commands(parent: click.Context) -> Iterator[str]:
    """All commands below a group, each as a subsection."""
    assert isinstance(parent.command, click.Group)
    for name in list(parent.command.commands) or parent.command.list_commands(parent):
        command = parent.command.get_command(parent, name)
        assert command
        context = click.Context(command, info_name=name, parent=parent)
        yield f".SS {context.command_path}"
        yield _usage(context)
        yield ".PP"
        yield from _text(cleandoc(command.help or ""))
        yield from _options(context)
        if isinstance(command, click.Group):
            yield from _commands(context)


def _usage(context: click.Context) -> str:
    return rf"\fB{_roff(context.command_path)}\fR {_roff(' '.join(context.command.collect_usage_pieces(context)))}"


def _text(text: str) -> Iterator[str]:
    r"""Paragraphs to be filled, but those after \b, which stand as they are: "Examples:", a list."""
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b\n"):
            yield ".EX"
            yield from map(_roff, paragraph[2:].splitlines())
            yield ".EE"
        else:
            yield _roff(" ".join(paragraph.split()))


def _options(context: click.Context) -> Iterator[str]:
    for option in context.command.get_params(context):
        record = option.get_help_record(context)
        if record and option.param_type_name == "option" and "--help" not in option.opts:
            yield ".TP"
            yield rf"\fB{_roff(record[0])}\fR"
            yield _roff(" ".join(record[1].split()))


def _exit_codes() -> Iterator[str]:
    """The table of exit codes of the page on JSON."""
    for code, meaning in re.findall(r"^\| (\d+) \| (.+) \|$", _CODES.read_text(encoding="utf-8"), re.MULTILINE):
        yield from (".TP", rf"\fB{code}\fR", _roff(meaning.replace("\\|", "|")))


def _summary(command: click.Command) -> str:
    """The first sentence of what a command says, as a phrase."""
    first = cleandoc(command.help or "").partition("\n")[0].rstrip(".")
    return first[:1].lower() + first[1:]


def _roff(line: str) -> str:
    """A line of text for roff: what it would take for itself is escaped, and `code` is bold."""
    parts = re.split(r"`([^`]+)`", line)
    escaped = ["".join(_SPECIAL.get(character, character) for character in part) for part in parts]
    text = "".join(rf"\fB{part}\fR" if number % 2 else part for number, part in enumerate(escaped))
    return rf"\&{text}" if text.startswith(".") else text


def files() -> Iterator[tuple[Path, str]]:
    """All that is shared: the page, that of the command's other name, which leads to it, and completion scripts."""
    yield PAGE, page()
    yield PAGE.with_name("recommender.1"), ".so man1/recommend.1\n"
    for shell, place in COMPLETIONS.items():
        ran = CliRunner().invoke(commands, ["completion", shell], prog_name="recommend")
        yield FOLDER / place, ran.stdout


def write() -> None:
    """Write all of them."""
    for path, text in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
