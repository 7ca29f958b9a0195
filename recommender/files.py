"""Write files whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from recommender.errors import StoreError


def expanded(place: str | os.PathLike[str]) -> Path:
    """The path with "~" replaced by the user's folder; as a shell, leave one whose user is unknown as it is."""
    return Path(os.path.expanduser(place))


def check(path: Path) -> None:
    """Make sure, before the work for it is done, that a file can be written there.

    Raises:
        StoreError: it cannot, as far as can be seen without writing.
    """
    try:
        is_folder, has_parent = path.is_dir(), path.parent.is_dir()
    except OSError as error:  # a name that is too long, or a folder that may not be entered
        raise StoreError(f"{path}: {error.strerror or error}; choose another place") from error
    if is_folder:
        raise StoreError(f"{path} is a folder; name a file in it")
    if not has_parent:
        raise StoreError(f"{path}: the folder {path.parent} does not exist; make it, or choose another place")


def write(path: Path, data: str | bytes, *, make_folder: bool = False) -> None:
    """Write a file, over an older one; a link is followed, a device or a pipe is written to as it is.

    Args:
        data: text is encoded as UTF-8.
        make_folder: make the folder if it does not exist; otherwise that is an error.

    Raises:
        StoreError: it cannot be written; an older file is unchanged.
    """
    if make_folder:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror or error}") from error
    check(path)
    path = path.resolve()
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    special = path.exists() and not path.is_file()
    new = path if special else path.with_name(f".{path.name}.new-{os.getpid()}")
    try:
        new.write_bytes(content)
        if not special:
            new.replace(path)
    except OSError as error:
        if not special:
            new.unlink(missing_ok=True)
        raise StoreError(f"{path}: {error.strerror or error}; choose another place") from error


def take_name(new: Path, path: Path) -> None:
    """Give a file that was made under another name its own; where the file system has no links, that is replaced.

    Raises:
        FileExistsError: another file has the name.
        OSError: it cannot be given.
    """
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:  # FAT, some network drives: claim the name first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        try:
            new.replace(path)
        except OSError:
            path.unlink(missing_ok=True)  # an empty file would count as a damaged one
            raise
    sync_folder(path.parent)


def sync(path: Path) -> None:
    """Have the system write a file to the disk."""
    number = os.open(path, os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def sync_folder(folder: Path) -> None:
    """Have the system write a folder's names to the disk, where it can: a new file is lost with its name."""
    with suppress(OSError):  # Windows opens no folders, and needs no such call
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
