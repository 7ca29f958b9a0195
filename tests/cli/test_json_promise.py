"""What scripts were promised: a document of an earlier release is contained in the one that is printed now."""

import json

import pytest
from support import REPOSITORY, SEED

EARLIER = json.loads((REPOSITORY / "tests" / "data" / "json-of-0.1.0.json").read_text(encoding="utf-8"))


def missing(earlier, now, path="document"):
    """What the later document lacks, or has of another type."""
    if earlier is None or now is None:  # not known: of no type
        return []
    if isinstance(earlier, int | float) and isinstance(now, int | float):
        return []
    if type(earlier) is not type(now):
        return [f"{path}: {earlier!r} became {now!r}"]
    if isinstance(earlier, dict):
        gone = [f"{path}.{key} is gone" for key in earlier.keys() - now.keys()]
        return gone + [
            line for key in earlier.keys() & now.keys() for line in missing(earlier[key], now[key], f"{path}.{key}")
        ]
    if isinstance(earlier, list) and earlier and now:
        return missing(earlier[0], now[0], f"{path}[0]")
    return []


@pytest.mark.sample(3)
@pytest.mark.parametrize("command", EARLIER)
def test_a_document_of_an_earlier_release_is_contained_in_todays(start_after, run, command):
    start_after(
        ("init", "ada", "--interests", "image fusion, medical images", "--no-input"), ("today", SEED, "-n", "2")
    )
    if command != "today SEED -n 2":
        run("like", "2005.05896")
        run("dislike", "2005.05576")
    now = json.loads(run(*command.replace("SEED", str(SEED)).split(), "--json").out)
    earlier = EARLIER[command]
    assert not missing(earlier, now)
    assert now["version"] == earlier["version"]
    # A better ranking may list other papers.
    assert len(now.get("items", [])) == len(earlier.get("items", []))


def test_what_is_missing_is_noticed():
    assert missing({"a": [{"b": 1}]}, {"a": [{"b": 2.5, "c": 3}], "d": None}) == []
    assert missing({"a": [{"b": 1}]}, {"a": [{"c": 1}]}) == ["document.a[0].b is gone"]
    assert missing({"a": 1}, {"a": "1"}) == ["document.a: 1 became '1'"]
