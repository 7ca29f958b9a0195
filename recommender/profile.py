"""A reader's settings as plain data; `store/settings.py` reads and writes them as TOML."""

import re
import sys
from typing import NamedTuple

from recommender.errors import ProfileError
from recommender.paper import Nudge, NudgeKind, TopicRule

ARXIV = "arxiv"  # among the digests: arXiv itself, over the network
# Log-odds that one step of a boost adds: it lifts the 20th paper of a usual day to about the tenth place.
STEP = 0.75
MOST_STEPS = 3
FOLLOWED = 4 * STEP  # lifts the average paper of a usual day to about the tenth place
MOST_TOPIC_WEIGHT = 10
GROUP = "group"  # a group's password lies beside those of profiles under this name
NAME = r"[a-z0-9][a-z0-9_-]{0,63}"  # a valid file name on every system, but for ...
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


class MailSettings(NamedTuple):
    """How a profile's lists go out by mail, and how answers come back."""

    sender: str  # "Ada <ada@example.org>"
    to: tuple[str, ...]
    by: str  # "smtp://ada%40example.org@mail.example.org:587", smtps://, sendmail:, maildir:
    feedback: str  # the address that answers go to
    replies: str = ""  # where they arrive: an imaps:// mailbox, a maildir or an mbox
    page: str = ""  # public address of `recommend serve`; empty: answers go by mail
    empty: bool = False  # send a line on days without papers
    thread: bool = False  # put all mails in one thread
    reminder: bool = True  # once a week, name three papers that were liked and never opened
    at: str = ""  # "07:00" or "07:00 Europe/Berlin": when `recommend batch` may send it; empty: at once


class ZoteroSettings(NamedTuple):
    """Which collections of Zotero likes come from and go to."""

    collections: tuple[str, ...] = ()  # paths ("Thesis/Chapter 2"); their new items become likes
    into: str = ""  # the path of the collection that likes go into; empty: none do
    by: str = "local"  # "local": Zotero on this machine; "web": zotero.org
    library: str = ""  # "groups/12"; empty: the reader's own
    as_topics: bool = False  # the likes of each collection mark a topic of its name


class Profile(NamedTuple):
    """A reader's settings; what was learned from the ratings is not part of it."""

    name: str
    description: str = ""
    interests: str = ""  # in the reader's own words; ";" begins another topic
    categories: tuple[str, ...] = ()  # ("cs.CV", "eess.IV"); empty: all
    digests: tuple[str, ...] = ()  # ARXIV, a file, folder or http(s) feed, or imaps:// mailbox; in the order of trying
    contact: str = ""  # an e-mail address that is sent to the servers asked
    list_size: int = 10  # papers a list
    min_match: int = 0  # percent; papers that match less are not listed
    variety: int = 3  # 0..10: how strongly to avoid listing similar papers
    explore: int = 1  # papers at a list's end that are unlike all rated ones
    follow: tuple[str, ...] = ()  # authors
    mute: tuple[Nudge, ...] = ()
    boost: tuple[Nudge, ...] = ()  # words, categories and authors with a weight
    topics: tuple[TopicRule, ...] = ()  # what the reader decided about topics
    agent_ratings_count: bool = False  # what an agent rates counts at once; else it waits to be confirmed
    mail: MailSettings | None = None
    zotero: ZoteroSettings | None = None
    watch: tuple[str, ...] = ()  # library files that `run` imports whenever they have changed

    @property
    def sources(self) -> tuple[str, ...]:
        """Where digests come from: as set, or arXiv itself where only categories are set."""
        return self.digests or ((ARXIV,) if self.categories else ())

    @property
    def remote_names(self) -> tuple[str, ...]:
        """The names of what is asked over the network: categories of arXiv, and addresses."""
        remote = filter(is_remote, self.sources)
        return tuple(name for source in remote for name in (self.categories if source == ARXIV else (source,)))

    @property
    def local(self) -> bool:
        """Whether all sources are files on this machine."""
        return not any(map(is_remote, self.sources))

    @property
    def steps(self) -> tuple[tuple[Nudge, float], ...]:
        """The boosts, each with its weight in steps, as the settings have it."""
        return tuple((boost, (boost.weight or 0.0) / STEP) for boost in self.boost)

    @property
    def nudges(self) -> tuple[Nudge, ...]:
        """All preferences the reader wrote down: follows, boosts and mutes."""
        followed = (Nudge(NudgeKind.AUTHOR, name, FOLLOWED) for name in self.follow)
        return (*followed, *self.boost, *self.mute)


def is_remote(place: str) -> bool:
    """Whether digests of this place come over the network."""
    return place == ARXIV or "://" in place


def is_mailbox(place: str) -> bool:
    """Whether digests of this place, or answers, come from a mail server."""
    return place.startswith(("imap://", "imaps://"))


def author(text: str) -> str:
    """The name of an author to follow, without the "author:" that stands before it where rules are written."""
    kind, colon, name = text.partition(":")
    return name.strip() if colon and kind.strip().lower() == NudgeKind.AUTHOR.value else text


def nudge(rule: str, steps: float | None) -> Nudge:
    """The preference written as "word:survey", "author:J. Doe" or "category:cs.CY"; a word needs no "word:".

    Args:
        steps: the weight, up to MOST_STEPS either way; None mutes.

    Raises:
        ProfileError: the kind is unknown, nothing follows it, or the weight is out of bounds.
    """
    kind, colon, text = rule.partition(":")
    kind, text = (kind.strip().lower(), text) if colon else (NudgeKind.WORD.value, rule)
    if kind not in [each.value for each in NudgeKind] or not text.strip():
        raise ProfileError(f"{rule!r} must be like word:survey, author:Ada Lovelace or category:cs.CY")
    if steps is not None and not 0 < abs(steps) <= MOST_STEPS:
        raise ProfileError(f"the weight of {rule!r} must be from -{MOST_STEPS} to {MOST_STEPS} and not 0, not {steps}")
    return Nudge(NudgeKind(kind), " ".join(text.split()), None if steps is None else STEP * steps)


def check_name(name: str) -> str:
    """The name itself, if a profile may have it.

    Raises:
        ProfileError: it may not.
    """
    if sys.platform == "win32" and name in _DEVICES:
        raise ProfileError(f"{name!r} cannot be a profile's name: it is a device of Windows, which has no files of it")
    if not re.fullmatch(NAME, name):
        raise ProfileError(
            f"{name!r} cannot be a profile's name: use up to 64 small letters, digits, '-' and '_', "
            "a letter or digit first"
        )
    return name
