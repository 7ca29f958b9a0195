"""Rated papers for other programs: valid, readable files that come back without loss."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.delivery.bibliography import FORMATS, write
from recommender.ids import paper_id
from recommender.paper import Paper, Verdict
from recommender.results.incoming import LibraryEntry
from recommender.sources.libraries import parse
from recommender.text.lines import one_line
from recommender.text.notes import cleaned

LOVELACE = Paper(
    "2005.05859",
    "The Neural Engine: 50% of $\\alpha_{1}$ & R&D_x",
    "We cost $5 and more.",
    ("Ada Lovelace", "Jan van der Berg", "Plato", "NASA Team", "John Smith Jr."),
    ("cs.CL", "cs.LG"),
    date(2020, 5, 12),
    "10.1000/x_y(1)",
)
JUDGED = LibraryEntry(LOVELACE, datetime(2026, 3, 2, 8, 30, 5, tzinfo=UTC), Verdict.LIKE)


def back(entries: list[LibraryEntry], kind: str) -> list[LibraryEntry]:
    read = parse(write(entries, kind).encode(), kind)
    assert not read.skipped
    return list(read.entries)


def field(name: str, entry: LibraryEntry = JUDGED) -> str | None:
    """What a BibTeX field of the entry holds."""
    match = re.search(rf"^  {name} = \{{?(.*?)\}}?,$", write([entry], "bibtex"), re.MULTILINE)
    return match[1] if match else None


# Each format by itself


def test_bibtex_is_as_an_author_would_write_it():
    assert write([JUDGED], "bibtex") == (
        "@article{lovelace2020neural,\n"
        "  title = {The Neural Engine: 50\\% of $\\alpha_{1}$ \\& {R\\&D\\_x}},\n"
        "  author = {Lovelace, Ada and van der Berg, Jan and Plato and {NASA Team} and Smith Jr., John},\n"
        "  year = {2020},\n"
        "  month = may,\n"
        "  day = {12},\n"
        "  eprint = {2005.05859},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.CL},\n"
        "  doi = {10.1000/x_y(1)},\n"
        "  url = {https://arxiv.org/abs/2005.05859},\n"
        "  abstract = {We cost \\$5 and more.},\n"
        "  recommend-id = {2005.05859},\n"
        "  recommend-verdict = {like},\n"
        "  recommend-date = {2026-03-02T08:30:05+00:00},\n"
        "  recommend-categories = {cs.CL;cs.LG},\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("title", "latex"),
    [
        ("50% & #1 a_b", "50\\% \\& \\#1 a\\_b"),
        ("$a_1$ and x_1", "$a_1$ and x\\_1"),
        ("$5 for {x", "\\$5 for \\textbraceleft{}x"),
        ("x^2 ~ 5", "x\\textasciicircum{}2 \\textasciitilde{} 5"),
        ("G\\\"odel's \\emph{proof} of 5\\% & more", "G\\\"odel's \\emph{proof} of 5\\% \\& more"),
        ("a \\ b", "a \\textbackslash{} b"),
        ("\\emph{open", "\\textbackslash{}emph\\textbraceleft{}open"),
        ("$\\{$", "\\$\\textbackslash{}\\textbraceleft{}\\$"),
        ("Gödel 日本", "Gödel 日本"),
    ],
)
def test_a_title_is_escaped_for_latex_except_formulas_and_what_is_latex_already(title, latex):
    assert field("title", LibraryEntry(LOVELACE._replace(title=title))) == latex


def test_only_a_text_that_is_latex_itself_is_kept_a_second_time():
    assert field("recommend-title", LibraryEntry(LOVELACE._replace(title='G\\"odel'))) == "G%5C%22odel"
    assert field("recommend-title") is None


def test_a_preprint_without_doi_is_no_article():
    assert write([LibraryEntry(LOVELACE._replace(doi=""))], "bibtex").startswith("@misc{lovelace2020neural,")


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (Paper("hep-th/9901001", "On a Thing", "", ("Émile Müller-Zola",)), "mullerzola1999thing"),
        (Paper("0705.1234", "Über-nets", "", ("Jan van der Berg",)), "vanderberg2007uber"),
        (Paper("doi:10.1000/x", "Ω", "", ("王 伟",)), "paper"),
    ],
)
def test_keys_are_plain_and_tell_author_year_and_word(paper, key):
    assert write([LibraryEntry(paper)], "bibtex").partition("{")[2].partition(",")[0] == key


def test_keys_are_unique():
    text = write([LibraryEntry(LOVELACE._replace(id=f"2005.0000{n}")) for n in range(3)], "bibtex")
    assert re.findall(r"@article\{(.*),", text) == [f"lovelace2020neural{end}" for end in ("", "-2", "-3")]


def test_ris_is_read_by_another_program():
    import rispy

    (entry,) = rispy.loads(write([JUDGED], "ris"))
    assert entry["title"] == LOVELACE.title
    assert entry["authors"] == ["Lovelace, Ada", "van der Berg, Jan", "Plato", "NASA Team", "Smith Jr., John"]
    assert (entry["doi"], entry["date"], entry["year"]) == ("10.1000/x_y(1)", "2020/05/12/", "2020")
    assert entry["notes"][0].startswith("recommend-id: 2005.05859 recommend-verdict: like recommend-date: 2026-03-02T")


def test_bibtex_is_read_by_another_program():
    from bibtexparser.entrypoint import parse_string

    library = parse_string(write([JUDGED, JUDGED, LibraryEntry(LOVELACE._replace(title="{", abstract="}"))], "bibtex"))
    assert (len(library.entries), library.failed_blocks) == (3, [])


def test_csl_json_has_names_and_dates_in_parts():
    (item,) = json.loads(write([JUDGED], "csl-json"))
    assert item["author"][:4] == [
        {"family": "Lovelace", "given": "Ada"},
        {"family": "van der Berg", "given": "Jan"},
        {"literal": "Plato"},
        {"literal": "NASA Team"},
    ]
    assert (item["type"], item["issued"], item["number"]) == (
        "article-journal",
        {"date-parts": [[2020, 5, 12]]},
        "arXiv:2005.05859",
    )


def test_csv_has_zoteros_columns_first():
    (row,) = csv.DictReader(io.StringIO(write([JUDGED], "csv")))
    assert list(row)[:4] == ["Item Type", "Publication Year", "Author", "Title"]
    assert row["Author"] == "Lovelace, Ada; van der Berg, Jan; Plato; NASA Team; Smith Jr., John"
    assert (row["Date Added"], row["recommend-verdict"]) == ("2026-03-02 08:30:05", "like")


def test_json_lines_has_one_record_a_line():
    (line,) = write([JUDGED], "jsonl").splitlines()
    assert json.loads(line) == {
        "id": "2005.05859",
        "title": LOVELACE.title,
        "authors": list(LOVELACE.authors),
        "abstract": LOVELACE.abstract,
        "categories": ["cs.CL", "cs.LG"],
        "submitted": "2020-05-12",
        "doi": "10.1000/x_y(1)",
        "verdict": "like",
        "date": "2026-03-02T08:30:05+00:00",
    }


def test_ids_are_one_a_line():
    assert write([JUDGED, LibraryEntry(Paper("doi:10.1000/x", "T", ""))], "ids") == "2005.05859\ndoi:10.1000/x\n"


def test_no_entries_make_a_file_without_entries():
    assert [write([], kind).count("2005") for kind in FORMATS] == [0] * len(FORMATS)


# Out and in again

IDS = st.sampled_from(
    """2005.05859 hep-th/9901001 0705.1234 doi:10.1000/x doi:10.1002/(sici)1097<1661::aid-sim968>3.0.co;2-2
    https://openreview.net/forum?id=a_B-1&x=%7E1#top""".split()
) | st.text(min_size=1).map(lambda title: paper_id(title=title))
DOIS = st.sampled_from(["", "10.1000/x", "10.1002/(sici)1097<1661::aid-sim968>3.0.co;2-2", "10.1007/978-3_11#a%20b"])
WORDS = st.sampled_from(
    r"""$ $x$ $\alpha_{1}$ $$ \$ \ \\ { } {} {x} % & # _ ^ ~ " ' `` '' -- < > <i> </i> &amp; @article{k, @ ; , = and
    \emph{x} \'e \"{o} \v{s} \textbackslash{} \begin{x} \{ \} recommend-id: TY  - ER  - é 日本 ﬁ ½ arXiv:1706.03762 [1]
    NA null =1+1""".split()
)
LINES = st.tuples(st.sampled_from(["", " "]), st.lists(WORDS | st.text(max_size=8))).map(lambda it: it[0].join(it[1]))
NAMES = LINES | st.sampled_from(
    """Ada Lovelace|Plato|Jan van der Berg|Ludwig van Beethoven|de la Cruz|O'Neil Mc-Donald|Martin Luther King, Jr.
    |John Smith III|Procter and Gamble Group|Ann and Bob|and|others|The ATLAS Collaboration|王 伟|{x}|A; B|J. {D}oe
    |a, b, c|a; b|et al.|A. Lovelace et al|Etal|B and, C|x & y|&amp;|$x$ Y|Jr.|X Æ A-12|\\'E. Zola""".split("|")
)
PAPERS = st.builds(
    Paper,
    IDS,
    LINES,
    LINES,
    st.lists(NAMES, max_size=4).map(tuple),
    st.lists(st.sampled_from(["cs.CL", "hep-th", "math.AG", "68T50 (Primary), 62H30", "I.2; I.7"])).map(tuple),
    st.none() | st.dates(date(1991, 1, 1)),
    DOIS,
)
ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2100, 1, 1), timezones=ZONES).map(
    lambda m: m.replace(microsecond=0)
)
NOTES = st.lists(LINES, max_size=3).map("\n".join)
ENTRIES = st.lists(
    st.builds(LibraryEntry, PAPERS, st.none() | MOMENTS, st.none() | st.sampled_from(Verdict), st.just({}), NOTES),
    min_size=1,
    max_size=3,
)


