"""Settings as TOML: one table says how each is read, checked, written and documented."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from recommender import files
from recommender.errors import ProfileError
from recommender.paper import Nudge, TopicRule
from recommender.profile import MOST_STEPS, MOST_TOPIC_WEIGHT, MailSettings, Profile, is_remote, nudge
from recommender.store import topic_rules

_ADDRESS = r"[^\s@<>,;]+@[^\s@<>,;]+"
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


def _text(setting: Setting, value: Any, _folder: Path) -> str:
    if not isinstance(value, str):
        raise ProfileError(f"{setting.key} must be text in quotes, not {value!r}")
    return value


def _interests(setting: Setting, value: Any, folder: Path) -> str:
    """The text in one line: a new line becomes ";", which separates topics too."""
    text = _text(setting, value, folder).strip()
    return " ".join(re.sub(r"\s*;?\s*\n\s*", "; ", text).split())


def _topics(_setting: Setting, value: Any, _folder: Path) -> tuple[TopicRule, ...]:
    return topic_rules.read(value)


def _number(setting: Setting, value: Any, _folder: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not setting.least <= value <= setting.most:
        raise ProfileError(
            f"{setting.key} must be a whole number from {setting.least} to {setting.most}, not {value!r}"
        )
    return value


def _flag(setting: Setting, value: Any, _folder: Path) -> bool:
    if not isinstance(value, bool):
        raise ProfileError(f"{setting.key} must be true or false, not {value!r}")
    return value


def _texts(setting: Setting, value: Any, _folder: Path) -> tuple[str, ...]:
    """A list of texts, or one text alone; each once."""
    entries = ([value] if value else []) if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry.strip() for entry in entries):
        raise ProfileError(f"{setting.key} must be a list like {setting.example}, not {value!r}")
    return tuple(dict.fromkeys(entry.strip() for entry in entries))


def _places(setting: Setting, value: Any, folder: Path) -> tuple[str, ...]:
    return tuple(_absolute(place, folder) for place in _texts(setting, value, folder))


def _place(setting: Setting, value: Any, folder: Path) -> str:
    place = _text(setting, value, folder)
    return _absolute(place, folder) if place else ""


def _absolute(place: str, folder: Path) -> str:
    if "\0" in place:
        raise ProfileError(f"{place!r} is no file or folder: no name of one has a NUL in it")
    return place if is_remote(place) else str(folder / files.expanded(place))


def _contact(setting: Setting, value: Any, folder: Path) -> str:
    contact = _text(setting, value, folder).strip()
    if contact and not re.fullmatch(_ADDRESS, contact):
        raise ProfileError(f"contact must be an e-mail address, not {contact!r}")
    return contact


def _mutes(setting: Setting, value: Any, folder: Path) -> tuple[Nudge, ...]:
    return tuple(nudge(text, None) for text in _texts(setting, value, folder))


def _boosts(setting: Setting, value: Any, _folder: Path) -> tuple[Nudge, ...]:
    if not isinstance(value, dict):
        raise ProfileError(f"{setting.key} must be a table like {setting.example}, not {value!r}")
    for text, steps in value.items():
        if not isinstance(steps, int | float) or isinstance(steps, bool):
            raise ProfileError(f"the weight of {text!r} in boost must be a number, not {steps!r}")
    return tuple(nudge(text, steps) for text, steps in value.items())


def _sender(setting: Setting, value: Any, folder: Path) -> str:
    sender = _text(setting, value, folder).strip()
    _check_addresses([_bare(sender)])
    return sender


def _recipients(setting: Setting, value: Any, folder: Path) -> tuple[str, ...]:
    recipients = _texts(setting, value, folder)
    _check_addresses(recipients)
    return recipients


def _feedback(setting: Setting, value: Any, folder: Path) -> str:
    feedback = _text(setting, value, folder)
    _check_addresses([feedback] if feedback else [])
    return feedback


def _page(setting: Setting, value: Any, folder: Path) -> str:
    page = _text(setting, value, folder).rstrip("/")
    if page and not re.fullmatch(_PAGE, page):
        raise ProfileError(f"page in [mail] must be an address like https://papers.example.org, not {page!r}")
    return page


def _mail(_setting: Setting, value: Any, folder: Path) -> MailSettings:
    if not isinstance(value, dict):
        raise ProfileError("mail must be a table: a line [mail], and below it from, to and by")
    _refuse_unknown(value, MAIL_TABLE, " in [mail]")
    for key in ("from", "to", "by"):
        if not value.get(key):
            raise ProfileError(f"[mail] has no {key}; it needs from, to and by")
    fields = _fields(MAIL_TABLE, value, folder)
    fields["feedback"] = fields.get("feedback") or _bare(fields["sender"])
    return MailSettings(**fields)


def _bare(sender: str) -> str:
    """The address in "Ada <ada@example.org>"."""
    address = re.search(r"<([^<>]*)>\s*$", sender)
    return address[1] if address else sender


def _check_addresses(addresses: Iterable[str]) -> None:
    for address in addresses:
        if not re.fullmatch(_ADDRESS, address):
            raise ProfileError(f"{address!r} in [mail] is no e-mail address")


# The table

TABLE = (
    Setting("description", _text, "one line about the profile, for those that ship"),
    Setting(
        "interests",
        _interests,
        "what you work on, in your own words; it ranks papers until your likes say more; `;` or a new line begins "
        "another topic",
        comment="What you work on, in your own words; it ranks papers until your likes say more.\n"
        '# ";" or a new line begins another topic: "image fusion, infrared; graph neural networks".',
    ),
    Setting(
        "categories",
        _texts,
        "arXiv categories to fetch; papers of other categories in your digests are left out; `cs` means all of "
        "`cs.*`; empty: nothing is left out",
        example='["cs.CV", "eess.IV"]',
        comment="arXiv categories to fetch; papers of other categories in your digests are left out.\n"
        "# Empty: nothing is left out.",
    ),
    Setting(
        "digests",
        _places,
        'where digests come from, in the order of trying: "arxiv", a folder, a file, a feed, a mailbox; empty: '
        '"arxiv" if there are categories',
        example='["arxiv", "~/digests"]',
        comment='Where digests come from, in the order of trying: "arxiv" by the network, a folder, a file, a feed, a '
        'mailbox.\n# Empty: "arxiv" if there are categories above, else name files on the command line.',
    ),
    Setting("contact", _contact, "your e-mail address, sent to the servers that are asked for papers"),
    Setting("list_size", _number, "the number of papers in a list", least=1, most=10_000, comment="Papers in a list."),
    Setting(
        "min_match",
        _number,
        "percent; papers that match less are not listed, unless you follow an author",
        least=0,
        most=100,
        comment="Percent; papers that match less are not listed.",
    ),
    Setting(
        "variety",
        _number,
        "how strongly to avoid listing similar papers (0–10); in a replay, 3 cost nothing",
        least=0,
        most=10,
        comment="How strongly to avoid listing similar papers, 0 to 10.",
    ),
    Setting(
        "explore",
        _number,
        "papers at the end of a list that are unlike all you rated; in a replay, one cost 1 % of nDCG@10",
        least=0,
        most=5,
        comment="Papers at the end of a list that are unlike all you rated, to widen it.",
    ),
    Setting("follow", _texts, "authors whose papers are ranked higher", example='["Ada Lovelace"]'),
    Setting(
        "mute",
        _mutes,
        'papers to hide: `["word:survey", "author:J. Doe", "category:cs.CY"]`',
        example='["word:survey"]',
    ),
    Setting(
        "boost",
        _boosts,
        f'papers to rank higher or lower, by −{MOST_STEPS} to {MOST_STEPS}: `{{ "word:fusion" = 1, '
        '"category:cs.RO" = -2 }`',
        example='{ "word:fusion" = 1, "category:cs.RO" = -2 }',
    ),
    Setting(
        "topics",
        _topics,
        "what you decided about topics; `recommend topics` writes it: a table `[[topics]]` each, with a `name`, the "
        f"liked `papers` that mark it, and the `weight` of its share of a list (0 to {MOST_TOPIC_WEIGHT}; 0: dropped)",
    ),
    Setting(
        "agent_ratings_count",
        _flag,
        "let ratings by an agent (`recommend mcp --write`) count at once; otherwise each weighs nothing until you "
        "confirm it",
    ),
    Setting("mail", _mail, "how lists go out by mail: a table with the settings below"),
)

MAIL_TABLE = (
    Setting("from", _sender, "the sender's address; needed", field="sender"),
    Setting("to", _recipients, "the recipients' addresses; needed", example='["ada@example.org"]'),
    Setting(
        "by",
        _text,
        "what sends the mails: `smtp://`, `smtps://`, `sendmail:`, `maildir:`, or another package's delivery; needed",
    ),
    Setting("feedback", _feedback, "the address that answers go to; empty: the sender's"),
    Setting("replies", _place, "where answers arrive: an `imaps://` mailbox, a maildir or an mbox"),
    Setting("page", _page, "the public address of `recommend serve`; empty: answers go by mail"),
    Setting("empty", _flag, "send a line on days without papers"),
    Setting("thread", _flag, "put all mails in one thread"),
)

# the values of settings that a file lacks, by field: those of the nouns
_DEFAULTS = {setting.attribute: getattr(Profile(""), setting.attribute) for setting in TABLE}
_DEFAULTS |= MailSettings._field_defaults


def documentation() -> list[tuple[str, str, str]]:
    """One row a setting, for the documentation: its name, its meaning, and its default as TOML."""
    rows = [(setting.key, setting) for setting in TABLE]
    rows += [(f"mail.{setting.key}", setting) for setting in MAIL_TABLE]
    return [(name, setting.meaning, _default_text(setting)) for name, setting in rows]


def _default_text(setting: Setting) -> str:
    """The default as TOML; empty where there is none."""
    default = _DEFAULTS.get(setting.attribute)
    if setting.read is _boosts:
        return "{}"
    return "" if default is None else _line("x", default).partition("=")[2].strip()


# Reading


def read(path: Path, name: str) -> Profile:
    """The profile in a TOML file; relative paths in it are relative to its folder.

    Raises:
        ProfileError: the file cannot be read, is no TOML, or has a setting that is unknown or wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from error
    return from_bytes(content, name, path)


