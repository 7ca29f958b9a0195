"""Properties that every ranker has, and tests of each part of the blend."""

import importlib
import inspect
import pkgutil
import random
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, disliked, liked, make_paper

from recommender import ranking
from recommender.delivery.wording import why
from recommender.paper import (
    Document,
    Feedback,
    History,
    Nudge,
    NudgeKind,
    Outcome,
    Paper,
    Reason,
    ReasonKind,
    TopicRule,
    Verdict,
)
from recommender.ranking import (
    RANKERS,
    build_corpus,
    counts,
    dataset,
    encode,
    explain,
    insights,
    rank,
    score_by,
    tokens,
)
from recommender.ranking.calibration import Reader, calibrate, usual
from recommender.ranking.dataset import build
from recommender.ranking.preferences import LIMIT

FUSION = make_paper(1, "Infrared image fusion", "Fusing infrared and visible images with a deep network.")
TWIN = Paper("2002.00001", FUSION.title, FUSION.abstract)
GRAPHS = make_paper(2, "Colouring sparse graphs", "Lower bounds for the chromatic number of planar graphs.")
PROTEINS = make_paper(3, "Protein folding", "Molecular dynamics of folding proteins in solution.")
OTHERS = tuple(
    make_paper(number, f"Theorem number{number}", f"A proof of conjecture{number}.") for number in range(9, 30)
)

TOPICS = {
    "vision": "image segmentation convolution pixel camera object detection visual scene depth".split(),
    "language": "translation sentence language token speech dialogue parsing corpus grammar summarisation".split(),
    "physics": "galaxy stellar redshift telescope photon neutrino plasma orbit quasar dust".split(),
}


def paper_on(topic: str, number: int) -> Paper:
    """A synthetic paper whose words are all from one topic."""
    draw = random.Random(f"{topic} {number}")
    words = TOPICS[topic]
    return Paper(f"{topic}/{number:07}", " ".join(draw.sample(words, 3)), " ".join(draw.choices(words, k=25)))


def values_of(name: str, history: History, papers: list[Paper]) -> list[float]:
    """One value per paper, in the papers' order; "rank" is the whole ranker with the reader's nudges."""
    return [score.value for score in rank(history, papers)] if name == "rank" else score_by(name, history, papers)


every_ranker = pytest.mark.parametrize("name", ["rank", *RANKERS])
any_text = st.text(max_size=80)
any_name = st.sampled_from(["Ada Lovelace", "A. Lovelace", "Lovelace, Ada", "Wei Zhang", "Zhang Wei", "", "Plato"])
any_category = st.sampled_from(["cs.CV", "cs", "math.GT"])
any_paper = st.builds(
    Paper,
    id=st.text("abc", min_size=1, max_size=3),
    title=any_text,
    abstract=any_text,
    authors=st.lists(any_name, max_size=3).map(tuple),
    categories=st.lists(any_category, max_size=2).map(tuple),
)
any_nudge = st.builds(
    Nudge, st.sampled_from(NudgeKind), st.one_of(any_name, any_category, any_text), st.none() | st.floats(-6, 6)
)
any_history = st.builds(
    History,
    feedback=st.lists(
        st.builds(Feedback, any_paper, st.sampled_from(Verdict), st.integers(0, 999).map(lambda d: NOW - timedelta(d))),
        max_size=4,
    ).map(tuple),
    unrated=st.lists(any_paper, max_size=4).map(tuple),
    interests=any_text,
    nudges=st.lists(any_nudge, max_size=4).map(tuple),
)


# Every ranker


@every_ranker
@given(any_history, st.lists(any_paper, max_size=5))
def test_any_history_and_papers_get_one_finite_value_each(name, history, papers):
    values = values_of(name, history, papers)
    assert len(values) == len(papers)
    assert np.isfinite(values).all()


@pytest.mark.sample(63)
@every_ranker
@pytest.mark.parametrize(
    "history",
    [
        History(),
        History(unrated=OTHERS),
        History(interests="infrared fusion"),
        History(liked(FUSION)),
        History(disliked(GRAPHS)),
        History(liked(FUSION), OTHERS, "graphs"),
        History((*liked(FUSION), *liked(FUSION))),
        History(liked(Paper("2003.00001", "", ""))),
        History(liked(Paper("2003.00001", "the of and", "in"))),
    ],
    ids=["nothing", "background", "interests", "a like", "a dislike", "all", "a like twice", "no text", "stop words"],
)
@pytest.mark.parametrize(
    "papers",
    [[], [TWIN], [TWIN, GRAPHS], [TWIN, TWIN], [FUSION, TWIN], [Paper("x", "", "")], [Paper("x", "!?", "…")]],
    ids=["none", "one", "two", "one twice", "the liked one", "without text", "without words"],
)
def test_small_inputs_give_finite_values(name, history, papers):
    assert np.isfinite(values_of(name, history, papers)).all()


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_text_gives_the_same_words_as_other_text(plain):
    assert tokens.words(f"{plain} é") == tokens.words(
        plain
    )  # é is too short to be a word, but the text is not ASCII any more


