"""Settings that the program writes: a new file, or some of a file that a person and an editor write to as well.

Our own processes take turns by a lock. An editor takes none: what it saves meanwhile is found by comparing the file's
content with what was read, and the change is made again.
"""

import time
import tomllib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from recommender import files
from recommender.errors import ProfileError, StoreError
from recommender.profile import Profile
from recommender.store import settings
from recommender.store.turns import in_turn

Value = Sequence[Any] | Mapping[str, Any] | str | int

_TRIES = 20
_CALM = 0.1  # seconds: a file that changed so shortly ago may be half saved
_CALM_IF_EMPTY = 1.0  # seconds: nobody wants empty settings, so an editor is probably about to write
_CHECKS = 10  # of a calm file; a clock that is wrong by hours must not make us wait for ever


def create(path: Path, profile: Profile) -> None:
    """Write a profile's settings as a new file, whole or not at all.

    Raises:
        ProfileError: the profile has settings already, or a setting is no text.
        StoreError: the file cannot be written.
    """
    try:
        content = settings.text_of(profile).encode()
    except UnicodeEncodeError as error:
        raise ProfileError("a setting is no text in UTF-8; write it in another way") from error
    with _alone(path):
        if path.exists():
            raise ProfileError(f"profile {profile.name!r} exists already: edit {path}, or choose another name")
        files.write(path, content, private=True)


def change(path: Path, name: str, key: str, update: Callable[[Profile], Value]) -> tuple[Profile, Profile]:
    """Change one setting of a profile, as `change_several` does."""
    return change_several(path, name, lambda profile: {key: update(profile)})


def change_several(path: Path, name: str, update: Callable[[Profile], Mapping[str, Value]]) -> tuple[Profile, Profile]:
    """Change settings of a profile, all or none; every other line of its file stays as it was, comments too.

    Args:
        path: the profile's own file.
        update: gives the new values by their keys from the profile as the file has it; called again if the file
            changes meanwhile. Mappings in a sequence become tables; an empty text or sequence removes the setting.

    Returns:
        The profile before the change, and after it.

    Raises:
        ProfileError: the profile has no file of its own, or the file would be wrong with the new value.
        StoreError: the file cannot be written, or others keep changing it.
    """
    if not path.exists():
        raise ProfileError(
            f"profile {name!r} ships with the program and cannot be changed; "
            f"`recommend init NAME --from {name}` makes one of your own"
        )
    with _alone(path):
        for _ in range(_TRIES):
            content = _calm_content(path)
            before = settings.from_bytes(content, name, path)  # a mistake that is there already is reported first
            new = content
            for key, value in update(before).items():
                new = changed(new, key, value, path)
            after = settings.from_bytes(new, name, path)
            if new == content or files.rewrite(path, content, new):
                return before, after
    raise StoreError(f"{path} is saved by another program again and again; nothing was changed, try again")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder of the settings."""
    with ExitStack() as stack:
        try:
            files.make_private_folder(path.parent)
            stack.enter_context(in_turn(path.parent))
        except OSError as error:
            raise StoreError(f"{path.parent}: {error.strerror or error}; make it a folder you can write to") from error
        yield


def _calm_content(path: Path) -> bytes:
    """The content of the file, once nobody is in the middle of saving it: some editors empty it first."""
    try:
        for _ in range(_CHECKS):
            state = path.stat()
            age, calm = time.time() - state.st_mtime, _CALM if state.st_size else _CALM_IF_EMPTY
            if not 0 <= age < calm:
                break
            time.sleep(min(_CALM, calm - age))
        return path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}; make it a file that you can read") from error


def changed(content: bytes, key: str, value: Value, path: Path) -> bytes:
    """The content of a file of settings with another value of one of them, every other line as it was.

    Args:
        value: as in `change`.
        path: named in errors.

    Raises:
        ProfileError: the value is no text, or this needs an editor.
    """
    import tomlkit  # late: slow to import; most commands only read settings

    try:
        mark = BOM_UTF8 if content.startswith(BOM_UTF8) else b""  # some editors of Windows write it
        document = tomlkit.parse(content.decode("utf-8-sig"))
        is_removed = not isinstance(value, int) and not value
        if is_removed:
            document.pop(key, None)
        elif isinstance(value, str | int):
            document[key] = value
        elif isinstance(value, Mapping):
            table = document.setdefault(key, tomlkit.inline_table())
            for removed in set(table) - set(value):
                del table[removed]
            table.update(value)
        else:
            document[key] = list(value)
        new = tomlkit.dumps(document).encode()
        if tomllib.loads(new.decode()).get(key) != (None if is_removed else tomlkit.item(value).unwrap()):
            raise ValueError("the setting is written in a way that only an editor can change")
    except UnicodeEncodeError as error:
        raise ProfileError(f"the new value of {key} is no text in UTF-8; write it in another way") from error
    except (tomlkit.exceptions.TOMLKitError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ProfileError(f"{path}: {key} cannot be changed here ({error}); edit the file") from error
    return mark + new
