"""Text becomes words, and a paper's words become bytes that a library can keep.

Standard library only: papers are encoded when they come in, long before anything is ranked.
"""

import re
import sys
from array import array
from zlib import crc32

from recommender.paper import Paper

VERSION = 1  # grows when the same paper would be encoded otherwise; what was cached before is then ignored

_LATEX_COMMAND = re.compile(r"\\[a-zA-Z]+")
_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"\w\w+")

# Words that say nothing of a topic. They are dropped before word pairs are made, so that "state of the
# art" is the pair "state art".
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


def words(text: str) -> list[str]:
    """The words of a text in order: small letters, two characters or more, no stop words, no LaTeX."""
    plain = _URL.sub(" ", _LATEX_COMMAND.sub(" ", text)).lower()
    return [word for word in _WORD.findall(plain) if word not in STOP_WORDS]


def encode(paper: Paper) -> bytes:
    """The words of a paper as CRC-32 numbers in order, 4 bytes each, little-endian: title, a zero, abstract.

    A number stands for its word without any shared vocabulary, so papers can be encoded one by one and
    compared later; among 200,000 different words about five pairs share a number.
    """
    title = [crc32(word.encode("utf-8", "replace")) for word in words(paper.title)]
    abstract = [crc32(word.encode("utf-8", "replace")) for word in words(paper.abstract)]
    numbers = array("I", [*title, 0, *abstract])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