def line(text: str) -> str:
    """The text as a file of lines can hold it: on one line, without what cannot be seen or steers a terminal."""
    return one_line(text)


def plain(entry: LibraryEntry) -> LibraryEntry:
    paper = entry.paper
    names = tuple(filter(None, map(line, paper.authors)))
    exact = paper._replace(title=line(paper.title), abstract=line(paper.abstract), authors=names)
    return entry._replace(paper=exact, note=cleaned(entry.note))


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "ids"])
@given(entries=ENTRIES)
@example(entries=[JUDGED])
def test_what_is_written_comes_back_without_loss(kind, entries):
    assert back(entries, kind) == [plain(entry) for entry in entries]


NOTED = JUDGED._replace(note="Compare with section 4:\n50% less data & no code.")


def test_a_note_stands_where_other_programs_look_for_it():
    import rispy

    assert field("annote", NOTED) == r"Compare with section 4: 50\% less data \& no code."
    (entry,) = rispy.loads(write([NOTED], "ris"))
    assert entry["notes"][0] == "Compare with section 4: 50% less data & no code."
    (item,) = json.loads(write([NOTED], "csl-json"))
    assert item["note"].startswith("Compare with section 4: 50% less data & no code. recommend-id: 2005.05859 ")
    (row,) = csv.DictReader(io.StringIO(write([NOTED], "csv"), newline=""))
    assert row["Notes"] == NOTED.note
    assert json.loads(write([NOTED], "jsonl"))["note"] == NOTED.note
    assert field("annote") is None


