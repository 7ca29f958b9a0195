"""The Markdown digest: the layout, what is tolerated around it, and what must never be invented."""

import gzip
import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY, SHARED

from recommender.errors import SourceError
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.formats.markdown import read_digest, read_digests

SAMPLE = REPOSITORY / "profiles" / "sample" / "2020-05-13.cs.CV.md"
# A folder beside the checkout with digests/ and seed/, which may be missing.

HEADER = "# ArXiv cs.CV --Wed, 13 May 2020\n"
LINK = "  [ :arrow_down: ](https://arxiv.org/pdf/2005.05896.pdf)"
OTHER = "### 9.Other  [ :arrow_down: ](https://arxiv.org/pdf/2005.00009.pdf)\n>  Its abstract\n"


def only(text: str) -> Paper:
    (paper,) = read_digest(text).papers
    return paper


def title(heading: str, around: str = "") -> str:
    """The title of the paper 2005.05896 with that heading."""
    papers = {paper.id: paper for paper in read_digest(f"{heading}{LINK}\n> a\n{around}").papers}
    return papers["2005.05896"].title


def abstract(quoted: str) -> str:
    return only(f"### 1.T{LINK}\n> {quoted}\n").abstract


def linked(target: str) -> str:
    return only(f"### 1.T [ :arrow_down: ]({target})\n").id


def skipped(text: str) -> tuple[Skipped, ...]:
    """What is skipped of `text` where one good paper follows."""
    return read_digest(text + "\n" + OTHER).skipped


# Titles in links


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("[Deep *x* fusion](https://arxiv.org/abs/2005.05896)", "Deep *x* fusion"),
        ("1. [Deep fusion](https://arxiv.org/abs/2005.05896v2)", "Deep fusion"),
        ("[1. Deep fusion](https://arxiv.org/abs/2005.05896)", "Deep fusion"),
        (
            "**[Deep [old] fusion](https://arxiv.org/abs/2005.05896)** [pdf](https://arxiv.org/pdf/2005.05896)",
            "Deep [old] fusion",
        ),
        ("[3D fusion](<https://arxiv.org/abs/2005.05896> 'abs')", "3D fusion"),
        ("Title [Deep fusion](https://arxiv.org/abs/2005.05896)", "Title"),
    ],
)
def test_where_nothing_stands_before_the_link_its_text_is_the_title(heading, expected):
    (paper,) = read_digest(f"### {heading}\n> Abstract\n").papers
    assert (paper.id, paper.title, paper.abstract) == ("2005.05896", expected, "Abstract")


@pytest.mark.parametrize(
    "text",
    ["pdf", "PDF Link", ":arrow_down:", "", "2005.05896", "arXiv:2005.05896v1", "https://arxiv.org/abs/2005.05896"],
)
def test_a_links_text_that_is_no_title_is_taken_for_none(text):
    (skip,) = skipped(f"### [{text}](https://arxiv.org/abs/2005.05896)\n> Abstract\n")
    assert "no title" in skip.reason


# Labels instead of a quote


HEADING = "### 3. [Beds of ice](https://arxiv.org/abs/2005.05896)\n"
WHOLE = Paper("2005.05896", "Beds of ice", "Ice retreats. It melts.", ("Ada King", "Mary Lee"), ("cs.CV", "eess.IV"))


@pytest.mark.parametrize(
    "text",
    [
        """**Authors**: Ada King, Mary Lee
**Category**: cs.CV, eess.IV
**Score**: 11.5

#### Abstract

Ice retreats.
It melts.

---
Bye
""",
        """**Authors:** Ada King and Mary Lee
**Categories:** cs.CV eess.IV

**Abstract:**

Ice retreats. It melts.

Bye
""",
        """- **Authors**: Ada King, Mary Lee
- **Categories**: **cs.CV**, eess.IV
- **Abstract**: Ice retreats. It melts.
- **Comment**: 12 pages
""",
        """*Ada King,Mary Lee*

Main category: cs.CV eess.IV

TL;DR: Ice.
<details>
  <summary>Details</summary>
Method: By eye.

Abstract: Ice retreats.
It melts.
</details>
Bye
""",
        """> Ice, in short.

Authors: Ada King, Mary Lee
Categories: cs.CV eess.IV
Abstract: Ice retreats.
It melts.
Link: x
""",
    ],
)
def test_what_has_a_label_is_read_with_the_paper(text):
    assert only(HEADING + text) == WHOLE


