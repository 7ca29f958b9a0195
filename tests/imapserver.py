"""A small IMAP server with a real certificate, for one mailbox."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

SINCE = date(2023, 3, 16)
MAIL = b"From: no-reply@arxiv.org\r\nSubject: cs daily Subj-class mailing\r\n\r\nhello\r\n"
PASSWORD = 'pass "word" \\ é'


# A server with as much IMAP (RFC 3501) as reading a folder needs; it can misbehave


@dataclass
class Box:
    """The mails of a server, its behaviour, and the lines it received."""

    folders: dict[str, list[tuple[date, bytes]]] = field(default_factory=dict)
    implicit_tls: bool = True
    capabilities: str = "IMAP4rev1 STARTTLS AUTH=PLAIN"
    password: str = PASSWORD
    drops_at: str = ""  # the command at which the connection breaks off
    hangs_at: str = ""
    says: dict[str, str] = field(default_factory=dict)  # answers to commands in the place of the usual ones
    wants_id: bool = False  # opens no folder before the client has named itself
    received: list[tuple[str, bool]] = field(default_factory=list)  # each line, and whether it came by TLS


class Session(socketserver.StreamRequestHandler):
    server: Server
    disable_nagle_algorithm = True  # short lines would wait

    def handle(self) -> None:
        box = self.server.box
        try:
            self.tls = False
            if box.implicit_tls:
                self.start_tls()
            self.send(box.says.get("greeting", "* OK ready"))
            while line := self.line():
                tag, command, rest = (*line.split(" ", 2), "", "")[:3]
                if command in (box.drops_at, "LOGOUT"):
                    return
                if command == box.hangs_at:
                    self.server.released.wait(20)
                    return
                if command in box.says:
                    self.send(f"{tag} {box.says[command]}".replace("{rest}", rest))
                else:
                    getattr(self, command.lower(), self.unknown)(tag, rest)
        except OSError:
            pass  # the client refused our certificate, or hung up
        finally:
            self.request.close()

    def start_tls(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile, self.tls = self.request.makefile("rb"), self.request.makefile("wb", 0), True

    def line(self) -> str:
        line = self.rfile.readline().decode("utf-8", "replace").strip()
        if line:
            self.server.box.received.append((line, self.tls))
        return line

    def send(self, line: str | bytes) -> None:
        self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def unknown(self, tag: str, _: str) -> None:
        self.send(f"{tag} BAD unknown command")

    def capability(self, tag: str, _: str) -> None:
        self.send(f"* CAPABILITY {self.server.box.capabilities}")
        self.send(f"{tag} OK done")

    def starttls(self, tag: str, _: str) -> None:
        self.send(f"{tag} OK begin")
        self.start_tls()

    def authenticate(self, tag: str, _: str) -> None:
        self.send("+ ")
        _, user, password = b64decode(self.line()).decode().split("\0")
        self.admit(tag, user, password)

    def login(self, tag: str, rest: str) -> None:
        user, password = (re.sub(r"\\(.)", r"\1", each) for each in re.findall(r'"((?:[^"\\]|\\.)*)"', rest))
        self.admit(tag, user, password)

    def admit(self, tag: str, user: str, password: str) -> None:
        is_valid = (user, password) == ("ada@example.org", self.server.box.password)
        self.send(f"{tag} OK welcome" if is_valid else f"{tag} NO [AUTHENTICATIONFAILED] Who are you?")

    def id(self, tag: str, _: str) -> None:
        self.send("* ID NIL")
        self.send(f"{tag} OK welcome" if self.server.box.wants_id else f"{tag} BAD what?")

    def examine(self, tag: str, rest: str) -> None:
        if self.server.box.wants_id and not any(" ID (" in line for line, _ in self.server.box.received):
            self.send(f"{tag} NO EXAMINE Unsafe Login")
            return
        name = re.sub(r"\\(.)", r"\1", rest[1:-1])
        if name not in self.server.box.folders:
            self.send(f"{tag} NO [NONEXISTENT] No such mailbox")
            return
        self.mails = self.server.box.folders[name]
        self.send(f"* {len(self.mails)} EXISTS")
        self.send(f"{tag} OK [READ-ONLY] done")

    def search(self, tag: str, rest: str) -> None:
        since = re.fullmatch(r'SINCE (\S+) (?P<what>OR FROM "arxiv\.org" SUBJECT "daily"|SUBJECT "recommend")', rest)
        assert since
        day = datetime.strptime(since[1], "%d-%b-%Y").date()
        subject = rb"recommend" if "recommend" in since["what"] else rb"daily"
        arxiv = rb"From:.*arxiv\.org|" if subject == b"daily" else b""
        wanted = re.compile(rb"^(?:" + arxiv + rb"Subject:.*" + subject + rb")", re.MULTILINE | re.IGNORECASE)
        numbers = [n for n, (came, mail) in enumerate(self.mails, 1) if came >= day and wanted.search(mail)]
        self.send("* SEARCH " + " ".join(map(str, numbers)) if numbers else "* SEARCH")
        self.send(f"{tag} OK done")

    def fetch(self, tag: str, rest: str) -> None:
        numbers, what = rest.split(" ", 1)
        for number in map(int, reversed(numbers.split(","))):  # any order is allowed
            mail = self.mails[number - 1][1]
            if what == "(RFC822.SIZE)":
                self.send(f"* {number} FETCH (RFC822.SIZE {len(mail)})")
            else:
                assert what == "(BODY.PEEK[])"  # without PEEK it would be marked as read
                self.send(f"* {number} FETCH (FLAGS ())")  # data that was not asked for is allowed, too
                self.send(f"* {number} FETCH (BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")")
        self.send(f"{tag} OK done")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.context = context
        self.box = Box()
        self.released = threading.Event()

    @property
    def address(self) -> str:
        scheme = "imaps" if self.box.implicit_tls else "imap"
        return f"{scheme}://ada%40example.org@localhost:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        self.box.received.append(("a bug in the test's server", False))
        super().handle_error(*_)


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[Server]:
    """A server with an empty inbox."""
    with Server(context) as running:
        running.box.folders["INBOX"] = []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()
    assert ("a bug in the test's server", False) not in running.box.received
