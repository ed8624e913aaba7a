# SPDX-License-Identifier: Apache-2.0
"""What a question's own study finds: numbers under codes, for words that its file holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: How a quantity is written: `share` and `probability` as percentages from 0 to 1, `points` as a
#: difference of two shares, `log10` as ten to that power, the others as numbers of their unit.
KINDS: Final = (
    "share",
    "points",
    "probability",
    "log10",
    "days",
    "months",
    "years",
    "calendar_year",
    "count",
    "ratio",
    "area",
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its two uncertainties apart; NaN and None where they are not known.

    `low` and `high` say what the parameters leave open; `chance_low` and `chance_high` what a
    group of the programme's size would show by chance alone.
    """

    value: float
    kind: str
    low: float | None = None
    high: float | None = None
    chance_low: float | None = None
    chance_high: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values; what is not a number is null."""
        return {
            "value": _plain(self.value),
            "kind": self.kind,
            "low": _plain(self.low),
            "high": _plain(self.high),
            "chance_low": _plain(self.chance_low),
            "chance_high": _plain(self.chance_high),
        }


#: A cell is a quantity, the code of a word, or nothing that could be reckoned.
Cell = Quantity | str | None


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row: the code of its name, and its cells."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table; `table_id` is the code of its caption, `columns` are codes of their titles."""

    table_id: str
    columns: tuple[str, ...]  # the first stands over the names of the rows
    rows: tuple[FoundRow, ...]


@dataclass(frozen=True, slots=True)
class FoundPoint:
    """A point of a figure: its place on the x axis, by code or by number, and what is there."""

    x: str | float
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """Points that belong together; `label` is a code."""

    label: str
    points: tuple[FoundPoint, ...]


@dataclass(frozen=True, slots=True)
class FoundPanel:
    """Small panel: `label` is the code of what is on its y axis.

    With `lines` the x axis is a number and each series a line; else a dot at each place.
    """

    label: str
    series: tuple[FoundSeries, ...]
    low: float | None = None
    high: float | None = None
    lines: bool = False


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """Panels side by side on one x axis; `figure_id` is the code of the caption."""

    figure_id: str
    x_label: str
    panels: tuple[FoundPanel, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence of the file by code, with what goes into its braces: quantities or codes."""

    code: str
    values: Mapping[str, Quantity | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """All that a study found; `first` are sayings that open the answer, `after` that follow."""

    first: tuple[Saying, ...] = ()
    after: tuple[Saying, ...] = ()
    tables: tuple[FoundTable, ...] = ()
    figures: tuple[FoundFigure, ...] = ()
    notes: tuple[Saying, ...] = ()

    def codes(self) -> frozenset[str]:
        """Every label that the file must hold; sentences are in `sayings`."""
        asked: set[str] = set()
        for table in self.tables:
            asked |= {table.table_id, *table.columns, *(row.label for row in table.rows)}
            asked |= {cell for row in table.rows for cell in row.cells if isinstance(cell, str)}
        for figure in self.figures:
            asked |= {figure.figure_id, figure.x_label}
            for panel in figure.panels:
                asked |= {panel.label, *(series.label for series in panel.series)}
                asked |= {
                    point.x
                    for series in panel.series
                    for point in series.points
                    if isinstance(point.x, str)
                }
        for saying in self.all_sayings:
            asked |= {value for value in saying.values.values() if isinstance(value, str)}
        return frozenset(asked)

    @property
    def all_sayings(self) -> tuple[Saying, ...]:
        """Every sentence, in order."""
        return self.first + self.after + self.notes

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "sayings": [
                {
                    "code": saying.code,
                    "values": {name: _cell(value) for name, value in saying.values.items()},
                }
                for saying in self.all_sayings
            ],
            "tables": [
                {
                    "id": table.table_id,
                    "columns": list(table.columns),
                    "rows": [
                        {"label": row.label, "cells": [_cell(cell) for cell in row.cells]}
                        for row in table.rows
                    ],
                }
                for table in self.tables
            ],
            "figures": [
                {
                    "id": figure.figure_id,
                    "x": figure.x_label,
                    "panels": [
                        {
                            "label": panel.label,
                            "series": [
                                {
                                    "label": series.label,
                                    "points": [
                                        {"x": point.x, "quantity": point.quantity.to_json()}
                                        for point in series.points
                                    ],
                                }
                                for series in panel.series
                            ],
                        }
                        for panel in figure.panels
                    ],
                }
                for figure in self.figures
            ],
        }


def _cell(cell: Cell) -> Any:
    return cell.to_json() if isinstance(cell, Quantity) else cell


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
