"""Reads feeds: Atom, RSS 2.0 and RSS 1.0 (RDF), of arXiv (https://info.arxiv.org/help/rss.html) and of others."""

import re
from collections.abc import Iterable
from datetime import date
from xml.etree.ElementTree import Element

from recommender import ids
from recommender.ids import arxiv_id, category, doi, doi_in_address, paper_id
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.arxiv.calendar import announcement_day
from recommender.sources.formats import journals
from recommender.text.dates import read_day, read_moment
from recommender.text.encoding import decode
from recommender.text.markup import local, parse_entries, plain, root_of, text_of
from recommender.text.short import quoted

_ROOTS = {"feed", "rss", "RDF"}
_ENTRIES = {"entry", "item"}
# Namespaces that count beside the feed's own. Others use the same names for other things: media:title.
_VOCABULARIES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://arxiv.org/schemas/atom": "arxiv:",
}
_OF_ARXIV = re.compile(r"https?://(?:rss|export)\.arxiv\.org/(?:rss|atom)/(?P<list>[^/?#]*)")
# Until 2024 arXiv wrote all into the title: "On ice. (arXiv:1906.02762v2 [cs.CL] UPDATED)"
_TITLE = re.compile(
    r"(?P<title>.*?)\.?\s*\(arXiv:\S{5,40} \[(?P<category>[\w.-]{2,40})\](?: (?P<kind>UPDATED|CROSS LISTED))?\)"
)
_KINDS = {"UPDATED": "replace", "CROSS LISTED": "cross"}
_ANNOUNCED = re.compile(r"arXiv:\S+ Announce Type: \S")
_SUMMARY = re.compile(r"(?:arXiv:\S+ (?:Announce Type: (?P<type>\S+) )?)?(?:Abstract: )?(?P<abstract>.*)")
_TEXTS = ("summary", "description", "content:encoded", "content", "dc:description")
_MAILBOX = re.compile(r"[^\s@]++@[^\s@()]++\s*+\((?P<name>.*)\)")  # "ada@example.org (Ada Lovelace)"


def recognises(data: bytes) -> bool:
    """Whether this is a feed of any kind."""
    return root_of(data) in _ROOTS


def read_digests(data: bytes) -> list[Digest]:
    """Parse a feed into one digest; the whole entries of a broken feed are kept.

    arXiv's feed has a day, new and cross-listed papers, and replaced ones apart; without any entry it is empty, as
    on weekends. Other feeds have no day as a whole: each paper has the date of its entry.

    Raises:
        SourceError: the data is no feed, or has no whole entry.
    """
    root, broken = parse_entries(decode(data), _ENTRIES)
    channels = [element for element in root if local(element) == "channel"]  # RSS has one, with the entries or before
    entries = [_Fields(element) for parent in (root, *channels) for element in parent if local(element) in _ENTRIES]
    channel = _Fields(channels[0] if channels else root)
    if channel.first("title").endswith("updates on arXiv.org") or any(map(_OF_ARXIV.match, channel.links())):
        return [_arxiv_digest(channel, entries, broken)]
    return [_digest(channel, entries, broken)]


class _Fields:
    """The children of a feed's element by name: "title", "dc:creator"."""

    def __init__(self, element: Element) -> None:
        feed_namespace = _namespace(element)
        self._children: dict[str, list[Element]] = {}
        for child in element:
            namespace = _namespace(child)
            # PRISM has a namespace for each of its versions
            prefix = _VOCABULARIES.get(namespace, "prism:" if "/prism" in namespace else "")
            if prefix or namespace == feed_namespace:
                self._children.setdefault(prefix + local(child), []).append(child)

    def all(self, name: str) -> list[Element]:
        return self._children.get(name, [])

    def first(self, *names: str) -> str:
        """The text of the first of these names that is not blank."""
        return next((text for name in names for element in self.all(name) if (text := text_of(element))), "")

    def links(self) -> list[str]:
        """The addresses of its page, then of related things, and its id."""
        links = sorted(self.all("link"), key=lambda link: link.get("rel", "alternate") != "alternate")
        addresses = [link.get("href") or text_of(link) for link in links]
        return [each.strip() for each in [*addresses, self.first("id"), self.first("guid")] if each.strip()]

    def day(self, *names: str) -> date | None:
        return read_day(self.first(*names))

    def authors(self) -> tuple[str, ...]:
        """The names, one by one; several may be in one element, and one name in each of several."""
        elements = [*self.all("dc:creator"), *self.all("author"), *self.all("authors")]
        texts = [text for text in map(_name, elements) if text]
        if len(texts) == 1:
            return journals.split_names(texts[0])
        return tuple(dict.fromkeys(filter(None, map(journals.one_name, texts))))


def _name(author: Element) -> str:
    """The text of an author's name: Atom's has an element of its own, RSS's is a mail address with a name."""
    text = text_of(next((part for part in author if local(part) == "name"), author))
    mailbox = _MAILBOX.fullmatch(text)
    return mailbox["name"] if mailbox else text


def _namespace(element: Element) -> str:
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def once(papers: Iterable[Paper | Skipped]) -> tuple[Paper, ...]:
    """The papers, the first of each id."""
    first: dict[str, Paper] = {}
    for paper in papers:
        if isinstance(paper, Paper):
            first.setdefault(paper.id, paper)
    return tuple(first.values())


# arXiv's own feeds


