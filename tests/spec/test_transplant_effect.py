# SPDX-License-Identifier: Apache-2.0
"""A transplant judged in five ways: whom each counts, when, and what each refuses to say."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence import FollowUp
from cartulary.studies.exposure_analyses import (
    CLONE_CENSOR_WEIGHT,
    LANDMARK,
    NAIVE,
    SIMON_MAKUCH,
    TIME_DEPENDENT,
)
from cartulary.studies.exposure_rows import (
    FEW_FOLLOWERS,
    NO_START,
    NOBODY_EXPOSED,
    SMALL_GROUP,
)
from cartulary.studies.transplant_effect import transplant_effect, transplant_effect_of_cohort
from cartulary.studies.transplant_simulation import cohort_without_effect

REMISSION = "day 0 is infusion\n0 | infusion |\n28 | assessment | response: CR\n"


def cohort(*drawings: str) -> Cohort:
    return Cohort.from_courses(
        course_from_drawing(f"{REMISSION}{text}", course_id=f"P-{number:03d}")
        for number, text in enumerate(drawings)
    )


def made(n: int = 40, seed: int = 3) -> Cohort:
    return cohort_without_effect(n, np.random.default_rng(seed))


# --- which transplant counts ----------------------------------------------------------------------


def test_a_transplant_counts_from_remission_on_and_only_before_a_relapse() -> None:
    held = cohort(
        "100 | transplant |\n900 | last_contact |",
        "100 | relapse |\n140 | transplant |\n900 | last_contact |",
        "90 | transplant |\n120 | transplant |\n900 | last_contact |",
        "900 | last_contact |",
    )
    effect = transplant_effect_of_cohort(held, "os.infusion", fewest=1, landmarks=[95])
    assert effect.exposed == 2
    assert effect.row(LANDMARK, 95).exposed == 1
    assert effect.children == 4
    assert "days count from infusion" in effect.notes[0]


def test_a_transplant_without_a_date_leaves_its_child_out_and_is_counted() -> None:
    texts = [f"{100 + 10 * k} | relapse |\n900 | last_contact |" for k in range(12)]
    held = cohort(*texts, "? | transplant |\n900 | last_contact |")
    effect = transplant_effect_of_cohort(held)
    assert (effect.children, effect.undated) == (12, 1)
    assert effect.unknown == {"undated:transplant": 1}


def test_an_endpoint_that_stops_at_a_transplant_is_refused() -> None:
    with pytest.raises(EstimandError, match="a transplant is read as 'censor'"):
        transplant_effect_of_cohort(made(), "rfs.hypothetical.remission")
    with pytest.raises(EstimandError, match="a transplant is read as 'event'"):
        transplant_effect_of_cohort(made(), "efs.success_without_transplant.infusion")


# --- what each analysis says ----------------------------------------------------------------------


def test_the_wrong_analysis_is_there_and_marked() -> None:
    effect = transplant_effect_of_cohort(made(120))
    naive = effect.row(NAIVE)
    assert naive.biased
    assert [row.method for row in effect.rows if row.biased] == [NAIVE]
    assert "wrong on purpose" in naive.ratio.notes[0]
    sound = effect.row(TIME_DEPENDENT).ratio
    assert naive.ratio.value is not None
    assert sound.value is not None
    assert naive.ratio.value < 0.5 * sound.value


def test_each_landmark_says_how_many_children_it_keeps_and_loses() -> None:
    effect = transplant_effect_of_cohort(made(120))
    days = (28.0, 60.0, 90.0, 120.0)
    rows = [effect.row(LANDMARK, day) for day in days]
    assert all(row.kept + row.lost == 120 for row in rows)
    assert [row.kept for row in rows] == sorted((row.kept for row in rows), reverse=True)
    assert len(effect.landmarks) == 4


def test_too_few_transplants_give_reasons_instead_of_figures() -> None:
    texts = [f"{100 + 10 * k} | relapse |\n900 | last_contact |" for k in range(12)]
    held = cohort(*texts, "100 | transplant |\n900 | last_contact |")
    effect = transplant_effect_of_cohort(held)
    assert effect.strategies is None
    assert effect.simon_makuch is None
    for method in (LANDMARK, SIMON_MAKUCH, CLONE_CENSOR_WEIGHT):
        row = effect.row(method)
        assert row.ratio.value is None
    whys = [effect.row(m).why for m in (LANDMARK, SIMON_MAKUCH, CLONE_CENSOR_WEIGHT)]
    assert whys == [SMALL_GROUP, NO_START, FEW_FOLLOWERS]
    assert "followed the strategy" in effect.row(CLONE_CENSOR_WEIGHT).ratio.notes[0]
    assert len([row for row in effect.rows if row.method == LANDMARK]) == 4


def test_no_transplant_at_all_leaves_every_row_without_a_figure() -> None:
    texts = [f"{100 + 10 * k} | relapse |\n900 | last_contact |" for k in range(12)]
    effect = transplant_effect_of_cohort(cohort(*texts))
    assert effect.exposed == 0
    assert all(row.ratio.value is None for row in effect.rows)
    assert all(row.ratio.notes and row.why for row in effect.rows)
    assert effect.row(TIME_DEPENDENT).why == NOBODY_EXPOSED


def test_each_refused_landmark_gives_its_own_numbers() -> None:
    texts = [f"{60 + 10 * k} | relapse |\n900 | last_contact |" for k in range(12)]
    effect = transplant_effect_of_cohort(cohort(*texts))
    told = [row.ratio.notes[0] for row in effect.of(LANDMARK)]
    assert len(set(told)) == 4
    for row, note in zip(effect.of(LANDMARK), told, strict=True):
        assert f"of {row.kept} child" in note
        assert f"after day {row.day:g} 0 counted" in note


def test_a_fixed_split_of_time_gives_the_ratio_of_hazards_by_hand() -> None:
    rows = FollowUp(
        exit=[50, 60, 70, 80, 90, 100, 150, 160, 170, 180, 190, 200],
        status=[1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0],
        cause_names=("relapse",),
        unit="child",
        clock="remission",
        definition="rfs.treatment_policy, edition 1",
        origin="simulated",
    )
    day = np.array([np.nan] * 6 + [40.0, 40.0, 40.0, np.nan, np.nan, np.nan])
    effect = transplant_effect(rows, day, landmarks=[45], grace_day=45, horizon=160, fewest=3)
    mark, changing = effect.row(LANDMARK, 45), effect.row(TIME_DEPENDENT)
    # No event falls before day 45, so both fit the same likelihood.
    assert mark.ratio.value == pytest.approx(changing.ratio.value, rel=1e-6)
    assert mark.lost == 0
    found = effect.simon_makuch
    assert found is not None
    exposed, unexposed = (
        curve.survival_at(160).value for curve in (found.exposed, found.unexposed)
    )
    assert exposed == pytest.approx(2 / 3)
    assert unexposed == pytest.approx(8 / 9 * 6 / 7 * 4 / 5)
    ratio = np.log(2 / 3) / np.log(8 / 9 * 6 / 7 * 4 / 5)
    assert effect.row(SIMON_MAKUCH).ratio.value == pytest.approx(ratio)


def test_asking_for_an_analysis_that_is_not_there_is_refused() -> None:
    effect = transplant_effect_of_cohort(made())
    with pytest.raises(EstimandError, match="no analysis 'matching'"):
        effect.row("matching")
    with pytest.raises(EstimandError, match="on day 77"):
        effect.row(LANDMARK, 77)


# --- the simulated children -----------------------------------------------------------------------


def test_simulated_children_are_the_same_for_the_same_seed_and_say_what_they_are() -> None:
    one, other = made(25), made(25)
    assert list(one.courses()) == list(other.courses())
    assert [origin.value for origin in one.origins] == ["simulated"]
    with pytest.raises(EstimandError, match="at least one"):
        cohort_without_effect(0, np.random.default_rng(1))


def test_no_simulated_child_is_transplanted_after_its_relapse() -> None:
    for course in made(200).courses():
        days = {event.kind: event.day for event in course}
        transplant, relapse = days.get("transplant"), days.get("relapse")
        if transplant is not None and relapse is not None:
            assert transplant < relapse
        assert days["last_contact"] is not None
