"""Libraries of readers: the fields of each format, the ids of papers, and that nothing is lost silently."""

import base64
import json
import quopri
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY, SHARED

from recommender.errors import SourceError
from recommender.ids import arxiv_id, paper_id
from recommender.paper import Paper, Verdict
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.sources.libraries import is_sqlite, joined, parse, read_sqlite, zotero_pages
from recommender.text.works import title_id

DATA = REPOSITORY / "tests" / "data" / "libraries"
# A folder beside the checkout with arxiv-fixtures/, which may be missing.
EXPORTS = SHARED / "arxiv-fixtures" / "libraries"


def read(text: str) -> LibraryEntries:
    return without_records(parse(text.encode(), "library"))


def without_records(library: LibraryEntries) -> LibraryEntries:
    """The library as tests of papers compare it; what else an entry says has tests of its own."""
    return LibraryEntries(tuple(entry._replace(record={}) for entry in library.entries), library.skipped)


def only(text: str) -> LibraryEntry:
    (entry,) = read(text).entries
    return entry


def bib(fields: str, kind: str = "article") -> Paper:
    return only(f"@{kind}{{key,\n{fields}\n}}").paper


def title(latex: str) -> str:
    return bib(f"title = {{{latex}}}").title


def authors(field: str) -> tuple[str, ...]:
    return bib(f"title = {{T}}, author = {{{field}}}").authors


def file(name: str) -> LibraryEntries:
    return without_records(parse((DATA / name).read_bytes(), name))


# BibTeX


def test_a_bibtex_entry_becomes_a_paper():
    assert file("mixed.bib").entries[0] == LibraryEntry(
        Paper(
            "doi:10.1000/made_up.1",
            "Notes on the Analytical Engine & its $\\alpha$-nets",
            "We get 50% of Gödel's $\\mathcal{O}(n_{1})$, >3 ${x}$.",
            ("Ada Lovelace", "Pál Erdős", "Johannes van der Waals", "NASA Team"),
            submitted=date(2020, 10, 13),
            doi="10.1000/made_up.1",
        ),
        datetime(2021, 3, 18, 9, 11, 12, tzinfo=UTC),
    )


def test_arxivs_own_bibtex_gives_id_and_category_without_version():
    paper = file("mixed.bib").entries[1].paper
    assert (paper.id, paper.categories, paper.submitted) == ("1706.03762", ("cs.CL",), None)
    assert (paper.title, paper.authors) == ('Attention with "quotes" is all', ("Geoffrey Hinton", "Martin King Jr"))


def test_a_repeated_key_loses_no_entry():
    assert [e.paper.id for e in file("mixed.bib").entries] == ["doi:10.1000/made_up.1", "1706.03762", "2107.05616"]


