"""How large the program is once it is installed, and what each extra adds: `python -m benchmarks.sizes [SOURCE]`.

Builds a wheel of SOURCE (default: this checkout) and installs it, alone and with each extra, by pip into folders that
are deleted. With `--write` the table goes into docs/how-to/install.md. Downloads what the program depends on.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_REPOSITORY = Path(__file__).resolve().parent.parent
_PAGE = _REPOSITORY / "docs" / "how-to" / "install.md"
_SECTION = re.compile(r"<!-- sizes -->.*?<!-- /sizes -->", re.DOTALL)
_FOR_DEVELOPERS = ("dev", "fuzz")


class Size(NamedTuple):
    """What an installation takes."""

    bytes: int  # of all files, with the compiled ones that pip writes
    packages: int

    def beside(self, core: "Size") -> "Size":
        """What it takes where the core is there already."""
        return Size(self.bytes - core.bytes, self.packages - core.packages)


def sizes(source: Path) -> Iterator[tuple[str, Size]]:
    """The core, named "", then what each extra adds to it."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as folder:
        _run("hatchling", "build", "-t", "wheel", "-d", folder, cwd=source)
        (wheel,) = Path(folder).glob("*.whl")
        core = _installed(str(wheel))
        yield "", core
        for extra in project.get("optional-dependencies", {}):
            if extra not in _FOR_DEVELOPERS:
                yield extra, _installed(f"{wheel}[{extra}]").beside(core)


def _installed(requirement: str) -> Size:
    """The size of what pip installs for a requirement, where nothing else is."""
    with tempfile.TemporaryDirectory() as folder:
        _run("pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder, requirement)
        files = [path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()]
        return Size(sum(files), len([*Path(folder).glob("*.dist-info")]))


def _run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run([sys.executable, "-m", *command], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def table(source: Path) -> str:
    """The table as Markdown."""
    lines = ["| part | megabytes | packages |", "| --- | --: | --: |"]
    for extra, size in sizes(source):
        name = f"extra `{extra}`, beside the core" if extra else "core, with all that it needs"
        lines.append(f"| {name} | {size.bytes / 1e6:.1f} | {size.packages} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", type=Path, default=_REPOSITORY)
    parser.add_argument("--write", action="store_true", help="into docs/how-to/install.md")
    options = parser.parse_args()
    text = table(options.source.resolve())
    print(text)
    if options.write:
        page = _PAGE.read_text(encoding="utf-8")
        section = f"<!-- sizes -->\n{text}\n<!-- /sizes -->"
        _PAGE.write_text(_SECTION.sub(lambda _: section, page), encoding="utf-8")


if __name__ == "__main__":
    main()
