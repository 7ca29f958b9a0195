"""`recommend doctor`: each link from source to inbox, with what is wrong and what mends it."""

import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from support import NOW, SEED, make_paper, reader_of

from recommender import Recommender
from recommender.paper import Verdict
from recommender.results.upkeep import Level
from recommender.services import doctor
from recommender.services.links import transport_fault
from recommender.store.home import Home
from recommender.store.outbox import Fate, NewMail, Outbox

MAIL = '\n[mail]\nfrom = "ada@example.org"\nto = ["ada@example.org"]\nby = "maildir:{home}/Mail"\n'


@pytest.fixture
def ada(start_after):
    return start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1"))


def found(home, now=None, *, fix=False):
    reader = reader_of(home, "ada", now=now or datetime.now(UTC))
    report = doctor.check(reader, fix=fix)
    reader.close()
    return report


def wrong(report):
    return {finding.link: finding for finding in report.findings if finding.level is Level.WRONG}


def test_a_home_in_order_has_nothing_wrong_and_every_link_is_named(ada, run):
    settings = ada / "profiles" / "ada.toml"
    settings.write_text(settings.read_text() + MAIL.format(home=ada))
    assert run("mail", SEED).code == 0
    report = found(ada)
    assert (report.profile, wrong(report)) == ("ada", {})
    links = list(dict.fromkeys(finding.link for finding in report.findings))
    chain = ["home", "library", "ratings", "backups", "settings", "sources", "lists", "mail", "schedule", "clock"]
    assert links == chain
    ran = run("doctor")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Nothing is wrong.")


def test_a_fresh_home_and_none_at_all_are_no_fault(run, home):
    assert run("doctor").code == 0
    assert not home.exists()  # looking makes nothing
    run("init", "ada", "--no-input")
    assert run("doctor").code == 0


@pytest.mark.parametrize("name", ["profiles", "backups", "cache", "logs"])
def test_a_file_in_the_place_of_a_folder_is_a_fault(run, home, name):
    home.mkdir(parents=True, exist_ok=True)
    (home / name).write_text("")
    ran = run("doctor")
    assert (ran.code, f"{home / name} is no folder → move it away" in " ".join(ran.out.split())) == (9, True)


