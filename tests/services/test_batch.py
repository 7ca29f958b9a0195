"""Many readers, one night: the lists of `today`, each made once, whatever fails, is killed or runs beside it."""

import json
import mailbox
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from answers import oai
from faults import Reply, Server, without_proxy
from hypothesis import given
from hypothesis import strategies as st
from inline import Inline
from support import SEED, make_paper, uncovered

from recommender import MissingExtra, ranking
from recommender.api_batch import Batch
from recommender.errors import ProfileError
from recommender.paper import Feedback, History, Verdict
from recommender.results.batch import FailedReader
from recommender.services.batch import engines, hours, work
from recommender.services.batch.engines import Lost
from recommender.services.requests import BatchOptions
from recommender.store.home import Home
from recommender.store.library import Library
from recommender.store.nights import Night, Nights, Stage
from recommender.store.profile_store import ProfileStore

FRIDAY = datetime(2020, 5, 15, 1, tzinfo=UTC)
READERS = ("ada", "bob", "carl", "dora")
WORDS = ("image fusion", "graph networks", "medical segmentation", "video")


class Arxiv(Server):
    """Announces one paper by OAI, and has no feed."""

    def reply_to(self, asked):
        self.asked.append(asked)
        paper = make_paper(1, "Lakes", categories=("cs.CV",), submitted=FRIDAY.date())
        day = datetime.now(UTC).date()
        return Reply(body=oai([(day, paper)])) if asked.path.startswith("/oai?") else Reply(404)


@pytest.fixture
def inline(monkeypatch):
    """Batches work in this process."""
    monkeypatch.setattr(engines, "engine", lambda workers, scheduler: Inline())


@pytest.fixture
def readers(start_after, tmp_path):
    """A home of four readers who rated differently, and whose digests have a new day."""
    home = start_after(
        *(
            command
            for number, (name, words) in enumerate(zip(READERS, WORDS, strict=True))
            for command in (
                ("init", name, "--interests", words, "--digests", SEED, "--no-input"),
                ("today", "-p", name),
                ("like", "-p", name, *range(1, 2 + number)),
                ("dislike", "-p", name, 9),
            )
        )
    )
    digests = tmp_path / "digests"
    digests.mkdir()
    (digests / SEED.name).write_bytes(SEED.read_bytes())
    new = SEED.read_text().replace("13 May 2020", "14 May 2020").replace("2005.0", "2006.0")
    (digests / "2020-05-14.cs.CV.md").write_text(new)
    for settings in (home / "profiles").glob("*.toml"):
        settings.write_text(settings.read_text().replace(str(SEED), str(digests)))
    return Home.at()


def with_mail(home, tmp_path, *names, more=""):
    """Give readers mail settings, into a maildir."""
    for name in names:
        settings = home.own_settings_file(name)
        address = f"{name}@example.org"
        settings.write_text(
            f'{settings.read_text()}\n[mail]\nfrom = "{address}"\nto = ["{address}"]\n'
            f'by = "maildir:{tmp_path / "Mail"}"\n{more}\n'
        )


def mails(tmp_path):
    return Counter(str(mail["To"]) for mail in mailbox.Maildir(tmp_path / "Mail"))


def rows(home, name, sql):
    with closing(sqlite3.connect(home.profile_file(name))) as connection:
        return connection.execute(sql).fetchall()


SHOWN = """
    SELECT kind, day, considered, status, note, rank, paper, value, probability, reasons, exploring
    FROM shown JOIN shortlist ON shortlist.id = shown.shortlist ORDER BY shortlist.id, rank
"""


def test_what_it_records_is_what_today_records(readers, inline, tmp_path, run, monkeypatch):
    other = tmp_path / "other"
    shutil.copytree(readers.root, other)
    report = Batch().run()
    assert (report.readers, report.lists, report.failures) == (4, 4, ())
    assert report.day == date(2020, 5, 14)
    monkeypatch.setenv("RECOMMEND_HOME", str(other))
    for name in READERS:
        assert run("today", "-p", name).code == 0
        alone = readers._replace(root=other)
        for sql in (SHOWN, "SELECT basis, day, scores FROM ranking", "SELECT * FROM offered ORDER BY audience, paper"):
            assert rows(readers, name, sql) == rows(alone, name, sql)


def test_today_shows_the_kept_list_without_ranking(readers, inline, run, monkeypatch):
    Batch().run()
    monkeypatch.setattr(ranking, "rank", lambda *_: pytest.fail("ranked again"))
    for name in READERS:
        lists = rows(readers, name, "SELECT count(*) FROM shortlist")
        shown = json.loads(run("today", "-p", name, "--json").out)
        assert shown["day"] == "2020-05-14"
        assert rows(readers, name, "SELECT count(*) FROM shortlist") == lists


