"""Files: which are found, how they are loaded and parsed, and the errors when they cannot be read."""

import gzip
import hashlib
import os
import threading
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY

from recommender import sources
from recommender.errors import SourceError
from recommender.sources import files

DATA = REPOSITORY / "tests" / "data"
LINE = "### 1.T  [ :arrow_down: ](https://arxiv.org/pdf/2005.05896.pdf)\n>  é\n"
TEXT = "# ArXiv cs.CV --Wed, 13 May 2020\n" + LINE


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "digests"


def put(folder: Path, name: str, content: str | bytes = TEXT) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# find


def test_a_file_is_found_whatever_its_name(tmp_path):
    path = put(tmp_path, "anything.dat")
    assert files.find(path, None) == [path]


def test_a_folder_gives_its_newest_day(folder):
    put(folder, "2020-05-12.cs.CV.md")
    newest = [put(folder, "2020-05-13.cs.CL.md.gz"), put(folder, "2020-05-13.cs.CV.md")]
    assert files.find(folder, None) == newest


def test_a_folder_gives_the_day_that_is_asked_for(folder):
    wanted = put(folder, "2020-05-12.cs.CV.md")
    put(folder, "2020-05-13.cs.CV.md")
    assert files.find(folder, date(2020, 5, 12)) == [wanted]


def test_a_day_without_digest_is_empty(folder):
    put(folder, "2020-05-12.cs.CV.md")
    assert files.find(folder, date(2020, 5, 17)) == []


def test_days_may_be_folders(folder):
    put(folder, "2025/2025-04-01/cs.CV.md.gz")
    newest = put(folder, "2025/2025-04-02/cs.CV.md.gz")
    assert files.find(folder, None) == [newest]


def test_the_day_of_a_file_counts_more_than_its_folders(folder):
    path = put(folder, "2025-04-01/2025-03-31.md")
    assert files.find(folder, date(2025, 3, 31)) == [path]


@pytest.mark.parametrize(
    "ending",
    ".md .markdown .txt .md.gz .txt.gz .MD .Md.GZ .eml .mbox .mail .xml .atom .rss .html .htm .jsonl .json.gz".split(),
)
def test_every_ending_of_a_digest_is_found(folder, ending):
    path = put(folder, f"2020-05-13{ending}")
    assert files.find(folder, None) == [path]


@pytest.mark.parametrize(
    "name", ["2020-05-14.pdf", "2020-05-14.gz", ".2020-05-14.md", ".git/2020-05-14.md", "2020-13-45.md"]
)
def test_other_files_are_left_out(folder, name):
    put(folder, name)
    digest = put(folder, "2020-05-13.md")
    assert files.find(folder, None) == [digest]


def test_without_days_in_names_the_headers_count(folder):
    put(folder, "README.md", "# Notes\n")
    put(folder, "old.md.gz", gzip.compress(TEXT.replace("13 May", "12 May").encode()))
    newest = put(folder, "new.txt")
    assert files.find(folder, None) == [newest]


def test_without_days_in_names_every_format_says_its_own(folder):
    put(folder, "old.atom", (DATA / "feeds" / "arxiv.atom.xml").read_bytes())
    put(folder, "older.xml", (DATA / "feeds" / "arxiv.oai_dc.xml").read_bytes())
    put(folder, "notes.html", "<html><title>Notes</title>")
    newest = put(folder, "new.html.gz", gzip.compress((DATA / "feeds" / "arxiv.listing.html").read_bytes()))
    middle = put(folder, "middle.rss", (DATA / "feeds" / "arxiv.rss.xml").read_bytes())
    assert files.find(folder, None) == [newest]
    assert files.find(folder, date(2025, 9, 18)) == [middle]
    assert files.find(folder, None, since=date(2025, 9, 1)) == [middle, newest]


