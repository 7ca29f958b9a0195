"""The encoding of a library: as its program says in a comment, or guessed."""

import codecs
import re
from contextlib import suppress

import chardet

from recommender.text.encoding import decode, is_damaged_utf_8

_STATED = rb"""(?: %\s{0,9}Encoding:\s{0,9} | saved\s with\s string\s encoding\s[^\n()]{0,40}\(
         | -\*-[^\n]{0,40}\bcoding:\s{0,9} )
       (?P<name>[a-z0-9_. -]{2,40}[a-z0-9])"""
_BIBDESK = {"iso_latin_1": "latin-1", "windows_latin_1": "cp1252", "windows_latin_2": "cp1250", "iso_latin_2": "latin2"}
_BIBDESK |= {"mac_os_roman": "mac-roman", "windows": "cp1251", "maccentraleurope": "mac-latin2", "gb_18030": "gb18030"}
# What files of libraries are written in, and how sure a guess must be: names alone, as "José Ñúñez", look like much.
_LIKELY = {
    r"gb.*|big5.*|shift_?jis|cp932|euc-?\w\w|cp949|windows-125[1356]|iso-?8859-[5-7]|koi8-\w": 0.12,
    r"windows-125[047]|iso-?8859-[29]": 0.08,
}
_SAMPLE = 100_000  # bytes of non-ASCII lines that are enough to guess from


def decode_library(data: bytes) -> tuple[str, str]:
    """Decode a library, whose program may say in a comment how it is written, or be silent.

    Returns:
        The text, and the encoding that was guessed; empty if none had to be.
    """
    try:
        if data[:2] not in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
            return data.decode().replace("\ufeff", ""), ""
    except UnicodeDecodeError:
        encoding = _stated_encoding(data) or ""
        if encoding:
            with suppress(UnicodeDecodeError):
                return data.decode(encoding), ""
        lines = [line for line in data.splitlines() if not line.isascii()]
        sample = b"\n".join(lines)
        if not (data.lstrip().startswith(b"<?xml") or any(map(_is_utf_8, lines)) or is_damaged_utf_8(sample)):
            return _guess(data, sample)
    return decode(data), ""


def _stated_encoding(data: bytes) -> str | None:
    """The encoding in a comment of JabRef ("% Encoding: Cp1250"), BibDesk or Emacs; None if none is known."""
    match = re.search(_STATED, data[:4096], re.IGNORECASE | re.VERBOSE)
    if match is None:
        return None
    name = match["name"].decode("ascii").lower().removeprefix("x-").replace(" ", "_")
    try:
        codec = codecs.lookup(_BIBDESK.get(name, name)).name
    except LookupError:
        return None
    # Python's codecs have more than character sets, and some of those take quadratic time
    return codec if re.match(r"cp\d|iso8859|gb|big5|shift_jis|euc|mac|koi8|latin|johab|hz|iso2022", codec) else None


def _guess(data: bytes, sample: bytes) -> tuple[str, str]:
    """Decode text that is neither UTF-8 nor says what it is, as far as it can be told from its letters."""
    guess = chardet.detect(sample[:_SAMPLE])
    name = guess["encoding"] or ""
    for pattern, confidence in _LIKELY.items():
        if re.fullmatch(pattern, name, re.IGNORECASE) and guess["confidence"] >= confidence:
            with suppress(UnicodeDecodeError, LookupError):
                return data.decode(name), name
    return decode(data), "Windows-1252"


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
