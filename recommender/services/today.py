"""The day's list: collect candidates, rank, choose, record."""

import os
import zlib
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from recommender import files, services
from recommender.errors import ProfileError, SourceError
from recommender.paper import Shortlist
from recommender.profile import is_remote
from recommender.services import lists, offered, rankings
from recommender.services.offered import Offered
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT, ListOptions, Request
from recommender.text.periods import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from recommender.services.ingest import Candidates

EXAMPLE = "example"  # the shipped profile whose day ships, too
_ALL = 1_000_000  # papers: more than any day has


def today(reader: Reader, request: Request, options: ListOptions, *, whole: bool = False) -> Shortlist:
    """The list of a day: the last one again where nothing has changed, else ranked and recorded anew.

    Where no profile is yet, it is that of the shipped example.

    Args:
        whole: give every open paper of the day. What is recorded as the day's list is the usual one all the same: a
            paper far down in a long list counts neither as shown nor as not liked.

    Raises:
        SourceError: no source can be read or asked, and nothing of the day is here; or no list can be of that day.
        ProfileError: neither the request nor the profile names a source.
        StoreError: a database cannot be used; then no list was recorded. On a disk that takes nothing, a warning.
    """
    _check_day(request.day)
    if reader.is_new and not request.files:  # somebody tries the program
        reader.take_name(EXAMPLE)
    asked = ListOptions(_ALL, replacements=options.replacements, min_match=0) if whole else options
    question = "" if request.refresh or request.anew else _question(reader, request)
    key = rankings.list_key(reader, asked, question) if question else ""
    if key and (shortlist := lists.repeated(reader, key)):
        return shortlist
    candidates = collect(reader, request, offered.to_reader(reader, files=bool(request.files)))
    if candidates.failures or (request.offline and not reader.profile.local):
        question = ""  # the next time may bring more
    # before anything is ranked: a verdict given meanwhile is not in this list, and must make the next one anew
    key = rankings.list_key(reader, asked, question) if question else ""
    newest = reader.store.newest_day()
    # a look back at one day changes nothing about what is new; of files it may be the day that they do not tell
    look_back = request.day and not (request.files and (newest is None or newest <= request.day))
    seen = () if look_back else reader.store.shown_on_other_days(candidates.day)
    if whole:
        (usual, shortlist), basis = choose_each(reader, candidates, [options, asked], seen, newest)
    else:
        usual, basis = choose(reader, candidates, options, seen, newest)
        shortlist = usual
    with reader.storing(lists.NOT_RECORDED):
        if not look_back:
            reader.store.record(usual, kind="today", basis=basis, at=reader.now, key="" if whole else key)
            if usual.items:
                audience = STANDARD_INPUT if request.files else ""
                reader.store.offer([audience], candidates.day, candidates.announced)
        if look_back or whole:
            reader.store.record(shortlist, kind="day", basis=basis, at=reader.now, key=key)
    return shortlist


def look(reader: Reader, request: Request) -> Shortlist:
    """The list that `today` would give, without recording it: no paper counts as shown. Raises as `today`."""
    _check_day(request.day)
    question = _question(reader, request)
    if question and (shortlist := lists.repeated(reader, rankings.list_key(reader, ListOptions(), question))):
        return shortlist
    candidates = collect(reader, request, offered.to_reader(reader))
    newest = reader.store.newest_day()
    seen = () if request.day else reader.store.shown_on_other_days(candidates.day)
    return choose(reader, candidates, ListOptions(), seen, newest)[0]


def collect(reader: Reader, request: Request, earlier: Offered) -> "Candidates":
    """The candidates of the files a request names, else of the profile's own sources.

    Args:
        earlier: what the lists of the reader, or the mails to a recipient, had to choose from.
    """
    # a list that is repeated reads no source
    if request.files:
        return _each_once(services.ingest.from_files(reader, request, earlier))
    if not (reader.profile.sources or request.day):
        settings = reader.home.settings_place(reader.name)
        raise ProfileError(
            "nothing says where papers come from: name a file of papers, as in `recommend today FILE`, or add a line "
            f'like categories = ["cs.CV"] or digests = "FOLDER" to {settings}'
        )
    return _each_once(services.fetch.from_profile(reader, request, earlier))


def choose(
    reader: Reader, candidates: "Candidates", options: ListOptions, seen: Collection[str], newest: date | None
) -> tuple[Shortlist, str]:
    """The list of the candidates, not recorded yet, and the key of the scores it rests on.

    Args:
        seen: ids of papers that were shown before.
        newest: the newest day of which there was a list.
    """
    (shortlist,), key = choose_each(reader, candidates, [options], seen, newest)
    return shortlist, key


def choose_each(
    reader: Reader, candidates: "Candidates", each: Sequence[ListOptions], seen: Collection[str], newest: date | None
) -> tuple[list[Shortlist], str]:
    """As `choose`, several lists of the same scores."""
    papers = services.selection.ranked_papers(candidates, each[0])
    scores, key = rankings.score(reader, papers, candidates.day)
    rated = services.identity.rated_ids(papers, reader.store.rated_elsewhere())
    past = services.selection.Past(reader.store.verdicts(), rated, seen, newest)
    unknown = services.vocabulary.unknown_words(reader, papers)
    shortlists = [services.selection.select(reader.profile, candidates, scores, options, past) for options in each]
    return [shortlist._replace(notes=(*shortlist.notes, *unknown)) for shortlist in shortlists], key


def _check_day(day: date | None) -> None:
    if day and not FIRST_DAY <= day <= LAST_DAY:
        raise SourceError(f"no list is of {day}; name a day between {FIRST_DAY} and {LAST_DAY}")


def _each_once(candidates: "Candidates") -> "Candidates":
    """The candidates, a work that several sources have only once."""
    return candidates._replace(papers=services.identity.once(candidates.papers))


def _question(reader: Reader, request: Request) -> str:
    """What is asked for, with the state of every file it may come from; empty where other machines are to be asked."""
    profile = reader.profile
    places = request.files or tuple(place for place in profile.sources if not is_remote(place))
    if STANDARD_INPUT in places or any(map(is_remote, places)):
        return ""
    current = None
    if not request.files and not profile.local:
        from recommender.sources.arxiv.calendar import announcement_day, whole_at  # noqa: PLC0415 - files have no calendar

        current = announcement_day(reader.now)
        day = request.day or current
        if any(reader.library.awaits(source, day, reader.now, whole_at(day)) for source in profile.remote_names):
            return ""
    stamps = [(place, _stamp(files.located(place))) for place in places]
    # a file without a day in it counts as of today; of a named file papers of all categories are listed
    return repr((request.day, reader.today, current, bool(request.files), stamps))


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
