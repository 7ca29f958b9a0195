"""Mends what people write in .bib files and BibTeX's grammar has no place for: comments, and commas left out.

biber takes "%" outside of a value as a comment to the line's end, in an entry and before one. bibtexparser does not,
and takes a field after a missing comma for a part of the value before.
"""

import re
from collections.abc import Iterator

_MARK = re.compile(
    r"""(?P<entry> (?:^[ \t]*+)? @ (?P<kind>\w++|\[[^\]\n{]*+\]) [ \t]*+ [{(] ) | (?P<end>\n) | \\. | [{}"%,]""",
    re.MULTILINE | re.VERBOSE,
)
_NAME = r"[A-Za-z][\w:.+-]*+\s*+=\s*+[\"{\w]"
_FIELD_FOLLOWS = re.compile(rf"\s*+(?={_NAME})")
_KEY_WITHOUT_COMMA = re.compile(rf"\s*+(?:(?!{_NAME})[^\s,{{}}()\"=%]++\s*+)?(?={_NAME})")
_BARE_VALUE = re.compile(r"=\s*+[\w.-]++$")
_COMMENT = re.compile(r"%[^\n]*+")
_MORE_COMMAS = re.compile(r",(?:\s*+,)*+")
# @comment{…} with what was commented out by it; deeper nesting is left to bibtexparser
_BLOCK = re.compile(r"@comment\s*+\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\})*+\}", re.IGNORECASE)
_LATE_BRACE = re.compile(r"^([ \t]*+@\w++)([ \t]*+\n\s*+)([{(])", re.MULTILINE)  # on the line after the type
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF))  # copied from pages, perhaps before the name of a field
_NO_ENTRIES = frozenset({"comment", "string", "preamble"})


def mended(text: str) -> str:
    """The text without comments in entries, and with the commas between fields; its lines stay where they are."""
    text = _LATE_BRACE.sub(r"\1\3\2", text.translate(_INVISIBLE))
    return _with_commas(_without_comments(_BLOCK.sub(_blank, text)))


def _blank(block: re.Match[str]) -> str:
    return "\n" * block[0].count("\n")


def _without_comments(text: str) -> str:
    pieces: list[str] = []
    at = 0
    for mark in _between_values(text):
        if mark[0] == "%" and mark.start() >= at and (comment := _COMMENT.match(text, mark.start())):
            pieces.append(text[at : comment.start()])
            at = comment.end()
    return "".join([*pieces, text[at:]])


def _with_commas(text: str) -> str:
    pieces: list[str] = []
    at = line = 0  # how far the text is copied, and where the line begins
    for mark in _between_values(text):
        comma_at = -1
        if mark["entry"]:
            if key := _KEY_WITHOUT_COMMA.match(text, mark.end()):
                comma_at = mark.end() + len(key[0].rstrip())
        elif mark[0] in '}"' or (mark["end"] and _BARE_VALUE.search(text[line : mark.start()].rstrip())):
            comma_at = mark.end() - len(mark["end"] or "")
            if not _FIELD_FOLLOWS.match(text, comma_at):
                comma_at = -1
        elif mark[0] == "," and mark.start() >= at and (commas := _MORE_COMMAS.match(text, mark.start())):
            pieces += (text[at : mark.end()], re.sub(r"[^\n]", " ", text[mark.end() : commas.end()]))
            at = commas.end()
        if comma_at >= at:
            pieces += (text[at:comma_at], ",")
            at = comma_at
        if mark["end"] or mark["entry"]:
            line = mark.end()
    return "".join([*pieces, text[at:]])


def _between_values(text: str) -> Iterator[re.Match[str]]:
    """The beginnings of entries, in them the marks that are outside of values or end one, and comments between them."""
    depth, quoted, is_entry = 0, False, False  # depth 1: in an entry, between braces of values
    comment_to = 0
    for mark in _MARK.finditer(text):
        if mark.start() < comment_to:
            continue
        if mark["entry"] and (
            depth == 0 or text[max(mark.start() - 1, 0) : mark.start()] in ("", "\n")
        ):  # else a brace is missing before
            depth, quoted, is_entry = 1, False, mark["kind"].lower() not in _NO_ENTRIES
            if is_entry:
                yield mark
        elif mark["entry"]:
            depth += mark[0].endswith("{")
        elif depth == 0:
            line = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]
            if mark[0] == "%" and not line.strip():  # perhaps an entry that was commented out
                comment = _COMMENT.match(text, mark.start())
                comment_to = comment.end() if comment else 0
                yield mark
        elif mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth == 1 and not quoted and is_entry:
                yield mark
        elif depth > 1 or not is_entry:
            continue
        elif mark[0] == '"':
            quoted = not quoted
            if not quoted:
                yield mark
        elif not quoted:
            if mark[0] == "%":
                comment = _COMMENT.match(text, mark.start())
                comment_to = comment.end() if comment else 0
            yield mark
