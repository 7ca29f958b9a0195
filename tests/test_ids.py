"""What is an arXiv category, by the forms that arXiv's taxonomy has; and every spelling of an arXiv id or a DOI."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ids import abs_url, arxiv_id, category, doi, doi_in_address, is_of, page, paper_id, work_doi

# https://arxiv.org/category_taxonomy: each archive, each form of its categories, and archives that were closed
CATEGORIES = """
astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex nucl-th physics q-bio q-fin
quant-ph stat
astro-ph.GA astro-ph.CO cond-mat.dis-nn cond-mat.mes-hall cond-mat.other cond-mat.quant-gas cond-mat.soft
cond-mat.stat-mech cond-mat.str-el cond-mat.supr-con cs.CV cs.LG econ.EM eess.IV math.MP nlin.AO physics.acc-ph
physics.optics physics.flu-dyn physics.soc-ph q-bio.NC q-fin.TR stat.ML
alg-geom chao-dyn cmp-lg mtrl-th acc-phys bayes-an
""".split()


@pytest.mark.parametrize("name", CATEGORIES)
def test_every_form_of_the_taxonomy_is_a_category(name):
    assert category(name) == name


@pytest.mark.parametrize(
    "text",
    [
        *"CV Cs.CV cs. .CV cs.C cs.CVX cs.Cv cs.CV.LG cs.CV+cs.LG cs-.CV astro-ph.g-a-l a-b-c 2005.05859".split(),
        "çs.CV",
        "cs.ÇV",
        "",
        "cs CV",
        "cs.CV\n",
        "Computer Science",
    ],
)
def test_other_texts_are_none(text):
    assert category(text) is None


def test_a_category_is_of_itself_and_of_its_archive():
    assert is_of("cs.CV", "cs.CV")
    assert is_of("cs.CV", "cs")
    assert is_of("hep-th", "hep-th")
    assert not is_of("cs", "cs.CV")
    assert not is_of("math-ph", "math")
    assert not is_of("cs.CV", "cs.C")


# Spellings of one id


@pytest.mark.parametrize(
    "spelling",
    """{} arXiv:{}v2 arxiv{} arXiv.org:{} https://arxiv.org/abs/{} http://www.arxiv.org/pdf/{}v3.pdf
    https://ar5iv.labs.arxiv.org/html/{} https://ar5iv.org/abs/{} https://xxx.lanl.gov/abs/{} http://xxx.itp.ac.cn/abs/{}
    https://papers.cool/arxiv/{} https://huggingface.co/papers/{} https://hf.co/papers/{}
    https://www.alphaxiv.org/abs/{}v1 https://scirate.com/arxiv/{} https://www.semanticscholar.org/arxiv/{}
    https://api.semanticscholar.org/arXiv:{} https://inspirehep.net/api/arxiv/{} https://ui.adsabs.harvard.edu/abs/arXiv:{}
    https://arxiv.org/abs/{}?utm_source=feed oai:arXiv.org:{} info:arxiv/{} 10.48550/ARXIV.{}
    https://doi.org/10.48550%2FarXiv.{} {}v2|[hep-th] arXiv:{}|[cs.CV] arXiv|preprint|{}""".split(),
)
@pytest.mark.parametrize("number", ["2005.05859", "0704.0001", "hep-th/9901001"])
def test_every_spelling_of_an_arxiv_id_is_that_id(spelling, number):
    assert arxiv_id(spelling.format(number).replace("|", " ")) == number


