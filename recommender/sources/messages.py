"""Mails as bytes: splits an mbox, and decodes subjects and plain texts."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple

from recommender.text.dates import read_moment
from recommender.text.encoding import decode
from recommender.text.lines import unix_lines
from recommender.text.markup import plain

MAIL_LIMIT = 16 * 2**20  # bytes of one mail; a busy day of all of cs has 2 MB
HEAD = 64 * 1024  # bytes looked at to recognise a format
_FIRST_HEADERS = 4096  # bytes looked at to see whether a mail begins

# An mbox separates its mails by a line "From ada@example.org Fri Mar 17 00:31:14 2023" after an empty one. Without a
# time and a year it is prose: not every program writes ">From" in a text as it should.
_POSTMARK = re.compile(rb"^From [^\n]{1,200}?[0-9]:[0-9]{2}[^\n]{0,20}? [12][0-9]{3}[^\n]*$", re.MULTILINE)
_BARE_POSTMARK = re.compile(rb"^From (?:-|MAILER-DAEMON)?[ \r]*$", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*+From )", re.MULTILINE)
_HEADERS = re.compile(rb"(?:[!-9;-~]++:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|$))++")
_HEADER_NAME = re.compile(rb"^[!-9;-~]++(?=:)", re.MULTILINE)
_MAIL_HEADERS = {b"date", b"subject", b"from", b"to", b"received", b"message-id", b"mime-version", b"content-type"}
# email's parser takes quadratic time for nested parts and for a header with many parameters: no mailing has those.
_NESTING = re.compile(rb"multipart/|message/", re.IGNORECASE)
_MOST_NESTING = 50
_LONG_HEADER = re.compile(
    rb"(?:^|\r)content-type:(?:[^\r\n]{2000}|(?:[^\r\n]*+(?:\r\n?|\n)[ \t]){50})", re.IGNORECASE | re.MULTILINE
)
# Python's codecs are more than character sets: some of those warn (unicode_escape) or are slow (idna).
_CHARSET = re.compile(
    r"(?:iso-?8859|windows|cp|koi8|mac|gb|big5|euc|shift_jis|iso-2022)[a-z0-9_-]{0,20}", re.IGNORECASE
)


class Text(NamedTuple):
    """A plain text of a mail, with the headers of its own mail: a forwarded mail has its own."""

    text: str
    subject: str
    sent: datetime | None  # aware


class Mail(NamedTuple):
    """A mail with its plain texts."""

    subject: str
    sent: datetime | None  # aware
    texts: tuple[Text, ...]


def is_mail(data: bytes) -> bool:
    """Whether the data begins with the headers of a mail.

    Two known headers are asked for, because "arXiv:2303.08867" looks like one.
    """
    headers = _HEADERS.match(data[:HEAD].replace(b"\r\n", b"\n"))
    names = {name.lower() for name in _HEADER_NAME.findall(headers[0])} if headers else set()
    return len(names & _MAIL_HEADERS) >= 2


def is_mbox(data: bytes) -> bool:
    """Whether the data begins with the first line of an mbox; some programs write nothing behind its "From "."""
    mark = _POSTMARK.match(data) or _BARE_POSTMARK.match(data)
    return mark is not None and (b":" in mark[0] or _begins_mail(data, mark))


def messages(data: bytes) -> list[bytes]:
    """Split an mbox into its mails; other data is one mail."""
    return list(_split(without_bom(data)))


def without_bom(data: bytes) -> bytes:
    """The data without a byte order mark and empty lines at the start."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def subject(mail: bytes) -> str:
    """The decoded subject of a mail on one line, as far as it can be decoded; empty if it has none."""
    header = _header(mail, "subject")
    try:
        parts = decode_header(header)
    except (HeaderParseError, ValueError):  # base64 that is none
        parts = [(header, None)]
    return " ".join("".join(_decoded(text, charset) for text, charset in parts).split())


def sent(mail: bytes) -> datetime | None:
    """The moment a mail says that it was sent at, aware; None if it names none."""
    return read_moment(_header(mail, "date"))


def message_id(mail: bytes) -> str:
    """The message id of a mail; empty if it has none."""
    return "".join(_header(mail, "message-id").split())


