"""Cells of a table that no spreadsheet computes: a text that looks like a formula has an apostrophe before it.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

# Where the semicolon separates cells, as in many countries, a formula may also begin behind one.
_BEGINS = r"(^|; ?)"
_FORMULA = r"(?='*[=+\-@＝＋－＠\t\r])"


def guarded(text: str) -> str:
    """The text with one apostrophe more before each place where a spreadsheet would see a formula."""
    return re.sub(_BEGINS + _FORMULA, r"\1'", text)


def unguarded(cell: str) -> str:
    """The text of which `guarded` made the cell."""
    return re.sub(f"{_BEGINS}'{_FORMULA}", r"\1", cell)
