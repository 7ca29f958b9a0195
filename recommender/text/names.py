"""Author names: how lists of them are split, and how one is turned round."""

import re
from collections.abc import Sequence
from html import unescape

from recommender.text.accents import accents
from recommender.text.lines import one_line
from recommender.text.persons import COLLECTIVE, SUFFIXES

_COMPANIES = frozenset("inc ltd llc plc corp co gmbh ag sa bv".split())  # what ends an organisation's name

_SEPARATOR = re.compile(r",|;|\s(?:and|&)\s")
_FOR_TEAM = re.compile(r"(?:on behalf of|for)\s+(?:the\s+)?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:\w\.[\s-]?)+")  # "J.", "S. J.", "J.-P."
_INITIALS_FIRST = re.compile(r"(?:\w\.[\s-]?)+\w\w")  # "J.-P. Serre", but not "J.-P."
_FOOTNOTE = re.compile(r"\$\s?\^[^$]*+\$|\\textsuperscript\s?\{[^{}]*+\}|[*†‡§¶]+(?=$|,)")  # "Ada Lovelace$^{1}$*"
_NAME_PART = re.compile(r"(family|given|prefix|suffix)\s*=\s*(.+)")  # BibLaTeX's, where a particle needs it
_BRACE = re.compile(r"\\.|[{}]")
# Names in BibTeX are joined by "and"; people also write ";" and "&".
_BIBTEX_AND = re.compile(r"\\[^&]|[{}]|(?:^|\s)(?i:and)(?=\s|$)|;|\s\\?&(?=\s)")
# Google Scholar ends long lists with "…"
_ET_AL = re.compile(r"(?:(?:^|,\s?|\s)(?:and\s)?(?:et\.?\s?al\.?|others)|,?\s?(?:…|\.\.\.))$", re.IGNORECASE)
_LISTED = re.compile(r"""\[\s*+(?P<mark>['"]).*(?P=mark)\s*+\]""")  # "['Ada Lovelace', 'Mary Somerville']"
_AND = re.compile(r",?\s(?:and|&)\s")
_SHORT_INITIALS = re.compile(r"(?:[A-Z]\.?-?){1,4}")  # "A.B.", "AB", "J.-P."
_BIBTEX_COMMA = re.compile(r"\\.|[{},]")


def split(text: str) -> tuple[str, ...]:
    r"""Split a list of authors as arXiv has it, without affiliations in brackets and without LaTeX.

    "A. Lovelace (London), C. Babbage and M. Som\'erville" has three. A family name with its initials behind it is
    turned round: "Lovelace, A., Babbage, C." has two.
    """
    names: list[str] = []
    for part in _SEPARATOR.split(_without_brackets(plain(text))):
        name = part.strip()
        if not any(sign.isalpha() for sign in name):  # a number, or ":" behind a collaboration
            continue
        if names and _is_suffix(name):
            names[-1] += f" {name}"
        elif names and _INITIALS.fullmatch(name):
            names[-1] = f"{name} {names[-1]}"
        else:
            names.append(_FOR_TEAM.sub("", name) if COLLECTIVE.search(name) else name)
    return tuple(names)


