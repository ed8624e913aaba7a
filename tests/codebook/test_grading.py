# SPDX-License-Identifier: Apache-2.0
"""Scales over whole courses: what is carried from day to day, what belongs to which infusion."""

from __future__ import annotations

import pytest

from cartulary.codebook.grading import (
    Episode,
    episode,
    grade_days,
    grade_units,
    infusion_before,
    toxicities_of,
)
from cartulary.codebook.scale_reader import scales
from cartulary.course import Course, Origin, Precision
from cartulary.course.errors import CodebookError
from cartulary.course.events import (
    Assessment,
    Death,
    Diagnosis,
    Event,
    Finding,
    Infusion,
    Lymphodepletion,
    Measurement,
    Relapse,
    Toxicity,
    Treatment,
)
from cartulary.course.events.disease import Cd19Status, CnsStatus, MrdResult
from cartulary.course.events.observation import (
    Analyte,
    Consciousness,
    GradeBasis,
    OxygenSupport,
    Specimen,
    ToxicityKind,
)
from cartulary.course.events.treatment import Drug

CRS = scales()["astct_crs_2019"]
NORMAL = {"hypotension": False, "vasopressors": 0, "oxygen_support": OxygenSupport.NONE}


def course(*events: Event, age_days: int = 14 * 366) -> Course:
    """A child of 14 with these events."""
    return Course("P-1", Origin.RECORDED, events, age_days_at_day0=age_days)


def counts(analyte: Analyte, values: dict[int, float]) -> tuple[Measurement, ...]:
    """One value a study day."""
    return tuple(Measurement(day, analyte=analyte, value=value) for day, value in values.items())


def grades(found: Course, number: int = 1) -> list[tuple[int, object]]:
    """Days after the infusion and their CRS grades."""
    return [(d.days_after_infusion, d.graded.grade) for d in grade_days(CRS, found, number)]


def test_fever_and_tocilizumab_are_carried_to_later_days() -> None:
    found = course(
        Infusion(30),
        Finding(33, temperature_c=39.0, **NORMAL),
        Treatment(34, drug=Drug.TOCILIZUMAB),
        Finding(
            34,
            temperature_c=36.8,
            hypotension=True,
            vasopressors=1,
            oxygen_support=OxygenSupport.LOW_FLOW,
            oxygen_l_per_min=4,
        ),
        Finding(36, temperature_c=36.8, **NORMAL),
    )
    assert grades(found) == [(3, 1), (4, 3), (6, 0)]


def test_low_pressure_without_fever_asks_for_sepsis() -> None:
    found = course(
        Infusion(30),
        Finding(30, temperature_c=36.5, **NORMAL),
        Finding(
            31,
            temperature_c=37.9,
            hypotension=True,
            vasopressors=1,
            oxygen_support=OxygenSupport.NONE,
        ),
    )
    last = grade_days(CRS, found, 1)[-1].graded
    assert last.grade == 0
    assert last.flags == ("look_for_sepsis",)


def test_before_anything_was_recorded_fever_is_unknown() -> None:
    low = {"hypotension": True, "vasopressors": 1, "oxygen_support": OxygenSupport.NONE}
    found = course(Infusion(30), Finding(33, temperature_c=37.0, **low))
    graded = grade_days(CRS, found, 1)[0].graded
    assert graded.grade is None
    assert graded.missing == ("anticytokine_earlier", "fever_earlier")


def test_findings_of_one_day_are_read_together_at_their_worst() -> None:
    found = course(
        Infusion(30),
        Finding(33, temperature_c=37.0, hypotension=False),
        Finding(33, temperature_c=38.4, vasopressors=0, oxygen_support=OxygenSupport.NONE),
        Finding(33, oxygen_support=OxygenSupport.FACEMASK),
    )
    assert grades(found) == [(3, 3)]


