# SPDX-License-Identifier: Apache-2.0
"""The table of a comparison for a terminal, with the id that names each outcome."""

from __future__ import annotations

from cartulary.reports.comparison_report.build import table_of
from cartulary.studies.policies_compared import Compared


def printed_table(compared: Compared, arm: str, lang: str) -> str:
    """Outcomes of the first arm and of this one, their difference, and both uncertainties."""
    headers, rows = table_of(compared, arm, lang)
    lines = [["", *headers]]
    for outcome, row in zip(compared.outcomes, rows, strict=True):
        lines.append(
            [outcome.id, row.outcome, *row.values, row.difference, row.parameters, row.chance]
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    told = []
    for line in lines:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        told.append("  ".join(cells).rstrip())
    return "\n".join(told)
