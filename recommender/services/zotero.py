"""Zotero both ways: new items of chosen collections become likes, and likes go into a collection.

Nothing is ever deleted or taken out there, and no rating that was given here is changed. What the reader takes out of
the collection in Zotero stays out until it is liked anew; what the reader rates otherwise here stays so, whatever
stands in Zotero. Each step is recorded when it is done, so that a sync which is broken off goes on where it was.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from recommender.errors import ProfileError, SourceError, ZoteroWaits
from recommender.ids import abs_url, arxiv_id
from recommender.paper import Feedback, Paper, Verdict
from recommender.profile import ZoteroSettings
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.results.zotero import ZoteroReport
from recommender.services import exchange, topics, zotero_library
from recommender.services.reader import Reader
from recommender.services.zotero_library import Mirror
from recommender.sources.zotero import AT_ONCE, LOCAL, WEB, Changed, Object, Zotero
from recommender.store.lock import alone
from recommender.store.zotero_links import Placement, ZoteroLinks
from recommender.text.names import family_and_given
from recommender.text.readable import readable

_NAME = "recommender"  # of this program, in Zotero's dialog
_TRIES = 5  # rounds of writing while somebody else changes the library
_PATIENCE = 60  # seconds to wait for another sync
_LETTERS = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"  # of Zotero's keys
_SETTINGS = """\
[zotero]
collections = ["Reading"]   # their new items become likes
into = "Liked"              # and likes go there"""
_FIELDS = {"volume": "volume", "issue": "number", "pages": "pages", "ISSN": "issn", "publicationTitle": "journal"}


def sync(reader: Reader, *, dry_run: bool = False) -> ZoteroReport:
    """Bring both sides together; a dry run reads all, changes nothing and says what would be done.

    Raises:
        ProfileError: the settings have no [zotero], or name a collection that is not there.
        ZoteroWaits: Zotero is closed, busy or out of reach; nothing is lost, and the next sync goes on.
        SourceError: what answers is no Zotero, or refuses.
        StoreError: another sync of this profile is under way, and does not end.
    """
    settings = reader.profile.zotero
    if settings is None:
        path = reader.home.settings_place(reader.name)
        raise ProfileError(f"no collection of Zotero is chosen; add to {path}:\n{_SETTINGS}")
    with _alone(reader):
        api = _opened(reader, settings)
        return _Sync(reader, settings, api).run(dry_run=dry_run)


def allow(reader: Reader) -> bool:
    """Ask the reader, in a dialog of Zotero on this machine, for permission to write, and keep the key.

    Returns:
        Whether the permission stays; False: it is good for one write.

    Raises:
        ZoteroWaits: Zotero is closed, older than 10, or the reader said no.
    """
    api = _opened(reader, (reader.profile.zotero or ZoteroSettings())._replace(by="local"))
    key, stays = api.authorize(_NAME)
    reader.home.keep_password(reader.name, "zotero_local", key)
    return stays


