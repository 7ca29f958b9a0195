"""What was read, in words: entries of a text that could not be read, and answers to mails."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.delivery import wording
from recommender.paper import Skipped
from recommender.text.short import counted

if TYPE_CHECKING:
    from recommender.results.mail import AnswersReport

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
