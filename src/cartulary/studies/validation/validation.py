# SPDX-License-Identifier: Apache-2.0
"""Every target and every saying held against the posterior's predictions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary import __version__
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.target import Target, TargetUse
from cartulary.studies.calibration.measure import measured
from cartulary.studies.calibration.posterior import Posterior
from cartulary.studies.calibration.predict import simulated
from cartulary.studies.calibration.scenario import scenario
from cartulary.studies.calibration.target import targets_fingerprint
from cartulary.studies.validation.judged import HIGH, LOW, Judged, Tally, judged, tally
from cartulary.studies.validation.said_of_courses import SAYINGS, Shown, shown

Floats = NDArray[np.float64]

#: Where the sayings of the article are looked for: relapse is common enough there.
SAYINGS_SCENARIO: Final = "everyday"
#: The toxicity of the Dutch children with nothing changed but who they are, and of everybody else.
CASE_MIX: Final = (("crs", "article.crs_any_mix"), ("icans", "article.icans_any_mix"))
EVERYDAY: Final = "everyday"


@dataclass(frozen=True, slots=True)
class CaseMix:
    """One toxicity under everyday practice, of its own children and of the Dutch ones.

    Shares of infusions; each a median with 95% of the draws. `difference` is taken draw by draw:
    both cohorts share their random numbers.
    """

    toxicity: str
    observed: Judged
    everyday: tuple[float, float, float]
    dutch: tuple[float, float, float]
    difference: tuple[float, float, float]

    def plain(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        names = ("median", "low", "high")
        return {
            "toxicity": self.toxicity,
            "observed": self.observed.plain(),
            "everyday": dict(zip(names, self.everyday, strict=True)),
            "dutch": dict(zip(names, self.dutch, strict=True)),
            "difference": dict(zip(names, self.difference, strict=True)),
        }


@dataclass(frozen=True)
class Validation:
    """What was held against what, and how it came out."""

    posterior_id: str
    provisional: bool
    draws: int
    children: int
    seed: int
    rows: tuple[Judged, ...]
    sayings: tuple[Shown, ...]
    case_mix: tuple[CaseMix, ...]
    control_hash: str

    def tally(self, use: TargetUse) -> Tally:
        """The figures of one use, counted."""
        return tally(self.rows, use)

    @property
    def unexplained(self) -> tuple[Judged, ...]:
        """The figures that were missed and of which nobody has said why."""
        return tuple(row for row in self.rows if not row.met and not row.target.miss.en)

    def plain(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        counted = {}
        for use in TargetUse:
            one = self.tally(use)
            counted[use.value] = {
                "met": one.met,
                "of": one.of,
                "main_narrow": one.narrow,
                "main": one.of_main,
            }
        return {
            "research_only": "Simulated; research, not for decisions; not a medical device.",
            "version": __version__,
            "posterior": self.posterior_id,
            "provisional": self.provisional,
            "draws": self.draws,
            "children": self.children,
            "seed": self.seed,
            "control_hash": self.control_hash,
            "tally": counted,
            "figures": [row.plain() for row in self.rows],
            "sayings": [one.plain() for one in self.sayings],
            "case_mix": [one.plain() for one in self.case_mix],
        }


def validate(
    believed: Posterior,
    listed: Sequence[Target],
    *,
    draws: int,
    children: int,
    seed: int,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Validation:
    """The targets held against draws of a posterior.

    Each draw is simulated once a scenario, all draws with the same children, and every figure is
    reckoned as its target's file says. To the draws comes the chance of a study of its size.

    Arguments: the posterior; the targets; how many of its draws, evenly thinned; children a
    scenario; the seed; processor threads; what to call with the number of draws done.
    Returns: a `Validation` with a row a target, in their order.
    Refuses: more draws than the posterior holds.
    """
    sets = believed.parameter_sets(draws)
    found, said, mixed = [], [], []
    for done, parameters in enumerate(sets, start=1):
        one = _draw(parameters, listed, children=children, seed=seed, threads=threads)
        found.append(one[0])
        said.append(one[1])
        mixed.append(one[2])
        progress(done)
    figures = np.array(found)
    rows = tuple(judged(target, figures[:, place], seed) for place, target in enumerate(listed))
    return Validation(
        posterior_id=believed.about.posterior_id,
        provisional=believed.about.provisional,
        draws=draws,
        children=children,
        seed=seed,
        rows=rows,
        sayings=tuple(
            shown(saying, np.array(said)[:, place]) for place, saying in enumerate(SAYINGS)
        ),
        case_mix=_case_mix(rows, figures, np.array(mixed), listed),
        control_hash=_control_hash(believed, listed, draws, children, seed),
    )


def _draw(
    parameters: ParameterSet,
    listed: Sequence[Target],
    *,
    children: int,
    seed: int,
    threads: int | None,
) -> tuple[Floats, Floats, Floats]:
    """The figures of one draw: of every target, every saying, and the case mix in everyday care."""
    figures = np.full(len(listed), np.nan)
    said = np.full(len(SAYINGS), np.nan)
    mixed = np.full(len(CASE_MIX), np.nan)
    by_id = {target.id: target for target in listed}
    elsewhere = [by_id[target_id] for _, target_id in CASE_MIX if target_id in by_id]
    names = dict.fromkeys([*(target.scenario for target in listed), EVERYDAY])
    for name in names:
        places = [place for place, one in enumerate(listed) if one.scenario == name]
        asked = [listed[place] for place in places]
        if name == EVERYDAY:
            asked += [replace(one, scenario=name) for one in elsewhere]
        cohort = simulated(
            scenario(name), parameters, asked, children=children, seed=seed, threads=threads
        )
        for place in places:
            figures[place] = measured(cohort, listed[place].measure)
        if name == EVERYDAY:
            mixed[: len(elsewhere)] = [measured(cohort, one.measure) for one in elsewhere]
            said[:] = [measured(cohort, saying.measure) for saying in SAYINGS]
    return figures, said, mixed


def _case_mix(
    rows: Sequence[Judged], figures: Floats, mixed: Floats, listed: Sequence[Target]
) -> tuple[CaseMix, ...]:
    """Each toxicity of the Dutch children beside that of everybody else."""
    places = {target.id: place for place, target in enumerate(listed)}
    made = []
    known = [(name, places[target_id]) for name, target_id in CASE_MIX if target_id in places]
    for column, (name, place) in enumerate(known):
        dutch, everyday = figures[:, place], mixed[:, column]
        made.append(
            CaseMix(name, rows[place], _spread(everyday), _spread(dutch), _spread(dutch - everyday))
        )
    return tuple(made)


def _spread(values: Floats) -> tuple[float, float, float]:
    """Median and 95% of the draws."""
    middle, low, high = np.nanquantile(values, (0.5, LOW, HIGH))
    return float(middle), float(low), float(high)


def _control_hash(
    believed: Posterior, listed: Sequence[Target], draws: int, children: int, seed: int
) -> str:
    about = believed.about
    asked = (
        __version__,
        about.posterior_id,
        about.prior_fingerprint,
        about.parameters_fingerprint,
        believed.draws.tobytes(),
        targets_fingerprint(listed),
        draws,
        children,
        seed,
    )
    return hashlib.sha256(repr(asked).encode()).hexdigest()