def test_an_imported_note_of_the_entry_and_the_readers_own_stay_apart():
    entry = NOTED._replace(record={"type": "article", "note": "Accepted at VLDB"})
    assert (field("note", entry), field("annote", entry)[:7]) == ("Accepted at VLDB", "Compare")
    assert [(each.note, each.record) for each in back([entry], "bibtex")] == [(entry.note, entry.record)]


def test_notes_of_other_programs_come_in_where_they_are_the_readers_own():
    bibtex = "@article{a, title={T}, eprint={2005.05859}, note={Accepted}, annote={Ask {\\'E}va\n  about \\emph{x}}}"
    assert [entry.note for entry in parse(bibtex.encode(), "x.bib").entries] == ["Ask Éva about x"]
    zotero = 'Item Type,Title,Url,Notes\njournalArticle,T,http://arxiv.org/abs/2005.05859,"<p>Read <b>this</b></p>"\n'
    assert [entry.note for entry in parse(zotero.encode(), "x.csv").entries] == ["Read this"]
    ris = "TY  - JOUR\nTI  - T\nUR  - http://arxiv.org/abs/2005.05859\nN1  - Export Date: 3 May\nER  - \n"
    assert [entry.note for entry in parse(ris.encode(), "x.ris").entries] == [""]


def test_a_note_that_is_too_long_for_us_is_cut():
    record = {"id": "2005.05859", "verdict": "like", "title": "T", "note": "x" * 6000}
    assert [len(entry.note) for entry in parse(json.dumps(record).encode(), "x.jsonl").entries] == [5000]


