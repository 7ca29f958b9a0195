"""A reader's week with arXiv as it is: late, silent, overloaded, on holiday; each paper comes exactly once."""

import ssl
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import answers
import pytest
import trustme
from faults import Clock, Reply, Server, without_proxy
from imapserver import PASSWORD, serving
from support import REPOSITORY, make_paper, reader_of

from recommender.cli.session import Session
from recommender.delivery import remarks
from recommender.errors import ProfileError, SourceError
from recommender.paper import Verdict
from recommender.profile import Profile
from recommender.results.incoming import DownloadReport
from recommender.services import offered, today
from recommender.services.fetch import from_profile
from recommender.services.reader import Network, Progress
from recommender.services.remote import download
from recommender.services.requests import ListOptions, Request
from recommender.sources.client import Web
from recommender.store.http_cache import HttpCache

MONDAY = date(2026, 3, 2)
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
FEED, OAI_CV, OAI_RO = "/atom/cs.CV+cs.RO", "/oai?cs.CV", "/oai?cs.RO"


def batch(day, first, count=4, category="cs.CV"):
    """New papers of a day, submitted the day before."""
    return [
        make_paper(number, f"Title {number} of {day}", categories=(category,), submitted=day - timedelta(days=1))
        for number in range(first, first + count)
    ]


BATCHES = {
    day: [*batch(day, 100 * place), *batch(day, 100 * place + 50, 2, "cs.RO")] for place, day in enumerate(DAYS, 1)
}


class Arxiv(Server):
    """Feeds by path; OAI by the category that is asked for, its answers made from what was announced."""

    def __init__(self):
        super().__init__()
        self.announced = {}

    def reply_to(self, asked):
        if not asked.path.startswith("/oai?"):
            return super().reply_to(asked)
        self.asked.append(asked)
        query = dict(pair.split("=") for pair in asked.path.partition("?")[2].split("&"))
        category = ".".join(query["set"].replace("%3A", ":").split(":")[-2:])
        since, until = (date.fromisoformat(query.get(name, "9999-12-31")) for name in ("from", "until"))
        papers = [
            (day, paper)
            for day, some in sorted(self.announced.items())
            for paper in some
            if since <= day <= until and category in paper.categories
        ]
        return Reply(body=answers.oai(papers))


@pytest.fixture
def arxiv(monkeypatch):
    without_proxy(monkeypatch)
    server = Arxiv()
    with server.running():
        yield server


@pytest.fixture
def reader(arxiv, library, memory, home):
    """`reader(moment)` makes the list of that moment and gives what arrived and the shortlist."""
    clock = Clock()
    heard = []
    with HttpCache(home / "web.db") as visits:
        web = Web(visits, "", clock, clock.sleep, heard.append, timeout=0.3, patience=timedelta(seconds=60))

        services = reader_of(home, Profile("ada"), lambda: clock.now, library=library, store=memory)
        services.network = lambda **_: look.network

        def look(moment, *, offline=False, refresh=False, wished=None, **options):
            clock.now = moment
            services.profile = look.profile
            request = Request(day=wished, offline=offline, refresh=refresh)
            arrived = from_profile(services, request, offered.to_reader(services))
            seen = memory.shown_on_other_days(arrived.day)
            made, basis = today.choose(services, arrived, ListOptions(**options), seen, memory.newest_day())
            memory.record(made, kind="day" if wished else "today", basis=basis, at=clock.now)
            if made.items and not wished:
                memory.offer([""], arrived.day, arrived.announced)
            return arrived, made

        look.clock, look.heard, look.services = clock, heard, services
        look.network = Network(web, arxiv.url, lambda: "", lambda _: None)
        look.profile = Profile("ada", categories=("cs.CV", "cs.RO"), list_size=1000)
        yield look


