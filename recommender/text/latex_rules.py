r"""Rules by which pylatexenc writes LaTeX in Unicode.

No sign between two parts may be lost: a/(b+c), (n choose k) and ∛x are other values than a/b+c, nk and √x.
"""

import logging
import re
from typing import Any

from pylatexenc import latex2text, latexwalker
from pylatexenc.macrospec import MacroSpec, MacroStandardArgsParser, SpecialsSpec, std_macro

# Broken LaTeX is common, and each macro of it would be a line on stderr.
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

# A script without a letter in Unicode is written as ^x or ^(xyz).
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW∘°*′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°°*′",
        strict=True,
    )
)
_SUBSCRIPTS = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_SCRIPTS = frozenset([*_SUPERSCRIPTS.values(), *_SUBSCRIPTS.values()]) - {"*"}
_SHORT = 3  # characters; a longer word in raised letters is hard to read


def _script(sign: str, script: str) -> str:
    """`script` in raised (^) or lowered (_) letters: "²", or as "^(log n)" where Unicode has none."""
    letters = _SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS
    if len(script) <= _SHORT and all(character in letters for character in script):
        return "".join(letters[character] for character in script)
    is_plain = len(script) == 1 or (script.isalnum() and _SCRIPTS.isdisjoint(script))
    return f"{sign}{script}" if is_plain else f"{sign}({script})"


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


_FACTOR = r"[^@\s+\-−=/±∓·×∗<>≤≥,;]"
_ABOVE, _BELOW = rf"(?:{_FACTOR}|@)*", rf"{_FACTOR}*@?"  # above and below the line; @ stands for brackets


def _arguments(node: Any, l2tobj: Any) -> list[str]:
    """The text of each argument; empty for one that is left out."""
    given = node.nodeargd.argnlist or ()
    return [str(l2tobj.nodelist_to_text([each])).strip() if each is not None else "" for each in given]


def _before(node: Any) -> str:
    """A space after a letter, a digit or a closing bracket: 2 and a half must not become 21/2."""
    # repeated spaces become one later; pylatexenc drops the one between two macros
    return " " if re.search(r"(?:[^\W_]|[)}\]])\s*+\Z", node.parsing_state.s[max(node.pos - 3, 0) : node.pos]) else ""


def _after(node: Any, brackets: str = "") -> str:
    """A space if a letter, a digit, a macro that gives some, or one of these brackets follows at once."""
    following = node.parsing_state.s[node.pos + node.len :][:7]
    return " " if re.match(rf"[^\W_]|[{{{brackets}]|\\(?!left|right|[bB]ig)[A-Za-z]", following) else ""


def _whole(part: str, factors: str) -> str:
    """A part of a fraction, in brackets where it would be read otherwise without them.

    Args:
        factors: how its factors may be written: a pattern.
    """
    part = part.replace("∂ ", "∂")
    inner, count = part, 1
    while count:
        inner, count = re.subn(r"[(\[][^()\[\]]*[)\]]", "@", inner)
    return part if re.fullmatch(factors, inner) else f"({part})"


def _fraction(node: Any, l2tobj: Any) -> str:
    above, below = _arguments(node, l2tobj)
    return f"{_before(node)}{_whole(above, _ABOVE)}/{_whole(below, _BELOW)}{_after(node, brackets='(')}"


def _root(node: Any, l2tobj: Any) -> str:
    degree, inside = _arguments(node, l2tobj)
    return f"{_script('^', degree) if degree else ''}√({inside})"


def _binomial(node: Any, l2tobj: Any) -> str:
    above, below = _arguments(node, l2tobj)
    return f"({above} choose {below})"


def _over(node: Any, l2tobj: Any) -> str:
    above, base = _arguments(node, l2tobj)
    return base + _script("^", above)


def _under(node: Any, l2tobj: Any) -> str:
    below, base = _arguments(node, l2tobj)
    return base + _script("_", below)


def _arrow(node: Any, l2tobj: Any) -> str:
    below, above = _arguments(node, l2tobj)
    arrow = "←" if "left" in node.macroname else "→"
    return f"{arrow}{_script('^', above) if above else ''}{_script('_', below) if below else ''}"


def _delimiter(node: Any, l2tobj: Any) -> str:
    """The bracket after \\left, \\right or \\big; a dot stands for none."""
    bracket = _last_argument(node, l2tobj).strip()
    return "" if bracket == "." else bracket