def test_what_cannot_be_read_in_a_bib_file_is_named_with_its_line():
    skipped = {each.line: each.reason for each in file("mixed.bib").skipped}
    assert list(skipped) == [26, 31, 33]
    assert "brace" in skipped[26]
    assert "no title, only 2001.00001" in skipped[31]
    assert '"A web page"' in skipped[33]


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        ('M{\\"u}ller', "Müller"),
        ("M\\\"uller, \\'Etude, {\\'{e}}, \\`a", "Müller, Étude, é, à"),
        ("{\\v{s}}, \\v s, \\c{c}, {\\H o}, \\k{a}, \\u{g}, \\r{u}, \\d{h}", "š, š, ç, ő, ą, ğ, ů, ḥ"),
        ("na{\\\"\\i}ve \\'{\\i} {\\i}", "naïve í ı"),
        ("\\o, {\\O}, \\ss, Stra{\\ss}e, Stra\\ss e, {\\L}\\'od\\'z, \\ae{}on", "ø, Ø, ß, Straße, Straße, Łódź, æon"),
        ("{On} {Bayes'} {N}ets", "On Bayes' Nets"),
        ("{{All} of {It}}", "All of It"),
        ("A \\& B, 50\\%, \\#1, a\\_b, \\$5", "A & B, 50%, #1, a_b, $5"),
        ("$a\\_{b}$ and {$\\alpha^{2}$}", "$a\\_{b}$ and $\\alpha^{2}$"),
        ("$$x^{2}$$ {y}", "$$x^{2}$$ y"),
        ("\\emph{Very} \\textbf{\\textit{bold}} {\\em old}", "Very bold old"),
        ("H\\textsubscript{2}O", "H2O"),
        ("\\${\\textbackslash}alpha\\_\\{1\\}\\$", "$\\alpha_{1}$"),
        ("\\mathbb{R}^{n} \\foo{a}{b}", "\\mathbb{R}^{n} \\foo{a}{b}"),
        ("a~b \\ldots{} c {\\textasciitilde}d \\textendash e", "a b … c ~d –e"),
        ("10 $ and {20}", "10 $ and 20"),
        ("trailing \\", "trailing \\"),
        ("日本 é 中", "日本 é 中"),
    ],
)
def test_latex_becomes_what_arxiv_would_write(latex, plain):
    if latex.endswith("\\"):
        assert only(f'@article{{k, title = "{latex} " }}').paper.title == plain
    else:
        assert title(latex) == plain


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Lovelace, Ada and Babbage, Charles", ("Ada Lovelace", "Charles Babbage")),
        ("Ada Lovelace and\n  Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ("van der Berg, Jan AND Plato", ("Jan van der Berg", "Plato")),
        ("King, Jr., Martin Luther", ("Martin Luther King Jr.",)),
        ("{NASA Team} and {Barnes and Noble, Inc.}", ("NASA Team", "Barnes and Noble, Inc.")),
        ("{\\'E}mile {Zola} and {Bradbury, James}", ("Émile Zola", "James Bradbury")),
        ("{\\'Angel}, {\\L}ukasz", ("Łukasz Ángel",)),
        ("A. One and others", ("A. One",)),
        ("", ()),
    ],
)
def test_names_have_their_forename_first(field, names):
    assert authors(field) == names


@pytest.mark.parametrize(
    ("fields", "paper"),
    [
        ("eprint = {2005.05859}, archivePrefix = {arXiv}", "2005.05859"),
        ("eprint = {2005.05859v3}", "2005.05859"),
        ("eprint = {9901001}, archivePrefix = {arXiv}, primaryClass = {hep-th}", "hep-th/9901001"),
        ("eprint = {hep-th/9901001}, eprinttype = {arxiv}", "hep-th/9901001"),
        ("url = {http://arxiv.org/abs/2005.05859v1}", "2005.05859"),
        ("doi = {10.48550/arXiv.2005.05859}", "2005.05859"),
        ("note = {arXiv:2005.05859 [cs]}", "2005.05859"),
        ("journal = {arXiv preprint arXiv:2005.05859}", "2005.05859"),
        ("howpublished = {\\url{https://arxiv.org/pdf/2005.05859.pdf}}", "2005.05859"),
        ("journal = {ArXiv}, volume = {abs/2005.05859}", "2005.05859"),  # Semantic Scholar
        ("journal = {CoRR}, volume = {abs/2005.05859}", "2005.05859"),  # DBLP
        ("number = {arXiv:2005.05859}, institution = {arXiv}", "2005.05859"),
        ("doi = {https://doi.org/10.1000/X}", "doi:10.1000/x"),
        ("url = {https://dl.acm.org/doi/abs/10.1145/1.2}", "doi:10.1145/1.2"),
        ("url = {https://www.science.org/doi/10.1126/scirobotics.aaq1026}", "doi:10.1126/scirobotics.aaq1026"),
        ("eprint = {2005.05859}, eprinttype = {hal}", paper_id(title="T")),
        ("url = {https://publisher.example/2005.05859}, pages = {2005.05859}", paper_id(title="T")),
        ("abstract = {as in arXiv:2005.05859}", paper_id(title="T")),
    ],
)
def test_the_id_is_arxivs_then_the_doi_then_the_title_and_never_an_address(fields, paper):
    assert bib(f"title = {{T}}, {fields}").id == paper


def test_a_paper_on_arxiv_keeps_the_doi_of_its_published_version():
    paper = bib("title = {T}, eprint = {2005.05859}, doi = {10.1000/X}")
    assert (paper.id, paper.doi) == ("2005.05859", "10.1000/x")


