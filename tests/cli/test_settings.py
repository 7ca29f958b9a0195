"""`recommend profile set`: settings by command, checked, and nothing else of the file touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW

from recommender.api import Recommender
from recommender.errors import ProfileError
from recommender.profile import Profile
from recommender.services import changes
from recommender.text.lines import one_line

SETTINGS = """# my own words
interests = "image fusion"   # keep this
list_size = 46  # many

[mail]
from = "ada@example.org"
to = ["ada@example.org"]
by = "maildir:/tmp/x"
"""


@pytest.fixture
def ada(run, home):
    run("init", "ada", "--no-input")
    path = home / "profiles" / "ada.toml"
    path.write_text(SETTINGS)
    return path


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("list_size", "20", "list_size = 20  # many"),
        ("interests", "fusion; graphs", 'interests = "fusion; graphs"   # keep this'),
        ("categories", "cs.CV, eess.IV", 'categories = ["cs.CV", "eess.IV"]'),
        ("variety", "0", "variety = 0"),
        ("min_match", "100", "min_match = 100"),
        ("explore", "5", "explore = 5"),
    ],
)
def test_a_setting_is_changed_and_every_other_line_stays(run, ada, name, value, line):
    assert run("profile", "set", name, value).code == 0
    text = ada.read_text()
    assert line in text.splitlines()
    for other in SETTINGS.splitlines():
        assert other in text or other.startswith(name)
    assert run("profile", "set", name, value).out == f"{name} is unchanged.\n"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("list_size", "0", "a whole number from 1 to 10,000"),
        ("list_size", "1e3", "a whole number"),
        ("variety", "٣", "a whole number"),
        ("variety", "11", "from 0 to 10"),
        ("categories", "cs.CW", "did you mean cs."),
        ("interests", "x" * 4001, "at most 4,000 characters"),
        ("mail", "x", "there are interests, categories"),
        ("listsize", "3", "there are interests, categories"),
    ],
)
def test_a_wrong_value_changes_nothing(run, ada, name, value, message):
    refused = run("profile", "set", name, value)
    assert (refused.code, message in refused.err) == (5, True), refused.err
    assert ada.read_text() == SETTINGS


def test_an_empty_text_takes_a_setting_away(run, ada):
    run("profile", "set", "interests", "")
    assert "interests" not in ada.read_text()


def test_a_shipped_profile_is_not_changed(run):
    assert "cannot be changed" in run("profile", "set", "-p", "example", "list_size", "3").err


def reader(home):
    return Recommender("ada", home=home, clock=lambda: NOW)


def test_all_are_changed_or_none_and_each_mistake_has_its_name(ada, home):
    with reader(home) as ada_reader:
        with pytest.raises(ProfileError) as refused:
            ada_reader.change_settings({"list_size": "9", "variety": "x", "categories": "cs.CV cs.XX"})
        assert refused.value.settings.keys() == {"variety", "categories"}
        assert ada.read_text() == SETTINGS


def test_what_was_changed_elsewhere_is_not_overwritten(ada, home):
    with reader(home) as ada_reader:
        seen = {field.key: field.text for field in ada_reader.settings()}
        ada_reader.change_settings({"list_size": "7"})
        unchanged = ada_reader.change_settings({**seen, "variety": "5"}, seen)  # what the form left alone stays
        assert (unchanged.list_size, unchanged.variety) == (7, 5)
        with pytest.raises(ProfileError, match="changed elsewhere meanwhile, to “7”"):
            ada_reader.change_settings({**seen, "list_size": "8"}, seen)
        assert ada_reader.change_settings({**seen, "list_size": "7"}, seen).list_size == 7  # both want the same


@given(st.text(max_size=30) | st.text("a;\n\t \"'\\\x1b\u202e", max_size=30))
def test_any_text_becomes_interests_that_are_read_again(text):
    kind = changes._KINDS["interests"]
    value = kind.value_of("interests", changes._tidy(text), Profile("ada"))
    assert one_line(value) == value
    shown = kind.text_of(Profile("ada", interests=value))
    assert kind.value_of("interests", changes._tidy(shown), Profile("ada")) == value
