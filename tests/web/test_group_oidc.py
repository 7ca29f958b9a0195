"""Logging in by a provider of OpenID Connect, which here is one of our own that can lie in every way."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from groups import PAGE, Clock, GroupServer
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from pageserver import text

from recommender.errors import ProfileError

CLIENT, SECRET = "papers", "s3cret-of-the-client"
KEY, OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})


class Provider:
    """What the provider says; a test changes it."""

    def __init__(self, clock):
        self.clock = clock
        self.issuer = ""
        self.claims = {"email": "ada@example.org", "email_verified": True}
        self.change = {}  # claims of the ID token that are other than they should be
        self.key, self.algorithm = KEY, "RS256"
        self.metadata = {}  # parts of its description that are other than they should be
        self.token_status = 200
        self.nonces, self.challenges = {}, {}  # by code
        self.seen = []  # forms that came to the token endpoint

    def authorize(self, url):
        """What the provider does when a browser comes: it logs in whoever it is, and gives a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code{len(self.nonces)}"
        self.nonces[code], self.challenges[code] = query["nonce"], query["code_challenge"]
        assert query["redirect_uri"] == f"{PAGE}/login/oidc/back"
        assert query["code_challenge_method"] == "S256"
        return f"/login/oidc/back?code={code}&state={query['state']}"

    def token(self, form, authorization):
        self.seen.append(form)
        code = form["code"]
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if verifier.decode() != self.challenges.get(code) or authorization != f"Basic {known}":
            return 400, {"error": "invalid_grant"}
        now = int(self.clock.now.timestamp())
        claims = {
            "iss": self.issuer,
            "sub": "0000-0001",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonces[code],
            **self.claims,
            **self.change,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": self.algorithm, "kid": "1"}, claims, self.key, algorithms=[self.algorithm])
        return self.token_status, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@contextmanager
def serving(provider):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def answer(self, status, document):
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):
            if self.path == "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
                document = {name: f"{provider.issuer}/{path}" for name, path in names.items()}
                self.answer(200, document | {"issuer": provider.issuer} | provider.metadata)
            else:
                self.answer(200, {"keys": [KEY.as_dict(private=False)]})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers.get("Authorization")))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider(clock):
    made = Provider(clock)
    with serving(made):
        yield made


@pytest.fixture
def served(home, clock, provider):
    settings = {"oidc_issuer": provider.issuer, "oidc_client": CLIENT, "oidc_name": "Example ID"}
    home.mkdir(mode=0o700, parents=True)
    (home / "group.oidc-secret").write_text(SECRET)
    (home / "group.oidc-secret").chmod(0o600)
    with GroupServer.running(home, clock, **settings) as running:
        running.institute.invite("ada", "bob")
        yield running


def way_back(provider, client, path="/login/oidc?back=/account"):
    """Send a browser to the provider; the path that it comes back by."""
    answer = client.get(path)
    assert answer.status == 303
    assert answer.headers["Location"].startswith(f"{provider.issuer}/auth?")
    return provider.authorize(answer.headers["Location"])


def logged_in(provider, client):
    return client.get(way_back(provider, client))


def test_a_member_logs_in_by_the_verified_address(served, provider):
    client = served.client()
    assert "Log in by Example ID" in client.page("/login")
    answer = logged_in(provider, client)
    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    assert "ada@example.org" in client.page("/account")
    provider.claims = {"email": "new@example.org", "email_verified": True}  # the same person, who has moved
    again = served.client()
    assert logged_in(provider, again).status == 303
    assert "ada@example.org" in again.page("/account")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "ada@example.org"},
        {"email": "ada@example.org", "email_verified": False},
        {"email": "ada@example.org", "email_verified": "true"},
        {"email": "eve@example.org", "email_verified": True},
        {"email": "ada", "email_verified": True},
        {"email": ["ada@example.org"], "email_verified": True},
    ],
)
def test_nobody_becomes_a_member_by_logging_in(served, provider, claims):
    provider.claims = claims
    client = served.client()
    answer = logged_in(provider, client)
    assert (answer.status, "no member has this login" in text(answer)) == (403, True)
    assert client.get("/").status == 303


def test_a_member_connects_a_login_without_an_address_as_of_orcid(served, provider):
    provider.claims = {}
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    assert "Log in by Example ID" in ada.page("/account")
    assert ada.get(way_back(provider, ada, "/account/oidc")).headers["Location"] == "/account"
    client = served.client()
    assert logged_in(provider, client).status == 303
    assert "ada@example.org" in client.page("/account")
    answer = bob.get(way_back(provider, bob, "/account/oidc"))
    assert (answer.status, "another member" in text(answer)) == (403, True)
    assert served.client().get("/account/oidc").status == 303  # to the login


