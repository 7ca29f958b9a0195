"""Zotero's API, version 3: https://www.zotero.org/support/dev/web_api/v3/start.

Zotero itself answers on this machine ("local", since Zotero 7; writes since Zotero 10, with a key that the reader gives
in a dialog of Zotero), zotero.org on the web ("web", with a key of the account). Nothing here deletes anything.

Every write says which version of the library it was made for (`If-Unmodified-Since-Version`), and is refused with 412
if anything changed since. So a write that is sent twice, because its answer was lost, counts once.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from recommender.errors import SourceError, ZoteroWaits
from recommender.sources import urls
from recommender.sources.requests import NobodyListens, Request, Response
from recommender.text.short import quoted

LOCAL, WEB = "http://localhost:23119/api", "https://api.zotero.org"
AT_ONCE = 50  # objects that one request may name or write

_LIMIT = 64 * 2**20  # bytes of an answer: Zotero itself sends all collections or keys at once
_PAGE = 100  # collections; the most that the web API gives at once
_ALL = (200, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 428, 501)
_KEY = re.compile(r"[A-Z0-9]{8}")
_LONGEST_WAIT = 10**9  # seconds that a server may ask for: the client waits a day at most, and a timedelta has an end
_DIALOG = 300.0  # seconds in which a person can answer
_SWITCH = "switch on Settings → Advanced → “Allow other applications on this computer to communicate with Zotero”"

Object = dict[str, Any]


def closed(where: str) -> str:
    """What to do where Zotero does not answer on this machine."""
    return f"Zotero does not run here ({where} does not answer); start it and try again"


def silent() -> str:
    """What to do where Zotero runs on this machine, and refuses to answer."""
    return f"Zotero does not answer other programs; in Zotero, {_SWITCH}"


class Sender(Protocol):
    """The HTTP client; see `Web`."""

    def exchange(self, request: Request, *, tries: int = ..., timeout: float | None = ...) -> Response: ...
    def back_off(self, url: str, wait: timedelta) -> None: ...


class Changed(Exception):
    """The library was changed meanwhile by somebody else: read it again."""


class Written(NamedTuple):
    """What became of the objects of one write, by their places."""

    keys: Mapping[int, str]  # of those that are stored now
    failed: Mapping[int, tuple[int, str]]  # status and Zotero's words


class Zotero:
    """One library of Zotero. Every method may raise ZoteroWaits: it is closed, busy or out of reach; try again later.

    Args:
        client: the HTTP client.
        base: LOCAL, WEB, or an address that stands in for one of them.
        library: "groups/12"; empty: the reader's own.
        key: gives the key for zotero.org, or for writes to Zotero itself; empty: there is none.
    """

    def __init__(self, client: Sender, base: str, library: str, key: Callable[[], str], *, local: bool) -> None:
        self._client = client
        self._base = base
        self._library = library
        self._key = key
        self._local = local
        self.server = ""  # the id of Zotero's database; empty: of an older Zotero, or of zotero.org
        self.version = 0  # of the library, as it was read or written last
        self._may_write = False

    @property
    def keeps_versions(self) -> bool:
        """Whether the version of the library grows with each change; that of Zotero before 10 does not."""
        return bool(self.server) or not self._local

    def open(self) -> None:
        """Find out who answers; needed before everything else.

        Raises:
            SourceError: it is no Zotero, of a version that is not spoken here, or the key is not valid.
        """
        if self._local:
            response = self._ask("GET", "/", accept=(200, 404))
            if response.headers.get("zotero-api-version", "") != "3":
                raise SourceError(f"{self._where} is no Zotero that speaks version 3 of its API; update Zotero")
            self.server = response.headers.get("zotero-server-id", "")
            self._may_write = bool(self.server)
            self._library = self._library or "users/0"
            return
        answer = self._json(self._ask("GET", "/keys/current", accept=(200, 404)))
        access = answer.get("access") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(answer.get("userID"), int) or not isinstance(access, dict):
            raise SourceError(
                f"the key for {self._where} is not valid; make one at https://www.zotero.org/settings/keys"
            )
        kind, number = self._library.split("/") if self._library else ("users", str(answer["userID"]))
        self._library = f"{kind}/{number}"
        groups = _mapping(access.get("groups"))
        rights = groups.get(number, groups.get("all")) if kind == "groups" else access.get("user")
        self._may_write = _mapping(rights).get("write") is True

    def authorize(self, name: str) -> tuple[str, bool]:
        """Ask the reader, in a dialog of Zotero, whether this program may write; gives the key, and whether it stays.

        Raises:
            ZoteroWaits: the reader said no, or nothing.
            SourceError: this Zotero takes no writes.
        """
        self._check_may_write()
        body = json.dumps({"appName": name}).encode()
        response = self._ask(
            "POST", "/local/authorize", body, accept=(200, 403), tries=1, timeout=_DIALOG, with_key=False
        )
        answer = self._json(response)
        if response.status != 200 or not isinstance(answer, dict) or not isinstance(answer.get("key"), str):
            raise ZoteroWaits("Zotero gave no permission; nothing was changed")
        return answer["key"], answer.get("remember") is True

    def collections(self) -> dict[str, str]:
        """The path of each collection by its key: "Thesis/Chapter 2"; without those in the trash."""
        found: dict[str, tuple[str, str]] = {}
        start = 0
        while True:
            page = self._json(self._ask("GET", f"{self._path}/collections?limit={_PAGE}&start={start}"))
            if not isinstance(page, list):
                raise self._nonsense()
            fields = [item["data"] for item in page if isinstance(item, dict) and isinstance(item.get("data"), dict)]
            new = {
                str(each["key"]): (str(each.get("name", "")), str(each.get("parentCollection") or ""))
                for each in fields
                if _is_key(each.get("key")) and not each.get("deleted")
            }
            is_last = (
                len(page) < _PAGE or new.keys() <= found.keys()
            )  # older Zoteros give all of them, whatever is asked
            found |= new
            if is_last:
                return {key: _path_of(key, found) for key in found}
            start += len(page)

    def versions(self, collection: str = "", known: int = 0) -> dict[str, int] | None:
        """The version of each top-level item of the library or of a collection, by key; without the trash.

        Args:
            known: the version of the library that is known: None is given if it is still that one. 0: none is.
        """
        place = f"/collections/{collection}" if collection else ""
        headers = {"If-Modified-Since-Version": str(known)} if known else {}
        response = self._ask(
            "GET", f"{self._path}{place}/items/top?format=versions", headers=headers, accept=(200, 304)
        )
        if response.status == 304:
            return None
        answer = self._json(response)
        if not isinstance(answer, dict):
            raise self._nonsense()
        if not collection:
            self.version = _number(response.headers.get("last-modified-version"))
        return {key: version if isinstance(version, int) else 0 for key, version in answer.items() if _is_key(key)}

    def keys(self, collection: str) -> list[str]:
        """The keys of the top-level items of a collection, without those in the trash."""
        response = self._ask("GET", f"{self._path}/collections/{collection}/items/top?format=keys", accept=(200, 404))
        if response.status == 404:
            raise ZoteroWaits("a collection was deleted there a moment ago; sync again")
        self.version = self.version or _number(response.headers.get("last-modified-version"))
        lines = response.body.decode("utf-8", "replace").split()
        return [key for key in lines if _is_key(key)]

    def items(self, keys: Sequence[str]) -> Iterator[list[Object]]:
        """The items of these keys, as the API has them, batch by batch; those that are gone meanwhile are left out."""
        for start in range(0, len(keys), AT_ONCE):
            batch = ",".join(keys[start : start + AT_ONCE])
            page = self._json(self._ask("GET", f"{self._path}/items?itemKey={batch}&limit={AT_ONCE}"))
            if not isinstance(page, list):
                raise self._nonsense()
            yield [item for item in page if isinstance(item, dict) and _is_key(item.get("key"))]

    def write(self, kind: str, objects: Sequence[Object]) -> Written:
        """Write at most AT_ONCE new or changed objects; of a changed one, fields that are not named stay.

        Args:
            kind: "items" or "collections".

        Raises:
            Changed: the library has changed since it was read; nothing was written.
        """
        self._check_may_write()
        response = self._ask(
            "POST",
            f"{self._path}/{kind}",
            json.dumps(objects).encode(),
            headers={"If-Unmodified-Since-Version": str(self.version)},
            accept=(200, 401, 403, 409, 412),
        )
        if response.status == 412:
            raise Changed
        if response.status == 409:
            raise ZoteroWaits(f"the library is locked for a moment at {self._where}; what waits is done the next time")
        if response.status != 200:
            raise ZoteroWaits(self._not_allowed())
        answer = self._json(response)
        if not isinstance(answer, dict):
            raise self._nonsense()
        self.version = _number(response.headers.get("last-modified-version")) or self.version
        written = {**_part(answer, "success"), **_part(answer, "unchanged"), **_part(answer, "successful")}
        keys = {
            place: str(each.get("key", "")) if isinstance(each, dict) else str(each) for place, each in written.items()
        }
        failed = {
            place: (_number(str(each.get("code"))), str(each.get("message", ""))) if isinstance(each, dict) else (0, "")
            for place, each in _part(answer, "failed").items()
        }
        return Written(keys, failed)

    # One request

    @property
    def _where(self) -> str:
        return urls.host(self._base)

    @property
    def _path(self) -> str:
        return f"/{self._library}"

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200,),
        **options: Any,
    ) -> Response:
        """Send one request.

        Raises:
            SourceError: its status is none of those accepted.
        """
        own = {"Zotero-API-Version": "3"}
        if self.server:
            own["Zotero-Server-ID"] = self.server
        if body is not None:
            own["Content-Type"] = "application/json"
        if options.pop("with_key", not self._local or body is not None) and (key := self._key()):
            own["Zotero-API-Key"] = key
        url = f"{self._base}{path}"
        request = Request(url, {**own, **(headers or {})}, _LIMIT, _ALL, method, body)
        try:
            response = self._client.exchange(request, **options)
        except SourceError as error:
            raise ZoteroWaits(self._out_of_reach(error)) from error
        if wait := _number(response.headers.get("backoff")):
            self._client.back_off(url, timedelta(seconds=min(wait, _LONGEST_WAIT)))
        if response.status in accept:
            return response
        if response.status == 412 and self.server:
            raise ZoteroWaits("another Zotero answers than a moment ago; the next sync reads it anew")
        if response.status == 403:
            raise SourceError(
                silent()
                if self._local
                else f"{self._where} refuses the key for {self._library or 'your library'}; see https://www.zotero.org/settings/keys"
            )
        if response.status == 404:
            raise SourceError(f"{self._where} has no library {self._library}, or not for this key")
        raise SourceError(
            f"{self._where} answers {response.status} to {path.partition('?')[0]}: {_words(response.body)}"
        )

    def _json(self, response: Response) -> Any:
        try:
            return json.loads(response.body or b"null")
        except (ValueError, RecursionError) as error:
            raise self._nonsense() from error

    def _nonsense(self) -> SourceError:
        return SourceError(
            f"{self._where} answers with something that is not Zotero's API; is another program on that port?"
        )

    def _out_of_reach(self, error: SourceError) -> str:
        why = str(error).partition("; papers read so far")[0]
        if self._local and isinstance(error, NobodyListens):
            why = closed(self._where)
        return f"{why}; what waits for Zotero stays"

    def _check_may_write(self) -> None:
        if not self._may_write:
            raise ZoteroWaits(
                'this Zotero takes no writes, which Zotero 10 does; update it, or set by = "web" under [zotero]'
                if self._local
                else f"the key for {self._where} may not write to {self._library}; "
                "https://www.zotero.org/settings/keys changes its rights"
            )

    def _not_allowed(self) -> str:
        if self._local:
            return "Zotero asks for your permission to write: `recommend zotero allow`, and choose “Always Allow” there"
        return (
            f"the key for {self._where} may not write to {self._library}; https://www.zotero.org/settings/keys shows it"
        )


def _path_of(key: str, collections: Mapping[str, tuple[str, str]]) -> str:
    """The names of a collection and of those it lies in, from the outermost; a ring of collections ends somewhere.

    Without spaces at its ends, which nobody sees in Zotero and the settings do not have.
    """
    names: list[str] = []
    seen: set[str] = set()
    while key in collections and key not in seen:
        seen.add(key)
        name, key = collections[key]
        names.insert(0, name)
    return "/".join(names).strip()


def _part(answer: Mapping[str, Any], name: str) -> dict[int, Any]:
    part = _mapping(answer.get(name))
    return {
        int(place): each for place, each in part.items() if place.isascii() and place.isdecimal() and len(place) < 6
    }


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_key(value: object) -> bool:
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def _words(body: bytes) -> str:
    return quoted(body[:200].decode("utf-8", "replace")) if body else "nothing"
