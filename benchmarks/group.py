"""A group's members at once: `python -m benchmarks.group [--members N] [--seconds N]`.

A new home with a group and the shipped digest; each member has a list of it. `recommend serve --group` runs as a
process of its own. Each member logs in by mail, then reads pages, rates and votes without a pause. Printed are requests
a second, the times that half and 99 of 100 requests took, and the server's memory. The exit code is 1 if a request
failed or a rating that was answered is not there.
"""

import argparse
import email
import email.policy
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import urllib3

from recommender import Group, Invitation, ListOptions, Recommender

_SEED = Path(__file__).resolve().parent.parent / "profiles" / "sample" / "2020-05-13.cs.CV.md"
_PATIENCE = 60.0  # seconds
_PAGES = ("/", "/group", "/rated", "/search?q=image", "/account", "paper")
_VERDICTS = ("like", "dislike", "read", "unmark")


@dataclass
class Member:
    """A member's browser, and what it was answered."""

    name: str
    address: str  # of the server
    machine: str  # the member's, as a proxy names it
    cookies: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, str | None] = field(default_factory=dict)  # by paper, as the server answered
    times: dict[str, list[float]] = field(default_factory=dict)  # seconds, by kind of request
    faults: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, **fields: str) -> str:
        """One request by a connection of its own; a RuntimeError if it fails."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.machine,
        }
        if method == "POST":
            headers |= {"Origin": self.address, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields) if method == "POST" else None
        with urllib3.PoolManager() as pool:
            answer = pool.request(
                method,
                self.address + path,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                timeout=_PATIENCE,
            )
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status not in (200, 303) or answer.headers.get("Location", "").startswith("/login"):
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer.data.decode()

    def log_in(self, mails: Path) -> None:
        """Ask for a link, and use it."""
        self.ask("POST", "/login", address=f"{self.name}@example.org")
        self.ask("POST", f"/login/{_link(mails, self.name)}")

    def work(self, end: float, number: int) -> None:
        """Read, rate and vote until that moment of `time.monotonic`."""
        draw = random.Random(number)
        papers = sorted(set(re.findall(r'data-paper="([^"]+)"', self.ask("GET", "/"))))
        while time.monotonic() < end:
            paper = draw.choice(papers)
            kind = draw.choices(("page", "rating", "vote"), (60, 38, 2))[0]
            start = time.monotonic()
            try:
                if kind == "page":
                    page = draw.choice(_PAGES)
                    self.ask("GET", f"/paper/{paper}" if page == "paper" else page)
                elif kind == "rating":
                    verdict = draw.choice(_VERDICTS)
                    self.ask("POST", "/rate", paper=paper, verdict=verdict)
                    self.verdicts[paper] = None if verdict == "unmark" else verdict
                else:
                    self.ask("POST", "/vote", paper=papers[0], vote=draw.choice(("yes", "no")))
            except (RuntimeError, urllib3.exceptions.HTTPError) as error:
                self.faults.append(str(error))
            self.times.setdefault(kind, []).append(time.monotonic() - start)

    def lost(self, home: Path) -> Iterator[str]:
        """Ratings that were answered, and are not there."""
        with Recommender(self.name, home=home) as reader:
            stored = {paper: verdict.value for paper, verdict in reader.verdicts().items()}
        for paper, verdict in self.verdicts.items():
            if stored.get(paper) != verdict:
                yield f"{self.name}: {paper} is {stored.get(paper)}, answered was {verdict}"


def _link(mails: Path, name: str) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        for file in (mails / "new").glob("*"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = message.get_body()
            found = re.search(r"/login/(\S+)", body.get_content()) if body else None
            if found and message["To"] == f"{name}@example.org":
                return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"no link came for {name}")


@contextmanager
def _serving(home: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "recommender", "serve", "--group", "--port", str(port)]
    environment = {"RECOMMEND_HOME": str(home), "RECOMMEND_ARXIV": "http://127.0.0.1:9", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Serving"):
                break
        try:
            yield process
        finally:
            process.terminate()


def _memory(process: "subprocess.Popen[str]") -> float:
    """The memory of the server, in MB; Linux alone tells it."""
    status = Path(f"/proc/{process.pid}/status")
    return int(status.read_text(encoding="ascii").partition("VmRSS:")[2].split()[0]) / 1024 if status.exists() else 0


def load(folder: Path, members: int, seconds: float) -> tuple[list[Member], list[float], list[str]]:
    """Let all members work for a while; gives them, the server's memory after each fifth of the time, and faults."""
    home, mails = folder / "home", folder / "mails"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    names = [f"member{number}" for number in range(members)]
    with Group(home=home) as group:
        group.create({"name": "Load", "page": address, "from": "papers@example.org", "by": f"maildir:{mails}"})
        for name in names:
            group.invite(Invitation(f"{name}@example.org", name, starter="example", send=False))
    for name in names:
        with Recommender(name, home=home) as reader:
            reader.today(_SEED, options=ListOptions(size=10))
    clients = [Member(name, address, f"10.0.{number // 250}.{number % 250 + 1}") for number, name in enumerate(names)]
    with _serving(home, port) as process:
        for client in clients:
            client.log_in(mails)
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=client.work, args=[end, number]) for number, client in enumerate(clients)]
        for thread in threads:
            thread.start()
        memory = []
        for _ in range(5):
            time.sleep(seconds / 5)
            memory.append(_memory(process))
        for thread in threads:
            thread.join()
    problems = [fault for client in clients for fault in [*client.faults, *client.lost(home)]]
    return clients, memory, problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=50, help="at once (default: 50)")
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: 60)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recommend-group-") as folder:
        members, memory, problems = load(Path(folder).resolve(), arguments.members, arguments.seconds)
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    print("| request | a second | half within | 99 of 100 within |\n| --- | ---: | ---: | ---: |")
    for kind in ("page", "rating", "vote"):
        times = [each for member in members for each in member.times.get(kind, [])]
        if len(times) > 1:
            slow = quantiles(times, n=100)[-1]
            print(f"| {kind} | {len(times) / arguments.seconds:.1f} | {median(times):.3f} s | {slow:.3f} s |")
    rated = sum(len(member.verdicts) for member in members)
    print(f"{rated} papers rated, {len(problems)} requests failed or ratings lost.")
    print(f"The server's memory after each fifth of the time: {', '.join(f'{each:.0f}' for each in memory)} MB.")
    sys.exit(int(bool(problems)))


if __name__ == "__main__":
    main()
