"""What the buttons of a reader's pages do. Each takes a form and gives a sentence about what it did, or none."""

from http import HTTPStatus

from starlette.exceptions import HTTPException

from recommender.api import Recommender
from recommender.errors import ProfileError
from recommender.paper import Verdict
from recommender.web.pages.frame import Form, mark, said

_KINDS = ("follow", "mute", "boost")


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
    """Take a command back, if it is still the newest: a form that is sent twice counts once."""
    last = reader.browse.last_command()
    if last is None or form.one("number") != mark(last) or reader.undo(last.number) is None:
        return "That was taken back before; nothing was changed."
    return f"Taken back: {said(last)}."


def rule(reader: Recommender, form: Form) -> str:
    """Follow, mute or boost: `kind` says which, `rule` what; with `remove` it is taken back."""
    kind, text, remove = form.one("kind"), form.one("rule"), bool(form.one("remove"))
    if kind not in _KINDS:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    if not text:
        raise ProfileError("no name and no word was given; nothing was changed")
    getattr(reader, kind)(text, remove=remove)
    past = {"follow": "Followed", "mute": "Muted", "boost": "Boosted"}[kind]
    return f"{past}: {text}." if not remove else f"No longer {past.lower()}: {text}."


def topic(reader: Recommender, form: Form) -> str:
    """Rename, drop or reset a topic by its name."""
    name, new, change = form.one("topic"), form.one("name"), form.one("change")
    match change:
        case "rename":
            reader.topics.rename(name, new)
        case "drop":
            reader.topics.drop(name)
        case "reset":
            reader.topics.reset(name)
        case _:
            raise HTTPException(HTTPStatus.BAD_REQUEST)
    return ""
