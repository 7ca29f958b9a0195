"""A group's pages in a real browser: the whole way without a script, what axe finds, and how they look."""

import pytest
from browser import CHROMIUM, WHY_SKIPPED
from groups import Clock, GroupServer
from proxies import free_port
from support import NOW, make_paper

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)]

LONG = "We fuse images of two sensors, and look at what is left of each in the fused one. " * 6
PAPERS = [
    make_paper(number, f"Image fusion {number}, a title of two lines on a phone", LONG, authors=("Ada Byron",))
    for number in range(1, 9)
]


@pytest.fixture
def served(home):
    clock = Clock()
    with GroupServer.running(home, clock, port=free_port()) as running:
        institute = running.institute
        institute.announce(*PAPERS)
        accounts = institute.invite("ada", "bob", "carl", "dora", "emil", "emmy")
        with institute.reader("ada") as reader:
            reader.today(day=NOW.date(), offline=True)
        with institute.door() as door:
            for account in accounts:
                door.choose(account, counted=True, agenda=True, authors=("Ada Byron",) if account.name == "Bob" else ())
                with institute.reader(account.profile) as reader:
                    reader.like(PAPERS[1].id)
            door.vote(accounts[1], PAPERS[5].id)
            door.share(on=True)  # its address stays after the meeting
            clock.forward(days=5)
            door.daily()
            held = door.meetings()[0]
            door.keep_notes(held.number, "We liked the second part.\nRead §3 again.")
            for account in accounts[1:5]:
                door.vote(account, PAPERS[2].id)
            door.share(on=True)
        yield running


def log_in(page, served, name):
    page.goto(f"{served.address}/group")
    page.evaluate(f"document.querySelector('[name=address]').value = '{name}@example.org'")
    page.click("button")
    served.postbox.wait()
    page.goto(f"{served.address}/login/{served.institute.link_of(name)}")
    page.click("form button")


def paths(served):
    with served.institute.door() as door:
        meeting, share = door.meetings()[0].number, door.week().meeting.share
    return ("/group", f"/group/meeting/{meeting}", "/group/meetings", "/account", "/", f"/list/{share}")


def test_everything_works_without_a_script(browser, served):
    page = browser.page(width=360, scripts=False)
    log_in(page, served, "ada")
    assert "4 or more" not in page.text()
    assert "3 or more of us" in page.text()
    assert "Votes: Bob, Carl, Dora, Emil" in page.text()
    page.goto(f"{served.address}/{NOW.date()}")
    page.click("#p1 .vote button")
    assert "Take my vote back" in page.text("#p1")
    page.goto(f"{served.address}/account")
    page.click('[action="/logout"] button')
    assert "Mail me a link" in page.text()
    page.goto(f"{served.address}/group")
    assert "Mail me a link" in page.text()
    page.close()


@pytest.mark.parametrize(
    ("width", "dark", "scale"), [(1200, False, 1), (1200, True, 1), (360, False, 1), (360, True, 1), (600, False, 2)]
)
def test_pages_fit_and_axe_finds_nothing(browser, served, tmp_path, width, dark, scale):
    page, outside = browser.page(width=width, dark=dark), browser.page(width=width, dark=dark)
    log_in(page, served, "ada")
    token = served.asked(served.client(), "bob")
    for shown, path in [*((page, path) for path in paths(served)), (outside, "/login"), (outside, token)]:
        shown.look(width=width, dark=dark, scale=scale)
        shown.goto(served.address + path)
        name = path.strip("/").replace("/", "-")[:20] or "day"
        shown.screenshot(tmp_path / f"{name}-{width}-{'dark' if dark else 'light'}.png")
        assert shown.overflow() <= 0, path
        assert not (found := shown.violations()), f"{path}: {found}"
    assert not [each for each in [*page.complaints, *outside.complaints] if "status of 40" not in each]
    assert all(request.split()[1].startswith(served.address) for request in [*page.requests, *outside.requests])
    page.close()
    outside.close()


def test_ratings_by_keys_work_and_a_login_that_ended_says_so(browser, served):
    page = browser.page()
    log_in(page, served, "ada")
    page.goto(f"{served.address}/{NOW.date()}")
    page.key("j")
    page.key("l")
    page.wait("document.querySelector('#said').textContent.startsWith('Liked')")
    with served.institute.door() as door:
        door.disable("ada@example.org")
    page.key("d")
    page.wait("document.querySelector('#said').textContent.includes('not logged in')")
    page.close()
