"""The day's list: collect candidates, rank, choose, record."""

import os
import zlib
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from recommender import services
from recommender.errors import ProfileError
from recommender.paper import Shortlist
from recommender.profile import is_remote
from recommender.services import lists, rankings
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT, ListOptions, Request

if TYPE_CHECKING:
    from recommender.services.ingest import Candidates


def today(reader: Reader, request: Request, options: ListOptions) -> Shortlist:
    """The list of a day: the last one again where nothing has changed, else ranked and recorded anew.

    Raises:
        SourceError: no source can be read or asked, and nothing of the day is here.
        ProfileError: neither the request nor the profile names a source.
        StoreError: a database cannot be used; then no list was recorded.
    """
    question = "" if request.refresh or request.anew else _question(reader, request)
    key = rankings.list_key(reader, options, question) if question else ""
    if key and (shortlist := lists.repeated(reader, key)):
        return shortlist
    candidates = collect(reader, request, reader.store.listed_days())
    if candidates.failures or (request.offline and not reader.profile.local):
        question = ""  # the next time may bring more
    # before anything is ranked: a verdict given meanwhile is not in this list, and must make the next one anew
    key = rankings.list_key(reader, options, question) if question else ""
    shortlist, basis = choose(
        reader, candidates, options, reader.store.shown_on_other_days(candidates.day), reader.store.newest_day()
    )
    reader.store.record(shortlist, kind="today", basis=basis, at=reader.now, key=key)
    return shortlist


def collect(reader: Reader, request: Request, listed: Collection[date]) -> "Candidates":
    """The candidates of the files a request names, else of the profile's own sources.

    Args:
        listed: the days the reader, or the recipient of a mail, has had a list of.
    """
    # a list that is repeated reads no source
    if request.files:
        return _each_once(services.ingest.from_files(reader, request, listed))
    if not reader.profile.sources:
        settings = reader.home.settings_file(reader.name)
        raise ProfileError(
            "no digest given and none set: `recommend today FILE`, or a line like "
            f'categories = ["cs.CV"] or digests = "FOLDER" in {settings}'
        )
    return _each_once(services.fetch.from_profile(reader, request, listed))


def choose(
    reader: Reader, candidates: "Candidates", options: ListOptions, seen: Collection[str], newest: date | None
) -> tuple[Shortlist, str]:
    """The list of the candidates, not recorded yet, and the key of the scores it rests on.

    Args:
        seen: ids of papers that were shown before.
        newest: the newest day of which there was a list.
    """
    papers = services.selection.ranked_papers(candidates, options)
    scores, key = rankings.score(reader, papers, candidates.day)
    rated = services.identity.rated_ids(papers, reader.store.rated_elsewhere())
    past = services.selection.Past(reader.store.verdicts(), rated, seen, newest)
    shortlist = services.selection.select(reader.profile, candidates, scores, options, past)
    unknown = services.vocabulary.unknown_words(reader, papers)
    return shortlist._replace(notes=(*shortlist.notes, *unknown)), key


def _each_once(candidates: "Candidates") -> "Candidates":
    """The candidates, a work that several sources have only once."""
    return candidates._replace(papers=services.identity.once(candidates.papers))


def _question(reader: Reader, request: Request) -> str:
    """What is asked for, with the state of every file it may come from; empty where other machines are to be asked."""
    profile = reader.profile
    places = request.files or tuple(place for place in profile.sources if not is_remote(place))
    if STANDARD_INPUT in places:
        return ""
    current = None
    if not request.files and not profile.local:
        from recommender.sources.arxiv.calendar import announcement_day  # noqa: PLC0415 - files have no calendar

        current = announcement_day(reader.now)
        day = request.day or current
        if any(reader.library.awaits(source, day, reader.now) for source in profile.remote_names):
            return ""
    stamps = [(place, _stamp(Path(place).expanduser())) for place in places]
    # a file without a day in it counts as of today; of a named file papers of all categories are listed
    return repr((request.day, reader.now.date(), current, bool(request.files), stamps))


def _stamp(place: Path) -> tuple[int, int]:
    """A value that changes whenever a file, or one below a folder, may have changed."""
    states: list[tuple[str, tuple[int, ...]]] = []
    for path in [str(place), *(os.path.join(root, name) for root, _, names in os.walk(place) for name in names)]:
        try:
            stat = os.stat(path)
            states.append((path, (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)))
        except OSError:  # a link to nowhere is no reason to overlook the others
            states.append((path, ()))
    return len(states), zlib.crc32(repr(sorted(states)).encode("utf-8", "surrogateescape"))
