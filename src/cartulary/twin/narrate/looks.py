# SPDX-License-Identifier: Apache-2.0
"""The looks at the leukaemia: at the decision, before lymphodepletion, on planned days, at relapse.

Each look counts cells of a marrow smear and measures residual disease down to the limit of flow;
the response follows from what was seen, so a record never contradicts itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.special import bdtr

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.cohort_columns import CHILD
from cartulary.course.events.disease import (
    Cd19Status,
    CnsStatus,
    MrdMethod,
    MrdResult,
    Response,
    Timepoint,
)
from cartulary.twin.afterwards_histories import CLONES, RESPONSE_DAYS, RESPONSES
from cartulary.twin.block import Block
from cartulary.twin.equations import CELL_PARAMETERS
from cartulary.twin.narrate.rows import each, rows, words_at
from cartulary.twin.narrate.state import INFUSIONS, States
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.streams import normal, uniform

REMISSION_BELOW_PERCENT = 5.0
TIMEPOINT_OF_DAY = {
    28: Timepoint.DAY_28,
    90: Timepoint.MONTH_3,
    91: Timepoint.MONTH_3,
    180: Timepoint.MONTH_6,
    182: Timepoint.MONTH_6,
    183: Timepoint.MONTH_6,
    360: Timepoint.MONTH_12,
    365: Timepoint.MONTH_12,
}
_IN_REMISSION = tuple(RESPONSES.index(one) for one in (Response.CR, Response.CRI))


def assessment(block: Block, states: States, parameters: ParameterSet) -> pl.DataFrame:
    """Every look, in no order."""
    return pl.concat(
        [
            _screening(block, parameters),
            _before_lymphodepletion(block, parameters),
            *_planned(block, states, parameters),
            _at_relapse(block, states, parameters),
        ],
        how="diagonal_relaxed",
    )


def _screening(block: Block, parameters: ParameterSet) -> pl.DataFrame:
    kids = block.children
    places = np.arange(len(block), dtype=np.int64)
    return rows(
        places,
        block.pathway.decided_day,
        timepoint=Timepoint.SCREENING.value,
        marrow_blasts_percent=_blasts(block, places, "screening", kids.marrow_share, parameters),
        **_residual(block, places, "screening", kids.marrow_share, parameters),
        cns_status=words_at((CnsStatus.CNS1, CnsStatus.CNS3), kids.cns.astype(np.int64)),
        extramedullary=kids.extramedullary,
        cd19_status=Cd19Status.POSITIVE.value,
    )


def _before_lymphodepletion(block: Block, parameters: ParameterSet) -> pl.DataFrame:
    way, kids = block.pathway, block.children
    places = np.flatnonzero(
        np.isfinite(way.lymphodepletion_day) & (way.lymphodepletion_day <= block.last_day)
    )
    burden = way.ln_burden_before_lymphodepletion[places]
    share: Floats = np.minimum(np.exp(burden) / kids.marrow_cells[places], 1.0)
    what = "before lymphodepletion"
    return rows(
        places,
        way.lymphodepletion_day[places],
        timepoint=Timepoint.BEFORE_LYMPHODEPLETION.value,
        marrow_blasts_percent=_blasts(block, places, what, share, parameters),
        **_residual(block, places, what, share, parameters),
        # The model treats no leukaemia outside the marrow: it is as it was at the decision.
        cns_status=words_at((CnsStatus.CNS1, CnsStatus.CNS3), kids.cns[places].astype(np.int64)),
        extramedullary=kids.extramedullary[places],
    )


def responses(
    block: Block, states: States, parameters: ParameterSet, until_days: float
) -> pl.DataFrame:
    """The responses of the planned looks up to so many days after the first infusion, no more.

    A look that the history settled needs no smear; where it did not, the smear is counted.
    """
    infused = block.followed.histories.infusion_day
    made = [rows(np.array([], dtype=np.int64), np.array([]), response=None)]
    for place, day, since, first in _visits(block, states):
        soon = day <= infused[place] + until_days
        known = _known(block, place[soon], since[soon], first)
        settled, open_ = np.flatnonzero(soon)[known >= 0], np.flatnonzero(soon)[known < 0]
        told = words_at(RESPONSES, known[known >= 0])
        made.append(rows(place[settled], day[settled], response=told))
        if len(open_):
            counted = place[open_], day[open_], since[open_]
            full = _looks(block, states, parameters, *counted, first)
            made.append(full.select(CHILD, "day", "response"))
    return pl.concat(made, how="diagonal_relaxed")


def _planned(block: Block, states: States, parameters: ParameterSet) -> list[pl.DataFrame]:
    """The looks of the visits of the policy."""
    return [
        _looks(block, states, parameters, place, day, since, first)
        for place, day, since, first in _visits(block, states)
    ]


def _visits(block: Block, states: States) -> Iterator[tuple[Wholes, Floats, Floats, bool]]:
    """The visits of the policy, from each infusion to the next, to relapse or to new therapy.

    Of each kind of infusion: places, study days, days since that infusion, whether it is the first.
    """
    told, last = block.followed.histories, block.last_day
    visits = np.array(sorted(block.policy.visit_days), dtype=np.float64)
    for kind in INFUSIONS:
        found = []
        for order, segment in enumerate(states.segments):
            if segment.kind is not kind:
                continue
            row, since = each(np.arange(len(segment)), visits)
            place = segment.places[row]
            day = segment.start_day[row] + since
            until = np.minimum(
                states.next_start(order, INFUSIONS)[row],
                np.nan_to_num(told.new_therapy_day, nan=np.inf)[place],
            )
            kept = (day <= last[place]) & (day < until) & ~(day > told.relapse_day[place])
            # A look on the very day of a relapse is the look at the relapse, unless it is the one
            # that finds no remission.
            kept &= (day != told.relapse_day[place]) | _without_remission(block, place, since)
            found.append((place[kept], day[kept], since[kept]))
        if found:
            place, day, since = (np.concatenate(column) for column in zip(*found, strict=True))
            yield place, day, since, kind is INFUSIONS[0]


def _without_remission(block: Block, place: Wholes, since: Floats) -> YesNo:
    """Whether the look at this day after the first infusion came to no remission."""
    told = block.followed.histories.response[place]
    found = np.zeros(len(place), dtype=np.bool_)
    for column, day in enumerate(RESPONSE_DAYS):
        found |= (since == day) & (told[:, column] == RESPONSES.index(Response.NO_RESPONSE))
    return found


def _looks(
    block: Block,
    states: States,
    parameters: ParameterSet,
    place: Wholes,
    day: Floats,
    since: Floats,
    first: bool,
) -> pl.DataFrame:
    share = states.marrow_share(place, day)
    what = "planned look" if first else "planned look after a second infusion"
    blasts = _blasts(block, place, what, share, parameters, since)
    known = _known(block, place, since, first)
    decided = known >= 0
    remission = np.where(decided, np.isin(known, _IN_REMISSION), blasts < REMISSION_BELOW_PERCENT)
    # The smear on which remission was called, or not, lies on that side of the line.
    step = 100.0 / parameters.value("marrow_cells_counted")
    under = REMISSION_BELOW_PERCENT - step
    blasts = np.where(decided & remission, np.minimum(blasts, under), blasts)
    high = decided & ~remission & (share >= REMISSION_BELOW_PERCENT / 100)
    blasts = np.where(high, np.maximum(blasts, REMISSION_BELOW_PERCENT), blasts)
    response = np.where(
        decided, known, RESPONSES.index(Response.CR) * remission
        + RESPONSES.index(Response.NO_RESPONSE) * ~remission,
    )  # fmt: skip
    points = [TIMEPOINT_OF_DAY.get(int(one), Timepoint.OTHER) for one in np.unique(since)]
    shown = share >= parameters.value("residual_disease_limit")
    return rows(
        place,
        day,
        timepoint=words_at(points, np.searchsorted(np.unique(since), since)),
        response=words_at(RESPONSES, response),
        marrow_blasts_percent=np.round(blasts, 1),
        **_residual(block, place, what, share, parameters, since),
        cd19_status=_cd19(states, place, day, shown),
        b_cell_aplasia=_aplasia(block, states, parameters, place, day),
    )


def _known(block: Block, place: Wholes, since: Floats, first: bool) -> Wholes:
    """The response of each look that the history settled: a place in RESPONSES, else -1."""
    told = block.followed.histories
    known = np.full(len(place), -1, dtype=np.int64)
    if not first:
        return known
    for column, response_day in enumerate(RESPONSE_DAYS):
        known = np.where(since == response_day, told.response[place, column], known)
    # Who was not in remission at the last of these looks is treated otherwise, or refractory:
    # a marrow that looks clear later is no remission by these cells.
    never = np.isnan(told.remission_day[place]) & (since > RESPONSE_DAYS[-1])
    return np.where(never, RESPONSES.index(Response.NO_RESPONSE), known)


def _at_relapse(block: Block, states: States, parameters: ParameterSet) -> pl.DataFrame:
    told = block.followed.histories
    place = np.flatnonzero(told.relapse_day <= block.last_day).astype(np.int64)
    since = told.relapse_day[place] - block.pathway.infusion_day[place]
    place = place[~_without_remission(block, place, since)]
    day = told.relapse_day[place]
    share = states.marrow_share(place, day)
    blasts = _blasts(block, place, "relapse", share, parameters)
    return rows(
        place,
        day,
        timepoint=Timepoint.UNPLANNED.value,
        marrow_blasts_percent=np.maximum(np.round(blasts, 1), REMISSION_BELOW_PERCENT),
        **_residual(block, place, "relapse", share, parameters),
        cd19_status=_cd19(states, place, day, np.ones(len(place), dtype=np.bool_)),
    )


def _aplasia(
    block: Block, states: States, parameters: ParameterSet, place: Wholes, day: Floats
) -> pl.Series:
    """Whether there are no B cells; not told after a transplant, when they are the donor's."""
    lost = block.followed.histories.aplasia_lost_day[place]
    again = block.followed.histories.second_infusion_day[place]
    cells = block.pathway.cells[:, place]
    in_health = (
        cells[CELL_PARAMETERS.index("b_cell_influx")] * cells[CELL_PARAMETERS.index("b_cell_days")]
    )
    few = np.exp(states.of("ln_b_cells", place, day)) < (
        parameters.value("b_cells_back_share") * in_health
    )
    aplasia = np.where(day >= again, few, ~(day >= lost))
    return pl.Series(aplasia).set(pl.Series(states.transplanted(place, day)), None)


