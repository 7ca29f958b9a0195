"""Text that others wrote, made short and harmless: on one line, cut at a word or a sentence."""

import re

from recommender.text.lines import one_line
from recommender.text.short import cut_at_word

_MAX_SENTENCES = 3


def printable_line(text: str) -> str:
    """The text on one line, without invisible signs: control characters, direction marks, halves of surrogates."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def visible_line(text: str) -> str:
    """The same for titles, names and abstracts: with joiners (of emoji, of Persian), and letters newer than Python."""
    return one_line(re.sub("[\u061c\u200e\u200f]+", " ", text))


def first_sentences(text: str, room: int) -> str:
    """The first sentences, as many as fit into `room` characters; a longer first one is cut at a word."""
    excerpt = ""
    for sentence in _sentences(text)[:_MAX_SENTENCES]:
        longer = f"{excerpt} {sentence}".lstrip()
        if len(longer) > room:
            return excerpt or (cut_at_word(sentence, room) if room else "")
        excerpt = longer
    return excerpt


_ABBREVIATION = re.compile(
    r"(?:[a-z]|e\.g|i\.e|w\.r\.t|al|etc|cf|vs|figs?|eqs?|secs?|refs?|no|resp|approx)\.", re.IGNORECASE
)


def _sentences(text: str) -> list[str]:
    sentences: list[list[str]] = [[]]
    words = text.split(" ")
    for word, following in zip(words, [*words[1:], ""], strict=True):
        sentences[-1].append(word)
        unquoted = word.rstrip("\"'”’)]")
        ends = unquoted.endswith((".", "!", "?")) and not _ABBREVIATION.fullmatch(unquoted.lstrip("\"'“‘(["))
        if ends and not following[:1].islower():
            sentences.append([])
    return [" ".join(sentence) for sentence in sentences if sentence]
