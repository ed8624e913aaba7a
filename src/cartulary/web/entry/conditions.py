# SPDX-License-Identifier: Apache-2.0
"""Fields that are asked only when another field says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from cartulary.course.choice import Choice
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import Decision, MrdResult, Reason
from cartulary.course.events.observation import GradeBasis, OxygenSupport
from cartulary.course.events.treatment import BridgingKind, Regimen


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is asked when the field `on` holds one of these codes.

    Elsewhere it may stay blank without a word. What was written in it is kept all the same.
    """

    on: str
    codes: frozenset[str]

    def holds(self, texts: Iterable[str]) -> bool:
        """True when the other field says that this one is asked."""
        return any(text in self.codes for text in texts)


def _when(on: str, *codes: str) -> Condition:
    return Condition(on, frozenset(codes))


def _but(on: str, choices: type[Choice], *others: str) -> Condition:
    return Condition(on, frozenset(str(member) for member in choices) - set(others))


_DECIDED = _but("status", ProductStatus, ProductStatus.ORDERED, ProductStatus.STARTED)
_MADE = _but(
    "status",
    ProductStatus,
    ProductStatus.ORDERED,
    ProductStatus.STARTED,
    ProductStatus.NOT_MADE,
)
_GIVEN = _but("regimen", Regimen, Regimen.NONE)
_HAS_FLUDARABINE = _when("regimen", Regimen.FLU_CY, Regimen.OTHER)
_RELAPSED = _when(
    "reason",
    Reason.FIRST_RELAPSE,
    Reason.LATER_RELAPSE,
    Reason.POST_TRANSPLANT_RELAPSE,
    Reason.CNS_RELAPSE,
)
_IEC_HS = _when("iec_hs_suspected", "yes")

CONDITIONS: MappingProxyType[tuple[str, str], Condition] = MappingProxyType(
    {
        ("indication", "relapse_number"): _RELAPSED,
        ("indication", "decline_reason"): _when("decision", Decision.DECLINED),
        ("product", "started_day"): _but(
            "status", ProductStatus, ProductStatus.ORDERED, ProductStatus.NOT_MADE
        ),
        ("product", "decided_day"): _DECIDED,
        ("product", "viability_percent"): _MADE,
        ("product", "transduction_percent"): _MADE,
        ("product", "vector_copies_per_cell"): _MADE,
        ("product", "dose_cells"): _MADE,
        ("product", "failure_reason"): _when(
            "status",
            ProductStatus.FAILED,
            ProductStatus.OUT_OF_SPECIFICATION,
            ProductStatus.NOT_MADE,
        ),
        ("product", "approved_by"): _when("status", ProductStatus.RELEASED_OUT_OF_SPECIFICATION),
        ("bridging", "stop_day"): _but("therapy", BridgingKind, BridgingKind.NONE),
        ("lymphodepletion", "stop_day"): _GIVEN,
        ("lymphodepletion", "fludarabine_mg_per_m2"): _HAS_FLUDARABINE,
        ("lymphodepletion", "fludarabine_auc_mg_h_per_l"): _HAS_FLUDARABINE,
        ("lymphodepletion", "cyclophosphamide_mg_per_m2"): _HAS_FLUDARABINE,
        ("finding", "oxygen_l_per_min"): _but("oxygen_support", OxygenSupport, OxygenSupport.NONE),
        ("finding", "airway_protection_only"): _when("oxygen_support", OxygenSupport.VENTILATION),
        ("finding", "iec_hs_intervention"): _IEC_HS,
        ("finding", "iec_hs_severe"): _IEC_HS,
        ("finding", "iec_hs_life_threatening"): _IEC_HS,
        ("toxicity", "end_day"): _when("grade", "1", "2", "3", "4", "5"),
        ("toxicity", "override_reason"): _when("basis", GradeBasis.OVERRIDDEN),
        ("assessment", "mrd_percent"): _when("mrd_result", MrdResult.POSITIVE),
        ("assessment", "mrd_method"): _but("mrd_result", MrdResult),
        ("assessment", "mrd_limit_percent"): _but("mrd_result", MrdResult),
    }
)
