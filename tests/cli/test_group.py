"""`recommend group`, as an admin types it."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from support import SEED

from recommender.store.home import Home
from recommender.store.mail_password import mail_password

INIT = ("group", "init", "--name", "Fusion", "--page", "https://papers.example.org", "--from", "papers@example.org")
COMMANDS = ("list", "list --json", "status", "status --json", "agenda --dry-run")


@pytest.fixture
def group(run, tmp_path):
    assert run(*INIT, "--by", f"maildir:{tmp_path / 'mails'}", "--digests", SEED).code == 0
    return run


def test_an_admin_makes_a_group_and_sees_it(group, home, tmp_path):
    ran = group("group", "invite", "ada@example.org", "--name", "Ada Lovelace")
    assert (ran.code, ran.err) == (0, "")
    assert "with the profile ada" in ran.out
    assert "Is a member already (invited)" in group("group", "invite", "ada@example.org").out
    assert "invited   ada@example.org  Ada Lovelace  (profile ada)" in group("group", "list").out
    document = json.loads(group("group", "list", "--json").out)
    assert document["members"][0]["state"] == "invited"
    assert group("group", "disable", "ada@example.org").out == "Disabled: ada@example.org.\n"
    assert "disabled" in group("group", "list").out
    assert group("group", "enable", "ada@example.org").code == 0
    assert "active" in group("group", "status").out
    assert json.loads(group("group", "status", "--json").out)["papers_voted_for"] == 0
    assert "Nothing to mail" in group("group", "agenda").out
    assert "Nobody has voted" in group("group", "agenda", "--dry-run").out
    assert "ada.recommend.zip" in group("group", "export", "ada@example.org", "--to", tmp_path).out
    assert group("group", "delete", "ada@example.org").code == 130  # nobody answers
    assert group("group", "delete", "ada@example.org", "--yes").code == 0
    assert "Nobody is invited yet" in group("group", "list").out
    assert not (home / "profiles" / "ada.toml").exists()


def test_no_command_of_the_admin_shows_a_rating(group):
    group("group", "invite", "ada@example.org", "--no-mail")
    outputs = []
    for rate in (False, True):
        group("today", "-p", "ada")
        if rate:
            group("like", "1", "-p", "ada")
        outputs += [group("group", *command.split()).out for command in COMMANDS]
    half = len(outputs) // 2
    assert outputs[:half] == outputs[half:]


def test_a_wrong_address_stops_the_command_for_no_other_member(group):
    ran = group("group", "invite", "ada@example.org", "nobody", "bob@example.org", "--no-mail")
    assert (ran.code, ran.out.count("Invited: ")) == (5, 2)
    assert "'nobody' is no e-mail address" in ran.err
    ran = group("group", "disable", "ada@example.org", "nobody@example.org", "bob@example.org")
    assert (ran.code, ran.out) == (5, "Disabled: ada@example.org.\nDisabled: bob@example.org.\n")
    assert ran.err.count("nobody@example.org has no account here") == 1


def test_a_new_profile_can_mail_its_lists(group, home):
    assert group("group", "invite", "ada@example.org", "--mail-lists", "--start", "robotics").code == 0
    settings = (home / "profiles" / "ada.toml").read_text()
    assert 'to = ["ada@example.org"]' in settings
    assert "robot" in settings
    assert group("mail", "-p", "ada", "--dry-run", SEED).code == 0


@pytest.mark.parametrize("own", ["", "smtp://other%40example.org@127.0.0.1:9"])
def test_the_groups_password_is_that_of_members_whose_lists_go_the_same_way(run, home, own):
    by = "smtp://papers%40example.org@127.0.0.1:9"
    assert run(*INIT, "--by", by, "--digests", SEED).code == 0
    Home(home, home).keep_password("group", "smtp", "secret")
    assert run("group", "invite", "ada@example.org", "--mail-lists", "--no-mail").code == 0
    settings = home / "profiles" / "ada.toml"
    settings.write_text(settings.read_text().replace(by, own or by))
    said = run("doctor", "-p", "ada").out
    assert ("a password for smtp is here" in said) == (not own)
    if own:
        ran = run("mail", "-p", "ada")
        assert (ran.code, "no password" in ran.err) == (5, True)
    else:
        assert mail_password(Home(home, home), "ada", by) == "secret"


def test_an_invitation_that_cannot_be_mailed_says_so_and_can_be_repeated(run):
    assert run(*INIT, "--by", "smtp://127.0.0.1:9").code == 0
    ran = run("group", "invite", "ada@example.org")
    assert ran.code == 8
    assert "this command can be repeated" in re.sub(r"\s+", " ", ran.err)
    assert "ada@example.org" in run("group", "list").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("invite", "nobody"), 5),
        (("invite", "a@x.org", "b@x.org", "--name", "Both"), 2),
        (("invite", "a@x.org", "--use", "A B"), 5),
        (("disable", "eve@example.org"), 5),
        (("delete", "eve@example.org", "--yes"), 5),
        (("export", "eve@example.org"), 5),
        (("init",), 2),
    ],
)
def test_mistakes_have_a_message_and_a_code(group, arguments, code):
    ran = group("group", *arguments)
    assert ran.code == code
    assert ran.err


def test_a_secret_for_a_proxy_is_private(run, home):
    ran = run(*INIT, "--by", "sendmail:/usr/sbin/sendmail", "--proxy-header", "X-Remote-User")
    secret = home / "group.proxy-secret"
    assert str(secret) in ran.out.replace("\n", "")
    assert secret.stat().st_mode & 0o077 == 0
    assert secret.read_text().strip() not in ran.out


def test_without_a_group_commands_say_how_to_make_one(run):
    assert "recommend group init" in run("group", "status").err


def test_a_night_serves_members_but_disabled_ones_and_mails_the_agenda(group, home, tmp_path):
    from recommender.api_group import Group

    for name in ("ada", "bob"):
        group("group", "invite", f"{name}@example.org", "--no-mail")
    group("group", "disable", "bob@example.org")
    group("today", "-p", "ada")
    with Group(home=home) as door:
        ada = door.enable("ada@example.org")
        door.vote(ada, "1")
    settings = home / "group.toml"
    settings.write_text(settings.read_text().replace("notice = 24", "notice = 168"))  # a week: it is always time
    for _ in range(2):
        ran = group("batch", "--workers", "1", "--json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["readers"] == 1
    assert len(list((tmp_path / "mails" / "new").iterdir())) == 1
    assert "2005." in next((tmp_path / "mails" / "new").iterdir()).read_text()


def test_wrong_settings_of_a_group_are_named_after_a_night_and_start_no_other(group, home):
    group("group", "invite", "ada@example.org", "--no-mail")
    (home / "group.toml").write_text("x")
    before = sorted(home.glob("group.*"))
    ran = group("batch", "--json", "--workers", "1")
    assert (ran.code, json.loads(ran.out)["lists"]) == (15, 1)
    assert "nothing was done for the group" in ran.err
    assert sorted(home.glob("group.*")) == before
    assert group("group", "list").code == 0


def change(statement):
    def harm(path):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    return harm


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("harm", "next_step"),
    [
        (lambda path: path.unlink(), "recommend group restore"),
        (lambda path: path.write_bytes(path.read_bytes()[:9000]), "recommend group restore"),
        (lambda path: path.write_bytes(b"nonsense" * 1000), "recommend group restore"),
        (change("PRAGMA user_version = 99"), "upgrade"),
        (change("UPDATE account SET state = 'away'"), "recommend group restore"),
        (change("UPDATE account SET authors = '5'"), "recommend group restore"),
    ],
)
def test_a_night_that_cannot_know_who_is_disabled_serves_only_who_is_named(group, home, harm, next_step):
    for name in ("ada", "bob"):
        group("group", "invite", f"{name}@example.org", "--no-mail")
    group("group", "disable", "bob@example.org")
    for path in home.glob("group.db-*"):
        path.unlink()
    harm(home / "group.db")
    before = sorted(home.glob("group.*"))
    ran = group("batch", "--workers", "1")
    words = " ".join(ran.err.split())
    assert (ran.code, ran.out) == (7, ""), ran.err
    assert "group.db" in words
    assert next_step in words
    assert "Nobody was served" in words
    assert "recommend batch --profiles NAME" in words
    assert not (home / "profiles" / "bob.db").exists()
    ran = group("batch", "--workers", "1", "--profiles", "ada", "--json")
    assert (ran.code, json.loads(ran.out)["lists"]) == (15, 1)
    assert "nothing was done for the group" in ran.err
    assert [path for path in sorted(home.glob("group.*")) if "-" not in path.suffix] == before
    assert group("group", "list").code == 7


@pytest.mark.parametrize("names", [("ada",), ("ada", "bob")])
def test_a_member_whose_profile_is_gone_is_named_by_a_night(group, home, names):
    for name in ("ada", "bob", "eve"):
        group("group", "invite", f"{name}@example.org", "--no-mail")
    group("group", "disable", "eve@example.org")
    for name in (*names, "eve"):
        (home / "profiles" / f"{name}.toml").unlink()
    ran = group("batch", "--workers", "1", "--json")
    document = json.loads(ran.out)
    assert (ran.code, document["lists"]) == (15, 2 - len(names))
    assert [each["name"] for each in document["failures"]] == list(names)
    assert f"recommend restore -p {names[0]}" in document["failures"][0]["message"]
    assert "ada@example.org has an account" in ran.err


def test_an_agenda_that_is_mailed_now_says_what_became_of_it_each_time(group, home):
    from recommender.api_group import Group

    group("group", "invite", "ada@example.org", "--no-mail")
    group("today", "-p", "ada")
    assert "nobody has voted, so there is no agenda" in group("group", "agenda", "--now").out
    with Group(home=home) as door:
        ada = door.enable("ada@example.org")
        door.vote(ada, "1")
    out = group("group", "agenda", "--now").out
    assert "Mailed the agenda to ada@example.org." in out
    assert "no second agenda is mailed for this meeting" in out
    assert "every member who wants the agenda of this meeting has it" in group("group", "agenda", "--now").out
