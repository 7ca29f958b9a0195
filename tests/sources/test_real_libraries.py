"""What real files of libraries have: pages with entries in them, types that people make up, macros, odd columns."""

import pytest

from recommender.errors import SourceError
from recommender.results.incoming import LibraryEntries
from recommender.sources.libraries import parse

ENTRY = "@article{one, title = {One paper}, author = {Ada Lovelace}, year = 2001}\n"


def read(text: str) -> LibraryEntries:
    return parse(text.encode(), "library")


def ids(text: str) -> list[str]:
    return [entry.paper.id for entry in read(text).entries]


# Which format a text is


@pytest.mark.parametrize("line", ["RT PCR was performed.", "PT A of the trial.", "PMID - 12", "%0 A", "TY  - a"])
def test_a_line_of_an_abstract_makes_no_other_format_of_a_library(line):
    library = read(f"@article{{a, title = {{One paper}}, abstract = {{First.\n\n{line}\n\nLast.}}}}\n{ENTRY}")
    assert [entry.paper.title for entry in library.entries] == ["One paper", "One paper"]
    assert not library.skipped


@pytest.mark.parametrize("line", ["RT PCR was performed.", "PT A of the trial.", "TY  - a", "@article{a,"])
def test_a_line_in_a_cell_makes_no_other_format_of_a_table(line):
    library = read(f'Title,Abstract\nOne paper,"First.\n{line}\nLast."\nOther,None\n')
    assert [entry.paper.title for entry in library.entries] == ["One paper", "Other"]


def test_a_line_of_a_list_of_papers_makes_no_other_format_of_it():
    text = "Detection\n\nRT DETR: https://arxiv.org/abs/2304.08069\nDINO: https://arxiv.org/abs/2203.03605\n"
    assert ids(text) == ["2304.08069", "2203.03605"]


