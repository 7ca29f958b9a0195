"""Try what is released: install wheel and sdist with each Python, and have each print a first list.

    python tests/packages.py DIST PYTHON...        # DIST: a folder with both; `make packages` builds them

Downloads what the program depends on, so no test does this.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def attempt(python: str, package: Path, folder: Path) -> str:
    """What came of one package: its version and how many papers it listed first, or the error."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "RECOMMEND"))}
    environment["RECOMMEND_HOME"] = str(folder / "home")

    def run(*command: object) -> str:
        done = subprocess.run(
            [*map(str, command)], env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ValueError(f"{command[0]}: {done.stderr.strip().splitlines()[-1:]}")
        return done.stdout

    try:
        number = run(python, "-c", "import platform; print(platform.python_version())").strip()
        run(python, "-m", "venv", folder / "venv")
        scripts = folder / "venv" / "bin"
        run(scripts / "python", "-m", "pip", "install", "--quiet", f"{package}[keyring,web]")
        version = run(scripts / "recommend", "--version").strip()
        papers = json.loads(run(scripts / "recommend", "today", "-p", "example", "--json"))["items"]
        run(scripts / "recommend", "serve", "--help")
    except (OSError, LookupError, ValueError) as error:
        return f"{python}: {package.name}: FAILED: {error}"
    return f"Python {number}: {package.name}: {version}, {len(papers)} papers"


def main() -> int:
    dist, *pythons = sys.argv[1:]
    packages = sorted([*Path(dist).resolve().glob("*.whl"), *Path(dist).resolve().glob("*.tar.gz")])
    failed = False
    for python in pythons:
        for package in packages:
            with tempfile.TemporaryDirectory() as folder:
                outcome = attempt(python, package, Path(folder))
            print(outcome, flush=True)
            failed |= "FAILED" in outcome
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
