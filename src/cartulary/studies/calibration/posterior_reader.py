# SPDX-License-Identifier: Apache-2.0
"""A posterior's two files: draws.csv with the draws, posterior.toml with how they were made."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.toml_page import Page, page_of
from cartulary.course.errors import CodebookError

Floats = NDArray[np.float64]

DRAWS_FILE: Final = "draws.csv"
ABOUT_FILE: Final = "posterior.toml"
_HEADING: Final = (
    "# SPDX-License-Identifier: Apache-2.0\n# Written by `cartulary calibrate`; no file to edit.\n"
)


@dataclass(frozen=True)
class About:
    """How the draws were made, and how far they can be believed.

    A `provisional` posterior has seen no published figure. `parameters` and `targets` are tables:
    a row a free parameter, a row a fitted figure.
    """

    posterior_id: str
    edition: str
    program_version: str
    provisional: bool
    seed: int
    prior_fingerprint: str
    parameters_fingerprint: str
    targets_fingerprint: str
    waves: int
    points: int
    failed_points: int
    children_a_point: int
    largest_r_hat: float
    smallest_effective_draws: float
    notes: tuple[str, ...]
    parameters: tuple[Mapping[str, Any], ...] = ()
    targets: tuple[Mapping[str, Any], ...] = ()


def read_posterior(folder: Traversable | Path) -> tuple[About, tuple[str, ...], Floats]:
    """How the draws were made, the names of what is free, and the draws, one a row.

    Refuses: a file that is not there or not whole, and draws that are not numbers.
    """
    for name in (ABOUT_FILE, DRAWS_FILE):
        if not folder.joinpath(name).is_file():
            raise CodebookError(
                f"The posterior has no file {name!r}. Without it no draw can be used. Run "
                "`cartulary calibrate --install`."
            )
    page = page_of(folder.joinpath(ABOUT_FILE))
    about = _about(page)
    page.refuse()
    rows = list(csv.reader(folder.joinpath(DRAWS_FILE).read_text("utf-8").splitlines()))
    names = tuple(rows[0]) if rows else ()
    try:
        draws = np.array([[float(cell) for cell in row] for row in rows[1:]])
    except ValueError as error:
        raise CodebookError(
            f"{DRAWS_FILE}: {error}. Every draw is a number. Run `cartulary calibrate --install`."
        ) from None
    if draws.ndim != 2 or draws.shape[1] != len(names) or not np.isfinite(draws).all():
        raise CodebookError(
            f"{DRAWS_FILE}: {len(rows) - 1} rows do not each hold {len(names)} finite numbers. A "
            "draw needs one for each free parameter. Run `cartulary calibrate --install`."
        )
    return about, names, draws


def _about(page: Page) -> About:
    made = About(
        posterior_id=page.text("id"),
        edition=page.text("edition"),
        program_version=page.text("program_version"),
        provisional=page.yes_no("provisional", default=False),
        seed=page.whole_or("seed", 0),
        prior_fingerprint=page.text("prior_fingerprint"),
        parameters_fingerprint=page.text("parameters_fingerprint"),
        targets_fingerprint=page.text("targets_fingerprint"),
        waves=page.whole_or("waves", 0),
        points=page.whole_or("points", 0),
        failed_points=page.whole_or("failed_points", 0),
        children_a_point=page.whole_or("children_a_point", 0),
        largest_r_hat=page.number("largest_r_hat") or 0.0,
        smallest_effective_draws=page.number("smallest_effective_draws") or 0.0,
        notes=page.texts("notes"),
        parameters=tuple(part.raw for part in page.pages("parameter")),
        targets=tuple(part.raw for part in page.pages("target")),
    )
    page.close()
    return made


def write_posterior(folder: Path, about: About, names: Sequence[str], draws: Floats) -> None:
    """Writes both files; the draws to six figures, so that the file stays small."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(names)]
    lines += [",".join(f"{value:.6g}" for value in row) for row in draws.tolist()]
    (folder / DRAWS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / ABOUT_FILE).write_text(_written(about), encoding="utf-8")


def _written(about: About) -> str:
    """The TOML text of how the draws were made."""
    head: dict[str, Any] = {"id": about.posterior_id} | {
        name: getattr(about, name)
        for name in About.__dataclass_fields__
        if name not in ("posterior_id", "parameters", "targets")
    }
    text = _HEADING + _table(head)
    for title, rows in (("parameter", about.parameters), ("target", about.targets)):
        for row in rows:
            text += f"\n[[{title}]]\n" + _table(row)
    return text


def _table(values: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in values.items())


def _value(value: Any) -> str:
    """One value as TOML writes it; strings are quoted as in JSON, which TOML reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # TOML knows inf and nan, and asks for a digit on both sides of the point.
        return (
            repr(value)
            if not np.isfinite(value)
            else f"{value:.6g}"
            if value % 1
            else f"{value:.1f}"
        )
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
