"""Ways to have workers: a pool of processes on this machine, or a Dask cluster. Both map one function over jobs."""

import gc
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from recommender import malloc, ranking
from recommender.errors import MissingExtra, RecommenderError

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

BREAKS = 3  # times that the worker of a job may die before the job is split, or given up
AHEAD = 2  # jobs given to each worker at a time


class Job(Protocol):
    """Work on some readers, which can be divided."""

    @property
    def names(self) -> tuple[str, ...]:
        """The readers."""

    def _replace(self, *, names: tuple[str, ...]) -> Self: ...


J = TypeVar("J", bound=Job)
R = TypeVar("R")
Work = Callable[[J, Callable[[], bool]], R]  # a function of a module, so that it can be sent to another process


class Lost(RecommenderError):
    """The worker of a reader died again and again."""


class Engine(ABC):
    """Workers, as long as the `with` block lasts."""

    size: int  # how many workers there are

    @abstractmethod
    def map(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[tuple[J, R | Lost]]:
        """Each job with its result, in any order. Jobs are asked for as workers become free.

        A worker that dies is replaced, and its job done again. If that does not help, the job is divided, so that
        only the reader is lost whose work kills the worker.
        """

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def __exit__(self, *_: object) -> None: ...


class Pool(Engine):
    """Processes of this machine. Ctrl-C lets each finish its reader."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._context = get_context("spawn")  # a process that is forked has the threads' locks, and SQLite's, half-held
        self._stop: Event = self._context.Event()
        self._executor = self._new()

    def map(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[tuple[J, R | Lost]]:
        """See `Engine.map`."""
        waiting = iter(jobs)
        again: list[tuple[J, int]] = []  # jobs whose worker died, or that of another job beside them
        suspects: list[J] = []  # ... so often that each is tried alone
        running: dict[Future[R], tuple[J, int]] = {}
        while True:
            if suspects and not running:
                self._submit(running, work, suspects.pop(), BREAKS)
            while not suspects and len(running) < self.size * AHEAD:
                job, breaks = again.pop() if again else (next(waiting, None), 0)
                if job is None or not self._submit(running, work, job, breaks):
                    break
            if not running and not suspects:
                return
            broken: list[tuple[J, int]] = []
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                if isinstance(future.exception(), BrokenProcessPool):
                    broken += self._renewed(running)
                    break
                yield running.pop(future)[0], future.result()
            for job, breaks in broken:
                if breaks + 1 < BREAKS:
                    again.append((job, breaks + 1))
                elif breaks < BREAKS:
                    suspects.append(job)
                elif parts := divided(job):
                    suspects += parts
                else:
                    yield job, Lost(f"its worker died {BREAKS + 1} times")

    def _submit(self, running: dict[Future[R], tuple[J, int]], work: Work[J, R], job: J, breaks: int) -> bool:
        """Give a job to the workers; False: they just died, and the job meets that with the others."""
        try:
            with _interrupts_held():  # the first job starts the processes
                running[self._executor.submit(_stoppable, work, job)] = job, breaks
        except BrokenProcessPool as error:
            lost: Future[R] = Future()
            lost.set_exception(error)
            running[lost] = job, max(0, breaks - 1)  # it did not do it
            return False
        return True

    def _renewed(self, running: dict[Future[R], tuple[J, int]]) -> list[tuple[J, int]]:
        """Replace workers that died; the jobs that are not done, which leave `running`."""
        self._executor.shutdown(wait=True)  # afterwards each future has a result or an error
        self._executor = self._new()
        lost = [future for future in running if isinstance(future.exception(), BrokenProcessPool)]
        return [running.pop(future) for future in lost]

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.size, self._context, initializer=_prepare, initargs=(self._stop,))

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._executor.shutdown(wait=True, cancel_futures=True)


def divided(job: J) -> list[J]:
    """The job in two parts; none if it is of a single reader."""
    half = len(job.names) // 2
    return [job._replace(names=job.names[:half]), job._replace(names=job.names[half:])] if half else []


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the end of the block; processes that start in it never get one, even while they import."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_stop: "Event | None" = None  # of this worker


def _prepare(stop: "Event") -> None:
    """Make a new process a worker: one thread, no Ctrl-C of its own, and no life after its parent's."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fit_for_ranking()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def fit_for_ranking() -> None:
    """Make this process one that ranks for many readers, beside others that do."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # numpy reads it when it is imported
    gc.enable()  # off while the modules of the command were loaded
    gc.set_threshold(50_000, 20, 20)  # as in a command: a ranking makes 100,000 objects and no garbage
    ranking.single_threaded()
    malloc.keep_freed()


def _stoppable(work: Work[J, R], job: J) -> R:
    assert _stop is not None
    return work(job, _stop.is_set)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # whatever it is doing: an unfinished transaction never happened


def engine(workers: int | None, scheduler: str) -> Engine:
    """The workers that were asked for.

    Args:
        workers: how many; None: one for each core.
        scheduler: the address of a Dask scheduler, or "local"; empty: processes of this machine.

    Raises:
        MissingExtra: Dask is asked for and not installed.
        MachineError: the scheduler does not answer.
    """
    size = workers or os.cpu_count() or 1
    if not scheduler:
        return Pool(size)
    try:
        cluster = import_module("recommender.services.batch.cluster")  # slow to import, and an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dask", "distributed"):
            raise
        raise MissingExtra("a Dask cluster", "cluster") from error
    made: Engine = cluster.Cluster(scheduler, size)
    return made
