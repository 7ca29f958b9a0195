"""The keys that sign answers, remembered as long as their files are unchanged.

A forged answer costs the same whether a profile of its name exists, so that nobody finds out names by measuring time.
"""

import secrets
from pathlib import Path
from typing import TypeAlias

from recommender.errors import ProfileError, StoreError
from recommender.store.home import Home
from recommender.store.outbox import Outbox

_State: TypeAlias = tuple[tuple[int, int, int], ...]  # of a database and its log: inode, bytes, time of the last change

_NO_KEY = secrets.token_hex(32)  # nobody can sign with it
_keys: dict[Path, tuple[_State, str]] = {}


def signing_key(home: Home, name: str) -> str:
    """The secret that signs this profile's answers; one that has signed nothing if there is no such profile or key.

    Raises:
        StoreError: the profile's database cannot be read.
    """
    try:
        file = home.profile_file(name)
    except ProfileError:
        return _NO_KEY
    state = _state(file)
    if not any(state[0]):
        return _NO_KEY
    if _keys.get(file, ((), ""))[0] != state:
        with home.profile_store(name) as store:
            _keys[file] = state, Outbox(store).key() or _NO_KEY
    return _keys[file][1]


def _state(file: Path) -> _State:
    return tuple(_facts(each) for each in (file, file.with_name(f"{file.name}-wal")))


def _facts(file: Path) -> tuple[int, int, int]:
    """Zeros if there is no file, or an empty one, which a reader leaves behind.

    Raises:
        StoreError: whether there is one cannot be told: its answers are not forged for that.
    """
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0, 0
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror or error}; check its rights and the disk") from error
    return (status.st_ino, status.st_size, status.st_mtime_ns) if status.st_size else (0, 0, 0)
