"""The list by mail against a real server: sent once, written down truly, answered from the inbox."""

import json
import mailbox
import os
import re
import signal
import smtplib
import ssl
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import trustme
from imapserver import PASSWORD, serving
from mailserver import Fault, MailServer
from support import REPOSITORY, SEED, SHARED, make_paper, reader_of

from recommender.delivery.mail import links as tokens
from recommender.delivery.mail import sending as post
from recommender.delivery.mail.links import Action, Answer
from recommender.errors import StoreError
from recommender.paper import Digest, Verdict
from recommender.profile import MailSettings, Profile
from recommender.results.mail import MailState
from recommender.services import mail as mail_service
from recommender.services import today as today_service
from recommender.services.answers import Reply, apply
from recommender.services.ingest import ReadText, collect
from recommender.services.offered import Offered, last_before
from recommender.services.requests import MailOptions, Request
from recommender.store.home import Home
from recommender.store.outbox import Fate, Outbox
from recommender.store.profile_store import ProfileStore
from recommender.store.reading_list import ReadingList

ADA = "ada@example.org"


@pytest.fixture
def server():
    with MailServer().running() as running:
        yield running


@pytest.fixture
def ada(run, home, server):
    """A profile whose mails go to the server; its settings file."""
    run("init", "ada", "--interests", "image fusion, medical images", "--no-input")
    settings = home / "profiles" / "ada.toml"
    base = settings.read_text()

    def set_mail(*lines, to=(ADA,)):
        addresses = json.dumps(list(to))
        settings.write_text(
            "\n".join(
                [
                    base,
                    "[mail]",
                    f'from = "Ada <{ADA}>"',
                    f"to = {addresses}",
                    *lines,
                    f'by = "smtp://localhost:{server.port}"\n',
                ]
            )
        )

    set_mail()
    return set_mail


@contextmanager
def outbox(home):
    with ProfileStore(home / "profiles" / "ada.db") as store:
        yield Outbox(store)


def papers_in(message):
    """The ids of the papers of a mail, in its order."""
    text = message.get_body(("plain",)).get_content()
    return list(dict.fromkeys(re.findall(r"arxiv\.org/abs/(\S+)", text)))


def links_in(message, word="Like"):
    text = message.get_body(("plain",)).get_content()
    return re.findall(rf"{word}:\s+(\S+)", text)


# Sending


def test_a_mail_brings_the_list_that_today_shows(run, ada, server):
    shown = [item["id"] for item in json.loads(run("today", SEED, "--json").out)["items"]]
    ran = run("mail", SEED)
    assert (ran.code, ran.err) == (0, "")
    (mail,) = server.received
    assert mail.recipients == (ADA,)
    assert papers_in(mail.message) == shown
    assert mail.message["Subject"].startswith("13 May 2020: ")
    assert f"Mailed 10 papers of 2020-05-13 to {ADA}." in ran.out


def test_a_second_run_mails_nothing(run, ada, server):
    run("mail", SEED)
    ran = run("mail", SEED)
    assert ran.code == 0
    assert "was mailed to" in ran.out
    assert len(server.received) == 1


def test_the_first_mail_of_a_week_names_papers_liked_and_never_opened(run, ada, server, home, tmp_path):
    old = [make_paper(number, f"Old paper {number}") for number in range(1, 6)]
    with Home(home, home / "starters").profile_store("ada") as store:
        store.judge(old, Verdict.LIKE, command="like", at=datetime.now(UTC) - timedelta(days=3))
        ReadingList(store).open(old[0], "command", datetime.now(UTC))
    run("mail", SEED)
    text = SEED.read_text().replace("13 May", "14 May").replace("2005.0", "2005.1")
    (tmp_path / "next.md").write_text(text)
    run("mail", tmp_path / "next.md")
    first, second = (str(mail.message.get_body(["plain"]).get_content()) for mail in server.received)
    assert "You liked and did not open" in first
    assert [number for number in range(1, 6) if f"- Old paper {number}\n" in first] == [3, 4, 5]
    assert "You liked and did not open" not in second
    html = server.received[0].message.get_body(["html"]).get_content()
    assert '<a href="https://arxiv.org/abs/2001.00005">Old paper 5</a>' in html


