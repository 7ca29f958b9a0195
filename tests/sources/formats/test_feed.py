"""Feeds: arXiv's in Atom and RSS, and those of journals and other archives."""

from datetime import date
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY

from recommender.errors import SourceError
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.formats.feed import read_digests, recognises

DATA = REPOSITORY / "tests" / "data" / "feeds"
ATOM = (DATA / "arxiv.atom.xml").read_bytes()
RSS = (DATA / "arxiv.rss.xml").read_bytes()
RDF = b"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns="http://purl.org/rss/1.0/" xmlns:prism="http://purl.org/rss/1.0/modules/prism/">
<channel rdf:about="https://biorxiv.org"><title>bioRxiv Subject Collection: Neuroscience</title></channel>
<item rdf:about="https://www.biorxiv.org/content/10.1101/2024.01.02.573891v1?rss=1">
 <title><![CDATA[Synapses & dreams of <i>E. coli</i>]]></title>
 <link>https://www.biorxiv.org/content/10.1101/2024.01.02.573891v1?rss=1</link>
 <description><![CDATA[<p>We sleep.</p><p>We dream.</p>]]></description>
 <dc:creator><![CDATA[Lovelace, A., van der Berg, C. D.]]></dc:creator>
 <dc:date>2024-01-03</dc:date>
 <dc:identifier>doi:10.1101/2024.01.02.573891</dc:identifier>
</item></rdf:RDF>"""


def only(data: str | bytes) -> Digest:
    (digest,) = read_digests(data.encode() if isinstance(data, str) else data)
    return digest


def arxiv(entries: str, head: str = "<title>cs.CV updates on arXiv.org</title>") -> Digest:
    """What arXiv's RSS with those items says."""
    return only(
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<channel>{head}<pubDate>Thu, 18 Sep 2025 00:00:00 -0400</pubDate>{entries}</channel></rss>"
    )


def item(number: int, kind: str, version: int = 1, title: str = "T") -> str:
    return (
        f"<item><title>{title}</title><link>https://arxiv.org/abs/2509.{number:05}</link>"
        f"<guid>oai:arXiv.org:2509.{number:05}v{version}</guid>"
        f"<description>arXiv:2509.{number:05}v{version} Announce Type: {kind} \nAbstract: A</description>"
        f"<arxiv:announce_type>{kind}</arxiv:announce_type></item>"
    )


def generic(inside: str) -> Digest:
    """What a journal's RSS with that item says, before another item."""
    return only(
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>J</title>'
        f"<item>{inside}</item>"
        "<item><title>Other</title><link>https://example.org/other</link></item></channel></rss>"
    )


def first(inside: str) -> Paper:
    return generic(inside).papers[0]


# arXiv's own


def test_arxivs_atom_is_read_whole():
    digest = only(ATOM)
    assert (digest.date, digest.category, digest.skipped) == (date(2025, 8, 20), "cs.AI", ())
    assert [paper.id for paper in digest.papers] == ["2508.13429", "2508.14001"]
    assert digest.crossed == {"2508.13429"}
    assert digest.papers[1] == Paper(
        "2508.14001",
        "Neural Architecture Search for Efficient Transformers",
        "We propose a neural architecture search method for efficient transformers.",
        ("Alice Smith", "Bob Jones"),
        ("cs.AI", "cs.LG"),
    )


def test_arxivs_rss_is_read_whole():
    digest = only(RSS)
    (paper,) = digest.papers
    assert (digest.date, digest.category, digest.crossed) == (date(2025, 9, 18), "cs.CV", frozenset())
    assert (paper.id, paper.authors) == ("2509.13338", ("Hassan Gharoun", "Mohammad Sadegh Khorshidi"))
    assert paper.categories == ("cs.CV", "cs.LG")
    assert paper.abstract.startswith("This work proposes")


def test_accents_of_authors_are_letters():
    assert only(ATOM).papers[0].authors == ("Paulo André Lima de Castro",)


