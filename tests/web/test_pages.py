"""The pages that links in mails lead to: GET changes nothing, POST counts once, and only signed links count."""

import base64
import hashlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import urllib3
from faults import without_proxy
from pageserver import Served, ask, text
from support import NOW, make_paper, recommend

from recommender.delivery.mail import links as tokens
from recommender.delivery.mail.links import Action, Answer
from recommender.errors import MissingExtra
from recommender.paper import Verdict
from recommender.store.home import Home
from recommender.store.outbox import Outbox
from recommender.web.guard import Keys

PAPER = make_paper(1, "On Fusion of R&D <i>$n^2$</i>", "We fuse. " * 200, authors=("Ada Lovelace", "A. <b>Turing</b>"))
ADA = "ada@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    without_proxy(monkeypatch)


@pytest.fixture
def served(home):
    with Served.running(home) as running:
        running.announced(PAPER)
        yield running


@pytest.fixture
def like(served):
    return served.link(Action.LIKE, PAPER.id)


@pytest.fixture
def dislike(served):
    return served.link(Action.DISLIKE, PAPER.id)


@pytest.fixture
def stop(served):
    return served.link(Action.UNSUBSCRIBE, ADA)


# GET


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_changes_nothing(served, like, dislike, stop, method):
    before = served.stored()
    for link in (like, dislike, stop):
        assert ask(method, link).status == 200
    assert served.stored() == before


def test_a_page_shows_the_paper_and_what_the_button_would_do(like, dislike):
    page = text(ask("GET", like))
    assert "On Fusion of R&amp;D" in page
    assert "Ada Lovelace, A. &lt;b&gt;Turing&lt;/b&gt;" in page
    assert "<i>" not in page
    assert page.count("We fuse.") == 77  # the first 700 characters
    assert 'href="https://arxiv.org/abs/2001.00001"' in page
    assert 'href="https://arxiv.org/pdf/2001.00001"' in page
    assert re.findall(r"<button>(.*)</button>", page) == ["Like this paper"]
    assert re.findall(r"<button>(.*)</button>", text(ask("GET", dislike))) == ["Dislike this paper"]


def test_a_paper_without_a_stored_text_is_shown_by_its_id(served):
    page = text(ask("GET", served.link(Action.LIKE, "2001.09999")))
    assert "2001.09999 (title not known yet)" in page


def test_a_page_to_stop_mails_names_the_address(stop):
    assert "<button>Stop these mails to ada@example.org</button>" in text(ask("GET", stop))


# POST


def test_the_button_counts_once(served, like):
    assert "<strong>Liked.</strong>" in text(ask("POST", like))
    assert [(each.paper, each.verdict, each.given_at) for each in served.feedback()] == [(PAPER, Verdict.LIKE, NOW)]
    after = served.stored()
    again = ask("POST", like)
    assert again.status == 200
    assert "<strong>Liked before.</strong>" in text(again)
    assert served.stored() == after


def test_the_other_button_dislikes(served, dislike):
    assert "<strong>Disliked.</strong>" in text(ask("POST", dislike))
    assert [each.verdict for each in served.feedback()] == [Verdict.DISLIKE]


def test_a_used_link_has_no_button_and_says_how_to_change_the_answer(like):
    for page in (text(ask("POST", like)), text(ask("GET", like))):
        assert "<button>" not in page
        assert "<code>recommend dislike 2001.00001 -p ada</code>" in page
        assert "<code>recommend unmark 2001.00001 -p ada</code>" in page


def test_scanners_that_follow_every_link_twice_use_none_up(served, like, dislike, stop):
    for _ in range(2):
        for link in (like, dislike, stop):
            ask("HEAD", link)
            ask("GET", link)
    assert "<strong>Disliked.</strong>" in text(ask("POST", dislike))
    assert [each.verdict for each in served.feedback()] == [Verdict.DISLIKE]
    assert served.unsubscribed() == set()


def test_a_button_pressed_by_many_at_once_counts_once(served, like):
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: ask("POST", like), range(8)))
    assert {answer.status for answer in answers} == {200}
    assert len(served.feedback()) == 1


# https://www.rfc-editor.org/rfc/rfc8058


@pytest.mark.parametrize("multipart", [True, False])
def test_a_mail_program_stops_the_mails_with_one_post(served, stop, multipart):
    answer = ask("POST", stop, fields=ONE_CLICK, encode_multipart=multipart)
    assert answer.status == 200  # and no redirect: section 3.2
    assert "set-cookie" not in answer.headers
    assert "No more shortlists of the profile ada go to <strong>ada@example.org</strong>" in text(answer)
    assert served.unsubscribed() == {ADA}


