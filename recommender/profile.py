"""A reader's settings, and how a TOML file becomes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from recommender.errors import ProfileError
from recommender.paper import Nudge, NudgeKind

ARXIV = "arxiv"  # among the digests: arXiv itself, by the network
FOLLOWED = 6.0  # log-odds: about as much as the best papers of a usual day have
STEP = 2.0  # log-odds a step of a weight adds
MOST_STEPS = 3
NAME = r"[a-z0-9][a-z0-9_-]{0,63}"  # also a file name, on every system


class MailSettings(NamedTuple):
    """How a profile's lists go out by mail, and how answers come back."""

    sender: str  # "Ada <ada@example.org>"
    to: tuple[str, ...]
    by: str  # "smtp://ada%40example.org@mail.example.org:587", smtps://, sendmail:, maildir:
    feedback: str  # the address that answers go to
    replies: str = ""  # where they arrive: an imaps:// mailbox, a maildir or an mbox
    page: str = ""  # public address of `recommend serve`; empty: answers go by mail
    empty: bool = False  # a line on days without papers
    thread: bool = False  # all mails in one thread


@dataclass(frozen=True, slots=True)
class Profile:
    """What a reader set, not what was learned."""

    name: str
    description: str = ""
    interests: str = ""  # in the reader's own words; ranks until likes say more
    categories: tuple[str, ...] = ()  # ("cs.CV", "eess.IV"); empty: all
    digests: tuple[str, ...] = ()  # ARXIV, a file, folder or http(s) feed, or imaps:// mailbox; in the order of trying
    contact: str = ""  # an e-mail address that the servers asked are told
    list_size: int = 10  # papers a list
    min_match: int = 0  # percent; papers that match less are not listed
    variety: int = 3  # 0..10: how far alike papers of one list make room for others
    explore: int = 1  # papers a list unlike all judged ones, at its end
    follow: tuple[str, ...] = ()  # authors
    mute: tuple[Nudge, ...] = ()
    boost: tuple[Nudge, ...] = ()  # words and categories with a weight
    mail: MailSettings | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Where digests come from: as set, or arXiv itself where only categories are."""
        return self.digests or ((ARXIV,) if self.categories else ())

    @property
    def asked(self) -> tuple[str, ...]:
        """What others are asked for: the categories of arXiv, and addresses."""
        remote = filter(is_remote, self.sources)
        return tuple(name for source in remote for name in (self.categories if source == ARXIV else (source,)))

    @property
    def local(self) -> bool:
        """Whether all sources are files here."""
        return not any(map(is_remote, self.sources))

    @property
    def steps(self) -> tuple[tuple[Nudge, float], ...]:
        """The boosts, each with its weight as the settings have it."""
        return tuple((wish, (wish.weight or 0.0) / STEP) for wish in self.boost)

    @property
    def nudges(self) -> tuple[Nudge, ...]:
        """All that the reader wishes beside the verdicts."""
        followed = (Nudge(NudgeKind.AUTHOR, name, FOLLOWED) for name in self.follow)
        return (*followed, *self.boost, *self.mute)


def is_remote(place: str) -> bool:
    """Whether a place of digests is somewhere else, not a file or folder here."""
    return place == ARXIV or "://" in place


def check_name(name: str) -> str:
    """The name itself, if it can be a profile's.

    Raises:
        ProfileError: it cannot.
    """
    if not re.fullmatch(NAME, name):
        raise ProfileError(
            f"{name!r} cannot be a profile's name: use up to 64 small letters, digits, '-' and '_', "
            "a letter or digit first"
        )
    return name


def read_profile(path: Path, name: str) -> Profile:
    """The profile in a TOML file; relative paths in it are relative to the file.

    Raises:
        ProfileError: the file cannot be read, is no TOML, or holds a setting that is unknown or wrong.
    """
    import tomllib

    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: not valid TOML: {error}") from error
    try:
        return profile_from(settings, name, path.parent)
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def profile_from(settings: Mapping[str, Any], name: str, folder: Path) -> Profile:
    """The profile these settings make; `folder` is where relative paths start.

    Raises:
        ProfileError: a setting is unknown or wrong; nothing is ever ignored.
    """
    _refuse_unknown(settings, _SETTINGS, "")
    contact = _text(settings, "contact").strip()
    if contact and not re.fullmatch(_ADDRESS, contact):
        raise ProfileError(f"contact must be an e-mail address, not {contact!r}")
    return Profile(
        name=name,
        description=_text(settings, "description"),
        interests=" ".join(_text(settings, "interests").split()),
        categories=_texts(settings, "categories", '["cs.CV", "eess.IV"]'),
        digests=tuple(_place(place, folder) for place in _texts(settings, "digests", '["arxiv", "~/digests"]')),
        contact=contact,
        list_size=_number(settings, "list_size", 10, 1, 10_000),
        min_match=_number(settings, "min_match", 0, 0, 100),
        variety=_number(settings, "variety", 3, 0, 10),
        explore=_number(settings, "explore", 1, 0, 5),
        follow=_texts(settings, "follow", '["Ada Lovelace"]'),
        mute=tuple(nudge(text, None) for text in _texts(settings, "mute", '["word:survey"]')),
        boost=_boost(settings),
        mail=_mail(settings, folder),
    )


def nudge(text: str, steps: float | None) -> Nudge:
    """The wish that "word:survey", "author:J. Doe" or "category:cs.CY" says; a word needs no "word:".

    Args:
        steps: up to MOST_STEPS either way; None mutes.

    Raises:
        ProfileError: there is no such kind, or nothing follows it.
    """
    kind, colon, name = text.partition(":")
    kind, name = (kind.strip().lower(), name) if colon else ("word", text)
    known = [each.value for each in NudgeKind]
    if kind not in known or not name.strip():
        raise ProfileError(f"{text!r} must be like word:survey, author:Ada Lovelace or category:cs.CY")
    if steps is not None and not 0 < abs(steps) <= MOST_STEPS:
        raise ProfileError(f"the weight of {text!r} must be from -{MOST_STEPS} to {MOST_STEPS} and not 0, not {steps}")
    return Nudge(NudgeKind(kind), " ".join(name.split()), None if steps is None else STEP * steps)


_SETTINGS = (
    "description",
    "interests",
    "categories",
    "digests",
    "contact",
    "list_size",
    "min_match",
    "variety",
    "explore",
    "follow",
    "mute",
    "boost",
    "mail",
)
_MAIL = ("from", "to", "by", "feedback", "replies", "page", "empty", "thread")
_ADDRESS = r"[^\s@<>,;]+@[^\s@<>,;]+"


def _refuse_unknown(settings: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in settings:
        if key not in known:
            import difflib

            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
            raise ProfileError(f"unknown setting {key!r}{where}; {hint}")


def _mail(settings: Mapping[str, Any], folder: Path) -> MailSettings | None:
    told = settings.get("mail")
    if told is None:
        return None
    if not isinstance(told, dict):
        raise ProfileError("mail must be a table: a line [mail], and below it from, to and by")
    _refuse_unknown(told, _MAIL, " in [mail]")
    for key in ("from", "to", "by"):
        if not told.get(key):
            raise ProfileError(f"[mail] has no {key}; it needs from, to and by")
    sender = _text(told, "from").strip()
    bare = re.search(r"<([^<>]*)>\s*$", sender)
    address = bare[1] if bare else sender
    to = _texts(told, "to", '["ada@example.org"]')
    feedback = _text(told, "feedback") or address
    for entry in (address, feedback, *to):
        if not re.fullmatch(_ADDRESS, entry):
            raise ProfileError(f"{entry!r} in [mail] is no e-mail address")
    page = _text(told, "page").rstrip("/")
    if page and not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", page):
        raise ProfileError(f"page in [mail] must be an address like https://papers.example.org, not {page!r}")
    replies = _text(told, "replies")
    return MailSettings(
        sender=sender,
        to=to,
        by=_text(told, "by"),
        feedback=feedback,
        replies=_place(replies, folder) if replies else "",
        page=page,
        empty=_flag(told, "empty"),
        thread=_flag(told, "thread"),
    )


def _flag(settings: Mapping[str, Any], key: str) -> bool:
    value = settings.get(key, False)
    if not isinstance(value, bool):
        raise ProfileError(f"{key} must be true or false, not {value!r}")
    return value


def _text(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key, "")
    if not isinstance(value, str):
        raise ProfileError(f"{key} must be text in quotes, not {value!r}")
    return value


def _number(settings: Mapping[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = settings.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ProfileError(f"{key} must be a whole number from {least} to {most}, not {value!r}")
    return value


def _texts(settings: Mapping[str, Any], key: str, example: str) -> tuple[str, ...]:
    """A list of texts, or one text alone; each once."""
    value = settings.get(key, [])
    entries = ([value] if value else []) if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry.strip() for entry in entries):
        raise ProfileError(f"{key} must be a list like {example}, not {value!r}")
    return tuple(dict.fromkeys(entry.strip() for entry in entries))


def _place(place: str, folder: Path) -> str:
    """A place of digests, a path made absolute."""
    return place if is_remote(place) else str(folder / Path(place).expanduser())


def _boost(settings: Mapping[str, Any]) -> tuple[Nudge, ...]:
    value = settings.get("boost", {})
    if not isinstance(value, dict):
        raise ProfileError(f'boost must be a table like {{ "word:fusion" = 1, "category:cs.RO" = -2 }}, not {value!r}')
    for text, steps in value.items():
        if not isinstance(steps, int | float) or isinstance(steps, bool):
            raise ProfileError(f"the weight of {text!r} in boost must be a number, not {steps!r}")
    return tuple(nudge(text, steps) for text, steps in value.items())
