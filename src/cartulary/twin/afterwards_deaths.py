# SPDX-License-Identifier: Apache-2.0
"""Deaths after the infusion: each cause by its own small hazard, the first of them counts."""

from __future__ import annotations

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.events.ending import Cause
from cartulary.twin import streams
from cartulary.twin.afterwards_histories import CAUSES
from cartulary.twin.population_children import Floats, Wholes
from cartulary.twin.toxicity_signs import Toxicity

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
#: The worst day of CRS from which it can kill.
_SEVERE = 3


class Deaths:
    """The first death of each child among all that could have been; study days."""

    def __init__(self, numbers: Wholes, seed: int, parameters: ParameterSet) -> None:
        self._numbers, self._seed, self._parameters = numbers, seed, parameters
        self.day = np.full(len(numbers), np.nan)
        self.cause = np.full(len(numbers), -1, dtype=np.int64)

    def may_come(self, cause: Cause, day: Floats, places: Wholes | None = None) -> None:
        """A death of this cause on these days (NaN for none), unless another came before it."""
        whole = np.full(len(self.day), np.nan)
        whole[slice(None) if places is None else places] = np.ceil(day)
        # A death already there on the same day stands.
        sooner = whole < np.nan_to_num(self.day, nan=np.inf)
        self.day = np.where(sooner, whole, self.day)
        self.cause = np.where(sooner, CAUSES.index(cause), self.cause)

    def of_crs(self, toxicity: Toxicity, start_day: Floats, places: Wholes, occasion: str) -> None:
        """Of CRS, on its first worst day, for a share of those with a severe one."""
        worst = toxicity.crs_grade.max(axis=1)
        drawn = self._uniform(f"{occasion}: death of CRS")[places]
        fatal = (worst >= _SEVERE) & (drawn < self._parameters.value("crs_fatal_share"))
        day = start_day + toxicity.crs_grade.argmax(axis=1)
        self.may_come(Cause.CAR_T, np.where(fatal, day, np.nan), places)

    def remission_day(self, infusion_day: Floats) -> Floats:
        """The day of a death of neither leukaemia nor transplant, if nothing else came first."""
        value = self._parameters.value
        first, later = value("remission_death_rate_first_year"), value("remission_death_rate_later")
        wanted = self._exponential("death in remission")
        early = wanted / max(first, 1e-300)
        late = 1.0 + (wanted - first) / max(later, 1e-300)
        day: Floats = infusion_day + DAYS_PER_YEAR * np.where(early <= 1.0, early, late)
        return day

    def of_leukaemia(self, relapse_day: Floats, no_response_day: Floats) -> None:
        """Of leukaemia after a relapse, or without response; a share is cured by what follows."""
        value = self._parameters.value
        wanted = self._exponential("death of leukaemia after infusion")
        lucky = self._uniform("cured after all")
        relapsed = relapse_day <= np.nan_to_num(no_response_day, nan=np.inf)
        since = np.where(relapsed, relapse_day, no_response_day)
        rate = np.where(
            relapsed, value("death_rate_after_relapse"), value("death_rate_without_response")
        )
        cured = lucky < np.where(
            relapsed, value("cured_after_relapse"), value("cured_without_response")
        )
        day = since + DAYS_PER_MONTH * wanted / np.maximum(rate, 1e-300)
        self.may_come(Cause.LEUKAEMIA, np.where(cured, np.nan, np.maximum(day, since + 1.0)))

    def of_transplant(self, transplant_day: Floats) -> None:
        """Of the transplant itself, for a share of those transplanted."""
        value = self._parameters.value
        fatal = self._uniform("death of transplant") < value("transplant_death_share")
        lag = value("transplant_death_days") * self._exponential("death of transplant, when")
        self.may_come(Cause.TRANSPLANT, np.where(fatal, transplant_day + lag, np.nan))

    def _uniform(self, purpose: str) -> Floats:
        return streams.uniform(self._seed, self._numbers, purpose, 1)[:, 0]

    def _exponential(self, purpose: str) -> Floats:
        return streams.exponential(self._seed, self._numbers, purpose, 1)[:, 0]
