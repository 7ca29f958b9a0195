r"""Accents of LaTeX as letters, for what is stored: formulas stay as they are.

M{\"u}ller on {B}ayes \& \emph{$\alpha$-nets}    becomes    Müller on Bayes & $\alpha$-nets
"""

import re
import unicodedata

_TOKEN = re.compile(
    r"""(?P<math> \$\$(?:[^$\\]|\\.)*+\$\$ | \$(?:[^$\\]|\\.)*+\$ )
      | \\\( (?P<inline>(?:[^\\$]|\\[^()$])*+) \\\)
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
    "ocirc": "\u030a",
    "polhk": "\u0328",
    "udot": "\u0323",  # MathSciNet's
}
_NAMED = """
    o ø  O Ø  l ł  L Ł  i ı  j ȷ  ss ß  ae æ  AE Æ  oe œ  OE Œ  aa å  AA Å  dh ð  DH Ð  th þ  TH Þ  dj đ  DJ Đ  ng ŋ
    NG Ŋ  S §  P ¶  dag †  ddag ‡  copyright ©  pounds £  euro €  dots …  ldots …  textellipsis …  textdegree °
    textbackslash \\  textasciitilde ~  textasciicircum ^  textbraceleft {  textbraceright }  lbrace {  rbrace }
    textless <  textgreater >  textbar |  textdollar $  textunderscore _  textquotedbl "  textquotesingle '
    textendash –  textemdash —  textquoteleft ‘  textquoteright ’  textquotedblleft “  textquotedblright ”
    textmu µ  textpm ±  texttimes ×  textalpha α  textbeta β  textregistered ®  texttrademark ™  textperiodcentered ·
    textbullet •  textasteriskcentered *  guillemotleft «  guillemotright »  TeX TeX  LaTeX LaTeX  BibTeX BibTeX
    cprime '  cdprime "  Dbar Đ  dbar đ  slash /  hyphen -
""".split()
_SYMBOLS = dict(zip(_NAMED[::2], _NAMED[1::2], strict=True))
# Macros that change how their text looks, not what it says.
_STYLES = frozenset(
    "emph textit textbf textsc texttt textrm textsf textup textsl textmd textnormal text mbox hbox uppercase lowercase "
    "em it bf sc tt rm sf sl itshape bfseries scshape ttfamily rmfamily sffamily normalfont small protect relax url "
    "textsubscript textsuperscript NoCaseChange ensuremath noopsort nocase "
    "underline uline mkbibemph mkbibitalic mkbibbold mkbibacro ce".split()
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
        elif token["inline"] is not None:  # as zbMATH writes formulas
            pieces.append(f"${token['inline']}$")
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
