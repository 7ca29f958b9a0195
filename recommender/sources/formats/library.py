"""A library as papers to rank: the accepted papers of a conference, the hits of a search, a colleague's BibTeX file."""

from recommender.errors import SourceError
from recommender.paper import Digest, Skipped
from recommender.sources import libraries


def read_digest(data: bytes) -> Digest | None:
    """The entries that have a title, without a day; None if there are none, or if this is no library."""
    try:
        library = libraries.parse(data, "")
    except SourceError:
        return None
    papers = {entry.paper.id: entry.paper for entry in reversed(library.entries) if entry.paper.title}
    untitled = tuple(Skipped(0, f"no title of {entry.paper.id}") for entry in library.entries if not entry.paper.title)
    return Digest(None, "", tuple(reversed(papers.values())), library.skipped + untitled) if papers else None