def test_italics_are_names_only_if_each_paper_has_them():
    text = f"{HEADING}*Best Paper*\n### 4. [T](https://arxiv.org/abs/2005.00009)\nHello\n"
    assert [paper.authors for paper in read_digest(text).papers] == [(), ()]


def test_a_running_number_may_be_in_square_brackets():
    text = "# cs.CL [[Back]](#toc)\n### [12] [Beds of [old] ice](https://arxiv.org/abs/2005.05896)\n"
    assert read_digest(text) == Digest(None, "", (Paper("2005.05896", "Beds of [old] ice", ""),))


# The layout


def test_a_title_line_and_its_quote_are_a_paper():
    assert only(f"### 1.Title{LINK}\n>  Abstract.      \n") == Paper("2005.05896", "Title", "Abstract.")


def test_the_header_gives_day_and_category():
    digest = read_digest(f"{HEADER}### 1.T{LINK}\n")
    assert (digest.date, digest.category) == (date(2020, 5, 13), "cs.CV")


def test_papers_keep_the_order_of_the_text():
    assert [p.id for p in read_digest(f"{OTHER}### 2.T{LINK}\n").papers] == ["2005.00009", "2005.05896"]


def test_the_sample_digest_is_read_whole():
    digest = read_digest(SAMPLE.read_text("utf-8"))
    assert (len(digest.papers), digest.skipped) == (46, ())


def test_no_paper_of_the_sample_has_an_html_tag_left():
    papers = read_digest(SAMPLE.read_text("utf-8")).papers
    assert not [p.id for p in papers if re.search(r"</?a\b|this https URL|&amp;", p.title + p.abstract)]


# What is tolerated


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_read_like_newlines(end):
    text = f"{HEADER}### 1.T{LINK}\n> a\n> b\n"
    assert read_digest(text.replace("\n", end)) == read_digest(text)


def test_a_byte_order_mark_does_not_hide_the_header():
    assert read_digest(f"\ufeff{HEADER}### 1.T{LINK}\n").category == "cs.CV"


@pytest.mark.parametrize(
    "header", ["", "# Papers of today\n", "# ArXiv cs.CV\n", "# ArXiv --Wed, 13 Mai\n", "Wed, 13 May 2020\n"]
)
def test_another_header_leaves_day_and_category_open(header):
    digest = read_digest(f"{header}### 1.T{LINK}\n")
    assert (digest.date, digest.category) == (None, "")


def test_an_impossible_day_in_the_header_is_no_day():
    assert read_digest(f"# ArXiv cs.CV --Sat, 31 Feb 2020\n### 1.T{LINK}\n").date is None


@pytest.mark.parametrize("hashes", ["#", "##", "######", "########"])
def test_any_heading_level_holds_a_paper(hashes):
    assert title(f"{hashes} 1.T") == "T"


def test_several_quoted_lines_are_one_abstract():
    assert only(f"### 1.T{LINK}\n> a\n>\n> b\n").abstract == "a b"


def test_blank_lines_may_precede_the_abstract():
    assert only(f"### 1.T{LINK}\n\n \n> a\n").abstract == "a"


@pytest.mark.parametrize("rest", ["", ">\n", "> \n>  \n"])
def test_a_paper_without_abstract_is_kept(rest):
    assert only(f"### 1.T{LINK}\n{rest}").abstract == ""


