# SPDX-License-Identifier: Apache-2.0
"""Importing by the pages: files in, a dry run to look at, writing, and taking it back."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cartulary.registry import clock
from cartulary.registry.models import Batch, Centre, Child, Entry
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from cartulary.web.beside import work as beside
from cartulary.web.importing import work, worker

PROGRAMME = "key,value\nname,Trial run\norigin,recorded\n"
CHILDREN = "child,sex,age_years,indication_date\nP-001,f,9,2020-03-10\nP-002,m,12.5,2021-01-05\n"
INFUSION = "child,date,number,dose per kg\nP-001,2020-04-14,1,2400000\nP-002,2021-02-10,1,1100000\n"
TABLES = {"programme.csv": PROGRAMME, "children.csv": CHILDREN, "infusion.csv": INFUSION}

Clients = Callable[..., Client]


@pytest.fixture(autouse=True)
def _own_home(settings: Any, tmp_path: Path) -> None:
    """Uploads of one test are not the other's."""
    keys = Path(settings.CARTULARY_HOME) / "keys"
    (tmp_path / "home").mkdir()
    if keys.exists():
        (tmp_path / "home" / "keys").symlink_to(keys)
    settings.CARTULARY_HOME = tmp_path / "home"


def sent(client: Client, files: dict[str, str | bytes]) -> Any:
    """These files chosen and uploaded."""
    return client.post(
        "/import/",
        {
            "files": [
                SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
                for name, text in files.items()
            ]
        },
    )


def uploaded(client: Client, files: dict[str, str | bytes]) -> str:
    """The address of the dry run of these files."""
    answer = sent(client, files)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def seen(client: Client, address: str) -> str:
    """The fingerprint that the page of a dry run would send."""
    fingerprint: str = client.get(address).context["run"].fingerprint
    return fingerprint


def written(client: Client, address: str, **more: str) -> Any:
    posted = {"reason": "first load", "which": "all", "seen": seen(client, address), **more}
    return client.post(f"{address}write/", posted)


def test_the_whole_way(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES)
    page = text_of(client.get(address))
    assert "6 entries would be new, 0 would change what stands" in page
    assert "2 children are new." in page
    assert "2,4" not in page
    assert "2.4 × 10⁶ cells/kg" in page
    assert not Entry.objects.exists()

    answer = written(client, address)
    batch = Batch.objects.get()
    assert answer["Location"] == f"/import/done/{batch.key}/"
    assert Child.objects.filter(centre=centre).count() == 2
    assert Entry.objects.filter(via="import", author="data_manager-ours").count() == 6
    assert client.get(address).status_code == 404  # the files are gone
    page = text_of(client.get(answer["Location"]))
    assert "6 entries were new" in page
    assert "The import stands." in page
    assert "children.csv, infusion.csv, programme.csv" in text_of(client.get("/import/"))

    page = text_of(client.get(uploaded(client, TABLES)))
    assert "These files change nothing" in page
    assert "/write/" not in page

    undone = client.post(f"/import/done/{batch.key}/undo/", {"reason": "the wrong file"})
    assert undone.status_code == 302
    assert not Child.objects.filter(withdrawn=False).exists()
    assert "The import was undone on" in text_of(client.get(f"/import/done/{batch.key}/"))


def test_the_pages_speak_dutch(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER, lang="nl")
    page = text_of(client.get(uploaded(client, TABLES)))
    assert "2,4 × 10⁶ cellen/kg" in page
    for english in ("Dry run", "would be new", "Throw these files", "Empty cells", "Nothing is"):
        assert english not in page


