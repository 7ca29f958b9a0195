"""What arXiv's servers say, written from papers: feeds as rss.arxiv.org has them, OAI pages, API answers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

from recommender.paper import Paper


def feed(categories: str, day: date, papers: Sequence[Paper], kinds: Mapping[str, str] | None = None) -> bytes:
    """The Atom feed of a day; `kinds` says which papers are no new ones: cross, replace, replace-cross."""
    entries = "".join(
        f"""<entry><id>oai:arXiv.org:{paper.id}v1</id><title>{escape(paper.title)}</title>
        <updated>{day}T04:00:19+00:00</updated>
        <link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>
        <summary>arXiv:{paper.id}v1 Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</summary>
        {"".join(f'<category term="{name}"/>' for name in paper.categories)}
        <published>{day}T00:00:00-04:00</published><arxiv:announce_type>{kind}</arxiv:announce_type>
        <dc:creator>{escape(", ".join(paper.authors))}</dc:creator></entry>"""
        for paper in papers
        for kind in [(kinds or {}).get(paper.id, "new")]
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
    <feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us"><id>http://rss.arxiv.org/atom/{categories}</id>
    <title>{categories} updates on arXiv.org</title><updated>{day}T04:00:19+00:00</updated>
    <link href="http://rss.arxiv.org/atom/{categories}" rel="self" type="application/atom+xml"/>
    <subtitle>{categories} updates on the arXiv.org e-print archive.</subtitle>{entries}</feed>""".encode()


def oai(papers: Sequence[tuple[date, Paper]], token: str = "", total: int | None = None) -> bytes:
    """A page of ListRecords in the format arXiv, each paper with its datestamp; none: noRecordsMatch."""
    if not papers:
        return _oai('<error code="noRecordsMatch"/>')
    records = "".join(
        f"""<record><header><identifier>oai:arXiv.org:{paper.id}</identifier><datestamp>{stamp}</datestamp>
        <setSpec>cs</setSpec></header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.id}</id>
        <created>{paper.submitted or stamp - timedelta(days=1)}</created>
        <authors>{"".join(_author(name) for name in paper.authors)}</authors><title>{escape(paper.title)}</title>
        <categories>{" ".join(paper.categories)}</categories><abstract>{escape(paper.abstract)}</abstract>
        </arXiv></metadata></record>"""
        for stamp, paper in papers
    )
    size = f' completeListSize="{total}"' if total else ""
    rest = f"<resumptionToken{size}>{token}</resumptionToken>" if token else ""
    return _oai(f"<ListRecords>{records}{rest}</ListRecords>")


def answer(papers: Sequence[Paper]) -> bytes:
    """What the query API says of these papers."""
    entries = "".join(
        f"""<entry><id>http://arxiv.org/abs/{paper.id}v1</id><title>{escape(paper.title)}</title>
        <summary>{escape(paper.abstract)}</summary><published>{paper.submitted or "2026-01-05"}T10:00:00Z</published>
        {"".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)}
        {"".join(f'<category term="{name}"/>' for name in paper.categories)}</entry>"""
        for paper in papers
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
    <feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><title>arXiv Query</title>
    <opensearch:totalResults>{len(papers)}</opensearch:totalResults>{entries}</feed>""".encode()


def _oai(body: str) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
    <OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-02T08:00:00Z</responseDate>
    <request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>{body}</OAI-PMH>""".encode()


def _author(name: str) -> str:
    forenames, _, keyname = name.rpartition(" ")
    return f"<author><keyname>{escape(keyname)}</keyname><forenames>{escape(forenames)}</forenames></author>"
