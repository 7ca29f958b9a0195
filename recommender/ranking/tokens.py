"""Tokenisation: the words of a text, and the words of a paper as bytes that a library can store.

Imports only the standard library: papers are encoded when they are saved, long before anything is ranked.
"""

import re
import sys
from array import array
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from unicodedata import normalize
from zlib import crc32

from recommender.paper import Paper
from recommender.text.accents import accents
from recommender.text.american import american
from recommender.text.folding import folded, searchable, wide_pairs, with_signs

_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"\w\w+")
_PARTS = re.compile(r"[^\W_]+")
_SIGNED = re.compile(r"[\w∞]+")
_GENITIVE = re.compile(r"(?<=\w)['’]s\b")
_GROUP = re.compile(r"(?<![\w^])([A-Z])\(([0-9]{1,2})\)")  # "U(1)", "O(3)"
_HYPHEN = re.compile(r"-(?=(\w\w+))")
# "I study", "I would like to follow papers on", "my research is about", "interested in": no part of a topic.
_OPENING = re.compile(
    r"""\b(?:
        (?:i|we)\b (?:['’](?:m|d|re|ve)\b)?
            (?:\s+(?:am|are|have|been|would|also|mainly|mostly|currently|like|love|want|to|do|did))*
            (?:\s+(?:stud(?:y|ied)|research(?:ed)?|investigate|explore|follow|read|care|(?:work|focus)(?:ed|ing)?
                |interested|studying|papers?|articles?|research))*
      | (?:my|our)\s+(?:\w+\s+)?(?:research|work|interests?|focus|field|area|topics?)
            (?:\s+(?:interests?|topics?|areas?))* (?:\s+(?:is|are|lies?|focus(?:es)?|includes?|concerns?))*
      | interested(?=\s+in\b)
    )(?:\s+(?:on|in|about|with|of))?(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)

# Words without a topic. They are removed before word pairs are made, so "state of the art" gives the pair "state art".
STOP_WORDS = frozenset(
    """
    about above across after again against all almost along already also although always am among an and
    another any are around as at be became because been before being below between both but by can cannot
    could did do does doing done down due during each either else enough etc even ever every few for from
    further get give given had has have having he hence her here him his how however if in indeed instead
    into is it its itself just keep less made make many may me might more most mostly much must my namely
    neither never nevertheless no nor not nothing now of off often on once one only onto or other others
    otherwise our ours out over own per perhaps please quite rather re really same see seem seems several
    she should since so some still such than that the their theirs them then there thereby therefore these
    they this those though through throughout thus to together too toward towards under until up upon us
    very via was we well were what whatever when whenever where whereas whereby whether which while who
    whole whom whose why will with within without would yet you your
    """.split()
)


# Frequent irregular plurals by their singular, and words in -s that are no plural.
_SINGULARS = {
    plural: singular
    for pair in """
    atlas:atlases automaton:automata axis:axes bacterium:bacteria bias:biases bus:buses cache:caches canvas:canvases
    crisis:crises criterion:criteria extremum:extrema focus:foci formula:formulae gas:gases headache:headaches
    index:indices larva:larvae lens:lenses locus:loci matrix:matrices maximum:maxima minimum:minima mouse:mice
    nebula:nebulae niche:niches nucleus:nuclei optimum:optima phenomenon:phenomena polyhedron:polyhedra radius:radii
    shoe:shoes simplex:simplices spectrum:spectra status:statuses stimulus:stimuli stratum:strata supernova:supernovae
    toe:toes torus:tori vertex:vertices virus:viruses vortex:vortices
    atlas:atlas axis:axis bias:bias canvas:canvas chaos:chaos cosmos:cosmos iris:iris kansas:kansas lens:lens
    means:means news:news pancreas:pancreas series:series species:species texas:texas
    """.split()
    for singular, _, plural in [pair.partition(":")]
}
# Endings of regular plurals and what stands in their place; the first that fits counts. An ending that stays as it is
# is one of singulars: "class", "virus", "basis".
_ENDINGS = (
    *(("ss", "ss"), ("us", "us"), ("is", "is")),
    *(("theses", "thesis"), ("yses", "ysis"), ("gnoses", "gnosis"), ("stases", "stasis")),
    *(("eies", "eie"), ("aies", "aie"), ("ies", "y")),
    *(("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("oes", "o")),
    ("s", ""),
)

# `str.translate` table for ASCII: lower case, and a space for every character that _WORD does not match.
_LOWER_WORDS = "".join(chr(code).lower() if re.match(r"\w", chr(code)) else " " for code in range(128))
_DROPPED = STOP_WORDS | set(_LOWER_WORDS)  # single characters are dropped too


def words(text: str) -> list[str]:
    """The words of a text in order: lower case, two characters or more, folded, without stop words and URLs.

    A letter before a hyphen makes a word with what follows it, too: "Q-learning" is "qlearning", "learning". Chinese
    and Japanese text is cut into pairs of letters.
    """
    text = plain(text)
    if text.isascii():  # a faster way to the same words
        return [word for word in text.translate(_LOWER_WORDS).split() if word not in _DROPPED]
    return [form.lower() for run in _WORD.findall(text) for form in wide_pairs(run) if counts(form.lower())]


def counts(word: str) -> bool:
    """Whether a word in lower case stands in the encoded paper: it is longer than a letter, and no stop word."""
    return len(word) > 1 and word not in STOP_WORDS


def sequence(text: str) -> list[str]:
    """The words of a text in order and in lower case, with single letters and digits: "W boson" is "w", "boson".

    Stop words are left out, and the article "a" and the "s" of a genitive among them.
    """
    text = _GENITIVE.sub("", searchable(_URL.sub(" ", text)))
    return [word.lower() for word in _PARTS.findall(text) if word != "a" and word.lower() not in STOP_WORDS]


def has_sequence(paper: Paper, wanted: Sequence[str]) -> bool:
    """Whether these words, as `sequence` gives them, follow one another in title or abstract, in singular or plural."""
    stems = list(map(stem, wanted))
    for text in (paper.title, paper.abstract):
        found = list(map(stem, sequence(text)))
        if any(found[at : at + len(stems)] == stems for at in range(len(found) - len(stems) + 1)):
            return True
    return False


def names(paper: Paper, wanted: Set[int] | None = None) -> dict[int, str]:
    """The words of a paper as they are written in it ("MRI"), by their number in the encoded paper.

    Args:
        wanted: the numbers to look up; None: all.
    """
    found: dict[int, str] = {}
    seen: set[str] = set()
    for text in (paper.title, paper.abstract):
        written = spellings(text)
        for run in _WORD.findall(plain(text)):
            for form in wide_pairs(run):
                word = form.lower()
                if word in seen or not counts(word):
                    continue
                seen.add(word)
                key = number(word)
                if wanted is None or key in wanted:
                    # A capital first letter alone is the start of a sentence: "Fusion" is named "fusion".
                    form = written.get(form, form)
                    lower = form.lower()
                    found.setdefault(key, lower if form[1:] == lower[1:] and "-" not in form else form)
                    if wanted is not None and len(found) == len(wanted):
                        return found
    return found


def encode(paper: Paper) -> bytes:
    """The words of a paper as CRC-32 numbers in order: uint32, little-endian; title, a zero, abstract.

    Numbers need no shared vocabulary, so papers can be encoded one by one and compared later. Among 200,000 different
    words about five pairs share a number. A change here needs a new `recommender.ranking.ENCODING`.
    """
    numbers = array("I", [*map(number, words(paper.title)), 0, *map(number, words(paper.abstract))])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def plain(text: str) -> str:
    """The text that words are taken from: folded, without URLs, with "Qlearning learning" for "Q-learning".

    "U(1)" is "U1", which has no other word; "SU(3)" is "SU".
    """
    text = folded(_URL.sub(" ", text) if "://" in text else text)
    text = _GROUP.sub(r"\1\2 ", text) if "(" in text else text
    pieces: list[str] = []
    start = 0
    for at, hyphen, rest in _signs_before_hyphens(text):
        pieces += [text[start : at + 1], rest, " "]
        start = hyphen + 1
    return "".join([*pieces, text[start:]]) if pieces else text


def spellings(text: str) -> dict[str, str]:
    """The words of `plain` that the text writes in another way: "Schrodinger" as "Schrödinger"."""
    text = _URL.sub(" ", text) if "://" in text else text
    flat = folded(text)
    found = {f"{group[1]}{group[2]}": group[0] for group in _GROUP.finditer(flat)}
    found |= {f"{flat[at]}{rest}": f"{flat[at:hyphen]}-{rest}" for at, hyphen, rest in _signs_before_hyphens(flat)}
    signs = with_signs(text)
    text = accents(text)
    if text.isascii() and signs.isascii():
        return found
    text = normalize("NFC", text)
    for at, hyphen, rest in _signs_before_hyphens(text):
        found[folded(text[at] + rest)] = f"{text[at:hyphen]}-{rest}"
    forms = [form for run in _WORD.findall(text) for form in wide_pairs(run) if not form.isascii()]
    written = set(_SIGNED.findall(signs))
    named = {folded(form): form for form in written if not form.isascii()}  # "beta": "β"
    return found | {name: form for name, form in named.items() if name not in written} | {folded(f): f for f in forms}


def _signs_before_hyphens(text: str) -> Iterator[tuple[int, int, str]]:
    """The position of each letter or digit that stands alone before a hyphen, that of the hyphen, the word behind it.

    Also of the letter in "C*-algebra" and of the digit in "3-manifold".
    """
    if "-" in text:
        for hyphen in _HYPHEN.finditer(text):
            at = hyphen.start() - 1
            while at > 0 and text[at] == "*":
                at -= 1
            is_alone = at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_-.,")
            if at >= 0 and is_alone and (text[at].isalpha() or (text[at].isdigit() and hyphen[1][0].isalpha())):
                yield at, hyphen.start(), hyphen[1]


def topic(interests: str) -> str:
    """Stated interests without phrases such as "I study" or "my research is about"."""
    return " ".join(_OPENING.sub(" ", interests).split())


def topics(interests: str) -> dict[str, list[str]]:
    """The phrases of each stated topic, by its text: topics end at ";" or lines, phrases at "," too.

    Topics and phrases are as `topic` gives them, and have a word that counts. Of texts that differ in capitals alone
    the first is the topic.
    """
    found: dict[str, list[str]] = {}
    names = set()
    for text in map(topic, re.split(r"[;\n]", interests)):
        phrases = [part for part in dict.fromkeys(map(str.strip, text.split(","))) if words(part)]
        name = text.strip(" ,.")
        if phrases and name.casefold() not in names:
            found[name] = phrases
            names.add(name.casefold())
    return found


def stem(word: str) -> str:
    """The common form of a word's singular and plural and of its spellings: "galaxy" for "galaxies", "matrix" for
    "matrices", "color" for "colours".

    The S-stemmer of Harman, "How Effective Is Suffixing?" (1991), with more endings and with irregular plurals. A stem
    need not be a word ("movy" for "movie" and "movies"), so it is never shown.

    Args:
        word: in lower case, as `words` gives it.
    """
    word = american(word)
    if singular := _SINGULARS.get(word):
        return singular
    if len(word) <= 3:  # "gas", "GPS"
        return word
    if len(word) == 4 and word.endswith(("ies", "is")):  # "ties", "APIs"
        return word[:-1]
    if word.endswith("ie") and len(word) > 4:
        return f"{word[:-2]}y"
    if word.endswith("s"):
        for ending, replacement in _ENDINGS:
            if word.endswith(ending):
                return word[: -len(ending)] + replacement
    return word


@lru_cache(maxsize=2**16)
def number(word: str) -> int:
    """The CRC-32 of a word's stem; never 0, which separates title and abstract."""
    return crc32(stem(word).encode("utf-8", "replace")) or 1
