"""Rules by which pylatexenc writes LaTeX in Unicode."""

import logging
from typing import Any

from pylatexenc import latex2text, latexwalker
from pylatexenc.macrospec import MacroStandardArgsParser, SpecialsSpec, std_macro

# Broken LaTeX is common, and each macro of it would be a line on stderr.
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

# A script without a letter in Unicode is written as ^x or ^(xyz).
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW∘*′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°*′",
        strict=True,
    )
)
_SUBSCRIPTS = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_SHORT = 3  # characters; a longer word in raised letters is hard to read


def _script(sign: str, script: str) -> str:
    """`script` in raised (^) or lowered (_) letters: "²", or as "^(log n)" where Unicode has none."""
    letters = _SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS
    if len(script) <= _SHORT and all(character in letters for character in script):
        return "".join(letters[character] for character in script)
    return f"{sign}{script}" if len(script) == 1 or script.isalnum() else f"{sign}({script})"


_FONTS = ("bf", "em", "it", "rm", "sc", "sf", "sl", "tt", "large", "small", "tiny")


# pylatexenc passes by name: a rule's parameters must be called `node` and `l2tobj`.
def _words(node: Any, l2tobj: Any) -> str:
    """A macro's arguments, or its name: \\ourmethod may be the only name that a method has."""
    arguments = [each for each in (node.nodeargd.argnlist or ()) if each is not None]
    if arguments:
        return "".join(l2tobj.nodelist_to_text([each]) for each in arguments)
    following = node.parsing_state.s[node.pos + node.len :][:2]
    if following.startswith("{") and following != "{}":
        return ""  # a macro unknown to pylatexenc: its argument comes next, as plain text
    return f"{node.macroname}{node.macro_post_space}"


def _last_argument(node: Any, l2tobj: Any) -> str:
    return str(l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]]))


def _citation(node: Any, l2tobj: Any) -> str:
    return f"[{_last_argument(node, l2tobj)}]"


def _script_text(node: Any, l2tobj: Any) -> str:
    return _script(node.specials_chars, _last_argument(node, l2tobj).strip())


_RULES = {
    "deg": "°",  # arXiv writes 90{\deg} for 90°
    "textasciicircum": "^",
    "url": "%s",
    "href": "%(2)s (%(1)s)",
    **dict.fromkeys(("cite", "citet", "citep"), _citation),
    **dict.fromkeys(("ref", "eqref", "autoref", "cref", "Cref"), _last_argument),
    **dict.fromkeys(("input", "include"), _words),  # pylatexenc would open a file
    # Unicode has letters for these styles too, but no search finds them and many fonts lack them.
    **dict.fromkeys(("mathbf", "mathcal", "mathit", "mathsf", "mathtt", "mathfrak", "mathscr"), _words),
}
_GRAMMAR = latexwalker.get_default_latex_context_db()
_GRAMMAR.add_context_category(
    "readable",
    prepend=True,
    macros=[std_macro("href", False, 2), std_macro("url", False, 1)],
    specials=[SpecialsSpec(sign, MacroStandardArgsParser("{")) for sign in "^_"],
)
_RENDERING = latex2text.get_default_latex_context_db()
_RENDERING.add_context_category(
    "readable",
    prepend=True,
    macros=[
        *(latex2text.MacroTextSpec(name, simplify_repl=rule) for name, rule in _RULES.items()),
        *(latex2text.MacroTextSpec(name, discard=True) for name in _FONTS),
    ],
    specials=[latex2text.SpecialsTextSpec(sign, simplify_repl=_script_text) for sign in "^_"],
)
_RENDERING.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=_words))
_CONVERTER = latex2text.LatexNodes2Text(latex_context=_RENDERING)


def convert(latex: str) -> str:
    """Write LaTeX in Unicode. Broken LaTeX may raise any error."""
    return str(_CONVERTER.latex_to_text(latex, latex_context=_GRAMMAR, tolerant_parsing=True))
