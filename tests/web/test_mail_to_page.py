"""From the mail to the verdict: every link of a mail, followed in a real browser and by a mail scanner."""

import re
from contextlib import closing

import pytest
import urllib3
from browser import CHROMIUM, WHY_SKIPPED, Browser
from pageserver import Served
from support import NOW, make_paper, reader_of

from recommender.paper import Verdict
from recommender.profile import MailSettings, Profile
from recommender.services import mail as mail_service
from recommender.services import today as today_service
from recommender.services.ingest import Candidates
from recommender.services.requests import MailOptions, Request

ADA = "ada@example.org"
PAPERS = tuple(make_paper(number, f"Fusion of {number} Images") for number in range(1, 5))


@pytest.fixture
def served(home):
    with Served.running(home) as running:
        running.announced(*PAPERS)
        yield running


@pytest.fixture
def html(served, monkeypatch):
    """The HTML part of a mail whose links lead to the pages."""
    settings = MailSettings(ADA, (ADA,), "smtp://localhost", ADA, page=served.address)
    monkeypatch.setattr(today_service, "collect", lambda *_: Candidates(NOW.date(), PAPERS))
    with closing(reader_of(served.home.root, Profile("ada", interests="fusion", explore=0, mail=settings))) as reader:
        made = mail_service.preview(reader, Request(), MailOptions())
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
