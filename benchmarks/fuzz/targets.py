"""What is fuzzed: one function of bytes each, which raises nothing as long as the program keeps its promises."""

import imaplib
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest import mock

from benchmarks.fuzz import seeds
from benchmarks.fuzz.dialogues import saying
from benchmarks.fuzz.promises import Broken, check_digests, check_library, check_paper, check_texts
from recommender import ids, ranking, sources
from recommender.delivery import bibliography
from recommender.delivery.mail import links, smtp
from recommender.delivery.mail.receipt import Envelope
from recommender.errors import DeliveryError, ProfileError, SourceError, StoreError
from recommender.paper import Digest, Paper, Verdict
from recommender.profile import nudge
from recommender.results.incoming import LibraryEntry
from recommender.services import answers, query
from recommender.sources import imap, libraries, messages, transport, urls
from recommender.store import settings
from recommender.store.library import Encoder, Library
from recommender.store.outbox import Outbox
from recommender.store.profile_store import ProfileStore
from recommender.store.search import find
from recommender.text import dates, latex, markup, names, persons, readable, works, wrap

KEY, PROFILE = "k" * 43, "ada"
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Target(NamedTuple):
    """One thing to fuzz."""

    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    longest: int = 2_000  # bytes of an input


def digest(data: bytes) -> None:
    """A digest in any format: read, or refused with a reason."""
    try:
        digests = sources.parse(data, "digest")
    except SourceError:
        return
    check_digests(digests, data)


def library(data: bytes) -> None:
    """A reader's own library in any format: read, or refused with a reason."""
    try:
        entries = libraries.parse(data, "library")
    except SourceError:
        return
    check_library(entries, data)


def zotero_file(data: bytes) -> None:
    """Zotero's database, with any byte of it changed."""
    path = _folder() / "zotero.sqlite"
    path.write_bytes(data)
    try:
        entries = libraries.read_sqlite(path)
    except SourceError:
        return
    for entry in entries.entries:
        check_paper(entry.paper, b"\0")  # a page of a database has its texts in pieces


def token(data: bytes) -> None:
    """An answer's token: only what was signed is an answer."""
    text = data.decode("utf-8", "replace")
    for subject in (text, f"[{PROFILE}:{text}]", f"recommend like [{PROFILE}:{text}"):
        found = links.find(subject) or links.find_cut(subject, [text])
        for profile, each in filter(None, (found, (PROFILE, text))):
            try:
                answer = links.read(KEY, profile, each, TODAY)
            except links.Refused:
                continue
            if answer not in SIGNED:
                raise Broken(f"a forged answer counts: {answer}")


def settings_file(data: bytes) -> None:
    """A profile's settings: read whole, or refused with a reason."""
    path = _folder() / "ada.toml"
    path.write_bytes(data)
    try:
        profile = settings.read(path, PROFILE)
    except ProfileError:
        return
    settings.text_of(profile)


def imap_answers(data: bytes) -> None:
    """What an IMAP server says, to each way of logging in."""
    scheme = "imap" if data[:1] == b"p" else "imaps"
    tags = SimpleNamespace(randint=lambda *_: 4096)  # the same tags each time, or no script could have them
    with saying(data[1:]) as context, mock.patch.object(imaplib, "random", tags):
        try:
            mails = imap.read_folder(f"{scheme}://ada%40example.org@127.0.0.1/INBOX", "s3cret pass", TODAY, context)
        except SourceError as error:
            _check_message(str(error))
            return
    if sum(map(len, mails)) > len(data):
        raise Broken("more mail than the server sent")


def smtp_answers(data: bytes) -> None:
    """What an SMTP server says, over each kind of connection."""
    security = {b"t": "tls", b"s": "starttls"}.get(data[:1], "none")
    user, password = ("", "") if security == "none" else ("ada", "s3cret pass")
    server = smtp.Smtp("127.0.0.1", 25, security, user, password)  # type: ignore[arg-type]
    with saying(data[1:]) as context:
        try:
            receipt = smtp.deliver(ENVELOPE, server, context)
        except DeliveryError as error:
            _check_message(str(error))
            return
    _check_message(receipt.reply)
    if not set(receipt.accepted) <= set(ENVELOPE.recipients) or not re.search(rb"(?m)^2[0-9]{2}", data):
        raise Broken(f"accepted without a word of the server's: {receipt}")