def morning(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def titles(arrived):
    return {paper.title for paper in arrived.papers}


def expected(*days):
    return {paper.title for day in days for paper in BATCHES[day]}


@pytest.mark.slow
def test_a_week_of_faults_brings_each_days_papers_exactly_once(arxiv, reader):
    shown = []
    monday, tuesday, wednesday, thursday, friday = DAYS

    # Monday: as it should be
    arxiv.announced[monday] = BATCHES[monday]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", monday, BATCHES[monday])))
    arrived, made = reader(morning(monday))
    assert (titles(arrived), arrived.day, arrived.notes) == (expected(monday), monday, ())
    shown.append(made)

    # Tuesday: the feed still has Monday's batch, and OAI nothing new
    arrived, made = reader(morning(tuesday))
    assert arrived.day == monday
    assert remarks.notes(arrived.notes) == "arXiv still shows the batch of Monday 2026-03-02; that of Tuesday is late."
    assert {item.paper.id for item in made.items} == {item.paper.id for item in shown[0].items}

    # ... in the evening it is there
    arxiv.announced[tuesday] = BATCHES[tuesday]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", tuesday, BATCHES[tuesday])))
    arrived, made = reader(morning(tuesday, 20))
    assert (titles(arrived), arrived.notes) == (expected(tuesday), ())
    shown.append(made)

    # Wednesday: 429 with Retry-After, then well
    arxiv.announced[wednesday] = BATCHES[wednesday]
    arxiv.script(
        FEED,
        Reply(429, headers={"Retry-After": "17"}),
        Reply(body=answers.feed("cs.CV+cs.RO", wednesday, BATCHES[wednesday])),
    )
    arrived, made = reader(morning(wednesday))
    assert (titles(arrived), arrived.notes) == (expected(wednesday), ())
    assert 17 in reader.clock.slept
    shown.append(made)

    # Thursday: the feed never answers, OAI does
    arxiv.announced[thursday] = BATCHES[thursday]
    arxiv.script(FEED, Reply(delay=1.0))
    arrived, made = reader(morning(thursday))
    assert (titles(arrived), arrived.notes) == (expected(thursday), ())
    shown.append(made)

    # Friday: an error, a truncated answer, then well
    arxiv.announced[friday] = BATCHES[friday]
    whole = answers.feed("cs.CV+cs.RO", friday, BATCHES[friday])
    arxiv.script(FEED, Reply(500), Reply(body=whole[:1000], promised=len(whole)), Reply(body=whole))
    arrived, made = reader(morning(friday))
    assert (titles(arrived), arrived.notes) == (expected(friday), ())
    shown.append(made)

    # Saturday: nobody is asked
    asked = len(arxiv.asked)
    arrived, _ = reader(morning(friday + timedelta(days=1)))
    assert len(arxiv.asked) == asked
    assert arrived.day == friday
    assert [remarks.note(note).partition(";")[0] for note in arrived.notes] == ["No new announcement since Friday"]

    ids = [item.paper.id for made in shown for item in made.items]
    assert sorted(ids) == sorted(paper.id for day in DAYS for paper in BATCHES[day])


def test_requests_of_the_week_keep_three_seconds_by_the_clock(arxiv, reader):
    arxiv.announced[MONDAY] = BATCHES[MONDAY]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, [])))
    before = reader.clock.now
    reader(morning(MONDAY))
    assert len(arxiv.asked) == 3  # the feed, and OAI for each category
    assert sum(reader.clock.slept) >= 6
    assert reader.clock.now > before


def test_a_day_that_is_in_the_library_needs_no_request(arxiv, reader):
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    asked = len(arxiv.asked)
    arrived, _ = reader(morning(MONDAY, 11))
    assert (len(arxiv.asked), titles(arrived)) == (asked, expected(MONDAY))
    reader(morning(MONDAY, 12), refresh=True)
    assert len(arxiv.asked) > asked


def test_after_days_away_everything_since_the_last_list_is_there_once(arxiv, reader):
    arxiv.announced = {MONDAY: BATCHES[MONDAY]}
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    arxiv.announced = dict(BATCHES)
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", DAYS[4], BATCHES[DAYS[4]])))
    arrived, made = reader(morning(DAYS[4]))
    assert titles(arrived) == expected(*DAYS[1:])
    assert len(made.items) == len(arrived.papers)
    asked = len(arxiv.asked)
    again, _ = reader(morning(DAYS[4], 10))
    assert (titles(again), len(arxiv.asked)) == (titles(arrived), asked)


