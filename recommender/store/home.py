"""The folder of all databases and settings: paths, profiles by name, and passwords."""

import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from recommender import files
from recommender.errors import ProfileError, StoreError, UnknownProfile
from recommender.profile import GROUP, Profile, check_name
from recommender.store import strays

if TYPE_CHECKING:
    from recommender.store.http_cache import HttpCache
    from recommender.store.library import Encoder, Library
    from recommender.store.profile_store import ProfileStore


_UNFINISHED = ".unfinished"
_HEX, _PART_LENGTH = frozenset("0123456789abcdef"), 2  # of the names of subfolders
# the beginnings of the names of all that this program keeps in a home
_OWN_ENTRIES = ("library.", "web.db", "group.", "last-error.json", "profiles", "logs", "cache", "backup", ".")


CACHES = ("counts", "map", "curve", "zotero", "watched")  # corpus of the last ranking, map, learning curve, two syncs


class Home(NamedTuple):
    """One folder with a library for all profiles, and two files a profile.

    A home of very many profiles has subfolders in `profiles`, named 00 to ff. A new profile then lies in the one that
    the hash of its name tells; one that lies beside them stays where it is.

    Opening a database makes no file: its first write does.
    """

    root: Path
    starters: Path  # the folder of the profiles that ship

    @classmethod
    def at(cls, folder: str | os.PathLike[str] | None = None) -> "Home":
        """This folder; without a name that in RECOMMEND_HOME, else the platform's; with the shipped starters."""
        return cls(files.named(folder).absolute() if folder else _default_root(), _shipped_starters())

    # Paths

    @property
    def library_file(self) -> Path:
        return self.root / "library.db"

    @property
    def profiles_folder(self) -> Path:
        return self.root / "profiles"

    def profile_folders(self) -> list[Path]:
        """The folders that profiles may lie in."""
        with suppress(OSError):
            names = sorted(entry.name for entry in os.scandir(self.profiles_folder) if len(entry.name) == _PART_LENGTH)
            parts = [self.profiles_folder / name for name in names if set(name) <= _HEX]
            return [self.profiles_folder, *filter(Path.is_dir, parts)]
        return [self.profiles_folder]

    def profile_file(self, name: str) -> Path:
        """The database of a profile: ratings and lists."""
        return self._folder_of(name) / f"{name}.db"

    def own_settings_file(self, name: str) -> Path:
        """The settings that belong to the reader, whether the file exists or not."""
        return self._folder_of(name) / f"{name}.toml"

    def settings_file(self, name: str) -> Path:
        """The settings in force: the reader's own, else the starter of that name."""
        own, starter = self.own_settings_file(name), self.starters / f"{name}.toml"
        return starter if not own.exists() and starter.exists() else own

    def settings_place(self, name: str) -> str:
        """Where a reader can add or change a setting, in words that follow "edit", "to" or "in"."""
        path = self.settings_file(name)
        if path == self.own_settings_file(name):
            return str(path)
        return f"the settings of a profile of your own, which `recommend init NAME --from {name}` makes"

    def unfinished_file(self, name: str) -> Path:
        """The mark of a profile that is being imported: as long as it is there, the profile is not."""
        return self._folder_of(name) / f"{name}{_UNFINISHED}"

    def log_file(self, name: str) -> Path:
        """The log of scheduled runs."""
        return self.root / "logs" / self._part_of(name) / f"{name}.log"

    def mail_lock(self, name: str) -> Path:
        """The lock of whoever mails for a profile."""
        return self.log_file(name).with_suffix(".lock")

    @property
    def error_file(self) -> Path:
        """The last error of a command."""
        return self.root / "last-error.json"

    @property
    def group_file(self) -> Path:
        """The members of a group, and their votes."""
        return self.root / "group.db"

    @property
    def group_settings_file(self) -> Path:
        return self.root / "group.toml"

    @property
    def proxy_secret_file(self) -> Path:
        """The secret that a proxy adds to the requests of members whom it has logged in."""
        return self.root / "group.proxy-secret"

    @property
    def oidc_secret_file(self) -> Path:
        """Our secret at a provider of OpenID Connect."""
        return self.root / "group.oidc-secret"

    @property
    def backups_folder(self) -> Path:
        return self.root / "backups"

    def daily_backup(self, name: str, day: date) -> Path:
        """The backup of a profile that a day makes by itself."""
        return self.backups_folder / f"{check_name(name)}.{day}.zip"

    # Databases

    def library(self, encoder: "Encoder") -> "Library":
        from recommender.store.library import Library  # noqa: PLC0415 - each command opens only what it needs

        return Library(self.library_file, encoder, self.backups_folder)

    def profile_store(self, name: str) -> "ProfileStore":
        from recommender.store.profile_store import ProfileStore  # noqa: PLC0415 - each command opens only what it needs

        return ProfileStore(self.profile_file(name), self.backups_folder)

    def http_cache(self, warn: Callable[[str], None] = lambda text: None) -> "HttpCache":
        from recommender.store.http_cache import HttpCache  # noqa: PLC0415 - only what asks the network needs it

        return HttpCache(self.root / "web.db", warn)

    # What a profile's work may be spared next time: files that may be deleted at any time

    def cached(self, name: str, kind: str) -> bytes:
        """What `keep_cached` kept last of this kind for a profile; empty if there is none or it cannot be read."""
        try:
            return self._cache_file(name, kind).read_bytes()
        except OSError:
            return b""

    def keep_cached(self, name: str, kind: str, data: bytes) -> None:
        """Keep a cache, whole or not at all; a failure costs time at most, and is ignored.

        Args:
            kind: one of CACHES.
        """
        with suppress(StoreError, OSError):
            files.write(self._cache_file(name, kind), data, private=True, make_folder=True)
            self.library_file.with_suffix(".counts").unlink(missing_ok=True)  # one file for all readers, once

    def forget(self, name: str) -> None:
        """Delete what is cached for a profile."""
        for kind in CACHES:
            with suppress(OSError):
                self._cache_file(name, kind).unlink(missing_ok=True)

    def _cache_file(self, name: str, kind: str) -> Path:
        return self.root / "cache" / self._part_of(name) / f"{name}.{kind}"

    def close_to_others(self) -> bool:
        """Make a home that everybody may read private, as older versions left it; whether something was changed.

        A home that only a group may use was shared on purpose, and stays so. A folder that holds other things too
        keeps its own rights.
        """
        if not files.is_open(self.root):
            return False
        try:
            entries = list(self.root.iterdir())
            mine = [path for path in entries if path.name.startswith(_OWN_ENTRIES)]
            inside = [
                path for folder in mine if folder.is_dir() and not folder.is_symlink() for path in folder.iterdir()
            ]
            whole = [self.root] if mine and len(mine) == len(entries) else []
            too_open = [path for path in (*whole, *mine, *inside) if files.is_open(path)]
            for path in too_open:
                files.close(path)
        except OSError:  # a disk without rights, or one that cannot be written
            return False
        return bool(too_open)

    # Profiles

    def own_names(self) -> list[str]:
        """Profiles with settings or ratings in this home; files beside them that belong to none are passed over."""
        names = [
            name
            for folder in self.profile_folders()
            for name in strays.profile_names(folder)
            if self._folder_of(name) == folder
        ]
        return sorted(name for name in names if not self.unfinished_file(name).exists())

    def _folder_of(self, name: str) -> Path:
        """The folder of a profile's own files."""
        return self.profiles_folder / self._part_of(name)

    def _part_of(self, name: str) -> str:
        """The subfolder of a profile; empty where it lies beside them, or there are none."""
        part = f"{crc32(check_name(name).encode()) & 0xFF:0{_PART_LENGTH}x}"
        if not os.path.isdir(self.profiles_folder / part):
            return ""
        endings = (".toml", ".db", _UNFINISHED)
        return "" if any(os.path.exists(self.profiles_folder / f"{name}{ending}") for ending in endings) else part

    def has(self, name: str) -> bool:
        """Whether this home has settings or ratings of that name, also if they look like a copy of another profile."""
        here = os.path.isfile(self.own_settings_file(name)) or os.path.isfile(self.profile_file(name))
        return here and not self.unfinished_file(name).exists()

    def clear_unfinished(self, name: str) -> None:
        """Remove what a killed import left of a profile of this name.

        Raises:
            OSError: it cannot be removed.
        """
        mark = self.unfinished_file(name)
        if mark.exists():
            self.clear_logs(name)
            for path in (self.profile_file(name), self.own_settings_file(name), mark):
                path.unlink(missing_ok=True)

    def clear_logs(self, name: str) -> None:
        """Remove the files that SQLite kept beside a database which is gone."""
        for ending in ("-wal", "-shm", "-journal"):
            Path(f"{self.profile_file(name)}{ending}").unlink(missing_ok=True)

    def starter_names(self) -> list[str]:
        """Profiles that ship."""
        return sorted(path.stem for path in self.starters.glob("*.toml"))

    def choose(self, wanted: str | None) -> str:
        """The name of the wanted profile, or of the only one in this home.

        A starter that was only tried gives way to a profile with settings of its own.

        Raises:
            UnknownProfile: there is no such profile.
            ProfileError: several may be meant, or there is none yet.
        """
        if wanted is not None:
            if not self.has(check_name(wanted)) and wanted not in self.starter_names():
                raise self._unknown(wanted)
            return wanted
        with_settings = [name for name in self.own_names() if self.own_settings_file(name).exists()]
        names = with_settings or self.own_names()
        if len(names) == 1:
            return names[0]
        if names:
            raise ProfileError(
                f"several profiles are here ({', '.join(names)}); say which with -p NAME, or set RECOMMEND_PROFILE"
            )
        raise ProfileError(
            "no profile yet; `recommend init` makes yours, a plain `recommend today` shows a shipped one"
        )

    def profile(self, name: str) -> Profile:
        """The settings of this profile.

        Raises:
            UnknownProfile: there is no such profile.
            ProfileError: its settings are wrong or missing.
        """
        path = self.settings_file(name)
        if path.exists():
            return _read(path, name)
        if self.profile_file(name).exists():
            raise ProfileError(
                f"profile {name!r} has ratings but no settings ({path} is missing); "
                f"`recommend init {name}` writes new ones and keeps the ratings"
            )
        raise self._unknown(name)

    def starter(self, name: str) -> Profile:
        """The settings of a profile that ships.

        Raises:
            ProfileError: no profile of this name ships.
        """
        if name not in self.starter_names():
            raise ProfileError(f"no shipped profile {name!r}; there are: {', '.join(self.starter_names())}")
        return _read(self.starters / f"{name}.toml", name)

    def password_file(self, name: str, use: str) -> Path:
        """The private file that may hold the password for a use; that of a group lies in no subfolder."""
        folder = self.profiles_folder if name == GROUP else self._folder_of(name)
        return folder / f"{name}.{use}-password"

    def password(self, name: str, use: str) -> str:
        """The reader's password or key: from the environment, a private file, or the system's keyring.

        Args:
            use: "smtp", "imap", "zotero" (zotero.org) or "zotero_local".

        Raises:
            ProfileError: there is none, or others may read the file.
        """
        variable = f"RECOMMEND_{use.upper()}_PASSWORD"
        entry = f"{check_name(name)}.{use}"
        file = self.password_file(name, use)
        password = os.environ.get(variable) or _from_file(file) or _from_keyring(entry)
        if not password:
            from recommender.installation import command_that_keeps  # noqa: PLC0415 - slow, and only for a message

            private = " (chmod 600)" if os.name == "posix" else ""
            raise ProfileError(
                f"no password: set {variable}, or write it into {file}{private}, or keep it in the system's keyring: "
                f"{command_that_keeps(entry)}"
            )
        return password

    def keep_password(self, name: str, use: str, password: str) -> Path:
        """Keep a key in the private file for its use; gives the file.

        Raises:
            StoreError: it cannot be written.
        """
        file = self.password_file(name, use)
        file.unlink(missing_ok=True)  # an older one may be open to others, and would keep its rights
        files.write(file, password, private=True, make_folder=True)
        return file

    def _unknown(self, name: str) -> UnknownProfile:
        own, shipped = self.own_names(), self.starter_names()
        here = f"here are: {', '.join(own)}; " if own else ""
        others = ", ".join(other for other in shipped if other not in own)
        return UnknownProfile(
            f"no profile {name!r}; {here}shipped ones are: {others}; `recommend init {name}` makes a new one"
        )


