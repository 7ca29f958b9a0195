"""Passwords and keys that addresses and servers' answers may hold."""

import os
import re

_HIDDEN = "…"
# "imaps://ada:hunter2@host": a password may have "/" and "@" in it, so all up to the last "@" of the word goes
_IN_ADDRESS = r"(?<=://)([^\s:@/]*):[^\s]*@"
_IN_QUERY = r"(?i)([?&;][\w.-]*(?:key|token|passw(?:or)?d|pwd|secret|signature|auth)[\w.-]*=)[^\s&;#]+"
_LEAST = 4  # characters; to hide a shorter password would tear words apart


def without_secrets(text: str) -> str:
    """The text without passwords and keys in addresses, and without those that the environment holds for us."""
    if "://" in text:
        text = re.sub(_IN_QUERY, rf"\1{_HIDDEN}", re.sub(_IN_ADDRESS, rf"\1:{_HIDDEN}@", text))
    for name, value in os.environ.items():
        if name.startswith("RECOMMEND_") and name.endswith("_PASSWORD") and len(value) >= _LEAST:
            text = text.replace(value, _HIDDEN)
    return text
