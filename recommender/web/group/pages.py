"""The application of a group: the pages of a reader for each member, behind a guard of their own."""

import logging
from asyncio import Semaphore
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from recommender.api import Recommender
from recommender.api_group import Group
from recommender.errors import ProfileError, RecommenderError
from recommender.web import reader
from recommender.web.group import together
from recommender.web.group.guard import GroupGuard, refused
from recommender.web.group.limits import LinkLimits
from recommender.web.group.login import LoginPages
from recommender.web.group.postbox import Postbox
from recommender.web.pages.frame import MEMBER
from recommender.web.pool import AT_ONCE, Pool

# Long work that is done at once: one new list waits for arXiv for all, the others find in the library what it brought.
_LONG_AT_ONCE = 2
_log = logging.getLogger(__name__)


def pages(
    open_profile: Callable[[str], Recommender],
    open_group: Callable[[], Group],
    *,
    postbox: Postbox | None = None,
    limits: LinkLimits | None = None,
) -> ASGIApp:
    """The pages of a group.

    Args:
        open_profile: gives a profile's recommender for one request, in the thread that serves it.
        open_group: gives the group's door, in the thread that uses it.

    Raises:
        ProfileError: there is no group, or its settings are wrong.
    """
    with open_group() as group:
        settings = group.settings
        home = group.home
    login = LoginPages(settings, open_group, postbox or Postbox(open_group), limits)
    reading, long = Semaphore(AT_ONCE), Semaphore(_LONG_AT_ONCE)  # of all members together
    pools: dict[str, Pool] = {}  # by profile; ratings of one member wait for nobody else's

    def pool_of(request: Request) -> Pool:
        profile = request.scope[MEMBER].account.profile
        if profile not in pools:
            pools[profile] = Pool(partial(open_profile, profile), reading, long)
        return pools[profile]

    application = reader.pages(pool_of, together.PAGES, [*login.routes, *together.routes()])
    application.add_exception_handler(RecommenderError, _failed)
    return GroupGuard(application, settings, open_group, home)


def _failed(request: Request, error: Exception) -> Response:
    """The answer where something failed: neither a member nor a stranger learns of the server's files by it."""
    member = request.scope.get(MEMBER)
    if member is None or not isinstance(error, ProfileError):  # what a member typed is in those
        _log.error("%s", error)
    if member is None:
        return refused(
            request, HTTPStatus.SERVICE_UNAVAILABLE, "The server cannot read its files just now; try again later."
        )
    return reader.problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "That did not work", member.worded(error))