def test_arxivs_own_doi_is_no_published_versions():
    assert bib("title = {T}, doi = {10.48550/arXiv.2005.05859}").doi == ""


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ("date = {2021-10-28}", date(2021, 10, 28)),
        ("year = 2021, month = oct, day = {28}", date(2021, 10, 28)),
        ('year = 2021, month = "28~" # oct', date(2021, 10, 28)),
        ("year = {2021}, month = {10}, day = 28", date(2021, 10, 28)),
        ("year = {2021}, month = {February}, day = {30}", None),
        ("year = 2021, month = oct", None),
        ("year = 2021", None),
    ],
)
def test_the_day_of_submission_is_known_only_where_it_is_whole(fields, day):
    assert bib(f"title = {{T}}, {fields}").submitted == day


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ("date-added = {2020-03-18 10:11:12 -0400}", datetime(2020, 3, 18, 14, 11, 12, tzinfo=UTC)),
        ("timestamp = {2013.11.05}", datetime(2013, 11, 5, tzinfo=UTC)),
        ("creationdate = {2022-02-03T04:05:06}", datetime(2022, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("timestamp = {2022-02-03}, bibsource = {dblp computer science bibliography}", None),
        ("timestamp = {0001-01-01 00:00:00 +2300}", None),
        ("urldate = {2022-02-03}", None),
    ],
)
def test_the_reference_manager_says_when_an_entry_was_added(fields, moment):
    assert only(f"@article{{k, title = {{T}}, {fields}}}").added_at == moment


def test_macros_of_macros_do_not_fill_the_memory():
    lines = [f"@string{{s{n} = s{n - 1} # s{n - 1}}}" for n in range(1, 60)]
    text = "\n".join(["@string{s0 = {ab}}", *lines, "@article{k, title = {T}, note = s59, abstract = s2}"])
    assert only(text).paper.abstract == "abababab"


def test_text_that_a_brace_too_many_throws_out_of_its_entry_is_reported():
    read_back = read("@article{k, title = {T}}, author = {Ada Lovelace}}\n@article{l, title = {U}}")
    assert [entry.paper.title for entry in read_back.entries] == ["T", "U"]
    assert [(each.line, "Lovelace" in each.reason) for each in read_back.skipped] == [(1, True)]


def test_an_invalid_type_of_semantic_scholars_does_not_hide_its_entry():
    assert only("@['JournalArticle', 'Conference']{k,\n title = {T},\n}").paper.title == "T"


def test_html_in_bibtex_becomes_text():
    assert title("{\\textless}i{\\textgreater}E. coli{\\textless}/i{\\textgreater} {\\textless} 5 \\&amp; x") == (
        "E. coli < 5 & x"
    )


# RIS

RIS = """TY  - JOUR
TI  - Notes on engines
AU  - Lovelace, Ada
AU  - King, Martin, Jr.
A2  - Editor, An
AB  - First line
  and the second
PY  - 2020/10/13/
DO  - 10.1000/X
ER  -

TY  - ELEC
T1  - A web page
UR  - https://example.org
ER  -
TY  - GEN
T1  - Of arXiv
A1  - NASA Team
UR  - http://arxiv.org/abs/2005.05859
TY  - CHAP
TI  - The end is missing
"""


def test_ris_gives_each_entry_even_where_its_end_is_missing():
    assert [entry.paper for entry in read(RIS).entries] == [
        Paper(
            "doi:10.1000/x",
            "Notes on engines",
            "First line and the second",
            ("Ada Lovelace", "Martin King Jr."),
            submitted=date(2020, 10, 13),
            doi="10.1000/x",
        ),
        Paper("2005.05859", "Of arXiv", "", ("NASA Team",)),
        Paper(paper_id(title="The end is missing"), "The end is missing", ""),
    ]


def test_ris_names_the_line_of_what_it_skips():
    assert [each.line for each in read(RIS + "ER  - \nAB  - of nothing\n").skipped] == [12, 23]


