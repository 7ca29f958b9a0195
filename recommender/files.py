"""Write files whole or not at all, and so that only their owner can read them where they are private."""

import os
import stat
from contextlib import suppress
from errno import EINVAL, ENAMETOOLONG
from pathlib import Path
from time import sleep

from recommender.errors import SourceError, StoreError

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_EVERYBODY, _OTHERS = 0o007, 0o077  # rights of everybody; of the group and everybody
_PAUSES = (0.02, 0.1, 0.3, 0.6)  # seconds between tries to replace a file that is in use
_IN_USE = (5, 32, 33)  # of Windows: access denied (for a file that is open), sharing violation, lock violation
_NAME = 50  # characters of a file's name that its temporary file repeats: a name of 255 has no room for more


def expanded(place: str | os.PathLike[str]) -> Path:
    """The path with "~" replaced by the user's folder; as a shell, leave one whose user is unknown as it is."""
    return Path(os.path.expanduser(place))


def named(place: str | os.PathLike[str]) -> Path:
    """The path as `expanded` gives it, of a file or folder that may not be there yet.

    Raises:
        StoreError: no file can have this name: it is too long, or has a NUL in it.
    """
    path = expanded(place)
    try:
        path.lstat()
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError) or error.errno == ENAMETOOLONG:
            raise StoreError(f"{str(path)!r}: {_reason(error)}; choose another place") from error
    return path


def located(place: str) -> Path:
    """The file or folder that digests, answers or a library are in, expanded.

    A kind may stand before it, as in "maildir:~/Mail", which `by` of the mail settings needs; elsewhere the content
    tells what it is.

    Raises:
        SourceError: the text is empty, which would be the working directory, or has a NUL in it.
    """
    path = place.removeprefix("maildir:").removeprefix("mbox:")
    if not path.strip() or "\0" in path:
        raise SourceError(f"{place!r} names no file or folder")
    return expanded(path)


def as_argument(path: Path) -> str:
    """The path as a shell of this machine takes it, for a command that a message names."""
    text = str(path)
    if os.name == "nt":  # its names have no quotation marks
        return f'"{text}"' if " " in text else text
    if all(sign.isalnum() or sign in "-_./+" for sign in text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"  # as shlex.quote, whose module no quick command needs


def check(path: Path) -> None:
    """Make sure, before the work for it is done, that a file can be written there.

    Raises:
        StoreError: it cannot, as far as can be seen without writing.
    """
    try:
        is_folder, has_parent = path.is_dir(), path.parent.is_dir()
    except OSError as error:  # a name that is too long, or a folder that may not be entered
        raise StoreError(f"{path}: {_reason(error)}; choose another place") from error
    if is_folder:
        raise StoreError(f"{path} is a folder; name a file in it")
    if not has_parent:
        raise StoreError(f"{path}: the folder {path.parent} does not exist; make it, or choose another place")


def write(path: Path, data: str | bytes, *, private: bool = False, make_folder: bool = False) -> None:
    """Write a file, over an older one; a link is followed, a device or a pipe is written to as it is.

    An older file keeps its rights, and its owner where that is permitted.

    Args:
        data: text is encoded as UTF-8.
        private: only the owner may read a new file, from its first byte on; otherwise the umask decides.
        make_folder: make the folder, for its owner alone, if it does not exist; otherwise that is an error.

    Raises:
        StoreError: it cannot be written; an older file is unchanged.
    """
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    try:
        if make_folder:
            make_private_folder(path.parent)
        check(path)
        path = path.resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path, content, private=private)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: {_reason(error)}; {remedy(error)}") from error


def rewrite(path: Path, before: bytes, after: bytes) -> bool:
    """Write a file anew, unless its content is no longer that of before; whether it was written.

    Raises:
        StoreError: it cannot be written; the older file is unchanged.
    """
    try:
        return _replace(path.resolve(), after, private=True, before=before)
    except OSError as error:
        raise StoreError(f"{path}: {_reason(error)}; nothing was changed") from error


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, for their owner alone; existing ones stay as they are.

    Raises:
        OSError: it cannot be made.
    """
    missing = []
    for folder in (path, *path.parents):
        if folder.is_dir():
            break
        missing.append(folder)
    for folder in reversed(missing):
        try:
            folder.mkdir(_PRIVATE_FOLDER)
        except FileExistsError:
            if not folder.is_dir():  # else another process was faster
                raise


def make_private(path: Path) -> None:
    """Make an empty file for its owner alone, unless the file is there; a link to nowhere is followed.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE))


