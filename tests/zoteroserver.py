"""A server that speaks Zotero's API, version 3, as https://www.zotero.org/support/dev/web_api/v3/start documents it.

Local as Zotero itself (10 and later, or before), or as zotero.org. It is strict: what the documents do not allow is an
error here. It can be closed, busy, changed by others between two requests, or lose an answer that it acted upon.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"  # of the documentation
_KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
_COMMON = "itemType title creators abstractNote date url DOI tags collections relations extra key version dateAdded"
_FIELDS = {
    "preprint": f"{_COMMON} repository archiveID genre place".split(),
    "journalArticle": f"{_COMMON} publicationTitle volume issue pages ISSN".split(),
}


@contextmanager
def hurried_syncs() -> Iterator[list[float]]:
    """Let no wait of a sync take time: the clock that it asks by goes on instead. Gives the waits, in seconds."""
    waits: list[float] = []

    class Clock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + timedelta(seconds=sum(waits))

    with (
        patch("recommender.services.reader.time.sleep", waits.append),
        patch("recommender.services.reader.datetime", Clock),
    ):
        yield waits


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: object = None


@dataclass
class ZoteroServer:
    """A library of Zotero, and who answers for it."""

    local: bool = True
    modern: bool = True  # Zotero 10: writes, a server id, versions that grow
    server_id: str = "sPMHtLD6HHBd"
    enabled: bool = True
    keys: set[str] = field(default_factory=lambda: {KEY})
    once: set[str] = field(default_factory=set)  # of these keys, those that are good for one write
    answer_to_dialog: str = "always"  # or "allow", "deny"
    may_write: bool = True
    version: int = 1
    items: dict[str, dict] = field(default_factory=dict)
    collections: dict[str, dict] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    faults: list[tuple[int, dict[str, str]] | str] = field(default_factory=list)  # of the next requests; "" is none
    meanwhile: Callable[[Asked], None] = lambda asked: None  # what others do before a request is answered
    address: str = ""

    # What the reader does in Zotero

    def _new(self, prefix: str) -> str:
        number = len(self.items) + len(self.collections) + 1000 * self.version
        letters = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
        return prefix + "".join(letters[number // len(letters) ** place % len(letters)] for place in range(7))

    def collection(self, name: str, parent: str = "") -> str:
        self.version += 1
        key = self._new("C")
        self.collections[key] = {"key": key, "version": self.version, "name": name, "parentCollection": parent or False}
        return key

    def add(self, title: str, *collections: str, item_type: str = "preprint", **fields: object) -> str:
        self.version += 1
        key = self._new("Z")
        self.items[key] = {
            "key": key,
            "version": self.version,
            "itemType": item_type,
            "title": title,
            "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}],
            "collections": list(collections),
            "tags": [],
            "relations": {},
            "dateAdded": "2026-02-01T10:00:00Z",
            **fields,
        }
        return key

    def change(self, key: str, **fields: object) -> None:
        self.version += 1
        self.items[key] |= {**fields, "version": self.version}

    def delete(self, key: str) -> None:
        self.version += 1
        del self.items[key]

    def members(self, collection: str) -> list[str]:
        """The keys of the items of a collection, as Zotero shows it."""
        return [
            key for key, item in self.items.items() if collection in item["collections"] and not item.get("deleted")
        ]

    @property
    def writes(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method != "GET"]

    # Answers

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], object]:
        """Status, headers and JSON (or text) of an answer."""
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path
        if self.local:
            if not self.enabled:
                return 403, {}, "Local API is not enabled"
            if not path.startswith("/api/"):
                return 404, {}, "Not found"
            path = path.removeprefix("/api")
            given = asked.headers.get("zotero-server-id")
            if self.modern and given and given != self.server_id:
                return 412, {}, "Zotero-Server-ID does not match"
            if asked.method != "GET":
                if not self.modern:
                    return 400, {}, "Endpoint does not support method"
                if not given:
                    return 428, {}, "Zotero-Server-ID is required"
        elif asked.headers.get("zotero-api-key") not in self.keys:
            return 403, {}, "Invalid key"
        if asked.headers.get("zotero-api-version") != "3":
            return 501, {}, "API version not implemented"
        if path == "/":
            return 200, {}, "Nothing to see here."
        if path == "/local/authorize" and asked.method == "POST":
            return self._authorize(asked)
        if path == "/keys/current" and not self.local:
            rights = {"library": True, "write": self.may_write}
            return 200, {}, {"key": KEY, "userID": 475425, "access": {"user": rights, "groups": {"all": rights}}}
        match = re.fullmatch(r"/(users/(?:0|475425)|groups/12)/(.*)", path)
        if not match or (match[1] == "users/0" and not self.local):
            return 404, {}, "Not found"
        return self._of_library(asked, match[2], query)

    def _authorize(self, asked: Asked) -> tuple[int, dict[str, str], object]:
        if not isinstance(asked.body, dict) or not asked.body.get("appName"):
            return 400, {}, "appName is required"
        if self.answer_to_dialog == "deny":
            return 403, {}, {"denied": True}
        key = f"{len(self.keys):032}"
        self.keys.add(key)
        if self.answer_to_dialog == "allow":
            self.once.add(key)
        return 200, {}, {"key": key, "remember": self.answer_to_dialog == "always"}

    def _of_library(self, asked: Asked, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], object]:
        headers = {"Last-Modified-Version": str(self.version)} if self.modern else {}
        if asked.method == "POST" and path in ("items", "collections"):
            return self._write(asked, path)
        if asked.method != "GET":
            return 405, {}, "Method not allowed"
        known = asked.headers.get("if-modified-since-version")
        if known and self.modern and int(known) >= self.version:
            return 304, headers, ""
        there = {
            key: item for key, item in self.items.items() if not item.get("deleted") and not item.get("parentItem")
        }
        if path == "collections":
            return 200, headers, self._page([self._wrapped(each) for each in self.collections.values()], query)
        if match := re.fullmatch(r"collections/(\w{8})/items/top", path):
            if match[1] not in self.collections:
                return 404, {}, "Collection not found"
            there = {key: item for key, item in there.items() if match[1] in item["collections"]}
        elif path == "items" and "itemKey" in query:
            wanted = query["itemKey"].split(",")
            if len(wanted) > 50:
                return 400, {}, "Too many keys"
            there = {key: there[key] for key in wanted if key in there}
        elif path != "items/top":
            return 404, {}, "Not found"
        match query.get("format", "json"):
            case "keys":
                return 200, headers, "\n".join(there)
            case "versions":
                return 200, headers, {key: item["version"] if self.modern else 0 for key, item in there.items()}
            case _:
                return 200, headers, self._page([self._wrapped(item) for item in there.values()], query)

    def _page(self, objects: list[dict], query: dict[str, str]) -> list[dict]:
        if self.local and not self.modern:  # "Pagination and limits are not supported"
            return objects
        start, limit = int(query.get("start", 0)), int(query.get("limit", 10**9 if self.local else 25))
        return objects[start : start + min(limit, 10**9 if self.local else 100)]

    def _wrapped(self, fields: dict) -> dict:
        return {
            "key": fields["key"],
            "version": fields["version"],
            "library": {},
            "links": {},
            "meta": {},
            "data": fields,
        }

    def _write(self, asked: Asked, kind: str) -> tuple[int, dict[str, str], object]:
        key = asked.headers.get("zotero-api-key", "")
        if self.local:
            if key not in self.keys:
                return 401, {"WWW-Authenticate": 'Zotero-API-Key realm="Zotero Local API"'}, "Unauthorized"
            if key in self.once:
                self.keys.discard(key)
        elif not self.may_write:
            return 403, {}, "Write access denied"
        if not isinstance(asked.body, list) or not asked.body:
            return 400, {}, "An array is required"
        if len(asked.body) > 50:
            return 413, {}, "Too many objects"
        since = asked.headers.get("if-unmodified-since-version")
        if since is None:
            return 428, {}, "If-Unmodified-Since-Version not provided"
        if int(since) < self.version:
            return 412, {"Last-Modified-Version": str(self.version)}, "Library has been modified"
        answer: dict[str, dict] = {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}
        version = self.version + 1
        for place, fields in enumerate(asked.body):
            code, said = self._store(kind, fields, version)
            if code == 200:
                self.version = version
                answer["successful"][str(place)] = self._wrapped(getattr(self, kind)[said])
                answer["success"][str(place)] = said
            else:
                answer["failed"][str(place)] = {"key": fields.get("key"), "code": code, "message": said}
        return 200, {"Last-Modified-Version": str(self.version)}, answer

    def _store(self, kind: str, fields: dict, version: int) -> tuple[int, str]:
        """Store one object; gives the status, and the key or what is wrong."""
        objects = getattr(self, kind)
        key = fields.get("key") or self._new("N")
        if not _KEY.fullmatch(key):
            return 400, f"'{key}' is not a valid key"
        if kind == "collections":
            if not fields.get("name"):
                return 400, "Collection name cannot be empty"
            objects[key] = {"parentCollection": False, **fields, "key": key, "version": version}
            return 200, key
        old = objects.get(key)
        if old is None and fields.get("version"):
            return 404, f"Item {key} does not exist"
        if old is not None and fields.get("version", old["version"]) != old["version"]:
            return 412, f"Item has been modified since version {fields['version']}"
        if old is None:
            if lacking := {"itemType", "tags", "collections", "relations"} - fields.keys():
                return 400, f"'{lacking}' property not provided"
            if unknown := fields.keys() - set(_FIELDS[fields["itemType"]]):
                return 400, f"Invalid property {sorted(unknown)}"
        for each in fields.get("collections", ()):
            if each not in self.collections:
                return 409, f"Collection {each} not found"
        objects[key] = {"dateAdded": "2026-03-01T10:00:00Z", **(old or {}), **fields, "key": key, "version": version}
        return 200, key

    @contextmanager
    def running(self, port: int = 0) -> Iterator["ZoteroServer"]:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self, threading.Lock()))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_port}" + ("/api" if self.local else "")
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(library: ZoteroServer, turn: threading.Lock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            with turn:
                self._answer()

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, json.loads(body) if body else None)
            library.asked.append(asked)
            library.meanwhile(asked)
            fault = library.faults.pop(0) if library.faults else ""
            if isinstance(fault, tuple):
                status, extra, content = fault[0], fault[1], "busy"
                if status == 200:  # an answer with a header more
                    status, own, content = library.answer(asked)
                    extra = {**own, **extra}
            else:
                status, extra, content = library.answer(asked)
            if fault == "lost":  # done, and nobody hears of it
                self.close_connection = True
                return
            if fault == "nonsense":
                content = "<html>"
            text = content if isinstance(content, str) else json.dumps(content)
            data = b"" if status == 304 else text.encode()
            self.send_response(status)
            self.send_header("Zotero-API-Version", "3")
            if library.local and library.modern:
                self.send_header("Zotero-Server-ID", library.server_id)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
