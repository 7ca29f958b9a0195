"""Requests to arXiv and its answers; a local server plays a mirror."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from faults import Clock, Reply, Server, without_proxy
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import SourceError
from recommender.paper import Paper
from recommender.sources.arxiv import queries as arxiv
from recommender.sources.client import Answer, Web
from recommender.sources.formats.oai import Record
from recommender.store.http_cache import HttpCache

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture
def mirror() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    without_proxy(monkeypatch)
    clock = Clock()
    with HttpCache(tmp_path / "web.db") as visits:
        yield Web(visits, "", clock, clock.sleep, print)


def questions(server: Server) -> list[dict[str, str]]:
    """The parameters of each request."""
    return [{name: texts[0] for name, texts in parse_qs(urlsplit(path).query).items()} for path in server.paths]


# Without a mirror


class Noted(Web):
    """Notes addresses and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, url: str, **_: object) -> Answer:
        self.asked.append(url)
        raise SourceError("no network")


@pytest.mark.parametrize(
    ("ask", "address"),
    [
        (lambda web: arxiv.new(web, ["hep-th", "cs.CV"]), "https://rss.arxiv.org/atom/cs.CV+hep-th"),
        (
            lambda web: arxiv.texts(web, ["2001.00001", "hep-th/9901001"]),
            "https://export.arxiv.org/api/query?id_list=2001.00001,hep-th/9901001&max_results=2",
        ),
        (
            lambda web: list(arxiv.harvest(web, category="cs.CV", since=MONDAY, until=TUESDAY)),
            "https://oaipmh.arxiv.org/oai?verb=ListRecords&metadataPrefix=arXiv&set=cs%3Acs%3ACV"
            "&from=2026-03-02&until=2026-03-03",
        ),
    ],
    ids=["new", "texts", "harvest"],
)
def test_arxiv_itself_is_asked_at_its_own_addresses(ask, address):
    web = Noted()
    with pytest.raises(SourceError, match="no network"):
        ask(web)
    assert web.asked == [address]


# Today's feed


FEED = b"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/cs.CV+hep-th</id>
  <title>cs.CV, hep-th updates on arXiv.org</title>
  <updated>2026-03-02T05:00:19.866337+00:00</updated>
  <entry>
    <id>oai:arXiv.org:2603.00001v1</id>
    <title>A title</title>
    <updated>2026-03-02T05:00:19.899254+00:00</updated>
    <link href="https://arxiv.org/abs/2603.00001" rel="alternate" type="text/html"/>
    <summary>arXiv:2603.00001v1 Announce Type: new
Abstract: An abstract</summary>
    <category term="cs.CV"/>
    <published>2026-03-02T00:00:00-05:00</published>
    <arxiv:announce_type>new</arxiv:announce_type>
    <dc:creator>Ada Lovelace</dc:creator>
  </entry>
