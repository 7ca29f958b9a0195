"""`recommend today FILE` takes every format there is, under whatever name."""

import gzip
import json

import pytest
from support import REPOSITORY, SEED, SHARED

DATA = REPOSITORY / "tests" / "data"
JSON_LINES = json.dumps(
    {"id": "2001.00001", "title": "A Title", "summary": "A text.", "authors": ["A. B."], "categories": ["cs.CV"]}
).encode()
FORMATS = {
    "markdown": (SEED.read_bytes(), 46),
    "mail": ((DATA / "mail" / "arxiv-browse_q-fin_new.TR.txt").read_bytes(), 1),
    "broken mail": ((DATA / "mail" / "subscription-viewer_malformed.txt").read_bytes(), 3),
    "atom": ((DATA / "feeds" / "arxiv.atom.xml").read_bytes(), None),
    "rss": ((DATA / "feeds" / "arxiv.rss.xml").read_bytes(), None),
    "listing": ((DATA / "feeds" / "arxiv.listing.html").read_bytes(), None),
    "query": ((DATA / "feeds" / "arxiv.query.xml").read_bytes(), None),
    "oai_dc": ((DATA / "feeds" / "arxiv.oai_dc.xml").read_bytes(), None),
    "json lines": (JSON_LINES, 1),
}


@pytest.mark.sample(6)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", FORMATS)
def test_today_takes_it_from_a_file_and_from_standard_input(run, tmp_path, name, packed):
    data, papers = FORMATS[name]
    data = gzip.compress(data) if packed else data
    (tmp_path / "anything").write_bytes(data)
    arguments = ("--json", "--all", "--replacements", "-p", "example")
    from_file = json.loads(run("today", tmp_path / "anything", *arguments).out)
    from_input = json.loads(run("today", "-", *arguments, stdin=data).out)
    assert from_file["items"] == from_input["items"]
    assert from_file["items"]
    assert papers is None or len(from_file["items"]) == papers


@pytest.mark.slow
@pytest.mark.parametrize("library", ["zotero-export_ControlNet.csv", "zotero-bibtex_diegoferigo.bib"])
def test_a_real_library_ranks_a_real_day_at_once_and_comes_in_once(run, library):
    path = SHARED / "arxiv-fixtures" / "libraries" / library
    day = SHARED / "digests" / "md" / "2025-04-01" / "cs.CV.md.gz"
    if not path.exists():
        pytest.skip(f"no real library in {SHARED}")
    run("init", "ada", "--no-input")
    own_order = [item["id"] for item in json.loads(run("today", day, "--json", "--all").out)["items"]]
    assert "liked" in run("import", path, "--offline").out
    before = run("history", "--json").out
    ranked = json.loads(run("today", day, "--json", "--all").out)["items"]
    assert {item["id"] for item in ranked} == set(own_order)
    assert [item["id"] for item in ranked] != own_order
    assert any(reason["kind"] == "liked" for reason in ranked[0]["reasons"])
    assert "nothing new" in run("import", path, "--offline").out
    assert run("history", "--json").out == before
