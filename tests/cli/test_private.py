"""What is stored is for its owner alone, and passwords stand nowhere."""

import json
import logging
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, SEED, reader_of, recommend

from recommender.profile import Profile
from recommender.services import nightly
from recommender.text.secrets import without_secrets

posix = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
MAIL = '\n[mail]\nfrom = "ada@example.org"\nto = ["ada@example.org"]\nby = "maildir:{place}"\n'


def too_open(folder):
    """Everything below a folder, and the folder, that somebody else may use."""
    return [path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]


@posix
@pytest.mark.parametrize("umask", [0o022, 0o002, 0o000])
def test_everything_in_a_home_is_private_whatever_the_umask_says(home, run, tmp_path, umask):
    before = os.umask(umask)
    try:
        run("init", "ada", "--interests", "image fusion", "--no-input")
        run("today", SEED)
        run("like", "1")
        run("follow", "Ada Lovelace")
        settings = home / "profiles" / "ada.toml"
        settings.write_text(settings.read_text() + MAIL.format(place=tmp_path / "mails"))
        run("mail", SEED)
        run("run")
        run("show", "nothing")
        run("best")
        names = {path.name for path in home.rglob("*")}
        assert too_open(home) == []
        run("profile", "reset", "--yes")
    finally:
        os.umask(before)
    assert too_open(tmp_path / "mails") == []
    assert {"library.db", "ada.db", "ada.toml", "ada.log", "ada.counts", "last-error.json"} <= names
    assert too_open(home) == []


@posix
def test_the_files_beside_an_open_database_are_private(home, memory, library):
    with memory.transaction(), library.transaction():
        beside = [path for path in home.rglob("*-*") if path.suffix.startswith(".db-")]
        assert len(beside) == 4
        assert [path for path in beside if path.stat().st_mode & 0o077] == []


@posix
def test_an_older_home_that_everybody_could_read_is_closed_and_that_is_said_once(start_after, run):
    home = start_after(("init", "ada", "--no-input"), ("today", SEED))
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert f"Others could read {home}; now only you can." in run("status").err
    assert too_open(home) == []
    assert run("status").err == ""


@posix
def test_a_home_that_was_shared_with_a_group_stays_shared(start_after, run):
    home = start_after(("init", "ada", "--no-input"))
    home.chmod(0o2770)
    assert run("status").err == ""
    assert stat.S_IMODE(home.stat().st_mode) == 0o2770


@posix
def test_a_folder_with_other_things_in_it_keeps_its_rights(start_after, run):
    home = start_after(("init", "ada", "--no-input"))
    (home / "public_html").mkdir()
    (home / "public_html").chmod(0o755)
    home.chmod(0o755)
    (home / "profiles").chmod(0o755)
    assert "Others could read" in run("status").err
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (home, home / "public_html", home / "profiles")]
    assert modes == [0o755, 0o755, 0o700]
    assert run("status").err == ""


@pytest.mark.slow
def test_links_to_settings_profiles_and_the_library_are_followed_and_stay(start_after, run, tmp_path):
    home = start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    links = [home / "profiles" / "ada.toml", home / "profiles" / "ada.db", home / "library.db"]
    for link in links:
        link.rename(elsewhere / link.name)
        link.symlink_to(elsewhere / link.name)
    (elsewhere / "ada.toml").chmod(0o644)
    for command in (("follow", "Ada Lovelace"), ("like", "2"), ("today", "--all", SEED), ("library", "prune", "--yes")):
        run(*command)
    assert all(link.is_symlink() for link in links)
    assert "Ada Lovelace" in (elsewhere / "ada.toml").read_text()
    assert stat.S_IMODE((elsewhere / "ada.toml").stat().st_mode) == 0o644
    assert "2 liked" in run("status").out