def test_a_worker_that_ranks_loads_nothing_that_mails():
    script = "import sys, recommender.services.batch.engines, recommender.services.batch.work; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=uncovered())
    loaded = set(ran.stdout.split())
    assert "recommender.services.today" in loaded
    assert not loaded & {"jinja2", "email", "ssl", "xml", "recommender.services.mail", "recommender.services.answers"}


def test_a_second_batch_does_nothing_and_one_of_a_new_day_everything(readers, inline, tmp_path):
    Batch().run()
    before = {name: rows(readers, name, "SELECT * FROM shortlist") for name in READERS}
    again = Batch().run()
    assert (again.lists, again.already) == (0, 4)
    assert before == {name: rows(readers, name, "SELECT * FROM shortlist") for name in READERS}
    (tmp_path / "digests" / "2020-05-15.cs.CV.md").write_text(
        SEED.read_text().replace("13 May 2020", "15 May 2020").replace("2005.0", "2007.0")
    )
    assert Batch().run().lists == 4


def test_a_reader_who_cannot_be_served_is_named_and_stops_no_other(readers, run):
    readers.profile_file("ada").write_bytes(b"no database" * 1000)
    readers.own_settings_file("bob").write_text("list_size = 'many'\n")
    ran = run("batch", "--workers", "1", "--json")
    assert ran.code == 15
    report = json.loads(ran.out)
    assert [failure["name"] for failure in report["failures"]] == ["ada", "bob"]
    assert report["lists"] == 2
    assert "ada: " in ran.err
    assert "bob: " in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_folder_and_a_pipe_in_the_place_of_ratings_are_named(readers, run):
    for name in ("ada", "bob"):
        readers.profile_file(name).unlink(missing_ok=True)
    readers.profile_file("ada").mkdir()
    os.mkfifo(readers.profile_file("bob"))
    report = json.loads(run("batch", "--workers", "1", "--json").out)
    assert [failure["name"] for failure in report["failures"]] == ["ada", "bob"]
    assert all("no database; move it away" in failure["message"] for failure in report["failures"])
    assert report["lists"] == 2


