"""Mail servers that lie, stall, babble and never end: the outcome is told truly, in time, and in a clean sentence."""

import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from liars import HANG, Forever, Liar, lying
from mailserver import certified, trusting

from recommender.delivery.mail import smtp
from recommender.delivery.mail.receipt import OutcomeUnknown, Receipt, envelope
from recommender.delivery.mail.smtp import Smtp
from recommender.errors import DeliveryError

pytestmark = pytest.mark.slow  # each test waits for a server that stalls

ADA, BEN = "ada@example.org", "ben@example.org"
PASSWORD = "hunter two"
HELLO = (b"220 ready\r\n", b"250 mail.test\r\n")
UP_TO_THE_END = (*HELLO, b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")
PATIENT, SOON = 3.0, 0.1  # seconds for each answer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server() -> Iterator[Liar]:
    with lying() as running:
        yield running


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 2)
    monkeypatch.setattr(smtp, "GOODBYE", 0.1)


def send(server: Liar, *answers: bytes | Forever, timeout: float = PATIENT) -> Receipt:
    """One try against a server that answers so; takes no longer than the answers may, and words its errors well."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = ADA, BEN, "Ten papers"
    message.set_content("Ten papers.\n")
    server.says(*answers)
    started = time.monotonic()
    try:
        return smtp.deliver(envelope(message, [BEN]), Smtp("127.0.0.1", server.port, "none", timeout=timeout), None)
    except DeliveryError as error:
        words = str(error)
        if not words.isprintable() or len(words) > 500:
            raise AssertionError(words) from error
        raise
    finally:
        assert time.monotonic() - started < 6 * timeout + 2


ENDLESS = {
    "one line": Forever(b"250-" + b"x" * 1000),
    "lines": Forever(b"250-more\r\n"),
    "garbage": Forever(bytes(range(1, 256))),
    "drops of a line": Forever(b"2", SOON / 10),
    "drops of lines": Forever(b"250-\r\n", SOON / 10),
    "nothing": HANG,
}


@pytest.mark.sample(8)
@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("step", range(5))
def test_an_answer_without_end_is_a_failure_that_leaves_nothing_sent(server, answer, step):
    with pytest.raises(DeliveryError) as error:
        send(server, *UP_TO_THE_END[:step], answer, timeout=SOON)
    assert not isinstance(error.value, OutcomeUnknown)


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_a_last_answer_without_end_leaves_the_outcome_unknown(server, answer, monkeypatch):
    monkeypatch.setattr(smtp, "PATIENCE", SOON)  # answers before may take longer: on a busy machine they do
    with pytest.raises(OutcomeUnknown):
        send(server, *UP_TO_THE_END, answer, timeout=PATIENT)


@pytest.mark.parametrize("after", [b"", b"250 ok again\r\n", b"\0\xff\x1b[2J", b"451 but no\r\n"])
def test_what_comes_after_the_acceptance_changes_nothing(server, after):
    assert send(server, *UP_TO_THE_END, b"250 2.0.0 queued\r\n", after).reply == "250 2.0.0 queued"


@pytest.mark.parametrize("code", [450, 451, 452, 550, 552, 554])
def test_a_refusal_after_the_mail_is_a_refusal(server, code):
    with pytest.raises(DeliveryError, match=str(code)) as error:
        send(server, *UP_TO_THE_END, b"%d \x1b]0;owned\x07 no\r\n" % code)
    assert not isinstance(error.value, OutcomeUnknown)
    assert error.value.temporary == (code < 500)


@pytest.mark.parametrize("answer", [b"", b"\r\n", b"ok\r\n", b"999 what\r\n", b"-25 x\r\n", b"250-half\r\n"])
def test_a_last_answer_that_says_nothing_leaves_the_outcome_unknown(server, answer):
    with pytest.raises(OutcomeUnknown):
        send(server, *UP_TO_THE_END, answer)


ANSWERS = st.sampled_from([*UP_TO_THE_END, b"250-a\r\n250 b\r\n", b"421 bye\r\n", b"550 no\r\n", b"", b"2\r\n"])
PIECES = ANSWERS | st.binary(max_size=40) | st.binary(max_size=20).map(lambda text: b"250 " + text + b"\r\n")


@given(st.lists(PIECES, max_size=9))
def test_whatever_a_server_says_the_result_is_a_receipt_or_an_error(server, answers):
    """Also where answers come too early, too often, or not at all."""
    try:
        receipt = send(server, *UP_TO_THE_END[: len(answers) % 6], *answers, timeout=SOON)
        assert receipt.accepted == (BEN,)
        assert receipt.reply.startswith("2")
        assert receipt.reply.isprintable()
    except DeliveryError:
        pass


@pytest.mark.sample(6)
@pytest.mark.parametrize(
    "parted", [PASSWORD, "\0".join(PASSWORD), "hun\x1bter\x07 two", b64encode(PASSWORD.encode()).decode()]
)
@pytest.mark.parametrize("step", range(1, 7))
def test_a_server_that_repeats_the_password_makes_no_message_show_it(authority, parted, step):
    context: ssl.SSLContext = certified(authority, "127.0.0.1")
    dialogue = (
        b"220 ready\r\n",
        b"250-mail.test\r\n250 AUTH PLAIN\r\n",
        b"235 welcome\r\n",
        b"250 ok\r\n",
        b"250 ok\r\n",
        b"354 go on\r\n",
    )
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = ADA, BEN
    message.set_content("Ten papers.\n")
    with lying(context) as server:
        server.says(*dialogue[:step], f"550 no {parted} here\r\n".encode())
        way = Smtp("127.0.0.1", server.port, "tls", ADA, PASSWORD, 5)
        with pytest.raises(DeliveryError) as error:
            smtp.deliver(envelope(message, [BEN]), way, trusting(authority))
    assert "550" in str(error.value) or step == 1
    for secret in (PASSWORD, b64encode(PASSWORD.encode()).decode()):
        assert secret not in str(error.value)
