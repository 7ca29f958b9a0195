"""The server under pressure: idle and slow clients, heads that two programs could read differently, and its log."""

import asyncio
import logging
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress

import pytest
from faults import without_proxy
from hypothesis import given
from hypothesis import strategies as st
from pageserver import Served, ask
from support import make_paper, recommend

from recommender.delivery.mail.links import Action
from recommender.web import log, request_head, server

PAPER = make_paper(1, "On Fusion")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    without_proxy(monkeypatch)


@pytest.fixture
def served(home):
    with Served.running(home) as running:
        running.announced(PAPER)
        yield running


def port_of(address):
    return int(address.rpartition(":")[2])


def path_of(link):
    return "/" + link.split("/", 3)[3]


def connected(served):
    return closing(socket.create_connection(("127.0.0.1", port_of(served.address)), timeout=20))


def said(connection):
    """Everything that the server sends until it hangs up."""
    received = b""
    with suppress(ConnectionError):
        while data := connection.recv(65536):
            received += data
    return received


def answer_to(served, request):
    with connected(served) as connection:
        connection.sendall(request)
        return said(connection)


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answer)]


# Framing: https://www.rfc-editor.org/rfc/rfc9112#section-6.3

AMBIGUOUS = {
    "a length beside chunks": b"Host: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks beside a length": b"Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Host: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde",
    "one length twice": b"Host: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
    "a list of lengths": b"Host: x\r\nContent-Length: 5, 5\r\n\r\nabcde",
    "a negative length": b"Host: x\r\nContent-Length: -1\r\n\r\n",
    "a length with a sign": b"Host: x\r\nContent-Length: +5\r\n\r\nabcde",
    "a length without a value": b"Host: x\r\nContent-Length:\r\n\r\n",
    "a huge length": b"Host: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "an unknown coding": b"Host: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding twice": b"Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before a colon": b"Host: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a space before a name": b"Host: x\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"Host: x\r\nX: a\r\n\tb\r\n\r\n",
    "a line that ends with LF": b"Host: x\r\nX: a\nContent-Length: 5\r\n\r\nabcde",
    "a line that ends with CR": b"Host: x\r\nX: a\rContent-Length: 5\r\n\r\nabcde",
    "only LF": b"Host: x\n\n",
    "a NUL": b"Host: x\r\nX: a\0b\r\n\r\n",
    "no name": b"Host: x\r\n: a\r\n\r\n",
    "no colon": b"Host: x\r\nX\r\n\r\n",
    "no host": b"X: a\r\n\r\n",
    "two hosts": b"Host: x\r\nHost: y\r\n\r\n",
    "a host with a path": b"Host: x/y\r\n\r\n",
    "a host with a user": b"Host: a@x\r\n\r\n",
    "an empty host": b"Host:\r\n\r\n",
}


@pytest.mark.sample(8)
@pytest.mark.parametrize("head", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_head_that_two_programs_could_read_differently_is_refused_and_changes_nothing(served, head):
    path = path_of(served.link(Action.LIKE, PAPER.id)).encode()
    answer = answer_to(served, b"POST " + path + b" HTTP/1.1\r\n" + head)
    assert statuses(answer) == [400]
    assert b"nothing was changed" in answer
    assert served.feedback() == []


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "line",
    [
        b"GET http://example.org/a/ada/x HTTP/1.1",
        b"GET a/ada/x HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT example.org:80 HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"GET / HTTP/0.9",
        b"GET /",
        b"GET  / HTTP/1.1",
        b"get / HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"",
        b"\x16\x03\x01\x02",
    ],
)
def test_only_a_path_on_this_server_is_asked_for(served, line):
    assert statuses(answer_to(served, line + b"\r\nHost: x\r\n\r\n")) == [400]


