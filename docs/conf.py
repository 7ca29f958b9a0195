"""How Sphinx makes the documentation from these files: `make docs`."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

_PROJECT = tomllib.loads(Path(__file__).parent.with_name("pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "recommender"
release = version = _PROJECT["version"]
copyright = "the authors of recommender, MIT licence"  # noqa: A001 - Sphinx's name

extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 3
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_title = "recommender"
html_static_path: list[str] = []
html_copy_source = False
html_show_sphinx = False
nitpicky = True


_OUTSIDE = {
    "](../CHANGELOG.md": "](changelog.md",
    "](../README.md": "](index.md",
    "](decisions/)": "](decisions/README.md)",
}


def _within(_app: object, _name: str, source: list[str]) -> None:
    """Lead links to files beside this folder, which are right in the repository, to pages of the site."""
    for link, page in _OUTSIDE.items():
        source[0] = source[0].replace(link, page)


_ACCESSIBLE = {  # what axe finds in pages of the theme: they scroll by the keyboard, and landmarks have names
    "<pre": '<pre tabindex="0"',
    '<div class="table-wrapper': '<div tabindex="0" role="group" aria-label="Table" class="table-wrapper',
    'role="heading"': 'role="heading" aria-level="2"',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
}


def _finish(app: Any, failure: Exception | None) -> None:
    if not failure:
        # named in <picture>, which has one for light and one for dark, and of which Sphinx knows nothing
        shutil.copytree(Path(app.srcdir, "pictures"), Path(app.outdir, "pictures"), dirs_exist_ok=True)
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            for bare, named in _ACCESSIBLE.items():
                text = text.replace(bare, named)
            page.write_text(text, encoding="utf-8")


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _within)
    app.connect("build-finished", _finish)
