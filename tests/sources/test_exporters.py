# ruff: noqa: E501 - exports as programs write them
"""One work as sixteen programs export it: what is read of each, field by field; and what is refused, by its name."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import SourceError
from recommender.paper import Paper
from recommender.results.incoming import LibraryEntries
from recommender.sources import parse as digests
from recommender.sources.libraries import parse

TITLE = "Beds of ice"
ABSTRACT = "Water reaches the bed, as arXiv:1905.00099 foresaw."  # an id that is only cited
AUTHORS = ("Ada Lovelace", "Mary Somerville")
DOI, ARXIV, DAY = "10.1000/ice.7", "2005.00007", date(2020, 5, 13)

EXPORTS = {
    "JabRef": """% Encoding: UTF-8
@Article{lovelace2020,
  author   = {Lovelace, Ada and Somerville, Mary},
  title    = {Beds of {I}ce}, % checked
  journal  = {Polar Letters}, year = {2020}, volume = {12}, pages = {1--20}, month = may, day = {13},
  doi = {10.1000/ice.7}, eprint = {2005.00007v2 [physics.ao-ph]}, archiveprefix = {arXiv.org},
  abstract = {Water reaches the bed, as arXiv:1905.00099 foresaw.}
}
@Comment{jabref-meta: databaseType:bibtex;}""",
    "Better BibLaTeX": """@article{lovelaceBedsIce2020, title = {Beds of Ice}, author = {Lovelace, Ada and Somerville, Mary},
  date = {2020-05-13}, journaltitle = {Polar Letters}, volume = {12}, pages = {1--20}, doi = {10.1000/ice.7},
  eprint = {2005.00007}, eprinttype = {arxiv}, eprintclass = {physics}, langid = {english},
  abstract = {Water reaches the bed, as arXiv:1905.00099 foresaw.}}""",
    "ADS": r"""@ARTICLE{2020PolL...12....1L, author = {{Lovelace}, Ada and {Somerville}, Mary}, title = "{Beds of Ice}",
  journal = {Polar Letters}, year = 2020, month = may, day = {13}, volume = {12}, eid = {arXiv:2005.00007},
  pages = {1--20}, doi = {10.1000/ice.7}, adsurl = {https://ui.adsabs.harvard.edu/abs/2020PolL...12....1L},
  abstract = "{Water reaches the bed, as arXiv:1905.00099 foresaw.}"}""",
    "Mendeley RIS": """TY  - JOUR
TI  - Beds of Ice
AU  - Lovelace, Ada
AU  - Somerville, Mary
JF  - Polar Letters
VL  - 12
SP  - 1
EP  - 20
DA  - 2020/05/13
PY  - 2020
DO  - https://www.doi.org/10.1000/ice.7
UR  - http://arxiv.org/abs/2005.00007
AB  - Water reaches
the bed, as arXiv:1905.00099
  foresaw.
ER  -
""",
    "Scopus RIS": """TY  - JOUR
TI  - Beds of Ice
AU  - Lovelace A.
AU  - Somerville M.
T2  - Polar Letters
VL  - 12
SP  - 1
EP  - 20
PY  - 2020
DA  - 2020/05/13
DO  - 10.1000/ice.7
N1  - Export Date: arXiv:2005.00007
AB  - Water reaches the bed, as arXiv:1905.00099 foresaw.
ER  -
""",
    "Zotero CSL-JSON": json.dumps(
        [
            {
                "id": "http://zotero.org/1", "type": "article-journal", "title": TITLE, "container-title": "Polar Letters",
                "author": [{"given": "Ada", "family": "Lovelace"}, {"given": "Mary", "family": "Somerville"}],
                "issued": {"date-parts": [[2020, 5, 13]]}, "volume": "12", "page": "1-20", "DOI": DOI,
                "note": "arXiv:2005.00007 [physics]", "abstract": ABSTRACT,
            }
        ]
    ),
    "Zotero CSV": "Item Type,Publication Year,Author,Title,Publication Title,DOI,Url,Abstract Note,Date,Pages,Volume,Extra\n"
    f'journalArticle,2020,"Lovelace, Ada; Somerville, Mary",{TITLE},Polar Letters,{DOI},,"{ABSTRACT}",2020-05-13,1-20,12,'
    "arXiv:2005.00007 [physics]\n",
    "Zotero RDF": f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
<bib:Article rdf:about="http://arxiv.org/abs/2005.00007"><z:itemType>journalArticle</z:itemType>
<dcterms:isPartOf><bib:Journal><dc:title>Polar Letters</dc:title><prism:volume>12</prism:volume>
<dc:identifier>DOI {DOI}</dc:identifier></bib:Journal></dcterms:isPartOf>
<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Lovelace</foaf:surname><foaf:givenName>Ada</foaf:givenName>
</foaf:Person></rdf:li><rdf:li><foaf:Person><foaf:surname>Somerville</foaf:surname><foaf:givenName>Mary</foaf:givenName>
</foaf:Person></rdf:li></rdf:Seq></bib:authors><dc:title>{TITLE}</dc:title>
<dcterms:abstract>{ABSTRACT}</dcterms:abstract><dc:date>2020-05-13</dc:date><bib:pages>1-20</bib:pages></bib:Article>
<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title></z:Attachment></rdf:RDF>""",
    "EndNote XML": f"""<?xml version="1.0" encoding="UTF-8"?><xml><records><record><ref-type name="Journal Article">17
</ref-type><contributors><authors><author><style face="normal">Lovelace, Ada</style></author>
<author>Somerville, Mary</author></authors></contributors><titles><title><style>Beds of </style><style>ice</style></title>
<secondary-title>Polar Letters</secondary-title></titles><periodical><full-title>Polar Letters</full-title></periodical>
<pages>1-20</pages><volume>12</volume><dates><year>2020</year><pub-dates><date>05-13</date></pub-dates></dates>
<abstract><style>{ABSTRACT}</style></abstract><electronic-resource-num>{DOI}</electronic-resource-num>
<urls><related-urls><url>https://arxiv.org/abs/2005.00007</url></related-urls></urls></record></records></xml>""",
    "EndNote .enw": f"""%0 Journal Article
%A Lovelace, Ada
%A Somerville, Mary
%T {TITLE}
%J Polar Letters
%V 12
%P 1-20
%D 2020
%8 2020-05-13
%R {DOI}
%U https://arxiv.org/abs/2005.00007
%X {ABSTRACT}
""",
    "PubMed": f"""
PMID- 31234567
DP  - 2020 May 13
VI  - 12
PG  - 1-20
TI  - Beds of
      ice.
LID - {DOI} [doi]
AB  - Water reaches the bed, as arXiv:1905.00099
      foresaw.
FAU - Lovelace, Ada
AU  - Lovelace A
FAU - Somerville, Mary
AU  - Somerville M
PT  - Journal Article
JT  - Polar Letters
AID - arXiv:2005.00007v1 [pii]
""",
    "Web of Science": f"""FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lovelace, A
   Somerville, M
AF Lovelace, Ada
   Somerville, Mary
TI Beds
   of ice
SO Polar Letters
AB {ABSTRACT}
DI {DOI}
DL arXiv:2005.00007
PD MAY 13
PY 2020
VL 12
BP 1-20
ER

EF
""",
    "RefWorks": f"""RT Journal Article
A1 Lovelace, Ada
A1 Somerville, Mary
T1 {TITLE}
JF Polar Letters
YR 2020
FD 2020-05-13
VO 12
SP 1-20
DO {DOI}
UL https://arxiv.org/abs/2005.00007
AB {ABSTRACT}
""",
    "Semantic Scholar": json.dumps(
        {
            "total": 1,
            "data": [
                {
                    "paperId": "ab12", "externalIds": {"ArXiv": ARXIV, "DOI": DOI}, "title": TITLE, "abstract": ABSTRACT,
                    "year": 2020, "publicationDate": "2020-05-13", "venue": "Polar Letters", "volume": "12",
                    "pages": "1-20", "authors": [{"authorId": "1", "name": name} for name in AUTHORS],
                }
            ],
        }
    ),
    "Paperpile": json.dumps(
        [
            {
                "_id": "7", "title": TITLE, "arxivid": ARXIV, "doi": DOI, "journal": "Polar Letters", "volume": "12",
                "author": [{"first": "Ada", "last": "Lovelace"}, {"first": "Mary", "last": "Somerville"}],
                "published": {"year": "2020"}, "pages": "1-20", "abstract": ABSTRACT, "pubtype": "PP_ARTICLE",
            }
        ]
    ),
    "arXiv at Kaggle": json.dumps(
        {
            "id": ARXIV, "authors": "Ada Lovelace, Mary Somerville (Oslo)", "title": "Beds of\n  ice", "doi": DOI,
            "journal-ref": "Polar Letters", "volume": "12", "pages": "1-20", "year": 2020, "abstract": f"  {ABSTRACT}\n",
            "versions": [{"version": "v1", "created": "Wed, 13 May 2020 19:18:42 GMT"}],
        }
    ),
}  # fmt: skip

