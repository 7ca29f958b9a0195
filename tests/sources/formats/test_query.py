"""What arXiv's query API answers."""

from datetime import date

import pytest
from support import REPOSITORY

from recommender.errors import SourceError
from recommender.paper import Digest, Skipped
from recommender.sources.formats import feed
from recommender.sources.formats.query import read_answer, read_digests, recognises

DATA = REPOSITORY / "tests" / "data" / "feeds"
ANSWER = (DATA / "arxiv.query.xml").read_bytes()
EMPTY = ANSWER[: ANSWER.index(b"<entry>")] + b"</feed>"
ERROR = EMPTY.replace(
    b"</feed>",
    b"<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id><title>Error</title>"
    b"<summary>incorrect id format for abc</summary></entry></feed>",
)


def test_an_answer_is_read_whole():
    first, second = read_answer(ANSWER)
    assert (first.id, first.categories, first.submitted) == ("2512.16038", ("cs.DC",), date(2025, 12, 17))
    assert first.authors == ("Eric Simon", "Renato B. Hoffmann", "Lucas Alf", "Dalvan Griebler")
    assert (second.id, second.doi) == ("2512.16008", "10.1016/j.iintel.2025.100186")
    assert second.abstract.startswith("Structural Health Monitoring (SHM)")


def test_an_answer_is_a_digest_without_day():
    assert read_digests(ANSWER) == [Digest(None, "", tuple(read_answer(ANSWER)))]


def test_an_answer_without_papers_is_an_answer():
    assert (read_answer(EMPTY), read_digests(EMPTY)) == ([], [Digest(None, "", ())])


@pytest.mark.parametrize("read", [read_answer, read_digests])
def test_an_error_is_reported(read):
    with pytest.raises(SourceError, match="arXiv answers: incorrect id format for abc"):
        read(ERROR)


def test_the_primary_category_comes_first():
    other = b'<category term="cs.AI"/><category term="cs.DC" scheme'
    assert read_answer(ANSWER.replace(b'<category term="cs.DC" scheme', other))[0].categories == ("cs.DC", "cs.AI")


def test_classes_of_acm_and_msc_are_no_categories():
    classes = b'<category term="I.2.9; J.3"/><category term="68T50"/><category term="cs.DC" scheme'
    assert read_answer(ANSWER.replace(b'<category term="cs.DC" scheme', classes))[0].categories == ("cs.DC",)


def test_an_old_id_has_no_version_either():
    assert read_answer(ANSWER.replace(b"abs/2512.16038v1", b"abs/quant-ph/0201082v1"))[0].id == "quant-ph/0201082"


def test_an_entry_without_id_is_skipped():
    (digest,) = read_digests(ANSWER.replace(b"<id>http://arxiv.org/abs/2512.16038v1", b"<id>http://arxiv.org/x"))
    assert digest.skipped == (Skipped(0, 'entry 1: no arXiv id in "http://arxiv.org/x"'),)


def test_a_published_day_that_is_none_costs_no_paper():
    assert read_answer(ANSWER.replace(b"<published>2025-12-17", b"<published>soon"))[0].submitted is None


def test_of_a_cut_off_file_the_whole_entries_are_kept_and_of_an_answer_none():
    cut = ANSWER[: ANSWER.rindex(b"<author>")]
    (digest,) = read_digests(cut)
    assert (len(digest.papers), len(digest.skipped)) == (1, 1)
    with pytest.raises(SourceError, match="cut off"):
        read_answer(cut)


def test_an_answer_is_reported_from_a_feed():
    assert [recognises(ANSWER), recognises(ERROR), recognises(EMPTY)] == [True, True, True]
    assert not recognises((DATA / "arxiv.atom.xml").read_bytes())
    assert not recognises(ANSWER.replace(b"a9.com/-/spec/opensearch", b"example.org"))
    assert feed.recognises(ANSWER)


def test_a_title_that_is_a_zero_is_a_title():
    title = b"LOG.io: Unified Rollback Recovery and Data Lineage Capture for Distributed Data Pipelines"
    paper = read_answer(ANSWER.replace(title, b"0"))[0]
    assert paper == read_answer(ANSWER)[0]._replace(title="0")
