# SPDX-License-Identifier: Apache-2.0
"""For whom which arm is best: the same children in groups known at the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from cartulary.studies.policies_compared.children_read import Floats, YesNo
from cartulary.studies.questions.children_seen import Seen, borders_said, burden_groups, see, thirds
from cartulary.studies.questions.found import Found, FoundRow, FoundTable, Quantity, Saying
from cartulary.studies.questions.over_draws import mean_and_noise, over_draws
from cartulary.studies.questions.own_studies import Asked

OUTCOME: Final = "efs.indication.12"
#: Fewer children in a group of one draw say nothing of it.
FEWEST: Final = 5


def study(asked: Asked) -> Found:
    """Event-free survival of each group in each arm, and how often each arm is the best."""
    question = asked.question
    arms = [arm.arm_id for arm in question.arms]
    draws: list[dict[str, tuple[Floats, Floats]]] = []
    for draw, parameters in enumerate(asked.parameter_sets):
        seen = {
            arm.arm_id: see(
                arm,
                parameters,
                (OUTCOME,),
                draw=draw,
                children=asked.children,
                years=question.years,
                seed=asked.seed,
            )
            for arm in question.arms
        }
        groups = _groups(seen[arms[0]])
        values = np.array([seen[name].values[OUTCOME] for name in arms])
        draws.append({code: _means(values, who) for code, who in groups.items()})
        asked.progress(question.study, (draw + 1) / len(asked.parameter_sets))
    rows, sayings = [], []
    for code in draws[0]:
        best = _best(draws, code)
        place = int(np.argmax(best))
        cells = [
            Quantity(over_draws(*_drawn(draws, code, arm)).value, "share")
            for arm in range(len(arms))
        ]
        rows.append(
            FoundRow(code, (*cells, arms[place], Quantity(float(best[place]), "probability")))
        )
        if code == "all":
            values_said: dict[str, Quantity | str] = {
                "arm": arms[place],
                "probability": Quantity(float(best[place]), "probability"),
            }
            sayings.append(Saying("best_of_all", values_said))
    table = FoundTable("for_whom", ("group", *arms, "best", "probability"), tuple(rows))
    return Found(after=tuple(sayings), tables=(table,), notes=(borders_said(),))


def _groups(seen: Seen) -> Mapping[str, YesNo]:
    """Groups by what is known, or in the model is so, on the day of the decision."""
    kids = seen.block.children
    burden = burden_groups(seen.burden_at_decision)
    # Below the limit of flow no arm gives bridging: nothing can differ there.
    given = ~burden["undetectable"]
    chosen: dict[str, YesNo] = {"all": np.ones(len(seen), dtype=np.bool_)}
    chosen |= {f"burden_{code}": who for code, who in burden.items() if code != "undetectable"}
    growth = thirds(
        np.where(given, kids.growth_rate, np.nan), ("growth_slow", "growth_middle", "growth_fast")
    )
    lost = thirds(
        np.where(given, kids.ln_cd19_negative_share, np.nan),
        ("cd19_negative_few", "cd19_negative_middle", "cd19_negative_many"),
    )
    chosen |= {code: growth[code] for code in ("growth_slow", "growth_fast")}
    chosen |= {code: lost[code] for code in ("cd19_negative_few", "cd19_negative_many")}
    return chosen


def _means(values: Floats, who: YesNo) -> tuple[Floats, Floats]:
    """Each arm's mean, and the noise of its difference from the first arm, children paired."""
    means, noises = [], []
    for own in values:
        mean, _, n = mean_and_noise(own, who)
        means.append(mean if n >= FEWEST else np.nan)
        _, noise, _ = mean_and_noise(own - values[0], who)
        noises.append(noise)
    return np.array(means), np.array(noises)


def _drawn(
    draws: list[dict[str, tuple[Floats, Floats]]], code: str, arm: int
) -> tuple[list[float], list[float]]:
    return (
        [float(draw[code][0][arm]) for draw in draws],
        [0.0 for _ in draws],
    )


def _best(draws: list[dict[str, tuple[Floats, Floats]]], code: str) -> Floats:
    """The share of draws in which each arm is the best; ties are shared.

    Arms are held against the first, and each difference is drawn in by the noise of its children.
    """
    arms = len(draws[0][code][0])
    gained = np.zeros((len(draws), arms))
    for arm in range(1, arms):
        difference = [float(draw[code][0][arm] - draw[code][0][0]) for draw in draws]
        noise = [float(draw[code][1][arm]) for draw in draws]
        gained[:, arm] = over_draws(difference, noise).values
    known = gained[np.isfinite(gained).all(axis=1)]
    if not len(known):
        return np.full(arms, np.nan)
    top = np.isclose(known, known.max(axis=1, keepdims=True), atol=1e-12)
    share: Floats = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
    return share
