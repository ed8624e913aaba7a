# SPDX-License-Identifier: Apache-2.0
"""Outcome, toxicity and expansion over the burden before lymphodepletion, very low ones apart."""

from __future__ import annotations

from typing import Final

import numpy as np

from cartulary.studies.questions.by_group import ByGroup, quantity_of
from cartulary.studies.questions.children_seen import BURDEN_CODES, borders_said, burden_groups, see
from cartulary.studies.questions.found import (
    Found,
    FoundFigure,
    FoundPanel,
    FoundPoint,
    FoundSeries,
    Quantity,
    Saying,
)
from cartulary.studies.questions.over_draws import OverDraws
from cartulary.studies.questions.own_studies import Asked

#: outcome -> how it is written, and the axis it stands on
PANELS: Final = {
    "efs.infusion.12": ("share", 0.0, 1.0),
    "crs.1": ("share", 0.0, 1.0),
    "log10_peak": ("log10", None, None),
}


def study(asked: Asked) -> Found:
    """The first arm's children by their burden, and their peaks at a very low one."""
    gathered, question = ByGroup(), asked.question
    arm = question.arms[0]
    for draw, parameters in enumerate(asked.parameter_sets):
        seen = see(
            arm,
            parameters,
            tuple(PANELS),
            draw=draw,
            children=asked.children,
            years=question.years,
            seed=asked.seed,
        )
        groups = burden_groups(seen.burden_before_lymphodepletion)
        for outcome in PANELS:
            gathered.add(outcome, seen.values[outcome], groups)
        asked.progress(question.study, (draw + 1) / len(asked.parameter_sets))
    panels = tuple(
        FoundPanel(
            outcome,
            (
                FoundSeries(
                    arm.arm_id,
                    tuple(
                        FoundPoint(code, gathered.quantity(outcome, code, kind, asked.programme))
                        for code in BURDEN_CODES
                    ),
                ),
            ),
            low,
            high,
        )
        for outcome, (kind, low, high) in PANELS.items()
    )
    return Found(
        first=_first(gathered),
        figures=(FoundFigure("over_burden", "burden", panels),),
        notes=(borders_said(),),
    )


def _first(gathered: ByGroup) -> tuple[Saying, ...]:
    """Whether expansion falls where hardly any leukaemia is left, and what EFS does."""
    peaks = {code: gathered.over("log10_peak", code) for code in BURDEN_CODES}
    free = {code: gathered.over("efs.infusion.12", code) for code in BURDEN_CODES}
    low, beside = peaks["undetectable"], peaks["below_5"]
    ratio = _less(low, beside)
    values = {
        "ratio": _tenfold(ratio),
        "very_low": quantity_of(free["undetectable"], "share"),
        "low": quantity_of(free["below_5"], "share"),
        "high": quantity_of(free["from_50"], "share"),
    }
    if ratio.high < 0:
        code = "expands_less"
    elif ratio.low > 0:
        code = "expands_more"
    else:
        code = "expansion_unknown"
    return (Saying("over_burden", values), Saying(code, values))


def _less(one: OverDraws, other: OverDraws) -> OverDraws:
    """One less the other, draw by draw."""
    drawn = one.values - other.values
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return OverDraws(np.nan, np.nan, np.nan, drawn)
    low, high = np.quantile(known, (0.025, 0.975))
    return OverDraws(float(known.mean()), float(low), float(high), drawn)


def _tenfold(found: OverDraws) -> Quantity:
    """A difference of decades as a ratio."""
    return Quantity(10.0**found.value, "ratio", 10.0**found.low, 10.0**found.high)
