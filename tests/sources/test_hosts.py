"""Where a redirect may lead: to the internet, and to the host that the reader named."""

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from faults import Clock, Reply, Server, redirect, without_proxy
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import SourceError
from recommender.sources import urls
from recommender.sources.client import Web
from recommender.sources.hosts import is_private
from recommender.sources.urls import redirected
from recommender.store.http_cache import HttpCache

PRIVATE = (
    "127.0.0.1 127.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 0 0.0.0.0 10.1.2.3 "
    "172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 2852039166 0xa9fea9fe 100.64.0.1 192.0.0.1 198.18.0.1 "
    "224.0.0.1 255.255.255.255 [::1] :: ::1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::127.0.0.1 fe80::1 fe80::1%eth0 fd00::1 "
    "fec0::1 ff02::1 64:ff9b::7f00:1 2002:7f00:1:: localhost LOCALHOST localhost. a.localhost router metadata "
    "metadata.google.internal printer.local nas.lan fritz.home １２７.0.0.1 127。0。0。1"
).split()
PUBLIC = "arxiv.org rss.arxiv.org. example.com 8.8.8.8 134744072 2606:4700::1111 ::ffff:8.8.8.8 172.32.0.1".split()


@pytest.mark.parametrize("host", PRIVATE)
def test_a_host_of_a_home_or_a_cloud_is_private_however_it_is_written(host):
    assert is_private(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_a_host_of_the_internet_is_public(host):
    assert not is_private(host)


@given(st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="10.0.0.0/8"))
def test_every_form_of_a_private_number_is_private(address: IPv4Address):
    number = int(address)
    mapped = IPv6Address(f"::ffff:{address}")
    assert all(map(is_private, (str(address), str(number), hex(number), f"0{number:o}", str(mapped), f"[{mapped}]")))


@given(st.text(max_size=30) | st.from_regex(r"[0-9a-fx.:%\[\]]{1,40}"))
def test_any_text_is_one_or_the_other(host):
    assert is_private(host) in (True, False)


@pytest.mark.parametrize("host", PRIVATE)
def test_no_redirect_leads_from_the_internet_into_a_home(host):
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    with pytest.raises(SourceError, match="not safe to follow"):
        redirected("https://example.com/feed", f"https://{name}/latest/meta-data")


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "javascript", "data", "dict", "ldap", "jar"])
def test_no_redirect_leads_to_another_scheme(scheme):
    with pytest.raises(SourceError, match="not safe to follow"):
        redirected("https://example.com/feed", f"{scheme}://example.com/x")


def test_a_private_host_that_the_reader_named_may_redirect_within_itself_alone():
    assert redirected("http://192.168.0.5/feed", "http://192.168.0.5/new") == "http://192.168.0.5/new"
    assert redirected("http://192.168.0.5/feed", "https://192.168.0.5/feed") == "https://192.168.0.5/feed"
    assert redirected("https://example.com/", "https://nas.local/x", "https://nas.local/") == "https://nas.local/x"
    for other in ("https://192.168.0.6/", "https://169.254.169.254/", "https://localhost/"):
        with pytest.raises(SourceError, match="not safe to follow"):
            redirected("http://192.168.0.5/feed", other)


@pytest.mark.parametrize("host", [r"127.0.0.1\@example.com", "example.com@127.0.0.1", "user:word@example.com", r"a\b"])
def test_no_redirect_leads_to_a_host_that_two_programs_read_differently(host):
    with pytest.raises(SourceError, match="not safe to follow"):
        redirected("https://example.com/feed", f"https://{host}/x")


@pytest.fixture
def everywhere_here(monkeypatch):
    """All names lead to this machine, as a hostile name server can say."""
    getaddrinfo = socket.getaddrinfo
    without_proxy(monkeypatch)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **how: getaddrinfo("127.0.0.1", *rest, **how))


@pytest.fixture
def web(tmp_path):
    clock = Clock()
    with HttpCache(tmp_path / "web.db") as cache:
        yield Web(cache, "", clock, clock.sleep, lambda _line: None, timeout=2.0)


def test_a_public_name_of_a_private_machine_gets_no_request_after_a_redirect(web, everywhere_here, monkeypatch):
    monkeypatch.setattr(urls, "redirected", lambda _url, location, _wanted: location)  # as by https
    with Server().running() as server:
        secret = server.script("/secret", Reply(body=b"x")).replace("127.0.0.1", "evil.example")
        server.script("/feed", redirect(secret))
        with pytest.raises(SourceError, match=r"evil.example:\d+ leads to a machine of a private network"):
            web.get(f"{server.url}/feed")
        assert server.paths == ["/feed"]
        assert web.get(secret).body == b"x"  # the reader may name it
