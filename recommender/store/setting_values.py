"""How single settings are read from TOML and checked: each reader gives the value, or says what is wrong with it."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from recommender import files
from recommender.errors import ProfileError, SourceError
from recommender.paper import Nudge, TopicRule
from recommender.profile import ARXIV, author, is_remote, nudge
from recommender.store import topic_rules
from recommender.text.lines import one_line

_ADDRESS = r"[^\s@<>,;]+@[^\s@<>,;]+"
_HOUR = r"([01]\d|2[0-3]):[0-5]\d( [A-Za-z]+(/[A-Za-z0-9_+-]+)*)?"  # whether there is such a zone, a batch will see
_PAGE = r"https?://[^\s/]+(/[^\s]*)?"


class Setting(NamedTuple):
    """One setting: how it is read and checked, what it means, and what a new file says about it."""

    key: str  # as in TOML
    read: Callable[["Setting", Any, Path], Any]  # checks a value of TOML; paths in it are relative to the folder
    meaning: str  # for the documentation
    field: str = ""  # of Profile or MailSettings, where it is not the key
    least: int = 0  # bounds of a number
    most: int = 0
    example: str = ""  # for the message that refuses a value
    comment: str = ""  # above the setting in a new file; empty: a new file has it only where it is set

    @property
    def attribute(self) -> str:
        return self.field or self.key


# Readers of values

HINT = r"; write paths of Windows with / or in single quotes: 'C:\papers'"


def text(setting: Setting, value: Any, _folder: Path) -> str:
    if not isinstance(value, str):
        raise ProfileError(f"{setting.key} must be text in quotes, not {value!r}")
    return value


def interests(setting: Setting, value: Any, folder: Path) -> str:
    """The text in one line: a new line becomes ";", which separates topics too."""
    lines = text(setting, value, folder).strip()
    return " ".join(re.sub(r"\s*;?\s*\n\s*", "; ", lines).split())


def topics(_setting: Setting, value: Any, _folder: Path) -> tuple[TopicRule, ...]:
    return topic_rules.read(value)


def number(setting: Setting, value: Any, _folder: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not setting.least <= value <= setting.most:
        raise ProfileError(
            f"{setting.key} must be a whole number from {setting.least} to {setting.most}, not {value!r}"
        )
    return value


def flag(setting: Setting, value: Any, _folder: Path) -> bool:
    if not isinstance(value, bool):
        raise ProfileError(f"{setting.key} must be true or false, not {value!r}")
    return value


def texts(setting: Setting, value: Any, _folder: Path) -> tuple[str, ...]:
    """A list of texts, or one text alone; each once."""
    entries = ([value] if value else []) if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry.strip() for entry in entries):
        raise ProfileError(f"{setting.key} must be a list like {setting.example}, not {value!r}")
    return tuple(dict.fromkeys(entry.strip() for entry in entries))


def authors(setting: Setting, value: Any, folder: Path) -> tuple[str, ...]:
    """A list of names, without the invisible characters that come with a copied one."""
    return tuple(dict.fromkeys(name for text in texts(setting, value, folder) if (name := author(one_line(text)))))


def categories(setting: Setting, value: Any, folder: Path) -> tuple[str, ...]:
    """Categories and archives, written as arXiv writes them; whether it has each is left to arXiv, which adds some."""
    names = texts(setting, value, folder)
    for name in names:
        if not _looks_like_category(name):
            from recommender.text import taxonomy  # noqa: PLC0415 - slow to import, and only for a message

            meant = " or ".join(taxonomy.alike(name))
            hint = f"did you mean {meant}?" if meant else f"expected is a list like {setting.example}"
            raise ProfileError(f"{name!r} in categories is no arXiv category; {hint}")
    return names


def _looks_like_category(name: str) -> bool:
    """Whether a name is like "cs.CV", "cond-mat.str-el" or "hep-th"; without `re`, which is slow to compile."""
    archive, dot, subject = name.partition(".")
    is_written_small = archive in ("cond-mat", "physics")
    is_subject = subject.islower() if is_written_small else subject.isupper() and len(subject) == 2
    letters = (archive + subject).replace("-", "")
    return letters.isascii() and letters.isalpha() and archive.islower() and (is_subject or not dot)


def places(setting: Setting, value: Any, folder: Path) -> tuple[str, ...]:
    return tuple(_absolute(place, folder) for place in texts(setting, value, folder))


def place(setting: Setting, value: Any, folder: Path) -> str:
    place = text(setting, value, folder)
    return _absolute(place, folder) if place else ""


def _absolute(place: str, folder: Path) -> str:
    if "\0" in place:
        raise ProfileError(f"{place!r} is no file or folder: no name of one has a NUL in it")
    if re.match(r"[A-Za-z]:.*[\x01-\x1f]", place, re.DOTALL):  # "C:\new" has a new line, and no backslash
        raise ProfileError(f"{place!r} is no file or folder{HINT}")
    if place.lower() == ARXIV:  # as arXiv writes itself
        return ARXIV
    try:
        return place if is_remote(place) else str(folder / files.located(place))
    except SourceError as error:
        raise ProfileError(str(error)) from error


def hint(content: bytes) -> str:
    """What to do where a path of Windows makes a file no TOML; empty where there is none."""
    return HINT if re.search(rb'"[A-Za-z]:\\', content) else ""


def contact(setting: Setting, value: Any, folder: Path) -> str:
    contact = text(setting, value, folder).strip()
    if contact and not re.fullmatch(_ADDRESS, contact):
        raise ProfileError(f"contact must be an e-mail address, not {contact!r}")
    return contact


def mutes(setting: Setting, value: Any, folder: Path) -> tuple[Nudge, ...]:
    return tuple(nudge(one_line(text), None) for text in texts(setting, value, folder))


def boosts(setting: Setting, value: Any, _folder: Path) -> tuple[Nudge, ...]:
    if not isinstance(value, dict):
        raise ProfileError(f"{setting.key} must be a table like {setting.example}, not {value!r}")
    for text, steps in value.items():
        if not isinstance(steps, int | float) or isinstance(steps, bool):
            raise ProfileError(f"the weight of {text!r} in boost must be a number, not {steps!r}")
    return tuple(nudge(one_line(text), steps) for text, steps in value.items())


def sender(setting: Setting, value: Any, folder: Path) -> str:
    sender = text(setting, value, folder).strip()
    _check_addresses([bare(sender)])
    return sender


def recipients(setting: Setting, value: Any, folder: Path) -> tuple[str, ...]:
    recipients = texts(setting, value, folder)
    _check_addresses(recipients)
    return recipients


def feedback(setting: Setting, value: Any, folder: Path) -> str:
    feedback = text(setting, value, folder)
    _check_addresses([feedback] if feedback else [])
    return feedback


def page(setting: Setting, value: Any, folder: Path) -> str:
    page = text(setting, value, folder).rstrip("/")
    if page and not re.fullmatch(_PAGE, page):
        raise ProfileError(f"page in [mail] must be an address like https://papers.example.org, not {page!r}")
    return page


def hour(setting: Setting, value: Any, folder: Path) -> str:
    at = text(setting, value, folder).strip()
    if at and not re.fullmatch(_HOUR, at):
        raise ProfileError(f'at in [mail] must be a time of day like "07:00" or "07:00 Europe/Berlin", not {at!r}')
    return at


def bare(sender: str) -> str:
    """The address in "Ada <ada@example.org>"."""
    address = re.search(r"<([^<>]*)>\s*$", sender)
    return address[1] if address else sender


def _check_addresses(addresses: Iterable[str]) -> None:
    for address in addresses:
        if not re.fullmatch(_ADDRESS, address):
            raise ProfileError(f"{address!r} in [mail] is no e-mail address")
