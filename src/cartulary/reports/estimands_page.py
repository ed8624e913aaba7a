# SPDX-License-Identifier: Apache-2.0
"""A table of estimands in words, Dutch and English: for the terminal, and for its figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.evidence.estimate import Estimate
from cartulary.reports.estimands_data import ClockGroup, EstimandsData, StrategyMark
from cartulary.reports.estimands_words import say
from cartulary.reports.wording import interval, listed, percent, plural, units
from cartulary.studies.estimand_rows import INTERCURRENT, EstimandRow
from cartulary.studies.estimands import (
    FAMILIES,
    HYPOTHETICAL,
    PRINCIPAL_STRATUM,
    TREATMENT_POLICY,
    WHILE_ON_TREATMENT,
    EstimandTable,
)

_FEW: Final = 100


@dataclass(frozen=True)
class ClockTable:
    """The rows of one clock as cells of text.

    head: the clock and whom it counts. before: what else was given before the outcome. why_not:
    (strategies, reason) of each row without a figure.
    """

    head: str
    before: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    spread: str
    why_not: tuple[tuple[str, str], ...]


def clock_tables(table: EstimandTable, family: str, month: int, lang: str) -> list[ClockTable]:
    """One table of text for each clock of a family, in the order of the codebook."""
    found = []
    for clock in FAMILIES[family]:
        rows = [r for r in table.rows if (r.family, r.clock) == (family, clock)]
        if rows:
            found.append(_clock_table(table, rows, family, clock, month, lang))
    return found


def notes(table: EstimandTable, family: str, lang: str) -> list[str]:
    """What a reader must be told of the table, each once."""
    rows = [row for row in table.rows if row.family == family]
    given = {row.strategy for row in rows if row.at}
    found = []
    if HYPOTHETICAL in given:
        found.append(say("hypothetical_note", lang))
    if any(row.bounds for row in rows):
        found.append(say("limits_note", lang))
    if WHILE_ON_TREATMENT in given:
        found.append(say("apart_note", lang))
    derived = [r.strategy for r in rows if r.derived and r.at and r.strategy != WHILE_ON_TREATMENT]
    if derived:
        names = [f"“{say(name, lang)}”" for name in dict.fromkeys(derived)]
        found.append(say("derived_note", lang, names=listed(names, lang)))
    return [*found, say("choose", lang)]


def estimands_data(table: EstimandTable, family: str, month: int, lang: str) -> EstimandsData:
    """The figure's data: every strategy that has a figure; the others are named under it."""
    groups = []
    unseen: dict[str, list[str]] = {}
    for clock in FAMILIES[family]:
        marks = []
        rows = [r for r in table.rows if (r.family, r.clock) == (family, clock)]
        for row in rows:
            if row.refused and row.n:
                unseen.setdefault(_short(row, lang), []).append(say(row.strategy, lang))
            elif not row.refused:
                marks.append(_mark(row, month, lang))
        if not marks and rows:
            name, nobody = say(TREATMENT_POLICY, lang), say("nobody", lang)
            marks = [StrategyMark(name, "", None, absent=nobody)]
        if marks:
            groups.append(ClockGroup(say(clock, lang), _whom(rows[0], lang), tuple(marks)))
    under = [
        f"{say('not_shown', lang)}: {listed(list(dict.fromkeys(names)), lang)} ({why})"
        for why, names in unseen.items()
    ]
    if any(mark.apart and mark.value is not None for group in groups for mark in group.marks):
        under.insert(0, f"○ {say('apart_note', lang)}")
    if any(mark.limits for group in groups for mark in group.marks):
        under.insert(0, say("limits_figure", lang))
    return EstimandsData(
        axis=say("axis", lang, month=month),
        origin=table.origin,
        groups=tuple(groups),
        limits_words=say("limits_words", lang),
        notes=tuple(f"{note[:1].upper()}{note[1:]}." for note in (say("what_note", lang), *under)),
    )


def reason(row: EstimandRow, lang: str) -> str:
    """Why a row has no figure: in the reader's language where the reason is a known one."""
    if row.strategy == PRINCIPAL_STRATUM:
        return say("one_arm", lang)
    if row.n == 0:
        return say("nobody", lang)
    if row.refused.startswith("No covariates"):
        return say("no_covariates", lang)
    return row.refused


def share(value: float, n: int, lang: str, sign: bool = True) -> str:
    """A share in whole per cent under a hundred children, with a decimal from there on.

    >>> share(0.405, 20, "nl"), share(0.405, 100, "nl")
    ('41%', '40,5%')
    """
    return percent(value, lang, 0 if n < _FEW else 1, sign)


def _short(row: EstimandRow, lang: str) -> str:
    if row.strategy == PRINCIPAL_STRATUM:
        return say("short_one_arm", lang)
    if row.refused.startswith("No covariates"):
        return say("short_no_covariates", lang)
    return row.refused.split(". ")[0].rstrip(".")


