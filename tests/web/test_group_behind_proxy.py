"""A group's pages behind a real proxy, with the configurations that docs/group.md shows."""

import re
import ssl

import pytest
import urllib3
from groups import Clock, GroupServer
from pageserver import text
from proxies import caddy, ground, nginx, running
from support import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "group.md").read_text(encoding="utf-8")


pytestmark = pytest.mark.slow  # each test starts a proxy


@pytest.fixture(params=[caddy, nginx], ids=lambda program: program.__name__)
def proxied(request, home, tmp_path, monkeypatch):
    """The group's server, the proxy's address and port, and a client that trusts its certificate."""
    program = request.param
    folder, port, authority, certificate = ground(program, tmp_path, monkeypatch)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    page = f"https://localhost:{port}"
    with GroupServer.running(home, Clock(), page=page, proxy_header="X-Remote-User") as served:
        served.institute.invite("ada")
        command = program(DOCUMENT, folder, port, served.address.removeprefix("http://"), certificate)
        with running(command, folder, port):
            yield served, page, urllib3.PoolManager(ssl_context=context)


def test_a_member_logs_in_and_votes_through_the_proxy(proxied):
    served, page, pool = proxied
    cookies = {}

    def ask(method, path, **fields):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Origin": page}
        more = {"fields": fields, "encode_multipart": False} if method == "POST" else {}
        answer = pool.request(method, page + path, headers=headers, redirect=False, **more)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            cookies[name] = value
        return answer

    assert ask("GET", "/").headers["Location"] == "/login?back=/"
    answer = ask("POST", "/login", address="ada@example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    served.postbox.wait()
    assert ask("POST", f"/login/{served.institute.link_of('ada')}").status == 303
    assert "Next meeting" in text(ask("GET", "/group"))
    assert ask("POST", "/group/share", share="on", back="/group").status == 303
    shared = re.search(rf'href="{page}(/list/[\w-]+)"', text(ask("GET", "/group")))[1]
    cookies.clear()
    assert ask("GET", shared).status == 200


def test_a_client_cannot_name_a_member_through_the_proxy(proxied):
    served, page, pool = proxied
    secret = served.institute.home.proxy_secret_file.read_text().strip()
    headers = {"X-Remote-User": "ada@example.org", "X-Proxy-Secret": secret}
    answer = pool.request("GET", f"{page}/group", headers=headers, redirect=False)
    assert (answer.status, "Next meeting" in text(answer)) == (303, False)


def test_clients_of_the_proxy_have_limits_of_their_own(proxied):
    served, page, pool = proxied
    fields = {"address": "ada@example.org"}
    headers = {"Origin": page, "X-Forwarded-For": "198.51.100.9"}  # which a client may claim
    for _ in range(25):
        answer = pool.request("POST", f"{page}/login", fields=fields, headers=headers, encode_multipart=False)
    assert answer.status == 429
    served.postbox.wait()
    assert len(served.institute.mailed_to("ada")) == 4
