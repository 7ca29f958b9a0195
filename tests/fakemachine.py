"""A machine with fake systemctl, crontab, launchctl and schtasks commands that write down how they were called."""

from pathlib import Path

import pytest

from recommender.scheduling import job

SYSTEMCTL = """\
#!/bin/sh
echo "systemctl $*" >> "{folder}/commands"
case "$*" in
  *"$(/bin/cat "{folder}/fails")"*) echo "Failed to connect to bus" >&2; exit 1;;
  *show*) echo "Version={version}";;
  *list-timers*) echo "Mon 2026-03-02 07:00:00 UTC recommend-ada.timer";;
esac
"""
CRONTAB = """\
#!/bin/sh
echo "crontab $*" >> "{folder}/commands"
if [ "$(/bin/cat "{folder}/fails")" != nothing ]; then /bin/cat "{folder}/fails" >&2; exit 1; fi
if [ "$1" = - ]; then exec /bin/cat > "{folder}/crontab"; fi
if [ ! -e "{folder}/crontab" ]; then echo "no crontab for ada" >&2; exit 1; fi
exec /bin/cat "{folder}/crontab"
"""
LAUNCHCTL = """\
#!/bin/sh
echo "launchctl $*" >> "{folder}/commands"
case "$1" in *"$(/bin/cat "{folder}/fails")"*) echo "Bootstrap failed: 5" >&2; exit 5;; esac
"""
SCHTASKS = """\
#!/bin/sh
echo "schtasks $*" >> "{folder}/commands"
case "$*" in *"$(/bin/cat "{folder}/fails")"*) echo "ERROR: Access is denied." >&2; exit 1;; esac
task="{folder}/me/tasks/$3.xml"
case "$1" in
  /Create) /bin/mkdir -p "{folder}/me/tasks"; /usr/bin/iconv -f UTF-16 -t UTF-8 "$5" > "$task";;
  /Delete) exec /bin/rm "$task";;
  /Query) if [ -e "$task" ]; then exec /bin/cat "$task"; fi; echo "ERROR: not found" >&2; exit 1;;
esac
"""


class Machine:
    """The fake commands, the only ones on PATH, and the files of a user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        self.fail("nothing")

    @classmethod
    def alone(cls, folder: Path, monkeypatch: pytest.MonkeyPatch) -> "Machine":
        """A machine without a scheduler yet, whose clock shows UTC; the environment leads to it alone."""
        machine = cls(folder)
        monkeypatch.setenv("PATH", str(machine.bin))
        monkeypatch.setenv("HOME", str(folder / "me"))
        for name in ("XDG_CONFIG_HOME", "TZ", "RECOMMEND_SMTP_PASSWORD", "RECOMMEND_IMAP_PASSWORD"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(job, "_LOCALTIME", folder / "no-localtime")
        return machine

    def has_systemd(self, version: str = "252.39-1~deb12u2") -> None:
        self.has("systemctl", SYSTEMCTL, version=version)

    def has_cron(self) -> None:
        self.has("crontab", CRONTAB)

    def has_launchd(self) -> None:
        self.has("launchctl", LAUNCHCTL)

    def has_schtasks(self) -> None:
        self.has("schtasks", SCHTASKS)

    def has(self, command: str, script: str, **values: object) -> None:
        path = self.bin / command
        path.write_text(script.format(folder=self.folder, **values))
        path.chmod(0o755)

    def fail(self, words: str) -> None:
        """Let commands fail whose arguments contain these words; crontab fails always, and prints them."""
        (self.folder / "fails").write_text(words)

    @property
    def commands(self) -> list[str]:
        """The calls until now: "systemctl --user daemon-reload"."""
        path = self.folder / "commands"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def crontab(self) -> Path:
        return self.folder / "crontab"

    def files(self) -> set[str]:
        """All files in the user's home folder."""
        return {path.relative_to(self.folder).as_posix() for path in (self.folder / "me").rglob("*") if path.is_file()}

    def state(self) -> dict[str, bytes]:
        """All that a scheduler can change: the user's files and the crontab, an empty one as none."""
        paths = [path for path in (*(self.folder / "me").rglob("*"), self.crontab) if path.is_file()]
        return {path.relative_to(self.folder).as_posix(): content for path in paths if (content := path.read_bytes())}
