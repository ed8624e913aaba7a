# SPDX-License-Identifier: Apache-2.0
"""Every count of a report, wherever it stands, and what adds up to what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from cartulary.reports.content import (
    Block,
    Chart,
    Count,
    Figure,
    FlowData,
    Interval,
    MarginNote,
    Note,
    Number,
    Paragraph,
    Percent,
    Prose,
    Report,
    Sentence,
    Share,
    Sum,
    Table,
    ToxicityData,
    Words,
)
from cartulary.reports.small_counts import Equation

#: "by this day" at the end of a key: the same count at an earlier time
_DAY = re.compile(r"\.by_\d+(\.\d+)?$")


def identity(count: Count) -> str:
    """The name of a count by key and value: events by month 6 and by month 12 are two counts."""
    return f"{count.key}={count.value}"


def missing_of(figure: Figure) -> Count | None:
    """How many a figure lacks, under the name that goes with its n."""
    for count in figure.rests_on:
        if count.key.endswith(".n") and figure.missing is not None:
            return Count(figure.missing, f"{count.key.removesuffix('.n')}.missing")
    return None


@dataclass
class GatheredCounts:
    """Every count of a report by identity, and what adds up to what."""

    values: dict[str, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    shadows: set[str] = field(default_factory=set)
    by_key: dict[str, set[Count]] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)

    def add(self, count: Count, printed: bool = True) -> None:
        """A count under its key."""
        if count.key:
            self.values[identity(count)] = count.value
            bare = Count(count.value, count.key)
            self.by_key.setdefault(_DAY.sub("", count.key), set()).add(bare)
            if printed:
                self.printed.add(identity(count))

    def share(self, events: Count, n: Count) -> None:
        """So many of so many: those without the event follow from both."""
        self.add(events)
        self.add(n)
        if events.key and n.key and events.key != n.key and events.value <= n.value:
            self._difference(events, n)

    def within(self, less: Count, more: Count) -> None:
        """A part of a whole whose rest is told nowhere."""
        for count in (less, more):
            self.add(count, printed=False)
        if less.value <= more.value and identity(less) != identity(more):
            self._difference(less, more)

    def _difference(self, less: Count, more: Count) -> None:
        """What more has beyond less stands nowhere, but a reader can subtract."""
        rest = f"{identity(more)} without {identity(less)}"
        if rest not in self.shadows:
            self.values[rest] = more.value - less.value
            self.shadows.add(rest)
            self.equations.append((identity(more), (identity(less), rest)))

    def rests_on(self, counts: tuple[Count, ...]) -> None:
        """What a figure was reckoned from; two counts in rising order are read as events and n."""
        for count in counts:
            self.add(count)
        if len(counts) == 2:
            self.share(*counts)

    def sum(self, sum_: Sum) -> None:
        """A total and its parts."""
        for count in (sum_.total, *sum_.parts):
            self.add(count, printed=False)
        equation = (identity(sum_.total), tuple(identity(part) for part in sum_.parts))
        if equation not in self.equations:
            self.equations.append(equation)

    def nest(self) -> None:
        """Values under one key are one count at several times: each holds the one before."""
        for _, found in sorted(self.by_key.items()):
            rising = sorted(found, key=lambda c: (c.value, _DAY.search(c.key) is None, c.key))
            for less, more in pairwise(rising):
                self._difference(less, more)

    def settle(self) -> None:
        """Counts that stand in a sum alone: a reader knows a nought, the others are unknown."""
        alone = self.values.keys() - self.printed - self.shadows
        noughts = {key for key in alone if not self.values[key]}
        self.shadows |= alone - noughts
        self.equations = [
            (total, tuple(part for part in parts if part not in noughts))
            for total, parts in self.equations
            if total not in noughts
        ]


def gathered(report: Report) -> GatheredCounts:
    """Every count and equation of the report, wherever it stands."""
    counts = GatheredCounts()
    for sum_ in report.sums:
        counts.sum(sum_)
    for less, more in report.within:
        counts.within(less, more)
    for fact in report.facts:
        counts.rests_on(fact.rests_on)
    for figure in report.figures:
        counts.rests_on(figure.rests_on)
        missing = missing_of(figure)
        if missing is not None:
            counts.add(missing)
    for prose in _all_prose(report):
        for sentence in prose:
            for span in sentence.spans:
                counts.rests_on(span.rests_on)
    for table in _all_tables(report):
        _gather_table(table, counts)
    for block in _all_blocks(report):
        if isinstance(block, Chart):
            if isinstance(block.data, ToxicityData):
                for row in block.data.rows:
                    counts.share(row.events, row.n)
            elif isinstance(block.data, FlowData):
                _gather_flow(block.data, counts)
    counts.nest()
    counts.settle()
    return counts


def _gather_table(table: Table, counts: GatheredCounts) -> None:
    for sum_ in table.sums:
        counts.sum(sum_)
    for row in table.rows:
        for cell in row.cells:
            if isinstance(cell, Count):
                counts.add(cell)
            elif isinstance(cell, Share):
                counts.share(cell.events, cell.n)
            elif isinstance(cell, Percent | Interval | Number):
                counts.rests_on(cell.rests_on)
            text = cell.text if isinstance(cell, Words) else cell
            if isinstance(text, Sentence):
                for span in text.spans:
                    counts.rests_on(span.rests_on)


def _gather_flow(data: FlowData, counts: GatheredCounts) -> None:
    """A place is the sum of the places it alone leads to."""
    nodes = {node.id: node.count for node in data.nodes}
    for node in data.nodes:
        counts.add(node.count)
        targets = [band.target for band in data.bands if band.source == node.id]
        into = {t: [b for b in data.bands if b.target == t] for t in targets}
        parts = [nodes[t] for t in targets if len(into[t]) == 1]
        if len(parts) == len(targets) > 0 and node.count.key and all(p.key for p in parts):
            counts.sum(Sum(node.count, tuple(parts)))


def _all_blocks(report: Report) -> Iterator[Block]:
    for section in (*report.sections, *report.appendix):
        yield from section.blocks


def _all_tables(report: Report) -> Iterator[Table]:
    if report.brief_table:
        yield report.brief_table
    for block in _all_blocks(report):
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Chart):
            yield block.table


def _all_prose(report: Report) -> Iterator[Prose]:
    for finding in report.brief:
        yield finding.sentences
    for note in report.brief_notes:
        yield note.sentences
    for table in _all_tables(report):
        yield table.caption
        yield table.note
        yield tuple(text for _, text in table.footnotes)
    for section in (*report.sections, *report.appendix):
        yield section.lead
    for block in _all_blocks(report):
        if isinstance(block, Paragraph | Note | MarginNote):
            yield block.sentences
        elif isinstance(block, Chart):
            yield block.caption
            yield (block.alt,)
