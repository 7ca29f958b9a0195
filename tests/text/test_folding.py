r"""The plain form of a word and each way that TeX, Unicode or a publisher writes it are the same words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_paper

from recommender import ranking
from recommender.ranking import tokens
from recommender.text.folding import folded, searchable

ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307"}
MACROS = {"u": "\u0306", "v": "\u030c", "H": "\u030b", "r": "\u030a", "c": "\u0327", "k": "\u0328"}


@st.composite
def written(draw):
    """A word of plain letters, the same with accents in Unicode, and in one of TeX's ways."""
    letters = draw(st.lists(st.sampled_from("aceinosuz"), min_size=3, max_size=8))
    plain, composed, tex = "", "", ""
    for letter in letters:
        plain += letter
        sign = draw(st.sampled_from([None, None, *ACCENTS, *MACROS]))
        if sign is None:
            composed, tex = composed + letter, tex + letter
            continue
        composed += unicodedata.normalize("NFC", letter + (ACCENTS | MACROS)[sign])
        ways = [f"\\{sign}{{{letter}}}", f"{{\\{sign}{{{letter}}}}}"] + (
            [f"\\{sign}{letter}"] if sign in ACCENTS else []
        )
        tex += draw(st.sampled_from(ways))
    return plain, composed, tex


@given(written())
def test_the_plain_the_composed_and_the_tex_form_are_the_same_words(forms):
    plain, composed, tex = forms
    for form in (composed, unicodedata.normalize("NFD", composed), tex, f"\u200b{composed}\u00ad"):
        assert folded(form) == plain
        assert tokens.words(f"The {form} equations") == tokens.words(f"The {plain} equations")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (r"Schr\"odinger", ["schrodinger"]),
        (r"{\L}ojasiewicz", ["lojasiewicz"]),
        ("Łojasiewicz", ["lojasiewicz"]),
        (r"It\^o", ["ito"]),
        ("CO$_2$ and H$_2$O", ["co2", "h2o"]),
        (r"CO$_{\mathrm{2}}$ and CO₂", ["co2", "co2"]),
        ("ｆｕｌｌ　ｗｉｄｔｈ", ["full", "width"]),
        ("e\ufb03cient", ["efficient"]),
        ("hy\u00adphen\u200bated", ["hyphenated"]),
        ("a Greek word: ταχύτητα", ["greek", "word", "ταχυτητα"]),
        ("IL-6, 5-10 GeV, 1.5-meter", ["il", "10", "gev", "meter"]),
        (r"$x_ix_j$ of $CFT_d$ in foo_bar", ["xi", "xj", "cft", "foo_bar"]),
        (r"spin-$\frac{1}{2}$", ["spin"]),
        ("Q-learning", ["qlearning", "learning"]),
        ("$k$-means", ["kmeans", "means"]),
        ("Faster R-CNN", ["faster", "rcnn", "cnn"]),
        (r"we say \"words\" here", ["say", "words"]),
        ("鸟类步态 CNN模型", ["鸟类", "类步", "步态", "cnn", "模型"]),
        (r"\textbf{bold} $\mathcal{O}(n \log n)$", ["bold"]),
    ],
)
def test_words_of_each_form(form, words):
    assert tokens.words(form) == words


# Ways in which the fields write one thing.
FORMS = {
    "beta decay": [
        r"$\beta$ decay",
        r"$\beta$-decay",
        "β-decay",
        "β decay",
        "beta-decay",
        r"\beta decay",
        r"\(\beta\)-decay",
    ],
    "H0 tension": ["$H_0$ tension", r"$\mathrm{H}_0$ tension", "H$_0$ tension", "H_0 tension", "$H_{0}$-tension"],
    "high Tc": [
        "high-$T_c$",
        "high-T$_c$",
        "high T_c",
        r"high $T_{\rm c}$",
        r"high-$T_{\mathrm{c}}$",
        r"high-T_{\rm c}",
    ],
    "Neff": [r"$N_{\rm eff}$", r"$N_\mathrm{eff}$", "$N_{eff}$", "N_eff", "N_{eff}"],
    "Lp spaces": ["$L^p$ spaces", "$L_p$-spaces", "L^p spaces", "$L^{p}$-spaces"],
    "LambdaCDM": [r"$\Lambda$CDM", "ΛCDM", r"$\Lambda{\rm CDM}$", r"$\Lambda\mathrm{CDM}$"],
    "NF-kappaB": [r"NF-$\kappa$B", "NF-κB"],
    "phi4 theory": [r"$\phi^4$ theory", "φ^4 theory", "ϕ⁴ theory", r"$\varphi^{4}$-theory", "phi^4 theory"],
    "infinity categories": ["∞-categories", r"$\infty$-categories", "infinity-categories"],
    "C*-algebra": ["$C^*$-algebra", r"$C^\ast$-algebra", "C$^{*}$-algebra", r"$\mathrm{C}^*$-algebra", "C^*-algebra"],
    "3-manifold": ["$3$-manifold", r"\(3\)-manifold"],
    "MoS2": ["MoS$_2$", "MoS₂", r"$\mathrm{MoS_2}$", r"$\mathrm{Mo}\mathrm{S}_{2}$", r"MoS$_{\rm 2}$", "$MoS_2$"],
    "muSR": [r"$\mu$SR", "μSR", "µSR"],
    "Zp": [r"$\mathbb{Z}_p$", r"${\mathbb Z}_p$", "$Z_p$"],
    "U(1) symmetry": ["$U(1)$ symmetry", r"$\mathrm{U}(1)$ symmetry", r"${\rm U(1)}$-symmetry"],
    "Ainfinity algebra": [r"$A_\infty$-algebra", r"$A_{\infty}$-algebra", "A∞-algebra"],
}


