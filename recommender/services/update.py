"""Fetch new papers and rank them ahead of the next list."""

from recommender.errors import ProfileError
from recommender.results.incoming import FetchReport
from recommender.services import fetch, rankings
from recommender.services.offered import offered
from recommender.services.reader import Reader
from recommender.services.requests import Request


def update(reader: Reader) -> FetchReport:
    """Fetch what the profile's sources have that is new, and rank it ahead of the next list.

    Raises:
        ProfileError: the profile names no source.
        SourceError: nothing is here, and a source could not be read.
    """
    if not reader.profile.sources:
        settings = reader.home.settings_file(reader.name)
        raise ProfileError(f'nothing to fetch from: add a line like categories = ["cs.CV"] to {settings}')
    before = reader.library.count()
    candidates = fetch.from_profile(
        reader, Request(refresh=True), offered(reader.store.listed_days(), reader.store.offered(""))
    )
    report = FetchReport(candidates.day, len(candidates.papers), reader.library.count() - before, candidates.notes)
    with reader.progress.busy("Ranking ahead"):
        rankings.ahead(reader, candidates.papers, candidates.day)
    return report
