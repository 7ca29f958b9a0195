"""Sources of other packages, as the profile names them."""

from datetime import date

from recommender import plugins
from recommender.errors import ProfileError, SourceError
from recommender.paper import Digest
from recommender.sources import clean


def digest(address: str, day: date) -> Digest:
    """What a source has, with clean texts.

    Args:
        address: as in the settings: "biorxiv://neuroscience".

    Raises:
        SourceError: there is no such source, or it failed.
    """
    name, _, rest = address.partition("://")
    try:
        source = plugins.load(plugins.SOURCES, name)
    except ProfileError as error:
        raise SourceError(str(error)) from error
    if source is None:
        installed = ", ".join(plugins.names(plugins.SOURCES)) or "none"
        raise SourceError(f"{address}: no source {name!r} is installed (installed by other packages: {installed})")
    try:
        papers, skipped = plugins.papers_of(source, rest, day)
    except plugins.Failed as error:
        raise SourceError(f"{address}: {error}") from error
    return clean.digest(Digest(None, address, tuple(papers), tuple(skipped)))