@given(any_history, any_history, st.lists(any_paper, max_size=5), st.lists(any_paper, max_size=3), st.data())
def test_no_score_depends_on_the_corpus(history, other, papers, more, data):
    scores = rank(history, papers)
    rated = [entry.paper for entry in other.feedback]
    for texts in ([], [*papers, *history.unrated], [*more, *papers, *rated], [*history.unrated, *more]):
        corpus = build_corpus(texts, {})
        assert rank(history, papers, corpus=corpus) == scores
        kept = corpus.to_bytes()
        again = build_corpus(texts[::-1], {}, kept)
        assert again.was_kept
        assert rank(history, papers, corpus=again) == scores
        place = data.draw(st.integers(0, len(kept)))
        damage = data.draw(st.binary(max_size=3))
        damaged = build_corpus(texts, {}, kept[:place] + damage + kept[place + len(damage) :])
        assert rank(history, papers, corpus=damaged) == scores


def test_one_corpus_serves_many_readers():
    topics = list(TOPICS)
    day = [paper_on(topic, number) for topic in topics for number in range(20)]
    background = tuple(paper_on(topic, number) for topic in topics for number in range(20, 60))
    corpus = build_corpus([*day, *background], {})
    for number, topic in enumerate(topics):
        # some of the likes are in the background, some on the list of the day, and some nowhere
        papers = [paper_on(topic, place) for place in (3, 4, 25, 26, *range(90, 90 + 3 * number))]
        history = History(liked(*papers), background, interests="galaxy dust")
        assert rank(history, day, corpus=corpus) == rank(history, day)


def test_after_a_verdict_nothing_is_counted_again(monkeypatch):
    day = [TWIN, GRAPHS, PROTEINS]
    kept = build_corpus([*day, *OTHERS, FUSION], {}).to_bytes()
    expected = rank(History(liked(FUSION, GRAPHS), OTHERS), day)
    counted = []
    count = counts.count
    monkeypatch.setattr("recommender.ranking.corpus.count", lambda texts: counted.extend(texts) or count(texts))
    corpus = build_corpus([*day, *OTHERS, FUSION, GRAPHS], {}, kept)
    assert rank(History(liked(FUSION, GRAPHS), OTHERS), day, corpus=corpus) == expected
    assert not counted


@every_ranker
@pytest.mark.parametrize("unrated", [(), OTHERS, (PROTEINS,)], ids=["no background", "background", "one paper"])
def test_a_twin_of_a_liked_paper_wins_in_a_digest_of_two(name, unrated):
    twin, other = values_of(name, History(liked(FUSION), unrated), [TWIN, GRAPHS])
    assert twin > other


@pytest.mark.parametrize("name", ["rank", "blend", "bm25"])
@pytest.mark.parametrize("unrated", [(), OTHERS], ids=["no background", "background"])
def test_a_twin_of_a_disliked_paper_loses_in_a_digest_of_two(name, unrated):
    twin, other = values_of(name, History(disliked(FUSION), unrated), [TWIN, GRAPHS])
    assert twin < other


@every_ranker
def test_the_order_of_the_input_does_not_change_a_value(name):
    names = ["Ada Lovelace", "Wei Zhang", "Zhang Wei", "A. Lovelace"]
    papers = [
        paper_on(topic, number)._replace(authors=tuple(names[number % 4 :]), categories=("cs.CV", "math.GT"))
        for topic in TOPICS
        for number in range(8)
    ]
    nudges = [
        Nudge(kind, subject, weight)
        for kind, subject in ((NudgeKind.AUTHOR, "Ada Lovelace"), (NudgeKind.WORD, "image"), (NudgeKind.CATEGORY, "cs"))
        for weight in (0.1, 0.2, 0.7)
    ]
    feedback = [*liked(*papers[:2]), *disliked(*papers[8:10]), *liked(papers[16])]
    unrated = [paper_on(topic, number) for topic in TOPICS for number in range(20, 50)]
    candidates = [paper for paper in papers if paper not in [entry.paper for entry in feedback]]
    expected = dict(
        zip(
            candidates,
            values_of(name, History(tuple(feedback), tuple(unrated), nudges=tuple(nudges)), candidates),
            strict=True,
        )
    )
    for seed in range(3):
        for part in (feedback, unrated, candidates, nudges):
            random.Random(seed).shuffle(part)
        values = values_of(name, History(tuple(feedback), tuple(unrated), nudges=tuple(nudges)), candidates)
        assert values == [expected[paper] for paper in candidates]


@every_ranker
def test_papers_on_the_liked_topic_rank_first(name):
    day = [paper_on(topic, number) for topic in TOPICS for number in range(10)]
    background = tuple(paper_on(topic, number) for topic in TOPICS for number in range(50, 80))
    likes = [paper_on("language", number) for number in range(100, 105)]
    values = values_of(name, History(liked(*likes), background), day)
    best = sorted(day, key=lambda paper: -values[day.index(paper)])[:10]
    assert {paper.id.partition("/")[0] for paper in best} == {"language"}


@pytest.mark.parametrize("name", ["rank", "blend", "linear"])
def test_a_dislike_lowers_similar_papers_more_than_no_verdict(name):
    day = [paper_on(topic, number) for topic in TOPICS for number in range(6)]
    background = tuple(paper_on(topic, number) for topic in TOPICS for number in range(50, 70))
    likes = liked(paper_on("vision", 200), paper_on("language", 200))
    unwanted = [paper_on("language", number) for number in range(201, 204)]
    physics = [place for place, paper in enumerate(day) if "language" in paper.id]
    unjudged = values_of(name, History(likes, (*background, *unwanted)), day)
    judged_values = values_of(name, History((*likes, *disliked(*unwanted)), background), day)

    def mean_place(values):
        return np.argsort(np.argsort(values))[physics].mean()

    assert mean_place(judged_values) < mean_place(unjudged)