def test_windows_lines_and_encoding_read_the_same():
    text = RIS.replace("engines", "Motörhead")
    windows, utf_16 = (
        parse(data, "x") for data in (text.replace("\n", "\r\n").encode("cp1252"), text.encode("utf-16"))
    )
    assert without_records(windows) == read(text) == without_records(utf_16)


# JSON


def test_csl_json_gives_names_dates_and_identity():
    item = {
        "id": "k",
        "type": "article-journal",
        "title": "On <i>E. coli</i>",
        "author": [{"given": "Jan", "non-dropping-particle": "van der", "family": "Berg"}, {"literal": "NASA Team"}],
        "issued": {"date-parts": [[2020, 10, 13]]},
        "DOI": "10.1000/X",
        "number": "arXiv:2005.05859",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Text &lt; 5</jats:p>",
    }
    paper = Paper(
        "2005.05859",
        "On E. coli",
        "Text < 5",
        ("Jan van der Berg", "NASA Team"),
        submitted=date(2020, 10, 13),
        doi="10.1000/x",
    )
    assert only(json.dumps([item])).paper == paper
    assert only(json.dumps(item)).paper == paper


def test_a_json_list_that_is_cut_off_gives_what_precedes_the_cut():
    read_back = read('[{"type": "book", "title": "Whole"},\n {"type": "book", "ti')
    assert [entry.paper.title for entry in read_back.entries] == ["Whole"]
    assert [(each.line, "broken" in each.reason) for each in read_back.skipped] == [(2, True)]


def test_zoteros_api_gives_items_without_attachments_and_notes():
    read_back = file("zotero.json")
    assert read_back.entries == (
        LibraryEntry(
            Paper(
                "2005.05859", "Engines of thought", "Of engines.", ("Ada Lovelace", "NASA Team"), (), date(2020, 5, 13)
            ),
            datetime(2021, 3, 18, 2, 37, 32, tzinfo=UTC),
        ),
    )
    assert [each.reason for each in read_back.skipped] == ["item 4: no title"]


def test_our_own_records_keep_their_verdict_and_date_and_a_broken_line_harms_no_other():
    lines = [
        '{"id": "2005.05859v2", "title": "T", "authors": ["A"], "verdict": "dislike", "date": "2026-01-02T03:04:05Z"}',
        '{"id": "2005.05860", "title": "cut',
        '{"id": "2005.05861", "title": "U", "verdict": "adore"}',
        '{"title": "V"}',
    ]
    read_back = read("\n".join(lines))
    assert read_back.entries == (
        LibraryEntry(Paper("2005.05859", "T", "", ("A",)), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), Verdict.DISLIKE),
        LibraryEntry(Paper(paper_id(title="V"), "V", "")),
    )
    assert [(each.line, each.reason[:11]) for each in read_back.skipped] == [(2, "broken JSON"), (3, "no verdict:")]


def test_a_history_in_json_is_a_library_too():
    items = [{"id": "2005.05859", "title": "T", "verdict": "like", "given_at": "2026-01-02T03:04:05+00:00"}]
    entry = only(json.dumps({"version": 1, "profile": "me", "items": items}))
    assert (entry.verdict, entry.added_at) == (Verdict.LIKE, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


# CSV


def test_zoteros_csv_is_read_by_the_names_of_its_columns():
    first, second, third = file("zotero.csv").entries
    assert first == LibraryEntry(
        Paper(
            "2003.07441",
            "On H2O & engines",
            'We say "engine". And more.',
            ("Ada Lovelace", "Charles Babbage"),
            submitted=date(2020, 7, 15),
        ),
        datetime(2021, 3, 18, 2, 37, 32, tzinfo=UTC),
        note="See arXiv:1111.11111",
    )
    assert (second.paper.id, second.paper.authors) == ("doi:10.1000/thing", ("NASA Team",))
    own_id = title_id("Engines, Inc.", ("George Byron",), 1990)
    assert third.paper == Paper(own_id, "Engines, Inc.", "", ("George Byron",))


def test_a_row_that_is_cut_off_and_a_web_page_are_skipped_with_their_line():
    assert [(each.line, each.reason) for each in file("zotero.csv").skipped] == [
        (5, 'no paper, but a web page, program or note: "A home page"'),
        (6, '3 of 13 columns in "DDDD4444 journalArticle 2018"'),
    ]


def test_a_quotation_mark_without_its_partner_names_the_lines_it_swallows():
    (skipped,) = read('title,doi\nA,10.1/a\n"B,10.1/b\nC,10.1/c\n').skipped
    assert skipped.line == 3
    assert "up to line 4" in skipped.reason


@pytest.mark.parametrize(
    "text",
    [
        "Title;Authors;arXiv ID\nT;Ada Lovelace;2005.05859v1\n",
        "arxiv_id\ttitle\tauthors\n2005.05859\tT\tAda Lovelace\n",
        "\ufefftitle,authors,link\nT,Ada Lovelace,https://arxiv.org/abs/2005.05859\n",
    ],
)
def test_any_table_with_a_title_is_read(text):
    assert only(text).paper == Paper("2005.05859", "T", "", ("Ada Lovelace",))


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Ada Lovelace, Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("Lovelace, Ada", ("Ada Lovelace",)),
        ("Ada Lovelace; Plato", ("Ada Lovelace", "Plato")),
    ],
)
def test_a_table_may_write_authors_either_way(cell, names):
    assert only(f'title,authors\nT,"{cell}"\n').paper.authors == names


