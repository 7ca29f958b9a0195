"""Where everything lies on disk, and which profile is meant."""

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recommender.errors import ProfileError, StoreError
from recommender.profile import Profile, check_name, profile_from, read_profile

if TYPE_CHECKING:
    from recommender.store.blocks import Catalogue
    from recommender.store.http_cache import HttpCache
    from recommender.store.library import Library
    from recommender.store.outbox import Outbox
    from recommender.store.profile_store import ProfileStore

_EXPORTED_SETTINGS = "profile.toml"
_EXPORTED_MEMORY = "profile.db"
_EXPORT_LIMIT = 4 * 2**30  # bytes unpacked: far above any reader's file, far below a disk


class Home(NamedTuple):
    """One folder with a library for all and two files a profile; `starters` is the folder that ships."""

    root: Path
    starters: Path

    @property
    def library_file(self) -> Path:
        return self.root / "library.db"

    @property
    def profiles_folder(self) -> Path:
        return self.root / "profiles"

    def settings_file(self, name: str) -> Path:
        """Where a profile's settings lie: the reader's own, else the starter of that name."""
        own = self.own_settings_file(name)
        starter = self.starters / f"{name}.toml"
        return starter if not own.exists() and starter.exists() else own

    def own_settings_file(self, name: str) -> Path:
        return self.profiles_folder / f"{check_name(name)}.toml"

    def memory_file(self, name: str) -> Path:
        return self.profiles_folder / f"{check_name(name)}.db"

    def library(self) -> "Library":
        from recommender.store.library import Library

        return Library(self.library_file)

    def catalogue(self) -> "Catalogue":
        from recommender.store.blocks import Catalogue

        return Catalogue(self.library_file)

    def memory(self, name: str) -> "ProfileStore":
        from recommender.store.profile_store import ProfileStore

        return ProfileStore(self.memory_file(name))

    def outbox(self, name: str) -> "Outbox":
        from recommender.store.outbox import Outbox  # only mails need it

        return Outbox(self.memory_file(name))

    def log_file(self, name: str) -> Path:
        """Where runs without a person write what they did."""
        return self.root / "logs" / f"{check_name(name)}.log"

    def visits(self) -> "HttpCache":
        from recommender.store.http_cache import HttpCache  # only what asks the network needs it

        return HttpCache(self.root / "web.db")

    def password(self, name: str, use: str) -> str | None:
        """The password in `profiles/NAME.USE-password`, or None if there is no such file.

        Raises:
            ProfileError: others than its owner may read the file, or nobody can.
        """
        path = self.profiles_folder / f"{check_name(name)}.{use}-password"
        try:
            if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise ProfileError(f"{path}: others may read this password; `chmod 600 {path}` keeps them out")
            return path.read_text(encoding="utf-8").rstrip("\n")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(f"{path}: {error}") from error

    def profile(self, name: str) -> Profile:
        """The settings of this profile.

        Raises:
            ProfileError: there is none, or they are wrong.
        """
        path = self.settings_file(name)
        if path.exists():
            return read_profile(path, name)
        if self.memory_file(name).exists():
            raise ProfileError(
                f"profile {name!r} has verdicts but no settings ({path} is missing); "
                f"`recommend init {name}` writes new ones and keeps the verdicts"
            )
        raise ProfileError(self._unknown(name))

    def own_names(self) -> list[str]:
        """Profiles of which this home has settings or verdicts."""
        files = [*self.profiles_folder.glob("*.toml"), *self.profiles_folder.glob("*.db")]
        return sorted({path.stem for path in files})

    def starter_names(self) -> list[str]:
        """Profiles that ship."""
        return sorted(path.stem for path in self.starters.glob("*.toml"))

    def choose(self, wanted: str | None) -> str:
        """The name of the profile that is meant: the wanted one, or the only one here.

        A starter that was only tried gives way to a profile the reader made.

        Raises:
            ProfileError: there is no such profile, or it is not clear which.
        """
        if wanted is not None:
            if check_name(wanted) not in {*self.own_names(), *self.starter_names()}:
                raise ProfileError(self._unknown(wanted))
            return wanted
        made = [name for name in self.own_names() if self.own_settings_file(name).exists()]
        choice = made or self.own_names()
        if len(choice) == 1:
            return choice[0]
        if choice:
            raise ProfileError(
                f"several profiles are here ({', '.join(choice)}); say which with -p NAME, or set RECOMMEND_PROFILE"
            )
        raise ProfileError(
            "no profile yet; `recommend init` makes yours, `recommend today -p example` shows a shipped one"
        )

    def starter(self, name: str) -> Profile:
        """The settings of a profile that ships.

        Raises:
            ProfileError: none of this name ships.
        """
        if name not in self.starter_names():
            raise ProfileError(f"no shipped profile {name!r}; there are: {', '.join(self.starter_names())}")
        return read_profile(self.starters / f"{name}.toml", name)

    def create(self, profile: Profile) -> Path:
        """Write a profile's settings as a new file, whole or not at all.

        Raises:
            ProfileError: the profile has settings already.
            StoreError: the file cannot be written.
        """
        path = self.own_settings_file(profile.name)
        if path.exists():
            raise ProfileError(f"profile {profile.name!r} exists already: edit {path}, or choose another name")
        _write(path, _settings_text(profile))
        return path

    def change(self, name: str, key: str, value: Sequence[str] | Mapping[str, float]) -> None:
        """Change one setting of a profile; every other line of the file, comments too, stays as it was.

        Raises:
            ProfileError: the profile has no file of its own, or the file would be wrong with it.
            StoreError: the file cannot be written.
        """
        import tomllib

        import tomlkit

        path = self.own_settings_file(name)
        if not path.exists():
            raise ProfileError(
                f"profile {name!r} ships with the program and cannot be changed; "
                f"`recommend init NAME --from {name}` makes one of your own"
            )
        read_profile(path, name)  # what is wrong already is told as it is
        settings = tomlkit.parse(path.read_text(encoding="utf-8"))
        if not value:
            settings.pop(key, None)
        elif isinstance(value, Mapping):
            table = settings.setdefault(key, tomlkit.inline_table())
            for gone in set(table) - set(value):
                del table[gone]
            table.update(value)
        else:
            settings[key] = list(value)
        text = tomlkit.dumps(settings)
        profile_from(tomllib.loads(text), name, path.parent)
        _write(path, text)

    def export(self, name: str, target: Path) -> None:
        """Write everything of a reader into one new zip file: settings, and a consistent copy of the memory.

        Raises:
            StoreError: the file exists already, or cannot be written.
        """
        import shutil
        import tempfile
        import zipfile

        if target.exists():
            raise StoreError(f"{target} exists already; choose another name")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, _EXPORTED_MEMORY)
            with self.memory(name) as memory:
                memory.copy_to(copy)
            packed = Path(folder, "packed.zip")
            try:
                with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.write(copy, _EXPORTED_MEMORY)
                    if self.settings_file(name).exists():
                        archive.write(self.settings_file(name), _EXPORTED_SETTINGS)
                shutil.copyfile(packed, target)
            except OSError as error:
                raise StoreError(f"{target}: {error.strerror or error}") from error

    def import_(self, source: Path, name: str) -> None:
        """Bring an exported profile in under this name.

        Raises:
            ProfileError: a profile of this name is here already, or the file is no export.
            StoreError: the memory in it cannot be used, or nothing can be written here.
        """
        import shutil
        import tempfile

        if check_name(name) in self.own_names():
            raise ProfileError(f"profile {name!r} is here already; choose another name with --as NAME")
        with tempfile.TemporaryDirectory() as folder:
            unpacked = Path(folder)
            _unpack(source, unpacked)
            if (unpacked / _EXPORTED_SETTINGS).exists():
                read_profile(unpacked / _EXPORTED_SETTINGS, name)
            from recommender.store.profile_store import ProfileStore

            with ProfileStore(unpacked / _EXPORTED_MEMORY) as memory:  # refuses what is not a memory
                memory.count()
                try:
                    self.profiles_folder.mkdir(parents=True, exist_ok=True)
                    fresh = self.memory_file(name).with_suffix(f".new-{os.getpid()}")
                    memory.copy_to(fresh)
                    if (unpacked / _EXPORTED_SETTINGS).exists():
                        shutil.copyfile(unpacked / _EXPORTED_SETTINGS, self.own_settings_file(name))
                    for left_over in ("-wal", "-shm"):  # of a memory that is gone: SQLite would add it to this one
                        Path(f"{self.memory_file(name)}{left_over}").unlink(missing_ok=True)
                    fresh.replace(self.memory_file(name))
                except OSError as error:
                    raise StoreError(f"{self.profiles_folder}: {error.strerror or error}") from error

    def _unknown(self, name: str) -> str:
        known = ", ".join(dict.fromkeys([*self.own_names(), *self.starter_names()]))
        return f"no profile {name!r}; here are: {known}; `recommend init {name}` makes a new one"


