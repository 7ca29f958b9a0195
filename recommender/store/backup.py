"""A whole profile as one zip file: `profile.db`, a copy of its database, and `profile.toml`, its settings."""

import tempfile
import zipfile
from pathlib import Path

from recommender import files
from recommender.errors import StoreError
from recommender.store.home import Home

SETTINGS = "profile.toml"
DATABASE = "profile.db"


def export(home: Home, name: str, target: Path) -> None:
    """Write everything of a profile into one new zip file, for its owner alone: the key of its mails' links is in it.

    Raises:
        StoreError: the file exists already, or cannot be written.
    """
    files.check(target)
    if target.exists():
        raise StoreError(f"{target} exists already; choose another name")
    with tempfile.TemporaryDirectory(prefix="recommend-") as folder:
        copy, packed = Path(folder, DATABASE), Path(folder, "packed.zip")
        with home.profile_store(name) as store:
            store.copy_to(copy)
        try:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
                archive.write(copy, DATABASE)
                if home.settings_file(name).exists():
                    archive.write(home.settings_file(name), SETTINGS)
            content = packed.read_bytes()
        except OSError as error:
            raise StoreError(f"{error.filename or folder}: {error.strerror or error}; nothing was exported") from error
        files.write(target, content, private=True)