def split_bibtex(field: str) -> tuple[str, ...]:
    """Split the author field of a BibTeX entry into names with the given name first, without LaTeX.

    BibTeX writes "Last, First", "Last, Jr, First" or "First Last" with " and " between, and a name of one piece
    in braces: "{NASA Team}".
    """
    names: list[str] = []
    for name in _split_outside_braces(_BIBTEX_AND, _unescaped(one_line(field))):
        if name.startswith("{") and _is_one_group(name):
            several = _AND.split(name[1:-1])  # "{Lovelace, Ada and Babbage, Charles}"
            is_list = len(several) > 1 and all("," in each for each in several)
            names += map(given_first, map(plain, several)) if is_list else [_unbraced(accents(name[1:-1]))]
            continue
        pieces = _split_outside_braces(_BIBTEX_COMMA, _FOOTNOTE.sub("", _ET_AL.sub("", name)))
        parts = [part for piece in pieces if (part := accents(piece).strip())]
        if named := {found[1]: found[2] for part in parts if (found := _NAME_PART.fullmatch(part))}:
            names.append(" ".join(named[each] for each in ("given", "prefix", "family", "suffix") if each in named))
            continue
        are_names = all(map(_INITIALS_FIRST.match, parts)) if len(parts) == 2 else all(" " in part for part in parts)
        if len(parts) > 1 and are_names and not any(map(_is_suffix, parts)):
            names += parts  # "Ada Lovelace, Charles Babbage, Emmy Noether" or "A. Lovelace, C. Babbage", without "and"
        elif len(parts) > 3:  # "Lovelace, A., Somerville, M.", without "and"
            names += split(", ".join(parts))
        elif parts:
            suffixes = [part for part in parts[1:] if _is_suffix(part)] or parts[1:-1]
            given = [part for part in parts[1:] if part not in suffixes]
            names.append(one_line(" ".join([*given, parts[0], *suffixes])))
    return tuple(names)


def people(field: str) -> tuple[str, ...]:
    """The names in a field that is for one, "Lovelace, Ada", and may hold several, with the given name first.

    "Lovelace, Ada and Somerville, Mary" has two, "Centers for Disease Control and Prevention" is one, "et al." none.
    """
    names: list[str] = []
    for part in _unescaped(one_line(field)).split(";"):
        pieces = _AND.split(part)
        for piece in pieces if all("," in each for each in pieces) else [part]:
            name = _ET_AL.sub("", piece.strip())
            names += split(name) if name.count(",") > 2 else [given_first(name)]
    return tuple(filter(None, names))


def listed(cell: str) -> tuple[str, ...]:
    """The names in the cell of a table, with the given name first.

    Takes "Lovelace, Ada; Somerville, Mary", "Ada Lovelace, Mary Somerville and S. Kovalevskaya", "Lovelace, A.,
    Somerville, M.", and a list as Python writes it.
    """
    cell = one_line(cell)
    if list_marks := _LISTED.fullmatch(cell):
        cell = ";".join(re.split(rf"{list_marks['mark']}\s*,\s*['\"]", cell.strip("[] ")[1:-1]))
    if ";" in cell:
        return people(cell)
    names: list[str] = []
    parts = _AND.split(_ET_AL.sub("", cell))
    for part in parts:
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        if all(" " in piece for piece in pieces) or (any(map(_INITIALS.fullmatch, pieces[1::2])) and len(pieces) > 2):
            names += split(part)
        else:
            names += pieces if len(pieces) > 2 and not _is_suffix(pieces[-1]) else [given_first(part)]
    return tuple(filter(None, names))


