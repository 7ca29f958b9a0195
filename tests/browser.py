"""A real browser for tests: headless Chromium, told what to do over the two pipes of its DevTools protocol.

    with Browser.running() as browser:
        page = browser.page(width=360, dark=True)
        page.goto("http://127.0.0.1:8022/")      # or page.show("<p>the HTML itself</p>")
        page.click("button")                     # a real click; waits for the page it leads to
        assert "done" in page.text()
        page.screenshot(tmp_path / "done.png")

Tests skip aloud where there is no Chromium: `@pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)`.
https://chromedevtools.github.io/devtools-protocol/
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None) if os.name == "posix" else None
WHY_SKIPPED = f"no browser on PATH: none of {', '.join(_NAMES)}"

_PATIENCE = 30.0  # seconds for one answer; a machine busy with other tests takes its time
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-proxy-server",
    # where a test's HTML names a picture or a script of some real site, nobody is asked for it
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# The protocol wants the pipes as descriptors 3 and 4, which `subprocess` cannot promise.
_WIRING = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A running Chromium with a profile of its own, which is deleted with it."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._rest = b""  # of a message that has not come in whole
        self._number = 0
        self._pages: dict[str, Page] = {}

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Browser"]:
        """Chromium, from its start to its end."""
        assert CHROMIUM, WHY_SKIPPED
        root = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root, Chromium refuses to start with it
        its_in, our_out = os.pipe()
        our_in, its_out = os.pipe()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            chromium = [CHROMIUM, *_FLAGS, *root, f"--user-data-dir={folder}", "about:blank"]
            process = subprocess.Popen(
                [sys.executable, "-c", _WIRING, str(its_in), str(its_out), *chromium],
                pass_fds=(its_in, its_out),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            os.close(its_in)
            os.close(its_out)
            browser = cls(our_out, our_in)
            try:
                yield browser
            finally:
                try:
                    browser.call("Browser.close")
                    process.wait(_PATIENCE)
                except (AssertionError, OSError, subprocess.TimeoutExpired):
                    process.kill()
                    process.wait()
                os.close(our_out)
                os.close(our_in)

    def page(self, *, width: int = 800, height: int = 640, dark: bool = False, scripts: bool = True) -> "Page":
        """A new empty page, in a window that shares no cookies with any other."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Network", "Log", "Runtime"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        page.look(width=width, height=height, dark=dark)
        return page

    def call(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """One command of the protocol and its answer."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self._out, rest) :]
        answers: dict[int, dict[str, Any]] = {}
        self.until(lambda: number in answers, method, lambda message: answers.update({message.get("id", 0): message}))
        assert "error" not in answers[number], f"{method}: {answers[number]['error']}"
        result: dict[str, Any] = answers[number]["result"]
        return result

    def until(
        self,
        done: Callable[[], bool],
        what: str,
        hear: Callable[[dict[str, Any]], object] = lambda _: None,
    ) -> None:
        """Take in what the browser says until something is the case."""
        deadline = time.monotonic() + _PATIENCE
        while not done():
            whole, found, rest = self._rest.partition(b"\0")
            if not found:
                ready, _, _ = select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))
                piece = os.read(self._in, 2**16) if ready else b""
                assert piece, f"{what}: the browser {'ended' if ready else 'does not answer'}"
                self._rest += piece
                continue
            self._rest = rest
            message = json.loads(whole)
            hear(message)
            if page := self._pages.get(message.get("sessionId", "")):
                page.hear(message)


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self._loads = self._width = 0
        self.requests: list[str] = []  # "GET http://127.0.0.1:8022/": all that the page asked for, favicon too
        self.complaints: list[str] = []  # what its console shows: refused by a policy, not found, a script's error
        self.status = 0  # of the last page that came by HTTP

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of the protocol and its answer, for what the methods here do not offer."""
        return self._browser.call(method, self._session, **parameters)

    def hear(self, message: dict[str, Any]) -> None:
        """Take in what happened."""
        method, what = message.get("method", ""), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loads += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(f"{what['request']['method']} {what['request']['url']}")
        elif method == "Network.responseReceived" and what["type"] == "Document":
            self.status = what["response"]["status"]
        elif method == "Log.entryAdded":
            self.complaints.append(what["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(what["exceptionDetails"]["text"])

    def look(
        self, *, width: int, height: int = 640, dark: bool = False, forced: bool = False, scale: float = 1
    ) -> None:
        """Show pages in a window of this many CSS pixels, to somebody who prefers dark, or forced, colours."""
        self._width = width
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,  # then a page without a viewport meta is laid out 980 pixels wide, as on a phone
        )
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "forced-colors", "value": "active" if forced else "none"},
        ]
        self.call("Emulation.setEmulatedMedia", features=features)

    def goto(self, url: str) -> None:
        """Open an address (http, file, data), and wait until it has loaded."""
        with self._loading(url):
            failed = self.call("Page.navigate", url=url).get("errorText")
            # a page of nothing but a status is shown by the browser as an error of its own
            assert failed in (None, "net::ERR_HTTP_RESPONSE_CODE_FAILURE"), f"{url}: {failed}"

    def show(self, html: str) -> None:
        """Show this HTML, as a mail program would."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "page.html")
            file.write_text(html, encoding="utf-8")
            self.goto(file.as_uri())

    def click(self, selector: str) -> None:
        """Click on the middle of the first element, and wait for the page that this leads to."""
        x, y = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        with self._loading(f"a click on {selector}"):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Press a key that needs no page to load: "Tab", "Escape"."""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode={"Tab": 9}.get(key, 0)
            )

    def key(self, key: str) -> None:
        """Press a key as a person types it: "l", "A", " ", "Enter"."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def tap(self, selector: str) -> None:
        """Click on the first element where that loads no page."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + _PATIENCE
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < deadline, f"never true: {condition}"
            time.sleep(0.01)

    def text(self, selector: str = "body") -> str:
        """What a person reads in the first element: hidden text does not count."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, also where the page itself may run none."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]["exception"].get("description")
        return found["result"].get("value")

    def overflow(self) -> float:
        """By how many CSS pixels the page is wider than its window; above 0 it scrolls sideways."""
        return float(self.evaluate("document.documentElement.scrollWidth")) - self._width

    def screenshot(self, file: Path) -> None:
        """A picture (PNG) of the whole page, also of what lies below the window."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        file.write_bytes(b64decode(shot["data"]))

    @contextmanager
    def _loading(self, what: str) -> Iterator[None]:
        before = self._loads
        yield
        self._browser.until(lambda: self._loads > before, what)
