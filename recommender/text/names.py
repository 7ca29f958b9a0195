"""Author names: whether two spellings can be one person's.

Standard library only, and no list of known people: "Ada Lovelace" is "A. Lovelace", "Lovelace, Ada" and "Ada K.
Lovelace", and nothing tells two people of one name apart.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_PARTICLES = frozenset(
    "af al av bin da dal das de del dela della den der des di do dos du el het ibn la las le los ten ter van vom von "
    "zu zum zur".split()
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_COLLECTIVES = frozenset({"collaboration", "committee", "consortium", "group", "organization", "project", "team"})
_BEFORE_COLLECTIVES = frozenset({"on", "behalf", "of", "for", "the"})
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}  # Unicode splits no mark off
    | dict.fromkeys("'’ʼ‘`´", "")  # O'Brien is OBrien
    | dict.fromkeys("‐‑‒–−", "-")
    | {".": " "}
)
_WORD = re.compile(r"(-?) ?([^\W_]+)")
_CAPITALS = re.compile(r"[A-Z]{2,3}")  # "Lovelace, AK"


class Name(NamedTuple):
    """A name taken apart, in small letters without accents."""

    given: tuple[tuple[str, bool], ...]  # each word, and whether a hyphen binds it to the one before it
    family: str  # with its particles as one word: "vanderberg"; of a collaboration or a single name all of it
    suffix: str = ""  # "jr", "iii"

    @property
    def letters(self) -> str:
        """All but the suffix as one word."""
        return _joined(self.given) + self.family


def parse(name: str) -> Name:
    """Take a name apart; one without letters and digits has an empty family.

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
    """Whether both can be one person; as true the other way round.

    An initial stands for any name it begins. Names in the middle may be missing, but must not contradict: "Ada K.
    Lovelace" is not "Ada M. Lovelace". Particles belong to the family. A single name and a collaboration are only
    themselves. Two names in full may stand in either order, as Chinese ones do: "Wei Zhang" is "Zhang Wei".
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


def key(name: str) -> str:
    """What spellings of one name written in full have in common: its letters and digits in their order.

    Stricter than `same`, and fast: initials, and names that are missing in the middle, make other keys.
    """
    if name.isascii() and "," not in name:
        # a third of the time of str.translate, and a ranking may need 20,000
        return name.lower().replace(" ", "").replace(".", "").replace("-", "").replace("'", "")
    family, _, given = name.partition(",")
    return "".join(filter(str.isalnum, _fold(given + family)))


def in_full(name: str) -> bool:
    """Whether it is more than a family name with initials."""
    parsed = parse(name)
    return bool(parsed.family) and (not parsed.given or len(parsed.given[0][0]) > 1)


def _fold(name: str) -> str:
    """Small letters without accents, dots and apostrophes; spaces are single ones."""
    split = unicodedata.normalize("NFKD", name.translate(_LETTERS)).casefold().translate(_LETTERS)
    return " ".join("".join(sign for sign in split if not unicodedata.combining(sign)).split())


def _agree(longer: tuple[tuple[str, bool], ...], shorter: tuple[tuple[str, bool], ...]) -> bool:
    """Whether each given name of the shorter has its own in the longer, in order, and the first is the first."""
    place, in_full = 0, False  # how many have theirs, and whether the last one did so in full
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
    """Whether two names in full are the same two, the other way round."""
    given, others = _joined(one.given), _joined(other.given)
    return min(len(given), len(others)) > 1 and given == other.family and others == one.family


def _joined(words: Iterable[tuple[str, bool]]) -> str:
    return "".join(word for word, _ in words)
