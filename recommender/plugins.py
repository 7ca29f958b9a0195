"""Sources and deliveries of other packages, found by their entry points; what they do wrong harms nothing else.

A package names its functions in pyproject.toml:

    [project.entry-points."recommender.sources"]
    biorxiv = "my_package:papers"

    [project.entry-points."recommender.deliveries"]
    slack = "my_package:deliver"

Then `digests = ["biorxiv://neuroscience"]` in the settings is asked for papers, and `by = "slack:#papers"` in [mail]
takes the mails. `recommender.testing` checks such functions.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from email.message import EmailMessage
from importlib.metadata import entry_points
from itertools import islice
from threading import Thread
from typing import Any, Protocol, TypeVar

from recommender.errors import ProfileError
from recommender.ids import reference
from recommender.paper import Paper, Skipped

SOURCES, DELIVERIES = "recommender.sources", "recommender.deliveries"
SECONDS = 60.0  # that a plugin may take
MOST_PAPERS = 10_000  # of one answer of a source
_LONGEST_ID = 2_000  # characters

T = TypeVar("T")


class Source(Protocol):
    """A function that has papers."""

    def __call__(self, address: str, day: date) -> Iterable[Paper]:
        """The papers that are new on a day, or all of the last days: each counts for the day it came first.

        It is asked once a day, or again with `--refresh`. Any exception is a failure of this source alone.

        Args:
            address: what stands after "NAME://" in the settings: "neuroscience".
            day: the day that is asked for.
        """


class Delivery(Protocol):
    """A function that takes a list out."""

    def __call__(self, message: EmailMessage, recipients: Sequence[str], address: str) -> object:
        """Deliver a list once; gives what the other side answered, as text, or None.

        Args:
            message: the list as a mail; `message.get_body(("plain",))` has it as text.
            recipients: addresses, of [mail] in the settings.
            address: what stands after "NAME:" in the setting `by`.

        Raises:
            DeliveryError: nothing was delivered; str() of it says why. After any other exception it is unknown.
        """


def names(group: str) -> list[str]:
    """The names of the plugins of a group that are installed."""
    return sorted({point.name for point in entry_points(group=group)})


def load(group: str, name: str) -> Callable[..., Any] | None:
    """The plugin of this name; None: no package has one.

    Raises:
        ProfileError: it cannot be loaded, or is no function.
    """
    for point in entry_points(group=group, name=name):
        try:
            plugin = call(point.load)  # a module may end the process or never end, too
        except Failed as error:
            raise ProfileError(f"the plugin {name!r} ({point.value}) cannot be loaded: {error}") from error
        if not callable(plugin):
            raise ProfileError(f"the plugin {name!r} ({point.value}) is no function")
        return plugin  # type: ignore[no-any-return]
    return None


class Failed(Exception):
    """A plugin raised something, or did not end; str() says what."""

    def __init__(self, text: str, cause: BaseException | None = None) -> None:
        super().__init__(text)
        self.cause = cause  # what it raised; None: it did not end


def call(plugin: Callable[[], T], seconds: float = SECONDS) -> T:
    """What a plugin gives. It runs in a thread of its own, which is left alone when the time is over.

    Raises:
        Failed: it raised something, or did not end in time.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(plugin())
        except BaseException as error:  # also SystemExit, which would end the thread without a word
            errors.append(error)

    # what it prints is no part of an answer: `cli/screen.py` knows the thread by its name
    thread = Thread(target=run, daemon=True, name="plugin")
    thread.start()
    thread.join(seconds)
    if errors:
        raise Failed(_worded(errors[0]), errors[0])
    if not results:
        raise Failed(f"it did not answer within {seconds:g} seconds")
    return results[0]


def papers_of(source: Source, address: str, day: date, seconds: float = SECONDS) -> tuple[list[Paper], list[Skipped]]:
    """The papers that a source gives, each id once, and what of its answer is no paper.

    Raises:
        Failed: it raised something, did not end in time, or gave no papers at all but something else.
    """
    given = call(lambda: list(islice(source(address, day), MOST_PAPERS)), seconds)
    papers: dict[str, Paper] = {}
    skipped: list[Skipped] = []
    for number, each in enumerate(given, start=1):
        if problem := fault(each):
            skipped.append(Skipped(number, problem))
        else:
            papers.setdefault(each.id, each)
    if skipped and not papers:
        raise Failed(f"nothing that it gave is a paper; the first: {skipped[0].reason}")
    return list(papers.values()), skipped


def fault(given: object) -> str:
    """What makes this no paper; empty: it is one."""
    if not isinstance(given, Paper):
        return f"{type(given).__name__} is no recommender.Paper"
    fields: dict[str, object] = given._asdict()  # a plugin may put anything into them
    for name in ("id", "title", "abstract", "doi"):
        if not isinstance(fields[name], str):
            return f"its {name} is no text but {type(fields[name]).__name__}"
    if not given.id or len(given.id) > _LONGEST_ID or not given.id.isprintable() or given.id != given.id.strip():
        return f"{given.id[:60]!r} is no id"
    meant = reference(given.id)
    if meant != given.id and (meant or not given.id.startswith(("http://", "https://", "title:"))):
        # a reader who writes it would mean nothing, another paper, or a rank
        hint = f"write {meant}" if meant else "`recommender.ids.paper_id` makes one of a DOI, an address or a title"
        return f"{given.id[:60]!r} is no id that a paper can be named by; {hint}"
    if not given.title.strip():
        return f"{given.id} has no title"
    for name in ("authors", "categories"):
        several = fields[name]
        if not isinstance(several, tuple) or not all(isinstance(each, str) for each in several):
            return f"the {name} of {given.id} are no tuple of texts"
    if fields["submitted"] is not None and type(fields["submitted"]) is not date:
        return f"{given.id} was submitted on {fields['submitted']!r:.60}, which is no date"
    return ""


def _worded(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