def test_with_interests_only_the_matching_paper_ranks_first():
    scores = rank(History(interests="protein folding"), [FUSION, GRAPHS, PROTEINS])
    assert np.argmax([score.value for score in scores]) == 2


def test_without_verdicts_and_interests_every_value_is_zero():
    for score in rank(History(unrated=OTHERS), [FUSION, GRAPHS]):
        assert (score.value, score.probability, score.reasons) == (0.0, None, ())


def test_a_newer_verdict_on_the_same_paper_replaces_the_older():
    older = Feedback(FUSION, Verdict.LIKE, NOW - timedelta(days=9))
    newer = Feedback(FUSION, Verdict.DISLIKE, NOW)
    twin, other = rank(History((older, newer), OTHERS), [TWIN, GRAPHS])
    assert twin.value < other.value


def test_cached_words_give_the_same_scores_as_the_text():
    papers = [paper_on(topic, number) for topic in TOPICS for number in range(5)]
    history = History(liked(papers[0]), OTHERS)
    cached = {paper.id: tokens.encode(paper) for paper in (*papers, *OTHERS)}
    assert rank(history, papers, cached) == rank(history, papers)


# Reasons


@given(any_history, st.lists(any_paper, min_size=1, max_size=5))
def test_reasons_add_up_to_the_score(history, papers):
    for score in rank(history, papers):
        assert sum(reason.weight for reason in score.reasons) == pytest.approx(score.value, abs=1e-6)


def test_reasons_name_the_similar_paper_and_positive_and_negative_words():
    history = History((*liked(FUSION), *disliked(GRAPHS)), OTHERS)
    (score, other) = rank(history, [TWIN, Paper("2002.00002", "Planar graphs", "Bounds for graphs.")])
    kinds = {reason.kind: reason for reason in score.reasons if reason.weight > 0}
    assert kinds[ReasonKind.LIKED].paper_id == FUSION.id
    assert any("infrared" in reason.subject for reason in score.reasons if reason.kind is ReasonKind.WORD)
    against = {reason.kind for reason in other.reasons if reason.weight < 0}
    assert ReasonKind.DISLIKED in against


def test_far_down_only_rules_and_topics_are_named(monkeypatch):
    papers = [paper_on(topic, number) for topic in ("vision", "physics", "language") for number in range(200, 220)]
    history = two_topics()._replace(nudges=(Nudge(NudgeKind.WORD, "pixel", 1.0), Nudge(NudgeKind.WORD, "dust", None)))
    whole = rank(history, papers)
    monkeypatch.setattr(explain, "NAMED", 5)
    few = rank(history, papers, explained=3)
    named = set(sorted(range(len(papers)), key=lambda row: -whole[row].value)[:5])
    ruled = {ReasonKind.TOPIC, ReasonKind.BOOSTED, ReasonKind.MUTED}
    for row, (score, before) in enumerate(zip(few, whole, strict=True)):
        assert sum(reason.weight for reason in score.reasons) == pytest.approx(before.value)
        assert (score.match, score.evidence) == (before.match, before.evidence)
        kept = {reason for reason in before.reasons if reason.kind in ruled}
        assert kept <= set(score.reasons)
        if row not in named:
            assert {reason.kind for reason in score.reasons if reason not in kept} <= {ReasonKind.OTHER}
    likes = [row for row, score in enumerate(few) if any(part.kind is ReasonKind.LIKED for part in score.reasons)]
    assert likes
    assert named.issuperset(likes)


def test_a_reason_names_only_words_of_the_paper():
    papers = [paper_on(topic, number) for topic in TOPICS for number in range(6)]
    history = History(liked(papers[0], papers[1]), tuple(paper_on("physics", number) for number in range(90, 150)))
    for paper, score in zip(papers, rank(history, papers), strict=True):
        words = tokens.words(f"{paper.title} {paper.abstract}")
        for reason in score.reasons:
            if reason.kind is ReasonKind.WORD:
                assert set(reason.subject.lower().split()) <= set(words)


# Nudges

LOVELACE = GRAPHS._replace(authors=("C. Babbage", "A. K. Lovelace"), categories=("math.CO", "cs.DM"))
FOLLOW = Nudge(NudgeKind.AUTHOR, "Ada Lovelace", 6.0)
LIKES = History(liked(FUSION), OTHERS)


def kinds(score, kind):
    return {reason.subject: reason.weight for reason in score.reasons if reason.kind is kind}


@pytest.mark.parametrize("history", [History(), History(unrated=OTHERS), LIKES], ids=["nothing", "background", "likes"])
def test_a_nudge_adds_its_weight_and_nothing_else(history):
    nudges = (FOLLOW, Nudge(NudgeKind.WORD, "sparse graph", 2.0), Nudge(NudgeKind.CATEGORY, "cs", -4.0))
    plain, other = rank(history, [LOVELACE, TWIN])
    nudged, same_other = rank(history._replace(nudges=nudges), [LOVELACE, TWIN])
    assert nudged.value == pytest.approx(plain.value + 4)
    assert kinds(nudged, ReasonKind.FOLLOWED) == {"Ada Lovelace": 6.0}
    assert kinds(nudged, ReasonKind.BOOSTED) == {"word:sparse graph": 2.0, "category:cs": -4.0}
    assert same_other == other


