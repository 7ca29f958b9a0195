"""What a group of readers on one server does together; each module takes a `Desk` first.

`oidc` is imported when it is first used (PEP 562): it is an extra.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.services.group import oidc

__all__ = ["oidc"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
