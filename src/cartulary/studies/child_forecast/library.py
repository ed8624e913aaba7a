# SPDX-License-Identifier: Apache-2.0
"""The library of virtual children: arrays in a folder, with what they were made from.

library.json        what it holds and was made from, written last: the library is whole
<array>.npy         one file an array, as `ARRAYS` says; mapped, not read, when it is opened
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary import __version__
from cartulary.course.errors import CartularyError
from cartulary.studies.child_forecast.plans import Plan, PlanKind
from cartulary.studies.child_forecast.source import FORMAT, source

Floats = NDArray[np.float64]
Held = NDArray[Any]

ABOUT_FILE: Final = "library.json"
#: Names the folder of the library, for a server or a person who keeps it elsewhere.
FOLDER_VARIABLE: Final = "CARTULARY_FORECAST_LIBRARY"
#: A day that never comes, in the arrays of days.
NEVER: Final = 65535
_COMMAND: Final = "cartulary forecast library"


class LibraryError(CartularyError):
    """A library that is not there, not whole, or made from something else than is used now."""


@dataclass(frozen=True)
class About:
    """What a library was made from; two libraries with one fingerprint hold the same bytes."""

    format: str
    version: str
    fingerprint: str  # of posterior, parameters, population, policy and plans
    posterior: str
    provisional: bool
    population: str
    policy: str
    plans: tuple[tuple[str, int], ...]
    draws: int
    children_a_draw: int
    planned_a_draw: int
    children: int  # in the library: infused in time
    seed: int
    limits: Mapping[str, tuple[float, float]]

    @property
    def name(self) -> str:
        """In one line and no language: posterior, population, draws by children, fingerprint."""
        size = f"{self.draws} × {self.children_a_draw}"
        return f"{self.posterior} · {self.population} · {size} · {self.fingerprint[:12]}"


@dataclass(frozen=True)
class Library:
    """n virtual children, one place each; rows of the other axis as `virtual.Virtual` says.

    A child that was not simulated under every plan has under each what it has under the first.
    Logs stand as half floats (to 1%), days as whole days since the infusion, NEVER for none.
    """

    about: About
    draw: Held
    known: Held  # [KNOWN, n]
    ln_copies: Held
    ln_b_cells: Held
    ln_share: Held
    planned: Held  # whether a child was simulated under every plan
    came_first: Held  # [plan, n], place in OUTCOMES
    came_day: Held  # [plan, n]
    death_day: Held  # [plan, n]

    def __len__(self) -> int:
        return len(self.draw)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The plans, nothing further first."""
        return tuple(Plan(PlanKind(kind), day) for kind, day in self.about.plans)

    def of(self, name: str) -> Held:
        """One of the numbers that are known of each child."""
        found: Held = self.known[KNOWN.index(name)]
        return found


#: Rows of `Library.known`.
KNOWN: Final = (
    "age_years",
    "weight_kg",
    "ln_dose_per_kg",
    "ln_share_before",
    "ln_b_cells_back",
    "crs_grade",
    "kmt2a",
    "prior_transplant",
    "prior_blinatumomab",
    "remission_day",
)
ARRAYS: Final = tuple(one.name for one in fields(Library) if one.name != "about")


def default_folder(home: Path | None = None) -> Path:
    """Where the library is looked for: what CARTULARY_FORECAST_LIBRARY names, else under `home`.

    Arguments: the folder of the programme's data; without it, the user's folder for caches.

    >>> default_folder(Path("ledger")).name
    'forecast-library'
    """
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    if named:
        return Path(named)
    if home is None:
        cache = os.environ.get("XDG_CACHE_HOME", "").strip()
        home = (Path(cache) if cache else Path.home() / ".cache") / "cartulary"
    return home / "forecast-library"


def load(folder: Path, *, fingerprint: str | None = None) -> Library:
    """The library in a folder, its arrays mapped into memory.

    Arguments: the folder; the fingerprint that it must have, by default that of the posterior,
    parameters, population and policy in use now.
    Returns: the library.
    Refuses: a folder without a whole library, one of another version of the program, and one that
    was made from another posterior, other parameters, another population or other plans.
    """
    about = read_about(folder)
    if fingerprint is None:
        fingerprint = source().fingerprint
    if about.version != __version__ or about.fingerprint != fingerprint:
        raise LibraryError(
            f"The library in {folder.name!r} was made with {about.fingerprint[:12]} (version "
            f"{about.version}); in use now is {fingerprint[:12]} (version {__version__}). Its "
            "children are those of other parameters, and a forecast would be too. "
            f"Make it anew: {_COMMAND} --out FOLDER."
        )
    try:
        held = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    except (OSError, ValueError) as error:
        raise _broken(folder, str(error)) from error
    wrong = [name for name in ARRAYS if held[name].shape[-1] != about.children]
    if wrong:
        raise _broken(folder, f"{wrong[0]} is for other children than {ABOUT_FILE} says")
    return Library(about, **held)


def read_about(folder: Path) -> About:
    """What the library in a folder was made from; refused where there is no whole one."""
    file = folder / ABOUT_FILE
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LibraryError(
            f"There is no library in {folder.name!r}: {ABOUT_FILE} is missing. A forecast weighs "
            f"virtual children that are simulated once. Make them: {_COMMAND} --out FOLDER."
        ) from None
    except (OSError, ValueError) as error:
        raise _broken(folder, str(error)) from error
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        raise _broken(folder, f"{ABOUT_FILE} is not of the format {FORMAT!r}")
    try:
        held["plans"] = tuple((str(kind), int(day)) for kind, day in held["plans"])
        held["limits"] = {name: (low, high) for name, (low, high) in held["limits"].items()}
        return About(**held)
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(folder, str(error)) from error


def save(library: Library, folder: Path) -> None:
    """Writes a library; what makes it whole is written last.

    Refuses: a folder that holds anything but a library.
    """
    refuse_other_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ABOUT_FILE).unlink(missing_ok=True)
    for name in ARRAYS:
        made = folder / f"{name}.npy.new"
        with made.open("wb") as file:
            np.save(file, getattr(library, name), allow_pickle=False)
        # A library that somebody has open keeps its own file.
        made.replace(folder / f"{name}.npy")
    about = {one.name: getattr(library.about, one.name) for one in fields(About)}
    text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    made = folder / f"{ABOUT_FILE}.new"
    made.write_text(text, encoding="utf-8")
    made.replace(folder / ABOUT_FILE)


def refuse_other_folder(folder: Path) -> None:
    """Refuses a folder that holds anything but a library."""
    ours = {ABOUT_FILE, *(f"{name}.npy" for name in ARRAYS)}
    if folder.exists() and not folder.is_dir():
        raise LibraryError(
            f"{folder.name!r} is a file. A library is a folder. Choose another name."
        )
    held = {file.name.removesuffix(".new") for file in folder.iterdir()} if folder.is_dir() else {}
    strange = sorted(set(held) - ours)
    if strange:
        raise LibraryError(
            f"{folder.name!r} holds {strange[0]!r}, which is no part of a library. It would be "
            "mixed up with one. Choose an empty folder."
        )


def _broken(folder: Path, why: str) -> LibraryError:
    return LibraryError(
        f"The library in {folder.name!r} cannot be read: {why}. It may have been copied in part. "
        f"Make it anew: {_COMMAND} --out FOLDER."
    )
