"""The pages of one reader: the day's list, papers, search, and what was learned. GET reads; POST alone changes."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from recommender.api import Recommender
from recommender.errors import RecommenderError, UnknownPaper
from recommender.web import security
from recommender.web.guard import Guard, Keys
from recommender.web.pages import FILES, VERSION, actions, days, lists, papers, render_for_reader, you
from recommender.web.pages.frame import KEYS_COOKIE, Form, Page, changed, draw, undoing, wants_json
from recommender.web.pages.undoing import Undoing
from recommender.web.pool import Open, Pool

PoolOf = Callable[[Request], Pool]

_MAX_FIELDS = 2_000  # of a form: a list has at most 500 papers
_TYPES = {".svg": "image/svg+xml", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_PAGES: dict[str, Callable[[Recommender, Request], Page]] = {
    "/": lists.newest,
    "/search": lists.search,
    "/best": lists.best,
    "/reading": lists.reading,
    "/rated": lists.rated,
    "/you": you.you,
    "/you/map": you.whole_map,
    "/days": days.days,
    "/paper/{paper:path}": papers.paper,
    "/{day}": lists.of_day,
}
_ACTIONS: dict[str, Callable[[Recommender, Form], str]] = {
    "/today": lists.rank,
    "/rate": actions.rate,
    "/confirm": actions.confirm,
    "/later": actions.later,
    "/opened": actions.opened,
    "/rest": actions.rest,
    "/undo": actions.undo,
    "/rules": actions.rule,
    "/settings": you.change_settings,
    "/evaluate": you.evaluate,
    "/note": papers.note,
    "/topics": you.change_topic,
}
_LONG = (lists.rank, you.evaluate)  # may take a minute, and hold up no rating
_log = logging.getLogger(__name__)


def guarded(open_reader: Open, keys: Keys) -> ASGIApp:
    """The pages, for the reader's own browser alone.

    Args:
        open_reader: gives a recommender of the reader, in the thread that serves a request.
    """
    pool = Pool(open_reader)
    return Guard(pages(lambda request: pool), keys)


def pages(
    pool_of: PoolOf,
    more_pages: Mapping[str, Callable[[Recommender, Request], Page]] = MappingProxyType({}),
    more_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The pages without a guard.

    Args:
        pool_of: gives the recommenders of whoever sent a request.
        more_pages, more_routes: of a group of readers.
    """
    application = Starlette(
        routes=[
            *more_routes,
            Route(f"/static/{VERSION}/{{name}}", _file, methods=["GET"]),
            Route("/keys", _keys, methods=["POST"]),
            *(Route(path, _action(pool_of, action), methods=["POST"]) for path, action in _ACTIONS.items()),
            *(Route(path, _page(pool_of, page), methods=["GET"]) for path, page in {**more_pages, **_PAGES}.items()),
        ],
        exception_handlers={
            UnknownPaper: _unknown,
            RecommenderError: _failed,
            HTTPException: _http_error,
            Exception: _bug,
        },
    )
    application.state.undoing = Undoing()
    application.router.redirect_slashes = False
    return application


def _page(pool_of: PoolOf, page: Callable[[Recommender, Request], Page]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        pool = pool_of(request)
        return await pool.use(pool.reading, lambda reader: draw(reader, request, page(reader, request)))

    return endpoint


def _action(pool_of: PoolOf, action: Callable[[Recommender, Form], str]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        form = await form_of(request)
        pool = pool_of(request)
        turn = pool.long if action in _LONG else pool.rating
        return await pool.use(turn, lambda reader: changed(reader, request, action, form))

    return endpoint


async def form_of(request: Request, most: int = security.MAX_FORM) -> Form:
    """What a form sent, of at most so many bytes. Raises HTTPException: too much, or none of our forms."""
    body = await security.body(request, most)
    try:
        return Form(parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MAX_FIELDS), undoing(request))
    except ValueError as error:  # more fields than any of our forms has
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(FILES[name], media_type=_TYPES[name[name.rindex(".") :]], headers=headers)


async def _keys(request: Request) -> Response:
    """Switch the keys of the pages off or on, in this browser."""
    form = await form_of(request)
    answer = RedirectResponse(form.back, HTTPStatus.SEE_OTHER, security.HEADERS_FOR_READER)
    answer.set_cookie(
        KEYS_COOKIE, "off" if form.one("keys") == "off" else "on", max_age=31_536_000, httponly=True, samesite="strict"
    )
    return answer


def problem(request: Request, status: HTTPStatus, heading: str, text: str) -> Response:
    """A page, or for a script a document, that says what did not work."""
    if wants_json(request):
        return JSONResponse({"text": text}, status, security.HEADERS_FOR_READER)
    return render_for_reader(
        "problem.html", status, title=heading, text=text, profile="", here="/", undo=None, keys=False
    )


def _unknown(request: Request, error: Exception) -> Response:
    return problem(request, HTTPStatus.NOT_FOUND, "No such paper", f"{error}.")


def _failed(request: Request, error: Exception) -> Response:
    _log.error("%s", error)
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "That did not work", f"{error}.")


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    texts = {
        HTTPStatus.NOT_FOUND: "There is no page at this address.",
        HTTPStatus.BAD_REQUEST: "The form was not one of these pages; nothing was changed.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too much was sent; nothing was changed.",
    }
    answer = problem(request, status, status.phrase, texts.get(status, "Nothing was changed."))
    answer.headers.update(error.headers or {})
    return answer


def _bug(request: Request, _error: Exception) -> Response:
    text = "This is a bug in the program; the server's output has the details. Nothing that was rated is lost."
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong", text)