@pytest.mark.parametrize(
    "cited",
    [
        f"```bibtex\n{ENTRY}```\n",
        f'<img src="a.png" width="9">\n\n    {ENTRY}',
        "#+begin_src bibtex\n" + ENTRY + "#+end_src\n",
        "```\nTY  - JOUR\nTI  - One paper\nER  - \n```\n",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_list_of_papers_with_an_entry_to_cite_it_by_loses_none(cited, before):
    papers = "# Papers\n\n- [A](https://arxiv.org/abs/2602.22724)\n- arXiv:2603.16152v2 and 10.48550/arXiv.2603.10521\n"
    text = f"{papers}\n{cited}" if before else f"{cited}\n{papers}"
    assert {"2602.22724", "2603.16152", "2603.10521"} < set(ids(text))
    assert len(ids(text)) == 4


@pytest.mark.parametrize(
    "comment",
    [
        "% @article{old, title = {Old paper}}",
        "%@article{old,\n%  title = {Old paper}\n%}",
        '%%% BibTeX-file{\n%%%  author = "Ada Lovelace",\n%%% }',
        "  % 50 % of {these",
    ],
)
def test_lines_that_begin_with_a_percent_sign_are_comments_between_entries(comment):
    library = read(f"{comment}\n{ENTRY}{comment}\n")
    assert ([entry.paper.title for entry in library.entries], library.skipped) == (["One paper"], ())


def test_what_is_commented_out_in_a_bib_file_is_no_paper():
    assert (
        len(ids(f"% see arXiv:2602.22724\n{ENTRY}  %@article{{x, url = {{https://arxiv.org/abs/2603.16152}}}}\n")) == 1
    )


# Notes and lists in Markdown and YAML


@pytest.mark.parametrize(
    "line",
    [
        "**arXiv:** 2511.07399v2 (cs.LG)",
        'arxiv: "2511.07399"',
        "arxiv_id: '2511.07399'",
        "| arXiv | 2511.07399 | 2025 |",
        "appeared on arXiv (2511.07399)",
        r"\arxiv{2511.07399}",
        ":ARXIV: 2511.07399",
        "# [A title](https://arxiv.org/abs/2511.07399)",
        "## Notes on arXiv:2511.07399",
    ],
)
def test_notes_name_an_id_in_many_ways(line):
    library = read(f"A title\n\n{line}\n\nSome words about it, 2020.\n")
    assert [entry.paper.id for entry in library.entries] == ["2511.07399"]
    assert library.only_ids


@pytest.mark.parametrize(
    "text", ["# 2005.05859 later\n2005.05860\n", "#arXiv:2005.05859\n2005.05860\n2005.05861 good\n"]
)
def test_a_line_of_a_list_that_begins_with_a_hash_is_a_comment(text):
    assert "2005.05859" not in ids(text)
    assert not read(text).only_ids


@pytest.mark.parametrize(
    "answer",
    [
        '{"result": {"hits": {"hit": [{"info": {"title": "One", "ee": "https://arxiv.org/abs/2005.05859"}}]}}}',  # DBLP
        '{"response": {"docs": [{"title": ["One"], "identifier": ["arXiv:2005.05859", "10.1/x"]}]}}',  # ADS
    ],
)
def test_json_of_an_unknown_shape_gives_its_ids_as_any_text_does(answer):
    assert (ids(answer), read(answer).only_ids) == (["2005.05859"], True)


def test_json_without_anything_to_read_is_named():
    library = read('{"hits": {"hits": [{"metadata": {"arxiv_eprints": [{"value": "2005.05859"}]}}]}}')
    assert (library.entries, len(library.skipped)) == ((), 1)


@pytest.mark.parametrize("root", ["opml", "plist"])
def test_an_outline_in_xml_gives_its_ids_as_any_text_does(root):
    outline = f'<?xml version="1.0"?>\n<{root}><x text="Attention https://arxiv.org/abs/1706.03762"/></{root}>'
    assert (ids(outline), read(outline).only_ids) == (["1706.03762"], True)


@pytest.mark.parametrize("root", ["opml", "mods", "PubmedArticleSet"])
def test_a_library_of_another_program_in_xml_is_named(root):
    link = "https://arxiv.org/abs/1706.03762" if root != "opml" else "https://example.org"
    with pytest.raises(SourceError, match="export the library as BibTeX"):
        read(f'<?xml version="1.0"?>\n<{root}><x text="{link}"/></{root}>')


# BibTeX


@pytest.mark.parametrize("kind", ["masterthesis", "bachelorthesis", "inproceeding", "paper", "Journal", "PREPRINT"])
def test_a_type_that_somebody_made_up_is_a_work(kind):
    assert len(read(f"@{kind}{{a, title = {{One paper}}}}").entries) == 1
    assert len(read(f"TY  - {kind.upper()}\nTI  - One paper\nER  - ").entries) == 1


@pytest.mark.parametrize("kind", ["misc", "web_page", "computer_program", "Online", "software", "generic"])
def test_a_page_or_a_program_is_no_work(kind):
    assert [skip.reason for skip in read(f"{ENTRY}@{kind}{{a, title = {{A page}}}}").skipped] == [
        'no paper, but a web page, program or note: "A page"'
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_an_entry_has_the_year_of_its_volume_which_is_no_paper(order):
    entries = [
        "@inproceedings{a, title = {One paper}, author = {Ada Lovelace}, crossref = {Conf:06}}",
        "@proceedings{conf:06, title = {Proceedings of X}, year = 2006, doi = {10.1000/volume}}",
        "@book{b, title = {A Book}, author = {Mary Somerville}, year = 2005}",
        "@inbook{c, title = {A chapter}, author = {Mary Somerville}, year = 2004, crossref = {b}}",
    ]
    library = read("\n".join(entries[::order]))
    assert {entry.paper.title: (entry.year, entry.paper.doi) for entry in library.entries} == {
        "One paper": (2006, ""),
        "A Book": (2005, ""),
        "A chapter": (2004, ""),
    }
    assert [skip.reason for skip in library.skipped] == ['no paper, but the volume of others: "Proceedings of X"']
    record = next(entry.record for entry in library.entries if entry.paper.title == "One paper")
    assert record["booktitle"] == "Proceedings of X"


def test_entries_without_a_key_have_nothing_of_each_other():
    entries = read("@article{, title = {One}, year = 2001, publisher = {P}}\n@article{, title = {Two}}").entries
    assert [(entry.year, entry.record.get("publisher")) for entry in entries] == [(2001, "P"), (None, None)]


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"On \enquote{good} \emph{work}", "On “good” work"),
        (r"On \enquote*{Good} \mkbibquote{x} \mkbibemph{y}", "On “Good” “x” y"),
        (r"\texorpdfstring{$\alpha$}{alpha}-decay of \ce{H2O}", r"$\alpha$-decay of H2O"),
        (r"{{\(p\)}}-adic \(L_{p}\) of \(\{x\}\)", r"$p$-adic $L_{p}$ of $\{x\}$"),
        (r"\noopsort{INTERNET}{W}eb {\SortNoop{b}}of", "Web of"),
        (r"5 \( and {6}", r"5 \( and 6"),
    ],
)
def test_macros_of_titles_leave_their_text(latex, plain):
    assert read(f"@article{{a, title = {{{latex}}}}}").entries[0].paper.title == plain


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (r"Arnol\cprime d, V. I. and Bogomol{\cprime}ny\u\i, E.", ("V. I. Arnol'd", "E. Bogomol'nyĭ")),
        (r"Franc{\ocirc{u}}, Jan and W\polhk{e}gier, A.", ("Jan Franců", "A. Węgier")),
        (
            r"\SortNoop{Oord}van den Oord, A{\"a}ron and {\noopsort{Beeck}}van Beeck, Jan",
            ("Aäron van den Oord", "Jan van Beeck"),
        ),
        ("A Vaswani and N Shazeer and N Parmar…", ("A Vaswani", "N Shazeer", "N Parmar")),
        ("John Smith, Jr. and Smith, John, Jr. and Smith, Jr., John", ("John Smith Jr.",) * 3),
        ("X. Wang, Y. Li and Z. Zhang", ("X. Wang", "Y. Li", "Z. Zhang")),
        ("Lovelace, Ada and Babbage, Charles,", ("Ada Lovelace", "Charles Babbage")),
        ("{Lovelace, Ada and Babbage, Charles}", ("Ada Lovelace", "Charles Babbage")),
        (
            r"Ada Lovelace$^{1}$ and Wei Wang* and Emmy Noether\textsuperscript{2}",
            ("Ada Lovelace", "Wei Wang", "Emmy Noether"),
        ),
        (r"\underline{Ada Lovelace} and \textbf{\uline{Babbage}}, C.", ("Ada Lovelace", "C. Babbage")),
        ("family=Berg, given=Jan, prefix=van der, useprefix=true and Noether, E.", ("Jan van der Berg", "E. Noether")),
        (
            r"\textbf{\underline{Lovelace, Ada}}* and \href{https://x.org}{Noether*, Emmy}",
            ("Ada Lovelace", "Emmy Noether"),
        ),
        (r"\textcolor{red}{M{\"u}ller, J.} and \emph{et al.}", ("J. Müller",)),
        ("Vaswani, A and Shazeer, N and ...", ("A Vaswani", "N Shazeer")),
    ],
)
def test_names_have_neither_macros_nor_what_only_sorts_them(field, names):
    assert read(f"@article{{a, title = {{T}}, author = {{{field}}}}}").entries[0].paper.authors == names