class _Sync:
    """One sync."""

    def __init__(self, reader: Reader, settings: ZoteroSettings, api: Zotero) -> None:
        self._reader = reader
        self._settings = settings
        self._api = api
        self._name = f"{settings.by}:{settings.library or 'own'}"
        self._links = ZoteroLinks(reader.store, self._name)

    def run(self, *, dry_run: bool) -> ZoteroReport:
        report = ZoteroReport(self._name, dry_run=dry_run)
        mirror = self._read()
        report = self._take(report, mirror)
        return self._give(report, mirror) if self._settings.into else report

    def _read(self) -> Mirror:
        with self._reader.progress.busy("Reading Zotero"):
            return zotero_library.read(self._reader, self._api, self._settings)

    @property
    def _collection(self) -> str:
        """What is kept of the collection that likes go into, so that it is missed when it is gone."""
        return f"collection {self._settings.into}"

    # From Zotero

    def _take(self, report: ZoteroReport, mirror: Mirror) -> ZoteroReport:
        """Like the papers of new items."""
        taken = self._links.items()
        new = [key for key in mirror.members if key not in taken]
        entries = zotero_library.entries(self._reader, self._api, mirror, new)
        keys = list(entries)
        _, known = exchange.identified(self._reader, list(entries.values()))
        papers = {key: entry.paper.id for key, entry in zip(keys, known, strict=True)}
        spoken_of = self._reader.store.spoken_of()
        rated = self._reader.store.verdicts()
        sources = {key for keys_there in mirror.sources.values() for key in keys_there}
        chosen = {key: entry for key, entry in zip(keys, known, strict=True) if key in sources}
        welcome = [entry for entry in chosen.values() if entry.paper.id not in spoken_of]
        declined = {
            entry.paper.id
            for entry in chosen.values()
            if entry.paper.id in spoken_of and rated.get(entry.paper.id) is not Verdict.LIKE
        }
        liked: tuple[Feedback, ...] = ()
        if welcome:
            library = LibraryEntries(tuple(entry._replace(verdict=None) for entry in welcome))
            way = exchange.Way(Verdict.LIKE, dry_run=report.dry_run, command="zotero")
            liked = exchange.import_as(self._reader, library, way).verdicts
        if liked:  # what were two papers may have turned out to be one
            _, known = exchange.identified(self._reader, list(entries.values()))
            papers = {key: entry.paper.id for key, entry in zip(keys, known, strict=True)}
        if not report.dry_run:
            self._links.keep(papers, {})
        mirror.papers = {**taken, **papers}
        if self._settings.as_topics and not report.dry_run:
            self._mark_topics(mirror)
        return report._replace(liked=liked, declined=len(declined))

    def _mark_topics(self, mirror: Mirror) -> None:
        """Let the likes of each collection mark a topic of its name."""
        rated = self._reader.store.verdicts()
        marked: dict[str, list[str]] = {}
        for path, keys in mirror.sources.items():
            papers = dict.fromkeys(mirror.papers[key] for key in keys if key in mirror.papers)
            name = path.rpartition("/")[2]
            unclear = name in marked or name.isdecimal()
            marked[path.replace("/", " / ") if unclear else name] = [
                paper for paper in papers if rated.get(paper) is Verdict.LIKE
            ]
        topics.Topics(self._reader).mark({name: papers for name, papers in marked.items() if papers})

    # To Zotero

    def _give(self, report: ZoteroReport, mirror: Mirror) -> ZoteroReport:
        """Put likes that stand in none of the collections into one of them.

        Raises:
            ProfileError: the collection is gone, or has another name. That is no word on each like that stood there.
                Or there can be none of its name.
        """
        if not mirror.target and self._collection in self._links.items():
            raise ProfileError(
                f"Zotero has no collection {self._settings.into!r} any more; if it has another name now, set `into` "
                "under [zotero]; if it is gone on purpose, name another one, or make an empty one of that name"
            )
        if not mirror.target and not all(map(str.strip, self._settings.into.split("/"))):
            raise ProfileError(f"into = {self._settings.into!r} under [zotero] has a collection without a name")
        if mirror.target and not report.dry_run:
            self._links.keep({self._collection: ""}, {})
        created: dict[str, Paper] = {}
        added: dict[str, Paper] = {}
        waiting, left = self._open_likes(mirror, report)
        if report.dry_run:
            by_item = mirror.items_of(waiting)
            new = tuple(paper for paper in waiting if paper.id not in by_item)
            old = tuple(paper for paper in waiting if paper.id in by_item)
            return report._replace(added=old, created=new, left_out=left)
        why = ""
        try:
            for _ in range(_TRIES):
                if not waiting:
                    break
                before = len(waiting)
                try:
                    why = self._write(waiting, mirror, added, created)
                except Changed:
                    why, before = "the library changes all the time; the next sync goes on", 0
                waiting, left = self._open_likes(mirror, report)
                if waiting and len(waiting) == before:  # refused, and it will be again
                    break
                if waiting:
                    mirror = self._read_again(mirror)
                    waiting, left = self._open_likes(mirror, report)
        except (ZoteroWaits, SourceError) as error:
            waiting, left = self._open_likes(mirror, report)
            why = str(error)
        return report._replace(
            added=tuple(added.values()),
            created=tuple(created.values()),
            left_out=left,
            waiting=tuple(waiting),
            why=why if waiting else "",
        )

    def _read_again(self, before: Mirror) -> Mirror:
        mirror = self._read()
        mirror.papers = before.papers
        return mirror

    def _open_likes(self, mirror: Mirror, report: ZoteroReport) -> tuple[list[Paper], tuple[Paper, ...]]:
        """The likes that stand in no collection, oldest first, and those that were taken out there."""
        here = {mirror.papers[key] for key in mirror.members if key in mirror.papers}
        likes = sorted(self._likes(report), key=lambda entry: (entry.given_at, entry.paper.id))
        others = [entry.paper for entry in likes if entry.paper.id not in here]
        # an item may have been taken under another id, before more was known of its paper
        same = {key: paper for paper, key in mirror.items_of(others).items() if key in mirror.members} if others else {}
        mirror.papers |= same
        here |= set(same.values())
        before = self._links.likes()
        waiting: list[Paper] = []
        left: list[Paper] = []
        now: dict[str, Placement] = {}
        for entry in likes:
            paper, last = entry.paper, before.get(entry.paper.id)
            if paper.id in here:
                now[paper.id] = Placement(True, entry.given_at)
            elif last and last.liked_at == entry.given_at:
                now[paper.id] = Placement(False, entry.given_at)
                left.append(paper)
            else:
                waiting.append(paper)
        if not report.dry_run:
            self._links.keep(same, {paper: each for paper, each in now.items() if before.get(paper) != each})
        return waiting, tuple(left)

    def _likes(self, report: ZoteroReport) -> list[Feedback]:
        likes = [entry for entry in self._reader.store.feedback() if entry.verdict is Verdict.LIKE]
        return [*likes, *report.liked] if report.dry_run else likes

    def _write(
        self, papers: Sequence[Paper], mirror: Mirror, added: dict[str, Paper], created: dict[str, Paper]
    ) -> str:
        """Write likes, AT_ONCE at a time; gives why some of them were refused, if any were.

        Raises:
            Changed: somebody else changed the library.
        """
        collection = mirror.target or self._new_collection(mirror)
        by_item = mirror.items_of(papers)
        given = {entry.paper.id: entry for entry in self._reader.store.feedback()}
        records = self._reader.store.records()
        why = ""
        for start in self._reader.progress.steps(range(0, len(papers), AT_ONCE), "Writing to Zotero", 2):
            batch = [paper for paper in papers[start : start + AT_ONCE] if paper.id in given]
            members = self._collections_of([by_item[paper.id] for paper in batch if paper.id in by_item])
            objects: list[Object] = []
            for paper in batch:
                key = by_item.get(paper.id, "")
                if key in members:
                    objects.append({"key": key, "collections": [*members[key], collection]})
                else:
                    entry = LibraryEntry(paper, record=records.get(paper.id, {}))
                    objects.append(_item(entry, collection, self._new_key(given[paper.id])))
            written = self._api.write("items", objects)
            done = {place: batch[place] for place in written.keys if place < len(batch)}
            self._links.keep(
                {str(objects[place]["key"]): paper.id for place, paper in done.items()},
                {paper.id: Placement(True, given[paper.id].given_at) for paper in done.values()},
            )
            for place, paper in done.items():
                key = str(objects[place]["key"])
                mirror.put(key, paper)
                (added if key in members else created)[paper.id] = paper
            for status, words in written.failed.values():
                why = f"Zotero answers {status} {words}".strip()
        return why

    def _collections_of(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """The collections of items as they are now; those that are gone meanwhile are left out."""
        found: dict[str, list[str]] = {}
        for page in self._api.items(keys):
            for item in page:
                fields = item.get("data")
                if isinstance(fields, dict) and not fields.get("deleted"):
                    theirs = fields.get("collections")
                    found[str(item["key"])] = [str(each) for each in theirs] if isinstance(theirs, list) else []
        return found

    def _new_collection(self, mirror: Mirror) -> str:
        """Make the collection that likes go into, and those it lies in; gives its key."""
        parent, done = "", ""
        for name in self._settings.into.split("/"):
            done = f"{done}/{name}" if done else name
            key = mirror.collections.get(done, "")
            if not key:
                written = self._api.write("collections", [{"name": name, "parentCollection": parent or False}])
                key = written.keys.get(0, "")
                if not key:
                    raise ZoteroWaits(f"the collection {done!r} could not be made; make it in Zotero")
                mirror.collections[done] = key
            parent = key
        mirror.target = parent
        self._links.keep({self._collection: ""}, {})
        return parent

    def _new_key(self, like: Feedback) -> str:
        """The key of a like's item: the same for the same like, so that it is made once."""
        text = "\0".join((self._name, like.paper.id, like.given_at.isoformat()))
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
        return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(8))