</feed>"""


def test_the_feed_of_all_categories_is_one_request(web, mirror):
    mirror.script("/atom/cs.CV+hep-th", Reply(body=FEED, headers={"ETag": '"1"'}))
    ((digest, answer),) = arxiv.new(web, ["hep-th", "cs.CV", "hep-th"], mirror.url)
    assert [paper.id for paper in digest.papers] == ["2603.00001"]
    assert digest.date == MONDAY
    web.keep(answer)
    ((again, unchanged),) = arxiv.new(web, ["cs.CV", "hep-th"], mirror.url + "/")
    assert again == digest
    assert unchanged.unchanged


def test_many_categories_are_asked_for_20_at_a_time(web, mirror):
    categories = [f"math.{first}{second}" for first in "ABCDE" for second in "ABCDE"]
    for some in (categories[:20], categories[20:]):
        mirror.script(f"/atom/{'+'.join(some)}", Reply(body=FEED))
    assert len(arxiv.new(web, categories, mirror.url)) == 2


def test_a_category_arxiv_does_not_know_is_reported(web, mirror):
    mirror.script("/atom/cs.XX", Reply(400, b"<feed/>"))
    with pytest.raises(SourceError, match="arXiv knows no feed of cs"):
        arxiv.new(web, ["cs.XX"], mirror.url)


@pytest.mark.parametrize("category", ["", "cs/CV", "cs.CV&x=1", "cs.CV+cs.LG", "../oai", "cs.CV\n"])
def test_what_cannot_be_a_category_is_never_asked(web, mirror, category):
    with pytest.raises(SourceError, match="is no arXiv category"):
        arxiv.new(web, [category], mirror.url)
    with pytest.raises(SourceError, match="is no arXiv category"):
        list(arxiv.harvest(web, category=category, since=MONDAY, until=TUESDAY, mirror=mirror.url))
    assert mirror.asked == []


def test_a_feed_that_is_none_is_reported_and_not_kept(web, mirror):
    mirror.script("/atom/cs.CV", Reply(body=b"<html>Log in to the hotel's network", headers={"ETag": '"1"'}))
    for _ in range(2):
        with pytest.raises(SourceError):
            arxiv.new(web, ["cs.CV"], mirror.url)
    assert "if-none-match" not in mirror.asked[-1].headers


# Papers by id


def found(*ids: str) -> bytes:
    """An answer of the query API with these papers, as versions."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{paper_id}v2</id><title>T</title><summary>An abstract</summary></entry>"
        for paper_id in ids
    )
    return (
        '<?xml version="1.0"?><feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        f'xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id>{entries}</feed>'
    ).encode()


def malformed(paper_id: str) -> Reply:
    """How the query API refuses a whole list for one id."""
    address = f"https://arxiv.org/api/errors#incorrect_id_format_for_{paper_id}"
    body = f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/</id>
  <entry>
    <id>{address}</id>
    <title>Error</title>
    <link href="{address}" rel="alternate" type="text/html"/>
    <summary>incorrect id format for {paper_id}</summary>
  </entry>
