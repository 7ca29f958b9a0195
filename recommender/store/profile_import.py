"""A profile that `recommend profile export` wrote comes in: all or nothing, and nothing that others could misuse."""

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from recommender import files
from recommender.errors import ProfileError, StoreError
from recommender.paper import Note
from recommender.profile import MailSettings, Profile, check_name
from recommender.store import foreign, settings, settings_edit
from recommender.store.backup import DATABASE, SETTINGS
from recommender.store.home import Home
from recommender.store.turns import in_turn

# What an export may be: a few entries, of sizes far above any reader's. A database of texts shrinks to a third or a
# tenth; an empty one, of a few pages, to a thirtieth.
_LIMITS = {DATABASE: 2**30, SETTINGS: 2**20, "backup.json": 2**16}  # unpacked bytes; the last is a note in backups
_RATIO = 200
_SMALL = 2**24  # bytes that may be packed as well as they can
_END, _END_64 = (22, b"PK\5\6"), (20, b"PK\6\7")  # length and beginning of the records that end a zip file
_DIRECTORY = 1024  # bytes of the list of entries
_CHUNK = 2**20
_WITH_PASSWORD = ("imap:", "imaps:")  # places that are asked with the reader's own password


class Imported(NamedTuple):
    """What an export held, and what of it came in."""

    profile: Profile | None  # the settings as they are here; None: the export had none
    mail: MailSettings | None  # the table [mail], brought or left out
    mailboxes: tuple[str, ...]  # sources that want a password, brought or left out
    mails: int
    answers: int
    has_key: bool  # that signs the links in the mails
    ties: tuple[str, ...] = ()  # settings that tie it to programs and files of its machine, brought or left out


def import_(
    home: Home, source: Path, name: str, check_note: Callable[[Note], object], *, with_mail: bool = False
) -> Imported:
    """Bring an exported profile in under this name. Killed at any moment, it leaves no half of a profile.

    Args:
        check_note: raises if a note of a list cannot be worded.
        with_mail: bring what belongs to its mails too: the table [mail], mailboxes, mails, answers, and the key that
            signs links; and what ties it to Zotero and to files of its machine. Others could send mails, or run a
            command, with it.

    Raises:
        ProfileError: this home has a profile of that name, or the file is no export of ours.
        StoreError: nothing can be written here.
    """
    if home.has(check_name(name)):
        raise ProfileError(f"profile {name!r} is here already; `recommend profile import --as NAME` takes another name")
    with tempfile.TemporaryDirectory(prefix="recommend-") as unpacked:
        folder = Path(unpacked)
        try:
            _unpack(source, folder)
            brought, found = _settings(folder / SETTINGS, name, with_mail=with_mail)
            checked = folder / "checked.db"
            rows = foreign.copy(folder / DATABASE, checked, with_mail=with_mail, check_note=check_note)
        except ProfileError as error:
            raise ProfileError(f"{source}: {error}") from error
        except OSError as error:
            raise StoreError(f"{folder}: {error.strerror or error}; set TMPDIR to a folder with more space") from error
        _put(home, name, checked, brought)
    boxes = tuple(filter(_wants_password, found.digests)) if found else ()
    profile = home.profile(name) if brought is not None else None
    return Imported(profile, found.mail if found else None, boxes, *rows, _ties(found) if found else ())


def _put(home: Home, name: str, database: Path, new_settings: bytes | None) -> None:
    """Put the checked files into the home. Until the mark beside them goes, there is no profile of this name."""
    mark, target = home.unfinished_file(name), home.profile_file(name)
    try:
        files.make_private_folder(home.profiles_folder)
        with in_turn(home.profiles_folder):
            home.clear_unfinished(name)
            if home.has(name):
                raise ProfileError(f"profile {name!r} was made here meanwhile; `--as NAME` takes another name")
            files.write(mark, "", private=True)
            try:
                home.clear_logs(name)  # of a removed database: SQLite would add them to this one
                files.write(target, database.read_bytes(), private=True)
                if new_settings is not None:
                    files.write(home.own_settings_file(name), new_settings, private=True)
                mark.unlink()
            except BaseException:
                with suppress(OSError):
                    home.clear_unfinished(name)
                raise
    except OSError as error:
        raise StoreError(f"{home.profiles_folder}: {error.strerror or error}; nothing was imported") from error


