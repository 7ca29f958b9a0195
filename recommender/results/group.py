"""A group of readers on one server: members, logins, votes and meetings."""

from datetime import datetime, time
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from recommender.paper import Paper

# What is said of the likes of those who allow it: "3 or more of us"; exact counts would tell who came last.
COUNTS = (3, 5, 10, 20, 50, 100)
LEAST_COUNTED = 2 * COUNTS[0]  # members who allow it: a number that is said is at most half of theirs


class AccountState(Enum):
    """What an account may do."""

    INVITED = "invited"  # has not logged in yet
    ACTIVE = "active"
    DISABLED = "disabled"  # cannot log in; nothing is deleted


class GroupSettings(NamedTuple):
    """The settings of a group: `group.toml`."""

    name: str  # "Exoplanets at Example Institute"
    page: str  # the public address of `recommend serve --group`: "https://papers.example.org"
    sender: str  # of the group's mails: "papers@example.org"
    by: str  # what sends them, as in a profile's [mail]
    weekday: int = 4  # of the meeting: 0 is Monday
    hour: time = time(14)
    timezone: str = ""  # "Europe/Berlin"; empty: the machine's
    notice: int = 24  # hours before the meeting at which its agenda is mailed
    votes: int = 5  # that a member has for one meeting
    categories: tuple[str, ...] = ()  # of a new member's profile
    digests: tuple[str, ...] = ()  # of a new member's profile
    oidc_issuer: str = ""  # a provider of OpenID Connect: "https://login.example.org/realms/physics"; empty: none
    oidc_client: str = ""  # our id there
    oidc_name: str = ""  # of the provider, on its button
    proxy_header: str = ""  # in which a proxy names the member's address; empty: by mail links alone


class Account(NamedTuple):
    """A member of the group. Ratings are not part of it: they lie in the file of the profile."""

    number: int
    address: str  # in small letters
    name: str  # as the other members see it
    profile: str
    state: AccountState
    counted: bool = False  # likes count, without a name, in "several of us like"
    agenda: bool = True  # gets agendas by mail
    authors: tuple[str, ...] = ()  # names that the member publishes under


class Invitation(NamedTuple):
    """A reader who is invited, and how."""

    address: str
    name: str = ""  # as the others see it; empty: the part of the address before the @
    profile: str = ""  # an existing one, or the name of a new one; empty: made from the address
    starter: str = ""  # a shipped profile that a new one starts from
    send: bool = True  # tell the member by mail
    mail_lists: bool = False  # the new profile mails its lists to the member


class Invited(NamedTuple):
    """What became of an invitation."""

    account: Account
    is_new: bool
    problem: str = ""  # why no mail went out


class Login(NamedTuple):
    """A browser that is logged in."""

    number: int
    browser: str  # as it calls itself
    made_at: datetime  # aware, as all moments here
    expires_at: datetime


class Started(NamedTuple):
    """A login that has just begun."""

    account: Account
    session: str  # the secret of its cookie; only its hash is stored
    back: str  # the page that the browser had asked for


class OidcFlow(NamedTuple):
    """A browser's way to a provider of OpenID Connect and back."""

    url: str  # where it is sent
    state: str  # by which its way back is known; secret, as the others
    nonce: str  # that the provider signs
    verifier: str  # that proves that we began it


class Identity(NamedTuple):
    """A person whom a provider of OpenID Connect logged in."""

    issuer: str
    subject: str
    address: str  # verified by the provider; empty: it names none


class GroupBackup(NamedTuple):
    """One backup of a group."""

    path: Path
    made_at: datetime
    members: int
    profiles: int  # of members, that are in it


class GroupRestored(NamedTuple):
    """A group as a backup had it."""

    members: int
    profiles: tuple[str, ...]  # that were not here, and were added
    returned: tuple[str, ...]  # addresses of members again that had been deleted, or were not there yet
    kept: Path | None  # what was there before; None: nothing was


class Vote(NamedTuple):
    """A member's wish to talk about a paper."""

    account: int
    name: str
    at: datetime


class VotedPaper(NamedTuple):
    """A paper that members voted for, the first vote first."""

    paper: Paper
    votes: tuple[Vote, ...]


class Meeting(NamedTuple):
    """A meeting, past or next. Its number is 0 as long as nobody has voted for it."""

    number: int
    at: datetime
    notes: str = ""
    share: str = ""  # the secret of its list's address; empty: only members see the list


class Several(NamedTuple):
    """A paper that several members like; who they are, and how many exactly, is not known here."""

    paper: Paper
    least: int  # so many, or more


class MemberPaper(NamedTuple):
    """A new paper with a member among its authors."""

    paper: Paper
    names: tuple[str, ...]  # of the members


class VoteChoice(Enum):
    """What became of a vote."""

    COUNTED = "counted"
    REPEATED = "repeated"  # it stood already
    USED_UP = "used up"  # the member has no vote left for this meeting


class GroupWeek(NamedTuple):
    """The group's page: what members chose to show, and counts that name nobody."""

    meeting: Meeting
    voted: tuple[VotedPaper, ...]
    several: tuple[Several, ...]
    by_members: tuple[MemberPaper, ...]
    members: int  # who see the votes


class AgendaMail(NamedTuple):
    """What became of one member's agenda."""

    address: str
    sent: bool
    message: str


class NightHealth(NamedTuple):
    """How last night went for one member; nothing about ratings."""

    account: Account
    listed: str  # the day of the last list; empty: there was none
    mailed: str  # what became of the last mail; empty: there was none
    problem: str  # why the profile cannot be used; empty: it can


class GroupHealth(NamedTuple):
    """What the admin sees of a group."""

    settings: GroupSettings
    meeting: Meeting
    votes: int  # papers with votes for the next meeting
    nights: tuple[NightHealth, ...]


class Erased(NamedTuple):
    """What was deleted with an account."""

    address: str
    profile: str
    files: int
