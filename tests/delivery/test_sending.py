"""Sending a mail, against a real server with real faults: at most once, over TLS, and the truth about what happened."""

import mailbox
import os
import re
import socket
import ssl
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import trustme
from hypothesis import example, given
from hypothesis import strategies as st
from mailserver import DROPS, HANGS, Fault, MailServer, certified, trusting

from recommender.delivery.mail import sendmail, smtp
from recommender.delivery.mail.maildir import Maildir
from recommender.delivery.mail.receipt import OutcomeUnknown, Receipt, StoppedAtTheEnd
from recommender.delivery.mail.sending import Transport, needs_password, send, transport_from
from recommender.delivery.mail.sendmail import Sendmail
from recommender.delivery.mail.smtp import Smtp
from recommender.errors import DeliveryError, ProfileError

ADA, BEN, EVE = "ada@example.org", "ben@example.org", "eve@example.org"
PASSWORD = "s3cret wörd"
GREYLISTED = "451 4.7.1 Greylisted"


def compose(text: str = "Ten papers.\n", sender: str = ADA) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Papers of the day <{sender}>"
    message["To"] = BEN
    message["Subject"] = "Zehn für dich"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(text)
    return message


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    return certified(authority, "127.0.0.1")


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA) -> ssl.SSLContext:
    return trusting(authority)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 1)
    monkeypatch.setattr(smtp, "GOODBYE", 0.1)


@pytest.fixture
def plain() -> Iterator[MailServer]:
    """A server on this machine, which needs neither TLS nor a login."""
    with MailServer().running() as server:
        yield server


@pytest.fixture
def secure(certificate: ssl.SSLContext) -> Iterator[MailServer]:
    """A server as providers have it: STARTTLS, then a login."""
    with MailServer(certificate, "starttls", (ADA, PASSWORD)).running() as server:
        yield server


def to(server: MailServer, timeout: float = 5) -> Smtp:
    """The way to this server, with the login it wants."""
    user, password = server.login or ("", "")
    return Smtp("127.0.0.1", server.port, server.security, user, password, timeout)


