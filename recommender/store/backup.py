"""A whole profile as one zip file: `profile.db`, a copy of its database, and `profile.toml`, its settings."""

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from recommender import files
from recommender.errors import ProfileError, StoreError
from recommender.profile import check_name
from recommender.store import settings
from recommender.store.home import Home
from recommender.store.profile_store import ProfileStore

_SETTINGS = "profile.toml"
_DATABASE = "profile.db"
_LIMIT = 4 * 2**30  # unpacked bytes of a member: far above any reader's file, far below a disk


def export(home: Home, name: str, target: Path) -> None:
    """Write everything of a profile into one new zip file.

    Raises:
        StoreError: the file exists already, or cannot be written.
    """
    if target.exists():
        raise StoreError(f"{target} exists already; choose another name")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, _DATABASE)
        with home.profile_store(name) as store:
            store.copy_to(copy)
        packed = Path(folder, "packed.zip")
        try:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(copy, _DATABASE)
                if home.settings_file(name).exists():
                    archive.write(home.settings_file(name), _SETTINGS)
            files.write(target, packed.read_bytes(), private=True)
        except OSError as error:
            raise StoreError(f"{target}: {error.strerror or error}") from error


def import_(home: Home, source: Path, name: str) -> None:
    """Bring an exported profile in under this name.

    Raises:
        ProfileError: this home has a profile of that name, or the file is no export.
        StoreError: the database in it cannot be used, or nothing can be written here.
    """
    if check_name(name) in home.own_names():
        raise ProfileError(f"profile {name!r} is here already; `recommend profile import --as NAME` takes another name")
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder)
        _unpack(source, unpacked)
        new_settings = unpacked / _SETTINGS
        if new_settings.exists():
            settings.read(new_settings, name)  # refuses wrong ones
        with ProfileStore(unpacked / _DATABASE) as store:
            store.count()  # refuses what is no database of a profile
            file = home.profile_file(name)
            try:
                home.profiles_folder.mkdir(parents=True, exist_ok=True)
                new = file.with_suffix(f".new-{os.getpid()}")
                store.copy_to(new)
                if new_settings.exists():
                    shutil.copyfile(new_settings, home.own_settings_file(name))
                for left_over in ("-wal", "-shm"):  # of a database that was removed: SQLite would add them to this one
                    Path(f"{file}{left_over}").unlink(missing_ok=True)
                new.replace(file)
            except OSError as error:
                raise StoreError(f"{home.profiles_folder}: {error.strerror or error}") from error


def _unpack(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            members = {entry.filename: entry for entry in archive.infolist()}
            if _DATABASE not in members:
                raise ProfileError(f"{source} is a zip file, but not one of `recommend profile export`")
            for name in (_DATABASE, _SETTINGS):
                if name in members:
                    if members[name].file_size > _LIMIT:
                        raise ProfileError(f"{source}: {name} in it is too large to be a profile")
                    archive.extract(name, folder)
    except OSError as error:
        raise ProfileError(f"{source}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise ProfileError(f"{source} is not a file of `recommend profile export`: {error}") from error
