"""A source that has the papers of a table, and a delivery that writes the list into a file."""

from collections.abc import Iterable, Sequence
from datetime import date
from email.message import EmailMessage
from pathlib import Path

from recommender import DeliveryError, Paper

_TABLE = {
    "fusion": [
        Paper("2005.90001", "Image Fusion by Example", "Infrared and visible images become one.", ("Ada Lovelace",)),
        Paper("doi:10.1000/example.2", "Fusing Images Again", "Images are fused with care.", ("Grace Hopper",)),
    ],
}


def papers(address: str, day: date) -> Iterable[Paper]:
    """The papers of a subject, all of them on every day since 2020: those that are known are new on none."""
    if day.year >= 2020:
        yield from _TABLE[address]


def deliver(message: EmailMessage, recipients: Sequence[str], address: str) -> str:
    """Add the list to a file."""
    text = message.get_body(("plain",))
    try:
        with Path(address).open("a", encoding="utf-8") as file:
            file.write(f"{', '.join(recipients)}: {message['Subject']}\n{text.get_content() if text else ''}\n")
    except OSError as error:
        raise DeliveryError(f"cannot write: {error.strerror}") from error
    return "written"
