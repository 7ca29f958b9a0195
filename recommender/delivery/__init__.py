"""Lists go out: as text for a terminal, JSON, a feed, mails, bibliographies and charts.

What a command needs only sometimes it names as `delivery.terminal`: that is imported when it is first used (PEP 562).
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.delivery import atom, json_output, json_state, layout, terminal

__all__ = ["atom", "json_output", "json_state", "layout", "terminal"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
