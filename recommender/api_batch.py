"""The door for whoever runs this program for many readers."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from recommender import services
from recommender.services.reader import Progress
from recommender.store.home import Home

if TYPE_CHECKING:
    from recommender.results.batch import BatchReport
    from recommender.services.requests import BatchOptions


class Batch:
    """The readers of a home, one night: fetched once, ranked by many processes, mailed as each reader's settings say.

    Each reader's part is done once for the papers of a day, whatever was stopped or killed before, and however many
    batches run at the same time.

    Args:
        home: the folder that holds everything; None or "": $RECOMMEND_HOME, else the platform's folder for user data.
        workers: processes; None: one for each core.
        scheduler: the address of a Dask scheduler ("tcp://…"), or "local" for one on this machine; empty: processes of
            this machine.
        progress: is told about long work; None: nothing is shown, and warnings go to the logger "recommender".
        clock: gives the time now, aware; None: the machine's clock.
    """

    def __init__(
        self,
        home: str | os.PathLike[str] | None = None,
        *,
        workers: int | None = None,
        scheduler: str = "",
        progress: Progress | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._home = Home.at(home)
        self._workers, self._scheduler = workers, scheduler
        self._progress, self._clock = progress or Progress(), clock or (lambda: datetime.now(UTC))

    def run(self, options: "BatchOptions | None" = None) -> "BatchReport":
        """Fetch what is new, rank it for each reader, record the lists, and mail them.

        A reader who cannot be served is in the report, and does not stop the others.

        Raises:
            ProfileError: no profile matches.
            StoreError: the library cannot be read or written.
            MissingExtra: Dask is asked for and not installed.
        """
        host = services.batch.night.Host(self._home, self._clock, self._progress)
        with services.batch.engines.engine(self._workers, self._scheduler) as engine:
            return services.batch.night.Conductor(host, engine, options or services.requests.BatchOptions()).run()
