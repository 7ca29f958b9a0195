"""Web addresses: how they are checked, named in messages, and redirected."""

from urllib.parse import SplitResult, urljoin, urlsplit

from recommender.errors import SourceError
from recommender.sources.hosts import is_private
from recommender.text.short import shortened


def split(url: str) -> SplitResult:
    """Split an http or https address.

    Raises:
        SourceError: it is another text.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise SourceError(f"{printable(url)} is no web address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceError(f"{printable(url)} is no web address; expected one that begins with https:// or http://")
    return parts


def host(url: str) -> str:
    """The host of an address in messages, with its port and never with a password: "localhost:8080"."""
    parts = split(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def host_name(url: str) -> str:
    """The name or number of an address's host, without its port."""
    return str(split(url).hostname)


def site(url: str) -> str:
    """The site of an address, for which the pace counts: all hosts of arXiv are one."""
    parts = split(url)
    if parts.hostname == "arxiv.org" or str(parts.hostname).endswith(".arxiv.org"):
        return "arxiv.org"
    return f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}[parts.scheme]}"


def redirected(url: str, location: str, wanted: str = "") -> str:
    """The address to which a redirect leads.

    From https it may lead anywhere by https; from plain http anywhere by https, or by http within the site. It may lead
    to a private host only where the reader named that host.

    Args:
        wanted: the address that the reader named, which leads to `url`; empty: `url` itself.

    Raises:
        SourceError: it leads elsewhere.
    """
    try:
        target = urljoin(url, location.strip()) if location.strip() else ""
        old, new = urlsplit(url), urlsplit(target)
        is_safe = bool(new.hostname) and (
            new.scheme == "https" or (new.scheme == "http" == old.scheme and site(target) == site(url))
        )
        is_safe &= new.hostname == urlsplit(wanted or url).hostname or not is_private(str(new.hostname))
        is_safe &= not {"@", "\\"} & {*new.netloc}  # programs disagree on which host "https://a\\@b/" names
    except ValueError:  # no address at all
        is_safe = False
    if not is_safe:
        raise SourceError(f"{host(url)} redirects to an address that is not safe to follow ({printable(location)})")
    return target.partition("#")[0]


def printable(text: str) -> str:
    """At most 60 characters of a text, with "?" for those that cannot be printed."""
    return shortened("".join(sign if sign.isprintable() else "?" for sign in text[:61]))