@pytest.mark.parametrize("inside", ["", "home", "more/of/it"])
def test_a_home_that_cannot_be_made_is_a_fault(run, tmp_path, monkeypatch, inside):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RECOMMEND_HOME", str(tmp_path / "file" / inside))
    ran = run("doctor")
    assert ran.code == 9
    assert f"{tmp_path / 'file'} is no folder → set RECOMMEND_HOME" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("line", "link", "says"),
    [
        ('digests = "missing/folder"', "sources", "does not exist"),
        ("list_size = 0", "settings", "list_size"),
        ('digests = "imaps://ada@mail.example.org/INBOX"', "sources", "no password"),
        (MAIL.format(home="/nowhere/at/all"), "mail", "does not exist"),
        (MAIL.replace("maildir:{home}/Mail", "smtp://ada%40x.org@mail.example.org:587"), "mail", "no password"),
        (MAIL.replace("maildir:{home}/Mail", "sendmail:/no/such/command"), "mail", "no command here"),
        (f'{MAIL.format(home="/tmp")}replies = "https://mail.example.org"', "answers", "no IMAP address"),
        (
            f'{MAIL.format(home="/tmp")}replies = "imaps://ada:secret@mail.example.org"',
            "answers",
            "contains a password",
        ),
        ('digests = "imaps://mail.example.org/INBOX"', "sources", "no user"),
        ('digests = "/dev/null"', "sources", "is a pipe or a device"),
        ('watch = ["/dev/null"]', "watch", "is no file"),
        ('watch = ["/tmp"]', "watch", "is no file"),
        (f'{MAIL.format(home="/tmp")}replies = "/dev/null"', "answers", "is a pipe or a device"),
        (f'{MAIL.format(home="/tmp")}at = "07:00 Mars/Olympus"', "mail", "no time zone"),
    ],
)
def test_what_is_wrong_in_the_settings_is_found_at_its_link(ada, monkeypatch, line, link, says):
    for name in ("RECOMMEND_IMAP_PASSWORD", "RECOMMEND_SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    settings = ada / "profiles" / "ada.toml"
    key = line.partition(" =")[0]
    kept = [each for each in settings.read_text().splitlines() if not each.startswith(f"{key} =")]
    settings.write_text("\n".join([*kept, line, ""]))
    finding = wrong(found(ada))[link]
    assert says in finding.text


@pytest.mark.parametrize(
    ("by", "fault"),
    [
        ("sendmail:'{0}/my mailer' -i", ""),
        ("SENDMAIL:'{0}/no mailer' -i", "no mailer is no command here"),
        ("Maildir:{0}/Mail", ""),
        ("maildir:{0}/no/Mail", "{0}/no does not exist"),
        ("smtp://localhost:25", ""),
    ],
)
def test_a_way_to_send_mail_is_looked_at_as_mail_goes_out_by_it(tmp_path, by, fault):
    (tmp_path / "my mailer").write_text("#!/bin/sh\n")
    (tmp_path / "my mailer").chmod(0o755)
    assert fault.format(tmp_path) in transport_fault(by.format(tmp_path))
    assert bool(transport_fault(by.format(tmp_path))) == bool(fault)


def test_a_mail_that_failed_is_told_with_the_reason(ada):
    settings = ada / "profiles" / "ada.toml"
    settings.write_text(settings.read_text() + MAIL.format(home=ada))
    with Home(ada, ada).profile_store("ada") as store:
        outbox = Outbox(store)
        mail = NewMail("ada@example.org", NOW.date(), "b", "<1@x>", "s", ["2005.05896"])
        outbox.fail(outbox.begin(mail, NOW).number, Fate.FAILED, "550 no such mailbox", NOW)
    finding = wrong(found(ada))["mail"]
    assert ("550 no such mailbox" in finding.text, finding.remedy) == (True, "recommend mail")


def test_a_clock_that_was_set_back_is_told(ada):
    assert "clock" in wrong(found(ada, datetime.now(UTC) - timedelta(days=40)))
    assert "clock" not in wrong(found(ada, datetime.now(UTC) + timedelta(days=40)))


def test_a_rating_without_its_paper_is_found_and_mended(ada):
    with closing(sqlite3.connect(ada / "profiles" / "ada.db")) as connection:
        connection.execute("DELETE FROM paper")
        connection.commit()
    assert "missing row of paper" in wrong(found(ada))["ratings"].text
    assert found(ada, fix=True).wrong == 0
    assert found(ada).wrong == 0
    with Home(ada, ada).profile_store("ada") as store:
        assert store.count() == (1, 0)


def test_a_damaged_profile_does_not_stop_the_check_of_another(ada, run):
    run("init", "bob", "--no-input")
    with Home(ada, ada).profile_store("bob") as store:
        store.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    (ada / "profiles" / "bob.db").write_bytes(b"")
    report = found(ada)
    assert wrong(report)["ratings"].remedy == "recommend doctor --fix -p bob"
    assert found(ada, fix=True).wrong == 1  # only the profile that is meant is mended
    assert json.loads(run("doctor", "--json", "-p", "ada").out)["wrong"] == 1


def test_a_private_file_that_others_may_read_is_closed(ada):
    ada.chmod(0o750)  # one that everybody may read is closed when it is opened
    password = ada / "profiles" / "ada.smtp-password"
    password.write_text("secret")
    password.chmod(0o644)
    assert str(password) in wrong(found(ada))["home"].text
    assert found(ada, fix=True).wrong == 0
    assert [path.stat().st_mode & 0o077 for path in (ada, password)] == [0, 0]


def test_the_api_has_all_of_it(ada, tmp_path):
    with Recommender("ada") as reader:
        made = reader.upkeep.back_up(tmp_path / "b.zip")
        reader.dislike(2)
        restored = reader.upkeep.restore(made.path)
        assert (restored.liked, restored.disliked, reader.count()) == (1, 0, (1, 0))
        assert reader.upkeep.check().wrong == 0
        assert [backup.disliked for backup in reader.upkeep.backups()] == [1]  # what was replaced


@pytest.mark.parametrize(
    ("lines", "link", "level", "says"),
    [
        ('watch = "none.bib"', "watch", Level.WRONG, "does not exist"),
        ('[zotero]\ninto = "Liked"', "zotero", Level.NOTE, "not asked yet"),
        ('[zotero]\ninto = "Liked"\nby = "web"', "zotero", Level.WRONG, "RECOMMEND_ZOTERO_PASSWORD"),
        ('[zotero]\ncollections = "Reading"', "zotero", Level.GOOD, "come from Reading"),
    ],
)
def test_the_links_to_a_library_are_named_where_there_are_some(home, run, lines, link, level, says):
    run("init", "zed", "--no-input", "--category", "cs.CV")
    settings = home / "profiles" / "zed.toml"
    settings.write_text(f"{settings.read_text()}\n{lines}\n")
    report = json.loads(run("doctor", "-p", "zed", "--json").out)
    (finding,) = [each for each in report["findings"] if each["link"] == link]
    assert finding["level"] == level.value
    assert says in finding["text"]


@pytest.mark.parametrize("make", ["mkdir", "mkfifo"])
@pytest.mark.parametrize("name", ["library.db", "web.db", "profiles/ada.db"])
def test_a_folder_or_a_pipe_in_the_place_of_a_database_is_told_as_one(ada, name, make):
    if not hasattr(os, make):
        pytest.skip("needs pipes in folders")
    for path in ada.glob(f"{name}*"):
        path.unlink()
    getattr(os, make)(ada / name)
    texts = [finding.text for finding in found(ada).findings if finding.level is Level.WRONG]
    assert any(f"{ada / name} is a folder, a pipe or a device, and no database" in text for text in texts), texts
