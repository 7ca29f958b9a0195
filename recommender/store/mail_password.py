"""The password of the mail server by which a profile's lists go out."""

import tomllib

from recommender.errors import ProfileError
from recommender.profile import GROUP
from recommender.store.home import Home


def mail_password(home: Home, name: str, by: str) -> str:
    """A profile's own password; without one, that of the home's group, if both mail by the same server and user.

    Args:
        by: as in the profile's [mail].

    Raises:
        ProfileError: there is none, or others may read the file.
    """
    try:
        return home.password(name, "smtp")
    except ProfileError:
        if home.password_file(name, "smtp").exists() or by.strip() != _of_group(home):
            raise
        return home.password(GROUP, "smtp")


def _of_group(home: Home) -> str | None:
    """What sends the mails of the home's group; None: there is no group, or its settings cannot be read."""
    try:
        by = tomllib.loads(home.group_settings_file.read_text(encoding="utf-8-sig")).get("by")
    except (OSError, ValueError):
        return None
    return by.strip() if isinstance(by, str) else None
