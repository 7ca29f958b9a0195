"""Settings as TOML: one table says how each is read, checked, written and documented."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.errors import ProfileError
from recommender.profile import MOST_STEPS, MOST_TOPIC_WEIGHT, MailSettings, Profile, ZoteroSettings
from recommender.store import setting_values as values
from recommender.store.setting_values import Setting

# The tables


def _mail(_setting: Setting, value: Any, folder: Path) -> MailSettings:
    if not isinstance(value, dict):
        raise ProfileError("mail must be a table: a line [mail], and below it from, to and by")
    _refuse_unknown(value, MAIL_TABLE, " in [mail]")
    for key in ("from", "to", "by"):
        if not value.get(key):
            raise ProfileError(f"[mail] has no {key}; it needs from, to and by")
    fields = _fields(MAIL_TABLE, value, folder)
    fields["feedback"] = fields.get("feedback") or values.bare(fields["sender"])
    return MailSettings(**fields)


def _zotero(_setting: Setting, value: Any, folder: Path) -> ZoteroSettings:
    if not isinstance(value, dict):
        raise ProfileError("zotero must be a table: a line [zotero], and below it collections, into or both")
    _refuse_unknown(value, ZOTERO_TABLE, " in [zotero]")
    zotero = ZoteroSettings(**_fields(ZOTERO_TABLE, value, folder))
    zotero = zotero._replace(into=zotero.into.strip())
    if not zotero.collections and not zotero.into:
        raise ProfileError("[zotero] has neither collections to take likes from, nor one that likes go into")
    if zotero.by not in ("local", "web"):
        raise ProfileError(f'by in [zotero] must be "local" or "web", not {zotero.by!r}')
    if zotero.library and not re.fullmatch(r"groups/[0-9]{1,12}", zotero.library, re.ASCII):
        raise ProfileError(f'library in [zotero] must be like "groups/4712864", not {zotero.library!r}')
    return zotero


TABLE = (
    Setting("description", values.text, "one line about the profile, for those that ship"),
    Setting(
        "interests",
        values.interests,
        "what you work on, in your own words; it ranks papers until your likes say more; `;` or a new line begins "
        "another topic",
        comment="What you work on, in your own words; it ranks papers until your likes say more.\n"
        '# ";" or a new line begins another topic: "image fusion, infrared; graph neural networks".',
    ),
    Setting(
        "categories",
        values.categories,
        "arXiv categories to fetch; papers of other categories in your digests are left out; `cs` means all of "
        "`cs.*`; empty: nothing is left out",
        example='["cs.CV", "eess.IV"]',
        comment="arXiv categories to fetch; papers of other categories in your digests are left out.\n"
        "# Empty: nothing is left out.",
    ),
    Setting(
        "digests",
        values.places,
        'where digests come from, in the order of trying: "arxiv", a folder, a file, a feed, a mailbox; empty: '
        '"arxiv" if there are categories',
        example='["arxiv", "~/digests"]',
        comment='Where digests come from, in the order of trying: "arxiv" by the network, a folder, a file, a feed, a '
        'mailbox.\n# Empty: "arxiv" if there are categories above, else name files on the command line.',
    ),
    Setting("contact", values.contact, "your e-mail address, sent to the servers that are asked for papers"),
    Setting(
        "list_size", values.number, "the number of papers in a list", least=1, most=10_000, comment="Papers in a list."
    ),
    Setting(
        "min_match",
        values.number,
        "percent; papers that match less are not listed, unless you follow an author",
        least=0,
        most=100,
        comment="Percent; papers that match less are not listed.",
    ),
    Setting(
        "variety",
        values.number,
        "how strongly to avoid listing similar papers (0–10); in a replay, 3 cost nothing",
        least=0,
        most=10,
        comment="How strongly to avoid listing similar papers, 0 to 10.",
    ),
    Setting(
        "explore",
        values.number,
        "papers at the end of a list that are unlike all you rated; in a replay, one cost 1 % of nDCG@10",
        least=0,
        most=5,
        comment="Papers at the end of a list that are unlike all you rated, to widen it.",
    ),
    Setting("follow", values.authors, "authors whose papers are ranked higher", example='["Ada Lovelace"]'),
    Setting(
        "mute",
        values.mutes,
        'papers to hide: `["word:survey", "author:J. Doe", "category:cs.CY"]`',
        example='["word:survey"]',
    ),
    Setting(
        "boost",
        values.boosts,
        f'papers to rank higher or lower, by −{MOST_STEPS} to {MOST_STEPS}: `{{ "word:fusion" = 1, '
        '"category:cs.RO" = -2 }`',
        example='{ "word:fusion" = 1, "category:cs.RO" = -2 }',
    ),
    Setting(
        "topics",
        values.topics,
        "what you decided about topics; `recommend topics` writes it: a table `[[topics]]` each, with a `name`, the "
        f"liked `papers` that mark it, and the `weight` of its share of a list (0 to {MOST_TOPIC_WEIGHT}; 0: dropped)",
    ),
    Setting(
        "agent_ratings_count",
        values.flag,
        "let ratings by an agent (`recommend mcp --write`) count at once; otherwise each weighs nothing until you "
        "confirm it",
    ),
    Setting("mail", _mail, "how lists go out by mail: a table with the settings below"),
    Setting("zotero", _zotero, "collections of Zotero that likes come from and go to: a table with the settings below"),
    Setting(
        "watch",
        values.places,
        "files of your library (a `.bib` file, an export) that `run` imports whenever they have changed",
        example='["~/papers.bib"]',
    ),
)

ZOTERO_TABLE = (
    Setting(
        "collections", values.texts, "collections whose new items become likes", example='["Reading", "Thesis/Part 2"]'
    ),
    Setting("into", values.text, "the collection that likes go into; it is made if it is missing"),
    Setting("by", values.text, '`"local"`: Zotero on this machine; `"web"`: zotero.org, with a key'),
    Setting("library", values.text, 'a group\'s library, `"groups/4712864"`; empty: your own'),
    Setting("topics", values.flag, "each of the collections is a topic, marked by the likes in it", field="as_topics"),
)

MAIL_TABLE = (
    Setting("from", values.sender, "the sender's address; needed", field="sender"),
    Setting("to", values.recipients, "the recipients' addresses; needed", example='["ada@example.org"]'),
    Setting(
        "by",
        values.text,
        "what sends the mails: `smtp://`, `smtps://`, `sendmail:`, `maildir:`, or another package's delivery; needed",
    ),
    Setting("feedback", values.feedback, "the address that answers go to; empty: the sender's"),
    Setting("replies", values.place, "where answers arrive: an `imaps://` mailbox, or the path of a maildir or mbox"),
    Setting("page", values.page, "the public address of `recommend serve`; empty: answers go by mail"),
    Setting("empty", values.flag, "send a line on days without papers"),
    Setting("thread", values.flag, "put all mails in one thread"),
    Setting("reminder", values.flag, "once a week, name three papers you liked and did not open, as far as is known"),
    Setting("at", values.hour, 'when `recommend batch` may mail: `"07:00"` or `"07:00 Europe/Berlin"`; empty: at once'),
)


def documentation() -> list[tuple[str, str, str]]:
    """One row a setting, for the documentation: its name, its meaning, and its default as TOML."""
    tables = (
        ("", TABLE, Profile("")._asdict()),
        ("mail.", MAIL_TABLE, MailSettings._field_defaults),
        ("zotero.", ZOTERO_TABLE, ZoteroSettings._field_defaults),
    )
    return [
        (f"{place}{setting.key}", setting.meaning, _default_text(setting, defaults.get(setting.attribute)))
        for place, table, defaults in tables
        for setting in table
    ]


def _default_text(setting: Setting, default: Any) -> str:
    """The default as TOML; empty where there is none."""
    if setting.read is values.boosts:
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
        raise ProfileError(f"{path}: {error.strerror or error}; make it a file that you can read") from error
    return from_bytes(content, name, path)


def from_bytes(content: bytes, name: str, path: Path) -> Profile:
    """The profile in the content of a TOML file; raises as `read`.

    Args:
        path: the file's; relative paths in it are relative to its folder.
    """
    try:
        return from_mapping(tomllib.loads(content.decode("utf-8-sig")), name, path.parent)
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: not valid TOML: {error}{values.hint(content)}") from error
    except RecursionError as error:
        raise ProfileError(f"{path}: its lists or tables lie too deep in one another") from error
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def texts_of(content: bytes, key: str) -> list[str]:
    """The texts of one setting as they are written in a file that can be read."""
    value = tomllib.loads(content.decode("utf-8-sig")).get(key, [])
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
