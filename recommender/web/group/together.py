"""The group's pages: votes of the week, meetings, and what a member decides."""

import json
import tempfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from recommender.api import Recommender
from recommender.api_group import Group
from recommender.delivery import wording
from recommender.results.group import COUNTS, LEAST_COUNTED, Meeting, VoteChoice
from recommender.web import security
from recommender.web.group.guard import refused
from recommender.web.group.member import Member, moment, names
from recommender.web.pages.cards import card
from recommender.web.pages.frame import MEMBER, Form, Page, wants_json
from recommender.web.reader import form_of

_NAMES = 3  # under which a member may publish that have a field
_MOST_OWN = 20  # papers of members on the group's page
_NEWCOMER = 3  # likes up to which starting from the group's votes is offered


def week(reader: Recommender, request: Request) -> Page:
    """The votes of this week with names, what several like, and members' own papers."""
    member = _member(request)
    verdicts = reader.browse.verdicts()
    with member.open_group() as group:
        shown = group.week()
        name = group.settings.name
        liked, _ = reader.count()
        return Page(
            "group.html",
            {
                "title": name,
                "cards": [card(each.paper, verdicts) for each in shown.voted],
                "several": [(card(each.paper, {}), each.least) for each in shown.several],
                "by_members": [
                    (card(each.paper, verdicts), ", ".join(each.names), member.account.name in each.names)
                    for each in shown.by_members[:_MOST_OWN]
                ],
                "share": f"{group.settings.page}/list/{shown.meeting.share}" if shown.meeting.share else "",
                "newcomer": liked <= _NEWCOMER and (bool(shown.voted) or bool(group.meetings())),
                "counted": member.account.counted,
            },
        )


def meetings(reader: Recommender, request: Request) -> Page:
    """The archive: past meetings, the newest first."""
    with _member(request).open_group() as group:
        past = [
            (f"/group/meeting/{each.number}", moment(group.local(each.at)), len(group.voted(each)), each.notes)
            for each in group.meetings()
        ]
    return Page("meetings.html", {"title": "Past meetings", "meetings": past})


def meeting(reader: Recommender, request: Request) -> Page:
    """A meeting: its papers with who wanted them, and its notes."""
    with _member(request).open_group() as group:
        found = _meeting(group, request.path_params["number"])
        voted = group.voted(found)
        when, page = moment(group.local(found.at)), group.settings.page
    verdicts = reader.browse.verdicts()
    return Page(
        "meeting.html",
        {
            "title": f"Meeting of {when}",
            "number": found.number,
            "papers": [(card(each.paper, verdicts), names(each)) for each in voted],
            "share": f"{page}/list/{found.share}" if found.share else "",
            "meeting_notes": found.notes,
            "was": _mark(found.notes),
        },
    )


def account(reader: Recommender, request: Request) -> Page:
    """What a member decides: what is counted, which mails come, which browsers are logged in."""
    member = _member(request)
    with member.open_group() as group:
        settings = group.settings
        logins = [(each.number, each.browser, wording.moment(each.made_at)) for each in group.logins(member.account)]
    authors = [*member.account.authors, *[""] * _NAMES][: max(_NAMES, len(member.account.authors) + 1)]
    return Page(
        "account.html",
        {
            "title": "Your account",
            "account": member.account,
            "least_count": COUNTS[0],
            "least_counted": LEAST_COUNTED,
            "authors": authors,
            "logins": logins,
            "by_proxy": not member.session,
            "oidc": (settings.oidc_name or "your institute") if settings.oidc_issuer else "",
        },
    )


PAGES: dict[str, Callable[[Recommender, Request], Page]] = {
    "/group": week,
    "/group/meetings": meetings,
    "/group/meeting/{number}": meeting,
    "/account": account,
}


# What the buttons do. Each takes the member and a form, and gives a reason if it did not do it.


def _vote(member: Member, form: Form) -> str:
    """Vote for a paper, or take the vote back."""
    paper = form.one("paper")
    with member.open_group() as group:
        match form.one("vote"):
            case "yes":
                if group.vote(member.account, paper) is VoteChoice.USED_UP:
                    return f"You have used all {group.settings.votes} votes for the next meeting: take one back first."
            case "no":
                group.withdraw(member.account, paper)
            case _:
                raise HTTPException(HTTPStatus.BAD_REQUEST)
    return ""


