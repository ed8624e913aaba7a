# SPDX-License-Identifier: Apache-2.0
"""Comparisons on the shelf: shipped with the program, or asked for on this server; and which lack.

No child of a centre is in any of them, so every centre of a server sees the same.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartulary.registry import keys
from cartulary.web.lookahead.look_wanted import LookWanted
from cartulary.web.lookahead.offered import Offered

if TYPE_CHECKING:
    from cartulary.studies.policies_compared import Arm, Compared

#: The folder of the home in which comparisons asked for here are kept.
HERE: Final = "comparisons"
#: What is asked about and held against where an address says nothing: sent away, or made here.
FIRST: Final = ("in_house_12_days", "maxima", "dutch_low_burden")


def completed(wanted: LookWanted, known: Offered) -> LookWanted:
    """The same with what was left open, or is not known here, filled in."""
    policy, against, population = FIRST
    names = [policy, against, *known.policies]
    against = _one_of(wanted.against, [n for n in names[1:] if n != wanted.policy], known)
    policy = _one_of(wanted.policy, [n for n in names if n != against], known)
    whom = [population, *known.populations]
    population = next(n for n in (wanted.population, *whom) if n in known.populations)
    return LookWanted(policy, against, population, wanted.size, wanted.outcome)


def found(wanted: LookWanted, known: Offered) -> Compared | None:
    """The comparison of a completed choice, the policy held against first; None if there is none.

    It was made from the very files that this server has now, and the draws that it has now.
    """
    return _found(wanted.policy, wanted.against, wanted.population, known)


def at_once(wanted: LookWanted, known: Offered) -> frozenset[tuple[str, str]]:
    """Pairs (policy, against) near this choice that are on the shelf: one word away from it."""
    near = {(one, wanted.against) for one in known.policies}
    near |= {(wanted.policy, one) for one in known.policies}
    return frozenset(
        (one, other)
        for one, other in near
        if one != other and _found(one, other, wanted.population, known) is not None
    )


def arms_of(policy: str, against: str, population: str, known: Offered) -> tuple[Arm, Arm]:
    """The two arms, the one held against first."""
    from cartulary.studies.policies_compared import Arm

    whom = known.populations[population]
    one, other = (
        Arm(name, known.policies[name].name, known.policies[name], whom)
        for name in (against, policy)
    )
    return one, other


def run_key(wanted: LookWanted, known: Offered) -> str:
    """The name of the folder in which this choice is computed: of all that decides its figures."""
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.policies_compared.shelf import posterior_mark

    arms = arms_of(wanted.policy, wanted.against, wanted.population, known)
    decides = [*(one.fingerprint for one in arms), posterior_mark(posterior())]
    return hashlib.sha256(" ".join(decides).encode()).hexdigest()[:32]


def shelf_here() -> Path:
    """Where comparisons asked for on this server are kept."""
    return keys.home() / HERE


def _one_of(asked: str, others: list[str], known: Offered) -> str:
    return next(one for one in (asked, *others) if one in known.policies)


def _found(policy: str, against: str, population: str, known: Offered) -> Compared | None:
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.policies_compared.shelf import find, posterior_mark

    if policy == against:
        return None
    arms = arms_of(policy, against, population, known)
    state = _state_of_shelf()
    mark = posterior_mark(posterior())
    key = (tuple(one.fingerprint for one in arms), mark, state)
    if key not in _seen:
        if len(_seen) >= _MOST_SEEN:
            _seen.clear()
        _seen[key] = find(arms, mark, shelf_here())
    return _seen[key]


_MOST_SEEN: Final = 200
_seen: dict[tuple[tuple[str, ...], str, tuple[tuple[str, int], ...]], Compared | None] = {}


def _state_of_shelf() -> tuple[tuple[str, int], ...]:
    """What tells one state of the shelves from another: a comparison is never changed in place."""
    shipped = _shipped()
    return tuple(
        (str(file), file.stat().st_mtime_ns)
        for folder in (shipped, shelf_here())
        if folder.is_dir()
        for file in sorted(folder.glob("*.json"))
    )


@lru_cache(maxsize=1)
def _shipped() -> Path:
    from importlib.resources import files

    return Path(str(files("cartulary.studies.policies_compared"))) / "precomputed"
