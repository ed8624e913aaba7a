# SPDX-License-Identifier: Apache-2.0
"""The figure of states as a table: the same shares, with their intervals."""

from __future__ import annotations

from cartulary.reports.content import (
    Absent,
    Cell,
    Column,
    Count,
    Interval,
    Percent,
    Prose,
    Row,
    Table,
)
from cartulary.reports.occupancy_data import OccupancyData
from cartulary.reports.wording import number, units, word

_STATE = {"nl": "Toestand", "en": "State"}
_INTERVAL = {"nl": "95%-BI", "en": "95% CI"}


def occupancy_table(data: OccupancyData, caption: Prose, lang: str, name: str = "") -> Table:
    """The equal table of the figure: a row a state from the top of the stack down.

    Arguments: the figure's data; the caption; the language; the table's stable name.
    Returns: a `Table` with a share and an interval for each month, and numbers under observation.
    """
    columns = [Column(_STATE[lang], weight=1)]
    for month in data.months:
        group = f"{number(month, lang, 0 if month == int(month) else 1)} {word('months', lang)}"
        columns += [Column("%", group, align="right"), Column(_INTERVAL[lang], group)]
    rows = []
    for band in reversed(data.bands):
        cells: list[Cell] = [band.label]
        for share in band.shares:
            if share.value is None:
                cells.append(Absent("not_estimated", columns=2))
                continue
            cells.append(Percent(share.value, data.rests_on))
            if share.low is None and share.high is None:
                cells.append(Absent("not_applicable"))
            else:
                cells.append(Interval(share.low, share.high, data.rests_on))
        rows.append(Row(tuple(cells)))
    seen: list[Cell] = [f"{word('at_risk', lang)} ({units(2, data.unit, lang)})"]
    for at_risk in data.at_risk:
        seen += [Count(at_risk), Absent("not_applicable")]
    rows.append(Row(tuple(seen), starts_group=True))
    return Table(caption=caption, columns=tuple(columns), rows=tuple(rows), id=name)
