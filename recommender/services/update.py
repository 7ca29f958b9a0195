"""Fetch new papers and rank them ahead of the next list."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from recommender import services
from recommender.errors import ProfileError, SourceError
from recommender.profile import is_remote
from recommender.results.incoming import DownloadReport, FetchReport
from recommender.services import fetch, ingest, offered, rankings
from recommender.services.reader import Reader
from recommender.services.requests import Request
from recommender.sources import files


def download(reader: Reader, categories: Sequence[str], since: date, until: date) -> list[DownloadReport]:
    """Bring in everything of some days: from the profile's folders, and from arXiv.

    Args:
        categories: arXiv categories or archives alone; none: the profile's folders and categories.

    Raises:
        ProfileError: there is neither a category nor a folder.
        SourceError: a source cannot be read or asked; everything received until then is saved.
    """
    folders = [] if categories else read_folders(reader, since, until)
    if folders and not reader.profile.categories:
        with reader.progress.busy("Ranking ahead"):
            rankings.ahead(reader)
        return folders
    return [*folders, *services.remote.download(reader, categories, since, until)]


def read_folders(reader: Reader, since: date, until: date) -> list[DownloadReport]:
    """Save the digests of some days in the profile's folders and files; what cannot be read is named and left out."""
    reports: list[DownloadReport] = []
    for place in (Path(source) for source in reader.profile.sources if not is_remote(source)):
        before, records, skipped = reader.library.count(), 0, 0
        try:
            paths = files.find(place, None, since - timedelta(days=1) if since > date.min else date.min)
        except SourceError as error:
            reader.progress.warn(f"Left out: {error}")
            continue
        for path in reader.progress.steps(paths, "Reading"):
            try:
                text = ingest.read(reader, path, str(place))
            except SourceError as error:
                reader.progress.warn(f"Left out: {error}")
                continue
            wanted = [digest for digest in text.digests if since <= (digest.date or reader.today) <= until]
            if wanted:
                ingest.save(reader, [text])
            records += sum(len(digest.papers) for digest in wanted)
            skipped += sum(len(digest.skipped) for digest in wanted)
        reports.append(DownloadReport(str(place), records, reader.library.count() - before, skipped))
    return reports


def update(reader: Reader) -> FetchReport:
    """Fetch what the profile's sources have that is new, and rank it ahead of the next list.

    Raises:
        ProfileError: the profile names no source.
        SourceError: nothing is here, and a source could not be read.
    """
    if not reader.profile.sources:
        settings = reader.home.settings_place(reader.name)
        raise ProfileError(f'nothing to fetch from: add a line like categories = ["cs.CV"] to {settings}')
    before = reader.library.count()
    read_folders(reader, date.min, date.max)
    candidates = fetch.from_profile(reader, Request(refresh=True), offered.to_reader(reader))
    report = FetchReport(candidates.day, len(candidates.papers), reader.library.count() - before, candidates.notes)
    with reader.progress.busy("Ranking ahead"):
        rankings.ahead(reader, candidates.papers, candidates.day)
    return report
