"""One paper: its text, every reason for its score, and papers like it."""

from starlette.requests import Request

from recommender.api import Recommender
from recommender.paper import Paper
from recommender.text.readable import readable
from recommender.web.pages.cards import bars, card, cards
from recommender.web.pages.frame import Page

_SIMILAR = 8


def paper(reader: Recommender, request: Request) -> Page:
    """The page of a paper, by its id."""
    handle = request.path_params["paper"]
    explanation = reader.explain(handle)
    shown, verdicts = explanation.paper, reader.browse.verdicts()
    similar = reader.browse.similar(shown.id, _SIMILAR)
    return Page(
        "paper.html",
        {
            "title": readable(shown.title) or shown.id,
            "paper": card(shown, verdicts, explanation.score),
            "bars": bars(explanation.score.reasons),
            "value": f"{explanation.score.value:+.2f}".replace("-", "−"),
            "categories": shown.categories,
            "similar": cards(similar.items, verdicts),
            "citation": _citation(shown),
        },
    )


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
