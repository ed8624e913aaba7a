# SPDX-License-Identifier: Apache-2.0
"""The empty programme: complete, in both languages, and read back without a complaint."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from cartulary.course import CartularyError
from cartulary.course.events import EVENT_TYPES
from cartulary.course.tables import read_programme, write_template
from cartulary.course.tables.columns import Role, columns_of, header_of
from cartulary.course.tables.table_names import kind_of
from cartulary.course.tables.words import ABSENCE_OF_WORD, words_of

LANGUAGES = ("en", "nl")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["programme", "programme.xlsx"])
def test_an_empty_programme_lacks_only_its_children(tmp_path: Path, name: str, lang: str) -> None:
    write_template(tmp_path / name, lang)
    found = read_programme(tmp_path / name).problems
    assert [problem.rule for problem in found] == ["programme.empty"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_event_has_a_file_and_every_fact_a_column(tmp_path: Path, lang: str) -> None:
    write_template(tmp_path / "p", lang)
    by_kind = {kind_of(path.stem): path for path in (tmp_path / "p").glob("*.csv")}
    assert {cls.kind for cls in EVENT_TYPES} <= set(by_kind)
    for cls in EVENT_TYPES:
        text = by_kind[cls.kind].read_text(encoding="utf-8-sig")
        header = next(csv.reader(io.StringIO(text), delimiter=";" if lang == "nl" else ","))
        columns = columns_of(cls)
        understood = header_of(header, columns)
        assert not understood.either
        assert [h.column for h in understood.headings] == [c for c in columns if c.in_template]
        facts = [c.fact for c in columns if c.fact is not None and c.role is Role.FACT]
        shown = {h.column.key for h in understood.headings if h.column is not None}
        hidden = {fact.name for fact in facts} - shown
        assert all("precision" in name for name in hidden)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_guides_the_hand(tmp_path: Path, lang: str) -> None:
    write_template(tmp_path / "p.xlsx", lang)
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    titles = [sheet.title for sheet in book.worksheets]
    assert {cls.label(lang) for cls in EVENT_TYPES} <= set(titles)
    relapse = book["Recidief" if lang == "nl" else "Relapse"]
    assert relapse.freeze_panes == "B2"
    site = next(c.column_letter for c in relapse[1] if c.value in ("plaats", "site"))
    rule = next(
        v
        for v in relapse.data_validations.dataValidation
        if v.type == "list" and any(site in str(r) for r in v.sqref.ranges)
    )
    lists_title, place = rule.formula1.replace("'", "").replace("$", "").split("!")
    words = [cell.value for row in book[lists_title][place] for cell in row]
    assert ("beenmerg" if lang == "nl" else "bone marrow") in words
    assert book[lists_title].sheet_state == "hidden"
    date = next(c.column for c in relapse[1] if c.value in ("datum", "date"))
    width = next(w for w in relapse.column_dimensions.values() if w.min <= date <= w.max)
    assert width.number_format == "@", "Excel leaves 2020-03 alone"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_codebook_has_both_languages_units_and_limits(tmp_path: Path, lang: str) -> None:
    write_template(tmp_path / "p.xlsx", lang)
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    sheet = book["Codeboek" if lang == "nl" else "Codebook"]
    rows = {(r[0], r[2]): r for r in sheet.iter_rows(values_only=True)}
    blasts = rows["Beoordeling" if lang == "nl" else "Assessment", "marrow_blasts_percent"]
    assert blasts[4:7] == ("%", 0, 100)
    site = rows["Recidief" if lang == "nl" else "Relapse", "site"]
    assert "bone marrow" in str(site[10])
    assert "beenmerg" in str(site[11])
    for cls in EVENT_TYPES:
        for column in columns_of(cls):
            assert (cls.label(lang), column.key) in rows


def test_nothing_that_exists_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "p.xlsx").write_text("mine")
    with pytest.raises(CartularyError, match=r"exists already.*never overwritten"):
        write_template(tmp_path / "p.xlsx")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine.txt").write_text("mine")
    with pytest.raises(CartularyError, match="not empty"):
        write_template(tmp_path / "p")
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["mine.txt"]
    with pytest.raises(CartularyError, match="Write en or nl"):
        write_template(tmp_path / "q", "fr")


def test_no_word_means_two_things() -> None:
    """Within a list of choices a word is one value; and an absence is never also a value."""
    for cls in EVENT_TYPES:
        for column in columns_of(cls):
            if column.fact is None or column.fact.choices is None:
                continue
            words = words_of(column.fact.choices)
            assert all(len(meant) == 1 for meant in words.values()), column.key
            if not column.fact.required:
                codes = {"notdone", "notyetdue", "refused", "nietgedaan", "nognietaandeorde"}
                assert not codes & set(words), f"{cls.kind}.{column.key}"
    assert {"notdone", "notyetdue", "refused"} <= set(ABSENCE_OF_WORD)
