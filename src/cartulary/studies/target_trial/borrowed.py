# SPDX-License-Identifier: Apache-2.0
"""What a prior made of the controls, and what that can cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.priors import SharePrior
from cartulary.studies.target_trial.protocol import Controls

#: How much better than the prior says the controls might have fared: the errors are asked there.
SURPRISES: Final = (0.0, 0.05, 0.1)


@dataclass(frozen=True, slots=True)
class Counts:
    """So many of so many free of the event: a curve's value and error as whole numbers."""

    free: int
    n: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Borrowed:
    """One prior met with the treated.

    setting: the discount, or the vague part. worth: children the prior is worth. better: the
    chance that the treated are free more often. errors: at each of `SURPRISES`, how often a
    treatment that does nothing would be declared better. conflict: how likely the prior holds
    counts no likelier than those of the treated: small where the treatment works as well as where
    the controls mislead. others: the same of the controls, under the prior of the other studies
    alone; None without other studies.
    """

    method: str
    setting: float
    prior: SharePrior = field(repr=False)
    worth: float
    treated: Estimate
    control: Estimate
    difference: Estimate
    ratio: Estimate
    better: float
    errors: tuple[float, ...]
    conflict: float
    others: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Borrowing:
    """Every prior of one method, that of the comparison first, and what they were given."""

    rows: tuple[Borrowed, ...]
    treated: Counts
    controls: Counts
    which: Controls
