"""Texts for systemd, cron and launchd: each is read as it is meant, whatever characters a path has."""

import plistlib
import re
import shlex
import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.errors import MachineError
from recommender.scheduling import DAYS, Job, Timetable, announcement_days, cron, days_of_week, plists, time_of_day
from recommender.scheduling.cron import entry, entry_of, with_entry, without_entry
from recommender.scheduling.systemd import service, timer
from recommender.sources.arxiv.calendar import announced_at, announcement_day

TIMETABLES = st.builds(
    Timetable,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
_SIGNS = st.one_of(
    st.sampled_from(" '\"%\\$`;&|<>*?#~=:é論"),
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
)
PATHS = st.text(_SIGNS, max_size=30).map(lambda text: f"/{text}")
JOBS = st.builds(
    lambda name, program, home, when: Job(name, (program, "run", "-p", name), home, when),
    NAMES,
    PATHS,
    PATHS,
    TIMETABLES,
)
WORKDAYS = (0, 1, 2, 3, 4)
ADA = Job("ada", ("/usr/bin/recommend", "run", "-p", "ada"), "/home/ada/papers", Timetable(WORKDAYS, time(7, 0)))
SINCE = date(2026, 3, 2)


def days_of(text: str) -> tuple[int, ...]:
    return tuple(sorted(DAYS.index(day) for day in text.split()))


@pytest.mark.parametrize(
    ("zone", "at", "days"),
    [
        ("America/New_York", time(7), "Mon Tue Wed Thu Fri"),
        ("Europe/Berlin", time(7), "Mon Tue Wed Thu Fri"),
        ("Europe/London", time(18, 30), "Mon Tue Wed Thu Fri"),
        ("Asia/Tokyo", time(10, 30), "Mon Tue Wed Thu Fri"),
        ("Asia/Tokyo", time(7), "Tue Wed Thu Fri Sat"),  # before that day's list
        ("Asia/Tokyo", time(9, 30), "Mon Tue Wed Thu Fri Sat"),  # after it in summer, before it in winter
        ("America/Los_Angeles", time(18), "Sun Mon Tue Wed Thu"),  # an hour after it, on the same day
        ("America/Los_Angeles", time(7), "Mon Tue Wed Thu Fri"),
        ("America/New_York", time(20), "Sun Mon Tue Wed Thu Fri"),  # just then: the list may be a little late
        ("Pacific/Kiritimati", time(7), "Tue Wed Thu Fri Sat"),
        ("UTC", time(7), "Mon Tue Wed Thu Fri"),
    ],
)
def test_announcement_days_are_those_that_bring_a_new_list(zone, at, days):
    for since in (SINCE, SINCE + timedelta(days=100)):  # whichever clocks change next
        assert announcement_days(at, ZoneInfo(zone), since, announcement_day) == days_of(days)


@given(
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from(["Asia/Kolkata", "Australia/Sydney", "America/St_Johns", "Europe/Berlin", "Pacific/Auckland"]),
    st.integers(0, 259),
)
def test_each_list_reaches_the_reader_within_a_day(at, zone, number):
    zone = ZoneInfo(zone)
    day = SINCE + timedelta(days=number)
    if day.weekday() > 4:
        return
    when = Timetable(announcement_days(at, zone, SINCE, announcement_day), at)
    out = announced_at(day)
    start = when.next_after((out - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)).replace(tzinfo=zone)
    # 25 hours: the day on which a clock is put back
    assert timedelta(0) <= start.astimezone(UTC) - out.astimezone(UTC) <= timedelta(hours=25)


@given(TIMETABLES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_the_next_start_is_the_first_that_fits(when, now):
    start = when.next_after(now)
    assert start > now
    assert (start.weekday() in when.days, start.time()) == (True, when.at)
    earlier = [start - timedelta(days=number) for number in range(1, 8)]
    assert not [other for other in earlier if other > now and other.weekday() in when.days]


def test_attempts_of_one_day_end_with_the_day():
    hours = {hour: [start.hour for start in Timetable((0,), time(hour, 5)).attempts] for hour in (7, 22, 23)}
    assert hours == {7: [7, 8, 9], 22: [22, 23], 23: [23]}


@given(st.sets(st.integers(0, 6), min_size=1))
def test_days_of_the_week_are_read_as_they_are_written(days):
    assert days_of_week(",".join(DAYS[day].lower() for day in days)) == tuple(sorted(days))


@given(st.builds(time, st.integers(0, 23), st.integers(0, 59)))
def test_a_time_of_day_is_read_as_it_is_written(at):
    assert time_of_day(f"{at:%H:%M}") == time_of_day(f"{at.hour}:{at.minute:02}") == at


@pytest.mark.parametrize("text", ["/a\nb", "/a\x00", "/a\x7f", "/a\udcff", "/a\uffff"])
def test_a_path_that_no_text_file_can_hold_is_refused(text):
    with pytest.raises(MachineError, match="line break"):
        Job("ada", ("/bin/recommend",), text, ADA.when)
    with pytest.raises(MachineError, match="line break"):
        Job("ada", (text,), "/home", ADA.when)


# systemd


def systemd_words(text: str) -> list[str]:
    """The words of a value as systemd.syntax and systemd.unit say: quotes, backslashes, then %% for %."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    assert re.sub(r'"(?:[^"\\]|\\.)*"', "", text).strip(" ") == ""
    plain = [re.sub(r"\\(.)", r"\1", word) for word in words]
    assert not [word for word in plain if re.search(r"%[^%]", word.replace("%%", ""))]
    return [word.replace("%%", "%") for word in plain]


@given(JOBS)
def test_systemd_reads_the_words_as_they_are(job):
    if set("\"'\\") & set(job.command[0]):
        with pytest.raises(MachineError, match="--with cron"):
            service(job)
        return
    lines = dict(line.split("=", 1) for line in service(job).split("\n") if "=" in line)
    assert systemd_words(lines["Environment"]) == [f"RECOMMEND_HOME={job.home}"]
    words = systemd_words(lines["ExecStart"])
    assert words[0][0] == ":"  # no variables
    assert (words[0][1:], *words[1:]) == job.command


@pytest.fixture
def systemd_analyze(tmp_path, monkeypatch):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here to judge the units")
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = ["systemd-analyze", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return call


@pytest.mark.sample(2)
@pytest.mark.parametrize("folder", ["plain", "with space", "100%h", "$HOME and ;", "papers é論"])
def test_systemd_itself_finds_no_mistake_in_the_units(systemd_analyze, tmp_path, folder):
    program = tmp_path / folder / "recommend"
    program.parent.mkdir()
    program.touch(mode=0o755)
    job = Job("ada", (str(program), "run", "-p", "ada"), str(tmp_path / 'home "of" ada\'s 50%\\'), ADA.when)
    units = tmp_path / "recommend-ada.service", tmp_path / "recommend-ada.timer"
    units[0].write_text(service(job), encoding="utf-8")
    units[1].write_text(timer(job), encoding="utf-8")
    judged = systemd_analyze("verify", "--user", *units)
    assert (judged.returncode, judged.stderr) == (0, "")
    program.unlink()  # it is this very program that was looked for
    assert "not executable" in systemd_analyze("verify", "--user", *units).stderr


def test_systemd_understands_days_and_time(systemd_analyze):
    for days, shown in [(WORKDAYS, "Mon..Fri"), ((0, 5, 6), "Mon,Sat,Sun"), ((2,), "Wed"), (tuple(range(7)), None)]:
        job = Job("ada", ADA.command, ADA.home, Timetable(days, time(18, 5)))
        (when,) = re.findall(r"^OnCalendar=(.*)$", timer(job), re.MULTILINE)
        judged = systemd_analyze("calendar", when)
        assert judged.returncode == 0, judged.stderr
        assert f"Normalized form: {shown + ' ' if shown else ''}*-*-* 18:05:00" in judged.stdout


def test_systemd_makes_up_for_missed_runs_and_restarts_failed_ones():
    assert "Persistent=true" in timer(ADA)
    assert "Restart=on-failure" in service(ADA)
    assert "network-online" not in service(ADA) + timer(ADA)  # a user's own systemd has no such target


# cron


def as_cron_runs_it(line: str, *, drops_backslashes: bool) -> str:
    """What cron gives to the shell: up to a bare %, and \\% as it is or as %, as crons differ."""
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command), "a bare % ends the command"
    return command.replace(r"\%", "%") if drops_backslashes else command


@given(JOBS, st.booleans())
@example(Job("a", (r"/a\%b", "run"), r"/%\%%'\ ", ADA.when), True)
@example(Job("a", (r"/a\%b", "run"), r"/%\%%'\ ", ADA.when), False)
def test_a_shell_reads_a_crontab_entry_as_it_is_meant(job, drops_backslashes):
    line = entry(job)
    assert "\n" not in line
    words = shlex.split(as_cron_runs_it(line, drops_backslashes=drops_backslashes))
    assert tuple(words) == (f"RECOMMEND_HOME={job.home}", *job.command)


@pytest.mark.parametrize("drops_backslashes", [True, False])
@pytest.mark.parametrize("folder", ["plain", "two  words", "100%", 'ada\'s "own"', "$(false) `x` é論", "a=b\\c"])
def test_a_crontab_entry_runs_in_an_empty_environment(tmp_path, folder, drops_backslashes):
    program = tmp_path / folder / "recommend"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$RECOMMEND_HOME"\n')
    program.chmod(0o755)
    home = str(tmp_path / f"home {folder}")
    line = entry(Job("ada", (str(program), "run", "-p", "ada"), home, ADA.when))
    ran = subprocess.run(
        ["env", "-i", "/bin/sh", "-c", as_cron_runs_it(line, drops_backslashes=drops_backslashes)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["run", "-p", "ada", home]


def test_a_crontab_entry_starts_at_the_time_and_in_the_next_hours_of_these_days():
    assert entry(ADA).startswith("0 7,8,9 * * 1,2,3,4,5 RECOMMEND_HOME=")
    late = Job("ada", ADA.command, ADA.home, Timetable((3, 6), time(23, 30)))
    assert entry(late).startswith("30 23 * * 4,7 ")


@given(JOBS)
def test_the_timetable_of_a_crontab_entry_and_a_plist_can_be_read_back(job):
    assert cron.timetable(entry(job)) == job.when
    assert plists.timetable(plists.plist(job)) == job.when


@pytest.mark.parametrize("entry", ["", "@daily x", "0 7 1 * 1 x", "0 99 * * 1 x", "0 7 * * 0-5 x", "70 7 * * 1 x"])
def test_the_timetable_of_an_entry_changed_by_hand_is_not_guessed(entry):
    assert cron.timetable(entry) is None


CRONTABS = st.lists(
    st.sampled_from(["MAILTO=ada", "0 5 * * * backup \\% x", "", "# recommender: bob begin", "\r", "caf\udce9", "#é"])
).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(CRONTABS, CRONTABS, NAMES.filter(lambda name: name != "bob"))
def test_other_lines_of_a_crontab_stay_as_they_are(above, below, name):
    once = with_entry(above, name, "0 7 * * 1 first")
    assert once.startswith(above)
    assert entry_of(once + below, name) == "0 7 * * 1 first"
    twice = with_entry(once + below, name, "0 8 * * 1 second")
    assert entry_of(twice, name) == "0 8 * * 1 second"
    assert twice == with_entry(above, name, "0 8 * * 1 second") + below
    assert without_entry(twice, name) == above + below
    assert without_entry(above + below, name) == above + below


def test_a_last_line_without_a_line_end_gets_one():
    crontab = with_entry("0 5 * * * backup", "ada", "x")
    assert crontab.startswith("0 5 * * * backup\n# recommender: ada begin\nx\n# recommender: ada end\n")


def test_profiles_whose_names_begin_alike_have_entries_of_their_own():
    both = with_entry(with_entry("", "ada", "x"), "ada-2", "y")
    assert without_entry(both, "ada") == with_entry("", "ada-2", "y")


def test_an_entry_without_an_end_marker_is_an_error():
    broken = "# recommender: ada end\n# recommender: ada begin\n0 5 * * * backup\n"
    for change in (without_entry, entry_of, lambda text, name: with_entry(text, name, "x")):
        with pytest.raises(MachineError, match="crontab -e"):
            change(broken, "ada")


# launchd


@given(JOBS)
def test_launchd_reads_a_plist_as_it_is_meant(job):
    agent = plistlib.loads(plists.plist(job).encode())
    assert agent["Label"] == f"recommend-{job.profile}"
    assert tuple(agent["ProgramArguments"]) == job.command
    assert agent["EnvironmentVariables"] == {"RECOMMEND_HOME": job.home}
    starts = {(each["Weekday"], each["Hour"], each["Minute"]) for each in agent["StartCalendarInterval"]}
    assert {day for day, _, _ in starts} == {day + 1 for day in job.when.days}
    assert min(time(hour, minute) for _, hour, minute in starts) == job.when.at


@pytest.mark.parametrize("text", ["", "no plist", "<plist><dict/></plist>", "<plist><string>x</string></plist>"])
def test_the_timetable_of_a_plist_changed_by_hand_is_not_guessed(text):
    assert plists.timetable(text) is None


@pytest.mark.parametrize("end", ["\r\n", " \n", "\t\r\n"])
def test_the_entry_of_a_crontab_is_found_whatever_an_editor_put_at_the_ends_of_lines(end):
    crontab = with_entry("0 5 * * * backup\n", "ada", "old").replace("\n", end)
    changed = with_entry(crontab, "ada", "new")
    assert (changed.count("recommender: ada begin"), entry_of(changed, "ada")) == (1, "new")
    assert changed.startswith(f"0 5 * * * backup{end}")
    assert entry_of(crontab, "ada") == "old"
    assert without_entry(crontab, "ada") == f"0 5 * * * backup{end}"
