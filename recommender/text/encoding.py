"""Decodes bytes of unknown encoding."""

import codecs
import io
import re

# The encoding in an XML declaration. Only character sets: Python's codecs have more, and some of those
# warn (unicode_escape) or take quadratic time (idna). Latin-1 is left to `_decode_line`, as browsers do it.
_DECLARED = rb"""\s{0,99}<\?xml\s[^<>]{0,99}?\bencoding\s{0,9}=\s{0,9}["']
         (?P<name>(?:iso-8859-(?:[2-9]|1[0-6])|windows-|cp|koi8-|mac|gb|big5|euc|shift_jis|iso-2022-jp)[a-z0-9_-]{0,20})["']"""
_CHARACTER = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"  # of UTF-8
_DAMAGE = "recommender-damage"  # names the handler of errors
_HEAD = 8 * 1024  # characters looked at to notice binary data
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def decode(data: bytes) -> str:
    """Decode any bytes as UTF-8, UTF-16, by their XML declaration, or else as Windows-1252.

    Valid UTF-8 counts as such whatever is declared: no other text looks like it by accident. Byte order marks are left
    out wherever they stand: files that were joined have one before each.
    """
    return _decode(data).replace("\ufeff", "")


def _decode(data: bytes) -> str:
    if encoding := _UTF_16.get(data[:2]):
        return data.decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    if declared := re.match(_DECLARED, data, re.IGNORECASE | re.VERBOSE):
        try:
            return data.decode(declared["name"].decode("ascii"))
        except (LookupError, UnicodeDecodeError):  # unknown to Python, or a wrong declaration
            pass
    # Line by line, so that one damaged line of UTF-8 does not garble the others.
    return "".join(map(_decode_line, io.BytesIO(data)))


def is_binary(text: str) -> bool:
    """Whether a decoded text is none, but a picture or a program: those have a tenth of control characters."""
    head = text[:_HEAD]
    return "\0" in head and sum(sign < " " and sign not in "\t\n\r\f" for sign in head) > len(head) / 20


def is_damaged_utf_8(data: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8: a character is cut, or a few bytes are of another encoding.

    All of a feed or a JSON file may be one line, which one such byte would garble if it were read as Windows-1252.
    """
    rest, characters = re.subn(_CHARACTER, b"", data)
    return characters > len(rest) - len(re.sub(rb"[\x80-\xff]", b"", rest))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("utf-8", _DAMAGE) if is_damaged_utf_8(line) else _western(line)


def _western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _mend(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _western(error.object[error.start : error.end]), error.end


codecs.register_error(_DAMAGE, _mend)