def mailbox(data: bytes) -> None:
    """A mailbox in which answers are looked for."""
    for reply in answers.find(messages.messages(data)):
        if not reply.profile or not reply.message:
            raise Broken(f"an answer for nobody: {reply}")


def search(data: bytes) -> None:
    """What a person types into the search."""
    text = data.decode("utf-8", "replace")
    asked = query.parse(text)
    for match in find(_library(), asked, 5, fill=5):
        if not match.paper.id:
            raise Broken("found no paper in particular")


def words(data: bytes) -> None:
    """Text of any kind, through all that cleans, splits, folds and wraps it."""
    text = data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
    for read in (ids.arxiv_id, ids.doi, ids.reference, ids.category, dates.read_moment, dates.leading_day):
        read(text)
    for write in (latex.unicode, markup.plain, readable.readable, names.plain, names.given_first, persons.key):
        if not isinstance(write(text), str):
            raise Broken(f"{write.__name__} gives no text")
    people = names.split(text)
    persons.same(persons.parse(text), persons.parse(people[0] if people else ""))
    works.title_key(text)
    if any(line != line.rstrip("\n") for line in wrap.wrapped(text, 40)):
        raise Broken("a line break within a line")
    ranking.encode(Paper("2001.00001", text, text, people))
    for rule in (text, f"word:{text}", f"author:{text}", f"category:{text}"):
        try:
            nudge(rule, 1)
        except ProfileError:
            continue


def address(data: bytes) -> None:
    """Addresses of pages and servers, and the headers that a server sends."""
    text = data.decode("utf-8", "replace")
    for parse in (imap.parse_address, smtp.parse, urls.split, lambda url: urls.redirected("https://a.org/b", url)):
        try:
            parse(text)
        except (SourceError, ProfileError):
            continue
    wait = transport.retry_after(text, NOW)
    if wait is not None and not timedelta(0) <= wait <= timedelta(days=1):
        raise Broken(f"a wait of {wait}")


def database(data: bytes) -> None:
    """Our own databases, with some bytes changed: each four of the input are a place and a value."""
    for name, read in (("ada.db", _read_profile), ("library.db", _read_library)):
        content = bytearray((_stores() / name).read_bytes())
        for at in range(0, len(data) - 3, 4):
            content[int.from_bytes(data[at : at + 3]) % len(content)] = data[at + 3]
        path = _folder() / name
        path.write_bytes(content)
        try:
            read(path)
        except StoreError:
            continue
        finally:
            for beside in ("-wal", "-shm"):
                Path(f"{path}{beside}").unlink(missing_ok=True)


def _read_profile(path: Path) -> None:
    with ProfileStore(path) as store:
        store.verdicts()
        store.feedback()
        store.records()
        store.last_list(filled=True)
        outbox = Outbox(store)
        outbox.last()
        outbox.mailed_to("ada@example.org")
        outbox.unsubscribed()
        store.judge([Paper("2001.00003", "C", "")], Verdict.LIKE, command="like", at=NOW)


def _read_library(path: Path) -> None:
    with Library(path, Encoder(ranking.encode, ranking.ENCODING)) as opened:
        opened.count()
        opened.last_digest()
        opened.papers(["2001.00001"])
        find(opened, query.parse("lake fuse author:lovelace"), 5, fill=5)
        opened.add([Paper("2001.00030", "New", "")])


def export(data: bytes) -> None:
    """Papers with any texts, as other programs get them; our own reader finds each of them again."""
    texts = data.decode("utf-8", "replace").split("\0")
    title, abstract, author, *_ = (markup.plain(text) for text in (*texts, "", "", ""))
    paper = Paper("2001.00001", title or "A", abstract, (author,) if author else (), ("cs.CV",))
    entry = LibraryEntry(paper, NOW, Verdict.LIKE)
    for name in bibliography.FORMATS:
        back = libraries.parse(bibliography.write([entry], name).encode(), name)
        check_library(back, b"\0")
        if [each.paper.id for each in back.entries] != [paper.id]:
            raise Broken(f"{name} gives back {back}")


def _check_message(message: str) -> None:
    if "s3cret" in message:
        raise Broken(f"the password in {message!r}")
    check_texts(message)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="recommend-fuzz-"))


