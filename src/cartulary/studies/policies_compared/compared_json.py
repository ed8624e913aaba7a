# SPDX-License-Identifier: Apache-2.0
"""A comparison as JSON: small, read back to the last digit, and readable by other programs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.codebook.words import Words
from cartulary.course.errors import CartularyError
from cartulary.studies.policies_compared.children_read import CURVES, Floats
from cartulary.studies.policies_compared.compared import About, ArmTold, Compared
from cartulary.studies.policies_compared.drivers import Driver, Drivers
from cartulary.studies.policies_compared.moving_parameters import Moving
from cartulary.studies.policies_compared.outcome import Better, Of, Outcome, Unit

FORMAT: Final = "cartulary-comparison-1"
#: Of what drives a difference so many are kept; the rest is summed in the last.
DRIVERS_KEPT: Final = 8


def to_json(compared: Compared) -> str:
    """The comparison as JSON text; the same comparison gives the same text."""
    held = {
        "format": FORMAT,
        "note": "Simulated. Research, not for decisions; not a medical device.",
        "about": {name: getattr(compared.about, name) for name in About.__dataclass_fields__},
        "arms": [_plain(arm, ArmTold.__dataclass_fields__) for arm in compared.arms],
        "outcomes": [_plain(one, Outcome.__dataclass_fields__) for one in compared.outcomes],
        "central": _listed(compared.central),
        "ends": _listed(compared.ends),
        "differences": _listed(np.moveaxis(compared.differences, 0, -1)[1:]),
        "noise": _listed(compared.noise),
        "counted_share": _listed(compared.counted_share),
        "spreads": [
            [
                None if one.is_share else _listed(row)
                for one, row in zip(compared.outcomes, rows, strict=True)
            ]
            for rows in compared.spreads
        ],
        "months": _listed(compared.months),
        "curves": {name: _listed(compared.curves[place]) for place, name in enumerate(CURVES)},
        "drivers": [
            {
                "arm": arm,
                "outcome": outcome,
                "explained": round(found.explained, 3),
                "shares": [_driver(one) for one in found.drivers[:DRIVERS_KEPT]],
            }
            for (arm, outcome), found in compared.found_drivers.items()
        ],
    }
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> Compared:
    """The comparison that `to_json` wrote.

    Refuses: text that is no such comparison, or one of another format.
    """
    try:
        held = json.loads(text)
        if not isinstance(held, dict) or held.get("format") != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        return _read(held)
    except (ValueError, KeyError, TypeError) as error:
        raise CartularyError(
            f"This is no comparison that can be read: {error}. It may have been written by another "
            "version, or cut off. Make it anew with `cartulary compare`."
        ) from error


def _read(held: dict[str, Any]) -> Compared:
    outcomes = tuple(_outcome(one) for one in held["outcomes"])
    differences = np.moveaxis(_array(held["differences"]), -1, 0)
    draws = int(held["about"]["draws"])
    first = np.zeros((draws, 1, len(outcomes)))
    others = differences.reshape(draws, -1, len(outcomes))
    # A first arm in which nobody has an outcome differs from itself by nothing that is known.
    first[:, 0, np.isnan(_array(held["central"])[0])] = np.nan
    quantiles = max(
        (len(row) for rows in held["spreads"] for row in rows if row is not None), default=1
    )
    return Compared(
        about=About(**held["about"]),
        arms=tuple(_arm(one) for one in held["arms"]),
        outcomes=outcomes,
        central=_array(held["central"]),
        ends=_array(held["ends"]),
        differences=np.concatenate([first, others], axis=1),
        noise=_array(held["noise"]),
        counted_share=_array(held["counted_share"]),
        spreads=np.array(
            [
                [np.full(quantiles, np.nan) if row is None else _array(row) for row in rows]
                for rows in held["spreads"]
            ]
        ),
        months=_array(held["months"]),
        curves=np.array([_array(held["curves"][name]) for name in CURVES]),
        found_drivers={
            (one["arm"], one["outcome"]): Drivers(
                tuple(_read_driver(share) for share in one["shares"]), one["explained"]
            )
            for one in held["drivers"]
        },
    )


def _plain(held: object, names: Any) -> dict[str, Any]:
    return {name: _plain_value(getattr(held, name)) for name in names}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Words):
        return {"en": value.en, "nl": value.nl}
    if isinstance(value, (Unit, Of, Better)):
        return value.value
    return value


def _arm(held: dict[str, Any]) -> ArmTold:
    read = {name: held[name] for name in ArmTold.__dataclass_fields__}
    for name in ("words", "policy_name", "policy_summary", "population_name"):
        read[name] = Words(**held[name])
    read["changes"] = tuple((name, value) for name, value in held["changes"])
    return ArmTold(**read)


def _outcome(held: dict[str, Any]) -> Outcome:
    read = {name: held[name] for name in Outcome.__dataclass_fields__}
    made: dict[str, Callable[[Any], Any]] = {"unit": Unit, "of": Of, "better": Better}
    for name, kind in made.items():
        read[name] = kind(held[name])
    read["words"] = Words(**held["words"])
    return Outcome(**read)


def _driver(one: Driver) -> dict[str, Any]:
    return {
        "parameters": list(one.moving.names),
        "words": _plain_value(one.moving.words),
        "support": one.moving.support.value,
        "share": round(one.share, 4),
    }


def _read_driver(held: dict[str, Any]) -> Driver:
    moving = Moving(
        tuple(held["parameters"]), Words(**held["words"]), ParameterSupport(held["support"])
    )
    return Driver(moving, float(held["share"]))


def _listed(values: Floats) -> Any:
    """An array as lists, what is not known as null, whole numbers without a point."""
    if values.ndim:
        return [_listed(row) for row in values]
    number = float(values)
    if math.isnan(number):
        return None
    return int(number) if number == int(number) else number


def _array(held: Any) -> Floats:
    return np.array(held, dtype=np.float64)
