"""A library as papers to rank: the accepted papers of a conference, the hits of a search, a colleague's BibTeX file."""

from recommender.errors import SourceError
from recommender.paper import Digest, Skipped
from recommender.sources import libraries
from recommender.sources.formats.feed import once


def read_digest(data: bytes) -> Digest | None:
    """The entries that have a title, without a day; None if there are none, or if this is no library."""
    try:
        library = libraries.parse(data, "")
    except SourceError:
        return None
    papers = [entry.paper for entry in library.entries]
    untitled = tuple(Skipped(0, f"no title of {paper.id}") for paper in papers if not paper.title)
    titled = once(paper for paper in papers if paper.title)
    return Digest(None, "", titled, library.skipped + untitled) if titled else None
