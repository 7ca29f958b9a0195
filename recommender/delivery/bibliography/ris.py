"""RIS, read by EndNote, Mendeley and Zotero."""

from recommender.delivery.bibliography.keys import keys, year
from recommender.delivery.bibliography.kinds import kind_of, publisher_of
from recommender.delivery.bibliography.marks import as_note, encoded, encoded_list, in_words, marks_of
from recommender.ids import abs_url, arxiv_id
from recommender.results.incoming import LibraryEntry
from recommender.text.names import family_first, people


def write(entries: list[LibraryEntry]) -> str:
    """One record each, JOUR for published papers and UNPB for preprints."""
    return "".join(_record(key, entry) for key, entry in zip(keys(entries), entries, strict=True))


def _record(key: str, entry: LibraryEntry) -> str:
    paper = entry.paper
    record = entry.record
    are_exact = all(people(family_first(name)) == (name,) for name in paper.authors)
    first_page, _, last_page = record.get("pages", "").replace("–", "-").partition("-")
    lines = [
        ("TY", kind_of(entry, 1)),
        ("ID", key),
        ("TI", paper.title),
        *(("AU", family_first(name)) for name in paper.authors),
        ("AB", paper.abstract),
        ("PY", year(paper) or record.get("year", "")),
        ("T2", record.get("journal") or record.get("booktitle", "")),
        ("VL", record.get("volume", "")),
        ("IS", record.get("number", "")),
        ("SP", first_page),
        ("EP", last_page.lstrip("-")),
        ("SN", record.get("issn") or record.get("isbn", "")),
        ("ET", record.get("edition", "")),
        ("CY", record.get("address", "")),
        ("LA", record.get("language", "")),
        ("DA", paper.submitted.isoformat().replace("-", "/") + "/" if paper.submitted else ""),
        ("DO", paper.doi),
        ("UR", abs_url(paper.id)),
        ("PB", publisher_of(entry) or ("arXiv" if arxiv_id(paper.id) else "")),
        ("N1", in_words(entry)),
        (
            "N1",
            as_note(
                marks_of(entry, authors="" if are_exact else encoded_list(paper.authors), note=encoded(entry.note))
            ),
        ),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines if value) + "ER  - \n\n"