@pytest.mark.parametrize("word", [word for verdict in Verdict for word in (verdict.value, verdict.past.upper())])
@pytest.mark.parametrize(
    "text",
    [
        "title,verdict\nFusion,{}\n",
        "Title;Rating\nFusion;{}\n",
        "title\tverdict\trating\nFusion\t\t{}\n",
        "id,rating\n2005.05859,{}\n",
        "verdict,id\n{},10.1000/xyz\n",
        "doi;verdict\n10.1000/xyz;{}\n",
        '{{"title": "Fusion", "rating": "{}"}}',
        '{{"title": "Fusion", "verdict": "{}"}}',
    ],
)
def test_a_rating_that_a_reader_wrote_into_a_table_or_record_counts(text, word):
    assert only(text.format(word)).verdict in [each for each in Verdict if word.lower() in (each.value, each.past)]


def test_a_verdict_that_is_none_is_named_and_stars_are_another_programs_rating():
    library = read("title,verdict,rating\nFusion,adore,\nFission,,4\n")
    assert [(each.line, each.reason) for each in library.skipped] == [
        (2, 'no verdict: "adore"; there are like, dislike and read')
    ]
    assert [(entry.paper.title, entry.verdict) for entry in library.entries] == [("Fission", None)]


def test_a_table_without_titles_gives_its_ids():
    assert only("arxiv,comment\n2005.05859,fine\n").paper.id == "2005.05859"


def test_a_cell_longer_than_csv_allows_is_read():
    assert len(only(f"title,abstract\nT,{'a' * 200_000}\n").paper.abstract) == 200_000


# Any text


def test_any_other_text_gives_its_arxiv_ids():
    text = "Dear all,\nread arXiv:2005.05859v2, https://arxiv.org/pdf/hep-th/9901001.pdf and 2005.05859 again."
    assert read(text) == LibraryEntries(
        (LibraryEntry(Paper("2005.05859", "", "")), LibraryEntry(Paper("hep-th/9901001", "", ""))), ()
    )


