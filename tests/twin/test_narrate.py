# SPDX-License-Identifier: Apache-2.0
"""What is told of virtual children: a record without contradictions, graded by the codebook."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cartulary.codebook.grading import toxicities_of
from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.checks import check_courses
from cartulary.course.cohort import Cohort
from cartulary.course.course import Origin
from cartulary.course.events import Infusion, Toxicity
from cartulary.course.events.ending import FollowUpStatus
from cartulary.course.events.observation import ToxicityKind
from cartulary.course.problem import Severity
from cartulary.evidence.follow_up_of_cohort import response_of_cohort
from cartulary.studies.child_summary import summaries
from cartulary.twin.block import Block
from cartulary.twin.engines.solution import Solution
from cartulary.twin.narrate import narrate
from cartulary.twin.narrate.bedside import finding, grades
from cartulary.twin.narrate.state import States
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import default_population
from cartulary.twin.simulate import Run, simulate_block
from tests.conftest import REPOSITORY
from tests.twin.made_blocks import INFUSION_DAY, made_block


@pytest.fixture(scope="module")
def block() -> Block:
    return made_block(120, second_infusion=True)


@pytest.fixture(scope="module")
def cohort(block: Block) -> Cohort:
    return narrate(block, parameters())


def test_a_told_cohort_is_simulated_and_has_no_calendar(block: Block, cohort: Cohort) -> None:
    assert cohort.origins == (Origin.SIMULATED,)
    assert cohort.children["day0"].null_count() == len(cohort) == len(block)
    assert cohort.course_ids[:2] == ("V-0000000", "V-0000001")


def test_the_checks_of_plausibility_find_no_error_and_no_warning(cohort: Cohort) -> None:
    found = Counter(
        problem.rule
        for problem in check_courses(cohort.courses())
        if problem.severity is not Severity.NOTE
    )
    assert not found


def test_each_toxicity_is_what_the_codebook_computes_from_the_signs(cohort: Cohort) -> None:
    kinds = (ToxicityKind.CRS, ToxicityKind.ICANS, ToxicityKind.FEBRILE_NEUTROPENIA)
    compared = 0
    for course in cohort.courses():
        bare = replace(
            course, events=tuple(e for e in course.events if not isinstance(e, Toxicity))
        )
        computed = {
            (t.kind, t.infusion_number): (t.grade, t.onset_day if t.grade else None, t.end_day)
            for t in toxicities_of(bare, kinds)
        }
        told = {
            (e.toxicity, e.infusion_number): (
                e.grade,
                e.day if e.grade else None,
                e.end_day if isinstance(e.end_day, int) else None,
            )
            for e in course.all(Toxicity)
            if e.toxicity in kinds
        }
        assert computed == told, course.course_id
        compared += len(told)
    assert compared > 300


def test_the_daily_grades_are_those_the_model_acted_on(block: Block) -> None:
    states = States(block)
    signs = finding(block, states)
    told = signs.with_columns(grade=grades(signs, scale_named("astct_crs_2019")))
    for number, segment in enumerate(block.followed.segments, start=1):
        assert segment.toxicity is not None
        own = told.filter(pl.col("infusion_number") == number)
        row = {place: at for at, place in enumerate(segment.places)}
        rows = np.array([row[child] for child in own["child"].to_list()])
        expected = segment.toxicity.crs_grade[rows, own["since"].to_numpy()]
        assert own["grade"].to_list() == expected.tolist()


def test_a_child_is_told_the_same_whoever_is_told_beside_it() -> None:
    whole = narrate(made_block(60), parameters())
    part = narrate(made_block(15, first=20), parameters())
    assert whole.select(list(part.course_ids)).equals(part)


def test_residual_disease_below_the_limit_has_no_value(cohort: Cohort) -> None:
    looks = cohort.events["assessment"]
    negative = looks.filter(pl.col("mrd_result") == "negative")
    positive = looks.filter(pl.col("mrd_result") == "positive")
    assert negative.height > 100
    assert positive.height > 100
    assert negative["mrd_percent"].null_count() == negative.height
    assert (positive["mrd_percent"] >= positive["mrd_limit_percent"]).all()


def test_values_below_a_limit_are_not_written_down(cohort: Cohort) -> None:
    values = cohort.events["measurement"]
    below = values.filter(pl.col("below_limit"))
    assert below.height > 20
    assert below["value"].null_count() == below.height
    assert (values.drop_nulls("value")["value"] >= values.drop_nulls("value")["limit"]).all()


def test_the_error_of_a_laboratory_has_the_size_that_the_parameters_give() -> None:
    found = narrate(made_block(400), parameters())
    copies = found.events["measurement"].filter(
        (pl.col("analyte") == "car_t_copies") & (pl.col("day") == INFUSION_DAY + 10)
    )
    sizes = made_block(400).pathway.weight_kg[copies["child"].to_numpy()] / 35.0
    error = np.log(copies["value"].to_numpy() * sizes)
    # 360 draws: the standard error of a standard deviation is 0.56 / sqrt(2 * 360) = 0.021.
    assert np.std(error) == pytest.approx(0.56, abs=4 * 0.021)


def test_every_child_ends_in_death_or_a_last_contact_and_nothing_follows(cohort: Cohort) -> None:
    for course in cohort.courses():
        last = [event for event in course.events if event.day is not None][-1]
        assert last.kind in ("death", "last_contact")
        assert [event.kind for event in course.events].count("last_contact") <= 1


def test_relapses_are_told_with_their_class(block: Block, cohort: Cohort) -> None:
    told = block.followed.histories
    found = Counter(
        child.relapses[0].relapse_class for child in summaries(cohort.courses()) if child.relapses
    )
    since = told.relapse_day - INFUSION_DAY
    assert found == {"cd19_positive": int(np.sum(since > 60))}


def test_a_remission_the_model_knows_is_the_remission_that_evidence_finds(cohort: Cohort) -> None:
    counts = response_of_cohort(cohort, "response.day28.infusion")
    assert counts.responses == counts.n == cohort.events["infusion"]["child"].n_unique()


@pytest.fixture(scope="module")
def simulated() -> Cohort:
    """Children of the model itself, not drawn by hand."""
    policy = read_policy(REPOSITORY / "examples" / "policies" / "maxima.toml")
    run = Run(default_population(), policy, parameters(), 1, 1826.0)
    return narrate(simulate_block(run, np.arange(500)), parameters())


def test_simulated_children_are_told_without_a_warning(simulated: Cohort) -> None:
    found = {
        problem.rule
        for problem in check_courses(simulated.courses())
        if problem.severity is not Severity.NOTE
    }
    # Two of many children may have the same sex, age and days by chance.
    assert found <= {"same_child_twice"}


def test_every_relapse_that_is_told_follows_a_remission_that_is_told(simulated: Cohort) -> None:
    looks = simulated.events["assessment"].filter(pl.col("response").is_in(["CR", "CRi"]))
    first = looks.group_by("child").agg(remission=pl.col("day").min())
    relapses = simulated.events["relapse"].join(first, on="child", how="left")
    assert relapses.height > 80
    assert (relapses["remission"] < relapses["day"]).all()
    assert relapses["remission"].null_count() == 0


def test_every_infusion_has_its_toxicity_and_every_transplant_its_day(simulated: Cohort) -> None:
    infusions = simulated.events["infusion"].select("child").unique().height
    for kind in (ToxicityKind.CRS, ToxicityKind.ICANS):
        told = simulated.events["toxicity"].filter(pl.col("toxicity") == kind.value)
        assert told.select("child").unique().height == infusions
    before = simulated.events["prior_therapy"].filter(pl.col("therapy") == "transplant")
    ages = pl.DataFrame(
        {
            "child": pl.Series(range(len(simulated)), dtype=pl.UInt32),
            "age": simulated.children["age_days_at_day0"],
        }
    )
    days = before.join(ages, on="child")
    assert days.height > 80
    assert (days["day"] > -days["age"]).all()
    assert days["day"].null_count() == 0


def test_a_child_that_could_not_be_followed_is_lost_from_that_day_and_named() -> None:
    block = made_block(30)
    segment = block.followed.segments[0]
    values = segment.solution.values.copy()
    values[3, 40:] = np.nan
    failed = ("",) * 3 + ("too many steps on day 39",) + ("",) * (len(segment) - 4)
    broken = replace(
        segment,
        solution=Solution(segment.solution.days, values, failed, segment.solution.steps),
    )
    block = replace(block, followed=replace(block.followed, segments=(broken,)))
    number = int(block.children.numbers[segment.places[3]])
    assert [(f.number, f.day, f.reason) for f in block.failures] == [
        (number, INFUSION_DAY + 40, "too many steps on day 39")
    ]
    course = narrate(block, parameters()).course(f"V-{number:07d}")
    last = [event for event in course.events if event.day is not None][-1]
    assert (last.kind, last.day, last.source) == (
        "last_contact",
        INFUSION_DAY + 40,
        "simulation stopped",
    )
    assert last.values()["status"] is FollowUpStatus.LOST
    assert course.all(Infusion)


def test_a_block_without_an_infusion_is_told_too() -> None:
    block = made_block(200)
    never = np.flatnonzero(~block.pathway.infused)
    alone = replace(
        block,
        children=block.children.take(never),
        pathway=block.pathway.take(never),
        followed=replace(
            block.followed, segments=(), histories=block.followed.histories.take(never)
        ),
    )
    found = narrate(alone, parameters())
    assert len(found) == len(never) > 5
    assert found.events["infusion"].height == found.events["finding"].height == 0
    assert found.events["product"]["status"].unique().to_list() == ["failed"]


def test_a_value_that_no_form_would_take_is_not_recorded() -> None:
    block = made_block(5)
    yields = np.array([3.0, 134.7, np.nan, 0.0, 100.0])
    block = replace(block, pathway=replace(block.pathway, cd3_yield_e9=yields))
    found = narrate(block, parameters()).events["apheresis"]["cd3_yield_e9"]
    assert found.to_list() == [3.0, None, None, 0.0, 100.0]