INITIALS = {"Scopus RIS": ("A. Lovelace", "M. Somerville")}
NO_DAY = ("Paperpile",)  # it writes the year alone


def read(text: str) -> LibraryEntries:
    return parse(text.encode(), "library")


@pytest.mark.parametrize("program", EXPORTS)
def test_what_a_program_exports_is_read_field_by_field(program):
    library = read(EXPORTS[program])
    (entry,) = library.entries
    assert not library.skipped
    assert entry.paper.title.lower() == TITLE.lower()
    assert entry.paper._replace(title="", categories=()) == (
        entry.paper._replace(
            id=ARXIV, title="", abstract=ABSTRACT, authors=INITIALS.get(program, AUTHORS), categories=(),
            submitted=None if program in NO_DAY else DAY, doi=DOI,
        )
    )  # fmt: skip
    record = entry.record
    assert (record["journal"], record["volume"], record["year"]) == ("Polar Letters", "12", "2020")
    assert record["pages"].replace("--", "-") == "1-20"


TABLES = {  # of databases, which know no arXiv ids
    "IEEE Xplore": """"Document Title",Authors,"Author Affiliations","Publication Title",Date Added To Xplore,"Publication Year","Volume","Issue","Start Page","End Page","Abstract","DOI",PDF Link
"Beds of ice","Ada Lovelace; Mary Somerville","London; Oxford","Polar Letters","13 May 2020","2020","12","","1","20","Water reaches the bed.","10.1000/ice.7","https://ieeexplore.ieee.org/x"
""",
    "Dimensions": """"About the data: Exported on Nov 14, 2023. Criteria: 'ice' in full data. © 2023 Digital Science"
Rank,Publication ID,DOI,PMID,Title,Abstract,Source title,Publication date,PubYear,Volume,Issue,Pagination,Authors
500,pub.1125,10.1000/ice.7,,Beds of ice,Water reaches the bed.,Polar Letters,2020-05-13,2020,12,,1-20,"Lovelace, Ada; Somerville, Mary"
""",
    "Scopus": """"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Issue","Page start","Page end","DOI","Link","Abstract"
"Lovelace A.; Somerville M.","Lovelace, Ada (7404123456); Somerville, Mary (57200000001)","7404123456; 57200000001","Beds of ice","2020","Polar Letters","12","","1","20","10.1000/ice.7","https://www.scopus.com/x","Water reaches the bed."
""",
    "Web of Science": "\n".join(
        "\t".join(cells)
        for cells in (
            ("PT", "AU", "AF", "TI", "SO", "ID", "AB", "PD", "PY", "VL", "BP", "EP", "DI"),
            ("J", "Lovelace, A; Somerville, M", "Lovelace, Ada; Somerville, Mary", "Beds of ice", "Polar Letters", "ICE",
             "Water reaches the bed.", "MAY 13", "2020", "12", "1", "20", "10.1000/ice.7", ""),
        )
    ),
    "Springer": """Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type,Pages,Abstract
Beds of ice,Polar Letters,,12,,10.1000/ice.7,"Ada Lovelace, Mary Somerville",2020,http://link.springer.com/x,Article,1-20,Water reaches the bed.
""",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("database", TABLES)
def test_a_table_of_a_database_is_read_by_its_headers(database, encoding):
    (entry,) = parse(TABLES[database].encode(encoding), "table").entries
    assert entry.paper._replace(submitted=None) == Paper(
        f"doi:{DOI}", TITLE, "Water reaches the bed.", AUTHORS, doi=DOI
    )  # fmt: skip
    expected = {"journal": "Polar Letters", "volume": "12", "year": "2020", "pages": "1-20"}
    assert {name: entry.record[name] for name in expected} == expected


def test_what_scopus_writes_for_a_field_it_lacks_is_no_text():
    text = TABLES["Scopus"].replace("Water reaches the bed.", "[No abstract available]")
    (entry,) = read(
        text.replace("Lovelace, Ada (7404123456); Somerville, Mary (57200000001)", "[No author name available]")
    ).entries
    assert (entry.paper.abstract, entry.paper.authors) == ("", ())


@pytest.mark.parametrize("wrap", [lambda work: work, lambda work: {"total-results": 1, "items": [work]}])
def test_an_answer_of_crossref_is_read_as_a_library_and_as_a_digest(wrap):
    work = {
        "DOI": DOI, "type": "journal-article", "title": [TITLE], "container-title": ["Polar Letters"], "volume": "12",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Water reaches the bed.</jats:p>", "page": "1-20",
        "author": [{"given": "Ada", "family": "Lovelace"}, {"given": "Mary", "family": "Somerville"}],
        "issued": {"date-parts": [[2020, 5, 13]]}, "URL": f"https://doi.org/{DOI}",
    }  # fmt: skip
    data = json.dumps({"status": "ok", "message-type": "work", "message": wrap(work)}).encode()
    (entry,) = parse(data, "answer").entries
    ((paper,),) = [digest.papers for digest in digests(data, "answer")]
    expected = Paper(f"doi:{DOI}", TITLE, "Water reaches the bed.", AUTHORS, doi=DOI)
    assert (paper, entry.paper) == (expected, expected._replace(submitted=DAY))
    assert (entry.record["type"], entry.record["journal"]) == ("article-journal", "Polar Letters")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<PubmedArticleSet><PubmedArticle>arXiv:1905.00099</PubmedArticle></PubmedArticleSet>", "PubMed's XML"),
        ('<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods>arXiv:1905.00099</mods></modsCollection>', "MODS"),
        ("<opml><body/></opml>", "OPML"),
        ("<b:Sources xmlns:b='x'><b:Source>arXiv:1905.00099</b:Source></b:Sources>", "Word's list"),
        ("<strange>arXiv:1905.00099</strange>", "<strange>"),
    ],
)
def test_a_format_that_is_not_read_is_refused_by_name_with_the_way_out(text, name):
    with pytest.raises(SourceError, match="export the library as BibTeX") as refused:
        read(text)
    assert name in str(refused.value)


