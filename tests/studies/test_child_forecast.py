# SPDX-License-Identifier: Apache-2.0
"""A child's forecast: what it says adds up, what comes later is never read, and who is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from cartulary.course import Origin
from cartulary.course.cohort import Cohort
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import (
    Assessment,
    Death,
    Diagnosis,
    Event,
    Infusion,
    Measurement,
    NewTherapy,
    PriorTherapy,
    Product,
    Relapse,
    Transplant,
)
from cartulary.course.events.cells import ProductKind
from cartulary.course.events.disease import MrdResult, PriorKind, Response
from cartulary.course.events.observation import Analyte
from cartulary.studies.child_forecast.forecast import Forecast, Refusal, forecast
from cartulary.studies.child_forecast.library import (
    ABOUT_FILE,
    NEVER,
    LibraryError,
    default_folder,
    load,
    save,
)
from cartulary.studies.child_forecast.outcomes import RELAPSES, Outcome
from cartulary.studies.child_forecast.plans import PLANS, PlanKind
from cartulary.studies.child_forecast.standing import cut
from tests.studies.forecast_library import fresh_courses, small_library

INFUSED = 40


def drawn(*events: Event) -> Course:
    """A course with an infusion on day 40 and a remission four weeks later, and these events."""
    plain: tuple[Event, ...] = (
        Infusion(INFUSED, weight_kg=30.0, dose_cells_per_kg=3.0e6),
        Assessment(
            INFUSED + 28,
            response=Response.CR,
            mrd_result=MrdResult.NEGATIVE,
            mrd_limit_percent=0.01,
        ),
    )
    return Course("P-001", Origin.RECORDED, (*plain, *events), age_days_at_day0=3000)


def copies(day: int, value: float) -> Measurement:
    return Measurement(INFUSED + day, analyte=Analyte.CAR_T_COPIES, value=value, unit="copies/µg")


@pytest.fixture(scope="module")
def made() -> Forecast:
    course = drawn(copies(10, 20_000.0), copies(28, 2_000.0))
    return forecast(course, INFUSED + 28, small_library())


def test_outcomes_exclude_one_another_and_add_up_in_every_month(made: Forecast) -> None:
    total = np.sum([one.line.value for one in made.outcomes], axis=0)
    assert total == pytest.approx(np.ones(25), abs=1e-9)
    relapse = np.sum([made.of(one).value for one in RELAPSES], axis=0)
    assert relapse == pytest.approx(made.relapse.value, abs=1e-9)


def test_all_begin_in_remission_and_what_came_does_not_go(made: Forecast) -> None:
    assert made.of(Outcome.REMISSION).value[0] == 1.0
    assert made.alive.value[0] == 1.0
    for one in made.outcomes:
        steps = np.diff(one.line.value)
        falls = one.outcome is Outcome.REMISSION
        assert (steps <= 1e-12).all() if falls else (steps >= -1e-12).all()


def test_every_interval_holds_its_figure(made: Forecast) -> None:
    lines = [one.line for one in made.outcomes] + [made.alive, made.relapse]
    lines += [plan.remission_difference for plan in made.plans]
    for line in lines:
        assert (np.array(line.low) <= np.array(line.value) + 1e-9).all()
        assert (np.array(line.value) <= np.array(line.high) + 1e-9).all()


def test_a_forecast_rests_on_enough_and_says_what_it_used(made: Forecast) -> None:
    assert 50 <= made.effective_children <= made.at_risk < len(small_library())
    assert {one.what.nl for one in made.used} >= {"CAR-T-kopieën", "leukemie in het beenmerg"}
    assert {plan.plan.kind for plan in made.plans} <= {PlanKind.TRANSPLANT, PlanKind.REINFUSION}
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False))["months"][-1] == 24


def test_nothing_after_the_day_is_read() -> None:
    compared = 0
    for course in fresh_courses()[:25]:
        day = course.infusion_days[0] + 28
        try:
            whole = forecast(course, day, small_library())
        except Refusal:
            continue
        assert forecast(cut(course, day), day, small_library()) == whole
        later = (*course.events, Relapse(day + 1, event_id="later"))
        assert forecast(replace(course, events=later), day, small_library()) == whole
        compared += 1
    assert compared >= 8


def test_cells_that_hold_on_and_cells_that_are_gone_are_told_apart() -> None:
    """B cells back in month 3 is the article's road to CD19-positive relapse."""

    def at_month_3(b_cells: float, car_t: float) -> Forecast:
        day = INFUSED + 91
        course = drawn(
            copies(10, 20_000.0),
            copies(91, car_t),
            Measurement(day, analyte=Analyte.B_CELLS, value=b_cells, unit="cells/µL"),
            Assessment(day, response=Response.CR, mrd_result=MrdResult.NEGATIVE),
        )
        return forecast(course, day, small_library())

    gone, held = at_month_3(20.0, 60.0), at_month_3(1.0, 900.0)
    relapse = Outcome.CD19_POSITIVE
    assert gone.of(relapse).value[12] > held.of(relapse).value[12] + 0.1


