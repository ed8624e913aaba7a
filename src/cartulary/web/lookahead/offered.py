# SPDX-License-Identifier: Apache-2.0
"""Policies and populations that this server knows: those that are shipped, and the hospital's own.

A hospital's own are files in `policies` and `populations` of the home folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cartulary.course.errors import CartularyError
from cartulary.registry import keys

if TYPE_CHECKING:
    from cartulary.twin.policy import Policy
    from cartulary.twin.population import Population

POLICIES: Final = "policies"
POPULATIONS: Final = "populations"

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Offered:
    """Every policy and population by id, and what was said of the files that could not be read."""

    policies: Mapping[str, Policy]
    populations: Mapping[str, Population]
    refused: tuple[str, ...]


def offered() -> Offered:
    """What is there now; a file that was changed is read again."""
    return _offered(_stamped(POLICIES), _stamped(POPULATIONS))


Stamped = tuple[tuple[Path, int], ...]


@lru_cache(maxsize=2)
def _offered(policies: Stamped, populations: Stamped) -> Offered:
    from cartulary.twin.policy_reader import read_policy
    from cartulary.twin.population_reader import read_population

    refused: list[str] = []
    return Offered(
        _read(policies, read_policy, lambda one: one.policy_id, refused),
        _read(populations, read_population, lambda one: one.population_id, refused),
        tuple(refused),
    )


def _read(
    stamped: Stamped,
    reader: Callable[[Path], Read],
    named: Callable[[Read], str],
    refused: list[str],
) -> dict[str, Read]:
    """What each file holds by its id; of two with one id the hospital's own, which come later."""
    found: dict[str, Read] = {}
    for path, _ in stamped:
        try:
            one = reader(path)
        except CartularyError as error:
            refused.append(str(error))
            continue
        found[named(one)] = one
    return found


def _stamped(kind: str) -> Stamped:
    """The files of a kind with the moment each was last written, the shipped ones first."""
    folders = (Path(str(files("cartulary.twin"))) / kind, keys.home() / kind)
    return tuple(
        (path, path.stat().st_mtime_ns)
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.glob("*.toml"))
    )