def test_the_lowest_ice_of_a_day_counts() -> None:
    found = course(
        Infusion(30),
        Finding(35, ice_score=10, consciousness=Consciousness.AWAKE),
        Finding(35, ice_score=5),
    )
    assert grade_days(scales()["astct_icans_2019"], found, 1)[0].graded.grade == 2


def test_days_belong_to_the_infusion_before_them_and_end_after_8_weeks() -> None:
    fever = {"temperature_c": 39.0, **NORMAL}
    found = course(
        Infusion(30), Infusion(70), Finding(29, **fever), Finding(69, **fever),
        Finding(70, **fever), Finding(126, **fever), Finding(127, **fever),
    )  # fmt: skip
    assert grades(found, 1) == [(39, 1)]
    assert grades(found, 2) == [(0, 1), (56, 1)]


def test_an_episode_runs_from_onset_to_the_last_day_with_a_grade() -> None:
    found = course(
        Infusion(30),
        Finding(31, temperature_c=37.0, **NORMAL),
        Finding(33, temperature_c=39.0, **NORMAL),
        Finding(34, temperature_c=37.0, **NORMAL),
        Finding(35, temperature_c=39.0, hypotension=True, vasopressors=2,
                oxygen_support=OxygenSupport.NONE),
        Finding(37, temperature_c=38.1, **NORMAL),
        Finding(38, temperature_c=37.0, **NORMAL),
    )  # fmt: skip
    found_episode = episode(grade_days(CRS, found, 1))
    assert found_episode == Episode(
        onset=33, end=37, highest=4, highest_day=35, resolved=True, is_minimum=False
    )
    assert found_episode.duration_days == 5
    assert episode(grade_days(CRS, course(Infusion(30)), 1)) is None


def test_what_is_reported_stands_and_the_rest_is_computed() -> None:
    found = course(
        Infusion(30),
        Infusion(90),
        Finding(33, temperature_c=39.0, **NORMAL),
        Finding(93, temperature_c=39.0, **NORMAL),
        Toxicity(32, toxicity=ToxicityKind.CRS, grade=2, end_day=36),
    )
    crs = [one for one in toxicities_of(found) if one.kind is ToxicityKind.CRS]
    assert [(t.infusion_number, t.grade, t.basis, t.onset_day, t.end_day) for t in crs] == [
        (1, 2, GradeBasis.REPORTED, 32, 36),
        (2, 1, GradeBasis.COMPUTED, 93, None),
    ]


def test_a_toxicity_belongs_to_the_infusion_named_or_the_last_before_it() -> None:
    kind = ToxicityKind.ICANS
    found = course(
        Infusion(30),
        Infusion(90),
        Toxicity(95, toxicity=kind, grade=0, infusion_number=1),
        Toxicity(90, toxicity=kind, grade=1),
        Toxicity(10, toxicity=kind, grade=1),
        Toxicity(None, Precision.UNKNOWN, toxicity=kind, grade=1),
    )
    assert [one.infusion_number for one in toxicities_of(found)] == [None, 2, 1, None]
    assert infusion_before(found, 89) == 1


def test_a_kind_that_nobody_looked_for_is_not_computed_as_zero() -> None:
    found = course(Infusion(30), Finding(33, temperature_c=37.0))
    kinds = {one.kind: one for one in toxicities_of(found)}
    assert ToxicityKind.ICANS not in kinds
    assert ToxicityKind.FEBRILE_NEUTROPENIA not in kinds


def test_a_grade_0_is_computed_only_when_the_first_ten_days_were_watched() -> None:
    quiet = [Finding(30 + day, temperature_c=37.0, **NORMAL) for day in range(11)]
    watched = {one.kind: one for one in toxicities_of(course(Infusion(30), *quiet))}
    assert (watched[ToxicityKind.CRS].grade, watched[ToxicityKind.CRS].onset_day) == (0, None)
    with_a_gap = course(Infusion(30), *quiet[:5], *quiet[6:])
    assert ToxicityKind.CRS not in {one.kind for one in toxicities_of(with_a_gap)}
    cut_short = course(Infusion(30), Death(34), *quiet[:5])
    assert ToxicityKind.CRS in {one.kind for one in toxicities_of(cut_short)}


