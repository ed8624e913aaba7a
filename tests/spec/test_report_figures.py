# SPDX-License-Identifier: Apache-2.0
"""Every figure N1 to N8 of the article stands in the example's report.json, with its unit."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from cartulary.course.tables import read_programme
from cartulary.reports.figures_json import render_json
from cartulary.reports.programme_report import build_report
from cartulary.studies.programme import programme_figures

Figures = dict[str, dict[str, Any]]
CONTRACT = (
    "id",
    "endpoint",
    "definition",
    "unit",
    "n",
    "events",
    "at_days",
    "value",
    "low",
    "high",
    "method",
    "origin",
    "missing",
)
UNITS = {"child", "infusion", "apheresis", "relapse", "product"}


@pytest.fixture(scope="module")
def example(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the example, as its own script writes them."""
    script = repository / "examples" / "maxima_2020" / "write_tables.py"
    spec = importlib.util.spec_from_file_location("example_build", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder: Path = module.write(tmp_path_factory.mktemp("example"))
    return folder


@pytest.fixture(scope="module")
def content(example: Path) -> dict[str, Any]:
    """The example's report.json."""
    programme = read_programme(example)
    assert programme.cohort is not None
    figures = programme_figures(programme.cohort, not_reported=programme.not_reported)
    found: dict[str, Any] = json.loads(render_json(build_report(figures, programme, "en")))
    return found


@pytest.fixture(scope="module")
def figures(content: dict[str, Any]) -> Figures:
    """The figures by id."""
    return {figure["id"]: figure for figure in content["figures"]}


# Of each line: what the article says, the figure's id, its unit, events, and of how many.
ARTICLE = (
    ("N2: 19 infused of 26", "flow.infused", "child", 19, 26),
    ("N2: 3 infused twice", "flow.reinfused", "child", 3, 19),
    ("N4: 4 within 2 months", "relapse.early", "child", 4, 19),
    ("N4: 2 CD19-negative", "relapse.cd19_negative", "child", 2, 19),
    ("N4: 3 CD19-positive", "relapse.cd19_positive", "child", 3, 19),
    ("N5: CRS in 9 of 22", "crs.any.infusion", "infusion", 9, 22),
    ("N5: none life-threatening", "crs.grade_4.infusion", "infusion", 0, 22),
    ("N6: no ICANS", "icans.any.infusion", "infusion", 0, 22),
    ("N7: febrile neutropenia", "febrile_neutropenia.any.infusion", "infusion", 13, 22),
    ("N7: 17%", "neutropenia_beyond_day_28.any.infusion", "infusion", 3, 18),
    ("N7: one zoster", "infection.reactivation.varicella_zoster", "child", 1, 19),
    ("N8: transplant in 5 of 19", "transplant.any", "child", 5, 19),
    ("N8: 1 for relapse", "transplant.relapse", "child", 1, 19),
    ("N8: 4 as consolidation", "transplant.consolidation", "child", 4, 19),
)
COUNTED = (
    ("N1: 26 patients", "flow.indication", "child", 26),
    ("N1: 31 aphereses", "flow.aphereses", "apheresis", 31),
    ("N2: 22 infusions", "flow.infusions", "infusion", 22),
)


@pytest.mark.parametrize(("says", "name", "unit", "events", "n"), ARTICLE)
def test_a_figure_of_the_article_is_in_the_report(
    figures: Figures, says: str, name: str, unit: str, events: int, n: int
) -> None:
    figure = figures[name]
    assert (figure["unit"], figure["events"], figure["n"]) == (unit, events, n), says
    assert figure["value"] == events / n
    assert figure["origin"] == "reconstructed"


@pytest.mark.parametrize(("says", "name", "unit", "count"), COUNTED)
def test_a_count_of_the_article_is_in_the_report(
    figures: Figures, says: str, name: str, unit: str, count: int
) -> None:
    assert (figures[name]["unit"], figures[name]["value"]) == (unit, count), says


def test_about_forty_per_cent_is_event_free_at_twelve_months(figures: Figures) -> None:
    figure = figures["efs.hypothetical.infusion.at_365"]
    assert figure["unit"] == "child"
    assert (figure["n"], figure["at_days"]) == (19, 365)
    assert round(figure["value"], 2) == 0.40
    assert figure["low"] < 0.40 < figure["high"]
    assert figure["definition"].startswith("efs.hypothetical.infusion, edition ")


def test_relapses_fall_in_the_months_the_article_gives(figures: Figures) -> None:
    days = {
        name: figures[f"relapse.{name}.days_after_infusion"]
        for name in ("early", "cd19_negative", "cd19_positive")
    }
    assert days["early"]["high"] <= 61
    assert 5 * 30 < days["cd19_negative"]["low"] <= days["cd19_negative"]["high"] < 7 * 31
    assert 9 * 30 <= days["cd19_positive"]["low"] <= days["cd19_positive"]["high"] <= 10 * 31
    assert figures["relapse.cd19_negative.aplasia_ongoing"]["events"] == 2
    assert figures["relapse.cd19_positive.aplasia_lost"]["events"] == 3


def test_crs_was_treated_with_tocilizumab_and_dexamethasone(figures: Figures) -> None:
    assert figures["treatment.tocilizumab"]["events"] > 0
    assert figures["treatment.dexamethasone"]["events"] > 0


def test_overall_survival_is_not_reported_so_there_is_no_figure_of_it(figures: Figures) -> None:
    assert not [name for name in figures if name.split(".")[0] == "os"]


def test_who_could_not_be_judged_is_counted_beside_the_figure(figures: Figures) -> None:
    assert figures["neutropenia_beyond_day_28.any.infusion"]["missing"] == 4


def test_every_figure_keeps_the_contract(content: dict[str, Any]) -> None:
    for figure in content["figures"]:
        assert set(CONTRACT) <= set(figure), figure["id"]
        assert figure["unit"] in UNITS, figure["id"]
        assert figure["origin"] == content["origin"]
        if figure["events"] is not None:
            assert 0 <= figure["events"] <= figure["n"]


def test_an_id_stands_for_one_figure(content: dict[str, Any]) -> None:
    names = [figure["id"] for figure in content["figures"]]
    assert len(names) == len(set(names))


def test_both_languages_hold_the_same_figures(example: Path, content: dict[str, Any]) -> None:
    programme = read_programme(example)
    assert programme.cohort is not None
    figures = programme_figures(programme.cohort, not_reported=programme.not_reported)
    dutch = json.loads(render_json(build_report(figures, programme, "nl")))
    assert dutch["figures"] == content["figures"]


def test_the_flow_accounts_for_every_child(figures: Figures) -> None:
    def events(prefix: str) -> int:
        return sum(
            figure["events"]
            for name, figure in figures.items()
            if name.startswith(prefix) and figure["events"] is not None
        )

    lost = events("flow.indication.") + events("flow.apheresis.") + events("flow.product.")
    assert lost + figures["flow.infused"]["events"] == 26
    assert events("flow.day_28.") == 19
    assert events("flow.one_year.") == 19
