# SPDX-License-Identifier: Apache-2.0
"""Small numbers are withheld here, and only here; every renderer passes its report through.

Withheld are counts from 1 to N - 1, what they could be reckoned from, and every value, interval,
sentence and figure that rests on a withheld count. A withheld cell does not say whether it is
small or withheld for the sake of another: that too would tell.
What it cannot see is a number inside a plain string; builders pass numbers as counts.
"""

from __future__ import annotations

from dataclasses import replace

from cartulary.course.errors import EstimandError
from cartulary.reports.content import (
    Absent,
    Block,
    Cell,
    Chart,
    Count,
    CumulativeIncidenceData,
    Fact,
    Figure,
    Interval,
    MarginNote,
    Note,
    Number,
    Paragraph,
    Percent,
    Prose,
    Report,
    Row,
    Section,
    Sentence,
    Share,
    Span,
    SurvivalCurveData,
    SwimmerData,
    Table,
    Words,
)
from cartulary.reports.disclosed_charts import disclosed_chart, enough
from cartulary.reports.gathered_counts import gathered, identity, missing_of
from cartulary.reports.small_counts import withheld_keys
from cartulary.reports.wording import word

#: what may stay beside a figure that is shown
SAFE_MORE = ("scale", "lower_quartile", "upper_quartile")


def controlled(report: Report) -> Report:
    """The report with small numbers withheld, as `report.suppress` asks.

    Arguments: a finished report. With `suppress` 0 or 1, or once controlled, it is returned as is.
    Returns: the same report without what may not be shown, marked as controlled.
    Refuses: a negative limit.
    """
    if report.suppress < 0:
        raise EstimandError(
            f"The limit for small numbers is {report.suppress}. No count is below it. "
            "Give 0 to show all counts, or the smallest count that may be shown."
        )
    if report.suppress < 2 or report.controlled:
        return report
    control = _Control(report)
    return replace(
        report,
        facts=tuple(control.fact(fact) for fact in report.facts),
        brief=tuple(replace(f, sentences=control.prose(f.sentences)) for f in report.brief),
        brief_notes=tuple(control.margin_note(note) for note in report.brief_notes),
        brief_table=control.table(report.brief_table) if report.brief_table else None,
        sections=tuple(control.section(section) for section in report.sections),
        appendix=tuple(control.section(section) for section in report.appendix),
        figures=control.figures(report.figures),
        sums=(),
        within=(),
        controlled=True,
    )