def test_bare_ids_count_only_in_a_list_of_ids():
    assert [
        entry.paper.id for entry in read("- 2005.00001  A title\n* arXiv:2005.00002v3\n3. 2005.00003\n").entries
    ] == [
        "2005.00001",
        "2005.00002",
        "2005.00003",
    ]
    assert [entry.paper.id for entry in read("It cost 2003.07441 in all; see arXiv:2005.00001.").entries] == [
        "2005.00001"
    ]


@pytest.mark.parametrize(
    ("bib", "titles"),
    [
        ("@article{k\n author = {A B}\n title = {T}\n}", ["T"]),
        ("@article{k, title = {T}\n year = 2020\n month = may\n author={A B}}", ["T"]),
        ("@article{k, title = {T}, % title = {Old},\n author={A B}}", ["T"]),
        ("@article{k,\n% title = {Old},\n title = {100% T}}", ["100% T"]),
        ("@article{k, title = {T},, year={2020},}", ["T"]),
        ("@comment{\n@article{no, title={No}}\n}\n@article{k, title={T}}", ["T"]),
        ("@article{k, title = {T {open}, year={1}\n\n@article{m, % c\n title={U} year={1}}", ["U"]),
    ],
)
def test_comments_and_missing_commas_garble_no_title(bib, titles):
    assert [entry.paper.title for entry in read(bib).entries] == titles


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Lovelace, Ada; Somerville, Mary", ("Ada Lovelace", "Mary Somerville")),
        ("Ada Lovelace & Mary Somerville", ("Ada Lovelace", "Mary Somerville")),
        (r"Ada Lovelace \& Mary Somerville", ("Ada Lovelace", "Mary Somerville")),
        (
            "Ada Lovelace, Mary Somerville, Sofia Kovalevskaya",
            ("Ada Lovelace", "Mary Somerville", "Sofia Kovalevskaya"),
        ),
        ("Lovelace A.B. and Somerville M.", ("A.B. Lovelace", "M. Somerville")),
        ("Lovelace AB and Somerville M", ("AB Lovelace", "M Somerville")),
        ("{Smith & Sons} and Lovelace, Ada", ("Smith & Sons", "Ada Lovelace")),
        (r"Nguy{\~\^e}n, Anh and M&uuml;ller, J", ("Anh Nguyễn", "J Müller")),
        ("Wei LI", ("Wei LI",)),
        ("Wei Wang 0001 and Ada Lovelace", ("Wei Wang", "Ada Lovelace")),
        ("Lovelace, Ada et al.", ("Ada Lovelace",)),
        ("and Ada Lovelace and others", ("Ada Lovelace",)),
        ("Lovelace, A., Somerville, M., and Noether, E.", ("A. Lovelace", "M. Somerville", "E. Noether")),
    ],
)
def test_authors_are_separated_as_people_write_them(field, names):
    (entry,) = read(f"@article{{k, title = {{T}}, author = {{{field}}}}}").entries
    assert entry.paper.authors == names


