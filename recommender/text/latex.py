r"""LaTeX as arXiv and bibliographies write it, read in two ways.

`accents` makes plain text of what surrounds formulas and keeps the formulas: for what is stored.

    M{\"u}ller on {B}ayes \& \emph{$\alpha$-nets}    becomes    Müller on Bayes & $\alpha$-nets

`unicode` makes Unicode of formulas too: for what a person reads.

    F$^3$Set: $\mathcal{O}(n^2)$                      becomes    F³Set: O(n²)
"""

import re
import unicodedata

# Accents: one pass, linear time on any text

_TOKEN = re.compile(
    r"""(?P<math> \$\$(?:[^$\\]|\\.)*+\$\$ | \$(?:[^$\\]|\\.)*+\$ )
      | \\(?P<word>[A-Za-z]+)
      | \\(?P<sign>.)
      | (?P<brace>[{}])
      | (?P<tie>~)""",
    re.VERBOSE | re.DOTALL,
)
_LETTER = re.compile(
    r"\s?(?:\{\s?(?:\\([ij])\s?(?:\{\})?|([^\W\d_]))\s?\}|\\([ij])(?![A-Za-z])(?:\{\}|\s)?|([^\W\d_]))"
)
_AFTER_WORD = re.compile(r"\{\}|\s*+")

_ACCENTS = {
    **dict(zip("`'^~\"=.", "\u0300\u0301\u0302\u0303\u0308\u0304\u0307", strict=True)),
    **dict(zip("uvHrckdb", "\u0306\u030c\u030b\u030a\u0327\u0328\u0323\u0331", strict=True)),
}
_NAMED = """
    o ø  O Ø  l ł  L Ł  i ı  j ȷ  ss ß  ae æ  AE Æ  oe œ  OE Œ  aa å  AA Å  dh ð  DH Ð  th þ  TH Þ  dj đ  DJ Đ  ng ŋ
    NG Ŋ  S §  P ¶  dag †  ddag ‡  copyright ©  pounds £  euro €  dots …  ldots …  textellipsis …  textdegree °
    textbackslash \\  textasciitilde ~  textasciicircum ^  textbraceleft {  textbraceright }  lbrace {  rbrace }
    textless <  textgreater >  textbar |  textdollar $  textunderscore _  textquotedbl "  textquotesingle '
    textendash –  textemdash —  textquoteleft ‘  textquoteright ’  textquotedblleft “  textquotedblright ”
    textmu µ  textpm ±  texttimes ×  textalpha α  textbeta β  textregistered ®  texttrademark ™  textperiodcentered ·
    textbullet •  textasteriskcentered *  guillemotleft «  guillemotright »  TeX TeX  LaTeX LaTeX  BibTeX BibTeX
""".split()
_SYMBOLS = dict(zip(_NAMED[::2], _NAMED[1::2], strict=True))
# Macros that change how their text looks, not what it says.
_STYLES = frozenset(
    "emph textit textbf textsc texttt textrm textsf textup textsl textmd textnormal text mbox hbox uppercase lowercase "
    "em it bf sc tt rm sf sl itshape bfseries scshape ttfamily rmfamily sffamily normalfont small protect relax url "
    "textsubscript textsuperscript NoCaseChange ensuremath noopsort nocase".split()
)
_SIGNS = {
    **{sign: sign for sign in "&%#_${}"},
    **dict.fromkeys(" \n\t\\,;:>", " "),
    **dict.fromkeys("!/-@", ""),
}


