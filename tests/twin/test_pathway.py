# SPDX-License-Identifier: Apache-2.0
"""The way to the infusion: closed forms against integration, rules, and published shares."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad, solve_ivp

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import Reason
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from cartulary.twin.pathway import (
    BRIDGING,
    CLONES,
    PRODUCT_STATUS,
    WHY_NEVER,
    Pathway,
    WhyNever,
    walk,
)
from cartulary.twin.pathway_growth import Phase, day_of, ln_total
from cartulary.twin.policy import Policy
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population import Children, draw_children
from cartulary.twin.population_children import REASONS
from cartulary.twin.population_reader import default_population, read_population
from tests.conftest import REPOSITORY

POLICIES = REPOSITORY / "examples" / "policies"
MANY = np.arange(12_000)


def policy(name: str) -> Policy:
    return read_policy(POLICIES / f"{name}.toml")


def walked(
    rules: Policy, numbers: np.ndarray = MANY, known: ParameterSet | None = None, seed: int = 1
) -> tuple[Children, Pathway]:
    known = known or parameters()
    children = draw_children(default_population(), known, rules, seed, numbers)
    return children, walk(children, rules, known, seed)


def row(name: str) -> int:
    return CELL_PARAMETERS.index(name)


def never(why: WhyNever) -> int:
    return WHY_NEVER.index(why)


@pytest.fixture(scope="module")
def usual() -> tuple[Children, Pathway]:
    return walked(policy("maxima"))


# --- closed forms ------------------------------------------------------------------------------


@given(
    shares=st.tuples(st.floats(1e-6, 1.2), st.floats(1e-12, 0.2), st.floats(1e-12, 0.2)),
    kills=st.tuples(st.floats(0, 1.5), st.floats(0, 1.5), st.floats(0, 1.5)),
    rate=st.floats(0.005, 0.6),
    days=st.floats(0.5, 90),
    meet=st.booleans(),
)
@settings(max_examples=60)
def test_growth_and_killing_agree_with_integration(
    shares: tuple[float, ...], kills: tuple[float, ...], rate: float, days: float, meet: bool
) -> None:
    capacity = 7e11
    killed = np.array([rate, *kills[1:]] if meet else kills)
    start = np.log(np.array(shares) * capacity)

    def changes(_: float, ln_cells: np.ndarray) -> np.ndarray:
        total = np.exp(ln_cells[:3]).sum() / capacity
        return np.append(rate * (1 - total) - killed, total)

    exact = solve_ivp(changes, (0, days), np.append(start, 0.0), rtol=1e-11, atol=1e-12).y[:, -1]
    phase = Phase(
        start[:, None],
        np.array([rate]),
        np.array([capacity]),
        killed[:, None],
        np.array([days]),
    )
    assert phase.end[:, 0] == pytest.approx(exact[:3], rel=1e-8, abs=1e-7)
    assert phase.fullness(phase.days)[0] == pytest.approx(exact[3], rel=1e-7, abs=1e-7)


def test_a_phase_in_two_halves_is_the_phase() -> None:
    start = np.log([[5e11], [2e3], [1e4]])
    kills = np.array([[0.2], [0.0], [0.1]])
    whole = Phase(start, np.array([0.1]), np.array([7e11]), kills, np.array([30.0]))
    half = Phase(start, np.array([0.1]), np.array([7e11]), kills, np.array([15.0]))
    rest = Phase(half.end, np.array([0.1]), np.array([7e11]), kills, np.array([15.0]))
    assert rest.end == pytest.approx(whole.end, rel=1e-12)


def test_the_day_of_a_hazard_is_where_its_integral_reaches_what_was_drawn() -> None:
    capacity, rate = np.array([7e11]), np.array([0.09])
    kills = np.array([[0.0], [0.0], [0.0]])
    first = Phase(np.log([[1e11], [1.0], [1.0]]), rate, capacity, kills, np.array([20.0]))
    second = Phase(first.end, rate, capacity, kills + 0.15, np.array([25.0]))

    def burden(day: float) -> float:
        phase, since = (first, day) if day <= 20 else (second, day - 20)
        return float(np.exp(ln_total(phase.cells_after(np.array([since]))))[0] / 7e11)

    for day in (3.0, 11.0, 20.0, 33.0):
        reached = 0.01 * quad(burden, 0, day, limit=200, points=[min(day, 20.0)])[0]
        # Just before the day is over, so that the whole day is the answer.
        found = day_of([first, second], 0.01, np.array([reached * (1 - 1e-6)]))
        assert found[0] == day
    assert np.isnan(day_of([first, second], 0.01, np.array([9.0]))[0])


# --- streams -----------------------------------------------------------------------------------


def test_a_child_walks_alone_as_beside_others() -> None:
    _, together = walked(policy("wait_and_bridge"), np.arange(40))
    for number in (0, 7, 39):
        _, alone = walked(policy("wait_and_bridge"), np.array([number]))
        for each in fields(Pathway):
            one, many = getattr(alone, each.name)[..., 0], getattr(together, each.name)[..., number]
            assert np.allclose(one, many, rtol=1e-13, atol=0, equal_nan=True), each.name


def test_arms_share_what_does_not_differ() -> None:
    _, one = walked(policy("maxima"))
    _, other = walked(policy("transplant_all"))
    for each in fields(Pathway):
        assert np.array_equal(getattr(one, each.name), getattr(other, each.name), equal_nan=True), (
            each.name
        )


# --- order and completeness --------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(POLICIES.glob("*.toml")), ids=lambda file: file.stem)
def test_every_policy_gives_whole_inputs_and_days_in_order(file: Path) -> None:
    _, way = walked(read_policy(file), np.arange(4000))
    assert np.isfinite(way.start).all()
    assert np.isfinite(way.cells).all()
    assert np.isfinite(way.signs).all()
    given = way.infused
    assert given.any()
    days = [
        way.decided_day,
        way.first_apheresis_day,
        way.apheresis_day,
        way.product_day,
        way.lymphodepletion_day,
        way.infusion_day,
    ]
    for earlier, later in pairwise(days):
        assert (earlier[given] <= later[given]).all()
    for day in [*days, way.bridging_start_day, way.bridging_stop_day, way.ended_day]:
        known = day[~np.isnan(day)]
        assert np.array_equal(known, np.rint(known))
    bridged = given & ~np.isnan(way.bridging_start_day)
    assert (way.bridging_start_day[bridged] > way.first_apheresis_day[bridged]).all()
    assert (way.bridging_stop_day[bridged] < way.lymphodepletion_day[bridged]).all()


def test_what_comes_after_the_end_did_not_happen(usual: tuple[Children, Pathway]) -> None:
    _, way = usual
    ended = ~way.infused
    assert np.isnan(way.infusion_day[ended]).all()
    assert np.isnan(way.flu_auc[ended]).all()
    assert not np.isnan(way.ended_day[ended]).any()
    assert np.isnan(way.ended_day[way.infused]).all()
    for day in (way.apheresis_day, way.product_day, way.bridging_start_day, way.bridging_stop_day):
        late = day[ended] > way.ended_day[ended]
        assert not late.any()
    died = np.isin(
        way.why_never, [never(WhyNever.DIED_OF_LEUKAEMIA), never(WhyNever.DIED_OF_INFECTION)]
    )
    assert np.array_equal(~np.isnan(way.death_day), died)
    declined = way.why_never == never(WhyNever.REFUSED)
    assert np.isnan(way.apheresis_day[declined]).all()
    assert (way.aphereses[declined] == 0).all()


def test_only_a_product_that_may_be_infused_is(usual: tuple[Children, Pathway]) -> None:
    _, way = usual
    given = {PRODUCT_STATUS[code] for code in np.unique(way.product_status[way.infused])}
    assert given <= {ProductStatus.RELEASED, ProductStatus.RELEASED_OUT_OF_SPECIFICATION}
    out = way.infused & (
        way.product_status == PRODUCT_STATUS.index(ProductStatus.RELEASED_OUT_OF_SPECIFICATION)
    )
    limit = 100 * parameters().value("viability_specified")
    assert (way.viability_percent[out] < limit).all()


def test_the_start_is_that_of_the_clones_and_the_dose(usual: tuple[Children, Pathway]) -> None:
    _, way = usual
    state = dict(zip(CELL_STATES, way.start, strict=True))
    assert np.array_equal(state["ln_leukaemia"], way.clones[CLONES.index("cd19_positive")])
    assert np.array_equal(state["ln_survivors"], state["ln_leukaemia"])
    assert (state["age"] == 0).all()
    assert (np.exp(state["ln_effector"]) < way.dose_cells).all()
    assert np.allclose(way.dose_cells, way.dose_cells_per_kg * way.weight_kg)
    light = way.weight_kg <= 50
    assert way.dose_cells_per_kg[light].min() >= 0.2e6 * (1 - 1e-12)
    assert way.dose_cells_per_kg[light].max() <= 5e6 * (1 + 1e-12)
    assert way.dose_cells[~light].max() <= 2.5e8 * (1 + 1e-12)
    birth = way.cells[row("leukaemia_growth_rate")] + way.cells[row("leukaemia_death_rate")]
    lineages = (
        np.exp(way.clones[CLONES.index("cd19_negative")])
        * way.cells[row("leukaemia_growth_rate")]
        / birth
    )
    weighted = way.clones[CLONES.index("cd19_negative")] + np.log(-np.expm1(-lineages))
    assert way.cells[row("ln_cd19_negative_at_infusion")] == pytest.approx(
        np.maximum(weighted, -300.0)
    )


# --- what was published ------------------------------------------------------------------------


def test_waiting_in_elianas_population_ends_as_it_did_there() -> None:
    known, rules = parameters(), policy("maxima")
    population = read_population(REPOSITORY / "examples" / "populations" / "eliana_like.toml")
    children = draw_children(population, known, rules, 1, MANY)
    way = walk(children, rules, known, 1)
    counted = ~np.isin(way.why_never, [never(WhyNever.REFUSED), never(WhyNever.NOT_ELIGIBLE)])

    def plausible(events: int, of: int, share: float) -> bool:
        low = stats.beta(events, of - events + 1).ppf(0.025)
        high = stats.beta(events + 1, of - events).ppf(0.975)
        return bool(low <= share <= high)

    died = np.isin(
        way.why_never, [never(WhyNever.DIED_OF_LEUKAEMIA), never(WhyNever.DIED_OF_INFECTION)]
    )
    assert plausible(7, 92, died[counted].mean())
    assert plausible(3, 92, (way.why_never == never(WhyNever.NOT_FIT))[counted].mean())
    assert plausible(75, 92, way.infused[counted].mean())
    assert np.median(way.infusion_day[way.infused]) == pytest.approx(45, abs=4)


def test_collections_and_products_are_as_in_the_uk(usual: tuple[Children, Pathway]) -> None:
    _, way = usual
    assert np.quantile(way.cd3_yield_e9, 0.5) == pytest.approx(2.6, rel=0.15)
    assert np.quantile(way.transduction_percent, [0.25, 0.75]) == pytest.approx([12, 23.1], rel=0.1)
    per_kg = way.dose_cells_per_kg[way.infused & (way.weight_kg <= 50)]
    assert np.quantile(per_kg, 0.5) == pytest.approx(2.9e6, rel=0.1)
    collected = way.aphereses > 0
    again = float((way.aphereses[collected] > 1).mean())
    assert 0.05 < again < 0.35  # 31 aphereses in 26 Dutch children


def test_no_yield_leaves_its_bounds_however_far_out_a_child_is() -> None:
    usual = parameters()
    wide = usual["cd3_yield"]
    spread = {**usual.parameters, "cd3_yield": replace(wide, spread=3.0)}
    for known in (usual, replace(usual, parameters=MappingProxyType(spread))):
        found = walked(policy("maxima"), known=known)[1].cd3_yield_e9
        found = found[~np.isnan(found)]
        assert found.min() >= wide.low
        assert found.max() < wide.high
        # Truncated, not clipped: no two children share the highest yield.
        assert (found == found.max()).sum() == 1


def test_half_of_ordinary_children_have_a_high_burden_before_lymphodepletion(
    usual: tuple[Children, Pathway],
) -> None:
    children, way = usual
    share = np.exp(way.ln_burden_before_lymphodepletion) / children.marrow_cells
    assert float((share[way.infused] >= 0.05).mean()) == pytest.approx(0.5, abs=0.08)


# --- what rules do -----------------------------------------------------------------------------


def test_cells_made_in_house_come_sooner_and_more_children_get_them() -> None:
    _, central = walked(policy("maxima"))
    _, here = walked(policy("in_house_12_days"))
    _, next_day = walked(policy("next_day"))
    days = [float(np.nanmedian(way.infusion_day)) for way in (central, here, next_day)]
    assert days[0] > days[1] > days[2]
    assert here.infused.mean() > central.infused.mean()
    assert here.why_never[here.infused].max() == 0
    recovery = row("recovery_days")
    assert (here.cells[recovery] < central.cells[recovery]).all()


def test_inotuzumab_goes_deeper_and_takes_b_cells_with_it() -> None:
    _, chemotherapy = walked(policy("maxima"))
    _, inotuzumab = walked(policy("inotuzumab"))
    both = chemotherapy.infused & inotuzumab.infused
    bridged = both & (inotuzumab.bridging == BRIDGING.index(BridgingKind.INOTUZUMAB))
    deeper = chemotherapy.ln_burden_at_infusion[bridged] - inotuzumab.ln_burden_at_infusion[bridged]
    assert np.median(deeper) > 2.0
    b_cells = chemotherapy.ln_b_cells_at_infusion - inotuzumab.ln_b_cells_at_infusion
    assert (b_cells[bridged] > 0).all()


def test_blinatumomab_selects_cells_without_cd19() -> None:
    _, chemotherapy = walked(policy("maxima"))
    children, blinatumomab = walked(policy("blinatumomab"))
    bridged = blinatumomab.bridging == BRIDGING.index(BridgingKind.BLINATUMOMAB)
    positive, negative = CLONES.index("cd19_positive"), CLONES.index("cd19_negative")

    def share(way: Pathway) -> np.ndarray:
        return np.asarray(way.clones[negative] - way.clones[positive])

    assert share(chemotherapy) == pytest.approx(children.ln_cd19_negative_share, abs=1e-9)
    gained = (share(blinatumomab) - share(chemotherapy))[bridged]
    assert np.median(gained) > 2.0
    failed = children.blinatumomab_refractory[bridged]
    assert np.median(gained[failed]) < np.median(gained[~failed])


def test_waiting_for_a_low_burden_takes_longer_and_finds_one() -> None:
    rules = policy("wait_and_bridge")
    children, waited = walked(rules)
    _, at_once = walked(
        replace(rules, bridging=replace(rules.bridging, infuse_below=1.0, longest_delay_days=0.0))
    )
    again = waited.bridging_again
    assert 0.2 < again.mean() < 0.8
    both = waited.infused & at_once.infused
    later = waited.infusion_day - at_once.infusion_day
    assert (later[both & again] > 0).all()
    assert (later[both & ~again] == 0).all()
    assert later[both].max() <= rules.bridging.longest_delay_days
    share = [
        np.exp(way.ln_burden_before_lymphodepletion) / children.marrow_cells
        for way in (waited, at_once)
    ]
    assert (share[0][both] >= 0.05).mean() < (share[1][both] >= 0.05).mean()
    assert waited.infused.mean() < at_once.infused.mean()


def test_a_fludarabine_target_is_met_and_spares_from_rejection() -> None:
    _, usual_dose = walked(policy("maxima"))
    _, targeted = walked(policy("fludarabine_target"))
    auc = targeted.flu_auc[targeted.infused]
    assert np.median(auc) == pytest.approx(18, rel=0.02)
    assert np.std(np.log(auc)) < np.nanstd(np.log(usual_dose.flu_auc))
    low = usual_dose.flu_auc < 12
    rejection = row("rejection_rate")
    assert (targeted.cells[rejection][low] < usual_dose.cells[rejection][low]).all()
    t_cells = CELL_STATES.index("ln_t_cells")
    assert (targeted.start[t_cells][low] < usual_dose.start[t_cells][low]).all()


def test_eligibility_declines_on_day_0() -> None:
    rules = policy("maxima")
    strict = replace(
        rules,
        eligibility=replace(
            rules.eligibility,
            youngest_years=3.0,
            oldest_years=18.0,
            lightest_kg=10.0,
            reasons=(Reason.REFRACTORY, Reason.POST_TRANSPLANT_RELAPSE),
            cns_disease=False,
            months_after_transplant=4.0,
        ),
    )
    children, way = walked(strict)
    out = way.why_never == never(WhyNever.NOT_ELIGIBLE)
    assert (way.ended_day[out] == 0).all()
    taken = ~out & ~children.refused
    assert children.age_years[taken].min() >= 3
    assert children.age_years[taken].max() < 18
    assert not children.cns[taken].any()
    assert np.nanmin(children.months_since_transplant[taken]) >= 4
    assert {REASONS[code] for code in np.unique(children.reason[taken])} <= {
        Reason.REFRACTORY,
        Reason.POST_TRANSPLANT_RELAPSE,
    }


def test_nobody_dies_while_waiting_where_no_hazard_is() -> None:
    known = parameters().changed(
        {
            "waiting_death_rate": 0.0,
            "waiting_infection_death_rate": 0.0,
            "bridging_infection_death_rate": 0.0,
            "not_fit_share": 0.0,
            "refused_share": 0.0,
            "central_failure": 0.0,
            "cd3_needed": 0.0,
            "released_out_of_specification": 1.0,
        }
    )
    _, way = walked(policy("maxima"), known=known)
    assert way.infused.all()


def test_a_second_product_follows_some_failures() -> None:
    known = parameters().changed({"central_failure": 0.4, "second_attempts": 1.0})
    _, way = walked(policy("maxima"), known=known)
    again = way.first_product_failed & way.infused
    assert again.any()
    assert (way.first_failure_day[again] < way.product_day[again]).all()
    assert (way.aphereses[again] >= 2).all()


def test_columns_can_be_taken_apart(usual: tuple[Children, Pathway]) -> None:
    _, way = usual
    part = way.take(way.infused)
    assert len(part) == int(way.infused.sum())
    assert part.infused.all()
    assert part.cells.shape == (len(CELL_PARAMETERS), len(part))