@cache
def _stores() -> Path:
    """A folder with a small database of each kind, whole and in one file."""
    folder = Path(tempfile.mkdtemp(prefix="recommend-fuzz-"))
    paper = Paper("2001.00001", "A lake", "We fuse", ("Ada Lovelace",), ("cs.CV",))
    with ProfileStore(folder / "ada.db") as store:
        store.judge([paper], Verdict.LIKE, command="like", at=NOW)
        Outbox(store).make_key()
    with Library(folder / "library.db", Encoder(ranking.encode, ranking.ENCODING)) as opened:
        opened.save([(TODAY, Digest(TODAY, "cs.CV", (paper,)))], name="day", fingerprint="day", read_at=NOW)
    return folder


@cache
def _library() -> Library:
    opened = Library(Path(":memory:"), Encoder(ranking.encode, ranking.ENCODING))
    papers = tuple(
        Paper(f"2001.0000{n}", f"A lake {n}", "We fuse images", ("Ada Lovelace",), ("cs.CV",)) for n in range(9)
    )
    opened.save([(TODAY, Digest(TODAY, "cs.CV", papers))], name="day", fingerprint="day", read_at=NOW)
    return opened


SIGNED = (
    links.Answer(links.Action.LIKE, "2001.00001"),
    links.Answer(links.Action.UNSUBSCRIBE, "ada@example.org"),
)
TOKENS = tuple(links.sign(KEY, PROFILE, answer, TODAY, timedelta(days=9)).encode() for answer in SIGNED)
ENVELOPE = Envelope(
    "a@example.org", ("ada@example.org", "b@example.org"), b"Subject: x\r\n\r\n.\r\n", international=False
)
ANSWER = (
    b"From: a@example.org\nSubject: recommend like [ada:%s]\nMessage-ID: <1@x>\n"
    b"Date: Mon, 2 Mar 2026 08:00:00 +0000\n\n"
)

TARGETS = {
    "mail": Target(digest, (seeds.MAIL, seeds.MULTIPART, seeds.MBOX), 4_000),
    "feed": Target(digest, (seeds.ATOM, seeds.RSS)),
    "query": Target(digest, (seeds.QUERY,)),
    "oai": Target(digest, (seeds.OAI, seeds.OAI_ARXIV)),
    "listing": Target(digest, (seeds.LISTING,)),
    "jsonlines": Target(digest, (seeds.JSONLINES,)),
    "markdown": Target(digest, (seeds.MARKDOWN,)),
    "bibtex": Target(library, (seeds.BIBTEX,), 1_000),
    "ris": Target(library, (seeds.RIS, seeds.NBIB, seeds.WOS, seeds.REFWORKS)),
    "json": Target(library, (seeds.CSL, seeds.ZOTERO, seeds.OWN)),
    "table": Target(library, (seeds.CSV, seeds.TSV, seeds.IDS)),
    "xml": Target(library, (seeds.ENDNOTE, seeds.RDF, seeds.RSS)),
    "zotero": Target(zotero_file, (seeds.zotero_database(),), 16_384),
    "token": Target(token, TOKENS, 300),
    "settings": Target(settings_file, (seeds.SETTINGS,), 1_500),
    "imap": Target(imap_answers, (seeds.IMAP, seeds.IMAP_LOGIN)),
    "smtp": Target(smtp_answers, (seeds.SMTP, seeds.SMTP_LOGIN, seeds.SMTP_STARTTLS), 600),
    "mailbox": Target(mailbox, (ANSWER % TOKENS[0], seeds.MBOX, seeds.MULTIPART)),
    "database": Target(database, (b"\0\0\x12\1\0\x20\0\0",), 64),
    "export": Target(export, (b"A $n^2$ {lake}\0We, the @authors{x\0Lovelace, Ada", b"=cmd\0TY  - JOUR\0A and B"), 300),
    "search": Target(search, (b'lake author:love since:2020-01 "two words" category:cs', b"arXiv: 2001.00001"), 200),
    "words": Target(words, (b"A $n^2$ {\\'E}tude of Ada Lovelace, Jr. &amp; 10.1234/abc", b"2001.00001v2"), 300),
    "address": Target(
        address,
        (
            b"imaps://a%40b.org@h:993/INBOX",
            b"smtps://a@b:465",
            b"https://a.org/x?y#z",
            b"Wed, 21 Oct 2026 07:28:00 GMT",
        ),
        200,
    ),
}
