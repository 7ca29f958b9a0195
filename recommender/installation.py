"""How this program was installed, and the command that adds an extra to it in the same way."""

import json
import re
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

_NAME = "recommender"


def command_that_adds(extra: str) -> str:
    """The command line that installs an extra beside those that are here: of pipx, uv or pip.

    Quotes are double ones, which every shell takes, also those of Windows.
    """
    spec, editable = _spec(sorted({extra, *_installed_extras()}))
    prefix = Path(sys.prefix)
    python = _python()
    if (prefix / "pipx_metadata.json").exists():
        return f"pipx install --force {'--editable ' * editable}{spec}"
    if (prefix / "uv-receipt.toml").exists():
        return f"uv tool install {'--editable ' * editable}{spec}"
    if any(
        part.startswith(("archive-v", "environments-v")) for part in prefix.parts
    ):  # in the cache of uv, for one run
        return f"uvx --from {spec} recommender"
    if find_spec("pip"):
        return f"{python} -m pip install {'-e ' * editable}{spec}"
    return f"uv pip install --python {python} {'-e ' * editable}{spec}"  # uv's environments have no pip


def command_that_keeps(entry: str) -> str:
    """The command line that puts a password into the system's keyring; `keyring` itself may be on no PATH."""
    command = f"{_python()} -m keyring set {_NAME} {entry}"
    return command if find_spec("keyring") else f"{command_that_adds('keyring')}, then {command}"


def _python() -> str:
    return f'"{sys.executable}"' if " " in sys.executable else sys.executable


def _spec(extras: list[str]) -> tuple[str, bool]:
    """What to ask an installer for, quoted, and whether it is to stay a link to its source.

    The package came from an index, unless it says from where (https://packaging.python.org/specifications/direct-url).
    """
    try:
        stated = json.loads(metadata.distribution(_NAME).read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        stated = {}
    wanted, url = f"[{','.join(extras)}]", str(stated.get("url", ""))
    editable = bool(stated.get("dir_info", {}).get("editable"))
    if url.startswith("file:"):
        place = unquote(urlsplit(url).path)
        if sys.platform == "win32":
            place = place.removeprefix("/")  # file:///C:/…
        return (f'"{place}{wanted}"', editable) if Path(place).exists() else (f'"{_NAME}{wanted}"', False)
    if vcs := stated.get("vcs_info", {}).get("vcs"):
        return f'"{_NAME}{wanted} @ {vcs}+{url}"', False
    return f'"{_NAME}{wanted}{f" @ {url}" * bool(url)}"', False


def _installed_extras() -> set[str]:
    """The extras all of whose packages are here, so that a command which makes everything anew keeps them."""
    here: dict[str, bool] = {}
    try:
        requirements = metadata.requires(_NAME) or []
    except metadata.PackageNotFoundError:
        return set()
    for requirement in requirements:
        named = re.fullmatch(r"([\w.-]+).*;.*\bextra == ['\"](\w+)['\"].*", requirement)
        if named and named[2] not in ("dev", "fuzz"):
            here[named[2]] = here.get(named[2], True) and _is_here(named[1])
    return {extra for extra, complete in here.items() if complete}


def _is_here(package: str) -> bool:
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False