names = st.sampled_from(["Lovelace, Ada", "van der Berg, Jan", "Ørsted, H. C.", "Noether, Emmy"])
FORMATS = {
    "RIS": ("TY  - JOUR\nTI  - T\n", "AU  - {}\n"),
    "refer": ("%0 Journal Article\n%T T\n", "%A {}\n"),
    "EndNote": ("<xml><records><record><titles><title>T</title></titles>", "<author>{}</author>"),
    "CSV": ("title,authors\n", 'T,"{}"\n'),
    "BibTeX": ("@article{k, title = {T},", "author = {{{}}}"),
}


def with_authors(program: str, *fields: str) -> str:
    before, field = FORMATS[program]
    written = "".join(map(field.format, fields))
    if program == "EndNote":
        return f"{before}<contributors><authors>{written}</authors></contributors></record></records></xml>"
    return before + written + "}" * (program == "BibTeX")


@given(
    st.sampled_from(sorted(FORMATS)), st.lists(names, min_size=1, unique=True), st.sampled_from(["; ", ";", " and "])
)
def test_names_in_one_field_are_those_of_one_field_each(program, authors, separator):
    (joined,) = read(with_authors(program, separator.join(authors))).entries
    (apart,) = read(with_authors("RIS", *authors)).entries
    assert joined.paper.authors == apart.paper.authors
    assert len(apart.paper.authors) == len(authors)
    (with_others,) = read(with_authors("RIS", *authors, "et al.")).entries
    assert with_others == apart


