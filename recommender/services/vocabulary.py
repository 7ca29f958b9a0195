"""Whether the words of the stated interests occur in any paper, and which words come near where they do not."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from recommender import ranking, services
from recommender.paper import Note, NoteKind, Paper, Verdict
from recommender.services.reader import Reader

_NEAREST = 5  # words that a note names
_SIMILAR = 0.75  # least ratio of `difflib.SequenceMatcher` between a word and one that comes near
_FOUND = 100  # papers with a word of which a member of a group sees one, if any
_PREFIX = 4  # letters of a word that may be the beginning of others


def unknown_words(reader: Reader, papers: Sequence[Paper]) -> tuple[Note, ...]:
    """A note if no paper here has a word of the interests, which then rank nothing; only as long as there is no like.

    Args:
        papers: the candidates; similar words are looked for in them.
    """
    words = ranking.interest_words(reader.profile.interests)
    if not reader.profile.interests.strip() or not papers or Verdict.LIKE in reader.store.verdicts().values():
        return ()
    if not words:
        return (Note(NoteKind.UNKNOWN_WORDS, {"words": words, "nearest": []}),)
    found = reader.library.search_any(words, _FOUND if reader.in_group else 1)
    if services.visible.only(reader, found) if reader.in_group else found:
        return ()
    vocabulary = Counter(word for paper in papers for word in set(ranking.words(f"{paper.title} {paper.abstract}")))
    # The full-text index has other stems, and no paper that only a file brought.
    if {ranking.stem(word) for word in words} & {ranking.stem(word) for word in vocabulary}:
        return ()
    named = ranking.spelled(words, [Paper("", reader.profile.interests, "")])
    near = ranking.spelled(nearest(words, vocabulary), papers)
    return (Note(NoteKind.UNKNOWN_WORDS, {"words": named, "nearest": near}),)


def nearest(words: Sequence[str], vocabulary: Counter[str]) -> list[str]:
    """The words of a vocabulary that begin with one of these words or differ from it in few letters, nearest first."""
    ratios: dict[str, float] = {}
    for word in words:
        matcher = SequenceMatcher(b=word, autojunk=False)
        for other in vocabulary:
            matcher.set_seq1(other)
            begins = len(word) >= _PREFIX and other.startswith(word)
            if begins or (matcher.real_quick_ratio() >= _SIMILAR and matcher.quick_ratio() >= _SIMILAR):
                ratio = matcher.ratio()
                if begins or ratio >= _SIMILAR:
                    ratios[other] = max(ratio, ratios.get(other, 0.0))
    ordered = sorted(ratios, key=lambda word: (-ratios[word], -vocabulary[word], word))
    return list({ranking.stem(word): word for word in reversed(ordered)}.values())[::-1][:_NEAREST]
