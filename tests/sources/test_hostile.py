"""Any bytes give papers or a SourceError: no other error, no invented paper, nothing that steers a terminal.

A small base of each format is damaged at random, by what has hurt some reader somewhere.
"""

import base64
import csv
import io
import json
import sqlite3
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import sources
from recommender.errors import SourceError
from recommender.ids import arxiv_id
from recommender.paper import Paper
from recommender.sources import libraries, messages
from recommender.sources.formats import oai, query
from recommender.text.lines import one_line

MAILING = """Send any comments regarding submissions directly to submitter.
received from  Wed 15 Mar 23 18:00:00 GMT  to  Thu 16 Mar 23 18:00:00 GMT
------------------------------------------------------------------------------
\\\\
arXiv:2303.08867
Date: Wed, 15 Mar 2023 18:34:08 GMT   (243kb,D)

Title: A derivation of the square root law
Authors: Louis Saddier and Matteo Marsili
Categories: q-fin.TR cond-mat.stat-mech
\\\\
  We show that the main empirical findings hold.
\\\\ ( https://arxiv.org/abs/2303.08867 ,  243kb)
"""
HEADERS = "From: no-reply@arxiv.org\nSubject: q-fin daily Subj-class mailing\nDate: Thu, 16 Mar 2023 20:00:00 -0400\n"
OAI = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>oai:arXiv.org:'
    "2303.08867</identifier><datestamp>2023-03-17</datestamp></header><metadata>"
    '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2303.08867</id><created>2023-03-15</created><authors><author>'
    "<keyname>Saddier</keyname><forenames>Louis</forenames></author></authors><title>A law</title><categories>q-fin.TR"
    "</categories><doi>10.1000/x</doi><abstract>We show.</abstract></arXiv></metadata></record>"
    '<resumptionToken completeListSize="2">t</resumptionToken></ListRecords></OAI-PMH>'
)
ATOM = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:prism="http://prismstandard.org/namespaces/2.0/basic/"><title>J</title>{}</feed>'
)
ENTRY = (
    "<entry><title>{0}</title><id>http://example.org/{1}</id><published>{0}</published><author><name>{0}</name></author>"
    '<link href="http://example.org/{1}"/><category term="{0}"/><prism:doi>{0}</prism:doi>'
    "<summary>{0}</summary></entry>"
)
RECORD = {
    "id": "2303.08867", "title": "A law", "abstract": "We show.", "authors": ["L. Saddier", {"name": "M. Marsili"}],
    "categories": ["q-fin.TR"], "submitted": "2023-03-15", "doi": "10.1000/x", "verdict": "like",
    "date": "2023-03-20T10:00:00Z", "record": {"key": "saddier", "year": "2023"},
}  # fmt: skip
CSL = [
    {
        "id": "k", "type": "article-journal", "title": "A law", "author": [{"family": "Saddier", "given": "Louis"}],
        "issued": {"date-parts": [[2023, 3, 15]]}, "DOI": "10.1000/x", "URL": "https://arxiv.org/abs/2303.08867",
        "note": "recommend-id: 2303.08867 recommend-verdict: like recommend-date: 2023-03-20T10:00:00+00:00",
    }
]  # fmt: skip
ZOTERO = [
    {
        "key": "K", "data": {
            "itemType": "journalArticle", "title": "A law", "creators": [{"firstName": "Louis", "lastName": "Saddier"}],
            "date": "2023-03-15", "dateAdded": "2023-03-20T10:00:00Z", "DOI": "10.1000/x", "extra": "arXiv:2303.08867",
        }, "meta": {"parsedDate": "2023-03-15"},
    }
]  # fmt: skip
# fmt: off
BASES = {
    "mail": HEADERS + "\n" + MAILING,
    "mbox": f"From a@example.org Fri Mar 17 00:31:14 2023\n{HEADERS}\n{MAILING}"
    f"\nFrom b@example.org Fri Mar 17 00:31:14 2023\n"
    f"Subject: =?utf-8?b?{base64.b64encode('é daily'.encode()).decode()}?=\n"
    "Date: soon\n\nhello\n",
    "mime": HEADERS + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: '
    "text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(MAILING.encode()).decode()
    + "\n--b\nContent-Type: message/rfc822\n\n" + HEADERS + "\n" + MAILING + "\n--b--\n",
    "mailing": MAILING,
    "oai": OAI,
    "atom": ATOM.format(ENTRY.format("A law", 1) + ENTRY.format("Another", 2)),
    "rss": '<rss version="2.0"><channel><title>cs updates on arXiv.org</title><item><title>A law</title><link>https://'
    "arxiv.org/abs/2303.08867</link><description>arXiv:2303.08867v1 Announce Type: new Abstract: We.</description>"
    "<pubDate>Fri, 17 Mar 2023 00:00:00 -0400</pubDate></item></channel></rss>",
    "json lines": json.dumps(RECORD) + "\n" + json.dumps({**RECORD, "id": "x", "url": "http://example.org/1"}) + "\n",
    "json": json.dumps([RECORD]),
    "markdown": "# ArXiv cs.CV --Wed, 13 May 2020\n### 1.A law [ :arrow_down: ](https://arxiv.org/pdf/2005.05859.pdf)\n"
    ">  We show.\n### 2.Other [ pdf ](https://arxiv.org/abs/2005.05860)\n> Text\n",
    "listing": "<!DOCTYPE html><html><h3>Showing new listings for Friday, 17 March 2023</h3><h3>New submissions "
    "(showing 1 of 1 entries)</h3><dl><dt><a href='/abs/2303.08867'>x</a></dt><dd><div class='list-title'>Title: "
    "A law</div><div class='list-authors'><a href='x'>L. Saddier</a></div><div class='list-subjects'>(q-fin.TR)"
    "</div><p>We.</p></dd></dl></html>",
    "bibtex": "@article{k, title = {A {\\'e}law}, author = {Saddier, Louis and others}, year = 2023, month = mar, "
    "eprint = {2303.08867}, doi = {10.1000/x}, timestamp = {2023-03-20}}\n@string{a = {b}}\n"
    "@misc{l, title = a # {c}}\n",
    "ris": "TY  - JOUR\nTI  - A law\nAU  - Saddier, Louis\nDA  - 2023/03/15/\nDO  - 10.1000/x\nUR  - http://x/1\n"
    "ER  - \n",
    "nbib": "PMID- 1\nTI  - A law\nFAU - Saddier, Louis\nDP  - 2023 Mar 15\nAID - 10.1000/x [doi]\n\n",
    "enw": "%0 Journal Article\n%T A law\n%A Saddier, Louis\n%D 2023\n%R 10.1000/x\n\n",
    "wos": "FN Clarivate\nVR 1.0\nPT J\nAU Saddier, L\nTI A law\nPY 2023\nDI 10.1000/x\nER\n\nEF\n",
    "endnote": "<xml><records><record><ref-type name='Journal Article'>17</ref-type><contributors><authors><author>"
    "Saddier</author></authors></contributors><titles><title>A law</title></titles><dates><year>2023</year></dates>"
    "</record></records></xml>",
    "rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/'
    'export#" xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/"><bib:Article '
    'rdf:about="http://x/1"><z:itemType>journalArticle</z:itemType><dc:title>A law</dc:title><dc:date>2023-03-15'
    "</dc:date></bib:Article></rdf:RDF>",
    "csl": json.dumps(CSL),
    "zotero": json.dumps(ZOTERO),
    "csv": "Item Type,Title,Author,DOI,Date,Date Added,recommend-id\njournalArticle,A law,\"Saddier, L\",10.1000/x,"
    "2023-03-15,2023-03-20 10:00:00,2303.08867\n",
    "ids": "# mine\n2303.08867\n10.1000/x\nhep-th/9901001 A title\n",
}
TOKENS = (
    b"\x1b]0;x\x07", b"\xc2\x9b31m", "\u202e".encode(), "\u2028".encode(), b"\0", b"\xff", b"\xfe\xff", b"&#x9b;",
    b"&#xd800;", b"&#27;", b"\\u001b", b"\\ud800", b"%1b", b"%00", b"0001-01-01", b"9999-12-31", b"0000-00-00",
    b"9" * 40, b"1e999", b"NaN", b"null", b"true", b"[]", b"{}", b'"', b"'", b"<", b">", b"&", b"\r", b"\n", b"\n\n",
    b"\t", b",", b";", b"{", b"}", b"\\", b"$", b"#", b"@article{", b"TY  - JOUR\n", b"]]>", b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"=?utf-8?b?G1szMW0=?=", b"=?x?q?=1b?=", b"charset=unicode_escape",
    b"Content-Type: text/plain; charset=idna\n", b"Date: Mon, 01 Jan 0001 00:00:00 +0000\n",
    b"Date: Fri, 31 Dec 9999 23:59:59 -2359\n", b"+9999", b"http://x/\x1b[2J",
)
# fmt: on
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1),  # where
        st.integers(0, 12),  # how many bytes go there
        st.sampled_from(TOKENS) | st.binary(max_size=3),  # what comes instead
    ),
    max_size=6,
)