@given(entries=ENTRIES)
def test_a_list_of_ids_comes_back(entries):
    ids = [entry.paper.id for entry in entries]
    assert [entry.paper.id for entry in back(entries, "ids")] == list(dict.fromkeys(ids))


@given(entries=ENTRIES)
def test_bibtex_is_balanced_to_bibtex_itself(entries):
    """BibTeX counts each brace, also one behind a backslash, and ends an entry where the count is even."""
    for entry in write(entries, "bibtex").split("\n\n"):
        depth = 0
        for at, brace in ((match.start(), match[0]) for match in re.finditer(r"[{}]", entry)):
            depth += 1 if brace == "{" else -1
            assert depth > 0 or at == len(entry.rstrip()) - 1


def test_marks_that_zotero_moved_to_its_extra_field_are_found_again():
    (item,) = json.loads(write([JUDGED], "csl-json"))
    rows = f'"Item Type","Title","Author","Url","Extra"\n"preprint","T","Lovelace, Ada","","{item["note"]}"\n'
    (entry,) = parse(rows.encode(), "by way of Zotero").entries
    assert (entry.paper.id, entry.verdict, entry.added_at) == ("2005.05859", Verdict.LIKE, JUDGED.added_at)
    assert entry.paper.categories == ("cs.CL", "cs.LG")


IMPORTED = LibraryEntry(
    Paper("doi:10.1000/ice", "Beds of Ice", "", ("Ada Lovelace",), doi="10.1000/ice"),
    datetime(2026, 3, 2, 8, 30, 5, tzinfo=UTC),
    Verdict.LIKE,
    {
        "type": "inproceedings", "key": "Love-2020_ice", "year": "2020", "booktitle": "Proc. of R&D", "volume": "7",
        "pages": "1--20", "publisher": "ACM",
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "bibtex",
            ["@inproceedings{Love-2020_ice,", r"booktitle = {Proc. of R\&D}", "volume = {7}", "pages = {1--20}"],
        ),
        (
            "ris",
            ["TY  - CPAPER", "ID  - Love-2020_ice", "T2  - Proc. of R&D", "VL  - 7", "SP  - 1\nEP  - 20", "PY  - 2020"],
        ),
        ("csl-json", ['"paper-conference"', '"Love-2020_ice"', '"Proc. of R&D"', '"page": "1-20"', "2020"]),
        ("csv", ["conferencePaper,2020,", "Love-2020_ice,Proc. of R&D,7,,1--20,ACM"]),
        ("jsonl", ['"record": {"type": "inproceedings", "key": "Love-2020_ice"']),
    ],
)
def test_what_was_imported_goes_out_whole(kind, words):
    text = write([IMPORTED], kind)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("kind", ["bibtex", "jsonl"])
def test_an_imported_entry_comes_back_with_its_record(kind):
    assert back([IMPORTED], kind) == [IMPORTED]


def test_a_citation_key_that_two_entries_have_is_made_anew():
    other = IMPORTED._replace(paper=IMPORTED.paper._replace(id="doi:10.1000/other", doi="10.1000/other"))
    text = write([IMPORTED, other], "bibtex")
    assert re.findall(r"@inproceedings\{(.*),", text) == ["lovelacebeds", "lovelacebeds-2"]


