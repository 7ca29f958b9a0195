"""A reader's files as a command finds them, and as it leaves them."""

import io
import mailbox
import shutil
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from benchmarks.faults.preload import run
from recommender.delivery.mail import links
from recommender.delivery.mail.links import Action, Answer
from recommender.errors import RecommenderError
from recommender.store.outbox import Outbox
from recommender.store.profile_store import ProfileStore

_WORDS = "lake image fusion graph neural night river sensor sparse robust optical survey".split()
_OLD, _NEW = date(2026, 3, 2), date(2026, 3, 3)
_NO_NETWORK = "http://127.0.0.1:9"


class State(NamedTuple):
    """What a reader would miss."""

    verdicts: Mapping[str, Mapping[str, str]]  # by profile and paper
    settings: Mapping[str, str]  # texts by profile
    mails: tuple[str, ...]  # subjects of all mails that arrived
    written: Mapping[str, bytes]  # the files that commands were asked to write
    strays: frozenset[str]  # half-made files that nobody removed
    problems: tuple[str, ...]  # what is damaged


class World:
    """A folder with a home, digests, a library, a maildir and answers; `fresh` brings it back to its beginning."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "world"
        self._template = folder / "template"

    @property
    def environment(self) -> dict[str, str]:
        """Everything a command needs to find only this folder."""
        return {
            "RECOMMEND_HOME": str(self.folder / "home"),
            "RECOMMEND_ARXIV": _NO_NETWORK,
            "TMPDIR": str(self.folder / "tmp"),
            "HOME": str(self.folder),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }

    def make(self) -> None:
        """Make the folder as every command finds it."""
        for name in ("digests", "mail", "out", "tmp", "home"):
            (self.folder / name).mkdir(parents=True)
        maildir = mailbox.Maildir(self.folder / "mail" / "inbox")
        maildir.close()
        (self.folder / "digests" / f"{_OLD}.md").write_text(digest(_OLD, 1), encoding="utf-8")
        (self.folder / "library.bib").write_text(bibliography(40), encoding="utf-8")
        self._succeed("init", "ada", "--no-input", "--interests", "image fusion")
        self._succeed("init", "old", "--no-input")
        settings = self.folder / "home" / "profiles" / "ada.toml"
        text = settings.read_text(encoding="utf-8").replace("digests = []", f'digests = ["{self.folder / "digests"}"]')
        settings.write_text(
            f'{text}\n[mail]\nfrom = "ada@example.org"\nto = ["ada@example.org"]\n'
            f'by = "maildir:{self.folder / "mail" / "inbox"}"\nreplies = "{self.folder / "replies"}"\n',
            encoding="utf-8",
        )
        self._succeed("-p", "ada", "today", "-n", "8")
        self._succeed("-p", "ada", "like", "1", "2", "3", "4", "5")
        self._succeed("-p", "ada", "dislike", "6")
        self._succeed("-p", "old", "like", "2603.00001")
        self._succeed("-p", "old", "profile", "export", str(self.folder / "old.zip"))
        self._succeed("-p", "ada", "export", "-o", str(self.folder / "out" / "papers.bib"))
        self._succeed("-p", "ada", "feed", str(self.folder / "out" / "feed.xml"))
        (self.folder / "replies").write_bytes(self._answers())
        (self.folder / "digests" / f"{_NEW}.md").write_text(digest(_NEW, 51), encoding="utf-8")
        shutil.copytree(self.folder, self._template)

    def fresh(self) -> None:
        """Bring the folder back to its beginning."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._template, self.folder)

    def state(self) -> State:
        """What stands there now, read as the program itself would read it."""
        home = self.folder / "home"
        problems = [problem for path in sorted(home.rglob("*.db")) for problem in damage(path)]
        verdicts: dict[str, dict[str, str]] = {}
        for path in sorted((home / "profiles").glob("*.db")):
            try:
                with ProfileStore(path) as store:
                    verdicts[path.stem] = {paper: verdict.value for paper, verdict in store.verdicts().items()}
            except RecommenderError as error:
                problems.append(str(error))
        texts = {path.stem: path.read_text(encoding="utf-8") for path in (home / "profiles").glob("*.toml")}
        written = {path.name: path.read_bytes() for path in (self.folder / "out").iterdir() if not is_stray(path)}
        strays = [path for path in self.folder.rglob("*") if is_stray(path.relative_to(self.folder))]
        mails = sorted(str(mail["subject"]) for mail in mailbox.Maildir(self.folder / "mail" / "inbox"))
        return State(verdicts, texts, tuple(mails), written, frozenset(map(str, strays)), tuple(problems))

    def _succeed(self, *arguments: str) -> None:
        ran = run(arguments, self.environment)
        if ran.code:
            raise RuntimeError(f"recommend {' '.join(arguments)}: {ran.err}")

    def _answers(self) -> bytes:
        """An mbox with two answers to mails of ada's."""
        with ProfileStore(self.folder / "home" / "profiles" / "ada.db") as store:
            key = Outbox(store).make_key()
        now = datetime.now(UTC)
        mails = []
        for number, action in ((7, Action.LIKE), (8, Action.DISLIKE)):
            token = links.sign(key, "ada", Answer(action, f"2603.{number:05}"), now.date(), timedelta(days=9))
            mails.append(
                f"From ada@example.org {now:%a %b %d %H:%M:%S %Y}\nFrom: ada@example.org\nMessage-ID: <{number}@x>\n"
                f"Date: {now:%a, %d %b %Y %H:%M:%S +0000}\nSubject: recommend {action.value} [ada:{token}]\n\nSent.\n\n"
            )
        return "".join(mails).encode()


