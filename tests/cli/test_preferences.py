"""Following, muting and weights: by command, in the settings, in the list."""

import json

import pytest
from support import ENCODER, SEED, make_paper

from recommender.store.library import Library

SETTINGS = """\
# my own words
interests = "image fusion"   # keep this
list_size = 46

[boost]
# a table of mine
"word:retinal" = 1
"""


@pytest.fixture
def ada(run, home):
    run("init", "ada", "--interests", "image fusion", "--no-input")
    return home / "profiles" / "ada.toml"


def items(run, *arguments):
    return json.loads(run("today", SEED, "--json", "-n", "46", *arguments).out)["items"]


def test_a_rule_set_by_a_command_changes_only_its_own_line(run, ada):
    ada.write_text(SETTINGS)
    run("mute", "word:survey", "category:cs.CY")
    run("follow", "Ada Lovelace", "P. Erdős")
    run("boost", "word:infrared", "--by", "2")
    text = ada.read_text()
    for line in SETTINGS.splitlines():
        assert line in text
    assert 'mute = ["word:survey", "category:cs.CY"]' in text
    assert 'follow = ["Ada Lovelace", "P. Erdős"]' in text
    assert '"word:infrared" = 2' in text
    run("mute", "--remove", "word:survey", "category:cs.CY")
    run("follow", "--remove", "Ada Lovelace", "P. Erdős")
    run("boost", "--remove", "word:infrared")
    assert ada.read_text() == SETTINGS


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("follow", "J."),
        ("follow", "author:J."),
        ("follow", "!"),
        ("follow", "category:cs.CV"),
        ("follow", "Word: survey"),
        ("mute", "author:J."),
        ("mute", "author:!"),
        ("mute", "category:zz"),
        ("mute", "category:cs.CVV"),
        ("mute", "word:a"),
        ("boost", "author:j"),
        ("boost", "category:%"),
    ],
)
def test_a_rule_that_can_match_no_paper_is_refused(run, ada, command, rule):
    run("today", SEED)
    before = ada.read_text()
    ran = run(command, rule)
    assert (ran.code, ran.out, ada.read_text()) == (5, "", before), ran.err
    ada.write_text(f'{before}\nmute = ["{rule}"]\n' if command == "mute" else before)
    assert run("mute").code == 0, "one from before stays"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("follow", "王"),
        ("follow", "LIGO Scientific Collaboration"),
        ("mute", "category:cs"),
        ("mute", "category:CS.cv"),
        ("mute", "category:Neuroscience"),  # of a feed, which has categories of its own
        ("boost", "author:Plato"),
    ],
)
def test_a_rule_that_can_match_one_is_kept(run, ada, home, command, rule):
    with Library(home / "library.db", ENCODER) as library:
        library.add([make_paper(1, categories=("Neuroscience",))])
    ran = run(command, rule)
    assert (ran.code, "(new)" in ran.out) == (0, True), ran.err


@pytest.mark.parametrize(
    ("command", "rule"),
    [("follow", "{}"), ("mute", "author:{}"), ("boost", "author:{}")],
)
@pytest.mark.parametrize("name", ["Witten", "van Dishoeck", "O'Brien", "Müller"])
def test_a_family_name_alone_is_refused_where_papers_say_whose_it_is(run, ada, tmp_path, command, rule, name):
    names = ["Edward Witten", "E. F. van Dishoeck", "Sean O’Brien", "Hans Müller", "ATLAS"]
    (tmp_path / "d.jsonl").write_text(json.dumps({"id": "2006.00001", "title": "T", "authors": names}))
    run("today", tmp_path / "d.jsonl")
    before = ada.read_text()
    refused = run(command, rule.format(name))
    assert refused.code == 5
    assert name.split("'")[0] in refused.err
    assert any(f"“{full}”" in refused.err for full in names)
    assert ada.read_text() == before
    for kept in (f"E. {name}", "ATLAS", "Plato"):
        assert run(command, rule.format(kept)).code == 0


@pytest.mark.parametrize(
    ("command", "rule", "name"),
    [
        ("follow", "LeCun", "LeCun"),
        ("follow", "van der Berg", "van der Berg"),
        ("mute", "author:LeCun", "LeCun"),
        ("boost", "author:O'Brien", "O'Brien"),
    ],
)
def test_a_family_name_alone_is_said_to_match_nobody_with_a_given_one(run, ada, command, rule, name):
    assert f"“{name}” alone is nobody who signs with a given name; write an initial" in run(command, rule).err
    assert "alone" not in run(command).err


@pytest.mark.parametrize("name", ["Di Wu", "J. van der Berg", "王", "LIGO Collaboration", "Dupont, A."])
def test_a_name_with_a_given_one_is_followed_without_a_word(run, ada, name):
    assert "alone" not in run("follow", name).err


def test_an_author_is_followed_by_the_name_whatever_stands_before_it(run, ada):
    text = ada.read_text()
    for rule in ("author:Ada Lovelace", "Author: Ada Lovelace", "Ada Lovelace"):
        ada.write_text(text)
        assert run("follow", rule).out.startswith("Ada Lovelace")
        ada.write_text(f'{text}\nfollow = ["{rule}"]\n')
        assert run("follow").out == "Ada Lovelace\n"
        assert run("follow", "--remove", rule).code == 0
        assert run("follow").out.startswith("Nothing yet")


