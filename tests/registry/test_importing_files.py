# SPDX-License-Identifier: Apache-2.0
"""Files that strangers made: what is taken in, what is refused and why, and what is given back."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from cartulary.course.problem import Severity
from cartulary.registry import importing_archive, importing_scan, importing_upload
from cartulary.registry.importing import ImportRefused, commit, dry_run, read_tables
from cartulary.registry.importing_archive import UploadRefused, safe_name
from cartulary.registry.importing_columns import (
    Said,
    apply,
    heads_of,
    remember,
    remembered,
    renamed,
    uploaded,
)
from cartulary.registry.importing_errors import error_workbook
from cartulary.registry.importing_outcome import Outcome
from cartulary.registry.importing_upload import (
    Incoming,
    NoUpload,
    Upload,
    clear_out,
    discard,
    receive,
    upload_of,
    waiting,
)
from cartulary.registry.models import Centre, Current, Entry
from cartulary.registry.writing import Hand
from tests.registry.conftest import NOON, Clock
from tests.registry.test_importing import CHILDREN, INFUSION, PROGRAMME, TABLES

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture(autouse=True)
def _own_home(settings: Any, tmp_path: Path) -> None:
    """Uploads of one test are not the other's; the keys are."""
    keys = Path(settings.CARTULARY_HOME) / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "keys").symlink_to(keys)
    settings.CARTULARY_HOME = tmp_path / "home"


def sent(centre: Centre, files: Mapping[str, str | bytes], at: datetime = NOON) -> Upload:
    """These files as a browser sends them."""
    return receive(
        [
            Incoming(name, [text.encode() if isinstance(text, str) else text])
            for name, text in files.items()
        ],
        centre,
        None,
        at,
    )


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


