"""What a sync with Zotero did, or would do."""

from typing import NamedTuple

from recommender.paper import Feedback, Paper


class ZoteroReport(NamedTuple):
    """The result of a sync with Zotero, or of trying to."""

    library: str  # "local:users/0"
    liked: tuple[Feedback, ...] = ()  # new items of the chosen collections, now likes
    added: tuple[Paper, ...] = ()  # likes whose items were put into the collection
    created: tuple[Paper, ...] = ()  # likes that got an item there
    left_out: tuple[Paper, ...] = ()  # likes that were taken out there, and stay out until they are liked anew
    declined: int = 0  # new items of papers that are rated otherwise here, or whose rating was taken back
    waiting: tuple[Paper, ...] = ()  # likes that could not be written there yet
    why: str = ""  # they wait, or the failure of what is left
    dry_run: bool = False

    @property
    def changes(self) -> int:
        """How many papers changed, here and there."""
        return len(self.liked) + len(self.added) + len(self.created)
