"""What the program does, one use case a file. Each function takes a Reader first.

A service is imported when it is first used (PEP 562): `recommend like` must not wait for the mail's templates. So
the door, and services that need another one only sometimes, name it as `services.mail`.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.services import (
        answers,
        backups,
        batch,
        best,
        browse,
        changes,
        doctor,
        effect,
        evaluation,
        exchange,
        explain,
        fetch,
        handles,
        identity,
        ingest,
        insights,
        judging,
        links,
        lists,
        mail,
        nightly,
        notes,
        pictures,
        plugins,
        profiles,
        reading,
        remote,
        requests,
        rules,
        search,
        selection,
        status,
        today,
        topics,
        transfer,
        triage,
        update,
        upkeep,
        visible,
        vocabulary,
        watched,
        zotero,
    )

__all__ = [
    "answers",
    "backups",
    "batch",
    "best",
    "browse",
    "changes",
    "doctor",
    "effect",
    "evaluation",
    "exchange",
    "explain",
    "fetch",
    "handles",
    "identity",
    "ingest",
    "insights",
    "judging",
    "links",
    "lists",
    "mail",
    "nightly",
    "notes",
    "pictures",
    "plugins",
    "profiles",
    "reading",
    "remote",
    "requests",
    "rules",
    "search",
    "selection",
    "status",
    "today",
    "topics",
    "transfer",
    "triage",
    "update",
    "upkeep",
    "visible",
    "vocabulary",
    "watched",
    "zotero",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