def _item(entry: LibraryEntry, collection: str, key: str) -> Object:
    """A new item, as the API takes it."""
    paper, arxiv = entry.paper, arxiv_id(entry.paper.id)
    record = entry.record
    journal = not arxiv and bool(paper.doi or record.get("journal"))
    fields: dict[str, Any] = {
        "key": key,
        "version": 0,
        "itemType": "journalArticle" if journal else "preprint",
        "title": readable(paper.title) or paper.id,
        "creators": [_creator(name) for name in paper.authors],
        "abstractNote": readable(paper.abstract),
        "date": paper.submitted.isoformat() if paper.submitted else record.get("year", ""),
        "url": abs_url(paper.id),
        "DOI": paper.doi,
        "tags": [],
        "collections": [collection],
        "relations": {},
    }
    if arxiv:
        fields |= {"repository": "arXiv", "archiveID": f"arXiv:{arxiv}"}
    elif journal:
        fields |= {theirs: record.get(ours, "") for theirs, ours in _FIELDS.items()}
    return {name: value for name, value in fields.items() if value != ""}


def _creator(name: str) -> Mapping[str, str]:
    family, given = family_and_given(name)
    if not given:
        return {"creatorType": "author", "name": family or name}
    return {"creatorType": "author", "lastName": family, "firstName": given}


def _opened(reader: Reader, settings: ZoteroSettings) -> Zotero:
    """The library of the settings, ready to be asked."""
    is_local = settings.by == "local"
    base = os.environ.get("RECOMMEND_ZOTERO", "").rstrip("/") or (LOCAL if is_local else WEB)

    def key() -> str:
        if not is_local:
            return reader.home.password(reader.name, "zotero")
        try:
            return reader.home.password(reader.name, "zotero_local")
        except ProfileError:  # Zotero says itself that there is none
            return ""

    api = Zotero(reader.network().client, base, settings.library, key, local=is_local)
    api.open()
    return api


@contextmanager
def _alone(reader: Reader) -> Iterator[None]:
    lock = reader.home.log_file(reader.name).with_suffix(".zotero.lock")
    with alone(lock, f"another sync of {reader.name} with Zotero", patience=_PATIENCE):
        yield
