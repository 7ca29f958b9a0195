"""The reader's last word on a paper holds, however it was said, and in whatever order mails arrive."""

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, make_paper, reader_of

from recommender.delivery.mail import links
from recommender.delivery.mail.links import Action, Answer
from recommender.errors import SourceError
from recommender.paper import Verdict
from recommender.profile import MailSettings, Profile
from recommender.services import answers, mail
from recommender.services.answers import Reply
from recommender.sources import messages

PAPER = make_paper(1)
VERDICTS = {Action.LIKE: Verdict.LIKE, Action.DISLIKE: Verdict.DISLIKE}


def token(reader, action, subject=PAPER.id):
    day = reader.now.date()
    return links.sign(reader.outbox.make_key(), "ada", Answer(action, subject), day, timedelta(days=60))


def mail_with(subject, sent, number, text="Just send this mail as it is.", encoded=""):
    header = encoded or subject
    return (
        f"From: ada@example.org\nSubject: {header}\nDate: {sent:%a, %d %b %Y %H:%M:%S} +0000\n"
        f"Message-ID: <{number}@example.org>\n\n{text}\n"
    ).encode()


WORDS = st.lists(
    st.tuples(
        st.sampled_from(list(VERDICTS)),
        st.sampled_from(["mail", "mail", "page", "command"]),
        st.integers(0, 600),  # minutes until the mail is read
        st.booleans(),  # it is read twice
    ),
    min_size=1,
    max_size=6,
)


@given(WORDS)
def test_the_last_word_holds_whatever_the_order_of_arrival(words):
    clock = [NOW]
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"), lambda: clock[0])) as reader:
        (Path(folder) / "profiles").mkdir(exist_ok=True)
        (Path(folder) / "profiles" / "ada.toml").write_text("")
        done = []
        for number, (action, way, delay, twice) in enumerate(words):
            said_at = NOW + timedelta(minutes=10 * number)
            read_at = said_at + timedelta(minutes=delay if way == "mail" else 0)
            done.append((read_at, number, action, way, said_at))
            if way == "mail" and twice:
                done.append((read_at + timedelta(minutes=25), number, action, way, said_at))
        for read_at, number, action, way, said_at in sorted(done, key=lambda entry: entry[:2]):
            clock[0] = read_at
            if way == "command":
                reader.store.judge([PAPER], VERDICTS[action], command=action.value, at=read_at)
            elif way == "page":
                answers.apply(reader, Reply("ada", token(reader, action)))
            else:
                subject = f"recommend {action.value} {links.marked('ada', token(reader, action))}"
                for reply in answers.find([mail_with(subject, said_at, number)]):
                    answers.apply(reader, reply)
        assert reader.store.verdicts()[PAPER.id] is VERDICTS[words[-1][0]]


@given(st.sampled_from(["x-unknown", "unicode-x", "utf-8*en", "iso-8859-1", "us-ascii", "Big5-HKSCS"]), st.data())
def test_a_subject_in_any_charset_is_the_same_ascii(charset, data):
    subject = data.draw(
        st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="=?_"), min_size=1)
    )
    encoded = f"=?{charset}?Q?{subject}?="
    assert messages.subject(mail_with("", NOW, 1, encoded=encoded)) == subject


def test_a_folded_subject_whose_underscores_became_spaces_counts():
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"))) as reader:
        key = reader.outbox.make_key()
        for number in range(60):
            written = token(reader, Action.LIKE, f"2601.{number:05}")
            for spoilt in (written.replace("_", " "), f"{written[:30]} {written[30:]}".replace("_", " ")):
                found = links.find(f"recommend like [ada:{spoilt}]")
                assert links.read(key, "ada", found[1], NOW.date()).subject == f"2601.{number:05}"


@pytest.mark.parametrize("length", [10, 100, 150, 300])
def test_a_subject_cut_at_255_signs_still_counts(length):
    profile = Profile("ada")
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), profile)) as reader:
        settings = mail.MailSettings("ada@example.org", ("ada@example.org",), "", "ada@example.org")
        writer = mail._Writer(profile, settings, reader.outbox.make_key(), NOW)
        paper_id = "https://journal.example.org/" + "x" * length
        address = writer.mailto(Answer(Action.LIKE, paper_id))
        assert len(address) < 900
        from urllib.parse import parse_qs, urlsplit

        query = parse_qs(urlsplit(address).query)
        subject = ("[EXTERNAL] " + query["subject"][0])[:255]
        (reply,) = answers.find([mail_with(subject, NOW, 1, query["body"][0])])
        assert links.read(reader.outbox.key(), "ada", reply.token, NOW.date()).subject == paper_id


def test_an_answer_whose_token_was_cut_off_is_refused_and_not_passed_over():
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"))) as reader:
        subject = f"recommend like 2601.00001 {links.marked('ada', token(reader, Action.LIKE))}"
        (reply,) = answers.find([mail_with(subject[:60], NOW, 1)])
        with pytest.raises(links.Refused, match="damaged"):
            links.read(reader.outbox.key(), "ada", reply.token, NOW.date())
    assert answers.find([mail_with("Re: [ada: our meeting", NOW, 2)]) == []


@given(st.lists(st.sampled_from(["", "\n"]), min_size=1, max_size=5))
def test_a_mailbox_with_or_without_blank_lines_has_all_its_mails(gaps):
    mails = [mail_with(f"number {number}", NOW, number).decode() for number in range(len(gaps))]
    box = "".join(
        f"From ada@example.org Thu Nov 26 15:00:00 2026\n{each}{gap}" for each, gap in zip(mails, gaps, strict=True)
    )
    assert [messages.subject(each) for each in messages.messages(box.encode())] == [
        f"number {number}" for number in range(len(gaps))
    ]