def test_a_second_request_behind_the_first_is_never_read(served):
    path = path_of(served.link(Action.LIKE, PAPER.id)).encode()
    hidden = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    for first in (
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        b"POST /a/ada/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ):
        assert len(statuses(answer_to(served, first + hidden))) == 1
    assert served.feedback() == []


def test_a_proxy_of_http_1_0_is_served_and_no_host_is_believed(served):
    path = path_of(served.link(Action.LIKE, PAPER.id)).encode()
    assert statuses(answer_to(served, b"GET " + path + b" HTTP/1.0\r\n\r\n")) == [200]
    for host in (b"127.0.0.1:8022", b"[::1]:8022", b"evil.example"):
        answer = answer_to(served, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        assert statuses(answer) == [200]
        assert host not in answer


def test_a_head_that_is_too_large_is_refused_before_it_is_whole(served):
    for request, status in (
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ):
        assert statuses(answer_to(served, request)) == [status]


def test_a_large_body_is_refused_whether_its_length_is_told_or_not(served):
    path = path_of(served.link(Action.LIKE, PAPER.id)).encode()
    start = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n"
    told = answer_to(served, start + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
    assert statuses(told) == [413]  # and never asked to go on
    assert statuses(answer_to(served, start + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 200_000)) == [400]
    assert served.feedback() == []


NAMES = st.sampled_from([b"Host", b"Content-Length", b"Transfer-Encoding", b"X"])
VALUES = st.sampled_from([b"x", b"0", b"5", b"chunked", b"5, 5", b"chunked, chunked", b""]) | st.binary(max_size=5)
SEPARATORS = st.sampled_from([b": ", b":", b" :", b":\t"])
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n "])
FIELDS = st.lists(st.tuples(NAMES, SEPARATORS, VALUES, ENDS).map(b"".join), max_size=6).map(b"".join)


@given(FIELDS)
def test_a_head_that_passes_has_one_reading(fields):
    """Whatever a forgiving parser would take for a line, a length, a coding or a host: there is one at most."""
    head = (b"POST / HTTP/1.1\r\n" + fields).removesuffix(b"\r\n")
    if request_head.fault(head) is None:
        assert not request_head.has_forbidden_byte(head)
        lines = re.split(rb"[\r\n]+", head)[1:]
        names = [re.split(rb"\s*:", line, maxsplit=1)[0].strip().lower() for line in lines]
        assert head.count(b"\r\n") == len(lines)
        assert names.count(b"host") == 1
        assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
        assert not any(line[:1].isspace() for line in lines)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_are_refused(data):
    assert request_head.fault(data) in {None, *server.REASONS}
    request_head.has_forbidden_byte(data)


@pytest.mark.sample(11)
@pytest.mark.parametrize("filling", [b" ", b"\t", b"a", b":", b"a:", b"a: \r\n", b"\r\n", b"\r\n ", b"/", b"[", b"a."])
@pytest.mark.parametrize("start", [b"", b"G", b"GET /", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost:"])
def test_no_head_takes_long_to_refuse(start, filling):
    """Else a pattern that tries each place with each other one could be made to keep the server busy."""
    head = (start + filling * request_head.MAX_BYTES)[: request_head.MAX_BYTES]
    began = time.process_time()
    for end in (b"", b"\0", b"x\0", b"\r\nX"):
        request_head.fault(head + end)
        request_head.has_forbidden_byte(head + end)
    assert time.process_time() - began < 0.5


# Time


@pytest.fixture
def hasty(monkeypatch):
    for state in server.State:
        monkeypatch.setitem(server.SECONDS, state, 0.3)


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nHost", b"POST /a/ada/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"]
)
def test_a_client_that_never_ends_its_request_is_hung_up_on(hasty, served, sent):
    with connected(served) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        said(connection)
        assert time.monotonic() - began < 10


def test_drops_that_trickle_in_win_no_time(hasty, served):
    with connected(served) as connection:
        began = time.monotonic()
        with suppress(ConnectionError):
            for _ in range(200):
                connection.sendall(b"G")
                time.sleep(0.05)
        assert time.monotonic() - began < 5


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_clients_that_never_end_their_requests_do_not_delay_the_end_of_the_server(home, number, code):
    process, port, errors = serving(home, 256)
    slow = (b"", b"GET / HTTP/1.1\r\nHost", b"POST /a/ada/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1")
    with ExitStack() as stack, errors:
        for sent in slow:
            connection = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
            connection.sendall(sent)
        assert statuses(asyncio.run(talk(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))) == [404]
        stack.callback(process.kill)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == code
        assert os.pread(errors.fileno(), 1000, 0) == b""  # nobody was waited for, which is logged after five seconds


# Numbers


async def talk(port, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), 60)
    finally:
        writer.close()


async def crowd(port, request, idle, busy, errors):
    """The answers to busy clients, while idle ones hold their connections; half of these have sent part of a head.

    The idle ones come a few at a time, as a server that has much to do drops those that it has no room for. The busy
    ones come once it has logged that it is full.
    """
    silent = []
    try:
        for _ in range(0, idle, 8):
            silent += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(8)))
            await asyncio.sleep(0.02)
        for _, writer in silent[::2]:
            writer.write(b"GET / HTTP/1.1\r\nHost:")
        async with asyncio.timeout(60):
            while b"connections are open, the most allowed" not in os.pread(errors.fileno(), 1_000_000, 0):
                await asyncio.sleep(0.05)
        return await asyncio.gather(*(talk(port, request) for _ in range(busy)))
    finally:
        for _, writer in silent:
            writer.close()


def serving(home, files):
    """`recommend serve` in a process that may open so many files, its port, and the file of what it logs."""
    home.mkdir(parents=True, exist_ok=True)
    errors = (home.parent / "errors.txt").open("w+b")
    process = subprocess.Popen(
        [sys.executable, "-m", "recommender", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )
    ports = (re.search(rb"^Serving .* port (\d+),", line) for line in process.stdout)
    return process, int(next(filter(None, ports))[1]), errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "idle", "busy"), [(256, 300, 30), pytest.param(1024, 2000, 200, marks=pytest.mark.slow)]
)
def test_the_busy_are_served_while_an_idle_crowd_holds_more_connections_than_files_are_allowed(home, files, idle, busy):
    assert recommend("init", "ada", "--no-input", home=home).returncode == 0
    process, port, errors = serving(home, files)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < idle + busy + 100:
        pytest.skip(f"this machine allows {hard} files, which {idle + busy} clients exceed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, idle + busy + 100), hard))
    try:
        answers = asyncio.run(crowd(port, b"GET /a/ada/x HTTP/1.1\r\nHost: x\r\n\r\n", idle, busy, errors))
        assert [statuses(answer) for answer in answers] == [[403]] * busy
        assert process.poll() is None
        lines = os.pread(errors.fileno(), 1_000_000, 0).decode().splitlines()
        assert 1 <= len(lines) <= 5, lines
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        process.kill()
        process.communicate()
        errors.close()


# Names of profiles


@pytest.mark.slow
def test_a_forged_link_costs_the_same_whether_its_profile_exists(served):
    served.link(Action.LIKE, PAPER.id)  # the profile has a key
    forged = {name: f"{served.address}/a/{name}/W10.x" for name in ("ada", "nobody", "example", "ADA")}
    for link in forged.values():
        assert ask("GET", link).status == 403
    least = dict.fromkeys(forged, 1e9)  # work beside it only ever makes a request look slower
    for number in range(400):
        for name, link in forged.items():
            began = time.perf_counter()
            ask("GET", link)
            least[name] = min(least[name], time.perf_counter() - began)
        if number >= 40 and max(least.values()) < 1.5 * min(least.values()):
            return
    pytest.fail(f"one takes longer than another: {least}")


def test_a_forged_link_opens_no_database(served, monkeypatch):
    link = served.link(Action.LIKE, PAPER.id)
    assert ask("GET", f"{served.address}/a/ada/x").status == 403  # learns the key
    monkeypatch.setattr("recommender.store.home.Home.profile_store", lambda *_: pytest.fail("opened"))
    for name in ("ada", "nobody"):
        assert ask("GET", f"{served.address}/a/{name}/x").status == 403
    monkeypatch.undo()
    assert ask("GET", link).status == 200


def test_a_key_that_is_made_or_changed_while_the_server_runs_counts_at_once(served):
    assert ask("GET", f"{served.address}/a/ada/x").status == 403
    link = served.link(Action.LIKE, PAPER.id)
    assert ask("GET", link).status == 200
    served.home.profile_file("ada").unlink()
    assert ask("GET", link).status == 403
    again = served.link(Action.LIKE, PAPER.id)
    assert again != link
    assert (ask("GET", again).status, ask("GET", link).status) == (200, 403)


# The log


def records(*messages, error=None):
    info = (type(error), error, None) if error else None
    return [logging.LogRecord("x", logging.ERROR, "", 0, each, (), info) for each in messages]


def test_a_message_is_logged_once_a_minute_with_the_number_of_those_left_out():
    now = [0.0]
    once = log.OncePerMinute(lambda: now[0])
    passed = []
    for second in range(0, 180, 10):
        now[0] = float(second)
        passed += [record for record in records("full", f"other {second // 60}") if once.filter(record)]
    assert [record.msg for record in passed] == ["full", "other 0", "full", "other 1", "full", "other 2"]
    assert [record.left_out for record in passed if record.msg == "full"] == [0, 5, 5]


@given(st.lists(st.text(), max_size=400))
def test_whatever_differs_a_minute_has_a_hundred_lines_at_most(messages):
    once = log.OncePerMinute(lambda: 0.0)
    assert sum(map(once.filter, records(*messages))) == min(100, len({each.partition("\n")[0] for each in messages}))


def test_a_fault_of_the_machine_takes_one_line_and_a_bug_keeps_its_traceback(capsys):
    shown = log.handler()
    [full] = records("socket.accept() out of system resource\nsocket: <fd=3>", error=OSError(24, "Too many open files"))
    [bug] = records("Exception in ASGI application", error=ZeroDivisionError("division by zero"))
    [controls] = records("\x1b]0;title\x07 \x9b31m red")
    for record in (full, full, bug, controls):
        shown.handle(record)
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("ERROR socket.accept() out of system resource: OSError: [Errno 24] Too many open files")
    assert "ZeroDivisionError: division by zero" in rest[1]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(rest))
    assert "red" in rest[-1]