def _settings_text(profile: Profile) -> str:
    """The TOML of new settings, with a word on each for the reader who will edit it."""
    import tomlkit

    lines = [
        f"# Settings of the profile {profile.name}, yours to edit. Only `follow`, `mute` and `boost` write here.",
        "",
    ]
    for comment, key, value in [
        (
            "What you work on, in your own words: ranks until your likes say more.",
            "interests",
            profile.interests,
        ),
        (
            "arXiv's categories: these are fetched, and papers of others in your digests left out; empty: none is.",
            "categories",
            list(profile.categories),
        ),
        (
            'Where digests come from, in this order: "arxiv" by the network, a folder, a file, a feed, a mailbox.\n'
            '# Empty: "arxiv" if there are categories above, else name files on the command line.',
            "digests",
            list(profile.digests),
        ),
        ("Papers a list.", "list_size", profile.list_size),
        ("Percent; papers that match less are not listed.", "min_match", profile.min_match),
        ("0 to 10: how far papers alike make room for others in a list.", "variety", profile.variety),
        ("Papers at a list's end that are unlike all you judged, to widen it.", "explore", profile.explore),
    ]:
        lines += [f"# {comment}", tomlkit.dumps({key: value}), ""]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    """The file whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".new-{os.getpid()}")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _unpack(source: Path, folder: Path) -> None:
    import zipfile

    try:
        with zipfile.ZipFile(source) as archive:
            members = {entry.filename: entry for entry in archive.infolist()}
            if _EXPORTED_MEMORY not in members:
                raise ProfileError(f"{source} is a zip file, but not one of `recommend profile export`")
            for name in (_EXPORTED_MEMORY, _EXPORTED_SETTINGS):
                if name in members:
                    if members[name].file_size > _EXPORT_LIMIT:
                        raise ProfileError(f"{source}: {name} in it is too large to be a profile")
                    archive.extract(name, folder)
    except OSError as error:
        raise ProfileError(f"{source}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise ProfileError(f"{source} is not a file of `recommend profile export`: {error}") from error
