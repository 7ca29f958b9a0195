"""Files beside profiles that belong to no profile: editors' locks, copies that a sync tool or a reader made.

A file is a profile's if its name is one. A name such as `ada-20261126` or `ada-backup` is one too, but is more often a
copy of `ada`: it counts as a copy where `ada` has settings, unless its own settings say in their first line, as
`recommend init` writes it, that they are of `ada-20261126`.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from recommender.profile import GROUP, NAME

_SUFFIXES = (".toml", ".db")
# what copies have after the name they are a copy of: a date, a moment, or a word for "copy", each with a number or not
_COPY = re.compile(
    r"(?P<name>.+?)[-_](?:\d{8}|\d{4}-\d\d-\d\d)(?:[-_t]?\d{4,6})?|"
    r"(?P<word_name>.+?)[-_](?:copy|backup|bak|old|orig|conflict|conflicted)(?:[-_]?\d+)?"
)
_ALSO_OURS = re.compile(rf"{NAME}\.(?:[a-z_]+-password|toml|db(?:-wal|-shm|-journal)?|lock|\d{{8}}-\d{{6}}\.backup)")


def profile_names(folder: Path) -> list[str]:
    """The names of the profiles whose settings or ratings lie in a folder, sorted; strays are passed over."""
    names = {path.stem for path in _files(folder) if path.suffix in _SUFFIXES and re.fullmatch(NAME, path.stem)}
    return sorted(name for name in names if not original(folder, name))


def original(folder: Path, name: str) -> str:
    """The profile that this one is a copy of, by its name and settings; empty if it is one of its own."""
    match = _COPY.fullmatch(name)
    if match is None:
        return ""
    of = match["name"] or match["word_name"]
    if not (folder / f"{of}.toml").is_file() or _says_its_name(folder / f"{name}.toml", name):
        return ""
    return of


def strays(folder: Path) -> list[Path]:
    """The files and folders beside profiles that belong to none of them, sorted; half-made files are not among them."""
    names = {*profile_names(folder), GROUP}
    return sorted(
        path
        for path in _entries(folder)
        if not half_made(path) and not (_ALSO_OURS.fullmatch(path.name) and path.name.partition(".")[0] in names)
    )


def half_made(path: Path) -> int:
    """The process that made this file to put it into another's place; 0 if the file is none of that kind."""
    match = re.fullmatch(r"\.?.+\.new-(\d+)(?:-wal|-shm|-journal)?", path.name)
    return int(match[1]) if match else 0


def _says_its_name(settings: Path, name: str) -> bool:
    try:
        with settings.open(encoding="utf-8", errors="replace") as file:
            return file.readline(200).startswith(f"# Settings of the profile {name},")
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in _entries(folder) if os.path.isfile(path))  # no error where it may not be looked at


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # there is no folder yet, or it is none: whoever needs it says so
        return []
