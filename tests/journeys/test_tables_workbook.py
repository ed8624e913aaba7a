# SPDX-License-Identifier: Apache-2.0
"""A workbook as Excel leaves it: date cells, percentages, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cartulary.course import Precision
from cartulary.course.events import Assessment, Infusion, Relapse
from cartulary.course.tables import read_programme

ABOUT = (("sleutel", "waarde"), ("herkomst", "vastgelegd"), ("peildatum", date(2023, 12, 31)))
CHILDREN = (("kind", "geslacht", "indicatiedatum"), (1, "v", date(2020, 3, 10)))


def workbook(place: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> openpyxl.Workbook:
    """A workbook with a description, one child called 1, and these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in {"Programma": ABOUT, "Kinderen": CHILDREN, **sheets}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(place)
    return book


def rules(place: Path) -> list[str]:
    """The rules that found something."""
    return [problem.rule for problem in read_programme(place).problems]


def test_cells_as_excel_keeps_them(tmp_path: Path) -> None:
    place = tmp_path / "programma.xlsx"
    book = workbook(
        place,
        {
            "Infusie": [
                ("kind", "datum", "dosis per kg", "gewicht (kg)", "productnummer"),
                (1, datetime(2020, 5, 1, 0, 0), 1.2e6, 33.125, 7),
            ],
            "Beoordeling": [
                ("kind", "datum", "blasten in beenmerg (%)", "B-cel-aplasie"),
                ("1", 43907, 0.05, True),
            ],
            "Recidief": [("kind", "datum"), (1, date(2021, 2, 1))],
            "Codeboek": [("kind", "wat dan ook"), ("x", 1)],
            "_kladblok": [("kind", "wat dan ook"), ("x", 1)],
        },
    )
    book["Beoordeling"]["C2"].number_format = "0%"
    book["Recidief"]["B2"].number_format = "mmm\\-yy"
    book.save(place)
    programme = read_programme(place)
    assert not programme.problems
    assert programme.cohort is not None
    course = programme.cohort.course("1")
    infusion = course.all(Infusion)[0]
    assert (infusion.day, infusion.dose_cells_per_kg, infusion.weight_kg) == (52, 1.2e6, 33.125)
    assert (infusion.product_id, infusion.source) == ("7", "programma.xlsx sheet Infusie row 2")
    assessment = course.all(Assessment)[0]
    assert (assessment.day, assessment.marrow_blasts_percent) == (7, 5.0)
    assert assessment.b_cell_aplasia is True
    relapse = course.all(Relapse)[0]
    assert (relapse.precision, relapse.day) == (Precision.MONTH, 342)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("=1+1", "cell.formula"),
        ("#DIV/0!", "cell.error"),
        (time(14, 30), "cell.clock"),
        (True, "date.unreadable"),
        (3, "date.out_of_range"),
        (date(2099, 1, 1), "date.out_of_range"),
        (-4, "date.unreadable"),
        (1e300, "date.unreadable"),
    ],
)
def test_a_date_cell_that_is_none(tmp_path: Path, cell: Any, rule: str) -> None:
    place = tmp_path / "p.xlsx"
    workbook(place, {"Recidief": [("kind", "datum"), (1, cell)]})
    assert rules(place) == [rule]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("=1+1", "cell.formula"),
        (date(2020, 1, 2), "number.other_type"),
        (True, "number.other_type"),
        ("#N/A", "cell.error"),
    ],
)
def test_a_number_cell_that_is_none(tmp_path: Path, cell: Any, rule: str) -> None:
    place = tmp_path / "p.xlsx"
    workbook(place, {"Infusie": [("kind", "datum", "gewicht"), (1, date(2020, 5, 1), cell)]})
    assert rules(place) == [rule]


def test_a_formula_for_a_child_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "p.xlsx"
    workbook(place, {"Recidief": [("kind", "datum"), ("=A1", date(2020, 5, 1))]})
    assert rules(place) == ["cell.formula"]


def test_merged_cells_are_refused_and_named(tmp_path: Path) -> None:
    place = tmp_path / "p.xlsx"
    book = workbook(place, {"Recidief": [("kind", "datum"), (1, date(2021, 2, 1)), ("", "")]})
    book["Recidief"].merge_cells("A2:A3")
    book.save(place)
    found = read_programme(place).problems
    assert [problem.rule for problem in found] == ["sheet.merged_cells"]
    assert "A2:A3" in found[0].fact
    assert found[0].file == "p.xlsx sheet Recidief"


def test_a_sheet_of_no_known_kind(tmp_path: Path) -> None:
    place = tmp_path / "p.xlsx"
    workbook(place, {"Blad7": [("iets", "anders"), (1, 2)]})
    assert rules(place) == ["file.unknown_kind"]
    assert read_programme(place).cohort is not None, "it holds no events"
    workbook(place, {"Blad7": [("kind", "anders"), (1, 2)]})
    assert read_programme(place).cohort is None, "it may hold events"


def test_a_workbook_that_counts_from_1904_is_mentioned(tmp_path: Path) -> None:
    place = tmp_path / "p.xlsx"
    book = workbook(place, {"Recidief": [("kind", "datum"), (1, date(2021, 2, 1))]})
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(place)
    programme = read_programme(place)
    assert [problem.rule for problem in programme.problems] == ["workbook.from_1904"]
    assert programme.cohort is not None
    assert programme.cohort.course("1").all(Relapse)[0].day == 328


def test_a_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    place = tmp_path / "p.xlsx"
    book = workbook(place, {"Recidief": [("kind", "datum"), (1, date(2021, 2, 1))]})
    book["Recidief"]["XFD1048576"] = " "
    book.save(place)
    assert rules(place) == []