def test_prose_around_papers_is_ignored():
    text = f"Hello\n## New submissions\n> quoted wisdom\n### 1.T{LINK}\n> a\nBye\n> more wisdom\n"
    assert read_digest(text) == Digest(None, "", (Paper("2005.05896", "T", "a"),))


@pytest.mark.parametrize(
    ("target", "paper_id"),
    [
        ("http://arxiv.org/abs/2005.05896", "2005.05896"),
        ("https://www.arxiv.org/pdf/2005.05896v2", "2005.05896"),
        ("https://arxiv.org/pdf/2005.05896v12.pdf", "2005.05896"),
        ("https://arxiv.org/html/2005.05896v1", "2005.05896"),
        ("https://arxiv.org/pdf/hep-th/9901001.pdf", "hep-th/9901001"),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
        ("<https://arxiv.org/abs/2005.05896>", "2005.05896"),
        ('https://arxiv.org/abs/2005.05896 "PDF"', "2005.05896"),
    ],
)
def test_links_to_arxiv_may_be_written_differently(target, paper_id):
    assert linked(target) == paper_id


@pytest.mark.parametrize("label", ["pdf", "", "↓", "arXiv:2005.00001"])
def test_the_link_text_does_not_matter(label):
    assert only(f"### 1.T [{label}](https://arxiv.org/pdf/2005.05896)\n").title == "T"


def test_several_links_to_one_paper_end_its_title_at_the_first():
    links = "[pdf](https://arxiv.org/pdf/2005.05896) [abs](https://arxiv.org/abs/2005.05896v2)"
    assert only(f"### 1.T {links} [code](https://github.com/me/it)\n").title == "T"


def test_a_link_inside_the_title_is_not_the_papers_own():
    assert only(f"### 1.On [X](https://arxiv.org/abs/1706.03762){LINK}\n").id == "2005.05896"


# Numbers


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("### Title", "Title"),
        ("### 12. Title", "Title"),
        ("###12.Title", "Title"),
        ("### 3D Voxels", "3D Voxels"),
        ("### 25.3DV: a net", "3DV: a net"),
        ("### 3.5 million ways", "3.5 million ways"),
        ("### 7.3.5 million ways", "3.5 million ways"),
        ("### 7..NET", ".NET"),
        ("### 1.[Re] A ### B (C) [D]", "[Re] A ### B (C) [D]"),
        ("### 1.#MeToo", "#MeToo"),
    ],
)
def test_only_the_running_number_leaves_the_title(heading, expected):
    assert title(heading) == expected


def test_a_decimal_number_stays_among_papers_without_numbers():
    assert title("### 2.5D Pose", "### Other [x](https://arxiv.org/abs/2005.00009)\n") == "2.5D Pose"


def test_a_digit_behind_the_running_number_stays_among_numbered_papers():
    assert title("### 1.58 bits", OTHER) == "58 bits"


# HTML


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a class="l" href="https://x.org/?a=1&amp;b" rel="n">this https URL</a>.', "https://x.org/?a=1&b."),
        ("<a href='http://x.org'>this http URL</a>", "http://x.org"),
        ('our <a href="http://x.org">project page</a>', "our project page"),
        ("<b>bold</b> <i>it</i> H<sub>2</sub>O a<br/>b", "bold it H2O a b"),
        ('<span class="math">x</span>', "x"),
        ("a < b and c > d", "a < b and c > d"),
        ("$x<y$ and $y>z$", "$x<y$ and $y>z$"),
        ("$x <b and c> d$", "$x <b and c> d$"),
        ("<think> and </think> <s> <|end|> <query, passage>", "<think> and </think> <s> <|end|> <query, passage>"),
        ("&lt;b&gt; R&amp;D &#233; &#xe9;", "<b> R&D é é"),
        ("R&D &copy &notit; AT&T;", "R&D &copy &notit; AT&T;"),
        ("a&#10;b\tc\x0bd\x00e\u2028f&nbsp;g&#27;", "a b c d e f g"),
    ],
)
def test_known_html_becomes_text_and_all_else_stays(html, text):
    assert abstract(html) == text


