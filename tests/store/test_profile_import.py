"""Profiles from others: what is not exactly an export is refused, nothing runs, and nothing comes in by halves."""

import io
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import textwrap
import zipfile
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import shortlist_of
from support import NOW, SEED, make_paper

from recommender import untrusted
from recommender.delivery import remarks, wording
from recommender.errors import ProfileError, RecommenderError, StoreError
from recommender.paper import Note, NoteKind, Reason, ReasonKind, Score, Verdict
from recommender.sources.libraries import read_sqlite
from recommender.store import backup, foreign, profile_import
from recommender.store.home import Home
from recommender.store.outbox import Outbox
from recommender.store.reading_list import LATER, ReadingList
from recommender.store.zotero_links import Placement, ZoteroLinks

SETTINGS = """\
# mine
interests = "image fusion"
digests = ["arxiv", "imaps://ada@example.org/INBOX"]
contact = "ada@example.org"
follow = ["Ada Lovelace"]  # kept

[mail]
from = "ada@example.org"
to = ["bob@example.org"]
by = "sendmail:/bin/false"
"""


@pytest.fixture
def there(home):
    return Home(home, home / "starters")


MAIL_ROWS = (
    "INSERT INTO mail (id, recipient, day, batch, message_id, subject, status, told, at) VALUES "
    "(1, 'bob@example.org', '2026-03-02', 'b', '<m@example.org>', 's', 'accepted', '', '2026-03-02T08:30:00+00:00')",
    "INSERT INTO mailed (mail, rank, paper) VALUES (1, 1, '2001.00001')",
    "INSERT INTO answered (token, at) VALUES ('token', '2026-03-02T08:30:00+00:00')",
    "INSERT INTO unsubscribed (recipient, at) VALUES ('eve@example.org', '2026-03-02T08:30:00+00:00')",
    f"INSERT INTO secret (id, key) VALUES (1, '{'5a' * 32}')",
)
SCORE = Score(1.0, 0.5, (Reason(ReasonKind.LIKED, "title", 1.0, "2001.00001", 0, ("word",)),))


def export_of(there, folder):
    """An export with verdicts, one taken back, a list, a mail, an answer and a key."""
    there.profiles_folder.mkdir(parents=True)
    there.root.chmod(0o700)
    there.own_settings_file("ada").write_text(SETTINGS)
    papers = [make_paper(number, authors=("Ada Lovelace", 'J. "Jo" Doe')) for number in range(1, 5)]
    with there.profile_store("ada") as store:
        store.judge(papers[:2], Verdict.LIKE, command="like", at=NOW)
        store.judge(papers[2:3], Verdict.DISLIKE, command="dislike", at=NOW)
        store.undo(NOW + timedelta(hours=1))
        store.keep_records({papers[0].id: {"journal": "J"}})
        store.write_note(papers[3], "A thought.\n\n- and another", NOW)
        ReadingList(store).put(papers[3:4], LATER, NOW)
        ReadingList(store).open(papers[0], "page", NOW)
        links = ZoteroLinks(store, "local:own")
        links.keep({"ABCD2345": papers[0].id}, {papers[0].id: Placement(True, NOW)})
        shown = shortlist_of(*((paper, SCORE) for paper in papers), notes=(Note(NoteKind.MUTED, {"papers": 2}),))
        store.record(shown, kind="today", basis="b", at=NOW, key="Profile(mail='bob@example.org')")
        store.keep_ranking("b", shown.day, {paper.id: SCORE for paper in papers})
        store.offer(["", "bob@example.org"], shown.day, {paper.id: shown.day for paper in papers})
        with store.transaction() as connection:
            for statement in MAIL_ROWS:
                connection.execute(statement)
    backup.export(there, "ada", folder / "ada.zip")
    return folder / "ada.zip"


@pytest.fixture
def exported(there, tmp_path):
    return export_of(there, tmp_path)


