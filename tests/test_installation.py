"""What is missing is named with the command that adds it, whichever way the program was installed."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from support import REPOSITORY, SEED

from recommender import installation

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {name: wanted for name, wanted in PROJECT["optional-dependencies"].items() if name not in ("dev", "fuzz")}
PACKAGES = [(extra, Requirement(each).name) for extra, wanted in EXTRAS.items() for each in wanted]

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

package = sys.argv.pop(1)
sys.meta_path.insert(0, Missing())
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == package else find_spec(name, *rest)
from recommender.cli import main
main()
"""
"""Runs the command as if one package were not installed."""


def lacking(package, *arguments, home):
    """Run the command where one package is not installed."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT, package, *map(str, arguments)],
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran


def prepared(extra, run, home):
    """A command that needs an extra, and what it needs besides."""
    if extra == "oidc":
        mails = home.parent / "mails"
        assert (
            run(
                "group",
                "init",
                "--name",
                "X",
                "--page",
                "https://x.org",
                "--from",
                "a@b.org",
                "--by",
                f"maildir:{mails}",
            ).code
            == 0
        )
        settings = home / "group.toml"
        text = settings.read_text(encoding="utf-8").replace('oidc_issuer = ""', 'oidc_issuer = "https://orcid.org"')
        settings.write_text(text.replace('oidc_client = ""', 'oidc_client = "APP-1"'), encoding="utf-8")
    if extra == "keyring":
        assert run("init", "ada", "--interests", "fusion", "--no-input").code == 0
        with (home / "profiles" / "ada.toml").open("a", encoding="utf-8") as settings:
            settings.write('[mail]\nfrom = "a@b.org"\nto = ["a@b.org"]\nby = "smtp://a%40b.org@127.0.0.1:9"\n')
    return COMMANDS[extra]


COMMANDS = {
    "cluster": ["batch", "--scheduler", "local"],
    "keyring": ["mail", "-p", "ada", SEED],
    "mcp": ["mcp", "-p", "example"],
    "oidc": ["serve", "--group"],
    "web": ["serve"],
}


def test_each_extra_has_a_command_that_needs_it():
    assert set(COMMANDS) == set(EXTRAS)


@pytest.mark.sample(3)
@pytest.mark.parametrize(("extra", "package"), PACKAGES)
def test_a_part_that_is_missing_is_named_with_the_command_that_adds_it(extra, package, run, home):
    pytest.importorskip(package, reason=f"{package} is not installed, and so are perhaps others of the extra")
    ran = lacking(package, *prepared(extra, run, home), home=home)
    assert ran.returncode in (2, 5)
    assert installation.command_that_adds(extra) in ran.stderr


KINDS = {
    "pipx": ("pipx_metadata.json", "", 'pipx install --force "recommender[web]"'),
    "uv tool": ("uv-receipt.toml", "", 'uv tool install "recommender[web]"'),
    "uvx": ("", "archive-v0/x1", 'uvx --from "recommender[web]" recommender'),
    "pip": ("", "", f'{sys.executable} -m pip install "recommender[web]"'),
    "without pip": ("", "", f'uv pip install --python {sys.executable} "recommender[web]"'),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_is_that_of_the_installer(kind, tmp_path, monkeypatch):
    mark, folder, command = KINDS[kind]
    prefix = tmp_path / folder
    prefix.mkdir(parents=True, exist_ok=True)
    if mark:
        (prefix / mark).touch()
    if kind == "without pip":
        monkeypatch.setattr(installation, "find_spec", lambda name: None)
    installed(monkeypatch)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    assert installation.command_that_adds("web") == command


def installed(monkeypatch, origin=None, here=(), python=sys.executable):
    """Pretend that the package came from somewhere, with these packages of extras beside it."""

    class Distribution:
        def read_text(self, name):
            assert name == "direct_url.json"
            return json.dumps(origin) if origin is not None else None

    requirements = [f"{each}; extra == '{extra}'" for extra, wanted in EXTRAS.items() for each in wanted]
    monkeypatch.setattr(installation.metadata, "distribution", lambda name: Distribution())
    monkeypatch.setattr(installation.metadata, "requires", lambda name: ["numpy>=2", *requirements])
    monkeypatch.setattr(installation, "_is_here", lambda package: package in here)
    monkeypatch.setattr(sys, "executable", python)


def test_it_comes_from_where_the_program_came_from(tmp_path, monkeypatch):
    wheel = tmp_path / "a b" / "recommender-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.touch()
    origins = [
        ({"url": wheel.as_uri(), "archive_info": {}}, f'pip install "{wheel}[web]"'),
        ({"url": tmp_path.as_uri(), "dir_info": {}}, f'pip install "{tmp_path}[web]"'),
        ({"url": tmp_path.as_uri(), "dir_info": {"editable": True}}, f'pip install -e "{tmp_path}[web]"'),
        ({"url": (tmp_path / "gone").as_uri(), "dir_info": {}}, 'pip install "recommender[web]"'),
        (
            {"url": "https://x.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            'pip install "recommender[web] @ git+https://x.org/r.git"',
        ),
        ({"url": "https://x.org/r.whl", "archive_info": {}}, 'pip install "recommender[web] @ https://x.org/r.whl"'),
    ]
    for origin, command in origins:
        installed(monkeypatch, origin)
        assert installation.command_that_adds("web") == f"{sys.executable} -m {command}"


def test_extras_that_are_here_stay(monkeypatch):
    installed(monkeypatch, here=("mcp", "pydantic", "anyio", "authlib"))  # oidc needs joserfc, too
    assert installation.command_that_adds("web").endswith('"recommender[mcp,web]"')


def test_a_path_with_spaces_is_quoted(monkeypatch):
    monkeypatch.setattr(installation, "find_spec", lambda name: name in here)
    installed(monkeypatch, python=r"C:\Program Files\Python\python.exe")
    here = ["keyring", "pip"]
    command = r'"C:\Program Files\Python\python.exe" -m keyring set recommender ada.smtp'
    assert installation.command_that_keeps("ada.smtp") == command
    here.remove("keyring")
    assert installation.command_that_keeps("ada.smtp").endswith(f'[keyring]", then {command}')


def test_texts_name_extras_that_exist_in_quotes_of_every_shell():
    texts = [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / "recommender").rglob("*.py"),
    ]
    for path in texts:
        for quote, extras in re.findall(r"(.)(?:recommender|\.)\[([a-z,]+)\](?!\()", path.read_text(encoding="utf-8")):
            assert set(extras.split(",")) <= {*EXTRAS, "dev", "fuzz"}, path
            assert quote != "'", f"{path}: cmd.exe takes double quotes only"
