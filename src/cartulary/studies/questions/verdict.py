# SPDX-License-Identifier: Apache-2.0
"""Whether the model can tell, before anything is said of what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.course.choice import Choice
from cartulary.studies.policies_compared.children_read import Floats
from cartulary.studies.policies_compared.drivers import Drivers

#: A difference is undecided when so many of the draws have it on the other side.
UNDECIDED_FROM: Final = 0.10
#: What drives a difference is guesswork when speculative parameters make so much of its variance.
GUESSWORK_FROM: Final = 0.50


class Verdict(Choice):
    """What may be said first of a difference."""

    SAME = "same", "the policies give the same", "de beleidskeuzen geven hetzelfde"
    CANNOT_TELL = "cannot_tell", "the model cannot tell", "het model kan het niet zeggen"
    ON_GUESSES = (
        "on_guesses",
        "the model points one way, on guesses",
        "het model wijst één kant op, op grond van aannames",
    )
    TELLS = "tells", "the model tells", "het model zegt het"


def verdict(
    difference: Floats, low: float, high: float, drivers: Drivers, *, guessed: bool
) -> Verdict:
    """What may be said of a difference.

    The same where no draw differs. It cannot be told where the parameters' 95% covers 0 and a
    tenth of the draws or more lie on the other side than their mean. It rests on guesses where
    the arms differ by values that no cohort informs (`guessed`), where 0 is covered at all, or
    where speculative parameters make half of its variance or more.

    Arguments: the difference in each draw, the simulation's noise taken out; the parameters' 95%;
    what drives it; whether the question names guesses that decide it.
    """
    known = difference[np.isfinite(difference)]
    if not len(known) or (low == 0.0 == high):
        return Verdict.SAME if len(known) else Verdict.CANNOT_TELL
    mean = float(known.mean())
    other_side = float((known * np.sign(mean) <= 0).mean())
    if low <= 0.0 <= high and other_side >= UNDECIDED_FROM:
        return Verdict.CANNOT_TELL
    covers = low <= 0.0 <= high
    if guessed or covers or speculative_share(drivers) >= GUESSWORK_FROM:
        return Verdict.ON_GUESSES
    return Verdict.TELLS


def speculative_share(drivers: Drivers) -> float:
    """How much of what the draws explain is made by parameters of speculative support.

    >>> from cartulary.studies.policies_compared.drivers import NOTHING_FOUND
    >>> speculative_share(NOTHING_FOUND)
    0.0
    """
    total = sum(one.share for one in drivers.drivers)
    guessed = _share_of(drivers, (ParameterSupport.SPECULATIVE,))
    return guessed / total if total > 0 else 0.0


def _share_of(drivers: Drivers, supports: Sequence[ParameterSupport]) -> float:
    return sum(one.share for one in drivers.drivers if one.moving.support in supports)