class _Control:
    """What is withheld in one report, and the report's parts without it."""

    def __init__(self, report: Report) -> None:
        self.limit = report.suppress
        self.lang = report.lang
        counts = gathered(report)
        self.hidden_keys = withheld_keys(
            counts.values,
            counts.equations,
            self.limit,
            counts.shadows,
            {identity(count) for count in report.spine},
        )

    def hidden(self, count: Count) -> bool:
        """Whether a count may not be shown."""
        return 0 < count.value < self.limit or identity(count) in self.hidden_keys

    def any_hidden(self, counts: tuple[Count, ...]) -> bool:
        """Whether a figure that rests on these may not be shown."""
        if len(counts) == 2 and not all(count.key for count in counts):
            rest = counts[1].value - counts[0].value
            if 0 < rest < self.limit:
                return True
        return any(self.hidden(count) for count in counts)

    # --- text

    def sentence_is_safe(self, sentence: Sentence) -> bool:
        """Whether none of its runs gives a withheld count away."""
        return not any(self.any_hidden(span.rests_on) for span in sentence.spans)

    def prose(self, prose: Prose) -> Prose:
        """The sentences that may be said; one that says so, if none may."""
        safe = tuple(s for s in prose if self.sentence_is_safe(s))
        if prose and not safe:
            return (self._said("disclosure.sentence"),)
        return safe

    def _said(self, name: str) -> Sentence:
        text = word(name, self.lang, limit=self.limit, last=self.limit - 1)
        return Sentence((Span(text),))

    def margin_note(self, note: MarginNote) -> MarginNote:
        """A note of the margin."""
        return replace(note, sentences=self.prose(note.sentences))

    def fact(self, fact: Fact) -> Fact:
        """A fact under the title."""
        if self.any_hidden(fact.rests_on):
            return replace(fact, text=word("absent.withheld", self.lang), rests_on=())
        return fact

    # --- tables

    def cell(self, cell: Cell) -> Cell:
        """The cell, or the word that says it is withheld."""
        note = getattr(cell, "footnote", "")
        absent = Absent("withheld", getattr(cell, "columns", 1), note)
        if isinstance(cell, Count):
            return absent if self.hidden(cell) else cell
        if isinstance(cell, Share):
            return absent if self.any_hidden((cell.events, cell.n)) else cell
        if isinstance(cell, Percent | Interval | Number):
            return absent if self.any_hidden(cell.rests_on) else cell
        if isinstance(cell, Sentence):
            return cell if self.sentence_is_safe(cell) else absent
        if isinstance(cell, Words) and isinstance(cell.text, Sentence):
            return cell if self.sentence_is_safe(cell.text) else absent
        return cell

    def table(self, table: Table) -> Table:
        """The table without withheld cells, and a remark if there are any."""
        rows = tuple(
            Row(
                _merged([self.cell(cell) for cell in row.cells], table),
                row.starts_group,
                row.heading,
            )
            for row in table.rows
        )
        note = tuple(s for s in table.note if self.sentence_is_safe(s))
        if rows != table.rows:
            note = (*note, self._said("disclosure.table_note"))
        footnotes = tuple(
            (name, text if self.sentence_is_safe(text) else self._said("disclosure.sentence"))
            for name, text in table.footnotes
        )
        return replace(
            table,
            caption=self.prose(table.caption),
            rows=rows,
            note=note,
            footnotes=footnotes,
            sums=(),
        )

    # --- blocks

    def section(self, section: Section) -> Section:
        """A section with each block made safe."""
        blocks = tuple(safe for block in section.blocks for safe in self.block(block))
        return replace(section, lead=self.prose(section.lead), blocks=blocks)

    def block(self, block: Block) -> tuple[Block, ...]:
        """What stands in the block's place."""
        if isinstance(block, Paragraph | Note):
            return (replace(block, sentences=self.prose(block.sentences)),)
        if isinstance(block, MarginNote):
            return (self.margin_note(block),)
        if isinstance(block, Table):
            if block.lists_children:
                return (Note((self._said("disclosure.children"),)),)
            return (self.table(block),)
        if isinstance(block, Chart):
            return self.chart(block)
        return (block,)

    def chart(self, chart: Chart) -> tuple[Block, ...]:
        """The figure made safe; or, in its place, a remark and its table."""
        data = disclosed_chart(chart.data, self.hidden, self.limit)
        one_by_one = chart.table.lists_children or isinstance(chart.data, SwimmerData)
        by_month = isinstance(chart.data, SurvivalCurveData | CumulativeIncidenceData)
        if data is None:
            if one_by_one or by_month:
                return (Note((self._said("disclosure.chart"),)),)
            said = (self._said("disclosure.chart"), self._said("disclosure.see_table"))
            return (Note(said), self.table(chart.table))
        table = self.table(chart.table)
        if one_by_one:
            table = self._emptied(table)
        elif isinstance(data, SurvivalCurveData | CumulativeIncidenceData):
            table = _at_months(table, {column.month for column in data.table})
        caption, alt = self.prose(chart.caption), chart.alt
        if not self.sentence_is_safe(alt) or data != chart.data:
            said = self._said("disclosure.table_note")
            alt = Sentence((*(Span(s.plain + " ") for s in caption), *said.spans))
        return (replace(chart, data=data, caption=caption, alt=alt, table=table),)

    def _emptied(self, table: Table) -> Table:
        """An equal table that would list children, without its rows."""
        remark = Words(self._said("disclosure.children"), columns=len(table.columns))
        return replace(table, rows=(Row((remark,)),), note=(), footnotes=())

    # --- figures of report.json

    def figures(self, figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
        """Each figure, or its name alone.

        Several days of one curve tell the events between them: a value is shown only if it lies
        at least `limit` children of n away from each value of an earlier day, or equals it. Values
        of one day are the same children reckoned in several ways.
        """
        shown: dict[tuple[object, ...], list[tuple[float, float]]] = {}
        result = []
        for figure in sorted(figures, key=lambda f: f.at_days if f.at_days is not None else -1.0):
            curve = (figure.endpoint, figure.definition, figure.unit, figure.n, figure.origin)
            safe = self._figure_is_safe(figure)
            if safe and figure.at_days is not None and figure.value is not None and figure.n:
                earlier = [v for day, v in shown.get(curve, ()) if day != figure.at_days]
                apart = [abs(figure.value - value) * figure.n for value in earlier]
                safe = all(children == 0 or children >= self.limit for children in apart)
                if safe:
                    shown.setdefault(curve, []).append((figure.at_days, figure.value))
            # Numbers at risk, clusters and remarks are counts of their own.
            kept = tuple(pair for pair in figure.more if pair[0] in SAFE_MORE)
            shown_figure = replace(figure, more=kept)
            result.append((figure, shown_figure if safe else self._withheld(figure)))
        by_figure = {id(old): new for old, new in result}
        return tuple(by_figure[id(figure)] for figure in figures)

    def _figure_is_safe(self, figure: Figure) -> bool:
        n, events = figure.n, figure.events
        if n is not None and 0 < n < self.limit:
            return False
        if events is not None and not enough(events, self.limit):
            return False
        if n is not None and events is not None and not enough(n - events, self.limit):
            return False
        if figure.missing is not None and not enough(figure.missing, self.limit):
            return False
        missing = missing_of(figure)
        if missing is not None and self.hidden(missing):
            return False
        return not self.any_hidden(figure.rests_on)

    def _withheld(self, figure: Figure) -> Figure:
        return replace(
            figure, n=None, events=None, value=None, low=None, high=None, missing=None,
            rests_on=(), more=(), withheld=True,
        )  # fmt: skip


# --- tables ---------------------------------------------------------------------------------------


def _merged(cells: list[Cell], table: Table) -> tuple[Cell, ...]:
    """Withheld cells side by side under one group heading become one."""
    merged: list[Cell] = []
    place, group_before = 0, ""
    for cell in cells:
        group = table.columns[place].group
        last = merged[-1] if merged else None
        if (
            isinstance(cell, Absent)
            and isinstance(last, Absent)
            and cell.why == last.why == "withheld"
            and group == group_before
            and group
        ):
            wide = last.columns + cell.columns
            merged[-1] = Absent("withheld", wide, last.footnote or cell.footnote)
        else:
            merged.append(cell)
        place += getattr(cell, "columns", 1)
        group_before = group
    return tuple(merged)


def _at_months(table: Table, months: set[float]) -> Table:
    """The rows of a curve's table at the months still shown; a row without a month stays."""
    rows = tuple(
        row
        for row in table.rows
        if not isinstance(row.cells[0], Number) or row.cells[0].value in months
    )
    return replace(table, rows=rows)