@pytest.mark.parametrize(
    "entry",
    [
        "@article\n{a,\n title = {One paper}}",
        "@article \n  (a, title = {One paper})",
        "@article{a,\u200b title = {One\u2060 paper}}",
        "@article{a,\u00a0title\u00a0=\u00a0{One paper}}",
    ],
)
def test_spaces_that_nobody_sees_and_a_late_brace_harm_no_entry(entry):
    library = read(f"{entry}\n@article{{b, author = {{A B}}}}\n")
    assert [each.paper.title for each in library.entries] == ["One paper"]
    assert [skip.line for skip in library.skipped] == [entry.count("\n") + 2]


@pytest.mark.parametrize("year", ["November 2005", "{(2005)}", "{c2005}", "{2005a}", "{in press, 2005}", "{{2005}}"])
def test_a_year_is_found_among_other_words(year):
    assert read(f"@article{{a, title = {{T}}, year = {year}}}").entries[0].year == 2005


@pytest.mark.parametrize("name", ["King, Martin, Jr.", "Martin King, Jr.", "King, Jr., Martin"])
def test_a_generation_stands_behind_the_name(name):
    assert read(f"TY  - JOUR\nTI  - T\nAU  - {name}\nER  - ").entries[0].paper.authors == ("Martin King Jr.",)


def test_what_only_sorts_an_entry_is_not_its_year():
    assert read(r"@article{a, title = {T}, year = {{\noopsort{1973}}1981}}").entries[0].year == 1981