def digest(day: date, first: int) -> str:
    """A digest of 25 papers in Markdown."""
    lines = [f"# ArXiv cs.CV --{day:%a, %d %b %Y}"]
    for number in range(first, first + 25):
        words = [_WORDS[(number * step) % len(_WORDS)] for step in (1, 3, 5, 7)]
        lines.append(
            f"### {number}.{' '.join(words).title()}  [ :arrow_down: ](https://arxiv.org/pdf/2603.{number:05}.pdf)\n"
            f">  We study {' and '.join(words * 2)} in paper {number}."
        )
    return "\n".join(lines) + "\n"


def bibliography(last: int, first: int = 1) -> str:
    """A library in BibTeX, of the papers with these numbers."""
    return "".join(
        f"@article{{a{number}, title={{On {_WORDS[number % len(_WORDS)]} {number}}}, author={{Lovelace, Ada}}, "
        f"abstract={{We look at {_WORDS[number * 5 % len(_WORDS)]}.}}, eprint={{2501.{number:05}}}, year={{2025}}}}\n"
        for number in range(first, last + 1)
    )


def damage(path: Path) -> list[str]:
    """What SQLite's own checks say of a database; empty if nothing is wrong."""
    try:
        with closing(sqlite3.connect(path)) as database:
            found = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
            found += [f"a row of {row[0]} without its {row[2]}" for row in database.execute("PRAGMA foreign_key_check")]
    except sqlite3.Error as error:
        found = [str(error)]
    return [f"{path.name}: {problem}" for problem in found]


def is_whole(name: str, content: bytes) -> bool:
    """Whether a file that a command wrote ends where it should."""
    if name.endswith(".zip"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return archive.testzip() is None
        except zipfile.BadZipFile:
            return False
    if name.endswith((".xml", ".atom")):
        try:
            ElementTree.fromstring(content)
        except ElementTree.ParseError:
            return False
    return content.endswith(b"\n") or name.endswith((".xml", ".atom"))


def is_stray(path: Path) -> bool:
    """Whether a file is one that the program makes on the way to another, and removes or renames."""
    return ".new" in path.name or path.name.endswith("-journal") or (path.parts[0] == "tmp" and len(path.parts) > 1)