@pytest.mark.parametrize(
    "spelling",
    """{} doi:{} DOI:|{} doi:|{}. DOI|{} https://doi.org/{} http://dx.doi.org/{} https://www.doi.org/{} doi.org/{}
    https://doi-org.proxy.example.edu/{} http://dx.doi.org.ezproxy.example.edu/{} doi:https://doi.org/{} info:doi/{}
    urn:doi:{} {}|[doi] {},|10.9999/other {};10.9999/other https://doi.org/{}?utm=1 {}. {}/""".split(),
)
@given(name=st.text("abcXYZ019.-_()", min_size=1, max_size=12).map(lambda text: f"10.1234/x{text}y"))
def test_every_spelling_of_a_doi_is_that_doi(spelling, name):
    assert doi(spelling.format(name).replace("|", " ")) == name.lower()
    assert doi(f"https://doi.org/{quote(name, safe='')}") == name.lower()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://academic.oup.com/j/advance-article/doi/10.1093/j/abc12/7510001?rss=1", "10.1093/j/abc12"),
        ("https://pubs.aip.org/aip/jcp/article/doi/10.1063/5.012/2876543/A-title", "10.1063/5.012"),
        ("https://www.frontiersin.org/articles/10.3389/fphy.2020.1/full", "10.3389/fphy.2020.1"),
        ("https://www.biorxiv.org/content/10.1101/2024.01.02.57v1.full.pdf", "10.1101/2024.01.02.57"),
        ("https://link.springer.com/content/pdf/10.1007/s00-1.pdf", "10.1007/s00-1"),
        ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.1", "10.1371/journal.pone.1"),
        ("https://ieeexplore.ieee.org/document/10000001", None),
        ("https://example.org/version/210.1000/x", None),
    ],
)
def test_an_address_has_the_doi_of_the_article_and_no_invented_one(address, name):
    assert doi_in_address(address) == name


@pytest.mark.parametrize(
    ("work", "versions"),
    [
        ("10.21203/rs.3.rs-77", "/v1 /v12"),
        ("10.20944/preprints202401.1234", ".v1 .v2"),
        ("10.22541/au.1700.12", "/v1 /v3"),
        ("10.26434/chemrxiv-2024-abc", "-v1 -v2"),
        ("10.12688/f1000research.7777", ".1 .2"),
        ("10.31234/osf.io/abcde", "_v1 _v2"),
        ("10.31219/osf.io/vwxyz", "_v1"),
        ("10.7554/elife.91234", ".1 .3"),
        ("10.1101/2024.01.02.573891", "v1 v2"),
        ("10.6084/m9.figshare.7", ".v1"),
        ("10.1000/journal.v2", ""),
        ("10.1000/x/v2", ""),
    ],
)
def test_versions_of_a_preprint_are_one_work_and_journals_have_none(work, versions):
    for version in ["", *versions.split()]:
        assert paper_id(doi=f"{work}{version}") == f"doi:{work}"
        assert work_doi(work) == work


def test_the_address_of_a_preprint_resolves_where_only_its_versions_do():
    assert abs_url("doi:10.21203/rs.3.rs-77") == "https://doi.org/10.21203/rs.3.rs-77/v1"
    assert abs_url("doi:10.26434/chemrxiv-2024-abc") == "https://doi.org/10.26434/chemrxiv-2024-abc"


@given(st.text())
def test_any_text_is_an_id_or_none(text):
    assert arxiv_id(text) is None or arxiv_id(arxiv_id(text)) == arxiv_id(text)
    assert doi(text) is None or doi(doi(text)) == doi(text)
    assert doi_in_address(text) is None or doi_in_address(text).startswith("10.")


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\u202e", "\xad", "\u2060", "\u200e"])
def test_what_cannot_be_seen_in_an_id_is_no_part_of_it(hidden):
    assert doi(f"10.1000/a{hidden}b") == doi_in_address(f"https://example.org/doi/10.1000/a{hidden}b") == "10.1000/ab"
    assert arxiv_id(f"{hidden}2101.{hidden}00001") == "2101.00001"


@pytest.mark.parametrize("control", ["\x1b[31m", "\x07", "\x9b", "%1b[31m"])
def test_a_doi_with_a_control_character_is_none(control):
    assert doi(f"https://doi.org/10.1000/a{control}b") is None
    assert control.startswith("%") or doi(f"10.1000/a{control}b") is None


@given(st.text(), st.sampled_from(["http://example.org/", "https://example.org/", ""]))
def test_an_address_is_printable_and_stays_so(text, start):
    address = page(start + text)
    assert address.isprintable()
    assert page(address) == address
    assert bool(address) == (start + text).strip().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "address",
    ["https://openreview.net/forum?id=a_B-1&x=%7E1#top", "http://例え.jp/ü?é=1", "https://example.org/a{b}|c^d"],
)
def test_an_address_that_can_be_read_stays(address):
    assert page(address) == abs_url(address) == address


@given(st.text())
def test_the_address_of_any_id_is_printable(text):
    for paper in (text, f"doi:10.1000/{text}", f"http://{text}"):
        assert abs_url(paper).isprintable()