def test_html_in_a_title_becomes_text():
    assert title("### 1.H<sub>2</sub>O &amp; more") == "H2O & more"


# Repeats


def test_an_id_that_occurs_twice_is_one_paper():
    assert only(f"### 1.T{LINK}\n> a\n### 2.U{LINK}\n> b\n") == Paper("2005.05896", "T", "a")


def test_a_blank_abstract_is_filled_from_a_later_repeat():
    assert only(f"### 1.T{LINK}\n### 2.U{LINK}\n> b\n") == Paper("2005.05896", "T", "b")


# Never inventing


@pytest.mark.parametrize(
    ("heading", "quote"),
    [
        ("### 7.Some title", "7.Some title"),
        ("### 7.Some title [pdf](https://example.org/2005.05896.pdf)", "7.Some title"),
        ("### Some title https://arxiv.org/abs/2005.05896", "Some title"),
        ("### 7.T [ :arrow_down: ](https://arxiv.org/pdf/20x5.pdf)", "20x5"),
        ("### 7.On [X](https://arxiv.org/abs/1706.03762) [pdf](https://arxiv.org/pdf/20x5)", "20x5"),
        (f"### 7.{LINK}", "2005.05896"),
        (f"### 7.<b></b>&#32;{LINK}", "2005.05896"),
    ],
)
def test_what_looks_like_a_paper_and_is_none_is_skipped_with_its_line(heading, quote):
    ((line, reason),) = [(each.line, each.reason) for each in skipped(f"{HEADER}{heading}")]
    assert (line, quote in reason) == (2, True)


def test_a_skipped_entry_is_quoted_shortly():
    assert len(skipped("### 7." + "x" * 10_000)[0].reason) < 100


def test_the_abstract_of_a_skipped_entry_goes_to_no_paper():
    assert only(f"### 1.T{LINK}\n### 2.Broken\n> Not the abstract of T\n").abstract == ""


def test_a_section_heading_is_not_reported():
    assert skipped("## New submissions") == ()


@pytest.mark.parametrize("text", ["", "\n", "hello", "> quote", "### 1.T", HEADER + "### 1.T"])
def test_a_text_without_papers_says_what_was_expected(text):
    with pytest.raises(SourceError, match=r"### 1\.Title .*\n +> +Abstract"):
        read_digest(text)


