"""Settings: one table reads, refuses, writes and documents them."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import ProfileError
from recommender.paper import Nudge, NudgeKind, TopicRule
from recommender.profile import STEP, MailSettings, Profile, ZoteroSettings, nudge
from recommender.store import settings, settings_edit, topic_rules
from recommender.store.home import Home
from recommender.text.lines import one_line
from recommender.text.taxonomy import CATEGORIES

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
words = text.map(lambda value: " ".join(value.split()))
entries = st.lists(text.map(str.strip).filter(bool), max_size=3, unique=True).map(tuple)
NOT_IN_A_NEW_FILE = (
    "description",
    "contact",
    "follow",
    "mute",
    "boost",
    "topics",
    "agent_ratings_count",
    "mail",
    "zotero",
    "watch",
)
profiles = st.builds(
    Profile,
    name=st.just("ada"),
    interests=words,
    categories=st.lists(st.sampled_from(sorted(CATEGORIES)), unique=True).map(tuple),
    digests=st.sampled_from([(), ("arxiv",), ("/tmp/digests", "https://localhost/feed")]),
    list_size=st.integers(1, 10_000),
    min_match=st.integers(0, 100),
    variety=st.integers(0, 10),
    explore=st.integers(0, 5),
    # what a new file does not have
    **{name: st.just(value) for name, value in Profile("")._asdict().items() if name in NOT_IN_A_NEW_FILE},
)


def from_text(toml, folder=Path("/home/ada")):
    return settings.from_mapping(tomllib.loads(toml), "ada", folder)


@given(profiles)
def test_a_new_file_is_read_as_the_profile_it_was_written_for(profile):
    assert from_text(settings.text_of(profile)) == profile


def test_a_new_file_has_a_comment_above_each_setting():
    lines = settings.text_of(Profile("ada")).splitlines()
    keys = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert keys
    assert all(lines[number - 1].startswith("# ") for number in keys)


def test_every_field_of_the_nouns_is_one_setting():
    fields = list(Profile._fields)
    assert ["name", *(setting.attribute for setting in settings.TABLE)] == fields
    assert [setting.attribute for setting in settings.MAIL_TABLE] == list(MailSettings._fields)
    assert [setting.attribute for setting in settings.ZOTERO_TABLE] == list(ZoteroSettings._fields)


def test_an_empty_file_has_the_defaults_that_are_documented():
    documented = {name: default for name, _, default in settings.documentation() if default and "." not in name}
    assert from_text("") == Profile("ada")
    assert from_text("\n".join(f"{name} = {default}" for name, default in documented.items())) == Profile("ada")


def test_every_setting_has_a_meaning():
    assert all(meaning for _, meaning, _ in settings.documentation())


@pytest.mark.parametrize("setting", [each for each in settings.TABLE if each.most], ids=lambda setting: setting.key)
def test_numbers_beyond_their_bounds_are_refused(setting):
    for number in (setting.least, setting.most):
        assert getattr(from_text(f"{setting.key} = {number}"), setting.attribute) == number
    for number in (setting.least - 1, setting.most + 1, "true", "1.5", '"1"'):
        with pytest.raises(ProfileError, match=f"from {setting.least} to {setting.most}, not"):
            from_text(f"{setting.key} = {number}")


def test_mails_need_no_more_than_from_to_and_by():
    profile = from_text('[mail]\nfrom = "Ada <ada@example.org>"\nto = "bob@example.org"\nby = "sendmail:"\n')
    assert profile.mail == MailSettings("Ada <ada@example.org>", ("bob@example.org",), "sendmail:", "ada@example.org")


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [
        ("survey", None, Nudge(NudgeKind.WORD, "survey", None)),
        ("word:  image   fusion", 2, Nudge(NudgeKind.WORD, "image fusion", 2 * STEP)),
        ("Author: J. Doe", -1, Nudge(NudgeKind.AUTHOR, "J. Doe", -STEP)),
        ("category:cs.CY", 0.5, Nudge(NudgeKind.CATEGORY, "cs.CY", 0.5 * STEP)),
    ],
)
def test_a_rule_is_a_kind_and_a_text(text, steps, expected):
    assert nudge(text, steps) == expected


@pytest.mark.parametrize(("text", "steps"), [("colour:red", 1), ("word:", 1), ("word:x", 0), ("word:x", 3.5)])
def test_a_wrong_rule_is_refused(text, steps):
    with pytest.raises(ProfileError):
        nudge(text, steps)


def test_a_setting_is_changed_and_removed_with_all_other_lines_as_they_were(tmp_path):
    home = Home(tmp_path, tmp_path / "starters")
    path = home.own_settings_file("ada")
    settings_edit.create(path, Profile("ada", interests="fusion"))
    before = path.read_text()
    settings_edit.change(path, "ada", "boost", lambda _: {"word:fusion": 1})
    assert home.profile("ada").steps == ((nudge("fusion", 1), 1.0),)
    settings_edit.change(path, "ada", "boost", lambda _: {})
    assert path.read_text() == before


def test_a_change_that_would_be_wrong_leaves_the_file_alone(tmp_path):
    home = Home(tmp_path, tmp_path / "starters")
    path = home.own_settings_file("ada")
    settings_edit.create(path, Profile("ada"))
    before = path.read_bytes()
    with pytest.raises(ProfileError, match="the weight"):
        settings_edit.change(path, "ada", "boost", lambda _: {"word:fusion": 9})
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["ada.toml"]


# Topics


RULES = st.lists(
    st.builds(
        TopicRule,
        text.map(one_line).filter(bool),
        entries,
        st.floats(0, 10, allow_nan=False) | st.sampled_from([0.0, 1.0, 10.0]),
    ),
    unique_by=lambda rule: rule.name.casefold(),
    max_size=3,
).map(tuple)


@pytest.mark.usefixtures("impatient")
@given(rules=RULES)
def test_rules_on_topics_are_read_as_they_were_written(tmp_path_factory, rules):
    path = tmp_path_factory.mktemp("home") / "ada.toml"
    settings_edit.create(path, Profile("ada", interests="fusion"))
    before = path.read_text()
    settings_edit.change(path, "ada", "topics", lambda _: topic_rules.tables(rules))
    assert settings.read(path, "ada").topics == rules
    settings_edit.change(path, "ada", "topics", lambda _: ())
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("topics = 3", r"\[\[topics\]\]"),
        ('topics = ["fusion"]', r"\[\[topics\]\]"),
        ("[topics]\nname = 'fusion'", r"\[\[topics\]\]"),
        ("[[topics]]\nweight = 1", "needs a name"),
        ("[[topics]]\nname = ' '", "needs a name"),
        ("[[topics]]\nname = 'fusion'\nwieght = 1", "unknown setting 'wieght'"),
        ("[[topics]]\nname = 'fusion'\npapers = '2005.05896'", "must be a list of ids"),
        ("[[topics]]\nname = 'fusion'\nweight = -1", "from 0"),
        ("[[topics]]\nname = 'fusion'\nweight = nan", "from 0"),
        ("[[topics]]\nname = 'fusion'\nweight = true", "from 0"),
        ("[[topics]]\nname = 'fusion'\n[[topics]]\nname = 'Fusion'", "two of the topics"),
    ],
)
def test_a_wrong_topic_is_refused(toml, message):
    with pytest.raises(ProfileError, match=message):
        from_text(toml)


@pytest.mark.parametrize("text", ["a b; c", "a  b;c".replace(";", " ;\n"), "\na b\n\nc\n", "a b;\nc", "a b\r\nc"])
def test_a_new_line_in_the_interests_separates_topics_as_a_semicolon_does(text):
    assert settings.from_mapping({"interests": text}, "ada", Path()).interests == "a b; c"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("zotero = 1", "must be a table"),
        ("[zotero]", "neither collections"),
        ('[zotero]\ninto = "A"\nby = "sea"', 'must be "local" or "web"'),
        ('[zotero]\ninto = "A"\nlibrary = "users/1"', "must be like"),
        ('[zotero]\ncolection = ["A"]', "did you mean 'collections'"),
        ("watch = 3", "watch must be a list"),
    ],
)
def test_wrong_settings_of_zotero_say_what_is_right(table, said):
    with pytest.raises(ProfileError, match=re.escape(said)):
        from_text(table)


def test_watched_files_are_relative_to_the_settings():
    assert from_text('watch = "papers.bib"').watch == ("/home/ada/papers.bib",)
