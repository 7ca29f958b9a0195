"""Files that were joined, as by `cat`: what each holds is read, or named."""

import pytest

from recommender.results.incoming import LibraryEntries
from recommender.sources import libraries, parse
from recommender.text.encoding import decode


def read(text: str) -> LibraryEntries:
    return libraries.parse(text.encode(), "library")


def titles(text: str) -> list[str]:
    return [entry.paper.title for entry in read(text).entries]


LIBRARIES = {
    "BibTeX": "@article{{k,\n title = {{{}}},\n author = {{Ada Lovelace}}}}\n",
    "RIS": "TY  - JOUR\nTI  - {}\nAU  - Lovelace, Ada\nER  - \n",
    "CSV": "title,authors\n{},Ada Lovelace\n",
    "table of Excel": "sep=;\ntitle;authors\n{};Ada Lovelace\n",
    "nbib": "PMID- 7\nTI  - {}\nPT  - Journal Article\n",
    "refer": "%0 Journal Article\n%T {}\n%A Ada Lovelace\n",
    "JSON Lines": '{{"title": "{}", "authors": ["Ada Lovelace"]}}\n',
    "EndNote": '<?xml version="1.0"?><xml><records><record><titles><title>{}</title></titles></record></records>'
    "</xml>\n",
    "CSL-JSON": '[{{"type": "book", "title": "{}"}}]\n',
}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("program", LIBRARIES)
def test_two_files_of_a_program_give_what_each_has(program, mark):
    joined = "".join(mark + LIBRARIES[program].format(title) for title in ("First", "Second"))
    for text in (joined, joined.replace("\n", "\r\n")):
        library = read(text)
        assert [entry.paper.title for entry in library.entries] == ["First", "Second"]
        assert not library.skipped


def test_two_digests_with_byte_order_marks_give_what_each_has():
    markdown = "\ufeff### 1.T{0} [x](https://arxiv.org/abs/2005.0000{0})\n> A\n"
    record = '\ufeff{{"id": "2005.0000{0}", "title": "T{0}"}}\n'
    for form in (markdown, record):
        (digest,) = parse((form.format(1) + form.format(2)).encode(), "x")
        assert [paper.title for paper in digest.papers] == ["T1", "T2"]
    assert decode("\ufeffa\n\ufeffb".encode()) == decode("\ufeffa\n\ufeffb".encode("utf-16-le")) == "a\nb"


FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>cs.CV updates on arXiv.org</title><pubDate>{}</pubDate><item><title>{}</title>
<link>https://arxiv.org/abs/{}</link><description><![CDATA[<p>
<?xml version="1.0"?> stands here</p>]]></description></item></channel></rss>"""


def test_two_feeds_in_a_file_are_two_digests_and_a_broken_one_harms_no_other():
    first = FEED.format("Wed, 13 May 2020 00:00:00 -0400", "A", "2005.00001")
    second = FEED.format("Thu, 14 May 2020 00:00:00 -0400", "B", "2005.00002")
    for between in ("", "\n", "\n\ufeff"):
        digests = parse(f"{first}{between}{second}".encode(), "x")
        assert [(str(each.date), [paper.title for paper in each.papers]) for each in digests] == [
            ("2020-05-13", ["A"]),
            ("2020-05-14", ["B"]),
        ]
    *whole, broken = parse(f"{first}\n{second[:150]}".encode(), "x")
    assert [paper.title for each in whole for paper in each.papers] == ["A"]
    assert broken.skipped[0].reason.startswith("document 2 in it: the XML is cut off")
    library = libraries.parse(f"{first}\n{second[:150]}".encode(), "x")
    assert [entry.paper.title for entry in library.entries] == ["A"]
    assert library.skipped[0].reason.startswith("document 2 in it: the XML is cut off")


def test_a_table_with_other_columns_may_follow():
    assert titles("title,doi\nA,10.1000/a\nDOI,Authors,Title\n10.1000/b,Ada Lovelace,B\n") == ["A", "B"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_formats_in_one_file_the_second_is_named(order):
    texts = [LIBRARIES["BibTeX"].format("B"), LIBRARIES["RIS"].format("R")][::order]
    library = read("".join(texts))
    assert [entry.paper.title for entry in library.entries] == ["BR"[::order][0]]
    (skipped,) = library.skipped
    assert skipped.line == 4 + (order < 0)


def test_an_indented_entry_of_ris_is_read_as_any_other():
    lines = LIBRARIES["RIS"].format("T").splitlines()
    assert read("\n".join(f"    {line}" for line in lines)) == read("\n".join(lines))


def test_lines_are_counted_from_the_top_of_the_file():
    (skipped,) = read("\n\nsep=;\n\ntitle;doi\nA;10.1000/a\nB\n").skipped
    assert skipped.line == 7
