"""What is an arXiv category, by the forms that arXiv's taxonomy has."""

import pytest

from recommender.ids import category, is_of

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
