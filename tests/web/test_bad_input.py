"""What strange clients send, and what happens to the files under a running server: always an answer, never a loss."""

import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from pageserver import TODAY, Served, ask, text
from support import make_paper

from recommender.api import Recommender
from recommender.paper import Paper, Verdict
from recommender.store.database import Database

PAPERS = [make_paper(number, f"Image fusion {number}", f"We fuse images, part {number}.") for number in range(1, 9)]
PATHS = ("/", f"/{TODAY}", "/best", "/rated", "/you", "/days", "/search?q=fusion", f"/paper/{PAPERS[0].id}")
LIKE = [("paper", PAPERS[0].id), ("verdict", "like")]


@pytest.fixture
def served(home):
    with Served.running(home, reading=True) as running:
        running.listed(*PAPERS)
        yield running


def like(served):
    return served.ask("POST", "/rate", LIKE)


def number_of(served):
    return re.search(r'name="number" value="([^"]*)"', text(served.ask("GET", "/")))[1]


def verdicts(served, profile="ada"):
    return {entry.paper.id: entry.verdict for entry in served.feedback(profile)}


def plain(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", text(answer)).split())


# Strange clients

WORDS = (
    "",
    "0",
    "-1",
    "9" * 400,
    "like",
    "..",
    "../../etc/passwd",
    "%00",
    "\x00",
    "é",
    "日本",
    "\u202e",
    "\ud800",
    "a" * 3000,
)
SIGNS = "".join(map(chr, range(256)))


class Strange:
    """Requests that no page of ours sends, drawn at random."""

    def __init__(self, served, seed):
        self.served = served
        self.draw = random.Random(seed)

    def text(self, most=40):
        draw = self.draw
        if draw.random() < 0.5:
            return draw.choice(WORDS)
        return "".join(draw.choice(SIGNS) for _ in range(draw.randrange(most)))

    def path(self):
        draw = self.draw
        known = [
            *PATHS,
            "/rate",
            "/undo",
            "/rest",
            "/rules",
            "/topics",
            "/keys",
            "/static/x/page.js",
            "/a/ada/x",
            "/u/ada/x",
        ]
        path = draw.choice(known)
        match draw.randrange(5):
            case 0:
                return path
            case 1:
                return path + draw.choice(
                    ("/", "?", "?page=", "?page=9999999", "?q=", "?token=x", "//", "/..", ";x", "%2f")
                )
            case 2:
                return f"{path}{'&' if '?' in path else '?'}page={quote(self.text(), errors='replace')}"
            case 3:
                return "/" + quote(self.text(), safe=draw.choice(("", "/", "/?&=")), errors="replace")
            case _:
                return self.text()

    def request(self):
        """The bytes of a request, and whether it could be one of the reader's own."""
        draw, served = self.draw, self.served
        method = draw.choice(
            ("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get", "TRACE", self.text(9))
        )
        own_host = served.address.partition("//")[2]
        host = draw.choice(
            (
                own_host,
                own_host,
                own_host,
                "localhost",
                "evil.example",
                "127.0.0.1.evil.example",
                "[::1",
                "",
                self.text(),
            )
        )
        cookie = f"{served.keys.cookie}={served.keys.session}"
        cookies = draw.choice(
            (cookie, cookie, cookie, "", cookie[:-1], f"{served.keys.cookie}=", self.text(), cookie + ";" + self.text())
        )
        path = self.path()
        if path.startswith("/today"):
            path = "/"
        names = (
            "paper",
            "verdict",
            "number",
            "listed",
            "kind",
            "rule",
            "remove",
            "topic",
            "name",
            "change",
            "back",
            "keys",
        )
        fields = [(draw.choice(names), self.text()) for _ in range(draw.randrange(6))]
        body = draw.choice(
            (
                urlencode(fields, errors="replace").encode(),
                self.text(200).encode("utf-8", "replace"),
                b"",
                os.urandom(50),
            )
        )
        headers = [
            ("Host", host),
            ("Cookie", cookies),
            ("Content-Length", draw.choice((str(len(body)),) * 6 + ("-1", "x", "0"))),
        ]
        for name, values in {
            "Origin": (served.address, "null", "https://evil.example", self.text()),
            "Sec-Fetch-Site": ("same-origin", "cross-site", self.text()),
            "Accept": ("application/json", self.text()),
            "Content-Type": ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", self.text()),
            "X-Forwarded-For": ("127.0.0.1", self.text()),
            self.text(): (self.text(),),
        }.items():
            if draw.random() < (0.1 if name == "X-Forwarded-For" else 0.4):
                headers.append((name, draw.choice(values)))
        lines = [
            f"{method} {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers),
            "Connection: close",
            "",
            "",
        ]
        return "\r\n".join(lines).encode("utf-8", "replace") + body


def answer_to(served, request):
    """What the server says to these bytes."""
    host, port = served.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received


@pytest.mark.parametrize("requests", [300, pytest.param(4_000, marks=pytest.mark.slow)])
def test_thousands_of_strange_requests_are_answered_and_change_nothing(served, requests, caplog):
    like(served)
    before = served.stored()
    strange = Strange(served, requests)
    statuses = Counter()
    for _ in range(requests):
        request = strange.request()
        received = answer_to(served, request)
        status = int(received[9:12]) if received.startswith(b"HTTP/1.1 ") else 0
        assert status not in (0, 500), request  # each is answered
        assert b"Traceback" not in received, request
        statuses[status] += 1
    assert {200, 400, 403, 404, 405, 421} <= statuses.keys()  # they got everywhere
    assert not [record for record in caplog.records if record.exc_info]
    after = served.stored()
    assert after.keys() == before.keys()
    assert after == before
    assert like(served).status == 303


# A profile that changes under the running server

JUNK = b"no database " * 1000


def deleted(served):
    for path in served.home.profiles_folder.glob("ada.*"):
        path.unlink()


def renamed(served):
    for path in served.home.profiles_folder.glob("ada.*"):
        path.rename(path.with_name(path.name.replace("ada", "eve")))


def damaged(served):
    served.home.profile_file("ada").write_bytes(JUNK)


def half_damaged(served):
    path = served.home.profile_file("ada")
    path.write_bytes(path.read_bytes()[:4096] + JUNK)


def emptied(served):
    served.home.profile_file("ada").write_bytes(b"")


def foreign(served):
    served.home.profile_file("ada").unlink()
    with closing(sqlite3.connect(served.home.profile_file("ada"))) as other:
        other.execute("CREATE TABLE something (else_ TEXT)")


def newer(served):
    with closing(sqlite3.connect(served.home.profile_file("ada"))) as connection:
        connection.execute("PRAGMA user_version = 999")


def without_library(served):
    served.home.library_file.write_bytes(JUNK)


def wrong_settings(served):
    served.home.settings_file("ada").write_text("categories = [", encoding="utf-8")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (deleted, "no profile 'ada'"),
        (renamed, "no profile 'ada'"),
        (damaged, "recommend doctor --fix -p ada"),
        (half_damaged, "recommend doctor --fix -p ada"),
        (emptied, "recommend doctor --fix -p ada"),
        (foreign, "not a profile of this program"),
        (newer, "written by a newer version"),
        (without_library, "recommend doctor --fix"),
        (wrong_settings, "not valid TOML"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_of_the_files_is_said_on_the_page_and_nothing_is_made_or_overwritten(served, fault, said):
    like(served)
    fault(served)
    before = {path: path.read_bytes() for path in served.home.root.rglob("*") if path.is_file()}
    answers = [served.ask("GET", path) for path in PATHS]
    if fault not in (wrong_settings, without_library):  # a rating needs neither settings nor the text of a rated paper
        answers += [
            served.ask("POST", "/rate", [*LIKE[:1], ("verdict", "dislike")]),
            served.ask("POST", "/undo", [("number", "1")]),
        ]
    assert {answer.status for answer in answers} <= {200, 404, 503}
    assert all("Traceback" not in text(answer) for answer in answers)
    assert said in plain(answers[0]).replace("&#39;", "'")
    assert {path: path.read_bytes() for path in served.home.root.rglob("*") if path.is_file()} == before


def test_a_profile_that_comes_back_is_served_again_without_a_new_start(served, tmp_path):
    like(served)
    shutil.copytree(served.home.profiles_folder, tmp_path / "kept")
    deleted(served)
    assert served.ask("GET", "/").status == 503
    shutil.copytree(tmp_path / "kept", served.home.profiles_folder, dirs_exist_ok=True)
    assert served.ask("GET", "/").status == 200
    assert verdicts(served) == {PAPERS[0].id: Verdict.LIKE}


def test_no_file_is_held_open_between_requests(served):
    """So that a profile can be moved, copied and replaced, and its file alone is all of it."""
    like(served)
    served.ask("GET", "/")
    assert not list(served.home.root.rglob("*-wal"))
    if os.path.isdir("/proc/self/fd"):
        held = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        assert not [path for path in held if path.startswith(str(served.home.root))]


def test_an_undo_takes_back_no_rating_of_a_profile_that_was_put_in_the_place_of_this_one(served, tmp_path):
    like(served)
    number = number_of(served)
    with Recommender("eve", home=served.home.root) as eve:
        served.home.settings_file("eve").write_text('categories = ["cs.CV"]\n', encoding="utf-8")
        eve.dislike(PAPERS[3].id)
    shutil.copy(served.home.profile_file("eve"), served.home.profile_file("ada"))
    served.ask("POST", "/undo", [("number", number)])
    assert verdicts(served) == {PAPERS[3].id: Verdict.DISLIKE}
    assert PAPERS[3].title in text(served.ask("GET", "/rated"))


def test_while_another_program_writes_pages_are_read_and_a_rating_is_refused_in_words(served, monkeypatch):
    like(served)
    monkeypatch.setattr(Database, "patience", 0.1)
    with closing(sqlite3.connect(served.home.profile_file("ada"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [served.ask("GET", path).status for path in PATHS] == [200] * len(PATHS)
        refused = served.ask("POST", "/rate", [*LIKE[:1], ("verdict", "dislike")], Accept="application/json")
        assert (refused.status, "try again in a moment" in text(refused)) == (503, True)
        other.execute("ROLLBACK")
    assert verdicts(served) == {PAPERS[0].id: Verdict.LIKE}
    assert served.ask("POST", "/rate", [*LIKE[:1], ("verdict", "dislike")]).status == 303
    assert verdicts(served) == {PAPERS[0].id: Verdict.DISLIKE}


# Days and papers that are not as usual


def test_a_day_without_papers_says_why_and_looking_again_changes_no_list(served):
    served.ask("POST", "/rate", [("verdict", "like"), *(("paper", paper.id) for paper in PAPERS)])
    served.ask("POST", "/today", [("day", TODAY.isoformat()), ("back", "/")])
    page = plain(served.ask("GET", "/"))
    assert "All 8 papers: rated already." in page
    assert "8 of 8 rated, 8 liked." in page
    assert served.ask("GET", f"/{TODAY - timedelta(days=400)}").status == 200


def test_a_paper_without_abstract_authors_or_title_has_a_card_and_a_page(home):
    bare = Paper("2001.00020", "", "")
    with Served.running(home, reading=True) as served:
        served.listed(*PAPERS, bare)
        assert f'data-paper="{bare.id}"' in text(served.ask("GET", "/"))
        page = plain(served.ask("GET", f"/paper/{bare.id}"))
        assert "Its abstract is not known here." in page
        assert bare.id in page
        assert served.ask("POST", "/rate", [("paper", bare.id), ("verdict", "like")]).status == 303


def test_papers_whose_texts_are_gone_are_counted_and_said(served):
    served.home.library_file.unlink()
    page = plain(served.ask("GET", "/"))
    assert "does not have the texts of 8 of these papers" in page
    assert "0 of 8 rated" in page


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A day of 5,000 papers, all of them in its list."""
    home = tmp_path_factory.mktemp("crowded") / "home"
    home.mkdir(mode=0o700)
    with Served.running(home, reading=True) as running:
        running.announced(
            *[make_paper(number, f"Image fusion {number}", "We fuse. " * 100) for number in range(1, 5001)]
        )
        running.home.profiles_folder.mkdir()
        settings = 'interests = "fusion"\ncategories = ["cs.CV"]\nlist_size = 10000\n'
        running.home.settings_file("ada").write_text(settings, encoding="utf-8")
        running.ask("POST", "/today", [("day", TODAY.isoformat())])
        yield running


def papers_of(page):
    return re.findall(r'data-paper="([^"]+)"', page)


@pytest.mark.slow
def test_a_day_of_5000_papers_comes_in_parts_that_are_small(crowded):
    first = text(crowded.ask("GET", "/"))
    assert len(papers_of(first)) == 50
    assert len(first) < 250_000
    seen, address = [], "/"
    for _ in range(3):
        page = text(crowded.ask("GET", address))
        seen += papers_of(page)
        address = re.search(r'<a href="([^"]+)" rel="next"', page)[1]
    assert len(set(seen)) == 150
    last = text(crowded.ask("GET", "/?page=100"))
    assert len(papers_of(last)) == 50
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last
    beyond = text(crowded.ask("GET", "/?page=7000"))
    assert not papers_of(beyond)
    assert '<a href="/?page=100" rel="prev"' in beyond


@pytest.mark.slow
def test_the_counts_are_of_the_whole_list_and_the_rest_is_that_of_the_page(crowded):
    papers = papers_of(text(crowded.ask("GET", "/?page=2")))
    crowded.ask("POST", "/rate", [("paper", papers[0]), ("verdict", "like")])
    crowded.ask("POST", "/rest", [("listed", paper) for paper in papers])
    assert "50 of 5000 rated, 1 liked." in plain(crowded.ask("GET", "/"))
    assert "50 of 5000 rated, 1 liked." in plain(crowded.ask("GET", "/?page=2"))
    assert "49 of 50 rated" not in plain(crowded.ask("GET", "/rated"))
    assert len(papers_of(text(crowded.ask("GET", "/rated")))) == 50


def test_a_second_server_on_the_port_says_so_and_ends_with_the_documented_code(served):
    port = served.address.rpartition(":")[2]
    command = [sys.executable, "-m", "recommender", "-p", "ada", "serve", "--port", port]
    environment = {**os.environ, "RECOMMEND_HOME": str(served.home.root)}
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert second.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in second.stderr
    assert "--port" in second.stderr
    assert second.stdout == ""
    assert served.ask("GET", "/").status == 200


@contextmanager
def serving_read_only(home):
    """`recommend serve` as a process that may write nothing in its home; gives its address and its cookie."""
    command = [sys.executable, "-m", "recommender", "-p", "ada", "serve", "--port", "0"]
    if os.geteuid() == 0:  # whom rights do not stop
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    environment = {**os.environ, "RECOMMEND_HOME": str(home)}
    paths = (home, *home.rglob("*"))
    for path in paths:
        path.chmod(0o500 if path.is_dir() else 0o400)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            door = ""
            while "token=" not in door and process.poll() is None:
                door = process.stdout.readline()
            address, _, token = door.split()[-1].partition("/?token=")
            yield address, ask("GET", f"{address}/?token={token}").headers["Set-Cookie"].partition(";")[0]
        finally:
            process.terminate()
            for path in paths:
                path.chmod(0o700 if path.is_dir() else 0o600)
            assert "Traceback" not in process.stderr.read()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or not shutil.which("setpriv"), reason="nothing here takes root's rights away")
def test_a_home_that_cannot_be_written_is_read_and_a_rating_is_refused_in_words(home):
    with Served.running(home, reading=True) as served:
        served.listed(*PAPERS)
        like(served)
    with serving_read_only(home) as (address, cookie):
        pages = [ask("GET", address + path, headers={"Cookie": cookie}) for path in PATHS]
        body = urlencode([*LIKE[:1], ("verdict", "dislike")])
        refused = ask("POST", f"{address}/rate", headers={"Cookie": cookie}, body=body)
    assert [page.status for page in pages] == [200] * len(PATHS)
    assert refused.status == 503
    assert "it is read-only" in text(refused)
    assert verdicts(served) == {PAPERS[0].id: Verdict.LIKE}
