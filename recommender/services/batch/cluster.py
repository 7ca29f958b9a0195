"""Workers of a Dask cluster, for readers that one machine cannot serve in a night."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import dask
from distributed import Client, KilledWorker, as_completed
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError

from recommender.errors import MachineError
from recommender.services.batch.engines import AHEAD, Engine, Job, Lost, Work, divided, fit_for_ranking

J = TypeVar("J", bound=Job)
R = TypeVar("R")

LOCAL = "local"
_OWN_WORKERS = {
    # Jobs run in a thread, whose memory glibc would give back after each array.
    "distributed.nanny.pre-spawn-environ.MALLOC_ARENA_MAX": "1",
    # A worker would keep what it did in each second of the last hour: 200 MB.
    "distributed.worker.profile.enabled": False,
}
_PATIENCE = 30  # seconds for a scheduler that does not answer
_LOST = (CommClosedError, FutureCancelledError, asyncio.CancelledError, TimeoutError, OSError)


class Cluster(Engine):
    """The workers of a Dask scheduler, each with one thread; profiles and the library are on a file system of all.

    Args:
        scheduler: its address, or LOCAL for one of its own.
        workers: processes of an own scheduler.

    Raises:
        MachineError: the scheduler does not answer, or has no worker.
    """

    def __init__(self, scheduler: str, workers: int) -> None:
        _silence()
        try:
            if scheduler == LOCAL:
                with dask.config.set(_OWN_WORKERS):
                    self._client = Client(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            else:
                self._client = Client(scheduler, timeout=_PATIENCE)
                self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (ValueError, *_LOST) as error:
            raise MachineError(f"no Dask scheduler with a worker at {scheduler}: {error}") from error
        self.size = max(1, sum(self._client.nthreads().values()))

    def map(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[tuple[J, R | Lost]]:
        """See `Engine.map`.

        Raises:
            MachineError: the scheduler is gone. What was done stays done, and another batch goes on from there.
        """
        waiting = iter(jobs)
        running: dict[Any, J] = {}
        done = as_completed()

        def submit(job: J) -> None:
            # not pure: done twice, a job finds what is done already; Dask itself repeats it where a worker dies
            future = self._client.submit(_do, work, job, pure=False)
            running[future] = job
            done.add(future)

        try:
            for _ in range(self.size * AHEAD):
                if (job := next(waiting, None)) is not None:
                    submit(job)
            for future in done:
                job = running.pop(future)
                try:
                    yield job, future.result()
                except KilledWorker:  # several workers died with it
                    parts = divided(job)
                    for part in parts:
                        submit(part)
                    if not parts:
                        yield job, Lost("its worker died again and again")
                future.release()
                if (following := next(waiting, None)) is not None:
                    submit(following)
        except _LOST as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise MachineError(f"the Dask scheduler is lost ({reason}); start the batch again, it goes on") from error

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _silence() -> None:
    """Let Dask log nothing: what matters is said by an error of ours. Its configuration sets levels for its parts."""
    for name in ("distributed", "tornado", "asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _do(work: Work[J, R], job: J) -> R:
    """Do a job in a worker."""
    fit_for_ranking()
    return work(job, lambda: False)
