"""What the README and the pages of reference say is true."""

import re
import shutil
import subprocess
import tomllib

import manpage
import pytest
import readme
from support import REPOSITORY

from recommender import errors
from recommender.cli import CLOSED_PIPE, INTERRUPTED
from recommender.cli.batch import NOT_ALL
from recommender.cli.session import EMPTY_LIST_CODES
from recommender.cli.upkeep import WRONG
from recommender.paper import ReasonKind, Status
from recommender.store import settings

TEXT = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SOURCES, SETTINGS, JSON = (
    (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    for name in ("how-to/sources.md", "reference/settings.md", "reference/json.md")
)


def test_the_help_texts_are_the_commands_own():
    text = readme.COMMANDS.read_text(encoding="utf-8")
    assert readme.with_help(text) == text, "run `make readme`"


def test_the_manual_page_and_the_completions_are_the_commands_own():
    wanted = dict(manpage.files())
    assert set(wanted) == {path for path in manpage.FOLDER.rglob("*") if path.is_file()}
    for path, text in wanted.items():
        assert path.read_text(encoding="utf-8") == text, "run `make readme`"
    for name, _ in readme.help_texts():
        assert name == "recommend" or f"\n.SS {name}\n" in wanted[manpage.PAGE]


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_the_manual_page_is_set_without_a_warning_and_as_wide_as_the_window():
    command = ["groff", "-man", "-Kutf8", "-Tutf8", "-P-cbou", "-ww", "-rLL=80n", manpage.PAGE]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    assert shown.stderr == ""
    assert "       recommend today [OPTIONS] [DIGEST]...\n" in shown.stdout
    assert "         recommend today --json | jq '.items[0].title'\n" in shown.stdout  # quotes that a shell takes
    assert "\\f" not in shown.stdout


def test_the_table_of_settings_is_that_of_the_program():
    assert readme.with_settings(SETTINGS) == SETTINGS, "run `make readme`"


def test_every_command_has_help_with_an_example():
    for name, text in readme.help_texts():
        if name != "recommend":
            assert "Example" in text, name
            assert name in text


def test_no_line_about_a_command_is_cut_short():
    """What a command is for fits the list of commands on 80 columns."""
    cut = [line for _, text in readme.help_texts() for line in re.findall(r"^  [a-z-]+  .*\.\.\.$", text, re.MULTILINE)]
    assert cut == []


def test_the_table_of_exit_codes_is_complete():
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", JSON, re.MULTILINE)}
    classes = [item for item in vars(errors).values() if isinstance(item, type)]
    codes = {item.exit_code for item in classes if issubclass(item, errors.RecommenderError)}
    assert table == {0, 1, 2, WRONG, NOT_ALL, CLOSED_PIPE, INTERRUPTED} | codes | set(EMPTY_LIST_CODES.values())


def test_every_status_and_kind_of_reason_is_named():
    for name in [*(status.value for status in Status), *(kind.value for kind in ReasonKind)]:
        assert f"`{name}`" in JSON


def test_every_shipped_profile_can_be_read_and_is_named():
    names = sorted(path.stem for path in (REPOSITORY / "profiles").glob("*.toml"))
    assert len(names) >= 5
    for name in names:
        assert settings.read(REPOSITORY / "profiles" / f"{name}.toml", name).interests
        assert f"`{name}`" in SETTINGS


def test_the_digest_in_it_is_a_digest(run, tmp_path):
    (shown,) = re.findall(r"```markdown\n(.*?)```", SOURCES, re.DOTALL)
    (tmp_path / "d.md").write_text(shown, encoding="utf-8")
    assert run("today", "-p", "example", tmp_path / "d.md").code == 0


@pytest.mark.slow
def test_every_command_line_in_its_first_day_runs(run, tmp_path, monkeypatch):
    (block,) = re.findall(r"## A first day with it.*?```console\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(REPOSITORY)  # where a newcomer stands; nothing else is at hand
    import shlex

    for line in block.splitlines():
        if line.startswith("$ recommend "):
            assert run(*shlex.split(line[2:], comments=True)[1:]).code == 0, line


def test_every_dependency_says_why_it_is_there():
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads("\n".join(lines))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for entry in wanted:
        (line,) = [line for line in lines if f'"{entry}"' in line]
        assert len(line.partition("#")[2].split()) >= 3, line


@pytest.mark.parametrize("name", ["make today", "make test"])
def test_the_two_first_commands_exist(name):
    assert name in "\n".join(TEXT.splitlines()[:6])
    assert f"{name.split()[1]}:" in (REPOSITORY / "Makefile").read_text()


def test_the_readme_is_short():
    assert len(TEXT.splitlines()) <= 200