class Sending:
    """Sends, remembers the waits and the messages, and checks that no text shows a password."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.context = context
        self.slept: list[float] = []
        self.messages: list[str] = []

    def __call__(self, way: Transport, *recipients: str, message: EmailMessage | None = None) -> Receipt:
        return send(
            message or compose(),
            recipients or (BEN,),
            way,
            context=self.context,
            sleep=self.slept.append,
            tell=self.messages.append,
        )

    def fails(self, way: Transport, *recipients: str, message: EmailMessage | None = None) -> DeliveryError:
        with pytest.raises(DeliveryError) as error:
            self(way, *recipients, message=message)
        for text in (*self.messages, str(error.value), repr(error.value)):
            assert text.isprintable()
            assert len(text) < 600
            assert not any(secret in text for secret in secrets(PASSWORD))
        return error.value


def secrets(password: str) -> tuple[str, str, str]:
    """The forms in which a password is sent."""
    return (
        password,
        b64encode(password.encode()).decode(),
        b64encode(f"\0{ADA}\0{password}".encode()).decode(),
    )


@pytest.fixture
def sending(trusted: ssl.SSLContext) -> Sending:
    return Sending(trusted)


# A mail arrives


def test_a_mail_arrives_once_as_composed_under_tls_from_its_own_sender(secure, sending):
    receipt = sending(to(secure), BEN, EVE)
    assert receipt == Receipt((BEN, EVE), {}, "250 2.0.0 Ok: queued as 1")
    (received,) = secure.received
    assert (received.sender, received.recipients, received.tls, received.user) == (ADA, (BEN, EVE), True, ADA)
    assert received.message["From"] == f"Papers of the day <{ADA}>"
    assert received.message["Subject"] == "Zehn für dich"
    assert received.message.get_content() == "Ten papers.\n"
    assert (secure.connections, sending.slept, sending.messages) == (1, [], [])


def test_a_mail_arrives_by_tls_from_the_first_byte_on(certificate, sending):
    with MailServer(certificate, "tls", (ADA, PASSWORD)).running() as server:
        sending(to(server))
    assert [each.tls for each in server.received] == [True]
    assert not server.in_plain


def test_a_mail_arrives_in_plain_text_on_this_machine(plain, sending):
    sending(to(plain))
    assert len(plain.received) == 1


def test_nobody_else_learns_of_a_blind_copy(plain, sending):
    message = compose()
    message["Bcc"] = EVE
    sending(to(plain), BEN, EVE, message=message)
    assert plain.received[0].recipients == (BEN, EVE)
    assert b"bcc" not in plain.received[0].content.lower()
    assert EVE.encode() not in plain.received[0].content
    assert message["Bcc"] == EVE


def test_a_recipient_named_twice_gets_one_mail(plain, sending):
    assert sending(to(plain), BEN, BEN).accepted == (BEN,)
    assert plain.received[0].recipients == (BEN,)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_server_does_not_learn_this_machines_name(certificate, sending, monkeypatch, security):
    monkeypatch.setattr(socket, "getfqdn", lambda: "adas-laptop.example.org")
    with MailServer(certificate, security).running() as server:
        sending(to(server))
    assert server.in_tls.startswith(b"ehlo [127.0.0.1]\r\n")
    assert b"laptop" not in server.in_tls + server.in_plain


def test_a_mail_without_a_line_end_at_its_end_has_one(plain, sending):
    message = compose()
    message.set_payload("Ten papers.")
    sending(to(plain), message=message)
    assert plain.received[0].content.endswith(b"\r\n\r\nTen papers.\r\n")


@pytest.fixture(scope="module")
def shared() -> Iterator[MailServer]:
    with MailServer().running() as server:
        yield server


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(".\n"), max_size=200))
@example(".")
@example("\n.\n..\n.dot\nFrom here\nQUIT\n")
@example("é\n.\n")
@example("x" * 5000)
def test_any_text_arrives_as_it_is_in_lines_that_every_server_takes(shared, text):
    shared.reset()
    send(compose(text), [BEN], to(shared))
    (received,) = shared.received
    assert received.message.get_content().replace("\r\n", "\n").removesuffix("\n") == text.removesuffix("\n")
    lines = received.content.split(b"\r\n")
    assert all(len(line) <= 998 and line.isascii() and b"\n" not in line and b"\r" not in line for line in lines)


def test_an_address_of_other_letters_than_ascii_arrives(plain, sending):
    sending(to(plain), "bjørn@example.org", message=compose(sender="åda@example.org"))
    (received,) = plain.received
    assert (received.sender, received.recipients) == ("åda@example.org", ("bjørn@example.org",))
    assert "Papers of the day <åda@example.org>" in received.content.decode()


def test_an_address_that_the_server_cannot_write_is_refused_before_anything_is_sent(sending):
    with MailServer(international=False).running() as server:
        error = sending.fails(to(server), "bjørn@example.org")
    assert "ASCII letters in addresses" in str(error)
    assert not error.temporary
    assert b"mail" not in server.in_plain.lower()


@pytest.mark.parametrize(
    "recipient", ["", "a b@example.org", "a@b@c", "<a@b>", "a,b@c", "a@b\r\nRCPT TO:<c@d>", "a\0@b"]
)
def test_what_is_no_address_is_never_sent_to_a_server(plain, sending, recipient):
    assert "no e-mail address" in str(sending.fails(to(plain), recipient))
    assert plain.connections == 0


def test_a_mail_to_nobody_is_refused():
    with pytest.raises(DeliveryError, match="nobody to send"):
        send(compose(), [], Sendmail(("true",)))


# Nothing secret in plain text


def test_a_server_without_starttls_gets_neither_mail_nor_login(sending):
    with MailServer(tempts=True, login=(ADA, PASSWORD)).running() as server:
        error = sending.fails(
            replace(to(MailServer()), port=server.port, security="starttls", user=ADA, password=PASSWORD)
        )
    assert "offers no STARTTLS" in str(error)
    assert not error.temporary
    assert (server.connections, server.received) == (1, [])
    assert server.in_plain.split(b"\r\n")[0].startswith(b"ehlo")
    assert not any(word in server.in_plain.lower() for word in (b"auth", b"mail", b"data"))


def test_only_the_greeting_goes_in_plain_text_before_starttls(secure, sending):
    sending(to(secure))
    assert bytes(secure.in_plain) == b"ehlo [127.0.0.1]\r\nSTARTTLS\r\n"


def test_a_server_that_has_no_tls_just_now_is_asked_again_and_never_in_plain_text(secure, sending):
    secure.reset(Fault("STARTTLS", "454 4.7.0 TLS not available"))
    sending(to(secure))
    assert (secure.connections, len(secure.received)) == (2, 1)
    assert b"AUTH" not in secure.in_plain


def test_a_way_in_plain_text_can_neither_log_in_nor_leave_this_machine():
    with pytest.raises(ValueError, match="plain text"):
        Smtp("127.0.0.1", 25, "none", "ada", "secret")
    with pytest.raises(ValueError, match="plain text"):
        Smtp("mail.example.org", 25, "none")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_authority_is_not_trusted(certificate, security):
    with MailServer(certificate, security, (ADA, PASSWORD)).running() as server:
        error = Sending(trusting(trustme.CA())).fails(to(server))
    assert "certificate is not trusted" in str(error)
    assert "SSL_CERT_FILE" in str(error)
    assert (server.connections <= 1, server.received, b"AUTH" in server.in_plain) == (True, [], False)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_certificate_of_another_host_is_not_trusted(authority, sending, security):
    with MailServer(certified(authority, "mail.example.com"), security, (ADA, PASSWORD)).running() as server:
        error = sending.fails(to(server))
    assert "certificate is not trusted: IP address mismatch" in str(error)
    assert (error.temporary, server.received) == (False, [])


def test_ssl_cert_file_names_an_authority_to_trust(authority, secure, tmp_path, monkeypatch):
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    Sending(None)(to(secure))
    assert len(secure.received) == 1


def test_by_default_only_authorities_of_the_system_are_trusted(secure):
    assert "certificate is not trusted" in str(Sending(None).fails(to(secure)))


def test_smtps_at_a_port_without_tls_says_which_port_is_meant(plain, sending):
    error = sending.fails(replace(to(plain), security="tls"))
    assert "no TLS here" in str(error)
    assert "smtps:// has 465" in str(error)
    assert not error.temporary


def test_smtp_at_a_port_with_tls_ends_without_an_answer(certificate, sending):
    with MailServer(certificate, "tls").running() as server:
        error = sending.fails(Smtp("127.0.0.1", server.port, "starttls", timeout=0.1))
    assert "no answer within 0.1 seconds" in str(error)


# Logging in


@pytest.mark.parametrize("mechanisms", [("PLAIN",), ("LOGIN",), ("LOGIN", "PLAIN")])
def test_a_login_takes_the_mechanism_that_is_offered_and_any_letters(certificate, sending, mechanisms):
    with MailServer(certificate, "starttls", (ADA, PASSWORD), mechanisms).running() as server:
        sending(to(server))
    assert [each.user for each in server.received] == [ADA]


@pytest.mark.parametrize("mechanisms", [("PLAIN",), ("LOGIN",), ("LOGIN", "PLAIN")])
def test_a_wrong_password_is_tried_once(certificate, sending, mechanisms):
    with MailServer(certificate, "starttls", (ADA, "another"), mechanisms).running() as server:
        error = sending.fails(replace(to(server), password=PASSWORD))
    assert "535 5.7.8 Authentication credentials invalid; check RECOMMEND_SMTP_PASSWORD" in str(error)
    assert not error.temporary
    assert (server.connections, server.received) == (1, [])


def test_a_password_is_not_said_to_a_server_that_refuses_to_hear_it(certificate, sending):
    with MailServer(
        certificate, "starttls", (ADA, PASSWORD), ("LOGIN",), script=[Fault("AUTH", "504 No")]
    ).running() as it:
        sending.fails(to(it))
    assert it.in_tls.endswith(b"AUTH LOGIN\r\nquit\r\n")


def test_a_server_without_passwords_is_named(certificate, sending):
    with MailServer(certificate, "starttls", (ADA, PASSWORD), mechanisms=()).running() as server:
        assert "takes no passwords here" in str(sending.fails(to(server)))


@pytest.mark.parametrize("at", ["AUTH", "MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("code", [435, 535])
def test_a_password_that_the_server_repeats_is_not_shown(secure, sending, at, code):
    said = " ".join(secrets(PASSWORD))
    secure.reset(*[Fault(at, f"{code} You said {said}\x1b[2J" + "!" * 1000)] * 3)
    error = sending.fails(to(secure))
    assert f"{code} You said … … … [2J!!!" in str(error)
    assert len(sending.messages) == (2 if code == 435 else 0)


def test_a_password_is_not_part_of_how_a_way_looks():
    way = transport_from("smtps://ada@mail.example.org", PASSWORD)
    assert isinstance(way, Smtp)
    assert way.password == PASSWORD
    assert PASSWORD not in f"{way} {way!r}"


# What may go well later is tried again


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    "fault",
    [Fault(at) for at in ("greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA")]
    + [Fault(at, HANGS) for at in ("greeting", "STARTTLS", "DATA")],
    ids=lambda fault: f"{fault.at} {fault.does}",
)
def test_a_break_before_the_mail_is_sent_is_harmless(secure, sending, fault):
    secure.reset(fault)
    assert sending(to(secure, timeout=0.8 if fault.does == HANGS else 5)).accepted == (BEN,)
    assert (secure.connections, len(secure.received), sending.slept) == (2, 1, [5])
    (message,) = sending.messages
    assert ("no answer within" if fault.does == HANGS else "connection") in message
    assert message.endswith("; trying again in 5 seconds")


@pytest.mark.parametrize("at", ["greeting", "AUTH", "MAIL", "RCPT", "DATA", "end"])
def test_greylisting_is_waited_for(secure, sending, at):
    secure.reset(Fault(at, GREYLISTED), Fault(at, GREYLISTED))
    assert sending(to(secure)).accepted == (BEN,)
    assert (secure.connections, len(secure.received), sending.slept) == (3, 1, [5, 30])
    assert all(GREYLISTED in message for message in sending.messages)


@pytest.mark.parametrize("at", ["greeting", "AUTH", "MAIL", "RCPT", "DATA", "end"])
def test_waiting_has_an_end(secure, sending, at):
    secure.reset(*[Fault(at, GREYLISTED)] * 9)
    error = sending.fails(to(secure))
    assert str(error).endswith("tried 3 times, try again later")
    assert GREYLISTED in str(error)
    assert error.temporary
    assert (secure.connections, secure.received, sending.slept) == (3, [], [5, 30])


@pytest.mark.parametrize("at", ["greeting", "AUTH", "MAIL", "RCPT", "DATA", "end"])
def test_a_refusal_for_good_is_not_tried_again(secure, sending, at):
    secure.reset(Fault(at, "554 5.7.1 Go away"))
    error = sending.fails(to(secure))
    assert "554 5.7.1 Go away" in str(error)
    assert not isinstance(error, OutcomeUnknown)
    assert not error.temporary
    assert (secure.connections, secure.received, sending.slept) == (1, [], [])


def test_a_mail_broken_off_in_its_middle_counts_for_nothing(plain, sending):
    plain.reset(*[Fault("body")] * 3)
    message = compose("x" * 60 + "\n")
    message.add_attachment(bytes(8 * 2**20), maintype="application", subtype="octet-stream")  # no buffer takes that
    error = sending.fails(to(plain), message=message)
    assert not isinstance(error, OutcomeUnknown)
    assert error.temporary
    assert (plain.connections, plain.received) == (3, [])


def test_a_server_that_is_not_there_is_asked_again(sending):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        error = sending.fails(Smtp("127.0.0.1", port, "none"))
    assert f"smtp://127.0.0.1:{port}: nobody listens there; check host and port" in str(error)
    assert error.temporary
    assert sending.slept == [5, 30]


@pytest.mark.parametrize(("number", "temporary"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)])
def test_an_unknown_host_is_named(sending, monkeypatch, number, temporary):
    def unknown(*_: object) -> None:
        raise socket.gaierror(number, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = sending.fails(Smtp("mail.example.org", 587, "starttls"))
    assert "smtp://mail.example.org:587: no such host" in str(error)
    assert error.temporary is temporary


def test_what_is_no_mail_server_is_named(plain, sending):
    plain.reset(Fault("greeting", "SSH-2.0-OpenSSH_9.2"))
    assert "no mail server answers here" in str(sending.fails(to(plain)))


# The dangerous moment


@pytest.mark.sample(4)
@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("does", [DROPS, HANGS, "??? what", "354 go on"])
def test_without_the_last_answer_all_is_unknown_and_nothing_is_sent_again(secure, sending, monkeypatch, does, keeps):
    monkeypatch.setattr(smtp, "PATIENCE", 0.1 if does == HANGS else 1)
    secure.reset(Fault("end", does, keeps))
    error = sending.fails(to(secure))
    assert isinstance(error, OutcomeUnknown)
    assert "unknown whether the mail was accepted" in str(error)
    assert error.temporary
    assert (secure.connections, len(secure.received), sending.slept) == (1, int(keeps), [])


@pytest.mark.slow
def test_the_last_answer_is_waited_for_longer_than_others(plain, sending, monkeypatch):
    monkeypatch.setattr(smtp, "PATIENCE", 2)
    plain.reset(Fault("end", HANGS))
    started = time.monotonic()
    assert "no answer within 0.8 seconds" in str(sending.fails(to(plain, timeout=0.4)))
    assert time.monotonic() - started >= 0.8


@pytest.mark.parametrize("does", [DROPS, HANGS])
def test_a_mail_is_accepted_although_the_goodbye_fails(secure, sending, does):
    secure.reset(Fault("QUIT", does))
    started = time.monotonic()
    assert sending(to(secure)).accepted == (BEN,)
    assert (secure.connections, len(secure.received)) == (1, 1)
    assert time.monotonic() - started < 5  # as long as any other answer is waited for


# Some are refused


def test_a_refused_recipient_is_reported_and_the_others_get_the_mail(plain, sending):
    plain.refused = {BEN: "550 5.1.1 No such user", EVE: GREYLISTED}
    receipt = sending(to(plain), BEN, ADA, EVE)
    assert receipt.accepted == (ADA,)
    assert receipt.refused == {BEN: "550 5.1.1 No such user", EVE: f"{GREYLISTED} (for now)"}
    assert [each.recipients for each in plain.received] == [(ADA,)]
    assert plain.connections == 1


def test_with_all_refused_for_good_nothing_is_sent(plain, sending):
    plain.refused = {BEN: "550 5.1.1 No such user", EVE: "550 5.1.1 No such user"}
    error = sending.fails(to(plain), BEN, EVE)
    assert f"no recipient was accepted; of {BEN} (and 1 more) the server says: 550 5.1.1 No such user" in str(error)
    assert not error.temporary
    assert (plain.connections, plain.received, b"data" in plain.in_plain.lower()) == (1, [], False)


def test_with_all_refused_and_one_of_them_for_now_it_is_tried_again(plain, sending):
    plain.refused = {BEN: "550 5.1.1 No such user", EVE: GREYLISTED}
    assert sending.fails(to(plain), BEN, EVE).temporary
    assert (plain.connections, plain.received) == (3, [])


def test_a_server_that_closes_between_recipients_has_sent_to_none(plain, sending):
    plain.refused = {EVE: "421 4.3.2 Shutting down"}
    assert sending.fails(to(plain), BEN, EVE).temporary
    assert (plain.connections, plain.received) == (3, [])


def test_a_refused_sender_is_named(plain, sending):
    plain.reset(Fault("MAIL", "553 5.7.1 Not yours"))
    assert f"no mail from {ADA}; the server says: 553 5.7.1 Not yours; send from" in str(sending.fails(to(plain)))


def test_a_mail_too_large_is_refused_before_it_is_sent(sending):
    with MailServer(largest=100).running() as server:
        error = sending.fails(to(server))
    assert "552 Error: message size exceeds fixed maximum message size; if the mail is too large" in str(error)
    assert not error.temporary
    assert b"data" not in server.in_plain.lower()


# What holds for any faults

ANSWERS = ["421 4.3.2 Busy", GREYLISTED, "452 4.2.2 Full", "550 5.7.1 No", "552 5.3.4 Too large", "554 5.7.1 Spam"]
EXPECTED_BREAKS = st.builds(Fault, st.sampled_from(["greeting", "EHLO", "MAIL", "RCPT", "DATA", "QUIT"])) | st.builds(
    Fault, st.just("end"), keeps=st.booleans()
)
EXPECTED_ANSWERS = st.builds(
    Fault, st.sampled_from(["greeting", "MAIL", "RCPT", "DATA", "end"]), st.sampled_from(ANSWERS)
)


def outcome(script: list[Fault | None]) -> tuple[str, int, int]:
    """What must come of a script: how it ends, after how many tries, and how many copies the server then has."""
    for tries, fault in enumerate([*script, None, None, None][:3], 1):
        if fault is None or fault.at == "QUIT":
            return "sent", tries, 1
        if fault.at == "end" and fault.does == DROPS:
            return "unknown", tries, int(fault.keeps)
        if fault.does.startswith("5"):
            return "refused", tries, 0
    return "failed", 3, 0


@given(st.lists(st.none() | EXPECTED_BREAKS | EXPECTED_ANSWERS, max_size=4))
def test_whatever_goes_wrong_a_mail_is_sent_at_most_once_and_the_outcome_is_the_truth(shared, script):
    shared.reset(*script)
    slept: list[float] = []
    try:
        receipt = send(compose(), [BEN], to(shared), sleep=slept.append)
        ended = "sent"
        assert receipt.accepted == (BEN,)
        assert not receipt.refused
    except OutcomeUnknown:
        ended = "unknown"
    except DeliveryError as error:
        ended = "failed" if error.temporary else "refused"
    assert (ended, shared.connections, len(shared.received)) == outcome(script)
    assert slept == [5, 30][: shared.connections - 1]


# By a command, or into a folder


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Sendmail]:
    """A command that keeps its arguments and the mail in files, and then does something else."""

    def make(then: str = "", *options: str) -> Sendmail:
        script = tmp_path / "sendmail"
        script.write_text(f'#!/bin/sh\ncd "{tmp_path}"\nprintf "%s\\n" "$@" > arguments\ncat > mail\n{then}\n')
        script.chmod(0o755)
        return Sendmail((str(script), *options))

    return make


def test_a_command_gets_the_addresses_as_arguments_and_the_mail_as_input(command, sending, tmp_path):
    message = compose("Ten papers.\n.\n")
    message["Bcc"] = EVE
    receipt = sending(command(), BEN, "-oQ/tmp@example.org", message=message)
    assert receipt.accepted == (BEN, "-oQ/tmp@example.org")
    arguments = (tmp_path / "arguments").read_text().split("\n")
    assert arguments == ["-i", "-f", ADA, "--", BEN, "-oQ/tmp@example.org", ""]
    mail = (tmp_path / "mail").read_bytes()
    assert mail.endswith(b"\n\nTen papers.\n.\n")
    assert b"\r" not in mail
    assert b"Bcc" not in mail


def test_a_commands_own_options_stay(command, sending, tmp_path):
    sending(command("", "-i", "-a", "work"))
    assert (tmp_path / "arguments").read_text().split() == ["-i", "-a", "work", "-f", ADA, "--", BEN]


def test_a_command_that_fails_is_quoted_and_not_run_again(command, sending):
    error = sending.fails(command("echo 'no  such \x1b[1m account' >&2; exit 78"))
    assert "sendmail: it failed with 78 and said: no such [1m account; try the command by hand" in str(error)
    assert not isinstance(error, OutcomeUnknown)
    assert not sending.slept


def test_a_command_that_prints_a_password_of_our_environment_is_not_quoted_with_it(command, sending, monkeypatch):
    monkeypatch.setenv("RECOMMEND_SMTP_PASSWORD", PASSWORD)
    assert "user … refused" in str(sending.fails(command('echo "user $RECOMMEND_SMTP_PASSWORD refused"; exit 77')))


@pytest.mark.parametrize("then", ["exit 75", "kill -9 $$"])
def test_a_command_that_may_have_queued_the_mail_leaves_all_unknown(command, sending, then):
    assert isinstance(sending.fails(command(then)), OutcomeUnknown)


def test_a_command_that_does_not_end_leaves_all_unknown(command, sending, monkeypatch):
    monkeypatch.setattr(sendmail, "TIMEOUT", 0.2)
    assert isinstance(sending.fails(command("exec sleep 60")), OutcomeUnknown)


def test_a_process_that_a_command_leaves_behind_is_not_waited_for(command, sending, tmp_path):
    sending(command("sleep 60 & echo $! > left"))
    subprocess.run(["kill", (tmp_path / "left").read_text().strip()], check=True)  # it fails if that has ended


def test_ctrl_c_while_a_command_or_a_folder_takes_the_mail_leaves_all_unknown(command, sending, tmp_path, monkeypatch):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", stop)
    monkeypatch.setattr(mailbox.Maildir, "add", stop)
    for way in (command(), Maildir(tmp_path / "Mail")):
        with pytest.raises(StoppedAtTheEnd):
            sending(way)


def test_a_command_that_is_missing_is_named(sending, tmp_path):
    error = sending.fails(Sendmail((str(tmp_path / "nothing"),)))
    assert "nothing: No such file or directory; is it installed, and the path right?" in str(error)


def test_a_maildir_gets_one_new_mail(sending, tmp_path):
    receipt = sending(Maildir(tmp_path / "Mail"), message=compose("é\nFrom here\n"))
    assert receipt.accepted == (BEN,)
    (mail,) = mailbox.Maildir(tmp_path / "Mail", create=False)
    assert mail["Message-ID"] == "<1@example.org>"
    assert mail.get_payload(decode=True).decode() == "é\nFrom here\n"
    (file,) = (tmp_path / "Mail" / "new").iterdir()
    assert b"\r" not in file.read_bytes()
    assert not list((tmp_path / "Mail" / "tmp").iterdir())
    sending(Maildir(tmp_path / "Mail"))
    assert len(list((tmp_path / "Mail" / "new").iterdir())) == 2


def test_a_folder_that_is_no_maildir_stays_as_it_is(sending, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "thesis.tex").write_text("x")
    assert "notes: no tmp, new and cur in it; name a maildir" in str(sending.fails(Maildir(tmp_path / "notes")))
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["thesis.tex"]


def test_mails_of_many_senders_to_a_new_maildir_all_arrive(sending, tmp_path):
    (tmp_path / "Mail").mkdir()  # empty, as somebody makes it
    umask = os.umask(0o022)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda _: sending(Maildir(tmp_path / "Mail")), range(24)))
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(umask)
    assert len(list((tmp_path / "Mail" / "new").iterdir())) == 24


def test_a_maildir_that_cannot_be_written_is_named(sending, tmp_path):
    (tmp_path / "file").write_text("")
    assert "Mail: " in str(sending.fails(Maildir(tmp_path / "file" / "Mail")))
    assert "Mail: No such file or directory" in str(sending.fails(Maildir(tmp_path / "missing" / "Mail")))


# The address


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("smtp://ada%40example.org@mail.example.org:587", Smtp("mail.example.org", 587, "starttls", ADA, "pw")),
        ("smtp://ada@example.org@Mail.Example.Org/", Smtp("mail.example.org", 587, "starttls", ADA, "pw")),
        ("smtps://ada%40example.org@mail.example.org", Smtp("mail.example.org", 465, "tls", ADA, "pw")),
        (" SMTPS://mail.example.org:4650 ", Smtp("mail.example.org", 4650, "tls")),
        ("smtp://mail.example.org", Smtp("mail.example.org", 587, "starttls")),
        ("smtp://localhost", Smtp("localhost", 25, "none")),
        ("smtp://127.0.0.1:1025", Smtp("127.0.0.1", 1025, "none")),
        ("smtp://[::1]:1025", Smtp("::1", 1025, "none")),
        ("smtp://ada@localhost", Smtp("localhost", 587, "starttls", "ada", "pw")),
        ("smtps://ada@127.0.0.1", Smtp("127.0.0.1", 465, "tls", "ada", "pw")),
        ("sendmail:/usr/sbin/sendmail -i", Sendmail(("/usr/sbin/sendmail", "-i"))),
        ("sendmail:'/opt/my mail' -a work", Sendmail(("/opt/my mail", "-a", "work"))),
        ("maildir:/home/ada/My Mail", Maildir(Path("/home/ada/My Mail"))),
        ("maildir:~/Mail", Maildir(Path.home() / "Mail")),
    ],
)
def test_an_address_says_how_mail_is_sent(address, way):
    assert transport_from(address, "pw") == way
    assert needs_password(address) is (isinstance(way, Smtp) and bool(way.user))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "no such way to send mail; expected one like smtp://ada%40example.org@mail.example.org:587, smtps://"),
        ("ada@example.org", "no such way"),
        ("https://mail.example.org", "no such way"),
        ("smtp://mail.example.org\n", ""),
        ("smtp://mail.exa\nmple.org", "no such way"),
        ("smtp:mail.example.org", "no mail server's address"),
        ("smtp://", "no mail server's address"),
        ("smtp://ada@", "no mail server's address"),
        ("smtp://.example.org", "no mail server's address"),
        ("smtp://ma il.example.org", "no mail server's address"),
        ("smtp://" + "a" * 64 + ".org", "no mail server's address"),
        ("smtp://mail.example.org:x", "no mail server's address"),
        ("smtp://mail.example.org:99999", "no mail server's address"),
        ("smtp://mail.example.org/inbox", "no mail server's address"),
        ("smtp://mail.example.org?tls=no", "no mail server's address"),
        ("smtp://[::1", "no mail server's address"),
        ("smtp://ada:s3cret@mail.example.org", "the mail server's address contains a password"),
        ("smtp://ada:s3/cret@mail.example.org", "no mail server's address"),
        ("smtp://ada:12/s3cret@mail.example.org", "no mail server's address"),
        ("smtp://ada:s3#cret@mail.example.org", "no mail server's address"),
        ("smtp://a%0Ada@mail.example.org", "the address of mail.example.org contains a control character"),
        ("sendmail:", "sendmail: must be followed by a command"),
        ("sendmail:'/usr", "sendmail: must be followed by a command"),
        ("maildir:", "maildir: must be followed by a folder's full path"),
        ("maildir:Mail", "maildir: must be followed by a folder's full path"),
        ("maildir:~nobody-of-that-name/Mail", "maildir: must be followed by a folder's full path"),
    ],
)
def test_another_address_is_refused_with_the_right_form(address, reason):
    if not reason:
        assert transport_from(address, "") == transport_from(address.strip(), "")
        return
    with pytest.raises(ProfileError, match=re.escape(reason)) as error:
        transport_from(address, "pw")
    assert "cret" not in f"{error.value} {error.value.__cause__}"


def test_the_error_of_a_missing_password_says_where_to_put_it():
    with pytest.raises(ProfileError, match="no password for ada; set RECOMMEND_SMTP_PASSWORD"):
        transport_from("smtp://ada@mail.example.org", "")


@given(
    st.text()
    | st.text().map("smtp://".__add__)
    | st.text().map("smtps://ada@mail.example.org".__add__)
    | st.text().map("sendmail:".__add__)
    | st.text().map("maildir:".__add__)
)
def test_any_text_is_a_way_or_a_profile_error(text):
    try:
        way = transport_from(text, "pw")
    except ProfileError:
        return
    assert str(way).isprintable()
    assert needs_password(text) is (isinstance(way, Smtp) and bool(way.user))
