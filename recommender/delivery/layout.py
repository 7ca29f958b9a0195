"""How wide printed text is, and whether it has colours."""

from typing import NamedTuple


class Layout(NamedTuple):
    """How a text is laid out."""

    width: int = 80  # columns
    colour: bool = False
    why: bool = True  # with a line of reasons
