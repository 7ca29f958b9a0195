"""Thirty mornings with batches that come in parts: every paper is in the lists of one day; mails and lists agree."""

import random
import time
from collections import defaultdict
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import answers
import pytest
from faults import Clock, Reply, Server, without_proxy
from support import REPOSITORY, make_paper, reader_of

from recommender.profile import MailSettings, Profile
from recommender.results.mail import MailState
from recommender.services import mail, today
from recommender.services.reader import Network
from recommender.services.requests import ListOptions, MailOptions, Request
from recommender.sources.arxiv.calendar import announced_at, announcement_day, weekdays
from recommender.sources.client import Web
from recommender.store.http_cache import HttpCache

ADA = "ada@example.org"
DIGEST = """# ArXiv cs.CV --Thu, 14 May 2020
### 1.Birds walk  [ :arrow_down: ](https://arxiv.org/pdf/2005.00001.pdf)
>  We look at birds.
"""
FIRST = date(2026, 3, 2)
MORNINGS = [FIRST + timedelta(days=number) for number in range(30)]
LAST = MORNINGS[-1]
ALL = ListOptions(size=10_000)


class Arxiv(Server):
    """Announces each day's papers in parts: in the feed of the day, and by OAI, as far as they are there by now."""

    def __init__(self, clock, chance):
        super().__init__()
        self.clock = clock
        self.there_from = {}  # (feed or OAI, paper id) → moment
        self.batches = defaultdict(list)
        number = 0
        for day in weekdays(FIRST, LAST):
            for _ in range(chance.randint(1, 5)):
                number += 1
                paper = make_paper(number, f"Birds of kind {number}", categories=("cs.CV",), submitted=day)
                self.batches[day].append(paper)
                for source in ("feed", "oai"):
                    hours = chance.choice((3, 3, 3, 9, 20))
                    self.there_from[source, paper.id] = announced_at(day) + timedelta(hours=hours)

    def there(self, source, first, last):
        return [
            (day, paper)
            for day, papers in self.batches.items()
            for paper in papers
            if first <= day <= last and self.there_from[source, paper.id] <= self.clock.now
        ]

    def reply_to(self, asked):
        self.asked.append(asked)
        if asked.path.startswith("/oai?"):
            query = dict(pair.split("=") for pair in asked.path.partition("?")[2].split("&"))
            return Reply(body=answers.oai(self.there("oai", *map(date.fromisoformat, (query["from"], query["until"])))))
        day = announcement_day(self.clock.now)
        papers = self.there("feed", day, day)
        if not papers:  # the feed still shows the batch before
            day = announcement_day(self.clock.now - timedelta(days=1))
            papers = self.there("feed", day, day)
        return Reply(body=answers.feed("cs.CV", day, [paper for _, paper in papers]))


@pytest.fixture
def in_zone(monkeypatch):
    """`in_zone("Asia/Tokyo")`: from now on the reader's date is that of the zone."""
    with monkeypatch.context() as patch:

        def move(zone):
            patch.setenv("TZ", zone)
            time.tzset()

        yield move
    time.tzset()


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize("seed", range(4))
def test_every_paper_is_in_the_lists_of_exactly_one_day(zone, seed, home, in_zone, monkeypatch, impatient):
    without_proxy(monkeypatch)
    in_zone(zone)
    chance, clock = random.Random(seed), Clock()
    arxiv = Arxiv(clock, chance)
    settings = MailSettings(ADA, (ADA,), f"maildir:{home / 'out'}", ADA)
    profile = Profile("ada", categories=("cs.CV",), list_size=10_000, mail=settings)
    shown = defaultdict(set)  # the days of the lists that had a paper, by id
    mailed = []
    with arxiv.running(), HttpCache(home / "web.db") as cache, closing(reader_of(home, profile, clock)) as reader:
        web = Web(cache, "", clock, clock.sleep, lambda _: None)
        reader.network = lambda **_: Network(web, arxiv.url, lambda: "", lambda _: None)

        def look(request):
            made = today.today(reader, request, ALL)
            if not request.day:
                for item in made.items:
                    shown[item.paper.id].add(made.day)

        def send():
            (result,) = mail.send(reader, Request(), MailOptions(size=50)).results
            if result.state is MailState.SENT:
                made = reader.store.last_list("mail")
                mailed.extend(item.paper_id for item in made.items)
                for item in made.items:
                    shown[item.paper_id].add(made.day)

        for morning in MORNINGS:
            clock.now = datetime(morning.year, morning.month, morning.day, 6, 30, tzinfo=UTC)
            for _ in range(chance.choice((0, 1, 1, 2, 3)) if FIRST < morning < LAST else 1):
                clock.now += timedelta(hours=chance.randint(0, 5), minutes=1)
                match chance.choice(("look", "look", "mail", "mail", "back", "offline")) if morning != LAST else "look":
                    case "look":
                        look(Request())
                    case "mail":
                        send()
                    case "back":
                        look(Request(day=morning - timedelta(days=chance.randint(0, 5)), offline=chance.random() < 0.5))
                    case "offline":
                        look(Request(offline=True))
        clock.now += timedelta(days=1)
        look(Request())
        first_listed = min(days for paper_days in shown.values() for days in paper_days)

    announced = {paper.id for day, papers in arxiv.batches.items() for paper in papers if day >= first_listed}
    assert {paper_id: days for paper_id, days in shown.items() if len(days) != 1} == {}
    assert announced - shown.keys() == set(), "no paper is lost"
    assert len(mailed) == len(set(mailed)), "and none is mailed twice"
    assert mailed


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", range(6))
def test_files_that_grow_and_files_that_come_late_lose_no_paper(seed, home, tmp_path):
    chance, clock = random.Random(seed), Clock()
    folder = tmp_path / "digests"
    folder.mkdir()
    profile = Profile("ada", digests=(str(folder),), list_size=10_000)
    shown, written, number = defaultdict(set), defaultdict(list), 0
    with closing(reader_of(home, profile, clock)) as reader:
        for morning in MORNINGS:
            clock.now = datetime(morning.year, morning.month, morning.day, 6, 30, tzinfo=UTC)
            for day in {morning, morning - timedelta(days=chance.randint(0, 4))}:
                for _ in range(chance.randint(1, 3)):
                    number += 1
                    written[day].append(f'{{"id": "2603.{number:05}", "title": "Birds of kind {number}"}}\n')
                (folder / f"{day}.jsonl").write_text("".join(written[day]))
            for _ in range(chance.randint(1, 2)):
                back = morning - timedelta(days=chance.randint(0, 5)) if chance.random() < 0.3 else None
                made = today.today(reader, Request(day=back), ALL)
                for item in made.items if not back else ():
                    shown[item.paper.id].add(made.day)
        for item in today.today(reader, Request(), ALL).items:
            shown[item.paper.id].add(LAST)
        first_listed = min(day for days in shown.values() for day in days)
    announced = {line[8:18] for day, lines in written.items() for line in lines if day >= first_listed}
    assert {paper_id: days for paper_id, days in shown.items() if len(days) != 1} == {}
    assert announced - shown.keys() == set()


