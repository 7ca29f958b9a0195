"""docs/scaling.md, followed literally by the operator of a home with some readers."""

import ast
import os
import re
import socket
import subprocess
import sys

import pytest
from support import NOBODY, REPOSITORY

from benchmarks import nights
from benchmarks.faults.world import digest

DOCUMENT = (REPOSITORY / "docs" / "scaling.md").read_text(encoding="utf-8")
ONE_MACHINE, SUBFOLDERS, CLUSTER = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
READERS = 6

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="a shell")]


@pytest.fixture
def shell(tmp_path):
    """Runs a block as it stands, in a home of a few readers whose names the document has."""
    inbox = nights.Inbox()
    home, digests, programs = tmp_path / "home", tmp_path / "digests", tmp_path / "bin"
    nights.make(home, digests, inbox.port, READERS)
    for path in (home / "profiles").iterdir():
        path.rename(path.with_name(f"astro-{path.name}"))
    (digests / "2026-03-03.md").write_text(digest(nights.FIRST.replace(day=3), 51), encoding="utf-8")
    programs.mkdir()
    for name, module in (("recommend", "recommender"), ("dask", "dask")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    environment = {**os.environ, "RECOMMEND_HOME": str(home), "RECOMMEND_ARXIV": NOBODY, "PYTHONPATH": str(REPOSITORY)}
    environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    def run(block):
        script = f"set -e\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait || true' EXIT\n{block}"
        ran = subprocess.run(
            ["bash", "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run, home, inbox


def test_a_night_on_one_machine(shell):
    run, _, inbox = shell
    first, chosen, *_, last = run(ONE_MACHINE).splitlines()
    assert f"{READERS} lists" in first
    assert f"{READERS} readers: 0 lists" in chosen
    assert last.strip() == "}"  # of the JSON
    assert set(inbox.mails.values()) == {1}


def test_subfolders_for_new_profiles(shell):
    run, home, _ = shell
    run(SUBFOLDERS)
    assert len([path for path in (home / "profiles").iterdir() if path.is_dir()]) == 256
    run("recommend init newton --no-input")
    assert list((home / "profiles").glob("??/newton.toml"))
    assert f"{READERS} lists" in run(ONE_MACHINE.splitlines()[0])


def test_a_cluster_on_one_machine(shell):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    run, _, inbox = shell
    install, *lines = CLUSTER.splitlines()
    assert install == 'pip install "recommender[cluster]"'
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert f"{READERS} lists" in run("\n".join(lines).replace("8786", str(port)))
    assert set(inbox.mails.values()) == {1}


def test_the_example_for_slurm_is_a_program():
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    names = {
        node.func.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and hasattr(node.func, "id")
    }
    assert names == {"SLURMCluster", "print", "input"}
