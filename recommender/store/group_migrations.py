"""The schemas of `group.db`: one function a change, oldest first. Append new ones; never change a released one."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

group = Migrations("group")


@group()
def g001_accounts(db: Database) -> None:
    """Members, the browsers that are logged in, and the links by which they log in."""
    db.table("account").create(
        {
            "id": int,
            "address": str,
            "name": str,
            "profile": str,
            "state": str,  # "invited", "active", "disabled"
            "counted": int,
            "agenda": int,
            "authors": str,  # JSON list
        },
        pk="id",
        not_null={"address", "name", "profile", "state", "counted", "agenda", "authors"},
        strict=True,
    )
    db.table("account").create_index(["address"], unique=True)
    db.table("account").create_index(["profile"], unique=True)
    db.table("session").create(
        {
            "id": int,
            "secret": str,  # its SHA-256, as that of a link and of a browser
            "account": int,
            "browser": str,  # as it calls itself
            "made_at": str,  # UTC with microseconds, so that texts sort as moments do
            "expires_at": str,
        },
        pk="id",
        not_null={"secret", "account", "browser", "made_at", "expires_at"},
        foreign_keys=[("account", "account", "id")],
        strict=True,
    )
    db.table("session").create_index(["secret"], unique=True)
    db.table("link").create(
        {"secret": str, "account": int, "browser": str, "back": str, "expires_at": str, "used_at": str},
        pk="secret",
        not_null={"account", "browser", "back", "expires_at"},
        foreign_keys=[("account", "account", "id")],
        strict=True,
    )
    db.table("secret").create({"id": int, "key": str}, pk="id", not_null={"key"}, strict=True)


@group()
def g002_votes(db: Database) -> None:
    """Meetings, votes for them with the papers' texts, agendas that went out, and what members say of own papers."""
    db.table("meeting").create(
        {"id": int, "at": str, "notes": str, "share": str}, pk="id", not_null={"at", "notes", "share"}, strict=True
    )
    db.table("paper").create(
        {
            "id": str,
            "title": str,
            "abstract": str,
            "authors": str,  # JSON list
            "categories": str,  # JSON list
            "submitted": str,
            "doi": str,
        },
        pk="id",
        not_null={"title", "abstract", "authors", "categories", "doi"},
        strict=True,
    )
    db.table("vote").create(
        {"meeting": int, "paper": str, "account": int, "at": str},
        pk=("meeting", "paper", "account"),
        not_null={"at"},
        foreign_keys=[("meeting", "meeting", "id"), ("paper", "paper", "id"), ("account", "account", "id")],
        strict=True,
    )
    db.table("agenda").create(
        {"meeting": int, "account": int, "state": str, "at": str},  # "sending", "accepted", "failed"
        pk=("meeting", "account"),
        not_null={"state", "at"},
        foreign_keys=[("meeting", "meeting", "id"), ("account", "account", "id")],
        strict=True,
    )
    db.table("several").create(
        {"paper": str, "least": int},
        pk="paper",
        not_null={"least"},
        foreign_keys=[("paper", "paper", "id")],
        strict=True,
    )
    db.table("counted").create({"id": int, "day": str}, pk="id", not_null={"day"}, strict=True)
    db.table("not_own").create(
        {"account": int, "paper": str},
        pk=("account", "paper"),
        foreign_keys=[("account", "account", "id")],
        strict=True,
    )


@group()
def g003_identities(db: Database) -> None:
    """The subject by which a provider of OpenID Connect knows a member."""
    db.table("identity").create(
        {"issuer": str, "subject": str, "account": int},
        pk=("issuer", "subject"),
        not_null={"account"},
        foreign_keys=[("account", "account", "id")],
        strict=True,
    )
