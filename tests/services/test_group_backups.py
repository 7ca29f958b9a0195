"""A group comes back from a backup, on this machine or another one; and `doctor` says what is wrong with a group."""

import errno
import json
import os
import re
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from groups import PAPERS, Clock, Institute
from hypothesis import given
from hypothesis import strategies as st
from support import NOW

from recommender.api import Progress, Recommender
from recommender.api_group import Group
from recommender.delivery.mail.links import Refused
from recommender.errors import ProfileError, StoreError
from recommender.paper import Verdict
from recommender.results.group import AccountState, Invitation
from recommender.results.upkeep import Level
from recommender.services.group.accounts import headers_checked, shown_name
from recommender.store import backups as profile_backups
from recommender.store import group_backups, removal
from recommender.store.home import Home
from recommender.text.lines import one_line


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def institute(home, clock):
    """Ada and Bob: a past meeting with notes, votes for the next one, ratings of each."""
    made = Institute(home, clock, proxy_header="X-Remote-User")
    made.announce(*PAPERS)
    ada, bob = made.invite("ada", "bob")
    with made.door() as door:
        door.vote(ada, PAPERS[0].id)
        clock.forward(days=7)
        door.keep_notes(door.meetings()[0].number, "We liked it.")
        door.vote(bob, PAPERS[1].id)
    for name in ("ada", "bob"):
        with made.reader(name) as reader:
            reader.like(PAPERS[2].id)
    return made


def session_of(institute, name):
    with institute.door() as door:
        door.mail_link(f"{name}@example.org", "browser")
        return door.use_link(institute.link_of(name), "browser", "Firefox").session


def shown(institute):
    """Accounts, votes and archive as the group's door has them."""
    with institute.door() as door:
        return (
            door.accounts(),
            [(each.paper.id, [vote.name for vote in each.votes]) for each in door.week().voted],
            [(each.at, each.notes, [paper.paper.id for paper in door.voted(each)]) for each in door.meetings()],
        )


def moved(institute, tmp_path):
    """An empty home on another machine."""
    other = Institute.__new__(Institute)
    other.home, other.clock, other.mails = (
        Home(tmp_path / "new", tmp_path / "starters"),
        institute.clock,
        institute.mails,
    )
    return other


def test_a_restored_group_has_its_accounts_votes_archive_and_profiles(institute, tmp_path):
    before = shown(institute)
    with institute.door() as door:
        made = door.back_up(tmp_path / "group.zip")
    assert (made.members, made.profiles) == (2, 2)
    other = moved(institute, tmp_path)
    with other.door() as door:
        restored = door.restore(tmp_path / "group.zip")
    assert (restored.members, restored.profiles, restored.returned, restored.kept) == (2, ("ada", "bob"), (), None)
    assert shown(other) == before
    for name in ("ada", "bob"):
        with Recommender(name, home=other.home.root, clock=other.clock) as reader:
            assert reader.verdicts() == {PAPERS[2].id: Verdict.LIKE}


def test_a_restore_logs_everybody_out_and_no_backup_has_a_login_or_a_secret(institute, tmp_path):
    session = session_of(institute, "ada")
    with institute.door() as door:
        door.mail_link("bob@example.org", "browser")
        unused = institute.link_of("bob")
        key, secret = door._desk.store.key(), institute.home.proxy_secret_file.read_text().strip()
        assert door.member(session)
        door.back_up(tmp_path / "group.zip")
        with zipfile.ZipFile(tmp_path / "group.zip") as archive:
            contents = b"".join(archive.read(name) for name in archive.namelist())
        assert key.encode() not in contents
        assert secret.encode() not in contents
        door.restore(tmp_path / "group.zip")
        assert door.member(session) is None
        with pytest.raises(Refused):
            door.use_link(unused, "browser", "Firefox")
    assert session_of(institute, "ada")


@pytest.fixture
def closed(institute):
    """A home in which nothing can be written."""
    folders = [path for path in institute.home.root.rglob("*") if path.is_dir()]
    for folder in (institute.home.root, *folders):
        folder.chmod(0o500)
    yield institute
    for folder in (institute.home.root, *folders):
        folder.chmod(0o700)


