# SPDX-License-Identifier: Apache-2.0
"""The way of each child from the decision to the infusion, as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from numpy.typing import NDArray

from cartulary.course.choice import Choice
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.population_children import Floats, Wholes, YesNo


class WhyNever(Choice):
    """Why a child was never infused."""

    INFUSED = "infused", "infused", "geïnfundeerd"
    NOT_ELIGIBLE = "not_eligible", "not eligible", "komt niet in aanmerking"
    REFUSED = "refused", "declined by family or team", "afgezien door gezin of team"
    DIED_OF_LEUKAEMIA = "died_of_leukaemia", "died of leukaemia", "overleden aan leukemie"
    DIED_OF_INFECTION = "died_of_infection", "died of infection", "overleden aan infectie"
    NO_CELLS = "no_cells", "too few T cells collected", "te weinig T-cellen verzameld"
    PRODUCT_FAILED = "product_failed", "manufacture failed", "productie mislukt"
    NOT_FIT = "not_fit", "not fit for infusion", "niet fit voor infusie"


#: `Pathway.why_never`, `product_status` and `bridging` are places in these lists.
WHY_NEVER: Final = tuple(WhyNever)
PRODUCT_STATUS: Final = tuple(ProductStatus)
BRIDGING: Final = tuple(BridgingKind)

#: Rows of `Pathway.clones`. The first is the state `ln_leukaemia`.
CLONES: Final = (
    "cd19_positive",
    "quiescent",
    "cd19_negative",
    "cd22_negative",
    "antigen_free",
)


@dataclass(frozen=True, slots=True)
class Pathway:
    """What happened to n children from the decision (day 0) to the infusion.

    Days are whole study days; NaN stands for what never happened. `cells`, `signs` and `start`
    are complete for every child, also for one that is never infused.
    """

    decided_day: Floats
    why_never: Wholes  # place in WHY_NEVER; 0 for a child that is infused
    ended_day: Floats  # on which it was known that the child is never infused; NaN if infused
    death_day: Floats  # of a death before the infusion, else NaN
    apheresis_day: Floats  # of the last collection
    first_apheresis_day: Floats
    aphereses: Wholes  # how many collections
    cd3_yield_e9: Floats  # of the last collection
    ordered_day: Floats
    product_day: Floats  # of release, or on which it was known to have failed
    manufacture_days: Floats  # from the last collection to that day
    product_status: Wholes  # place in PRODUCT_STATUS
    first_product_failed: YesNo  # one more was made after it
    first_failure_day: Floats
    viability_percent: Floats
    transduction_percent: Floats
    bridging: Wholes  # place in BRIDGING
    bridging_start_day: Floats
    bridging_stop_day: Floats
    bridging_again: YesNo  # a second course, to come below the burden of the policy
    lymphodepletion_day: Floats  # its first day
    flu_auc: Floats  # mg*h/L
    infusion_day: Floats
    weight_kg: Floats  # at the infusion
    dose_cells_per_kg: Floats
    dose_cells: Floats
    ln_burden_at_apheresis: Floats
    ln_burden_before_lymphodepletion: Floats
    ln_burden_at_infusion: Floats
    ln_b_cells_at_infusion: Floats
    clones: Floats  # [len(CLONES), n]: ln of the cells expected of each clone at the infusion
    start: Floats  # [len(CELL_STATES), n]: states of the cells at the infusion
    cells: Floats  # [len(CELL_PARAMETERS), n], without NaN
    signs: Floats  # [len(SIGN_PARAMETERS), n]

    def __len__(self) -> int:
        """How many children."""
        return len(self.decided_day)

    @property
    def infused(self) -> YesNo:
        """Who was infused."""
        given: YesNo = self.why_never == 0
        return given

    def take(self, chosen: NDArray[Any]) -> Pathway:
        """The children at these places, or where this mask is true, in the same order."""
        taken = {each.name: getattr(self, each.name)[..., chosen] for each in fields(self)}
        return Pathway(**taken)
