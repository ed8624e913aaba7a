# SPDX-License-Identifier: Apache-2.0
"""The questions on production, long follow-up and earlier lines, answered with few children."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.parameter_reader import parameters
from cartulary.course.errors import CodebookError
from cartulary.reports.question_page import (
    answer_json,
    question_html,
    question_page,
    question_pdf,
)
from cartulary.studies.calibration.posterior import posterior
from cartulary.studies.earlier_lines.disease_free import free_by_year
from cartulary.studies.earlier_lines.fitter_cells import fitter
from cartulary.studies.follow_up_power.plan import read_plan
from cartulary.studies.questions import Answer, Sizes, answer, find_question, read_question
from cartulary.twin.simulate import Run, simulate_block
from tests.conftest import REPOSITORY

QUESTIONS = REPOSITORY / "examples" / "questions"
NAMES = ("Q6", "Q7", "Q8")
SIZES = Sizes(draws=2, children=60, programme=20, seed=1)


@cache
def answered(name: str) -> Answer:
    return answer(read_question(find_question(name, QUESTIONS)), posterior(), SIZES)


@cache
def in_json(name: str) -> Any:
    return json.loads(answer_json(answered(name)))


def cells(name: str, table_id: str) -> dict[str, list[Any]]:
    table = next(one for one in answered(name).found.to_json()["tables"] if one["id"] == table_id)
    return {
        row["label"]: dict(zip(table["columns"][1:], row["cells"], strict=True))
        for row in table["rows"]
    }


def points(name: str, panel: str, series: str) -> dict[float, float]:
    for figure in answered(name).found.figures:
        for one in figure.panels:
            if one.label == panel:
                found = next(each for each in one.series if each.label == series)
                return {float(p.x): p.quantity.value for p in found.points}
    raise AssertionError(f"{name} has no panel {panel}")


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_question_becomes_a_page(name: str, lang: str) -> None:
    page = question_page(answered(name), lang)
    html = question_html(page)
    assert f'<html lang="{lang}">' in html
    assert page.title in html
    assert "{" not in page.bold + page.lead
    assert question_pdf(page).startswith(b"%PDF")


def test_days_to_infusion_follow_the_making_and_the_queue() -> None:
    days = {
        one["arm"]: one["difference"]
        for one in in_json("Q7")["differences"]
        if one["outcome"] == "days_to_infusion"
    }
    assert days["next_day"] < days["in_house"] < 0 < days["one_place"]


def test_the_file_of_the_crowded_line_holds_what_the_line_gives() -> None:
    script = QUESTIONS / "Q7" / "write_queue.py"
    spec = importlib.util.spec_from_file_location("write_queue", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    held = module.FILE.read_text(encoding="utf-8")
    assert f"\n{module.quantiles_line()}\n" in held, f"run {script.name} again"


def test_the_table_of_the_line_says_where_it_cannot_keep_up() -> None:
    rows = cells("Q7", "line_table")
    assert rows["a_year_60"]["wait_1"] == "overrun"
    assert rows["a_year_60"]["wait_2"]["value"] > rows["a_year_20"]["wait_2"]["value"]
    assert rows["a_year_20"]["wait_1"]["value"] > rows["a_year_20"]["wait_2"]["value"]


def test_waiting_for_a_place_costs_infusions() -> None:
    infused = points("Q7", "infused", "in_house")
    assert infused[56.0] < infused[0.0]


def test_what_follow_up_excludes_is_the_exact_limit_of_its_patient_years() -> None:
    for row in cells("Q6", "by_size").values():
        for year in (2030, 2045):
            years, limit = row[f"years_{year}"]["value"], row[f"limit_{year}"]["value"]
            # Means over two draws of numbers that differ by a few per cent.
            assert limit == pytest.approx(-1000 * np.log(0.025) / years, rel=0.02)
    by_year = points("Q6", "highest_rate", "country")
    assert list(by_year.values()) == sorted(by_year.values(), reverse=True)


def test_a_closed_register_learns_no_more_and_an_open_one_does() -> None:
    closed, goes_on = (points("Q6", "power", one) for one in ("register_closed", "register"))
    assert closed[2058.0] == pytest.approx(closed[2046.0], abs=1e-9)
    assert goes_on[2058.0] > closed[2058.0]
    plan = read_plan(QUESTIONS / "Q6" / "follow_up.toml")
    entry = next(one.entry for one in plan.sizes if one.size_id == "register_closed")
    treated = entry.infused_a_year * entry.stops_after_years
    assert treated == pytest.approx(benchmarks()["cibmtr_2025"].n_infused)


def test_losing_children_puts_knowledge_off() -> None:
    years = {row: one["largest_years"]["value"] for row, one in cells("Q6", "by_scenario").items()}
    assert years["lost_none"] > years["lost_3"] > years["lost_10"]
    assert years["late"] < years["lost_3"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("background_per_1000 = 0.2", "background_per_1000 = -1", "background_per_1000"),
        ('benchmark = "cibmtr_2025"', 'benchmark = "nobody"', "No cohort"),
        ("shown_years = [2030, 2045]", "shown_years = [2045, 2030]", "rising order"),
        ("first_year = 2019", "first_yeer = 2019", "first_yeer"),
        ("lost_a_year = 0.03", "lost_a_year = 3", "lost_a_year"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (QUESTIONS / "Q6" / "follow_up.toml").read_text(encoding="utf-8")
    policy = (REPOSITORY / "examples" / "policies" / "maxima.toml").as_posix()
    assert old in text
    file = tmp_path / "follow_up.toml"
    file.write_text(
        text.replace("../../policies/maxima.toml", policy).replace(old, new), encoding="utf-8"
    )
    with pytest.raises(CodebookError, match=told):
        read_plan(file)


def test_controls_are_those_of_the_published_cohort() -> None:
    row = benchmarks()["aall0232"].estimate("dfs", 1826, subgroup="mrd_positive")
    assert row is not None
    assert points("Q8", "disease_free", "controls") == {5.0: row.value}


def test_disease_free_survival_falls_and_starts_at_all() -> None:
    free = list(points("Q8", "disease_free", "first_line").values())
    assert free[0] == 1.0
    assert free == sorted(free, reverse=True)


def test_disease_free_is_neither_relapsed_nor_dead() -> None:
    arm = read_question(find_question("Q8", QUESTIONS)).arm("first_line")
    run = Run(arm.population, arm.policy, parameters(), 5, 6 * 365.25)
    block = simulate_block(run, np.arange(150, dtype=np.int64))
    told = block.followed.histories
    until = told.infusion_day + 3 * 365.25
    infused = ~np.isnan(told.infusion_day)
    failed = (told.relapse_day <= until) | (told.death_day <= until)
    share, noise = free_by_year(block, parameters(), (3,))[0]
    # A relapse counts from the look that finds it: one child may fall to the other side.
    assert share == pytest.approx(1 - failed[infused].mean(), abs=1.5 / infused.sum())
    assert noise == pytest.approx(share * (1 - share) / infused.sum(), rel=0.05)


def test_fitter_cells_move_what_goes_along_with_fitness_and_nothing_else() -> None:
    base = parameters()
    assert fitter(base, 0.0).parameters == base.parameters
    moved = fitter(base, 2.0)
    changed = {name for name in base.parameters if moved.value(name) != base.value(name)}
    assert changed == {"destiny", "memory_fraction", "cd3_yield"}
    assert moved.value("memory_fraction") == pytest.approx(
        base.value("memory_fraction") * np.exp(2.0 * 0.5 * base["memory_fraction"].spread)
    )
