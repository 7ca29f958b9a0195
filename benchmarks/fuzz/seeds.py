"""Small inputs from which the fuzzing starts, one for each turn that a reader can take."""

import base64
import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

MAIL = b"""\
From: no-reply@arxiv.org
To: rabble@arxiv.org
Subject: cs daily Subj-class mailing 1700001 1
Date: Fri, 17 Mar 2023 00:31:14 GMT
Content-Type: text/plain; charset=utf-8

------------------------------------------------------------------------------
 Submissions to:
Computer Vision and Pattern Recognition
 received from  Wed 15 Mar 23 18:00:00 GMT  to  Thu 16 Mar 23 18:00:00 GMT
------------------------------------------------------------------------------
\\\\
arXiv:2303.00001
Date: Wed, 15 Mar 2023 18:01:02 GMT   (99kb,D)

Title: Fusing two images
  of a small lake
Authors: Ada Lovelace, Charles Babbage (Analytical Society)
Categories: cs.CV cs.LG
Comments: 3 pages
DOI: 10.1234/abc
\\\\
  We fuse $n^2$ images and
find a lake.
\\\\ ( https://arxiv.org/abs/2303.00001 ,  99kb)
------------------------------------------------------------------------------
\\\\
arXiv:2303.00002 (*cross-listing*)
Date: Wed, 15 Mar 2023 18:01:03 GMT   (9kb)

Title: Another one
Authors: G. Hopper
Categories: math.NA cs.CV
\\\\
  Short.
\\\\ ( https://arxiv.org/abs/2303.00002 ,  9kb)
%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%
\\\\
arXiv:2101.00003
replaced with revised version Wed, 15 Mar 2023 18:01:04 GMT   (9kb)

Title: An old one
Authors: A. B.
Categories: cs.CV
\\\\ ( https://arxiv.org/abs/2101.00003 ,  9kb)
"""
MULTIPART = (
    b"Subject: =?utf-8?q?Fwd=3A_cs_daily?=\nFrom: a@example.org\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain; charset=iso-8859-1\n'
    b"Content-Transfer-Encoding: quoted-printable\n\n" + MAIL.partition(b"\n\n")[2][:900] + b"\n--x\n"
    b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(MAIL) + b"\n--x--\n"
)
MBOX = (
    b"From a@example.org Fri Mar 17 00:31:14 2023\n"
    + MAIL
    + b"\n\nFrom b@example.org Fri Mar 17 00:31:15 2023\n"
    + MAIL
)
ATOM = b"""\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns="http://www.w3.org/2005/Atom"><id>http://rss.arxiv.org/atom/cs.AI</id><title>cs.AI updates on arXiv.org</title>
<updated>2025-08-20T04:00:19+00:00</updated>
<entry><id>oai:arXiv.org:2508.00001v1</id><title>Fusing &amp; more</title><updated>2025-08-20T04:00:19+00:00</updated>
<link href="https://arxiv.org/abs/2508.00001" rel="alternate" type="text/html"/>
<summary>arXiv:2508.00001v1 Announce Type: cross
Abstract: We fuse.</summary><category term="cs.AI"/><published>2025-08-20T00:00:00-04:00</published>
<arxiv:announce_type>cross</arxiv:announce_type><dc:creator>Ada Lovelace, C. Babbage</dc:creator></entry>
</feed>"""
RSS = b"""\
<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>A journal</title>
<pubDate>Wed, 20 Aug 2025 00:00:00 -0400</pubDate><item><title>A paper on lakes</title>
<link>https://example.org/doi/10.1234/abc.1</link><guid>urn:1</guid><dc:creator>Ada Lovelace</dc:creator>
<content:encoded><![CDATA[<p>Abstract<br>We <b>measure</b> lakes.</p>]]></content:encoded>
<pubDate>Wed, 20 Aug 2025 00:00:00 -0400</pubDate></item></channel></rss>"""
QUERY = b"""\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/abc</id><title>arXiv Query: search_query=cat:cs.*</title>
<opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/2512.00001v1</id><title>Logs: a
 lineage</title><updated>2025-12-17T23:47:47Z</updated><summary>We log.</summary><category term="cs.DB"/>
<published>2025-12-17T23:47:47Z</published><arxiv:comment>5 pages</arxiv:comment><arxiv:primary_category term="cs.DB"/>
<author><name>Ada Lovelace</name></author><arxiv:doi>10.1234/abc</arxiv:doi></entry></feed>"""
OAI = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2023-01-25T18:45:11Z</responseDate>
<request verb="ListRecords">http://export.arxiv.org/oai2</request><ListRecords><record><header>
<identifier>oai:arXiv.org:1305.00001</identifier><datestamp>2023-01-25</datestamp><setSpec>math</setSpec></header>
<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" \
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Note on $s_0$ sets</dc:title><dc:creator>Love, Ada</dc:creator>
<dc:subject>Mathematics - Logic</dc:subject><dc:description>We note.</dc:description><dc:date>2013-05-28</dc:date>
<dc:identifier>http://arxiv.org/abs/1305.00001</dc:identifier><dc:identifier>doi:10.1007/s1</dc:identifier>
</oai_dc:dc></metadata></record><record><header status="deleted"><identifier>oai:arXiv.org:1305.00002</identifier>
<datestamp>2023-01-25</datestamp></header></record><resumptionToken cursor="0">abc</resumptionToken></ListRecords>
</OAI-PMH>"""
OAI_ARXIV = b"""\
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><header>
<identifier>oai:arXiv.org:hep-th/9901001</identifier><datestamp>2008-11-26</datestamp></header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>hep-th/9901001</id><created>1999-01-01</created><authors><author>
<keyname>Lovelace</keyname><forenames>Ada</forenames><suffix>Jr.</suffix></author></authors><title>Strings</title>
<categories>hep-th math-ph</categories><comments>LaTeX</comments><doi>10.1016/S0</doi><abstract> We pull. </abstract>
</arXiv></metadata></record></GetRecord></OAI-PMH>"""
LISTING = b"""\
<html><body><h3>Showing new listings for Wednesday, 12 August 2026</h3>
<h3>New submissions (showing 1 of 1 entries)</h3><dt><a name='item1'>[1]</a>
<a href ="/abs/2608.00001" title="Abstract" id="2608.00001">arXiv:2608.00001</a></dt><dd><div class='meta'>
<div class='list-title mathjax'><span class='descriptor'>Title:</span> Farming &amp; lakes</div>
<div class='list-authors'><a href="https://arxiv.org/search/cs?searchtype=author&amp;query=Love,+A">Ada Love</a></div>
<div class='list-subjects'><span class='descriptor'>Subjects:</span>
<span class="primary-subject">Artificial Intelligence (cs.AI)</span>; Biological Physics (physics.bio-ph)</div>
<p class='mathjax'>This study.</p></div></dd>
<h3>Cross submissions (showing 0 of 0 entries)</h3><h3>Replacement submissions (showing 0 of 0 entries)</h3></body>
</html>"""
JSONLINES = (
    b'{"id": "2001.00001", "title": "A Title", "summary": "A text.", "authors": ["A. B."], "categories": ["cs.CV"], '
    b'"published": "2020-01-02T00:00:00Z", "doi": "10.1234/abc"}\n'
    b'{"id": "hep-th/9901001", "title": "Two", "abstract": "", "authors": "A, B and C, D", "categories": "hep-th", '
    b'"authors_parsed": [["Love", "Ada", ""]], "update_date": "2008-11-26"}\n'
)
MARKDOWN = b"""\
# ArXiv cs.CV --Wed, 13 May 2020
### 1.Fusion Via Unrolling  [ :arrow_down: ](https://arxiv.org/pdf/2005.00001.pdf)
>  Images of a lake. See <a class="link-external" href="https://github.com/x" rel="external">this https URL</a>
### 2.Latent Points  [ :arrow_down: ](https://arxiv.org/pdf/2005.00002.pdf)
>  Matching points.
"""

BIBTEX = b"""\
% a comment
@string{jml = "Journal of Lakes"}
@article{love2020, title={{A} lake in \\'Evora: $n^2$}, author="Love, Ada and {The Society} and Babbage, C.",
  journal = jml # " B", year = 2020, eprint={2005.00001}, archivePrefix={arXiv}, doi={10.1234/abc}, abstract={We.}}
@inproceedings{x, Title = "Two", year={2021}, url={https://arxiv.org/abs/2005.00002v2}, keywords={liked, read}}
@misc(y, title={Three}, note={arXiv:hep-th/9901001})
"""
RIS = b"""\
TY  - JOUR
AU  - Lovelace, Ada
TI  - A lake
PY  - 2020/05/13/
DO  - 10.1234/abc
UR  - https://arxiv.org/abs/2005.00001
AB  - We fuse.
KW  - liked
ER  -
TY  - CONF
T1  - Two
ER  -
"""
CSL = json.dumps(
    [
        {
            "id": "love",
            "type": "article-journal",
            "title": "A <i>lake</i>",
            "author": [{"family": "Lovelace", "given": "Ada"}, {"literal": "The Society"}],
            "issued": {"date-parts": [[2020, 5, 13]]},
            "DOI": "10.1234/abc",
            "URL": "https://arxiv.org/abs/2005.00001",
        }
    ]
).encode()
ZOTERO = json.dumps(
    [
        {
            "key": "A",
            "data": {
                "itemType": "preprint",
                "title": "A lake",
                "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Love"}, {"name": "Society"}],
                "date": "2020-05",
                "archiveID": "arXiv:2005.00001",
                "tags": [{"tag": "liked"}],
                "dateAdded": "2020-06-01T00:00:00Z",
            },
            "meta": {"parsedDate": "2020-05-13"},
        }
    ]
).encode()
OWN = b"""\
{"id": "2005.00001", "verdict": "like", "date": "2020-06-01T00:00:00+00:00", "title": "A lake", "abstract": "We.", \
"authors": ["Ada Love"], "categories": ["cs.CV"], "submitted": "2020-05-13", "record": {"type": "article"}}
{"externalIds": {"ArXiv": "2005.00002"}, "title": "Two", "year": 2020, "created": 1590000000}
"""
CSV = b"""\
"Key","Item Type","Publication Year","Author","Title","DOI","Url","Abstract Note","Date","Date Added","Manual Tags"
"A","journalArticle","2020","Lovelace, Ada; Babbage, C.","A ""lake"" b","10.1234/abc","https://arxiv.org/abs/2005.00001",\
"We.","2020-05-13","2020-06-01 00:00:00","liked"
"""
TSV = b"id\ttitle\tauthors\n2005.00001\tA lake\tAda Love\n2005.00002\tTwo\tC. B.\n"
IDS = b"# papers I liked\n- arXiv:2005.00001 A lake\n2. https://arxiv.org/abs/hep-th/9901001v2\n2005.00002\n"
NBIB = b"PMID- 1\nTI  - A lake\n      in two lines\nFAU - Lovelace, Ada\nDP  - 2020 May 13\nLID - 10.1234/abc [doi]\n\n"
WOS = b"FN Clarivate\nVR 1.0\nPT J\nAU Lovelace, A\n   Babbage, C\nTI A lake\nPY 2020\nDI 10.1234/abc\nER\n\nEF\n"
REFWORKS = b"RT Journal Article\nA1 Lovelace,Ada\nT1 A lake\nYR 2020\nDO 10.1234/abc\n\nRT Report\nT1 Two\n"
ENDNOTE = b"""\
<?xml version="1.0"?><xml><records><record><ref-type name="Journal Article">17</ref-type><contributors><authors>
<author><style face="normal">Lovelace, Ada</style></author></authors></contributors><titles><title><style>A lake</style>
</title><secondary-title>Lakes</secondary-title></titles><dates><year>2020</year><pub-dates><date>05-13</date></pub-dates>
</dates><electronic-resource-num>10.1234/abc</electronic-resource-num><urls><related-urls><url>https://arxiv.org/abs/\
2005.00001</url></related-urls></urls><abstract>We.</abstract><label>liked</label></record></records></xml>"""
RDF = b"""\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#" \
xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#" \
xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<bib:Article rdf:about="https://arxiv.org/abs/2005.00001"><z:itemType>journalArticle</z:itemType>
<dcterms:isPartOf rdf:resource="urn:issn:1"/><bib:authors><rdf:Seq><rdf:li><foaf:Person>
<foaf:surname>Love</foaf:surname>
<foaf:givenName>Ada</foaf:givenName>
</foaf:Person></rdf:li></rdf:Seq></bib:authors><dc:title>A lake</dc:title>
<dc:date>2020-05-13</dc:date><dc:identifier>DOI 10.1234/abc</dc:identifier></bib:Article>
<bib:Journal rdf:about="urn:issn:1"><dc:title>Lakes</dc:title></bib:Journal></rdf:RDF>"""

SETTINGS = b"""\
interests = "image fusion; lakes"
categories = ["cs.CV", "cs"]
digests = ["arxiv", "~/d", "https://example.org/feed", "imaps://a%40b.org@h/INBOX"]
contact = "a@example.org"
list_size = 10
min_match = 5
variety = 3
explore = 1
follow = ["Ada Lovelace"]
mute = ["word:survey", "author:J. Doe", "category:cs.CY"]
boost = { "word:fusion" = 1, "category:cs.RO" = -2.5 }
[[topics]]
name = "lakes"
papers = ["2005.00001"]
weight = 2
[mail]
from = "Ada <a@example.org>"
to = ["a@example.org"]
by = "smtp://a%40example.org@mail.example.org:587"
page = "https://papers.example.org"
replies = "imaps://a%40example.org@mail.example.org/INBOX"
empty = true
"""

# A dialogue's first byte chooses how the connection is made, the rest is all that the server says.
IMAP = b"""\
p* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r
* CAPABILITY IMAP4rev1 AUTH=PLAIN ID\r
BAAA0 OK done\r
+ \r
BAAA1 OK welcome\r
* CAPABILITY IMAP4rev1 ID\r
BAAA2 OK done\r
* ID NIL\r
BAAA3 OK done\r
* 2 EXISTS\r
BAAA4 OK [READ-ONLY] done\r
* SEARCH 1 2\r
BAAA5 OK done\r
* 1 FETCH (RFC822.SIZE 9)\r
* 2 FETCH (RFC822.SIZE 4 FLAGS ())\r
BAAA6 OK done\r
* 2 FETCH (FLAGS ())\r
* 2 FETCH (BODY[] {4}\r
ab\r
)\r
* 1 FETCH (BODY[] {9}\r
From: a\r
)\r
BAAA7 OK done\r
* BYE\r
BAAA8 OK bye\r
"""
IMAP_LOGIN = IMAP.replace(b"AUTH=PLAIN", b"").replace(b"+ \r\n", b"")
SMTP = b"""\
n220 mail.example.org ready\r
250-mail.example.org\r
250-SIZE 1000000\r
250-SMTPUTF8\r
250 8BITMIME\r
250 2.1.0 Ok\r
250 2.1.5 Ok\r
550 5.1.1 No such user\r
354 go on\r
250 2.0.0 Ok: queued\r
221 bye\r
"""
SMTP_LOGIN = (
    b"t220 ready\r\n250-a\r\n250-AUTH PLAIN LOGIN\r\n250 OK\r\n235 in\r\n"
    b"250 ok\r\n250 ok\r\n451 later\r\n354\r\n250 ok\r\n"
)
SMTP_STARTTLS = (
    b"s220 ready\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n250-a\r\n250 AUTH LOGIN\r\n"
    b"334 VXNlcg==\r\n334 UGFzcw==\r\n235 in\r\n"
    b"250 ok\r\n250 ok\r\n251 ok\r\n354\r\n554 spam\r\n"
)


def zotero_database() -> bytes:
    """A small zotero.sqlite with one item."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "zotero.sqlite")
        database = sqlite3.connect(path)
        database.executescript("""\
            PRAGMA page_size = 512;
            CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT);
            CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT);
            CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT, dateAdded TEXT, libraryID INT, key TEXT);
            CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT);
            CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value TEXT);
            CREATE TABLE itemData (itemID INT, fieldID INT, valueID INT);
            CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT);
            CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
            CREATE TABLE itemCreators (itemID INT, creatorID INT, creatorTypeID INT, orderIndex INT);
            CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE itemTags (itemID INT, tagID INT);
            CREATE TABLE deletedItems (itemID INT);
            INSERT INTO libraries VALUES (1, 'user');
            INSERT INTO itemTypes VALUES (1, 'preprint');
            INSERT INTO items VALUES (1, 1, '2020-06-01 00:00:00', 1, 'A');
            INSERT INTO fields VALUES (1, 'title'), (2, 'archiveID');
            INSERT INTO itemDataValues VALUES (1, 'A lake'), (2, 'arXiv:2005.00001');
            INSERT INTO itemData VALUES (1, 1, 1), (1, 2, 2);
            INSERT INTO creators VALUES (1, 'Ada', 'Love', 0);
            INSERT INTO creatorTypes VALUES (1, 'author');
            INSERT INTO itemCreators VALUES (1, 1, 1, 0);
        """)
        database.close()
        return path.read_bytes()


def archive(members: dict[str, bytes]) -> bytes:
    """A zip file with these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return packed.getvalue()
