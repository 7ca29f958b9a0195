"""What the buttons of a reader's pages do. Each takes a form and gives a sentence about what it did, or none."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from starlette.exceptions import HTTPException

from recommender.api import Recommender
from recommender.errors import ProfileError
from recommender.paper import Verdict
from recommender.profile import MOST_STEPS
from recommender.web.pages import you
from recommender.web.pages.frame import Form
from recommender.web.pages.undoing import said

_KINDS = ("follow", "mute", "boost", "lower")


def rate(reader: Recommender, form: Form) -> str:
    """Rate papers by their ids, all as one command: `verdict` is "like", "dislike", "read" or "unmark"."""
    papers, verdict = form.all("paper"), form.one("verdict")
    if verdict not in (*(each.value for each in Verdict), "unmark"):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    if not papers:
        return "No paper was selected."
    getattr(reader, verdict)(*dict.fromkeys(papers))
    last = reader.browse.last_command()
    return said(last) if last else ""


def confirm(reader: Recommender, form: Form) -> str:
    """Let what agents rated of these papers count."""
    papers = dict.fromkeys(form.all("paper"))
    if not papers:
        return "No paper was selected."
    if not reader.confirm(*papers):
        return "No rating by an agent waits there any more."
    last = reader.browse.last_command()
    return said(last) if last else ""


def later(reader: Recommender, form: Form) -> str:
    """Put papers on the reading list, or take them off it: `list` is "later" or "done"."""
    papers, wanted = form.all("paper"), form.one("list")
    if wanted not in ("later", "done"):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    if not papers:
        return "No paper was selected."
    put = reader.reading.later if wanted == "later" else reader.reading.done
    changed = put(*dict.fromkeys(papers))
    last = reader.browse.last_command()
    return said(last) if changed and last else "It was so already."


def opened(reader: Recommender, form: Form) -> str:
    """Record that papers are being opened at arXiv: the page's script says so when their link is followed."""
    for paper in dict.fromkeys(form.all("paper")[:1]):
        reader.reading.opened_now(paper, "page")
    return ""


def rest(reader: Recommender, form: Form) -> str:
    """Mark the papers of a list that have no verdict as read, as one command."""
    verdicts = reader.browse.verdicts()
    papers = [paper for paper in form.all("listed") if paper not in verdicts]
    if not papers:
        return "Every paper was rated already."
    reader.read(*dict.fromkeys(papers))
    last = reader.browse.last_command()
    return said(last) if last else ""


def undo(reader: Recommender, form: Form) -> str:
    """Take back what the form names, if it is still the newest."""
    text = form.undoing.undo(reader, form.one("number"))
    return f"Taken back: {text}." if text else "That was taken back before; nothing was changed."


def rule(reader: Recommender, form: Form) -> str:
    """Follow, mute, boost or lower: `kind` says which, `rule` what; with `remove` it is taken back."""
    kind, text, remove = form.one("kind"), form.one("rule"), bool(form.one("remove"))
    if kind not in _KINDS:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    past = {"follow": "Followed", "mute": "Muted", "boost": "Boosted", "lower": "Lowered"}[kind]
    done = f"No longer {past.lower()}: {text}" if remove else f"{past}: {text}"
    if form.back.startswith("/you") and not remove:
        change: Callable[[], object] = partial(you.change_rule, reader, kind, text, _steps(form))
    elif text:
        change = partial(getattr(reader, "boost" if kind == "lower" else kind), text, remove=remove)
    else:
        raise ProfileError("no name and no word was given; nothing was changed")
    try:
        form.undoing.change_rules(reader, done, change)
    except ProfileError:
        if remove and not _has(reader, kind, text):  # pressed twice, or taken out in another window
            return "It was so already."
        raise
    return f"{done}."


def _has(reader: Recommender, kind: str, rule: str) -> bool:
    """Whether there is such a rule."""
    profile = reader.profile
    rules = {"follow": profile.follow, "mute": [each.rule for each in profile.mute]}
    return rule in rules.get(kind, [each.rule for each in profile.boost])


def _steps(form: Form) -> float:
    """The steps of a boost; one where the form names none."""
    try:
        steps = float(form.one("steps") or 1)
    except ValueError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    if not -MOST_STEPS <= steps <= MOST_STEPS:  # also where it is no number at all
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    return steps
