# SPDX-License-Identifier: Apache-2.0
"""What the process of a long simulation does: compare policies, or build the library."""

from __future__ import annotations

import os
from typing import Any, Final

from cartulary.registry import keys
from cartulary.web.beside.telling import Telling
from cartulary.web.beside.worker import Refused
from cartulary.web.lookahead.comparisons import arms_of, shelf_here
from cartulary.web.lookahead.offered import offered

COMPARE, LIBRARY = "compare", "library"
#: A comparison that is asked for on a page: minutes on two processors.
DRAWS: Final = 100
CHILDREN: Final = 400
YEARS: Final = 3.0
SEED: Final = 1


def do(wanted: dict[str, Any], told: Telling) -> dict[str, Any]:
    """Do what is wanted; what is to be remembered of it. Refuses a file that is not there,
    and a folder that holds something else."""
    if wanted["act"] == LIBRARY:
        return _library(wanted, told)
    return _compared(wanted, told)


def _compared(wanted: dict[str, Any], told: Telling) -> dict[str, Any]:
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.policies_compared import compare
    from cartulary.studies.policies_compared.shelf import posterior_mark, put

    known = offered()
    policy, against, population = (wanted[name] for name in ("policy", "against", "population"))
    lacking = [name for name in (policy, against) if name not in known.policies]
    lacking += [population] if population not in known.populations else []
    if lacking:
        raise Refused(lacks=lacking[0])
    drawn = posterior()
    compared = compare(
        arms_of(policy, against, population, known),
        drawn.parameter_sets(min(wanted["draws"], len(drawn.draws))),
        children=wanted["children"],
        years=wanted["years"],
        seed=wanted["seed"],
        posterior_id=posterior_mark(drawn),
        threads=_threads(),
        progress=told.progress,
    )
    with told.may_end:
        put(compared, shelf_here())
    return {"seconds": round(compared.about.seconds)}


def _library(wanted: dict[str, Any], told: Telling) -> dict[str, Any]:
    from cartulary.studies.child_forecast.build import make, source
    from cartulary.studies.child_forecast.library import (
        LibraryError,
        default_folder,
        refuse_other_folder,
        save,
    )

    folder = default_folder(keys.home())
    try:
        refuse_other_folder(folder)
    except LibraryError:
        raise Refused(holds_other=True) from None
    draws = wanted["draws"]
    made = make(
        source(),
        draws=draws,
        children=wanted["children"],
        threads=_threads(),
        progress=lambda done: told.progress(done, draws),
    )
    with told.may_end:
        save(made, folder)
    return {"children": len(made)}


def _threads() -> int:
    """All processors but one, which the pages keep."""
    return max(1, (os.cpu_count() or 2) - 1)
