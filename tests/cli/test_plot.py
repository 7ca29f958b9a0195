"""`recommend plot`: pictures as files, on standard output, and their figures."""

import json
import sys
import xml.etree.ElementTree as ET

import pexpect
import pytest
from support import SEED

from recommender.delivery.pictures import PICTURES

each_kind = pytest.mark.parametrize("kind", list(PICTURES))


@pytest.fixture
def read_once(start_after):
    return start_after(("today", "-p", "example", SEED))


@pytest.mark.sample(1)
@each_kind
def test_a_picture_is_written_to_standard_output_when_piped(run, read_once, kind):
    ran = run("plot", kind)
    assert ran.code == 0
    assert ET.fromstring(ran.out).tag.endswith("svg")


@each_kind
def test_a_picture_is_written_to_a_file(run, read_once, tmp_path, kind):
    file = tmp_path / "x.svg"
    ran = run("plot", kind, "-o", file)
    assert (ran.code, ran.out) == (0, "")
    assert str(file) in ran.err
    assert ET.fromstring(file.read_text(encoding="utf-8")).tag.endswith("svg")
    assert run("plot", kind, "-o", "-").out.startswith("<svg ")


@each_kind
def test_figures_are_one_document(run, read_once, kind):
    record = json.loads(run("plot", kind, "--json").out)
    assert record["version"] == 1
    assert record["profile"] == "example"


def test_what_is_missing_is_said_on_the_picture_and_on_stderr(run, read_once):
    run("like", "1", "2")
    ran = run("plot", "map")
    assert "A map needs 10 liked or disliked papers; there are 2." in ran.err
    assert "A map needs 10 liked" in ran.out
    assert json.loads(run("plot", "map", "--json").out)["note"] in ran.err.replace("\n", " ")


@pytest.mark.slow
def test_on_a_terminal_a_picture_gets_a_name(read_once, tmp_path):
    command = f"{sys.executable} -m recommender plot days"
    child = pexpect.spawn(command, cwd=tmp_path, env=None, encoding="utf-8", timeout=60, dimensions=(24, 100))
    child.expect(r"The picture is in example-days\.svg")
    child.expect(pexpect.EOF)
    assert (tmp_path / "example-days.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_map_of_a_rated_day_shows_the_rest_of_the_list(run, read_once, home):
    run("like", "1-8")
    run("dislike", "9", "10")
    run("today")
    record = json.loads(run("plot", "map", "--json").out)
    assert len(record["rated"]) == record["ratings"] == 10
    assert [paper["rank"] for paper in record["today"]] == list(range(1, 11))
    assert (home / "cache" / "example.map").exists()
    again = run("plot", "map")
    assert "Rough still" in again.out
    assert again.err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("plot", "cloud"), 2, "'map', 'interests', 'words', 'calibration', 'days'"),
        (("plot",), 2, "Missing argument"),
        (("plot", "map", "-o", "no/such/folder/x.svg"), 7, "does not exist"),
        (("plot", "map", "-o", "."), 7, "is a folder"),
        (("plot", "map", "-o", "~nobody-of-this-name/x.svg"), 7, "does not exist"),
        (("restore", "~nobody-of-this-name/x.zip"), 7, "~nobody-of-this-name"),
        (("plot", "map", "-p", "nobody"), 5, "no profile 'nobody'"),
    ],
)
def test_a_mistake_is_named(run, read_once, arguments, code, said):
    ran = run(*arguments)
    assert ran.out == ""
    assert said in ran.err
    assert ran.code == code
