"""Which papers of the library a member of a group sees.

What a source announced is there for everybody. Any other paper is in the library because somebody asked for it by its
id or imported it, and that it is there tells so. In a group's home such a paper is seen by those alone who have it in
their own file; what the group voted for is seen by all.
"""

from collections.abc import Iterable, Sequence

from recommender.paper import Paper
from recommender.services.reader import Reader
from recommender.store.group_store import GroupStore
from recommender.store.group_votes import Votes
from recommender.store.search import unannounced


def also(reader: Reader) -> tuple[str, ...]:
    """The ids of papers that the reader sees beside those that a source announced, in order."""
    with GroupStore(reader.home.group_file) as store:
        return tuple(sorted(reader.store.paper_ids() | Votes(store).paper_ids()))


def papers(reader: Reader, ids: Iterable[str]) -> dict[str, Paper]:
    """The papers among these ids that the reader sees, in the library or in the group's votes, by id."""
    ids = list(ids)
    with GroupStore(reader.home.group_file) as store:
        voted = Votes(store).papers(ids)
    return voted | {paper.id: paper for paper in only(reader, list(reader.library.papers(ids).values()))}


def only(reader: Reader, among: Sequence[Paper]) -> list[Paper]:
    """Those of some papers of the library that the reader sees, in the same order."""
    doubtful = unannounced(reader.library, [paper.id for paper in among])
    seen = set(also(reader)) if doubtful else set()
    return [paper for paper in among if paper.id not in doubtful or paper.id in seen]


def hidden(reader: Reader) -> set[str]:
    """The ids of the library's papers that the reader does not see."""
    return unannounced(reader.library).difference(also(reader))


def count(reader: Reader) -> int:
    """How many papers of the library the reader sees."""
    return reader.library.count() - len(hidden(reader))
