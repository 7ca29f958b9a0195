"""Zotero: its items as JSON from the local or the web API, and its database file."""

import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from recommender import untrusted
from recommender.errors import SourceError
from recommender.paper import Skipped
from recommender.sources.json_objects import text_of
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.text.dates import leading_day, leading_moment
from recommender.text.lines import one_line

WORKS = frozenset(
    "journalArticle conferencePaper preprint book bookSection thesis report manuscript magazineArticle "
    "encyclopediaArticle".split()
)
_RECORD = {
    "type": ("itemType",),
    "key": ("citationKey",),
    "journal": ("publicationTitle", "bookTitle", "proceedingsTitle", "encyclopediaTitle"),
    "volume": ("volume",),
    "number": ("issue", "number", "reportNumber"),
    "pages": ("pages",),
    "publisher": ("publisher", "university", "institution"),
    "address": ("place",),
    "edition": ("edition",),
    "series": ("series",),
    "isbn": ("ISBN",),
    "issn": ("ISSN",),
    "language": ("language",),
}
_TABLES = frozenset(  # that are read: a view in the place of one may never end
    "items itemTypes deletedItems itemData fields itemDataValues itemCreators creators creatorTypes libraries".split()
)
_NO_ITEMS = ("attachment", "note", "annotation")
_PLACES = ("url", "archiveID", "archiveLocation", "publicationTitle", "extra", "number", "reportNumber", "callNumber")
_PAGE = 100  # items; the most that the web API gives at once
_AUTHORS = ("author", "presenter", "contributor")


def zotero_entry(item: Mapping[str, object], number: int) -> Entry | None:
    """Read one item of the API, wrapped in "data" or not; None for notes and attachments."""
    inner, meta = item.get("data"), item.get("meta")
    fields = inner if isinstance(inner, dict) else item
    kind = text_of(fields.get("itemType"))
    if kind in _NO_ITEMS:
        return None
    creators = fields.get("creators")
    record = {
        name: next((text for each in theirs if (text := one_line(text_of(fields.get(each))))), "")
        for name, theirs in _RECORD.items()
    }
    record["year"] = next(iter(re.findall(r"[12][0-9]{3}", text_of(fields.get("date")))), "")
    parsed = text_of(meta.get("parsedDate")) if isinstance(meta, dict) else ""
    return Entry(
        0,
        text_of(fields.get("title")),
        text_of(fields.get("abstractNote")),
        tuple(_authors(creators)) if isinstance(creators, list) else (),
        kind in WORKS,
        leading_day(parsed) or leading_day(text_of(fields.get("date"))),
        one_line(text_of(fields.get("DOI"))),
        places=tuple(one_line(text_of(fields.get(name))) for name in _PLACES),
        added_at=leading_moment(text_of(fields.get("dateAdded"))),
        marks=find_marks(text_of(fields.get("extra"))),
        item=number,
        record={name: text for name, text in record.items() if text},
    )


def _authors(creators: list[object]) -> Iterator[str]:
    for creator in creators:
        if isinstance(creator, dict) and creator.get("creatorType", "author") in _AUTHORS:
            name = f"{text_of(creator.get('firstName'))} {text_of(creator.get('lastName'))}"
            yield text_of(creator.get("name")) or name


def read_pages(address: str, get: Callable[[str], bytes]) -> Iterator[list[object]]:
    """The items of each page of the API, until a page is not full."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("limit", "start", "format")]
    before: list[object] = []
    start = 0
    while True:
        paging = urlencode([*query, ("format", "json"), ("limit", _PAGE), ("start", start)])
        try:
            page = json.loads(get(urlunsplit(parts._replace(query=paging))))
        except (ValueError, RecursionError) as error:
            raise SourceError(
                f"{address}: no JSON; expected the items of Zotero's API, like …/users/0/items"
            ) from error
        if not isinstance(page, list):
            raise SourceError(f"{address}: no list of items; expected an address of Zotero's API like …/users/0/items")
        if page and page == before:
            raise SourceError(f"{address}: gives the same items again for start={start}; is it Zotero's API?")
        yield page
        if len(page) < _PAGE:
            return
        before, start = page, start + len(page)


def read_database(path: Path) -> Iterator[Entry | Skipped]:
    """Read the reader's own library in a zotero.sqlite, without its trash, notes and attachments.

    Zotero keeps its file locked, and its last changes are in the -wal file beside it. So both are copied and the
    copy is opened; SQLite's "immutable" would read the file alone and miss those changes.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="recommend-") as folder:
            copy = Path(folder, "zotero.sqlite")
            # SQLite rebuilds -shm, the index of the -wal; a -journal undoes a half written change
            for ending in ("", "-wal", "-journal"):
                beside = path.with_name(path.name + ending)
                if not ending or beside.exists():
                    shutil.copyfile(beside, copy.with_name(copy.name + ending))
            with untrusted.opened(copy) as database:
                database.text_factory = lambda text: text.decode("utf-8", "replace")
                if lacking := sorted(_TABLES - untrusted.plain_tables(database)):
                    raise SourceError(f"{path}: cannot be read as Zotero's database: it has no table {lacking[0]!r}")
                yield from _read_items(database)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter for a message that quotes a damaged name
        raise SourceError(
            f"{path}: cannot be read as Zotero's database ({error}); close Zotero and try again"
        ) from error
    except OSError as error:
        raise SourceError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _read_items(database: sqlite3.Connection) -> Iterator[Entry | Skipped]:
    is_own = "libraryID in (select libraryID from libraries where type = 'user')"
    items = f"from items join itemTypes using (itemTypeID) where typeName not in {_NO_ITEMS}"
    items += " and itemID not in (select itemID from deletedItems)"
    values: dict[int, dict[str, str]] = {}
    for item, name, value in database.execute(
        "select itemID, fieldName, value from itemData join fields using (fieldID) join itemDataValues using (valueID)"
    ):
        values.setdefault(item, {})[name] = str(value)
    creators: dict[int, list[object]] = {}
    for item, first, last, kind in database.execute(
        "select itemID, firstName, lastName, creatorType from itemCreators join creators using (creatorID) "
        "join creatorTypes using (creatorTypeID) order by itemID, orderIndex"
    ):
        creators.setdefault(item, []).append({"firstName": first, "lastName": last, "creatorType": kind})
    query = f"select itemID, typeName, dateAdded {items} and {is_own} order by dateAdded, itemID"
    for number, (item, kind, added) in enumerate(database.execute(query), start=1):
        fields = {**values.get(item, {}), "itemType": kind, "dateAdded": added, "creators": creators.get(item, [])}
        if entry := zotero_entry(fields, number):
            yield entry
    (others,) = database.execute(f"select count(*) {items} and not ({is_own})").fetchone()
    if others:
        yield Skipped(0, f"{others} items of groups and feeds; only your own library was read")
