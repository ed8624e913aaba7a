# SPDX-License-Identifier: Apache-2.0
"""What policies are judged by: each outcome with its unit, its children and its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.words import Words
from cartulary.course.choice import Choice

DAYS_PER_MONTH: Final = 365.25 / 12.0
#: Months at which survival is read.
MONTHS: Final = (12, 24, 36)
#: The month at which what happens once is counted.
COUNTED_MONTH: Final = 24


class Unit(Choice):
    """What an outcome is measured in."""

    SHARE = "share", "share of children", "aandeel van de kinderen"
    DAYS = "days", "days", "dagen"
    LOG10 = "log10", "log10 of cells", "log10 van cellen"


class Of(Choice):
    """Whose outcome it is."""

    INDICATED = "indicated", "children indicated", "kinderen met een indicatie"
    INFUSED = "infused", "children infused", "geïnfundeerde kinderen"


class Better(Choice):
    """Which way is better for the children."""

    MORE = "more", "more is better", "meer is beter"
    LESS = "less", "less is better", "minder is beter"
    NEITHER = "neither", "neither is better", "geen van beide is beter"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: a share of children with it, or the median of what each child has."""

    id: str
    words: Words
    unit: Unit
    of: Of
    better: Better
    definition: str  # the codebook's, with its edition; or what it is read from
    month: int | None = None
    endpoint: str = ""  # id in the codebook, where one decides
    cause: str = ""  # of that endpoint; empty for no event of any cause

    @property
    def is_share(self) -> bool:
        """Whether it is a share of children, and not a median."""
        return self.unit is Unit.SHARE


def outcomes(
    months: Sequence[int] = MONTHS, counted_month: int = COUNTED_MONTH
) -> tuple[Outcome, ...]:
    """Every outcome that a comparison can have, survival at each of these months.

    >>> [one.id for one in outcomes(months=(12,))][:3]
    ['infused', 'days_to_infusion', 'efs.indication.12']
    """
    survival = [_survival(what, clock, month) for what in _SURVIVAL for clock in Of
                for month in months]  # fmt: skip
    return (
        Outcome(
            "infused",
            Words("Infused, of those indicated", "Geïnfundeerd, van de geïndiceerden"),
            Unit.SHARE,
            Of.INDICATED,
            Better.MORE,
            "the infusion, as simulated",
        ),
        Outcome(
            "days_to_infusion",
            Words("Indication to infusion, median", "Indicatie tot infusie, mediaan"),
            Unit.DAYS,
            Of.INFUSED,
            Better.LESS,
            "the infusion, as simulated",
        ),
        *survival,
        Outcome(
            "remission.28",
            Words("In remission at day 28", "In remissie op dag 28"),
            Unit.SHARE,
            Of.INFUSED,
            Better.MORE,
            "response.day28.infusion, edition 1",
            endpoint="response.day28.infusion",
        ),
        *(_relapse(cause, counted_month) for cause in _RELAPSES),
        *(_toxicity(*each) for each in _TOXICITIES),
        *(_counted(name, counted_month) for name in _COUNTED),
        Outcome(
            "log10_peak",
            Words("Peak of CAR-T cells, median", "Piek van CAR-T-cellen, mediaan"),
            Unit.LOG10,
            Of.INFUSED,
            Better.NEITHER,
            "the highest number of cells within 60 days, as simulated",
        ),
    )


_SURVIVAL: Final = {
    "efs": ("Event-free", "Eventvrij", "efs.treatment_policy"),
    "os": ("Alive", "In leven", "os"),
}
_CLOCK: Final = {
    Of.INDICATED: ("indication", "the indication", "de indicatie"),
    Of.INFUSED: ("infusion", "the infusion", "de infusie"),
}
_RELAPSES: Final = {
    "early": ("Early relapse", "Vroeg recidief"),
    "cd19_negative": ("CD19-negative relapse", "CD19-negatief recidief"),
    "cd19_positive": ("CD19-positive relapse", "CD19-positief recidief"),
}
_TOXICITIES: Final = (
    ("crs", 1, "CRS, any grade", "CRS, elke graad"),
    ("crs", 3, "CRS grade 3 or higher", "CRS graad 3 of hoger"),
    ("icans", 1, "ICANS, any grade", "ICANS, elke graad"),
    ("icans", 3, "ICANS grade 3 or higher", "ICANS graad 3 of hoger"),
)
_COUNTED: Final = {
    "transplant": ("Transplanted", "Getransplanteerd", Better.NEITHER, "the transplant"),
    "second_infusion": (
        "Infused a second time",
        "Tweede infusie",
        Better.NEITHER,
        "the second infusion",
    ),
    "death_in_remission": (
        "Died without relapse, not of leukaemia",
        "Overleden zonder recidief, niet aan leukemie",
        Better.LESS,
        "the death and its cause",
    ),
    "death_of_transplant": (
        "Died of a transplant",
        "Overleden aan een transplantatie",
        Better.LESS,
        "the death and its cause",
    ),
}


def _survival(what: str, of: Of, month: int) -> Outcome:
    en, nl, definition = _SURVIVAL[what]
    clock, clock_en, clock_nl = _CLOCK[of]
    return Outcome(
        f"{what}.{clock}.{month}",
        Words(f"{en} {month} months after {clock_en}", f"{nl} {month} maanden na {clock_nl}"),
        Unit.SHARE,
        of,
        Better.MORE,
        f"{definition}.{clock}, edition 1",
        month,
        endpoint=f"{definition}.{clock}",
    )


def _relapse(cause: str, month: int) -> Outcome:
    en, nl = _RELAPSES[cause]
    return Outcome(
        f"relapse.{cause}.{month}",
        Words(f"{en} within {month} months", f"{nl} binnen {month} maanden"),
        Unit.SHARE,
        Of.INFUSED,
        Better.LESS,
        "cir.by_class.infusion, edition 1",
        month,
        endpoint="cir.by_class.infusion",
        cause=cause,
    )


def _toxicity(kind: str, grade: int, en: str, nl: str) -> Outcome:
    return Outcome(
        f"{kind}.{grade}",
        Words(en, nl),
        Unit.SHARE,
        Of.INFUSED,
        Better.LESS,
        f"astct_{kind}_2019, edition ASTCT 2019",
    )


def _counted(name: str, month: int) -> Outcome:
    en, nl, better, read = _COUNTED[name]
    return Outcome(
        f"{name}.{month}",
        Words(f"{en} within {month} months", f"{nl} binnen {month} maanden"),
        Unit.SHARE,
        Of.INFUSED,
        better,
        f"{read}, as simulated",
        month,
    )
