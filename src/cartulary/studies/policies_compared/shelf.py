# SPDX-License-Identifier: Apache-2.0
"""Comparisons that were made before: shipped with the package, or kept in a folder of one's own.

A comparison on the shelf answers for any of its arms, in any order, whatever the files were called
and wherever they lay: an arm is known by what decides its figures.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from cartulary.course.errors import CartularyError
from cartulary.studies.policies_compared.arm import Arm
from cartulary.studies.policies_compared.compared import Compared
from cartulary.studies.policies_compared.compared_json import from_json, to_json
from cartulary.studies.policies_compared.rearranging import rearranged

if TYPE_CHECKING:
    from cartulary.studies.calibration.posterior import Posterior


def posterior_mark(posterior: Posterior) -> str:
    """What tells one posterior from another: its id, its edition, and a print of its draws."""
    about = posterior.about
    print_ = hashlib.sha256()
    print_.update(repr(posterior.names).encode())
    print_.update(posterior.draws.tobytes())
    print_.update(about.parameters_fingerprint.encode())
    return f"{about.posterior_id}, {about.edition}, {print_.hexdigest()[:12]}"


def fingerprint_of(compared: Compared) -> str:
    """A name for a comparison: its arms, posterior, seed and sizes."""
    about = compared.about
    decides = (
        [arm.fingerprint for arm in compared.arms],
        [outcome.id for outcome in compared.outcomes],
        about.posterior_id,
        about.seed,
        about.children,
        about.draws,
        about.years,
    )
    return hashlib.sha256(repr(decides).encode()).hexdigest()[:24]


def find(
    arms: Sequence[Arm],
    posterior_id: str,
    folder: Path | None = None,
    *,
    children: int = 0,
    draws: int = 0,
    years: float | None = None,
    seed: int | None = None,
) -> Compared | None:
    """The largest comparison on the shelf that has all these arms; None where there is none.

    Arguments: the arms wanted, the first of which the others are held against; the posterior, as
    `posterior_mark` says it; a folder of one's own beside what the package ships; at least so many
    children a draw and draws; exactly so many years, and this seed, where they are given.
    Returns: these arms in this order, under the ids and words asked for.
    """
    best: Compared | None = None
    for held in _held(folder):
        about = held.about
        if about.posterior_id != posterior_id or about.children < children or about.draws < draws:
            continue
        if (years is not None and about.years != years) or (seed not in (None, about.seed)):
            continue
        known = [one.fingerprint for one in held.arms]
        if not all(arm.fingerprint in known for arm in arms):
            continue
        if best is None or about.children * about.draws > best.about.children * best.about.draws:
            best = held
    if best is None:
        return None
    known = [one.fingerprint for one in best.arms]
    places = [known.index(arm.fingerprint) for arm in arms]
    return rearranged(best, places, [(arm.id, arm.words) for arm in arms])


def put(compared: Compared, folder: Path) -> Path:
    """Writes a comparison into a folder of one's own, whole or not at all; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{fingerprint_of(compared)}.json"
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_text(to_json(compared), encoding="utf-8")
    part.replace(file)
    return file


def shipped() -> Traversable:
    """The folder of comparisons that go with the package."""
    return files("cartulary.studies.policies_compared") / "precomputed"


def _held(folder: Path | None) -> Iterator[Compared]:
    """What lies on the shelf, the shipped ones first; a file that cannot be read is passed over."""
    for place in (shipped(), folder):
        if place is None or not place.is_dir():
            continue
        for file in sorted(place.iterdir(), key=lambda one: one.name):
            if file.name.endswith(".json"):
                try:
                    yield _read(*_stamp(file))
                except (CartularyError, OSError):
                    continue


def _stamp(file: Traversable) -> tuple[str, int, int]:
    """Where a file lies, and what tells one state of it from another."""
    place = Path(str(file))
    state = place.stat()
    return str(place), state.st_mtime_ns, state.st_size


@lru_cache(maxsize=64)
def _read(place: str, _changed: int, _size: int) -> Compared:
    return from_json(Path(place).read_text(encoding="utf-8"))
