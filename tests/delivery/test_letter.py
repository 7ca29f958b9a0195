import json
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_paper

from recommender.delivery.mail.body import GMAIL_CLIPS, MAX_PAPERS
from recommender.delivery.mail.letter import Letter, compose
from recommender.delivery.mail.links import Links
from recommender.errors import DeliveryError
from recommender.paper import Note, NoteKind, Paper, Reason, ReasonKind, Recommendation, Score, Shortlist, Status

PAPER = Paper(
    "2405.01234",
    "F$^3$Set: Trees & <b>leaves</b>",
    "We show, e.g. for $n^2$, that domain-adaptation helps MRI. See Fig. 3 for more! Is it new? It is not said here.",
    ("Ada Lovelace", "Charles Babbage", "J{\\'e}r{\\^o}me", "D", "E"),
    ("cs.CV", "eess.IV"),
)
SHORTLIST = Shortlist("ada", date(2024, 5, 3), (), 46)
LINKS = Links("mailto:me@example.org?subject=like%201&body=send", "https://papers.example.org/a/ada/dislike-1")


def listed(*papers: Paper, reasons: tuple[Reason, ...] = (), probability: float | None = 0.824) -> Shortlist:
    score = Score(1.0, probability, reasons)
    items = tuple(Recommendation(rank, paper, score) for rank, paper in enumerate(papers, start=1))
    return SHORTLIST._replace(items=items)


def said(text: str) -> tuple[Note, ...]:
    return (Note(NoteKind.TEXT, {"text": text}),)


def letter(shortlist: Shortlist | None = None, **fields: object) -> Letter:
    usual = Letter(
        shortlist if shortlist is not None else listed(PAPER),
        sender="Recommender <ada@example.org>",
        recipients=("Ada Lovelace <ada@example.org>",),
        list_id="ada.recommender.localhost",
        message_id="<20240503.ada@localhost>",
        date=datetime(2024, 5, 3, 8, 30, tzinfo=UTC),
        links={PAPER.id: LINKS},
        unsubscribe_mail="mailto:me@example.org?subject=stop",
    )
    return replace(usual, **fields)


def arrived(sent: Letter) -> EmailMessage:
    """The mail as a program reads it that got its bytes."""
    return BytesParser(policy=policy.default).parsebytes(compose(sent).as_bytes())  # type: ignore[return-value]


def part(sent: Letter, kind: str) -> str:
    body = arrived(sent).get_body((kind,))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")