def test_an_old_batch_under_a_new_date_is_known_by_its_ids(arxiv, reader):
    arxiv.announced[MONDAY] = BATCHES[MONDAY]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", DAYS[1], BATCHES[MONDAY])))
    arrived, made = reader(morning(DAYS[1], 20))
    assert arrived.day == MONDAY
    assert remarks.notes(arrived.notes) == (
        "arXiv announced nothing for Tuesday (a holiday?): the last batch is 1 day old."
    )
    assert made.items


def test_a_source_that_had_nothing_is_not_asked_again_for_half_an_hour(arxiv, reader):
    arxiv.announced[MONDAY] = BATCHES[MONDAY]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    reader(morning(DAYS[1]))
    asked = len(arxiv.asked)
    reader(morning(DAYS[1]) + timedelta(minutes=20))
    assert len(arxiv.asked) == asked
    reader(morning(DAYS[1]) + timedelta(minutes=40))
    assert len(arxiv.asked) > asked


def test_a_first_look_at_a_weekend_brings_the_last_days(arxiv, reader):
    arxiv.announced = dict(BATCHES)
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", DAYS[4] + timedelta(days=1), [])))
    arrived, _ = reader(morning(DAYS[4] + timedelta(days=1)))
    assert (titles(arrived), arrived.day) == (expected(DAYS[4]), DAYS[4])


def test_without_network_the_list_is_what_is_on_disk_and_says_why(arxiv, reader):
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    arxiv.script(FEED, Reply(403))
    arxiv.announced.clear()
    arrived, made = reader(morning(DAYS[1]), offline=True)
    assert titles(arrived) == expected(MONDAY)
    assert "The network was not used" in remarks.notes(made.notes)


def test_a_failure_is_reported_in_one_line_and_stored_papers_are_listed(arxiv, reader, monkeypatch):
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    monkeypatch.setattr(Arxiv, "reply_to", lambda self, asked: Reply(403))
    arrived, made = reader(morning(DAYS[1]))
    assert titles(arrived) == expected(MONDAY)
    assert len(arrived.notes) == 1
    assert "refuses to answer (403" in remarks.notes(made.notes)


def test_a_failure_with_nothing_on_disk_is_an_error(arxiv, reader, monkeypatch):
    monkeypatch.setattr(Arxiv, "reply_to", lambda self, asked: Reply(403))
    with pytest.raises(SourceError, match="refuses to answer"):
        reader(morning(MONDAY))


def test_replacements_stay_out_unless_asked_and_a_liked_one_is_mentioned(arxiv, reader, memory):
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    old, other = BATCHES[MONDAY][0], BATCHES[MONDAY][1]
    memory.judge([old], Verdict.LIKE, command="like", at=morning(MONDAY))
    kinds = {old.id: "replace", other.id: "replace-cross"}
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", DAYS[1], [*BATCHES[DAYS[1]], old, other], kinds)))
    arrived, made = reader(morning(DAYS[1]))
    assert titles(arrived) == expected(DAYS[1])
    assert f"A new version of a paper you liked: {old.id}." in remarks.notes(made.notes)
    _, made = reader(morning(DAYS[1]), replacements=True)
    listed = {item.paper.id for item in made.items}
    assert other.id in listed
    assert old.id not in listed


def test_a_paper_of_two_categories_is_one_row_and_comes_once(arxiv, reader, library):
    shared = make_paper(900, "In both", categories=("cs.CV", "cs.RO"))
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, [shared, *BATCHES[MONDAY]])))
    arrived, _ = reader(morning(MONDAY))
    assert [paper.id for paper in arrived.papers].count(shared.id) == 1
    assert library.count() == len(BATCHES[MONDAY]) + 1


