"""The repository for GitHub Actions: its mornings are replayed step by step, with real git, mail and feed."""

import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest
import yaml
from answers import feed
from mailserver import MailServer, certified
from support import make_paper, recommend
from trustme import CA

from recommender import __version__

ADDRESS = "ada.lovelace@example.org"
PASSWORD = "a-secret-for-the-mail-server"
INTERESTS = "infrared image fusion"
MONDAY = [make_paper(n, f"Fusing infrared images, part {n}", f"We fuse images. Thing {n}.") for n in range(1, 7)]
TUESDAY = [make_paper(n, f"Quantum circuits, part {n}", f"We build circuits. Thing {n}.") for n in range(11, 17)]
TUESDAY.append(make_paper(20, "Thing 1 once more, in infrared", "We fuse images. Thing 1 again."))


@pytest.fixture
def papers():
    """Where papers come from: the papers of a day, which a test may change."""
    shown = {"papers": MONDAY}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = feed("cs.CV", datetime.now(UTC).date(), shown["papers"])
            self.send_response(200)
            self.send_header("Content-Type", "application/atom+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    shown["address"] = f"http://127.0.0.1:{server.server_port}/day"
    yield shown
    server.shutdown()
    server.server_close()


class GitHub:
    """What GitHub does with a repository: keeps it, and runs the steps of its workflow on a fresh machine."""

    def __init__(self, folder: Path, repository: Path, secrets: dict[str, str], environment: dict[str, str]) -> None:
        self.folder, self.secrets, self.environment = folder, secrets, environment
        self.origin, self.cache = folder / "origin.git", folder / "library.db"
        self.runs = 0
        git("init", "-q", "--bare", "-b", "main", str(self.origin), cwd=folder)
        git("init", "-q", "-b", "main", cwd=repository)
        git("add", "-A", cwd=repository)
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "My papers", cwd=repository)
        git("push", "-q", str(self.origin), "main", cwd=repository)
        self.steps = yaml.safe_load((repository / ".github/workflows/papers.yml").read_text())["jobs"]["papers"]

    def run(self) -> tuple[bool, str]:
        """Run the job once; gives whether all went well, and all that the log of the run shows."""
        self.runs += 1
        machine = self.folder / f"machine{self.runs}"
        workspace, temporary = machine / "work", machine / "temp"
        temporary.mkdir(parents=True)
        outputs: dict[str, dict[str, str]] = {}
        outcomes: dict[str, str] = {}
        log, well = "", True
        for step in self.steps["steps"]:
            always = step.get("if", "") == "always() && steps.learned.outcome == 'success'"
            if "if" in step:
                assert always
            if not (well or (always and outcomes.get("learned") == "success")):
                continue
            action = step.get("uses", "").partition("@")[0]
            if action == "actions/checkout":
                git("clone", "-q", "--depth", "1", "-b", "main", f"file://{self.origin}", str(workspace), cwd=machine)
            elif action == "actions/cache":
                (workspace / "home").mkdir(exist_ok=True)
                if self.cache.exists():
                    _copy(self.cache, workspace / "home/library.db")
            else:
                said, code = self._shell(step, workspace, temporary, outputs)
                log += said
                outcomes[step.get("id", "")] = "success" if code == 0 else "failure"
                well = well and code == 0
        if well:
            _copy(workspace / "home/library.db", self.cache)
        return well, log

    def _shell(self, step, workspace, temporary, outputs):
        def value(text: str) -> str:
            def known(found: re.Match[str]) -> str:
                kind, _, name = found[1].partition(".")
                if kind == "secrets":
                    return self.secrets.get(name, "")
                if kind == "steps":
                    return outputs.get(name.split(".")[0], {}).get(name.rpartition(".")[2], "")
                return {"github.workspace": str(workspace), "github.run_id": str(self.runs)}[found[1]]

            return re.sub(r"\$\{\{ ([\w.]+) \}\}", known, text)

        output, summary = temporary / "output", temporary / "summary"
        for file in (output, summary):
            file.write_text("")
        given = {**self.steps["env"], **step.get("env", {})}
        environment = self.environment | {name: value(str(text)) for name, text in given.items()}
        environment |= {
            "RUNNER_TEMP": str(temporary),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", value(step["run"])],
            cwd=workspace, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        outputs[step.get("id", "")] = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return ran.stdout + ran.stderr + summary.read_text(), ran.returncode

    def a_night_passes(self) -> None:
        """Make the cached papers a day older: the clock cannot be moved, and no site is asked twice a day."""
        connection = sqlite3.connect(self.cache)
        with connection:
            connection.execute("DELETE FROM fetched")
            for table in ("announced", "digest"):
                connection.execute(f"UPDATE {table} SET day = date(day, '-1 day')")
        connection.close()

    def kept(self, file: str) -> bytes:
        """A file of the branch `state`."""
        return git("show", f"state:{file}", cwd=self.origin)


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


def git(*arguments: str, cwd: Path) -> bytes:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True).stdout


