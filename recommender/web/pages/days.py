"""The calendar: which days were read, missed, or lost to a failure."""

from collections.abc import Callable
from datetime import date
from functools import partial

from markupsafe import Markup
from starlette.requests import Request

from recommender.api import Recommender
from recommender.delivery import charts
from recommender.results.pictures import DayState
from recommender.web.pages.cards import address
from recommender.web.pages.frame import Page

_FRAME = charts.Frame(inline=True, width=720, paper_address=address, day_address=lambda day: f"/{day.isoformat()}")
_NEWEST = 30  # days in the table below the picture
_STATES = {
    DayState.RATED: "rated",
    DayState.LISTED: "listed, nothing rated",
    DayState.UNREAD: "not looked at",
    DayState.FAILED: "the run failed",
    DayState.MISSING: "no announcement here",
}


def days(reader: Recommender, request: Request) -> Page:
    """A year of days, and the newest of them in words."""
    calendar = reader.pictures.days()
    known = [day for day in reversed(calendar.known) if day.state in _STATES][:_NEWEST]
    return Page(
        "days.html",
        {
            "title": "Days",
            "picture": picture(partial(charts.days, reader.name, calendar)),
            "days": [
                {
                    "address": f"/{day.day.isoformat()}",
                    "name": _name(day.day),
                    "listed": day.papers,
                    "rated": day.rated,
                    "state": day.message or _STATES[day.state],
                }
                for day in known
            ],
        },
    )


def picture(draw: Callable[[charts.Frame], str]) -> Markup:
    """A picture in a page, for wide windows and for phones."""
    return Markup(charts.for_page(draw, _FRAME))


def _name(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
