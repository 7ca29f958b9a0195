"""One work under several ids: what the reader and the library know already of a paper that comes in."""

from collections.abc import Iterable, Sequence

from recommender.ids import arxiv_id
from recommender.paper import Digest, Paper, completed
from recommender.store.library import Library
from recommender.text import grouping
from recommender.text.works import Works, alike, merged, work_of


def rated_ids(papers: Sequence[Paper], rated: Sequence[Paper]) -> set[str]:
    """Ids of papers that are among the rated ones under another id: a journal's DOI, or the title alone."""
    if not rated:
        return set()
    works = Works(alike(rated, papers))
    return {paper.id for paper in alike(papers, rated) if works.same(paper)}


def with_known_ids(library: Library, digests: Sequence[Digest]) -> tuple[Digest, ...]:
    """The digests, each paper from elsewhere than arXiv under the id that its work has in the library already.

    A journal's paper moves from advance access to an issue, and arXiv may have had it before.
    """
    others = [paper for digest in digests for paper in (*digest.papers, *digest.replaced) if not arxiv_id(paper.id)]
    works = Works(library.alike(others)) if others else Works()

    def known(paper: Paper) -> Paper:
        same = None if arxiv_id(paper.id) else works.same(paper)
        return completed(same, paper) if same and same.id != paper.id else paper

    return tuple(
        digest._replace(papers=once(map(known, digest.papers)), replaced=once(map(known, digest.replaced)))
        if others
        else digest
        for digest in digests
    )


def once(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Each work once, in the order given; under its arXiv id, if one of its papers has one."""
    papers = list(papers)
    if all(arxiv_id(paper.id) for paper in papers):
        return tuple(papers)
    return tuple(grouping.joined(papers, lambda paper: paper, work_of, merged))
