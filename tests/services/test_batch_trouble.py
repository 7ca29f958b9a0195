"""What happens to a night for many readers when machines fail: a defined outcome, and each reader served once."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from random import Random
from zlib import crc32

import pytest
from inline import Inline
from support import NOBODY

from benchmarks import nights
from benchmarks.faults.world import digest
from recommender import Batch, BatchOptions
from recommender.services.batch import engines, shared
from recommender.store.home import Home

DAY = nights.FIRST + timedelta(days=1)
NOT_ALL, MACHINE = 15, 7  # exit codes


@pytest.fixture
def inbox():
    return nights.Inbox()


@pytest.fixture
def made(tmp_path, inbox, monkeypatch):
    """Makes a home of so many readers, three quarters of them with mail, with a new day."""
    monkeypatch.setenv("RECOMMEND_ARXIV", NOBODY)

    def make(readers):
        digests = tmp_path / "digests"
        nights.make(tmp_path / "many", digests, inbox.port, readers)
        (digests / f"{DAY}.md").write_text(digest(DAY, 51), encoding="utf-8")
        return Home(tmp_path / "many", tmp_path / "starters")

    return make


def batch(home, *options):
    return subprocess.run(
        [sys.executable, "-m", "recommender", "batch", *options],
        env={**os.environ, "RECOMMEND_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )


def lists(home, name):
    with closing(sqlite3.connect(home.profile_file(name))) as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM shortlist WHERE day = ?", (str(DAY),))]


@pytest.mark.slow
def test_a_locked_a_damaged_and_a_newer_profile_among_hundreds_are_named_and_all_others_served(made):
    home = made(20)
    names = [f"reader-{number:03}" for number in range(400)]
    for number, name in enumerate(names[20:]):
        for ending in ("db", "toml"):
            shutil.copy(
                home.profiles_folder / f"{names[number % 20]}.{ending}", home.profiles_folder / f"{name}.{ending}"
            )
    locked, damaged, newer, wrong = (names[number] for number in (0, 134, 200, 399))
    home.profile_file(damaged).write_bytes(home.profile_file(damaged).read_bytes()[:5000])
    home.own_settings_file(wrong).write_text("list_size = 'many'\n")
    with closing(sqlite3.connect(home.profile_file(newer))) as connection:
        connection.execute("PRAGMA user_version = 99")
    with closing(sqlite3.connect(home.profile_file(locked), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        ran = batch(home, "--workers", "2", "--no-mail")
    assert ran.returncode == NOT_ALL
    assert "Traceback" not in ran.stderr
    named = [line.partition(": ")[0] for line in ran.stderr.splitlines() if line.startswith("reader-")]
    assert sorted(named) == [  # each when its worker meets it
        locked,
        damaged,
        newer,
        wrong,
    ]
    assert f"400 readers: 396 lists of {DAY}" in ran.stdout
    assert "4 failures" in ran.stdout
    shutil.copy(home.profile_file(names[4]), home.profile_file(damaged))  # its owner restores a backup
    home.own_settings_file(wrong).write_text(home.own_settings_file(names[3]).read_text())
    ran = batch(home, "--workers", "2", "--no-mail")
    assert f"400 readers: 2 lists of {DAY}" in ran.stdout
    assert [line.partition(": ")[0] for line in ran.stderr.splitlines() if line.startswith("reader-")] == [newer]


def mounted(tmp_path, script, *arguments):
    """Run a script where disks can be mounted that nobody else sees; skips the test where that is not permitted."""
    tried = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", tmp_path]
    if not shutil.which("unshare") or subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip("no disk of its own can be mounted here")
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", *arguments],
        env=dict(os.environ),  # without what readline adds behind Python's back
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_readers_on_a_full_disk_are_named_and_the_others_are_served(made, tmp_path, monkeypatch):
    home = made(12)
    names = home.own_names()
    for name in names:
        part = home.profiles_folder / f"{crc32(name.encode()) & 0xFF:02x}"
        part.mkdir(exist_ok=True)
        for ending in ("db", "toml"):
            (home.profiles_folder / f"{name}.{ending}").rename(part / f"{name}.{ending}")
    assert home.own_names() == names
    full = home.profile_file(names[0]).parent
    on_it = sorted(path.stem for path in full.glob("*.db"))
    size = sum(path.stat().st_size for path in full.iterdir())
    monkeypatch.setenv("RECOMMEND_HOME", str(home.root))
    script = """
        cp -r "$1" "$2" && mount -t tmpfs -o size="$3" none "$1" && cp "$2"/* "$1" || exit 99
        dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null
        "$4" -m recommender batch --workers 2; echo "code $?"
        rm "$1/filler"
        "$4" -m recommender batch --workers 2; echo "code $?"
        cp "$1"/* "$2"
    """
    ran = mounted(tmp_path, script, full, tmp_path / "copy", str(size + 2**22), sys.executable)
    assert ran.returncode == 0, ran.stderr
    first, second, third = ran.stdout.split("code ")
    assert f"{12 - len(on_it)} lists" in first
    assert f"{len(on_it)} failure" in first
    assert second.startswith(str(NOT_ALL))
    assert "Traceback" not in ran.stderr
    for name in on_it:
        assert "full" in next(line for line in ran.stderr.splitlines() if line.startswith(f"{name}: "))
    assert f"{len(on_it)} list" in second
    assert third.strip() == "0"


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_an_hour_off_serves_each_reader_once(made, inbox, monkeypatch, hours):
    class Off(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=hours)

    home = made(8)
    monkeypatch.setattr(engines, "engine", lambda workers, scheduler: Inline())
    with monkeypatch.context() as patched:
        patched.setattr(shared, "datetime", Off)
        report = Batch(home.root).run()
    assert (report.lists, report.mails, report.failures) == (8, 6, ())
    report = Batch(home.root).run()
    assert (report.lists, report.mails, report.already) == (0, 0, 8)
    assert {name: len(lists(home, name)) for name in home.own_names()} == dict.fromkeys(home.own_names(), 1)
    assert set(inbox.mails.values()) == {1}


@pytest.mark.parametrize("first", [-1, 1])
def test_two_machines_whose_clocks_differ_serve_each_reader_once(made, inbox, monkeypatch, first):
    """Also where one of them is before the hour at which a day is announced, or a mail wanted, and the other after."""
    home = made(8)
    monkeypatch.setattr(engines, "engine", lambda workers, scheduler: Inline())
    for name in home.own_names():
        settings = home.own_settings_file(name)
        settings.write_text(settings.read_text().replace("[mail]\n", '[mail]\nat = "07:00 UTC"\n'))
    announced = datetime(DAY.year, DAY.month, DAY.day, 1, tzinfo=UTC)
    wanted = datetime(DAY.year, DAY.month, DAY.day, 7, tzinfo=UTC)
    for moment in (announced, wanted):
        for hours in (first, -first, 0):
            now = moment + timedelta(hours=hours / 2)
            report = Batch(home.root, clock=lambda now=now: now).run(BatchOptions(wait=False))
            assert report.failures == ()
    report = Batch(home.root, clock=lambda: wanted + timedelta(hours=2)).run(BatchOptions(wait=False))
    assert (report.lists, report.waiting, report.already) == (0, 0, 8)
    assert {name: len(lists(home, name)) for name in home.own_names()} == dict.fromkeys(home.own_names(), 1)
    assert set(inbox.mails.values()) == {1}
    assert len(inbox.mails) == 6


@pytest.mark.slow
def test_workers_of_an_own_cluster_return_no_memory_and_keep_no_profile():
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    from recommender.services.batch import cluster  # imports Dask

    def settings_of_worker():
        import dask

        return os.environ.get("MALLOC_ARENA_MAX"), dask.config.get("distributed.worker.profile.enabled")

    with cluster.Cluster(cluster.LOCAL, 1) as workers:
        assert list(workers._client.run(settings_of_worker).values()) == [("1", False)]


@pytest.mark.slow
def test_a_lost_scheduler_ends_the_batch_with_a_message_and_the_next_one_goes_on(made, inbox, tmp_path):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    home = made(40)
    with nights.Cluster(tmp_path / "cluster") as cluster:
        process = nights.start(home.root, ["--scheduler", cluster.address])
        while not any(lists(home, name) for name in home.own_names()):
            assert process.poll() is None, process.communicate()
        scheduler = next(pid for pid, what in cluster.targets() if what == "the scheduler")
        os.kill(scheduler, signal.SIGKILL)
        said, _ = process.communicate(timeout=120)
        assert process.returncode in (MACHINE, 0), said  # 0: all was done before it noticed
        if process.returncode:
            assert "start the batch again, it goes on" in said
            assert "Traceback" not in said
        process = nights.start(home.root, ["--scheduler", cluster.address])
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert list(nights.broken(home.root, DAY, inbox, 40)) == []


@pytest.mark.slow
def test_batches_of_two_schedulers_that_meet_serve_each_reader_once(made, inbox):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    home = made(40)
    started = [nights.start(home.root, ["--scheduler", "local"]) for _ in range(2)]
    ended = [process.communicate(timeout=180)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    assert list(nights.broken(home.root, DAY, inbox, 40)) == []
    assert set(inbox.mails.values()) == {1}


@pytest.mark.slow
@pytest.mark.parametrize("with_cluster", [False, pytest.param(True, marks=pytest.mark.rare)])
def test_nights_that_are_killed_at_random_moments_serve_each_reader_once(tmp_path, inbox, capsys, with_cluster):
    """A slice of `python -m benchmarks.nights`."""
    if with_cluster:
        pytest.importorskip("distributed", reason="the extra cluster is not installed")
    nights.make(tmp_path / "many", tmp_path / "digests", inbox.port, 24)
    cluster = nights.Cluster(tmp_path / "cluster") if with_cluster else None
    with cluster or nullcontext():
        options = ["--scheduler", cluster.address] if cluster else []
        killed = nights.Nights(tmp_path / "many", options, Random(5), cluster)
        assert nights.kill(killed, tmp_path / "digests", inbox, 24, 6) == 0, capsys.readouterr()