any_rule = st.builds(
    Nudge,
    st.just(NudgeKind.AUTHOR) | st.just(NudgeKind.CATEGORY) | st.just(NudgeKind.WORD),
    st.sampled_from(["Ada Lovelace", "C. Babbage", "cs", "math.CO", "sparse graph", "planar", "image"]),
    st.none() | st.floats(-9, 9),
)


@given(st.lists(any_rule, max_size=6))
def test_rules_change_the_order_by_a_bounded_amount_and_never_the_match(rules):
    background = tuple(paper_on("physics", number) for number in range(60))
    history = History(liked(*(paper_on("vision", number) for number in range(6))), background)
    for plain, nudged in zip(
        rank(history, [LOVELACE, TWIN]), rank(history._replace(nudges=tuple(rules)), [LOVELACE, TWIN]), strict=True
    ):
        assert (nudged.probability, nudged.interval) == (plain.probability, plain.interval)
        assert nudged.evidence == pytest.approx(plain.value)
        assert abs(nudged.value - plain.value) <= LIMIT + 1e-9
        assert sum(reason.weight for reason in nudged.reasons) == pytest.approx(nudged.value)


def test_the_match_does_not_depend_on_the_other_papers():
    background = tuple(paper_on("physics", number) for number in range(60))
    history = History(liked(*(paper_on("vision", number) for number in range(6))), background)
    alone, among = rank(history, [LOVELACE])[0], rank(history, [LOVELACE, TWIN, paper_on("vision", 99)])[0]
    assert alone.probability == pytest.approx(among.probability, abs=0.05)  # they count in the idf


@pytest.mark.parametrize("explained", [0, 50])
@pytest.mark.parametrize("history", [History(), LIKES], ids=["nothing", "likes"])
def test_a_muted_paper_has_a_reason_and_keeps_its_value(history, explained):
    muted = (
        Nudge(NudgeKind.WORD, "Planar graph", None),
        Nudge(NudgeKind.AUTHOR, "Lovelace, Ada", None),
        Nudge(NudgeKind.CATEGORY, "cs.DM", None),
    )
    plain, other = rank(history, [LOVELACE, TWIN], explained=explained)
    score, same_other = rank(history._replace(nudges=muted), [LOVELACE, TWIN], explained=explained)
    assert score.value == plain.value
    assert kinds(score, ReasonKind.MUTED) == dict.fromkeys(
        ["word:Planar graph", "author:Lovelace, Ada", "category:cs.DM"], 0.0
    )
    assert same_other == other


def matches(phrase, title, abstract=""):
    """Whether a rule for a phrase matches a paper; the candidates before and after it do match."""
    before, after = (Paper(f"200{number}.00001", phrase, phrase) for number in (1, 9))
    paper = Paper("2005.00001", title, abstract)
    scores = rank(History(nudges=(Nudge(NudgeKind.WORD, phrase, None),)), [before, paper, after])
    return bool(scores[1].reasons)


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("survey", "A Survey of Surveys"),
        ("survey", "Two surveys"),
        ("surveys", "A survey"),
        ("case study", "Case Studies"),
        ("boxes", "A box"),
        ("matrix", "Random matrices"),
        ("exoplanets", "An exoplanet"),
        ("image fusion", "IMAGE-FUSION networks"),
        ("Poincaré map", "On poincare maps"),
        ("state of the art", "The state-of-the-art"),
    ],
)
def test_a_phrase_matches_whole_words_in_singular_or_plural_in_any_case_with_or_without_accents(phrase, title):
    assert matches(phrase, title)
    assert matches(phrase, "Something else", f"Here is: {title}.")


@pytest.mark.parametrize(
    ("phrase", "title", "abstract"),
    [
        ("survey", "Surveying land", ""),
        ("star", "A start", ""),
        ("image fusion", "Image and video fusion", ""),
        ("image fusion", "Fusion image", ""),
        ("image fusion", "An image", "Fusion of"),  # not over the border of title and abstract
        ("news", "A new idea", ""),
        ("loss", "Los Angeles", ""),
        ("…", "A survey …", ""),
        ("fusion", "", ""),
    ],
)
def test_a_phrase_does_not_match_other_words(phrase, title, abstract):
    assert not matches(phrase, title, abstract)


@pytest.mark.parametrize(
    ("phrase", "forms", "others"),
    [
        ("C*-algebras", [r"A $C^*$-algebra", r"$\mathrm{C}^{*}$-algebras", "c*-algebras"], ["Lie algebras", "A C-map"]),
        ("SU(3)", ["SU(3) gauge theory", r"${\rm SU}(3)$"], ["SU(2)", "su"]),
        ("f(R) gravity", ["$f(R)$ gravity", "F(R) Gravity"], ["Gravity", "f(T) gravity", "gravity f(R)"]),
        ("W boson", ["A W boson", "$W$ bosons", "W-boson"], ["Boson stars", "Z boson", "W' and Z bosons"]),
        ("3-manifolds", ["A 3-manifold", "$3$-manifolds"], ["Manifolds", "4-manifolds"]),
        ("N=4 SYM", ["N = 4 SYM", r"$\mathcal{N}=4$ SYM"], ["SYM", "N=2 SYM"]),
        ("spin-1/2 chain", ["Spin-$1/2$ chains", "a spin 1/2 chain"], ["Spin chain", "spin-1 chain"]),
        ("R package", ["An R package", r"\textsf{R} package"], ["A package", "packages in R"]),
        ("k-means", ["$k$-means", "K-means", "k means"], ["By what means"]),
        ("hepatitis A", ["Hepatitis A"], ["Hepatitis", "hepatitis B"]),
    ],
)
def test_a_phrase_with_single_letters_or_digits_matches_only_where_they_stand(phrase, forms, others):
    for text in forms:
        assert matches(phrase, text), text
        assert matches(phrase, "-", f"Here is {text}.")
    for text in others:
        assert not matches(phrase, text, f"Here is {text}."), text


