"""A group without its pages: members, logins, votes, agendas, and what nobody may see."""

import email
import email.policy
import json
import shutil
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import product
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from groups import PAPERS, SETTINGS, Clock, Institute, vote_with_all_letters
from hypothesis import given
from hypothesis import strategies as st
from support import ENCODER, NOW, make_paper

from recommender.api_group import Group
from recommender.delivery.mail import group as mails
from recommender.delivery.mail.links import Refused
from recommender.errors import ProfileError, StoreError
from recommender.results.group import AccountState, GroupSettings, Invitation, VoteChoice
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.services.group import week
from recommender.services.group.week import step
from recommender.store import group_settings


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def institute(home, clock):
    made = Institute(home, clock)
    made.announce(*PAPERS)
    return made


# Settings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", ""),
        ("page", "http://papers.example.org"),
        ("page", "https://papers.example.org/papers"),
        ("page", "https://ada@papers.example.org"),
        ("page", "papers.example.org"),
        ("page", "https://papers.example.org:99999"),
        ("page", "https://papers.example.org:"),
        ("page", "https://papers.example.org?"),
        ("page", "https://papers.example.org#"),
        ("page", "https://papers example.org"),
        ("name", "\u200b\u2066"),
        ("from", "nobody"),
        ("by", "carrier pigeon"),
        ("by", "maildir:here"),
        ("meeting", "friday"),
        ("meeting", "someday 14:00"),
        ("meeting", "friday 25:00"),
        ("meeting", "friday 14:00+02:00"),
        ("timezone", "Atlantis"),
        ("timezone", "../../etc/passwd"),
        ("notice", 0),
        ("votes", True),
        ("categories", "cs.CV"),
        ("proxy_header", "X Remote"),
        ("colour", "red"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_is_made(home, key, value):
    with Group(home=home) as door, pytest.raises(ProfileError):
        door.create(SETTINGS | {"by": "sendmail:/usr/sbin/sendmail"} | {key: value})
    assert not (home / "group.toml").exists()


@pytest.mark.parametrize(
    ("page", "origin"),
    [
        ("https://papers.example.org:443", "https://papers.example.org"),
        ("HTTP://localhost:80/", "http://localhost"),
        ("https://Papers.example.org:08443", "https://papers.example.org:8443"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_page_is_what_browsers_call_it(home, page, origin):
    with Group(home=home) as door:
        settings, _ = door.create(SETTINGS | {"by": "sendmail:/usr/sbin/sendmail", "page": page})
    assert settings.page == origin


def test_there_is_one_group_in_a_home(institute):
    with institute.door() as door, pytest.raises(ProfileError, match="already"):
        door.create(SETTINGS | {"by": "sendmail:/usr/sbin/sendmail"})


def test_without_a_group_everything_says_so(home):
    address = "ada@example.org"
    calls = (Group.week, Group.accounts, Group.health, Group.daily, Group.back_up)
    of_member = (Group.export, Group.delete, Group.disable, Group.enable)
    for call in (*calls, *(partial(each, address=address) for each in of_member)):
        with Group(home=home) as door, pytest.raises(ProfileError, match="group init"):
            call(door)
    assert not home.exists()


def test_a_new_file_of_settings_says_what_each_means(institute):
    text = institute.home.group_settings_file.read_text()
    assert all(f"\n{key} = " in text for key in group_settings._COMMENTS if key != "name")
    assert text.count("# ") == len(group_settings._COMMENTS)


# Members


def test_an_invited_reader_gets_a_profile_and_a_mail_without_secrets(institute):
    with institute.door() as door:
        invited = door.invite(Invitation("Ada@Example.org", "Ada Lovelace"))
        again = door.invite(Invitation("ada@example.org"))
    assert (invited.is_new, again.is_new, again.account) == (True, False, invited.account)
    assert invited.account[1:5] == ("ada@example.org", "Ada Lovelace", "ada", AccountState.INVITED)
    assert institute.home.profile("ada").categories == ("cs.CV",)
    first, second = institute.mailed_to("ada")
    assert "https://papers.example.org/login " in first.get_content()
    assert first.get_content() == second.get_content()


@given(st.text(max_size=80))
def test_any_name_of_a_member_is_one_short_line(tmp_path_factory, name):
    institute = Institute(tmp_path_factory.mktemp("group") / "home", Clock())
    with institute.door() as door:
        account = door.invite(Invitation("ada@example.org", name)).account
        assert account.name
        assert len(account.name) <= 60
        assert account.name == " ".join(account.name.split())
        door.choose(account, counted=False, agenda=True, authors=(name,))
        assert door.accounts()[0].name == account.name
    assert account.name.encode("utf-8")
    assert "Hello" in institute.mailed_to("ada")[0].get_content()


def solid(text):
    return "".join(text.split())


@pytest.mark.slow
def test_names_with_every_letter_of_unicode_stand_in_lists_votes_and_mails(institute, run):
    names = vote_with_all_letters(institute, PAPERS[0])
    with institute.door() as door:
        assert [vote.name for vote in door.week().voted[0].votes] == names
        mail = email.message_from_bytes(door.preview_agenda().as_bytes(), policy=email.policy.default)
        accounts = {account.name: account for account in door.accounts()}
        invitations = [mails.invitation(door.settings, accounts[name], NOW).as_bytes() for name in names[::40]]
    assert solid(", ".join(names)) in solid(mail.get_content())
    for name, sent in zip(names[::40], invitations, strict=True):
        assert solid(name) in solid(email.message_from_bytes(sent, policy=email.policy.default).get_content())
    assert {each["name"] for each in json.loads(run("group", "list", "--json").out)["members"]} == set(names)
    assert run("group", "list").code == 0


def test_mails_of_a_group_are_72_columns_wide_and_keep_addresses_whole(institute):
    (ada,) = institute.invite("ada")
    untitled = PAPERS[0]._replace(id="2001.99999", title="", abstract="", authors=())
    institute.announce(untitled)
    with institute.door() as door:
        settings = door.settings._replace(name="The group of " + "very patient " * 8 + "readers")
        door.vote(ada, untitled.id)
        voted = door.week().voted
        made = [
            mails.invitation(settings, ada, NOW),
            mails.login_link(settings, ada, "t" * 90, NOW),
            mails.agenda(settings, ada, voted, NOW, NOW),
        ]
    for sent in (email.message_from_bytes(each.as_bytes(), policy=email.policy.default) for each in made):
        lines = sent.get_content().splitlines()
        assert all(len(line) <= 72 or "://" in line for line in lines), lines
    assert f"{settings.page}/login/{'t' * 90}" in made[1].get_content().splitlines()
    assert "2001.99999" in made[2]["Subject"]


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "a b@example.org", "ada@example.org\nBcc: x@y.z", "é@example.org"]
)
def test_what_is_no_address_is_not_invited(institute, address):
    with institute.door() as door, pytest.raises(ProfileError):
        door.invite(Invitation(address))
    assert institute.mailed() == []


def test_profiles_of_members_with_like_addresses_are_apart(institute):
    with institute.door() as door:
        profiles = [
            door.invite(Invitation(address, send=False)).account.profile
            for address in ("ada@a.org", "ada@b.org", "Ada.L@c.org", "group@d.org", "+++@e.org")
        ]
        assert profiles == ["ada", "ada2", "ada-l", "group2", "reader"]
        with pytest.raises(ProfileError, match="belongs to"):
            door.invite(Invitation("eve@x.org", profile="ada"))


def test_who_is_invited_at_the_same_moment_gets_one_account_and_a_profile_of_ones_own(institute):
    addresses = ["ada@example.org", "ada@example.com", "a.da@example.org", "a-da@example.org"] * 3

    def invite(address):
        with institute.door() as door:
            return address, door.invite(Invitation(address, send=False)).account.profile

    with ThreadPoolExecutor(8) as pool:
        given = set(pool.map(invite, addresses))
    with institute.door() as door:
        assert {(account.address, account.profile) for account in door.accounts()} == given
    assert len(given) == 4
    assert institute.home.own_names() == sorted(profile for _, profile in given)


def test_an_existing_profile_is_taken_over_with_its_ratings(institute):
    with institute.reader("carl") as reader:
        from recommender import NewProfile

        reader.create_profile(NewProfile("carl"))
        reader.like(PAPERS[0].id)
    with institute.door() as door:
        assert door.invite(Invitation("c@example.org", profile="carl")).account.profile == "carl"
    with institute.reader("carl") as reader:
        assert reader.count() == (1, 0)


def test_no_member_gets_the_name_by_which_the_groups_password_is_kept(institute):
    with institute.door() as door:
        with pytest.raises(ProfileError, match="group's"):
            door.invite(Invitation("ada@example.org", profile="group"))
        assert not door.accounts()
        assert door.invite(Invitation("group@example.org", send=False)).account.profile == "group2"


def test_a_profile_that_cannot_be_made_leaves_no_account(institute):
    with institute.door() as door:
        with pytest.raises(ProfileError, match="no shipped profile"):
            door.invite(Invitation("ada@example.org", starter="nothing"))
        assert door.accounts() == []


def test_a_member_who_is_disabled_is_logged_out_and_loses_nothing(institute, clock):
    (ada,) = institute.invite("ada")
    with institute.door() as door:
        door.mail_link(ada.address, "browser")
        session = door.use_link(institute.link_of("ada"), "browser", "Firefox").session
        door.vote(ada, PAPERS[0].id)
        door.mail_link(ada.address, "browser")
        door.disable(ada.address)
        assert door.member(session) is None
        with pytest.raises(Refused):
            door.use_link(institute.link_of("ada"), "browser", "Firefox")
        door.enable(ada.address)
        assert door.member(session) is None
        assert len(door.week().voted) == 1


def test_an_export_has_the_profile_and_what_the_group_knows(institute, tmp_path):
    (ada,) = institute.invite("ada")
    with institute.reader("ada") as reader:
        reader.like(PAPERS[0].id)
    with institute.door() as door:
        door.vote(ada, PAPERS[1].id)
        profile, known = door.export(ada.address, tmp_path)
        with pytest.raises(StoreError, match="exists"):
            door.export(ada.address, tmp_path)
    assert set(zipfile.ZipFile(profile).namelist()) == {"profile.db", "profile.toml"}
    document = json.loads(known.read_text())
    assert [vote["paper"] for vote in document["votes"]] == [PAPERS[1].id]
    assert PAPERS[0].id not in known.read_text()


def everything(folder):
    """All bytes of all files below a folder, and their names."""
    return b"\0".join(str(path).encode() + b"\0" + path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_is_left_of_a_deleted_member(institute, clock, run):
    ada, bob = institute.invite("adalovelace", "bob")
    name = b"adalovelace"
    for account in (ada, bob):
        with institute.reader(account.profile) as reader:
            reader.today(day=NOW.date(), offline=True)
            reader.like(PAPERS[0].id)
            reader.dislike(PAPERS[1].id)
            reader.upkeep.back_up_daily()
            reader.upkeep.back_up()
            reader.follow(f"Author of {account.name}")
            reader.reset()
            reader.like(PAPERS[2].id)
    with institute.door() as door:
        for account in (ada, bob):
            door.mail_link(account.address, "browser")
            door.use_link(institute.link_of(account.profile), "browser", f"Browser of {account.name}")
            door.vote(account, PAPERS[3].id)
            door.vote(account, PAPERS[4 if account is ada else 5].id)
            door.choose(account, counted=True, agenda=True, authors=(f"Ms {account.name}",))
            door.disown(account, PAPERS[0].id)
        door.send_agenda()
    logs = institute.home.log_file(ada.profile)
    logs.parent.mkdir(exist_ok=True)
    logs.write_text("a line\n")
    institute.home.password_file(ada.profile, "smtp").write_text("secret")
    (institute.home.profiles_folder / f"{ada.profile}-backup.db").write_bytes(b"a copy")
    shutil.copy(institute.home.group_file, institute.home.backups_folder / "group.schema-1.db")
    run("like", "9999.99999", "-p", ada.profile)  # an error that names the profile
    assert everything(institute.home.root).lower().count(name) > 10
    with institute.door() as door:
        erased = door.delete(ada.address)
    assert erased.files > 5
    assert name not in everything(institute.home.root).lower()
    with institute.door() as door:
        assert [account.address for account in door.accounts()] == [bob.address]
        assert {vote.name for each in door.week().voted for vote in each.votes} == {"Bob"}
        with pytest.raises(ProfileError, match="no account"):
            door.delete(ada.address)
    with institute.reader("bob") as reader:
        assert reader.count() == (1, 0)
    assert sqlite3.connect(institute.home.group_file).execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("parts", [False, True])
def test_deleting_a_member_leaves_others_whose_names_look_like_copies(institute, parts):
    names = ("ada", "ada-old", "ada-20261126", "ada_backup-2", "bob")
    if parts:
        for part in range(256):
            (institute.home.profiles_folder / f"{part:02x}").mkdir(parents=True)
    institute.invite(*names)
    for name in names:
        with institute.reader(name) as reader:
            reader.today(day=NOW.date(), offline=True)
            reader.like(PAPERS[0].id)
            reader.upkeep.back_up_daily()
    settings = institute.home.own_settings_file("ada-old")  # a member, whatever its settings say
    settings.write_text(settings.read_text().partition("\n")[2])
    copies = institute.home.own_settings_file("ada").parent
    (copies / "ada-copy.db").write_bytes(b"a copy")
    before = {path: path.read_bytes() for path in institute.home.root.rglob("*ada?*.toml")}
    with institute.door() as door:
        door.delete("ada@example.org")
        assert [account.profile for account in door.accounts()] == sorted(set(names) - {"ada"})
    assert {path: path.read_bytes() for path in before} == before
    assert not list(institute.home.root.rglob("ada.*"))
    assert not (copies / "ada-copy.db").exists()
    for name in names[1:]:
        with institute.reader(name) as reader:
            assert reader.count() == (1, 0)
        assert list(institute.home.backups_folder.glob(f"{name}.*.zip"))


# Logging in


def test_papers_that_a_deleted_member_alone_brought_leave_the_library(institute):
    ada, _ = institute.invite("ada", "bob")
    drafts = [
        make_paper(number, f"Unpublished chanterelle {number}")._replace(id=f"title:unpublished chanterelle {number}")
        for number in range(3)
    ]
    for name, brought in (("ada", drafts), ("bob", drafts[1:2])):
        with institute.reader(name) as reader:
            entries = LibraryEntries(tuple(LibraryEntry(paper, NOW) for paper in (*brought, PAPERS[0])))
            reader.import_library(entries, offline=True)
    with institute.door() as door:
        door.vote(ada, drafts[0].id)
        door.vote(ada, drafts[2].id)
        (bob,) = (each for each in door.accounts() if each.profile == "bob")
        door.vote(bob, drafts[2].id)
        door.delete("ada@example.org")
    with institute.home.library(ENCODER) as library:
        there = library.papers([*(paper.id for paper in drafts), PAPERS[0].id])
        assert set(there) == {drafts[1].id, drafts[2].id, PAPERS[0].id}
    assert b"chanterelle 0" not in everything(institute.home.root)
    with institute.reader("bob") as reader:
        assert [item.paper.id for item in reader.search("chanterelle").items]


def test_a_link_logs_in_once(institute):
    institute.invite("ada")
    with institute.door() as door:
        door.mail_link("ADA@example.org", "browser", "/2026-03-02")
        token = institute.link_of("ada")
        assert door.look_at_link(token, "browser").name == "Ada"
        started = door.use_link(token, "browser", "Mozilla/5.0 (X11; Linux x86_64) \x1b[31m Firefox/140.0")
        assert (started.account.name, started.back) == ("Ada", "/2026-03-02")
        assert door.member(started.session).name == "Ada"
        assert [login.browser for login in door.logins(started.account)] == ["Firefox on Linux"]
        with pytest.raises(Refused, match="used already"):
            door.use_link(token, "browser", "Firefox")


def test_a_link_that_is_used_by_many_at_once_logs_one_in(institute):
    institute.invite("ada")
    with institute.door() as door:
        door.mail_link("ada@example.org", "browser")
    token = institute.link_of("ada")

    def use(_):
        with institute.door() as door:
            try:
                return door.use_link(token, "browser", "Firefox").session
            except Refused:
                return None

    with ThreadPoolExecutor(8) as pool:
        assert len([one for one in pool.map(use, range(16)) if one]) == 1


def test_a_link_stands_in_one_line_of_the_mail_as_it_is_kept(institute):
    institute.invite("ada")
    with institute.door() as door:
        door.mail_link("ada@example.org", "browser")
    assert institute.link_of("ada") in institute.mailed_to("ada")[-1].as_string()


def test_a_link_is_no_good_in_another_browser_later_or_changed(institute, clock):
    institute.invite("ada")
    with institute.door() as door:
        door.mail_link("ada@example.org", "browser")
        token = institute.link_of("ada")
        for browser in ("", "another"):
            with pytest.raises(Refused, match="another browser"):
                door.use_link(token, browser, "Firefox")
        other = "A" if token[-5] != "A" else "B"  # the last character has bits that say nothing
        for changed in ("", token[:-1], token[:-5] + other + token[-4:], "x" * 4000, "é"):
            with pytest.raises(Refused, match="signature"):
                door.use_link(changed, "browser", "Firefox")
        clock.forward(minutes=15)
        with pytest.raises(Refused, match="15 minutes"):
            door.use_link(token, "browser", "Firefox")
        clock.forward(seconds=-1)
        assert door.use_link(token, "browser", "Firefox")


def test_an_address_without_account_gets_no_mail_and_no_error(institute):
    with institute.door() as door:
        for address in ("eve@example.org", "", "no address", "ada@example.org\nBcc: eve@example.org", "\0", "é@x"):
            door.mail_link(address, "browser")
    assert institute.mailed() == []


def test_a_link_is_made_for_every_address_so_that_no_later_answer_is_faster(institute, monkeypatch):
    institute.invite("ada", "bob")
    made = []
    login_link = mails.login_link
    monkeypatch.setattr(mails, "login_link", lambda *given: made.append(given) or login_link(*given))
    with institute.door() as door:
        door.disable("bob@example.org")
        for name in ("ada", "eve", "bob"):
            door.mail_link(f"{name}@example.org", "browser")
    assert len(made) == 3
    assert [mail["To"] for mail in institute.mailed()] == ["ada@example.org"]
    with closing(sqlite3.connect(institute.home.group_file)) as connection:
        assert connection.execute("SELECT account FROM link").fetchall() == [(1,)]


def test_sessions_end_by_themselves_and_by_hand(institute, clock):
    ada, bob = institute.invite("ada", "bob")
    sessions = {}
    with institute.door() as door:
        for account in (ada, ada, ada, bob):
            door.mail_link(account.address, "browser")
            started = door.use_link(institute.link_of(account.profile), "browser", "Firefox")
            sessions.setdefault(account.profile, []).append(started.session)
        first, second, third = sessions["ada"]
        door.log_out(first)
        assert [bool(door.member(each)) for each in (first, second, third)] == [False, True, True]
        (newest, _) = door.logins(ada)
        door.end_login(bob, newest.number)  # somebody else's
        assert door.member(third)
        door.end_login(ada, newest.number)
        assert [bool(door.member(each)) for each in (second, third)] == [True, False]
        clock.forward(days=30)
        assert door.member(second) is None
        assert door.member("") is None


def test_secrets_are_stored_as_hashes_alone(institute):
    institute.invite("ada")
    with institute.door() as door:
        door.mail_link("ada@example.org", "the browser's secret")
        session = door.use_link(institute.link_of("ada"), "the browser's secret", "Firefox").session
    stored = everything(institute.home.root)
    assert session.encode() not in stored
    assert b"the browser's secret" not in stored


def test_a_proxy_counts_with_its_secret_alone(home, clock):
    institute = Institute(home, clock, proxy_header="X-Remote-User")
    institute.invite("ada", "bob")
    secret = institute.home.proxy_secret_file.read_text().strip()
    with institute.door() as door:
        door.invite(Invitation("carl@example.org", send=False))
        door.disable("bob@example.org")
        assert door.member_by_proxy("Ada@example.org", secret).name == "Ada"
        assert door.member_by_proxy("carl@example.org", secret).state is AccountState.ACTIVE
        for address in ("bob@example.org", "eve@example.org", "", "no address"):
            assert door.member_by_proxy(address, secret) is None
        for wrong in ("", "x", secret[:-1], f"{secret} ", "é"):
            with pytest.raises(Refused, match="secret"):
                door.member_by_proxy("ada@example.org", wrong)
        institute.home.proxy_secret_file.chmod(0o644)
        with pytest.raises(ProfileError, match="chmod"):
            door.member_by_proxy("ada@example.org", secret)


# Votes


def test_votes_have_names_and_an_order(institute, clock):
    ada, bob, carl = institute.invite("ada", "bob", "carl")
    with institute.door() as door:
        for account, paper in [(ada, 0), (bob, 1), (carl, 1), (carl, 2)]:
            assert door.vote(account, PAPERS[paper].id) is VoteChoice.COUNTED
            clock.forward(minutes=1)
        assert door.vote(ada, PAPERS[0].id) is VoteChoice.REPEATED
        week = door.week()
        shown = [(each.paper.id, [vote.name for vote in each.votes]) for each in week.voted]
        assert shown == [(PAPERS[1].id, ["Bob", "Carl"]), (PAPERS[0].id, ["Ada"]), (PAPERS[2].id, ["Carl"])]
        assert week.members == 3
        door.withdraw(carl, PAPERS[2].id)
        door.withdraw(carl, PAPERS[0].id)  # another's vote stays
        assert len(door.week().voted) == 2


def test_a_vote_is_no_rating_and_a_rating_no_vote(institute):
    (ada,) = institute.invite("ada")
    with institute.door() as door, institute.reader("ada") as reader:
        door.vote(ada, PAPERS[0].id)
        assert reader.count() == (0, 0)
        reader.like(PAPERS[1].id)
        assert [each.paper.id for each in door.week().voted] == [PAPERS[0].id]


def test_the_last_vote_is_given_once_whatever_comes_at_the_same_moment(institute):
    ada, bob = institute.invite("ada", "bob")
    with institute.door() as door:
        for paper in PAPERS[:4]:
            door.vote(ada, paper.id)

    def vote(call):
        account, paper = call
        with institute.door() as door:
            return door.vote(account, paper.id)

    calls = [(account, paper) for paper in PAPERS[4:] for account in (ada, bob)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(vote, calls))
    assert outcomes[::2].count(VoteChoice.COUNTED) == 1
    assert outcomes[::2].count(VoteChoice.USED_UP) == 3
    assert outcomes[1::2] == [VoteChoice.COUNTED] * 4
    with institute.door() as door:
        assert sum(len(each.votes) for each in door.week().voted) == 4 + 1 + 4


def test_a_meeting_passes_into_the_archive_with_its_votes_and_notes(institute, clock):
    (ada,) = institute.invite("ada")
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)
        assert door.week().meeting.at.isoformat() == "2026-03-06T14:00:00+01:00"
        assert door.meetings() == []
        clock.forward(days=5)
        assert door.week().voted == ()
        (held,) = door.meetings()
        assert [each.paper.id for each in door.voted(held)] == [PAPERS[0].id]
        door.keep_notes(held.number, "We liked it.\r\n\x1b[31mRead §3.\u202e\n")
        assert door.meeting(held.number).notes == "We liked it.\nRead §3."
        door.withdraw(ada, PAPERS[0].id)  # the past stays
        assert door.voted(held)
        with pytest.raises(ProfileError):
            door.keep_notes(99, "x")
        with pytest.raises(ProfileError):
            door.keep_notes(held.number, "x" * 6_001)


def test_votes_move_with_the_meeting_when_its_day_changes(institute, clock):
    (ada,) = institute.invite("ada")
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)
    path = institute.home.group_settings_file
    path.write_text(path.read_text().replace("friday 14:00", "wednesday 09:30"))
    with institute.door() as door:
        door.vote(ada, PAPERS[1].id)
        week = door.week()
        assert f"{week.meeting.at:%A %H:%M}" == "Wednesday 09:30"
        assert len(week.voted) == 2
    path.write_text(path.read_text().replace("wednesday 09:30", "tuesday 10:00"))
    with institute.door() as door:
        door.daily()  # moves it, although nobody votes any more
        clock.forward(days=2)
        (held,) = door.meetings()
        assert f"{held.at:%A}" == "Tuesday"
        assert door.week().voted == ()


@pytest.mark.parametrize("hours", [-1, 1])
def test_votes_stay_with_their_meeting_when_a_clock_was_an_hour_off(institute, clock, hours):
    """It is set right half an hour before the meeting; what was voted meanwhile is for that meeting or the next."""
    ada, bob = institute.invite("ada", "bob")
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)
        meeting = door.week().meeting.at
        clock.now = meeting - timedelta(minutes=30) + timedelta(hours=hours)
        door.vote(bob, PAPERS[1].id)
        clock.forward(hours=-hours)
        shown = {each.paper.id for each in door.week().voted}
        assert door.week().meeting.at == meeting
        assert shown == ({PAPERS[0].id} if hours > 0 else {PAPERS[0].id, PAPERS[1].id})
        assert [each.sent for each in door.daily()] == [True, True]
        clock.forward(hours=hours)
        door.daily()
        clock.forward(hours=-hours)
        assert door.daily() == []  # no agenda twice
        clock.forward(hours=1)
        assert {each.paper.id for each in door.week().voted} == ({PAPERS[1].id} if hours > 0 else set())
        assert [each.at for each in door.meetings()] == [meeting]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_right_logs_nobody_in_twice_and_keeps_logins(institute, clock, hours):
    institute.invite("ada")
    clock.forward(hours=hours)
    with institute.door() as door:
        door.mail_link("ada@example.org", "browser")
        used = institute.link_of("ada")
        session = door.use_link(used, "browser", "Firefox").session
        clock.forward(hours=-hours)
        assert door.member(session)
        with pytest.raises(Refused):
            door.use_link(used, "browser", "Firefox")


