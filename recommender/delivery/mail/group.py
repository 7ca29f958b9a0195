"""The mails of a group: an invitation, a link to log in, the agenda of a meeting. Plain text, for any mail program."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from recommender.delivery import wording
from recommender.delivery.mail import headers
from recommender.delivery.mail.excerpt import first_sentences, visible_line
from recommender.ids import abs_url
from recommender.results.group import Account, GroupSettings, VotedPaper
from recommender.text.readable import readable
from recommender.text.short import counted, cut_at_word
from recommender.text.wrap import wrapped

_COLUMNS = 72
_MAX_READ = 2_000  # characters of a title or abstract that are looked at
_MAX_TITLE, _MAX_SUBJECT, _MAX_EXCERPT = 250, 120, 400
_MAX_AUTHORS = 4
_MOST_PAPERS = 50  # of an agenda


def invitation(settings: GroupSettings, account: Account, now: datetime) -> EmailMessage:
    """Tell a new member where to log in; nothing in it is secret."""
    text = _filled(
        f"Hello {account.name},",
        f"you are invited to {settings.name}: each day's new papers, ranked for you alone, and a list of those that "
        "the group wants to talk about.",
        f"Open {settings.page}/login and enter this address ({account.address}). You get a link by mail that logs you "
        "in; there is no password.",
        "Your ratings are private: nobody in the group sees them. A vote for the next meeting is a button of its own, "
        "and the other members see it with your name.",
    )
    return _message(settings, account, f"Your invitation to {settings.name}", text, now)


def login_link(settings: GroupSettings, account: Account, token: str, now: datetime) -> EmailMessage:
    """A link to log in.

    Args:
        token: as `logins.sign` makes it.
    """
    text = _filled(
        f"Hello {account.name},",
        f"this link logs you in to {settings.name}:",
        f"{settings.page}/login/{token}",
        "It works once, for 15 minutes, and only in the browser that asked for it. If you did not ask for it, do "
        "nothing: without your mail nobody gets in.",
    )
    return _message(settings, account, f"Log in to {settings.name}", text, now)


def agenda(
    settings: GroupSettings, account: Account, voted: Sequence[VotedPaper], at: datetime, now: datetime
) -> EmailMessage:
    """What the group wants to talk about, with who wants it; the same Message-ID whenever it is made for one member.

    Args:
        at: the meeting, in the group's time zone.
    """
    when = f"{at:%A} {at.day} {at:%B}, {at:%H:%M}"
    shown = voted[:_MOST_PAPERS]
    parts = [_filled(f"{settings.name}: the papers for {when}.")]
    for rank, each in enumerate(shown, start=1):
        paper = each.paper
        title = cut_at_word(readable(paper.title[:_MAX_READ]), _MAX_TITLE) or paper.id
        names = ", ".join(vote.name for vote in each.votes)
        parts.append(
            "\n".join(
                [
                    *wrapped(f"{rank}. {title}", _COLUMNS),
                    *wrapped(wording.authors(paper.authors, _MAX_AUTHORS) or "no author is known", _COLUMNS),
                    abs_url(paper.id) or paper.id,
                    *wrapped(f"{counted(len(each.votes), 'vote')}: {names}", _COLUMNS),
                    *wrapped(first_sentences(readable(paper.abstract[:_MAX_READ]), _MAX_EXCERPT), _COLUMNS),
                    "",
                ]
            )
        )
    if len(voted) > len(shown):
        parts.append(f"And {wording.papers(len(voted) - len(shown))} more on the page.\n")
    parts.append(f"All votes: {settings.page}/group\nNo more agendas by mail: {settings.page}/account")
    first = "no papers"
    if voted:
        first = cut_at_word(readable(voted[0].paper.title[:_MAX_READ]), _MAX_SUBJECT) or voted[0].paper.id
    more = f" (and {len(voted) - 1} more)" if len(voted) > 1 else ""
    message = _message(settings, account, f"{at:%A}: {first}{more}", "\n".join(parts) + "\n", now)
    identity = f"{account.address}\0{at.isoformat()}\0{settings.page}".encode()
    name, domain = hashlib.sha256(identity).hexdigest()[:32], str(message["Message-ID"]).rpartition("@")[2]
    message.replace_header("Message-ID", headers.message_id(f"<{name}@{domain}"))
    return message


def _filled(*paragraphs: str) -> str:
    """Paragraphs in lines of `_COLUMNS` columns; an address in them stays whole."""
    return "\n\n".join("\n".join(wrapped(each, _COLUMNS, whole=True)) for each in paragraphs) + "\n"


def _message(settings: GroupSettings, account: Account, subject: str, text: str, now: datetime) -> EmailMessage:
    sender = headers.address(settings.sender, "the sender")
    message = EmailMessage(policy=headers.POLICY)
    message["Date"] = now
    message["Message-ID"] = headers.message_id(f"<{secrets.token_hex(16)}@{sender.domain}>")
    message["From"] = sender
    message["To"] = headers.address(account.address, "the recipient")
    message["Subject"] = visible_line(subject)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices, please
    message["X-Auto-Response-Suppress"] = "All"
    # as it is where that can be: quoted-printable would cut a link that somebody copies from a file of a maildir
    message.set_content(text, cte="7bit" if text.isascii() else None)
    return message
