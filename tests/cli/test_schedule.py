"""`recommend schedule`: the files it writes, the commands it runs, and how it removes both."""

import os
import plistlib
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import TZPATH

import pexpect
import pytest
from fakemachine import Machine

from recommender import scheduling
from recommender.scheduling import job


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return Machine.alone(tmp_path / "machine", monkeypatch)


@pytest.fixture
def with_systemd(machine):
    machine.has_systemd()
    return machine


@pytest.fixture
def with_cron(machine):
    machine.has_cron()
    return machine


@pytest.fixture
def with_launchd(machine):
    machine.has_launchd()
    return machine


@pytest.fixture
def ada(run):
    run("init", "ada", "--interests", "image fusion", "--no-input")
    return "ada"


UNITS = {"me/.config/systemd/user/recommend-ada.service", "me/.config/systemd/user/recommend-ada.timer"}


def test_systemd_gets_two_units_and_a_started_timer_and_both_are_removed_again(run, ada, home, with_systemd):
    ran = run("schedule", "install")
    assert (ran.code, with_systemd.files()) == (0, UNITS)
    assert with_systemd.commands[-2:] == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now recommend-ada.timer",
    ]
    assert "Profile ada: Mon, Tue, Wed, Thu, Fri at 07:00 (UTC), by systemd." in ran.out
    assert "loginctl enable-linger" in ran.err
    assert "nothing is set up that a run could do for ada" in ran.err
    assert "no list goes out by mail" in ran.err
    for name in UNITS:  # all that was written was shown
        text = (with_systemd.folder / name).read_text()
        assert text in ran.out
        assert str(with_systemd.folder / name) in ran.out
    assert f'Environment="RECOMMEND_HOME={home}"' in ran.out
    assert '"run" "-p" "ada"' in ran.out

    shown = run("schedule", "show")
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 07:00:00" in shown.out
    assert shown.out.rstrip().endswith("Mon 2026-03-02 07:00:00 UTC recommend-ada.timer")

    assert run("schedule", "remove").code == 0
    assert with_systemd.files() == set()
    assert with_systemd.commands[-2:] == [
        "systemctl --user disable --now recommend-ada.timer",
        "systemctl --user daemon-reload",
    ]


def test_a_second_install_replaces_the_first(run, ada, with_systemd):
    run("schedule", "install")
    run("schedule", "install", "--at", "18:30", "--days", "tue,sat-sun")
    assert with_systemd.files() == UNITS
    shown = run("schedule", "show").out
    assert "OnCalendar=Tue,Sat,Sun *-*-* 18:30:00" in shown
    assert "07:00:00\n" not in shown


def test_units_lie_where_xdg_says(run, ada, with_systemd, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(with_systemd.folder / "me" / "settings"))
    run("schedule", "install")
    assert {name.replace("me/settings", "me/.config") for name in with_systemd.files()} == UNITS
    assert not with_systemd.files() & UNITS


def test_the_link_of_an_enabled_timer_goes_too(run, ada, with_systemd):
    run("schedule", "install")
    link = with_systemd.folder / "me/.config/systemd/user/timers.target.wants/recommend-ada.timer"
    link.parent.mkdir()
    link.symlink_to("../recommend-ada.timer")
    with_systemd.fail("disable")
    ran = run("schedule", "remove")
    assert (ran.code, "Failed to connect to bus" in ran.err) == (7, True)
    assert not link.is_symlink()
    assert with_systemd.files() == set()


CRONTAB_BEFORE = b"MAILTO=ada\n0 5 * * * backup \\% caf\xe9\r\n\n# recommender: bob begin\nx\n# recommender: bob end\n"


def test_cron_gets_one_entry_and_every_other_byte_stays(run, ada, home, with_cron):
    with_cron.crontab.write_bytes(CRONTAB_BEFORE)
    ran = run("schedule", "install", "--at", "6:05")
    after = with_cron.crontab.read_bytes()
    assert ran.code == 0
    assert after.startswith(CRONTAB_BEFORE)
    begin, entry, end = after.removeprefix(CRONTAB_BEFORE).decode().splitlines()
    assert (begin, end) == ("# recommender: ada begin", "# recommender: ada end")
    assert entry.startswith(f"5 6,7,8 * * 1,2,3,4,5 RECOMMEND_HOME={home} ")
    assert f"{begin}\n{entry}\n{end}\n" in ran.out

    shown = run("schedule", "show").out
    assert entry in shown
    assert re.search(r"Next: (Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d 06:05", shown)

    run("schedule", "install", "--weekly", "sat")
    assert with_cron.crontab.read_bytes().count(b"recommender: ada begin") == 1
    assert b" * * 6 " in with_cron.crontab.read_bytes()
    assert b"run -p ada --weekly\n" in with_cron.crontab.read_bytes()

    assert run("schedule", "remove").code == 0
    assert with_cron.crontab.read_bytes() == CRONTAB_BEFORE


