"""How a paper and a reason lie in a row."""

import json
from datetime import date
from typing import Any, NamedTuple

from recommender.paper import Digest, Paper, Reason, ReasonKind, Score, Skipped

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


def texts_from_json(told: str) -> tuple[str, ...]:
    """A JSON list of texts. As `paper_to_row` writes it, one without a backslash needs no parser, which is slower."""
    if "\\" in told:
        return tuple(json.loads(told))
    return tuple(told[2:-2].split('", "')) if told != "[]" else ()


class Contents(NamedTuple):
    """A digest, with ids in the place of its papers."""

    papers: tuple[str, ...]
    crossed: frozenset[str]
    replaced: tuple[str, ...]
    skipped: tuple[Skipped, ...]


def contents_to_json(digest: Digest) -> str:
    return json.dumps(
        [
            [paper.id for paper in digest.papers],
            sorted(digest.crossed),
            [paper.id for paper in digest.replaced],
            [[skip.line, skip.reason] for skip in digest.skipped],
        ],
    )


def contents_from_json(text: str) -> Contents:
    papers, crossed, replaced, skipped = json.loads(text)
    return Contents(
        tuple(papers), frozenset(crossed), tuple(replaced), tuple(Skipped(line, reason) for line, reason in skipped)
    )


def reasons_to_json(reasons: tuple[Reason, ...]) -> str:
    return json.dumps([[r.kind.value, r.text, r.weight, r.paper_id] for r in reasons], ensure_ascii=False)


def reasons_from_json(text: str) -> tuple[Reason, ...]:
    return _reasons(json.loads(text))


def scores_to_json(scores: dict[str, Score]) -> str:
    """Scores by paper id, in the order given."""
    return json.dumps(
        [
            [
                paper_id,
                score.value,
                score.probability,
                [(r.kind.value, r.text, r.weight, r.paper_id) for r in score.reasons],
                score.interval,
                score.familiarity,
                score.alike,
            ]
            for paper_id, score in scores.items()
        ],
        ensure_ascii=False,
    )


def scores_from_json(text: str) -> dict[str, Score]:
    return {
        paper_id: Score(
            value,
            probability,
            _reasons(json.loads(reasons) if isinstance(reasons, str) else reasons),  # once a text of their own
            tuple(interval) if interval else None,
            familiarity,
            tuple((other, likeness) for other, likeness in alike),
        )
        for paper_id, value, probability, reasons, interval, familiarity, alike in json.loads(text)
    }


def _reasons(told: list[list[Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonKind(kind), text, weight, paper_id) for kind, text, weight, paper_id in told)