def test_what_has_no_day_or_many_is_always_given(folder):
    put(folder, "2020.md")
    mailing = (DATA / "mail" / "arxiv-browse_q-fin_new.TR.txt").read_bytes()
    several = put(folder, "arxiv.mbox", b"From ada@example.org Fri Mar 17 00:31:14 2023\n" + mailing)
    undated = put(folder, "papers.jsonl", '{"id": "2005.05896", "title": "T"}\n')
    assert files.find(folder, date(2019, 1, 1)) == [several, undated]


def test_since_gives_each_day_after_it(folder):
    put(folder, "2020-05-12.cs.CV.md")
    later = [put(folder, "2020-05-13.cs.CV.md"), put(folder, "a/2020-05-14.md"), put(folder, "2020-05-15.md")]
    assert files.find(folder, None, since=date(2020, 5, 12)) == later
    assert files.find(folder, None, since=date(2020, 5, 15)) == []
    assert files.find(folder, date(2020, 5, 12), since=date(2020, 5, 13)) == [folder / "2020-05-12.cs.CV.md"]


def test_a_maildir_gives_all_its_mails(folder):
    mails = [put(folder, "cur/1684000000.a:2,S"), put(folder, "new/1684100000.b")]
    put(folder, "tmp/1684200000.c")
    assert files.find(folder, date(2020, 5, 13)) == mails


def test_with_days_in_names_no_file_is_opened(folder, monkeypatch):
    put(folder, "README.md")
    newest = put(folder, "2020-05-13.md")

    def opened(*_args, **_keywords):
        raise AssertionError("a file was opened")

    monkeypatch.setattr(Path, "open", opened)
    assert files.find(folder, None) == [newest]


def test_a_loop_of_links_ends(folder):
    path = put(folder, "2020-05-13/cs.CV.md")
    (folder / "2020-05-13" / "loop").symlink_to(folder, target_is_directory=True)
    assert files.find(folder, None) == [path]


def test_a_missing_place_says_what_to_name(tmp_path):
    with pytest.raises(SourceError, match="no such file or folder; name a digest"):
        files.find(tmp_path / "nowhere", None)


def test_a_folder_without_digests_says_what_was_expected(folder):
    put(folder, "README.md", "# Notes\n")
    with pytest.raises(SourceError, match=r"no digest in this folder.*2020-05-13\.cs\.CV\.md"):
        files.find(folder, None)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_may_not_be_read_is_reported(folder):
    put(folder, "2020-05-13/cs.CV.md")
    (folder / "2020-05-13").chmod(0)
    try:
        with pytest.raises(SourceError, match="2020-05-13: permission denied"):
            files.find(folder, None)
    finally:
        (folder / "2020-05-13").chmod(0o700)


# load


