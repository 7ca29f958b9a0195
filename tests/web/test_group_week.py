"""A week of an institute, with real papers, each member one day in a real browser; looked at from outside.

RECOMMENDER_TEST_MEMBERS=50 is the size that the documentation speaks of; by default fewer take part.
"""

import os
import re
import shutil
from datetime import UTC, date, datetime, time

import demo
import pytest
from browser import CHROMIUM, WHY_SKIPPED, Browser
from groups import Clock, GroupServer
from pageserver import text
from proxies import free_port

from recommender.paper import Verdict
from recommender.results.group import Invitation
from recommender.web.group.limits import LinkLimits

WEEK = [day for day in demo.DAYS if date(2025, 5, 12) <= day <= date(2025, 5, 16)]  # Monday to Friday
MEMBERS = [f"member{number:02}" for number in range(int(os.environ.get("RECOMMENDER_TEST_MEMBERS", "15")))]
OPTED_IN = MEMBERS[: len(MEMBERS) * 2 // 5]
NO_AGENDA = MEMBERS[-10:-5]
*_, DISABLED, DELETED = MEMBERS
NEWCOMER = "newcomer"
ADDRESS = "198.51.100.{}"  # of a member's machine, as a proxy would name it


class Week:
    """What each member does, and what then must be true."""

    def __init__(self, served, clock, browser):
        self.served, self.clock, self.browser = served, clock, browser
        self.clients = {}
        self.rated = {name: {} for name in MEMBERS}  # of those who are members now
        self.votes = {}  # member by paper

    def client(self, name):
        """A member's browser, which logs in at the first use."""
        if name not in self.clients:
            client = self.clients[name] = self.served.client()
            machine = {"X_Forwarded_For": ADDRESS.format(len(self.clients))}
            client.ask("POST", "/login", [("address", f"{name}@example.org")], **machine)
            self.served.postbox.wait()
            assert client.post(f"/login/{self.served.institute.link_of(name)}").status == 303
        return self.clients[name]

    def morning(self, number, day):
        """Each member looks at the day and rates; every tenth does so in a real browser."""
        for place, name in enumerate(self.rated):
            client = self.client(name)
            assert client.post("/today", back="/").status == 303
            papers = re.findall(r'data-paper="([^"]+)"', client.page(f"/{day}"))
            assert len(papers) == 10
            like, dislike = papers[place % 3], papers[3 + place % 5]
            if place % len(WEEK) == number:
                self.by_browser(name, day)
                like = papers[0]
            else:
                assert client.post("/rate", paper=like, verdict="like").status == 303
            assert client.post("/rate", paper=dislike, verdict="dislike").status == 303
            self.rated[name] |= {like: Verdict.LIKE, dislike: Verdict.DISLIKE}
            if place % 7 == number:
                assert client.post("/vote", paper=papers[1], vote="yes", back="/group").status == 303
                self.votes.setdefault(papers[1], []).append(name)

    def by_browser(self, name, day):
        """Log in anew in Chromium, like the first paper by its key, and look at the group."""
        page = self.browser.page(
            width=360 if name < MEMBERS[len(MEMBERS) // 2] else 1200, dark=name > MEMBERS[-len(MEMBERS) // 3]
        )
        page.goto(f"{self.served.address}/login")
        page.evaluate(f"document.querySelector('[name=address]').value = '{name}@example.org'")
        page.click("button")
        self.served.postbox.wait()
        page.goto(f"{self.served.address}/login/{self.served.institute.link_of(name)}")
        assert name.capitalize() in page.text()
        page.click("form button")
        page.goto(f"{self.served.address}/{day}")
        page.key("j")
        page.key("l")
        page.wait("document.querySelector('#said').textContent.startsWith('Liked')")
        assert page.overflow() <= 0
        page.goto(f"{self.served.address}/group")
        assert "Votes for the next meeting" in page.text()
        assert page.overflow() <= 0
        assert page.complaints == []
        assert all(request.split()[1].startswith((self.served.address, "data:")) for request in page.requests)
        page.close()

    def check_evening(self):
        """Ratings are where they were given, and nowhere else; votes are everywhere."""
        for name in self.rated:
            with self.served.institute.reader(name) as reader:
                assert reader.verdicts() == self.rated[name], name
        shown = self.client(MEMBERS[3]).page("/group")
        for paper, names in self.votes.items():
            assert paper in shown
            assert f"Votes: {', '.join(name.capitalize() for name in names)}" in shown
        assert "@example.org" not in shown


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)
def test_a_week_of_an_institute(home, tmp_path, caplog):
    caplog.set_level("INFO")
    digests = tmp_path / "digests"
    digests.mkdir()
    clock = Clock(datetime.combine(WEEK[0], time(8), UTC))
    with (
        Browser.running() as browser,
        GroupServer.running(
            home,
            clock,
            limits=LinkLimits(lambda: clock.now.timestamp()),
            port=free_port(),
            digests=[str(digests)],
        ) as served,
    ):
        with served.institute.door() as door:
            for name in MEMBERS:
                assert not door.invite(Invitation(f"{name}@example.org", name.capitalize())).problem
        assert len(served.institute.mailed()) == len(MEMBERS)
        week = Week(served, clock, browser)
        for number, day in enumerate(WEEK):
            clock.now = datetime.combine(day, time(8), UTC)
            shutil.copy(demo.FOLDER / f"{day}.jsonl.gz", digests)
            week.morning(number, day)
            if number == 0:
                for name in OPTED_IN:
                    week.client(name).post("/account", counted="1", agenda="1")
                for name in NO_AGENDA:
                    week.client(name).post("/account", author="")
            week.check_evening()
            with served.institute.door() as door:
                is_due = clock.now >= door.agenda_due()
                assert is_due == (number == len(WEEK) - 1)  # on Friday morning, before the meeting
                if not is_due:
                    assert door.daily() == []
                check_several(week, door.week().several)
            if number == 2:
                midweek(week)
        check_agenda(week)
        check_nothing_leaks(week)
    assert "@example.org" not in caplog.text
    assert "Traceback" not in caplog.text


def midweek(week):
    """One member is disabled, one is deleted, and one comes."""
    served = week.served
    with served.institute.door() as door:
        door.disable(f"{DISABLED}@example.org")
        door.delete(f"{DELETED}@example.org")
        door.invite(Invitation(f"{NEWCOMER}@example.org", "Newcomer"))
    for name in (DISABLED, DELETED):
        assert week.clients[name].get("/").status == 303
    for name in (DISABLED, DELETED):
        del week.rated[name], week.clients[name]
    left = {paper: [name for name in names if name != DELETED] for paper, names in week.votes.items()}
    week.votes = {paper: names for paper, names in left.items() if names}  # what a disabled member voted for stays
    for file in served.institute.home.root.rglob("*"):
        assert not file.is_file() or DELETED.encode() not in file.read_bytes().lower(), file
    client = week.client(NEWCOMER)
    assert "New here?" in client.page("/group")
    client.post("/group/start", back="/group")
    week.rated[NEWCOMER] = dict.fromkeys(week.votes, Verdict.LIKE)


def check_several(week, several):
    """What several like is a step of the true count, of those who opted in alone; few are never named."""
    for each in several:
        likes = sum(week.rated[name].get(each.paper.id) is Verdict.LIKE for name in OPTED_IN)
        assert 3 <= each.least <= min(likes, len(OPTED_IN) - 2)


def check_agenda(week):
    served = week.served
    served_mails = served.institute.mails / "new"
    shutil.rmtree(served_mails)
    served_mails.mkdir()
    with served.institute.door() as door:
        sent = door.daily()
        assert all(each.sent for each in sent)
        assert door.daily() == door.send_agenda() == []
    mails = served.institute.mailed()
    wanted = {f"{name}@example.org" for name in week.rated if name not in NO_AGENDA}
    assert sorted(mail["To"] for mail in mails) == sorted(wanted)
    for mail in mails:
        content = mail.get_content()
        assert all(f"arxiv.org/abs/{paper}" in content for paper in week.votes)
        assert "liked" not in content


def check_nothing_leaks(week):
    """No page of a member says anything of what another one alone did."""
    secrets = {name: f"Zz{name.upper()}" for name in list(week.rated)[:10]}
    for name, secret in secrets.items():
        week.client(name).post("/rules", kind="follow", rule=secret)
        week.client(name).post("/rules", kind="mute", rule=f"{secret}muted")
    for name in secrets:
        client = week.client(name)
        pages = [
            client.page(path) for path in ("/", "/best", "/rated", "/you", "/group", "/group/meetings", "/account")
        ]
        pages.append(text(client.get("/account/group.json")))
        for other, secret in secrets.items():
            assert any(secret in page for page in pages) == (other == name)
