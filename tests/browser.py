"""A real browser for tests: headless Chromium, driven by Playwright.

    with Browser.running() as browser:
        page = browser.page(width=360, dark=True)
        page.goto("http://127.0.0.1:8022/")      # or page.show("<p>the HTML itself</p>")
        page.click("button")                     # a real click; waits for the page it leads to
        assert "done" in page.text()
        page.screenshot(tmp_path / "done.png")

The browser is the one on PATH, because a download of Playwright's own is not to be had everywhere. Tests skip aloud
where there is none: `@pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)`.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright import sync_api as playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None) if os.name == "posix" else None
WHY_SKIPPED = f"no browser on PATH: none of {', '.join(_NAMES)}"

_PATIENCE = 30_000  # milliseconds for one answer; a machine busy with other tests takes its time
_FLAGS = (
    "--no-proxy-server",
    # where a test's HTML names a picture or a script of some real site, nobody is asked for it
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@cache
def _axe() -> str:
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


class Browser:
    """A running Chromium."""

    def __init__(self, browser: "playwright.Browser") -> None:
        self._browser = browser

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Browser"]:
        """Chromium, from its start to its end."""
        from playwright import sync_api as playwright  # slow to import, and most test processes start no browser

        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=_FLAGS, timeout=_PATIENCE)
            yield cls(browser)
            browser.close()

    def page(self, *, width: int = 800, height: int = 640, dark: bool = False, scripts: bool = True) -> "Page":
        """A new empty page, in a window that shares no cookies with any other."""
        context = self._browser.new_context(java_script_enabled=scripts, is_mobile=width < 600)
        context.set_default_timeout(_PATIENCE)
        page = Page(context.new_page())
        page.look(width=width, height=height, dark=dark)
        return page


class Page:
    """One tab."""

    def __init__(self, page: "playwright.Page") -> None:
        self._page = page
        self._protocol = page.context.new_cdp_session(page)
        self.requests: list[str] = []  # "GET http://127.0.0.1:8022/": all that the page asked for
        self.complaints: list[str] = []  # what its console shows: refused by a policy, not found, a script's error
        self.status = 0  # of the last page that came by HTTP
        page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))
        page.on("response", self._answered)
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _answered(self, response: "playwright.Response") -> None:
        if response.request.is_navigation_request():
            self.status = response.status

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of Chromium's own protocol and its answer, for what the methods here do not offer.

        https://chromedevtools.github.io/devtools-protocol/
        """
        answer: dict[str, Any] = self._protocol.send(method, parameters)
        return answer

    def look(
        self, *, width: int, height: int = 640, dark: bool = False, forced: bool = False, scale: float = 1
    ) -> None:
        """Show pages in a window of this many CSS pixels, to somebody who prefers dark, or forced, colours."""
        self._page.set_viewport_size({"width": width, "height": height})
        self._page.emulate_media(color_scheme="dark" if dark else "light", forced_colors="active" if forced else "none")
        if scale != 1:
            self.call(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height,
                deviceScaleFactor=scale,
                mobile=width < 600,
            )

    def goto(self, url: str) -> None:
        """Open an address (http, file, data), and wait until it has loaded."""
        from playwright import sync_api as playwright

        try:
            self._page.goto(url)
        except playwright.Error as error:
            # a page of nothing but a status is shown by the browser as an error of its own
            if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in error.message:
                raise

    def back(self) -> None:
        """Go back to the page before."""
        self._page.go_back()

    def show(self, html: str) -> None:
        """Show this HTML, as a mail program would."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "page.html")
            file.write_text(html, encoding="utf-8")
            self.goto(file.as_uri())

    def click(self, selector: str) -> None:
        """Click on the first element, and wait for the page that this leads to."""
        with self.loading():
            self._page.locator(selector).first.click()

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Wait for the page that something leads to."""
        with self._page.expect_navigation():
            yield

    def key(self, key: str) -> None:
        """Press a key as a person types it: "l", "A", " ", "Enter", "Tab"."""
        self._page.keyboard.press("Space" if key == " " else key)

    def tap(self, selector: str) -> None:
        """Click on the first element where that loads no page."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        # not wait_for_function: our pages' policy forbids the eval that it is made of
        deadline = time.monotonic() + _PATIENCE / 1000
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < deadline, f"never true: {condition}"
            self._page.wait_for_timeout(10)

    def text(self, selector: str = "body") -> str:
        """What a person reads in the first element: hidden text does not count."""
        return self._page.locator(selector).first.inner_text()

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, also where the page itself may run none."""
        return self._page.evaluate(script)

    def overflow(self) -> float:
        """By how many CSS pixels the page is wider than its window; above 0 it scrolls sideways."""
        return float(self.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def close(self) -> None:
        """Close the tab and its window, with its cookies."""
        self._page.context.close()

    def violations(self) -> list[str]:
        """What axe finds on the page: each rule, with the elements that break it."""
        self.evaluate(_axe())
        # to list, too, what is right would take most of its time
        found: list[str] = self.evaluate(
            "axe.run({resultTypes: ['violations']}).then(({violations}) =>"
            " violations.map(each => each.id + ': ' + each.nodes.map(node => node.html).join(' | ')))"
        )
        return found

    def screenshot(self, file: Path) -> None:
        """A picture of the whole page, also of what lies below the window, in the format of the file's suffix."""
        self._page.screenshot(path=file, full_page=True)
