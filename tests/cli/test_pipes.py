"""A pipe is read to its end where somebody names it for a command, and never waited for where settings name it."""

import json
import os
import threading
from contextlib import contextmanager

import pytest
from support import SEED

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes in folders")

DIGEST = "# ArXiv cs.CV --Wed, 13 May 2020\n### 1.T  [ :arrow_down: ](https://arxiv.org/pdf/2005.05896.pdf)\n>  text\n"


@contextmanager
def written(path, text):
    """A pipe that somebody writes into, as `<(curl …)` makes it."""
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(text,), daemon=True)
    writer.start()
    yield path
    writer.join(5)


@pytest.fixture
def ada(run, home, tmp_path):
    assert run("init", "ada", "--digests", SEED).code == 0
    settings = home / "profiles" / "ada.toml"
    os.mkfifo(tmp_path / "waits")

    def change(line):
        text = "\n".join(row for row in settings.read_text().splitlines() if not row.startswith("digests"))
        settings.write_text(f"{line}\n{text}\n")

    change(f"digests = [{json.dumps(str(tmp_path / 'waits'))}, {json.dumps(str(SEED))}]")
    return change


def test_a_pipe_on_the_command_line_is_a_digest(run, ada, tmp_path):
    with written(tmp_path / "digest", DIGEST) as pipe:
        ran = run("today", pipe, "--json")
    assert [item["id"] for item in json.loads(ran.out)["items"]] == ["2005.05896"], ran.err


@pytest.mark.slow
def test_a_library_in_a_pipe_is_read_whole(run, ada, tmp_path):
    entries = "".join(
        f"@article{{k{number}, title = {{On fusion {number}}}, eprint = {{2001.{number:05}}}}}\n"
        for number in range(1, 2001)
    )
    with written(tmp_path / "library.bib", entries) as pipe:
        ran = run("import", pipe, "--offline")
    assert ran.code == 0, ran.err
    assert run("history", "--json").out.count('"id"') or "2000" in ran.out.replace(",", ""), ran.out


@pytest.mark.parametrize(
    "command", [("today",), ("run",), ("batch", "--workers", "1"), ("fetch", "--since", "2020-05-01")]
)
def test_a_pipe_in_the_settings_is_named_and_the_other_sources_are_read(run, ada, command):
    ran = run(*command)
    assert "a pipe or a device, which may never end; name a file" in " ".join(f"{ran.out} {ran.err}".split())


def test_a_pipe_as_the_place_of_answers_is_not_waited_for(run, ada, home, tmp_path):
    settings = home / "profiles" / "ada.toml"
    place = json.dumps(str(tmp_path / "waits"))
    settings.write_text(
        f'{settings.read_text()}\n[mail]\nfrom = "a@b.org"\nto = ["a@b.org"]\nby = "maildir:out"\nreplies = {place}\n'
    )
    ran = run("inbox")
    assert (ran.code, "a pipe or a device" in " ".join(ran.err.split())) == (4, True), ran.err


def test_a_file_of_profiles_may_come_by_a_pipe(run, ada, tmp_path):
    assert run("init", "bob", "--digests", SEED).code == 0
    with written(tmp_path / "names", "bob\n") as pipe:
        ran = run("batch", "--workers", "1", "--json", "--profiles", pipe)
    assert (ran.code, json.loads(ran.out)["readers"]) == (0, 1), ran.err


def test_an_export_is_imported_from_a_file_alone_and_that_is_said(run, ada, tmp_path):
    ran = run("profile", "import", tmp_path / "waits", "--as", "bob")
    assert (ran.code, "name the file of an export" in " ".join(ran.err.split())) == (5, True), ran.err
