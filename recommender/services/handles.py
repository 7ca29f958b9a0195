"""Handles: how a person names a paper. A rank of the last list ("3", "2-5"), an id, an address, a DOI."""

import re
from collections.abc import Sequence
from datetime import date

from recommender import services
from recommender.errors import SourceError, UnknownPaper
from recommender.ids import arxiv_id, reference
from recommender.paper import Paper
from recommender.services.reader import Reader

_RANKS = r"([0-9]{1,6})(?:-([0-9]{1,6}))?"
_OTHER_IDS = ("title:", "http://", "https://")  # ids of papers that have no better one


def resolve(reader: Reader, handles: Sequence[str | int], *, by_id_alone: bool = False) -> list[Paper]:
    """The papers that handles name, each once; arXiv is asked for papers that are not in the library.

    Args:
        by_id_alone: where arXiv cannot be asked, take a paper by its id without a text, and warn; but not in a group.

    Raises:
        UnknownPaper: one of the handles names no paper, or arXiv could not be asked; then none of them counts.
    """
    ids = [paper_id for handle in handles for paper_id in _ids(reader, str(handle))]
    in_library = services.visible.papers(reader, ids) if reader.in_group else reader.library.papers(ids)
    papers = reader.store.papers(ids) | in_library
    missing = [paper_id for paper_id in ids if paper_id not in papers and arxiv_id(paper_id)]
    if missing:
        papers |= _from_arxiv(reader, missing, by_id_alone=by_id_alone)
    for paper_id in ids:
        if paper_id not in papers:
            where = "and arXiv has none" if paper_id in missing else "yet"
            raise UnknownPaper(
                f"no paper {paper_id!r} here {where}; read a digest that has it with `recommend today FILE`"
            )
    return [papers[paper_id] for paper_id in dict.fromkeys(ids)]


def one(reader: Reader, handle: str | int) -> Paper:
    """The paper that a handle names.

    Raises:
        UnknownPaper: the handle names no paper, or several.
    """
    papers = resolve(reader, [handle])
    if len(papers) > 1:
        raise UnknownPaper(f"{handle!r} means {len(papers)} papers; name one")
    return papers[0]


def ranked_list(reader: Reader) -> tuple[str, date] | None:
    """The list whose ranks handles mean: its kind and its day; None if none was shown."""
    shown = reader.store.last_list(filled=True)
    return (shown.kind, shown.day) if shown else None


def _ids(reader: Reader, handle: str) -> list[str]:
    """The ids of the papers that one handle names."""
    if ranks := re.fullmatch(_RANKS, handle.strip()):
        first = int(ranks[1])
        return _ids_at(reader, handle, first, int(ranks[2] or first))
    if paper_id := reference(handle):
        return [paper_id]
    if handle.startswith(_OTHER_IDS):
        return [handle]
    hint = "; `recommend import` likes all papers of a file" if re.search(r"\.[a-z]{2,5}$", handle) else ""
    raise UnknownPaper(
        f"{handle!r} is no rank (3, 2-5), no arXiv id or address "
        f"(2005.05859, hep-th/9901001, https://arxiv.org/abs/2005.05859) and no DOI{hint}"
    )


def _ids_at(reader: Reader, handle: str, first: int, last: int) -> list[str]:
    """The ids of the papers at these ranks of the list shown last."""
    shown = reader.store.last_list(filled=True)
    if shown is None:
        raise UnknownPaper(f"{handle!r} is a rank, but no list was shown yet; `recommend today` shows one")
    by_rank = {item.rank: item.paper_id for item in shown.items}
    if not 1 <= first <= last <= max(by_rank):
        ranks = f"the ranks 1 to {max(by_rank)}" if len(by_rank) > 1 else "one paper, rank 1"
        raise UnknownPaper(f"no rank {handle!r}: the last list shown has {ranks}")
    return [by_rank[rank] for rank in range(first, last + 1)]


def _from_arxiv(reader: Reader, ids: Sequence[str], *, by_id_alone: bool) -> dict[str, Paper]:
    try:
        papers = services.remote.texts(reader, ids)
        if reader.in_group:
            reader.store.keep(papers)  # so that this reader sees them from now on
        return {paper.id: paper for paper in papers}
    except SourceError as error:
        # a rated id would show the text that another member may have brought, and so that somebody did
        if not by_id_alone or reader.in_group:
            raise UnknownPaper(f"no paper {ids[0]!r} here yet, and arXiv could not be asked: {error}") from error
        reader.progress.warn(
            f"{error}. Only the id of {', '.join(ids)} is known: it counts as soon as its text is here."
        )
        return {paper_id: Paper(paper_id, "", "") for paper_id in ids}
