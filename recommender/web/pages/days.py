"""The calendar: which days were read, and how far."""

from starlette.requests import Request

from recommender.api import Recommender
from recommender.results.ratings import DayState
from recommender.web.pages.frame import Page


def days(reader: Recommender, request: Request) -> Page:
    """The days of the last weeks, newest first."""
    states = reader.browse.days()
    return Page(
        "days.html",
        {
            "title": "Days",
            "days": [
                {
                    "address": f"/{state.day.isoformat()}",
                    "name": f"{state.day:%a} {state.day.day} {state.day:%b %Y}",
                    "announced": state.announced,
                    "listed": state.listed,
                    "rated": state.rated,
                    "state": _state(state),
                }
                for state in states
            ],
        },
    )


def _state(state: DayState) -> str:
    if not state.listed:
        return "not looked at"
    if state.rated == state.listed:
        return "all rated"
    return f"{state.rated} of {state.listed} rated" if state.rated else "listed"