@pytest.mark.parametrize("mark", ["", ":", "?"])
def test_a_title_has_its_subtitle_so_that_two_parts_stay_two(mark):
    parts = [f"title = {{{{T}}itle{mark}}}, subtitle = {{Part {part}}}, year = 2001" for part in ("one", "two")]
    entries = read("\n".join(f"@article{{a, {part}, author = {{A B}}}}" for part in parts)).entries
    sign = mark or ":"
    assert [each.paper.title for each in entries] == [f"Title{sign} Part one", f"Title{sign} Part two"]
    assert entries[0].record["title"] == f"{{T}}itle{sign} Part one"
    assert len({each.paper.id for each in entries}) == 2


@pytest.mark.parametrize("field", ["Bdsk-Url-1", "pdf", "html", "link", "arxiv_url"])
def test_an_address_in_any_field_is_the_papers(field):
    fields = f"title = {{T}}, {field} = {{https://arxiv.org/abs/1706.03762}}, abstract = {{As arXiv:1810.04805 does}}"
    assert ids(f"@article{{a, {fields}}}") == ["1706.03762"]


# Tables: of Google Scholar, of a profile there, of Publish or Perish, of people


@pytest.mark.parametrize(
    "table",
    [
        "Authors,Title,Publication,Volume,Year\nA,T,arXiv preprint arXiv:1706.03762,,2017\n",
        'Title,Cited by,Year,Authors,Venue\nT,1,2017,A,"arXiv e-prints, arXiv: 1706.03762, 2017"\n',
        "Cites,Authors,Title,Year,Source,ArticleURL\n9,A,T,2017,arXiv,https://arxiv.org/abs/1706.03762\n",
        "Title,Authors,PDF\nT,A,https://arxiv.org/pdf/1706.03762v7\n",
        "Title,Paper Link,Notes\nT,http://arxiv.org/abs/1706.03762v1,see arXiv:2005.05859\n",
    ],
)
def test_a_table_has_ids_in_the_columns_of_places_and_addresses(table):
    assert ids(table) == ["1706.03762"]


@pytest.mark.parametrize("column", ["Abstract", "Notes", "References", "Cited by"])
def test_an_id_among_other_words_of_a_cell_is_another_papers(column):
    (paper_id,) = ids(
        f"Title,Authors,{column}\nT,A,improves on arXiv:1706.03762 and https://arxiv.org/abs/1810.04805\n"
    )
    assert paper_id.startswith("title:")


def test_paperpiles_table_has_its_own_types_and_lists_of_authors():
    table = (
        "Title,Authors,DOI,Arxiv ID,Item type,Journal,Publication year\n"
        'One,"Lovelace A,van der Berg J",,,Journal Article,J. Foo,2020\n'
        'Two,"Vaswani A,Shazeer N",,1706.03762,Preprint Manuscript,,2017\n'
        "A page,Nobody A,,,Website,,2017\n"
    )
    library = read(table)
    assert [(entry.paper.title, entry.paper.authors) for entry in library.entries] == [
        ("One", ("A Lovelace", "J van der Berg")),
        ("Two", ("A Vaswani", "N Shazeer")),
    ]
    assert [skip.line for skip in library.skipped] == [4]


@pytest.mark.parametrize("field", ["date-added", "added-at", "posted-at", "creationdate"])
def test_the_day_of_adding_is_not_that_of_a_change(field):
    entry = f"@article{{a, timestamp = {{2021-07-14 16:49:42}}, title = {{T}}, {field} = {{2020-01-02 12:00:00}}}}"
    added = read(entry).entries[0].added_at
    assert str(added)[:4] == "2020"


# RIS


def test_a_doi_may_stand_alone_in_another_field():
    entry = "TY  - JOUR\nT1  - One Island\nM3  - 10.1080/14650040903501120\nA1  - Sidaway,James D.\nER  - \n"
    assert ids(entry) == ["doi:10.1080/14650040903501120"]


def test_initials_behind_all_names_are_turned_beside_a_single_name():
    names = "\n".join(f"AU  - {name}" for name in ("Priyanka", "Kumar R", "Jenkins FA Jr", "GTEx Consortium"))
    authors = read(f"TY  - JOUR\nTI  - T\n{names}\nER  - ").entries[0].paper.authors
    assert authors == ("Priyanka", "R Kumar", "FA Jenkins Jr", "GTEx Consortium")
