# SPDX-License-Identifier: Apache-2.0
"""The simulated children of one arm, each with its outcomes and with what a reader groups it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.policies_compared.children_read import Floats, YesNo, read_children
from cartulary.studies.policies_compared.compare import WAIT_DAYS
from cartulary.studies.policies_compared.narrated import narrated
from cartulary.studies.questions.found import Quantity, Saying
from cartulary.studies.questions.outcomes_within import outcomes_within
from cartulary.studies.questions.question import QuestionArm
from cartulary.twin.block import Block
from cartulary.twin.simulate import DAYS_PER_YEAR, Run, simulate_block

#: Borders of the burden, shares of the marrow: the limit of flow, 5% and half. The first two are
#: those of the codebook's scale `burden_prwcc`, the last that of `burden_cibmtr`.
BURDEN_BORDERS: Final = (1e-4, 0.05, 0.5)
BURDEN_CODES: Final = ("undetectable", "below_5", "below_50", "from_50")


@dataclass(frozen=True)
class Seen:
    """n children of one arm under one draw; arrays have one place a child."""

    block: Block
    parameters: ParameterSet
    values: dict[str, Floats]  # outcome -> its value for each child, NaN where it does not count

    def __len__(self) -> int:
        """How many children."""
        return len(self.block)

    @cached_property
    def infused(self) -> YesNo:
        """Who was infused."""
        return np.asarray(~np.isnan(self.block.followed.histories.infusion_day), dtype=np.bool_)

    @cached_property
    def burden_at_decision(self) -> Floats:
        """Leukaemia as a share of the marrow on day 0."""
        return self.block.children.marrow_share

    @cached_property
    def burden_before_lymphodepletion(self) -> Floats:
        """Leukaemia as a share of the marrow when lymphodepletion starts; NaN if it never did."""
        ln_cells = self.block.pathway.ln_burden_before_lymphodepletion
        share = np.minimum(np.exp(ln_cells) / self.block.children.marrow_cells, 1.0)
        return np.where(self.infused, share, np.nan)


def see(
    arm: QuestionArm,
    parameters: ParameterSet,
    asked: Sequence[str],
    *,
    draw: int,
    children: int,
    years: float,
    seed: int,
) -> Seen:
    """Simulates the children of one draw in one arm and reads them under these outcomes.

    Draw k has the children numbered from `k * children` on, as in a comparison of policies, so
    that the groups of an answer are made of the children whom its table counts.
    """
    own = parameters.changed(arm.changes) if arm.changes else parameters
    horizon_days = float(round(years * DAYS_PER_YEAR) + WAIT_DAYS)
    run = Run(arm.population, arm.policy, own, seed, horizon_days)
    numbers = np.arange(draw * children, (draw + 1) * children, dtype=np.int64)
    block = simulate_block(run, numbers)
    chosen = [one for one in outcomes_within(years) if one.id in asked]
    read = read_children(block, narrated(block, own), chosen)
    return Seen(block, own, {one.id: read.values[place] for place, one in enumerate(chosen)})


def burden_groups(share: Floats) -> dict[str, YesNo]:
    """Who falls between which borders of the burden; a child without one falls nowhere.

    >>> {code: int(who.sum()) for code, who in burden_groups(np.array([0.0, 0.05, 0.9])).items()}
    {'undetectable': 1, 'below_5': 0, 'below_50': 1, 'from_50': 1}
    """
    place = np.searchsorted(BURDEN_BORDERS, share, side="right")
    known = np.isfinite(share)
    return {code: known & (place == order) for order, code in enumerate(BURDEN_CODES)}


def thirds(values: Floats, codes: tuple[str, str, str]) -> dict[str, YesNo]:
    """The lowest, the middle and the highest third of the children.

    >>> {code: int(who.sum()) for code, who in thirds(np.arange(9.0), ("a", "b", "c")).items()}
    {'a': 3, 'b': 3, 'c': 3}
    """
    borders = np.quantile(values[np.isfinite(values)], (1 / 3, 2 / 3))
    place = np.searchsorted(borders, values, side="left")
    known = np.isfinite(values)
    return {code: known & (place == order) for order, code in enumerate(codes)}


def borders_said() -> Saying:
    """What `BURDEN_CODES` stand for, as the sentence `borders` of a question's file."""
    names = ("limit", "overt", "half")
    shares = {
        name: Quantity(border, "share") for name, border in zip(names, BURDEN_BORDERS, strict=True)
    }
    return Saying("borders", shares)
