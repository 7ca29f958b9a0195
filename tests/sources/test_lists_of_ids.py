"""Lists of ids and links as people keep them: each id of a list comes in, and what is none is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import SourceError
from recommender.results.incoming import LibraryEntries
from recommender.sources.libraries import parse

IDS = ["2005.00001", "hep-th/9901001", "2005.00003", "math/0309136", "doi:10.1000/x"]


def read(text: str) -> LibraryEntries:
    return parse(text.encode(), "list")


def ids(text: str) -> list[str]:
    return [entry.paper.id for entry in read(text).entries]


written = st.sampled_from(["{}", "{}v3", '"{}"', "'{}'", "[{}]", "<{}>", "- {}", "* [ ] {}", "3. [x] {}", "| {} | T |"])


@given(
    st.lists(st.sampled_from(IDS[:4]), min_size=2, unique=True),
    st.lists(written, min_size=4, max_size=4),
    st.integers(0, 4),
    st.sampled_from(["", "id", "9901001", "number,verdict", "no number"]),
)
def test_a_line_without_an_id_harms_no_other_line_and_is_named(wanted, forms, at, odd):
    lines = [form.format(each) for each, form in zip(wanted, forms, strict=False)]
    lines.insert(at, odd)
    library = read("\n".join(lines))
    assert [entry.paper.id for entry in library.entries] == wanted
    assert [(each.line, odd in each.reason) for each in library.skipped] == (
        [(min(at, len(wanted)) + 1, True)] if odd else []
    )


@given(st.lists(st.sampled_from(IDS), min_size=1, unique=True), st.sampled_from([", ", ";", " ", "\t", " | ", '", "']))
def test_a_line_may_have_many_ids(wanted, separator):
    line = separator.join(wanted)
    assert ids(line) == ids(f"Papers I like:\n\n[{line}]\n") == ids(f"{line}\n# done\n") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<!-- by a browser -->\n<TITLE>Bookmarks</TITLE>\n<DL><p>\n"
        '<DT><A HREF="https://arxiv.org/abs/2005.00001" ADD_DATE="1589000000">T</A>\n</DL>',
        "<https://arxiv.org/abs/2005.00001>\n",
        '<ul><li><a href="https://arxiv.org/pdf/2005.00001v2.pdf">T</a></li></ul>',
        '<p>see <a href="https://arxiv.org/abs/2005.00001">T</a>',
        "Dear all,\n\n2005.00001\n\nwas 2005.00009 times better than https://example.org/2005.00008",
    ],
)
def test_bookmarks_and_texts_give_their_ids(text):
    assert ids(text) == ["2005.00001"]


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/ftp/arxiv/papers/2005/2005.00001.pdf",
        "https://arxiv.org/e-print/2005.00001v2",
        "https://arxiv.org/src/2005.00001",
        "https://arxiv.org/abs/2005.00001.",
        "https://web.archive.org/web/2020/https://arxiv.org/abs/2005.00001v1",
        "https://proxy.example.edu/login?url=https://arxiv.org/abs/2005.00001",
    ],
)
def test_an_address_with_arxivs_in_it_is_arxivs_paper(address):
    assert ids(f"{address}\nhttps://example.org/paper\n") == ["2005.00001", "https://example.org/paper"]


def test_a_doi_in_a_list_of_addresses_is_the_papers_id():
    addresses = "https://doi.org/10.1000/X\nhttps://dx.doi.org/10.48550/arXiv.2005.00001\nhttps://example.org/paper\n"
    assert ids(addresses) == ["doi:10.1000/x", "2005.00001", "https://example.org/paper"]


def test_an_address_of_a_page_is_no_paper_beside_prose():
    with pytest.raises(SourceError, match="no arXiv id in it, nor a table with a column Title"):
        read("https://example.org/a\nhttps://example.org/b\nsome words\n")