class Page(HTMLParser):
    """What stands in HTML: its tags, the text of each, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.links: dict[str, str] = {}
        self.marked: list[str] = []
        self._link = self._class = ""
        self.feed(html)
        self.close()
        self.text = " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        values = dict(attrs)
        self._link, self._class = values.get("href") or "", values.get("class") or ""

    def handle_endtag(self, tag: str) -> None:
        self._link = self._class = ""

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._link:
            self.links[data] = self._link
        if self._class == "m":
            self.marked.append(data)


def page(sent: Letter) -> Page:
    return Page(part(sent, "html"))


# The headers


def test_a_mail_has_these_headers_and_no_others():
    mail = arrived(letter())
    assert dict(mail.items()) == {
        "Date": "Fri, 03 May 2024 08:30:00 +0000",
        "Message-ID": "<20240503.ada@localhost>",
        "From": "Recommender <ada@example.org>",
        "To": "Ada Lovelace <ada@example.org>",
        "Subject": "3 May 2024: F³Set: Trees & <b>leaves</b>",
        "List-Id": "<ada.recommender.localhost>",
        "List-Unsubscribe": "<mailto:me@example.org?subject=stop>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }


def test_text_comes_first_and_html_second():
    mail = arrived(letter())
    assert mail.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    assert {each.get_content_charset() for each in mail.iter_parts()} == {"utf-8"}
    assert not mail.defects
    assert not any(each.defects for each in mail.walk())


@pytest.mark.parametrize(
    ("mail", "url", "ways", "one_click"),
    [
        ("", "", None, None),
        ("mailto:a@b.c?subject=stop", "", "<mailto:a@b.c?subject=stop>", None),
        ("", "https://b.c/u", "<https://b.c/u>", "List-Unsubscribe=One-Click"),
        ("mailto:a@b.c", "https://b.c/u", "<https://b.c/u>, <mailto:a@b.c>", "List-Unsubscribe=One-Click"),
        ("", "http://b.c/u", "<http://b.c/u>", None),
    ],
)
def test_one_click_is_offered_where_a_page_takes_it_by_https(mail, url, ways, one_click):
    headers = arrived(letter(unsubscribe_mail=mail, unsubscribe_url=url))
    assert headers["List-Unsubscribe"] == ways
    assert headers["List-Unsubscribe-Post"] == one_click


def test_long_addresses_for_programs_stay_whole_on_one_line():
    long = f"https://papers.example.org/u/{'token' * 80}"
    written = compose(
        letter(unsubscribe_url=long, message_id=f"<{'m' * 200}@x.org>", in_reply_to=f"<{'r' * 200}@x.org>")
    ).as_bytes()
    lines = written.split(b"\r\n")
    assert f"List-Unsubscribe: <{long}>,".encode() in lines
    assert b" <mailto:me@example.org?subject=stop>" in lines
    assert b"Message-ID: <" + b"m" * 200 + b"@x.org>" in lines
    assert b"References: <" + b"r" * 200 + b"@x.org>" in lines


def test_headers_arrive_as_they_are_whatever_policy_writes_them():
    long = f"https://papers.example.org/u/{'token' * 80}"
    title = "Actualités digitales d’abonnement à 24 heures, Bilan, Tribune de Genève et tous les titres"
    mail = compose(letter(listed(make_paper(1, title)), unsubscribe_url=long, sender="Ä, B <ada@example.org>"))
    assert mail.as_bytes(policy=policy.SMTP.clone(cte_type="7bit")) == mail.as_bytes()
    assert "?==?" not in mail.as_string()


def test_a_mail_that_follows_another_is_in_its_thread():
    mail = arrived(letter(in_reply_to="<first@localhost>"))
    assert (mail["In-Reply-To"], mail["References"]) == ("<first@localhost>", "<first@localhost>")


@pytest.mark.parametrize(
    ("shortlist", "fields", "subject"),
    [
        (listed(PAPER, make_paper(2), make_paper(3)), {}, "3 May 2024: F³Set: Trees & <b>leaves</b> (and 2 more)"),
        (listed(PAPER), {}, "3 May 2024: F³Set: Trees & <b>leaves</b>"),
        (listed(PAPER), {"period": "week"}, "Week to 3 May 2024: F³Set: Trees & <b>leaves</b>"),
        (SHORTLIST, {}, "3 May 2024: nothing to list"),
        (listed(make_paper(1, "word " * 40)), {}, "3 May 2024: " + "word " * 13 + "word…"),
        (listed(make_paper(1, "x" * 900)), {}, "3 May 2024: " + "x" * 69 + "…"),
        (listed(make_paper(1, "x\r\nBcc: evil@example.org")), {}, "3 May 2024: x Bcc: evil@example.org"),
        (listed(make_paper(1, "\u202eevil\u2066 \x00\x1b[31m")), {}, "3 May 2024: evil"),
        (listed(make_paper(1, " ")), {}, "3 May 2024: (title not known yet)"),
    ],
)
def test_the_subject_tells_the_day_and_the_best_paper(shortlist, fields, subject):
    assert arrived(letter(shortlist, **fields))["Subject"] == subject


@pytest.mark.parametrize(
    ("written", "name", "mailbox"),
    [
        ("ada@example.org", "", "ada@example.org"),
        ("  ada+x@example.org ", "", "ada+x@example.org"),
        ("Ada Lovelace <ada@localhost>", "Ada Lovelace", "ada@localhost"),
        ("Lovelace, Ada <ada@example.org>", "Lovelace, Ada", "ada@example.org"),
        ('"Ada \\"Countess\\" Lovelace" <ada@example.org>', 'Ada "Countess" Lovelace', "ada@example.org"),
        ("Ądą Łovelace, née Býron <ada@example.org>", "Ądą Łovelace, née Býron", "ada@example.org"),
        ("愛達 <ada@example.org>", "愛達", "ada@example.org"),
    ],
)
def test_people_are_written_with_their_names(written, name, mailbox):
    mail = arrived(letter(sender=written, recipients=("bob@example.org", written)))
    assert [(each.display_name, each.addr_spec) for each in mail["From"].addresses] == [(name, mailbox)]
    assert [(each.display_name, each.addr_spec) for each in mail["To"].addresses] == [
        ("", "bob@example.org"),
        (name, mailbox),
    ]


@pytest.mark.parametrize(
    "wrong", ["", "ada", "ada@", "@example.org", "a b@example.org", "a@b@c", "a@x..y", "ä@x.org",
              "a@x.org\nBcc: b@x.org", "<a@x.org", "a@x.org, b@x.org", "A <a@x.org> B"]
)  # fmt: skip
def test_what_is_no_address_is_named(wrong):
    with pytest.raises(DeliveryError, match=r"the sender '.*' is no e-mail address") as sent_by:
        compose(letter(sender=wrong))
    assert "\n" not in str(sent_by.value)
    with pytest.raises(DeliveryError, match="the recipient "):
        compose(letter(recipients=("ada@example.org", wrong)))


def test_a_mail_to_nobody_is_refused():
    with pytest.raises(DeliveryError, match="no recipient"):
        compose(letter(recipients=()))


@pytest.mark.parametrize(
    "wrong", ["javascript:alert(1)", "ftp://x.org", "mailto:a b", "https://x.org/\r\nBcc: a@b", "x"]
)
def test_what_is_no_link_is_named(wrong):
    for fields in (
        {"links": {PAPER.id: Links("mailto:a@b", wrong)}},
        {"links": {PAPER.id: Links(wrong, "mailto:a@b")}},
        {"unsubscribe_url": wrong},
        {"unsubscribe_mail": wrong},
    ):
        with pytest.raises(DeliveryError, match="is no address that a mail can link to"):
            compose(letter(**fields))


@pytest.mark.parametrize("wrong", ["x", "<x>", "<a@b>\r\nBcc: c@d", "<ä@b>", "<a@b> <c@d>"])
def test_a_message_id_that_is_none_is_a_bug(wrong):
    for name in ("message_id", "in_reply_to"):
        with pytest.raises(ValueError, match="is no message id"):
            compose(letter(**{name: wrong}))
    with pytest.raises(ValueError, match="is no list id"):
        compose(letter(list_id=wrong + "\n"))


# The text


def test_the_text_says_all_that_the_html_says():
    reasons = (Reason(ReasonKind.WORD, "MRI", 1.0), Reason(ReasonKind.WORD, "trees", -0.5))
    assert (
        part(letter(listed(PAPER, reasons=reasons)), "plain")
        == """\