@pytest.fixture(scope="module")
def exported_once(tmp_path_factory):
    """A home, and the database of an export that properties bend many times."""
    folder = tmp_path_factory.mktemp("once")
    there = Home(folder / "home", folder / "starters")
    with zipfile.ZipFile(export_of(there, folder)) as archive:
        archive.extract("profile.db", folder)
    return there, folder / "profile.db"


def bring(there, file, name="copy", **options):
    return profile_import.import_(there, file, name, remarks.note, **options)


def rows(file, table):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()


def bent(exported, *statements, settings=None):
    """The export with its database changed by others."""
    folder = exported.parent / "bent"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder)
    with closing(sqlite3.connect(folder / "profile.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    if settings is not None:
        (folder / "profile.toml").write_text(settings)
    with zipfile.ZipFile(folder / "bent.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("profile.db", "profile.toml"):
            archive.write(folder / name, name)
    return folder / "bent.zip"


def nothing_of(there, name="copy"):
    """Whether no file of a profile is in the home."""
    return [path.name for path in there.profiles_folder.iterdir() if name in path.name] == []


# What comes in


def test_all_of_a_profile_of_ones_own_comes_in(exported, there):
    brought = bring(there, exported, with_mail=True)
    assert (brought.mails, brought.answers, brought.has_key) == (1, 1, True)
    assert there.own_settings_file("copy").read_text() == SETTINGS
    ours, theirs = there.profile_file("ada"), there.profile_file("copy")
    for table in (*foreign.OF_READER, *foreign.OF_MAIL):
        if table != "shortlist":
            assert rows(theirs, table) == rows(ours, table), table
    (shown,) = rows(theirs, "shortlist")
    assert "bob@example.org" not in str(shown)
    with there.profile_store("ada") as one, there.profile_store("copy") as other:
        assert (one.feedback(), one.last_list()._replace(key=""), one.outcomes(NOW.date() + timedelta(9))) == (
            other.feedback(),
            other.last_list(),
            other.outcomes(NOW.date() + timedelta(9)),
        )
        assert Outbox(one).key() == Outbox(other).key()


def test_mails_mailboxes_keys_and_answers_stay_out_unless_asked_for(exported, there):
    brought = bring(there, exported)
    assert (brought.mail.by, brought.mailboxes) == ("sendmail:/bin/false", ("imaps://ada@example.org/INBOX",))
    assert (brought.mails, brought.answers, brought.has_key) == (1, 1, True)
    expected = SETTINGS.partition("[mail]")[0].replace(', "imaps://ada@example.org/INBOX"', "")
    assert there.own_settings_file("copy").read_text() == expected
    file = there.profile_file("copy")
    assert [rows(file, table) for table in foreign.OF_MAIL] == [[]] * len(foreign.OF_MAIL)
    assert {row[0] for row in rows(file, "offered")} == {""}
    for path in there.profiles_folder.glob("copy.*"):
        assert b"bob@example.org" not in path.read_bytes()
    with there.profile_store("copy") as store:
        assert store.count() == (2, 0)


def test_every_table_of_the_schema_belongs_to_the_reader_or_to_the_mails(memory):
    with memory.reading() as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert names - {"_sqlite_migrations"} == {*foreign.OF_READER, *foreign.OF_MAIL}


def test_the_command_says_what_comes_in_and_what_stays_out(home, run, exported):
    out = run("profile", "import", exported, "--as", "copy").out
    assert "2 liked" in out
    assert "come from: arxiv." in out
    assert "told the address ada@example.org" in out
    assert "Left out: mail settings (from ada@example.org, to bob@example.org, by sendmail:/bin/false)" in out
    assert all(part in out for part in ("mailbox imaps://ada@example.org/INBOX", "1 mail;", "1 answer;", "key of the"))
    out = run("profile", "import", exported, "--as", "other", "--with-mail").out
    assert "Imported with it: mail settings" in out
    assert "2 liked" in run("status", "-p", "copy").out
    assert run("profile", "show", "-p", "copy").code == 0


def test_an_export_without_settings_comes_in_without(exported, there, tmp_path):
    with zipfile.ZipFile(exported) as archive, zipfile.ZipFile(tmp_path / "bare.zip", "w") as bare:
        bare.writestr("profile.db", archive.read("profile.db"))
    assert bring(there, tmp_path / "bare.zip").profile is None
    assert not there.own_settings_file("copy").exists()


def test_a_backup_with_a_note_on_whose_it_is_comes_in(exported, there):
    with zipfile.ZipFile(exported, "a") as archive:
        archive.writestr("backup.json", "{}")
    assert bring(there, exported).profile.follow == ("Ada Lovelace",)


# Schemas

DIFFERENT = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON event BEGIN UPDATE event SET verdict = 'dislike'; END",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a table": "CREATE TABLE t (x)",
    "a full-text table": "CREATE VIRTUAL TABLE t USING fts5 (x)",
    "an index": "CREATE INDEX i ON event (verdict) WHERE verdict > 'a'",
    "a computed column": "ALTER TABLE event ADD COLUMN x TEXT AS (upper(verdict))",
    "a column": "ALTER TABLE event ADD COLUMN x TEXT",
    "a table less": "DROP TABLE answered",
    "a view less": "DROP VIEW verdict",
    "an index less": "DROP INDEX idx_event_paper",
}
ENDLESS = """
    CREATE VIEW verdict AS WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x FROM r)
    SELECT '' AS paper, 'like' AS verdict, '' AS given_at, x AS event FROM r
"""


@pytest.mark.sample(4)
@pytest.mark.parametrize("statement", DIFFERENT.values(), ids=DIFFERENT)
def test_a_schema_that_is_not_ours_is_refused(exported, there, statement):
    with pytest.raises(ProfileError, match="only an unchanged export"):
        bring(there, bent(exported, statement))
    assert nothing_of(there)


def test_a_view_that_never_ends_is_not_even_looked_into(exported, there):
    with pytest.raises(ProfileError, match="view 'verdict' of its database is not as ours"):
        bring(there, bent(exported, "DROP VIEW verdict", ENDLESS))


def test_a_table_that_is_a_view_is_refused(exported, there):
    statements = ["DROP VIEW verdict", "ALTER TABLE record RENAME TO t", "CREATE VIEW record AS SELECT * FROM t"]
    with pytest.raises(ProfileError, match="only an unchanged export"):
        bring(there, bent(exported, *statements))


def test_what_a_schema_hides_in_a_table_is_not_taken_over(exported, there):
    plain, hidden = '"day" TEXT NOT NULL', '"day" TEXT NOT NULL CHECK (day <> 1)'
    change = f"UPDATE sqlite_schema SET sql = replace(sql, '{plain}', '{hidden}')"
    file = bent(exported, "PRAGMA writable_schema = ON", f"{change} WHERE name = 'shortlist'")
    bring(there, file)
    with closing(sqlite3.connect(there.profile_file("copy"))) as connection:
        assert "CHECK" not in str(connection.execute("SELECT sql FROM sqlite_schema").fetchall())


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("PRAGMA user_version = 99", "newer version"),
        ("PRAGMA user_version = 0", "not one of this program's"),
        ("PRAGMA application_id = 7", "not one of this program's"),
    ],
)
def test_a_database_of_another_kind_or_a_newer_version_is_refused(exported, there, statement, message):
    with pytest.raises(ProfileError, match=message):
        bring(there, bent(exported, statement))
    assert nothing_of(there)


