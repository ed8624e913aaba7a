# SPDX-License-Identifier: Apache-2.0
"""The reference page of tables, written from the columns themselves so that it cannot go stale.

python -m cartulary.course.tables.reference_page docs/reference/tables.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from cartulary.course.tables.codebook_table import codebook_tables, described
from cartulary.course.tables.columns import Column
from cartulary.course.tables.days import EARLIEST_YEAR, LATEST_YEAR
from cartulary.course.tables.programme_table import KEYS
from cartulary.course.tables.words import ABSENCE_WORDS
from cartulary.course.tables.writer import file_stem, title
from cartulary.course.units import UNIT_OF_ANALYTE

_INTRODUCTION = f"""# The tables of a programme

This page is written from the code by `python -m cartulary.course.tables.reference_page`; change
the events, not the page.

A programme is a folder of CSV files, one a kind of event, or one `.xlsx` workbook with a sheet a
kind. `cartulary template FOLDER` or `cartulary template FILE.xlsx` writes an empty one, with
`--lang nl` in Dutch. `cartulary check` says what is wrong with a filled one. Only the tables
*programme* and *children* are needed; leave out what you do not have.

## How a table is read

**Who and when.** Every row names its `child` and has a `date` or a `day`. A day is a study day:
days since the indication, which is day 0. A second day is written the same way, as `stop_date` or
`stop_day`. A date may be known in part (`2020-03`, `2020`) or be `unknown`; an empty date is read
as unknown, with a warning.

**Day 0** is the `indication_date` of the table of children, or the date in the table of
indications. Where it is not known, `day0_is` says what stands for it: the first apheresis, the
first infusion, or a referral with its `day0_date`.

**Headers** may be English, Dutch, or the names in the third column below; case, accents, spaces
and underscores do not matter. A unit in brackets is understood: `dose per kg (10^6/kg)` is
multiplied. A header that nobody knows is reported, with the nearest known one; one that begins
with `#` is skipped, as is every row that begins with `#`.

**Numbers** have a decimal comma or point: `1,5`, `1.5`, `1.234,5`, `1.2e8`, `1.2 x 10^8`. With
both marks the last is the decimal one; a mark that occurs twice divides thousands. One mark before
exactly three digits (`1.234`) may be either and is refused, unless the programme's `decimal mark`
says which it is. A leading zero (`0.125`) or a power of ten (`1.234e8`) makes it a decimal mark.

**Dates** are `2020-03-17`, `17-3-2020`, `17.03.2020`, `17 mrt 2020`, `17 maart 2020`,
`March 17, 2020`, `mrt 2020`, `3/2020`, `2020-03-xx`, Excel's own dates and their serial numbers.
With hyphens or points the day comes first. With slashes `03/04/2020` is refused as ambiguous,
unless the programme's `date order` says which comes first. Years lie between {EARLIEST_YEAR} and
{LATEST_YEAR}. A date cell that Excel shows as *mrt-20* is read as a month.

**Absence has names.** An empty cell is *not recorded*: nothing is ever assumed from it. The words
for each are below. Several choices in one cell are divided by `;`.

**Units of measurements** stand in their own column and are converted where that is exact; see the
end of this page. A value `<5` is read as below a limit of 5.

**Corrections.** Give a row a name in `event`, and name it under `replaces` in the row that
corrects it. Chains are followed to the last; two corrections of one row, or a circle, are errors.

**Spreadsheets** turn texts that begin with `=`, `+`, `-` or `@` into formulas. Tables that
Cartulary writes put an apostrophe before them, and the reader takes it off again.

**What is refused:** formula cells (paste as values), merged cells, two columns of one name, a
value without a header, an unclosed quotation mark, two tables of one kind, a file that is not what
its name says. Text is UTF-8 or UTF-16, with or without a byte-order mark, or Windows-1252; cells
are divided by comma, semicolon, tab or bar. With errors there is no cohort, unless the good
courses are asked for; then the others are named.
"""

_HEAD = (
    "| English | Dutch | name | holds | unit | limits | values (English) | values (Dutch) "
    "| meaning |\n|---|---|---|---|---|---|---|---|---|"
)


def tables_page() -> str:
    """The page, in Markdown: how tables are read, and every column of every table."""
    parts = [_INTRODUCTION, _absences(), _programme()]
    parts += [_table(kind, columns) for kind, columns in codebook_tables()]
    parts.append(_units())
    return "\n".join(parts)


def _absences() -> str:
    rows = "\n".join(
        f"| {absence.en} | {absence.nl} | {', '.join(f'`{word}`' for word in words)} |"
        for absence, words in ABSENCE_WORDS.items()
    )
    return (
        "## Words of absence\n\n"
        f"| English | Dutch | understood too |\n|---|---|---|\n{rows}\n\n"
        "A word that is a value of the column is that value: *unknown* is a cause of death. A dash "
        "alone is no value among numbers and texts, and refused where it may mean negative.\n"
    )


def _programme() -> str:
    rows = "\n".join(
        f"| {key.en} | {key.nl} | {key.name} | {key.says_en} | {key.says_nl} |" for key in KEYS
    )
    return (
        "## Programme / Programma\n\n`programme.csv` or `programma.csv`: a key and a value on "
        "each row.\n\n| English | Dutch | name | meaning | betekenis |\n|---|---|---|---|---|\n"
        f"{rows}\n"
    )


def _table(kind: str, columns: tuple[Column, ...]) -> str:
    lines = "\n".join(_rows(columns))
    return (
        f"## {title(kind, 'en')} / {title(kind, 'nl')}\n\n"
        f"`{file_stem(kind, 'en')}.csv` or `{file_stem(kind, 'nl')}.csv`\n\n{_HEAD}\n{lines}\n"
    )


def _rows(columns: tuple[Column, ...]) -> Iterator[str]:
    for column in columns:
        described_en = described(column, "en")
        holds, unit, low, high, usual_low, usual_high, required = map(str, described_en[:7])
        values_en, values_nl, says_en, _ = map(str, described_en[7:])
        limits = "; ".join(
            part
            for part in (
                _range("possible", low, high),
                _range("usual", usual_low, usual_high),
                "required" if required else "",
            )
            if part
        )
        cells = (
            column.en,
            column.nl,
            f"`{column.key}`",
            holds,
            unit,
            limits,
            values_en,
            values_nl,
            says_en if says_en != column.en else "",
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _range(word: str, low: str, high: str) -> str:
    if low and high:
        return f"{word} {low} to {high}"
    if low:
        return f"{word} from {low}"
    return f"{word} up to {high}" if high else ""


def _units() -> str:
    rows = "\n".join(
        f"| {analyte.en} | {analyte.nl} | {unit} |" for analyte, unit in UNIT_OF_ANALYTE.items()
    )
    return (
        "## Units in which measurements are kept\n\n| English | Dutch | unit |\n|---|---|---|\n"
        f"{rows}\n"
    )


def main() -> None:
    """Writes the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(tables_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