REFUSED: dict[str, tuple[Course, int]] = {
    "not_infused": (Course("P-001", Origin.RECORDED, (Diagnosis(-400),)), 20),
    "infusion_not_dated": (
        Course("P-001", Origin.RECORDED, (Infusion(40, precision=Precision.MONTH),)),
        60,
    ),
    "relapsed": (drawn(Relapse(INFUSED + 60)), INFUSED + 90),
    "died": (drawn(Death(INFUSED + 60)), INFUSED + 90),
    "not_in_remission": (
        drawn(Assessment(INFUSED + 60, response=Response.NO_RESPONSE)),
        INFUSED + 60,
    ),
    "treated_since": (drawn(Transplant(INFUSED + 60)), INFUSED + 61),
    "earlier_car_t": (drawn(PriorTherapy(-200, therapy=PriorKind.CAR_T)), INFUSED + 28),
    "other_product": (
        drawn(Product(5, product_id="X-1", product=ProductKind.CD22)),
        INFUSED + 28,
    ),
    "too_late": (drawn(Assessment(INFUSED + 400, response=Response.CR)), INFUSED + 400),
    "outside_age_years": (replace(drawn(), age_days_at_day0=14_000), INFUSED + 28),
    "outside_library": (drawn(copies(10, 3e9)), INFUSED + 28),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_child_without_a_forecast_is_told_why(code: str) -> None:
    course, day = REFUSED[code]
    with pytest.raises(Refusal) as refused:
        forecast(course, day, small_library())
    assert refused.value.code == code
    for part in (refused.value.fact, refused.value.why, refused.value.remedy):
        assert part.en.endswith(".")
        assert part.nl.endswith(".")
        assert part.en != part.nl
    assert "P-001" not in str(refused.value)
    assert not any(letter.isdigit() for letter in str(refused.value))


def test_second_infusions_and_new_therapy_are_treatment_since() -> None:
    for event in (Infusion(INFUSED + 50), NewTherapy(INFUSED + 50)):
        with pytest.raises(Refusal, match="treated_since"):
            forecast(drawn(event), INFUSED + 60, small_library())
        assert forecast(drawn(event), INFUSED + 49, small_library()).from_day == INFUSED + 28


def test_values_that_fit_nobody_together_are_refused() -> None:
    """Copies that jump a thousandfold from one day to the next and back, each of them usual."""
    jumps = [copies(day, 60_000.0 if day % 2 else 200.0) for day in range(8, 20)]
    with pytest.raises(Refusal, match="unlike_any"):
        forecast(drawn(*jumps), INFUSED + 28, small_library())


def test_too_few_alike_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from cartulary.studies.child_forecast import forecast as asked

    monkeypatch.setattr(asked, "FEWEST_EFFECTIVE", 1e6)
    with pytest.raises(Refusal, match="too_few_alike") as refused:
        forecast(drawn(), INFUSED + 28, small_library())
    assert "cartulary forecast library --children" in refused.value.remedy.en


def test_a_plan_changes_nothing_before_its_day_for_the_same_children() -> None:
    library = small_library()
    planned = np.asarray(library.planned)
    assert 0 < planned.sum() < len(library)
    for place, plan in enumerate(PLANS[1:], start=1):
        came, under = library.came_day[0][planned], library.came_day[place][planned]
        before = came <= plan.day
        assert before.any()
        assert np.array_equal(came[before], under[before])
        assert (library.came_day[place][~planned] == library.came_day[0][~planned]).all()
        assert (came[~before] != under[~before]).any()


def test_transplant_spares_relapse_and_costs_lives_in_the_library() -> None:
    library = small_library()
    planned = np.asarray(library.planned) & (library.came_day[0] > 70)
    death = list(Outcome).index(Outcome.DEATH)
    relapse = [list(Outcome).index(one) for one in RELAPSES]
    nothing, grafted = library.came_first[0][planned], library.came_first[1][planned]
    assert np.isin(grafted, relapse).mean() < np.isin(nothing, relapse).mean()
    assert (grafted == death).mean() > (nothing == death).mean()


def test_a_library_comes_back_whole_and_is_refused_when_it_does_not_match(tmp_path) -> None:  # type: ignore[no-untyped-def]
    library = small_library()
    folder = tmp_path / "library"
    save(library, folder)
    again = load(folder)
    assert again.about == library.about
    assert np.array_equal(again.ln_copies, library.ln_copies)
    course = drawn(copies(10, 20_000.0))
    assert forecast(course, 68, again) == forecast(course, 68, library)
    with pytest.raises(LibraryError, match="was made with"):
        load(folder, fingerprint="another")
    (folder / "draw.npy").write_bytes(b"cut off")
    with pytest.raises(LibraryError, match="cannot be read"):
        load(folder)
    (folder / ABOUT_FILE).unlink()
    with pytest.raises(LibraryError, match="cartulary forecast library --out"):
        load(folder)
    (folder / "letter.txt").write_text("mine")
    with pytest.raises(LibraryError, match=r"letter\.txt"):
        save(library, folder)


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("CARTULARY_FORECAST_LIBRARY", str(tmp_path))
    assert default_folder(tmp_path / "home") == tmp_path


def test_the_same_seed_gives_the_same_library() -> None:
    from cartulary.studies.child_forecast.build import make
    from tests.studies.forecast_library import small_source

    one, other = (
        make(small_source(), draws=2, children=20, planned=6, threads=threads) for threads in (1, 2)
    )
    assert one.about == other.about
    assert np.array_equal(one.known, other.known)
    assert np.array_equal(one.came_day, other.came_day)
    assert one.came_day.min() >= 0
    assert (one.came_day == NEVER).any()


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "not for decisions"), ("nl", "niet voor beslissingen")],
)
def test_the_command_prints_a_forecast_or_why_not(tmp_path, language: str, says: str) -> None:  # type: ignore[no-untyped-def]
    from cartulary.cli.forecast import command

    save(small_library(), tmp_path / "library")
    courses = [one for one in fresh_courses() if not one.all(Relapse)][:6]
    Cohort.from_courses(courses).write_parquet(tmp_path / "cohort.parquet")
    outcomes = set()
    for course in courses:
        asked = [
            str(tmp_path / "cohort.parquet"),
            *("--child", course.course_id, "--after", "28"),
            *("--library", str(tmp_path / "library"), "--language", language),
        ]
        result = CliRunner().invoke(command, asked)
        outcomes.add(result.exit_code)
        if result.exit_code == 0:
            assert says in result.output
            assert "CD19" in result.output
        else:
            start = "Geen voorspelling." if language == "nl" else "No forecast."
            assert start in result.output
    assert 0 in outcomes
