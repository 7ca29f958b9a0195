"""Lists, papers and verdicts for programs: one JSON document, stable within a version."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from recommender.delivery import remarks, wording
from recommender.ids import abs_url, pdf_url
from recommender.paper import Feedback, Note, Paper, Reason, Score, Shortlist, Verdict
from recommender.results.batch import BatchReport
from recommender.results.upkeep import HealthReport
from recommender.results.zotero import ZoteroReport
from recommender.text.lines import escaped

VERSION = 1  # grows when a field changes its meaning or goes; new fields may come at any time


def list_json(shortlist: Shortlist, verdicts: Mapping[str, Verdict]) -> str:
    """A whole list; docs/reference/json.md describes the fields.

    Args:
        verdicts: on papers of the list, by id.
    """
    return document(
        {
            "profile": shortlist.profile,
            "day": shortlist.day.isoformat(),
            **({"first_day": shortlist.first_day.isoformat()} if shortlist.first_day else {}),
            "status": shortlist.status.value,
            "note": remarks.notes(shortlist.notes),
            "notes": [_note_record(note) for note in shortlist.notes],
            "considered": shortlist.considered,
            "items": [
                {
                    "rank": item.rank,
                    **paper_record(item.paper),
                    **score_record(item.score),
                    "exploring": item.exploring,
                    "verdict": _verdict(verdicts.get(item.paper.id)),
                }
                for item in shortlist.items
            ],
        }
    )


def paper_json(paper: Paper, score: Score, verdict: Verdict | None, note: str = "") -> str:
    """One paper with its score, and the reader's note on it."""
    return document({**paper_record(paper), **score_record(score), "verdict": _verdict(verdict), "note": note or None})


def history_json(
    profile: str, feedback: Iterable[Feedback], notes: Mapping[str, str], suggestions: Iterable[Feedback] = ()
) -> str:
    """Verdicts in the order given, each with the reader's note on the paper.

    Args:
        suggestions: what an agent rated and the reader did not confirm.
    """

    def records(entries: Iterable[Feedback]) -> list[dict[str, object]]:
        return [
            {
                **paper_record(entry.paper),
                "verdict": entry.verdict.value,
                "given_at": _moment(entry.given_at),
                "by": entry.by.value,
                "note": notes.get(entry.paper.id),
            }
            for entry in entries
        ]

    return document({"profile": profile, "items": records(feedback), "suggestions": records(suggestions)})


def paper_record(paper: Paper) -> dict[str, object]:
    """The fields of a paper, with LaTeX as arXiv has it."""
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "submitted": paper.submitted.isoformat() if paper.submitted else None,
        "abstract": paper.abstract,
        "url": abs_url(paper.id),
        "pdf": pdf_url(paper.id),
    }


def health_json(report: HealthReport) -> str:
    """What a check found, as JSON."""
    findings = [
        {
            "link": finding.link,
            "level": finding.level.value,
            "text": finding.text,
            "remedy": finding.remedy or None,
            "mended": finding.mended,
        }
        for finding in report.findings
    ]
    return document({"profile": report.profile or None, "wrong": report.wrong, "findings": findings})


def zotero_json(profile: str, report: ZoteroReport) -> str:
    """What a sync with Zotero did, or would do."""

    def records(papers: Iterable[Paper]) -> list[dict[str, object]]:
        return [{"id": paper.id, "title": paper.title} for paper in papers]

    return document(
        {
            "profile": profile,
            "library": report.library,
            "dry_run": report.dry_run,
            "liked": records(entry.paper for entry in report.liked),
            "created": records(report.created),
            "added": records(report.added),
            "left_out": records(report.left_out),
            "declined": report.declined,
            "waiting": records(report.waiting),
            "why": report.why or None,
        }
    )


def batch_json(report: BatchReport) -> str:
    """What became of a night for many readers."""
    return document(
        {
            **report._asdict(),
            "day": report.day.isoformat(),
            "failures": [failure._asdict() for failure in report.failures],
            "missing": list(report.missing),
            "seconds": round(report.seconds, 3),
        }
    )


def score_record(score: Score) -> dict[str, object]:
    """The fields of a score; match, probability and interval are null while they are not known."""
    return {
        "match": None if score.match is None else round(score.match * 100),
        "probability": score.match,
        "interval": list(score.interval) if score.interval and score.match is not None else None,
        "score": score.value,
        "reasons": [_reason_record(reason) for reason in score.reasons],
    }


def _reason_record(reason: Reason) -> dict[str, object]:
    return {
        "kind": reason.kind.value,
        "text": wording.reason_text(reason),
        "subject": reason.subject,
        "weight": reason.weight,
        "paper": reason.paper_id,
        "shared": list(reason.shared),
    }


def _note_record(note: Note) -> dict[str, object]:
    return {"kind": note.kind.value, **note.figures}


def _verdict(verdict: Verdict | None) -> str | None:
    return verdict.value if verdict else None


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def document(fields: Mapping[str, object]) -> str:
    """The fields and the version of what they mean, as JSON."""
    return escaped(json.dumps({"version": VERSION, **fields}, ensure_ascii=False, indent=2))