def test_a_reader_without_a_crontab_gets_one(run, ada, with_cron):
    assert "No schedule is installed for ada" in run("schedule", "show").out
    assert run("schedule", "install").code == 0
    assert with_cron.crontab.read_text().startswith("# recommender: ada begin\n")


def test_a_crontab_that_cannot_be_read_is_not_written(run, ada, with_cron):
    with_cron.crontab.write_bytes(CRONTAB_BEFORE)
    with_cron.fail("crontab: disk trouble")
    ran = run("schedule", "install")
    assert (ran.code, "`crontab -l` failed: crontab: disk trouble" in ran.err) == (7, True)
    assert with_cron.crontab.read_bytes() == CRONTAB_BEFORE


def test_a_user_who_may_not_use_cron_can_use_systemd(run, ada, with_systemd):
    with_systemd.has("crontab", "#!/bin/sh\necho 'You (ada) are not allowed to use this program' >&2; exit 1\n")
    assert run("schedule", "install").code == 0
    assert run("schedule", "show").code == 0
    ran = run("schedule", "install", "--with", "cron")
    assert (ran.code, "not allowed" in ran.err) == (7, True)


@pytest.mark.sample(1)
@pytest.mark.parametrize("home_name", ["home", 'my 100% "own" ada\'s $HOME é'])
def test_the_entry_runs_in_crons_empty_environment(run, with_cron, tmp_path, monkeypatch, home_name):
    home = tmp_path / home_name
    monkeypatch.setenv("RECOMMEND_HOME", str(home))
    run("init", "ada", "--no-input")
    entry = run("schedule", "install", "--print").out.splitlines()[2]
    # what cron's shell gets; `profile show` instead of a run, which would ask arXiv
    command = entry.split(" ", 5)[5].replace(r"\%", "%").replace("run -p ada", "profile show -p ada")
    ran = subprocess.run(
        ["/usr/bin/env", "-i", "/bin/sh", "-c", command], capture_output=True, timeout=120, check=False, cwd="/"
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert str(home / "profiles" / "ada.toml") in ran.stdout.decode()


def test_the_program_is_named_by_its_own_path(ada, with_cron, tmp_path, monkeypatch):
    assert scheduling.this_program() == (sys.executable, "-P", "-m", "recommender")
    program = tmp_path / "bin" / "recommend"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bin/recommend"])
    assert scheduling.this_program() == (str(program),)


def test_launchd_gets_a_loaded_plist_and_it_is_removed_again(run, ada, home, with_launchd):
    path = with_launchd.folder / "me/Library/LaunchAgents/recommend-ada.plist"
    ran = run("schedule", "install", "--at", "22:15")
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"][-3:] == ["run", "-p", "ada"]
    assert agent["EnvironmentVariables"] == {"RECOMMEND_HOME": str(home)}
    assert {"Weekday": 1, "Hour": 22, "Minute": 15} in agent["StartCalendarInterval"]
    assert path.read_text() in ran.out
    assert with_launchd.commands == [f"launchctl bootstrap gui/{os.getuid()} {path}"]

    shown = run("schedule", "show").out
    assert re.search(r"Next: \w{3} \d{4}-\d\d-\d\d 22:15", shown)

    run("schedule", "install", "--at", "8:00")
    unload_and_load = [
        f"launchctl bootout gui/{os.getuid()}/recommend-ada",
        f"launchctl bootstrap gui/{os.getuid()} {path}",
    ]
    assert with_launchd.commands[1:] == unload_and_load
    assert run("schedule", "remove").code == 0
    assert with_launchd.commands[3:] == unload_and_load[:1]
    assert with_launchd.files() == set()


def test_cron_is_chosen_where_systemd_is_too_old_to_restart_a_failed_run(run, ada, with_cron):
    with_cron.has_systemd("239 (239-78.el8)")
    assert "by cron." in run("schedule", "install").out


def test_cron_is_chosen_where_systemd_has_no_session(run, ada, with_systemd):
    with_systemd.has_cron()
    with_systemd.fail("show")
    assert run("schedule", "install", "--print").out.startswith("# into your crontab\n")


def test_a_job_is_in_one_scheduler_only_the_last_one_installed(run, ada, with_systemd):
    with_systemd.has_cron()
    run("schedule", "install", "--with", "cron")
    run("schedule", "install", "--with", "systemd")
    assert with_systemd.crontab.read_text() == ""
    assert with_systemd.files() == UNITS
    run("schedule", "install", "--with", "cron")
    assert with_systemd.files() == set()


def test_without_a_scheduler_the_error_names_the_command_to_start(run, ada, home, machine):
    ran = run("schedule", "install")
    assert ran.code == 7
    assert f"Mon, Tue, Wed, Thu, Fri at 07:00: RECOMMEND_HOME={home} {sys.executable}" in ran.err
    assert machine.files() == set()


@pytest.mark.parametrize("name", ["systemd", "cron", "launchd", "schtasks"])
def test_print_changes_nothing_and_needs_no_scheduler(run, ada, machine, name):
    ran = run("schedule", "install", "--with", name, "--print")
    assert (ran.code, ran.err) == (0, "")
    assert "ada" in ran.out
    assert machine.files() == set()


@pytest.mark.parametrize("name", ["systemd", "cron", "launchd", "schtasks"])
def test_a_missing_command_is_named(run, ada, machine, name):
    ran = run("schedule", "install", "--with", name)
    assert ran.code == 7
    assert {"systemd": "`systemctl`", "cron": "`crontab`", "launchd": "`launchctl`", "schtasks": "`schtasks`"}[
        name
    ] in ran.err
    assert "schedule remove -p ada" in ran.err


def test_a_failing_command_is_quoted_and_what_was_written_can_be_removed(run, ada, with_systemd):
    with_systemd.fail("enable")
    ran = run("schedule", "install")
    assert ran.code == 7
    assert "`systemctl --user enable --now recommend-ada.timer` failed: Failed to connect to bus" in ran.err
    with_systemd.fail("nothing")
    assert run("schedule", "remove", "-p", "ada").code == 0
    assert with_systemd.files() == set()


def test_a_folder_that_cannot_be_made_is_named(run, ada, with_systemd):
    (with_systemd.folder / "me").touch()
    ran = run("schedule", "install")
    assert ran.code == 7
    assert str(with_systemd.folder / "me/.config/systemd/user") in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--at", "7"], "07:00"),
        (["--at", "24:00"], "07:00"),
        (["--at", "7:60"], "07:00"),
        (["--days", "mon-"], "mon-fri"),
        (["--days", ""], "mon-fri"),
        (["--days", "monday"], "mon-fri"),
        (["--days", "mon-tue-wed"], "mon-fri"),
        (["--days", "mon", "--weekly", "sat"], "leave --days out"),
        (["--weekly", "someday"], "sat"),
        (["--with", "at"], "systemd"),
    ],
)
def test_a_wrong_option_says_what_is_right(run, ada, with_systemd, arguments, says):
    ran = run("schedule", "install", *arguments)
    assert (ran.code, with_systemd.files()) == (2, set())
    assert says in ran.err