def test_the_reminder_of_a_mail_can_be_switched_off(run, ada, server, home):
    old = make_paper(1, "Old paper")
    with Home(home, home / "starters").profile_store("ada") as store:
        store.judge([old], Verdict.LIKE, command="like", at=datetime.now(UTC) - timedelta(days=3))
        ReadingList(store).open(make_paper(2), "command", datetime.now(UTC))
    settings = home / "profiles" / "ada.toml"
    settings.write_text(settings.read_text().replace("[mail]", "[mail]\nreminder = false"))
    run("mail", SEED)
    assert "did not open" not in server.received[0].message.get_body(["plain"]).get_content()


def test_a_paper_of_two_digests_is_mailed_once(run, ada, server, tmp_path):
    run("mail", SEED, "-n", "20")
    entries = SEED.read_text().split("### ")[1:]
    other = "# ArXiv cs.GR --Wed, 13 May 2020\n" + "".join(f"### {entry}" for entry in entries)
    other += "### 99.A New Paper [ :arrow_down: ](https://arxiv.org/pdf/2005.09999.pdf)\n>  On image fusion.\n"
    (tmp_path / "cs.GR.md").write_text(other)
    run("mail", tmp_path / "cs.GR.md", "-n", "20")
    first, second = (papers_in(mail.message) for mail in server.received)
    assert not set(first) & set(second)
    assert "2005.09999" in second


def test_what_a_terminal_showed_on_another_day_is_not_mailed(run, ada, server, tmp_path):
    shown = {item["id"] for item in json.loads(run("today", SEED, "--json").out)["items"]}
    (tmp_path / "d.md").write_text(SEED.read_text().replace("13 May 2020", "14 May 2020"))
    run("mail", tmp_path / "d.md", "-n", "50")
    assert not shown & set(papers_in(server.received[0].message))


def test_after_a_mail_ranks_mean_its_papers(run, ada, server):
    run("mail", SEED)
    third = papers_in(server.received[0].message)[2]
    assert third in run("like", "3").out


def test_a_mailed_list_is_given_out_and_stands_in_the_feed(run, ada, server):
    run("mail", SEED)
    mailed = papers_in(server.received[0].message)
    assert run("export", "list", "-f", "ids").out.split() == mailed
    assert run("feed").out.count("<entry>") == len(mailed)


def test_one_refused_recipient_of_three_is_tried_again_and_the_others_are_not(run, ada, server):
    ada(to=(ADA, "bob@example.org", "eve@example.org"))
    server.refused["bob@example.org"] = "550 5.1.1 No such user here"
    ran = run("mail", SEED)
    assert ran.code == 8
    assert "bob@example.org" in ran.err
    assert "No such user here" in ran.err
    assert [mail.recipients for mail in server.received] == [(ADA,), ("eve@example.org",)]
    server.refused.clear()
    assert run("mail", SEED).code == 0
    assert [mail.recipients for mail in server.received][2:] == [("bob@example.org",)]


def test_a_mail_of_unknown_fate_is_sent_again_under_the_same_id_and_reported(run, ada, server, home):
    server.reset(Fault("end", keeps=True))
    ran = run("mail", SEED)
    assert ran.code == 8
    with outbox(home) as box:
        assert box.last().fate is Fate.UNKNOWN
        assert box.mailed_to(ADA) == set()
    ran = run("mail", SEED)
    assert ran.code == 0
    assert "may have arrived too" in ran.out
    first, second = (mail.message for mail in server.received)
    assert first["Message-ID"] == second["Message-ID"]
    assert papers_in(first) == papers_in(second)


def test_a_server_that_takes_every_mail_and_breaks_off_gets_two_of_a_list_and_of_each_paper(run, ada, server, tmp_path):
    server.reset(*[Fault("end", keeps=True)] * 9)
    assert [run("mail", SEED).code for _ in range(4)] == [8, 8, 0, 0]
    assert "look whether it arrived" in run("mail", SEED).out
    first, second = (papers_in(mail.message) for mail in server.received)
    assert first == second
    (tmp_path / "d.md").write_text(SEED.read_text().replace("13 May 2020", "14 May 2020"))
    server.reset()
    assert run("mail", tmp_path / "d.md").code == 0
    assert not set(first) & set(papers_in(server.received[0].message))


