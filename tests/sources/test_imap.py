"""An IMAP folder, against a small server with a real certificate: TLS before all else, and nothing is changed."""

from __future__ import annotations

import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import date

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from imapserver import PASSWORD, Box, Server, serving

from recommender.errors import SourceError
from recommender.sources import imap
from recommender.sources.imap import Address, parse_address, read_folder

SINCE = date(2023, 3, 16)
MAIL = b"From: no-reply@arxiv.org\r\nSubject: cs daily Subj-class mailing\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="module")
def certified(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def server(certified: ssl.SSLContext) -> Iterator[Server]:
    with serving(certified) as running:
        running.box.folders["INBOX"] = [(SINCE, MAIL)]
        yield running


def refused(server: Server, context: ssl.SSLContext | None, password: str = PASSWORD, folder: str = "") -> str:
    """The error when the folder cannot be read."""
    with pytest.raises(SourceError) as error:
        read_folder(f"{server.address}/{folder}", password, SINCE, context)
    message = str(error.value)
    assert "\n" not in message
    assert password not in message
    assert error.value.__cause__ is None  # a traceback would show what the library says
    return message.partition(": ")[2]


# Reading


@pytest.mark.parametrize("implicit_tls", [True, False])
@pytest.mark.parametrize("capabilities", ["IMAP4rev1 STARTTLS AUTH=PLAIN", "IMAP4rev1 STARTTLS"])
def test_the_mails_of_a_folder_come_oldest_first(server, trusting, implicit_tls, capabilities):
    server.box = Box(
        {"INBOX": [(SINCE, MAIL + b"%d" % n) for n in range(60)]}, implicit_tls, capabilities, "secret word"
    )
    assert read_folder(server.address, "secret word", SINCE, trusting) == [MAIL + b"%d" % n for n in range(60)]


@pytest.mark.parametrize("wants_id", [True, False])
def test_a_server_with_the_capability_id_learns_who_asks(server, trusting, wants_id):
    server.box.capabilities, server.box.wants_id = "IMAP4rev1 ID AUTH=PLAIN", wants_id
    assert read_folder(server.address, PASSWORD, SINCE, trusting) == [MAIL]
    assert any('ID ("name" "recommender"' in line for line, _ in server.box.received)


@pytest.mark.parametrize("password", [PASSWORD, "{5}", "*", "p" * 300, " "])
def test_any_password_is_sent_as_it_is(server, trusting, password):
    server.box.password = password
    assert read_folder(server.address, password, SINCE, trusting) == [MAIL]


@pytest.mark.parametrize("password", ['a "b" \\', "{5}", "NIL"])
def test_any_ascii_password_is_sent_as_it_is_by_login(server, trusting, password):
    server.box.password, server.box.capabilities = password, "IMAP4rev1"
    assert read_folder(server.address, password, SINCE, trusting) == [MAIL]


def test_only_mails_since_the_day_that_may_be_arxivs_are_fetched(server, trusting):
    forwarded = b"From: ada@example.org\r\nSubject: Fwd: cs daily Subj-class mailing\r\n\r\n"
    lunch = b"From: bob@example.org\r\nSubject: lunch\r\n\r\n"
    server.box.folders["INBOX"] = [(date(2023, 3, 15), MAIL), (SINCE, forwarded), (SINCE, lunch), (SINCE, MAIL)]
    assert read_folder(server.address, PASSWORD, SINCE, trusting) == [forwarded, MAIL]


def test_nothing_new_is_no_error(server, trusting):
    assert read_folder(server.address, PASSWORD, date(2024, 1, 1), trusting) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "INBOX"),
        ("/", "INBOX"),
        ("/Lists/arXiv", "Lists/arXiv"),
        ("/INBOX.My%20arXiv", "INBOX.My arXiv"),
        ("/a%22b%5Cc", 'a"b\\c'),
        ("/B%C3%BCro", "B&APw-ro"),
        ("/台北", "&U,BTFw-"),  # RFC 3501's own example
        ("/R&D", "R&-D"),
    ],
)
def test_a_folder_has_the_name_that_imap_gives_it(server, trusting, path, name):
    server.box.folders = {name: [(SINCE, MAIL)]}
    assert read_folder(server.address + path, PASSWORD, SINCE, trusting) == [MAIL]


