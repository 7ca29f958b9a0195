"""IMAP servers that lie, stall, babble and never end: mails or an error, in time, and never much memory."""

import ssl
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from liars import HANG, Forever, Liar, lying

from recommender.errors import SourceError
from recommender.sources import imap

pytestmark = pytest.mark.slow  # each test waits for a server that stalls, or sends megabytes

PASSWORD = "hunter two"
PATIENT, SOON = 3.0, 0.1  # seconds for each answer
MAIL = b"Subject: recommend like\r\n\r\nx\r\n"


def done(untagged: bytes = b"") -> bytes:
    return untagged + b"TAG OK done\r\n"


def mail(number: int, text: bytes = MAIL) -> bytes:
    return b"* %d FETCH (BODY[] {%d}\r\n%s)\r\n" % (number, len(text), text)


DIALOGUE = {
    "greeting": b"* OK ready\r\n",
    "capability": done(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
    "authenticate": b"+ \r\n",
    "password": done(),
    "capability again": done(b"* CAPABILITY IMAP4rev1\r\n"),
    "examine": done(b"* 3 EXISTS\r\n"),
    "search": done(b"* SEARCH 1 2 3\r\n"),
    "sizes": done(b"".join(b"* %d FETCH (RFC822.SIZE %d)\r\n" % (number, len(MAIL)) for number in (1, 2, 3))),
    "mails": done(mail(1) + mail(2) + mail(3)),
    "logout": done(b"* BYE\r\n"),
}
STEPS = list(DIALOGUE)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[Liar]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with lying(context) as running:
        yield running


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "TIMEOUT", PATIENT)
    monkeypatch.setattr(imap, "GOODBYE", 0.1)


def read(server: Liar, context: ssl.SSLContext, *answers: bytes | Forever) -> list[bytes]:
    """The mails of a server that answers so; takes no longer than the answers may, and words its errors well."""
    server.says(*answers)
    address = f"imaps://ada%40example.org@localhost:{server.port}/INBOX"
    started = time.monotonic()
    try:
        return imap.read_folder(address, PASSWORD, date(2026, 3, 2), context, imap.ANSWERS)
    except SourceError as error:
        words = str(error)
        if not words.isprintable() or len(words) > 500 or PASSWORD in words:
            raise AssertionError(words) from error
        raise
    finally:
        assert time.monotonic() - started < 5 * imap.TIMEOUT + 3


def instead(step: str, *answers: bytes | Forever) -> list[bytes | Forever]:
    """The dialogue up to a step, and then something else."""
    return [*(DIALOGUE[name] for name in STEPS[: STEPS.index(step)]), *answers]


def test_an_honest_server_gives_its_mails(server, trusting):
    assert read(server, trusting, *DIALOGUE.values()) == [MAIL] * 3


ENDLESS = {
    "one line": Forever(b"* " + b"x" * 5000),
    "lines": Forever(b"* 1 EXISTS\r\n" * 100),
    "literals": Forever(b"* 1 FETCH (BODY[] {1000}\r\n" + b"x" * 1000 + b")\r\n"),
    "garbage": Forever(bytes(range(1, 256))),
    "drops of a line": Forever(b"*", SOON / 10),
    "drops of lines": Forever(b"* OK wait\r\n", SOON / 10),
    "nothing": HANG,
}


@pytest.mark.sample(13)
@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("step", [step for step in STEPS if step != "logout"])
def test_an_answer_without_end_is_an_error(server, trusting, answer, step, monkeypatch):
    monkeypatch.setattr(imap, "TIMEOUT", SOON)
    with pytest.raises(SourceError):
        read(server, trusting, *instead(step, answer))


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_a_goodbye_without_end_loses_no_mail(server, trusting, answer):
    assert read(server, trusting, *instead("logout", answer)) == [MAIL] * 3


LITERALS = {
    "3 GB": b"* 1 FETCH (BODY[] {3000000000}\r\n",
    "a number of 30 digits": b"* 1 FETCH (BODY[] {" + b"9" * 30 + b"}\r\n",
    "a number of 5,000 digits": b"* 1 FETCH (BODY[] {" + b"9" * 5000 + b"}\r\n",
    "less than nothing": b"* 1 FETCH (BODY[] {-1}\r\n)\r\n",
    "more than it sends": b"* 1 FETCH (BODY[] {5000}\r\nxx\r\n",
}


@pytest.mark.sample(6)
@pytest.mark.parametrize("literal", LITERALS.values(), ids=LITERALS)
@pytest.mark.parametrize("step", ["capability", "examine", "search", "sizes", "mails"])
def test_a_literal_that_lies_is_an_error_and_takes_no_memory(server, trusting, literal, step, monkeypatch):
    monkeypatch.setattr(imap, "TIMEOUT", 0.5)
    tracemalloc.start()
    try:
        with pytest.raises(SourceError):
            read(server, trusting, *instead(step, literal + b"x" * 100_000, HANG))
        assert tracemalloc.get_traced_memory()[1] < 30e6
    finally:
        tracemalloc.stop()


