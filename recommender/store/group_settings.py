"""The settings of a group as TOML: `group.toml`, which the admin edits, and the secret that a proxy shares with us."""

import os
import re
import secrets
import stat
import tomllib
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomlkit

from recommender import files
from recommender.errors import ProfileError
from recommender.results.group import GroupSettings
from recommender.text.lines import one_line

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HERE = ("localhost", "127.0.0.1")  # the only hosts where a page without TLS is safe
_MAX_NAME = 80  # characters
_PAGE = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
)
_USUAL_PORTS, _MOST_PORT = {"https": 443, "http": 80}, 65_535
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_MOST_VOTES, _MOST_HOURS = 50, 168
_LEAST_SECRET = 20  # characters; fewer can be tried
_LEAST_KINDS = 8  # different characters of a secret: 20 random ones, also of 16 hexadecimal digits, have more
_NEEDED = ("name", "page", "from", "by")


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ProfileError(f"{key} must be text in quotes, not {value!r}")
    return one_line(value)


def _name(key: str, value: Any) -> dict[str, Any]:
    name = _text(key, value)[:_MAX_NAME]
    if not name:
        raise ProfileError(f"{key} must be text that can be seen, not {value!r}")
    return {"name": name}


def _page(key: str, value: Any) -> dict[str, Any]:
    page = _text(key, value).rstrip("/").lower()
    match = _PAGE.fullmatch(page)
    if match is None or not 0 < int(match["port"] or 1) <= _MOST_PORT:
        raise ProfileError(f"page must be an address without a path, like https://papers.example.org, not {page!r}")
    scheme, host, port = match.groups()
    if scheme == "http" and host not in _HERE:
        raise ProfileError(f"page must begin with https://, or with http:// on this machine alone, not {page!r}")
    # browsers leave the usual port out of what they send
    return {"page": f"{scheme}://{host}" + (f":{int(port)}" if port and int(port) != _USUAL_PORTS[scheme] else "")}


