"""The group's page: votes with names, counts without, members' own papers; and what members decide about it."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from recommender import ranking
from recommender.errors import ProfileError, StoreError
from recommender.paper import Paper, Verdict
from recommender.results.group import (
    COUNTS,
    LEAST_COUNTED,
    Account,
    AccountState,
    GroupWeek,
    Meeting,
    MemberPaper,
    VoteChoice,
    VotedPaper,
)
from recommender.services import handles
from recommender.services.group.desk import Desk
from recommender.store.library import Encoder
from recommender.text import persons
from recommender.text.lines import one_line, unix_lines

_WEEK = timedelta(days=7)
_NEWCOMER = timedelta(days=90)  # votes of these days are what a newcomer starts from
_MOST_STARTED = 50  # papers a newcomer starts from
_MAX_NOTES = 6_000  # characters; in any script they fit into the largest form
_MAX_AUTHORS, _MAX_AUTHOR = 5, 100


def local(desk: Desk, moment: datetime) -> datetime:
    """A moment by the group's clock on the wall."""
    return moment.astimezone(ZoneInfo(desk.settings.timezone) if desk.settings.timezone else None)


def planned(desk: Desk) -> datetime:
    """When the next meeting is: the settings' weekday and hour, by the group's clock on the wall."""
    settings, today = desk.settings, local(desk, desk.now).date()
    day = today + timedelta(days=(settings.weekday - today.weekday()) % 7)
    zone = ZoneInfo(settings.timezone) if settings.timezone else None
    # compared in UTC: where clocks are set back, an hour on the wall comes twice
    moments = (datetime.combine(each, settings.hour, zone).astimezone(UTC) for each in (day, day + _WEEK))
    return local(desk, next(moment for moment in moments if moment > desk.now))


def meeting(desk: Desk) -> Meeting:
    """The next meeting."""
    return desk.votes.next_meeting(planned(desk), desk.now)


def voted(desk: Desk, of: Meeting) -> list[VotedPaper]:
    """The papers that members voted for, most votes first."""
    return desk.votes.voted(of.number) if of.number else []


def week(desk: Desk) -> GroupWeek:
    """What the group's page shows; the same for each member."""
    following = meeting(desk)
    accounts = desk.store.accounts()
    return GroupWeek(
        following,
        tuple(voted(desk, following)),
        tuple(desk.votes.several()),
        tuple(by_members(desk, accounts)),
        sum(account.state is not AccountState.DISABLED for account in accounts),
    )


def vote(desk: Desk, account: Account, paper: str) -> VoteChoice:
    """Vote for a paper at the next meeting, if the member has a vote left.

    Raises:
        UnknownPaper: there is no such paper.
    """
    reader = desk.reader(account)
    try:
        (found,) = handles.resolve(reader, [paper])[:1]
    finally:
        reader.close()
    return desk.votes.vote(account.number, found, planned(desk), desk.now, desk.settings.votes)


def withdraw(desk: Desk, account: Account, paper: str) -> None:
    """Take a vote for the next meeting back."""
    desk.votes.withdraw(account.number, paper, planned(desk), desk.now)


def keep_notes(desk: Desk, number: int, notes: str, instead_of: str | None = None) -> bool:
    """Replace the notes of a meeting; False: they are others than these by now, and stay.

    Raises:
        ProfileError: there is no such meeting, or the notes are too long.
    """
    if desk.votes.meeting(number) is None:
        raise ProfileError("there is no such meeting; nothing was changed")
    if len(notes) > _MAX_NOTES:
        raise ProfileError(f"the notes have more than {_MAX_NOTES:,} characters; nothing was changed")
    lines = unix_lines(notes).split("\n")
    return desk.votes.keep_notes(number, "\n".join(one_line(line) for line in lines).strip(), instead_of)


def share(desk: Desk, *, on: bool) -> None:
    """Give the next meeting's list an address that anybody can read, or take it away."""
    desk.votes.share(planned(desk), desk.now, on=on)


