"""Pages of signed answers: the links in mails that rate a paper or stop the mails.

Mail scanners and link previews follow every link but press no button. So GET only shows what the answer would do, and
a POST does it, once. The token in the address is the only credential: no account, no cookie, no script.
"""

import asyncio
from collections.abc import Callable
from shlex import quote
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from recommender.api import Recommender
from recommender.delivery import wording
from recommender.ids import abs_url, pdf_url
from recommender.paper import Paper, Verdict
from recommender.results.mail import AppliedAnswer
from recommender.text.readable import readable
from recommender.text.short import cut_at_word
from recommender.web.pages import render
from recommender.web.security import discard_body

_MAX_AUTHORS = 8  # shown by name
_MAX_EXCERPT = 700  # characters of an abstract that are shown
_AT_ONCE = 4  # requests that have databases open; the others wait for their turn
_MAX_TEXT = 4_000  # characters of a title, name or abstract that are looked at
_OPPOSITE = {Verdict.LIKE: Verdict.DISLIKE, Verdict.DISLIKE: Verdict.LIKE}

Open: TypeAlias = Callable[[str], Recommender]


class AnswerPages:
    """Shows and applies signed answers of all profiles.

    Args:
        open_profile: gives a profile's recommender for one request, in the thread that serves it.
    """

    def __init__(self, open_profile: Open) -> None:
        self._open = open_profile
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def page(self, request: Request) -> HTMLResponse:
        """GET shows what the answer would do, with a button; POST does it, unless it was done before.

        Raises:
            Refused: the token is forged, damaged, too old, or of another profile.
        """
        profile, token = request.path_params["profile"], request.path_params["token"]
        if request.method != "POST":
            answer = await self._call(Recommender.look_at_answer, profile, token)
            return _answer_page(profile, answer, "question" if answer.new else "repeated")
        await discard_body(request)  # the address says everything
        answer = await self._call(Recommender.apply_answer, profile, token)
        return _answer_page(profile, answer, "done" if answer.new else "repeated")

    async def _call(
        self, method: Callable[[Recommender, str], AppliedAnswer], profile: str, token: str
    ) -> AppliedAnswer:
        """Open the profile's databases in a thread, and read or apply the answer."""

        def call() -> AppliedAnswer:
            with self._open(profile) as recommender:
                return method(recommender, token)

        async with self._turns:
            return await run_in_threadpool(call)


def _answer_page(profile: str, applied: AppliedAnswer, state: str) -> HTMLResponse:
    """The page of an answer; `state` is "question", "done", or "repeated" if an earlier request did it."""
    if applied.paper is None or applied.verdict is None:
        return render("unsubscribe.html", state=state, profile=profile, recipient=applied.recipient)
    arguments = f"{quote(applied.paper.id)} -p {profile}"
    return render(
        "verdict.html",
        state=state,
        profile=profile,
        paper=_paper_values(applied.paper),
        verdict=applied.verdict.value,
        past=wording.verdict(applied.verdict),
        commands=[f"recommend {_OPPOSITE[applied.verdict].value} {arguments}", f"recommend unmark {arguments}"],
    )


def _paper_values(paper: Paper) -> dict[str, object]:
    """A paper's values for a template, as readable text."""
    authors = [readable(name[:_MAX_TEXT]) for name in paper.authors[:_MAX_AUTHORS]]
    others = len(paper.authors) - len(authors)
    addresses = [("Abstract", abs_url(paper.id)), ("PDF", pdf_url(paper.id))]
    return {
        "title": readable(paper.title[:_MAX_TEXT]) or f"{paper.id} {wording.NO_TITLE}",
        "authors": wording.and_more(authors, others),
        "abstract": cut_at_word(readable(paper.abstract[:_MAX_TEXT]), _MAX_EXCERPT),
        "links": [(name, url) for name, url in addresses if url],
    }
