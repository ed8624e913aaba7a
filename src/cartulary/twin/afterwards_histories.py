# SPDX-License-Identifier: Apache-2.0
"""What became of each child after its infusion, as columns, and the segments of its course."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.course.choice import Choice
from cartulary.course.events.disease import Cd19Status, Response
from cartulary.course.events.ending import Cause
from cartulary.course.events.observation import Organism
from cartulary.course.events.treatment import (
    NewTherapyKind,
    NewTherapyReason,
    TransplantReason,
)
from cartulary.twin.engines.solution import Solution
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.toxicity_signs import Toxicity


class Clone(Choice):
    """The leukaemia by what it shows to a CAR-T cell."""

    CD19_POSITIVE = "cd19_positive", "CD19 positive", "CD19-positief"
    CD22_NEGATIVE = "cd22_negative", "CD19 positive, CD22 lost", "CD19-positief, CD22 verloren"
    CD19_NEGATIVE = "cd19_negative", "CD19 lost", "CD19 verloren"
    BOTH_LOST = "both_lost", "CD19 and CD22 lost, or lineage switch", "CD19 en CD22 verloren"

    @property
    def cd19(self) -> Cd19Status:
        """What a laboratory writes for CD19 on this clone.

        >>> Clone.CD22_NEGATIVE.cd19
        Cd19Status.POSITIVE
        """
        if self in (Clone.CD19_POSITIVE, Clone.CD22_NEGATIVE):
            return Cd19Status.POSITIVE
        return Cd19Status.NEGATIVE


class SegmentKind(Choice):
    """What a stretch of a child's course begins with."""

    INFUSION = "infusion", "first infusion", "eerste infusie"
    SECOND_INFUSION = "second_infusion", "second infusion", "tweede infusie"
    TRANSPLANT = "transplant", "transplant", "transplantatie"


class Group(Choice):
    """The article's groups of relapse, and the children who had no remission to lose."""

    NONE = "none", "no relapse", "geen recidief"
    NO_REMISSION = "no_remission", "no remission", "geen remissie"
    EARLY = "early", "early", "vroeg"
    CD19_NEGATIVE = "cd19_negative", "CD19 negative", "CD19-negatief"
    CD19_POSITIVE = "cd19_positive", "CD19 positive", "CD19-positief"
    UNKNOWN = "unknown", "unknown", "onbekend"


#: The columns below of whole numbers are places in these lists; -1 stands for none.
CLONES: Final = tuple(Clone)
GROUPS: Final = tuple(Group)
RESPONSES: Final = tuple(Response)
CAUSES: Final = tuple(Cause)
CD19: Final = tuple(Cd19Status)
ORGANISMS: Final = tuple(Organism)
TRANSPLANT_REASONS: Final = tuple(TransplantReason)
NEW_THERAPIES: Final = tuple(NewTherapyKind)
NEW_THERAPY_REASONS: Final = tuple(NewTherapyReason)
#: Days since the infusion of the looks that `Histories.response` and `residual_share` hold.
RESPONSE_DAYS: Final = (28, 60, 90)
_CHILDREN_AT_ONCE: Final = 256
#: How many infections of one child are kept.
INFECTIONS_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of course, for those children who had it; its clock starts at `start_day`.

    `places` are the children's places in the block. A segment holds from its own start to the
    start of the child's next one, or to the end of its history. `ln_leukaemia[m, g, clone]` is
    what is truly there, lineage by lineage, where `solution` holds what is expected; -inf is none.
    """

    kind: SegmentKind
    places: Wholes
    start_day: Floats  # study day
    cells: Floats  # [len(CELL_PARAMETERS), m]
    signs: Floats  # [len(SIGN_PARAMETERS), m]
    marrow_cells: Floats  # nucleated cells of the whole marrow
    solution: Solution
    ln_leukaemia: Floats
    surviving_lineages: Floats  # [m, clone]: the expected number, Lambda
    extinct_probability: Floats  # [m, clone]
    toxicity: Toxicity | None  # none after a transplant

    def __len__(self) -> int:
        """How many children."""
        return len(self.places)

    @property
    def marrow_share(self) -> Floats:
        """Leukaemia as a share of the marrow on each day of the grid, at most 1: `[m, g]`."""
        share = np.empty(self.ln_leukaemia.shape[:2])
        # Some children at a time: what is worked out on the way then stays in the cache.
        for first in range(0, len(self), _CHILDREN_AT_ONCE):
            own = slice(first, first + _CHILDREN_AT_ONCE)
            # A clone that nothing holds back grows past any number; a full marrow is 1 either way.
            cells = np.minimum(self.ln_leukaemia[own], 600.0)
            np.exp(cells, out=cells)
            # Clone by clone: a sum over so short an axis costs several times as much.
            total = cells[:, :, 0] + cells[:, :, 1]
            for clone in range(2, cells.shape[2]):
                total += cells[:, :, clone]
            total /= self.marrow_cells[own, None]
            np.minimum(total, 1.0, out=share[own])
        return share


@dataclass(frozen=True, slots=True)
class Histories:
    """What happened to n children from the infusion on; study days, NaN for never.

    A child that was never infused has its death, or the end of its follow-up, and nothing else.
    """

    numbers: Wholes
    end_day: Floats  # of the history: death, or the horizon
    death_day: Floats
    cause: Wholes  # place in CAUSES
    infusion_day: Floats
    second_infusion_day: Floats
    transplant_day: Floats
    transplant_reason: Wholes  # place in TRANSPLANT_REASONS
    new_therapy_day: Floats  # the first after an infusion
    new_therapy: Wholes  # place in NEW_THERAPIES
    new_therapy_reason: Wholes  # place in NEW_THERAPY_REASONS
    peak_day: Floats  # of CAR-T cells, days since the first infusion
    ln_peak_cells: Floats
    expansion_failed: YesNo  # true non-expansion, as the model knows it
    response: Wholes  # [n, len(RESPONSE_DAYS)], place in RESPONSES
    residual_share: Floats  # [n, len(RESPONSE_DAYS)], of the marrow; 0 is none at all
    remission_day: Floats  # of the first look that found CR or CRi
    aplasia_lost_day: Floats  # B cells back, the first time; not those of a graft
    molecular_relapse_day: Floats  # residual disease came above the limit of flow after remission
    relapse_day: Floats
    relapse_clone: Wholes  # place in CLONES: the largest
    relapse_cd19: Wholes  # place in CD19
    aplasia_at_relapse: YesNo
    group: Wholes  # place in GROUPS
    crs_grade: Wholes  # highest after the first infusion, -1 if never infused
    icans_grade: Wholes
    neutropenia_day_28: YesNo  # below 0.5e9/L on day 28 after the first infusion
    infection_day: Floats  # [n, INFECTIONS_KEPT]
    infection_organism: Wholes  # [n, INFECTIONS_KEPT], place in ORGANISMS
    infection_severe: YesNo  # [n, INFECTIONS_KEPT]

    def __len__(self) -> int:
        """How many children."""
        return len(self.numbers)

    def take(self, chosen: NDArray[Any]) -> Histories:
        """The children at these places, or where this mask is true, in the same order."""
        return Histories(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Followed:
    """Histories with the segments they were told from; what failed stands in the solutions."""

    segments: tuple[Segment, ...]
    histories: Histories
