"""OAI-PMH: arXiv's record formats, pages of a harvest, and on which day a paper was announced."""

from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY

from recommender.errors import SourceError
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.formats.oai import Page, Record, announced_on, read_digests, read_page, recognises

DATA = REPOSITORY / "tests" / "data" / "feeds"
DUBLIN_CORE = (DATA / "arxiv.oai_dc.xml").read_bytes()
ARXIV = """<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2507.00001</id><created>2025-07-01</created>
<authors><author><keyname>King</keyname><forenames>Ada B.</forenames><suffix>Jr.</suffix></author>
<author><keyname>Planck Collaboration</keyname></author><author><keyname>:</keyname></author>
<author><keyname>P\\'aez</keyname><forenames>C.</forenames></author></authors>
<title>On engines
  and numbers</title><categories>math.NA cs.NA math.GM</categories>
<doi>10.1103/PhysRevD.93.016005, 10.1103/PhysRevD.98.079901;10.1103/PhysRevD.98.079903</doi>
<abstract>  We compute
$a &lt; b$. </abstract></arXiv>"""
RAW = """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2507.00001</id><submitter>Ada</submitter>
<version version="v1"><date>Tue, 1 Jul 2025 17:59:59 GMT</date><size>10kb</size></version>
<title>On engines</title><authors>A. B. King (1 and 2), C. P\\'aez and D. E. F ((1) London, (2) Bath)</authors>
<categories>math.NA</categories><abstract>We compute.</abstract></arXivRaw>"""


def record(metadata: str, datestamp: str = "2025-07-02", name: str = "oai:arXiv.org:2507.00001") -> str:
    return (
        f"<record><header><identifier>{name}</identifier><datestamp>{datestamp}</datestamp>"
        f"<setSpec>math</setSpec></header><metadata>{metadata}</metadata></record>"
    )


def answer(inside: str) -> bytes:
    return f'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inside}</OAI-PMH>'.encode()


def page(*records: str, end: str = "") -> Page:
    return read_page(answer(f"<ListRecords>{''.join(records)}{end}</ListRecords>"))


def only(metadata: str, datestamp: str = "2025-07-02") -> Record:
    (result,) = page(record(metadata, datestamp)).records
    return result


# The formats


def test_arxivs_own_format_is_read_whole():
    paper = Paper(
        "2507.00001",
        "On engines and numbers",
        "We compute $a < b$.",
        ("Ada B. King Jr.", "Planck Collaboration", "C. Páez"),
        ("math.NA", "cs.NA", "math.GM"),
        date(2025, 7, 1),
        "10.1103/physrevd.93.016005",
    )
    assert only(ARXIV) == Record(paper, date(2025, 7, 2))


def test_an_update_is_a_revision():
    assert only(ARXIV.replace("</created>", "</created><updated>2025-07-09</updated>")).revised


def test_arxivs_raw_format_has_versions_and_the_moment_of_the_first():
    result = only(RAW)
    assert (result.versions, result.revised) == (1, False)
    assert result.submitted_at == datetime(2025, 7, 1, 17, 59, 59, tzinfo=UTC)
    assert result.paper.authors == ("A. B. King", "C. Páez", "D. E. F")
    assert result.paper.submitted == date(2025, 7, 1)


def test_a_second_version_is_a_revision():
    second = '<version version="v2"><date>Wed, 9 Jul 2025 10:00:00 GMT</date></version><title>'
    result = only(RAW.replace("<title>", second, 1))
    assert (result.versions, result.revised, result.paper.submitted) == (2, True, date(2025, 7, 1))


def test_dublin_core_is_read_whole():
    first, second = read_page(DUBLIN_CORE).records
    assert (first.paper.id, first.paper.authors) == ("1305.6404", ("Robert Ralowski",))
    assert (first.paper.submitted, first.revised, first.paper.doi) == (
        date(2013, 5, 28),
        False,
        "10.1007/s00153-015-0433-z",
    )
    assert first.paper.abstract.startswith("In this note we consider")
    assert (second.paper.submitted, second.revised, second.datestamp) == (date(2014, 12, 3), True, date(2023, 1, 25))


def test_a_record_alone_without_its_answer_is_read():
    data = record(ARXIV).encode()
    assert recognises(data)
    assert read_page(data).records == page(record(ARXIV)).records


# A harvest


def test_a_page_says_how_to_go_on():
    result = page(record(ARXIV), end='<resumptionToken cursor="0" completeListSize="1090"> 64|10 </resumptionToken>')
    assert (result.token, result.total) == ("64|10", 1090)


def test_the_last_page_has_no_token():
    result = page(record(ARXIV), end='<resumptionToken completeListSize="1090"/>')
    assert (result.token, result.total) == ("", 1090)


def test_deleted_records_are_counted():
    gone = '<record><header status="deleted"><identifier>oai:arXiv.org:2507.9</identifier></header></record>'
    result = page(record(ARXIV), gone, gone)
    assert (len(result.records), result.deleted, result.skipped) == (1, 2, ())


