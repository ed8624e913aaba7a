# SPDX-License-Identifier: Apache-2.0
"""The worked examples of a scale file: drawn tables of facts and the grade each row must get.

    temperature_c | hypotension | vasopressors | grade | flags
    --------------+-------------+--------------+-------+---------------
    38.0          | no          | 0            | 1     |
    37.9          | yes         | 1            | 0     | look_for_sepsis

A blank or `?` is not recorded; `-` as a grade is "cannot be graded". A column that bears the name
of an analyte draws its daily values (`0-12:400 13-30:1200`, days after the infusion), from which
the inputs of a series are reckoned; `stopped_on` is the last day that counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import ExampleRow, From, Grade, Input, ScaleExample
from cartulary.codebook.series_plain import NEVER, series_facts
from cartulary.codebook.toml_page import Page
from cartulary.course.fact import FactKind

_EXPECTED: Final = ("grade", "flags", "score", "missing")
_STOPPED: Final = "stopped_on"
_SPAN = re.compile(r"(\d+)(?:-(\d+))?:(\d+(?:\.\d+)?)")


def read_examples(page: Page, inputs: Sequence[Input]) -> tuple[ScaleExample, ...]:
    """Every [[example]] of a file; a file without one is refused."""
    examples = [_example(one, inputs) for one in page.pages("example")]
    if not examples:
        why = "A scale that shows no case cannot be checked by a clinician, nor by a test."
        page.note("example", "missing", why, "Draw at least one [[example]] with a table.")
    return tuple(examples)


def _example(page: Page, inputs: Sequence[Input]) -> ScaleExample:
    table = page.text("table", "Draw a table of facts and the grade.")
    settings = page.page("settings")
    found = ScaleExample(
        says=page.words("says"),
        case=page.whole("case", required=False),
        table=table,
        rows=_rows(page, table, inputs) if table else (),
        settings={name: settings.text(name) for name in settings.raw},
    )
    page.close()
    return found


def drawn_rows(table: str) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a drawn table; the rule under the header is left out.

    >>> drawn_rows("a | grade\\n--+------\\n1 | 2")
    (['a', 'grade'], [['1', '2']])
    """
    lines = [line for line in table.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return cells[0], [
        row for row in cells[1:] if not re.fullmatch(r"[\s|+-]*--[\s|+-]*", " ".join(row))
    ]


def _rows(page: Page, table: str, inputs: Sequence[Input]) -> tuple[ExampleRow, ...]:
    header, cells = drawn_rows(table)
    by_name = {one.name: one for one in inputs}
    analytes = {one.analyte for one in inputs if one.source is From.SERIES}
    known = {*by_name, *analytes, *_EXPECTED, *({_STOPPED} if analytes else ())}
    if strange := [name for name in header if name not in known]:
        why = "The scale reads no such fact."
        page.note(
            "table", ", ".join(map(repr, strange)), why, f"Columns: {', '.join(sorted(known))}."
        )
        return ()
    if "grade" not in header:
        page.note("table", "no column grade", "An example says what must come out.", "Add `grade`.")
        return ()
    rows: list[ExampleRow] = []
    for number, row in enumerate(cells, start=1):
        if len(row) != len(header):
            why = f"The header has {len(header)} cells."
            page.note("table", f"row {number} has {len(row)} cells", why, "Mend the row.")
            continue
        try:
            rows.append(_row(dict(zip(header, row, strict=True)), by_name, inputs))
        except ValueError as error:
            page.note("table", f"row {number}: {error}", "The cell cannot be read.", "Mend it.")
    return tuple(rows)


def _row(
    cells: Mapping[str, str], by_name: Mapping[str, Input], inputs: Sequence[Input]
) -> ExampleRow:
    facts = {
        name: cell_value(by_name[name], text) for name, text in cells.items() if name in by_name
    }
    analytes = {one.analyte for one in inputs if one.source is From.SERIES}
    for analyte in analytes & set(cells):
        stopped = cells.get(_STOPPED, "")
        drawn = [one for one in inputs if one.source is From.SERIES and one.analyte == analyte]
        values = drawn_days(cells[analyte])
        facts |= series_facts(drawn, values, NEVER if stopped in ("", "?") else int(stopped))
    known = {name: value for name, value in facts.items() if value is not None}
    return ExampleRow(
        facts=known,
        grade=_grade(cells["grade"]),
        flags=_names(cells["flags"]) if "flags" in cells else None,
        score=int(cells["score"]) if cells.get("score") else None,
        missing=_names(cells["missing"]) if "missing" in cells else None,
    )


def drawn_days(text: str) -> dict[int, float]:
    """Daily values as drawn: `day:value`, or `first-last:value` for several days alike.

    >>> drawn_days("0-2:400 5:1200")
    {0: 400.0, 1: 400.0, 2: 400.0, 5: 1200.0}
    """
    values: dict[int, float] = {}
    for part in text.split():
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is not day:value or first-last:value")
        first, last, value = int(match[1]), int(match[2] or match[1]), float(match[3])
        values |= dict.fromkeys(range(first, last + 1), value)
    return values


def cell_value(one: Input, text: str) -> object:
    """One drawn cell as the fact it stands for; None for a blank or a question mark."""
    if text in ("", "?"):
        return None
    match one.kind:
        case FactKind.YES_NO:
            if text not in ("yes", "no"):
                raise ValueError(f"{one.name} is {text!r}, which is not yes or no")
            return text == "yes"
        case FactKind.NUMBER:
            return float(text)
        case FactKind.INTEGER | FactKind.DAY:
            return int(text)
        case _:
            if one.codes and text not in one.codes:
                raise ValueError(f"{one.name} is {text!r}; known: {', '.join(one.codes)}")
            return text


def _grade(text: str) -> Grade | None:
    if text in ("", "-"):
        return None
    return int(text) if text.isdigit() else text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def example_failures(scale: Scale, example: ScaleExample) -> list[str]:
    """What a scale says of the rows of one example where it should have said something else."""
    failures: list[str] = []
    for number, row in enumerate(example.rows, start=1):
        graded = scale.grade(row.facts)
        compared = (
            ("grade", graded.grade, row.grade, True),
            ("flags", graded.flags, row.flags, row.flags is not None),
            ("score", graded.score, row.score, row.score is not None),
            ("missing", graded.missing, row.missing, row.missing is not None),
        )
        failures += [
            f"row {number}: {what} is {found!r}, expected {expected!r}"
            for what, found, expected, asked in compared
            if asked and found != expected
        ]
    return failures
