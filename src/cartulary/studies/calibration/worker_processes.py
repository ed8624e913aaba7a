# SPDX-License-Identifier: Apache-2.0
"""Work spread over processes beside this one, which end with it however it ends.

Which process does what, and in what order answers come, changes no answer.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Protocol, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Spread(Protocol):
    """What does the same for each piece of work; answers come as they are ready."""

    def __call__(
        self, does: Callable[[Asked], Answered], work: Sequence[Asked]
    ) -> Iterator[Answered]: ...


def here(does: Callable[[Asked], Answered], work: Sequence[Asked]) -> Iterator[Answered]:
    """One piece of work after another, in this process."""
    return map(does, work)


@contextmanager
def worker_processes(workers: int) -> Iterator[Spread]:
    """So many processes, each on one processor thread, begun when there is work.

    They live as long as the context. They end with it in the middle of their work, and with this
    process however it ends.
    """
    spawned = multiprocessing.get_context("spawn")
    theirs, ours = spawned.Pipe(duplex=False)
    others = set(multiprocessing.active_children())
    with theirs, ours:
        pool = ProcessPoolExecutor(
            workers, mp_context=spawned, initializer=_alone, initargs=(theirs,)
        )

        def answers(does: Callable[[Asked], Answered], work: Sequence[Asked]) -> Iterator[Answered]:
            with _deaf_at_birth():
                waiting = [pool.submit(does, one) for one in work]
            for finished in as_completed(waiting):
                yield finished.result()

        try:
            yield answers
        finally:
            ours.close()
            # One that is still being born, or is deep in compiled code, hears no line.
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_at_birth() -> Iterator[None]:
    """Processes started meanwhile do not hear Ctrl+C, which a terminal sends to all at once.

    A worker that is still reading its modules would answer with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Where it had to be started, its start would lift the mask.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _alone(line: Connection) -> None:
    """A worker leaves Ctrl+C to its parent, and ends when the parent lets go of the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    for library in ("OMP", "OPENBLAS", "MKL", "POLARS_MAX"):
        name = f"{library}_THREADS" if library == "POLARS_MAX" else f"{library}_NUM_THREADS"
        os.environ[name] = "1"


def _end_with(line: Connection) -> None:
    """Waits for the other end of the line to close; nobody speaks on it."""
    with suppress(EOFError, OSError):
        line.recv_bytes()
    # What a worker holds is worth nothing without its parent: it writes no file.
    os._exit(0)
