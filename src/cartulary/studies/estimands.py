# SPDX-License-Identifier: Apache-2.0
"""One question asked in every way that ICH E9(R1) names, in one table.

What is done with a transplant, a second infusion or new therapy decides the figure as much as the
cells do. The table puts every strategy on every clock side by side, with how many children the
choice touched, so that the effect of choosing is seen before a choice is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from cartulary.codebook.endpoint import Endpoint, Strategy
from cartulary.codebook.endpoint_reader import endpoint, endpoints
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.censoring_weights import censoring_weights
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.studies.estimand_rows import (
    INTERCURRENT,
    EstimandRow,
    Judged,
    judged,
    leaving_bounds,
    under_strategy,
    while_on_treatment,
)
from cartulary.studies.survival import DAYS_OF_MONTH

CLOCKS: Final = ("indication", "apheresis", "infusion")
MONTHS: Final = (12, 24)

TREATMENT_POLICY: Final = "treatment_policy"
HYPOTHETICAL: Final = "hypothetical"
HYPOTHETICAL_WEIGHTED: Final = "hypothetical_weighted"
COMPOSITE: Final = "composite"
ANY_TREATMENT: Final = "success_without_transplant"
STRINGENT: Final = "stringent"
WHILE_ON_TREATMENT: Final = "while_on_treatment"
PRINCIPAL_STRATUM: Final = "principal_stratum"
STRATEGIES: Final = (
    TREATMENT_POLICY,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    COMPOSITE,
    ANY_TREATMENT,
    STRINGENT,
    WHILE_ON_TREATMENT,
    PRINCIPAL_STRATUM,
)
#: The clocks of each family, and the file of each of its strategies where the codebook has one.
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "efs": CLOCKS,
    "os": CLOCKS,
    "rfs": ("remission",),
}
_SHIPPED: Final[Mapping[tuple[str, str], str]] = {
    ("efs", TREATMENT_POLICY): "efs.treatment_policy",
    ("efs", HYPOTHETICAL): "efs.hypothetical",
    ("efs", COMPOSITE): "efs.composite",
    ("efs", ANY_TREATMENT): "efs.success_without_transplant",
    ("efs", STRINGENT): "uk.stringent_efs",
    ("os", TREATMENT_POLICY): "os",
    ("rfs", TREATMENT_POLICY): "rfs.treatment_policy",
    ("rfs", HYPOTHETICAL): "rfs.hypothetical",
}
_ONE_ARM: Final = (
    "Not identified: the stratum is of children who would have no intercurrent event under either "
    "of two treatments, and this programme has one arm. A curve of the children who had none "
    "would choose them by their future. Use principal_stratum() where two arms are compared."
)


@dataclass(frozen=True, kw_only=True)
class EstimandTable:
    """Every strategy on every clock for the families asked for, over one cohort."""

    rows: tuple[EstimandRow, ...]
    months: tuple[int, ...]
    origin: str
    children: int
    notes: tuple[str, ...] = field(default=())

    def row(self, family: str, strategy: str, clock: str) -> EstimandRow:
        """One row; refused with what there is where there is none."""
        for found in self.rows:
            if (found.family, found.strategy, found.clock) == (family, strategy, clock):
                return found
        held = sorted({f"{r.family} {r.strategy} {r.clock}" for r in self.rows})
        raise EstimandError(
            f"There is no row {family} {strategy} {clock}. The table has {'; '.join(held)}. "
            "Ask for one of these."
        )

    def spread(self, family: str, clock: str, month: int) -> tuple[float, float] | None:
        """The smallest and largest share that the choice of strategy alone can give.

        Rows that answer another question (while on treatment) are left out; None without figures.
        """
        values = [
            found.at[month].value
            for found in self.rows
            if (found.family, found.clock) == (family, clock)
            and found.strategy != WHILE_ON_TREATMENT
            and month in found.at
        ]
        known = [value for value in values if value is not None]
        return (min(known), max(known)) if known else None

    def to_dict(self) -> dict[str, object]:
        """The table as plain JSON values."""
        return {
            "origin": self.origin,
            "children": self.children,
            "months": list(self.months),
            "notes": list(self.notes),
            "rows": [row.to_dict() for row in self.rows],
        }


def estimand_table(
    cohort: Cohort,
    *,
    families: Sequence[str] = ("efs",),
    months: Sequence[int] = MONTHS,
    covariates: Mapping[str, ArrayLike] | None = None,
    known_on: float = 0.0,
    level: float = 0.95,
) -> EstimandTable:
    """Each family of endpoints under every strategy, from every clock it has.

    Treatment policy, hypothetical and composite are the codebook's own files where it has them;
    what it lacks is derived from the treatment-policy file by reading its intercurrent events
    otherwise, and marked. Hypothetical with weights: `censoring_weights` with the covariates.
    While on treatment: one less the Aalen-Johansen incidence of the event before any intercurrent
    event. From indication and apheresis the children never infused are counted.

    Arguments:
        cohort: n children of one origin.
        families: of "efs", "os", "rfs". months: keys of `DAYS_OF_MONTH`.
        covariates: numbers by name for the weights, in the order of the cohort, NaN where not
            known; shape (n,). known_on: the day on each clock by which they were known.
        level: of the intervals.

    Returns: an `EstimandTable`; a strategy that cannot be had is a row with its reason.

    Refuses: an unknown family or month; a cohort that mixes origins or has no children.

    Source: ICH E9(R1) addendum on estimands (2019).

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = "day 0 is infusion\\n0 | infusion |\\n90 | transplant |\\n200 | relapse |"
    >>> table = estimand_table(Cohort.from_courses([course_from_drawing(drawn)]), months=[12])
    >>> [table.row("efs", strategy, "infusion").events for strategy in STRATEGIES[:4]]
    [1, 0, 0, 1]
    """
    for month in months:
        if month not in DAYS_OF_MONTH:
            raise EstimandError(
                f"There is no day for month {month}. Figures are given at the months that papers "
                f"print. Ask for some of {', '.join(str(known) for known in DAYS_OF_MONTH)}."
            )
    unknown = [family for family in families if family not in FAMILIES]
    if unknown:
        raise EstimandError(
            f"There is no family of endpoints {unknown[0]!r}. A family has its strategies written "
            f"down. Ask for some of {', '.join(FAMILIES)}."
        )
    named = {k: np.asarray(v, dtype=np.float64) for k, v in (covariates or {}).items()}
    for name, column in named.items():
        if column.shape != (len(cohort),):
            raise EstimandError(
                f"{name} has shape {column.shape} for {len(cohort)} children. Each child has one "
                "value, in the order of the cohort. Pass one a child, NaN where it is not known."
            )
    asked = _Asked(cohort, tuple(months), named, known_on, level)
    rows = tuple(
        asked.row(family, strategy, clock)
        for family in families
        for clock in FAMILIES[family]
        for strategy in STRATEGIES
        if (family, strategy) not in _NOT_ASKED
    )
    origins = [origin.value for origin in cohort.origins]
    return EstimandTable(
        rows=rows,
        months=tuple(months),
        origin=origins[0],
        children=len(cohort),
        notes=(
            "figures of one cohort under several definitions are not independent findings: choose "
            "the strategy that answers the question, before looking",
        ),
    )


#: Strategies that a family does not have: a stringent edition is of event-free survival.
_NOT_ASKED: Final = frozenset(
    {("os", STRINGENT), ("rfs", STRINGENT), ("os", ANY_TREATMENT), ("rfs", ANY_TREATMENT)}
)


@dataclass(frozen=True)
class _Asked:
    """What the whole table is asked of."""

    cohort: Cohort
    months: tuple[int, ...]
    covariates: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]
    known_on: float
    level: float

    def row(self, family: str, strategy: str, clock: str) -> EstimandRow:
        """One strategy on one clock."""
        policy = endpoint(f"{_SHIPPED[family, TREATMENT_POLICY]}.{clock}")
        competing = judged(self.cohort, under_strategy(policy, "competing"))
        asked, derived = self._endpoint(family, strategy, policy)
        found = competing if strategy == WHILE_ON_TREATMENT else judged(self.cohort, asked)
        at: dict[int, Estimate] = {}
        bounds: dict[int, tuple[float, float]] = {}
        refused = _ONE_ARM if strategy == PRINCIPAL_STRATUM else ""
        notes: tuple[str, ...] = ()
        if not refused:
            try:
                at, notes = self._figures(strategy, found, competing)
                if strategy == HYPOTHETICAL:
                    bounds = self._bounds(found, competing)
            except EstimandError as refusal:
                refused = str(refusal)
        events = found.follow_up.events
        if strategy == WHILE_ON_TREATMENT:
            events = sum(found.events_outside(INTERCURRENT).values())
        return EstimandRow(
            family=family,
            strategy=strategy,
            clock=clock,
            endpoint_id=asked.endpoint_id,
            derived=derived,
            handled=_handled(strategy, asked),
            at=at,
            bounds=bounds,
            n=found.follow_up.n_in_view,
            events=0 if strategy == PRINCIPAL_STRATUM else events,
            missing=found.follow_up.missing,
            intercurrent=competing.counts(INTERCURRENT),
            never_infused=self._never_infused(found),
            refused=refused,
            notes=notes,
        )

    def _endpoint(self, family: str, strategy: str, policy: Endpoint) -> tuple[Endpoint, bool]:
        """The endpoint of a strategy, and whether no file has it."""
        start = policy.clock.start
        key = HYPOTHETICAL if strategy == HYPOTHETICAL_WEIGHTED else strategy
        shipped = f"{_SHIPPED.get((family, key), '')}.{start}"
        if shipped in endpoints():
            return endpoint(shipped), False
        reading: dict[str, Strategy] = {HYPOTHETICAL: "censor", COMPOSITE: "event"}
        if key in reading:
            return under_strategy(policy, reading[key]), True
        if key == WHILE_ON_TREATMENT:
            return under_strategy(policy, "competing"), True
        return policy, True

    def _figures(
        self, strategy: str, found: Judged, competing: Judged
    ) -> tuple[dict[int, Estimate], tuple[str, ...]]:
        """The share without the event at each month, and what a reader must be told."""
        rows = found.follow_up
        if rows.n_in_view == 0:
            raise EstimandError(
                "No child can be counted from this clock. A figure of nobody says nothing. "
                "Choose another clock."
            )
        days = {month: DAYS_OF_MONTH[month] for month in self.months}
        if strategy == WHILE_ON_TREATMENT:
            return {m: while_on_treatment(rows, day, self.level) for m, day in days.items()}, (
                "the event after an intercurrent event is not looked for: the figure rises with "
                "every transplant, and is not one of cure",
            )
        one = rows.time_to_any() if len(rows.cause_names) > 1 else rows
        if strategy == HYPOTHETICAL_WEIGHTED:
            return self._weighted(found, competing, days)
        curve = kaplan_meier(one, level=self.level)
        notes: tuple[str, ...] = ()
        if strategy == HYPOTHETICAL:
            notes = (
                "children who leave at an intercurrent event are taken to fare as those who stay: "
                "they were chosen for it, so this may be wrong",
            )
        return {month: curve.survival_at(day) for month, day in days.items()}, notes

    def _bounds(self, found: Judged, competing: Judged) -> dict[int, tuple[float, float]]:
        """How far the figure could be off if those who left fared worst or best."""
        left = found.left_by(competing, INTERCURRENT)
        if not left.any():
            return {}
        return {m: leaving_bounds(found.follow_up, left, DAYS_OF_MONTH[m]) for m in self.months}

    def _weighted(
        self, found: Judged, competing: Judged, days: Mapping[int, int]
    ) -> tuple[dict[int, Estimate], tuple[str, ...]]:
        """The hypothetical figure with inverse-probability-of-censoring weights."""
        if not self.covariates:
            raise EstimandError(
                "No covariates were given. Without them every child has the same weight and the "
                "figure is that of plain censoring. Give what was known at the clock's start and "
                "decides who is transplanted."
            )
        rows = found.follow_up
        rows = rows.time_to_any() if len(rows.cause_names) > 1 else rows
        columns = {name: column[found.children] for name, column in self.covariates.items()}
        for name, column in columns.items():
            lacking = int(np.count_nonzero(~np.isfinite(column)))
            if lacking:
                raise EstimandError(
                    f"{name} is not known for {lacking} of {rows.n} children. A child without it "
                    "has no weight. Give it for all, leave out the covariate, or leave out these "
                    "children and say so."
                )
        left = found.left_by(competing, INTERCURRENT)
        made = censoring_weights(rows, left, covariates=columns, known_on=self.known_on)
        curve = made.survival_curve(level=self.level)
        ratios = tuple(
            f"hazard ratio of leaving for {ratio.label}: {ratio.value:.2f}"
            for ratio in made.ratios
            if ratio.value is not None
        )
        effective = (
            f"effective number at risk on the last event day: {curve.effective[-1]:.1f}"
            if curve.days.size
            else "no event was seen"
        )
        return {month: curve.survival_at(day) for month, day in days.items()}, (*ratios, effective)

    def _never_infused(self, found: Judged) -> int:
        """How many of the children counted have no infusion."""
        infused = self.cohort.events["infusion"].filter(pl.col("day").is_not_null())["child"]
        return int(np.count_nonzero(~np.isin(found.children, infused.unique().to_numpy())))


def _handled(strategy: str, asked: Endpoint) -> dict[str, str]:
    """What becomes of each intercurrent event."""
    if strategy == PRINCIPAL_STRATUM:
        return dict.fromkeys(INTERCURRENT, "never has one")
    weighted = " and weight" if strategy == HYPOTHETICAL_WEIGHTED else ""
    return {
        moment.name: f"{moment.strategy}{weighted}"
        for moment in asked.moments
        if moment.name in INTERCURRENT
    }
