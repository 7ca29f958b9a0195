"""The HTTP client: politeness over all processes, and the errors a reader sees when a site misbehaves."""

import gzip
import inspect
import socket
import subprocess
import sys
import textwrap
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from faults import Clock, Reply, Server, closed_port, packed, redirect, without_proxy
from hypothesis import given
from hypothesis import strategies as st
from support import IN_MEMORY, NOW, REPOSITORY

from recommender.errors import SourceError
from recommender.sources.client import Answer, Cache, Web
from recommender.sources.transport import retry_after
from recommender.sources.urls import redirected
from recommender.store.http_cache import HttpCache

PACE = timedelta(seconds=3)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[HttpCache]:
    with HttpCache(tmp_path / "web.db") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def web(cache: HttpCache, clock: Clock, lines: list[str]) -> Web:
    return Web(cache, "", clock, clock.sleep, lines.append, timeout=2.0)


def host(server: Server) -> str:
    return server.url.removeprefix("http://")


def refused(web: Web, url: str, **how: object) -> str:
    """The one line that a reader sees."""
    with pytest.raises(SourceError) as error:
        web.get(url, **how)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    return str(error.value)


# What comes back


def test_an_answer_has_its_body_and_its_tags(server, web):
    url = server.script("/atom/cs.CV", Reply(body=b"<feed/>", headers={"ETag": '"1"', "Last-Modified": "Mon"}))
    assert web.get(url) == Answer(url, 200, b"<feed/>", False, '"1"', "Mon")


def test_a_packed_body_is_unpacked(server, web):
    assert web.get(server.script("/", packed(b"x" * 300_000))).body == b"x" * 300_000


def test_a_status_the_caller_can_read_is_an_answer(server, web):
    url = server.script("/", Reply(400, b"malformed"))
    assert web.get(url, accept=(400,)).body == b"malformed"
    assert "400 Bad Request" in refused(web, url)


def test_a_site_learns_the_program_and_the_contact_only_if_there_is_one(server, web, cache, clock, lines):
    url = server.script("/", Reply())
    web.get(url)
    Web(cache, "ada@example.org\r\nX-Evil: 1", clock, clock.sleep, lines.append).get(url)
    first, second = (asked.headers["user-agent"] for asked in server.asked)
    assert first.startswith("recommender/")
    assert "mailto" not in first
    assert second == f"{first} (mailto:ada@example.orgX-Evil:1)"


# Unchanged pages


def test_a_kept_page_is_not_sent_again_while_it_is_unchanged(server, web):
    url = server.script("/", Reply(body=b"today", headers={"ETag": '"1"'}))
    web.keep(web.get(url))
    answer = web.get(url)
    assert (answer.body, answer.unchanged) == (b"today", True)
    assert server.asked[-1].headers["if-none-match"] == '"1"'


def test_a_page_is_asked_for_by_its_day_where_it_has_no_etag(server, web):
    day = "Mon, 02 Mar 2026 05:00:00 GMT"
    url = server.script("/", Reply(body=b"today", headers={"Last-Modified": day}), Reply(304))
    web.keep(web.get(url))
    assert web.get(url).body == b"today"
    assert server.asked[-1].headers["if-modified-since"] == day


def test_a_changed_page_replaces_the_kept_one(server, web):
    url = server.script("/", Reply(body=b"old", headers={"ETag": '"1"'}), Reply(body=b"new", headers={"ETag": '"2"'}))
    web.keep(web.get(url))
    answer = web.get(url)
    assert (answer.body, answer.unchanged) == (b"new", False)
    web.keep(answer)
    assert web.get(url) == Answer(url, 200, b"new", True, '"2"', "")


def test_what_was_not_kept_is_asked_for_whole(server, web):
    url = server.script("/", Reply(body=b"damaged", headers={"ETag": '"1"'}))
    web.get(url)
    assert not web.get(url).unchanged


def test_a_fresh_answer_is_whole_whatever_was_kept(server, web):
    url = server.script("/", Reply(body=b"today", headers={"ETag": '"1"'}))
    web.keep(web.get(url))
    assert not web.get(url, fresh=True).unchanged


