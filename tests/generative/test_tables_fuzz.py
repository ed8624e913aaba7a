# SPDX-License-Identifier: Apache-2.0
"""Nothing that stands in a file makes the reader fail: it answers with problems, and no more."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cartulary.course import Course, Origin
from cartulary.course.cohort import Cohort
from cartulary.course.events import Apheresis, Assessment, Infusion, Measurement, Relapse, Toxicity
from cartulary.course.events.observation import Analyte, ToxicityKind
from cartulary.course.tables import Programme, problems_csv, read_programme, write_programme
from cartulary.course.tables.columns import columns_of

ODD_CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        (
            "03/04/2020",
            "2099-01-01",
            "31-02-2020",
            "1.234",
            "1e999",
            "-1e-999",
            "inf",
            "nan",
            "-5",
            "=1+1",
            "'",
            "''",
            "'=",
            '"',
            "\0",
            "\ufeff",
            "😀",
            "0" * 500,
            "9" * 500,
            "x" * 5000,
            "²³",
            "١٢",
            "12,5,3",
            "<",
            "<5",
            "1 x 10^",
            "-",
            "e",
            "00-00-2020",
            "xx-xx-2020",
            "2020-13",
            "99999",
            "00000",
        )
    ),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)


@cache
def valid_tables() -> Mapping[str, bytes]:
    """A small programme without errors, a file a table."""
    courses = [
        Course(
            f"P-{number}",
            Origin.RECORDED,
            (
                Apheresis(7, number=1, cd3_yield_e9=1.5),
                Infusion(40, number=1, dose_cells_per_kg=1.2e6, weight_kg=30.0),
                Toxicity(43, toxicity=ToxicityKind.CRS, grade=2, end_day=48),
                Measurement(50, analyte=Analyte.FERRITIN, value=1234.5, unit="ng/mL"),
                Assessment(68, marrow_blasts_percent=0.5),
                Relapse(300),
            ),
        )
        for number in range(3)
    ]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "p"
        write_programme(Cohort.from_courses(courses), place)
        return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


@cache
def valid_workbook() -> bytes:
    """The same programme as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "p"
        place.mkdir()
        for name, content in valid_tables().items():
            (place / name).write_bytes(content)
        cohort = read_programme(place).cohort
        assert cohort is not None
        write_programme(cohort, Path(folder) / "p.xlsx")
        return (Path(folder) / "p.xlsx").read_bytes()


def clean(tables: Mapping[str, bytes]) -> Programme:
    """A folder read twice, with and without the good courses: an answer, and nothing written."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "p"
        place.mkdir()
        for name, content in tables.items():
            (place / name).write_bytes(content)
        programme = answer(place)
        after = {path.name: path.read_bytes() for path in place.iterdir()}
        assert after == dict(tables)
        return programme


def answer(place: Path) -> Programme:
    """What reading a place says, held against what it promises."""
    programme = read_programme(place)
    assert (programme.cohort is None) == programme.has_errors
    partly = read_programme(place, good_courses_only=True)
    assert partly.problems == programme.problems
    if partly.cohort is not None:
        left = {one.course_id for one in partly.left_out}
        assert not left & set(partly.cohort.course_ids)
        assert bool(left) == programme.has_errors
    assert problems_csv(programme.problems).count("\n") >= len(programme.problems)
    return programme


def names() -> st.SearchStrategy[str]:
    """The name of one of the tables."""
    return st.sampled_from(sorted(valid_tables()))


def test_the_programme_that_is_damaged_below_is_whole() -> None:
    assert clean(valid_tables()).cohort is not None


@given(names(), st.binary(max_size=300))
def test_random_bytes_in_a_file(name: str, content: bytes) -> None:
    clean({**valid_tables(), name: content})


@given(names(), st.data())
def test_random_bytes_within_a_file(name: str, data: st.DataObject) -> None:
    content = bytearray(valid_tables()[name])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    clean({**valid_tables(), name: bytes(content[:cut])})


@settings(max_examples=200)
@given(names(), st.data())
def test_random_cells(name: str, data: st.DataObject) -> None:
    rows = list(csv.reader(io.StringIO(valid_tables()[name].decode("utf-8-sig"), newline="")))
    for _ in range(data.draw(st.integers(1, 4))):
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(ODD_CELLS)
    clean({**valid_tables(), name: written(rows, data)})


@given(names(), st.lists(ODD_CELLS, max_size=8), st.data())
def test_a_random_header(name: str, header: list[str], data: st.DataObject) -> None:
    rows = list(csv.reader(io.StringIO(valid_tables()[name].decode("utf-8-sig"), newline="")))
    clean({**valid_tables(), name: written([header, *rows[1:]], data)})


@settings(max_examples=200)
@given(st.sampled_from((Relapse, Infusion, Toxicity, Measurement)), st.data())
def test_random_rows_under_known_headers(kind: type[Relapse], data: st.DataObject) -> None:
    columns = [column.key for column in columns_of(kind)]
    header = ["child", *data.draw(st.lists(st.sampled_from(columns), max_size=6))]
    cells = st.one_of(ODD_CELLS, st.sampled_from(("P-0", "P-1", "2020-05", "crs", "ANC", "")))
    rows = data.draw(st.lists(st.lists(cells, max_size=8), max_size=5))
    clean({**valid_tables(), f"{kind.kind}.csv": written([header, *rows], data)})


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=12))
def test_random_corrections(pairs: list[tuple[str, str]]) -> None:
    rows = [["child", "day", "event", "replaces"]]
    rows += [["P-0", str(day), one, other] for day, (one, other) in enumerate(pairs)]
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    clean({**valid_tables(), "relapse.csv": stream.getvalue().encode("utf-8", "replace")})


@given(st.data())
def test_a_damaged_workbook(data: st.DataObject) -> None:
    content = bytearray(valid_workbook())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "p.xlsx"
        place.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
        answer(place)


@given(st.data())
def test_a_workbook_with_a_damaged_part(data: st.DataObject) -> None:
    """The archive is whole and one of its parts is not, as a careless program would leave it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(valid_workbook())) as given_book:
        parts = {name: given_book.read(name) for name in given_book.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(32, 126))
    parts[name] = bytes(content)
    if data.draw(st.booleans()):
        del parts[name]
    with zipfile.ZipFile(stream, "w") as made:
        for part, text in parts.items():
            made.writestr(part, text)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "p.xlsx"
        place.write_bytes(stream.getvalue())
        answer(place)


def written(rows: list[list[str]], data: st.DataObject) -> bytes:
    """Rows as a file, in one of the usual encodings and with one of the usual delimiters."""
    stream = io.StringIO(newline="")
    delimiter = data.draw(st.sampled_from((",", ";", "\t", "|")))
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    encoding = data.draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")))
    return stream.getvalue().encode(encoding, "replace")