def _mark(row: EstimandRow, month: int, lang: str) -> StrategyMark:
    found = row.at[month]
    return StrategyMark(
        label=say(row.strategy, lang),
        detail=_detail(row, lang),
        value=found.value,
        low=found.low,
        high=found.high,
        n=row.n,
        events=row.events if found.events is None else found.events,
        limits=row.bounds.get(month) if found.value is not None else None,
        apart=row.strategy == WHILE_ON_TREATMENT,
        absent="" if found.value is not None else say("not_followed", lang),
    )


def _detail(row: EstimandRow, lang: str) -> str:
    """What becomes of intercurrent events, in a few words."""
    roles = set(row.handled.values())
    if len(roles) == 1:
        return say(f"all {roles.pop()}", lang)
    if not roles:
        return ""
    one, two = (
        [say(f"short {name}", lang) for name in INTERCURRENT if row.handled.get(name) == role]
        for role in ("event", "ignore")
    )
    told = []
    if one:
        told.append(f"{say('event', lang)}: {', '.join(one)}")
    if two and not one:
        told.append(f"{say('ignore', lang)}: {', '.join(two)}")
    return "; ".join(told)


def _whom(row: EstimandRow, lang: str) -> str:
    """How many children, and how many of them were never infused."""
    told = f"{row.n} {units(row.n, 'child', lang)}"
    if row.never_infused:
        told += f", {row.never_infused} {say('never', lang)}"
    if row.missing:
        told += f", {row.missing} {say('missing', lang)}"
    return told


def _clock_table(
    table: EstimandTable,
    rows: list[EstimandRow],
    family: str,
    clock: str,
    month: int,
    lang: str,
) -> ClockTable:
    if not any(row.n for row in rows):
        head = f"{say(clock, lang)}: {_whom(rows[0], lang)}."
        return ClockTable(head, say("nobody", lang), (), (), "", ())
    kinds = [name for name in INTERCURRENT if any(name in row.handled for row in rows)]
    lacking = any(row.missing for row in rows)
    bounded = any(month in row.bounds for row in rows)
    level = next((found.level for row in rows for found in row.at.values()), 0.95)
    header = [
        say("strategy", lang),
        say("share", lang, month=month),
        say("interval", lang, level=f"{100 * level:g}"),
        *([say("limits", lang)] if bounded else []),
        "n",
        say("events_by", lang),
        *([say("missing", lang)] if lacking else []),
        say("at_risk", lang),
        *(say(kind, lang) for kind in kinds),
    ]
    cells = []
    why: dict[str, list[str]] = {}
    for row in rows:
        found = row.at.get(month)
        if found is None:
            why.setdefault(reason(row, lang), []).append(say(row.strategy, lang))
        elif found.value is None:
            why.setdefault("; ".join(found.notes), []).append(say(row.strategy, lang))
        bounds = row.bounds.get(month)
        cells.append(
            (
                say(row.strategy, lang),
                _value(found, lang),
                _interval(found, lang),
                *([_pair(bounds, row.n, lang)] if bounded else []),
                str(row.n),
                "" if found is None or found.events is None else str(found.events),
                *([str(row.missing)] if lacking else []),
                "" if found is None or found.at_risk is None else str(found.at_risk),
                *("" if found is None else _handled(row, kind, lang) for kind in kinds),
            )
        )
    before = ""
    if rows[0].intercurrent and rows[0].n:
        counts = [f"{say(k, lang)} {count}" for k, count in rows[0].intercurrent.items()]
        before = f"{say('before', lang)}{', '.join(counts)}."
    ends = table.spread(family, clock, month)
    return ClockTable(
        head=f"{say(clock, lang)}: {_whom(rows[0], lang)}.",
        before=before,
        header=tuple(header),
        rows=tuple(cells),
        spread="" if ends is None else _spread(ends, rows[0].n, month, lang),
        why_not=tuple((listed(names, lang), text) for text, names in why.items()),
    )


def _spread(ends: tuple[float, float], n: int, month: int, lang: str) -> str:
    low, high = (share(end, n, lang) for end in ends)
    return say("same" if low == high else "spread", lang, low=low, high=high, month=month)


def _value(found: Estimate | None, lang: str) -> str:
    if found is None:
        return say("refused", lang)
    return say("not_known", lang) if found.value is None else share(found.value, found.n, lang)


def _interval(found: Estimate | None, lang: str) -> str:
    if found is None or found.value is None:
        return ""
    if found.low is None and found.high is None:
        return say("none", lang)
    decimals = 0 if found.n < _FEW else 1
    return interval(found.low, found.high, lang, decimals=decimals, medium="screen")


def _pair(bounds: tuple[float, float] | None, n: int, lang: str) -> str:
    if bounds is None:
        return ""
    return interval(*bounds, lang, decimals=0 if n < _FEW else 1, medium="screen")


def _handled(row: EstimandRow, kind: str, lang: str) -> str:
    """How many had it, and what became of them: `4 censored`."""
    role = row.handled.get(kind)
    if role is None:
        return ""
    count = row.intercurrent.get(kind, 0)
    words = say(role, lang)
    if role == "event":
        words = plural(count, "event", "events")
    return f"{count} {words}"
