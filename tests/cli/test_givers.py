"""Ratings by an agent: they wait for the reader, who confirms them or takes all of them back."""

import json

import pytest
from support import SEED

from recommender import Giver, ProfileError, Recommender
from recommender.store import settings


@pytest.fixture
def rated_by_an_agent(start_after):
    """A list of which an agent liked the first paper and disliked the second, after the reader liked the third."""
    home = start_after(("init", "ada", "--interests", "image fusion", "--no-input"), ("today", SEED), ("like", "3"))
    with Recommender("ada", home=home, giver=Giver.AGENT) as agent:
        agent.like("1")
        agent.dislike("2")
    return home


def history(run):
    return json.loads(run("history", "--json").out)


def test_they_change_no_list_and_history_shows_them_apart(rated_by_an_agent, run):
    before = run("today", "--json", SEED).out
    with Recommender("ada", home=rated_by_an_agent) as reader:
        reader.undo_agents()
    assert run("today", "--json", SEED).out == before


def test_history_says_who_gave_each(rated_by_an_agent, run):
    shown = history(run)
    assert [entry["by"] for entry in shown["items"]] == ["reader"]
    assert [(entry["by"], entry["verdict"]) for entry in shown["suggestions"]] == [
        ("agent", "dislike"),
        ("agent", "like"),
    ]
    text = run("history").out
    assert text.count("liked  agent ") + text.count("liked     agent ") == 2
    assert "recommend confirm" in text
    assert "2 ratings by an agent to confirm" in run("status").out


def test_the_reader_confirms_them(rated_by_an_agent, run):
    assert run("confirm").out.count("liked") == 2
    first = history(run)["suggestions"][1]["id"]
    assert run("confirm", first).out.startswith("liked")
    assert {entry["id"]: entry["by"] for entry in history(run)["items"]}[first] == "agent"
    assert run("confirm", first).code == 2
    assert run("confirm", "--all", first).code == 2
    assert run("confirm", "--all").code == 0
    assert "No rating by an agent" in run("confirm").out
    assert len(history(run)["items"]) == 3
    assert "Took back `confirm`" in run("undo").out
    assert len(history(run)["suggestions"]) == 1


def test_all_of_them_are_taken_back_at_once(rated_by_an_agent, run):
    run("confirm", "--all")
    assert "Took back what agents rated" in run("undo", "--by", "agent").out
    shown = history(run)
    assert (len(shown["items"]), shown["suggestions"]) == (1, [])
    assert "no agent rated" in run("undo", "--by", "agent").out


def test_an_undo_by_the_reader_leaves_them(rated_by_an_agent, run):
    run("undo")
    shown = history(run)
    assert (shown["items"], len(shown["suggestions"])) == ([], 2)


def test_a_setting_lets_them_count_at_once(rated_by_an_agent, run):
    file = rated_by_an_agent / "profiles" / "ada.toml"
    file.write_text(f"agent_ratings_count = true\n{file.read_text()}")
    with Recommender("ada", home=rated_by_an_agent, giver=Giver.AGENT) as agent:
        agent.like("4")
    assert [entry["by"] for entry in history(run)["items"]] == ["agent", "reader"]
    with pytest.raises(ProfileError):
        settings.from_mapping({"agent_ratings_count": "yes"}, "ada", file.parent)


def test_a_profile_takes_them_along(rated_by_an_agent, run, tmp_path):
    run("confirm", "1")
    before = history(run)
    run("profile", "export", tmp_path / "ada.zip")
    assert run("profile", "import", tmp_path / "ada.zip", "--as", "grace").code == 0
    after = json.loads(run("history", "--json", "-p", "grace").out)
    assert (after["items"], after["suggestions"]) == (before["items"], before["suggestions"])
    assert {entry["by"] for entry in after["items"]} == {"agent", "reader"}
