"""The pages of a group, from outside: who gets in, what members see of one another, and what they never see."""

import html
import json
import re
import shutil
import socket
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from itertools import product
from typing import ClassVar

import answers
import pytest
from faults import Reply, Server, without_proxy
from groups import PAGE, Clock, GroupServer, Institute, vote_with_all_letters
from mailserver import MailServer
from pageserver import text
from starlette.datastructures import Headers
from support import NOW, make_paper

from recommender.api import Recommender
from recommender.paper import Verdict
from recommender.results.group import Invitation
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.services.group.week import step
from recommender.web.group.limits import LinkLimits

PAPERS = [
    make_paper(number, f"Image fusion {number}", f"We fuse images, part {number}.", authors=("Ada Lovelace",))
    for number in range(1, 9)
]
DAY = f"/{NOW.date().isoformat()}"
MEMBERS_ONLY = ("/", "/best", "/rated", "/you", "/days", "/search?q=x", "/group", "/group/meetings", "/account", DAY)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A home with three members, each with a list of the day; made once."""
    folder = tmp_path_factory.mktemp("group") / "home"
    institute = Institute(folder, Clock())
    institute.announce(*PAPERS)
    institute.invite("ada", "bob", "carl")
    for name in ("ada", "bob", "carl"):
        with institute.reader(name) as reader:
            reader.today(day=NOW.date(), offline=True)
    return folder


@pytest.fixture
def served(home, clock, prepared):
    shutil.copytree(prepared, home)
    with GroupServer.running(home, clock) as running:
        yield running


def verdicts(served, name):
    with served.institute.reader(name) as reader:
        return reader.verdicts()


# Getting in


@pytest.mark.parametrize("path", [*MEMBERS_ONLY, f"/paper/{PAPERS[0].id}", "/account/profile.zip", "/nothing/here"])
def test_who_is_not_logged_in_is_led_to_the_login(served, path):
    answer = served.client().get(path)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/login?back=")
    page = served.client().page(answer.headers["Location"])
    assert "Mail me a link" in page


@pytest.mark.parametrize(
    "path", ["/login?x", "/login%3Fx", "/login%23x", "/static%2F..%2Fyou", "/list", "/loginx", "//login"]
)
def test_no_way_of_writing_an_address_passes_the_guard(served, path):
    answer = served.client().get(path)
    assert answer.status in (200, 303, 404)
    assert "Image fusion" not in text(answer)
    if answer.status == 200:
        assert "Mail me a link" in text(answer)


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("PUT", "/", "GET, HEAD, POST"), ("DELETE", "/login", "GET, HEAD, POST")]
)
def test_a_method_that_is_not_allowed_is_told_which_are(served, method, path, allowed):
    answer = served.client().ask(method, path)
    assert (answer.status, answer.headers["Allow"]) == (405, allowed)


def test_a_page_that_is_only_read_says_so(served):
    answer = served.logged_in("ada").post("/you")
    assert (answer.status, {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))) == (405, True)


def test_a_member_logs_in_by_mail_and_sees_the_own_pages(served):
    client = served.client()
    path = served.asked(client, "ada", back=DAY)
    page = client.page(path)
    assert "<strong>Ada</strong> (ada@example.org)" in page
    assert client.get(DAY).status == 303  # looking at a link logs nobody in
    answer = client.post(path)
    assert (answer.status, answer.headers["Location"]) == (303, DAY)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-recommender-session=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "Image fusion 1" in client.page(DAY)
    assert "Firefox on Linux" in client.page("/account")


def test_the_account_says_what_is_told_of_likes_as_it_is(served):
    served.institute.invite("ada")
    page = served.logged_in("ada").page("/account")
    least, members = map(
        int, re.search(r"(\d+) or more of us”. Only while at least (\d+) members allow it", page).groups()
    )
    assert step(members, members) == least
    assert step(members - 1, members - 1) == 0


def test_without_tls_on_this_machine_cookies_have_no_secure(home, clock):
    with GroupServer.running(home, clock, page="http://127.0.0.1:8022") as served:
        served.institute.invite("ada")
        client = served.logged_in("ada")
        assert set(client.cookies) == {"recommender-asked", "recommender-session"}
        assert client.get("/").status == 200


def test_a_link_works_once_in_one_browser_for_fifteen_minutes(served, clock):
    client, other = served.client(), served.client()
    path = served.asked(client, "ada")
    served.asked(other, "bob")  # a browser with a secret of its own
    for stranger in (other, served.client()):
        for method in ("GET", "POST"):
            answer = stranger.ask(method, path)
            assert (answer.status, "another browser" in text(answer)) == (403, True)
        assert stranger.get("/").status == 303
    clock.forward(minutes=14, seconds=59)
    assert client.post(path).status == 303
    answer = client.post(path)
    assert (answer.status, "works once" in text(answer)) == (403, True)
    assert client.get("/").status == 200  # a second click changes nothing
    late = served.asked(served.client(), "ada")
    clock.forward(minutes=15)
    assert "15 minutes" in text(client.post(late))


@pytest.mark.parametrize("token", ["x", "x" * 4000, "%00", "..", "%E2%80%AE", "a.b.c"])
def test_a_forged_link_is_refused(served, token):
    answer = served.client().post(f"/login/{token}")
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


def shape(answer):
    """An answer without its secret cookie, its date, and the address that it repeats."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "set-cookie")}
    cookie = re.sub(r"=[\w-]{43};", "=…;", answer.headers["Set-Cookie"])
    return answer.status, headers, cookie, re.sub(r"\w+@example\.org", "…", text(answer))