def test_changes_show_the_old_and_the_new(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    written(client, uploaded(client, TABLES))
    changed = TABLES | {"infusion.csv": INFUSION.replace("2400000", "2500000")}
    page = text_of(client.get(uploaded(client, changed)))
    assert '<span class="struck">2.4 × 10⁶ cells/kg</span> → <b>2.5 × 10⁶ cells/kg</b>' in page
    assert "infusion.csv" in page


def test_rows_are_shown_by_outcome_and_kind(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES | {"infusion.csv": INFUSION.replace("1100000", "many")})
    first = client.get(address)
    assert [row.outcome for row in first.context["rows"]] == ["error"]
    assert "many" in text_of(first)
    new = client.get(address, {"show": "new"})
    assert [row.child for row in new.context["rows"]] == ["P-001"] * 3
    only = client.get(address, {"show": "new", "kind": "infusion"})
    assert [row.event for row in only.context["rows"]] == ["infusion-1"]
    assert client.get(address, {"show": "all", "from": "2"}).context["rows"][0].child == "P-001"


def test_errors_let_only_the_good_courses_in(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES | {"infusion.csv": INFUSION.replace("1100000", "many")})
    assert "Write the good courses: 3 entries" in text_of(client.get(address))
    refused = written(client, address, which="all")
    assert refused.status_code == 409
    assert not Entry.objects.exists()
    assert written(client, address, which="good").status_code == 302
    assert list(Child.objects.values_list("course_id", flat=True)) == ["P-001"]


def test_writing_needs_a_reason_and_a_ledger_that_stood_still(
    centre: Centre, client_of: Clients, hand: Hand
) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES)
    assert written(client, address, reason=" ").status_code == 422
    fingerprint = seen(client, address)
    other = uploaded(client, TABLES)
    assert written(client, other).status_code == 302
    count = Entry.objects.count()
    late = client.post(f"{address}write/", {"reason": "again", "seen": fingerprint})
    assert late.status_code == 409
    assert "changed since the dry run" in text_of(late)
    assert Entry.objects.count() == count


def test_what_was_written_since_stands_in_the_way(
    centre: Centre, client_of: Clients, hand: Hand
) -> None:
    client = client_of(Role.DATA_MANAGER)
    written(client, uploaded(client, TABLES))
    batch, child = Batch.objects.get(), Child.objects.get(course_id="P-002")
    death = {"date": "2022-01-01", "facts": {}}
    append(hand, [Change(child.key, "", "death", "write", death, 0)], now=clock.now())
    page = text_of(client.get(f"/import/done/{batch.key}/"))
    assert "In the way of undoing" in page
    assert "death-1" in page
    answer = client.post(f"/import/done/{batch.key}/undo/", {"reason": "the wrong file"})
    assert answer.status_code == 409
    assert Batch.objects.get().undone_at is None


def test_nobody_imports_into_another_centre(
    centre: Centre, other_centre: Centre, client_of: Clients
) -> None:
    ours, theirs = client_of(Role.DATA_MANAGER), client_of(Role.DATA_MANAGER, other_centre)
    address = uploaded(ours, TABLES)
    assert theirs.get(address).status_code == 404
    assert theirs.post(f"{address}write/", {"reason": "mischief"}).status_code == 404
    assert theirs.post(f"{address}discard/").status_code == 404
    written(ours, address)
    key = Batch.objects.get().key
    assert theirs.get(f"/import/done/{key}/").status_code == 404
    assert theirs.post(f"/import/done/{key}/undo/", {"reason": "mischief"}).status_code == 404
    assert not Child.objects.filter(centre=other_centre).exists()


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.DATA_MANAGER])
def test_only_data_managers_import(centre: Centre, client_of: Clients, role: Role) -> None:
    assert client_of(role).get("/import/").status_code == 403
    assert sent(client_of(role), TABLES).status_code == 403


def test_files_thrown_away_are_gone(centre: Centre, client_of: Clients, settings: Any) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES)
    kept = Path(settings.CARTULARY_HOME) / "files" / "imports"
    [folder] = kept.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert client.post(f"{address}discard/").status_code == 302
    assert list(kept.iterdir()) == []
    assert client.get(address).status_code == 404


