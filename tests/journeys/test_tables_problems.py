# SPDX-License-Identifier: Apache-2.0
"""Bad input: every problem named with its place and remedy, nothing half-read, nothing raised."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from cartulary.course.problem import Problem, Severity
from cartulary.course.tables import read_programme
from cartulary.course.tables.findings import LISTED_PER_FILE
from cartulary.course.tables.saving import Sheet, save_workbook
from tests.journeys.programme_folder import folder


def problems(place: Path) -> list[Problem]:
    """Everything found; with an error there is no cohort, and each problem is whole."""
    programme = read_programme(place)
    assert (programme.cohort is None) == programme.has_errors
    for problem in programme.problems:
        assert problem.rule
        assert problem.fact
        assert problem.why
        assert problem.remedy
        assert problem.file
    return list(programme.problems)


def only(place: Path) -> Problem:
    """The one problem that is found."""
    found = problems(place)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_a_problem_names_file_row_column_value_why_and_remedy(tmp_path: Path) -> None:
    text = "child,date,site\nP-001,2021-02-01,marrow\nP-001,03/04/2021,liver\n"
    date, site = problems(folder(tmp_path, {"relapse.csv": text}))
    assert (date.file, date.row, date.column, date.value) == (
        "relapse.csv",
        3,
        "date",
        "03/04/2021",
    )
    assert (date.rule, date.course_id, date.severity) == ("date.ambiguous", "P-001", Severity.ERROR)
    assert "2021-04-03 or 2021-03-04" in date.remedy
    assert (site.row, site.column, site.value) == (3, "site", "liver")


CELLS = [
    ("relapse", "date", "31-02-2021", "date.impossible"),
    ("relapse", "date", "03/04/2021", "date.ambiguous"),
    ("relapse", "date", "1-2-21", "date.short_year"),
    ("relapse", "date", "3 mrt 21", "date.short_year"),
    ("relapse", "date", "2099-01-01", "date.out_of_range"),
    ("relapse", "date", "soon", "date.unreadable"),
    ("relapse", "date", "1999999999999-01-01", "date.unreadable"),
    ("relapse", "day", "12.5", "cell.not_whole"),
    ("relapse", "day", "2021-01-01", "day.is_date"),
    ("relapse", "day", "999999", "day.out_of_range"),
    ("relapse", "site", "liver", "cell.unknown_choice"),
    ("relapse", "b_cell_aplasia", "perhaps", "cell.not_yes_no"),
    ("relapse", "b_cell_aplasia", "-", "cell.not_yes_no"),
    ("infusion", "weight_kg", "1.234", "number.ambiguous"),
    ("infusion", "weight_kg", "inf", "number.not_finite"),
    ("infusion", "weight_kg", "NaN", "number.not_finite"),
    ("infusion", "weight_kg", "-3", "cell.impossible"),
    ("infusion", "weight_kg", "1e999", "number.unreadable"),
    ("infusion", "weight_kg", "1e400", "number.unreadable"),
    ("infusion", "weight_kg", "12.34.56", "number.unreadable"),
    ("infusion", "weight_kg", "heavy", "number.unreadable"),
    ("infusion", "weight_kg", "30 stone", "number.unit"),
    ("infusion", "weight_kg", "<30", "number.sign"),
    ("infusion", "number", "1.5", "cell.not_whole"),
    ("infusion", "number", "0", "cell.impossible"),
    ("assessment", "marrow_blasts_percent", "101", "cell.impossible"),
]


@pytest.mark.parametrize(("table", "column", "value", "rule"), CELLS)
def test_a_cell_that_cannot_be_taken(
    tmp_path: Path, table: str, column: str, value: str, rule: str
) -> None:
    header, row = ("child,date", "P-001,2021-02-01")
    text = (
        f"child,{column}\nP-001,{value}\n"
        if column in ("date", "day")
        else f"{header},{column}\n{row},{value}\n"
    )
    found = only(folder(tmp_path, {f"{table}.csv": text}))
    assert (found.rule, found.value, found.row, found.course_id) == (rule, value, 2, "P-001")


TABLES = [
    ("child,date,site,site\nP-001,2021-02-01,BM,BM\n", "header.twice"),
    ("child,date,cd19 status,CD19-status\nP-001,2021-02-01,pos,pos\n", "header.twice"),
    ("date,site\n2021-02-01,BM\n", "header.no_child"),
    ("child,date,sitee\nP-001,2021-02-01,BM\n", "header.unknown"),
    ("child,date,site\nP-001,2021-02-01,BM,extra\n", "row.too_wide"),
    ("child,date,\nP-001,2021-02-01,stray\n", "row.too_wide"),
    ("child,date\n,2021-02-01\n", "row.no_child"),
    ("child,date\nP-777,2021-02-01\n", "row.unknown_child"),
    ("child,date,day\nP-001,2021-02-01,3\n", "row.two_days"),
    ("child,day,precision\nP-001,3,date unknown\n", "row.day_unknown"),
    ('child,date\nP-001,"2021-02-01\n', "file.broken"),
    ("child,date,event\nP-001,2021-02-01,r\nP-001,2021-02-02,r\n", "event.twice"),
    ("child,date,event,replaces\nP-001,2021-02-01,r,q\n", "event.replaces_nothing"),
]


@pytest.mark.parametrize(("text", "rule"), TABLES)
def test_a_table_that_cannot_be_taken(tmp_path: Path, text: str, rule: str) -> None:
    found = only(folder(tmp_path, {"relapse.csv": text}))
    assert (found.rule, found.severity) == (rule, Severity.ERROR)


def test_corrections_in_a_circle_are_refused(tmp_path: Path) -> None:
    rows = "P-001,2021-02-01,a,c\nP-001,2021-02-02,b,a\nP-001,2021-02-03,c,b\n"
    found = problems(folder(tmp_path, {"relapse.csv": f"child,date,event,replaces\n{rows}"}))
    assert [problem.rule for problem in found] == ["event.circle"] * 3
    assert [problem.row for problem in found] == [2, 3, 4]


def test_two_corrections_of_one_event_are_refused(tmp_path: Path) -> None:
    rows = "P-001,2021-02-01,a,\nP-001,2021-02-02,b,a\nP-001,2021-02-03,c,a\n"
    found = only(folder(tmp_path, {"relapse.csv": f"child,date,event,replaces\n{rows}"}))
    assert (found.rule, found.row) == ("event.replaced_twice", 4)


def test_a_long_chain_of_corrections_takes_no_time(tmp_path: Path) -> None:
    rows = "".join(f"P-001,2021-02-01,e{n},{f'e{n - 1}' if n else ''}\n" for n in range(5000))
    place = folder(tmp_path, {"relapse.csv": f"child,date,event,replaces\n{rows}"})
    start = time.process_time()
    cohort = read_programme(place).cohort
    assert cohort is not None
    assert cohort.events["relapse"]["event_id"].to_list() == ["e4999"]
    assert time.process_time() - start < 5


def test_a_near_miss_is_suggested(tmp_path: Path) -> None:
    header = only(folder(tmp_path / "a", {"relapse.csv": "child,date,plats\nP-001,2021,BM\n"}))
    assert "'plaats'" in header.remedy
    choice = only(folder(tmp_path / "b", {"relapse.csv": "child,date,site\nP-001,2021,marow\n"}))
    assert "'marrow'" in choice.remedy
    table = problems(folder(tmp_path / "c", {"relaps.csv": "child,date\nP-001,2021-02-01\n"}))
    assert [(p.rule, "'relapse'" in p.remedy) for p in table] == [("file.unknown_kind", True)]
    child = only(folder(tmp_path / "d", {"relapse.csv": "child,date\np-1,2021-02-01\n"}))
    assert "'P-001'" in child.remedy


def test_a_column_that_identifies_is_named_and_its_contents_never(tmp_path: Path) -> None:
    place = folder(tmp_path, {"relapse.csv": "child,date,achternaam\nP-001,2021-02-01,Jansen\n"})
    found = only(place)
    assert (found.rule, found.severity) == ("header.identifying", Severity.WARNING)
    assert "Jansen" not in str(found)


def test_what_a_programme_lacks(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert only(empty).rule == "programme.missing"
    assert only(tmp_path / "nothing").rule == "programme.missing"
    no_rows = folder(tmp_path / "no_rows", {"children.csv": "child,indication_date\n"})
    assert only(no_rows).rule == "programme.empty"
    no_children = folder(tmp_path / "none", {"relapse.csv": "child,date\nP-001,2021-02-01\n"})
    (no_children / "children.csv").unlink()
    assert only(no_children).rule == "programme.no_children"
    undescribed = folder(tmp_path / "undescribed", {})
    (undescribed / "programme.csv").unlink()
    assert only(undescribed).rule == "programme.no_description"
    no_origin = folder(tmp_path / "no_origin", {"programme.csv": "key,value\nname,x\n"})
    assert {p.rule for p in problems(no_origin)} == {"child.no_origin"}


def test_a_child_twice_and_a_birth_after_day_0(tmp_path: Path) -> None:
    twice = "child,indication_date\nP-001,2020-03-10\nP-001,2020-03-11\n"
    found = only(folder(tmp_path / "a", {"children.csv": twice}))
    assert (found.rule, found.row) == ("child.twice", 3)
    unborn = "child,birth_date,indication_date\nP-001,2021-01-01,2020-03-10\n"
    found = only(folder(tmp_path / "b", {"children.csv": unborn}))
    assert found.rule == "child.age"
    assert "2021" not in str(found), "a birth date identifies"


def test_a_date_without_day_0_is_one_problem_a_child(tmp_path: Path) -> None:
    rows = "P-001,2021-02-01\n" * 5
    place = folder(
        tmp_path,
        {
            "children.csv": "child,indication_date\nP-001,\nP-002,2020-03-10\n",
            "relapse.csv": f"child,date\n{rows}",
        },
    )
    found = only(place)
    assert (found.rule, found.course_id) == ("child.no_day0", "P-001")
    assert "5 rows" in found.fact


def test_a_measurement_in_an_unknown_unit(tmp_path: Path) -> None:
    text = "child,date,analyte,value,unit\nP-001,2020-06-01,ANC,3,furlong\n"
    assert only(folder(tmp_path / "a", {"measurement.csv": text})).rule == "measurement.unit"
    text = "child,date,analyte,value\nP-001,2020-06-01,ANC,3\n"
    found = only(folder(tmp_path / "b", {"measurement.csv": text}))
    assert (found.rule, found.severity) == ("measurement.no_unit", Severity.WARNING)
    text = "child,date,dose per kg (stone)\nP-001,2020-06-01,3\n"
    assert only(folder(tmp_path / "c", {"infusion.csv": text})).rule == "header.unit"


MISLABELLED = {
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "workbook": b"PK\x03\x04" + bytes(100),
    "old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "compressed": b"\x1f\x8b\x08" + bytes(50),
    "no text at all": bytes(range(256)) * 3,
}


@pytest.mark.parametrize("content", MISLABELLED.values(), ids=MISLABELLED)
def test_a_file_that_is_no_table(tmp_path: Path, content: bytes) -> None:
    found = only(folder(tmp_path, {"relapse.csv": content}))
    assert (found.rule, found.file) in (
        ("file.not_text", "relapse.csv"),
        ("file.encoding", "relapse.csv"),
    )


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"child,date\n", b"PK\x05\x06" + bytes(18), bytes(1000)]
)
def test_a_workbook_that_is_none(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "programme.xlsx"
    place.write_bytes(content)
    assert only(place).rule in ("file.not_workbook", "file.broken")


def test_a_workbook_that_would_unpack_without_end(tmp_path: Path) -> None:
    place = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        block = bytes(1 << 20)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            for _ in range(300):
                stream.write(block)
    start = time.process_time()
    assert only(place).rule == "file.too_large"
    assert time.process_time() - start < 2


def test_a_workbook_of_nested_entities_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.xlsx"
    save_workbook([Sheet("programme", "Programme", ("key", "value"), ())], whole, "en")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 50 + b'">'
    for one, other in zip("bcdefghij", "abcdefghi", strict=True):
        bomb += f'<!ENTITY {one} "{f"&{other};" * 10}">'.encode()
    bomb += b"]><x>&j;</x>"
    stream = io.BytesIO()
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(stream, "w") as made:
        for part in given.namelist():
            made.writestr(part, bomb if part == "xl/workbook.xml" else given.read(part))
    place = tmp_path / "entities.xlsx"
    place.write_bytes(stream.getvalue())
    assert only(place).rule == "file.broken"


def test_ten_thousand_errors_are_all_reported_in_bounded_time(tmp_path: Path) -> None:
    rows = "".join(f"P-001,2021-02-3{n % 10}x{n},liver{n}\n" for n in range(5000))
    place = folder(tmp_path, {"relapse.csv": f"child,date,site\n{rows}"})
    start = time.process_time()
    found = problems(place)
    assert len(found) == 10_000
    assert {problem.row for problem in found} == set(range(2, 5002))
    assert time.process_time() - start < 20


def test_a_hundred_thousand_strange_words_and_columns_take_bounded_time(tmp_path: Path) -> None:
    rows = "".join(f"P-001,2021-02-01,liver{n * 7919}\n" for n in range(100_000))
    wide = ",".join(f"shoe size {n}" for n in range(20_000))
    tables = {"relapse.csv": f"child,date,site\n{rows}", "death.csv": f"child,{wide}\nP-001\n"}
    start = time.process_time()
    found = problems(folder(tmp_path, tables))
    assert found[0].rule == "header.too_wide"
    assert len(found) == LISTED_PER_FILE + 2
    assert time.process_time() - start < 30


def test_more_than_one_file_may_list_are_counted(tmp_path: Path) -> None:
    count = LISTED_PER_FILE + 500
    place = folder(tmp_path, {"relapse.csv": "child,date\n" + "P-001,soon\n" * count})
    found = problems(place)
    assert len(found) == LISTED_PER_FILE + 1
    assert found[-1].rule == "file.more_problems"
    assert found[-1].fact.startswith("500 more")


def test_the_good_courses_alone_and_the_others_named(tmp_path: Path) -> None:
    text = "child,date\nP-001,soon\nP-002,2021-08-01\np 1,2021-02-01\nX,2021-02-01\n"
    place = folder(tmp_path, {"relapse.csv": text})
    assert read_programme(place).cohort is None
    programme = read_programme(place, good_courses_only=True)
    assert programme.has_errors
    assert programme.cohort is not None
    assert programme.cohort.course_ids == ("P-002",)
    assert {left.course_id for left in programme.left_out} == {"P-001", "p 1", "X"}
    assert next(iter(programme.left_out)).reason.startswith("2 errors")


def test_an_unreadable_file_leaves_no_course_certain(tmp_path: Path) -> None:
    place = folder(tmp_path, {"relapse.csv": MISLABELLED["picture"]})
    assert read_programme(place, good_courses_only=True).cohort is None


def test_two_files_of_one_kind_are_refused(tmp_path: Path) -> None:
    text = "child,date\nP-001,2021-02-01\n"
    found = only(folder(tmp_path, {"relapse.csv": text, "recidief.csv": text}))
    assert found.rule == "file.twice"


def test_a_file_locked_or_gone_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    place = folder(tmp_path, {})
    (place / "relapse.csv").symlink_to(place / "gone.csv")
    (place / "death.csv").mkdir()
    assert only(place).rule == "file.unreadable"
    assert only(place / "programme.csv").rule == "programme.missing"
    assert only(tmp_path / "a\0b").rule == "programme.missing"