def test_meetings_keep_their_hour_on_the_wall_when_clocks_change(institute, clock):
    hours = set()
    for _ in range(60):
        with institute.door() as door:
            at = door.local(door.week().meeting.at)
            assert at > clock.now
            assert at - clock.now <= timedelta(days=7, hours=1)
        hours.add(f"{at:%A %H:%M}")
        clock.forward(days=6, hours=7)
    assert hours == {"Friday 14:00"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
@pytest.mark.parametrize("hour", [time(0), time(0, 30), time(1, 45), time(2), time(2, 30), time(3)])
def test_the_next_meeting_is_to_come_and_the_same_until_it_was(zone, hour):
    year = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(366)]
    offsets = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in year]
    changes = [moment for moment, one, other in zip(year, offsets, offsets[1:], strict=False) if one != other]
    assert len(changes) == 2
    for change, weekday in product(changes, range(7)):
        settings = GroupSettings("G", "https://x.org", "p@x.org", "", weekday=weekday, hour=hour, timezone=zone)
        quarters = [change + timedelta(minutes=15 * number) for number in range(-96, 192)]
        meetings = [week.planned(SimpleNamespace(now=now, settings=settings)) for now in quarters]
        assert all(
            timedelta(0) < at.astimezone(UTC) - now <= timedelta(days=7, hours=1)
            for at, now in zip(meetings, quarters, strict=True)
        )
        assert len({at.astimezone(UTC) for at in meetings}) <= 2


