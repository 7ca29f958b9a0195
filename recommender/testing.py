"""What an author of a source or a delivery can run against it: each check raises AssertionError and says what is wrong.

    from recommender.testing import check_source

    def test_my_source():
        check_source(my_package.papers, "neuroscience", date(2026, 11, 26))

A check runs the plugin as the program does, with a limit of time.
"""

from collections.abc import Sequence
from datetime import date
from email.message import EmailMessage
from itertools import islice

from recommender import plugins
from recommender.errors import DeliveryError
from recommender.paper import Paper

__all__ = ["check_delivery", "check_source", "sample_message"]

_QUIET = date(1991, 1, 1)  # before there was anything to announce


def check_source(
    source: plugins.Source, address: str, day: date, *, seconds: float = plugins.SECONDS, quiet: date = _QUIET
) -> list[Paper]:
    """Check a source; gives its papers of the day.

    It gives recommender.Papers with an id and a title, each once; the same again when it is asked again; and does not
    fail on a day without papers.

    Args:
        address, day: of which it has papers.
        quiet: a day without papers.

    Raises:
        AssertionError: it does not keep one of these.
    """
    papers = _asked(source, address, day, seconds)
    _require(papers, f"no paper of {day}; name an address and a day with some")
    again = _asked(source, address, day, seconds)
    _require({paper.id for paper in papers} == {paper.id for paper in again}, "another answer at the second time")
    _asked(source, address, quiet, seconds)
    return papers


def check_delivery(
    delivery: plugins.Delivery, address: str, recipients: Sequence[str] = ("ada@example.org",), wrong_address: str = ""
) -> None:
    """Check a delivery: it takes a list, leaves the message as it is, and fails by DeliveryError alone.

    Args:
        address: where it delivers; the check delivers one list there.
        wrong_address: one that it must refuse; empty: there is none.

    Raises:
        AssertionError: it does not keep one of these.
    """
    message = sample_message(recipients)
    before = message.as_bytes()
    try:
        answer = plugins.call(lambda: delivery(message, tuple(recipients), address))
    except plugins.Failed as failure:
        raise AssertionError(f"it did not deliver: {failure}") from failure
    _require(answer is None or isinstance(answer, str), f"it gave {type(answer).__name__}, neither a text nor None")
    _require(message.as_bytes() == before, "it changed the message, which the next recipient gets, too")
    if not wrong_address:
        return
    try:
        plugins.call(lambda: delivery(message, tuple(recipients), wrong_address))
    except plugins.Failed as failure:
        _require(isinstance(failure.cause, DeliveryError), f"a wrong address is no DeliveryError but {failure}")
    else:
        raise AssertionError(f"it took the wrong address {wrong_address!r} without a word")


def sample_message(recipients: Sequence[str] = ("ada@example.org",)) -> EmailMessage:
    """A list as a delivery gets it: as text and as HTML, with letters of many scripts."""
    message = EmailMessage()
    message["From"], message["To"] = "recommender@example.org", ", ".join(recipients)
    message["Subject"] = "2 papers of 26 November: “Größe” in 𝔽₂, 图像融合"
    message["Message-ID"] = "<sample@example.org>"
    message.set_content("1. A Title with Größe\n   https://arxiv.org/abs/2405.01234\n\n2. 图像融合\n")
    message.add_alternative("<ol><li>A Title with Größe<li>图像融合</ol>", subtype="html")
    return message


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def _asked(source: plugins.Source, address: str, day: date, seconds: float) -> list[Paper]:
    most = plugins.MOST_PAPERS
    try:
        given = plugins.call(lambda: list(islice(source(address, day), most + 1)), seconds)
    except plugins.Failed as failure:
        raise AssertionError(f"it failed for {day}: {failure}") from failure
    for paper in given:
        _require(not plugins.fault(paper), plugins.fault(paper))
    ids = [paper.id for paper in given]
    _require(len(ids) == len(set(ids)), "a paper comes twice")
    _require(len(ids) <= most, f"more than {most:,} papers")
    return given