def test_unchanged_is_no_answer_without_a_kept_page(server, web):
    assert "304 Not Modified" in refused(web, server.script("/", Reply(304)))


# One request every three seconds


def test_a_site_is_asked_every_three_seconds(server, web, clock):
    url = server.script("/", Reply())
    for _ in range(3):
        web.get(url)
    assert clock.slept == [3.0, 3.0]


def test_all_hosts_of_arxiv_share_one_turn_and_others_have_their_own(cache, clock):
    def never(_: float) -> None:
        raise KeyboardInterrupt

    cache.reserve("arxiv.org", clock, PACE)
    for url in ("https://rss.arxiv.org/", "https://oaipmh.arxiv.org/oai", "http://arxiv.org:8080/"):
        with pytest.raises(KeyboardInterrupt):  # which a wait lets through, as it is
            Web(cache, "", clock, never, print).get(url)
    assert "cannot be reached" in refused(Web(cache, "", clock, never, print), "http://127.0.0.1:9/")


@pytest.mark.slow
def test_two_processes_ask_a_site_three_seconds_apart(server, tmp_path):
    url = server.script("/", Reply(body=b"x"))
    program = textwrap.dedent(
        """
        import sys, time
        from datetime import UTC, datetime
        from pathlib import Path
        from recommender.sources.client import Web
        from recommender.store.http_cache import HttpCache

        with HttpCache(Path(sys.argv[1])) as cache:
            web = Web(cache, "", lambda: datetime.now(UTC), time.sleep, print)
            for _ in range(2):
                assert web.get(sys.argv[2]).body == b"x"
        """
    )
    begun = time.monotonic()
    both = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "web.db"), url], cwd=REPOSITORY)
        for _ in range(2)
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    times = sorted(asked.at - begun for asked in server.asked)
    assert len(times) == 4
    # None comes before its turn; on a busy machine one may come late, and so nearer to the next.
    assert all(at >= 3 * turn for turn, at in enumerate(times)), times


def test_a_turn_is_given_to_one_of_many_at_once(tmp_path):
    def ask(_: int) -> timedelta:
        with HttpCache(tmp_path / "web.db") as cache:
            return cache.reserve("arxiv.org", Clock(), PACE)

    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(ask, range(8)))
    assert sorted(waits) == [timedelta(0)] + [PACE] * 7


def test_a_clock_that_was_set_back_leaves_no_wait_for_the_old_time(cache, clock):
    cache.reserve("arxiv.org", clock, PACE)
    clock.now -= timedelta(hours=1)
    assert not cache.reserve("arxiv.org", clock, PACE)


# A site that asks to wait


def test_a_site_that_asks_for_seconds_gets_them(server, web, clock, lines):
    url = server.script("/", Reply(429, headers={"Retry-After": "20"}), Reply(body=b"x"))
    assert web.get(url).body == b"x"
    assert clock.slept == [20.0]
    assert lines == [f"{host(server)}: 429 Too Many Requests; asking again in 20 s"]


def test_a_site_that_asks_for_a_time_gets_it(server, web, clock):
    until = format_datetime(NOW + timedelta(seconds=30), usegmt=True)
    assert web.get(server.script("/", Reply(503, headers={"Retry-After": until}), Reply(body=b"x"))).body == b"x"
    assert clock.slept == [30.0]


def test_what_takes_too_long_is_not_waited_for_and_the_next_run_does_not_ask(server, web, cache, clock, lines):
    url = server.script("/", Reply(429, headers={"Retry-After": "600"}), Reply(body=b"x"))
    until = f"{(NOW + timedelta(seconds=600)).astimezone():%H:%M}"
    assert refused(web, url) == (
        f"{host(server)} asks to wait until {until} (429 Too Many Requests); papers read so far are still here"
    )
    clock.now += timedelta(seconds=500)
    next_run = Web(cache, "", clock, clock.sleep, lines.append, patience=timedelta(seconds=10))
    assert refused(next_run, url) == f"{host(server)} asked to wait until {until}; papers read so far are still here"
    assert (len(server.asked), clock.slept) == (1, [])
    clock.now += timedelta(seconds=95)
    assert next_run.get(url).body == b"x"
    assert clock.slept == [5.0]


