"""How long large libraries and harvests take, and whether memory grows: `python -m benchmarks.taking_in FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz` (records with id, title, summary, authors, categories). They are repeated under
other ids until there are enough; pages come from a server on this machine, without arXiv's three seconds in between.
"""

import argparse
import gzip
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, islice
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from recommender import ranking
from recommender.delivery import bibliography
from recommender.paper import LibraryEntry, Paper
from recommender.services import exchange as bookshelf
from recommender.services import fetch as fetching
from recommender.sources.client import Web
from recommender.store.http_cache import HttpCache
from recommender.store.library import Encoder, Library
from recommender.store.profile_store import ProfileStore

PAGE = 1000  # records, as arXiv's own pages about have
ENCODER = Encoder(ranking.encode, ranking.ENCODING)
START = date(2026, 1, 1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="a folder with digests/raw")
    arguments.add_argument("--records", type=int, default=100_000, help="of the harvest (default: 100,000)")
    arguments.add_argument("--entries", type=int, default=20_000, help="of the BibTeX file (default: 20,000)")
    chosen = arguments.parse_args()
    papers = read(chosen.folder)
    with tempfile.TemporaryDirectory() as home:
        if chosen.entries:
            import_bibtex(papers, chosen.entries, Path(home, "import"))
        if chosen.records:
            harvest(papers, chosen.records, Path(home, "harvest"))


def read(folder: Path) -> list[Paper]:
    found: dict[str, Paper] = {}
    for path in sorted((folder / "digests" / "raw").glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            told = json.loads(line)
            found[told["id"]] = Paper(
                told["id"],
                " ".join(told["title"].split()),
                " ".join(told["summary"].split()),
                tuple(told["authors"]),
                tuple(told["categories"]),
            )
    return list(found.values())


def endless(papers: list[Paper]) -> Iterator[Paper]:
    """The papers again and again, under ids of their own."""
    for number in count():
        told = papers[number % len(papers)]
        month, within = divmod(number, 90_000)
        yield Paper(
            f"{26 + month // 12:02}{month % 12 + 1:02}.{10_000 + within}", *told_of(told, number // len(papers))
        )


def told_of(paper: Paper, again: int) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return paper.title + (f" ({again})" if again else ""), paper.abstract, paper.authors, paper.categories


def import_bibtex(papers: list[Paper], entries: int, home: Path) -> None:
    added = datetime(2026, 1, 1, tzinfo=UTC)
    text = bibliography.write(
        [LibraryEntry(paper, added) for paper in islice(endless(papers), entries)], "bibtex"
    ).encode()
    print(f"BibTeX of {entries:,} entries, {len(text) / 2**20:.0f} MB")
    with Library(home / "library.db", ENCODER) as library, ProfileStore(home / "profiles" / "ada.db") as memory:
        before, start = peak(), time.perf_counter()
        references = bookshelf.parse(text, "library.bib")
        parsed = time.perf_counter()
        brought = bookshelf.bring(references, None, library, memory, None, added)
        print(
            f"  read in {parsed - start:.1f} s, taken in in {time.perf_counter() - parsed:.1f} s: "
            f"{len(brought.taken):,} likes, {len(brought.skipped)} skipped; peak {peak()} MB, {before} MB before"
        )


def harvest(papers: list[Paper], records: int, home: Path) -> None:
    server = serve(papers, records)
    print(f"OAI harvest of {records:,} records in pages of {PAGE:,}")
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    passed = [timedelta()]
    with Library(home / "library.db", ENCODER) as library, HttpCache(home / "web.db") as visits:
        web = Web(
            visits,
            "",
            lambda: moment + passed[0],
            lambda seconds: passed.append(passed.pop() + timedelta(seconds=seconds)),
            lambda _: None,
        )
        network = fetching.Network(web, f"http://127.0.0.1:{server.server_address[1]}", lambda: "", lambda _: None)
        start = time.perf_counter()

        def seen(done: int, _: int | None) -> None:
            if done % (records // 10) == 0:
                print(f"  {done:>9,} records  {time.perf_counter() - start:6.1f} s  peak {peak()} MB")

        fetching.harvest(library, network, "cs.CV", START, START + timedelta(days=3650), moment, seen)
        size = (home / "library.db").stat().st_size / 2**20
        print(f"  {library.count():,} papers, {size:.0f} MB on disk")
    server.shutdown()


def serve(papers: list[Paper], records: int) -> ThreadingHTTPServer:
    source = endless(papers)

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
            """Not here."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def page(papers: list[Paper], done: int, records: int) -> str:
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


def peak() -> int:
    """The most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