def test_what_is_replaced_is_kept_apart():
    digest = arxiv(item(1, "new") + item(2, "cross") + item(3, "replace", 2) + item(4, "replace-cross", 3))
    assert [paper.id[-1] for paper in digest.papers] == ["1", "2"]
    assert [paper.id[-1] for paper in digest.replaced] == ["3", "4"]
    assert digest.crossed == {"2509.00002"}


def test_a_paper_that_occurs_twice_is_one():
    digest = arxiv(item(1, "new") + item(1, "cross") + item(2, "cross") + item(2, "cross"))
    assert ([paper.id[-1] for paper in digest.papers], digest.crossed) == (["1", "2"], {"2509.00002"})


@pytest.mark.parametrize("kind", ["new", "cross", "replace"])
def test_how_a_paper_is_announced_may_be_in_its_description_alone(kind):
    digest = arxiv(item(1, kind).replace(f"<arxiv:announce_type>{kind}</arxiv:announce_type>", ""))
    assert (bool(digest.crossed), bool(digest.replaced)) == (kind == "cross", kind == "replace")


@pytest.mark.parametrize("start", ["", "Abstract: ", "arXiv:2509.00001v1 Abstract: ", "arXiv:2509.00001v1 "])
def test_what_precedes_an_abstract_is_no_part_of_it(start):
    written = item(1, "new").replace("arXiv:2509.00001v1 Announce Type: new \nAbstract: A", f"{start}All is ice")
    assert [paper.abstract for paper in arxiv(written).papers] == ["All is ice"]


def test_a_feed_without_entries_is_a_day_without_papers():
    assert arxiv("") == Digest(date(2025, 9, 18), "cs.CV", ())


def test_an_empty_atom_feed_has_the_day_of_its_update():
    empty = ATOM[: ATOM.index(b"<entry>")] + b"</feed>"
    assert only(empty) == Digest(date(2025, 8, 20), "cs.AI", ())


def test_the_day_is_that_of_arxivs_own_clock():
    late = ATOM.replace(b"2025-08-20T00:00:00-04:00", b"2025-08-20T23:30:00-04:00")
    assert only(late).date == date(2025, 8, 20)


def test_a_feed_of_several_categories_has_none():
    link = "<link>https://rss.arxiv.org/rss/cs.CV+cs.LG</link>"
    assert arxiv("", f"<title>cs.CV+cs.LG updates on arXiv.org</title>{link}").category == ""
    assert arxiv("", "<title>?</title><link>https://rss.arxiv.org/rss/quant-ph</link>").category == "quant-ph"


def test_an_entry_without_id_or_title_is_skipped_with_its_number():
    broken = "<item><title>Hello</title><link>https://example.org</link></item>"
    digest = arxiv(item(1, "new") + broken + item(3, "new", title=""))
    assert digest.skipped == (
        Skipped(0, 'entry 2: no arXiv id in "Hello"'),
        Skipped(0, "entry 3: no title for 2509.00003"),
    )


def test_a_malformed_day_costs_no_paper():
    broken = ATOM.replace(b"2025-08-20T00:00:00-04:00", b"yesterday")
    assert [paper.id for paper in only(broken).papers] == [paper.id for paper in only(ATOM).papers]


