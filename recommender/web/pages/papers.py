"""One paper: its text, every reason for its score, and papers like it."""

from starlette.requests import Request

from recommender.api import Recommender
from recommender.paper import Paper, Recommendation
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
            "heading": card(shown, verdicts).title,
            "paper": card(shown, verdicts, explanation.score),
            "bars": bars(explanation.score.reasons),
            "value": f"{explanation.score.value:+.2f}".replace("-", "−"),
            "categories": shown.categories,
            "similar": cards([_without_itself(item, shown.id) for item in similar.items], verdicts),
            "citation": _citation(shown),
        },
    )


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
