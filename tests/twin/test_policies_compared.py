# SPDX-License-Identifier: Apache-2.0
"""Policies are compared on the same children: what arms have in common is the same to the bit."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cartulary.codebook.endpoint_cohort import outcomes as outcomes_of
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.errors import CartularyError
from cartulary.studies.policies_compared import (
    Arm,
    Compared,
    Of,
    Outcome,
    compare,
    from_json,
    outcomes,
    to_json,
)
from cartulary.studies.policies_compared.arms_named import arms_of
from cartulary.studies.policies_compared.children_read import (
    declined,
    endpoints_of,
    read_children,
    read_histories,
)
from cartulary.studies.policies_compared.draws_followed import several_draws
from cartulary.studies.policies_compared.joined_blocks import joined_blocks, joined_histories
from cartulary.studies.policies_compared.narrated import (
    KINDS,
    READ_BY_TELLING,
    NarratedTogether,
    narrated,
    response_read_until_days,
)
from cartulary.studies.policies_compared.shared_course import SharedCourses
from cartulary.studies.policies_compared.shelf import find, put
from cartulary.twin.engines import engine
from cartulary.twin.narrate import narrate
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import default_population
from cartulary.twin.simulate import Run, simulate_block

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
HORIZON_DAYS = 1279.0
SEED = 7


def arm(name: str, called: str = "") -> Arm:
    policy = read_policy(POLICIES / f"{name}.toml")
    return Arm(called or name, policy.name, policy, default_population())


@cache
def draws(count: int) -> tuple[ParameterSet, ...]:
    base = parameters()
    rate = base.value("division_rate")
    return tuple(
        base.changed({"division_rate": rate * factor}) for factor in np.linspace(0.95, 1.05, count)
    )


@cache
def three_policies() -> Compared:
    return compare(
        [arm("transplant_none"), arm("transplant_all"), arm("next_day")],
        draws(4),
        children=60,
        years=1,
        seed=SEED,
    )


def courses(numbers: np.ndarray, own: ParameterSet | None = None) -> SharedCourses:
    return SharedCourses(own or parameters(), numbers, SEED, HORIZON_DAYS, engine("lanes"))


def same(one: object, other: object) -> bool:
    """Whether two sets of columns hold the same values, NaN for NaN."""
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name), equal_nan=True)
        if getattr(one, each.name).dtype.kind == "f"
        else np.array_equal(getattr(one, each.name), getattr(other, each.name))
        for each in fields(one)  # type: ignore[arg-type]
    )


def test_two_arms_of_one_policy_do_not_differ_at_all() -> None:
    compared = compare(
        [arm("maxima", "one"), arm("maxima", "other")], draws(4), children=40, years=1, seed=SEED
    )
    for outcome in compared.outcomes:
        found = compared.difference("other", "one", outcome.id)
        if not np.isnan(found.value):
            assert found.value == 0.0
            assert found.parameters == (0.0, 0.0)
            assert found.chance.low <= 0.0 <= found.chance.high
    assert compared.difference("other", "one", "efs.indication.12").chance.high > 0.2


@pytest.mark.parametrize("policy", ["transplant_all", "inotuzumab", "next_day", "dual_cd19_cd22"])
def test_an_arm_that_shares_is_the_arm_alone(policy: str) -> None:
    numbers = np.arange(80, dtype=np.int64)
    together = courses(numbers)
    for first in ("transplant_none", "wait_and_bridge", "transplant_if_bca_lost"):
        together.follow(arm(first))
    block = together.follow(arm(policy))
    run = Run(default_population(), arm(policy).policy, parameters(), SEED, HORIZON_DAYS)
    alone = simulate_block(run, numbers)
    assert same(block.followed.histories, alone.followed.histories)
    assert (
        narrated(block, parameters()).events.keys() == narrated(alone, parameters()).events.keys()
    )
    for kind in KINDS:
        assert (
            narrated(block, parameters())
            .events[kind]
            .equals(narrate(alone, parameters()).events[kind])
        ), kind


def test_a_late_rule_leaves_all_before_it_and_lives_no_child_twice() -> None:
    numbers = np.arange(120, dtype=np.int64)
    together = courses(numbers)
    none = together.follow(arm("transplant_none"))
    every = together.follow(arm("transplant_all"))
    assert none.pathway is every.pathway
    assert none.followed.segments[0] is every.followed.segments[0]
    before, after = none.followed.histories, every.followed.histories
    assert np.array_equal(before.infusion_day, after.infusion_day, equal_nan=True)
    assert np.array_equal(before.crs_grade, after.crs_grade)
    spared = np.isnan(after.transplant_day) & np.isnan(before.transplant_day)
    assert same(before.take(spared), after.take(spared))
    assert 0 < spared.sum() < len(numbers)


def test_blocks_told_together_are_told_as_each_alone() -> None:
    chosen = arm("transplant_all")
    blocks = [
        courses(np.arange(first, first + 50, dtype=np.int64), own).follow(chosen)
        for first, own in zip((0, 50), draws(2), strict=True)
    ]
    whole = narrated(joined_blocks(blocks), draws(2)[0])
    asked = outcomes((12, 24))
    read = read_children(joined_blocks(blocks), whole, asked)
    for place, (block, own) in enumerate(zip(blocks, draws(2), strict=True)):
        alone = read_children(block, narrated(block, own), asked)
        part = read.of(slice(50 * place, 50 * place + 50))
        assert np.array_equal(part.values, alone.values, equal_nan=True)
        for name, free in alone.months_free.items():
            assert np.array_equal(part.months_free[name], free, equal_nan=True)


@pytest.mark.parametrize("visit", [14, 28])
def test_arms_told_together_and_no_further_than_read_are_read_as_each_told_in_full(
    visit: int,
) -> None:
    asked = outcomes((12, 24))
    own = courses(np.arange(70, dtype=np.int64))
    arms = [arm("transplant_all"), arm("next_day"), arm("transplant_if_bca_lost")]
    # A look on a day that no history settled: its smear is counted, told in full or not.
    early = [
        replace(one, policy=replace(one.policy, visit_days=(visit, *one.policy.visit_days[1:])))
        for one in arms
    ]
    blocks = [own.follow(one) for one in early]
    telling = NarratedTogether(endpoints_of(asked))
    for block in blocks:
        telling.tell(block, parameters())
    cohort = telling.cohort()
    assert cohort.events["assessment"].height < sum(
        narrated(block, parameters()).events["assessment"].height for block in blocks
    )
    together = read_histories(
        joined_histories([block.followed.histories for block in blocks]),
        np.concatenate([declined(block) for block in blocks]),
        cohort,
        asked,
    )
    for place, block in enumerate(blocks):
        alone = read_children(block, narrated(block, parameters()), asked)
        part = together.of(slice(70 * place, 70 * place + 70))
        assert np.array_equal(part.values, alone.values, equal_nan=True)
        for name, free in alone.months_free.items():
            assert np.array_equal(part.months_free[name], free, equal_nan=True)


def test_a_definition_that_reads_more_of_the_looks_is_told_all_of_them() -> None:
    read = [endpoint(each) for each in sorted(endpoints_of(outcomes()))]
    assert response_read_until_days(read) == 42
    for other in ("cir.by_class.remission", "rfs.treatment_policy.remission"):
        assert response_read_until_days([*read, endpoint(other)]) is None


def test_what_no_later_arm_shares_is_forgotten_and_nothing_else() -> None:
    numbers = np.arange(120, dtype=np.int64)
    order = [arm(name) for name in ("next_day", "transplant_none", "maxima", "transplant_all")]
    kept, whole = courses(numbers), courses(numbers)
    for place, one in enumerate(order):
        own, other = kept.follow(one), whole.follow(one)
        assert same(own.followed.histories, other.followed.histories)
        kept.keep_for(order[place + 1 :])
    (spare,), (full,) = kept._segments.values(), whole._segments.values()
    assert spare.lived == full.lived < full.asked
    assert not any(spare._kept.values())
    assert any(full._kept.values())


def test_telling_reads_no_parameter_beyond_those_it_is_said_to_read() -> None:
    asked: set[str] = set()

    class Watched(ParameterSet):
        def __getitem__(self, name: str):  # type: ignore[no-untyped-def]
            asked.add(name)
            return super().__getitem__(name)

    base = parameters()
    block = courses(np.arange(60, dtype=np.int64)).follow(arm("transplant_all"))
    narrated(block, Watched(base.parameters, base.traits, base.correlations))
    assert asked == set(READ_BY_TELLING)


def test_figures_depend_on_neither_threads_nor_the_draws_told_together() -> None:
    arms = [arm("transplant_none"), arm("next_day")]
    asked = {"children": 30, "years": 1, "seed": SEED}
    first = compare(arms, draws(4), threads=2, **asked)  # type: ignore[arg-type]
    second = compare(arms, draws(4), threads=1, children_at_once=30, **asked)  # type: ignore[arg-type]
    timeless = replace(first.about, seconds=0.0)
    assert to_json(replace(first, about=timeless)) == to_json(replace(second, about=timeless))


def test_nobody_is_censored_before_the_month_so_a_share_is_a_plain_share() -> None:
    block = courses(np.arange(300, dtype=np.int64)).follow(arm("transplant_all"))
    cohort = narrated(block, parameters())
    outcome = next(one for one in outcomes() if one.id == "efs.infusion.24")
    read = read_children(block, cohort, [outcome])
    frame = outcomes_of(cohort, endpoint(outcome.endpoint)).filter("in_population")
    exit_day = frame["exit"].to_numpy().astype(float)
    failed = (frame["status"] != "censored").to_numpy()
    at = 24 * 365.25 / 12
    assert not ((~failed) & (exit_day < np.floor(at))).any()
    assert np.nanmean(read.values[0]) == pytest.approx(1 - (failed & (exit_day <= at)).mean())


def test_an_arm_less_another_is_the_difference_of_their_values() -> None:
    compared = three_policies()
    for outcome in compared.outcomes:
        found = compared.difference("next_day", "transplant_all", outcome.id)
        values = [compared.value(one, outcome.id).value for one in ("next_day", "transplant_all")]
        assert found.value == pytest.approx(values[0] - values[1], abs=2e-5, nan_ok=True)
    assert compared.difference("next_day", "transplant_none", "days_to_infusion").value < -10
    assert compared.value("next_day", "days_to_infusion").outcome.of is Of.INFUSED


def test_a_comparison_is_read_back_as_it_was_written() -> None:
    compared = three_policies()
    text = to_json(compared)
    again = from_json(text)
    assert to_json(again) == text
    for outcome in compared.outcomes:
        assert repr(again.difference("next_day", "transplant_none", outcome.id)) == repr(
            compared.difference("next_day", "transplant_none", outcome.id)
        )
    with pytest.raises(CartularyError, match="cut off"):
        from_json(text[:-20])


def test_the_shelf_answers_for_some_arms_in_another_order(tmp_path: Path) -> None:
    compared = three_policies()
    put(replace(compared, about=replace(compared.about, posterior_id="p")), tmp_path)
    wanted = [arm("next_day", "b"), arm("transplant_none", "a")]
    found = find(wanted, "p", tmp_path)
    assert found is not None
    assert [one.id for one in found.arms] == ["b", "a"]
    there = compared.difference("transplant_none", "next_day", "efs.indication.12")
    here = found.difference("a", "b", "efs.indication.12")
    assert (here.value, here.parameters, here.chance) == (
        there.value,
        there.parameters,
        there.chance,
    )
    assert find(wanted, "another posterior", tmp_path) is None
    assert find(wanted, "p", tmp_path, draws=5) is None
    assert find([*wanted, arm("maxima")], "p", tmp_path) is None


def test_a_changed_copy_of_a_policy_has_a_name_of_its_own() -> None:
    policy = read_policy(POLICIES / "maxima.toml")
    files = [(Path("a/maxima.toml"), policy), (Path("b/maxima.toml"), policy)]
    arms = arms_of(files, default_population())
    assert len({one.id for one in arms}) == 2
    assert len({one.words.nl for one in arms}) == 2
    assert arms[0].fingerprint == arms[1].fingerprint
    other = replace(policy, making=replace(policy.making, dose_cells_per_kg=1e6))
    assert arms_of([(files[0][0], other)], default_population())[0].fingerprint != (
        arms[0].fingerprint
    )


def test_what_cannot_be_compared_is_refused() -> None:
    one = arm("maxima")
    with pytest.raises(CartularyError, match="name of its own"):
        compare([one, one], draws(2), children=20, years=1, seed=1)
    with pytest.raises(CartularyError, match="no comparison"):
        compare([one], draws(2), children=3, years=1, seed=1)
    with pytest.raises(CartularyError, match="There is no outcome"):
        compare([one], draws(2), children=20, years=1, seed=1, outcomes=["efs.indication.36"])


def test_what_an_arm_changes_reaches_only_that_arm() -> None:
    plain = arm("transplant_all")
    changed = replace(plain, id="deadly", changes={"transplant_death_share": 0.9})
    found = several_draws(
        [plain, changed],
        [parameters()],
        [np.arange(80, dtype=np.int64)],
        horizon_days=HORIZON_DAYS,
        seed=SEED,
        asked=[_outcome("death_of_transplant.24"), _outcome("infused")],
        months=np.arange(25.0),
        solve=engine("lanes"),
    )[0]
    assert found.values[1, 0] > found.values[0, 0] + 0.2
    assert found.values[1, 1] == found.values[0, 1]


def _outcome(outcome_id: str) -> Outcome:
    return next(one for one in outcomes() if one.id == outcome_id)
