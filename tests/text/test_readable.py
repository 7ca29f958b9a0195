"""Titles and abstracts for people: LaTeX becomes Unicode, everything else stays, nothing steers the terminal."""

import logging
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.readable import readable


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$\textit{Agents Under Siege}$: Breaking", "Agents Under Siege: Breaking"),
        ("$μ$KE", "μKE"),
        (r"A$^\text{T}$A", "AᵀA"),
        (r"LLM$\times$MapReduce-V2", "LLM×MapReduce-V2"),
        ("F$^3$Set", "F³Set"),
        ("SD$^2$", "SD²"),
        ("D^2USt3R", "D²USt3R"),
        (r"$\texttt{Complex-Edit}$", "Complex-Edit"),
        ("O($n^2$)", "O(n²)"),
        (r"$\leq$", "≤"),
        (r"Poincar\'e and M\"uller", "Poincaré and Müller"),
        (r"H$^{\mathbf{3}}$DP", "H³DP"),
        (r"$\mathbf{\texttt{D}}$ual-$\mathbf{\texttt{H}}$ead", "Dual-Head"),
        (r"$\mathcal{O}(n^{\log n})$", "O(n^(log n))"),
        (r"360$^\circ$ and 90{\deg}", "360° and 90°"),
        (r"$x_1$ and $10^{-3}$", "x₁ and 10⁻³"),
        (r"\textbf{A} \emph{B}", "A B"),
        (r"{\bf A} {\em B}", "A B"),
        (r"$\textit{near} $, $ \textit{far} $", "near, far"),
        (r"\href{https://x.org/a_b}{page}, \url{https://x.org/~me}", "page (https://x.org/a_b), https://x.org/~me"),
        (r"see \href{https://x.org}.", "see https://x.org."),
        (r"\unicode{x2014}", "—"),
        ("Mus{é}e", "Musée"),
        ("Fig.~3 of Smith~et~al.", "Fig. 3 of Smith et al."),
    ],
)
def test_latex_becomes_unicode(latex, text):
    assert readable(latex) == text


@pytest.mark.parametrize(
    "text",
    [
        "A plain title: with (all) [kinds] of, signs & 100% #1 <think> a_b -- 'x' \"y\"",
        "Let's <think> about",
        "R&D & 50% of cases",
        "costs $5 and $10",
        "costs $5",
        "between $5M (or $10M) and $5-$10",
        "US$ 5 and US$ 10",
        "~5 ms, 3~5 times",
        "50% of a_b costs $5 & more #1",
        "^_^",
    ],
)
def test_what_is_latex_only_by_accident_stays(text):
    assert readable(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50\\% of R\\&D and 20% of $x$", "50% of R&D and 20% of x"),
        ("$5M for $n$ papers", "$5M for n papers"),
        ("snake_case and $x_1$", "snake_case and x₁"),
    ],
)
def test_latex_and_accidents_may_mix(text, expected):
    assert readable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("``quoted'' text", "“quoted” text"),
        ("\"In The Wild''", '"In The Wild"'),
        ("``don't'' stop", "“don't” stop"),
        (r"\"interesting\" words", '"interesting" words'),
    ],
)
def test_quotes_of_latex_become_quotes(text, expected):
    assert readable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\ourmethod is new", "ourmethod is new"),
        (r"\ourmethod{} is", "ourmethod is"),
        (r"\mark{some words}", "some words"),
    ],
)
def test_unknown_macros_lose_no_words(text, expected):
    assert readable(text) == expected


@pytest.mark.parametrize(
    "text", [r"\frac", r"\textbf{", "\\", "{" * 5000, r"\begin{a}", r"\sqrt[", "$" * 99 + "x", "x$_"]
)
def test_broken_latex_never_raises_and_never_vanishes(text):
    assert readable(text)


def test_broken_latex_is_not_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        readable(r"\frac and \textbf{ and }")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a \x1b[31mred\x1b[0m b", "a red b"),
        ("\x1b]0;title\x07a", "a"),
        ("a\x9b31mb", "ab"),
        ("a\x07b\x08c\x00d", "a b c d"),
        ("a\u202eb\u2066c\u200ed", "abcd"),
        ("a\ud800b", "ab"),
        (r"a \unicode{x1b}[31m b", "a b"),
        ("a\n b\t\u2028 c ", "a b c"),
    ],
)
def test_nothing_steers_the_terminal(text, expected):
    assert readable(text) == expected


def test_a_long_text_is_left_as_it_is():
    text = "$x$ " * 10_000
    assert readable(text) == text.strip()


PIECES = (*"\\${}^_~%&#'\"`[]() aé5\x1b\u202e", "\\frac", "\\textbf{", "\\unicode{x1b}")
LATEX = st.lists(st.sampled_from(PIECES))


@given(st.text() | LATEX.map("".join))
def test_any_text_becomes_one_safe_line(text):
    result = readable(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\u2028\u2029]", result)
    assert result == " ".join(result.split())


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\\${}^~'\"`")))
def test_a_plain_text_only_loses_repeated_spaces(text):
    assert readable(text) == " ".join(text.split())


def test_a_plain_text_does_not_import_pylatexenc():
    code = """if True:
        import sys
        from recommender.text.readable import readable
        readable("a & b")
        print("pylatexenc" in sys.modules)
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