@pytest.mark.parametrize("name", ["a.md", "a.md.gz"])
def test_gzip_is_recognised_by_its_bytes_and_not_by_its_name(tmp_path, name):
    packed, plain = gzip.compress(TEXT.encode()), TEXT.encode()
    assert [files.load(put(tmp_path, name, data)) for data in (packed, plain)] == [plain, plain]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_tiny_files_are_loaded(tmp_path, size):
    assert files.load(put(tmp_path, "a.md", b"x" * size)) == b"x" * size


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_unpacks_to_more_than_the_limit_is_refused(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(files, "LIMIT", 2**20)
    assert len(files.load(put(tmp_path, "fits", pack(bytes(2**20))))) == 2**20
    with pytest.raises(SourceError, match="bomb: more than 1 MB"):
        files.load(put(tmp_path, "bomb", pack(bytes(2**20 + 1))))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(TEXT.encode())[:-12], "cut off"),
        (gzip.compress(TEXT.encode())[:5], "cut off"),
        (gzip.compress(TEXT.encode())[:10] + b"\xff" * 20, "damaged"),
        (gzip.compress(TEXT.encode()) + b"rest", "damaged"),
    ],
    ids=["without its end", "without its head", "wrong inside", "with more behind"],
)
def test_broken_gzip_is_named(tmp_path, content, message):
    with pytest.raises(SourceError, match=rf"broken\.md\.gz: the gzip data is {message}"):
        files.load(put(tmp_path, "broken.md.gz", content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.md: no such file"):
        files.load(tmp_path / "gone.md")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SourceError, match=r"is a directory|permission denied"):
        files.load(tmp_path)


# parse


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_common_encodings_read_alike(encoding):
    assert sources.parse(TEXT.encode(encoding), "x") == sources.parse(TEXT.encode(), "x")


def test_one_damaged_line_does_not_garble_the_others():
    data = TEXT.encode() + b"\xff\xe9\n"
    assert sources.parse(data, "x")[0].papers[0].abstract == "é"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_of_xml_read_alike(encoding):
    text = (DATA / "feeds" / "arxiv.rss.xml").read_text("utf-8").replace("Hassan", "Hässan")
    assert sources.parse(text.encode(encoding), "x") == sources.parse(text.encode(), "x")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.5\n...", "paper.pdf: looks like PDF"),
        (b"PK\x03\x04\x00\x00", "paper.pdf: binary data"),
        (b"\xff\xfe\x00\x00\x00\x00", "paper.pdf: binary data"),
        (b"", "paper.pdf: it is empty"),
        (b"hello", "paper.pdf: no paper found; each is expected as a title line"),
        (b"<?xml version='1.0'?><opml/>", "paper.pdf: XML of another kind; can be read: arXiv's mails"),
        (b"<!DOCTYPE html><title>Sign in</title>", "paper.pdf: this is a web page (“Sign in”), not a digest"),
        (b"<rss><channel><item>", "paper.pdf: the XML is cut off (line 1); fetch it again"),
        (b'<!DOCTYPE rss [<!ENTITY a "ha">]><rss>&a;</rss>', "paper.pdf: it declares entities"),
        (b'{"title": ""}', "paper.pdf: nothing of it can be read; the first of 1, line 1: no title"),
        (b"<rss><channel><item></item></channel></rss>", "paper.pdf: nothing of it can be read; the first of 1: entry"),
    ],
)
def test_what_is_no_digest_is_refused_under_its_name(data, message):
    with pytest.raises(SourceError) as raised:
        sources.parse(data, "paper.pdf")
    assert str(raised.value).startswith(message)


def test_what_is_no_digest_is_reported_what_one_is():
    with pytest.raises(SourceError, match=r"### 1\.Title(.|\n)*\ncan be read: arXiv's mails"):
        sources.parse(b"hello", "x")


@pytest.mark.parametrize(
    ("file", "papers"),
    [
        ("feeds/arxiv.atom.xml", 2),
        ("feeds/arxiv.rss.xml", 1),
        ("feeds/arxiv.oai_dc.xml", 2),
        ("feeds/arxiv.query.xml", 2),
        ("feeds/arxiv.listing.html", 3),
        ("mail/arxiv-browse_q-fin_new.TR.txt", 1),
    ],
)
def test_the_content_tells_the_format_and_not_the_name(file, papers):
    data = (DATA / file).read_bytes()
    read = [sources.parse(data, name) for name in ("a.md", "a.xml", "a.jsonl.gz")]
    assert [sum(len(each.papers + each.replaced) for each in digests) for digests in read] == [papers] * 3


def test_one_text_may_hold_several_digests():
    first = (DATA / "feeds" / "arxiv.oai_dc.xml").read_bytes()
    both = first.replace(b"<datestamp>2023-01-25", b"<datestamp>2023-01-24", 1)
    assert [digest.date for digest in sources.parse(both, "x")] == [date(2023, 1, 24), date(2023, 1, 25)]


def test_an_announcement_without_papers_is_a_digest():
    digest = sources.parse(TEXT.encode(), "x")[0]._replace(papers=())
    assert sources.parse(TEXT.partition("\n")[0].encode(), "x") == [digest]


def test_without_header_the_day_comes_from_the_name():
    assert sources.parse(LINE.encode(), "in/2025-04-01/cs.CV.md")[0].date == date(2025, 4, 1)


