"""The notes on a list as sentences: what is late, left out or missing, and what to do about it."""

from collections.abc import Iterable
from datetime import date, datetime

from recommender.delivery import wording
from recommender.paper import Note, NoteKind
from recommender.text.periods import local
from recommender.text.short import counted

_MAX_IDS = 3  # papers with a newer version that a note names


def notes(remarks: Iterable[Note]) -> str:
    """All notes of a list in one paragraph; empty if there are none."""
    return " ".join(filter(None, map(note, remarks)))


def note(remark: Note) -> str:
    """One note as a sentence for people."""
    match remark.kind:
        case NoteKind.LEFT_OUT:
            return _left_out(remark)
        case NoteKind.NEW_VERSIONS:
            return _new_versions(remark)
        case NoteKind.SOME_WORDS:
            return _some_words(remark)
        case NoteKind.UNKNOWN_WORDS:
            return _unknown_words(remark)
        case NoteKind.MATCH_NEEDS_LIKES:
            return _match_needs_likes(remark)
        case kind:
            return _SENTENCES[kind].format_map({name: _spoken(name, figure) for name, figure in remark.figures.items()})


_SENTENCES = {
    NoteKind.OLDER_DIGEST: "This digest ({day}) is older than the newest one listed ({newest}).",
    NoteKind.ONLY_NEW_VERSIONS: (
        "No new papers: of {day:%A} {day} only newer versions are here; `recommend today --replacements` lists them."
    ),
    NoteKind.NO_DIGEST: "No papers: there is no digest of {day:%A} {day} here.",
    NoteKind.OTHER_CATEGORIES: "No papers of {day:%A} {day} in your `categories`; there are {papers:,} in others.",
    NoteKind.MUTED: "{papers:,} muted; `recommend today --all` shows them too.",
    NoteKind.UNKNOWN_READER: (
        "Nothing is known of your interests yet, so this is the digest's own order; like a few papers."
    ),
    NoteKind.MATCH_NEEDS_PAPERS: (
        "No match yet: it needs {needed} papers of earlier days; `recommend fetch --since DATE` brings them."
    ),
    NoteKind.SOURCE_FAILED: "{message}.",
    NoteKind.TEXT: "{text}",
    NoteKind.ENTRIES_SKIPPED: "{source}: {entries} could not be read and left out ({reason}).",
    NoteKind.PART_OF_DAY: "{source} shows {papers:,} of {total:,} papers of the day; the others are not here.",
    NoteKind.OFFLINE: (
        "The network was not used for the papers of {day:%A}: the newest here are of {newest:%A} {newest}."
    ),
    NoteKind.LATE: "arXiv still shows the batch of {newest:%A} {newest}; that of {day:%A} is late.",
    NoteKind.NO_ANNOUNCEMENT: "arXiv announced nothing for {day:%A} (a holiday?): the last batch is {age_days} old.",
    NoteKind.NEXT_DUE: "No new announcement since {newest:%A}; the next is due {due:%A %H:%M}.",
    NoteKind.NOTHING_FOUND: "No paper with {words!r} among the {papers:,} read so far.",
    NoteKind.NOTHING_SIMILAR: "No other paper here shares a word with it.",
    NoteKind.BEST_UNKNOWN_READER: (
        "Nothing is known of your interests yet; like a few papers, or write a line `interests`."
    ),
    NoteKind.NONE_IN_RANGE: "No paper here was announced in these days.",
    NoteKind.EMPTY_LIBRARY: "No paper was read yet; `recommend fetch`.",
    NoteKind.NONE_LEFT: (
        "None of {papers:,} papers is left: all were rated, shown or muted; `recommend best --all` lists them too."
    ),
}


def _spoken(name: str, figure: object) -> object:
    """A figure as its sentence needs it: a day as a date, a moment in local time, some counts with their noun."""
    match name:
        case "day" | "newest":
            return date.fromisoformat(str(figure))
        case "due":
            return local(datetime.fromisoformat(str(figure)))
        case "entries" if isinstance(figure, int):
            return counted(figure, "entry", "entries")
        case "age_days" if isinstance(figure, int):
            return counted(figure, "day")
        case _:
            return figure


def _left_out(remark: Note) -> str:
    """Why a list is shorter than asked for: where the papers of the day went."""
    total = _count(remark, "papers")
    causes = {
        "rated already": _count(remark, "rated"),
        "shown on another day": _count(remark, "shown"),
        "muted": _count(remark, "muted"),
        f"match less than {_count(remark, 'threshold')} %": _count(remark, "below"),
    }
    counts = {cause: count for cause, count in causes.items() if count}
    if not counts:
        return f"The day has only {wording.papers(total)}."
    if list(counts.values()) == [total]:
        (cause,) = counts
        return f"{'The one paper' if total == 1 else f'All {wording.papers(total)}'}: {cause}."
    return f"Of {wording.papers(total)}, {', '.join(f'{count:,} {cause}' for cause, count in counts.items())}."


def _new_versions(remark: Note) -> str:
    total, ids = _count(remark, "papers"), remark.figures["ids"]
    named = ids[:_MAX_IDS] if isinstance(ids, list) else []
    versions = wording.and_more(named, total - len(named))
    return f"A new version of {'a paper' if total == 1 else wording.papers(total)} you liked: {versions}."


def _some_words(remark: Note) -> str:
    """How many papers of a search have all of its words, where the others have only some."""
    complete = _count(remark, "complete")
    if not complete:
        return "No paper has all of the words; these have some of them."
    have = "has" if complete == 1 else "have"
    return f"Only {wording.papers(complete)} {have} all of the words; the others have some of them."


def _match_needs_likes(remark: Note) -> str:
    likes, missing = _count(remark, "likes"), _count(remark, "needed") - _count(remark, "likes")
    return f"No match yet: it needs {counted(missing, 'more like' if likes else 'like')}."


def _unknown_words(remark: Note) -> str:
    words, nearest = (_quoted(remark.figures[name]) for name in ("words", "nearest"))
    similar = f" Similar words in today's papers: {nearest}." if nearest else ""
    none = "Your interests have no word to look for: single letters, digits and words such as “the” do not count."
    return f"No paper here has a word of your interests ({words}).{similar}" if words else none


def _quoted(figure: object) -> str:
    return ", ".join(f"“{word}”" for word in figure) if isinstance(figure, list) else ""


def _count(remark: Note, name: str) -> int:
    figure = remark.figures[name]
    return figure if isinstance(figure, int) else 0
