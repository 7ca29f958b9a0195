"""One paper: its text, the reader's note, every reason for its score, and papers like it."""

from hashlib import sha256

from starlette.requests import Request

from recommender.api import Recommender
from recommender.errors import NoteTooLong
from recommender.paper import Paper, Recommendation
from recommender.text.notes import LONGEST, cleaned
from recommender.text.readable import readable
from recommender.web.pages.cards import bars, card, cards, marked, signed
from recommender.web.pages.frame import Form, Page, Refused, sentence

_SIMILAR = 8


def paper(reader: Recommender, request: Request) -> Page:
    """The page of a paper, by its id."""
    return _page(reader, request.path_params["paper"])


def note(reader: Recommender, form: Form) -> str:
    """Keep the reader's note on a paper, unless it was changed elsewhere since the form was shown."""
    handle, text = form.one("paper"), form.one("note")
    now = reader.note(handle)
    if form.one("was") != _mark(now) and now and cleaned(text) != now:
        wrong = f"This note was changed elsewhere meanwhile, to: “{now}”. Save again to put yours in its place."
        raise Refused(_page(reader, handle, text, wrong))
    try:
        reader.note(handle, text)
    except NoteTooLong as error:
        raise Refused(_page(reader, handle, text, sentence(str(error)))) from error
    return ""


def _page(reader: Recommender, handle: str, typed: str | None = None, wrong: str = "") -> Page:
    """The page of a paper, perhaps with what was typed as a note and what is wrong with it."""
    explanation = reader.explain(handle)
    shown, verdicts, notes = explanation.paper, reader.browse.verdicts(), reader.notes()
    similar = reader.browse.similar(shown.id, _SIMILAR)
    now = notes.get(shown.id, "")
    return Page(
        "paper.html",
        {
            "title": readable(shown.title) or shown.id,
            "heading": card(shown, verdicts).title,
            "paper": marked(reader, [card(shown, verdicts, explanation.score)])[0],
            "note": {"text": now if typed is None else typed, "was": _mark(now), "wrong": wrong, "most": LONGEST},
            "bars": bars(explanation.score.reasons),
            "value": signed(explanation.score.value),
            "categories": shown.categories,
            "similar": marked(
                reader, cards([_without_itself(item, shown.id) for item in similar.items], verdicts, notes)
            ),
            "citation": _citation(shown),
        },
    )


def _mark(text: str) -> str:
    """A short mark of a note, by which a form knows whether it is still the one that was shown."""
    return sha256(text.encode()).hexdigest()[:16] if text else ""


def _without_itself(item: Recommendation, paper: str) -> Recommendation:
    """A similar paper, with the reasons that say more than that it is similar."""
    reasons = tuple(reason for reason in item.score.reasons if reason.paper_id != paper)
    return item._replace(score=item.score._replace(reasons=reasons))


def _citation(shown: Paper) -> list[tuple[str, str]]:
    """Metadata that browsers' savers of reference managers read."""
    tags = [("citation_title", readable(shown.title))]
    tags += [("citation_author", name) for name in shown.authors]
    if shown.submitted:
        tags.append(("citation_date", f"{shown.submitted:%Y/%m/%d}"))
    if shown.doi:
        tags.append(("citation_doi", shown.doi))
    page = card(shown, {})
    if page.pdf_url:
        tags += [("citation_arxiv_id", shown.id), ("citation_pdf_url", page.pdf_url)]
    return [(name, content) for name, content in tags if content]