def workbook(tables: Mapping[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, lines in tables.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


A_BOOK: dict[str, list[list[object]]] = {
    "Programma": [["sleutel", "waarde"], ["herkomst", "vastgelegd"]],
    "Kinderen": [["kind", "indicatiedatum"], ["P-001", datetime(2020, 3, 10)]],
    "Infusie": [["kind", "datum", "infusienummer"], ["P-001", datetime(2020, 4, 14), 1]],
}


@cache
def the_book() -> bytes:
    """The book as bytes that stay the same: its own hour of making shifts its length."""
    return workbook(A_BOOK)


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    """A workbook with one more part, or another in its place."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, text)
    return stream.getvalue()


def read(upload: Upload) -> Any:
    return read_tables(upload.tables, upload.file_name, upload.sha256, renamed(upload))


def kept(settings: Any) -> list[Path]:
    return list((Path(settings.CARTULARY_HOME) / "files" / "imports").iterdir())


# --- what is taken in ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["tables", "zip", "workbook"])
def test_each_form_of_upload_is_read(centre: Centre, form: str) -> None:
    files: dict[str, dict[str, str | bytes]] = {
        "tables": dict(TABLES),
        "zip": {"all.zip": zipped(TABLES)},
        "workbook": {"all.xlsx": workbook(A_BOOK)},
    }
    upload = sent(centre, files[form])
    run = dry_run(read(upload), centre)
    assert run.errors == 0
    assert run.children_of == {"new": 1 if form == "workbook" else 2}
    assert upload_of(centre, upload.key) == upload
    assert all(path.stat().st_mode & 0o077 == 0 for path in upload.folder.rglob("*"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_encodings_of_spreadsheets_are_read(
    centre: Centre, encoding: str, delimiter: str
) -> None:
    text = "kind,datum,infusienummer,opmerkingen\r\nP-001,2020-04-14,1,geïnfundeerd\r\n"
    infusie = text.replace(",", delimiter).encode(encoding)
    upload = sent(
        centre, {"programme.csv": PROGRAMME, "children.csv": CHILDREN, "infusie.csv": infusie}
    )
    run = dry_run(read(upload), centre)
    assert run.errors == 0
    assert [row.kind for row in run.rows].count("infusion") == 1


def test_half_empty_rows_are_named_or_passed_over(centre: Centre) -> None:
    half = INFUSION + ",,,\n   ,,,\n,2021-03-01,1,\n"
    run = dry_run(read(sent(centre, TABLES | {"infusion.csv": half})), centre)
    errors = [row for row in run.rows if row.outcome is Outcome.ERROR]
    assert [(row.row, row.problem and row.problem.rule) for row in errors] == [(6, "row.no_child")]
    assert run.blocked


# --- what is refused ----------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, str | bytes], str]] = {
    "nothing": ({}, "No file was chosen"),
    "picture": ({"scan.png": b"\x89PNG"}, "is no table"),
    "old workbook": ({"a.xls": OLE}, "save it as .xlsx"),
    "open document": ({"a.ods": b"PK"}, "LibreOffice"),
    "macro workbook": ({"a.xlsm": workbook(A_BOOK)}, "macros"),
    "hidden macros": (
        {"a.xlsx": with_part(workbook(A_BOOK), "xl/vbaProject.bin", b"x")},
        "holds macros",
    ),
    "password": (
        {"a.xlsx": OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le")},
        "protected by a password",
    ),
    "old workbook renamed": ({"a.xlsx": OLE + b"\0" * 500}, "old .xls kind"),
    "text renamed": ({"a.xlsx": b"child,date\n"}, "cannot be unpacked"),
    "document type": (
        {
            "a.xlsx": with_part(
                workbook(A_BOOK),
                "xl/sharedStrings.xml",
                b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><s/>',
            )
        },
        "document type",
    ),
    "mixture": ({"a.xlsx": workbook(A_BOOK), "b.csv": "child\n"}, "beside other files"),
    "two of a name": ({"x/infusion.csv": INFUSION, "infusion.csv": INFUSION}, "Two of the files"),
    "way out": ({"a.zip": zipped({"../../infusion.csv": INFUSION})}, "leads out of its folder"),
    "rooted": ({"a.zip": zipped({"/etc/infusion.csv": INFUSION})}, "leads out of its folder"),
    "drive": ({"a.zip": zipped({"C:\\x\\infusion.csv": INFUSION})}, "leads out of its folder"),
    "program in a zip": ({"a.zip": zipped({"infusion.csv": INFUSION, "run.exe": b"MZ"})}, "no CSV"),
    "zip in a zip": ({"a.zip": zipped({"b.zip": zipped(TABLES)})}, "no CSV"),
    "empty zip": ({"a.zip": zipped({})}, "holds no table"),
    "twice in a zip": ({"a.zip": zipped({"a/i.csv": "x", "b/I.csv": "y"})}, "two tables called"),
    "bomb": ({"a.zip": zipped({"infusion.csv": b"0" * (40 << 20)})}, "times its size"),
    "damaged": ({"a.zip": zipped(TABLES)[:-40]}, "cannot be unpacked"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_is_refused_and_not_kept(centre: Centre, settings: Any, case: str) -> None:
    files, why = REFUSED[case]
    with pytest.raises(UploadRefused, match=why):
        sent(centre, files)
    assert kept(settings) == []


def test_a_bomb_in_a_workbook_is_refused(centre: Centre) -> None:
    stream = io.BytesIO(workbook(A_BOOK))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image.bin", b"0" * (40 << 20))
    with pytest.raises(UploadRefused, match="times its size"):
        sent(centre, {"a.xlsx": stream.getvalue()})


def test_a_link_in_a_zip_is_refused(centre: Centre) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("infusion.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "../../../etc/passwd")
    with pytest.raises(UploadRefused, match="is a link"):
        sent(centre, {"a.zip": stream.getvalue()})


def test_a_zip_that_understates_itself_is_refused(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(zipped({"infusion.csv": os.urandom(3000).hex()}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the size that it claims
    with pytest.raises(UploadRefused):
        sent(centre, {"a.zip": bytes(content)})


def test_uploads_have_limits(centre: Centre, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(importing_upload, "LARGEST_UPLOAD_BYTES", 100)
    with pytest.raises(UploadRefused, match="larger than"):
        sent(centre, TABLES)
    monkeypatch.undo()
    with pytest.raises(UploadRefused, match="61 files were chosen"):
        sent(centre, {f"t{n}.csv": "child\n" for n in range(61)})
    many = zipped({f"t{n}.csv": "child\n" for n in range(importing_archive.MOST_MEMBERS + 1)})
    with pytest.raises(UploadRefused, match="201 members"):
        sent(centre, {"a.zip": many})
    monkeypatch.setattr(importing_archive, "LARGEST_UNPACKED_BYTES", 100)
    with pytest.raises(UploadRefused, match="at most 100 are unpacked"):
        sent(centre, {"a.zip": zipped(TABLES)})
    monkeypatch.setattr(importing_scan, "MOST_ROWS", 5)
    with pytest.raises(ImportRefused, match="more than 5 rows"):
        read(sent(centre, TABLES))


def test_a_full_disk_is_said_and_leaves_nothing(
    centre: Centre, settings: Any, monkeypatch: Any
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing_upload, "_keep", full)
    with pytest.raises(UploadRefused, match="No space left"):
        sent(centre, TABLES)
    assert kept(settings) == []


@pytest.mark.parametrize(
    ("given_name", "kept_name"),
    [
        ("../../../etc/cron.d/infusion.csv", "infusion.csv"),
        ("..\\..\\infusion.csv", "infusion.csv"),
        ("infu\x00sion\n2.csv", "infu_sion_2.csv"),
        ("<script>.csv", "script.csv"),
        (".csv", "csv"),
        ("x" * 300 + ".csv", "x" * 96 + ".csv"),
        ("infusie (1).csv", "infusie (1).csv"),
    ],
)
def test_names_of_files_are_made_harmless(given_name: str, kept_name: str) -> None:
    assert safe_name(given_name) == kept_name


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set("/\\\0\n\r:<>|*?\"'")
    assert not safe.startswith((".", "~", "_", "#", " "))


@given(
    content=st.binary(max_size=400) | st.text(max_size=300).map(str.encode),
    name=st.sampled_from(["infusion.csv", "a.zip", "a.xlsx", "children.csv"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_is_uploaded_is_refused_or_read(centre: Centre, content: bytes, name: str) -> None:
    other = {"programme.csv": PROGRAMME} if name.endswith(".csv") else {}
    try:
        upload = sent(centre, {**other, name: content})
        run = dry_run(read(upload), centre)
        error_workbook(uploaded(upload), [r.problem for r in run.rows if r.problem], "nl")
        discard(upload)
    except (UploadRefused, ImportRefused) as refused:
        note(str(refused))
    assert not Entry.objects.exists()


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_workbook_with_a_broken_byte_is_refused_or_read(centre: Centre, data: Any) -> None:
    content = bytearray(the_book())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        upload = sent(centre, {"a.xlsx": bytes(content)})
        dry_run(read(upload), centre)
        heads_of(upload)
        discard(upload)
    except (UploadRefused, ImportRefused) as refused:
        note(str(refused))


# --- how long they are kept ---------------------------------------------------------------------


def test_uploads_are_their_centres_and_gone_after_a_day(centre: Centre, settings: Any) -> None:
    upload = sent(centre, TABLES)
    theirs = Centre.objects.create(code="theirs", name="Theirs")
    with pytest.raises(NoUpload):
        upload_of(theirs, upload.key)
    assert waiting(theirs, NOON) == []
    assert waiting(centre, NOON) == [upload]
    assert clear_out(NOON + timedelta(hours=23)) == 0
    assert clear_out(NOON + timedelta(hours=24)) == 1
    assert kept(settings) == []
    with pytest.raises(NoUpload):
        upload_of(centre, upload.key)


# --- what is given back -------------------------------------------------------------------------


def test_errors_come_back_beside_their_rows(centre: Centre) -> None:
    wrong = "child,date,number,product identifier\nP-001,2020-04-14,1,=1+1\nP-002,never,1,+31 6 1\n"
    upload = sent(centre, TABLES | {"infusion.csv": wrong})
    made = read(upload)
    problems = [p for p in made.readable.problems if p.severity is Severity.ERROR]
    book = openpyxl.load_workbook(io.BytesIO(error_workbook(upload.tables, problems, "en")))
    sheet = book["infusion"]
    assert [cell.value for cell in sheet[1]][-1] == "# errors"
    assert sheet["E2"].value is None
    assert "date: " in sheet["E3"].value
    assert "never" in sheet["E3"].value
    assert (sheet["D2"].value, sheet["D3"].value) == ("'=1+1", "'+31 6 1")
    assert all(cell.data_type != "f" for page in book for line in page.iter_rows() for cell in line)


def test_the_mended_workbook_goes_in_as_it_came_back(
    centre: Centre, hand: Hand, clock: Clock
) -> None:
    wrong = INFUSION.replace("2021-02-10", "never").replace(",1,2400000", ",1,-5")
    days = "child,day,analyte,value,unit\nP-001,-3,CRP,80,mg/L\nP-001,unknown,CRP,-,mg/L\n"
    upload = sent(centre, TABLES | {"infusion.csv": wrong, "measurement.csv": days})
    made = read(upload)
    problems = [p for p in made.readable.problems if p.severity is Severity.ERROR]
    assert len(problems) == 2
    book = openpyxl.load_workbook(io.BytesIO(error_workbook(upload.tables, problems, "nl")))
    book["infusion"]["D2"], book["infusion"]["B3"] = 2400000, "2021-02-10"
    stream = io.BytesIO()
    book.save(stream)
    mended = read(sent(centre, {"errors.xlsx": stream.getvalue()}))
    assert [str(p) for p in mended.readable.problems if p.severity is Severity.ERROR] == []
    commit(hand, mended, clock(), "mended")
    plain = read(sent(centre, TABLES | {"measurement.csv": days}))
    assert dry_run(plain, centre).rows_of == {"error": 0, "same": 8}


# --- columns that somebody names ----------------------------------------------------------------


@pytest.mark.parametrize("form", ["tables", "workbook"])
def test_columns_are_named_once_and_remembered(
    centre: Centre, hand: Hand, clock: Clock, form: str
) -> None:
    def exported(day: str) -> dict[str, str | bytes]:
        if form == "workbook":
            rows: list[list[object]] = [["studienr", "inf dt", "nr"], ["P-001", day, 1]]
            others = {title: lines for title, lines in A_BOOK.items() if title != "Infusie"}
            return {"export.xlsx": workbook({**others, "Blad 7": rows})}
        table = f"studienr;inf dt;nr\nP-001;{day};1\n"
        return {**{k: v for k, v in TABLES.items() if k != "infusion.csv"}, "Blad 7.csv": table}

    name = "Blad 7" if form == "workbook" else "Blad 7.csv"
    upload = sent(centre, exported("2020-04-14"))
    [head] = [head for head in heads_of(upload) if head.name == name]
    assert (head.kind, head.texts) == (None, ("studienr", "inf dt", "nr"))
    assert remembered(centre, [head]) == {}
    said = Said("infusion", {"studienr": "child", "inf dt": "date", "nr": "number"})
    apply(upload, {name: said})
    remember(centre, head, said, clock())
    commit(hand, read(upload), clock(), "first load")
    stored = Current.objects.get(kind="infusion").payload
    place = "export.xlsx sheet Blad 7" if form == "workbook" else "Blad 7.csv"
    assert f'"{place} row 2"' in stored

    later = sent(centre, exported("2020-04-15"))
    known = remembered(centre, heads_of(later))
    assert known == {name: said}
    apply(later, known)
    [row] = [r for r in dry_run(read(later), centre).rows if r.kind == "infusion"]
    assert (row.outcome, row.file, row.row) == (Outcome.NEW, place, 2)
    theirs = Centre.objects.create(code="theirs", name="Theirs")
    assert remembered(theirs, heads_of(later)) == {}


def test_a_problem_names_the_column_as_it_was_uploaded(centre: Centre) -> None:
    table = "studienr,date,dosis (cells/kg)\nP-001,2020-04-14,many\n"
    upload = sent(centre, TABLES | {"infusion.csv": table})
    said = Said("infusion", {"studienr": "child", "dosis (cells/kg)": "dose_cells_per_kg"})
    apply(upload, {"infusion.csv": said})
    [row] = [r for r in dry_run(read(upload), centre).rows if r.outcome is Outcome.ERROR]
    assert row.problem is not None
    assert (row.problem.column, row.file, row.row) == ("dosis (cells/kg)", "infusion.csv", 2)


def test_two_tables_of_one_kind_are_refused_and_nothing_is_lost(centre: Centre) -> None:
    upload = sent(centre, TABLES | {"more.csv": "a,b\nP-001,2020-04-15\n"})
    with pytest.raises(UploadRefused, match="the same kind"):
        apply(upload, {"more.csv": Said("infusion", {"a": "child", "b": "date"})})
    assert (upload.tables / "infusion.csv").exists()
    apply(upload, {"more.csv": Said("relapse", {"a": "child", "b": "date"})})
    apply(upload, {})
    assert (upload.tables / "more.csv").read_text() == "a,b\nP-001,2020-04-15\n"