def test_a_huge_mail_stays_there_and_the_newest_come_where_there_are_too_many(server, trusting, monkeypatch):
    server.box.folders["INBOX"] = [(SINCE, MAIL + b"%d" % n) for n in range(9)] + [(SINCE, MAIL + b"x" * 1000)]
    monkeypatch.setattr(imap, "MAIL_LIMIT", 500)
    monkeypatch.setattr(imap, "MOST_MAILS", 6)
    assert read_folder(server.address, PASSWORD, SINCE, trusting) == [MAIL + b"%d" % n for n in range(4, 9)]
    monkeypatch.setattr(imap, "MOST_BYTES", 2 * len(MAIL) + 2)
    assert read_folder(server.address, PASSWORD, SINCE, trusting) == [MAIL + b"7", MAIL + b"8"]


@pytest.mark.parametrize("implicit_tls", [True, False])
def test_nothing_but_a_greeting_goes_over_an_open_line(server, trusting, implicit_tls):
    server.box.implicit_tls = implicit_tls
    read_folder(server.address, PASSWORD, SINCE, trusting)
    openly = [line.split(" ")[1] for line, by_tls in server.box.received if not by_tls]
    assert openly == ([] if implicit_tls else ["CAPABILITY", "STARTTLS"])


# Refusals


def test_a_wrong_password_is_reported_in_the_servers_words(server, trusting):
    message = refused(server, trusting, "guess")
    assert message.startswith("user or password refused; the server says: [AUTHENTICATIONFAILED] Who are you?")


@pytest.mark.parametrize("answer", ["NO", "BAD", "OK\r\n* BYE", "\r\ngibberish"])
@pytest.mark.parametrize("password", ["s3cret", 's3cret "word" \\', "s3cret" * 50])
def test_a_password_that_the_server_repeats_is_left_out(server, trusting, answer, password):
    server.box.capabilities, server.box.says["LOGIN"] = "IMAP4rev1", f"{answer} what is {{rest}}"
    assert "s3cret" not in refused(server, trusting, password)


def test_a_login_that_the_server_repeats_as_it_came_is_left_out(server, trusting):
    login = b64encode(f"\0ada@example.org\0{PASSWORD}".encode()).decode()
    server.box.says["AUTHENTICATE"] = f"NO what is {login}"
    assert "what is …;" in refused(server, trusting)


def test_a_folder_that_is_not_there_is_reported_in_the_servers_words(server, trusting):
    message = refused(server, trusting, folder="Lists/Nope")
    assert message.startswith("the folder cannot be opened; the server says: [NONEXISTENT] No such mailbox;")


@pytest.mark.parametrize("command", ["SEARCH", "FETCH"])
@pytest.mark.parametrize("word", ["NO", "BAD"])
def test_what_the_server_will_not_do_is_reported_in_its_words(server, trusting, command, word):
    server.box.says[command] = f"{word} not today"
    assert "not today" in refused(server, trusting)


def test_a_server_that_says_goodbye_is_quoted(server, trusting):
    server.box.says["greeting"] = "* BYE too many connections"
    assert "too many connections" in refused(server, trusting)


@pytest.mark.parametrize("implicit_tls", [True, False])
def test_a_certificate_without_a_known_authority_is_refused(server, implicit_tls):
    server.box.implicit_tls = implicit_tls
    assert refused(server, None).startswith("the server's certificate is not trusted: ")
    assert not [line for line, _ in server.box.received if "AUTHENTICATE" in line]


def test_a_certificate_of_another_host_is_refused(server, trusting):
    with pytest.raises(SourceError, match="not trusted: IP address mismatch"):
        read_folder(server.address.replace("localhost", "127.0.0.1"), PASSWORD, SINCE, trusting)


def test_a_server_without_tls_never_sees_a_password(server, trusting):
    server.box.implicit_tls, server.box.capabilities = False, "IMAP4rev1 AUTH=PLAIN"
    assert "TLS not supported by server" in refused(server, trusting)
    assert [line.split(" ")[1] for line, _ in server.box.received] == ["CAPABILITY", "LOGOUT"]