def test_the_button_that_stops_mails_does_what_one_click_does(served, stop):
    assert ask("POST", stop).status == 200
    assert served.unsubscribed() == {ADA}
    assert ask("POST", stop, fields=ONE_CLICK).status == 200
    assert "<button>" not in text(ask("GET", stop))


# Links that are refused


def forged(served):
    token = tokens.sign("f" * 64, "ada", Answer(Action.LIKE, PAPER.id), NOW.date(), timedelta(days=60))
    return f"{served.address}/a/ada/{token}"


def of_another_profile(served):
    with served.home.profile_store("eve") as store:
        store.create()
    return served.link(Action.LIKE, PAPER.id, profile="eve").replace("/eve/", "/ada/")


def signed_without_a_key(served):
    """A link to a profile that never sent a mail, and so has made no key."""
    with served.home.profile_store("eve") as store:
        store.create()
        assert Outbox(store).key() == ""
    token = tokens.sign("", "eve", Answer(Action.LIKE, PAPER.id), NOW.date(), timedelta(days=60))
    return f"{served.address}/a/eve/{token}"


def damaged(served):
    return served.link(Action.LIKE, PAPER.id)[:-1]


def of_odd_letters(served):
    return f"{served.address}/a/ada/%FF%00%22%3E%3Cb%3E"


@pytest.mark.sample(3)
@pytest.mark.parametrize("link_of", [forged, of_another_profile, signed_without_a_key, damaged, of_odd_letters])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_was_not_signed_for_this_reader_is_refused(served, link_of, method):
    link = link_of(served)
    before = served.stored()
    answer = ask(method, link)
    assert answer.status == 403
    assert "its signature is not ours" in text(answer)
    assert "<code>recommend like ID</code>" in text(answer)
    assert served.stored() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_old_link_is_refused_and_says_when_it_ended(served, method):
    link = served.link(Action.LIKE, PAPER.id, day=NOW.date() - timedelta(days=61))
    before = served.stored()
    answer = ask(method, link)
    assert answer.status == 403
    assert "it was valid until 2026-03-01" in text(answer)
    assert served.stored() == before


def test_a_missing_profile_looks_like_a_forged_link(served):
    before = served.stored()
    known = ask("GET", forged(served))
    for name in ("bob", "ADA", "..%2F..%2Fada", "example", "%00"):
        unknown = ask("GET", forged(served).replace("/ada/", f"/{name}/"))
        if "%2F" not in name:  # else it has no such form at all
            assert (unknown.status, unknown.data) == (known.status, known.data)
            assert unknown.headers.keys() == known.headers.keys()
    assert served.stored() == before


# Headers, limits and errors