OLD = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://arxiv.org/"><title>hep-ex updates on arXiv.org</title><link>http://arxiv.org/</link>
<dc:date>{date}</dc:date></channel>
<image rdf:about="http://arxiv.org/icons/sfx.gif"><title>arXiv.org</title><link>http://arxiv.org/</link></image>
<item rdf:about="http://arxiv.org/abs/1805.08875"><title>{title}</title><link>http://arxiv.org/abs/1805.08875</link>
<description rdf:parseType="Literal">&lt;p&gt;Glaciers retreat.\n&lt;/p&gt;\n</description>
<dc:creator> &lt;a href="http://arxiv.org/find/hep-ex/1/au:+Lovelace_A/0/1/0/all/0/1"&gt;Ada Lovelace&lt;/a&gt; (Oslo)
</dc:creator></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("title", "read", "category", "kind"),
    [
        ("Beds of ice. (arXiv:1805.08875v1 [hep-ex])", "Beds of ice", "hep-ex", "new"),
        ("Is ice (hot)? (arXiv:1805.08875v1 [math-ph] CROSS LISTED)", "Is ice (hot)?", "math-ph", "cross"),
        (
            "Beds of $k$... (arXiv:1805.08875v3 [cond-mat.str-el] UPDATED)",
            "Beds of $k$..",
            "cond-mat.str-el",
            "replace",
        ),
    ],
)
def test_until_2024_the_title_said_how_a_paper_is_announced(title, read, category, kind):
    digest = only(OLD.format(title=title, date="2018-05-23T20:30:00-05:00"))
    (paper,) = digest.replaced if kind == "replace" else digest.papers
    assert paper == Paper("1805.08875", read, "Glaciers retreat.", ("Ada Lovelace",), (category,))
    assert (bool(digest.crossed), bool(digest.replaced)) == (kind == "cross", kind == "replace")


@pytest.mark.parametrize(
    ("written", "day"),
    [("2018-05-23T20:30:00-05:00", date(2018, 5, 24)), ("2018-05-20T20:30:00-05:00", date(2018, 5, 21))],
)
def test_until_2024_a_feed_was_dated_by_the_evening_before_its_day(written, day):
    assert only(OLD.format(title="T (arXiv:1805.08875v1 [hep-ex])", date=written)).date == day


def test_entries_of_arxiv_in_other_feeds_are_told_apart_too():
    own = item(1, "new") + item(2, "cross") + item(3, "replace", 2)
    old = "<item><title>T. (arXiv:1805.08875v2 [hep-ex] UPDATED)</title><link>http://arxiv.org/abs/1805.08875</link></item>"
    label = item(5, "new").replace("</item>", "<category>Read later</category><category>cs.CV</category></item>")
    other = "<item><title>J</title><link>https://example.org/j</link></item>"
    digest = arxiv(own + old + label + other, "<title>All I read</title>")
    assert [paper.id for paper in digest.papers] == ["2509.00001", "2509.00002", "2509.00005", "https://example.org/j"]
    assert ([paper.id for paper in digest.replaced], digest.crossed) == (["2509.00003", "1805.08875"], {"2509.00002"})
    assert [(paper.abstract, paper.categories) for paper in digest.papers] == [
        ("A", ()), ("A", ()), ("A", ("cs.CV",)), ("", ()),
    ]  # fmt: skip


# Other feeds


def test_an_rdf_feed_of_preprints_is_read_whole():
    paper = Paper(
        "doi:10.1101/2024.01.02.573891",
        "Synapses & dreams of E. coli",
        "We sleep. We dream.",
        ("A. Lovelace", "C. D. van der Berg"),
        (),
        date(2024, 1, 3),
        "10.1101/2024.01.02.573891",
    )
    assert only(RDF) == Digest(None, "", (paper,))


@pytest.mark.parametrize(
    "namespace", ["http://purl.org/rss/1.0/modules/prism/", "http://prismstandard.org/namespaces/basic/2.0/"]
)
def test_every_version_of_prism_is_understood(namespace):
    rdf = RDF.replace(b"dc:identifier", b"prism:doi").replace(b"dc:date", b"prism:publicationDate")
    assert only(rdf.replace(b"http://purl.org/rss/1.0/modules/prism/", namespace.encode())) == only(RDF)