@pytest.mark.parametrize("mark", ["From ", "From -", "From MAILER-DAEMON", "From - Mon Jul 11 12:08:34 2011"])
def test_a_mailbox_with_little_behind_its_from_has_all_its_mails(mark):
    box = "".join(f"{mark}\n{mail_with(f'number {number}', NOW, number).decode()}" for number in range(3))
    assert [messages.subject(each) for each in messages.messages(box.encode())] == ["number 0", "number 1", "number 2"]


@pytest.mark.parametrize(
    "around", ["[spam:high] {}", "[ticket: 12345] {}", "{} [case:99]", "[ads: a.b.c] Re: {} [x: 1.2]"]
)
def test_marks_of_other_programs_do_not_hide_an_answer(around):
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"))) as reader:
        subject = f"recommend like {PAPER.id} {links.marked('ada', token(reader, Action.LIKE))}"
        (reply,) = answers.find([mail_with(around.format(subject), NOW, 1)])
        assert answers.apply(reader, reply).verdict is Verdict.LIKE


@pytest.mark.parametrize("subject", ["[gcc: patch] a fix", "[jira:PROJ-1.2] assigned to you", "Re: [a: b, and more] c"])
def test_other_mail_is_not_taken_for_a_refused_answer(subject):
    assert answers.find([mail_with(subject, NOW, 1)]) == []


@pytest.mark.parametrize("html", ["<p>{}</p>", "<div><span>Just send</span><br>{}<br></div>", "<p>[spam: low]<p>{}"])
def test_an_answer_in_html_alone_whose_subject_was_cut_counts(html):
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"))) as reader:
        text = html.format(links.marked("ada", token(reader, Action.LIKE)))
        written = mail_with("[spam:high] recommend like https://journal…", NOW, 1, text)
        (reply,) = answers.find([b"Content-Type: text/html; charset=utf-8\n" + written])
        assert answers.apply(reader, reply).verdict is Verdict.LIKE


def test_a_notice_of_absence_that_repeats_an_answer_is_no_later_word():
    with TemporaryDirectory() as folder, closing(reader_of(Path(folder), Profile("ada"))) as reader:
        subject = f"recommend like {PAPER.id} {links.marked('ada', token(reader, Action.LIKE))}"
        notice = b"Auto-Submitted: auto-replied (vacation)\n" + mail_with(f"Away: {subject}", NOW, 2)
        (reply,) = answers.find([mail_with(subject, NOW, 1), notice])
        assert reply.sent == NOW
        assert answers.find([notice]) == []


def test_an_answer_that_counted_is_not_refused_when_its_link_is_too_old(tmp_path):
    clock = [NOW]
    with closing(reader_of(tmp_path, Profile("ada"), lambda: clock[0])) as reader:
        boxes = []
        for number in range(2):
            subject = f"recommend like 2601.0000{number} {links.marked('ada', token(reader, Action.LIKE, PAPER.id))}"
            boxes.append(tmp_path / f"{number}.eml")
            boxes[number].write_bytes(mail_with(subject, NOW, number))
        assert len(answers.read(reader, str(boxes[0])).verdicts) == 1
        clock[0] = NOW + timedelta(days=100)
        counted = answers.read(reader, str(boxes[0]))
        assert (counted.repeated, counted.refused) == (1, ())
        (refused,) = answers.read(reader, str(boxes[1])).refused
        assert "valid until" in refused


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\0\0" * 200, b"hello\n", b"title,authors\nFusion,Ada\n", b"%PDF-1.7\n"]
)
def test_a_file_that_is_no_mail_is_an_error_and_an_empty_mailbox_none(tmp_path, data):
    file = tmp_path / "answers"
    with closing(reader_of(tmp_path / "home", Profile("ada"))) as reader:
        file.write_bytes(data)
        with pytest.raises(SourceError, match="no mail in it; name"):
            answers.read(reader, str(file))
        for fine in (b"", b"\n", b"Subject: holidays\n\nhello\n", b"From: a@b.c\nTo: d@e.f\n\nhello\n"):
            file.write_bytes(fine)
            assert not answers.read(reader, str(file)).verdicts


@pytest.mark.parametrize(("other", "refused"), [("bob", 0), ("carl", 1), ("renamed", 1)])
def test_the_answers_of_a_profile_that_shares_the_mailbox_are_left_to_it(tmp_path, other, refused):
    settings = MailSettings("a@b.c", ("a@b.c",), "maildir:out", "a@b.c", replies=str(tmp_path / "answers.mbox"))
    reader = reader_of(tmp_path, Profile("ada", mail=settings))
    (tmp_path / "profiles").mkdir(exist_ok=True)
    mailbox = f'[mail]\nfrom = "a@b.c"\nto = ["a@b.c"]\nby = "maildir:out"\nreplies = "{tmp_path / "answers.mbox"}"\n'
    for name, text in {"ada": mailbox, "bob": mailbox, "carl": ""}.items():
        (tmp_path / "profiles" / f"{name}.toml").write_text(text)
    own, others = (
        mail_with(f"recommend like {PAPER.id} {links.marked(name, token(reader, Action.LIKE))}", NOW, name)
        for name in ("ada", other)
    )
    (tmp_path / "answers.mbox").write_bytes(
        b"".join(b"From a@b.c Mon Mar  2 08:00:00 2026\n" + each + b"\n" for each in (own, others))
    )
    copy = shutil.copy(tmp_path / "answers.mbox", tmp_path / "copy.mbox")
    with closing(reader):
        # who names another place hears of all
        for place, expected in (("", refused), (str(tmp_path / "answers.mbox"), refused), (copy, 1)):
            report = answers.read(reader, str(place))
            assert len(report.refused) == expected
        assert reader.store.verdicts() == {PAPER.id: Verdict.LIKE}
