# SPDX-License-Identifier: Apache-2.0
"""Every count of a study under its one key, and what a reader could subtract from what.

A count of children that two places of the report name has one key, so that it is shown or withheld
in both. Pairs of counts that lie fewer apart than may be shown are stated too, because their
difference is a count of children as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np

from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.reports.content import Count, Sum
from cartulary.reports.programme_report.curve import at_risk_table
from cartulary.studies.estimands import (
    COMPOSITE,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    TREATMENT_POLICY,
    WHILE_ON_TREATMENT,
)
from cartulary.studies.target_trial.align import (
    COVARIATE_MISSING,
    EVENT_BEFORE,
    NO_CONTACT,
    NOT_DATED,
    NOT_KNOWN,
    TREATED_LATER,
    AlignedGroup,
)
from cartulary.studies.target_trial.by_estimand import StrategyFigures
from cartulary.studies.target_trial.protocol import GROUPS, MAIC_BINARY, MATCHING
from cartulary.studies.target_trial.results import Comparison
from cartulary.studies.target_trial.study import Study

_YES_OR_NO = 2
#: Strategies under which the same children have the event.
_SAME_EVENTS = {HYPOTHETICAL_WEIGHTED: HYPOTHETICAL, WHILE_ON_TREATMENT: HYPOTHETICAL}


class StudyCounts:
    """The counts of one study."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.day = float(study.protocol.day)

    def group(self, name: str) -> AlignedGroup:
        """The treated or the controls."""
        aligned = self.study.aligned
        return aligned.treated if name == "treated" else aligned.control

    # --- who takes part

    def file(self, name: str) -> Count:
        """Children in the file."""
        return Count(self.group(name).children, f"{name}.file")

    def n(self, name: str) -> Count:
        """Children who take part."""
        return Count(self.group(name).follow_up.n, f"{name}.n")

    def stay(self, name: str, place: int) -> Count:
        """Children left after a step; the last of them are those who take part."""
        steps = self.group(name).steps
        if place < 0:
            return self.file(name)
        last = place == len(steps) - 1
        return self.n(name) if last else Count(steps[place].stay, f"{name}.stay.{place}")

    def left(self, name: str, place: int) -> Count:
        """Children who leave at a step."""
        return Count(self.group(name).steps[place].left, f"{name}.left.{place}")

    def left_for(self, name: str, why: str, rule: int | None = None) -> Count:
        """Children who left for a reason, whatever the rule unless it is given."""
        places = [
            place
            for place, step in enumerate(self.group(name).steps)
            if step.why == why and rule in (None, step.rule)
        ]
        if len(places) == 1:
            return self.left(name, places[0])
        return Count(self.group(name).left(why), f"{name}.left_for.{why}")

    # --- what happened to them

    def events(self, name: str) -> Count:
        """Children with the event, over all of follow-up."""
        return Count(self.group(name).follow_up.events, f"{name}.events")

    def events_by_day(self, name: str) -> Count:
        """Children with the event by the day compared."""
        rows = self.group(name).follow_up
        return Count(rows.events_by(self.day), f"{name}.events.by_{self.day:g}")

    def lost(self, name: str) -> Count:
        """Children out of view before the day compared, without the event."""
        rows = self.group(name).follow_up
        return Count(int(((rows.status == 0) & (rows.exit < self.day)).sum()), f"{name}.lost")

    def crossed(self, name: str) -> Count:
        """Children who later had the other group's treatment."""
        return Count(self.group(name).crossed, f"{name}.crossed")

    def imprecise(self, name: str) -> Count:
        """Children with an event known to the month or year."""
        return Count(self.group(name).imprecise, f"{name}.imprecise")

    def other(self, name: str, kind: str) -> Count:
        """Children with other treatment of a kind first, before the event."""
        found = self.study.estimands.other[0 if name == "treated" else 1]
        return Count(found.get(kind, 0), f"{name}.other.{kind}")

    def other_by_day(self, name: str) -> Count:
        """Children with any other treatment first, by the day compared."""
        first = self.group(name).after.before_event
        return Count(int(np.count_nonzero(first <= self.day)), f"{name}.other.by_{self.day:g}")

    def strategy(self, name: str, row: StrategyFigures) -> Count | None:
        """Events under a strategy by the day compared; None without figures."""
        found = row.treated if name == "treated" else row.control
        if found is None:
            return None
        group = self.group(name)
        same = np.array_equal(group.after.policy.exit, group.follow_up.exit)
        if row.strategy == TREATMENT_POLICY and same:
            return self.events_by_day(name)
        key = f"{name}.{_SAME_EVENTS.get(row.strategy, row.strategy)}.events.by_{self.day:g}"
        return Count(found.events or 0, key)

    # --- what a figure rests on

    def of_group(self, name: str, estimate: Estimate, prefix: str = "") -> tuple[Count, Count]:
        """Events by the day and children of one group's figure."""
        key = f"{prefix}.{name}" if prefix else name
        return (
            Count(estimate.events or 0, f"{key}.events.by_{self.day:g}"),
            Count(estimate.n, f"{key}.n"),
        )

    def of(self, found: Comparison, prefix: str = "") -> tuple[Count, ...]:
        """Everything a comparison rests on."""
        if found.refusal:
            return ()
        if found.method == MAIC_BINARY:
            return tuple(count for name in GROUPS for count in (self.events_by_day(name),
                                                                self.known(name)))  # fmt: skip
        both = (
            *self.of_group("treated", found.treated, prefix),
            *self.of_group("control", found.control, prefix),
        )
        return (*both, *self._of_pairs(found))

    def known(self, name: str) -> Count:
        """Children whose state on the day compared is known."""
        return Count(self.n(name).value - self.lost(name).value, f"{name}.known")

    def pairs(self) -> Count | None:
        """How many pairs there are; None without matching."""
        found = self._matching()
        if found is None or found.weights is None:
            return None
        return Count(int(np.count_nonzero(found.weights.treated)), "pairs")

    def unmatched(self) -> Count:
        """Treated children without a pair."""
        pairs = self.pairs()
        return Count(self.n("treated").value - (pairs.value if pairs else 0), "pairs.none")

    def _matching(self) -> Comparison | None:
        return next(
            (c for c in self.study.comparisons if c.method == MATCHING and not c.refusal), None
        )

    def _of_pairs(self, found: Comparison) -> tuple[Count, ...]:
        """Of matched pairs their number, and the events among them."""
        pairs = self.pairs()
        if found.method != MATCHING or found.weights is None or pairs is None:
            return ()
        counts = [pairs]
        for name, w in (("treated", found.weights.treated), ("control", found.weights.control)):
            rows = self.group(name).follow_up
            had = int(np.count_nonzero((rows.status > 0) & (rows.exit <= self.day) & (w > 0)))
            counts.append(Count(had, f"pairs.{name}.events.by_{self.day:g}"))
        return tuple(counts)

    def has(self, name: str, covariate: str) -> tuple[Count, ...]:
        """Of a yes-or-no covariate how many have it, and the children; nothing of a number."""
        place = self.study.aligned.names.index(covariate)
        column = self.group(name).covariates[:, place]
        if np.unique(column).size > _YES_OR_NO:
            return ()
        return (Count(int(column.sum()), f"{name}.has.{covariate}"), self.n(name))

    def outside(self, covariate: str) -> Count:
        """Treated children outside the range of the controls in a covariate."""
        place = self.study.aligned.names.index(covariate)
        one, two = (group.covariates[:, place] for group in self.study.aligned.groups)
        found = int(np.count_nonzero((one < two.min()) | (one > two.max())))
        return Count(found, f"treated.outside.{covariate}")

    # --- what adds up, and what can be subtracted

    def sums(self, limit: int) -> tuple[Sum, ...]:
        """Totals with their parts, and what three counts leave over where that is too few."""
        found = [Sum(total, tuple(parts)) for total, parts in self._sums()
                 if parts != [total] and total.value == sum(p.value for p in parts)]  # fmt: skip
        for name in GROUPS:
            found += self._left_over(name, limit)
        return tuple(found)

    def _left_over(self, name: str, limit: int) -> Iterator[Sum]:
        """Who is neither at risk in a month nor had gone by an earlier day, of all who take part.

        At risk and gone exclude each other, so a reader can subtract both.
        """
        rows = self.group(name).follow_up
        months = [c.known_as for c in at_risk_table(rows, f"{name}.events") if c.known_as]
        under = {row.strategy: self.strategy(name, row) for row in self.study.estimands.rows}
        by_day = (self.events_by_day(name), self.lost(name), under[HYPOTHETICAL])
        gone = [(float(had.key.rsplit("_", 1)[1]), had) for _, had in months]
        gone += [(self.day, count) for count in by_day if count is not None]
        wholes = [self.stay(name, k) for k in range(-1, len(self.group(name).steps))]
        for still, had in months:
            day = float(had.key.rsplit("_", 1)[1])
            for by, count in gone:
                for whole in (*wholes, self.known(name)):
                    rest = whole.value - still.value - count.value
                    if by <= day and 0 < rest < limit:
                        key = f"{whole.key} without {still.key} and {count.key}"
                        yield Sum(whole, (still, count, Count(rest, key)))

    def _sums(self) -> Iterator[tuple[Count, list[Count]]]:
        for name in GROUPS:
            group = self.group(name)
            for place in range(len(group.steps)):
                before, after = self.stay(name, place - 1), self.stay(name, place)
                yield before, [after, self.left(name, place)]
            for why in (NOT_KNOWN, NOT_DATED, NO_CONTACT, EVENT_BEFORE, TREATED_LATER,
                        COVARIATE_MISSING):  # fmt: skip
                yield (
                    self.left_for(name, why),
                    [self.left(name, k) for k, step in enumerate(group.steps) if step.why == why],
                )
            missing = Count(group.follow_up.missing, f"{name}.missing")
            yield missing, [self.left_for(name, w) for w in (NOT_KNOWN, NOT_DATED, NO_CONTACT)]
            rows = group.follow_up
            reached = rows.n - self.events_by_day(name).value - self.lost(name).value
            yield (
                self.n(name),
                [self.events_by_day(name), self.lost(name), Count(reached, f"{name}.reached")],
            )
            kinds = self.study.estimands.other[0]
            total = Count(sum(self.other(name, kind).value for kind in kinds), f"{name}.other")
            yield total, [self.other(name, kind) for kind in kinds]
            under = {row.strategy: self.strategy(name, row) for row in self.study.estimands.rows}
            composite, hypothetical = under[COMPOSITE], under[HYPOTHETICAL]
            if composite is not None and hypothetical is not None:
                yield composite, [hypothetical, self.other_by_day(name)]
            yield self.n(name), [self.known(name), self.lost(name)]
            yield from self._months(name, rows)
        pairs = self.pairs()
        if pairs is not None:
            yield self.n("treated"), [pairs, self.unmatched()]
            rest = self.n("control").value - pairs.value
            yield self.n("control"), [pairs, Count(rest, "pairs.control.none")]

    def _months(self, name: str, rows: FollowUp) -> Iterator[tuple[Count, list[Count]]]:
        """At each month everybody had the event, left, or is still at risk."""
        for column in at_risk_table(rows, f"{name}.events"):
            if column.known_as:
                still, had = column.known_as
                gone = self.n(name).value - still.value - had.value
                if gone >= 0:
                    day = had.key.rsplit("_", 1)[1]
                    yield self.n(name), [still, had, Count(gone, f"{name}.censored.by_{day}")]

    def spine(self) -> tuple[Count, ...]:
        """What the main estimate rests on, and with it nearly everything."""
        return tuple(count for name in GROUPS for count in (self.n(name), self.events_by_day(name)))

    def within(self, limit: int) -> tuple[tuple[Count, Count], ...]:
        """Pairs of counts of like children that lie fewer apart than may be shown."""
        found: list[tuple[Count, Count]] = []
        for family in self._families():
            alike = {(count.key, count.value): count for count in family}
            for pair in combinations(alike.values(), 2):
                less, more = sorted(pair, key=lambda c: (c.value, c.key))
                if 0 < more.value - less.value < limit:
                    found.append((less, more))
        return tuple(found)

    def _families(self) -> Iterator[Iterable[Count]]:
        """Counts of children of one group, one of which may hold another."""
        study = self.study
        for name in GROUPS:
            rows = self.group(name).follow_up
            months = [c.known_as for c in at_risk_table(rows, f"{name}.events") if c.known_as]
            elsewhere = [
                self.of_group(name, getattr(found, name), prefix)
                for prefix, found in self.elsewhere()
            ]
            yield (
                *(self.stay(name, place) for place in range(-1, len(self.group(name).steps))),
                *(n for _, n in elsewhere),
                *((self.pairs() or self.n(name)),),
                *(still for still, _ in months),
            )
            strategies = [
                count
                for row in study.estimands.rows
                if (count := self.strategy(name, row)) is not None
            ]
            matched = self._matching()
            yield (
                self.events(name),
                self.events_by_day(name),
                *(had for _, had in months),
                *(events for events, _ in elsewhere),
                *strategies,
                *((c for c in self._of_pairs(matched) if f".{name}." in c.key) if matched else ()),
            )
            for covariate in study.aligned.names:
                yield self.has(name, covariate)
            yield (
                self.crossed(name),
                self.other_by_day(name),
                Count(
                    sum(self.other(name, kind).value for kind in study.estimands.other[0]),
                    f"{name}.other",
                ),
                *(self.other(name, kind) for kind in study.estimands.other[0]),
            )

    def elsewhere(self) -> Iterator[tuple[str, Comparison]]:
        """The comparisons of the same files from other starts, with their keys."""
        for landmark in self.study.landmarks:
            if landmark.found is not None:
                yield f"start_{landmark.day}", landmark.found
        if self.study.immortal is not None:
            yield "immortal", self.study.immortal