def test_what_a_source_sent_broken_is_counted_in_the_list(arxiv, reader):
    body = answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])
    arxiv.script(FEED, Reply(body=body[: body.rindex(b"<entry>") + 30]))  # ends early, without a length to tell by
    arrived, made = reader(morning(MONDAY))
    assert len(arrived.papers) == len(BATCHES[MONDAY]) - 1
    assert "1 entry could not be read and left out" in remarks.notes(made.notes)


def test_what_a_broken_feed_lacks_comes_by_oai(arxiv, reader):
    body = answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])
    arxiv.script(FEED, Reply(body=body[: len(body) // 2]))
    arxiv.announced[MONDAY] = BATCHES[MONDAY]
    arrived, _ = reader(morning(MONDAY))
    assert titles(arrived) == expected(MONDAY)


def test_a_harvest_that_was_stopped_goes_on_where_it_stood(arxiv, reader, library, monkeypatch):
    papers = [(MONDAY, paper) for paper in batch(MONDAY, 1, 6)]
    pages = {"": answers.oai(papers[:2], "a", 6), "a": answers.oai(papers[2:4], "b", 6), "b": answers.oai(papers[4:])}
    asked = []

    def reply(self, request):
        token = request.path.partition("resumptionToken=")[2]
        asked.append(token)
        return Reply(body=pages[token])

    monkeypatch.setattr(Arxiv, "reply_to", reply)

    class Stopping(Progress):
        @contextmanager
        def counter(self, label):
            def count(done, total):
                assert total == 6
                if done == 4:
                    raise KeyboardInterrupt

            yield count

    reader.clock.now = morning(DAYS[4])
    reader.services.progress = Stopping()
    arguments = (reader.services, ["cs.CV"], MONDAY, DAYS[4])
    with pytest.raises(KeyboardInterrupt):
        download(*arguments)
    assert library.count() == 4
    reader.services.progress = Progress()
    assert download(*arguments) == [DownloadReport("cs.CV", records=6, new=2, skipped=0)]
    assert (library.count(), asked) == (6, ["", "a", "b"])
    assert download(*arguments) == [DownloadReport("cs.CV", records=6, new=0, skipped=0)]
    assert asked == ["", "a", "b"]


# Sources of other kinds


BIORXIV = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://purl.org/rss/1.0/modules/prism/">
<channel rdf:about="https://biorxiv.org"><title>bioRxiv: bioinformatics</title><link>https://biorxiv.org</link>
<description>new</description></channel>{items}</rdf:RDF>"""
ITEM = """<item rdf:about="https://biorxiv.org/cgi/content/short/2023.03.1{n}.531{n}v1">
<title>Cells of kind {n}</title><link>https://biorxiv.org/cgi/content/short/2023.03.1{n}.531{n}v1</link>
<description>We look at cells {n}.</description><dc:creator>Lovelace, A.</dc:creator><dc:date>2023-03-1{n}</dc:date>
<dc:identifier>doi:10.1101/2023.03.1{n}.531{n}</dc:identifier></item>"""
MAILED = "2303.08867"  # the paper of the recorded mail
FRIDAY = datetime(2023, 3, 17, 9, tzinfo=UTC)


def biorxiv(*numbers):
    return Reply(body=BIORXIV.format(items="".join(ITEM.format(n=number) for number in numbers)).encode())


@pytest.fixture
def mailbox(monkeypatch, tmp_path):
    """A mail server that has arXiv's alert of the day."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(context) as running:
        mail = (REPOSITORY / "tests/data/mail/arxiv-browse_q-fin_new.TR.txt").read_bytes()
        running.box.folders["INBOX"] = [(FRIDAY.date(), b"From: no-reply@arxiv.org\r\n" + mail)]
        yield running


def test_sources_of_every_kind_make_one_list_and_one_that_fails_loses_no_other(arxiv, reader, mailbox, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "2023-03-17.md").write_text(
        "# ArXiv q-fin.TR --Fri, 17 Mar 2023\n### 1.By file [ x ](https://arxiv.org/abs/2303.01234)\n> Text.\n"
    )
    feed = arxiv.script("/biorxiv", biorxiv(5, 6))
    broken = arxiv.script("/login", Reply(body=b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"))
    reader.profile = Profile("ada", digests=(broken, mailbox.address, feed, str(tmp_path / "d")), list_size=99)
    reader.network = reader.network._replace(password=lambda: PASSWORD)
    arrived, made = reader(FRIDAY)
    expected = {MAILED, "2303.01234", "doi:10.1101/2023.03.15.5315", "doi:10.1101/2023.03.16.5316"}
    assert {paper.id for paper in arrived.papers} == expected
    assert "this is a web page (“Sign in”), not a" in remarks.notes(made.notes)
    told = len(arxiv.asked), len(mailbox.box.received)
    again, _ = reader(FRIDAY + timedelta(minutes=5))
    assert {paper.id for paper in again.papers} == expected
    assert [asked.path for asked in arxiv.asked[told[0] :]] == ["/login"]  # what answered is not asked again
    assert len(mailbox.box.received) == told[1]


def test_a_mailbox_without_its_password_stops_no_other_source(arxiv, reader, mailbox):
    def missing():
        raise ProfileError("no password for the mailbox")

    feed = arxiv.script("/biorxiv", biorxiv(5))
    reader.network = reader.network._replace(password=missing)
    reader.profile = Profile("ada", digests=(mailbox.address, feed))
    arrived, made = reader(FRIDAY)
    assert {paper.id for paper in arrived.papers} == {"doi:10.1101/2023.03.15.5315"}
    assert "no password for the mailbox" in remarks.notes(made.notes)


def test_a_mailbox_without_its_password_alone_is_a_fault_of_the_settings(reader, mailbox):
    def missing():
        raise ProfileError("no password for the mailbox")

    reader.network = reader.network._replace(password=missing)
    reader.profile = Profile("ada", digests=(mailbox.address,))
    with pytest.raises(ProfileError, match="no password for the mailbox"):
        reader(FRIDAY)


def test_a_mailing_that_cannot_be_read_is_named_and_stops_no_other(reader, mailbox):
    good = mailbox.box.folders["INBOX"][0]
    head = b"From: no-reply@arxiv.org\r\nSubject: q-fin.TR daily Subj-class mailing\r\nMIME-Version: 1.0\r\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(99))
    other = b"From: a@example.org\r\nSubject: your daily news\r\n\r\nhello\r\n"
    mailbox.box.folders["INBOX"] = [(FRIDAY.date(), head + nested), good, (FRIDAY.date(), other)]
    reader.profile = Profile("ada", digests=(mailbox.address,))
    reader.network = reader.network._replace(password=lambda: PASSWORD)
    arrived, made = reader(FRIDAY)
    assert {paper.id for paper in arrived.papers} == {MAILED}
    notes = remarks.notes(made.notes)
    assert "1 entry could not be read and left out (the mail" in notes
    assert "q-fin.TR daily Subj-class mailing" in notes
    assert "your daily news" not in notes


def test_a_paper_counts_from_the_day_it_first_stood_in_a_feed(arxiv, reader):
    feed = arxiv.script("/biorxiv", biorxiv(5))
    reader.profile = Profile("ada", digests=(feed,), list_size=99)
    reader(FRIDAY)
    arxiv.script("/biorxiv", biorxiv(6, 5))
    arrived, _ = reader(FRIDAY + timedelta(days=3))
    assert [paper.title for paper in arrived.papers] == ["Cells of kind 6"]


def test_an_entry_whose_address_changes_is_not_new(arxiv, reader):
    item = "<item><title>Birds {n}</title><link>{scheme}://j.org/{n}</link><description>On {n}</description></item>"

    def page(scheme):
        items = "".join(item.format(n=number, scheme=scheme) for number in range(3))
        return Reply(body=f'<rss version="2.0"><channel><title>J</title>{items}</channel></rss>'.encode())

    reader.profile = Profile("ada", digests=(arxiv.script("/journal", page("http")),), list_size=99)
    first, _ = reader(FRIDAY)
    arxiv.script("/journal", page("https"))
    assert reader(FRIDAY + timedelta(days=3))[0].papers == first.papers


# The same question again


@pytest.fixture
def at(run, arxiv, monkeypatch):
    """`at(moment)` gives the first line of that moment's list, and how often somebody was asked for it."""

    def look(moment, *options):
        monkeypatch.setattr(Session, "now", property(lambda session: moment))
        before = len(arxiv.asked)
        return run("today", *options).out.partition("\n")[0], len(arxiv.asked) - before

    monkeypatch.setenv("RECOMMEND_ARXIV", arxiv.url)
    return look


def announces(arxiv, day, papers):
    arxiv.announced[day] = papers
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", day, papers)))


@pytest.fixture
def two_categories(run, arxiv):
    run("init", "ada", "--category", "cs.CV", "--category", "cs.RO", "--no-input")
    announces(arxiv, MONDAY, BATCHES[MONDAY])


def test_a_second_fetch_when_all_is_here_sends_no_request(arxiv, at, two_categories):
    all_of_monday = "ada · Mon 2 Mar 2026 · 6 of 6 papers"
    assert at(morning(MONDAY))[0] == all_of_monday
    assert [at(morning(MONDAY, hour)) for hour in (10, 12, 18)] == [(all_of_monday, 0)] * 3


def test_a_batch_that_is_half_a_day_late_is_asked_for_every_half_hour(arxiv, at, two_categories):
    monday, tuesday = (f"ada · {day} Mar 2026 · 6 of 6 papers" for day in ("Mon 2", "Tue 3"))
    at(morning(MONDAY))
    late = morning(DAYS[1], 14)
    first = at(late)
    assert (first[0], first[1] > 0) == (monday, True)
    assert at(late + timedelta(minutes=29)) == (monday, 0)
    assert at(late + timedelta(minutes=31))[1] > 0
    announces(arxiv, DAYS[1], BATCHES[DAYS[1]])
    assert at(late + timedelta(minutes=70))[0] == tuesday
    assert at(late + timedelta(minutes=170)) == (tuesday, 0)


def test_one_category_that_is_late_is_asked_for_again(arxiv, at, two_categories):
    announces(arxiv, MONDAY, [paper for paper in BATCHES[MONDAY] if paper.categories == ("cs.CV",)])
    assert at(morning(MONDAY))[0] == "ada · Mon 2 Mar 2026 · 4 of 4 papers"
    arxiv.announced[MONDAY] = BATCHES[MONDAY]
    assert at(morning(MONDAY, 11))[0] == "ada · Mon 2 Mar 2026 · 6 of 6 papers"


def test_a_feed_is_asked_until_it_brings_something_and_then_no_more_that_day(arxiv, at, run):
    run("init", "ada", "--digests", arxiv.script("/biorxiv", biorxiv(5)), "--no-input")
    at(morning(MONDAY))
    at(morning(DAYS[1]))
    arxiv.script("/biorxiv", biorxiv(6, 5))
    assert at(morning(DAYS[1], 12))[0].startswith("ada · Tue 3 Mar 2026 · 1 of")
    run("fetch")  # as a timer may: what is known already does not count as nothing
    assert at(morning(DAYS[1], 13))[1] == 0


def test_a_feed_that_is_late_for_one_category_alone_hides_no_paper_of_it(arxiv, reader):
    tuesday = DAYS[1]
    arxiv.announced[MONDAY] = BATCHES[MONDAY]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", MONDAY, BATCHES[MONDAY])))
    reader(morning(MONDAY))
    arxiv.announced[tuesday] = BATCHES[tuesday]
    stale = [paper for paper in BATCHES[MONDAY] if paper.categories == ("cs.RO",)]
    fresh = [paper for paper in BATCHES[tuesday] if paper.categories == ("cs.CV",)]
    arxiv.script(FEED, Reply(body=answers.feed("cs.CV+cs.RO", tuesday, [*fresh, *stale])))
    arrived, _ = reader(morning(tuesday))
    assert titles(arrived) == expected(tuesday)
