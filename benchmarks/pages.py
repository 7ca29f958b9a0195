"""The page that `recommend serve` shows: `python -m benchmarks.pages FOLDER`.

In a home made from the papers in FOLDER, `recommend serve` runs as a process of its own. Printed are the size of a page
of 20 papers, the time of each page and of a rating; how soon Chromium paints it and whether anything moves; then what
many clients at once get, who read and rate; then what is left of the ratings after the server was killed at random
moments: each that was answered must be there.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from gzip import compress
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import urllib3

from benchmarks.homes import READER, make, parsed, parser
from benchmarks.processes import measure, recommend
from recommender import Recommender, Verdict

_PATIENCE = 120.0  # seconds
_JSON = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, as the reader's own browser sees it."""

    process: "subprocess.Popen[str]"
    address: str
    cookie: str

    def ask(self, pool: urllib3.PoolManager, method: str, path: str, fields: Sequence[tuple[str, str]] = ()) -> bytes:
        """One request; a RuntimeError if it was not answered as it should be."""
        body = urlencode(fields) if method == "POST" else None
        headers = {"Cookie": self.cookie, **(_JSON if method == "POST" else {})}
        answer = pool.request(method, self.address + path, body=body, headers=headers, timeout=_PATIENCE, retries=False)
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer.data

    def memory(self) -> float:
        """The memory of the server, in MB; Linux alone tells it."""
        status = Path(f"/proc/{self.process.pid}/status")
        return (
            int(status.read_text(encoding="ascii").partition("VmRSS:")[2].split()[0]) / 1024 if status.exists() else 0
        )


