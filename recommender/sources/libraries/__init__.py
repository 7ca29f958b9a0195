"""A reader's own library comes in: from a reference manager, from our own export, or from any text with arXiv ids.

The content tells the format, never the name. A new format is one new file beside this one, and one line in `_read`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from recommender.errors import SourceError
from recommender.paper import Skipped
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.sources import clean, messages
from recommender.sources.formats import feed
from recommender.sources.json_objects import read_objects
from recommender.sources.libraries.csl import csl_entry
from recommender.sources.libraries.encodings import decode_library
from recommender.sources.libraries.endnote import read_endnote
from recommender.sources.libraries.entry import Entry, read_all, read_entry
from recommender.sources.libraries.merge import joined
from recommender.sources.libraries.own import leading_ids, read_ids, read_record
from recommender.sources.libraries.ris import read_ris
from recommender.sources.libraries.table import find_delimiter, read_table
from recommender.sources.libraries.tagged import find_style, read_tagged
from recommender.sources.libraries.zotero import read_database, read_pages, zotero_entry
from recommender.sources.libraries.zotero_rdf import read_rdf
from recommender.text.encoding import decode, is_binary
from recommender.text.lines import unix_lines
from recommender.text.markup import root_of, web_page
from recommender.text.short import quoted
from recommender.text.xml_documents import documents

__all__ = ["is_sqlite", "joined", "parse", "read_sqlite", "zotero_items", "zotero_pages"]

_HEAD = 8 * 1024  # characters looked at to recognise XML
_BEGINNING = re.compile(r"^[ \t]*+(?:(?P<ris>TY\s{1,2}-)|(?P<bibtex>@(?:\w++|\[[^\]\n{]*+\])\s?[{(]))", re.MULTILINE)
_CSL = frozenset({"type", "author", "issued", "DOI", "container-title"})
_RECORDS = frozenset({"authors", "externalIds", "paperId", "arxivid", "pubtype", "entry_id", "paper"})  # have no CSL
_FOREIGN = {  # by the roots of their XML
    "PubmedArticleSet": "PubMed's XML",
    "modsCollection": "MODS",
    "mods": "MODS",
    "collection": "MARC XML",
    "Sources": "Word's list of sources",
    "opml": "a list of feeds (OPML)",
    "TEI": "TEI",
    "plist": "a property list of macOS",
}
_OUTLINES = ("opml", "plist")  # no libraries, whose texts may have ids
_MAIL_TEXTS = ("text/plain", "text/html", "text/x-bibtex", "application/x-bibtex")
_BEGINS_OBJECT = re.compile(r"\s*+(?:\[\s*+)?\{\s*+\"")
# Beginnings of HTML without <html>: a browser's bookmarks, a piece of a page, and a README
_HTML = frozenset(
    "netscape-bookmark-file-1 a article aside b big blockquote body br center code dd details div dl dt em figure font "
    "footer form h1 h2 h3 h4 h5 h6 head header hr i iframe img kbd li link main mark meta nav ol p picture pre samp "
    "script section small span strong style sub summary sup svg table tbody td thead title tr u ul video".split()
)


def parse(data: bytes, name: str) -> LibraryEntries:
    """Parse the entries of a library, in its order.

    Reads BibTeX and BibLaTeX, RIS, CSL-JSON, Zotero's CSV and JSON, our own exports, tables with a title in each
    row, and from any other text the arXiv ids. Entries that cannot be read are in `LibraryEntries.skipped`.

    Args:
        name: precedes each error message.

    Raises:
        SourceError: binary data, or a text without even an arXiv id.
    """
    if is_sqlite(data):
        raise SourceError(f"{name}: a database; Zotero's is read as a file of its own, by the name zotero.sqlite")
    text, encoding = _mails(data) or decode_library(data)
    text = unix_lines(text)
    if data.startswith(b"PK\x03\x04"):
        raise SourceError(
            f"{name}: binary data, a zip file; unpack it and import the library in it (`recommend profile import` "
            "reads a profile that was exported)"
        )
    if data.startswith(b"%PDF") or is_binary(text):
        raise SourceError(f"{name}: binary data; export the library as BibTeX, RIS, CSL-JSON or CSV")
    text = text.replace("\0", "\ufffd")
    if not text.strip():
        raise SourceError(f"{name}: it is empty; export the library anew, as BibTeX, RIS, CSL-JSON or CSV")
    try:
        library = _read(text)
    except SourceError as error:
        raise SourceError(f"{name}: {error}") from error
    if not library.entries and not library.skipped:
        raise SourceError(f"{name}: no entry in it; export the library anew, as BibTeX, RIS, CSL-JSON or CSV")
    return clean.library(library)._replace(encoding=encoding)


def is_sqlite(data: bytes) -> bool:
    """Whether a file with this beginning is an SQLite database, as Zotero's is."""
    return data.startswith(b"SQLite format 3\0")


def read_sqlite(path: Path) -> LibraryEntries:
    """Read the reader's own library in a zotero.sqlite, also while Zotero runs; without groups, feeds and the trash.

    Raises:
        SourceError: the file cannot be read, or is no database of Zotero's.
    """
    return clean.library(read_all(read_database(path)))