def test_a_server_that_refuses_tls_never_sees_a_password(server, trusting):
    server.box.implicit_tls, server.box.says["STARTTLS"] = False, "NO not now"
    refused(server, trusting)
    assert [line.split(" ")[1] for line, _ in server.box.received] == ["CAPABILITY", "STARTTLS", "LOGOUT"]


def test_tls_at_a_port_that_has_none_names_the_ports(server, trusting):
    server.box.implicit_tls = False
    address = server.address.replace("imap:", "imaps:")
    with pytest.raises(SourceError, match=r"no TLS here.* imaps has 993 and imap 143"):
        read_folder(address, PASSWORD, SINCE, trusting)


@pytest.mark.parametrize("command", ["CAPABILITY", "AUTHENTICATE", "EXAMINE", "SEARCH", "FETCH"])
def test_a_connection_that_breaks_off_is_reported(server, trusting, command):
    server.box.drops_at = command
    assert re.match(r"the connection broke off|connection reset", refused(server, trusting))


@pytest.mark.slow
@pytest.mark.parametrize("command", ["CAPABILITY", "FETCH"])
def test_a_server_that_does_not_answer_is_left(server, trusting, monkeypatch, command):
    monkeypatch.setattr(imap, "TIMEOUT", 0.3)
    server.box.hangs_at = command
    assert refused(server, trusting) == "no answer within 0.3 seconds"


def test_a_closed_port_and_an_unknown_host_are_reported():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match="connection refused"):
            read_folder(f"imaps://ada@127.0.0.1:{taken.getsockname()[1]}", PASSWORD, SINCE)
    with pytest.raises(SourceError, match="no such host"):
        read_folder("imaps://ada@mail.invalid", PASSWORD, SINCE)


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 LOGINDISABLED", "IMAP4rev1"])
def test_a_password_that_the_server_cannot_take_is_not_sent(server, trusting, capabilities):
    server.box.capabilities = capabilities
    assert "the server takes" in refused(server, trusting)
    assert not [line for line, _ in server.box.received if "LOGIN" in line]


# Addresses


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("imaps://ada@mail.example.org", Address("mail.example.org", 993, "ada", "INBOX", True)),
        ("imap://ada@mail.example.org/", Address("mail.example.org", 143, "ada", "INBOX", False)),
        (
            "imaps://ada%40example.org@mail.example.org:1993/Lists/arXiv",
            Address("mail.example.org", 1993, "ada@example.org", "Lists/arXiv", True),
        ),
        ("imaps://ada@[::1]/a%23b", Address("::1", 993, "ada", "a#b", True)),
        (" IMAPS://ada@Mail.Example.Org ", Address("mail.example.org", 993, "ada", "INBOX", True)),
    ],
)
def test_an_address_has_host_port_user_and_folder(address, parts):
    assert parse_address(address) == parts


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "no IMAP address; expected one like imaps://ada%40example.org@mail.example.org/"),
        ("https://ada@example.org", "no IMAP address"),
        ("imaps:///INBOX", "no IMAP address"),
        ("imaps://ada@example.org:x", "no IMAP address"),
        ("imaps://ada@[::1", "no IMAP address"),
        ("imaps://example.org/INBOX", "no user in the address of example.org"),
        ("imaps://ada:s3cret@example.org", "the address of example.org contains a password"),
        ("imaps://ada:s3cret@example.org:x", "no IMAP address"),
        ("imaps://ada@example.org/a#b", "%3F and %23"),
        ("imaps://ada@example.org/a%0D%0Ab", "a control character"),
    ],
)
def test_another_address_is_refused_with_a_reason(address, reason):
    with pytest.raises(SourceError, match=re.escape(reason)) as error:
        parse_address(address)
    assert "s3cret" not in f"{error.value} {error.value.__cause__}"


@given(st.text() | st.text().map("imaps://".__add__) | st.text().map("imaps://ada@example.org/".__add__))
def test_any_text_is_an_address_or_a_source_error(text):
    try:
        place = parse_address(text)
    except SourceError:
        return
    assert (place.user + place.folder).isprintable()
