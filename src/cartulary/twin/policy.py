# SPDX-License-Identifier: Apache-2.0
"""What a programme does with the children it is asked to treat: a policy, as a file states it."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.events.cells import Antigen, ProductKind, Site
from cartulary.course.events.disease import Reason
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.quantiles import Quantiles


class Platform(Choice):
    """How the product is made; the parameters hold duration and failure of each."""

    CENTRAL = "central", "central, frozen", "centraal, ingevroren"
    IN_HOUSE = "in_house", "in house, 7 to 12 days", "in huis, 7 tot 12 dagen"
    NEXT_DAY = "next_day", "in house, next day", "in huis, de volgende dag"

    @property
    def site(self) -> Site:
        """Where it is made, as a course words it.

        >>> Platform.NEXT_DAY.site
        Site.IN_HOUSE
        """
        return Site.CENTRAL if self is Platform.CENTRAL else Site.IN_HOUSE


class When(Choice):
    """To which children a rule applies."""

    NONE = "none", "none", "geen"
    ALL = "all", "all", "alle"
    CRITERIA = "criteria", "those who meet a criterion", "wie aan een criterium voldoet"


class Criterion(Choice):
    """What is seen at a visit and calls for the next step."""

    B_CELL_APLASIA_LOST = (
        "b_cell_aplasia_lost",
        "B-cell aplasia lost early",
        "B-celaplasie vroeg verloren",
    )
    MRD_DETECTABLE = "mrd_detectable", "detectable residual disease", "aantoonbare restziekte"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may be treated; whoever may not is declined on day 0."""

    youngest_years: float
    oldest_years: float
    lightest_kg: float
    reasons: tuple[Reason, ...]
    cns_disease: bool  # whether CNS3 is accepted
    months_after_transplant: float  # at least so long ago, if there was one


@dataclass(frozen=True, slots=True)
class Making:
    """The product that is ordered."""

    product: ProductKind
    antigens: tuple[Antigen, ...]
    platform: Platform
    dose_cells_per_kg: float  # aimed at, up to 50 kg
    dose_cells: float  # aimed at, above 50 kg
    queue_days: Quantiles | None = None  # collected cells wait so long for a place; None: not

    @property
    def kills_by_cd22(self) -> bool:
        """Whether a cell that lost CD19 but kept CD22 is killed."""
        return Antigen.CD22 in self.antigens


@dataclass(frozen=True, slots=True)
class BridgingRule:
    """What is given to a child whose marrow holds at least this share of leukaemia."""

    burden_from: float
    kind: BridgingKind


@dataclass(frozen=True, slots=True)
class Bridging:
    """The rules, the highest burden first, and the burden at which the child is infused."""

    rules: tuple[BridgingRule, ...]
    infuse_below: float  # share of the marrow; 1 infuses at any burden
    longest_delay_days: float  # for further bridging, once the product is there


@dataclass(frozen=True, slots=True)
class Lymphodepletion:
    """Fludarabine and cyclophosphamide; without a target the dose goes by body surface."""

    fludarabine_auc_target: float | None  # mg*h/L
    days_before_infusion: int  # its first day


@dataclass(frozen=True, slots=True)
class TransplantRule:
    """Who is transplanted in remission after the infusion."""

    when: When
    criteria: tuple[Criterion, ...]
    aplasia_lost_before_days: int  # since the infusion
    visit_days: tuple[int, ...]  # since the infusion: when the criteria are looked at
    delay_days: int  # from the visit to the transplant
    again: bool  # also children who had a transplant before
    until_days: int  # no transplant later than so long since the infusion


@dataclass(frozen=True, slots=True)
class SecondInfusionRule:
    """Who is infused a second time in remission, from the same product."""

    when: When
    criteria: tuple[Criterion, ...]
    aplasia_lost_before_days: int  # since the infusion
    delay_days: int  # from the visit to the second infusion
    lymphodepletion: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy file, whole."""

    policy_id: str
    edition: str
    name: Words
    summary: Words
    source: str
    file: str
    eligibility: Eligibility
    making: Making
    bridging: Bridging
    lymphodepletion: Lymphodepletion
    transplant: TransplantRule
    second_infusion: SecondInfusionRule
    visit_days: tuple[int, ...]  # planned looks at the leukaemia, since the infusion