# Texts of others in the programs that read an export

COMMANDS = st.sampled_from(
    r"""\input{/etc/passwd} \write18{id} \immediate\write18{id} \csname input\endcsname \catcode`\@=0 \def\x{\x\x}\x \x
    $\input{x}$ $x^^5cinput{x}$ ^^5cinput \begin{filecontents}{x} \openout1=x \special{x} \directlua{x} \verb|x| \the
    \href{run:calc}{x} \url{file:///etc} \includegraphics{x} \let\a\input \alpha\input \\input \\\input { } $ },
    note={""".split()
)
WRITTEN = frozenset(r"textbackslash textbraceleft textbraceright textasciitilde textasciicircum emph alpha v".split())
HOSTILE = st.lists(COMMANDS | WORDS | st.text(max_size=4), max_size=6).map(" ".join)
HOSTILE_PAPERS = st.builds(
    Paper,
    IDS,
    HOSTILE,
    HOSTILE,
    st.lists(HOSTILE, max_size=2).map(tuple),
    st.lists(HOSTILE).map(tuple),
    st.none(),
    HOSTILE,
)
RECORDS = st.dictionaries(st.sampled_from(["year", "journal", "note", "key", "type", "pages"]), HOSTILE)


@given(HOSTILE_PAPERS, RECORDS)
def test_no_text_of_others_is_a_command_in_bibtex(paper, record):
    text = write([LibraryEntry(paper, None, None, record)], "bibtex")
    commands = [name or sign for name, sign in re.findall(r"\\(?:([A-Za-z@]+)|(.))", text)]
    assert {command for command in commands if command.isalpha()} <= WRITTEN
    assert "^^" not in text
    lines = text.rstrip().split("\n")  # one field a line, each once, and nothing after the entry
    fields = [re.match(r"  ([a-z-]+) = ", line) for line in lines[1:-1]]
    assert (lines[0][0], lines[-1]) == ("@", "}")
    assert len({field[1] for field in fields if field}) == len(fields)


@pytest.mark.parametrize(
    "title",
    [
        r"G\"odel's \emph{proof} of $\frac{\alpha_{1}}{\sqrt{2}}$",
        r"{\it Gaia} and \'Etienne: \textbf{a} \& b",
        r"\emph{A} $\begin{pmatrix}a\end{pmatrix}$ at \url{https://example.org/x}",
        r"$\mathcal{o}(n^{2})\leq\left\lvert x\right\rvert$",
    ],
)
def test_latex_of_letters_styles_and_formulas_stays_latex(title):
    assert field("title", LibraryEntry(LOVELACE._replace(title=title))) == title


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Deep GANs for U-Net and X-ray", "Deep {GANs} for {U-Net} and {X-ray}"),
        ("A Vitamin C Study (MRI/CT) of mRNA in 3D", "A Vitamin {C} Study ({MRI}/{CT}) of {mRNA} in {3D}"),
        ("Cross-Modality Multi-GPU Training", "Cross-Modality Multi-{GPU} Training"),
        ("Bounds for Gaussian noise: A new proof", "Bounds for {Gaussian} noise: A new proof"),
        (r"$\mathcal{O}(n)$ with $\gamma$ and $\Gamma$", r"{$\mathcal{O}(n)$} with $\gamma$ and {$\Gamma$}"),
        (r"G\"odel's \emph{GAN}", r"G\"odel's \emph{GAN}"),
    ],
)
def test_capitals_that_a_style_would_make_small_are_protected(title, written):
    assert field("title", LibraryEntry(LOVELACE._replace(title=title))) == written


TITLES = [
    "Infrared and {V}isible Fusion by {GAN}s",
    "{{Whole Title of a GAN}}",
    "{\\\"U}ber {$O(N)$} and {B}ayes\\' rule",
    "{GAN}s \\& {R\\&D} at 50\\%",
]