@pytest.mark.parametrize("name", ["Centers for Disease Control and Prevention", "Smith & Sons", "King, Martin, Jr."])
def test_a_name_of_one_is_not_cut(name):
    (entry,) = read(with_authors("RIS", name)).entries
    assert len(entry.paper.authors) == 1


@pytest.mark.parametrize(
    ("cell", "authors"),
    [
        ("Ada Lovelace and Mary Somerville", ("Ada Lovelace", "Mary Somerville")),
        ("Ada Lovelace, Mary Somerville, and Emmy Noether", ("Ada Lovelace", "Mary Somerville", "Emmy Noether")),
        ("['Ada Lovelace', 'Mary Somerville']", ("Ada Lovelace", "Mary Somerville")),
        ("Lovelace, A., Somerville, M.", ("A. Lovelace", "M. Somerville")),
        ("King, Martin, Jr.", ("Martin King Jr.",)),
        ("Plato, Zeno, Thales", ("Plato", "Zeno", "Thales")),
        ("Ada Lovelace, et al.", ("Ada Lovelace",)),
        ("", ()),
    ],
)
def test_a_table_lists_authors_as_people_write_them(cell, authors):
    (entry,) = read(with_authors("CSV", cell)).entries
    assert entry.paper.authors == authors


@pytest.mark.parametrize(
    ("date", "year"),
    [("May 13, 2020", "2020"), ("13.05.2020", "2020"), ("{2020}", "2020"), ("/2020-05", "2020"), ("in press", "")],
)
def test_the_year_of_a_date_is_a_year(date, year):
    (entry,) = read(f"@article{{k, title = {{T}}, date = {{{date}}}}}").entries
    assert entry.record.get("year", "") == year


@pytest.mark.parametrize("field", ["doi", "note"])
def test_a_link_in_latex_gives_its_doi(field):
    (entry,) = read(f"@article{{k, title={{T}}, {field}={{\\href{{https://doi.org/10.1000/x}}{{10.1000/x}}}}}}").entries
    assert entry.paper.id == "doi:10.1000/x"