def test_no_answer_tells_whether_an_address_has_an_account(served):
    with served.institute.door() as door:
        door.disable("carl@example.org")
    answers = [
        served.client().post("/login", address=f"{name}@example.org", back="/") for name in ("ada", "eve", "carl")
    ]
    assert shape(answers[0]) == shape(answers[1]) or len("ada") != len("eve")
    assert len({str(shape(answer)[3]) for answer in answers}) == 1
    assert len({answer.status for answer in answers}) == 1
    served.postbox.wait()
    assert [mail["To"] for mail in served.institute.mailed()] == ["ada@example.org"]


def test_no_answer_waits_for_what_an_address_leads_to(served, monkeypatch):
    """The request opens no file at all; the mail is made by another thread."""
    opened = []

    def put(asked):
        opened.append(asked.address)

    monkeypatch.setattr(served.postbox, "put", put)
    with Watched(served.institute.home.root) as files:
        for name in ("ada", "eve"):
            served.client().post("/login", address=f"{name}@example.org", back="/")
    assert opened == ["ada@example.org", "eve@example.org"]
    assert files == []


@pytest.mark.slow
def test_a_thousand_requests_a_minute_mail_few_links_and_keep_nobody_out(home, clock):
    with GroupServer.running(home, clock) as served:
        served.institute.invite("ada", "bob")

        def ask(number):
            name = "ada" if number % 2 else f"eve{number}"
            client = served.client()
            return client.ask(
                "POST", "/login", [("address", f"{name}@example.org")], X_Forwarded_For=f"198.51.100.{number % 4}"
            ).status

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(ask, range(1000)))
        served.postbox.wait()
        assert statuses.count(200) == 4 * 20
        assert statuses.count(429) == 1000 - 4 * 20
        assert 1 <= len(served.institute.mailed_to("ada")) <= 2 * 4
        client = served.client()
        assert (
            client.ask("POST", "/login", [("address", "bob@example.org")], X_Forwarded_For="203.0.113.9").status == 200
        )
        served.postbox.wait()
        assert client.post(f"/login/{served.institute.link_of('bob')}").status == 303


class Asking:
    """What limits look at in a request: where it comes from, and what proxies say about that, a header each."""

    def __init__(self, host, *forwarded):
        self.client = type("Client", (), {"host": host})
        self.headers = Headers(raw=[(b"x-forwarded-for", each.encode()) for each in forwarded])


def test_limits_are_of_a_client_of_an_address_and_of_both():
    now = [0.0]
    limits = LinkLimits(lambda: now[0])
    one, other = Asking("127.0.0.1", "1.2.3.4, 198.51.100.1"), Asking("127.0.0.1", "198.51.100.2")
    assert [limits.may_mail(one, "Ada@x.org ") for _ in range(6)] == [True] * 4 + [False] * 2
    assert limits.may_mail(other, "ada@x.org")
    assert [limits.client_may(Asking("2001:db8::1")) for _ in range(20)] == [True] * 20
    assert not limits.client_may(Asking("2001:db8::2"))  # the same subscriber
    assert limits.client_may(Asking("203.0.113.1", "2001:db8::1"))  # who is no proxy of ours names nobody
    now[0] = 901.0
    assert limits.may_mail(one, "ada@x.org")