# Settings


def _settings(file: Path, name: str, *, with_mail: bool) -> tuple[bytes | None, Profile | None]:
    """The settings to bring, and the profile as the export has it; None: it has no settings.

    Raises:
        ProfileError: they are wrong.
    """
    if not file.exists():
        return None, None
    content, here = file.read_bytes(), Path(SETTINGS)  # messages name the file in the archive
    found = settings.from_bytes(content, name, here)
    if with_mail:
        return content, found
    for key in (*(["mail"] if found.mail else []), *_ties(found)):
        content = settings_edit.changed(content, key, (), here)
    if any(map(_wants_password, found.digests)):
        written = settings.texts_of(content, "digests")
        content = settings_edit.changed(
            content, "digests", [each for each in written if not _wants_password(each)], here
        )
    return content, found


def _ties(profile: Profile) -> tuple[str, ...]:
    return tuple(key for key, value in (("zotero", profile.zotero), ("watch", profile.watch)) if value)


def _wants_password(place: str) -> bool:
    return place.lower().startswith(_WITH_PASSWORD)


# The archive


def _unpack(source: Path, folder: Path) -> None:
    """Unpack the entries of an export.

    Raises:
        ProfileError: the file is no such archive, or larger than any.
        OSError: the folder cannot be written.
    """
    try:
        if source.exists() and not source.is_file():
            raise ProfileError("it is a folder, a pipe or a device; name the file of an export")
        with source.open("rb") as file:
            _check_end(file.read, file.seek)
            with zipfile.ZipFile(file) as archive:
                _check_entries(archive.infolist())
                for entry in archive.infolist():
                    with archive.open(entry) as packed:
                        _write(folder / entry.filename, packed.read, _LIMITS[entry.filename])
    except OSError as error:
        if error.filename and Path(error.filename).is_relative_to(folder):
            raise
        raise ProfileError(f"{error.strerror or error}; name a file of `recommend profile export`") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError) as error:
        raise ProfileError(f"it is not a file of `recommend profile export`, or is damaged ({error})") from error


def _check_end(read: Callable[[int], bytes], seek: Callable[[int, int], int]) -> None:
    """Look at the end of a zip file before all of its list of entries is read, which may be of any length."""
    length, beginning = _END
    length_64, beginning_64 = _END_64
    size = seek(0, 2)
    seek(max(size - length - length_64, 0), 0)
    tail = read(length + length_64)
    end = tail[-length:]
    if not end.startswith(beginning) or tail[:-length].startswith(beginning_64):
        raise ProfileError("it is not a file of `recommend profile export`, or was cut off")
    entries, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if entries > len(_LIMITS) or directory > _DIRECTORY:
        raise ProfileError(f"it is not a file of `recommend profile export`: it has {entries} entries")
    seek(0, 0)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if DATABASE not in names or not set(names) <= _LIMITS.keys() or len(names) > len(set(names)):
        raise ProfileError(f"it is a zip file, but not one of `recommend profile export`: it has {names!r:.200}")
    for entry in entries:
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG) or entry.flag_bits & 1:
            raise ProfileError(f"{entry.filename} in it is a link or encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ProfileError(f"{entry.filename} in it is packed in a way that no export is")
        size = entry.file_size
        if size > _LIMITS[entry.filename] or (size > _SMALL and size > _RATIO * max(entry.compress_size, 1)):
            raise ProfileError(f"{entry.filename} in it is too large to be a profile")


def _write(target: Path, read: Callable[[int], bytes], limit: int) -> None:
    """Write an entry, by what it has and not by what it says of its size."""
    written = 0
    with target.open("xb") as file:
        while chunk := read(_CHUNK):
            written += len(chunk)
            if written > limit:
                raise ProfileError(f"{target.name} in it is too large to be a profile")
            file.write(chunk)