@pytest.mark.parametrize("line", [f"- [T]{LINK[LINK.index('(') :]}", f"**T** {LINK}", f"T {LINK}\n---"])
def test_papers_that_are_no_title_lines_are_no_day_without_papers(line):
    with pytest.raises(SourceError, match="no paper found; each is expected as a title line"):
        read_digest(f"{HEADER}{line}\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_digests_that_were_joined_keep_their_days_and_categories(end):
    headers = ["# ArXiv cs.CV --Wed, 13 May 2020", "\ufeff# ArXiv cs.CL --Wed, 13 May 2020", HEADER.replace("13", "14")]
    parts = [f"{header.strip()}\n### 1.T{n}{LINK}\n> a\n### 2.Lost\n" for n, header in enumerate(headers)]
    first, second, third = read_digests("".join(parts).replace("\n", end).encode())
    assert [(str(each.date), each.category) for each in (first, second, third)] == [
        ("2020-05-13", "cs.CV"), ("2020-05-13", "cs.CL"), ("2020-05-14", "cs.CV")
    ]  # fmt: skip
    assert [[paper.title for paper in each.papers] for each in (first, second, third)] == [["T0"], ["T1"], ["T2"]]
    assert [each.skipped[0].line for each in (first, second, third)] == [4, 8, 12]
    broken = read_digests((parts[0] + "# ArXiv cs.CV --Fri, 15 May 2020\n### 1.Lost\n").encode())[1]
    assert broken.skipped[0].line == 5


def test_a_header_without_papers_is_a_day_without_papers():
    assert read_digest(HEADER) == Digest(date(2020, 5, 13), "cs.CV", ())


def test_a_text_of_broken_papers_names_the_first():
    with pytest.raises(SourceError, match=r'line 2: no link to arXiv in "1\.T"'):
        read_digest(f"{HEADER}### 1.T\n### 2.U\n")


PIECES = st.sampled_from(
    [
        "#",
        "### ",
        "1.",
        "2.5",
        "T",
        " ",
        "\n",
        "\r",
        ">",
        "[",
        "]",
        "](",
        "(",
        ")",
        LINK,
        HEADER,
        "<a href=",
        '"',
        "&amp;",
    ]
)


@given(st.text() | st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_any_text_gives_a_digest_or_a_source_error_and_nothing_invented(text):
    try:
        digest = read_digest(text)
    except SourceError:
        return
    for paper in digest.papers:
        assert f"arxiv.org/pdf/{paper.id}" in text
        assert all(word in text for word in re.findall(r"[A-Za-z0-9]+", paper.title))


IDS = st.from_regex(r"[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{5}", fullmatch=True)
WORDS = st.text(st.characters(categories=["L", "N", "Po", "Sm"], exclude_characters="&<#>"), min_size=1)
PAPERS = st.lists(
    st.builds(
        Paper,
        id=IDS,
        title=st.lists(WORDS, min_size=1).map(" ".join),
        abstract=st.lists(WORDS).map(" ".join),
        **{name: st.just(value) for name, value in Paper._field_defaults.items()},  # the layout has no more fields
    ),
    min_size=1,
    unique_by=lambda paper: paper.id,
)


@given(PAPERS, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]), st.sampled_from([".", ". "]))
def test_what_is_written_in_the_layout_comes_back(papers, end, mark, dot):
    lines = ["# ArXiv cs.CV --Wed, 13 May 2020"]
    for number, paper in enumerate(papers, start=1):
        lines.append(f"### {number}{dot}{paper.title}  [ :arrow_down: ](https://arxiv.org/pdf/{paper.id}.pdf)")
        lines.append(f">  {paper.abstract}")
    # A file of one paper cannot tell "1.5 ways" from 1. "5 ways"; a plainly numbered neighbour can.
    lines += OTHER.splitlines()
    digest = read_digest(mark + end.join(lines))
    expected = {paper.id: paper for paper in (*papers, only(OTHER))}
    assert (digest.category, [p.id for p in digest.papers]) == ("cs.CV", list(expected))
    assert [p for p in digest.papers if p.id != "2005.00009"] == [p for p in papers if p.id != "2005.00009"]


@given(PAPERS)
def test_what_is_written_without_numbers_comes_back(papers):
    text = "".join(f"### {p.title} [pdf](https://arxiv.org/abs/{p.id})\n\n> {p.abstract}\n\n" for p in papers)
    plain = [p for p in papers if not re.match(r"[0-9]+\.", p.title)]
    found = {p.id: p for p in read_digest(text).papers}
    assert [found[p.id] for p in plain] == plain


# Recorded digests


@pytest.mark.slow
def test_every_recorded_digest_holds_the_papers_of_its_raw_records():
    if not (SHARED / "digests" / "md").is_dir():
        pytest.skip("no recorded digests: set RECOMMENDER_TEST_DATA to a folder with digests/ and seed/")
    wrong = []
    for path in sorted((SHARED / "digests" / "md").glob("*/*.md.gz")):
        day, category = path.parent.name, path.name.removesuffix(".md.gz")
        digest = read_digest(gzip.decompress(path.read_bytes()).decode())
        with gzip.open(SHARED / "digests" / "raw" / f"{day}.jsonl.gz", "rt", encoding="utf-8") as raw:
            expected = {r["id"] for r in map(json.loads, raw) if category in r["categories"]}
        if {paper.id for paper in digest.papers} != expected or digest.skipped:
            wrong.append(f"{day}/{category}")
    assert wrong == []
