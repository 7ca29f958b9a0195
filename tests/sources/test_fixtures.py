"""What arXiv really sends: every recorded payload, and how much of it is read."""

import json
import os
from pathlib import Path

import pytest
from support import REPOSITORY

from recommender import sources
from recommender.errors import SourceError

# A folder beside the checkout with arxiv-fixtures/, which may be missing.
RECORDED = Path(os.environ.get("RECOMMENDER_TEST_DATA") or REPOSITORY.parent / "shared" / "data") / "arxiv-fixtures"
FOLDERS = ("api", "feed", "listing", "mail", "oai")

# file: (digests, papers, cross-listed among them, replaced, skipped), or the error
EXPECTED: dict[str, tuple[int, int, int, int, int] | str] = {
    "api/arxiv.py_id_0000.0000_s0_m100_8b51d9633a68.json": (1, 0, 0, 0, 0),
    "api/arxiv.py_id_0808.05394_1707.08567_s0_m100_42e5aa0ec3af.json": (1, 1, 0, 0, 0),
    "api/arxiv.py_id_1605.08386_s0_m100_199195aa31ad.json": (1, 1, 0, 0, 0),
    "api/arxiv.py_id_2104.12255v1_s0_m100_6ae69987ffe1.json": (1, 1, 0, 0, 0),
    "api/arxiv.py_id_abc_s0_m100_b79c8dcf6bc3.json": "it: arXiv answers: incorrect id format for abc",
    "api/arxiv.py_id_astro-ph_0601001_s0_m100_3150dca9dc76.json": (1, 1, 0, 0, 0),
    "api/arxiv.py_id_quant-ph_0201082v1_s0_m100_86989fe779ef.json": (1, 1, 0, 0, 0),
    "api/arxiv.py_q_testing_s0_m100_cfe7536492ca.json": (1, 100, 0, 0, 0),
    "api/arxiv.py_q_testing_s0_m10_bc5a6c384fe9.json": (1, 10, 0, 0, 0),
    "api/arxiv.py_q_testing_s10_m10_34e56e15aaac.json": (1, 10, 0, 0, 0),
    "api/query_cat-cs_submitted-2025-12-17_max500.xml": (1, 405, 0, 0, 0),
    "feed/rss.arxiv.org_atom_cs.AI_2025-08-20.trimmed.xml": (1, 7, 5, 0, 0),
    "feed/rss.arxiv.org_rss2_cs.CV_2025-09-18.cut-off.xml.txt": "it: the XML is cut off (line 22); fetch it again",
    "listing/list_cs.AI_new_2026-08-12.trimmed.html": (1, 4, 2, 2, 0),
    "mail/arxiv-browse_astro-ph_new.CO.txt": (1, 7, 2, 16, 0),
    "mail/arxiv-browse_astro-ph_new.EP.txt": (1, 10, 4, 8, 0),
    "mail/arxiv-browse_astro-ph_new.txt": (1, 57, 4, 40, 0),
    "mail/arxiv-browse_q-fin_new.ST.txt": (1, 7, 1, 1, 0),
    "mail/arxiv-browse_q-fin_new.TR.txt": (1, 1, 0, 0, 0),
    "mail/arxiv-browse_q-fin_new.txt": (1, 13, 0, 3, 0),
    "mail/subscription-viewer_2026-01-23.txt": (1, 5, 0, 0, 0),
    "mail/subscription-viewer_2026-01-26.txt": (1, 10, 0, 0, 0),
    "mail/subscription-viewer_malformed.txt": (1, 3, 0, 0, 2),
    "oai/ads_arxiv_0901_2443.xml": (1, 1, 0, 0, 0),
    "oai/ads_arxiv_1711_04702.xml": (1, 1, 0, 0, 0),
    "oai/ads_arxiv_1711_05739.xml": (1, 1, 0, 0, 0),
    "oai/ads_arxiv_math_0306266.xml": (1, 0, 0, 1, 0),
    "oai/ads_arxiv_multi_20230125.xml": (1, 0, 0, 3, 0),
    "oai/hepcrawl_sample_arxiv_record.xml": (11, 12, 0, 0, 0),
    **{f"oai/hepcrawl_sample_arxiv_record{number}.xml": (1, 1, 0, 0, 0) for number in range(11)},
}


def recorded(name: str) -> bytes:
    if not RECORDED.is_dir():
        pytest.skip("no recorded payloads: set RECOMMENDER_TEST_DATA to a folder with arxiv-fixtures/")
    data = (RECORDED / name).read_bytes()
    # these were recorded with their address and status
    return json.loads(data)["body"].encode() if name.endswith(".json") else data


def read(name: str) -> tuple[int, int, int, int, int] | str:
    try:
        digests = sources.parse(recorded(name), "it")
    except SourceError as error:
        return str(error)
    papers, crossed, replaced, skipped = (
        sum(len(getattr(digest, part)) for digest in digests) for part in ("papers", "crossed", "replaced", "skipped")
    )
    return len(digests), papers, crossed, replaced, skipped


@pytest.mark.parametrize("name", EXPECTED)
def test_each_recorded_payload_is_read_as_it_should(name):
    assert read(name) == EXPECTED[name]


def test_no_recorded_payload_is_left_out():
    if not RECORDED.is_dir():
        pytest.skip("no recorded payloads: set RECOMMENDER_TEST_DATA to a folder with arxiv-fixtures/")
    there = {path.relative_to(RECORDED).as_posix() for folder in FOLDERS for path in (RECORDED / folder).iterdir()}
    assert there == set(EXPECTED)


@pytest.mark.parametrize("name", [name for name, counts in EXPECTED.items() if not isinstance(counts, str)])
def test_no_recorded_paper_lacks_its_title_or_keeps_markup(name):
    papers = [paper for digest in sources.parse(recorded(name), "it") for paper in digest.papers + digest.replaced]
    assert all(paper.title and paper.authors for paper in papers if not paper.id.startswith("2601.99"))
    assert not [paper.id for paper in papers if "</" in paper.title + paper.abstract or "&amp;" in paper.abstract]