def test_reading_that_takes_too_long_is_given_up(exported, there, monkeypatch):
    monkeypatch.setattr(untrusted, "_STEPS", 1)
    monkeypatch.setattr(untrusted, "monotonic", iter([0.0, *[1e9] * 100_000]).__next__)
    with pytest.raises(ProfileError, match="takes longer"):
        bring(there, exported)
    assert nothing_of(there)


# Values

WRONG = {
    "verdict": "UPDATE event SET verdict = 'loves'",
    "moment": "UPDATE event SET given_at = 'yesterday'",
    "moment without a zone": "UPDATE event SET given_at = '2026-03-02T08:30:00'",
    "moment out of all years": "UPDATE event SET given_at = '9999-12-31T23:59:59+00:00'",
    "first moment": "UPDATE command SET told_at = '0001-01-01T00:00:00+14:00'",
    "authors": "UPDATE paper SET authors = '{'",
    "authors of another kind": "UPDATE paper SET authors = '[1]'",
    "deep JSON": f"UPDATE paper SET categories = '{'[' * 50_000}'",
    "submitted": "UPDATE paper SET submitted = '13 May'",
    "reasons": "UPDATE shown SET reasons = 'nope'",
    "weight": """UPDATE shown SET reasons = '[["word", "x", NaN, null, 0]]'""",
    "subject": """UPDATE shown SET reasons = '[["word", {}, 1.0, null, 0]]'""",
    "kind of a reason": """UPDATE shown SET reasons = '[["spell", "x", 1.0, null, 0]]'""",
    "value": "UPDATE shown SET value = 9e999",
    "probability": "UPDATE shown SET probability = 7",
    "rank": "UPDATE shown SET rank = -rank",
    "day": "UPDATE shortlist SET day = '13 May'",
    "day in another form": "UPDATE shortlist SET day = '20260302'",
    "status": "UPDATE shortlist SET status = 'zzz'",
    "kind": "UPDATE shortlist SET kind = 'zzz'",
    "note": """UPDATE shortlist SET note = '[["muted", {}]]'""",
    "figure of a note": """UPDATE shortlist SET note = '[["muted", {"papers": "many"}]]'""",
    "scores": "UPDATE ranking SET scores = '[[1]]'",
    "record": "UPDATE record SET fields = '[]'",
    "note of the reader": "UPDATE note SET text = ' '",
    "long note of the reader": "UPDATE note SET text = printf('%.*c', 5001, 'x')",
    "moment of a note": "UPDATE note SET at = 'today'",
    "id": "UPDATE shown SET paper = 'zz' || char(27)",
    "zero byte": "UPDATE shown SET paper = 'zz' || char(0)",
    "word": "UPDATE command SET name = char(27) || ']0;x' || char(7)",
    "bytes that are no text": "UPDATE paper SET title = CAST(x'ff' AS TEXT)",
    "paper of a verdict": "UPDATE paper SET id = id || 'x'",
    "command of a verdict": "UPDATE event SET command = 77",
    "number of a command": f"UPDATE event SET id = {2**63 - 1} WHERE id = 1",
    "audience": "UPDATE offered SET audience = char(10) WHERE audience = ''",
    "said": "UPDATE said SET at = 'now'",
    "state of a reading list": "UPDATE reading SET state = 'zzz'",
    "item of Zotero": "UPDATE zotero_item SET key = char(27)",
    "moment of a like in Zotero": "UPDATE zotero_like SET liked_at = 'now'",
    "moment of an opening": "UPDATE opened SET at = 'now'",
}
WRONG_MAIL = {
    "key": "UPDATE secret SET key = ''",
    "fate": "UPDATE mail SET status = 'weird'",
    "day of a mail": "UPDATE mail SET day = 'x'",
    "moment of an answer": "UPDATE answered SET at = 'now'",
    "recipient": "UPDATE unsubscribed SET recipient = char(27)",
    "rank of a paper": "UPDATE mailed SET rank = 0",
    "day of a night": "INSERT INTO night VALUES ('x', 'a', '2026-11-27T00:00:00+00:00', '')",
    "moment of a night": "INSERT INTO night VALUES ('2026-11-27', 'a', 'now', '')",
}