@pytest.mark.parametrize(
    ("command", "rule", "clean"),
    [
        ("follow", "Ada\u200b Love\u00adlace\u202c", "Ada Lovelace"),
        ("follow", "\ufeffAda Lovelace", "Ada Lovelace"),
        ("mute", "category:cs.CY\u200b", "category:cs.CY"),
        ("mute", "\u2060word:survey\u2069", "word:survey"),
        ("boost", "category:cs.CY\u200b", "category:cs.CY"),
    ],
)
def test_what_comes_invisibly_with_a_copied_rule_is_left_out(run, ada, command, rule, clean):
    assert run(command, rule).code == 0
    assert f'"{clean}"' in ada.read_text()
    assert run(command, "--remove", rule).code == 0
    assert clean not in ada.read_text()
    ada.write_text(f'[boost]\n"{rule}" = 1\n' if command == "boost" else f'{command} = ["{rule}"]\n')
    assert run(command, "--remove", clean).code == 0
    assert rule not in ada.read_text()


def test_a_muted_paper_is_hidden_counted_and_there_with_all(run, ada):
    before = items(run)
    run("mute", "word:infrared")
    after = json.loads(run("today", SEED, "--json", "-n", "46").out)
    hidden = {item["id"] for item in before} - {item["id"] for item in after["items"]}
    assert hidden
    assert f"{len(hidden)} muted" in after["note"]
    everything = {item["id"]: item for item in items(run, "--all")}
    assert hidden <= everything.keys()
    assert all("muted" in {reason["kind"] for reason in everything[paper]["reasons"]} for paper in hidden)


@pytest.mark.parametrize(
    ("rules", "warned"),
    [
        (["survey", "Images"], ["word:Images"]),
        (["word:image fusion"], ["word:image fusion"]),
        (["image survey", "author:fusion", "category:image"], []),
    ],
)
def test_who_mutes_an_interest_is_told(run, ada, rules, warned):
    said = run("mute", *rules).out
    assert [line.partition(" is among")[0] for line in said.splitlines() if " is among" in line] == warned
    assert " is among" not in run("mute", "--remove", *rules).out


def test_a_full_list_says_too_how_many_are_muted(run, ada):
    items(run)
    run("mute", "word:infrared")
    assert "muted; `recommend today --all` shows them too." in run("today", SEED, "-n", "5").out


def test_a_weight_moves_papers_and_says_so_in_the_reasons(run, ada):
    before = [item["id"] for item in items(run)]
    run("boost", "word:retinal", "--by", "3")
    after = items(run)
    nudged = {item["id"] for item in after if "boosted" in {reason["kind"] for reason in item["reasons"]}}
    assert nudged
    places = [item["id"] for item in after]
    assert all(places.index(paper) <= before.index(paper) for paper in nudged)
    run("boost", "--remove", "word:retinal")
    assert [item["id"] for item in items(run)] == before


def test_without_arguments_the_rules_are_shown(run, ada):
    assert "Nothing yet" in run("follow").out
    run("follow", "Ada Lovelace")
    assert run("follow").out == "Ada Lovelace\n"
    run("boost", "retinal", "--by", "-1.5")
    assert run("boost").out == "word:retinal -1.5\n"
    shown = run("profile", "show").out
    assert "Ada Lovelace" in shown
    assert "word:retinal -1.5" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("mute", "colour:red"), 5, "word:survey"),
        (("mute", "word:"), 5, "word:survey"),
        (("mute", "word:the"), 5, "too common"),
        (("mute", "--remove", "word:survey"), 5, "not among them"),
        (("boost", "word:x", "--by", "0"), 5, "not 0"),
        (("boost", "word:x", "--by", "9"), 2, "9"),
        (("follow", " "), 2, "empty"),
        (("follow", "Ada", "-p", "example"), 5, "recommend init NAME --from example"),
    ],
)
def test_a_wrong_rule_says_what_is_right_and_changes_nothing(run, ada, arguments, code, says):
    before = ada.read_bytes()
    ran = run(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert ada.read_bytes() == before


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("follow = 5", "follow must be a list"),
        ('mute = ["colour:red"]', "word:survey"),
        ('boost = ["word:x"]', "table"),
        ('boost = { "word:x" = "much" }', "number"),
        ('boost = { "word:x" = 4 }', "from -3 to 3"),
        ('contact = "nobody"', "e-mail address"),
    ],
)
def test_a_wrong_setting_is_named(run, ada, setting, says):
    ada.write_text(setting)
    ran = run("today", SEED)
    assert ran.code == 5
    assert says in ran.err


@pytest.mark.parametrize(
    ("command", "written", "given"),
    [
        ("mute", 'mute = ["word:the", "word:fusion"]', "word:the"),
        ("boost", 'boost = { "word:the" = 1, "word:fusion" = 1 }', "word:the"),
        ("follow", 'follow = [",", "P. Erdős"]', ","),
        ("follow", 'follow = [" Ada  Lovelace", "P. Erdős"]', "Ada Lovelace"),
    ],
)
def test_whatever_rule_the_settings_have_can_be_removed(run, ada, command, written, given):
    ada.write_text(f"{written}\n")
    assert given in json.loads(run(command, "--json").out)["rules"][0]
    assert run(command, "--remove", given).code == 0
    assert len(json.loads(run(command, "--json").out)["rules"]) == 1


@pytest.mark.parametrize("name", [",", "12", "…"])
def test_a_name_without_a_letter_is_no_author(run, ada, name):
    assert run("follow", name).code == 5
    assert "no letter" in run("follow", name).err


@pytest.mark.parametrize("day", ["2020-02-30", "tomorrow", "13.5.2020", "", "٢٠٢٠-٠٥-١٣"])
def test_what_is_no_day_says_how_to_write_one(run, day):
    ran = run("today", "--day", day)
    assert (ran.code, "like 2020-05-13, yesterday or friday" in " ".join(ran.err.split())) == (2, True)
