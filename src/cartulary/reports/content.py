# SPDX-License-Identifier: Apache-2.0
"""What a report says, before anything is drawn or set: frozen, finished words and typed figures.

A builder fills a `Report`; `disclosure.controlled` may withhold small numbers; `render_pdf`,
`render_html`, `render_workbook` and `render_json` show the same content in four forms. All words
are finished in the report's language; the renderers add only fixed words of their own (page,
figure, table, absence).

How to fill it:
- prose is a tuple of sentences, each made by `says("**Bold** with {k} of {n}.", k=..., n=...)`;
  a number that rests on counts goes in as a `Count` or a `Told`, so that it can be withheld;
- a table cell is a string, a `Sentence`, `Count`, `Share`, `Percent`, `Interval`, `Number`, `Words`
  or `Absent`;
- a partition is told with `Sum`, so that no withheld part can be reckoned back from the rest;
- a chart is its data (see chart_data), a caption, one alt sentence with the numbers, and
  an equal table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cartulary.course.errors import EstimandError
from cartulary.reports.cells import (
    Absent,
    Cell,
    Interval,
    Number,
    Percent,
    Share,
    Words,
)
from cartulary.reports.chart_data import (
    DAYS_PER_MONTH,
    AtRisk,
    BenchmarkMark,
    Cause,
    ChartData,
    CumulativeIncidenceData,
    FlowBand,
    FlowData,
    FlowNode,
    Lane,
    LaneGroup,
    Mark,
    Segment,
    Step,
    SurvivalCurveData,
    SwimmerData,
    ToxicityData,
    ToxicityRow,
)
from cartulary.reports.text import Count, Prose, Sentence, Span, Told, plain, says

__all__ = [
    # text
    "Count",
    "Prose",
    "Sentence",
    "Span",
    "Told",
    "plain",
    "says",
    # cells
    "Absent",
    "Cell",
    "Interval",
    "Number",
    "Percent",
    "Share",
    "Words",
    # blocks
    "Block",
    "Chart",
    "Column",
    "Heading",
    "MarginNote",
    "Note",
    "Paragraph",
    "Row",
    "Sum",
    "Table",
    # the whole
    "Fact",
    "Figure",
    "Finding",
    "Report",
    "Section",
    # figures' data
    "DAYS_PER_MONTH",
    "AtRisk",
    "BenchmarkMark",
    "Cause",
    "ChartData",
    "CumulativeIncidenceData",
    "FlowBand",
    "FlowData",
    "FlowNode",
    "Lane",
    "LaneGroup",
    "Mark",
    "Segment",
    "Step",
    "SurvivalCurveData",
    "SwimmerData",
    "ToxicityData",
    "ToxicityRow",
]

LANGUAGES = ("nl", "en")


# --- blocks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title with the unit, the group above it, its alignment.

    `align` is "left", "right" or "centre"; `strong` prints the programme's own value bold;
    `weight` shares out the room left over (0 = as wide as the content).
    """

    title: str
    group: str = ""
    align: str = "left"
    strong: bool = False
    weight: int = 0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `starts_group` puts space above it, `heading` a line of its own."""

    cells: tuple[Cell, ...]
    starts_group: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the parts it is made of, for disclosure control. Counts are known by key."""

    total: Count
    parts: tuple[Count, ...]

    def __post_init__(self) -> None:
        if not all(count.key for count in (self.total, *self.parts)):
            raise EstimandError(
                f"A count of the sum to {self.total.value} has no key. Disclosure control could "
                "not find it in the tables. Give each count of a Sum its key."
            )
        if self.total.value != sum(part.value for part in self.parts):
            raise EstimandError(
                f"The parts of {self.total.key or 'a total'} add up to "
                f"{sum(part.value for part in self.parts)}, not {self.total.value}. Disclosure "
                "control would reckon wrongly. Correct the parts."
            )