def is_safe(url: str) -> bool:
    """Whether an address is of a server that is asked by TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        )
    except ValueError:
        return False


def _oidc_issuer(key: str, value: Any) -> dict[str, Any]:
    issuer = _text(key, value)
    if issuer and not is_safe(issuer):
        raise ProfileError(f"{key} must be an address like https://orcid.org, not {value!r}")
    return {"oidc_issuer": issuer}


def _oidc_client(key: str, value: Any) -> dict[str, Any]:
    return {"oidc_client": _text(key, value)}


def _oidc_name(key: str, value: Any) -> dict[str, Any]:
    return {"oidc_name": _text(key, value)[:_MAX_NAME]}


def _sender(key: str, value: Any) -> dict[str, Any]:
    return {"sender": _text(key, value)}


def _by(key: str, value: Any) -> dict[str, Any]:
    return {"by": _text(key, value)}


def _meeting(key: str, value: Any) -> dict[str, Any]:
    words = _text(key, value).lower().split()
    try:
        day, hour = words
        at = time.fromisoformat(hour)
        if at.tzinfo:
            raise ValueError("the place of the clock is a setting of its own")
        return {"weekday": WEEKDAYS.index(day), "hour": at}
    except ValueError as error:
        raise ProfileError(f'{key} must be a weekday and an hour, like "friday 14:00", not {value!r}') from error


def _timezone(key: str, value: Any) -> dict[str, Any]:
    zone = _text(key, value)
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ProfileError(f'{key} must be a place like "Europe/Berlin", not {value!r}') from error
    return {"timezone": zone}


def _whole(key: str, value: Any, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ProfileError(f"{key} must be a whole number from 1 to {most}, not {value!r}")
    return value


def _notice(key: str, value: Any) -> dict[str, Any]:
    return {"notice": _whole(key, value, _MOST_HOURS)}


def _votes(key: str, value: Any) -> dict[str, Any]:
    return {"votes": _whole(key, value, _MOST_VOTES)}


def _texts(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise ProfileError(f'{key} must be a list like ["cs.CV", "astro-ph.EP"], not {value!r}')
    return {key: tuple(each.strip() for each in value)}


def _proxy_header(key: str, value: Any) -> dict[str, Any]:
    header = _text(key, value)
    if header and not _HEADER.fullmatch(header):
        raise ProfileError(f"{key} must be the name of a header, like X-Remote-User, not {value!r}")
    return {"proxy_header": header.lower()}


_READERS: Mapping[str, Callable[[str, Any], dict[str, Any]]] = {
    "name": _name,
    "page": _page,
    "from": _sender,
    "by": _by,
    "meeting": _meeting,
    "timezone": _timezone,
    "notice": _notice,
    "votes": _votes,
    "categories": _texts,
    "digests": _texts,
    "oidc_issuer": _oidc_issuer,
    "oidc_client": _oidc_client,
    "oidc_name": _oidc_name,
    "proxy_header": _proxy_header,
}


def read(path: Path) -> GroupSettings:
    """The settings of the group.

    Raises:
        ProfileError: there is no group, or its settings are wrong.
    """
    try:
        return from_mapping(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as error:
        raise ProfileError("no group is here; `recommend group init` makes one") from error
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # no UTF-8, or no TOML
        raise ProfileError(f"{path}: not valid TOML: {error}") from error
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def from_mapping(values: Mapping[str, Any]) -> GroupSettings:
    """The settings with these values, by their names in TOML.

    Raises:
        ProfileError: one is unknown, missing or wrong.
    """
    for key in values:
        if key not in _READERS:
            raise ProfileError(f"unknown setting {key!r}; known are: {', '.join(_READERS)}")
    for key in _NEEDED:
        if not values.get(key):
            raise ProfileError(f"{key} is missing; a group needs {', '.join(_NEEDED)}")
    fields: dict[str, Any] = {}
    for key, value in values.items():
        fields |= _READERS[key](key, value)
    if fields.get("oidc_issuer") and not fields.get("oidc_client"):
        raise ProfileError("oidc_issuer needs oidc_client, our id there")
    return GroupSettings(**fields)


_COMMENTS = {
    "name": "The group's name, as its members see it.",
    "page": "The public address of `recommend serve --group`.",
    "from": "The sender of its mails: links to log in, agendas.",
    "by": "What sends them: smtp://, smtps://, sendmail: or maildir:, as in a profile's [mail].",
    "meeting": "When the group meets each week.",
    "timezone": 'The place by whose clock: "Europe/Berlin". Empty: this machine\'s.',
    "notice": "Hours before the meeting at which its agenda is mailed.",
    "votes": "Votes that each member has for a meeting.",
    "categories": "arXiv categories of a new member's profile.",
    "digests": 'Where digests of a new member\'s profile come from. Empty: "arxiv" if there are categories.',
    "oidc_issuer": "A provider of OpenID Connect that logs members in too, like https://orcid.org. Empty: none.",
    "oidc_client": "Our client id there; the secret is in group.oidc-secret.",
    "oidc_name": "The provider's name, on its button.",
    "proxy_header": "The header in which a proxy names the member's address. Empty: members log in by mail.",
}
_DEFAULTS: Mapping[str, Any] = {
    "meeting": "friday 14:00",
    "timezone": "",
    "notice": GroupSettings._field_defaults["notice"],
    "votes": GroupSettings._field_defaults["votes"],
    "categories": [],
    "digests": [],
    "oidc_issuer": "",
    "oidc_client": "",
    "oidc_name": "",
    "proxy_header": "",
}


def new(path: Path, values: Mapping[str, Any]) -> GroupSettings:
    """The settings of a new group with these values; writes nothing.

    Raises:
        ProfileError: there is a group already, or a value is wrong.
    """
    if path.exists():
        raise ProfileError(f"a group is here already: edit {path}")
    return from_mapping({**_complete(values), **values})


def write(path: Path, values: Mapping[str, Any]) -> None:
    """Write the settings of a new group, with a comment on each.

    Raises:
        StoreError: the file cannot be written.
    """
    lines = [f"# {_COMMENTS[key]}\n{tomlkit.dumps({key: value})}" for key, value in _complete(values).items()]
    files.write(path, "\n".join(lines), private=True, make_folder=True)


def _complete(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: values.get(key, _DEFAULTS.get(key)) for key in _COMMENTS}


def make_proxy_secret(path: Path) -> str:
    """Write a new secret that the proxy is to add to its requests, and give it."""
    secret = secrets.token_urlsafe(32)
    files.write(path, f"{secret}\n", private=True, make_folder=True)
    return secret


def proxy_secret(path: Path) -> str:
    """The secret that the proxy shares with us.

    Raises:
        ProfileError: there is none, it is short or simple, or others may read it.
    """
    secret = _secret(path, "`recommend group init --proxy-header` makes it")
    if len(secret) < _LEAST_SECRET or len(set(secret)) < _LEAST_KINDS:
        what = "too short" if len(secret) < _LEAST_SECRET else "too simple"
        raise ProfileError(f"{path}: the secret is {what}; write at least {_LEAST_SECRET} random characters")
    return secret


def oidc_secret(path: Path) -> str:
    """Our secret at a provider of OpenID Connect.

    Raises:
        ProfileError: there is none, or others may read it.
    """
    return _secret(path, "write the secret that the provider gave you into it (chmod 600)")


def _secret(path: Path, advice: str) -> str:
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ProfileError(f"{path}: others may read this secret; `chmod 600 {path}` keeps them out")
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: {error}; {advice}") from error
