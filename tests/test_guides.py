"""What the guides show is what happens: console blocks are run, commands of other blocks exist with these options.

A console block has commands after "$ " and what they print, stdout then stderr; a line "…" stands for any lines.
"""

import re
import shlex
import shutil

import click
import pytest
from support import REPOSITORY

from recommender.cli import commands

GUIDES = [path for path in sorted((REPOSITORY / "docs").rglob("*.md")) if "decisions" not in path.parts]
each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())


def blocks(guide, language):
    return re.findall(rf"^```{language}\n(.*?)^```", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def steps(block):
    """Each command of a console block, and the lines it prints."""
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = step.partition("\n")
        yield command, printed


def pattern(printed):
    """What matches all outputs that a block stands for."""
    return "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + "\n" for line in printed.splitlines())


@each_guide
def test_what_console_blocks_show_is_what_is_printed(guide, run, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copytree(REPOSITORY / "profiles", tmp_path / "here" / "profiles")
    monkeypatch.chdir(tmp_path / "here")
    for block in blocks(guide, "console"):
        for command, printed in steps(block):
            name, *arguments = shlex.split(command, comments=True)
            if name == "make":
                continue  # what CI is, and a test of its own
            assert name == "recommend", command
            ran = run(*arguments)
            said = "".join(f"{line.rstrip()}\n" for line in (ran.out + ran.err).splitlines())
            assert re.fullmatch(pattern(printed), said), f"$ {command}\n{said}"


@each_guide
def test_commands_that_need_the_world_exist_with_their_options(guide):
    for line in "".join(blocks(guide, "sh")).replace("\\\n", " ").splitlines():
        for words in simple_commands(line):
            if words[:1] in (["recommend"], ["recommender"]):
                known(words[1:], line)


def simple_commands(line):
    """The words of each command of a line: of a pipe, a list; what stands in quotes is one word."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&<>")
    lexer.whitespace_split, words = True, []
    for word in lexer:
        if set(word) <= set("|;&"):
            yield words
            words = []
        elif not set(word) <= set("<>"):
            words.append(word)
    yield words


def known(words, line):
    """Check a command line without running it."""
    command, context = commands, click.Context(commands)
    while words and isinstance(command, click.Group):
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, line
        context = click.Context(command, parent=context)
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        if re.fullmatch(r"--[a-z-]+(=.*)?|-[a-zA-Z]", word):
            assert word.partition("=")[0] in options | {"--help", "-h"}, line
