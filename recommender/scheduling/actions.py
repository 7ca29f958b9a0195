"""A repository in which GitHub Actions runs `recommend run`, for readers without a machine that is on in the morning.

What Actions keeps: settings in the repository, ratings on a branch that is replaced after each run, the library in a
cache. Nothing of a reader is in the log of a run.
"""

from importlib.resources import files
from string import Template

PROFILE = "me"  # what the workflow calls the profile

_MAIL = """
# Where the list goes. Passwords are secrets of the repository: SMTP_PASSWORD and IMAP_PASSWORD.
[mail]
from = "you@example.org"
to = ["you@example.org"]
by = "smtp://you%40example.org@smtp.example.org:587"
# Where answers arrive: the links of the mail count once they are here.
replies = "imaps://you%40example.org@imap.example.org/INBOX"
"""


def repository(settings: str, version: str) -> dict[str, str]:
    """The files of the repository, by their paths in it.

    Args:
        settings: of the profile, as TOML.
        version: of the program, which each run installs.
    """
    templates = files(__package__) / "repository"
    workflow = Template((templates / "papers.yml").read_text(encoding="utf-8"))
    mail = "" if "\n[mail]" in settings else _MAIL
    return {
        ".github/workflows/papers.yml": workflow.substitute(version=version),
        "README.md": (templates / "README.md").read_text(encoding="utf-8"),
        f"{PROFILE}.toml": settings + mail,
    }