def test_a_preview_lies_in_the_home_and_not_in_a_folder_of_all(start_after, run, tmp_path, monkeypatch):
    home = start_after(("init", "ada", "--no-input"))
    settings = home / "profiles" / "ada.toml"
    settings.write_text(settings.read_text() + MAIL.format(place=tmp_path / "mails"))
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    for _ in range(2):
        shown = run("mail", "--preview", SEED).out.strip()
    assert shown == str(home / "cache" / "ada.preview.html")
    assert [path.name for path in (home / "cache").glob("*.html*")] == ["ada.preview.html"]
    saved = tmp_path / "draft.eml"
    run("mail", "--save", saved, SEED)
    run("profile", "export", tmp_path / "ada.zip")
    if os.name == "posix":
        assert too_open(home) == []
        assert [stat.S_IMODE(path.stat().st_mode) for path in (saved, tmp_path / "ada.zip")] == [0o600, 0o600]


# Passwords

words = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="@:/?#&"), min_size=1, max_size=12)
passwords = st.text(st.characters(categories=["L", "N"], include_characters="!$%*+,-./:=@_~"), min_size=6, max_size=20)


@given(st.sampled_from(["https", "imaps", "smtp"]), words, passwords, words)
def test_no_password_in_an_address_stays_in_a_text(scheme, user, password, host):
    shown = without_secrets(f"Error: {scheme}://{user}:{password}@{host}/INBOX cannot be reached")
    assert shown == f"Error: {scheme}://{user}:…@{host}/INBOX cannot be reached"


@given(st.sampled_from(["key", "api_key", "access_token", "Token", "password", "X-Amz-Signature"]), words)
def test_no_key_in_an_address_stays_in_a_text(name, value):
    assert without_secrets(f"https://example.org/items?limit=1&{name}={value}") == (
        f"https://example.org/items?limit=1&{name}=…"
    )


@given(st.text())
def test_a_text_without_an_address_stays_as_it_is(text):
    assert "://" in text or without_secrets(text) == text


def test_passwords_stand_in_no_error_log_or_status(home, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RECOMMEND_IMAP_PASSWORD", "hunter4x")
    run("init", "ada", "--no-input")
    for place in ("https://ada:hunter2@127.0.0.1:1/a", "http://127.0.0.1:1/a?key=hunter2", "/hunter4x"):
        assert run("import", place).code
        assert "hunter" not in (home / "last-error.json").read_text()
    assert "hunter" not in run("inbox", "imaps://ada:hunter3@127.0.0.1:1/INBOX").err
    assert "hunter" not in run("status").out
    (home / "last-error.json").write_text(  # as an older version wrote it
        json.dumps({"at": NOW.isoformat(), "command": "recommend import https://a:hunter2@b.org", "message": "no"})
    )
    assert "https://a:…@b.org" in run("status").out
    with nightly._log(reader_of(home)) as log:
        log.error("the server said: https://a:hunter2@b.org hunter4x")
    assert "hunter" not in (home / "logs" / "ada.log").read_text()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full here")
def test_a_log_on_a_full_disk_stops_nothing(home, capfd):
    (home / "logs").mkdir(parents=True)
    (home / "logs" / "ada.log").symlink_to("/dev/full")
    with nightly._log(reader_of(home, Profile("ada"))) as log:
        log.error("text")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "make", [lambda logs: logs.write_text(""), lambda logs: (logs / "ada.log").mkdir(parents=True)]
)
def test_a_log_that_cannot_be_written_is_told(start_after, run, tmp_path, make):
    home = start_after(("init", "ada", "--no-input"))
    settings = home / "profiles" / "ada.toml"
    settings.write_text(settings.read_text() + MAIL.format(place=tmp_path / "mails"))
    make(home / "logs")
    ran = run("run")
    assert (ran.code, "logs" in ran.err) == (7, True)


def test_a_record_of_the_log_has_its_level():
    assert nightly._Line("%(levelname)s %(message)s").format(
        logging.makeLogRecord({"msg": "x", "levelname": "INFO"})
    ) == ("INFO x")


def test_each_process_is_private_from_the_start(home):
    ran = recommend("init", "ada", "--no-input", home=home)
    assert ran.returncode == 0
    assert os.name != "posix" or too_open(home) == []
