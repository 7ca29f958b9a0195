"""Speed and memory of importing a large library and of a large download: `python -m benchmarks.saving FOLDER`.

The papers in FOLDER repeat under other ids. Pages come from a server on this machine, without the pause of three
seconds between requests to arXiv.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from benchmarks import data
from benchmarks.processes import peak
from recommender import NewProfile, Recommender
from recommender.delivery import bibliography
from recommender.paper import Paper
from recommender.results.incoming import LibraryEntry
from recommender.services import remote
from recommender.services.reader import Network, Progress, Reader
from recommender.sources.client import Web
from recommender.store.home import Home
from recommender.store.http_cache import HttpCache

PAGE = 1000  # records, about as many as on a page of arXiv
START = date(2026, 1, 1)


def main() -> None:
    parser = data.parser(__doc__)
    parser.add_argument("--records", type=int, metavar="N", default=100_000, help="to download (default: 100,000)")
    parser.add_argument("--entries", type=int, metavar="N", default=20_000, help="of the BibTeX file (default: 20,000)")
    arguments = parser.parse_args()
    papers = data.papers_of(arguments.folder)
    with tempfile.TemporaryDirectory() as home:
        if arguments.entries > 0:
            import_bibtex(papers, arguments.entries, Path(home, "import"))
        if arguments.records > 0:
            download(papers, arguments.records, Path(home, "download"))


def import_bibtex(papers: list[Paper], entries: int, home: Path) -> None:
    """Import a BibTeX file of so many entries, and print what it took."""
    added = datetime(2026, 1, 1, tzinfo=UTC)
    text = bibliography.write(
        [LibraryEntry(paper, added) for paper in islice(data.endless(papers), entries)], "bibtex"
    ).encode()
    print(f"BibTeX of {entries:,} entries, {len(text) / 2**20:.0f} MB")
    home.mkdir()
    (home / "library.bib").write_bytes(text)
    with Recommender(home=home, clock=lambda: added) as reader:
        reader.create_profile(NewProfile("ada"))
        before, start = peak(), time.perf_counter()
        entries_read = reader.read_library(str(home / "library.bib"))
        parsed = time.perf_counter()
        report = reader.import_library(entries_read, offline=True)
        print(
            f"  read in {parsed - start:.1f} s, imported and ranked in {time.perf_counter() - parsed:.1f} s: "
            f"{len(report.verdicts):,} likes, {len(report.skipped)} skipped; peak {peak():.0f} MB, {before:.0f} before"
        )


class Milestones(Progress):
    """Prints time and memory about ten times on the way."""

    def __init__(self, records: int) -> None:
        self._step = max(records // 10, PAGE)
        self._start = time.perf_counter()

    @contextmanager
    def counter(self, label: str) -> Iterator[Callable[[int, int | None], None]]:
        def count(done: int, total: int | None) -> None:
            if done % self._step < PAGE:
                print(f"  {done:>9,} records  {time.perf_counter() - self._start:6.1f} s  peak {peak():.0f} MB")

        yield count


class HurriedReader(Reader):
    """A reader with a server on this machine instead of arXiv, whose clock jumps over each pause."""

    address = ""

    def network(self, *, patience: timedelta = timedelta()) -> Network:
        waited = [timedelta()]

        def sleep(seconds: float) -> None:
            waited[0] += timedelta(seconds=seconds)

        cache = HttpCache(self.home.root / "web.db")
        self._open.enter_context(cache)
        web = Web(cache, "", lambda: self.now + waited[0], sleep, lambda _: None)
        return Network(web, self.address, lambda: "", lambda _: None)


def download(papers: list[Paper], records: int, home: Path) -> None:
    """Download so many records by OAI-PMH, and print time and memory on the way."""
    print(f"OAI-PMH download of {records:,} records in pages of {PAGE:,}")
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    with Recommender(home=home) as door:
        door.create_profile(NewProfile("ada"))
    reader = HurriedReader(Home(home, home / "starters"), "ada", clock=lambda: moment, progress=Milestones(records))
    with served(papers, records) as address, closing(reader):
        reader.address = address
        remote.download(reader, ["cs.CV"], START, START + timedelta(days=3650))
        size = (home / "library.db").stat().st_size / 2**20
        print(f"  {reader.library.count():,} papers, {size:.0f} MB on disk")


@contextmanager
def served(papers: list[Paper], records: int) -> Iterator[str]:
    """Run an OAI-PMH server on this machine, and give its address."""
    source = data.endless(papers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("resumptionToken", ["0"])[0]
            done = int(token) + PAGE
            body = page(list(islice(source, PAGE)), done, records).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def page(papers: list[Paper], done: int, records: int) -> str:
    """One answer of the server; `done` records are delivered with it."""
    day = START + timedelta(days=done // (5 * PAGE))
    entries = "".join(
        f"<record><header><identifier>oai:arXiv.org:{paper.id}</identifier><datestamp>{day}</datestamp></header>"
        f'<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.id}</id>'
        f"<created>{day - timedelta(days=1)}</created><authors>{''.join(map(author, paper.authors))}</authors>"
        f"<title>{escape(paper.title)}</title><categories>{' '.join(paper.categories)}</categories>"
        f"<abstract>{escape(paper.abstract)}</abstract></arXiv></metadata></record>"
        for paper in papers
    )
    token = f'<resumptionToken completeListSize="{records}">{done}</resumptionToken>' if done < records else ""
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request verb="ListRecords"/>'
        f"<ListRecords>{entries}{token}</ListRecords></OAI-PMH>"
    )


def author(name: str) -> str:
    forenames, _, keyname = name.rpartition(" ")
    return f"<author><keyname>{escape(keyname)}</keyname><forenames>{escape(forenames)}</forenames></author>"


if __name__ == "__main__":
    main()
