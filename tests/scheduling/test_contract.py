"""The contract of every scheduler, checked with fake commands on PATH; a new scheduler is one more entry in HAS."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from fakemachine import Machine

from recommender import scheduling
from recommender.errors import MachineError
from recommender.scheduling import SCHEDULERS, Job, Timetable

HAS = {
    "systemd": Machine.has_systemd,
    "launchd": Machine.has_launchd,
    "schtasks": Machine.has_schtasks,
    "cron": Machine.has_cron,
}
ADA = Job("ada", ("/opt/recommend", "run", "-p", "ada"), "/home/ada/my papers", Timetable((0, 1, 2, 3, 4), time(7, 0)))
LATER = replace(ADA, when=Timetable((1, 5), time(18, 30)))
BOB = Job("ada-2", ("/opt/recommend", "run", "-p", "ada-2"), "/home/bob", ADA.when)  # a name that begins alike
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)  # a Monday


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    return Machine.alone(tmp_path / "machine", monkeypatch)


@pytest.fixture(params=SCHEDULERS, ids=lambda scheduler: scheduler.name)
def scheduler(request):
    return request.param


@pytest.fixture
def machine(bare_machine, scheduler):
    HAS[scheduler.name](bare_machine)
    return bare_machine


def test_it_has_a_name_of_its_own_and_a_hint(scheduler):
    assert [other.name for other in SCHEDULERS].count(scheduler.name) == 1
    assert scheduler.hint.endswith(".")


def test_it_is_available_only_where_its_command_is(scheduler, bare_machine):
    assert not scheduler.available()
    HAS[scheduler.name](bare_machine)
    assert scheduler.available()


def test_a_preview_runs_and_writes_nothing(scheduler, machine):
    assert scheduler.preview(ADA)
    assert (machine.state(), machine.commands) == ({}, [])


def test_a_preview_shows_all_that_is_written(scheduler, machine):
    preview = scheduler.preview(ADA).splitlines()
    scheduler.install(ADA)
    for path, content in machine.state().items():
        assert set(content.decode().splitlines()) <= set(preview), path


def test_an_installed_job_is_shown_and_removed_without_a_trace(scheduler, machine):
    assert scheduler.installed("ada") == ""
    scheduler.install(ADA)
    text = scheduler.installed("ada")
    assert text.startswith("# ")
    for words in ("/opt/recommend", "RECOMMEND_HOME", "/home/ada/my papers"):
        assert words in text
    scheduler.remove("ada")
    assert (scheduler.installed("ada"), machine.state()) == ("", {})


def test_installing_again_leaves_only_the_new_job(scheduler, machine):
    scheduler.install(LATER)
    only_later = machine.state()
    scheduler.remove("ada")
    scheduler.install(ADA)
    scheduler.install(LATER)
    assert machine.state() == only_later


def test_profiles_do_not_touch_each_others_jobs(scheduler, machine):
    scheduler.install(BOB)
    only_bob, text = machine.state(), scheduler.installed(BOB.profile)
    scheduler.install(ADA)
    assert scheduler.installed(BOB.profile) == text
    scheduler.remove("ada")
    assert machine.state() == only_bob


def test_the_next_start_of_an_installed_job_is_known(scheduler, machine):
    scheduler.install(ADA)
    line = scheduler.next_start("ada", NOW)
    assert line == line.strip() != ""
    assert {"systemd": "2026-03-02 07:00:00"}.get(scheduler.name, "Next: Tue 2026-03-03 07:00") in line


@pytest.mark.parametrize("name", ["plain", "my papers", "it's 100% & <ä> $x", 'quo"te', "back\\slash", "%%"])
def test_the_home_of_an_installed_job_is_recognised_however_it_is_quoted(scheduler, machine, name):
    home = f"/home/{name}"
    scheduler.install(replace(ADA, home=home))
    assert scheduler.runs_for("ada", home)
    assert not any(scheduler.runs_for("ada", other) for other in (home[:-1], f"{home}2", "/home", f"{home}/x"))


def test_a_missing_command_is_an_error_that_names_it(scheduler, bare_machine):
    with pytest.raises(MachineError, match=r"`\w+` cannot be run: .*--with chooses another way"):
        scheduler.install(ADA)


def test_a_failing_command_is_quoted_and_the_remedy_is_named(scheduler, machine):
    words = {"systemd": "enable", "launchd": "bootstrap", "cron": "disk trouble", "schtasks": "/Create"}[scheduler.name]
    machine.fail(words)
    with pytest.raises(MachineError, match=r"failed: .*`recommend schedule remove -p ada`"):
        scheduling.install(ADA, scheduler)


def test_it_can_be_chosen_by_name_even_where_it_is_missing(scheduler, bare_machine):
    assert scheduling.choose(ADA, scheduler.name) is scheduler


def test_it_is_chosen_where_it_is_the_only_one(scheduler, machine):
    assert scheduling.choose(ADA) is scheduler


def test_it_takes_the_job_over_from_every_other(scheduler, bare_machine):
    for add in HAS.values():
        add(bare_machine)
    for other in SCHEDULERS:
        if other is not scheduler:
            scheduling.install(ADA, other)
            assert scheduling.installed("ada") == [other]
    scheduling.install(ADA, scheduler)
    assert scheduling.installed("ada") == [scheduler]


def test_without_a_scheduler_the_error_says_what_to_start(bare_machine):
    with pytest.raises(MachineError, match="Fri at 07:00: RECOMMEND_HOME='/home/ada/my papers' /opt/recommend run"):
        scheduling.choose(ADA)


def test_every_scheduler_is_checked():
    assert set(HAS) == {scheduler.name for scheduler in SCHEDULERS}