</feed>"""
    return Reply(400, body.encode())


def test_papers_come_in_the_order_asked_and_unknown_ones_are_absent(web, mirror):
    mirror.script("/api/query", Reply(body=found("hep-th/9901001", "2001.00001")))
    papers = arxiv.texts(web, ["2001.00001", "2001.00002", "hep-th/9901001", "2001.00001"], mirror.url)
    assert [paper.id for paper in papers] == ["2001.00001", "hep-th/9901001"]
    assert questions(mirror) == [{"id_list": "2001.00001,2001.00002,hep-th/9901001", "max_results": "3"}]


def test_many_ids_are_asked_for_100_at_a_time(web, mirror):
    ids = [f"2001.{number:05}" for number in range(1, 251)]
    mirror.script("/api/query", *(Reply(body=found(*ids[start : start + 100])) for start in (0, 100, 200)))
    assert [paper.id for paper in arxiv.texts(web, ids, mirror.url)] == ids
    assert [asked["max_results"] for asked in questions(mirror)] == ["100", "100", "50"]


def test_ids_that_arxiv_calls_malformed_cost_no_other_paper(web, mirror):
    bad = ["aaa/9901001", "2001.0002"]
    mirror.script("/api/query", *map(malformed, bad), Reply(body=found("2001.00001")))
    assert [paper.id for paper in arxiv.texts(web, ["2001.00001", *bad], mirror.url)] == ["2001.00001"]
    mirror.script("/api/query", malformed(bad[0]))
    assert arxiv.texts(web, bad[:1], mirror.url) == []


def test_a_refusal_that_names_no_id_is_reported_and_not_repeated(web, mirror):
    mirror.script("/api/query", malformed("2001.09999"))
    with pytest.raises(SourceError, match="arXiv refuses the list of ids"):
        arxiv.texts(web, ["2001.00001", "2001.00002"], mirror.url)
    assert len(mirror.asked) == 1


@pytest.mark.parametrize("paper_id", ["doi:10.1000/x", "title:abc", "https://example.org/", "2001.00001&x=1", ""])
def test_ids_of_papers_from_elsewhere_are_never_asked(web, mirror, paper_id):
    assert arxiv.texts(web, [paper_id], mirror.url) == []
    assert mirror.asked == []


# A past period


def record(number: int, day: date) -> str:
    return (
        f"<record><header><identifier>oai:arXiv.org:2603.{number:05}</identifier><datestamp>{day}</datestamp>"
        '<setSpec>cs:cs:CV</setSpec></header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/">'
        f"<id>2603.{number:05}</id><created>{day}</created><title>Title</title><categories>cs.CV</categories>"
        "<abstract>Abstract</abstract></arXiv></metadata></record>"
    )


def listed(*records: str, token: str = "", total: int = 3) -> Reply:
    ending = f'<resumptionToken completeListSize="{total}">{token.replace("&", "&amp;")}</resumptionToken>'
    return Reply(body=answered(f"<ListRecords>{''.join(records)}{ending if token else ''}</ListRecords>"))


def refused(code: str) -> Reply:
    return Reply(body=answered(f'<error code="{code}">The value is invalid or expired.</error>'))


def answered(inside: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-03-04T10:00:00Z</responseDate>{inside}</OAI-PMH>"
    ).encode()


def harvested(web: Web, mirror: Server, **how: object) -> list[list[str]]:
    """The numbers of the papers on each page."""
    pages = arxiv.harvest(web, category="cs.CV", since=MONDAY, until=WEDNESDAY, mirror=mirror.url, **how)  # type: ignore[arg-type]
    return [[record.paper.id[-1] for record in page.records] for page in pages]


def test_a_harvest_goes_on_with_the_token_alone_as_it_was_given(web, mirror):
    # arXiv's own tokens hold a whole query, encoded
    token = "verb%3DListRecords%26set%3Dcs%253Acs%253ACV&skip=2"
    mirror.script("/oai", listed(record(1, MONDAY), record(2, MONDAY), token=token), listed(record(3, TUESDAY)))
    assert harvested(web, mirror) == [["1", "2"], ["3"]]
    assert questions(mirror)[1] == {"verb": "ListRecords", "resumptionToken": token}


def test_pages_come_as_they_are_asked_for_with_what_resumes_them(web, mirror):
    mirror.script("/oai", listed(record(1, MONDAY), token="second"), listed(record(2, TUESDAY)))
    pages = arxiv.harvest(web, category="cs.CV", since=MONDAY, until=None, mirror=mirror.url)
    first = next(pages)
    assert (first.token, first.total, len(mirror.asked)) == ("second", 3, 1)
    assert next(pages).token == ""


def test_a_harvest_resumes_where_an_earlier_one_stopped(web, mirror):
    mirror.script("/oai", listed(record(3, TUESDAY)))
    assert harvested(web, mirror, token="second") == [["3"]]
    assert questions(mirror) == [{"verb": "ListRecords", "resumptionToken": "second"}]


def test_a_harvest_whose_token_expired_begins_again_at_the_last_datestamp(web, mirror):
    mirror.script(
        "/oai",
        listed(record(1, MONDAY), record(2, TUESDAY), token="expires"),
        refused("badResumptionToken"),
        listed(record(2, TUESDAY), record(3, WEDNESDAY)),
    )
    assert harvested(web, mirror) == [["1", "2"], ["2", "3"]]
    assert [asked.get("from") for asked in questions(mirror)] == ["2026-03-02", None, "2026-03-03"]


def test_a_token_of_yesterday_begins_again_where_the_caller_had_come(web, mirror):
    mirror.script("/oai", refused("badResumptionToken"), listed(record(2, MONDAY)))
    assert harvested(web, mirror, token="yesterday") == [["2"]]
    assert questions(mirror)[1]["from"] == "2026-03-02"


def test_a_harvest_that_makes_no_progress_ends_with_an_error(web, mirror):
    mirror.script("/oai", listed(record(1, MONDAY), token="same"))
    with pytest.raises(SourceError, match="the same page"):
        harvested(web, mirror)
    mirror.script(
        "/oai",
        *(listed(record(1, MONDAY), token="one"), refused("badResumptionToken")) * 2,
        listed(record(9, WEDNESDAY)),
    )
    with pytest.raises(SourceError, match="again and again before its last page"):
        harvested(web, mirror)


def test_a_time_without_records_is_one_empty_page(web, mirror):
    mirror.script("/oai", refused("noRecordsMatch"))
    assert harvested(web, mirror) == [[]]


def test_a_server_that_slows_the_harvest_down_is_obeyed(web, mirror):
    mirror.script("/oai", Reply(503, headers={"Retry-After": "20"}), listed(record(1, MONDAY)))
    assert harvested(web, mirror) == [["1"]]


def test_an_error_of_the_archive_is_reported_and_the_pages_before_it_stay(web, mirror):
    mirror.script("/oai", listed(record(1, MONDAY), token="second"), refused("badArgument"))
    pages = arxiv.harvest(web, category="cs.CV", since=MONDAY, until=None, mirror=mirror.url)
    assert len(next(pages).records) == 1
    with pytest.raises(SourceError, match="badArgument"):
        next(pages)


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.CV", "cs:cs:CV"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("cs", "cs:cs"),
        ("hep-th", "physics:hep-th"),
        ("math-ph", "physics:math-ph"),
        ("astro-ph", "physics:astro-ph"),
        ("astro-ph.CO", "physics:astro-ph:CO"),
        ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"),
        ("physics", "physics:physics"),
        ("physics.acc-ph", "physics:physics:acc-ph"),
    ],
)
def test_a_set_is_named_group_archive_and_category(category, name):
    assert arxiv.set_of(category) == name


# Records as lists


def test_records_are_in_the_list_of_the_day_they_were_announced():
    new, old = Paper("2603.00001", "New", ""), Paper("2601.00001", "Old", "", submitted=date(2026, 1, 5))
    digests = arxiv.announced([Record(old, TUESDAY, revised=True), Record(new, MONDAY)], "cs.CV", MONDAY)
    assert [(digest.date, digest.papers, digest.replaced) for digest in digests] == [
        (MONDAY, (new,), ()),
        (TUESDAY, (), (old,)),
    ]


def test_a_paper_of_another_first_category_is_a_cross_list():
    own, other = Paper("2603.00001", "Own", "", categories=("cs.CV",)), Paper("2", "Other", "", categories=("cs.LG",))
    records = [Record(own, MONDAY), Record(other, MONDAY)]
    assert arxiv.announced(records, "cs.CV", MONDAY)[0].crossed == {"2"}
    assert arxiv.announced(records, "cs", MONDAY)[0].crossed == frozenset()


@given(
    st.lists(
        st.builds(
            Record,
            st.builds(
                Paper,
                st.integers(1, 9).map("2603.0000{}".format),
                st.just("Title"),
                st.just(""),
                submitted=st.none() | st.dates(date(2025, 1, 1), date(2026, 3, 1)),
            ),
            st.dates(date(2026, 3, 1), date(2026, 4, 1)),
            revised=st.booleans(),
        ),
        max_size=9,
        unique_by=lambda record: record.paper.id,
    )
)
def test_every_record_is_in_one_list_once(records):
    digests = arxiv.announced(records, "cs.CV", MONDAY)
    placed = [paper.id for digest in digests for paper in (*digest.papers, *digest.replaced)]
    assert sorted(placed) == sorted(record.paper.id for record in records)
    assert all(digest.date is not None and digest.date >= MONDAY for digest in digests)