@pytest.mark.sample(11)
@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG)
def test_a_value_that_the_program_would_not_write_is_refused_and_nothing_comes_in(exported, there, statement):
    with pytest.raises(ProfileError, match=r"bent\.zip: "):
        bring(there, bent(exported, statement))
    assert nothing_of(there)


@pytest.mark.parametrize("statement", WRONG_MAIL.values(), ids=WRONG_MAIL)
def test_a_wrong_value_of_the_mails_is_refused_where_they_are_asked_for(exported, there, statement):
    file = bent(exported, statement)
    with pytest.raises(ProfileError, match=r"bent\.zip: "):
        bring(there, file, with_mail=True)
    assert nothing_of(there)
    bring(there, file)  # left out
    with there.profile_store("copy") as store:
        assert Outbox(store).key() == ""


def test_settings_that_tie_it_to_a_machine_stay_out_unless_asked_for(there, tmp_path):
    source = Home(tmp_path / "theirs", tmp_path / "starters")
    export_of(source, tmp_path)
    ties = 'watch = "/etc/passwd"\n' + SETTINGS + '[zotero]\ninto = "Mine"\n'
    with zipfile.ZipFile(tmp_path / "tied.zip", "w") as archive:
        archive.writestr("profile.toml", ties)
        archive.write(source.profile_file("ada"), "profile.db")
    assert bring(there, tmp_path / "tied.zip").ties == ("zotero", "watch")
    assert (there.profile("copy").zotero, there.profile("copy").watch) == (None, ())