def test_a_vote_in_the_hour_that_comes_twice_is_for_a_coming_meeting(institute, clock):
    settings = institute.home.group_settings_file
    settings.write_text(settings.read_text().replace("friday 14:00", "sunday 02:30"))
    (ada,) = institute.invite("ada")
    clock.now = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 in Berlin, for the second time
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)
        assert [each.paper.id for each in door.week().voted] == [PAPERS[0].id]
        assert not door.meetings()


def test_notes_that_somebody_changed_meanwhile_stay(institute, clock):
    (ada,) = institute.invite("ada")
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)
        clock.forward(days=7)
        (held,) = door.meetings()
        assert door.keep_notes(held.number, "first", instead_of=held.notes)
        assert not door.keep_notes(held.number, "second", instead_of=held.notes)
        assert door.meeting(held.number).notes == "first"
        assert door.keep_notes(held.number, "third")


def test_a_shared_list_is_found_by_its_secret_alone(institute):
    (ada,) = institute.invite("ada")
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)
        assert door.shared("") is None
        door.share(on=True)
        secret = door.week().meeting.share
        assert len(secret) > 30
        assert door.shared(secret).number == door.week().meeting.number
        door.share(on=False)
        assert door.shared(secret) is None


def test_a_newcomer_starts_from_the_votes_and_can_undo_it(institute, clock):
    ada, bob = institute.invite("ada", "bob")
    with institute.door() as door, institute.reader("bob") as reader:
        for paper in PAPERS[:3]:
            door.vote(ada, paper.id)
        clock.forward(days=10)
        reader.dislike(PAPERS[0].id)
        assert door.start_from_votes(bob) == 2
        assert door.start_from_votes(bob) == 0
        assert reader.count() == (2, 1)
        reader.undo()
        assert reader.count() == (0, 1)