Papers of Fri 3 May 2024
ada · 1 of 46 papers


  1. F³Set: Trees & <b>leaves</b>
     82 % match · 2405.01234 · cs.CV eess.IV
     Ada Lovelace, Charles Babbage, Jérôme and 2 more
     +MRI −trees

     We show, e.g. for n², that domain-adaptation helps MRI. See Fig. 3
     for more! Is it new?

     abs:     https://arxiv.org/abs/2405.01234
     pdf:     https://arxiv.org/pdf/2405.01234
     html:    https://arxiv.org/html/2405.01234
     Like:    mailto:me@example.org?subject=like%201&body=send
     Dislike: https://papers.example.org/a/ada/dislike-1

--\x20
Like and Dislike count as yours, whoever presses them: mind that before
you forward this mail.
You get this because the profile “ada” of a recommender that runs for
you mails its shortlists to this address.
To stop it:
mailto:me@example.org?subject=stop
"""
    )


ANY = st.text(st.characters(), max_size=60)  # halves of surrogates too
LONG = st.builds(lambda text, times: text * times, ANY, st.integers(1, 60))


@given(LONG, LONG, LONG)
def test_lines_of_text_fit_into_a_mail_except_addresses(title, abstract, author):
    text = part(letter(listed(PAPER._replace(title=title, abstract=abstract, authors=(author,) * 9))), "plain")
    assert [line for line in text.split("\n") if len(line) > 72 and "://" not in line and "mailto:" not in line] == []


# The HTML


def test_the_title_and_the_places_are_links():
    links = page(letter()).links
    assert links["F³Set: Trees & <b>leaves</b>"] == links["abs"] == "https://arxiv.org/abs/2405.01234"
    assert links["pdf"] == "https://arxiv.org/pdf/2405.01234"
    assert links["html"] == "https://arxiv.org/html/2405.01234"
    assert (links["Like"], links["Dislike"]) == (LINKS.like, LINKS.dislike)
    assert links["Stop these mails"] == "mailto:me@example.org?subject=stop"


@pytest.mark.parametrize(
    ("paper_id", "places"),
    [
        ("2311.09999", {"abs": "https://arxiv.org/abs/2311.09999", "pdf": "https://arxiv.org/pdf/2311.09999"}),
        ("hep-th/9901001", {"abs": "https://arxiv.org/abs/hep-th/9901001", "pdf": "https://arxiv.org/pdf/hep-th/9901001"}),
        ("doi:10.1000/a<b>", {"page": "https://doi.org/10.1000/a%3Cb%3E"}),
        ('https://example.org/"onclick="x y', {"page": "https://example.org/%22onclick=%22x%20y"}),
        ("title:0123456789abcdef", {}),
    ],
)  # fmt: skip
def test_a_paper_is_linked_where_it_is(paper_id, places):
    sent = letter(listed(PAPER._replace(id=paper_id, title="T")), links={})
    found = page(sent).links
    found.pop("Stop these mails")
    assert found == places | ({"T": next(iter(places.values()))} if places else {})


def test_a_paper_without_links_has_no_buttons():
    sent = letter(links={})
    assert not {"Like", "Dislike"} & page(sent).links.keys()
    assert "Like" not in part(sent, "plain")


@pytest.mark.parametrize(
    ("word", "marked"),
    [
        ("mri", ["MRI"]),
        ("domain adaptation", ["domain-adaptation"]),
        ("adapt", []),
        ("it", ["it"]),
        ("n²", ["n²"]),
        (".*", []),
        ("said", []),  # stands beyond what is shown
        ("", []),
    ],
)
def test_words_that_spoke_for_a_paper_are_marked_once(word, marked):
    assert page(letter(listed(PAPER, reasons=(Reason(ReasonKind.WORD, word, 1.0),)))).marked == marked


def test_a_pair_is_marked_whole_and_what_speaks_against_a_paper_is_not():
    reasons = (
        Reason(ReasonKind.WORD, "domain", 2.0),
        Reason(ReasonKind.WORD, "domain adaptation", 1.0),
        Reason(ReasonKind.WORD, "MRI", -1.0),
        Reason(ReasonKind.LIKED, "helps", 1.0, "2401.00001"),
    )
    assert page(letter(listed(PAPER, reasons=reasons))).marked == ["domain-adaptation"]


OPTIONAL = {"span", "p", "div", "br"}  # of marks, abstract, authors and facts, which may be empty


def shape(sent: Letter) -> list[list[str]]:
    """What a mail is made of, apart from its words."""
    mail = arrived(sent)
    assert not any(each.defects for each in mail.walk())
    read = page(sent)
    return [
        [name for name, _ in mail.items()],
        [each.get_content_type() for each in mail.walk()],
        [tag for tag in read.tags if tag not in OPTIONAL],
        sorted({name for name, _ in read.attributes}),
    ]


USUAL = shape(letter(listed(PAPER)._replace(notes=said("Note."))))


@given(ANY, ANY, ANY, ANY, st.lists(ANY, max_size=3), ANY)
def test_nothing_from_outside_adds_a_header_a_part_or_a_tag(title, author, abstract, profile, words, note):
    reasons = tuple(Reason(ReasonKind.WORD, word, 1.0) for word in words)
    paper = PAPER._replace(title=title, abstract=abstract, authors=(author,), categories=(author,))
    assert shape(letter(listed(paper, reasons=reasons)._replace(notes=said(f"N{note}"), profile=profile))) == USUAL


@given(ANY)
def test_an_address_from_outside_stays_in_its_link(address):
    sent = letter(listed(PAPER._replace(id=f"https://{address}")), links={}, unsubscribe_mail="")
    read = page(sent)
    assert set(read.links) == {"page", "F³Set: Trees & <b>leaves</b>"}
    assert read.links["page"].startswith("https://")
    assert re.fullmatch(r"[!#-;=?-~]+", read.links["page"])


HOSTILE = "</p><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>\"'&amp;"


def test_html_from_outside_is_shown_as_text():
    paper = Paper("2405.01234", f"T {HOSTILE}", f"A {HOSTILE}", (f"N {HOSTILE}",), (f"c {HOSTILE}",))
    reasons = (Reason(ReasonKind.WORD, "alert", 1.0), Reason(ReasonKind.LIKED, HOSTILE, 3.0, "1"))
    sent = letter(listed(paper, reasons=reasons)._replace(profile=HOSTILE, notes=said(HOSTILE)))
    html = part(sent, "html")
    assert not re.search(r"<script|<img", html)
    read = page(sent)
    assert not {"script", "img"} & set(read.tags)
    assert read.text.count("<script>alert(1)</script>") >= 4
    assert "&amp;" in read.text


@given(ANY)
def test_a_title_reads_in_the_html_as_it_does_in_the_text(title):
    sent = letter(listed(PAPER._replace(title=f"T {title} T", abstract="")))
    shown = next(name for name in page(sent).links)
    text = " ".join(part(sent, "plain").split())
    assert "".join(shown.split()) in "".join(text.split())


def test_nothing_unseen_reaches_the_reader():
    odd = "a\u202eb\u2066c\x00d\x1b[31me\u200bf\ud800g\u2028h\r\ni"
    paper = PAPER._replace(title=odd, abstract=odd, authors=(odd,), categories=(odd,))
    sent = letter(listed(paper, reasons=(Reason(ReasonKind.WORD, odd, 1.0),))._replace(notes=said(odd), profile=odd))
    for text in (part(sent, "plain"), part(sent, "html"), arrived(sent)["Subject"]):
        assert all(sign.isprintable() or sign == "\n" for sign in text)


@pytest.mark.parametrize("joined", ["👩\u200d🔬 fusion", "می\u200cخواهم", "க்\u200dஷ", "\U0001fae8 \U0001fabf new"])
def test_joined_letters_and_signs_stay_joined(joined):
    sent = letter(listed(PAPER._replace(title=joined, abstract=f"{joined}.", authors=(joined,))))
    assert part(sent, "plain").count(joined) == 3
    assert part(sent, "html").count(joined) == 4  # once more in its head
    assert joined in arrived(sent)["Subject"]


def test_nothing_is_loaded_from_anywhere():
    html = part(letter(), "html")
    assert not re.search(r"\bsrc\b|url\(|@import|<link|<script|<iframe|<object|<form", html)


# Sizes


def many(count: int, **fields: object) -> Shortlist:
    usual = {"abstract": "This is a sentence about trees. " * 320, "authors": ("Ada Lovelace-Babbage",) * 500}
    papers = [make_paper(number, "Of trees and leaves " * 9)._replace(**(usual | fields)) for number in range(count)]
    words = tuple(Reason(ReasonKind.WORD, word, 1.0) for word in ("trees", "sentence", "leaves"))
    return listed(*papers, reasons=words)


def linked(shortlist: Shortlist) -> Letter:
    """With links as long as signed ones are."""
    long = Links(*(f"mailto:ada+papers@example.org?subject=recommend%20{'x' * 120}&body={'y' * 60}" for _ in range(2)))
    return letter(shortlist, links={item.paper.id: long for item in shortlist.items})


@pytest.mark.sample(1)
@pytest.mark.parametrize("count", [1, 20, MAX_PAPERS, 300])
def test_gmail_shows_the_whole_mail(count):
    sent = linked(many(count))
    assert len(part(sent, "html").encode()) < GMAIL_CLIPS
    assert "Stop these mails" in page(sent).links


def test_twenty_papers_keep_their_abstracts_and_fifty_their_place():
    assert page(linked(many(20))).text.count("This is a sentence about trees.") >= 20 * 3
    assert len(re.findall(r"Like no\. \d+", part(linked(many(MAX_PAPERS)), "html"))) == MAX_PAPERS


def test_of_more_papers_the_best_are_listed_and_the_others_counted():
    sent = letter(many(10_000), links={})
    for text in (part(sent, "plain"), page(sent).text):
        words = " ".join(text.split())
        assert f"{MAX_PAPERS}. Of trees" in words
        assert f"{MAX_PAPERS + 1}. Of trees" not in words
        assert f"{10_000 - MAX_PAPERS} more on this list: recommend today -p ada -n 10000" in words


def test_a_bomb_in_an_abstract_is_short_and_harmless():
    sent = letter(listed(PAPER._replace(abstract="<div>" * 200_000, title="<b>" * 100_000)))
    html = part(sent, "html")
    assert len(html) < 12_000
    assert page(sent).tags.count("div") == page(letter()).tags.count("div")


def test_twenty_papers_are_composed_in_a_moment():
    sent = linked(many(20, abstract="Of $n^2$ trees and all the \\emph{leaves} that a reader finds in a wood. " * 150))
    compose(sent)  # templates and LaTeX are read once
    started = time.process_time()
    compose(sent).as_bytes()
    assert time.process_time() - started < 5  # a third of a second; more where lines are counted on a busy machine


# Days of all kinds


def test_a_day_without_papers_is_reported_in_a_line():
    empty = SHORTLIST._replace(
        status=Status.NO_PAPERS, notes=said("Nothing was announced: 3 May is a Sunday."), considered=0
    )
    sent = letter(empty)
    for text in (part(sent, "plain"), page(sent).text):
        assert "Nothing was announced: 3 May is a Sunday." in text
        assert "0 of" not in text
        assert "match" not in text
    assert "Nothing to list this time." in part(letter(empty._replace(notes=())), "plain")


def test_a_match_that_is_not_known_yet_is_explained_once():
    sent = letter(listed(PAPER, make_paper(2), probability=None)._replace(notes=said("Short day.")))
    for text in (part(sent, "plain"), page(sent).text):
        assert text.count("match") == 1
        assert "Short day. How well they match is not known yet" in text


@pytest.mark.parametrize(
    "note",
    [
        Note(NoteKind.MATCH_NEEDS_LIKES, {"likes": 0, "needed": 5}),
        Note(NoteKind.MATCH_NEEDS_PAPERS, {"needed": 100}),
        Note(NoteKind.UNKNOWN_READER),
    ],
)
def test_a_note_that_says_why_there_is_no_match_is_enough(note):
    sent = letter(listed(PAPER, make_paper(2), probability=None)._replace(notes=(note,)))
    for text in (part(sent, "plain"), page(sent).text):
        assert "not known yet" not in text
        assert text.count("match") <= 1


def test_an_exploring_paper_says_so():
    shortlist = listed(PAPER)
    (item,) = shortlist.items
    sent = letter(shortlist._replace(items=(item._replace(exploring=True),)))
    assert "outside your usual topics" in page(sent).text


def test_a_weeks_mail_says_so():
    assert "Papers of the week to Fri 3 May 2024" in page(letter(period="week")).text


def test_without_a_way_out_the_settings_are_named():
    sent = letter(unsubscribe_mail="")
    assert "take the address out of that profile's settings" in " ".join(part(sent, "plain").split())
    assert "Stop these mails" not in page(sent).links


# The bytes


def test_the_same_letter_gives_the_same_bytes():
    assert compose(letter()).as_bytes() == compose(letter()).as_bytes()


def test_the_bytes_are_ascii_with_short_lines():
    shortlist = listed(PAPER._replace(title="Größe 愛達 " * 20, abstract="愛達 " * 2000, authors=("愛達" * 100,)))
    written = compose(letter(shortlist, sender=f"{'Łó' * 100} <ada@example.org>")).as_bytes()
    assert written.isascii()
    assert all(len(line) <= 78 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")


@given(ANY, ANY)
def test_what_is_sent_arrives(title, name):
    sent = compose(letter(listed(make_paper(1, title)), sender=f"{name.replace('<', '').replace('>', '')}<a@x.org>"))
    read = BytesParser(policy=policy.default).parsebytes(sent.as_bytes())
    assert str(read["Subject"]) == str(sent["Subject"])
    # Python's reader puts a space between two encoded words: https://github.com/python/cpython/issues/79728
    names = ["".join(mail["From"].addresses[0].display_name.split()) for mail in (read, sent)]
    assert names[0] == names[1]
    for one, other in zip(sent.walk(), read.walk(), strict=True):
        if not one.is_multipart():
            assert json.dumps(one.get_content().splitlines()) == json.dumps(other.get_content().splitlines())
