"""A list of ids."""

from recommender.results.incoming import LibraryEntry


def write(entries: list[LibraryEntry]) -> str:
    """One id a line."""
    return "".join(f"{entry.paper.id}\n" for entry in entries)
