"""A local mail server with all the faults a real one has: each connection goes by a script, and all is remembered.

The protocol is aiosmtpd's; its Controller is not used, because it leaves open connections behind when it stops.
"""

# aiosmtpd finds its methods by their names:
# ruff: noqa: N802

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROPS = "drops"
HANGS = "hangs"


@dataclass(frozen=True)
class Fault:
    """What goes wrong in one connection."""

    at: str  # "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "end" (of the mail), "QUIT"
    does: str = DROPS  # or HANGS, or what is answered: "451 4.7.1 Greylisted"; 421 hangs up too
    keeps: bool = False  # at "end": the mail is kept all the same


@dataclass(frozen=True)
class Received:
    """A mail that the server has accepted, or kept without a word."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    tls: bool
    user: str  # who was logged in; or ""

    @property
    def message(self) -> EmailMessage:
        """As a mailbox has it, with its line ends."""
        return email.message_from_bytes(self.content.replace(b"\r\n", b"\n"), policy=email.policy.default)


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """For a server of these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """For a client that trusts this authority and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


@dataclass
class MailServer:
    """How a server behaves, and what it has seen."""

    context: ssl.SSLContext | None = None  # with its certificate
    security: Literal["starttls", "tls", "none"] = "none"
    login: tuple[str, str] | None = None  # a user and the password; without it all may send
    mechanisms: tuple[str, ...] = ("LOGIN", "PLAIN")
    tempts: bool = False  # offers logins without TLS
    international: bool = True  # takes addresses with other letters than ASCII
    largest: int = 2**25  # bytes
    script: list[Fault | None] = field(default_factory=list)  # one for each connection; later ones go well
    refused: dict[str, str] = field(default_factory=dict)  # recipient → what is answered

    received: list[Received] = field(default_factory=list)
    connections: int = 0
    in_plain: bytearray = field(default_factory=bytearray)  # every byte that came without TLS
    in_tls: bytearray = field(default_factory=bytearray)  # and every other, decrypted
    bugs: list[Exception] = field(default_factory=list)  # in the server itself
    port: int = 0

    def __post_init__(self) -> None:
        self.open: set[Connection] = set()

    def reset(self, *script: Fault | None) -> None:
        """Delete all received mails, and answer by this script."""
        self.script = list(script)
        self.received.clear()
        self.in_plain.clear()
        self.in_tls.clear()
        self.connections = 0

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        """Serve on a free port of 127.0.0.1."""
        started = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        thread.start()
        assert started.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join(10)
            assert not thread.is_alive()
        assert not self.bugs, self.bugs

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        implicit = self.context if self.security == "tls" else None
        listening = await self._loop.create_server(lambda: Connection(self, self._loop), "127.0.0.1", 0, ssl=implicit)
        self.port = listening.sockets[0].getsockname()[1]
        started.set()
        await self._stopping.wait()
        listening.close()
        for each in tuple(self.open):
            each.hang_up()
        while self.open:
            await asyncio.sleep(0.001)


class Connection(SMTP):
    """One connection, which goes well or has its fault."""

    def __init__(self, server: MailServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self.fault: Fault | None = None
        self.greeted = False
        super().__init__(
            self,
            loop=loop,
            hostname="mail.test",
            ident="ready",
            tls_context=server.context if server.security == "starttls" else None,
            require_starttls=server.security == "starttls",
            auth_require_tls=server.security == "starttls" and not server.tempts,
            auth_exclude_mechanism={"LOGIN", "PLAIN"} - set(server.mechanisms),
            authenticator=self.authenticate,
            data_size_limit=server.largest,
            enable_SMTPUTF8=server.international,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self not in self.server.open:  # with STARTTLS it is made a second time
            self.server.open.add(self)
            self.server.connections += 1
            self.fault = self.server.script.pop(0) if self.server.script else None
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.server.open.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        heard = self.server.in_tls if self.tls else self.server.in_plain
        heard += data
        super().data_received(data)

    @property
    def tls(self) -> bool:
        return self.transport is not None and self.transport.get_extra_info("sslcontext") is not None

    def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def instead(self, at: str) -> str:
        """What is answered instead of the usual; does not come back when it drops or hangs."""
        if not self.fault or self.fault.at != at:
            return ""
        if self.fault.does == DROPS:
            self.hang_up()
        if self.fault.does in (DROPS, HANGS):
            await asyncio.sleep(3600)  # until the connection is lost, which cancels this
        if self.fault.does.startswith("421"):
            self.loop.call_later(0.01, self.hang_up)
        return self.fault.does

    async def push(self, status: Any) -> None:
        if not self.greeted:
            self.greeted = True
            status = await self.instead("greeting") or status
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:
        if instead := await self.instead("EHLO"):
            await self.push(instead)
        else:
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if instead := await self.instead("STARTTLS"):
            await self.push(instead)
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if instead := await self.instead("AUTH"):
            await self.push(instead)
        else:
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if instead := await self.instead("MAIL"):
            await self.push(instead)
        elif self.server.login and not (self.session and self.session.authenticated):
            await self.push("530 5.7.0 Authentication required")
        else:
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if instead := await self.instead("RCPT"):
            await self.push(instead)
        else:
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if instead := await self.instead("DATA"):
            await self.push(instead)
            return
        if self.fault and self.fault.at == "body":
            await self.push("354 go on")
            await self._reader.readline()
            await self.instead("body")
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        await self.instead("QUIT")
        await super().smtp_QUIT(arg)

    async def handle_RCPT(
        self, protocol: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.server.refused:
            return self.server.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, protocol: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.fault or self.fault.at != "end" or self.fault.keeps:
            user = session.auth_data.login.decode() if session.auth_data else ""
            content = envelope.original_content or b""
            self.server.received.append(
                Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, self.tls, user)
            )
        return await self.instead("end") or f"250 2.0.0 Ok: queued as {len(self.server.received)}"

    async def handle_exception(self, error: Exception) -> str:
        if not isinstance(error, OSError) and type(error).__name__ != "TLSSetupException":
            self.server.bugs.append(error)
        return "500 a bug in the test's server"

    def authenticate(
        self, protocol: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        known = self.server.login is not None and tuple(map(bytes.decode, login)) == self.server.login
        return AuthResult(success=known, handled=False, auth_data=login if known else None)
