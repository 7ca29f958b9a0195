"""Delete a profile wholly: its database, settings, passwords, caches, logs, backups, and copies beside them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from recommender import files
from recommender.errors import StoreError
from recommender.store import strays
from recommender.store.home import Home

_FOLDERS = ("profiles", "cache", "logs", "backups")


def remove_profile(home: Home, name: str, keep: Collection[str] = ()) -> int:
    """Delete all files of a profile; gives their number.

    Args:
        keep: profiles that stay, also if their names look like those of copies.

    Raises:
        StoreError: one of them cannot be deleted; the others are gone.
    """
    failed = ""
    removed = 0
    for path in list(_files(home, name, keep)):
        try:
            path.unlink()
            removed += 1
        except FileNotFoundError:  # SQLite removes its log with the last reader
            continue
        except OSError as error:
            failed = f"{path}: {error.strerror or error}; {files.remedy(error, 'delete it by hand')}"
    if failed:
        raise StoreError(f"{failed}. All else of {name} is gone")
    return removed


def forget_error(home: Home, words: Sequence[str]) -> None:
    """Delete the last error that is kept for `status`, if it has one of these words."""
    with suppress(OSError):
        text = home.error_file.read_text(encoding="utf-8", errors="replace")
        if any(word in text for word in words):
            home.error_file.unlink()


def _files(home: Home, name: str, keep: Collection[str]) -> Iterator[Path]:
    """The files of a profile, and the copies that somebody or the program made of them."""
    beside = home.profile_file(name).parent
    own = {*home.own_names(), *keep}  # "ada-old" in another subfolder than "ada" is no copy of it
    for folder in _FOLDERS:
        for path in sorted((home.root / folder).rglob("*")):
            owner = path.name.lstrip(".").partition(".")[0]
            is_own = owner in own and (folder != "profiles" or path.parent == home.profile_file(owner).parent)
            is_copy = not is_own and strays.original(beside, owner) == name
            if path.is_file() and (owner == name or is_copy):
                yield path
