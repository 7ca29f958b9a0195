"""Citation keys, and the year in them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from recommender.ids import arxiv_id
from recommender.paper import Paper
from recommender.results.incoming import LibraryEntry
from recommender.text.names import family_and_given

_STOP_WORDS = frozenset("a an the on of for in to and with from by at is are do does towards toward via using".split())
_KEY = re.compile(r"[^\s,{}()\"#%~\\'=@^$&]{1,200}")
_LONGEST = 60  # characters of a key without its number


def keys(entries: Iterable[LibraryEntry]) -> list[str]:
    """A unique citation key for each entry: the imported one, or one like lovelace2005neural.

    The latter has family name, year and first word of the title.
    """
    entries = list(entries)
    imported = Counter(entry.record.get("key", "") for entry in entries)
    counts = {key: 1 for key in imported if key}
    citation_keys: list[str] = []
    for entry in entries:
        if (key := entry.record.get("key", "")) and imported[key] == 1 and _KEY.fullmatch(key) and key.isprintable():
            citation_keys.append(key)  # the reader cites it by this
            continue
        paper = entry.paper
        words = (_ascii(word) for word in re.split(r"[\s\-–—:/]+", paper.title))
        word = next((word for word in words if word and word not in _STOP_WORDS), "")
        family = _ascii(family_and_given(paper.authors[0])[0]) if paper.authors else ""
        stem = f"{family}{year(paper)}{word}"[:_LONGEST] or "paper"
        counts[stem] = counts.get(stem, 0) + 1
        # stems have no hyphen, so that a numbered key is never another paper's
        citation_keys.append(stem if counts[stem] == 1 else f"{stem}-{counts[stem]}")
    return citation_keys


def year(paper: Paper) -> str:
    """The year of submission, by its date or by the arXiv id; empty if neither tells it."""
    if paper.submitted:
        return f"{paper.submitted.year:04}"
    if not arxiv_id(paper.id):
        return ""
    short = paper.id.rpartition("/")[2][:2]
    return f"19{short}" if short > "90" else f"20{short}"


def _ascii(word: str) -> str:
    """The letters and digits of a word in small ASCII: "erdos" for "Erdős"."""
    folded = unicodedata.normalize("NFKD", word).lower()
    return re.sub(r"[^a-z0-9]", "", folded)
