# SPDX-License-Identifier: Apache-2.0
"""One published figure that the twin is fitted to, or tested on: which, and how it is reckoned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cartulary.codebook.published_cohort import PublishedEstimate
from cartulary.codebook.words import Vocabulary, Words, vocabulary
from cartulary.course.choice import Choice

#: Half the width of a 95% interval in standard errors.
HALF_WIDTH: Final = 1.959963984540054


class TargetUse(Choice):
    """Whether the twin may see a figure."""

    FIT = "fit", "fitted", "gefit"
    KEPT_ASIDE = "kept_aside", "kept aside", "apart gehouden"


class TargetScale(Choice):
    """The scale on which a figure's error is taken as normal."""

    LOGIT = "logit", "log odds", "log-odds"
    LOG = "log", "logarithm", "logaritme"
    LINEAR = "linear", "as it is", "zoals het is"


class ObservedInterval(Choice):
    """Where the interval of an observed figure comes from."""

    PRINTED = "printed", "printed", "gedrukt"
    DERIVED = "derived", "reckoned from printed counts", "berekend uit gedrukte aantallen"
    UNCONFIRMED = "unconfirmed", "from memory, unconfirmed", "uit het geheugen, onbevestigd"
    FROM_N = "from_n", "reckoned by us from n", "door ons berekend uit n"
    FROM_SPREAD = (
        "from_spread",
        "reckoned by us from n and the spread between patients",
        "door ons berekend uit n en de spreiding tussen patiënten",
    )


#: What can be reckoned from a simulated cohort, and so be asked for in a target file.
MEASURES: Final[Vocabulary] = vocabulary(
    {
        "survival": ("Kaplan-Meier at a day", "Kaplan-Meier op een dag"),
        "free_of": (
            "Kaplan-Meier at a day, what competes being censored",
            "Kaplan-Meier op een dag, met wat concurreert gecensureerd",
        ),
        "incidence": ("cumulative incidence at a day", "cumulatieve incidentie op een dag"),
        "response": ("share in remission", "aandeel in remissie"),
        "infused": ("share infused", "aandeel geïnfundeerd"),
        "toxicity": ("share with a grade or more", "aandeel met een graad of meer"),
        "relapse_share": ("share of a class of relapse", "aandeel van een recidiefklasse"),
        "relapse_month": (
            "median month of a class of relapse",
            "mediane maand van een recidiefklasse",
        ),
        "aplasia_at_relapse": (
            "share with ongoing B-cell aplasia at the relapse",
            "aandeel met B-celaplasie bij het recidief",
        ),
        "expansion_failed": (
            "share without expansion before the relapse",
            "aandeel zonder expansie vóór het recidief",
        ),
        "transplant": ("share transplanted", "aandeel getransplanteerd"),
        "expansion_ratio": (
            "geometric means, in remission over not",
            "meetkundige gemiddelden, in remissie gedeeld door niet",
        ),
        "expansion_spread": (
            "spread between children, on the log scale",
            "spreiding tussen kinderen, op logschaal",
        ),
        "peak_day": ("median day of the peak", "mediane dag van de piek"),
        "decline": (
            "median rate of decline from day 14 to day 21",
            "mediane snelheid van daling van dag 14 tot dag 21",
        ),
        "hazard_ratio": ("hazard ratio", "hazardratio"),
    }
)

#: Part of a cohort by what is known before or at the infusion, or by what came of it.
GROUPS: Final[Vocabulary] = vocabulary(
    {
        "burden_high": ("high burden before lymphodepletion", "hoge ziektelast vóór lymfodepletie"),
        "burden_detectable": ("low burden, detectable", "lage ziektelast, aantoonbaar"),
        "burden_undetectable": ("undetectable burden", "ziektelast niet aantoonbaar"),
        "prior_transplant": ("transplanted before", "eerder getransplanteerd"),
        "no_prior_transplant": ("never transplanted before", "nooit eerder getransplanteerd"),
        "relapse_within_6_months": (
            "relapse within 6 months of the transplant",
            "recidief binnen 6 maanden na de transplantatie",
        ),
        "relapse_later": (
            "relapse more than 6 months after the transplant",
            "recidief meer dan 6 maanden na de transplantatie",
        ),
        "low_auc": ("low exposure to fludarabine", "lage blootstelling aan fludarabine"),
        "exposed": (
            "sufficient exposure to fludarabine",
            "voldoende blootstelling aan fludarabine",
        ),
        "responders": ("in remission", "in remissie"),
        "non_responders": ("not in remission", "niet in remissie"),
    }
)


@dataclass(frozen=True, slots=True)
class Measure:
    """How one figure is reckoned from a simulated cohort.

    What a kind of measure does not need is empty. `at_days` counts on the endpoint's own clock;
    `cause` is a cause of the endpoint, a class of relapse, or a toxicity; `of` says over whom a
    share is taken, or what of the expansion is meant.
    """

    kind: str
    endpoint: str = ""
    at_days: int | None = None
    cause: tuple[str, ...] = ()
    scale: str = ""
    grade_from: int = 1
    of: str = ""
    among: str = ""
    limit: float | None = None

    @property
    def definition(self) -> str:
        """What the simulated courses are judged by: the endpoint, or the grading scale."""
        return self.endpoint or self.scale