def _cd19(states: States, place: Wholes, day: Floats, seen: YesNo) -> pl.Series:
    """CD19 on the largest clone, where there are cells to look at."""
    clones = np.nan_to_num(states.clones(place, day), nan=-np.inf)
    return words_at([clone.cd19 for clone in CLONES], np.where(seen, clones.argmax(axis=1), -1))


def _blasts(
    block: Block,
    places: Wholes,
    what: str,
    share: Floats,
    parameters: ParameterSet,
    since: Floats | None = None,
) -> Floats:
    """Blasts counted among the cells of a smear, in per cent: binomial."""
    counted = parameters.value("marrow_cells_counted")
    drawn = _of_visit(block, places, f"blasts, {what}", since, uniform)
    count = np.zeros(len(places))
    # The binomial quantile by halving: as many steps as the count has bits.
    step = 2.0 ** np.ceil(np.log2(counted))
    while step >= 1.0:
        higher = np.minimum(count + step, counted)
        count = np.where(bdtr(higher - 1.0, int(counted), share) < drawn, higher, count)
        step /= 2.0
    found: Floats = 100.0 * count / counted
    return found


def _residual(
    block: Block,
    places: Wholes,
    what: str,
    share: Floats,
    parameters: ParameterSet,
    since: Floats | None = None,
) -> dict[str, pl.Series | str | np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Residual disease by flow: a share with its error, or negative below the limit."""
    limit = parameters.value("residual_disease_limit")
    error = parameters.value("residual_disease_error")
    drawn = _of_visit(block, places, f"residual disease, {what}", since, normal)
    measured = np.minimum(share * np.exp(error * drawn), 1.0)
    positive = measured >= limit
    return {
        "mrd_result": words_at((MrdResult.NEGATIVE, MrdResult.POSITIVE), positive.astype(np.int64)),
        "mrd_percent": np.where(positive, _three_digits(100.0 * measured), np.nan),
        "mrd_limit_percent": np.full(len(places), 100.0 * limit),
        "mrd_method": MrdMethod.FLOW.value,
    }


def _of_visit(
    block: Block,
    places: Wholes,
    purpose: str,
    since: Floats | None,
    draw: object,
) -> Floats:
    """A draw a look: the child's own, and each visit its own index."""
    numbers = block.children.numbers[places]
    assert callable(draw)
    if since is None:
        one: Floats = draw(block.seed, numbers, purpose, 1)[:, 0]
        return one
    days = sorted(block.policy.visit_days)
    chosen, back = np.unique(numbers, return_inverse=True)
    drawn: Floats = draw(block.seed, chosen, purpose, len(days))
    return drawn[back, np.searchsorted(np.array(days, dtype=np.float64), since)]


def _three_digits(values: Floats) -> Floats:
    """Rounded to three significant digits, as a result slip has them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (2 - np.floor(np.log10(values)))
        rounded: Floats = np.where(values > 0, np.round(values * scale) / scale, values)
    return rounded
