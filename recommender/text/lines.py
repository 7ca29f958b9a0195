"""Line breaks and control characters."""

import re

# Lone surrogates go with the control characters: no file and no database can hold them.
_CONTROL = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+"


def one_line(text: str) -> str:
    """The text on one line, without control characters and repeated spaces."""
    if not text.isprintable():  # most texts are printable, and the search is slow
        text = re.sub(_CONTROL, " ", text)
    return " ".join(text.split())


def unix_lines(text: str) -> str:
    r"""The text with "\n" at the end of each line, where it had "\r\n" or "\r"."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
