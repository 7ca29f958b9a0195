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
        "$ 5 and $ 10",
        "the $ of the state costs $5",
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
        ("$x$$y$, $^{23}$Na+$$^{39}$K and $$z$$", "xy, ²³Na+³⁹K and z"),
        ("near $O(n k) $ time, in $ U$ of $x$, less than $q$", "near O(n k) time, in U of x, less than q"),
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
    ("latex", "text"),
    [
        (r"$\frac{a+b}{c}$ and $\frac{1}{a\,b}$", "(a+b)/c and 1/(a b)"),
        (r"$\frac{m(m-1)}{2}$, $\frac{1}{f(x)}$", "m(m-1)/2, 1/f(x)"),
        (r"$\frac{1}{(a+b)(c+d)}$", "1/((a+b)(c+d))"),
        (r"$\tfrac{1}{2}$, $\dfrac12$, $2\frac12$", "1/2, 1/2, 2 1/2"),
        (r"$x^\frac12$, $x^\frac{1}{2}$", "x^(1/2), x^(1/2)"),
        (r"$\frac{1}{2}x$, $\frac{\partial u}{\partial t}$", "1/2 x, ∂u/∂t"),
        (r"$\binom{n}{k}$ and ${n}\choose{k}$", "(n choose k) and n choose k"),
        (r"${a}\over{b}$", "a over b"),
        (r"$\sqrt[3]{x}$", "³√(x)"),
        (r"$a\equiv b\pmod{n}$, $a\bmod n$", "a≡ b (mod n), a mod n"),
        (r"$z\ne 1$, $\neg a\land b\lor c$", "z≠ 1, ¬ a∧ b∨ c"),
        (r"$\|x\|$ and $|x|$", "‖x‖ and |x|"),
        (r"$X\stackrel{d}{=}Y$, $\overset{!}{=}$, $A\xrightarrow{f}B$", "X=ᵈY, =^!, A→ᶠB"),
        (r"$\mathbb{F}_{2^n}$ and ${\mathbb{F}_2}^n$", "𝔽_(2ⁿ) and 𝔽₂ⁿ"),
        (r"$\deg f = 3$, $90\deg$ and 90{\deg}", "deg f = 3, 90° and 90°"),
        (r"$u''(x)$ and ``words''", "u''(x) and “words”"),
        (r"$\begin{pmatrix}a&b\\c&d\end{pmatrix}$ of R&D", "[ a b; c d ] of R&D"),
    ],
)
def test_a_formula_keeps_its_value(latex, text):
    assert readable(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$O\left(\frac{n}{k}\right)$", "O(n/k)"),
        (r"$\left.f\right|_{x=0}$", "f|_(x=0)"),
        (r"$\bigl\{x\bigr\}$, $\Big\langle x\Big\rangle$", "{x}, ⟨x⟩"),
        (r"${\cal L}_p$, $\Bbb Z$, $\boldsymbol S$", "L_p, Z, S"),
        (r"$\displaystyle\sum\limits_{i=1}^n$", "∑_(i=1)ⁿ"),
        (r"$n\log\log n$, $\rho \log{n}$, $\log_2n$", "n log log n, ρ log n, log₂n"),
        (r"$\operatorname*{argmin}_x f$, $\operatorname{Tr}A$", "argmin_x f, Tr A"),
    ],
)
def test_macros_that_only_set_type_leave_no_name_behind(latex, text):
    assert readable(latex) == text


@pytest.mark.parametrize("text", ["x {and {braces", "a { b", "a } b", r"cost { of $x^2$"])
def test_a_lone_brace_takes_no_word_along(text):
    assert readable(text) == text.replace("$x^2$", "x²")


@given(st.lists(st.sampled_from(["{", "}", "word", "other", r"$\alpha$", r"\emph{it}"])))
def test_no_word_between_braces_is_lost(parts):
    text = " ".join(parts)
    assert [readable(text).count(word) for word in ("word", "other")] == [
        text.count(word) for word in ("word", "other")
    ]


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