ENCODED = {
    "8bit": bytes,
    "base64": base64.encodebytes,
    "quoted-printable": lambda data: quopri.encodestring(data).replace(b"2005.", b"2005.=\n"),
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_mail_or_mbox_gives_the_ids_in_its_subjects_and_decoded_texts(encoding, kind):
    def mail(number: int) -> bytes:
        head = f"Subject: =?utf-8?q?arXiv=3A2005.{number}0001?=\nFrom: a@example.org\nContent-Type: {kind}\n"
        text = f'<a href="https://arxiv.org/abs/2005.{number}0002">a paper</a>'.encode()
        return f"{head}Content-Transfer-Encoding: {encoding}\n\n".encode() + ENCODED[encoding](text) + b"\n"

    mark = b"From a@example.org Thu May 14 00:31:14 2020\n"
    ids = ["2005.10001", "2005.10002", "2005.20001", "2005.20002"]
    assert [entry.paper.id for entry in parse(mail(1), "x").entries] == ids[:2]
    assert [entry.paper.id for entry in parse(mark + mail(1) + b"\n" + mark + mail(2), "x").entries] == ids


def test_a_bibtex_file_attached_to_a_mail_is_read():
    parts = "--XX\nContent-Type: text/plain\n\nsee below\n--XX\nContent-Type: application/x-bibtex\n\n{}\n--XX--\n"
    head = "Subject: papers\nFrom: a@example.org\nContent-Type: multipart/mixed; boundary=XX\n\n"
    assert only(head + parts.format("@article{k, title = {T}}")).paper.title == "T"


def test_a_list_of_ids_may_have_dois():
    ids = [entry.paper.id for entry in read("# mine\n2005.05859\n10.1000/X\n\ndoi:10.1000/y\n").entries]
    assert ids == ["2005.05859", "doi:10.1000/x", "doi:10.1000/y"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf \r\n", "it is empty"),
        (b"hello", "no arXiv id"),
        (b"[]", "no arXiv id"),
        (b"%PDF-1.7", "binary data"),
        (b"PK\x03\x04\0\0", "binary data, a zip file; unpack it"),
        (b"SQLite format 3\0....", "zotero.sqlite"),
        (b"title,doi\n", "no entry"),
        (b"@comment{nothing}", "no entry"),
    ],
)
def test_what_is_no_library_is_refused_with_its_name(data, words):
    with pytest.raises(SourceError, match=f"my file: .*{words}"):
        parse(data, "my file")


PIECES = st.sampled_from(
    """@article{k,|title = {|author = {|}|{|"|\\|$|#|,| and |\\v|TY  - JOUR\n|TI  - |ER  - \n|title,|[{"title":
    |{"id": "x"}|]|arXiv:2005.05859|recommend-id: |&amp;|<i""".split("|")
)