@dataclass(frozen=True, slots=True)
class Target:
    """One published figure, the scenario it is set beside, and how much it says.

    `value`, `low`, `high` and `n` are those of the benchmark, as printed or reckoned there; none is
    typed again. `repeats` is how many data cuts of the same children print this figure.
    `given_sampling_sd` is the error of a figure that is no share, from the spread between patients.
    """

    id: str
    study: str
    scenario: str
    words: Words
    value: float
    low: float | None
    high: float | None
    interval: ObservedInterval
    n: int | None
    given_effective_n: float | None
    scale: TargetScale
    use: TargetUse
    discrepancy_sd: float
    repeats: int
    given_sampling_sd: float | None
    measure: Measure
    estimate: PublishedEstimate
    why: Words
    miss: Words
    file: str

    @property
    def benchmark(self) -> str:
        """The id of the published cohort."""
        return self.estimate.benchmark

    @property
    def key(self) -> str:
        """The outcome, as the benchmark names it."""
        return self.estimate.key

    @property
    def definition(self) -> str:
        """The endpoint or scale by which simulated courses are judged; empty for a count."""
        return self.measure.definition

    @property
    def rounding(self) -> float:
        """Half of the last digit that is printed: 72% is whatever lies between 71.5 and 72.5%.

        >>> from cartulary.codebook.target_reader import target_named
        >>> target_named("prwcc.os_12").rounding
        0.005
        """
        places = max(-int(Decimal(repr(float(self.value))).as_tuple().exponent), 0)
        share = self.scale is TargetScale.LOGIT
        return 0.5 * 10.0 ** -(max(places, 2) if share else places)

    def on_scale(self, value: float) -> float:
        """A value as printed, on the scale of this target.

        A share of 0 or 1 is taken as a quarter of a child away from it, so that it is finite:
        nearer to 0 or 1 no study of this size could see a difference.

        >>> from cartulary.codebook.target_reader import target_named
        >>> round(target_named("eliana.response_nejm").on_scale(0.5), 3)
        0.0
        """
        if self.scale is TargetScale.LOG:
            return math.log(value) if value > 0 else math.nan
        if self.scale is TargetScale.LOGIT:
            nearest = 0.25 / self._n_or(100.0)
            kept = min(max(value, nearest), 1.0 - nearest) if math.isfinite(value) else value
            return math.log(kept / (1.0 - kept))
        return value

    def from_scale(self, value: float) -> float:
        """A value on the scale, as it would be printed: the inverse of `on_scale`."""
        if self.scale is TargetScale.LOG:
            return math.exp(value)
        if self.scale is TargetScale.LOGIT:
            return 1.0 / (1.0 + math.exp(-value))
        return value

    @property
    def sampling_sd(self) -> float:
        """The standard error of the observed figure on the scale, of this data cut alone.

        From its interval, else for a share `1 / sqrt(n p (1 - p))` with p half a child away from 0
        and 1, else from the spread between patients and how many there were.
        """
        if self.low is not None and self.high is not None:
            width = self.on_scale(self.high) - self.on_scale(self.low)
            if math.isfinite(width) and width > 0:
                return width / (2.0 * HALF_WIDTH)
        if self.given_sampling_sd is not None:
            return self.given_sampling_sd
        n = self._n_or(math.nan)
        share = (self.value * n + 0.5) / (n + 1.0)
        return 1.0 / math.sqrt(n * share * (1.0 - share))

    @property
    def observed_sd(self) -> float:
        """The standard error that counts: that of this cut times the root of `repeats`.

        Cuts that print the same figure of the same children weigh together as one does.
        """
        return self.sampling_sd * math.sqrt(self.repeats)

    @property
    def total_sd(self) -> float:
        """Sampling error and stated discrepancy together."""
        return math.hypot(self.observed_sd, self.discrepancy_sd)

    @property
    def effective_n(self) -> float:
        """Of how many children a binomial share would have this standard error; NaN for no share.

        `1 / (sd^2 p (1 - p))`, with the error of this cut alone.
        """
        if self.scale is not TargetScale.LOGIT:
            return math.nan
        share = self.from_scale(self.on_scale(self.value))
        return 1.0 / (self.sampling_sd**2 * share * (1.0 - share))

    @property
    def on_scale_value(self) -> float:
        """The observed figure on the scale."""
        return self.on_scale(self.value)

    def _n_or(self, otherwise: float) -> float:
        if self.given_effective_n is not None:
            return self.given_effective_n
        return float(self.n) if self.n else otherwise


@dataclass(frozen=True, slots=True)
class TargetFile:
    """One file of targets, whole."""

    file_id: str
    edition: str
    name: Words
    summary: Words
    targets: tuple[Target, ...]
    file: str
