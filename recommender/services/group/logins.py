"""How members log in: by a link that is mailed, or by a proxy that has logged them in already."""

import secrets
from datetime import timedelta
from hmac import compare_digest

from recommender.delivery.mail import group as mails
from recommender.delivery.mail import logins as tokens
from recommender.delivery.mail.links import Refused
from recommender.errors import ProfileError
from recommender.results.group import Account, AccountState, Login, Started
from recommender.services.group.accounts import headers_checked
from recommender.services.group.desk import Desk
from recommender.store import group_settings
from recommender.store.group_logins import Link, LinkState

LINK_FOR = timedelta(minutes=15)
SESSION_FOR = timedelta(days=30)
# the first of these words in what a browser calls itself, which names others too
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Mac OS": "a Mac",
    "Linux": "Linux",
}
_REASONS = {
    LinkState.UNKNOWN: "it is not known here any more",
    LinkState.USED: "it was used already: each link works once",
    LinkState.LATE: f"it was good for {LINK_FOR.seconds // 60} minutes",
    LinkState.ELSEWHERE: "another browser asked for it: open it there, or ask for one in this browser",
}


# stands in for an account that is not there, so that its link takes as long to make
_NOBODY = Account(0, "nobody@example.org", "Nobody", "nobody", AccountState.DISABLED)


def mail_link(desk: Desk, address: str, browser: str, back: str) -> None:
    """Mail a link to log in, if the address has an account that may.

    For any other address a link is made too, and dropped: other answers of the server are not faster meanwhile, and so
    do not tell that there is no account.

    Args:
        browser: the secret of the browser that asks: the link works in no other one.
        back: the page that it wanted.

    Raises:
        DeliveryError: the mail was not accepted.
    """
    try:
        account = desk.store.account(headers_checked(address))
    except ProfileError:  # no address at all
        return
    may = account is not None and account.state is not AccountState.DISABLED
    member = account if account and may else _NOBODY
    secret, until = secrets.token_urlsafe(32), desk.now + LINK_FOR
    desk.logins.drop_old(desk.now - SESSION_FOR)
    if may:
        desk.logins.add_link(secret, member.number, browser=browser, back=back, expires_at=until)
    token = tokens.sign(desk.store.make_key(), secret, until)
    mail = mails.login_link(desk.settings, member, token, desk.now)
    if may:
        desk.send(mail, member.address)


def look(desk: Desk, token: str, browser: str) -> Account:
    """The member whom a link logs in; changes nothing.

    Raises:
        Refused: it logs nobody in, in this browser.
    """
    account = _good(desk, token, browser).account
    assert account
    return account


def use(desk: Desk, token: str, browser: str, agent: str) -> Started:
    """Log a browser in by its link, once.

    Args:
        agent: what the browser calls itself.

    Raises:
        Refused: the link logs nobody in, or not any more.
    """
    link = _good(desk, token, browser)
    assert link.account
    secret, _ = tokens.read(desk.store.key(), token)
    if not desk.logins.use(secret, desk.now):
        raise Refused(_REASONS[LinkState.USED])
    return start(desk, link.account, agent, link.back)


def start(desk: Desk, account: Account, agent: str, back: str) -> Started:
    """Log a browser in for a member.

    Raises:
        Refused: the account is gone, or disabled.
    """
    session = desk.logins.start(account.number, browser_name(agent), desk.now, desk.now + SESSION_FOR)
    if session is None:
        raise Refused(_REASONS[LinkState.UNKNOWN])
    return Started(account, session, back)


def browser_name(agent: str) -> str:
    """A browser in words, from what it calls itself: "Firefox on Linux"."""
    browser = next((name for word, name in _BROWSERS.items() if word in agent), "A browser")
    system = next((name for word, name in _SYSTEMS.items() if word in agent), "")
    return f"{browser} on {system}" if system else browser


def _good(desk: Desk, token: str, browser: str) -> Link:
    secret, until = tokens.read(desk.store.key(), token)
    if until <= desk.now:
        raise Refused(_REASONS[LinkState.LATE])
    link = desk.logins.link(secret, browser, desk.now)
    if link.state is not LinkState.GOOD:
        raise Refused(_REASONS[link.state])
    return link


def member_of(desk: Desk, session: str) -> Account | None:
    """The member whose browser has this secret; None: nobody's."""
    return desk.logins.whose(session, desk.now) if session else None


def member_by_proxy(desk: Desk, address: str, secret: str) -> Account | None:
    """The member whom a proxy has logged in; None: the address has no account, or may not log in.

    Args:
        address: as the proxy's header has it.
        secret: what came with it, which only the proxy knows.

    Raises:
        Refused: the secret is wrong or missing, so that anybody may have sent the header.
    """
    expected = group_settings.proxy_secret(desk.home.proxy_secret_file)
    if not compare_digest(secret.encode("utf-8", "replace"), expected.encode()):
        raise Refused("its proxy did not send the secret that it shares with this server")
    try:
        account = desk.store.account(headers_checked(address))
    except ProfileError:
        return None
    if account is None or account.state is AccountState.DISABLED:
        return None
    if account.state is AccountState.INVITED:
        desk.store.set_state(account.number, AccountState.ACTIVE)
        account = account._replace(state=AccountState.ACTIVE)
    return account


def all_of(desk: Desk, account: Account) -> list[Login]:
    """The browsers that are logged in for a member, the newest first."""
    return desk.logins.all_of(account.number, desk.now)
