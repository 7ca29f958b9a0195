"""Many readers, one night: what is new is fetched once, counted once, and ranked for each by many processes.

`night` knows the order of things, `gathering` fetches for all, `shared` is what all readers have in common, `work` and
`mailing` are what a worker does for some of them, and `engines` are the ways to have workers. The first and the last
are imported when they are first used, as the other services are: else each worker would load all of them.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.services.batch import engines, night

__all__ = ["engines", "night"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
