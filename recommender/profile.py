"""A reader's settings, and how a TOML file becomes them."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import ProfileError

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")  # also a file name, on every system


@dataclass(frozen=True, slots=True)
class Profile:
    """What a reader set, not what was learned."""

    name: str
    description: str = ""
    interests: str = ""  # in the reader's own words; ranks until likes say more
    categories: tuple[str, ...] = ()  # ("cs.CV", "eess.IV"); empty: all
    digests: Path | None = None  # a digest file, or a folder of them
    list_size: int = 10  # papers a list
    min_match: int = 0  # percent; papers that match less are not listed
    variety: int = 3  # 0..10: how far alike papers of one list make room for others
    explore: int = 1  # papers a list unlike all judged ones, at its end


def check_name(name: str) -> str:
    """The name itself, if it can be a profile's.

    Raises:
        ProfileError: it cannot.
    """
    if not NAME.fullmatch(name):
        raise ProfileError(
            f"{name!r} cannot be a profile's name: use up to 64 small letters, digits, '-' and '_', "
            "a letter or digit first"
        )
    return name


def read_profile(path: Path, name: str) -> Profile:
    """The profile in a TOML file; relative paths in it are relative to the file.

    Raises:
        ProfileError: the file cannot be read, is no TOML, or holds a setting that is unknown or wrong.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: not valid TOML: {error}") from error
    try:
        return profile_from(settings, name, path.parent)
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def profile_from(settings: Mapping[str, Any], name: str, folder: Path) -> Profile:
    """The profile these settings make; `folder` is where relative paths start.

    Raises:
        ProfileError: a setting is unknown or wrong; nothing is ever ignored.
    """
    for key in settings:
        if key not in _SETTINGS:
            near = difflib.get_close_matches(key, _SETTINGS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(_SETTINGS)}"
            raise ProfileError(f"unknown setting {key!r}; {hint}")
    digests = _text(settings, "digests")
    return Profile(
        name=name,
        description=_text(settings, "description"),
        interests=" ".join(_text(settings, "interests").split()),
        categories=_categories(settings),
        digests=folder / Path(digests).expanduser() if digests else None,
        list_size=_number(settings, "list_size", 10, 1, 10_000),
        min_match=_number(settings, "min_match", 0, 0, 100),
        variety=_number(settings, "variety", 3, 0, 10),
        explore=_number(settings, "explore", 1, 0, 5),
    )


_SETTINGS = ("description", "interests", "categories", "digests", "list_size", "min_match", "variety", "explore")


def _text(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key, "")
    if not isinstance(value, str):
        raise ProfileError(f"{key} must be text in quotes, not {value!r}")
    return value


def _number(settings: Mapping[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = settings.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ProfileError(f"{key} must be a whole number from {least} to {most}, not {value!r}")
    return value


def _categories(settings: Mapping[str, Any]) -> tuple[str, ...]:
    value = settings.get("categories", [])
    if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
        raise ProfileError(f'categories must be a list like ["cs.CV", "eess.IV"], not {value!r}')
    return tuple(entry.strip() for entry in value)
