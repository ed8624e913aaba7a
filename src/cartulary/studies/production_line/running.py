# SPDX-License-Identifier: Apache-2.0
"""The line run event by event: collected, queued, made, cleaned after, tested, made again."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from cartulary.studies.production_line.requests import ATTEMPTS, Requests
from cartulary.studies.production_line.site import Closure, Site
from cartulary.studies.production_line.told import LEFT, MADE, NOT_MADE, Told

if TYPE_CHECKING:
    import simpy

_Steps: TypeAlias = "Generator[simpy.Event, Any, None]"
#: A closure goes before every child that waits; children go in the order in which they came.
_CLOSED, _CHILD = 0, 1


def run_line(site: Site, requests: Requests) -> Told:
    """What becomes of every child on this line, until the last has its product or none.

    A place goes to whoever has waited longest, second products in the same queue. A child that
    leaves the queue leaves it for good; a product that has begun is finished.

    Arguments: the laboratory; the children with what their cells will do.
    Returns: days of each step, and the queue over time. The same arguments give the same result.
    """
    import simpy

    line = _Line(site, requests)
    for number in range(len(requests)):
        line.clock.process(line.child(number))
    for closure in site.closures:
        for _ in range(closure.places):
            line.clock.process(line.closed(closure))
    line.clock.run(simpy.AllOf(line.clock, line.done) if line.done else None)
    return line.told()


class _Line:
    """One run: the clock, what is shared, and what is written down."""

    def __init__(self, site: Site, requests: Requests) -> None:
        import simpy

        self.site, self.requests = site, requests
        self.clock = simpy.Environment()
        self.places = (
            None if site.places is None else simpy.PriorityResource(self.clock, site.places)
        )
        self.collecting = (
            None
            if site.collections_at_once is None
            else simpy.Resource(self.clock, site.collections_at_once)
        )
        n = len(requests)
        self.done = [self.clock.event() for _ in range(n)]
        self.days = {
            name: np.full((n, ATTEMPTS), np.nan)
            for name in ("wanted", "collected", "started", "ended", "decided")
        }
        self.outcome = np.full(n, NOT_MADE, dtype=np.int64)
        self.left_day = np.full(n, np.nan)
        self.waiting = 0
        self.queue_days: list[float] = [0.0]
        self.queue_length: list[int] = [0]

    def child(self, number: int) -> _Steps:
        """One child from being asked for to its product, or to leaving."""
        asked, clock = self.requests, self.clock
        yield clock.timeout(float(asked.asked_day[number]))
        patience = float(asked.patience_days[number])
        gone = clock.timeout(patience) if np.isfinite(patience) else clock.event()
        for attempt in range(ATTEMPTS):
            if gone.processed:
                self._leaves(number)
                break
            self.days["wanted"][number, attempt] = clock.now
            if not (yield from self._collected(number, attempt, gone)):
                break
            if not (yield from self._made(number, attempt, gone)):
                break
            failed = bool(asked.fails_at_release[number, attempt])
            if np.isnan(asked.fails_in_place[number, attempt]):
                yield clock.timeout(float(asked.release_days[number, attempt]))
            else:
                failed = True
            self.days["decided"][number, attempt] = clock.now
            if not failed:
                self.outcome[number] = MADE
                break
            if attempt + 1 == ATTEMPTS or not asked.tried_again[number]:
                break
            yield clock.timeout(float(asked.days_between[number]))
        self.done[number].succeed()

    def _collected(
        self, number: int, attempt: int, gone: simpy.Event
    ) -> Generator[simpy.Event, Any, bool]:
        """Waits for a place for apheresis and takes it; no if the child leaves before."""
        if self.collecting is not None:
            with self.collecting.request() as turn:
                yield turn | gone
                if not turn.triggered:
                    self._leaves(number)
                    return False
                yield self.clock.timeout(self.site.collection_days)
        else:
            yield self.clock.timeout(self.site.collection_days)
        self.days["collected"][number, attempt] = self.clock.now
        return True

    def _made(
        self, number: int, attempt: int, gone: simpy.Event
    ) -> Generator[simpy.Event, Any, bool]:
        """Waits for a place and takes it for as long as the product needs it."""
        days = float(self.requests.place_days[number, attempt])
        part = float(self.requests.fails_in_place[number, attempt])
        days = days if np.isnan(part) else days * part
        if self.places is None:
            self.days["started"][number, attempt] = self.clock.now
            yield self.clock.timeout(days)
            self.days["ended"][number, attempt] = self.clock.now
            return True
        turn = self.places.request(priority=_CHILD)
        self._queue(+1)
        yield turn | gone
        self._queue(-1)
        if not turn.triggered:
            turn.cancel()
            self._leaves(number)
            return False
        self.days["started"][number, attempt] = self.clock.now
        yield self.clock.timeout(days)
        self.days["ended"][number, attempt] = self.clock.now
        self.clock.process(self._cleaned(turn))
        return True

    def _cleaned(self, turn: Any) -> _Steps:
        """The place is free only when it has been cleaned."""
        yield self.clock.timeout(self.site.cleaning_days)
        assert self.places is not None
        self.places.release(turn)

    def closed(self, closure: Closure) -> _Steps:
        """Takes one place from everybody for the days of a closure."""
        if self.places is None:
            return
        yield self.clock.timeout(closure.from_day)
        ends = self.clock.now + closure.days
        turn = self.places.request(priority=_CLOSED)
        yield turn
        if self.clock.now < ends:
            yield self.clock.timeout(ends - self.clock.now)
        self.places.release(turn)

    def _leaves(self, number: int) -> None:
        self.outcome[number] = LEFT
        self.left_day[number] = self.clock.now

    def _queue(self, change: int) -> None:
        self.waiting += change
        self.queue_days.append(float(self.clock.now))
        self.queue_length.append(self.waiting)

    def told(self) -> Told:
        """What was written down."""
        return Told(
            asked_day=self.requests.asked_day,
            wanted_day=self.days["wanted"],
            collected_day=self.days["collected"],
            started_day=self.days["started"],
            ended_day=self.days["ended"],
            decided_day=self.days["decided"],
            outcome=self.outcome,
            left_day=self.left_day,
            queue_change_day=np.array(self.queue_days),
            queue_length=np.array(self.queue_length, dtype=np.int64),
        )