def _arxiv_digest(channel: _Fields, entries: list[_Fields], broken: tuple[Skipped, ...]) -> Digest:
    days = [day for entry in entries if (day := entry.day("published", "pubDate", "dc:date"))]
    written = read_moment(channel.first("dc:date"))  # until 2024, the evening before the day of the list
    stated = channel.day("pubDate") or max(days, default=None) or channel.day("updated", "lastBuildDate")
    day = stated or (announcement_day(written) if written else None)
    results = [_arxiv_paper(number, entry) for number, entry in enumerate(entries, start=1)]
    return _in_sections(Digest(day, _category(channel), ()), results, broken)


def _in_sections(empty: Digest, results: list[tuple[str, Paper | Skipped]], broken: tuple[Skipped, ...]) -> Digest:
    """The digest with its papers where they belong by the kinds of their announcements."""
    crossed = {paper.id for kind, paper in results if kind == "cross" and isinstance(paper, Paper)}
    new = {paper.id for kind, paper in results if kind == "new" and isinstance(paper, Paper)}
    return empty._replace(
        papers=once(paper for kind, paper in results if not kind.startswith("replace")),
        skipped=tuple(paper for _, paper in results if isinstance(paper, Skipped)) + broken,
        crossed=frozenset(crossed - new),
        replaced=once(paper for kind, paper in results if kind.startswith("replace")),
    )


def _arxiv_paper(number: int, entry: _Fields) -> tuple[str, Paper | Skipped]:
    """The kind of announcement ("new", "cross", "replace", "replace-cross"), and the paper."""
    links = [link.removeprefix("oai:arXiv.org:") for link in entry.links()]
    paper_id = next(filter(None, map(arxiv_id, links)), None)
    title = plain(entry.first("title"))
    terms = (term.get("term") or text_of(term) for term in entry.all("category"))
    categories = [term for term in terms if category(term)]
    summary = _SUMMARY.fullmatch(plain(entry.first(*_TEXTS)))
    kind = entry.first("arxiv:announce_type") or (summary and summary["type"]) or "new"
    if old := _TITLE.fullmatch(title):
        title, categories = old["title"], categories or [old["category"]]
        kind = _KINDS.get(old["kind"], kind)
    if paper_id is None:
        return kind, Skipped(0, f"entry {number}: no arXiv id in {quoted(title or ' '.join(links))}")
    if not title:
        return kind, Skipped(0, f"entry {number}: no title for {paper_id}")
    abstract = summary["abstract"] if summary else ""
    return kind, Paper(
        paper_id, title, abstract, entry.authors(), tuple(categories), doi=doi(entry.first("arxiv:DOI")) or ""
    )


def _category(channel: _Fields) -> str:
    """The category of the feed; empty if it has several, as "cs.CV+cs.LG" has."""
    in_links = [match["list"] for link in channel.links() if (match := _OF_ARXIV.match(link))]
    candidates = [channel.first("title").partition(" updates on ")[0], *in_links]
    return next((name for name in candidates if category(name)), "")


# Other feeds


def _digest(channel: _Fields, entries: list[_Fields], broken: tuple[Skipped, ...]) -> Digest:
    name = plain(channel.first("title", "dc:title"))
    results = [
        _arxiv_paper(number, entry) if _is_of_arxiv(entry) else ("new", _paper(number, entry, name))
        for number, entry in enumerate(entries, start=1)
    ]
    digest = _in_sections(Digest(None, "", ()), results, broken)
    papers = (paper for paper in digest.papers if paper.abstract or not journals.is_front_matter(paper.title))
    return digest._replace(papers=tuple(papers))


def _is_of_arxiv(entry: _Fields) -> bool:
    """Whether somebody took the entry over from arXiv's own feed, as filters and readers do."""
    beginning = entry.first(*_TEXTS)[:500]
    return bool(_ANNOUNCED.match(plain(beginning)) or _TITLE.fullmatch(plain(entry.first("title"))))


def _paper(number: int, entry: _Fields, feed_name: str) -> Paper | Skipped:
    title, named = journals.without_byline(journals.title_of(entry.first("title", "dc:title")))
    if not title:
        return Skipped(0, f"entry {number}: no title for {quoted(' '.join(entry.links()))}")
    links = entry.links()
    texts = [entry.first(name) for name in _TEXTS]
    page = next(filter(None, map(ids.page, links)), "")
    identifiers = [*links, entry.first("prism:doi"), entry.first("dc:identifier")]
    arxiv = next(filter(None, map(arxiv_id, filter(_may_name_arxiv, identifiers))), "")
    published = "" if arxiv else _doi(identifiers, links, texts)
    if not (arxiv or published or page):
        return Skipped(0, f"entry {number}: no DOI and no address of {quoted(title)}")
    own_names = (feed_name, plain(entry.first("prism:publicationName", "dc:source")))
    stated = entry.authors() or named or journals.labelled_authors(texts)
    authors = journals.all_authors(texts, stated) if stated else journals.unlabelled_authors(texts, title, own_names)
    return Paper(
        paper_id(arxiv=arxiv, doi=published, page=page),
        title,
        journals.abstract_of(texts, title, own_names, authors),
        authors,
        (),
        entry.day("published", "dc:date", "prism:publicationDate", "pubDate", "updated"),
        published,
    )


def _may_name_arxiv(identifier: str) -> bool:
    """Whether an arXiv id in it is one: "2405.01234" alone may be a page's own number."""
    return "arxiv" in identifier.lower() or identifier.startswith(("http://", "https://"))


def _doi(identifiers: list[str], links: list[str], texts: list[str]) -> str:
    """The DOI that the entry states, else the one within an address, which most publishers' have."""
    stated = next(filter(None, map(doi, reversed(identifiers))), "")
    return stated or next(filter(None, map(doi_in_address, links)), "") or doi(journals.labelled_doi(texts)) or ""
