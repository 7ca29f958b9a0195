"""Check each link of the chain from source to inbox: what is wrong, and what mends it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path

from recommender import ranking
from recommender.errors import ProfileError, RecommenderError, StoreError
from recommender.results.upkeep import Finding, HealthReport, Level
from recommender.services import links
from recommender.services.group import checkup as checkup_of_group
from recommender.services.reader import Reader
from recommender.store import backups, checkup, copies, mending, salvage, strays
from recommender.store.database import Database
from recommender.store.library import Encoder
from recommender.text.short import counted

_LEAST_FREE = 50 * 2**20  # bytes on the disk; a list or a backup of a large profile needs some of them
_BACKUP_AGE = timedelta(days=8)
_NAMED = 5  # stray files that are named, of any number
_INDEXES = ("FTS5", "missing from index", "entries in index", "non-unique entry")  # faults that a new index mends

Check = Callable[[Reader, bool], Iterator[Finding]]


def check(reader: Reader, *, fix: bool = False) -> HealthReport:
    """Check everything from the home to the clock; with `fix`, mend what needs no decision.

    Nothing is deleted but caches and half-made files: a damaged database is kept beside its successor.
    """
    findings: list[Finding] = []
    shared: tuple[Check, ...] = (_home, _files, _databases, checkup_of_group.group)
    own: tuple[Check, ...] = (_ratings, _backups, *links.LINKS)
    for link in shared:
        findings += _guarded(link, reader, fix)
    try:
        name = reader.name
    except ProfileError as error:
        return HealthReport("", (*findings, Finding("profile", Level.NOTE, str(error))))
    for link in own:
        findings += _guarded(link, reader, fix)
    return HealthReport(name, tuple(findings))


def _guarded(link: Check, reader: Reader, fix: bool) -> list[Finding]:
    """What one check finds; one that cannot be made does not stop the others."""
    name = link.__name__.strip("_")
    findings: list[Finding] = []
    try:
        with reader.progress.busy(f"Checking {name}"):
            findings.extend(link(reader, fix))
    except StoreError as error:
        if error.damaged and name not in ("databases", "ratings"):  # told there already
            findings.append(
                Finding(name, Level.NOTE, "cannot be checked before the ratings and the library are mended")
            )
        else:
            findings.append(Finding(name, Level.WRONG, str(error)))
    except RecommenderError as error:
        findings.append(Finding(name, Level.WRONG, str(error)))
    except OSError as error:
        findings.append(Finding(name, Level.WRONG, f"{error.filename or reader.home.root}: {error.strerror or error}"))
    except ValueError as error:  # a value that no version of the program wrote
        findings.append(Finding(name, Level.WRONG, f"something stored cannot be read: {error}"))
    return findings


def _home(reader: Reader, fix: bool) -> Iterator[Finding]:
    root = reader.home.root
    if not root.is_dir():
        there = next(filter(os.path.lexists, (root, *root.parents)))
        if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
            yield Finding("home", Level.NOTE, f"{root} is not there yet", "recommend init")
        else:
            text = f"{root} cannot be made: {there} is {'read-only' if there.is_dir() else 'no folder'}"
            yield Finding("home", Level.WRONG, text, "set RECOMMEND_HOME to a folder you can write to")
        return
    free = shutil.disk_usage(root).free
    if free < _LEAST_FREE:
        yield Finding(
            "home", Level.WRONG, f"only {free / 2**20:.0f} MB are free on the disk of {root}", "free some space"
        )
    else:
        yield Finding("home", Level.GOOD, f"{root}, {free / 2**30:,.0f} GB free")
    for path in checkup.misplaced(reader.home):
        yield Finding("home", Level.WRONG, f"{path} is no folder", "move it away")
    profiles = [path for folder in reader.home.profile_folders() for path in folder.glob("*")]
    private = [root, *root.glob("group.*"), *profiles, *reader.home.backups_folder.glob("*")]
    if not checkup.open_to_others(root):
        private = []  # nobody gets as far as the files
    for path in filter(checkup.open_to_others, private):
        is_secret = path.name.endswith("-password") or path.parent == root  # a password, or a file of the group
        if fix:
            checkup.close_to_others(path)
        if is_secret or path == root:
            level = Level.WRONG if is_secret else Level.NOTE
            yield Finding(
                "home", level, f"others may read {path}", f"chmod {'700' if path == root else '600'} {path}", fix
            )


def _files(reader: Reader, fix: bool) -> Iterator[Finding]:
    """Stray files, which are only mentioned, and half-made ones."""
    folders = reader.home.profile_folders()
    found = [path for folder in folders for path in strays.strays(folder) if path not in folders]
    if found:
        names = ", ".join(path.name for path in found[:_NAMED]) + (", …" if len(found) > _NAMED else "")
        folder = reader.home.profiles_folder
        text = f"{counted(len(found), 'file')} in {folder} of no profile, passed over: {names}"
        yield Finding("files", Level.NOTE, text, "move them away if you do not need them")
    for path in checkup.left_over(reader.home):
        if fix:
            path.unlink(missing_ok=True)
        yield Finding("files", Level.WRONG, f"{path} was begun and never finished", "recommend doctor --fix", fix)


def _databases(reader: Reader, fix: bool) -> Iterator[Finding]:
    """The files that all profiles share: the library with its full text, and the cache of pages."""
    home = reader.home
    if home.library_file.exists() or Path(f"{home.library_file}-wal").exists():
        with reader.progress.busy("Checking the library"):
            yield from _library(reader, fix)
    cache = home.root / "web.db"
    if cache.exists() and (problems := copies.faults(cache)):
        if fix:
            for part in ("", *copies.LOGS):
                Path(f"{cache}{part}").unlink(missing_ok=True)
        text = f"{cache} is damaged ({problems[0]}); it only spares requests"
        yield Finding("library", Level.WRONG, text, "recommend doctor --fix", fix)


def _library(reader: Reader, fix: bool) -> Iterator[Finding]:
    home = reader.home
    remedy = "recommend doctor --fix"
    problems = _faults(home.library_file, lambda: nullcontext(reader.library))
    if problems and not all(any(words in problem for words in _INDEXES) for problem in problems):
        text = f"{home.library_file} is damaged: {problems[0]}"
        if fix:
            reader.close()
            encoder = Encoder(ranking.encode, ranking.ENCODING)
            saved = mending.mend_library(home, encoder, reader.now)
            text += f"; {counted(saved.rows, 'paper')} saved, the damaged file is {saved.kept}"
        yield Finding("library", Level.WRONG, text, remedy, fix)
        return
    problems += checkup.full_text_faults(reader.library)
    if problems:
        if fix:
            checkup.rebuild_full_text(reader.library)
        text = f"the indexes of {home.library_file} differ from its papers: {problems[0]}"
        yield Finding("library", Level.WRONG, text, remedy, fix)
        return
    yield Finding("library", Level.GOOD, f"{counted(reader.library.count(), 'paper')} in {home.library_file}")


def _ratings(reader: Reader, fix: bool) -> Iterator[Finding]:
    """The profile's database; other profiles of the home are looked at as well, but never mended here."""
    home, remedy = reader.home, f"recommend doctor --fix -p {reader.name}"
    database = home.profile_file(reader.name)
    if problems := _faults(database, lambda: nullcontext(reader.store)):
        text = f"{database} is damaged: {problems[0]}"
        if fix:
            reader.close()
            saved = mending.mend_profile(home, reader.name, reader.now)
            text += f"; {counted(saved.rows, 'rating')} saved"
            text += f", {saved.added} more from {saved.backup}" if saved.backup else ", no backup was here"
            text += f"; the damaged file is in {saved.kept}" if saved.kept else ""
        yield Finding("ratings", Level.WRONG, text, remedy, fix)
    elif database.exists():
        liked, disliked = reader.store.count()
        yield Finding("ratings", Level.GOOD, f"{liked:,} liked, {disliked:,} disliked in {database}")
    elif backups.stored(home, reader.name):
        yield Finding("ratings", Level.WRONG, f"{database} is missing, but has backups", "recommend restore")
    else:
        yield Finding("ratings", Level.NOTE, "nothing is rated yet", "recommend today")
    for name in home.own_names():
        if name != reader.name and (problems := _faults(home.profile_file(name), partial(home.profile_store, name))):
            text = f"the profile {name} is damaged: {problems[0]}"
            yield Finding("ratings", Level.WRONG, text, f"recommend doctor --fix -p {name}")


def _backups(reader: Reader, _fix: bool) -> Iterator[Finding]:
    stored = backups.stored(reader.home, reader.name)
    if not stored:
        if reader.store.version():
            yield Finding("backups", Level.NOTE, "there is no backup yet", "recommend backup")
        return
    newest = stored[0]
    text = f"{len(stored)}, the newest of {newest.made_at.astimezone():%Y-%m-%d}: {newest.path}"
    if reader.now - newest.made_at > _BACKUP_AGE:
        yield Finding("backups", Level.NOTE, text, "recommend backup")
    else:
        yield Finding("backups", Level.GOOD, text)


def _faults(path: Path, opened: Callable[[], AbstractContextManager[Database]]) -> list[str]:
    """What is wrong with a database: whether it opens, then its pages and indexes; empty if it is not there."""
    try:
        with opened() as store:
            if not path.exists():
                return []
            with store.reading():  # brings its schema up to date before it is checked
                pass
    except StoreError as error:
        if not error.damaged:
            raise
        return [str(error).partition("; ")[0].removeprefix(str(path)).lstrip(": ").removeprefix("is ")]
    return copies.faults(path) or salvage.senseless(path)
