# SPDX-License-Identifier: Apache-2.0
"""The way from the decision to the infusion, for many children at once and in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.checks.infusion import (
    HIGHEST_PER_KG,
    HIGHEST_TOTAL,
    LIGHT,
    LOWEST_PER_KG,
    LOWEST_TOTAL,
)
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from cartulary.twin.pathway_columns import (
    BRIDGING,
    CLONES,
    PRODUCT_STATUS,
    WHY_NEVER,
    Pathway,
    WhyNever,
)
from cartulary.twin.pathway_draws import Draws
from cartulary.twin.pathway_growth import day_of, ln_total
from cartulary.twin.pathway_product import Made, make_product
from cartulary.twin.pathway_waiting import Waited, Waiting
from cartulary.twin.policy import Platform, Policy
from cartulary.twin.population_children import (
    CLONE_PARAMETERS,
    REASONS,
    Children,
    Floats,
    Wholes,
    YesNo,
)

__all__ = ["BRIDGING", "CLONES", "PRODUCT_STATUS", "WHY_NEVER", "Pathway", "WhyNever", "walk"]


def walk(children: Children, policy: Policy, parameters: ParameterSet, seed: int) -> Pathway:
    """What happens to each child from the decision to the infusion, or to the end of the way.

    Arguments: children as `draw_children` gives them, the policy, the model's parameters, and the
    seed that the children were drawn with.
    Returns: days, product, bridging, dose, and the complete input of the model's equations.
    """
    draws = Draws.of_children(children, parameters, seed)
    made = make_product(draws, policy.making)
    waiting = Waiting(draws, policy)
    waited = waiting.wait(made.first_collected_day, made.decided_day)
    ended = _ended(draws, policy, made, waited)
    dose = _dose(draws, policy)
    clones, cells, start = _at_infusion(draws, policy, waited, dose)
    return _pathway(draws, made, waited, ended, dose, clones, cells, start)


@dataclass(frozen=True, slots=True)
class _Ended:
    """What ended the way first, and when; NaN for a child that reached the infusion."""

    why: Wholes  # place in WHY_NEVER
    day: Floats
    death_day: Floats


def _eligible(children: Children, policy: Policy) -> YesNo:
    """Whom the policy accepts."""
    rule = policy.eligibility
    accepted = (children.age_years >= rule.youngest_years) & (
        children.age_years < rule.oldest_years
    )
    accepted &= children.weight_kg >= rule.lightest_kg
    if rule.reasons:
        accepted &= np.isin(children.reason, [REASONS.index(one) for one in rule.reasons])
    if not rule.cns_disease:
        accepted &= ~children.cns
    too_soon = children.months_since_transplant < rule.months_after_transplant
    eligible: YesNo = accepted & ~too_soon
    return eligible


def _ended(draws: Draws, policy: Policy, made: Made, waited: Waited) -> _Ended:
    """The first of what can keep a child from the infusion."""
    children, never = draws.children, draws.none
    day_0 = np.zeros(len(children))
    leukaemia = day_of(
        waited.phases, draws.typical("waiting_death_rate"), draws.exponential("death of leukaemia")
    )
    infection = _infection_day(draws, waited)
    # A product that is there may still find a child too ill for it.
    ill = draws.yes("not fit", draws.typical("not_fit_share"))
    no_cells = made.status == PRODUCT_STATUS.index(ProductStatus.NOT_MADE)
    failed = ~made.usable & ~no_cells
    causes: list[tuple[WhyNever, Floats]] = [
        (WhyNever.NOT_ELIGIBLE, np.where(_eligible(children, policy), never, day_0)),
        (WhyNever.REFUSED, np.where(children.refused, day_0, never)),
        (WhyNever.DIED_OF_LEUKAEMIA, leukaemia),
        (WhyNever.DIED_OF_INFECTION, infection),
        (WhyNever.NO_CELLS, np.where(no_cells, made.collected.last_day, never)),
        (WhyNever.PRODUCT_FAILED, np.where(failed, made.decided_day, never)),
        (WhyNever.NOT_FIT, np.where(ill, waited.lymphodepletion_day, never)),
    ]
    why, day = np.zeros(len(children), dtype=np.int64), waited.infusion_day.copy()
    for cause, on in causes:
        first = on < day
        why = np.where(first, WHY_NEVER.index(cause), why)
        day = np.where(first, on, day)
    died = np.isin(
        why,
        [WHY_NEVER.index(WhyNever.DIED_OF_LEUKAEMIA), WHY_NEVER.index(WhyNever.DIED_OF_INFECTION)],
    )
    return _Ended(why, np.where(why > 0, day, np.nan), np.where(died, day, np.nan))


def _infection_day(draws: Draws, waited: Waited) -> Floats:
    """The day of a deadly infection: a steady hazard, higher while chemotherapy is given."""
    steady = draws.typical("waiting_infection_death_rate")
    chemotherapy = waited.kind == BRIDGING.index(BridgingKind.CHEMOTHERAPY)
    more = np.where(chemotherapy, draws.typical("bridging_infection_death_rate"), 0.0)
    start = np.where(chemotherapy, waited.start_day, 0.0)
    days = np.where(chemotherapy, waited.stop_day - waited.start_day, 0.0)
    wanted = draws.exponential("death of infection while waiting")
    if steady <= 0 and not (more * days).any():
        return draws.none
    slow = np.maximum(steady, 1e-300)
    before = wanted / slow
    during = start + (wanted - steady * start) / (slow + more)
    after = (wanted - more * days) / slow
    day = np.where(before <= start, before, np.where(during <= start + days, during, after))
    whole: Floats = np.maximum(np.ceil(day), 1.0)
    return whole


def _dose(draws: Draws, policy: Policy) -> Floats:
    """CAR-positive viable cells that are given: by the kilogram up to 50 kg, in all above it."""
    weight = draws.children.weight_kg
    spread = np.exp(draws.typical("dose_spread") * draws.normal("dose"))
    per_kg = np.clip(
        policy.making.dose_cells_per_kg * spread, LOWEST_PER_KG.value, HIGHEST_PER_KG.value
    )
    total = np.clip(policy.making.dose_cells * spread, LOWEST_TOTAL.value, HIGHEST_TOTAL.value)
    return np.where(weight <= LIGHT.value, per_kg * weight, total)


def _at_infusion(
    draws: Draws, policy: Policy, waited: Waited, dose: Floats
) -> tuple[Floats, Floats, Floats]:
    """Clones, completed parameters and starting state of the cells."""
    children = draws.children
    positive, without_cd19, without_cd22 = waited.clones
    # Who lost CD19 may have lost CD22 as well, as often as the rest of the leukaemia did.
    double = without_cd19 + children.ln_cd22_negative_share
    antigen_free = np.logaddexp(children.ln_antigen_free_cells, double)
    clones = np.array([positive, waited.ln_quiescent, without_cd19, without_cd22, antigen_free])
    cells = children.cells.copy()
    rate = cells[CELL_PARAMETERS.index("leukaemia_growth_rate")]
    birth = rate + cells[CELL_PARAMETERS.index("leukaemia_death_rate")]
    weighted = [waited.ln_quiescent]
    for ln_cells in (without_cd19, without_cd22, antigen_free):
        lineages = np.exp(ln_cells) * rate / birth
        with np.errstate(divide="ignore"):
            weighted.append(ln_cells + np.log(-np.expm1(-lineages)))
    for name, row in zip(CLONE_PARAMETERS, weighted, strict=True):
        # No cell at all is a number so small that it never matters, so that logs stay finite.
        cells[CELL_PARAMETERS.index(name)] = np.maximum(row, -300.0)
    _fit_to_product(draws, policy, waited, cells)
    ln_effector = np.log(dose * draws.of("engrafting_share"))
    state = {
        "ln_effector": ln_effector,
        "ln_memory": ln_effector + np.log(draws.typical("memory_cells_in_product")),
        "ln_leukaemia": positive,
        "ln_b_cells": waited.ln_b_cells,
        "ln_t_cells": waited.ln_t_cells,
        "ln_survivors": positive,
    }
    nothing = np.zeros(len(children))
    start = np.array([state.get(name, nothing) for name in CELL_STATES])
    return clones, cells, start


def _fit_to_product(draws: Draws, policy: Policy, waited: Waited, cells: Floats) -> None:
    """Recovery of fresh cells, and rejection after the lymphodepletion that was given."""
    if policy.making.platform is not Platform.CENTRAL:
        cells[CELL_PARAMETERS.index("recovery_days")] *= draws.typical("fresh_recovery")
    steepness = draws.typical("rejection_by_exposure")
    beside_usual = waited.flu_auc / draws.typical("usual_flu_auc")
    row = CELL_PARAMETERS.index("rejection_rate")
    unbound = cells[row] * beside_usual**-steepness
    # Little fludarabine multiplies the rate; it levels off at the highest the parameter allows.
    highest = draws.parameters["rejection_rate"].high
    cells[row] = unbound * highest / (unbound + highest)


def _pathway(
    draws: Draws,
    made: Made,
    waited: Waited,
    ended: _Ended,
    dose: Floats,
    clones: Floats,
    cells: Floats,
    start: Floats,
) -> Pathway:
    """The columns, with NaN for what came after the end of the way."""
    children = draws.children
    end = np.where(np.isnan(ended.day), np.inf, ended.day)

    def reached(day: Floats) -> Floats:
        """A day, if the way had not ended before it."""
        return np.where(day <= end, day, np.nan)

    product_day = reached(made.decided_day)
    never = np.isnan(product_day)
    given = ~np.isnan(reached(waited.start_day))
    infused = ended.why == 0
    ordered = PRODUCT_STATUS.index(ProductStatus.ORDERED)
    first = reached(made.collected.first_day)
    last = reached(made.collected.last_day)
    return Pathway(
        decided_day=np.zeros(len(children)),
        why_never=ended.why,
        ended_day=ended.day,
        death_day=ended.death_day,
        apheresis_day=np.where(np.isnan(last), first, last),
        first_apheresis_day=first,
        aphereses=np.where(
            np.isnan(first), 0, np.where(np.isnan(last), 1, made.collected.aphereses)
        ),
        cd3_yield_e9=made.collected.yield_e9,
        ordered_day=reached(made.ordered_day),
        product_day=product_day,
        manufacture_days=np.where(never, np.nan, made.manufacture_days),
        product_status=np.where(never, ordered, made.status),
        first_product_failed=made.first_failed & (made.first_failure_day <= end),
        first_failure_day=reached(made.first_failure_day),
        viability_percent=100.0 * made.viability,
        transduction_percent=100.0 * made.transduction,
        bridging=np.where(given, waited.kind, BRIDGING.index(BridgingKind.NONE)),
        bridging_start_day=reached(waited.start_day),
        bridging_stop_day=np.where(given, np.minimum(waited.stop_day, end), np.nan),
        bridging_again=waited.again & (waited.lymphodepletion_day <= end),
        lymphodepletion_day=reached(waited.lymphodepletion_day),
        flu_auc=np.where(infused, waited.flu_auc, np.nan),
        infusion_day=np.where(infused, waited.infusion_day, np.nan),
        weight_kg=children.weight_kg,
        dose_cells_per_kg=dose / children.weight_kg,
        dose_cells=dose,
        ln_burden_at_apheresis=waited.ln_at_apheresis,
        ln_burden_before_lymphodepletion=waited.ln_before_lymphodepletion,
        ln_burden_at_infusion=ln_total(clones),
        ln_b_cells_at_infusion=waited.ln_b_cells,
        clones=clones,
        start=start,
        cells=cells,
        signs=children.signs,
    )
