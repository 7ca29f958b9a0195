"""The pages of `recommend serve` on a port of their own, for one reader whose mails have links to them."""

import asyncio
import socket
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import urllib3
import uvicorn
from starlette.applications import Starlette
from support import ENCODER, NOW

from recommender.api import Recommender
from recommender.delivery.mail import links as tokens
from recommender.delivery.mail.links import Action, Answer
from recommender.paper import Digest, Feedback, Paper
from recommender.store.home import Home
from recommender.store.outbox import Outbox
from recommender.web import app as web
from recommender.web import server as http
from recommender.web.guard import Keys

TODAY = NOW.date()
VALID = timedelta(days=60)


class _Loop:
    """Takes the place of a server's main loop, which looks only ten times a second whether it is to end."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._asked = asyncio.Event()
        self.runs = threading.Event()

    async def __call__(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.on_tick(0)  # makes the headers of all answers
        self.runs.set()
        await self._asked.wait()

    def end(self) -> None:
        self._server.should_exit = True
        if self.runs.is_set():
            self._loop.call_soon_threadsafe(self._asked.set)


class _Hasty:
    """asyncio for uvicorn, which sleeps for a tenth of a second whenever a server ends; tests end hundreds."""

    def __getattr__(self, name: str) -> object:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.005))


uvicorn.server.asyncio = _Hasty()  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Served:
    """A home, and the server that shows its pages."""

    home: Home
    address: str  # "http://127.0.0.1:40123"
    keys: Keys  # of the pages that the reader "ada" reads on

    @classmethod
    @contextmanager
    def running(
        cls, folder: Path, *, now: datetime = NOW, root_path: str = "", reading: bool = False
    ) -> Iterator["Served"]:
        """The pages of the profiles that are in a home's folder, at a fixed time; with those to read on, or without."""
        home = Home(folder, folder / "starters")
        whose = web.Reading.of("ada")
        pages = web.app(
            lambda profile: Recommender(profile, home=folder, clock=lambda: now),
            root_path=root_path,
            reading=whose if reading else None,
        )
        with running(pages) as address:
            yield cls(home, address, whose.keys)

    @property
    def door(self) -> str:
        """The address that opens the reader's pages for a browser."""
        return f"{self.address}/?token={self.keys.token}"

    def ask(
        self, method: str, path: str, fields: Sequence[tuple[str, str]] = (), **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """One request of the reader's own browser; headers have _ for -."""
        own = {"Cookie": f"{self.keys.cookie}={self.keys.session}"}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(fields) if method == "POST" else None
        if method == "POST":
            own["Content-Type"] = "application/x-www-form-urlencoded"
        return ask(method, self.address + path, headers=own, body=body)

    def listed(self, *papers: Paper, likes: Sequence[Paper] = ()) -> None:
        """Record a list of these papers for the reader, as `today` does."""
        self.announced(*papers, *likes)
        self.home.profiles_folder.mkdir(parents=True, exist_ok=True)
        self.home.settings_file("ada").write_text('interests = "fusion"\ncategories = ["cs.CV"]\n', encoding="utf-8")
        with Recommender("ada", home=self.home.root, clock=lambda: NOW) as reader:
            if likes:
                reader.like(*(paper.id for paper in likes))
            reader.today(day=TODAY, offline=True)

    def link(self, action: Action, subject: str, *, profile: str = "ada", day: date = TODAY) -> str:
        """The address that a mail of that day has for an answer."""
        with self.home.profile_store(profile) as store:
            token = tokens.sign(Outbox(store).make_key(), profile, Answer(action, subject), day, VALID)
        return f"{self.address}/{'u' if action is Action.UNSUBSCRIBE else 'a'}/{profile}/{token}"

    def announced(self, *papers: Paper) -> None:
        """Bring papers into the library."""
        with self.home.library(ENCODER) as library:
            library.save(
                [(NOW.date(), Digest(NOW.date(), "cs.CV", papers))],
                name="test",
                fingerprint="test",
                read_at=NOW,
            )

    def feedback(self, profile: str = "ada") -> list[Feedback]:
        with self.home.profile_store(profile) as store:
            return list(store.feedback())

    def unsubscribed(self, profile: str = "ada") -> set[str]:
        with self.home.profile_store(profile) as store:
            return Outbox(store).unsubscribed()

    def stored(self) -> dict[str, object]:
        """Everything in all files, databases as SQL."""
        content: dict[str, object] = {}
        for path in sorted(self.home.root.rglob("*")):
            if path.suffix == ".db":
                connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
                content[path.name] = list(connection.iterdump())
                connection.close()
            elif path.is_file() and path.suffix not in (".db-wal", ".db-shm"):
                content[path.name] = path.read_bytes()
        return content


@contextmanager
def running(pages: Starlette, port: int = 0) -> Iterator[str]:
    """Serve an application on a port of this machine; gives the address."""
    server = http.server(pages)
    server.main_loop = loop = _Loop(server)  # type: ignore[method-assign]
    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not loop.runs.wait(0.1) and thread.is_alive():
            pass
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            loop.end()
            thread.join()


def ask(method: str, url: str, **arguments: object) -> urllib3.BaseHTTPResponse:
    """One request by a connection of its own, following nothing."""
    with urllib3.PoolManager() as pool:
        return pool.request(method, url, redirect=False, retries=False, timeout=20.0, **arguments)  # type: ignore[arg-type]


def text(answer: urllib3.BaseHTTPResponse) -> str:
    return answer.data.decode("utf-8")