def choose(desk: Desk, account: Account, *, counted: bool, agenda: bool, authors: tuple[str, ...]) -> None:
    """Set what a member decides; names that no author can have are left out."""
    cleaned = [one_line(name)[:_MAX_AUTHOR] for name in authors]
    kept = tuple(dict.fromkeys(name for name in cleaned if persons.key(name)))[:_MAX_AUTHORS]
    desk.store.choose(account.number, counted=counted, agenda=agenda, authors=kept)


def start_from_votes(desk: Desk, account: Account) -> int:
    """Like what the group voted for lately, as one command that `undo` takes back; gives the number of papers."""
    papers = desk.votes.most_voted(desk.now - _NEWCOMER, _MOST_STARTED)
    reader = desk.reader(account)
    try:
        rated = reader.store.verdicts()
        new = [paper for paper in papers if paper.id not in rated]
        if new:
            reader.store.judge(new, Verdict.LIKE, command="like", at=reader.now)
        return len(new)
    finally:
        reader.close()


# Members' own papers


def by_members(desk: Desk, accounts: list[Account]) -> list[MemberPaper]:
    """The papers of this week with a member among their authors, the newest first."""
    publishing = {
        persons.key(name): (account.number, account.name)
        for account in accounts
        if account.state is not AccountState.DISABLED
        for name in account.authors
    }
    if not publishing:
        return []
    with desk.home.library(Encoder(ranking.encode, ranking.ENCODING)) as library:
        state = (str(library.path), library.state())
        key = (*state, desk.now.date(), tuple(sorted(publishing.items())))
        papers = _found.get(key)  # another thread may empty it at any moment
        if papers is None:
            since = desk.now.date() - _WEEK
            papers = _by(library.announced_between(since, desk.now.date() + timedelta(days=1)), publishing)
            _found.clear()
            _found[key] = papers
    disowned = desk.votes.disowned()
    found = [
        MemberPaper(paper, tuple(name for number, name in members if (number, paper.id) not in disowned))
        for paper, members in papers
    ]
    return [each for each in found if each.names]


_found: dict[tuple[object, ...], list[tuple[Paper, list[tuple[int, str]]]]] = {}


def _by(papers: list[Paper], publishing: Mapping[str, tuple[int, str]]) -> list[tuple[Paper, list[tuple[int, str]]]]:
    found = []
    for paper in papers:
        members = {publishing[key] for key in map(persons.key, paper.authors) if key in publishing}
        if members:
            found.append((paper, sorted(members)))
    return found


# What several like


def count_likes(desk: Desk) -> None:
    """Count what those who opted in liked this week; only papers that are liked by several are kept, without names.

    Counted once a day, in steps, and never among few: nobody can tell from a change who liked a paper.
    """
    today = local(desk, desk.now).date()
    if desk.votes.counted_on() == today:
        return
    opted_in = [
        account for account in desk.store.accounts() if account.counted and account.state is AccountState.ACTIVE
    ]
    likes: Counter[str] = Counter()
    papers: dict[str, Paper] = {}
    for account in opted_in if len(opted_in) >= LEAST_COUNTED else ():
        for paper in _liked(desk, account, desk.now - _WEEK):
            likes[paper.id] += 1
            papers[paper.id] = paper
    least = {paper: step(count, len(opted_in)) for paper, count in likes.items() if step(count, len(opted_in))}
    desk.votes.keep_several([papers[paper] for paper in least], least, today)


def step(count: int, members: int) -> int:
    """The number that a count is said to be at least; 0: nothing is said.

    It is at most half of the members, so that it never says that all of them like a paper, or all but a few: one who
    looks, together with others who tell what they like, must be half of those who are counted to know of anybody.
    """
    return max((each for each in COUNTS if each <= min(count, members // 2)), default=0)


def _liked(desk: Desk, account: Account, since: datetime) -> list[Paper]:
    reader = desk.reader(account)
    try:
        return [
            entry.paper
            for entry in reader.store.feedback()
            if entry.verdict is Verdict.LIKE and entry.given_at >= since
        ]
    except (StoreError, ProfileError) as error:
        desk.progress.warn(f"The likes of {account.profile} were not counted: {error}")
        return []
    finally:
        reader.close()