@pytest.mark.sample(1)
@pytest.mark.parametrize(("step", "fate"), [("connect", Fate.FAILED), ("rcpt", Fate.FAILED), ("send", Fate.UNKNOWN)])
def test_a_mail_that_was_stopped_before_its_end_was_not_sent(run, ada, server, home, monkeypatch, step, fate):
    """By Ctrl-C, as often as somebody likes; at its end, nobody knows."""
    original = getattr(smtplib.SMTP, step)

    def stop(connection, *arguments, **named):
        if step != "send" or arguments[0] == b".\r\n":
            raise KeyboardInterrupt
        return original(connection, *arguments, **named)

    for _ in range(3 if fate is Fate.FAILED else 1):
        with monkeypatch.context() as patch:
            patch.setattr(smtplib.SMTP, step, stop)
            assert run("mail", SEED).code == 130
        with outbox(home) as box:
            assert box.last().fate is fate
    ran = run("mail", SEED)
    assert (ran.code, len(server.received)) == (0, 1)
    assert ("may have arrived too" in ran.out) == (fate is Fate.UNKNOWN)


@pytest.mark.sample(2)
@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body"])
def test_a_server_that_drops_every_connection_leaves_nothing_marked_as_mailed(run, ada, server, home, at, monkeypatch):
    monkeypatch.setattr(post, "WAITS", ())
    server.reset(*[Fault(at)] * 5)
    assert run("mail", SEED).code == 8
    with outbox(home) as box:
        assert box.mailed_to(ADA) == set()
        assert box.last().fate in (Fate.FAILED, Fate.UNKNOWN)
    assert "mail" not in {item["kind"] for item in shown_lists(home)}


def shown_lists(home):
    with ProfileStore(home / "profiles" / "ada.db") as memory:
        return [{"kind": shown.kind} for shown in [memory.last_list()] if shown]


def test_a_recipient_in_capitals_is_the_same(run, ada, server):
    ada(to=(ADA, "Ada@Example.org", "ben@example.org"))
    run("mail", SEED)
    assert [mail.recipients for mail in server.received] == [(ADA,), ("ben@example.org",)]
    assert f"was mailed to {ADA}" in run("mail", SEED, "--to", ADA.upper(), "-n", "3").out
    assert len(server.received) == 2


def test_an_address_that_is_none_does_not_stop_the_others(run, ada, server):
    ran = run("mail", SEED, "--to", "no address", "--to", ADA, "--to", "x@y@z", "--to", "ben@example.org")
    assert ran.code == 8
    assert "no address" in ran.err
    assert "x@y@z" in ran.err
    assert "Mailed 10 papers" in ran.out
    assert [mail.recipients for mail in server.received] == [(ADA,), ("ben@example.org",)]


def test_a_recipient_with_a_name_is_the_same_as_the_address_alone(run, ada, server):
    assert run("mail", SEED, "--to", f"Ada Lovelace <{ADA}>").code == 0
    assert f"was mailed to {ADA}" in run("mail", SEED, "--to", ADA).out
    assert [mail.recipients for mail in server.received] == [(ADA,)]


def test_every_recipient_gets_the_digest_of_standard_input(run, ada, server):
    ran = run("mail", "-", "--to", ADA, "--to", "ben@example.org", stdin=SEED.read_bytes())
    assert ran.code == 0
    first, second = (papers_in(mail.message) for mail in server.received)
    assert first == second


def test_an_accepted_mail_that_cannot_be_recorded_is_tried_again_and_then_told(run, ada, server, home, monkeypatch):
    monkeypatch.setattr(mail_service, "_RECORD_AGAIN", (0.0, 0.0))
    accept, tries = Outbox.accept, []

    def locked(*arguments):
        tries.append(arguments)
        if len(tries) in (2, 4, 5, 6):
            raise StoreError("ada.db: another `recommend` is writing to it right now")
        return accept(*arguments)

    ada(to=(ADA, "ben@example.org"))
    monkeypatch.setattr(Outbox, "accept", locked)
    assert run("mail", SEED).code == 0
    assert len(tries) == 3
    ran = run("mail", SEED, "--to", "eve@example.org")
    assert (ran.code, len(server.received)) == (7, 3)
    assert "was accepted" in ran.err
    assert "may have arrived too" in run("mail", SEED, "--to", "eve@example.org").out


