"""The pages behind a real proxy, with the configurations that docs/serving.md shows."""

import socket
import ssl
from contextlib import ExitStack, closing, suppress

import pytest
import urllib3
from pageserver import Served, text
from proxies import caddy, ground, nginx, running
from support import REPOSITORY, make_paper

from recommender.delivery.mail.links import Action
from recommender.paper import Verdict

PAPER = make_paper(1, "On Fusion")
ADA = "ada@example.org"
DOCUMENT = (REPOSITORY / "docs" / "serving.md").read_text(encoding="utf-8")


class Proxied:
    """The pages by way of a proxy."""

    def __init__(self, served, port, authority, folder):
        self.served, self.port, self.folder = served, port, folder
        self.stop_server = lambda: None
        self.context = ssl.create_default_context()
        authority.configure_trust(self.context)
        self.pool = urllib3.PoolManager(ssl_context=self.context)

    def link(self, *arguments):
        return self.served.link(*arguments).replace(self.served.address, f"https://localhost:{self.port}")

    def ask(self, method, link, **arguments):
        return self.pool.request(method, link, redirect=False, retries=False, timeout=20.0, **arguments)

    def exchange(self, request):
        """What comes back for raw bytes, until the proxy hangs up or has been silent for a second."""
        with (
            closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)) as plain,
            self.context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(request)
            received = b""
            with suppress(OSError):
                while data := connection.recv(65536):
                    received += data
            return received

    def everything_logged(self):
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


pytestmark = pytest.mark.slow  # each test starts a proxy


@pytest.fixture(params=[caddy, nginx], ids=lambda program: program.__name__)
def proxied(request, home, tmp_path, monkeypatch):
    program = request.param
    folder, port, authority, certificate = ground(program, tmp_path, monkeypatch)
    with ExitStack() as stack:
        pages = stack.enter_context(ExitStack())
        served = pages.enter_context(Served.running(home, reading=True))
        served.announced(PAPER)
        command = program(DOCUMENT, folder, port, served.address.removeprefix("http://"), certificate)
        stack.enter_context(running(command, folder, port))
        made = Proxied(served, port, authority, folder)
        made.stop_server = pages.close
        yield made


def test_links_lead_through_the_proxy_and_answers_keep_their_headers(proxied):
    like, stop = proxied.link(Action.LIKE, PAPER.id), proxied.link(Action.UNSUBSCRIBE, ADA)
    page = proxied.ask("GET", like)
    assert page.status == 200
    assert "<button>Like this paper</button>" in text(page)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert proxied.served.feedback() == []
    assert proxied.ask("POST", like).status == 200
    assert [each.verdict for each in proxied.served.feedback()] == [Verdict.LIKE]
    assert proxied.ask("POST", stop, fields={"List-Unsubscribe": "One-Click"}).status == 200
    assert proxied.served.unsubscribed() == {ADA}


@pytest.mark.sample(2)
@pytest.mark.parametrize("path", ["/", "/?token={token}", "/you", "/search?q=x", "/a/../you", "//you", "/%61/../you"])
def test_pages_for_the_machine_itself_are_not_passed_on(proxied, path):
    keys = proxied.served.keys
    cookie = {"Cookie": f"{keys.cookie}={keys.session}"}
    answer = proxied.ask("GET", f"https://localhost:{proxied.port}{path.format(token=keys.token)}", headers=cookie)
    assert answer.status in {400, 403, 404}


def test_they_refuse_a_proxy_that_passes_them_on(proxied):
    request = (
        f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nCookie: {proxied.served.keys.cookie}="
    )
    with socket.create_connection(("127.0.0.1", int(proxied.served.address.rpartition(":")[2])), timeout=20) as direct:
        direct.sendall(f"{request}{proxied.served.keys.session}\r\n\r\n".encode())
        assert direct.recv(65536).startswith(b"HTTP/1.1 403")


def test_a_large_body_is_refused(proxied):
    like = proxied.link(Action.LIKE, PAPER.id)
    with suppress(urllib3.exceptions.ProtocolError):  # a proxy may hang up before it was all sent
        assert proxied.ask("POST", like, body=b"x" * 100_000).status in {413, 502}  # Caddy says 502
    assert proxied.served.feedback() == []


SMUGGLED = b"GET /nowhere HTTP/1.1\r\nX: "  # swallows the head of the next request of the same connection, if it can
LENGTH = str(len(SMUGGLED) + 5).encode()


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: " + LENGTH + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: " + LENGTH + b"\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: " + LENGTH + b"\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 0\r\nContent-Length: " + LENGTH + b"\r\n\r\n0\r\n\r\n",
        b"X: a\nContent-Length: " + LENGTH + b"\r\n\r\n0\r\n\r\n",
    ],
    ids=["both", "space", "coding", "lengths", "LF"],
)
def test_a_request_hidden_in_another_reaches_no_other_client(proxied, framing):
    path = "/" + proxied.link(Action.DISLIKE, PAPER.id).split("/", 3)[3]
    start = b"POST " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
    for _ in range(3):
        proxied.exchange(start + framing + SMUGGLED)
        page = proxied.ask("GET", proxied.link(Action.LIKE, PAPER.id))
        assert page.status == 200
        assert "On Fusion" in text(page)


@pytest.mark.sample(1)
def test_no_log_has_an_address_even_when_the_server_is_gone(proxied):
    like = proxied.link(Action.LIKE, PAPER.id)
    assert proxied.ask("GET", like).status == 200
    for _ in range(80):
        proxied.ask("GET", like)  # above nginx's limit of requests
    proxied.exchange(b"GET /a/ada/secret HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")
    proxied.stop_server()
    assert proxied.ask("GET", like).status in {502, 503}
    logged = proxied.everything_logged()
    assert like.rpartition("/")[2].encode() not in logged
    assert b"secret" not in logged


@pytest.mark.sample(1)
def test_idle_clients_of_the_proxy_keep_nobody_out(proxied):
    with ExitStack() as stack:
        for _ in range(45):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", proxied.port), timeout=5)))
        assert proxied.ask("GET", proxied.link(Action.LIKE, PAPER.id)).status == 200