def test_the_header_counts_more_than_the_name():
    assert sources.parse(TEXT.encode(), "2025-04-01.md")[0].date == date(2020, 5, 13)


def test_without_any_day_the_date_is_open():
    assert sources.parse(LINE.encode(), "-")[0].date is None


BEGINNINGS = [b"", b"<feed>", b"<rss><item>", b"<OAI-PMH>", b"<record><datestamp>", b"<html>list-title", b'{"title":']
BEGINNINGS += [
    b"From a 1:22\n\n",
    b"Date: x\nSubject: y\n\n",
    b"\\\\\narXiv:",
    b"# ArXiv cs.CV --13 May 2020\n###",
    b"\xff\xfe",
]


@given(st.tuples(st.sampled_from(BEGINNINGS), st.binary()).map(b"".join), st.text())
def test_any_bytes_and_any_name_give_a_digest_or_a_source_error(data, name):
    message = name
    try:
        sources.parse(data, name)
    except SourceError as error:
        message = str(error)
    assert message.startswith(name)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "data",
    [
        b"<rss><channel>" + b"<item><title>" * 20_000 + b"T</title></item>" + b"</title></item>" * 19_999,
        b"<OAI-PMH><ListRecords>" + b"<record><header><identifier>" * 20_000,
        b"<feed><entry><author>" + b"@" * 300_000 + b"</author></entry></feed>",
        b"<feed><entry><title>T</title><id>https://x.org</id><author>" + b"a(" * 100_000 + b"</author></entry></feed>",
        b"<feed>" + b"<entry><title>" + b"<b " * 100_000 + b"</title></entry></feed>",
        b'{"title": ""}\n' + b"{" * 300_000,
        b"\n" * 300_000 + b"<",
    ],
    ids=lambda data: data[:16].decode(),
)
def test_a_hostile_text_is_read_in_time(data):
    begin = time.process_time()
    with suppress(SourceError):
        sources.parse(data, "x")
    assert time.process_time() - begin < 20  # less than one on an idle machine; the square of it takes minutes


# fingerprint


def test_a_fingerprint_is_the_sha_256():
    assert sources.fingerprint(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_a_file_whose_headers_name_several_days_is_always_given(tmp_path):
    days = "".join(f"# ArXiv cs.CV --{day} May 2020\n" for day in (13, 14))
    (tmp_path / "joined.md").write_text(days)
    (tmp_path / "one.md").write_text(days.splitlines()[0])
    for day in (13, 14):
        assert tmp_path / "joined.md" in files.find(tmp_path, date(2020, 5, day))
    assert files.find(tmp_path, None) == [tmp_path / "joined.md", tmp_path / "one.md"]


# What is no file


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe.md"
    os.mkfifo(path)
    return path


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes in folders")


@needs_pipes
def test_a_pipe_or_a_device_is_read_only_where_somebody_waits_for_it(pipe):
    for place in (pipe, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(SourceError, match="a pipe or a device, which may never end; name a file"):
            files.load(place)
    writer = threading.Thread(target=pipe.write_text, args=(TEXT,))
    writer.start()
    assert files.load(pipe, pipes=True) == TEXT.encode()
    writer.join()


@needs_pipes
@pytest.mark.parametrize("name", ["a", "2020-05-13"])  # the day is in the text, or in the name
def test_a_pipe_in_a_folder_stops_no_other_file(folder, name):
    put(folder, f"{name}.md")
    os.mkfifo(folder / f"{name}.pipe.md")
    found = files.find(folder, None)
    assert folder / f"{name}.md" in found
    for path in found:
        with suppress(SourceError):
            files.load(path)


def test_a_folder_with_far_too_much_in_it_is_refused(folder, monkeypatch):
    for number in range(6):
        put(folder, f"{number}/2020-05-13.md")
    assert len(files.find(folder, None)) == 6
    monkeypatch.setattr(files, "_ENTRIES", 10)
    with pytest.raises(SourceError, match="more than 10 files and folders are below it; name a folder with digests"):
        files.find(folder, None)
