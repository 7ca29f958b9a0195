"""The member who sent a request, and what each page shows of the group to this member."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from recommender.api_group import Group
from recommender.errors import UnknownProfile
from recommender.results.group import Account, VotedPaper
from recommender.web.pages.undoing import Undoing

OpenGroup = Callable[[], Group]


class GroupFrame(NamedTuple):
    """What a page shows of the group beside its papers."""

    name: str  # of the group
    member: str  # the name of whoever looks
    meeting: str  # "Friday 6 March, 14:00"
    members: int  # who see a vote
    left: int  # votes that the member has left for the meeting
    own: frozenset[str]  # ids of papers that the member voted for
    voters: dict[str, str]  # names, by paper id
    by_members: dict[str, str]  # names of members among a paper's authors, by paper id


@dataclass(frozen=True, slots=True)
class Member:
    """A member who has logged in, for one request."""

    account: Account
    session: str  # the secret of the browser's cookie; empty: a proxy has logged the member in
    open_group: OpenGroup
    home: Path
    undoing: Undoing  # what this member can take back
    generation: str  # of the group's file, when the request began

    def frame(self) -> GroupFrame:
        """The group as this member's pages show it."""
        with self.open_group() as group:
            week = group.week()
            own = frozenset(
                each.paper.id for each in week.voted if any(vote.account == self.account.number for vote in each.votes)
            )
            return GroupFrame(
                group.settings.name,
                self.account.name,
                moment(group.local(week.meeting.at)),
                week.members,
                max(group.settings.votes - len(own), 0),
                own,
                {each.paper.id: names(each) for each in week.voted},
                {each.paper.id: ", ".join(each.names) for each in week.by_members},
            )

    def worded(self, error: Exception) -> str:
        """An error in words that name no file of the server, and nobody else."""
        text = str(error)
        if str(self.home) in text or isinstance(error, UnknownProfile):
            return "The server cannot read or write its files just now; nothing was changed."
        return f"{text}."


def names(voted: VotedPaper) -> str:
    """The names of those who voted for a paper: "Ada, Bob"."""
    return ", ".join(vote.name for vote in voted.votes)


def moment(at: datetime) -> str:
    """A meeting's moment in words: "Friday 6 March, 14:00"."""
    return f"{at:%A} {at.day} {at:%B}, {at:%H:%M}"