@pytest.mark.parametrize("text", ["Ada {} <ada@x.org>", '"{}" <ADA@X.org> ', "{}<ada@x.org>", " ada@X.ORG{:.0}"])
def test_a_mailbox_is_one_however_often_it_is_renamed(text):
    limits = LinkLimits(lambda: 0.0)
    allowed = [limits.may_mail(Asking(f"203.0.113.{number}"), text.format(str(number))) for number in range(30)]
    assert sum(allowed) == 10


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (("6.6.6.{}", "198.51.100.1"), "198.51.100.1"),  # HAProxy adds a header of its own
        (("6.6.6.{}, 198.51.100.1",), "198.51.100.1"),
        (("6.6.6.{}", "5.5.5.{0}, 2001:db8::{0}"), "2001:db8::1"),
        (("::ffff:198.51.100.1",), "198.51.100.1"),  # a proxy that listens for both kinds of addresses
    ],
)
def test_a_client_behind_a_proxy_cannot_choose_its_address(forwarded, client):
    limits = LinkLimits(lambda: 0.0)
    hosts = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
    asked = [Asking(hosts[number % 3], *(each.format(number) for each in forwarded)) for number in range(30)]
    assert sum(map(limits.client_may, asked)) == 20
    assert not limits.client_may(Asking(client))
    assert limits.client_may(Asking("127.0.0.1", "::ffff:198.51.100.2"))  # another one


# Getting out


def test_logging_out_ends_this_login_and_another_member_ends_none(served):
    ada, ada_too, bob = served.logged_in("ada"), served.logged_in("ada"), served.logged_in("bob")
    number = re.search(r'name="login" value="(\d+)"', ada.page("/account"))[1]  # the newest: ada_too's
    bob.post("/account/logins", login=number)
    assert ada_too.get("/").status == 200
    old = dict(ada.cookies)
    assert ada.post("/logout").headers["Location"] == "/login"
    ada.cookies = old
    assert ada.get("/").status == 303
    assert ada_too.get("/").status == 200
    served.logged_in("ada")
    ada_too.post("/account/logins", login="all")
    assert ada_too.get("/").status == 303


def test_an_account_that_is_deleted_or_disabled_while_logged_in_is_out_at_once(served):
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    with served.institute.door() as door:
        door.delete("ada@example.org")
        door.disable("bob@example.org")
    for client, name in ((ada, "ada"), (bob, "bob")):
        assert client.get("/").status == 303
        answer = client.ask("POST", "/rate", [("paper", PAPERS[0].id), ("verdict", "like")])
        assert (answer.status, "not logged in any more" in text(answer)) == (403, True)
        script = client.ask("POST", "/rate", [("paper", PAPERS[0].id)], Accept="application/json")
        assert "not logged in" in json.loads(script.data)["text"]
        assert not served.institute.home.profile_file("ada").exists(), name
    assert verdicts(served, "bob") == {}


@pytest.mark.parametrize("again", [False, True])
def test_a_list_that_is_made_while_its_member_is_deleted_leaves_nothing(served, monkeypatch, again):
    ada, institute = served.logged_in("ada"), served.institute
    make = Recommender.today

    def slow(reader, **options):
        with institute.door() as door:
            door.delete("ada@example.org")
            if again:
                door.invite(Invitation("another@example.org", profile="ada", send=False))
        return make(reader, **options | {"day": NOW.date(), "offline": True, "refresh": False})

    monkeypatch.setattr(Recommender, "today", slow)
    ada.post("/today")
    deadline = time.monotonic() + 10
    while (left := {path.name for path in institute.home.root.rglob("ada.*")}) and time.monotonic() < deadline:
        if again:
            break
        time.sleep(0.01)  # the answer comes first
    assert ("ada.toml" in left) == again
    assert bool(left) == again


# By a proxy


def test_a_proxys_header_counts_only_with_its_secret(home, clock):
    with GroupServer.running(home, clock, proxy_header="X-Remote-User") as served:
        served.institute.announce(*PAPERS)
        served.institute.invite("ada")
        secret = served.institute.home.proxy_secret_file.read_text().strip()
        for wrong in ("", "x", secret[:-1]):
            answer = served.client().get("/group", X_Remote_User="ada@example.org", X_Proxy_Secret=wrong)
            assert (answer.status, "Next meeting" in text(answer)) == (403, False)
        named = {"X_Remote_User": "ada@example.org", "X_Proxy_Secret": secret}
        answer = served.client().get("/group", **named)
        assert (answer.status, "Next meeting" in text(answer)) == (200, True)
        assert served.client().get("/", X_Remote_User="eve@example.org", X_Proxy_Secret=secret).status == 403
        assert served.client().get("/", X_Proxy_Secret=secret).status == 303
        assert served.client().ask("POST", "/logout", **named).status == 409
        client = served.logged_in("ada")  # a session is no way around the header
        assert client.get("/", X_Remote_User="eve@example.org", X_Proxy_Secret=secret).status == 403