def test_texts_that_steer_a_terminal_are_cleaned(exported, there):
    steering = "title = char(27) || ']0;x' || char(7) || 'Title', abstract = 'a' || char(155) || '2Jb'"
    bring(there, bent(exported, f"UPDATE paper SET {steering}, authors = '[\"A\\u001bB\"]'"))
    with there.profile_store("copy") as store:
        for entry in store.feedback():
            texts = (entry.paper.title, entry.paper.abstract, *entry.paper.authors)
            assert all(text.isprintable() for text in texts)
            assert "Title" in entry.paper.title


def test_a_note_is_cleaned_and_keeps_its_lines(exported, there):
    steering = "text = 'one' || char(10) || char(27) || ']0;x' || char(7) || 'two'"
    bring(there, bent(exported, f"UPDATE note SET {steering}"))
    with there.profile_store("copy") as store:
        assert list(store.notes().values()) == ["one\ntwo"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "[]", "{}", "null", "[[]]", "2020-01-01", "NaN", "1e999", '{"a": 1}', "like", "today", "ranked"]
)
VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.binary(max_size=8) | TEXTS


@settings(max_examples=min(60, settings().max_examples))
@given(st.data())
def test_whatever_stands_in_a_database_is_refused_or_can_be_used(exported_once, tmp_path_factory, data):
    there, exported = exported_once
    table = data.draw(st.sampled_from((*foreign.OF_READER, *foreign.OF_MAIL)))
    with closing(sqlite3.connect(there.profile_file("ada"))) as connection:
        column = data.draw(st.sampled_from([name for _, name, *_ in untrusted.columns(connection, table)]))
    value = data.draw(VALUES)
    folder = tmp_path_factory.mktemp("bent")
    shutil.copy(exported, folder / "profile.db")
    with closing(sqlite3.connect(folder / "profile.db", isolation_level=None)) as connection:
        try:
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        except sqlite3.Error:  # our own tables take it no more than theirs
            return
    with zipfile.ZipFile(folder / "bent.zip", "w") as archive:
        archive.write(folder / "profile.db", "profile.db")
    here = Home(folder / "home", folder / "starters")
    try:
        bring(here, folder / "bent.zip", with_mail=True)
    except ProfileError:
        assert here.own_names() == []
        return
    with here.profile_store("copy") as store:
        store.feedback(), store.lacking(), store.records(), store.count(), store.rated_elsewhere()
        for shown in store.lists(100):
            remarks.notes(shown.notes)
            [wording.reason(reason) for item in shown.items for reason in item.score.reasons]
        assert all(text.strip() for text in store.notes().values())
        store.last_scores(), store.outcomes(NOW.date()), store.offered(""), store.listed_days()
        Outbox(store).last(), Outbox(store).mailed_to("bob@example.org"), Outbox(store).key()
        store.judge([make_paper(9)], Verdict.LIKE, command="like", at=NOW)
        assert store.undo(NOW)


