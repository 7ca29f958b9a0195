"""XML files that were joined, cut where each begins. Loaded with every list, so it knows nothing of XML's parser."""

import re

_ROOT = r"<([A-Za-z][\w.:-]*)"  # neither a declaration nor a comment nor a document type
_DECLARATION = r">\s*+(?=<\?xml\s)"


def documents(text: str) -> list[str]:
    """The XML documents of a text, of which each but the first begins with an XML declaration."""
    pieces: list[str] = []
    start = 0
    root_tag = re.compile(_ROOT)
    root = root_tag.search(text)
    for declaration in re.finditer(_DECLARATION, text):
        if root and text.endswith(f"</{root[1]}>", start, declaration.start() + 1):  # else it is within a text
            pieces.append(text[start : declaration.end()])
            start = declaration.end()
            root = root_tag.search(text, start)
    return [*pieces, text[start:]]
