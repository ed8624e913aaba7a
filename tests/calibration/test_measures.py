# SPDX-License-Identifier: Apache-2.0
"""Every kind of figure, against cohorts whose answer can be counted on fingers."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import polars as pl
import pytest

from cartulary.codebook.kinetics import kinetics
from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.target import MEASURES, Measure
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.studies.calibration.measure import _RECKONED, kinds_needed, measured
from cartulary.studies.calibration.measure_expansion import expansion
from cartulary.studies.calibration.measured_cohort import MeasuredCohort
from cartulary.studies.calibration.scenario import scenario
from cartulary.twin.narrate import narrate
from cartulary.twin.simulate import Run, simulate_block

CLASSES = "relapse_class_article_2020"
LAST = 2000


def cohort(**events: dict[str, list[object]]) -> MeasuredCohort:
    """Ten children, infused on day 30 but for the last two; alive on day 2000 unless said."""
    children = pl.DataFrame(
        {
            "course_id": [f"c{k}" for k in range(10)],
            "origin": ["simulated"] * 10,
            "day0_is": ["indication"] * 10,
        }
    )
    said = {
        "indication": {"child": list(range(10)), "day": [0] * 10},
        "apheresis": {"child": list(range(9)), "day": [7] * 9},
        "infusion": {"child": list(range(8)), "day": [30] * 8},
        "last_contact": {"child": list(range(10)), "day": [LAST] * 10},
        **events,
    }
    dead = set(said.get("death", {}).get("child", []))
    contact = said["last_contact"]
    kept = [k for k, child in enumerate(contact["child"]) if child not in dead]
    said["last_contact"] = {name: [values[k] for k in kept] for name, values in contact.items()}
    frames = {kind: pl.DataFrame(rows) for kind, rows in said.items()}
    return MeasuredCohort(Cohort(children, frames))


def test_survival_is_the_share_alive_on_the_endpoints_clock() -> None:
    held = cohort(death={"child": [0, 1, 8], "day": [130, 500, 20]})
    assert measured(held, Measure("survival", "os.infusion", 365)) == pytest.approx(7 / 8)
    assert measured(held, Measure("survival", "os.infusion", 470)) == pytest.approx(6 / 8)
    assert measured(held, Measure("survival", "os.indication", 365)) == pytest.approx(8 / 10)
    assert math.isnan(measured(held, Measure("survival", "os.infusion", 5000)))


def test_incidence_leaves_the_dead_in_the_denominator() -> None:
    held = cohort(
        assessment={"child": list(range(8)), "day": [58] * 8, "response": ["CR"] * 8},
        relapse={"child": [0, 1], "day": [130, 230], "level": ["morphological"] * 2},
        death={"child": [2, 3, 4, 5], "day": [100] * 4},
    )
    at_a_year = Measure("incidence", "cir.any.infusion", 365, ("relapse",))
    assert measured(held, at_a_year) == pytest.approx(2 / 8)
    alone = Measure("free_of", "cir.any.infusion", 365, ("relapse",))
    # With the dead censored two of four who are left relapse.
    assert measured(held, alone) == pytest.approx((3 / 4) * (2 / 3))


def test_response_and_infused() -> None:
    looks = {
        "child": list(range(8)),
        "day": [58] * 8,
        "response": ["CR"] * 5 + ["CRi"] + ["NR"] * 2,
    }
    held = cohort(assessment=looks)
    assert measured(held, Measure("response", "response.month3.infusion")) == pytest.approx(6 / 8)
    assert measured(held, Measure("infused")) == pytest.approx(8 / 10)
    assert measured(held, Measure("infused", of="apheresed")) == pytest.approx(8 / 9)


def test_toxicity_by_child_and_by_infusion() -> None:
    held = cohort(
        infusion={"child": [*range(8), 0], "day": [30] * 8 + [200]},
        toxicity={
            "child": [*range(8), 0],
            "day": [33] * 8 + [203],
            "toxicity": ["crs"] * 9,
            "grade": [1, 2, 3, 0, 0, 0, 0, 0, 4],
            "infusion_number": [1] * 8 + [2],
        },
    )
    any_crs = Measure("toxicity", cause=("crs",), scale="astct_crs_2019")
    assert measured(held, any_crs) == pytest.approx(3 / 8)
    assert measured(held, Measure("toxicity", cause=("crs",), of="infusions")) == pytest.approx(
        4 / 9
    )
    severe = Measure("toxicity", cause=("crs",), scale="astct_crs_2019", grade_from=3)
    assert measured(held, severe) == pytest.approx(2 / 8)


def test_penn_calls_oxygen_and_hypotension_grade_3_where_astct_says_2() -> None:
    days = list(range(31, 35))
    signs: dict[str, list[object]] = {
        "child": [0] * 4 + [1] * 4 + [2] * 4,
        "day": days * 3,
        "temperature_c": [39.0, 38.5, 37.0, 37.0] * 2 + [37.0] * 4,
        "hypotension": [False] * 4 + [False, True, False, False] + [False] * 4,
        "vasopressors": [0] * 12,
        "oxygen_support": ["none"] * 12,
    }
    infused = {"child": [0, 1, 2], "day": [30] * 3}
    held = cohort(infusion=infused, finding=signs)
    penn = Measure("toxicity", cause=("crs",), scale="penn_crs_2014")
    severe = Measure("toxicity", cause=("crs",), scale="penn_crs_2014", grade_from=3)
    assert measured(held, penn) == pytest.approx(2 / 3)
    assert measured(held, severe) == pytest.approx(1 / 3)
    signs["oxygen_support"] = ["none", "low_flow", "none", "none"] + ["none"] * 8
    assert measured(cohort(infusion=infused, finding=signs), severe) == pytest.approx(2 / 3)


def relapses() -> MeasuredCohort:
    """Four relapses on days 40, 150, 330 and 1500 after the infusion."""
    return cohort(
        relapse={
            "child": [0, 1, 2, 3],
            "day": [70, 180, 360, 1530],
            "cd19_status": ["positive", "negative", "positive", "positive"],
            "level": ["morphological"] * 4,
            "b_cell_aplasia": [True, True, False, False],
            "expansion_failed": [True, False, False, False],
        }
    )


def test_relapses_by_class() -> None:
    held = relapses()
    early = Measure("relapse_share", cause=("early",), scale=CLASSES, of="infused")
    assert measured(held, early) == pytest.approx(1 / 8)
    positive = Measure("relapse_share", cause=("positive",), of="relapsed", limit=1000)
    assert measured(held, positive) == pytest.approx(2 / 3)
    in_aplasia = Measure("relapse_share", cause=("negative",), of="relapsed_in_aplasia")
    assert measured(held, in_aplasia) == pytest.approx(1 / 2)
    month = Measure("relapse_month", cause=("cd19_positive",), scale=CLASSES, limit=1000)
    assert measured(held, month) == pytest.approx(330 / (365.25 / 12))
    gone = Measure("aplasia_at_relapse", cause=("cd19_positive",), scale=CLASSES)
    assert measured(held, gone) == 0.0
    failed = Measure("expansion_failed", cause=("early",), scale=CLASSES)
    assert measured(held, failed) == 1.0
    nobody = Measure("relapse_month", cause=("unknown",), scale=CLASSES)
    assert math.isnan(measured(held, nobody))


def test_a_transplant_after_a_relapse_is_none_in_remission() -> None:
    held = cohort(
        relapse={"child": [0], "day": [100], "level": ["morphological"]},
        transplant={"child": [0, 1], "day": [150, 120]},
    )
    assert measured(held, Measure("transplant")) == pytest.approx(2 / 8)
    assert measured(held, Measure("transplant", of="in_remission")) == pytest.approx(1 / 8)


def test_burden_is_that_of_the_look_before_lymphodepletion() -> None:
    held = cohort(
        assessment={
            "child": [0, 0, 1, 2, 3],
            "day": [0, 24, 24, 24, 24],
            "timepoint": ["screening", *["before_lymphodepletion"] * 4],
            "marrow_blasts_percent": [80.0, 1.0, 60.0, 0.0, 1.0],
            "mrd_result": ["positive", "positive", "positive", "negative", "negative"],
            "cns_status": ["cns1"] * 4 + ["cns3"],
            "extramedullary": [False] * 5,
        }
    )
    assert np.flatnonzero(held.group("burden_high")).tolist() == [1, 3]
    assert np.flatnonzero(held.group("burden_detectable")).tolist() == [0]
    assert np.flatnonzero(held.group("burden_undetectable")).tolist() == [2]


def test_groups_by_transplant_and_by_exposure() -> None:
    held = cohort(
        prior_therapy={
            "child": [0, 1, 2],
            "day": [-100, -400, None],
            "therapy": ["transplant", "transplant", "chemotherapy"],
        },
        lymphodepletion={
            "child": [0, 0, 1],
            "day": [24, 200, 24],
            "fludarabine_auc_mg_h_per_l": [10.0, 20.0, 18.0],
        },
    )
    assert np.flatnonzero(held.group("relapse_within_6_months")).tolist() == [0]
    assert np.flatnonzero(held.group("relapse_later")).tolist() == [1]
    assert np.flatnonzero(held.group("prior_transplant")).tolist() == [0, 1]
    assert held.group("no_prior_transplant").sum() == 8
    assert np.flatnonzero(held.group("low_auc", 13.8)).tolist() == [0]
    assert np.flatnonzero(held.group("exposed", 13.8)).tolist() == [1]
    with pytest.raises(EstimandError, match="without a limit"):
        held.group("low_auc")


def test_a_hazard_ratio_says_who_relapses_sooner() -> None:
    held = cohort(
        lymphodepletion={
            "child": list(range(8)),
            "day": [24] * 8,
            "fludarabine_auc_mg_h_per_l": [10.0] * 4 + [20.0] * 4,
        },
        relapse={
            "child": [0, 1, 2, 4],
            "day": [60, 90, 120, 100],
            "level": ["morphological"] * 4,
        },
    )
    ratio = Measure(
        "hazard_ratio", "cir.any.infusion", None, ("relapse",), among="low_auc", limit=14
    )
    other = Measure(
        "hazard_ratio", "cir.any.infusion", None, ("relapse",), among="exposed", limit=14
    )
    assert measured(held, ratio) > 2.0
    assert measured(held, ratio) == pytest.approx(1.0 / measured(held, other))


@cache
def simulated() -> tuple[Cohort, MeasuredCohort]:
    which = scenario("eliana")
    run = Run(which.population, which.policy, parameters(), 3, 500.0)
    told = narrate(simulate_block(run, np.arange(40)), parameters())
    return told, MeasuredCohort(told)


def test_expansion_is_what_the_codebook_reckons_course_by_course() -> None:
    told, held = simulated()
    found = expansion(held)
    seen = 0
    for place, course in enumerate(told.courses()):
        infusions = [event for event in course.events if event.kind == "infusion"]
        if not infusions:
            assert math.isnan(found.peak[place])
            continue
        slow = kinetics(course, infusions[0])
        if slow.cmax is None or slow.auc_0_28 is None:
            continue
        seen += 1
        assert found.peak[place] == slow.cmax
        assert found.area[place] == pytest.approx(slow.auc_0_28, rel=1e-9)
        # Between the samples on either side of the highest.
        assert abs(found.day[place] - slow.tmax_days) <= 7
    assert seen > 20


def test_the_ratio_and_spread_of_the_peak_are_those_of_its_logs() -> None:
    _, held = simulated()
    peak, good = expansion(held).peak, held.group("responders")
    bad = held.group("non_responders")
    logs = np.log(peak)
    spread = Measure("expansion_spread", of="peak", among="responders")
    assert measured(held, spread) == pytest.approx(np.nanstd(logs[good], ddof=1))
    ratio = Measure("expansion_ratio", of="peak")
    expected = np.exp(np.nanmean(logs[good]) - np.nanmean(logs[bad]))
    assert measured(held, ratio) == pytest.approx(expected)


def test_every_kind_of_a_file_is_reckoned_and_none_else() -> None:
    assert set(_RECKONED) == set(MEASURES)
    with pytest.raises(EstimandError, match="Nothing is known"):
        measured(relapses(), Measure("guess"))


def test_what_is_left_untold_changes_nothing_of_what_is_told() -> None:
    which = scenario("eliana")
    block = simulate_block(
        Run(which.population, which.policy, parameters(), 3, 500.0), np.arange(40)
    )
    measures = [Measure("toxicity", cause=("crs",)), Measure("survival", "os.infusion", 365)]
    whole, part = (
        narrate(block, parameters()),
        narrate(block, parameters(), kinds=kinds_needed(measures)),
    )
    for kind in kinds_needed(measures):
        assert part.events[kind].equals(whole.events[kind]), kind
    assert part.events["finding"].height == 0
    assert whole.events["finding"].height > 0
