"""Many processes and a server on one home at once: `python -m benchmarks.crowd [--processes N] [--minutes N]`.

Each of the processes runs one command after another: ratings, imports, preferences, lists, searches, mails, answers,
exports. Meanwhile new digests arrive, and answers come in by the pages of `recommend serve`. Each worker has papers
and authors of its own, so that at the end every change that a command acknowledged can be looked for. The exit code is
1 if one is missing, a command failed because of another one, a paper was mailed twice, or a database is damaged.
"""

import argparse
import email
import email.policy
import mailbox
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.faults.preload import Ran, run
from benchmarks.faults.world import bibliography, damage, digest
from recommender.delivery.mail import links
from recommender.delivery.mail.links import Action, Answer
from recommender.store import settings
from recommender.store.outbox import Outbox
from recommender.store.profile_store import ProfileStore

READER = "ada"
PAPERS_EACH = 40  # papers that only one worker rates
NEWS = 15  # seconds between two digests
_EMPTY_LIST = {10, 11, 12, 13, 14}  # exit codes that say why a list is empty
_ANOTHER_RUN = "another `recommend run` of this profile"
_VERDICTS = {"like": "like", "dislike": "dislike", "read": "read", "unmark": None}


@dataclass
class Told:
    """What commands acknowledged, and what they should not have said."""

    verdicts: dict[str, set[str | None]] = field(default_factory=dict)  # by paper: what may be its verdict now
    follows: set[str] = field(default_factory=set)
    mutes: set[str] = field(default_factory=set)
    runs: Counter[str] = field(default_factory=Counter)  # by command
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds of one command

    def note(self, name: str, ran: Ran, seconds: float) -> bool:
        """Record what became of a command; whether it was done."""
        self.runs[name] += 1
        self.slowest = max(self.slowest, seconds)
        alone = name == "run" and _ANOTHER_RUN in ran.err  # the timer's runs do not wait for one another
        if (ran.code not in {0, *_EMPTY_LIST} or "Traceback" in ran.err) and not alone:
            self.faults.append(f"{name} ended with {ran.code}: {ran.err.strip()[-300:]}")
        return ran.code == 0


class Worker:
    """One reader's hand: a command, then the next."""

    def __init__(self, number: int, home: "Place", told: Told) -> None:
        self.number = number
        self.home = home
        self.told = told
        self.draw = random.Random(number)
        self.papers = [f"2501.{number * PAPERS_EACH + each:05}" for each in range(PAPERS_EACH)]
        self.count = 0
        self.steps: list[tuple[int, Callable[[], None]]] = [  # how often, and what
            (8, self.rate),
            (2, self.follow),
            (2, self.mute),
            (1, self.take_in),
            (2, lambda: self.look("today")),
            (2, lambda: self.look("search", "lake")),
            (1, lambda: self.look("status")),
            (1, lambda: self.look("history")),
            (1, lambda: self.look("similar", self.draw.choice(self.papers))),
            (1, lambda: self.look("fetch")),
            (1, lambda: self.look("mail")),
            (1, lambda: self.look("run")),
            (1, lambda: self.look("export", "all", "-o", str(self.home.folder / "out" / f"{number}.bib"))),
            (1, lambda: self.look("feed", str(self.home.folder / "out" / "feed.xml"))),
            (1, lambda: self.look("library", "stats")),
        ]

    def work(self, end: float) -> None:
        """One command after another, until that moment of `time.monotonic`."""
        weights, steps = zip(*self.steps, strict=True)
        while time.monotonic() < end:
            self.draw.choices(steps, weights)[0]()

    def rate(self) -> None:
        """Give some own papers a rating."""
        word = self.draw.choice(list(_VERDICTS))
        papers = self.draw.sample(self.papers, self.draw.randint(1, 3))
        done = self._run(word, *papers)
        for paper in papers:
            before = self.told.verdicts.get(paper, {None})
            self.told.verdicts[paper] = {_VERDICTS[word]} if done else before | {_VERDICTS[word]}

    def follow(self) -> None:
        """Follow somebody new."""
        self.count += 1
        name = f"Ada Number{self.number}x{self.count}"
        if self._run("follow", name):
            self.told.follows.add(name)

    def mute(self) -> None:
        """Mute a new word."""
        self.count += 1
        rule = f"word:unheard{self.number}x{self.count}"
        if self._run("mute", rule):
            self.told.mutes.add(rule)

    def take_in(self) -> None:
        """Import a library of papers that nobody else has."""
        self.count += 1
        first = 50_000 + self.number * 1_000 + self.count * 10
        path = self.home.folder / f"library-{self.number}.bib"
        path.write_text(bibliography(first + 9, first), encoding="utf-8")
        if self._run("import", str(path), "--offline"):
            self.told.verdicts |= {f"2501.{number:05}": {"like"} for number in range(first, first + 10)}

    def look(self, *arguments: str) -> None:
        """Run a command that has nothing to acknowledge."""
        self._run(*arguments)

    def _run(self, *arguments: str) -> bool:
        start = time.monotonic()
        ran = run(["-p", READER, *arguments], self.home.environment)
        return self.told.note(arguments[0], ran, time.monotonic() - start)