@pytest.mark.parametrize("title", TITLES)
def test_the_title_of_an_imported_entry_keeps_its_braces(title):
    text = f"@article{{k, title = {{{title}}}, author = {{Lovelace, Ada}}, doi = {{10.1000/ice}}}}"
    (entry,) = parse(text.encode(), "x.bib").entries
    assert field("title", entry) == title
    assert back([entry], "bibtex") == [entry]
    dangerous = entry._replace(record={**entry.record, "title": "\\input{x} {GAN}s"})
    assert "input" not in field("title", dangerous)
    changed = entry._replace(paper=entry.paper._replace(title="Another GAN"))
    assert field("title", changed) == "Another {GAN}"


@given(
    st.lists(
        st.sampled_from("A GAN GANs {GAN} {V}isible U-Net X-ray $O(N)$ $x$ noise over Gaussian \\& : {{ }}".split()),
        min_size=1,
    )
)
def test_titles_come_back_the_same_however_often_they_are_exported(words):
    text = f"@article{{k, title = {{T {' '.join(words)}}}, doi = {{10.1000/ice}}}}"
    for entry in parse(text.encode(), "x.bib").entries:
        (again,) = back([entry], "bibtex")
        assert again.paper.title == entry.paper.title
        assert write([again], "bibtex") == write([entry], "bibtex")


@pytest.mark.parametrize("macro", [r"\apj", r"\mnras", r"\prd"])
def test_the_journals_of_ads_stay_macros(macro):
    assert f"journal = {{{macro}}}" in write([JUDGED._replace(record={"journal": macro})], "bibtex")


def test_no_citation_key_is_a_command():
    for key in ("a^^5cinput", "a\\input", "a{b", "a,b"):
        assert "@article{lovelace2020neural," in write([JUDGED._replace(record={"key": key})], "bibtex")
    for key in ("a\x1b[31mb", "a\u202eb"):
        assert "@article{ab," in write([JUDGED._replace(record={"key": key})], "bibtex")


@pytest.mark.parametrize("doi", [r"10.1000/\input{x}", "10.1000/a^^5c#b?c%20d", "10.1000/{x}&<y>"])
def test_a_doi_with_signs_of_latex_comes_back(doi):
    assert [entry.paper.doi for entry in back([LibraryEntry(LOVELACE._replace(doi=doi))], "bibtex")] == [doi]


@given(entries=ENTRIES)
def test_no_cell_of_a_table_is_a_formula(entries):
    rows = csv.reader(io.StringIO(write(entries, "csv"), newline=""))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "'=1", "x;=1", "=1;-2"])
def test_what_looks_like_a_formula_comes_back(text):
    paper = LOVELACE._replace(title=text, abstract=text, authors=(text,), categories=(text,), doi="")
    assert [entry.paper for entry in back([LibraryEntry(paper)], "csv")] == [paper]


@given(st.text())
def test_no_text_of_others_begins_a_field_of_ris(text):
    evil = f"{text}\r\nER  - \n\nTY  - JOUR\nTI  - x"
    paper = Paper(f"http://example.org/{evil}", evil, evil, (evil,), (evil,), doi=f"10.1000/{evil}")
    written = write([LibraryEntry(paper, None, None, dict.fromkeys(("key", "journal", "year"), evil))], "ris")
    assert [line[:5] for line in written.splitlines() if line.startswith(("TY", "ER"))] == ["TY  -", "ER  -"]


@pytest.mark.parametrize("year", ["9" * 5_000, "²", "١٩٩٩", ""])
def test_a_year_of_any_length_is_no_error(year):
    entry = LibraryEntry(Paper("doi:10.1000/x", "T", ""), None, None, {"year": year})
    assert all(write([entry], kind) for kind in FORMATS)


@pytest.mark.parametrize(("said", "month"), [("aug", "aug"), ("{August}", "aug"), ("{8}", "aug"), ("{Summer}", None)])
def test_the_month_of_an_imported_entry_goes_out_again(said, month):
    text = f"@article{{k, title={{A title}}, author={{Lovelace, Ada}}, year=2019, month={said}, journal={{J}}}}"
    (entry,) = parse(text.encode(), "bibtex").entries
    written = write([entry], "bibtex")
    assert (re.search(r"^  month = (\w+),$", written, re.MULTILINE) or [None, None])[1] == month
