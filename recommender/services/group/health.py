"""How last night went for each member. Says when a list and a mail went out, and nothing of any rating."""

from recommender.delivery import wording
from recommender.errors import ProfileError, StoreError
from recommender.results.group import Account, GroupHealth, NightHealth
from recommender.services.group import week
from recommender.services.group.desk import Desk


def health(desk: Desk) -> GroupHealth:
    """The group as its admin sees it."""
    meeting = week.meeting(desk)
    return GroupHealth(
        desk.settings,
        meeting._replace(at=week.local(desk, meeting.at)),
        len(week.voted(desk, meeting)),
        tuple(_night(desk, account) for account in desk.store.accounts()),
    )


def _night(desk: Desk, account: Account) -> NightHealth:
    reader = desk.reader(account)
    try:
        reader.profile  # noqa: B018 - whether the settings can be read
        listed, mailed = reader.store.last_list("today", "mail", "day"), reader.outbox.last()
        return NightHealth(
            account,
            listed.day.isoformat() if listed else "",
            f"{mailed.fate.value} {wording.moment(mailed.at)}" if mailed else "",
            "",
        )
    except (ProfileError, StoreError) as error:
        return NightHealth(account, "", "", str(error))
    finally:
        reader.close()