def damaged(data: bytes, damage: list[tuple[float, int, bytes]], kept: float) -> bytes:
    for place, gone, token in damage:
        at = int(place * len(data))
        data = data[:at] + token + data[at + gone :]
    return data[: int(kept * len(data))]


def is_clean(paper: Paper) -> bool:
    texts = (paper.id, paper.title, paper.abstract, *paper.authors, *paper.categories, paper.doi)
    return all(text == one_line(text) for text in texts) and all((*paper.authors, *paper.categories))


def has_id(paper: Paper) -> bool:
    return bool(arxiv_id(paper.id)) or paper.id.startswith(("doi:10.", "title:", "http://", "https://"))


@pytest.mark.parametrize("name", BASES)
@given(DAMAGE, st.sampled_from([1.0, 1.0, 0.9, 0.5]))
def test_any_bytes_give_papers_or_a_source_error(name, damage, kept):
    data = damaged(BASES[name].encode(), damage, kept)
    try:
        digests = sources.parse(data, "it")
    except SourceError:
        pass
    else:
        papers = [paper for digest in digests for paper in (*digest.papers, *digest.replaced)]
        assert all(paper.title and is_clean(paper) and has_id(paper) for paper in papers)
        reasons = [skip.reason for digest in digests for skip in digest.skipped]
        assert reasons == list(map(one_line, reasons))
    try:
        library = libraries.parse(data, "it")
    except SourceError:
        pass
    else:
        assert all(is_clean(entry.paper) and has_id(entry.paper) for entry in library.entries)
        assert all(entry.added_at is None or 1900 <= entry.added_at.year < 2200 for entry in library.entries)


