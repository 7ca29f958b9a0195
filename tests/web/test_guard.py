"""Only the reader's own browser sees and changes the reader's pages."""

from itertools import product

import pytest
from pageserver import Served, ask, text
from support import make_paper

PAPER = make_paper(1, "Image fusion", "We fuse images.")
HOSTS = {"127.0.0.1:{port}": True, "localhost:{port}": True, "localhost": True, "evil.example:{port}": False, "": False}
SITES = {None: True, "same-origin": True, "none": True, "same-site": False, "cross-site": False, "?": False}
ORIGINS = {None: True, "own": True, "http://evil.example": False, "null": False, "https://127.0.0.1:{port}": False}
COOKIES = {"own": True, "wrong": False, None: False}
METHODS = {"GET": True, "POST": True, "PUT": False, "DELETE": False, "OPTIONS": False, "HEAD": True}


@pytest.fixture
def served(home):
    with Served.running(home, reading=True) as running:
        running.listed(PAPER, make_paper(2))
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_every_write_that_is_not_the_readers_own_is_refused(served, method):
    port = served.address.rpartition(":")[2]
    refused = 0
    for host, site, origin, cookie in product(HOSTS, SITES, ORIGINS, COOKIES):
        headers = {"Host": host.format(port=port), "Content-Type": "application/x-www-form-urlencoded"}
        if site is not None:
            headers["Sec-Fetch-Site"] = site
        if origin is not None:
            own = f"http://{headers['Host']}"
            headers["Origin"] = own if origin == "own" else origin.format(port=port)
        if cookie is not None:
            headers["Cookie"] = f"{served.keys.cookie}={served.keys.session if cookie == 'own' else 'x' * 43}"
        is_read = method in ("GET", "HEAD")
        path = "/" if is_read else "/rate"
        body = None if is_read else f"paper={PAPER.id}&verdict=like"
        answer = ask(method, served.address + path, headers=headers, body=body)
        from_own_page = SITES[site] if site is not None else ORIGINS[origin]
        is_own = HOSTS[host] and COOKIES[cookie] and METHODS[method] and (is_read or from_own_page)
        case = f"{method} {path} Host={host} Sec-Fetch-Site={site} Origin={origin} cookie={cookie}"
        if is_own:
            assert answer.status in (200, 303), case
            assert bool(served.feedback()) == (method == "POST"), case
            if method == "POST":
                number = text(served.ask("GET", "/")).partition('name="number" value="')[2].partition('"')[0]
                served.ask("POST", "/undo", [("number", number)])
        else:
            refused += 1
            assert 400 <= answer.status < 500, case
            assert served.feedback() == [], case
            assert "Image fusion" not in text(answer), case
    assert refused > 350


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_nothing_is_shown_through_a_proxy(served, header):
    assert served.ask("GET", "/", **{header: "10.0.0.1"}).status == 403


def test_the_printed_address_opens_the_pages_and_keeps_its_token_to_itself(served):
    answer = ask("GET", served.door)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert served.keys.token not in cookie
    page = ask("GET", served.address + "/", headers={"Cookie": cookie.partition(";")[0]})
    assert page.status == 200
    assert served.keys.token not in text(page)


@pytest.mark.parametrize("token", ["", "wrong", "ü", "x" * 4000])
def test_another_token_opens_nothing(served, token):
    answer = ask("GET", f"{served.address}/", fields={"token": token})
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers
    assert "recommend serve" in text(answer)


def test_pages_may_load_from_here_alone_and_run_one_script(served):
    policy = served.ask("GET", "/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
