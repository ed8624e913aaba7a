# SPDX-License-Identifier: Apache-2.0
"""How far the child was followed, and how the course ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.events.event import Event
from cartulary.course.fact import FactKind, fact


class MalignancyKind(Choice):
    """A second malignancy."""

    MYELOID = "myeloid", "myeloid neoplasm", "myeloïde neoplasie", "MDS", "AML"
    T_CELL = "t_cell", "T-cell malignancy", "T-celmaligniteit"
    B_CELL = "b_cell", "other B-cell malignancy", "andere B-celmaligniteit"
    SOLID = "solid", "solid tumour", "solide tumor"
    SKIN = "skin", "skin cancer", "huidkanker"
    OTHER = "other", "other", "anders", "overig"


class Cause(Choice):
    """Why the child died."""

    LEUKAEMIA = "leukaemia", "leukaemia", "leukemie"
    CAR_T = "car_t", "toxicity of CAR-T", "toxiciteit van CAR-T"
    INFECTION = "infection", "infection", "infectie"
    TRANSPLANT = "transplant", "transplant-related", "transplantatiegerelateerd"
    SECOND_MALIGNANCY = "second_malignancy", "second malignancy", "tweede maligniteit"
    OTHER = "other", "other", "anders", "overig"
    UNKNOWN = "unknown", "unknown", "onbekend"


class FollowUpStatus(Choice):
    """Whether the child is still followed."""

    FOLLOWED = "followed", "in follow-up", "in follow-up"
    LOST = "lost", "lost to follow-up", "uit beeld"
    WITHDRAWN = "withdrawn", "withdrew", "teruggetrokken"


@dataclass(frozen=True, slots=True)
class SecondMalignancy(Event):
    """A new malignancy after CAR-T."""

    kind: ClassVar[str] = "second_malignancy"
    en: ClassVar[str] = "Second malignancy"
    nl: ClassVar[str] = "Tweede maligniteit"

    malignancy: MalignancyKind | Absence = fact(
        FactKind.CHOICE, "malignancy", "maligniteit", choices=MalignancyKind
    )
    car_positive: bool | Absence = fact(
        FactKind.YES_NO, "carries the CAR transgene", "draagt het CAR-transgen"
    )


@dataclass(frozen=True, slots=True)
class Death(Event):
    """The child's death."""

    kind: ClassVar[str] = "death"
    en: ClassVar[str] = "Death"
    nl: ClassVar[str] = "Overlijden"

    cause: Cause | Absence = fact(FactKind.CHOICE, "cause", "oorzaak", choices=Cause)


@dataclass(frozen=True, slots=True)
class LastContact(Event):
    """The last day on which the child was known to be alive; the end of follow-up."""

    kind: ClassVar[str] = "last_contact"
    en: ClassVar[str] = "Last contact"
    nl: ClassVar[str] = "Laatste contact"

    status: FollowUpStatus | Absence = fact(
        FactKind.CHOICE, "status", "status", choices=FollowUpStatus
    )