@pytest.mark.parametrize("phrase", ["Parkinson's disease", "Parkinson’s disease", "state of a system"])
def test_a_genitive_and_an_article_are_no_words_of_a_phrase(phrase):
    title = phrase.replace("'s", "").replace("’s", "").replace(" a ", " the ")
    assert matches(phrase, title)
    assert matches(title, phrase)


@given(st.lists(st.sampled_from("abcd"), max_size=9), st.lists(st.sampled_from("abcd"), min_size=1, max_size=3))
def test_a_phrase_matches_where_a_plain_search_finds_it(letters, phrase):
    words, wanted = ([letter * 2 for letter in group] for group in (letters, phrase))
    expected = any(words[place : place + len(wanted)] == wanted for place in range(len(words)))
    assert matches(" ".join(wanted), "", " ".join(words)) == expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [("cs", True), ("cs.CV", True), ("CS.cv", True), ("eess", True), ("cs.C", False), ("c", False)],
)
def test_a_rule_matches_a_category_or_a_whole_archive(category, expected):
    paper = FUSION._replace(categories=("eess.IV", "cs.CV"))
    (score,) = rank(History(nudges=(Nudge(NudgeKind.CATEGORY, category, 1.0),)), [paper])
    assert score.value == float(expected)


# Authors of liked papers


def test_an_author_of_liked_papers_raises_a_paper():
    likes = [paper_on("vision", number)._replace(authors=("Ada Lovelace", "B. Noyce")) for number in range(3)]
    wanted, initial, other = (
        paper_on("physics", number)._replace(authors=("Some One", name))
        for number, name in enumerate(("LOVELACE, Ada", "A. Lovelace", "Ada Byron"))
    )
    scores = rank(History(liked(*likes), OTHERS), [wanted, initial, other])
    anonymous = [paper._replace(authors=()) for paper in (wanted, initial, other)]
    without_authors = rank(History(liked(*likes), OTHERS), anonymous)
    gained = [score.value - without.value for score, without in zip(scores, without_authors, strict=True)]
    assert gained == pytest.approx([np.log(4), 0, 0], abs=0.02)  # the oldest like is two days old
    (by,) = (reason for reason in scores[0].reasons if reason.kind is ReasonKind.AUTHOR)
    assert (by.subject, by.papers) == ("LOVELACE, Ada", 3)


@given(st.lists(st.sampled_from(["Ada Lovelace", "LOVELACE, Ada", "A. Noyce", "Wei Wang", ""]), max_size=6), st.data())
def test_an_author_adds_to_a_paper_what_is_said_to_be_learned(names, data):
    numbers = range(len(names))
    papers = [paper_on("vision", n)._replace(authors=tuple(filter(None, [name]))) for n, name in enumerate(names)]
    likes = [papers[n] for n in numbers if data.draw(st.booleans())]
    past = History((*liked(*likes), *disliked(*(paper for paper in papers if paper not in likes))), OTHERS)
    for author in ranking.learned_authors(past):
        candidate = paper_on("physics", 50)._replace(authors=(author.name,))
        (score,) = rank(past, [candidate])
        assert kinds(score, ReasonKind.AUTHOR) == {author.name: pytest.approx(author.effect)}
        assert author.likes == sum(paper.authors in (("Ada Lovelace",), ("LOVELACE, Ada",)) for paper in likes) or (
            author.name == "Wei Wang"
        )


def test_an_author_name_on_many_papers_adds_less():
    like, candidate = (paper_on("vision", number)._replace(authors=("Wei Wang",)) for number in (1, 2))
    gained = []
    for others in (0, 1, 9):
        background = tuple(
            paper._replace(authors=("Wei Wang",) if place < others else ()) for place, paper in enumerate(OTHERS)
        )
        (score,) = rank(History(liked(like), background), [candidate])
        gained.append(kinds(score, ReasonKind.AUTHOR)["Wei Wang"])
    assert gained == pytest.approx([np.log(2), np.log(1.5), np.log(1.1)])


def test_disliked_papers_make_an_author_add_less_but_never_lower_a_paper():
    good, bad, candidate = (paper_on("vision", number)._replace(authors=("Ada Lovelace",)) for number in (1, 2, 3))
    (both,) = rank(History((*liked(good), *disliked(bad)), OTHERS), [candidate])
    assert kinds(both, ReasonKind.AUTHOR) == {"Ada Lovelace": pytest.approx(np.log(1.5), abs=0.01)}
    (against,) = rank(History(disliked(bad), OTHERS), [candidate])
    assert not kinds(against, ReasonKind.AUTHOR)


def test_a_liked_paper_is_not_raised_by_its_own_authors():
    paper = FUSION._replace(authors=("Ada Lovelace",))
    (score,) = rank(History(liked(paper), OTHERS), [paper])
    assert not kinds(score, ReasonKind.AUTHOR)