def zotero_pages(address: str, get: Callable[[str], bytes]) -> Iterator[LibraryEntries]:
    """Read a library behind Zotero's API page by page, as in http://localhost:23119/api/users/0/items/top.

    Args:
        address: of the items; a query in it stays, apart from limit, start and format.
        get: fetches an address; its errors come through.
    """
    for page in read_pages(address, get):
        yield clean.library(_read_items([(0, item) for item in page]))


def zotero_items(items: Iterable[object]) -> LibraryEntries:
    """Read items as Zotero's API has them."""
    return clean.library(_read_items((0, item) for item in items))


def _mails(data: bytes) -> tuple[str, str] | None:
    """The decoded subjects and texts of a mail or mbox, as from `decode_library`; None for other data."""
    head = messages.without_bom(data[: messages.HEAD])
    if not (messages.is_mbox(head) or messages.is_mail(head)):
        return None
    texts: list[str] = []
    for raw in messages.messages(data):
        mail = messages.read(raw, _MAIL_TEXTS)
        texts += [messages.subject(raw), *(part.text for part in mail.texts)] if mail else [decode(raw)]
    return "\n".join(texts), ""


def _read(text: str) -> LibraryEntries:
    pieces = documents(text) if text.count("<?xml") > 1 else []
    if len(pieces) > 1:
        return _read_joined(pieces)
    start = text.lstrip()[:1]
    if start in ("{", "["):
        items = list(read_objects(text))
        if any(isinstance(item, dict) for _, item in items) or _BEGINS_OBJECT.match(text):
            library = _read_items(items)
            return library if library.entries else _ids_at_least(text, library)
    if start == "<" and web_page(text) is None and (root := root_of(text[:_HEAD].encode("utf-8", "replace"))):
        first_line = text.lstrip().partition("\n")[0]  # may be a link of Markdown: <https://arxiv.org/abs/2005.05859>
        if root.lower() not in _HTML and not leading_ids(first_line):
            return _read_xml(text, root)
    if delimiter := find_delimiter(text):
        return read_all(read_table(text, delimiter))
    beginning, tagged = _BEGINNING.search(text), find_style(text)
    if tagged and (beginning is None or tagged[0] < beginning.start()):  # else a line of an abstract looks like a tag
        return read_all(read_tagged(text, tagged[1]))
    if beginning:
        if beginning["ris"]:
            return read_all(read_ris(text))
        from recommender.sources.libraries.bibtex import read_bibtex  # noqa: PLC0415 - its parser is slow to import

        return read_all(read_bibtex(text))
    return read_ids(text)


def _read_joined(documents: Sequence[str]) -> LibraryEntries:
    """The entries of XML documents in one file; one that cannot be read harms no other."""
    entries: list[LibraryEntry] = []
    skipped: list[Skipped] = []
    for number, document in enumerate(documents, start=1):
        try:
            library = _read(document)
        except SourceError as error:
            skipped.append(Skipped(0, f"document {number} in it: {error}"))
        else:
            entries += library.entries
            skipped += library.skipped
    return LibraryEntries(tuple(entries), tuple(skipped))


def _read_xml(text: str, root: str) -> LibraryEntries:
    if root in ("xml", "records") and "<record" in text:
        return read_all(read_endnote(text))
    if root == "RDF" and any(name in text[:_HEAD] for name in ("zotero.org/namespaces", "purl.org/net/biblio")):
        return read_all(read_rdf(text))
    if not feed.recognises(text.encode("utf-8", "replace")):
        name = _FOREIGN.get(root, f"XML of a kind that is not read (<{root}>)")
        if root in _OUTLINES:
            with suppress(SourceError):
                return read_ids(text)
        raise SourceError(f"{name}; export the library as BibTeX, RIS, CSL-JSON, EndNote XML or Zotero RDF")
    (digest,) = feed.read_digests(text.encode("utf-8", "replace"))
    return LibraryEntries(tuple(map(LibraryEntry, digest.papers)), digest.skipped)


def _ids_at_least(text: str, unread: LibraryEntries) -> LibraryEntries:
    """The arXiv ids in a text of which nothing else can be read, as in answers of DBLP; else what was not read."""
    try:
        return read_ids(text)
    except SourceError:
        return unread


def _read_items(items: Iterable[tuple[int, object]]) -> LibraryEntries:
    entries: list[LibraryEntry] = []
    skipped: list[Skipped] = []
    for number, (line, item) in enumerate(items, start=1):
        result = _read_item(item, line, number)
        if isinstance(result, LibraryEntry):
            entries.append(result)
        elif result:
            skipped.append(result)
    return LibraryEntries(tuple(entries), tuple(skipped))


def _read_item(item: object, line: int, number: int) -> LibraryEntry | Skipped | None:
    if isinstance(item, Skipped):
        return item
    if not isinstance(item, dict):
        return Skipped(line, f"item {number}: no entry but {quoted(json.dumps(item))}")
    entry: Entry | None
    if isinstance(item.get("data"), dict) or "itemType" in item:
        entry = zotero_entry(item, number)
    elif _CSL.isdisjoint(item) or not _RECORDS.isdisjoint(item):
        return read_record(item, line)
    else:
        entry = csl_entry(item, number)
    return read_entry(entry) if entry else None