def _share(member: Member, form: Form) -> str:
    """Give the next meeting's list an address, or take it away from any."""
    with member.open_group() as group:
        if number := form.one("meeting"):
            group.unshare(_meeting(group, number).number)
            return ""
        group.share(on=form.one("share") == "on")
    return ""


def _notes(member: Member, form: Form) -> str:
    """Replace the notes of a meeting, unless somebody else has changed them meanwhile."""
    with member.open_group() as group:
        found = _meeting(group, form.one("meeting"))
        same = form.one("was") == _mark(found.notes)
        if not same or not group.keep_notes(found.number, form.one("notes"), instead_of=found.notes):
            return "Somebody else has changed these notes meanwhile. Go back, copy yours, and load the page again."
    return ""


def _start(member: Member, form: Form) -> str:
    """Like what the group voted for lately."""
    with member.open_group() as group:
        group.start_from_votes(member.account)
    return ""


def _disown(member: Member, form: Form) -> str:
    """Say that a paper is by somebody else of the same name."""
    with member.open_group() as group:
        group.disown(member.account, form.one("paper"))
    return ""


def _choose(member: Member, form: Form) -> str:
    """Set what the member decides."""
    with member.open_group() as group:
        group.choose(
            member.account,
            counted=bool(form.one("counted")),
            agenda=bool(form.one("agenda")),
            authors=tuple(form.all("author")),
        )
    return ""


def _end_logins(member: Member, form: Form) -> str:
    """Log one of the member's browsers out, or all."""
    number = form.one("login")
    with member.open_group() as group:
        if number == "all":
            group.end_logins(member.account)
        elif number.isascii() and number.isdecimal():
            group.end_login(member.account, int(number[:15]))
    return ""


_ACTIONS = {
    "/vote": _vote,
    "/group/share": _share,
    "/group/notes": _notes,
    "/group/start": _start,
    "/group/disown": _disown,
    "/account": _choose,
    "/account/logins": _end_logins,
}


def routes() -> Sequence[Route]:
    """The buttons, and what a member can take away."""
    return [
        *(Route(path, _button(act), methods=["POST"]) for path, act in _ACTIONS.items()),
        Route("/account/profile.zip", _profile, methods=["GET"]),
        Route("/account/group.json", _known, methods=["GET"]),
    ]


def _button(act: Callable[[Member, Form], str]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        form = await form_of(request)
        if problem := await run_in_threadpool(act, _member(request), form):
            return refused(request, HTTPStatus.CONFLICT, problem)
        if wants_json(request):
            return JSONResponse({"text": ""}, headers=security.HEADERS_FOR_READER)
        return RedirectResponse(form.back, HTTPStatus.SEE_OTHER, security.HEADERS_FOR_READER)

    return endpoint


async def _profile(request: Request) -> Response:
    """The member's profile as one file, as `recommend profile export` writes it."""
    member = _member(request)

    def packed() -> bytes:
        with (
            tempfile.TemporaryDirectory(prefix="recommend-") as folder,
            Recommender(member.account.profile, home=member.home) as reader,
        ):
            return reader.export_profile(Path(folder, "profile.zip")).read_bytes()

    return _download(await run_in_threadpool(packed), "application/zip", f"{member.account.profile}.recommend.zip")


async def _known(request: Request) -> Response:
    """What the group's file has of the member."""
    member = _member(request)

    def known() -> bytes:
        with member.open_group() as group:
            return json.dumps(group.known(member.account), ensure_ascii=False, indent=2).encode()

    return _download(await run_in_threadpool(known), "application/json", f"{member.account.profile}.group.json")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = security.HEADERS_FOR_READER | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=kind)


def _mark(text: str) -> str:
    """A short mark of notes, by which a form knows whether they are still those that it showed."""
    return sha256(text.encode()).hexdigest()[:16]


def _member(request: Request) -> Member:
    member: Member = request.scope[MEMBER]
    return member


def _meeting(group: Group, number: str) -> Meeting:
    found = group.meeting(int(number[:15])) if number.isascii() and number.isdecimal() else None
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found
