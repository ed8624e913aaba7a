# SPDX-License-Identifier: Apache-2.0
"""How far a long command has come: a bar on a terminal, a line a tenth in a pipe; on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def counting(what: str, of: int, *, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Gives what is to be called with the number done, out of `of` of something.

    `done` is how many there were before, where a run goes on.
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        with Progress(
            TextColumn("simulating"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(what),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as bar:
            task = bar.add_task(what, total=of, completed=done)
            yield lambda now: bar.update(task, completed=now)
        return
    click.echo(f"simulating {of - done} {what} ...", err=True)
    said = done * 10 // of

    def tell(now: int) -> None:
        nonlocal said
        if now * 10 // of > said:
            said = now * 10 // of
            click.echo(f"{now} of {of} {what}", err=True)

    yield tell