def test_more_than_the_sizes_said_is_an_error(server, trusting):
    with pytest.raises(SourceError, match="does not end"):
        read(server, trusting, *instead("mails", mail(1, bytes(10 * 2**20))))


def test_mails_that_were_not_asked_for_are_left_out(server, trusting):
    forged = mail(7, b"Subject: forged\r\n\r\n")
    assert read(server, trusting, *instead("mails", done(forged + mail(2) + b"* 4 FETCH (FLAGS ())\r\n"))) == [MAIL]


def test_one_mail_that_the_server_cannot_give_does_not_stop_the_others(server, trusting):
    refusal = b"TAG NO this one is damaged\r\n"
    answers = instead("mails", mail(1) + refusal, done(mail(1)), refusal, done(mail(3)), DIALOGUE["logout"])
    assert read(server, trusting, *answers) == [MAIL] * 2


@pytest.mark.sample(4)
@pytest.mark.parametrize("poisoned", [1, 2, 3])
@pytest.mark.parametrize("literal", [literal for name, literal in LITERALS.items() if "more" not in name])
def test_one_mail_that_breaks_the_connection_does_not_stop_the_others(server, trusting, poisoned, literal):
    """Each connection has a dialogue of its own: the batch, then each mail alone, then what is left."""
    before, warnings = instead("mails"), []

    def connections():
        yield [*before, literal]
        yield [*before, *(done(mail(number)) for number in range(1, poisoned)), literal]
        yield [*before, *(done(mail(number)) for number in range(poisoned + 1, 4)), DIALOGUE["logout"]]

    server.says(*connections())
    address = f"imaps://ada%40example.org@localhost:{server.port}/INBOX"
    mails = imap.read_folder(address, PASSWORD, date(2026, 3, 2), trusting, imap.ANSWERS, warnings.append)
    assert mails == [MAIL] * 2
    assert len(warnings) == 1


@pytest.mark.sample(6)
@pytest.mark.parametrize("numbers", [b"9" * 200_000, b"0", b"4294967296", b"1 1 1", b"-1", b"1 x 2"])
@pytest.mark.parametrize("size", [b"9" * 5000, b"-5", b"0", b"x"])
def test_numbers_that_lie_are_an_error_or_no_mail(server, trusting, numbers, size):
    sizes = done(b"".join(b"* %d FETCH (RFC822.SIZE %s)\r\n" % (number, size) for number in (0, 1)))
    with suppress(SourceError):
        assert set(read(server, trusting, *instead("search", done(b"* SEARCH " + numbers + b"\r\n"), sizes))) <= {MAIL}


PIECES = st.sampled_from(
    [
        *DIALOGUE.values(),
        b"* 1 FETCH (BODY[] {3}\r\nabc)\r\n",
        b"* CAPABILITY {3}\r\nabc\r\n",
        b"* BYE\r\n",
        b"TAG NO [ALERT] \xff\r\n",
        b"TAG BAD\r\n",
        b"+ \xff\r\n",
        b"* OK [UIDVALIDITY 1\r\n",
        b"* SEARCH {2}\r\nxx\r\n",
        b"OTHER OK done\r\n",
        b"* 1 FETCH\r\n",
        b"\r\n",
        b"",
    ]
)
ANSWERS = st.lists(PIECES | st.binary(max_size=30) | st.binary(max_size=20).map(lambda text: b"* " + text + b"\r\n"))


@given(st.sampled_from(STEPS), st.lists(ANSWERS.map(b"".join), max_size=5))
def test_whatever_a_server_says_the_result_is_mails_or_an_error(server, trusting, step, answers):
    with suppress(SourceError), pytest.MonkeyPatch.context() as patch:
        patch.setattr(imap, "TIMEOUT", SOON)
        assert all(isinstance(each, bytes) for each in read(server, trusting, *instead(step, *answers)))


@pytest.mark.sample(8)
@pytest.mark.parametrize("parted", [PASSWORD, "\0".join(PASSWORD), "hun\x1bter\x07 two"])
@pytest.mark.parametrize("step", [step for step in STEPS if step not in ("greeting", "logout")])
@pytest.mark.parametrize("kind", ["NO", "BAD"])
def test_a_server_that_repeats_the_password_makes_no_message_show_it(server, trusting, parted, step, kind):
    with suppress(SourceError):  # `read` looks at the words
        read(server, trusting, *instead(step, f"TAG {kind} what is {parted}?\r\n".encode()))