def test_members_own_papers_are_marked_unless_they_say_that_it_is_somebody_else(institute, clock):
    ada, bob = institute.invite("ada", "bob")
    own = make_paper(20, authors=("Ada Lovelace", "Émilie du Châtelet"))
    other = make_paper(21, authors=("Adam Lovelace", "A. Lovelace"))
    institute.announce(own, other, make_paper(22, authors=("Ada Lovelace",)))
    institute.announce(make_paper(23, authors=("Ada Lovelace",)), day=NOW.date() - timedelta(days=20))
    with institute.door() as door:
        door.choose(ada, counted=False, agenda=True, authors=("Lovelace, Ada", "", "\u202e"))
        door.choose(bob, counted=False, agenda=True, authors=("Emilie du Chatelet",))
        door.disown(ada, "2001.00022")
        assert [(each.paper.id, each.names) for each in door.week().by_members] == [(own.id, ("Ada", "Bob"))]


# What several like


def test_a_count_says_little():
    assert [step(count, 5) for count in range(6)] == [0] * 6
    assert [step(count, 6) for count in range(7)] == [0, 0, 0, 3, 3, 3, 3]
    assert [step(count, 12) for count in (2, 3, 9, 10, 12)] == [0, 3, 5, 5, 5]
    for members in range(60):
        for count in range(members + 1):
            assert step(count, members) == 0 or 3 <= step(count, members) <= members / 2