@given(st.text() | st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_any_text_gives_entries_or_a_source_error(text):
    try:
        read_back = parse(text.encode("utf-8", "surrogatepass"), "x")
    except SourceError:
        return
    for entry in read_back.entries:
        assert entry.paper.title == " ".join(entry.paper.title.split())
        assert arxiv_id(entry.paper.id) or entry.paper.id.startswith("doi:10.") or entry.paper.title


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["$", "{", "\\'", "$$a$b", " ", "<a ", "arXiv:a-", " and ", ",", "@a{", "\n"])
def test_hostile_text_takes_linear_time(unit):
    many = unit * (150_000 // len(unit))
    begun = process_time()  # however busy the machine is
    read(f"@article{{k, title = {{T}}}}\n{many}\n@misc{{l, title = {{U}}, author = {{{many}}}, abstract = {{{many}}}}}")
    read(f"TY  - JOUR\nTI  - T\nAB  - {many}\nN1  - {many}\n")
    assert process_time() - begun < 20  # 1 s; with a pattern that takes quadratic time it were a quarter of an hour


# Zotero's database

SCHEMA = """
create table libraries (libraryID integer primary key, type text);
create table itemTypes (itemTypeID integer primary key, typeName text);
create table items (itemID integer primary key, itemTypeID int, dateAdded text, libraryID int, key text);
create table deletedItems (itemID integer primary key);
create table fields (fieldID integer primary key, fieldName text);
create table itemDataValues (valueID integer primary key, value);
create table itemData (itemID int, fieldID int, valueID int);
create table creators (creatorID integer primary key, firstName text, lastName text, fieldMode int);
create table creatorTypes (creatorTypeID integer primary key, creatorType text);
create table itemCreators (itemID int, creatorID int, creatorTypeID int, orderIndex int);
insert into libraries values (1, 'user'), (2, 'group');
insert into itemTypes values (1, 'journalArticle'), (2, 'attachment'), (3, 'note'), (4, 'webpage');
insert into fields values (1, 'title'), (2, 'abstractNote'), (3, 'url'), (4, 'date'), (5, 'DOI'), (6, 'extra');
insert into creators values (1, 'Ada', 'Lovelace', 0), (2, '', 'NASA Team', 1), (3, 'An', 'Editor', 0);
insert into creatorTypes values (1, 'author'), (2, 'editor');
"""


def zotero_item(database: sqlite3.Connection, item: int, kind: int = 1, library: int = 1, **fields: str) -> None:
    database.execute(
        "insert into items values (?, ?, '2021-03-18 02:37:32', ?, ?)", (item, kind, library, f"KEY{item}")
    )
    for name, value in fields.items():
        at = database.execute("insert into itemDataValues (value) values (?)", (value,)).lastrowid
        database.execute("insert into itemData select ?, fieldID, ? from fields where fieldName = ?", (item, at, name))


@pytest.fixture
def zotero(tmp_path):
    """An open zotero.sqlite, as it is while Zotero runs: locked, and with what is new in its -wal only."""
    with closing(sqlite3.connect(tmp_path / "zotero.sqlite", isolation_level=None)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma locking_mode = exclusive")
        database.executescript(SCHEMA)
        zotero_item(
            database, 1, title="On <i>engines</i>", abstractNote="Of\nthem.", date="2020-07-15 2020-07-15",
            url="http://arxiv.org/abs/2005.05859", DOI="10.1000/X",
        )  # fmt: skip
        database.execute("insert into itemCreators values (1, 2, 1, 1), (1, 1, 1, 0), (1, 3, 2, 2)")
        yield database


def test_zoteros_database_is_read_while_zotero_holds_it(zotero, tmp_path):
    assert without_records(read_sqlite(tmp_path / "zotero.sqlite")) == LibraryEntries(
        (
            LibraryEntry(
                Paper(
                    "2005.05859",
                    "On engines",
                    "Of them.",
                    ("Ada Lovelace", "NASA Team"),
                    submitted=date(2020, 7, 15),
                    doi="10.1000/x",
                ),
                datetime(2021, 3, 18, 2, 37, 32, tzinfo=UTC),
            ),
        )
    )


def test_what_zotero_wrote_last_is_seen_and_its_file_is_not_changed(zotero, tmp_path):
    before = (tmp_path / "zotero.sqlite").read_bytes()
    zotero_item(zotero, 2, title="Just added")
    assert [e.paper.title for e in read_sqlite(tmp_path / "zotero.sqlite").entries] == ["On engines", "Just added"]
    assert (tmp_path / "zotero.sqlite").read_bytes() == before


def test_attachments_notes_and_the_trash_stay_out_and_groups_are_named(zotero, tmp_path):
    zotero_item(zotero, 2, kind=2, title="PDF", url="http://arxiv.org/pdf/2005.05859")
    zotero_item(zotero, 3, kind=3, title="note")
    zotero_item(zotero, 4, title="thrown away")
    zotero.execute("insert into deletedItems values (4)")
    zotero_item(zotero, 5, library=2, title="a group's")
    zotero_item(zotero, 6, kind=4, title="a web page")
    zotero_item(zotero, 7, date="2020-07-00 July 2020")
    read_back = read_sqlite(tmp_path / "zotero.sqlite")
    assert [entry.paper.title for entry in read_back.entries] == ["On engines"]
    assert [each.reason for each in read_back.skipped] == [
        'item 2: no paper, but a web page, program or note: "a web page"',
        "item 3: no title",
        "1 items of groups and feeds; only your own library was read",
    ]


def test_another_database_and_a_missing_file_say_so(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as database:
        database.execute("create table t (x)")
    for name, words in [("other.sqlite", "cannot be read as Zotero's"), ("none.sqlite", "no such file")]:
        with pytest.raises(SourceError, match=words):
            read_sqlite(tmp_path / name)


def test_a_database_is_recognised_by_its_first_bytes(zotero, tmp_path):
    assert is_sqlite((tmp_path / "zotero.sqlite").read_bytes() or b"SQLite format 3\0")
    assert not is_sqlite(b"@article{")


# Zotero's API


def items(start: int, end: int) -> list[object]:
    return [{"data": {"itemType": "book", "title": f"Book {number}"}} for number in range(start, end)]


def test_pages_are_fetched_until_one_is_not_full():
    asked: list[str] = []

    def get(address: str) -> bytes:
        asked.append(address)
        return json.dumps(items(0, 100) if "start=0" in address else items(100, 130)).encode()

    pages = list(zotero_pages("http://localhost:23119/api/users/0/items?tag=a%20b&limit=5&start=7", get))
    assert [len(page.entries) for page in pages] == [100, 30]
    assert asked == [
        f"http://localhost:23119/api/users/0/items?tag=a+b&format=json&limit=100&start={n}" for n in (0, 100)
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b"<html>", "no JSON"), (b"{}", "no list"), (json.dumps(items(0, 100)).encode(), "same items again")],
)
def test_what_is_not_zoteros_api_is_refused_and_does_not_loop(answer, words):
    with pytest.raises(SourceError, match=words):
        list(zotero_pages("http://localhost/x", lambda _: answer))


# Duplicates

ON_ARXIV = LibraryEntry(Paper("2005.05859", "A Title", "", doi="10.1000/x"), datetime(2022, 1, 1, tzinfo=UTC))
PUBLISHED = LibraryEntry(
    Paper("doi:10.1000/x", "A title!", "Text", ("Ada",), doi="10.1000/x"), datetime(2021, 1, 1, tzinfo=UTC)
)
BY_TITLE = LibraryEntry(Paper(paper_id(title="a Title"), "a Title", "Other", ("Ada L.",), ("cs.CV",)))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_entries_of_one_paper_become_one_with_arxivs_id(order):
    entries = [(ON_ARXIV, PUBLISHED, BY_TITLE)[at] for at in order]
    (one,) = joined(entries)
    assert (one.paper.id, one.paper.title, one.paper.categories) == ("2005.05859", "A Title", ("cs.CV",))
    assert (one.paper.abstract, one.paper.authors) == ("Text", ("Ada",))
    assert one.added_at == datetime(2021, 1, 1, tzinfo=UTC)


def test_the_newest_verdict_stays():
    entries = [
        ON_ARXIV._replace(verdict=Verdict.LIKE),
        PUBLISHED._replace(verdict=Verdict.DISLIKE),
        ON_ARXIV._replace(verdict=None, added_at=datetime(2025, 1, 1, tzinfo=UTC)),
    ]
    assert joined(entries)[0].verdict is Verdict.LIKE


def test_two_papers_with_one_title_stay_two():
    ids = ["2005.00001", "2005.00002", "doi:10.1000/a", "doi:10.1000/b"]
    papers = [Paper(each, "Introduction", "", doi=each.removeprefix("doi:") if "doi" in each else "") for each in ids]
    assert len(joined(map(LibraryEntry, papers[:2]))) == 2
    assert len(joined(map(LibraryEntry, papers[2:]))) == 2


def test_entries_keep_their_order_and_untitled_ones_apart():
    entries = [LibraryEntry(Paper(each, "", "")) for each in ("2005.00002", "2005.00001", "2005.00002")]
    assert [entry.paper.id for entry in joined(entries)] == ["2005.00002", "2005.00001"]


# Two real libraries


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("zotero-bibtex_diegoferigo.bib", {"all": 224, "abstract": 186, "arxiv": 67, "doi": 98, "added": 0}),
        ("zotero-export_ControlNet.csv", {"all": 217, "abstract": 201, "arxiv": 70, "doi": 61, "added": 217}),
    ],
)
def test_a_real_library_is_read_whole(name, counts):
    if not (EXPORTS / name).exists():
        pytest.skip(f"no {EXPORTS / name}; set RECOMMENDER_TEST_DATA to the folder that has it")
    read_back = parse((EXPORTS / name).read_bytes(), name)
    papers = [entry.paper for entry in read_back.entries]
    assert counts == {
        "all": len(papers) + len(read_back.skipped),
        "abstract": sum(bool(paper.abstract) for paper in papers),
        "arxiv": sum(arxiv_id(paper.id) is not None for paper in papers),
        "doi": sum(bool(paper.doi) for paper in papers),
        "added": sum(entry.added_at is not None for entry in read_back.entries),
    }
    assert not [paper for paper in papers if any(sign in paper.title + "".join(paper.authors) for sign in "{}\\<>")]
    assert not [paper for paper in papers if any("," in author for author in paper.authors)]
