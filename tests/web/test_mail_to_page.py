"""From the mail to the verdict: every link of a mail, followed in a real browser and by a mail scanner."""

import re

import pytest
import urllib3
from browser import CHROMIUM, WHY_SKIPPED, Browser
from pageserver import Served
from support import ENCODER, NOW, make_paper

from recommender.paper import Verdict
from recommender.profile import MailSettings, Profile
from recommender.services import mail as mailing
from recommender.services.ingest import Candidates
from recommender.services.today import ListOptions
from recommender.store.outbox import Outbox

ADA = "ada@example.org"
PAPERS = tuple(make_paper(number, f"Fusion of {number} Images") for number in range(1, 5))


@pytest.fixture
def served(home):
    with Served.running(home) as running:
        running.announced(*PAPERS)
        yield running


@pytest.fixture
def html(served):
    """The HTML part of a mail whose links lead to the pages."""
    settings = MailSettings(ADA, (ADA,), "smtp://localhost", ADA, page=served.address)
    profile = Profile("ada", interests="fusion")
    with served.home.library(ENCODER) as library, served.home.profile_store("ada") as memory:
        made = mailing.draft(
            profile,
            settings,
            library,
            memory,
            Outbox(memory),
            lambda listed: Candidates(NOW.date(), PAPERS),
            ListOptions(explore=0),
            ADA,
            NOW,
        )
    return made.message.get_body(("html",)).get_content()


def links(html, served):
    return re.findall(rf'href="({re.escape(served.address)}/[au]/[^"]+)"', html)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)
def test_every_link_of_a_mail_works_when_followed_in_a_browser(served, html):
    assert len(links(html, served)) == 2 * len(PAPERS) + 1
    with Browser.running() as browser:
        for number, paper in enumerate(PAPERS):
            word, verdict = [("Like", Verdict.LIKE), ("Dislike", Verdict.DISLIKE)][number % 2]
            page = browser.page(width=360, scripts=False)
            page.show(html)
            wanted = [link for link in links(html, served) if "/a/" in link][2 * number + number % 2]
            page.click(f'a[href="{wanted}"]')
            assert paper.title in page.text()
            page.click("button")
            assert f"{word}d" in page.text()
            assert {each.paper.id: each.verdict for each in served.feedback()}[paper.id] is verdict
        page = browser.page(scripts=False)
        page.show(html)
        page.click(f'a[href*="{served.address}/u/"]')
        page.click("button")
    assert len(served.feedback()) == len(PAPERS)
    assert served.unsubscribed() == {ADA}


def test_a_scanner_that_follows_every_link_changes_nothing(served, html):
    before = served.stored()
    pool = urllib3.PoolManager()
    for link in links(html, served) * 2:
        assert pool.request("GET", link).status == 200
        assert pool.request("HEAD", link).status == 200
    pool.clear()
    assert served.stored() == before