def test_a_home_that_takes_nothing_is_backed_up_elsewhere_and_says_so_when_restored(closed, run, tmp_path):
    if os.access(closed.home.root, os.W_OK):
        pytest.skip("this user stands above rights")
    backup = tmp_path / "group.zip"
    assert "2 members, 2 profiles" in run("group", "backup", backup).out
    assert run("backup", tmp_path / "ada.zip", "-p", "ada").code == 0
    ran = run("group", "restore", backup)
    assert (ran.code, "it is read-only" in ran.err) == (7, True)
    closed.home.profile_file("ada").chmod(0)
    assert f"Error: {closed.home.profile_file('ada')}: " in run("group", "backup", backup).err
    closed.home.profile_file("ada").chmod(0o600)


@pytest.mark.parametrize(("part", "name"), [(removal, "remove_profile"), (group_backups, "forget")])
def test_a_deletion_that_fails_on_the_way_is_finished_by_a_second_call(institute, part, name):
    def fail(*_):
        raise StoreError("permission denied")

    with institute.door() as door:
        door.back_up()
        for path in (institute.home.own_settings_file("ada"), institute.home.profile_file("ada")):
            path.unlink()  # as far as the first call got
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(part, name, fail)
            with pytest.raises(StoreError):
                door.delete("ada@example.org")
        assert door.accounts()[0].state is AccountState.DISABLED
        door.delete("ada@example.org")
        assert [account.address for account in door.accounts()] == ["bob@example.org"]


def test_a_backup_counts_the_profiles_that_are_in_it(institute, run, tmp_path):
    no_profile(institute.home)
    backup = tmp_path / "group.zip"
    assert "2 members, 1 profile." in run("group", "backup", backup).out
    with zipfile.ZipFile(backup) as archive:
        assert json.loads(archive.read("group.json"))["profiles"] == 1


def test_a_restore_that_fails_has_a_message(institute, run, tmp_path):
    backup = tmp_path / "group.zip"
    assert run("group", "backup", backup).code == 0
    (institute.home.root / "backups").touch()
    ran = run("group", "restore", backup)
    assert (ran.code, "make its folder writable" in ran.err) == (7, True)


def test_who_was_disabled_since_stays_so_and_who_was_deleted_is_named(institute, tmp_path):
    institute.invite("carl")
    with institute.door() as door:
        door.back_up(tmp_path / "group.zip")
        door.disable("ada@example.org")
        door.delete("carl@example.org")
        restored = door.restore(tmp_path / "group.zip")
        states = {account.address: account.state for account in door.accounts()}
        assert states["ada@example.org"] is AccountState.DISABLED
        assert restored.returned == ("carl@example.org",)
        assert restored.profiles == ("carl",)


def test_profiles_that_are_here_stay_and_what_is_replaced_is_kept(institute, tmp_path):
    before = shown(institute)
    with institute.door() as door:
        door.back_up(tmp_path / "group.zip")
        (ada, _) = door.accounts()
        door.vote(ada, PAPERS[5].id)
        after = shown(institute)
        with institute.reader("ada") as reader:
            reader.like(PAPERS[4].id)
        restored = door.restore(tmp_path / "group.zip")
    assert shown(institute) == before
    with institute.reader("ada") as reader:
        assert PAPERS[4].id in reader.verdicts()
    with institute.door() as door:
        door.restore(restored.kept)
    assert shown(institute) == after


def test_an_agenda_that_went_out_is_not_mailed_again_after_a_restore(institute, tmp_path, clock):
    with institute.door() as door:
        door.back_up(tmp_path / "group.zip")
        assert [each.sent for each in door.send_agenda()] == [True, True]
        door.restore(tmp_path / "group.zip")
        assert door.send_agenda() == []


def test_a_server_that_runs_goes_on_with_the_restored_group(institute, tmp_path):
    with institute.door() as running, institute.door() as door:
        assert len(running.accounts()) == 2
        door.back_up(tmp_path / "group.zip")
        institute.invite("carl")
        assert len(running.accounts()) == 3
        door.restore(tmp_path / "group.zip")
        assert len(running.accounts()) == 2


