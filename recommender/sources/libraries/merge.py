"""Merges the entries of one work: a library has preprint and published version, and imports overlap."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from recommender.results.incoming import LibraryEntry
from recommender.text import grouping, works

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def joined(entries: Iterable[LibraryEntry]) -> list[LibraryEntry]:
    """Merge the entries of each work into one, in the order in which each work first occurs.

    Entries are of one work as `grouping.joined` says; their order decides nothing. An arXiv id is preferred to others,
    missing fields are taken from the next entry; the earliest date and the newest verdict stay.
    """
    return grouping.joined(
        entries, lambda entry: entry.paper, lambda entry: works.work_of(entry.paper, entry.year), _merged
    )


def _merged(group: Sequence[LibraryEntry]) -> LibraryEntry:
    # the last two only make the order of equal papers always the same
    ranked = sorted(group, key=lambda entry: (*works.rank(entry.paper), sorted(entry.record.items()), str(entry)))
    rated = [entry for entry in ranked if entry.verdict]
    record = next((entry.record for entry in ranked if entry.record.get("journal")), ranked[0].record)
    year = next((entry.record["year"] for entry in ranked if entry.year), "")
    return LibraryEntry(
        works.merged(entry.paper for entry in group),
        min((entry.added_at for entry in group if entry.added_at), default=None),
        max(rated, key=lambda entry: entry.added_at or _LONG_AGO).verdict if rated else None,
        {**record, "year": year} if year and not record.get("year") else record,
        next((entry.note for entry in ranked if entry.note), ""),
    )
