"""Rank each day's papers for one reader, from the papers that reader liked and disliked before.

`Recommender` is the door; the other names are what it takes, gives and raises. Each is loaded when it is first used
(PEP 562), so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.api import Recommender
    from recommender.errors import (
        CannotListen,
        DeliveryError,
        MachineError,
        MissingExtra,
        ProfileError,
        RecommenderError,
        SourceError,
        StoreError,
        UnknownPaper,
    )
    from recommender.paper import (
        Change,
        Feedback,
        Insights,
        LibraryEntries,
        LibraryEntry,
        Note,
        NoteKind,
        Paper,
        Reason,
        ReasonKind,
        Recommendation,
        Score,
        Shortlist,
        Status,
        Topic,
        Undone,
        Verdict,
    )
    from recommender.profile import MailSettings, Profile
    from recommender.results import ImportReport, MailResult, MailState
    from recommender.services.reader import Progress
    from recommender.services.requests import ListOptions, MailOptions, NewProfile

__version__ = "0.1.0"

_MODULES = {
    "api": ("Recommender",),
    "errors": (
        "CannotListen",
        "DeliveryError",
        "MachineError",
        "MissingExtra",
        "ProfileError",
        "RecommenderError",
        "SourceError",
        "StoreError",
        "UnknownPaper",
    ),
    "paper": (
        "Change",
        "Feedback",
        "Insights",
        "LibraryEntries",
        "LibraryEntry",
        "Note",
        "NoteKind",
        "Paper",
        "Reason",
        "ReasonKind",
        "Recommendation",
        "Score",
        "Shortlist",
        "Status",
        "Topic",
        "Undone",
        "Verdict",
    ),
    "profile": ("MailSettings", "Profile"),
    "results": ("ImportReport", "MailResult", "MailState"),
    "services.reader": ("Progress",),
    "services.requests": ("ListOptions", "MailOptions", "NewProfile"),
}
_HOME_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "CannotListen",
    "Change",
    "DeliveryError",
    "Feedback",
    "ImportReport",
    "Insights",
    "LibraryEntries",
    "LibraryEntry",
    "ListOptions",
    "MachineError",
    "MailOptions",
    "MailResult",
    "MailSettings",
    "MailState",
    "MissingExtra",
    "NewProfile",
    "Note",
    "NoteKind",
    "Paper",
    "Profile",
    "ProfileError",
    "Progress",
    "Reason",
    "ReasonKind",
    "Recommendation",
    "Recommender",
    "RecommenderError",
    "Score",
    "Shortlist",
    "SourceError",
    "Status",
    "StoreError",
    "Topic",
    "Undone",
    "UnknownPaper",
    "Verdict",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        return getattr(import_module(f"recommender.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'recommender' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
