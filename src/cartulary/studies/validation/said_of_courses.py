# SPDX-License-Identifier: Apache-2.0
"""What the article says of its relapses in words, put as shares that a cohort shows or does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.target import Measure
from cartulary.codebook.words import Words
from cartulary.studies.validation.judged import HIGH, LOW

Floats = NDArray[np.float64]

_CLASSES: Final = "relapse_class_article_2020"
_DAYS: Final = 1096.0


@dataclass(frozen=True, slots=True)
class Saying:
    """Words of the article and the measure that shows them; "most" is more than half."""

    id: str
    words: Words
    measure: Measure
    most: bool  # more than half, else less


SAYINGS: Final = (
    Saying(
        "aplasia_at_cd19_negative",
        Words(
            "CD19-negative relapse with ongoing B-cell aplasia in most",
            "CD19-negatief recidief met aanhoudende B-celaplasie bij de meesten",
        ),
        Measure("aplasia_at_relapse", cause=("cd19_negative",), scale=_CLASSES, limit=_DAYS),
        most=True,
    ),
    Saying(
        "aplasia_at_cd19_positive",
        Words(
            "CD19-positive relapse after the loss of B-cell aplasia in most",
            "CD19-positief recidief na verlies van de B-celaplasie bij de meesten",
        ),
        Measure("aplasia_at_relapse", cause=("cd19_positive",), scale=_CLASSES, limit=_DAYS),
        most=False,
    ),
    Saying(
        "failed_at_early",
        Words(
            "early relapse after failed expansion in most",
            "vroeg recidief na falende expansie bij de meesten",
        ),
        Measure("expansion_failed", cause=("early",), scale=_CLASSES, limit=_DAYS),
        most=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A saying beside the model's share, with 95% of the draws."""

    saying: Saying
    median: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the model's share lies on the side that the article names."""
        return bool(self.median > 0.5) if self.saying.most else bool(self.median < 0.5)

    def plain(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "id": self.saying.id,
            "says": {"en": self.saying.words.en, "nl": self.saying.words.nl},
            "predicted": self.median if np.isfinite(self.median) else None,
            "parameters_low": self.low if np.isfinite(self.low) else None,
            "parameters_high": self.high if np.isfinite(self.high) else None,
            "holds": self.holds,
        }


def shown(saying: Saying, predicted: Floats) -> Shown:
    """A saying beside the model's figures for it, one a draw."""
    known = predicted[np.isfinite(predicted)]
    if not len(known):
        return Shown(saying, np.nan, np.nan, np.nan)
    low, high = (float(np.quantile(known, at)) for at in (LOW, HIGH))
    return Shown(saying, float(np.median(known)), low, high)