def initials_first(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those turned round that have the initials last: "Lovelace A.B." becomes "A.B. Lovelace".

    "Ramesh K" may be a given name with an initial, and "Wei LI" a name in full: capitals without a dot are initials
    only where all names of several end so, as in "Lovelace AB", "Babbage C".
    """
    turned = [_initials_first(name) for name in names]
    others = [name for name, new in zip(names, turned, strict=True) if not new and not COLLECTIVE.search(name)]
    several = sum(map(bool, turned)) > 1 and not any(" " in name for name in others)  # beside "Plato"
    is_style = len(names) > 1 and (several or not others)
    return tuple(
        new if new and (is_style or "." in new.rpartition(" ")[0]) else name
        for name, new in zip(names, turned, strict=True)
    )


def _initials_first(name: str) -> str:
    """The name with its last words first if these are initials and the others none; else empty."""
    words = name.split(" ")
    if len(words) > 2 and _is_generation(words[-1]):
        turned = _initials_first(" ".join(words[:-1]))
        return turned and f"{turned} {words[-1]}"
    last = len(words)
    while last and _SHORT_INITIALS.fullmatch(words[last - 1]):
        last -= 1
    is_family = 0 < last < len(words) and "," not in name and not any("." in word for word in words[:last])
    is_written_small = any(sign.islower() for sign in "".join(words[:last]))  # "WEI LI" has no initials
    if not is_family or not is_written_small or _is_generation(words[-1]):
        return ""
    return " ".join([*words[last:], *words[:last]])


def plain(name: str) -> str:
    r"""Write a name on one line, with LaTeX's accents as letters: "Andr\'e" becomes "André"."""
    return " ".join(accents(name).split())


def given_first(name: str) -> str:
    """Turn a name round: "Lovelace, Ada" becomes "Ada Lovelace", "King, Martin, Jr." becomes "Martin King Jr.".

    "Martin King, Jr." and "Ice, Inc." are in order.
    """
    family, *others = [part.strip() for part in name.split(",")]
    if others and _is_suffix(others[0]):
        others = [*others[1:2], others[0], *others[2:]] if len(others) > 1 else ["", *others]
    elif len(others) == 1 and _is_company(others[0]):
        others = ["", *others]
    return one_line(" ".join([*others[:1], family, *others[1:]]))


def family_first(name: str) -> str:
    """Turn a name round: "Jan van der Berg" becomes "van der Berg, Jan"; see `family_and_given`."""
    return ", ".join(filter(None, family_and_given(name)))


def family_and_given(name: str) -> tuple[str, str]:
    """Cut a name with the given name first in two: "Jan van der Berg" into "van der Berg" and "Jan".

    The given name of a single word, of an organisation and of a name with a comma is empty.
    """
    words = name.split(" ")
    if len(words) == 1 or "," in name or COLLECTIVE.search(name):
        return name, ""
    # at the end of a name "I" is a generation, in a list it is an initial
    has_suffix = len(words) > 2 and (_is_suffix(words[-1]) or words[-1] in ("I", "i"))
    last = len(words) - (2 if has_suffix else 1)
    particle = next((at for at in range(1, last) if words[at][:1].islower()), last)
    return " ".join(words[particle:]), " ".join(words[:particle])


def _is_generation(word: str) -> bool:
    return _is_suffix(word) or word in ("II", "III", "IV", "V")


def _unescaped(text: str) -> str:
    return unescape(text) if "&" in text and ";" in text else text


def _is_suffix(word: str) -> bool:
    return word.rstrip(".").lower() in SUFFIXES


def _is_company(word: str) -> bool:
    return word.rstrip(".").lower() in _COMPANIES


def _without_brackets(text: str) -> str:
    """The text without what is in round brackets, however deep; a bracket that never closes stays."""
    pieces: list[str] = []
    opened: list[int] = []  # how many pieces there were when each bracket opened
    for piece in re.split(r"([()])", text):
        if piece == "(":
            opened.append(len(pieces))
            pieces.append(piece)
        elif piece == ")" and opened:
            del pieces[opened.pop() :]
        else:
            pieces.append(piece)
    return "".join(pieces)


def _split_outside_braces(separators: re.Pattern[str], text: str) -> list[str]:
    """The text cut at each separator outside of braces; the pattern finds braces and escaped signs, too."""
    parts: list[str] = []
    start, depth = 0, 0
    for mark in separators.finditer(text):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
        elif depth <= 0 and not mark[0].startswith("\\"):
            parts.append(text[start : mark.start()].strip())
            start = mark.end()
    return [*parts, text[start:].strip()]


def _is_one_group(name: str) -> bool:
    """Whether one pair of braces holds the whole name: "{NASA Team}", but not "{NASA} {Team}"."""
    depth = 0
    for mark in _BRACE.finditer(name):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end() == len(name)
    return False


def _unbraced(name: str) -> str:
    """An organisation's name as it is; "Last, First", which Zotero has in a single field, turned round."""
    family, comma, given = name.partition(", ")
    is_whole = not comma or "," in given or _is_suffix(given) or _is_company(given)
    return name if is_whole else f"{given} {family}"
