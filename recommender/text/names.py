"""Author names: how lists of them are split, how one is turned round, and which spellings can be one person's.

Standard library only, and no list of people: "Ada Lovelace" is "A. Lovelace", "Lovelace, Ada" and "Ada K.
Lovelace", and two people of one name cannot be told apart.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from recommender.text.accents import accents
from recommender.text.lines import one_line

_PARTICLES = frozenset(
    "af al av bin da dal das de del dela della den der des di do dos du el het ibn la las le los ten ter van vom von "
    "zu zum zur".split()
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_COMPANIES = frozenset("inc ltd llc plc corp co gmbh ag sa bv".split())  # what ends an organisation's name
_COLLECTIVES = frozenset(
    "collaboration committee consortium foundation group initiative institute network organization project team "
    "university".split()
)
_NOBODY = frozenset(("etal", "others", "andothers", "anonymous", "unknown"))
_BEFORE_COLLECTIVES = frozenset({"on", "behalf", "of", "for", "the"})

# Lists of authors

_SEPARATOR = re.compile(r",|;|\s(?:and|&)\s")
_FOR_TEAM = re.compile(r"(?:on behalf of|for)\s+(?:the\s+)?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:\w\.[\s-]?)+")  # "J.", "S. J.", "J.-P."
_BRACE = re.compile(r"\\.|[{}]")
# Names in BibTeX are joined by "and"; people also write ";" and "&".
_BIBTEX_AND = re.compile(r"\\[^&]|[{}]|(?:^|\s)(?i:and)(?=\s|$)|;|\s\\?&(?=\s)")
_ET_AL = re.compile(r"(?:^|,\s?|\s)(?:and\s)?(?:et\.?\s?al\.?|others)$", re.IGNORECASE)
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
            names.append(_FOR_TEAM.sub("", name) if _COLLECTIVE.search(name) else name)
    return tuple(names)


def split_bibtex(field: str) -> tuple[str, ...]:
    """Split the author field of a BibTeX entry into names with the given name first, without LaTeX.

    BibTeX writes "Last, First", "Last, Jr, First" or "First Last" with " and " between, and a name of one piece
    in braces: "{NASA Team}".
    """
    names: list[str] = []
    for name in _split_outside_braces(_BIBTEX_AND, _unescaped(one_line(field))):
        if name.startswith("{") and _is_one_group(name):
            names.append(_unbraced(accents(name[1:-1])))
            continue
        parts = [accents(part).strip() for part in _split_outside_braces(_BIBTEX_COMMA, _ET_AL.sub("", name))]
        if len(parts) > 2 and all(" " in part for part in parts) and not any(map(_is_suffix, parts)):
            names += parts  # "Ada Lovelace, Charles Babbage, Emmy Noether", without "and"
            continue
        if sum(map(bool, parts)) > 3:  # "Lovelace, A., Somerville, M.", without "and"
            names += split(", ".join(parts))
            continue
        if len(parts) == 3:
            parts = [parts[0], parts[2], parts[1]]
        if any(parts):
            names.append(one_line(" ".join([*parts[1:2], parts[0], *parts[2:]])))
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
    is_style = len(names) > 1 and all(new or _COLLECTIVE.search(name) for name, new in zip(names, turned, strict=True))
    return tuple(new if new and (is_style or "." in new) else name for name, new in zip(names, turned, strict=True))


def _initials_first(name: str) -> str:
    """The name with its last words first if these are initials and the others none; else empty."""
    words = name.split(" ")
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
    """Turn a name round: "Lovelace, Ada" becomes "Ada Lovelace", "King, Martin, Jr." becomes "Martin King Jr."."""
    family, *others = [part.strip() for part in name.split(",")]
    return one_line(" ".join([*others[:1], family, *others[1:]]))


def family_first(name: str) -> str:
    """Turn a name round: "Jan van der Berg" becomes "van der Berg, Jan"; see `family_and_given`."""
    return ", ".join(filter(None, family_and_given(name)))


def family_and_given(name: str) -> tuple[str, str]:
    """Cut a name with the given name first in two: "Jan van der Berg" into "van der Berg" and "Jan".

    The given name of a single word, of an organisation and of a name with a comma is empty.
    """
    words = name.split(" ")
    if len(words) == 1 or "," in name or _COLLECTIVE.search(name):
        return name, ""
    # at the end of a name "I" is a generation, in a list it is an initial
    has_suffix = len(words) > 2 and (_is_suffix(words[-1]) or words[-1] in ("I", "i"))
    last = len(words) - (2 if has_suffix else 1)
    particle = next((at for at in range(1, last) if words[at][:1].islower()), last)
    return " ".join(words[particle:]), " ".join(words[:particle])


_COLLECTIVE = re.compile(rf"(?:{'|'.join(sorted(_COLLECTIVES))})s?\b", re.IGNORECASE)


def _is_generation(word: str) -> bool:
    return _is_suffix(word) or word in ("II", "III", "IV", "V")


def _unescaped(text: str) -> str:
    return unescape(text) if "&" in text and ";" in text else text


def _is_suffix(word: str) -> bool:
    return word.rstrip(".").lower() in _SUFFIXES


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
    is_whole = not comma or "," in given or _is_suffix(given) or given.lower().rstrip(".") in _COMPANIES
    return name if is_whole else f"{given} {family}"


# Names taken apart and compared

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}  # Unicode splits no mark off
    | dict.fromkeys("'’ʼ‘`´", "")  # O'Brien matches OBrien
    | dict.fromkeys("‐‑‒–−", "-")
    | {".": " "}
)
_WORD = re.compile(r"(-?) ?([^\W_]+)")
_CAPITALS = re.compile(r"[A-Z]{2,3}")  # "Lovelace, AK"


class Name(NamedTuple):
    """A parsed name, in small letters without accents."""

    given: tuple[tuple[str, bool], ...]  # each word, and whether a hyphen binds it to the one before it
    family: str  # with its particles as one word: "vanderberg"; a collaboration or a single name is all family
    suffix: str = ""  # "jr", "iii"

    @property
    def letters(self) -> str:
        """All but the suffix as one word."""
        return _joined(self.given) + self.family


def parse(name: str) -> Name:
    """Parse a name; one without letters and digits has an empty family.

    Takes "Ada King Lovelace", "Lovelace, Ada K.", "Lovelace, AK" and "Davis, Jr., Sammy".
    """
    family, *others = name.split(",")
    suffixes = [_fold(part) for part in others if _fold(part) in _SUFFIXES]
    given = " ".join(part for part in others if _fold(part) not in _SUFFIXES)
    if not name.isupper():
        given = _CAPITALS.sub(lambda capitals: " ".join(capitals[0]), given)
    words = [(word, hyphen == "-") for hyphen, word in _WORD.findall(_fold(f"{given} {family}"))]
    if any(word in _COLLECTIVES for word, _ in words):
        while words and words[0][0] in _BEFORE_COLLECTIVES:
            words.pop(0)
        return Name((), _joined(words))
    if len(words) > 2 and words[-1][0] in _SUFFIXES:
        suffixes.append(words.pop()[0])
    start = max(len(words) - 1, 0)
    while start > 1 and (words[start][1] or words[start - 1][0] in _PARTICLES):
        start -= 1
    return Name(tuple(words[:start]), _joined(words[start:]), "".join(suffixes[:1]))


def same(one: Name, other: Name) -> bool:
    """Whether both can be one person; symmetric.

    An initial matches any name it begins. Middle names may be missing, but must not contradict: "Ada K. Lovelace"
    is not "Ada M. Lovelace". Particles belong to the family. A single name and a collaboration match only
    themselves. Two names in full may come in either order, as Chinese ones do: "Wei Zhang" is "Zhang Wei".
    """
    if not one.family or (one.suffix and other.suffix and one.suffix != other.suffix):
        return False
    if one.letters == other.letters:
        return bool(one.given) == bool(other.given)
    if not one.given or not other.given:
        return False
    if one.family != other.family:
        return _turned_round(one, other)
    longer, shorter = (one, other) if len(one.given) > len(other.given) else (other, one)
    return _agree(longer.given, shorter.given)


def is_family_alone(name: str) -> bool:
    """Whether this is a family name in Latin letters without a given one: "LeCun", "van der Berg"."""
    *before, _ = words(name) or [""]
    return name.isascii() and (not before or (name[:1].islower() and _PARTICLES.issuperset(before)))


def words(name: str) -> list[str]:
    """The words of a name without "Jr." and the like, in small letters without accents."""
    return [word for _, word in _WORD.findall(_fold(name)) if word not in _SUFFIXES]


def family_keys(name: str) -> list[str]:
    """Keys of which two spellings of one name share one: the family name, and the whole name whatever its order.

    The family name of "Lovelace A." is the word that is no initial, that of "LHCb Collaboration" is "lhcb"; "et al."
    has none.
    """
    parsed = parse(name)
    if parsed.letters in _NOBODY:
        return []
    if not parsed.given:
        return [_COLLECTIVE.sub("", parsed.family) or parsed.family] if parsed.family else []
    longest = max((word for word, _ in parsed.given), key=len)
    family = longest if len(parsed.family) == 1 else parsed.family
    return [family, " ".join(sorted(words(name)))]


@lru_cache(maxsize=2**15)  # the authors of a day's papers, for one reader after another
def key(name: str) -> str:
    """The letters and digits of a name in full, given name first: equal for all its spellings.

    Stricter than `same`, and fast: initials and missing middle names give other keys.
    """
    if name.isascii() and "," not in name:
        # faster than str.translate, and a first ranking may need 20,000 keys
        return name.lower().replace(" ", "").replace(".", "").replace("-", "").replace("'", "")
    family, _, given = name.partition(",")
    return "".join(filter(str.isalnum, _fold(given + family)))


@lru_cache(maxsize=2**14)
def in_full(name: str) -> bool:
    """Whether a name is more than a family name with initials."""
    parsed = parse(name)
    return bool(parsed.family) and (not parsed.given or len(parsed.given[0][0]) > 1)


def _fold(name: str) -> str:
    """Small letters without accents, dots and apostrophes; spaces are single ones."""
    split = unicodedata.normalize("NFKD", name.translate(_LETTERS)).casefold().translate(_LETTERS)
    return " ".join("".join(sign for sign in split if not unicodedata.combining(sign)).split())


def _agree(longer: tuple[tuple[str, bool], ...], shorter: tuple[tuple[str, bool], ...]) -> bool:
    """Whether the shorter list of given names matches the longer in order, starting with the first."""
    place, in_full = 0, False  # how many matched, and whether the last one did so in full
    for word, hyphen in longer:
        if place < len(shorter) and _means(word, shorter[place][0]):
            in_full = len(word) > 1 and len(shorter[place][0]) > 1
            place += 1
        elif place == 0 or (hyphen and in_full):  # "Ji-Hoon" is "J.", but not "Ji"
            return False
    return place == len(shorter)


def _means(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _turned_round(one: Name, other: Name) -> bool:
    """Whether the given name of each is the family name of the other, and none is an initial."""
    given, others = _joined(one.given), _joined(other.given)
    return min(len(given), len(others)) > 1 and given == other.family and others == one.family


def _joined(words: Iterable[tuple[str, bool]]) -> str:
    return "".join(word for word, _ in words)