def test_a_day_is_found_by_its_announcement_by_a_files_name_and_in_the_library(run, tmp_path):
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "2020-05-13.cs.CV.jsonl").write_text('{"id": "2005.00009", "title": "Birds fly"}\n')
    (folder / "2020-05-12.md").write_text(DIGEST)
    run("init", "ada", "--digests", folder, "--no-input")
    for day in ("2020-05-14", "2020-05-12"):  # announced on the 14th, saved in a file of the 12th
        assert "Birds walk" in run("today", "--all", "--day", day).out
    (folder / "2020-05-12.md").unlink()
    assert "Birds walk" in run("today", "--all", "--day", "2020-05-14", "--offline").out
    assert "Birds fly" in run("today").out


def test_a_text_without_a_day_takes_that_of_what_it_came_with(home, tmp_path):
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "cs.CV.md").write_text(DIGEST)
    (folder / "export.jsonl").write_text('{"id": "2005.00009", "title": "Birds fly"}\n')
    with closing(reader_of(home, Profile("ada", digests=(str(folder),)))) as reader:
        made = today.today(reader, Request(), ALL)
    assert (made.day, {item.paper.title for item in made.items}) == (date(2020, 5, 14), {"Birds walk", "Birds fly"})


def test_a_page_that_shows_a_part_of_its_day_says_so(run, tmp_path):
    page = (REPOSITORY / "tests" / "data" / "feeds" / "arxiv.listing.html").read_text()
    (tmp_path / "new.html").write_text(page.replace("(showing 2 of 2 entries)", "(showing 2 of 200 entries)", 1))
    run("init", "ada", "--interests", "farming", "--no-input")
    for _ in range(2):  # also when it was read before
        assert "of 202 papers of the day" in " ".join(run("today", tmp_path / "new.html").out.split())


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Tokyo", "America/Los_Angeles", "Etc/GMT+12"])
def test_a_text_without_a_day_counts_for_the_readers_date(zone, home, in_zone, tmp_path):
    in_zone(zone)
    (tmp_path / "d.jsonl").write_text('{"id": "2005.00009", "title": "Birds fly"}\n')
    moment = datetime(2026, 11, 26, 22, tzinfo=UTC)
    with closing(reader_of(home, Profile("ada"), moment)) as reader:
        made = today.today(reader, Request((str(tmp_path / "d.jsonl"),)), ALL)
    assert made.day == moment.astimezone().date()


def test_a_list_of_several_days_says_from_when_to_when(run, tmp_path):
    folder = tmp_path / "digests"
    folder.mkdir()
    for day in (12, 13, 14):
        line = f'{{"id": "2005.000{day}", "title": "Birds of the {day}th"}}\n'
        (folder / f"2020-05-{day}.jsonl").write_text(line)
        if day == 12:
            run("init", "ada", "--digests", folder, "--no-input")
            run("today")
    assert run("today").out.startswith("ada · Wed 13 to Thu 14 May 2020 · 2 of 2 papers")
    assert '"first_day": "2020-05-13"' in run("today", "--json").out
    assert "Subject: 13 to 14 May 2020: " in run("mail", "--dry-run").out
