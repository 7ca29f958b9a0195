"""Run the steps of the Dockerfile without Docker, in folders that are the roots of small systems; then use the result.

    debootstrap --variant=minbase --include=ca-certificates,netbase,python3,python3-venv,tzdata trixie ROOT
    ln -s python3 ROOT/usr/bin/python
    python tests/image.py ROOT

ROOT stands for the base image, which has the same Debian and the same minor version of Python; it stays as it is.
Needs Linux, the rights of root, and a network, because pip downloads what the program depends on. Prints how much
each step adds, what the health check says, and a first list; fails where one of them does.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction of a Dockerfile and its arguments, on one line."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, arguments = line.strip().partition(" ")
            yield name, " ".join(arguments.split())


class Image:
    """A root folder with what Dockerfile instructions set: environment, user and working folder."""

    def __init__(self, base: Path, root: Path) -> None:
        subprocess.run(["cp", "-a", "--reflink=auto", base, root], check=True)
        self.root = root
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.arguments: dict[str, str] = {}
        self.settings: dict[str, str] = {}  # the last of each instruction, such as CMD

    def size(self) -> int:
        return sum(path.lstat().st_size for path in self.root.rglob("*") if path.is_symlink() or path.is_file())

    def do(self, name: str, arguments: str, stages: dict[str, "Image"]) -> None:
        """One instruction."""
        if name == "RUN":
            self.run(["sh", "-ec", arguments], user="0", **self.arguments)
        elif name == "COPY":
            self.copy(shlex.split(arguments), stages)
        elif name == "ENV":
            self.environment |= dict(each.split("=", 1) for each in shlex.split(self.filled(arguments)))
        elif name == "ARG":
            self.arguments |= dict([arguments.split("=", 1)])
        else:
            self.settings[name] = arguments

    def copy(self, words: list[str], stages: dict[str, "Image"]) -> None:
        source = REPOSITORY
        if words[0].startswith("--from="):
            source = stages[words.pop(0).removeprefix("--from=")].root
        *names, target = words
        into = self.root / target.lstrip("/")
        for name in names:
            path = source / name.lstrip("/")
            if path.is_dir():
                shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, into)

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{?(\w+)\}?", lambda name: self.environment.get(name[1], ""), text)

    def run(self, command: list[str], user: str = "", **environment: str) -> str:
        """Run a command in the root, as a container would; give its output."""
        user = user or self.settings.get("USER", "0")
        known = [line.split(":") for line in (self.root / "etc/passwd").read_text().splitlines()]
        group, home = next(((each[3], each[5]) for each in known if each[2] == user), ("0", "/"))
        told = {**self.environment, "HOME": home, **environment}
        place = self.settings.get("WORKDIR", "/")
        words = ["env", "-i", *(f"{name}={value}" for name, value in told.items())]
        words += ["chroot", f"--userspec={user}:{group}", self.root, "/bin/sh", "-c", 'cd "$0" && exec "$@"', place]
        done = subprocess.run([*words, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{shlex.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout


def build(base: Path, folder: Path) -> Image:
    """All stages of the Dockerfile; gives the last one, and prints what each of its steps adds."""
    stages: dict[str, Image] = {}
    image = None
    for name, arguments in instructions((REPOSITORY / "Dockerfile").read_text(encoding="utf-8")):
        if name == "FROM":
            stage = arguments.rpartition(" AS ")[2]
            image = stages[stage] = Image(base, folder / f"stage-{len(stages)}")
            print(f"{image.size() / 1e6:8.1f} MB  {name} {arguments}", flush=True)
            continue
        assert image, "no FROM before it"
        before = image.size()
        image.do(name, arguments, stages)
        print(f"{(image.size() - before) / 1e6:+8.1f} MB  {name} {arguments[:90]}", flush=True)
    assert image
    return image


def main() -> None:
    """Build it, ask for its health before and after a first list, and print that list."""
    with tempfile.TemporaryDirectory(dir=Path(sys.argv[1]).resolve().parent) as folder:
        image = build(Path(sys.argv[1]).resolve(), Path(folder))
        check = json.loads(image.settings["HEALTHCHECK"].partition(" CMD ")[2])
        entry, arguments = (json.loads(image.settings[name]) for name in ("ENTRYPOINT", "CMD"))
        print(image.run(check))
        print(image.run([*entry, *arguments]))
        print(image.run([*entry, "like", "1"]))
        print(image.run(check))
        data = image.root / "data"
        owners = {path.stat().st_uid for path in [data, *data.rglob("*")]}
        assert owners == {int(image.settings["USER"])}, owners
        print(f"{image.size() / 1e6:8.1f} MB  in all; files of user {owners} in /data alone")


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit("needs the rights of root")
    main()