@pytest.mark.parametrize("anonymous", ["candidates", "likes"])
def test_authors_and_categories_on_one_side_only_change_nothing(anonymous):
    def signed(papers):
        return [paper._replace(authors=("Ada Lovelace",), categories=("cs.CV",)) for paper in papers]

    papers = [paper_on(topic, number) for topic in TOPICS for number in range(5)]
    likes = [paper_on("vision", number) for number in range(90, 95)]
    plain = rank(History(liked(*likes), OTHERS), papers)
    background = tuple(signed(OTHERS))
    if anonymous == "candidates":
        assert rank(History(liked(*signed(likes)), background), papers) == plain
    else:
        assert rank(History(liked(*likes), background), signed(papers)) == plain


# The line of reasons in a list


def line(nudges, papers, history=LIKES):
    return why(rank(history._replace(nudges=nudges), papers)[0].reasons, 70)


def test_the_line_begins_with_a_followed_author():
    twin = TWIN._replace(authors=("Ada Lovelace",))
    assert line((FOLLOW,), [twin]).startswith("by Ada Lovelace, whom you follow; like your “Infrared image fusion”")


def test_the_line_begins_with_an_author_of_several_liked_papers_but_not_of_one():
    likes = [paper_on("vision", number)._replace(authors=("Ada Lovelace",)) for number in range(3)]
    candidate = paper_on("vision", 9)._replace(authors=("Ada Lovelace",))
    text = line((), [candidate], History(liked(*likes), OTHERS))
    assert text.startswith("by Ada Lovelace of 3 papers you liked; +")
    assert line((), [candidate], History(liked(likes[0]), OTHERS)).startswith("like your “")


def test_the_readers_rules_stand_before_words():
    nudges = (Nudge(NudgeKind.WORD, "deep network", 2.0), Nudge(NudgeKind.CATEGORY, "cs.CV", -2.0))
    text = line(nudges, [TWIN._replace(categories=("cs.CV",))])
    assert "”; +“deep network”" in text
    assert "+network" not in text
    assert "−cs.CV" in line((nudges[1],), [GRAPHS._replace(categories=("cs.CV",))])


def test_the_line_of_a_muted_paper_begins_with_the_rule():
    assert line((FOLLOW, Nudge(NudgeKind.WORD, "fusion", None)), [TWIN]).startswith("muted: word “fusion”; like your")


any_reason = st.builds(
    Reason,
    st.sampled_from(ReasonKind),
    st.text(max_size=60) | st.sampled_from(["Ada Lovelace", "word:diffusion", "author:Ada Lovelace", "category:cs.CY"]),
    st.floats(-9, 9),
    papers=st.integers(0, 99),
)


@given(st.lists(any_reason, max_size=6), st.integers(50, 120))
def test_a_line_of_reasons_fits(reasons, width):
    assert len(why(reasons, width)) <= width


# Tokens


def test_words_are_lower_case_without_accents_stop_words_latex_and_urls():
    assert tokens.words(r"The State-of-the-Art \textit{GANs} at https://x.org/y: Poincaré, x 3D") == [
        *("state", "art", "gans", "poincare", "3d")
    ]


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        *(("exoplanet", "exoplanets"), ("galaxy", "galaxies"), ("survey", "surveys"), ("size", "sizes")),
        *(("class", "classes"), ("loss", "losses"), ("box", "boxes"), ("branch", "branches"), ("mesh", "meshes")),
        *(("case", "cases"), ("hero", "heroes"), ("video", "videos"), ("movie", "movies"), ("tie", "ties")),
        *(("cache", "caches"), ("virus", "viruses"), ("gas", "gases"), ("lens", "lenses"), ("bias", "biases")),
        *(("analysis", "analyses"), ("hypothesis", "hypotheses"), ("diagnosis", "diagnoses"), ("axis", "axes")),
        *(("matrix", "matrices"), ("vertex", "vertices"), ("spectrum", "spectra"), ("nucleus", "nuclei")),
        *(("gan", "gans"), ("api", "apis"), ("supernova", "supernovae"), ("criterion", "criteria")),
    ],
)
def test_singular_and_plural_are_one_word(singular, plural):
    assert tokens.stem(singular) == tokens.stem(plural)
    assert tokens.number(singular) == tokens.number(plural)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        *(("news", "new"), ("means", "mean"), ("loss", "los"), ("class", "clas"), ("gas", "ga"), ("gps", "gp")),
        *(
            ("bias", "bia"),
            ("lens", "len"),
            ("virus", "viru"),
            ("basis", "basi"),
            ("species", "specy"),
            ("star", "start"),
        ),
        *(("process", "proces"), ("chaos", "chao"), ("lie", "ly"), ("axis", "axi")),
    ],
)
def test_a_word_in_s_that_is_no_plural_stays_another_word(word, other):
    assert tokens.stem(word) != tokens.stem(other)


@given(st.text("abeiosuxyz", min_size=2, max_size=8))
def test_a_stem_is_never_empty_and_hardly_shorter(word):
    assert len(word) - 2 <= len(tokens.stem(word)) <= len(word) + 1


def test_an_encoded_paper_keeps_the_order_of_words_and_the_end_of_the_title():
    paper = Paper("x", "Image fusion", "Fusion of images")
    numbers = np.frombuffer(tokens.encode(paper), "<u4").tolist()
    names = tokens.names(paper)
    assert [names.get(number, "|") for number in numbers] == ["image", "fusion", "|", "fusion", "image"]


@given(any_paper)
def test_any_paper_can_be_encoded(paper):
    numbers = np.frombuffer(tokens.encode(paper), "<u4")
    assert (numbers == 0).sum() == 1
    assert {number for number in numbers.tolist() if number} == set(tokens.names(paper))


