"""Requests to arXiv: today's feed, papers by id, and a past period page by page.

A mirror is one address that answers below /atom/, /oai and /api/query as rss.arxiv.org, oaipmh.arxiv.org and
export.arxiv.org do; an empty one stands for arXiv itself.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from recommender.errors import SourceError
from recommender.ids import arxiv_id, is_of
from recommender.ids import category as arxiv_category
from recommender.paper import Digest, Paper
from recommender.sources import clean
from recommender.sources.arxiv.calendar import weekday_from
from recommender.sources.client import Answer, Web
from recommender.sources.formats import feed, oai, query

_FEEDS = "https://rss.arxiv.org/atom/"
_OAI = "https://oaipmh.arxiv.org/oai"
_QUERY = "https://export.arxiv.org/api/query"

_CATEGORIES_A_FEED = 20  # one feed has at most 2,000 papers (https://info.arxiv.org/help/rss.html)
_IDS_A_QUERY = 100
_PHYSICS_ARCHIVES = set(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
)
# An error in an answer without records; in an abstract the "<" would be escaped.
_UNKNOWN_TOKEN = re.compile(rb"<error[^<>]{0,200}badResumptionToken")
_MALFORMED = re.compile(rb"/api/errors#incorrect_id_format_for_([^<>\"\s]{1,100})")


def new(web: Web, categories: Sequence[str], mirror: str = "") -> list[tuple[Digest, Answer]]:
    """Fetch today's announcements in all of the categories.

    Returns:
        One digest for each 20 categories, with its answer. Keep the answer (`web.keep`) when the digest is saved.

    Raises:
        SourceError: a feed cannot be fetched or read, or arXiv does not know one of the categories.
    """
    wanted = sorted({_checked(category) for category in categories})
    base = f"{mirror.rstrip('/')}/atom/" if mirror else _FEEDS
    digests: list[tuple[Digest, Answer]] = []
    for start in range(0, len(wanted), _CATEGORIES_A_FEED):
        batch = wanted[start : start + _CATEGORIES_A_FEED]
        answer = web.get(base + "+".join(batch), accept=(400,))
        if answer.status == 400:
            raise SourceError(
                f"arXiv knows no feed of {', '.join(batch)}; check the names at https://arxiv.org/category_taxonomy"
            )
        digests += [(clean.digest(digest), answer) for digest in feed.read_digests(answer.body)]
    return digests


def texts(web: Web, ids: Collection[str], mirror: str = "") -> list[Paper]:
    """Fetch the papers of these arXiv ids, in their order; a paper that arXiv does not have is left out.

    Raises:
        SourceError: arXiv cannot be reached, or its answer cannot be read.
    """
    wanted = [paper_id for paper_id in dict.fromkeys(ids) if arxiv_id(paper_id) == paper_id]
    papers: dict[str, Paper] = {}
    for start in range(0, len(wanted), _IDS_A_QUERY):
        papers.update((paper.id, paper) for paper in _batch(web, wanted[start : start + _IDS_A_QUERY], mirror))
    return [papers[paper_id] for paper_id in wanted if paper_id in papers]


def harvest(
    web: Web,
    *,
    category: str,
    since: date | None,
    until: date | None,
    token: str = "",
    mirror: str = "",
) -> Iterator[oai.Page]:
    """Fetch the records of a category or an archive that changed from `since` to `until`, page by page, oldest first.

    Save each page and its token in one transaction.

    Args:
        since: to continue a harvest, the latest datestamp saved.
        token: to continue a harvest, that of the last page saved. arXiv's tokens expire at midnight: then the harvest
            continues from the latest datestamp, and that day's records come a second time.

    Raises:
        SourceError: a page cannot be fetched or read; earlier pages stay valid.
    """
    base = f"{mirror.rstrip('/')}/oai" if mirror else _OAI
    first_day = reached = since
    token_expired = False
    while True:
        if token:
            query = {"resumptionToken": token}
        else:
            days = {"from": first_day, "until": until}
            query = {"metadataPrefix": "arXiv", "set": set_of(category)}
            query |= {name: day.isoformat() for name, day in days.items() if day}
        answer = web.get(f"{base}?{urlencode({'verb': 'ListRecords', **query})}", fresh=True)
        if token and _UNKNOWN_TOKEN.search(answer.body):
            if token_expired and first_day == reached:
                raise SourceError("arXiv ends the download again and again before its last page; try fewer days")
            token, first_day, token_expired = "", reached, True
            continue
        page = oai.read_page(answer.body)
        page = replace(page, skipped=tuple(map(clean.skipped, page.skipped)))
        if page.token and page.token == token:
            raise SourceError("arXiv sends the same page of the download again and again; try again later")
        token = page.token
        reached = max((record.datestamp for record in page.records), default=reached)
        yield page
        if not token:
            return


def announced(records: Iterable[oai.Record], category: str, since: date) -> list[Digest]:
    """Reconstruct the category's lists from `since` on, by day, as precisely as the records tell.

    A paper first announced before `since` is among the replaced ones of the day when its record changed.
    """
    papers: dict[date, dict[str, Paper]] = {}
    replaced: dict[date, dict[str, Paper]] = {}
    for record in records:
        day = oai.announced_on(record)
        if day >= since:
            papers.setdefault(day, {})[record.paper.id] = clean.paper(record.paper)
        else:
            replaced.setdefault(weekday_from(record.datestamp), {})[record.paper.id] = clean.paper(record.paper)
    return [
        Digest(
            day,
            category,
            tuple(papers.get(day, {}).values()),
            crossed=frozenset(paper.id for paper in papers.get(day, {}).values() if not _belongs(paper, category)),
            replaced=tuple(replaced.get(day, {}).values()),
        )
        for day in sorted(papers.keys() | replaced.keys())
    ]


def set_of(category: str) -> str:
    """The OAI set of a category or an archive: "cs:cs:CV", "physics:hep-th", "physics:astro-ph:CO", "math:math".

    Group, archive and category, joined as arXiv's own server does: https://github.com/arXiv/oaipmh
    """
    archive, _, subject = _checked(category).partition(".")
    return ":".join(filter(None, ("physics" if archive in _PHYSICS_ARCHIVES else archive, archive, subject)))


def _belongs(paper: Paper, category: str) -> bool:
    """Whether the paper's primary category is this one, or of this archive."""
    return not paper.categories or is_of(paper.categories[0], category)


def _checked(category: str) -> str:
    if not arxiv_category(category):
        raise SourceError(
            f"{category[:60]!r} is no arXiv category; expected names like cs.CV, hep-th or q-bio, "
            "see https://arxiv.org/category_taxonomy"
        )
    return category


def _batch(web: Web, ids: list[str], mirror: str) -> list[Paper]:
    """The papers of at most 100 ids; arXiv refuses all of them for one malformed id, so that one is left out."""
    base = f"{mirror.rstrip('/')}/api/query" if mirror else _QUERY
    while ids:
        answer = web.get(f"{base}?id_list={','.join(ids)}&max_results={len(ids)}", fresh=True, accept=(400,))
        malformed = {name.decode("utf-8", "replace") for name in _MALFORMED.findall(answer.body)} & {*ids}
        if not malformed:
            if answer.status == 400:
                raise SourceError("arXiv refuses the list of ids and does not say why; try again later")
            return list(map(clean.paper, query.read_answer(answer.body)))
        ids = [paper_id for paper_id in ids if paper_id not in malformed]
    return []
