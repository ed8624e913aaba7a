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
    Sum,
    Table,
)
from cartulary.reports.occupancy_data import OccupancyData
from cartulary.reports.wording import number, units, word

_STATE = {"nl": "Toestand", "en": "State"}
_SEEN = {"nl": "nog gevolgd of overleden", "en": "at risk or dead"}
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
        for place, share in enumerate(band.shares):
            rests = band.counts[place : place + 1]
            if share.value is None:
                cells.append(Absent("not_estimated", columns=2))
                continue
            cells.append(Percent(share.value, rests))
            if share.low is None and share.high is None:
                cells.append(Absent("not_applicable"))
            else:
                cells.append(Interval(share.low, share.high, rests))
        rows.append(Row(tuple(cells)))
    unit = units(2, data.unit, lang)
    for words, counts in ((word("at_risk", lang), data.at_risk), (_SEEN[lang], data.seen)):
        seen: list[Cell] = [f"{words} ({unit})"]
        for count in counts:
            seen += [count, Absent("not_applicable")]
        rows.append(Row(tuple(seen), starts_group=counts is data.at_risk))
    return Table(
        caption=caption,
        columns=tuple(columns),
        rows=tuple(rows),
        sums=occupancy_sums(data),
        id=name,
    )


def occupancy_sums(data: OccupancyData) -> tuple[Sum, ...]:
    """What a reader could subtract: on each month every child seen is in one state, the rest left.

    The shares of a month add to 1, so that one alone can never be withheld.
    """
    sums = []
    for place, (seen, at_risk) in enumerate(zip(data.seen, data.at_risk, strict=True)):
        parts = tuple(band.counts[place] for band in data.bands if band.counts)
        if len(parts) < len(data.bands):
            continue
        day = seen.key.rpartition(".by_")[2]
        name = seen.key.removesuffix(f".seen.by_{day}")
        sums.append(Sum(seen, parts))
        settled = Count(seen.value - at_risk.value, f"{name}.settled.by_{day}")
        sums.append(Sum(seen, (at_risk, settled)))
        left = Count(data.n - seen.value, f"{name}.left.by_{day}")
        sums.append(Sum(Count(data.n, f"{name}.n"), (seen, left)))
    return tuple(sums)