def test_a_locked_and_a_newer_profile_are_named(readers, inline, monkeypatch):
    monkeypatch.setattr(ProfileStore, "patience", 0.1)
    with closing(sqlite3.connect(readers.profile_file("dora"))) as connection:
        connection.execute("PRAGMA user_version = 99")
    with closing(sqlite3.connect(readers.profile_file("ada"))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        report = Batch().run()
    assert {failure.name: failure.message.partition(": ")[0] != "" for failure in report.failures} == {
        "ada": True,
        "dora": True,
    }
    assert report.lists == 2
    assert Batch().run().lists == 1  # the lock has gone


def test_what_a_killed_night_left_is_removed_two_days_later(readers, inline):
    for name, age in (("old", 3), ("new", 1)):
        folder = readers.root / "cache" / f"night.{name}"
        folder.mkdir(parents=True)
        (folder / "papers").write_text("")
        moment = time.time() - age * 86_400
        os.utime(folder, (moment, moment))
    Batch().run()
    assert [path.name for path in (readers.root / "cache").glob("night.*")] == ["night.new"]


def test_profiles_are_chosen_by_name_pattern_and_file(readers, inline, tmp_path, run):
    assert Batch().run(BatchOptions(("a*", "carl"))).readers == 2
    (tmp_path / "some.txt").write_text("bob\r\n", encoding="utf-8-sig")  # as editors on Windows write it
    assert "1 reader: 1 list of 2020-05-14" in run("batch", "--profiles", tmp_path / "some.txt").out
    with pytest.raises(ProfileError, match="no profile matches 'z\\*'"):
        Batch().run(BatchOptions(("z*",)))


def test_a_profile_without_a_source_is_counted_and_no_failure(readers, inline, run):
    run("init", "eve", "--interests", "x-ray", "--no-input")
    report = Batch().run()
    assert (report.without_source, report.failures, report.lists) == (1, (), 4)


def test_mail_goes_out_once_and_run_beside_it_sends_no_more(readers, inline, tmp_path, run):
    with_mail(readers, tmp_path, "ada", "bob")
    assert Batch().run(BatchOptions(mail=False)).waiting == 2
    assert mails(tmp_path) == {}
    report = Batch().run(BatchOptions(mail_rate=6000))
    assert (report.mails, report.waiting, report.already) == (2, 0, 2)
    assert Batch().run().mails == 0
    assert run("run", "-p", "ada").code == 0
    assert mails(tmp_path) == {"ada@example.org": 1, "bob@example.org": 1}
    assert rows(readers, "ada", "SELECT count(*) FROM shortlist WHERE kind = 'mail'") == [(1,)]


@pytest.mark.slow
def test_batches_that_meet_serve_each_reader_once(readers, tmp_path):
    with_mail(readers, tmp_path, "ada", "bob")
    command = [sys.executable, "-m", "recommender", "batch", "--workers", "1", "--json"]
    environment = {**os.environ, "RECOMMEND_HOME": str(readers.root)}
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ended = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ended
    reports = [json.loads(said) for said, _ in ended]
    assert sum(report["lists"] for report in reports) == 4
    assert sum(report["mails"] for report in reports) == 2
    assert mails(tmp_path) == {"ada@example.org": 1, "bob@example.org": 1}
    for name in READERS:
        assert rows(readers, name, "SELECT count(*) FROM shortlist WHERE day = '2020-05-14'") == [(1,)]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_it_and_the_next_batch_goes_on(readers):
    command = [sys.executable, "-m", "recommender", "batch", "--workers", "1"]
    environment = {**os.environ, "RECOMMEND_HOME": str(readers.root)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not list((readers.root / "cache").glob("night.*")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, wrong = process.communicate(timeout=60)
    assert process.returncode in (0, 130), wrong
    assert "Traceback" not in wrong
    assert not list((readers.root / "cache").glob("night.*"))
    assert Batch(workers=1).run().failures == ()
    for name in READERS:
        assert rows(readers, name, "SELECT count(*) FROM shortlist WHERE day = '2020-05-14'") == [(1,)]


def test_a_mail_that_run_sent_before_is_not_sent_again(readers, inline, tmp_path, run):
    with_mail(readers, tmp_path, "ada")
    assert run("run", "-p", "ada").code == 0
    assert Batch().run().mails == 0
    assert mails(tmp_path) == {"ada@example.org": 1}


def test_mail_that_is_not_accepted_is_a_failure_and_goes_out_with_the_next_batch(readers, inline, tmp_path):
    with_mail(readers, tmp_path, "ada")
    (tmp_path / "Mail").write_text("no folder")
    (failure,) = Batch().run().failures
    assert failure.name == "ada"
    (tmp_path / "Mail").unlink()
    assert Batch().run().mails == 1


def test_mail_waits_for_the_readers_hour(readers, inline, tmp_path):
    with_mail(readers, tmp_path, "ada", more='at = "07:00 Asia/Tokyo"')
    # announced at 20:00 in New York, which is 9:00 in Tokyo: the next 7:00 is 22 hours later
    early = datetime(2020, 5, 14, 1, tzinfo=UTC)
    assert Batch(clock=lambda: early).run(BatchOptions(wait=False)).waiting == 1
    assert mails(tmp_path) == {}
    late = early + timedelta(hours=22)
    assert Batch(clock=lambda: late).run(BatchOptions(wait=False)).mails == 1


@pytest.mark.parametrize(
    ("at", "now", "expected"),
    [
        ("", "2020-05-14T01:00", None),
        ("07:00 Europe/Berlin", "2020-05-14T01:00", "2020-05-14T05:00"),
        ("07:00 Europe/Berlin", "2020-05-14T05:00", None),
        ("02:00 Europe/Berlin", "2020-05-14T00:30", None),
        ("01:59 Europe/Berlin", "2020-05-14T00:30", "2020-05-14T23:59"),
    ],
)
def test_the_hour_is_the_first_one_after_the_announcement(at, now, expected):
    due = hours.due(at, date(2020, 5, 14), datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (due and due.replace(tzinfo=None).isoformat(timespec="minutes")) == expected


def test_an_unknown_time_zone_is_said(readers, inline, tmp_path):
    with_mail(readers, tmp_path, "ada", more='at = "07:00 Moon/Base"')
    (failure,) = Batch().run().failures
    assert "no time zone 'Moon/Base'" in failure.message


def test_sources_are_asked_once_for_all_readers(home, run, inline, monkeypatch):
    without_proxy(monkeypatch)
    server = Arxiv()
    with server.running():
        monkeypatch.setenv("RECOMMEND_ARXIV", server.url)
        for name in READERS:
            run("init", name, "--interests", "lakes", "--category", "cs.CV", "--no-input")
        asked = len(server.asked)
        report = Batch().run()
        after_batch = len(server.asked)
        assert after_batch > asked
        assert report.readers == 4
        Batch().run()
        for name in READERS:
            run("today", "-p", name)
        assert len(server.asked) <= after_batch + 2


def test_a_source_that_cannot_be_asked_is_said_once_and_is_no_failure_of_readers_with_papers(readers, run):
    settings = readers.own_settings_file("ada")
    settings.write_text(
        settings.read_text()
        .replace("digests = [", 'digests = ["arxiv", ')
        .replace("categories = []", 'categories = ["cs.CV"]')
    )
    ran = run("batch", "--workers", "1")
    assert ran.code == 4
    assert ran.err.count("Warning: ") == 1
    assert "4 lists" in ran.out


# The claim


def test_what_a_stopped_worker_did_never_happened(memory):
    night, nights = Night(date(2026, 11, 27), "x"), Nights(memory)

    def stopped():
        with nights.claim(night) as stage:
            assert stage is Stage.OPEN
            memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=FRIDAY)
            nights.settle(night, FRIDAY, mail_waits=False)
            assert nights.stage(night) is Stage.DONE
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert nights.stage(night) is Stage.OPEN
    assert memory.verdicts() == {}


def test_a_night_is_done_once_and_old_ones_are_forgotten(memory):
    nights = Nights(memory)
    first, later = Night(date(2026, 10, 1), "x"), Night(date(2026, 11, 27), "y")
    nights.settle(first, FRIDAY, mail_waits=True)
    assert nights.stage(first) is Stage.RANKED
    nights.settle(first, FRIDAY, mail_waits=False)
    assert nights.stage(first) is Stage.DONE
    nights.settle(later, FRIDAY, mail_waits=True)
    assert (nights.stage(first), nights.stage(later)) == (Stage.OPEN, Stage.RANKED)


# The corpus

TEXTS = st.lists(st.sampled_from("lake image fusion graph neural night river sensor".split()), min_size=1, max_size=9)


@given(st.lists(TEXTS, min_size=3, max_size=12), st.integers(0, 11), st.integers(0, 5))
def test_scores_by_mapped_files_are_those_of_a_ranking_alone(tmp_path_factory, texts, shared, likes):
    papers = [make_paper(number, " ".join(words), " ".join(words * 3)) for number, words in enumerate(texts)]
    history = History(tuple(Feedback(paper, Verdict.LIKE, FRIDAY) for paper in papers[:likes]), tuple(papers[likes:-1]))
    folder = tmp_path_factory.mktemp("c") / "corpus"
    ranking.build_corpus(papers[:shared], {}).write(folder)
    assert ranking.rank(history, papers, corpus=ranking.map_corpus(folder)) == ranking.rank(history, papers)


def test_a_corpus_of_another_version_is_refused(tmp_path):
    ranking.build_corpus([make_paper(1)], {}).write(tmp_path / "c")
    (tmp_path / "c" / "corpus").write_bytes(b"corpus 1\nx")
    with pytest.raises(ValueError, match="another version"):
        ranking.map_corpus(tmp_path / "c")


# Workers


def dies(job, stopped):
    """Kill the worker that meets one of the readers."""
    if "bad" in job.names:
        os._exit(9)
    return len(job.names)


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_and_only_the_reader_is_lost_that_kills_it():
    names = [f"r{number}" for number in range(7)]
    jobs = [work.Job(None, ("a", "b", "bad", "c")), *(work.Job(None, (name,)) for name in names)]
    with engines.Pool(2) as pool:
        results = [(job.names, result) for job, result in pool.map(dies, jobs)]
    lost = [found for found, result in results if isinstance(result, Lost)]
    assert lost == [("bad",)]
    served = sorted(name for found, result in results if not isinstance(result, Lost) for name in found)
    assert served == sorted(["a", "b", "c", *names])


@pytest.mark.slow
def test_a_dask_cluster_makes_the_same_lists_once(readers, tmp_path):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    other = tmp_path / "other"
    shutil.copytree(readers.root, other)
    assert Batch(scheduler="local", workers=2).run().lists == 4
    assert Batch(scheduler="local", workers=2).run().already == 4
    assert Batch(other, workers=2).run().lists == 4
    for name in READERS:
        assert rows(readers, name, SHOWN) == rows(readers._replace(root=other), name, SHOWN)


def test_dask_is_asked_for_by_name_where_it_is_missing(readers, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "recommender.services.batch.cluster", raising=False)
    ran = run("batch", "--scheduler", "local")
    assert ran.code == 2
    assert MissingExtra.command("cluster") in ran.err


def test_the_report_names_those_whose_worker_was_lost(readers, monkeypatch):
    class Losing(Inline):
        def map(self, work, jobs):
            for job, result in super().map(work, jobs):
                yield job, Lost("its worker died 3 times") if "bob" in job.names else result

    monkeypatch.setattr(engines, "engine", lambda workers, scheduler: Losing())
    assert FailedReader("bob", "its worker died 3 times") in Batch().run().failures


def test_the_library_stands_still(readers, inline, monkeypatch):
    def refused(*_, **__):
        pytest.fail("a worker wrote to the library")

    Batch().run()
    monkeypatch.setattr(Library, "save", refused)
    monkeypatch.setattr(Library, "note_fetch", refused)
    for name in READERS:
        with closing(sqlite3.connect(readers.profile_file(name))) as connection:
            connection.execute("DELETE FROM night")
            connection.commit()
    assert Batch().run().lists == 4
