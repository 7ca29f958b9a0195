"""Conversions between the nouns and the rows of the databases."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from recommender.paper import Digest, Note, NoteKind, Paper, Reason, ReasonKind, Score, Skipped

_TREE = json.JSONEncoder(ensure_ascii=False, check_circular=False)  # for rankings, which are large and never circular
_YEARS = range(1000, 9000)  # of moments that can be moved to every time zone, and compared
PAPER_COLUMNS = "id, title, abstract, authors, categories, submitted, doi"


def paper_to_row(paper: Paper) -> dict[str, str | None]:
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": json.dumps(paper.authors, ensure_ascii=False),
        "categories": json.dumps(paper.categories, ensure_ascii=False),
        "submitted": paper.submitted.isoformat() if paper.submitted else None,
        "doi": paper.doi,
    }


def paper_from_row(row: tuple[Any, ...]) -> Paper:
    """The paper of a row with PAPER_COLUMNS."""
    paper_id, title, abstract, authors, categories, submitted, doi = row
    return Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=texts_from_json(authors),
        categories=texts_from_json(categories),
        submitted=date.fromisoformat(submitted) if submitted else None,
        doi=doi,
    )


def moment_from(text: str) -> datetime:
    """The moment of a verdict, aware; a year that time zones cannot express, which older versions took, is 1900."""
    moment = datetime.fromisoformat(text)
    return moment if moment.year in _YEARS else datetime(1900, 1, 1, tzinfo=UTC)


def moment_to_text(moment: datetime) -> str:
    """UTC with microseconds, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def texts_from_json(text: str) -> tuple[str, ...]:
    """The texts in a JSON list that `paper_to_row` wrote; without a backslash it is split, faster than parsed."""
    if "\\" in text:
        return tuple(json.loads(text))
    return tuple(text[2:-2].split('", "')) if text != "[]" else ()


class Contents(NamedTuple):
    """A digest with the ids of its papers instead of their texts."""

    papers: tuple[str, ...]
    crossed: frozenset[str]
    replaced: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    total: int = 0


def contents_to_json(digest: Digest) -> str:
    return json.dumps(
        [
            [paper.id for paper in digest.papers],
            sorted(digest.crossed),
            [paper.id for paper in digest.replaced],
            [[skip.line, skip.reason] for skip in digest.skipped],
            digest.total,
        ],
    )


def contents_from_json(text: str) -> Contents:
    papers, crossed, replaced, skipped, *total = json.loads(text)  # older rows have no total
    return Contents(
        tuple(papers),
        frozenset(crossed),
        tuple(replaced),
        tuple(Skipped(line, reason) for line, reason in skipped),
        *total,
    )


def reasons_to_json(reasons: tuple[Reason, ...]) -> str:
    return json.dumps([_reason_to_list(reason) for reason in reasons], ensure_ascii=False)


def reasons_from_json(text: str) -> tuple[Reason, ...]:
    return _reasons_from_lists(json.loads(text))


def scores_to_json(scores: dict[str, Score]) -> str:
    """Scores by paper id, in the order given; what reasons are about, often the same liked paper, stands once."""
    about: dict[tuple[object, ...], int] = {}
    rows = []
    for paper_id, score in scores.items():
        reasons: list[object] = []
        for kind, subject, weight, similar, papers, shared in score.reasons:
            # `value` is slow, and a ranking has thousands
            place = about.setdefault((kind._value_, subject, similar, papers), len(about))
            reasons.append([place, weight, shared] if shared else [place, weight])
        rows.append([paper_id, score.value, score.probability, reasons, score.interval, score.familiarity, score.alike])
    return _TREE.encode({"about": list(about), "scores": rows})