def test_without_the_setting_a_proxys_header_is_nothing(served):
    assert served.client().get("/", X_Remote_User="ada@example.org", X_Proxy_Secret="x").status == 303


# The table of requests


@pytest.mark.slow
def test_every_write_that_is_not_a_members_own_is_refused(served):
    client = served.logged_in("ada")
    own = dict(client.cookies)
    hosts = {"papers.example.org": True, "papers.example.org:443": True, "evil.example": False}
    sites = {"": True, "same-origin": True, "none": True, "same-site": False, "cross-site": False}
    origins = {"": True, PAGE: True, "https://evil.example": False, "null": False, "http://papers.example.org": False}
    cookies = {"own": True, "wrong": False, "none": False}
    methods = {"POST": True, "PUT": False}
    refused = 0
    for host, site, origin, cookie, method in product(hosts, sites, origins, cookies, methods):
        client.cookies = {"own": own, "wrong": dict.fromkeys(own, "x" * 43), "none": {}}[cookie]
        headers = {"Host": host, "Sec_Fetch_Site": site, "Origin": origin}
        answer = client.ask(method, "/vote", [("paper", PAPERS[0].id), ("vote", "yes")], **headers)
        from_own_page = sites[site] if site else origins[origin]
        case = f"{method} Host={host} Sec-Fetch-Site={site} Origin={origin} cookie={cookie}"
        with served.institute.door() as door:
            if hosts[host] and from_own_page and cookies[cookie] and methods[method]:
                assert answer.status == 303, case
                assert len(door.week().voted) == 1, case
                door.withdraw(door.accounts()[0], PAPERS[0].id)
            else:
                refused += 1
                assert 400 <= answer.status < 500, case
                assert door.week().voted == (), case
    assert refused > 200


# Together


def test_a_vote_is_on_everybodys_page_with_a_name_and_is_no_rating(served):
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    page = ada.page(DAY)
    assert "seen by all 3 members, with your name" in page
    assert ada.post("/vote", paper=PAPERS[0].id, vote="yes", back=f"{DAY}#p1").headers["Location"] == f"{DAY}#p1"
    for path in ("/group", DAY, f"/paper/{PAPERS[0].id}"):
        assert "Votes: Ada" in bob.page(path), path
    assert verdicts(served, "ada") == {}
    assert "Take my vote back" in ada.page("/group")
    assert "Take my vote back" not in bob.page("/group")
    ada.post("/vote", paper=PAPERS[0].id, vote="no")
    assert "Votes: Ada" not in bob.page("/group")


def test_a_vote_pressed_twice_counts_once_and_a_sixth_is_refused(served):
    ada = served.logged_in("ada")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ada.post("/vote", paper=PAPERS[0].id, vote="yes").status, range(8)))
        assert set(answers) == {303}
        others = list(pool.map(lambda paper: ada.post("/vote", paper=paper.id, vote="yes").status, PAPERS[1:8]))
    assert sorted(others) == [303] * 4 + [409] * 3
    assert "You have 0 votes left" in ada.page("/group")
    assert text(ada.post("/vote", paper=PAPERS[7].id, vote="yes")).count("all 5 votes") <= 1


def test_a_shared_list_is_read_without_login_and_without_names(served):
    ada = served.logged_in("ada")
    ada.post("/vote", paper=PAPERS[0].id, vote="yes")
    assert served.client().get("/list/").status == 404
    ada.post("/group/share", share="on", back="/group")
    address = re.search(rf'href="{PAGE}(/list/[\w-]+)"', ada.page("/group"))[1]
    page = served.client().page(address)
    assert "Image fusion 1" in page
    assert "1 vote" in page
    assert not re.search(r"\b(Ada|ada@)(?! Lovelace)", page)
    ada.post("/group/share", share="off")
    assert served.client().get(address).status == 404


