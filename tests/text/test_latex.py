"""LaTeX becomes plain text with its formulas, or Unicode without."""

import time

import pytest

from recommender.text.accents import accents
from recommender.text.latex import unicode


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"M{\"u}ller on {B}ayes \& \emph{$\alpha$-nets}", r"Müller on Bayes & $\alpha$-nets"),
        (r"Andr\'e, Som\'{e}rville, \v{C}apek, Erd\H os", "André, Somérville, Čapek, Erdős"),
        (r"\'\i, {\O}ster, \L ukasz, \ss", "í, Øster, Łukasz, ß"),
        (r"O'Brien~and {NASA} Team", "O'Brien and NASA Team"),
        (r"\ourmethod{x}", r"\ourmethod{x}"),
        ("plain", "plain"),
    ],
)
def test_accents_become_letters_and_formulas_stay(latex, text):
    assert accents(latex) == text


def test_formulas_become_unicode():
    assert unicode(r"F$^3$Set in $\mathcal{O}(n^2)$") == "F³Set in O(n²)"
    assert unicode("50% of R&D costs $5") == "50% of R&D costs $5"


@pytest.mark.sample(3)
@pytest.mark.parametrize("piece", ["{", "}", "\\", "$", "\\'", "\\foo{", "~", "{\\v "])
def test_accents_take_no_longer_than_the_length(piece):
    started = time.process_time()
    accents(piece * 40_000)
    assert time.process_time() - started < 20
