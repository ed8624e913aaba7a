# SPDX-License-Identifier: Apache-2.0
"""Every worked example of the scales of the grid, typed by hand, is graded as the codebook does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cartulary.codebook.grading import grade_days
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import ExampleRow, ScaleExample
from cartulary.codebook.scale_reader import scale_named
from cartulary.registry import clock
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append, register

SCALES = ("astct_crs_2019", "astct_icans_2019", "penn_crs_2014")
INFUSION_DAY = 30
GRADED_DAY = 4
# Facts that follow from other days are made by what was found or given on those.
CARRIED = ("fever_earlier", "anticytokine_earlier")

ROWS = [
    pytest.param(scale, example, row, id=f"{scale.id}-{number}-{place}")
    for scale in map(scale_named, SCALES)
    for number, example in enumerate(scale.examples, start=1)
    if not example.settings
    for place, row in enumerate(example.rows, start=1)
]


def typed(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


@pytest.fixture
def grid_child(hand: Hand) -> Callable[[float | None], Child]:
    """A child of this age on the graded day, infused on day 30."""

    def made(age_years: float | None) -> Child:
        known = {}
        if age_years is not None:
            # Rounded up, so that a child of exactly 12 years is no day younger.
            days = -(-age_years * 365.25 // 1) - INFUSION_DAY - GRADED_DAY
            known = {"age_days_at_day0": int(days)}
        child = register(hand, course_id="M-077", day0=date(2020, 2, 3), now=clock.now(), **known)
        infusion = {"day": INFUSION_DAY, "facts": {"number": 1}}
        change = Change(child.key, "infusion-1", "infusion", "write", infusion, 0)
        append(hand, [change], now=clock.now())
        return child

    return made


def save(client: Client, child: Child, day: int, findings: dict[str, str]) -> None:
    """Type a day; where a reason is asked, give it and send the form again."""
    posted = {"day": str(day), "base_version": "0", "act": "save", **findings}
    url = reverse("toxicity:save", kwargs={"key": child.key})
    answer = client.post(url, posted)
    if answer.status_code == 200:
        asked = [one.target for one in answer.context["grid_wrong"]]
        posted |= {f"because_{target[2:]}": "seen" for target in asked if target[:2] == "b-"}
        posted |= {f"why_{target[2:]}": "seen" for target in asked if target[:2] == "w-"}
        answer = client.post(url, posted)
    assert answer.status_code == 302, answer.context["grid_wrong"]


def earlier_days(row: ExampleRow, scale: Scale) -> dict[int, dict[str, str]]:
    """What must be typed of earlier days for the facts that the row carries over."""
    facts = {name: row.facts.get(name) for name in CARRIED if name in scale.input_names}
    if all(value is None for value in facts.values()):
        return {}
    warm = "39" if facts.get("fever_earlier") else "36,8"
    day = {"temperature_c": warm}
    if facts.get("anticytokine_earlier") is not None:
        day["anticytokine_given"] = typed(facts["anticytokine_earlier"])
    return {GRADED_DAY - 1: day}


@pytest.mark.parametrize(("scale", "example", "row"), ROWS)
def test_a_worked_example_typed_through_the_grid_gets_its_grade(
    scale: Scale,
    example: ScaleExample,
    row: ExampleRow,
    client_of: Callable[..., Client],
    grid_child: Callable[[float | None], Child],
) -> None:
    age = row.facts.get("age_years", 7.0 if "age_years" not in scale.input_names else None)
    child = grid_child(age)  # type: ignore[arg-type]
    client = client_of(Role.CLINICIAN, lang="nl")
    for day, texts in earlier_days(row, scale).items():
        save(client, child, day, texts)
    findings = {
        name: typed(value)
        for name, value in row.facts.items()
        if scale.input(name).source.value == "finding"
    }
    if "anticytokine_earlier" in row.facts and not row.facts["anticytokine_earlier"]:
        findings.setdefault("anticytokine_given", "no")
    if not findings:
        # Nothing was seen: there is no day to type, and so no grade.
        assert row.grade is None
        return
    save(client, child, GRADED_DAY, findings)
    days = {d.days_after_infusion: d for d in grade_days(scale, course_of(child), 1)}
    graded = days[GRADED_DAY].graded
    assert graded.grade == row.grade, example.says.en
    if row.flags is not None:
        assert graded.flags == row.flags
    page = client.get(reverse("toxicity:grid", kwargs={"key": child.key}) + f"?day={GRADED_DAY}")
    shown = next(
        one["row"] for one in page.context["lines"] if one["row"].after == GRADED_DAY
    ).grades
    if scale.id == "penn_crs_2014":
        assert page.context["beside"].penn.grade == row.grade
    else:
        assert shown[SCALES.index(scale.id)].grade == row.grade