# Archives


def archive_of(tmp_path, *entries, **options):
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            archive.writestr(entry, content, **options)
    return file


def entry(name, mode):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "entries",
    [
        [("../../evil", "x"), ("profile.db", "x")],
        [("/abs", "x"), ("profile.db", "x")],
        [("profile.toml", "")],
        [("profile.db", "x"), ("profile.db", "y")],
        [("profile.db", "x"), ("PROFILE.DB", "y")],
        [(entry("profile.db", 0o120777), "/etc/passwd")],
        [(entry("profile.db", 0o010644), "")],
        [(entry("profile.db", 0o020644), "")],
        [("profile.db/", "")],
        [(f"{number}", "") for number in range(5000)],
        [],
    ],
)
def test_an_archive_with_other_entries_than_an_export_is_refused(there, tmp_path, entries):
    with pytest.raises(ProfileError, match=r"x\.zip"):
        bring(there, archive_of(tmp_path, *entries))
    assert not there.profiles_folder.exists()


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_another_way_is_refused(there, tmp_path, kind):
    with pytest.raises(ProfileError, match="packed"):
        bring(there, archive_of(tmp_path, ("profile.db", "x"), compress_type=kind))


def test_a_bomb_is_refused_before_it_is_unpacked(there, tmp_path):
    file = archive_of(tmp_path, ("profile.db", bytes(2**25)))
    with pytest.raises(ProfileError, match="too large"):
        bring(there, file)
    # one that lies about its size
    content = bytearray(file.read_bytes())
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        struct.pack_into("<I", content, content.rindex(signature) + offset, 1000)
    file.write_bytes(content)
    with pytest.raises(ProfileError):
        bring(there, file)


def test_settings_beyond_all_size_are_refused(there, tmp_path, exported):
    with zipfile.ZipFile(exported) as archive:
        database = archive.read("profile.db")
    file = archive_of(tmp_path, ("profile.db", database), ("profile.toml", os.urandom(2**20).hex()))
    with pytest.raises(ProfileError, match=r"profile\.toml in it is too large"):
        bring(there, file)


def test_a_list_of_entries_of_any_length_is_not_read(there, tmp_path):
    file = archive_of(tmp_path, *((f"{number}", "") for number in range(3)))
    content = file.read_bytes()
    for bad in (content[:-22] + b"PK\6\7" + bytes(16) + content[-22:], content[:-1], b"", b"PK", content + b"x"):
        file.write_bytes(bad)
        with pytest.raises(ProfileError, match=r"cut off|not a file"):
            bring(there, file)


