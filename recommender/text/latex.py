r"""LaTeX becomes Unicode.

arXiv's texts are LaTeX by habit, not by rule: "50% of R&D costs $5" stands there as well. So what is LaTeX
only by accident is escaped first, and pylatexenc reads the rest.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any


def without_latex(text: str) -> str:
    """The text with Unicode for its LaTeX; what pylatexenc cannot read comes back as it is. Never raises."""
    try:
        converted = _converter()(_escape_accidents(text))
        # A macro of pylatexenc's that misses its argument leaves its template there.
        return text if _TEMPLATE.search(converted) and not _TEMPLATE.search(text) else converted
    except Exception:  # pylatexenc meets broken LaTeX with IndexError, RecursionError, its own errors, ...
        return text


_TEMPLATE = re.compile(r"%(?:\([0-9]\))?s")

# What is no LaTeX although it looks like it.
_ODD_BACKSLASHES = r"(?<!\\)(?:\\\\)*+"
_ACCIDENT = re.compile(rf"({_ODD_BACKSLASHES})([%&#])")
_DOLLAR = re.compile(r"(?<!\\)\$+")
_TIE = re.compile(r"(?<=[\w.])~(?=[\w\\$])(?!(?<=[0-9]~)[0-9])")  # "Fig.~3", but neither "~5 ms" nor "3~5"
_TILDE = re.compile(r"(?<!\\)~")
_UNDERSCORE = re.compile(r"(?<!\\)_")
_ESCAPED_QUOTES = re.compile(r'(?<![\w}])\\"([^"\\]*+)\\"(?![\w{])')  # \"words\", but not M\"uller
_UNICODE = re.compile(r"\\unicode\{(?:x([0-9a-fA-F]{1,5})|([0-9]{1,6}))\}")  # MathJax: \unicode{x2014}
_HREF_ALONE = re.compile(r"\\href(\{[^{}]*+\})(?!\s*+\{)")
# TeX takes one token: in ^\text{T} it is \text with its argument, pylatexenc would take \text alone.
_SCRIPT_MACRO = re.compile(r"(?<!\\)([\^_])\s*+(\\[A-Za-z]++(?:\s*+\{[^{}]*+\})?+)")
_LONE_SCRIPT = re.compile(r"(?<!\\)\^(?=\s|$|[\^_$}])")


def _escape_accidents(text: str) -> str:
    text = _UNICODE.sub(lambda m: chr(int(m[1], 16) if m[1] else int(m[2])), text)
    text = _HREF_ALONE.sub(r"\\url\1", text)
    text = _ESCAPED_QUOTES.sub(r'"\1"', text)
    text = _ACCIDENT.sub(r"\1\\\2", text)
    text = _TILDE.sub(r"\\textasciitilde{}", _TIE.sub(" ", text))
    text = _SCRIPT_MACRO.sub(r"\1{\2}", text)
    text = _LONE_SCRIPT.sub(r"\\textasciicircum{}", text)
    return _escape_money(text)


def _escape_money(text: str) -> str:
    """Escapes each dollar sign that neither opens nor closes a formula, and each _ outside of formulas."""
    parts = _DOLLAR.split(text)
    done: list[str] = []
    at = 0  # parts[at] stands before a dollar sign, the next part behind it
    while at + 1 < len(parts):
        done.append(_UNDERSCORE.sub(r"\\_", parts[at]))
        if at + 2 < len(parts) and _is_formula(parts[at + 1], parts[at + 2]):
            done.append(f"${parts[at + 1]}$")
            at += 2
        else:
            done.append(r"\$")
            at += 1
    done.append(_UNDERSCORE.sub(r"\\_", parts[at]))
    return "".join(done)


def _is_formula(inside: str, after: str) -> bool:
    """Whether two dollar signs hold a formula, as in "$n^2$", or not, as in "$5 and $10"."""
    if not _is_balanced(inside):
        return False
    if re.search(r"[\\^_=<>]", inside):
        return True
    if inside[:1].isspace() != inside[-1:].isspace():  # "US$ 5 and US$ 10", "$5 and $10"
        return False
    return not (inside[:1].isdigit() and after[:1].isdigit())  # "$5-$10"


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


# No letter for a sign means that the script is written as ^x or ^(xyz).
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW∘*′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°*′",
        strict=True,
    )
)
_SUBSCRIPTS = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_SHORT = 3  # characters; a longer word in raised letters cannot be read


def _script(sign: str, script: str) -> str:
    """`script` in raised (^) or lowered (_) letters: "²", or as "^(log n)" where Unicode has none."""
    letters = _SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS
    if len(script) <= _SHORT and all(character in letters for character in script):
        return "".join(letters[character] for character in script)
    return f"{sign}{script}" if len(script) == 1 or script.isalnum() else f"{sign}({script})"


_FONTS = ("bf", "em", "it", "rm", "sc", "sf", "sl", "tt", "large", "small", "tiny")


@cache
def _converter() -> Callable[[str], str]:
    """pylatexenc's converter with our rules on top."""
    # Imported here because it takes 40 ms, and most commands print no LaTeX.
    # Broken LaTeX is no news to a reader, and would be a line on stderr for each macro.
    import logging

    from pylatexenc import latex2text, latexwalker
    from pylatexenc.macrospec import MacroStandardArgsParser, SpecialsSpec, std_macro

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

    # pylatexenc passes by name: a rule's parameters must be called `node` and `l2tobj`.
    def words(node: Any, l2tobj: Any) -> str:
        """A macro's arguments, or its name: \\ourmethod may be the only name that a method has."""
        arguments = [each for each in (node.nodeargd.argnlist or ()) if each is not None]
        if arguments:
            return "".join(l2tobj.nodelist_to_text([each]) for each in arguments)
        behind = node.parsing_state.s[node.pos + node.len :][:2]
        if behind.startswith("{") and behind != "{}":
            return ""  # a macro unknown to pylatexenc: its argument comes next, as plain text
        return f"{node.macroname}{node.macro_post_space}"

    def last_argument(node: Any, l2tobj: Any) -> str:
        return str(l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]]))

    def citation(node: Any, l2tobj: Any) -> str:
        return f"[{last_argument(node, l2tobj)}]"

    def script(node: Any, l2tobj: Any) -> str:
        return _script(node.specials_chars, last_argument(node, l2tobj).strip())

    rules = {
        "deg": "°",  # arXiv writes 90{\deg} for 90°
        "textasciicircum": "^",
        "url": "%s",
        "href": "%(2)s (%(1)s)",
        **dict.fromkeys(("cite", "citet", "citep"), citation),
        **dict.fromkeys(("ref", "eqref", "autoref", "cref", "Cref"), last_argument),
        **dict.fromkeys(("input", "include"), words),  # pylatexenc would open a file
        # Unicode has letters for these styles too, but no search finds them and many a font lacks them.
        **dict.fromkeys(("mathbf", "mathcal", "mathit", "mathsf", "mathtt", "mathfrak", "mathscr"), words),
    }
    grammar = latexwalker.get_default_latex_context_db()
    grammar.add_context_category(
        "readable",
        prepend=True,
        macros=[std_macro("href", False, 2), std_macro("url", False, 1)],
        specials=[SpecialsSpec(sign, MacroStandardArgsParser("{")) for sign in "^_"],
    )
    rendering = latex2text.get_default_latex_context_db()
    rendering.add_context_category(
        "readable",
        prepend=True,
        macros=[
            *(latex2text.MacroTextSpec(name, simplify_repl=rule) for name, rule in rules.items()),
            *(latex2text.MacroTextSpec(name, discard=True) for name in _FONTS),
        ],
        specials=[latex2text.SpecialsTextSpec(sign, simplify_repl=script) for sign in "^_"],
    )
    rendering.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=words))
    converter = latex2text.LatexNodes2Text(latex_context=rendering)

    def convert(latex: str) -> str:
        return str(converter.latex_to_text(latex, latex_context=grammar, tolerant_parsing=True))

    return convert
