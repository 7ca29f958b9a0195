"""A library of Zotero as far as a sync needs it: read item by item once, then only what has changed.

What was read is kept in a cache, so that a library of 50,000 items is read once, also where that is broken off.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recommender.errors import ProfileError
from recommender.paper import Paper
from recommender.profile import ZoteroSettings
from recommender.results.incoming import LibraryEntry
from recommender.services.reader import Reader
from recommender.sources import libraries
from recommender.sources.zotero import AT_ONCE, Object, Zotero
from recommender.text.works import Works, alike

_CACHE, _FORMAT = "zotero", 1
_BETWEEN = 20  # batches, after which what was read so far is kept


@dataclass(slots=True)
class Mirror:
    """What is known of the library."""

    collections: dict[str, str]  # keys by path
    sources: dict[str, list[str]]  # keys of the items in each collection that likes come from, by its path
    members: tuple[str, ...]  # keys of items in any of the chosen collections
    target: str  # the key of the collection that likes go into; empty: it is missing, or none is chosen
    known: dict[str, Paper]  # papers by their items' keys, with title, authors and ids; without those that are none
    fresh: dict[str, LibraryEntry] = field(default_factory=dict)  # whole entries that were just read
    papers: dict[str, str] = field(default_factory=dict)  # our paper's id, by key of an item in a chosen collection

    def items_of(self, papers: Sequence[Paper]) -> dict[str, str]:
        """The key of an item anywhere in the library for each of these papers that has one, by the paper's id."""
        near = alike(self.known.values(), papers)
        keys: dict[str, str] = {}
        ids = {paper.id for paper in near}
        for key in [*self.members, *sorted(self.known)]:
            if key in self.known and self.known[key].id in ids:
                keys.setdefault(self.known[key].id, key)
        works = Works(near)
        found = {paper.id: works.same(paper) for paper in papers}
        return {paper_id: keys[same.id] for paper_id, same in found.items() if same}

    def put(self, key: str, paper: Paper) -> None:
        """Record that an item now stands in the collection that likes go into."""
        self.known.setdefault(key, paper)
        self.papers[key] = paper.id
        if key not in self.members:
            self.members = (*self.members, key)


def read(reader: Reader, api: Zotero, settings: ZoteroSettings) -> Mirror:
    """What is in the library now.

    Raises:
        ProfileError: a collection that likes come from is not there.
        ZoteroWaits: Zotero stops answering; what was read until then is kept.
    """
    paths = {path: key for key, path in reversed(api.collections().items())}
    for path in settings.collections:
        if path not in paths and path != settings.into:
            names = ", ".join(sorted(paths)[:20]) or "none"
            raise ProfileError(f"Zotero has no collection {path!r}; it has: {names}")
    target = paths.get(settings.into, "") if settings.into else ""
    cache = _Cache(reader, f"{settings.by}:{settings.library}", api.server)
    whole = bool(settings.into)
    versions = api.versions(known=cache.version) if whole else _versions_of(api, settings, paths)
    fresh = cache.update(api, versions, whole=whole)
    sources = {path: api.keys(paths[path]) for path in settings.collections if path in paths}
    taken_from = [key for keys in sources.values() for key in keys]
    members = dict.fromkeys([*taken_from, *(api.keys(target) if target else ())])
    return Mirror(paths, sources, tuple(members), target, cache.papers, fresh)


def entries(reader: Reader, api: Zotero, mirror: Mirror, keys: Sequence[str]) -> dict[str, LibraryEntry]:
    """The whole entries of these items by key, in their order, without those that are no papers or are gone."""
    missing = [key for key in keys if key not in mirror.fresh and key in mirror.known]
    for page in api.items(missing):
        mirror.fresh |= _entries_of(page)
    return {key: mirror.fresh[key] for key in keys if key in mirror.fresh}


def _versions_of(api: Zotero, settings: ZoteroSettings, paths: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in settings.collections:
        found |= api.versions(paths[path]) or {}
    return found


def _entries_of(page: Sequence[Object]) -> dict[str, LibraryEntry]:
    """The entries of items by key; what is no paper, or lies in the trash, has none."""
    found: dict[str, LibraryEntry] = {}
    for item in page:
        fields = item.get("data")
        if isinstance(fields, dict) and not fields.get("deleted"):
            found |= {str(item["key"]): entry for entry in libraries.zotero_items([item]).entries}
    return found


class _Cache:
    """Titles, authors and ids of all items, by key and version."""

    def __init__(self, reader: Reader, library: str, server: str) -> None:
        self._reader = reader
        self._head: list[Any] = [_FORMAT, library, server]
        self.version = 0  # of the library, if all of it was read; 0: not yet
        self._items: dict[str, list[Any]] = {}  # key → version, and id, title, authors and DOI of a paper
        try:
            *head, version, items = json.loads(zlib.decompress(reader.home.cached(reader.name, _CACHE)))
            if head == self._head:
                self.version, self._items = int(version), dict(items)
        except (ValueError, TypeError, zlib.error):  # none yet, or damaged: the library is read again
            pass

    @property
    def papers(self) -> dict[str, Paper]:
        return {
            key: Paper(item[1], item[2], "", tuple(item[3]), doi=item[4])
            for key, item in self._items.items()
            if len(item) > 1
        }

    def update(self, api: Zotero, versions: Mapping[str, int] | None, *, whole: bool) -> dict[str, LibraryEntry]:
        """Read the items that are new or changed; gives their whole entries.

        Args:
            versions: of all items by key; None: nothing has changed.
            whole: they are those of the whole library.
        """
        if versions is None:
            api.version = self.version
            return {}
        self.version, version = 0, api.version
        self._items = {key: item for key, item in self._items.items() if key in versions}
        stale = [key for key, now in versions.items() if self._items.get(key, [None])[0] != now]
        fresh: dict[str, LibraryEntry] = {}
        try:
            batches = range(0, len(stale), AT_ONCE)
            for number, start in enumerate(self._reader.progress.steps(batches, "Reading Zotero", 4), start=1):
                keys = stale[start : start + AT_ONCE]
                for page in api.items(keys):
                    found = _entries_of(page)
                    fresh |= found
                    there = {str(item["key"]) for item in page}
                    self._items |= {
                        key: [versions[key], *_fields(found[key].paper if key in found else None)]
                        for key in keys
                        if key in there
                    }
                if number % _BETWEEN == 0:
                    self._keep()
            self.version = version if whole and api.keeps_versions else 0
        finally:
            if stale or self.version:
                self._keep()
        return fresh

    def _keep(self) -> None:
        content = json.dumps([*self._head, self.version, self._items]).encode()
        self._reader.home.keep_cached(self._reader.name, _CACHE, zlib.compress(content, 1))


def _fields(paper: Paper | None) -> list[Any]:
    return [paper.id, paper.title, list(paper.authors), paper.doi] if paper else []