def test_a_day_without_papers_sends_nothing_or_a_line_if_asked(run, ada, server, tmp_path):
    (tmp_path / "d.md").write_text("# ArXiv cs.CV --Thu, 14 May 2020\n")
    ran = run("mail", tmp_path / "d.md")
    assert ran.code == 0
    assert "Nothing to mail" in ran.out
    assert not server.received
    ada("empty = true")
    run("mail", tmp_path / "d.md")
    run("mail", tmp_path / "d.md")
    assert len(server.received) == 1
    assert not papers_in(server.received[0].message)


def test_previewing_a_mail_sends_and_stores_nothing(run, ada, server, home, tmp_path):
    dry = run("mail", SEED, "--dry-run")
    assert dry.out.startswith("Date: ")
    run("mail", SEED, "--save", tmp_path / "list.eml")
    assert (tmp_path / "list.eml").read_text().startswith("Date: ")
    assert not server.received
    with outbox(home) as box:
        assert box.last() is None
    run("mail", SEED)
    assert len(server.received) == 1


def test_a_profile_without_address_says_what_to_write(run, home):
    run("init", "bob", "--no-input")
    ran = run("mail", SEED)
    assert (ran.code, ran.out) == (5, "")
    assert "[mail]" in ran.err


def test_status_shows_the_last_mail_and_its_fate(run, ada, server):
    run("mail", SEED)
    assert re.search(rf"last mail +10 papers of 13 May 2020 to {ADA}, accepted", run("status").out)
    server.refused["bob@example.org"] = "550 5.1.1 Gone"
    run("mail", SEED, "--to", "bob@example.org")
    shown = run("status").out
    assert "to bob@example.org, failed" in shown
    assert "Gone" in shown


# Answers


def reply_to(link):
    """The mail that a mail program writes for a mailto: link, as bytes."""
    parts = urlsplit(link)
    message = EmailMessage()
    message["From"] = ADA
    message["To"] = unquote(parts.path)
    message["Subject"] = parse_qs(parts.query)["subject"][0]
    message.set_content(parse_qs(parts.query)["body"][0])
    return bytes(message)


def add_to(mbox, *mails):
    with closing(mailbox.mbox(mbox)) as box:
        for mail in mails:
            box.add(mail)


def history(run):
    return {item["id"]: item["verdict"] for item in json.loads(run("history", "--json").out)["items"]}


def test_an_answer_from_the_inbox_counts_once(run, ada, server, tmp_path):
    run("mail", SEED)
    message = server.received[0].message
    first, second = papers_in(message)[:2]
    add_to(
        tmp_path / "answers",
        reply_to(links_in(message)[0]),
        reply_to(links_in(message, "Dislike")[1]),
        b"From: eve@example.org\nSubject: Hello\n\nrecommend nothing\n",
    )
    ran = run("inbox", tmp_path / "answers")
    assert ran.code == 0
    assert history(run) == {first: "like", second: "dislike"}
    run("unmark", first)
    again = run("inbox", tmp_path / "answers")
    assert "2 were counted before" in again.out
    assert history(run) == {second: "dislike"}


def test_answers_come_from_a_maildir_and_from_standard_input(run, ada, server, tmp_path):
    run("mail", SEED)
    links = links_in(server.received[0].message)
    mailbox.Maildir(tmp_path / "dir", create=True).add(reply_to(links[0]))
    run("inbox", tmp_path / "dir")
    run("inbox", "-", stdin=reply_to(links[1]))
    assert len(history(run)) == 2


