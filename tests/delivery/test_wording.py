"""Words for people: every reason and every note has its sentence, and the line of reasons says the strongest first."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_paper

from recommender.delivery import remarks, reports, wording
from recommender.delivery.layout import Layout
from recommender.delivery.terminal import score_text
from recommender.paper import Change, Note, NoteKind, Paper, Reason, ReasonKind, Recommendation, Score, Skipped, Verdict
from recommender.results.mail import AnswersReport

PLACEHOLDER = re.compile(r"[{}]|NoteKind|ReasonKind")

WORDS = st.text("abc é", min_size=1, max_size=20).map(lambda text: f"x{text}x")
RULES = st.tuples(st.sampled_from(["word", "author", "category"]), WORDS).map(":".join)
DAYS = st.dates().map(date.isoformat)
MOMENTS = st.datetimes(datetime(1971, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat)
COUNTS = st.integers(0, 99_999)
FIGURES = {
    NoteKind.OLDER_DIGEST: {"day": DAYS, "newest": DAYS},
    NoteKind.ONLY_NEW_VERSIONS: {"day": DAYS},
    NoteKind.NO_DIGEST: {"day": DAYS},
    NoteKind.OTHER_CATEGORIES: {"papers": COUNTS, "day": DAYS},
    NoteKind.LEFT_OUT: dict.fromkeys(("papers", "rated", "shown", "muted", "below", "threshold"), COUNTS),
    NoteKind.MUTED: {"papers": COUNTS},
    NoteKind.NEW_VERSIONS: {"papers": COUNTS, "ids": st.lists(WORDS, min_size=1)},
    NoteKind.UNKNOWN_READER: {},
    NoteKind.MATCH_NEEDS_LIKES: {"likes": COUNTS, "needed": COUNTS},
    NoteKind.MATCH_NEEDS_PAPERS: {"needed": COUNTS},
    NoteKind.UNKNOWN_WORDS: {"words": st.lists(WORDS, min_size=1), "nearest": st.lists(WORDS)},
    NoteKind.SOURCE_FAILED: {"message": WORDS},
    NoteKind.ENTRIES_SKIPPED: {"source": WORDS, "entries": COUNTS, "reason": WORDS},
    NoteKind.PART_OF_DAY: {"source": WORDS, "papers": COUNTS, "total": COUNTS},
    NoteKind.OFFLINE: {"day": DAYS, "newest": DAYS},
    NoteKind.LATE: {"day": DAYS, "newest": DAYS},
    NoteKind.NO_ANNOUNCEMENT: {"day": DAYS, "newest": DAYS, "age_days": COUNTS},
    NoteKind.NEXT_DUE: {"newest": DAYS, "due": MOMENTS},
    NoteKind.NOTHING_FOUND: {"words": WORDS, "papers": COUNTS},
    NoteKind.SOME_WORDS: {"complete": COUNTS},
    NoteKind.NOTHING_SIMILAR: {},
    NoteKind.BEST_UNKNOWN_READER: {},
    NoteKind.NONE_IN_RANGE: {},
    NoteKind.EMPTY_LIBRARY: {},
    NoteKind.NONE_LEFT: {"papers": COUNTS},
    NoteKind.TEXT: {"text": WORDS},
}


def note_of(kind: NoteKind) -> st.SearchStrategy[Note]:
    return st.fixed_dictionaries(FIGURES[kind]).map(lambda figures: Note(kind, figures))


def reason_of(kind: ReasonKind) -> st.SearchStrategy[Reason]:
    is_rule = kind in (ReasonKind.BOOSTED, ReasonKind.MUTED)
    subject = st.just("") if kind is ReasonKind.OTHER else RULES if is_rule else WORDS
    return st.builds(Reason, st.just(kind), subject, st.floats(-9, 9), st.just("2001.00001"), st.integers(0, 9_999))


# Sentences


@given(st.sampled_from(NoteKind).flatmap(note_of))
def test_every_kind_of_note_is_a_sentence_without_placeholders(note):
    sentence = remarks.note(note)
    assert sentence.strip()
    assert not PLACEHOLDER.search(sentence)
    assert remarks.notes((note, note)) == f"{sentence} {sentence}"


@given(st.sampled_from(ReasonKind).flatmap(reason_of))
def test_every_kind_of_reason_has_words_without_placeholders(reason):
    for text in (wording.reason(reason), wording.reason_text(reason)):
        assert text.strip()
        assert not PLACEHOLDER.search(text)
        subject = reason.subject.partition(":")[2] or reason.subject
        assert " ".join(subject.split()) in " ".join(text.split())


def test_no_notes_are_no_words():
    assert remarks.notes(()) == ""


@pytest.mark.parametrize(
    ("kind", "figures", "sentence"),
    [
        (
            "older-digest",
            {"day": "2026-03-02", "newest": "2026-03-03"},
            "This digest (2026-03-02) is older than the newest one listed (2026-03-03).",
        ),
        (
            "only-new-versions",
            {"day": "2026-03-02"},
            "No new papers: of Monday 2026-03-02 only newer versions are here; "
            "`recommend today --replacements` lists them.",
        ),
        ("no-digest", {"day": "2026-03-01"}, "No papers: there is no digest of Sunday 2026-03-01 here."),
        (
            "other-categories",
            {"papers": 1200, "day": "2026-03-02"},
            "No papers of Monday 2026-03-02 in your `categories`; there are 1,200 in others.",
        ),
        ("muted", {"papers": 2}, "2 muted; `recommend today --all` shows them too."),
        ("new-versions", {"papers": 1, "ids": ["2001.00001"]}, "A new version of a paper you liked: 2001.00001."),
        (
            "new-versions",
            {"papers": 5, "ids": ["1", "2", "3", "4", "5"]},
            "A new version of 5 papers you liked: 1, 2, 3 and 2 more.",
        ),
        ("source-failed", {"message": "arXiv is down"}, "arXiv is down."),
        (
            "entries-skipped",
            {"source": "d.md", "entries": 1, "reason": "no title"},
            "d.md: 1 entry could not be read and left out (no title).",
        ),
        (
            "offline",
            {"day": "2026-03-03", "newest": "2026-03-02"},
            "The network was not used for the papers of Tuesday: the newest here are of Monday 2026-03-02.",
        ),
        (
            "late",
            {"day": "2026-03-03", "newest": "2026-03-02"},
            "arXiv still shows the batch of Monday 2026-03-02; that of Tuesday is late.",
        ),
        (
            "no-announcement",
            {"day": "2026-03-03", "newest": "2026-03-02", "age_days": 2},
            "arXiv announced nothing for Tuesday (a holiday?): the last batch is 2 days old.",
        ),
        (
            "nothing-found",
            {"words": "o'brien", "papers": 1234},
            'No paper with "o\'brien" among the 1,234 read so far.',
        ),
        (
            "none-left",
            {"papers": 46},
            "None of 46 papers is left: all were rated, shown or muted; `recommend best --all` lists them too.",
        ),
        ("text", {"text": "The day has {only} 3 papers."}, "The day has {only} 3 papers."),
    ],
)
def test_a_note_says_its_figures(kind, figures, sentence):
    assert remarks.note(Note(NoteKind(kind), figures)) == sentence


@pytest.mark.parametrize(
    ("papers", "counts", "sentence"),
    [
        (46, {}, "The day has only 46 papers."),
        (1, {}, "The day has only 1 paper."),
        (46, {"rated": 46}, "All 46 papers: rated already."),
        (1, {"muted": 1}, "The one paper: muted."),
        (46, {"below": 46}, "All 46 papers: match less than 30 %."),
        (
            46,
            {"rated": 3, "shown": 2, "muted": 1, "below": 30},
            "Of 46 papers, 3 rated already, 2 shown on another day, 1 muted, 30 match less than 30 %.",
        ),
    ],
)
def test_a_short_list_says_where_the_papers_went(papers, counts, sentence):
    figures = {"papers": papers, "rated": 0, "shown": 0, "muted": 0, "below": 0, "threshold": 30, **counts}
    assert remarks.note(Note(NoteKind.LEFT_OUT, figures)) == sentence


def test_a_moment_is_said_in_local_time():
    due = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
    said = remarks.note(Note(NoteKind.NEXT_DUE, {"newest": "2026-03-06", "due": due.isoformat()}))
    assert said == f"No new announcement since Friday; the next is due {due.astimezone():%A %H:%M}."


@pytest.mark.parametrize(
    ("reason", "sentence", "text"),
    [
        (Reason(ReasonKind.WORD, "image fusion", 1.0), "image fusion", "image fusion"),
        (Reason(ReasonKind.LIKED, "F$^3$Set", 1.0, "2001.00001"), "like your “F³Set” (2001.00001)", "F$^3$Set"),
        (
            Reason(ReasonKind.LIKED, "Graphs", 1.0, "2001.00003", shared=("planar graphs", "$L^p$")),
            "like your “Graphs” (2001.00003): both on planar graphs, Lᵖ",
            "Graphs",
        ),
        (
            Reason(ReasonKind.DISLIKED, "Graphs", -1.0, "2001.00002"),
            "like “Graphs” (2001.00002), which you disliked",
            "Graphs",
        ),
        (Reason(ReasonKind.INTEREST, "image, fusion", 1.0), "matches your interests: image, fusion", "image, fusion"),
        (
            Reason(ReasonKind.AUTHOR, "Ada Lovelace", 1.0, papers=1),
            "author Ada Lovelace of a paper you liked",
            "author Ada Lovelace of a paper you liked",
        ),
        (
            Reason(ReasonKind.AUTHOR, "Ada Lovelace", 1.0, papers=3),
            "author Ada Lovelace of 3 papers you liked",
            "author Ada Lovelace of 3 papers you liked",
        ),
        (Reason(ReasonKind.FOLLOWED, "J\\'er\\^ome", 1.0), "followed author Jérôme", "followed author J\\'er\\^ome"),
        (Reason(ReasonKind.BOOSTED, "word:survey: a", 1.0), "your weight on “survey: a”", "your weight on “survey: a”"),
        (
            Reason(ReasonKind.BOOSTED, "author:J. Doe", -1.0),
            "your weight on author J. Doe",
            "your weight on author J. Doe",
        ),
        (Reason(ReasonKind.BOOSTED, "category:cs.CY", -1.0), "your weight on cs.CY", "your weight on cs.CY"),
        (Reason(ReasonKind.MUTED, "word:survey", 0.0), "word “survey”", "word “survey”"),
        (Reason(ReasonKind.MUTED, "author:J. Doe", 0.0), "author J. Doe", "author J. Doe"),
        (Reason(ReasonKind.MUTED, "category:cs.CY", 0.0), "category cs.CY", "category cs.CY"),
        (Reason(ReasonKind.OTHER, "", 1.0), "everything else", "everything else"),
    ],
)
def test_a_reason_says_its_subject(reason, sentence, text):
    assert wording.reason(reason) == sentence
    assert wording.reason_text(reason) == text


# The line of reasons


def test_shared_interests_are_said_before_words():
    reasons = [Reason(ReasonKind.INTEREST, "image, fusion", 2.0), Reason(ReasonKind.WORD, "graph", -0.5)]
    assert wording.why(reasons, 70) == "matches your interests: image, fusion; −graph"


def test_several_followed_authors_are_all_named():
    reasons = [Reason(ReasonKind.FOLLOWED, name, 6.0) for name in ("Ada Lovelace", "Charles Babbage")]
    assert wording.why(reasons, 70) == "by Ada Lovelace and Charles Babbage, whom you follow"


def test_an_exploring_paper_says_so_and_its_words():
    score = Score(0.1, 0.2, (Reason(ReasonKind.WORD, "trees", 0.5), Reason(ReasonKind.LIKED, "Graphs", 0.2, "1")))
    item = Recommendation(1, make_paper(1), score, exploring=True)
    assert wording.why_listed(item, 70) == "outside your usual topics; +trees"
    assert wording.why_listed(item._replace(exploring=False), 70) == "like your “Graphs”; +trees"


@given(st.lists(st.sampled_from(ReasonKind).flatmap(reason_of), max_size=6), st.integers(50, 120), st.booleans())
def test_a_line_of_reasons_fits_whatever_the_reasons(reasons, width, exploring):
    item = Recommendation(1, make_paper(1), Score(0.1, reasons=tuple(reasons)), exploring)
    assert len(wording.why_listed(item, width)) <= width


# Matches, verdicts, counts


def test_a_match_is_a_whole_percentage_or_nothing():
    assert wording.match(Score(1.0, 0.8173)) == "82 %"
    assert wording.match(Score(1.0)) == ""


def test_the_state_of_a_paper_is_a_past_participle_or_nothing():
    assert [wording.verdict(verdict) for verdict in (*Verdict, None)] == ["liked", "disliked", "read", ""]


def test_authors_beyond_the_named_ones_are_counted():
    assert wording.authors(("Ada Lovelace", "Charles Babbage"), 2) == "Ada Lovelace, Charles Babbage"
    assert wording.authors(("Ada Lovelace", "J\\'er\\^ome", "C", "D"), 2) == "Ada Lovelace, Jérôme and 2 more"


def test_a_day_and_a_count_are_said_as_people_say_them():
    assert wording.day(date(2020, 5, 3)) == "3 May 2020"
    assert [wording.papers(count) for count in (0, 1, 46)] == ["0 papers", "1 paper", "46 papers"]


# What commands did


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, Verdict.LIKE, "liked"),
        (Verdict.DISLIKE, Verdict.LIKE, "liked, was disliked"),
        (Verdict.LIKE, Verdict.LIKE, "liked already"),
        (Verdict.READ, None, "unmarked, was read"),
        (None, None, "had no rating"),
    ],
)
def test_a_change_says_what_a_paper_is_and_was(before, after, words):
    assert wording.changed(Change(make_paper(1), before, after)) == words


def test_entries_that_could_not_be_read_are_counted_and_the_first_ones_named():
    assert reports.skipped("d.md", ()) == []
    assert reports.skipped("d.md", (Skipped(3, "no title"),)) == [
        "d.md: 1 entry could not be read and left out:",
        "  line 3: no title",
    ]
    lines = reports.skipped("feed", (Skipped(0, "no id"),) * 7)
    assert lines[0] == "feed: 7 entries could not be read and left out:"
    assert lines[1:] == ["  no id"] * 5 + ["  and 2 more"]


def test_answers_are_said_one_by_one_and_repeated_ones_counted():
    report = AnswersReport(((Verdict.LIKE, make_paper(1, "Trees")),), ("ada@example.org",), 2, ())
    assert reports.answers(report) == [
        f"liked  Trees ({make_paper(1).id})",
        "ada@example.org gets no more mails",
        "2 were counted before.",
    ]
    assert reports.answers(AnswersReport((), (), 0, ())) == ["No answers."]
    assert reports.answers(AnswersReport((), (), 0, ("forged",))) == []


def test_a_paper_without_a_title_is_said_to_have_none_yet():
    assert wording.title(Paper("2001.00001", "", "")) == "(title not known yet) (2001.00001)"


def test_a_score_with_rules_shows_them_apart_from_the_evidence():
    rules = (Reason(ReasonKind.FOLLOWED, "Ada Lovelace", 3.0), Reason(ReasonKind.WORD, "fusion", -0.5))
    text = score_text(Score(2.5, 0.08, rules), Layout(width=100))
    assert text.startswith("match 8 %, by evidence alone; score +2.50: evidence −0.50 and your rules +3.00, made of\n")
    assert score_text(Score(-0.5, 0.08, rules[1:]), Layout(width=100)).startswith("match 8 %; score −0.50, made of\n")


# Topics


def topic(weight):
    return Reason(ReasonKind.TOPIC, "machine translation", weight)


def test_a_topic_leads_the_line_if_it_raised_the_paper():
    followed = Reason(ReasonKind.FOLLOWED, "Ada Lovelace", 6.0)
    word = Reason(ReasonKind.WORD, "decoder", 0.5)
    assert (
        wording.why([topic(1.5), followed, word], 80)
        == "for machine translation; by Ada Lovelace, whom you follow; +decoder"
    )
    assert (
        wording.why([topic(0.0), followed, word], 80)
        == "by Ada Lovelace, whom you follow; for machine translation; +decoder"
    )
    assert wording.why([topic(0.0), word], 80) == "for machine translation; +decoder"
    muted = Reason(ReasonKind.MUTED, "word:decoder", 0.0)
    assert wording.why([topic(1.5), muted], 80).startswith("muted: ")


def test_a_topic_takes_no_more_than_half_of_the_line():
    long = Reason(ReasonKind.TOPIC, "lattice rules for elliptic equations with random coefficients", 1.0)
    assert wording.why([long, Reason(ReasonKind.WORD, "decoder", 0.5)], 40) == "for lattice rules f…; +decoder"


def test_the_share_of_a_topic_is_told_from_the_match():
    assert "share of the list adds; it is no part of the match" in wording.reason(topic(1.5))
    assert "adds nothing here" in wording.reason(topic(0.0))
    assert wording.reason_text(topic(1.5)) == "for machine translation"
    reasons = (topic(1.5)._replace(papers=5), Reason(ReasonKind.WORD, "fusion", -0.5))
    text = score_text(Score(1.0, 0.08, reasons), Layout(width=100))
    assert text.startswith(
        "match 8 %, by evidence alone; score +1.00: evidence −0.50 and the topic's share +1.50, made"
    )
    few = (topic(1.5)._replace(papers=4), reasons[1])
    text = score_text(Score(1.0, 0.08, few, (0.02, 0.2)), Layout(width=100))
    assert text.startswith("match not known yet; score +1.00: evidence −0.50 and the topic's share +1.50, made")
