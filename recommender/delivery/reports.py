"""What was read, in words: entries of a text that could not be read, answers to mails, and an imported profile."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from recommender.delivery import wording
from recommender.paper import Skipped
from recommender.text.secrets import without_secrets
from recommender.text.short import counted

if TYPE_CHECKING:
    from recommender.profile import MailSettings
    from recommender.results.batch import BatchReport
    from recommender.results.mail import AnswersReport
    from recommender.results.profiles import ImportedProfile
    from recommender.results.zotero import ZoteroReport

_MAX_SKIPPED = 5  # entries that could not be read and are named one by one


def answers(report: "AnswersReport") -> list[str]:
    """The effect of answers to mails, one line for each answer that counted."""
    lines = [f"{wording.verdict(given)}  {wording.title(paper)}" for given, paper in report.verdicts]
    lines += [f"{recipient} gets no more mails" for recipient in report.unsubscribed]
    if report.overruled:
        lines.append(f"{report.overruled} came before your last word on the paper and changed nothing.")
    if not lines and not report.repeated and not report.refused:
        return ["No answers."]
    if report.repeated:
        lines.append(f"{report.repeated} {'was' if report.repeated == 1 else 'were'} counted before.")
    return lines


def skipped(source: str, entries: Sequence[Skipped]) -> list[str]:
    """The entries of a text that could not be read, the first few by line and reason; no line if there are none."""
    if not entries:
        return []
    lines = [f"{source}: {counted(len(entries), 'entry', 'entries')} could not be read and left out:"]
    named = entries[:_MAX_SKIPPED]
    lines += [f"  line {entry.line}: {entry.reason}" if entry.line else f"  {entry.reason}" for entry in named]
    if len(entries) > _MAX_SKIPPED:
        lines.append(f"  and {len(entries) - _MAX_SKIPPED} more")
    return lines


def batch(report: "BatchReport") -> str:
    """What became of a night for many readers, in a line."""
    parts = [f"{counted(report.lists, 'list')} of {report.day}", counted(report.mails, "mail")]
    if report.already:
        parts.append(f"{report.already:,} done before")
    if report.waiting:
        parts.append(f"mail of {report.waiting:,} still to go out")
    if report.without_source:
        parts.append(f"{report.without_source:,} without a source")
    parts.append(counted(len(report.failures), "failure"))
    return f"{counted(report.readers, 'reader')}: {', '.join(parts)}; {report.seconds:.1f} s."


def imported(profile: "ImportedProfile") -> list[str]:
    """The places and addresses that an imported profile brings, and what was left out."""
    lines = []
    if profile.sources:
        lines.append(f"Its papers come from: {', '.join(map(without_secrets, profile.sources))}.")
    if profile.contact:
        lines.append(f"Servers that it asks are told the address {profile.contact}.")
    parts = [f"mail settings ({_mail(profile.mail)})"] if profile.mail else []
    parts += [f"mailbox {without_secrets(place)}" for place in profile.mailboxes]
    parts += [counted(profile.mails, "mail")] if profile.mails else []
    parts += [counted(profile.answers, "answer")] if profile.answers else []
    parts += ["key of the links in mails"] if profile.has_key else []
    parts += [f"setting {name}" for name in profile.ties]
    if parts and profile.with_mail:
        lines.append(f"Imported with it: {'; '.join(parts)}.")
    elif parts:
        lines.append(f"Left out: {'; '.join(parts)}. For a profile of your own, `--with-mail` imports them too.")
    return lines


def _mail(settings: "MailSettings") -> str:
    parts = [f"from {settings.sender}", f"to {', '.join(settings.to)}", f"by {without_secrets(settings.by)}"]
    parts += [f"answers to {settings.feedback}"] if settings.feedback not in settings.sender else []
    parts += [f"answers read from {without_secrets(settings.replies)}"] if settings.replies else []
    return ", ".join(parts + ([f"page {settings.page}"] if settings.page else []))


def zotero(report: "ZoteroReport") -> Iterator[str]:
    """What a sync with Zotero did, or would do, one line each; the last one says what waits."""
    would = "would be " if report.dry_run else ""
    parts = [
        (len(report.liked), f"new from Zotero {would}liked here"),
        (len(report.created), f"{would}created in Zotero"),
        (len(report.added), f"that Zotero has {would}put into the collection"),
    ]
    done = [f"{wording.papers(count)} {what}" for count, what in parts if count]
    yield f"Zotero: {', '.join(done)}." if done else "Zotero: nothing to do; both sides agree."
    if report.declined:
        yield f"  {wording.papers(report.declined)} of its collections rated otherwise here: your rating here stays."
    if report.left_out:
        left = wording.papers(len(report.left_out))
        yield f"  {left} liked here, and taken out there: not put back until liked anew."
    if report.waiting:
        waits = "wait" if len(report.waiting) > 1 else "waits"
        yield f"  {wording.papers(len(report.waiting))} liked here {waits}: {report.why}."
