# ruff: noqa: E501 - feeds as publishers write them
"""Feeds with the structure of seventeen publishers: title, abstract, authors, DOI or page, and day of one paper each."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.paper import Paper
from recommender.sources.formats.feed import read_digests

ABSTRACT = "Glaciers retreat faster where meltwater reaches the bed, as twelve seasons of radar show."
ADA, MARY, SOFIA = "Ada Lovelace", "Mary Somerville", "Sofia Kovalevskaya"
DAY = date(2024, 1, 4)

_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
)


def rss(journal: str, item: str) -> str:
    return f'<rss version="2.0" {_NAMESPACES}><channel><title>{journal}</title><item>{item}</item></channel></rss>'


def rdf(journal: str, item: str) -> str:
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f"{_NAMESPACES}>"
        f'<channel rdf:about="x"><title>{journal}</title></channel><item rdf:about="y">{item}</item></rdf:RDF>'
    )


def atom(journal: str, entry: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{journal}</title><entry>{entry}</entry></feed>'


# name: feed, title, abstract, authors, id, day
CORPUS = {
    "Wiley": (
        rss(
            "Wiley: Polar Letters: Table of Contents",
            "<link>https://polar.onlinelibrary.wiley.com/doi/10.1002/pol.7?af=R</link><pubDate>Thu, 04 Jan 2024 01:00:00 "
            "-0700</pubDate><guid isPermaLink='false'>10.1002/pol.7</guid><title>Beds of ice</title>"
            "<description>Polar Letters, Volume 12, Issue 3, January 2024. </description>"
            f"<dc:description>\nAbstract\n{ABSTRACT}\n</dc:description>"
            f"<content:encoded>&lt;h2&gt;Abstract&lt;/h2&gt;&lt;p&gt;{ABSTRACT}&lt;/p&gt;</content:encoded>"
            f"<dc:creator>\n{ADA}, \n{MARY}\n</dc:creator><prism:doi>10.1002/pol.7</prism:doi>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "doi:10.1002/pol.7", DAY,
    ),
    "SAGE": (
        rdf(
            "Polar Studies",
            "<title>Beds of ice</title><link>https://journals.sagepub.com/doi/abs/10.1177/700?ai=1&amp;af=R</link>"
            f"<description>Polar Studies, Ahead of Print. &lt;br/&gt;{ABSTRACT}</description>"
            f"<dc:creator>{ADA}</dc:creator><dc:creator>{MARY}</dc:creator><dc:date>2024-01-04T08:00:00Z</dc:date>"
            "<dc:identifier>doi:10.1177/700</dc:identifier>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "doi:10.1177/700", DAY,
    ),
    "ScienceDirect": (
        rss(
            "ScienceDirect Publication: Polar Matters",
            "<title>Beds of ice</title><link>https://www.sciencedirect.com/science/article/pii/S77?dgcid=rss"
            "</link>"
            "<description><![CDATA[<p>Publication date: January 2024</p><p><b>Source:</b> Polar Matters, Volume 8</p>"
            f"<p>Author(s): {ADA}, {MARY}, {SOFIA}</p>]]></description>",
        ),
        "Beds of ice", "", (ADA, MARY, SOFIA), "https://www.sciencedirect.com/science/article/pii/S77?dgcid=rss",
        None,
    ),
    "ACS": (
        rss(
            "Polar Chemistry: Latest Articles (ACS Publications)",
            "<title>[ASAP] Beds of ice</title><link>http://dx.doi.org/10.1021/pol.4c7</link>"
            "<description>&lt;p&gt;&lt;img src='x'/&gt;&lt;/p&gt;"
            "&lt;div&gt;&lt;cite&gt;Polar Chemistry&lt;/cite&gt;&lt;/div&gt;"
            f"&lt;div&gt;DOI: 10.1021/pol.4c7&lt;/div&gt;</description><author>{ADA}, {MARY}, and {SOFIA}</author>"
            "<pubDate>Thu, 04 Jan 2024 05:00:00 GMT</pubDate>",
        ),
        "Beds of ice", "", (ADA, MARY, SOFIA), "doi:10.1021/pol.4c7", DAY,
    ),
    "Taylor & Francis": (
        rdf(
            "tandf: Polar Reviews: Table of Contents",
            "<title>Beds of ice</title><link>https://www.tandfonline.com/doi/full/10.1080/7.2024.1?af=R</link>"
            "<description>Volume 50, Issue 4, April 2024, Page 1-20&lt;br/&gt;. </description>"
            f"<dc:creator>{ADA}a University of Oslo, Oslo, NorwayView further author information</dc:creator>"
            f"<dc:creator>{MARY}</dc:creator><dc:date>2024-01-04T08:22:53Z</dc:date>"
            "<dc:identifier>doi:10.1080/7.2024.1</dc:identifier>",
        ),
        "Beds of ice", "", (ADA, MARY), "doi:10.1080/7.2024.1", DAY,
    ),
    "APS": (
        rdf(
            "Recent Articles in Phys. Rev. P",
            "<title>Beds of ice</title><link>http://link.aps.org/doi/10.1103/PhysRevP.1.7</link>"
            f"<description>Author(s): A. Lovelace, M. Somerville, and S. Kovalevskaya&lt;br/&gt;&lt;p&gt;{ABSTRACT}&lt;/p&gt;"
            "&lt;img src='x'/&gt;&lt;br/&gt;[Phys. Rev. P 1, 7] Published Thu Jan 04, 2024</description>"
            "<dc:creator>A. Lovelace, M. Somerville, and S. Kovalevskaya</dc:creator>"
            "<dc:date>2024-01-04T10:00:00+00:00</dc:date><prism:doi>10.1103/PhysRevP.1.7</prism:doi>",
        ),
        "Beds of ice", ABSTRACT, ("A. Lovelace", "M. Somerville", "S. Kovalevskaya"), "doi:10.1103/physrevp.1.7", DAY,
    ),
    "Nature": (
        rdf(
            "Nature Ice",
            "<title>Beds of ice</title><link>https://www.nature.com/articles/s4-023-7</link><content:encoded><![CDATA[<p>"
            "Nature Ice, Published online: 04 January 2024; <a href='x'>doi:10.1038/s4-023-7</a></p>"
            f"{ABSTRACT}]]></content:encoded><dc:creator>{ADA}</dc:creator><dc:creator>{MARY}</dc:creator>"
            "<dc:identifier>doi:10.1038/s4-023-7</dc:identifier><dc:date>2024-01-04</dc:date>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "doi:10.1038/s4-023-7", DAY,
    ),
    "Silverchair (OUP)": (
        rss(
            "Polar Advance Access",
            "<title>Beds of ice</title><link>https://academic.oup.com/pol/advance-article/doi/10.1093/pol/p7/7510001?rss=1"
            "</link><pubDate>Thu, 04 Jan 2024 00:00:00 GMT</pubDate><description>&lt;span class='paragraphSection'&gt;"
            f"&lt;div class='boxTitle'&gt;Abstract&lt;/div&gt;{ABSTRACT}&lt;/span&gt;</description>",
        ),
        "Beds of ice", ABSTRACT, (), "doi:10.1093/pol/p7", DAY,
    ),
    "IEEE": (
        rss(
            "IEEE Transactions on Ice - new TOC",
            "<title>Beds of ice</title><link>http://ieeexplore.ieee.org/document/10000007</link>"
            f"<description>{ABSTRACT}</description><authors>{ADA};{MARY};</authors>"
            "<pubDate>THU, 04 JAN 2024 09:17:13 -0500</pubDate><volume>1</volume>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "http://ieeexplore.ieee.org/document/10000007", DAY,
    ),
    "Springer": (
        rss(
            "Latest Results for Polar Research",
            "<title>Beds of ice</title><link>https://link.springer.com/article/10.1007/s00-024-7</link>"
            f"<description>&lt;h3&gt;Abstract&lt;/h3&gt;\n&lt;p&gt;{ABSTRACT}&lt;/p&gt;</description>"
            f"<dc:creator>{ADA}</dc:creator><pubDate>2024-01-04</pubDate>",
        ),
        "Beds of ice", ABSTRACT, (ADA,), "doi:10.1007/s00-024-7", DAY,
    ),
    "PLOS": (
        atom(
            "PLOS Ice",
            "<title>Beds of ice</title><id>10.1371/journal.pice.7</id><published>2024-01-04T14:00:00Z</published>"
            "<link rel='alternate' href='https://journals.plos.org/plosice/article?id=10.1371/journal.pice.7'/>"
            f"<content type='html'>&lt;p&gt;by {ADA}, {MARY}&lt;/p&gt;\n{ABSTRACT}</content>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "doi:10.1371/journal.pice.7", DAY,
    ),
    "bioRxiv": (
        rdf(
            "bioRxiv Subject Collection: Ecology",
            "<title>Beds of ice</title><link>https://www.biorxiv.org/content/10.1101/2024.01.02.7777v1?rss=1</link>"
            f"<description><![CDATA[<p>{ABSTRACT}</p>]]></description>"
            "<dc:creator>Lovelace, A., Somerville, M.</dc:creator>"
            "<dc:date>2024-01-04</dc:date><dc:identifier>doi:10.1101/2024.01.02.7777</dc:identifier>",
        ),
        "Beds of ice", ABSTRACT, ("A. Lovelace", "M. Somerville"), "doi:10.1101/2024.01.02.7777", DAY,
    ),
    "RSC": (
        rss(
            "RSC - Polar Sci. latest articles",
            "<title>Beds of ice</title><link>http://pubs.rsc.org/en/Content/ArticleLanding/2024/PS/D4PS00007A</link>"
            "<description><![CDATA[<div><i><b>Polar Sci.</b></i>, 2024, <b>15</b>,7-20<br/><b>DOI</b>: 10.1039/D4PS00007A, "
            "Paper</div><div><img src='/x.gif'/> &nbsp; This article is licensed under a <a href='x'>Creative Commons"
            f"</a></div><div>{ADA}, {MARY} and {SOFIA}<br/>{ABSTRACT}<br/>To cite this article before page numbers are "
            "assigned, use the DOI form of citation above.<br/>The content of this RSS Feed (c) The Society</div>]]>"
            "</description><pubDate>Thu, 04 Jan 2024 00:00:00 +0000</pubDate>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY, SOFIA), "doi:10.1039/d4ps00007a", DAY,
    ),
    "Copernicus": (
        rdf(
            "TP - recent papers",
            "<title>Beds of ice</title><link>https://doi.org/10.5194/tp-18-7-2024</link><description><![CDATA[<b>Beds of "
            f"ice</b><br>\n{ADA}, {MARY}, and {SOFIA}<br>\nThe Poles, 18, 7–20, https://doi.org/10.5194/tp-18-7-2024, "
            f"2024<br>\n{ABSTRACT}]]></description><dc:date>2024-01-04T11:00:00+01:00</dc:date>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY, SOFIA), "doi:10.5194/tp-18-7-2024", DAY,
    ),
    "NBER": (
        rss(
            "National Bureau of Polar Research Working Papers",
            f"<title>Beds of ice -- by {ADA}, {MARY}</title><link>https://www.nber.org/papers/w7#fromrss</link>"
            f"<description>{ABSTRACT}</description>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "https://www.nber.org/papers/w7#fromrss", None,
    ),
    "Project Euclid": (
        rss(
            "Annals of Ice",
            "<title>Beds of ice</title><link>https://projecteuclid.org/journals/aoi/Beds-of-ice/10.1214/24-AOI7.short</link>"
            f"<author>{ADA}, {MARY}</author><description>&lt;p&gt;&lt;b&gt;{ADA}, {MARY}&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;&lt;b&gt;"
            "Source: &lt;/b&gt;Annals of Ice, Volume 52, Number 1, 1--20.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Abstract:&lt;/b&gt;"
            f"&lt;br&gt;{ABSTRACT}&lt;/p&gt;</description>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "doi:10.1214/24-aoi7", None,
    ),
    "MDPI": (
        rdf(
            "Polar",
            "<title>Polar, Vol. 15, Pages 7: Beds of ice</title><link>https://www.mdpi.com/2073-4425/15/1/7</link>"
            f"<description>&lt;p&gt;&lt;b&gt;Beds of ice&lt;/b&gt;&lt;/p&gt;"
            "&lt;p&gt;Polar &lt;a href='x'&gt;doi: 10.3390/pol15010007"
            f"&lt;/a&gt;&lt;/p&gt;&lt;p&gt;Authors: {ADA} {MARY}&lt;/p&gt;&lt;p&gt;{ABSTRACT}&lt;/p&gt;</description>"
            f"<dc:creator>{ADA}</dc:creator><dc:creator>{MARY}</dc:creator><dc:date>2024-01-04</dc:date>"
            "<prism:doi>10.3390/pol15010007</prism:doi>",
        ),
        "Beds of ice", ABSTRACT, (ADA, MARY), "doi:10.3390/pol15010007", DAY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("publisher", CORPUS)
def test_what_a_publishers_feed_says_is_read_field_by_field(publisher):
    feed, title, abstract, authors, own_id, day = CORPUS[publisher]
    ((paper,),) = (digest.papers for digest in read_digests(feed.encode()))
    doi = own_id.removeprefix("doi:") if own_id.startswith("doi:") else ""
    assert paper == Paper(own_id, title, abstract, authors, (), day, doi)


@pytest.mark.parametrize(
    ("title", "is_paper"),
    [
        ("Issue Information", False),
        ("Issue Information ‐ Cover and Contents", False),
        ("Issue Editorial Masthead", False),
        ("Inside Front Cover - Editorial Board", False),
        ("Editorial Board/Publication Information", False),
        ("IEEE Transactions on Ice Publication Information", False),
        ("Table of contents", False),
        ("Contents of ice", True),
        ("Cover crops", True),
        ("Editorial", True),
        ("IEEE 802.11 networks", True),
    ],
)
def test_a_journals_own_pages_are_no_papers(title, is_paper):
    items = f"<title>{title}</title><link>https://example.org/7</link><description/>"
    digest = read_digests(rss("Polar Letters", items).encode())[0]
    assert (len(digest.papers), digest.skipped) == (int(is_paper), ())
    digest = read_digests(
        rss("Polar Letters", items.replace("<description/>", "<description>Ice.</description>")).encode()
    )[0]
    assert len(digest.papers) == 1  # it has an abstract


@pytest.mark.parametrize("label", ["[ASAP] ", "[hal-04123456] ", "[tel-00012345v2] ", "Genes, Vol. 15, Pages 1: "])
def test_a_label_is_no_part_of_a_title(label):
    feed = rss("J", f"<title>{label}[Re] Beds of ice</title><link>https://example.org/7</link>")
    assert read_digests(feed.encode())[0].papers[0].title == "[Re] Beds of ice"


def test_an_affiliation_and_a_journal_are_no_authors():
    creators = f"<dc:creator>{ADA}</dc:creator><dc:creator>1Department of Ice, University of Oslo, Oslo.</dc:creator>"
    cite = "&lt;cite&gt;Polar Chemistry&lt;/cite&gt;&lt;div&gt;DOI: 10.1021/pol.4c7&lt;/div&gt;"
    links = "<title>T</title><link>https://example.org/7</link>"
    for inside, authors in ((creators, (ADA,)), (f"<description>{cite}</description>", ())):
        digest = read_digests(rss("Polar Chemistry: Latest (ACS)", links + inside).encode())[0]
        assert digest.papers[0].authors == authors


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        (f"{ADA}, {MARY} and {SOFIA}", (ADA, MARY, SOFIA)),
        (f"{ADA}, Jan van der Berg", (ADA, "Jan van der Berg")),
        (f"{MARY}, {ADA}", (ADA,)),
        (f"{ADA}, who saw the beds of ice", (ADA,)),
    ],
)
def test_where_one_author_is_stated_the_others_may_stand_in_a_line_of_the_text(line, authors):
    text = (
        f"<p> {line} </p><p>{ABSTRACT}</p><p> <b> Updated: </b> 2024-01-05 </p><p> <b> Comments: </b> 7 pages </p>"
        "<p> <b> PDF: </b> <a href='x'> x </a> </p>"
    )
    inside = f"<title>T</title><link>http://arxiv.org/abs/2401.00007v1</link><author>{ADA}</author>"
    feed = rss("My query", f"{inside}<description><![CDATA[{text}]]></description>")
    (paper,) = read_digests(feed.encode())[0].papers
    assert (paper.authors, paper.abstract) == (authors, ABSTRACT if len(authors) > 1 else f"{line} {ABSTRACT}")


def test_a_title_with_its_authors_is_no_abstract():
    inside = f"<dc:creator>{ADA} and {MARY}</dc:creator><dc:description>T, {ADA}, {MARY}</dc:description>"
    digest = read_digests(rdf("J", f"<title>T</title><link>https://example.org/7</link>{inside}").encode())[0]
    assert (digest.papers[0].abstract, digest.papers[0].authors) == ("", (ADA, MARY))


def test_a_team_is_an_author_and_et_al_is_none():
    names = "A. Lovelace &lt;i&gt;et al.&lt;/i&gt; (ICE Collaboration)"
    item = f"<title>T</title><link>https://x.org/1</link><dc:creator>{names}</dc:creator>"
    (digest,) = read_digests(rss("J", item).encode())
    assert digest.papers[0].authors == ("A. Lovelace", "ICE Collaboration")


CITATIONS = st.sampled_from(
    [
        "Polar Letters, Volume 12, Issue 3, Page 1-20, March 2024.",
        "Volume 7, Issue 1, January 2024.",
        "Publication date: March 2024",
        "Author(s): Ada Lovelace, Mary Somerville",
        "Polar Letters, Ahead of Print.",
        "DOI: 10.1000/x",
        "Nature Ice, Published online: 04 January 2024; doi:10.1038/s4-023-7",
        "Abstract",
    ]
)
PROSE = st.sampled_from(
    ["We measure ice.", "In Volume 3 of nature nobody looked.", "Abstract interpretation is sound.", "A source of ice."]
)


@given(st.lists(CITATIONS, max_size=3), st.lists(PROSE, max_size=3), st.sampled_from(["description", "dc:description"]))
def test_the_abstract_is_what_is_no_citation(citations, prose, element):
    html = "".join(f"&lt;p&gt;{line}&lt;/p&gt;" for line in [*citations, *prose])
    item = f"<title>T</title><link>https://x.org/1</link><{element}>{html}</{element}>"
    (digest,) = read_digests(rss("Polar Letters", item).encode())
    assert digest.papers[0].abstract == " ".join(prose)


@given(st.text("Volume Issue,:.;12 AbstractPage[]()doi10/", max_size=60))
def test_any_text_in_a_feed_is_read(text):
    (digest,) = read_digests(
        rss("J", f"<title>T</title><link>https://x.org/1</link><description>{text}</description>").encode()
    )
    assert len(digest.papers) == 1