def test_every_page_forbids_scripts_frames_caches_and_referrers(served, like):
    pages = [
        ask("GET", like),
        ask("POST", like),
        ask("GET", forged(served)),
        ask("GET", served.address),
        ask("PUT", like),
    ]
    assert [page.status for page in pages] == [200, 200, 403, 404, 405]
    assert "POST" in pages[-1].headers["Allow"]
    for page in pages:
        style = re.search(r"<style>(.*)</style>", text(page), re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert page.headers["Content-Security-Policy"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Set-Cookie" not in page.headers
        assert "Server" not in page.headers
    assert set(pages[-1].headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "path", ["", "/", "/a", "/a/ada", "/a/ada/x/y", "/a/ada/x/", "/favicon.ico", "//example.org/.."]
)
def test_other_addresses_are_not_found(served, path):
    answer = ask("GET", served.address + path)
    assert answer.status == 404
    assert "There is nothing here" in text(answer)


def test_a_body_larger_than_any_button_sends_is_refused_and_changes_nothing(served, like):
    before = served.stored()
    assert ask("POST", like, body=b"x" * 4097).status == 413
    assert ask("POST", like, body=iter([b"x" * 1000] * 5), chunked=True).status == 413
    assert served.stored() == before
    assert ask("POST", like, body=b"x" * 4096).status == 200


def test_a_proxy_may_pass_its_prefix_on_or_remove_it(home):
    with Served.running(home, root_path="/papers") as served:
        served.announced(PAPER)
        link = served.link(Action.LIKE, PAPER.id)
        page = ask("GET", link.replace("/a/", "/papers/a/", 1))
        assert page.data == ask("GET", link).data
        assert '<form method="post">' in text(page)  # to where it came from
        assert ask("POST", link.replace("/a/", "/papers/a/", 1)).status == 200
        assert len(served.feedback()) == 1


def test_an_error_with_local_files_is_logged_and_not_shown(served, like, caplog):
    path = served.home.profile_file("ada")
    path.write_bytes(b"no database at all" * 1000)
    answer = ask("GET", like)
    assert answer.status == 503
    assert "Try again in a moment" in text(answer)
    assert str(served.home.root) not in text(answer)
    assert str(path) in caplog.text
    assert like.rpartition("/")[2] not in caplog.text


def test_a_bug_shows_a_page_and_is_logged(home, monkeypatch, caplog):
    with Served.running(home) as served:
        link = served.link(Action.LIKE, PAPER.id)
        monkeypatch.setattr("recommender.services.answers.look", lambda *_: 1 / 0)
        answer = ask("GET", link)
    assert answer.status == 500
    assert "ZeroDivisionError" not in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ZeroDivisionError" in caplog.text


def test_an_incomplete_post_does_not_count(home, caplog):
    with Served.running(home) as served:
        link = urllib3.util.parse_url(served.link(Action.LIKE, PAPER.id))
        with socket.create_connection((link.host, link.port)) as connection:
            connection.sendall(f"POST {link.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nList-".encode())
        ask("GET", link.url)  # by now the server has received what came before
    assert served.feedback() == []
    assert caplog.text == ""


# The command


@pytest.fixture
def command(home):
    """`recommend serve` on a free port, and its address."""
    assert recommend("init", "ada", "--no-input", home=home).returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "recommender", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "RECOMMEND_HOME": str(home)},
    )
    try:
        ready, _, _ = select.select([process.stdout], [], [], 60)
        line = process.stdout.readline() if ready else ""
        found = re.fullmatch(r"Serving on 127\.0\.0\.1, port (\d+), until Ctrl-C\.\n", line)
        assert found, line or process.stderr.read()
        yield process, f"http://127.0.0.1:{found[1]}"
    finally:
        process.kill()
        process.communicate()


def test_the_command_serves_until_ctrl_c_and_keeps_tokens_of_mails_out_of_what_it_prints(command, home):
    process, address = command
    reading = process.stdout.readline()  # the address that opens the reader's own pages
    assert re.fullmatch(rf"Papers of ada, for a browser on this machine: {address}/\?token=[\w-]{{43}}\n", reading)
    assert ask("GET", reading.split()[-1]).status == 303
    served = Served(Home(home, home), address, Keys())
    link = served.link(Action.LIKE, PAPER.id, day=datetime.now(UTC).date())
    assert ask("POST", link).status == 200
    assert [each.verdict for each in served.feedback()] == [Verdict.LIKE]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert (out, err) == ("", "")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("profiles", "options", "said"),
    [
        ((), (), "Only the pages that links in mails lead to are served."),
        (("ada", "bob"), (), "Only the pages that links in mails lead to are served."),
        (("ada",), ("--host", "0.0.0.0"), "Papers of ada, for a browser on this machine: http://127.0.0.1:"),
    ],
)
def test_every_address_that_is_printed_opens_something(home, profiles, options, said):
    for name in profiles:
        assert recommend("init", name, "--no-input", home=home).returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "recommender", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "RECOMMEND_HOME": str(home)},
    )
    try:
        lines = ""
        while said not in lines:
            line = process.stdout.readline()
            assert line, lines
            lines += line
        for address in re.findall(r"http://\S+", lines):
            assert ask("GET", address).status == 303  # to the page, with its cookie
    finally:
        process.kill()
        process.communicate()


def test_a_port_in_use_is_reported_in_one_line(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = recommend("serve", "--port", port, home=home)
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with --host or --port"
    ]


def test_without_the_extra_the_command_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delattr("recommender.web.server")  # imported by an earlier test
    monkeypatch.delitem(sys.modules, "recommender.web.server")
    ran = run("serve")
    assert ran.code == 2
    assert ran.err == f"Error: serving pages needs more parts: {MissingExtra.command('web')}\n"


def test_a_root_path_that_is_no_path_is_refused(run):
    ran = run("serve", "--root-path", "/{x}")
    assert ran.code == 2
    assert "is no path like /papers" in ran.err


@pytest.mark.parametrize("host", ["", " ", "é..example", "é" * 70, "a b", "[::1]", "x" * 300, "1.2.3.4.5"])
def test_a_host_that_is_no_address_is_refused_in_words(run, host):
    ran = run("serve", "--port", "0", "--host", host)
    assert ran.code == 2
    assert "--host" in ran.err
    assert "Traceback" not in ran.err
