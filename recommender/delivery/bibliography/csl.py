"""CSL-JSON, read by Zotero and pandoc."""

import json

from recommender.delivery.bibliography.keys import keys, year
from recommender.delivery.bibliography.kinds import kind_of, publisher_of
from recommender.delivery.bibliography.marks import as_note, encoded, in_words, marks_of
from recommender.ids import abs_url, arxiv_id
from recommender.results.incoming import LibraryEntry
from recommender.text.lines import escaped
from recommender.text.names import family_and_given


def write(entries: list[LibraryEntry]) -> str:
    """A JSON list of items."""
    items = [_item(key, entry) for key, entry in zip(keys(entries), entries, strict=True)]
    return escaped(json.dumps(items, ensure_ascii=False, indent=2)) + "\n"


def _item(key: str, entry: LibraryEntry) -> dict[str, object]:
    paper, record = entry.paper, entry.record
    day, only_year = paper.submitted, year(paper) or record.get("year", "")
    is_year = only_year.isdecimal() and len(only_year) <= 4
    date = [day.year, day.month, day.day] if day else [int(only_year)] if is_year else []
    item: dict[str, object] = {
        "id": key,
        "type": kind_of(entry, 2),  # CSL's "article" is a preprint
        "title": paper.title,
        "author": [_name(name) for name in paper.authors],
        "abstract": paper.abstract,
        "issued": {"date-parts": [date]} if date else None,
        "DOI": paper.doi,
        "URL": abs_url(paper.id),
        "container-title": record.get("journal") or record.get("booktitle", ""),
        "volume": record.get("volume", ""),
        "issue": record.get("number", ""),
        "page": record.get("pages", "").replace("--", "-"),
        "edition": record.get("edition", ""),
        "collection-title": record.get("series", ""),
        "publisher-place": record.get("address", ""),
        "ISBN": record.get("isbn", ""),
        "ISSN": record.get("issn", ""),
        "language": record.get("language", ""),
        "publisher": publisher_of(entry) or ("arXiv" if arxiv_id(paper.id) else ""),
        "number": f"arXiv:{paper.id}" if arxiv_id(paper.id) else "",
        "note": f"{in_words(entry)} {as_note(marks_of(entry, note=encoded(entry.note)))}".strip(),
    }
    return {name: value for name, value in item.items() if value}


def _name(name: str) -> dict[str, str]:
    family, given = family_and_given(name)
    return {"family": family, "given": given} if given else {"literal": name}