@pytest.fixture
def replies(tmp_path):
    """The mailbox that answers arrive in."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "replies" / name).mkdir(parents=True)
    return tmp_path / "replies"


@pytest.fixture
def server(tmp_path):
    authority = CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    login = (ADDRESS, PASSWORD)
    with MailServer(certified(authority, "localhost"), "starttls", login=login).running() as running:
        yield running


@pytest.fixture
def github(tmp_path, papers, replies, server):
    """A repository as `init --actions` writes it, with a reader's settings, at GitHub."""
    folder = tmp_path / "papers"
    made = recommend(
        "init", "--actions", folder, "--interests", INTERESTS, "--category", "cs.CV",
        "--digests", papers["address"], "--no-input", home=tmp_path / "home",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    settings = (folder / "me.toml").read_text()
    for before, after in (
        ("you@example.org", ADDRESS),
        ("you%40example.org@smtp.example.org:587", f"{ADDRESS.replace('@', '%40')}@localhost:{server.port}"),
        ("imaps://you%40example.org@imap.example.org/INBOX", str(replies)),
    ):
        assert before in settings
        settings = settings.replace(before, after)
    (folder / "me.toml").write_text(settings)

    programs = tmp_path / "programs"
    programs.mkdir()
    for name, line in (
        ("recommend", f'exec "{sys.executable}" -m recommender "$@"'),
        ("pipx", f'[ "$*" = "install --quiet recommender=={__version__}" ]'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("RECOMMEND_")},
        "RECOMMEND_ARXIV": os.environ["RECOMMEND_ARXIV"],
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
    }
    return GitHub(tmp_path, folder, {"SMTP_PASSWORD": PASSWORD}, environment)


def like(mail: EmailMessage, title: str, replies: Path) -> None:
    """Answer a mail as its link to like this paper does."""
    text = mail.get_body(("plain",)).get_content()
    after = text[text.index(title) :]
    subject = re.search(r"mailto:\S+?subject=(\S+)", after)[1]
    answer = EmailMessage()
    answer["From"], answer["To"] = ADDRESS, ADDRESS
    answer["Subject"] = unquote(subject)
    answer["Message-ID"] = "<1@example.org>"
    answer.set_content("")
    (replies / "new" / "1").write_bytes(answer.as_bytes())


@pytest.mark.slow
def test_two_mornings_with_a_like_by_mail_in_between(github, papers, replies, server):
    well, first_log = github.run()
    assert well, first_log + github.kept("logs/last-run.txt").decode()
    (first,) = [received.message for received in server.received]
    assert all(paper.title in first.get_body(("plain",)).get_content() for paper in MONDAY)
    assert len(git("rev-list", "state", cwd=github.origin).split()) == 1

    like(first, "Fusing infrared images, part 1", replies)
    papers["papers"] = TUESDAY
    github.a_night_passes()
    well, second_log = github.run()
    assert well, second_log + github.kept("logs/last-run.txt").decode()
    well, third_log = github.run()  # by hand, on the same day
    assert well, third_log
    mails = [received.message.get_body(("plain",)).get_content() for received in server.received]
    assert len(mails) == 2, "nothing is mailed twice"
    assert not any(paper.title in mails[1] for paper in MONDAY[1:])  # a reason names the first one
    assert all(paper.title in mails[1] for paper in TUESDAY)
    assert "like your" in mails[1], "the like of the morning before counts"
    assert len(git("rev-list", "state", cwd=github.origin).split()) == 1, "one commit, however many runs"

    home = github.folder / "moved"  # as the README says, on a machine of one's own
    (github.folder / "me.db").write_bytes(github.kept("profiles/me.db"))
    restored = recommend("restore", github.folder / "me.db", "-p", "me", home=home)
    assert restored.returncode == 0, restored.stderr
    history = recommend("history", "-p", "me", home=home)
    assert "Fusing infrared images, part 1" in history.stdout

    logs = first_log + second_log + third_log
    personal = [
        ADDRESS,
        PASSWORD,
        *INTERESTS.split(),
        *(word for paper in MONDAY + TUESDAY for word in (paper.id, paper.title)),
    ]
    assert not [word for word in personal if word in logs]
    assert "exit code 0" in logs


@pytest.mark.slow
def test_what_was_learned_outlives_a_mail_server_that_is_away(github, papers, server):
    assert github.run()[0]
    before = github.kept("profiles/me.db")
    github.secrets["SMTP_PASSWORD"] = "wrong"
    papers["papers"] = TUESDAY
    github.cache.unlink()  # as GitHub does now and then
    well, log = github.run()
    assert not well
    assert "exit code 8" in log
    assert "wrong" not in log
    assert github.kept("profiles/me.db") != before
    github.secrets["SMTP_PASSWORD"] = PASSWORD
    assert github.run()[0]
    assert len(server.received) == 2


def test_a_repository_that_cannot_be_asked_is_not_taken_for_a_new_one(github):
    """Or what was learned would be overwritten by nothing."""
    workflow = github.steps["steps"]
    (step,) = [step for step in workflow if step.get("id") == "learned"]
    workspace = github.folder / "offline"
    git("clone", "-q", f"file://{github.origin}", str(workspace), cwd=github.folder)
    git("remote", "set-url", "origin", f"file://{github.folder}/nowhere.git", cwd=workspace)
    temporary = github.folder / "temp"
    temporary.mkdir()
    _, code = github._shell(step, workspace, temporary, {})
    assert code not in (0, 2)


def test_a_folder_in_use_and_files_of_this_machine_are_refused(tmp_path, run):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.tex").write_text("x")
    ran = run("init", "--actions", taken, "--no-input")
    assert ran.code == 7
    assert "has files already" in ran.err
    assert [path.name for path in taken.iterdir()] == ["thesis.tex"]
    ran = run("init", "--actions", tmp_path / "new", "--digests", tmp_path, "--no-input")
    assert ran.code == 5
    assert "is on this machine" in ran.err
    assert not (tmp_path / "new").exists()
    assert run("init", "ada", "--actions", tmp_path / "new").code == 2