def scores_from_json(text: str) -> dict[str, Score]:
    """Scores by paper id.

    Older versions wrote each reason out, and some wrote those of a paper as a JSON text inside the JSON.
    """
    kept = json.loads(text)
    about = _ReasonsAbout(kept["about"]) if isinstance(kept, dict) else None
    return {
        paper_id: Score(
            value,
            probability,
            about.read(reasons) if about else _whole_reasons(reasons),
            tuple(interval) if interval else None,
            familiarity,
            tuple((other, similarity) for other, similarity in alike),
        )
        for paper_id, value, probability, reasons, interval, familiarity, alike in (kept["scores"] if about else kept)
    }


class _ReasonsAbout:
    """Reads reasons that tell what they are about by its place in a list."""

    def __init__(self, about: list[list[Any]]) -> None:
        self._about = [(ReasonKind(kind), subject, similar, papers) for kind, subject, similar, papers in about]

    def read(self, rows: list[list[Any]]) -> tuple[Reason, ...]:
        reasons = []
        for place, weight, *shared in rows:
            kind, subject, similar, papers = self._about[place]
            reasons.append(Reason(kind, subject, weight, similar, papers, *map(tuple, shared)))
        return tuple(reasons)


def _whole_reasons(reasons: str | list[list[Any]]) -> tuple[Reason, ...]:
    return _reasons_from_lists(json.loads(reasons) if isinstance(reasons, str) else reasons)


def notes_to_json(notes: tuple[Note, ...]) -> str:
    return json.dumps([[note.kind.value, note.figures] for note in notes])


def notes_from_json(text: str) -> tuple[Note, ...]:
    """The notes of a list; a sentence, as older versions stored one, becomes a single note of kind TEXT."""
    try:
        return tuple(Note(NoteKind(kind), dict(figures)) for kind, figures in json.loads(text))
    except (ValueError, TypeError):
        return (Note(NoteKind.TEXT, {"text": text}),) if text else ()


def _reason_to_list(reason: Reason) -> list[object]:
    return [reason.kind._value_, *reason[1:]]  # `value` is slow, and a ranking has thousands


def _reasons_from_lists(rows: list[list[Any]]) -> tuple[Reason, ...]:
    if rows and len(rows[0]) < _LEAST_VALUES:  # all reasons of one score were written together
        return tuple(_worded_reason(*row) for row in rows)
    return tuple(
        Reason(ReasonKind(kind), subject, weight, paper_id, papers, *map(tuple, shared))
        for kind, subject, weight, paper_id, papers, *shared in rows
    )


_LEAST_VALUES = 5  # of a reason whose subject is a field; those without `shared` were written before it
_AUTHOR = r"(?s)author (?P<name>.*) of (?:a paper|(?P<papers>\d+) papers) you liked"  # compiled only for old rows


def _worded_reason(kind: str, text: str, weight: float, paper_id: str | None) -> Reason:
    """A reason as older versions stored it: four values, the second one worded for people."""
    match kind:
        case "nudge" if text.startswith("followed author "):
            return Reason(ReasonKind.FOLLOWED, text.removeprefix("followed author "), weight)
        case "nudge":
            return Reason(ReasonKind.BOOSTED, _rule(text.removeprefix("your weight on ")), weight)
        case "muted":
            return Reason(ReasonKind.MUTED, _rule(text), weight)
        case "author" if match := re.fullmatch(_AUTHOR, text):
            return Reason(ReasonKind.AUTHOR, match["name"], weight, papers=int(match["papers"] or 1))
        case "author":
            return Reason(ReasonKind.AUTHOR, text.removeprefix("author "), weight)
        case "other":
            return Reason(ReasonKind.OTHER, "", weight)
        case _:
            return Reason(ReasonKind(kind), text, weight, paper_id)


def _rule(text: str) -> str:
    """A rule from its words: “survey” or word “survey”, author Ada Lovelace, cs.RO or category cs.RO."""
    if text.startswith("author "):
        return f"author:{text.removeprefix('author ')}"
    if text.startswith(("“", "word “")):
        return f"word:{text.removeprefix('word ').removeprefix('“').removesuffix('”')}"
    return f"category:{text.removeprefix('category ')}"