@contextmanager
def serving() -> Iterator[Served]:
    """`recommend serve` on a free port, from its start to its end."""
    command = [sys.executable, "-m", "recommender", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            door = ""
            while "token=" not in door:
                if not (door := process.stdout.readline()):
                    raise RuntimeError(process.communicate()[1])
            address, _, token = door.split()[-1].partition("/?token=")
            with urllib3.PoolManager() as pool:
                answer = pool.request("GET", f"{address}/", fields={"token": token}, redirect=False)
            yield Served(process, address, answer.headers["Set-Cookie"].partition(";")[0])
        finally:
            process.kill()


def main() -> None:
    chosen = parser(__doc__, 200)
    chosen.add_argument("--clients", type=int, default=200, help="at once (default: 200)")
    chosen.add_argument("--seconds", type=int, default=60, help="that they stay (default: 60)")
    chosen.add_argument("--kills", type=int, default=200, help="of the server (default: 200)")
    arguments, sizes, papers = parsed(chosen)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ |= {"RECOMMEND_HOME": folder, "RECOMMEND_PROFILE": READER}
        make(papers, home, sizes)
        settings = home / "profiles" / f"{READER}.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + "list_size = 20\n", encoding="utf-8")
        measure(recommend("today"))
        with serving() as served:
            one_reader(served, arguments.runs)
            in_browser(served, max(arguments.runs // 10, 5))
            many(served, arguments.clients, arguments.seconds)
        killed(arguments.kills)


def one_reader(served: Served, runs: int) -> None:
    """Print sizes and times for one reader."""
    with urllib3.PoolManager() as pool:
        page = served.ask(pool, "GET", "/").decode()
        files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
        weight = sum(len(compress(served.ask(pool, "GET", path))) for path in ("/", *files))
        print(f"20 papers: {weight / 1000:.1f} kB gzipped in {1 + len(files)} requests, and an icon")
        ids = re.findall(r'data-paper="([^"]+)"', page)
        for path in ("/", f"/paper/{ids[0]}", "/search?q=image", "/rated", "/days", "/you", "/best"):
            read = partial(served.ask, pool, "GET", path)
            print(f"{path.partition('?')[0]:<24}{_times(read, max(runs // 10, 5))}")
        draw = random.Random(1)
        rate = lambda: served.ask(  # noqa: E731
            pool, "POST", "/rate", [("paper", draw.choice(ids)), ("verdict", draw.choice(["like", "dislike", "read"]))]
        )
        print(f"{'a rating':<24}{_times(rate, runs)}")


def in_browser(served: Served, runs: int) -> None:
    """Print how soon a browser paints the page of 20 papers, how far anything moves, and what it asks elsewhere."""
    sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
    tests = import_module("browser")
    if not tests.CHROMIUM:
        print(tests.WHY_SKIPPED)
        return
    with tests.Browser.running() as browser:
        page = browser.page(width=360)
        name, _, value = served.cookie.partition("=")
        page.call("Network.setCookie", name=name, value=value, url=served.address)
        paints, answers, moved = [], [], 0.0
        for _ in range(runs + 1):
            page.goto(f"{served.address}/")
            page.wait("performance.getEntriesByName('first-contentful-paint').length")
            paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            page.evaluate(
                "window.shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
                " shift += one.value; }).observe({type: 'layout-shift', buffered: true})"
            )
            page.evaluate("said.textContent = ''")
            page.key("j")
            page.key("d" if page.evaluate("document.querySelector('.card.liked') !== null") else "l")
            page.wait("said.textContent")
            sent = page.evaluate(
                "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/rate'))[0].duration"
            )
            answers.append(sent)
            moved = max(moved, page.evaluate("shift"))
    elsewhere = [request for request in page.requests if not request.split()[1].startswith(served.address)]
    print(
        f"in Chromium: first contentful paint median {median(paints[1:]):.0f} ms, most {max(paints[1:]):.0f} ms; "
        f"a rating by a key median {median(answers[1:]):.0f} ms, most {max(answers[1:]):.0f} ms; "
        f"layout shift {moved}; {len(elsewhere)} requests elsewhere"
    )


def many(served: Served, clients: int, seconds: int) -> None:
    """Print what many clients get who read and rate at once."""
    errors: list[str] = []
    times: list[float] = []
    with urllib3.PoolManager() as pool:
        ids = re.findall(r'data-paper="([^"]+)"', served.ask(pool, "GET", "/").decode())
    told: list[dict[str, str]] = [{} for _ in range(clients)]
    end = time.monotonic() + seconds

    def stay(number: int) -> None:
        draw = random.Random(number)
        own = ids[number % len(ids)]
        with urllib3.PoolManager(maxsize=1) as pool:
            while time.monotonic() < end:
                start = time.perf_counter()
                try:
                    if draw.random() < 0.5:
                        served.ask(pool, "GET", draw.choice(["/", "/days", "/rated"]))
                    else:
                        verdict = draw.choice(["like", "dislike", "read"])
                        answer = served.ask(pool, "POST", "/rate", [("paper", own), ("verdict", verdict)])
                        told[number] = json.loads(answer)["states"]
                except (RuntimeError, urllib3.exceptions.HTTPError) as error:
                    errors.append(str(error)[:80])
                times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=stay, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    memory = [served.memory()]
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(10, left))
        memory.append(served.memory())
    for thread in threads:
        thread.join()
    with Recommender() as reader:
        kept = {paper: verdict.past for paper, verdict in reader.verdicts().items()}
    rated = {paper for states in told for paper in states}
    print(
        f"{clients} clients, {seconds} s: {len(times)} answers, median {1000 * median(times):.0f} ms, "
        f"99 % {1000 * quantiles(times, n=100)[-1]:.0f} ms, "
        f"{len(errors)} errors {sorted(set(errors))[:3]}, {len(rated - kept.keys())} of {len(rated)} ratings lost, "
        f"memory each 10 s {', '.join(f'{size:.0f}' for size in memory)} MB"
    )


def killed(kills: int) -> None:
    """Print what is left of ratings that were answered before the server was killed."""
    draw = random.Random(2)
    given = lost = 0
    for _ in range(kills):
        answered: dict[str, str] = {}
        paper, verdict = "", Verdict.LIKE
        with serving() as served, urllib3.PoolManager() as pool:
            ids = re.findall(r'data-paper="([^"]+)"', served.ask(pool, "GET", "/").decode())
            timer = threading.Timer(draw.uniform(0, 0.3), served.process.send_signal, [signal.SIGKILL])
            timer.start()
            try:
                while True:
                    paper, verdict = draw.choice(ids), draw.choice(list(Verdict))
                    fields = [("paper", paper), ("verdict", verdict.value)]
                    answered |= json.loads(served.ask(pool, "POST", "/rate", fields))["states"]
                    given += 1
            except (RuntimeError, urllib3.exceptions.HTTPError):
                pass
            timer.join()
        with Recommender() as reader:
            kept = {paper: verdict.past for paper, verdict in reader.verdicts().items()}
        under_way = {paper: verdict.past}  # may count or not
        lost += sum(kept.get(one) not in (state, under_way.get(one)) for one, state in answered.items())
    print(f"{kills} kills: {given} ratings answered, {lost} of them lost")


def _times(act: Callable[[], object], runs: int) -> str:
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    seconds = seconds[1:]
    return f"median {1000 * median(seconds):.0f} ms, 99 % {1000 * quantiles(seconds, n=100)[-1]:.0f} ms"


if __name__ == "__main__":
    main()