@given(st.data())
def test_any_bytes_are_refused_or_an_export(exported_once, tmp_path_factory, data):
    _, database = exported_once
    folder = tmp_path_factory.mktemp("any")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(database, "profile.db")
    content = bytearray(packed.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1) | st.integers(len(content) - 100, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    (folder / "x.zip").write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    here = Home(folder / "home", folder / "starters")
    try:
        bring(here, folder / "x.zip")
    except ProfileError:
        assert here.own_names() == []


def test_a_damaged_database_is_refused(exported, there, tmp_path):
    with zipfile.ZipFile(exported) as archive:
        database = bytearray(archive.read("profile.db"))
    for page in range(4096, len(database), 4096):
        database[page + 3 : page + 8] = b"\xff" * 5
    with pytest.raises(ProfileError):
        bring(there, archive_of(tmp_path, ("profile.db", bytes(database))))
    assert nothing_of(there)


# All or nothing

STOPPED = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from recommender.delivery import remarks
    from recommender.store import profile_import
    from recommender.store.home import Home

    home, file, stop_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    seen = 0

    def watch(event, arguments):  # https://docs.python.org/3/library/audit_events.html
        global seen
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod") and str(home) in str(arguments):
            seen += 1
            if seen == stop_at:
                os._exit(9)

    here = Home(home, home / "starters")
    sys.addaudithook(watch)
    profile_import.import_(here, file, "copy", remarks.note)
    """
)


@pytest.mark.slow
def test_an_import_that_is_killed_anywhere_leaves_nothing_and_can_be_made_again(exported, there, tmp_path):
    stops = 0
    for stop_at in range(1, 100):
        home = tmp_path / f"home{stop_at}"
        program = [sys.executable, "-c", STOPPED, home, exported, str(stop_at)]
        ran = subprocess.run(list(map(str, program)), check=False, capture_output=True, text=True)
        here = Home(home, home / "starters")
        if ran.returncode != 9:
            assert (ran.returncode, here.own_names()) == (0, ["copy"]), ran.stderr
            break
        stops += 1
        if here.own_names() != ["copy"]:
            assert here.own_names() == []
            with pytest.raises(ProfileError, match="no profile 'copy'"):
                here.choose("copy")
            bring(here, exported)
        with here.profile_store("copy") as store:
            assert store.count() == (2, 0)
        assert here.profile("copy").follow == ("Ada Lovelace",)
        assert not here.unfinished_file("copy").exists()
    assert stops > 8


def test_a_new_profile_takes_the_place_of_a_killed_import(exported, there, run):
    bring(there, exported)
    there.unfinished_file("copy").touch()
    assert run("init", "copy", "--no-input").code == 0
    assert "0 liked" in run("status", "-p", "copy").out


@pytest.mark.parametrize("name", ["make_private_folder", "write"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "Ctrl-C"])
def test_an_import_that_fails_leaves_nothing(exported, there, monkeypatch, name, error):
    plain = getattr(profile_import.files, name)
    left = 0  # calls that still succeed

    def fail(*arguments, **options):
        nonlocal left
        left -= 1
        if left < 0:
            raise error
        return plain(*arguments, **options)

    monkeypatch.setattr(profile_import.files, name, fail)
    for left in range(4):  # noqa: B007 - counted down by `fail`
        try:
            bring(there, exported)
        except (StoreError, KeyboardInterrupt):
            assert nothing_of(there)
            assert there.own_names() == ["ada"]
        else:
            break
    assert there.own_names() == ["ada", "copy"]


def test_a_profile_is_never_overwritten(exported, there):
    before = there.profile_file("ada").read_bytes()
    with pytest.raises(ProfileError, match="here already"):
        bring(there, exported, "ada")
    assert there.profile_file("ada").read_bytes() == before


def test_a_file_that_is_none_is_told(there, tmp_path):
    for place in (tmp_path, tmp_path / "none.zip", SEED, tmp_path / ("x" * 300)):
        with pytest.raises(RecommenderError):
            bring(there, place)


# Zotero's database goes by the same rules

ZOTERO = {
    "itemTypes": "itemTypeID, typeName",
    "deletedItems": "itemID",
    "itemData": "itemID, fieldID, valueID",
    "fields": "fieldID, fieldName",
    "itemDataValues": "valueID, value",
    "itemCreators": "itemID, creatorID, creatorTypeID, orderIndex",
    "creators": "creatorID, firstName, lastName",
    "creatorTypes": "creatorTypeID, creatorType",
    "libraries": "libraryID, type",
}


def test_a_view_in_the_place_of_one_of_zoteros_tables_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "zotero.sqlite")) as connection:
        for table, columns in ZOTERO.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.execute(
            "CREATE VIEW items AS WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x FROM r) "
            "SELECT x AS itemID, x AS itemTypeID, x AS dateAdded, x AS libraryID FROM r"
        )
        connection.commit()
    with pytest.raises(RecommenderError, match="it has no table 'items'"):
        read_sqlite(tmp_path / "zotero.sqlite")