def test_febrile_neutropenia_reads_counts_in_any_unit() -> None:
    found = course(
        Infusion(30),
        Finding(35, temperature_c=38.4),
        Measurement(35, analyte=Analyte.NEUTROPHILS, value=0.9, unit="10^9/L"),
        Measurement(36, analyte=Analyte.NEUTROPHILS, value=100.0),
    )
    neutropenia = [
        one for one in toxicities_of(found) if one.kind is ToxicityKind.FEBRILE_NEUTROPENIA
    ]
    assert [(one.grade, one.onset_day) for one in neutropenia] == [(3, 35)]


def test_a_value_below_its_limit_stands_at_the_limit_and_marrow_does_not_count() -> None:
    found = course(
        Infusion(0),
        Finding(5, temperature_c=39.0),
        Measurement(5, analyte=Analyte.NEUTROPHILS, below_limit=True, limit=100.0),
        Finding(6, temperature_c=39.0),
        Measurement(6, analyte=Analyte.NEUTROPHILS, value=50.0, specimen=Specimen.MARROW),
    )
    days = grade_days(scales()["ctcae_febrile_neutropenia_5"], found, 1)
    assert [(one.day, one.graded.grade) for one in days] == [(5, 3), (6, None)]


def test_haematotoxicity_is_read_from_counts_after_each_infusion() -> None:
    values = {30 + day: 900.0 for day in range(31)} | {30 + day: 90.0 for day in range(4, 12)}
    found = course(Infusion(30), *counts(Analyte.NEUTROPHILS, values))
    early = grade_units(scales()["icaht_early_2023"], found)
    assert [(one.infusion_number, one.graded.grade) for one in early] == [(1, 3)]
    icaht = [one for one in toxicities_of(found) if one.kind is ToxicityKind.ICAHT]
    assert [(one.scale, one.grade) for one in icaht] == [("icaht_early_2023", 3)]


def test_late_counts_stop_at_relapse_and_early_ones_at_the_next_infusion() -> None:
    late = {45: 900.0, 52: 900.0, 60: 90.0, 61: 90.0}
    found = course(Infusion(0), Relapse(55), *counts(Analyte.NEUTROPHILS, late))
    assert grade_units(scales()["icaht_late_2023"], found)[0].graded.grade == 2
    low = dict.fromkeys(range(20), 400.0)
    twice = course(Infusion(0), Infusion(10), *counts(Analyte.NEUTROPHILS, low))
    facts = [one.facts for one in grade_units(scales()["icaht_early_2023"], twice)]
    assert [one["run_500_days"] for one in facts] == [10, 10]


def test_never_recovered_until_death_is_grade_4() -> None:
    low = dict.fromkeys(range(17), 400.0)
    found = course(Infusion(0), Death(16), *counts(Analyte.NEUTROPHILS, low))
    assert grade_units(scales()["icaht_early_2023"], found)[0].graded.grade == 4


def test_the_dose_per_kg_is_reckoned_from_the_total() -> None:
    scale = scales()["dose_band_tisagenlecleucel"]
    found = course(Infusion(30, weight_kg=20.0, dose_cells=1.2e8))
    graded = grade_units(scale, found)[0]
    assert graded.facts["dose_cells_per_kg"] == 6.0e6
    assert graded.graded.grade == "per_kg_above"
    heavy = course(Infusion(30, weight_kg=60.0, dose_cells_per_kg=2.0e6))
    assert grade_units(scale, heavy)[0].graded.grade == "total_within"


