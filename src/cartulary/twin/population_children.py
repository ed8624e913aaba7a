# SPDX-License-Identifier: Apache-2.0
"""Virtual children as columns: what each brings to the decision and to the model's equations."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.events.disease import Genetics, Reason

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]
YesNo = NDArray[np.bool_]

#: `Children.genetics` and `Children.reason` are places in these lists.
GENETICS: Final = tuple(Genetics)
REASONS: Final = tuple(Reason)

#: Rows of `cells` that are known at the infusion only.
CLONE_PARAMETERS: Final = (
    "ln_quiescent_at_infusion",
    "ln_cd19_negative_at_infusion",
    "ln_cd22_negative_at_infusion",
    "ln_antigen_free_at_infusion",
)


@dataclass(frozen=True, slots=True)
class Children:
    """n virtual children on the day of the decision, one array a fact.

    Shares are natural logs of a share of the burden. `cells` and `signs` have a row for each of
    `equations.CELL_PARAMETERS` and `SIGN_PARAMETERS`. The rows of `CLONE_PARAMETERS` hold NaN until
    `pathway.walk` has filled them; it also changes recovery and rejection to fit the product and
    the lymphodepletion.
    """

    numbers: Wholes
    age_years: Floats
    weight_kg: Floats
    female: YesNo
    genetics: Wholes  # place in GENETICS
    reason: Wholes  # place in REASONS
    relapse_number: Wholes
    cns: YesNo  # CNS3 at the decision
    extramedullary: YesNo  # disease outside marrow and CNS
    prior_transplant: YesNo
    months_since_transplant: Floats  # NaN without one
    prior_blinatumomab: YesNo
    blinatumomab_refractory: YesNo
    prior_inotuzumab: YesNo
    prior_lines: Wholes
    refused: YesNo  # by family or team, whatever the policy
    fitness: Floats  # of the T cells: standard normal
    marrow_cells: Floats  # nucleated cells of the whole marrow
    ln_burden_at_decision: Floats  # leukaemic cells in the body
    ln_b_cells_at_decision: Floats
    ln_t_cells_at_decision: Floats
    ln_quiescent_share: Floats
    ln_cd19_negative_share: Floats
    ln_cd22_negative_share: Floats
    ln_antigen_free_cells: Floats  # cells without CD19 and CD22 at the infusion, not a share
    growth_rate: Floats  # per day
    resistant: YesNo  # leukaemia that is killed poorly, whatever its antigens
    slow_product: YesNo  # T cells that make a product that expands late
    non_expander: YesNo  # T cells that make a product that hardly expands at all
    cells: Floats  # [len(CELL_PARAMETERS), n]
    signs: Floats  # [len(SIGN_PARAMETERS), n]

    def __len__(self) -> int:
        """How many children."""
        return len(self.numbers)

    @property
    def age_days(self) -> Floats:
        """Age at the decision in whole days, as a course has it."""
        days: Floats = np.floor(self.age_years * DAYS_PER_YEAR)
        return days

    @property
    def marrow_share(self) -> Floats:
        """Leukaemic cells at the decision as a share of the marrow's cells, at most 1."""
        share: Floats = np.minimum(np.exp(self.ln_burden_at_decision) / self.marrow_cells, 1.0)
        return share

    def take(self, chosen: NDArray[Any]) -> Children:
        """The children at these places, or where this mask is true, in the same order."""
        taken = {each.name: getattr(self, each.name)[..., chosen] for each in fields(self)}
        return Children(**taken)
