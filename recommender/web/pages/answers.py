"""Pages of signed answers: the links in mails that rate a paper or stop the mails.

Mail scanners and link previews follow every link but press no button. So GET only shows what the answer would do, and
a POST does it, once. The token in the address is the only credential: no account, no cookie, no script.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from shlex import quote
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from recommender.delivery import wording
from recommender.delivery.mail import links
from recommender.errors import ProfileError
from recommender.ids import abs_url, pdf_url
from recommender.paper import Paper, Verdict
from recommender.services import answers
from recommender.services.answers import Applied, Reader, Reply
from recommender.text.readable import readable
from recommender.text.short import cut_at_word
from recommender.web.pages import render
from recommender.web.security import discard_body

_MAX_AUTHORS = 8  # shown by name
_MAX_EXCERPT = 700  # characters of an abstract that are shown
_MAX_TEXT = 4_000  # characters of a title, name or abstract that are looked at
_OPPOSITE = {Verdict.LIKE: Verdict.DISLIKE, Verdict.DISLIKE: Verdict.LIKE}

OpenReader: TypeAlias = Callable[[str], AbstractContextManager[Reader]]


class AnswerPages:
    """Shows and applies signed answers of all profiles.

    Args:
        open_reader: opens a profile's databases for one request, in the thread that serves it; raises ProfileError
            if there is no such profile.
        now: the clock.
    """

    def __init__(self, open_reader: OpenReader, now: Callable[[], datetime]) -> None:
        self._open_reader = open_reader
        self._now = now

    async def page(self, request: Request) -> HTMLResponse:
        """GET shows what the answer would do, with a button; POST does it, unless it was done before.

        Raises:
            Refused: the token is forged, damaged, too old, or of another profile.
        """
        reply = Reply(request.path_params["profile"], request.path_params["token"])
        if request.method != "POST":
            applied = await run_in_threadpool(self._call, answers.look, reply)
            return _answer_page(reply.profile, applied, "question" if applied.new else "repeated")
        await discard_body(request)  # the address says everything
        applied = await run_in_threadpool(self._call, answers.apply, reply)
        return _answer_page(reply.profile, applied, "done" if applied.new else "repeated")

    def _call(self, service: Callable[[Reader, Reply, datetime], Applied], reply: Reply) -> Applied:
        """Open the profile's databases and let a service read or apply the answer."""
        try:
            with self._open_reader(reply.profile) as reader:
                return service(reader, reply, self._now())
        except ProfileError:
            # A missing profile must look like a forged link, or links could be used to find out profiles' names:
            # a random key refuses every token.
            answer = links.read(secrets.token_hex(32), reply.profile, reply.token, self._now().date())
            return Applied(answer, None, new=False)


def _answer_page(profile: str, applied: Applied, state: str) -> HTMLResponse:
    """The page of an answer; `state` is "question", "done", or "repeated" if an earlier request did it."""
    if applied.paper is None or applied.verdict is None:
        return render("unsubscribe.html", state=state, profile=profile, recipient=applied.answer.subject)
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
        "title": readable(paper.title[:_MAX_TEXT]) or f"{paper.id} (title not known yet)",
        "authors": wording.and_more(authors, others),
        "abstract": cut_at_word(readable(paper.abstract[:_MAX_TEXT]), _MAX_EXCERPT),
        "links": [(name, url) for name, url in addresses if url],
    }
