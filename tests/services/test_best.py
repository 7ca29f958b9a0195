"""`recommend best`: the whole library at once, with what changes in it, and in the order that a ranking gives."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ENCODER, IN_MEMORY, NOW, SEED, disliked, liked, make_paper, reader_of

from recommender import ranking
from recommender.delivery import remarks
from recommender.paper import Digest, History, Nudge, NudgeKind, Paper, Verdict
from recommender.profile import Profile
from recommender.ranking import candidates, pack, rank, retrieval
from recommender.ranking import tokens as text
from recommender.ranking.counts import TITLE_WEIGHT
from recommender.services import best as best_service
from recommender.services import lists, rankings
from recommender.services.best import Range
from recommender.store import blocks as stored
from recommender.store import housekeeping
from recommender.store.blocks import Blocks, Packer
from recommender.store.library import Encoder, Library

TOPICS = [
    "image segmentation convolution pixel camera scene depth stereo".split(),
    "galaxy redshift telescope neutrino plasma orbit quasar dust".split(),
    "protein folding genome enzyme mutation tissue receptor membrane".split(),
    "translation sentence speech dialogue parsing corpus grammar token".split(),
]
PACKER = Packer(pack, ranking.PACKING)
DAY = NOW.date()


def paper_on(topic: int, number: int) -> Paper:
    """Paper `number`; neighbours of one topic share most of their words."""
    words = np.random.default_rng([topic, number]).choice(TOPICS[topic], 24)
    return make_paper(10_000 * topic + number, " ".join(words[:4]), " ".join(words[4:]), authors=("Ada Lovelace",))


def papers_of(count: int) -> list[Paper]:
    return [paper_on(number % len(TOPICS), number) for number in range(count)]


def save(library: Library, papers: list[Paper], day: date = DAY, name: str = "x") -> None:
    library.save([(day, Digest(day, "cs.CV", tuple(papers)))], name=name, fingerprint=name, read_at=NOW)


@pytest.fixture
def library(home, monkeypatch):
    """Only 40 candidates are ranked, so that a hundred papers show what thousands would."""
    monkeypatch.setattr(best_service, "CANDIDATES", 40)
    with Library(home / "library.db", ENCODER) as opened:
        yield opened


# The product


any_code = st.lists(st.integers(1, 2**32 - 1) | st.just(7) | st.just(7 + 2**20), max_size=300).flatmap(
    lambda words: st.integers(0, len(words)).map(
        lambda title: np.array([*words[:title], 0, *words[title:]], dtype="<u4").tobytes()
    )
)


@given(st.lists(any_code | st.just(b""), max_size=5))
def test_packed_papers_are_their_words_by_the_lowest_bits(encoded):
    terms = retrieval.unpack(pack(encoded))
    assert terms.shape[0] == len(encoded)
    for code, start, end in zip(encoded, terms.indptr, terms.indptr[1:], strict=False):
        expected: dict[int, int] = {}
        worth = TITLE_WEIGHT
        for number in np.frombuffer(code, dtype="<u4").tolist():
            if number:
                expected[number % 2**20] = expected.get(number % 2**20, 0) + worth
            else:
                worth = 1
        values = {place: 1 + np.log(min(times, 255)) for place, times in expected.items()}
        assert dict(zip(terms.indices[start:end].tolist(), terms.data[start:end].tolist(), strict=True)) == (
            pytest.approx(values)
        )


def test_the_order_is_that_of_the_regression_on_words():
    likes, background = [paper_on(0, number) for number in range(900, 920)], tuple(papers_of(200))
    history = History(liked(*likes), background)
    days = [paper_on(number % len(TOPICS), 300 + number) for number in range(60)]
    numbers = candidates(history, {}, [(5, pack([text.encode(paper) for paper in days]))], 60)
    assert sorted(numbers) == list(range(5, 65))
    scores = {paper.id: score.value for paper, score in zip(days, rank(history, days), strict=True)}
    by_words = [scores[days[number - 5].id] for number in numbers]
    assert min(by_words[:15]) > max(by_words[15:])  # the topic that is liked, by the rank of all that is known


def test_only_allowed_papers_are_chosen_and_empty_places_never():
    history = History(liked(*(paper_on(0, number) for number in range(900, 910))), tuple(papers_of(80)))
    block = pack([b"", *(text.encode(paper_on(0, number)) for number in range(8)), b""])
    assert sorted(candidates(history, {}, [(0, block)], 99)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert sorted(candidates(history, {}, [(0, block)], 99, without={2, 77}, only={1, 2, 5, 9})) == [1, 5]
    assert len(candidates(history, {}, [(0, block)], 3)) == 3


@pytest.mark.parametrize(
    "history",
    [History(), History(unrated=tuple(papers_of(80))), History(disliked(paper_on(0, 1)), tuple(papers_of(80)))],
    ids=["nothing", "background", "a dislike"],
)
def test_without_likes_nothing_is_worth_more_than_anything_else(history):
    assert candidates(history, {}, [(0, pack([text.encode(paper_on(0, 1))]))], 5) == []


# The blocks


def blocks_of(library: Library) -> dict[int, bytes]:
    blocks = Blocks(library, PACKER)
    for number in blocks.unpacked():
        blocks.pack(number)
    return dict(blocks.blocks())


def test_a_block_holds_all_papers_and_is_packed_once(library):
    save(library, papers_of(50))
    (first, packed), *none = blocks_of(library).items()
    assert (first, none) == (0, [])
    assert np.count_nonzero(np.diff(retrieval.unpack(packed).indptr)) == 50
    assert Blocks(library, PACKER).unpacked() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda library: save(library, [paper_on(0, 777)], name="new"),
        lambda library: save(library, [make_paper(0, "another title", "another text")], name="newer"),
        lambda library: library.add([paper_on(0, 777)]),
        lambda library: housekeeping.prune(library, DAY + timedelta(1), {make_paper(0).id}),
    ],
    ids=["a new paper", "a newer text", "a paper of a reader's library", "a forgotten paper"],
)
def test_a_block_is_emptied_as_soon_as_one_of_its_papers_changes(library, change):
    save(library, papers_of(50))
    before = blocks_of(library)
    change(library)
    assert Blocks(library, PACKER).unpacked() == [0]
    unkept = dict(Blocks(library, PACKER).blocks())
    assert Blocks(library, PACKER).unpacked() == [0]
    after = blocks_of(library)
    assert unkept == after
    codes = [b""] * stored.SIZE
    for paper_id, key in library._connection.execute("SELECT id, key FROM paper"):
        codes[key] = text.encode(library.papers([paper_id])[paper_id])
    assert after != before
    assert after == {0: pack(codes)}


@given(
    st.lists(
        st.tuples(st.sampled_from(["save", "add", "prune", "pack"]), st.integers(0, 12), st.integers(0, 3)), max_size=12
    )
)
def test_blocks_and_full_text_are_always_those_of_all_papers(changes):
    with Library(IN_MEMORY, ENCODER) as library:
        for number, (change, paper, day) in enumerate(changes):
            some = make_paper(paper, f"title {number % 3} of {paper}")
            if change == "save":
                save(library, [some], DAY + timedelta(day), name=f"{number}")
            elif change == "add":
                library.add([some])
            elif change == "prune":
                housekeeping.prune(library, DAY + timedelta(day), {make_paper(1).id})
            else:
                blocks_of(library)
        codes = [b""] * stored.SIZE
        for paper_id, key in library._connection.execute("SELECT id, key FROM paper"):
            codes[key] = text.encode(library.papers([paper_id])[paper_id])
        assert all(packed == pack(codes) for packed in blocks_of(library).values())
        # raises where the full text is not of just the papers that are here
        library._connection.execute("INSERT INTO paper_fts (paper_fts, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("versions", [(ranking.ENCODING + 1, ranking.PACKING), (ranking.ENCODING, ranking.PACKING + 1)])
def test_a_block_of_another_version_is_packed_anew(library, versions):
    save(library, papers_of(5))
    blocks_of(library)
    with Library(library.path, Encoder(text.encode, versions[0])) as later:
        blocks = Blocks(later, Packer(pack, versions[1]))
        assert blocks.unpacked() == [0]
        blocks.pack(0)  # terms of another version are not there: from the texts
        assert blocks.unpacked() == []


def test_papers_come_by_their_keys_in_the_order_asked_for(library):
    save(library, papers_of(600))
    blocks = Blocks(library, PACKER)
    keys = sorted(blocks.keys(), reverse=True)
    assert [paper.id for paper in blocks.by_keys([*keys, 10**9])] == [paper.id for paper in papers_of(600)][::-1]
    assert blocks.keys_of([make_paper(0).id, "none"]) == {keys[-1]}


def test_days_are_those_of_the_first_announcement(library):
    for age in range(3):
        save(library, [paper_on(0, age), paper_on(0, 2)], DAY - timedelta(age), name=str(age))
    blocks = Blocks(library, PACKER)
    wanted = blocks.keys_announced(DAY - timedelta(2), DAY - timedelta(1))
    assert {paper.id for paper in blocks.by_keys(sorted(wanted))} == {make_paper(1).id, make_paper(2).id}


# The list


def listed(library, memory, size=10, *, profile=Profile("ada", variety=0), days=None, everything=False):  # noqa: B008
    reader = reader_of(library.path.parent, profile, library=library, store=memory)
    answer = best_service.best(reader, size, Range(*days) if days else None, everything=everything)
    return lists.record(reader, "best", answer)


def ids(made):
    return [item.paper.id for item in made.items]


def test_the_best_of_a_large_library_are_those_that_ranking_all_of_it_gives(library, memory):
    save(library, papers_of(400))
    memory.import_verdicts(liked(*(paper_on(0, number) for number in range(900, 915))), command="import", at=NOW)
    chosen = ids(listed(library, memory))
    best_service.CANDIDATES = 10_000
    history = History(memory.feedback(), ())
    everything = papers_of(400)
    scores = {paper.id: score.value for paper, score in zip(everything, rank(history, everything), strict=True)}
    best = sorted(scores, key=lambda paper_id: (-scores[paper_id], paper_id))[:40]
    assert set(chosen) <= set(best)
    assert set(ids(listed(library, memory))) <= set(best)


def test_what_was_rated_or_shown_is_left_out_unless_asked_for(library, memory):
    save(library, papers_of(60))
    likes = [paper_on(0, number) for number in (0, 4, 8)]
    memory.judge(likes, Verdict.LIKE, command="like", at=NOW)
    first = listed(library, memory)
    assert not {paper.id for paper in likes} & {*ids(first)}
    assert ids(listed(library, memory)) == ids(first)  # what this list shows does not count as shown
    memory.record(first._replace(items=first.items[:3]), kind="today", basis="", at=NOW)
    assert not {*ids(first)[:3]} & {*ids(listed(library, memory, 60))}
    assert {paper.id for paper in likes} <= {*ids(listed(library, memory, 60, everything=True))}


def test_muted_papers_are_left_out_unless_asked_for(library, memory):
    save(library, papers_of(60))
    memory.judge([paper_on(0, 900)], Verdict.LIKE, command="like", at=NOW)
    muting = Profile("ada", mute=(Nudge(NudgeKind.AUTHOR, "Ada Lovelace", None),))
    made = listed(library, memory, 60, profile=muting)
    assert (made.items, made.considered) == ((), 60)
    assert "`recommend best --all` lists them too" in remarks.notes(made.notes)
    assert len(listed(library, memory, 60, profile=muting, everything=True).items) == 60


def test_muted_papers_take_nobody_elses_place(library, memory):
    open_ones = [paper_on(0, 1000 + number) for number in range(12)]
    save(library, [*papers_of(300), *(paper._replace(authors=("Emmy Noether",)) for paper in open_ones)])
    memory.judge([paper_on(0, 900)], Verdict.LIKE, command="like", at=NOW)
    muting = Profile("ada", mute=(Nudge(NudgeKind.AUTHOR, "Ada Lovelace", None),))
    made = listed(library, memory, 10, profile=muting)
    assert len(made.items) == 10
    assert {item.paper.authors for item in made.items} == {("Emmy Noether",)}


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("nudge", "paper"),
    [
        (Nudge(NudgeKind.AUTHOR, "Emmy Noether", 20.0), paper_on(1, 999)._replace(authors=("Noether, Emmy",))),
        (
            Nudge(NudgeKind.AUTHOR, "Jose O'Brien-Garcia", 20.0),
            paper_on(1, 999)._replace(authors=("José O’Brien-García",)),
        ),
        (
            Nudge(NudgeKind.AUTHOR, "Jan van der Berg, Jr.", 20.0),
            paper_on(1, 999)._replace(authors=("J. van der Berg",)),
        ),
        (Nudge(NudgeKind.CATEGORY, "math.AC", 20.0), paper_on(1, 999)._replace(categories=("math.AC",))),
        (Nudge(NudgeKind.WORD, "ideal ring", 20.0), paper_on(1, 999)._replace(abstract="An ideal ring of galaxies.")),
    ],
    ids=["author", "accents", "particles", "category", "words"],
)
def test_what_the_reader_wants_more_of_is_found_wherever_it_is(library, memory, nudge, paper):
    save(library, [*papers_of(300), paper])
    memory.import_verdicts(liked(*(paper_on(0, number) for number in range(900, 915))), command="import", at=NOW)

    def place(made):
        return ids(made).index(paper.id) if paper.id in ids(made) else 300

    plain, boosting = (
        listed(library, memory, 300, profile=Profile("ada", variety=0, boost=boost)) for boost in ((), (nudge,))
    )
    assert place(boosting) < place(plain)


def test_what_is_wanted_is_found_however_much_newer_there_is(library, memory):
    boosted = [paper_on(1, number)._replace(categories=("math.AC",)) for number in range(500, 620)]
    save(library, boosted[:10], DAY - timedelta(9), name="old")
    save(library, [*papers_of(300), *boosted[10:]])
    memory.import_verdicts(liked(*(paper_on(0, number) for number in range(900, 915))), command="import", at=NOW)
    wish = Nudge(NudgeKind.CATEGORY, "math.AC", 20.0)
    memory.record(listed(library, memory, 20, profile=Profile("ada", boost=(wish,))), kind="today", basis="", at=NOW)
    days = (DAY - timedelta(10), DAY - timedelta(1))
    found = listed(library, memory, profile=Profile("ada", variety=0, boost=(wish,)), days=days)
    assert {*ids(found)} <= {paper.id for paper in boosted[:10]}


def test_all_papers_of_a_window_can_be_listed_where_the_library_is_larger(library, memory, monkeypatch):
    monkeypatch.setattr(best_service, "CANDIDATES", 1000)
    save(library, papers_of(300), DAY - timedelta(1), name="before")
    wanted = [paper_on(number % 4, 700 + number) for number in range(120)]
    save(library, wanted)
    memory.import_verdicts(liked(*(paper_on(0, number) for number in range(900, 915))), command="import", at=NOW)
    assert {*ids(listed(library, memory, 5, days=(DAY, DAY)))} <= {paper.id for paper in wanted}
    assert not Blocks(library, PACKER).has_blocks()  # few enough to be ranked all


def test_where_no_digest_was_ever_read_the_newest_papers_are_ranked(library, memory):
    library.add(papers_of(200))
    memory.judge(papers_of(10), Verdict.LIKE, command="like", at=NOW)
    assert len(listed(library, memory).items) == 10


def test_papers_that_come_in_meanwhile_hide_no_others(library, memory, monkeypatch):
    save(library, papers_of(300))
    memory.judge([paper_on(0, 900)], Verdict.LIKE, command="like", at=NOW)
    expected = ids(listed(library, memory))
    choose = ranking.candidates

    def slowly(*arguments):
        with Library(library.path, ENCODER) as other:
            other.add([make_paper(5, "another title", "of an old paper")])
            save(other, [paper_on(1, 999)], name="new")
        return choose(*arguments)

    monkeypatch.setattr(ranking, "candidates", slowly)
    assert ids(listed(library, memory)) == expected


def test_in_a_small_library_the_others_say_what_is_not_interesting(library, memory, monkeypatch):
    monkeypatch.setattr(best_service, "CANDIDATES", 1000)
    save(library, papers_of(400))
    memory.judge([paper_on(0, number) for number in range(900, 906)], Verdict.LIKE, command="like", at=NOW)
    items = listed(library, memory, 20).items
    assert {int(item.paper.id[5:]) // 10_000 for item in items} == {0}  # of the liked topic all
    assert all(item.score.probability is not None for item in items)


def test_a_paper_rated_under_its_title_is_left_out(library, memory):
    save(library, papers_of(60))
    memory.judge([paper_on(0, number) for number in (0, 4)], Verdict.LIKE, command="like", at=NOW)
    best = listed(library, memory, 1).items[0].paper
    memory.judge([Paper("http://example.org/1", best.title, "")], Verdict.READ, command="read", at=NOW)
    assert best.id not in ids(listed(library, memory, 60))


@pytest.mark.parametrize("worth", [40, 10_000])
def test_only_papers_of_the_days_asked_for_are_listed(library, memory, monkeypatch, worth):
    monkeypatch.setattr(best_service, "CANDIDATES", worth)
    everything = papers_of(240)
    for age in range(4):
        save(library, everything[age * 60 : age * 60 + 60], DAY - timedelta(age), name=str(age))
    memory.judge([paper_on(0, 900)], Verdict.LIKE, command="like", at=NOW)
    made = listed(library, memory, 60, days=(DAY - timedelta(2), DAY - timedelta(1)))
    assert made.considered == 120
    assert {*ids(made)} <= {paper.id for paper in everything[60:180]}


def test_every_day_prepares_the_blocks_of_who_uses_them(library, memory):
    profile = Profile("ada")
    save(library, papers_of(60))
    rankings.ahead(reader_of(library.path.parent, profile, library=library, store=memory))
    assert not Blocks(library, PACKER).has_blocks()
    memory.judge([paper_on(0, 900)], Verdict.LIKE, command="like", at=NOW)
    listed(library, memory)
    save(library, [paper_on(0, 777)], name="new")
    rankings.ahead(reader_of(library.path.parent, profile, library=library, store=memory))
    assert Blocks(library, PACKER).unpacked() == []


# The command


@pytest.fixture
def filled(run):
    run("today", "-p", "example", SEED)


def test_the_command_lists_what_can_be_liked_by_rank(run, filled):
    run("init", "ada")
    run("like", "-p", "ada", "2005.05896", "2005.05857")
    ran = run("best", "-p", "ada", "-n", "3")
    assert ran.out.startswith("ada · best of 46 papers · 3\n\n  1 ")
    told = json.loads(run("best", "-p", "ada", "-n", "3", "--json").out)
    assert [item["rank"] for item in told["items"]] == [1, 2, 3]
    assert run("like", "-p", "ada", "2").out.startswith(f"liked  {told['items'][1]['title'][:9]}")


def test_a_list_for_an_unknown_reader_says_what_to_do(run, filled):
    run("init", "ada")
    ran = run("best", "-p", "ada")
    assert (ran.code, ran.out) == (0, "")
    assert "like a few papers" in ran.err


def test_an_empty_library_and_days_without_papers_are_said(run, filled):
    run("init", "ada")
    run("like", "-p", "ada", "2005.05896")
    ran = run("best", "-p", "ada", "--since", "2030-01-01")
    assert (ran.code, ran.out, ran.err) == (0, "", "No paper here was announced in these days.\n")
    assert run("best", "-p", "ada", "--since", "2030-01-02", "--until", "2030-01-01").code == 2