def test_a_rest_of_tomorrow_is_reported_with_its_day(server, web, clock):
    url = server.script("/", Reply(503, headers={"Retry-After": "86400"}))
    assert f"until {(NOW + timedelta(days=1)).astimezone():%Y-%m-%d %H:%M}" in refused(web, url)


def test_a_rest_noted_before_the_clock_was_set_back_counts_no_more(server, web, cache, clock):
    url = server.script("/", Reply())
    cache.back_off(host(server), NOW + timedelta(days=400))
    assert web.get(url).status == 200


@given(st.integers(0, 10**30))
def test_seconds_are_taken_up_to_a_day(seconds):
    assert retry_after(f" {seconds}", NOW) == timedelta(seconds=min(seconds, 86400))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)))
def test_a_date_is_taken_up_to_a_day_and_a_past_one_is_now(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    expected = min(max(moment - NOW, timedelta(0)), timedelta(days=1))
    assert retry_after(format_datetime(moment, usegmt=True), NOW) == expected


@given(st.text() | st.text("0123456789-+., :GMTJanMon", max_size=40))
def test_any_other_text_asks_for_nothing_or_for_a_day_at_most(text):
    wait = retry_after(text, NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


# Failures that pass


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Reply(429), "429 Too Many Requests"),
        (Reply(500), "500 Internal Server Error"),
        (Reply(502), "502 Bad Gateway"),
        (Reply(503, headers={"Retry-After": "soon"}), "503 Service Unavailable"),
        (Reply(504), "504 Gateway Timeout"),
        (Reply(dropped=True), "the connection broke"),
        (Reply(body=b"half", promised=10), "the connection broke"),
        (Reply(body=gzip.compress(b"whole")[:-9], headers={"Content-Encoding": "gzip"}), "the answer is cut off"),
        (Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "the answer is damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_pass_is_tried_three_times_more(server, web, clock, lines, fault, why):
    url = server.script("/", fault, fault, fault, Reply(body=b"x"))
    assert web.get(url).body == b"x"
    assert clock.slept == [5.0, 10.0, 20.0]
    assert lines[0] == f"{host(server)}: {why}; asking again in 5 s"

    server.script("/", fault)
    assert refused(web, url) == (
        f"{host(server)}: {why}, 4 times in a row; try again later, papers read so far are still here"
    )
    assert len(server.asked) == 8


def test_no_single_wait_is_longer_than_the_patience(server, cache, clock, lines):
    url = server.script("/", Reply(503))
    assert "4 times in a row" in refused(Web(cache, "", clock, clock.sleep, lines.append, patience=PACE * 2), url)
    assert clock.slept == [5.0, 6.0, 6.0]


def test_a_silent_site_is_given_up(server, cache, clock, lines):
    url = server.script("/", Reply(delay=5))
    web = Web(cache, "", clock, clock.sleep, lines.append, timeout=0.1)
    assert "no answer in time, 4 times in a row" in refused(web, url)


def test_a_site_that_sends_too_slowly_is_given_up(server, cache, clock, lines):
    url = server.script("/", Reply(body=b"x", endless=True))
    moments = (NOW + timedelta(minutes=count) for count in range(1000))  # a minute passes at every look
    web = Web(cache, "", lambda: next(moments), clock.sleep, lines.append, timeout=1.0)
    assert "the answer takes too long, 4 times in a row" in refused(web, url)


# Failures that stay


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "has no /atom/cs.XX (404 Not Found)"),
        (403, "refuses to answer (403 Forbidden); it may have been asked too often, try again tomorrow"),
        (204, "answers 204 No Content; try again later, papers read so far are still here"),
        (599, "answers 599; try again later, papers read so far are still here"),
    ],
)
def test_a_plain_no_is_reported_at_once(server, web, status, message):
    assert refused(web, server.script("/atom/cs.XX", Reply(status))) == f"{host(server)} {message}"
    assert len(server.asked) == 1


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name can be resolved, as on a computer that is offline."""
    getaddrinfo = socket.getaddrinfo

    def numbers_only(name: str, *rest: object) -> object:
        return getaddrinfo(name, *rest[:1], flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)


def test_without_a_network_the_reader_is_reported_at_once(web, clock, no_names):
    assert refused(web, "https://rss.arxiv.org/") == (
        "no network: rss.arxiv.org cannot be reached; papers read so far are still here"
    )
    assert clock.slept == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "127.1", "[::1]", "zotero.localhost"])
def test_a_program_of_this_machine_that_does_not_answer_is_no_missing_network(web, clock, host):
    message = refused(web, f"http://{host}:{closed_port()}/")
    assert message.endswith("no program of this machine answers there; start the one that should")
    assert "network" not in message
    assert clock.slept == []


@pytest.mark.parametrize(
    "fault",
    [
        Reply(body=b"x" * 70_000, endless=True),
        packed(b"\0" * 50 * 2**20),
        # a gzip header, and empty blocks without end
        Reply(
            body=gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 300_000,
            headers={"Content-Encoding": "gzip"},
            promised=2**40,
        ),
    ],
    ids=["endless", "gzip bomb", "gzip without content"],
)
def test_more_than_the_limit_is_never_read(server, web, fault):
    url = server.script("/atom/cs.CV", fault)
    assert refused(web, url, limit=2**20) == f"{host(server)} sends more than 1 MB for /atom/cs.CV; not read"
    assert len(server.asked) == 1


def test_a_body_of_just_the_limit_is_read(server, web):
    assert len(web.get(server.script("/", packed(b"x" * 1000)), limit=1000).body) == 1000


def test_an_unknown_packing_is_not_guessed(server, web):
    url = server.script("/", Reply(body=b"x", headers={"Content-Encoding": "br"}))
    assert refused(web, url) == f"{host(server)} sends a packing that was not asked for (br)"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://arxiv.org/", "http://", "http://[", "http://a:b/", "x"])
def test_only_web_addresses_are_asked(web, url):
    assert "is no web address" in refused(web, url)


def test_what_a_site_says_of_itself_reaches_no_terminal(server, web):
    url = server.script("/", Reply(body=b"x", headers={"Content-Encoding": "\x1b[31m"}))
    assert "\x1b" not in refused(web, url)


# Redirects


def test_a_redirect_within_the_site_is_followed_at_the_usual_pace(server, web, clock):
    server.script("/new", Reply(body=b"x", headers={"ETag": '"1"'}))
    url = server.script("/old", redirect("/new#part", 301))
    assert web.get(url) == Answer(url, 200, b"x", False, '"1"', "")
    assert (server.paths, clock.slept) == (["/old", "/new"], [3.0])


def test_a_redirect_without_end_is_left(server, web):
    assert "redirects more than 5 times" in refused(web, server.script("/", redirect("/")))
    assert len(server.asked) == 6


def test_a_redirect_to_another_site_by_plain_http_is_not_followed(server, web):
    with Server().running() as other:
        url = server.script("/", redirect(other.script("/", Reply(body=b"x"))))
        assert "redirects to an address that is not safe to follow" in refused(web, url)
    assert other.asked == []


addresses = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["arxiv.org", "rss.arxiv.org", "notarxiv.org", "arxiv.org.example", "127.0.0.1"]),
    st.sampled_from(["", ":8080"]),
    st.sampled_from(["", "a?b=c"]),
)


@given(addresses, addresses)
def test_a_redirect_leads_to_public_https_or_stays_within_a_host(old, new):
    def host_of(url: str) -> str:
        return url.split("/")[2].split(":")[0]

    def site(url: str) -> str:
        name = url.split("/")[2]
        return "arxiv.org" if name.split(":")[0] in {"arxiv.org", "rss.arxiv.org"} else name

    to_public = host_of(new) != "127.0.0.1" or host_of(old) == host_of(new)
    if to_public and (new.startswith("https:") or (old.startswith("http:") and site(old) == site(new))):
        assert redirected(old, new) == new
    else:
        with pytest.raises(SourceError, match="not safe to follow"):
            redirected(old, new)


@given(st.text() | st.sampled_from(["", "file:///etc/passwd", "javascript:1", "//[", "https://", "data:,x", "\x1b[1m"]))
def test_any_redirect_leads_to_the_web_or_nowhere(location):
    try:
        message = redirected("https://rss.arxiv.org/", location).partition("https://")[0]
    except SourceError as error:
        message = str(error)
    assert message == "" or (message.isprintable() and "not safe to follow" in message)


# On the way


def test_a_proxy_of_the_environment_is_asked_instead(server, web, monkeypatch, no_names):
    server.script("http://papers.invalid/x", Reply(body=b"by proxy"))
    monkeypatch.setenv("HTTP_PROXY", f"http://ada:pass%20word@{host(server)}")
    assert web.get("http://papers.invalid/x").body == b"by proxy"
    assert server.asked[-1].headers["proxy-authorization"] == f"Basic {b64encode(b'ada:pass word').decode()}"
    monkeypatch.setenv("NO_PROXY", "papers.invalid")
    assert "no network" in refused(web, "http://papers.invalid/x")


def test_a_proxy_that_is_not_there_is_reported(web, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert "no network: the proxy on the way to papers.invalid" in refused(web, "http://papers.invalid/")
    monkeypatch.setenv("HTTP_PROXY", "carrier-pigeon://127.0.0.1")
    assert "HTTP_PROXY names cannot be used" in refused(web, "http://papers.invalid/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate with its key."""
    key, signed, both = (tmp_path / name for name in ("key.pem", "signed.pem", "both.pem"))
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1 -addext"
    made = subprocess.run(
        [*command.split(), "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", signed],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"openssl makes no certificate here: {made.stderr[-200:]}")
    both.write_bytes(key.read_bytes() + signed.read_bytes())
    return both