def test_a_zip_is_its_tables(centre: Centre, client_of: Clients) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TABLES.items():
            archive.writestr(f"export 2024/{name}", text)
        archive.writestr("__MACOSX/._children.csv", b"\0\5\26\7")
    client = client_of(Role.DATA_MANAGER)
    page = text_of(client.get(uploaded(client, {"export 2024.zip": stream.getvalue()})))
    assert "6 entries would be new" in page
    assert "export 2024.zip" in page


def test_a_mistake_in_the_choice_of_files_is_said(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    answer = sent(client, {"notes.docx": b"PK\3\4"})
    assert answer.status_code == 422
    assert "is no table that is read here" in text_of(answer)
    assert client.post("/import/").status_code == 422


def test_columns_are_named_on_a_page_and_remembered(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    strange = "studienr,date,infusion number\nP-001,2020-04-14,1\nP-002,2021-02-10,1\n"
    files = TABLES | {"infusion.csv": strange}
    address = uploaded(client, files)
    assert client.get(address).context["run"].blocked
    page = client.get(f"{address}columns/")
    assert "1 column is not known" in text_of(page)
    tables = {table["name"]: table for table in page.context["tables"]}
    assert set(tables) == {"children.csv", "infusion.csv"}
    strange_field = tables["infusion.csv"]["choices"][0].field
    assert tables["infusion.csv"]["choices"][0].unclear
    posted = {"act": "save", strange_field: "child"}
    for table in tables.values():
        posted |= {table["field"]: table["kind"], table["was"]: table["kind"]}
    assert client.post(f"{address}columns/", posted)["Location"] == address
    assert "6 entries would be new" in text_of(client.get(address))
    assert client.get(uploaded(client, files)).context["run"].changes == 6


def test_a_table_of_unknown_kind_is_given_one(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER)
    files = {k: v for k, v in TABLES.items() if k != "infusion.csv"}
    address = uploaded(client, files | {"uitvoer 2024.csv": INFUSION})
    page = client.get(f"{address}columns/")
    [table] = [one for one in page.context["tables"] if one["name"] == "uitvoer 2024.csv"]
    assert "What is this table about?" in text_of(page)
    posted = {table["field"]: "infusion", table["was"]: "", "act": "show"}
    shown = client.post(f"{address}columns/", posted)
    [table] = [one for one in shown.context["tables"] if one["name"] == "uitvoer 2024.csv"]
    assert [one.unclear for one in table["choices"]] == [False] * 4
    number = table["choices"][2].field
    posted = {table["field"]: "infusion", table["was"]: "infusion", number: "number", "act": "save"}
    assert client.post(f"{address}columns/", posted).status_code == 302
    found = client.get(address, {"show": "new", "kind": "infusion"}).context["rows"]
    assert [(row.place, row.row) for row in found] == [
        ("uitvoer 2024.csv", 2),
        ("uitvoer 2024.csv", 3),
    ]


def test_errors_are_downloaded_beside_their_rows(centre: Centre, client_of: Clients) -> None:
    client = client_of(Role.DATA_MANAGER, lang="nl")
    address = uploaded(client, TABLES | {"infusion.csv": INFUSION.replace("1100000", "=many")})
    answer = client.get(f"{address}errors/")
    assert answer["Content-Disposition"].startswith('attachment; filename="fouten-')
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["infusion"]
    assert sheet["E1"].value == "# fouten"
    assert sheet["E2"].value is None
    assert sheet["E3"].value
    assert (sheet["D3"].value, sheet["D3"].data_type) == ("'=many", "s")


# --- long files -----------------------------------------------------------------------------------


@pytest.fixture
def long_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Every file counts as long; what would begin a process waits in this list instead."""
    begun: list[Path] = []
    held: list[int] = []

    def started(folder: Path, lock: int, worker: str) -> None:
        begun.append(folder)
        held.append(os.dup(lock))

    monkeypatch.setattr(work, "is_small", lambda upload: False)
    monkeypatch.setattr(beside, "start", started)
    monkeypatch.setattr(work, "_held", held, raising=False)
    yield begun
    for lock in held:
        os.close(lock)


def let_go() -> None:
    """The process is gone, and with it its lock."""
    held: list[int] = work._held
    while held:
        os.close(held.pop())


def run(begun: list[Path]) -> None:
    """What the process would do, done here."""
    worker.work(begun.pop())
    let_go()


def test_long_files_are_read_and_written_while_the_page_looks_on(
    centre: Centre, client_of: Clients, long_files: list[Path]
) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES)
    page = text_of(client.get(address))
    assert "The files <b>are being read</b>" in page
    assert f'hx-get="{address}" hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    part = client.get(address, headers={"HX-Request": "true"})
    assert text_of(part).startswith('<div id="state"')
    assert client.post(f"{address}discard/").status_code == 302
    assert "Wait until that is done." in text_of(client.get(address))

    run(long_files)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Redirect"] == address
    assert "6 entries would be new" in text_of(client.get(address))

    assert written(client, address)["Location"] == address
    assert not Entry.objects.exists()
    assert "The import <b>is being written</b>" in text_of(client.get(address))
    # Pressed again, it is still one import.
    assert client.post(f"{address}write/", {"reason": "again"})["Location"] == address
    run(long_files)
    assert long_files == []
    batch = Batch.objects.get()
    polled = client.get(address, headers={"HX-Request": "true"})
    assert polled["HX-Redirect"] == f"/import/done/{batch.key}/"
    assert client.get(address)["Location"] == f"/import/done/{batch.key}/"
    assert Entry.objects.filter(via="import", author="data_manager-ours").count() == 6
    assert batch.counts["reason"] == "first load"


def test_reading_that_broke_off_is_done_again(
    centre: Centre, client_of: Clients, long_files: list[Path]
) -> None:
    client = client_of(Role.DATA_MANAGER, lang="nl")
    address = uploaded(client, TABLES)
    let_go()
    assert "Het lezen van deze bestanden is afgebroken." in text_of(client.get(address))
    assert client.post(f"{address}again/")["Location"] == address
    assert "worden gelezen" in text_of(client.get(address))
    run(long_files[-1:])
    assert "6 regels" in text_of(client.get(address))


def test_writing_that_broke_off_says_that_nothing_was_written(
    centre: Centre, client_of: Clients, long_files: list[Path]
) -> None:
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES)
    run(long_files)
    client.get(address)
    written(client, address)
    let_go()
    page = text_of(client.get(address))
    assert "The import broke off, and nothing of it was written." in page
    assert not Entry.objects.exists()
    assert "The import broke off" not in text_of(client.get(address))


def test_the_tables_with_errors_are_made_first_where_they_are_long(
    centre: Centre, client_of: Clients, long_files: list[Path]
) -> None:
    client = client_of(Role.DATA_MANAGER, lang="nl")
    wrong = {**TABLES, "infusion.csv": "child,date,number\nP-001,2020-13-14,1\n"}
    address = uploaded(client, wrong)
    run(long_files)
    page = text_of(client.get(address))
    assert "Deze dag bestaat niet." in page
    assert "De kalender kent die niet." in page
    assert client.get(f"{address}errors/")["Location"] == address
    run(long_files)
    answer = client.get(f"{address}errors/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    said = [str(cell.value) for sheet in book for row in sheet.rows for cell in row if cell.value]
    assert any("Deze dag bestaat niet." in one for one in said)


def test_what_the_process_could_not_do_is_said_without_a_value(
    centre: Centre, client_of: Clients, long_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any) -> None:
        raise RuntimeError("P-001 was born on 2011-03-10")

    monkeypatch.setattr("cartulary.web.importing.doing.do", broken)
    client = client_of(Role.DATA_MANAGER)
    address = uploaded(client, TABLES)
    run(long_files)
    page = text_of(client.get(address))
    assert "by a fault of the program" in page
    assert "2011-03-10" not in page
