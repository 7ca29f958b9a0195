"""Mailers that meet, break off, or have a wrong clock: a paper is mailed once, and an answer counts once."""

import mailbox
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from liars import lying
from mailserver import certified
from stores import open_library, shortlist_of
from support import NOBODY, NOW, SEED, make_paper, reader_of

from recommender.delivery.mail import links
from recommender.delivery.mail.links import Action, Answer
from recommender.errors import StoreError
from recommender.paper import Score, Verdict
from recommender.profile import Profile
from recommender.services import answers, offered
from recommender.services.answers import Reply
from recommender.store import list_tables
from recommender.store.lock import alone
from recommender.store.outbox import Fate, Listed, NewMail, Outbox
from recommender.store.profile_store import ProfileStore

ADA = "ada@example.org"
DAY = NOW.date()
PAPER = make_paper(1)


# Processes that meet


def start(home, *arguments):
    """The command as a process that runs beside others."""
    return subprocess.Popen(
        [sys.executable, "-m", "recommender", *map(str, arguments)],
        env={**os.environ, "RECOMMEND_HOME": str(home), "RECOMMEND_ARXIV": NOBODY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_mailers_that_meet_send_each_paper_once_and_say_that_they_wait(run, home, tmp_path):
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / SEED.name).write_bytes(SEED.read_bytes())
    other = tmp_path / "2020-05-14.cs.CV.md"
    other.write_text(SEED.read_text().replace("13 May 2020", "14 May 2020"))
    run("init", "ada", "--interests", "image fusion", "--digests", tmp_path / "digests", "--no-input")
    settings = home / "profiles" / "ada.toml"
    settings.write_text(
        f'{settings.read_text()}\n[mail]\nfrom = "{ADA}"\nto = ["{ADA}", "Ada@Example.org"]\n'
        f'by = "maildir:{tmp_path / "Mail"}"\n'
    )
    commands = [
        ("mail",),
        ("mail", "-n", "3"),
        ("run",),
        ("mail", SEED, "--weekly"),
        ("mail", other, "--to", ADA.upper()),
    ]
    with alone(home / "logs" / "ada.lock", "a test"):
        started = [start(home, *command) for command in commands]
        waiting = [process.stderr.readline() for process in started]
    ended = [(process.communicate()[1], process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * len(commands), ended
    assert all("Waiting: another" in line for line in waiting)
    mails = list(mailbox.Maildir(tmp_path / "Mail"))
    with ProfileStore(home / "profiles" / "ada.db") as store:
        rows = store._connection.execute(
            "SELECT paper, status FROM mailed JOIN mail ON mail.id = mailed.mail"
        ).fetchall()
        lists = store._connection.execute("SELECT count(*) FROM shortlist WHERE kind = 'mail'").fetchone()[0]
    assert {status for _, status in rows} == {"accepted"}
    assert set(Counter(paper for paper, _ in rows).values()) == {1}
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == lists


def test_a_lock_ends_with_its_holder(tmp_path):
    holding = "import sys; from pathlib import Path; from recommender.store.lock import alone\n"
    holding += "with alone(Path(sys.argv[1]), 'x'): print('here', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(tmp_path / "x.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        holder.stdout.readline()
        with pytest.raises(StoreError, match="another one is under way"), alone(tmp_path / "x.lock", "another one"):
            pass
        waited = []
        holder.kill()
        with alone(tmp_path / "x.lock", "another one", patience=20, waiting=lambda: waited.append(1)):
            pass
    assert len(waited) <= 1


def test_a_lock_file_with_something_in_it_says_what_to_do(tmp_path):
    (tmp_path / "x.lock").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="delete it"), alone(tmp_path / "x.lock", "another one"):
        pass


# Servers that repeat passwords


@pytest.mark.parametrize("from_file", [True, False])
def test_no_message_log_or_file_shows_a_password_that_a_server_repeats(run, home, tmp_path, monkeypatch, from_file):
    authority, password = trustme.CA(), "hunter two"
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    run("init", "ada", "--interests", "image fusion", "--digests", SEED, "--no-input")
    for use in ("smtp", "imap"):
        file = home / "profiles" / f"ada.{use}-password"
        file.write_text(password if from_file else "")
        file.chmod(0o600)
        monkeypatch.setenv(f"RECOMMEND_{use.upper()}_PASSWORD", "" if from_file else password)
    settings = home / "profiles" / "ada.toml"
    base = settings.read_text()
    said = f"what is {password}, {b64encode(password.encode()).decode()} or {password!r}?".encode()
    with lying(certified(authority, "localhost")) as post, lying(certified(authority, "localhost")) as box:
        post.says(b"220 hi\r\n", b"250-hi\r\n250 AUTH PLAIN\r\n", b"535 " + said + b"\r\n")
        box.says(
            b"* OK hi\r\n",
            b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n",
            b"+ \r\n",
            b"TAG NO " + said + b"\r\n",
        )
        settings.write_text(
            f'{base}\n[mail]\nfrom = "{ADA}"\nto = ["{ADA}"]\nby = "smtps://ada@localhost:{post.port}"\n'
            f'replies = "imaps://ada@localhost:{box.port}"\n'
        )
        ran = [run(command) for command in ("mail", "inbox", "run", "status")]
    assert [each.code for each in ran] == [8, 4, 8, 0]
    assert ["what is …" in each.err for each in ran] == [True, True, True, False], ran[1].err
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file() and "password" not in path.name]
    texts = [each.out + each.err for each in ran] + [data.decode("latin-1") for data in stored]
    assert not any(password in text or b64encode(password.encode()).decode() in text for text in texts)


# What the outbox knows


def new_mail(*numbers, batch="a", recipient=ADA):
    ids = [make_paper(number).id for number in numbers]
    return NewMail(recipient, DAY, batch, f"<{batch}@x>", "Papers", ids)


def listed(*numbers):
    papers = [make_paper(number) for number in numbers]
    return Listed(
        shortlist_of(*((paper, Score(1.0)) for paper in papers)), "", DAY, {paper.id: DAY for paper in papers}
    )


@pytest.fixture
def boxes(tmp_path):
    """The outbox of one profile, opened by two processes."""
    with ProfileStore(tmp_path / "ada.db") as first, ProfileStore(tmp_path / "ada.db") as second:
        first.create()
        yield Outbox(first), Outbox(second)


def test_what_another_process_recorded_until_now_is_seen_when_a_mail_begins(boxes):
    here, there = boxes
    number = there.begin(new_mail(1, 2), NOW).number
    there.accept(number, "250 ok", listed(1, 2), NOW)
    same_batch, same_paper = here.begin(new_mail(7), NOW), here.begin(new_mail(2, 3, batch="b"), NOW)
    assert (same_batch.number, same_paper.number) == (0, 0)
    assert same_batch.mailed == same_paper.mailed == here.last()
    assert here.begin(new_mail(3, batch="b", recipient=ADA.upper()), NOW).number
    assert here.begin(new_mail(1, 2, recipient="ben@example.org"), NOW).number


def test_an_accepted_mail_is_never_changed_again(boxes):
    here, there = boxes
    number = there.begin(new_mail(1), NOW).number
    here.begin(new_mail(2, batch="b"), NOW)  # takes the first for broken off
    assert there.last().number == number + 1
    there.accept(number, "250 ok", listed(1), NOW)
    here.fail(number, Fate.UNKNOWN, "stopped", NOW)
    assert here.mailed(ADA, DAY, "a").reply == "250 ok"


def test_a_mail_and_its_list_are_recorded_together_or_not_at_all(boxes, monkeypatch):
    here, _ = boxes
    number = here.begin(new_mail(1), NOW).number

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(list_tables, "offer", full)
    with pytest.raises(StoreError):
        here.accept(number, "250 ok", listed(1), NOW)
    assert here.last().fate is Fate.SENDING
    assert here._store.last_list() is None


def test_a_mail_of_unknown_fate_is_sent_once_more_and_no_oftener(boxes):
    here, _ = boxes
    for _ in range(2):
        assert here.mailed(ADA, DAY, "a") is None
        here.fail(here.begin(new_mail(1, 2), NOW).number, Fate.UNKNOWN, "broken off", NOW)
    assert here.mailed(ADA, DAY, "a").fate is Fate.UNKNOWN
    assert here.mailed_to(ADA) == {make_paper(1).id, make_paper(2).id}
    assert here.begin(new_mail(2, 3, batch="b"), NOW).number == 0
    assert here.begin(new_mail(3, batch="b"), NOW).number


ATTEMPTS = st.lists(
    st.tuples(
        st.integers(0, 1),  # the process
        st.sets(st.integers(1, 4), min_size=1, max_size=3),  # the papers of the mail
        st.sampled_from("abc"),  # its batch
        st.sampled_from([ADA, "ADA@example.org"]),
        st.sampled_from(["accepted", "failed", "unknown", "killed"]),
    ),
    min_size=3,
    max_size=12,
)


@given(ATTEMPTS)
def test_however_mails_end_no_paper_is_mailed_twice_and_none_more_than_once_more(attempts):
    """What a killed mailer left is known to be broken off, because whoever begins has the lock."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ada.db"
        with ProfileStore(path) as first, ProfileStore(path) as second:
            first.create()
            sent: Counter[int] = Counter()
            accepted: set[int] = set()
            for process, numbers, batch, recipient, end in attempts:
                box = Outbox((first, second)[process])
                number = box.begin(new_mail(*sorted(numbers), batch=batch, recipient=recipient), NOW).number
                if not number:
                    continue
                assert not numbers & accepted
                if end == "accepted":
                    box.accept(number, "250 ok", listed(*numbers), NOW)
                    accepted |= numbers
                elif end == "failed":
                    box.fail(number, Fate.FAILED, "550 no", NOW)
                elif end == "unknown":
                    box.fail(number, Fate.UNKNOWN, "broken off", NOW)
                sent.update(numbers if end != "failed" else ())
            assert all(times <= 2 for times in sent.values())
            assert {make_paper(number).id for number in accepted} <= Outbox(first).mailed_to(ADA)


# Answers


@pytest.fixture
def reader(tmp_path):
    clock = [NOW]
    with closing(reader_of(tmp_path, Profile("ada"), lambda: clock[0])) as reader:
        (tmp_path / "profiles").mkdir()
        (tmp_path / "profiles" / "ada.toml").write_text("")
        reader.store.create()
        reader.clock = clock
        yield reader


def token(reader, action=Action.LIKE, subject=PAPER.id):
    answer = Answer(action, subject)
    return links.sign(reader.outbox.make_key(), "ada", answer, reader.now.date(), timedelta(days=60))


def answer(reader, number=1, action=Action.LIKE, sent=NOW, subject=PAPER.id):
    """A mail with an answer, as bytes."""
    mark = links.marked("ada", token(reader, action, subject))
    date = f"Date: {sent:%a, %d %b %Y %H:%M:%S} +0000\n" if sent else ""
    return f"Subject: Re: recommend {action.value} {mark}\n{date}Message-ID: <{number}@x>\n\nJust send it.\n".encode()


def test_a_verdict_and_its_answer_are_recorded_together_or_not_at_all(reader, monkeypatch):
    (reply,) = answers.find([answer(reader)])

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("recommender.store.outbox._answered", full)
        with pytest.raises(StoreError):
            answers.apply(reader, reply)
    assert reader.store.verdicts() == {}
    assert answers.apply(reader, reply).new
    assert not answers.apply(reader, reply).new


def test_an_answer_that_two_processes_read_counts_once(reader, monkeypatch):
    (reply,) = answers.find([answer(reader)])
    seen = answers.look(reader, reply)  # this process looks, and the other is faster
    assert answers.apply(reader, reply).new
    reader.store.judge([make_paper(1)], None, command="unmark", at=NOW)
    monkeypatch.setattr(answers, "look", lambda *_: seen)
    assert not answers.apply(reader, reply).new
    assert reader.store.verdicts() == {}


@pytest.mark.parametrize("ahead", [timedelta(days=3650), timedelta(hours=2)])
def test_a_word_said_by_a_clock_that_was_ahead_overrules_no_later_answer(reader, ahead):
    reader.clock[0] = NOW + ahead
    reader.store.judge([make_paper(1)], Verdict.DISLIKE, command="dislike", at=reader.now)
    reader.clock[0] = NOW
    (reply,) = answers.find([answer(reader, sent=NOW - timedelta(minutes=1))])
    assert not answers.apply(reader, reply).overruled
    assert reader.store.verdicts() == {make_paper(1).id: Verdict.LIKE}
    # and from then on the right clock counts
    reader.store.judge([make_paper(1)], Verdict.DISLIKE, command="dislike", at=NOW)
    (late,) = answers.find([answer(reader, 2, sent=NOW - timedelta(minutes=5))])
    assert answers.apply(reader, late).overruled


@pytest.mark.parametrize("away", [timedelta(days=-20_000), timedelta(days=400)])
def test_an_answer_whose_sender_had_a_wrong_clock_counts_as_sent_when_it_is_read(reader, away):
    reader.store.judge([make_paper(1)], Verdict.DISLIKE, command="dislike", at=NOW - timedelta(hours=1))
    (reply,) = answers.find([answer(reader, sent=NOW + away)])
    assert not answers.apply(reader, reply).overruled
    assert reader.store.feedback()[0].given_at == NOW


def test_the_mail_that_stopped_the_mails_is_not_read_again_after_subscribing_again(reader):
    (reply,) = answers.find([answer(reader, action=Action.UNSUBSCRIBE, subject=ADA)])
    assert answers.apply(reader, reply).new
    reader.outbox.subscribe(ADA.upper())
    assert not answers.apply(reader, reply).new
    assert not reader.outbox.is_unsubscribed(ADA)
    (another,) = answers.find([answer(reader, 2, action=Action.UNSUBSCRIBE, subject=ADA)])
    assert answers.apply(reader, another).new
    assert reader.outbox.is_unsubscribed("Ada@Example.org")


def test_a_forged_mail_with_the_id_of_an_answer_does_not_stand_in_its_way(reader):
    forged = b"Subject: recommend like [ada:forged.token]\nMessage-ID: <1@x>\n\nx\n"
    true, false = sorted(answers.find([forged, answer(reader)]), key=lambda reply: reply.token == "forged.token")
    with pytest.raises(links.Refused):
        answers.apply(reader, false)
    assert answers.apply(reader, true).new


def test_an_answer_of_a_newer_version_is_refused(reader, monkeypatch):
    written = links._serializer(reader.outbox.make_key(), "ada").dumps(["postpone", "2601.00001", "soon"])
    with pytest.raises(links.Refused, match="newer version"):
        answers.apply(reader, Reply("ada", written))


SLOW = {
    "spaces": (b"[ada:" + b" " * 1000) * 8000,
    "words": (b"[ada:" + b"a " * 900) * 5000,
    "parts": b"--x\n\n" * 10**6,
    "headers": b"a: b\n" * 10**6,
    "encoded words": b"=?a?q?b?= " * 10**6,
}


@pytest.mark.sample(5)
@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("head", [b"\n", b"Content-Type: multipart/mixed; boundary=x\n\n", b"", b"Subject: "])
def test_no_mail_takes_long(text, head):
    started = time.monotonic()
    answers.find([b"Subject: recommend like\n" + head + text])
    assert time.monotonic() - started < 5  # some took minutes


HEADERS = st.sampled_from(
    [b"Subject: ", b"Date: ", b"Message-ID: ", b"Content-Type: ", b"Content-Transfer-Encoding: ", b"From: "]
)
PIECES = HEADERS | st.sampled_from(
    [
        *(b"recommend like ", b"[ada:", b"]", b"=?", b"?q?", b"?b?", b"?=", b"utf-8", b"\xe9", b"\n", b"\r\n\r\n"),
        *(b"\n ", b"\0", b"multipart/mixed; boundary=x", b"\n--x\n", b"message/rfc822\n\n", b"text/plain; charset="),
        b"base64\n\n",
    ]
)
POISON = st.lists(PIECES | st.binary(max_size=8), max_size=30).map(b"".join)


@given(st.lists(POISON, max_size=6), st.integers(0, 6))
def test_no_mail_stops_the_answers_beside_it(mails, place):
    """Any bytes at all, in the same mailbox."""
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"))) as reader:
        (Path(folder) / "profiles").mkdir()
        (Path(folder) / "profiles" / "ada.toml").write_text("")
        box = mailbox.Maildir(Path(folder) / "Answers", create=True)
        for each in (*mails[:place], answer(reader), *mails[place:]):
            name = f"{len(os.listdir(Path(folder) / 'Answers' / 'new')):03}"
            (Path(box._path) / "new" / name).write_bytes(each)
        report = answers.read(reader, str(Path(folder) / "Answers"))
        assert [verdict for verdict, _ in report.verdicts] == [Verdict.LIKE]


@pytest.mark.parametrize("error", [ValueError, RecursionError, LookupError, AttributeError, UnicodeError])
def test_a_mail_that_pythons_reader_fails_at_is_named_and_passed_over(reader, monkeypatch, error):
    mails = [b"Subject: poison\n\nx\n", answer(reader)]
    read = answers.messages.subject

    def poisoned(mail):
        if b"poison" in mail:
            raise error
        return read(mail)

    monkeypatch.setattr(answers.messages, "subject", poisoned)
    warnings = []
    assert len(answers.find(mails, warnings.append)) == 1
    assert "passed over" in warnings[0]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_of_a_maildir_that_may_not_be_read_does_not_stop_the_others(reader, tmp_path):
    box = mailbox.Maildir(tmp_path / "Answers", create=True)
    box.add(answer(reader))
    (tmp_path / "Answers" / "new" / "0").write_bytes(b"x")
    (tmp_path / "Answers" / "new" / "0").chmod(0)
    assert len(answers.read(reader, str(tmp_path / "Answers")).verdicts) == 1


def test_a_huge_or_vanished_file_of_a_maildir_does_not_stop_the_others(reader, tmp_path, monkeypatch):
    box = mailbox.Maildir(tmp_path / "Answers", create=True)
    box.add(answer(reader))
    with (tmp_path / "Answers" / "new" / "0").open("wb") as huge:
        huge.truncate(2**40)
    gone = tmp_path / "Answers" / "new" / "1"
    listed_files = answers.maildir.files
    monkeypatch.setattr(answers.maildir, "files", lambda folder: [gone, *listed_files(folder)])
    assert len(answers.read(reader, str(tmp_path / "Answers")).verdicts) == 1


# A clock that was ahead, and is right again


def test_a_source_that_was_asked_by_a_clock_ahead_is_asked_again(tmp_path):
    later = NOW + timedelta(days=300)
    with open_library(tmp_path / "library.db") as library:
        library.note_fetch("cs.CV", DAY, 0, later)
        library.note_fetch("cs.CL", DAY, 5, later)
        assert library.awaits("cs.CV", DAY, NOW)
        assert library.awaits("cs.CL", DAY, NOW)
        library.note_fetch("cs.CV", DAY, 5, NOW)
        assert not library.awaits("cs.CV", DAY, NOW)


def test_a_list_made_by_a_clock_ahead_hides_no_file_that_comes_later(reader):
    reader.clock[0] = NOW + timedelta(days=300)
    reader.store.record(listed(1).shortlist, kind="today", basis="", at=reader.now)
    reader.clock[0] = NOW
    assert offered.to_reader(reader).made_at < NOW


def test_lists_made_by_a_clock_ahead_hide_no_day_between(run, home, tmp_path):
    """Two of them: the newest list but one is where catching up begins."""
    folder = tmp_path / "digests"
    folder.mkdir()
    run("init", "ada", "--interests", "image fusion", "--digests", folder, "--no-input")
    settings = home / "profiles" / "ada.toml"
    settings.write_text(
        f'{settings.read_text()}\n[mail]\nfrom = "{ADA}"\nto = ["{ADA}"]\nby = "maildir:{tmp_path / "M"}"\n'
    )

    def save(day, year=2020):
        entry = f"### 1.On day {day} [ :arrow_down: ](https://arxiv.org/pdf/2005.1{day}00.pdf)\n>  Text.\n"
        (folder / f"{year}-05-{day}.md").write_text(f"# ArXiv cs.CV --Fri, {day} May {year}\n{entry}")

    for day, year in ((13, 2020), (14, 2090), (15, 2090)):
        save(day, year)
        assert run("mail").code == 0
    for day in (14, 15):
        (folder / f"2090-05-{day}.md").unlink()
    for day in (16, 17):
        save(day)
    assert "Mailed 2 papers" in run("mail").out
