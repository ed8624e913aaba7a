# SPDX-License-Identifier: Apache-2.0
"""One figure judged: what was observed, what was predicted, and whether it lies within that."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.target import HALF_WIDTH, Target, TargetScale, TargetUse
from cartulary.studies.validation.noise import children_of, would_be_printed

Floats = NDArray[np.float64]

LOW, HIGH = 0.025, 0.975
#: Studies of the target's size for each draw of the posterior.
STUDIES_A_DRAW: Final = 40
#: Outcomes of which the predictive interval may not be wider than `WIDEST` times the observed one.
MAIN_KEYS: Final = frozenset(
    {"os", "efs", "rfs", "dor", "response", "cr", "crs_any", "crs_grade_3_4"}
)
WIDEST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One target beside its prediction, in the unit in which it is printed.

    `low` and `high` hold 95% of what a study of the target's size would print: the posterior's
    draws and the study's own chance together. `parameters_low` and `parameters_high` hold 95% of
    the draws alone. Everything predicted is NaN where no draw gave a figure.
    """

    target: Target
    observed_low: float
    observed_high: float
    median: float
    low: float
    high: float
    parameters_low: float
    parameters_high: float
    draws_without: int

    @property
    def met(self) -> bool:
        """Whether the observed figure, as far as it is printed, lies in the predictive interval."""
        value, rounding = self.target.value, self.target.rounding
        return bool(self.low - rounding <= value <= self.high + rounding)

    @property
    def width_ratio(self) -> float:
        """How wide the predictive interval is beside the observed one."""
        observed = self.observed_high - self.observed_low
        return (self.high - self.low) / observed if observed > 0 else math.nan

    @property
    def is_main(self) -> bool:
        """Whether it is one of the main endpoints."""
        return self.target.key in MAIN_KEYS

    @property
    def too_high(self) -> bool:
        """Of a figure that was missed, whether the model predicts more than was observed."""
        return self.median > self.target.value

    def plain(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        target = self.target
        return {
            "id": target.id,
            "use": target.use.value,
            "benchmark": target.benchmark,
            "scenario": target.scenario,
            "outcome": {"en": target.words.en, "nl": target.words.nl},
            "definition": target.definition,
            "printed_definition": target.estimate.definition,
            "support": target.estimate.support,
            "n": target.n,
            "effective_n": _plain(target.effective_n),
            "observed": target.value,
            "observed_low": _plain(self.observed_low),
            "observed_high": _plain(self.observed_high),
            "observed_interval_is": target.interval.value,
            "predicted": _plain(self.median),
            "predicted_low": _plain(self.low),
            "predicted_high": _plain(self.high),
            "parameters_low": _plain(self.parameters_low),
            "parameters_high": _plain(self.parameters_high),
            "met": self.met,
            "main": self.is_main,
            "width_ratio": _plain(self.width_ratio),
            "miss": {"en": target.miss.en, "nl": target.miss.nl},
        }


def judged(target: Target, predicted: Floats, seed: int) -> Judged:
    """A target beside the model's figures for it, one a draw of the posterior."""
    known = predicted[np.isfinite(predicted)]
    if len(known):
        printed = would_be_printed(target, predicted, seed, STUDIES_A_DRAW)
        printed = printed[np.isfinite(printed)]
        low, high = (float(np.quantile(printed, at)) for at in (LOW, HIGH))
        inner = [float(np.quantile(known, at)) for at in (LOW, HIGH)]
        median = float(np.median(known))
    else:
        median = low = high = math.nan
        inner = [math.nan, math.nan]
    observed_low, observed_high = observed_interval(target)
    return Judged(
        target, observed_low, observed_high, median, low, high, inner[0], inner[1],
        len(predicted) - len(known),
    )  # fmt: skip


def observed_interval(target: Target) -> tuple[float, float]:
    """The 95% interval of the observed figure: as printed, else by its standard error."""
    if target.low is not None and target.high is not None:
        return target.low, target.high
    if target.value in (0.0, 1.0) and target.scale is TargetScale.LOGIT:
        # Nothing, or all: the exact (Clopper-Pearson) interval, which reaches the border.
        n = children_of(target)
        far = float(1.0 - (1.0 - HIGH) ** (1.0 / n))
        return (0.0, far) if target.value == 0.0 else (1.0 - far, 1.0)
    middle, half = target.on_scale_value, HALF_WIDTH * target.sampling_sd
    return target.from_scale(middle - half), target.from_scale(middle + half)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many figures of one use were met, and how many main ones have a narrow interval."""

    use: TargetUse
    met: int
    of: int
    narrow: int
    of_main: int

    @property
    def share_met(self) -> float:
        """The share that was met; NaN where there is none."""
        return self.met / self.of if self.of else math.nan

    @property
    def share_narrow(self) -> float:
        """Of the main endpoints, the share not wider than `WIDEST` times the observed."""
        return self.narrow / self.of_main if self.of_main else math.nan


def tally(rows: Iterable[Judged], use: TargetUse) -> Tally:
    """The figures of one use, counted."""
    chosen = [row for row in rows if row.target.use is use]
    main = [row for row in chosen if row.is_main]
    return Tally(
        use,
        sum(row.met for row in chosen),
        len(chosen),
        sum(row.width_ratio <= WIDEST for row in main),
        len(main),
    )


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
