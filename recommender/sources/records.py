"""Papers as JSON objects, under the names that several programs give to the same fields.

Known are our own exports, arXiv's dump at Kaggle, arxiv.py, Hugging Face's daily papers, Semantic Scholar, Paperpile,
Crossref, OpenAlex, Zenodo, Papers with Code, JSON Feed and crawlers of arXiv.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeGuard

from recommender.ids import arxiv_id, category, doi
from recommender.sources.json_objects import first_text, text_of
from recommender.text import names
from recommender.text.dates import leading_day, read_day
from recommender.text.markup import plain

_IDENTIFIERS = (
    "id arxiv_id arxivId arxivid arxiv eprint entry_id abs abs_url url_abs url link pdf pdf_url pdfUrl url_pdf paperId"
).split()
HEADING = re.compile(r"<jats:title>[^<>]*+</jats:title>")  # "Abstract", in Crossref's abstracts
_NAME_PARTS = (("given", "family"), ("first", "last"), ("firstName", "lastName"), ("first_name", "last_name"))
_DAYS = tuple(
    "submitted published publishedAt published_date publicationDate publication_date date_published created".split()
)
_LONGEST = 10_000  # words of an abstract given by their places
_RECORD = {  # of other programs, by BibTeX's name
    "journal": ("journal", "venue", "journal-ref", "journal_ref", "journal_name"),
    "volume": ("volume",),
    "number": ("issue", "number"),
    "pages": ("pages",),
    "publisher": ("publisher",),
    "key": ("citekey", "citationKey", "citation_key"),
}


class Record:
    """One object with the fields of a paper."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        inner = (fields.get(name) for name in ("paper", "metadata"))  # Hugging Face and Zenodo wrap a paper
        self._fields = {**fields, **next(filter(_is_object, inner), {})}
        external = self._fields.get("externalIds")  # Semantic Scholar
        self._external = external if isinstance(external, Mapping) else {}

    def text(self, *names: str) -> str:
        """The first of these that is a text or a number; of a list its first text, as Crossref has titles."""
        for name in names:
            if text := first_text(self._fields.get(name)).strip():
                return text
        return ""

    @property
    def identifiers(self) -> list[str]:
        """All that may be an arXiv id or an address."""
        external = self._external.get("ArXiv")
        return [*([external] if isinstance(external, str) else []), *filter(None, map(self._identifier, _IDENTIFIERS))]

    @property
    def arxiv(self) -> str:
        """The arXiv id without version; empty if there is none."""
        return next(filter(None, map(arxiv_id, (*self.identifiers, *self._dois))), "")  # arXiv has DOIs, too

    @property
    def doi(self) -> str:
        """The DOI of the published version; empty if there is none."""
        in_addresses = (each for each in self.identifiers if "10." in each)  # of doi.org
        found = next(filter(None, map(doi, (*self._dois, *in_addresses))), "")
        return "" if found.startswith("10.48550/arxiv.") else found

    @property
    def _dois(self) -> list[str]:
        return [self.text("doi", "DOI"), text_of(self._external.get("DOI"))]

    @property
    def title(self) -> str:
        return plain(self.text("title", "display_name"))

    @property
    def abstract(self) -> str:
        text = self.text("abstract", "summary") or _in_places(self._fields.get("abstract_inverted_index"))
        return plain(HEADING.sub(" ", text or self.text("content_html", "content_text", "description")))

    @property
    def authors(self) -> tuple[str, ...]:
        """The names in a list of texts, in a list of objects, or in one text."""
        several = map(self._fields.get, ("authors", "author", "authorships", "creators"))
        value = next(filter(None, several), None)
        if isinstance(value, str):
            return names.initials_first(names.split(plain(value)))
        listed = map(_name, value if isinstance(value, list) else [])
        return names.initials_first([each for name in listed for each in names.people(names.plain(plain(name)))])

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, primary first; of a paper of arXiv without the classes of ACM and MSC: "I.2.7", "68T50"."""
        value = self._fields.get("categories")
        listed = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
        primary = [first] if (first := self.text("primary_category")) else []
        once = dict.fromkeys(name for name in [*primary, *listed] if isinstance(name, str) and name)
        return tuple(filter(category, once) if self.arxiv else once)

    @property
    def submitted(self) -> date | None:
        """The day of the first version."""
        versions = self._fields.get("versions")  # Kaggle
        first = (
            versions[0].get("created") if isinstance(versions, list) and versions and _is_object(versions[0]) else ""
        )
        texts = [self.text(name) for name in _DAYS] + [first if isinstance(first, str) else ""]
        return next((day for text in texts if (day := read_day(text) or leading_day(text))), None) or self._in_parts()

    def _in_parts(self) -> date | None:
        """The day of publication as Crossref has it; that of its record if only the year or month is known."""
        published, created = (_parts(self._fields.get(name)) for name in ("published", "created"))
        parts = created if len(published) < 3 and created[: len(published)] == published else published
        return leading_day("-".join(map(str, parts)))

    @property
    def year(self) -> str:
        """The year of publication as text; empty if it is not known."""
        published = self._fields.get("published")  # Paperpile
        value = published.get("year") if isinstance(published, Mapping) else self._fields.get("year")
        return text_of(value)[:4]

    @property
    def record(self) -> dict[str, str]:
        """What else is known, by BibTeX's names."""
        found = {name: plain(self.text(*theirs)) for name, theirs in _RECORD.items()}
        return {name: text for name, text in {**found, "year": self.year}.items() if text}

    def _identifier(self, name: str) -> str:
        value = self._fields.get(name)
        if isinstance(value, float):  # "0704.0002" without quotation marks; five digits since 2015
            return f"{value:09.4f}" if value < 1500 else f"{value:010.5f}"
        return value.strip() if isinstance(value, str) else ""


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _parts(value: object) -> list[int]:
    """Year, month and day, as far as they are known, of a date like {"date-parts": [[2024, 1, 4]]}."""
    parts = value.get("date-parts") if isinstance(value, Mapping) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    return first if all(type(part) is int for part in first) else []


def _in_places(index: object) -> str:
    """The text that OpenAlex gives by the places of each word: {"ice": [1, 4], "The": [0]}."""
    words: dict[int, str] = {}
    for word, places in index.items() if isinstance(index, Mapping) else ():
        words |= {place: word for place in places if type(place) is int} if isinstance(places, list) else {}
    return " ".join(words[place] for place in sorted(words)[:_LONGEST])


def _name(author: object) -> str:
    if isinstance(author, Mapping) and isinstance(inner := author.get("author"), Mapping):  # OpenAlex
        author = inner
    if isinstance(author, str):
        return author
    if not isinstance(author, Mapping):
        return ""
    return next(_names_of(author), "")


def _names_of(author: Mapping[str, object]) -> Iterator[str]:
    for parts in _NAME_PARTS:
        if name := " ".join(filter(None, (text for part in parts if isinstance(text := author.get(part), str)))):
            yield name
    for name in ("name", "literal", "formatted", "display_name"):
        if isinstance(text := author.get(name), str):
            yield text