def test_the_address_of_a_past_list_can_be_taken_away(served, clock):
    ada = served.logged_in("ada")
    ada.post("/vote", paper=PAPERS[0].id, vote="yes")
    ada.post("/group/share", share="on")
    shared = re.search(rf'href="{PAGE}(/list/[\w-]+)"', ada.page("/group"))[1]
    clock.forward(days=7)
    past = re.search(r'href="(/group/meeting/\d+)"', ada.page("/group/meetings"))[1]
    assert shared in ada.page(past)
    assert served.client().get(shared).status == 200
    number = past.rpartition("/")[2]
    assert ada.post("/group/share", share="off", meeting="99").status == 404
    assert ada.post("/group/share", share="off", meeting=number, back=past).status == 303
    assert served.client().get(shared).status == 404
    assert shared not in ada.page(past)


def test_past_meetings_have_papers_names_and_notes(served, clock):
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    ada.post("/vote", paper=PAPERS[0].id, vote="yes")
    clock.forward(days=7)
    path = re.search(r"/group/meeting/\d+", bob.page("/group/meetings"))[0]
    page = bob.page(path)
    assert "Wanted by Ada" in page
    was = re.search(r'name="was" value="(\w+)"', page)[1]
    number = path.rpartition("/")[2]
    bob.post("/group/notes", meeting=number, was=was, notes="Nice.\n<script>alert(1)</script>")
    assert "Nice.\n&lt;script&gt;" in ada.page(path)
    answer = ada.post("/group/notes", meeting=number, was=was, notes="Other")
    assert (answer.status, "Somebody else" in text(answer)) == (409, True)
    assert "Nice." in ada.page(path)
    for wrong in ("0", "99", "x", "9" * 30):
        assert ada.get(f"/group/meeting/{wrong}").status == 404


def test_a_newcomer_starts_from_the_groups_votes(served):
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    assert "New here?" not in bob.page("/group")
    for paper in PAPERS[:3]:
        ada.post("/vote", paper=paper.id, vote="yes")
    assert "New here?" in bob.page("/group")
    bob.post("/group/start", back="/group")
    assert verdicts(served, "bob") == {paper.id: Verdict.LIKE for paper in PAPERS[:3]}
    number = re.search(r'name="number" value="([^"]+)"', bob.page("/group"))[1]
    bob.post("/undo", number=number)
    assert verdicts(served, "bob") == {}


def test_what_can_be_taken_back_is_the_members_own(served):
    """Rules are remembered by the server; who comes with the profile of a deleted member finds none of them."""
    from recommender.results.group import Invitation

    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    ada.post("/rules", kind="follow", rule="Zz Secret")
    bob.post("/rules", kind="mute", rule="benchmark")
    assert "Zz Secret" in ada.page("/group").partition("<footer>")[2]
    assert "benchmark" in bob.page("/group").partition("<footer>")[2]
    assert "Zz Secret" not in bob.page("/group")
    with served.institute.door() as door:
        door.delete("ada@example.org")
        door.invite(Invitation("ada@elsewhere.example", send=False))
    client = served.client()
    client.post("/login", address="ada@elsewhere.example")
    served.postbox.wait()
    mail = served.institute.mailed()[-1]
    assert mail["To"] == "ada@elsewhere.example"
    client.post(re.search(r"/login/\S+", mail.get_content())[0])
    assert "Zz Secret" not in client.page("/group") + client.page("/you")


def test_members_own_papers_are_marked_on_cards(served):
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    ada.post("/account", author="Ada Lovelace", agenda="1")
    assert "By Ada of the group" in bob.page(DAY)
    assert "This is not mine" in ada.page("/group")
    assert "This is not mine" not in bob.page("/group")
    ada.post("/group/disown", paper=PAPERS[0].id)
    assert bob.page("/group").count(" – Ada") == len(PAPERS) - 1


@pytest.mark.parametrize(
    "name", ["Zoë 李 \u202eevil\u202c", "<b>Bob</b>", "a" * 300, "\u0301\u0301", "👩‍🚀 Ada", "'\"&"]
)
def test_names_of_any_letters_are_only_text(served, name):
    from recommender.results.group import Invitation

    with served.institute.door() as door:
        account = door.invite(Invitation("zoe@example.org", name, send=False)).account
    zoe, bob = served.logged_in("zoe"), served.logged_in("bob")
    zoe.post("/vote", paper=PAPERS[0].id, vote="yes")
    page = bob.page("/group")
    from markupsafe import escape

    assert f"Votes: {escape(account.name)}" in page
    assert "<b>Bob" not in page
    assert "\u202e" not in page


