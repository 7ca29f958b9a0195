"""Lists: a day's, the best of all, what a search found, and what was rated."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request

from recommender.api import Recommender
from recommender.delivery import remarks, wording
from recommender.paper import NoteKind, Paper, Shortlist, Verdict
from recommender.results.ratings import DayList
from recommender.text.periods import day_from, day_span
from recommender.web.pages.cards import card, cards, marked, with_note
from recommender.web.pages.frame import Form, Page
from recommender.web.pages.parts import Part

_FOUND = 20  # papers of a search, and of the best
_READING = 50  # papers of the reading list on a page
_SUGGESTED = 50  # ratings by agents that are shown at once
_LONGEST_QUERY = 500  # characters


def newest(reader: Recommender, request: Request) -> Page:
    """The newest list; a greeting while there is none."""
    part = Part.asked(request)
    shown = reader.browse.day(places=part.places)
    if shown is None:
        values = {"title": "Papers of today", "sources": bool(reader.profile.sources), "nothing": _nothing(reader)}
        return Page("welcome.html", values)
    return _day(reader, shown, part, _nothing(reader))


def of_day(reader: Recommender, request: Request) -> Page:
    """The list of one day, by its address."""
    try:
        day = day_from(request.path_params["day"])
    except ValueError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error
    part = Part.asked(request)
    shown = reader.browse.day(day, part.places)
    if shown is None:
        values = {"title": f"Papers of {wording.day(day)}", "day": day.isoformat(), "nothing": _nothing(reader, day)}
        return Page("no_list.html", values)
    return _day(reader, shown, part, _nothing(reader, day))


def _day(reader: Recommender, shown: DayList, part: Part, nothing: str) -> Page:
    shortlist, verdicts = shown.shortlist, shown.verdicts
    elsewhere = set(shown.listed) - {item.paper.id for item in shortlist.items}
    current = reader.announcement_day()
    return Page(
        "day.html",
        {
            "title": f"Papers of {day_span(shortlist.first_day, shortlist.day, weekdays=True)}",
            "day": shortlist.day.isoformat(),
            "cards": marked(reader, cards(shortlist.items, verdicts, reader.notes())),
            "total": len(shown.listed),
            "links": part.links(len(shown.listed)),
            "rated_elsewhere": len(elsewhere & verdicts.keys()),
            "liked_elsewhere": sum(verdicts.get(paper) is Verdict.LIKE for paper in elsewhere),
            "counts": _counts(shown),
            "made_at": wording.moment(shown.made_at),
            "notes": remarks.notes(
                note for note in shortlist.notes if note.kind is not NoteKind.MUTED
            ),  # in the counts
            "missing": len(shown.listed[part.places]) - len(shortlist.items),
            "nothing": nothing,
            "newer": f"{current:%A}" if current > shortlist.day and not reader.profile.local else "",
        },
    )


def _nothing(reader: Recommender, day: date | None = None) -> str:
    """Why the last attempt to list papers found none; empty if it found some."""
    found = reader.browse.nothing(day)
    return f"{wording.moment(found[0])}: {remarks.notes(found[1]) or 'no papers were found.'}" if found else ""


def _counts(shown: DayList) -> str:
    """Where each paper of the day is: "107 papers announced = 10 listed + 97 further down"; always adds up."""
    counts = shown.counts
    if counts is None:
        return f"{wording.papers(shown.shortlist.considered)} had been announced."
    parts = [
        f"{count:,} {name}"
        for count, name in (
            (counts.listed, "listed"),
            (counts.further, "further down"),
            (counts.under, "under your threshold"),
            (counts.muted, "muted"),
            (counts.rated, "rated before"),
            (counts.earlier, "shown on another day"),
        )
        if count
    ]
    return f"{wording.papers(counts.announced)} announced = {' + '.join(parts)}."


def search(reader: Recommender, request: Request) -> Page:
    """Papers with some words."""
    words = request.query_params.get("q", "").strip()[:_LONGEST_QUERY]
    found = reader.browse.search(words, _FOUND) if words else None
    return Page("search.html", {"title": "Search", "words": words, **_found(reader, found)})


def best(reader: Recommender, request: Request) -> Page:
    """The best papers of the whole library."""
    return Page("best.html", {"title": "Best of all", **_found(reader, reader.browse.best(_FOUND))})


def _found(reader: Recommender, found: Shortlist | None) -> dict[str, object]:
    return {
        "cards": marked(reader, cards(found.items, reader.browse.verdicts(), reader.notes())) if found else [],
        "notes": remarks.notes(found.notes) if found else "",
    }


_SHELVES = {"": "waiting", "unopened": "unopened", "opened": "opened"}  # of the reading list, by `show` in the address


def reading(reader: Recommender, request: Request) -> Page:
    """The reading list: what waits; with `show`, what was liked and never opened, or what was opened."""
    which, order = request.query_params.get("show", ""), request.query_params.get("order", "")
    if which not in _SHELVES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    best = {"best": order == "best"} if which != "opened" else {}
    found = getattr(reader.reading, _SHELVES[which])(size=_READING, record=False, **best)
    values = {"title": "Reading list", "which": which, "best": any(best.values()), "total": found.considered}
    return Page("reading.html", {**values, **_found(reader, found)})


def rated(reader: Recommender, request: Request) -> Page:
    """What the reader rated, newest first, and a search in it."""
    words = request.query_params.get("q", "").casefold().split()
    feedback, notes = reader.history(), reader.notes()
    found = [entry for entry in feedback if _has(words, entry.paper, notes.get(entry.paper.id, ""))]
    verdicts = {entry.paper.id: entry.verdict for entry in found}
    part = Part.asked(request)
    shown = [
        (with_note(card(entry.paper, verdicts), notes), wording.moment(entry.given_at)) for entry in found[part.places]
    ]
    return Page(
        "rated.html",
        {
            "title": "Rated papers",
            "words": " ".join(words),
            "entries": shown,
            "links": part.links(len(found)),
            "total": len(found),
            "rated": len(feedback),
            **_waiting(reader, verdicts, shown=not words and part.number == 1),
        },
    )


def _waiting(reader: Recommender, verdicts: Mapping[str, Verdict], *, shown: bool) -> dict[str, object]:
    """What agents rated and the reader has not confirmed: each paper, its rating in words, and when it came."""
    suggestions = reader.suggestions() if shown else ()
    rows = [
        (card(entry.paper, verdicts), wording.verdict(entry.verdict), wording.moment(entry.given_at))
        for entry in suggestions[:_SUGGESTED]
    ]
    return {"waiting": rows, "more_waiting": len(suggestions) - len(rows)}


def _has(words: Sequence[str], paper: Paper, note: str) -> bool:
    """Whether all words are in the title, the names of the authors, or the reader's note."""
    text = f"{paper.title} {' '.join(paper.authors)} {note}".casefold()
    return all(word in text for word in words)


def rank(reader: Recommender, form: Form) -> str:
    """Rank the newest papers, or those of a day, and record the list."""
    day = form.one("day")
    try:
        of = day_from(day) if day else None
    except ValueError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    reader.today(day=of, refresh=not day)
    return ""
