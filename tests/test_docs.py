"""What the documents say is: links lead somewhere, files that are named exist, tables are those of the code."""

import re
import subprocess
import sys
import tomllib

import pytest
import readme
from support import REPOSITORY

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
DECISIONS = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())


def anchors(text):
    """What a link may name in a document: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@each_document
def test_every_link_leads_to_a_file_and_a_heading_that_exist(document):
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'<img src="([^"]+)"', text)
    for link in links:
        if not re.match(r"https?:|mailto:", link):
            path, _, heading = link.partition("#")
            target = (document.parent / path).resolve() if path else document
            assert target.exists(), link
            if heading:
                assert heading in anchors(target.read_text(encoding="utf-8")), link


ROOTS = [REPOSITORY, REPOSITORY / "recommender", REPOSITORY / "recommender" / "ranking"]


def test_every_file_of_the_code_that_is_named_exists():
    missing = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8").partition("## Where the next things will live")[0]
        names = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py|(?:[a-z_]+/)+)`", text)
        missing += [f"{document.name}: {name}" for name in names if not any((root / name).exists() for root in ROOTS)]
    assert not missing


def test_who_may_import_whom_is_what_the_test_holds():
    text = readme.ARCHITECTURE.read_text(encoding="utf-8")
    assert readme.with_rooms(text) == text, "run `make readme`"


def test_decisions_are_numbered_and_all_listed():
    index = (REPOSITORY / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^(\d+)\. \[(.*)\]\((\d{3})-.*\.md\)$", index, re.MULTILINE)
    assert [(int(number), int(file)) for number, _, file in listed] == [(n, n) for n in range(1, len(DECISIONS) + 1)]
    titles = [path.read_text(encoding="utf-8").partition("\n")[0] for path in DECISIONS]
    assert titles == [f"# {number}. {title}" for number, title, _ in listed]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_follows_and_how_to_measure_it(path):
    headings = re.findall(r"^## (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "How to measure"]


def test_the_changelog_has_this_version_and_what_comes_next():
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"^## \[(.*?)\](?: - \d{4}-\d{2}-\d{2})?$", text, re.MULTILINE)
    assert versions[:2] == ["Unreleased", project["version"]]


def test_each_page_is_shown_in_both_widths_and_colours():
    import screenshots  # with Playwright, which is slow to import

    text = (REPOSITORY / "docs" / "page.md").read_text(encoding="utf-8")
    pictures = {path.name for path in (REPOSITORY / "docs" / "pictures").iterdir()}
    assert pictures == set(screenshots.names())
    assert set(re.findall(r"pictures/([\w-]+\.webp)", text)) == pictures


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_has_its_pictures(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "-q",
        "-E",
        "-d",
        tmp_path / "trees",
        REPOSITORY / "docs",
        tmp_path / "site",
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        for source in re.findall(r'(?:src|srcset)="([^"]+)"', page.read_text(encoding="utf-8")):
            assert not source.startswith("http"), f"{page.name} asks another site: {source}"
            if not source.startswith("data:"):
                assert (page.parent / source.partition("?")[0]).exists(), f"{page.name}: {source}"


def test_every_how_to_page_is_in_the_order_of_the_site():
    index = (REPOSITORY / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {f"how-to/{path.stem}" for path in (REPOSITORY / "docs" / "how-to").glob("*.md")}
    assert pages == set(re.findall(r"^how-to/[\w-]+$", index, re.MULTILINE))