@pytest.mark.slow
def test_every_letter_of_unicode_is_shown_on_the_groups_page(served):
    names = vote_with_all_letters(served.institute, PAPERS[0])
    assert f"Votes: {', '.join(names)}" in html.unescape(served.logged_in("bob").page("/group"))


def test_a_member_takes_everything_away_as_one_file(served):
    ada = served.logged_in("ada")
    ada.post("/rate", paper=PAPERS[0].id, verdict="like")
    packed = ada.get("/account/profile.zip")
    assert packed.headers["Content-Disposition"] == 'attachment; filename="ada.recommend.zip"'
    assert set(zipfile.ZipFile(BytesIO(packed.data)).namelist()) == {"profile.db", "profile.toml"}
    assert json.loads(ada.get("/account/group.json").data)["address"] == "ada@example.org"


def test_errors_name_no_file_and_nobody_else(served):
    ada = served.logged_in("ada")
    served.institute.home.own_settings_file("ada").write_text("list_size = 0\n")
    served.institute.home.profile_file("ada").write_bytes(b"damaged")
    for path in ("/", "/group", "/you", f"/paper/{PAPERS[0].id}"):
        answer = ada.get(path)
        assert answer.status in (200, 503), path
        assert str(served.institute.home.root) not in text(answer)
        assert "bob" not in text(answer)
    served.institute.home.own_settings_file("ada").unlink()
    served.institute.home.profile_file("ada").unlink()
    answer = ada.get("/you")  # the command line would name the profiles that are here
    assert answer.status == 503
    assert "The server cannot read or write its files just now" in text(answer)
    assert "bob" not in text(answer)


@pytest.mark.parametrize("path", ["/login/x.y", "/list/x"])
def test_a_stranger_learns_no_file_of_a_server_in_trouble(served, path):
    home = served.institute.home
    home.group_file.write_bytes(b"no database" * 1000)
    answer = served.client().get(path)
    assert (answer.status, "cannot read its files just now" in text(answer)) == (503, True)
    assert str(home.root) not in text(answer)


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/vote", {"paper": "9999.99999", "vote": "yes"}, 404),
        ("/vote", {"paper": PAPERS[0].id, "vote": "maybe"}, 400),
        ("/vote", {"paper": "", "vote": "yes"}, 404),
        ("/group/notes", {"meeting": "99", "notes": "x"}, 404),
        ("/account/logins", {"login": "-1"}, 303),
        ("/login", {"address": ""}, 200),
        ("/login", {"address": "x" * 70_000}, 413),
    ],
)
def test_strange_forms_have_an_answer_that_says_so(served, path, fields, status):
    answer = served.logged_in("ada").post(path, **fields)
    assert answer.status == status, text(answer)
    assert "Traceback" not in text(answer)


# Ratings are private


class Watched:
    """The files below a folder that are opened meanwhile, by whichever thread, databases too."""

    _folders: ClassVar[dict[str, list[str]]] = {}  # one hook for all tests: it cannot be taken away

    def __init__(self, folder):
        self._folder = str(folder)

    def __enter__(self):
        if not Watched._folders:
            sys.addaudithook(Watched._hear)
        Watched._folders[self._folder] = []
        return Watched._folders[self._folder]

    def __exit__(self, *_):
        Watched._folders[self._folder] = []

    @staticmethod
    def _hear(event, arguments):
        if event in ("open", "sqlite3.connect") and isinstance(arguments[0], str):
            for folder, names in Watched._folders.items():
                if folder in arguments[0]:
                    names.append(arguments[0])


BOBS_PAGES = ("/", DAY, "/best", "/rated", "/you", "/days", "/search?q=fusion", "/group", "/group/meetings", "/account")


def test_no_request_opens_the_file_of_another_member(served):
    """So that neither an answer nor its time can depend on anybody else's ratings."""
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    ada.post("/rate", paper=PAPERS[0].id, verdict="like")
    ada.post("/account", counted="1", agenda="1", author="Ada Lovelace")
    ada.post("/vote", paper=PAPERS[1].id, vote="yes")
    ada.post("/group/share", share="on")
    shared = re.search(rf'href="{PAGE}(/list/[\w-]+)"', ada.page("/group"))[1]
    with Watched(served.institute.home.root) as files:
        for path in (*BOBS_PAGES, f"/paper/{PAPERS[0].id}", shared, "/account/profile.zip", "/account/group.json"):
            assert bob.get(path).status == 200, path
        bob.post("/vote", paper=PAPERS[0].id, vote="yes")
        bob.post("/rate", paper=PAPERS[0].id, verdict="like")
        bob.post("/today", day=NOW.date().isoformat())
        bob.post("/group/start")
        served.logged_in("bob")
        assert any("bob.db" in name for name in files)
        assert [name for name in files if re.search(r"\b(ada|carl)\.", name)] == []


