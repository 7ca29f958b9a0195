"""Change settings that steer lists: each new value is checked, and all of them are written, or none."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from recommender.errors import ProfileError
from recommender.profile import Profile
from recommender.results.profiles import SettingField
from recommender.services.reader import Reader
from recommender.store import settings, settings_edit
from recommender.store.settings_edit import Value
from recommender.text import taxonomy
from recommender.text.lines import one_line

_LONGEST = 4_000  # characters of a text


class _Kind(NamedTuple):
    """How a setting is written as one text, and read from it."""

    text_of: Callable[[Profile], str]
    value_of: Callable[[str, str, Profile], Value]  # the setting's key, the new text, and the profile before


def fields(reader: Reader) -> tuple[SettingField, ...]:
    """The settings that can be changed here, each with its value as text and its bounds."""
    reader.reload()  # another process or object may have changed them since
    return tuple(
        SettingField(key, kind.text_of(reader.profile), _MEANINGS[key], *_bounds(key)) for key, kind in _KINDS.items()
    )


def change(reader: Reader, texts: Mapping[str, str], before: Mapping[str, str] | None = None) -> Profile:
    """Change settings, all or none; gives the settings that hold now.

    Args:
        texts: the new values by key, each as a person writes it: "20", "cs.CV eess.IV".
        before: the values that the reader saw, as `fields` has them. A setting that was changed elsewhere since then
            is not overwritten, but reported as wrong; one that the reader left alone stays what it is now.

    Raises:
        ProfileError: a value is wrong, or was changed elsewhere; its `settings` say what is wrong with each. Or the
            file cannot be changed.
    """
    if unknown := sorted(texts.keys() - _KINDS.keys()):
        raise ProfileError(f"{unknown[0]!r} is not changed here; there are {', '.join(_KINDS)}")

    def update(profile: Profile) -> dict[str, Value]:
        values: dict[str, Value] = {}
        wrong: dict[str, str] = {}
        for key, text in texts.items():
            now = _KINDS[key].text_of(profile)
            seen = now if before is None else _tidy(before.get(key, now))
            new = _tidy(text)
            if new in (seen, _tidy(now)):
                continue
            if seen != _tidy(now):
                wrong[key] = f"it was changed elsewhere meanwhile, to “{one_line(now)}”; save again to put yours there"
                continue
            try:
                values[key] = _KINDS[key].value_of(key, new, profile)
            except ProfileError as error:
                wrong[key] = str(error)
        if wrong:
            raise ProfileError("; ".join(f"{key}: {text}" for key, text in wrong.items()), wrong)
        return values

    try:
        _, after = settings_edit.change_several(reader.home.own_settings_file(reader.name), reader.name, update)
    finally:
        reader.reload()
    return after


def check_category(category: str) -> None:
    """Raise ProfileError unless arXiv has this category or archive."""
    if category not in taxonomy.CATEGORIES:
        meant = " or ".join(taxonomy.alike(category))
        hint = f"did you mean {meant}?" if meant else "they look like cs.CV, hep-th, eess.IV"
        raise ProfileError(f"{category!r} is no arXiv category; {hint} https://arxiv.org/category_taxonomy has all")


def _tidy(text: str) -> str:
    """The text as it is compared: lines without control characters, empty ones and spaces around them."""
    return "\n".join(filter(None, map(one_line, text.splitlines())))


def _interests(key: str, text: str, _profile: Profile) -> str:
    if len(text) > _LONGEST:
        raise ProfileError(f"at most {_LONGEST:,} characters are kept, and there are {len(text):,}; shorten it")
    return "; ".join(part for topic in re.split(r"[;\n]", text) if (part := topic.strip()))


def _categories(key: str, text: str, profile: Profile) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(re.split(r"[\s,;]+", text)) if text else ())
    for name in names:
        if name not in profile.categories:
            check_category(name)
    return names


def _number(key: str, text: str, _profile: Profile) -> int:
    least, most = _bounds(key)
    if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise ProfileError(f"a whole number from {least:,} to {most:,} is needed, not “{text[:40]}”")
    return int(text)


def _bounds(key: str) -> tuple[int, int]:
    setting = next(setting for setting in settings.TABLE if setting.key == key)
    return setting.least, setting.most


_KINDS = {
    "interests": _Kind(lambda profile: "\n".join(part.strip() for part in profile.interests.split(";")), _interests),
    "categories": _Kind(lambda profile: " ".join(profile.categories), _categories),
    "list_size": _Kind(lambda profile: str(profile.list_size), _number),
    "min_match": _Kind(lambda profile: str(profile.min_match), _number),
    "variety": _Kind(lambda profile: str(profile.variety), _number),
    "explore": _Kind(lambda profile: str(profile.explore), _number),
}
_MEANINGS = {setting.key: setting.meaning for setting in settings.TABLE}