def test_atom_of_a_journal_is_read_whole():
    digest = only(
        """<feed xmlns="http://www.w3.org/2005/Atom"><title>J</title><entry>
        <id>urn:uuid:1</id><title type="html">A &amp;lt;b&amp;gt; B &lt;i&gt;C&lt;/i&gt;</title>
        <link rel="enclosure" href="https://example.org/1.pdf"/><link href="https://example.org/1"/>
        <published>2024-01-03T10:00:00Z</published><author><name>Ada Lovelace</name></author>
        <author><name>Charles Babbage</name><uri>https://example.org/b</uri></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content>
        </entry></feed>"""
    )
    authors = ("Ada Lovelace", "Charles Babbage")
    paper = Paper("https://example.org/1", "A <b> B C", "One. Two.", authors, (), date(2024, 1, 3))
    assert digest == Digest(None, "", (paper,))


@pytest.mark.parametrize(
    ("inside", "paper_id"),
    [
        ("<link>https://arxiv.org/abs/2405.01234v2</link>", "2405.01234"),
        ("<link>https://doi.org/10.48550/arXiv.2405.01234</link>", "2405.01234"),
        ("<link>https://example.org/a</link><guid>arXiv:2405.01234</guid>", "2405.01234"),
        ("<link>https://example.org/a</link><prism:doi>10.1000/ABC</prism:doi>", "doi:10.1000/abc"),
        ("<link>https://example.org/a</link><dc:identifier>doi:10.1000/a</dc:identifier>", "doi:10.1000/a"),
        ("<link>https://link.aps.org/doi/10.1103/PhysRevLett.1</link>", "doi:10.1103/physrevlett.1"),
        ("<link>https://pubs.acs.org/doi/abs/10.1021/jacs.3c1?af=R</link>", "doi:10.1021/jacs.3c1"),
        ("<link>https://www.medrxiv.org/content/10.1101/2024.01.02v2.full?rss=1</link>", "doi:10.1101/2024.01.02"),
        ("<link>https://example.org/a?b=1&amp;c=2</link>", "https://example.org/a?b=1&c=2"),
        ("<link>https://example.org/a?b=1&c=2</link>", "https://example.org/a?b=1&c=2"),
        ("<guid>https://example.org/a</guid>", "https://example.org/a"),
        ("<link>https://example.org/a</link><guid>2405.01234</guid>", "https://example.org/a"),
    ],
)
def test_a_paper_is_recognised_by_arxivs_id_or_its_doi_or_its_page(inside, paper_id):
    assert first(f"<title>T</title>{inside}").id == paper_id


@pytest.mark.parametrize(
    ("inside", "authors"),
    [
        ("<author>ada@example.org (Ada Lovelace)</author>", ("Ada Lovelace",)),
        ("<author>Ada Lovelace</author>", ("Ada Lovelace",)),
        ("<dc:creator>A. Lovelace, C. Babbage and J. Smith, Jr.</dc:creator>",
         ("A. Lovelace", "C. Babbage", "J. Smith Jr.")),
        ("<dc:creator>Lovelace, Ada</dc:creator><dc:creator>Babbage, C.</dc:creator>", ("Ada Lovelace", "C. Babbage")),
        ("", ()),
    ],
)  # fmt: skip
def test_authors_are_written_in_many_ways(inside, authors):
    assert first(f"<title>T</title><link>https://example.org/a</link>{inside}").authors == authors


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("<pubDate>Tue, 02 Jan 2024 08:00:00 GMT</pubDate>", date(2024, 1, 2)),
        ("<pubDate>2024-01-02</pubDate>", date(2024, 1, 2)),
        ("<pubDate>31 February</pubDate>", None),
        ("<pubDate>Tue, 02 Jan 9999 08:00:00 +9999</pubDate>", None),
        ("<prism:publicationDate>2024-01-02T10:00:00+01:00</prism:publicationDate>", date(2024, 1, 2)),
        ("", None),
    ],
)
def test_a_paper_is_submitted_when_its_entry_says(written, day):
    assert first(f"<title>T</title><link>https://example.org/a</link>{written}").submitted == day


