"""The documentation's site in a real browser: it fits, axe finds nothing, and nothing is asked from elsewhere."""

import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from browser import CHROMIUM, WHY_SKIPPED
from support import REPOSITORY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED),
]
PAGES = [
    "index",
    "tutorial",
    "how-to/mail",
    "how-to/library",
    "page",
    "reference/commands",
    "reference/settings",
]
LONGEST = "json"  # axe takes as long for it as for all the others


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the site, built without a warning."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", REPOSITORY / "docs", folder]
    subprocess.run(command, check=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_site_fits_axe_finds_nothing_and_it_asks_nobody_else(browser, site, width, dark):
    page = browser.page(width=width, height=900, dark=dark)
    for name in [*PAGES, LONGEST] if dark and width < 600 else PAGES:
        page.goto(f"{site}/{name}.html")
        assert page.overflow() == 0, name
        assert page.violations() == [], name
    assert [each for each in page.requests if not each.partition(" ")[2].startswith((site, "data:"))] == []