def test_names_of_words_keep_their_capitals():
    assert set(tokens.names(Paper("x", "MRI and Fusion", "NeRF")).values()) == {"MRI", "fusion", "NeRF"}


# Probability


FEW = Reader(10)
RATER = Reader(10, 10)


def probability(curve, value):
    return curve.probabilities(np.array([value]))[0][0]


def test_without_outcomes_the_curve_is_the_usual_one():
    values = np.array([0.0, 8.0])
    found, low, high = calibrate(FEW).probabilities(values)
    assert found.tolist() == usual(FEW).probabilities(values)[0].tolist()
    assert (low < found).all()
    assert (found < high).all()


def test_a_match_asks_for_more_evidence_where_many_papers_have_it():
    assert probability(usual(FEW), 5.0) > probability(usual(FEW._replace(reach=3.0)), 5.0)
    assert probability(usual(FEW), 5.0) > probability(usual(FEW._replace(likes=1000)), 5.0)


any_outcomes = st.lists(st.builds(Outcome, st.floats(-20, 20), st.booleans()), max_size=60)


@given(any_outcomes, any_outcomes, st.integers(1, 2000), st.integers(0, 2000), st.floats(-20, 20))
def test_probabilities_rise_with_the_value_for_any_outcomes(outcomes, ratings, likes, dislikes, value):
    curve = calibrate(Reader(likes, dislikes), outcomes, ratings)
    (lower, higher), lows, highs = curve.probabilities(np.array([value, value + 1]))
    assert 0 <= lower <= higher <= 1
    assert ((lows >= 0) & (highs <= 1) & (lows <= highs)).all()


@pytest.mark.parametrize("reader", [FEW, Reader(500), Reader(500, 500)], ids=["few", "many", "rater"])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_after_many_outcomes_the_probability_is_the_share_of_likes(reader, rate):
    draw = np.random.default_rng(1)
    outcomes = [Outcome(float(value), bool(draw.random() < rate)) for value in draw.normal(5, 0.5, 2000)]
    reader = reader._replace(dislikes=reader.dislikes and sum(not outcome.liked for outcome in outcomes))
    assert probability(calibrate(reader, outcomes), 5.0) == pytest.approx(rate, abs=0.06)


def test_more_outcomes_narrow_the_interval():
    few, many = ([Outcome(5.0, place % 3 == 0) for place in range(count)] for count in (6, 300))
    widths = [
        np.subtract(*reversed(calibrate(FEW, outcomes).probabilities(np.array([5.0]))[1:])) for outcomes in (few, many)
    ]
    assert widths[1] < widths[0]


@pytest.mark.parametrize("rated", [1.0, 0.5, 0.3])
def test_papers_left_unrated_are_not_taken_as_disliked_by_a_reader_who_dislikes(rated):
    draw = np.random.default_rng(1)
    likes = draw.random(600) < 0.4
    seen = draw.random(600) < rated
    reader = Reader(int((likes & seen).sum()), int((~likes & seen).sum()))
    outcomes = [Outcome(4.0, bool(liked and given)) for liked, given in zip(likes, seen, strict=True)]
    assert probability(calibrate(reader, outcomes), 4.0) == pytest.approx(0.4, abs=0.06)


def test_a_single_dislike_does_not_unsay_what_was_left_unliked():
    outcomes = [Outcome(4.0, place % 10 == 0) for place in range(200)]
    matches = [probability(calibrate(Reader(20, dislikes), outcomes), 4.0) for dislikes in (0, 1)]
    assert matches == pytest.approx([0.1, 0.1], abs=0.04)


def test_the_ratings_of_a_first_list_say_how_much_is_liked():
    """Ten papers liked and ten disliked of one list: others of the topic are as likely to be liked."""
    others = [topic for topic in TOPICS if topic != "vision"]
    likes = liked(*(paper_on("vision", number) for number in range(10)))
    dislikes = tuple(
        entry._replace(verdict=Verdict.DISLIKE)
        for entry in liked(*(paper_on(others[number % len(others)], number) for number in range(10)))
    )
    background = tuple(paper_on(others[number % len(others)], number) for number in range(100, 400))
    background += tuple(paper_on("vision", number) for number in range(400, 410))
    candidates = [paper_on("vision", number) for number in range(500, 540)]
    candidates += [paper_on(others[number % len(others)], number) for number in range(540, 700)]
    rated, listed = (rank(History(feedback, background), candidates) for feedback in (likes + dislikes, likes))
    matches = [score.probability for score in rated]
    assert np.median(matches[:40]) > 0.5
    assert np.median(matches[40:]) < 0.05
    assert np.median([score.probability for score in listed[:40]]) < np.median(matches[:40])


def test_there_is_no_probability_with_few_likes_or_without_background():
    likes = liked(*(paper_on("vision", number) for number in range(6)))
    background = tuple(paper_on("physics", number) for number in range(60))
    candidates = [paper_on("vision", 99), paper_on("physics", 99)]
    assert all(score.probability is None for score in rank(History(likes[:4], background), candidates))
    assert all(score.probability is None for score in rank(History(likes), candidates))
    scores = rank(History(likes, background), candidates)
    assert scores[0].probability > scores[1].probability
    assert all(low <= score.probability <= high for score in scores for low, high in [score.interval])


# Insights