def accents(text: str) -> str:
    """Write accents as letters and drop escapes, fonts and protecting braces; keep formulas in $ and unknown macros.

    An unknown macro keeps its arguments, too. Takes linear time on any text.
    """
    if not any(sign in text for sign in "\\{}~"):
        return text
    pieces: list[str] = []
    braces_stay: list[bool] = []  # one for each open brace
    at = 0
    argument_at = -1  # where a brace opens the argument of a macro that stays
    while (token := _TOKEN.search(text, at)) is not None:
        pieces.append(text[at : token.start()])
        at = token.end()
        if token["math"]:
            pieces.append(token["math"])
        elif token["tie"]:
            pieces.append(" ")
        elif token["brace"] == "{":
            braces_stay.append(token.start() == argument_at or text[token.start() - 1 : token.start()] in ("^", "_"))
            pieces.append("{" if braces_stay[-1] else "")
        elif token["brace"]:
            if braces_stay and braces_stay.pop():
                pieces.append("}")
                argument_at = at
        else:
            name = token["word"] or token["sign"]
            letter = _LETTER.match(text, at) if name in _ACCENTS else None
            if letter and (token["sign"] or text[at] in "{ \\\n"):
                base = letter[1] or letter[2] or letter[3] or letter[4]
                pieces.append(unicodedata.normalize("NFC", base + _ACCENTS[name]))
                at = letter.end()
            elif token["word"] in _SYMBOLS or token["word"] in _STYLES:
                pieces.append(_SYMBOLS.get(name, ""))
                at = _end_of_word(text, at)
            elif token["sign"] in _SIGNS:
                pieces.append(_SIGNS[name])
            elif token["sign"] and token["sign"] in "\"'`~^":  # over no letter: the sign itself
                pieces.append(name)
                at += 2 * text.startswith("{}", at)
            else:
                pieces.append(token[0])
                argument_at = at
    pieces.append(text[at:])
    return "".join(pieces)


def _end_of_word(text: str, at: int) -> int:
    """Skip what only ends a macro's name, as TeX does: an empty group, or spaces."""
    match = _AFTER_WORD.match(text, at)
    return match.end() if match else at


# Unicode: pylatexenc reads it, once what is LaTeX only by accident is escaped. arXiv's texts are LaTeX by habit, not
# by rule: "50% of R&D costs $5" occurs as well.


def unicode(text: str) -> str:
    """Write LaTeX and its formulas in Unicode; a text that pylatexenc cannot read stays as it is. Never raises."""
    from recommender.text.latex_rules import convert  # noqa: PLC0415 - slow to import, and `accents` needs none of it

    try:
        converted = convert(_escape_accidents(text))
        # A macro of pylatexenc that misses its argument leaves its template in the text.
        return text if _TEMPLATE.search(converted) and not _TEMPLATE.search(text) else converted
    except Exception:  # broken LaTeX makes pylatexenc raise IndexError, RecursionError, its own errors, ...
        return text


_TEMPLATE = re.compile(r"%(?:\([0-9]\))?s")

# Texts that look like LaTeX and are not.
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
    """Escape each dollar sign that neither opens nor closes a formula, and each _ outside of formulas."""
    parts = _DOLLAR.split(text)
    pieces: list[str] = []
    at = 0  # parts[at] precedes a dollar sign, parts[at + 1] follows it
    while at + 1 < len(parts):
        pieces.append(_UNDERSCORE.sub(r"\\_", parts[at]))
        if at + 2 < len(parts) and _is_formula(parts[at + 1], parts[at + 2]):
            pieces.append(f"${parts[at + 1]}$")
            at += 2
        else:
            pieces.append(r"\$")
            at += 1
    pieces.append(_UNDERSCORE.sub(r"\\_", parts[at]))
    return "".join(pieces)


def _is_formula(inside: str, after: str) -> bool:
    """Whether two dollar signs hold a formula, as in "$n^2$", or not, as in "$5 and $10"."""
    if not is_balanced(inside):
        return False
    if re.search(r"[\\^_=<>]", inside):
        return True
    if inside[:1].isspace() != inside[-1:].isspace():  # "US$ 5 and US$ 10", "$5 and $10"
        return False
    return not (inside[:1].isdigit() and after[:1].isdigit())  # "$5-$10"


def is_balanced(text: str, *, escaped: bool = False) -> bool:
    r"""Whether braces come in pairs.

    Args:
        escaped: count "\{" and "\}" too, as BibTeX does.
    """
    depth = 0
    for brace in re.findall(r"[{}]" if escaped else r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
