"""The reader's topics: listed, renamed, merged, weighed, dropped and reset, by command and by the door."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SEED

from recommender import ProfileError, Recommender, Verdict
from recommender.delivery.layout import Layout
from recommender.delivery.topics import topics_text
from recommender.paper import ReasonKind
from recommender.results.insights import Topic

SUBJECTS = {
    "machine translation": "neural decoder for low resource languages, trained on parallel sentences with attention",
    "galaxy clusters": "cosmic lensing of distant redshift surveys, measured with a telescope and simulated haloes",
    "protein folding": "amino acid residues and molecular dynamics of enzymes, bound to a ligand and a membrane",
}
LIKES = 5  # of the first subject, one fewer of each other


def library(*subjects):
    """Liked papers on these subjects, as JSON Lines."""
    lines = []
    for place, subject in enumerate(subjects):
        for number in range(LIKES - place):
            record = {
                "id": f"2001.{100 * place + number:05}",
                "title": f"Method {number} of {subject}",
                "abstract": f"We study {subject}: {SUBJECTS[subject]}.",
                "date": f"2020-01-{number + 1:02}",
                "verdict": "like",
            }
            lines.append(json.dumps(record))
    return "\n".join(lines).encode()


@pytest.fixture
def ada(run, start_after):
    """A reader with two topics, machine translation and galaxy clusters, and a day of papers."""
    home = start_after(("init", "ada", "--no-input"), ("today", SEED))
    run("import", "-", "--offline", stdin=library("machine translation", "galaxy clusters"))
    return home / "profiles" / "ada.toml"


def listed(run):
    return json.loads(run("topics", "--json").out)["items"]


def names(run):
    return [topic["name"] for topic in listed(run)]


def test_topics_are_named_by_words_that_a_person_would_use(run, ada):
    first, second = listed(run)
    assert (first["number"], first["name"], first["likes"]) == (1, "machine translation", LIKES)
    assert (second["name"], second["likes"], second["weight"]) == ("galaxy clusters", LIKES - 1, 1.0)
    assert not first["stated"]
    assert {paper["id"] for paper in first["papers"]} < set(first["members"])
    ran = run("topics")
    assert "1  machine translation · 5 likes" in ran.out
    assert "- Method" in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_the_profile_names_its_topics_too(run, ada):
    out = run("profile", "show").out
    assert "topic           machine translation" in out
    assert "galaxy clusters" in out


def test_without_likes_and_interests_there_are_none(run, start_after):
    start_after(("init", "ada", "--no-input"))
    assert run("topics").out.startswith("No topics yet")
    assert listed(run) == []
    assert run("topics", "drop", "1").code == ProfileError.exit_code


def test_stated_interests_without_likes_are_topics(run, start_after):
    home = start_after(("init", "ada", "--interests", "image fusion, infrared; protein folding", "--no-input"))
    assert names(run) == ["image fusion, infrared", "protein folding"]
    assert all(topic["stated"] and not topic["likes"] for topic in listed(run))
    settings = home / "profiles" / "ada.toml"
    text = settings.read_text().replace('"image fusion, infrared; protein folding"', '"""\nimage fusion\nproteins"""')
    settings.write_text(text)
    assert names(run) == ["image fusion", "proteins"]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_topic_is_named_at_any_width(width):
    """By its name the commands know it."""
    topic = Topic("networks of graphs and their many uses", likes=12, stated=True)
    text = topics_text([topic], Layout(width=width))
    assert text.startswith("  1  networks of")
    assert "12 likes, stated interest" in text


def test_a_renamed_topic_keeps_its_papers_and_is_found_by_its_new_name(run, ada):
    before = listed(run)
    ran = run("topics", "rename", "2", "lensing")
    assert ran.out.startswith("“galaxy clusters” is named “lensing” now (4 likes).")
    assert "recommend topics reset lensing" in ran.out
    after = listed(run)
    assert [topic["members"] for topic in after] == [topic["members"] for topic in before]
    assert after[1]["name"] == "lensing"
    assert run("topics", "reset", "LENS").code == 0
    assert listed(run) == before


def test_merged_topics_are_one(run, ada):
    ran = run("topics", "merge", "1", "galaxy", "--name", "all of it")
    assert "“machine translation” and “galaxy clusters” are one topic now: “all of it” (9 likes)." in ran.out
    (topic,) = listed(run)
    assert (topic["name"], topic["likes"]) == ("all of it", 2 * LIKES - 1)


def test_a_weight_is_kept_and_shown(run, ada):
    assert "weighs 0.5 now, was 1" in run("topics", "weigh", "galaxy clusters", "0.5").out
    assert listed(run)[1]["weight"] == 0.5
    assert "4 likes, weight 0.5" in run("topics").out


def test_papers_of_a_dropped_topic_teach_nothing_and_stay_liked(run, ada):
    liked = json.loads(run("history", "--json").out)
    assert "Its 4 papers stay liked and teach nothing" in run("topics", "drop", "2").out
    assert json.loads(run("history", "--json").out) == liked
    assert "4 likes, dropped" in run("topics").out
    with Recommender("ada") as ada_:
        words = set(" ".join(ada_.insights().positive_terms).split())
    assert "translation" in words
    assert not {"galaxy", "clusters", "lensing", "telescope"} & words


def test_a_dropped_interest_ranks_no_more(run, start_after):
    start_after(("init", "ada", "--interests", "image fusion; retinal images", "--no-input"))

    def order():
        return [item["id"] for item in json.loads(run("today", SEED, "--json", "-n", "46").out)["items"]]

    both = order()
    run("topics", "drop", "retinal")
    assert [(topic["name"], topic["weight"]) for topic in listed(run)] == [("image fusion", 1), ("retinal images", 0)]
    assert order() != both
    run("topics", "reset")
    assert order() == both


def test_a_rule_whose_papers_are_no_longer_liked_marks_nothing(run, ada):
    run("topics", "rename", "2", "lensing")
    run("unmark", *listed(run)[1]["members"])
    assert [(topic["name"], topic["likes"]) for topic in listed(run)] == [("machine translation", 5), ("lensing", 0)]
    assert "lensing · no likes, too few for a share" in run("topics").out
    run("topics", "reset", "lensing")
    assert names(run) == ["machine translation"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("drop", "machin translation"), "did you mean “machine translation”?"),
        (("drop", "xyz"), "`recommend topics` lists them"),
        (("drop", "3"), "there are 2"),
        (("drop", "0"), "there are 2"),
        (("weigh", "1", "0"), "`recommend topics drop`"),
        (("weigh", "1", "11"), "at most 10"),
        (("weigh", "1", "nan"), "at most 10"),
        (("rename", "1", "Galaxy Clusters"), "`recommend topics merge`"),
        (("rename", "1", "7"), "needs a letter"),
        (("rename", "1", " "), "needs a letter"),
        (("merge", "1", "1"), "two or more"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(run, ada, arguments, message):
    before = ada.read_text()
    ran = run("topics", *arguments)
    assert ran.code == ProfileError.exit_code
    assert message in ran.err
    assert ada.read_text() == before


def test_a_stated_interest_keeps_its_words(run, ada):
    ada.write_text(ada.read_text().replace('interests = ""', 'interests = "image fusion; retinal images"'))
    assert names(run) == ["machine translation", "galaxy clusters", "image fusion", "retinal images"]
    for arguments in (("rename", "3", "x"), ("merge", "3", "4"), ("merge", "1", "3", "--name", "x")):
        ran = run("topics", *arguments)
        assert ran.code == ProfileError.exit_code
        assert "stated interest" in ran.err
    run("topics", "merge", "1", "image")
    merged, *others = listed(run)
    assert (merged["name"], merged["likes"], len(others)) == ("image fusion", LIKES, 2)


def test_the_list_says_which_topic_a_paper_is_for(run, start_after):
    start_after(("init", "ada", "--interests", "image fusion; retinal images", "--no-input"))
    run("import", "-", "--offline", stdin=library("machine translation"))
    out = run("today", SEED, "-n", "46").out
    assert "for image fusion" in out
    items = json.loads(run("today", SEED, "-n", "46", "--json").out)["items"]
    raised = [
        (item["rank"], reason)
        for item in items
        for reason in item["reasons"]
        if reason["kind"] == ReasonKind.TOPIC.value and reason["weight"] > 0
    ]
    assert raised
    rank, reason = raised[0]
    assert reason["text"] == f"for {reason['subject']}"
    assert "what this topic's share of the list adds" in " ".join(run("why", rank).out.split())


def test_what_the_settings_already_hold_stays_as_it_is(run, ada):
    mine = "# mine\n" + ada.read_text() + '\n[boost]\n"word:fusion" = 1  # keep\n'
    ada.write_text(mine)
    run("topics", "rename", "2", "lensing")
    assert ada.read_text().startswith(mine.rstrip())
    run("follow", "Ada Lovelace")
    assert 'follow = ["Ada Lovelace"]' in ada.read_text()
    run("follow", "--remove", "Ada Lovelace")
    run("topics", "reset")
    assert ada.read_text().strip() == mine.strip()


def test_each_topic_is_found_by_its_own_name_and_a_number_of_any_length_is_none(run, ada):
    ada.write_text('interests = "3D vision; 3D Vision; 3D vision models; Straße; strasse"\n')
    with Recommender("ada") as reader:
        found = [topic.name for topic in reader.topics.all()]
        assert {"3D vision", "3D vision models", "Straße"} <= set(found)
        assert [reader.topics.drop(name).after.name for name in found] == found
        with pytest.raises(ProfileError, match="no topic 9"):
            reader.topics.drop("9" * 5_000)
    assert run("topics", "drop", "9" * 5_000).code == ProfileError.exit_code


def test_a_shipped_profile_is_not_changed(run):
    ran = run("topics", "drop", "1", "-p", "example")
    assert ran.code == ProfileError.exit_code
    assert "recommend init NAME --from example" in ran.err


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("rename"), st.integers(1, 3), st.sampled_from(["a b", "Straße", 'say "x"', "machine"])),
        st.tuples(st.just("weigh"), st.integers(1, 3), st.sampled_from([0.25, 1, 10])),
        st.tuples(st.just("drop"), st.integers(1, 3)),
        st.tuples(st.just("merge"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("reset"), st.integers(1, 3)),
    ),
    max_size=5,
)


@pytest.mark.slow
def test_no_decision_changes_a_rating_and_a_reset_restores_the_ranking(run, start_after):
    start_after(("init", "ada", "--no-input"), ("today", SEED))
    run("import", "-", "--offline", stdin=library(*SUBJECTS))

    @given(CHANGES)
    def holds(changes):
        with Recommender("ada") as ada:
            verdicts = ada.verdicts()
            scores = [(item.paper.id, item.score.value) for item in ada.today(SEED).items]
            for change, *arguments in changes:
                try:
                    getattr(ada.topics, change)(*arguments)
                except ProfileError:
                    continue
                assert ada.verdicts() == verdicts
                members = [paper for topic in ada.topics.all() for paper in topic.members]
                assert len(members) == len(set(members))
                assert set(members) <= {paper for paper, given in verdicts.items() if given is Verdict.LIKE}
            ada.topics.reset()
            assert [(item.paper.id, item.score.value) for item in ada.today(SEED).items] == scores

    holds()


def test_evaluate_looks_for_no_paper_of_a_dropped_topic(run, ada):
    """The likes of a dropped topic are neither examples nor something to find."""
    run("like", "2005.05896", "2005.05576")
    with Recommender("ada") as reader:
        before = reader.evaluate()
        ada.write_text(ada.read_text() + '\n[[topics]]\nname = "fusion"\npapers = ["2005.05896"]\nweight = 0\n')
        reader.close()
        after = reader.evaluate()
    assert (before.likes, before.tested_likes) == (2 * LIKES + 1, 2)
    assert (after.likes, after.tested_likes) == (2 * LIKES, 1)
