"""Kill nights of many readers: `python -m benchmarks.nights [--kills N] [--readers N] [--scheduler local | --cluster]`.

`recommend batch` runs over made-up readers, most of whom get their list by mail from a server on this machine. At
random moments the command itself, or one of the processes it started, gets SIGKILL; where the command ends, it is
started again until its night is done. Then every reader must have exactly one list of the day, and its mail at least
once and at most twice: the second one is allowed where the first was broken off while being sent. With `--cluster` the
workers are those of a Dask scheduler of its own, as an institute starts them; workers, their nannies, the scheduler and
the command are killed, and started again as a service would be. Needs Linux, and aiosmtpd.
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.faults.world import damage, digest
from recommender.paper import Feedback, Verdict
from recommender.sources import parse
from recommender.store.profile_store import ProfileStore

READERS, KILLS = 200, 100
WITHOUT_MAIL = 4  # every so many readers
FIRST = date(2026, 3, 2)
SEED = 20261127
_NO_SCHEDULER = 7  # the exit code of a batch whose scheduler is gone


class Inbox:
    """A mail server that remembers which mail came how often, by recipient and Message-ID."""

    def __init__(self) -> None:
        self.mails: Counter[tuple[str, str]] = Counter()
        self.port = 0
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True).start()
        started.wait()

    async def _serve(self, started: threading.Event) -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name there
        """Accept a mail."""
        content = envelope.content or b""
        head = (content if isinstance(content, bytes) else content.encode()).partition(b"\r\n\r\n")[0].decode()
        number = next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("message-id"))
        for recipient in envelope.rcpt_tos:
            self.mails[recipient, number] += 1
        return "250 accepted"


def make(home: Path, digests: Path, port: int, readers: int) -> None:
    """A home of so many readers, who liked different papers of a first day."""
    (home / "profiles").mkdir(parents=True)
    digests.mkdir()
    text = digest(FIRST, 1)
    (digests / f"{FIRST}.md").write_text(text, encoding="utf-8")
    papers = parse(text.encode(), "digest")[0].papers
    now = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    for number in range(readers):
        name = f"reader-{number:03}"
        liked = random.Random(number).sample(papers, 6)
        with ProfileStore(home / "profiles" / f"{name}.db") as store:
            feedback = [Feedback(paper, Verdict.LIKE, now) for paper in liked]
            store.import_verdicts(feedback, command="like", at=now)
        address = f"{name}@example.org"
        mail = f'[mail]\nfrom = "{address}"\nto = ["{address}"]\nby = "smtp://127.0.0.1:{port}"\n'
        settings = f'digests = "{digests}"\n{"" if number % WITHOUT_MAIL == 0 else mail}'
        (home / "profiles" / f"{name}.toml").write_text(settings, encoding="utf-8")


def descendants(process: int) -> Iterator[int]:
    """The processes that a process started, and those that these started."""
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = thread.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from descendants(child)


def start(home: Path, options: list[str]) -> subprocess.Popen[str]:
    """Start a batch."""
    environment = {**os.environ, "RECOMMEND_HOME": str(home), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "recommender", "batch", "--workers", "2", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Cluster:
    """A Dask scheduler and two workers, each kept by a nanny: processes that are started again when they end."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._folder = folder
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"]
        worker = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"]
        self._commands = {"the scheduler": scheduler, "one worker": worker, "another worker": worker}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def _keep(self) -> None:
        while not self._ended.is_set():
            for name, command in self._commands.items():
                process = self._processes.get(name)
                if process is None or process.poll() is not None:
                    self._processes[name] = subprocess.Popen(
                        [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
                        cwd=self._folder,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
            self._ended.wait(0.5)

    def targets(self) -> Iterator[tuple[int, str]]:
        """What may be killed, and its name; a worker is a child of its nanny."""
        for name, process in list(self._processes.items()):
            if name == "the scheduler":
                yield process.pid, name
                continue
            yield process.pid, "a nanny"
            yield from ((child, "a worker") for child in descendants(process.pid))

    def __enter__(self) -> Self:
        self._folder.mkdir()
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._keeper.join()
        for process in self._processes.values():
            for each in [*descendants(process.pid), process.pid]:
                os.kill(each, signal.SIGKILL)
            process.wait()


class Nights:
    """Nights that are killed until there were enough kills.

    Args:
        options: of `recommend batch`.
        cluster: where its workers are, if they are not its own processes.
    """

    def __init__(self, home: Path, options: list[str], draw: random.Random, cluster: Cluster | None = None) -> None:
        self.home, self.options, self.draw, self._cluster = home, options, draw, cluster
        self.kills: Counter[str] = Counter()
        self.usual = 10.0  # seconds of a night

    def night(self, kills: int) -> list[str]:
        """Do one night, with kills as long as there were fewer than so many; what the last batch said."""
        again = {-signal.SIGKILL, *([_NO_SCHEDULER] if self._cluster else [])}
        while True:
            began, process = time.monotonic(), start(self.home, self.options)
            while sum(self.kills.values()) < kills:
                try:
                    process.wait(self.draw.uniform(0, self.usual))
                    break
                except subprocess.TimeoutExpired:
                    self._kill(process)
            said, _ = process.communicate(timeout=900)
            if process.returncode == 0:
                self.usual = max(3.0, min(self.usual, time.monotonic() - began))
                return said.splitlines()
            if process.returncode not in again:
                return [f"FAILED: the batch ended with {process.returncode}: {said[-1500:]}"]

    def _kill(self, process: subprocess.Popen[str]) -> None:
        """Kill the batch, or one of the processes that work for it."""
        if self._cluster:
            others = list(self._cluster.targets())
        else:
            others = [(worker, "a worker") for worker in descendants(process.pid)]
        target, what = process.pid, "the batch"
        if others and self.draw.random() < 0.6:
            kind = self.draw.choice(sorted({kind for _, kind in others}))
            target, what = self.draw.choice([each for each in others if each[1] == kind])
        try:
            os.kill(target, signal.SIGKILL)
        except ProcessLookupError:  # it ended by itself
            return
        self.kills[what] += 1


def broken(home: Path, day: date, inbox: Inbox, readers: int) -> Iterator[str]:
    """The promises that a night broke."""
    times: dict[str, list[int]] = {}
    for (recipient, _), count in inbox.mails.items():
        times.setdefault(recipient.partition("@")[0], []).append(count)
    for number in range(readers):
        name = f"reader-{number:03}"
        path = home / "profiles" / f"{name}.db"
        yield from damage(path)
        with closing(sqlite3.connect(path)) as database:
            kinds = [
                kind for (kind,) in database.execute("SELECT kind FROM shortlist WHERE day = ?", (day.isoformat(),))
            ]
        expected = ["today"] if number % WITHOUT_MAIL == 0 else ["mail"]
        if kinds != expected:
            yield f"{name}: lists of {day} are {kinds}"
        if expected == ["mail"] and (len(times.get(name, [])) != 1 or times[name][0] > 2):
            yield f"{name}: mails came {times.get(name)} times"
        if expected == ["today"] and name in times:
            yield f"{name}: got mail"


def main() -> None:
    """Kill, and print what held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"(default: {KILLS})")
    parser.add_argument("--readers", type=int, default=READERS, help=f"(default: {READERS})")
    parser.add_argument("--scheduler", default="", help="as of `recommend batch`")
    parser.add_argument("--cluster", action="store_true", help="kill a Dask scheduler and its workers, too")
    parser.add_argument("--seed", type=int, default=SEED, help="another one kills at other moments")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recommend-nights-") as folder:
        cluster = Cluster(Path(folder) / "cluster") if arguments.cluster else None
        scheduler = cluster.address if cluster else arguments.scheduler
        options = ["--scheduler", scheduler] if scheduler else []
        home, digests, inbox = Path(folder) / "home", Path(folder) / "digests", Inbox()
        make(home, digests, inbox.port, arguments.readers)
        with_cluster: AbstractContextManager[object] = cluster or nullcontext()
        with with_cluster:
            nights = Nights(home, options, random.Random(arguments.seed), cluster)
            failures = kill(nights, digests, inbox, arguments.readers, arguments.kills)
    sys.exit(int(bool(failures)))


def kill(nights: Nights, digests: Path, inbox: Inbox, readers: int, kills: int) -> int:
    """Do nights until there were so many kills; the number of promises that were broken, which are printed."""
    failures = number = repeats = 0
    while sum(nights.kills.values()) < kills:
        number += 1
        day = FIRST + timedelta(days=number)
        (digests / f"{day}.md").write_text(digest(day, 1 + 50 * number), encoding="utf-8")
        inbox.mails.clear()
        said = nights.night(kills)
        problems = [
            *(line for line in said if line.startswith("FAILED")),
            *broken(nights.home, day, inbox, readers),
        ]
        twice = sum(count > 1 for count in inbox.mails.values())
        repeats += twice
        failures += len(problems)
        print(f"{day}: {sum(nights.kills.values())} kills so far, {twice} mails twice. {said[-1]}", flush=True)
        for problem in problems:
            print(f"BROKEN {problem}", file=sys.stderr, flush=True)
    killed: dict[str, Any] = dict(nights.kills)
    print(
        f"{number} nights of {readers} readers, killed: {killed}; {repeats} mails came twice; "
        f"{failures} promises broken."
    )
    return failures


if __name__ == "__main__":
    main()