def test_lines_of_a_wrapped_text_that_look_like_tags_stay_in_it():
    text = "TY  - JOUR\nTI  - T\nAB  - We treat\nER  - positive and\n  AB  - type\nPD  - 1 cells.\nER  - \n"
    (entry,) = read(f"{text}TY  - JOUR\nTI  - U\nER  - ").entries[:1]
    assert entry.paper.abstract == "We treat ER - positive and AB - type PD - 1 cells."


def test_fields_before_the_type_belong_to_the_entry_that_it_begins():
    first, second = read("TI  - T\nAU  - A, B\nTY  - JOUR\nER  - \nTI  - U\nTY  - JOUR\nER  - ").entries
    assert (first.paper.title, first.paper.authors, second.paper.title) == ("T", ("B A",), "U")


@pytest.mark.parametrize(
    ("declared", "encoding", "title"),
    [
        ("% Encoding: Cp1250", "cp1250", "Příliš žluťoučký kůň"),
        ("% Encoding: ISO8859_2", "iso8859-2", "Příliš žluťoučký kůň"),
        ("% Encoding: Cp1251", "cp1251", "Лёд и вода"),
        ("% Encoding: GBK", "gbk", "冰与水"),
        ("% Encoding: SJIS", "shift_jis", "氷と水"),
        ("% Encoding: x-MacRoman", "mac-roman", "Ébène"),
        ("%% Saved with string encoding Western (Mac OS Roman)", "mac-roman", "Ébène"),
        ("% -*- coding: latin2 -*-", "latin2", "Łódź"),
    ],
)
def test_the_encoding_that_a_program_states_is_obeyed(declared, encoding, title):
    library = parse(f"{declared}\n@article{{k, title = {{{title}}}}}".encode(encoding), "x")
    assert (library.entries[0].paper.title, library.encoding) == (title, "")


@pytest.mark.parametrize(
    ("encoding", "title", "name"),
    [
        ("gbk", "冰川底部的水流研究", "GB18030"),
        ("big5", "冰川底部的水流研究方法", "Big5"),
        ("shift_jis", "氷河の底を流れる水の研究", "CP932"),
        ("cp1251", "Течение воды под ледником", "Windows-1251"),
        ("cp1250", "Pomiar wody pod lodowcem w zimie; źródła i wnioski", "Windows-1250"),
        ("cp1252", "Où est la glace ? Déjà là, à Zürich", "Windows-1252"),
        ("cp1252", "José Ñúñez", "Windows-1252"),
    ],
)
def test_an_encoding_that_nothing_states_is_guessed_and_named(encoding, title, name):
    library = parse(f"TY  - JOUR\nTI  - {title}\nER  - \n".encode(encoding), "x")
    assert (library.entries[0].paper.title, library.encoding) == (title, name)


@pytest.mark.parametrize("data", ["Über".encode(), "Über".encode("utf-16"), b"plain"])
def test_nothing_is_guessed_where_the_encoding_is_known(data):
    ris = data if data[:2] == b"\xff\xfe" else b"TY  - JOUR\nTI  - " + data + b"\nER  - \n"
    assert parse(ris if data[:2] != b"\xff\xfe" else "TY  - JOUR\nTI  - Über\n".encode("utf-16"), "x").encoding == ""


PIECES = st.sampled_from(
    [
        b"@article{k,",
        b"title={",
        b"}",
        b"TY  - JOUR\n",
        b"TI  - ",
        b"ER  - ",
        b"PMID- 1\n",
        b"PT J\n",
        b"RT J\n",
        b"%0 J\n",
        b"<xml><records><record>",
        b"<titles><title>",
        b"</record></records></xml>",
        b"<rdf:RDF xmlns:rdf='x'>",
        b"% Encoding: ",
        b'{"paper":',
        b'[{"title":"',
        b'"}',
        b'{"authors":[',
        b"]",
        b"\xd1\xa9",
        b"\xff\xfe",
        b"%",
        b"\n",
        b"@comment{",
        b"&",
        b";",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join))
def test_any_bytes_give_papers_skipped_entries_or_a_clear_error(data):
    try:
        library = parse(data, "my library")
    except SourceError as error:
        assert str(error).startswith("my library: ")  # noqa: PT017 - only some bytes are refused
        return
    assert library.entries or library.skipped
    for entry in library.entries:
        assert entry.paper.id
        assert entry.paper.title == " ".join(entry.paper.title.split())