def test_no_match_is_an_empty_page():
    nothing = answer('<error code="noRecordsMatch">The combination … results in an empty list.</error>')
    assert read_page(nothing) == Page(())
    assert read_digests(nothing) == [Digest(None, "", ())]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ('<error code="badResumptionToken">expired</error>', r"no longer knows where .* \(expired\); begin it again"),
        ('<error code="badArgument">no such set</error>', "the archive answers badArgument: no such set"),
        ('<error code="idDoesNotExist"/>', "the archive answers idDoesNotExist$"),
    ],
)
def test_an_error_is_reported(error, message):
    with pytest.raises(SourceError, match=message):
        read_page(answer(error))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (record(ARXIV, "yesterday"), "no readable datestamp in the record of 2507.00001"),
        (record(ARXIV.replace("2507.00001", "x"), name="oai:zenodo.org:7"), 'no arXiv id in the record "oai:zenodo'),
        (record(""), "no title in the record of 2507.00001"),
        (record("<marc><title>T</title></marc>"), "the record of 2507.00001 is in the format marc; ask for arXiv,"),
    ],
)
def test_a_record_that_cannot_be_read_is_skipped(broken, reason):
    result = page(broken, record(ARXIV))
    assert (len(result.records), len(result.skipped)) == (1, 1)
    assert result.skipped[0].reason.startswith(reason)


@pytest.mark.parametrize("created", ["", "soon", "2025-02-31", "9999-12-31"])
def test_a_malformed_day_of_creation_costs_no_paper(created):
    result = only(ARXIV.replace("2025-07-01", created))
    assert (result.paper.submitted, result.new) == (None, True)


def test_a_page_that_is_cut_off_is_no_page_of_a_harvest():
    data = answer(f"<ListRecords>{record(ARXIV)}{record(ARXIV)}</ListRecords>")
    with pytest.raises(SourceError, match="cut off"):
        read_page(data[:-200])


def test_of_a_file_that_is_cut_off_the_whole_records_are_kept():
    data = answer(f"<ListRecords>{record(ARXIV)}{record(ARXIV)}</ListRecords>")
    (digest,) = read_digests(data[:-200])
    assert (len(digest.papers), len(digest.skipped)) == (1, 1)


def test_a_web_page_in_its_place_is_refused():
    with pytest.raises(SourceError, match=r"a web page \(“Sign in”\), not an OAI-PMH answer"):
        read_page(b"<!DOCTYPE html><title>Sign in</title>")


# Days


def test_records_are_grouped_by_day_the_new_apart_from_the_old():
    data = answer(
        "<ListRecords>"
        + record(ARXIV.replace("00001", "00003"), "2025-07-03")
        + record(ARXIV, "2025-07-02")
        + record(ARXIV.replace("00001", "00002").replace("2025-07-01", "2024-07-01"), "2025-07-02")
        + "</ListRecords>"
    )
    digests = read_digests(data)
    assert [digest.date for digest in digests] == [date(2025, 7, 2), date(2025, 7, 3)]
    assert [paper.id for paper in digests[0].papers] == ["2507.00001"]
    assert [paper.id for paper in digests[0].replaced] == ["2507.00002"]


@pytest.mark.parametrize(("datestamp", "new"), [("2025-07-02", True), ("2025-07-11", True), ("2025-07-12", False)])
def test_a_paper_is_new_within_ten_days_of_its_creation(datestamp, new):
    assert only(ARXIV, datestamp).new == new


@pytest.mark.parametrize(
    ("metadata", "datestamp", "day"),
    [
        (ARXIV, "2025-07-02", date(2025, 7, 2)),
        (ARXIV, "2025-07-05", date(2025, 7, 7)),  # a Saturday has no list
        (ARXIV, "2025-12-01", date(2025, 7, 2)),  # changed long after: the first weekday after its creation
        (ARXIV.replace("2025-07-01", "2025-07-04"), "2025-12-01", date(2025, 7, 7)),
        (ARXIV.replace("2025-07-01", ""), "2025-12-01", date(2025, 12, 1)),
        (RAW, "2025-12-01", date(2025, 7, 2)),  # a second before the deadline
        (RAW.replace("17:59:59", "18:00:00"), "2025-12-01", date(2025, 7, 3)),
    ],
)
def test_when_a_paper_was_announced_is_reported_as_well_as_the_record_says(metadata, datestamp, day):
    assert announced_on(only(metadata, datestamp)) == day


# Any papers

TEXT = st.text("xyz é$<>&\\^'\"\n", min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
DAYS = st.dates(date(1991, 8, 14), date(2100, 1, 1))


@given(st.lists(st.tuples(TEXT, TEXT, DAYS, DAYS), max_size=5), st.text("abc|09", max_size=9), st.integers(0, 10**6))
def test_what_is_written_as_a_page_comes_back(written, token, total):
    records = tuple(
        Record(Paper(f"2507.{n:05}", title, abstract, ("Ada King",), ("cs.NA", "hep-th"), created), stamp)
        for n, (title, abstract, created, stamp) in enumerate(written)
    )
    texts = [
        record(
            f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{each.paper.id}</id>'
            f"<created>{each.paper.submitted}</created><authors><author><keyname>King</keyname>"
            f"<forenames>Ada</forenames></author></authors><title>{escape(each.paper.title)}</title>"
            f"<categories>cs.NA hep-th</categories><abstract>{escape(each.paper.abstract)}</abstract></arXiv>",
            str(each.datestamp),
        )
        for each in records
    ]
    end = f'<resumptionToken completeListSize="{total}">{token}</resumptionToken>'
    assert page(*texts, end=end) == Page(records, token, total)


@pytest.mark.parametrize("data", [b"", b"<record>", b"<feed/>", b"<html><OAI-PMH>", b"oai"])
def test_other_texts_are_no_answer(data):
    assert not recognises(data)


def test_a_skipped_record_is_reported_with_the_last_day():
    data = answer(f"<ListRecords>{record(ARXIV, 'never')}{record(ARXIV)}</ListRecords>")
    assert read_digests(data)[-1].skipped == (Skipped(0, "no readable datestamp in the record of 2507.00001"),)
