"""Verdicts are given and taken back."""

from collections.abc import Sequence

from recommender.paper import Change, Feedback, Giver, Undone, Verdict
from recommender.services import handles
from recommender.services.reader import Reader


def judge(reader: Reader, names: Sequence[str | int], verdict: Verdict | None, command: str) -> list[Change]:
    """Give the papers that handles name this verdict; None takes theirs back.

    Args:
        command: the name that `undo` shows.

    Raises:
        UnknownPaper: one of the handles names no paper; then none of them counts.
    """
    # an agent may have made an id up
    papers = handles.resolve(reader, names, by_id_alone=reader.giver is not Giver.AGENT)
    counts = reader.giver is not Giver.AGENT or reader.profile.agent_ratings_count
    return reader.store.judge(papers, verdict, command=command, at=reader.now, by=reader.giver, counts=counts)


def confirm(reader: Reader, names: Sequence[str | int]) -> list[Change]:
    """Let what agents suggested count, of these papers; without any, of all.

    Raises:
        UnknownPaper: one of the handles names no paper; then none of them counts.
    """
    papers = handles.resolve(reader, names, by_id_alone=True) if names else None
    return reader.store.confirm(papers, reader.now)


def undo_agents(reader: Reader) -> Undone | None:
    """Take back all that agents rated, confirmed or not; None if there is nothing of that kind."""
    changes = reader.store.undo_agents(reader.now)
    return Undone("agent", tuple(changes)) if changes else None


def undo(reader: Reader, expected: int | None = None) -> Undone | None:
    """Take the newest command back; None if none is left. An agent takes back what an agent gave, and nothing else.

    Args:
        expected: the number of the command to take back: nothing happens if another one is the newest, so that a
            request that is sent twice counts once. None: whichever it is.
    """
    undone = reader.store.undo(reader.now, expected, agent=reader.giver is Giver.AGENT)
    return Undone(undone[0], tuple(undone[1])) if undone else None


def feedback(reader: Reader, limit: int | None = None) -> tuple[Feedback, ...]:
    """Every verdict that holds, newest first."""
    return reader.store.feedback()[: None if limit is None else max(limit, 0)]