@dataclass(frozen=True, slots=True)
class Table:
    """A table in booktabs manner.

    Arguments:
        caption: what it shows, a sentence; the number before it is set by the renderer.
        columns, rows: every row fills every column (a wide cell counts for its columns).
        footnotes: name to text; a cell names one, letters follow the order of first use.
        note: general remarks in front of the footnotes.
        sums: which cells are parts of which totals.
        id: a stable name for the workbook's sheet.
        lists_children: one row is one child; withheld as a whole under disclosure control.
    """

    caption: Prose
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[tuple[str, Sentence], ...] = ()
    note: Prose = ()
    sums: tuple[Sum, ...] = ()
    id: str = ""
    lists_children: bool = False

    def __post_init__(self) -> None:
        known = {name for name, _ in self.footnotes}
        for row in self.rows:
            width = sum(getattr(cell, "columns", 1) for cell in row.cells)
            if width != len(self.columns):
                raise EstimandError(
                    f"A row of the table {self.id or plain(self.caption)!r} fills {width} of "
                    f"{len(self.columns)} columns: {row.cells!r}. Never an empty cell: give an "
                    "Absent for each figure that is not there."
                )
            named = {name for cell in row.cells if (name := getattr(cell, "footnote", ""))}
            if not named <= known:
                raise EstimandError(
                    f"The table {self.id!r} has no footnote {', '.join(sorted(named - known))}. "
                    "The mark would lead nowhere. Add it to footnotes."
                )


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure: data, caption (the finding first), alt sentence with the numbers, equal table."""

    data: ChartData
    caption: Prose
    alt: Sentence
    table: Table
    id: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    sentences: Prose


@dataclass(frozen=True, slots=True)
class Heading:
    """A small heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class MarginNote:
    """What stands behind the text beside it: definition, method, comparability.

    `title` is printed bold; `identifier` (a definition with its edition) on a line of its own.
    """

    title: str
    sentences: Prose
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that must be read, set apart by a rule: caution, research only."""

    sentences: Prose


Block = Paragraph | Heading | MarginNote | Note | Table | Chart


# --- the whole ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A section: title, the finding in one or two sentences, then blocks.

    `MarginNote`s among the blocks stand beside the lead and the prose near them.
    `new_page` starts it on a new page in print; only the first section gets one, the others keep
    title, lead and first figure together and fill the page.
    """

    title: str
    lead: Prose
    blocks: tuple[Block, ...]
    new_page: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the four facts under the title. `tone` is an origin, for its colour, or empty."""

    label: str
    text: str
    tone: str = ""
    rests_on: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One numbered finding; the decisive clause is bold in one of them."""

    sentences: Prose


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of report.json.

    `rests_on` are n and events (up to `at_days`) under the keys the tables use; without it they
    stand alone. `more` adds further keys with plain JSON values.
    """

    id: str
    endpoint: str
    definition: str
    unit: str
    n: int | None
    events: int | None
    at_days: float | None
    value: float | None
    low: float | None
    high: float | None
    method: str
    origin: str
    missing: int | None = 0
    rests_on: tuple[Count, ...] = ()
    more: tuple[tuple[str, str | int | float | bool | None], ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A programme's report.

    Arguments:
        title, subtitle, programme: finished words; `programme` is the centre's name.
        lang: "nl" or "en".
        origin: recorded, reconstructed or simulated; `origin_label` is printed on every page
            ("Voorbeeld, gereconstrueerd"), empty for recorded data.
        data_cut: the last day the data speak of, or None when unknown.
        control_hash: at least 12 hexadecimal digits over the input; printed in groups of four.
        facts: four small facts; brief: the numbered findings, with `brief_notes` beside them and
            `brief_table` below.
        sections, appendix: in order.
        figures: the list for report.json.
        sums: totals and parts that no table shows together.
        within: pairs of a part and its whole whose rest is printed nowhere but can be subtracted.
        spine: counts that nearly everything rests on; withheld only if nothing else will do.
        suppress: counts from 1 up to this number less one are withheld; 0 = none. Every renderer
            passes the report through disclosure control first.
        kind: "programme" or "study"; named in the head of every page.
    """

    title: str
    subtitle: str
    lang: str
    programme: str
    origin: str
    control_hash: str
    facts: tuple[Fact, ...]
    brief: tuple[Finding, ...]
    brief_notes: tuple[MarginNote, ...] = ()
    brief_table: Table | None = None
    sections: tuple[Section, ...] = ()
    appendix: tuple[Section, ...] = ()
    figures: tuple[Figure, ...] = ()
    sums: tuple[Sum, ...] = ()
    within: tuple[tuple[Count, Count], ...] = ()
    spine: tuple[Count, ...] = ()
    origin_label: str = ""
    data_cut: date | None = None
    suppress: int = 0
    kind: str = "programme"
    controlled: bool = False  # set by disclosure control, by nobody else

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise EstimandError(
                f"The language is {self.lang!r}. The fixed words exist in Dutch and English. "
                "Give 'nl' or 'en'."
            )