def texts(mail: bytes) -> list[str]:
    """The texts of a mail, those in HTML without their tags; none for a hostile or too large one."""
    parsed = read(mail, ("text/plain", "text/html"))
    return [plain(part.text) for part in parsed.texts] if parsed else []


def is_automatic(mail: bytes) -> bool:
    """Whether a program wrote the mail in reply to another one, as a notice of absence (RFC 3834, 5)."""
    return _header(mail, "auto-submitted").strip().lower().startswith("auto-replied")


def _header(mail: bytes, name: str) -> str:
    head = mail[:HEAD].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    return str(BytesHeaderParser().parsebytes(head)[name] or "")


def _decoded(text: str | bytes, charset: str | None) -> str:
    """A part of a header; in a charset that nobody knows, its ASCII is right all the same."""
    if isinstance(text, str):
        return text
    try:
        return text.decode((charset or "ascii").partition("*")[0])  # RFC 2231 lets a language follow: utf-8*en
    except (LookupError, ValueError):
        return decode(text)


def read(mail: bytes, kinds: Collection[str] = ("text/plain",)) -> Mail | None:
    """Read the texts of these kinds in a mail and in the mails attached to it; None for a hostile or too large one."""
    if len(mail) > MAIL_LIMIT or len(_NESTING.findall(mail)) > _MOST_NESTING or _LONG_HEADER.search(mail):
        return None
    message = message_from_bytes(mail)
    headers = message  # of the part's own mail
    texts: list[Text] = []
    for part in message.walk():
        if "subject" in part:
            headers = part
        if attached := _attached(part):
            inner = read(attached, kinds)
            texts += inner.texts if inner else ()
        elif part.get_content_type() in kinds:
            texts.append(Text(unix_lines(_text_of(part)), _subject(headers), _sent(headers)))
    return Mail(_subject(message), _sent(message), tuple(texts))


def _attached(part: Message) -> bytes:
    """The bytes of a mail that is attached in an encoding, or as a file; empty for other parts.

    RFC 2046 allows no encoding of message/rfc822, but Exchange and some gateways write base64.
    """
    if part.get_content_type() == "message/rfc822":
        if str(part.get("content-transfer-encoding", "")).strip().lower() not in ("base64", "quoted-printable"):
            return b""
        inner = part.get_payload(0)
        if not isinstance(inner, Message) or inner.keys():  # its headers are there: it was not encoded
            return b""
        encoded = Message()
        encoded["content-transfer-encoding"] = str(part["content-transfer-encoding"])
        encoded.set_payload(inner.get_payload())
        data = encoded.get_payload(decode=True)
    elif part.is_multipart() or part.get_content_maintype() == "text":
        return b""
    else:
        data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) and is_mail(without_bom(data)) else b""


def _split(data: bytes) -> Iterator[bytes]:
    if not is_mbox(data):
        yield data
        return
    pattern = _POSTMARK if _POSTMARK.match(data) else _BARE_POSTMARK
    marks = [
        mark
        for mark in pattern.finditer(data)
        if mark.start() == 0
        or (pattern is _POSTMARK and data[max(0, mark.start() - 3) : mark.start()].endswith((b"\n\n", b"\n\r\n")))
        or _begins_mail(data, mark)  # some programs write no empty line before it
    ]
    ends = [mark.start() for mark in marks[1:]] + [len(data)]
    for mark, end in zip(marks, ends, strict=True):
        yield _ESCAPED.sub(rb"\1", data[mark.end() + 1 : end])


def _begins_mail(data: bytes, mark: re.Match[bytes]) -> bool:
    """Whether the headers of a mail follow the line."""
    return is_mail(data[mark.end() + 1 : mark.end() + _FIRST_HEADERS])


def _text_of(part: Message) -> str:
    """The text of a part; valid UTF-8 counts as such whatever charset is declared."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        charset = part.get_content_charset("")
    try:
        return data.decode(charset) if _CHARSET.fullmatch(charset) else decode(data)
    except (LookupError, UnicodeDecodeError):
        return decode(data)


def _subject(message: Message) -> str:
    return " ".join(str(message.get("subject", "")).split())


def _sent(message: Message) -> datetime | None:
    return read_moment(str(message.get("date", "")))