ELSEWHERE = make_paper(50, "Zweistein on chanterelles", "Image fusion of mushrooms.", authors=("Quirin Zweistein",))
SECRET = ELSEWHERE._replace(id="doi:10.1000/chanterelles", doi="10.1000/chanterelles", title="Chanterelles at home")
ASKED_FOR = (
    *(f"/search?q={words}" for words in ("chanterelles", "Quirin+Zweistein", "Zweistein+fusion", "xyzzy")),
    *(f"/paper/{paper.id}" for paper in (ELSEWHERE, SECRET)),
)


def bring(served, name, *papers):
    """A library that a member imports, of papers that no source announced."""
    entries = tuple(LibraryEntry(paper, NOW, Verdict.LIKE) for paper in papers)
    with served.institute.reader(name) as reader:
        assert len(reader.import_library(LibraryEntries(entries), offline=True).verdicts) == len(papers)


def test_what_a_member_brought_is_found_by_nobody_else_until_the_member_votes_for_it(served):
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    titles = f"{ELSEWHERE.title}|{SECRET.title}"
    bring(served, "ada", ELSEWHERE, SECRET)
    bob.post("/rate", paper=PAPERS[0].id, verdict="like")
    for path in ASKED_FOR[:2]:
        assert ELSEWHERE.title in ada.page(path)
        assert not re.search(titles, bob.page(path))
    assert re.search(titles, ada.page("/search?q=fusion"))
    assert not re.search(titles, bob.page("/search?q=fusion") + bob.page("/best") + bob.page(f"/paper/{PAPERS[0].id}"))
    assert ada.get(f"/paper/{SECRET.id}").status == 200
    for action in ("/rate", "/vote", "/later", "/note"):
        fields = {"verdict": "like", "vote": "yes", "list": "later", "note": "x"}
        assert bob.post(action, paper=SECRET.id, **fields).status in (404, 409), action
    ada.post("/vote", paper=SECRET.id, vote="yes")
    assert SECRET.title in bob.page(f"/paper/{SECRET.id}")
    assert SECRET.title in bob.page("/search?q=chanterelles")
    assert bob.post("/vote", paper=SECRET.id, vote="yes").status == 303
    assert "Ada, Bob" in bob.page("/group")
    assert ELSEWHERE.title not in bob.page("/search?q=chanterelles")


@pytest.mark.sample(1)
@pytest.mark.parametrize("action", ["/rate", "/later", "/note", "/opened", "/vote"])
def test_where_arxiv_cannot_be_asked_an_id_tells_of_nobody_who_brought_it(served, action):
    bob = served.logged_in("bob")
    asked = [("paper", ELSEWHERE.id), ("verdict", "like"), ("vote", "yes"), ("list", "later"), ("note", "x")]
    answers = []
    for brought in (False, True):
        if brought:
            bring(served, "ada", ELSEWHERE)
        done = bob.ask("POST", action, asked, Accept="application/json")
        answers.append((done.status, text(done), bob.page("/rated"), bob.page("/reading"), bob.page("/you")))
    assert answers[0] == answers[1]
    assert ELSEWHERE.title not in "".join(map(str, answers))


@pytest.mark.slow
def test_a_paper_that_a_member_asks_arxiv_for_is_kept_for_this_member(served, monkeypatch):
    without_proxy(monkeypatch)
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    with Server().running() as arxiv:
        monkeypatch.setenv("RECOMMEND_ARXIV", arxiv.url)
        arxiv.script("/api/query", Reply(body=answers.answer([ELSEWHERE])))
        assert ELSEWHERE.title in ada.page(f"/paper/{ELSEWHERE.id}")
        assert ELSEWHERE.title in ada.page(f"/paper/{ELSEWHERE.id}")
        assert len(arxiv.asked) == 1
        assert "Zweistein" not in bob.page("/search?q=mushrooms")
        assert ELSEWHERE.title in bob.page(f"/paper/{ELSEWHERE.id}")
        assert len(arxiv.asked) == 2  # as if nobody had asked before


