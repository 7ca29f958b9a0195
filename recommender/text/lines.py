r"""Line breaks, and characters that steer a terminal or cannot be seen.

Foreign text is cleaned twice: where it comes in (`one_line`), and where it goes out to a terminal (`harmless`) or into
JSON (`escaped`). Letters of all scripts stay, with what they need: combining marks, joiners (also of emoji), and the
marks that give a single place its direction in Arabic and Hebrew text.
"""

import json
import re

# Patterns are compiled when a text needs them: most texts are printable and need none.
# Sequences of a terminal: CSI ("\x1b[31m"), strings with their end ("\x1b]0;title\x07"), two-character ones.
_SEQUENCES = (
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[@-Z\\-_]"
)
# Embeddings, overrides and isolates of the reading direction; zero-width spaces, invisible operators and tags, in which
# text can hide; soft hyphens.
_UNSEEN = r"\xad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_SEPARATORS = r"\u2028\u2029"
_BROKEN = r"\x7f-\x9f\ud800-\udfff"  # DEL, C1, and lone surrogates, which no file and no database can hold
_ESCAPED = rf"[{_BROKEN}\u061c\u200e\u200f{_UNSEEN}{_SEPARATORS}]"  # JSON itself escapes the first 32


def one_line(text: str) -> str:
    """The text on one line, without control characters, invisible ones and repeated spaces."""
    if not text.isprintable():  # most texts are printable, and the search is slow
        text = re.sub(rf"[\x00-\x1f{_BROKEN}]+", " ", re.sub(f"{_SEQUENCES}|[{_UNSEEN}]+", "", text))
    return " ".join(text.split())


def harmless(text: str) -> str:
    """The text with its lines, tabs and spaces, but without anything that steers a terminal or fakes a line."""
    if text.replace("\n", "").isprintable():
        return text
    text = re.sub(f"{_SEQUENCES}|[{_UNSEEN}]+", "", text.replace("\r\n", "\n"))
    return re.sub(rf"[\x00-\x08\x0b-\x1f{_BROKEN}{_SEPARATORS}]+", " ", text)


def escaped(document: str) -> str:
    """A JSON document with an escape for each character in its texts that cannot be seen or steers a terminal."""
    if document.replace("\n", "").isprintable():
        return document
    return re.sub(_ESCAPED, lambda sign: json.dumps(sign[0])[1:-1], document)


def unix_lines(text: str) -> str:
    r"""The text with "\n" at the end of each line, where it had "\r\n" or "\r"."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
