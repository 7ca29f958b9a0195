"""British spellings as American ones, so that both are found as one word: "behaviour", "modelling", "optimisation".

And German names in ASCII letters, "Groebner", as folding writes "Gröbner".
"""

import re
from functools import cache, lru_cache

_LONG_WORD = re.compile("[A-Za-z]{4,}")
_WORDS = {
    "aeroplane": "airplane",
    "ageing": "aging",
    "aluminium": "aluminum",
    "analogue": "analog",
    "artefact": "artifact",
    "catalogue": "catalog",
    "defence": "defense",
    "dialogue": "dialog",
    "grey": "gray",
    "programme": "program",
}
_STARTS = {
    "anaem": "anem",
    "anaesth": "anesth",
    "haem": "hem",
    "ischaem": "ischem",
    "leukaem": "leukem",
    "oesoph": "esoph",
    "oestr": "estr",
    "paediat": "pediat",
    "sulph": "sulf",
    "goedel": "godel",
    "groebner": "grobner",
    "grueneisen": "gruneisen",
    "hoelder": "holder",
    "kaehler": "kahler",
    "kuenneth": "kunneth",
    "moebius": "mobius",
    "moessbauer": "mossbauer",
    "roentgen": "rontgen",
    "roessler": "rossler",
    "schroedinger": "schrodinger",
}
# What stands before "-ise"; "arise", "noise", "precise" and "promise" stay.
_ISE = "(?:al|an|ar|as|en|er|es|et|gn|ic|id|il|im|iv|nt|ol|(?<!pr)om|on|or|tr)"
_OUR = "behavi col endeav fav flav harb hon hum lab neighb od rig rum tum vap vig".split()
_RE = "calib cent fib lit lust met theat".split()
_DOUBLED = "cancel channel fuel funnel label level model panel signal spiral travel tunnel".split()


@cache
def _british() -> re.Pattern[str]:
    """Compiled at first use: a quick command opens the library, but reads no text."""
    return re.compile(
        rf"""(?<=[a-z]{{3}}) (?P<ization> isation)
          | (?<=[a-z]) {_ISE} (?P<ize> is) (?= (?:e|ed|es|er|ers|ing)\b)
          | (?<=al|ol) (?P<yze> ys) (?= (?:e|ed|er|ers|ing)\b)
          | (?:{"|".join(_OUR)}) (?P<our> our)
          | (?:{"|".join(_RE)}) (?P<re> re) (?= [sd]?\b)
          | (?:{"|".join(_DOUBLED)}) (?P<doubled> l) (?= (?:ing|ings|ed|er|ers)\b)
          | \b (?P<start> {"|".join(_STARTS)})
          | \b (?P<word> {"|".join(_WORDS)}) (?= s?\b)""",
        re.VERBOSE | re.IGNORECASE,
    )


_ENDINGS = {"ization": "ization", "ize": "iz", "yze": "yz", "our": "or", "re": "er", "doubled": ""}


def american(text: str) -> str:
    """The text with British spellings as American ones; all other words stay as they are."""
    return _LONG_WORD.sub(lambda found: _word(found[0]), text)


@lru_cache(maxsize=2**16)
def _word(word: str) -> str:
    return _british().sub(_spelled, word)


def _spelled(british: re.Match[str]) -> str:
    kind = british.lastgroup or ""
    part = british[kind]
    if kind in _ENDINGS:
        following = british.string[british.end() :][:1].lower()
        ending = "ere" if kind == "re" and following == "d" else _ENDINGS[kind]
        return british[0][: -len(part)] + ending
    return (_STARTS | _WORDS)[part.lower()]
