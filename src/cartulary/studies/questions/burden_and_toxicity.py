# SPDX-License-Identifier: Apache-2.0
"""CRS and ICANS by the burden before lymphodepletion, and how the arms' mixes of it differ."""

from __future__ import annotations

from typing import Final

import numpy as np

from cartulary.studies.questions.by_group import ByGroup
from cartulary.studies.questions.children_seen import (
    BURDEN_CODES,
    Seen,
    borders_said,
    burden_groups,
    see,
)
from cartulary.studies.questions.found import (
    Found,
    FoundFigure,
    FoundPanel,
    FoundPoint,
    FoundSeries,
    Quantity,
    Saying,
)
from cartulary.studies.questions.own_studies import Asked

OUTCOMES: Final = ("crs.1", "icans.1")


def study(asked: Asked) -> Found:
    """The share with toxicity by burden in the first arm, and each arm's share of low burden."""
    gathered, question = ByGroup(), asked.question
    mixes: dict[str, list[float]] = {arm.arm_id: [] for arm in question.arms}
    for draw, parameters in enumerate(asked.parameter_sets):
        for arm in question.arms:
            seen = see(
                arm,
                parameters,
                OUTCOMES,
                draw=draw,
                children=asked.children,
                years=question.years,
                seed=asked.seed,
            )
            mixes[arm.arm_id].append(_low_share(seen))
            if arm is question.arms[0]:
                groups = burden_groups(seen.burden_before_lymphodepletion)
                for one in OUTCOMES:
                    gathered.add(one, seen.values[one], groups)
        asked.progress(question.study, (draw + 1) / len(asked.parameter_sets))
    figure = FoundFigure(
        "toxicity_by_burden",
        "burden",
        tuple(_panel(gathered, one, question.arms[0].arm_id, asked.programme) for one in OUTCOMES),
    )
    mix = {name: Quantity(float(np.mean(shares)), "share") for name, shares in mixes.items()}
    return Found(
        after=(_explained(asked), Saying("mix", mix)), figures=(figure,), notes=(borders_said(),)
    )


def _explained(asked: Asked) -> Saying:
    """The difference between the first two arms beside the difference that was seen."""
    one, other = (arm.arm_id for arm in asked.question.arms[:2])
    values: dict[str, Quantity | str] = {}
    for name, outcome in (("crs", "crs.1"), ("icans", "icans.1")):
        seen = {
            figure.arm: figure.value
            for figure in asked.question.observed
            if figure.outcome == outcome and figure.value is not None
        }
        told = asked.compared.difference(one, other, outcome)
        values[f"{name}_seen"] = Quantity(seen[one] - seen[other], "points")
        values[f"{name}_model"] = Quantity(told.value, "points", *told.parameters)
    return Saying("explained", values)


def _panel(gathered: ByGroup, outcome: str, arm: str, programme: int) -> FoundPanel:
    points = tuple(
        FoundPoint(code, gathered.quantity(outcome, code, "share", programme))
        for code in BURDEN_CODES
    )
    return FoundPanel(outcome, (FoundSeries(arm, points),), 0.0, 1.0)


def _low_share(seen: Seen) -> float:
    """The share of infused children with less than 5% in the marrow before lymphodepletion."""
    groups = burden_groups(seen.burden_before_lymphodepletion)
    low = groups["undetectable"] | groups["below_5"]
    return float(low.sum() / max(int(seen.infused.sum()), 1))
