"""SQL of the index of authors' names: words without accents, any case."""

import re
import sqlite3

from recommender.store.full_text import quoted
from recommender.store.rows import texts_from_json
from recommender.text import persons

_APOSTROPHES = "['’ʼ‘`´]"  # the index splits "O'Brien" here
_LONGEST_WORD = 60  # letters; the spellings of one with thousands fill the memory
# Letters that Unicode does not split into a plain one and a mark, so that the index keeps them: "o" finds "ø", too.
_OTHER_LETTERS = (("o", "ø"), ("l", "ł"), ("d", "đ"), ("d", "ð"), ("i", "ı"), ("th", "þ"), ("ae", "æ"), ("oe", "œ"))


def keys(connection: sqlite3.Connection, name: str) -> list[int]:
    """The keys of the papers by this author; a family name alone finds all who bear it."""
    wanted = persons.parse(name)
    family_words = persons.words(re.sub(_APOSTROPHES, " ", name.partition(",")[0]))
    if not wanted.family or not family_words:
        return []
    family = _any_spelling(family_words[-1])
    narrow = f"{family} AND {_given(wanted.given[0][0])}" if wanted.given else family
    # the family name alone, as more authors than the narrow expression has can be meant: "Jihoon" is "Ji-Hoon"
    return _by(connection, narrow, wanted) or (_by(connection, family, wanted) if wanted.given else [])


def _by(connection: sqlite3.Connection, expression: str, wanted: persons.Name) -> list[int]:
    rows = connection.execute(
        "SELECT key, authors FROM paper WHERE key IN (SELECT rowid FROM author_fts WHERE author_fts MATCH ?)",
        (expression,),
    )
    return [key for key, authors in rows if any(_is(wanted, author) for author in texts_from_json(authors))]


def _is(wanted: persons.Name, author: str) -> bool:
    if wanted.family not in persons.key(author):  # faster than to parse all authors
        return False
    parsed = persons.parse(author)
    return persons.same(wanted, parsed) or wanted.letters == parsed.family


def _given(word: str) -> str:
    """An expression for the papers of authors with this given name or initial."""
    return f"({_any_spelling(word)} OR {quoted(word[0])})" if len(word) > 1 else f"{quoted(word)} *"


def _any_spelling(word: str) -> str:
    """An expression for a word without accents, with any letter in a form that the index keeps."""
    if len(word) > _LONGEST_WORD:
        return quoted(word)
    spellings = {word}
    for plain, letter in _OTHER_LETTERS:
        spellings.add(word.replace(plain, letter))
        spellings.update(word[: m.start()] + letter + word[m.end() :] for m in re.finditer(plain, word))
    return f"({' OR '.join(map(quoted, sorted(spellings)))})"