def test_names_of_other_vocabularies_are_not_taken_for_the_feeds_own():
    inside = "<media:title>Picture</media:title><title>T</title><link>https://example.org/a</link>"
    assert first(inside).title == "T"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<link>https://example.org/a</link>", 'entry 1: no title for "https://example.org/a"'),
        ("<title>T</title><guid>77</guid>", 'entry 1: no DOI and no address of "T"'),
        ("", 'entry 1: no title for ""'),
    ],
)
def test_an_entry_without_title_or_address_is_skipped(inside, reason):
    assert generic(inside).skipped == (Skipped(0, reason),)


# Broken


def test_of_a_cut_off_feed_the_whole_entries_are_kept():
    digest = only(RSS.partition(b"</channel>")[0] + b"<item><title>Half")
    assert [paper.id for paper in digest.papers] == ["2509.13338"]
    assert [skipped.reason for skipped in digest.skipped] == ["the XML is cut off (line 30) in entry 2; fetch it again"]


@given(st.integers(0, len(ATOM)))
def test_wherever_a_feed_is_cut_it_is_reported(length):
    cut = ATOM.rstrip()[:length]
    try:
        is_reported = bool(only(cut).skipped)
    except SourceError:
        is_reported = True
    assert is_reported == (length < len(ATOM.rstrip()))


@pytest.mark.parametrize("data", [b"", b"<opml/>", b"<html><rss>", b"# rss", b"{}"])
def test_other_texts_are_no_feed(data):
    assert not recognises(data)


# Any papers

WORD = st.text("xyz é$<>&\\^{}'\"", min_size=1, max_size=9).map(str.strip).filter(bool)
TEXT = st.lists(WORD, min_size=1).map(lambda words: " ".join(" ".join(words).split()))
IDS = st.lists(st.integers(0, 99_999), max_size=5, unique=True)
KINDS = ["new", "cross", "replace", "replace-cross"]


@given(IDS, st.data(), st.booleans())
def test_what_is_written_as_a_feed_comes_back(numbers, data, atom):
    papers = [Paper(f"2509.{n:05}", data.draw(TEXT), data.draw(TEXT), ("A. B", "Ç D"), ("cs.CV",)) for n in numbers]
    kinds = [data.draw(st.sampled_from(KINDS)) for _ in papers]
    digest = only((_atom if atom else _rss)(papers, kinds))
    assert digest == Digest(
        date(2025, 9, 18),
        "cs.CV",
        tuple(paper for paper, kind in zip(papers, kinds, strict=True) if not kind.startswith("replace")),
        crossed=frozenset(paper.id for paper, kind in zip(papers, kinds, strict=True) if kind == "cross"),
        replaced=tuple(paper for paper, kind in zip(papers, kinds, strict=True) if kind.startswith("replace")),
    )


NAMESPACES = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'


def _rss(papers: list[Paper], kinds: list[str]) -> str:
    items = "".join(
        f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.id}</link>"
        f"<description>arXiv:{paper.id}v1 Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</description>"
        f"<category>cs.CV</category><dc:creator>A. B, Ç D</dc:creator></item>"
        for paper, kind in zip(papers, kinds, strict=True)
    )
    return (
        f'<rss version="2.0" {NAMESPACES}><channel><title>cs.CV updates on arXiv.org</title>'
        f"<pubDate>Thu, 18 Sep 2025 00:00:00 -0400</pubDate>{items}</channel></rss>"
    )


def _atom(papers: list[Paper], kinds: list[str]) -> str:
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{paper.id}v1</id><title>{escape(paper.title)}</title>"
        f"<summary>arXiv:{paper.id}v1 Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</summary>"
        f'<category term="cs.CV"/><arxiv:announce_type>{kind}</arxiv:announce_type>'
        "<published>2025-09-18T00:00:00-04:00</published><author><name>A. B</name></author>"
        "<author><name>Ç D</name></author></entry>"
        for paper, kind in zip(papers, kinds, strict=True)
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><id>http://rss.arxiv.org/atom/cs.CV</id>'
        f"<title>cs.CV updates on arXiv.org</title><updated>2025-09-18T04:00:01+00:00</updated>{entries}</feed>"
    )
