# SPDX-License-Identifier: Apache-2.0
"""The cohorts that were published, as the twin plays them: whom, under which policy, how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError
from cartulary.twin.policy import Policy
from cartulary.twin.policy_reader import policy_from_text
from cartulary.twin.population import Population
from cartulary.twin.population_reader import population_from_text


@dataclass(frozen=True)
class Scenario:
    """A published cohort as it is simulated; `years` from the decision on.

    `share` of the children that are asked for are simulated: a small series needs fewer, because
    the error of the simulation only has to be small beside its own.
    """

    name: str
    words: Words
    population: Population
    policy: Policy
    years: float
    share: float = 1.0


#: Name, words, population file, policy file, years and share. The years reach a year or so beyond
#: the last figure that is read, because the clock of most figures starts at the infusion.
_SCENARIOS: Final = (
    ("eliana", Words("ELIANA", "ELIANA"), "eliana", "trial", 5.5, 1.0),
    (
        "everyday",
        Words("everyday practice (CIBMTR, PRWCC)", "dagelijkse praktijk (CIBMTR, PRWCC)"),
        "real_world",
        "practice",
        3.5,
        1.0,
    ),
    ("germany", Words("Germany", "Duitsland"), "germany", "practice", 2.5, 0.5),
    ("france", Words("France", "Frankrijk"), "france", "practice", 2.0, 0.5),
    ("uk", Words("United Kingdom", "Verenigd Koninkrijk"), "real_world", "practice", 2.5, 1.0),
    (
        "infants",
        Words("under three years", "jonger dan drie jaar"),
        "infants",
        "practice",
        2.0,
        1.0,
    ),
    (
        "dutch",
        Words("the article's programme", "het programma van het artikel"),
        "dutch_low_burden",
        "utrecht_2020",
        2.0,
        1.0,
    ),
    (
        "dutch_mix",
        Words(
            "Dutch children, nothing else changed",
            "Nederlandse kinderen, verder niets veranderd",
        ),
        "dutch_low_burden",
        "practice",
        1.0,
        1.0,
    ),
)


def scenarios() -> Mapping[str, Scenario]:
    """Every scenario by its name.

    >>> scenarios()["eliana"].policy.making.platform.value
    'central'
    """
    return _scenarios()


def scenario(name: str) -> Scenario:
    """The scenario of this name; refused with the known ones where there is none."""
    known = scenarios()
    if name not in known:
        raise CodebookError(
            f"There is no scenario {name!r}. A target is judged on the cohort that one describes. "
            f"Known: {', '.join(known)}."
        )
    return known[name]


@lru_cache(maxsize=1)
def _scenarios() -> Mapping[str, Scenario]:
    made: dict[str, Scenario] = {}
    for name, words, population, policy, years, share in _SCENARIOS:
        made[name] = Scenario(
            name, words, shipped_population(population), shipped_policy(policy), years, share
        )
    return MappingProxyType(made)


def shipped_population(name: str) -> Population:
    """A population that comes with the package."""
    file = files("cartulary.twin").joinpath("populations", f"{name}.toml")
    return population_from_text(file.read_text(encoding="utf-8"), file.name)


def shipped_policy(name: str) -> Policy:
    """A policy that comes with the package."""
    file = files("cartulary.twin").joinpath("policies", f"{name}.toml")
    return policy_from_text(file.read_text(encoding="utf-8"), file.name)