def _operator(node: Any, l2tobj: Any) -> str:
    name = _last_argument(node, l2tobj) if node.nodeargd.argnlist else node.macroname
    return f"{_before(node)}{name}{node.macro_post_space or _after(node)}"


def _modulo(node: Any, l2tobj: Any) -> str:
    return f" (mod {_last_argument(node, l2tobj)})"


def _degree(node: Any, l2tobj: Any) -> str:
    """A degree sign, as arXiv writes 90{\\deg} for 90°; but the degree of a polynomial is an operator."""
    before = node.parsing_state.s[: node.pos].rstrip(" {}^\\,;")[-1:]
    return "deg" + node.macro_post_space if node.parsing_state.in_math_mode and not before.isdigit() else "°"


def _primes(node: Any, l2tobj: Any) -> str:
    return "''" if node.parsing_state.in_math_mode else "”"


def _last_argument(node: Any, l2tobj: Any) -> str:
    return str(l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]]))


def _citation(node: Any, l2tobj: Any) -> str:
    return f"[{_last_argument(node, l2tobj)}]"


def _script_text(node: Any, l2tobj: Any) -> str:
    return _script(node.specials_chars, _last_argument(node, l2tobj).strip())


_FONTS = (
    *("bf", "em", "it", "rm", "sc", "sf", "sl", "tt", "large", "small", "tiny", "normalsize", "normalfont"),
    *("cal", "Cal", "frak", "mit", "Bbb", "bold", "boldsymbol", "boldmath", "unboldmath", "pmb", "bm"),
    *("displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits"),
    *("mathop", "mathrel", "mathbin", "mathord", "mathopen", "mathclose", "mathpunct", "mathinner"),
)
_SIZED = tuple(f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "m", "r"))
_OPERATORS = (
    *("arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "det", "dim", "exp", "gcd", "hom"),
    *("inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "Pr", "sec", "sin", "sinh", "sup"),
    *("tan", "tanh"),
)
_SIGNS = {
    "|": "‖",
    "ne": "≠",
    "colon": ": ",
    "land": "∧",
    "lor": "∨",
    "neg": "¬",
    "lnot": "¬",
    "bot": "⊥",
    "Box": "□",
    "models": "⊨",
    "leadsto": "⇝",
    "implies": "⇒",
    "triangle": "△",
    "imath": "i",
    "jmath": "j",
    "bmod": " mod ",
    "mod": " mod ",
    "over": " over ",
    "choose": " choose ",
    "atop": " over ",
}

_RULES = {
    **dict.fromkeys(("left", "middle", "right", *_SIZED), _delimiter),
    **dict.fromkeys((*_OPERATORS, "operatorname"), _operator),
    **_SIGNS,
    **dict.fromkeys(("frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sfrac"), _fraction),
    **dict.fromkeys(("binom", "tbinom", "dbinom"), _binomial),
    **dict.fromkeys(("overset", "stackrel"), _over),
    **dict.fromkeys(("xrightarrow", "xleftarrow"), _arrow),
    "underset": _under,
    "sqrt": _root,
    "pmod": _modulo,
    "deg": _degree,
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
    macros=[
        *(std_macro(name, False, 1) for name in ("url", "left", "middle", "right", "pmod", *_SIZED)),
        *(std_macro(name, False, 2) for name in ("href", "overset", "stackrel", "underset")),
        *(std_macro(name, False, 2) for name in ("frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sfrac")),
        *(std_macro(name, False, 2) for name in ("binom", "tbinom", "dbinom")),
        *(std_macro(name, True, 1) for name in ("sqrt", "xrightarrow", "xleftarrow")),
        MacroSpec("operatorname", args_parser=MacroStandardArgsParser("*{")),
    ],
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
    environments=[
        latex2text.EnvironmentTextSpec(name, simplify_repl=latex2text.fmt_matrix_environment_node)
        for name in ("cases", "aligned", "split", "gathered")
    ],
    specials=[
        *(latex2text.SpecialsTextSpec(sign, simplify_repl=_script_text) for sign in "^_"),
        latex2text.SpecialsTextSpec("''", simplify_repl=_primes),
    ],
)
_RENDERING.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=_words))
_CONVERTER = latex2text.LatexNodes2Text(latex_context=_RENDERING)


def convert(latex: str) -> str:
    """Write LaTeX in Unicode. Broken LaTeX may raise any error."""
    return str(_CONVERTER.latex_to_text(latex, latex_context=_GRAMMAR, tolerant_parsing=True))