def foreign(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TRIGGER x AFTER INSERT ON vote BEGIN DELETE FROM account; END")


def newer(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def cut(path):
    path.write_bytes(path.read_bytes()[:9000])


def with_account(column, value):
    def harm(path):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"UPDATE account SET {column} = ? WHERE profile = 'ada'", (value,))

    return harm


@pytest.mark.parametrize(
    ("member", "harm"),
    [
        ("group.db", with_account("address", "ada@example.org\nBcc: all@example.org")),
        ("group.db", with_account("address", "Ada@example.org")),
        ("group.db", with_account("name", "Ada\x1b[2J")),
        *(
            ("group.db", with_account("profile", name))
            for name in ("../x", "Ada", "a\nb", "", "group", "x" * 65, "/etc/x")
        ),
        ("group.db", foreign),
        ("group.db", newer),
        ("group.db", cut),
        ("group.db", lambda path: path.write_bytes(b"")),
        ("group.toml", lambda path: path.write_text("name = 3\n")),
        ("group.toml", lambda path: path.unlink()),
        ("profiles/ada.zip", lambda path: path.rename(path.with_name("Ada Å.zip"))),
    ],
)
def test_what_is_no_sound_backup_changes_nothing(institute, tmp_path, member, harm):
    with institute.door() as door:
        door.back_up(tmp_path / "group.zip")
    with zipfile.ZipFile(tmp_path / "group.zip") as archive:
        archive.extractall(tmp_path / "parts")
    harm(tmp_path / "parts" / member)
    shutil.make_archive(str(tmp_path / "harmed"), "zip", tmp_path / "parts")
    before = shown(institute)
    for wrong in (tmp_path / "harmed.zip", tmp_path / "nothing.zip", institute.home.group_file):
        with institute.door() as door, pytest.raises((StoreError, ProfileError)):
            door.restore(wrong)
    assert shown(institute) == before
    with institute.door() as door, pytest.raises((StoreError, ProfileError)):
        door.back_up(institute.home.group_file)  # what is no backup is not written over


def test_a_backup_with_a_damaged_profile_names_it_and_adds_no_other(institute, tmp_path):
    with institute.door() as door:
        door.back_up(tmp_path / "group.zip")
    with zipfile.ZipFile(tmp_path / "group.zip") as archive:
        archive.extractall(tmp_path / "parts")
    (tmp_path / "parts" / "profiles" / "bob.zip").write_bytes(b"cut")
    harmed = shutil.make_archive(str(tmp_path / "harmed"), "zip", tmp_path / "parts")
    other = moved(institute, tmp_path)
    with other.door() as door, pytest.raises(StoreError, match=re.escape(f"{harmed}: bob")):
        door.restore(harmed)
    assert not list(other.home.root.rglob("*.*"))


def test_each_day_backs_up_the_group_and_the_members_and_keeps_seven(institute, clock):
    with institute.door() as door:
        for _ in range(9):
            door.daily()
            door.daily()
            clock.forward(days=1)
        assert [path.name for path in door.backups()] == [
            f"group.{(clock.now - timedelta(days=age)).astimezone().date()}.zip" for age in range(1, 8)
        ]
    names = [path.name for path in institute.home.backups_folder.glob("ada.*.zip")]
    assert len(names) == 7


def test_deleting_a_member_leaves_no_name_in_a_backup(institute):
    with institute.door() as door:
        door.daily()
        door.back_up()
        door.delete("ada@example.org")
        (left,) = door.backups()
        with zipfile.ZipFile(left) as archive:
            assert b"ada@example.org" not in b"".join(archive.read(name) for name in archive.namelist())


def test_an_admin_backs_up_and_restores(institute, run, tmp_path):
    ran = run("group", "backup", tmp_path)
    assert "2 members, 2 profiles" in ran.out
    (path,) = tmp_path.glob("group.*.zip")
    assert run("group", "restore").err.startswith("No backup of a group is here")
    ran = run("group", "restore", path)
    assert ran.code == 0
    assert "Everybody logs in anew" in ran.out
    assert "is in" in ran.out
    assert "replaced.zip" in run("group", "restore").out


# Doctor


def findings(run):
    document = json.loads(run("doctor", "--json").out)
    return [each for each in document["findings"] if each["link"] == "group"]


def wrong(run):
    return [f"{each['text']} → {each['remedy']}" for each in findings(run) if each["level"] == Level.WRONG.value]


def test_a_group_in_order_has_nothing_wrong(institute, run):
    assert run("group", "backup").code == 0
    assert wrong(run) == []
    said = " ".join(each["text"] for each in findings(run))
    assert "2 members of Fusion at Example Institute" in said
    assert "mails go out from Papers <papers@example.org>" in said
    assert "the newest of 1 backup" in said


def test_a_home_without_a_group_hears_nothing_of_one(run):
    run("init", "ada", "--no-input")
    assert findings(run) == []


def short_secret(home):
    home.proxy_secret_file.write_text("0123456789")


def simple_secret(home):
    home.proxy_secret_file.write_text("secretsecretsecretsecret")


def open_secret(home):
    home.proxy_secret_file.chmod(0o644)


def no_secret(home):
    home.proxy_secret_file.unlink()


def damaged(home):
    home.group_file.write_bytes(b"x" * 9000)


def gone(home):
    home.group_file.unlink()
    for part in ("-wal", "-shm"):
        home.group_file.with_name(f"group.db{part}").unlink(missing_ok=True)


def a_newer_one(home):
    newer(home.group_file)


def no_profile(home):
    home.profile_file("ada").unlink()
    home.own_settings_file("ada").unlink()


def a_damaged_profile(home):
    cut(home.profile_file("ada"))


def edited(old, new):
    def edit(home):
        text = home.group_settings_file.read_text()
        assert old in text
        home.group_settings_file.write_text(text.replace(old, new))

    return edit


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (short_secret, "too short"),
        (simple_secret, "too simple"),
        (open_secret, "others may read this secret"),
        (no_secret, "group.proxy-secret"),
        (damaged, "recommend group restore"),
        (gone, "recommend group restore"),
        (a_newer_one, "newer version"),
        (no_profile, "ada@example.org has an account, but the profile ada is not here"),
        (a_damaged_profile, "recommend doctor --fix -p ada"),
        (edited('by = "maildir:', 'by = "sendmail:/nowhere/sendmail" #'), "cannot be mailed: /nowhere/sendmail"),
        (edited('by = "maildir:', 'by = "smtp://papers@mail.example.org" #'), "cannot be mailed: no password"),
        (edited("Papers <papers@example.org>", "papers"), "is no e-mail address"),
        (edited("votes =", "vote ="), "unknown setting 'vote'"),
    ],
)
def test_what_is_wrong_with_a_group_is_said_in_words(institute, run, harm, says):
    with institute.door() as door:
        door.back_up()
    harm(institute.home)
    said = wrong(run)
    assert len(said) == 1
    assert says in said[0]
    assert run("doctor").code == 9
    assert "Traceback" not in run("doctor").err


