"""docs/group.md, followed literally by somebody on a fresh machine."""

import email
import email.policy
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import suppress

import pytest
from groups import Client
from support import NOBODY, REPOSITORY

from recommender.web import server

DOCUMENT = (REPOSITORY / "docs" / "group.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8022"


def commands(language):
    """The commands of the blocks that try it out, which stand before the part about a server."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.partition("## On a server")[0], re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line[2:] for line in lines if line.startswith("$ ")] if language == "console" else lines


def test_no_proxy_gives_up_before_the_server_does_or_after_it():
    seconds = re.findall(r"(?:^\s*write|proxy_read_timeout) (\d+)s", DOCUMENT, re.MULTILINE)
    assert list(map(float, seconds)) == [server.SECONDS[server.State.ANSWER]] * 2


def test_every_command_and_option_that_it_names_exists(run):
    named = set(re.findall(r"`recommend group (\w+)", DOCUMENT)) | {"init", "invite"}
    helped = run("group", "--help").out
    assert all(re.search(rf"^  {name}\b", helped, re.MULTILINE) for name in named)
    options = "".join(run("group", name, "--help").out for name in named) + "".join(
        run(name, "--help").out for name in ("serve", "batch")
    )
    for option in set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", DOCUMENT)):
        assert option in options, option


def test_a_group_on_a_server_is_made_backed_up_and_moved_as_it_says(run, home, tmp_path):
    server, backups = (
        re.search(rf"## {part}\n.*?```sh\n(.*?)```", DOCUMENT, re.DOTALL)[1].replace("\\\n", " ")
        for part in ("On a server", "Backups, and another machine")
    )
    assert run(*shlex.split(server)[1:]).code == 0
    run("group", "invite", "ada@example.org", "--no-mail")
    back_up, restore = (
        shlex.split(line.replace("/media/disk", str(tmp_path)), comments=True)[1:] for line in backups.splitlines()
    )
    assert run(*back_up).code == 0
    shutil.rmtree(home)
    assert run(*restore).code == 0
    assert "ada@example.org" in run("group", "list").out


def test_its_settings_of_a_provider_are_settings(run, home):
    lines = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)[1]
    run("group", "init", "--name", "x", "--page", ADDRESS, "--from", "a@example.org", "--by", "sendmail:/bin/true")
    settings = home / "group.toml"
    kept = [line for line in settings.read_text().splitlines() if not line.startswith("oidc_")]
    settings.write_text("\n".join([*kept, lines]))
    assert run("group", "status").code == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here to read the units")
def test_systemd_finds_nothing_wrong_with_its_units(tmp_path):
    units = re.findall(r"```ini\n\s*# (\S+)\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(units) == 3
    for name, text in units:
        (tmp_path / name).write_text(textwrap.dedent(text).replace("%h/.local/bin/recommend", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", *(tmp_path / name for name, _ in units)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not [line for line in checked.stderr.splitlines() if str(tmp_path) in line or "recommend" in line]


@pytest.mark.slow
def test_its_commands_make_a_group_in_which_a_member_votes(tmp_path):
    """On the port that it names; where that is in use, on another."""
    port = next(port for port in (8022, 8122, 8222) if is_free(port))
    environment = {**os.environ, "HOME": str(tmp_path), "RECOMMEND_HOME": str(tmp_path / "home")}
    environment |= {"RECOMMEND_ARXIV": NOBODY, "PYTHONUNBUFFERED": "1"}
    address = ADDRESS.replace("8022", str(port))

    def arguments(line):
        words = shlex.split(line.replace(ADDRESS, address))
        assert words[0] == "recommend"
        if words[1] == "serve":
            words += ["--port", str(port)]
        return [sys.executable, "-m", "recommender", *words[1:]]

    def follow(line):
        ran = subprocess.run(
            arguments(line), cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    serve, *then = commands("sh")
    for line in commands("console"):
        follow(line)
    assert serve == "recommend serve --group"
    with subprocess.Popen(arguments(serve), cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert "Serving" in server.stdout.readline()
            assert address in server.stdout.readline()
            client = Client(address, address)
            client.post("/login", address="ada@example.org")
            client.post(f"/login/{newest_link(tmp_path / 'group-mails' / 'new')}")
            client.post("/today", back="/")
            paper = re.search(r'data-paper="([^"]+)"', client.page("/"))[1]
            client.post("/vote", paper=paper, vote="yes")
            assert "Votes: Ada Lovelace" in client.page("/group")
            status, agenda = map(follow, then)
            assert "1 paper with votes" in status
            assert "1 vote: Ada Lovelace" in agenda
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    assert server.returncode in (0, 130, -signal.SIGINT)


def is_free(port):
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def newest_link(folder):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for file in folder.glob("*"):
            content = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_content()
            if link := re.search(r"/login/(\S+)", content):
                return link[1]
        time.sleep(0.05)
    raise AssertionError("no link was mailed")