@given(st.sampled_from(["mail", "mbox", "mime"]), DAMAGE)
def test_any_mail_gives_texts_and_a_subject(name, damage):
    for mail in messages.messages(damaged(BASES[name].encode(), damage, 1.0)):
        assert all(isinstance(text, str) for text in messages.texts(mail))
        assert messages.subject(mail) == " ".join(messages.subject(mail).split())
        messages.sent(mail), messages.message_id(mail)


@given(DAMAGE)
def test_any_answer_of_arxiv_gives_records_or_a_source_error(damage):
    for read in (oai.read_page, query.read_answer):
        try:
            read(damaged(OAI.encode(), damage, 1.0))
        except SourceError:
            continue


@pytest.mark.parametrize("name", BASES)
def test_each_base_is_read_while_it_is_whole(name):
    """Else the damage above would show nothing."""
    found = []
    for parse in (sources.parse, libraries.parse):
        try:
            found.append(parse(BASES[name].encode(), "it"))
        except SourceError:
            continue
    assert found


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3) | st.sampled_from(["name", "family", "year", "key"]), inner, max_size=3),
    max_leaves=5)), st.sampled_from(["lines", "zotero", "csl"]))  # fmt: skip
def test_any_json_gives_entries_or_reasons(fields, wrapping):
    record = {"lines": fields, "zotero": {"data": {"itemType": "book", **fields}}, "csl": {"type": "book", **fields}}[
        wrapping
    ]
    for parse in (sources.parse, libraries.parse):
        try:
            parse(json.dumps([{**RECORD, **record}, record]).encode(), "it")
        except SourceError:
            continue