def test_what_is_only_worth_knowing_is_a_note(institute, run):
    edited('proxy_header = "X-Remote-User"', 'proxy_header = ""')(institute.home)
    run("init", "emmy", "--no-input")
    notes = " ".join(each["text"] for each in findings(run) if each["level"] == Level.NOTE.value)
    assert "1 profile without an account: emmy" in notes
    assert "a secret that nothing uses" in notes
    assert "no backup of the group yet" in notes


def test_what_a_killed_backup_left_and_files_that_others_may_read_are_found(institute, run):
    folder = institute.home.backups_folder / "group"
    folder.mkdir(parents=True)
    left = folder / ".group.zip.new-999999"
    left.write_text("half")
    os.utime(left, (0, 0))
    institute.home.root.chmod(0o750)  # shared on purpose
    institute.home.group_file.chmod(0o640)
    said = run("doctor").out
    assert f"{left} was begun and never finished" in said
    assert f"others may read {institute.home.group_file}" in said
    run("doctor", "--fix")
    assert not left.exists()
    assert institute.home.group_file.stat().st_mode & 0o077 == 0


def test_an_agenda_that_no_timer_sent_is_wrong(institute, run, clock):
    with institute.door() as door:
        due = door.agenda_due()
    assert due > NOW
    from recommender.services.group import checkup
    from recommender.services.reader import Reader

    for hours, expected in ((1, False), (3, True)):
        reader = Reader(institute.home, clock=lambda hours=hours: due + timedelta(hours=hours))
        late = [each for each in checkup.group(reader, False) if "agenda was to go out" in each.text]
        assert bool(late) is expected
        reader.close()


def erased(institute, door):
    """Delete Ada; a request that was under way writes her ratings once more."""
    file = institute.home.profile_file("ada")
    content = file.read_bytes()
    door.delete("ada@example.org")
    file.write_bytes(content)


def taken_by_another(institute, door):
    erased(institute, door)
    door.invite(Invitation("carl@example.org", profile="ada", send=False))


def gone_by_restore(institute, door):
    door.restore(institute.home.root.parent / "without.zip")


