"""What the program depends on: packages with bounds, licence and reason, and no licence that binds its users."""

import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support import REPOSITORY

TEXT = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = PROJECT["optional-dependencies"]
NAMED = [each for group in (PROJECT["dependencies"], *EXTRAS.values()) for each in group if "recommender[" not in each]
PERMISSIVE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0", "Public Domain"}
ALLOWED_FOR_TESTS = PERMISSIVE | {"MPL-2.0"}
# How metadata that has no expression of SPDX's names a licence: a classifier, else the beginning of a free text.
SPELLINGS = {
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}


def licences(name):
    """The licences that an installed package names in its metadata, as SPDX writes them; a few packages name none."""
    found = metadata.metadata(name)
    if expression := found.get("License-Expression"):
        return set(re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", expression)) - {""}
    classifiers = [each.rpartition(" :: ")[2] for each in found.get_all("Classifier", []) if "License ::" in each]
    stated = classifiers or [found.get("License", "").partition("\n")[0]]
    return {SPELLINGS.get(each, each) for each in stated if each not in ("", "OSI Approved")}


def closure(requirements):
    """The names of the installed packages that these requirements bring, on this machine and Python."""
    names, left = set(), [Requirement(each) for each in requirements]
    while left:
        requirement = left.pop()
        extras = requirement.extras or {""}
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(requirement.name)
        if name not in names:
            names.add(name)
            left += [Requirement(each) for each in metadata.requires(name) or [] if "extra ==" not in each]
    return names


@pytest.mark.parametrize("requirement", NAMED)
def test_a_dependency_has_bounds_a_licence_and_a_reason(requirement):
    operators = {each.operator for each in Requirement(requirement).specifier}
    by_year = requirement.startswith(("tzdata", "dask", "distributed"))  # each release is one of its month
    assert operators in ({">=", "<"}, {"=="}) or (by_year and operators == {">="}), "a lower and an upper bound"
    comment = re.search(rf'^    "{re.escape(requirement)}", +# ([\w.-]+): (.+)$', TEXT, re.MULTILINE)
    assert comment, "no comment `# LICENCE: reason` beside it"
    try:
        stated = licences(Requirement(requirement).name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{requirement} is not installed, so that its licence cannot be compared")
    assert not stated or comment[1] in stated
    assert Requirement(requirement).specifier.contains(metadata.version(Requirement(requirement).name))


def test_nothing_that_the_program_needs_has_a_licence_that_binds_its_users():
    needed = closure([*PROJECT["dependencies"], *EXTRAS["mcp"], *EXTRAS["web"], *EXTRAS["keyring"]])
    assert {"numpy", "markupsafe", "anyio"} <= needed  # or the test would see nothing
    # a choice of licences, or one for each part: one of the permissive ones is enough to know that it was looked at
    assert {name: licences(name) for name in needed if not licences(name) & PERMISSIVE} == {}


def test_nothing_that_a_cluster_needs_has_a_licence_that_binds_its_users():
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    needed = closure(EXTRAS["cluster"])
    assert {"tornado", "cloudpickle"} <= needed
    assert {name: licences(name) for name in needed if not licences(name) & PERMISSIVE} == {}


@pytest.mark.parametrize("requirement", NAMED)
def test_the_licence_of_a_dependency_is_permissive(requirement):
    [licence] = re.findall(rf'^    "{re.escape(requirement)}", +# ([\w.-]+):', TEXT, re.MULTILINE)
    needed = requirement not in EXTRAS["dev"]
    assert licence in (PERMISSIVE if needed else ALLOWED_FOR_TESTS)


def test_the_pythons_that_are_promised_are_those_that_were_tried():
    versions = {each.rpartition(" :: ")[2] for each in PROJECT["classifiers"] if "Python :: 3." in each}
    assert versions == {"3.11", "3.12", "3.13", "3.14"}
    assert PROJECT["requires-python"] == ">=3.11"