@given(
    st.lists(
        st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
        min_size=6,
        max_size=6,
    )
)
def test_any_values_in_zoteros_database_give_entries_or_a_source_error(tmp_path, values):
    path = tmp_path / "zotero.sqlite"
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.executescript(
        """
        create table libraries (libraryID, type); create table items (itemID, itemTypeID, dateAdded, libraryID);
        create table itemTypes (itemTypeID, typeName); create table deletedItems (itemID);
        create table fields (fieldID, fieldName); create table itemData (itemID, fieldID, valueID);
        create table itemDataValues (valueID, value); create table creators (creatorID, firstName, lastName);
        create table itemCreators (itemID, creatorID, creatorTypeID, orderIndex);
        create table creatorTypes (creatorTypeID, creatorType);
        insert into libraries values (1, 'user'); insert into itemTypes values (1, 'book');
        insert into fields values (1, 'title'), (2, 'date'); insert into creatorTypes values (1, 'author');
        insert into itemCreators values (1, 1, 1, 0); insert into itemData values (1, 1, 1), (1, 2, 2);
        """
    )
    database.execute("insert into items values (1, 1, ?, 1)", values[:1])
    database.execute("insert into itemDataValues values (1, ?), (2, ?)", values[1:3])
    database.execute("insert into creators values (1, ?, ?)", values[3:5])
    database.commit()
    database.close()
    try:
        library = libraries.read_sqlite(path)
    except SourceError:
        return
    assert all(is_clean(entry.paper) for entry in library.entries)


# One entry never stops the others

TEXT = st.text() | st.sampled_from([token.decode("utf-8", "replace") for token in TOKENS])


def markup(text: str) -> str:
    return escape(text)


def as_feed(text: str) -> str:
    entries = (ENTRY.format(*pair) for pair in (("First", 1), (markup(text), 2), ("Last", 3)))
    return ATOM.format("".join(entries))


def as_lines(text: str) -> str:
    records = ({"id": "2303.00001", "title": "First"}, {"id": text, "title": text, "authors": [text], "url": text},
               {"id": "2303.00003", "title": "Last"})  # fmt: skip
    return "".join(json.dumps(record) + "\n" for record in records)


def as_table(text: str) -> str:
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerows([["title", "doi", "date", "abstract"], ["First", "10.1000/a", "", "We show. " * 99], [text] * 4])
    rows.writerow(["Last", "10.1000/b", "", ""])
    return file.getvalue()


def as_mailing(text: str) -> str:
    entry = "\\\\\narXiv:{1}\nTitle: {0}\nAuthors: {0}\n\\\\\n  {0}\n\\\\ ( https://arxiv.org/abs/{1} , 1kb)\n"
    line = " ".join(text.split())
    return MAILING.partition("\\\\")[0] + "".join(
        entry.format(*pair) for pair in (("First", "2303.00001"), (line, line), ("Last", "2303.00003"))
    )


@pytest.mark.parametrize("written", [as_feed, as_lines, as_table, as_mailing])
@given(TEXT)
def test_an_entry_of_any_texts_stops_no_other(written, text):
    data = written(text).encode("utf-8", "replace")
    if written is as_table:
        titles = [entry.paper.title for entry in libraries.parse(data, "it").entries]
    else:
        titles = [paper.title for digest in sources.parse(data, "it") for paper in digest.papers]
    assert titles[:1] == ["First"]
    assert "Last" in titles


def test_a_mailing_that_is_hostile_is_named_and_the_others_of_its_mbox_are_read():
    parts = "".join(f"Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n" for n in range(99))
    mark = "From a@example.org Fri Mar 17 00:31:14 2023\n"
    hostile = HEADERS.replace("q-fin", "cs.CV") + "MIME-Version: 1.0\n" + parts
    digests = sources.parse(f"{mark}{hostile}\n\n{mark}{HEADERS}\n{MAILING}".encode(), "it")
    assert [paper.id for digest in digests for paper in digest.papers] == ["2303.08867"]
    (skip,) = [skip for digest in digests for skip in digest.skipped]
    assert skip.reason == "the mail “cs.CV daily Subj-class mailing” is too large, or has too many parts"