class Place:
    """The folder in which all of them work."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.environment = {"RECOMMEND_HOME": str(folder / "home"), "RECOMMEND_ARXIV": "http://127.0.0.1:9"}
        for name in ("out", "digests", "home"):
            (folder / name).mkdir()
        mailbox.Maildir(folder / "mail").close()
        self._day = date(2026, 1, 1)
        self.publish()
        self._succeed("init", READER, "--no-input", "--interests", "image fusion")
        path = folder / "home" / "profiles" / f"{READER}.toml"
        text = path.read_text(encoding="utf-8").replace("digests = []", f'digests = ["{folder / "digests"}"]')
        mail = f'[mail]\nfrom = "ada@example.org"\nto = ["ada@example.org"]\nby = "maildir:{folder / "mail"}"\n'
        path.write_text(f"{text}\n{mail}", encoding="utf-8")
        (folder / "all.bib").write_text(bibliography((workers + 1) * PAPERS_EACH, 0), encoding="utf-8")
        self._succeed("import", str(folder / "all.bib"), "--as", "read", "--offline")
        self._succeed("undo")  # the papers are known from now on, and none has a rating
        with self._store() as store:
            self.key = Outbox(store).make_key()

    def publish(self) -> None:
        """Write the digest of the next day."""
        self._day += timedelta(days=1)
        first = 1 + 25 * (self._day - date(2026, 1, 1)).days
        path = self.folder / "digests" / f"{self._day}.md"
        new = path.with_suffix(".part")
        new.write_text(digest(self._day, first), encoding="utf-8")
        new.rename(path)

    def missing(self, told: Told) -> Iterator[str]:
        """Everything acknowledged that is not there, and everything that is damaged."""
        for path in sorted((self.folder / "home").rglob("*.db")):
            yield from damage(path)
        with self._store() as store:
            verdicts = {paper: verdict.value for paper, verdict in store.verdicts().items()}
        for paper, allowed in sorted(told.verdicts.items()):
            if verdicts.get(paper) not in allowed:
                yield f"the rating of {paper} is {verdicts.get(paper)}, told was {allowed}"
        profile = settings.read(self.folder / "home" / "profiles" / f"{READER}.toml", READER)
        for name in sorted(told.follows - set(profile.follow)):
            yield f"{name} is not followed any more"
        for rule in sorted(told.mutes - {nudge.rule for nudge in profile.mute}):
            yield f"{rule} is not muted any more"
        mailed = Counter(paper for mail in mailbox.Maildir(self.folder / "mail") for paper in _papers(mail.as_bytes()))
        for paper, times in mailed.items():
            if times > 1:
                yield f"{paper} was mailed {times} times"
        ran = run(["doctor"], self.environment)
        if ran.code and "No such command" not in ran.err:
            yield f"`recommend doctor` finds: {ran.out.strip()} {ran.err.strip()}"

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run `recommend serve`; gives its address."""
        command = [sys.executable, "-m", "recommender", "serve", "--port", "0"]
        environment = {**os.environ, **self.environment}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as process:
            assert process.stdout is not None
            port = re.search(rb"port (\d+)", process.stdout.readline())
            try:
                yield f"http://127.0.0.1:{int(port[1])}" if port else ""
            finally:
                process.terminate()

    def _store(self) -> ProfileStore:
        return ProfileStore(self.folder / "home" / "profiles" / f"{READER}.db")

    def _succeed(self, *arguments: str) -> None:
        ran = run(arguments, self.environment)
        if ran.code:
            raise RuntimeError(f"recommend {' '.join(arguments)}: {ran.err}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=30, help="at once (default: 30)")
    parser.add_argument("--minutes", type=float, default=5, help="how long (default: 5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recommend-crowd-") as folder:
        told, problems = crowd(Path(folder).resolve(), arguments.processes, arguments.minutes * 60)
    for fault in [*told.faults, *problems]:
        print(fault, file=sys.stderr)
    print("| command | runs |\n| --- | --- |")
    for name, runs in told.runs.most_common():
        print(f"| {name} | {runs} |")
    changes = f"{len(told.verdicts)} papers rated, {len(told.follows)} followed, {len(told.mutes)} muted"
    print(f"{told.runs.total():,} commands, the slowest {told.slowest:.0f} s; {changes};")
    print(f"{len(told.faults)} commands failed, {len(problems)} changes or files are not as told.")
    sys.exit(int(bool(told.faults or problems)))


def crowd(folder: Path, processes: int, seconds: float) -> tuple[Told, list[str]]:
    """Let them all work for a while; what was told, and what of it is not there."""
    place, told = Place(folder, processes), Told()
    end = time.monotonic() + seconds
    workers = [Worker(number, place, told) for number in range(processes)]
    with place.serving() as address:
        threads = [threading.Thread(target=worker.work, args=[end]) for worker in workers]
        threads.append(threading.Thread(target=_answer, args=[place, told, address, processes, end]))
        for thread in threads:
            thread.start()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(NEWS, left))
            place.publish()
        for thread in threads:
            thread.join()
    return told, list(place.missing(told))


def _answer(place: Place, told: Told, address: str, number: int, end: float) -> None:
    """Press the buttons of mails, one after another, on papers that no worker rates."""
    draw = random.Random(number)
    today = datetime.now(UTC).date()
    while time.monotonic() < end:
        paper = f"2501.{number * PAPERS_EACH + draw.randrange(PAPERS_EACH):05}"
        action = draw.choice([Action.LIKE, Action.DISLIKE])
        token = links.sign(place.key, READER, Answer(action, paper), today, timedelta(days=9))
        request = urllib.request.Request(f"{address}/a/{READER}/{token}", data=b"", method="POST")
        told.runs["page"] += 1
        try:
            with urllib.request.urlopen(request, timeout=60) as answered:
                answered.read()
            told.verdicts[paper] = {action.value}
        except OSError as error:
            told.faults.append(f"the page of {paper}: {error}")
            told.verdicts[paper] = told.verdicts.get(paper, {None}) | {action.value}
        time.sleep(0.2)


def _papers(mail: bytes) -> set[str]:
    """The ids of the papers that a mail lists."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    body = message.get_body(("plain",))
    return set(re.findall(r"\b2603\.[0-9]{5}\b", body.get_content() if body else ""))


if __name__ == "__main__":
    main()
