"""The head of a request: its grammar (RFC 9112), read strictly, so that no two programs can read it differently.

HTTP libraries forgive: a line may end with LF alone, a length may stand twice, a chunked body may state a length too.
A proxy and a server that forgive differently see different requests in the same bytes (request smuggling). No browser,
proxy or mail provider sends such heads, so all of them are refused.
"""

import re
from http import HTTPStatus

MAX_BYTES = 16 * 1024  # of a whole head; the cookies of other pages of the same site may need most of it
MAX_FIELDS = 100
MAX_TARGET = 8192  # bytes, as most servers allow; a token has a few hundred, a search what somebody types
END = b"\r\n\r\n"

_REQUEST_LINE = re.compile(rb"[A-Z]{1,16} (/[!-~]*) HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)")
_HOST = re.compile(rb"(?:[0-9A-Za-z._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(rb"[0-9]{1,9}")
_FORBIDDEN = re.compile(rb"[^\t\r\n -~\x80-\xff]|(?<!\r)\n|\r(?!\n|\Z)")  # control characters, and halves of line ends


def has_forbidden_byte(head: bytes | bytearray, start: int = 0) -> bool:
    """Whether the beginning of a head has a byte that no head may have, so that its rest need not be waited for.

    Args:
        start: where the bytes begin that were not looked at before.
    """
    return _FORBIDDEN.search(head, max(0, start - 1)) is not None


def fault(head: bytes | bytearray) -> HTTPStatus | None:
    """The status that refuses a complete head, given without its empty line; None: it is accepted."""
    line, *fields = bytes(head).split(b"\r\n")
    request = _REQUEST_LINE.fullmatch(line)
    if not request:
        return HTTPStatus.BAD_REQUEST
    if len(request[1]) > MAX_TARGET:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if len(fields) > MAX_FIELDS:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    parsed = [_FIELD.fullmatch(field) for field in fields]
    pairs = [(match[1].lower(), match[2].strip(b" \t")) for match in parsed if match]
    if len(pairs) < len(fields) or not _is_clear(pairs, is_old=request[2] == b"0"):
        return HTTPStatus.BAD_REQUEST
    return None


def _is_clear(fields: list[tuple[bytes, bytes]], *, is_old: bool) -> bool:
    """Whether it is beyond doubt where the body ends and which host is meant.

    Args:
        fields: names in small letters, and values.
        is_old: the request is one of HTTP/1.0, which needs no Host and has no chunked bodies.
    """
    hosts = [value for name, value in fields if name == b"host"]
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    if not (all(map(_HOST.fullmatch, hosts)) and (len(hosts) == 1 or (is_old and not hosts))):
        return False
    if codings:
        return [value.lower() for value in codings] == [b"chunked"] and not lengths and not is_old
    return len(lengths) <= 1 and all(map(_LENGTH.fullmatch, lengths))