def seen_by_others(served, clock, rate):
    """Everything that Bob, an admin and a stranger can get, after Ada has rated or not."""
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    ada.post("/vote", paper=PAPERS[3].id, vote="yes")
    ada.post("/group/share", share="on")
    if rate:
        for paper, verdict in zip(PAPERS, ("like", "dislike", "read", "like", "like"), strict=False):
            assert ada.post("/rate", paper=paper.id, verdict=verdict).status == 303
        ada.post("/rules", kind="follow", rule="Ada Lovelace")
        ada.post("/today", day=NOW.date().isoformat())
        bring(served, "ada", ELSEWHERE, SECRET)
    seen = [bob.page(path) for path in BOBS_PAGES]
    shared = re.search(rf'href="{PAGE}(/list/[\w-]+)"', seen[7])[1]
    seen += [served.client().page(shared), served.client().page("/login")]
    seen += [bob.page(f"/paper/{paper.id}") for paper in PAPERS]
    seen += [text(bob.get(path)) for path in ASKED_FOR]
    seen.append(text(bob.get("/account/group.json")))
    with zipfile.ZipFile(BytesIO(bob.get("/account/profile.zip").data)) as packed:
        seen.append(packed.read("profile.toml").decode())
    clock.forward(days=4)
    with served.institute.door() as door:
        seen += [str(door.daily()), str(door.health())]
        seen += [mail.get_content() for mail in served.institute.mailed() if "Log in" not in mail["Subject"]]
    return [re.sub(r"/list/[\w-]+|share='[^']+'", "", page) for page in seen]


@pytest.mark.slow
def test_what_others_see_is_the_same_whether_a_member_rates_or_not(tmp_path, prepared):
    worlds = []
    for rate in (False, True):
        clock = Clock()
        shutil.copytree(prepared, tmp_path / str(rate) / "home")
        with GroupServer.running(tmp_path / str(rate) / "home", clock) as served:
            worlds.append(seen_by_others(served, clock, rate))
            assert bool(verdicts(served, "ada")) == rate
    quiet, rated = worlds
    assert len(quiet) == len(rated)
    for number, (one, other) in enumerate(zip(quiet, rated, strict=True)):
        assert one.replace("/False", "/True") == other, number


def test_the_log_has_no_addresses_tokens_or_ratings(served, caplog, monkeypatch):
    from recommender.services.group.desk import Desk

    caplog.set_level("DEBUG")
    caplog.set_level("WARNING", "urllib3")  # asks arXiv by address, below what the server logs
    ada = served.logged_in("ada")
    ada.post("/rate", paper=PAPERS[0].id, verdict="like")
    assert ada.post("/rate", paper="2101.00001", verdict="like").status == 404  # arXiv cannot be asked
    assert ada.post("/rules", kind="boost", rule="my secret: rule").status == 503
    served.institute.home.group_settings_file.write_text("name = 3\n")
    client = served.client()
    client.post("/login", address="bob@example.org")
    served.postbox.wait()
    monkeypatch.setattr(Desk, "send", None)
    ada.get("/group")
    said = caplog.text
    assert "was not mailed" in said
    for secret in (
        "@example.org",
        PAPERS[0].id,
        "2101.00001",
        "secret",
        *ada.cookies.values(),
        *client.cookies.values(),
    ):
        assert secret not in said


def test_the_log_has_no_address_however_it_is_spelled(home, clock, caplog):
    with (
        MailServer(refused={"ada@example.org": "550 5.1.1 <ada@example.org>: no such user"}).running() as server,
        GroupServer.running(home, clock, by=f"smtp://127.0.0.1:{server.port}") as served,
    ):
        served.institute.invite("ada")
        for spelled in ("ADA@Example.ORG", "Ada <ada@example.org>"):
            assert served.client().post("/login", address=spelled).status == 200
        served.postbox.wait()
    assert caplog.text.count("was not mailed") == 2
    assert "ada@" not in caplog.text.lower()


def test_a_listening_port_alone_is_no_way_in(served):
    port = int(served.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"GET /group HTTP/1.0\r\n\r\n")
        assert b"421" in raw.recv(100)


def test_the_clock_of_sessions_is_the_servers(served, clock):
    ada = served.logged_in("ada")
    clock.forward(days=29)
    assert ada.get("/account").status == 200
    clock.forward(days=1)
    assert ada.get("/account").status == 303
    assert clock.now - NOW == timedelta(days=30)