@pytest.mark.parametrize(
    ("days", "entry"), [("fri-mon", "1,5,6,7"), ("MON-FRI", "1,2,3,4,5"), ("sun", "7"), ("tue, thu", "2,4")]
)
def test_days_are_named_in_words(run, ada, with_cron, days, entry):
    assert f"0 7,8,9 * * {entry} " in run("schedule", "install", "--print", "--days", days).out


def test_days_follow_the_machines_clock_and_not_the_shells(run, ada, with_cron, monkeypatch):
    tokyo = next((path for folder in TZPATH if (path := Path(folder, "Asia/Tokyo")).exists()), None)
    if tokyo is None:
        pytest.skip("no time zones on this machine to take Tokyo's from")
    monkeypatch.setattr(job, "_LOCALTIME", tokyo)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    ran = run("schedule", "install")
    assert "Tue, Wed, Thu, Fri, Sat at 07:00 (JST)" in ran.out
    assert "TZ=Europe/Berlin is not this machine's clock" in ran.err


def test_a_password_in_the_environment_is_warned_of_and_not_written(run, ada, home, with_cron, monkeypatch):
    monkeypatch.setenv("RECOMMEND_SMTP_PASSWORD", "s3cret")
    ran = run("schedule", "install")
    assert f"write it into {home / 'profiles' / 'ada.smtp-password'}" in ran.err
    assert "s3cret" not in ran.out + ran.err + with_cron.crontab.read_text()


def test_installing_needs_the_profile_and_removing_does_not(run, ada, home, with_cron):
    assert run("schedule", "install", "-p", "nobody").code == 5
    run("schedule", "install")
    (home / "profiles" / "ada.toml").unlink()
    (home / "profiles" / "ada.db").unlink(missing_ok=True)
    assert "ada" in run("schedule", "show", "-p", "ada").out
    assert run("schedule", "remove", "-p", "ada").code == 0
    assert with_cron.crontab.read_text() == ""
    assert "No schedule was installed for ada." in run("schedule", "remove", "-p", "ada").out
    assert run("schedule", "remove", "-p", "no name").code == 5


@pytest.mark.sample(1)
@pytest.mark.parametrize(("answer", "installed"), [("n", False), ("y", True)])
def test_a_terminal_is_asked_after_the_preview(ada, home, with_cron, answer, installed):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "recommender", "schedule", "install"],
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        encoding="utf-8",
        timeout=60,
    )
    child.expect("run -p ada")
    child.expect("Write this")
    assert not with_cron.crontab.exists()
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, with_cron.crontab.exists()) == ((0, True) if installed else (130, False))


def test_a_terminal_is_not_asked_with_yes(ada, home, with_cron):
    pexpect.run(
        f"{sys.executable} -m recommender schedule install --yes",
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        timeout=60,
    )
    assert with_cron.crontab.exists()
