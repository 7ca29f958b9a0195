"""What the program does, one use case a file. Each function takes a Reader first.

A service is imported when it is first used (PEP 562): `recommend like` must not wait for the mail's templates.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.services import (
        answers,
        asking,
        best,
        effect,
        evaluation,
        exchange,
        explain,
        fetch,
        handles,
        insights,
        judging,
        lists,
        mail,
        nightly,
        profiles,
        search,
        status,
        today,
    )

__all__ = [
    "answers",
    "asking",
    "best",
    "effect",
    "evaluation",
    "exchange",
    "explain",
    "fetch",
    "handles",
    "insights",
    "judging",
    "lists",
    "mail",
    "nightly",
    "profiles",
    "search",
    "status",
    "today",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
