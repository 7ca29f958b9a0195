"""JSON Lines: our own record of a paper, one a line."""

import json

from recommender.delivery.bibliography.marks import utc
from recommender.results.incoming import LibraryEntry
from recommender.text.lines import escaped


def write(entries: list[LibraryEntry]) -> str:
    """One JSON object a line."""
    return "".join(escaped(json.dumps(_record(entry), ensure_ascii=False)) + "\n" for entry in entries)


def _record(entry: LibraryEntry) -> dict[str, object]:
    paper = entry.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "categories": list(paper.categories),
        "submitted": paper.submitted.isoformat() if paper.submitted else None,
        "doi": paper.doi,
        "verdict": entry.verdict.value if entry.verdict else None,
        "date": utc(entry.added_at) or None,
        **({"note": entry.note} if entry.note else {}),
        **({"record": dict(entry.record)} if entry.record else {}),
    }