def gone_by_restore_with_logins(institute, door):
    gone_by_restore(institute, door)
    door.mail_link("bob@example.org", "browser")


def made_anew(institute, door):
    for path in institute.home.root.glob("group.db*"):
        path.unlink()
    institute.home.group_settings_file.unlink()
    Institute(institute.home.root, institute.clock)


def damaged_file(institute, door):
    door.close()
    cut(institute.home.group_file)


def missing_file(institute, door):
    door.close()
    institute.home.group_file.unlink()


@pytest.mark.parametrize("with_settings", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        lambda institute, door: None,
        lambda institute, door: door.disable("ada@example.org"),
        taken_by_another,
        gone_by_restore,
        gone_by_restore_with_logins,
        made_anew,
        damaged_file,
        missing_file,
    ],
)
def test_the_end_of_a_request_touches_no_profile_whose_account_was_not_erased(
    institute, tmp_path, change, with_settings
):
    home = institute.home
    with institute.door() as door:
        ada = next(account for account in door.accounts() if account.profile == "ada")
        since = door.generation()
        door.back_up(tmp_path / "with.zip")
    kept = {path: path.read_bytes() for path in home.profiles_folder.glob("ada.*") if path.suffix in (".toml", ".db")}
    with institute.door() as door:  # a backup of the time before Ada
        door.delete("ada@example.org")
        door.back_up(tmp_path / "without.zip")
        door.restore(tmp_path / "with.zip")
        for path, content in kept.items():
            path.write_bytes(content)
        since = door.generation()
    if not with_settings:
        home.own_settings_file("ada").rename(home.own_settings_file("ada").with_suffix(".renamed"))
    with institute.door() as door:
        change(institute, door)
    before = sorted(path for path in home.root.rglob("ada*"))
    assert home.profile_file("ada") in before
    with institute.door() as door, suppress(StoreError):
        door.leave_nothing_of(ada, since)
    assert sorted(home.root.rglob("ada*")) == before


def test_the_end_of_a_request_leaves_nothing_of_a_member_who_was_erased_meanwhile(institute):
    with institute.door() as door:
        ada = next(account for account in door.accounts() if account.profile == "ada")
        since = door.generation()
        erased(institute, door)
    assert institute.home.profile_file("ada").exists()
    with institute.door() as door:
        door.leave_nothing_of(ada, since)
    assert not list(institute.home.root.rglob("ada*"))


@pytest.mark.parametrize("what", ["the group", "ada", "bob"])
def test_a_backup_of_a_day_that_fails_is_told_in_words(institute, monkeypatch, clock, what):
    failed = OSError(errno.EROFS, os.strerror(errno.EROFS), str(institute.home.backups_folder))

    def drop_old(*_):
        raise failed

    for module in (group_backups, profile_backups):
        monkeypatch.setattr(module, "drop_old", drop_old)
    warnings = []
    progress = Progress()
    monkeypatch.setattr(progress, "warn", warnings.append)
    with Group(home=institute.home.root, clock=clock, progress=progress) as door:
        door.daily()
    (warning,) = (text for text in warnings if text.startswith(f"Today's backup of {what} "))
    assert warning.endswith(f"was not made: {institute.home.backups_folder}: {os.strerror(errno.EROFS)}")


def test_who_takes_the_name_of_a_profile_while_it_is_deleted_keeps_the_new_one(institute, monkeypatch):
    remove, guests = removal.remove_profile, []

    def invite():
        with institute.door() as door:
            door.invite(Invitation("carl@example.org", profile="ada", send=False))

    def removing(home, name, keep=()):
        with institute.door() as door:
            is_gone = all(account.profile != name for account in door.accounts())
        if is_gone and not guests:
            guests.append(threading.Thread(target=invite))
            guests[0].start()
            guests[0].join(0.5)
        return remove(home, name, keep)

    monkeypatch.setattr(removal, "remove_profile", removing)
    with institute.door() as door:
        door.delete("ada@example.org")
    guests[0].join(20)
    assert institute.home.own_settings_file("ada").exists()


@given(st.text(max_size=80))
def test_every_name_and_address_of_an_account_may_come_back_by_a_backup(text):
    name = shown_name(text)
    assert one_line(name) == name
    with suppress(ProfileError):
        address = headers_checked(f"{text}@example.org")
        assert one_line(address).lower() == address
