# SPDX-License-Identifier: Apache-2.0
"""A simulated cohort that is asked many figures: each reading of it is done once and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final, TypeVar, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartulary.codebook.endpoint import RESPONSE
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.scale_columns import grade_column, input_schema
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.cohort import Cohort
from cartulary.course.cohort_columns import CHILD
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.errors import EstimandError
from cartulary.course.events.disease import PriorKind, Timepoint
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort

Floats = NDArray[np.float64]
YesNo = NDArray[np.bool_]
Made = TypeVar("Made")

BURDEN_SCALE: Final = "burden_prwcc"
BURDEN: Final = {
    "burden_high": "high",
    "burden_detectable": "detectable",
    "burden_undetectable": "undetectable",
}
#: By whose definition a child of the kinetics counts as in remission.
RESPONSE_ENDPOINT: Final = "response.month3.infusion"
EARLY_AFTER_TRANSPLANT_DAYS: Final = DAYS_PER_YEAR / 2.0
#: Which kinds of event each group is read from.
KINDS_OF_GROUP: Final = {
    **dict.fromkeys(BURDEN, ("assessment",)),
    "prior_transplant": ("prior_therapy",),
    "no_prior_transplant": ("prior_therapy",),
    "relapse_within_6_months": ("prior_therapy", "indication"),
    "relapse_later": ("prior_therapy", "indication"),
    "low_auc": ("lymphodepletion",),
    "exposed": ("lymphodepletion",),
    "responders": ("assessment",),
    "non_responders": ("assessment",),
}


class MeasuredCohort:
    """A cohort of one origin with what its figures are reckoned from.

    Arrays have one place a child, in the order of the cohort.
    """

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.n = len(cohort)
        self._follow_ups: dict[str, tuple[FollowUp, NDArray[np.int64]]] = {}
        self._responses: dict[str, tuple[YesNo, YesNo]] = {}
        self._groups: dict[tuple[str, float | None], YesNo] = {}
        self._kept: dict[str, object] = {}

    def of(self, kind: str) -> pl.DataFrame:
        """The events of one kind."""
        return self.cohort.events[kind]

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` makes, made once; a name always goes with one `make`."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast(Made, self._kept[name])

    def first_day(self, kind: str) -> Floats:
        """The study day of each child's first event of a kind; NaN for none."""
        first = self.of(kind).group_by(CHILD).agg(pl.col("day").min())
        days = np.full(self.n, np.nan)
        days[first[CHILD].to_numpy()] = first["day"].cast(pl.Float64).to_numpy()
        return days

    @cached_property
    def infusion_day(self) -> Floats:
        """The study day of the first infusion; NaN for never."""
        return self.first_day("infusion")

    @property
    def infused(self) -> YesNo:
        """Who was infused."""
        found: YesNo = np.isfinite(self.infusion_day)
        return found

    def follow_up(self, endpoint_id: str, among: str = "", limit: float | None = None) -> FollowUp:
        """The follow-up of those who could be judged, or of the part of them in a group."""
        if endpoint_id not in self._follow_ups:
            self._follow_ups[endpoint_id] = self._read(endpoint_id)
        follow_up, places = self._follow_ups[endpoint_id]
        return follow_up.subset(self.group(among, limit)[places]) if among else follow_up

    def places(self, endpoint_id: str) -> NDArray[np.int64]:
        """The children's places in the cohort, row by row of the follow-up of an endpoint."""
        self.follow_up(endpoint_id)
        return self._follow_ups[endpoint_id][1]

    def _read(self, endpoint_id: str) -> tuple[FollowUp, NDArray[np.int64]]:
        follow_up = follow_up_of_cohort(self.cohort, endpoint_id).follow_up
        ids = self.cohort.children["course_id"]
        judged = pl.DataFrame({"course_id": follow_up.child_ids}).join(
            pl.DataFrame({"course_id": ids}).with_row_index("place"), on="course_id", how="left"
        )
        return follow_up, judged["place"].cast(pl.Int64).to_numpy()

    def response(self, endpoint_id: str) -> tuple[YesNo, YesNo]:
        """Who responded under a response endpoint, and who could be judged."""
        if endpoint_id not in self._responses:
            found = outcomes(self.cohort, endpoint(endpoint_id))
            judged = found["exit"].is_not_null().to_numpy()
            good = (found["status"].cast(pl.String) == RESPONSE).fill_null(value=False).to_numpy()
            self._responses[endpoint_id] = (good & judged, judged)
        return self._responses[endpoint_id]

    def group(self, name: str, limit: float | None = None) -> YesNo:
        """Who belongs to a part of the cohort; everybody where it has no name.

        `limit` is the fludarabine exposure in mg h/L that parts low from sufficient.
        """
        key = (name, limit)
        if key not in self._groups:
            self._groups[key] = self._group(name, limit)
        return self._groups[key]

    def _group(self, name: str, limit: float | None) -> YesNo:
        if not name:
            return np.ones(self.n, dtype=np.bool_)
        if name in BURDEN:
            found: YesNo = self._burden == BURDEN[name]
            return found
        if name in ("responders", "non_responders"):
            good, judged = self.response(RESPONSE_ENDPOINT)
            return good if name == "responders" else judged & ~good
        if name in ("low_auc", "exposed"):
            if limit is None:
                raise EstimandError(
                    f"The group {name!r} was asked for without a limit. Low exposure is below a "
                    "limit that each study chose. Give the limit."
                )
            return self._exposure < limit if name == "low_auc" else self._exposure >= limit
        days = self._days_since_transplant
        if name == "prior_transplant":
            return np.isfinite(days)
        if name == "no_prior_transplant":
            return ~np.isfinite(days)
        early = days < EARLY_AFTER_TRANSPLANT_DAYS
        return early if name == "relapse_within_6_months" else np.isfinite(days) & ~early

    @cached_property
    def _burden(self) -> NDArray[np.object_]:
        """The burden of each child at the look before lymphodepletion; empty where not told."""
        scale = scale_named(BURDEN_SCALE)
        looks = self.of("assessment").filter(
            pl.col("timepoint") == Timepoint.BEFORE_LYMPHODEPLETION.value
        )
        known = set(input_schema(scale)) & set(looks.columns)
        graded = looks.select(CHILD, grade=grade_column(scale, known).cast(pl.String))
        found = np.full(self.n, "", dtype=object)
        found[graded[CHILD].to_numpy()] = graded["grade"].fill_null("").to_numpy()
        return found

    @cached_property
    def _exposure(self) -> Floats:
        """The exposure to fludarabine before the first infusion, in mg h/L."""
        first = (
            self.of("lymphodepletion")
            .sort(CHILD, "day")
            .unique(CHILD, keep="first", maintain_order=True)
        )
        found = np.full(self.n, np.nan)
        found[first[CHILD].to_numpy()] = (
            first["fludarabine_auc_mg_h_per_l"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        )
        return found

    @cached_property
    def _days_since_transplant(self) -> Floats:
        """Days from the last transplant before CAR-T to the decision; NaN without one."""
        given = self.of("prior_therapy").filter(pl.col("therapy") == PriorKind.TRANSPLANT.value)
        latest = given.group_by(CHILD).agg(pl.col("day").max())
        found = np.full(self.n, np.nan)
        found[latest[CHILD].to_numpy()] = -latest["day"].cast(pl.Float64).to_numpy()
        return found