def test_a_certificate_without_a_known_authority_is_refused(web, certificate):
    with Server().running(certificate) as site:
        message = refused(web, site.script("/", Reply(body=b"x")))
        assert "no secure connection (certificate verify failed: self-signed certificate)" in message
        assert "SSL_CERT_FILE" in message
        assert site.asked == []


def test_a_certificate_of_an_authority_the_reader_names_is_accepted(web, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Server().running(certificate) as site:
        assert web.get(site.script("/", Reply(body=b"x"))).body == b"x"


# What is remembered


moments = st.datetimes(timezones=st.just(UTC))
tags = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.binary(), tags, tags, moments)
def test_a_kept_page_comes_back_as_it_was(body, etag, last_modified, moment):
    with HttpCache(IN_MEMORY) as cache:
        cache.keep("https://arxiv.org/", body=body, etag=etag, last_modified=last_modified, fetched_at=moment)
        page = cache.page("https://arxiv.org/")
        assert page is not None
        assert (page.body, page.etag, page.last_modified, page.fetched_at) == (body, etag, last_modified, moment)


def test_the_oldest_of_many_pages_go_and_a_very_large_one_is_not_kept(cache):
    for number in range(203):
        cache.keep(f"/{number}", body=b"x", etag="", last_modified="", fetched_at=NOW + timedelta(seconds=number))
    assert [number for number in range(203) if cache.page(f"/{number}") is None] == [0, 1, 2]
    cache.keep("/large", body=bytes(17 * 2**20), etag="", last_modified="", fetched_at=NOW + timedelta(days=1))
    assert cache.page("/large") is None


def test_the_file_may_be_deleted_at_any_time(server, tmp_path, clock):
    url = server.script("/", Reply(body=b"x", headers={"ETag": '"1"'}))
    for _ in range(2):
        with HttpCache(tmp_path / "web.db") as cache:
            web = Web(cache, "", clock, clock.sleep, print)
            answer = web.get(url)
            web.keep(answer)
            assert not answer.unchanged
        for file in tmp_path.glob("web.db*"):
            file.unlink()


@pytest.mark.parametrize("method", ["reserve", "back_off", "resting", "page", "keep"])
def test_the_http_cache_has_the_methods_of_the_clients_protocol(method):
    asked, offered = (inspect.signature(getattr(one, method)).parameters for one in (Cache, HttpCache))
    assert asked == offered


def test_the_module_itself_imports_no_network_library():
    program = "import sys, recommender.sources.client; print(*{'urllib3', 'http', 'ssl', 'email'} & {*sys.modules})"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
