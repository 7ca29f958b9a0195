"""Profiles go out of a home as one file, and come in from one."""

from pathlib import Path

from recommender.delivery import remarks
from recommender.results.profiles import ImportedProfile
from recommender.services.reader import Reader
from recommender.store import backup, profile_import


def import_(reader: Reader, file: Path, name: str | None, *, with_mail: bool = False) -> ImportedProfile:
    """Bring an exported profile in; its name is that of the file if none is given.

    Args:
        with_mail: bring what belongs to its mails too, which others could misuse.

    Raises:
        ProfileError: a profile of this name is here already, or the file is no export of ours.
        StoreError: nothing can be written here.
    """
    name = name or file.name.partition(".")[0].lower()
    brought = profile_import.import_(reader.home, file, name, remarks.note, with_mail=with_mail)
    with reader.home.profile_store(name) as store:
        liked, disliked = store.count()
    return ImportedProfile(
        name,
        liked,
        disliked,
        sources=brought.profile.sources if brought.profile else (),
        contact=brought.profile.contact if brought.profile else "",
        mail=brought.mail,
        mailboxes=brought.mailboxes,
        mails=brought.mails,
        answers=brought.answers,
        has_key=brought.has_key,
        ties=brought.ties,
        with_mail=with_mail,
    )


def export(reader: Reader, target: Path | None) -> Path:
    """Write everything of the profile into one new file: settings, verdicts, lists. Gives the file's path.

    Raises:
        StoreError: the file exists already, or cannot be written.
    """
    target = target or Path(f"{reader.name}.recommend.zip")
    backup.export(reader.home, reader.name, target)
    return target