@pytest.mark.parametrize(("plain", "form"), [(plain, form) for plain, forms in FORMS.items() for form in forms])
def test_a_letter_a_script_and_a_sign_are_read_as_plain_text_writes_them(plain, form):
    assert tokens.words(f"On {form} now") == tokens.words(f"On {plain} now")


@pytest.mark.parametrize("name", ["alpha", "beta", "Gamma", "Lambda", "nu", "sigma", "omega"])
@pytest.mark.parametrize("before", ["", "x ", "Ly", "H-"])
@pytest.mark.parametrize("after", ["", " ray", "-ray", "CDM", "8"])
def test_a_greek_letter_and_its_name_are_one_wherever_they_stand(name, before, after):
    letter = unicodedata.lookup(
        f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {name.replace('mbd', 'md')}"
    )
    plain = searchable(f"{before}{name}{after}")
    assert searchable(f"{before}{letter}{after}") == plain
    assert searchable(f"{before}$\\{name}${after}") == plain


@pytest.mark.parametrize("text", ["", "plain words of a title", "a_b and x^y", "costs $5 or $6", "C++ & C#"])
def test_a_text_without_tex_keeps_its_letters(text):
    assert [sign for sign in folded(text) if sign.isalnum()] == [sign for sign in text if sign.isalnum()]


@given(st.text(max_size=80))
def test_any_text_can_be_folded_and_folding_twice_changes_no_letter(text):
    once = folded(text)
    assert not any(unicodedata.combining(sign) for sign in once)
    searchable(text)
    ranking.words(text)


def test_a_word_with_a_letter_before_its_hyphen_is_named_as_it_is_written():
    named = tokens.names(make_paper(1, "Deep Q-learning for X-ray images", "-"))
    assert {"Q-learning", "X-ray", "learning"} <= set(named.values())
    named = tokens.names(make_paper(1, "On $C^*$-algebras of 3-manifolds, ΛCDM and Ly$\\alpha$, β decay", "-"))
    assert {"C*-algebras", "3-manifolds", "ΛCDM", "lyα", "β"} <= set(named.values())
    named = tokens.names(make_paper(1, r"Nonlinear Schr\"odinger and K\"ahler, Łojasiewicz", "-"))
    assert {"nonlinear", "schrödinger", "kähler", "łojasiewicz"} == {name.lower() for name in named.values()}


@pytest.mark.parametrize("rule", ["Q-learning", "k-means", "X-ray", "R-CNN", "β-decay", "鸟类"])
def test_a_rule_with_a_letter_of_its_own_meets_only_what_has_it(run, tmp_path, rule):
    titles = ["Q-learning for birds", "Deep learning of birds", "Clustering with $k$-means", "By what means birds walk"]
    titles += [
        "X-ray of birds",
        "Ray tracing",
        "Faster R-CNN",
        "A CNN for sounds",
        r"The $\\beta$-decay",
        "Decay",
        "一种鸟类步态",
    ]
    lines = [f'{{"id": "2601.{n:05}", "title": "{title}"}}\n' for n, title in enumerate(titles, 1)]
    (tmp_path / "d.jsonl").write_text("".join(lines), encoding="utf-8")
    run("init", "ada", "--interests", "birds", "--no-input")
    run("mute", f"word:{rule}")
    assert run("today", tmp_path / "d.jsonl", "--all").out.count("muted: word") == 1


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "query",
    [
        *("Schrödinger", "schrodinger", "erdos", "Erdős", "CO2", "鸟类", "步态", "Łojasiewicz", "efficient"),
        *("β decay", "beta-decay", r"$\beta$ decay", "high Tc", "$T_c$", "LambdaCDM", "ΛCDM", "N_eff"),
    ],
)
def test_each_form_of_a_word_finds_the_papers_that_write_it_otherwise(run, tmp_path, query):
    title = r"Schr\\\"odinger, Erd\\H{o}s, CO$_2$, 一种鸟类步态, {\\L}ojasiewicz, e\ufb03cient"
    title += r", $\\beta$-decay, high-$T_c$, $\\Lambda$CDM, $N_{\\rm eff}$"
    (tmp_path / "d.jsonl").write_text(f'{{"id": "2601.00001", "title": "{title}"}}\n', encoding="utf-8")
    run("init", "ada", "--interests", "birds", "--no-input")
    run("today", tmp_path / "d.jsonl")
    assert "1 of 1 found" in run("search", query).out
    assert "No paper with" in run("search", "nothing").err