def test_an_answer_a_mail_program_broke_over_lines_is_read(run, ada, server):
    run("mail", SEED)
    plain = reply_to(links_in(server.received[0].message)[0]).replace(b"Subject: ", b"Subject: Re: [list] ")
    assert run("inbox", "-", stdin=plain).code == 0
    assert len(history(run)) == 1


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", ["forged", "expired", "another profile's", "another key's", "no key's"])
def test_an_answer_that_is_not_ours_is_refused_and_named(run, ada, home, kind):
    run("today", SEED)
    with outbox(home) as box:
        key = "" if kind == "no key's" else box.make_key()
        assert box.key() == key
    answer, today = Answer(Action.LIKE, "2005.05896"), datetime.now(UTC).date()
    profile = "bob" if kind == "another profile's" else "ada"
    key = "another" if kind == "another key's" else key
    day = today - timedelta(days=100) if kind == "expired" else today
    token = tokens.sign(key, profile, answer, day, mail_service.ANSWERS_FOR)
    token = token[:-2] + "xx" if kind == "forged" else token
    ran = run("inbox", "-", stdin=f"From: x@y.z\nSubject: like {tokens.marked(profile, token)}\n\n.".encode())
    assert "refused" in ran.err
    assert history(run) == {}


def test_a_recipient_who_unsubscribed_gets_no_mails_until_subscribed_again(run, ada, server, tmp_path):
    run("mail", SEED)
    message = server.received[0].message
    link = re.search(r"<(mailto:[^>]*)>", message["List-Unsubscribe"])[1]
    assert f"{ADA} gets no more mails" in run("inbox", "-", stdin=reply_to(link)).out
    (tmp_path / "d.md").write_text(SEED.read_text().replace("13 May 2020", "14 May 2020"))
    assert "wants no more mails" in run("mail", tmp_path / "d.md").out
    run("mail", tmp_path / "d.md", "--subscribe")
    assert len(server.received) == 2
    run("inbox", "-", stdin=reply_to(link))  # the same link stops them again
    assert "wants no more mails" in run("mail", SEED).out


# By itself


@pytest.fixture
def folder(home, ada, tmp_path):
    (tmp_path / "digests").mkdir()
    settings = home / "profiles" / "ada.toml"
    settings.write_text(re.sub("digests = .*", f'digests = ["{tmp_path / "digests"}"]', settings.read_text()))
    return tmp_path / "digests"


def test_a_run_mails_what_is_new_and_reads_answers_and_is_quiet(run, server, folder, home, tmp_path):
    (folder / "2020-05-13.md").write_bytes(SEED.read_bytes())
    settings = home / "profiles" / "ada.toml"
    settings.write_text(settings.read_text() + f'replies = "{tmp_path / "answers"}"\n')
    (tmp_path / "answers").touch()
    ran = run("run")
    assert ran.out == ""
    assert len(server.received) == 1
    add_to(tmp_path / "answers", reply_to(links_in(server.received[0].message)[0]))
    ran = run("run")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(history(run)) == 1
    assert len(server.received) == 1
    log = (home / "logs" / "ada.log").read_text()
    assert "Mailed 10 papers" in log
    assert "liked" in log


def test_a_run_makes_the_map_while_nobody_waits(run, server, folder, home):
    (folder / "2020-05-13.md").write_bytes(SEED.read_bytes())
    run("today")
    run("like", "1-9")
    run("dislike", "10")
    assert run("run").code == 0
    assert (home / "cache" / "ada.map").exists()


def test_a_run_that_failed_says_so_by_its_code_and_in_the_log(run, server, folder, home, monkeypatch):
    monkeypatch.setattr(post, "WAITS", ())
    (folder / "2020-05-13.md").write_bytes(SEED.read_bytes())
    server.refused[ADA] = "550 5.1.1 Gone"
    ran = run("run")
    assert ran.code == 8
    assert "Gone" in (home / "logs" / "ada.log").read_text()


@pytest.mark.parametrize("command", ["run", "mail"])
def test_two_mailers_of_a_profile_never_meet(run, server, folder, home, command, monkeypatch):
    from recommender.store.lock import alone

    monkeypatch.setattr(mail_service, "LOCK_PATIENCE", 0.2)
    (folder / "2020-05-13.md").write_bytes(SEED.read_bytes())
    with alone(home / "logs" / "ada.lock", "a test"):
        ran = run(command)
    assert ran.code == 7
    assert "Waiting: another `recommend mail` or `recommend run` of ada is under way" in ran.err
    assert "try again when it has ended" in ran.err
    log = (home / "logs" / "ada.log").read_text() if command == "run" else ""
    assert [word in log for word in ("Waiting", "try again")] == [command == "run"] * 2
    assert not server.received
    assert run(command).code == 0
    assert len(server.received) == 1