def open_privately(path: str, flags: int) -> int:
    """As os.open, but a new file is for its owner alone."""
    return os.open(path, flags, _PRIVATE_FILE)


def is_endless(path: Path) -> bool:
    """Whether there is a pipe, a socket or a device, which may never end, in the place of a file or folder."""
    return path.exists() and not path.is_file() and not path.is_dir()


def open_regular(path: str, flags: int) -> int:
    """As os.open, but of a regular file alone: nobody may ever write into a pipe, and a device may never end.

    Raises:
        OSError: it cannot be opened, or is a pipe, a socket or a device.
    """
    if is_endless(Path(path)):
        raise OSError(EINVAL, "a pipe or a device, which may never end; name a file", path)
    # some files of Linux's /proc wait for the next message at their end; of other files this changes nothing
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def is_open(path: Path) -> bool:
    """Whether everybody on this machine may use this user's own file or folder; False where it cannot be told."""
    try:
        state = path.lstat()
    except OSError:
        return False
    mine = os.name == "posix" and state.st_uid == os.geteuid() and not stat.S_ISLNK(state.st_mode)
    return mine and bool(state.st_mode & _EVERYBODY)


def close(path: Path) -> None:
    """Take the rights of everybody but the owner away; a link, and what its file points to, stays as it is.

    Raises:
        OSError: they cannot be changed.
    """
    mode = path.lstat().st_mode
    if not stat.S_ISLNK(mode):
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def _replace(path: Path, content: bytes, *, private: bool, before: bytes | None = None) -> bool:
    """Put a new file in the place of this one, or nothing at all, whatever interrupts it; whether it was put there.

    Args:
        before: the content that is to be replaced; None: any.
    """
    older = path.stat() if path.exists() else None
    new = path.with_name(f".{path.name[:_NAME]}.{os.urandom(4).hex()}.new-{os.getpid()}")
    rights = _PRIVATE_FILE if private or older else 0o666  # the umask narrows what is not private
    try:
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, rights), "wb") as file:
            file.write(content)
            if older:
                _keep_rights(file.fileno(), older)
            file.flush()
            os.fsync(file.fileno())  # or a power cut after the renaming may leave an empty file
        if before is None or path.read_bytes() == before:
            put(new, path)
            return True
        new.unlink()
        return False
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def _keep_rights(descriptor: int, older: os.stat_result) -> None:
    """Give a new file the owner and the rights of the one it replaces; some file systems know neither."""
    if os.name != "posix":
        return
    new = os.fstat(descriptor)
    with suppress(OSError):
        if (new.st_uid, new.st_gid) != (older.st_uid, older.st_gid):
            os.fchown(descriptor, older.st_uid, older.st_gid)
    with suppress(OSError):
        os.fchmod(descriptor, stat.S_IMODE(older.st_mode))


def failure(error: Exception) -> str:
    """What went wrong with a file, in words and without the system's number: "/home/ada/x: Read-only file system"."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def put(new: Path, path: Path) -> None:
    """Put a file in the place of another one, if there is one.

    Windows refuses it while a program has the other one open: a virus scanner does for a moment, and so does a reader.

    Raises:
        OSError: it cannot be put there.
    """
    for pause in (*_PAUSES, 0):
        try:
            new.replace(path)
            return
        except PermissionError as error:
            if not (pause and getattr(error, "winerror", None) in _IN_USE):
                raise
            sleep(pause)


def remedy(error: OSError | ValueError, otherwise: str = "choose another place") -> str:
    """What to do about a file that cannot be changed; on Windows, a program may have it open."""
    in_use = getattr(error, "winerror", None) in _IN_USE
    return f"close the program that has it open, or {otherwise}" if in_use else otherwise


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
            put(new, path)
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
