"""Lists of authors as one text, each in its own habit."""

import re
import unicodedata

_INITIALS = re.compile(r"(?:\w\.[\s-]?)+")  # "J.", "S. J.", "J.-P."
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
}  # fmt: skip
_ACCENT = re.compile(r"""\\(?:(?P<sign>['`^"~=.])\s?|(?P<letter>[cvuHkrd])(?=[\s{])\s?)\{?(?P<base>\\?[A-Za-z])\}?""")
_LETTERS = {
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "ı",
}  # fmt: skip
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlLi])(?![A-Za-z])\s?")


def split_authors(text: str) -> tuple[str, ...]:
    r"""The authors of "A. Lovelace (London), C. Babbage and M. Som\'erville", without affiliations and TeX.

    Surnames with initials behind them are turned round: "Lovelace, A., Babbage, C." has two authors.
    """
    names: list[str] = []
    for part in re.split(r",|;|\s(?:and|&)\s", _without_brackets(plain_name(text))):
        name = part.strip()
        if not any(sign.isalpha() for sign in name):  # a number, or ":" behind a collaboration
            continue
        if names and name.rstrip(".").lower() in _SUFFIXES:
            names[-1] += f" {name}"
        elif names and _INITIALS.fullmatch(name):
            names[-1] = f"{name} {names[-1]}"
        else:
            names.append(name)
    return tuple(names)


def plain_name(text: str) -> str:
    r"""The name on one line, with accents as letters: "Andr\'e" is "André"."""
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = _LETTER.sub(lambda letter: _LETTERS[letter[1]], text)
    return " ".join(text.replace("{", "").replace("}", "").replace("~", " ").split())


def turned_name(text: str) -> str:
    """ "Ada King Jr." of "King, Ada, Jr."; a name without comma stays as it is."""
    surname, _, forenames = plain_name(text).partition(",")
    forenames, _, suffix = forenames.partition(",")
    return " ".join(f"{forenames} {surname} {suffix}".split())


def _accented(accent: re.Match[str]) -> str:
    base = accent["base"].lstrip("\\")  # "\'\i" has its own dotless letter
    return unicodedata.normalize("NFC", base + _ACCENTS[accent["sign"] or accent["letter"]])


def _without_brackets(text: str) -> str:
    """The text without what stands in round brackets, however deep; one that never closes is kept."""
    kept: list[str] = []
    opened: list[int] = []  # how many pieces were kept when each bracket opened
    for piece in re.split(r"([()])", text):
        if piece == "(":
            opened.append(len(kept))
            kept.append(piece)
        elif piece == ")" and opened:
            del kept[opened.pop() :]
        else:
            kept.append(piece)
    return "".join(kept)