def test_insights_name_positive_words_and_topics():
    likes = [paper_on(topic, number) for topic in ("vision", "physics") for number in range(10)]
    background = tuple(paper_on("language", number) for number in range(60))
    result = insights(History(liked(*likes), background))
    assert set(" ".join(result.positive_terms).split()) <= {*TOPICS["vision"], *TOPICS["physics"]}
    assert sum(topic.likes for topic in result.topics) == len(likes)
    assert len(result.topics) == 2


@given(any_history)
def test_insights_accept_any_history(history):
    insights(history)


def test_of_very_many_likes_only_the_newest_are_used(monkeypatch):
    monkeypatch.setattr(dataset, "MAX_RATED", 3)
    likes = liked(*(paper_on("vision", number) for number in range(6)))  # a day apart, the first one newest
    used = build(History(likes), [GRAPHS], {}).liked
    assert {paper.id for paper in used} == {entry.paper.id for entry in likes[:3]}


# The door


def test_the_former_name_of_tokens_still_works():
    from recommender.ranking import text

    assert text.encode(FUSION) == encode(FUSION)
    assert text.words("Image fusion") == ranking.words("Image fusion")
    with pytest.raises(AttributeError, match="no attribute 'texts'"):
        ranking.texts  # noqa: B018


def test_functions_of_the_door_are_not_hidden_by_modules_of_the_same_name():
    for module in pkgutil.iter_modules(ranking.__path__):
        importlib.import_module(f"recommender.ranking.{module.name}")
    for name in ("rank", "score_by", "build_corpus", "candidates", "pack", "insights", "encode", "words"):
        assert inspect.isfunction(getattr(ranking, name)), name


def test_importing_the_door_loads_no_module_behind_it():
    program = (
        "import sys\n"
        "from recommender.ranking import ENCODING, ENGINE, PACKING, RANKERS, build_corpus\n"
        "print(sorted(name for name in sys.modules if name.startswith(('recommender.ranking.', 'numpy'))))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "[]"


@given(any_history, st.lists(any_paper, max_size=5), st.booleans())
def test_documents_give_the_scores_of_the_papers_they_were_made_from(history, papers, mixed):
    unrated = tuple({paper.id: paper for paper in history.unrated}.values())
    documents = [Document(paper.id, paper.authors, encode(paper)) for paper in unrated]
    if mixed:
        documents[::2] = unrated[::2]
    expected = rank(history._replace(unrated=unrated), papers)
    assert rank(history._replace(unrated=tuple(documents)), papers) == expected


def test_a_document_brings_its_own_terms():
    papers = [paper_on(topic, number) for topic in TOPICS for number in range(5)]
    documents = tuple(Document(paper.id, paper.authors, encode(paper)) for paper in OTHERS)
    outdated = {paper.id: encode(GRAPHS) for paper in OTHERS}
    expected = rank(History(liked(FUSION), OTHERS), papers)
    assert rank(History(liked(FUSION), documents), papers, outdated) == expected


def test_a_document_without_terms_is_a_paper_without_text():
    empty = [Paper(f"2001.{number:05}", "", "") for number in range(3)]
    documents = tuple(Document(paper.id, paper.authors, b"") for paper in empty)
    expected = rank(History(liked(FUSION), (*OTHERS, *empty)), [TWIN, GRAPHS])
    assert rank(History(liked(FUSION), (*OTHERS, *documents)), [TWIN, GRAPHS]) == expected


# Topics


def two_topics():
    likes = liked(
        *(paper_on(topic, number) for topic, most in (("vision", 10), ("physics", 4)) for number in range(most))
    )
    return History(likes, tuple(paper_on("language", number) for number in range(60)))


def physics_likes(history):
    return tuple(entry.paper.id for entry in history.feedback[10:])


def test_a_rule_names_its_topic_and_a_word_of_the_name_is_not_repeated():
    history = two_topics()
    (*_, before) = insights(history).topics
    word = before.words[0]
    (*_, after) = insights(history._replace(topics=(TopicRule(f"my {word}", physics_likes(history)),))).topics
    assert (after.name, after.members) == (f"my {word}", before.members)
    assert word not in after.words


def test_likes_that_a_rule_marks_are_a_topic_even_where_they_form_no_group():
    apart = liked(paper_on("vision", 0), paper_on("physics", 0), paper_on("language", 0))
    assert not insights(History(apart)).topics
    rule = TopicRule("mine", (apart[0].paper.id, apart[2].paper.id))
    assert [(topic.name, topic.likes) for topic in insights(History(apart, topics=(rule,))).topics] == [("mine", 2)]


def test_less_weight_for_the_largest_topic_is_more_for_the_others():
    history = two_topics()
    candidates = [paper_on(topic, number) for topic in ("vision", "physics", "language") for number in range(200, 220)]

    def added(*rules):
        scores = rank(history._replace(topics=rules), candidates)
        return [sum(part.weight for part in score.reasons if part.kind is ReasonKind.TOPIC) for score in scores]

    vision = tuple(entry.paper.id for entry in history.feedback[:10])
    assert added(TopicRule("large", vision, 0.5)) == added(TopicRule("small", physics_likes(history), 2.0))


def test_one_paper_is_explained_as_among_all_that_are():
    history = History(liked(LOVELACE), interests="image fusion")
    papers = [LOVELACE, TWIN]
    whole = rank(history, papers, explained=len(papers))
    for place, paper in enumerate(papers):
        assert rank(history, papers, explained={paper.id})[place] == whole[place]