def test_who_colludes_knows_of_nobody_before_half_of_the_counted_do():
    """Those who collude know what each of them likes; a number says at least how many others like a paper."""
    for members in range(6, 40):
        for colluding in range(1, (members + 1) // 2):
            for count in range(members + 1):
                others = members - colluding
                at_least = step(count, members)  # where none of them likes it, which tells most
                assert at_least <= others
                assert at_least < others or 2 * colluding >= members


def like(institute, paper, *names):
    for name in names:
        with institute.reader(name) as reader:
            reader.like(paper.id)


def test_likes_are_counted_of_those_who_opted_in_and_never_of_few(institute, clock):
    names = ["ada", "bob", "carl", "dora", "emil", "emmy", "fred"]
    accounts = institute.invite(*names)
    like(institute, PAPERS[0], *names)
    like(institute, PAPERS[1], "ada", "bob", "fred")
    like(institute, PAPERS[2], "ada", "bob", "carl")

    def several():
        with institute.door() as door:
            door.daily()
            found = [(each.paper.id, each.least) for each in door.week().several]
        clock.forward(days=1)
        return found

    assert several() == []  # nobody opted in
    for number, account in enumerate(accounts[:6], start=1):
        with institute.door() as door:
            door.choose(account, counted=True, agenda=True, authors=())
        assert several() == ([(PAPERS[0].id, 3), (PAPERS[2].id, 3)] if number == 6 else [])


def test_likes_are_counted_once_a_day_so_that_nobody_sees_who_came_last(institute, clock):
    names = ["ada", "bob", "carl", "dora", "emil", "emmy"]
    for account in institute.invite(*names):
        with institute.door() as door:
            door.choose(account, counted=True, agenda=True, authors=())
    like(institute, PAPERS[0], "ada", "bob")
    with institute.door() as door:
        door.daily()
        like(institute, PAPERS[0], "carl")
        door.daily()
        assert door.week().several == ()
        clock.forward(days=1)
        door.daily()
        assert [each.least for each in door.week().several] == [3]
        clock.forward(days=8)  # likes of an older week
        door.daily()
        assert door.week().several == ()


# Agendas


def test_the_agenda_is_mailed_once_to_each_member_from_its_hour_on(institute, clock):
    ada, bob, carl, dora = institute.invite("ada", "bob", "carl", "dora")
    with institute.door() as door:
        door.choose(bob, counted=False, agenda=False, authors=())
        door.disable(dora.address)
        door.vote(ada, PAPERS[0].id)
        door.vote(carl, PAPERS[0].id)
        assert door.daily() == []
        clock.forward(days=3, hours=5)  # Thursday, 14:30 in Berlin
        assert [each.address for each in door.daily()] == [ada.address, carl.address]
        assert door.daily() == door.send_agenda() == []
    (mail,) = institute.mailed_to("ada")
    assert mail["Subject"] == "Friday: Image fusion 1"
    assert "2 votes: Ada, Carl" in mail.get_content()
    assert len(institute.mailed()) == 2
    clock.forward(days=7)
    with institute.door() as door:
        assert door.daily() == []  # nobody voted for the next one


def test_an_agenda_sent_by_many_at_once_is_sent_once(institute):
    accounts = institute.invite("ada", "bob", "carl")
    with institute.door() as door:
        door.vote(accounts[0], PAPERS[0].id)

    def send(_):
        with institute.door() as door:
            return door.send_agenda()

    with ThreadPoolExecutor(6) as pool:
        mails = [mail for sent in pool.map(send, range(6)) for mail in sent]
    assert sorted((mail.address, mail.sent) for mail in mails) == [
        (f"{name}@example.org", True) for name in ("ada", "bob", "carl")
    ], mails
    assert len(institute.mailed()) == 3


def test_an_agenda_that_failed_goes_out_later_and_one_broken_off_once_more(institute, clock, monkeypatch):
    from recommender.errors import DeliveryError
    from recommender.services.group.desk import Desk

    ada, _ = institute.invite("ada", "bob")
    send = Desk.send
    with institute.door() as door:
        door.vote(ada, PAPERS[0].id)

        def fail(*_):
            raise DeliveryError("the disk is full")

        monkeypatch.setattr(Desk, "send", fail)
        assert [each.sent for each in door.send_agenda()] == [False, False]

        def die(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(Desk, "send", die)
        with pytest.raises(KeyboardInterrupt):
            door.send_agenda()
        monkeypatch.setattr(Desk, "send", send)
        assert [each.address for each in door.send_agenda()] == ["bob@example.org"]
        clock.forward(minutes=31)
        assert [each.address for each in door.send_agenda()] == ["ada@example.org"]
        assert door.send_agenda() == []
    assert len(institute.mailed()) == 2


def test_the_health_of_a_night_has_no_rating(institute):
    institute.invite("ada", "bob")
    with institute.reader("ada") as reader:
        reader.today(day=NOW.date(), offline=True)
        before = reader.count()
    with institute.door() as door:
        quiet = repr(door.health())
    assert before == (0, 0)
    like(institute, PAPERS[0], "ada")
    institute.home.own_settings_file("bob").write_text("list_size = 0\n")
    with institute.door() as door:
        health = door.health()
        assert repr(health.nights[0]) in quiet
        assert health.nights[0].listed == "2026-03-02"
        assert "list_size" in health.nights[1].problem