def from_bytes(content: bytes, name: str, path: Path) -> Profile:
    """The profile in the content of a TOML file; raises as `read`.

    Args:
        path: the file's; relative paths in it are relative to its folder.
    """
    try:
        return from_mapping(tomllib.loads(content.decode()), name, path.parent)
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ProfileError(f"{path}: its lists or tables lie too deep in one another") from error
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def texts_of(content: bytes, key: str) -> list[str]:
    """The texts of one setting as they are written in a file that can be read."""
    value = tomllib.loads(content.decode()).get(key, [])
    return [value] if isinstance(value, str) else list(value)


def from_mapping(settings: Mapping[str, Any], name: str, folder: Path) -> Profile:
    """The profile with these settings.

    Args:
        folder: where relative paths start.

    Raises:
        ProfileError: a setting is unknown or wrong; no setting is ignored.
    """
    _refuse_unknown(settings, TABLE, "")
    return Profile(name=name, **_fields(TABLE, settings, folder))


def _fields(table: Sequence[Setting], settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The values of the settings that are there, by the field they belong to."""
    return {
        setting.attribute: setting.read(setting, settings[setting.key], folder)
        for setting in table
        if setting.key in settings
    }


def _refuse_unknown(settings: Mapping[str, Any], table: Sequence[Setting], where: str) -> None:
    keys = [setting.key for setting in table]
    for key in settings:
        if key not in keys:
            import difflib  # noqa: PLC0415 - slow to import, and only for a message

            near = difflib.get_close_matches(key, keys, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(keys)}"
            raise ProfileError(f"unknown setting {key!r}{where}; {hint}")


# Writing


def text_of(profile: Profile) -> str:
    """The TOML of a new profile, with a comment on each setting for the reader who will edit it."""
    lines = [
        f"# Settings of the profile {profile.name}, yours to edit. Only `profile set`, `follow`, `mute`,",
        "# `boost`, `topics` and the page You write.",
        "",
    ]
    for setting in TABLE:
        if setting.comment:
            lines += [f"# {setting.comment}", _line(setting.key, getattr(profile, setting.attribute)), ""]
    return "\n".join(lines)


def _line(key: str, value: Any) -> str:
    """One setting as a line of TOML."""
    import tomlkit  # late: slow to import; most commands only read settings

    return tomlkit.dumps({key: list(value) if isinstance(value, tuple) else value})