def test_after_days_off_one_mail_has_what_was_missed(run, server, folder):
    text = SEED.read_text()
    (folder / "2020-05-13.md").write_text(text)
    run("run")
    for day in (14, 15):
        entry = f"### 1.On day {day} [ :arrow_down: ](https://arxiv.org/pdf/2005.1{day}00.pdf)\n>  Text.\n"
        (folder / f"2020-05-{day}.md").write_text(f"# ArXiv cs.CV --Fri, {day} May 2020\n{entry}")
    run("run")
    assert set(papers_in(server.received[1].message)) == {"2005.11400", "2005.11500"}


# Stopped anywhere

STOPPED = """
# Imports all once; then each number on standard input is a try that is killed at that step, in a process of its own.
import os, signal, smtplib, sys
from recommender.services import mail as mailing
from recommender import ranking
from recommender.cli import main
from recommender.store.home import Home
from recommender.store.outbox import Outbox

left = 0

def watched(owner, name):
    method = getattr(owner, name)
    def call(*arguments, **named):
        step()
        result = method(*arguments, **named)
        step()
        return result
    setattr(owner, name, call)

def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

for owner, names in (
    (Outbox, ("begin", "accept", "fail")),
    (smtplib.SMTP, ("connect", "ehlo", "mail", "rcpt", "putcmd", "send", "getreply")),
):
    for name in names:
        watched(owner, name)

for number in sys.stdin:
    left = int(number)
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_killed_at_any_step_logged_means_accepted_and_at_most_one_repeat(run, ada, server, home):
    run("today", SEED)  # so that each try only has to mail
    database = home / "profiles" / "ada.db"
    before = database.read_bytes()
    command = [sys.executable, "-c", STOPPED, "mail", str(SEED)]
    with subprocess.Popen(command, cwd=REPOSITORY, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tries:
        for step in range(1, 200):
            for left_over in home.glob("profiles/ada.db-*"):
                left_over.unlink()
            database.write_bytes(before)
            server.reset()
            tries.stdin.write(f"{step}\n")
            tries.stdin.flush()
            ended = int(tries.stdout.readline())
            with outbox(home) as box:
                assert len(server.received) <= 1
                if box.mailed_to(ADA):
                    assert len(server.received) == 1
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            assert run("mail", SEED).code == 0
            with outbox(home) as box:
                assert len(box.mailed_to(ADA)) == 10
            assert 1 <= len(server.received) <= 2
            assert len({mail.message["Message-ID"] for mail in server.received}) == 1
        tries.stdin.close()
    assert ended == 0
    assert step > 20


# A month


@pytest.mark.slow
def test_a_month_of_mornings_mails_each_paper_at_most_once_and_leaves_out_none(server, home, monkeypatch):
    """Real digests, weekends, two days off, and an answer now and then."""
    raw = sorted((SHARED / "digests" / "md").glob("*"))
    if not raw:
        pytest.skip(f"no real digests in {SHARED}")
    from recommender.sources import parse
    from recommender.sources.files import load

    days = {}
    for folder in raw:
        (digest,) = parse(load(folder / "cs.CV.md.gz"), f"{folder.name}.md")
        days[date.fromisoformat(folder.name)] = Digest(digest.date, digest.category, digest.papers[:30])
    start = min(days)
    settings = MailSettings(ADA, (ADA,), f"smtp://localhost:{server.port}", ADA)
    offline = {start + timedelta(days=9), start + timedelta(days=10)}
    considered = 0
    moment = datetime(start.year, start.month, start.day, 7, tzinfo=UTC)
    profile = Profile("ada", interests="image segmentation", list_size=5, mail=settings)
    with closing(reader_of(home, profile, lambda: moment)) as reader:
        memory, box = reader.store, reader.outbox

        def arrive(_reader, _request, earlier):
            here = [ReadText(str(day), str(day), (days[day],)) for day in days if day <= moment.date()]
            since = last_before(earlier.listed, here[-1].digests[0].date)
            fresh = [entry for entry in here if since and entry.digests[0].date > since] or here[-1:]
            return collect(reader, None, earlier, fresh)

        monkeypatch.setattr(today_service, "collect", arrive)
        for number in range(30):
            today = start + timedelta(days=number)
            moment = datetime(today.year, today.month, today.day, 7, tzinfo=UTC)
            if today in offline:
                continue
            (result,) = mail_service.send(reader, Request(), MailOptions()).results
            if today not in days and today - timedelta(days=1) not in offline:
                assert result.state is MailState.ALREADY
                continue
            assert result.state is MailState.SENT
            made = memory.last_list("mail")
            considered += made.considered
            answer = Answer(Action.LIKE, made.items[0].paper_id)
            token = tokens.sign(box.key(), "ada", answer, today, mail_service.ANSWERS_FOR)
            apply(reader, Reply("ada", token))
        mailed = [paper for mail in server.received for paper in papers_in(mail.message)]
        announced = {
            paper.id for day, digest in days.items() if day < start + timedelta(days=30) for paper in digest.papers
        }
        assert len(mailed) == len(set(mailed))
        assert set(mailed) == box.mailed_to(ADA)
        assert set(mailed) <= announced
        assert considered >= len(announced)
        assert memory.count()[0] == len(server.received)
        assert all(verdict is Verdict.LIKE for verdict in memory.verdicts().values())


@pytest.mark.slow
def test_ten_thousand_papers_make_one_short_mail(server, home, monkeypatch):
    papers = tuple(make_paper(number, abstract="word " * 20) for number in range(1, 10_001))
    settings = MailSettings(ADA, (ADA,), f"smtp://localhost:{server.port}", ADA)
    profile = Profile("ada", interests="Title 77", list_size=10, mail=settings)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    entry = ReadText("x", "x", (Digest(now.date(), "cs.CV", papers),))
    with closing(reader_of(home, profile, now)) as reader:
        monkeypatch.setattr(today_service, "collect", lambda *_: collect(reader, None, Offered(), [entry]))
        made = mail_service.preview(reader, Request(), MailOptions())
    assert len(made.shortlist.items) == 10
    assert len(bytes(made.message)) < 102_000


def test_answers_come_from_a_mail_servers_folder(run, ada, server, home, tmp_path, monkeypatch):
    run("mail", SEED)
    link = links_in(server.received[0].message)[0]
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(context) as box:
        today = datetime.now(UTC).date()
        box.box.folders["INBOX"] = [
            (today, reply_to(link)),
            (today, b"From: eve@example.org\r\nSubject: Hello\r\n\r\n."),
        ]
        assert run("inbox", box.address).code == 5  # nobody said the password
        password = home / "profiles" / "ada.imap-password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o644)
        assert "chmod 600" in run("inbox", box.address).err
        password.chmod(0o600)
        ran = run("inbox", box.address)
    assert (ran.code, len(history(run))) == (0, 1)


@pytest.mark.parametrize(
    "place", ["https://mail.example.org/", "imaps://", "imaps://ada:secret@mail.example.org/INBOX"]
)
def test_no_password_is_asked_for_before_the_mailbox_has_a_right_address(run, ada, monkeypatch, place):
    monkeypatch.delenv("RECOMMEND_IMAP_PASSWORD", raising=False)
    ran = run("inbox", place)
    assert (ran.code, "RECOMMEND_IMAP_PASSWORD" in ran.err, "secret" in ran.err) == (4, False, False)


def test_a_password_may_stand_in_the_systems_keyring(run, ada, server, monkeypatch):
    keyring = pytest.importorskip("keyring")
    from keyring.backends.fail import Keyring as NoKeyring

    before = keyring.get_keyring()  # before the class is there, which keyring would choose

    class InMemory(keyring.backend.KeyringBackend):
        priority = 1

        def get_password(self, service, name):
            return PASSWORD if (service, name) == ("recommender", "ada.imap") else None

        def set_password(self, service, name, password):
            raise NotImplementedError

    mailbox_address = "imaps://ada%40example.org@localhost:9/INBOX"
    try:
        keyring.set_keyring(NoKeyring())
        assert "no password" in run("inbox", mailbox_address).err
        keyring.set_keyring(InMemory())
        assert "no password" not in run("inbox", mailbox_address).err  # it goes on to where nobody answers
    finally:
        keyring.set_keyring(before)
