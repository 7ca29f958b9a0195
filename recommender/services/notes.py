"""The reader's notes on papers."""

from recommender.errors import NoteTooLong
from recommender.services import handles
from recommender.services.reader import Reader
from recommender.text.notes import LONGEST, cleaned


def note(reader: Reader, handle: str | int, text: str | None = None) -> str:
    """Keep a note on a paper, without control characters; gives the note that holds now.

    Args:
        text: empty: the note is removed; None: nothing changes.

    Raises:
        NoteTooLong: the text has more than 5,000 characters; an earlier note stays.
        UnknownPaper: the handle names no paper, or several.
    """
    paper = handles.one(reader, handle)
    if text is None:
        return reader.store.notes().get(paper.id, "")
    text = cleaned(text)
    if len(text) > LONGEST:
        raise NoteTooLong(len(text), LONGEST)
    reader.store.write_note(paper, text, reader.now)
    return text