def _read(path: Path, name: str) -> Profile:
    from recommender.store import settings  # noqa: PLC0415 - TOML: `undo` and `history` do without

    return settings.read(path, name)


def _default_root() -> Path:
    if chosen := os.environ.get("RECOMMEND_HOME"):
        return files.named(chosen).absolute()
    if sys.platform == "linux":  # as platformdirs has it, which is slow to import
        data = os.environ.get("XDG_DATA_HOME", "")
        folder = files.expanded(data if data.startswith("/") else "~/.local/share") / "recommender"
        if not folder.is_absolute():
            raise StoreError("no folder of yours is known: set HOME, or RECOMMEND_HOME to a folder you can write to")
    else:
        import platformdirs  # late: slow to import

        folder = platformdirs.user_data_path("recommender", appauthor=False)
    return folder


def _shipped_starters() -> Path:
    """The folder `profiles`: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "profiles"
    return installed if installed.is_dir() else package.parent / "profiles"


def _from_file(path: Path) -> str:
    """The password in a file, empty if there is no file; refuses one that others may read."""
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ProfileError(f"{path}: others may read this password; `chmod 600 {path}` keeps them out")
        return path.read_text(encoding="utf-8-sig").rstrip("\n")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}; make it a file that you can read") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not UTF-8 text (byte {error.start}); write the password anew") from error


def _from_keyring(entry: str) -> str:
    """The password in the system's own store, empty if there is none or the extra is not installed."""
    try:
        import keyring.errors  # late: an optional part
    except ImportError:
        return ""
    try:
        return keyring.get_password("recommender", entry) or ""
    except keyring.errors.KeyringError:  # under cron, or without a desktop
        return ""
