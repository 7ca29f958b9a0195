"""A group for tests: a home with members, whose mails lie in a folder."""

import email
import email.policy
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

import urllib3
from pageserver import ask, running, text
from support import ENCODER, NOW, make_paper

from recommender.api import Recommender
from recommender.api_group import Group
from recommender.paper import Digest, Paper
from recommender.results.group import Account, Invitation
from recommender.services.group.accounts import shown_name
from recommender.store.home import Home
from recommender.web.app import app, group_doors
from recommender.web.group.limits import LinkLimits
from recommender.web.group.pages import pages
from recommender.web.group.postbox import Postbox

PAGE = "https://papers.example.org"
SETTINGS = {
    "name": "Fusion at Example Institute",
    "page": PAGE,
    "from": "Papers <papers@example.org>",
    "meeting": "friday 14:00",
    "timezone": "Europe/Berlin",
    "categories": ["cs.CV"],
}

PAPERS = [make_paper(number, f"Image fusion {number}") for number in range(1, 9)]


class Clock:
    """A clock that is set by hand. It begins on Monday, 2026-03-02."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


class Institute:
    """A home with a group: a new one, or that of a copied home, with its mails in a folder beside it."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], **settings: object) -> None:
        self.home = Home(folder, folder / "starters")
        self.clock = clock
        self.mails = folder.parent / "mails"
        self.page = str(settings.get("page", PAGE))
        by = f"maildir:{self.mails}"
        if self.home.group_settings_file.exists():
            text = self.home.group_settings_file.read_text()
            self.home.group_settings_file.write_text(re.sub(r'by = ".*"', f'by = "{by}"', text))
            return
        with self.door() as door:
            door.create(SETTINGS | {"by": by} | settings)

    @contextmanager
    def door(self) -> Iterator[Group]:
        with Group(home=self.home.root, clock=self.clock) as door:
            yield door

    def invite(self, *names: str) -> list[Account]:
        """Members "ada", "bob", ... with profiles of these names, who have logged in before."""
        accounts = []
        with self.door() as door:
            for name in names:
                door.invite(Invitation(f"{name}@example.org", name.capitalize(), send=False))
                accounts.append(door.enable(f"{name}@example.org"))
        return accounts

    def reader(self, name: str) -> Recommender:
        return Recommender(name, home=self.home.root, clock=self.clock)

    def announce(self, *papers: Paper, day: date | None = None) -> None:
        """Bring papers into the library, announced on a day."""
        of = day or self.clock().date()
        with self.home.library(ENCODER) as library:
            library.save(
                [(of, Digest(of, "cs.CV", papers))], name="test", fingerprint=f"{of}{papers}", read_at=self.clock()
            )

    def mailed(self) -> list[EmailMessage]:
        """All mails so far, the oldest first."""
        folder = self.mails / "new"
        files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns) if folder.is_dir() else []
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def mailed_to(self, name: str) -> list[EmailMessage]:
        return [mail for mail in self.mailed() if mail["To"] == f"{name}@example.org"]

    def link_of(self, name: str) -> str:
        """The token of the newest login link that was mailed to a member."""
        text = self.mailed_to(name)[-1].get_content()
        return re.search(r"/login/(\S+)", text)[1]


def vote_with_all_letters(institute: Institute, paper: Paper) -> list[str]:
    """Members whose names have every letter, mark and number of Unicode, all of whom voted for a paper; the names."""
    letters = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LMN"]
    names = ["".join(letters[start : start + 50]) for start in range(0, len(letters), 50)]
    with institute.door() as door:
        desk = door._desk
        at = desk.now + timedelta(days=4)
        with desk.store.transaction():
            for number, name in enumerate(names):
                account, _ = desk.store.invite(f"m{number}@example.org", shown_name(name), f"m{number}")
                desk.votes.vote(account.number, paper, at, desk.now, 1)
    return [unicodedata.normalize("NFC", name)[:60] for name in names]


class Client:
    """A browser that keeps cookies and runs no script."""

    def __init__(self, address: str, origin: str = PAGE) -> None:
        self.address, self.origin = address, origin
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, fields: Sequence[tuple[str, str]] = (), **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """One request, following nothing; headers have _ for -, and an empty one is left out."""
        own = {"Host": self.origin.partition("//")[2], "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        own["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            own |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
            own["Sec-Fetch-Site"] = "same-origin"
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        own = {name: value for name, value in own.items() if value}
        answer = ask(method, self.address + path, headers=own, body=urlencode(fields) if method == "POST" else None)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        return self.ask("POST", path, list(fields.items()))

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status, text(answer))
        return text(answer)


class GroupServer:
    """The pages of a group on a port of their own."""

    def __init__(self, institute: Institute, address: str, postbox: Postbox) -> None:
        self.institute, self.address, self.postbox = institute, address, postbox

    @classmethod
    @contextmanager
    def running(
        cls,
        folder: Path,
        clock: Callable[[], datetime],
        *,
        limits: LinkLimits | None = None,
        port: int = 0,
        **settings: object,
    ) -> Iterator["GroupServer"]:
        """A new group in a folder, and its server; on a port that is named, for real browsers too."""
        if port:
            settings["page"] = f"http://127.0.0.1:{port}"
        institute = Institute(folder, clock, **settings)

        open_profile, open_group = group_doors(folder, clock)
        postbox = Postbox(open_group)
        group = pages(open_profile, open_group, postbox=postbox, limits=limits)
        with running(app(open_profile, group=group), port) as address:
            yield cls(institute, address, postbox)

    def client(self) -> Client:
        return Client(self.address, self.institute.page)

    def asked(self, client: Client, name: str, back: str = "/") -> str:
        """The path of a link that a client asked for."""
        assert client.post("/login", address=f"{name}@example.org", back=back).status == 200
        self.postbox.wait()
        return f"/login/{self.institute.link_of(name)}"

    def logged_in(self, name: str) -> Client:
        """A browser in which a member has logged in by mail."""
        client = self.client()
        assert client.post(self.asked(client, name)).status == 303
        return client
