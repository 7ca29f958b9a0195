"""Which spellings of a name can be one person's.

Standard library only, and no list of people: "Ada Lovelace" is "A. Lovelace", "Lovelace, Ada" and "Ada K.
Lovelace", and two people of one name cannot be told apart.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_COLLECTIVES = frozenset(
    "collaboration committee consortium foundation group initiative institute network organization project team "
    "university".split()
)
COLLECTIVE = re.compile(rf"(?:{'|'.join(sorted(_COLLECTIVES))})s?\b", re.IGNORECASE)
_PARTICLES = frozenset(
    "af al av bin da dal das de del dela della den der des di do dos du el het ibn la las le los ten ter van vom von "
    "zu zum zur".split()
)
_NOBODY = frozenset(("etal", "others", "andothers", "anonymous", "unknown"))
_BEFORE_COLLECTIVES = frozenset({"on", "behalf", "of", "for", "the"})
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}  # Unicode splits no mark off
    | dict.fromkeys("'’ʼ‘`´", "")  # O'Brien matches OBrien
    | dict.fromkeys("‐‑‒–−", "-")
    | {".": " "}
)
_WORD = re.compile(r"(-?) ?([^\W_]+)")
_CAPITALS = re.compile(r"[A-Z]{2,3}")  # "Lovelace, AK"
_ABBREVIATED = re.compile(r"(?<![^\W_])(?!(?:Jr|Sr|St|Ste)\.)([A-Z])[a-z]{1,2}\.(?=\W*\w)")  # "Yu. Makeenko"


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

    Takes "Ada King Lovelace", "Lovelace, Ada K.", "Lovelace, AK" and "Davis, Jr., Sammy". The start of a given name
    with a dot counts as an initial: "Yu. Makeenko" is "Y. Makeenko".
    """
    family, *others = name.split(",")
    suffixes = [_fold(part) for part in others if _fold(part) in SUFFIXES]
    given = " ".join(part for part in others if _fold(part) not in SUFFIXES)
    if not name.isupper():
        given = _CAPITALS.sub(lambda capitals: " ".join(capitals[0]), given)
    whole = f"{given} {family}"
    whole = _ABBREVIATED.sub(r"\1.", whole) if "." in whole else whole
    words = [(word, hyphen == "-") for hyphen, word in _WORD.findall(_fold(whole))]
    if any(word in _COLLECTIVES for word, _ in words):
        while words and words[0][0] in _BEFORE_COLLECTIVES:
            words.pop(0)
        return Name((), _joined(words))
    if len(words) > 2 and words[-1][0] in SUFFIXES:
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
    return [word for _, word in _WORD.findall(_fold(name)) if word not in SUFFIXES]


def family_keys(name: str) -> list[str]:
    """Keys of which two spellings of one name share one: the family name, and the whole name whatever its order.

    The family name of "Lovelace A." is the word that is no initial, that of "LHCb Collaboration" is "lhcb"; "et al."
    has none.
    """
    parsed = parse(name)
    if parsed.letters in _NOBODY:
        return []
    if not parsed.given:
        return [COLLECTIVE.sub("", parsed.family) or parsed.family] if parsed.family else []
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