def test_a_way_begun_by_one_member_connects_no_other(served, provider):
    provider.claims = {}
    ada, bob = served.logged_in("ada"), served.logged_in("bob")
    path = way_back(provider, ada, "/account/oidc")
    ada.cookies["__Host-recommender-session"] = bob.cookies["__Host-recommender-session"]
    assert ada.get(path).status == 403


def test_a_link_of_another_site_connects_nothing(served, provider):
    ada = served.logged_in("ada")
    answer = ada.get("/account/oidc", Sec_Fetch_Site="cross-site")
    assert (answer.status, "nothing was changed" in text(answer)) == (403, True)
    assert ada.get("/account/oidc", Sec_Fetch_Site="same-origin").status == 303


def test_a_secret_that_cannot_be_read_names_no_file_to_strangers(served):
    served.institute.home.oidc_secret_file.unlink()
    answer = served.client().get("/login/oidc")
    assert (answer.status, "cannot read its files just now" in text(answer)) == (503, True)
    assert str(served.institute.home.root) not in text(answer)


def test_a_disabled_member_stays_out(served, provider):
    with served.institute.door() as door:
        door.disable("ada@example.org")
    assert logged_in(provider, served.client()).status == 403


def test_a_way_back_works_once_and_in_the_browser_that_began_it(served, provider, clock):
    client, other = served.client(), served.client()
    path = way_back(provider, client)
    way_back(provider, other)
    assert other.get(path).status == 403
    assert client.get(path).status == 403  # it is used up, whoever came
    path = way_back(provider, client)
    assert client.get(path).status == 303
    assert client.get(path).status == 403
    for wrong in ("", "?code=x", "?code=x&state=y", "?state=%00", "?error=access_denied&state=x"):
        assert served.client().get(f"/login/oidc/back{wrong}").status == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"change": {"iss": "https://evil.example"}},
        {"change": {"aud": "another"}},
        {"change": {"aud": [CLIENT, "another"]}},
        {"change": {"azp": "another"}},
        {"change": {"nonce": "another"}},
        {"change": {"nonce": None}},
        {"change": {"exp": 1}},
        {"change": {"exp": None}},
        {"change": {"iat": 99_999_999_999}},
        {"change": {"sub": None}},
        {"key": OTHER_KEY},
        {"key": OctKey.import_key(SECRET), "algorithm": "HS256"},
        {"key": ECKey.generate_key("P-256", {"kid": "1"}), "algorithm": "ES256"},
        {"token_status": 500},
        {"metadata": {"issuer": "https://evil.example"}},
        {"metadata": {"token_endpoint": "http://evil.example/token"}},
        {"metadata": {"token_endpoint": "file:///etc/passwd"}},
        {"metadata": {"jwks_uri": None}},
    ],
    ids=lambda lie: " ".join(f"{name}={value}" for name, value in lie.items() if name != "key") or "key",
)
def test_a_provider_that_lies_logs_nobody_in(served, provider, lie):
    client = served.client()
    path = way_back(provider, client)
    for name, value in lie.items():
        setattr(provider, name, value)
    answer = client.get(path)
    assert answer.status in (403, 503), text(answer)
    assert client.get("/account").status == 303


def test_a_provider_that_is_gone_leaves_the_login_by_mail(served, provider, monkeypatch):
    provider.metadata = {"issuer": "https://evil.example"}
    assert served.client().get("/login/oidc").status == 503
    assert served.logged_in("ada").get("/account").status == 200


def test_identities_go_with_their_account(served, provider):
    logged_in(provider, served.client())
    with served.institute.door() as door:
        door.delete("ada@example.org")
    assert b"0000-0001" not in served.institute.home.group_file.read_bytes()


def test_logins_that_are_begun_are_limited(served, provider):
    client = served.client()
    statuses = [client.get("/login/oidc").status for _ in range(22)]
    assert statuses == [303] * 20 + [429] * 2


def test_without_the_extra_the_server_says_what_is_missing(served, monkeypatch):
    from recommender.errors import MissingExtra
    from recommender.web import app

    monkeypatch.setattr(app, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"\boidc\b.*\]"):
        app.group_app(served.institute.home.root)


@pytest.mark.parametrize(
    "settings", [{"oidc_issuer": "http://login.example.org"}, {"oidc_issuer": "https://orcid.org"}]
)
def test_a_provider_needs_tls_and_our_id(home, clock, settings):
    with pytest.raises(ProfileError, match="oidc"), GroupServer.running(home, clock, **settings):
        pass