def test_hematotox_takes_the_last_values_before_lymphodepletion() -> None:
    before = {
        Analyte.PLATELETS: 74.0,
        Analyte.NEUTROPHILS: 1300.0,
        Analyte.HAEMOGLOBIN: 9.5,
        Analyte.CRP: 29.0,
        Analyte.FERRITIN: 2001.0,
    }
    events = [Measurement(24, analyte=analyte, value=value) for analyte, value in before.items()]
    later = [Measurement(28, analyte=Analyte.PLATELETS, value=300.0)]
    found = course(Lymphodepletion(25), Infusion(30), *events, *later)
    graded = grade_units(scales()["car_hematotox_2021"], found)[0]
    assert graded.facts["crp"] == 2.9
    assert (graded.graded.score, graded.graded.grade) == (4, "high")
    stale = course(Lymphodepletion(39), Infusion(44), *events)
    assert grade_units(scales()["car_hematotox_2021"], stale)[0].graded.grade is None


def test_relapse_assessment_and_diagnosis_are_graded_as_they_stand() -> None:
    found = course(
        Diagnosis(-700, white_cells_e9_per_l=20.0),
        Assessment(
            20,
            marrow_blasts_percent=2.0,
            mrd_result=MrdResult.POSITIVE,
            cns_status=CnsStatus.CNS1,
            extramedullary=False,
        ),
        Infusion(30),
        Relapse(80, cd19_status=Cd19Status.POSITIVE),
        Relapse(200, cd19_status=Cd19Status.NEGATIVE),
        age_days=3000,
    )
    relapses = grade_units(scales()["relapse_class_article_2020"], found)
    assert [one.graded.grade for one in relapses] == ["early", "cd19_negative"]
    assert grade_units(scales()["burden_prwcc"], found)[0].graded.grade == "detectable"
    assert grade_units(scales()["nci_risk"], found)[0].graded.grade == "standard"


def test_a_scale_of_the_wrong_unit_and_a_missing_infusion_are_refused() -> None:
    with pytest.raises(CodebookError, match="grade_units"):
        grade_days(scales()["nci_risk"], course(Infusion(30)), 1)
    with pytest.raises(CodebookError, match="grade_days"):
        grade_units(CRS, course(Infusion(30)))
    with pytest.raises(CodebookError, match="no dated infusion number 2"):
        grade_days(CRS, course(Infusion(30)), 2)


FEVER = {"hypotension": False, "vasopressors": 0, "oxygen_support": OxygenSupport.NONE}


def with_fever(*events: Toxicity) -> Course:
    """Grade 1 on D+2, 2 on D+3, 1 on D+4, and 0 on D+5, with what was decided otherwise."""
    signs = (
        Finding(32, temperature_c=38.6, **FEVER),
        Finding(33, temperature_c=39.0, **{**FEVER, "hypotension": True}),
        Finding(34, temperature_c=38.4, **FEVER),
        Finding(35, temperature_c=37.0, **FEVER),
    )
    return course(Infusion(30), *signs, *events)


def decided(day: int, grade: int, end: int | None = None) -> Toxicity:
    return Toxicity(
        day,
        toxicity=ToxicityKind.CRS,
        grade=grade,
        end_day=day if end is None else end,
        basis=GradeBasis.OVERRIDDEN,
        override_reason="line infection",
    )


def crs_of(found: Course) -> tuple[int | None, str]:
    (record,) = [one for one in toxicities_of(found) if one.kind is ToxicityKind.CRS]
    return record.grade, record.basis.value


def test_a_grade_overridden_on_one_day_replaces_that_day_alone() -> None:
    assert crs_of(with_fever()) == (2, "computed")
    assert crs_of(with_fever(decided(34, 0))) == (2, "overridden")
    assert crs_of(with_fever(decided(33, 1))) == (1, "overridden")
    assert crs_of(with_fever(decided(34, 3))) == (3, "overridden")


def test_a_toxicity_decided_over_several_days_stands_for_the_whole() -> None:
    assert crs_of(with_fever(decided(32, 1, end=34))) == (1, "overridden")
